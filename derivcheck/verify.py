"""From specs to verdicts: the pipeline, read aloud.

load the spec, build the network, derive every gradient, judge its forms against the
adjoint and against differences, judge the claims, hand over the results.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from derivcheck.diagnostics import ContradictionError, DerivcheckError, Diagnostic, SourceText, SpecError, Where
from derivcheck.examiner import Examiner, Measuring
from derivcheck.network import build, depths
from derivcheck.rulings import check_spellings, judge_claim
from derivcheck.spec import ClaimDeclaration, Spec, load_spec, read_spec
from derivcheck.spec.document import read_text
from derivcheck.verdicts import ClaimResult, FileResult, FormulaResult, Report

if TYPE_CHECKING:
    from derivcheck.document.passages import Manuscript

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
    path: str | Path, seed: int | None = None, strict: bool = False, measuring: Measuring | None = None,
    documents: str | Path | None = None,
) -> FileResult:  # fmt: skip
    """The verdicts on a spec file; where it cannot be read, that is the result."""
    try:
        spec = load_spec(path)
    except DerivcheckError as problem:
        return FileResult(str(path), error=problem.diagnostic)
    return verify_spec(spec, seed, strict, measuring, documents=documents)


def verify_document(
    path: str | Path, sidecar: str | Path | None = None, seed: int | None = None, strict: bool = False,
    measuring: Measuring | None = None,
) -> FileResult:  # fmt: skip
    """The verdicts on a document, judged with its sidecar: the one given, named by its front matter, or beside it."""
    from derivcheck.document.passages import read_manuscript
    from derivcheck.document.sidecars import sidecar_of

    try:
        manuscript = read_manuscript(read_text(path), str(path))
        spec = load_spec(sidecar if sidecar is not None else sidecar_of(manuscript))
    except DerivcheckError as problem:
        return FileResult(str(path), error=problem.diagnostic)
    return verify_spec(spec, seed, strict, measuring, manuscript)


def verify_text(text: str, path: str = "<string>", seed: int | None = None, strict: bool = False) -> FileResult:
    """The verdicts on a spec given as text."""
    try:
        spec = read_spec(text, path)
    except DerivcheckError as problem:
        return FileResult(path, error=problem.diagnostic)
    return verify_spec(spec, seed, strict)


def verify_spec(
    spec: Spec, seed: int | None = None, strict: bool = False, measuring: Measuring | None = None,
    manuscript: Manuscript | None = None, documents: str | Path | None = None,
) -> FileResult:  # fmt: skip
    """The verdicts on one spec, at every depth it declares.

    A spec that is a sidecar is judged with its document: `manuscript`, or the file it names,
    looked for beside the spec, in the folder `documents` and in DERIVCHECK_DOCUMENTS.
    """
    path = manuscript.path if manuscript is not None else spec.path
    blank = FileResult(path, spec.title, spec.source, strict=strict, spec=spec)
    notes: tuple[str, ...] = ()
    formulas: tuple[FormulaResult, ...] = ()
    try:
        if spec.document is not None and manuscript is None:
            from derivcheck.document.sidecars import manuscript_of

            manuscript = manuscript_of(spec, documents)
            if manuscript is None:
                if spec.loss is None and not spec.claims:
                    raise SpecError(_absent(spec.document.file))
                notes = (f"{spec.document.file.text} is not here, its formulas are not judged: --documents FOLDER",)
        examiners = [Examiner(build(spec, depth), seed, measuring) for depth in depths(spec)]
        if spec.symbols:
            check_spellings(examiners[0].network)
        gradients = tuple(result for examiner in examiners for result in examiner.gradients())
        claims = tuple(judge_claim(declaration, examiners, strict) for declaration in spec.claims)
        if manuscript is not None:
            from derivcheck.document.accounting import Accountant

            formulas = Accountant(spec, manuscript, seed, strict).account()
            claims += tuple(f.claim for f in formulas if f.claim is not None and f.standing == "judged")
    except ContradictionError as problem:
        return replace(blank, error=problem.diagnostic, contradiction=True)
    except DerivcheckError as problem:
        return replace(blank, error=problem.diagnostic.at(Where(spec.path, 1, 1, 1, "".join(spec.lines[:1]))))
    first = examiners[0]
    return replace(
        blank, sizes=tuple(first.network.sizes.items()), seed=first.seed, gradients=gradients, claims=claims,
        notes=notes, document=manuscript.path if manuscript is not None else "", formulas=formulas,
    )  # fmt: skip


def _absent(file: SourceText) -> Diagnostic:
    return Diagnostic("DC622", f"`{file.text}` is not here, and the spec has nothing else to judge", file.where(),
                      "the document", help="--documents FOLDER")  # fmt: skip


def check_equation(text: str, spec: Spec | str | Path | None = None, seed: int = 0) -> ClaimResult:
    """One equation judged against a spec, or on its own over catalogue functions of vectors.

    A text with a backslash in it is LaTeX.

    Raises SpecError where the spec cannot be used.
    """
    if spec is None:
        from derivcheck.bare import bare_spec

        loaded = bare_spec(text)
    else:
        loaded = spec if isinstance(spec, Spec) else load_spec(spec)
    source = SourceText(text, "<equation>", ((1, 1),), (text,))
    where = source.where()
    notation: Literal["plain", "latex"] = "latex" if "\\" in text else "plain"
    declaration = ClaimDeclaration("equation", notation, source, (), "", "", "", None, (), (), where)
    return judge_claim(declaration, [Examiner(build(loaded, depths(loaded)[0]), seed)], strict=False)
