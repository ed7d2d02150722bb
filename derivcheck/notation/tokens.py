"""Text to tokens for the plain notation, ASCII and Unicode."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal, NoReturn

from derivcheck.diagnostics import Diagnostic, NotationError
from derivcheck.notation.syntax import Span

MAXIMAL_LENGTH = 20_000
MAXIMAL_TOKENS = 4_000
MAXIMAL_DIGITS = 40

GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ζ": "zeta", "η": "eta",
    "θ": "theta", "ι": "iota", "κ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu", "ξ": "xi", "ο": "omicron",
    "π": "pi", "ρ": "rho", "σ": "sigma", "ς": "sigma", "τ": "tau", "υ": "upsilon", "φ": "phi", "ϕ": "phi",
    "χ": "chi", "ψ": "psi", "ω": "omega", "Γ": "Gamma", "Δ": "Delta", "Θ": "Theta", "Λ": "Lambda",
    "Ξ": "Xi", "Φ": "Phi", "Ψ": "Psi", "Ω": "Omega",
}  # fmt: skip
SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")

TokenKind = Literal["number", "name", "operator", "end"]

OPERATORS = (
    ":=", "==", "!=", "<=", ">=", "**", ".T", "≠", "≤", "≥", "⊙", "∘", "⊗", "·", "×", "ᵀ", "′", "″", "∂",
    "Σ", "∑", "Π", "∏", "√", "−", "+", "-", "*", "/", "@", "^", "(", ")", "[", "]", "{", "}", ",", ";", ":",
    "=", "<", ">", "'", "‖", "|",
)  # fmt: skip
ALIASES = {"∑": "Σ", "∏": "Π", "−": "-", "′": "'", "≠": "!=", "≤": "<=", "≥": ">=", "∘": "⊙", "ᵀ": ".T"}

_WORD = r"(?:(?![ΣΠ])[^\W\d])(?:(?![ΣΠ⁰¹²³⁴⁵⁶⁷⁸⁹ᵀ])\w)*"
_TOKEN = re.compile(
    r"(?P<space>\s+)"
    r"|(?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\.\d+)"
    r"|(?P<raised>[⁰¹²³⁴⁵⁶⁷⁸⁹]+)"
    r"|(?P<operator>" + "|".join(re.escape(o) for o in OPERATORS) + r")"
    r"|(?P<name>" + _WORD + r")"
)


@dataclass(frozen=True, slots=True)
class Token:
    """`text` is normalised: Greek spelled out, aliases resolved. `spaced`: space stood before it."""

    kind: TokenKind
    text: str
    span: Span
    spaced: bool = False


def fail(code: str, message: str, span: Span, label: str = "", help_: str = "") -> NoReturn:
    """Raise a NotationError that points at `span`."""
    raise NotationError(Diagnostic(code, message, label=label, help=help_), (span.start, span.stop))


def spelled(word: str) -> str:
    """A name in ASCII where it has such a spelling: `δ2` is `delta2`, `W₂` is `W2`."""
    word = unicodedata.normalize("NFKC", word.translate(SUBSCRIPTS))
    return "".join(GREEK.get(letter, letter) for letter in word)


def tokenise(text: str) -> list[Token]:
    """The tokens of a formula, closed by an `end` token. Raises NotationError (DC100, DC101, DC102)."""
    if len(text) > MAXIMAL_LENGTH:
        fail("DC102", "the formula is too long", Span(0, len(text)), f"{len(text)} characters",
             "split it with `let:` names")  # fmt: skip
    tokens: list[Token] = []
    position, spaced = 0, False
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            character = text[position]
            shown = character if character.isprintable() else repr(character)
            fail("DC100", f"unexpected character `{shown}`",
                 Span(position, position + 1), "not part of the notation")  # fmt: skip
        span = Span(position, match.end())
        position = match.end()
        word = match.group()
        match match.lastgroup:
            case "space":
                spaced = True
                continue
            case "number":
                if len(word) > MAXIMAL_DIGITS or abs(int([*re.split("[eE]", word), "0"][1])) > 400:
                    fail("DC101", "the number is too long", span, f"more than {MAXIMAL_DIGITS} digits or 1e400")
                tokens.append(Token("number", word, span, spaced))
            case "raised":
                tokens.append(Token("operator", "^", span, spaced))
                tokens.append(Token("number", word.translate(SUPERSCRIPTS), span))
            case "operator":
                tokens.append(Token("operator", ALIASES.get(word, word), span, spaced))
            case _:
                tokens.append(Token("name", spelled(word), span, spaced))
        spaced = False
        if len(tokens) > MAXIMAL_TOKENS:
            fail("DC102", "the formula is too long", span, "", "split it with `let:` names")
    tokens.append(Token("end", "", Span(len(text), len(text)), spaced))
    return tokens
