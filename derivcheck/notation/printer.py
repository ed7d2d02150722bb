"""A syntax tree as text: plain, Unicode or LaTeX, with the fewest parentheses that the table allows.

Parts are written before wholes, so that no depth of a derived formula is too deep.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from derivcheck.notation.syntax import (
    Binary,
    Call,
    Comparison,
    Condition,
    Conditional,
    Derivative,
    Equation,
    Expression,
    Junction,
    Matrix,
    Name,
    Negate,
    Number,
    Reduction,
    Slice,
    Subscript,
    Transpose,
    bottom_up,
)
from derivcheck.notation.tokens import GREEK

ANY, ALL, COMPARED, CONDITIONAL, SUM, PRODUCT, UNARY, JUXTAPOSED, POWER, FRACTION, ATOM = (
    1, 2, 3, 5, 10, 20, 25, 30, 40, 45, 50
)  # fmt: skip
SPELLINGS = {word: letter for letter, word in reversed(GREEK.items())}
UNICODE_DIGITS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
MAXIMAL_PLACES = 6
FUNCTION_LETTERS = {"sigmoid": "σ", "delta": "δ"}


@dataclass(frozen=True, slots=True)
class _Text:
    """A piece of text and how tightly its outermost operator binds."""

    text: str
    binding: int
    brackets: tuple[str, str] = ("(", ")")

    def at(self, minimum: int) -> str:
        return self.text if self.binding >= minimum else self.text.join(self.brackets)


def to_plain(tree: Expression | Equation) -> str:
    """ASCII text that parses back to the same tree."""
    return _Plain().show(tree)


def to_unicode(
    tree: Expression | Equation, scalars: frozenset[str] = frozenset(), families: frozenset[str] = frozenset()
) -> str:
    """Text with ᵀ ⊙ ∂ Σ and Greek letters; it parses back to the same meaning.

    `scalars` name numbers; what stands in brackets behind a family is a label, no index.
    """
    return _Unicode(scalars, families).show(tree)


def to_latex(
    tree: Expression | Equation, scalars: frozenset[str] = frozenset(), families: frozenset[str] = frozenset()
) -> str:
    """LaTeX source without surrounding dollars, for KaTeX and MathJax; `scalars` and `families` as in to_unicode."""
    return _Latex(scalars, families).show(tree)


class _Plain:
    def __init__(self, scalars: frozenset[str] = frozenset(), families: frozenset[str] = frozenset()) -> None:
        self.scalars = scalars
        self.families = families
        self._texts: dict[int, _Text] = {}
        self._tensors: dict[int, bool] = {}

    relations = {"=": "=", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">=", "≈": "~=", "∝": "~"}

    def show(self, tree: Expression | Equation) -> str:
        for node in bottom_up(tree):
            match node:
                case Equation():
                    return self.equation(node)
                case Comparison() | Junction():
                    self._texts[id(node)] = self._condition(node)
                case _:
                    self._tensors[id(node)] = self._is_tensor(node)
                    self._texts[id(node)] = self._expression(node)
        return self._texts[id(tree)].text

    def equation(self, tree: Equation) -> str:
        text = self.expression(tree.sides[0]).text
        if len(tree.relations) == len(tree.sides):
            text = f"{self.relations[tree.relations[0]]} {text}"
        following = tree.relations[len(tree.relations) + 1 - len(tree.sides) :]
        for relation, side in zip(following, tree.sides[1:], strict=True):
            text += f" {self.relations[relation]} {self.expression(side).text}"
        return text if tree.where is None else text + self.where(self.condition(tree.where))

    def expression(self, tree: Expression | Slice) -> _Text:
        """The text of a part, which has been written before."""
        return self._texts[id(tree)]

    def condition(self, tree: Condition, minimum: int = 0) -> str:
        return self._texts[id(tree)].at(minimum)

    def is_tensor(self, tree: Expression) -> bool:
        return self._tensors[id(tree)]

    def where(self, condition: str) -> str:
        return f" where {condition}"

    def _expression(self, tree: Expression | Slice) -> _Text:
        match tree:
            case Number(value):
                return self.number(value)
            case Name(name):
                return _Text(self.name(name), ATOM)
            case Slice():
                return _Text(":", ATOM)
            case Subscript(base, entries):
                return self.subscript(base, [self.expression(e).text for e in entries], entries)
            case Negate(operand):
                return _Text(f"{self.minus}{self.expression(operand).at(UNARY)}", UNARY)
            case Binary():
                return self.binary(tree)
            case Transpose(operand):
                return self.transpose(self.expression(operand).at(ATOM))
            case Call():
                return self.call(tree)
            case Derivative():
                return self.derivative(tree)
            case Conditional(test, then, otherwise):
                return self.conditional(then, test, otherwise)
            case Reduction():
                return self.reduction(tree)
            case Matrix(rows):
                return self.matrix([[self.expression(e).text for e in row] for row in rows])

    minus, plus = "-", "+"

    def number(self, value: Fraction) -> _Text:
        if value.denominator == 1:
            digits, zeros = str(value.numerator), 0
            if len(digits) > 20:
                digits, zeros = digits.rstrip("0"), len(digits) - len(digits.rstrip("0"))
            return _Text(f"{digits}e{zeros}" if zeros else digits, ATOM if value >= 0 else UNARY)
        decimal = _decimal(value)
        if decimal is not None:
            return _Text(decimal, ATOM if value >= 0 else UNARY)
        return _Text(f"{value.numerator}/{value.denominator}", PRODUCT)

    def name(self, name: str) -> str:
        return name

    def subscript(self, base: Expression, entries: list[str], _: object) -> _Text:
        return _Text(f"{self.expression(base).at(ATOM)}[{','.join(entries)}]", ATOM)

    def binary(self, tree: Binary) -> _Text:
        match tree.operator:
            case "+" | "-":
                left, right = self.expression(tree.left).at(SUM), self.expression(tree.right).at(SUM + 1)
                return _Text(f"{left} {self.minus if tree.operator == '-' else self.plus} {right}", SUM)
            case "**":
                base, exponent = self.expression(tree.left).at(ATOM), self.expression(tree.right)
                return _Text(self.power(base, exponent), POWER)
            case "*" | "/" | "@":
                return self.product(tree)

    def power(self, base: str, exponent: _Text) -> str:
        return f"{base}**{exponent.at(POWER)}"

    def product(self, tree: Binary) -> _Text:
        # `a @ b * c` reads from the left, but nobody should have to remember that.
        mixed = isinstance(tree.left, Binary) and {tree.operator, tree.left.operator} in (
            {"@", "*"},
            {"@", "/"},
        )
        left = self.expression(tree.left).at(PRODUCT + mixed)
        right = self.expression(tree.right).at(PRODUCT + 1)
        if tree.operator == "/":
            return _Text(f"{left}/{self.divisor(tree)}", PRODUCT)
        return _Text(f"{left} {tree.operator} {right}", PRODUCT)

    def divisor(self, tree: Binary) -> str:
        """What stands after `/`; `dP/(dS)` keeps a quotient of names from reading as a derivative."""
        below = self.expression(tree.right)
        above: Expression = tree.left
        while isinstance(above, Binary | Negate):
            above = above.operand if isinstance(above, Negate) else above.right
        while isinstance(above, Subscript):
            above = above.base
        derivative = below.binding == FRACTION or (
            isinstance(above, Name | Call | Reduction | Derivative | Matrix) and below.text[:1] in ("d", "∂")
        )
        return f"({below.text})" if derivative and below.text != "d" else below.at(JUXTAPOSED + 1)

    def transpose(self, operand: str) -> _Text:
        return _Text(f"{operand}.T", ATOM)

    def call(self, tree: Call) -> _Text:
        arguments = [self.expression(argument).text for argument in tree.arguments]
        separator = "," if tree.function == "delta" else ", "
        return _Text(f"{tree.function}{chr(39) * tree.primes}({separator.join(arguments)})", ATOM)

    def differential(self, tree: Expression, order: int) -> str:
        mark = "d2" if order == 2 else "d"
        if _is_named(tree):
            return f"{mark}{self.expression(tree).text}"
        return f"{mark}({self.expression(tree).text})"

    def derivative(self, tree: Derivative) -> _Text:
        order = len(tree.variables)
        above = self.differential(tree.numerator, order)
        if order == 2 and tree.variables[0] == tree.variables[1] and isinstance(tree.variables[0], Name):
            return _Text(f"{above}/{self.differential(tree.variables[0], 1)}^2", FRACTION)
        below = self.between.join(self.differential(v, 1) for v in tree.variables)
        return _Text(f"{above}/{below}", FRACTION)

    between = " "

    def conditional(self, then: Expression, test: Condition, otherwise: Expression) -> _Text:
        first, last = self.expression(then).at(SUM), self.expression(otherwise).at(CONDITIONAL)
        return _Text(f"{first} if {self.condition(test)} else {last}", CONDITIONAL)

    def _condition(self, condition: Comparison | Junction) -> _Text:
        match condition:
            case Comparison(relation, left, right):
                sign = self.comparisons[relation]
                return _Text(f"{self.expression(left).at(SUM)} {sign} {self.expression(right).at(SUM)}", COMPARED)
            case Junction(operator, left, right):
                binding = ALL if operator == "and" else ANY
                joint = self.junction(operator)
                return _Text(f"{self.condition(left, binding)}{joint}{self.condition(right, binding + 1)}", binding)

    comparisons = {"=": "==", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}

    def junction(self, operator: str) -> str:
        return f" {operator} "

    def bound(self, tree: Reduction) -> str:
        """What stands in the braces: the letters, or the condition if it begins with the only one of them."""
        if tree.condition is None:
            return ",".join(tree.letters)
        first: Condition = tree.condition
        while isinstance(first, Junction):
            first = first.left
        short = isinstance(first.left, Name) and tree.letters == (first.left.name,)
        test = self.condition(tree.condition)
        return test if short and not test.startswith("(") else f"{','.join(tree.letters)}: {test}"

    def binder(self, tree: Reduction) -> str:
        """`k`, or what needs braces."""
        simple = tree.condition is None and len(tree.letters) == 1 and re.fullmatch(r"[^\W\d_]\d*", tree.letters[0])
        return tree.letters[0] if simple else "{" + self.bound(tree) + "}"

    def reduction(self, tree: Reduction) -> _Text:
        return _Text(f"{tree.kind}_{self.binder(tree)}({self.expression(tree.body).text})", ATOM)

    def matrix(self, rows: list[list[str]]) -> _Text:
        return _Text("[" + "; ".join(", ".join(row) for row in rows) + "]", ATOM)

    def _is_tensor(self, tree: Expression | Slice) -> bool:
        """Whether the tree may be more than a number: decides between ⊙ and a plain factor."""
        match tree:
            case Number() | Conditional() | Slice() | Call("sum" | "mean", (_,)):
                return False
            case Name(name):
                return name not in self.scalars
            case Subscript(Name(stem), (_,)) if stem in self.families:
                return True
            case Subscript(_, entries):
                return any(isinstance(e, Slice) for e in entries) or all(isinstance(e, Number) for e in entries)
            case Negate(operand):
                return self.is_tensor(operand)
            case Binary("@", left, right):
                return self.is_tensor(left) and self.is_tensor(right)
            case Binary(_, left, right):
                return self.is_tensor(left) or self.is_tensor(right)
            case Reduction(_, _, _, body):
                return self.is_tensor(body)
            case Derivative(_, variables):
                return any(self.is_tensor(variable) for variable in variables)
            case Call(function, arguments):
                return function not in ("trace", "norm", "delta", "det") and any(self.is_tensor(a) for a in arguments)
            case _:
                return True


class _Unicode(_Plain):
    minus = "−"
    between = ""
    relations = {"=": "=", "!=": "≠", "<": "<", "<=": "≤", ">": ">", ">=": "≥", "≈": "≈", "∝": "∝"}
    juxtaposes = True

    def show(self, tree: Expression | Equation) -> str:
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

    def product(self, tree: Binary) -> _Text:
        if tree.operator == "/":
            return _Text(f"{self.expression(tree.left).at(PRODUCT)}/{self.divisor(tree)}", PRODUCT)
        if tree.operator == "@":
            return self.contraction(tree)
        left, right = self.expression(tree.left).at(PRODUCT), self.expression(tree.right).at(PRODUCT + 1)
        sign = " ⊙ " if self.is_tensor(tree.left) and self.is_tensor(tree.right) else " * "
        return _Text(f"{left}{sign}{right}", PRODUCT)

    def contraction(self, tree: Binary) -> _Text:
        left, right = self.expression(tree.left), self.expression(tree.right)
        leading_digit = right.binding > JUXTAPOSED and right.text[:1].isdigit()
        if not self.juxtaposes or leading_digit or _is_number(tree.left) or _is_number(tree.right):
            return _Text(f"{left.at(PRODUCT)} @ {right.at(PRODUCT + 1)}", PRODUCT)
        return _Text(f"{left.at(JUXTAPOSED)} {right.at(JUXTAPOSED + 1)}", JUXTAPOSED)

    def transpose(self, operand: str) -> _Text:
        return _Text(f"{operand}ᵀ", ATOM)

    def call(self, tree: Call) -> _Text:
        arguments = [self.expression(argument).text for argument in tree.arguments]
        name = FUNCTION_LETTERS.get(tree.function, tree.function)
        separator = "," if tree.function == "delta" else ", "
        return _Text(f"{name}{'′' * tree.primes}({separator.join(arguments)})", ATOM)

    def differential(self, tree: Expression, order: int) -> str:
        mark = "∂²" if order == 2 else "∂"
        if _is_named(tree):
            return f"{mark}{self.expression(tree).text}"
        return f"{mark}({self.expression(tree).text})"

    def reduction(self, tree: Reduction) -> _Text:
        if tree.kind not in ("sum", "prod"):
            return super().reduction(tree)
        sign = "Σ" if tree.kind == "sum" else "Π"
        return _Text(f"{sign}_{self.binder(tree)} {self.expression(tree.body).at(PRODUCT)}", SUM + 1)


class _Latex(_Plain):
    relations = {
        "=": "=", "!=": r"\ne", "<": "<", "<=": r"\le", ">": ">", ">=": r"\ge", "≈": r"\approx", "∝": r"\propto",
    }  # fmt: skip
    comparisons = relations

    def where(self, condition: str) -> str:
        return rf"\quad \text{{where }} {condition}"

    def number(self, value: Fraction) -> _Text:
        if value.denominator == 1 or _decimal(value) is not None:
            return super().number(value)
        return _Text(rf"\frac{{{value.numerator}}}{{{value.denominator}}}", ATOM)

    def name(self, name: str) -> str:
        match = re.fullmatch(r"([^\W\d_]+?)_?(\d*)", name)
        if not match:
            return _roman("mathrm", name)
        letters, digits = match[1], match[2]
        if letters in SPELLINGS:
            shown = f"\\{letters}" if letters != "omicron" else "o"
        else:
            shown = letters if len(letters) == 1 else rf"\mathrm{{{letters}}}"
        return f"{shown}_{{{digits}}}" if digits else shown

    def subscript(self, base: Expression, entries: list[str], trees: object) -> _Text:
        text = self.expression(base).at(ATOM)
        places = ", ".join(entries)
        return _Text(f"{{{text}}}_{{{places}}}" if "_" in text else f"{text}_{{{places}}}", ATOM)

    def product(self, tree: Binary) -> _Text:
        if tree.operator == "/":
            above, below = self.expression(tree.left).text, self.expression(tree.right).text
            return _Text(rf"\frac{{{above}}}{{{below}}}", ATOM)
        if tree.operator == "@":
            left = self.expression(tree.left).at(JUXTAPOSED)
            return _Text(rf"{left} \, {self.expression(tree.right).at(JUXTAPOSED + 1)}", JUXTAPOSED)
        left, right = self.expression(tree.left).at(PRODUCT), self.expression(tree.right).at(PRODUCT + 1)
        sign = r" \odot " if self.is_tensor(tree.left) and self.is_tensor(tree.right) else r" \, "
        if sign == r" \, " and right[:1].isdigit():
            sign = r" \cdot "
        return _Text(f"{left}{sign}{right}", PRODUCT)

    def power(self, base: str, exponent: _Text) -> str:
        # Behind an index a raised number would be read as one more.
        raised = re.search(r"\^\{\\top\}$|_\{\d+\}$", base)
        return f"({base})^{{{exponent.text}}}" if raised else f"{base}^{{{exponent.text}}}"

    def transpose(self, operand: str) -> _Text:
        return _Text(rf"{operand}^{{\top}}", ATOM)

    def call(self, tree: Call) -> _Text:
        arguments = [self.expression(argument).text for argument in tree.arguments]
        if tree.function == "delta" and len(arguments) == 2:
            return _Text(rf"\delta_{{{arguments[0]} {arguments[1]}}}", ATOM)
        if tree.function == "sqrt" and len(arguments) == 1:
            return _Text(rf"\sqrt{{{arguments[0]}}}", ATOM)
        known = {"exp", "log", "sin", "cos", "tanh", "det", "max", "min"}
        name = f"\\{tree.function}" if tree.function in known else (
            r"\sigma" if tree.function == "sigmoid" else _roman("operatorname", tree.function)
        )  # fmt: skip
        if len(tree.function) == 1:
            name = tree.function
        primes = "'" * tree.primes
        return _Text(f"{name}{primes}({', '.join(arguments)})", ATOM)

    def differential(self, tree: Expression, order: int) -> str:
        mark = r"\partial^2" if order == 2 else r"\partial"
        if _is_named(tree):
            return f"{mark} {self.expression(tree).text}"
        return f"{mark} ({self.expression(tree).text})"

    def derivative(self, tree: Derivative) -> _Text:
        order = len(tree.variables)
        above = self.differential(tree.numerator, order)
        if order == 2 and tree.variables[0] == tree.variables[1]:
            below = self.differential(tree.variables[0], 1) + "^2"
        else:
            below = r" \, ".join(self.differential(v, 1) for v in tree.variables)
        return _Text(rf"\frac{{{above}}}{{{below}}}", ATOM)

    def conditional(self, then: Expression, test: Condition, otherwise: Expression) -> _Text:
        first, last = self.expression(then).text, self.expression(otherwise).text
        rows = rf"{first} & \text{{if }} {self.condition(test)} \\ {last} & \text{{otherwise}}"
        return _Text(rf"\begin{{cases}} {rows} \end{{cases}}", ATOM)

    def junction(self, operator: str) -> str:
        return rf" \text{{ {operator} }} "

    def reduction(self, tree: Reduction) -> _Text:
        sign = {"sum": r"\sum", "prod": r"\prod", "max": r"\max", "min": r"\min"}[tree.kind]
        return _Text(rf"{sign}_{{{self.bound(tree)}}} {self.expression(tree.body).at(PRODUCT)}", SUM + 1)

    def matrix(self, rows: list[list[str]]) -> _Text:
        body = r" \\ ".join(" & ".join(row) for row in rows)
        return _Text(rf"\begin{{bmatrix}} {body} \end{{bmatrix}}", ATOM)


def _is_named(tree: Expression) -> bool:
    """A name, a member or an entry of one: what a `d` can stand before without parentheses."""
    while isinstance(tree, Subscript):
        tree = tree.base
    return isinstance(tree, Name)


def _is_number(tree: Expression) -> bool:
    match tree:
        case Number() | Negate(Number()) | Binary("/", Number(), Number()):
            return True
        case _:
            return False


def _decimal(value: Fraction) -> str | None:
    """The exact decimal of a fraction with a short one, None otherwise."""
    denominator = value.denominator
    for prime in (2, 5):
        while denominator % prime == 0:
            denominator //= prime
    if denominator != 1 or value.denominator > 10**MAXIMAL_PLACES:
        return None
    places = next(k for k in range(1, 4 * MAXIMAL_PLACES) if (value * 10**k).denominator == 1)
    digits = str(abs(value.numerator) * 10**places // value.denominator).rjust(places + 1, "0")
    return f"{'-' if value < 0 else ''}{digits[:-places]}.{digits[-places:]}"


def _roman(macro: str, name: str) -> str:
    escaped = name.replace("_", r"\_")
    return rf"\{macro}{{{escaped}}}"
