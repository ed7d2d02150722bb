"""The formulas of a web page: what MathJax or KaTeX would show, or has shown, of it."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser

from derivcheck.statements.document.marks import Marked
from derivcheck.statements.document.passages import Kind, Manuscript, with_head
from derivcheck.statements.document.sheets import Sheet

HIDDEN = frozenset(
    {"style", "textarea", "pre", "code", "kbd", "samp", "noscript", "option", "title", "svg", "annotation-xml"}
)
VOID = frozenset({"br", "hr", "img", "input", "link", "meta", "area", "base", "col", "embed", "source", "track", "wbr"})
BLOCKS = frozenset(
    [
        "p",
        "div",
        "section",
        "article",
        "main",
        "aside",
        "header",
        "footer",
        "blockquote",
        "table",
        "tr",
        "td",
        "th",
        "ul",
        "ol",
        "dl",
        "dd",
        "dt",
        "figure",
        "figcaption",
    ]
)
TITLES = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
DISPLAY = re.compile(r"mode\s*=\s*display")
SOURCES = ("math/tex", "application/x-tex")  # of MathJax; of KaTeX, beside what it shows
# What a page is shown with that was made of its formulas, and is none of its text.
SHOWN = re.compile(r"\b(?:katex-html|MathJax(?:_\w+)?|mjx-\w+|MJX_Assistive_MathML)\b")


def html_manuscript(text: str, path: str) -> Manuscript:
    """It needs no library. References to characters are read in their place, so that places are those of the file."""
    page = _WebPage(text)
    page.feed(text)
    page.close()
    marked = Marked(Sheet("".join(page.formulas), path), "".join(page.formulas), "".join(page.words))
    for begin, end, kind in page.sources:
        marked.take(begin, end, kind, (begin, end))
    found = marked.manuscript(path)
    return with_head(found, "\n".join(f"{name}: {content}" for name, content in page.told))


class _WebPage(HTMLParser):
    """A page without its tags: `formulas` keeps its lines, `words` has a gap where a block begins."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=False)
        self.formulas = [character if character == "\n" else " " for character in text]
        self.words = list(self.formulas)
        self.sources: list[tuple[int, int, Kind]] = []
        self.told: list[tuple[str, str]] = []
        self._text = text
        self._starts = [0]
        for line in text.split("\n"):
            self._starts.append(self._starts[-1] + len(line) + 1)
        self._open: list[tuple[str, bool]] = []  # tags, and whether they are hidden
        self._source: tuple[int, Kind] | None = None  # where the formula that is open begins

    # --- tags -----------------------------------------------------------------------------

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "meta" and given.get("name") in ("derivcheck", "depths"):
            self.told.append((given["name"], given.get("content", "")))
        self._gap(tag, True)
        if tag in VOID:
            return
        kind = given.get("type", "") or given.get("encoding", "")
        classes = given.get("class", "")
        self._source = None
        if kind.startswith(SOURCES):
            displayed = DISPLAY.search(kind) or any(" display" in name for name, _ in self._open)
            begin = self._offset() + len(self.get_starttag_text() or "")
            self._source = (begin, "display" if displayed else "inline")
        shown = SHOWN.search(f"{tag} {classes}") is not None
        hidden = tag in HIDDEN or shown or (tag in ("script", "annotation") and self._source is None)
        display = given.get("display") == "block" or "katex-display" in classes
        self._open.append((f"{tag}{' display' if display else ''}", hidden))

    def handle_endtag(self, tag: str) -> None:
        if self._source is not None:
            begin, kind = self._source
            self.sources.append((begin, self._offset(), kind))
        self._source = None
        self._gap(tag, False)
        for position in range(len(self._open) - 1, -1, -1):
            if self._open[position][0].split(" ")[0] == tag:
                del self._open[position:]
                return

    def _gap(self, tag: str, opens: bool) -> None:
        """Where a block begins or ends a paragraph does; an item and a heading have their marks."""
        mark = "\n\n# " if tag in TITLES and opens else "\n- " if tag == "li" and opens else "\n\n"
        if tag in BLOCKS or tag in TITLES or tag == "li":
            here = self._offset()
            self.words[here : here + len(mark)] = list(mark)

    # --- what stands between them ---------------------------------------------------------

    def handle_data(self, data: str) -> None:
        begin = self._offset()
        if self._is_hidden():
            return
        self.formulas[begin : begin + len(data)] = list(data)
        self.words[begin : begin + len(data)] = list(data)

    def handle_entityref(self, name: str) -> None:
        self._character(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self._character(f"&#{name};")

    def _character(self, reference: str) -> None:
        """A reference to a character: the character, and blanks for the rest of it."""
        character = html.unescape(reference)
        if len(character) == 1 and not self._is_hidden():
            self.formulas[self._offset()] = self.words[self._offset()] = " " if character == "\xa0" else character

    def _is_hidden(self) -> bool:
        """Whether what stands here is none of the text: code, or what was made of a formula beside its source."""
        return self._source is None and any(hidden or tag.startswith("math") for tag, hidden in self._open)

    def _offset(self) -> int:
        line, column = self.getpos()
        return self._starts[line - 1] + column
