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
from derivcheck.spec.facts.wording import FILLING, axis_from_the_end, by_names

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
        case "a matrix":
            return len(axes) == 2
        case "":
            return True


def declared_facts(known: Facts, tensors: Sequence[NamedTensor], text: SourceText) -> Facts:
    """The facts that are known and one in words: `sums_to_one: y along n`, `y: simplex`, `rows of P sum to one`.

    Raises SpecError (DC042) for what is no fact about a tensor.
    """
    inputs = {t.name for t in tensors if isinstance(t.node, Input)}
    words = [word for word in re.findall(r"[^\s:,]+", by_names(text.text)) if word not in FILLING]
    facts = [word for word in words if word in FACTS and word not in inputs]
    named = [word for word in words if word in inputs]
    rest = [word for word in words if word not in facts and word not in named]
    if (len(facts), len(named)) != (1, 1) or len(rest) > 1:
        raise no_fact(tensors, text)
    return with_fact(known, tensors, facts[0], named[0], rest[0] if rest else None, text)


def no_fact(tensors: Sequence[NamedTensor], text: SourceText, reason: str = "") -> SpecError:
    notes = (("facts", ", ".join(FACTS)),)
    message = f"`{text.text}` is not a fact about a tensor"
    help_ = _fact_instead(tensors, text.text, text.text.partition(":")[0].strip())
    return SpecError(Diagnostic("DC042", message, text.where(), reason, notes, help_))


TOTALS = frozenset({"simplex", "sums_to_one"})


def with_fact(
    known: Facts, tensors: Sequence[NamedTensor], fact: str, name: str, axis: str | int | None, text: SourceText
) -> Facts:
    """The facts that are known and one of an input, along the axis of a dimension or at a place. Raises SpecError."""
    axes = next(t.axes for t in tensors if t.name == name)
    place: int | None = None
    if FACTS[fact].along_an_axis:
        places = [k for k, a in enumerate(axes) if axis in (None, k, str(k + 1), str(a.dimension))]
        if not places and isinstance(axis, str):
            places = side_along(axis, axes)
        if len(places) != 1:
            message = f"`{text.text}` needs the axis it holds along"
            twice = len({a.dimension for a in axes}) < len(axes)
            along = "2" if twice else axes[0].dimension if axes else "n"
            whole = f", or sum({name}) = 1 for all entries together" if fact in TOTALS and axes else ""
            raise SpecError(Diagnostic("DC042", message, text.where(), help=f"{fact}: {name} along {along}{whole}"))
        place = places[0]
    if not fits(fact, axes):
        raise SpecError(Diagnostic("DC042", f"`{fact}` needs {FACTS[fact].needs}", text.where()))
    return {**known, name: combined((*known.get(name, ()), (fact, place)), name, text.where())}


def side_along(name: str, axes: Sequence[Axis]) -> list[int]:
    """The place of the axis along which `rows` or `columns` run, of a matrix or of each of several; none otherwise."""
    back = axis_from_the_end(name)
    return [len(axes) - back] if back and len(axes) > 1 else []


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
