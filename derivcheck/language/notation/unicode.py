"""A syntax tree as text with the signs of mathematics."""

from __future__ import annotations

import re

from derivcheck.language.notation.plain import Plain
from derivcheck.language.notation.precedence import (
    ATOM,
    JUXTAPOSED,
    PRODUCT,
    SPELLINGS,
    SUM,
    Written,
    is_named,
    is_number,
)
from derivcheck.language.notation.relations import RELATIONS
from derivcheck.language.notation.syntax import (
    Binary,
    Call,
    Equation,
    Expression,
    Negate,
    Reduction,
    Slice,
)
from derivcheck.spec.spelling import SUPERSCRIPT_DIGITS

RAISED = str.maketrans("0123456789", SUPERSCRIPT_DIGITS)
PRODUCTS = ("*", "/", "@")
FUNCTION_LETTERS = {"sigmoid": "σ", "delta": "δ"}


class Unicode(Plain):
    minus = "−"
    between = ""
    relations = {one.name: one.unicode for one in RELATIONS}
    juxtaposes = True

    def show(self, tree: Expression | Slice | Equation) -> str:
        text = super().show(tree)
        if text.isascii() and self.juxtaposes:
            self.juxtaposes = False  # a text without any Unicode is read as ASCII, which has no juxtaposition
            text = super().show(tree)
        return text

    def name(self, name: str) -> str:
        match = re.fullmatch(r"([A-Za-z]+?)(\d*)", name)
        if match and match[1] in SPELLINGS:
            return SPELLINGS[match[1]] + match[2]
        return name

    def negation(self, operand: Expression) -> Written:
        """A sign in front of a product is one in front of its first factor: `−2 A x`, not `−(2 A x)`."""
        if not isinstance(operand, Binary) or operand.operator not in PRODUCTS:
            return super().negation(operand)
        return Written(f"{self.minus}{self.expression(operand).at(PRODUCT)}", SUM)

    def product(self, tree: Binary) -> Written:
        if tree.operator == "/":
            return Written(f"{self.expression(tree.left).at(PRODUCT)}/{self.divisor(tree)}", PRODUCT)
        if tree.operator == "@":
            return self.contraction(tree)
        left = self.expression(tree.left).at(ATOM if self.is_inner_product(tree.left) else PRODUCT)
        right = self.expression(tree.right).at(ATOM if self.is_inner_product(tree.right) else PRODUCT + 1)
        sign = " ⊙ " if self.is_tensor(tree.left) and self.is_tensor(tree.right) else " * "
        return Written(f"{left}{sign}{right}", PRODUCT)

    def contraction(self, tree: Binary) -> Written:
        left, right = self.expression(tree.left), self.expression(tree.right)
        leading_digit = right.binding > JUXTAPOSED and right.text[:1].isdigit()
        if not self.juxtaposes or leading_digit or is_number(tree.left) or is_number(tree.right):
            return Written(f"{left.at(PRODUCT)} @ {right.at(PRODUCT + 1)}", PRODUCT)
        if isinstance(tree.left, Negate):
            first = self.expression(tree.left.operand).at(JUXTAPOSED)
            return Written(f"{self.minus}{first} {right.at(JUXTAPOSED + 1)}", SUM)
        return Written(f"{left.at(JUXTAPOSED)} {right.at(JUXTAPOSED + 1)}", JUXTAPOSED)

    def power(self, base: str, exponent: Written) -> str:
        return base + exponent.text.translate(RAISED) if exponent.text.isdecimal() else super().power(base, exponent)

    def transpose(self, operand: str) -> Written:
        return Written(f"({operand})ᵀ" if operand.endswith("⁻¹") else f"{operand}ᵀ", ATOM)

    def call(self, tree: Call) -> Written:
        if tree.function == "inv" and len(tree.arguments) == 1:
            return Written(f"{self.expression(tree.arguments[0]).at(ATOM)}⁻¹", ATOM)
        arguments = [self.expression(argument).text for argument in tree.arguments]
        arguments += [f"{name}={number.value}" for name, number in tree.options]
        name = FUNCTION_LETTERS.get(tree.function, tree.function)
        separator = "," if tree.function == "delta" else ", "
        return Written(f"{name}{'′' * tree.primes}({separator.join(arguments)})", ATOM)

    def differential(self, tree: Expression, order: int) -> str:
        mark = "∂²" if order == 2 else "∂"
        if is_named(tree):
            return f"{mark}{self.expression(tree).text}"
        return f"{mark}({self.expression(tree).text})"

    def reduction(self, tree: Reduction) -> Written:
        if tree.kind not in ("sum", "prod"):
            return super().reduction(tree)
        sign = "Σ" if tree.kind == "sum" else "Π"
        below = f"_{self.binder(tree)}"
        if tree.ends is not None and tree.condition is None:
            first, last = (self.limit(end) for end in tree.ends)
            below = f"_{{{self.name(tree.letters[0])}={first}}}^{{{last}}}"
        return Written(f"{sign}{below} {self.expression(tree.body).at(PRODUCT)}", SUM + 1)
