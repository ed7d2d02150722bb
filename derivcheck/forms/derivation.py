"""The gradients of one scalar as a reader would write them, nested or closed.

*Nested* forms speak of the next layer's adjoint, ∂L/∂z1 = (W2ᵀ ∂L/∂z2) ⊙ σ′(z1);
*closed* forms put in what that adjoint is, as long as the result stays readable.
Both are syntax trees: they can be printed in every notation, and read back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cached_property
from typing import Literal, cast

from derivcheck.diagnostics.diagnostic import UnsupportedError
from derivcheck.evidence.canonical.atoms import GrowthError, UndefinedError, ZeroDivisorError
from derivcheck.evidence.canonical.form import Facts, without_switches
from derivcheck.forms.candidates import Candidates, length
from derivcheck.forms.entries import dimension_tree, entry_of, in_declared_order, native
from derivcheck.forms.index_form import Naming, index_form
from derivcheck.forms.letters import fresh_letters, may_be_letter
from derivcheck.forms.matrix_form import matrix_form, matrix_function_writer
from derivcheck.forms.matrix_naming import MatrixNaming, NoMatrixForm
from derivcheck.forms.polynomials import NamedPolynomial
from derivcheck.forms.ranges import asks_cases, in_ranges
from derivcheck.forms.reading import Namer
from derivcheck.forms.regrouping import regrouped
from derivcheck.forms.sliced_form import SlicedMatrix, sliced_form
from derivcheck.forms.slopes import SlopeStyle
from derivcheck.forms.structural_form import structural_form
from derivcheck.forms.transposition import transposed, transposes
from derivcheck.graph.axes import Axis
from derivcheck.graph.derive import sweep
from derivcheck.graph.nodes import Input, Node, Quantity, Sum, operands, topological
from derivcheck.language.formulas import name_tree
from derivcheck.language.notation.syntax import (
    Derivative,
    Expression,
    Name,
    Number,
    Transpose,
)
from derivcheck.language.tensors import NamedTensor
from derivcheck.spec.declarations import Orientation

Style = Literal["nested", "closed", "named"]
READABLE = 44  # nodes of a syntax tree: about one line of text
READABLE_ENTRY = 56
INLINED = 30
LONGEST = 240  # beyond that, what follows the graph is easier to read


class Derivation:
    """Everything that is derived from one scalar quantity.

    `tensors` are all names of the network, inputs and layers; `taken` are names that
    index letters must not use.
    """

    def __init__(
        self,
        output: NamedTensor,
        tensors: Iterable[NamedTensor],
        facts: Facts,
        vectors: Orientation = "column",
        taken: Iterable[str] = (),
        layout: str = "mixed",
        abbreviations: Mapping[str, Expression] | None = None,
        slopes: SlopeStyle = "value",
    ) -> None:
        """`abbreviations` are `let` names with what they stand for; `slopes` says how slopes are written."""
        self.slopes = slopes
        self.layout = layout
        self._abbreviations = dict(abbreviations or {})
        self.output = output
        self.facts = facts
        self.vectors = vectors
        self.tensors = {tensor.node: tensor for tensor in tensors}
        # Only names that a letter could be called need to be avoided.
        every = frozenset(taken) | {t.name for t in self.tensors.values()} | {output.name}
        self.taken = frozenset(name for name in every if may_be_letter(name))
        self._affine: dict[Node, bool] = {}
        self._names = frozenset(self.tensors)
        names = {tensor.name for tensor in self.tensors.values() if not tensor.axes}
        self.scalars = frozenset(taken) | names | {output.name}
        self._readings: dict[Node, NamedPolynomial] = {}
        self._unnamed: dict[Node, NamedPolynomial] = {}
        self._unread: dict[Node, Exception] = {}
        self._matrices: dict[tuple[Node, Style, bool], Expression | NoMatrixForm] = {}
        self._long: set[tuple[Node, Style, bool, int]] = set()  # what is not written inside of something else
        self._opens_all = False  # while a closed form is asked for
        self._depth = 0
        self._openness: dict[Node, bool] = {}

    @cached_property
    def adjoints(self) -> Mapping[Node, Node]:
        """The adjoint node of every tensor of the network that the output depends on."""
        found = sweep(self.output.node)
        return {node: found[node] for node in self.tensors if node in found and node is not self.output.node}

    @cached_property
    def _variables(self) -> dict[Node, NamedTensor]:
        """Named adjoints, by the variable they belong to."""
        return {a: self.tensors[v] for v, a in self.adjoints.items() if _names(a, self.output, self.tensors[v])}

    @cached_property
    def _short(self) -> Mapping[Node, Expression]:
        """The `let` name of a derivative of the output, by what it is the derivative by."""
        wanted = {Derivative(self.output.tree, (t.tree,)): node for node, t in self.tensors.items()}
        return {wanted[tree]: name for tree, name in self.short_names.items() if tree in wanted}

    @cached_property
    def short_names(self) -> Mapping[Expression, Expression]:
        """The `let` names by what they stand for."""
        return {tree: name_tree(name) for name, tree in self._abbreviations.items()}

    @cached_property
    def _cotangents(self) -> dict[Node, NamedTensor]:
        """The unknown derivatives of an opaque loss, by the variable they belong to."""
        found: dict[Node, NamedTensor] = {}
        for variable, adjoint in self.adjoints.items():
            unknown = adjoint.operand if isinstance(adjoint, Quantity) else adjoint
            if isinstance(unknown, Input) and unknown not in self.tensors:
                found[unknown] = self.tensors[variable]
        return found

    @cached_property
    def _reader(self) -> Namer:
        try:
            return self._reader_with(self.facts)
        except ZeroDivisorError:
            # `y log(y/p)` for a y of 0 and 1: its derivative is read for any y.
            return self._reader_with(without_switches(self.facts), again=True)

    def _reader_with(self, facts: Facts, again: bool = False) -> Namer:
        reader = Namer(tuple(self.tensors), tuple(self._variables), facts, slopes=self.slopes)
        self._readings.clear()
        # From the loss backwards, so that explicit adjoints are known when they are needed.
        for adjoint in sorted(self._variables, key=lambda node: node.serial):
            try:
                self._readings[adjoint] = self._without_zeros(reader.reading(adjoint, of_name=True))
            except ZeroDivisorError as why:
                if not again:
                    raise
                self._unread[adjoint] = why
            except (GrowthError, UndefinedError, UnsupportedError) as why:
                self._unread[adjoint] = why  # it stays a name, and what is made of it can still be read
        return reader

    def _without_zeros(self, reading: NamedPolynomial) -> NamedPolynomial:
        """The reading without the terms that carry an adjoint known to be zero, and with the facts that make it so."""
        leaves = reading.canonical.leaf_nodes
        kept, facts = dict(reading.polynomial), reading.facts
        for term in reading.polynomial:
            nodes = [leaves.get(number) for number, _, _ in term[1]]
            zeros = [n for n in nodes if n in self._readings and not self._readings[n].polynomial]
            if zeros:
                del kept[term]
                facts = facts.union(*(self._readings[zero].facts for zero in zeros))
        return replace(reading, polynomial=kept, facts=facts) if len(kept) < len(reading.polynomial) else reading

    @property
    def readings(self) -> Mapping[Node, NamedPolynomial]:
        """The readings of the named adjoints."""
        _ = self._reader
        return self._readings

    @cached_property
    def without_facts(self) -> Derivation:
        """The same derivation with nothing given."""
        tensors, short = self.tensors.values(), self._abbreviations
        return Derivation(self.output, tensors, {}, self.vectors, self.taken, self.layout, short, self.slopes)

    def readings_of(self, variable: Node) -> NamedPolynomial | None:
        """The reading of ∂output/∂variable, None where it grows too large."""
        try:
            return self.reading(variable)
        except (GrowthError, UndefinedError, UnsupportedError):
            return None

    def mentions_adjoints(self, reading: NamedPolynomial) -> bool:
        """Whether a reading names another adjoint."""
        leaves = reading.canonical.leaf_nodes
        return any(leaves.get(a) in self._variables for _, factors in reading.polynomial for a, _, _ in factors)

    def reading(self, variable: Node) -> NamedPolynomial:
        """The reading of ∂output/∂variable. Raises GrowthError, UndefinedError, UnsupportedError."""
        reader = self._reader
        adjoint = self.adjoints[variable]
        named = adjoint in self._variables and self._variables[adjoint].node is variable
        if not named:
            if variable not in self._unnamed:
                self._unnamed[variable] = self._without_zeros(reader.reading(adjoint))
            return self._unnamed[variable]
        if adjoint in self._unread:
            raise self._unread[adjoint]
        return self._readings[adjoint]

    def candidates(self, variable: NamedTensor, style: Style | None = None) -> Candidates:
        """What ∂output/∂variable may be written as, of the given style if possible; nothing of it is read back yet.

        Without a style, the closed form comes first where it is readable, the nested one otherwise.
        """
        letters = self.letters(len(variable.axes))
        self._opens_all = style == "closed"
        if variable.node not in self.adjoints:
            known = Number(Fraction(int(variable.node is self.output.node)))
            return Candidates(letters, (known,), (known,), "", frozenset())
        indices, problem = self._indices(variable, style, letters)
        matrices, reason = self._matrices_of(variable, style) if not problem else ([], problem)
        facts: frozenset[tuple[str, str]] = frozenset()
        # What has no reading may be written entry by entry all the same, and takes no fact.
        if not problem and (reading := self.readings_of(variable.node)) is not None:
            facts = self._facts_in(reading, style or "closed")
        slices = self._slices(variable, letters) if not matrices and not problem else ()
        if slices and not slices[0].letters:
            matrices, slices = [slices[0].matrix], ()
        return Candidates(letters, tuple(indices), tuple(matrices), reason, facts, slices)

    def _indices(
        self, variable: NamedTensor, style: Style | None, letters: Sequence[str]
    ) -> tuple[list[Expression], str]:
        """(index forms, why there is no reading, if there is none)."""
        found: list[Expression] = []
        problem = ""
        try:
            reading = self.reading(variable.node)
            for one in (*_order(style), "named"):
                kept = self._staying(reading)
                found.append(index_form(reading, variable.axes, letters, self.naming(one, kept)))
        except (GrowthError, UndefinedError) as why:
            problem = str(why) or "it grows too large"
        except UnsupportedError as why:
            problem = why.diagnostic.message
        if style is None and len(found) > 1 and length(found[0]) > READABLE_ENTRY:
            found[:2] = found[1::-1]
        try:
            found.append(self._structural(variable, letters))
        except (GrowthError, UndefinedError) as why:
            problem = problem or str(why)
        # A condition in the range of its sum goes before the same form with a factor of one or zero.
        forms = [grouped for form in found for grouped in (regrouped(form, self.scalars), form)]
        found = list(dict.fromkeys(tree for form in forms for tree in (in_ranges(form), form)))
        found.sort(key=lambda tree: (length(tree) > LONGEST, asks_cases(tree)))
        return found, problem if not found else ""

    def _structural(self, variable: NamedTensor, letters: Sequence[str]) -> Expression:
        adjoint = self.adjoints[variable.node]
        body = adjoint.operand if adjoint in self._variables and isinstance(adjoint, Quantity) else adjoint
        names = self._names | frozenset(self._variables) | frozenset(self._cotangents)
        return structural_form(body, variable.axes, letters, names, self.naming("named"))

    def _matrices_of(self, variable: NamedTensor, style: Style | None) -> tuple[list[Expression], str]:
        """(matrix forms, why there is none of the first style)."""
        found: list[Expression] = []
        reason = ""
        for one in _order(style):
            try:
                reading = self.reading(variable.node)
                kept = self._staying(reading)
                matrix = matrix_form(reading, variable.axes, self.matrix_naming(one, kept))
                found.append(self.in_layout(native(variable, matrix, self.scalars)))
            except NoMatrixForm as why:
                reason = reason or str(why)
            except (GrowthError, UndefinedError) as why:
                reason = reason or str(why) or "it grows too large"
            except UnsupportedError as why:
                reason = reason or why.diagnostic.message
        if style is None and len(found) > 1 and length(found[0]) > READABLE:
            found.reverse()
        grouped = [form for tree in found for form in (regrouped(tree, self.scalars), tree)]
        return list(dict.fromkeys(grouped)), reason

    def _slices(self, variable: NamedTensor, letters: Sequence[str]) -> tuple[SlicedMatrix, ...]:
        """The matrices of which a derivative is made that is none, if it is: of heads, channels, filters."""
        if variable.across or self.layout == "numerator":
            return ()
        try:
            reading = self.reading(variable.node)
            named = self.matrix_naming("named")
            naming = replace(named, leaf=lambda node: self._other_name(node) or named.leaf(node))
            found = sliced_form(reading, variable.axes, letters, naming, self.taken)
        except (NoMatrixForm, GrowthError, UndefinedError, UnsupportedError):
            return ()
        return (found,) if length(found.matrix) <= READABLE_ENTRY else ()

    def _other_name(self, adjoint: Node) -> tuple[Expression, tuple[Axis, ...]] | None:
        """The tensor that a named derivative is, entry by entry, if it is one: `g` for ∂(Σ g z)/∂z."""
        reading = self._readings.get(adjoint)
        if reading is None or len(reading.polynomial) != 1:
            return None
        (((bound, factors), coefficient),) = reading.polynomial.items()
        node = reading.canonical.leaf_nodes.get(factors[0][0]) if factors else None
        tensor = self.tensors.get(node) if node is not None else None
        if bound or coefficient != 1 or len(factors) != 1 or factors[0][2] != 1 or tensor is None:
            return None
        axes = {reading.canonical.outer(axis): axis for axis in self._variables[adjoint].axes}
        if tensor.across or sorted(factors[0][1]) != sorted(axes):
            return None
        here = [axes[index] for index in factors[0][1]]
        own = node.home if isinstance(node, Input) else tensor.node.axes
        return tensor.tree, tuple(dict(zip(own, here, strict=True))[axis] for axis in tensor.axes)

    # --- writing leaves -------------------------------------------------------------------

    def letters(self, count: int) -> tuple[str, ...]:
        """The letters of an entry with so many axes."""
        return tuple(fresh_letters(count, self.taken))

    def naming(self, style: Style, kept: frozenset[Node] = frozenset()) -> Naming:
        """How leaves are written: `named` keeps every adjoint a name, others those that are `kept`."""

        def entry(node: Node, places: Sequence[Expression], letters: frozenset[str]) -> Expression:
            unknown = self._cotangents.get(node)
            if unknown is not None:
                return Derivative(self.output.tree, (entry_of(unknown.tree, in_declared_order(unknown, node, places)),))
            variable = self._variables.get(node)
            if variable is None:
                tensor = self.tensors[node]
                return entry_of(tensor.tree, in_declared_order(tensor, node, places))
            here = in_declared_order(variable, node, places)
            for attempt in () if node in kept else _attempts(style):
                # Whatever its letters are, what is too long once is so again: else every path through time is written.
                key = (node, attempt, self._opens_all, self._depth)
                inline = None if key in self._long else self._inline_index(node, variable, here, letters, attempt)
                if inline is not None and length(inline) <= INLINED:
                    return inline
                if inline is not None:
                    self._long.add(key)
            if variable.node in self._short:
                return entry_of(self._short[variable.node], here)
            return Derivative(self.output.tree, (entry_of(variable.tree, here),))

        return Naming(entry, self.taken, matrix_function_writer(self.matrix_naming("named")))

    def _inline_index(
        self,
        node: Node,
        variable: NamedTensor,
        places: Sequence[Expression],
        letters: frozenset[str],
        style: Style,
    ) -> Expression | None:
        if style == "nested" and is_affine_layer(variable.node, self._names):
            return None
        if self._depth >= 8 or node not in self._readings or not all(isinstance(place, Name) for place in places):
            return None
        self._depth += 1
        try:
            names = [cast(Name, place).name for place in places]
            reading = self._readings[node]
            outer = replace(self.naming(style, self._staying(reading)), taken=self.taken | letters)
            return index_form(reading, variable.axes, names, outer)
        except (GrowthError, UndefinedError):
            return None
        finally:
            self._depth -= 1

    def matrix_naming(self, style: Style, kept: frozenset[Node] = frozenset()) -> MatrixNaming:
        def leaf(node: Node) -> tuple[Expression, tuple[Axis, ...]]:
            unknown = self._cotangents.get(node)
            if unknown is not None:
                return self.above(unknown), unknown.axes
            variable = self._variables.get(node)
            if variable is None:
                tensor = self.tensors[node]
                return native(tensor, tensor.tree, self.scalars), tensor.axes
            for attempt in () if node in kept else _attempts(style):
                inline = self._inline_matrix(node, variable, attempt)
                if inline is not None and length(inline) <= INLINED:
                    return inline, variable.axes
            return self.above(variable), variable.axes

        return MatrixNaming(leaf, self.vectors, self.scalars, dimension_tree)

    def above(self, tensor: NamedTensor) -> Expression:
        """∂L/∂tensor by its name, where a matrix form needs it."""
        tree = self._short.get(tensor.node) or Derivative(self.output.tree, (tensor.tree,))
        return native(tensor, self.in_layout(tree), self.scalars)

    def in_layout(self, tree: Expression) -> Expression:
        """In numerator layout the gradient of a scalar is the transpose of what has the variable's shape."""
        if self.layout != "numerator":
            return tree
        pushed = transposed(tree, self.scalars)
        return min((pushed, Transpose(tree)), key=transposes) if pushed is not tree else tree

    def _inline_matrix(self, node: Node, variable: NamedTensor, style: Style) -> Expression | None:
        if style == "nested" and is_affine_layer(variable.node, self._names):
            return None
        key = (node, style, self._opens_all)
        if key not in self._matrices:
            if self._depth >= 8 or node not in self._readings:
                return None
            self._depth += 1
            try:
                reading = self._readings[node]
                naming = self.matrix_naming(style, self._staying(reading))
                self._matrices[key] = matrix_form(reading, variable.axes, naming)
            except NoMatrixForm as why:
                self._matrices[key] = why
            finally:
                self._depth -= 1
        found = self._matrices[key]
        return None if isinstance(found, NoMatrixForm) else found

    def _staying(self, reading: NamedPolynomial) -> frozenset[Node]:
        """The named derivatives that stay names in a reading, unless the closed form is asked for.

        Those with a `let` name, and those that speak of the unknown derivative of an opaque loss and stand
        there more than once, or are more than a product of two.
        """
        if self._opens_all:
            return frozenset()
        leaves = reading.canonical.leaf_nodes
        nodes = [leaves.get(number) for _, factors in reading.polynomial for number, _, _ in factors]
        found = set()
        for node in {node for node in nodes if node in self._variables}:
            assert node is not None
            if self._variables[node].node in self._short or (
                self._is_open(node)
                and (nodes.count(node) > 1 or not self._is_short(node))
                and not self._is_renamed(node)
            ):
                found.add(node)
        return frozenset(found)

    def _is_open(self, adjoint: Node) -> bool:
        """Whether a named derivative speaks of an unknown one."""
        if adjoint not in self._openness:
            self._openness[adjoint] = any(node in self._cotangents for node in topological([adjoint]))
        return self._openness[adjoint]

    def _is_renamed(self, adjoint: Node) -> bool:
        """Whether a named derivative is another one, entry by entry: that by `hat` where nothing scales or shifts."""
        reading = self._readings.get(adjoint)
        if reading is None or len(reading.polynomial) != 1:
            return False
        (((bound, factors), coefficient),) = reading.polynomial.items()
        return not bound and coefficient == 1 and len(factors) == 1 and factors[0][2] == 1

    def _is_short(self, adjoint: Node) -> bool:
        reading = self._readings.get(adjoint)
        return reading is not None and all(len(factors) <= 2 for _, factors in reading.polynomial)

    def _facts_in(self, reading: NamedPolynomial, style: Style) -> frozenset[tuple[str, str]]:
        """The facts a form rests on, those of the adjoints that are put into it included."""
        found, stack, seen = set(reading.facts), [reading], set()
        while stack:
            current = stack.pop()
            for _, factors in current.polynomial:
                for number, _, _ in factors:
                    node = current.canonical.leaf_nodes.get(number)
                    if node is not None and node in self._variables and node not in seen:
                        seen.add(node)
                        if style == "closed" and node in self._readings:
                            found |= self._readings[node].facts
                            stack.append(self._readings[node])
        return frozenset(found)


def _order(style: Style | None) -> tuple[Style, Style]:
    return ("nested", "closed") if style == "nested" else ("closed", "nested")


def _attempts(style: Style) -> tuple[Style, ...]:
    """Where a closed form is too long, the nested one may still read better than a name."""
    match style:
        case "closed":
            return ("closed", "nested")
        case "nested":
            return ("nested",)
        case "named":
            return ()


def is_affine_layer(node: Node, names: frozenset[Node]) -> bool:
    """Whether a quantity contracts a parameter with something (the z of a layer), or is an input."""
    if not isinstance(node, Quantity):
        return True
    cone = [node, *topological([node.operand], names)]
    return any(isinstance(n, Sum) for n in cone) and any(isinstance(n, Input) and len(n.axes) > 1 for n in cone)


def _names(adjoint: Node, output: NamedTensor, variable: NamedTensor) -> bool:
    """Whether an adjoint is written by its name; one that is constant along an axis is written out."""
    named = isinstance(adjoint, Quantity) and adjoint.name == f"d{output.name}/d{variable.name}"
    return named and operands(adjoint)[0].axes == adjoint.axes
