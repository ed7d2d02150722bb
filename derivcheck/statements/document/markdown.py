"""The formulas of a Markdown document."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

from derivcheck.diagnostics.diagnostic import Stretch
from derivcheck.language.tex.commands import ENVIRONMENTS
from derivcheck.statements.document.asides import markdown_asides, starts_inside
from derivcheck.statements.document.definitions import Definitions
from derivcheck.statements.document.dollars import prices
from derivcheck.statements.document.leftovers import FOUND, leftovers
from derivcheck.statements.document.passages import (
    Found,
    Kind,
    Manuscript,
    Passage,
    label_of,
    missing,
    with_head,
)
from derivcheck.statements.document.sentences import in_sentences
from derivcheck.statements.document.sheets import Sheet, Span, masked

DISPLAYED = frozenset({"math_block", "math_block_label", "math_block_eqno", "math_inline_double", "math_double"})
FENCES = frozenset({"math", "latex", "katex", "{math}"})
INLINE = re.compile(r"(?<![\\$])\$(?!\$)((?:[^$\\\n]|\\.)+)\$(?!\$)")
MARKER = re.compile(r"\s*(?:>\s*)*(?:[-*+]|\d+[.)])?\s")  # of a quotation, of an item
LONGEST = 20_000  # characters; what is longer is no formula
_NAMES = "|".join(sorted(re.escape(name) for name in ENVIRONMENTS))
BARE = re.compile(rf"\\begin\{{({_NAMES})\}}.{{0,{LONGEST}}}?\\end\{{\1\}}", re.DOTALL)
_SCRIPT = r"<script\s+type=[\"']math/tex"
# Other ways to write a formula, each with what stands around it: (pattern, kind).
WRITTEN: tuple[tuple[re.Pattern[str], Kind], ...] = (
    (re.compile(_SCRIPT + r";\s*mode=display[\"'][^<>]*>(.{0,20000}?)</script\s*>", re.DOTALL), "display"),
    (re.compile(_SCRIPT + r"[\"'][^<>]*>(.{0,20000}?)</script\s*>", re.DOTALL), "inline"),
    (re.compile(r"(?<![\\$`])\$`([^`\n]+)`\$(?!\$)"), "inline"),
    (re.compile(r"\{math\}`([^`\n]+)`"), "inline"),
    (
        re.compile(
            r"^[ \t>]*:{3,}[ \t]*\{math\}[^\n]*\n(?:[ \t>]*:\w+:[^\n]*\n)*(.{0,20000}?)^[ \t>]*:{3,}[ \t]*$",
            re.DOTALL | re.MULTILINE,
        ),
        "display",
    ),
)
# Brackets behind two backslashes, for whoever shows a Markdown in which `\[` is a bracket; and in the midst of a line.
BRACKETED: tuple[tuple[re.Pattern[str], Kind], ...] = (
    (re.compile(r"\\\\\[((?:(?!\n[ \t]*\n|\\\\\[(?!\s*-?\d)|\\\\\]).)+)\\\\\]", re.DOTALL), "display"),
    (re.compile(r"\\\\\(((?:(?!\n[ \t]*\n|\\\\[()]).)+)\\\\\)", re.DOTALL), "inline"),
    (re.compile(r"(?<!\\)\\\[((?:\\\\|(?!\n[ \t]*\n|\\[\[\]]).)+)\\\]", re.DOTALL), "display"),
)
IN_HTML: tuple[tuple[re.Pattern[str], Kind], ...] = (
    (re.compile(r"(?<!\\)\\\(((?:\\\\|(?!\\[()]).)+)\\\)", re.DOTALL), "inline"),
    (re.compile(r"(?<![\\$])\$(?!\$)((?:[^$\\]|\\.)+)\$(?!\$)", re.DOTALL), "inline"),
)
OPTIONS = re.compile(r"(?:[ \t>]*:\w+:[^\n]*\n)*")
OPENING = re.compile(r"(?:\$\$?|\\{1,2}[\[(])\s*$")
CLOSING = re.compile(r"\s*(?:\$\$?|\\{1,2}[\])])")
DIRECTIVE = re.compile(
    r"\s*\{(?:note|warning|tip|hint|important|attention|caution|danger|error|seealso|admonition|dropdown|margin|sidebar"
    r"|topic|theorem|lemma|proof|definition|example|exercise|solution|prf:\w+|proof:\w+|card|tab-item)\}"
)
LABEL = re.compile(
    r"[ \t]*(?:\(([A-Za-z][\w:.-]*)\)|\{#([\w:.-]+)[^{}\n]*\})[ \t]*$", re.MULTILINE
)  # of MyST; of Quarto
EMPTY = re.compile(r"(?<![\\$])\$\s+\$(?!\$)")
PAIRED = re.compile(r"\$[^$]+\$|\\\[|\\\(|\\begin\{")


@lru_cache(maxsize=8)
def markdown_manuscript(text: str, path: str, parts: tuple[Stretch, ...] = ()) -> Manuscript:
    """Displays first, then what the library finds in the rest; once for all who ask. Raises DerivcheckError (DC620).

    `parts` say where its lines stand, if they are not those of one file.

    Markdown takes a line of a display that begins with `-` for a list, and an indented one
    for code; whoever shows the formulas does not, so displays are found before its blocks.
    """
    try:
        # An extra.
        from markdown_it import MarkdownIt
        from mdit_py_plugins.dollarmath import dollarmath_plugin
        from mdit_py_plugins.front_matter import front_matter_plugin
        from mdit_py_plugins.texmath import texmath_plugin
    except ImportError:
        raise missing("Markdown", "markdown-it-py and mdit-py-plugins", path) from None
    reader = MarkdownIt("commonmark").enable("table")
    reader.use(front_matter_plugin).use(texmath_plugin, delimiters="brackets")
    reader.use(dollarmath_plugin, allow_space=True, allow_digits=False, double_inline=True)
    blocks = MarkdownIt("commonmark").enable("table").use(front_matter_plugin).disable("inline")
    page = _Page(text, path, parts)
    tokens = blocks.parse(text)
    while page.open_fences(tokens):
        tokens = blocks.parse(page.text)
    head = page.set_apart(tokens)
    page.written()
    page.displays()
    tokens = blocks.parse(page.text)
    page.indented(tokens)
    page.prices()
    page.blocks(tokens)
    page.inline(reader.parse(page.text))
    page.found += leftovers(page.text, page.whole, page.start, False)
    passages = in_sentences(page.found, page.whole, page.words, False)
    return with_head(Manuscript(path, text, passages, tuple(page.defined.macros), parts=parts), head)


class _Page:
    """A Markdown text whose formulas are found one kind after the other; `text` is what is left of it."""

    def __init__(self, text: str, path: str, parts: tuple[Stretch, ...]) -> None:
        self.whole = Sheet(text, path, parts)
        self.text = text
        self.found: list[Found] = []
        self.start = 0
        self.words = text
        self.defined = Definitions(self.whole, "", False)
        self._spent: list[Span] = []

    def _take(
        self, begin: int, end: int, kind: Kind, around: Span | None = None, stray: str = "", label: str = ""
    ) -> None:
        """A formula, without the definitions before it; nothing where only definitions stand."""
        self._spent.append(around or (begin, end))
        inside = self.text[begin:end]
        if not inside.strip():
            return
        if self._defines(begin, end):
            begin += len(inside) - len(inside.lstrip())
        source = self.whole.at(begin, end)
        self.found.append((begin, end, Passage(kind, source, label_of(source.text) or label, stray)))

    def _mask(self) -> None:
        """What was taken is no part of the text any more."""
        self.text, self._spent = masked(self.text, self._spent, FOUND), []

    def _defines(self, begin: int, end: int) -> bool:
        return any(begin <= first < end for first, _ in self.defined.spans)

    def _each(
        self,
        patterns: Sequence[tuple[re.Pattern[str], Kind]],
        within: Span | None = None,
        outside: Sequence[Span] = (),
    ) -> None:
        """What patterns find between two offsets, but not what begins inside of one of other spans."""
        for pattern, kind in patterns:
            for match in pattern.finditer(self.text, *(within or (0, len(self.text)))):
                if not starts_inside(match.start(), outside):
                    self._take(*match.span(1), kind, match.span())
            self._mask()

    # --- one kind after the other ---------------------------------------------------------

    def open_fences(self, tokens: Sequence[Any]) -> bool:
        """Take the fences around notes and theorems, which hold Markdown, out of the text; whether there are any."""
        for token in tokens:
            if token.type == "fence" and token.map and DIRECTIVE.match(token.info):
                for line in (token.map[0], token.map[1] - 1):
                    self._spent.append(self._offsets((line, line + 1)))
        found = bool(self._spent)
        self.text, self._spent = masked(self.text, self._spent), []
        return found

    def set_apart(self, tokens: Sequence[Any]) -> str:
        """Take fences, and comments of several lines, out of the text; the front matter is given back."""
        head, aside = "", []
        for token in tokens:
            if token.type not in ("front_matter", "fence", "html_block") or not token.map:
                continue
            begin, end = self._offsets(token.map)
            if token.type == "html_block":
                if token.content.lstrip().startswith("<!--"):
                    stop = self.text.find("-->", begin, end)
                    aside.append((begin, end if stop < 0 else stop + 3))
                continue
            aside.append((begin, end - 1))
            if token.type == "front_matter":
                head, self.start = token.content, end
            elif token.info.strip().lower().split(" ")[0] in FENCES:
                self._fence(token.content, self.whole.starts[token.map[0] + 1], end)
        fenced, self.found = self.found, []
        self.text = masked(self.text, aside)
        asides = markdown_asides(self.text)
        self._each(WRITTEN, outside=asides)
        self.found += fenced
        self.text = masked(self.text, [one for one in asides if self.text[one[0]] != FOUND], FOUND)
        self.words = self.text
        return head

    def _fence(self, content: str, begin: int, end: int) -> None:
        options = OPTIONS.match(content)
        content = content[options.end() :] if options else content
        inside = self.whole.find(content.strip("\n"), begin, end) if content.strip() else None
        if inside is not None:
            label = re.search(r":label:[ \t]*(\S+)", options[0]) if options else None
            source = self.whole.at(*inside)
            self.found.append((*inside, Passage("display", source, label[1] if label else label_of(source.text))))

    def written(self) -> None:
        """Definitions, then the formulas whose marks Markdown does not know."""
        self.defined = Definitions(self.whole, self.text, False)
        self.text = masked(self.text, self.defined.spans)
        for first, last in self.defined.spans:
            begin = first - 1
            while begin > max(0, first - 2_000) and self.text[begin].isspace():
                begin -= 1
            if match := EMPTY.match(self.text, max(begin, 0)):
                self._spent.append((begin, max(match.end(), last)))
        self._mask()

    def displays(self) -> None:
        for begin, end in _displays(self.text):
            behind = LABEL.match(self.text, end)
            label, stop = (behind[1] or behind[2], behind.end()) if behind else ("", end)
            kind: Kind = "inline" if _in_line(self.text, begin, stop) else "display"
            self._take(begin + 2, end - 2, kind, (begin, stop), label=label)
        self._mask()
        for match in BARE.finditer(self.text):
            self._take(*match.span(), "display")
        self._mask()
        self._each(BRACKETED)

    def indented(self, tokens: Sequence[Any]) -> None:
        """Blocks that Markdown takes for code; one with a formula is not judged, and not passed over either."""
        for token in tokens:
            if token.type != "code_block" or not token.map:
                continue
            begin, end = self._offsets(token.map)
            inside = [one for one in self.found if begin <= one[0] < end]
            content = self.whole.text[begin:end]
            self.text = masked(self.text, [(begin, end)], FOUND)
            if (inside or PAIRED.search(content)) and re.search(r"=|\\(?:n?eq|approx)", content):
                self.found = [one for one in self.found if one not in inside]
                stop = begin + len(content.rstrip())
                source = self.whole.at(begin + len(content) - len(content.lstrip()), stop)
                stray = "it stands in an indented block, which Markdown takes for code"
                self.found.append((begin, stop, Passage("display", source, "", stray)))

    def prices(self) -> None:
        """`$5 or $10` are no formula."""
        self.text = masked(self.text, list(prices(self.text)))

    def blocks(self, tokens: Sequence[Any]) -> None:
        """Blocks of HTML, and tables, in which a bar inside a formula would end a cell."""
        for token in tokens:
            if token.type == "html_block" and token.map:
                self._each(IN_HTML, self._offsets(token.map))
            elif token.type == "table_open" and token.map:
                for match in INLINE.finditer(self.text, *self._offsets(token.map)):
                    begin, end = match.span(1)
                    stray = "`\\|` in a table: a bar, or a norm" if "\\|" in match[1] else ""
                    self._take(begin, end, "inline", match.span(), stray)
                self._mask()

    def inline(self, tokens: Sequence[Any]) -> None:
        """What the library finds; a formula whose place is not found is there all the same."""
        hidden = Sheet(self.text, self.whole.path)  # places of what is taken stay findable in it
        position = 0
        for token, first, last in _formulas(tokens, 0, len(self.whole.lines)):
            start, stop = max(position, self.whole.starts[first]), self._offsets((first, last))[1]
            kind: Kind = "display" if token.type in DISPLAYED else "inline"
            content = token.content.strip("\n")
            place = hidden.find(content, start, stop, True) or hidden.find(content, start, stop)
            if place is None:
                line = self.whole.at(self.whole.starts[first], self.whole.line_end(self.whole.starts[first]))
                self.found.append((start, start, Passage(kind, line, "", "its place is not found")))
                continue
            position = place[1]
            self._take(*place, kind, _outer(hidden.text, *place))
        self._mask()
        for match in re.finditer(r"\$\$", self.text):
            stop = self.whole.line_end(match.start())
            self._take(match.start(), stop, "display", None, "`$$` without its partner")
        self._mask()

    def _offsets(self, lines: Sequence[int]) -> Span:
        first, last = (self.whole.starts[min(line, len(self.whole.lines))] for line in lines)
        return first, last


def _outer(text: str, begin: int, end: int) -> Span:
    """A formula with the marks around it."""
    before = OPENING.search(text, max(0, begin - 40), begin)
    behind = CLOSING.match(text, end)
    return (before.start() if before else begin, behind.end() if behind else end)


def _in_line(text: str, begin: int, end: int) -> bool:
    """Whether words stand on the line of double dollars: some dialects write every formula so."""
    first, last = text.rfind("\n", 0, begin) + 1, text.find("\n", end)
    around = MARKER.sub("", text[first:begin]) + text[end : last if last >= 0 else len(text)]
    return "\n" not in text[begin:end] and re.search(r"\w", around) is not None


def _displays(text: str) -> Iterator[Span]:
    """Pairs of double dollars; one whose partner lies beyond a heading has none."""
    position = 0
    while (begin := text.find("$$", position)) >= 0:
        escaped = begin and text[begin - 1] == "\\"
        end = -1 if escaped else text.find("$$", begin + 2)
        if end < 0 or re.search(r"^#{1,6} ", text[begin:end], re.MULTILINE):
            position = begin + 2
            continue
        position = end + 2
        if text[begin + 2 : end].strip() or "\n" in text[begin + 2 : end] or end > begin + 2:
            yield begin, position


def _formulas(tokens: Sequence[Any], first: int, last: int) -> Iterator[tuple[Any, int, int]]:
    """The tokens that are formulas, with the lines they stand between."""
    for token in tokens:
        begin, end = token.map if token.map else (first, last)
        if "math" in token.type and token.content.strip():
            yield token, begin, end
        if token.children:
            yield from _formulas(token.children, begin, end)
