"""Words inside a formula: `\\text{if } i = j` is a condition, `\\mathrm{softmax}` a name, the rest is prose."""

from __future__ import annotations

import re
from collections.abc import Sequence

from derivcheck.language.latex import macros as table
from derivcheck.language.latex.tokens import LatexToken
from derivcheck.language.notation.syntax import Span

_WORD = re.compile(r"[A-Za-z]+|[0-9]+|!=|<=|>=|[=<>,≠≤≥]")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_JOINING = frozenset({"and", "then", "but", "all", "everything", "both"})
# Words that make another equation of the one they stand behind.
_OPERATIONS = frozenset({"times", "plus", "minus", "divided", "modulo"})  # nobody names a tensor so
_CHANGING = _OPERATIONS | {
    "scaled",
    "rescaled",
    "multiplied",
    "ignoring",
    "neglecting",
    "omitting",
    "dropping",
    "negated",
    "transposed",
}
_RELATIONS = {"≠": "!=", "≤": "<=", "≥": ">="}


def rendered(tokens: Sequence[LatexToken]) -> str:
    """Raw tokens as the text a reader sees."""
    text = ""
    for token in tokens:
        if token.spaced:
            text += " "
        if token.kind != "macro":
            text += "" if token.text in "{}" else token.text
        elif token.text in table.SPACING:
            text += " "
        else:
            text += token.text if token.text in ("_", "&", "%", "#") else f"\\{token.text}"
    return text


def is_plain(tokens: Sequence[LatexToken]) -> bool:
    """Whether an argument of `\\mathrm` is words only, not a formula in another font."""
    for token in tokens:
        if token.kind == "macro" and token.text not in table.SPACING and token.text != "_":
            return False
        if token.kind == "sign" and token.text in "^_+/()":
            return False
    return True


def worded(tokens: Sequence[LatexToken], span: Span, spaced: bool) -> list[LatexToken]:
    """The tokens of a text: a letter, a name, the words of a condition, or one token of prose."""
    text = rendered(tokens).strip()
    if not text:
        return []
    if re.fullmatch("[A-Za-z]", text):
        return [LatexToken("letter", text, span, True, "roman")]
    if text.isdigit():
        return [LatexToken("number", text, span, True)]
    if _NAME.fullmatch(text):
        return [_single(text, span, spaced)]
    return _phrase(text, span)


def _single(text: str, span: Span, spaced: bool) -> LatexToken:
    if text.lower() in table.KEYWORDS:
        return LatexToken("keyword", table.KEYWORDS[text.lower()], span, spaced)
    if text.lower() in table.REMARKS | table.CONDITIONAL_WORDS | _OPERATIONS:
        return LatexToken("prose", text, span, spaced)
    return LatexToken("word", text, span, True, "roman")


def _phrase(text: str, span: Span) -> list[LatexToken]:
    made: list[LatexToken] = []
    position = 0
    for match in _WORD.finditer(text):
        if text[position : match.start()].strip():
            return [LatexToken("prose", text, span)]
        position = match.end()
        word = match.group()
        if word.lower() in table.KEYWORDS:
            made.append(LatexToken("keyword", table.KEYWORDS[word.lower()], span, True))
        elif word.lower() in table.FILLERS:
            continue
        elif word.isdigit():
            made.append(LatexToken("number", word, span, True))
        elif not word[0].isalpha():
            made.append(LatexToken("sign", _RELATIONS.get(word, word), span, True))
        elif len(word) == 1:
            made.append(LatexToken("letter", word, span, True, "roman"))
        else:
            return [LatexToken("prose", text, span)]
    if text[position:].strip(" .,;:"):
        return [LatexToken("prose", text, span)]
    return made


def is_conditional(token: LatexToken) -> bool:
    """Whether prose restricts or changes the equation: it must not be passed over."""
    words = [word.lower() for word in re.findall(r"[A-Za-z]+", token.text)]
    first = next((word for word in words if word not in _JOINING), "")
    return first in table.CONDITIONAL_WORDS or first in _CHANGING
