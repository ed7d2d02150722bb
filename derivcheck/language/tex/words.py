"""Prose inside a formula: `\\text{if } i = j` is a condition, `\\mathrm{softmax}` a name, the rest is prose."""

from __future__ import annotations

import re
from collections.abc import Mapping

from derivcheck.language.notation.syntax import Span
from derivcheck.language.tex.commands import CHARACTERS, listed
from derivcheck.language.tex.nodes import Node, Numeral, Prose, Row, Space, Symbol

KEYWORDS: Mapping[str, str] = {
    **dict.fromkeys(("if", "when", "whenever", "where", "with"), "if"),
    **dict.fromkeys(("otherwise", "else", "elsewhere"), "otherwise"),
    **{word: word for word in ("for", "and", "or")},
}
FILLERS = listed("all every each any only both")
CONDITIONAL_WORDS = listed(
    "if when whenever unless assuming provided given except for only almost approximately up not"
)
REASONS = listed("since because as by using which note recall i.e. e.g.")
LEADING = listed("thus hence so then therefore now finally similarly likewise next let")  # to a statement of its own
REMARKS = REASONS | LEADING | listed("where with also first second")
SPELLED = ("and", "for", "when", "where", "if")
_WORD = re.compile(r"[A-Za-z]+|[0-9]+|!=|<=|>=|[=<>,≠≤≥]")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_JOINING = listed("and then but all everything both")
_OPERATIONS = listed("times plus minus divided modulo")  # nobody names a tensor so
# Words that make another equation of the one they stand behind.
_CHANGING = _OPERATIONS | listed("scaled rescaled multiplied ignoring neglecting omitting dropping negated transposed")


def is_leading(text: str) -> bool:
    """Whether words lead to a statement of its own, `\\text{Then }`, and say nothing beside the one above."""
    return text.split()[0].strip(",:").lower() in LEADING if text.split() else False


def read_words(text: str, span: Span) -> Row:
    """A text as nodes: a letter, a name, the words of a condition, or prose; set apart from what is around it."""
    text = text.strip()
    if not text:
        return ()
    if re.fullmatch("[A-Za-z]", text):
        return _apart(_letter(text, span))
    if text.isdigit():
        return _apart(Numeral(text, span))
    if _NAME.fullmatch(text):
        return _apart(_single(text, span))
    return _apart(*_phrase(text, span))


def _apart(*nodes: Node) -> Row:
    return tuple(part for node in nodes for part in (Space(node.span), node))


def _letter(text: str, span: Span) -> Symbol:
    return Symbol("letter", text, span, font="roman")


def _single(text: str, span: Span) -> Node:
    if text.lower() in KEYWORDS:
        return Symbol("keyword", KEYWORDS[text.lower()], span)
    if text.lower() in REMARKS | CONDITIONAL_WORDS | _OPERATIONS:
        return Prose(text, span)
    return Symbol("word", text, span, font="roman")


def _phrase(text: str, span: Span) -> list[Node]:
    made: list[Node] = []
    position = 0
    for match in _WORD.finditer(text):
        if text[position : match.start()].strip():
            return [Prose(text, span)]
        position = match.end()
        word = match.group()
        if word.lower() in KEYWORDS:
            made.append(Symbol("keyword", KEYWORDS[word.lower()], span))
        elif word.lower() in FILLERS:
            continue
        elif word.isdigit():
            made.append(Numeral(word, span))
        elif not word[0].isalpha():
            made.append(Symbol("sign", CHARACTERS.get(word, word), span))
        elif len(word) == 1:
            made.append(_letter(word, span))
        else:
            return [Prose(text, span)]
    if text[position:].strip(" .,;:"):
        return [Prose(text, span)]
    return made


def is_reason(text: str) -> bool:
    """Whether prose says why something holds."""
    return text.split()[0].lower() in REASONS


def is_conditional(text: str) -> bool:
    """Whether prose restricts or changes the equation: it must not be passed over."""
    words = [word.lower() for word in re.findall(r"[A-Za-z]+", text)]
    first = next((word for word in words if word not in _JOINING), "")
    return first in CONDITIONAL_WORDS or first in _CHANGING


# --- words in the letters of a formula ------------------------------------------------------------


def with_words(row: Row) -> Row:
    """`\\,\\, and \\,` or `\\ for\\ ` in the letters of a formula, set apart by spaces, is the word."""
    kept: list[Node] = []
    position = 0
    while position < len(row):
        word = next((word for word in SPELLED if _spells(row, position, word)), "")
        if word:
            span = row[position].span.to(row[position + len(word) - 1].span)
            kept.append(Symbol("keyword", KEYWORDS[word], span))
        else:
            kept.append(row[position])
        position += len(word) or 1
    return tuple(kept)


def _spells(row: Row, position: int, word: str) -> bool:
    """Whether letters without a gap spell a word that stands apart from what is around it."""
    letters, behind = row[position : position + len(word)], row[position + len(word) : position + len(word) + 1]
    apart = position > 0 and isinstance(row[position - 1], Space) and bool(behind) and isinstance(behind[0], Space)
    if not apart or position + len(word) + 1 >= len(row):
        return False
    spelled = "".join(node.text for node in letters if isinstance(node, Symbol) and node.kind == "letter")
    return spelled == word and letters[-1].span.stop - letters[0].span.start == len(word)
