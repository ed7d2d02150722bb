"""The relations between two sides: how each is spelled, and what becomes of a claim with it.

A new one is a member of `Relation` and a record of `RELATIONS`, or a record of `UNREAD_RELATIONS` where it is no
claim at all. Readers, printers and the judge take them from here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Literal

Relation = Literal["=", "!=", "<", "<=", ">", ">=", "≪", "≫", "≈", "∝"]


class Claimed(Enum):
    """What a claim with a relation says of its sides."""

    EQUAL = auto()
    DIFFERENT = auto()
    NEAR = auto()  # equal; sides that differ may be near enough
    PROPORTIONAL = auto()
    NOTHING = auto()  # that is judged


@dataclass(frozen=True, slots=True)
class RelationSign:
    """One relation: its `name` in a syntax tree, and how plain text, Unicode and LaTeX write it.

    `others` are further spellings in plain text or Unicode, `commands` those of LaTeX. `turned` is the
    relation with the sides exchanged, of those that may stand in a condition on letters and values.
    """

    name: Relation
    plain: str
    unicode: str
    latex: str
    commands: str
    claimed: Claimed
    others: str = ""
    turned: Relation | None = None
    reason: str = ""  # why a claim of nothing is undecided

    @property
    def characters(self) -> tuple[str, ...]:
        """The single characters that are read as it in a text."""
        return tuple(sign for sign in (self.unicode, *self.others.split()) if len(sign) == 1)


@dataclass(frozen=True, slots=True)
class UnreadSign:
    """A sign between two sides that makes no claim: why, and what to write instead."""

    sign: str
    commands: str
    reason: str
    instead: str


INEQUALITY = "inequalities are not judged"
NO_BOUND = "how much smaller is not said, and inequalities are not judged"
DEFINED = "equiv coloneqq coloneq triangleq doteq eqdef defeq eqqcolon eqcolon Coloneqq"
RELATIONS: tuple[RelationSign, ...] = (
    RelationSign("=", "=", "=", "=", DEFINED, Claimed.EQUAL, others=":= ≡ ≔", turned="="),
    RelationSign("!=", "!=", "≠", r"\ne", "ne neq", Claimed.DIFFERENT, turned="!="),
    RelationSign("<", "<", "<", "<", "lt", Claimed.NOTHING, turned=">", reason=INEQUALITY),
    RelationSign("<=", "<=", "≤", r"\le", "le leq leqslant", Claimed.NOTHING, turned=">=", reason=INEQUALITY),
    RelationSign(">", ">", ">", ">", "gt", Claimed.NOTHING, turned="<", reason=INEQUALITY),
    RelationSign(">=", ">=", "≥", r"\ge", "ge geq geqslant", Claimed.NOTHING, turned="<=", reason=INEQUALITY),
    RelationSign("≪", "<<", "≪", r"\ll", "ll lll", Claimed.NOTHING, others="⋘", reason=NO_BOUND),
    RelationSign("≫", ">>", "≫", r"\gg", "gg ggg", Claimed.NOTHING, others="⋙", reason=NO_BOUND),
    RelationSign("≈", "~=", "≈", r"\approx", "approx", Claimed.NEAR),
    RelationSign("∝", "~", "∝", r"\propto", "propto", Claimed.PROPORTIONAL),
)
UNREAD_RELATIONS: tuple[UnreadSign, ...] = (
    UnreadSign("≃", "simeq", "an approximate equality is not judged", "="),
    UnreadSign("∼", "sim", "`\\sim` is no equation", "="),
    UnreadSign("≅", "cong", "an approximate equality is not judged", "="),
)
BY_NAME: dict[Relation, RelationSign] = {relation.name: relation for relation in RELATIONS}
NAMES: frozenset[Relation] = frozenset(BY_NAME)
UNREAD_SIGNS = frozenset(unread.sign for unread in UNREAD_RELATIONS)
# The relation of every condition with its sides exchanged.
TURNED: dict[Relation, Relation] = {one.name: one.turned for one in RELATIONS if one.turned is not None}


def spellings(relation: RelationSign) -> tuple[str, ...]:
    """How a relation may be written in a formula that is no LaTeX; other characters are read in LaTeX alone."""
    others = (text for text in relation.others.split() if text.isascii())
    return tuple(dict.fromkeys((relation.plain, relation.unicode, *others)))


def pattern(relations: Iterable[RelationSign | UnreadSign], commands: str = "", characters: str = "") -> str:
    """A regular expression for any of the relations, or of further commands and characters, in LaTeX."""
    signs, named = set(characters), commands.split()
    for relation in relations:
        signs.update((relation.sign,) if isinstance(relation, UnreadSign) else relation.characters)
        named += relation.commands.split()
    single = "".join(sorted(signs))
    return rf"(?:[{re.escape(single)}]|\\(?:{'|'.join(sorted(named, key=len, reverse=True))})(?![A-Za-z]))"
