"""From specs to verdicts: the pipeline, read aloud.

load the spec, build the network, derive every gradient, judge its forms against the
adjoint and against differences, judge the claims, hand over the results.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from derivcheck.diagnostics.diagnostic import (
    ContradictionError,
    DerivcheckError,
    Diagnostic,
    SourceText,
    SpecError,
    Where,
    own_bug,
    tracebacks_are_wanted,
)
from derivcheck.diagnostics.verdicts import ClaimResult, FormulaResult
from derivcheck.graph.nodes import inside
from derivcheck.judging.examiner import Examiner, Measuring, assigned
from derivcheck.judging.rulings import judge_claim
from derivcheck.language.network import build, depths
from derivcheck.pipeline.exemptions import exempted
from derivcheck.pipeline.memory import Memory
from derivcheck.pipeline.results import FileResult, Report
from derivcheck.spec import ClaimDeclaration, Spec, load_spec, read_spec
from derivcheck.spec.document import read_text
from derivcheck.spec.selection import EVERYTHING, Selection

if TYPE_CHECKING:
    from derivcheck.statements.document.passages import Manuscript

__all__ = [
    "Examiner",
    "Measuring",
    "check_equation",
    "judge_claim",
    "verify_document",
    "verify_file",
    "verify_paths",
    "verify_spec",
    "verify_text",
]


def verify_paths(paths: Iterable[str | Path], seed: int | None = None, strict: bool = False) -> Report:
    """Every spec file in the order given; a file that cannot be read is reported, the others are judged."""
    return Report(tuple(verify_file(path, seed, strict) for path in paths))


def verify_file(
    path: str | Path,
    seed: int | None = None,
    strict: bool = False,
    measuring: Measuring | None = None,
    documents: str | Path | None = None,
    selection: Selection = EVERYTHING,
    memory: Memory | None = None,
) -> FileResult:
    """The verdicts on a spec file; where it cannot be read, that is the result."""
    try:
        spec = load_spec(path)
    except DerivcheckError as problem:
        return FileResult(str(path), error=problem.diagnostic)
    return verify_spec(spec, seed, strict, measuring, documents=documents, selection=selection, memory=memory)


def verify_document(
    path: str | Path,
    sidecar: str | Path | None = None,
    seed: int | None = None,
    strict: bool = False,
    measuring: Measuring | None = None,
    selection: Selection = EVERYTHING,
    memory: Memory | None = None,
) -> FileResult:
    """The verdicts on a document, judged with its sidecar: the one given, named by its front matter, or beside it."""
    from derivcheck.statements.document.passages import read_manuscript
    from derivcheck.statements.document.sidecars import sidecar_of

    try:
        manuscript = read_manuscript(read_text(path), str(path))
        spec = load_spec(sidecar if sidecar is not None else sidecar_of(manuscript))
    except DerivcheckError as problem:
        return FileResult(str(path), error=problem.diagnostic)
    return verify_spec(spec, seed, strict, measuring, manuscript, selection=selection, memory=memory)


def verify_text(text: str, path: str = "<string>", seed: int | None = None, strict: bool = False) -> FileResult:
    """The verdicts on a spec given as text."""
    try:
        spec = read_spec(text, path)
    except DerivcheckError as problem:
        return FileResult(path, error=problem.diagnostic)
    return verify_spec(spec, seed, strict)


def verify_spec(
    spec: Spec,
    seed: int | None = None,
    strict: bool = False,
    measuring: Measuring | None = None,
    manuscript: Manuscript | None = None,
    documents: str | Path | None = None,
    selection: Selection = EVERYTHING,
    memory: Memory | None = None,
) -> FileResult:
    """The verdicts on what is selected of one spec, at every depth it declares.

    A spec that is a sidecar is judged with its document: `manuscript`, or the file it names,
    looked for beside the spec, in the folder `documents` and in DERIVCHECK_DOCUMENTS.
    A `memory` spares what has not changed since the same settings were judged with it.
    """
    memory = memory or Memory()
    memory.turn_to(spec, seed, measuring)
    try:
        with inside(memory.world):
            return _verified(spec, seed, strict, measuring, manuscript, documents, selection, memory)
    except ContradictionError as problem:
        found, contradiction = problem.diagnostic, True
    except DerivcheckError as problem:
        found, contradiction = problem.diagnostic.at(Where(spec.path, 1, 1, 1, "".join(spec.lines[:1]))), False
    except Exception as problem:
        if tracebacks_are_wanted():
            raise
        found, contradiction = own_bug(problem), True
    path = manuscript.path if manuscript is not None else spec.path
    return FileResult(path, spec.title, spec.source, strict=strict, error=found, contradiction=contradiction, spec=spec)


def _verified(
    spec: Spec,
    seed: int | None,
    strict: bool,
    measuring: Measuring | None,
    manuscript: Manuscript | None,
    documents: str | Path | None,
    selection: Selection,
    memory: Memory,
) -> FileResult:
    """The pipeline of `verify_spec`. Raises DerivcheckError where the spec cannot be judged."""
    path = manuscript.path if manuscript is not None else spec.path
    notes: tuple[str, ...] = ()
    formulas: tuple[FormulaResult, ...] = ()
    if spec.document is not None and manuscript is None:
        from derivcheck.statements.document.sidecars import manuscript_of

        manuscript = manuscript_of(spec, documents)
        if manuscript is None:
            if strict or (spec.loss is None and not spec.claims):
                raise SpecError(_absent(spec.document.file, strict))
            notes = (f"{spec.document.file.text} is not here, its formulas are not judged: --documents FOLDER",)
    declared = [claim for claim in spec.claims if selection.matches(claim.id, path)]
    examiners = memory.examiners(spec, seed, measuring)
    gradients = memory.gradients(selection, path)
    claims, warnings = exempted(memory.claims(declared, strict), declared, spec.stray_ignores)
    if manuscript is not None:
        from derivcheck.statements.document.accounting import Accountant

        formulas = _selected(Accountant(spec, manuscript, seed, strict).account(), selection, path)
        claims += tuple(f.claim for f in formulas if f.claim is not None and f.standing == "judged")
    reduced = {name: size for examiner in examiners for name, size in examiner.reduced.items()}
    if reduced:
        notes = (*notes, f"claims are judged at {assigned(reduced)}: the sizes given take too much memory")
    network = examiners[0].network
    return FileResult(
        path,
        spec.title,
        spec.source,
        tuple(network.sizes.items()),
        examiners[0].seed,
        gradients,
        claims,
        notes,
        strict=strict,
        document=manuscript.path if manuscript is not None else "",
        formulas=formulas,
        warnings=warnings,
        spec=spec,
        deselected=_deselected(spec, examiners, len(declared) + len(gradients)) if selection.text else 0,
    )


def _absent(file: SourceText, strict: bool) -> Diagnostic:
    why = "strictly, everything is to be judged" if strict else "the spec has nothing else to judge"
    return Diagnostic(
        "DC622", f"`{file.text}` is not here, and {why}", file.where(), "the document", help="--documents FOLDER"
    )


def _selected(formulas: Sequence[FormulaResult], selection: Selection, path: str) -> tuple[FormulaResult, ...]:
    """The formulas of a document that are selected, by the label or the line that they are known by."""

    def known_as(formula: FormulaResult) -> str:
        return formula.claim.id if formula.claim is not None else f"line {formula.where.line}"

    return tuple(formula for formula in formulas if selection.matches(known_as(formula), path))


def _deselected(spec: Spec, examiners: Sequence[Examiner], judged: int) -> int:
    """How many of a spec's own claims and gradients were not asked for."""
    gradients = sum(len(e.network.parameters) for e in examiners if e.derivation is not None)
    return len(spec.claims) + gradients - judged


def check_equation(text: str, spec: Spec | str | Path | None = None, seed: int = 0) -> ClaimResult:
    """One equation judged against a spec, or on its own over catalogue functions of vectors.

    A text with a backslash in it is LaTeX.

    Raises SpecError where the spec cannot be used.
    """
    if spec is None:
        from derivcheck.language.bare import bare_spec

        loaded = bare_spec(text)
    else:
        loaded = spec if isinstance(spec, Spec) else load_spec(spec)
    source = SourceText(text, "<equation>", ((1, 1),), (text,))
    where = source.where()
    notation: Literal["plain", "latex"] = "latex" if "\\" in text else "plain"
    declaration = ClaimDeclaration("equation", notation, source, (), "", "", "", None, (), (), where)
    return judge_claim(declaration, [Examiner(build(loaded, depths(loaded)[0]), seed)], strict=False)
