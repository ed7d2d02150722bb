"""What is wrong with a refuted claim: the nearest true equation, found by trying edits.

Each edit changes the right side (or, for layouts, both); an edit whose result is
*proved* is the diagnosis, and its text the suggestion. Edits are tried from the
smallest on, filtered by the field, which costs about a millisecond each.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from derivcheck import exact
from derivcheck.canonical.atoms import GrowthError, UndefinedError, magnitude
from derivcheck.canonical.form import Facts
from derivcheck.claims import Pair, pair
from derivcheck.derivation import entry_writer
from derivcheck.diagnostics import DerivcheckError, Diagnostic, NotationError, SourceText
from derivcheck.graph import Axis, Node, constant, delta, multiply, topological
from derivcheck.index_form import Naming, index_form
from derivcheck.judge import Judge, fact_texts
from derivcheck.latex.trees import rebuilt
from derivcheck.lowering.scope import Scope
from derivcheck.matrix_form import MatrixNaming, NoMatrixForm, matrix_form
from derivcheck.network import Network
from derivcheck.notation.parser import parse_expression
from derivcheck.notation.printer import to_latex, to_plain
from derivcheck.notation.syntax import (
    Binary,
    Call,
    Derivative,
    Expression,
    Name,
    Negate,
    Number,
    Reduction,
    Span,
    Subscript,
    Transpose,
)
from derivcheck.reading import Reader, Reading
from derivcheck.rewriting import is_entry, joined, negated, places, put, summands, tidied

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
    "DC229": "no single edit makes it true",
    "DC230": "shapes differ",
}
FACT_CANDIDATES = ("sums_to_one", "binary", "one_hot", "symmetric", "orthogonal", "unit", "positive")
BUDGET = 400
NO_LABELS: Mapping[int, Expression] = {}


@dataclass(frozen=True, slots=True)
class Edit:
    """A changed right side (or left side): its code, what to say, and the place of the change."""

    code: str
    message: str
    tree: Expression
    span: Span
    cost: int
    left: Expression | None = None


class Diagnoser:
    """Searches edits of refuted claims of one network."""

    def __init__(self, network: Network, judge: Judge, derived: dict[Node, Expression]) -> None:
        """`derived` maps derivative nodes to the derived form, to be shown beside the claim."""
        self.network = network
        self.judge = judge
        self.derived = derived
        self._written: dict[Node, Expression | None] = {}
        self._readings: dict[Node, Reading] = {}

    def diagnose(
        self, link: Pair, text: SourceText, notation: str = "plain", labels: Mapping[int, Expression] = NO_LABELS
    ) -> tuple[Diagnostic | None, str]:
        """(diagnostic, suggestion) for a refuted link; the suggestion is proved, or empty.

        `labels` are the labels of layers as the claim writes them, `l+1` for the number that it is here.
        """
        for edit in sorted(self._edits(link), key=lambda e: e.cost)[:BUDGET]:
            if self._proves(link, edit):
                suggestion = self._spelled(tidied(edit.tree), notation, labels)
                return self._diagnostic(link, edit.code, edit.message, edit.span, text, suggestion), suggestion
        for code, message in self._conditions(link):
            return self._diagnostic(link, code, message, link.right_tree.span, text, ""), ""
        if link.shapes is not None:
            message = f"the sides have different shapes: {link.shapes[0]} and {link.shapes[1]}"
            return self._diagnostic(link, "DC230", message, link.right_tree.span, text, ""), ""
        suggestion = self._derived_suggestion(link, notation)
        return self._diagnostic(
            link, "DC229", "the two sides differ", link.right_tree.span, text, suggestion
        ), suggestion

    def _spelled(self, tree: Expression, notation: str, labels: Mapping[int, Expression] = NO_LABELS) -> str:
        """A suggestion that can be pasted."""
        if labels:
            tree = self._labelled(tree, labels)
        if notation == "plain":
            return to_plain(tree)
        scope = self.network.scope
        scalars = frozenset(name for name, value in scope.values.items() if value.is_scalar)
        return to_latex(tree, scalars | frozenset(scope.dimensions), scope.families)

    def _labelled(self, tree: Expression, labels: Mapping[int, Expression]) -> Expression:
        """An edited claim with its labels as they were written."""

        def written(node: object) -> object:
            match node:
                case Subscript(Name(stem), (Number(value),)) if stem not in self.network.scope.values:
                    label = labels.get(int(value)) if value.denominator == 1 else None
                    return replace(node, entries=(label,)) if label is not None else node
                case _:
                    return node

        return rebuilt(tree, written)  # type: ignore[no-any-return]

    def _derived_suggestion(self, link: Pair, notation: str) -> str:
        """The derived right side, where it is proved and is no plain repetition of the left one."""
        derived = self._derived_form(link)
        if derived is None or not self._proves(link, Edit("DC229", "", derived, link.right_tree.span, 9)):
            return ""
        return self._spelled(derived, notation)

    def diagnose_invalid(
        self, left: Expression, right: Expression, text: SourceText, found: Diagnostic, notation: str = "plain",
        labels: Mapping[int, Expression] = NO_LABELS,
    ) -> tuple[Diagnostic, str]:  # fmt: skip
        """(diagnostic, suggestion) for a right side that has no meaning, where an edit makes the claim true."""
        try:
            link = replace(pair(left, left, "=", None, self.network.scope), right_tree=right)
        except DerivcheckError:
            return found, ""
        for edit in sorted(self._edits(link), key=lambda e: e.cost)[:BUDGET]:
            if self._proves(link, edit):
                suggestion = self._spelled(tidied(edit.tree), notation, labels)
                made = self._diagnostic(link, edit.code, edit.message, edit.span, text, suggestion)
                return made.with_notes((found.code, f"{found.message}: {found.label}")), suggestion
        return found, ""

    def _diagnostic(
        self, link: Pair, code: str, message: str, span: Span, text: SourceText, suggestion: str
    ) -> Diagnostic:
        notes: list[tuple[str, str]] = []
        derived = self._derived_form(link)
        if derived is not None:
            notes.append(("derived", f"{to_plain(link.left_tree)} = {to_plain(derived)}"))
        where = text.where(span.start, span.stop) if span.stop > span.start else text.where()
        return Diagnostic(code, message, where, CODES[code], tuple(notes), suggestion)

    def _proves(self, link: Pair, edit: Edit) -> bool:
        """Whether the edited claim is true: first the field at small sizes, then the canonical form."""
        try:
            left = link.left_tree if edit.left is None else edit.left
            trial = pair(left, edit.tree, "=", link.where, self.network.scope)
        except (DerivcheckError, ValueError, RecursionError):
            return False
        if trial.shapes is not None:
            return False
        # The assignment without a 1: where a softmax has one entry, everything is equal to everything.
        sizes = exact.default_sizes([trial.left, trial.right])[:1]
        quick = exact.identical(
            trial.left,
            trial.right,
            sizes=sizes,
            facts=self.judge.facts,
            draws=1,
            seed=self.judge.seed + 11,
            points=self.judge.field_points,
        )
        if quick.equal is False and not quick.reason.startswith("too many"):
            return False
        return self.judge.proof(trial.left, trial.right).proved

    def _derived_form(self, link: Pair) -> Expression | None:
        """What derivcheck derives for the left side, in the language of the claim."""
        if link.left in self.derived and not link.letters:
            return self.derived[link.left]
        if not isinstance(link.left_tree, Derivative):
            return None
        if link.left not in self._written:
            self._written[link.left] = self._write(link)
        return self._written[link.left]

    def _derived_terms(self, link: Pair) -> list[tuple[Expression, bool]]:
        """The terms of the derived entry, multiplied out."""
        tensors = {tensor.node: tensor for tensor in self.network.tensors}
        reading = self._readings.get(link.left)
        if reading is None or not link.letters or len(reading.polynomial) > 6:
            return []
        taken = frozenset(self.network.scope.dimensions) | {t.name for t in tensors.values()}
        letters = [axis.key for axis in link.letters]
        naming = Naming(entry_writer(tensors), taken)
        found = []
        for term, coefficient in reading.polynomial.items():
            one = replace(reading, polynomial={term: magnitude(coefficient)})
            found.append((index_form(one, link.letters, letters, naming), coefficient < 0))
        return found

    def _write(self, link: Pair) -> Expression | None:
        tensors = {tensor.node: tensor for tensor in self.network.tensors}
        names = [node for node in tensors if node is not getattr(self.network.loss, "node", None)]
        try:
            reading = Reader(names, (), self.judge.facts, link.axes).reading(link.left)
            self._readings[link.left] = reading
            if link.letters:
                taken = frozenset(self.network.scope.dimensions) | {t.name for t in tensors.values()}
                letters = [axis.key for axis in link.letters]
                return index_form(reading, link.letters, letters, Naming(entry_writer(tensors), taken))
            scalars = frozenset(self.network.scope.dimensions) | {t.name for t in tensors.values() if not t.axes}
            naming = MatrixNaming(
                lambda node: (tensors[node].native(tensors[node].tree, scalars), tensors[node].axes),
                self.network.scope.vectors, scalars,
                lambda dimension: Name(str(dimension)),
            )  # fmt: skip
            return matrix_form(reading, link.axes, naming) if len(link.axes) <= 2 else None
        except (GrowthError, UndefinedError, NoMatrixForm, KeyError):
            return None

    # --- edits ----------------------------------------------------------------------------

    def _edits(self, link: Pair) -> Iterator[Edit]:
        right = link.right_tree
        yield from self._whole(link, right)
        for place, node in places(right):
            for edit in self._local(node, link):
                yield replace(edit, tree=put(right, place, edit.tree))
        yield from self._terms(link, right)
        yield from self._layouts(link)

    def _whole(self, link: Pair, right: Expression) -> Iterator[Edit]:
        span = right.span
        yield Edit("DC202", "the sign is wrong", negated(right), span, 2)
        for value, shown in self._factors(link):
            factor, inverse = value
            yield Edit("DC201", f"a factor {shown} is missing", Binary("*", factor, right), span, 2)
            yield Edit("DC201", f"a factor {shown} too large", Binary("/", right, inverse), span, 2)
            yield Edit("DC201", f"a factor -{shown} is missing", Negate(Binary("*", factor, right)), span, 4)
        yield Edit("DC203", "transpose missing", Transpose(right), span, 1)

    def _factors(self, link: Pair) -> Iterator[tuple[tuple[Expression, Expression], str]]:
        for value in (2, 3, 4):
            number = Number(Fraction(value))
            yield (number, number), str(value)
        for name in self._dimension_names(link):
            yield (Name(name), Name(name)), name
        for name in self._dimension_names(link):
            half = Binary("/", Name(name), Number(Fraction(2)))
            yield (half, half), f"{name}/2"

    def _dimension_names(self, link: Pair) -> list[str]:
        used = {
            name
            for node in topological([link.left, link.right])
            for axis in node.axes
            for name, _ in axis.dimension.terms
        }
        return [name for name in self.network.scope.dimensions if name in used]

    def _local(self, node: Expression, link: Pair) -> Iterator[Edit]:
        """Edits of one subexpression; the tree of an edit is the new subexpression."""
        span = node.span
        match node:
            case Transpose(operand):
                yield Edit("DC204", "transpose superfluous", operand, span, 1)
            case Name() | Subscript() | Derivative() | Call():
                if not is_entry(node):
                    yield Edit("DC203", "transpose missing", Transpose(node), span, 1)
        match node:
            case Negate(operand):
                yield Edit("DC202", "the sign is wrong", operand, span, 1)
            case Binary("+", left, right):
                yield Edit("DC202", "the sign is wrong", Binary("-", left, right), span, 1)
                yield Edit("DC202", "the sign is wrong", Binary("-", right, left), span, 2)
            case Binary("-", left, right):
                yield Edit("DC202", "the sign is wrong", Binary("-", right, left), span, 1)
                yield Edit("DC202", "the sign is wrong", Binary("+", left, right), span, 1)
            case Binary("@", left, right):
                yield Edit("DC208", "an entrywise product is meant", Binary("*", left, right), span, 3)
                yield Edit("DC206", "the factors are in the wrong order", Binary("@", right, left), span, 2)
                for a, b in ((Transpose(left), right), (left, Transpose(right)), (Transpose(right), left),
                             (right, Transpose(left)), (Transpose(left), Transpose(right))):  # fmt: skip
                    code = "DC203" if a in (Transpose(left), left) else "DC206"
                    message = "transpose missing" if code == "DC203" else "the factors are in the wrong order"
                    yield Edit(code, message, Binary("@", a, b), span, 3)
            case Binary("*", Number() | Name() as factor, rest) if self._is_scalar(factor):
                yield Edit("DC201", f"a factor {to_plain(factor)} too large", rest, span, 1)
            case Binary("*", Binary("/", Number(one), factor), rest) if one == 1 and self._is_scalar(factor):
                yield Edit("DC201", f"a factor {to_plain(factor)} is missing", rest, span, 1)
            case Binary("/", rest, factor) if self._is_scalar(factor):
                yield Edit("DC201", f"a factor {to_plain(factor)} is missing", rest, span, 1)
            case Binary("*", left, right):
                if not is_entry(left) and not is_entry(right):
                    yield Edit("DC207", "a matrix product is meant", Binary("@", left, right), span, 2)
                    yield Edit("DC207", "a matrix product is meant", Binary("@", left, Transpose(right)), span, 3)
                    yield Edit("DC207", "a matrix product is meant", Binary("@", Transpose(left), right), span, 3)
                    yield Edit("DC207", "a matrix product is meant", Binary("@", right, left), span, 3)
                    yield Edit("DC207", "a matrix product is meant", Binary("@", right, Transpose(left)), span, 3)
            case Binary("**", base, Number(value)):
                for other in (value + 1, value - 1):
                    yield Edit("DC223", "the power is wrong", Binary("**", base, Number(other)), span, 2)
            case Number(value):
                for other in (value + 1, value - 1, -value):
                    if other >= 0:
                        yield Edit("DC201", "a constant is wrong", Number(other), span, 3)
        yield from self._functions(node)
        yield from self._names(node, link)
        yield from self._sums(node)

    def _is_scalar(self, tree: Expression) -> bool:
        match tree:
            case Number():
                return True
            case Name(name):
                value = self.network.scope.values.get(name)
                return name in self.network.scope.dimensions or (value is not None and value.is_scalar)
            case _:
                return False

    def _functions(self, node: Expression) -> Iterator[Edit]:
        if not isinstance(node, Call):
            return
        if node.primes:
            lower = replace(node, primes=node.primes - 1)
            yield Edit("DC210", f"`{node.function}` is meant, not its derivative", lower, node.span, 2)
            for argument in self._same_shape_names(node.arguments[0]) if node.arguments else ():
                moved = replace(node, arguments=(argument, *node.arguments[1:]))
                yield Edit("DC211", "the derivative is taken at the wrong argument", moved, node.span, 2)
        else:
            higher = replace(node, primes=1)
            yield Edit(
                "DC209", f"`{node.function}'` is meant, the derivative of `{node.function}`", higher, node.span, 2
            )
        if node.function in ("sum", "mean"):
            other = "mean" if node.function == "sum" else "sum"
            yield Edit("DC216", f"a {other} is meant", replace(node, function=other), node.span, 1)
            if len(node.arguments) == 2:
                for name in self.network.scope.dimensions:
                    moved = replace(node, arguments=(node.arguments[0], Name(name)))
                    if moved != node:
                        yield Edit("DC214", "the sum runs over the wrong axis", moved, node.span, 2)

    def _same_shape_names(self, tree: Expression) -> Iterator[Expression]:
        """Other declared names with the shape of a name, indexed alike."""
        base, entries = (tree.base, tree.entries) if isinstance(tree, Subscript) else (tree, None)
        if not isinstance(base, Name) or base.name not in self.network.scope.values:
            return
        own = self.network.scope.values[base.name]
        for name, value in self.network.scope.values.items():
            same = [a.dimension for a in value.axes] == [a.dimension for a in own.axes]
            if name != base.name and same and "[" not in name:
                yield Name(name) if entries is None else Subscript(Name(name), entries)

    def _names(self, node: Expression, link: Pair) -> Iterator[Edit]:
        """Another variable of any shape, or a neighbouring layer's."""
        match node:
            case Name(name) if name in self.network.scope.values:
                count = len(self.network.scope.values[name].axes)
                for other, value in self.network.scope.values.items():
                    # An abbreviation of the left side itself would be no repair.
                    if other != name and len(value.axes) == count and "[" not in other and value.node is not link.left:
                        yield Edit("DC213", f"`{other}` is meant, not `{name}`", Name(other), node.span, 3)
            case Subscript(Name(family), (Number(label),)) if family in self.network.scope.families:
                for shift in (1, -1):
                    shown = f"{family}[{label + shift}]"
                    if shown in self.network.scope.values:
                        moved = Subscript(Name(family), (Number(label + shift),))
                        yield Edit("DC213", f"`{shown}` is meant, not `{family}[{label}]`", moved, node.span, 2)
            case Subscript(base, entries) if len(entries) == 2:
                swapped = Subscript(base, entries[::-1])
                yield Edit("DC203", "the indices are in the wrong order", swapped, node.span, 2)

    def _sums(self, node: Expression) -> Iterator[Edit]:
        match node:
            case Call("sum" | "mean", _):
                return
            case Reduction("sum", letters, None, body):
                del letters, body
            case Binary() | Name() | Derivative() if not is_entry(node):
                for name in self.network.scope.dimensions:
                    total = Call("sum", (node, Name(name)))
                    yield Edit("DC215", f"the sum over `{name}` is missing", total, node.span, 3)

    def _terms(self, link: Pair, right: Expression) -> Iterator[Edit]:
        """A term dropped, or the rest of the derived form added; a missing factor f'(z)."""
        parts = list(summands(right))
        if len(parts) > 1:
            for skipped in range(len(parts)):
                kept = [part for k, part in enumerate(parts) if k != skipped]
                yield Edit("DC222", "a term too many", joined(kept), parts[skipped][0].span, 2)
        derived = self._derived_form(link)
        if derived is not None:
            for term, negative in self._derived_terms(link) or summands(derived):
                made = Binary("-" if negative else "+", right, term)
                yield Edit("DC221", "a term is missing", made, right.span, 3)
        for function, name in self._applied_functions():
            factor: Expression = Call(function, (Name(name),), 1)
            message = f"the factor `{function}'({name})` is missing"
            yield Edit("DC212", message, Binary("*", right, factor), right.span, 3)
            for letter in link.letters:
                entry: Expression = Call(function, (Subscript(Name(name), (Name(letter.key),)),), 1)
                made = Binary("*", right, entry)
                yield Edit("DC212", f"the factor `{to_plain(entry)}` is missing", made, right.span, 3)
            for place, node in places(right):
                if isinstance(node, Binary) and node.operator == "@":
                    yield Edit("DC212", message, put(right, place, Binary("*", node, factor)), node.span, 4)
                    inner = Binary("@", Binary("*", node.left, factor), node.right)
                    yield Edit("DC212", message, put(right, place, inner), node.left.span, 2)
        yield from self._deltas(link, right)

    def _applied_functions(self) -> Iterator[tuple[str, str]]:
        """(function, argument) of the layers that are one function of one name."""
        for formula in self.network.spec.layers:
            try:
                tree = parse_expression(formula.text.text, self.network.scope.vocabulary())
            except NotationError:
                continue
            match tree:
                case Call(function, (Name(name),)) if name in self.network.scope.values:
                    yield function, name

    def _deltas(self, link: Pair, right: Expression) -> Iterator[Edit]:
        letters = list(link.letters)
        for a in letters:
            for b in letters:
                if a.key < b.key and a.dimension == b.dimension:
                    made = Call("delta", (Name(a.key), Name(b.key)))
                    yield Edit("DC218", f"`delta({a.key},{b.key})` is missing", Binary("*", right, made), right.span, 2)

    def _layouts(self, link: Pair) -> Iterator[Edit]:
        for layout in ("numerator", "denominator", "mixed"):
            if layout == self.network.scope.layout or not _mentions_derivative(link):
                continue
            scope: Scope = replace(self.network.scope, layout=layout)
            try:
                trial = pair(link.left_tree, link.right_tree, "=", link.where, scope)
            except DerivcheckError:
                continue
            if trial.shapes is None and self.judge.proof(trial.left, trial.right).proved:
                # Written in this spec's own layout, the left side is the transpose.
                yield Edit("DC205", f"equal up to layout: true in {layout} layout", Transpose(link.right_tree),
                           link.right_tree.span, 0)  # fmt: skip

    # --- conditions under which a claim is right ------------------------------------------

    def _conditions(self, link: Pair) -> Iterator[tuple[str, str]]:
        if link.shapes is None:
            yield from self._needed_facts(link)
            yield from self._diagonal(link)
            yield from self._special_sizes(link)

    def _special_sizes(self, link: Pair) -> Iterator[tuple[str, str]]:
        """Right for a dimension of size 1 only, or where two dimensions have one size only."""
        names = self._dimension_names(link)
        bases = exact.default_sizes([link.left, link.right])
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
        sizes = exact.default_sizes([link.left, link.right])[:1]
        for tensor in self.network.tensors:
            home = getattr(tensor.node, "home", None)
            if home is None or tensor.node not in below:
                continue
            for fact in FACT_CANDIDATES:
                if fact in ("symmetric", "orthogonal") and (len(home) != 2 or home[0].dimension != home[1].dimension):
                    continue
                if fact == "unit" and len(home) != 1:
                    continue
                axes = range(len(home)) if fact in ("sums_to_one", "one_hot") else (None,)
                for axis in axes:
                    known = self.judge.facts.get(tensor.name, ())
                    given = {**self.judge.facts, tensor.name: (*known, (fact, axis))}
                    # A point of the field honours one fact of a tensor, not two together.
                    if not known and self._differ_in_field(link, sizes, given):
                        continue
                    if self.judge.proof(link.left, link.right, given).proved:
                        text = fact_texts([(tensor.name, fact)])[0]
                        yield "DC219", f"right only if {text}, which is not given"
                        return

    def _differ_in_field(self, link: Pair, sizes: Sequence[Mapping[str, int]], facts: Facts) -> bool:
        return (
            exact.identical(
                link.left, link.right, sizes=sizes, facts=facts, draws=1, seed=17, points=self.judge.field_points
            ).equal
            is False
        )

    def _diagonal(self, link: Pair) -> Iterator[tuple[str, str]]:
        """Right where two letters agree: what is missing is the rest of the Jacobian."""
        for a in link.letters:
            for b in link.letters:
                if a.key < b.key and a.dimension == b.dimension:
                    on: Axis = a
                    mask = delta(on, b)
                    if self.judge.proof(multiply(link.left, mask), multiply(link.right, mask)).proved:
                        yield "DC217", f"right only where {a.key} = {b.key}: the other entries are dropped"
                        return


def _mentions_derivative(link: Pair) -> bool:
    return any(isinstance(node, Derivative) for tree in (link.left_tree, link.right_tree) for _, node in places(tree))
