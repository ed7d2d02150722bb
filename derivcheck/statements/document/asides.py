"""What a document holds that is no text of it: comments, code, what stands behind its end."""

from __future__ import annotations

import bisect
import re
from collections.abc import Sequence

from derivcheck.statements.document.sheets import Span

_VERBATIM = (
    r"comment|verbatim\*?|[BL]?Verbatim\*?|lstlisting\*?|minted|filecontents\*?|alltt|pycode|pyconsole"
    r"|luacode\*?|tcblisting|code"
)
_LATEX = re.compile(
    rf"(?P<block>\\begin\s*\{{(?P<name>{_VERBATIM})\}}.*?(?:\\end\s*\{{(?P=name)\}}|\Z))"
    r"|(?P<verb>\\(?:verb\*?|lstinline(?:\[[^\]\n]*\])?|mintinline(?:\[[^\]\n]*\])?\{[^{}\n]*\})"
    r"(?:(?P<mark>[^\sA-Za-z*{])[^\n]*?(?P=mark)|\{[^{}\n]*\}))"
    r"|(?P<remark>%[^\n]*)"
    r"|(?P<address>\\(?:url|href|path)\s*\{[^{}\n]*\})"
    r"|(?P<end>\\end\s*\{document\})"
    r"|(?P<never>\\iffalse(?![A-Za-z])|\\if0(?!\d))"
    r"|\\.",
    re.DOTALL,
)
_BRANCH = re.compile(
    r"\\(?:(?P<open>if(?!f(?![A-Za-z])|thenelse)[A-Za-z@]*)|(?P<turn>else)|(?P<close>fi))(?![A-Za-z@])"
)

_COMMENT = r"<!--.{0,20000}?-->"
# A code span goes over a line's end, not into another block.
_CODE = r"(?<!`)(?P<ticks>`+)(?!`)(?:[^\n]|\n(?![ \t]*(?:\n|[-*+>#|]|\d+[.)]|```)))*?(?<!`)(?P=ticks)(?!`)"
_CODED = r"<(?P<tag>pre|code|style|script|textarea|kbd|samp)\b[^<>]*>.{0,20000}?</(?P=tag)\s*>"
_TAG = r"<[A-Za-z][\w-]*(?:\s+[\w:-]+(?:\s*=\s*(?:\"[^\"]*\"|'[^']*'))?)+\s*/?>"
_MARKDOWN = re.compile(f"{_COMMENT}|{_CODE}|{_CODED}|{_TAG}", re.DOTALL | re.IGNORECASE)


def latex_asides(text: str) -> list[Span]:
    """Comments, code, branches that are never taken, and what stands behind the end of a LaTeX document."""
    found: list[Span] = []
    position = 0
    while (match := _LATEX.search(text, position)) is not None:
        position = match.end()
        if match["end"]:
            found.append((match.end(), len(text)))
            break
        if match["never"]:
            position = _behind_branch(text, match.end())
            found.append((match.start(), position))
        elif match["block"] or match["verb"] or match["remark"] or match["address"]:
            found.append(match.span())
    return found


def _behind_branch(text: str, position: int) -> int:
    """Where a branch ends that is never taken: at its `\\else` or `\\fi`."""
    depth = 0
    for match in _BRANCH.finditer(text, position):
        if match["open"]:
            depth += 1
        elif match["close"]:
            if not depth:
                return match.end()
            depth -= 1
        elif not depth:
            return match.end()
    return len(text)


def markdown_asides(text: str) -> list[Span]:
    """Comments, code spans and tags of HTML in a Markdown text without its fences and front matter."""
    return [match.span() for match in _MARKDOWN.finditer(text)]


def starts_inside(offset: int, spans: Sequence[Span]) -> bool:
    """Whether an offset lies behind the beginning of a span; spans are in order."""
    place = bisect.bisect_left(spans, (offset,)) - 1
    return place >= 0 and offset < spans[place][1]
