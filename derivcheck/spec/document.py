"""YAML text to nodes, with every known trap caught at its place.

The text is composed, never constructed: no tag is obeyed, no alias is followed,
and a scalar is text until a field gives it a type.
"""

from __future__ import annotations

import difflib
import re
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, NoReturn

from derivcheck.diagnostics.diagnostic import Diagnostic, SourceText, SpecError, Where
from derivcheck.spec.quoting import CLOSERS, OPENERS, flow_mapping, requoted

MAXIMAL_BYTES = 2 * 1024 * 1024
MAXIMAL_DEPTH = 40
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
        with open(path, "rb") as file:
            data = file.read(MAXIMAL_BYTES + 1)
    except FileNotFoundError:
        fail("DC601", f"no such file: `{shown}`")
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


def compose(text: str, path: str) -> tuple[Document, Any]:
    """(document, root node). Raises SpecError (DC001 to DC009) for anything that is not one YAML mapping."""
    # `check` and `show-jacobian` without a spec read no YAML.
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    document = Document(path, text, tuple(re.split(r"\r\n|[\n\r\x85\u2028\u2029]", text)))
    found = CONTROL.search(text)
    if found:
        line = text.count("\n", 0, found.start())
        column = found.start() - (text.rfind("\n", 0, found.start()) + 1)
        shown = document.lines[line] if line < len(document.lines) else ""
        where = Where(path, line + 1, column + 1, 1, shown)
        document.fail("DC001", f"control character {found.group()!r} in the text", where)
    _refuse_deep_nesting(document)
    try:
        reader = YAML(typ="safe", pure=True)
        with warnings.catch_warnings():
            # An anchor that is given twice is warned of; anchors are refused below, with their place.
            warnings.simplefilter("ignore")
            root = reader.compose(text)
    except MarkedYAMLError as problem:
        _explain(document, problem)
    except (YAMLError, ValueError, RecursionError, AttributeError, TypeError, IndexError, KeyError) as problem:
        document.fail(
            "DC001",
            f"this is not YAML: {str(problem).splitlines()[0] if str(problem) else problem!r}",
            Where(path, 1, 1, 1, document.lines[0] if document.lines else ""),
        )
    if root is None:
        document.fail("DC002", "the spec is empty", Where(path, 1, 1, 1, ""), "", "derivcheck init")
    _refuse_aliases(document, root)
    return document, root


def _refuse_deep_nesting(document: Document) -> None:
    depth = 0
    for number, line in enumerate(document.lines):
        if len(line) - len(line.lstrip(" ")) > 4 * MAXIMAL_DEPTH or re.match(r"\s*(- ){20}", line):
            document.fail("DC003", "the YAML is nested too deeply", Where(document.path, number + 1, 1, 1, line[:80]))
        for column, character in enumerate(line):
            if character in "[{":
                depth += 1
            elif character in "]}":
                depth = max(0, depth - 1)
            if depth > MAXIMAL_DEPTH:
                document.fail(
                    "DC003", "the YAML is nested too deeply", Where(document.path, number + 1, column + 1, 1, line)
                )


def _refuse_aliases(document: Document, root: Any) -> None:
    seen: set[int] = set()
    stack = [root]
    while stack:
        node = stack.pop()
        if id(node) in seen:
            document.fail(
                "DC004",
                "aliases (`*name`) are not part of a spec",
                document.of(node),
                "written once, used again",
                "write the value out, or quote the formula",
            )
        seen.add(id(node))
        if getattr(node, "anchor", None):
            document.fail(
                "DC004",
                "anchors (`&name`) are not part of a spec",
                document.of(node),
                "",
                "quote a formula that starts with `&`",
            )
        for child in _children(node):
            stack.append(child)


def _children(node: Any) -> Iterator[Any]:
    if isinstance(node.value, list):
        for item in node.value:
            if isinstance(item, tuple):
                yield from item
            else:
                yield item


def _explain(document: Document, problem: Any) -> NoReturn:
    """A YAML error in the words of somebody who writes formulas."""
    mark = problem.problem_mark or problem.context_mark
    where = document.where(mark) if mark is not None else Where(document.path, 1, 1, 1, "")
    line = where.line_text
    text = (problem.problem or problem.context or str(problem)).strip().lower()
    if "single document" in (problem.context or "").lower():
        document.fail("DC006", "a spec is one YAML document", where, "a second one starts here")
    rest = line[where.column - 1 :]
    if "tab" in text or "'\\t'" in text or re.match(r"\s*\t", line):
        document.fail("DC005", "a tab cannot indent YAML", where, "a tab", "use spaces")
    if rest[:1] in "@`%*&!|>" and rest[:1]:
        document.fail("DC007", f"a YAML value cannot start with `{rest[0]}`", where, "", f"'{rest.strip()}'")
    if "undefined alias" in text or "anchor" in text:
        document.fail("DC007", "a YAML value cannot start with `*` or `&`", where, "", f"'{rest.strip()}'")
    if "escape" in text:
        document.fail(
            "DC008", "a backslash inside double quotes is an escape", where, "", "use single quotes around LaTeX"
        )
    above = document.lines[where.line - 2] if where.line > 1 else ""
    if "mapping values are not allowed" in text and re.match(r"\s*[\w\[\]]+:\S", above):
        column = above.index(":") + 1
        document.fail(
            "DC011",
            "a key needs `: ` after it",
            Where(document.path, where.line - 1, column, 1, above),
            "",
            "key: value, with a space after the colon",
        )
    if "mapping values are not allowed" in text:
        document.fail("DC009", "`: ` inside an unquoted value starts another key", where, "", "quote the formula")
    if "expected ',' or ']'" in text or "expected ',' or '}'" in text:
        start = problem.context_mark
        line = _requoted_line(document.lines[start.line], start.column) if start is not None else ""
        document.fail(
            "DC010",
            "a bracket inside a YAML list or mapping ends it",
            where,
            "",
            line or "quote the entries, or write axes as words: n[l] m",
        )
    if "could not find expected ':'" in text:
        document.fail("DC011", "a key needs `: ` after it", where, "", "key: value, with a space after the colon")
    document.fail("DC001", f"this is not YAML: {text}", where)


def _requoted_line(line: str, column: int) -> str:
    mapping = flow_mapping(line[column:]) if line[column : column + 1] == "{" else ""
    return f"{line[:column]}{requoted(mapping)}{line[column + len(mapping) :]}".strip() if mapping else ""


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
        """The line of a mapping in braces with its formulas quoted; empty where it is on several lines."""
        line = self.document.lines[node.start_mark.line]
        return _requoted_line(line, node.start_mark.column)

    def text(self, node: Any, what: str) -> SourceText:
        """A scalar as text with its place, whatever YAML would make of it."""
        if is_mapping(node) and node.flow_style:
            self.fail(
                "DC015", f"`{what}` is a text, but its braces or colon make it a mapping", node, "", "quote the formula"
            )
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
        if node.style in ("|", ">"):
            first = line + 1
            rows = value.split("\n")
            places = []
            for offset in range(len(rows)):
                text = self.document.lines[first + offset - 1] if first + offset - 1 < len(self.document.lines) else ""
                places.append((first + offset, len(text) - len(text.lstrip()) + 1))
            return tuple(places)
        return ((line, column + (1 if node.style in ("'", '"') else 0)),)

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
        self.fail(
            "DC021",
            f"unknown key `{name}` in {what}",
            key,
            "",
            close_match(name, known),
            (("known", ", ".join(known)),),
        )


def _kind(node: Any) -> str:
    return {"mapping": "a mapping", "sequence": "a list", "scalar": "a single value"}.get(node.id, "")
