"""Answers as people handed them in: who, which question, which equation, and where it is written."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from derivcheck.diagnostics.diagnostic import DerivcheckError, Diagnostic, SourceText, Where
from derivcheck.spec.document import Reader, close_match, compose, is_mapping, is_null, is_sequence, read_text

Notation = Literal["plain", "latex"]
NOTATIONS: dict[str, Notation] = {"plain": "plain", "text": "plain", "latex": "latex", "tex": "latex"}
SHEETS, TREES = (".csv", ".tsv"), (".yaml", ".yml", ".json")
KEYS = ("who", "claim", "equation", "latex", "notation")


@dataclass(frozen=True, slots=True)
class Answer:
    """One equation by one person; `label` is the question it answers. An empty text is no answer."""

    who: str
    label: str
    text: SourceText
    notation: Notation
    guessed: bool = False  # nobody said which notation it is


@dataclass(frozen=True, slots=True)
class Answers:
    """What the files hold, in their order; `problems` are the rows and files that could not be read."""

    answers: tuple[Answer, ...] = ()
    problems: tuple[Diagnostic, ...] = ()
    notes: tuple[str, ...] = ()


class Register:
    """Collects the answers and the problems of one file, whatever its format."""

    def __init__(self, labels: Sequence[str]) -> None:
        self.labels = tuple(labels)
        self.answers: list[Answer] = []
        self.problems: list[Diagnostic] = []
        self.notes: list[str] = []

    def add(self, who: str, label: str, text: SourceText, notation: str, where: Where, at_who: Where) -> None:
        """One answer; `where` is the place of its label, `at_who` the place of the name."""
        person = tidy(who)
        if not person:
            self.problems.append(
                Diagnostic("DC652", "an answer without a person", at_who, "nobody stands here", (), "who: Ada")
            )
            return
        known = self._label(label)
        if known is None:
            self.problems.append(
                Diagnostic(
                    "DC653",
                    f"the spec asks no question `{label.strip()}`",
                    where,
                    "",
                    (("questions", ", ".join(self.labels)),),
                    close_match(label.strip(), self.labels),
                )
            )
            return
        word = notation.strip().casefold()
        if word and word not in NOTATIONS:
            self.problems.append(
                Diagnostic("DC658", f"`{notation.strip()}` is not a notation", where, "", (), "plain, or latex")
            )
            return
        chosen: Notation = NOTATIONS[word] if word else "latex" if "\\" in text.text or "$" in text.text else "plain"
        self.answers.append(Answer(person, known, text, chosen, not word))

    def _label(self, text: str) -> str | None:
        """The question that is meant: as it is spelled, or the only one that differs in its capitals alone."""
        wanted = text.strip()
        if wanted in self.labels:
            return wanted
        alike = [label for label in self.labels if label.casefold() == wanted.casefold()]
        return alike[0] if len(alike) == 1 else None

    def done(self) -> Answers:
        return Answers(tuple(self.answers), tuple(self.problems), tuple(self.notes))


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
    from derivcheck.statements.grading.sheets import read_sheet

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


def tidy(text: str) -> str:
    """A person's name with single blanks and composed letters, so that one person stays one."""
    return " ".join(unicodedata.normalize("NFC", text).split())


# --- YAML -------------------------------------------------------------------------------------


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
            if chosen not in parts:
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
