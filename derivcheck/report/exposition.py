"""An exposition as a Markdown or a LaTeX document, which `derivcheck verify` judges formula by formula."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from derivcheck.judging.exposition import Exposition, Lines, Words
from derivcheck.report.page import Page

MARKDOWN_SIGNS = re.compile(r"([\\`*_{}\[\]<>#$|~=&!])")
ASCII = Page(unicode=False)
QUOTES = "‘’“”–—…«»§¡¿"  # which LaTeX sets in any text
LATEX_SIGNS = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    **{sign: rf"\{sign}" for sign in "&%$#_{}"},
}


def to_markdown(exposition: Exposition, sidecar: str, page: Page) -> str:
    """A Markdown document for KaTeX and MathJax; its front matter names the spec `sidecar` that judges it."""
    return "".join(f"{line}\n" for line in _markdown(exposition, sidecar, page))


def to_article(exposition: Exposition, sidecar: str, page: Page) -> str:
    """A LaTeX article; a comment in its head names the spec `sidecar` that judges it."""
    return "".join(f"{line}\n" for line in _article(exposition, sidecar, page))


WRITERS: Mapping[str, Callable[[Exposition, str, Page], str]] = {"markdown": to_markdown, "latex": to_article}


def _setting(exposition: Exposition, sidecar: str, page: Page) -> Iterator[str]:
    """What the document says of how it is to be judged."""
    yield f"derivcheck: {page.show(sidecar)}"
    if exposition.depth:
        yield "depths: " + ", ".join(f"{label} = {value}" for label, value in exposition.depth)
    yield "exported: true"


# --- Markdown -----------------------------------------------------------------------------------


def _markdown(exposition: Exposition, sidecar: str, page: Page) -> Iterator[str]:
    def prose(text: str) -> str:
        return MARKDOWN_SIGNS.sub(r"\\\1", page.show(text))

    yield from ("---", *_setting(exposition, sidecar, page), "---", "")
    yield f"# {prose(exposition.title) or 'Gradients'}"
    if exposition.source:
        yield from ("", f"Source: {prose(exposition.source)}")
    for section in exposition.sections:
        yield from ("", f"## {section.title}" + (f" `{page.show(section.name)}`" if section.name else ""))
        for part in section.parts:
            yield ""
            if isinstance(part, Lines):
                yield from ("$$", *_lines(part, "aligned", page), "$$")
            else:
                yield _sentence(part, page, prose, "`{}`")


def _sentence(words: Words, page: Page, prose: Callable[[str], str], code: str) -> str:
    shown = [prose(words.text)] if words.text else []
    return " ".join([*shown, code.format(page.show(words.code))] if words.code else shown)


def _lines(lines: Lines, environment: str, page: Page) -> Iterator[str]:
    """One equation, or lines below each other with what leads to them behind."""
    if len(lines.rights) == 1 and not lines.rights[0][1]:
        yield page.show(f"{lines.left} = {lines.rights[0][0]}")
        return
    yield rf"\begin{{{environment}}}"
    left = f"{page.show(lines.left)} "
    for position, (right, remark) in enumerate(lines.rights):
        told = rf" && \text{{{_text(remark, page)}}}" if remark else ""
        end = r" \\" if position + 1 < len(lines.rights) else ""
        yield f"{left}&= {page.show(right)}{told}{end}"
        left = ""
    yield rf"\end{{{environment}}}"


def _text(words: str, page: Page) -> str:
    """Words inside a formula: what stands for itself there, and in ASCII."""
    return re.sub(r"([&%#_])", r"\\\1", re.sub(r"[\\~^{}$<>|\"]", " ", Page(unicode=False).show(words)))


# --- LaTeX --------------------------------------------------------------------------------------


def _in_type(character: str) -> str:
    """A character that the fonts of the article have, of others what stands for it in ASCII."""
    return character if (character < "\u0180" and character.isalpha()) or character in QUOTES else ASCII.show(character)


def _article(exposition: Exposition, sidecar: str, page: Page) -> Iterator[str]:
    def prose(text: str) -> str:
        shown = "".join(map(_in_type, page.show(text)))
        return "".join(LATEX_SIGNS.get(character, character) for character in shown)

    yield from (f"% {line}" for line in _setting(exposition, sidecar, page))
    yield from (
        r"\documentclass{article}",
        r"\usepackage[T1]{fontenc}",
        r"\usepackage{amsmath,amssymb}",
        r"\usepackage[margin=2cm]{geometry}",
        r"\begin{document}",
        "",
    )
    yield rf"\section*{{{prose(exposition.title) or 'Gradients'}}}"
    if exposition.source:
        yield from ("", f"Source: {prose(exposition.source)}")
    for section in exposition.sections:
        name = rf" \texttt{{{prose(section.name)}}}" if section.name else ""
        yield from ("", rf"\subsection*{{{section.title}{name}}}")
        for part in section.parts:
            if isinstance(part, Lines):
                single = len(part.rights) == 1 and not part.rights[0][1]
                yield from (r"\[", *_lines(part, "", page), r"\]") if single else _lines(part, "align*", page)
            else:
                yield from ("", _sentence(Words(part.text, prose(part.code)), page, prose, r"\texttt{{{}}}"))
    yield from ("", r"\end{document}")
