"""Reverse mode over the graph: one adjoint rule per node kind, and nothing else.

For an output y and the adjoint ȳ of a node, the rules are (the sums without an
axis run over those that the operand does not have):

    Map      y = f(x_0, x_1, …)     x̄_k += Σ ȳ · ∂f/∂x_k
    Sum      y = Σ_a x              x̄   += ȳ
    Rename   y[b] = x[a]            x̄[a] += ȳ[b]
    Quantity y = x                  x̄   += Σ ȳ
    Extremum y = max_a x            x̄   += ȳ · 1[x = y] / Σ_a 1[x = y]
    Product  y = Π_a x              x̄   += ȳ · Π_{b≠a} x[b]
    Held     y = x                  x̄   += 0

Where one entry alone is the largest, the weight of an extremum is 1 there and 0 elsewhere. Where
several are on a whole region, `max(relu(x))` for x < 0, they are one function there and have one
derivative, so that every weighting that sums to one gives it; a sum over all of them does not.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass, field
from typing import assert_never
from weakref import WeakKeyDictionary

import sympy

from derivcheck.diagnostics.diagnostic import UnsupportedError
from derivcheck.graph.axes import Axis
from derivcheck.graph.nodes import (
    Determinant,
    Extremum,
    Held,
    Indicator,
    Input,
    Inverse,
    Map,
    Node,
    Product,
    Quantity,
    Rename,
    Sum,
    add,
    constant,
    delta,
    divide,
    inverse,
    is_one,
    is_zero,
    mapped,
    multiply,
    negate,
    operands,
    product_over,
    quantity,
    rename,
    subtract,
    sum_over,
    topological,
)
from derivcheck.graph.scalars import differentiate, placeholder

ATTAINED = sympy.Piecewise((1, sympy.Eq(placeholder(0), placeholder(1))), (0, True))
"""1[x = y], of the entries at which an extremum is attained."""


@dataclass(frozen=True, slots=True)
class Derived:
    """A derivative that a formula names, as it was derived: `node` is ∂numerator/∂variable.

    The variable's axes are the `columns` of the node; entry by entry alone, where `entrywise`.
    `written` gives what a person wrote for it, where that is at hand.
    """

    numerator: Node
    variable: Node
    columns: tuple[Axis, ...]
    node: Node
    entrywise: bool = False
    written: Callable[[], str] | None = field(default=None, compare=False)


def _contributions(node: Node, adjoint: Node, wanted: set[Node]) -> Iterable[tuple[Node, Node]]:
    """(operand, what the node adds to its adjoint) for the operands that are wanted."""
    match node:
        case Map():
            for position, operand in enumerate(node.operands):
                if operand in wanted:
                    slope = mapped(differentiate(node.expression, placeholder(position)), *node.operands)
                    yield operand, sum_over(multiply(adjoint, slope), _lost(node, operand))
        case Quantity(operand=operand):
            yield operand, sum_over(adjoint, _lost(node, operand))
        case Sum():
            yield node.operand, adjoint
        case Rename():
            yield node.operand, rename(adjoint, {new: old for old, new in node.mapping})
        case Extremum():
            attained = mapped(ATTAINED, node.operand, node)
            yield node.operand, multiply(adjoint, divide(attained, sum_over(attained, node.bound)))
        case Product():
            yield node.operand, multiply(adjoint, _all_but_one(node))
        case Inverse(operand, row, column):
            yield operand, _through_inverse(node, adjoint, row, column)
        case Determinant(operand, row, column):
            # Jacobi: d det M = det M · tr(M⁻¹ dM).
            turned = rename(inverse(operand, row, column), {row: column, column: row})
            yield operand, multiply(adjoint, node, turned)
        case Input() | Indicator() | Held():
            return
        case _:
            assert_never(node)


def _all_but_one(node: Product) -> Node:
    """Π_{b≠a} x[b], along the axes a: it has a value where x[a] is zero, as the quotient by x[a] has not."""
    others = {a: Axis(a.dimension, f"product {node.serial}.{k}") for k, a in enumerate(node.bound)}
    here = multiply(*(delta(a, b) for a, b in others.items()))
    elsewhere = multiply(subtract(constant(1), here), rename(node.operand, others))
    return product_over(add(here, elsewhere), others.values())


def _lost(node: Node, operand: Node) -> list[Axis]:
    """The axes along which a node repeats its operand."""
    return [axis for axis in node.axes if axis not in operand.axes]


def _through_inverse(node: Node, adjoint: Node, row: Axis, column: Axis) -> Node:
    """From d(M⁻¹) = -M⁻¹ dM M⁻¹: the adjoint of M[r,c] is -Σ_ab M⁻¹[a,r] Ȳ[a,b] M⁻¹[c,b]."""
    a, b = (Axis(row.dimension, f"inverse {node.serial}.{k}") for k in (0, 1))
    before = rename(node, {row: a, column: row})
    between = rename(adjoint, {row: a, column: b})
    after = rename(node, {row: column, column: b})
    return negate(sum_over(multiply(before, between, after), [a, b]))


def adjoints(output: Node, seed: Node, variables: Iterable[Node]) -> dict[Node, Node]:
    """The adjoint of every node between `output` and the variables, in one sweep without recursion.

    `seed` is the adjoint of the output: 1 for a scalar, a product of deltas for a
    Jacobian. A variable is independent: what it was computed from is not followed.
    A variable that the output does not depend on has the adjoint 0. The adjoint of a
    named quantity of a named scalar is a named quantity itself, `dL/dz2`.
    """
    independent = frozenset(variables)
    found = _swept(output, seed, independent, independent)
    for variable in independent:
        found.setdefault(variable, constant(0))
    return found


def _swept(output: Node, seed: Node, targets: Container[Node], independent: frozenset[Node]) -> dict[Node, Node]:
    """The adjoints of `targets` and of all nodes between them and the output; below `independent` ones nothing is."""
    order = topological([output], cut=independent)
    wanted: set[Node] = set()
    for node in order:
        if node in targets or any(operand in wanted for operand in operands(node)):
            wanted.add(node)
    naming = isinstance(output, Quantity) and is_one(seed)
    pending: dict[Node, list[Node]] = {output: [seed]}
    found: dict[Node, Node] = {}
    for node in reversed(order):
        if node not in wanted or node not in pending:
            continue
        adjoint = add(*pending.pop(node))
        if naming and isinstance(node, Quantity) and node is not output and not is_zero(adjoint):
            adjoint = quantity(adjoint_name(output, node), adjoint, node.axes)
        found[node] = adjoint
        if node not in independent:
            for operand, part in _contributions(node, adjoint, wanted):
                pending.setdefault(operand, []).append(part)
    return found


def adjoint_name(output: Node, variable: Node) -> str:
    """`dL/dz2`: the name of the derivative of one named node by another."""
    assert isinstance(output, Quantity) and isinstance(variable, Quantity | Input)
    return f"d{output.name}/d{variable.name}"


_sweeps: WeakKeyDictionary[Node, dict[Node, Node]] = WeakKeyDictionary()


def sweep(output: Node) -> dict[Node, Node]:
    """The adjoints of everything named that a scalar is made of, by one sweep down to the inputs (remembered).

    Stopping at a variable would give the same adjoint for it: what lies behind it
    contributes nothing. A layer that depends on no input is a variable all the same.
    """
    if output.axes:
        raise ValueError("the gradient of something that is not a scalar")
    if output not in _sweeps:
        named = frozenset(node for node in topological([output]) if isinstance(node, Input | Quantity))
        _sweeps[output] = _swept(output, constant(1), named, frozenset())
    return _sweeps[output]


def forget_sweeps() -> None:
    """Let go of every remembered sweep: adjoints speak of their output, so that none of them ever ends by itself."""
    _sweeps.clear()


def gradient(output: Node, variable: Node) -> Node:
    """∂output/∂variable of a scalar, along the axes of the variable; 0 where it does not depend on it."""
    try:
        return sweep(output).get(variable, constant(0))
    except UnsupportedError:
        # What cannot be differentiated may lie behind the variable.
        return adjoints(output, constant(1), [variable])[variable]


def jacobian(output: Node, variable: Node, rows: Mapping[Axis, Axis], columns: Mapping[Axis, Axis]) -> Node:
    """Every ∂output[rows]/∂variable[columns]; the maps name the axes of the result.

    The images of `rows` and `columns` must be pairwise different.
    """
    # The output's serial keeps the seeds of a Jacobian of a Jacobian apart.
    seeds = {axis: Axis(axis.dimension, f"seed {output.serial}.{k}") for k, axis in enumerate(output.axes)}
    seed = multiply(constant(1), *(delta(axis, new) for axis, new in seeds.items()))
    result = adjoints(output, seed, [variable])[variable]
    naming = {seeds[axis]: rows.get(axis, axis) for axis in output.axes}
    return rename(result, {**naming, **{axis: columns.get(axis, axis) for axis in variable.axes}})
