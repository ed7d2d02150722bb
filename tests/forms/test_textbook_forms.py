"""What is derived reads as texts print it: every row of the table that is met stays so, and the table tells no lie."""

from __future__ import annotations

import re

import pytest

from derivcheck.judging.examiner import Examiner
from derivcheck.language.network import build
from derivcheck.language.notation.syntax import Derivative, Name, Subscript
from derivcheck.spec import read_spec
from tests.forms.textbook_forms import NETWORKS, PRINTED, Printed, examiner, hits, meant, tensor_of

LEAST = 0.9


@pytest.mark.parametrize("row", PRINTED, ids=str)
def test_a_form_is_met_unless_the_table_says_why_not(row: Printed) -> None:
    assert hits(row) == (not row.misses), row.form


@pytest.mark.parametrize("row", PRINTED, ids=str)
def test_a_form_that_is_printed_holds(row: Printed) -> None:
    judge, tensor, tree = examiner(row.network), tensor_of(row), meant(row)
    assert judge.derivation is not None
    places = tuple(map(Name, judge.derivation.letters(len(tensor.axes))))
    by = Subscript(tensor.tree, places) if row.is_entry else tensor.tree
    left = Derivative(judge.derivation.output.tree, (by,))
    found = judge.proofreader.judged(left, tree)
    assert found is not None
    assert found.verdict == "proved", found.reason


def test_the_table_is_large_enough_and_mostly_met() -> None:
    assert len(PRINTED) >= 80
    assert len({(row.network, row.quantity) for row in PRINTED}) == len(PRINTED)
    assert sum(not row.misses for row in PRINTED) >= LEAST * len(PRINTED)


IDLE = re.compile(r"(?<![\w.])1 \* |\* 1(?![\w./])|- ?-|-\(-|\*\*1(?![\w./])|abs'|diag\(1/2")
MORE = {
    "a number taken away": "tensors: {p: n, R: n, c: scalar}\nlayers: {J: p.T @ R}\nloss: {L: '-J - 2*c*sum(R)'}",
    "halves": "tensors: {x: n, A: n n, r: n}\nloss: {L: 'trace(diag(x) @ A)/2 - sum(r^2)/4 + norm(x, 1)/2'}",
    "a sum that is one": "tensors: {q: {axes: n, given: simplex}, z: n}\nlayers: {p: softmax(z)}\n"
    "loss: {L: '-sum(q * log(p)) + sum(p)'}",
    "signs of signs": "tensors: {W: m n, x: n, y: m}\nlayers: {e: y - W @ x}\nloss: {L: '-(-sum(e^2) - sum(-e))/2'}",
}


@pytest.mark.parametrize("text", [*NETWORKS.values(), *MORE.values()], ids=[*NETWORKS, *MORE])
def test_no_number_and_no_sign_is_idle(text: str) -> None:
    judge = Examiner(build(read_spec(text + "\n")))
    for tensor in judge.network.tensors:
        if judge.derivation is None or tensor.node is judge.derivation.output.node:
            continue
        form = judge.proofreader.form(tensor)
        for tree in (form.matrix, form.index):
            assert tree is None or not IDLE.search(judge.proofreader.plain(tree)), judge.proofreader.plain(tree)
