"""The derivatives of families of layers with their general label: `dC/da[l] = W[l+1].T @ dC/dz[l+1]`.

A form that was derived at one label of a deep network is said of every label, and judged as any claim is. What is not
proved for every layer at any depth is not shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from derivcheck.diagnostics.diagnostic import DerivcheckError, SourceText, Where
from derivcheck.diagnostics.verdicts import ClaimResult
from derivcheck.evidence.canonical.atoms import GrowthError, UndefinedError
from derivcheck.judging.general import end_of
from derivcheck.judging.proofreader import UnwrittenError
from derivcheck.judging.steps import StepWriter
from derivcheck.language.notation.labels import shifted
from derivcheck.language.notation.syntax import Equation, Name, Number, Subscript, rebuilt
from derivcheck.language.tensors import NamedTensor
from derivcheck.pipeline.casebook import Casebook
from derivcheck.pipeline.request import Request
from derivcheck.spec import ClaimDeclaration, Spec
from derivcheck.spec.roster import Entry

DEEP = 5  # layers, so that there are labels in the midst
DEEPEST = 8  # layers of a network that has one depth only
MOST = 12  # families whose forms are looked for
REACH = "for every layer"
INDEXED = re.compile(r"\S*\]\[")  # `dC/dz[l][i] = ...`
MEMBER = re.compile(r"(\w+)\[(\d+)\]")


def general_forms(spec: Spec, seed: int | None = None) -> tuple[ClaimResult, ...]:
    """The derivative by each family on the way to the parameters, proved for every layer; none without a loss."""
    if len(spec.families) != 1 or spec.loss is None or not _is_short(spec):
        return ()
    casebook = Casebook(spec, Request(seed=seed))
    try:
        with casebook.inside():
            forms = _forms(casebook)
        judged = [_proved(casebook, spec, texts) for texts in forms.values()]
    except DerivcheckError:
        return ()
    return tuple(found for found in judged if found is not None)


def _is_short(spec: Spec) -> bool:
    """Whether few enough layers are judged: those of any depth are, since two depths speak for all."""
    last = spec.families[0].last.text
    return not last.isdigit() or int(last) <= DEEPEST


def _forms(casebook: Casebook) -> dict[str, list[str]]:
    """For each family the forms found at its labels, said of the label `l`: matrix forms first, and short ones."""
    spec, family, end = casebook.spec, casebook.spec.families[0], end_of(casebook.spec)
    examiner = casebook.panel().first
    if end is not None:
        examiner = examiner.at_depth({end: DEEP})
    writer, letter, last = StepWriter(examiner.proofreader), family.label, DEEP if end else int(family.last.text)
    named = {one.name.text.partition("[")[0] for one in spec.let if "[" in one.name.text}
    families = examiner.network.scope.families | named
    found: dict[str, list[str]] = {}
    for tensor in writer.path(examiner.network.parameters):
        match = MEMBER.fullmatch(tensor.name)
        # Next to the last layer, where forms are short and speak of no other layer as of an end.
        if match is None or not last - 4 < int(match[2]) < last or (match[1] not in found and len(found) >= MOST):
            continue
        texts = found.setdefault(match[1], [])
        for equation in _derived(writer, tensor):
            said = _said_of(equation, int(match[2]), letter, families)
            text = examiner.proofreader.plain(said)
            texts += [text] if text not in texts else []
    return {
        stem: sorted(texts, key=lambda text: (INDEXED.match(text) is not None, len(text)))
        for stem, texts in found.items()
    }


def _derived(writer: StepWriter, tensor: NamedTensor) -> Iterator[Equation]:
    """The matrix form, and the last line of the stage, which speaks of the next stage only."""
    try:
        yield from (step.equation for step in (*writer.in_matrix_form(tensor), *writer.stage(tensor)[-1:]))
    except (GrowthError, UndefinedError, UnwrittenError):
        return


def _said_of(equation: Equation, label: int, letter: str, families: frozenset[str]) -> Equation:
    """The equation with each label told from that of its own: `W[4]` at 3 is `W[l+1]`."""

    def changed(tree: object) -> object:
        match tree:
            case Subscript(Name(name) as base, (Number(value),)) if name in families:
                return Subscript(base, (shifted(Name(letter), int(value) - label),))
        return tree

    made: Equation = rebuilt(equation, changed)
    return made


def _proved(casebook: Casebook, spec: Spec, texts: Sequence[str]) -> ClaimResult | None:
    """The first of some forms that is proved for every layer: for the last one too, if none above is named."""
    family = spec.families[0]
    first, last, letter = family.first.text, family.last.text, family.label
    matrices = [text for text in texts if not INDEXED.match(text)]
    for text in (*matrices[:2], *texts[len(matrices) :][:1]):
        before = str(int(last) - 1) if last.isdigit() else f"{last}-1"
        until = before if f"[{letter} + " in text else last
        declared = ClaimDeclaration(
            f"{letter} = {first}, …, {until}",
            "plain",
            SourceText(text),
            (),
            "",
            "",
            "",
            SourceText(f"{letter} in {first}..{until}"),
            (),
            (),
            Where(spec.path, 1, 1),
        )
        try:
            found = casebook.claim(Entry("claim", declared.id, text, declared.where, declared))
        except DerivcheckError:
            continue
        if found.verdict == "proved" and (found.reach.startswith(REACH) or end_of(spec) is None):
            return found
    return None
