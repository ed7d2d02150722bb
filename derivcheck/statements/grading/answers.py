"""Answers as people handed them in: who, which question, which equation, and where it is written."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from derivcheck.diagnostics.diagnostic import Diagnostic, SourceText, Where
from derivcheck.spec.document import close_match

Notation = Literal["plain", "latex"]
NOTATIONS: dict[str, Notation] = {"plain": "plain", "text": "plain", "latex": "latex", "tex": "latex"}


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


def tidy(text: str) -> str:
    """A person's name with single blanks and composed letters, so that one person stays one."""
    return " ".join(unicodedata.normalize("NFC", text).split())
