"""How far `\\frac{d}{dx}`, `\\partial_x` and `\\nabla_x` reach over the factors that follow them.

    \\nabla_w \\frac{\\lambda}{2} \\|w\\|^2     a coefficient and one factor: both
    \\nabla_x x^\\top A x                    the one product that is a scalar
    \\frac{d}{dx} (x + 1)(x - 1)            of the first bracket, or of both: refused

A coefficient alone is never what is differentiated.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import NoReturn

from derivcheck.graph.nodes import Node, topological
from derivcheck.language.latex.cursor import RowCursor
from derivcheck.language.latex.forks import DERIVATIVE_REACH, Choices, Fork
from derivcheck.language.latex.products import Item, product
from derivcheck.language.notation.syntax import (
    Binary,
    Derivative,
    Expression,
    Name,
    Negate,
    Span,
    Subscript,
    bottom_up,
)
from derivcheck.language.tex.errors import fail

MAXIMAL_FACTORS = 50
DOTS = frozenset({"·", "×", "*", "."})
OPENERS = ("(", "[", "\\{")


@dataclass(frozen=True, slots=True)
class Factor:
    """A factor with the sign before it, and the positions of its elements."""

    item: Item
    start: int
    stop: int

    @property
    def tree(self) -> Expression:
        return self.item.tree

    @property
    def sign(self) -> str:
        return self.item.sign


def operand(reader: RowCursor, variables: Sequence[Expression], span: Span) -> Expression:
    """What `\\frac{d}{dx}` at `span` stands before. Raises NotationError (DC106, DC118)."""
    return _Reach(reader, variables, span).operand()


def named_operand(reader: RowCursor, variables: Sequence[Expression], span: Span) -> tuple[Expression, bool]:
    """(what `\\partial_x` stands before, whether a bracket with arguments may follow): a layer is enough."""
    return _Reach(reader, variables, span).named(gradient=False)


def scalar_operand(reader: RowCursor, variables: Sequence[Expression], span: Span) -> tuple[Expression, bool]:
    """The same for `\\nabla_x`, which stands before a scalar."""
    return _Reach(reader, variables, span).named(gradient=True)


class _Reach:
    def __init__(self, reader: RowCursor, variables: Sequence[Expression], span: Span) -> None:
        self._reader = reader
        self._span = span
        self._types = reader.context.types
        self._by = {node for variable in variables for node in self._nodes(variable)}
        self._factors = self._ahead()
        moving = [k for k, factor in enumerate(self._factors) if self._depends(factor.tree)]
        # Constants before what depends on the variable are its coefficient.
        self._core = moving[0] if moving else len(self._factors) - 1
        if not self._by:
            self._core, self._factors = 0, self._factors[:1]  # nothing is known of the variable yet
        self._tail = self._factors[self._core + 1 :]

    # --- the three operators --------------------------------------------------------------

    def operand(self) -> Expression:
        if self._is_form():
            return self._taken(len(self._factors) - 1)
        if self._is_scripted():
            self._refuse()
        if not self._end_at_core() and not self._is_delimited():
            return self._taken(self._reach())
        return self._taken(self._core)

    def named(self, gradient: bool) -> tuple[Expression, bool]:
        core = self._factors[self._core]
        name = isinstance(core.tree, Name | Subscript)
        if name and self._reader.row[core.stop].is_group("(") and not self._is_plain_input():
            return self._taken(self._core), True
        if name and self._is_derived(core.tree):
            rival = any(self._depends(f.tree) and self._is_scalar(f.tree) for f in self._tail if f.sign in ("", *DOTS))
            return self._taken(self._reach() if rival and not self._is_link() else self._core), False
        if not gradient:
            return self.operand(), False
        return self._taken(self._core if self._end_at_core() else self._scalar_end()), False

    # --- where it ends --------------------------------------------------------------------

    def _end_at_core(self) -> bool:
        """End at the core where nothing that follows makes a difference: numbers, or the next link of a chain."""
        quotient = any(before.sign == "/" and after.sign == "" for before, after in pairwise(self._factors))
        if quotient:
            self._core = len(self._factors) - 1  # the product says what is wrong with it
            return True
        numbers = all(
            not self._depends(f.tree) and self._is_scalar(f.tree) and f.sign in ("", "/", *DOTS) for f in self._tail
        )
        return numbers or self._is_link()

    def _is_link(self) -> bool:
        """`\\frac{\\partial}{\\partial a} (a - y)^2 \\frac{\\partial a}{\\partial z}`: the chain goes on."""
        first = self._tail[0] if self._tail else None
        if first is None or first.sign == "/" or isinstance(self._factors[self._core].tree, Derivative):
            return False
        return isinstance(first.tree, Derivative) and bool(self._by & set(self._own_node(first.tree.numerator)))

    def _is_delimited(self) -> bool:
        """Whether brackets say how far it reaches, and a sign stands behind them."""
        core, sign = self._factors[self._core], self._tail[0].sign
        if sign in ("⊙", "⊗") and self._is_scalar(self._product(self._core)):
            return not self._is_scalar(self._tail[0].tree)
        if self._core or not self._is_bracketed(core):
            return False
        total = isinstance(core.tree, Binary | Negate) and getattr(core.tree, "operator", "-") in ("+", "-")
        return sign in ("⊙", "⊗") or (sign in DOTS and not total)

    def _is_scripted(self) -> bool:
        """`\\frac{d}{dx} (A x)^\\top`: the script could belong to the derivative; a power cannot."""
        core = self._factors[self._core]
        power = isinstance(core.tree, Binary) and core.tree.operator == "**"
        opens = self._reader.row[core.start].is_group(*OPENERS)
        return not self._core and opens and not power and not self._is_bracketed(core)

    def _is_form(self) -> bool:
        """`x^\\top A x`: a scalar, and nothing it begins with is one; a part of it alone is not what is meant."""
        last = len(self._factors) - 1
        if not self._tail or any(factor.sign for factor in self._tail):
            return False
        return self._is_scalar(self._product(last)) and not any(
            self._is_scalar(self._product(end)) for end in range(self._core, last)
        )

    def _is_bracketed(self, factor: Factor) -> bool:
        return self._reader.row[factor.start].is_group(*OPENERS) and factor.stop == factor.start + 1

    def _scalar_end(self) -> int:
        """The only product from the left that is a scalar. Raises NotationError (DC118)."""
        ends = [self._core]
        for end in range(self._core + 1, len(self._factors)):
            if self._factors[end].sign in ("⊙", "⊗"):
                break
            ends.append(end)
        scalars = (end for end in ends if self._is_scalar(self._product(end)))
        fitting = list(islice(scalars, 2))
        rest = self._factors[fitting[0] + 1 :] if fitting else []
        if len(fitting) > 1 or any(self._depends(f.tree) for f in rest):
            return self._reach()
        return fitting[0] if fitting else self._core

    def _product(self, end: int) -> Expression:
        return product([factor.item for factor in self._factors[: end + 1]], self._types, Choices())

    def _is_plain_input(self) -> bool:
        """Whether the bracket behind a name is a factor: an input is no function."""
        tree = self._factors[self._core].tree
        return self._types.is_input(tree) and not self._depends(tree)

    # --- dependence -----------------------------------------------------------------------

    def _own_node(self, tree: Expression) -> list[Node]:
        value = self._types.value(tree)
        if value is None and isinstance(tree, Subscript):
            value = self._types.value(tree.base)
        return [] if value is None else [value.node]

    def _nodes(self, tree: Expression) -> list[Node]:
        values = [self._types.value(part) for part in bottom_up(tree) if isinstance(part, Name | Subscript)]
        return [value.node for value in values if value is not None]

    def _depends(self, tree: Expression) -> bool:
        return any(node in self._by for node in topological(self._nodes(tree)))

    def _is_scalar(self, tree: Expression) -> bool:
        shape = self._types(tree)
        return shape is not None and shape.is_scalar

    def _is_derived(self, tree: Expression) -> bool:
        return self._types.is_derived(self._types.whole(tree))

    # --- reading --------------------------------------------------------------------------

    def _ahead(self) -> list[Factor]:
        """The factors that follow, read to see what they are; the position stays.

        An operator among them takes its coefficient and one factor: how far it reaches is
        asked when it is read itself.
        """
        reader = self._reader
        begin, trying = reader.position, reader.trying
        reader.trying = True
        found = [self._factor("")]
        while not trying or not self._depends(found[-1].tree):
            sign = None if reader.at("…") else reader.product_sign()
            if sign is None or reader.at("…"):
                break
            found.append(self._factor(sign))
            if len(found) > MAXIMAL_FACTORS:
                fail(
                    "DC102",
                    "the product is too long",
                    self._span,
                    f"more than {MAXIMAL_FACTORS} factors follow",
                    "split it with `let:` names",
                )
        reader.position, reader.trying = begin, trying
        return found

    def _factor(self, sign: str) -> Factor:
        reader = self._reader
        negative = reader.accept("-") if sign else None
        start = reader.position
        tree = reader.factor()
        stop = reader.position
        if negative is not None:
            tree = Negate(tree, negative.span.to(tree.span))
        return Factor(Item(sign, tree, tree.span), start, stop)

    def _taken(self, last: int) -> Expression:
        """Read the factors up to one, for good."""
        reader, stop = self._reader, self._factors[last].stop
        if reader.trying:
            reader.position = stop
            return self._product(last)
        items = [self._factor("").item]
        while reader.position < stop:
            items.append(self._factor(reader.product_sign() or "").item)
        return product(items, self._types, reader.context.choices)

    def _reach(self) -> int:
        """The factor that it reaches up to: the first that depends on the variable, or one of those behind it."""
        ends = range(self._core, len(self._factors))
        fork = Fork(DERIVATIVE_REACH, str(self._span), self._span, "", self._help(ends[-1]))
        return ends[self._reader.context.choices.number(fork, len(ends))]

    def _source(self, last: int) -> str:
        first, stop = self._factors[0].start, self._factors[last].stop
        row = self._reader.row
        return self._reader.source(row[first].span.to(row[stop - 1].span))

    def _help(self, last: int) -> str:
        return rf"{self._reader.source(self._span)}\left({self._source(last)}\right)"

    def _refuse(self) -> NoReturn:
        """A script behind a bracket could belong to the derivative."""
        row, last = self._reader.row, len(self._factors) - 1
        first = row[self._factors[0].start]
        fail(
            DERIVATIVE_REACH.code,
            DERIVATIVE_REACH.message,
            self._span.to(first.span),
            DERIVATIVE_REACH.label,
            self._help(last),
            (
                ("one reading", f"of {self._reader.source(first.span)} only"),
                ("another reading", f"of {self._source(last)}"),
            ),
        )
