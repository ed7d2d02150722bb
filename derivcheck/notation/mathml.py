"""A syntax tree as presentation MathML, for pages that need no script to show a formula.

What binds how tightly, and so where brackets stand, is the Unicode printer's; only the
spelling differs. A fraction bar, a root, an exponent and the cells of a table need no
brackets around what they hold.
"""

from __future__ import annotations

import re
from fractions import Fraction
from html import escape

from derivcheck.notation.printer import (
    ATOM,
    CONDITIONAL,
    FRACTION,
    FUNCTION_LETTERS,
    JUXTAPOSED,
    PRODUCT,
    SPELLINGS,
    SUM,
    UNARY,
    _is_named,
    _is_number,
    _Plain,
    _Text,
    _Unicode,
    to_unicode,
)
from derivcheck.notation.syntax import (
    Binary,
    Call,
    Comparison,
    Condition,
    Derivative,
    Equation,
    Expression,
    Junction,
    Name,
    Reduction,
    Slice,
)

INVISIBLE_TIMES, APPLIED = "\u2062", "\u2061"
SIGNS = {"sum": "∑", "prod": "∏", "max": "max", "min": "min"}


def to_mathml(
    tree: Expression | Equation, scalars: frozenset[str] = frozenset(), families: frozenset[str] = frozenset()
) -> str:
    """A `math` element, its Unicode text as `alttext`; `scalars` and `families` as in to_unicode."""
    said = escape(to_unicode(tree, scalars, families))
    return f'<math alttext="{said}">{_row(_MathML(scalars, families).show(tree))}</math>'


def _leaf(tag: str, text: str) -> str:
    """The only way in which a text gets into the markup."""
    return f"<{tag}>{escape(text, quote=False)}</{tag}>"


def _of(tag: str, *parts: str) -> str:
    return f"<{tag}>{''.join(parts)}</{tag}>"


def _row(*parts: str) -> str:
    return _of("mrow", *parts)


def _sign(text: str) -> str:
    return _leaf("mo", text)


STRETCHED = ("<mrow>" + _sign("("), _sign(")") + "</mrow>")
FLAT = ('<mrow><mo stretchy="false">(</mo>', '<mo stretchy="false">)</mo></mrow>')
TALL = ("<mfrac>", "<munder>", "<mtable>", "<msqrt>")
THIN, GAP = '<mspace width="0.17em" />', '<mspace width="0.35em" />'
SEPARATOR = _sign(",")
MATRIX_PRODUCT = f'<mo rspace="0.17em">{INVISIBLE_TIMES}</mo>'
LEADING_DIGIT = re.compile(r"(<(mrow|msup)>)*<mn>")
LEFT_CELL = '<mtd style="text-align:left">'


def _brackets(text: str) -> tuple[str, str]:
    """Brackets that grow only around what is taller than a line: not every font knows how tall a line is."""
    return STRETCHED if any(tag in text for tag in TALL) else FLAT


def _bracketed(text: str) -> str:
    return text.join(_brackets(text))


def _raised(base: str, script: str) -> str:
    """The script above the index of a name, if it has one."""
    indexed = re.fullmatch(r"<msub>((?:(?!</?msub>).)*)</msub>", base)
    return _of("msubsup", indexed[1], script) if indexed else _of("msup", _row(base), script)


class _MathML(_Unicode):
    minus, plus = _sign("−"), _sign("+")
    relations = {name: _sign(sign) for name, sign in _Unicode.relations.items()}
    comparisons = relations

    def show(self, tree: Expression | Equation) -> str:
        return _Plain.show(self, tree)

    def _expression(self, tree: Expression | Slice) -> _Text:
        made = _Text(_sign(":"), ATOM) if isinstance(tree, Slice) else super()._expression(tree)
        return _Text(made.text, made.binding, _brackets(made.text))

    def _condition(self, condition: Comparison | Junction) -> _Text:
        made = super()._condition(condition)
        return _Text(made.text, made.binding, _brackets(made.text))

    def where(self, condition: str) -> str:
        return f'<mspace width="1em" />{_leaf("mtext", "where ")}{condition}'

    def number(self, value: Fraction) -> _Text:
        written = super().number(abs(value))
        above, bar, below = written.text.partition("/")
        text = _of("mfrac", _leaf("mn", above), _leaf("mn", below)) if bar else _leaf("mn", above)
        if value < 0:
            return _Text(self.minus + text, UNARY)
        return _Text(text, FRACTION if bar else ATOM)

    def name(self, name: str) -> str:
        match = re.fullmatch(r"([^\W\d_]+?)_?(\d*)", name)
        if not match:
            return _leaf("mi", name)
        letters = _leaf("mi", SPELLINGS.get(match[1], match[1]))
        return _of("msub", letters, _leaf("mn", match[2])) if match[2] else letters

    def subscript(self, base: Expression, entries: list[str], _: object) -> _Text:
        shown = self.expression(base).at(ATOM)
        # Behind the number or label of a name, a gap keeps `W1[i,j]` from looking like an entry of `W`.
        gap = GAP if "<msub>" in shown else ""
        return _Text(_of("msub", _row(shown), _row(gap + SEPARATOR.join(entries))), ATOM)

    def power(self, base: str, exponent: _Text) -> str:
        # A second exponent would be read as part of the first.
        raised = base.endswith(("</msup>", "</msubsup>"))
        return _raised(_bracketed(base) if raised else base, _row(exponent.text))

    def product(self, tree: Binary) -> _Text:
        if tree.operator == "/":
            above, below = self.expression(tree.left).text, self.expression(tree.right).text
            return _Text(_of("mfrac", _row(above), _row(below)), FRACTION)
        if tree.operator == "@":
            return self.contraction(tree)
        left, right = self.expression(tree.left).at(PRODUCT), self.expression(tree.right).at(PRODUCT + 1)
        if self.is_tensor(tree.left) and self.is_tensor(tree.right):
            sign = _sign("⊙")
        else:
            sign = _sign("⋅") if LEADING_DIGIT.match(right) else _sign(INVISIBLE_TIMES) + THIN
        return _Text(f"{left}{sign}{right}", PRODUCT)

    def contraction(self, tree: Binary) -> _Text:
        left, right = self.expression(tree.left), self.expression(tree.right)
        if LEADING_DIGIT.match(right.text) or _is_number(tree.left) or _is_number(tree.right):
            return _Text(f"{left.at(PRODUCT)}{_sign('⋅')}{right.at(PRODUCT + 1)}", PRODUCT)
        return _Text(f"{left.at(JUXTAPOSED)}{MATRIX_PRODUCT}{right.at(JUXTAPOSED + 1)}", JUXTAPOSED)

    def transpose(self, operand: str) -> _Text:
        return _Text(_raised(operand, _sign("⊤")), ATOM)

    def call(self, tree: Call) -> _Text:
        arguments = [self.expression(argument).text for argument in tree.arguments]
        if tree.function == "delta" and len(arguments) == 2:
            return _Text(_of("msub", _leaf("mi", "δ"), _row(SEPARATOR.join(arguments))), ATOM)
        if tree.function == "sqrt" and len(arguments) == 1 and not tree.primes:
            return _Text(_of("msqrt", _row(*arguments)), ATOM)
        name = _leaf("mi", FUNCTION_LETTERS.get(tree.function, tree.function))
        if tree.primes:
            name = _of("msup", name, _sign("′" * tree.primes))
        return _Text(_row(name, _sign(APPLIED), _bracketed(SEPARATOR.join(arguments))), ATOM)

    def differential(self, tree: Expression, order: int) -> str:
        mark = _of("msup", _sign("∂"), _leaf("mn", "2")) if order == 2 else _sign("∂")
        part = self.expression(tree).text
        return mark + (part if _is_named(tree) else _bracketed(part))

    def derivative(self, tree: Derivative) -> _Text:
        order = len(tree.variables)
        above = self.differential(tree.numerator, order)
        first = tree.variables[0]
        if order == 2 and first == tree.variables[1] and isinstance(first, Name):
            below = _sign("∂") + _of("msup", _row(self.expression(first).text), _leaf("mn", "2"))
        else:
            below = THIN.join(self.differential(variable, 1) for variable in tree.variables)
        return _Text(_of("mfrac", _row(above), _row(below)), FRACTION)

    def conditional(self, then: Expression, test: Condition, otherwise: Expression) -> _Text:
        first = (self.expression(then).text, _leaf("mtext", "if ") + self.condition(test))
        last = (self.expression(otherwise).text, _leaf("mtext", "otherwise"))
        rows = (_of("mtr", *(f"{LEFT_CELL}{cell}</mtd>" for cell in row)) for row in (first, last))
        return _Text(_row(_sign("{"), _of("mtable", *rows)), CONDITIONAL)

    def junction(self, operator: str) -> str:
        return _leaf("mtext", f"\u00a0{operator}\u00a0")

    def bound(self, tree: Reduction) -> str:
        letters = SEPARATOR.join(self.name(letter) for letter in tree.letters)
        if tree.condition is None:
            return letters
        first: Condition = tree.condition
        while isinstance(first, Junction):
            first = first.left
        short = isinstance(first.left, Name) and tree.letters == (first.left.name,)
        test = self.condition(tree.condition)
        return test if short else f"{letters}{_sign(':')}{test}"

    def reduction(self, tree: Reduction) -> _Text:
        sign = _of("munder", _sign(SIGNS[tree.kind]), _row(self.bound(tree)))
        body = self.expression(tree.body)
        if tree.kind in ("sum", "prod"):
            return _Text(sign + body.at(PRODUCT), SUM + 1)
        return _Text(_row(sign, _bracketed(body.text)), ATOM)

    def matrix(self, rows: list[list[str]]) -> _Text:
        cells = "".join(_of("mtr", *(_of("mtd", cell) for cell in row)) for row in rows)
        return _Text(_row(_sign("["), _of("mtable", cells), _sign("]")), ATOM)
