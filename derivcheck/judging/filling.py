"""What a claimed derivation skips between two of its lines: one rule a line, each line proved against the one before.

from above   names, derivatives and slopes that the line below does not speak of, one after the other put in
from below   those that the line above does not speak of, backwards
between      what is left is algebra, or a fact
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any, TypeGuard, cast

from derivcheck.evidence.canonical.atoms import GrowthError, UndefinedError
from derivcheck.forms.derivation import Style
from derivcheck.forms.index_form import number
from derivcheck.forms.slopes import slope_of
from derivcheck.graph.scalars import derivative_function
from derivcheck.judging.lines import FACTS, Line, LineProver, Step
from derivcheck.judging.proofreader import Proofreader, UnwrittenError
from derivcheck.language.catalogue.functions import activation, activations
from derivcheck.language.formulas import name_tree
from derivcheck.language.lowering.letters import member_name
from derivcheck.language.network import formulas
from derivcheck.language.notation.syntax import (
    Binary,
    Call,
    Derivative,
    Expression,
    Name,
    Negate,
    Number,
    Subscript,
    children,
    rebuilt,
)

MAXIMAL_LINES = 12
STYLES: tuple[Style | None, ...] = ("nested", None)
ONE = Number(Fraction(1))


class StepFilling:
    """Fills in what stands between two expressions of one network that are equal."""

    def __init__(self, proofreader: Proofreader) -> None:
        self.proofreader = proofreader
        self._scope = proofreader.network.scope
        self._formulas = {name: one.sides[-1] for name, one in formulas(proofreader.network).items()}

    def between(self, above: Expression, below: Expression) -> list[Step]:
        """The lines that lead from one expression to the other, which is the last; none where they are not equal."""
        if self.proofreader.judged(above, below) is None:
            return []
        down, up = [("", above)], [("", below)]
        # What a layer is comes last: a slope by its value may speak of it again.
        for defined in (False, True):
            down += self._opened(down[-1][1], up[-1][1], defined)
            up += self._opened(up[-1][1], down[-1][1], defined)
        # A rule that leads from below to what stands above it leads back from there.
        back = [(f"{rule}, read backwards", tree) for (rule, _), (_, tree) in zip(up[:0:-1], up[-2::-1], strict=True)]
        lines = [*down[1:], (FACTS, up[-1][1]), *back]
        return LineProver(self.proofreader, otherwise="terms rearranged").steps(above, lines)

    def _opened(self, tree: Expression, other: Expression, defined: bool) -> Iterator[Line]:
        """The tree with one thing after the other put in of which the other does not speak; layers where `defined`."""
        seen = set(_parts(other))
        for _ in range(MAXIMAL_LINES):
            for node in dict.fromkeys(_parts(tree)):
                if node in seen:
                    continue
                changed = next((line for line in self._put_in(tree, node, defined) if line[1] != tree), None)
                if changed is not None and self.proofreader.judged(tree, changed[1]) is not None:
                    tree = changed[1]
                    yield changed
                    break
                seen.add(node)
            else:
                return

    def _put_in(self, tree: Expression, node: Expression, defined: bool) -> Iterator[Line]:
        for rule, made in self._of(node, defined):
            yield rule, _replaced(tree, node, made)

    def _of(self, node: Expression, defined: bool) -> Iterator[Line]:
        """What a derivative, a slope or a name stands for, and by which rule."""
        match node:
            case Derivative():
                yield from self._of_derivative(node)
            case Call(function, (argument,), 1):
                yield from self._of_slope(function, argument)
            case Subscript(base, entries) if member_name(node, self._scope) is None:
                for rule, tree in self._of(base, defined):
                    entry = _entry(tree, entries)
                    if entry is not None:
                        yield rule, entry
            case Name() | Subscript():
                name = member_name(node, self._scope) or ""
                if name in self._scope.abbreviations:
                    yield f"{name} by what it abbreviates", self._scope.abbreviations[name]
                elif name in self._formulas and defined:
                    yield f"definition of {name}", self._formulas[name]

    def _of_derivative(self, node: Derivative) -> Iterator[Line]:
        derivation = self.proofreader.derivation
        if derivation is None or node.numerator != derivation.output.tree or len(node.variables) != 1 or node.holding:
            return
        (variable,) = node.variables
        for tensor in derivation.tensors.values():
            places = variable.entries if isinstance(variable, Subscript) and variable.base == tensor.tree else None
            if variable != tensor.tree and places is None:
                continue
            for style in STYLES:
                try:
                    form = self.proofreader.form(tensor, style)
                except (UnwrittenError, GrowthError, UndefinedError):
                    continue
                rule = f"d{derivation.output.name}/d{tensor.name} put in"
                if places is None and form.matrix is not None:
                    yield rule, form.matrix
                elif places is not None and len(places) == len(form.letters):
                    there = {Name(letter): place for letter, place in zip(form.letters, places, strict=True)}
                    yield rule, _with_places(form.index, there)

    def _is_entry(self, tree: Expression) -> TypeGuard[Subscript]:
        return isinstance(tree, Subscript) and member_name(tree, self._scope) is None

    def _of_slope(self, function: str, argument: Expression) -> Iterator[Line]:
        """f'(z) by powers of f(z), which is a layer's name where one is defined so."""
        if function not in activations():
            return
        value = activation(function)
        if len(value.parameters) != 1:
            return
        found = slope_of(cast(Any, derivative_function(value, 0)), cast(Any, value))
        base, entries = (argument.base, argument.entries) if self._is_entry(argument) else (argument, ())
        whole: Expression = Call(function, (argument,))
        for name, tree in self._formulas.items():
            if tree == Call(function, (base,)):
                whole = Subscript(name_tree(name), entries) if entries else name_tree(name)
        if found.powers:
            yield f"slope of {function} by its value", _polynomial(whole, found.powers)


def _replaced(tree: Expression, node: Expression, made: Expression) -> Expression:
    found: Expression = rebuilt(tree, lambda one: made if one == node else one)
    return found


def _with_places(tree: Expression, places: Mapping[Name, Any]) -> Expression:
    found: Expression = rebuilt(tree, lambda one: places.get(one, one) if isinstance(one, Name) else one)
    return found


def _entry(tree: Expression, entries: tuple[Any, ...]) -> Expression | None:
    """An entry of a name, of a derivative or of a function that acts entry by entry; None of anything else."""
    match tree:
        case Name():
            return Subscript(tree, entries)
        case Derivative(of, (Name() | Subscript() as variable,)):
            return Derivative(of, (Subscript(variable, entries),))
        case Call(function, (Name() as argument,), primes) if function in activations():
            return Call(function, (Subscript(argument, entries),), primes)
        case _:
            return None


def _parts(tree: Expression) -> list[Any]:
    """What may be put in, the largest first: nothing within a derivative, and no tensor whose entry is meant."""
    found: list[Any] = []
    waiting: list[Any] = [tree]
    while waiting:
        node = waiting.pop(0)
        if isinstance(node, Derivative | Call | Name | Subscript):
            found.append(node)
        if not isinstance(node, Derivative | Subscript):
            waiting.extend(children(node))
    return found


def _polynomial(value: Expression, powers: tuple[tuple[int, Fraction], ...]) -> Expression:
    """Σ c v^k with the lowest power in front: `a * (1 - a)`."""
    lowest = min(power for power, _ in powers)
    total: Expression | None = None
    for power, coefficient in sorted(powers):
        term = _power(value, power - lowest)
        size = abs(coefficient)
        if term is None:
            term = number(size)
        elif size != 1:
            term = Binary("*", number(size), term)
        if total is None:
            total = Negate(term) if coefficient < 0 else term
        else:
            total = Binary("-" if coefficient < 0 else "+", total, term)
    assert total is not None
    front = _power(value, lowest)
    if front is None or total == ONE:
        return front if front is not None and total == ONE else total
    return Binary("*", front, total)


def _power(value: Expression, power: int) -> Expression | None:
    if power == 0:
        return None
    return value if power == 1 else Binary("**", value, Number(Fraction(power)))
