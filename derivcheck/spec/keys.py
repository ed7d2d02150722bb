"""Every key of a spec, written once: the loader reads by this table, and the JSON Schema is written from it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, get_args

from derivcheck.spec.declarations import (
    VERDICTS,
    Binding,
    ClaimDeclaration,
    Differentials,
    DocumentDeclaration,
    Entries,
    Expectation,
    Gradient,
    Layout,
    NumericSettings,
    Orientation,
    Padding,
    Spec,
    Sums,
    TensorDeclaration,
    VecOrder,
)
from derivcheck.spec.document import Reader
from derivcheck.spec.formulas import (
    FORMULA,
    FamilyValue,
    FormulaValue,
    FunctionValue,
    LossValue,
    SpellingValue,
    name_of,
)
from derivcheck.spec.quantities import AxesValue, FactsValue, ProvisionsValue
from derivcheck.spec.sidecar import PLACE, LinesValue, line_of, place_of
from derivcheck.spec.values import (
    ChoiceValue,
    ListValue,
    MappingValue,
    Requirement,
    SectionValue,
    SpecKey,
    Subject,
    SwitchValue,
    TextValue,
    WholeNumber,
)

MAXIMAL_SIZE = 4096
MAXIMAL_DEPTHS = 1024
NAMES = r"^[^\W\d]\w*(\[[^\[\]]+\])?$"

REMARK = TextValue(numbers=True)
WORD = TextValue()
PLACED_WORD = TextValue(placed=True)
LATEX = TextValue(placed=True)
FORMULAS = MappingValue(FormulaValue())
SPELLINGS = MappingValue(SpellingValue())
LAYOUT = ChoiceValue(get_args(Layout))
VECTORS = ChoiceValue(get_args(Orientation))
GRADIENT = ChoiceValue(get_args(Gradient))
DIFFERENTIALS = ChoiceValue(get_args(Differentials))
SUMS = ChoiceValue(get_args(Sums))
ENTRIES = ChoiceValue(get_args(Entries))


def spec_of(reader: Reader, subject: Subject) -> dict[str, Any]:
    return {"path": reader.document.path, "lines": reader.document.lines}


def tensor_of(reader: Reader, subject: Subject) -> dict[str, Any]:
    return {"name": name_of(reader, subject, "a tensor")}


def claim_of(reader: Reader, subject: Subject) -> dict[str, Any]:
    """What holds of a claim that only its equation is known of."""
    blank = dict.fromkeys(("expect", "code", "note"), "") | dict.fromkeys(("steps", "let", "given"), ())
    where = reader.document.of(subject.key)
    return {**blank, "id": subject.name, "notation": "plain", "text": None, "quantifier": None, "where": where}


TENSOR = SectionValue(
    TensorDeclaration,
    "the tensor `{}`",
    (
        SpecKey("axes", AxesValue(), required=True, of_owner=True),
        SpecKey(
            "given",
            FactsValue(),
            "facts used in proofs and in sampling; a fact along one of several axes names it",
            fills="facts",
        ),
        SpecKey("index", PLACED_WORD, "the dimension whose positions the entries are: E[w,:] looks them up"),
    ),
    tensor_of,
    short="axes",
    requirement=Requirement(
        "DC028", "the tensor `{}` has no axes", "{axes: n, given: one_hot}; for a scalar, axes: scalar"
    ),
)

QUANTIFIER = SpecKey("for", PLACED_WORD, "the label's range: l in 1..L-1", fills="quantifier")
ABBREVIATIONS = SpecKey("let", FORMULAS, "abbreviations that hold here alone")
GIVEN = SpecKey("given", ProvisionsValue(), "what holds besides: a fact about a tensor, or an equation")
CODE = SpecKey("code", WORD, "the diagnosis that is expected")

CLAIM = SectionValue(
    ClaimDeclaration,
    "the claim `{}`",
    (
        SpecKey("claim", FORMULA, fills="text", of_owner=True),
        SpecKey("latex", LATEX, "the equation as LaTeX", fills="text", of_owner=True, also={"notation": "latex"}),
        SpecKey(
            "steps",
            ListValue(FORMULA, "the derivation `{}` has no steps", '[dL/dz = p - y, "= -(y - p)"]'),
            "a derivation, each line continuing the one above",
            of_owner=True,
        ),
        SpecKey("expect", ChoiceValue(VERDICTS)),
        CODE,
        SpecKey("note", REMARK),
        QUANTIFIER,
        ABBREVIATIONS,
        GIVEN,
    ),
    claim_of,
    short="claim",
    listed="steps",
    empty="the claim `{}` is empty",
    alternatives=("claim", "latex", "steps"),
    requirement=Requirement(
        "DC034", "the claim `{}` needs either `claim`, `latex` or `steps`", "{claim: dL/dz = p - y}", at_key=True
    ),
    cut=True,
)

BINDING = SectionValue(
    Binding,
    "`{}`",
    (
        SpecKey("symbols", SPELLINGS),
        ABBREVIATIONS,
        GIVEN,
        QUANTIFIER,
        SpecKey("layout", LAYOUT),
        SpecKey("vectors", VECTORS),
        SpecKey("gradient", GRADIENT),
        SpecKey("differentials", DIFFERENTIALS),
        SpecKey("sums", SUMS),
        SpecKey("entries", ENTRIES),
        SpecKey("where", PLACED_WORD, "a condition on indices, j != k"),
        SpecKey("unread", WORD, "why the formula is not to be read"),
        SpecKey("tensors", MappingValue(TENSOR, names={"pattern": NAMES}), "tensors that are others, or more"),
        SpecKey("layers", FORMULAS, "layers that are others, or more"),
        SpecKey("loss", LossValue(), "another loss"),
    ),
    place_of,
)

EXPECTATION = SectionValue(
    Expectation,
    "`{}`",
    (
        SpecKey("verdict", ChoiceValue((*VERDICTS, "definition", "ambiguous", "unread")), required=True),
        CODE,
        SpecKey("note", REMARK),
    ),
    place_of,
    short="verdict",
    requirement=Requirement("DC045", "`{}` needs the verdict that is expected", "{verdict: refuted}"),
)

DOCUMENT = SectionValue(
    DocumentDeclaration,
    "`{}`",
    (
        SpecKey("file", ListValue(PLACED_WORD), "beside the spec, or in the folder of --documents", fills="files"),
        SpecKey("files", ListValue(PLACED_WORD), "several files in their order, as one document"),
        SpecKey("lines", ListValue(LinesValue())),
        QUANTIFIER,
        SpecKey("entries", ENTRIES, "componentwise: a vector set equal to an entry is read entry by entry"),
        SpecKey("infer", SwitchValue(), "false: what the text says of names and conditions is not used"),
        SpecKey("updates", FORMULAS, "w: w - eta * dL/dw, the rule by which updates of w are judged"),
        SpecKey(
            "expect",
            MappingValue(EXPECTATION),
            "line 156, a label, or block 3: what the formula is expected to be",
            fills="expectations",
        ),
        SpecKey("bindings", MappingValue(BINDING), "line 156, a label, or block 3: what this formula needs"),
        SpecKey(
            "from",
            MappingValue(replace(BINDING, named=line_of), names={"pattern": f"^({PLACE.pattern})$"}),
            'line 156, or a heading, "## Batch form": what holds from there on',
            fills="changes",
        ),
    ),
    short="file",
    alternatives=("file", "files"),
    requirement=Requirement("DC045", "`{}` needs the name of its file", "document: {file: notes.md}"),
    filled=True,
)

NUMERIC = SectionValue(
    NumericSettings,
    "`{}`",
    (
        SpecKey("sizes", MappingValue(WholeNumber(1, MAXIMAL_SIZE, "the size of {}"), keyed=True)),
        SpecKey("seed", WholeNumber(0, 2**32 - 1)),
    ),
)

SPEC = SectionValue(
    Spec,
    "the {}",
    (
        SpecKey("extends", PLACED_WORD, "another spec: what is not declared here is as it is declared there"),
        SpecKey("title", REMARK),
        SpecKey("source", REMARK, "where the equations come from; quoted in reports"),
        SpecKey("vectors", VECTORS, "what a one-axis tensor is in a matrix product"),
        SpecKey("layout", LAYOUT),
        SpecKey("gradient", GRADIENT, "∇ and grad(): laid out as other derivatives are, or always as the variable is"),
        SpecKey("differentials", DIFFERENTIALS, "what dW by itself is: the differential d(W), or the gradient dL/dW"),
        SpecKey("sums", SUMS, "einstein: an index that a term repeats is summed over"),
        SpecKey("vec", ChoiceValue(get_args(VecOrder)), "the order in which vec() reads a matrix"),
        SpecKey("padding", ChoiceValue(get_args(Padding)), "zero: an entry outside of its tensor, `x[0]`, is zero"),
        SpecKey("tensors", MappingValue(TENSOR, names={"pattern": NAMES}), "name: its axes, by dimension name"),
        SpecKey("functions", MappingValue(FunctionValue()), "swish(t): t * sigmoid(t), or f: opaque"),
        SpecKey("families", MappingValue(FamilyValue()), "label: range, as in l: 1..L"),
        SpecKey(
            "depths",
            MappingValue(
                ListValue(WholeNumber(1, MAXIMAL_DEPTHS), "`{}` has no depth", "{}: [2, 3]", at_key=True), keyed=True
            ),
            "the depths to judge at",
        ),
        SpecKey("layers", FORMULAS, "name: formula, in order; H[i,j]: formula for the entries"),
        SpecKey("loss", LossValue(), "what gradients are of, L unless it is named"),
        SpecKey("let", FORMULAS, "names for quantities that the text uses", blank=True),
        SpecKey("given", ProvisionsValue(), "equations between what is declared, and facts, that hold for all claims"),
        SpecKey("symbols", SPELLINGS, "how a LaTeX text writes a name", blank=True),
        SpecKey("macros", SPELLINGS, "what a macro of the LaTeX text stands for", blank=True),
        SpecKey("document", DOCUMENT, "the document that this spec is the sidecar of"),
        SpecKey("claims", MappingValue(CLAIM, numbered="claim {}"), "the equations to judge", blank=True),
        SpecKey("numeric", NUMERIC, "the sizes and the seed of what is measured"),
    ),
    spec_of,
    filled=True,
)
