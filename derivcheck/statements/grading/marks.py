"""What grading found, as frozen values: the only thing the reports of grades read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from derivcheck.diagnostics.diagnostic import Diagnostic, Where
from derivcheck.statements.grading.answers import Answer

Status = Literal["right", "wrong", "by hand", "unreadable", "missing"]
STATUSES: tuple[Status, ...] = ("right", "wrong", "by hand", "unreadable", "missing")


@dataclass(frozen=True, slots=True)
class Question:
    """A claim of the spec as a question: `asked` is its left side."""

    label: str
    asked: str
    points: Fraction = Fraction(1)


@dataclass(frozen=True, slots=True)
class Remark:
    """What is to be said of one answer's text, whoever gave it.

    `title` names the mistake in words that hold for all of its kind, `message` in its own;
    `span` are the offsets of the place in the answer's text with single blanks. `derived`, `repair`
    and `shown` are empty where the solution is not to be shown. `credit` is None where nothing could be decided.
    """

    status: Status
    credit: Fraction | None
    code: str = ""
    title: str = ""
    message: str = ""
    span: tuple[int, int] | None = None
    notes: tuple[tuple[str, str], ...] = ()
    derived: str = ""
    repair: str = ""
    shown: str = ""  # the text of the answer
    bug: bool = False


MISSING = Remark("missing", Fraction(0))


@dataclass(frozen=True, slots=True)
class Mark:
    """One person's mark for one question; `earlier` counts the answers that a later one replaces."""

    who: str
    question: Question
    finding: Remark
    answer: Answer | None = None
    span: tuple[int, int] | None = None  # in the text as it was written
    earlier: int = 0

    @property
    def points(self) -> Fraction:
        """The points that are certain; what could not be decided has none yet."""
        return (self.finding.credit or Fraction(0)) * self.question.points

    @property
    def is_open(self) -> bool:
        """Whether a person has to decide."""
        return self.finding.credit is None

    @property
    def where(self) -> Where | None:
        """The place in the file of answers that the finding is about."""
        if self.answer is None:
            return None
        start, stop = self.span or (0, len(self.answer.text.text))
        return self.answer.text.where(start, stop)


@dataclass(frozen=True, slots=True)
class Sameness:
    """One finding and everybody whom it concerns."""

    question: Question
    finding: Remark
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Gradebook:
    """Everybody's marks. `marks` holds one for each person and question, in the order of both."""

    path: str
    title: str
    questions: tuple[Question, ...]
    people: tuple[str, ...]
    marks: Mapping[tuple[str, str], Mark]
    credit: Mapping[str, Fraction]
    problems: tuple[Diagnostic, ...] = ()
    notes: tuple[str, ...] = ()
    solution: bool = True  # whether derived forms and repairs may be shown
    judged: int = field(default=0)  # how many different answers there were

    @property
    def possible(self) -> Fraction:
        return sum((question.points for question in self.questions), Fraction(0))

    @property
    def exit_code(self) -> int:
        """0 everything was graded, 2 something could not be read, 3 derivcheck's own bug."""
        if any(mark.finding.bug for mark in self.marks.values()):
            return 3
        unread = any(mark.finding.status == "unreadable" for mark in self.marks.values())
        return 2 if self.problems or unread else 0

    def of_person(self, who: str) -> tuple[Mark, ...]:
        return tuple(self.marks[who, question.label] for question in self.questions)

    def of_question(self, question: Question) -> tuple[Mark, ...]:
        return tuple(self.marks[who, question.label] for who in self.people)

    def total(self, who: str) -> Fraction:
        return sum((mark.points for mark in self.of_person(who)), Fraction(0))

    def open(self, who: str) -> int:
        """How many answers of a person wait for somebody to decide."""
        return sum(mark.is_open for mark in self.of_person(who))

    def tally(self, question: Question) -> Counter[str]:
        """How often each status occurs."""
        return Counter(mark.finding.status for mark in self.of_question(question))

    def census(self, question: Question) -> list[tuple[str, str, int]]:
        """(code, title, how often) of the mistakes, the most frequent first."""
        counted = Counter(
            (mark.finding.code, mark.finding.title)
            for mark in self.of_question(question)
            if mark.finding.status == "wrong"
        )
        return [(code, title, count) for (code, title), count in sorted(counted.items(), key=lambda i: (-i[1], i[0]))]

    def same(self, status: Status) -> list[Sameness]:
        """The findings of a status, those that concern most people first within each question."""
        found = []
        for question in self.questions:
            groups: dict[tuple[str, Remark], list[Mark]] = {}
            for mark in self.of_question(question):
                if mark.finding.status == status:
                    groups.setdefault((mark.finding.shown, mark.finding), []).append(mark)
            ordered = sorted(groups.items(), key=lambda item: -len(item[1]))
            found += [Sameness(question, finding, tuple(marks)) for (_, finding), marks in ordered]
        return found


def shown_number(value: Fraction) -> str:
    """Points as people write them: `2`, `0.5`, `0.33`."""
    return str(value.numerator) if value.denominator == 1 else f"{float(value):.2f}".rstrip("0")
