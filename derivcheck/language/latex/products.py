"""Which product a sign means: the one that the types of its operands allow, or none.

    juxtaposition   the matrix product where it conforms; it binds tighter than every sign
    · * × .         whichever of the matrix and the entrywise product conforms
    ⊙ ∘ ∗           entrywise
    ⊗               the outer product of two vectors, else Kronecker's
    :               the double contraction, the sum of all products of entries

A scalar times anything is entrywise. Where two readings conform and differ, the whole
equation decides; where it cannot, both are judged.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from derivcheck.language.latex import chains
from derivcheck.language.latex.forks import CHAIN, ORDER, PRODUCT, SCALAR_PRODUCT, Choices, Fork, ForkKind
from derivcheck.language.lowering.types import Types
from derivcheck.language.notation.limits import check_limits
from derivcheck.language.notation.printer import to_plain
from derivcheck.language.notation.syntax import Binary, Call, Expression, Span, Transpose
from derivcheck.language.tex.errors import fail

DOT_LIKE = frozenset({"", "·", "×", "*", "."})
PRODUCT_SIGNS = frozenset({"·", "×", "*", ".", "⊙", "⊗", "/", ":"})


@dataclass(frozen=True, slots=True)
class Item:
    """A factor, and the sign before it: empty for juxtaposition."""

    sign: str
    tree: Expression
    span: Span


@dataclass(frozen=True, slots=True)
class _Grouped:
    """A product grouped one way.

    `strict` says that every part of it conforms without broadcasting, `mixed` that
    tensors are multiplied entrywise without a sign that says so.
    """

    tree: Expression
    strict: bool
    mixed: bool = False


def product(items: Sequence[Item], types: Types, choices: Choices) -> Expression:
    """The tree of a product. Raises NotationError (DC106, DC172)."""
    if len(items) == 1:
        return items[0].tree
    whole = _Product(items, types, choices).tree()
    joined = _chained(items, types)
    if len(joined) == len(items):
        return whole
    chained = product(joined, types, choices)
    if types(whole) is None or types(chained) is None:
        return whole if types(chained) is None else chained
    span = items[0].span.to(items[-1].span)
    return choices.take(Fork(CHAIN, str(span), span), chained, whole)


def _chained(items: Sequence[Item], types: Types) -> list[Item]:
    """The factors with every run of linked derivatives made one."""
    made: list[Item] = []
    done = 0
    for start, stop, tree in chains.runs([(item.sign, item.tree) for item in items], types):
        made += [*items[done:start], Item(items[start].sign, tree, tree.span)]
        done = stop
    return [*made, *items[done:]]


def _is_sum(tree: Expression) -> bool:
    return isinstance(tree, Binary) and tree.operator in ("+", "-")


def _runs(items: Sequence[Item], joins: Callable[[str], bool]) -> list[list[Item]]:
    """The factors, each with those behind it that their signs join to it."""
    runs: list[list[Item]] = []
    for item in items:
        if runs and joins(item.sign):
            runs[-1].append(item)
        else:
            runs.append([item])
    return runs


class _Product:
    def __init__(self, items: Sequence[Item], types: Types, choices: Choices) -> None:
        self._items = items
        self._types = types
        self._choices = choices
        self._span = items[0].span.to(items[-1].span)
        self._made: dict[tuple[int, int, str], Expression] = {}

    def tree(self) -> Expression:
        groups = self._juxtaposed()
        signs = {item.sign for item in groups[1:]}
        first = self._folded(groups)
        if len(groups) == len(self._items) and ("⊙" not in signs or signs == {"⊙"}):
            return first.tree
        candidates = [first]
        if "⊙" in signs and signs & DOT_LIKE:
            dots_first = [self._joined(run) for run in _runs(groups, lambda sign: sign != "⊙")]
            candidates.append(self._folded(dots_first))
        flat = self._folded(list(self._items)) if "⊙" in signs else first
        return self._chosen(candidates, flat)

    def _chosen(self, candidates: Sequence[_Grouped], flat: _Grouped) -> Expression:
        strict = [c for c in candidates if c.strict]
        if len(strict) == 2 and not self._same(strict[0].tree, strict[1].tree):
            return self._choose(strict[0].tree, strict[1].tree, ORDER)
        if strict:
            return strict[0].tree
        tight = candidates[0].tree
        if not flat.strict or self._same(flat.tree, tight):
            return tight
        if self._types(tight) is None or self._scales(tight):
            return flat.tree
        return self._choose(tight, flat.tree, ORDER)

    def _scales(self, tree: Expression) -> bool:
        """`d ⊙ (B C)` with a vector d scales rows or columns: it is `(d ⊙ B) C`."""
        match tree:
            case Binary("*", left, Binary("@")):
                shape = self._types(left)
                return shape is not None and shape.is_vector and not shape.column
            case Binary("*", Binary("@"), right):
                shape = self._types(right)
                return shape is not None and shape.is_vector and not shape.row
            case _:
                return False

    # --- grouping -------------------------------------------------------------------------

    def _juxtaposed(self) -> list[Item]:
        """Runs without a sign become one factor each; a `/` must not reach over one."""
        runs = _runs(self._items, lambda sign: sign == "")
        for run in runs:
            if len(run) > 1 and run[0].sign == "/":
                self._refuse_reach(run)
        return [self._joined(run) for run in runs]

    def _joined(self, run: Sequence[Item]) -> Item:
        return Item(run[0].sign, self._folded(run).tree, run[0].span.to(run[-1].span))

    def _refuse_reach(self, run: Sequence[Item]) -> None:
        below, rest = (
            f"({to_plain(tree)})" if _is_sum(tree) else to_plain(tree) for tree in (run[0].tree, run[1].tree)
        )
        fail(
            "DC106",
            "does the division reach over the product that follows?",
            run[0].span.to(run[-1].span),
            f"`(…/{below}) {rest}` or `…/({below} {rest})`",
            r"\frac{..}{..}",
        )

    def _folded(self, items: Sequence[Item]) -> _Grouped:
        """From the left; from the right where only that conforms."""
        left = self._fold(items)
        if len(items) < 3 or any(item.sign in ("/", "⊙", "⊗") for item in items[1:]):
            return left
        if left.strict and not left.mixed:
            return left
        right = self._fold(items, from_right=True)
        if not right.strict:
            return left
        if left.strict and not self._same(left.tree, right.tree):
            return _Grouped(self._choose(left.tree, right.tree, ORDER), True)
        return left if left.strict else right

    def _fold(self, items: Sequence[Item], from_right: bool = False) -> _Grouped:
        tree, strict, mixed = items[-1 if from_right else 0].tree, True, False
        links = [(before.tree, item.tree, item.sign) for before, item in pairwise(items)]
        for before, after, sign in reversed(links) if from_right else links:
            left, right = (before, tree) if from_right else (tree, after)
            strict = strict and self._conforms(left, right, sign)
            tree = self._combined(left, right, sign)
            mixed = mixed or (sign != "⊙" and self._is_entrywise(tree))
        return _Grouped(tree, strict, mixed)

    def _is_entrywise(self, tree: Expression) -> bool:
        """Whether a product of two tensors was read as the entrywise one."""
        if not isinstance(tree, Binary) or tree.operator != "*":
            return False
        types = [self._types(side) for side in (tree.left, tree.right)]
        return all(shape is None or not shape.is_number for shape in types)

    def _same(self, first: Expression, second: Expression) -> bool:
        """Whether two groupings of one product differ only in where its scalars stand, or by associativity."""
        return first == second or self._skeleton(first) == self._skeleton(second)

    def _skeleton(self, tree: Expression) -> object:
        if not isinstance(tree, Binary) or tree.operator not in ("*", "@"):
            return tree
        parts: list[object] = []
        for side in (tree.left, tree.right):
            shape = self._types(side)
            if tree.operator == "*" and shape is not None and shape.is_number:
                continue
            inner = self._skeleton(side)
            same = isinstance(inner, tuple) and inner[0] == tree.operator
            parts += inner[1:] if same and isinstance(inner, tuple) else [inner]
        return parts[0] if len(parts) == 1 else (tree.operator, *parts)

    def _choose(self, first: Expression, second: Expression, kind: ForkKind, shown: str = "") -> Expression:
        return self._choices.take(Fork(kind, shown or str(self._span), first.span, shown), first, second)

    # --- two factors ----------------------------------------------------------------------

    def _conforms(self, left: Expression, right: Expression, sign: str) -> bool:
        a, b = self._types(left), self._types(right)
        if a is None or b is None:
            return False
        if a.is_number or b.is_number or a == b or sign == "⊗":
            return True
        return sign not in ("⊙", "/") and a.contracts(b)

    def _combined(self, left: Expression, right: Expression, sign: str) -> Expression:
        key = (id(left), id(right), sign)
        if key not in self._made:
            self._made[key] = self._resolved(left, right, sign)
        return self._made[key]

    def _resolved(self, left: Expression, right: Expression, sign: str) -> Expression:
        span = left.span.to(right.span)
        check_limits(left)
        a, b = self._types(left), self._types(right)
        if sign == "/":
            return Binary("/", left, right, span)
        if sign == ":":
            return Call("trace", (Binary("@", Transpose(left, left.span), right, span),), 0, span)
        if sign == "⊙" or (a is not None and a.is_scalar) or (b is not None and b.is_scalar):
            return Binary("*", left, right, span)
        if sign == "⊗":
            vectors = a is not None and b is not None and a.is_vector and b.is_vector
            return Call("outer" if vectors else "kron", (left, right), 0, span)
        matrix, entrywise = Binary("@", left, right, span), Binary("*", left, right, span)
        if a is not None and b is not None and (a.is_number or b.is_number):
            return entrywise if self._types(matrix) is None else matrix
        if a is None or b is None or a != b:
            return matrix
        if a.contracts(b):
            if sign == "":
                return matrix
            return self._choose(matrix, entrywise, PRODUCT, sign)
        if sign in ("·", ".") and a.is_vector:
            dot = Call("dot", (left, right), 0, span)
            return self._choose(dot, entrywise, SCALAR_PRODUCT, sign)
        return entrywise
