r"""Expectations: `\mathbb{E}_{a \sim p}[R_a]` is Σ_a p_a R_a, a mean under `\epsilon \sim \mathcal{N}(0, I)`.

What is drawn is a letter with a declared tensor of probabilities, or a declared tensor of standard normal entries;
`\mathbb{E}_a` takes the distribution that the spec gives for a.
"""

from __future__ import annotations

from derivcheck.language.latex.cursor import RowCursor
from derivcheck.language.latex.elements import Element, Elements
from derivcheck.language.latex.scripts import divided, tree_at
from derivcheck.language.notation.expectations import NORMAL, Drawn, mean
from derivcheck.language.notation.syntax import Expression, Name, Span, Subscript
from derivcheck.language.tex.errors import fail

DRAWN = "∼"
STANDARD = (("0", "1"), ("0", "I"))


def expectation(reader: RowCursor) -> Expression | None:
    """The expectation that begins here, None where E is something else.

    Raises NotationError (DC127) where what is drawn is not known, or drawn twice.
    """
    token, below, bracket = (reader.ahead(k) for k in range(3))
    if (
        token.text != "E"
        or token.kind not in ("letter", "word")
        or token.accent
        or reader.context.symbols.has_base(token)
    ):
        return None
    blackboard = token.style == "blackboard"
    if not blackboard and reader.context.names.declares(token):
        return None
    whole = below.kind == "script" and below.text == "_" and bracket.is_group("[", "(", "\\{")
    drawn = _drawn(reader, below) if whole else None
    if drawn is None and blackboard:
        fail(
            "DC127",
            "nothing says what the expectation is over",
            token.span.to(below.span) if whole else token.span,
            "of what, and with which probabilities?",
            r"\mathbb{E}_{a \sim p}[R_a] with p: {axes: n, given: simplex}",
        )
    if drawn is None:
        return None
    names = [one.name for one in drawn]
    if len(set(names)) < len(names):
        fail("DC127", "one letter is drawn twice", below.span, "which of them is meant?", r"\mathbb{E}_{a \sim p}")
    reader.position += 2
    inner = reader.enter()
    bound = reader.context.bound
    count = len(bound)
    bound += [one.name for one in drawn if one.distribution != Name(NORMAL)]
    body = inner.whole()
    del bound[count:]
    span = token.span.to(bracket.span)
    for one in reversed(drawn):
        body = mean(one, body, span)
    return body


def _drawn(reader: RowCursor, below: Element) -> list[Drawn] | None:
    """What an expectation is over; None where anything of it is not known."""
    found = [_one(reader, slot, below.span) for slot in divided(below.inside)]
    return [one for one in found if one is not None] if all(found) else None


def _one(reader: RowCursor, slot: Elements, here: Span) -> Drawn | None:
    """`a \\sim p`, or `a` with the distribution that is given for it."""
    drawn, *behind = divided(slot, DRAWN)
    name = _name(reader, drawn, here)
    if name is None:
        return None
    if not behind:
        given = dict(reader.context.scope.distributions).get(name)
        return None if given is None else Drawn(name, given)
    distribution = _distribution(reader, slot[len(drawn) + 1 :], here)
    normal = distribution == Name(NORMAL)
    if distribution is None or normal != (name in reader.context.scope.values):
        return None
    return Drawn(name, distribution)


def _name(reader: RowCursor, row: Elements, here: Span) -> str | None:
    """The declared tensor that a row names, or its one letter."""
    match row:
        case (Element("letter", text, accent="") as letter,) if not _is_declared(reader, letter):
            return text
    tree = tree_at(reader, row, here)
    return tree.name if isinstance(tree, Name) and tree.name in reader.context.scope.values else None


def _is_declared(reader: RowCursor, letter: Element) -> bool:
    return reader.context.names.declares(letter) or reader.context.symbols.has_base(letter)


def _distribution(reader: RowCursor, row: Elements, here: Span) -> Expression | None:
    """`p`, a row `Q_{s,:}` of probabilities, or `\\mathcal{N}(0, I)`."""
    match row:
        case (Element("letter", "N", style="script"), Element("group", "(") as group):
            shown = tuple("".join(element.text for element in slot) for slot in divided(group.inside))
            return Name(NORMAL) if shown in STANDARD else None
    tree = tree_at(reader, row, here)
    shape = None if tree is None else reader.context.types(tree)
    probabilities = isinstance(tree, Name | Subscript) and shape is not None and shape.is_vector
    return tree if probabilities else None
