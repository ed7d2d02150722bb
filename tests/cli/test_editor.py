"""The language server, driven by a client over standard input and output."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from shipped import ROOT

pytest.importorskip("pygls")

from editors import Editor, marked
from lsprotocol import types

if TYPE_CHECKING:
    pass

NET = """\
title: α and 𝐱
tensors:
  x: n
  W: {axes: m n, given: positive}
  b: m
  y: m
layers:
  z: W @ x + b
  a: tanh(z)
loss:
  L: sse(a, y)
claims:
  first: dL/da = 2 * (a - y)
  second: dL/dW = dL/dz @ x.T
  known: {claim: dL/dz = dL/da, expect: refuted}
"""
BATCH = """\
extends: net.yaml
claims:
  other: dL/db = dL/dz
"""
SIDECAR = """\
tensors: {x: n, y: n}
loss: {L: 'sse(x, y)'}
symbols:
  '\\hat{x}': x
"""
TEXT = """\
𝐱, so $\\frac{\\partial L}{\\partial x} = 2 (x - y)$ and

$$
\\frac{\\partial L}{\\partial y}
  = 2 (\\hat{x} - y)
$$
"""


@pytest.fixture(scope="module")
def editor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Editor]:
    folder = tmp_path_factory.mktemp("open")
    (folder / "text.derivcheck.yaml").write_text(SIDECAR, encoding="utf-8")
    editor = Editor(folder)
    yield editor
    assert editor.end() == 0


@pytest.fixture
def net(editor: Editor) -> Editor:
    """With a spec open."""
    if "net.yaml" not in editor.texts:
        assert editor.open("net.yaml", NET) == []
    elif editor.texts["net.yaml"] != NET:
        editor.type("net.yaml", editor.texts["net.yaml"], NET)
    return editor


def test_verdicts_follow_what_is_typed(net: Editor) -> None:
    assert net.inlays("net.yaml") == [
        "  x: n «✓ dL/dx»",
        "  W: {axes: m n, given: positive} «✓ dL/dW»",
        "  b: m «✓ dL/db»",
        "  y: m «✓ dL/dy»",
        "  first: dL/da = 2 * (a - y) «✓ proved»",
        "  second: dL/dW = dL/dz @ x.T «✓ proved»",
        "  known: {claim: dL/dz = dL/da, expect: refuted} «✓ refuted as expected»",
    ]
    (wrong,) = net.replace("net.yaml", "first: dL/da = 2 * (a - y)", "first: dL/da = a - y")
    assert wrong.code == "DC201" and net.marked("net.yaml", wrong) == "a - y"
    assert "  first: dL/da = a - y «✗ refuted»" in net.inlays("net.yaml")
    # Behind a character that the client counts as two.
    told = net.replace("net.yaml", "{claim: dL/dz = dL/da, expect: refuted}", "{note: 𝐱, claim: dL/dz = 3*dL/da}")
    assert [net.marked("net.yaml", one) for one in told] == ["a - y", "3*dL/da"]
    (unknown,) = net.replace("net.yaml", "z: W @ x + b", "z: W @ u + b")
    assert unknown.code == "DC120" and net.marked("net.yaml", unknown) == "u"
    assert net.inlays("net.yaml") == []
    assert len(net.replace("net.yaml", "z: W @ u + b", "z: W @ x")) == 2


@pytest.mark.parametrize(
    ("old", "new", "fixed"),
    [
        ("dL/da = 2 * (a - y)", "dL/da = 2 * (y - a)", "  first: dL/da = 2 * (a - y)"),
        ("dL/da = 2 * (a - y)", "dL/da = a - y", "  first: dL/da = 2 * (a - y)"),
        ("dL/dz @ x.T", "x @ dL/dz.T", "  second: dL/dW = dL/dz @ x.T"),
        ("a: tanh(z)", "a: tanh(zz)", "  a: tanh(z)"),
        ("layers:", "layer:", "layers:"),
        ("given: positive", "given: positiv", "  W: {axes: m n, given: positive}"),
        ("expect: refuted", "expect: refute", "  known: {claim: dL/dz = dL/da, expect: refuted}"),
        ("title: α and 𝐱", "title: α: and 𝐱", 'title: "α: and 𝐱"'),
    ],
)
def test_a_fix_is_what_helps(net: Editor, old: str, new: str, fixed: str) -> None:
    told = net.replace("net.yaml", old, new)
    (fix,) = net.fixes("net.yaml", told[0])
    text = net.fixed("net.yaml", fix)
    assert fixed in text.split("\n")
    assert net.replace("net.yaml", net.texts["net.yaml"], text) == []


def test_what_does_not_help_is_not_offered(net: Editor) -> None:
    told = net.replace("net.yaml", "dL/dz @ x.T\n", "W @ dL/dz\n")
    assert [one.code for one in told] == ["DC131"] and "help: " in told[0].message
    assert net.fixes("net.yaml", told[0]) == []


@pytest.mark.parametrize(
    ("words", "inside", "shown"),
    [
        ("z: W", 1, ["**z** (layer): `z = W @ x + b`", "∂L/∂z = 2 * (a − y) ⊙ (1 − a²)"]),
        ("W @ x + b", 1, ["**W** (tensor): `m n, given positive`", "∂L/∂W[i,j] = "]),
        ("tanh(z)", 2, ["**tanh** (catalogue)"]),
        ("layers:", 2, ["`layers` — name: formula, in order"]),
        ("expect:", 2, ["`expect`: proved, checked"]),
        (
            "second:",
            2,
            [
                "✓ proved",
                "read as  dL/dW = dL/dz @ x.T",
                "derived  ∂L/∂W = ",
                "derived  ∂L/∂z = 2 *",
                "equal for all sizes",
            ],
        ),
        ("known:", 2, ["✓ refuted as expected", "witness"]),
        ("title", 1, ["`title`"]),
    ],
)
def test_hover(net: Editor, words: str, inside: int, shown: list[str]) -> None:
    found = net.hover("net.yaml", words, inside)
    assert all(one in found for one in shown), found


@pytest.mark.parametrize(
    ("old", "new", "before", "offered", "refused"),
    [
        ("", "", "  second: dL/d", {"dL/dW", "dL/dz"}, {"tanh", "dL/dL"}),
        ("", "", "a: tan", {"tanh", "z", "n", "softmax"}, {"expect"}),
        ("", "", "expect: ", {"refuted", "proved"}, {"W", "tanh"}),
        ("", "", "given: ", {"one_hot", "positive"}, {"W"}),
        ("  b: m\n", "  b: \n", "  b: ", {"m", "n", "scalar"}, {"tanh", "b"}),
        ("refuted}", "refuted, co}", "refuted, co", {"code", "note", "for"}, {"layers"}),
        ("refuted}", "refuted, code: DC}", "code: DC", {"DC202", "DC203"}, {"DC601", "W"}),
        ("title: α and 𝐱", "tit", "tit", {"title", "layers", "claims"}, {"axes"}),
        ("@ x.T\n", "@ x.T  # derivcheck: ignore[\n", "ignore[", {"DC202"}, {"W"}),
        ("title: α", "title: ta", "title: ta", set(), {"tanh"}),
        ("dL/da = 2 * (a - y)", "{latex: '\\p", "latex: '\\p", {"\\frac{\\partial L}{\\partial W}"}, {"tanh"}),
        ("", "", "layers:\n  z: ", {"W"}, {"layers"}),
    ],
)
def test_completion(net: Editor, old: str, new: str, before: str, offered: set[str], refused: set[str]) -> None:
    if old:
        net.replace("net.yaml", old, new)
    found = net.completions("net.yaml", before)
    assert offered <= found.keys() and not refused & found.keys(), sorted(found)


def test_where_names_are_declared(net: Editor) -> None:
    def lines(words: str, inside: int = 1) -> list[int]:
        return [one.range.start.line + 1 for one in net.definitions("net.yaml", words, inside)]

    assert lines("tanh(z)", 6) == [8]
    assert lines("dL/dz @ x.T", 1) == [11] and lines("dL/dz @ x.T", 4) == [8] and lines("dL/dz @ x.T", 8) == [3]
    assert lines("sse(a", 1) == []
    # In a spec that goes on from it, before either is saved.
    assert net.open("batch.yaml", BATCH) == []
    (place,) = net.definitions("batch.yaml", "dL/dz", 4)
    assert place.uri == net.uri("net.yaml") and place.range.start.line == 7
    net.replace("net.yaml", "z: W @ x + b", "z: W @ x + b + b")
    assert "✗ refuted" in net.hover("batch.yaml", "other", 1)
    net.close("batch.yaml")


def test_a_document_and_its_sidecar(editor: Editor) -> None:
    pytest.importorskip("markdown_it")
    assert editor.open("text.md", TEXT)[0].code == "DC202"
    assert editor.inlays("text.md") == [
        "𝐱, so $\\frac{\\partial L}{\\partial x} = 2 (x - y)$ «✓ proved» and",
        "  = 2 (\\hat{x} - y) «✗ refuted»",
    ]
    told = editor.replace("text.md", "(\\hat{x} - y)", "(y - \\hat{x})")
    assert told == []
    assert "read as  dL/dy = 2 * (y - x)" in editor.hover("text.md", "\\hat{x}", 2)
    (place,) = editor.definitions("text.md", "\\hat{x}", 2)
    assert place.uri == editor.uri("text.derivcheck.yaml") and place.range.start.line == 0
    found = editor.completions("text.md", "  = 2 (")
    assert {"\\hat{x}", "\\frac{\\partial L}{\\partial y}"} <= found.keys()
    assert editor.completions("text.md", "so ") == {}
    # An entry that the sidecar lacks.
    (told,) = editor.replace("text.md", "$ and\n", "$ and $h(x) = h(\\hat{x})$\n")
    assert told.code == "DC124" and editor.marked("text.md", told) == "h"
    (fix,) = editor.fixes("text.md", told)
    editor.open("text.derivcheck.yaml", SIDECAR)
    assert editor.fixed("text.derivcheck.yaml", fix) == SIDECAR + "functions:\n  h: opaque\n"
    editor.type("text.derivcheck.yaml", SIDECAR, editor.fixed("text.derivcheck.yaml", fix))
    assert "$h(x) = h(\\hat{x})$ «✓ proved»" in editor.inlays("text.md")[0]
    editor.type("text.md", "$ and $h(x) = h(\\hat{x})$\n", "$ and\n")
    # What is changed in the sidecar holds before it is saved.
    editor.replace("text.derivcheck.yaml", "': x", "': y")
    editor.replace("text.md", " and\n", " and so\n")
    assert "read as  dL/dy = 2 * (y - y)" in editor.hover("text.md", "\\hat{x}", 2)
    editor.close("text.derivcheck.yaml")
    editor.close("text.md")


def test_a_notebook_is_told_of_in_its_cells(editor: Editor) -> None:
    pytest.importorskip("markdown_it")
    uri = editor.uri("text.ipynb")
    (editor.folder / "text.ipynb").write_text(json.dumps({"cells": [], "metadata": {}}))
    texts = ["# prose", "x = 1", "𝐱: $\\frac{\\partial L}{\\partial y} = 2 (\\hat{x} - y)$"]
    kinds = [types.NotebookCellKind.Markup, types.NotebookCellKind.Code, types.NotebookCellKind.Markup]
    cells = [types.NotebookCell(kind, f"{uri}#{k}") for k, kind in enumerate(kinds)]
    items = [types.TextDocumentItem(f"{uri}#{k}", "markdown", 1, text) for k, text in enumerate(texts)]
    notebook = types.NotebookDocument(uri, "jupyter-notebook", 1, cells)
    editor.do(editor.client.notebook_document_did_open, types.DidOpenNotebookDocumentParams(notebook, items))
    (told,) = editor.told_of(f"{uri}#2")
    assert told.code == "DC202" and marked(texts[2], told) == "(\\hat{x} - y)"
    assert editor.told_of(f"{uri}#0") == [] and editor.told_of(f"{uri}#1") == []
    closed = types.DidCloseNotebookDocumentParams(
        types.NotebookDocumentIdentifier(uri), [types.TextDocumentIdentifier(cell.document) for cell in cells]
    )
    editor.do(editor.client.notebook_document_did_close, closed)


def test_a_notebook_as_a_file_is_told_of_in_words(editor: Editor) -> None:
    pytest.importorskip("markdown_it")
    cells = [{"cell_type": "markdown", "source": ["# Loss\n", "$\\frac{\\partial L}{\\partial y} = 2 (x - y)$"]}]
    (told,) = editor.open("text.ipynb", json.dumps({"cells": cells, "metadata": {}}, indent=1))
    assert told.message.startswith("cell 1, line 2: the sign is wrong") and told.range.start.line == 0
    editor.close("text.ipynb")


def test_what_is_wrong_in_a_file_that_is_not_open_is_told_where_it_is_named(editor: Editor) -> None:
    pytest.importorskip("markdown_it")
    (editor.folder / "page.md").write_text(TEXT, encoding="utf-8")
    (told,) = editor.open("page.yaml", SIDECAR + "document: {file: page.md}\n")
    assert told.range.start.line == 4 and editor.marked("page.yaml", told) == "page.md"
    assert told.related_information and told.related_information[0].location.uri == editor.uri("page.md")
    assert [one.code for one in editor.open("page.md", TEXT)] == ["DC202"]
    # The page is judged with the spec that speaks of it, which has nothing more to tell.
    assert "✗ refuted" in editor.inlays("page.md")[1] and editor.replace("page.yaml", "{x: n,", "{ x: n,") == []
    (told,) = editor.replace("page.md", "2 (x - y)", "3 (x - y)")[:1]
    assert told.code == "DC201" and editor.marked("page.md", told) == "3"
    editor.close("page.yaml")
    editor.close("page.md")


def test_only_the_last_text_counts(net: Editor) -> None:
    for k in range(2, 6):
        net.type("net.yaml", "first: dL/da = ", f"first: dL/da = {k} * ")
    (told,) = net.told("net.yaml")
    assert net.marked("net.yaml", told) == "5 * 4 * 3 * 2"


def test_other_files_are_left_alone(editor: Editor) -> None:
    for name, text in (("compose.yaml", "services:\n  web: {image: x}\n"), ("notes.md", TEXT)):
        assert editor.open(name, text) == []
        assert editor.inlays(name) == [] and editor.completions(name, text[:9]) == {}
        editor.close(name)


def test_it_ends_with_its_editor() -> None:
    command = [sys.executable, "-m", "derivcheck", "lsp"]
    done = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_a_missing_library_is_named() -> None:
    program = "import sys; sys.modules['pygls'] = None; from derivcheck.cli.main import run; sys.exit(run(['lsp']))"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 2 and "pip install 'derivcheck-nn[lsp]'" in done.stderr.replace("\n", " ")
