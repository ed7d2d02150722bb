"""A syntax tree as LaTeX source for KaTeX and MathJax, which the LaTeX notation reads back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction

from derivcheck.language.notation.plain import Numbers, Plain
from derivcheck.language.notation.precedence import (
    ATOM,
    FRACTION,
    JUXTAPOSED,
    PRODUCT,
    SPELLINGS,
    SUM,
    UNARY,
    Written,
    is_named,
    short_decimal,
)
from derivcheck.language.notation.relations import RELATIONS
from derivcheck.language.notation.syntax import (
    Binary,
    Call,
    Condition,
    Derivative,
    Expression,
    Name,
    Reduction,
    Transpose,
)
from derivcheck.spec.spelling import SPELLED_CAPITALS

# How TeX calls functions that have a command of their own.
FUNCTION_COMMANDS = {
    **{name: name for name in ("exp", "log", "sin", "cos", "tanh", "det", "max", "min", "sec", "csc", "cot")},
    **{"asin": "arcsin", "acos": "arccos", "atan": "arctan", "sigmoid": "sigma", "gamma": "Gamma"},
}
NOT_REACHING = ("tanh", "det", "max", "min", "sigma", "Gamma")
REACHING = tuple(f"\\{name}(" for name in FUNCTION_COMMANDS.values() if name not in NOT_REACHING)


class Latex(Plain):
    relations = {one.name: one.latex for one in RELATIONS}
    comparisons = relations

    def __init__(self, scalars: Numbers, families: frozenset[str], spelled: frozenset[str]) -> None:
        super().__init__(scalars, families)
        self.spelled = spelled

    def where(self, condition: str) -> str:
        return rf"\quad \text{{where }} {condition}"

    def number(self, value: Fraction) -> Written:
        if value.denominator == 1 or short_decimal(value) is not None:
            return super().number(value)
        return Written(rf"\frac{{{value.numerator}}}{{{value.denominator}}}", FRACTION)

    def name(self, name: str) -> str:
        accented = re.fullmatch(r"([^\W\d_]+?)_?(hat|bar|tilde)", name)
        if accented and name not in self.spelled and (len(accented[1]) == 1 or accented[1] in SPELLINGS):
            return rf"\{accented[2]}{{{self.name(accented[1])}}}"
        match = re.fullmatch(r"([^\W\d_]+?)_?(\d*)", name)
        if not match or (match[2] and name in self.spelled):
            return _roman("mathrm", name)
        letters, digits = match[1], match[2]
        if letters in SPELLINGS or letters in SPELLED_CAPITALS:
            shown = f"\\{letters}" if letters != "omicron" else "o"
        else:
            shown = letters if len(letters) == 1 else rf"\mathrm{{{letters}}}"
        return f"{shown}_{{{digits}}}" if digits else shown

    def subscript(self, base: Expression, entries: list[str], trees: object) -> Written:
        text = self.expression(base).at(ATOM)
        places = ", ".join(entries)
        if isinstance(base, Transpose) and ":" in entries:
            return Written(f"({text})_{{{places}}}", ATOM)
        if isinstance(base, Name) and base.name in self.families and len(entries) == 1:
            # Raised, so that a label is told from an index.
            return Written(f"{text}^{{({places})}}", ATOM)
        return Written(f"{{{text}}}_{{{places}}}" if "_" in text else f"{text}_{{{places}}}", ATOM)

    def binary(self, tree: Binary) -> Written:
        if tree.operator not in ("+", "-"):
            return super().binary(tree)
        left, right = self.expression(tree.left).at(SUM), self.following(tree.right, SUM + 1)
        return Written(f"{left} {tree.operator} {right}", SUM)

    def negation(self, operand: Expression) -> Written:
        if isinstance(operand, Binary) and operand.operator in ("*", "/", "@"):
            return Written(f"-{self.following(operand, PRODUCT)}", SUM)
        return Written(f"-{self.following(operand, UNARY)}", UNARY)

    def following(self, tree: Expression, minimum: int) -> str:
        """An operand behind a sign: two signs never meet."""
        written = self.expression(tree)
        return written.at(ATOM + 1 if written.text.startswith("-") else minimum)

    def product(self, tree: Binary) -> Written:
        if tree.operator == "/":
            above, below = self.expression(tree.left).text, self.expression(tree.right).text
            return Written(rf"\frac{{{above}}}{{{below}}}", FRACTION)
        if tree.operator == "@":
            left = self.expression(tree.left).at(JUXTAPOSED)
            return Written(rf"{left} \, {self.expression(tree.right).at(JUXTAPOSED + 1)}", JUXTAPOSED)
        # Behind a space alone a minus would subtract.
        left = self.expression(tree.left).at(ATOM if self.is_inner_product(tree.left) else PRODUCT)
        right = self.following(tree.right, ATOM if self.is_inner_product(tree.right) else PRODUCT + 1)
        sign = r" \odot " if self.is_tensor(tree.left) and self.is_tensor(tree.right) else r" \, "
        # Before a digit a space is no sign, behind a quantity called d it makes a differential.
        if sign == r" \, " and (right[:1].isdigit() or re.search(r"(?<![A-Za-z\\{])d(\^\{2\})?$", left)):
            sign = r" \cdot "
        return Written(f"{left}{sign}{right}", PRODUCT)

    def digit(self, tree: Binary) -> Written:
        left, right = self.expression(tree.left), self.expression(tree.right)
        if tree.operator == "//":
            return Written(rf"\left\lfloor \frac{{{left.text}}}{{{right.text}}} \right\rfloor", ATOM)
        return Written(rf"{left.at(PRODUCT + 1)} \bmod {right.at(PRODUCT + 1)}", PRODUCT)

    def power(self, base: str, exponent: Written) -> str:
        # Behind an index a raised number would be read as one more, behind a raised sign as part of it.
        raised = re.search(r"\^\{[^{}]*\}(?:_\{[^{}]*\})?$|\^\{\(.*\)\\top\}$|_\{\d+\}$|'+\([^()]*\)$", base)
        # Behind a function's brackets a power could be the argument's; behind an index, -1 could be the matrix's;
        # behind Kronecker's delta it would be an index.
        reaching = base.startswith((*REACHING, r"\delta_{")) or (
            exponent.text.startswith("-") and re.search(r"_\{[^{}]*\}$", base)
        )
        # A fraction in an exponent stands on one line.
        above = re.sub(r"^(-?)\\frac\{(-?\d+)\}\{(\d+)\}$", r"\1\2/\3", exponent.text)
        return f"({base})^{{{above}}}" if raised or reaching else f"{base}^{{{above}}}"

    def inverted(self, operand: Expression) -> str:
        """What an inverse is of: behind a raised label or another raised sign it stands in brackets."""
        text = self.expression(operand).at(ATOM)
        return f"({text})" if "^" in text and not text.startswith("(") else text

    def transpose(self, operand: str) -> Written:
        if operand.endswith("^{-1}"):
            return Written(rf"{operand.removesuffix('^{-1}')}^{{-\top}}", ATOM)
        label = re.search(r"\^\{\(([^{}]*)\)\}$", operand)
        if label:
            return Written(rf"{operand[: label.start()]}^{{({label[1]})\top}}", ATOM)
        return Written(rf"({operand})^{{\top}}" if operand.endswith(r"\top}") else rf"{operand}^{{\top}}", ATOM)

    def call(self, tree: Call) -> Written:
        arguments = [self.expression(argument).text for argument in tree.arguments]
        options = [rf"\mathrm{{{name}}}={number.value}" for name, number in tree.options]
        if tree.function == "delta" and len(arguments) == 2:
            return Written(rf"\delta_{{{arguments[0]} {arguments[1]}}}", ATOM)
        if tree.function == "inv" and len(arguments) == 1:
            return Written(f"{self.inverted(tree.arguments[0])}^{{-1}}", ATOM)
        if tree.function == "sqrt" and len(arguments) == 1:
            return Written(rf"\sqrt{{{arguments[0]}}}", ATOM)
        command = FUNCTION_COMMANDS.get(tree.function)
        name = f"\\{command}" if command else _roman("operatorname", tree.function)
        if len(tree.function) == 1:
            name = tree.function
        primes = "'" * tree.primes
        return Written(f"{name}{primes}({', '.join(arguments + options)})", ATOM)

    def differential(self, tree: Expression, order: int) -> str:
        mark = r"\partial^2" if order == 2 else r"\partial"
        if is_named(tree):
            return f"{mark} {self.expression(tree).text}"
        return f"{mark} ({self.expression(tree).text})"

    def held(self, fraction: Written, names: Sequence[str]) -> Written:
        return Written(rf"\left. {fraction.text} \right|_{{{', '.join(names)}}}", ATOM)

    def evaluated(self, operand: Expression, targets: Sequence[Expression], by: Sequence[Expression]) -> Written:
        pairs = zip(targets, by, strict=True)
        shown = ", ".join(f"{self.expression(one).text} = {self.expression(other).text}" for one, other in pairs)
        return Written(rf"\left. {self.expression(operand).at(PRODUCT)} \right|_{{{shown}}}", ATOM)

    def total(self, operand: Expression, held: Sequence[str]) -> Written:
        part = self.expression(operand).text
        whole = Written(rf"\mathrm{{d}} {part}" if is_named(operand) else rf"\mathrm{{d}} ({part})", ATOM)
        return self.held(whole, held) if held else whole

    def fraction(self, tree: Derivative) -> Written:
        order = len(tree.variables)
        above = self.differential(tree.numerator, order)
        if order == 2 and tree.variables[0] == tree.variables[1]:
            below = self.differential(tree.variables[0], 1) + "^2"
        else:
            below = r" \, ".join(self.differential(v, 1) for v in tree.variables)
        return Written(rf"\frac{{{above}}}{{{below}}}", FRACTION)

    def conditional(self, then: Expression, test: Condition, otherwise: Expression) -> Written:
        first, last = self.expression(then).text, self.expression(otherwise).text
        rows = rf"{first} & \text{{if }} {self.condition(test)} \\ {last} & \text{{otherwise}}"
        return Written(rf"\begin{{cases}} {rows} \end{{cases}}", ATOM)

    def junction(self, operator: str) -> str:
        return rf" \text{{ {operator} }} "

    def reduction(self, tree: Reduction) -> Written:
        signs = {kind: rf"\{kind}" for kind in ("sum", "prod", "max", "min")}
        sign = signs.get(tree.kind, _roman("operatorname", tree.kind))
        below, above = self.bound(tree), ""
        if tree.ends is not None:
            first, last = (self.limit(end) for end in tree.ends)
            test = "" if tree.condition is None else f", {self.condition(tree.condition)}"
            below, above = f"{self.name(tree.letters[0])}={first}{test}", f"^{{{last}}}"
        return Written(rf"{sign}_{{{below}}}{above} {self.expression(tree.body).at(PRODUCT)}", SUM + 1)

    def matrix(self, rows: list[list[str]]) -> Written:
        body = r" \\ ".join(" & ".join(row) for row in rows)
        return Written(rf"\begin{{bmatrix}} {body} \end{{bmatrix}}", ATOM)


def _roman(macro: str, name: str) -> str:
    escaped = name.replace("_", r"\_")
    return rf"\{macro}{{{escaped}}}"
