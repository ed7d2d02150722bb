"""A proof stands again where nothing differs but the labels in the names."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from derivcheck.evidence.canonical.form import Facts
from derivcheck.graph.axes import Axis, Dimension
from derivcheck.graph.nodes import Node, World, add, inside, inverse, multiply, quantity, rename, sum_over, tensor
from derivcheck.judging.precedents import LABEL, Precedents


def renamed(label: int, window: int = 2) -> dict[str, str | None]:
    """The names of a family with their labels told from one of them."""
    names = [f"{stem}[{k}]" for stem in ("W", "V", "a", "z", "n") for k in range(9)]
    return {name: _told(name, label, window) for name in names}


def _told(name: str, label: int, window: int) -> str | None:
    distance = int(LABEL.findall(name)[0]) - label
    return LABEL.sub(f"[{distance:+d}]", name) if abs(distance) <= window else None


def axis(label: int, key: str = "0") -> Axis:
    return Axis(Dimension.named(f"n[{label}]"), key)


def product(label: int, weight: str = "W", step: int = 1) -> Node:
    """Σ_j W[l][i,j] a[l-1][j] of a layer."""
    rows, columns = axis(label), axis(label - step)
    return sum_over(multiply(tensor(f"{weight}[{label}]", (rows, columns)), layer(label - step)), [columns])


def layer(label: int) -> Node:
    inner = tensor(f"z[{label}]", (axis(label),))
    return quantity(f"a[{label}]", multiply(inner, inner), (axis(label),))


def sides(label: int) -> tuple[Node, Node]:
    return add(product(label), product(label)), multiply(product(label), add(product(label), product(label)))


def known(left: Node, right: Node, label: int, facts: Facts | None = None) -> frozenset[Node] | None:
    """What is known of an equation at `label` by one at label 3, which did not look into a[2]."""
    precedents = Precedents()
    precedents.add(*sides(3), {layer(2)}, lambda name: renamed(3).get(name, name), {"W[3]": (("symmetric", None),)})
    given = {f"W[{label}]": (("symmetric", None),)} if facts is None else facts
    return precedents.cut_of(left, right, lambda name: renamed(label).get(name, name), given)


@pytest.fixture(autouse=True)
def world() -> Iterator[None]:
    """The order of operands is that in which they were made."""
    with inside(World()):
        yield


@pytest.mark.parametrize("label", [2, 3, 5, 8])
def test_an_equation_at_another_label_is_recognised(label: int) -> None:
    assert known(*sides(label), label) == {layer(label - 1)}


DIFFERENT: dict[str, Callable[[], tuple[Node, Node]]] = {
    "another tensor": lambda: (add(product(5, "V"), product(5, "V")), sides(5)[1]),
    "tensors of two layers": lambda: (add(product(4), product(4)), sides(5)[1]),
    "a layer farther away": lambda: (add(product(5, step=2), product(5, step=2)), sides(5)[1]),
    "the sides exchanged": lambda: sides(5)[::-1],
    "beyond the window": lambda: (add(product(5, step=4), product(5, step=4)), sides(5)[1]),
    "another axis": lambda: (rename(sides(5)[0], {axis(5): axis(5, "1")}), sides(5)[1]),
    "another number": lambda: (add(sides(5)[0], product(5)), sides(5)[1]),
}


@pytest.mark.parametrize("name", DIFFERENT)
def test_anything_else_is_not(name: str) -> None:
    assert known(*DIFFERENT[name](), 5) is None


def test_other_facts_make_it_another_equation() -> None:
    assert known(*sides(5), 5, {}) is None
    assert known(*sides(5), 5, {"W[5]": (("orthogonal", None),)}) is None


def test_an_inverse_is_never_recognised() -> None:
    """Its name stands for it wherever it occurs: names that do not occur matter too."""
    square = tensor("W[3]", (axis(3), axis(3, "1")))
    inverted = inverse(square, axis(3), axis(3, "1"))
    precedents = Precedents()
    precedents.add(inverted, inverted, frozenset(), lambda name: name, {})
    assert precedents.cut_of(inverted, inverted, lambda name: name, {}) is None
