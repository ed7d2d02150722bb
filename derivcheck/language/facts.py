"""Facts of one tensor together: what they amount to, or that no point is known at which all of them hold.

A proof uses every fact that is given. Numbers need points that honour them, and a point is
drawn for one fact; two that amount to a third one are drawn as that.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from derivcheck.diagnostics.diagnostic import Diagnostic, SourceText, SpecError, Where
from derivcheck.evidence.canonical.form import Facts
from derivcheck.graph.axes import Axis
from derivcheck.graph.nodes import Input
from derivcheck.language.tensors import NamedTensor
from derivcheck.spec.document import close_match
from derivcheck.spec.facts.table import FACTS, KINDS

Given = tuple[tuple[str, int | None], ...]


def combined(facts: Sequence[tuple[str, int | None]], name: str, where: Where | None) -> Given:
    """The facts without those that follow from others; whole numbers that add up to one are one-hot.

    Raises SpecError (DC043) for facts that are not to be had together.
    """
    along = {place for fact, place in facts if FACTS[fact].along_an_axis}
    found = dict(facts)
    place = next(iter(along)) if len(along) == 1 else None
    if len(along) <= 1:
        for kind in KINDS:
            if any(pair <= found.keys() for pair in kind.amounts):
                found[kind.name] = place or 0
        weaker = {implied for fact in found for implied in FACTS[fact].implies}
        found = {fact: at for fact, at in found.items() if fact not in weaker}
    if len(along) > 1 or (len(found) > 1 and not _are_together(found.keys())):
        said = ", ".join(dict.fromkeys(fact for fact, _ in facts))
        raise SpecError(
            Diagnostic(
                "DC043",
                f"these facts of `{name}` are not supported together: {said}",
                where,
                "no point is known at which all of them hold",
                help="give the one that the claims need",
            )
        )
    return tuple(found.items())


def _are_together(facts: Collection[str]) -> bool:
    """Whether a point is known at which all facts hold."""
    return any(set(facts) <= {fact, *FACTS[fact].together} for fact in facts)


def fits(fact: str, axes: Sequence[Axis]) -> bool:
    """Whether a tensor with the axes can have a fact."""
    match FACTS[fact].needs:
        case "a square matrix":
            return len(axes) == 2 and axes[0].dimension == axes[1].dimension
        case "a vector":
            return len(axes) == 1
        case "":
            return True


def with_facts(known: Facts, tensors: Sequence[NamedTensor], given: Sequence[SourceText]) -> Facts:
    """The facts that are known of tensors and those that a claim gives in words: `sums_to_one: y`. Raises SpecError."""
    facts = dict(known)
    for text in given:
        name, _, target = (part.strip() for part in text.text.partition(":"))
        tensor_name, _, axis = target.partition(" along ")
        node = next((t for t in tensors if t.name == tensor_name and isinstance(t.node, Input)), None)
        if name not in FACTS or node is None:
            raise SpecError(
                Diagnostic(
                    "DC042",
                    f"`{text.text}` is not a fact about a tensor",
                    text.where(),
                    "",
                    (("facts", ", ".join(FACTS)),),
                    _fact_instead(tensors, text.text, name),
                )
            )
        place: int | None = None
        if FACTS[name].along_an_axis:
            places = [k for k, a in enumerate(node.axes) if not axis or str(a.dimension) == axis]
            if len(places) != 1:
                raise SpecError(
                    Diagnostic(
                        "DC042",
                        f"`{text.text}` needs the axis it holds along",
                        text.where(),
                        "",
                        (),
                        f"{name}: {tensor_name} along {node.axes[0].dimension if node.axes else 'n'}",
                    )
                )
            place = places[0]
        if not fits(name, node.axes):
            raise SpecError(Diagnostic("DC042", f"`{name}` needs {FACTS[name].needs}", text.where()))
        facts[tensor_name] = combined((*facts.get(tensor_name, ()), (name, place)), tensor_name, text.where())
    return facts


def _fact_instead(tensors: Sequence[NamedTensor], text: str, name: str) -> str:
    """A fact that can be given of one of the tensors, near to what was written; empty where there is none."""
    fact = name if name in FACTS else close_match(name, FACTS) or "positive"
    axes = {tensor.name: tensor.node.axes for tensor in tensors if isinstance(tensor.node, Input)}
    fitting = [
        tensor
        for tensor, along in axes.items()
        if fits(fact, along) and (not FACTS[fact].along_an_axis or len(along) == 1)
    ]
    named = [tensor for tensor in fitting if re.search(rf"(?<!\w){re.escape(tensor)}(?!\w)", text)]
    return f"{fact}: {(named or fitting)[0]}" if fitting else ""
