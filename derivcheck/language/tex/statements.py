"""The statements of a formula: a chain `A = B = C` over several rows, remarks between them, several equations."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from derivcheck.diagnostics.diagnostic import NotationError
from derivcheck.language.notation.relations import NAMES, UNREAD_SIGNS
from derivcheck.language.notation.syntax import Span
from derivcheck.language.tex.brackets import paired
from derivcheck.language.tex.frames import unframed, without_breaks
from derivcheck.language.tex.marks import JOINING, is_half, is_keyword, is_letter, is_relation, is_sign, seen
from derivcheck.language.tex.nodes import (
    WIDE,
    Break,
    Broken,
    Group,
    Node,
    Numeral,
    Prose,
    Row,
    Scripts,
    Space,
    Symbol,
)
from derivcheck.language.tex.words import is_conditional, is_leading, is_reason

__all__ = ["Chain", "chains", "is_relation", "is_sign", "seen"]

IMPLYING = frozenset("⇒⇔∴")
BECAUSE = "∵"
ORDERS = frozenset({"<", "<=", ">", ">=", "!="})
_LAST_LETTER = re.compile(r"(.*\S)[\s,;:]+([A-Za-z])", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Chain:
    """One statement as a row of nodes; `remark` says that it stands inside a remark in words.

    What `follows` stands behind an arrow: it is said to hold under the statement before it.
    """

    row: Row
    remark: bool = False
    follows: bool = False

    @property
    def span(self) -> Span:
        """Where it stands, without the words in front of it."""
        nodes = seen(self.row)
        first = next((node for node in nodes if not isinstance(node, Prose) and not is_keyword(node)), nodes[0])
        return Span(first.span.start, max(node.span.stop for node in nodes))

    @property
    def problem(self) -> NotationError | None:
        """Why it cannot be read, where a part of it is broken."""
        return next((node.problem for node in self.row if isinstance(node, Broken)), None)


def chains(row: Row) -> list[Chain]:
    """The statements of a formula, in order of their beginnings. Raises NotationError (DC176)."""
    pieces: list[tuple[list[Node], bool, bool]] = []
    main = -1
    for line in _unbracketed(_lines(_named_in_words(unframed(row)))):
        line = _led(line)
        first = seen(line)[0]
        remark = (isinstance(first, Prose) or is_sign(first, BECAUSE)) and not _leads(line)
        if not _holds_formula(line):
            if pieces and any(isinstance(node, Prose) and is_conditional(node.text) for node in line):
                pieces[-1][0].extend(line)
            continue
        for number, part in enumerate(piece for whole in _parts(line) for piece in _memberships(whole)):
            if number == 0 and not remark and main >= 0 and _continues(part, pieces[main][0]):
                _join(pieces[main][0], part)
                continue
            reason = is_sign(part[0], BECAUSE)
            behind = _trimmed(part[1:]) if reason or is_sign(part[0], *IMPLYING) else ()
            follows = bool(pieces) and _relates(behind) and not reason
            bare = behind if follows or (is_sign(part[0], "∴", BECAUSE) and behind) else part
            pieces.append((list(bare), remark or reason, follows))
            if not remark and not reason and (main < 0 or not _after_keyword(part)):
                main = len(pieces) - 1
    return [Chain(paired(without_breaks(found)), remark, follows) for found, remark, follows in pieces]


# --- lines ----------------------------------------------------------------------------------------


def _lines(row: Row) -> list[Row]:
    lines: list[list[Node]] = [[]]
    for node in row:
        if isinstance(node, Break):
            lines.append([])
        else:
            lines[-1].append(node)
    return [line for line in map(_trimmed, lines) if line]


def _unbracketed(lines: Iterable[Row]) -> Iterator[Row]:
    """`\\left[ a = b \\right]`: brackets around a whole line with a relation in it say nothing."""
    for line in lines:
        match seen(line):
            case [Group(opener=Symbol(text="(" | "["), body=body)] if any(map(is_relation, body)):
                yield from _unbracketed(_lines(body))
            case _:
                yield line


def _is_aside(node: Node) -> bool:
    """Whether a remark begins: in words that are no condition, or with the sign of a reason."""
    return is_sign(node, BECAUSE) or (isinstance(node, Prose) and not is_conditional(node.text))


def _led(line: Row) -> Row:
    """Without words and an arrow in front of a statement: `\\text{By (3)} \\Rightarrow a = b`."""
    first, *others = seen(line)
    if isinstance(first, Prose) and others and is_sign(others[0], *IMPLYING) and _relates(tuple(others[1:])):
        return _trimmed(line[line.index(others[0]) + 1 :])
    return line


def _leads(line: Row) -> bool:
    """Whether a line begins with words that lead to a statement of its own: `\\text{Then}`."""
    first, *others = seen(line)
    return isinstance(first, Prose) and is_leading(first.text) and _relates(tuple(others))


def _trimmed(line: Sequence[Node]) -> Row:
    """Without punctuation at its end, and without an `and` that joins it to the line above."""
    line = tuple(line)
    while line and (isinstance(line[0], Space) or is_keyword(line[0], "and")):
        line = line[1:]
    while line and (isinstance(line[-1], Space) or is_sign(line[-1], ",", ";", ".", ":")):
        line = line[:-1]
    return line


def _holds_formula(line: Row) -> bool:
    return any(not isinstance(node, Prose) and not is_keyword(node) for node in seen(line))


def _parts(line: Row) -> list[Row]:
    """A line is cut where both sides hold a relation of their own.

    It is cut at a comma, the word `and`, a remark, and wide space; and at an arrow, which what follows keeps.
    """
    parts: list[Row] = []
    start = 0
    line = _with_commas(line)
    for cut, node in enumerate(line):
        remark = _is_aside(node)
        if not (remark or is_sign(node, ",", ";", *IMPLYING) or is_keyword(node, "and") or _is_wide(line, cut)):
            continue
        if any(is_sign(one, "…") for one in (*seen(line[:cut])[-1:], *seen(line[cut + 1 :])[:1])):
            continue  # of a listing
        before, after = line[start:cut], line[cut + 1 :]
        arrow = is_sign(node, *IMPLYING)
        reason = is_sign(node, BECAUSE)  # which no formula has within it
        if not (_relates(before) or (reason and before)) or not _relates(after) or _after_keyword(before):
            continue
        if arrow or reason or not _are_conditions(after):
            parts.append(_trimmed(before))
            start = cut if remark or arrow else cut + 1
    parts.append(_trimmed(_without_question(line[start:])))
    return [part for part in parts if part]


def _with_commas(line: Row) -> Row:
    """`a = b \\quad (i = j)`: wide space before a condition is as good as a comma, and its brackets say nothing."""
    for cut, node in enumerate(line):
        before, after = line[:cut], _unwrapped(line[cut + 1 :])
        if not (is_sign(node, ",", ";") or _is_wide(line, cut)) or not _relates(before) or _after_keyword(before):
            continue
        last = seen(before)[-1]
        if _are_conditions(after) and not (isinstance(last, Prose) or is_keyword(last) or is_sign(last, ",", ";")):
            comma = Symbol("sign", ",", node.span) if isinstance(node, Space) else node
            return (*before, comma, *_with_commas(after))
    return line


def _are_conditions(line: Row) -> bool:
    """Whether a line is a condition, or several between commas and wide spaces."""
    cuts = [place for place, node in enumerate(line) if is_sign(node, ",") or _is_joint(node) or _is_wide(line, place)]
    begins, ends = [0, *(cut + 1 for cut in cuts)], [*cuts, len(line)]
    parts = (line[begin:end] for begin, end in zip(begins, ends, strict=True))
    joined = any(map(_is_joint, line))  # what stands on both sides of an "or" is claimed by neither
    return _is_condition(line) or all(_is_condition(part, joined) for part in parts if seen(part))


def _is_joint(node: Node) -> bool:
    """Whether a node joins conditions."""
    return is_sign(node, "∧", "∨") or is_keyword(node, "or")


def _is_wide(line: Row, position: int) -> bool:
    """Whether wide space begins here: a `\\quad`, or several small ones."""
    if not isinstance(line[position], Space) or (position and isinstance(line[position - 1], Space)):
        return False
    if any(is_sign(node, *JOINING, "-") for node in (*seen(line[:position])[-1:], *seen(line[position:])[:1])):
        return False
    made = 0
    for node in line[position:]:
        if not isinstance(node, Space):
            return False
        made += node.made
        if node.wide or made >= WIDE:
            return True
    return False


def _without_question(line: Row) -> Row:
    """`a = f(x); \\text{ what is } b`: words behind a separator, and what they speak of, assert nothing.

    Nor does a reason, `\\text{ since } A \\text{ is square}`.
    """
    for position, node in enumerate(line):
        start = position if isinstance(node, Prose) and is_reason(node.text) else position + 1
        behind = seen(line[start:])
        if (start > position and not is_sign(node, ",", ";")) or not behind or not isinstance(behind[0], Prose):
            continue
        asks = not is_conditional(behind[0].text) and not _relates(line[start:])
        if asks and _relates(line[:position]):
            return line[:position]
    return line


def _memberships(part: Row) -> list[Row]:
    """`J = A \\in R^n` says two things: `J = A`, and `A \\in R^n`."""
    relation = -1
    for position, node in enumerate(part):
        if is_relation(node):
            relation = position
        elif is_keyword(node, "for"):
            break
        elif is_sign(node, "∈"):
            if relation >= 0 and seen(part[relation + 1 : position]):
                return [part[:position], part[relation + 1 :]]
            break
    return [part]


def _named_in_words(row: Row) -> Row:
    """`\\text{The Jacobian, J} = ...`: the letter that ends the words is the left side."""
    kept: list[Node] = []
    for position, node in enumerate(row):
        named = _LAST_LETTER.fullmatch(node.text) if isinstance(node, Prose) else None
        if named and is_sign(next(iter(seen(row[position + 1 :])), None), "="):
            kept += [Prose(named[1], node.span), Space(node.span), Symbol("letter", named[2], node.span, font="roman")]
        else:
            kept.append(node)
    return tuple(kept)


def _after_keyword(line: Sequence[Node]) -> bool:
    """Inside `if i = j, k = l` the comma joins conditions; nothing is a step that goes on from a condition."""
    return any(is_keyword(node, "if", "for") for node in line)


def _relates(line: Row) -> bool:
    nodes = seen(line)
    for position, node in enumerate(nodes):
        if is_keyword(node, "if", "for"):
            return False
        if is_sign(node, *NAMES, *UNREAD_SIGNS):
            return 0 < position < len(nodes) - 1
    return False


def _unwrapped(line: Row) -> Row:
    """`\\quad (i = j)`: a relation in brackets, with nothing behind it, is the condition that stands in them."""
    match seen(line):
        case [Group(opener=Symbol(text="(" | "["), body=body)] if _is_condition(body) or any(map(_is_joint, body)):
            return body
        case _:
            return line


def _is_condition(line: Row, joined: bool = False) -> bool:
    """`i \\ne j`, `i = 1, ..., n`, `x_i > 0`: bare letters and numbers with relations between them.

    That a letter is one number is a condition where it is `joined` to another.
    """
    nodes = seen(line)
    if _is_ordered(nodes):
        return True
    if len(nodes) < 3 or not is_letter(nodes[0]) or not is_relation(nodes[1]):
        return False
    if is_letter(nodes[2]):
        return len(nodes) == 3 or is_sign(nodes[3], ",", "=", "!=")
    return isinstance(nodes[2], Numeral) and (is_sign(nodes[3], ",") if len(nodes) > 3 else joined)


def _is_ordered(nodes: Sequence[Node]) -> bool:
    """`x_i > 0`, `0 < s < 1`: nothing is claimed by an order of letters and numbers behind an equation."""
    sides: list[list[Node]] = [[]]
    for node in nodes:
        if is_sign(node, *ORDERS):
            sides.append([])
        elif not is_sign(node, "-"):
            sides[-1].append(node)
    plain = all(len(side) == 1 and isinstance(_base(side[0]), Symbol | Numeral) for side in sides)
    return len(sides) > 1 and plain and not any(is_sign(side[0]) for side in sides)


def _base(node: Node) -> Node | None:
    return node.base if isinstance(node, Scripts) else node


def _continues(line: Row, before: Sequence[Node]) -> bool:
    """Whether a line goes on with the chain above it."""
    first, last = seen(line)[0], seen(before)[-1]
    if isinstance(first, Broken):
        return first.joined or is_sign(last, *NAMES, *JOINING, "-")
    if is_sign(first, *NAMES, *UNREAD_SIGNS, *JOINING) or is_sign(last, *NAMES, *JOINING, "-"):
        return True
    if any(is_half(_base(node)) for node in seen(line)):
        return True  # it closes what the line above leaves open
    if isinstance(last, Broken) and not _relates(line):
        return True  # what has no relation of its own belongs to the row that could not be read
    return is_sign(first, "-") and not _relates(line)


def _join(before: list[Node], line: Row) -> None:
    first, last = line[0], seen(before)[-1]
    doubled = is_relation(last) and isinstance(first, Symbol) and isinstance(last, Symbol) and first.text == last.text
    before.append(Space(first.span))
    before.extend(line[1:] if doubled else line)
