"""Notebooks, web pages, Org, MDX, MyST, Quarto and LaTeX of several files: what is found of each, and where."""

from __future__ import annotations

import json
import pathlib
from typing import Any

import pytest

from derivcheck.cli.main import run
from derivcheck.pipeline.results import FileResult
from derivcheck.pipeline.verification import verify_document
from derivcheck.report.coverage import standing
from derivcheck.statements.document.headings import headings, line_of_heading
from derivcheck.statements.document.passages import read_manuscript

SPEC = """
tensors: {x: n0, W: n1 n0, b: n1, y: {axes: n1, given: one_hot}}
layers: {z: W @ x + b, p: softmax(z)}
loss: {L: "cross_entropy(p, y)"}
let: {delta: dL/dz}
"""
RIGHT, WRONG = r"\delta = p - y", r"\delta = y - p"


def judged(folder: pathlib.Path, text: str, name: str, more: str = "") -> FileResult:
    document = folder / name
    document.write_text(text)
    document.with_suffix(".derivcheck.yaml").write_text(SPEC + more)
    result = verify_document(document)
    assert result.error is None, result.error
    return result


def told(result: FileResult) -> list[tuple[str, str]]:
    """(what it is called, how it stands) of every formula."""
    names = [formula.claim.id if formula.claim is not None else formula.known_as for formula in result.formulas]
    return [(name, standing(formula)) for name, formula in zip(names, result.formulas, strict=True)]


# --- one text each --------------------------------------------------------------------------------

TEXTS: dict[str, tuple[str, str, list[tuple[str, str]]]] = {
    "a display named by MyST": (
        "a.md",
        f"$$\n{WRONG}\n$$ (eq:delta)\n\n$$\n{RIGHT}\n$$ (1)\n",
        [("eq:delta", "refuted"), ("line 6", "proved")],
    ),
    "a display named by Quarto": (
        "a.qmd",
        f"```{{r}}\n$x = y$\n```\n\n$$\n{WRONG}\n$$ {{#eq-delta .wide}}\n",
        [("eq-delta", "refuted")],
    ),
    "a directive": ("a.myst", f"```{{math}}\n:label: third\n{WRONG}\n```\n", [("third", "refuted")]),
    "components": (
        "a.mdx",
        "import A from './a'\nexport const x = {y: 1}\n\n"
        f'<A b={{x => 1}} c="$x = y$">\n\n{{/* $x = y$ */}}\n\n$$\n{WRONG}\n$$\n\n</A>\n\n`$x = y$` ${RIGHT}$\n',
        [("line 9", "refuted"), ("line 14", "proved")],
    ),
    "Org": (
        "a.org",
        f"#+title: x = y\n# $x = y$\n* One\n\\({RIGHT}\\) and ~$x = y$~ and ={'='}x=y==\n\n#+begin_src tex\n$x = y$\n"
        f"#+end_src\n#+name: eq:one\n\\[\n{WRONG}\n\\]\n",
        [("line 4", "proved"), ("eq:one", "refuted")],
    ),
    "macros of Org": (
        "a.org",
        "#+LATEX_HEADER: \\newcommand{\\e}{\\delta}\n\nSo $\\e = p - y$.\n",
        [("line 3", "proved")],
    ),
    "a web page": (
        "a.html",
        "<html><head><title>$x = y$</title><script>var a = '$x = y$';</script></head><body>\n"
        f"<p>Here \\({RIGHT}\\)<br>\nand <code>$x = y$</code> and ${WRONG}$,\n$p\n  &nbsp;- y = \\delta$</p>\n"
        "$$\\begin{aligned} \\delta &amp;= p - y \\\\ &amp;= y - p \\end{aligned}$$</body></html>\n",
        [("line 2", "proved"), ("line 3", "refuted"), ("line 4", "proved"), ("line 6", "refuted")],
    ),
    "what KaTeX has shown": (
        "a.html",
        '<span class="katex-display"><span class="katex"><span class="katex-mathml"><math display="block"><semantics>\n'
        '<mrow><mi>x</mi><mo>=</mo><mi>y</mi></mrow><annotation encoding="application/x-tex">\\delta = y\n'
        ' - p</annotation></semantics></math></span><span class="katex-html"><span>x = y</span></span></span></span>\n',
        [("line 2", "refuted")],
    ),
    "what MathJax would show": (
        "a.htm",
        f"<script type=\"math/tex; mode=display\">{WRONG}</script>\n<script type='math/tex'>{RIGHT}</script>\n",
        [("line 1", "refuted"), ("line 2", "proved")],
    ),
    "labels of rows": (
        "a.tex",
        "\\begin{align}\n\\delta &= p - y \\label{eq:a} \\\\\n"
        "\\frac{\\partial L}{\\partial b} &= -\\delta \\label{eq:b}\n"
        f"\\end{{align}}\n\\begin{{theorem}}If it rains, \\({WRONG}\\).\\end{{theorem}}\n",
        [("eq:a", "proved"), ("eq:b", "refuted"), ("line 5", "unread")],
    ),
}


@pytest.mark.parametrize("name", TEXTS)
def test_what_is_found_and_what_it_is_called(tmp_path: pathlib.Path, name: str) -> None:
    file, text, wanted = TEXTS[name]
    assert told(judged(tmp_path, text, file)) == wanted


def test_displays_and_lines_of_a_web_page_are_told_apart() -> None:
    page = "<h2>One</h2><p>$a = b$ \\[c = d\\] <math display='block'><annotation encoding='application/x-tex'>e = f"
    kinds = [passage.kind for passage in read_manuscript(page + "</annotation></math>", "a.html").passages]
    assert kinds == ["inline", "display", "display"]


# --- notebooks ------------------------------------------------------------------------------------


def notebook(*cells: str | list[str], **metadata: Any) -> str:
    """A code cell first, whose output is no text."""
    code = {"cell_type": "code", "source": "1", "outputs": [{"data": {"text/latex": "$x = y$"}}]}
    told = [{"cell_type": "markdown", "source": cell} for cell in cells]
    return json.dumps({"cells": [code, *told], "metadata": metadata, "nbformat": 4})


def test_a_notebook_is_read_cell_by_cell(tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = notebook(["# One\n", f"${RIGHT}$ and\n", "\n", f"$${WRONG}$$"], f"${WRONG}$")
    result = judged(tmp_path, text, "a.ipynb")
    assert told(result) == [("cell 2, line 2", "proved"), ("cell 2, line 4", "refuted"), ("cell 3, line 1", "refuted")]
    assert [(one.where.cell, one.where.line, one.where.column) for one in result.formulas] == [
        (2, 2, 2),
        (2, 4, 3),
        (3, 1, 2),
    ]
    run(["verify", str(tmp_path / "a.ipynb"), "--format", "concise"])
    assert f"{tmp_path / 'a.ipynb'}:cell 2:4:12: DC202" in capsys.readouterr().out
    run(["verify", str(tmp_path / "a.ipynb"), "--format", "sarif"])
    places = [
        one["locations"][0]["physicalLocation"] for one in json.loads(capsys.readouterr().out)["runs"][0]["results"]
    ]
    assert places and all("region" not in place for place in places)
    run(["verify", str(tmp_path / "a.ipynb"), "--format", "github"])
    assert ",line=" not in capsys.readouterr().out
    run(["verify", str(tmp_path / "a.ipynb"), "--format", "json"])
    formulas = json.loads(capsys.readouterr().out)["files"][0]["formulas"]
    assert [(one["cell"], one["line"]) for one in formulas] == [(2, 2), (2, 4), (3, 1)]


def test_places_of_a_notebook_are_named_by_their_cells(tmp_path: pathlib.Path) -> None:
    more = (
        "document:\n  file: a.ipynb\n  expect: {'cell 2, line 2': refuted}\n"
        "  from: {'cell 3, line 1': {symbols: {q: p}}}\n  bindings: {'cell 3, line 3': {let: {w: y}}}\n"
    )
    text = notebook(f"$q = p$\n${WRONG}$", r"$\delta = q - y$" + "\n\n" + r"$\delta = q - w$")
    found = judged(tmp_path, text, "a.ipynb", more)
    assert [standing(one) for one in found.formulas] == ["unread", "refuted", "proved", "proved"]
    assert found.exit_code == 0
    text = notebook("# Only one")
    (tmp_path / "a.ipynb").write_text(text)
    error = verify_document(tmp_path / "a.ipynb").error
    assert error is not None and (error.code, error.label) == ("DC047", "no such cell")


@pytest.mark.parametrize("text", ["{", "[]", '{"cells": 1}', '{"cells": [1]}', "# no notebook"])
def test_what_is_no_notebook_is_said(tmp_path: pathlib.Path, text: str) -> None:
    (tmp_path / "a.ipynb").write_text(text)
    (tmp_path / "a.derivcheck.yaml").write_text(SPEC)
    error = verify_document(tmp_path / "a.ipynb").error
    assert error is not None and error.code == "DC621"


def test_a_notebook_names_its_sidecar(tmp_path: pathlib.Path) -> None:
    (tmp_path / "net.yaml").write_text(SPEC)
    (tmp_path / "a.ipynb").write_text(notebook(f"${WRONG}$", derivcheck="net.yaml"))
    assert told(verify_document(tmp_path / "a.ipynb")) == [("cell 2, line 1", "refuted")]


# --- LaTeX of several files -----------------------------------------------------------------------

PROJECT = {
    "a.tex": "\\documentclass{article}\n\\usepackage{amsmath,own}\n\\begin{document}\n"
    f"Here \\({RIGHT}\\). \\input{{parts/one}} And \\({WRONG}\\),\n\\include{{parts/two}}\n\\input{{../secret}}\n"
    "\\input{absent}\n% \\input{parts/unread}\n\\begin{eqq} \\pd{L}{W} = \\delta x^\\top \\end{eqq}\n\\end{document}\n",
    "own.sty": "\\ProvidesPackage{own}\n\\newcommand{\\pd}[2]{\\frac{\\partial #1}{\\partial #2}}\n"
    "\\newenvironment{eqq}{\\begin{equation}}{\\end{equation}}\n\\DeclareMathOperator{\\dia}{diag}\n",
    "parts/one.tex": f"\\({RIGHT}\\)\n\\(\\pd{{L}}{{b}} = -\\delta\\)\\input{{parts/three}}\\input{{a}}\n",
    "parts/two.tex": f"\\begin{{document}}\n\\[ {WRONG} \\label{{eq:two}} \\]\n\\end{{document}}\n\\(x = x\\)\n",
    "parts/three.tex": "\\(\\pd{p}{z} = \\dia(p) - p p^\\top\\)",
    "parts/unread.tex": f"\\({WRONG}\\)",
}


def project(folder: pathlib.Path, more: str = "") -> FileResult:
    (folder / "secret.tex").write_text(f"\\({WRONG}\\)")
    home = folder / "home"
    (home / "parts").mkdir(parents=True)
    for name, text in PROJECT.items():
        (home / name).write_text(text)
    return judged(home, PROJECT["a.tex"], "a.tex", more)


def test_files_that_a_document_puts_in_are_read_at_their_places(tmp_path: pathlib.Path) -> None:
    result = project(tmp_path)
    assert told(result) == [
        ("line 4", "proved"),
        ("parts/one.tex, line 1", "proved"),
        ("parts/one.tex, line 2", "refuted"),
        ("parts/three.tex, line 1", "proved"),
        ("line 4", "refuted"),
        ("eq:two", "refuted"),
        ("line 9", "proved"),
    ]
    home = tmp_path / "home"
    lines = PROJECT["a.tex"].split("\n")
    for formula in result.formulas:
        name = pathlib.Path(formula.where.path).relative_to(home).as_posix()
        row = PROJECT[name].split("\n")[formula.where.line - 1]
        assert row[formula.where.column - 1 :].startswith(formula.text.split("\n")[0]), formula
    assert lines[3][result.formulas[4].where.column - 1 :].startswith(WRONG)


def test_places_in_other_files_are_named_with_them(tmp_path: pathlib.Path) -> None:
    expected = "{'parts/one.tex, line 2': refuted, 'line 4, 2': refuted, eq:two: refuted}"
    more = f"document:\n  file: a.tex\n  expect: {expected}\n"
    assert project(tmp_path, more).exit_code == 0


# --- headings -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "wanted", "line"),
    [
        ("# One\n\n## Batch form {#sec-b}\n", "## Batch form", 3),
        ("One\n===\n\nBatch form\n----------\n", "# batch  form", 4),
        ("* One\n** Batch form\n", "** Batch form", 2),
        ("\\section{One}\n\\subsection*{Batch form}\\label{b}\n", "\\subsection{Batch form}", 2),
        ("<h1>One</h1>\n<h2 id='b'>Batch <em>form</em></h2>\n", "## Batch form", 2),
        ("# Batch forms\n", "## Batch form", 0),
    ],
)
def test_a_heading_is_found_however_it_is_written(text: str, wanted: str, line: int) -> None:
    assert line_of_heading(text, wanted) == line
    assert [title for _, title in headings(text)][-1].startswith("batch form")


def test_what_holds_from_a_heading_on(tmp_path: pathlib.Path) -> None:
    more = "document:\n  file: a.md\n  from: {'## Batch form': {symbols: {q: p}}, line 2: {symbols: {q: y}}}\n"
    text = "# One\n\n$q = y$\n\n## Batch form\n\n$\\delta = q - y$\n"
    assert [standing(one) for one in judged(tmp_path, text, "a.md", more).formulas] == ["proved", "proved"]
    (tmp_path / "a.md").write_text(text.replace("Batch", "Bunch"))
    error = verify_document(tmp_path / "a.md").error
    assert error is not None
    assert (error.code, dict(error.notes)["headings"]) == ("DC047", "one; bunch form")
