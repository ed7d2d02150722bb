"""Documents whose blocks are told by their lines: reStructuredText, Org, LaTeX. What they say is shown, not how."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal
from xml.etree.ElementTree import Element

from derivcheck.report.document.weaver import Weaver
from derivcheck.report.markup import Child, element, filled, scrolling
from derivcheck.report.typesetting.glyphs import LETTERS, SIGNS
from derivcheck.statements.document.asides import latex_asides
from derivcheck.statements.document.sheets import masked

Sort = Literal["heading", "paragraph", "item", "code", "figure"]
Emphasis = tuple[re.Pattern[str], str]  # what is marked, its own words the first group, and the element for it


@dataclass(frozen=True, slots=True)
class Block:
    sort: Sort
    text: str
    level: int = 1  # of a heading
    words: str = ""  # below a figure


def _shown(blocks: Iterable[Block], emphasis: tuple[Emphasis, ...], weaver: Weaver) -> Iterator[Element]:
    items: Element | None = None
    for block in blocks:
        if block.sort != "item" and items is not None:
            yield items
            items = None
        words = _line(block.text.strip(), emphasis, weaver) if block.sort in ("heading", "paragraph", "item") else []
        match block.sort:
            case "heading":
                yield weaver.heading(block.level, words)
            case "paragraph":
                yield from weaver.paragraph(words)
            case "item":
                items = element("ul") if items is None else items
                items.append(element("li", *weaver.paragraph(words)))
            case "code":
                code = element("code")
                for position, line in enumerate(weaver.plain(block.text).strip("\n").split("\n")):
                    filled(code, [element("br")] if position else [])
                    filled(code, [line.expandtabs(4)] if line else [])
                yield scrolling("pre", code, class_="code")
            case "figure":
                yield weaver.figure(block.text, block.words)
    if items is not None:
        yield items


def _line(text: str, emphasis: tuple[Emphasis, ...], weaver: Weaver) -> list[Child]:
    """A text with its emphasis: the first mark in it, what stands before it, and what stands behind."""
    found = [(match.start(), order, match) for order, (one, _) in enumerate(emphasis) if (match := one.search(text))]
    if not found:
        return weaver.inline(text)
    _, order, match = min(found, key=lambda one: one[:2])
    tag = emphasis[order][1]
    inside = [weaver.plain(match[1])] if tag == "code" else _line(match[1], emphasis, weaver)
    before, behind = weaver.inline(text[: match.start()]), _line(text[match.end() :], emphasis, weaver)
    return [*before, *([element(tag, *inside)] if tag else inside), *behind]


# --- reStructuredText ---------------------------------------------------------------------------

REST: tuple[Emphasis, ...] = (
    (re.compile(r"``([^`]+)``"), "code"),
    (re.compile(r"\*\*([^*\n]+)\*\*"), "strong"),
    (re.compile(r"(?<![\w*])\*([^*\n]+)\*"), "em"),
    (re.compile(r":[\w:]+:`([^`<]+?)(?:\s*<[^>]*>)?`"), ""),
    (re.compile(r"`([^`<]+?)(?:\s*<[^>]*>)?`_{0,2}"), ""),
)
UNDERLINE = re.compile(r"([=\-`:'\"~^_*+#<>.])\1{2,}\s*$")


def rst_blocks(text: str, weaver: Weaver) -> Iterator[Element]:
    """Headings by the lines below them, paragraphs by blank ones; directives show what stands in them."""
    yield from _shown(_rest(text.split("\n")), REST, weaver)


def _rest(lines: list[str]) -> Iterator[Block]:
    signs: list[str] = []
    gathered: list[str] = []
    number = 0
    while number < len(lines):
        line = lines[number]
        below = lines[number + 1] if number + 1 < len(lines) else ""
        if line.strip() and not UNDERLINE.match(line) and UNDERLINE.match(below):
            yield from _paragraph(gathered)
            signs += [] if below[0] in signs else [below[0]]
            yield Block("heading", line, signs.index(below[0]) + 1)
            number += 2
            continue
        directive = re.match(r"(\s*)\.\.\s*(?:([\w:-]+)::)?[ \t]*(.*)$", line)
        if directive is not None:
            yield from _paragraph(gathered)
            number = yield from _directive(lines, number, directive)
            continue
        if re.match(r"\s*(?:[-*+•]|\d+[.)]|#\.)\s", line):
            yield from _paragraph(gathered)
            gathered.append(line)
        elif line.strip() and not UNDERLINE.match(line):
            gathered.append(line)
        else:
            yield from _paragraph(gathered)
        number += 1
    yield from _paragraph(gathered)


def _directive(lines: list[str], number: int, directive: re.Match[str]) -> Generator[Block, None, int]:
    """A directive, up to where what is indented below it ends; a comment says nothing."""
    stop = number + 1
    while stop < len(lines) and (not lines[stop].strip() or _indent(lines[stop]) > len(directive[1])):
        stop += 1
    body = [line for line in lines[number + 1 : stop] if not re.match(r"\s*:[\w-]+:", line)]
    name = (directive[2] or "").lower()
    if name in ("image", "figure"):
        yield Block("figure", directive[3], words=" ".join(line.strip() for line in body if line.strip()))
    elif name.startswith(("code", "sourcecode", "doctest", "parsed-literal")):
        yield Block("code", "\n".join(body))
    elif name and name != "math":
        yield from _rest([directive[3], "", *(line.strip() for line in body)])
    return stop


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _paragraph(gathered: list[str]) -> Iterator[Block]:
    """The lines gathered so far, which are gathered no more."""
    text = "\n".join(gathered).strip()
    gathered.clear()
    item = re.match(r"(?:[-*+•]|\d+[.)]|#\.)\s+", text)
    if text:
        yield Block("item", text[item.end() :]) if item else Block("paragraph", re.sub(r"::$", ":", text))


# --- Org ----------------------------------------------------------------------------------------

ORG: tuple[Emphasis, ...] = (
    (re.compile(r"(?<!\w)[=~]([^=~\n]+)[=~](?!\w)"), "code"),
    (re.compile(r"(?<![\w*])\*([^*\n]+)\*(?![\w*])"), "strong"),
    (re.compile(r"(?<![\w/:])/([^/\n]+)/(?![\w/])"), "em"),
    (re.compile(r"\[\[[^\]]*\]\[([^\]]*)\]\]"), ""),
    (re.compile(r"\[\[([^\]]*)\]\]"), "code"),
)


def org_blocks(text: str, weaver: Weaver) -> Iterator[Element]:
    """Headings by their stars, paragraphs by blank lines; keywords but the title are silent."""
    yield from _shown(_org(text.split("\n")), ORG, weaver)


def _org(lines: Iterable[str]) -> Iterator[Block]:
    gathered: list[str] = []
    code: list[str] | None = None
    for line in lines:
        begins = re.match(r"\s*#\+begin_(src|example)", line, re.IGNORECASE)
        title = re.match(r"#\+title:\s*(.+)", line, re.IGNORECASE)
        stars = re.match(r"(\*+)\s+(.*)", line)
        if code is not None:
            if re.match(r"\s*#\+end_", line, re.IGNORECASE):
                yield Block("code", "\n".join(code))
                code = None
            else:
                code.append(line)
            continue
        if begins or title or stars or re.match(r"\s*(?:#|:[\w-]+:)", line) or not line.strip():
            yield from _paragraph(gathered)
        if begins:
            code = []
        elif title:
            yield Block("heading", title[1], 1)
        elif stars:
            yield Block("heading", stars[2], len(stars[1]) + 1)
        elif re.match(r"\s*(?:[-+]|\d+[.)])\s", line):
            yield from _paragraph(gathered)
            gathered.append(line)
        elif not re.match(r"\s*(?:#|:[\w-]+:)", line):
            gathered.append(line)
    yield from _paragraph(gathered)


# --- LaTeX --------------------------------------------------------------------------------------

SECTIONS: Mapping[str, int] = {
    "title": 1,
    "part": 1,
    "chapter": 1,
    "section": 2,
    "subsection": 3,
    "subsubsection": 4,
    "paragraph": 5,
    "subparagraph": 6,
}
_BRACED = r"\{((?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*)\}"
SECTION = re.compile(rf"\\({'|'.join(SECTIONS)})\*?\s*(?:\[[^\]]*\])?{_BRACED}")
PICTURE = re.compile(rf"\\includegraphics\s*(?:\[[^\]]*\])?{_BRACED}")
FRAME = re.compile(r"\A.*\\begin\s*\{document\}|\\end\s*\{document\}.*\Z", re.DOTALL)
LATEX: tuple[Emphasis, ...] = (
    (re.compile(rf"\\(?:emph|textit|textsl)\s*{_BRACED}"), "em"),
    (re.compile(rf"\\textbf\s*{_BRACED}"), "strong"),
    (re.compile(rf"\\(?:texttt|url|verb)\s*{_BRACED}"), "code"),
    (re.compile(rf"\\(?:underline|text\w*|mbox|footnote|caption|href\s*\{{[^{{}}]*\}})\s*{_BRACED}"), ""),
)
FRAMES = "itemize|enumerate|description|center|document|figure|table|abstract|tabular"
NAMELESS = "label|vspace|hspace|input|include|bibliography|bibliographystyle|pagestyle|author|date"
LOOKS = "maketitle|tableofcontents|newpage|clearpage|noindent|centering|medskip|bigskip|smallskip|par|qed|hline"
SILENT: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(rf"\\begin\s*\{{({FRAMES})\*?\}}(?:\[[^\]]*\])?"), "\n\n"),
    (re.compile(r"\\begin\s*\{([A-Za-z]+)\*?\}(?:\[([^\]]*)\])?"), "\n\n\\\\textbf{\\1.} "),
    (re.compile(r"\\end\s*\{[A-Za-z]+\*?\}"), "\n\n"),
    (re.compile(rf"\\(?:{NAMELESS})\*?\s*\{{[^{{}}]*\}}"), ""),
    (re.compile(r"\\(?:eq|page|auto|c|C)?ref\*?\s*\{([^{}]*)\}"), r"(\1)"),
    (re.compile(r"\\cite\w*\*?\s*(?:\[[^\]]*\])*\{([^{}]*)\}"), r"[\1]"),
    (re.compile(rf"\\(?:{LOOKS})(?![A-Za-z])"), ""),
    (re.compile(r"\\\\(?:\[[^\]]*\])?"), "\n"),
)
SPOKEN: tuple[tuple[str, str], ...] = (("``", "“"), ("''", "”"), ("---", "—"), ("--", "–"), ("~", "\u00a0"))


def tex_blocks(text: str, weaver: Weaver) -> Iterator[Element]:
    """What stands in the body of the document: sections, paragraphs, items; commands that only look are gone."""
    title = SECTION.search(masked(text, latex_asides(text)))
    body = FRAME.sub("", re.sub(r"(?<!\\)%[^\n]*\n?", "", text))
    if title is not None and title[1] == "title":
        body = f"{title[0]}\n\n{body}"
    yield from _shown(_latex(body), LATEX, weaver)


def _latex(body: str) -> Iterator[Block]:
    for pattern, instead in SILENT:
        body = pattern.sub(instead, body)
    for piece in re.split(r"\n[ \t]*\n|(?=\\item\b)", body):
        position = 0
        item = re.match(r"\s*\\item\s*(?:\[([^\]]*)\])?", piece)
        if item is not None:
            piece = f"{f'{item[1]} ' if item[1] else ''}{piece[item.end() :]}"
        for match in re.finditer(f"(?:{SECTION.pattern})|(?:{PICTURE.pattern})", piece):
            yield from _spoken(piece[position : match.start()], "item" if item else "paragraph")
            position = match.end()
            if match[1]:
                yield Block("heading", _said(match[2]), SECTIONS[match[1]])
            else:
                yield Block("figure", match[3])
        yield from _spoken(piece[position:], "item" if item else "paragraph")


def _spoken(text: str, sort: Sort) -> Iterator[Block]:
    said = _said(text)
    if said.strip():
        yield Block(sort, said)


def _said(text: str) -> str:
    """Words as they are set: quotes, dashes, escaped signs."""
    for written, shown in SPOKEN:
        text = text.replace(written, shown)
    text = re.sub(r"\\([&%$#_{} ])", r"\1", text)
    return re.sub(r"\\([A-Za-z]+)(?![A-Za-z{])[ \t]*", lambda one: _named(one[1], one[0]), text)


def _named(name: str, written: str) -> str:
    """`\\LaTeX` and letters by their names; any other command outside of a formula only looks."""
    if name in ("LaTeX", "TeX"):
        return name
    return LETTERS.get(name) or SIGNS.get(name) or ""


BLOCKS: Mapping[str, Callable[[str, Weaver], Iterator[Element]]] = {
    "rst": rst_blocks,
    "org": org_blocks,
    "tex": tex_blocks,
}
