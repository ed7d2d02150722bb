"""From specs to verdicts: the pipeline, read aloud.

load the spec, build the network, derive every gradient, judge its forms against the
adjoint and against differences, judge the claims, hand over the results.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Literal

from derivcheck.diagnostics import ContradictionError, DerivcheckError, SourceText, Where
from derivcheck.examiner import Examiner, Measuring
from derivcheck.network import build, depths
from derivcheck.rulings import check_spellings, judge_claim
from derivcheck.spec import ClaimDeclaration, Spec, load_spec, read_spec
from derivcheck.verdicts import ClaimResult, FileResult, Report

__all__ = ["Examiner", "Measuring", "check_equation", "judge_claim", "verify_file", "verify_paths", "verify_spec",
           "verify_text"]  # fmt: skip


def verify_paths(paths: Iterable[str | Path], seed: int | None = None, strict: bool = False) -> Report:
    """Every spec file in the order given; a file that cannot be read is reported, the others are judged."""
    return Report(tuple(verify_file(path, seed, strict) for path in paths))


def verify_file(
    path: str | Path, seed: int | None = None, strict: bool = False, measuring: Measuring | None = None
) -> FileResult:
    try:
        spec = load_spec(path)
    except DerivcheckError as problem:
        return FileResult(str(path), error=problem.diagnostic)
    return verify_spec(spec, seed, strict, measuring)


def verify_text(text: str, path: str = "<string>", seed: int | None = None, strict: bool = False) -> FileResult:
    """The verdicts on a spec given as text."""
    try:
        spec = read_spec(text, path)
    except DerivcheckError as problem:
        return FileResult(path, error=problem.diagnostic)
    return verify_spec(spec, seed, strict)


def verify_spec(
    spec: Spec, seed: int | None = None, strict: bool = False, measuring: Measuring | None = None
) -> FileResult:
    """The verdicts on one spec, at every depth it declares."""
    blank = FileResult(spec.path, spec.title, spec.source, strict=strict)
    try:
        examiners = [Examiner(build(spec, depth), seed, measuring) for depth in depths(spec)]
        if spec.symbols:
            check_spellings(examiners[0].network)
        gradients = tuple(result for examiner in examiners for result in examiner.gradients())
        claims = tuple(judge_claim(declaration, examiners, strict) for declaration in spec.claims)
    except ContradictionError as problem:
        return replace(blank, error=problem.diagnostic, contradiction=True)
    except DerivcheckError as problem:
        return replace(blank, error=problem.diagnostic.at(Where(spec.path, 1, 1, 1, "".join(spec.lines[:1]))))
    first = examiners[0]
    return replace(
        blank, sizes=tuple(first.network.sizes.items()), seed=first.seed, gradients=gradients, claims=claims
    )  # fmt: skip


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
