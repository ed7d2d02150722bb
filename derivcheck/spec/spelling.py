"""What a name is made of: the same letters where it is declared and where a formula uses it."""

from __future__ import annotations

import re
import unicodedata

GREEK = {
    "α": "alpha",
    "β": "beta",
    "γ": "gamma",
    "δ": "delta",
    "ε": "epsilon",
    "ζ": "zeta",
    "η": "eta",
    "θ": "theta",
    "ι": "iota",
    "κ": "kappa",
    "λ": "lambda",
    "μ": "mu",
    "ν": "nu",
    "ξ": "xi",
    "ο": "omicron",
    "π": "pi",
    "ρ": "rho",
    "σ": "sigma",
    "ς": "sigma",
    "τ": "tau",
    "υ": "upsilon",
    "φ": "phi",
    "ϕ": "phi",
    "χ": "chi",
    "ψ": "psi",
    "ω": "omega",
    "Γ": "Gamma",
    "Δ": "Delta",
    "Θ": "Theta",
    "Λ": "Lambda",
    "Ξ": "Xi",
    "Φ": "Phi",
    "Ψ": "Psi",
    "Ω": "Omega",
}
SPELLED_CAPITALS = ("Sigma", "Pi", "Upsilon")  # letters by their names alone: the signs Σ and Π mean something else
SUBSCRIPT_DIGITS, SUPERSCRIPT_DIGITS = "₀₁₂₃₄₅₆₇₈₉", "⁰¹²³⁴⁵⁶⁷⁸⁹"
LOWERED_LETTERS = "ₐₑₒₓₔₕₖₗₘₙₚₛₜᵢᵣᵤᵥⱼᵦᵧᵨᵩᵪ"
SUBSCRIPTS = str.maketrans(SUBSCRIPT_DIGITS, "0123456789")

# Signs of the notation that Python takes for letters.
_APART = f"ΣΠᵀ{SUPERSCRIPT_DIGITS}{LOWERED_LETTERS}"
WORD = rf"[^\W\d{_APART}{SUBSCRIPT_DIGITS}](?:[^\W{_APART}]|[\u0300-\u036f])*"  # whose letters may be stray


def spelled(word: str) -> str:
    """A name in ASCII where it has such a spelling: `δ2` is `delta2`, `W₂` is `W2`."""
    if word.isascii():
        return word
    word = unicodedata.normalize("NFKC", word.translate(SUBSCRIPTS))
    return "".join(GREEK.get(letter, letter) for letter in word)


def stray_letter(word: str) -> int | None:
    """The place of what is no letter of a name in a word of the pattern: what is raised, lowered or in a ring."""
    if word.isascii():
        return None
    for place, letter in enumerate(word):
        if letter not in SUBSCRIPT_DIGITS and (
            unicodedata.decomposition(letter).startswith(("<super>", "<sub>")) or not f"a{letter}".isidentifier()
        ):
            return place
    return None if spelled(word).isidentifier() else 0


def is_name(text: str) -> bool:
    """Whether a formula reads a text as one name."""
    return re.fullmatch(WORD, text) is not None and stray_letter(text) is None
