"""How long documents take, and what becomes of their formulas.

    python tests/benchmarks/bench_documents.py [FOLDER]

FOLDER holds the documents that the sidecars in specs/seeds speak of; without it only a page
of our own is judged, repeated until it has 60 kB.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from derivcheck.pipeline.verification import verify_document, verify_file
from derivcheck.report.coverage import coverage, standing

ROOT = Path(__file__).parent.parent.parent
CHECKABLE = ("proved", "checked", "refuted", "invalid", "undecided", "definition")


def timed(what: str, call) -> None:
    wall, processor = time.perf_counter(), time.process_time()
    result = call()
    assert result.error is None, result.error
    print(f"{what}: {time.perf_counter() - wall:.1f} s, {time.process_time() - processor:.1f} s of a processor")
    print(f"  {coverage(result)}")


def repeated() -> None:
    """The shipped page, over and over."""
    page = (ROOT / "specs/documents/backward_pass.md").read_text().partition("---\n")[2].partition("---\n")[2]
    sidecar = (ROOT / "specs/documents/backward_pass.derivcheck.yaml").read_text()
    with tempfile.TemporaryDirectory() as folder:
        text = page * (60_000 // len(page.encode()) + 1)
        (Path(folder) / "backward_pass.md").write_text(text)
        (Path(folder) / "backward_pass.derivcheck.yaml").write_text(sidecar[: sidecar.index("  bindings:")])
        path = Path(folder) / "backward_pass.md"
        timed(f"{len(text.encode()) / 1000:.0f} kB of our own", lambda: verify_document(path))


def seeds(folder: Path) -> None:
    counted: dict[str, Counter[str]] = {}
    bound: Counter[str] = Counter()
    took: Counter[str] = Counter()
    for sidecar in sorted((ROOT / "specs/seeds").glob("*document*.yaml")):
        start = time.perf_counter()
        result = verify_file(sidecar, documents=folder)
        assert result.exit_code == 0, sidecar
        name = Path(result.document).name
        took[name] += time.perf_counter() - start
        for formula in result.formulas:
            kind = standing(formula)
            counted.setdefault(name, Counter())[kind] += 1
            bound[name] += formula.bound and kind in CHECKABLE
    for name, counter in counted.items():
        read = sum(counter[kind] for kind in CHECKABLE)
        free = f"{1 - bound[name] / read:.0%} of them without a binding" if read else "nothing to judge"
        size = (folder / name).stat().st_size / 1000
        print(f"{name} ({size:.0f} kB, {took[name]:.1f} s): {sum(counter.values())} formulas, {read} read, {free}")
        print(f"  {', '.join(f'{n} {kind}' for kind, n in sorted(counter.items()))}")


if __name__ == "__main__":
    repeated()
    if len(sys.argv) > 1:
        seeds(Path(sys.argv[1]))
