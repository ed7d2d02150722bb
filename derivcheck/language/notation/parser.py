"""The Pratt parser of the plain notation: tokens to a syntax tree.

Binding, from loose to tight:

    A if c else B  <  + -  <  * / @ ⊙  <  unary -  <  juxtaposition  <  ** ^  <  .T ' [..] (..)

`*` and `⊙` are entrywise, `@` contracts; they bind equally, from the left, as in
Python. Juxtaposition (`W2ᵀ δ2`) is the matrix product; it is read only in a text
that uses mathematical Unicode (any character beyond ASCII), and a number before a
name is a factor in every text. What a `/` divides by is never a juxtaposition:
`1/M x` is refused. `Σ_k` reaches over the product that follows it, `sum_k(...)`
over its parentheses.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import reduce
from typing import NoReturn

from derivcheck.language.notation.calls import listed, name_or_call
from derivcheck.language.notation.cursor import Cursor
from derivcheck.language.notation.differentials import derivative, differential_at, nabla
from derivcheck.language.notation.expectations import Drawn, begins_expectation, drawn_from, expectation
from derivcheck.language.notation.limits import check_limits
from derivcheck.language.notation.precedence import is_number
from derivcheck.language.notation.reductions import (
    ASSERTED,
    PRODUCT,
    SIGNS,
    SUM,
    begins_reduction,
    condition,
    kronecker,
    named_reduction,
    sign_reduction,
)
from derivcheck.language.notation.relations import Relation
from derivcheck.language.notation.syntax import (
    Binary,
    BinaryOperator,
    Call,
    Condition,
    Conditional,
    Equation,
    Expression,
    Matrix,
    Name,
    Negate,
    Number,
    Slice,
    Span,
    Subscript,
    Transpose,
)
from derivcheck.language.notation.tokens import Token, fail, tokenise
from derivcheck.language.notation.vocabulary import NOTHING_DECLARED, Vocabulary

CONDITIONAL, UNARY, JUXTAPOSED, POWER = 5, 25, 30, 40
INFIX: Mapping[str, tuple[int, BinaryOperator]] = {
    "+": (SUM, "+"),
    "-": (SUM, "-"),
    "*": (PRODUCT, "*"),
    "⊙": (PRODUCT, "*"),
    "/": (PRODUCT, "/"),
    "@": (PRODUCT, "@"),
    "//": (PRODUCT, "//"),
    "%": (PRODUCT, "%"),
}


class Parser(Cursor):
    """One formula; every method leaves the position after what it read."""

    def __init__(
        self, text: str, vocabulary: Vocabulary = NOTHING_DECLARED, tokens: Sequence[Token] | None = None
    ) -> None:
        super().__init__(text, tokenise(text) if tokens is None else tokens, vocabulary, not text.isascii())

    # --- equations ------------------------------------------------------------------------

    def equation(self, continued: bool = False) -> Equation:
        """`side relation side ...`; a continuation line begins with its relation."""
        sides: list[Expression] = []
        relations: list[Relation] = []
        if not continued:
            sides.append(self.side())
        while self.token.kind == "operator" and self.token.text in ASSERTED:
            relations.append(ASSERTED[self.advance().text])
            sides.append(self.side())
        if not relations:
            if self.token.kind == "end" and sides:
                fail(
                    "DC108",
                    "an equation needs two sides",
                    Span(0, len(self.text)),
                    "only one side here",
                    f"{self.text.strip()} = ...",
                )
            self.unexpected("`=`", after_operand=bool(sides))
        where = None
        if self.at_word("where"):
            self.advance()
            where = condition(self)
        self.end()
        return Equation(tuple(sides), tuple(relations), where, Span(0, len(self.text)))

    def side(self) -> Expression:
        if self.token.kind == "end" or (self.token.kind == "operator" and self.token.text in ASSERTED):
            fail("DC109", "a side of the equation is empty", self.here(), "expected an expression here")
        return self.expression()

    def end(self) -> None:
        if self.token.kind != "end":
            self.unexpected("an operator or the end", after_operand=True)

    # --- expressions ----------------------------------------------------------------------

    def expression(self, minimum: int = 0) -> Expression:
        """A Pratt loop: an operand, then every operator that binds at least as tightly as `minimum`."""
        self.descend()
        left = self.prefix(minimum)
        while True:
            token = self.token
            if token.kind == "operator" and token.text in INFIX:
                binding, operator = INFIX[token.text]
                if binding < minimum:
                    break
                left = self._infix(left, binding, operator)
            elif token.kind == "operator" and token.text in ("^", "**"):
                if minimum > POWER:
                    break
                left = self._power(left)
            elif self.at("·", "×") and isinstance(left, Number) and minimum <= PRODUCT:
                left = self._infix(left, PRODUCT, "*")  # a number times anything has one reading
            elif self.at_word("if") and minimum <= CONDITIONAL:
                left = self._conditional(left)
            elif minimum <= JUXTAPOSED and self._juxtaposes(left):
                right = self.expression(JUXTAPOSED + 1)
                scalar = is_number(left) or is_number(right)
                left = Binary("*" if scalar else "@", left, right, left.span.to(right.span))
            else:
                break
        self.ascend()
        return left

    def _infix(self, left: Expression, binding: int, operator: BinaryOperator) -> Expression:
        sign = self.advance()
        if self.at("+"):
            self.unexpected("a name, a number or `(`")
        # A divisor stops before a juxtaposition, so that `1/M x` can be refused.
        right = self.expression(JUXTAPOSED + 1 if operator == "/" else binding + 1)
        if operator == "/" and self._juxtaposes(right):
            quotient = self.source(left.span.to(right.span))
            fail(
                "DC106",
                "does the division reach over the product that follows?",
                sign.span.to(self.token.span),
                f"`({quotient}) {self.source(self.token.span)}…` or `…/({self.source(right.span)} …)`",
                f"({quotient})",
            )
        return Binary(operator, left, right, left.span.to(right.span))

    def _conditional(self, then: Expression) -> Expression:
        self.advance()
        test = condition(self)
        if not self.at_word("else"):
            self.unexpected("`else`")
        self.advance()
        otherwise = self.expression(CONDITIONAL)
        return Conditional(test, then, otherwise, then.span.to(otherwise.span))

    def _juxtaposes(self, left: Expression) -> bool:
        """Whether an operand stands here that multiplies `left` without a sign."""
        if self.at_name():
            return self.juxtaposition or isinstance(left, Number)
        if self.at("("):
            return self.juxtaposition or isinstance(left, Number)
        return self.juxtaposition and (self.at("√", "∂", "∇", *SIGNS) or (self.at("[") and self.token.spaced))

    def _power(self, base: Expression) -> Expression:
        self.advance()
        exponent = self.expression(POWER)
        return Binary("**", base, exponent, base.span.to(exponent.span))

    def prefix(self, minimum: int) -> Expression:
        """An operand: what can stand at the beginning, or after an operator."""
        token = self.token
        if token.kind == "number":
            self.advance()
            return self.postfix(Number(Fraction(token.text), token.span))
        if self.at_name():
            return self.postfix(self.name())
        if self.at_word("where") and self.sign_at(self.position + 1, "("):
            return self.postfix(self._where())
        if token.kind != "operator":
            self.unexpected("a name, a number or `(`")
        match token.text:
            case "-":
                self.advance()
                operand = self.expression(max(UNARY, minimum))
                return Negate(operand, token.span.to(operand.span))
            case "+":
                self.advance()
                return self.expression(max(UNARY, minimum))
            case "(":
                self.advance()
                inner = self.expression()
                return self.postfix(replace(inner, span=token.span.to(self.close(token))))
            case "[":
                return self.postfix(self.matrix())
            case "Σ" | "Π":
                return sign_reduction(self)
            case "∂":
                found = derivative(self)
                return self.postfix(found) if found is not None else self._refuse_operator("∂")
            case "∇":
                return nabla(self)
            case "√":
                self.advance()
                argument = self.expression(POWER + 1)
                return Call("sqrt", (argument,), 0, token.span.to(argument.span))
            case "‖" | "|":
                return self.postfix(self._bars())
            case _:
                self.unexpected("a name, a number or `(`")

    def _where(self) -> Expression:
        """`where(x > 0, a, b)` is `a if x > 0 else b`."""
        token, opener = self.advance(), self.advance()
        test = condition(self, listed=True)
        cases = []
        for _ in range(2):
            if self.accept(",") is None:
                message = "`where` takes a condition and two values"
                fail("DC122", message, token.span.to(self.here()), "", "where(x > 0, x, 0)")
            cases.append(self.expression())
        return Conditional(test, cases[0], cases[1], token.span.to(self.close(opener)))

    def _bars(self) -> Expression:
        """`‖x‖` is `norm(x)`, `|x|` is `abs(x)`."""
        opener = self.advance()
        inner = self.expression()
        closer = self.accept(opener.text)
        if closer is None:
            fail("DC103", f"`{opener.text}` is never closed", opener.span, "opened here", f"add `{opener.text}`")
        return Call("norm" if opener.text == "‖" else "abs", (inner,), 0, opener.span.to(closer.span))

    def _refuse_operator(self, mark: str) -> NoReturn:
        fail(
            "DC118",
            f"`{mark}` needs what it differentiates, and by what",
            self.token.span,
            "only first and second derivatives of a named or bracketed quantity",
            "d(...)/dx",
        )

    # --- what follows an operand ----------------------------------------------------------

    def postfix(self, base: Expression) -> Expression:
        while True:
            if (token := self.accept(".T")) is not None:
                base = Transpose(base, base.span.to(token.span))
            elif (token := self.accept("⁻¹")) is not None:
                base = Call("inv", (base,), 0, base.span.to(token.span))
            elif self.opens_subscript() or (self.token.kind == "lowered" and not self.token.spaced):
                base = self.subscripts(base)
            elif self.at("^") and self._raises_transpose():
                self.advance()
                base = Transpose(base, base.span.to(self.advance().span))
            else:
                return base

    def _raises_transpose(self) -> bool:
        """Whether `^` stands before `T`. Raises NotationError (DC106) where a quantity is called `T`."""
        following = self.tokens[self.position + 1]
        if following.kind == "operator":
            return following.text == ".T"
        if following.kind != "name" or following.text != "T":
            return False
        if self.vocabulary.declares("T"):
            fail(
                "DC106",
                "`^T` can mean the transpose or a power of `T`",
                following.span,
                "which of them?",
                "write `.T` for the transpose, `**T` for the power",
            )
        return True

    def subscripts(self, base: Expression) -> Expression:
        """`base[i,:]`, `W[l][i,j]`, `pᵢ`."""
        while True:
            if self.opens_subscript():
                base = self._entries(base)
            elif self.token.kind == "lowered" and not self.token.spaced:
                token = self.advance()
                letters = tuple(Name(letter, token.span) for letter in token.text.split(","))
                base = Subscript(base, letters, base.span.to(token.span))
            else:
                return base

    def _entries(self, base: Expression) -> Expression:
        opener = self.advance()
        entries: list[Expression | Slice] = []
        while True:
            start = None if self.at(":") else self.expression()
            if (colon := self.accept(":")) is not None:
                entries.append(self._range(start, colon))
            elif start is not None:
                entries.append(start)
            if self.accept(",") is None:
                break
        return Subscript(base, tuple(entries), base.span.to(self.close(opener)))

    def _range(self, start: Expression | None, colon: Token) -> Slice:
        """What follows the colon of `2:k`."""
        stop = None if self.at(",", "]") else self.expression()
        ends = [end.span for end in (start, stop) if end is not None]
        return Slice(reduce(Span.to, ends, colon.span), start, stop)

    def matrix(self) -> Expression:
        opener = self.advance()
        rows: list[tuple[Expression, ...]] = []
        if self.at("]"):
            return Matrix((), opener.span.to(self.advance().span))
        while True:
            rows.append(listed(self))
            if self.accept(";") is None:
                break
        stop = self.close(opener)
        if len({len(row) for row in rows}) > 1:
            fail(
                "DC113",
                "the rows of the matrix have different lengths",
                opener.span.to(stop),
                ", ".join(str(len(row)) for row in rows),
            )
        return Matrix(tuple(rows), opener.span.to(stop))

    # --- names ------------------------------------------------------------------

    def name(self) -> Expression:
        found = derivative(self)
        if found is not None:
            return found
        token = self.token
        if begins_reduction(self, token):
            return named_reduction(self)
        if begins_expectation(self, token):
            return expectation(self)
        if token.text == "d" and self._is_bare_operator():
            self._refuse_operator("d/dx")
        declared = self.vocabulary.declares(token.text)
        lowered = self.tokens[self.position + 1].kind == "lowered"
        if token.text.partition("_")[0] == "delta" and ("_" in token.text or lowered) and not declared:
            return kronecker(self)
        return name_or_call(self, self.advance(), token.text in self.vocabulary.names)

    def _is_bare_operator(self) -> bool:
        """`d/dx (...)`, where `d` is no name."""
        following = self.position + 1
        return (
            not self.vocabulary.declares("d")
            and self.sign_at(following, "/")
            and differential_at(self, following + 1, above=False) is not None
        )


def parse_expression(text: str, vocabulary: Vocabulary = NOTHING_DECLARED) -> Expression:
    """The syntax tree of one expression. Raises NotationError with a span inside the text."""
    parser = Parser(text, vocabulary)
    if parser.token.kind == "end":
        fail("DC109", "the formula is empty", Span(0, len(text)), "expected an expression")
    result = parser.expression()
    parser.end()
    check_limits(result)
    return result


def parse_equation(text: str, vocabulary: Vocabulary = NOTHING_DECLARED) -> Equation:
    """The syntax tree of `side = side ...`. Raises NotationError with a span inside the text."""
    result = Parser(text, vocabulary).equation()
    check_limits(result)
    return result


def parse_continuation(text: str, vocabulary: Vocabulary = NOTHING_DECLARED) -> Equation:
    """A line `= side ...` that continues the one above: as many relations as sides."""
    result = Parser(text, vocabulary).equation(continued=True)
    check_limits(result)
    return result


def parse_condition(text: str, vocabulary: Vocabulary = NOTHING_DECLARED) -> Condition:
    """A condition on index letters. Raises NotationError."""
    parser = Parser(text, vocabulary)
    result = condition(parser)
    parser.end()
    check_limits(result)
    return result


def parse_distribution(text: str, vocabulary: Vocabulary = NOTHING_DECLARED) -> Drawn | None:
    """`a ~ p`; None for a text that draws nothing. Raises NotationError."""
    parser = Parser(text, vocabulary)
    drawn = drawn_from(parser)
    if drawn is not None:
        parser.end()
    return drawn
