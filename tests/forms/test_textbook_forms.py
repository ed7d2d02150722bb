"""What is derived reads as texts print it: every row of the table that is met stays so, and the table tells no lie."""

from __future__ import annotations

import pytest

from derivcheck.language.notation.syntax import Derivative, Name, Subscript
from tests.forms.textbook_forms import PRINTED, Printed, examiner, hits, meant, tensor_of

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
