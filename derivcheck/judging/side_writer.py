"""What is derived for one side of a claim, written over all names of the network: as a tree, and term by term."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from derivcheck.evidence.canonical.atoms import GrowthError, UndefinedError, magnitude
from derivcheck.forms.entries import entry_writer, native
from derivcheck.forms.index_form import Naming, index_form
from derivcheck.forms.matrix_form import matrix_form, matrix_function_writer
from derivcheck.forms.matrix_naming import MatrixNaming, NoMatrixForm
from derivcheck.forms.polynomials import NamedPolynomial
from derivcheck.forms.reading import Namer
from derivcheck.graph.nodes import Node
from derivcheck.judging.judge import Judge
from derivcheck.language.claims import Pair
from derivcheck.language.network import Network
from derivcheck.language.notation.syntax import Expression, Name
from derivcheck.language.tensors import NamedTensor

MOST_TERMS = 6


@dataclass(frozen=True, slots=True)
class WrittenSide:
    """A side as a tree, and the terms that it has when it is multiplied out."""

    tree: Expression
    reading: NamedPolynomial

    @property
    def terms(self) -> int:
        """How many they are."""
        return len(self.reading.polynomial)


class SideWriter:
    """Writes sides of claims about one network; what was written is remembered."""

    def __init__(self, network: Network, judge: Judge) -> None:
        self.network, self.judge = network, judge
        self._written: dict[tuple[Node, tuple[str, ...]], WrittenSide | None] = {}

    def written(self, link: Pair) -> WrittenSide | None:
        """The left side of a link; None where it grows too large, or has no form."""
        key = link.left, tuple(axis.key for axis in link.letters)
        if key not in self._written:
            self._written[key] = self._side(link)
        return self._written[key]

    def terms(self, link: Pair) -> Sequence[tuple[Expression, bool]]:
        """The terms of the left side's entry, each with whether it is subtracted; none of a long one."""
        known = self.written(link) if link.letters else None
        if known is None or known.terms > MOST_TERMS:
            return []
        return [
            (self._tree(link, replace(known.reading, polynomial={term: magnitude(coefficient)})), coefficient < 0)
            for term, coefficient in known.reading.polynomial.items()
        ]

    def _side(self, link: Pair) -> WrittenSide | None:
        names = [node for node in self._tensors if node is not getattr(self.network.loss, "node", None)]
        if not link.letters and len(link.axes) > 2:
            return None
        try:
            reading = Namer(names, (), self.judge.facts, link.axes).reading(link.left)
            return WrittenSide(self._tree(link, reading), reading)
        except (GrowthError, UndefinedError, NoMatrixForm, KeyError):
            return None

    def _tree(self, link: Pair, reading: NamedPolynomial) -> Expression:
        if not link.letters:
            return matrix_form(reading, link.axes, self._matrix_naming)
        taken = frozenset(self.network.scope.dimensions) | {t.name for t in self._tensors.values()}
        naming = Naming(entry_writer(self._tensors), taken, matrix_function_writer(self._matrix_naming))
        return index_form(reading, link.letters, [axis.key for axis in link.letters], naming)

    @property
    def _tensors(self) -> dict[Node, NamedTensor]:
        return {tensor.node: tensor for tensor in self.network.tensors}

    @property
    def _matrix_naming(self) -> MatrixNaming:
        tensors = self._tensors
        scalars = frozenset(self.network.scope.dimensions) | {t.name for t in tensors.values() if not t.axes}
        return MatrixNaming(
            lambda node: (native(tensors[node], tensors[node].tree, scalars), tensors[node].axes),
            self.network.scope.vectors,
            scalars,
            lambda dimension: Name(str(dimension)),
        )
