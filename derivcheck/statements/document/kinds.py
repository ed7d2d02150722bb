"""What kind of formula it is: an assertion, a definition, an update, an example, a condition on indices."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from derivcheck.judging.examiner import Examiner
from derivcheck.judging.statement import Labels
from derivcheck.language.latex.elements import elements
from derivcheck.language.latex.memberships import is_sized
from derivcheck.language.notation.labels import free_and_bound
from derivcheck.language.notation.precedence import root
from derivcheck.language.notation.relations import NAMES, UNREAD_SIGNS
from derivcheck.language.notation.syntax import (
    Binary,
    Call,
    Derivative,
    Equation,
    Expression,
    Name,
    Number,
    Subscript,
    Transpose,
    bottom_up,
)
from derivcheck.language.tex.nodes import Group, Row, Scripts, Symbol
from derivcheck.language.tex.statements import Chain, is_relation, is_sign
from derivcheck.spec import Spec
from derivcheck.statements.document.passages import Passage

BETWEEN = NAMES | UNREAD_SIGNS | {"∈"}
INDEX_SIGNS = NAMES | frozenset(",…'+-")


def assigning(chain: Chain) -> Chain:
    """The chain with `\\leftarrow` read as `:=`."""
    return replace(
        chain, row=tuple(Symbol("sign", "=", node.span) if is_sign(node, "←") else node for node in chain.row)
    )


def asserts(chain: Chain) -> bool:
    """Whether a relation stands at the top of a chain, with something on both sides or to go on from."""
    return any(is_sign(node, *BETWEEN) for node in chain.row) or is_sized(elements(chain.row))


def relates_inside(row: Row) -> bool:
    """Whether a relation stands inside of brackets that are no argument of a script or a macro."""
    for node in row:
        match node:
            case Group(body=body) if any(map(is_relation, body)) or relates_inside(body):
                return True
            case Scripts(base=Group() as base) if relates_inside((base,)):
                return True
    return False


def is_of_letters(chain: Chain, spec: Spec) -> bool:
    """`i = j`, `l = 1, ..., L`: letters that nothing declares, and numbers. `\\delta = y - p` is none of these."""
    quantities = {tensor.name.text for tensor in spec.tensors}
    quantities |= {formula.name.text for formula in (*spec.layers, *spec.let)}
    declared = quantities | {symbol.name.text for symbol in spec.symbols} | set(spec.depths)
    first, *others = elements(chain.row)
    return (
        first.kind == "letter"
        and first.text not in declared
        and _is_index(first.text)
        and all(
            token.kind == "number"
            or (token.kind == "letter" and _is_index(token.text) and token.text not in quantities)
            or (token.kind == "sign" and token.text in INDEX_SIGNS)
            for token in others
        )
    )


def _is_index(letter: str) -> bool:
    return letter.isascii() and len(letter) == 1


def is_example(passage: Passage, equation: Equation) -> bool:
    """`$y = [0, 1, 0]$`, `$z = 0$` in the prose: a name, or an entry, with numbers."""
    if passage.kind != "inline" or len(equation.sides) != 2 or equation.relations != ("=",):
        return False
    left, right = equation.sides
    constant = not any(isinstance(node, Name | Call | Derivative) for node in bottom_up(right))
    return bool(root(left)) and constant


def mentions(equation: Equation, labels: Labels) -> bool:
    """Whether an equation speaks of one of some labels, and not in a sum over it alone."""
    return bool(free_and_bound(equation, labels)[0])


def defines(equation: Equation, examiner: Examiner) -> bool:
    """Whether an equation says what the spec declares: a layer, the loss, an abbreviation on the left."""
    if len(equation.sides) != 2:
        return False
    left, right = equation.sides
    network = examiner.network
    declared = {formula.name.text.partition("[")[0] for formula in (*network.spec.layers, *network.spec.let)}
    if network.spec.loss is not None:
        declared.add(network.spec.loss.name.text)
    derived = any(isinstance(node, Derivative) for node in bottom_up(right))
    meant = [tree for name, tree in network.scope.abbreviations.items() if name.partition("[")[0] == root(left)]
    # `delta = p - y` is no definition of a delta that is declared as a derivative.
    derivative = any(isinstance(node, Derivative) for tree in meant for node in bottom_up(tree))
    return root(left) in declared and derived == derivative


def is_stationary(equation: Equation) -> bool:
    """`\\partial J / \\partial x = 0`: a point where a derivative vanishes."""
    if len(equation.sides) != 2 or equation.relations != ("=",):
        return False
    derivative, zero = sorted(equation.sides, key=lambda side: not _is_derivative(side))
    return _is_derivative(derivative) and zero == Number(Fraction(0))


def _is_derivative(tree: Expression) -> bool:
    while isinstance(tree, Transpose | Subscript):
        tree = tree.operand if isinstance(tree, Transpose) else tree.base
    return isinstance(tree, Derivative)


def is_update(equation: Equation, examiner: Examiner) -> bool:
    """`W = W - alpha dL/dW`: a parameter that stands on both sides is given a new value."""
    if len(equation.sides) != 2 or equation.relations != ("=",):
        return False
    left, right = equation.sides
    inputs = {tensor.name.text.partition("[")[0] for tensor in examiner.network.spec.tensors}
    return root(left) in inputs and isinstance(right, Binary) and right.operator in "+-" and _first(right) == left


def _first(tree: Expression) -> Expression:
    while isinstance(tree, Binary) and tree.operator in "+-":
        tree = tree.left
    return tree
