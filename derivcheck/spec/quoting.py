"""A mapping in braces as it must be written: formulas with commas or brackets in quotes."""

from __future__ import annotations

import re
from collections.abc import Iterator

OPENERS, CLOSERS = "([{", ")]}"
SPECIAL = re.compile(r"[\[\]{},#&*!|>%@`\"']|: ")


def flow_mapping(text: str) -> str:
    """The mapping in braces at the beginning of a text, up to its own closing brace; empty where there is none."""
    for position, character, depth in _scanned(text):
        if character == "}" and not depth:
            return text[: position + 1]
    return ""


def requoted(mapping: str) -> str:
    """`{L: sse(a, y)}` as `{L: "sse(a, y)"}`; a mapping that needs no quotes comes back as it is."""
    inside = mapping.strip()[1:-1]
    return "{" + ", ".join(_requoted_item(item.strip()) for item in _items(inside) if item.strip()) + "}"


def _items(text: str) -> Iterator[str]:
    start = 0
    for position, character, depth in _scanned(text):
        if character == "," and not depth:
            yield text[start:position]
            start = position + 1
    yield text[start:]


def _requoted_item(item: str) -> str:
    match = re.match(r"(\"[^\"]*\"|'[^']*'|[^\"':\[\]{},]+|[^\"':{}]+):\s+(.*)", item, re.S)
    if not match:
        return quoted(item)
    key, value = match[1].strip(), match[2].strip()
    value = requoted(value) if value.startswith("{") and flow_mapping(value) == value else quoted(value)
    return f"{quoted(key)}: {value}"


def quoted(text: str) -> str:
    """A scalar that reads the same in braces; a text in quotes is left as it is."""
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        return text
    if not SPECIAL.search(text):
        return text
    return f"'{text.replace(chr(39), chr(39) * 2)}'" if '"' in text or "\\" in text else f'"{text}"'


def _scanned(text: str) -> Iterator[tuple[int, str, int]]:
    """(position, character, depth of brackets) outside of quotes; a closing bracket has the depth of its opener.

    A quote that follows a letter is a prime, f'(z).
    """
    depth, quote = 0, ""
    for position, character in enumerate(text):
        if quote:
            quote = "" if character == quote else quote
            continue
        before = text[:position].rstrip()[-1:]
        if character in "\"'" and before in ("", ":", "{", "[", ","):
            quote = character
            continue
        depth -= character in CLOSERS
        yield position, character, depth
        depth += character in OPENERS
