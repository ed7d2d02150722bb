"""Whole documents: every formula that asserts something is accounted for, at its place in the document."""

from __future__ import annotations

import os
import pathlib
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from derivcheck.diagnostics.verdicts import FormulaResult
from derivcheck.pipeline.results import FileResult, Report
from derivcheck.pipeline.verification import verify_document, verify_file, verify_text
from derivcheck.report.coverage import coverage, standing
from derivcheck.statements.document.passages import read_manuscript

SPEC = """
layout: {layout}
tensors:
  x: n0
  W: n1 n0
  b: n1
  y: {{axes: n1, given: one_hot}}
  alpha: scalar
  s: scalar
functions: {{f: opaque}}
layers:
  z: W @ x + b
  p: softmax(z)
  h: f(z)
loss: {{L: "cross_entropy(p, y)"}}
let: {{delta: dL/dz}}
symbols: {{'\\hat{{y}}': p}}
document:
  file: notes.md
"""


def judged(
    tmp_path: pathlib.Path, text: str, more: str = "", name: str = "notes.md", layout: str = "mixed"
) -> FileResult:
    document, sidecar = tmp_path / name, tmp_path / f"{pathlib.Path(name).stem}.derivcheck.yaml"
    document.write_text(text)
    sidecar.write_text(SPEC.format(layout=layout).replace("notes.md", name) + more)
    return verify_document(document)


def standings(result: FileResult) -> list[str]:
    assert result.error is None, result.error
    return [standing(formula) for formula in result.formulas]


def only(result: FileResult) -> FormulaResult:
    assert result.error is None, result.error
    (formula,) = result.formulas
    return formula


# --- places and kinds ---------------------------------------------------------------------------


def test_a_verdict_points_into_the_document(tmp_path: pathlib.Path) -> None:
    text = "# Title\n\nWe find\n\n$$\n\\frac{\\partial L}{\\partial z}\n  = y - \\hat{y}\n$$\n"
    formula = only(judged(tmp_path, text))
    assert formula.claim is not None and formula.claim.verdict == "refuted"
    diagnosis = formula.claim.diagnosis
    assert diagnosis is not None and diagnosis.code == "DC202" and diagnosis.where is not None
    assert diagnosis.where.path.endswith("notes.md")
    assert (diagnosis.where.line, diagnosis.where.line_text) == (7, "  = y - \\hat{y}")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("$z = W x + b$", ["definition"]),
        ("$\\delta = p - y$ and $\\delta = y - p$", ["proved", "refuted"]),
        ("the vector $x$ with $n_0$ entries", []),
        ("$W := W - \\alpha \\delta x^T$", ["definition"]),
        ("$q = x$", ["unread"]),
        ("$W \\leftarrow W - \\alpha \\delta x^T$", ["definition"]),
        ("$\\frac{\\partial L}{\\partial z} \\equiv y - p$", ["refuted"]),
        ("<p>\nhere $\\delta = y - p$\n</p>", ["refuted"]),
        ("# A heading with $\\delta = y - p$", ["refuted"]),
        ("$\\frac{\\partial L}{\\partial W} = \\delta W$", ["invalid"]),
        ("where $i = j$ and $k = 1, \\dots, n$", ["unread", "unread"]),
        ("If $y = [0, 1]$, then $\\delta = y - p$.", ["unread", "unread"]),
        ("If it rains, stay. $\\delta = p - y$", ["proved"]),
        ("for example $y = [0, 1, 0]$", ["unread"]),
        ("$\\frac{\\partial p_i}{\\partial z_j} = -p_i p_j$ if $i \\ne j$", ["proved"]),
        ("$\\frac{\\partial p_i}{\\partial z_j} = -p_i p_j$ if\n$i = j$", ["refuted"]),
        ("$\\sigma'(s) = 0.25$ if $s = 0$", ["proved"]),
        ("$\\sigma'(s) = 0.5$ if $s = 0$", ["refuted"]),
        ("$W \\in \\mathbb{R}^{n_1 \\times n_0}$", ["proved"]),
        ("$W \\in \\mathbb{R}^{n_0 \\times n_1}$", ["refuted"]),
        ("$W \\rightarrow n_1 \\times n_0$", ["proved"]),
        ("$0 < p_i < 1$", ["undecided"]),
        ("here y=m*x+c is plain text", ["unread"]),
        ("code: `$\\delta = y - p$` and\n```\n$\\delta = y - p$\n```\n", []),
        ("```math\n\\delta = p - y\n```\n", ["proved"]),
        ("$$ \\delta = p - y", ["unread"]),
        ("- item $\\delta = p - y$\n> quoted $\\delta = y - p$\n", ["proved", "refuted"]),
        ("| a | b |\n|---|---|\n| $\\delta = p - y$ | c |\n", ["proved"]),
    ],
)
def test_what_becomes_of_a_formula(tmp_path: pathlib.Path, text: str, wanted: list[str]) -> None:
    assert standings(judged(tmp_path, text)) == wanted


def test_every_formula_of_latex_is_found(tmp_path: pathlib.Path) -> None:
    text = (
        "% derivcheck: notes.derivcheck.yaml\n\\documentclass{article}\n\\begin{document}\nWith \\(z = W x + b\\) and\n"
        "\\begin{align}\n\\delta &= p - y \\label{eq:delta} \\\\\n\\frac{\\partial L}{\\partial W} &= \\delta x^\\top\n"
        "\\end{align}\n\\[ \\delta = y - p \\]\n\\end{document}\n"
    )
    result = judged(tmp_path, text, name="notes.tex")
    assert standings(result) == ["definition", "proved", "proved", "refuted"]
    assert [formula.where.line for formula in result.formulas] == [4, 6, 7, 9]


def test_coverage_is_said(tmp_path: pathlib.Path) -> None:
    result = judged(tmp_path, "$z = W x + b$\n\n$$\\delta = p - y$$\n\n$$\\delta = y - p$$\n\n$$q = 1$$\n")
    assert coverage(result) == "4 formulas: 1 proved, 1 refuted, 1 definition, 1 aside"


# --- derivations --------------------------------------------------------------------------------


DERIVATION = r"""
$$
\begin{aligned}
\frac{\partial L}{\partial z_i} &= -\sum_k \frac{y_k}{p_k} \frac{\partial p_k}{\partial z_i} \\
  &= -\sum_k y_k (\delta_{ij} - p_i) \\
  &= -y_i + p_i \sum_k y_k \\
\text{since the entries of $y$ add up to one} \\
  &= p_i + y_i \\
  &= y_i + p_i
\end{aligned}
$$
"""


def test_steps_are_judged_behind_a_meaningless_one_and_inherit_from_a_wrong_one(tmp_path: pathlib.Path) -> None:
    claim = only(judged(tmp_path, DERIVATION)).claim
    assert claim is not None
    assert [link.verdict for link in claim.links] == ["proved", "invalid", "proved", "refuted", "proved"]
    assert [link.where.line for link in claim.links if link.where] == [4, 5, 6, 8, 9]
    assert claim.links[1].message == "the first wrong step"
    assert claim.links[2].message == "from the last step that has a meaning"
    assert claim.links[4].message == "inherits the mistake"


def test_a_fact_is_named_at_the_step_that_uses_it(tmp_path: pathlib.Path) -> None:
    text = DERIVATION.replace("&= p_i + y_i", "&= p_i - y_i").replace("&= y_i + p_i", "&= -y_i + p_i")
    claim = only(judged(tmp_path, text)).claim
    assert claim is not None
    assert [link.facts for link in claim.links] == [(), (), (), ("Σ y = 1",), ()]


def test_single_steps_are_expected_to_fail(tmp_path: pathlib.Path) -> None:
    more = "  expect:\n    line 5: invalid\n    line 8: refuted\n"
    result = judged(tmp_path, DERIVATION, more)
    assert result.exit_code == 0
    assert judged(tmp_path, DERIVATION, "  expect: {line 5: invalid}\n").exit_code == 1


# --- what the sidecar says ----------------------------------------------------------------------


def test_a_binding_holds_for_one_formula(tmp_path: pathlib.Path) -> None:
    text = "$q = p - y$\n\n$q = p - y$\n"
    result = judged(tmp_path, text, "  bindings: {line 1: {symbols: {q: delta}}}\n")
    assert standings(result) == ["proved", "unread"]
    assert [formula.bound for formula in result.formulas] == [True, False]


def test_a_redefinition_holds_from_its_line(tmp_path: pathlib.Path) -> None:
    text = "$$\\delta = (p - y)^T$$\n\n$$\\delta := \\delta^T = p - y$$\n\n$$\\delta = p - y$$\n"
    more = "  from:\n    line 1: {symbols: {'\\delta': delta.T}}\n    line 2: {symbols: {'\\delta': delta}}\n"
    assert set(standings(judged(tmp_path, text, more))) <= {"proved", "definition"}
    assert standings(judged(tmp_path, text))[0] == "refuted"


def test_a_vector_may_be_set_equal_to_an_entry(tmp_path: pathlib.Path) -> None:
    text = "$$\\frac{\\partial L}{\\partial z} = p_i - y_i$$\n"
    assert standings(judged(tmp_path, text)) == ["invalid"]
    assert standings(judged(tmp_path, text, "  entries: componentwise\n")) == ["proved"]
    wrong = text.replace("p_i - y_i", "y_i - p_i")
    assert standings(judged(tmp_path, wrong, "  entries: componentwise\n")) == ["refuted"]


def test_a_condition_of_the_prose_can_be_bound(tmp_path: pathlib.Path) -> None:
    text = "Where the indices differ,\n$$\\frac{\\partial p_i}{\\partial z_j} = -p_i p_j$$\n"
    assert standings(judged(tmp_path, text)) == ["refuted"]
    assert standings(judged(tmp_path, text, "  bindings: {line 2: {where: i != j}}\n")) == ["proved"]


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ("  bindings: {line 9: {unread: gone}}\n", "DC047"),
        ("  expect: {line 9: refuted}\n", "DC047"),
        ("  bindings: {line 1: {wher: i}}\n", "DC013"),
        ("  bindings: {line 1: {where: 'i ='}}\n", "DC104"),
        ("  from: {somewhere: {layout: mixed}}\n", "DC046"),
        ("  entries: loose\n", "DC023"),
    ],
)
def test_a_sidecar_that_speaks_of_nothing_is_an_error(tmp_path: pathlib.Path, more: str, code: str) -> None:
    result = judged(tmp_path, "$$\\delta = p - y$$\n", more)
    assert result.error is not None and result.exit_code == 2
    assert result.error.where is not None
    if code != "DC013" and code != "DC023":
        assert result.error.code == code


def test_a_document_without_a_sidecar_is_an_error(tmp_path: pathlib.Path) -> None:
    (tmp_path / "alone.md").write_text("$a = b$\n")
    result = verify_document(tmp_path / "alone.md")
    assert result.error is not None and result.error.code == "DC627" and result.exit_code == 2


def test_a_document_that_a_sidecar_lists_among_others_says_so(tmp_path: pathlib.Path) -> None:
    for name in ("one.md", "two.md", "wo.md"):
        (tmp_path / name).write_text("$x = x$\n")
    (tmp_path / "book.yaml").write_text("tensors: {x: n}\ndocument:\n  files: [one.md, two.md]\n")
    served, alone = (verify_document(tmp_path / name).error for name in ("two.md", "wo.md"))
    assert served is not None and served.help == f"derivcheck verify {tmp_path / 'book.yaml'}"
    assert alone is not None and "init --from" in alone.help


def test_a_sidecar_is_named_by_the_front_matter_or_given(tmp_path: pathlib.Path) -> None:
    (tmp_path / "net.yaml").write_text(SPEC.format(layout="mixed"))
    (tmp_path / "notes.md").write_text("---\nderivcheck: net.yaml\n---\n$\\delta = p - y$\n")
    assert standings(verify_document(tmp_path / "notes.md")) == ["proved"]
    assert standings(verify_document(tmp_path / "notes.md", tmp_path / "net.yaml")) == ["proved"]


def test_documents_may_lie_elsewhere(tmp_path: pathlib.Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "notes.md").write_text("$\\delta = y - p$\n")
    (tmp_path / "net.yaml").write_text(SPEC.format(layout="mixed"))
    assert verify_file(tmp_path / "net.yaml").notes
    assert standings(verify_file(tmp_path / "net.yaml", documents=tmp_path / "docs")) == ["refuted"]
    command = [sys.executable, "-m", "derivcheck", "verify", str(tmp_path / "net.yaml")]
    environment = {**os.environ, "DERIVCHECK_DOCUMENTS": str(tmp_path / "docs")}
    run = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert run.returncode == 1 and "1 formula: 1 refuted" in run.stdout


@pytest.mark.parametrize(
    "name", ["../secret.md", "{outside}/secret.md", "link.md", "linked/secret.md", "a/../../secret.md", "loop.md"]
)
def test_a_sidecar_reads_no_document_outside_its_folder(
    tmp_path: pathlib.Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DERIVCHECK_DOCUMENTS", raising=False)
    inside = tmp_path / "inside"
    (inside / "a").mkdir(parents=True)
    (tmp_path / "secret.md").write_text("the word is $xyzzy$\n")
    (inside / "link.md").symlink_to(tmp_path / "secret.md")
    (inside / "linked").symlink_to(tmp_path)
    (inside / "loop.md").symlink_to(inside / "loop.md")
    named = name.format(outside=tmp_path)
    spec = inside / "net.yaml"
    spec.write_text(f"tensors: {{x: n}}\nloss: {{L: sum(x)}}\ndocument: {{file: {named}}}\n")
    found = verify_file(spec)
    assert found.error is not None and found.error.code == "DC633" and "xyzzy" not in str(found)
    assert found.error.where is not None and found.error.where.line == 3 and found.exit_code == 2


def test_a_document_below_a_folder_that_was_given_is_read(tmp_path: pathlib.Path) -> None:
    for folder in ("docs/part", "specs/deep"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "docs" / "notes.md").write_text("$\\delta = y - p$\n")
    (tmp_path / "docs" / "part" / "link.md").symlink_to(tmp_path / "docs" / "notes.md")
    spec = tmp_path / "specs" / "net.yaml"
    for name in ("notes.md", "part/link.md", "part/../notes.md", "../docs/notes.md"):
        spec.write_text(SPEC.format(layout="mixed").replace("notes.md", name))
        assert standings(verify_file(spec, documents=tmp_path / "docs")) == ["refuted"], name
        assert verify_file(spec, documents=tmp_path / "specs" / "deep").formulas == ()


def test_the_front_matter_names_no_sidecar_outside(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder in ("project/chapters", "project/specs"):
        (tmp_path / folder).mkdir(parents=True)
    for place in ("net.yaml", "project/specs/net.yaml"):
        (tmp_path / place).write_text(SPEC.format(layout="mixed"))
    monkeypatch.chdir(tmp_path / "project")
    document = tmp_path / "project" / "chapters" / "notes.md"
    for name, code in (("../specs/net.yaml", ""), ("../../net.yaml", "DC633"), (str(tmp_path / "net.yaml"), "DC633")):
        document.write_text(f"---\nderivcheck: {name}\n---\n$\\delta = p - y$\n")
        found = verify_document(document)
        assert (found.error.code if found.error is not None else "") == code, name
    assert standings(verify_document(document, tmp_path / "net.yaml")) == ["proved"]


def test_the_shipped_page_is_judged_as_expected() -> None:
    result = verify_document(pathlib.Path(__file__).parents[2] / "specs" / "documents" / "backward_pass.md")
    assert coverage(result) == ("18 formulas: 8 proved, 1 refuted, 1 invalid, 1 undecided, 6 definitions, 1 aside")
    assert result.exit_code == 0


# --- nothing crashes ----------------------------------------------------------------------------

PIECES = [
    "$",
    "$$",
    "\\(",
    "\\)",
    "\\[",
    "\\]",
    "\\begin{align}",
    "\\end{align}",
    "\n",
    "\n\n",
    "- ",
    "> ",
    "`",
    "```\n",
    "# x\n",
    "---\n",
    "z = W x + b",
    "\\delta = p - y",
    "=",
    "{",
    "}",
    "|a|\n|-|\n",
    "if ",
    "\\newcommand{\\q}{",
    "%",
    "\\verb|$|",
    "é",
    "\x00",
    "<!--",
    "-->",
    "<p>\n",
    "$5 ",
    "$`",
    "`$",
    "\\\\[",
    "\\\\]",
    "\\newcommand{\\be}{\\begin{equation}}",
    "\\be",
    "\\iffalse",
    "\\fi",
]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=25), st.sampled_from(["notes.md", "notes.tex"]))
def test_any_text_is_a_document_or_refused(pieces: list[str], name: str) -> None:
    from derivcheck.diagnostics.diagnostic import DerivcheckError

    text = "".join(pieces)
    try:
        manuscript = read_manuscript(text, name)
    except DerivcheckError:
        return
    lines = text.split("\n")
    for passage in manuscript.passages:
        first, last = passage.lines
        assert 1 <= first <= last <= len(lines)
        start = passage.text.origin[0][1] - 1
        if not passage.stray:
            assert lines[first - 1][start:].startswith(passage.text.text.split("\n")[0])


# --- nothing that could be read ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "more", "code"),
    [
        (r"The $\foo q = w$.", "", 2),
        (r"The $\foo q = w$ and $\foo = 2$.", "  expect: {line 1: unread}\n", 0),
        (r"The $\foo q = w$ and $z = W x + b$.", "", 0),
        ("For $l = 1$ and $i = j$.", "", 0),
        ("No formula at all.", "", 0),
    ],
)
def test_a_document_none_of_which_could_be_read_is_no_green_run(
    tmp_path: pathlib.Path, text: str, more: str, code: int
) -> None:
    result = judged(tmp_path, text, more)
    assert result.error is None
    assert result.exit_code == code


def test_a_spec_with_nothing_to_judge_is_no_green_run() -> None:
    nothing, something = verify_text("tensors: {x: n}\n"), verify_text("tensors: {x: n}\nclaims: {a: x = x}\n")
    assert Report((nothing,)).exit_code == 2
    assert Report((something, nothing)).exit_code == 2
    assert Report((something,)).exit_code == 0


# --- conditions in the prose ----------------------------------------------------------------------

ENTRY = "\\frac{\\partial p_i}{\\partial z_j} = -p_i p_j"
WHOLE = "$\\delta = y - p$"


@pytest.mark.parametrize(
    ("text", "standing"),
    [
        (f"When $i \\neq j$ the entry is ${ENTRY}$.", "unread"),
        (f"${ENTRY}$ because $i \\neq j$.", "unread"),
        (f"In the case $i \\neq j$: ${ENTRY}$.", "unread"),
        (f"Case 2 ($i \\neq j$):\n$$\n{ENTRY}\n$$", "unread"),
        (f"**Case $i \\neq j$.** We find\n\n$$\n{ENTRY}\n$$", "unread"),
        (f"### $i \\neq j$\n\nWe find\n\n$$\n{ENTRY}\n$$", "unread"),
        (f"With $b = 0$ this becomes {WHOLE}.", "unread"),
        (f"when $$b = 0$$, $${ENTRY}$$", "unread"),
        # What is true is proved whatever stands beside it.
        ("When $i \\neq j$, still $\\delta = p - y$.", "proved"),
        # A range is no condition, nor is what stands in another sentence, paragraph or section.
        (f"For $i = 1, \\dots, n$ we have {WHOLE}.", "refuted"),
        (f"Let $i \\neq j$. Then {WHOLE}.", "refuted"),
        (f"Let $i \\neq j$.\n\nNow the next point:\n\n$${ENTRY}$$", "refuted"),
        (f"### $i \\neq j$\n\n### The rest\n\n$${ENTRY}$$", "refuted"),
        (f"$$i \\neq j$$\n\n$${ENTRY}$$", "refuted"),
        (f"{WHOLE} and $\\delta = p - y$.", "refuted"),
    ],
)
def test_a_refutation_beside_a_condition_says_nothing(tmp_path: pathlib.Path, text: str, standing: str) -> None:
    found = [
        f
        for f in judged(tmp_path, text, "  infer: false\n").formulas
        if f.text.strip("$ ") in (ENTRY, "\\delta = y - p", "\\delta = p - y")
    ]
    first = found[0]
    assert (first.claim.verdict if first.claim is not None else first.standing) == standing
    if standing == "unread":
        assert first.reason is not None and first.reason.code == "DC628"


def test_what_is_said_of_a_condition_can_be_followed(tmp_path: pathlib.Path) -> None:
    text = f"When $i \\neq j$ the entry is ${ENTRY}$.\n\nFor $i = j$ it is ${ENTRY}$.\n"
    off = "  infer: false\n"
    first, second = (f for f in judged(tmp_path, text, off).formulas if f.text == ENTRY)
    assert first.reason is not None and second.reason is not None
    assert first.reason.help == "bindings: {'line 1, 2': {where: i != j}}"
    assert second.reason.help == "bindings: {'line 3, 2': {where: i == j}}"
    followed = judged(tmp_path, text, f"{off}  {first.reason.help}\n")
    assert [f.claim.verdict for f in followed.formulas if f.claim is not None] == ["proved"]
    followed = judged(tmp_path, text, f"{off}  {second.reason.help}\n")
    assert [f.claim.verdict for f in followed.formulas if f.claim is not None] == ["refuted"]


STATIONARY = """
tensors: {A: m n, x: n, t: m}
layers: {r: A @ x - t}
loss: {J: "1/2 * sum(r^2)"}
"""


@pytest.mark.parametrize(
    ("text", "standings"),
    [
        ("Setting $\\frac{\\partial J}{\\partial x} = 0$ gives $A^\\top A x = A^\\top t$.", ["unread", "unread"]),
        ("$$\\nabla_x J = 0$$\n\nso that\n\n$$A^\\top A x = A^\\top t$$", ["unread", "unread"]),
        (
            "$$\\begin{aligned} \\nabla_x J &= 0 \\\\ A^\\top A x - A^\\top t &= 0 \\end{aligned}$$",
            ["unread", "unread"],
        ),
        ("$$0 = \\frac{\\partial J}{\\partial x}$$", ["unread"]),
        ("$$\\frac{\\partial J}{\\partial x} = A^\\top r$$", ["proved"]),
        # Far from it, and before it, everything is judged.
        ("$$\\nabla_x J = 0$$\n\nOne.\n\nTwo.\n\nThree.\n\n$$A^\\top A x = A^\\top t$$", ["unread", "refuted"]),
        ("$$A^\\top A x = A^\\top t$$\n\nand\n\n$$\\nabla_x J = 0$$", ["refuted", "unread"]),
        ("$$\\nabla_x J = 0$$\n\n# Next\n\n$$A^\\top A x = A^\\top t$$", ["unread", "refuted"]),
        ("$$\\nabla_x J = 1$$", ["refuted"]),
    ],
)
def test_a_derivative_set_to_zero_is_a_point(tmp_path: pathlib.Path, text: str, standings: list[str]) -> None:
    (tmp_path / "n.md").write_text(text, encoding="utf-8")
    (tmp_path / "n.derivcheck.yaml").write_text(STATIONARY + "document: {file: n.md, infer: false}\n")
    found = verify_file(tmp_path / "n.derivcheck.yaml").formulas
    assert [f.claim.verdict if f.claim is not None else f.standing for f in found] == standings


def test_what_a_section_changes_is_told_where_its_network_cannot_be_built(tmp_path: pathlib.Path) -> None:
    (tmp_path / "notes.md").write_text("# Columns\n\n$z = W x$\n\n# Rows\n\n$z = x W^T$\n")
    (tmp_path / "notes.derivcheck.yaml").write_text(
        "tensors: {x: n, W: k n}\nlayers: {z: W @ x}\ndocument: {file: notes.md, from: {'# Rows': {vectors: row}}}\n"
    )
    error = verify_document(tmp_path / "notes.md").error
    assert error is not None and ("in force", "vectors: row") in error.notes
