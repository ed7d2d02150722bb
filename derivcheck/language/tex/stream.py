"""The lexemes of a formula, taken one after the other, and the arguments that are not read as formulas."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NoReturn

from derivcheck.language.notation.syntax import Span
from derivcheck.language.tex.commands import CommandKind, is_kind
from derivcheck.language.tex.errors import fail
from derivcheck.language.tex.lexer import Lexeme

UNITS = {"em": 10, "ex": 4.3, "mu": 10 / 18, "cm": 28.5, "mm": 2.85, "in": 72.3, "pt": 1, "pc": 12, "bp": 1}  # in pt
WIDE_POINTS = 5  # as wide as two `\;`
LONGEST_LENGTH = 32
_SIZE = rf"([-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+))({'|'.join(UNITS)})"
LENGTH = re.compile(rf"{_SIZE}(?:plus{_SIZE})?(?:minus{_SIZE})?")


class LexemeStream:
    """A formula as its lexemes; `_last` is the place of the one that was read last."""

    def __init__(self, given: Sequence[Lexeme]) -> None:
        self._given = list(given)
        self._at = 0
        self._last = Span(0, 0)

    def _next(self) -> Lexeme:
        lexeme = self._given[self._at]
        self._at += 1
        self._last = lexeme.span
        return lexeme

    @property
    def _ended(self) -> bool:
        return self._at >= len(self._given)

    @property
    def _ahead(self) -> Lexeme | None:
        """The lexeme that follows."""
        return None if self._ended else self._given[self._at]

    def _sees(self, *signs: str) -> bool:
        return self._ahead is not None and self._ahead.is_sign(*signs)

    def _sees_command(self, *names: str) -> bool:
        return self._ahead is not None and self._ahead.is_command(*names)

    def _braced(self) -> list[Lexeme]:
        """The lexemes up to the brace that closes the one just read."""
        opener = self._last
        taken: list[Lexeme] = []
        depth = 1
        while not self._ended:
            lexeme = self._next()
            depth += lexeme.is_sign("{") - lexeme.is_sign("}")
            if not depth:
                return taken
            taken.append(lexeme)
        unclosed("{", "}", opener)

    def _length(self, owner: Lexeme) -> bool:
        """Whether the length behind `\\hskip` is that of a wide space: `1cm`, `18mu plus 2mu`. Raises NotationError."""
        pieces = [lexeme.text for lexeme in self._given[self._at : self._at + LONGEST_LENGTH]]
        found = LENGTH.match("".join(pieces))
        if found is None:
            fail("DC104", f"`\\{owner.text}` needs a length", owner.span, "how wide?", f"\\{owner.text} 1em")
        read = 0
        while read < found.end():
            read += len(self._next().text)
        return float(found[1]) * UNITS[found[2]] >= WIDE_POINTS

    def _raw(self, owner: Lexeme) -> list[Lexeme]:
        """The lexemes of an argument that is not read as a formula."""
        while is_kind(self._looks(), CommandKind.SPACE, CommandKind.SIZE):
            self._next()
        if self._ended or self._sees("}", "&"):
            fail("DC104", f"`{shown(owner)}` needs an argument", owner.span, "the formula ends here")
        first = self._next()
        return self._braced() if first.is_sign("{") else [first]

    def _looks(self) -> str:
        """The name of the command that follows, or nothing."""
        return self._ahead.text if self._ahead is not None and self._ahead.kind == "command" else ""

    def _optional(self) -> list[Lexeme] | None:
        """What stands in the brackets of an optional argument."""
        if not self._sees("["):
            return None
        opener = self._next()
        taken: list[Lexeme] = []
        while not self._ended:
            lexeme = self._next()
            if lexeme.is_sign("]"):
                return taken
            taken.append(lexeme)
        unclosed("[", "]", opener.span)


def unclosed(opener: str, closer: str, span: Span) -> NoReturn:
    """Raise NotationError (DC103) for a bracket without its partner."""
    fail("DC103", f"`{opener}` is never closed", span, "opened here", f"add `{closer}`")


def shown(lexeme: Lexeme) -> str:
    """A lexeme as it is written."""
    return f"\\{lexeme.text}" if lexeme.kind == "command" else lexeme.text


def rendered(given: Sequence[Lexeme]) -> str:
    """Lexemes as the text a reader sees."""
    text = ""
    for lexeme in given:
        if lexeme.spaced:
            text += " "
        if lexeme.kind != "command":
            text += "" if lexeme.text in "{}" else lexeme.text
        elif is_kind(lexeme.text, CommandKind.SPACE):
            text += " "
        else:
            text += lexeme.text if lexeme.text in ("_", "&", "%", "#") else f"\\{lexeme.text}"
    return text


def is_plain(given: Sequence[Lexeme]) -> bool:
    """Whether an argument of `\\mathrm` is words only, not a formula in another font."""
    for lexeme in given:
        if lexeme.kind == "command" and not is_kind(lexeme.text, CommandKind.SPACE) and lexeme.text != "_":
            return False
        if lexeme.kind == "sign" and lexeme.text in "^_+/()":
            return False
    return True
