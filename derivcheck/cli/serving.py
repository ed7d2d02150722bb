"""`derivcheck lsp`: the language server for editors."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from derivcheck.diagnostics.diagnostic import DerivcheckError, Diagnostic

if TYPE_CHECKING:
    from derivcheck.pipeline.request import Request


def lsp(
    stdio: Annotated[
        bool, typer.Option("--stdio", show_default=False, help="Speak over standard input and output, as always.")
    ] = True,
) -> int:
    """Serve an editor: verdicts while one writes, quick fixes, completion, derivatives on hover."""
    if find_spec("pygls") is None:
        what = "the language server needs pygls"
        raise DerivcheckError(Diagnostic("DC615", what, help="pip install 'derivcheck-nn[lsp]'"))
    from importlib.metadata import PackageNotFoundError, version

    from derivcheck.cli.editor.server import serve

    try:
        own = version("derivcheck-nn")
    except PackageNotFoundError:
        own = "unknown"
    if sys.stdin.isatty():
        typer.echo("an editor starts this and speaks to it; ctrl-D ends it", err=True)
    serve(own, request_of)
    return 0


def request_of(folder: Path) -> Request:
    """How the files of a folder are judged: as `derivcheck verify` would. Raises DerivcheckError (DC642)."""
    from derivcheck.cli.configuration import defaults
    from derivcheck.cli.sizes import sizes_of
    from derivcheck.judging.settings import SECONDS, Measuring
    from derivcheck.pipeline.request import Request

    given = defaults(folder)
    documents = given.get("documents")
    return Request(
        seed=given.get("seed"),
        strict=given.get("strict", False),
        measuring=Measuring(
            given.get("numeric", "full"),
            sizes_of(given.get("sizes")),
            seconds=given.get("claim_timeout", SECONDS),
            latex=False,
        ),
        documents=folder / documents if documents is not None else None,
        fail_on=given.get("fail_on", "undecided"),
    )
