"""The text of a formula to its lexemes: commands, letters, numbers, signs, with the author's own macros replaced."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from derivcheck.diagnostics.diagnostic import NotationError
from derivcheck.language.notation.syntax import Span
from derivcheck.language.notation.tokens import MAXIMAL_DIGITS, MAXIMAL_LENGTH
from derivcheck.language.tex.commands import CHARACTERS, COMMANDS
from derivcheck.language.tex.errors import error, fail
from derivcheck.language.tex.macros import PACKAGES, PARAMETER, Body
from derivcheck.spec.spelling import GREEK

MAXIMAL_LEXEMES = 6_000
MAXIMAL_EXPANSIONS = 500

_LEXEME = re.compile(
    r"(?P<space>\s+|~|%[^\n]*)"
    r"|(?P<command>\\(?:[A-Za-z]+|.|\n))"
    r"|(?P<dots>\.\s*\.\s*\.)"
    r"|(?P<arrow><?=>)"
    r"|(?P<number>[0-9]+(?:\.[0-9]+)?|\.[0-9]+)"
    r"|(?P<letter>[^\W\d_])"
    r"|(?P<other>.)",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Lexeme:
    """`text` is normalised: Greek spelled out, signs by one name each; `spaced` says that space stood before it, `wide`
    that it was several `~`.

    A `broken` one is the text that is no lexeme, with its `problem`.
    """

    kind: Literal["command", "letter", "number", "sign", "broken"]
    text: str
    span: Span
    spaced: bool = False
    wide: bool = False
    problem: NotationError | None = None

    def is_sign(self, *texts: str) -> bool:
        return self.kind == "sign" and self.text in texts

    def is_command(self, *texts: str) -> bool:
        return self.kind == "command" and self.text in texts


def lexemes(text: str, macros: Mapping[str, str] | None = None) -> list[Lexeme]:
    """The lexemes of a text, its own macros expanded. Raises NotationError (DC102 to DC104, DC170)."""
    if len(text) > MAXIMAL_LENGTH:
        fail("DC102", "the formula is too long", Span(0, len(text)), f"{len(text)} characters")
    return _expanded(_scanned(text), macros or {})


def _scanned(text: str) -> list[Lexeme]:
    found: list[Lexeme] = []
    spaced, ties = False, 0
    for match in _LEXEME.finditer(text):
        span, word = Span(match.start(), match.end()), match.group()
        match match.lastgroup:
            case "space":
                spaced, ties = True, ties + (word == "~")
                continue
            case "command":
                found.append(Lexeme("command", word[1:], span, spaced))
            case "number":
                found.append(_number(word, span, spaced))
            case "arrow":
                found.append(Lexeme("sign", "⇒" if word == "=>" else "⇔", span, spaced))
            case "dots":
                found.append(Lexeme("sign", "…", span, spaced))
            case _:
                found.append(_character(word, span, spaced))
        if ties > 1:
            found[-1] = replace(found[-1], wide=True)
        spaced, ties = False, 0
        if len(found) > MAXIMAL_LEXEMES:
            fail("DC102", "the formula is too long", span)
    return found


def _number(word: str, span: Span, spaced: bool) -> Lexeme:
    if len(word) <= MAXIMAL_DIGITS:
        return Lexeme("number", word, span, spaced)
    problem = error("DC101", "the number is too long", span, f"more than {MAXIMAL_DIGITS} digits")
    return Lexeme("broken", word, span, spaced, problem=problem)


def _character(word: str, span: Span, spaced: bool) -> Lexeme:
    if word in "{}$":
        return Lexeme("sign", word, span, spaced)
    if word in CHARACTERS:
        return Lexeme("sign", CHARACTERS[word], span, spaced)
    if word.isascii() and word.isalpha():
        return Lexeme("letter", word, span, spaced)
    if word in GREEK:
        return Lexeme("letter", GREEK[word], span, spaced)
    shown = word if word.isprintable() else repr(word)
    problem = error("DC100", f"unexpected character `{shown}`", span, "not part of the notation")
    return Lexeme("broken", word, span, spaced, problem=problem)


# --- the author's own macros ------------------------------------------------------------------


def _expanded(given: Sequence[Lexeme], macros: Mapping[str, str]) -> list[Lexeme]:
    """The lexemes with declared macros replaced; what comes out of one has the place of its call."""
    bodies = {
        name.strip().lstrip("\\"): body if isinstance(body, Body) else Body(body) for name, body in macros.items()
    }
    bodies = {**PACKAGES, **bodies}
    done: list[Lexeme] = []
    waiting = list(reversed(given))
    count = 0
    while waiting:
        lexeme = waiting.pop()
        if lexeme.kind != "command" or lexeme.text not in bodies:
            done.append(lexeme)
            continue
        count += 1
        if count > MAXIMAL_EXPANSIONS or len(waiting) > MAXIMAL_LEXEMES:
            fail("DC170", f"the macro `\\{lexeme.text}` expands without end", lexeme.span, "declared by its own name?")
        made = _called(bodies[lexeme.text], lexeme, waiting)
        if len(made) > 1 and _is_argument(done):
            # `\\frac1\\half`: the macro is the argument as it stands, not the first piece of what it becomes.
            opened, closed = (Lexeme("sign", sign, lexeme.span, lexeme.spaced) for sign in "{}")
            made = [opened, *made, closed]
        waiting += reversed(made)
    return done


def _is_argument(done: Sequence[Lexeme]) -> bool:
    """Whether what follows is the first or second argument of a command."""
    if not done:
        return False
    if _arity(done[-1]) >= 1:
        return True
    if done[-1].kind == "number" and len(digits_of(done[-1])) > 1:
        return False  # `\\frac12` has both of its arguments
    start = len(done) - 1
    if done[-1].is_sign("}"):
        depth = 0
        while start >= 0:
            depth += done[start].is_sign("}") - done[start].is_sign("{")
            if not depth:
                break
            start -= 1
    return start >= 1 and _arity(done[start - 1]) >= 2


def _arity(lexeme: Lexeme) -> int:
    return COMMANDS[lexeme.text].arity if lexeme.kind == "command" and lexeme.text in COMMANDS else 0


def _called(body: Body, macro: Lexeme, waiting: list[Lexeme]) -> list[Lexeme]:
    """What a macro becomes; its arguments are taken off the stack."""
    arguments: list[list[Lexeme]] = []
    whole = macro.span
    if body.arity and waiting and waiting[-1].is_sign("*"):
        waiting.pop()  # `\\norm*{x}` only looks otherwise
    if body.default is not None and body.arity:
        given, whole = _optional(waiting, macro, body.default)
        arguments.append(given)
    text: str = body
    while len(arguments) < body.arity:
        if body.alone is not None and len(arguments) == body.arity - 1 and not (waiting and waiting[-1].is_sign("{")):
            text = body.alone
            break
        given, whole = _argument(waiting, macro)
        arguments.append(given)
    else:
        if body.further is not None and waiting and waiting[-1].is_sign("{"):
            text = body.further
            given, whole = _argument(waiting, macro)
            arguments.append(given)
    made: list[Lexeme] = []
    for place, part in enumerate(PARAMETER.split(text)):
        if place % 2 == 0:
            made += [replace(piece, span=whole) for piece in _scanned(part)]
        elif int(part) <= len(arguments):
            made += arguments[int(part) - 1]
        else:
            fail("DC170", f"the macro `\\{macro.text}` speaks of `#{part}`, which it does not take", macro.span)
    return made


def _argument(waiting: list[Lexeme], macro: Lexeme) -> tuple[list[Lexeme], Span]:
    """(the next lexeme or group, taken off the stack, the place of the macro up to there)."""
    if not waiting:
        fail("DC104", f"`\\{macro.text}` needs an argument", macro.span, "the formula ends here")
    first = waiting.pop()
    if first.kind == "number":
        digit, *rest = digits_of(first)
        waiting += rest
        return [digit], _up_to(macro, digit)
    if not first.is_sign("{"):
        return [first], _up_to(macro, first)
    taken: list[Lexeme] = []
    depth = 1
    while waiting:
        lexeme = waiting.pop()
        depth += lexeme.is_sign("{") - lexeme.is_sign("}")
        if not depth:
            return taken, _up_to(macro, lexeme)
        taken.append(lexeme)
    fail("DC103", "`{` is never closed", first.span, "opened here", "add `}`")


def _up_to(macro: Lexeme, last: Lexeme) -> Span:
    """The place of a macro with its arguments up to one."""
    return Span(macro.span.start, max(macro.span.stop, last.span.stop))


def _optional(waiting: list[Lexeme], macro: Lexeme, default: str) -> tuple[list[Lexeme], Span]:
    """(what the brackets behind a macro hold, or what is meant without them, the place of the macro up to there)."""
    if not waiting or not waiting[-1].is_sign("["):
        return [replace(piece, span=macro.span) for piece in _scanned(default)], macro.span
    opener = waiting.pop()
    taken: list[Lexeme] = []
    depth = 0
    while waiting:
        lexeme = waiting.pop()
        if lexeme.is_sign("]") and not depth:
            return taken, _up_to(macro, lexeme)
        depth += lexeme.is_sign("{") - lexeme.is_sign("}")
        taken.append(lexeme)
    fail("DC103", "`[` is never closed", opener.span, "opened here", "add `]`")


def digits_of(number: Lexeme) -> list[Lexeme]:
    """A number as TeX takes it for an argument: its first digit, and what is left of it.

    It stays whole where a point follows its first digit.
    """
    digit, rest = number.text[0], number.text[1:]
    if not rest or rest.startswith("."):
        return [number]
    middle = min(number.span.start + 1, number.span.stop)
    first = Lexeme("sign" if digit == "." else "number", digit, Span(number.span.start, middle), number.spaced)
    return [first, Lexeme("number", rest, Span(middle, number.span.stop))]
