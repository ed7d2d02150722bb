"""Claims in another layout: whether they are true there, and how this spec's layout writes what they say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from derivcheck.diagnostics.diagnostic import DerivcheckError
from derivcheck.forms.transposition import transposed
from derivcheck.language.claims import Pair, pair
from derivcheck.language.lowering.chains import link_of
from derivcheck.language.lowering.language import Lowering
from derivcheck.language.lowering.letters import member_name
from derivcheck.language.lowering.scope import Scope
from derivcheck.language.notation.syntax import Derivative, Expression, Transpose, bottom_up, rebuilt
from derivcheck.spec.declarations import Layout

LAYOUTS: tuple[Layout, ...] = ("numerator", "denominator", "mixed")


def elsewhere(link: Pair, scope: Scope) -> Iterator[tuple[Layout, Pair]]:
    """A claim as it reads in each other layout where its sides conform; `let` names are written out for it."""
    left, right = (written_out(tree, scope) for tree in (link.left_tree, link.right_tree))
    if not any(isinstance(node, Derivative) for tree in (left, right) for node in bottom_up(tree)):
        return
    for layout in LAYOUTS:
        if layout == scope.layout:
            continue
        try:
            trial = pair(left, right, "=", link.where, replace(scope, layout=layout))
        except DerivcheckError:
            continue
        if trial.shapes is None:
            yield layout, trial


def rewritten(tree: Expression, scope: Scope, layout: Layout) -> Iterator[Expression]:
    """What a side that is written in a layout may be in the spec's own: as it stands there, and transposed."""
    scalars = frozenset(scope.dimensions) | {name for name, value in scope.values.items() if value.is_scalar}
    here = rebuilt(tree, lambda node: _turned(node, scope, layout))
    yield transposed(here, scalars)
    yield Transpose(here)
    yield here


def written_out(tree: Expression, scope: Scope) -> Expression:
    """The tree with the definitions of its `let` names in their place, as far as derivatives stand in them."""

    def put(node: Any) -> Any:
        name = member_name(node, scope)
        meant = None if name is None else scope.abbreviations.get(name)
        if meant is None:
            return node
        whole = written_out(meant, scope)
        return whole if any(isinstance(part, Derivative) for part in bottom_up(whole)) else node

    return rebuilt(tree, put)  # type: ignore[no-any-return]


def _turned(node: Any, scope: Scope, layout: Layout) -> Any:
    """A derivative, or a name of one, transposed where the two layouts write it differently."""
    meant = link_of(node, scope)
    if meant is None:
        return node
    lowering = Lowering(scope)
    lowering.in_numerator = True
    try:
        lowering.letters.learn(meant)
        scalar = lowering.expression(meant.numerator).is_scalar
    except DerivcheckError:
        return node
    one, other = (_is_transposed(which, scalar) for which in (scope.layout, layout))
    return node if one == other else Transpose(node, node.span)


def _is_transposed(layout: Layout, scalar: bool) -> bool:
    """Whether a layout turns what mixed layout writes: the gradient of a number, or a Jacobian."""
    return layout == ("numerator" if scalar else "denominator")
