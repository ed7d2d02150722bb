"""The blocks of a web page: the elements that carry text, and none that run, fetch or style."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from xml.etree.ElementTree import Element

from derivcheck.report.document.weaver import Weaver
from derivcheck.report.markup import Child, element, filled, scrolling
from derivcheck.report.typesetting.glyphs import listed

HIDDEN = frozenset(listed("script style head template noscript svg math object iframe nav form button select textarea"))
BLOCKS = frozenset(
    listed("p div section article main aside header footer figure figcaption center dl dt dd details summary")
)
KEPT = frozenset(listed("ul ol li blockquote table thead tbody tr"))
SPANS = {**{name: name for name in ("em", "strong", "sub", "sup", "code")}, "i": "em", "b": "strong", "kbd": "code"}
SHOWN = re.compile(r"\b(?:katex-html|katex-mathml|MathJax(?:_\w+)?|mjx-\w+|MJX_Assistive_MathML)\b")
VOID = frozenset(listed("br hr img input link meta area base col embed source track wbr"))


def web_blocks(text: str, weaver: Weaver) -> Iterator[Element]:
    """The blocks of HTML with marks."""
    page = _Web(text, weaver)
    page.feed(text)
    page.close()
    yield from page.finished()


def web_words(tag: str, weaver: Weaver) -> Iterator[Child]:
    """What one tag in a line of Markdown says: a break or a picture; the others only look."""
    name = re.match(r"<\s*(\w+)", tag)
    if name and name[1].lower() == "br":
        yield element("br")
    elif name and name[1].lower() == "img":
        given = {key: value for key, _, value in re.findall(r"(\w+)\s*=\s*([\"'])(.*?)\2", tag)}
        yield weaver.figure(given.get("src", ""), given.get("alt", ""))


class _Web(HTMLParser):
    """Containers that are open, the innermost last; words are gathered until a block begins or ends."""

    def __init__(self, text: str, weaver: Weaver) -> None:
        super().__init__(convert_charrefs=True)
        self.weaver = weaver
        self.root = element("div")
        self.open: list[tuple[str, Element]] = [("", self.root)]
        self.words: list[Child] = []
        self.spans: list[tuple[str, list[Child]]] = []  # emphasised words, and what stood before them
        self.heading = 0
        self.hidden: list[str] = []
        self.preformatted = False

    def finished(self) -> Iterator[Element]:
        self._end_of_words()
        yield from self.root

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        hidden = tag in HIDDEN or SHOWN.search(f"{tag} {given.get('class', '')}")
        if self.hidden or hidden:
            if tag not in VOID:
                self.hidden.append(tag)
            return
        if tag == "br":
            self.words.append(element("br"))
        elif tag == "img":
            self.words.append(self.weaver.figure(given.get("src", ""), given.get("alt", "")))
        elif tag in SPANS and not self.preformatted:
            self.spans.append((tag, self.words))
            self.words = []
        elif re.fullmatch("h[1-6]", tag):
            self._end_of_words()
            self.heading = int(tag[1])
        elif tag in ("td", "th"):
            self._end_of_words()
        elif tag == "pre":
            self._end_of_words()
            self.preformatted = True
        elif tag in KEPT:
            self._end_of_words()
            made = element(tag)
            self.open[-1][1].append(made)
            self.open.append((tag, made))
        elif tag in BLOCKS:
            self._end_of_words()

    def handle_endtag(self, tag: str) -> None:
        if self.hidden:
            if tag in self.hidden:
                while self.hidden.pop() != tag:
                    pass
            return
        if self.spans and self.spans[-1][0] == tag:
            _, before = self.spans.pop()
            self.words = [*before, element(SPANS[tag], *self.words)]
        elif re.fullmatch("h[1-6]", tag) and self.heading:
            words, self.words = self._gathered(), []
            self.open[-1][1].append(self.weaver.heading(self.heading, words))
            self.heading = 0
        elif tag in ("td", "th"):
            self._cell(tag)
        elif tag == "pre":
            self._end_of_words()
        elif tag in KEPT or tag in BLOCKS:
            self._end_of_words()
            if any(tag == name for name, _ in self.open):
                while self.open.pop()[0] != tag:
                    pass
            if tag == "table" and (found := self.open[-1][1].findall("table")):
                table = found[-1]
                self.open[-1][1].remove(table)
                self.open[-1][1].append(self.weaver.beside(scrolling("div", table, class_="scroll")))

    def handle_data(self, data: str) -> None:
        if self.hidden:
            return
        if self.preformatted:
            self.words.append(self.weaver.plain(data))
        else:
            self.words += self.weaver.inline(data)

    # --- blocks ---------------------------------------------------------------------------

    def _gathered(self) -> list[Child]:
        """The words up to here; emphasis that nobody ended ends here."""
        while self.spans:
            tag, before = self.spans.pop()
            self.words = [*before, element(SPANS[tag], *self.words)]
        return self.words

    def _end_of_words(self) -> None:
        words, self.words = self._gathered(), []
        if self.preformatted:
            self.preformatted = False
            self.open[-1][1].append(_code("".join(word for word in words if isinstance(word, str))))
        elif any(not isinstance(word, str) or word.strip() for word in words):
            self.open[-1][1].extend(self.weaver.paragraph(words))

    def _cell(self, tag: str) -> None:
        words, self.words = self._gathered(), []
        said = any(not isinstance(word, str) or word.strip() for word in words)
        cell = element("th", scope="col") if tag == "th" and said else element("td")
        self.open[-1][1].append(filled(cell, words))


def _code(text: str) -> Element:
    made = element("code")
    for position, line in enumerate(text.strip("\n").split("\n")):
        filled(made, [element("br")] if position else [])
        filled(made, [line.expandtabs(4)] if line else [])
    return scrolling("pre", made, class_="code")
