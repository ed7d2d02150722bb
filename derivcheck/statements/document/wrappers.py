"""Macros and environments of the author's own that open mathematics: `\\be .. \\ee`, `\\begin{myeq}`, `\\eqn{..}`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from derivcheck.language.tex.commands import ENVIRONMENTS, RowLayout, layout_of
from derivcheck.statements.document.definitions import Definitions
from derivcheck.statements.document.sheets import Span, closing

_NAMES = "|".join(
    sorted((re.escape(name) for name in ENVIRONMENTS if layout_of(name) is RowLayout.LINES), key=len, reverse=True)
)
_OPENING = rf"\\begin\s*\{{(?:{_NAMES})\}}|\\\[|\\\(|\$\$?"
_CLOSING = rf"\\end\s*\{{(?:{_NAMES})\}}|\\\]|\\\)|\$\$?"
_NAMED = r"\\label\{#\d\}|\\nonumber|\\notag|\\displaystyle|\s"
OPENS = re.compile(rf"(?:{_NAMED})*(?:{_OPENING})(?:{_OPENING}|{_NAMED})*")
CLOSES = re.compile(rf"(?:{_CLOSING}|{_NAMED})*(?:{_CLOSING})(?:{_NAMED})*")
WRAPS = re.compile(
    rf"(?:{_NAMED})*(?:{_OPENING})(?:{_OPENING}|{_NAMED})*#(?P<place>\d)(?:{_NAMED})*(?:{_CLOSING}|{_NAMED})*"
)
IN_LINE = re.compile(r"(?<!\$)\$(?!\$)|\\\(")
MATHEMATICS = re.compile(_OPENING)
EMPHASIZED = re.compile(
    r"\\begin\s*\{empheq\}\s*(?:\[[^\]]*\])?\s*\{[^{}]*\}(.{0,20000}?)\\end\s*\{empheq\}", re.DOTALL
)
BOXED = re.compile(r"\\ensuremath\s*\{")


@dataclass(frozen=True, slots=True)
class Wrapped:
    """Mathematics that a macro or an environment of the author's own opens; `stray` says why it is not read."""

    whole: Span
    inside: Span
    stray: str = ""
    inline: bool = False


def wrapped(text: str, defined: Definitions) -> Iterator[Wrapped]:
    """All of them in a text without its comments and definitions."""
    for match in EMPHASIZED.finditer(text):
        yield Wrapped(match.span(), match.span(1))
    for environment in defined.environments:
        if not MATHEMATICS.search(environment.opening):
            continue
        name = re.escape(environment.name)
        plain = not environment.arity and OPENS.fullmatch(environment.opening) and CLOSES.fullmatch(environment.closing)
        for match in re.finditer(rf"\\begin\s*\{{{name}\}}(.{{0,20000}}?)\\end\s*\{{{name}\}}", text, re.DOTALL):
            stray = "" if plain else f"a formula in the environment `{environment.name}`, which says more than where"
            yield Wrapped(match.span(), match.span(1), stray)
    yield from _macros(text, defined)


def _macros(text: str, defined: Definitions) -> Iterator[Wrapped]:
    bodies = {one.name: one.body for one in defined.macros if one.body is not None}
    opening = {name for name, body in bodies.items() if OPENS.fullmatch(body)}
    closing_ = "|".join(re.escape(name) for name, body in bodies.items() if CLOSES.fullmatch(body))
    for name, body in bodies.items():
        if not MATHEMATICS.search(body) and not BOXED.match(body):
            continue
        call = re.compile(re.escape(name) + r"(?![A-Za-z@])")
        template = WRAPS.fullmatch(body)
        for match in call.finditer(text):
            if name in opening and closing_:
                end = re.compile(rf"(?:{closing_})(?![A-Za-z@])").search(text, match.end())
                if end is not None:
                    yield Wrapped((match.start(), end.end()), (match.end(), end.start()))
                continue
            arguments = _arguments(text, match.end(), body.arity)
            stop = arguments[-1][1] + 1 if arguments else match.end()
            if template and body.default is None and len(arguments) == body.arity >= int(template["place"]):
                inline = IN_LINE.search(body) is not None
                yield Wrapped((match.start(), stop), arguments[int(template["place"]) - 1], "", inline)
            elif "=" in body or "=" in text[match.end() : stop]:
                yield Wrapped((match.start(), stop), (match.start(), stop), f"a formula in the macro `{name}`")


def _arguments(text: str, position: int, count: int) -> list[Span]:
    """Where the arguments in braces stand behind a macro, without their braces."""
    found: list[Span] = []
    while len(found) < count:
        match = re.compile(r"\s*(?:\[[^\]]*\]\s*)?\{").match(text, position)
        stop = closing(text, match.end() - 1) if match else -1
        if match is None or stop < 0:
            break
        found.append((match.end(), stop))
        position = stop + 1
    return found
