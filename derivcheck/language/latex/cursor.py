"""A place in the tokens of a formula, what is declared around it, and what to say where it does not go on."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NoReturn, Protocol

from derivcheck.language.latex.products import Choices
from derivcheck.language.latex.relations import refuse_relation
from derivcheck.language.latex.shapes import Labels, Shapes
from derivcheck.language.latex.tokens import LatexToken
from derivcheck.language.latex.vocabulary import Names
from derivcheck.language.lowering.scope import Scope
from derivcheck.language.notation.relations import NAMES, TURNED, UNREAD_SIGNS
from derivcheck.language.notation.syntax import Condition, Expression, Span
from derivcheck.language.tex.errors import fail

MAXIMAL_DEPTH = 40
BETWEEN = UNREAD_SIGNS | (NAMES - TURNED.keys()) | frozenset("∈∉⊂→⇒⇔↦←⇐∴∵")
CLOSERS = {"(": ")", "[": "]", "\\{": "\\}", "{": "}", "⟨": "⟩"}


class SymbolTable(Protocol):
    """The symbols of a document, as a reader asks for them."""

    def phrase(self, reader: TokenReader, /) -> tuple[Expression, str] | None: ...

    def scripted(self, reader: TokenReader, base: LatexToken, scripts: Sequence[Any], span: Span, /) -> Any: ...

    def has_base(self, base: LatexToken, /) -> bool: ...


@dataclass
class Context:
    """What is declared, and what one reading of a formula has met so far."""

    scope: Scope
    text: str
    symbols: SymbolTable
    names: Names
    labels: Labels
    shapes: Shapes
    macros: Mapping[str, str]
    choices: Choices = field(default_factory=Choices)
    bound: list[str] = field(default_factory=list)
    calls: int = 0
    unsized: set[Span] = field(default_factory=set)
    upright: set[Span] = field(default_factory=set)  # the lists `[a, b]^T`, read as columns
    primed: set[Span] = field(default_factory=set)  # the `W'` that were read as transposes
    fonts: dict[str, LatexToken] = field(default_factory=dict)  # whole names, by what they were read as
    components: set[str] = field(default_factory=set)  # the i of a vector `(y_i - t_i)_i`


class TokenReader(ABC):
    """The tokens of one formula or of a part of it; every reader leaves the position after what it read.

    `letters` says that a bare letter may stand here as an index; `pattern` that a
    dimension may stand as the last index, inside a matrix with dots. Without `applies`
    a bracket behind a quantity is left where it is. `trying` says that the tokens are
    read again: what is asked then need not be asked now.
    """

    def __init__(self, tokens: Sequence[LatexToken], context: Context, depth: int = 0) -> None:
        stop = tokens[-1].span.stop if tokens else 0
        self.tokens = [*tokens, LatexToken("end", "", Span(stop, stop))]
        self.context = context
        self.position = 0
        self.depth = depth
        self.letters = False
        self.pattern = False
        self.applies = True
        self.trying = False
        self.bars: list[str] = []

    @abstractmethod
    def expression(self) -> Expression:
        """Read a sum."""

    @abstractmethod
    def term(self) -> Expression:
        """Read a product, up to the next `+`, `-`, relation or closing bracket."""

    @abstractmethod
    def factor(self) -> Expression:
        """Read one factor with its scripts."""

    @abstractmethod
    def product_sign(self) -> str | None:
        """Consume the sign before the next factor of a product: empty for juxtaposition, None where none follows."""

    @abstractmethod
    def braced(self) -> Expression:
        """Read an expression in the braces of an argument."""

    @abstractmethod
    def condition(self) -> Condition:
        """Read a condition on letters or values."""

    # --- tokens ---------------------------------------------------------------------------

    @property
    def token(self) -> LatexToken:
        return self.tokens[self.position]

    def ahead(self, count: int = 1) -> LatexToken:
        return self.tokens[min(self.position + count, len(self.tokens) - 1)]

    def at(self, *texts: str) -> bool:
        return self.token.kind == "sign" and self.token.text in texts

    def at_end(self) -> bool:
        return self.token.kind == "end"

    def at_number(self) -> bool:
        """Whether `\\quad (1)`, the number of the equation, stands here at the end."""
        tokens = self.tokens[self.position :]
        ends = len(tokens) == 4 and tokens[0].text == "(" and tokens[0].wide
        return ends and tokens[1].kind in ("number", "prose", "word")

    def advance(self) -> LatexToken:
        token = self.token
        self.position += token.kind != "end"
        return token

    def accept(self, *texts: str) -> LatexToken | None:
        return self.advance() if self.at(*texts) else None

    def close(self, opener: LatexToken) -> Span:
        """Consume the bracket that closes `opener`."""
        wanted = CLOSERS.get(opener.text, opener.text)
        token = self.accept(wanted)
        if token is not None:
            return token.span
        if self.at_end() or self.at(*CLOSERS.values()):
            fail("DC103", f"`{opener.text}` is not closed by `{wanted}`", opener.span, "opened here", f"add `{wanted}`")
        self.unexpected(f"`{wanted}`")

    def partner(self, position: int) -> int:
        """The position of the sign that closes the bracket at a position. Raises NotationError (DC103)."""
        opener = self.tokens[position]
        closers: list[str] = []
        for place in range(position, len(self.tokens)):
            token = self.tokens[place]
            if token.kind != "sign":
                continue
            if token.text in CLOSERS:
                closers.append(CLOSERS[token.text])
            elif token.text in CLOSERS.values():
                if closers.pop() != token.text:
                    fail(
                        "DC103",
                        f"`{opener.text}` is not closed by `{CLOSERS[opener.text]}`",
                        opener.span,
                        "opened here",
                        f"add `{CLOSERS[opener.text]}`",
                    )
                if not closers:
                    return place
        fail("DC103", f"`{opener.text}` is never closed", opener.span, "opened here", f"add `{CLOSERS[opener.text]}`")

    def part(self, start: int, stop: int) -> TokenReader:
        """A reader of the tokens from `start` to `stop`, in the same surroundings."""
        made = type(self)(self.tokens[start:stop], self.context, self.depth + 1)
        made.letters, made.pattern, made.trying = self.letters, self.pattern, self.trying
        if start == stop:
            here = self.tokens[min(start, len(self.tokens) - 1)].span
            made.tokens[-1] = LatexToken("end", "", here)
        return made

    @contextmanager
    def enclosed(self) -> Iterator[None]:
        """Inside a bracket nothing of what is open outside matters."""
        bars, applies = self.bars, self.applies
        self.bars, self.applies = [], True
        try:
            yield
        finally:
            self.bars, self.applies = bars, applies

    def whole(self) -> Expression:
        """Read an expression that ends where the tokens end."""
        found = self.expression()
        if not self.at_end():
            self.unexpected("an operator or the end")
        return found

    # --- depth and messages -----------------------------------------------------------------

    def descend(self) -> None:
        """One bracket or operand deeper. Raises NotationError (DC111)."""
        self.depth += 1
        if self.depth > MAXIMAL_DEPTH:
            fail(
                "DC111",
                "the formula is nested too deeply",
                self.token.span,
                f"more than {MAXIMAL_DEPTH} levels",
                "split it with `let:` names",
            )

    def ascend(self) -> None:
        self.depth -= 1

    def here(self) -> Span:
        span = self.token.span
        if self.at_end() and self.position:
            span = self.tokens[self.position - 1].span
        return span

    def source(self, span: Span) -> str:
        """What stands in the text at a span, on one line."""
        return " ".join(self.context.text[span.start : span.stop].split())

    def unexpected(self, expected: str) -> NoReturn:
        """Say what stands here instead of what was expected."""
        token = self.token
        if self.at_end():
            fail("DC104", "the formula ends too early", self.here(), f"expected {expected} after this")
        shown = self.source(token.span) or token.text
        if token.kind == "prose":
            fail("DC175", f"words stand inside the formula: `{token.text}`", token.span, f"expected {expected}")
        if token.kind == "sign" and token.text in BETWEEN:
            refuse_relation(token, shown)
        fail("DC107", f"unexpected `{shown}`", token.span, f"expected {expected}")
