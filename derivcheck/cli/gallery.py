"""`derivcheck gallery`: specs and documents as a site for any static host."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from derivcheck.cli.files import replaced
from derivcheck.cli.options import Ascii
from derivcheck.cli.verifying import cache_of, spec_files, verified
from derivcheck.diagnostics.diagnostic import DerivcheckError, Diagnostic


def gallery(
    specs: Annotated[
        list[Path] | None,
        typer.Argument(help="Spec files, documents or folders; the specs below this folder by default."),
    ] = None,
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="FOLDER", help="Where the pages go, index.html among them.")
    ] = Path("site"),
    documents: Annotated[
        Path | None, typer.Option("--documents", metavar="FOLDER", help="Where the documents of sidecars lie.")
    ] = None,
    jobs: Annotated[int | None, typer.Option("--jobs", min=0, max=256, help="How many processes judge files.")] = None,
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Judge every file anew.")] = False,
    ascii: Ascii = False,
) -> int:
    """Write a site: a page for each spec and document, and an index with a search.

    A page has the network, the gradients with their derivation, the claims and the known mistakes.
    """
    from derivcheck.pipeline.request import Request
    from derivcheck.report.gallery import to_site

    _make(output)
    request = Request(subjects=tuple(spec_files(specs or [])), documents=documents, jobs=jobs or 0)
    report = verified(request, None if no_cache else cache_of(request))
    count = wrong = 0
    for name, text in to_site(report, ascii_only=ascii):
        try:
            with replaced(output / name) as stream:
                stream.write(text)
        except OSError as problem:
            raise _unwritten(output / name, problem) from None
        count += 1
    wrong = sum(file.exit_code != 0 for file in report.files)
    said = f"{wrong} of {len(report.files)} specs not as expected" if wrong else "everything holds"
    sys.stdout.write(f"{output / 'index.html'}: {count} pages, {said}\n")
    return report.exit_code


def _make(folder: Path) -> None:
    """The folder, made where it is not there. Raises DerivcheckError (DC613)."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise _unwritten(folder, problem) from None


def _unwritten(path: Path, problem: OSError) -> DerivcheckError:
    return DerivcheckError(Diagnostic("DC613", f"`{path}` cannot be written: {problem.strerror or problem}"))
