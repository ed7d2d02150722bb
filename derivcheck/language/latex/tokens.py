"""Text to raw tokens: macros, letters, numbers, signs, braces, with their places."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, NoReturn

from derivcheck.language.latex.bodies import PARAMETER, Body
from derivcheck.language.notation.syntax import Span
from derivcheck.language.notation.tokens import MAXIMAL_DIGITS, MAXIMAL_LENGTH
from derivcheck.language.tex.commands import CHARACTERS, COMMANDS, Kind, is_kind
from derivcheck.language.tex.errors import fail
from derivcheck.spec.spelling import GREEK

MAXIMAL_TOKENS = 6_000
MAXIMAL_EXPANSIONS = 500

TokenRole = Literal[
    "letter", "word", "function", "number", "macro", "sign", "begin", "finish", "keyword", "prose", "space", "end"
]


@dataclass(frozen=True, slots=True)
class LatexToken:
    """`text` is normalised: Greek spelled out, signs by one name each.

    `accent` is what stands above a letter or below; `font` is `roman` for text and upright
    letters, `bold` for other fonts, of which `style` says more; `spaced` says that space
    stood before the token, `wide` a `\\quad`.
    """

    kind: TokenRole
    text: str
    span: Span
    spaced: bool = False
    font: str = ""
    accent: str = ""
    wide: bool = False
    style: str = ""

    @property
    def face(self) -> str:
        """The font by which two letters may be two things."""
        return self.style or ("roman" if self.kind == "letter" and self.font == "roman" else "")

    @property
    def spelling(self) -> str:
        """What symbols are compared by: fonts vanish, except on digits (a bold 1 is a vector of ones)."""
        bold = self.font if self.kind == "number" else ""
        return f"{self.text}^{self.accent}" if self.accent else f"{bold}{self.text}"


_RAW = re.compile(
    r"(?P<space>\s+|~|%[^\n]*)"
    r"|(?P<macro>\\(?:[A-Za-z]+|.|\n))"
    r"|(?P<dots>\.\s*\.\s*\.)"
    r"|(?P<number>[0-9]+(?:\.[0-9]+)?|\.[0-9]+)"
    r"|(?P<letter>[^\W\d_])"
    r"|(?P<other>.)",
    re.DOTALL,
)


def raw_tokens(text: str, known: Mapping[str, str] | None = None) -> list[LatexToken]:
    """The tokens of a LaTeX text, its own macros expanded. Raises NotationError (DC100, DC101, DC102, DC170)."""
    if len(text) > MAXIMAL_LENGTH:
        fail("DC102", "the formula is too long", Span(0, len(text)), f"{len(text)} characters")
    tokens = _scanned(text)
    return _expanded(tokens, known) if known else tokens


def _scanned(text: str, offset: int = 0) -> list[LatexToken]:
    tokens: list[LatexToken] = []
    spaced = False
    for match in _RAW.finditer(text):
        span, word = Span(match.start() + offset, match.end() + offset), match.group()
        if match.lastgroup == "space":
            spaced = True
            continue
        match match.lastgroup:
            case "macro":
                tokens.append(LatexToken("macro", word[1:], span, spaced))
            case "number":
                if len(word) > MAXIMAL_DIGITS:
                    fail("DC101", "the number is too long", span, f"more than {MAXIMAL_DIGITS} digits")
                tokens.append(LatexToken("number", word, span, spaced))
            case "dots":
                tokens.append(LatexToken("sign", "…", span, spaced))
            case _:
                tokens.append(_character(word, span, spaced))
        spaced = False
        if len(tokens) > MAXIMAL_TOKENS:
            fail("DC102", "the formula is too long", span)
    return tokens


def _character(word: str, span: Span, spaced: bool) -> LatexToken:
    if word in "{}$":
        return LatexToken("sign", word, span, spaced)
    if word in CHARACTERS:
        return LatexToken("sign", CHARACTERS[word], span, spaced)
    if word.isascii() and word.isalpha():
        return LatexToken("letter", word, span, spaced)
    if word in GREEK:
        return LatexToken("letter", GREEK[word], span, spaced)
    shown = word if word.isprintable() else repr(word)
    fail("DC100", f"unexpected character `{shown}`", span, "not part of the notation")


# --- the document's own macros ----------------------------------------------------------------


def _expanded(tokens: Sequence[LatexToken], known: Mapping[str, str]) -> list[LatexToken]:
    """The tokens with declared macros replaced; what comes out of one has the place of its call."""
    bodies = {name.strip().lstrip("\\"): body if isinstance(body, Body) else Body(body) for name, body in known.items()}
    done: list[LatexToken] = []
    waiting = list(reversed(tokens))
    count = 0
    while waiting:
        token = waiting.pop()
        if token.kind != "macro" or token.text not in bodies:
            done.append(token)
            continue
        count += 1
        if count > MAXIMAL_EXPANSIONS or len(waiting) > MAXIMAL_TOKENS:
            fail("DC170", f"the macro `\\{token.text}` expands without end", token.span, "declared by its own name?")
        body = bodies[token.text]
        arguments: list[list[LatexToken]] = []
        if body.default is not None and body.arity:
            arguments.append(_take_optional(waiting, token, body.default))
        arguments += [_take_argument(waiting, token) for _ in range(body.arity - len(arguments))]
        span = token.span
        for argument in arguments:
            span = span.to(argument[-1].span) if argument else span
        made: list[LatexToken] = []
        for place, part in enumerate(PARAMETER.split(body)):
            if place % 2 == 0:
                made += [replace(piece, span=token.span) for piece in _scanned(part)]
            elif int(part) <= body.arity:
                made += arguments[int(part) - 1]
            else:
                fail("DC170", f"the macro `\\{token.text}` speaks of `#{part}`, which it does not take", token.span)
        waiting += reversed(made)
    return done


def _take_argument(waiting: list[LatexToken], macro: LatexToken) -> list[LatexToken]:
    """The next token or group, taken off the stack."""
    if not waiting:
        fail("DC104", f"`\\{macro.text}` needs an argument", macro.span, "the formula ends here")
    first = waiting.pop()
    if first.kind == "number" and first.text.isdigit() and len(first.text) > 1:
        # `\pd12` takes a digit at a time, as TeX does.
        middle = min(first.span.start + 1, first.span.stop)
        waiting.append(LatexToken("number", first.text[1:], Span(middle, first.span.stop)))
        return [replace(first, text=first.text[0], span=Span(first.span.start, middle))]
    if first.text != "{" or first.kind != "sign":
        return [first]
    taken: list[LatexToken] = []
    depth = 1
    while waiting:
        token = waiting.pop()
        if token.kind == "sign" and token.text in "{}":
            depth += 1 if token.text == "{" else -1
            if not depth:
                return taken
        taken.append(token)
    fail("DC103", "`{` is never closed", first.span, "opened here", "add `}`")


def _take_optional(waiting: list[LatexToken], macro: LatexToken, default: str) -> list[LatexToken]:
    """What stands in the brackets behind a macro, or what is meant without them."""
    if not waiting or waiting[-1].kind != "sign" or waiting[-1].text != "[":
        return [replace(piece, span=macro.span) for piece in _scanned(default)]
    opener = waiting.pop()
    taken: list[LatexToken] = []
    depth = 0
    while waiting:
        token = waiting.pop()
        if token.kind == "sign" and token.text == "]" and not depth:
            return taken
        if token.kind == "sign":
            depth += (token.text == "{") - (token.text == "}")
        taken.append(token)
    fail("DC103", "`[` is never closed", opener.span, "opened here", "add `]`")


def refuse_macro(token: LatexToken, known: Mapping[str, str]) -> NoReturn:
    """Raise NotationError (DC170) for a macro that means nothing here."""
    name = token.text
    command = COMMANDS.get(name)
    if command is not None and command.kind is Kind.UNREAD:
        fail("DC170", f"`\\{name}` is not read", token.span, "not part of the notation", command.meaning)
    words = [*(n for n in COMMANDS if not is_kind(n, Kind.UNREAD)), *(n.lstrip("\\") for n in known)]
    close = difflib.get_close_matches(name, words, 1, 0.6)
    fail(
        "DC170",
        f"unknown macro `\\{name}`",
        token.span,
        "not part of the notation",
        f"\\{close[0]}" if close else f"declare it: macros: {{'\\{name}': ...}}",
    )
