"""What is wrong with a refuted claim: the nearest true equation, found by trying edits.

Each edit changes the right side (or, for layouts, both); an edit whose result is
*proved* is the diagnosis, and its text the suggestion. Edits are tried from the
smallest on, filtered by numbers, which cost about a millisecond each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from functools import partial
from typing import TypeVar

from derivcheck.diagnostics.diagnostic import DerivcheckError, Diagnostic, SourceText, lapse, tracebacks_are_wanted
from derivcheck.forms.regrouping import regrouped
from derivcheck.forms.rewriting import negated
from derivcheck.graph.nodes import Node
from derivcheck.judging.differences import Differences
from derivcheck.judging.edit import Edit, divided, scaled
from derivcheck.judging.edits import Edits
from derivcheck.judging.holdings import held
from derivcheck.judging.judge import Judge
from derivcheck.judging.proofreader import Proofreader
from derivcheck.judging.provisos import Provisos
from derivcheck.judging.side_writer import SideWriter
from derivcheck.judging.suggestion import PLAIN, Suggester, Wording
from derivcheck.judging.trials import Trial, Trials
from derivcheck.language.claims import Link, Pair, pair
from derivcheck.language.lowering.letters import member_name
from derivcheck.language.network import Network
from derivcheck.language.notation.syntax import Derivative, Expression, Negate, Number, Span

CODES: dict[str, str] = {
    "DC201": "constant factor",
    "DC202": "sign",
    "DC203": "transpose missing",
    "DC204": "transpose superfluous",
    "DC205": "true in another layout",
    "DC206": "factors in the wrong order",
    "DC207": "entrywise product where a matrix product is meant",
    "DC208": "matrix product where an entrywise product is meant",
    "DC209": "function where its derivative is meant",
    "DC210": "derivative where the function is meant",
    "DC211": "derivative at the wrong argument",
    "DC212": "the factor f' is missing",
    "DC213": "wrong variable",
    "DC214": "sum over the wrong axis",
    "DC215": "sum missing",
    "DC216": "mean and sum exchanged",
    "DC217": "right on the diagonal only: off-diagonal terms are dropped",
    "DC218": "Kronecker delta missing",
    "DC219": "right only under a fact that is not given",
    "DC220": "right for special sizes only",
    "DC221": "a term is missing",
    "DC222": "a term too many",
    "DC223": "the power is wrong",
    "DC224": "a vector where its diagonal matrix is meant",
    "DC225": "a function is missing",
    "DC226": "another function is meant",
    "DC227": "constants are rounded",
    "DC228": "the symmetric half is missing",
    "DC229": "no edit that was tried makes it true",
    "DC230": "shapes differ",
    "DC232": "the chain rule is meant",
    "DC233": "a partial that holds a layer fixed",
    "DC234": "branches are swapped",
    "DC235": "a mask is missing",
    "DC236": "a factor is missing, or one too many",
    "DC237": "one term is wrong",
    "DC238": "a rule of another function, or of another argument",
    "DC239": "a filter the wrong way round",
}
UNREPAIRED = ("DC217", "DC220", "DC227")  # what is derived is shown for these
MENDABLE = ("DC121", "DC13", "DC14", "DC151")  # labels, shapes and indices
BUDGET = 1600  # edits that are tried
CLOSE = 1e-6  # what two numbers may differ by that are seen as the same
NEAR = 12  # of those that are right but for a number
Found = TypeVar("Found")


def unexplained(link: Pair, text: SourceText) -> Diagnostic:
    """What is to be said of a refuted link before anything is known of its mistake."""
    span = link.right_tree.span
    where = text.where(span.start, span.stop) if span.stop > span.start else text.where()
    if link.shapes is not None:
        message = f"the sides have different shapes: {link.shapes[0]} and {link.shapes[1]}"
        return Diagnostic("DC230", message, where, CODES["DC230"])
    return Diagnostic("DC229", "the two sides differ", where, CODES["DC229"])


# Another function, or a factor that is no number: a fact under which the claim is right as it stands is less than that.
LARGE = frozenset({"DC225", "DC226", "DC236"})


class Diagnoser:
    """Searches edits of refuted claims of one network."""

    def __init__(self, network: Network, judge: Judge, proofreader: Proofreader) -> None:
        """The `proofreader` has the derived forms that may be shown beside a claim."""
        self.network = network
        self.judge = judge
        self.proofreader = proofreader
        self.edits = Edits(network, judge, self)
        self.provisos = Provisos(network, judge, self.edits.stock, self)
        self.writer = SideWriter(network, judge)
        self.differences = Differences(self.writer, proofreader)
        self._suggester = Suggester(network, proofreader)
        self._shown: dict[tuple[Node, Expression], Expression | None] = {}
        self.lapses: list[str] = []  # what failed in attempts that came to nothing by that

    def attempted(self, work: Callable[[], Found], otherwise: Found) -> Found:
        """What one attempt finds. A failure that nobody foresaw costs this attempt alone, and is noted."""
        try:
            return work()
        except Exception as problem:
            if tracebacks_are_wanted():
                raise
            self.lapses.append(lapse(problem))
            return otherwise

    def diagnose(self, link: Pair, text: SourceText, wording: Wording = PLAIN) -> tuple[Diagnostic, str]:
        """(diagnostic, suggestion) for a refuted link; the suggestion is proved, or empty."""
        trials = Trials(link, self.network, self.judge)
        edit = self._mended(trials, link)
        if edit is not None:
            return self._told(link, edit, text, wording)
        likely = self.attempted(trials.likely, None)
        if likely is not None:
            message = f"{likely.message}, as far as numbers tell"
            suggestion = self._derived_suggestion(trials, link, wording)
            return self._diagnostic(link, likely.code, message, likely.span, text, suggestion), suggestion
        if (condition := self.provisos.condition(link)) is not None:
            code, message = condition
            suggestion = self._derived_suggestion(trials, link, wording) if code in UNREPAIRED else ""
            return self._diagnostic(link, code, message, link.right_tree.span, text, suggestion), suggestion
        bare = unexplained(link, text)
        suggestion = "" if link.shapes is not None else self._derived_suggestion(trials, link, wording)
        return self._diagnostic(link, bare.code, bare.message, link.right_tree.span, text, suggestion), suggestion

    def _mended(self, trials: Trials, link: Pair) -> Edit | None:
        """The edit that makes the claim true: the likeliest mistake, else a fact, else two mistakes, else a term."""
        near: list[Trial] = []
        edits = sorted(self.edits.of(link), key=lambda edit: edit.cost)[:BUDGET]
        return (
            self._first(trials, self._held(link))
            or self._first(trials, self._zero(trials, link))
            or self._first(trials, (edit for edit in edits if edit.code not in LARGE), near)
            or self._fact(link)
            or self._first(trials, (edit for edit in edits if edit.code in LARGE), near)
            or self._first(trials, sorted(self.edits.terms(link), key=lambda edit: edit.cost)[:BUDGET], near)
            or self._first(trials, self._scaled(trials, near, link))
            or self._first(trials, self.edits.beneath(link))
            or self._first(trials, self.edits.made(self.differences.of(link)))
        )

    def _fact(self, link: Pair) -> Edit | None:
        """A fact that is not given, under which the claim is right as it stands."""
        found = self.provisos.fact(link)
        return None if found is None else Edit(*found, link.right_tree, link.right_tree.span, 0)

    def _first(self, trials: Trials, edits: Iterable[Edit], near: list[Trial] | None = None) -> Edit | None:
        """The first edit that is proved; those that are right but for a number are added to the `near` ones."""
        for edit in edits:
            trial = self.attempted(partial(trials.tried, edit), None)
            if trial is None:
                continue
            if trial.ratio != 1.0:
                if near is not None:
                    near.append(trial)
            elif self.attempted(partial(trials.proves, trial), False):
                return edit
        return None

    def _held(self, link: Pair) -> Iterator[Edit]:
        for left, right, names in held(link, self.network.scope):
            shown = " and ".join(f"`{self.proofreader.plain(name)}`" for name in names)
            message = f"true if {shown} {'is' if len(names) == 1 else 'are'} held fixed"
            yield Edit("DC233", message, right, link.left_tree.span, 0, left)

    def _zero(self, trials: Trials, link: Pair) -> Iterator[Edit]:
        if trials.vanishes:
            yield Edit("DC222", "the left side is zero", Number(Fraction(0)), link.right_tree.span, 0)

    def _scaled(self, trials: Trials, near: Sequence[Trial], link: Pair) -> Iterator[Edit]:
        """Edits that are right but for a sign or a number: two mistakes at once."""
        for trial in sorted(near, key=lambda trial: (abs(trial.ratio + 1.0) > CLOSE, trial.edit.cost))[:NEAR]:
            tree, size = trial.edit.tree, abs(trial.ratio)
            if abs(trial.ratio + 1.0) < CLOSE:
                yield replace(trial.edit, tree=negated(tree), message=f"{trial.edit.message}, and the sign is wrong")
                continue
            for factor, shown in self.edits.numbers(link):
                known = trials.number(factor)
                for made, said, value in (
                    (scaled(tree, factor), f"a factor {shown} is missing", known),
                    (divided(tree, factor), f"a factor {shown} too large", 1 / known if known else None),
                ):
                    if value is not None and abs(value - size) > CLOSE * size:
                        continue
                    also = f"{trial.edit.message}, and {said}"
                    if trial.ratio > 0:
                        yield replace(trial.edit, tree=made, message=also)
                    else:
                        yield replace(trial.edit, tree=Negate(made), message=f"{also}, and the sign is wrong")

    def _told(self, link: Pair, edit: Edit, text: SourceText, wording: Wording) -> tuple[Diagnostic, str]:
        """What is said of an edit that was proved; a changed left side is no right side to paste."""
        if edit.left is not None:
            whole = self._suggester.whole(edit.left, edit.tree, wording)
            return self._diagnostic(link, edit.code, edit.message, edit.span, text, whole), ""
        suggestion = "" if edit.code == "DC219" else self._suggester.spelled(link, edit.tree, wording, text.text)
        return self._diagnostic(link, edit.code, edit.message, edit.span, text, suggestion), suggestion

    def _derived_suggestion(self, trials: Trials, link: Pair, wording: Wording) -> str:
        """The derived right side, where it is proved and is no plain repetition of the left one."""
        derived = self.form(link)
        if derived is None:
            return ""
        edit = self._first(trials, [Edit("DC229", "", derived, link.right_tree.span, 9)])
        return "" if edit is None else self._suggester.spelled(link, derived, wording)

    def diagnose_invalid(
        self, link: Link, found: Diagnostic, text: SourceText, wording: Wording = PLAIN
    ) -> tuple[Diagnostic, str]:
        """(diagnostic, suggestion) for a right side that has no meaning, where an edit makes the claim true."""
        if not found.code.startswith(MENDABLE):
            return found, ""  # of an unknown name, what is meant is known better
        try:
            asked = replace(pair(link.left, link.left, "=", None, self.network.scope), right_tree=link.right)
        except DerivcheckError:
            return found, ""
        with suppress(DerivcheckError):
            plain = pair(link.left, link.right, "=", None, self.network.scope)
            if self.judge.prover.proof(plain.left, plain.right).proved:
                return found, ""  # the condition alone has none
        edit = self._first(Trials(asked, self.network, self.judge), self._sorted(asked))
        if edit is None or edit.left is not None:
            return found, ""
        made, suggestion = self._told(asked, edit, text, wording)
        return made.with_notes((found.code, f"{found.message}: {found.label}")), suggestion

    def _sorted(self, link: Pair) -> list[Edit]:
        return sorted((*self.edits.of(link), *self.edits.terms(link)), key=lambda edit: edit.cost)[:BUDGET]

    def _diagnostic(
        self, link: Pair, code: str, message: str, span: Span, text: SourceText, suggestion: str
    ) -> Diagnostic:
        notes: list[tuple[str, str]] = []
        derived = self.form(link)
        if derived is not None:
            notes.append(("derived", f"{self.proofreader.plain(link.left_tree)} = {self.proofreader.plain(derived)}"))
        elif self._names_a_derivative(link) and (entry := self.proofreader.entry_of(link.left)) is not None:
            notes.append(("derived", self.proofreader.plain(entry)))
        where = text.where(span.start, span.stop) if span.stop > span.start else text.where()
        return Diagnostic(code, message, where, CODES[code], tuple(notes), suggestion)

    def _names_a_derivative(self, link: Pair) -> bool:
        """Whether the left side is a whole derivative, or a `let` name of one: another may have the same entries."""
        scope = self.network.scope
        meant = scope.abbreviations.get(member_name(link.left_tree, scope) or "", link.left_tree)
        return not link.letters and isinstance(meant, Derivative)

    def form(self, link: Pair) -> Expression | None:
        """What derivcheck derives for the left side, in the language of the claim, as it was read back."""
        return self.attempted(lambda: self._form(link), None)

    def _form(self, link: Pair) -> Expression | None:
        key = (link.left, link.left_tree)
        if key not in self._shown:
            forms = (form for form in self._forms(link) if form is not None and form != link.left_tree)
            self._shown[key] = next((f for f in forms if self.proofreader.judged(link.left_tree, f) is not None), None)
        return self._shown[key]

    def _forms(self, link: Pair) -> Iterator[Expression | None]:
        """What the left side may read as: a gradient of its value can lie otherwise than the side does."""
        if not link.letters:
            yield self.proofreader.matrix_of(link.left)
        else:
            yield self.proofreader.entry_at(link.left_tree)
        if isinstance(link.left_tree, Derivative):
            written = self.writer.written(link)
            if written is not None:
                yield regrouped(written.tree, self.proofreader.scalars)
                yield written.tree

    def terms(self, link: Pair) -> Sequence[tuple[Expression, bool]]:
        """The terms of the derived entry, multiplied out."""
        return self.attempted(lambda: self.writer.terms(link), ())
