"""`-k EXPR`: which claims and gradients are judged, by `and`, `or` and `not` over parts of their names."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NoReturn

from derivcheck.diagnostics.diagnostic import DerivcheckError, Diagnostic, Where

TOKEN = re.compile(r"\s*(?:([()])|'([^']*)'|\"([^\"]*)\"|([^\s()'\"]+))")
WORDS = ("and", "or", "not")
DEEPEST = 50

Matcher = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Selection:
    """What is to be judged; the default is everything.

    A word matches where it is part of a name, whatever its case: of the id of a claim, of
    `dL/dW1`, or of the file's path. Words with blanks or brackets in them are quoted.
    """

    text: str = ""

    def __post_init__(self) -> None:
        """Raises DerivcheckError (DC640) for a text that is no expression."""
        if self.text:
            _Parser(self.text).matcher()

    def matches(self, *names: str) -> bool:
        """Whether something of these names is selected."""
        if not self.text:
            return True
        # A line feed is in no word, so that no word runs from one name into the next.
        return _Parser(self.text).matcher()("\n".join(names).casefold())


EVERYTHING = Selection()


def selection_of(text: str | None) -> Selection:
    """The selection of an option. Raises DerivcheckError (DC640) for a text that is no expression."""
    if text is not None and not text.strip():
        raise DerivcheckError(Diagnostic("DC640", "the expression of `-k` is empty", help="-k 'dL/dW1 or EqA2'"))
    return Selection(text or "")


class _Parser:
    """`or` of `and`s of `not`s of words and brackets."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens: list[tuple[str, bool, int]] = []  # text, whether it is a word, where it starts
        position = 0
        while text[position:].strip():
            match = TOKEN.match(text, position)
            if match is None:
                self._fail("a quote is not closed", position + len(text[position:]) - len(text[position:].lstrip()))
            bracket, single, double, bare = match.groups()
            start = match.end() - len(match.group().lstrip())
            if bracket or bare in WORDS:
                self.tokens.append((bracket or bare, False, start))
            else:
                self.tokens.append((bare or single or double or "", True, start))
            position = match.end()
        self.next = 0
        self.depth = 0

    def matcher(self) -> Matcher:
        found = self._either()
        if self.next < len(self.tokens):
            word, _, start = self.tokens[self.next]
            self._fail(f"`and` or `or` is missing before `{word}`", start, len(word))
        return found

    def _either(self) -> Matcher:
        parts = [self._both()]
        while self._took("or"):
            parts.append(self._both())
        return parts[0] if len(parts) == 1 else lambda names: any(part(names) for part in parts)

    def _both(self) -> Matcher:
        parts = [self._one()]
        while self._took("and"):
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else lambda names: all(part(names) for part in parts)

    def _one(self) -> Matcher:
        self.depth += 1
        if self.depth > DEEPEST:
            self._fail("the expression is nested too deeply", 0)
        try:
            if self._took("not"):
                operand = self._one()
                return lambda names: not operand(names)
            if self._took("("):
                inner = self._either()
                if not self._took(")"):
                    self._fail("`)` is missing", len(self.text))
                return inner
        finally:
            self.depth -= 1
        if self.next == len(self.tokens) or not self.tokens[self.next][1]:
            found, _, start = self.tokens[self.next] if self.next < len(self.tokens) else ("", False, len(self.text))
            self._fail("a part of a name is missing" + (f" before `{found}`" if found else ""), start, len(found))
        word = self.tokens[self.next][0].casefold()
        self.next += 1
        return lambda names: word in names

    def _took(self, word: str) -> bool:
        if self.next < len(self.tokens) and self.tokens[self.next][:2] == (word, False):
            self.next += 1
            return True
        return False

    def _fail(self, message: str, start: int, length: int = 1) -> NoReturn:
        where = Where("-k", 1, start + 1, max(1, length), self.text)
        raise DerivcheckError(Diagnostic("DC640", message, where, help="-k 'mlp and not (dL/db1 or misprint)'"))


def names_of_gradient(of: str, wrt: str) -> tuple[str, str]:
    """The two spellings of a gradient that a selection may name."""
    return f"d{of}/d{wrt}", f"∂{of}/∂{wrt}"


def nothing_selected(selection: Selection, known: Iterable[str]) -> DerivcheckError:
    """What is to be said where nothing matches: never success."""
    names = list(dict.fromkeys(known))
    shown = ", ".join(names[:12]) + (", ..." if len(names) > 12 else "")
    return DerivcheckError(
        Diagnostic("DC641", f"`-k {selection.text}` selects nothing", notes=(("known", shown),) if shown else ())
    )
