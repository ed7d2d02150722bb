"""The text of a file and its places, and the nodes of its YAML read into text and numbers."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, NoReturn

from derivcheck.diagnostics.diagnostic import Diagnostic, SourceText, SpecError, Where
from derivcheck.spec.quoting import CLOSERS, OPENERS, requoted_line
from derivcheck.spec.reads import content_of, noted

MAXIMAL_LINES = 40
MAXIMAL_BYTES = 2 * 1024 * 1024
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]")


@dataclass(frozen=True, slots=True)
class Document:
    """The text of one file and its lines."""

    path: str
    text: str
    lines: tuple[str, ...]

    def where(self, mark: Any, length: int = 1) -> Where:
        line = min(mark.line, max(0, len(self.lines) - 1))
        text = self.lines[line] if self.lines else ""
        return Where(self.path, line + 1, mark.column + 1, max(1, length), text)

    def of(self, node: Any) -> Where:
        """The first line of a node."""
        start, end = node.start_mark, node.end_mark
        length = end.column - start.column if end.line == start.line else len(self.lines[start.line]) - start.column
        return self.where(start, length)

    def fail(
        self,
        code: str,
        message: str,
        where: Where | None,
        label: str = "",
        help_: str = "",
        notes: tuple[tuple[str, str], ...] = (),
    ) -> NoReturn:
        raise SpecError(Diagnostic(code, message, where, label, notes, help_))


def read_text(path: str | Path) -> str:
    """The text of a spec file. Raises SpecError (DC601 to DC604) for what cannot be a text file."""
    shown = str(path)

    def fail(code: str, message: str, help_: str = "") -> NoReturn:
        raise SpecError(Diagnostic(code, message, Where(shown, 1, 1), help=help_))

    try:
        data = content_of(path, MAXIMAL_BYTES + 1)
        noted(path, data)
    except FileNotFoundError:
        noted(path, None)
        fail("DC601", f"no such file: `{shown}`", _alike(path))
    except IsADirectoryError:
        fail("DC602", f"`{shown}` is a folder", f"derivcheck verify {shown}")
    except (OSError, ValueError) as problem:
        fail("DC603", f"`{shown}` cannot be read: {getattr(problem, 'strerror', None) or problem}")
    if len(data) > MAXIMAL_BYTES:
        fail("DC604", f"`{shown}` is larger than {MAXIMAL_BYTES // 1024 // 1024} MiB")
    if b"\x00" in data:
        fail("DC604", f"`{shown}` is not a text file")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = data[: problem.start].count(b"\n") + 1
        raise SpecError(
            Diagnostic("DC604", f"`{shown}` is not UTF-8 text", Where(shown, line, 1), help="save it as UTF-8")
        ) from None


def _alike(path: str | Path) -> str:
    """The file of the same folder that may be meant; nothing where there is none."""
    wanted = Path(path)
    try:
        names = sorted(name for name in os.listdir(wanted.parent) if (wanted.parent / name).is_file())
    except (OSError, ValueError):
        return ""
    same = [name for name in names if Path(name).stem == wanted.stem]
    close = same or difflib.get_close_matches(wanted.name, names, 1, 0.8)
    return str(wanted.parent / close[0]) if close else ""


def _open_brackets(text: str) -> int:
    return sum(text.count(opener) for opener in OPENERS) - sum(text.count(closer) for closer in CLOSERS)


# --- reading nodes ----------------------------------------------------------------------------


def is_mapping(node: Any) -> bool:
    return bool(node.id == "mapping")


def is_sequence(node: Any) -> bool:
    return bool(node.id == "sequence")


def is_null(node: Any) -> bool:
    return bool(node.id == "scalar" and node.value in ("", "~", "null", "Null", "NULL") and not node.style)


def close_match(word: str, known: Iterable[str]) -> str:
    found = difflib.get_close_matches(word, list(known), 1, 0.5)
    return found[0] if found else ""


class Reader:
    """Reads nodes into text and numbers, with errors at their place."""

    def __init__(self, document: Document) -> None:
        self.document = document

    def fail(
        self,
        code: str,
        message: str,
        node: Any,
        label: str = "",
        help_: str = "",
        notes: tuple[tuple[str, str], ...] = (),
    ) -> NoReturn:
        self.document.fail(code, message, self.document.of(node), label, help_, notes)

    def pairs(self, node: Any, what: str) -> list[tuple[str, Any, Any]]:
        """(key, key node, value node) of a mapping, without duplicates."""
        if not is_mapping(node):
            self.fail(
                "DC012", f"`{what}` is a mapping of names to values", node, _kind(node), f"{what}:\n  name: value"
            )
        if node.flow_style:
            self._refuse_split(node, what)
        found: dict[str, Any] = {}
        result = []
        for key, value in node.value:
            if key.id != "scalar":
                self.fail("DC013", "a key is a name", key, _kind(key), "quote a key that contains brackets")
            name = str(key.value)
            if name in found:
                first = self.document.of(found[name])
                self.fail(
                    "DC014", f"`{name}` is given twice", key, "again here", "", (("first", f"line {first.line}"),)
                )
            found[name] = key
            result.append((name, key, value))
        return result

    def _refuse_split(self, node: Any, what: str) -> None:
        """`{L: sse(a, y)}` is read as two keys, `L` and `y)`: brackets that do not match show it."""
        for (key, value), (following, _) in pairwise(node.value):
            if value.id == "scalar" and not value.style and _open_brackets(str(value.value)) > 0:
                advice = self.requoted(node) or "quote the formula"
                self.fail(
                    "DC015",
                    f"a comma inside braces ends the value of `{key.value}`",
                    following,
                    "YAML reads this as a key of its own",
                    advice,
                )

    def requoted(self, node: Any) -> str:
        """The line of a mapping in braces with its formulas quoted; empty where they have no end."""
        return requoted_line(self.document.lines[node.start_mark.line :][:MAXIMAL_LINES], node.start_mark.column)

    def text(self, node: Any, what: str, brackets: bool = False) -> SourceText:
        """A scalar as text with its place, whatever YAML would make of it; with `brackets`, `[x; y]` is one too."""
        if is_mapping(node) and node.flow_style:
            message = f"`{what}` is a text, but its braces or colon make it a mapping"
            only = len(node.value) == 1 and is_null(node.value[0][1])
            self.fail("DC015", message, node, "", self._raw(node)[1:-1].strip() if only else "quote the formula")
        if brackets and is_sequence(node) and node.flow_style and node.start_mark.line == node.end_mark.line:
            value = self._raw(node)
            return SourceText(value, self.document.path, self._origin(node, value), self.document.lines)
        if node.id != "scalar":
            self.fail("DC016", f"`{what}` is a text", node, _kind(node), "quote it if it starts with `[` or `- `")
        value = str(node.value)
        if node.style == '"':
            control = CONTROL.search(value) or re.search(r"[\n\t\r]", value)
            if control:
                raw = self._raw(node)
                self.fail(
                    "DC008",
                    "a backslash inside double quotes is an escape",
                    node,
                    f"it became {control.group()!r}",
                    "'" + raw[1:-1].replace("'", "''") + "'",
                )
        if not node.style:
            self._refuse_comment(node, what)
        return SourceText(value, self.document.path, self._origin(node, value), self.document.lines)

    def _raw(self, node: Any) -> str:
        return self.document.text[node.start_mark.index : node.end_mark.index]

    def _refuse_comment(self, node: Any, what: str) -> None:
        """` #` cuts a formula off without a word: unbalanced brackets or an operator at its end show it."""
        line = self.document.lines[node.end_mark.line] if node.end_mark.line < len(self.document.lines) else ""
        after = line[node.end_mark.column :]
        value = str(node.value)
        if re.match(r"\s+#", after) and (
            value.count("(") != value.count(")")
            or value.count("[") != value.count("]")
            or value.rstrip()[-1:] in "=+-*/@,"
        ):
            column = node.end_mark.column + len(after) - len(after.lstrip()) + 1
            where = Where(self.document.path, node.end_mark.line + 1, column, 1, line)
            self.document.fail("DC017", f"` #` starts a comment and cuts `{what}` off", where, "", "quote the formula")

    def _origin(self, node: Any, value: str) -> tuple[tuple[int, int], ...]:
        line, column = node.start_mark.line + 1, node.start_mark.column + 1
        if node.id == "scalar" and node.style in ("|", ">"):
            first = line + 1
            rows = value.split("\n")
            places = []
            for offset in range(len(rows)):
                text = self.document.lines[first + offset - 1] if first + offset - 1 < len(self.document.lines) else ""
                places.append((first + offset, len(text) - len(text.lstrip()) + 1))
            return tuple(places)
        quoted = node.id == "scalar" and node.style in ("'", '"')
        return ((line, column + quoted),)

    def integer(self, node: Any, what: str, low: int, high: int) -> int:
        text = self.text(node, what).text
        if not re.fullmatch(r"[+-]?\d{1,12}", text):
            self.fail("DC018", f"`{what}` is a whole number", node, f"`{text[:40]}`")
        if not low <= int(text) <= high:
            self.fail("DC019", f"`{what}` lies between {low} and {high}", node)
        return int(text)

    def choice(self, node: Any, what: str, allowed: tuple[str, ...]) -> str:
        text = self.text(node, what).text
        if text not in allowed:
            self.fail("DC020", f"`{what}` is one of {', '.join(allowed)}", node, "", close_match(text, allowed))
        return text

    def items(self, node: Any) -> list[Any]:
        """The items of a list, or the node alone."""
        return list(node.value) if is_sequence(node) else [node]

    def unknown_key(self, key: Any, name: str, what: str, known: Iterable[str]) -> NoReturn:
        known = tuple(known)
        is_scalar_key = name in ("scalar", "scalars") and "tensors" in known
        self.fail(
            "DC021",
            f"unknown key `{name}` in {what}",
            key,
            "",
            "`s: scalar` among the tensors" if is_scalar_key else close_match(name, known),
            (("known", ", ".join(known)),),
        )


def _kind(node: Any) -> str:
    return {"mapping": "a mapping", "sequence": "a list", "scalar": "a single value"}.get(node.id, "")
