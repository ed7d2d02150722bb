"""Forms as SymPy objects: IndexedBase, Sum and KroneckerDelta for entries, MatrixSymbol for matrices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import sympy
from sympy.core.symbol import Str
from sympy.functions.elementary.piecewise import ExprCondPair
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction
from sympy.matrices.expressions.matexpr import MatrixElement

from derivcheck.diagnostics.diagnostic import Diagnostic, UnsupportedError
from derivcheck.graph.scalars import NamedFunction, lower, placeholder
from derivcheck.language.catalogue import functions as catalogue_functions
from derivcheck.language.lowering.language import Lowering
from derivcheck.language.lowering.letters import Letters
from derivcheck.language.lowering.scope import Scope
from derivcheck.language.notation.printer import to_plain
from derivcheck.language.notation.syntax import (
    Binary,
    Call,
    Comparison,
    Condition,
    Conditional,
    Derivative,
    Expression,
    Junction,
    Name,
    Negate,
    Number,
    Reduction,
    Subscript,
    Transpose,
)

IMPORTS: Mapping[str, Any] = {
    "sympy.core.symbol": Str,
    "sympy.functions.elementary.piecewise": ExprCondPair,
    "sympy.matrices.expressions.applyfunc": ElementwiseApplyFunction,
    "sympy.matrices.expressions.matexpr": MatrixElement,
}
PREAMBLE = ("from sympy import *", *(f"from {module} import {part.__name__}" for module, part in IMPORTS.items()))
IMPORTED: Mapping[str, Any] = {  # what the preamble binds
    **{name: getattr(sympy, name) for name in sympy.__all__},
    **{part.__name__: part for part in IMPORTS.values()},
}


def _under(test: Condition, body: Expression) -> Expression:
    """A body under a condition, zero elsewhere; one case for each part of it. Raises UnsupportedError for an `or`."""
    match test:
        case Junction("and", left, right):
            return _under(left, _under(right, body))
        case _:
            return Conditional(test, body, Number(Fraction(0)))


def symbol_name(tree: Expression) -> str:
    """A name that SymPy can carry: `dL/dz1` is `dL_dz1`."""
    return to_plain(tree).replace("/", "_").replace("[", "_").replace("]", "")


class SympyForm:
    """Translates syntax trees of forms; sizes are positive integer symbols."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self._sizes: dict[str, sympy.Symbol] = {}

    def size(self, name: str) -> sympy.Symbol:
        return self._sizes.setdefault(name, sympy.Symbol(name, integer=True, positive=True))

    def _length(self, tree: Expression) -> Any:
        match tree:
            case Number(value):
                return sympy.Rational(value.numerator, value.denominator)
            case Name(name):
                return self.size(name)
            case Binary("+" | "-" as operator, left, right):
                a, b = self._length(left), self._length(right)
                return a + b if operator == "+" else a - b
            case _:
                raise _unsupported(tree)

    # --- entries --------------------------------------------------------------------------

    def index(self, tree: Expression) -> sympy.Expr:
        """An index expression over IndexedBase. Raises UnsupportedError."""
        letters = Letters(self.scope)
        letters.learn(tree)
        return self._entry(tree, letters)

    def _letter(self, name: str) -> sympy.Idx:
        return sympy.Symbol(name, integer=True)

    def _entry(self, tree: Expression, letters: Letters) -> Any:
        match tree:
            case Number(value):
                return sympy.Rational(value.numerator, value.denominator)
            case Name("pi"):
                return sympy.pi
            case Name(name) if letters.is_letter(tree):
                return self._letter(name)
            case Name(name):
                return self.size(name) if name in self.scope.dimensions else sympy.Symbol(name, real=True)
            case Subscript(Call() as base, (row, column)):
                self._run_over(base, (row, column), letters)
                # SymPy counts the entries of a matrix from 0.
                return self.matrix(base)[self._place(row) - 1, self._place(column) - 1]
            case Call("det", (inner,)):
                return sympy.Determinant(self.matrix(inner))
            case Call("window", (place, start, offset)):
                there, first, second = (self._place(entry) for entry in (place, start, offset))
                return sympy.Piecewise((1, sympy.Eq(there, first + second - 1)), (0, True))
            case Subscript(base, entries):
                places = [self._place(e) for e in entries]
                return sympy.IndexedBase(symbol_name(base), real=True)[tuple(places)]
            case Derivative(numerator, (Subscript(base, entries),)):
                places = [self._place(e) for e in entries]
                name = f"d{symbol_name(numerator)}_d{symbol_name(base)}"
                return sympy.IndexedBase(name, real=True)[tuple(places)]
            case Derivative(numerator, (variable,)):
                return sympy.Symbol(f"d{symbol_name(numerator)}_d{symbol_name(variable)}", real=True)
            case Negate(operand):
                return -self._entry(operand, letters)
            case Binary(operator, left, right) if operator != "@":
                a, b = self._entry(left, letters), self._entry(right, letters)
                return {
                    "+": lambda: a + b,
                    "-": lambda: a - b,
                    "*": lambda: a * b,
                    "/": lambda: a / b,
                    "**": lambda: a**b,
                    "//": lambda: sympy.floor(a / b),
                    "%": lambda: sympy.Mod(a, b),
                }[operator]()
            case Call("delta", (Name(i), Name(j))):
                return sympy.KroneckerDelta(self._letter(i), self._letter(j))
            case Call(function, arguments, primes):
                return self._applied(function, primes, [self._entry(a, letters) for a in arguments], tree)
            case Reduction("sum", names, None, body):
                letters.bind(tree)
                try:
                    inner = self._entry(body, letters)
                    ranges = [(self._letter(n), 1, letters.axis(n, tree.span).dimension) for n in names]
                finally:
                    letters.release()
                limits = [(n, low, self._dimension(d)) for n, low, d in ranges]
                return sympy.Sum(inner, *limits)
            case Reduction("sum", _, Comparison() | Junction() as test, body) if tree.ends is None:
                return self._entry(replace(tree, condition=None, body=_under(test, body)), letters)
            case Conditional(test, then, otherwise):
                yes, no = self._entry(then, letters), self._entry(otherwise, letters)
                return sympy.Piecewise((yes, self._test(test, letters)), (no, True))
            case _:
                raise _unsupported(tree)

    def _test(self, condition: Condition, letters: Letters) -> Any:
        match condition:
            case Junction(operator, left, right):
                joined = sympy.And if operator == "and" else sympy.Or
                return joined(self._test(left, letters), self._test(right, letters))
            case Comparison(relation, left, right):
                tests = {"=": sympy.Eq, "!=": sympy.Ne, "<": sympy.Lt, "<=": sympy.Le, ">": sympy.Gt, ">=": sympy.Ge}
                return tests[relation](self._entry(left, letters), self._entry(right, letters))

    def _run_over(self, base: Expression, entries: Sequence[Any], letters: Letters) -> None:
        """Tell the letters that index a matrix expression what they run over."""
        value = Lowering(self.scope).expression(base)
        for entry, side in zip(entries, (value.row, value.column), strict=True):
            if isinstance(entry, Name) and side:
                letters.axis(entry.name, entry.span, side[0].dimension)

    def _dimension(self, dimension: Any) -> Any:
        return sympy.Add(*(count * self.size(name) for name, count in dimension.terms), dimension.constant)

    def _place(self, tree: Any) -> Any:
        match tree:
            case Name(name):
                return self._letter(name)
            case Number(value):
                return sympy.Integer(int(value))
            case Binary("+" | "-" | "*" as operator, left, right):
                a, b = self._index(left), self._index(right)
                return a + b if operator == "+" else a - b if operator == "-" else a * b
            case _:
                raise _unsupported(tree)

    def _index(self, tree: Any) -> Any:
        """A part of a sum in brackets: a letter, a size or a number."""
        if isinstance(tree, Name) and tree.name in self.scope.dimensions:
            return self.size(tree.name)
        return self._place(tree)

    def _applied(self, function: str, primes: int, values: list[Any], tree: Call) -> Any:
        """A function of entries; named ones are written out by their definitions, opaque ones stay."""
        symbols = [placeholder(k) for k in range(len(values))]
        expression = lower(catalogue_functions.applied(function, primes, list(symbols), self.scope.functions, tree))
        expression = expression.replace(lambda part: isinstance(part, NamedFunction), _undefined)
        return expression.xreplace(dict(zip(symbols, values, strict=True)))

    # --- matrices -------------------------------------------------------------------------

    def matrix(self, tree: Expression) -> Any:
        """A matrix expression over MatrixSymbol. Raises UnsupportedError for what SymPy cannot say."""
        match tree:
            case Number(value):
                return sympy.Rational(value.numerator, value.denominator)
            case Name("pi"):
                return sympy.pi
            case Name(name) if name in self.scope.dimensions:
                return self.size(name)
            case Name() | Subscript() | Derivative():
                return self._leaf(tree)
            case Transpose(operand):
                inner = self.matrix(operand)
                return inner.T if isinstance(inner, sympy.MatrixExpr) else inner
            case Negate(operand):
                return -self.matrix(operand)
            case Binary(operator, left, right):
                return self._operation(operator, self.matrix(left), self.matrix(right), tree)
            case Call("diag", (inner,)):
                return sympy.DiagMatrix(self.matrix(inner))
            case Call("inv", (inner,)):
                return sympy.Inverse(self.matrix(inner))
            case Call("det", (inner,)):
                return sympy.Determinant(self.matrix(inner))
            case Call("eye", (size,)):
                return sympy.Identity(self._length(size))
            case Call("ones", sizes):
                lengths = [self._length(s) for s in sizes]
                if len(lengths) == 1:
                    lengths = [*lengths, sympy.S.One] if self.scope.vectors == "column" else [sympy.S.One, *lengths]
                return sympy.OneMatrix(*lengths)
            case Call("sum", (inner, *over)):
                return self._total(self.matrix(inner), over, tree)
            case Call(function, arguments, primes):
                values = [self.matrix(argument) for argument in arguments]
                if not any(isinstance(value, sympy.MatrixExpr) for value in values):
                    return self._applied(function, primes, values, tree)
                matrices = [value for value in values if isinstance(value, sympy.MatrixExpr)]
                if len(matrices) != 1:
                    raise _unsupported(tree)
                t = sympy.Symbol("t", real=True)
                inside = [t if value is matrices[0] else value for value in values]
                return ElementwiseApplyFunction(
                    sympy.Lambda(t, self._applied(function, primes, inside, tree)), matrices[0]
                )
            case _:
                raise _unsupported(tree)

    def _leaf(self, tree: Expression) -> Any:
        value = Lowering(self.scope).expression(tree)
        if value.is_scalar:
            return sympy.Symbol(symbol_name(tree), real=True)
        if value.more:
            raise _unsupported(tree)
        shape = [self._dimension(side[0].dimension) if side else sympy.S.One for side in (value.row, value.column)]
        return sympy.MatrixSymbol(symbol_name(tree), *shape)

    def _operation(self, operator: str, left: Any, right: Any, tree: Expression) -> Any:
        both = isinstance(left, sympy.MatrixExpr) and isinstance(right, sympy.MatrixExpr)
        if operator == "@" or not both:
            neither = not isinstance(left, sympy.MatrixExpr) and not isinstance(right, sympy.MatrixExpr)
            match operator:
                case "@" | "*":
                    return left * right
                case "/" if isinstance(right, sympy.MatrixExpr):
                    return left * sympy.HadamardPower(right, -1)
                case "/":
                    return left / right
                case "+" | "-" if not neither:
                    left, right = _spread(left, right), _spread(right, left)
                    return left + right if operator == "+" else left - right
                case "+" | "-":
                    return left + right if operator == "+" else left - right
                case "**" if neither:
                    return left**right
                case "**" if isinstance(left, sympy.MatrixExpr):
                    return sympy.HadamardPower(left, right)
                case _:
                    raise _unsupported(tree)
        left, right = _spread(left, right), _spread(right, left)
        if left.shape != right.shape:
            raise _unsupported(tree)
        match operator:
            case "+":
                return left + right
            case "-":
                return left - right
            case "*":
                return sympy.HadamardProduct(left, right)
            case "/":
                return sympy.HadamardProduct(left, sympy.HadamardPower(right, -1))
            case _:
                raise _unsupported(tree)

    def _total(self, matrix: Any, over: Any, tree: Expression) -> Any:
        """Sums as products with vectors of ones."""
        if not isinstance(matrix, sympy.MatrixExpr):
            raise _unsupported(tree)
        rows, columns = matrix.shape
        if not over:
            return (sympy.OneMatrix(1, rows) * matrix * sympy.OneMatrix(columns, 1))[0, 0]
        place = over[0]
        wanted = None if isinstance(place, Number) else self._length(place)
        along_columns = place.value == 2 if isinstance(place, Number) else wanted == columns
        summed = matrix * sympy.OneMatrix(columns, 1) if along_columns else matrix.T * sympy.OneMatrix(rows, 1)
        return summed if self.scope.vectors == "column" else summed.T


def _undefined(part: Any) -> Any:
    """f'(u) of an opaque f: the derivative of an undefined f(t) at t = u."""
    letters = [sympy.Symbol(f"t{k}", real=True) for k in range(len(part.args))]
    inside = sympy.Function(part.base)(*letters)
    counts = [(letter, order) for letter, order in zip(letters, part.orders, strict=True) if order]
    if not counts:
        return sympy.Function(part.base)(*part.args)
    return sympy.Subs(sympy.Derivative(inside, *counts), tuple(letters), tuple(part.args))


def _spread(one: Any, other: Any) -> Any:
    """A number, a row or a column beside a matrix, as a matrix of the same shape."""
    if not isinstance(other, sympy.MatrixExpr):
        return one
    if not isinstance(one, sympy.MatrixExpr):
        return one * sympy.OneMatrix(*other.shape)
    (rows, columns), (down, across) = one.shape, other.shape
    if rows == 1 and down != 1:
        one = sympy.OneMatrix(down, 1) * one
    if columns == 1 and across != 1:
        one = one * sympy.OneMatrix(1, across)
    return one


def _unsupported(tree: object) -> UnsupportedError:
    return UnsupportedError(Diagnostic("DC408", f"SymPy has no object for `{type(tree).__name__.lower()}` here"))


def source(expression: Any) -> str:
    """Python source that builds an object, after `from sympy import *`."""
    return str(sympy.srepr(expression))
