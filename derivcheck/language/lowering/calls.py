"""Calls: whose a name is, an operation's, an entrywise function's or a definition's of the catalogue."""

from __future__ import annotations

import difflib
from dataclasses import replace
from functools import partial
from typing import Any

from derivcheck.graph.derive import Derived
from derivcheck.graph.nodes import mapped, quantity
from derivcheck.graph.scalars import ELEMENTARY, placeholder
from derivcheck.language.catalogue import functions as catalogue_functions
from derivcheck.language.catalogue.layers import LAYERS
from derivcheck.language.catalogue.losses import LOSSES
from derivcheck.language.catalogue.refused import refusal
from derivcheck.language.lowering import definitions
from derivcheck.language.lowering.axes import names_an_axis
from derivcheck.language.lowering.letters import index_error
from derivcheck.language.lowering.operations import BUILTINS
from derivcheck.language.lowering.scope import Measured
from derivcheck.language.lowering.state import LoweringState
from derivcheck.language.lowering.values import Value, broadcast
from derivcheck.language.notation.printer import to_plain
from derivcheck.language.notation.syntax import Call, Number

DEFINITIONS = {definition.name: definition for definition in (*LAYERS, *LOSSES)}


def call(lowering: LoweringState, tree: Call) -> Value:
    """The value of a call. Raises NotationError: DC122 arguments, DC124 unknown function, DC13x shapes."""
    name = tree.function
    user = lowering.scope.functions
    if tree.options and name not in DEFINITIONS:
        given = ", ".join(option for option, _ in tree.options)
        raise lowering.call_error(tree, f"`{name}` has no option `{given}`", "leave it out")
    if name in BUILTINS and name not in user and not (name in ("max", "min") and _two_values(lowering, tree)):
        if tree.primes:
            raise lowering.call_error(tree, f"`{name}` is not an entrywise function and has no `{name}'`")
        return BUILTINS[name](lowering, tree)
    if catalogue_functions.entrywise(name, user):
        return entrywise(lowering, tree)
    if name in DEFINITIONS:
        if tree.primes:
            raise lowering.call_error(
                tree,
                f"`{name}` is not entrywise: its derivative is a Jacobian",
                f"d{name}... in index form, or derivcheck show-jacobian {name}",
            )
        return definitions.defined(lowering, tree, DEFINITIONS[name])
    refused = refusal(name) or (refusal(name[:-2]) if name[-2:-1] == "_" else None)  # `var_i`
    if refused is not None and name not in lowering.scope.values:
        message = f"`{name}` is no function here: it is {refused.about}"
        raise index_error("DC125", message, tree.span, "", refused.instead)
    known = [*BUILTINS, *DEFINITIONS, *user, *catalogue_functions.activations(), *ELEMENTARY]
    close = difflib.get_close_matches(name, known, 1, 0.6)
    if name in lowering.scope.values:
        raise index_error("DC124", f"`{name}` is a tensor, not a function", tree.span, "", f"{name} * (...)")
    raise index_error("DC124", f"unknown function `{name}`", tree.span, "", close[0] if close else "")


def _two_values(lowering: LoweringState, tree: Call) -> bool:
    """`max(a, b)` of two values, against `max(X, n)` over a dimension.

    An axis is named by its position where two axes share a dimension, and only there.
    Raises NotationError: DC137 either could be meant.
    """
    if len(tree.arguments) != 2:
        return False
    first, second = tree.arguments
    value = lowering.expression(first)
    if not isinstance(second, Number):
        return not names_an_axis(lowering, value, second)
    if second.value.denominator != 1 or not 1 <= second.value <= len(value.axes):
        return True
    dimensions = [axis.dimension for axis in value.axes]
    if len(set(dimensions)) < len(dimensions):
        return False
    name, number = tree.function, to_plain(second)
    along = ", ".join([to_plain(first), str(dimensions[int(second.value) - 1])])
    raise index_error(
        "DC137",
        f"is {number} an axis or a value?",
        second.span,
        value.shape(),
        f"{name}({number}, {to_plain(first)}) or {name}({along})",
        (
            ("one reading", f"the {name} of every entry and {number}"),
            ("another reading", f"the {name} along the axis {number}"),
        ),
    )


def entrywise(lowering: LoweringState, tree: Call) -> Value:
    """A scalar function applied to every entry; further arguments broadcast."""
    values = [lowering.expression(argument) for argument in tree.arguments]
    if not values:
        raise lowering.call_error(tree, f"`{tree.function}` needs an argument")
    shape = values[0]
    nodes = [shape.node]
    for value, argument in zip(values[1:], tree.arguments[1:], strict=True):
        _, _, shape = broadcast(shape, value, argument.span, tree.function)
    if len(values) > 1:
        nodes = [broadcast(shape, value, tree.span, tree.function)[1] for value in values]
    symbols = [placeholder(k) for k in range(len(values))]

    def applied(primes: int) -> Any:
        return catalogue_functions.applied(tree.function, primes, list(symbols), lowering.scope.functions, tree)

    if tree.primes and lowering.scope.measured is not None and not lowering.in_numerator:
        at = quantity(f"argument {len(lowering.scope.measured)}", nodes[0], nodes[0].axes)
        found = Measured(mapped(applied(tree.primes - 1), at), at, entrywise=True)
        return Value(lowering.scope.measurement(found), shape.row, shape.column, shape.more)
    if tree.primes:
        # The argument has a name of its own here: what else depends on it stays as it is.
        at = quantity("argument", nodes[0], nodes[0].axes)
        for primes in range(1, tree.primes + 1):
            below, above = (mapped(applied(k), at, *nodes[1:]) for k in (primes - 1, primes))
            written = partial(to_plain, replace(tree, primes=primes))
            lowering.derived[Derived(below, at, at.axes, above, entrywise=True, written=written)] = None
    return Value(mapped(applied(tree.primes), *nodes), shape.row, shape.column, shape.more)
