"""Whatever a command says fits: 80 columns, wrapped at words, in a pipe, without colours, in ASCII."""

from __future__ import annotations

import contextlib
import io
import re
import shlex
from pathlib import Path

import pytest
from rich.text import Text
from shipped import ROOT

from derivcheck.cli.main import run
from derivcheck.report.lines import wrapped

PLACE = re.compile(r"\S:\d+:\d+(?:\D|$)")
WRONG = """\
title: A file with many kinds of things that are wrong with it, and with a title that is longer than a line
tensors: {x: n0, W1: n1 n0, b1: n1, W2: n2 n1, b2: n2, y: {axes: n2, given: one_hot}}
layers:
  z1: W1 @ x + b1
  a1: sigmoid(z1)
  z2: W2 @ a1 + b2
  p: softmax(z2)
loss: {L: "cross_entropy(p, y)"}
claims:
  the hidden layer as the book has it: dL/dz1 = (W2 @ dL/dz2) * sigmoid'(z1)
  other: dL/dW2 = (y - p) @ a1.T
  long: dL/dW1 = 1/2*((W2.T@(p-y))*sigmoid'(z1))@x.T+1/3*((W2.T@(p-y))*sigmoid'(z1))@x.T+1/6*((W2.T@(p-y))*a1*(1+a1))@x.T
  steps: ["dL/dz1 = W2.T @ (p - y) * sigmoid'(z1)", "= (W2.T @ (p - y)) * a1 * (1 - a1)", "= (W2.T @ y) * a1"]
  bound: dL/dz2[i] <= 1
  right: dL/dz2 = p - y  # derivcheck: ignore[DC201] a reason that is long enough to need more than one of the lines
"""
SAID = {  # what is typed: the exit code
    "--help": 0,
    "verify -h": 0,
    "check -h": 0,
    "derive -h": 0,
    "grade -h": 0,
    "verify wrong.yaml": 1,
    "verify wrong.yaml -vv": 1,
    "verify wrong.yaml -q": 1,
    "verify notes.md wrong.yaml broken.yaml gone.yaml": 2,
    "verify notes.md --durations 3": 0,
    "verify --format jsn": 2,
    "verify --jobs 1000": 2,
    "verify notes.md --report xml=a.xml": 2,
    "verify -k nothing notes.md": 2,
    "check 'dL/dW = x'": 2,
    "check 'dL/dz1 = (W2 @ dL/dz2) * a1' --spec wrong.yaml": 1,
    "check 'd(softmax(x))/dx = diag(softmax(x)) - softmax(x) @ softmax(x).T'": 0,
    "derive wrong.yaml --steps": 0,
    "derive wrong.yaml": 0,
    "derive wrong.yaml --wrt q": 2,
    "show-jacobian softmax --size 12": 0,
    "show-jacobian layer_norm": 0,
    "list": 0,
    "list codes": 0,
    "list facts": 0,
    "list claims wrong.yaml": 0,
    "explain DC176": 0,
    "explain DC000": 2,
    "init wrong.yaml": 2,
}
SOME = ("verify -h", "verify wrong.yaml", "check 'dL/dW = x'", "show-jacobian layer_norm", "list codes")
SURROUNDINGS: dict[str, tuple[dict[str, str], tuple[str, ...]]] = {
    "a pipe": ({}, tuple(SAID)),
    "ascii": ({"NO_COLOR": "1", "COLUMNS": "80"}, (*SOME, "-h", "list", "derive wrong.yaml", "verify notes.md -vv")),
    "colours": ({"FORCE_COLOR": "1"}, SOME),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("width")
    (made / "wrong.yaml").write_text(WRONG)
    (made / "broken.yaml").write_text("tensors: {x: n\n")
    shipped = ROOT / "specs" / "documents"
    for name in ("notes.md", "notes.derivcheck.yaml"):
        text = (shipped / name.replace("notes", "backward_pass")).read_text()
        (made / name).write_text(text.replace("backward_pass", "notes"))
    return made


def said(command: str, encoding: str) -> tuple[int, str]:
    """What a command writes to both its streams, and its exit code."""
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding)
    with contextlib.redirect_stdout(stream), contextlib.redirect_stderr(stream):
        code = run(shlex.split(command))
        stream.flush()
    return code, raw.getvalue().decode(encoding)


@pytest.mark.parametrize("surroundings", SURROUNDINGS)
def test_everything_fits(surroundings: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    monkeypatch.delenv("DERIVCHECK_NO_CACHE")  # a file is judged once, for all that is said of it
    variables, commands = SURROUNDINGS[surroundings]
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    for command in commands:
        code, text = said(command, "ascii" if surroundings == "ascii" else "utf-8")
        assert code == SAID.get(command, 0), (command, text)
        assert text.isascii() or surroundings != "ascii", command
        assert ("\x1b" in text) <= (surroundings == "colours"), command
        for line in re.sub(r"\x1b\[[0-9;]*m", "", text).splitlines():
            assert len(line) <= 80 or PLACE.search(line), (command, line)


@pytest.mark.parametrize(
    ("line", "hang", "pieces"),
    [
        ("short", 2, ["short"]),
        ("one two three four five", 2, ["one two", "  three four", "  five"]),
        ("a = f(x,y)+g(x,y)+h(x)", 2, ["a =", "  f(x,y)", "  +g(x,y)", "  +h(x)"]),
        (r"\frac{a}{b}\cdot\frac{c}{d}", 0, [r"\frac{a}{b}", r"\cdot", r"\frac{c}{d}"]),
        ("aaaaaaaaaaaaaaaaaaaaa", 0, ["aaaaaaaaaaaa", "aaaaaaaaa"]),
        ("in some/folder/of/mine.yaml now", 2, ["in", "  some/folder/of/mine.yaml", "  now"]),
        ("a.yaml:12:34: wrong all along", 2, ["a.yaml:12:34: wrong all along"]),
        ("    set in already", 4, ["    set in", "    already"]),
        ("漢字漢字漢字漢字", 0, ["漢字漢字漢字", "漢字"]),
    ],
)
def test_lines_go_on_below(line: str, hang: int, pieces: list[str]) -> None:
    assert [piece.plain for piece in wrapped(Text(line), 12, hang)] == pieces


@pytest.mark.parametrize("width", range(40, 90, 7))
def test_nothing_is_lost(width: int) -> None:
    for line in WRONG.splitlines():
        pieces = [piece.plain for piece in wrapped(Text(line), width, 4)]
        assert "".join("".join(pieces).split()) == "".join(line.split())
        assert all(len(piece) <= width for piece in pieces)


@pytest.mark.parametrize(
    ("command", "meant"),
    [
        ("verify --format jsn", "--format json"),
        ("verify --fail-on refute", "--fail-on refuted"),
        ("verify --formt json", "--format"),
        ("verfy", "verify"),
        ("list lossess", "losses"),
        ("verify notes.mb", "notes.md"),
        ("verify wrong.yml", "wrong.yaml"),
        ("check 'dL/dW = x'", "--spec"),
        ("derive wrong.yaml --wrt w1", "--wrt W1"),
        ("explain 203", "DC203"),
        ("show-jacobian softmx", "softmax"),
    ],
)
def test_a_wrong_word_suggests_the_right_one(
    command: str, meant: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    code, text = said(command, "utf-8")
    assert code == 2
    asked = [line for line in text.splitlines() if re.search(r"Did you mean|= help:", line)]
    assert any(meant in line for line in asked), text


def test_help_has_whole_summaries_and_a_short_name() -> None:
    code, text = said("-h", "utf-8")
    assert code == 0 and said("--help", "utf-8")[1] == text
    assert "..." not in text.split("Commands:")[1]
    assert "entries, cases, matrix, numbers, structure." in " ".join(text.split())


def test_bare_verify_looks_below_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = "tensors: {x: n}\nloss: {L: sum(x^2)}\n"
    judged = ("net.yaml", "deep/er/one.yml", "slip.derivcheck.yaml")
    passed = ("node_modules/a.yaml", ".github/workflows/b.yaml", "compose.yaml", "settings.yaml")
    for name in (*judged, *passed):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(spec)
    (tmp_path / "compose.yaml").write_text("services:\n  loss: {L: 1}\n")
    (tmp_path / "settings.yaml").write_bytes(bytes(range(256)))
    (tmp_path / "slip.derivcheck.yaml").write_text("nothing: here\n")
    monkeypatch.chdir(tmp_path)
    code, text = said("verify", "utf-8")
    assert code == 2
    assert [line.split()[0] for line in text.splitlines()[:3]] == sorted(judged)
    assert not [name for name in passed if name in text]
    monkeypatch.chdir(tmp_path / "node_modules" / "..")
    for name in judged:
        (tmp_path / name).unlink()
    assert "DC608" in said("verify", "utf-8")[1]
