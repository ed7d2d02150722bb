"""`--watch`: what has changed is judged again, however it was saved, and nothing else."""

from __future__ import annotations

import itertools
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from derivcheck.cli import watching
from derivcheck.cli.watching import Watch
from derivcheck.diagnostics.verdicts import ClaimResult
from derivcheck.judging import rulings
from derivcheck.judging.statement import Statement
from derivcheck.pipeline import casebook
from derivcheck.pipeline.memory import Memory
from derivcheck.pipeline.request import Request
from derivcheck.pipeline.verification import verify_file

ROOT = Path(__file__).parents[2]
SPEC = "tensors: {x: n, w: n}\nloss: {L: sum(w * x^2)}\nclaims:\n  a: dL/dw = x^2\n  b: dL/dx = 2 * w * x\n"
WRONG = SPEC.replace("2 * w", "3 * w")


class Clock:
    """Time that passes when it is told to."""

    now = 0.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(watching, "time", made)
    return made


SAVES = itertools.count(1)


def save(path: Path, text: str) -> None:
    """Write a file; its time differs from that of every save before, whatever the system's clock resolves."""
    path.write_text(text)
    when = 10**18 + next(SAVES)
    os.utime(path, ns=(when, when))


def verdicts(results: list) -> list[tuple[str, list[str]]]:  # type: ignore[type-arg]
    return [
        (Path(r.path).name, [r.error.code] if r.error is not None else [c.verdict for c in r.claims]) for r in results
    ]


def test_only_the_changed_file_is_judged_again(tmp_path: Path, clock: Clock) -> None:
    one, two = tmp_path / "one.yaml", tmp_path / "two.yaml"
    save(one, SPEC)
    save(two, SPEC)
    watch = Watch(lambda: [one, two], Request())
    assert verdicts(watch.look()) == [("one.yaml", ["proved", "proved"]), ("two.yaml", ["proved", "proved"])]
    assert watch.look() == []
    save(two, WRONG)
    assert verdicts(watch.look()) == [("two.yaml", ["proved", "refuted"])]
    assert watch.look() == []
    save(two, SPEC)
    assert verdicts(watch.look()) == [("two.yaml", ["proved", "proved"])]


def test_a_file_that_an_editor_replaces(tmp_path: Path, clock: Clock) -> None:
    path, other = tmp_path / "one.yaml", tmp_path / ".one.yaml.swp"
    save(path, SPEC)
    watch = Watch(lambda: [path], Request())
    watch.look()
    save(other, WRONG)
    os.replace(other, path)
    assert verdicts(watch.look()) == [("one.yaml", ["proved", "refuted"])]


@pytest.mark.parametrize("gone", [True, False], ids=["missing", "empty"])
def test_a_file_that_is_gone_for_a_moment_is_waited_for(tmp_path: Path, clock: Clock, gone: bool) -> None:
    path = tmp_path / "one.yaml"
    save(path, SPEC)
    watch = Watch(lambda: [path], Request())
    watch.look()
    if gone:
        path.unlink()
    else:
        save(path, "")
    assert watch.look() == []
    clock.now += watching.PATIENCE / 2
    assert watch.look() == []
    save(path, WRONG)
    assert verdicts(watch.look()) == [("one.yaml", ["proved", "refuted"])]
    path.unlink()
    watch.look()
    clock.now += watching.PATIENCE
    assert verdicts(watch.look()) == [("one.yaml", ["DC601"])]
    assert watch.look() == []
    save(path, SPEC)
    assert verdicts(watch.look()) == [("one.yaml", ["proved", "proved"])]


def test_a_broken_file_is_said_so_and_mended(tmp_path: Path, clock: Clock) -> None:
    path = tmp_path / "one.yaml"
    save(path, SPEC[:20])
    watch = Watch(lambda: [path], Request())
    assert verdicts(watch.look()) == [("one.yaml", ["DC010"])]
    save(path, SPEC)
    assert verdicts(watch.look()) == [("one.yaml", ["proved", "proved"])]


def test_files_of_a_folder_come_and_go(tmp_path: Path, clock: Clock) -> None:
    from derivcheck.cli.verifying import spec_files

    watch = Watch(lambda: spec_files([tmp_path]), Request())
    assert verdicts(watch.look()) == [(tmp_path.name, ["DC608"])]
    assert watch.look() == []
    save(tmp_path / "one.yaml", SPEC)
    assert verdicts(watch.look()) == [("one.yaml", ["proved", "proved"])]
    (tmp_path / "one.yaml").unlink()
    assert verdicts(watch.look()) == [(tmp_path.name, ["DC608"])]


def test_the_document_of_a_sidecar_is_watched_too(tmp_path: Path, clock: Clock) -> None:
    path, notes = tmp_path / "one.yaml", tmp_path / "notes.md"
    save(notes, "$$\\frac{\\partial L}{\\partial w} = x \\odot x$$\n")
    save(path, SPEC.replace("claims:", "document: {file: notes.md}\nclaims:"))
    watch = Watch(lambda: [path], Request())
    first = watch.look()
    assert first[0].document == str(notes)
    save(notes, "$$\\frac{\\partial L}{\\partial w} = x$$\n")
    again = watch.look()
    assert len(again) == 1
    assert (first[0].exit_code, again[0].exit_code) == (0, 1)


EDITS = {
    "a claim": lambda text: text.replace("(p - y) @ a1.T", "(y - p) @ a1.T", 1),
    "a new claim": lambda text: text.replace("claims:\n", "claims:\n  first: dL/db2 = p - y\n"),
    "a claim less": lambda text: text.replace("  EqA1.1: dL/dz2 = p - y\n", ""),
    "a layer": lambda text: text.replace("sigmoid(z1)", "tanh(z1)", 1),
    "a size": lambda text: text.replace("n1: 5", "n1: 6"),
    "a seed": lambda text: text.replace("seed: 7", "seed: 8"),
    "the title": lambda text: text.replace("One hidden layer", "A hidden layer"),
    "a comment above": lambda text: "# seen\n" + text,
    "a broken claim": lambda text: text.replace("dL/dz2 = p - y", "dL/dz2 = p - ", 1),
    "an unknown layer": lambda text: text.replace("W2 @ a1", "W2 @ a7", 1),
    "an ignore": lambda text: text.replace(
        'y - p) @ a1.T", expect: refuted}', 'y - p) @ a1.T"}  # derivcheck: ignore[DC202] so printed'
    ),
}


def test_what_is_remembered_changes_no_result(tmp_path: Path) -> None:
    """One memory over all edits, there and back, against judging each text on its own."""
    path, memory = tmp_path / "mlp.yaml", Memory()
    text = (ROOT / "specs" / "mlp.yaml").read_text()
    for name, edit in EDITS.items():
        assert edit(text) != text, name
        for edited in (edit(text), text):
            path.write_text(edited)
            remembered, alone = verify_file(path, memory=memory), verify_file(path)
            assert remembered.exit_code == alone.exit_code, name
            assert [without_digits(claim) for claim in remembered.claims] == [without_digits(c) for c in alone.claims]
            assert remembered.warnings == alone.warnings
            assert remembered.error == alone.error
            assert remembered.gradients == alone.gradients
            assert (remembered.title, remembered.seed, remembered.sizes) == (alone.title, alone.seed, alone.sizes)


def test_a_claim_is_judged_again_where_more_than_its_line_is_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, memory, heard = tmp_path / "net.yaml", Memory(), list[str]()
    path.write_text(MOVING)
    verify_file(path, memory=memory)

    def judge(statement: Statement) -> ClaimResult:
        heard.append(statement.declaration.id)
        return rulings.judge(statement)

    monkeypatch.setattr(casebook, "judge", judge)
    text = MOVING
    for old, new, again in MOVES:
        text = text.replace(old, new, 1)
        path.write_text(text)
        found = verify_file(path, memory=memory).claims
        assert heard == again, new
        heard.clear()
        alone = verify_file(path).claims
        assert [without_digits(claim) for claim in found] == [without_digits(claim) for claim in alone]
        heard.clear()


MOVING = """\
tensors: {x: n, w: n}
loss: {L: sum(w * x^2)}
claims:
  a: dL/dw = x^2
  b: |-
    dL/dx =
      3 * w * x
  c: {claim: dL/dx = w * x, expect: refuted}
"""
MOVES = [
    ("tensors", "# seen\n\ntensors", []),
    ("  b: |", "  new: dL/dw = 2*x^2\n  b: |", ["new"]),
    ("  a: dL/dw = x^2\n", "", []),
    ("      3 * w", "       3 * w", ["b"]),
    ("refuted}", "refuted}  # in print", ["c"]),
    ("  c: {", "  c: { ", ["c"]),
    ("# seen\n", "", []),
]


def without_digits(claim):  # type: ignore[no-untyped-def]
    """A claim without the digits of its error bars: they follow the order in which nodes were made."""
    return replace(claim, numeric=replace(claim.numeric, bar=0.0, max_error=0.0))


def test_nothing_piles_up_while_watching(tmp_path: Path, clock: Clock) -> None:
    from derivcheck.graph import derive
    from derivcheck.graph.nodes import World

    path = tmp_path / "one.yaml"
    worlds: set[int] = set()
    watch = Watch(lambda: [path], Request())
    for k in range(5):
        save(path, SPEC.replace("w * x^2", f"w * x^2 * {k + 1}"))
        watch.look()
        assert len(derive._sweeps) == 0
        import gc

        gc.collect()
        worlds = {id(found) for found in gc.get_objects() if isinstance(found, World) and len(found.interned)}
    assert len(worlds) <= 2  # this file's, and the one that everything else shares


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Ctrl-C reaches the processes of a test even where the tests run in the background, and ignore it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def running(tmp_path: Path, interruptible: None) -> Iterator[tuple[subprocess.Popen[str], Path, queue.Queue[str]]]:
    path = tmp_path / "one.yaml"
    save(path, SPEC)
    process = subprocess.Popen(
        [sys.executable, "-m", "derivcheck", "verify", "one.yaml", "--watch"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    lines: queue.Queue[str] = queue.Queue()
    assert process.stdout is not None
    stream = process.stdout
    threading.Thread(target=lambda: [lines.put(line) for line in stream], daemon=True).start()
    yield process, path, lines
    process.kill()
    process.wait()
    assert process.stderr is not None
    process.stderr.close()
    time.sleep(0.05)
    stream.close()


def until(lines: queue.Queue[str], words: str) -> str:
    seen = ""
    while words not in seen:
        seen += lines.get(timeout=60)
    return seen


def test_the_command_watches_until_it_is_interrupted(
    running: tuple[subprocess.Popen[str], Path, queue.Queue[str]],
) -> None:
    process, path, lines = running
    assert "2 proved" in until(lines, "ctrl-C ends")
    save(path, WRONG)
    assert "error[DC2" in until(lines, "judged again: one.yaml")
    save(path, SPEC)
    assert "2 proved" in until(lines, "judged again: one.yaml")
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=60) == 130
    assert process.stderr is not None
    assert process.stderr.read() == ""


@pytest.mark.parametrize("arguments", [["--format", "json"], ["--plot", "errors.svg"]])
def test_watching_writes_text_alone(arguments: list[str], tmp_path: Path) -> None:
    from derivcheck.cli.main import run

    save(tmp_path / "one.yaml", SPEC)
    assert run(["verify", str(tmp_path / "one.yaml"), "--watch", *arguments]) == 2
