"""What sizes cost: sizes at which memory would not suffice are made smaller, with what is equal and larger as it was."""

from __future__ import annotations

import tracemalloc
from collections import Counter

import pytest

from derivcheck.graph.axes import Dimension
from derivcheck.graph.sizes import ENTRIES, affordable
from derivcheck.pipeline.verification import verify_text

n, m, k = map(Dimension.named, ("n", "m", "k"))


@pytest.mark.parametrize(
    ("sizes", "shapes"),
    [
        ({"n": 4096, "m": 4095, "k": 3}, ((n, m), (m, k))),
        ({"n": 5000, "m": 5000, "k": 4999}, ((n, m, k),)),
        ({"n": 20, "m": 19, "k": 18}, ((n, n, n, m, m, k),)),
        ({"n": 10**6, "m": 2, "k": 1}, ((n, n), (m,))),
        ({"n": 40, "m": 8, "k": 7}, ((n, n, n, n), (m, m), (k,))),
    ],
)
def test_smaller_sizes_have_the_same_pattern(sizes: dict[str, int], shapes: tuple[tuple[Dimension, ...], ...]) -> None:
    found = affordable(sizes, (n, m, k), Counter(shapes))
    count = 0
    for shape in shapes:
        entries = 1
        for dimension in shape:
            entries *= dimension.size(found)
        count += entries
    assert count <= ENTRIES
    for one in sizes:
        for other in sizes:
            assert (found[one] < found[other]) == (sizes[one] < sizes[other])


def test_sizes_that_can_be_afforded_are_kept() -> None:
    assert affordable({"n": 300, "m": 200}, (n, m), Counter([(n, m), (m,)])) == {"n": 300, "m": 200}


def test_smaller_sizes_leave_entries_in_derived_dimensions() -> None:
    derived = Dimension((("k", -1), ("n", 1)), 1)
    found = affordable({"n": 4000, "k": 3990}, (n, k, derived), Counter([(n, k), (derived,)]))
    assert derived.size(found) >= 1 and found["n"] * found["k"] <= ENTRIES


LARGE = """
tensors: {x: n, W: m n, y: m}
layers: {z: W @ x - y}
loss: {L: "sum(z^2)"}
numeric: {sizes: {n: 4096, m: 4095}}
claims:
  right: dL/dW = 2 * z @ x.T
  wrong: {claim: dL/dW = z @ x.T, expect: refuted}
  jacobian: "dz[i]/dW[j,k] = delta(i,j) * x[k]"
"""


def test_memory_is_bounded_whatever_sizes_are_given() -> None:
    tracemalloc.start()
    try:
        file = verify_text(LARGE)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert {claim.id: claim.verdict for claim in file.claims} == {
        "right": "proved",
        "wrong": "refuted",
        "jacobian": "proved",
    }
    assert peak < 300 << 20  # at the sizes given, the matrix alone has 128 MB, and there are many of them
    assert any("claims are judged at n = " in note for note in file.notes)
    assert all("measured at n = 1024, m = 1023" in gradient.notes[-1] for gradient in file.gradients)
    assert all(gradient.verdict == "proved" for gradient in file.gradients)


def test_sizes_that_memory_suffices_for_are_not_spoken_of() -> None:
    file = verify_text(LARGE.replace("4096", "12").replace("4095", "13"))
    assert not any("judged at" in note for note in file.notes)
    assert not any("measured at" in note for gradient in file.gradients for note in gradient.notes)
