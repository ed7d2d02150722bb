"""Why formulas of a document were not judged, the same cause together, and what to write into the sidecar for it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.text import Text

from derivcheck.diagnostics.diagnostic import Diagnostic
from derivcheck.diagnostics.verdicts import ASIDES, FormulaResult
from derivcheck.pipeline.results import FileResult
from derivcheck.report.evidence import counting
from derivcheck.report.page import Page
from derivcheck.spec import Spec

NAMED = re.compile(r"`([^`]+)`")
ENTRY = re.compile(r"(symbols|macros|functions|let|bindings|expect|depths): \{(.+)\}", re.DOTALL)
KEY = re.compile(r"\s*('(?:[^']|'')*'|[^:{]+?)\s*:\s*(.*)", re.DOTALL)
NAMES = frozenset({"DC114", "DC120", "DC124", "DC170", "DC171", "DC177"})  # what a name of its own is the cause of
FONTS = re.compile(r"\\(?:[A-Za-z]+)\s*|[{}\s_^]|\\.")
BLANK = "..."
SHOWN = 6
WIDEST = 44


@dataclass(frozen=True, slots=True)
class Cause:
    """One cause: its code, what is said of it, the formulas; `section`, `key` and `value` are of the sidecar."""

    code: str
    message: str
    formulas: tuple[FormulaResult, ...]
    section: str = ""
    key: str = ""
    value: str = ""

    @property
    def asserts(self) -> bool:
        """Whether the formulas assert something, as far as that is known."""
        return self.code not in ASIDES


def causes(file: FileResult) -> list[Cause]:
    """The causes in a document, the most frequent first; those for which nothing is to be done at the end."""
    grouped: dict[tuple[str, str], list[FormulaResult]] = {}
    for formula in file.formulas:
        if formula.reason is not None and formula.standing in ("unread", "ambiguous"):
            grouped.setdefault((formula.reason.code, _subject(formula.reason)), []).append(formula)
    found = [_cause(code, name, formulas, file.spec) for (code, name), formulas in grouped.items()]
    return sorted(found, key=lambda cause: (not cause.asserts, -len(cause.formulas), cause.code, cause.key))


def _subject(reason: Diagnostic) -> str:
    """The name that a formula was not judged for, as the sidecar would spell it; empty for another cause."""
    if reason.code not in NAMES:
        return ""
    _, key, _ = _entry(reason.help)
    named = NAMED.search(reason.message)
    return key or (named[1] if named else "")


def _entry(help_: str) -> tuple[str, str, str]:
    """The section, the key and the value of an entry of a sidecar that is proposed; empty where none is."""
    entry = ENTRY.search(help_)
    pair = KEY.fullmatch(entry[2]) if entry else None
    if entry is None or pair is None or entry[1] in ("bindings", "expect"):
        return "", "", ""
    return entry[1], pair[1].strip("'"), pair[2].strip().rstrip(",")


def _cause(code: str, name: str, formulas: Sequence[FormulaResult], spec: Spec | None) -> Cause:
    reason = formulas[0].reason
    assert reason is not None
    messages = {formula.reason.message for formula in formulas if formula.reason is not None}
    message = reason.message if len(messages) == 1 else _general(reason.message)
    section, key, value = _entry(reason.help)
    if section:
        return Cause(code, message, tuple(formulas), section, key, _filled(value, name, spec))
    if code == "DC170" and name.startswith("\\"):
        return Cause(code, message, tuple(formulas), "macros", name, BLANK)
    if code == "DC120" and name:
        near = _letters(reason.help) == _letters(name)
        value = reason.help if near else _filled(BLANK, name, spec)
        return Cause(code, message, tuple(formulas), "symbols", name, value)
    return Cause(code, message, tuple(formulas))


def _general(message: str) -> str:
    """A message without what is particular to one formula."""
    return NAMED.sub("…", message)


def _filled(value: str, name: str, spec: Spec | None) -> str:
    """What a name is to mean: where nothing is proposed, the one declared name that has its letter."""
    if value == "ones(n)" and spec is not None:
        sizes = {axis.text for tensor in spec.tensors for axis in tensor.axes}
        return value if "n" in sizes else f"ones({sizes.pop() if len(sizes) == 1 else BLANK})"
    if value not in (BLANK, "…") or spec is None:
        return value
    letters = _letters(name)
    declared = [tensor.name.text for tensor in spec.tensors]
    declared += [formula.name.text for formula in (*spec.layers, *spec.let)]
    declared += [spec.loss.name.text] if spec.loss is not None else []
    close = [one for one in declared if one.partition("[")[0].casefold() == letters]
    return close[0] if len(close) == 1 and letters else BLANK


def _letters(name: str) -> str:
    """A name without its fonts, its accents and its indices."""
    return FONTS.sub("", name.partition("[")[0]).casefold()


# --- as a table ---------------------------------------------------------------------------------


def cause_lines(file: FileResult, page: Page) -> Iterator[Text]:
    """The table of the causes, and the lines for the sidecar, ready to paste."""
    found = causes(file)
    if not found:
        return
    yield page.text("  not judged, by cause", "bold")
    for cause in found:
        line = Text.assemble("  ", (f"{len(cause.formulas):>4}", "" if cause.asserts else "dim"), "  ")
        line.append(page.show(f"{cause.code} {_shortened(cause.message)}"), style="" if cause.asserts else "dim")
        line.append(page.show(f"  ({_places(cause.formulas)})"), style="dim")
        yield line
    entries = [cause for cause in found if cause.section]
    if entries:
        yield page.text(f"  for the sidecar; what `{BLANK}` stands for is yours to say", "bold")
    for section in dict.fromkeys(cause.section for cause in entries):
        yield page.text(f"    {section}:")
        for cause in entries:
            if cause.section == section:
                count = counting(len(cause.formulas), "formula")
                key = cause.key.replace("'", "''")
                yield page.text(f"      '{key}': {cause.value}  # {count}")


def _shortened(message: str) -> str:
    message = " ".join(message.split())
    return message if len(message) <= WIDEST * 2 else message[: WIDEST * 2 - 1] + "…"


def _places(formulas: Sequence[FormulaResult]) -> str:
    places = list(dict.fromkeys(formula.where.spoken.removeprefix("line ") for formula in formulas))
    more = f" and {len(places) - SHOWN} more" if len(places) > SHOWN else ""
    return ("line " if len(places) == 1 else "lines ") + ", ".join(places[:SHOWN]) + more
