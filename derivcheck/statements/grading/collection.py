"""Files of answers: sheets and trees, each read by its ending."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from derivcheck.diagnostics.diagnostic import DerivcheckError, Diagnostic, SourceText, Where
from derivcheck.spec.composition import compose
from derivcheck.spec.document import Reader, is_mapping, is_null, is_sequence, read_text
from derivcheck.statements.grading.answers import Answer, Answers, Register
from derivcheck.statements.grading.sheets import read_sheet

SHEETS, TREES = (".csv", ".tsv"), (".yaml", ".yml", ".json")
KEYS = ("who", "claim", "equation", "latex", "notation")


def read_answers(paths: Sequence[str | Path], labels: Sequence[str]) -> Answers:
    """The answers of every file to the questions `labels`; what cannot be read is a problem, the rest is kept."""
    answers: list[Answer] = []
    problems: list[Diagnostic] = []
    notes: list[str] = []
    for path in paths:
        try:
            found = _read(path, labels)
        except DerivcheckError as problem:
            problems.append(problem.diagnostic)
            continue
        answers += found.answers
        problems += found.problems
        notes += found.notes
        if not found.answers and not found.problems:
            problems.append(Diagnostic("DC664", f"`{path}` holds no answers", Where(str(path), 1, 1)))
    return Answers(tuple(answers), tuple(problems), tuple(notes))


def _read(path: str | Path, labels: Sequence[str]) -> Answers:
    ending = Path(path).suffix.casefold()
    if ending in TREES:
        return _read_tree(read_text(path), str(path), labels)
    text = read_text(path)
    if ending in SHEETS:
        return read_sheet(text, str(path), labels)
    raise DerivcheckError(
        Diagnostic(
            "DC650",
            f"`{path}` is no answers file by its ending",
            Where(str(path), 1, 1),
            "",
            (),
            "answers.csv, or answers.yaml",
        )
    )


def _read_tree(text: str, path: str, labels: Sequence[str]) -> Answers:
    """A list of `{who, claim, equation}`, or a mapping of people to their equations by question."""
    if not text.strip():
        return Answers()
    document, root = compose(text, path)
    reader, register = Reader(document), Register(labels)
    if is_sequence(root):
        for item in root.value:
            _guarded(register, _row, reader, item)
    else:
        for who, key, value in reader.pairs(root, "answers"):
            _guarded(register, _person, reader, who, key, value)
    return register.done()


def _guarded(register: Register, read: Any, *arguments: Any) -> None:
    """One entry; where it cannot be read, that is one problem and the next entry follows."""
    try:
        read(register, *arguments)
    except DerivcheckError as problem:
        register.problems.append(problem.diagnostic)


def _row(register: Register, reader: Reader, item: Any) -> None:
    fields = {name: (key, value) for name, key, value in reader.pairs(item, "an answer")}
    for name, (key, _) in fields.items():
        if name not in KEYS:
            reader.unknown_key(key, name, "an answer", KEYS)
    for name in ("who", "claim"):
        if name not in fields:
            reader.fail("DC651", f"an answer without `{name}`", item, "", "{who: Ada, claim: W1, equation: ...}")
    if ("equation" in fields) == ("latex" in fields):
        reader.fail(
            "DC651", "an answer has either `equation` or `latex`", item, "", "{who: Ada, claim: W1, equation: ...}"
        )
    who, label = (reader.text(fields[name][1], name) for name in ("who", "claim"))
    given = "latex" if "latex" in fields else ""
    notation = reader.text(fields["notation"][1], "notation").text if "notation" in fields else given
    _add(register, reader, who, label, fields[given or "equation"][1], notation)


def _person(register: Register, reader: Reader, who: str, key: Any, value: Any) -> None:
    name = replace(reader.text(key, "who"), text=who)
    for label, label_key, node in reader.pairs(value, who):
        asked = replace(reader.text(label_key, "claim"), text=label)
        notation = ""
        if is_mapping(node):
            parts = {field: (at, part) for field, at, part in reader.pairs(node, label)}
            for field, (at, _) in parts.items():
                if field not in ("equation", "latex", "notation"):
                    reader.unknown_key(at, field, "an answer", ("equation", "latex", "notation"))
            chosen = "latex" if "latex" in parts else "equation"
            if ("equation" in parts) == ("latex" in parts):
                reader.fail("DC651", "an answer has either `equation` or `latex`", node, "", "{latex: ...}")
            notation = reader.text(parts["notation"][1], "notation").text if "notation" in parts else ""
            notation = notation or ("latex" if chosen == "latex" else "")
            node = parts[chosen][1]
        _add(register, reader, name, asked, node, notation)


def _add(register: Register, reader: Reader, who: SourceText, label: SourceText, node: Any, notation: str) -> None:
    text = reader.text(node, label.text)
    if is_null(node):
        text = replace(text, text="")
    register.add(who.text, label.text, text, notation, label.where(), who.where())
