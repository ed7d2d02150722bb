"""Formulas that speak of a case of what the spec declares: of three entries, of scalars."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from derivcheck.graph.nodes import topological
from derivcheck.judging.examiner import Examiner
from derivcheck.language.latex.patterns import mentions, unused
from derivcheck.language.notation.syntax import (
    Equation,
    Expression,
    Matrix,
    Name,
    Number,
    Subscript,
    Transpose,
    bottom_up,
    rebuilt,
)
from derivcheck.spec import Spec


def of_some_entries(equation: Equation, examiner: Examiner) -> tuple[Equation, int] | None:
    """`p = [p_1, p_2, p_3]` of a p with any number of entries: (what it says of each of them, how many it shows).

    None where its right side is no list of entries that differ in their index alone.
    """
    if len(equation.sides) != 2 or equation.relations != ("=",) or not isinstance(equation.sides[0], Name):
        return None
    left, right = equation.sides[0], equation.sides[1]
    while isinstance(right, Transpose):
        right = right.operand
    value = examiner.network.scope.values.get(left.name)
    if not isinstance(right, Matrix) or value is None or not value.is_vector or not value.axes[0].dimension.terms:
        return None
    cells = right.rows[0] if len(right.rows) == 1 else tuple(row[0] for row in right.rows if len(row) == 1)
    letter = unused([equation], "i")
    entries = [_general(cell, number, letter) for number, cell in enumerate(cells, 1)]
    if len(entries) < 2 or any(one != entries[0] for one in entries) or not mentions(entries[0], letter):
        return None
    return replace(equation, sides=(Subscript(left, (Name(letter),)), entries[0])), len(entries)


def _general(cell: Expression, number: int, letter: str) -> Expression:
    """An entry with a letter in place of the index that it has."""

    def put(node: object) -> object:
        if not isinstance(node, Subscript):
            return node
        entries = tuple(Name(letter) if one == Number(Fraction(number)) else one for one in node.entries)
        return replace(node, entries=entries)

    made: Expression = rebuilt(cell, put)
    return made


def of_scalars(spec: Spec, equation: Equation, examiner: Examiner) -> Spec | None:
    """What a formula is made of, as scalars, and nothing else; None where that is of a family of layers."""
    network = examiner.network
    names = {node.name for side in equation.sides for node in bottom_up(side) if isinstance(node, Name)}
    meant = [network.scope.abbreviations[name] for name in names & set(network.scope.abbreviations)]
    names |= {node.name for tree in meant for node in bottom_up(tree) if isinstance(node, Name)}
    made = set(topological(tensor.node for tensor in network.tensors if tensor.name in names))
    kept = {tensor.name for tensor in network.tensors if tensor.node in made}
    tensors = tuple(replace(one, axes=(), facts=()) for one in spec.tensors if one.name.text in kept)
    if not tensors or any("[" in name for name in kept):
        return None
    return replace(
        spec,
        tensors=tensors,
        layers=tuple(one for one in spec.layers if one.name.text in kept),
        loss=spec.loss if spec.loss is not None and spec.loss.name.text in kept else None,
        let=tuple(one for one in spec.let if one.name.text in names),
    )
