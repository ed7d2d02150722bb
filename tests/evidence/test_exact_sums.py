"""Sums of products with many digits: those of mpmath, number by number."""

from __future__ import annotations

from itertools import product
from typing import Any

import mpmath
import numpy as np
import pytest

from derivcheck.evidence.numeric.exact_sums import contracted_exactly
from derivcheck.evidence.numeric.sampling import in_digits
from derivcheck.evidence.numeric.tensors import Tensor
from derivcheck.graph.axes import Axis, Dimension

ROW, COLUMN, INNER = (Axis(Dimension.named(name), name) for name in ("a", "b", "c"))
SIZES = {"a": 2, "b": 3, "c": 5}
DIGITS = 60


def drawn(*axes: Axis, seed: int = 0) -> Any:
    shape = [SIZES[axis.key] for axis in axes]
    return in_digits(np.random.default_rng([seed, *shape]).normal(size=shape)) / 3


@pytest.mark.parametrize("far", [0, 12, 700], ids="1e{}".format)
def test_a_sum_of_products_is_that_of_its_numbers(far: int) -> None:
    with mpmath.workdps(DIGITS):
        left, right, weight = drawn(ROW, INNER), drawn(INNER, COLUMN), drawn(INNER)
        left[0] *= mpmath.mpf(10) ** -far  # rows whose entries are small keep all of their digits
        left[1, 2] = mpmath.mpf(0)
        operands = [Tensor(left, (ROW, INNER)), Tensor(right, (INNER, COLUMN)), Tensor(weight, (INNER,))]
        found = contracted_exactly(operands, (INNER,))
        assert found is not None and found.axes == (ROW, COLUMN)
        for i, j in product(range(SIZES["a"]), range(SIZES["b"])):
            terms = [left[i, k] * right[k, j] * weight[k] for k in range(SIZES["c"])]
            height = max(map(abs, terms))
            assert abs(found.array[i, j] - mpmath.fsum(terms)) < height * mpmath.mpf(10) ** (3 - DIGITS)


@pytest.mark.parametrize("odd", [mpmath.inf, mpmath.nan, mpmath.mpc(1, 2), mpmath.mpf(10) ** -3000], ids=str)
def test_what_is_no_whole_number_is_left_to_mpmath(odd: Any) -> None:
    with mpmath.workdps(DIGITS):
        left = drawn(ROW, INNER)
        left[1, 1] = odd
        operands = [Tensor(left, (ROW, INNER)), Tensor(drawn(INNER, COLUMN), (INNER, COLUMN))]
        assert contracted_exactly(operands, (INNER,)) is None


def test_nothing_is_lost_where_terms_cancel() -> None:
    """1e40 + 1e-40 - 1e40, of which each product has an error far above what is left."""
    with mpmath.workdps(DIGITS):
        big, tiny = mpmath.mpf(10) ** 40, mpmath.mpf(10) ** -40
        left = Tensor(np.array([big, tiny, -big], dtype=object), (COLUMN,))
        right = Tensor(np.array([mpmath.mpf(1)] * 3, dtype=object), (COLUMN,))
        found = contracted_exactly([left, right], (COLUMN,))
        assert found is not None and found.array == tiny
