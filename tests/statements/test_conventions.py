"""Conventions of a document: for all of it, for one formula, and from a line on."""

from __future__ import annotations

import pathlib

import pytest

from derivcheck.pipeline.verification import verify_document
from derivcheck.report.coverage import standing

SPEC = """
layout: numerator
{top}
tensors: {{x: n, W: m n, y: m, A: n n}}
layers: {{z: W @ x, q: x.T @ A @ x}}
loss: {{L: "sum(y * z)"}}
document: {{file: notes.md{more}}}
"""
NABLA = r"$\nabla_x L = W^\top y$"
TRACE = r"$\operatorname{tr}(A) = A_{ii}$"


def standings(folder: pathlib.Path, text: str, top: str = "", more: str = "") -> list[str]:
    (folder / "notes.md").write_text(text)
    (folder / "notes.derivcheck.yaml").write_text(SPEC.format(top=top, more=more))
    result = verify_document(folder / "notes.md")
    assert result.error is None, result.error
    return [standing(formula) for formula in result.formulas]


@pytest.mark.parametrize(
    ("text", "key", "word"),
    [
        (NABLA, "gradient", "column"),
        (r"$dA = 0 \cdot A$", "differentials", "gradients"),
        (TRACE, "sums", "einstein"),
    ],
)
def test_a_convention_holds_where_it_is_said(tmp_path: pathlib.Path, text: str, key: str, word: str) -> None:
    twice = f"{text}\n\n{text}\n"
    first, after = standings(tmp_path, twice), "proved"
    assert first[0] == first[1] != after
    assert standings(tmp_path, twice, top=f"{key}: {word}") == [after, after]
    assert standings(tmp_path, twice, more=f", bindings: {{line 3: {{{key}: {word}}}}}") == [first[0], after]
    assert standings(tmp_path, f"{text}\n\n{text}\n\n{text}\n", more=f", from: {{line 3: {{{key}: {word}}}}}") == [
        first[0],
        after,
        after,
    ]
