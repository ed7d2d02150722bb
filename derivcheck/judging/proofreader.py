"""What is shown has been read back: a form is handed out when its text, parsed again, says what was derived.

    candidates ──▶ text ──▶ parsed and lowered ──▶ equal to the adjoint? ──▶ the first that is

Equal is what is proved by canonical forms, else what the field and numbers agree on. A
candidate that cannot be read, or says something else, is passed over for the next one;
where none is left, that there is no form is what is said. Everybody who prints asks here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Literal

from derivcheck.diagnostics.diagnostic import DerivcheckError
from derivcheck.diagnostics.verdicts import HOLDS
from derivcheck.forms.candidates import GradientForm
from derivcheck.forms.derivation import Derivation, Style
from derivcheck.forms.rewriting import at_letters
from derivcheck.forms.sliced_form import SlicedMatrix
from derivcheck.graph.axes import Axes
from derivcheck.graph.nodes import Node
from derivcheck.judging.judge import Judge, Judgement
from derivcheck.language.claims import Pair, pair, pairs
from derivcheck.language.lowering.inner_products import inner_products
from derivcheck.language.network import Network
from derivcheck.language.notation.labels import substitute_labels
from derivcheck.language.notation.parser import parse_equation
from derivcheck.language.notation.plain import Numbers
from derivcheck.language.notation.printer import to_latex, to_plain, to_unicode
from derivcheck.language.notation.syntax import Derivative, Equation, Expression, Name, Subscript, Transpose
from derivcheck.language.tensors import NamedTensor

Notation = Literal["plain", "unicode", "latex"]
UNREADABLE = (DerivcheckError, ValueError, RecursionError)
NO_LABELS: Mapping[str, int] = {}


class UnwrittenError(Exception):
    """No form could be written that says what was derived; the message says why."""


@dataclass(frozen=True, slots=True)
class Proof:
    """A gradient as it may be shown, and what was found of each of its forms."""

    form: GradientForm
    judgements: tuple[Judgement, ...]


class Proofreader:
    """Reads back what is to be shown of one network; what was found is remembered."""

    def __init__(self, network: Network, derivation: Derivation | None, judge: Judge) -> None:
        self.network, self.derivation, self.judge = network, derivation, judge
        self._gradients: dict[tuple[Node, Style | None], Proof | UnwrittenError] = {}
        self._judgements: dict[tuple[Node, Node], Judgement | None] = {}
        self._texts: dict[tuple[Equation, Notation], tuple[str, str] | None] = {}

    @cached_property
    def scalars(self) -> frozenset[str]:
        """Names of numbers."""
        found = {tensor.name for tensor in self.network.tensors if not tensor.axes}
        return (
            frozenset(found)
            | frozenset(self.network.scope.dimensions)
            | (self.derivation.scalars if self.derivation is not None else frozenset())
        )

    def numbers(self, tree: Expression | Equation) -> Numbers:
        """What is a number in a tree: names, and products of matrices."""
        return self.scalars | inner_products(tree, self.network.scope)

    # --- gradients ------------------------------------------------------------------------

    def gradient(self, variable: NamedTensor, style: Style | None = None) -> Proof:
        """∂output/∂variable as it may be shown, in the style wanted if that one is read back. Raises UnwrittenError."""
        key = (variable.node, style)
        if key not in self._gradients:
            try:
                self._gradients[key] = self._proof(variable, style)
            except UnwrittenError as why:
                self._gradients[key] = why
        found = self._gradients[key]
        if isinstance(found, UnwrittenError):
            raise found
        return found

    def form(self, variable: NamedTensor, style: Style | None = None) -> GradientForm:
        """What `gradient` finds, without the evidence. Raises UnwrittenError."""
        return self.gradient(variable, style).form

    def matrix_of(self, adjoint: Node) -> Expression | None:
        """The matrix form of a derivative of the output, by its node; None where there is none."""
        variable = self._variables.get(adjoint)
        if variable is None:
            return None
        try:
            return self.form(variable).matrix
        except UnwrittenError:
            return None

    def entry_of(self, adjoint: Node) -> Equation | None:
        """`dL/dW[i,j] = …` for a derivative of the output, by its node; None where there is none."""
        variable = self._variables.get(adjoint)
        try:
            form = self.form(variable) if variable is not None else None
        except UnwrittenError:
            form = None
        return None if form is None else Equation((self._entry(form.wrt, form.letters), form.index), ("=",))

    def entry_at(self, tree: Expression) -> Expression | None:
        """The index form of `dL/dW[a,b]` at these letters; None for what is no entry of a derivative of the output."""
        match tree:
            case Derivative(of, (Subscript(base, places),)) if not tree.holding:
                names = [place.name for place in places if isinstance(place, Name)]
                if self.derivation is None or of != self.derivation.output.tree or len(set(names)) != len(places):
                    return None
                variable = next((one for one in self._variables.values() if one.tree == base), None)
            case _:
                return None
        try:
            form = None if variable is None else self.form(variable)
        except UnwrittenError:
            return None
        if form is None or len(form.letters) != len(names):
            return None
        return at_letters(form.index, dict(zip(form.letters, names, strict=True)))

    def _entry(self, variable: NamedTensor, letters: Sequence[str]) -> Expression:
        assert self.derivation is not None
        places = tuple(Name(letter) for letter in letters)
        return Derivative(self.derivation.output.tree, (Subscript(variable.tree, places) if places else variable.tree,))

    @cached_property
    def _variables(self) -> Mapping[Node, NamedTensor]:
        if self.derivation is None:
            return {}
        return {adjoint: self.derivation.tensors[node] for node, adjoint in self.derivation.adjoints.items()}

    def _proof(self, variable: NamedTensor, style: Style | None) -> Proof:
        assert self.derivation is not None
        found = self.derivation.candidates(variable, style)
        entry = self._entry(variable, found.letters)
        index = self._first(found.indices, lambda tree: self._reread(entry, tree))
        if index is None:
            why = found.reason if not found.indices else "what was written could not be read back"
            raise UnwrittenError(why or "it grows too large")
        reason = found.reason
        matrix = self._first(found.matrices, lambda tree: self._laid_out(variable, tree))
        if matrix is None and found.matrices:
            reason = "what was written could not be read back"
        of_slices = self._sliced(variable, found.slices) if matrix is None else None
        judgements = tuple(one[1] for one in (index, matrix, of_slices) if one is not None)
        form = GradientForm(
            variable,
            found.letters,
            index[0],
            None if matrix is None else matrix[0],
            "" if matrix else reason,
            found.facts,
            of_slices[0] if of_slices is not None else None,
        )
        return Proof(form, judgements)

    def _sliced(
        self, variable: NamedTensor, candidates: Iterable[SlicedMatrix]
    ) -> tuple[SlicedMatrix, Judgement] | None:
        """The first candidate that is read back for every letter, with what was found of it."""
        for one in candidates:
            found = self._first([one.matrix], partial(self._reread, self.slice_of(variable, one)))
            if found is not None:
                return one, found[1]
        return None

    def slice_of(self, variable: NamedTensor, slices: SlicedMatrix) -> Expression:
        """`dL/dW[h,:,:]`: what a matrix for each letter is of."""
        assert self.derivation is not None
        return Derivative(self.derivation.output.tree, (Subscript(variable.tree, slices.places),))

    def _first(
        self, candidates: Iterable[Expression], read: Callable[[Expression], Pair | None]
    ) -> tuple[Expression, Judgement] | None:
        """The first candidate that is read back, with what was found of it."""
        for tree in candidates:
            link = read(tree)
            judgement = self.judgement(link.left, link.right, link.axes) if link is not None else None
            if judgement is not None:
                return tree, judgement
        return None

    def _reread(
        self, left: Expression, right: Expression, means: Callable[[Equation], Equation] | None = None
    ) -> Pair | None:
        """`left = right` as its text says; None where that has no meaning."""
        try:
            tree = parse_equation(self.plain(Equation((left, right), ("=",))), self.network.scope.vocabulary())
            tree = means(tree) if means is not None else tree
            link = pair(tree.sides[0], tree.sides[1], "=", None, self.network.scope)
        except UNREADABLE:
            return None
        return link if link.shapes is None else None

    def _laid_out(self, variable: NamedTensor, matrix: Expression) -> Pair | None:
        """The adjoint against the matrix form, which is laid out as the variable is, or across in numerator layout."""
        assert self.derivation is not None
        turned = Transpose(variable.tree) if self.network.scope.layout == "numerator" else variable.tree
        link = self._reread(turned, matrix)
        adjoint = self.derivation.adjoints.get(variable.node)
        if link is None or adjoint is None:
            # What the output does not depend on has the derivative zero, the output itself one.
            return self._reread(Derivative(self.derivation.output.tree, (variable.tree,)), matrix)
        return replace(link, left=adjoint)

    # --- any equation ---------------------------------------------------------------------

    def judged(
        self, left: Expression, right: Expression, means: Callable[[Equation], Equation] | None = None
    ) -> Judgement | None:
        """What is found of `left = right` as its text says; None where it has no meaning, or does not hold.

        `means` makes of what was read what it stands for, where words beside the text say more.
        """
        link = self._reread(left, right, means)
        return self.judgement(link.left, link.right, link.axes) if link is not None else None

    def equal(self, left: Node, right: Node, axes: Axes) -> bool:
        """Whether two nodes along common axes are the same as far as it can be told."""
        return left is right or self.judgement(left, right, axes) is not None

    def judgement(self, left: Node, right: Node, axes: Axes) -> Judgement | None:
        """What is found of an equality along common axes; None where it is not shown to hold."""
        key = (left, right)
        if key not in self._judgements:
            found = self.judge.judge(left, right, axes)
            # A proof stands where numbers have no value to compare.
            proved = found.verdict in HOLDS or found.exact.by == "canonical form"
            self._judgements[key] = found if proved else None
        return self._judgements[key]

    # --- notations ------------------------------------------------------------------------

    def text(self, equation: Equation, notation: Notation) -> str | None:
        """`left = right` in a notation, in plain notation where that says something else, None where both do."""
        sides = self.sides(equation, notation)
        return f"{sides[0]} = {sides[1]}" if sides is not None else None

    def plain(self, tree: Expression | Equation) -> str:
        """Plain text that is read as the tree where this network is declared."""
        return to_plain(tree, self.network.scope.vocabulary())

    def sides(self, equation: Equation, notation: Notation) -> tuple[str, str] | None:
        """The two sides as `text` puts them together."""
        key = (equation, notation)
        if key not in self._texts:
            self._texts[key] = self._sides(equation, notation)
        return self._texts[key]

    def _sides(self, equation: Equation, notation: Notation) -> tuple[str, str] | None:
        if notation == "latex":
            found = self.latex(equation)
            if found is not None:
                return found
        vocabulary, families = self.network.scope.vocabulary(), self.network.scope.families
        written = [(self.plain(equation.sides[0]), self.plain(equation.sides[1]))]
        if notation == "unicode":
            known = self.numbers(equation)
            written.insert(0, tuple(to_unicode(side, known, families) for side in equation.sides))  # type: ignore[arg-type]
        for left, right in written:
            if self._means(partial(parse_equation, f"{left} = {right}", vocabulary), equation):
                return (verbatim(left), verbatim(right)) if notation == "latex" else (left, right)
        return None

    def latex(self, equation: Equation) -> tuple[str, str] | None:
        """The two sides in LaTeX, names in full where that is clearer; None where it is not read back the same."""
        # Where nobody writes LaTeX, nobody waits for its reader.
        from derivcheck.language.latex.reading import parse_latex

        scope, known = self.network.scope, self.numbers(equation)
        for spelled in (frozenset[str](), frozenset(t.name for t in self.network.tensors)):
            left, right = (to_latex(side, known, scope.families, spelled) for side in equation.sides)
            if self._means(partial(parse_latex, f"{left} = {right}", scope, labels=self.network.depth), equation):
                return left, right
        return None

    def says(self, text: str, meant: Equation, notation: str, labels: Mapping[str, int] = NO_LABELS) -> bool:
        """Whether a text, where a claim could stand, is read as an equation; `labels` are those of the claim."""
        spec, scope = self.network.spec, self.network.scope

        def read() -> Equation:
            if notation == "latex":
                # Where nobody writes LaTeX, nobody waits for its reader.
                from derivcheck.language.latex.reading import parse_latex

                symbols = {symbol.name.text: symbol.text.text for symbol in spec.symbols}
                macros = {macro.name.text: macro.text.text for macro in spec.macros}
                return parse_latex(text, scope, symbols, macros, labels)
            found = parse_equation(text, scope.vocabulary())
            return replace(found, sides=tuple(substitute_labels(side, labels) for side in found.sides))

        return self._means(read, meant)

    def _means(self, read: Callable[[], Equation], meant: Equation) -> bool:
        """Whether a text is read as an equation of the same two sides, in all of its readings."""
        try:
            found = read()
            return all(self._is(one, meant) for one in (found, *found.rivals))
        except UNREADABLE:
            return False

    def _is(self, found: Equation, meant: Equation) -> bool:
        """Whether an equation has the same two sides as another."""
        mine = pairs(meant, self.network.scope)
        if found == meant:
            return True
        theirs = pairs(found, self.network.scope)
        return len(mine) == len(theirs) and all(
            a.shapes == b.shapes and self.equal(one, other, a.axes)
            for a, b in zip(mine, theirs, strict=True)
            for one, other in ((a.left, b.left), (a.right, b.right))
        )


def verbatim(text: str) -> str:
    """Plain notation inside LaTeX, as it stands."""
    escaped = "".join(
        rf"\{c}" if c in "{}_#%&$" else {"^": r"\^{}", "\\": r"\textbackslash{}", "~": r"\~{}"}.get(c, c) for c in text
    )
    return rf"\texttt{{{escaped}}}"
