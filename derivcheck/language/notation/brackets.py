r"""Brackets in LaTeX as tall as what they hold: `\\left(` and `\\right)` where that is more than a line high."""

from __future__ import annotations

import re

TALL = re.compile(r"\\(?:frac|sum|prod|begin|left)(?![A-Za-z])")
BRACKETS = re.compile(r"\\left[(.\[]|\\right[)\]|]|\\.|[()]", re.DOTALL)


def stretched(text: str) -> str:
    r"""The text with its round brackets stretched by need: around a fraction, a sum, a product, cases, a matrix."""
    opened: list[int] = []
    tall: list[tuple[int, int]] = []
    for match in BRACKETS.finditer(text):
        if match[0] == "(":
            opened.append(match.start())
        elif match[0] == ")" and opened:
            start = opened.pop()
            if TALL.search(text, start, match.start()):
                tall.append((start, match.start()))
    signs = {start: r"\left(" for start, _ in tall} | {end: r"\right)" for _, end in tall}
    return "".join(signs.get(place, character) for place, character in enumerate(text))
