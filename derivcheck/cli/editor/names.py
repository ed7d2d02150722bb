"""The names that formulas may use: those of a spec with what they stand for, and those of the catalogue."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Literal

from derivcheck.diagnostics.diagnostic import DerivcheckError, Where
from derivcheck.language.catalogue.activations import ACTIVATIONS
from derivcheck.language.catalogue.elementary import ELEMENTARY_NAMES
from derivcheck.language.catalogue.layers import LAYERS
from derivcheck.language.catalogue.losses import LOSSES
from derivcheck.language.catalogue.operations import OPERATIONS
from derivcheck.language.notation.parser import parse_expression
from derivcheck.language.notation.printer import to_latex
from derivcheck.language.notation.syntax import Derivative, Expression
from derivcheck.spec import NamedFormula, Spec

Kind = Literal["tensor", "layer", "loss", "abbreviation", "function", "dimension", "label", "catalogue"]
DERIVED = ("tensor", "layer", "loss", "abbreviation")


@dataclass(frozen=True, slots=True)
class KnownName:
    """A name, what it is, what is said of it, and where it is declared."""

    name: str
    kind: Kind
    about: str
    where: Where | None = None


def declared(spec: Spec) -> list[KnownName]:
    """What a spec declares, in its order."""
    found = []
    for tensor in spec.tensors:
        axes = " ".join(axis.text for axis in tensor.axes) or "scalar"
        facts = f", given {', '.join(fact.name for fact in tensor.facts)}" if tensor.facts else ""
        found.append(KnownName(tensor.name.text, "tensor", axes + facts, tensor.name.where()))
    found += [_formula(layer, "layer") for layer in spec.layers]
    found += [_formula(abbreviation, "abbreviation") for abbreviation in spec.let]
    found += [_formula(spec.loss, "loss")] if spec.loss is not None else []
    for function in spec.functions:
        signature = f"{function.name}({', '.join(function.parameters)})"
        body = f"{signature} = {function.body.text}" if function.body is not None else f"{signature}, opaque"
        found.append(KnownName(function.name, "function", body, function.where))
    for family in spec.families:
        about = f"{family.label} = {family.first.text}..{family.last.text}"
        found.append(KnownName(family.label, "label", about, family.first.where()))
    return [*found, *_dimensions(spec)]


def _formula(formula: NamedFormula, kind: Kind) -> KnownName:
    name = formula.name.text
    entry = f"{name}[{','.join(formula.letters)}]" if formula.letters else name
    return KnownName(name, kind, f"{entry} = {' '.join(formula.text.text.split())}", formula.name.where())


def _dimensions(spec: Spec) -> Iterator[KnownName]:
    seen = set()
    for tensor in spec.tensors:
        for axis in tensor.axes:
            if axis.text not in seen and re.fullmatch(r"[^\W\d]\w*(\[.*\])?", axis.text) and axis.text != "scalar":
                seen.add(axis.text)
                yield KnownName(axis.text, "dimension", f"a dimension, of {tensor.name.text}", axis.where())


@cache
def catalogue() -> tuple[KnownName, ...]:
    """The functions, layers, losses and operations that every formula may use."""
    found = {name: KnownName(name, "catalogue", f"{signature}: {about}") for name, signature, about in OPERATIONS}
    for entry in (*LAYERS, *LOSSES):
        found[entry.name] = KnownName(entry.name, "catalogue", f"{entry.signature}: {entry.about}")
    for name, about in (*ELEMENTARY_NAMES, *((one.name, one.about) for one in ACTIVATIONS)):
        found[name] = KnownName(name, "catalogue", f"{name}(t): {about}")
    return tuple(found.values())


def named(spec: Spec | None, word: str) -> list[KnownName]:
    """What a word of a formula stands for: what is declared so, else the members of its family, else the catalogue."""
    name = word.rstrip("'")
    stem = name.partition("[")[0]
    own = declared(spec) if spec is not None else []
    for found in (
        [one for one in own if one.name == name],
        [one for one in own if one.name.partition("[")[0] == stem],
        [one for one in catalogue() if one.name == stem],
    ):
        if found:
            return found
    return []


def parts(word: str) -> list[str]:
    """The names that a word may be of: itself, and of `dW1` and `∂W1` the variable."""
    return [word, *([word[1:]] if word[:1] in ("d", "∂") and len(word) > 1 else [])]


def derivatives(spec: Spec) -> list[str]:
    """`dL/dW1` of everything that the loss may be derived by."""
    if spec.loss is None:
        return []
    own = [one.name for one in declared(spec) if one.kind in DERIVED and one.name != spec.loss.name.text]
    return [f"d{spec.loss.name.text}/d{name}" for name in own]


def in_latex(spec: Spec) -> Iterator[tuple[str, str]]:
    """(how a text writes it, what it is) of the names of a spec; what its sidecar declares goes first."""
    for formula in (*spec.symbols, *spec.macros):
        yield formula.name.text, f"{formula.text.text}, by the sidecar"
    loss = spec.loss.name.text if spec.loss is not None else ""
    of = _tree(loss) if loss else None
    for one in declared(spec):
        tree = _tree(one.name) if one.kind in (*DERIVED, "dimension") else None
        if tree is not None:
            yield to_latex(tree), f"{one.name}, {one.about}"
            if of is not None and one.kind in DERIVED and one.name != loss:
                yield to_latex(Derivative(of, (tree,))), f"d{loss}/d{one.name}"


def _tree(name: str) -> Expression | None:
    try:
        return parse_expression(name)
    except DerivcheckError:
        return None
