"""The language server over standard input and output: requests in, what the other modules find out.

Messages are read in a thread of their own; the main one judges, since limits of time hold only there.
"""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from lsprotocol import types
from pygls import uris
from pygls.lsp.server import LanguageServer

from derivcheck.cli.editor.bench import Bench
from derivcheck.cli.editor.completions import Completion, in_a_document, in_a_spec
from derivcheck.cli.editor.definitions import definitions
from derivcheck.cli.editor.derivations import derivative
from derivcheck.cli.editor.desk import Desk
from derivcheck.cli.editor.hovers import hover
from derivcheck.cli.editor.notebooks import Cell, notebook_text
from derivcheck.cli.editor.places import Extent, extent, line_at, lines_of
from derivcheck.cli.editor.repairs import Repair, repair
from derivcheck.cli.editor.tidings import Inlay, Tiding, inlays, tidings
from derivcheck.diagnostics.diagnostic import DerivcheckError, Where
from derivcheck.pipeline.request import Request
from derivcheck.spec.document import read_text

NAME = "derivcheck"
SEVERITIES = {
    "error": types.DiagnosticSeverity.Error,
    "warning": types.DiagnosticSeverity.Warning,
    "information": types.DiagnosticSeverity.Information,
    "hint": types.DiagnosticSeverity.Hint,
}
KINDS = {
    "key": types.CompletionItemKind.Property,
    "choice": types.CompletionItemKind.EnumMember,
    "fact": types.CompletionItemKind.Keyword,
    "code": types.CompletionItemKind.Constant,
    "name": types.CompletionItemKind.Variable,
    "function": types.CompletionItemKind.Function,
}
NOTEBOOKS = types.NotebookDocumentSyncOptions(
    [types.NotebookDocumentFilterWithNotebook(types.NotebookDocumentFilterNotebookType("jupyter-notebook"))], save=True
)
COMPLETIONS = types.CompletionOptions(trigger_characters=["/", "\\", " ", "[", "{"])
ACTIONS = types.CodeActionOptions([types.CodeActionKind.QuickFix])


@dataclass(frozen=True, slots=True)
class Spot:
    """A place that a request speaks of: line and column count from 1, in the lines of a file or of a cell of it."""

    path: Path
    lines: Sequence[str]
    line: int
    column: int
    cell: int = 0


class EditorServer(LanguageServer):
    """What is open in one editor, by the names that it has there."""

    def __init__(self, version: str, settings: Callable[[Path], Request]) -> None:
        """`settings` says how the files of a folder are judged."""
        super().__init__(NAME, version, notebook_document_sync=NOTEBOOKS)
        self.settings = settings
        self.desk = Desk()
        self.bench = Bench(self.desk, self.tell)
        self.uris: dict[Path, str] = {}
        self.cells: dict[Path, list[Cell]] = {}
        self.repairs: dict[tuple[Any, ...], Repair | None] = {}
        self._loop: asyncio.AbstractEventLoop | None = None

    # --- what changes ---------------------------------------------------------------------

    def begin(self, root: str | None) -> None:
        """The editor is there."""
        self._loop = asyncio.get_running_loop()
        folder = Path(root) if root else Path.cwd()
        try:
            self.desk.request = self.settings(folder)
        except DerivcheckError as problem:
            self.window_show_message(types.ShowMessageParams(types.MessageType.Error, str(problem)))

    def put(self, uri: str, text: str, version: int | None) -> None:
        """A file is open, with a text."""
        path = path_of(uri)
        if path is not None:
            self.uris[path] = uri
            self.desk.put(path, text, version)
            self.changed(path)

    def put_notebook(self, uri: str) -> None:
        """A notebook is open, with cells."""
        path, notebook = path_of(uri), self.workspace.get_notebook_document(notebook_uri=uri)
        if path is None or notebook is None:
            return
        self.cells[path] = [
            Cell(
                cell.document,
                self.workspace.get_text_document(cell.document).source,
                cell.kind == types.NotebookCellKind.Markup,
            )
            for cell in notebook.cells
        ]
        metadata: dict[str, Any] = notebook.metadata if isinstance(notebook.metadata, dict) else {}
        self.put(uri, notebook_text(self.cells[path], metadata), notebook.version)

    def remove(self, uri: str) -> None:
        """A file is closed: nothing more is told of it, and what rests upon it rests upon what is saved."""
        path = path_of(uri)
        if path is not None:
            resting = [one for one in self.desk.subjects(path) if one != path]
            for name in [cell.uri for cell in self.cells.pop(path, [])] or [uri]:
                self._publish(name, [], None)
            self.desk.remove(path)
            self.uris.pop(path, None)
            self.bench.submit([one for one in resting if one in self.desk.sheets])

    def changed(self, path: Path) -> None:
        """A file has another text, here or on the disk."""
        subjects = self.desk.subjects(path)
        self.bench.submit(subjects)
        if path in self.uris and self.desk.subject(path) is None:  # what was told of it is of no interest any more
            self._show(path, [])

    # --- what is told ---------------------------------------------------------------------

    def tell(self, subject: Path) -> None:
        """Tell what is found of a subject; called where it was judged."""
        self.repairs.clear()
        for sheet in self.desk.members(subject):
            result = self.desk.result(sheet.path)
            if result is not None:
                self._later(partial(self._show, sheet.path, tidings(result, sheet.path, self.desk.texts())))
        self._later(self._refresh)

    def _later(self, work: Callable[[], None]) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(work)

    def _refresh(self) -> None:
        workspace = self.client_capabilities.workspace
        if workspace is not None and workspace.inlay_hint is not None and workspace.inlay_hint.refresh_support:
            self.workspace_inlay_hint_refresh(None)

    def _show(self, path: Path, told: Sequence[Tiding]) -> None:
        """The findings of a file, those of a notebook each in its cell."""
        sheet = self.desk.sheets.get(path)
        if sheet is None or path not in self.uris:
            return
        if path not in self.cells:
            lines = lines_of(sheet.text)
            self._publish(self.uris[path], [self._diagnostic(one, lines) for one in told], sheet.version)
            return
        for number, cell in enumerate(self.cells[path], 1):
            own = [one for one in told if (one.where.cell or 1) == number]
            self._publish(cell.uri, [self._diagnostic(one, lines_of(cell.text)) for one in own], None)

    def _publish(self, uri: str, diagnostics: list[types.Diagnostic], version: int | None) -> None:
        self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, diagnostics, version))

    def _diagnostic(self, told: Tiding, lines: Sequence[str]) -> types.Diagnostic:
        related = None
        if told.elsewhere is not None:
            message = told.finding.diagnostic.message
            related = [types.DiagnosticRelatedInformation(self._location(told.elsewhere), message)]
        return types.Diagnostic(
            self.range(extent(told.where), lines),
            told.message,
            SEVERITIES[told.severity],
            told.finding.rule,
            source=NAME,
            related_information=related,
        )

    # --- places ---------------------------------------------------------------------------

    def range(self, found: Extent, lines: Sequence[str]) -> types.Range:
        """An extent as the editor counts."""
        return types.Range(self.position(found.first, found.start, lines), self.position(found.last, found.stop, lines))

    def position(self, line: int, column: int, lines: Sequence[str]) -> types.Position:
        before = line_at(lines, line)[: column - 1]
        return types.Position(line - 1, self.workspace.position_codec.client_num_units(before))

    def spot(self, uri: str, position: types.Position) -> Spot | None:
        """The place of a request; None where nothing such is open."""
        notebook = self.workspace.get_notebook_document(cell_uri=uri)
        path = path_of(notebook.uri if notebook is not None else uri)
        sheet = self.desk.sheets.get(path) if path is not None else None
        if path is None or sheet is None:
            return None
        names = [cell.uri for cell in self.cells.get(path, [])]
        cell = names.index(uri) + 1 if uri in names else 0
        lines = lines_of(self.cells[path][cell - 1].text if cell else sheet.text)
        found = self.workspace.position_codec.position_from_client_units(lines, position)
        return Spot(path, lines, found.line + 1, found.character + 1, cell)

    def _location(self, where: Where) -> types.Location:
        path = Path(where.path)
        cells = self.cells.get(path, [])
        if 0 < where.cell <= len(cells):
            cell = cells[where.cell - 1]
            return types.Location(cell.uri, self.range(extent(where), lines_of(cell.text)))
        uri = self.uris.get(path) or uris.from_fs_path(str(path)) or str(path)
        text = self.desk.text(path)
        lines = lines_of(text) if text is not None else [""] * (where.line - 1) + [where.line_text]
        return types.Location(uri, self.range(extent(where), lines))

    # --- what is asked --------------------------------------------------------------------

    async def hover(self, params: types.HoverParams) -> types.Hover | None:
        spot = self.spot(params.text_document.uri, params.position)
        if spot is None:
            return None

        def found() -> str:
            desk, path = self.desk, spot.path
            spec, result = desk.spec(path), desk.result(path)
            derived = partial(derivative, desk, path)
            return hover(path, spot.lines, spot.line, spot.column, spec, result, derived, spot.cell)

        told = await asyncio.wrap_future(self.bench.ask(spot.path, found))
        return types.Hover(types.MarkupContent(types.MarkupKind.Markdown, told)) if told else None

    def completion(self, params: types.CompletionParams) -> list[types.CompletionItem]:
        """Nothing waits for it: the names are those of the last spec that could be read."""
        spot = self.spot(params.text_document.uri, params.position)
        sheet = self.desk.sheets.get(spot.path) if spot is not None else None
        if spot is None or sheet is None:
            return []
        spec = self.desk.spec(spot.path)
        if sheet.is_document:
            found = in_a_document(spot.lines, spot.line, spot.column, spec)
        elif sheet.is_of_interest:
            formulas = sheet.result.formulas if sheet.result is not None else ()
            found = in_a_spec(spot.lines, spot.line, spot.column, spec, formulas)
        else:
            return []
        return [self._item(one, spot) for one in found]

    def _item(self, found: Completion, spot: Spot) -> types.CompletionItem:
        place = Extent(spot.line, spot.column - found.replaces, spot.line, spot.column)
        return types.CompletionItem(
            found.text.strip().rstrip(":"),
            kind=KINDS[found.kind],
            detail=found.about or None,
            filter_text=found.text,
            text_edit=types.TextEdit(self.range(place, spot.lines), found.text),
        )

    def definition(self, params: types.DefinitionParams) -> list[types.Location]:
        spot = self.spot(params.text_document.uri, params.position)
        sheet = self.desk.sheets.get(spot.path) if spot is not None else None
        if spot is None or sheet is None:
            return []
        spec = self.desk.spec(spot.path)
        found = definitions(spot.lines, spot.line, spot.column, spec, sheet.is_document)
        return [self._location(where) for where in found]

    async def inlay_hint(self, params: types.InlayHintParams) -> list[types.InlayHint]:
        spot = self.spot(params.text_document.uri, params.range.start)
        if spot is None:
            return []

        def found() -> list[Inlay]:
            result = self.desk.result(spot.path)
            return inlays(result, spot.path, spot.lines, spot.cell) if result is not None else []

        shown = await asyncio.wrap_future(self.bench.ask(spot.path, found))
        hints = [self._hint(one, spot.lines) for one in shown]
        first, last = params.range.start.line, params.range.end.line
        return [hint for hint in hints if first <= hint.position.line <= last]

    def _hint(self, found: Inlay, lines: Sequence[str]) -> types.InlayHint:
        where = found.where
        column = len(line_at(lines, where.line).rstrip()) + 1 if found.at_line_end else where.column + where.length
        return types.InlayHint(
            self.position(where.line, column, lines), found.text, tooltip=found.evidence or None, padding_left=True
        )

    async def code_action(self, params: types.CodeActionParams) -> list[types.CodeAction]:
        start = self.spot(params.text_document.uri, params.range.start)
        end = self.spot(params.text_document.uri, params.range.end)
        if start is None or end is None or self.cells.get(start.path):
            return []

        def found() -> list[tuple[Tiding, Repair]]:
            result = self.desk.result(start.path)
            told = tidings(result, start.path, self.desk.texts()) if result is not None else []
            near = [one for one in told if start.line <= one.where.line <= end.line]
            return [(one, fix) for one in near if (fix := self._repair(one, start.path)) is not None]

        return [
            types.CodeAction(
                f"derivcheck: {fix.title}",
                types.CodeActionKind.QuickFix,
                [self._diagnostic(told, start.lines)],
                is_preferred=True,
                edit=self._edit(fix),
            )
            for told, fix in await asyncio.wrap_future(self.bench.ask(start.path, found))
        ]

    def _repair(self, told: Tiding, path: Path) -> Repair | None:
        """Tried once for each text."""
        key = (path, told.where, told.message)
        if key not in self.repairs:
            self.repairs[key] = repair(told, path, self.desk)
        return self.repairs[key]

    def _edit(self, fix: Repair) -> types.WorkspaceEdit:
        """An edit of a file that may not be open."""
        edit = fix.edit
        text = self.desk.text(edit.path)
        lines = lines_of(text if text is not None else read_text(edit.path))
        uri = self.uris.get(edit.path) or uris.from_fs_path(str(edit.path)) or ""
        return types.WorkspaceEdit({uri: [types.TextEdit(self.range(edit.extent, lines), edit.text)]})


def path_of(uri: str) -> Path | None:
    """The file that an editor speaks of; None for what is none."""
    found = uris.to_fs_path(uri)
    return Path(found) if found else None


def server(version: str, settings: Callable[[Path], Request]) -> EditorServer:
    """A server that knows what to do with every message."""
    made = EditorServer(version, settings)

    @made.feature(types.INITIALIZED)
    def initialized(params: types.InitializedParams) -> None:
        made.begin(made.workspace.root_path)

    @made.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def opened(params: types.DidOpenTextDocumentParams) -> None:
        made.put(params.text_document.uri, params.text_document.text, params.text_document.version)

    @made.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def changed(params: types.DidChangeTextDocumentParams) -> None:
        uri = params.text_document.uri
        made.put(uri, made.workspace.get_text_document(uri).source, params.text_document.version)

    @made.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def saved(params: types.DidSaveTextDocumentParams) -> None:
        path = path_of(params.text_document.uri)
        if path is not None:
            made.changed(path)

    @made.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def changed_beside(params: types.DidChangeWatchedFilesParams) -> None:
        for path in (path_of(change.uri) for change in params.changes):
            if path is not None and path not in made.desk.sheets:
                made.changed(path)

    @made.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def closed(params: types.DidCloseTextDocumentParams) -> None:
        made.remove(params.text_document.uri)

    @made.feature(types.NOTEBOOK_DOCUMENT_DID_OPEN)
    def notebook_opened(params: types.DidOpenNotebookDocumentParams) -> None:
        made.put_notebook(params.notebook_document.uri)

    @made.feature(types.NOTEBOOK_DOCUMENT_DID_CHANGE)
    def notebook_changed(params: types.DidChangeNotebookDocumentParams) -> None:
        made.put_notebook(params.notebook_document.uri)

    @made.feature(types.NOTEBOOK_DOCUMENT_DID_CLOSE)
    def notebook_closed(params: types.DidCloseNotebookDocumentParams) -> None:
        made.remove(params.notebook_document.uri)

    @made.feature(types.TEXT_DOCUMENT_HOVER)
    async def hovered(params: types.HoverParams) -> types.Hover | None:
        return await made.hover(params)

    @made.feature(types.TEXT_DOCUMENT_COMPLETION, COMPLETIONS)
    def completed(params: types.CompletionParams) -> list[types.CompletionItem]:
        return made.completion(params)

    @made.feature(types.TEXT_DOCUMENT_DEFINITION)
    def defined(params: types.DefinitionParams) -> list[types.Location]:
        return made.definition(params)

    @made.feature(types.TEXT_DOCUMENT_INLAY_HINT)
    async def annotated(params: types.InlayHintParams) -> list[types.InlayHint]:
        return await made.inlay_hint(params)

    @made.feature(types.TEXT_DOCUMENT_CODE_ACTION, ACTIONS)
    async def repaired(params: types.CodeActionParams) -> list[types.CodeAction]:
        return await made.code_action(params)

    return made


def serve(version: str, settings: Callable[[Path], Request]) -> None:
    """Serve one editor until it goes away. What anything else writes goes where errors go, not between the messages."""
    made = server(version, settings)
    messages = os.fdopen(os.dup(sys.stdout.fileno()), "wb")

    def listen() -> None:
        try:
            made.start_io(sys.stdin.buffer, messages)
        finally:
            made.bench.end()

    with redirect_stdout(sys.stderr):
        listening = threading.Thread(target=listen, name="messages", daemon=True)
        listening.start()
        made.bench.run()
        listening.join(1)
