"""Statements judged: at every depth and label they speak of, link by link, each whatever happens to the others."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from derivcheck.diagnostics.diagnostic import (
    ContradictionError,
    DerivcheckError,
    Diagnostic,
    NotationError,
    UnsupportedError,
    own_bug,
    placed,
    tracebacks_are_wanted,
)
from derivcheck.diagnostics.verdicts import HOLDS, ClaimResult, Verdict
from derivcheck.judging.deadline import Limit, aside, within
from derivcheck.judging.examiner import Examiner, late_text
from derivcheck.judging.hearing import Hearing
from derivcheck.judging.reach import reach_of
from derivcheck.judging.repairs import repaired
from derivcheck.judging.rivals import conforming, reconciled
from derivcheck.judging.statement import Assertion, Labels, Shape, Source, Statement
from derivcheck.judging.suggestion import Wording
from derivcheck.language.claims import Link, links_of
from derivcheck.language.ends import at_the_ends
from derivcheck.language.lowering.scope import Scope
from derivcheck.language.notation.labels import label_value
from derivcheck.language.notation.relations import RELATIONS, pattern
from derivcheck.language.notation.syntax import (
    Comparison,
    Equation,
    Expression,
    Name,
    Number,
    Slice,
    Subscript,
    bottom_up,
)
from derivcheck.language.powers import as_products

ORDER = ("internal", "invalid", "refuted", "undecided", "checked", "proved")
RELATION = re.compile("!=|" + pattern(RELATIONS))
# What may stand open around the sign: `\overset{(b)}{`
STACKED = re.compile(r"\\(?:overset|underset|stackrel)\s*\{(?:[^{}]|\{[^{}]*\})*\}\s*\{\s*$")
PREMISE = "it is no identity, and a premise of what stands behind the arrow"
FOLLOWS = "it is claimed under the equation before the arrow, which is no identity"
NOTHING_WRONG: dict[str, Any] = {"diagnosis": None, "suggestion": "", "witness": None}
FAILED: tuple[Verdict, ...] = ("invalid", "refuted")


def judge(statement: Statement) -> ClaimResult:
    """A statement at every depth and label it speaks of; the worst verdict counts.

    Whatever happens to it is its own result: that it takes too long, or a bug of derivcheck. What is
    refuted of a single step, depth or label stays refuted where the rest takes too long.
    Raises DerivcheckError for what is wrong with the spec.
    """
    blank, panel = statement.blank(), statement.panel
    seen: list[ClaimResult] = []

    def late() -> ClaimResult:
        panel.renew()
        worst = _worst([*seen, replace(blank, verdict="undecided", message=late_text(panel.seconds))])
        return replace(worst, id=blank.id, text=blank.text)

    try:
        result = within(Limit(panel.seconds, busy=True), lambda: _in_its_scope(statement, seen), late)
    except ContradictionError as problem:
        result = _internal(blank, problem.diagnostic)
    except DerivcheckError:
        raise
    except Exception as problem:
        if tracebacks_are_wanted():
            raise
        panel.renew()
        result = _internal(blank, own_bug(problem))
    return _finished(result, statement)


def judged(source: Source[Shape], judge: Callable[[Statement], ClaimResult] = judge) -> Shape:
    """What a source makes of the results of its statements, each judged when it is asked for."""
    try:
        statement = next(source)
        while True:
            statement = source.send(judge(statement))
    except StopIteration as end:
        shape: Shape = end.value
        return shape


def _internal(blank: ClaimResult, problem: Diagnostic) -> ClaimResult:
    return replace(blank, verdict="internal", diagnosis=problem.at(blank.where), message=problem.message)


def _in_its_scope(statement: Statement, seen: list[ClaimResult]) -> ClaimResult:
    """A statement before those who know what its declaration brings along."""
    try:
        panel = statement.panel.for_claim(statement.declaration)
    except ContradictionError:
        raise
    except DerivcheckError as problem:
        return replace(statement.blank(), diagnosis=problem.diagnostic, message=problem.diagnostic.message)
    return _everywhere(replace(statement, panel=panel), seen)


def _everywhere(statement: Statement, seen: list[ClaimResult]) -> ClaimResult:
    """A statement at every depth and label, every link of it added to those `seen`."""
    declaration, panel = statement.declaration, statement.panel
    results: list[ClaimResult] = []
    places = [(examiner, labels) for examiner in panel.examiners for labels in statement.labels_at(examiner)]
    for examiner, labels in places:
        found = [*(FAILED if statement.trial else ()), *(result.verdict for result in results)]
        results.append(_at(statement, examiner, labels, found, seen))
    if not results:
        quantifier = declaration.quantifier
        where = quantifier.where() if quantifier else None
        nothing = Diagnostic("DC041", "the range of `for` is empty at every depth", where)
        return replace(statement.blank(), diagnosis=nothing, message=nothing.message)
    worst = _worst(results)
    if len(places) > 1 and not statement.trial:
        worst = _repaired_everywhere(statement, worst, results, places)
    if worst.verdict in HOLDS:
        taken = _positions_taken(statement)
        worst = replace(worst, reach=reach_of(statement, proved=worst.verdict == "proved"))
        worst = replace(worst, note="; ".join(filter(None, (worst.note, taken))))
    if declaration.notation == "plain" and worst.verdict != "invalid":

        def nothing_said() -> str:
            panel.renew()
            return ""

        diagnoser = panel.first.diagnoser
        note = aside(lambda: diagnoser.attempted(lambda: _of_powers(statement), ""), nothing_said)
        worst = replace(worst, note="; ".join(filter(None, (worst.note, note))))
    return worst


def _repaired_everywhere(
    statement: Statement, worst: ClaimResult, results: Sequence[ClaimResult], places: Sequence[tuple[Examiner, Labels]]
) -> ClaimResult:
    """A result whose repair holds at every depth and label; else what is found at the last one, that says the most."""

    def is_good(one: ClaimResult) -> bool:
        again = None if one.diagnosis is None else repaired(statement, one)
        return again is None or all(_at(again, *place, FAILED, []).verdict in HOLDS for place in places)

    def without_repair(one: ClaimResult) -> ClaimResult:
        assert one.diagnosis is not None
        return replace(one, diagnosis=replace(one.diagnosis, help=""), suggestion="")

    def late() -> ClaimResult:
        statement.panel.renew()
        return without_repair(worst)

    def found() -> ClaimResult:
        if is_good(worst):
            return worst
        if worst.diagnosis is not None and worst.diagnosis.code == "DC229":
            return without_repair(worst)  # nothing is named that another place might name better
        failing = [place for one, place in zip(results, places, strict=True) if one.verdict == worst.verdict]
        last = _at(statement, *failing[-1], (), [])
        made = replace(worst, diagnosis=last.diagnosis, suggestion=last.suggestion, message=last.message)
        return made if last.diagnosis is None or is_good(made) else without_repair(made)

    return aside(found, late)


def _positions_taken(statement: Statement) -> str:
    """What a comparison with a position takes for granted: `1 if i == 2` is said of axes that have an entry 2."""
    found: dict[str, int] = {}
    for examiner in statement.panel.examiners:
        scope = examiner.network.scope
        for labels in statement.labels_at(examiner):
            for assertion in statement.assertions(examiner, labels):
                for node in bottom_up(assertion.equation):
                    match node:
                        case Comparison(_, Name(letter), Number(value)) | Comparison(_, Number(value), Name(letter)):
                            if value >= 2 and letter not in scope.values and letter not in scope.dimensions:
                                found[letter] = max(int(value), found.get(letter, 0))
    return "; ".join(f"where `{letter}` runs to {value} at least" for letter, value in found.items())


def _of_powers(statement: Statement) -> str:
    """What a claim would be if its powers of square matrices were products of matrices; empty where it has none."""
    shown, found = "", []
    for examiner in statement.panel.examiners:
        hearing = Hearing(statement.blank(), statement.text, examiner, before=FAILED)
        for labels in statement.labels_at(examiner):
            for assertion in statement.assertions(examiner, labels):
                equation = as_products(assertion.equation, examiner.network.scope)
                if equation is None:
                    continue
                shown = shown or examiner.proofreader.plain(equation)
                found += [hearing.judged(link).verdict for link in links_of(equation, examiner.network.scope)]
    if not found:
        return ""
    return f"powers entry by entry; with products of matrices, `{shown}` is {min(found, key=ORDER.index)}"


# --- one depth and label ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _JudgedLink:
    """What was found of one link, and the position of the equation that it belongs to; of what is not read no link."""

    result: ClaimResult
    equation: int
    link: Link | None = None


def _at(
    statement: Statement, examiner: Examiner, labels: Labels, before: Sequence[Verdict], seen: list[ClaimResult]
) -> ClaimResult:
    """A statement at one depth and label. What is as bad as a verdict found before will not be shown: no diagnosis."""
    network, blank = examiner.network, statement.blank()
    context = ", ".join([*([examiner.prefix] if examiner.prefix else []), *(f"{k} = {v}" for k, v in labels.items())])
    try:
        assertions = statement.assertions(examiner, labels)
    except UnsupportedError as problem:
        return replace(blank, verdict="undecided", message=problem.diagnostic.message)
    except NotationError as problem:
        why = placed(problem, statement.text)
        return replace(blank, diagnosis=why, message=why.message)
    written = [assertion.written for assertion in assertions]
    known = {**network.depth, **labels}
    wording = Wording(statement.declaration.notation, _written_labels(written, known, network.scope))
    hearing = Hearing(blank, statement.text, examiner, wording, before)
    found: list[_JudgedLink] = []
    for position, assertion in enumerate(assertions):
        for one in _judged_links(assertion, position, hearing):
            found.append(one)
            seen.append(one.result)
    found = _under_premises(found, assertions)
    result = _worst([one.result for one in found])
    if len(found) > 1:
        named = [_named(one, statement, number) for number, one in enumerate(found, 1)]
        result = replace(_chain(_worst(named), named), id=blank.id, text=blank.text)
    if context and result.diagnosis is not None:
        result = replace(result, diagnosis=result.diagnosis.with_notes(("at", context)))
    if context and result.verdict not in HOLDS:
        result = replace(result, message=f"{result.message + ': ' if result.message else ''}at {context}")
    if statement.declaration.steps:
        return result  # its lines are shown as they are written
    shown = [examiner.proofreader.plain(assertion.equation) for assertion in assertions]
    return replace(result, reading="; ".join(shown))


def _under_premises(found: Sequence[_JudgedLink], assertions: Sequence[Assertion]) -> list[_JudgedLink]:
    """What is refuted behind an arrow, or before one, where what stands before it is no identity.

    That is a condition: it is none that holds of everything, and under it alone the rest is claimed.
    """
    said: dict[int, str] = {}
    for position, assertion in enumerate(assertions):
        holds = all(one.result.verdict in HOLDS for one in found if one.equation == position - 1)
        if assertion.written.follows and (not holds or position - 1 in said):
            said.setdefault(position - 1, PREMISE)
            said[position] = FOLLOWS
    return [
        replace(one, result=replace(one.result, verdict="undecided", message=said[one.equation], **NOTHING_WRONG))
        if one.equation in said and one.result.verdict == "refuted"
        else one
        for one in found
    ]


def _judged_links(assertion: Assertion, position: int, hearing: Hearing) -> Iterator[_JudgedLink]:
    """What is found of every link of an equation in all of its readings, and of what stands behind and is not read."""
    readings = (assertion, *assertion.rivals)
    for k, link in enumerate(assertion.links):
        results = [_along_paths(reading, k, hearing) for reading in readings]
        kept = conforming(results)
        results = [results[number] for number in kept]
        shown = [hearing.examiner.proofreader.plain(readings[number].equation) for number in kept]
        yield _JudgedLink(reconciled(results, _worst(results), shown, assertion.equation.choice), position, link)
    if assertion.broken is not None:
        why = placed(assertion.broken, hearing.text)
        yield _JudgedLink(replace(hearing.blank, diagnosis=why, message=why.message), position + 1)


def _along_paths(reading: Assertion, k: int, hearing: Hearing) -> ClaimResult:
    """What is found of a link. A chain over paths that fails is read without holding anything, too."""
    found = _of_any_entry(reading, k, hearing)
    literal = reading.literal
    if literal is None or found.verdict in HOLDS or (other := literal.links[k]) == reading.links[k]:
        return found
    plain = replace(hearing, before=FAILED).judged(other)
    if plain.verdict not in HOLDS:
        return found
    shown = [hearing.examiner.proofreader.plain(one.equation) for one in (reading, literal)]
    return reconciled([found, plain], found, shown)


def _of_any_entry(reading: Assertion, k: int, hearing: Hearing) -> ClaimResult:
    """What is found of a link. One that fails for any index that is called as a dimension may be one of the last."""
    found = hearing.judged(reading.links[k])
    scope = hearing.examiner.network.scope
    # What has no meaning for any index says why: there the size may be meant elsewhere.
    last = None if found.verdict in (*HOLDS, "invalid") else at_the_ends(reading.equation, scope)
    if last is None:
        return found
    other = replace(hearing, before=FAILED).judged(links_of(last, scope)[k])
    if other.verdict not in HOLDS:
        return found
    shown = [hearing.examiner.proofreader.plain(equation) for equation in (reading.equation, last)]
    return reconciled([found, other], found, shown)


def _written_labels(equations: Sequence[Equation], known: Labels, scope: Scope) -> dict[int, Expression]:
    """How the equations write the layers that they speak of: `l+1` for 2; not where two labels are one number."""
    found: dict[int, Expression] = {}
    double: set[int] = set()
    for node in (node for equation in equations for node in bottom_up(equation)):
        match node:
            case Subscript(Name(stem), (label,)) if stem not in scope.values and not isinstance(label, Number | Slice):
                number = label_value(label, known)
                if number is not None and found.setdefault(number, label) != label:
                    double.add(number)
    return {number: label for number, label in found.items() if number not in double}


def _named(found: _JudgedLink, statement: Statement, position: int) -> ClaimResult:
    """A link of a chain with its own place and words: its line, or what stands from its relation on."""
    result, text, lines = found.result, statement.text, statement.declaration.steps
    if lines:
        line = lines[found.equation]
        name = f"{result.id}, line {found.equation + 1}"
        return replace(result, id=name, text=line.text.strip(), where=line.where())
    link = found.link
    assert link is not None
    start, stop = link.before.span.start, link.right.span.stop
    result = replace(result, id=f"{result.id}, step {position}")
    if not start < stop <= len(text.text):
        return result
    if position > 1:
        between = text.text[link.before.span.stop : link.right.span.start]
        signs = [match.start() for match in RELATION.finditer(between)]
        raised = STACKED.search(between[: signs[-1]]) if signs else None
        start = link.before.span.stop + (raised.start() if raised else signs[-1] if signs else 0)
    return replace(result, text=text.text[start:stop].strip(), where=text.where(link.right.span.start, stop))


def _chain(worst: ClaimResult, links: Sequence[ClaimResult]) -> ClaimResult:
    """What is to be said of a chain: its first wrong step, and which later ones start from its mistake."""
    wrong = next((k for k, link in enumerate(links) if link.verdict in ("refuted", "invalid")), None)
    if wrong is None:
        return replace(worst, links=tuple(links))
    refuted = next((k for k, link in enumerate(links) if link.verdict == "refuted"), len(links))
    marked = [
        replace(link, message="the first wrong step")
        if k == wrong
        else replace(link, message="inherits the mistake")
        if k > refuted and link.verdict in HOLDS
        else replace(link, message="from the last step that has a meaning")
        if k and links[k - 1].verdict == "invalid" and link.verdict in HOLDS
        else link
        for k, link in enumerate(links)
    ]
    message = f"{links[wrong].id} is the first wrong step"
    later = sum(link.message == "inherits the mistake" for link in marked)
    if later:
        message += f"; {later} later one{'s inherit' if later > 1 else ' inherits'} its mistake"
    return replace(worst, links=tuple(marked), message=message)


def _worst(results: Sequence[ClaimResult]) -> ClaimResult:
    worst = min(results, key=lambda r: ORDER.index(r.verdict))
    facts = tuple(dict.fromkeys(fact for r in results for fact in r.facts))
    slopes = {slope.text: slope for r in results for slope in r.slopes}
    return replace(worst, facts=facts, slopes=tuple(slopes.values()))


def _finished(result: ClaimResult, statement: Statement) -> ClaimResult:
    """A result with what is expected of it: of every link, and of the whole."""
    accepted = frozenset({"proved"}) if statement.strict else HOLDS
    links = tuple(replace(link, holds=link.verdict in accepted) for link in result.links)
    result = replace(result, links=links)
    if not result.expected:
        return replace(result, holds=result.verdict in accepted)
    holds, code = result.verdict == result.expected, statement.declaration.code
    found = result.diagnosis.code if result.diagnosis is not None else ""
    if holds and code and found != code:
        message = f"expected the diagnosis {code}, found {found or 'none'}"
        return replace(result, holds=False, message=message)
    return replace(result, holds=holds)
