"""`%load_ext derivcheck`: `%derivcheck` is the command line, `%%derivcheck` judges the YAML or Markdown of its cell."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from derivcheck.cli.files import DECLARED
from derivcheck.diagnostics.diagnostic import DerivcheckError, Diagnostic

if TYPE_CHECKING:
    from derivcheck.pipeline.results import FileResult
    from derivcheck.spec import Spec

CELL = "cell"  # what a cell is called in its verdicts


class CellMagic:
    """The magic of one notebook: the spec of a cell is that of the text in those below it."""

    def __init__(self) -> None:
        self._spec = ""

    def __call__(self, line: str, cell: str | None = None) -> FileResult | None:
        """A line of commands, or the verdicts on a cell, which show themselves."""
        if cell is None:
            from derivcheck.cli.main import run

            run(shlex.split(line))
            return None
        try:
            return self._judged(line.split(), cell)
        except DerivcheckError as problem:
            from derivcheck.report.page import page_for
            from derivcheck.report.text import write_diagnostic

            write_diagnostic(problem.diagnostic, sys.stderr, page_for(sys.stderr))
            return None

    def _judged(self, words: list[str], cell: str) -> FileResult:
        """Raises DerivcheckError for a text that no spec goes with, or one that cannot be read."""
        from derivcheck.pipeline.verification import verify_text

        if DECLARED.search(cell.encode("utf-8", "surrogatepass")):
            self._spec = cell
            return verify_text(cell, f"{CELL}.yaml")
        from derivcheck.pipeline.casebook import Casebook
        from derivcheck.statements.document.passages import read_manuscript

        casebook = Casebook(self._declared(words), manuscript=read_manuscript(cell, f"{CELL}.md"))
        with casebook.inside():
            return casebook.result()

    def _declared(self, words: list[str]) -> Spec:
        """The spec that `--spec` names, or the last one of a cell."""
        from derivcheck.spec import load_spec, read_spec

        if words[:1] == ["--spec"] and len(words) == 2:
            return load_spec(Path(words[1]))
        if words or not self._spec:
            what = f"`{' '.join(words)}` is no spec" if words else "no cell has declared a spec yet"
            raise DerivcheckError(Diagnostic("DC627", what, help="%%derivcheck --spec FILE.yaml"))
        return read_spec(self._spec, f"{CELL}.yaml")


def register(shell: Any) -> None:
    """Make the magic known to a notebook."""
    shell.register_magic_function(CellMagic(), magic_kind="line_cell", magic_name="derivcheck")
