"""One claim, gradient or attempt that fails or runs away costs itself alone, and every format says so."""

from __future__ import annotations

import json
import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest

from derivcheck.diagnostics.diagnostic import ContradictionError, Diagnostic
from derivcheck.graph.nodes import Node
from derivcheck.judging.deadline import STARVED, Limit, TimeIsUpError, aside, within
from derivcheck.judging.diagnose import Diagnoser
from derivcheck.judging.edits import Edits
from derivcheck.judging.examiner import Examiner
from derivcheck.judging.judge import Judge, Judgement
from derivcheck.judging.local_edits import LocalEdits
from derivcheck.judging.proofreader import Proofreader
from derivcheck.judging.settings import Measuring
from derivcheck.pipeline.casebook import Casebook
from derivcheck.pipeline.results import FileResult, Report
from derivcheck.pipeline.verification import verify_spec
from derivcheck.report.formats import FORMATS, rendered
from derivcheck.report.page import Page
from derivcheck.report.schema import report_schema
from derivcheck.spec import read_spec
from derivcheck.spec.declarations import VERDICTS

SPEC = """
tensors: {x: n0, W: n1 n0, b: n1, y: n1}
layers: {z: W @ x + b, a: sigmoid(z)}
loss: {L: "sse(a, y)/2"}
claims:
  right: dL/da = a - y
  odd: dL/dz = (a - y) * sigmoid'(z)
  wrong: dL/dW = (a - y) * sigmoid'(z)
  also right: dL/dx = W.T @ dL/dz
"""


@pytest.fixture
def in_the_open(monkeypatch: pytest.MonkeyPatch) -> None:
    """Failures are reported as users see them, not raised."""
    monkeypatch.delenv("DERIVCHECK_TRACEBACK")


def judged(text: str = SPEC, seconds: float = 20.0) -> FileResult:
    return verify_spec(read_spec(text), measuring=Measuring(seconds=seconds))


def verdicts(file: FileResult) -> dict[str, str]:
    return {claim.id: claim.verdict for claim in file.claims}


def broken(*arguments: object, **named: object) -> Any:
    raise ZeroDivisionError("on purpose")


def spin(*arguments: object, **named: object) -> Any:
    """Compute for ever: what only waits has longer."""
    while True:
        try:
            sum(range(10_000))
        except Exception:
            continue


def compute() -> Any:
    while True:
        pass


def contradicting(*arguments: object, **named: object) -> Any:
    raise ContradictionError(Diagnostic("DC901", "two ways disagree"))


EXPECTED = {"right": "proved", "odd": "proved", "wrong": "refuted", "also right": "proved"}


def at_the_odd_claim(monkeypatch: pytest.MonkeyPatch, happening: Callable[..., Any]) -> None:
    """Let something happen where `odd` is judged, and where the gradients have no part in it."""
    honest, asked = Judge.judge, []

    def judge(self: Judge, left: Node, right: Node, *rest: Any, **named: Any) -> Judgement:
        name = getattr(left, "name", "")
        if name == "dL/dz":
            asked.append(name)
            return happening()
        return honest(self, left, right, *rest, **named)

    monkeypatch.setattr(Judge, "judge", judge)


def test_an_undisturbed_file() -> None:
    assert verdicts(judged()) == EXPECTED


@pytest.mark.parametrize(("happening", "code"), [(broken, "DC900"), (contradicting, "DC901")])
def test_a_claim_that_fails_costs_itself_alone(
    happening: Callable[..., Any], code: str, monkeypatch: pytest.MonkeyPatch, in_the_open: None
) -> None:
    at_the_odd_claim(monkeypatch, happening)
    file = judged()
    assert verdicts(file) == {**EXPECTED, "odd": "internal"}
    claim = file.claims[1]
    assert (claim.diagnosis.code if claim.diagnosis else "", claim.holds) == (code, False)
    assert claim.where is not None and claim.diagnosis is not None and claim.diagnosis.where == claim.where
    assert {g.verdict for g in file.gradients if g.wrt != "b"} == {"proved"}  # dL/db is dL/dz
    assert (file.error, file.contradiction, file.exit_code) == (None, False, 3)


def test_what_nobody_foresaw_is_raised_where_that_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    at_the_odd_claim(monkeypatch, broken)
    with pytest.raises(ZeroDivisionError):
        judged()


def test_nobody_can_expect_or_ignore_an_internal_error(monkeypatch: pytest.MonkeyPatch, in_the_open: None) -> None:
    assert "internal" not in VERDICTS
    at_the_odd_claim(monkeypatch, broken)
    for expected in VERDICTS:
        text = SPEC.replace(
            "odd: dL/dz = (a - y) * sigmoid'(z)",
            f'odd: {{claim: "dL/dz = (a - y) * sigmoid\'(z)", expect: {expected}}}',
        )
        assert not judged(text).claims[1].holds


def test_a_gradient_that_fails_costs_itself_alone(monkeypatch: pytest.MonkeyPatch, in_the_open: None) -> None:
    honest = Examiner.measured

    def measured(self: Examiner, tensor: Any) -> Any:
        return broken() if tensor.name == "b" else honest(self, tensor)

    monkeypatch.setattr(Examiner, "measured", measured)
    file = judged()
    assert {g.wrt: g.verdict for g in file.gradients} == {"x": "proved", "W": "proved", "b": "internal", "y": "proved"}
    assert verdicts(file) == EXPECTED
    problem = file.gradients[2].problem
    assert problem is not None and problem.code == "DC900" and file.exit_code == 3


def test_a_form_that_cannot_be_written_costs_its_gradient_alone(
    monkeypatch: pytest.MonkeyPatch, in_the_open: None
) -> None:
    honest = Proofreader.gradient

    def gradient(self: Proofreader, tensor: Any) -> Any:
        return broken() if tensor.name == "W" else honest(self, tensor)

    monkeypatch.setattr(Proofreader, "gradient", gradient)
    file = judged()
    assert {g.wrt for g in file.gradients if g.verdict == "internal"} == {"W"}
    assert verdicts(file) == EXPECTED and file.exit_code == 3


@pytest.mark.parametrize(
    ("room", "method"), [(Edits, "_whole"), (LocalEdits, "of"), (Edits, "_slopes"), (Edits, "_layouts")]
)
def test_an_edit_that_fails_costs_an_attempt_and_is_noted(
    room: type, method: str, monkeypatch: pytest.MonkeyPatch, in_the_open: None
) -> None:
    monkeypatch.setattr(room, method, lambda *arguments: (broken() for _ in "x"))
    file = judged()
    assert verdicts(file) == EXPECTED
    claim = file.claims[2]
    assert claim.diagnosis is not None and claim.diagnosis.code.startswith("DC2")
    assert set(claim.lapses) == {"ZeroDivisionError: on purpose"}
    assert "lapse" in rendered("text", Report((file,)), Page(verbosity=2))


def test_a_search_that_fails_costs_no_verdict(monkeypatch: pytest.MonkeyPatch, in_the_open: None) -> None:
    monkeypatch.setattr(Diagnoser, "diagnose", broken)
    file = judged()
    claim = file.claims[2]
    assert verdicts(file) == EXPECTED and file.exit_code == 1
    assert claim.diagnosis is not None and claim.diagnosis.code == "DC230" and claim.lapses


def test_a_failing_edit_is_raised_where_that_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Edits, "_slopes", lambda *arguments: (broken() for _ in "x"))
    with pytest.raises(ZeroDivisionError):
        judged()


def test_a_network_that_cannot_be_built_is_the_file(monkeypatch: pytest.MonkeyPatch, in_the_open: None) -> None:
    monkeypatch.setattr("derivcheck.judging.panel.build", broken)
    file = judged()
    assert file.error is not None and (file.error.code, file.contradiction, file.exit_code) == ("DC900", True, 3)


# --- time -------------------------------------------------------------------------------------


def test_a_claim_that_runs_away_costs_itself_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    at_the_odd_claim(monkeypatch, spin)
    file = judged(seconds=0.5)
    assert verdicts(file) == {**EXPECTED, "odd": "undecided"}
    assert file.claims[1].message.startswith("took longer than 0.5 s")
    assert file.exit_code == 1


def test_a_gradient_that_runs_away_costs_itself_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = Examiner.measured

    def measured(self: Examiner, tensor: Any) -> Any:
        return spin() if tensor.name == "b" else honest(self, tensor)

    monkeypatch.setattr(Examiner, "measured", measured)
    file = judged(seconds=0.5)
    assert {g.wrt: g.verdict for g in file.gradients}["b"] == "undecided"
    assert "took longer than 0.5 s" in file.gradients[2].notes[-1]
    assert verdicts(file) == EXPECTED


def test_a_search_that_runs_away_costs_no_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Edits, "_slopes", spin)
    file = judged(seconds=1.0)
    claim = file.claims[2]
    assert verdicts(file) == EXPECTED
    assert (
        claim.diagnosis is not None and dict(claim.diagnosis.notes)["search"] == "what is wrong was not found in time"
    )


def test_what_is_refuted_stays_so_whatever_takes_too_long_after_it(monkeypatch: pytest.MonkeyPatch) -> None:
    at_the_odd_claim(monkeypatch, spin)
    text = SPEC.replace("odd: dL/dz = (a - y) * sigmoid'(z)", "odd: a - y = y - a = a\n  odd: dL/dz = a")
    text = text.replace("a = a\n  odd: dL/dz = a", "a = dL/dz = y")
    assert judged(text, seconds=0.7).claims[1].verdict == "refuted"


def test_nothing_half_made_is_used_after_an_interruption(monkeypatch: pytest.MonkeyPatch) -> None:
    """A canonical form that was interrupted between its form and its facts would lose facts without a word."""
    text = """
tensors: {z: n, y: {axes: n, given: one_hot}}
layers: {p: softmax(z)}
loss: {L: "cross_entropy(p, y)"}
claims: {first: dL/dz = p - y, second: dL/dz = p - y}
"""
    from derivcheck.evidence.canonical.form import Canonical

    honest, calls = Canonical.facts_used, []

    def facts_used(self: Canonical, root: Node) -> Any:
        calls.append(root)
        if len(calls) == 1:
            self._used.clear()
            spin()
        return honest(self, root)

    monkeypatch.setattr(Casebook, "_selected_gradients", lambda *arguments: ())
    monkeypatch.setattr(Canonical, "facts_used", facts_used)
    file = judged(text, seconds=0.5)
    assert verdicts(file) == {"first": "undecided", "second": "proved"}
    assert file.claims[1].facts == ("Σ y = 1",)


@pytest.fixture
def spoilt(monkeypatch: pytest.MonkeyPatch, in_the_open: None) -> Iterator[Report]:
    """A report with an internal claim, an internal gradient and one that took too long."""
    honest = Examiner.measured

    def measured(self: Examiner, tensor: Any) -> Any:
        happening = {"b": broken, "y": spin}.get(tensor.name)
        return happening() if happening else honest(self, tensor)

    monkeypatch.setattr(Examiner, "measured", measured)
    at_the_odd_claim(monkeypatch, broken)
    yield Report((judged(seconds=0.5),))


def test_every_format_shows_what_failed(spoilt: Report) -> None:
    assert spoilt.exit_code == 3
    shown = {format: rendered(format, spoilt, Page()) for format in FORMATS}
    for format, text in shown.items():
        assert "ZeroDivisionError: on purpose" in text.replace("&#58;", ":"), format
        assert "DC900" in text, format
    for format in ("text", "html"):
        assert "internal error" in shown[format], format
        assert "took longer than 0.5 s" in shown[format], format
    values = json.loads(shown["json"])
    jsonschema.validate(values, report_schema())
    assert values["summary"]["claims"]["internal"] == values["summary"]["gradients"]["internal"] == 1
    suite = ElementTree.fromstring(shown["junit"])
    assert suite.get("errors") == "2"


def test_a_fixed_time_is_an_option(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from derivcheck.cli.main import run

    (tmp_path / "a.yaml").write_text(SPEC.replace("  wrong: dL/dW = (a - y) * sigmoid'(z)\n", ""))
    monkeypatch.chdir(tmp_path)
    at_the_odd_claim(monkeypatch, spin)
    assert run(["verify", "a.yaml", "--claim-timeout", "0.5"]) == 1
    (tmp_path / "pyproject.toml").write_text("[tool.derivcheck]\nclaim-timeout = 0.5\n")
    assert run(["verify", "a.yaml"]) == 1
    assert run(["verify", "a.yaml", "--claim-timeout", "-1"]) == 2
    assert run(["verify", "a.yaml", "--claim-timeout", "0", "--timeout", "1"]) == 2


# --- limits inside limits ---------------------------------------------------------------------


def test_what_takes_too_long_is_stopped() -> None:
    before = signal.getsignal(signal.SIGALRM)
    assert within(Limit(0.05), spin, lambda: "late") == "late"
    assert within(Limit(60), lambda: "done", lambda: "late") == "done"
    assert within(Limit(0.05, busy=True), spin, lambda: "late") == "late"
    assert within(Limit(0), lambda: "done", lambda: "late") == "done"
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)
    assert signal.getsignal(signal.SIGALRM) == before


def test_a_busy_limit_counts_what_is_computed() -> None:
    """Not what others on the machine compute; and what only waits ends as well, some time."""
    computed, begun = time.process_time(), time.monotonic()
    assert within(Limit(0.1, busy=True), compute, lambda: "late") == "late"
    assert time.process_time() - computed >= 0.1 or time.monotonic() - begun >= STARVED * 0.1
    assert within(Limit(1, busy=True), lambda: time.sleep(1.1) or "done", lambda: "late") == "done"


def test_an_interruption_that_is_lost_is_repeated() -> None:
    def swallow() -> str:
        try:
            return str(spin())
        except BaseException:
            return str(spin())

    assert within(Limit(0.02), swallow, lambda: "late") == "late"


def test_the_inner_limit_ends_the_inner_work() -> None:
    inner = lambda: within(Limit(0.05), spin, lambda: "inner")  # noqa: E731
    assert within(Limit(60), lambda: inner() + inner(), lambda: "outer") == "innerinner"
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)


def test_the_outer_limit_ends_everything_inside() -> None:
    assert within(Limit(0.05), lambda: within(Limit(60), spin, lambda: "inner"), lambda: "outer") == "outer"
    assert within(Limit(0.05), lambda: within(Limit(0), spin, lambda: "inner"), lambda: "outer") == "outer"
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)


def test_the_outer_limit_goes_on_after_an_inner_one() -> None:
    def work() -> str:
        within(Limit(60), lambda: "done", lambda: "late")
        return str(spin())

    assert within(Limit(0.05), work, lambda: "outer") == "outer"


def test_work_aside_has_a_time_of_its_own() -> None:
    def work() -> str:
        time.sleep(0.15)
        return aside(lambda: time.sleep(0.1) or "aside", lambda: "late") + aside(spin, lambda: ", late") + ", in time"

    assert within(Limit(0.25), work, lambda: "outer") == "aside, late, in time"
    assert within(Limit(0.1), lambda: aside(lambda: "aside", lambda: "late") + str(spin()), lambda: "outer") == "outer"
    assert aside(lambda: "without a limit", lambda: "late") == "without a limit"


def test_an_outer_limit_ends_work_aside() -> None:
    inner = lambda: within(Limit(60), lambda: aside(spin, lambda: "aside"), lambda: "inner")  # noqa: E731
    assert within(Limit(0.1), inner, lambda: "outer") == "outer"
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)


def test_there_is_no_limit_in_a_thread() -> None:
    found: list[str] = []
    work = lambda: within(Limit(0.02), lambda: time.sleep(0.1) or "done", lambda: "late")  # noqa: E731
    thread = threading.Thread(target=lambda: found.append(work()))
    thread.start()
    thread.join()
    assert found == ["done"]


def test_an_alarm_of_somebody_else_rings_when_it_would_have() -> None:
    rung: list[float] = []
    begun = time.monotonic()
    before = signal.signal(signal.SIGALRM, lambda *_: rung.append(time.monotonic() - begun))
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.1)
        assert within(Limit(0.3), spin, lambda: "late") == "late"
        assert len(rung) == 1
        signal.setitimer(signal.ITIMER_REAL, 0.1)
        assert within(Limit(60), lambda: "done", lambda: "late") == "done"
        time.sleep(0.2)
        assert len(rung) == 2
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@dataclass
class Fragile:
    """Something whose destructor takes its time: an exception raised there would be lost."""

    done: list[str]

    def __del__(self) -> None:
        end = time.monotonic() + 0.1
        while time.monotonic() < end:
            pass
        self.done.append("done")


def test_a_destructor_is_not_interrupted() -> None:
    done: list[str] = []

    def work() -> str:
        Fragile(done)
        return str(spin())

    assert within(Limit(0.03), work, lambda: "late") == "late"
    assert done == ["done"]


def test_other_limits_pass_through() -> None:
    with pytest.raises(TimeIsUpError):
        within(Limit(60), lambda: (_ for _ in ()).throw(TimeIsUpError(Limit(1))), lambda: "late")
