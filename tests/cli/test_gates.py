"""What makes a run fail, and what does not: selections, gates, ignored findings, time, processes, colours."""

from __future__ import annotations

import contextlib
import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest import mock

import pytest
from shipped import derivcheck

from derivcheck.cli.main import run
from derivcheck.diagnostics.diagnostic import DerivcheckError, Diagnostic
from derivcheck.diagnostics.verdicts import ClaimResult
from derivcheck.pipeline.request import Request, path_of
from derivcheck.pipeline.results import FileResult, Report
from derivcheck.pipeline.verification import verify, verify_text
from derivcheck.pipeline.workers import judge_all
from derivcheck.report.page import wants_color
from derivcheck.spec.selection import Selection, selection_of

ROOT = Path(__file__).parents[2]
NETWORK = "tensors: {x: n, w: n}\nloss: {L: sum(w * x^2)}\nclaims:\n"
TRUE, FALSE, OPEN, MEANINGLESS = "dL/dw = x^2", "dL/dx = w * x", "L < L + 1", "dL/dw = q"
EVERY = {"true": TRUE, "false": FALSE, "open": OPEN, "meaningless": MEANINGLESS}


def spec(**claims: str) -> str:
    return NETWORK + "".join(f"  {name}: '{text}'\n" for name, text in claims.items())


def here(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """The same in this process, which has loaded the mathematics already."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    with (
        contextlib.chdir(cwd),
        mock.patch.dict(os.environ, environment),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        code = run(list(arguments))
    said = []
    for stream in (out, err):
        stream.flush()
        said.append(stream.buffer.getvalue().decode())  # type: ignore[attr-defined]
    return subprocess.CompletedProcess(arguments, code, *said)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in EVERY.items():
        (tmp_path / f"{name}.yaml").write_text(spec(**{name: text}))
    (tmp_path / "broken.yaml").write_text("tensors: {x: n\n")
    return tmp_path


# --- -k ---------------------------------------------------------------------------------------

NAMES = ("EqA1", "specs/mlp.yaml")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("EqA1", True),
        ("eqa1", True),
        ("EqA2", False),
        ("not EqA2", True),
        ("EqA1 and EqA2", False),
        ("EqA1 or EqA2", True),
        ("mlp and not EqA1", False),
        ("not (EqA2 or EqA1)", False),
        ("not EqA2 and mlp", True),
        ("EqA2 and mlp or EqA1", True),
        ("EqA2 and (mlp or EqA1)", False),
        ("not not mlp.yaml", True),
        ("'EqA1'", True),
        ('"specs/mlp"', True),
        ("A1\nspecs", False),
    ],
)
def test_expressions(text: str, expected: bool) -> None:
    try:
        assert Selection(text).matches(*NAMES) is expected
    except DerivcheckError as problem:
        assert problem.diagnostic.code == "DC640"
        assert "\n" in text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "and",
        "a and",
        "a b",
        "(a",
        "a)",
        "not",
        "()",
        "'a",
        "or a",
        "not or",
        "(" * 5000 + "a",
        "not " * 5000 + "a",
    ],
)
def test_what_is_no_expression_is_said_so(text: str) -> None:
    with pytest.raises(DerivcheckError) as caught:
        selection_of(text)
    assert caught.value.diagnostic.code == "DC640"


def test_a_selection_judges_claims_and_gradients_by_name() -> None:
    def judged(text: str) -> tuple[list[str], list[str], int]:
        from derivcheck.pipeline.verification import verify_spec
        from derivcheck.spec import read_spec

        result = verify_spec(read_spec(spec(**EVERY), "notes.yaml"), selection=Selection(text))
        return [c.id for c in result.claims], [g.wrt for g in result.gradients], result.deselected

    assert judged("true or false") == (["true", "false"], [], 4)
    assert judged("dL/dw") == ([], ["w"], 5)
    assert judged("∂L/∂w") == ([], ["w"], 5)
    assert judged("notes") == (list(EVERY), ["x", "w"], 0)
    assert judged("notes and not false") == (["true", "open", "meaningless"], ["x", "w"], 1)


def test_nothing_selected_is_never_success(folder: Path) -> None:
    result = here("verify", "true.yaml", "-k", "nothing", "--exit-zero", cwd=folder)
    assert result.returncode == 2
    assert "DC641" in result.stderr
    assert "true" in result.stderr
    result = here("verify", "true.yaml", "false.yaml", "-k", "true.yaml", cwd=folder)
    assert result.returncode == 0, result.stdout
    assert "false.yaml" not in result.stdout
    # What cannot be read may hold what was asked for.
    assert here("verify", "true.yaml", "broken.yaml", "-k", "true", cwd=folder).returncode == 2


# --- gates ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "codes"),
    [
        ((), (0, 1, 1, 1, 2)),
        (("--fail-on", "undecided"), (0, 1, 1, 1, 2)),
        (("--fail-on", "refuted"), (0, 1, 0, 1, 2)),
        (("--exit-zero",), (0, 0, 0, 0, 2)),
        (("--fail-on", "nothing"), (2, 2, 2, 2, 2)),
    ],
)
def test_exit_codes_of_the_gates(folder: Path, arguments: tuple[str, ...], codes: tuple[int, ...]) -> None:
    for name, code in zip((*EVERY, "broken"), codes, strict=True):
        result = here("verify", f"{name}.yaml", *arguments, cwd=folder)
        assert result.returncode == code, (name, result.stdout, result.stderr)


def test_open_claims_are_shown_where_they_do_not_fail(folder: Path) -> None:
    result = here("verify", "open.yaml", "--fail-on", "refuted", cwd=folder)
    assert "? open  undecided" in result.stdout
    values = json.loads(here("verify", "open.yaml", "--fail-on", "refuted", "--format", "json", cwd=folder).stdout)
    assert (values["summary"]["open"], values["summary"]["fails"], values["summary"]["exit_code"]) == (1, 0, 0)


@pytest.mark.parametrize(
    ("verdict", "expected", "is_open"),
    [
        ("undecided", "", True),
        ("undecided", "refuted", True),
        ("checked", "", True),
        ("checked", "proved", True),
        ("checked", "refuted", False),
        ("refuted", "", False),
        ("invalid", "", False),
        ("proved", "refuted", False),
        ("proved", "undecided", False),
    ],
)
def test_what_is_settled_otherwise_is_not_open(verdict: str, expected: str, is_open: bool) -> None:
    claim = ClaimResult("a", "", None, verdict, expected, False)  # type: ignore[arg-type]
    assert claim.open is is_open
    assert FileResult("a.yaml", claims=(claim,), fail_on="refuted").exit_code == (0 if is_open else 1)
    assert FileResult("a.yaml", claims=(claim,)).exit_code == 1


def test_exit_zero_hides_neither_bugs_nor_what_cannot_be_judged() -> None:
    problem = Diagnostic("DC902", "a bug")
    for file, code in (
        (FileResult("a", error=problem, contradiction=True), 3),
        (FileResult("a", error=problem), 2),
        (FileResult("a", claims=(ClaimResult("a", "", None, "refuted", "", False),)), 0),
    ):
        assert Report((file,), exit_zero=True).exit_code == code
    assert Report((), exit_zero=True).exit_code == 2


# --- ignored findings -------------------------------------------------------------------------

COMMENT = "# derivcheck: ignore[DC201] as printed"
SHAPES: dict[str, str] = {
    "on its line": f"  a: dL/dx = w * x  {COMMENT}\n",
    "above": f"  {COMMENT}\n  a: dL/dx = w * x\n",
    "above, with another comment": f"  {COMMENT}\n  # page 12\n  a: dL/dx = w * x\n",
    "after another claim": f"  b: dL/dw = x^2\n  {COMMENT}\n  a: dL/dx = w * x\n",
    "quoted": f'  a: "dL/dx = w * x"  {COMMENT}\n',
    "a mapping": f"  a: {{claim: dL/dx = w * x}}  {COMMENT}\n",
    "a block": f"  a:  {COMMENT}\n    claim: dL/dx = w * x\n",
    "within a block": f"  a:\n    claim: dL/dx = w * x  {COMMENT}\n  b: dL/dw = x^2\n",
    "its note": f"  a:\n    claim: dL/dx = w * x\n    note: seen  {COMMENT}\n",
    "steps": f"  a:\n    steps:\n    - dL/dx = w * x  {COMMENT}\n    - = x * w\n",
    "text": f"  a: |  {COMMENT}\n    dL/dx = w * x\n",
    "a list": f"  - dL/dx = w * x  {COMMENT}\n",
}


@pytest.mark.parametrize("name", sorted(SHAPES))
def test_an_ignored_claim_passes_and_is_shown_so(name: str) -> None:
    result = verify_text(NETWORK + SHAPES[name])
    assert result.error is None
    claim = next(claim for claim in result.claims if not claim.holds)
    assert (claim.verdict, claim.ignored) == ("refuted", "as printed")
    assert (result.exit_code, result.warnings) == (0, ())


@pytest.mark.parametrize(
    "claims",
    [
        f"  a: dL/dw = x^2  {COMMENT}\n",
        f"  a: dL/dx = -2 * w * x  {COMMENT}\n",
        f"  a: dL/dw = x^2\n{COMMENT}\n",
        f"  a: {{claim: dL/dx = w * x, expect: refuted}}  {COMMENT}\n",
        "  a: dL/dx = w * x  # derivcheck: ignore[DC201, DC202] as printed\n",
        "  a: dL/dx = w * x  # derivcheck: ignore[DC201, DC201] as printed\n",
    ],
)
def test_unused_ignores_are_reported_and_fail_where_only_proofs_count(claims: str) -> None:
    result = verify_text(NETWORK + claims)
    assert [warning.code for warning in result.warnings] == ["DC056"]
    where = result.warnings[0].where
    assert where is not None
    assert where.line_text[where.column - 1 : where.column - 1 + where.length].startswith("DC20")
    strict = verify_text(NETWORK + claims, strict=True)
    assert strict.warnings == result.warnings
    assert strict.exit_code == 1


@pytest.mark.parametrize(
    "comment",
    [
        "# derivcheck: ignore[DC201]",
        "# derivcheck: ignore[DC201]   ",
        "# derivcheck: ignore as printed",
        "# derivcheck: ignore[] as printed",
        "# derivcheck: ignore[DC902] as printed",
        "# derivcheck: ignore[DC001] as printed",
        "# derivcheck: ignore[DC201 as printed",
        "# derivcheck: ignore[transpose] as printed",
        "# derivcheck: ingore[DC201] as printed",
        "#derivcheck:ignore[DC201]",
    ],
)
def test_an_ignore_that_cannot_be_meant_is_an_error(comment: str) -> None:
    result = verify_text(NETWORK + f"  a: dL/dx = w * x  {comment}\n")
    assert result.error is not None
    assert result.error.code == "DC055"
    assert result.error.where is not None
    assert result.error.where.line == 4
    assert result.exit_code == 2


def test_what_is_open_is_ignored_by_its_verdict() -> None:
    result = verify_text(NETWORK + f"  a: {OPEN}  # derivcheck: ignore[undecided] inequalities are for people\n")
    assert (result.claims[0].verdict, result.exit_code, result.warnings) == ("undecided", 0, ())


def test_text_that_looks_like_an_ignore_is_text() -> None:
    result = verify_text(f"title: 'x {COMMENT}'\nsource: |\n  {COMMENT}\n" + NETWORK + f"  a: {FALSE}\n")
    assert result.error is None
    assert (result.claims[0].ignored, result.warnings, result.exit_code) == ("", (), 1)


def test_ignores_hide_neither_contradictions_nor_unreadable_specs(monkeypatch: pytest.MonkeyPatch) -> None:
    from derivcheck.diagnostics.diagnostic import ContradictionError
    from derivcheck.pipeline import casebook

    text = NETWORK + f"  a: dL/dx = w * x  {COMMENT}\n"
    assert verify_text(text + "  b: [\n").exit_code == 2

    def contradict(*arguments: object) -> None:
        raise ContradictionError(Diagnostic("DC901", "two ways disagree"))

    monkeypatch.setattr(casebook, "judge", contradict)
    assert verify_text(text).exit_code == 3


def test_ignored_claims_are_counted_in_json_and_told_in_text(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(
        NETWORK + "  a: dL/dx = w * x  # derivcheck: ignore[DC201] W[l] [bold]so\x07\n".replace("\x07", "")
    )
    values = json.loads(here("verify", "a.yaml", "--format", "json", cwd=tmp_path).stdout)
    assert values["files"][0]["claims"][0]["ignored"] == "W[l] [bold]so"
    assert (values["summary"]["ignored"], values["summary"]["fails"]) == (1, 0)
    text = here("verify", "a.yaml", "--ascii", cwd=tmp_path).stdout
    assert "- a  refuted    dL/dx = w * x  (ignored DC201: W[l] [bold]so)" in text
    assert "1 refuted and ignored" in text


# --- time and processes -----------------------------------------------------------------------


def spin() -> str:
    while True:
        try:
            time.sleep(0.01)
        except Exception:
            continue


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_file_that_takes_too_long_could_not_be_judged(folder: Path, jobs: str) -> None:
    result = derivcheck("verify", "false.yaml", "true.yaml", "--timeout", "0.001", "--jobs", jobs, cwd=folder)
    assert result.returncode == 2, result.stdout
    assert result.stdout.count("DC644") == 4  # each in its heading, and in the line that explains it
    assert derivcheck("verify", "true.yaml", "--timeout", "0", cwd=folder).returncode == 2
    assert derivcheck("verify", "true.yaml", "--timeout", "nan", cwd=folder).returncode == 2


@pytest.mark.parametrize("format", ["text", "json"])
def test_jobs_change_no_byte(folder: Path, format: str) -> None:
    alone, together = (derivcheck("verify", ".", "--jobs", jobs, "--format", format, cwd=folder) for jobs in ("1", "3"))
    assert alone.stdout == together.stdout
    assert (alone.returncode, together.returncode) == (2, 2)


def test_results_do_not_depend_on_what_was_judged_before() -> None:
    paths = [ROOT / "specs" / "mlp.yaml", *sorted((ROOT / "specs" / "conventions").glob("*.yaml"))[:2]]
    one_way, other_way = verify(Request(tuple(paths))), verify(Request(tuple(paths[::-1])))
    assert one_way.files == other_way.files[::-1]


def dying(request: Request) -> Report:
    """The process that judges `false.yaml` is killed, as by a system without memory; `open.yaml` never ends."""
    (path,) = map(path_of, request.subjects)
    if path.endswith("false.yaml"):
        os.kill(os.getpid(), signal.SIGKILL)
    if path.endswith("open.yaml"):
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})
        spin()
    return Report((FileResult(path),))


def children() -> list[str]:
    listed = subprocess.run(["ps", "-o", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    return [line for line in listed.splitlines() if line.split()[1] == str(os.getpid()) and "ps" not in line]


@pytest.mark.skipif(sys.platform != "linux", reason="only a fork has this function, and only Linux forks")
def test_processes_that_die_or_hang_cost_their_file_alone(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import multiprocessing

    from derivcheck.pipeline import workers

    monkeypatch.setattr(workers, "GRACE", 0.2)
    paths = tuple(folder / f"{name}.yaml" for name in EVERY)
    found = judge_all(Request(paths, timeout=0.1, jobs=2), dying)
    codes = [result.error.code if result.error is not None else "" for result in found]
    assert codes == ["", "DC645", "DC644", ""]
    assert not multiprocessing.active_children()


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Ctrl-C reaches the processes of a test even where the tests run in the background, and ignore it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def interrupted(folder: Path, *arguments: str, after: Callable[[subprocess.Popen[str]], None]) -> tuple[int, str, str]:
    """What a run says and leaves when the terminal's ctrl-C reaches its whole group."""
    process = subprocess.Popen(
        [sys.executable, "-m", "derivcheck", "verify", *arguments],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    after(process)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    for _ in range(100):
        try:
            os.killpg(process.pid, 0)
        except ProcessLookupError:
            break
        time.sleep(0.05)
    else:
        raise AssertionError("a process was left behind")
    return process.returncode, out, err


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for child processes in /proc")
@pytest.mark.parametrize("ending", ["SIGTERM", "SIGHUP", "SIGKILL"])
def test_processes_end_with_the_one_that_started_them(ending: str) -> None:
    """A signal to the parent alone: it closes nothing, and its processes are busy."""
    process = subprocess.Popen([sys.executable, "-c", BUSY], stdout=subprocess.DEVNULL, start_new_session=True)
    listing = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    while len(started := listing.read_text().split()) < 2:
        time.sleep(0.02)
    process.send_signal(getattr(signal, ending))
    try:
        assert process.wait(30) == -getattr(signal, ending)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise
    deadline = time.monotonic() + 30
    while any(map(_is_busy, started)) and time.monotonic() < deadline:
        time.sleep(0.05)
    left = [int(process) for process in started if _is_busy(process)]
    for number in left:
        os.kill(number, signal.SIGKILL)
    assert not left, "a process was left behind"


BUSY = """
import signal
from derivcheck.pipeline.request import Request
from derivcheck.pipeline.workers import judge_all

def endless(request):
    while True:
        pass

signal.signal(signal.SIGHUP, signal.SIG_DFL)  # whoever runs the tests may have ignored it
judge_all(Request(("a.yaml", "b.yaml"), jobs=2), endless)
"""


def _is_busy(process: str) -> bool:
    """Whether a process is there, and no mere entry that nobody has collected."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for child processes in /proc")
def test_ctrl_c_ends_every_process_without_a_word(folder: Path, interruptible: None) -> None:
    slow = spec(**{f"c{k}": TRUE for k in range(2000)})
    for k in range(4):
        (folder / f"slow{k}.yaml").write_text(slow)

    def both_started(process: subprocess.Popen[str]) -> None:
        listing = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        while len(listing.read_text().split()) < 2:
            time.sleep(0.02)

    code, out, err = interrupted(folder, *(f"slow{k}.yaml" for k in range(4)), "--jobs", "2", after=both_started)
    assert (code, out, err) == (130, "", "")


# --- colours ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("terminal", "environment", "expected"),
    [
        (True, {}, True),
        (False, {}, False),
        (True, {"NO_COLOR": "1"}, False),
        (True, {"NO_COLOR": ""}, True),
        (True, {"TERM": "dumb"}, False),
        (True, {"CLICOLOR": "0"}, False),
        (False, {"CLICOLOR": "1"}, False),
        (False, {"FORCE_COLOR": "1"}, True),
        (False, {"FORCE_COLOR": "0"}, False),
        (True, {"FORCE_COLOR": "0"}, True),
        (False, {"CLICOLOR_FORCE": "1"}, True),
        (False, {"CLICOLOR_FORCE": "0"}, False),
        (False, {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        (False, {"FORCE_COLOR": "1", "TERM": "dumb"}, True),
    ],
)
def test_what_the_environment_says_of_colours(terminal: bool, environment: dict[str, str], expected: bool) -> None:
    assert wants_color(terminal, environment) is expected


def test_the_option_has_the_last_word_on_colours(folder: Path) -> None:
    for arguments, environment, colored in (
        (("--color", "always"), {"NO_COLOR": "1", "TERM": "dumb"}, True),
        (("--color", "never"), {"FORCE_COLOR": "1"}, False),
        (("--color", "auto"), {"FORCE_COLOR": "1"}, True),
        ((), {"DERIVCHECK_COLOR": "always"}, True),
        ((), {}, False),
    ):
        plain = {"NO_COLOR": "", "FORCE_COLOR": "", "CLICOLOR_FORCE": "", **environment}
        result = here("verify", "true.yaml", *arguments, cwd=folder, **plain)
        assert ("\x1b[32m" in result.stdout) is colored, (arguments, environment)
    assert "\x1b[" in here("check", "x = x", "--color", "always", cwd=folder).stdout


# --- starting ---------------------------------------------------------------------------------


COMPLETION = {"_DERIVCHECK_COMPLETE": "complete_bash", "COMP_CWORD": "1"}
ZSH = {"_DERIVCHECK_COMPLETE": "complete_zsh"}


@pytest.mark.parametrize(
    ("arguments", "environment", "by_typer"),
    [
        (["--help"], {}, []),
        (["--version"], {}, []),
        # Typer 0.29 builds the adapters of a command's parameters with pydantic, in every program that has some.
        (["verify", "--help"], {}, ["pydantic"]),
        ([], {**COMPLETION, "COMP_WORDS": "derivcheck ver"}, ["pydantic"]),
        ([], {**COMPLETION, "COMP_WORDS": "derivcheck verify --fail", "COMP_CWORD": "2"}, ["pydantic"]),
        ([], {**ZSH, "_TYPER_COMPLETE_ARGS": "derivcheck verify --fail-on "}, ["pydantic"]),
    ],
    ids=["help", "version", "help of a command", "a command", "an option", "a value"],
)
def test_help_and_completion_load_nothing_heavy(
    arguments: list[str], environment: dict[str, str], by_typer: list[str]
) -> None:
    program = (
        "import atexit, sys\n"
        "heavy = {'sympy', 'mpmath', 'numpy', 'ruamel', 'pydantic'}\n"
        "atexit.register(lambda: print('loaded:', *sorted(heavy & set(sys.modules)), file=sys.stderr))\n"
        "from derivcheck.cli.main import run\n"
        "assert not heavy & set(sys.modules)\n"
        "sys.exit(run(sys.argv[1:]))\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, **environment},
    )
    assert result.stdout.strip()
    loaded = result.stderr.partition("loaded:")[2].split()
    assert "loaded:" in result.stderr
    assert set(loaded) <= set(by_typer), result.stderr
