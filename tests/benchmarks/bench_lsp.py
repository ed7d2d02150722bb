"""How long an editor waits for the verdicts on what was just typed, from the message to the answer.

Run: python tests/benchmarks/bench_lsp.py
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from editors import Editor  # noqa: E402
from measures import Measure, Measures, in_loops, offered  # noqa: E402

ROUNDS = 15
SPEC, PAGE, SIDECAR = "mlp.yaml", "backward_pass.md", "backward_pass.derivcheck.yaml"
# What is typed, in turn and back again: the file, what stands there, what is put in its place.
EDITS = {
    "one claim, to a wrong one and back": (SPEC, "EqA1: dL/dW2 = (p - y)", "EqA1: dL/dW2 = (y - p)"),
    "a claim added above the others": (SPEC, "claims:\n", "claims:\n  new: dL/db2 = p - y\n"),
    "a layer, to one with a factor and back": (SPEC, "z1: W1 @ x + b1", "z1: W1 @ x + 2 * b1"),
    "a layer half written, and whole again": (SPEC, "a1: sigmoid(z1)", "a1: sigm(z1)"),
    "a formula of a page, to a wrong one and back": (PAGE, r"\operatorname{diag}(p) - p p^\top", r"- p p^\top"),
}
FIRST = next(iter(EDITS))
QUESTIONS = {
    "hover over a claim": lambda editor: editor.hover(SPEC, "EqA2:", 1),
    "hover over a layer, with its derivative": lambda editor: editor.hover(SPEC, "z1: W1", 1),
    "the verdicts at the lines": lambda editor: editor.inlays(SPEC),
    "completion of a name": lambda editor: editor.completions(SPEC, "EqA2: dL/d"),
}


def processor_seconds(pid: int) -> float:
    """What a process has computed; nothing where the system does not tell."""
    try:
        words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return float("nan")
    import os

    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def measured(editor: Editor, name: str, before: str, after: str) -> tuple[float, float]:
    """(by the clock, of the processor) in milliseconds: the median and the mean of an edit that is made and undone."""
    server = editor.client._server
    assert server is not None
    times = []
    for _ in range(2):  # what is seen for the first time
        editor.replace(name, before, after)
        editor.replace(name, after, before)
    used = processor_seconds(server.pid)
    for _ in range(ROUNDS):
        for old, new in ((before, after), (after, before)):
            start = time.perf_counter()
            editor.replace(name, old, new)
            times.append(1000 * (time.perf_counter() - start))
    used = processor_seconds(server.pid) - used
    return statistics.median(times), 1000 * used / len(times)


def opened(folder: str) -> Iterator[tuple[Editor, str, float]]:
    """An editor with the server and its files: what has been opened, and how long that took by the clock."""
    (Path(folder) / SIDECAR).write_text((ROOT / "specs" / "documents" / SIDECAR).read_text())
    start = time.perf_counter()
    editor = Editor(Path(folder))
    yield editor, "", time.perf_counter() - start
    for path in (ROOT / "specs" / SPEC, ROOT / "specs" / "documents" / PAGE):
        start = time.perf_counter()
        editor.open(path.name, path.read_text())
        yield editor, path.name, time.perf_counter() - start


def measures(quick: bool) -> Measures:
    with tempfile.TemporaryDirectory() as folder:
        *_, (editor, _, _) = opened(folder)
        for what, edit in list(EDITS.items())[:: len(EDITS) - 1 if quick else 1]:
            processor = measured(editor, *edit)[1]
            told = "100 edits in an editor, from the message to the verdicts" if what == FIRST else ""
            yield Measure(f"100 edits: {what}", in_loops(processor / 10), told=told)
        editor.end()


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        for editor, what, seconds in opened(folder):  # noqa: B007 - the editor stays
            done = f"{what} opened: first verdicts" if what else "the server is there"
            print(f"{done} after {seconds:.2f} s")
        print("an edit, from the message to the verdicts: median by the clock, mean of the processor")
        for what, (name, before, after) in EDITS.items():
            clock, processor = measured(editor, name, before, after)
            print(f"  {what:<46} {clock:7.1f} ms {processor:7.1f} ms")
        print("a question")
        for what, ask in QUESTIONS.items():
            times = []
            for _ in range(ROUNDS):
                start = time.perf_counter()
                ask(editor)
                times.append(1000 * (time.perf_counter() - start))
            print(f"  {what:<46} {statistics.median(times):7.1f} ms")
        editor.end()


if __name__ == "__main__":
    offered(main, measures)
