"""Under what a formula of a document holds: what stands beside it becomes its `where`, its facts, or its point."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from derivcheck.diagnostics.diagnostic import Diagnostic, NotationError, SourceText
from derivcheck.judging.examiner import Examiner
from derivcheck.language.latex.equations import Sentence
from derivcheck.language.notation.printer import to_plain
from derivcheck.language.notation.syntax import (
    Binary,
    Call,
    Equation,
    Expression,
    Name,
    Negate,
    Number,
    Reduction,
    Subscript,
)
from derivcheck.language.tex.nodes import Numeral, Symbol
from derivcheck.language.tex.statements import Chain
from derivcheck.spec import Spec
from derivcheck.spec.declarations import NamedFormula

ZERO = Number(Fraction(0))


@dataclass(frozen=True, slots=True)
class Restriction:
    """What a formula beside another one restricts: indices or an order, a fact, or the value of a quantity."""

    where: str = ""
    given: str = ""
    name: str = ""
    value: str = ""

    def speaks_of(self, names: Iterable[str]) -> bool:
        """Whether one of some names occurs in it."""
        return any(_speaks_of(f"{self.where} {self.value}", name) for name in names)


def restriction(chain: Chain, sentence: Sentence, spec: Spec) -> Restriction:
    """What a formula restricts where it is a condition. Raises NotationError for one that cannot be used."""
    try:
        return Restriction(where=_condition(chain, sentence))
    except NotationError as problem:
        equation = sentence.equation(chain.row)
        if len(equation.sides) != 2 or equation.relations != ("=",):
            raise problem
    for left, right in (equation.sides, equation.sides[::-1]):
        if (fact := _fact(left, right)) is not None:
            return Restriction(given=fact)
        if isinstance(left, Name) and "[" not in left.name and _is_declared(left.name, spec):
            return Restriction(name=left.name, value=to_plain(right))
    return Restriction(given=to_plain(equation))


def _condition(chain: Chain, sentence: Sentence) -> str:
    span = chain.row[0].span
    zero, equals, word = Numeral("0", span), Symbol("sign", "=", span), Symbol("keyword", "if", span)
    where = sentence.equation((zero, equals, zero, word, *chain.row)).where
    if where is None:
        raise NotationError(Diagnostic("DC175", "it restricts nothing"))
    return to_plain(Equation((ZERO, ZERO), ("=",), where)).partition(" where ")[2]


def _fact(left: Expression, right: Expression) -> str | None:
    """`\\sum_k y_k = 1` as a fact of y."""
    if right != Number(Fraction(1)):
        return None
    match left:
        case Reduction("sum", _, None, Subscript(Name(name), (Name(),))) | Call("sum", (Name(name),)):
            return f"sums_to_one: {name}"
        case _:
            return None


def _is_declared(name: str, spec: Spec) -> bool:
    return name in {tensor.name.text for tensor in spec.tensors} | {layer.name.text for layer in spec.layers}


# --- a quantity with a value --------------------------------------------------------------------


def at_values(spec: Spec, values: Mapping[str, str], examiner: Examiner) -> Spec:
    """The spec in which quantities have values: each is a layer that says so, behind what its value is made of."""
    for name, value in values.items():
        axes = next((tuple(tensor.axes) for tensor in examiner.network.tensors if tensor.name == name), ())
        if axes and _is_number(value):
            value = f"({value})*ones({', '.join(str(axis.dimension) for axis in axes)})"
        made = NamedFormula(SourceText(name), SourceText(value))
        others = tuple(layer for layer in spec.layers if layer.name.text != name)
        place = next((k for k, layer in enumerate(spec.layers) if layer.name.text == name), 0)
        behind = [k for k, layer in enumerate(others, 1) if _speaks_of(value, layer.name.text)]
        place = max([place, *behind])
        tensors = tuple(tensor for tensor in spec.tensors if tensor.name.text != name)
        spec = replace(spec, tensors=tensors, layers=(*others[:place], made, *others[place:]))
    return spec


def vanishing_with(equation: Equation, slope: Expression) -> Equation:
    """`A - B` in proportion to a slope that is not zero everywhere: `A = B` follows where the slope is zero."""
    left, right = equation.sides
    return replace(equation, sides=(Binary("-", left, right), slope), relations=("∝",))


def multiple_of(equation: Equation, slope: Expression, factor: Fraction) -> Equation:
    """`A - B = factor slope`, from which `A = B` follows where the slope is zero."""
    left, right = equation.sides
    scaled = Binary("*", Number(abs(factor)), slope)
    return replace(equation, sides=(Binary("-", left, right), Negate(scaled) if factor < 0 else scaled))


def _is_number(value: str) -> bool:
    return not any(character.isalpha() for character in value)


def _speaks_of(value: str, name: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(name)}(?![\w\[])", value) is not None
