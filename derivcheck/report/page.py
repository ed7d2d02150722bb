"""What an output can carry, its width, its characters, its colours."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TextIO

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from derivcheck.language.notation.relations import RELATIONS
from derivcheck.spec.spelling import GREEK

NEEDED = "∂δσΣ⊙ᵀ′−×·≤√∞✓✗…—"  # what the reports themselves write
NARROWEST = 40
WIDTH_IN_A_PIPE = 80
HEIGHT = 25  # of no line; or the terminal would be asked for it again with each
SPELLED = {
    **GREEK,
    "∂": "d",
    "∇": "grad ",
    "Σ": "sum",
    "∑": "sum",
    "Π": "prod",
    "∏": "prod",
    "√": "sqrt",
    "∞": "inf",
    "⊙": "*",
    "∘": "*",
    "·": "*",
    "×": "x",
    "⊗": "kron",
    "−": "-",
    "ᵀ": ".T",
    "′": "'",
    "″": "''",
    "‖": "||",
    **{relation.unicode: relation.plain for relation in RELATIONS},
    "→": "->",
    "←": "<-",
    "∈": "in",
    "∀": "for all ",
    "✓": "+",
    "✗": "x",
    "…": "...",
    "—": "--",
    "–": "-",
    "‘": "'",
    "’": "'",
    "“": '"',
    "”": '"',
    "½": "1/2",
    "⁰": "^0",
    "¹": "^1",
    "²": "^2",
    "³": "^3",
    "⁻": "^-",
}
INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp", "Cn", "Co"})


@dataclass(frozen=True, slots=True)
class Page:
    """An output: `verbosity` is -1 for what does not hold, 0, 1 for the forms, 2 for the evidence too.

    With `causes` what was not judged of documents is told by cause.
    """

    width: int = WIDTH_IN_A_PIPE
    unicode: bool = True
    color: bool = False
    verbosity: int = 0
    causes: bool = False

    def show(self, text: str) -> str:
        """Text as this page can carry it: on one line, nothing invisible, ASCII where nothing else goes.

        Works character by character, so that the text before a caret keeps its width
        whatever comes after.
        """
        return "".join(map(self._character, text))

    def _character(self, character: str) -> str:
        if " " <= character <= "~":
            return character
        if character in "\t\n\r":
            return " "
        if unicodedata.category(character) in INVISIBLE:
            return _escaped(character)
        if self.unicode:
            return character
        if character in SPELLED:
            return SPELLED[character]
        plain = unicodedata.normalize("NFKD", character).encode("ascii", "ignore").decode()
        return plain or _escaped(character)

    def text(self, text: str, style: str = "") -> Text:
        """The same as a piece of a line; markup in it means nothing."""
        return Text(self.show(text), style=style)

    def derivative(self, of: str, wrt: str) -> str:
        """`∂L/∂W1` of two names as a spec spells them."""
        return f"∂{of}/∂{wrt}" if self.unicode else self.show(f"d{of}/d{wrt}")

    def console(self, stream: TextIO) -> Console:
        """Where the lines go; nothing in a text is markup, an emoji or a number to be coloured."""
        return Console(
            file=stream,
            width=self.width,
            height=HEIGHT,
            color_system="standard" if self.color else None,
            force_terminal=True if self.color else None,
            force_jupyter=False,  # a notebook would be shown each line as an output of its own
            no_color=not self.color,
            markup=False,
            emoji=False,
            highlight=False,
            legacy_windows=False,
            safe_box=True,
        )


def page_for(stream: TextIO, *, ascii_only: bool = False, verbosity: int = 0, color: str = "auto") -> Page:
    """The page of a stream: Unicode only where it encodes; `color` is auto, always or never."""
    terminal = stream.isatty()
    colored = color == "always" or (color == "auto" and wants_color(terminal, os.environ))
    return Page(_width(stream, terminal), not ascii_only and carries_unicode(stream), colored, verbosity)


def wants_color(terminal: bool, environment: Mapping[str, str]) -> bool:
    """What the environment says of colours: NO_COLOR, then FORCE_COLOR and CLICOLOR_FORCE, then CLICOLOR=0.

    NO_COLOR counts whenever it is not empty; the two that force do unless they are 0 or false.
    """
    if environment.get("NO_COLOR"):
        return False
    if any(environment.get(name, "0").lower() not in ("", "0", "false") for name in ("FORCE_COLOR", "CLICOLOR_FORCE")):
        return True
    return terminal and environment.get("CLICOLOR") != "0" and environment.get("TERM") != "dumb"


def carries_unicode(stream: TextIO) -> bool:
    """Whether the characters of a report survive the stream's encoding."""
    try:
        NEEDED.encode(stream.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def width_of(text: str) -> int:
    """How many cells a text takes on a terminal."""
    return cell_len(text)


def _width(stream: TextIO, terminal: bool) -> int:
    wanted = os.environ.get("COLUMNS", "")
    if wanted.isascii() and wanted.isdigit() and len(wanted) <= 5 and int(wanted) > 0:
        return max(NARROWEST, int(wanted))
    if not terminal:
        return WIDTH_IN_A_PIPE
    try:
        return max(NARROWEST, os.get_terminal_size(stream.fileno()).columns)
    except OSError:
        return WIDTH_IN_A_PIPE


def _escaped(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
