"""Figures of a document within the page: what lies beside the document is put in, what lies elsewhere is named."""

from __future__ import annotations

import base64
import binascii
import re
from pathlib import Path
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from derivcheck.report.markup import element

TYPES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".svg": "image/svg+xml",
}
MOST_BYTES, MOST_OF_ALL = 4_000_000, 16_000_000
GIVEN = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]+")


class Gallery:
    """The figures of one document: only files below its folder are read, and none without end."""

    def __init__(self, document: Path) -> None:
        self.folder = document.parent
        self.left = MOST_OF_ALL

    def figure(self, source: str, words: str) -> Element:
        """A figure with its words below it; without its picture, what it would be."""
        data = self._data(source)
        if data is None:
            named = f"Figure: {words} " if words else "Figure: "
            return element("figure", element("figcaption", named, element("code", source[:200])))
        caption = element("figcaption", words) if " " in words.strip() else None
        return element("figure", element("img", src=data, alt=words), caption)

    def _data(self, source: str) -> str | None:
        if GIVEN.fullmatch(source) and len(source) < MOST_BYTES:
            return re.sub(r"\s", "", source)
        name = unquote(source.split("?")[0].split("#")[0])
        kind = TYPES.get(Path(name).suffix.lower())
        if kind is None or re.match(r"[A-Za-z][\w+.-]*:", name):
            return None
        try:
            path = (self.folder / name).resolve()
            if not path.is_relative_to(self.folder.resolve()) or path.stat().st_size > min(MOST_BYTES, self.left):
                return None
            content = path.read_bytes()
        except (OSError, RuntimeError, ValueError, binascii.Error):
            return None
        self.left -= len(content)
        return f"data:{kind};base64,{base64.b64encode(content).decode()}"
