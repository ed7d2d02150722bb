"""What looks like a formula and was not found as one: it is counted as unread, with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator

from derivcheck.language.notation.relations import RELATIONS, pattern
from derivcheck.language.tex.commands import COMMANDS, CommandKind, is_kind
from derivcheck.statements.document.passages import Found, Passage
from derivcheck.statements.document.sheets import Sheet, Span, masked

FOUND = "\ue000"  # what the formulas that were found are masked by
PLAIN = re.compile(r"(?<![\w\\/.?&=\"'<-])[A-Za-z](?:[_^][A-Za-z0-9]+)?′?[ \t]*=[ \t]*[\w(\[−∑∂√+-][^\s=<>\"\ue000]*")
MACRO = re.compile(r"\\([A-Za-z]+)")
# What is less or greater stands in prose and in markup too.
RELATION = re.compile(pattern((one for one in RELATIONS if one.plain not in ("<", ">")), "simeq"))
SCRIPT = re.compile(r"(?<=[\w})])[_^](?=[\w{\\])")
_READ = (
    CommandKind.LETTER,
    CommandKind.FUNCTION,
    CommandKind.FRACTION,
    CommandKind.ROOT,
    CommandKind.ACCENT,
    CommandKind.FONT,
    CommandKind.SIGN,
    CommandKind.QUANTIFIER,
)
MATHEMATICAL = frozenset(
    {name for name in COMMANDS if is_kind(name, *_READ) and name.isalpha()} - {"textbf"}
    | {"operatorname", "mathrm", "int", "lim", "left", "right"}
)
_GROUP = r"\{(?:[^{}]|\{[^{}]*\})*\}"
# Macros of LaTeX whose arguments are names and lengths, not text, and options in brackets.
NAMES = re.compile(
    rf"\\(?:label|(?:page|eq|auto|name|[cC])?ref|[A-Za-z]*cite[A-Za-z]*|url|path|includegraphics|input|include"
    rf"|bibliography(?:style)?|usepackage|hypersetup|lstset|definecolor|colorlet|setlength|addtolength|[hv]space"
    rf"|texttt|tikzset|pgfplotsset|usetikzlibrary|setcounter|captionsetup|pgfmathsetmacro)\*?\s*(?:\[[^\]]*\]\s*)?{_GROUP}"
    rf"|\\href\s*\{{[^{{}}]*\}}|(?<=[A-Za-z*}}])\[[^\[\]$\ue000]*=[^\[\]$\ue000]*\]"
)
BREAKS = re.compile(
    r"\n[ \t>]*\n|\ue000[\ue000\s]*|\\(?:begin|end)\s*\{[^{}]*\}|\\item(?![A-Za-z])"
    r"|\\(?:(?:sub)*section|(?:sub)?paragraph|chapter|caption|footnote|title)(?![A-Za-z])"
)
DOLLAR = re.compile(r"(?<!\\)(?:\\\\)*(\$)(?!\$)(?<!\$\$)")
PRICE = re.compile(r"\d")
LONGEST = 400
SHOWN = 60


def leftovers(text: str, whole: Sheet, start: int, marked: bool) -> Iterator[Found]:
    """Formulas that stand in `text`, from `start` on, which is without those that were found, and without code.

    In LaTeX (`marked`) a macro is no sign of a formula, a mathematical one is.
    """
    if marked:
        text = NAMES.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)
    taken: list[Span] = []
    begin, above = start, ""
    for found in [*BREAKS.finditer(text, start), None]:
        stop = found.start() if found is not None else len(text)
        inside = _formula(text, begin, stop, marked)
        if inside is not None:
            taken.append(inside)
            yield (*inside, Passage("inline", whole.at(*inside), "", f"a formula outside of mathematics{above}"))
        if found is not None:
            begin = found.end()
            name = re.match(r"\\begin\s*\{([^{}]*)\}", found[0])
            above = f", in `{name[1]}`" if name and name[1] != "document" else ""
    text = masked(text, taken, FOUND)
    for match in () if marked else PLAIN.finditer(text, start):
        taken.append(match.span())
        yield (*match.span(), Passage("inline", whole.at(*match.span()), "", "plain text, not LaTeX"))
    text = masked(text, taken, FOUND)
    for match in DOLLAR.finditer(text, start):
        first = match.start(1)
        if not PRICE.match(text, first + 1):
            last = min(whole.line_end(first), first + SHOWN)
            yield (first, first + 1, Passage("inline", whole.at(first, last), "", "`$` without its partner"))


def _formula(text: str, begin: int, stop: int, marked: bool) -> tuple[int, int] | None:
    """From the first to the last sign of a formula between two offsets, if a relation is among them."""
    relations = [match.span() for match in RELATION.finditer(text, begin, stop)]
    if not relations:
        return None
    signs = [
        match.span()
        for match in MACRO.finditer(text, begin, stop)
        if (match[1] in MATHEMATICAL if marked else True) and not RELATION.fullmatch(match[0])
    ]
    if marked:
        signs += [match.span() for match in SCRIPT.finditer(text, begin, stop)]
    signs += [span for span in relations if text[span[0]] == "\\"]
    if not signs:
        return None
    # What stands near a relation: a macro far above in a paragraph is none of its formula.
    lines = {text.count("\n", begin, first) for first, _ in relations}
    near = [span for span in signs if not lines.isdisjoint(range(-2 + (k := text.count("\n", begin, span[0])), k + 3))]
    if not near:
        return None
    first = min(span[0] for span in (*near, *relations))
    last = max(span[1] for span in (*near, *relations))
    first -= len(text[begin:first]) - len(re.sub(r"[^\s]+[ \t]*$", "", text[begin:first]))
    line_end = text.find("\n", last, stop)
    last = min(stop if line_end < 0 else line_end, first + LONGEST)
    return (first, max(last, first + 1)) if text[first:last].strip() else None
