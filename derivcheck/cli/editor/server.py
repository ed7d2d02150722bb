"""The language server over standard input and output: each message with who answers it.

Messages are read in a thread of their own; the main one judges, since limits of time hold only there.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path

from lsprotocol import types

from derivcheck.cli.editor.session import FIX, EditorServer, path_of
from derivcheck.pipeline.request import Request

COMPLETIONS = types.CompletionOptions(trigger_characters=["/", "\\", " ", "[", "{"])
ACTIONS = types.CodeActionOptions([FIX])


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
            if path is not None and path not in made.desk.files:
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
            made.tribunal.end()

    with redirect_stdout(sys.stderr):
        listening = threading.Thread(target=listen, name="messages", daemon=True)
        listening.start()
        # Loaded while the editor says what it has open.
        import derivcheck.pipeline.casebook  # noqa: F401

        made.tribunal.run()
        listening.join(1)
