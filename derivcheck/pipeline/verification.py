"""From a request to a report: the pipeline, read aloud.

Read each subject, open its casebook, derive every gradient and judge its forms, judge what the claims and
the document state, hand over the results. What needs the mathematics libraries is imported when the first
subject is judged, or before processes are forked that share it.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from derivcheck.diagnostics.diagnostic import (
    ContradictionError,
    DerivcheckError,
    SourceText,
    Where,
    own_bug,
    tracebacks_are_wanted,
)
from derivcheck.diagnostics.verdicts import ClaimResult
from derivcheck.judging.deadline import Limit, within
from derivcheck.pipeline.request import DocumentFile, Request, Subject, path_of
from derivcheck.pipeline.results import FileResult, Report
from derivcheck.spec import Spec, load_spec, read_spec
from derivcheck.spec.document import read_text
from derivcheck.spec.reads import recorded
from derivcheck.statements.document.formats import is_document

if TYPE_CHECKING:
    from derivcheck.statements.document.passages import Manuscript


def verify(request: Request) -> Report:
    """The verdicts on everything that is asked for, in its order; what cannot be read is reported, the rest judged."""
    if request.jobs > 1 and len(request.subjects) > 1:
        from derivcheck.pipeline.workers import FORKS, judge_all  # processes are seldom wanted, and take time to import

        if FORKS:
            # What is imported here is imported once for all of them.
            import derivcheck.pipeline.casebook  # noqa: F401

        return Report(tuple(judge_all(request, verify)), request.exit_zero)
    count, files = len(request.subjects), []
    for position, subject in enumerate(request.subjects, 1):
        files.append(_in_its_time(request.after(f"{position}/{count} " if count > 1 else ""), subject))
    return Report(tuple(files), request.exit_zero)


def _in_its_time(request: Request, subject: Subject) -> FileResult:
    if isinstance(subject, FileResult):
        return subject
    with recorded() as reads:
        if request.timeout is None:
            found = _verified(request, subject)
        else:
            found = within(Limit(request.timeout), lambda: _verified(request, subject), lambda: request.late(subject))
    return replace(found, fail_on=request.fail_on, reads=tuple(reads.items()))


def _verified(request: Request, subject: Subject) -> FileResult:
    """The verdicts on one subject; a failure of derivcheck's own is reported for it, so that others are judged."""
    blank = FileResult(path_of(subject))
    try:
        spec, manuscript = _read(request, subject)
        path = manuscript.path if manuscript is not None else spec.path
        blank = FileResult(path, spec.title, spec.source, strict=request.strict, spec=spec)
        return _judged(request, spec, manuscript)
    except ContradictionError as problem:
        return replace(blank, error=problem.diagnostic, contradiction=True)
    except DerivcheckError as problem:
        found = problem.diagnostic
        if blank.spec is not None:
            found = found.at(Where(blank.spec.path, 1, 1, 1, "".join(blank.spec.lines[:1])))
        return replace(blank, error=found)
    except Exception as problem:
        if tracebacks_are_wanted():
            raise
        return replace(blank, error=own_bug(problem), contradiction=True)


def _read(request: Request, subject: Subject) -> tuple[Spec, Manuscript | None]:
    """The spec of a subject, and the document that it is. Raises DerivcheckError."""
    if isinstance(subject, Spec):
        return subject, None
    if isinstance(subject, SourceText):
        return read_spec(subject.text, subject.path), None
    path = path_of(subject)
    if not isinstance(subject, DocumentFile) and not is_document(path):
        return load_spec(path), None
    # A spec alone waits for no reader of documents.
    from derivcheck.statements.document.passages import read_manuscript
    from derivcheck.statements.document.sidecars import sidecar_of

    manuscript = read_manuscript(read_text(path), path)
    return load_spec(request.sidecar if request.sidecar is not None else sidecar_of(manuscript)), manuscript


def _judged(request: Request, spec: Spec, manuscript: Manuscript | None) -> FileResult:
    # What cannot be read waits for no mathematics.
    from derivcheck.pipeline.casebook import Casebook

    casebook = Casebook(spec, request, manuscript)
    with casebook.inside():
        return casebook.result()


# --- as they are called -----------------------------------------------------------------------


def verify_file(path: str | Path, seed: int | None = None, strict: bool = False, **settings: Any) -> FileResult:
    """The verdicts on a spec file, or on a document; where it cannot be read, that is the result.

    `settings` are further parts of a Request: `documents`, `sidecar`, `selection`, `measuring`, `memory`, ...
    """
    return _one(path, seed, strict, **settings)


def verify_document(path: str | Path, sidecar: str | Path | None = None, **settings: Any) -> FileResult:
    """The verdicts on a document, judged with its sidecar: the one given, named by its front matter, or beside it."""
    return _one(DocumentFile(str(path)), sidecar=sidecar, **settings)


def verify_spec(spec: Spec, seed: int | None = None, strict: bool = False, **settings: Any) -> FileResult:
    """The verdicts on a spec that is loaded."""
    return _one(spec, seed, strict, **settings)


def verify_text(text: str, path: str = "<string>", seed: int | None = None, strict: bool = False) -> FileResult:
    """The verdicts on a spec given as text."""
    return _one(SourceText(text, path), seed, strict)


def _one(subject: Subject, seed: int | None = None, strict: bool = False, **settings: Any) -> FileResult:
    (found,) = verify(Request((subject,), seed, strict, **settings)).files
    return found


def check_equation(text: str, spec: Spec | str | Path | None = None, seed: int = 0) -> ClaimResult:
    """One equation judged against a spec, or on its own over catalogue functions of vectors.

    A text with a backslash in it is LaTeX.

    Raises SpecError where the spec cannot be used.
    """
    # As in `_judged`.
    from derivcheck.language.bare import bare_spec
    from derivcheck.language.network import build
    from derivcheck.pipeline.equation import judge_equation

    if spec is None:
        spec = bare_spec(text)
    return judge_equation(text, build(spec if isinstance(spec, Spec) else load_spec(spec)), seed)
