"""The names that a document uses, and what its formulas say of their shapes: what a sidecar is drafted from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from derivcheck.diagnostics.diagnostic import NotationError
from derivcheck.language.tex.nodes import (
    Accent,
    Fraction,
    Grid,
    Group,
    Node,
    Numeral,
    Root,
    Row,
    ScriptNode,
    Scripts,
    Symbol,
    rows_of,
)
from derivcheck.language.tex.statements import Chain, is_relation, is_sign, seen
from derivcheck.statements.document.definitions import Glossary
from derivcheck.statements.document.namings import NamedMeaning, naming, told
from derivcheck.statements.document.passages import Manuscript, Passage
from derivcheck.statements.document.pieces import Piece, pieces

FUNCTIONS = frozenset(
    {"sigma", "softmax", "sigmoid", "relu", "tanh", "exp", "log", "ln", "max", "min", "diag", "tr", "sum"}
)
CALLED = frozenset({"f", "g", "phi", "varphi", "psi"})
LABELS = re.compile(r"[([]?([a-zA-Z])(?:[+-]\d)?[)\]]?|[([](\d)[)\]]|(\d)")
SAMPLE = re.compile(r"\([ijmn]\)")
OFFSET = re.compile(r"([a-z])([+-]\d)?")
INDEX = re.compile(r"[ijkmn]{1,3}(?:,[ijkmn])*")
TRANSPOSED = frozenset({"T", "top", "⊤", "intercal", "'", "′"})


@dataclass(slots=True)
class Mention:
    """A name as a document spells it: its letters below, how often, as what; `shape` is what the text says."""

    spelling: str
    name: str
    letters: str
    written: str = ""  # with all of its scripts
    alone: bool = True  # without scripts but indices
    indices: int = 0
    count: int = 0
    said: str = ""  # where it is first spoken of
    shape: tuple[str, ...] | None = None
    defined: bool = False
    numerator: int = 0
    denominator: int = 0
    family: str = ""  # the letter of its label
    label: str = ""  # as this mention writes it
    offsets: set[int] = field(default_factory=set)  # of all of its labels, -1 for `l-1`
    below: tuple[str, ...] = ()  # the letters of its indices
    sample: str = ""  # the letter of its sample, `x^{(i)}`
    entries: dict[str, tuple[str, str]] = field(default_factory=dict)  # spellings without a label: (sample, indices)


@dataclass(frozen=True, slots=True)
class Defining:
    """A formula that says what a name means: `z = W x + b`, `J(w) = ...`."""

    passage: Passage
    piece: Piece
    meant: NamedMeaning
    mention: Mention
    called: bool = False  # with brackets behind its name

    @property
    def said(self) -> str:
        return told(self.passage.text.where(*self.piece.span), self.passage.text.text[slice(*self.piece.span)])


@dataclass(slots=True)
class Inventory:
    """All names of a document, and its formulas that may define one."""

    mentions: dict[str, Mention] = field(default_factory=dict)
    definitions: list[Defining] = field(default_factory=list)
    together: list[tuple[str, ...]] = field(default_factory=list)  # dimensions of indices that have one letter
    used: set[str] = field(default_factory=set)  # names that definitions are made of
    functions: dict[str, str] = field(default_factory=dict)  # letters that are called, by where they first are


def inventory_of(manuscript: Manuscript) -> Inventory:
    """What the formulas of a document speak of, in the order of the text."""
    found = Inventory()
    glossary = Glossary(manuscript.macros, {})
    for passage in manuscript.passages:
        if passage.stray:
            continue
        try:
            parts = pieces(passage, glossary.at(passage.begin))
        except NotationError:
            continue
        for piece in parts:
            if piece.chain is not None:
                _take(found, passage, piece)
    return found


def _take(found: Inventory, passage: Passage, piece: Piece) -> None:
    assert piece.chain is not None
    row, text = piece.chain.row, passage.text.text
    for mention, role in _names(row, text, ""):
        known = found.mentions.setdefault(mention.name, mention)
        known.count += 1
        known.said = known.said or told(passage.text.where(*piece.span), text[slice(*piece.span)])
        if mention.family and not known.family:
            known.family, known.indices = mention.family, 0  # its entries are those of a member
        if mention.family == known.family:
            known.indices = max(known.indices, mention.indices)
        if (offset := OFFSET.fullmatch(mention.label.replace(" ", ""))) is not None:
            known.offsets.add(int(offset[2] or 0))
        if mention.alone and not mention.family:
            below = mention.below[1:] if mention.sample else mention.below
            known.entries.setdefault(mention.written, (mention.sample, "".join(below)))
        known.numerator += role == "above"
        known.denominator += role == "below"
    for letter in _functions(row):
        found.functions.setdefault(letter, told(passage.text.where(*piece.span), text[slice(*piece.span)]))
    member = _membership(row, text)
    if member is not None and found.mentions[member[0].name].family == member[0].family:
        found.mentions[member[0].name].shape = member[1]
    letters: dict[str, list[str]] = {}
    for mention, _ in _names(row, text, ""):
        for k, letter in enumerate(mention.below):
            letters.setdefault(letter, []).append(f"{mention.name}#{k}")
    for letter, end in _ranges(row):
        letters.setdefault(letter, []).append(end)
    found.together += [tuple(dimensions) for dimensions in letters.values()]
    called = _called(piece.chain)
    named = naming(called or piece.chain, text)
    if named is None or any(isinstance(node, Fraction) and _is_slope(node) for node in named.meaning):
        return
    found.used |= {used.name for used, _ in _names(named.meaning, text, "")}
    if (own := mention_in(named.name[-1], text)) is not None:
        found.definitions.append(Defining(passage, piece, named, own, called is not None))
        found.mentions.setdefault(own.name, own).defined = True


def _called(chain: Chain) -> Chain | None:
    """`J(w, b) = ...` as `J = ...`: the brackets say what it depends on."""
    nodes = seen(chain.row)
    if (
        len(nodes) < 4
        or not isinstance(nodes[0], Symbol)
        or not isinstance(nodes[1], Group)
        or not is_sign(nodes[2], "=")
    ):
        return None
    inside = [node for node in seen(nodes[1].body) if not is_sign(node, ",")]
    plain = all(isinstance(node, Symbol | Accent | Scripts) for node in inside)
    return replace(chain, row=(nodes[0], *chain.row[chain.row.index(nodes[2]) :])) if plain and inside else None


def _functions(row: Row) -> Iterator[str]:
    """`f(z)`: letters that by custom are functions, with a bracket behind them."""
    nodes = seen(row)
    for node, behind in pairwise((*nodes, None)):
        if isinstance(node, Symbol) and node.text in CALLED and isinstance(behind, Group) and behind.opener is not None:
            yield node.text
        for inner in rows_of(node) if node is not None else ():
            yield from _functions(inner)


def _ranges(row: Row) -> Iterator[tuple[str, str]]:
    """`\\sum_{i=1}^{m}`: the letter, and the size that it runs to."""
    for node in seen(row):
        match node:
            case Scripts(base=Symbol(text="sum" | "∑" | "Σ"), scripts=scripts) if len(scripts) == 2:
                below = next((spelled_row(s.body) for s in scripts if is_sign(s.sign, "_")), "")
                above = next((spelled_row(s.body) for s in scripts if is_sign(s.sign, "^")), "")
                letter, _, first = below.partition("=")
                if first == "1" and above.isalnum() and not above.isdigit():
                    yield letter, above
            case Group(body=body):
                yield from _ranges(body)
            case Fraction(above=above_row, below=below_row):
                yield from _ranges(above_row)
                yield from _ranges(below_row)


def _names(row: Row, text: str, role: str) -> Iterator[tuple[Mention, str]]:
    """The names in a row, each with the part of a derivative that it stands in."""
    awaiting = False  # what an operator derives
    for node in seen(row):
        if _is_operator(node):
            awaiting = True
        elif awaiting:
            yield from _names((node,), text, role if isinstance(node, Group) else "above")
            awaiting = False
            continue
        match node:
            case Symbol(kind="letter" | "word") if node.text not in FUNCTIONS and node.text not in ("partial", "d"):
                yield _mention(node, (), text), role
            case Accent():
                yield _mention(node, (), text), role
            case Scripts(base=(Symbol(kind="letter" | "word") | Accent()) as base):
                if not isinstance(base, Symbol) or base.text not in FUNCTIONS:
                    yield _mention(base, node.scripts, text), role
                for script in node.scripts:
                    written = spelled_row(script.body)
                    if not _is_label(written) and not INDEX.fullmatch(written) and not _is_upright(script, text):
                        yield from _names(script.body, text, role)
            case Scripts(base=Symbol(text="∇"), scripts=scripts):
                for script in scripts:
                    yield from _names(script.body, text, "below")
            case Scripts(base=base) if base is not None:
                yield from _names((base,), text, role)
            case Fraction(above=above, below=below):
                slope = _is_slope(node)
                derived = _without_signs(above) if slope else above
                # `\partial (y - w x)^2` derives no name.
                alone = [one.base if isinstance(one, Scripts) else one for one in seen(derived)]
                named = len(alone) == 1 and isinstance(alone[0], Symbol | Accent)
                whole = "above" if slope and named else role
                yield from _names(derived, text, whole)
                yield from _names(_without_signs(below) if slope else below, text, "below" if slope else role)
            case Group(body=body) | Root(body=body):
                yield from _names(body, text, role)
            case Grid(rows=rows):
                for cells in rows:
                    for cell in cells:
                        yield from _names(cell, text, role)


def _mention(base: Symbol | Accent, scripts: Sequence[object], text: str) -> Mention:
    """A name with the scripts that belong to it: `W_1` and `W^{(1)}` are W1, `W^{l}` is a member of a family."""
    letters = base.text if isinstance(base, Symbol) else spelled_row(base.body)
    name = letters if isinstance(base, Symbol) else f"{letters}_{base.accent}"
    family, label_text, sample = "", "", ""
    below_letters: tuple[str, ...] = ()
    last = stop = base.span.stop
    alone = True
    for script in scripts:
        written = spelled_row(script.body)  # type: ignore[attr-defined]
        below = is_sign(script.sign, "_")  # type: ignore[attr-defined]
        label = LABELS.fullmatch(written)
        upright = _is_upright(script, text)  # type: ignore[arg-type]
        if below and INDEX.fullmatch(written) and not upright:
            below_letters, stop = tuple(written.replace(",", "")), script.span.stop  # type: ignore[attr-defined]
            continue
        if not below and written in TRANSPOSED:
            continue
        if not below and SAMPLE.fullmatch(written):
            sample, stop = written[1], script.span.stop  # type: ignore[attr-defined]
            continue
        alone = False
        if label and (label[2] or (label[3] and below)):
            name, last = name + (label[2] or label[3]), script.span.stop  # type: ignore[attr-defined]
        elif not below and label and label[1] and label[1] in "lLhH":
            family, label_text = label[1].lower(), written.strip("()[]")
        elif below and written.isalpha() and len(written) > 1:
            name, last = f"{name}_{written}", script.span.stop  # type: ignore[attr-defined]
    spelled, plain = text[base.span.start : last], re.sub(r"\W", "", name)
    indices = (*sample, *below_letters)
    return Mention(
        spelled,
        plain,
        letters,
        text[base.span.start : stop],
        alone,
        len(indices),
        family=family,
        label=label_text,
        below=indices,
        sample=sample,
    )


def _is_upright(script: ScriptNode, text: str) -> bool:
    """Whether words stand in a script, `a_{\\rm in}`, and no indices."""
    marked = any(isinstance(node, Symbol) and node.font for node in script.body)
    return marked or "\\rm" in text[script.span.start : script.span.stop]


def spelled_row(row: Row) -> str:
    """The letters, digits and signs of a row, one behind the other."""
    made = ""
    for node in seen(row):
        match node:
            case Symbol(text=text) | Numeral(text=text):
                made += text
            case Group(opener=opener, body=body, closer=closer):
                made += (opener.text if opener else "") + spelled_row(body) + (closer.text if closer else "")
    return made


def _is_label(written: str) -> bool:
    return LABELS.fullmatch(written) is not None or written in TRANSPOSED


def _is_slope(node: Fraction) -> bool:
    """`\\frac{\\partial L}{\\partial x}`: whether a derivative is written as a fraction."""
    first = next(iter(seen(node.below)), None)
    base = first.base if isinstance(first, Scripts) else first
    return isinstance(base, Symbol) and base.text in ("partial", "∂", "d") and len(seen(node.below)) > 1


def _is_operator(node: Node) -> bool:
    """`\\frac{\\partial}{\\partial x}` and `\\nabla_x`: what stands behind it is derived."""
    if isinstance(node, Fraction):
        return _is_slope(node) and not _without_signs(node.above)
    base = node.base if isinstance(node, Scripts) else node
    return isinstance(base, Symbol) and base.text == "∇"


def _without_signs(row: Row) -> Row:
    """A part of a derivative without its sign."""

    def is_d(node: Node) -> bool:
        base = node.base if isinstance(node, Scripts) else node
        return isinstance(base, Symbol) and base.text in ("partial", "∂", "d")

    return tuple(node for node in row if not is_d(node))


def _membership(row: Row, text: str) -> tuple[Mention, tuple[str, ...]] | None:
    """`x \\in \\mathbb{R}^{n \\times m}`: the name, and its dimensions as they are spelled."""
    nodes = seen(row)
    place = next((k for k, node in enumerate(nodes) if is_sign(node, "∈")), -1)
    if place != 1 or len(nodes) < 3 or any(map(is_relation, nodes)):
        return None
    named = next(iter(_names((nodes[0],), text, "")), None)
    space = nodes[2]
    if named is None or not isinstance(space, Scripts) or not isinstance(space.base, Symbol) or space.base.text != "R":
        return (named[0], ()) if named and isinstance(space, Symbol) and space.text == "R" else None
    body = space.scripts[0].body
    parts: list[str] = [""]
    for node in seen(body):
        if is_sign(node, "×"):
            parts.append("")
        else:
            parts[-1] += re.sub(r"\W", "", _dimension(node))
    return named[0], tuple(part for part in parts if part)


def _dimension(node: Node) -> str:
    match node:
        case Symbol(text=text) | Numeral(text=text):
            return text
        case Scripts(base=base, scripts=scripts) if base is not None:
            return _dimension(base) + "".join(spelled_row(script.body) for script in scripts)
        case Group(body=body):
            return spelled_row(body)
        case _:
            return ""


def names_of(row: Row, text: str) -> list[Mention]:
    """All names in a row."""
    return [mention for mention, _ in _names(row, text, "")]


def has_inverse(row: Row) -> bool:
    """Whether an inverse is multiplied in it: of what gradients are taken by, it is the solution, no definition."""
    return any(
        isinstance(node, Scripts) and any(spelled_row(script.body) == "-1" for script in node.scripts)
        for node in seen(row)
    )


def letters_in(row: Row, text: str) -> set[str]:
    """The letters of all names in a row."""
    return {mention.letters for mention in names_of(row, text)}


def mention_in(node: Node, text: str) -> Mention | None:
    """The name that a node is."""
    return next((mention for mention, _ in _names((node,), text, "")), None)


def loss_of(mentions: Mapping[str, Mention]) -> Mention | None:
    """What gradients are taken of, and none is taken by: the most frequent one."""
    found = [one for one in mentions.values() if one.numerator and not one.denominator]
    likely = [one for one in found if one.letters in ("L", "J", "C", "E", "ell", "loss", "Loss", "cost")]
    return max(likely or found, key=lambda one: one.numerator, default=None)
