"""What a document writes for what a spec declares: `\\hat{y}` for `p`, `W^{l}` for `W[l]`, with any label for l."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from derivcheck.diagnostics.diagnostic import Diagnostic, NotationError
from derivcheck.language.latex.cursor import TokenReader
from derivcheck.language.latex.flattening import plain_tokens
from derivcheck.language.latex.scripts import Script, atoms, is_bracketed, is_letter_t, slot_tree, slots
from derivcheck.language.latex.tokens import LatexToken
from derivcheck.language.latex.trees import folded, placed_at, rebuilt
from derivcheck.language.latex.vocabulary import is_function
from derivcheck.language.lowering.scope import Scope
from derivcheck.language.notation.parser import parse_expression
from derivcheck.language.notation.syntax import Binary, Expression, Name, Number, Slice, Span, Subscript, bottom_up

Slot = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pattern:
    """A symbol: a base with scripts, or a phrase of tokens. `function` is set where it names a function."""

    key: str
    tokens: tuple[LatexToken, ...]
    scripts: tuple[tuple[str, bool, tuple[Slot, ...]], ...] | None
    value: Expression
    function: str
    variables: frozenset[str]
    indices: frozenset[str]  # those of the variables that index: never layer labels

    @property
    def rank(self) -> tuple[int, int, int]:
        """Longer ones first, then those without variables."""
        return len(self.scripts or ()), len(self.tokens), -len(self.variables)


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
        self._phrases = [p for p in patterns if p.scripts is None]
        self._scripted: dict[str, list[Pattern]] = {}
        for pattern in patterns:
            if pattern.scripts is not None:
                self._scripted.setdefault(pattern.tokens[0].spelling, []).append(pattern)

    def phrase(self, reader: TokenReader) -> tuple[Expression, str] | None:
        """Read a phrase that begins here: its meaning, and the function it names; None with nothing read."""
        for pattern in self._phrases:
            begin = reader.position
            bound = _match_phrase(reader, pattern)
            if bound is not None:
                span = reader.tokens[begin].span.to(reader.tokens[reader.position - 1].span)
                return _filled(pattern, bound, span), pattern.function
            reader.position = begin
        return None

    def scripted(self, reader: TokenReader, base: LatexToken, scripts: Sequence[Script], span: Span) -> Found | None:
        """The symbol that a base with scripts is, if it is one; its own font goes first."""
        for pattern in self._of_font(reader, base):
            found = _match_scripts(reader, pattern, scripts)
            if found is not None:
                bound, rest = found
                if pattern.tokens[0].face and not base.face and not rest:
                    continue
                return Found(_filled(pattern, bound, span), pattern.function, tuple(rest))
        return None

    def _of_font(self, reader: TokenReader, base: LatexToken) -> list[Pattern]:
        """The symbols of a letter: those of its font, then those of another font that is declared as nothing else."""
        patterns = self._scripted.get(base.spelling, [])
        own = [pattern for pattern in patterns if pattern.tokens[0].face == base.face]
        return own + [
            pattern
            for pattern in patterns
            if pattern not in own
            and not (base.face and pattern.tokens[0].face)
            and not any(pattern.scripts == other.scripts for other in own)
            and (base.face or not _is_another(reader, base, pattern.value))
        ]

    def has_base(self, base: LatexToken) -> bool:
        return base.spelling in self._scripted


def _is_another(reader: TokenReader, base: LatexToken, meant: Expression) -> bool:
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
        tokens = tuple(plain_tokens(key, macros))
        tree = parse_expression(value, scope.vocabulary())
    except NotationError as problem:
        raise NotationError(
            Diagnostic(
                "DC178",
                f"the symbol `{key}` is not read: {problem.diagnostic.message}",
                label=problem.diagnostic.label,
                help=problem.diagnostic.help,
            ),
            (0, 0),
        ) from None
    if not tokens:
        raise NotationError(Diagnostic("DC178", f"the symbol `{key}` is empty", help=r"'\hat{y}': p"), (0, 0))
    function = tree.name if isinstance(tree, Name) and tree.name not in scope.values else ""
    function = function if function and is_function(function, scope) else ""
    scripts = _scripts_of(tokens)
    inside = {
        part.name
        for node in bottom_up(tree)
        if isinstance(node, Subscript)
        for entry in node.entries
        for part in bottom_up(entry)
        if isinstance(part, Name)
    }
    letters = {t.text for t in tokens if t.kind == "letter"}
    variables = letters - {tokens[0].text} if function else letters & inside
    labels = {
        part.name
        for node in bottom_up(tree)
        if isinstance(node, Subscript) and isinstance(node.base, Name) and node.base.name not in scope.values
        for entry in node.entries
        for part in bottom_up(entry)
        if isinstance(part, Name)
    }
    return Pattern(key, tokens, scripts, tree, function, frozenset(variables), frozenset(variables & inside - labels))


def _scripts_of(tokens: Sequence[LatexToken]) -> tuple[tuple[str, bool, tuple[Slot, ...]], ...] | None:
    """The scripts of a key that is one letter or word with scripts, None for a phrase."""
    if tokens[0].kind not in ("letter", "word", "number"):
        return None
    found: list[tuple[str, bool, tuple[Slot, ...]]] = []
    position = 1
    while position < len(tokens):
        if tokens[position].kind != "sign" or tokens[position].text not in ("^", "_"):
            return None
        depth, stop = 1, position + 2
        while depth:
            if tokens[stop].kind == "sign":
                depth += (tokens[stop].text == "{") - (tokens[stop].text == "}")
            stop += 1
        inner = list(tokens[position + 2 : stop - 1])
        bracketed = len(inner) > 2 and (inner[0].text, inner[-1].text) in (("(", ")"), ("[", "]"))
        inner = inner[1:-1] if bracketed else inner
        parts: list[list[str]] = [[]]
        for token in inner:
            if token.kind == "sign" and token.text == ",":
                parts.append([])
            else:
                parts[-1].append(token.spelling)
        if len(parts) == 1 and len(parts[0]) > 1 and all(t.kind in ("letter", "number") for t in inner):
            parts = [[spelling] for spelling in parts[0]]
        found.append((tokens[position].text, bracketed, tuple(tuple(part) for part in parts)))
        position = stop
    return tuple(found)


# --- matching -----------------------------------------------------------------------------------

Bound = dict[str, Expression | Slice]


def _match_scripts(
    reader: TokenReader, pattern: Pattern, scripts: Sequence[Script]
) -> tuple[Bound, list[Script]] | None:
    rest = list(scripts)
    bound: Bound = {}
    for sign, bracketed, wanted in pattern.scripts or ():
        kind = "sup" if sign == "^" else "sub"
        for script in rest:
            if script.kind == kind and _match_slots(reader, pattern, script, bracketed, wanted, bound):
                rest.remove(script)
                break
        else:
            return None
    return bound, rest


def _match_slots(
    reader: TokenReader, pattern: Pattern, script: Script, bracketed: bool, wanted: Sequence[Slot], bound: Bound
) -> bool:
    """Whether a script fits the slots of a key; what its variables stand for is put in `bound`."""
    inside = is_bracketed(reader, script)
    literal = not any(len(slot) == 1 and slot[0] in pattern.variables for slot in wanted)
    if bracketed != inside and (bracketed or literal):
        return False
    if is_letter_t(reader, script) and not literal and "T" not in reader.context.labels.given:
        return False
    parts = slots(reader, script)
    if len(parts) != len(wanted) and len(parts) == 1:
        parts = atoms(reader, *parts[0]) or parts
    if len(parts) != len(wanted):
        return False
    made: Bound = {}
    for slot, (start, stop) in zip(wanted, parts, strict=True):
        if len(slot) == 1 and slot[0] in pattern.variables:
            try:
                made[slot[0]] = slot_tree(reader, start, stop)
            except NotationError:
                return False
            if slot[0] in pattern.indices and not _is_index(reader, made[slot[0]]):
                return False
        elif tuple(token.spelling for token in reader.tokens[start:stop]) != slot:
            return False
    bound.update(made)
    return True


def _is_index(reader: TokenReader, tree: Expression | Slice) -> bool:
    """Whether a tree may index a tensor: no product of letters, no label of a layer; among dots, the last position."""
    if reader.pattern and not isinstance(tree, Slice) and reader.context.shapes.dimension(tree) is not None:
        return True
    given = reader.context.labels.given
    return all(
        isinstance(node, Name | Number | Slice) or (isinstance(node, Binary) and node.operator in "+-")
        for node in bottom_up(tree)
    ) and not any(isinstance(node, Name) and node.name in given for node in bottom_up(tree))


def _match_phrase(reader: TokenReader, pattern: Pattern) -> Bound | None:
    bound: Bound = {}
    place = 0
    tokens = pattern.tokens
    while place < len(tokens):
        wanted, here = tokens[place], reader.token
        if wanted.kind != here.kind or wanted.spelling != here.spelling:
            return None
        reader.advance()
        place += 1
        if wanted.kind == "sign" and wanted.text == "{":
            width = _variable_width(tokens, place, pattern.variables)
            if width:
                stop = reader.partner(reader.position - 1)
                script = Script("sup", reader.position, stop, reader.token.span)
                name = tokens[place + width // 2].text
                parts = slots(reader, script)
                if len(parts) != 1:
                    return None
                try:
                    bound[name] = slot_tree(reader, *parts[0])
                except NotationError:
                    return None
                reader.position = stop
                place += width
    return bound


def _variable_width(tokens: Sequence[LatexToken], place: int, variables: frozenset[str]) -> int:
    """How many tokens of a key, after a brace, are one variable: `l}` or `(l)}`; 0 where none is."""
    for width in (1, 3):
        inner = tokens[place : place + width]
        closed = place + width < len(tokens) and tokens[place + width].text == "}"
        middle = inner[width // 2] if len(inner) == width else None
        if closed and middle is not None and middle.kind == "letter" and middle.text in variables:
            return width
    return 0


def _filled(pattern: Pattern, bound: Bound, span: Span) -> Expression:
    """What a symbol stands for, its variables put in."""
    placed = placed_at(pattern.value, span)
    if not bound:
        return placed  # type: ignore[no-any-return]

    def put(node: object) -> object:
        return bound.get(node.name, node) if isinstance(node, Name) else folded(node)

    return rebuilt(placed, put)  # type: ignore[no-any-return]
