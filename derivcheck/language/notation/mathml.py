"""A syntax tree as presentation MathML, for pages that need no script to show a formula.

What binds how tightly, and so where brackets stand, is the Unicode printer's; only the
spelling differs. A fraction bar, a root, an exponent and the cells of a table need no
brackets around what they hold.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from html import escape

from derivcheck.language.notation.plain import Numbers, Plain
from derivcheck.language.notation.precedence import (
    ATOM,
    CONDITIONAL,
    FRACTION,
    JUXTAPOSED,
    PRODUCT,
    SPELLINGS,
    SUM,
    UNARY,
    Written,
    is_named,
    is_number,
    names_its_letter,
)
from derivcheck.language.notation.printer import to_unicode
from derivcheck.language.notation.syntax import (
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
from derivcheck.language.notation.unicode import FUNCTION_LETTERS, Unicode

INVISIBLE_TIMES, APPLIED = "\u2062", "\u2061"
SIGNS = {"sum": "∑", "prod": "∏", "max": "max", "min": "min"}


def to_mathml(
    tree: Expression | Equation, scalars: Numbers = frozenset(), families: frozenset[str] = frozenset()
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
TALL = ("<mfrac>", "<munder>", "<munderover>", "<mtable>", "<msqrt>")
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


class _MathML(Unicode):
    minus, plus = _sign("−"), _sign("+")
    relations = {name: _sign(sign) for name, sign in Unicode.relations.items()}
    comparisons = relations

    def show(self, tree: Expression | Slice | Equation) -> str:
        return Plain.show(self, tree)

    def _expression(self, tree: Expression | Slice) -> Written:
        if isinstance(tree, Slice):
            first, last = ("" if end is None else self.limit(end) for end in (tree.start, tree.stop))
            made = Written(_row(first, _sign(":"), last) if first or last else _sign(":"), ATOM)
        else:
            made = super()._expression(tree)
        return Written(made.text, made.binding, _brackets(made.text))

    def _condition(self, condition: Comparison | Junction) -> Written:
        made = super()._condition(condition)
        return Written(made.text, made.binding, _brackets(made.text))

    def where(self, condition: str) -> str:
        return f'<mspace width="1em" />{_leaf("mtext", "where ")}{condition}'

    def number(self, value: Fraction) -> Written:
        written = super().number(abs(value))
        above, bar, below = written.text.partition("/")
        text = _of("mfrac", _leaf("mn", above), _leaf("mn", below)) if bar else _leaf("mn", above)
        if value < 0:
            return Written(self.minus + text, UNARY)
        return Written(text, FRACTION if bar else ATOM)

    def name(self, name: str) -> str:
        match = re.fullmatch(r"([^\W\d_]+?)_?(\d*)((?:_[^\W_]+)*)", name)
        if not match:
            return _leaf("mi", name)
        letters, words = _leaf("mi", SPELLINGS.get(match[1], match[1])), match[3].replace("_", ",").removeprefix(",")
        if words:
            # Upright, so that `W_h` is no entry `W[h]`.
            below = ",".join(filter(None, (match[2], words)))
            return _of("msub", letters, f'<mi mathvariant="normal">{escape(below, quote=False)}</mi>')
        return _of("msub", letters, _leaf("mn", match[2])) if match[2] else letters

    def subscript(self, base: Expression, entries: list[str], _: object) -> Written:
        shown = self.expression(base).at(ATOM)
        # Behind the number or label of a name, a gap keeps `W1[i,j]` from looking like an entry of `W`.
        gap = GAP if "<msub>" in shown else ""
        return Written(_of("msub", _row(shown), _row(gap + SEPARATOR.join(entries))), ATOM)

    def power(self, base: str, exponent: Written) -> str:
        # A second exponent would be read as part of the first.
        raised = base.endswith(("</msup>", "</msubsup>"))
        return _raised(_bracketed(base) if raised else base, _row(exponent.text))

    def product(self, tree: Binary) -> Written:
        if tree.operator == "/":
            above, below = self.expression(tree.left).text, self.expression(tree.right).text
            return Written(_of("mfrac", _row(above), _row(below)), FRACTION)
        if tree.operator == "@":
            return self.contraction(tree)
        # A minus behind an invisible sign would subtract.
        left = self.expression(tree.left).at(ATOM if self.is_inner_product(tree.left) else PRODUCT)
        right = self.expression(tree.right).at(ATOM if self.is_inner_product(tree.right) else UNARY + 1)
        if self.is_tensor(tree.left) and self.is_tensor(tree.right):
            sign = _sign("⊙")
        else:
            sign = _sign("⋅") if LEADING_DIGIT.match(right) else _sign(INVISIBLE_TIMES) + THIN
        return Written(f"{left}{sign}{right}", PRODUCT)

    def digit(self, tree: Binary) -> Written:
        left, right = self.expression(tree.left), self.expression(tree.right)
        if tree.operator == "//":
            below = _of("mfrac", _row(left.text), _row(right.text))
            return Written(f"{_sign('⌊')}{below}{_sign('⌋')}", ATOM)
        return Written(f"{left.at(PRODUCT + 1)}{_sign('mod')}{right.at(PRODUCT + 1)}", PRODUCT)

    def contraction(self, tree: Binary) -> Written:
        left, right = self.expression(tree.left), self.expression(tree.right)
        if LEADING_DIGIT.match(right.text) or is_number(tree.left) or is_number(tree.right):
            return Written(f"{left.at(PRODUCT)}{_sign('⋅')}{right.at(PRODUCT + 1)}", PRODUCT)
        return Written(f"{left.at(JUXTAPOSED)}{MATRIX_PRODUCT}{right.at(JUXTAPOSED + 1)}", JUXTAPOSED)

    def transpose(self, operand: str) -> Written:
        return Written(_raised(operand, _sign("⊤")), ATOM)

    def call(self, tree: Call) -> Written:
        arguments = [self.expression(argument).text for argument in tree.arguments]
        options = [_row(_leaf("mi", name), _sign("="), self.number(one.value).text) for name, one in tree.options]
        if tree.function == "delta" and len(arguments) == 2:
            return Written(_of("msub", _leaf("mi", "δ"), _row(SEPARATOR.join(arguments))), ATOM)
        if tree.function == "sqrt" and len(arguments) == 1 and not tree.primes:
            return Written(_of("msqrt", _row(*arguments)), ATOM)
        name = _leaf("mi", FUNCTION_LETTERS.get(tree.function, tree.function))
        if tree.primes:
            name = _of("msup", name, _sign("′" * tree.primes))
        return Written(_row(name, _sign(APPLIED), _bracketed(SEPARATOR.join(arguments + options))), ATOM)

    def differential(self, tree: Expression, order: int) -> str:
        mark = _of("msup", _sign("∂"), _leaf("mn", "2")) if order == 2 else _sign("∂")
        part = self.expression(tree).text
        return mark + (part if is_named(tree) else _bracketed(part))

    def held(self, fraction: Written, names: Sequence[str]) -> Written:
        return Written(_of("msub", _row(fraction.text, _sign("|")), _row(SEPARATOR.join(names))), ATOM)

    def evaluated(self, operand: Expression, targets: Sequence[Expression], by: Sequence[Expression]) -> Written:
        pairs = zip(targets, by, strict=True)
        shown = [_row(self.expression(one).text, _sign("="), self.expression(other).text) for one, other in pairs]
        part = _row(self.expression(operand).at(SUM), _sign("|"))
        return Written(_of("msub", part, _row(SEPARATOR.join(shown))), ATOM)

    def total(self, operand: Expression, held: Sequence[str]) -> Written:
        part = self.expression(operand).text
        whole = Written(_row(_leaf("mi", "d"), part if is_named(operand) else _bracketed(part)), ATOM)
        return self.held(whole, held) if held else whole

    def fraction(self, tree: Derivative) -> Written:
        order = len(tree.variables)
        above = self.differential(tree.numerator, order)
        first = tree.variables[0]
        if order == 2 and first == tree.variables[1] and isinstance(first, Name):
            below = _sign("∂") + _of("msup", _row(self.expression(first).text), _leaf("mn", "2"))
        else:
            below = THIN.join(self.differential(variable, 1) for variable in tree.variables)
        return Written(_of("mfrac", _row(above), _row(below)), FRACTION)

    def conditional(self, then: Expression, test: Condition, otherwise: Expression) -> Written:
        first = (self.expression(then).text, _leaf("mtext", "if ") + self.condition(test))
        last = (self.expression(otherwise).text, _leaf("mtext", "otherwise"))
        rows = (_of("mtr", *(f"{LEFT_CELL}{cell}</mtd>" for cell in row)) for row in (first, last))
        return Written(_row(_sign("{"), _of("mtable", *rows)), CONDITIONAL)

    def junction(self, operator: str) -> str:
        return _leaf("mtext", f"\u00a0{operator}\u00a0")

    def bound(self, tree: Reduction) -> str:
        letters = SEPARATOR.join(self.name(letter) for letter in tree.letters)
        if tree.condition is None:
            return letters
        test = self.condition(tree.condition)
        return test if names_its_letter(tree) else f"{letters}{_sign(':')}{test}"

    def reduction(self, tree: Reduction) -> Written:
        shown = _sign(SIGNS.get(tree.kind, tree.kind))
        sign = _of("munder", shown, _row(self.bound(tree)))
        if tree.ends is not None:
            first, last = (self.expression(end).at(SUM) for end in tree.ends)
            below = _row(self.name(tree.letters[0]), _sign("="), first)
            if tree.condition is not None:
                below = _row(below, SEPARATOR, self.condition(tree.condition))
            sign = _of("munderover", shown, below, _row(last))
        body = self.expression(tree.body)
        if tree.kind in ("sum", "prod"):
            return Written(sign + body.at(PRODUCT), SUM + 1)
        return Written(_row(sign, _bracketed(body.text)), ATOM)

    def matrix(self, rows: list[list[str]]) -> Written:
        cells = "".join(_of("mtr", *(_of("mtd", cell) for cell in row)) for row in rows)
        return Written(_row(_sign("["), _of("mtable", cells), _sign("]")), ATOM)
