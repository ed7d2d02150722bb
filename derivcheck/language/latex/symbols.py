"""What a document writes for what a spec declares: `\\hat{y}` for `p`, `W^{l}` for `W[l]`, with any label for l."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from derivcheck.diagnostics.diagnostic import NotationError
from derivcheck.language.latex.cursor import RowCursor
from derivcheck.language.latex.elements import Element, Elements, elements_of
from derivcheck.language.latex.scripts import Script, atoms, divided, index_at, is_transpose, script_of
from derivcheck.language.latex.trees import folded, placed_at
from derivcheck.language.latex.vocabulary import is_function
from derivcheck.language.lowering.scope import Scope
from derivcheck.language.notation.parser import parse_expression
from derivcheck.language.notation.syntax import (
    Binary,
    Expression,
    Name,
    Number,
    Slice,
    Span,
    Subscript,
    bottom_up,
    rebuilt,
)
from derivcheck.language.tex.errors import error

NOWHERE = Span(0, 0)


@dataclass(frozen=True, slots=True)
class Pattern:
    """A symbol: a base with scripts, or a phrase. `function` is set where it names a function."""

    key: str
    row: Elements
    scripts: tuple[Script, ...]
    is_phrase: bool
    value: Expression
    function: str
    variables: frozenset[str]
    indices: frozenset[str]  # those of the variables that index: never layer labels

    @property
    def base(self) -> Element:
        return self.row[0]

    @property
    def rank(self) -> tuple[int, int, int]:
        """Longer ones first, then those without variables."""
        return len(self.scripts), _size(self.row), -len(self.variables)


@dataclass(frozen=True, slots=True)
class Found:
    """A symbol that was met: what it means, and the scripts that are not part of it."""

    tree: Expression
    function: str
    rest: tuple[Script, ...]


class Symbols:
    """The symbols of a document, the most special ones first. Raises NotationError (DC178) for one that is not read."""

    def __init__(self, given: Mapping[str, str], macros: Mapping[str, str], scope: Scope) -> None:
        patterns = [_pattern(key, value, macros, scope) for key, value in given.items()]
        patterns.sort(key=lambda pattern: pattern.rank, reverse=True)
        self._phrases = [pattern for pattern in patterns if pattern.is_phrase]
        self._scripted: dict[str, list[Pattern]] = {}
        for pattern in patterns:
            if not pattern.is_phrase:
                self._scripted.setdefault(pattern.base.spelling, []).append(pattern)

    def phrase(self, reader: RowCursor) -> tuple[Expression, str] | None:
        """Read a phrase that begins here: its meaning, and the function it names; None with nothing read."""
        for pattern in self._phrases:
            here = reader.rest[: len(pattern.row)]
            bound: Bound = {}
            if _matches(reader, pattern, pattern.row, here, bound):
                reader.position += len(here)
                return _filled(pattern, bound, here[0].span.to(here[-1].span)), pattern.function
        return None

    def scripted(self, reader: RowCursor, base: Element, scripts: Sequence[Script], span: Span) -> Found | None:
        """The symbol that a base with scripts is, if it is one; its own font goes first."""
        for pattern in self._of_font(reader, base):
            found = _match_scripts(reader, pattern, scripts)
            if found is not None:
                bound, rest = found
                if pattern.base.face and not base.face and not rest:
                    continue
                return Found(_filled(pattern, bound, span), pattern.function, tuple(rest))
        return None

    def _of_font(self, reader: RowCursor, base: Element) -> list[Pattern]:
        """The symbols of a letter: those of its font, then those of another font that is declared as nothing else."""
        patterns = self._scripted.get(base.spelling, [])
        own = [pattern for pattern in patterns if pattern.base.face == base.face]
        return own + [
            pattern
            for pattern in patterns
            if pattern not in own
            and not (base.face and pattern.base.face)
            and not any(_same_scripts(pattern, other) for other in own)
            and (base.face or not _is_another(reader, base, pattern.value))
        ]

    def has_base(self, base: Element) -> bool:
        return base.spelling in self._scripted


def _is_another(reader: RowCursor, base: Element, meant: Expression) -> bool:
    """Whether a plain letter is declared by itself, as something else than what its symbol in another font means."""
    while isinstance(meant, Subscript):
        meant = meant.base
    names = reader.context.names
    declared = {
        name for key in names.bases(base) for found in (names.plain, names.families) for name in found.get(key, ())
    }
    return bool(declared) and not (isinstance(meant, Name) and meant.name in declared)


def _pattern(key: str, value: str, macros: Mapping[str, str], scope: Scope) -> Pattern:
    try:
        row = elements_of(key, macros)
        tree = parse_expression(value, scope.vocabulary())
    except NotationError as problem:
        why = problem.diagnostic
        message = f"the symbol `{key}` is not read: {why.message}"
        raise error("DC178", message, NOWHERE, why.label, why.help) from None
    if not row:
        raise error("DC178", f"the symbol `{key}` is empty", NOWHERE, "", r"'\hat{y}': p")
    function = tree.name if isinstance(tree, Name) and tree.name not in scope.values else ""
    function = function if function and is_function(function, scope) else ""
    indexed = [node for node in bottom_up(tree) if isinstance(node, Subscript)]
    families = [node for node in indexed if isinstance(node.base, Name) and node.base.name not in scope.values]
    inside, labels = _names_in(indexed), _names_in(families)
    letters = set(_letters(row))
    variables = letters - {row[0].text} if function else letters & inside
    is_phrase = row[0].kind not in ("letter", "word", "number") or any(one.kind != "script" for one in row[1:])
    scripts = () if is_phrase else tuple(_marked(script_of(element)) for element in row[1:])
    indices = frozenset(variables & inside - labels)
    return Pattern(key, row, scripts, is_phrase, tree, function, frozenset(variables), indices)


def _names_in(indexed: Sequence[Subscript]) -> set[str]:
    """The names in the indices of some parts."""
    parts = (part for node in indexed for entry in node.entries for part in bottom_up(entry))
    return {part.name for part in parts if isinstance(part, Name)}


def _marked(script: Script) -> Script:
    """The script of a key, told apart from a transpose as those of a formula are."""
    turned = script.kind == "sup" and len(script.row) == 1 and is_transpose(script.row[0])
    return replace(script, kind="transpose") if turned else script


def _letters(row: Elements) -> Iterator[str]:
    for element in row:
        if element.kind == "letter":
            yield element.text
        for inner in (*element.rows, *(cell for cells in element.cells for cell in cells)):
            yield from _letters(inner)


def _size(row: Elements) -> int:
    """How many signs are written, braces among them."""
    return sum(1 + sum(_size(inner) + (1 if one.kind == "group" else 2) for inner in one.rows) for one in row)


def _same_scripts(one: Pattern, other: Pattern) -> bool:
    """Whether two keys of one base differ in its font alone."""
    return _spellings(one.row[1:]) == _spellings(other.row[1:])


def _spellings(row: Elements) -> Hashable:
    return tuple((element.kind, element.spelling, tuple(map(_spellings, element.rows))) for element in row)


# --- matching -----------------------------------------------------------------------------------

Bound = dict[str, Expression | Slice]


def _match_scripts(reader: RowCursor, pattern: Pattern, scripts: Sequence[Script]) -> tuple[Bound, list[Script]] | None:
    rest = list(scripts)
    bound: Bound = {}
    for wanted in pattern.scripts:
        for script in rest:
            if script.kind == wanted.kind and _match_slots(reader, pattern, script, wanted, bound):
                rest.remove(script)
                break
        else:
            return None
    return bound, rest


def _match_slots(reader: RowCursor, pattern: Pattern, script: Script, key: Script, bound: Bound) -> bool:
    """Whether a script fits that of a key; what its variables stand for is put in `bound`."""
    wanted = key.slots
    if len(wanted) == 1 and len(wanted[0]) > 1 and all(one.kind in ("letter", "number") for one in wanted[0]):
        wanted = [(element,) for element in wanted[0]]
    literal = not any(_variable(pattern, slot) for slot in wanted)
    if key.is_bracketed != script.is_bracketed and (key.is_bracketed or literal):
        return False
    if script.is_letter_t and not literal and "T" not in reader.context.labels.given:
        return False
    slots = script.slots
    if len(slots) != len(wanted) and len(slots) == 1:
        slots = atoms(slots[0]) or slots
    if len(slots) != len(wanted):
        return False
    made: Bound = {}
    if not all(_match_row(reader, pattern, one, slot, made) for one, slot in zip(wanted, slots, strict=True)):
        return False
    if not all(_is_index(reader, tree) for name, tree in made.items() if name in pattern.indices):
        return False
    bound.update(made)
    return True


def _variable(pattern: Pattern, row: Elements) -> str:
    """The variable of a key that a row is, with or without a bracket around it."""
    match row:
        case (Element("group") as group,):
            return _variable(pattern, group.inside)
        case (Element("letter", text=text),) if text in pattern.variables:
            return text
        case _:
            return ""


def _match_row(reader: RowCursor, pattern: Pattern, wanted: Elements, row: Elements, bound: Bound) -> bool:
    """Whether a row is that of a key; a variable alone in its row stands for any label or index."""
    name = _variable(pattern, wanted)
    if not name:
        return _matches(reader, pattern, wanted, row, bound)
    match row:
        case (Element("group") as group,):
            row = group.inside
    if not row or len(divided(row)) > 1:
        return False
    found = index_at(reader, row, row[0].span)
    if found is not None:
        bound[name] = found
    return found is not None


def _matches(reader: RowCursor, pattern: Pattern, wanted: Elements, row: Elements, bound: Bound) -> bool:
    """Whether two rows are the same tree, but for the variables of the first."""
    return len(wanted) == len(row) and all(
        _match(reader, pattern, one, other, bound) for one, other in zip(wanted, row, strict=True)
    )


def _match(reader: RowCursor, pattern: Pattern, wanted: Element, here: Element, bound: Bound) -> bool:
    if _form(wanted) != _form(here):
        return False
    fits = _matches if wanted.kind == "group" else _match_row
    return all(fits(reader, pattern, *rows, bound) for rows in zip(wanted.rows, here.rows, strict=True)) and all(
        _matches(reader, pattern, *rows, bound)
        for cells in zip(wanted.cells, here.cells, strict=True)
        for rows in zip(*cells, strict=True)
    )


def _form(element: Element) -> Hashable:
    """What an element is without what stands in it; a name is one in whatever font."""
    kind = "word" if element.kind == "function" else element.kind
    return kind, element.spelling, element.closer, len(element.rows), tuple(map(len, element.cells))


def _is_index(reader: RowCursor, tree: Expression | Slice) -> bool:
    """Whether a tree may index a tensor: no product of letters, no label of a layer; among dots, the last position."""
    if reader.pattern and not isinstance(tree, Slice) and reader.context.types.dimension(tree) is not None:
        return True
    given = reader.context.labels.given
    return all(
        isinstance(node, Name | Number | Slice) or (isinstance(node, Binary) and node.operator in "+-")
        for node in bottom_up(tree)
    ) and not any(isinstance(node, Name) and node.name in given for node in bottom_up(tree))


def _filled(pattern: Pattern, bound: Bound, span: Span) -> Expression:
    """What a symbol stands for, its variables put in."""
    placed = placed_at(pattern.value, span)
    if not bound:
        return placed  # type: ignore[no-any-return]

    def put(node: object) -> object:
        return bound.get(node.name, node) if isinstance(node, Name) else folded(node)

    return rebuilt(placed, put)  # type: ignore[no-any-return]
