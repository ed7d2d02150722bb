"""Updates: `w_{t+1} = w_t - \\eta g` gives w its next value. They are judged by the rule that the sidecar names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from derivcheck.diagnostics.diagnostic import NotationError, SpecError, placed
from derivcheck.language.lowering.scope import Scope
from derivcheck.language.notation.parser import parse_expression
from derivcheck.language.notation.syntax import Equation, Expression, Name, Span, Subscript, rebuilt
from derivcheck.language.tex.nodes import (
    Accent,
    Fraction,
    Grid,
    Group,
    Node,
    Numeral,
    Root,
    Row,
    ScriptNode,
    Scripts,
    Symbol,
    rows_of,
)
from derivcheck.language.tex.statements import Chain, is_relation, is_sign, seen
from derivcheck.spec.declarations import NamedFormula

NEXT = frozenset({"new", "next", "updated"})
OLD = frozenset({"old", "current", "prev", "previous"})


def is_step(chain: Chain) -> bool:
    """`w_{new} = w_{old} - ...`, `w^{(t+1)} = w^{(t)} - ...`: the next value of something, by names of steps alone."""
    nodes = _update(chain)
    if nodes is None:
        return _is_repeated(chain)
    left, right = nodes
    if isinstance(left, Accent):
        return isinstance(right, Symbol) and _letters(left) == _letters(right) != ()  # `\\hat{w} = w - ...`
    return bool(_steps(left, right))


def without_steps(chain: Chain) -> Chain:
    """`w_{t+1} = w_t - \\eta \\nabla J(w_t)` as `w = w - \\eta \\nabla J(w)`."""
    nodes = _update(chain)
    if nodes is None:
        return chain
    left, right = nodes
    steps = frozenset[str]() if isinstance(left, Accent) else _steps(left, right)
    row = [_plain(node, steps) for node in chain.row]
    if isinstance(left, Accent):
        row = [right if node is left else node for node in chain.row]
    return replace(chain, row=tuple(row))


def _update(chain: Chain) -> tuple[Node, Node] | None:
    """What stands alone on the left side, and first on the right one, where more is added to it."""
    nodes = seen(chain.row)
    signs = [position for position, node in enumerate(nodes) if is_relation(node)]
    return (nodes[0], nodes[2]) if signs == [1] and len(nodes) > 3 and is_sign(nodes[3], "+", "-") else None


def _is_repeated(chain: Chain) -> bool:
    """`w{^l}{_i} = w{^l}{_i} - ...`: whether the left side stands again on the right one, and more is added to it."""
    nodes = seen(chain.row)
    signs = [position for position, node in enumerate(nodes) if is_relation(node)]
    if len(signs) != 1:
        return False
    left, right = nodes[: signs[0]], nodes[signs[0] + 1 :]
    added = len(right) > len(left) and is_sign(right[len(left)], "+", "-")
    return added and _told(left) == _told(right[: len(left)])


def _told(nodes: Sequence[Node]) -> tuple[object, ...]:
    """What nodes say, wherever they stand."""
    return tuple(
        node.text if isinstance(node, Symbol | Numeral) else (type(node), *(_told(seen(row)) for row in rows_of(node)))
        for node in nodes
    )


def _steps(left: Node, right: Node) -> frozenset[str]:
    """How two sides name their steps: `t+1` and `t`, `t` and `t-1`, `new` and `old`; none where they are no steps."""
    if not isinstance(left, Scripts) or not isinstance(right, Scripts | Symbol):
        return frozenset()
    base = right.base if isinstance(right, Scripts) else right
    if not _letters(left.base) or _letters(left.base) != _letters(base):
        return frozenset()
    before = [_word(script.body) for script in right.scripts] if isinstance(right, Scripts) else []
    for script in left.scripts:
        word = _word(script.body)
        letter, plus, one = word.partition("+")
        if letter and plus and one.isdigit():
            return frozenset({word, letter})
        if word.lower() in NEXT:
            return frozenset({word, *OLD})
        if word.isalpha() and f"{word}-1" in before:
            return frozenset({word, f"{word}-1"})
    return frozenset()


def _word(body: Row) -> str:
    """`t+1` of `t+1` and of `(t+1)`, `new` of its letters."""
    nodes = seen(body)
    if len(nodes) == 1 and isinstance(nodes[0], Group):
        return _word(nodes[0].body)
    plain = all(isinstance(node, Symbol | Numeral) for node in nodes)
    return "".join(node.text for node in nodes if isinstance(node, Symbol | Numeral)) if plain else ""


def _letters(node: Node | None) -> tuple[str, ...]:
    match node:
        case Symbol(text=text):
            return (text,)
        case Accent(body=body) | Group(body=body):
            return tuple(letter for part in body for letter in _letters(part))
        case _:
            return ()


def _plain(node: Node, steps: frozenset[str]) -> Node:
    """A node without the scripts that are names of steps."""

    def row(body: Row) -> Row:
        return tuple(_plain(part, steps) for part in body)

    match node:
        case Scripts(base=base, scripts=scripts):
            kept = tuple(_script(one, steps) for one in scripts if _word(one.body) not in steps)
            bare = None if base is None else _plain(base, steps)
            return bare if bare is not None and not kept else replace(node, base=bare, scripts=kept or scripts)
        case Group(body=body) | Accent(body=body):
            return replace(node, body=row(body))
        case Root(body=body):
            return replace(node, body=row(body))
        case Fraction(above=above, below=below):
            return replace(node, above=row(above), below=row(below))
        case Grid(rows=rows):
            return replace(node, rows=tuple(tuple(map(row, cells)) for cells in rows))
        case _:
            return node


def _script(script: ScriptNode, steps: frozenset[str]) -> ScriptNode:
    return replace(script, body=tuple(_plain(part, steps) for part in script.body))


# --- the rule -----------------------------------------------------------------------------------


def by_rule(update: Equation, rules: Sequence[NamedFormula], scope: Scope) -> Equation | None:
    """What an update asserts under the rule for its left side: that the rule gives its right side. None without one.

    Raises SpecError for a rule that is not read.
    """
    left, right = update.sides
    value = _value(left, rules, scope)
    if value is None:
        return None

    def here(node: Any) -> Any:
        return replace(node, span=left.span) if isinstance(getattr(node, "span", None), Span) else node

    return replace(update, sides=(rebuilt(value, here), right))


def _value(name: Expression, rules: Sequence[NamedFormula], scope: Scope) -> Expression | None:
    """The new value of a name, of a member of a family, of an entry."""
    for rule in rules:
        try:
            named = parse_expression(rule.name.text)
            if named == name:
                return parse_expression(rule.text.text, scope.vocabulary())
            match named, name:
                case Subscript(base, (Name(label),)), Subscript(other, (place,)) if base == other:
                    value = parse_expression(rule.text.text, scope.vocabulary())
                    return _at(value, label, place)  # type: ignore[arg-type]
        except NotationError as problem:
            raise SpecError(placed(problem, rule.text)) from None
    if isinstance(name, Subscript) and (whole := _value(name.base, rules, scope)) is not None:
        return Subscript(whole, name.entries)
    return None


def _at(tree: Expression, label: str, place: Expression) -> Expression:
    found: Expression = rebuilt(tree, lambda node: place if node == Name(label) else node)
    return found
