"""`[tool.derivcheck]`, the environment and the command line: what counts, and what is refused with its place."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from derivcheck.cli.configuration import KEYS, defaults, nearest, unknown_variables
from derivcheck.cli.main import run
from derivcheck.diagnostics.diagnostic import DerivcheckError

NETWORK = "tensors: {x: n, w: n}\nloss: {L: sum(w * x^2)}\nclaims:\n"
REFUTED, OPEN = NETWORK + "  a: dL/dx = w * x\n", NETWORK + "  a: L < L + 1\n"


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "refuted.yaml").write_text(REFUTED)
    (tmp_path / "open.yaml").write_text(OPEN)
    (tmp_path / "below" / "deeper").mkdir(parents=True)
    with contextlib.chdir(tmp_path):
        yield tmp_path


def configure(project: Path, text: str) -> None:
    (project / "pyproject.toml").write_text(text)


def test_the_nearest_file_upwards_counts_and_no_other(project: Path) -> None:
    configure(project, "[tool.derivcheck]\nseed = 1\n")
    deeper = project / "below" / "deeper"
    assert defaults(deeper) == {"seed": 1}
    (project / "below" / "pyproject.toml").write_text("[project]\nname = 'another'\n")
    assert nearest(deeper) == project / "below" / "pyproject.toml"
    assert defaults(deeper) == {}


def test_every_key_is_an_option_of_verify() -> None:
    from derivcheck.cli.commands import app

    parameters = {
        name
        for command in app.registered_commands
        if command.callback is not None and command.callback.__name__ == "verify"
        for name in command.callback.__annotations__
    }
    for name, key in KEYS.items():
        assert key.parameter == name.replace("-", "_")
        assert key.parameter in parameters
    # What asks for one run alone has no place in a file.
    assert parameters - {key.parameter for key in KEYS.values()} == {
        "keyword",
        "watch",
        "spec",
        "plot",
        "update_baseline",
        "changed",
        "report",
        "return",
    }


@pytest.mark.parametrize(
    ("table", "environment", "arguments", "code"),
    [
        ("", {}, [], 1),
        ("exit-zero = true", {}, [], 0),
        ("exit-zero = true", {"DERIVCHECK_EXIT_ZERO": "0"}, [], 1),
        ("exit-zero = false", {"DERIVCHECK_EXIT_ZERO": "1"}, [], 0),
        ("exit-zero = false", {"DERIVCHECK_EXIT_ZERO": "1"}, ["--no-exit-zero"], 1),
        ("exit-zero = true", {}, ["--no-exit-zero"], 1),
        ("", {"DERIVCHECK_EXIT_ZERO": "true"}, [], 0),
        ("", {"DERIVCHECK_EXIT_ZERO": "perhaps"}, [], 2),
        ("", {"DERIVCHECK_JOBS": "many"}, [], 2),
        ("", {"DERIVCHECK_FAIL_ON": "nothing"}, [], 2),
    ],
)
def test_options_before_environment_before_table(
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
    table: str,
    environment: dict[str, str],
    arguments: list[str],
    code: int,
) -> None:
    configure(project, f"[tool.derivcheck]\n{table}\n")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert run(["verify", "refuted.yaml", *arguments]) == code


def test_every_option_of_the_table_has_its_effect(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    configure(
        project,
        '[tool.derivcheck]\nspecs = ["open.yaml"]\nformat = "json"\nseed = 11\nfail-on = "refuted"\njobs = 1\n'
        'timeout = 60\nnumeric = "structured"\nsizes = "n=6"\ncolor = "never"\nascii = true\n',
    )
    assert run(["verify"]) == 0
    out = capsys.readouterr().out
    file = json.loads(out)["files"][0]
    assert out.isascii()
    assert (file["path"], file["seed"], file["fail_on"]) == ("open.yaml", 11, "refuted")
    assert file["gradients"][0]["numeric"]["entries"] == 6


def test_paths_of_the_table_are_seen_from_its_folder(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    configure(project, '[tool.derivcheck]\nspecs = ["open.yaml"]\nfail-on = "refuted"\n')
    with contextlib.chdir(project / "below"):
        assert run(["verify"]) == 0
        assert "../open.yaml" in capsys.readouterr().out
        assert run(["verify", "../refuted.yaml"]) == 1
        assert "open.yaml" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("table", "arguments", "shown", "hidden"),
    [
        ("verbose = true", [], "forms and evidence", "seed 0"),
        ("verbose = 2", [], "seed 0", "nothing of this"),
        ("verbose = 2", ["-q"], "all hold", "seed 0"),
        ("quiet = true", [], "all hold", "gradient   "),
        ("quiet = true", ["-v"], "forms and evidence", "seed 0"),
        ("quiet = true", ["-vv"], "seed 0", "nothing of this"),
    ],
)
def test_the_command_line_decides_how_much_is_said(
    project: Path, capsys: pytest.CaptureFixture[str], table: str, arguments: list[str], shown: str, hidden: str
) -> None:
    (project / "true.yaml").write_text(NETWORK + "  a: dL/dw = x^2\n")
    configure(project, f"[tool.derivcheck]\n{table}\n")
    assert run(["verify", "true.yaml", *arguments]) == 0
    out = capsys.readouterr().out
    assert shown in out
    assert hidden not in out


BROKEN: dict[str, tuple[str, int, str]] = {
    "an unknown key": ("[tool.derivcheck]\nseed = 1\nstrickt = true\n", 3, "unknown key `strickt`"),
    "an underscore": ("[tool.derivcheck]\nfail_on = 'refuted'\n", 2, "unknown key `fail_on`"),
    "a wrong type": ("[tool.derivcheck]\n\nstrict = 'yes'\n", 3, "`strict` is true or false"),
    "a number for a switch": ("[tool.derivcheck]\nstrict = 1\n", 2, "`strict` is true or false"),
    "a switch for a number": ("[tool.derivcheck]\njobs = true\n", 2, "`jobs` is a whole number"),
    "a negative number": ("[tool.derivcheck]\nseed = -1\n", 2, "`seed` is a whole number"),
    "no time": ("[tool.derivcheck]\ntimeout = 0\n", 2, "`timeout` is a number of seconds"),
    "not a number": ("[tool.derivcheck]\ntimeout = nan\n", 2, "`timeout` is a number of seconds"),
    "a wrong word": ("[tool.derivcheck]\nfail-on = 'all'\n", 2, "`fail-on` is one of undecided, refuted"),
    "a list of numbers": ("[tool.derivcheck]\nspecs = [1]\n", 2, "`specs` is a list"),
    "no list": ("[tool.derivcheck]\nspecs = 'specs'\n", 2, "`specs` is a list"),
    "a table below": ("[tool.derivcheck]\n[tool.derivcheck.rules]\na = 1\n", 2, "unknown key `rules`"),
    "no table": ("[tool]\nderivcheck = 3\n", 1, "`tool.derivcheck` is a table"),
    "a list of tables": ("[[tool.derivcheck]]\nseed = 1\n", 1, "`tool.derivcheck` is a table"),
    "a quoted key": ("[tool . 'derivcheck']\n'strickt' = true\n", 2, "unknown key `strickt`"),
    "broken TOML": ("[tool.derivcheck]\nseed = \n", 2, "not TOML"),
    "an open string": ("[tool.derivcheck]\n\n\nformat = 'text\n", 4, "not TOML"),
    "a key twice": ("[tool.derivcheck]\nseed = 1\nseed = 2\n", 3, "not TOML"),
}


@pytest.mark.parametrize("name", sorted(BROKEN))
def test_what_is_wrong_with_the_table_is_said_with_its_place(
    project: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    text, line, message = BROKEN[name]
    configure(project, text)
    with pytest.raises(DerivcheckError) as caught:
        defaults(project)
    diagnostic = caught.value.diagnostic
    assert diagnostic.code == "DC642"
    assert message in diagnostic.message
    assert diagnostic.where is not None
    assert (diagnostic.where.path, diagnostic.where.line) == ("pyproject.toml", line)
    assert run(["verify", "refuted.yaml", "--exit-zero"]) == 2
    assert f"pyproject.toml:{line}:" in capsys.readouterr().err
    # Help and the commands that have no table are given all the same.
    assert run(["verify", "--help"]) == 0
    assert run(["explain", "DC642"]) == 0


def test_a_file_that_is_no_text_is_refused(project: Path) -> None:
    (project / "pyproject.toml").write_bytes(b"\xff\xfe\x00")
    assert run(["verify", "refuted.yaml"]) == 2


def test_help_names_the_configuration(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["verify", "--help"]) == 0
    out = capsys.readouterr().out
    assert "[tool.derivcheck]" in out
    assert "DERIVCHECK_FAIL_ON" in out.replace("\n", "")


@pytest.mark.parametrize(
    ("variable", "help_"),
    [("DERIVCHECK_STRICKT", "DERIVCHECK_STRICT"), ("DERIVCHECK_FAILON", "DERIVCHECK_FAIL_ON")],
)
def test_a_variable_that_is_nearly_an_option_is_warned_of(variable: str, help_: str) -> None:
    found: list[Any] = unknown_variables({variable: "1", "DERIVCHECK_STRICT": "1", "DERIVCHECK_DOCUMENTS": "x"})
    assert [(warning.code, warning.help) for warning in found] == [("DC646", help_)]
    assert not unknown_variables({"DERIVCHECK_TRACEBACK": "1", "DERIVCHECK_SOMETHING_ELSE": "1", "OTHER": ""})
