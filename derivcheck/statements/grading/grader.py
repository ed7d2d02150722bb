"""Many people's answers to marks: every different answer is judged once, as a claim in the place of the question's."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import takewhile
from pathlib import Path
from typing import get_args

from derivcheck.diagnostics.diagnostic import (
    ContradictionError,
    DerivcheckError,
    Diagnostic,
    NotationError,
    SourceText,
    own_bug,
    tracebacks_are_wanted,
)
from derivcheck.diagnostics.verdicts import HOLDS, ClaimResult
from derivcheck.judging.deadline import Limit, within
from derivcheck.judging.diagnose import CODES
from derivcheck.judging.examiner import Examiner
from derivcheck.judging.panel import Panel
from derivcheck.judging.rulings import judge, judged
from derivcheck.judging.settings import Measuring
from derivcheck.judging.statement import Assertions, Source, Statement, stated
from derivcheck.language.notation.printer import to_plain
from derivcheck.language.notation.syntax import Negate, Number
from derivcheck.spec import Spec
from derivcheck.spec.declarations import VERDICTS, Layout
from derivcheck.spec.loader import load_spec
from derivcheck.statements.grading.answers import Answer, Answers
from derivcheck.statements.grading.collection import read_answers
from derivcheck.statements.grading.credit import CREDIT, points_table
from derivcheck.statements.grading.marks import MISSING, Gradebook, Mark, Question, Remark
from derivcheck.statements.grading.questions import AnswerReader, left_side

UNLIMITED = Measuring(seconds=0)  # an answer has a time of its own, with whatever is judged in it
LAYOUTS = get_args(Layout)
# Read, and without a meaning: a mistake of the equation. Any other refusal is a text that could not be read.
WRONG_AS_IT_STANDS = frozenset({"DC130", "DC131", "DC132", "DC141", "DC142", "DC150", "DC151"})
DOLLARS = re.compile(r"\s*(\$\$?|\\\(|\\\[)(?P<inner>.*?)(\$\$?|\\\)|\\\])\s*", re.DOTALL)
KIND, REPAIR = 2, 3  # steps of the ladder of hints: below them there is the place alone
LOOK_AGAIN = "look at this again"
NO_ANSWER = frozenset({"DC660", "DC661", "DC663"})
TITLES: Mapping[str, str] = {
    **CODES,
    "DC130": "shapes do not conform",
    "DC131": "inner dimensions differ",
    "DC132": "no such axis",
    "DC141": "an index over two dimensions",
    "DC142": "the number of indices",
    "DC150": "an index both bound and free",
    "DC151": "a free index too many",
    "DC660": "restates the question",
    "DC661": "not the quantity that is asked",
    "DC662": "a derivative is left in the right side",
    "DC663": "not an equation that answers",
}


@dataclass(frozen=True, slots=True)
class Rules:
    """How is graded: accepted layouts beside the spec's own, the credit table, what may be shown, seconds an answer."""

    layouts: tuple[str, ...] = ()
    credit: Mapping[str, Fraction] | None = None
    points: tuple[str, ...] = ()
    solution: bool = True
    hints: int = REPAIR  # 1 says where a mistake is, 2 of what kind, too, 3 how it is repaired
    seconds: float = 20.0
    seed: int | None = None
    progress: Callable[[int, int], None] | None = None

    @property
    def solves(self) -> bool:
        """Whether what is said of a mistake may hold the solution."""
        return self.solution and self.hints >= REPAIR


def grade(spec: str | Path | Spec, paths: Sequence[str | Path], rules: Rules | None = None) -> Gradebook:
    """Everybody's marks for the claims of a spec.

    Raises DerivcheckError where the spec cannot be used or asks nothing (DC655), or nothing
    in the files of answers could be read at all.
    """
    rules = rules or Rules()
    loaded = spec if isinstance(spec, Spec) else load_spec(spec)
    grader = Grader(loaded, rules)
    read = read_answers(paths, tuple(grader.declarations))
    if not read.answers and len(read.problems) == 1:
        raise DerivcheckError(read.problems[0])
    return grader.gradebook(read)


class Grader:
    """Judges answers to the claims of one spec."""

    def __init__(self, spec: Spec, rules: Rules) -> None:
        self.spec = spec
        self.rules = rules
        self.credit = dict(CREDIT if rules.credit is None else rules.credit)
        # What is expected not to hold is a misprint that the spec records, no question.
        self.declarations = {claim.id: claim for claim in spec.claims if claim.expect not in set(VERDICTS) - set(HOLDS)}
        if not self.declarations:
            raise DerivcheckError(
                Diagnostic(
                    "DC655", f"`{spec.path}` asks nothing: it has no claims", None, "", (), "claims: {W1: dL/dW1 = ...}"
                )
            )
        self.points = points_table(rules.points, self.declarations)
        self._whole: Panel | None = None
        self._findings: dict[tuple[str, str, str], Remark] = {}

    def gradebook(self, read: Answers) -> Gradebook:
        """The marks for the answers that were read."""
        answered = {answer.label for answer in read.answers}
        labels = [label for label in self.declarations if label in answered or label in self.points]
        notes = list(read.notes)
        unasked = [label for label in self.declarations if label not in labels]
        if unasked and labels:
            notes.append(f"nobody answered {', '.join(unasked)}: not counted")
        questions = tuple(self._question(label) for label in labels)
        notes += [note for label in labels if (note := self._own_claim(label))]
        people = tuple(sorted({answer.who for answer in read.answers}, key=lambda who: (who.casefold(), who)))
        last: dict[tuple[str, str], list[Answer]] = {}
        for answer in read.answers:
            if answer.text.text.strip():
                last.setdefault((answer.who, answer.label), []).append(answer)
        texts = {(answers[-1].label, answers[-1].notation, answers[-1].text.text) for answers in last.values()}
        marks: dict[tuple[str, str], Mark] = {}
        done: set[tuple[str, str, str]] = set()
        for who in people:
            for question in questions:
                answers = last.get((who, question.label), [])
                if not answers:
                    marks[who, question.label] = Mark(who, question, MISSING)
                    continue
                done.add((answers[-1].label, answers[-1].notation, answers[-1].text.text))
                if self.rules.progress is not None:
                    self.rules.progress(len(done), len(texts))
                finding, span = self.finding(answers[-1])
                marks[who, question.label] = Mark(who, question, finding, answers[-1], span, len(answers) - 1)
        return Gradebook(
            self.spec.path,
            self.spec.title,
            questions,
            people,
            marks,
            self.credit,
            tuple(self._told(problem) for problem in read.problems),
            tuple(notes),
            self.rules.solves,
            len(self._findings),
        )

    def _told(self, problem: Diagnostic) -> Diagnostic:
        """A problem of the files; without the line it is about where an answer in it may be the solution."""
        if self.rules.solution or problem.where is None:
            return problem
        return replace(problem, where=replace(problem.where, line_text=""))

    # --- questions ------------------------------------------------------------------------

    def _question(self, label: str) -> Question:
        """A question with its left side. Raises DerivcheckError where the claim cannot be read."""
        declaration = self.declarations[label]
        examiner = self._examiner(label, self.spec.layout)
        try:
            left = to_plain(left_side(declaration, examiner))
        except NotationError as problem:
            raise DerivcheckError(problem.diagnostic.at(declaration.where)) from None
        return Question(label, left, self.points.get(label, Fraction(1)))

    def _own_claim(self, label: str) -> str:
        """What to say where the spec's own claim does not hold: whoever grades by it should know."""
        declaration, layout = self.declarations[label], self.spec.layout
        result = within(
            Limit(self.rules.seconds), lambda: judge(stated(declaration, self._panel(layout))), lambda: None
        )
        if result is None:
            self._whole = None
            return f"the spec's own claim {label} took too long to judge"
        if result.verdict in HOLDS:
            return ""
        return f"the spec's own claim {label} is {result.verdict}: see derivcheck verify {self.spec.path}"

    def _panel(self, layout: str) -> Panel:
        """Who judges in a layout."""
        if self._whole is None:
            self._whole = Panel.of(self.spec, self.rules.seed, UNLIMITED)
        return self._whole.under(replace(self.spec, layout=layout))  # type: ignore[arg-type]

    def _examiner(self, label: str, layout: str) -> Examiner:
        """The examiner of a question at the first depth, with what its claim brings along."""
        return self._panel(layout).for_claim(self.declarations[label]).first

    # --- answers --------------------------------------------------------------------------

    def finding(self, answer: Answer) -> tuple[Remark, tuple[int, int] | None]:
        """What is to be said of an answer, and the place in its text; of the same text it is said only once."""
        text, offsets = normalised(answer.text.text, answer.notation)
        key = (answer.label, answer.notation, text)
        if key not in self._findings:
            found = self._judged(answer, text)
            # Right answers are the solution, and wrong ones are near it.
            hidden = not self.rules.solution or (found.status == "right" and not self.rules.solves)
            self._findings[key] = replace(found, shown="") if hidden else found
        found = self._findings[key]
        if found.span is None:
            return found, None
        start, stop = (offsets[min(max(0, position), len(offsets) - 1)] for position in found.span)
        return found, (start, max(stop, start + 1))

    def _judged(self, answer: Answer, text: str) -> Remark:
        lines = tuple(text.split("\n"))
        source = SourceText(text, "", tuple((k, 1) for k in range(1, len(lines) + 1)), lines)

        def late() -> Remark:
            # Whatever was interrupted is not to be trusted: everything is built anew.
            self._whole = None
            message = f"not decided within {self.rules.seconds:g} seconds"
            return Remark("by hand", None, "DC659", "took too long", message, shown=text)

        try:
            return within(Limit(self.rules.seconds), lambda: self._found(answer, source), late)
        except ContradictionError as problem:
            return _bug(problem.diagnostic, text)
        except DerivcheckError as problem:
            found = problem.diagnostic
            return Remark("by hand", None, found.code, "cannot be judged", found.message, shown=text)
        except Exception as problem:
            if tracebacks_are_wanted():
                raise
            self._whole = None
            return _bug(replace(own_bug(problem), help=""), text)

    def _found(self, answer: Answer, source: SourceText) -> Remark:
        return judged(self._remark(answer, source))

    def _remark(self, answer: Answer, source: SourceText) -> Source[Remark]:
        """What is to be said; a text that nobody called plain, and that is not, may be LaTeX without a macro."""
        found = yield from self._remark_in(answer, source)
        if found.status == "unreadable" and answer.guessed and answer.notation == "plain":
            other = yield from self._remark_in(replace(answer, notation="latex"), source)
            # Another quantity in a notation that is guessed may be what a name in the other one was meant for.
            return other if other.status in ("right", "wrong") and other.code != "DC661" else found
        return found

    def _remark_in(self, answer: Answer, source: SourceText) -> Source[Remark]:
        """What is to be said of an answer in its notation, in the spec's layout and in those accepted beside it."""
        reader = self._reader(answer, source, self.spec.layout)
        result = yield self._statement(reader, self.spec.layout)
        if result.verdict in ("refuted", "invalid"):
            for layout in self.rules.layouts:
                other = result
                if layout != self.spec.layout:
                    other = yield self._statement(self._reader(answer, source, layout), layout)
                if other.verdict in HOLDS and reader.leftover is None:
                    said = f"right in {layout} layout"
                    return Remark("right", Fraction(1), "", said, said, shown=source.text)
        return self._of(result, reader, source)

    def _reader(self, answer: Answer, source: SourceText, layout: str) -> AnswerReader:
        before = takewhile(lambda label: label != answer.label, self.declarations)
        earlier = [self.declarations[label] for label in before]
        examiner = self._examiner(answer.label, layout)
        return AnswerReader(self.declarations[answer.label], source, answer.notation, examiner, earlier)

    def _statement(self, reader: AnswerReader, layout: str) -> Statement:
        return Statement(reader.declaration, reader.text, Assertions(reader), self._panel(layout))

    def _of(self, result: ClaimResult, reader: AnswerReader, source: SourceText) -> Remark:
        """A verdict as a finding."""
        if result.verdict == "internal" and result.diagnosis is not None:
            return _bug(replace(result.diagnosis, help=""), source.text)
        if result.verdict in HOLDS:
            if reader.leftover is None:
                return Remark("right", Fraction(1), shown=source.text)
            name = to_plain(reader.leftover)
            message = f"true, with `{name}` left in the right side, which the spec's own claim does without"
            return Remark("by hand", None, "DC662", TITLES["DC662"], message, shown=source.text)
        if result.verdict == "undecided":
            message = result.message or "neither proved nor refuted"
            return Remark("by hand", None, "", "undecided", message, shown=source.text)
        wrong = next((link for link in result.links if link.verdict == result.verdict and link.diagnosis), result)
        diagnosis = wrong.diagnosis or result.diagnosis
        if diagnosis is None:
            return Remark("by hand", None, "", "undecided", result.message, shown=source.text)
        span = _span(diagnosis, source)
        code = diagnosis.code
        if code not in CODES and code not in WRONG_AS_IT_STANDS | NO_ANSWER:
            notes = diagnosis.notes + ((("help", diagnosis.help),) if diagnosis.help else ())
            return Remark("unreadable", None, code, "cannot be read", diagnosis.message, span, notes, shown=source.text)
        return self._wrong(diagnosis, span, source.text, reader)

    def _wrong(self, diagnosis: Diagnostic, span: tuple[int, int] | None, shown: str, reader: AnswerReader) -> Remark:
        """A wrong answer's finding; where the solution is not to be shown, it holds nothing of it."""
        code = diagnosis.code
        title = TITLES.get(code, code)
        notes = dict(diagnosis.notes)
        derived = notes.pop("derived", "")
        credit = self.credit.get(code, Fraction(0)) if not _is_bare(reader) else Fraction(0)
        said, repair = diagnosis.message, diagnosis.help
        if code not in CODES:
            derived, repair = "", ""
        if not self.rules.solution:
            derived, repair = "", ""
            said = title if code in CODES else said
        if self.rules.hints < REPAIR:
            notes, derived, repair, said = {}, "", "", title
        if self.rules.hints < KIND:
            code, title, said = "", LOOK_AGAIN, LOOK_AGAIN if span is None else f"{LOOK_AGAIN}, at the mark"
        kept = tuple((name, text) for name, text in notes.items() if self.rules.solution or name in TITLES)
        return Remark("wrong", credit, code, title, said, span, kept, derived, repair, shown)


def _is_bare(reader: AnswerReader) -> bool:
    """Whether the answer is a number alone: then any repair is the whole of the solution."""
    final = reader.final
    return isinstance(final.operand if isinstance(final, Negate) else final, Number)


def _bug(diagnostic: Diagnostic, text: str) -> Remark:
    return Remark("by hand", None, diagnostic.code, "a bug of derivcheck", diagnostic.message, shown=text, bug=True)


def _span(diagnosis: Diagnostic, source: SourceText) -> tuple[int, int] | None:
    """The offsets of a diagnosis' place in the answer's text."""
    where = diagnosis.where
    if where is None or where.path != source.path:
        return None
    rows = source.text.split("\n")
    start = sum(len(row) + 1 for row in rows[: where.line - 1]) + where.column - 1
    return start, start + where.length


def normalised(text: str, notation: str) -> tuple[str, list[int]]:
    """The text with single blanks, and for each offset in it and its end the offset in the text as written.

    A LaTeX text with a comment in it keeps its lines; the signs around a formula become blanks.
    """
    around = DOLLARS.fullmatch(text) if notation == "latex" else None
    if around:
        inner = around["inner"]
        text = " " * around.start("inner") + inner + " " * (len(text) - around.end("inner"))
    if notation == "latex" and re.search(r"(?<!\\)%", text):
        return text, list(range(len(text) + 1))
    made: list[str] = []
    offsets: list[int] = []
    for position, character in enumerate(text):
        if character.isspace():
            if made and made[-1] != " ":
                made.append(" ")
                offsets.append(position)
            continue
        made.append(character)
        offsets.append(position)
    while made and made[-1] == " ":
        made.pop()
        offsets.pop()
    offsets.append(offsets[-1] + 1 if offsets else 0)
    return "".join(made), offsets
