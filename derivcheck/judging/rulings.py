"""Claims and what is to be said of them: read, judged at every depth and label, explained where they are wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from derivcheck.diagnostics.diagnostic import (
    ContradictionError,
    DerivcheckError,
    Diagnostic,
    NotationError,
    SourceText,
    SpecError,
    UnsupportedError,
    own_bug,
    tracebacks_are_wanted,
)
from derivcheck.diagnostics.verdicts import HOLDS, ClaimResult, Verdict
from derivcheck.graph.nodes import constant
from derivcheck.judging.deadline import Limit, aside, within
from derivcheck.judging.diagnose import Diagnoser, unexplained
from derivcheck.judging.examiner import Examiner, late_text
from derivcheck.judging.general import (
    Instance,
    depths_to_try,
    described,
    holds_for_every_depth,
    is_proved,
    least_depth,
)
from derivcheck.judging.measurement import finite_difference
from derivcheck.judging.rivals import reconciled
from derivcheck.language.claims import Link, Pair, links_of, pair, proportional
from derivcheck.language.lowering.descents import refuse_descents
from derivcheck.language.lowering.scope import Scope
from derivcheck.language.lowering.summation import over_pairs
from derivcheck.language.network import Network, located
from derivcheck.language.notation.labels import label_value, refuse_bound_and_free, substitute_labels
from derivcheck.language.notation.parser import parse_continuation, parse_equation, parse_expression
from derivcheck.language.notation.relations import BY_NAME, RELATIONS, Claimed, pattern
from derivcheck.language.notation.syntax import Equation, Expression, Name, Number, Slice, Subscript, bottom_up
from derivcheck.language.powers import as_products
from derivcheck.language.uniformity import is_uniform, sums_of_families
from derivcheck.spec import ClaimDeclaration
from derivcheck.spec.declarations import NamedFormula
from derivcheck.spec.spelling import WORD, spelled

ORDER = ("internal", "invalid", "refuted", "undecided", "checked", "proved")
MAXIMAL_LABELS = 1_000
NEAR = "the sides differ; how near they are meant to be is not said"
RELATION = re.compile("!=|" + pattern(RELATIONS))
# What may stand open around the sign: `\overset{(b)}{`
STACKED = re.compile(r"\\(?:overset|underset|stackrel)\s*\{(?:[^{}]|\{[^{}]*\})*\}\s*\{\s*$")
FAILED: tuple[Verdict, ...] = ("invalid", "refuted")
NONCONFORMING = frozenset({"DC130", "DC131", "DC132"})
QUANTIFIER = re.compile(rf"\s*({WORD})\s+in\s+(.+?)\s*\.\.\s*(.+?)\s*")

Notation = Literal["plain", "latex"]


@dataclass(frozen=True, slots=True)
class Wording:
    """How a claim is written: its notation, and its labels for the numbers of layers."""

    notation: Notation = "plain"
    labels: Mapping[int, Expression] = field(default_factory=dict)


PLAIN = Wording()
Labels = Mapping[str, int]
Reader = Callable[[Examiner, Labels], Sequence[Equation]]
Search = Callable[[Diagnoser], tuple[Diagnostic, str]]


@dataclass(frozen=True, slots=True)
class Assertion:
    """An equation as it was read, with numbers for its layer labels, and every step of it; its other readings."""

    written: Equation
    equation: Equation
    links: tuple[Link, ...]
    rivals: tuple[Assertion, ...] = ()


class Assertions:
    """What is asserted at a depth and label, read and lowered once. Raises NotationError and UnsupportedError."""

    def __init__(self, read: Reader) -> None:
        self._read = read
        self._found: dict[tuple[Examiner, tuple[tuple[str, int], ...]], tuple[Assertion, ...]] = {}

    def __call__(self, examiner: Examiner, labels: Labels) -> tuple[Assertion, ...]:
        key = (examiner, tuple(sorted(labels.items())))
        if key not in self._found:
            known = {**examiner.network.depth, **labels}
            scope = examiner.network.scope
            self._found[key] = tuple(_assertion(written, known, scope) for written in self._read(examiner, labels))
        return self._found[key]


def _assertion(written: Equation, known: Labels, scope: Scope) -> Assertion:
    equation = over_pairs(labelled(written, known, scope), scope)
    rivals = tuple(_assertion(rival, known, scope) for rival in written.rivals)
    return Assertion(written, equation, tuple(links_of(equation, scope)), rivals)


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing that is stated: what it asserts, the text that its places refer to, and what is expected of it.

    `span` is the part of the text that says it, all of it where there is none; `labels`
    are what its layer labels run through, given an examiner.
    """

    declaration: ClaimDeclaration
    text: SourceText
    assertions: Assertions
    span: tuple[int, int] | None = None
    labels: Callable[[Examiner], Sequence[Labels]] | None = None

    def labels_at(self, examiner: Examiner) -> Sequence[Labels]:
        """The labels that it runs through. Raises SpecError (DC041)."""
        return self.labels(examiner) if self.labels is not None else labels_of(self.declaration, examiner)

    def blank(self) -> ClaimResult:
        """Its result before anything is known."""
        start, stop = self.span or (0, len(self.text.text))
        shown, where = self.text.text[start:stop].strip(), self.text.where(start, stop)
        return ClaimResult(self.declaration.id, shown, where, "invalid", self.declaration.expect, False)


def judge_claim(declaration: ClaimDeclaration, examiners: Sequence[Examiner], strict: bool) -> ClaimResult:
    """One claim at every depth and label it speaks of; the worst verdict counts."""
    first = declaration.steps[0] if declaration.steps else declaration.text
    assert first is not None
    blank = ClaimResult(declaration.id, first.text.strip(), first.where(), "invalid", declaration.expect, False)

    def judge(seen: list[ClaimResult]) -> ClaimResult:
        try:
            own = [examiner.for_claim(declaration) for examiner in examiners]
        except ContradictionError:
            raise
        except DerivcheckError as problem:
            return replace(blank, diagnosis=problem.diagnostic, message=problem.diagnostic.message)
        if declaration.steps:
            return _judge_steps(declaration, own[0], blank, seen)
        assert declaration.text is not None
        return _stated(Statement(declaration, declaration.text, Assertions(reader_of(declaration))), own, seen)

    return isolated(judge, blank, examiners, strict, declaration.code)


def judge_statement(statement: Statement, examiners: Sequence[Examiner], strict: bool) -> ClaimResult:
    """A statement at every depth and label; `examiners` know the abbreviations and facts that it brings along."""
    code = statement.declaration.code
    return isolated(lambda seen: _stated(statement, examiners, seen), statement.blank(), examiners, strict, code)


def isolated(
    judge: Callable[[list[ClaimResult]], ClaimResult],
    blank: ClaimResult,
    examiners: Sequence[Examiner],
    strict: bool,
    code: str = "",
) -> ClaimResult:
    """What `judge` finds, or that it took too long, or that it failed: whatever happens to a claim is its own result.

    `judge` adds what it finds of single steps, depths and labels to the list that it is
    given: what is refuted stays refuted where the rest takes too long. Raises
    DerivcheckError for what is wrong with the spec.
    """
    seen: list[ClaimResult] = []
    seconds = examiners[0].measuring.seconds

    def late() -> ClaimResult:
        _renew(examiners)
        worst = _worst([*seen, replace(blank, verdict="undecided", message=late_text(seconds))])
        return replace(worst, id=blank.id, text=blank.text)

    try:
        result = within(Limit(seconds, busy=True), lambda: judge(seen), late)
    except ContradictionError as problem:
        result = _internal(blank, problem.diagnostic)
    except DerivcheckError:
        raise
    except Exception as problem:
        if tracebacks_are_wanted():
            raise
        _renew(examiners)
        result = _internal(blank, own_bug(problem))
    return _finished(result, strict, code)


def _renew(examiners: Sequence[Examiner]) -> None:
    for examiner in examiners:
        examiner.renew()


def _internal(blank: ClaimResult, problem: Diagnostic) -> ClaimResult:
    return replace(blank, verdict="internal", diagnosis=problem.at(blank.where), message=problem.message)


def _stated(statement: Statement, examiners: Sequence[Examiner], seen: list[ClaimResult]) -> ClaimResult:
    """A statement at every depth and label, every link of it added to those `seen`."""
    declaration = statement.declaration
    results: list[ClaimResult] = []
    for examiner in examiners:
        for labels in statement.labels_at(examiner):
            found = [result.verdict for result in results]
            results.append(_judge_one(statement, examiner, labels, found, seen))
    if not results:
        quantifier = declaration.quantifier
        where = quantifier.where() if quantifier else None
        nothing = Diagnostic("DC041", "the range of `for` is empty at every depth", where)
        return replace(statement.blank(), diagnosis=nothing, message=nothing.message)
    worst = _worst(results)

    def unknown() -> Labels | None:
        _renew(examiners)
        return None

    if examiners[0].network.depth and worst.verdict in HOLDS:
        least = aside(lambda: _least_depth(statement, examiners[0]), unknown) if worst.verdict == "proved" else None
        tried = [examiner.network.depth for examiner in examiners]
        runs = any(labels for examiner in examiners for labels in statement.labels_at(examiner))
        worst = replace(worst, reach=described(least, runs, tried))
    if declaration.notation == "plain" and worst.verdict != "invalid":
        diagnoser = examiners[0].diagnoser
        note = aside(
            lambda: diagnoser.attempted(lambda: _of_powers(statement, examiners), ""), lambda: _nothing(examiners)
        )
        worst = replace(worst, note="; ".join(filter(None, (worst.note, note))))
    return worst


def _nothing(examiners: Sequence[Examiner]) -> str:
    _renew(examiners)
    return ""


def _of_powers(statement: Statement, examiners: Sequence[Examiner]) -> str:
    """What a claim would be if its powers of square matrices were products of matrices; empty where it has none."""
    shown, found = "", []
    for examiner in examiners:
        for labels in statement.labels_at(examiner):
            for assertion in statement.assertions(examiner, labels):
                equation = as_products(assertion.equation, examiner.network.scope)
                if equation is None:
                    continue
                shown = shown or examiner.proofreader.plain(equation)
                for link in links_of(equation, examiner.network.scope):
                    found.append(_judge_link(statement.blank(), link, examiner, statement.text, PLAIN, FAILED).verdict)
    if not found:
        return ""
    return f"powers entry by entry; with products of matrices, `{shown}` is {min(found, key=ORDER.index)}"


# --- reading ----------------------------------------------------------------------------------


def reader_of(declaration: ClaimDeclaration) -> Reader:
    """How the text of a claim is read, in its own notation."""
    text = declaration.text
    assert text is not None
    if declaration.notation == "plain":
        return lambda examiner, labels: (parse_equation(text.text, examiner.network.scope.vocabulary()),)

    def read(examiner: Examiner, labels: Labels) -> Sequence[Equation]:
        from derivcheck.language.latex import parse_latex_derivation

        spec = examiner.network.spec
        known = {**examiner.network.depth, **labels}
        symbols, macros = spellings(spec.symbols), spellings(spec.macros)
        return parse_latex_derivation(text.text, examiner.network.scope, symbols, macros, known)

    return read


def spellings(formulas: Sequence[NamedFormula]) -> dict[str, str]:
    """`symbols:` or `macros:` of a spec as the reader of LaTeX wants them."""
    return {formula.name.text: formula.text.text for formula in formulas}


def check_spellings(network: Network) -> None:
    """Raises SpecError (DC178) at the first of the spec's symbols that is not read."""
    from derivcheck.language.latex.symbols import Symbols

    spec = network.spec
    for symbol in spec.symbols:
        try:
            Symbols({symbol.name.text: symbol.text.text}, spellings(spec.macros), network.scope)
        except NotationError as problem:
            raise SpecError(problem.diagnostic.at(symbol.name.where())) from None


def labels_of(declaration: ClaimDeclaration, examiner: Examiner) -> list[dict[str, int]]:
    """The labels that a claim's `for:` runs through. Raises SpecError (DC041)."""
    quantifier = declaration.quantifier
    if quantifier is None:
        return [{}]
    match = QUANTIFIER.fullmatch(quantifier.text)
    if not match:
        raise SpecError(
            Diagnostic("DC041", "`for` names a label and its range", quantifier.where(), "", (), "l in 1..L-1")
        )
    ends = []
    for group in (2, 3):
        value = label_value(parse_expression(match[group]), examiner.network.depth)
        if value is None:
            raise SpecError(Diagnostic("DC041", f"`{match[group]}` is not the end of a range", quantifier.where()))
        ends.append(value)
    if ends[1] - ends[0] > MAXIMAL_LABELS:
        raise SpecError(Diagnostic("DC041", "the range of `for` is too long", quantifier.where()))
    return [{spelled(match[1]): value} for value in range(ends[0], ends[1] + 1)]


def labelled(equation: Equation, labels: Labels, scope: Scope) -> Equation:
    """The equation with its labels replaced by their numbers; limits keep the names of ends, `sum_{k in 2..T}`.

    Raises NotationError for a label that a sum binds and that stands free besides (DC150), and for limits
    that run downwards (DC119).
    """

    def numbered(one: Equation) -> Equation:
        for side in one.sides:
            refuse_bound_and_free(side, labels)
            refuse_descents(side, labels, scope.labels, scope.depth)
        values = scope.undeclared(labels)
        return replace(one, sides=tuple(substitute_labels(side, labels, values, scope.depth) for side in one.sides))

    return equation.changed(numbered)


def _least_depth(statement: Statement, above: Examiner) -> Labels | None:
    """The depth from which on a claim about a family is proved for every label (general.py); none where it is at all.

    None where there is no proof for any depth. Raises ContradictionError.
    """
    spec = above.network.spec

    def instances(summed: frozenset[str]) -> Iterator[Instance]:
        for depth in depths_to_try(spec):
            examiner = above.at_depth(depth).for_claim(statement.declaration)
            first = min(int(family.first.text) for family in spec.families)
            for labels in statement.labels_at(examiner):
                links: list[Pair] = []
                for reading in _readings(statement, examiner, labels):
                    links += map(_pair_of, reading.links)
                label = next(iter(labels.values()), None)
                yield Instance(next(iter(depth.values())), label, first, examiner.judge, tuple(links), summed)

    try:
        found = sums_of_families(above.network, statement.declaration.let)
        said = [reading for labels in statement.labels_at(above)[:1] for reading in _readings(statement, above, labels)]
        if found is None or not all(
            is_uniform(side, above.network.scope) for one in said for side in one.written.sides
        ):
            return None
        if not holds_for_every_depth(instances(found)):
            return None
        return least_depth(spec, lambda depth: _is_proved_at(statement, above, depth))
    except ContradictionError:
        raise
    except DerivcheckError:
        return None


def _is_proved_at(statement: Statement, above: Examiner, depth: dict[str, int]) -> bool:
    """Whether a statement is proved at a depth wherever it says something there: `W[3]` says nothing of two layers."""
    try:
        examiner = above.at_depth(depth).for_claim(statement.declaration)
        every = statement.labels_at(examiner)
    except DerivcheckError:
        return True
    for labels in every:
        try:
            links = [_pair_of(link) for one in _readings(statement, examiner, labels) for link in one.links]
        except DerivcheckError:
            continue
        if not is_proved(links, examiner.judge):
            return False
    return True


def _readings(statement: Statement, examiner: Examiner, labels: Labels) -> Iterator[Assertion]:
    for assertion in statement.assertions(examiner, labels):
        yield from (assertion, *assertion.rivals)


def _pair_of(link: Link) -> Pair:
    """Raises NotationError and UnsupportedError for a link without a meaning."""
    if not isinstance(link.outcome, Pair):
        raise link.outcome
    return link.outcome


# --- judging ----------------------------------------------------------------------------------


def _worst(results: Sequence[ClaimResult]) -> ClaimResult:
    worst = min(results, key=lambda r: ORDER.index(r.verdict))
    facts = tuple(dict.fromkeys(fact for r in results for fact in r.facts))
    slopes = {slope.text: slope for r in results for slope in r.slopes}
    return replace(worst, facts=facts, slopes=tuple(slopes.values()))


def _finished(result: ClaimResult, strict: bool, code: str = "") -> ClaimResult:
    links = tuple(
        replace(link, holds=link.verdict == "proved" if strict else link.verdict in HOLDS) for link in result.links
    )
    result = replace(result, links=links)
    if result.expected:
        holds = result.verdict == result.expected
        found = result.diagnosis.code if result.diagnosis is not None else ""
        if holds and code and found != code:
            message = f"expected the diagnosis {code}, found {found or 'none'}"
            return replace(result, holds=False, message=message)
    else:
        holds = result.verdict == "proved" if strict else result.verdict in HOLDS
    return replace(result, holds=holds)


def _judge_one(
    statement: Statement, examiner: Examiner, labels: Labels, before: Sequence[Verdict], seen: list[ClaimResult]
) -> ClaimResult:
    """A statement at one depth and label. What is as bad as a verdict found before will not be shown: no diagnosis."""
    network, text, declaration = examiner.network, statement.text, statement.declaration
    blank = statement.blank()
    context = ", ".join([*([examiner.prefix] if examiner.prefix else []), *(f"{k} = {v}" for k, v in labels.items())])
    try:
        assertions = statement.assertions(examiner, labels)
    except UnsupportedError as problem:
        return replace(blank, verdict="undecided", message=problem.diagnostic.message)
    except NotationError as problem:
        found = located(problem, text).diagnostic
        return replace(blank, diagnosis=found, message=found.message)
    links = [link for assertion in assertions for link in assertion.links]
    written = [assertion.written for assertion in assertions]
    wording = Wording(declaration.notation, _written_labels(written, {**network.depth, **labels}, network.scope))
    judged: list[ClaimResult] = []
    for readings in ((assertion, *assertion.rivals) for assertion in assertions):
        for k in range(len(readings[0].links)):
            found_of = [_judge_link(blank, one.links[k], examiner, text, wording, before) for one in readings]
            judged.append(_of_all_readings(found_of, readings, examiner))
            seen.append(judged[-1])
    result = _worst(judged)
    if len(judged) > 1:
        judged = [_named(one, link, text, k) for k, (one, link) in enumerate(zip(judged, links, strict=True), 1)]
        result = replace(_chain(_worst(judged), judged), id=blank.id, text=blank.text)
    if context and result.diagnosis is not None:
        result = replace(result, diagnosis=result.diagnosis.with_notes(("at", context)))
    if context and result.verdict not in HOLDS:
        result = replace(result, message=f"{result.message + ': ' if result.message else ''}at {context}")
    shown = [examiner.proofreader.plain(assertion.equation) for assertion in assertions]
    return replace(result, reading="; ".join(shown))


def _of_all_readings(results: Sequence[ClaimResult], readings: Sequence[Assertion], examiner: Examiner) -> ClaimResult:
    shown = [examiner.proofreader.plain(reading.equation) for reading in readings]
    return reconciled(results, _worst(results), shown)


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


def _named(result: ClaimResult, link: Link, text: SourceText, position: int) -> ClaimResult:
    """A link of a chain with its own place and words: after the first one, from its relation on."""
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


def _judge_link(
    blank: ClaimResult, link: Link, examiner: Examiner, text: SourceText, wording: Wording, before: Sequence[Verdict]
) -> ClaimResult:
    match link.outcome:
        case Pair():
            return _judge_pair(blank, link.outcome, examiner, text, wording, "invalid" in before or "refuted" in before)
        case UnsupportedError() as problem:
            return replace(blank, verdict="undecided", message=problem.diagnostic.message)
        case NotationError() as problem:
            found = located(problem, text).diagnostic
            if link.relation == "!=" and found.code in NONCONFORMING:
                # A product of shapes that do not fit equals nothing.
                return replace(blank, verdict="proved", message=f"the right side does not conform: {found.message}")
            if link.relation == "=" and "invalid" not in before:
                return _explained(
                    blank,
                    examiner,
                    found,
                    lambda diagnoser: diagnoser.diagnose_invalid(
                        link.left, link.right, text, found, wording.notation, wording.labels
                    ),
                )
            return replace(blank, diagnosis=found, message=found.message)


def _judge_pair(
    blank: ClaimResult,
    link: Pair,
    examiner: Examiner,
    text: SourceText,
    wording: Wording = PLAIN,
    known: bool = False,
) -> ClaimResult:
    """One pair; where it is `known` that the claim fails, what is wrong is not searched for again."""
    relation = BY_NAME[link.relation]
    if relation.claimed is Claimed.NEAR:
        near = _judge_pair(blank, replace(link, relation="="), examiner, text, wording, known=True)
        return near if near.verdict != "refuted" else replace(near, verdict="undecided", witness=None, message=NEAR)
    if relation.claimed is Claimed.PROPORTIONAL:
        return _judge_factor(blank, link, examiner, text)
    if relation.claimed is Claimed.NOTHING:
        return replace(blank, verdict="undecided", message=relation.reason)
    different = relation.claimed is Claimed.DIFFERENT
    if link.shapes is not None:
        unequal: Verdict = "proved" if different else "refuted"
        message = f"the sides have different shapes: {link.shapes[0]} and {link.shapes[1]}"
        refuted = replace(blank, verdict=unequal, message=message)
        return refuted if different or known else _diagnosed(refuted, link, examiner, text, wording)
    judgement = examiner.judge.judge(link.left, link.right, link.axes, derived=link.derived, condition=link.condition)
    verdict, message = judgement.verdict, judgement.reason
    if different:
        # Two sides that differ somewhere, with a witness, differ as functions.
        flipped: dict[Verdict, Verdict] = {"proved": "refuted", "checked": "refuted", "refuted": "proved"}
        verdict = flipped.get(verdict, verdict)
        message = "the sides are equal" if verdict == "refuted" else message
    witness = judgement.witness
    if witness is not None and not known:
        measured = finite_difference(
            link, examiner.network.scope, examiner.network.facts, examiner.network.sizes, witness
        )
        witness = replace(witness, finite_difference=measured)
    result = replace(
        blank,
        verdict=verdict,
        facts=judgement.facts,
        exact=judgement.exact,
        numeric=judgement.numeric,
        slopes=judgement.slopes,
        witness=witness,
        message=message,
    )
    wrong = verdict == "refuted" and not different and not known
    return _diagnosed(result, link, examiner, text, wording) if wrong else result


def _judge_factor(blank: ClaimResult, link: Pair, examiner: Examiner, text: SourceText) -> ClaimResult:
    """`A ∝ B`: one factor, whatever it depends on, makes every entry of B that of A."""
    if link.shapes is not None:
        return _judge_pair(blank, replace(link, relation="="), examiner, text, known=True)
    crossed = proportional(link)
    if crossed is None:
        return replace(blank, verdict="undecided", message="between two numbers there is always a factor")
    nothing = replace(link, right=constant(0), relation="=")
    if _judge_pair(blank, replace(nothing, left=link.right), examiner, text, known=True).verdict != "refuted":
        crossed = nothing  # only zero is a multiple of zero
    elif _judge_pair(blank, nothing, examiner, text, known=True).verdict != "refuted":
        return replace(blank, verdict="undecided", message="the left side is zero, a multiple of anything")
    result = _judge_pair(blank, crossed, examiner, text, known=True)
    if result.verdict != "refuted":
        return result
    where = text.where(link.right_tree.span.start, link.right_tree.span.stop)
    found = Diagnostic("DC231", "no one factor fits every entry", where, "not a multiple")
    return replace(result, witness=None, diagnosis=found, message=found.message)


def _diagnosed(result: ClaimResult, link: Pair, examiner: Examiner, text: SourceText, wording: Wording) -> ClaimResult:
    """A refuted claim with its diagnosis and, where one is proved, the suggestion."""
    return _explained(
        result,
        examiner,
        unexplained(link, text),
        lambda diagnoser: diagnoser.diagnose(link, text, wording.notation, wording.labels),
    )


def _explained(result: ClaimResult, examiner: Examiner, bare: Diagnostic, search: Search) -> ClaimResult:
    """What the search for a mistake finds; `bare` is what is known without it. It costs no verdict, however it ends."""

    def late() -> ClaimResult:
        examiner.renew()
        return replace(result, diagnosis=bare.with_notes(("search", "what is wrong was not found in time")))

    def found() -> ClaimResult:
        diagnoser = examiner.diagnoser
        failed = bare.with_notes(("search", "derivcheck failed in it"))
        diagnosis, suggestion = diagnoser.attempted(lambda: search(diagnoser), (failed, ""))
        lapses = tuple(diagnoser.lapses)
        if lapses:
            examiner.renew()
        message = diagnosis.message if result.verdict == "invalid" else result.message
        return replace(result, diagnosis=diagnosis, suggestion=suggestion, lapses=lapses, message=message)

    return aside(found, late)


def _judge_steps(
    declaration: ClaimDeclaration, examiner: Examiner, blank: ClaimResult, links: list[ClaimResult]
) -> ClaimResult:
    """A derivation: the first line is an equation, each further line continues the one above; all of them `links`."""
    network = examiner.network
    sides: list[Expression] = []
    for position, line in enumerate(declaration.steps):
        here = replace(blank, id=f"{declaration.id}, line {position + 1}", text=line.text.strip(), where=line.where())
        try:
            vocabulary = network.scope.vocabulary()
            read = parse_equation(line.text, vocabulary) if position == 0 else parse_continuation(line.text, vocabulary)
            chain = [*sides[-1:], *read.sides] if position else list(read.sides)
            for left, relation, right in zip(chain, read.relations, chain[1:], strict=False):
                links.append(_judge_pair(here, pair(left, right, relation, read.where, network.scope), examiner, line))
            sides = chain
        except UnsupportedError as problem:
            links.append(replace(here, verdict="undecided", message=problem.diagnostic.message))
        except NotationError as problem:
            found = located(problem, line).diagnostic
            links.append(replace(here, diagnosis=found, message=found.message))
            break
    return replace(_chain(_worst(links), links), id=declaration.id, text=blank.text)
