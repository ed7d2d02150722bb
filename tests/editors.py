"""An editor for tests: a client of the language server over standard input and output, in a thread of its own."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from collections.abc import Coroutine
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from lsprotocol import types
from pygls.lsp.client import LanguageClient
from shipped import ROOT

Answer = TypeVar("Answer")
PATIENCE = 60  # seconds


class Editor:
    """Opens and changes files, and knows what was last told of each."""

    def __init__(self, folder: Path, *encodings: types.PositionEncodingKind) -> None:
        self.folder = folder
        self.texts: dict[str, str] = {}
        self.versions: dict[str, int] = {}
        self._told: dict[str, types.PublishDiagnosticsParams] = {}
        self._heard = threading.Condition()
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        self.client = LanguageClient("tests", "1")
        self.client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)(partial(self._hear))
        self.capabilities = self.wait(self._begin(encodings)).capabilities

    def _hear(self, params: types.PublishDiagnosticsParams) -> None:
        with self._heard:
            self._told[params.uri] = params
            self._heard.notify_all()

    async def _begin(self, encodings: tuple[types.PositionEncodingKind, ...]) -> types.InitializeResult:
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        command = (sys.executable, "-m", "derivcheck", "lsp", "--stdio")
        await self.client.start_io(*command, cwd=str(self.folder), env=environment)
        general = types.GeneralClientCapabilities(position_encodings=list(encodings) or None)
        found = await self.client.initialize_async(
            types.InitializeParams(types.ClientCapabilities(general=general), root_uri=self.folder.as_uri())
        )
        self.client.initialized(types.InitializedParams())
        return found

    def wait(self, work: Coroutine[Any, Any, Answer]) -> Answer:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE)

    def end(self) -> int | None:
        """Close the editor as one is closed; the exit code of the server."""

        async def stop() -> int | None:
            await self.client.shutdown_async(None)
            self.client.exit(None)
            server = self.client._server
            assert server is not None
            await asyncio.wait_for(server.wait(), PATIENCE)
            await self.client.stop()
            return server.returncode

        code = self.wait(stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        return code

    # --- files ----------------------------------------------------------------------------

    def uri(self, name: str) -> str:
        return (self.folder / name).as_uri()

    def do(self, work: Any, params: Any) -> None:
        """A message that has no answer."""
        self._loop.call_soon_threadsafe(work, params)

    def open(self, name: str, text: str) -> list[types.Diagnostic]:
        uri = self.uri(name)
        self.texts[name], self.versions[name] = text, self.versions.get(name, 0) + 1
        item = types.TextDocumentItem(uri, "yaml", self.versions[name], text)
        self.do(self.client.text_document_did_open, types.DidOpenTextDocumentParams(item))
        return self.told(name)

    def replace(self, name: str, old: str, new: str) -> list[types.Diagnostic]:
        """Change one place of a text, as somebody types."""
        assert self.texts[name].count(old) == 1, (self.texts[name].count(old), old)
        self.type(name, old, new)
        return self.told(name)

    def type(self, name: str, old: str, new: str) -> None:
        """Change the first of such places, and wait for nothing."""
        text = self.texts[name]
        start = text.index(old)
        place = types.Range(_position(text, start), _position(text, start + len(old)))
        self.texts[name] = text.replace(old, new, 1)
        self.versions[name] += 1
        document = types.VersionedTextDocumentIdentifier(self.versions[name], self.uri(name))
        change = types.TextDocumentContentChangePartial(place, new)
        self.do(self.client.text_document_did_change, types.DidChangeTextDocumentParams(document, [change]))

    def close(self, name: str) -> None:
        document = types.TextDocumentIdentifier(self.uri(name))
        self.do(self.client.text_document_did_close, types.DidCloseTextDocumentParams(document))
        del self.texts[name]

    def told(self, name: str) -> list[types.Diagnostic]:
        """What is told of the text of a file as it is now."""
        uri, version = self.uri(name), self.versions[name]
        with self._heard:
            heard = self._heard.wait_for(lambda: uri in self._told and self._told[uri].version == version, PATIENCE)
            assert heard, f"nothing is told of {name} {version}"
            return list(self._told[uri].diagnostics)

    def told_of(self, uri: str) -> list[types.Diagnostic]:
        """What is told of a cell, once anything is."""
        with self._heard:
            assert self._heard.wait_for(lambda: uri in self._told, PATIENCE)
            return list(self._told[uri].diagnostics)

    # --- questions ------------------------------------------------------------------------

    def at(self, name: str, words: str, inside: int = 1) -> tuple[types.TextDocumentIdentifier, types.Position]:
        """The file and a place in it: so many characters behind the beginning of some words."""
        text = self.texts[name]
        assert text.count(words) == 1, (text.count(words), words)
        return types.TextDocumentIdentifier(self.uri(name)), _position(text, text.index(words) + inside)

    def hover(self, name: str, words: str, inside: int = 1) -> str:
        found = self.wait(self.client.text_document_hover_async(types.HoverParams(*self.at(name, words, inside))))
        return found.contents.value if found is not None else ""  # type: ignore[union-attr]

    def completions(self, name: str, words: str) -> dict[str, types.CompletionItem]:
        """What may stand behind some words."""
        place = self.at(name, words, len(words))
        found = self.wait(self.client.text_document_completion_async(types.CompletionParams(*place)))
        return {item.label: item for item in found or []}  # type: ignore[union-attr]

    def definitions(self, name: str, words: str, inside: int = 1) -> list[types.Location]:
        place = self.at(name, words, inside)
        return list(self.wait(self.client.text_document_definition_async(types.DefinitionParams(*place))) or [])  # type: ignore[arg-type]

    def inlays(self, name: str) -> list[str]:
        """The lines that have verdicts, with them at their places."""
        whole = types.Range(types.Position(0, 0), types.Position(10_000, 0))
        params = types.InlayHintParams(types.TextDocumentIdentifier(self.uri(name)), whole)
        lines = self.texts[name].split("\n")
        shown: dict[int, str] = {}
        for hint in reversed(self.wait(self.client.text_document_inlay_hint_async(params)) or []):
            row = hint.position.line
            line = shown.get(row, lines[row])
            column = _offset(line, types.Position(0, hint.position.character))
            shown[row] = f"{line[:column]} «{hint.label}»{line[column:]}"
        return [shown[line] for line in sorted(shown)]

    def fixes(self, name: str, told: types.Diagnostic) -> list[types.CodeAction]:
        context = types.CodeActionContext([told])
        params = types.CodeActionParams(types.TextDocumentIdentifier(self.uri(name)), told.range, context)
        return list(self.wait(self.client.text_document_code_action_async(params)) or [])  # type: ignore[arg-type]

    def marked(self, name: str, told: types.Diagnostic) -> str:
        """What of a file is marked."""
        return marked(self.texts[name], told)

    def fixed(self, name: str, action: types.CodeAction) -> str:
        """The text of a file after a fix."""
        assert action.edit is not None and action.edit.changes is not None
        text = self.texts[name]
        for edit in action.edit.changes.get(self.uri(name), []):
            start, end = (_offset(text, place) for place in (edit.range.start, edit.range.end))
            text = text[:start] + edit.new_text + text[end:]
        return text


def marked(text: str, told: types.Diagnostic) -> str:
    """What of a text is marked."""
    return text[_offset(text, told.range.start) : _offset(text, told.range.end)]


def _position(text: str, offset: int) -> types.Position:
    before = text[:offset]
    line = before[before.rfind("\n") + 1 :]
    return types.Position(before.count("\n"), len(line.encode("utf-16-le")) // 2)


def _offset(text: str, place: types.Position) -> int:
    lines = text.split("\n")
    line = lines[place.line].encode("utf-16-le")[: 2 * place.character].decode("utf-16-le")
    return sum(len(one) + 1 for one in lines[: place.line]) + len(line)
