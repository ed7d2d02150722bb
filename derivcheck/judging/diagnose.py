"""What is wrong with a refuted claim: the nearest true equation, found by trying edits.

Each edit changes the right side (or, for layouts, both); an edit whose result is
*proved* is the diagnosis, and its text the suggestion. Edits are tried from the
smallest on, filtered by numbers, which cost about a millisecond each.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TypeVar

from derivcheck.diagnostics.diagnostic import DerivcheckError, Diagnostic, SourceText, lapse, tracebacks_are_wanted
from derivcheck.evidence import exact
from derivcheck.evidence.canonical.atoms import GrowthError, UndefinedError, magnitude
from derivcheck.evidence.canonical.form import Facts
from derivcheck.forms.entries import entry_writer, native
from derivcheck.forms.index_form import Naming, index_form
from derivcheck.forms.matrix_form import matrix_form, matrix_function_writer
from derivcheck.forms.matrix_naming import MatrixNaming, NoMatrixForm
from derivcheck.forms.polynomials import NamedPolynomial
from derivcheck.forms.reading import Namer
from derivcheck.forms.rewriting import joined, summands
from derivcheck.graph.axes import Axis
from derivcheck.graph.nodes import Node, constant, delta, is_zero, multiply, subtract, topological
from derivcheck.graph.sizes import dimensions_of, small_sizes
from derivcheck.judging.edits import Edit, Edits
from derivcheck.judging.holdings import held
from derivcheck.judging.judge import Judge
from derivcheck.judging.proofreader import Proofreader
from derivcheck.judging.suggestion import PLAIN, Suggester, Wording
from derivcheck.language.claims import Link, Pair, pair
from derivcheck.language.facts import fits
from derivcheck.language.lowering.letters import member_name
from derivcheck.language.network import Network
from derivcheck.language.notation.syntax import Derivative, Expression, Name, Negate, Span
from derivcheck.language.tensors import NamedTensor
from derivcheck.spec.facts.table import FACTS, exclude_each_other, fact_texts, weakest_first

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
    "DC216": "mean where a sum is meant, or a sum where a mean is meant",
    "DC217": "right on the diagonal only: off-diagonal terms are dropped",
    "DC218": "Kronecker delta missing",
    "DC219": "right only under a fact that is not given",
    "DC220": "right for special sizes only",
    "DC221": "a term is missing",
    "DC222": "a term too many",
    "DC223": "the power is wrong",
    "DC229": "no edit that was tried makes it true",
    "DC230": "shapes differ",
    "DC232": "the chain rule is meant",
    "DC233": "a partial that holds a layer fixed",
}
BUDGET = 400
Found = TypeVar("Found")


def unexplained(link: Pair, text: SourceText) -> Diagnostic:
    """What is to be said of a refuted link before anything is known of its mistake."""
    span = link.right_tree.span
    where = text.where(span.start, span.stop) if span.stop > span.start else text.where()
    if link.shapes is not None:
        message = f"the sides have different shapes: {link.shapes[0]} and {link.shapes[1]}"
        return Diagnostic("DC230", message, where, CODES["DC230"])
    return Diagnostic("DC229", "the two sides differ", where, CODES["DC229"])


class Diagnoser:
    """Searches edits of refuted claims of one network."""

    def __init__(self, network: Network, judge: Judge, proofreader: Proofreader) -> None:
        """The `proofreader` has the derived forms that may be shown beside a claim."""
        self.network = network
        self.judge = judge
        self.proofreader = proofreader
        self.edits = Edits(network, judge, self)
        self._suggester = Suggester(network, proofreader)
        self._written: dict[Node, Expression | None] = {}
        self._shown: dict[tuple[Node, Expression], Expression | None] = {}
        self._readings: dict[Node, NamedPolynomial] = {}
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
        for left, right, names in held(link, self.network.scope):
            if self._proves(link, Edit("DC233", "", right, link.right_tree.span, 0, left)):
                shown = " and ".join(f"`{self.proofreader.plain(name)}`" for name in names)
                message = f"true if {shown} {'is' if len(names) == 1 else 'are'} held fixed"
                whole = self._suggester.whole(left, right, wording)
                return self._diagnostic(link, "DC233", message, link.left_tree.span, text, whole), ""
        for edit in sorted(self.edits.of(link), key=lambda e: e.cost)[:BUDGET]:
            if self._proves(link, edit):
                suggestion = self._suggester.spelled(link.left_tree, edit.tree, wording)
                return self._diagnostic(link, edit.code, edit.message, edit.span, text, suggestion), suggestion
        missing = self.attempted(lambda: self._missing(link), None)
        if missing is not None and self._proves(link, missing):
            suggestion = self._suggester.spelled(link.left_tree, missing.tree, wording)
            return self._diagnostic(link, missing.code, missing.message, missing.span, text, suggestion), suggestion
        if (condition := self._condition(link)) is not None:
            code, message = condition
            return self._diagnostic(link, code, message, link.right_tree.span, text, ""), ""
        bare = unexplained(link, text)
        suggestion = "" if link.shapes is not None else self._derived_suggestion(link, Wording(wording.notation))
        return self._diagnostic(link, bare.code, bare.message, link.right_tree.span, text, suggestion), suggestion

    def _derived_suggestion(self, link: Pair, wording: Wording) -> str:
        """The derived right side, where it is proved and is no plain repetition of the left one."""
        derived = self.form(link)
        if derived is None or not self._proves(link, Edit("DC229", "", derived, link.right_tree.span, 9)):
            return ""
        return self._suggester.spelled(link.left_tree, derived, wording)

    def diagnose_invalid(
        self, link: Link, found: Diagnostic, text: SourceText, wording: Wording = PLAIN
    ) -> tuple[Diagnostic, str]:
        """(diagnostic, suggestion) for a right side that has no meaning, where an edit makes the claim true."""
        try:
            asked = replace(pair(link.left, link.left, "=", None, self.network.scope), right_tree=link.right)
        except DerivcheckError:
            return found, ""
        with suppress(DerivcheckError):
            plain = pair(link.left, link.right, "=", None, self.network.scope)
            if self.judge.prover.proof(plain.left, plain.right).proved:
                return found, ""  # the condition alone has none
        for edit in sorted(self.edits.of(asked), key=lambda e: e.cost)[:BUDGET]:
            if self._proves(asked, edit):
                suggestion = self._suggester.spelled(link.left, edit.tree, wording)
                made = self._diagnostic(asked, edit.code, edit.message, edit.span, text, suggestion)
                return made.with_notes((found.code, f"{found.message}: {found.label}")), suggestion
        return found, ""

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

    def _proves(self, link: Pair, edit: Edit) -> bool:
        """Whether the edited claim is true: first numbers, then the canonical form."""
        return self.attempted(lambda: self._is_proved(link, edit), False)

    def _is_proved(self, link: Pair, edit: Edit) -> bool:
        try:
            left = link.left_tree if edit.left is None else edit.left
            trial = pair(left, edit.tree, "=", link.where, self.network.scope)
        except (DerivcheckError, ValueError, RecursionError):
            return False
        if trial.shapes is not None or (is_zero(trial.left) and is_zero(trial.right)):
            return False  # zeros are equal whatever stands beside them
        if self.judge.differs_at_once(trial.left, trial.right, trial.axes):
            return False
        proved = self.judge.prover.proof(trial.left, trial.right).proved
        if proved:
            self.judge.measured(trial.derived)
        return proved

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
        if isinstance(link.left_tree, Derivative):
            if link.left not in self._written:
                self._written[link.left] = self._write(link)
            yield self._written[link.left]

    def terms(self, link: Pair) -> Sequence[tuple[Expression, bool]]:
        """The terms of the derived entry, multiplied out."""
        return self.attempted(lambda: self._terms(link), ())

    def _terms(self, link: Pair) -> Sequence[tuple[Expression, bool]]:
        tensors = {tensor.node: tensor for tensor in self.network.tensors}
        reading = self._readings.get(link.left)
        if reading is None or not link.letters or len(reading.polynomial) > 6:
            return []
        taken = frozenset(self.network.scope.dimensions) | {t.name for t in tensors.values()}
        letters = [axis.key for axis in link.letters]
        naming = Naming(entry_writer(tensors), taken, matrix_function_writer(self._matrix_naming(tensors)))
        found = []
        for term, coefficient in reading.polynomial.items():
            one = replace(reading, polynomial={term: magnitude(coefficient)})
            found.append((index_form(one, link.letters, letters, naming), coefficient < 0))
        return found

    def _missing(self, link: Pair) -> Edit | None:
        """The difference of both sides, where it is short: one or two terms that are missing."""
        if link.shapes is not None or (link.left not in self._readings and self._write(link) is None):
            return None
        derived = self._readings[link.left]
        difference = replace(link, left=subtract(link.left, link.right))
        rest = self._write(difference)
        reading = self._readings.pop(difference.left, None)
        if rest is None or reading is None or not 0 < len(reading.polynomial) <= min(2, len(derived.polynomial) - 1):
            return None
        right = joined([(link.right_tree, False), *summands(rest)])
        said = (
            f"`{self.proofreader.plain(rest.operand)}` is to be subtracted"
            if isinstance(rest, Negate)
            else f"`{self.proofreader.plain(rest)}` is missing"
        )
        return Edit("DC221", said, right, link.right_tree.span, 5)

    def _write(self, link: Pair) -> Expression | None:
        tensors = {tensor.node: tensor for tensor in self.network.tensors}
        names = [node for node in tensors if node is not getattr(self.network.loss, "node", None)]
        try:
            reading = Namer(names, (), self.judge.facts, link.axes).reading(link.left)
            self._readings[link.left] = reading
            if link.letters:
                taken = frozenset(self.network.scope.dimensions) | {t.name for t in tensors.values()}
                letters = [axis.key for axis in link.letters]
                naming = Naming(entry_writer(tensors), taken, matrix_function_writer(self._matrix_naming(tensors)))
                return index_form(reading, link.letters, letters, naming)
            return matrix_form(reading, link.axes, self._matrix_naming(tensors)) if len(link.axes) <= 2 else None
        except (GrowthError, UndefinedError, NoMatrixForm, KeyError):
            return None

    def _matrix_naming(self, tensors: Mapping[Node, NamedTensor]) -> MatrixNaming:
        scalars = frozenset(self.network.scope.dimensions) | {t.name for t in tensors.values() if not t.axes}
        return MatrixNaming(
            lambda node: (native(tensors[node], tensors[node].tree, scalars), tensors[node].axes),
            self.network.scope.vectors,
            scalars,
            lambda dimension: Name(str(dimension)),
        )

    # --- conditions under which a claim is right ------------------------------------------

    def _condition(self, link: Pair) -> tuple[str, str] | None:
        kinds = (self._needed_facts, self._diagonal, self._special_sizes) if link.shapes is None else ()
        found = (self.attempted(partial(next, kind(link), None), None) for kind in kinds)
        return next((condition for condition in found if condition is not None), None)

    def _special_sizes(self, link: Pair) -> Iterator[tuple[str, str]]:
        """Right for a dimension of size 1 only, or where two dimensions have one size only."""
        names = self.edits.dimension_names(link)
        bases = small_sizes(dimensions_of([link.left, link.right]))
        for name in names:
            if self._holds_at(link, [{**base, name: 1} for base in bases]):
                yield "DC220", f"right only where {name} = 1"
                return
        for one, other in itertools.combinations(names, 2):
            if self._holds_at(link, [{**base, one: count, other: count} for base in bases for count in (2, 3, 4)]):
                yield "DC220", f"right only where {one} = {other}"
                return

    def _holds_at(self, link: Pair, sizes: list[dict[str, int]]) -> bool:
        """Whether both sides agree at these sizes, and not because everything is zero there: a softmax of one entry."""
        return self._equal_at(link.left, link.right, sizes) and not self._equal_at(link.left, constant(0), sizes)

    def _equal_at(self, left: Node, right: Node, sizes: list[dict[str, int]]) -> bool:
        found = exact.identical(
            left, right, sizes=sizes, facts=self.judge.facts, draws=2, seed=17, points=self.judge.field_points
        )
        return bool(found.equal) and len(found.sizes) == len(sizes)

    def _needed_facts(self, link: Pair) -> Iterator[tuple[str, str]]:
        below = set(topological([link.left, link.right]))
        sizes = small_sizes(dimensions_of([link.left, link.right]))[:1]
        for tensor in self.network.tensors:
            home = getattr(tensor.node, "home", None)
            if home is None or tensor.node not in below:
                continue
            for fact in weakest_first():
                known = self.judge.facts.get(tensor.name, ())
                if not fits(fact, home) or exclude_each_other([fact, *(name for name, _ in known)]):
                    continue
                axes = range(len(home)) if FACTS[fact].along_an_axis else (None,)
                for axis in axes:
                    given = {**self.judge.facts, tensor.name: (*known, (fact, axis))}
                    # A point honours one fact of a tensor, not two together; and the field has no order.
                    ordered = FACTS[fact].positive or FACTS[fact].below_one
                    if not known and self._differ_under(link, sizes, given, ordered):
                        continue
                    if self.judge.prover.proof(link.left, link.right, given).proved:
                        text = fact_texts([(tensor.name, fact)])[0]
                        yield "DC219", f"right only if {text}, which is not given"
                        return

    def _differ_under(self, link: Pair, sizes: Sequence[Mapping[str, int]], facts: Facts, ordered: bool) -> bool:
        """Whether both sides differ at a point at which facts hold: of the field, or of floats, which have an order."""
        if not ordered:
            found = exact.identical(
                link.left, link.right, sizes=sizes, facts=facts, draws=1, seed=17, points=self.judge.field_points
            ).equal
            if found is not None:
                return not found
        # The field has no order, and does not know every function.
        return self.judge.differs_at_once(link.left, link.right, link.axes, facts)

    def _diagonal(self, link: Pair) -> Iterator[tuple[str, str]]:
        """Right where two letters agree: what is missing is the rest of the Jacobian."""
        for a in link.letters:
            for b in link.letters:
                if a.key < b.key and a.dimension == b.dimension:
                    on: Axis = a
                    mask = delta(on, b)
                    left, right = multiply(link.left, mask), multiply(link.right, mask)
                    if (
                        not self.judge.differs_at_once(left, right, link.axes)
                        and self.judge.prover.proof(left, right).proved
                    ):
                        yield "DC217", f"right only where {a.key} = {b.key}: the other entries are dropped"
                        return
