"""A place in a row of a formula, what is declared around it, and what to say where it does not go on."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn, Protocol, Self

from derivcheck.diagnostics.diagnostic import NotationError
from derivcheck.language.latex.elements import Element, Elements, is_closed
from derivcheck.language.latex.forks import Choices
from derivcheck.language.latex.labels import Labels
from derivcheck.language.latex.vocabulary import Names
from derivcheck.language.lowering.scope import Scope
from derivcheck.language.lowering.types import Types
from derivcheck.language.notation.relations import NAMES, TURNED, UNREAD_RELATIONS, UNREAD_SIGNS
from derivcheck.language.notation.syntax import Condition, Expression, Span
from derivcheck.language.tex.errors import fail
from derivcheck.language.tex.rows import PAIRS

MAXIMAL_DEPTH = 40
LABELS = frozenset({"number", "prose", "word"})  # what the number of an equation is
BETWEEN = UNREAD_SIGNS | (NAMES - TURNED.keys()) | frozenset("∈∉⊂→⇒⇔↦←⇐∴∵")


class SymbolTable(Protocol):
    """The symbols of a document, as a reader asks for them."""

    def phrase(self, reader: RowCursor, /) -> tuple[Expression, str] | None: ...

    def scripted(self, reader: RowCursor, base: Element, scripts: Sequence[Any], span: Span, /) -> Any: ...

    def has_base(self, base: Element, /) -> bool: ...


@dataclass
class Context:
    """What is declared, and what one reading of a formula has met so far."""

    scope: Scope
    text: str
    symbols: SymbolTable
    names: Names
    labels: Labels
    types: Types
    choices: Choices = field(default_factory=Choices)
    bound: list[str] = field(default_factory=list)
    calls: int = 0
    unsized: set[Span] = field(default_factory=set)  # the ones without a size, `\mathbf{1}` and `I`
    identities: set[Span] = field(default_factory=set)  # those of them that are matrices
    barred: set[Span] = field(default_factory=set)  # the factors with a bar behind them, `x |_{a = 0}`
    primed: set[Span] = field(default_factory=set)  # the `W'` that were read as transposes
    turns: bool = False  # whether a `^T` can only be a transpose
    indexing: frozenset[str] = frozenset()  # the letters that stand where indices do
    numbered: dict[str, NotationError] = field(default_factory=dict)  # what to say of one that indexes nothing
    fonts: dict[str, Element] = field(default_factory=dict)  # whole names, by what they were read as
    components: set[str] = field(default_factory=set)  # the i of a vector `(y_i - t_i)_i`


class RowCursor(ABC):
    """A place in one row of a formula; every reader leaves the position after what it read.

    `letters` says that a bare letter may stand here as an index; `pattern` that a
    dimension may stand as the last index, inside a matrix with dots. Without `applies`
    a bracket behind a quantity is left where it is. `trying` says that the row is
    read again: what is asked then need not be asked now, `listed` that the row may be one of indices, `[i, j]`.
    """

    def __init__(self, row: Elements, context: Context, here: Span, depth: int = 0) -> None:
        """`here` is where the row stands, should it be empty."""
        span = Span(row[-1].span.stop, row[-1].span.stop) if row else here
        self.row = (*row, Element("end", "", span))
        self.context = context
        self.position = 0
        self.depth = depth
        self.letters = False
        self.pattern = False
        self.applies = True
        self.trying = False
        self.listed = False
        self.bars: list[str] = []

    @abstractmethod
    def expression(self) -> Expression:
        """Read a sum."""

    @abstractmethod
    def term(self) -> Expression:
        """Read a product, up to the next `+`, `-`, relation or the end."""

    @abstractmethod
    def factor(self) -> Expression:
        """Read one factor with its scripts."""

    @abstractmethod
    def product_sign(self) -> str | None:
        """Consume the sign before the next factor of a product: empty for juxtaposition, None where none follows."""

    @abstractmethod
    def condition(self) -> Condition:
        """Read a condition on letters or values."""

    # --- elements ---------------------------------------------------------------------------

    @property
    def element(self) -> Element:
        return self.row[self.position]

    @property
    def before(self) -> Element:
        """The element read last."""
        return self.row[self.position - 1]

    @property
    def rest(self) -> Elements:
        """The elements from here on."""
        return self.row[self.position : -1]

    def ahead(self, count: int = 1) -> Element:
        return self.row[min(self.position + count, len(self.row) - 1)]

    def at(self, *texts: str) -> bool:
        return self.element.is_sign(*texts)

    def at_group(self, *openers: str) -> bool:
        return self.element.is_group(*openers)

    def at_script(self, *signs: str) -> bool:
        return self.element.kind == "script" and self.element.text in (signs or "^_")

    def at_end(self) -> bool:
        return self.element.kind == "end"

    def at_number(self) -> bool:
        """Whether `\\quad (1)`, the number of the equation, stands here: at the end, or before the next step."""
        here, behind = self.element, self.ahead()
        if not here.is_group("(") or not here.wide or [one.kind in LABELS for one in here.inside] != [True]:
            return False
        return behind.kind in ("end", "prose") or behind.is_sign(",", *NAMES)

    def at_remark(self) -> bool:
        """Whether a word that names nothing stands here, set apart, and nothing behind it: a remark."""
        here, behind, names = self.element, self.ahead(), self.context.names
        if here.kind != "word" or not here.wide or not (behind.kind in ("end", "prose") or behind.is_sign(*NAMES)):
            return False
        return not names.begins(here) and names.function(here) is None and not self.context.symbols.has_base(here)

    def advance(self) -> Element:
        element = self.element
        self.position += element.kind != "end"
        return element

    def accept(self, *texts: str) -> Element | None:
        return self.advance() if self.at(*texts) else None

    def part(self, row: Elements, here: Span) -> Self:
        """A reader of a row inside of this one, in the same surroundings."""
        made = type(self)(row, self.context, here, self.depth + 1)
        made.letters, made.pattern, made.trying = self.letters, self.pattern, self.trying
        return made

    def enter(self) -> Self:
        """Take the group here: a reader of what stands in it. Raises NotationError (DC103)."""
        group = self.advance()
        if not is_closed(group):
            refuse_bracket(group)
        return self.part(group.inside, group.span)

    def leave(self, group: Element) -> None:
        """Raise NotationError where more stands in a group than was read."""
        if not self.at_end():
            self.unexpected(f"`{group.closer}`")

    def whole(self) -> Expression:
        """Read an expression that ends where the row ends."""
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
                self.element.span,
                f"more than {MAXIMAL_DEPTH} levels",
                "split it with `let:` names",
            )

    def ascend(self) -> None:
        self.depth -= 1

    def here(self) -> Span:
        return self.before.span if self.at_end() and self.position else self.element.span

    def source(self, span: Span) -> str:
        """What stands in the text at a span, on one line."""
        return " ".join(self.context.text[span.start : span.stop].split())

    def refuse_both(
        self, span: Span, label: str, help_: str, first: str, second: str, *, code: str = "DC171", message: str = ""
    ) -> NoReturn:
        """Raise NotationError for what has two readings, and tell both."""
        both = (("one reading", first), ("another reading", second))
        fail(code, message or f"`{self.source(span)}` has two readings", span, label, help_, both)

    def unexpected(self, expected: str) -> NoReturn:
        """Say what stands here instead of what was expected."""
        element = self.element
        if self.at_end():
            fail("DC104", "the formula ends too early", self.here(), f"expected {expected} after this")
        if element.is_sign(*PAIRS):
            refuse_bracket(element)
        shown = element.text if element.kind == "script" else self.source(element.span) or element.text
        if element.kind == "prose":
            fail("DC175", f"words stand inside the formula: `{element.text}`", element.span, f"expected {expected}")
        if element.is_sign(*BETWEEN):
            refuse_relation(element, shown)
        fail("DC107", f"unexpected `{shown}`", element.span, f"expected {expected}")


def refuse_bracket(opener: Element) -> NoReturn:
    """Raise NotationError (DC103) for a bracket that is not closed by its own."""
    wanted = PAIRS.get(opener.text, opener.text)
    how = f"is not closed by `{wanted}`" if opener.kind == "group" else "is never closed"
    span = Span(opener.span.start, opener.span.start + 1) if opener.kind == "group" else opener.span
    fail("DC103", f"`{opener.text}` {how}", span, "opened here", f"add `{wanted}`")


def refuse_relation(token: Element, shown: str) -> NoReturn:
    """Raise NotationError (DC174) for a sign that makes no equation."""
    reasons = {
        **{unread.sign: (unread.reason, unread.instead) for unread in UNREAD_RELATIONS},
        "⇒": (f"`{shown}` makes no equation", "a formula for each equation"),
        "⇔": (f"`{shown}` makes no equation", "a formula for each equation"),
        "∈": ("membership is judged of real vectors and matrices alone", ""),
        "∉": ("membership is not judged", ""),
    }
    message, help_ = reasons.get(token.text, (f"`{shown}` makes no equation", "="))
    fail("DC174", message, token.span, "not an equation", help_)
