"""Index formulas, `H[b,i]: X[b,i] - mu[b]`: the letters on the left are the axes, in their order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from derivcheck.diagnostics.diagnostic import Diagnostic, NotationError
from derivcheck.graph.axes import Axis
from derivcheck.graph.nodes import rename
from derivcheck.language.lowering.letters import index_error
from derivcheck.language.lowering.state import LoweringState
from derivcheck.language.lowering.values import Value, shape_error, tensor_value
from derivcheck.language.notation.printer import to_plain
from derivcheck.language.notation.syntax import Expression, Span


def indexed(lowering: LoweringState, tree: Expression, name: str, letters: Sequence[str]) -> Value:
    """The tensor whose entries a formula gives.

    Raises NotationError: DC145 the formula is no scalar, DC151 a letter is free on the right alone,
    DC140 one indexes nothing there, DC150 one is bound there besides.
    """
    lowering.letters.head = name, tuple(letters)
    lowering.letters.learn(tree)
    value = lowering.expression(tree)
    free = lowering.letters.used_free
    left = f"{name}[{','.join(letters)}]"
    if value.axes:
        raise shape_error(
            f"the formula of `{left}` is for one entry, a scalar",
            tree.span,
            value.shape(),
            help_="index every tensor in it",
            code="DC145",
        )
    refuse_bound_and_free(lowering, free)
    for letter, span in free.items():
        if letter not in letters:
            raise index_error(
                "DC151",
                f"the index `{letter}` is free on the right alone",
                span,
                f"it does not stand in `{left}`",
                f"{name}[{','.join((*letters, letter))}]",
            )
    for letter in letters:
        if letter not in free:
            raise index_error(
                "DC140",
                f"the index `{letter}` of `{left}` runs over no known dimension",
                tree.span,
                "it indexes no tensor here",
                _without(name, letters, letter),
            )
    there: dict[Axis, Axis] = {}
    for letter in letters:
        axis = lowering.letters.axis(letter, free[letter])
        there[axis] = Axis.named(axis.dimension, letter)
    return tensor_value(rename(value.node, there), tuple(there.values()), lowering.scope.vectors)


def _without(name: str, letters: Sequence[str], gone: str) -> str:
    kept = ",".join(letter for letter in letters if letter != gone)
    return f"{name}[{kept}]" if kept else name


def closed(lowering: LoweringState, tree: Expression, name: str) -> Value:
    """The value of a formula that stands by itself. Raises NotationError (DC151) where an index of it is free."""
    value = lowering.expression(tree)
    for letter, span in lowering.letters.used_free.items():
        left = f"{name}[{','.join(lowering.letters.used_free)}]"
        raise index_error(
            "DC151",
            f"the index `{letter}` is free",
            span,
            "nothing says which entry is meant",
            f"{left}: {to_plain(tree)}, or sum_{letter}({to_plain(tree)})",
        )
    return value


def refuse_bound_and_free(lowering: LoweringState, free: Mapping[str, Span]) -> None:
    """Raise NotationError (DC150) for a letter that one side binds and leaves free besides."""
    for letter in free:
        if letter in lowering.letters.ever_bound:
            bound = lowering.letters.ever_bound[letter]
            raise NotationError(
                Diagnostic(
                    "DC150",
                    f"the index `{letter}` is both bound and free in one side",
                    label="bound by this sum",
                    help="rename the bound one",
                    notes=(("if the inner one shadows", f"the `{letter}` inside the sum is not the one outside"),),
                ),
                (bound.start, bound.stop),
            )
