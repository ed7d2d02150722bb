"""A warm re-check under `--watch`, from the saved file to the written report: a spec, and a document.

Of a document of 60 kB with 600 formulas one is edited; how long it takes to judge it again is given by itself.

Run: python tests/benchmarks/bench_watch.py
"""

from __future__ import annotations

import gc
import io
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from measures import Measure, Measures, in_loops, offered

from derivcheck.cli.main import COLLECTED_AT
from derivcheck.cli.watching import EVERY, Watch
from derivcheck.pipeline.request import Request
from derivcheck.pipeline.results import Report
from derivcheck.report.page import Page
from derivcheck.report.text import write_report

SPEC = Path(__file__).parent.parent.parent / "specs" / "mlp.yaml"
EDITS: dict[str, Callable[[str, int], str]] = {
    "one claim changed, right": lambda text, k: text.replace("(p - y) @ a1.T", f"(p - y) @ a1.T + {k} * 0", 1),
    "one claim changed, wrong": lambda text, k: text.replace("(p - y) @ a1.T", f"{k + 2} * (p - y) @ a1.T", 1),
    "a claim added above the others": lambda text, k: text.replace("claims:\n", f"claims:\n  q{k}: dL/db2 = p - y\n"),
    "the title changed": lambda text, k: text.replace("One hidden layer", f"One hidden layer ({k})"),
    "a comment added at the top": lambda text, k: "# seen\n" * (k + 1) + text,
    "a layer changed": lambda text, k: text.replace("z1: W1 @ x + b1", f"z1: W1 @ x + {k + 2} * b1"),
}


gc.set_threshold(*COLLECTED_AT)  # as the command does


def milliseconds(edit: Callable[[str, int], str], rounds: int = 15) -> list[tuple[float, float]]:
    """(by the clock, of the processor): each round saves another edit, judges the file again and writes its report."""
    text = SPEC.read_text()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "mlp.yaml"
        path.write_text(text)
        watch = Watch(lambda: [path], Request())
        watch.look()
        gc.collect()
        gc.freeze()  # as the command does after its first report
        times = []
        for k in range(rounds + 2):
            path.write_text(edit(text, k))
            start, used = time.perf_counter(), time.process_time()
            results = watch.look()
            write_report(Report(tuple(results)), io.StringIO(), Page())
            times.append(((time.perf_counter() - start) * 1000, (time.process_time() - used) * 1000))
            assert len(results) == 1 and results[0].error is None
    return times[2:]


def document(rounds: int = 5) -> list[tuple[float, float]]:
    """(judging again, writing the report) in milliseconds of the processor, where one formula of a document changes."""
    root = SPEC.parent / "documents"
    shipped = (root / "backward_pass.md").read_text().partition("---\n")[2].partition("---\n")[2]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "backward_pass.md"
        sidecar = (root / "backward_pass.derivcheck.yaml").read_text().partition("  bindings:")[0]
        (Path(folder) / "backward_pass.derivcheck.yaml").write_text(sidecar)
        text = shipped * (60_000 // len(shipped.encode()) + 1)
        path.write_text(text)
        watch = Watch(lambda: [path], Request())
        watch.look()
        gc.collect()
        gc.freeze()
        times = []
        for k in range(rounds):
            path.write_text(text.replace("= p_i - y_i", f"= p_i - y_i + {k} y_i", 1))
            start = time.process_time()
            results = watch.look()
            judged = time.process_time()
            write_report(Report(tuple(results)), io.StringIO(), Page())
            times.append(((judged - start) * 1000, (time.process_time() - judged) * 1000))
            assert len(results) == 1 and results[0].error is None
    return times


def measures(quick: bool) -> Measures:
    for name, edit in EDITS.items():
        processor = statistics.median(row[1] for row in milliseconds(edit, 5 if quick else 15))
        yield Measure(f"100 times {name}", in_loops(processor / 10))
    if not quick:
        judged, written = (statistics.median(column) for column in zip(*document(), strict=True))
        yield Measure("ten times one formula of 60 kB", in_loops(judged / 100))
        yield Measure("ten reports of 600 formulas", in_loops(written / 100))


def main() -> None:
    print(f"re-check of {SPEC.name}, medians by the clock and of the processor (they differ where others use it);")
    print(f"a change is noticed within {EVERY * 1000:.0f} ms")
    for name, edit in EDITS.items():
        clock, processor = (statistics.median(column) for column in zip(*milliseconds(edit), strict=True))
        print(f"  {name:<32} {clock:6.1f} ms {processor:6.1f} ms")
    judged, written = (statistics.median(column) for column in zip(*document(), strict=True))
    print(f"one formula of a document of 60 kB edited: judged again in {judged:.0f} ms of the processor,")
    print(f"its report of 600 formulas written in {written:.0f} ms")


if __name__ == "__main__":
    offered(main, measures)
