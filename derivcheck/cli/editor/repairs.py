"""Quick fixes: what a diagnostic advises put into the text, each tried before it is offered."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from derivcheck.cli.editor.desk import Desk, is_same
from derivcheck.cli.editor.places import Extent, extent, line_at, lines_of
from derivcheck.cli.editor.tidings import Tiding, tidings
from derivcheck.pipeline.results import FileResult
from derivcheck.spec.document import read_text
from derivcheck.spec.selection import EVERYTHING, Selection

ENTRY = re.compile(r"(symbols|macros|functions|let|given|bindings|expect|depths): \{(.+)\}", re.DOTALL)
NOT_PASTED = re.compile(r"\.\.\.|…|^(?:--|derivcheck |pip )")  # what has blanks, and what is typed elsewhere
EXAMPLES = frozenset({"DC055"})  # whose help invents what only the author knows
SECONDS = 5.0  # that trying one fix may take


@dataclass(frozen=True, slots=True)
class TextChange:
    """A text in the place of what stands at an extent of a file."""

    path: Path
    extent: Extent
    text: str


@dataclass(frozen=True, slots=True)
class Repair:
    """An edit after which a finding is gone, and nothing else is found that was not before."""

    title: str
    edit: TextChange


def repair(told: Tiding, path: Path, desk: Desk) -> Repair | None:
    """The first edit that does what the help of a finding says; None where none is found to help."""
    subject = desk.subject(path)
    help_ = told.finding.diagnostic.help
    file = desk.files.get(path)
    before = desk.result(path)
    if subject is None or file is None or before is None or told.elsewhere is not None:
        return None
    if not help_ or NOT_PASTED.search(help_) or told.finding.rule in EXAMPLES:
        return None
    texts = desk.texts()
    for edit in _candidates(told, path, file.text, help_, before, texts):
        changed = {**texts, edit.path: edited(texts[edit.path], edit)}
        if changed[edit.path] != texts[edit.path] and _helps(told, path, subject, changed, desk, before):
            shown = " ".join(help_.split())
            return Repair(shown if len(shown) <= 60 else shown[:59] + "…", edit)
    return None


def _candidates(
    told: Tiding, path: Path, text: str, help_: str, before: FileResult, texts: dict[Path, str]
) -> Iterator[TextChange]:
    """Where a help may belong: in the place of what is marked, of the right side, of the line, into the sidecar."""
    lines = lines_of(text)
    where = told.where
    line = line_at(lines, where.line)
    marked = Extent(where.line, where.column, where.line, where.column + where.length)
    entry = ENTRY.fullmatch(help_)
    if entry is not None:
        file = _sidecar(path, before, texts)
        yield from _entries(file, texts[file], entry[1], entry[2]) if file in texts else ()
        return
    yield TextChange(path, marked, help_)
    for claim in before.claims:
        whole = claim.where
        if whole is not None and is_same(whole.path, path) and extent(whole).holds(where.line, where.column):
            around = extent(whole)
            written = line[around.start - 1 : around.stop - 1]
            left = re.match(r"[^=]*=\s*", written)
            if "=" in help_:
                yield TextChange(path, around, help_)
            if left is not None:
                yield TextChange(path, replace(around, start=around.start + len(left[0])), help_)
    key = line.partition(":")[0].lstrip()
    if key and help_.startswith(key):
        indent = line[: len(line) - len(line.lstrip())]
        yield TextChange(path, Extent(where.line, 1, where.line, len(line) + 1), indent + help_)


def _sidecar(path: Path, before: FileResult, texts: dict[Path, str]) -> Path:
    """The spec that a file is judged with, its text among the `texts` from now on."""
    if before.spec is None or is_same(before.spec.path, path):
        return path
    found = next((other for other in texts if is_same(before.spec.path, other)), Path(before.spec.path))
    if found not in texts:
        texts[found] = read_text(found)
    return found


def _entries(path: Path, text: str, section: str, entry: str) -> Iterator[TextChange]:
    """An entry of a section of a spec: below the section's own key, or in a section of its own at the end."""
    lines = lines_of(text)
    around = "document" if section in ("bindings", "expect") else ""
    for number, line in enumerate(lines, 1):
        if re.match(rf"{'  ' if around else ''}{section}:\s*(?:#.*)?$", line):
            below = line_at(lines, number + 1)
            indent = below[: len(below) - len(below.lstrip())] if below.startswith(" ") else "  "
            yield TextChange(path, Extent(number, len(line) + 1, number, len(line) + 1), f"\n{indent}{entry}")
    if not around:
        last = len(lines)
        begin = "" if not lines[-1] else "\n"
        yield TextChange(
            path, Extent(last, len(lines[-1]) + 1, last, len(lines[-1]) + 1), f"{begin}{section}:\n  {entry}\n"
        )


def edited(text: str, edit: TextChange) -> str:
    """A text with an edit made."""
    starts = [0, *(found.end() for found in re.finditer(r"\r\n|\n|\r", text))]
    place = edit.extent
    if not (0 < place.first <= len(starts) and 0 < place.last <= len(starts)):
        return text
    begin, end = starts[place.first - 1] + place.start - 1, starts[place.last - 1] + place.stop - 1
    return text[:begin] + edit.text + text[end:]


def _helps(told: Tiding, path: Path, subject: Path, texts: dict[Path, str], desk: Desk, before: FileResult) -> bool:
    """Whether a finding is gone from the texts as they would be, and nothing is found there that was not.

    Behind what kept a file from being read there may be anything, further below.
    """
    selection = _selection(told) if before.error is None else EVERYTHING
    after = desk.tried(subject, texts, replace(desk.request, timeout=SECONDS, selection=selection))
    if before.error is not None:
        where = after.error.where if after.error is not None else None
        return after.error is None or (where is not None and where.line > told.where.line)
    known = [_content(one) for one in tidings(before, path, texts)]
    left = [_content(one) for one in tidings(after, path, texts)]
    # What could not be read before may be found wrong.
    unread = told.finding.verdict in ("unread", "ambiguous")
    new = [one for one in left if one not in known and not (unread and one[1] == told.finding.subject)]
    return _content(told) not in left and not new and _is_there(told, after)


def _is_there(told: Tiding, after: FileResult) -> bool:
    """Whether what a finding is of has not just gone away."""
    name, kind = told.finding.subject, told.finding.kind
    if kind == "claim":
        return any(claim.id == name and claim.holds for claim in after.claims)
    return kind != "formula" or any(formula.known_as == name for formula in after.formulas)


def _selection(told: Tiding) -> Selection:
    """What is judged again: a claim alone where it is one."""
    name = told.finding.subject
    return Selection(f"'{name}'") if told.finding.kind in ("claim", "formula") and "'" not in name else EVERYTHING


def _content(told: Tiding) -> tuple[str, ...]:
    """What tells a finding from others, wherever it stands."""
    return (told.finding.rule, told.finding.subject, told.finding.diagnostic.message)
