"""A mapping in braces as it must be written: formulas with commas or brackets in quotes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

OPENERS, CLOSERS = "([{", ")]}"
TEXTS = ("title", "source")
SPECIAL = re.compile(r"[\[\]{},#&*!|>%@`\"']|: ")


def flow_collection(text: str) -> str:
    """The mapping or list in brackets that begins a text, up to its own closing one; empty where there is none."""
    if text[:1] not in ("{", "["):
        return ""
    for position, character, depth in _scanned(text):
        if character in CLOSERS and not depth:
            return text[: position + 1] if (text[0] + character) in ("{}", "[]") else ""
    return ""


def requoted(collection: str) -> str:
    """`{L: sse(a, y)}` as `{L: "sse(a, y)"}`; what needs no quotes comes back as it is."""
    whole = collection.strip()
    items = [item.strip() for item in _items(whole[1:-1]) if item.strip()]
    return whole[0] + ", ".join(map(_requoted_item, items)) + whole[-1]


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
    value = requoted(value) if flow_collection(value) == value else quoted(value)
    return f"{quoted(key)}: {value}"


def quoted(text: str) -> str:
    """A scalar that reads the same in braces; a text in quotes is left as it is."""
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        return text
    if not SPECIAL.search(text):
        return text
    return _in_quotes(text)


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


def requoted_line(lines: Sequence[str], column: int) -> str:
    """The first line with the formulas quoted of the mapping or list that begins in it, which is put on that line."""
    first = lines[0]
    here, all_of_it = flow_collection(first[column:]), flow_collection("\n".join(lines)[column:])
    if not here and not all_of_it:
        return ""
    whole = re.sub(r"\s*\n\s*", " ", here or all_of_it)
    return f"{first[:column]}{requoted(whole)}{first[column + len(here) :] if here else ''}".strip()


def requoted_value(line: str) -> str:
    """`z: x : y` as `z: "x : y"`, and `loss: L: x` as `loss: {L: x}`; empty where no unquoted value ends the line."""
    match = re.fullmatch(r"(\s*(?:- )?)([\w\[\]'\"/ ]+):\s+(\S.*?)\s*", line)
    if not match or "\t" in match[1]:
        return ""
    indent, key, value = match.groups()
    inner = re.fullmatch(r"[^\W\d]\w*(?:\[[^\[\]]*\])?:\s+\S.*", value)
    if inner and not indent and key not in TEXTS:
        return f"{key}: {requoted('{' + value + '}')}"
    return f"{indent}{key}: {_in_quotes(value)}".strip()


def _in_quotes(text: str) -> str:
    return f"'{text.replace(chr(39), chr(39) * 2)}'" if '"' in text or "\\" in text else f'"{text}"'
