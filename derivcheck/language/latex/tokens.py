"""The tokens of mathematics, as the reader takes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from derivcheck.language.notation.syntax import Span

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
