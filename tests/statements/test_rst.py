"""The formulas of reStructuredText: what marks, roles and indentation make one, and where each of them stands."""

from __future__ import annotations

import pathlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from derivcheck.pipeline.results import FileResult
from derivcheck.pipeline.verification import verify_document
from derivcheck.report.coverage import standing
from derivcheck.statements.document.passages import read_manuscript

SPEC = """
tensors: {p: n, y: n}
layers: {delta: p - y}
"""
RIGHT, WRONG = r"-\delta = y - p", r"-\delta = p - y"


def judged(folder: pathlib.Path, text: str, more: str = "") -> FileResult:
    (folder / "notes.rst").write_text(text.replace("RIGHT", RIGHT).replace("WRONG", WRONG), encoding="utf-8")
    (folder / "notes.derivcheck.yaml").write_text(SPEC + more, encoding="utf-8")
    return verify_document(folder / "notes.rst")


def standings(folder: pathlib.Path, text: str, more: str = "") -> list[str]:
    return [standing(formula) for formula in judged(folder, text, more).formulas]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        # roles
        ("Here :math:`WRONG` and :math:`RIGHT`.", ["refuted", "proved"]),
        ("Here `WRONG`:math: stands.", ["refuted"]),
        ("Here :math:`-\\delta =\np - y` goes on.", ["refuted"]),
        ("Here :math:`WRONG\n\nends a paragraph.", ["unread"]),
        ("*(:math:`WRONG`)*", ["refuted"]),
        ("Here `a title`, :code:`WRONG` and `WRONG`.", ["unread"]),
        (".. default-role:: math\n\nHere `WRONG` and :math:`RIGHT`.", ["refuted", "proved"]),
        ("Here `RIGHT`.\n\n.. default-role:: math\n\nAnd `WRONG`, see `a = b`_.", ["unread", "refuted"]),
        (".. default-role:: math\n\n`WRONG`\n\n.. default-role::\n\n`RIGHT`", ["refuted", "unread"]),
        (":math:`RIGHT` if :math:`\\delta = 0`", ["unread"]),
        ("If it rains, :math:`WRONG`.", ["unread"]),
        # blocks
        (".. math:: WRONG", ["refuted"]),
        (".. math::\n\n   WRONG", ["refuted"]),
        (".. math::\n   WRONG", ["refuted"]),
        (".. math:: WRONG\n   :label: eq\n\nText.", ["refuted"]),
        (".. math::\n   :label: eq\n   :nowrap:\n\n   WRONG\n\nText.", ["refuted"]),
        (".. math:: -\\delta\n   = p - y\n\nText.", ["refuted"]),
        (".. math::\n\n   WRONG\n\n   RIGHT\n\nand :math:`WRONG`", ["refuted", "proved", "refuted"]),
        (".. math::\n\n   -\\delta &= y - p \\\\\n   -\\delta &= p - y", ["proved", "refuted"]),
        (
            ".. math::\n\n   \\begin{aligned}-\\delta &= y - p \\\\\n   -\\delta &= p - y\\end{aligned}",
            ["proved", "refuted"],
        ),
        (".. math::\n   :label: eq", []),
        (".. Math:: WRONG", ["refuted"]),
        # blocks within others
        ("* item\n\n  .. math:: WRONG\n\n* item :math:`RIGHT`", ["refuted", "proved"]),
        ("- .. math:: WRONG\n\n- .. math:: RIGHT", ["refuted", "proved"]),
        ("1. .. math::\n\n      WRONG\n\n2. next", ["refuted"]),
        (".. note:: Here :math:`RIGHT`.\n\n   .. math:: WRONG", ["proved", "refuted"]),
        (".. [1] A footnote with :math:`WRONG`.", ["refuted"]),
        (".. _target:\n\n.. math:: WRONG", ["refuted"]),
        # what is no text
        ("A ``:math:`WRONG``` literal, :code:`WRONG` and :math:`RIGHT`.", ["proved"]),
        (".. a comment :math:`WRONG`\n   with :math:`WRONG`\n\n:math:`RIGHT`", ["proved"]),
        ("..\n   :math:`WRONG`\n\n:math:`RIGHT`", ["proved"]),
        (".. code-block:: python\n   :linenos:\n\n   WRONG\n\n:math:`RIGHT`", ["proved"]),
        ("Code::\n\n   WRONG\n\n   .. math:: WRONG\n\n:math:`RIGHT`", ["proved"]),
        ("- Code::\n\n      WRONG\n\n  but :math:`RIGHT`", ["proved"]),
        ("::\n\n   WRONG\n\n:math:`RIGHT`", ["proved"]),
        (">>> delta = 7\nWRONG\n\n:math:`RIGHT`", ["proved"]),
        # definitions, and what is not read
        (".. math:: \\newcommand{\\dd}{\\delta}\n\n:math:`-\\dd = p - y`", ["refuted"]),
        (".. math::\n\n   \\newcommand{\\dd}{\\delta}\n   -\\dd = p - y", ["refuted"]),
        ("Here $WRONG$ stands.", ["unread"]),
        (".. raw:: latex\n\n   \\[ WRONG \\]", ["unread"]),
        ("In plain text, delta = 3, and z = 4.", ["unread"]),
    ],
)
def test_marks_roles_and_indentation(tmp_path: pathlib.Path, text: str, wanted: list[str]) -> None:
    assert standings(tmp_path, text) == wanted


TEXT = """\
.. derivcheck: notes.derivcheck.yaml

Backpropagation
===============

First :math:`-\\delta =
  p - y`, then

.. note::

   .. math:: \\delta = p - y
      :label: forward

   .. math::

      \\begin{align}
      -\\delta &= y - p \\\\
      -\\delta &= p - y
      \\end{align}
"""


def test_places_are_those_of_the_file(tmp_path: pathlib.Path) -> None:
    found = read_manuscript(TEXT, "notes.rst")
    assert found.sidecar == "notes.derivcheck.yaml"
    for passage in found.passages:
        for (line, column), piece in zip(passage.text.origin, passage.text.text.split("\n"), strict=True):
            assert TEXT.split("\n")[line - 1][column - 1 :].startswith(piece)
    result = judged(tmp_path, TEXT)
    rows = TEXT.split("\n")
    assert [formula.where.line for formula in result.formulas] == [6, 11, 17, 18]
    for formula in result.formulas:
        start = formula.where.column - 1
        assert rows[formula.where.line - 1][start:].startswith(formula.text.split("\n")[0].split("&")[0].strip())
    wrong = [claim for claim in result.claims if claim.verdict == "refuted"]
    assert [claim.diagnosis.code for claim in wrong if claim.diagnosis is not None] == ["DC202", "DC202"]


def test_a_sidecar_names_formulas_by_line_label_and_block(tmp_path: pathlib.Path) -> None:
    document = """\
document:
  file: notes.rst
  expect: {eq one: refuted, line 8: refuted, block 3: {verdict: refuted, code: DC202}}
"""
    text = ".. math:: WRONG\n   :label: eq one\n\n.. math:: RIGHT\n\nand\n\n:math:`WRONG` and\n\n.. math:: WRONG\n"
    result = judged(tmp_path, text, document)
    assert result.error is None
    assert [formula.holds for formula in result.formulas] == [True] * 4
    assert result.exit_code == 0


def test_the_head_says_which_sidecar_and_which_depths() -> None:
    text = ":derivcheck: other.yaml\n:depths: L = 3\n:exported: true\n\n:math:`x = x`\n"
    found = read_manuscript(text, "notes.rst")
    assert (found.sidecar, found.depth, found.exported) == ("other.yaml", (("L", 3),), True)
    assert [passage.text.text for passage in found.passages] == ["x = x"]


@pytest.mark.parametrize("text", ["", "\n", "..", ".. math::", "::", ":math:`", "- ..", ".. math::\n\n\n", "`:math:"])
def test_what_ends_at_once_is_read(text: str) -> None:
    assert all(passage.stray for passage in read_manuscript(text, "notes.rst").passages)


PIECES = st.sampled_from(
    [
        ".. ",
        "math::",
        " x = y",
        "\n",
        "\n\n",
        "   ",
        ":math:`",
        "`",
        "``",
        "::",
        "- ",
        ":label: a",
        "\\newcommand{\\a}{b}",
        "$",
        "é",
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=20).map("".join)))
def test_any_text_is_read_and_every_place_is_in_it(text: str) -> None:
    lines = text.split("\n")
    for passage in read_manuscript(text, "notes.rst").passages:
        for (line, column), piece in zip(passage.text.origin, passage.text.text.split("\n"), strict=True):
            assert lines[line - 1][column - 1 :].startswith(piece)
