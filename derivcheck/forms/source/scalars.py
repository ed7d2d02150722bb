"""Scalar expressions as NumPy text, applied entrywise.

Named functions become functions of their own, their derivatives written out from the
forward definition: nobody has typed a derivative.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sympy

from derivcheck.diagnostics.diagnostic import Diagnostic, UnsupportedError
from derivcheck.forms.source.exponentials import without_overflow
from derivcheck.forms.source.identifiers import Identifiers
from derivcheck.forms.source.special import SPECIAL
from derivcheck.graph.scalars import NamedFunction, declared, placeholder_position

CHOICE, JOINED, COMPARED, SUM, PRODUCT, UNARY, POWER, ATOM = 0, 1, 3, 10, 20, 25, 40, 50
NUMPY = {
    "exp": "np.exp",
    "log": "np.log",
    "sin": "np.sin",
    "cos": "np.cos",
    "tan": "np.tan",
    "tanh": "np.tanh",
    "sinh": "np.sinh",
    "cosh": "np.cosh",
    "atan": "np.arctan",
    "asin": "np.arcsin",
    "erf": "np.vectorize(math.erf)",
    "gamma": "np.vectorize(math.gamma)",
    "logaddexp": "np.logaddexp",
    "log1p": "np.log1p",
    "expm1": "np.expm1",
}

Written = tuple[str, int]  # a text, and how tightly its outermost operator binds


def at(written: Written, minimum: int) -> str:
    """The text, in brackets where it binds less tightly than that."""
    text, binding = written
    return text if binding >= minimum else f"({text})"


class Scalars:
    """Writes scalar expressions; `functions` are the named ones that were met, by the name they got.

    `size` names the size of a dimension.
    """

    def __init__(self, identifiers: Identifiers, size: Callable[[str], str]) -> None:
        self._identifiers, self._size = identifiers, size
        self._names: dict[type[NamedFunction], str] = {}
        self._specials: dict[str, str] = {}
        self.definitions: list[str] = []
        self.opaque: dict[str, str] = {}  # the parameter, and what it is

    @property
    def opaque_functions(self) -> Mapping[str, type[NamedFunction]]:
        """The parameters that stand for functions, in their order."""
        found = {name: function for function, name in self._names.items() if function.definition is None}
        return {name: found[name] for name in self.opaque}

    def write(self, expression: Any, operands: Sequence[Written]) -> Written:
        """Raises UnsupportedError (DC406) for a function that NumPy does not have."""
        if isinstance(expression, sympy.Symbol):
            position = placeholder_position(expression)
            return operands[position] if position is not None else (self._size(expression.name), ATOM)
        if isinstance(expression, sympy.Integer):
            return str(int(expression)), ATOM if expression >= 0 else UNARY
        if isinstance(expression, sympy.Rational):
            return f"{int(expression.p)} / {int(expression.q)}", PRODUCT
        if isinstance(expression, sympy.Float | sympy.NumberSymbol):
            return repr(float(expression)), ATOM
        if isinstance(expression, sympy.Add):
            return self._sum(expression, operands)
        if isinstance(expression, sympy.Mul):
            return self._product(expression, operands)
        if isinstance(expression, sympy.Pow):
            return self._power(expression.args[0], expression.args[1], operands)
        if isinstance(expression, sympy.Piecewise):
            return self._choice(expression, operands)
        arguments = [self.write(argument, operands)[0] for argument in expression.args]
        if isinstance(expression, NamedFunction):
            return f"{self._function(type(expression))}({', '.join(arguments)})", ATOM
        plain = declared(expression)
        if plain != expression:
            return self.write(plain, operands)
        name = type(expression).__name__
        if name in SPECIAL:
            return f"{self.special(name)}({', '.join(arguments)})", ATOM
        if name not in NUMPY:
            raise UnsupportedError(Diagnostic("DC406", f"`{name}` has no counterpart in NumPy"))
        return f"{NUMPY[name]}({', '.join(arguments)})", ATOM

    # --- operators ------------------------------------------------------------------------

    def _sum(self, expression: Any, operands: Sequence[Written]) -> Written:
        """What is subtracted comes last, single names behind products."""
        terms: list[tuple[bool, bool, Written]] = []
        for term in sorted(expression.args, key=_place):
            negative = bool(term.could_extract_minus_sign())
            text, binding = self.write(-term if negative else term, operands)
            if text.startswith("-") and binding >= PRODUCT:
                text, binding, negative = text[1:], PRODUCT, not negative
            terms.append((negative, binding >= UNARY, (text, binding)))
        terms.sort(key=lambda term: term[:2])
        written = ""
        for negative, _, part in terms:
            if not written:
                written = f"-{at(part, PRODUCT)}" if negative else at(part, SUM)
            else:
                written += f" {'-' if negative else '+'} {at(part, SUM + negative)}"
        return written, SUM

    def _product(self, expression: Any, operands: Sequence[Written]) -> Written:
        if expression.could_extract_minus_sign():
            simple = not (-expression).args
            return f"-{at(self.write(-expression, operands), UNARY if simple else PRODUCT)}", (
                UNARY if simple else PRODUCT
            )
        above, below = [], []
        for factor in sorted(expression.args, key=_place):
            if isinstance(factor, sympy.Rational):
                above += [sympy.Integer(factor.p)] if factor.p != 1 else []
                below += [sympy.Integer(factor.q)] if factor.q != 1 else []
            elif isinstance(factor, sympy.Pow) and factor.args[1].could_extract_minus_sign():
                below.append(factor.args[0] ** -factor.args[1])
            else:
                above.append(factor)
        text = ""
        for part in (self.write(factor, operands) for factor in above):
            if text and part[0].startswith("1 / ") and part[1] == PRODUCT:
                text += part[0][1:]  # a * (1 / b) is a / b
            else:
                text = f"{text} * {at(part, PRODUCT + 1)}" if text else at(part, PRODUCT)
        text = text or "1"
        for factor in below:
            text += f" / {at(self.write(factor, operands), PRODUCT + 1)}"
        return text, PRODUCT

    def _power(self, base: Any, exponent: Any, operands: Sequence[Written]) -> Written:
        if exponent.could_extract_minus_sign():
            return f"1 / {at(self.write(base**-exponent, operands), PRODUCT + 1)}", PRODUCT
        if exponent == sympy.Rational(1, 2):
            return f"np.sqrt({self.write(base, operands)[0]})", ATOM
        return f"{at(self.write(base, operands), ATOM)} ** {at(self.write(exponent, operands), POWER)}", POWER

    def _choice(self, expression: Any, operands: Sequence[Written]) -> Written:
        text = "np.nan"
        for value, condition in reversed(expression.args):
            chosen = self.write(value, operands)[0]
            test = "" if condition == sympy.true else self._test(condition, operands)[0]
            text = f"np.where({test}, {chosen}, {text})" if test else chosen
        return text, ATOM if text.startswith("np.where(") else CHOICE

    def _test(self, condition: Any, operands: Sequence[Written]) -> Written:
        if isinstance(condition, sympy.And | sympy.Or):
            sign = " & " if isinstance(condition, sympy.And) else " | "
            return sign.join(f"({self._test(part, operands)[0]})" for part in condition.args), JOINED
        if isinstance(condition, sympy.Not):
            return f"~({self._test(condition.args[0], operands)[0]})", UNARY
        if isinstance(condition, sympy.ITE):
            return f"np.where({', '.join(self._test(part, operands)[0] for part in condition.args)})", ATOM
        left, right = (at(self.write(side, operands), SUM) for side in condition.args)
        return f"{left} {condition.rel_op} {right}", COMPARED

    # --- functions ------------------------------------------------------------------------

    def special(self, name: str) -> str:
        """The Python name of a function that NumPy does not have; it is defined when it is first met."""
        if name not in self._specials:
            shown = self._specials[name] = self._identifiers.name(name)
            self.definitions.append(SPECIAL[name].replace(f"def {name}(", f"def {shown}("))
        return self._specials[name]

    def _function(self, function: type[NamedFunction]) -> str:
        """The Python name of a named function; it is defined when it is first met."""
        if function not in self._names:
            once = len(function.orders) == 1 or not any(function.orders[1:])
            suffix = "_prime" * function.orders[0] if once else "".join(f"_{order}" for order in function.orders)
            name = self._names[function] = self._identifiers.name(function.base + suffix)
            if function.definition is None:
                self.opaque[name] = function.__name__
            else:
                self._define(function, function.definition, name)
        return self._names[function]

    def _define(self, function: type[NamedFunction], definition: Any, name: str) -> None:
        count = len(function.parameters)
        letters = ["t"] if count == 1 else [f"t{k}" for k in range(count)]
        places = {
            placeholder_position(symbol): (letter, ATOM)
            for symbol, letter in zip(function.parameters, letters, strict=True)
        }
        operands: list[Written] = [places.get(k, ("", ATOM)) for k in range(max(k or 0 for k in places) + 1)]
        body = self.write(without_overflow(definition), operands)[0]
        if not definition.free_symbols:
            body = f"{body} + 0 * {letters[0]}"
        self.definitions.append(f"def {name}({', '.join(letters)}):\n    return {body}\n")


def _place(expression: Any) -> tuple[int, int, str]:
    """Numbers first, then in the order of the operands."""
    places = [placeholder_position(symbol) for symbol in expression.free_symbols]
    known = [place for place in places if place is not None]
    return int(not expression.is_Number), min(known, default=-1), str(expression)
