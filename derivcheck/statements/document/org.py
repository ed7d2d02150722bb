"""The formulas of an Org document: what is marked as in LaTeX, without its code, examples and comments."""

from __future__ import annotations

import re

from derivcheck.statements.document.marks import Marked
from derivcheck.statements.document.passages import Manuscript, with_head
from derivcheck.statements.document.sheets import Sheet, masked

ASIDES = re.compile(
    r"^[ \t]*#\+begin_(?P<kind>src|example|comment|export)\b[^\n]*\n.*?^[ \t]*#\+end_(?P=kind)[ \t]*$"
    r"|^[ \t]*(?::[ \t]|#[ \t])[^\n]*$"
    r"|^[ \t]*:[\w-]+:[^\n]*$"
    r"|(?<![\w=~\\])(?P<mark>[=~])(?=[^\s=~])[^\n]*?(?<=\S)(?P=mark)(?![\w=~])"
    r"|(?P<formula>\$\$.*?\$\$|\$[^$\n]+\$|\\\(.*?\\\)|\\\[.*?\\\]"
    r"|\\begin\{(?P<name>[^{}\n]+)\}.*?\\end\{(?P=name)\})",
    re.DOTALL | re.MULTILINE | re.IGNORECASE,
)
KEYWORD = re.compile(r"^[ \t]*#\+(?P<key>\w+):?[^\n]*$", re.MULTILINE)
HEADER = re.compile(r"latex(?:_\w+)?|macro", re.IGNORECASE)
NAMED = re.compile(
    r"^[ \t]*#\+(?:name|label):[ \t]*(\S+)[ \t]*\n[ \t]*(?=\\\[|\\begin|\$\$)", re.MULTILINE | re.IGNORECASE
)
HEAD = re.compile(r"^[ \t]*#\+((?:derivcheck|depths|exported):.*)$", re.MULTILINE)
TITLE = re.compile(r"^\*+(?=[ \t])", re.MULTILINE)


def org_manuscript(text: str, path: str) -> Manuscript:
    """It needs no library. Macros stand behind `#+LATEX_HEADER:`; `#+NAME:` names the formula below it."""
    formulas = masked(text, [match.span() for match in ASIDES.finditer(text) if not match["formula"]])
    keywords = [match for match in KEYWORD.finditer(formulas) if not HEADER.fullmatch(match["key"])]
    formulas = masked(formulas, [match.span() for match in keywords])
    words = TITLE.sub(lambda match: f"{'#' * min(len(match[0]), 6):<{len(match[0])}}", formulas)
    labels = {match.end(): match[1] for match in NAMED.finditer(text)}
    found = Marked(Sheet(text, path), formulas, words, labels).manuscript(path)
    return with_head(found, "\n".join(match[1] for match in HEAD.finditer(text)))
