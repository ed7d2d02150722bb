"""What a spec declares, as written: names and formulas are text with a place, not yet parsed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from derivcheck.diagnostics.diagnostic import SourceText, Where

VERDICTS = ("proved", "checked", "refuted", "undecided", "invalid")
Orientation = Literal["column", "row"]  # what a one-axis tensor is in a matrix product
Layout = Literal["mixed", "numerator", "denominator"]
VecOrder = Literal["columns", "rows"]
Padding = Literal["none", "zero"]  # what entries outside of a tensor are: refused, or zero
Gradient = Literal["layout", "column"]  # ∇ is a derivative like any other, or has the shape of its variable anyway
Differentials = Literal["statements", "gradients"]  # what `dW` by itself is
Sums = Literal["written", "einstein"]  # whether an index that a term repeats is summed over
Entries = Literal["strict", "componentwise"]

CONVENTIONS = ("layout", "vectors", "gradient", "differentials", "sums")  # that a formula may have of its own


@dataclass(frozen=True, slots=True)
class Fact:
    """What is given about a tensor; `dimension` names the axis it holds along, where it needs one."""

    name: str
    dimension: str | None
    where: Where


@dataclass(frozen=True, slots=True)
class TensorDeclaration:
    """A tensor; the entries of one with an `index` are positions of that dimension."""

    name: SourceText
    axes: tuple[SourceText, ...]
    facts: tuple[Fact, ...] = ()
    index: SourceText | None = None


@dataclass(frozen=True, slots=True)
class FunctionDeclaration:
    """`swish(t): t * sigmoid(t)`; a function without a body is opaque."""

    name: str
    parameters: tuple[str, ...]
    body: SourceText | None
    where: Where


@dataclass(frozen=True, slots=True)
class NamedFormula:
    """`name: text` of a layer, loss or abbreviation; the name keeps its label, `z[l]`.

    `letters` are those of an index formula, `H[b,i]: X[b,i] - mu[b]`: the axes in their order. Each has
    its place in `ends`: how far it runs by what is written, `y[t in 1..n]`, or nothing.
    """

    name: SourceText
    text: SourceText
    letters: tuple[str, ...] = ()
    ends: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Family:
    """`l: 1..L`: a label and the range it runs over."""

    label: str
    first: SourceText
    last: SourceText


@dataclass(frozen=True, slots=True)
class Ignore:
    """`# derivcheck: ignore[DC202] reason`: a finding that a claim may have; `where` is the code's place."""

    code: str
    reason: str
    where: Where


@dataclass(frozen=True, slots=True)
class ClaimDeclaration:
    """One equation to judge, or a derivation given as `steps`.

    `expect` is empty where the claim is expected to hold; `code` is the expected diagnosis;
    `ignores` are the findings that let it pass all the same.
    """

    id: str
    notation: Literal["plain", "latex"]
    text: SourceText | None
    steps: tuple[SourceText, ...]
    expect: str
    code: str
    note: str
    quantifier: SourceText | None
    let: tuple[NamedFormula, ...]
    given: tuple[SourceText, ...]
    where: Where
    ignores: tuple[Ignore, ...] = ()


@dataclass(frozen=True, slots=True)
class Binding:
    """What holds for one formula of a document, or for all of them from a line on; `at` says which.

    `unread` is a reason not to read it. An empty convention, `layout` or another, leaves what holds anyway.
    """

    at: SourceText
    symbols: tuple[NamedFormula, ...] = ()
    let: tuple[NamedFormula, ...] = ()
    given: tuple[SourceText, ...] = ()
    quantifier: SourceText | None = None
    layout: Layout | Literal[""] = ""
    vectors: Orientation | Literal[""] = ""
    gradient: Gradient | Literal[""] = ""
    differentials: Differentials | Literal[""] = ""
    sums: Sums | Literal[""] = ""
    entries: Entries | Literal[""] = ""
    where: SourceText | None = None  # a condition on indices, `j != k`
    unread: str = ""
    tensors: tuple[TensorDeclaration, ...] = ()  # of the network itself: these, and what is changed of it
    layers: tuple[NamedFormula, ...] = ()
    loss: NamedFormula | None = None


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a formula of a document is expected to be: `refuted` for a known mistake, with its diagnosis."""

    at: SourceText
    verdict: str
    code: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class DocumentDeclaration:
    """The document that a spec is the sidecar of, of one file or of several in their order.

    `lines` are the parts of it that this spec accounts for, all of it where none are given;
    with `infer` what the text says besides its assertions is used: definitions, conditions;
    `changes` hold from their line on, `bindings` for one formula each. With `entries`
    componentwise, a vector that is set equal to an entry is read entry by entry. `updates` are the
    new values of names, by which the updates of the text are judged.
    """

    files: tuple[SourceText, ...]
    lines: tuple[tuple[int, int], ...] = ()
    quantifier: SourceText | None = None
    entries: Entries | Literal[""] = ""
    infer: bool = True
    updates: tuple[NamedFormula, ...] = ()
    expectations: tuple[Expectation, ...] = ()
    bindings: tuple[Binding, ...] = ()
    changes: tuple[Binding, ...] = ()

    @property
    def file(self) -> SourceText:
        """The first of its files."""
        return self.files[0]


@dataclass(frozen=True, slots=True)
class NumericSettings:
    sizes: Mapping[str, int] = field(default_factory=dict)
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Spec:
    path: str
    extends: SourceText | None = None  # the spec whose declarations it goes on from
    title: str = ""
    source: str = ""
    vectors: Orientation = "column"
    layout: Layout = "mixed"
    vec: VecOrder = "columns"
    padding: Padding = "none"
    gradient: Gradient = "layout"
    differentials: Differentials | Literal[""] = ""  # not said
    sums: Sums = "written"
    tensors: tuple[TensorDeclaration, ...] = ()
    functions: tuple[FunctionDeclaration, ...] = ()
    families: tuple[Family, ...] = ()
    depths: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    layers: tuple[NamedFormula, ...] = ()
    loss: NamedFormula | None = None
    let: tuple[NamedFormula, ...] = ()
    given: tuple[SourceText, ...] = ()
    symbols: tuple[NamedFormula, ...] = ()
    macros: tuple[NamedFormula, ...] = ()
    document: DocumentDeclaration | None = None
    claims: tuple[ClaimDeclaration, ...] = ()
    numeric: NumericSettings = NumericSettings()
    stray_ignores: tuple[Ignore, ...] = ()  # those that stand at no claim
    lines: tuple[str, ...] = field(default=(), repr=False)

    @property
    def conventions(self) -> tuple[str, ...]:
        """What a text may say otherwise of the same network."""
        return tuple(getattr(self, name) for name in CONVENTIONS)

    def under(self, binding: Binding) -> Spec:
        """The spec with the conventions that a binding gives."""
        given = {name: value for name in CONVENTIONS if (value := getattr(binding, name))}
        return replace(self, **given) if given else self
