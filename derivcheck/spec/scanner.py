"""YAML's scanner, for which a comma or a bracket inside the brackets of a formula belongs to the formula."""

from __future__ import annotations

from typing import Any

from ruamel.yaml.scanner import Scanner
from ruamel.yaml.tokens import ScalarToken

from derivcheck.spec.quoting import CLOSERS, OPENERS

LINE_ENDS = "\0\r\n\x85\u2028\u2029"
LONGEST_FORMULA = 4096


class FormulaScanner(Scanner):
    """Reads `{L: sse(a, y)}` and `{c: dL/dx[i] = 0}` as they are meant.

    YAML ends an unquoted value in braces at the first comma or bracket, which no spec can mean where the
    bracket was opened inside the value and is closed on its line: one half would be a formula without its end,
    the other a key that is none. Anything else is read as YAML reads it.
    """

    def scan_plain(self) -> Any:
        text = self._formula() if self.flow_level else ""
        if not text:
            return super().scan_plain()
        start = self.reader.get_mark()
        self.reader.forward(len(text))
        self.allow_simple_key = False
        return ScalarToken(text, True, start, self.reader.get_mark())

    def _formula(self) -> str:
        """The unquoted value up to what ends it outside of its own brackets; empty where it has none."""
        open_brackets: list[str] = []
        brackets = False
        text = ""
        while len(text) < LONGEST_FORMULA:
            character = self.reader.peek(len(text))
            if character in LINE_ENDS:
                break  # behind the last of them there is nothing to look at
            following = self.reader.peek(len(text) + 1)
            if character in " \t" and following == "#":
                break
            if open_brackets and character == ":" and following in " \t":
                # `{L: sum(x, M: sum(y))}`: whose the brackets are is not beyond doubt.
                return ""
            if not open_brackets and (character in ",]}" or (character == ":" and following in " \t,[]{}" + LINE_ENDS)):
                break
            if character in OPENERS:
                brackets = True
                open_brackets.append(CLOSERS[OPENERS.index(character)])
            elif character in CLOSERS and (not open_brackets or open_brackets.pop() != character):
                return ""
            text += character
        return text.rstrip() if brackets and not open_brackets else ""
