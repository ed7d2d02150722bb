"""Superscripts and subscripts as they are written, before it is known what they mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from derivcheck.diagnostics.diagnostic import NotationError
from derivcheck.language.latex.cursor import TokenReader
from derivcheck.language.latex.tokens import LatexToken
from derivcheck.language.notation.syntax import Expression, Name, Number, Slice, Span

BRACKETS = {"(": ")", "[": "]", "\\{": "\\}"}
COLONS = frozenset({":", "·", "*", "•", "⊙"})
STARS = frozenset({"*", "•", "⊙", "+", "-"})
MAXIMAL_SCRIPTS = 4


@dataclass(frozen=True, slots=True)
class Script:
    """What stands between two positions of the tokens, raised or lowered; `transpose` marks are told apart at once."""

    kind: Literal["sup", "sub", "transpose"]
    start: int
    stop: int
    span: Span


@dataclass
class Scripted:
    """A base with its scripts, and what was wrong with the readings that do not hold."""

    reader: TokenReader
    base: LatexToken
    scripts: Sequence[Script]
    span: Span
    problems: list[NotationError] = field(default_factory=list)
    exponents: dict[Script, Expression | None] = field(default_factory=dict)

    def exponent(self, script: Script) -> Expression | None:
        """The scalar that a superscript is as an exponent."""
        if script not in self.exponents:
            inner = self.reader.part(script.start, script.stop)
            inner.letters = False
            try:
                tree: Expression | None = inner.whole()
            except NotationError as problem:
                self.problems.append(problem)
                tree = None
            if tree is not None:
                shape = self.reader.context.shapes(tree)
                tree = tree if shape is not None and shape.is_scalar else None
            self.exponents[script] = tree
        return self.exponents[script]


def take_scripts(reader: TokenReader) -> tuple[list[Script], int]:
    """(the scripts that follow, the number of primes among them)."""
    found: list[Script] = []
    primes = 0
    while True:
        if reader.accept("'") is not None:
            primes += 1
        elif reader.at("^", "_") and len(found) < MAXIMAL_SCRIPTS:
            kind: Literal["sup", "sub"] = "sup" if reader.advance().text == "^" else "sub"
            opener = reader.position
            stop = reader.partner(opener)
            span = reader.tokens[opener - 1].span.to(reader.tokens[stop].span)
            found += _split(reader, Script(kind, opener + 1, stop, span))
            reader.position = stop + 1
        else:
            return found, primes


def _split(reader: TokenReader, script: Script) -> list[Script]:
    """`^{l\\top}` is a label and a transpose."""
    tokens = reader.tokens[script.start : script.stop]
    if script.kind == "sub" or not tokens:
        return [script]
    last = tokens[-1]
    if is_transpose(last) and len(tokens) == 1:
        return [Script("transpose", script.start, script.stop, script.span)]
    letter = last.kind == "letter" and last.text == "T" and not last.accent
    before = tokens[-2] if len(tokens) > 1 else last
    comma = before.kind == "sign" and before.text == ","
    if letter and not is_transpose(last) and comma and (reader.context.names.declares(last) or _is_bound(reader)):
        return [script]  # in `h^{i,T}` it may be the last index
    marked = len(tokens) > 1 + comma and (letter or is_transpose(last))
    if marked and not (before.kind == "sign" and before.text in ("+", "-", "/", "^", "_")):
        stop = script.stop - 1
        return [
            Script("sup", script.start, stop - comma, script.span),
            Script("transpose", stop, stop + 1, script.span),
        ]
    return [script]


def _is_bound(reader: TokenReader) -> bool:
    return "T" in reader.context.bound or "T" in reader.context.labels.given


def is_transpose(token: LatexToken) -> bool:
    """An unmistakable mark: \\top, \\intercal, an upright T."""
    if token.kind == "sign":
        return token.text == "⊤"
    return token.kind == "letter" and token.text == "T" and token.font == "roman"


def is_star(reader: TokenReader, script: Script) -> bool:
    """Whether a script is `*` or `+` and nothing else: another quantity, no index."""
    tokens = reader.tokens[script.start : script.stop]
    return len(tokens) == 1 and tokens[0].kind == "sign" and tokens[0].text in STARS


def is_inverse_transpose(reader: TokenReader, script: Script) -> bool:
    """Whether a superscript is `-\\top`, or `-T` where T is nothing else."""
    tokens = reader.tokens[script.start : script.stop]
    if script.kind != "sup" or len(tokens) != 2 or tokens[0].kind != "sign" or tokens[0].text != "-":
        return False
    letter = tokens[1].kind == "letter" and tokens[1].text == "T" and not tokens[1].accent
    return is_transpose(tokens[1]) or (letter and not reader.context.names.declares(tokens[1]))


def is_entrywise_power(reader: TokenReader, script: Script) -> bool:
    """Whether a superscript is `\\odot 2`, `\\circ -1`: a power of every entry."""
    tokens = reader.tokens[script.start : script.stop]
    first = tokens[0] if len(tokens) > 1 else None
    return script.kind == "sup" and first is not None and first.kind == "sign" and first.text == "⊙"


def is_letter_t(reader: TokenReader, script: Script) -> bool:
    """Whether a superscript is the letter T: a transpose unless T is something else here."""
    tokens = reader.tokens[script.start : script.stop]
    return len(tokens) == 1 and tokens[0].kind == "letter" and tokens[0].text == "T" and not tokens[0].accent


def stripped(reader: TokenReader, script: Script) -> tuple[int, int, bool]:
    """(start, stop, whether brackets stood around it)."""
    start, stop = script.start, script.stop
    opener = reader.tokens[start]
    if stop - start > 2 and opener.kind == "sign" and opener.text in BRACKETS and reader.partner(start) == stop - 1:
        return start + 1, stop - 1, True
    return start, stop, False


def is_bracketed(reader: TokenReader, script: Script) -> bool:
    return stripped(reader, script)[2]


def is_labelling(reader: TokenReader, script: Script) -> bool:
    """Whether the brackets around a script say that it is a label, not an index: all but those of `x_{[i]}`."""
    return is_bracketed(reader, script) and (script.kind != "sub" or reader.tokens[script.start].text != "[")


def slots(reader: TokenReader, script: Script) -> list[tuple[int, int]]:
    """The parts between commas."""
    start, stop, _ = stripped(reader, script)
    found: list[tuple[int, int]] = []
    depth, begin = 0, start
    for position in range(start, stop):
        token = reader.tokens[position]
        if token.kind != "sign":
            continue
        depth += (token.text in ("(", "[", "{", "\\{")) - (token.text in (")", "]", "}", "\\}"))
        if token.text == "," and not depth:
            found.append((begin, position))
            begin = position + 1
    return [*found, (begin, stop)]


def atoms(reader: TokenReader, start: int, stop: int) -> list[tuple[int, int]] | None:
    """Letters and numbers that run together, each on its own: `ij`, `1j`, `i_1 j`; None for anything else."""
    found: list[tuple[int, int]] = []
    position = start
    while position < stop:
        token = reader.tokens[position]
        plain = token.kind in ("letter", "number") or (token.kind == "sign" and token.text in COLONS)
        if not plain or (token.kind == "number" and not token.text.isdigit()):
            return None
        end = position + 1
        if end < stop and reader.tokens[end].kind == "sign" and reader.tokens[end].text == "_":
            end = reader.partner(end + 1) + 1
        found.append((position, end))
        position = end
    return found


def slot_tree(reader: TokenReader, start: int, stop: int) -> Expression | Slice:
    """An index or a label: a letter, a number, `:`, or an expression of letters. Raises NotationError."""
    tokens = reader.tokens[start:stop]
    if len(tokens) == 1 and tokens[0].kind == "sign" and tokens[0].text in COLONS:
        return Slice(tokens[0].span)
    if len(tokens) == 1 and tokens[0].kind == "letter" and not tokens[0].accent:
        return Name(tokens[0].text, tokens[0].span)
    if len(tokens) == 4 and tokens[0].kind == "letter" and tokens[1].text == "_" and tokens[2].kind == "number":
        return Name(tokens[0].text + tokens[2].text, tokens[0].span.to(tokens[2].span))
    inner = reader.part(start, stop)
    inner.letters = True
    return inner.whole()


def indices(reader: TokenReader, parts: list[list[tuple[int, int]]], count: int) -> list[Expression | Slice] | None:
    """The indices that the slots of some scripts give to a tensor of `count` axes, None where they are not so many."""
    if sum(len(part) for part in parts) != count:
        numbers = _digits(reader, parts)
        if numbers is not None and len(numbers) == count:
            return numbers
        parts = [[atom for slot in part for atom in atoms(reader, *slot) or [slot]] for part in parts]
    if sum(len(part) for part in parts) != count:
        return None
    try:
        return [slot_tree(reader, *slot) for part in parts for slot in part]
    except NotationError:
        return None


def _digits(reader: TokenReader, parts: list[list[tuple[int, int]]]) -> list[Expression | Slice] | None:
    """`W_{12}` of a matrix is its entry 1, 2."""
    found: list[Expression | Slice] = []
    for start, stop in (slot for part in parts for slot in part):
        token = reader.tokens[start]
        if stop - start != 1 or token.kind != "number" or not token.text.isdigit():
            return None
        found += [Number(Fraction(int(digit)), token.span) for digit in token.text]
    return found


def name_text(reader: TokenReader, script: Script) -> str | None:
    """What a script adds to a name, `W^{(2)}` and `W_{hh}`; None where it is not letters and digits."""
    return slot_text(reader, *stripped(reader, script)[:2])


def slot_text(reader: TokenReader, start: int, stop: int, *, digits: bool = False) -> str | None:
    """The letters and digits of a slot as part of a name, None where there is anything else."""
    if digits and any(token.kind != "number" for token in reader.tokens[start:stop]):
        return None
    text = ""
    for token in reader.tokens[start:stop]:
        if token.kind not in ("letter", "number", "word", "function") or token.accent or "." in token.text:
            return None
        text += token.text.replace("_", "")
    return text or None


def dimension_at(reader: TokenReader, start: int, stop: int) -> Expression | None:
    """The declared dimension or number that tokens name, as a tree; None where they name none."""
    inner = reader.part(start, stop)
    inner.letters = False
    try:
        tree = inner.whole()
    except NotationError:
        return None
    return tree if reader.context.shapes.dimension(tree) is not None else None
