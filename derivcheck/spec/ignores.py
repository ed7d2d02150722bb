"""`# derivcheck: ignore[DC202] reason` beside a claim: findings that let it pass, each with its reason.

The loader composes YAML, which drops comments, so they are found in the text: a `#` that
stands in no scalar. One on a line of a claim belongs to it; one on a line of its own
belongs to the claim that starts below it, or to the claim that it stands within.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from derivcheck.diagnostics.diagnostic import Where
from derivcheck.spec.declarations import Ignore, Spec
from derivcheck.spec.document import Document, is_mapping, is_sequence

COMMENT = re.compile(r"(?:^|(?<=\s))#\s*derivcheck:[ \t]*(?P<rest>.*)$", re.MULTILINE)
IGNORE = re.compile(r"ignore[ \t]*\[(?P<codes>[^\]]*)\](?P<reason>.*)")
CODE = re.compile(r"DC[1-4]\d\d|undecided|checked")
EXAMPLE = "# derivcheck: ignore[DC202] printed so in the first edition"


@dataclass(frozen=True, slots=True)
class _Extent:
    """The lines of a claim, from 0."""

    first: int
    last: int


def with_ignores(document: Document, root: Any, spec: Spec) -> Spec:
    """The spec with the ignores of its claims. Raises SpecError (DC055) for one that cannot be meant."""
    if "derivcheck:" not in document.text:
        return spec
    extents = [_Extent(key.start_mark.line, _last_line(value)) for key, value in _claims(root)]
    found: dict[int, list[Ignore]] = {}
    stray: list[Ignore] = []
    for line, column, text in _comments(document, root):
        ignores = _read(document, line, column, text)
        owner = _owner(document, extents, line, column)
        if owner is None:
            stray += ignores
        else:
            found.setdefault(owner, []).extend(ignores)
    claims = tuple(
        replace(claim, ignores=tuple(found[k])) if k in found else claim for k, claim in enumerate(spec.claims)
    )
    return replace(spec, claims=claims, stray_ignores=tuple(stray))


def _claims(root: Any) -> list[tuple[Any, Any]]:
    """(where it starts, its value) of every claim, in the order of the declarations."""
    for key, node in root.value:
        if key.value == "claims" and is_mapping(node):
            return list(node.value)
        if key.value == "claims" and is_sequence(node):
            return [(item, item) for item in node.value]
    return []


def _scalars(root: Any) -> Iterator[Any]:
    stack = [root]
    while stack:
        node = stack.pop()
        if node.id == "scalar":
            yield node
            continue
        for item in node.value:
            stack.extend(item if isinstance(item, tuple) else (item,))


def _last_line(node: Any) -> int:
    """The last line that a value is written on; a block of text ends where the next line begins."""
    return max(
        (s.end_mark.line - (s.style in ("|", ">") and s.end_mark.column == 0) for s in _scalars(node)),
        default=int(node.end_mark.line),
    )


def _comments(document: Document, root: Any) -> Iterator[tuple[int, int, str]]:
    """(line, column, text after `derivcheck:`) of the comments for derivcheck, lines and columns from 0."""
    spans = [_span(document.text, scalar) for scalar in _scalars(root)]
    for match in COMMENT.finditer(document.text):
        if not any(start <= match.start() < stop for start, stop in spans):
            before = document.text[: match.start()]
            line = len(re.findall(r"\r\n|[\n\r\x85\u2028\u2029]", before))
            column = match.start() - max(before.rfind(end) for end in ("\n", "\r", "\x85", "\u2028", "\u2029")) - 1
            yield line, column, match["rest"].strip()


def _span(text: str, scalar: Any) -> tuple[int, int]:
    """Where the text of a scalar stands; a comment may follow the `|` that starts a block of it."""
    start, stop = scalar.start_mark.index, scalar.end_mark.index
    if scalar.style in ("|", ">"):
        header = re.compile(r"[^\r\n\x85\u2028\u2029]*").match(text, start)
        start = header.end() if header is not None else start
    return start, stop


def _read(document: Document, line: int, column: int, text: str) -> list[Ignore]:
    shown = document.lines[line]
    where = Where(document.path, line + 1, column + 1, len(shown) - column, shown)
    match = IGNORE.fullmatch(text)
    if match is None:
        document.fail(
            "DC055", "a comment for derivcheck says `ignore`, codes in brackets and a reason", where, "", EXAMPLE
        )
    reason = match["reason"].strip(" \t:-–—")
    codes = [code.strip() for code in match["codes"].split(",")]
    for code in codes:
        if not CODE.fullmatch(code):
            what = f"`{code}` is not a finding of a claim" if code else "no code says what is ignored"
            document.fail(
                "DC055",
                what,
                where,
                "",
                EXAMPLE,
                (("may be ignored", "DC1xx to DC4xx, undecided, checked (under --strict)"),),
            )
    if not reason:
        document.fail("DC055", "an ignored finding needs its reason", where, "", EXAMPLE)
    made, start = [], shown.index("[", column) + 1
    for code in codes:
        start = shown.index(code, start)
        made.append(Ignore(code, reason, Where(document.path, line + 1, start + 1, len(code), shown)))
        start += len(code)
    return made


def _owner(document: Document, extents: list[_Extent], line: int, column: int) -> int | None:
    """Which claim a comment belongs to."""
    if not document.lines[line][:column].strip():
        below = line + 1
        while below < len(document.lines) and document.lines[below].lstrip().startswith("#"):
            below += 1
        for position, extent in enumerate(extents):
            if extent.first == below:
                return position
    within = [position for position, extent in enumerate(extents) if extent.first <= line <= extent.last]
    return within[-1] if within else None
