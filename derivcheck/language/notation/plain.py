"""A syntax tree as ASCII text, with the fewest parentheses that the table of precedence allows.

Parts are written before wholes, so that no depth of a derived formula is too deep.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction

from derivcheck.language.notation.differentials import HOLDING, NOTHING
from derivcheck.language.notation.precedence import (
    ALL,
    ANY,
    ATOM,
    COMPARED,
    CONDITIONAL,
    FRACTION,
    JUXTAPOSED,
    POWER,
    PRODUCT,
    SUM,
    UNARY,
    Written,
    is_named,
    names_its_letter,
    root,
    short_decimal,
)
from derivcheck.language.notation.relations import RELATIONS
from derivcheck.language.notation.syntax import (
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
from derivcheck.language.notation.vocabulary import NOTHING_DECLARED, Vocabulary

Numbers = frozenset[str | Expression]  # names of numbers, and products of matrices that are numbers


class Plain:
    def __init__(
        self,
        scalars: Numbers = frozenset(),
        families: frozenset[str] = frozenset(),
        vocabulary: Vocabulary = NOTHING_DECLARED,
    ) -> None:
        self.scalars = scalars
        self.families = families
        self.vocabulary = vocabulary
        self._texts: dict[int, Written] = {}
        self._tensors: dict[int, bool] = {}
        self._products = {one for one in scalars if not isinstance(one, str)}

    relations = {one.name: one.plain for one in RELATIONS}

    def show(self, tree: Expression | Slice | Equation) -> str:
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

    def expression(self, tree: Expression | Slice) -> Written:
        """The text of a part, which has been written before."""
        return self._texts[id(tree)]

    def condition(self, tree: Condition, minimum: int = 0) -> str:
        return self._texts[id(tree)].at(minimum)

    def is_tensor(self, tree: Expression) -> bool:
        return self._tensors[id(tree)]

    def is_inner_product(self, tree: Expression) -> bool:
        """Whether a product of matrices is a number."""
        return bool(self._products) and isinstance(tree, Binary) and tree.operator == "@" and tree in self._products

    def where(self, condition: str) -> str:
        return f" where {condition}"

    def _expression(self, tree: Expression | Slice) -> Written:
        match tree:
            case Number(value):
                return self.number(value)
            case Name(name):
                return Written(self.name(name), ATOM)
            case Slice(_, start, stop):
                first, last = ("" if end is None else self.limit(end) for end in (start, stop))
                return Written(f"{first}:{last}", ATOM)
            case Subscript(base, entries):
                return self.subscript(base, [self.expression(e).text for e in entries], entries)
            case Negate(operand):
                return self.negation(operand)
            case Binary():
                return self.binary(tree)
            case Transpose(operand):
                return self.transpose(self.expression(operand).at(ATOM))
            case Call("differential", (operand, *held), 0):
                return self.total(operand, [self.expression(one).text for one in held])
            case Call("at", (operand, *places), 0) if places:
                return self.evaluated(operand, places[::2], places[1::2])
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

    def negation(self, operand: Expression) -> Written:
        return Written(f"{self.minus}{self.expression(operand).at(UNARY)}", UNARY)

    def number(self, value: Fraction) -> Written:
        if value.denominator == 1:
            digits, zeros = str(value.numerator), 0
            if len(digits) > 20:
                digits, zeros = digits.rstrip("0"), len(digits) - len(digits.rstrip("0"))
            return Written(f"{digits}e{zeros}" if zeros else digits, ATOM if value >= 0 else UNARY)
        decimal = short_decimal(value)
        if decimal is not None:
            return Written(decimal, ATOM if value >= 0 else UNARY)
        return Written(f"{value.numerator}/{value.denominator}", PRODUCT)

    def name(self, name: str) -> str:
        return name

    def subscript(self, base: Expression, entries: list[str], _: object) -> Written:
        return Written(f"{self.expression(base).at(ATOM)}[{','.join(entries)}]", ATOM)

    def binary(self, tree: Binary) -> Written:
        match tree.operator:
            case "+" | "-":
                left, right = self.expression(tree.left).at(SUM), self.expression(tree.right).at(SUM + 1)
                return Written(f"{left} {self.minus if tree.operator == '-' else self.plus} {right}", SUM)
            case "**":
                base, exponent = self.expression(tree.left).at(ATOM), self.expression(tree.right)
                return Written(self.power(base, exponent), POWER)
            case "*" | "/" | "@":
                return self.product(tree)
            case "//" | "%":
                return self.digit(tree)

    def power(self, base: str, exponent: Written) -> str:
        return f"{base}**{exponent.at(POWER)}"

    def product(self, tree: Binary) -> Written:
        # `a @ b * c` reads from the left, but nobody should have to remember that.
        mixed = isinstance(tree.left, Binary) and (
            {tree.operator, tree.left.operator} in ({"@", "*"}, {"@", "/"}) or tree.left.operator in ("//", "%")
        )
        left = self.expression(tree.left).at(PRODUCT + mixed)
        right = self.expression(tree.right).at(PRODUCT + 1)
        if tree.operator == "/":
            return Written(f"{left}/{self.divisor(tree)}", PRODUCT)
        return Written(f"{left} {tree.operator} {right}", PRODUCT)

    def digit(self, tree: Binary) -> Written:
        """A quotient or a remainder of positions; whatever is a product in it stands in parentheses."""
        left, right = (self.expression(side).at(PRODUCT + 1) for side in (tree.left, tree.right))
        return Written(f"{left} {tree.operator} {right}", PRODUCT)

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

    def transpose(self, operand: str) -> Written:
        return Written(f"{operand}.T", ATOM)

    def call(self, tree: Call) -> Written:
        arguments = [self.expression(argument).text for argument in tree.arguments]
        arguments += [f"{name}={number.value}" for name, number in tree.options]
        separator = "," if tree.function == "delta" else ", "
        return Written(f"{tree.function}{chr(39) * tree.primes}({separator.join(arguments)})", ATOM)

    def differential(self, tree: Expression, order: int) -> str:
        return f"{_mark(order)}{self.expression(tree).text}" if is_named(tree) else self.bracketed(tree, order)

    def bracketed(self, tree: Expression, order: int) -> str:
        return f"{_mark(order)}({self.expression(tree).text})"

    def derivative(self, tree: Derivative) -> Written:
        """A derivative, and behind it what it holds."""
        fraction = self.fraction(tree)
        if tree.holding is None:
            return fraction
        return self.held(fraction, [self.expression(one).text for one in tree.holding])

    def held(self, fraction: Written, names: Sequence[str]) -> Written:
        several = ", ".join(names) if len(names) < 2 else f"({', '.join(names)})"
        return Written(f"{fraction.text} {HOLDING} {several or NOTHING}", CONDITIONAL)

    def evaluated(self, operand: Expression, targets: Sequence[Expression], by: Sequence[Expression]) -> Written:
        """An expression at a point, `at(dL/dw, w = 0)`."""
        places = zip(targets, by, strict=True)
        shown = [f"{self.expression(one).text} = {self.expression(other).text}" for one, other in places]
        return Written(f"at({', '.join([self.expression(operand).text, *shown])})", ATOM)

    def total(self, operand: Expression, held: Sequence[str]) -> Written:
        """A differential, `d(C)`, and behind it what it holds."""
        mark = "differential" if self.vocabulary.declares("d") else "d"
        whole = Written(f"{mark}({self.expression(operand).text})", ATOM)
        return self.held(whole, held) if held else whole

    def fraction(self, tree: Derivative) -> Written:
        order = len(tree.variables)
        written = self.bracketed if self._may_be_a_quotient(tree) else self.differential
        above = written(tree.numerator, order)
        if order == 2 and tree.variables[0] == tree.variables[1] and isinstance(tree.variables[0], Name):
            return Written(f"{above}/{written(tree.variables[0], 1)}^2", FRACTION)
        below = self.between.join(written(v, 1) for v in tree.variables)
        return Written(f"{above}/{below}", FRACTION)

    def _may_be_a_quotient(self, tree: Derivative) -> bool:
        """Whether `dL` and `dx` are names themselves."""
        parts = ((_mark(len(tree.variables)), tree.numerator), (_mark(1), tree.variables[0]))
        return all(self.vocabulary.declares(f"{mark}{root(part)}") for mark, part in parts)

    between = " "

    def conditional(self, then: Expression, test: Condition, otherwise: Expression) -> Written:
        first, last = self.expression(then).at(SUM), self.expression(otherwise).at(CONDITIONAL)
        return Written(f"{first} if {self.condition(test)} else {last}", CONDITIONAL)

    def _condition(self, condition: Comparison | Junction) -> Written:
        match condition:
            case Comparison(relation, left, right):
                sign = self.comparisons[relation]
                return Written(f"{self.expression(left).at(SUM)} {sign} {self.expression(right).at(SUM)}", COMPARED)
            case Junction(operator, left, right):
                binding = ALL if operator == "and" else ANY
                joint = self.junction(operator)
                return Written(f"{self.condition(left, binding)}{joint}{self.condition(right, binding + 1)}", binding)

    comparisons = {**relations, "=": "=="}

    def junction(self, operator: str) -> str:
        return f" {operator} "

    def bound(self, tree: Reduction) -> str:
        """What stands in the braces: the letters, or the condition if it begins with the only one of them."""
        letters = ",".join(map(self.name, tree.letters))
        if tree.ends is not None:
            first, last = (self.limit(end) for end in tree.ends)
            test = "" if tree.condition is None else f": {self.condition(tree.condition)}"
            return f"{letters} in {first}..{last}{test}"
        if tree.condition is None:
            return letters
        test = self.condition(tree.condition)
        return test if names_its_letter(tree) and not test.startswith("(") else f"{letters}: {test}"

    def limit(self, end: Expression) -> str:
        """A limit of a sum, set as labels are: `t+1`."""
        return self.expression(end).at(SUM).replace(" ", "")

    def binder(self, tree: Reduction) -> str:
        """`k`, or what needs braces."""
        bare = tree.condition is None and tree.ends is None and len(tree.letters) == 1
        letter = self.name(tree.letters[0])
        simple = bare and re.fullmatch(r"[^\W\d_]\d*", letter)
        return letter if simple else "{" + self.bound(tree) + "}"

    def reduction(self, tree: Reduction) -> Written:
        return Written(f"{tree.kind}_{self.binder(tree)}({self.expression(tree.body).text})", ATOM)

    def matrix(self, rows: list[list[str]]) -> Written:
        return Written("[" + "; ".join(", ".join(row) for row in rows) + "]", ATOM)

    def _is_tensor(self, tree: Expression | Slice) -> bool:
        """Whether the tree may be more than a number: decides between ⊙ and a plain factor."""
        match tree:
            case Number() | Conditional() | Slice() | Call("sum" | "mean", (_,)):
                return False
            case Name(name):
                return name not in self.scalars and name != "pi"
            case Subscript(Name(stem), (_,)) if stem in self.families:
                return True
            case Subscript(_, entries):
                return any(isinstance(e, Slice) for e in entries) or all(isinstance(e, Number) for e in entries)
            case Negate(operand):
                return self.is_tensor(operand)
            case Binary("@", left, right):
                return self.is_tensor(left) and self.is_tensor(right) and not self.is_inner_product(tree)
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


def _mark(order: int) -> str:
    return "d2" if order == 2 else "d"
