"""What is asked of a whole equation once it is read: its entries, its primes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from derivcheck.language.latex.cursor import RowCursor
from derivcheck.language.latex.forks import TURN
from derivcheck.language.notation.printer import to_plain
from derivcheck.language.notation.syntax import (
    Binary,
    Equation,
    Expression,
    Name,
    Negate,
    Reduction,
    Slice,
    Span,
    Subscript,
    Transpose,
    bottom_up,
    children,
)
from derivcheck.language.tex.errors import fail


def check_entries(equation: Equation, reader: RowCursor) -> None:
    """`x_n` outside a pattern may be the last entry or every entry. Raises NotationError (DC171)."""
    waiting: list[tuple[object, frozenset[str]]] = [(equation, frozenset())]
    dimensions = reader.context.scope.dimensions
    while waiting:
        node, bound = waiting.pop()
        if isinstance(node, Reduction):
            bound = bound | set(node.letters)
        if isinstance(node, Subscript) and reader.context.types.value(node) is None:
            for entry in node.entries:
                if isinstance(entry, Slice):
                    continue
                if _names_dimension(entry, bound, dimensions, reader):
                    shown, help_ = to_plain(entry), "use another index letter"
                    every = f"for every index {shown}"
                    reader.refuse_both(node.span, f"`{shown}` is a dimension", help_, every, "the last entry")
        waiting += [(part, bound) for part in children(node)]  # type: ignore[arg-type]


def _names_dimension(
    entry: Expression, bound: frozenset[str], dimensions: Mapping[str, object], reader: RowCursor
) -> bool:
    if isinstance(entry, Name):
        return entry.name in dimensions and entry.name not in bound
    return isinstance(entry, Subscript) and reader.context.types.dimension(entry) is not None


# --- primes -------------------------------------------------------------------------------------


def check_primes(equation: Equation, reader: RowCursor) -> None:
    """`W' = W - \\eta G` speaks of a new value, `x'y` of a transpose. Raises NotationError (DC171)."""
    primed = reader.context.primed
    if not primed:
        return
    lone = {term.span for side in equation.sides for term in _terms(side) if isinstance(term, Transpose)}
    misfit = any(reader.context.types(side) is None for side in equation.sides)
    for span in sorted(primed, key=lambda span: span.start):
        if span in lone or (misfit and any(_is_at(side, span) for side in equation.sides)):
            shown = reader.source(span)
            base, key = shown.partition("'")[0].partition("^")[0], shown.replace("'", "''")
            help_ = f"{base}^{{\\top}}, or symbols: {{'{key}': ...}}"
            turned = f"the transpose of {base}"
            reader.refuse_both(span, "a transpose, or a new value?", help_, turned, "another quantity")


def check_transposes(reader: RowCursor) -> None:
    """What is written alike is read alike: `^T` is no power beside one that is a transpose. Raises NotationError."""
    choices, turns = reader.context.choices, reader.context.turns
    for fork, count in choices.forks.items():
        if fork.kind is TURN and turns and choices.number(fork, count):
            fail("DC171", fork.message, fork.span, fork.kind.label, fork.advice)


def _terms(tree: Expression) -> Iterator[Expression]:
    waiting = [tree]
    while waiting:
        match waiting.pop():
            case Negate(operand):
                waiting.append(operand)
            case Binary("+" | "-", left, right):
                waiting += [left, right]
            case term:
                yield term


def _is_at(tree: Expression, span: Span) -> bool:
    return any(isinstance(node, Transpose) and node.span == span for node in bottom_up(tree))
