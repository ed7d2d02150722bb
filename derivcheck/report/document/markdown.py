"""The blocks of a Markdown document, as the library that finds its formulas reads them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element

from derivcheck.report.document.weaver import Weaver
from derivcheck.report.document.web import web_blocks, web_words
from derivcheck.report.markup import Child, element, scrolling

if TYPE_CHECKING:
    from markdown_it.token import Token
    from markdown_it.tree import SyntaxTreeNode

SILENT = re.compile(r"^[ \t]*(?::{3,}.*|\([\w:.-]+\)=)[ \t]*$", re.MULTILINE)  # fences of notes; labels of MyST
ATTRIBUTES = re.compile(r"[ \t]*\{#[\w:.-]+[^{}\n]*\}[ \t]*$", re.MULTILINE)
DIRECTIVE = re.compile(r"\{[\w:-]+\}")
CODE = re.compile(r"\{(?:code|python|r|julia|code-cell|code-block|mermaid|literalinclude)\b")
SPANS = {"em": "em", "strong": "strong", "s": "s"}


def markdown_blocks(text: str, weaver: Weaver) -> Iterator[Element]:
    """The blocks of a text with marks."""
    # An extra; formulas of Markdown were found with it.
    from markdown_it import MarkdownIt
    from markdown_it.tree import SyntaxTreeNode
    from mdit_py_plugins.front_matter import front_matter_plugin

    reader = MarkdownIt("commonmark").enable(["table", "strikethrough"]).use(front_matter_plugin)
    text = ATTRIBUTES.sub("", SILENT.sub("", text))
    tokens: Sequence[Token] = reader.parse(text)
    yield from _Blocks(weaver).all(SyntaxTreeNode(tokens).children)


class _Blocks:
    def __init__(self, weaver: Weaver) -> None:
        self.weaver = weaver

    def all(self, nodes: Sequence[SyntaxTreeNode]) -> Iterator[Element]:
        for node in nodes:
            yield from self._block(node)

    def _block(self, node: SyntaxTreeNode) -> Iterator[Element]:
        weaver = self.weaver
        match node.type:
            case "heading":
                yield weaver.heading(int(node.tag[1]), self._line(node))
            case "paragraph":
                yield from weaver.paragraph(self._line(node))
            case "bullet_list" | "ordered_list":
                items = [element("li", *self.all(item.children)) for item in node.children]
                start = str(node.attrs.get("start", ""))
                yield element(node.tag, *items, start=start) if start else element(node.tag, *items)
            case "blockquote":
                yield element("blockquote", *self.all(node.children))
            case "code_block" | "fence":
                yield from self._code(node)
            case "hr":
                yield element("hr")
            case "table":
                yield weaver.beside(scrolling("div", self._table(node), class_="scroll"))
            case "html_block":
                yield from web_blocks(node.content, weaver)

    def _code(self, node: SyntaxTreeNode) -> Iterator[Element]:
        if node.type == "fence" and DIRECTIVE.match(node.info) and not CODE.match(node.info):
            yield element(
                "blockquote", *markdown_blocks(re.sub(r"^:\w+:.*$", "", node.content, flags=re.M), self.weaver)
            )
        else:
            yield scrolling("pre", element("code", *_lines(self.weaver.plain(node.content))), class_="code")

    def _table(self, node: SyntaxTreeNode) -> Element:
        parts = []
        for part in node.children:
            rows = []
            for row in part.children:
                cells = [
                    element("th", *self._line(cell), scope="col")
                    if cell.type == "th" and any(_said(cell))
                    else element("td", *self._line(cell))
                    for cell in row.children
                ]
                rows.append(element("tr", *cells))
            parts.append(element(part.tag, *rows))
        return element("table", *parts)

    # --- what stands in a line ------------------------------------------------------------

    def _line(self, node: SyntaxTreeNode) -> list[Child]:
        return [part for child in node.children for part in self._inline(child)]

    def _inline(self, node: SyntaxTreeNode) -> list[Child]:
        weaver = self.weaver
        match node.type:
            case "inline":
                return self._line(node)
            case "text":
                return weaver.inline(node.content)
            case "softbreak":
                return ["\n"]
            case "hardbreak":
                return [element("br")]
            case "code_inline":
                return [element("code", weaver.plain(node.content))]
            case "em" | "strong" | "s":
                return [element(node.tag, *self._line(node))]
            case "link":
                return [weaver.link(str(node.attrs.get("href", "")), self._line(node))]
            case "image":
                return [weaver.figure(str(node.attrs.get("src", "")), weaver.plain(node.content))]
            case "html_inline":
                return list(web_words(node.content, weaver))
        return weaver.inline(node.content)


def _said(node: SyntaxTreeNode) -> Iterator[bool]:
    for one in node.walk():
        yield one.type in ("text", "code_inline", "image") and bool(one.content.strip())


def _lines(text: str) -> list[Child]:
    """Lines of code; an element takes line breaks for spaces."""
    made: list[Child] = []
    for position, line in enumerate(text.rstrip("\n").split("\n")):
        made += ([element("br")] if position else []) + ([line.expandtabs(4)] if line else [])
    return made
