"""How long documents take to be read and to be judged, and what becomes of their formulas.

    python tests/benchmarks/bench_documents.py [FOLDER]

FOLDER holds the documents that the sidecars in specs/seeds speak of; without it pages of our own are judged,
of 60 kB each: the shipped one over and over, and one no two formulas of which are the same.
"""

from __future__ import annotations

import gc
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from measures import Measure, Measures, in_loops, offered

from derivcheck.cli.main import COLLECTED_AT
from derivcheck.pipeline.results import FileResult
from derivcheck.pipeline.verification import verify_document, verify_file
from derivcheck.report.coverage import coverage, standing
from derivcheck.spec import load_spec
from derivcheck.statements.document.accounting import Accountant
from derivcheck.statements.document.passages import read_manuscript

ROOT = Path(__file__).parent.parent.parent
CHECKABLE = ("proved", "checked", "refuted", "invalid", "undecided", "definition")
SIZE = 60_000  # bytes
# A section, the same with every formula multiplied by another number.
SECTION = r"""
## With a factor of @

Layer $l$ computes
$$
@ z^{(l)} = @ W^{(l)} a^{(l-1)} + @ b^{(l)}, \qquad @ a^{(l)} = @ \sigma(z^{(l)}),
$$
the last layer a softmax, $@ a^{(L)} = @ \mathrm{softmax}(z^{(L)})$, and the loss is the
cross-entropy $@ \mathcal{L} = -@ \sum_k y_k \log a^{(L)}_k$. The Jacobian of the softmax has the entries
$$
@ \frac{\partial p_i}{\partial z^{(L)}_j} =
\begin{cases} @ p_i (1 - p_i) & \text{if } i = j \\ -@ p_i p_j & \text{otherwise,} \end{cases}
$$
or $@ \frac{\partial p}{\partial z^{(L)}} = @ \operatorname{diag}(p) - @ p p^\top$. Hence
$$
\begin{aligned}
@ \frac{\partial \mathcal{L}}{\partial z^{(L)}_i}
  &= -@ \sum_k \frac{y_k}{p_k} \frac{\partial p_k}{\partial z^{(L)}_i} \\
  &= -@ y_i (1 - p_i) + @ \sum_{k \ne i} y_k p_i \\
  &= @ p_i \sum_k y_k - @ y_i \\
  &= @ (p_i - y_i) .
\end{aligned}
$$
For $l = 1, \dots, L-1$ the error comes from the layer above,
$$
@ \delta^{(l)} = \left( (W^{(l+1)})^\top (@ \delta^{(l+1)}) \right) \odot \sigma'(z^{(l)}),
$$
and the gradients are $@ \frac{\partial \mathcal{L}}{\partial W^{(l)}} = @ \delta^{(l)} (a^{(l-1)})^\top$
and $@ \frac{\partial \mathcal{L}}{\partial b^{(l)}} = @ \delta^{(l)}$. A common slip is to forget the
transpose and the slope,
$$
@ \delta^{(l)} = \left( W^{(l+1)} (@ \delta^{(l+1)}) \right) \odot \sigma(z^{(l)}),
$$
and another one is the sign: $@ \delta^{(L)} = @ y - @ p$. With a step $\eta$ the weights become
$W^{(l)} := W^{(l)} - @ \eta \delta^{(l)} (a^{(l-1)})^\top$. In one dimension
$@ \sigma'(t) = @/4$ if $t = 0$, and $@ \sigma'(t) \le @/4$ everywhere.
"""


@dataclass(frozen=True)
class Taken:
    """The seconds of a processor that a document took to be read and to be judged, and its formulas."""

    reading: float
    judging: float
    formulas: int


def timed(what: str, call: Callable[[], FileResult], read: Callable[[], object]) -> Taken:
    """What a document took, reading apart: finding its formulas and taking them apart, without any verdict."""
    gc.set_threshold(*COLLECTED_AT)  # as the command does
    began = time.process_time()
    read()
    reading = time.process_time() - began
    wall, processor = time.perf_counter(), time.process_time()
    result = call()
    assert result.error is None, result.error
    spent = time.process_time() - processor
    print(f"{what}: {time.perf_counter() - wall:.1f} s by the clock, {spent:.1f} s of a processor")
    print(f"  of which {reading:.1f} s reading and {spent - reading:.1f} s judging {len(result.formulas)} formulas")
    print(f"  {coverage(result)}")
    return Taken(reading, spent - reading, len(result.formulas))


def page(kind: str, text: str) -> Taken:
    """A page of our own under the shipped sidecar."""
    sidecar = (ROOT / "specs/documents/backward_pass.derivcheck.yaml").read_text()
    with tempfile.TemporaryDirectory() as folder:
        path, spec = Path(folder) / "backward_pass.md", Path(folder) / "backward_pass.derivcheck.yaml"
        path.write_text(text)
        spec.write_text(sidecar.partition("  bindings:")[0])

        def read() -> object:
            return Accountant(load_spec(spec), read_manuscript(text, str(path))).places()

        return timed(f"{len(text.encode()) / 1000:.0f} kB of our own, {kind}", lambda: verify_document(path), read)


def repeated() -> Taken:
    shipped = (ROOT / "specs/documents/backward_pass.md").read_text().partition("---\n")[2].partition("---\n")[2]
    return page("every formula many times", shipped * (SIZE // len(shipped.encode()) + 1))


def varied() -> Taken:
    count = SIZE // len(SECTION.encode()) + 1
    return page("every formula another", "".join(SECTION.replace("@", str(k)) for k in range(2, count + 2)))


def measures(quick: bool) -> Measures:
    taken = repeated()
    yield Measure("60 kB, every formula many times: reading", in_loops(taken.reading))
    yield Measure("60 kB, every formula many times: judging", in_loops(taken.judging))
    if not quick:
        taken = varied()
        told = "a document of 60 kB, every formula another, read and judged"
        yield Measure("60 kB, every formula another: reading", in_loops(taken.reading))
        yield Measure("60 kB, every formula another", in_loops(taken.reading + taken.judging), told=told)


def seeds(folder: Path) -> None:
    counted: dict[str, Counter[str]] = {}
    bound: Counter[str] = Counter()
    took: Counter[str] = Counter()
    for sidecar in sorted((ROOT / "specs/seeds").glob("*document*.yaml")):
        start = time.process_time()
        result = verify_file(sidecar, documents=folder)
        assert result.exit_code == 0, sidecar
        name = Path(result.document).name
        took[name] += time.process_time() - start
        for formula in result.formulas:
            kind = standing(formula)
            counted.setdefault(name, Counter())[kind] += 1
            bound[name] += formula.bound and kind in CHECKABLE
    for name, counter in counted.items():
        read = sum(counter[kind] for kind in CHECKABLE)
        free = f"{1 - bound[name] / read:.0%} of them without a binding" if read else "nothing to judge"
        size = (folder / name).stat().st_size / 1000
        count = f"{sum(counter.values())} formulas, {read} read, {free}"
        print(f"{name} ({size:.0f} kB, {took[name]:.1f} s of a processor): {count}")
        print(f"  {', '.join(f'{n} {kind}' for kind, n in sorted(counter.items()))}")


def main() -> None:
    repeated()
    varied()
    if len(sys.argv) > 1:
        seeds(Path(sys.argv[1]))


if __name__ == "__main__":
    offered(main, measures)
