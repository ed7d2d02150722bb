"""Facts of one tensor together: what they amount to, or that no point is known at which all of them hold.

A proof uses every fact that is given. Numbers need points that honour them, and a point is
drawn for one fact; two that amount to a third one are drawn as that.
"""

from __future__ import annotations

from collections.abc import Sequence

from derivcheck.diagnostics.diagnostic import Diagnostic, SpecError, Where
from derivcheck.spec.declarations import FACTS_ALONG_AN_AXIS

Given = tuple[tuple[str, int | None], ...]

FOLLOWS = {"one_hot": {"binary", "sums_to_one", "unit"}, "simplex": {"sums_to_one"}}
TOGETHER = ({"positive", "symmetric"}, {"positive", "simplex"})


def combined(facts: Sequence[tuple[str, int | None]], name: str, where: Where | None) -> Given:
    """The facts without those that follow from others; whole numbers that add up to one are one-hot.

    Raises SpecError (DC043) for facts that are not to be had together.
    """
    names = {fact for fact, _ in facts}
    along = {place for fact, place in facts if fact in FACTS_ALONG_AN_AXIS}
    found = dict(facts)
    place = next(iter(along)) if len(along) == 1 else None
    if len(along) <= 1:
        if "binary" in names and names & {"sums_to_one", "unit"}:
            found["one_hot"] = 0 if place is None else place
        elif names >= {"positive", "sums_to_one"}:
            found["simplex"] = place
        for stronger, weaker in FOLLOWS.items():
            if stronger in found:
                found = {fact: at for fact, at in found.items() if fact not in weaker}
    if len(along) > 1 or (len(found) > 1 and not any(found.keys() <= pair for pair in TOGETHER)):
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
