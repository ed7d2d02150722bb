"""Text to tokens for the plain notation, ASCII and Unicode."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NoReturn

from derivcheck.diagnostics.diagnostic import Diagnostic, NotationError
from derivcheck.language.notation.relations import RELATIONS, spellings
from derivcheck.language.notation.syntax import Span
from derivcheck.spec.spelling import LOWERED_LETTERS, SUPERSCRIPT_DIGITS, WORD, spelled, stray_letter

MAXIMAL_LENGTH = 20_000
MAXIMAL_TOKENS = 4_000
MAXIMAL_DIGITS = 40
MAXIMAL_DECIMAL_EXPONENT = 400

SUPERSCRIPTS = str.maketrans(SUPERSCRIPT_DIGITS, "0123456789")

TokenKind = Literal["number", "name", "lowered", "operator", "end"]

SIGNS = (
    "..",
    "==",
    "**",
    "//",
    "%",
    "⊙",
    "∘",
    "⊗",
    "·",
    "⋅",
    "×",
    "ᵀ",
    "⊤",
    "′",
    "’",
    "″",
    "∂",
    "∇",
    "Σ",
    "∑",
    "Π",
    "∏",
    "√",
    "−",
    "+",
    "-",
    "*",
    "/",
    "@",
    "^",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    ";",
    ":",
    "'",
    "‖",
    "|",
)
# A longer one comes before its beginning.
OPERATORS = sorted((*SIGNS, *(text for one in RELATIONS for text in spellings(one))), key=len, reverse=True)
ALIASES = {
    **{one.unicode: one.plain for one in RELATIONS},
    "∑": "Σ",
    "∏": "Π",
    "−": "-",
    "′": "'",
    "’": "'",
    "∘": "⊙",
    "ᵀ": ".T",
    "⊤": ".T",
    "⋅": "·",
}
CHARACTER_HELP = {
    "–": "-",
    "—": "-",
    "&": "and",
    "\\": "write LaTeX under `latex:`, or check it with --spec",
    "$": "leave the dollars out, and write LaTeX under `latex:`",
    "⁻": "inv(W), or 1/x",
    ".": "`.T` transposes; a number needs digits after its point",
    "½": "1/2",
}
CLOSERS = {"(": ")", "[": "]", "{": "}"}

_TOKEN = re.compile(
    r"(?P<space>\s+)"
    r"|(?P<number>[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|\.[0-9]+)"
    r"|(?P<raised>[" + SUPERSCRIPT_DIGITS + r"]+)"
    r"|(?P<lowered>[" + LOWERED_LETTERS + r"]+)"
    r"|(?P<operator>\.T(?!\w)|⁻¹(?![" + SUPERSCRIPT_DIGITS + r"])|" + "|".join(re.escape(o) for o in OPERATORS) + r")"
    r"|(?P<name>" + WORD + ")"
)


@dataclass(frozen=True, slots=True)
class Token:
    """`text` is normalised: Greek spelled out, aliases resolved. `spaced`: space stood before it.

    A `lowered` token holds the letters of a run of subscript letters: `ᵢⱼ` is `i,j`.
    """

    kind: TokenKind
    text: str
    span: Span
    spaced: bool = False


def fail(
    code: str, message: str, span: Span, label: str = "", help_: str = "", notes: tuple[tuple[str, str], ...] = ()
) -> NoReturn:
    """Raise a NotationError that points at `span`."""
    raise NotationError(Diagnostic(code, message, None, label, notes, help_), (span.start, span.stop))


def tokenise(text: str) -> list[Token]:
    """The tokens of a formula, closed by an `end` token. Raises NotationError (DC100, DC101, DC102)."""
    if len(text) > MAXIMAL_LENGTH:
        fail(
            "DC102",
            "the formula is too long",
            Span(0, len(text)),
            f"{len(text)} characters",
            "split it with `let:` names",
        )
    tokens: list[Token] = []
    position, spaced = 0, False
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            _refuse_character(text, position)
        span = Span(position, match.end())
        position = match.end()
        word = match.group()
        match match.lastgroup:
            case "space":
                spaced = True
                continue
            case "number":
                _check_digits(word, span)
                tokens.append(Token("number", word, span, spaced))
            case "raised":
                tokens.append(Token("operator", "^", span, spaced))
                tokens.append(Token("number", word.translate(SUPERSCRIPTS), span))
                _check_digits(word.translate(SUPERSCRIPTS), span)
            case "lowered":
                tokens.append(Token("lowered", ",".join(spelled(letter) for letter in word), span, spaced))
            case "operator":
                tokens.append(Token("operator", ALIASES.get(word, word), span, spaced))
            case _:
                tokens.append(Token("name", _name(text, word, span), span, spaced))
        spaced = False
        if len(tokens) > MAXIMAL_TOKENS:
            fail("DC102", "the formula is too long", span, "", "split it with `let:` names")
    tokens.append(Token("end", "", Span(len(text), len(text)), spaced))
    return tokens


def _name(text: str, word: str, span: Span) -> str:
    """The spelling of a name. Raises NotationError where a letter of it is raised, or no letter at all."""
    stray = stray_letter(word)
    return spelled(word) if stray is None else _refuse_character(text, span.start + stray)


def _refuse_character(text: str, position: int) -> NoReturn:
    character = text[position]
    shown = character if character.isprintable() else repr(character)
    fail(
        "DC100",
        f"unexpected character `{shown}`",
        Span(position, position + 1),
        "not part of the notation",
        CHARACTER_HELP.get(character, ""),
    )


def _check_digits(word: str, span: Span) -> None:
    exponent = re.split("[eE]", word)[1:]
    if len(word) > MAXIMAL_DIGITS or (exponent and abs(int(exponent[0])) > MAXIMAL_DECIMAL_EXPONENT):
        fail(
            "DC101",
            "the number is too long",
            span,
            f"more than {MAXIMAL_DIGITS} digits or 1e{MAXIMAL_DECIMAL_EXPONENT}",
        )


def bracket_pairs(tokens: Sequence[Token]) -> Mapping[int, int]:
    """Position of each opening bracket -> position of its partner. Raises NotationError (DC103)."""
    pairs: dict[int, int] = {}
    open_: list[int] = []
    for position, token in enumerate(tokens):
        if token.kind != "operator":
            continue
        if token.text in CLOSERS:
            open_.append(position)
        elif token.text in CLOSERS.values():
            if not open_:
                fail("DC103", f"`{token.text}` closes nothing", token.span, "no bracket is open here")
            opener = tokens[open_[-1]]
            if CLOSERS[opener.text] != token.text:
                fail(
                    "DC103",
                    f"`{opener.text}` is closed by `{token.text}`",
                    opener.span,
                    "opened here",
                    f"close it with `{CLOSERS[opener.text]}`",
                )
            pairs[open_.pop()] = position
    if open_:
        opener = tokens[open_[-1]]
        fail("DC103", f"`{opener.text}` is never closed", opener.span, "opened here", f"add `{CLOSERS[opener.text]}`")
    return pairs
