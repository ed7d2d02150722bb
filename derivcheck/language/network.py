"""A spec as a network: names resolved, families expanded for a depth, every formula a node.

Gradients are reported for every declared tensor except targets (those with the
fact that is one of labels, such as `one_hot`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from derivcheck.diagnostics.diagnostic import (
    DerivcheckError,
    Diagnostic,
    NotationError,
    SpecError,
    Where,
    located,
)
from derivcheck.evidence.canonical.form import Facts
from derivcheck.evidence.extents import extents
from derivcheck.graph import scalars
from derivcheck.graph.axes import Dimension
from derivcheck.graph.nodes import Input, quantity
from derivcheck.graph.sizes import dimensions_of, fitted, names_of
from derivcheck.language.catalogue import functions as catalogue_functions
from derivcheck.language.conditions import NO_CONDITIONS, Conditions, drawn
from derivcheck.language.declared import DeclaredTensors
from derivcheck.language.families import Families
from derivcheck.language.formulas import head_tree, in_order_of_use, name_tree, with_numbers
from derivcheck.language.lowering import einstein, positions
from derivcheck.language.lowering.indexed import closed, indexed
from derivcheck.language.lowering.language import Lowering
from derivcheck.language.lowering.scope import Scope
from derivcheck.language.lowering.summation import sums_over_pairs
from derivcheck.language.lowering.values import Value
from derivcheck.language.notation.parser import parse_expression
from derivcheck.language.notation.syntax import Call, Derivative, Equation, Expression, Name
from derivcheck.language.notation.vocabulary import Vocabulary
from derivcheck.language.tensors import NamedTensor
from derivcheck.spec.declarations import NamedFormula, Spec
from derivcheck.spec.facts.table import FACTS
from derivcheck.spec.formulas import factors_of

UNMATCHED = ("DC130", "DC131")  # shapes that do not conform
DEFAULT_SIZES = (4, 5, 3, 6, 2, 7, 8, 9, 10, 11, 12, 13)


@dataclass(frozen=True)
class Network:
    """A network at one depth. `tensors` are all inputs and layers in order; `scope` serves claims.

    `given` are those of the `sizes` that the spec asks for.
    """

    spec: Spec
    depth: Mapping[str, int]
    scope: Scope
    tensors: tuple[NamedTensor, ...]
    loss: NamedTensor | None
    facts: Facts
    sizes: Mapping[str, int]
    given: Mapping[str, int]
    known: Conditions = NO_CONDITIONS
    remarks: tuple[Diagnostic, ...] = ()  # of its formulas, each of which has a meaning

    def named(self, name: str) -> NamedTensor:
        """The input or layer of a name. Raises KeyError."""
        for tensor_ in self.tensors:
            if tensor_.name == name:
                return tensor_
        raise KeyError(name)

    def with_facts(self, facts: Facts) -> Network:
        """The network of which these facts are known."""
        return replace(self, facts=facts, scope=replace(self.scope, facts=facts))

    @property
    def parameters(self) -> tuple[NamedTensor, ...]:
        """The declared tensors that gradients are reported for."""
        return tuple(
            t
            for t in self.tensors
            if isinstance(t.node, Input) and not any(FACTS[fact].target for fact, _ in self.facts.get(t.name, ()))
        )


def depths(spec: Spec) -> list[dict[str, int]]:
    """The depths a spec is judged at: one assignment for each depth of each label's end."""
    if not spec.families:
        return [{}]
    ends = {family.last.text for family in spec.families if not family.last.text.isdigit()}
    chosen: list[dict[str, int]] = [{}]
    for end in sorted(ends):
        values = spec.depths.get(end, (2, 3))
        chosen = [{**one, end: value} for one in chosen for value in values]
    return chosen


def build(spec: Spec, depth: Mapping[str, int] | None = None) -> Network:
    """The network of a spec at a depth (the first one declared where none is given).

    Raises SpecError and NotationError with their place in the file.
    """
    depth = dict(depth if depth is not None else depths(spec)[0])
    try:
        return _Builder(spec, depth).network()
    except NotationError as problem:
        products = any(len(factors_of(axis.text)) > 1 for one in spec.tensors for axis in one.axes)
        if not products or problem.diagnostic.code not in UNMATCHED:
            raise
        # `a*b` entries may be counted by the other factor first: those of `vec` are.
        with suppress(DerivcheckError):
            return _Builder(spec, depth, turned=True).network()
        raise


class _Builder:
    def __init__(self, spec: Spec, depth: dict[str, int], turned: bool = False) -> None:
        self.spec = spec
        self.depth = depth
        self.families = Families(spec.families, depth)
        self.declared = DeclaredTensors(spec, self.families, turned)
        self.remarks: dict[tuple[str, Where | None], Diagnostic] = {}

    def network(self) -> Network:
        inputs, facts = self.declared.inputs()
        values = {name: self.declared.value(t) for name, t in inputs.items()}
        scope = Scope(
            values,
            self.declared.dimensions,
            {},
            self._families(),
            frozenset(),
            self.spec.vectors,
            self.spec.layout,
            self.spec.vec,
            padding=self.spec.padding,
            indices=frozenset(self.declared.indices),
            labels=self.families.labels,
            depth=self.depth,
            gradient=self.spec.gradient,
            differentials=self.spec.differentials,
            distributions=tuple((one.name, one.distribution) for one in map(drawn, self.spec.given) if one is not None),
            sums=self.spec.sums,
            loss="" if self.spec.loss is None else self.spec.loss.name.text,
            facts=facts,
        )
        scope = self._with_functions(scope)
        layers = self.families.expanded(self.spec.layers)
        if self.spec.loss is not None:
            layers += self.families.expanded((self.spec.loss,))
        tensors: dict[str, NamedTensor] = dict(inputs)
        scope = self._with_layers(scope, layers, tensors)
        loss = self._loss(tensors, scope)
        if self.spec.differentials:
            scope = _with_differentials(scope, loss, tensors.values())
        scope = self._with_abbreviations(scope)
        nodes = [value.node for value in scope.values.values()]
        sizes, given = self._sizes(dimensions_of(nodes) | extents(nodes, facts))
        told = tuple(self.remarks.values())
        return Network(self.spec, self.depth, scope, tuple(tensors.values()), loss, facts, sizes, given, remarks=told)

    def _families(self) -> frozenset[str]:
        names = [t.name.text for t in self.spec.tensors] + [f.name.text for f in self.spec.layers]
        return frozenset(name.split("[")[0] for name in names if "[" in name)

    def _with_functions(self, scope: Scope) -> Scope:
        functions: dict[str, Any] = {}
        for declaration in self.spec.functions:
            if declaration.body is None:
                functions[declaration.name] = scalars.opaque(declaration.name, len(declaration.parameters))
                continue
            try:
                body = parse_expression(declaration.body.text)
                functions[declaration.name] = catalogue_functions.define(
                    declaration.name, declaration.parameters, body, functions
                )
            except DerivcheckError as problem:
                raise located(problem, declaration.body) from None
        return replace(scope, functions=functions)

    def _with_layers(
        self, scope: Scope, layers: list[tuple[str, dict[str, int], NamedFormula]], tensors: dict[str, NamedTensor]
    ) -> Scope:
        """Layers in the order of their use, whatever order they are written in."""
        vocabulary = _vocabulary(self.spec, scope)
        trees: dict[str, tuple[Expression, NamedFormula]] = {}
        for member, labels, formula in layers:
            try:
                tree = parse_expression(formula.text.text, vocabulary)
                tree = with_numbers(tree, {**self.depth, **labels}, vocabulary, scope)
                trees[member] = (_with_sums(tree, scope, head_tree(member, formula)), formula)
            except DerivcheckError as problem:
                raise located(problem, formula.text) from None
        for member in in_order_of_use(trees):
            tree, formula = trees[member]
            # A layer that is one call shows the quantities inside it; a family's members do not.
            own_names = isinstance(tree, Call) and "[" not in member
            lowering = Lowering(scope, member if own_names else "")
            try:
                value = _lowered(lowering, tree, member, formula)
            except DerivcheckError as problem:
                raise located(problem, formula.text) from None
            for told in (remark.at(formula.text) for remark in lowering.remarks):
                self.remarks.setdefault((told.code, told.where), told)  # once for all members of a family
            for name, inner in lowering.intermediates.items():
                if name not in scope.values and name not in trees and name not in self.declared.dimensions:
                    scope = scope.with_values({name: inner})
                    tensors[name] = NamedTensor(name, Name(name), inner.node, inner.axes)
            node = quantity(member, value.node, value.axes)
            if _is_opaque(tree):
                scope = replace(scope, opaque_losses=scope.opaque_losses | {member})
            scope = scope.with_values({member: replace(value, node=node)}).with_derived(member, lowering.derived)
            across = len(value.axes) == 1 and not (value.row if self.spec.vectors == "column" else value.column)
            tensors[member] = NamedTensor(member, name_tree(member), node, value.axes, across and not value.more)
        return scope

    def _loss(self, tensors: Mapping[str, NamedTensor], scope: Scope) -> NamedTensor | None:
        if self.spec.loss is None:
            return None
        members = [member for member, _ in self.families.members(self.spec.loss.name)]
        if len(members) != 1:
            raise SpecError(
                Diagnostic(
                    "DC032",
                    "a spec has one loss",
                    self.spec.loss.name.where(),
                    f"{len(members)} are given",
                    help="declare them as layers, and the loss as their sum",
                )
            )
        (member,) = members
        loss = tensors[member]
        if loss.axes:
            raise SpecError(
                Diagnostic(
                    "DC038",
                    f"the loss `{member}` is not a scalar",
                    self.spec.loss.text.where(),
                    f"it is {scope.values[member].shape()}",
                    help=f"mean({self.spec.loss.text.text}) or sum({self.spec.loss.text.text})",
                )
            )
        return loss

    def _with_abbreviations(self, scope: Scope) -> Scope:
        vocabulary = _vocabulary(self.spec, scope)
        for member, labels, formula in self.families.expanded(self.spec.let):
            try:
                tree = parse_expression(formula.text.text, vocabulary)
                tree = with_numbers(tree, {**self.depth, **labels}, vocabulary, scope)
                scope = _abbreviated(scope, tree, member, formula)
            except DerivcheckError as problem:
                raise located(problem, formula.text) from None
        return scope

    def _sizes(self, dimensions: frozenset[Dimension]) -> tuple[dict[str, int], dict[str, int]]:
        """(pairwise different sizes, those of them that the spec gives). Raises SpecError (DC039, DC048)."""
        given = self._given()
        free = [size for size in DEFAULT_SIZES if size not in given.values()] + list(range(14, 400))
        chosen: dict[str, int] = {}
        for position, name in enumerate(n for n in self.declared.dimensions if n not in given):
            # Long families would need long vectors; there the sizes repeat with a long period.
            chosen[name] = free[position] if len(self.declared.dimensions) <= 12 else free[position % 7]
        sizes = fitted(chosen, dimensions, given, least=2) or fitted(chosen, dimensions, given)
        if sizes is None:
            raise self._without_sizes({**chosen, **given}, dimensions)
        return {name: sizes[name] for name in self.declared.dimensions}, given

    def _without_sizes(self, tried: Mapping[str, int], dimensions: frozenset[Dimension]) -> SpecError:
        empty = sorted(dimension for dimension in dimensions if dimension.size(tried) < 1)
        notes = tuple((str(dimension), f"{dimension.size(tried)} entries") for dimension in empty)
        names = ", ".join(f"{name}: ..." for name in names_of(empty))
        return SpecError(
            Diagnostic(
                "DC048",
                "no sizes are found at which every axis has an entry",
                None,
                "",
                notes,
                f"numeric: {{sizes: {{{names}}}}}",
            )
        )

    def _given(self) -> dict[str, int]:
        """The sizes that the spec gives, member by member; `n` alone is the size of every `n[l]` without its own."""
        given: dict[str, int] = {}
        stems = {name.split("[")[0] for name in self.declared.dimensions if "[" in name}
        for name, size in sorted(self.spec.numeric.sizes.items(), key=lambda item: "[" in item[0]):
            if name in self.declared.dimensions:
                given[name] = size
            elif name in stems:
                given |= {member: size for member in self.declared.dimensions if member.startswith(f"{name}[")}
            elif name.split("[")[0] not in stems:  # `n[3]` is no dimension of a network with two layers
                raise unknown_dimension(name, self.declared.dimensions)
        return given


def unknown_dimension(name: str, known: Iterable[str]) -> SpecError:
    """A size is given for what is no dimension."""
    notes = (("dimensions", ", ".join(known)),)
    return SpecError(Diagnostic("DC039", f"`{name}` is not a dimension of this spec", None, "", notes))


def formulas(network: Network) -> dict[str, Equation]:
    """What a spec says each layer and the loss are, member by member, labels as numbers."""
    spec = network.spec
    families = Families(spec.families, network.depth)
    declared = families.expanded(spec.layers) + (families.expanded((spec.loss,)) if spec.loss is not None else [])
    vocabulary = _vocabulary(spec, network.scope)
    found: dict[str, Equation] = {}
    for member, labels, formula in declared:
        tree = parse_expression(formula.text.text, vocabulary)
        tree = with_numbers(tree, {**network.depth, **labels}, vocabulary, network.scope)
        found[member] = Equation((head_tree(member, formula), tree), ("=",))
    return found


def written(network: Network, more: Sequence[NamedFormula] = ()) -> list[tuple[NamedFormula, Expression]]:
    """Every formula of the spec and some `more`, as written: labels are names."""
    spec = network.spec
    vocabulary = _vocabulary(spec, network.scope)
    declared = (*spec.layers, *((spec.loss,) if spec.loss is not None else ()), *spec.let, *more)
    return [(formula, parse_expression(formula.text.text, vocabulary)) for formula in declared]


def with_abbreviations(network: Network, formulas: tuple[NamedFormula, ...]) -> Network:
    """The network with further `let` names. Raises NotationError with its place."""
    scope = network.scope
    for formula in formulas:
        try:
            vocabulary = scope.vocabulary()
            tree = parse_expression(formula.text.text, vocabulary)
            tree = with_numbers(tree, network.depth, vocabulary, scope)
            scope = _abbreviated(scope, tree, formula.name.text, formula)
        except DerivcheckError as problem:
            raise located(problem, formula.text) from None
    return replace(network, scope=scope)


def _vocabulary(spec: Spec, scope: Scope) -> Vocabulary:
    """What formulas of the spec may name: they are read before what they declare is in the scope."""
    formulas = (*spec.layers, *spec.let, *((spec.loss,) if spec.loss else ()))
    known = scope.vocabulary()
    names = known.names | {f.name.text.split("[")[0] for f in formulas}
    return replace(known, names=names, labels=frozenset(scope.labels) | frozenset(scope.depth))


def _lowered(lowering: Lowering, tree: Expression, member: str, formula: NamedFormula) -> Value:
    """The value of a formula, of an index formula where letters stand on its left."""
    if not formula.letters:
        return closed(lowering, tree, member)
    for letter, end in zip(formula.letters, formula.ends, strict=True):
        if end:
            positions.runs_to(lowering, letter, parse_expression(end))
    return indexed(lowering, tree, member, formula.letters)


def _with_sums(tree: Expression, scope: Scope, head: Expression) -> Expression:
    """A formula with the sums that it leaves unwritten."""
    tree = sums_over_pairs(tree, scope, head)
    return einstein.summed_in(tree, scope, head) if scope.sums == "einstein" else tree


def _abbreviated(scope: Scope, tree: Expression, member: str, formula: NamedFormula) -> Scope:
    tree = _with_sums(tree, scope, head_tree(member, formula))
    lowering = Lowering(scope)
    lowering.letters.learn(tree)
    value = _lowered(lowering, tree, member, formula)
    scope = scope.with_values({member: value}) if formula.letters else scope.with_abbreviation(member, tree, value)
    return scope.with_derived(member, lowering.derived)


def _with_differentials(scope: Scope, loss: NamedTensor | None, tensors: Iterable[NamedTensor]) -> Scope:
    """The scope in which `dW` is what the spec says that it is, where nothing else has that name."""
    found: dict[str, tuple[Expression, Lowering, Value]] = {}
    for one in tensors:
        stem = f"d{one.name.split('[')[0]}"
        if not scope.undeclared([stem]) or scope.is_family(stem):
            continue
        tree: Expression = Call("differential", (one.tree,))
        if scope.differentials == "gradients":
            if loss is None or one is loss:
                continue
            tree = Derivative(loss.tree, (one.tree,))
        lowering = Lowering(scope)
        with suppress(DerivcheckError):
            found[f"d{one.name}"] = tree, lowering, lowering.expression(tree)
    for name, (tree, lowering, value) in found.items():
        scope = scope.with_abbreviation(name, tree, value).with_derived(name, lowering.derived)
    return replace(scope, gradients=frozenset(name.split("[")[0] for name in found))


def _is_opaque(tree: Expression) -> bool:
    return isinstance(tree, Call) and tree.function == "opaque"
