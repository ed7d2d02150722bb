"""Words inside a formula: `\\text{if } i = j` is a condition, `\\mathrm{softmax}` a name, the rest is prose."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from derivcheck.language.latex.tokens import LatexToken
from derivcheck.language.notation.syntax import Span
from derivcheck.language.tex.commands import CHARACTERS, Kind, is_kind

KEYWORDS: Mapping[str, str] = {
    "if": "if",
    "when": "if",
    "whenever": "if",
    "where": "if",
    "for": "for",
    "with": "if",
    "and": "and",
    "or": "or",
    "otherwise": "otherwise",
    "else": "otherwise",
    "elsewhere": "otherwise",
}
FILLERS = frozenset({"all", "every", "each", "any", "only", "both"})
CONDITIONAL_WORDS = frozenset(
    {
        "if",
        "when",
        "whenever",
        "unless",
        "assuming",
        "provided",
        "given",
        "except",
        "for",
        "only",
        "almost",
        "approximately",
        "up",
        "not",
    }
)
REMARKS = frozenset(
    {
        "since",
        "thus",
        "hence",
        "so",
        "then",
        "therefore",
        "because",
        "note",
        "recall",
        "now",
        "finally",
        "similarly",
        "likewise",
        "where",
        "with",
        "using",
        "by",
        "which",
        "as",
        "also",
        "next",
        "first",
        "second",
        "i.e.",
        "e.g.",
    }
)
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


def rendered(tokens: Sequence[LatexToken]) -> str:
    """Raw tokens as the text a reader sees."""
    text = ""
    for token in tokens:
        if token.spaced:
            text += " "
        if token.kind != "macro":
            text += "" if token.text in "{}" else token.text
        elif is_kind(token.text, Kind.SPACE):
            text += " "
        else:
            text += token.text if token.text in ("_", "&", "%", "#") else f"\\{token.text}"
    return text


def is_plain(tokens: Sequence[LatexToken]) -> bool:
    """Whether an argument of `\\mathrm` is words only, not a formula in another font."""
    for token in tokens:
        if token.kind == "macro" and not is_kind(token.text, Kind.SPACE) and token.text != "_":
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
    if text.lower() in KEYWORDS:
        return LatexToken("keyword", KEYWORDS[text.lower()], span, spaced)
    if text.lower() in REMARKS | CONDITIONAL_WORDS | _OPERATIONS:
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
        if word.lower() in KEYWORDS:
            made.append(LatexToken("keyword", KEYWORDS[word.lower()], span, True))
        elif word.lower() in FILLERS:
            continue
        elif word.isdigit():
            made.append(LatexToken("number", word, span, True))
        elif not word[0].isalpha():
            made.append(LatexToken("sign", CHARACTERS.get(word, word), span, True))
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
    return first in CONDITIONAL_WORDS or first in _CHANGING
