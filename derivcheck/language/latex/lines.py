"""The lines of a formula: one chain `A = B = C` over several lines, remarks between them, several equations."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from derivcheck.language.latex.decorations import plain_tokens
from derivcheck.language.latex.tokens import LatexToken
from derivcheck.language.latex.words import is_conditional
from derivcheck.language.notation.relations import NAMES, UNREAD_SIGNS
from derivcheck.language.notation.syntax import Span
from derivcheck.language.tex.commands import Layout, layout_of
from derivcheck.language.tex.errors import fail

JOINING = frozenset({"+", "·", "×", "*", "⊙", "⊗", "/"})
OPENERS = {"(": ")", "[": "]", "\\{": "\\}", "{": "}", "⟨": "⟩"}
CLOSERS = frozenset(OPENERS.values())
_LAST_LETTER = re.compile(r"(.*\S)[\s,;:]+([A-Za-z])", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Chain:
    """The tokens of one chain; `remark` says that it stands inside a remark in words."""

    tokens: tuple[LatexToken, ...]
    remark: bool = False

    @property
    def span(self) -> Span:
        """Where it stands, without the words in front of it."""
        first = next((token for token in self.tokens if token.kind not in ("prose", "keyword")), self.tokens[0])
        return Span(first.span.start, max(token.span.stop for token in self.tokens))


def chains(text: str, known: Mapping[str, str] | None = None) -> list[Chain]:
    """The chains of a formula, in order of their beginnings. Raises NotationError (DC100 to DC104, DC176)."""
    tokens = _without_frames(plain_tokens(text, known))
    pieces: list[tuple[list[LatexToken], bool]] = []
    main = -1
    for line in _unbracketed(_lines(_named_in_words(tokens))):
        remark = _is_remark(line)
        if not _holds_formula(line):
            if pieces and _binds(line):
                pieces[-1][0].extend(line)
            continue
        for number, part in enumerate(piece for whole in _parts(line) for piece in _memberships(whole)):
            continues = number == 0 and not remark and main >= 0 and _continues(part, pieces[main][0])
            if continues:
                _join(pieces[main][0], part)
                continue
            pieces.append((list(part), remark))
            if not remark and (main < 0 or not _after_keyword(part)):
                main = len(pieces) - 1
    return [Chain(tuple(found), remark) for found, remark in pieces]


# --- frames: aligned, array ---------------------------------------------------------------------


def _without_frames(tokens: Sequence[LatexToken]) -> list[LatexToken]:
    """Environments of lines disappear, with their `&`; those of matrices and cases stay."""
    partners = _partners(tokens)
    systems = [k for k, token in enumerate(tokens) if token.kind == "begin" and _is_system(tokens, k, partners)]
    framed = {k for k, token in enumerate(tokens) if token.kind == "begin" and _is_frame(tokens, k, partners)}
    framed.update(systems)
    ends = {partners[k] for k in framed}
    kept: list[LatexToken] = []
    inside = 0
    for position, token in enumerate(tokens):
        if position in framed or position in ends:
            if inside:
                fail("DC176", f"`{token.text}` inside a matrix", token.span, "lines of equations cannot stand here")
            continue
        inside += (token.kind == "begin") - (token.kind == "finish")
        if token.kind == "sign" and token.text == "&" and not inside:
            apart = any(k < position < partners[k] for k in systems) and _stand_apart(tokens, position)
            kept += [replace(token, text=",")] if apart else []
            continue
        kept.append(token)
    return kept


def _partners(tokens: Sequence[LatexToken]) -> dict[int, int]:
    found: dict[int, int] = {}
    open_: list[int] = []
    for position, token in enumerate(tokens):
        if token.kind == "begin":
            open_.append(position)
        elif token.kind == "finish":
            if not open_:
                fail("DC103", f"`\\end{{{token.text}}}` closes nothing", token.span, "no environment is open here")
            opener = tokens[open_[-1]]
            if opener.text not in (token.text, "cases"):
                fail(
                    "DC103",
                    f"`{opener.text}` is closed by `{token.text}`",
                    opener.span,
                    "opened here",
                    f"\\end{{{opener.text}}}",
                )
            found[open_.pop()] = position
    if open_:
        opener = tokens[open_[-1]]
        fail(
            "DC103",
            f"`\\begin{{{opener.text}}}` is never closed",
            opener.span,
            "opened here",
            f"\\end{{{opener.text}}}",
        )
    return found


def _is_frame(tokens: Sequence[LatexToken], position: int, partners: Mapping[int, int]) -> bool:
    """Whether an environment holds lines of equations: by its name, or because relations stand in it."""
    if layout_of(tokens[position].text) is Layout.LINES:
        return True
    if tokens[position].text not in ("array", "matrix"):
        return False
    place, depth = position + 1, 0
    while place < partners[position]:
        token = tokens[place]
        if token.kind == "begin":
            place = partners[place]
        elif token.kind == "sign":
            depth += (token.text in OPENERS) - (token.text in CLOSERS)
            if not depth and token.text in NAMES:
                return True
        place += 1
    return False


def _is_system(tokens: Sequence[LatexToken], position: int, partners: Mapping[int, int]) -> bool:
    """Whether a brace holds equations, not the cases of one side: it stands alone, and its first row relates."""
    if layout_of(tokens[position].text) is not Layout.CASES:
        return False
    before, behind = tokens[position - 1 : position], tokens[partners[position] + 1 :]
    alone = not before or before[0].kind in ("begin", "prose") or before[0].text in ("\\\\", "&")
    while behind and behind[0].kind == "sign" and behind[0].text in (",", ".", ";"):
        behind = behind[1:]
    if not alone or (behind and behind[0].kind not in ("finish", "prose") and behind[0].text != "\\\\"):
        return False
    depth = 0
    for place in range(position + 1, partners[position]):
        token = tokens[place]
        if token.kind != "sign":
            continue
        depth += (token.text in OPENERS) - (token.text in CLOSERS)
        if depth == 0 and token.text in NAMES:
            return place > position + 1
        if depth == 0 and token.text == "&":
            following = tokens[place + 1]
            return following.kind == "sign" and following.text in NAMES
    return False


def _stand_apart(tokens: Sequence[LatexToken], position: int) -> bool:
    """Whether a `&` parts an equation from what is said of it, and nothing else does."""
    before, behind = tokens[position - 1], tokens[position + 1]
    return not (
        before.kind in ("begin", "keyword", "prose")
        or behind.kind in ("finish", "keyword", "prose")
        or (before.kind == "sign" and before.text in NAMES | JOINING | {",", ";", "\\\\", "&", "-"})
        or (behind.kind == "sign" and behind.text in NAMES | JOINING | {"\\\\", "&", "-"})
    )


# --- lines --------------------------------------------------------------------------------------


def _lines(tokens: Sequence[LatexToken]) -> list[list[LatexToken]]:
    lines: list[list[LatexToken]] = [[]]
    depth = inside = 0
    for token in tokens:
        inside += (token.kind == "begin") - (token.kind == "finish")
        if token.kind == "sign" and not inside:
            if token.text == "\\\\":
                if depth <= 0:
                    lines.append([])
                    depth = 0
                continue
            depth += (token.text in OPENERS) - (token.text in CLOSERS)
        lines[-1].append(token)
    return [line for line in (_trimmed(line) for line in lines) if line]


def _unbracketed(lines: Sequence[list[LatexToken]]) -> list[list[LatexToken]]:
    """`\\left[ a = b \\right]`: brackets around a whole line with a relation in it say nothing."""
    found: list[list[LatexToken]] = []
    for line in lines:
        depth = 0
        closed = related = False
        for token in line[:-1]:
            if token.kind == "sign":
                depth += (token.text in OPENERS) - (token.text in CLOSERS)
                related = related or (depth == 1 and token.text in NAMES)
            closed = closed or depth <= 0
        ends = (line[0].text, line[-1].text) if line[0].kind == line[-1].kind == "sign" else ()
        if ends in (("(", ")"), ("[", "]")) and related and not closed:
            found += _unbracketed(_lines(line[1:-1]))
        else:
            found.append(line)
    return found


def _trimmed(line: list[LatexToken]) -> list[LatexToken]:
    """Without punctuation at its end, and without an `and` or `\\therefore` that joins it to the line above."""
    while line and ((line[0].kind, line[0].text) in (("keyword", "and"), ("sign", "∴"))):
        line = line[1:]
    while line and line[-1].kind == "sign" and line[-1].text in (",", ";", ".", ":"):
        line = line[:-1]
    return line


def _is_remark(line: Sequence[LatexToken]) -> bool:
    return line[0].kind == "prose"


def _holds_formula(line: Sequence[LatexToken]) -> bool:
    return any(token.kind not in ("prose", "keyword") for token in line)


def _binds(line: Sequence[LatexToken]) -> bool:
    """Whether words without a formula restrict what stands above: they are kept, to be refused there."""
    return any(token.kind == "prose" and is_conditional(token) for token in line)


def _parts(line: list[LatexToken]) -> list[list[LatexToken]]:
    """A line is cut at `, \\quad` and at the word `and` where both sides hold a relation of their own."""
    cuts: list[int] = []
    depth = inside = 0
    for position, token in enumerate(line):
        inside += (token.kind == "begin") - (token.kind == "finish")
        if token.kind == "sign":
            depth += (token.text in OPENERS) - (token.text in CLOSERS)
        if depth > 0 or inside:
            continue
        remark = token.kind == "prose" and not is_conditional(token)
        separates = (token.kind == "sign" and token.text in (",", ";")) or remark
        if separates or (token.kind == "keyword" and token.text == "and"):
            cuts.append(position)
    parts: list[list[LatexToken]] = []
    start = 0
    for cut in cuts:
        before, after = line[start:cut], line[cut + 1 :]
        if _relates(before) and _relates(after) and not _is_condition(after) and not _after_keyword(before):
            parts.append(_trimmed(before))
            start = cut + 1 if line[cut].kind != "prose" else cut
    parts.append(_without_question(line[start:]))
    return [part for part in parts if part]


def _without_question(line: list[LatexToken]) -> list[LatexToken]:
    """`a = f(x); \\text{ what is } b`: words behind a separator, and what they speak of, assert nothing."""
    for position, token in enumerate(line[:-1]):
        words = line[position + 1]
        separates = token.kind == "sign" and token.text in (",", ";")
        if not separates or words.kind != "prose" or is_conditional(words):
            continue
        if _relates(line[:position]) and not _relates(line[position + 1 :]):
            return line[:position]
    return line


def _memberships(part: list[LatexToken]) -> list[list[LatexToken]]:
    """`J = A \\in R^n` says two things: `J = A`, and `A \\in R^n`."""
    depth = inside = 0
    relation = -1
    for position, token in enumerate(part):
        inside += (token.kind == "begin") - (token.kind == "finish")
        if token.kind != "sign" or inside:
            continue
        depth += (token.text in OPENERS) - (token.text in CLOSERS)
        if depth == 0 and token.text in NAMES:
            relation = position
        elif depth == 0 and token.text == "∈":
            if 0 <= relation < position - 1:
                return [part[:position], part[relation + 1 :]]
            break
    return [part]


def _named_in_words(tokens: Sequence[LatexToken]) -> list[LatexToken]:
    """`\\text{The Jacobian, J} = ...`: the letter that ends the words is the left side."""
    kept: list[LatexToken] = []
    for token, following in zip_longest(tokens, tokens[1:]):
        named = _LAST_LETTER.fullmatch(token.text) if token.kind == "prose" else None
        if named and following is not None and following.kind == "sign" and following.text == "=":
            kept.append(replace(token, text=named[1]))
            kept.append(LatexToken("letter", named[2], token.span, True, "roman"))
        else:
            kept.append(token)
    return kept


def _after_keyword(tokens: Sequence[LatexToken]) -> bool:
    """Inside `if i = j, k = l` the comma joins conditions; nothing is a step that goes on from a condition."""
    return any(token.kind == "keyword" and token.text in ("if", "for") for token in tokens)


def _relates(tokens: Sequence[LatexToken]) -> bool:
    depth = inside = 0
    for position, token in enumerate(tokens):
        inside += (token.kind == "begin") - (token.kind == "finish")
        if token.kind == "keyword" and token.text in ("if", "for"):
            return False
        if token.kind != "sign" or inside:
            continue
        depth += (token.text in OPENERS) - (token.text in CLOSERS)
        if depth == 0 and token.text in NAMES | UNREAD_SIGNS:
            return 0 < position < len(tokens) - 1
    return False


def _is_condition(tokens: Sequence[LatexToken]) -> bool:
    """`i \\ne j`, `i = 1, ..., n`: bare letters and numbers with relations between them."""
    if len(tokens) < 3 or tokens[0].kind != "letter" or tokens[1].kind != "sign" or tokens[1].text not in NAMES:
        return False
    if tokens[2].kind == "letter":
        return len(tokens) == 3 or (tokens[3].kind == "sign" and tokens[3].text in (",", "=", "!="))
    return tokens[2].kind == "number" and len(tokens) > 3 and tokens[3].kind == "sign" and tokens[3].text == ","


def _continues(line: Sequence[LatexToken], before: Sequence[LatexToken]) -> bool:
    """Whether a line goes on with the chain above it."""
    first = line[0]
    if first.kind == "sign" and first.text in NAMES | UNREAD_SIGNS | JOINING:
        return True
    last = before[-1]
    if last.kind == "sign" and last.text in NAMES | JOINING | {"-"}:
        return True
    return first.kind == "sign" and first.text == "-" and not _relates(line)


def _join(before: list[LatexToken], line: Sequence[LatexToken]) -> None:
    doubled = before[-1].kind == "sign" and before[-1].text in NAMES and line[0].text == before[-1].text
    before.extend(line[1:] if doubled else line)
