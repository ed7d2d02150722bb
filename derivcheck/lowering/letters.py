"""Index letters: which dimension each one runs over, and whether it is free or bound."""

from __future__ import annotations

from collections.abc import Iterable

from derivcheck.diagnostics import Diagnostic, NotationError
from derivcheck.graph import Axis, Dimension
from derivcheck.lowering.scope import Scope
from derivcheck.notation.syntax import (
    Binary,
    Call,
    Comparison,
    Condition,
    Conditional,
    Derivative,
    Expression,
    Junction,
    Matrix,
    Name,
    Negate,
    Number,
    Reduction,
    Slice,
    Span,
    Subscript,
    Transpose,
)


def index_error(code: str, message: str, span: Span, label: str = "", help_: str = "",
                notes: tuple[tuple[str, str], ...] = ()) -> NotationError:  # fmt: skip
    return NotationError(Diagnostic(code, message, label=label, help=help_, notes=notes), (span.start, span.stop))


def member_name(tree: Expression, scope: Scope) -> str | None:
    """The declared name that a tree is: `W1`, or the member `W[2]` of a family."""
    match tree:
        case Name(name):
            return name if name in scope.values else None
        case Subscript(Name(name), (Number(value),)) if value.denominator == 1 and name not in scope.values:
            member = f"{name}[{value.numerator}]"
            return member if member in scope.values else None
        case _:
            return None


def dimension_name(tree: Expression | Slice, scope: Scope) -> str | None:
    """The declared dimension that a tree is: `n1`, or the member `n[2]` of a family."""
    match tree:
        case Name(name):
            return name if name in scope.dimensions else None
        case Subscript(Name(name), (Number(value),)) if value.denominator == 1:
            member = f"{name}[{value.numerator}]"
            return member if member in scope.dimensions else None
        case _:
            return None


def children(tree: Expression | Condition | Slice) -> Iterable[Expression | Condition | Slice]:
    """The parts of a tree node, in order."""
    match tree:
        case Number() | Name() | Slice():
            return ()
        case Subscript(base, entries):
            return (base, *entries)
        case Negate(operand) | Transpose(operand):
            return (operand,)
        case Binary(_, left, right) | Comparison(_, left, right) | Junction(_, left, right):
            return (left, right)
        case Call(_, arguments):
            return arguments
        case Derivative(numerator, variables):
            return (numerator, *variables)
        case Conditional(test, then, otherwise):
            return (test, then, otherwise)
        case Reduction(_, _, condition, body):
            return (body,) if condition is None else (condition, body)
        case Matrix(rows):
            return tuple(entry for row in rows for entry in row)


class Letters:
    """The letters of one equation; bound ones are kept on a stack."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._free: dict[str, Dimension] = {}
        self._bound: list[dict[str, Dimension | None]] = []
        self.used_free: dict[str, Span] = {}
        self.ever_bound: dict[str, Span] = {}

    def learn(self, tree: Expression | Condition) -> None:
        """Take the dimensions of free letters from the entries in a tree, wherever they stand."""
        for letter, (dimension, span) in self._uses(tree, frozenset()).items():
            known = self._free.setdefault(letter, dimension)
            if known != dimension:
                raise _two_dimensions(letter, known, dimension, span)
        self._learn_links(tree, frozenset())

    def _uses(self, tree: Expression | Condition | Slice, hidden: frozenset[str]) -> dict[str, tuple[Dimension, Span]]:
        """Letter -> (dimension, place) for the letters that index a declared tensor."""
        found: dict[str, tuple[Dimension, Span]] = {}
        if isinstance(tree, Reduction):
            hidden = hidden | set(tree.letters)
        if isinstance(tree, Subscript):
            name = member_name(tree.base, self._scope)
            axes = self._scope.values[name].axes if name is not None and member_name(tree, self._scope) is None else ()
            if len(axes) == len(tree.entries):
                for axis, entry in zip(axes, tree.entries, strict=True):
                    if isinstance(entry, Name) and entry.name not in hidden:
                        found.setdefault(entry.name, (axis.dimension, entry.span))
                        if found[entry.name][0] != axis.dimension:
                            raise _two_dimensions(entry.name, found[entry.name][0], axis.dimension, entry.span)
        for child in children(tree):
            for letter, use in self._uses(child, hidden).items():
                if letter in found and found[letter][0] != use[0]:
                    raise _two_dimensions(letter, found[letter][0], use[0], use[1])
                found.setdefault(letter, use)
        return found

    def _links(self, tree: Expression | Condition | Slice, hidden: frozenset[str]) -> list[tuple[str, str]]:
        """Pairs of letters that run over one dimension because they are compared."""
        pairs: list[tuple[str, str]] = []
        if isinstance(tree, Reduction):
            hidden = hidden | set(tree.letters)
        match tree:
            case Call("delta", (Name(a), Name(b))) | Comparison(_, Name(a), Name(b)):
                if a not in hidden and b not in hidden:
                    pairs.append((a, b))
        for child in children(tree):
            pairs.extend(self._links(child, hidden))
        return pairs

    def _learn_links(self, tree: Expression | Condition, hidden: frozenset[str]) -> None:
        self._learn_windows(tree, {})
        links = self._links(tree, hidden)
        for _ in range(len(links)):
            for a, b in links:
                for one, other in ((a, b), (b, a)):
                    if one in self._free and other not in self._free:
                        self._free[other] = self._free[one]

    def _learn_windows(self, tree: Expression | Condition | Slice, bound: dict[str, Dimension]) -> None:
        """A free letter that stands in `window(t,i,k)` alone: of n = m + w - 1 two are known."""
        if isinstance(tree, Reduction):
            uses = self._uses(tree.body, frozenset())
            bound = {**bound, **{name: uses[name][0] for name in tree.letters if name in uses}}
        for child in children(tree):
            self._learn_windows(child, bound)
        match tree:
            case Call("window", (Name(place), Name(start), Name(offset))):
                whole, first, second = (bound.get(k) or self._free.get(k) for k in (place, start, offset))
                if whole is None and first is not None and second is not None:
                    self._free[place] = first.plus(second).plus(Dimension.fixed(-1))
                for letter, missing, other in ((start, first, second), (offset, second, first)):
                    if missing is None and whole is not None and other is not None:
                        self._free[letter] = whole.plus(other, -1).plus(Dimension.fixed(1))

    def generalise(self, *trees: Expression | Condition) -> None:
        """Let letters that are only compared, `delta(i,j) = 1 where i == j`, run over a dimension.

        Nothing is known of it but that it is one: the first symbolic one that is declared
        stands for any. Without one the letters stay unknown.
        """
        general = next((found for found in self._scope.dimensions.values() if found.terms), None)
        if general is None:
            return
        for tree in trees:
            for a, b in self._links(tree, frozenset()):
                if a not in self._free and b not in self._free:
                    self._free[a] = self._free[b] = general

    # --- scopes ---------------------------------------------------------------------------

    def bind(self, reduction: Reduction) -> None:
        """Enter a reduction: its letters get their dimensions from its body."""
        uses = self._uses(reduction.body, frozenset())
        frame: dict[str, Dimension | None] = {}
        links = self._links(reduction.body, frozenset())
        if reduction.condition is not None:
            links += self._links(reduction.condition, frozenset())
        for letter in reduction.letters:
            self.ever_bound[letter] = reduction.span
            frame[letter] = uses[letter][0] if letter in uses else self._linked(letter, links, uses)
        self._bound.append(frame)

    def _linked(
        self, letter: str, links: list[tuple[str, str]], uses: dict[str, tuple[Dimension, Span]]
    ) -> Dimension | None:
        for a, b in links:
            if letter in (a, b):
                other = b if a == letter else a
                if other in uses:
                    return uses[other][0]
                known = self._known(other)
                if known is not None:
                    return known
        return None

    def release(self) -> None:
        self._bound.pop()

    def _known(self, letter: str) -> Dimension | None:
        for frame in reversed(self._bound):
            if letter in frame:
                return frame[letter]
        return self._free.get(letter)

    def axis(self, letter: str, span: Span, dimension: Dimension | None = None) -> Axis:
        """The axis a letter stands for, at a place where it must run over `dimension`.

        Raises NotationError: DC140 no dimension is known, DC141 two dimensions.
        """
        for frame in reversed(self._bound):
            if letter in frame:
                known = frame[letter]
                if known is None and dimension is not None:
                    known = frame[letter] = dimension
                break
        else:
            self.used_free.setdefault(letter, span)
            known = self._free.get(letter)
            if known is None and dimension is not None:
                known = self._free[letter] = dimension
        if known is None:
            raise index_error("DC140", f"the index `{letter}` runs over no known dimension", span,
                              "it never indexes a tensor")  # fmt: skip
        if dimension is not None and known != dimension:
            raise _two_dimensions(letter, known, dimension, span)
        return Axis(known, letter)

    def bound_axes(self, reduction: Reduction) -> list[Axis]:
        return [self.axis(letter, reduction.span) for letter in reduction.letters]

    def is_letter(self, tree: Expression | Slice) -> bool:
        return isinstance(tree, Name) and self._known(tree.name) is not None


def _two_dimensions(letter: str, first: Dimension, second: Dimension, span: Span) -> NotationError:
    return index_error("DC141", f"the index `{letter}` is used for two dimensions", span,
                       f"over `{second}` here, over `{first}` elsewhere", "use two letters")  # fmt: skip
