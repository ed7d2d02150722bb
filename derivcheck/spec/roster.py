"""What of a spec is judged, by name: read off its declarations, so that naming costs no mathematics."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from derivcheck.diagnostics.diagnostic import Diagnostic, SpecError, Where
from derivcheck.spec.declarations import ClaimDeclaration, Spec
from derivcheck.spec.facts.table import FACTS


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing to be judged: a claim, or the gradient with respect to a declared tensor.

    `tensor` is the name as it is declared: the gradient by `W[l]` is that by every member at every depth.
    """

    kind: Literal["claim", "gradient"]
    name: str
    text: str
    where: Where
    claim: ClaimDeclaration | None = None
    tensor: str = ""


def gradients_of(spec: Spec) -> tuple[Entry, ...]:
    """The gradients that are derived for a spec: none without a loss, none for its targets and for positions."""
    if spec.loss is None:
        return ()
    loss = spec.loss.name.text
    found = []
    for declaration in spec.tensors:
        if declaration.index is not None or any(FACTS[fact.name].target for fact in declaration.facts):
            continue
        tensor = declaration.name.text
        name = f"d{loss}/d{tensor}"
        found.append(Entry("gradient", name, name, declaration.name.where(0, len(tensor)), tensor=tensor))
    return tuple(found)


def claims_of(spec: Spec) -> tuple[Entry, ...]:
    """The claims of a spec, each with its text on one line."""
    found = []
    for claim in spec.claims:
        texts = claim.steps or ((claim.text,) if claim.text is not None else ())
        text = "; ".join(" ".join(step.text.split()) for step in texts)
        found.append(Entry("claim", claim.id, text, claim.where, claim=claim))
    return tuple(found)


def roster(spec: Spec) -> tuple[Entry, ...]:
    """Everything that is judged of a spec without its document.

    Raises SpecError (DC682) where there is nothing at all: that is never success.
    """
    found = (*gradients_of(spec), *claims_of(spec))
    if not found and spec.document is None:
        first = spec.lines[0] if spec.lines else ""
        raise SpecError(
            Diagnostic(
                "DC682",
                "there is nothing to judge: neither a loss nor a claim is declared",
                Where(spec.path, 1, 1, 1, first),
                help="claims: {name: equation}",
            )
        )
    return found
