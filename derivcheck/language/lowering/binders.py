"""What binds letters: `sum_i(...)` and every other function of the entries along an axis, `logsumexp_{j <= i}(...)`.

Where a condition stands below, the function is one of the entries at which it holds.
"""

from __future__ import annotations

from derivcheck.diagnostics.diagnostic import Diagnostic, NotationError, UnsupportedError
from derivcheck.graph.axes import Axes
from derivcheck.graph.nodes import (
    Node,
    add,
    constant,
    divide,
    extremum,
    multiply,
    product_over,
    subtract,
    sum_over,
)
from derivcheck.language.lowering.calls import DEFINITIONS
from derivcheck.language.lowering.definitions import of_entries
from derivcheck.language.lowering.letters import index_error
from derivcheck.language.lowering.operations import euclidean
from derivcheck.language.notation.printer import to_plain
from derivcheck.language.notation.syntax import Reduction, Subscript


def reduced(tree: Reduction, body: Node, axes: Axes, test: Node | None) -> Node:
    """The function of the entries `body` along axes, at those where the test is 1.

    Raises NotationError (DC124) for a function that has a value for each of them.
    """
    where = constant(1) if test is None else test
    match tree.kind:
        case "sum":
            return sum_over(multiply(where, body), axes)
        case "mean":
            return divide(sum_over(multiply(where, body), axes), sum_over(where, axes))
        case "prod":
            return product_over(add(multiply(where, body), subtract(constant(1), where)), axes)
        case "norm":
            return euclidean(multiply(where, body), axes)
        case "max" | "min" as kind:
            if test is not None:
                raise UnsupportedError(Diagnostic("DC404", f"`{kind}` with a condition is not supported yet"))
            return extremum(kind, body, axes)
        case _:
            found = of_entries(DEFINITIONS[tree.kind], body, axes, where)
            if found is None:
                raise _unbinding(tree)
            return found


def _unbinding(tree: Reduction) -> NotationError:
    letters = ",".join(tree.letters)
    match tree.body:
        case Subscript(base, entries) if to_plain(tree.body).endswith(f"[{letters}]") and len(entries) == 1:
            advice = f"{tree.kind}({to_plain(base)})[{letters}]"
        case body:
            advice = f"{tree.kind}(x)[{letters}], with a layer `x[{letters}]: {to_plain(body)}`"
    message = f"`{tree.kind}` binds no letter: it has a value for each `{letters}`"
    return index_error("DC124", message, tree.span, "", advice)
