"""A claim about a family of layers, for every layer and every depth.

Every member of a family comes from the same line of the spec. Where a proof looks at
names within a few labels of its own only, at two depths and in the same way, the same
proof stands at every label of every depth: its surroundings there are copies of those
that were seen, as far from the first and from the last layer, or farther than it looks.
Where the two ends are nearer to each other than that, every depth is looked at by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from derivcheck.graph.nodes import Input, Node, Quantity, topological
from derivcheck.judging.judge import Judge
from derivcheck.judging.precedents import LABEL, Precedents
from derivcheck.language.claims import Pair
from derivcheck.language.uniformity import WINDOW
from derivcheck.spec import Spec

DEEP = 2 * WINDOW + 2  # from where on no label is near to both ends

Signature = frozenset[tuple[str, tuple[int, ...], bool]]


@dataclass(frozen=True, slots=True)
class Instance:
    """A claim at one label of one depth; `label` is None for a claim that speaks of the ends alone.

    `summed` are the sums over all layers: no proof that looks into one is a proof for any depth.
    """

    depth: int
    label: int | None
    first: int
    judge: Judge
    links: tuple[Pair, ...]
    summed: frozenset[str] = frozenset()

    def offsets(self, name: str) -> tuple[int, ...] | None:
        """The labels in a name relative to the claim's own, or to the nearer end; None beyond the window."""
        return _offsets(name, self.label, self.first, self.depth)

    def renamed(self, name: str) -> str | None:
        """A name with its labels told from the claim's own; None beyond the window."""
        return _renamed(name, self.label, self.first, self.depth)


@lru_cache(maxsize=1 << 12)
def _offsets(name: str, own: int | None, first: int, depth: int) -> tuple[int, ...] | None:
    offsets = []
    for match in LABEL.finditer(name):
        label = int(match[1])
        if own is not None:
            distance = label - own
        else:
            from_end = label - depth
            distance = from_end if -from_end <= WINDOW else label - first + 100
            if distance > 50 and label - first > WINDOW:
                return None
        if own is not None and abs(distance) > WINDOW:
            return None
        offsets.append(distance)
    return tuple(offsets)


@lru_cache(maxsize=1 << 12)
def _renamed(name: str, own: int | None, first: int, depth: int) -> str | None:
    offsets = _offsets(name, own, first, depth)
    if not offsets:
        return None if offsets is None else name
    waiting = iter(offsets)
    return LABEL.sub(lambda _: f"[{next(waiting):+d}]", name)


def depths_to_try(spec: Spec) -> list[dict[str, int]]:
    """Two depths that are deeper than the window is wide; none where the spec has no single depth."""
    end = end_of(spec)
    return [] if end is None else [{end: DEEP}, {end: DEEP + 1}]


def least_depth(spec: Spec, holds_at: Callable[[dict[str, int]], bool]) -> dict[str, int]:
    """The least depth from which on a claim holds that holds for every depth beyond the window; empty for the first.

    What stands at the first label may stand at the last one where there are few.
    """
    end = end_of(spec)
    assert end is not None
    first = min(int(family.first.text) for family in spec.families)
    for depth in reversed(range(first, DEEP)):
        if not holds_at({end: depth}):
            return {end: depth + 1}
    return {}


def end_of(spec: Spec) -> str | None:
    """The name of the one end that the families of a spec have."""
    ends = {family.last.text for family in spec.families if not family.last.text.isdigit()}
    single = len(ends) == 1 and all(family.first.text.isdigit() for family in spec.families)
    return ends.pop() if single else None


def holds_for_every_depth(instances: Iterable[Instance], precedents: Precedents) -> bool:
    """Whether every instance of two depths is proved, and instances with like surroundings are proved alike.

    Raises ContradictionError.
    """
    seen: dict[tuple[int, int], Signature] = {}
    labels: dict[tuple[int, int], list[int]] = {}
    depths: set[int] = set()
    for instance in instances:
        signature = _signature(instance, precedents)
        if signature is None:
            return False
        place = _place(instance)
        if seen.setdefault(place, signature) != signature:
            return False
        if instance.label is not None:
            labels.setdefault((instance.depth, instance.first), []).append(instance.label)
        depths.add(instance.depth)
    return len(depths) > 1 and _reaches_from_end_to_end(labels)


def _reaches_from_end_to_end(labels: Mapping[tuple[int, int], list[int]]) -> bool:
    """Whether labels run from near an end to near an end, in the same way at each depth: no range that opens later."""
    lows: list[set[tuple[str, int]]] = []
    highs: list[set[tuple[str, int]]] = []
    for (depth, first), found in labels.items():
        if found != list(range(found[0], found[-1] + 1)):
            return False
        for ends, label in ((lows, found[0]), (highs, found[-1])):
            ends.append({end for end in (("first", label - first), ("last", label - depth)) if abs(end[1]) <= WINDOW})
    return not labels or all(set.intersection(*ends) for ends in (lows, highs))


def is_proved(instance: Instance, precedents: Precedents) -> bool:
    """Whether every link is an equation that is proved. Raises ContradictionError."""
    return all(_proof_of(link, instance, precedents) is not None for link in instance.links)


def remember(instance: Instance, precedents: Precedents) -> None:
    """Take what was proved of an instance for a precedent."""
    prover = instance.judge.prover
    for link in instance.links:
        cut = prover.known_cut(link.left, link.right)
        if cut is not None:
            precedents.add(link.left, link.right, cut, instance.renamed, prover.facts)


def _proof_of(link: Pair, instance: Instance, precedents: Precedents) -> frozenset[Node] | None:
    """The names into which the proof of an equation did not have to look; None where it is not proved.

    The derivatives of which it speaks are measured before, whether or not a proof of its kind is known. Raises
    ContradictionError.
    """
    if link.relation != "=" or link.shapes is not None:
        return None
    judge = instance.judge
    if any(slope.numeric.verdict == "kink" for slope in judge.measured(link.derived)):
        return None
    known = judge.prover.known_cut(link.left, link.right)
    if known is None:
        known = precedents.cut_of(link.left, link.right, instance.renamed, judge.prover.facts)
    if known is not None:
        return known
    # A formula of one depth is seldom true at another, and the search for a proof of what is false is long.
    if judge.differs_at_once(link.left, link.right, link.axes):
        return None
    proof, cut = judge.prover.proof_and_cut(link.left, link.right)
    if not proof.proved:
        return None
    precedents.add(link.left, link.right, cut, instance.renamed, judge.prover.facts)
    return cut


def _place(instance: Instance) -> tuple[int, int]:
    """How far the label is from both ends, as far as that can matter."""
    if instance.label is None:
        return (-1, -1)
    away = WINDOW + 1
    return min(instance.label - instance.first, away), min(instance.depth - instance.label, away)


def _signature(instance: Instance, precedents: Precedents) -> Signature | None:
    """What the proofs of an instance look at, by offset; None where there is no proof or it looks too far."""
    found: set[tuple[str, tuple[int, ...], bool]] = set()
    for link in instance.links:
        cut = _proof_of(link, instance, precedents)
        if cut is None:
            return None
        for name, leaf in _names([link.left, link.right], cut):
            offsets = instance.offsets(name)
            if offsets is None or (name in instance.summed and not leaf):
                return None
            found.add((LABEL.sub("[]", name), offsets, leaf))
    return frozenset(found)


def _names(roots: list[Node], cut: frozenset[Node]) -> Iterator[tuple[str, bool]]:
    for node in topological(roots, cut):
        if isinstance(node, Input | Quantity):
            yield node.name, node in cut or isinstance(node, Input)


def described(least: Mapping[str, int] | None, labelled: bool, depths: Iterable[Mapping[str, int]]) -> str:
    """`for every layer at any depth`, from the least one on, or the depths at which a family's claim was judged."""
    if least is None:
        return f"at {'; '.join(map(_shown, depths))}"
    start = f" from {_shown(least)} on" if least else ""
    return ("for every layer at any depth" if labelled else "at any depth") + start


def _shown(depth: Mapping[str, int]) -> str:
    return ", ".join(f"{label} = {value}" for label, value in depth.items())
