"""The Pratt parser of the plain notation: tokens to a syntax tree.

Binding, from loose to tight:

    A if c else B  <  + -  <  * / @ ⊙  <  juxtaposition  <  unary -  <  ** ^  <  .T ' [..] (..)

`*` and `⊙` are entrywise, `@` contracts; they bind equally, from the left, as in
Python. Juxtaposition (`W2ᵀ δ2`) is the matrix product; it is read only in a text
that uses mathematical Unicode (any character beyond ASCII), and a number beside a
name is a factor. `Σ_k` reaches over the product that follows it, `sum_k(...)`
over its parentheses.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from fractions import Fraction

from derivcheck.notation.syntax import (
    Binary,
    BinaryOperator,
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
    ReductionKind,
    Relation,
    Slice,
    Span,
    Subscript,
    Transpose,
)
from derivcheck.notation.tokens import Token, fail, tokenise

MAXIMAL_DEPTH = 60
MAXIMAL_CHAIN = 120
MAXIMAL_EXPONENT = 1000


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What is declared: the parser asks it only where syntax depends on it."""

    names: frozenset[str] = field(default_factory=frozenset)
    dimensions: frozenset[str] = field(default_factory=frozenset)
    functions: frozenset[str] = field(default_factory=frozenset)
    labels: frozenset[str] = field(default_factory=frozenset)


NOTHING_DECLARED = Vocabulary()
CONDITIONAL, SUM, PRODUCT, JUXTAPOSED, UNARY, POWER = 5, 10, 20, 25, 30, 40
INFIX: dict[str, tuple[int, BinaryOperator]] = {
    "+": (SUM, "+"), "-": (SUM, "-"), "*": (PRODUCT, "*"), "⊙": (PRODUCT, "*"), "/": (PRODUCT, "/"),
    "@": (PRODUCT, "@"),
}  # fmt: skip
RELATIONS: dict[str, Relation] = {
    "=": "=", ":=": "=", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="
}  # fmt: skip
CLOSERS = {"(": ")", "[": "]", "{": "}"}
KEYWORDS = frozenset({"if", "else", "where", "and", "or"})
REDUCTIONS: dict[str, ReductionKind] = {"sum": "sum", "prod": "prod", "max": "max", "min": "min"}


class Parser:
    """One formula; every method leaves the position after what it read."""

    def __init__(self, text: str, vocabulary: Vocabulary = NOTHING_DECLARED) -> None:
        self.text = text
        self.vocabulary = vocabulary
        self.tokens = tokenise(text)
        self.position = 0
        self.depth = 0
        self.mathematical = not text.isascii()

    # --- tokens ---------------------------------------------------------------------------

    @property
    def token(self) -> Token:
        return self.tokens[self.position]

    def at(self, *texts: str) -> bool:
        return self.token.kind == "operator" and self.token.text in texts

    def at_word(self, word: str) -> bool:
        return self.token.kind == "name" and self.token.text == word

    def advance(self) -> Token:
        token = self.token
        self.position += token.kind != "end"
        return token

    def accept(self, *texts: str) -> Token | None:
        return self.advance() if self.at(*texts) else None

    def close(self, opener: Token) -> Span:
        """Consume the bracket that closes `opener`."""
        wanted = CLOSERS[opener.text]
        token = self.accept(wanted)
        if token is not None:
            return token.span
        if self.token.kind == "end":
            fail("DC103", f"`{opener.text}` is never closed", opener.span, "opened here", f"add `{wanted}`")
        self.unexpected(f"`{wanted}`")
        raise AssertionError

    def unexpected(self, expected: str) -> None:
        token = self.token
        if token.kind == "end":
            fail("DC104", "the formula ends too early", Span(max(0, len(self.text) - 1), len(self.text)),
                 f"expected {expected} after this")  # fmt: skip
        if token.text == "==":
            fail("DC105", "`==` compares index letters; two sides are joined by `=`", token.span, "", "=")
        if token.text in (")", "]", "}"):
            fail("DC103", f"`{token.text}` closes nothing", token.span, f"expected {expected}")
        if token.text in ("·", "×"):
            fail("DC106", f"`{token.text}` can mean `@` or `*`", token.span, "which product?",
                 "write `@` to contract, `*` to multiply entrywise")  # fmt: skip
        fail("DC107", f"unexpected `{self.text[token.span.start : token.span.stop]}`", token.span,
             f"expected {expected}")  # fmt: skip

    # --- equations ------------------------------------------------------------------------

    def equation(self, continued: bool = False) -> Equation:
        """`side relation side ...`; a continuation line begins with its relation."""
        sides: list[Expression] = []
        relations: list[Relation] = []
        if not continued:
            sides.append(self.side())
        while self.token.kind == "operator" and self.token.text in RELATIONS:
            relations.append(RELATIONS[self.advance().text])
            sides.append(self.side())
        if not relations:
            if self.token.kind == "end" and sides:
                fail("DC108", "an equation needs two sides", Span(0, len(self.text)), "only one side here",
                     f"{self.text.strip()} = ...")  # fmt: skip
            self.unexpected("`=`")
        where = None
        if self.at_word("where"):
            self.advance()
            where = self.condition()
        self.end()
        return Equation(tuple(sides), tuple(relations), where, Span(0, len(self.text)))

    def side(self) -> Expression:
        if self.token.kind == "end" or self.token.text in RELATIONS:
            fail("DC109", "a side of the equation is empty", self._around(), "expected an expression here")
        return self.expression()

    def _around(self) -> Span:
        token = self.token
        return token.span if token.kind != "end" else Span(max(0, len(self.text) - 1), len(self.text))

    def end(self) -> None:
        if self.token.kind != "end":
            if self.token.kind in ("name", "number") and not self.mathematical:
                fail("DC110", "two expressions stand side by side", self.token.span, "an operator is missing",
                     "write `@` to contract, `*` to multiply entrywise")  # fmt: skip
            self.unexpected("an operator or the end")

    # --- conditions -----------------------------------------------------------------------

    def condition(self) -> Condition:
        left = self._comparisons()
        while self.at_word("or"):
            self.advance()
            right = self._comparisons()
            left = Junction("or", left, right, left.span.to(right.span))
        return left

    def _comparisons(self) -> Condition:
        left = self._comparison()
        while self.at_word("and") or self.at(","):
            self.advance()
            right = self._comparison()
            left = Junction("and", left, right, left.span.to(right.span))
        return left

    def _comparison(self) -> Condition:
        sides = [self.expression(SUM)]
        relations: list[Relation] = []
        while self.token.kind == "operator" and (self.token.text in RELATIONS or self.token.text == "=="):
            relations.append(RELATIONS.get(self.token.text, "="))
            self.advance()
            sides.append(self.expression(SUM))
        if not relations:
            self.unexpected("`==`, `!=`, `<`, `<=`, `>` or `>=`")
        links = [Comparison(r, a, b, a.span.to(b.span)) for a, r, b in zip(sides, relations, sides[1:], strict=False)]
        result: Condition = links[0]
        for link in links[1:]:
            result = Junction("and", result, link, result.span.to(link.span))
        return result

    # --- expressions ----------------------------------------------------------------------

    def expression(self, minimum: int = 0) -> Expression:
        self.depth += 1
        if self.depth > MAXIMAL_DEPTH:
            fail(
                "DC111",
                "the formula is nested too deeply",
                self._around(),
                f"more than {MAXIMAL_DEPTH} levels",
            )
        left = self.prefix()
        chain = 0
        while True:
            chain += 1
            if chain > MAXIMAL_CHAIN:
                fail("DC102", "the formula is too long", self._around(), "too many terms in a row")
            token = self.token
            if token.kind == "operator" and token.text in INFIX:
                binding, operator = INFIX[token.text]
                if binding < minimum:
                    break
                self.advance()
                right = self.expression(binding + 1)
                left = Binary(operator, left, right, left.span.to(right.span))
            elif token.kind == "operator" and token.text in ("^", "**"):
                if minimum > POWER:
                    break
                left = self._power(left)
            elif self.at_word("if") and minimum <= CONDITIONAL:
                self.advance()
                test = self.condition()
                if not self.at_word("else"):
                    self.unexpected("`else`")
                self.advance()
                otherwise = self.expression(CONDITIONAL)
                left = Conditional(test, left, otherwise, left.span.to(otherwise.span))
            elif self._starts_operand() and (self.mathematical or isinstance(left, Number)):
                if minimum > JUXTAPOSED:
                    break
                right = self.expression(JUXTAPOSED + 1)
                scalar = isinstance(left, Number) or isinstance(right, Number)
                left = Binary("*" if scalar else "@", left, right, left.span.to(right.span))
            else:
                break
        self.depth -= 1
        return left

    def _starts_operand(self) -> bool:
        token = self.token
        if token.kind == "name":
            return token.text not in KEYWORDS
        if token.kind == "number":
            return self.mathematical
        return (
            token.kind == "operator"
            and token.text in ("(", "Σ", "Π", "√", "∂")
            and (self.mathematical or token.text == "(")
        )

    def _power(self, base: Expression) -> Expression:
        operator = self.advance()
        if operator.text == "^" and self.at_word("T") and "T" not in self.vocabulary.names:
            token = self.advance()
            return Transpose(base, base.span.to(token.span))
        exponent = self.expression(POWER)
        if isinstance(exponent, Number) and abs(exponent.value) > MAXIMAL_EXPONENT:
            fail("DC112", "the exponent is too large", exponent.span, f"more than {MAXIMAL_EXPONENT}")
        return Binary("**", base, exponent, base.span.to(exponent.span))

    def prefix(self) -> Expression:
        token = self.token
        if token.kind == "number":
            self.advance()
            return self.postfix(Number(Fraction(token.text), token.span))
        if token.kind == "name" and token.text not in KEYWORDS:
            return self.postfix(self.name())
        if token.kind != "operator":
            self.unexpected("a name, a number or `(`")
        match token.text:
            case "-":
                self.advance()
                operand = self.expression(UNARY)
                return Negate(operand, token.span.to(operand.span))
            case "+":
                self.advance()
                return self.expression(UNARY)
            case "(":
                self.advance()
                inner = self.expression()
                stop = self.close(token)
                return self.postfix(replace(inner, span=token.span.to(stop)))
            case "[":
                return self.postfix(self.matrix())
            case "Σ" | "Π":
                self.advance()
                return self.reduction("sum" if token.text == "Σ" else "prod", token, "", open_ended=True)
            case "∂":
                found = self.derivative()
                if found is not None:
                    return self.postfix(found)
                self.unexpected("a derivative `∂L/∂W`")
            case "√":
                self.advance()
                argument = self.expression(POWER + 1)
                return Call("sqrt", (argument,), 0, token.span.to(argument.span))
            case _:
                self.unexpected("a name, a number or `(`")
        raise AssertionError

    def postfix(self, base: Expression) -> Expression:
        while True:
            if (token := self.accept(".T")) is not None:
                base = Transpose(base, base.span.to(token.span))
            elif self.at("[") and not (self.token.spaced and self.mathematical):
                base = self.subscript(base)
            elif (
                self.at("^")
                and self.tokens[self.position + 1].text == "T"
                and ("T" not in self.vocabulary.names and self.tokens[self.position + 1].kind == "name")
            ):
                self.advance()
                base = Transpose(base, base.span.to(self.advance().span))
            else:
                return base

    def subscript(self, base: Expression) -> Expression:
        opener = self.advance()
        entries: list[Expression | Slice] = []
        while True:
            if (colon := self.accept(":")) is not None:
                entries.append(Slice(colon.span))
            else:
                entries.append(self.expression())
            if self.accept(",") is None:
                break
        stop = self.close(opener)
        return Subscript(base, tuple(entries), base.span.to(stop))

    def matrix(self) -> Expression:
        opener = self.advance()
        rows: list[tuple[Expression, ...]] = []
        if self.at("]"):
            return Matrix((), opener.span.to(self.advance().span))
        while True:
            row = [self.expression()]
            while self.accept(",") is not None:
                row.append(self.expression())
            rows.append(tuple(row))
            if self.accept(";") is None:
                break
        stop = self.close(opener)
        if len({len(row) for row in rows}) > 1:
            fail("DC113", "the rows of the matrix have different lengths", opener.span.to(stop),
                 ", ".join(str(len(row)) for row in rows))  # fmt: skip
        return Matrix(tuple(rows), opener.span.to(stop))

    # --- names, calls, reductions ---------------------------------------------------------

    def name(self) -> Expression:
        token = self.token
        found = self.derivative()
        if found is not None:
            return found
        self.advance()
        stem, _, letters = token.text.partition("_")
        declared = token.text in self.vocabulary.names
        if stem in REDUCTIONS and "_" in token.text and not declared:
            return self.reduction(REDUCTIONS[stem], token, letters, open_ended=False)
        if stem == "delta" and "_" in token.text and not declared:
            return self._delta(token, letters)
        primes = 0
        while (prime := self.accept("'", "″")) is not None:
            primes += 2 if prime.text == "″" else 1
        if self.at("(") and not declared and (primes or not (self.token.spaced and self.mathematical)):
            return self.call(token, primes)
        if self.at("(") and token.text in self.vocabulary.functions:
            return self.call(token, primes)
        if primes:
            fail("DC114", f"`{token.text}'` needs its argument", token.span, "a derivative of a function",
                 f"{token.text}'(z)")  # fmt: skip
        return Name(token.text, token.span)

    def call(self, token: Token, primes: int) -> Expression:
        opener = self.advance()
        arguments: list[Expression] = []
        if not self.at(")"):
            arguments.append(self.expression())
            while self.accept(",") is not None:
                arguments.append(self.expression())
        stop = self.close(opener)
        name = token.text
        if name == "sigma" and "sigma" not in self.vocabulary.functions:
            name = "sigmoid"
        return Call(name, tuple(arguments), primes, token.span.to(stop))

    def _delta(self, token: Token, letters: str) -> Expression:
        """`δ_ij` and `δ_{ij}`."""
        stop = token.span
        if not letters and self.at("{"):
            opener = self.advance()
            while self.token.kind == "name" or self.at(","):
                letters += self.advance().text.strip(",")
            stop = self.close(opener)
        if len(letters) != 2:
            fail("DC115", "`delta` needs two index letters", token.span, "", "delta(i,j)")
        pair = tuple(Name(letter, token.span) for letter in letters)
        return Call("delta", pair, 0, token.span.to(stop))

    def reduction(self, kind: ReductionKind, token: Token, letters: str, open_ended: bool) -> Expression:
        """`sum_k(...)`, `sum_{k != i}(...)`, `Σ_k ...`: the letters, a condition, the body."""
        names: list[str] = [letters] if letters else []
        condition: Condition | None = None
        if open_ended and not names:
            if self.token.kind == "name" and self.token.text.startswith("_"):
                names = [part for part in [self.advance().text[1:]] if part]
            if not names and not self.at("{"):
                fail("DC116", "a sum needs its index letter", token.span, "", "Σ_k" if kind == "sum" else "Π_k")
        if not names and self.at("{"):
            opener = self.advance()
            names, condition = self._binding()
            self.close(opener)
        if not names:
            fail("DC116", "a sum needs its index letter", token.span, "", f"{kind}_k(...)")
        if self.at("("):
            opener = self.advance()
            body = self.expression()
            stop = self.close(opener)
            if open_ended:
                body = self._product_after(replace(body, span=opener.span.to(stop)))
                stop = body.span
        elif open_ended:
            body = self.expression(PRODUCT)
            stop = body.span
        else:
            self.unexpected(f"`(` after `{token.text}`")
            raise AssertionError
        return Reduction(kind, tuple(names), condition, body, token.span.to(stop))

    def _product_after(self, left: Expression) -> Expression:
        """A product that goes on after a parenthesis that opened the body of `Σ_k`."""
        left = self.postfix(left)
        while self.token.kind == "operator" and self.token.text in INFIX and INFIX[self.token.text][0] == PRODUCT:
            operator = INFIX[self.advance().text][1]
            right = self.expression(PRODUCT + 1)
            left = Binary(operator, left, right, left.span.to(right.span))
        if self._starts_operand() and self.mathematical:
            right = self.expression(PRODUCT)
            left = Binary("@", left, right, left.span.to(right.span))
        return left

    def _binding(self) -> tuple[list[str], Condition | None]:
        """`k`, `i,j`, `k != i`: the letters bound, and the condition on the first of them."""
        start = self.position
        names: list[str] = []
        while self.token.kind == "name":
            names.append(self.advance().text)
            if self.accept(",") is None:
                break
        if self.at("}"):
            return names, None
        self.position = start
        condition = self.condition()
        first: Condition = condition
        while isinstance(first, Junction):
            first = first.left
        if not isinstance(first.left, Name):
            fail("DC116", "a sum needs its index letter", condition.span, "", "sum_{k != i}(...)")
        return [first.left.name], condition

    # --- derivatives ----------------------------------------------------------------------

    def derivative(self) -> Expression | None:
        """`dL/dW`, `∂p[i]/∂z[j]`, `d(expr)/dz`, `d2l/dx[i]dx[j]`, or None with nothing consumed."""
        start = self.position
        token = self.token
        head = self._differential(numerator=True)
        if head is None or not self.at("/"):
            self.position = start
            return None
        numerator, order = head
        slash = self.advance()
        variables: list[Expression] = []
        last = slash.span
        while True:
            here = self.position
            found = self._differential(numerator=False)
            if found is None:
                self.position = here
                break
            variable, _ = found
            last = variable.span
            variables.append(variable)
            if self.at("^") and self.tokens[self.position + 1].text == "2":
                self.advance()
                last = self.advance().span
                variables.append(variable)
        if not variables or numerator is None:
            self.position = start
            return None
        if len(variables) != order:
            span = token.span.to(last)
            if order == 2 and len(variables) == 1:
                fail("DC117", "a second derivative needs two variables", span, "by which two?",
                     self.text[span.start : span.stop].rstrip("2") + "^2")  # fmt: skip
            fail("DC117", "the order of the derivative does not match its variables", span,
                 f"order {order}, {len(variables)} variables")  # fmt: skip
        return Derivative(numerator, tuple(variables), token.span.to(last))

    def _differential(self, numerator: bool) -> tuple[Expression, int] | None:
        """`dX[...]`, `∂X`, `d(expr)`, `d2X`, `∂²X`: what follows the d, and the order."""
        token = self.token
        order = 1
        if self.at("∂"):
            self.advance()
            if numerator and self.at("^") and self.tokens[self.position + 1].text == "2":
                self.advance()
                self.advance()
                order = 2
            if self.at("("):
                return self._parenthesised(order)
            if self.token.kind != "name":
                return None
            inner = self.advance()
            base: Expression = Name(inner.text, inner.span)
        elif token.kind == "name" and token.text.startswith("d") and token.text not in KEYWORDS:
            following = self.tokens[self.position + 1]
            if token.text in ("d", "d2") and following.text == "(":
                if not numerator and token.text == "d2":
                    return None
                self.advance()
                return self._parenthesised(2 if token.text == "d2" else 1)
            rest = token.text[1:]
            second = re.fullmatch(r"2([^\W\d]\w*)", rest)
            if numerator and second:
                order, rest = 2, second[1]
            if not rest or rest[0].isdigit() or (token.text in self.vocabulary.names and numerator):
                return None
            if not numerator and token.text in self.vocabulary.names and rest not in self.vocabulary.names:
                return None
            self.advance()
            shift = len(token.text) - len(rest)
            base = Name(rest, Span(min(token.span.start + shift, token.span.stop - 1), token.span.stop))
        else:
            return None
        while self.at("[") and not (self.token.spaced and self.mathematical):
            base = self.subscript(base)
        return base, order

    def _parenthesised(self, order: int) -> tuple[Expression, int]:
        opener = self.advance()
        inner = self.expression()
        stop = self.close(opener)
        return replace(inner, span=opener.span.to(stop)), order


def parse_expression(text: str, vocabulary: Vocabulary = NOTHING_DECLARED) -> Expression:
    """The syntax tree of one expression. Raises NotationError with a span inside the text."""
    parser = Parser(text, vocabulary)
    if parser.token.kind == "end":
        fail("DC109", "the formula is empty", Span(0, len(text)), "expected an expression")
    result = parser.expression()
    parser.end()
    return result


def parse_equation(text: str, vocabulary: Vocabulary = NOTHING_DECLARED) -> Equation:
    """The syntax tree of `side = side ...`. Raises NotationError with a span inside the text."""
    return Parser(text, vocabulary).equation()


def parse_continuation(text: str, vocabulary: Vocabulary = NOTHING_DECLARED) -> Equation:
    """A line `= side ...` that continues the one above: one relation more than the sides before it."""
    return Parser(text, vocabulary).equation(continued=True)


def parse_condition(text: str, vocabulary: Vocabulary = NOTHING_DECLARED) -> Condition:
    """A condition on index letters. Raises NotationError."""
    parser = Parser(text, vocabulary)
    result = parser.condition()
    parser.end()
    return result


def vocabulary(names: Iterable[str] = (), **more: Iterable[str]) -> Vocabulary:
    """A Vocabulary from any iterables."""
    return Vocabulary(frozenset(names), **{key: frozenset(v) for key, v in more.items()})
