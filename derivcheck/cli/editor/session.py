"""One editor: what is open in it, by the names that it has there, and what it is told and answered."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from lsprotocol import types
from pygls import uris
from pygls.lsp.server import LanguageServer

from derivcheck.cli.editor.completions import Completion, in_a_document, in_a_spec
from derivcheck.cli.editor.definitions import definitions
from derivcheck.cli.editor.desk import Desk
from derivcheck.cli.editor.hovers import hover
from derivcheck.cli.editor.notebooks import EditorCell, notebook_text
from derivcheck.cli.editor.places import Extent, extent, line_at, lines_of
from derivcheck.cli.editor.repairs import Repair, repair
from derivcheck.cli.editor.tidings import Inlay, Tiding, as_file, inlays, tidings
from derivcheck.cli.editor.tribunal import Tribunal
from derivcheck.cli.files import YAML
from derivcheck.diagnostics.diagnostic import REPORT_IT, DerivcheckError, Where, own_bug
from derivcheck.pipeline.request import Request
from derivcheck.spec.document import read_text
from derivcheck.statements.document.formats import SUFFIXES

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
FIX = types.CodeActionKind.QuickFix
CHOSEN = ("choice", "fact", "code")  # what is offered before a letter is typed
WATCHED = f"**/*{{{','.join((*YAML, *SUFFIXES))}}}"
NOTEBOOKS = types.NotebookDocumentSyncOptions(
    [types.NotebookDocumentFilterWithNotebook(types.NotebookDocumentFilterNotebookType("jupyter-notebook"))], save=True
)


@dataclass(frozen=True, slots=True)
class TextCursor:
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
        self.tribunal = Tribunal(self.desk, self.tell, self.complain)
        self.uris: dict[Path, str] = {}
        self.cells: dict[Path, list[EditorCell]] = {}
        self.repairs: dict[tuple[Any, ...], Repair | None] = {}
        self._loop: asyncio.AbstractEventLoop | None = None

    # --- what changes ---------------------------------------------------------------------

    def begin(self, root: str | None) -> None:
        """The editor is there."""
        self._loop = asyncio.get_running_loop()
        folder = Path(root) if root else Path.cwd()
        try:
            self.watch()
            self.desk.request = self.settings(folder)
        except DerivcheckError as problem:
            self.window_show_message(types.ShowMessageParams(types.MessageType.Error, str(problem)))

    def watch(self) -> None:
        """Have the editor tell of files that are changed by others, where it can."""
        workspace = self.client_capabilities.workspace
        watched = workspace.did_change_watched_files if workspace is not None else None
        if watched is not None and watched.dynamic_registration:
            options = types.DidChangeWatchedFilesRegistrationOptions([types.FileSystemWatcher(WATCHED)])
            method = types.WORKSPACE_DID_CHANGE_WATCHED_FILES
            self.client_register_capability(types.RegistrationParams([types.Registration(method, method, options)]))

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
            EditorCell(
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
            self.tribunal.submit([one for one in resting if one in self.desk.files])

    def changed(self, path: Path) -> None:
        """A file has another text, here or on the disk."""
        subjects = self.desk.subjects(path)
        self.tribunal.submit(subjects)
        if path in self.uris and self.desk.subject(path) is None:  # what was told of it is of no interest any more
            self._show(path, [])

    # --- what is told ---------------------------------------------------------------------

    def tell(self, subject: Path) -> None:
        """Tell what is found of a subject; called where it was judged."""
        self.repairs.clear()
        for file in self.desk.members(subject):
            result = self.desk.result(file.path)
            if result is not None:
                self._later(partial(self._show, file.path, tidings(result, file.path, self.desk.texts())))
        self._later(self._refresh)

    def complain(self, problem: Exception) -> None:
        """Tell of what nobody foresaw, where it was judged; the next text is judged all the same."""
        params = types.ShowMessageParams(types.MessageType.Error, f"{own_bug(problem).message}; {REPORT_IT}")
        self._later(partial(self.window_show_message, params))

    def _later(self, work: Callable[[], None]) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(work)

    def _refresh(self) -> None:
        workspace = self.client_capabilities.workspace
        if workspace is not None and workspace.inlay_hint is not None and workspace.inlay_hint.refresh_support:
            self.workspace_inlay_hint_refresh(None)

    def _show(self, path: Path, told: Sequence[Tiding]) -> None:
        """The findings of a file, those of a notebook each in its cell."""
        file = self.desk.files.get(path)
        if file is None or path not in self.uris:
            return
        if path not in self.cells:
            lines = lines_of(file.text)
            self._publish(self.uris[path], [self._diagnostic(as_file(one), lines) for one in told], file.version)
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

    def cursor(self, uri: str, position: types.Position) -> TextCursor | None:
        """The place of a request; None where nothing such is open."""
        notebook = self.workspace.get_notebook_document(cell_uri=uri)
        path = path_of(notebook.uri if notebook is not None else uri)
        file = self.desk.files.get(path) if path is not None else None
        if path is None or file is None:
            return None
        names = [cell.uri for cell in self.cells.get(path, [])]
        cell = names.index(uri) + 1 if uri in names else 0
        lines = lines_of(self.cells[path][cell - 1].text if cell else file.text)
        found = self.workspace.position_codec.position_from_client_units(lines, position)
        return TextCursor(path, lines, found.line + 1, found.character + 1, cell)

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
        cursor = self.cursor(params.text_document.uri, params.position)
        if cursor is None:
            return None

        def found() -> str:
            # An editor that has begun waits for no mathematics.
            from derivcheck.cli.editor.derivations import derivative

            desk, path = self.desk, cursor.path
            spec, result = desk.spec(path), desk.result(path)
            derived = partial(derivative, desk, path)
            return hover(path, cursor.lines, cursor.line, cursor.column, spec, result, derived, cursor.cell)

        told = await asyncio.wrap_future(self.tribunal.ask(cursor.path, found))
        return types.Hover(types.MarkupContent(types.MarkupKind.Markdown, told)) if told else None

    def completion(self, params: types.CompletionParams) -> list[types.CompletionItem]:
        """Nothing waits for it: the names are those of the last spec that could be read."""
        cursor = self.cursor(params.text_document.uri, params.position)
        file = self.desk.files.get(cursor.path) if cursor is not None else None
        if cursor is None or file is None:
            return []
        spec = self.desk.spec(cursor.path)
        if file.is_document:
            found = in_a_document(cursor.lines, cursor.line, cursor.column, spec)
        elif self.desk.is_of_interest(file):
            formulas = file.result.formulas if file.result is not None else ()
            found = in_a_spec(cursor.lines, cursor.line, cursor.column, spec, formulas)
        else:
            return []
        blank = params.context is not None and params.context.trigger_character == " "
        return [self._item(one, cursor) for one in found if not blank or one.kind in CHOSEN]

    def _item(self, found: Completion, cursor: TextCursor) -> types.CompletionItem:
        place = Extent(cursor.line, cursor.column - found.replaces, cursor.line, cursor.column)
        return types.CompletionItem(
            found.text.strip().rstrip(":"),
            kind=KINDS[found.kind],
            detail=found.about or None,
            filter_text=found.text,
            text_edit=types.TextEdit(self.range(place, cursor.lines), found.text),
        )

    def definition(self, params: types.DefinitionParams) -> list[types.Location]:
        cursor = self.cursor(params.text_document.uri, params.position)
        file = self.desk.files.get(cursor.path) if cursor is not None else None
        if cursor is None or file is None:
            return []
        spec = self.desk.spec(cursor.path)
        found = definitions(cursor.lines, cursor.line, cursor.column, spec, file.is_document)
        return [self._location(where) for where in found]

    async def inlay_hint(self, params: types.InlayHintParams) -> list[types.InlayHint]:
        cursor = self.cursor(params.text_document.uri, params.range.start)
        if cursor is None:
            return []

        def found() -> list[Inlay]:
            result = self.desk.result(cursor.path)
            return inlays(result, cursor.path, cursor.lines, cursor.cell) if result is not None else []

        shown = await asyncio.wrap_future(self.tribunal.ask(cursor.path, found))
        hints = [self._hint(one, cursor.lines) for one in shown]
        first, last = params.range.start.line, params.range.end.line
        return [hint for hint in hints if first <= hint.position.line <= last]

    def _hint(self, found: Inlay, lines: Sequence[str]) -> types.InlayHint:
        where = found.where
        column = len(line_at(lines, where.line).rstrip()) + 1 if found.at_line_end else where.column + where.length
        return types.InlayHint(
            self.position(where.line, column, lines), found.text, tooltip=found.evidence or None, padding_left=True
        )

    async def code_action(self, params: types.CodeActionParams) -> list[types.CodeAction]:
        start = self.cursor(params.text_document.uri, params.range.start)
        end = self.cursor(params.text_document.uri, params.range.end)
        wanted = params.context.only
        if start is None or end is None or start.path.suffix == ".ipynb" or (wanted and FIX not in wanted):
            return []

        def found() -> list[tuple[Tiding, Repair]]:
            result = self.desk.result(start.path)
            told = tidings(result, start.path, self.desk.texts()) if result is not None else []
            near = [one for one in told if start.line <= one.where.line <= end.line]
            return [(one, fix) for one in near if (fix := self._repair(one, start.path)) is not None]

        return [
            types.CodeAction(
                f"derivcheck: {fix.title}",
                FIX,
                [self._diagnostic(told, start.lines)],
                is_preferred=True,
                edit=self._edit(fix),
            )
            for told, fix in await asyncio.wrap_future(self.tribunal.ask(start.path, found))
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
