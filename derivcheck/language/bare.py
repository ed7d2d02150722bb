"""A spec for an equation on its own: names are vectors, sizes are inferred."""

from __future__ import annotations

from derivcheck.diagnostics.diagnostic import Diagnostic, NotationError, SourceText, SpecError, located
from derivcheck.language.notation.parser import parse_equation
from derivcheck.language.notation.syntax import Derivative, Name, Subscript, children
from derivcheck.spec import Spec, read_spec


def bare_spec(text: str) -> Spec:
    """A spec in which every name of the equation is a vector of one dimension `n`.

    A name that is indexed by two letters is a square matrix, one in capitals that is not
    indexed too. Raises SpecError where a name cannot be given a shape, and for `dL/dz`, which
    asks for a network.
    """
    source = SourceText(text, "<equation>", ((1, 1),), (text,))
    try:
        equation = parse_equation(text)
    except NotationError as problem:
        raise located(problem, source) from None
    orders: dict[str, int] = {}
    indices: set[str] = set()
    stack: list[object] = [*equation.sides]
    while stack:
        node = stack.pop()
        if isinstance(node, Subscript) and isinstance(node.base, Name):
            orders[node.base.name] = max(orders.get(node.base.name, 0), len(node.entries))
            indices |= {entry.name for entry in node.entries if isinstance(entry, Name)}
            continue
        if isinstance(node, Derivative):
            _refuse_loss(node, source)
        if isinstance(node, Name) and node.name not in ("n", "pi"):
            orders.setdefault(node.name, 0)
        stack.extend(children(node))  # type: ignore[arg-type]
    names = {name: order for name, order in orders.items() if name not in indices or order}
    if any(order > 2 for order in names.values()):
        raise SpecError(
            Diagnostic("DC607", "this equation needs a spec", source.where(), help="derivcheck check ... --spec FILE")
        )
    lines = ["tensors:"]
    for name, order in names.items():
        square = order == 2 or (order == 0 and name[0].isupper())
        lines.append(f"  {name}: {'n n' if square else 'n'}")
    if not names:
        lines.append("  x: n")
    return read_spec("\n".join(lines), "<equation>")


def _refuse_loss(tree: Derivative, source: SourceText) -> None:
    """Raises SpecError (DC607) for the derivative of a name in capitals, a matrix here: it is meant for a loss."""
    of, by = tree.numerator, tree.variables[0]
    if not isinstance(of, Name) or not of.name[0].isupper() or of == by:
        return
    where = source.where(tree.span.start, tree.span.stop)
    raise SpecError(
        Diagnostic(
            "DC607",
            "this equation needs a spec",
            where,
            f"of which network is `{of.name}` the loss?",
            help="derivcheck check ... --spec FILE",
        )
    )
