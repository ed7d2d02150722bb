"""Superscripts and subscripts as they are written, before it is known what they mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from fractions import Fraction
from itertools import pairwise
from typing import Literal

from derivcheck.diagnostics.diagnostic import NotationError
from derivcheck.language.latex.cursor import RowCursor
from derivcheck.language.latex.elements import Element, Elements, is_closed
from derivcheck.language.notation.syntax import Expression, Name, Number, Slice, Span

BRACKETS = ("(", "[", "\\{")
COLONS = (":", "·", "*", "•", "⊙")
STARS = ("*", "•", "⊙", "⋆", "+", "-")
MAXIMAL_SCRIPTS = 4


@dataclass(frozen=True, slots=True, eq=False)
class Script:
    """A row that is raised or lowered; `transpose` marks are told apart at once. No two are the same one."""

    kind: Literal["sup", "sub", "transpose"]
    row: Elements
    span: Span

    @property
    def inner(self) -> Elements:
        """Its row, without the brackets that may stand around it."""
        return self.row[0].inside if self.is_bracketed else self.row

    @property
    def is_bracketed(self) -> bool:
        match self.row:
            case (Element("group") as group,):
                return group.text in BRACKETS and is_closed(group) and bool(group.inside)
            case _:
                return False

    @property
    def is_labelling(self) -> bool:
        """Whether its brackets say that it is a label, not an index: all but those of `x_{[i]}`."""
        return self.is_bracketed and (self.kind != "sub" or self.row[0].text != "[")

    @property
    def slots(self) -> list[Elements]:
        """The parts between commas."""
        return divided(self.inner)

    @property
    def is_star(self) -> bool:
        """Whether it is `*` or `+` and nothing else: another quantity, no index."""
        return len(self.row) == 1 and self.row[0].is_sign(*STARS)

    @property
    def is_letter_t(self) -> bool:
        """Whether it is the letter T: a transpose unless T is something else here."""
        return len(self.row) == 1 and is_letter_t(self.row[0])

    @property
    def is_entrywise_power(self) -> bool:
        """Whether it is `\\odot 2`, `\\circ -1`: a power of every entry."""
        return self.kind == "sup" and len(self.row) > 1 and self.row[0].is_sign("⊙")

    @property
    def name(self) -> str | None:
        """What it adds to a name, `W^{(2)}` and `W_{hh}`; None where it is not letters and digits."""
        return slot_text(self.inner)


class ScriptRole(Enum):
    """What a script is to its base: `W_h` is a name, `W_{hx}` two, `a^{(l)}` a label, `a_{l,t}` two, `x_i` an entry."""

    NAME = auto()
    SEVERAL_NAMES = auto()
    LABEL = auto()
    SEVERAL_LABELS = auto()
    INDEX = auto()
    POWER = auto()
    ENTRYWISE_POWER = auto()
    TRANSPOSE = auto()
    INVERSE_TRANSPOSE = auto()


BELOW = (
    ScriptRole.NAME,
    ScriptRole.SEVERAL_NAMES,
    ScriptRole.LABEL,
    ScriptRole.SEVERAL_LABELS,
    ScriptRole.INDEX,
)

ROLES = {"sub": BELOW, "sup": (*BELOW, ScriptRole.POWER), "transpose": (ScriptRole.TRANSPOSE,)}


@dataclass
class Scripted:
    """A base with its scripts, and what was wrong with the readings that do not hold."""

    reader: RowCursor
    base: Element
    scripts: Sequence[Script]
    span: Span
    problems: list[NotationError] = field(default_factory=list)
    exponents: dict[Script, Expression | None] = field(default_factory=dict)

    def exponent(self, script: Script) -> Expression | None:
        """The scalar that a superscript is as an exponent."""
        if script not in self.exponents:
            tree = self.tensor(script)
            if tree is not None:
                shape = self.reader.context.types(tree)
                tree = tree if shape is not None and shape.is_scalar else None
            self.exponents[script] = tree
        return self.exponents[script]

    def tensor(self, script: Script) -> Expression | None:
        """What a script is as an expression."""
        inner = self.reader.part(script.row, script.span)
        inner.letters = False
        try:
            return inner.whole()
        except NotationError as problem:
            self.problems.append(problem)
            return None


def take_scripts(reader: RowCursor) -> tuple[list[Script], int]:
    """(the scripts that follow, the number of primes among them)."""
    found: list[Script] = []
    primes = 0
    while True:
        if reader.accept("'") is not None:
            primes += 1
        elif reader.at_script() and len(found) < MAXIMAL_SCRIPTS:
            found += _split(reader, script_of(reader.advance()))
        else:
            return found, primes


def script_of(element: Element) -> Script:
    """The script that an element is."""
    return Script("sup" if element.text == "^" else "sub", element.inside, element.span)


def _split(reader: RowCursor, script: Script) -> list[Script]:
    """`^{l\\top}` is a label and a transpose."""
    row = script.row
    if script.kind == "sub" or not row:
        return [script]
    last = row[-1]
    if (is_transpose(last) and len(row) == 1) or _is_abbreviated(reader, row):
        return [replace(script, kind="transpose")]
    comma = len(row) > 1 and row[-2].is_sign(",")
    if is_letter_t(last) and not is_transpose(last) and comma and _may_index(reader, last):
        return [script]  # in `h^{i,T}` it may be the last index
    marked = len(row) > 1 + comma and (is_letter_t(last) or is_transpose(last))
    if marked and not row[-2].is_sign("+", "-", "/"):
        return [replace(script, row=row[: -1 - comma]), Script("transpose", row[-1:], script.span)]
    return [script]


def _is_abbreviated(reader: RowCursor, row: Elements) -> bool:
    """Whether it is `Tr` or `tr` and no index of the formula: `A_{ij}^{Tr}` is an entry of the transpose."""
    spelled = [one.text for one in row if one.kind in ("letter", "word")]
    bound = any(one.text in reader.context.bound for one in row)
    return len(spelled) == len(row) and "".join(spelled) in ("Tr", "tr") and not bound


def _may_index(reader: RowCursor, letter: Element) -> bool:
    context = reader.context
    return context.names.declares(letter) or "T" in context.bound or "T" in context.labels.given


def is_letter_t(element: Element) -> bool:
    return element.kind == "letter" and element.text == "T" and not element.accent


def is_transpose(element: Element) -> bool:
    """An unmistakable mark: \\top, \\intercal, an upright T."""
    return element.is_sign("⊤") or (element.kind == "letter" and element.text == "T" and element.font == "roman")


def is_inverse_transpose(reader: RowCursor, script: Script) -> bool:
    """Whether a superscript is `-\\top`, or `-T` where T is nothing else."""
    if script.kind != "sup" or len(script.row) != 2 or not script.row[0].is_sign("-"):
        return False
    mark = script.row[1]
    return is_transpose(mark) or (is_letter_t(mark) and not reader.context.names.declares(mark))


def divided(row: Elements, *signs: str) -> list[Elements]:
    """The parts of a row between its commas, or between other signs."""
    cuts = [place for place, element in enumerate(row) if element.is_sign(*(signs or ","))]
    return [row[start + 1 : stop] for start, stop in pairwise([-1, *cuts, len(row)])]


def atoms(slot: Elements) -> list[Elements] | None:
    """Letters and numbers that run together, each on its own: `ij`, `1j`, `i_1 j`; None for anything else."""
    found: list[Elements] = []
    for element in slot:
        if element.kind == "script" and element.text == "_" and found and len(found[-1]) == 1:
            found[-1] = (*found[-1], element)
        elif (
            element.kind == "letter"
            or element.is_sign(*COLONS)
            or (element.kind == "number" and element.text.isdigit())
        ):
            found.append((element,))
        else:
            return None
    return found


def slot_tree(reader: RowCursor, slot: Elements, here: Span) -> Expression | Slice:
    """An index or a label: a letter, a number, `:`, or an expression of letters. Raises NotationError."""
    match slot:
        case (Element("sign") as sign,) if sign.text in COLONS:
            return Slice(sign.span)
        case (Element("letter", accent="") as letter,):
            return Name(letter.text, letter.span)
    first, *behind = divided(slot, ":")
    if not behind:
        return _index(reader, slot, here)
    colon = slot[len(first)].span
    ends = [_index(reader, part, colon) if part else None for part in (first, slot[len(first) + 1 :])]
    return Slice(colon, *ends)


def _index(reader: RowCursor, row: Elements, here: Span) -> Expression:
    inner = reader.part(row, here)
    inner.letters = True
    return inner.whole()


def indices(reader: RowCursor, slots: list[Elements], count: int, here: Span) -> list[Expression | Slice] | None:
    """The indices that the slots of some scripts give to a tensor of `count` axes, None where they are not so many."""
    if len(slots) != count:
        numbers = _digits(slots)
        if numbers is not None and len(numbers) == count:
            return numbers
        slots = [atom for slot in slots for atom in atoms(slot) or [slot]]
    found = [index_at(reader, slot, here) for slot in slots] if len(slots) == count else [None]
    return None if None in found else [one for one in found if one is not None]


def _digits(slots: list[Elements]) -> list[Expression | Slice] | None:
    """`W_{12}` of a matrix is its entry 1, 2."""
    found: list[Expression | Slice] = []
    for slot in slots:
        if len(slot) != 1 or slot[0].kind != "number" or not slot[0].text.isdigit():
            return None
        found += [Number(Fraction(int(digit)), slot[0].span) for digit in slot[0].text]
    return found


def slot_text(slot: Elements, *, digits: bool = False) -> str | None:
    """The letters and digits of a slot as part of a name, None where there is anything else."""
    if digits and any(element.kind != "number" for element in slot):
        return None
    text = ""
    for element in slot:
        if element.kind not in ("letter", "number", "word", "function") or element.accent or "." in element.text:
            return None
        text += element.text.replace("_", "")
    return text or None


def index_at(reader: RowCursor, slot: Elements, here: Span) -> Expression | Slice | None:
    """The index or label that a slot is; None where it is none."""
    try:
        return slot_tree(reader, slot, here)
    except NotationError:
        return None


def tree_at(reader: RowCursor, row: Elements, here: Span) -> Expression | None:
    """The expression that a row is where no letter is an index by itself; None where it is none."""
    inner = reader.part(row, here)
    inner.letters = False
    try:
        return inner.whole()
    except NotationError:
        return None


def dimension_at(reader: RowCursor, row: Elements, here: Span) -> Expression | None:
    """The declared dimension or number that a row names, as a tree; None where it names none."""
    tree = tree_at(reader, row, here)
    return tree if tree is not None and reader.context.types.dimension(tree) is not None else None
