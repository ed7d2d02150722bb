"""Proofs that two nodes are the same function: equal canonical forms, for all sizes, with the fewest facts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import product
from math import prod

from derivcheck.evidence.canonical.form import Canonical, Equality, Facts
from derivcheck.evidence.points import facts_key
from derivcheck.graph.axes import Axes
from derivcheck.graph.nodes import Determinant, Input, Inverse, Node, topological
from derivcheck.graph.slices import slice_at
from derivcheck.spec.facts.table import FACTS, axis_of, is_silent

MAXIMAL_ENTRIES = 36
LEVELS = 2  # of definitions that a proof looks into before it opens all of them


class Prover:
    """Proves equalities of one network; canonical forms are remembered between questions.

    `cuts` are sets of named nodes that may be treated as independent leaves, tried in
    order before nothing is cut: what holds for any values of them holds for theirs.
    `adjoints` are named derivatives; those that a right side mentions are cut first of all.
    """

    def __init__(self, facts: Facts, cuts: Sequence[frozenset[Node]], adjoints: frozenset[Node]) -> None:
        self.facts = facts
        self._cuts = [*cuts, frozenset[Node]()]
        self._adjoints = adjoints
        self._canonicals: dict[tuple[frozenset[Node], tuple[object, ...]], Canonical] = {}
        self._proved: dict[tuple[Node, Node], frozenset[Node]] = {}  # the cuts of proofs under the facts given

    def _canonical(self, cut: frozenset[Node], facts: Facts) -> Canonical:
        key = (cut, facts_key(facts))
        if key not in self._canonicals:
            self._canonicals[key] = Canonical(facts, cut)
        return self._canonicals[key]

    def proof(self, left: Node, right: Node, facts: Facts | None = None, far: bool = True) -> Equality:
        """Equality of canonical forms, with the fewest facts that were seen to suffice.

        Unless it may look `far`, the definitions of few names are opened.
        """
        given = self.facts if facts is None else facts
        found, cut = self._proof(left, right, given, far)
        if not found.proved:
            return found
        if facts is None or facts is self.facts:
            self._proved[left, right] = cut
        used = given
        if found.facts:
            for weaker in (self._only_silent(given), self._weakest(given, found.facts)):
                attempt = self._canonical(cut, weaker).equal(left, right)
                if attempt.proved:
                    found, used = attempt, weaker
                    break
        return replace(found, facts=(*found.facts, *self._silent_facts(left, right, cut, used)))

    def _silent_facts(self, left: Node, right: Node, cut: frozenset[Node], facts: Facts) -> tuple[tuple[str, str], ...]:
        """The facts without which there is no proof, of those that the rewriting takes for granted."""
        inputs = {node.name for node in topological([left, right]) if isinstance(node, Input)}
        silent = [(name, f) for name, found in facts.items() if name in inputs for f, _ in found if is_silent(f)]
        if not silent or self._proves_without(silent, left, right, cut, facts):
            return ()
        return tuple(one for one in silent if not self._proves_without([one], left, right, cut, facts))

    def _proves_without(
        self, dropped: Sequence[tuple[str, str]], left: Node, right: Node, cut: frozenset[Node], facts: Facts
    ) -> bool:
        kept = {name: tuple(f for f in found if (name, f[0]) not in dropped) for name, found in facts.items()}
        return self._canonical(cut, kept).equal(left, right).proved

    def glance(self, left: Node, right: Node, facts: Facts) -> Equality:
        """Equality with every name as it stands and no definition opened: the cheapest attempts of `proof` alone."""
        below = set(topological([left, right]))
        mentioned = frozenset(topological([right], self._adjoints)) & self._adjoints
        cut = frozenset((self._cuts[0] | mentioned) & below) - {left, right}
        found = self._canonical(cut, facts).equal(left, right, denominators=False)
        return found if found.proved else self._canonical(cut, facts).equal(left, right)

    def proof_and_cut(self, left: Node, right: Node) -> tuple[Equality, frozenset[Node]]:
        """The proof, and the named nodes into which it did not have to look."""
        found, cut = self._proof(left, right, self.facts)
        if found.proved:
            self._proved[left, right] = cut
        return found, cut

    def known_cut(self, left: Node, right: Node) -> frozenset[Node] | None:
        """The named nodes into which a proof that was found before did not have to look; None without one."""
        return self._proved.get((left, right))

    def _only_silent(self, facts: Facts) -> Facts:
        return {name: kept for name, found in facts.items() if (kept := tuple(f for f in found if is_silent(f[0])))}

    def _weakest(self, facts: Facts, used: Iterable[tuple[str, str]]) -> Facts:
        weak: dict[str, tuple[tuple[str, int | None], ...]] = dict(self._only_silent(facts))
        for name, fact in used:
            along = axis_of(dict(facts.get(name, ()))) if FACTS[fact].along_an_axis else None
            weak[name] = (*weak.get(name, ()), (fact, along))
        return weak

    def _proof(self, left: Node, right: Node, facts: Facts, far: bool = True) -> tuple[Equality, frozenset[Node]]:
        """(the equality, the cut under which it was seen); the cheapest attempts come first.

        Names stay names until looking inside is needed. What is nearest is opened first, one level of it:
        `1 - a[l]^2` is tanh'(z[l]) as soon as a[l] is tanh(z[l]), whatever z[l] is made of.
        """
        if left is right:
            return Equality(True), frozenset([left])
        below = set(topological([left, right]))
        # The name of an inverse stands for it wherever it occurs: there, names that do not occur matter too.
        exactly = any(isinstance(node, Inverse | Determinant) for node in below)
        cuts: dict[frozenset[Node], frozenset[Node]] = {}
        last = Equality(False, reason="the canonical forms differ")

        def attempt(cut: frozenset[Node], without: set[Node]) -> None:
            used = frozenset(cut & below) - without
            cuts.setdefault(used, used if exactly else cut - without)

        mentioned = frozenset(topological([right], self._adjoints)) & self._adjoints
        nearest = self._cuts[0] | mentioned
        if mentioned:
            # `dL/db = dL/dz`: the right side itself may stand as a name, the left one is then looked into.
            attempt(nearest, {left})
        attempt(nearest, {left, right})
        opened = {left, right}
        for _ in range(LEVELS):
            seen = set(topological([left, right], nearest - opened)) & self._cuts[0]
            activations = seen - self._cuts[1]
            for names in (activations, seen):
                attempt(nearest, opened | names)
            opened |= seen
        near = list(cuts.values())
        for cut in self._cuts if far else ():
            attempt(cut, {left, right})
        for tried in (near, list(cuts.values())[len(near) :]):
            for denominators in (False, True):
                for cut in tried:
                    last = self._canonical(cut, facts).equal(left, right, denominators)
                    if last.proved:
                        return last, cut
        return last, frozenset()

    def entry_by_entry(self, left: Node, right: Node, axes: Axes, facts: Facts) -> Equality | None:
        """The proof of sides with few entries, all of fixed sizes, one at a time: a matrix that is written out."""
        fixed = [axis.dimension.constant for axis in axes if not axis.dimension.terms]
        if not fixed or len(fixed) != len(axes) or prod(fixed) > MAXIMAL_ENTRIES:
            return None
        used: dict[tuple[str, str], None] = {}
        for place in product(*(range(1, count + 1) for count in fixed)):
            at = dict(zip(axes, place, strict=True))
            found = self.proof(slice_at(left, at), slice_at(right, at), facts)
            if not found.proved:
                return None
            used.update(dict.fromkeys(found.facts))
        return Equality(True, tuple(used))
