"""What the words of a sentence say of the formula behind them: that it defines, that it chooses, that it restricts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from derivcheck.statements.document.passages import Found

FORMULA = "\ue001"
LONGEST = 400  # characters of a sentence before a formula
_OPENED = re.compile(r"(?:\$+|\\[(\[]|\$`|:math:`|`)[ \t\n]*$")
_TAKEN = re.compile(rf"(?:\$+|\\[(\[]|\$?`|:math:`)?\s*{FORMULA}+\s*(?:\$+|\\[)\]]|`(?::math:|\$)?)?")
_MARKS = re.compile(r"\\(?:emph|textbf|textit|text)\s*\{|[*{}>~]|\\(?:noindent|item)(?![A-Za-z])|<[^<>]*>")
_END = re.compile(
    r"[.!?](?=\s)|\n[ \t]*\n|\n[ \t]*(?:[-*+]|\d+[.)])[ \t]|\n#{1,6} |\\\\(?=\s)|\\(?:sub)*section\b[^\n]*\n"
)

_NEAR = r"[^$.;:]{0,40}?"  # a few words between a verb and what it speaks of
_LISTED = r"(?:\$\s*,?\s*(?:and|or)?\s*(?:also\s+)?(?:let\s+)?)*"  # `Set u = .. and v = ..`: the verb is that of both
_WORDS = {
    "defines": r"let|where|with|defin(?:e|es|ed|ing)|denot(?:e|es|ed|ing)|set|setting|put|putting|writ(?:e|ing)|call"
    r"|introduc(?:e|ing)|abbreviat(?:e|ing)|shorthand|notation|recall|using",
    "insists": r"let|suppos(?:e|ing)|assum(?:e|ing)|choos(?:e|ing)|tak(?:e|ing)|fix|we set|simplicity|ignoring"
    r"|neglecting",
    "chooses": r"let|set|setting|put|choos(?:e|ing)|chose|tak(?:e|ing)|pick(?:ing)?|assum(?:e|ing)|suppos(?:e|ing)|fix"
    r"|with|ignoring|neglecting|for|if|when|whenever|at|where|given|case|provided|since|as|because|initiali[sz](?:e|ing)"
    r"|substitut(?:e|ing)",
}
_SAYING = {
    name: re.compile(rf"\b(?:{words})\b{_NEAR}{_LISTED}\s*\(?\s*$", re.IGNORECASE) for name, words in _WORDS.items()
}
_NEGATING = re.compile(
    r"\b(?:unlike|except|not|instead of|rather than|unless|contrary|but for)\b[^$]{0,40}$", re.IGNORECASE
)
_STATIONARY = re.compile(
    r"\b(?:gradients?|derivatives?|it|this)\b[^$]{0,25}\b(?:to|equals?|is|be)\b[^$]{0,10}\b(?:zero|0)\b"
    r"|\b(?:gradients?|derivatives?)\b[^$]{0,25}\bvanish"
    r"|\bat (?:the|an|its|a) (?:\w+ )?(?:optimum|minim\w+|maxim\w+|stationary point|solution)\b|\bnormal equations?\b"
    r"|\bfirst[- ]order condition|\boptimality condition",
    re.IGNORECASE,
)
_FEW = r"(?:(?!\band\b|\bbut\b|,)[^$]){0,30}"
_PLAIN_CONDITION = re.compile(
    rf"^\W*(?:(?:so|but|now|then|thus|hence)\s+)?(?:if|when|whenever|for|in the case){_FEW}\$\W*{_FEW}$", re.IGNORECASE
)

_SCALARS = re.compile(
    r"\b(?:scalar|one[- ]dimensional|1-?d|univariate|single[- ]variable) (?:case|setting)\b"
    r"|\bin one dimension\b|\bfor (?:a scalar|scalars)\b",
    re.IGNORECASE,
)
_REPEATED = re.compile(
    r"\bEinstein(?:'s)?\b[^$.;]{0,30}\b(?:convention|notation|summation)\b"
    r"|\brepeated (?:indices|indexes|index|subscripts?)\b[^$.;]{0,40}\bsum(?:s|med|mation)?\b"
    r"|\bsum(?:s|med|ming|mation)?\b[^$.;]{0,30}\brepeated (?:indices|indexes|index|subscripts?)\b",
    re.IGNORECASE,
)
_DENYING = re.compile(r"\b(?:no|not|without|never|unlike|instead of|n't|avoid\w*)\b[^$.;]{0,30}$", re.IGNORECASE)
_IN_THAT_CASE = re.compile(r"^\W*(?:so |and |but |then |here )?(?:in (?:that|this) case|then)\b", re.IGNORECASE)


def leads(found: Sequence[Found], text: str) -> Iterator[str]:
    """The words of its sentence before each formula, other formulas as `$`; a display goes on with the sentence."""
    covered = list(text)
    for begin, end, _ in found:
        covered[begin:end] = FORMULA * (end - begin)
    hidden = "".join(covered)
    for begin, _, _ in found:
        above = _OPENED.sub("", hidden[max(0, begin - LONGEST) : begin]).rstrip()
        ends = [match.end() for match in _END.finditer(above + " ")]
        above = above[ends[-1] if ends and ends[-1] <= len(above) else 0 :]
        yield " ".join(_MARKS.sub(" ", _TAKEN.sub(" $ ", above)).split())


def says_defined(lead: str) -> bool:
    """`let`, `where`, `Set u = .. and`: a formula behind these words says what its left side means."""
    return _SAYING["defines"].search(lead) is not None


def insists(lead: str) -> bool:
    """`Assume that`, `Let`: what a formula behind these words says, holds in the sentences behind it too."""
    return _SAYING["insists"].search(lead) is not None


def chooses(lead: str) -> bool:
    """`choosing`, `suppose`, `when`: a formula behind these words is none that holds of everything."""
    return _SAYING["chooses"].search(lead) is not None


def negates(lead: str) -> bool:
    """`unlike the case`: a formula behind these words is no condition of what follows."""
    return _NEGATING.search(lead) is not None


def is_stationary_point(lead: str) -> bool:
    """`Setting the gradient to zero gives`: what follows holds at a point."""
    return _STATIONARY.search(lead) is not None


def is_plain_condition(lead: str) -> bool:
    """`If y = 1, the loss is`: nothing but a formula restricts what follows."""
    return _PLAIN_CONDITION.search(lead) is not None


def refers_to_case(lead: str) -> bool:
    """`In that case, it is`: what was restricted in the sentence before holds in this one too."""
    return _IN_THAT_CASE.search(lead) is not None


def is_of_scalars(lead: str) -> bool:
    """`In the scalar case this is`: what follows is said of scalars, whatever the spec has."""
    return _SCALARS.search(lead) is not None


def summing(text: str) -> str:
    """`With repeated indices summed`: the words of a text that say so; empty where none do, or deny it."""
    for match in _REPEATED.finditer(text):
        if not _DENYING.search(text, max(0, match.start() - LONGEST), match.start()):
            return match[0]
    return ""
