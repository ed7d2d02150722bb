"""What kind of formula it is: an assertion, a definition, an update, an example, a condition on indices."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from derivcheck.graph.nodes import Input, topological
from derivcheck.judging.examiner import Examiner
from derivcheck.judging.statement import Labels
from derivcheck.language.latex.elements import elements, elements_one_by_one
from derivcheck.language.latex.labels import Labels as LatexLabels
from derivcheck.language.latex.memberships import is_sized
from derivcheck.language.lowering.types import Types
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
from derivcheck.language.tex.nodes import Group, Node, Numeral, Row, Scripts, Symbol
from derivcheck.language.tex.statements import Chain, is_relation, is_sign, seen
from derivcheck.spec import Spec
from derivcheck.statements.document.passages import Passage

BETWEEN = NAMES | UNREAD_SIGNS | {"∈"}
NO_EQUATIONS = (
    (re.compile(r"\\arg\s*\\?m|\\argm|\{arg\s*\\?,?\s*m(?:in|ax)"), "where a minimum or maximum is attained"),
    (re.compile(r"\\lim(?![a-z])"), "a limit"),
    (re.compile(r"\\sim(?![a-z])|\\Pr(?![a-z])|(?<![A-Za-z\\])[pPq]\s*\([^()]*(?:\||\\mid|\\vert)"), "a probability"),
)
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
    quantities |= {spec.loss.name.text} if spec.loss is not None else set()
    declared = quantities | {symbol.name.text for symbol in spec.symbols} | set(spec.depths)
    if not isinstance(next(iter(seen(chain.row)), None), Symbol | Scripts):
        return False
    others = elements_one_by_one(chain.row)
    first = next(others)
    return (
        first.kind == "letter"
        and first.text not in declared
        and _is_index(first.text)
        and all(
            token.kind == "number"
            or (token.kind == "letter" and _is_index(token.text) and token.text not in quantities)
            or (token.kind == "sign" and token.text in INDEX_SIGNS)
            or (token.kind == "script" and all(inner.kind == "letter" for inner in token.inside))
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


def is_entry_of_derivative(equation: Equation) -> bool:
    """`\\partial z_j / \\partial w_{jk} = 0`: an entry by an entry, which vanishes for some indices and is no point."""
    for tree in equation.sides:
        while isinstance(tree, Transpose):
            tree = tree.operand
        match tree:
            case Derivative(Subscript(), variables) if all(isinstance(one, Subscript) for one in variables):
                return True
    return False


def is_update(equation: Equation, examiner: Examiner) -> bool:
    """`W = W - alpha dL/dW`, `w = (1 - 2 eta) w - eta dL/dw`: a parameter on both sides is given a new value."""
    if len(equation.sides) != 2 or equation.relations != ("=",):
        return False
    left, right = equation.sides
    if root(left) not in _inputs(examiner) or not isinstance(right, Binary) or right.operator not in "+-":
        return False
    first = _first(right)
    return first == left or (isinstance(first, Binary) and first.operator in "*@" and first.right == left)


def _inputs(examiner: Examiner) -> set[str]:
    return {tensor.name.text.partition("[")[0] for tensor in examiner.network.spec.tensors}


def _first(tree: Expression) -> Expression:
    while isinstance(tree, Binary) and tree.operator in "+-":
        tree = tree.left
    return tree


def input_set(equation: Equation, examiner: Examiner) -> str:
    """The input that stands alone on a side and has nothing to do with the other: it is set; empty where none is."""
    if len(equation.sides) != 2 or equation.relations != ("=",):
        return ""
    inputs = {t.name: t.node for t in examiner.network.tensors if isinstance(t.node, Input)}
    for side, other in (equation.sides, equation.sides[::-1]):
        name = root(side) if isinstance(_unturned(side), Name) else ""
        if name not in inputs or any(isinstance(node, Derivative) for node in bottom_up(other)):
            continue
        spoken = [node.name for node in bottom_up(other) if isinstance(node, Name)]
        made = [t.node for t in examiner.network.tensors if t.name in spoken]
        meant = [root_ for root_ in spoken if root_.partition("[")[0] in examiner.network.scope.abbreviations]
        if not meant and inputs[name] not in topological(made):
            return name
    return ""


def restricts_inputs(equation: Equation, examiner: Examiner) -> bool:
    """Whether an equation speaks of inputs alone, of nothing that the network makes."""
    names = {name for side in equation.sides for name in _spoken_of(side)}
    derived = any(isinstance(node, Derivative) for side in equation.sides for node in bottom_up(side))
    made = {tensor.name for tensor in examiner.network.tensors if not isinstance(tensor.node, Input)}
    made |= set(examiner.network.scope.abbreviations)
    families = {name.partition("[")[0] for name in made if "[" in name}

    def is_made(name: str) -> bool:
        root, bracket, _ = name.partition("[")
        return name in made if bracket and root in families else root in made | families

    spoken = any(name.partition("[")[0] in _inputs(examiner) for name in names)
    return not derived and spoken and not any(map(is_made, names))


def _spoken_of(tree: Expression) -> Iterator[str]:
    """The names in a tree, members of families with the numbers of their layers."""
    nodes = bottom_up(tree)
    numbered = {
        id(node.base): f"{node.base.name}[{node.entries[0].value}]"
        for node in nodes
        if isinstance(node, Subscript) and isinstance(node.base, Name) and isinstance(node.entries[0], Number)
    }
    return (numbered.get(id(node), node.name) for node in nodes if isinstance(node, Name))


def names_another(equation: Equation, examiner: Examiner) -> bool:
    """`y = m x + c` of scalars, where y is a vector: an input alone, and inputs of which it is no value.

    Nothing of it is made by the network, and one side is a scalar and the other is none: the name stands for
    something else where it is said.
    """
    if len(equation.sides) != 2 or equation.relations != ("=",) or not restricts_inputs(equation, examiner):
        return False
    scope = examiner.network.scope
    types = [Types(scope, LatexLabels(scope, {}))(side) for side in equation.sides]
    scalars = [shape.is_scalar for shape in types if shape is not None]
    return isinstance(equation.sides[0], Name) and sorted(scalars) == [False, True]


def _unturned(tree: Expression) -> Expression:
    while isinstance(tree, Transpose):
        tree = tree.operand
    return tree


def names_a_layer(chain: Chain, spec: Spec) -> bool:
    """`\\delta^l = \\delta^L`: one name with a label and with its end, which says which layer is meant."""
    place = next((k for k, node in enumerate(chain.row) if is_sign(node, "=")), 0)
    sides = [seen(chain.row[:place]), seen(chain.row[place + 1 :])]
    labelled = [side[0] for side in sides if len(side) == 1 and isinstance(side[0], Scripts)]
    if len(labelled) != 2 or any(len(one.scripts) != 1 or one.base is None for one in labelled):
        return False
    names = [_plainly((one.base,)) for one in labelled if one.base is not None]
    labels = [_plainly(one.scripts[0].body) for one in labelled]
    general = [label in {(family.label,) for family in spec.families} for label in labels]
    special = [len(label) == 1 and (label[0].isdigit() or label[0] in spec.depths) for label in labels]
    return names[0] == names[1] and bool(names[0]) and sorted(general) == sorted(special) == [False, True]


def _plainly(row: Row) -> tuple[str, ...]:
    """The letters and numbers of a row with their fonts."""
    return tuple(
        f"{leaf.font} {leaf.text}" if isinstance(leaf, Symbol) and leaf.kind == "letter" and leaf.font else leaf.text
        for leaf in _leaves(row)
        if isinstance(leaf, Symbol | Numeral)
    )


def is_of_sizes(chain: Chain, spec: Spec) -> bool:
    """`(N \\times M)(M \\times 1) = N \\times 1`: nothing but the names of dimensions, which `\\times` joins."""
    sizes = {word for tensor in spec.tensors for axis in tensor.axes for word in re.findall(r"\w+", axis.text)}
    sizes -= {tensor.name.text for tensor in spec.tensors}
    leaves = list(_leaves(chain.row))
    letters = [leaf.text for leaf in leaves if isinstance(leaf, Symbol) and leaf.kind in ("letter", "word")]
    plain = all(isinstance(leaf, Numeral | Symbol) for leaf in leaves)
    joined = any(is_sign(leaf, "×") for leaf in leaves)
    return plain and joined and bool(letters) and all(letter in sizes for letter in letters)


def _leaves(row: Row) -> Iterator[Node]:
    """What stands in a row and in its brackets."""
    for node in seen(row):
        if isinstance(node, Group):
            yield from _leaves(node.body)
        else:
            yield node


def no_equation(text: str) -> str:
    """What a formula that is not read speaks of, where that is nothing to be derived; empty where it is not known."""
    return next((what for pattern, what in NO_EQUATIONS if pattern.search(text)), "")
