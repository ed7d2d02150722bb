"""YAML text to nodes, with every known trap caught at its place.

The text is composed, never constructed: no tag is obeyed, no alias is followed,
and a scalar is text until a field gives it a type.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from typing import Any, NoReturn

from derivcheck.diagnostics.diagnostic import Where
from derivcheck.spec.document import CONTROL, MAXIMAL_LINES, Document
from derivcheck.spec.quoting import requoted_line, requoted_value

MAXIMAL_DEPTH = 40


def compose(text: str, path: str) -> tuple[Document, Any]:
    """(document, root node). Raises SpecError (DC001 to DC009) for anything that is not one YAML mapping."""
    # `check` and `show-jacobian` without a spec read no YAML.
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    # The scanner is made over that of YAML.
    from derivcheck.spec.scanner import FormulaScanner

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
        reader.Scanner = FormulaScanner
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
    _refuse_marks(document, root)
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


def _refuse_marks(document: Document, root: Any) -> None:
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
        if node.tag and str(node.tag).startswith("!"):
            line = document.lines[node.start_mark.line]
            advice = requoted_value(line) or "quote a formula that starts with `!`"
            document.fail("DC007", "a YAML value cannot start with `!`", document.of(node), "", advice)
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
    whole = requoted_value(line)
    if "tab" in text or "'\\t'" in text or re.match(r"\s*\t", line):
        document.fail("DC005", "a tab cannot indent YAML", where, "a tab", "use spaces")
    if "chomping or indentation" in text or "comment or a line break" in text:
        # `|x|` and `> 0` begin a text on the lines below.
        sign = "|" if "|" in line else ">"
        document.fail("DC007", f"a YAML value cannot start with `{sign}`", where, "", whole)
    if rest[:1] in "@`%*&!|>" and rest[:1]:
        document.fail("DC007", f"a YAML value cannot start with `{rest[0]}`", where, "", whole or f"'{rest.strip()}'")
    if "undefined alias" in text or "anchor" in text:
        document.fail("DC007", "a YAML value cannot start with `*` or `&`", where, "", whole or f"'{rest.strip()}'")
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
        advice = whole or "quote the formula"
        document.fail("DC009", "`: ` inside an unquoted value starts another key", where, "", advice)
    if "expected ',' or ']'" in text or "expected ',' or '}'" in text:
        start = problem.context_mark
        if "<stream end>" in text and start is not None:
            opened = document.where(start)
            bracket = opened.line_text[opened.column - 1 : opened.column]
            document.fail("DC010", f"`{bracket}` is not closed", opened, "opened here")
        following = document.lines[start.line :][:MAXIMAL_LINES] if start is not None else ()
        line = requoted_line(following, start.column) if following else ""
        document.fail(
            "DC010",
            "a bracket inside a YAML list or mapping ends it",
            where,
            "",
            line or "quote the entries, or write axes as words: n[l] m",
        )
    if whole and ("expected <block end>" in text or "are not allowed here" in text):
        document.fail("DC010", "what YAML reads first ends before the formula does", where, "", whole)
    if "could not find expected ':'" in text:
        document.fail("DC011", "a key needs `: ` after it", where, "", "key: value, with a space after the colon")
    document.fail("DC001", f"this is not YAML: {text}", where)
