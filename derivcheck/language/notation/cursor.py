"""A place in the tokens of a formula: what stands there, what may follow, what to say where it does not."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import NoReturn

from derivcheck.language.notation.relations import RELATIONS, spellings
from derivcheck.language.notation.syntax import Expression, Span
from derivcheck.language.notation.tokens import CLOSERS, Token, bracket_pairs, fail
from derivcheck.language.notation.vocabulary import Vocabulary

MAXIMAL_DEPTH = 60
KEYWORDS = frozenset({"if", "else", "where", "and", "or"})
RELATION_SIGNS = frozenset({"==", *(text for one in RELATIONS if one.turned for text in spellings(one))})
INFIX_SIGNS = frozenset({"+", "-", "*", "⊙", "/", "@", "^", "**", "//", "%"})
PRODUCT_HELP = "write `@` to contract, `*` to multiply entrywise"


class Cursor(ABC):
    """The tokens of one formula and a position in them; every reader leaves the position after what it read.

    Raises NotationError (DC103) where the brackets of the formula do not match.
    """

    def __init__(self, text: str, tokens: Sequence[Token], vocabulary: Vocabulary, juxtaposition: bool) -> None:
        self.text = text
        self.vocabulary = vocabulary
        self.tokens = tokens
        self.pairs = bracket_pairs(tokens)
        self.juxtaposition = juxtaposition
        self.position = 0
        self.depth = 0

    @abstractmethod
    def expression(self, minimum: int = 0) -> Expression:
        """Read an expression whose operators bind at least as tightly as `minimum`."""

    @abstractmethod
    def subscripts(self, base: Expression) -> Expression:
        """Read the brackets and subscript letters that follow `base`."""

    # --- tokens ---------------------------------------------------------------------------

    @property
    def token(self) -> Token:
        return self.tokens[self.position]

    def ahead(self, position: int) -> Token:
        return self.tokens[min(position, len(self.tokens) - 1)]

    def at(self, *texts: str) -> bool:
        return self.token.kind == "operator" and self.token.text in texts

    def sign_at(self, position: int, text: str) -> bool:
        token = self.ahead(position)
        return token.kind == "operator" and token.text == text

    def at_word(self, word: str) -> bool:
        return self.token.kind == "name" and self.token.text == word

    def at_name(self) -> bool:
        return self.token.kind == "name" and self.token.text not in KEYWORDS

    def at_relation(self) -> bool:
        return self.token.kind == "operator" and self.token.text in RELATION_SIGNS

    @property
    def enclosed(self) -> bool:
        """Whether a bracket is open here."""
        return any(opener < self.position <= closer for opener, closer in self.pairs.items())

    def advance(self) -> Token:
        token = self.token
        self.position += token.kind != "end"
        return token

    def accept(self, *texts: str) -> Token | None:
        return self.advance() if self.at(*texts) else None

    def close(self, opener: Token) -> Span:
        """Consume the bracket that closes `opener`."""
        token = self.accept(CLOSERS[opener.text])
        return token.span if token is not None else self.unexpected(f"`{CLOSERS[opener.text]}`", after_operand=True)

    def opens_subscript(self) -> bool:
        """`a[i]`; with a space before it, in a text of juxtapositions, a bracket is a matrix of its own."""
        return self.at("[") and not (self.token.spaced and self.juxtaposition)

    def source(self, span: Span) -> str:
        return self.text[span.start : span.stop]

    # --- depth ----------------------------------------------------------------------------

    def descend(self) -> None:
        """One bracket or operand deeper. Raises NotationError (DC111) beyond MAXIMAL_DEPTH."""
        self.depth += 1
        if self.depth > MAXIMAL_DEPTH:
            fail(
                "DC111",
                "the formula is nested too deeply",
                self.here(),
                f"more than {MAXIMAL_DEPTH} levels",
                "split it with `let:` names",
            )

    def ascend(self) -> None:
        self.depth -= 1

    # --- messages -------------------------------------------------------------------------

    def here(self) -> Span:
        token = self.token
        return token.span if token.kind != "end" else Span(max(0, len(self.text) - 1), len(self.text))

    def unexpected(self, expected: str, after_operand: bool = False) -> NoReturn:
        """Say what stands here instead of what was expected."""
        token = self.token
        if token.kind == "end":
            fail("DC104", "the formula ends too early", self.here(), f"expected {expected} after this")
        if token.text == "==" and token.kind == "operator":
            fail("DC105", "`==` compares index letters; two sides are joined by `=`", token.span, "", "=")
        if token.kind == "operator" and token.text in ("·", "×", "⊗"):
            readings = "`outer(a, b)` or `kron(A, B)`" if token.text == "⊗" else "`@` or `*`"
            advice = f"write {readings}" if token.text == "⊗" else PRODUCT_HELP
            fail("DC106", f"`{token.text}` can mean {readings}", token.span, "which product?", advice)
        if after_operand and ((token.kind in ("name", "number") and token.text not in KEYWORDS) or self.at("(")):
            fail("DC110", "two expressions stand side by side", token.span, "an operator is missing", PRODUCT_HELP)
        before = self.tokens[self.position - 1] if self.position else token
        shown = self.source(token.span)
        if not after_operand and {before.text, token.text} <= INFIX_SIGNS and self.position:
            fail(
                "DC107",
                f"two operators in a row: `{self.source(before.span)}` and `{shown}`",
                token.span,
                f"expected {expected}",
            )
        advice = ""
        if self.at("{"):
            advice = "entries are written `a[i,j]`, powers `x^2`, transposes `W.T`"
        fail("DC107", f"unexpected `{shown}`", token.span, f"expected {expected}", advice)
