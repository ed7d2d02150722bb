"""Forms as SymPy objects: IndexedBase, Sum and KroneckerDelta for entries, MatrixSymbol for matrices."""

from __future__ import annotations

from typing import Any

import sympy
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction

from derivcheck.catalogue import functions as catalogue_functions
from derivcheck.diagnostics import Diagnostic, UnsupportedError
from derivcheck.lowering.letters import Letters
from derivcheck.lowering.scope import Scope
from derivcheck.notation.printer import to_plain
from derivcheck.notation.syntax import (
    Binary,
    Call,
    Comparison,
    Conditional,
    Derivative,
    Expression,
    Name,
    Negate,
    Number,
    Reduction,
    Subscript,
    Transpose,
)
from derivcheck.scalars import lower, placeholder


def _symbol(tree: Expression) -> str:
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
            case Name(name):
                return self.size(name) if name in self.scope.dimensions else sympy.Symbol(name, real=True)
            case Subscript(base, entries):
                places = [self._place(e) for e in entries]
                return sympy.IndexedBase(_symbol(base), real=True)[tuple(places)]
            case Derivative(numerator, (Subscript(base, entries),)):
                places = [self._place(e) for e in entries]
                name = f"d{_symbol(numerator)}_d{_symbol(base)}"
                return sympy.IndexedBase(name, real=True)[tuple(places)]
            case Derivative(numerator, (variable,)):
                return sympy.Symbol(f"d{_symbol(numerator)}_d{_symbol(variable)}", real=True)
            case Negate(operand):
                return -self._entry(operand, letters)
            case Binary(operator, left, right) if operator != "@":
                a, b = self._entry(left, letters), self._entry(right, letters)
                return {"+": lambda: a + b, "-": lambda: a - b, "*": lambda: a * b, "/": lambda: a / b,
                        "**": lambda: a**b}[operator]()  # fmt: skip
            case Call("delta", (Name(i), Name(j))):
                return sympy.KroneckerDelta(self._letter(i), self._letter(j))
            case Call(function, arguments, primes):
                return self._applied(function, primes, [self._entry(a, letters) for a in arguments], tree)
            case Reduction("sum", names, None, body):
                letters.bind(tree)
                try:
                    ranges = [(self._letter(n), 1, letters.axis(n, tree.span).dimension) for n in names]
                    inner = self._entry(body, letters)
                finally:
                    letters.release()
                limits = [(n, low, self._dimension(d)) for n, low, d in ranges]
                return sympy.Sum(inner, *limits)
            case Conditional(Comparison(relation, left, right), then, otherwise):
                a, b = self._entry(left, letters), self._entry(right, letters)
                tests = {"=": sympy.Eq, "!=": sympy.Ne, "<": sympy.Lt, "<=": sympy.Le, ">": sympy.Gt, ">=": sympy.Ge}
                yes, no = self._entry(then, letters), self._entry(otherwise, letters)
                return sympy.Piecewise((yes, tests[relation](a, b)), (no, True))
            case _:
                raise _unsupported(tree)

    def _dimension(self, dimension: Any) -> Any:
        return sympy.Add(*(count * self.size(name) for name, count in dimension.terms), dimension.constant)

    def _place(self, tree: Any) -> Any:
        match tree:
            case Name(name):
                return self._letter(name)
            case Number(value):
                return sympy.Integer(int(value))
            case _:
                raise _unsupported(tree)

    def _applied(self, function: str, primes: int, values: list[Any], tree: Call) -> Any:
        """A function of entries; named ones are written out by their definitions."""
        symbols = [placeholder(k) for k in range(len(values))]
        expression = lower(catalogue_functions.applied(function, primes, list(symbols), self.scope.functions, tree))
        return expression.xreplace(dict(zip(symbols, values, strict=True)))

    # --- matrices -------------------------------------------------------------------------

    def matrix(self, tree: Expression) -> Any:
        """A matrix expression over MatrixSymbol. Raises UnsupportedError for what SymPy cannot say."""
        match tree:
            case Number(value):
                return sympy.Rational(value.numerator, value.denominator)
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
            case Call("eye", (size,)):
                return sympy.Identity(self._length(size))
            case Call("ones", sizes):
                lengths = [self._length(s) for s in sizes]
                return sympy.OneMatrix(lengths[0], lengths[1] if len(lengths) > 1 else 1)
            case Call("sum", (inner, *over)):
                return self._total(self.matrix(inner), over, tree)
            case Call(function, arguments, primes):
                values = [self.matrix(argument) for argument in arguments]
                if not any(isinstance(value, sympy.MatrixExpr) for value in values):
                    return self._applied(function, primes, values, tree)
                if len(values) != 1:
                    raise _unsupported(tree)
                t = sympy.Symbol("t", real=True)
                return ElementwiseApplyFunction(sympy.Lambda(t, self._applied(function, primes, [t], tree)), values[0])
            case _:
                raise _unsupported(tree)

    def _leaf(self, tree: Expression) -> Any:
        from derivcheck.lowering.language import Lowering

        value = Lowering(self.scope).expression(tree)
        if value.is_scalar:
            return sympy.Symbol(_symbol(tree), real=True)
        if value.more:
            raise _unsupported(tree)
        shape = [self._dimension(side[0].dimension) if side else sympy.S.One for side in (value.row, value.column)]
        return sympy.MatrixSymbol(_symbol(tree), *shape)

    def _operation(self, operator: str, left: Any, right: Any, tree: Expression) -> Any:
        both = isinstance(left, sympy.MatrixExpr) and isinstance(right, sympy.MatrixExpr)
        if operator == "@" or not both:
            if operator in ("@", "*"):
                return left * right
            if operator == "/" and not isinstance(right, sympy.MatrixExpr):
                return left / right
            if operator in ("+", "-") and isinstance(left, sympy.MatrixExpr) == isinstance(right, sympy.MatrixExpr):
                return left + right if operator == "+" else left - right
            if operator == "**" and not isinstance(left, sympy.MatrixExpr):
                return left**right
            raise _unsupported(tree)
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


def _unsupported(tree: object) -> UnsupportedError:
    return UnsupportedError(Diagnostic("DC408", f"SymPy has no object for `{type(tree).__name__.lower()}` here"))


def source(expression: Any) -> str:
    """Python source that builds an object, after `from sympy import *`."""
    return str(sympy.srepr(expression))
