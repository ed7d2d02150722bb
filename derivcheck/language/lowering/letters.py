"""Index letters: which dimension each one runs over, and whether it is free or bound."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Literal

from derivcheck.diagnostics.diagnostic import Diagnostic, NotationError
from derivcheck.graph.axes import Axes, Axis, Dimension
from derivcheck.language.lowering.ranges import written_out
from derivcheck.language.lowering.scope import Scope
from derivcheck.language.notation.printer import to_plain
from derivcheck.language.notation.syntax import (
    ENDS,
    Call,
    Comparison,
    Condition,
    Expression,
    Name,
    Number,
    Reduction,
    Slice,
    Span,
    Subscript,
    bottom_up,
    children,
)

Role = Literal["letter", "value", "either", "position", "unknown"]

# A node of a tree, and the letters that are bound where it stands.
Spoken = tuple[Expression | Condition | Slice, frozenset[str]]


def index_error(
    code: str, message: str, span: Span, label: str = "", help_: str = "", notes: tuple[tuple[str, str], ...] = ()
) -> NotationError:
    return NotationError(Diagnostic(code, message, label=label, help=help_, notes=notes), (span.start, span.stop))


def count_error(tree: Subscript, axes: int, shape: str) -> NotationError:
    """So many entries in the brackets of a tensor with another number of axes: a row is `U[k,:]`."""
    count = len(tree.entries)
    help_ = ""
    if count < axes:
        whole = tuple(Slice() for _ in range(axes - count))
        help_ = to_plain(replace(tree, entries=(*tree.entries, *whole)))
    message = f"{count} {'index' if count == 1 else 'indices'} for a tensor with {axes} axes"
    return index_error("DC142", message, tree.span, shape, help_)


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


def speaking(tree: Expression | Condition | Slice) -> list[Spoken]:
    """The nodes from which a letter can learn its dimension, wholes before parts, with the letters bound there."""
    found: list[Spoken] = []
    waiting: list[tuple[Expression | Condition | Slice, frozenset[str]]] = [(tree, frozenset())]
    while waiting:
        node, hidden = waiting.pop()
        if isinstance(node, ENDS):
            continue
        match node:
            case Reduction(_, letters):
                hidden = hidden | set(letters)
            case Subscript() | Comparison() | Call("delta" | "window"):
                found.append((node, hidden))
        waiting.extend((child, hidden) for child in reversed(children(node)))
    return found


def _indexes(letter: str, node: Expression | Condition | Slice) -> bool:
    """Whether a letter stands at a node as an index."""
    match node:
        case Subscript(_, entries):
            return any(isinstance(part, Name) and part.name == letter for e in entries for part in bottom_up(e))
        case Call("delta" | "window", arguments):
            return Name(letter) in arguments
        case Comparison(_, left, right):
            return Name(letter) in (left, right)
        case _:
            return False


def _links(spoken: Iterable[Spoken]) -> list[tuple[str, str]]:
    """Pairs of letters that run over one dimension because they are compared."""
    pairs: list[tuple[str, str]] = []
    for node, hidden in spoken:
        match node:
            case Call("delta", (Name(a), Name(b))) | Comparison(_, Name(a), Name(b)):
                if a not in hidden and b not in hidden:
                    pairs.append((a, b))
    return pairs


class Letters:
    """The letters of one equation; bound ones are kept on a stack."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._free: dict[str, Dimension] = {}
        self._bound: list[dict[str, Dimension | None]] = []
        self.used_free: dict[str, Span] = {}
        self.ever_bound: dict[str, Span] = {}
        self._compared: list[tuple[str, str]] = []
        self.limited: set[Axis] = set()  # of letters that run so far by what is written
        self.head: tuple[str, tuple[str, ...]] = ("", ())  # the name and the letters on the left of an index formula

    def learn(self, tree: Expression | Condition) -> None:
        """Take the dimensions of free letters from the entries in a tree, wherever they stand."""
        tree = written_out(tree, self._scope)
        spoken = speaking(tree)
        limited = frozenset(axis.key for axis in self.limited)
        for letter, (dimension, span) in self._uses(spoken, limited).items():
            known = self._free.setdefault(letter, dimension)
            if known != dimension and Axis(known, letter) not in self.limited:
                raise _two_dimensions(letter, known, dimension, span)
        if any(isinstance(node, Call) and node.function == "window" for node, _ in spoken):
            self._learn_windows(tree, {})
        self._compared += _links(spoken)
        self._link()

    def _link(self) -> None:
        """Letters that are compared run over one dimension."""
        for _ in range(len(self._compared)):
            for a, b in self._compared:
                for one, other in ((a, b), (b, a)):
                    if one in self._free and other not in self._free and not self.is_declared(other):
                        self._free[other] = self._free[one]

    def settle(self, tree: Expression, axes_of: Callable[[Expression], Axes]) -> None:
        """Take the dimensions of compared letters from what they index in brackets: `(2 * eye(n))[i,j] = 2 * δ_ij`."""
        unsettled = self.unsettled()
        for node, hidden in speaking(tree) if unsettled else []:
            if not isinstance(node, Subscript) or not unsettled & {e.name for e in node.entries if isinstance(e, Name)}:
                continue
            for axis, entry in zip(axes_of(node.base), node.entries, strict=False):
                if isinstance(entry, Name) and entry.name in unsettled - hidden:
                    self._free.setdefault(entry.name, axis.dimension)
        self._link()

    def _uses(
        self, spoken: Iterable[Spoken], limited: frozenset[str] = frozenset()
    ) -> dict[str, tuple[Dimension, Span]]:
        """Letter -> (dimension, place) for the letters that index a declared tensor.

        Raises NotationError (DC141) for two dimensions of a letter that is not `limited` to a part of both.
        """
        found: dict[str, tuple[Dimension, Span]] = {}
        for node, hidden in spoken:
            if not isinstance(node, Subscript):
                continue
            name = member_name(node.base, self._scope)
            axes = self._scope.values[name].axes if name is not None and member_name(node, self._scope) is None else ()
            if len(axes) != len(node.entries):
                continue
            for axis, entry in zip(axes, node.entries, strict=True):
                if isinstance(entry, Name) and entry.name not in hidden | self._scope.indices:
                    known, _ = found.setdefault(entry.name, (axis.dimension, entry.span))
                    if known != axis.dimension and entry.name not in limited:
                        raise _two_dimensions(entry.name, known, axis.dimension, entry.span)
        return found

    def _learn_windows(self, tree: Expression | Condition | Slice, bound: dict[str, Dimension]) -> None:
        """A free letter that stands in `window(t,i,k)` alone: of n = m + w - 1 two are known."""
        if isinstance(tree, Reduction):
            uses = self._uses(speaking(tree.body))
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

    def unsettled(self) -> frozenset[str]:
        """The letters that are compared and index no declared tensor."""
        compared = {letter for pair in self._compared for letter in pair}
        return frozenset(name for name in compared if name not in self._free and not self.is_declared(name))

    def generalise(self) -> None:
        """Let letters that are only compared, `delta(i,j) = 1 where i == j`, run over a dimension.

        Nothing is known of it but that it is one: the first symbolic one that is declared
        stands for any. Without one the letters stay unknown.
        """
        general = next((found for found in self._scope.dimensions.values() if found.terms), None)
        if general is None:
            return
        for a, b in self._compared:
            if not any(letter in self._free or self.is_declared(letter) for letter in (a, b)):
                self._free[a] = self._free[b] = general

    def settled(self) -> frozenset[object]:
        """What every free letter runs over, as far as it is known."""
        return frozenset(self._free.items())

    # --- scopes ---------------------------------------------------------------------------

    def bind(self, reduction: Reduction) -> None:
        """Enter a reduction: its letters get their dimensions from its body."""
        spoken = speaking(written_out(reduction.body, self._scope))
        uses = self._uses(spoken, frozenset(reduction.letters if reduction.ends else ()))
        frame: dict[str, Dimension | None] = {}
        links = _links(spoken)
        for letter in reduction.letters:
            # `sum_{n >= j}(x[j])` binds an n that stands for nothing in the body: the size may be meant.
            if self.is_declared(letter) and not any(_indexes(letter, node) for node, _ in spoken):
                raise self.ambiguous(Name(letter, reduction.span))
        if reduction.condition is not None:
            links += _links(speaking(reduction.condition))
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

    def is_inside(self) -> bool:
        """Whether letters mean here what they need not mean elsewhere: they are bound, limited, or those of a name."""
        return bool(self._bound or self.limited or self.head[1])

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
            raise index_error(
                "DC140", f"the index `{letter}` runs over no known dimension", span, "it never indexes a tensor"
            )
        if dimension is not None and known != dimension:
            raise _two_dimensions(letter, known, dimension, span)
        return Axis(known, letter)

    def dimension(self, letter: str) -> Dimension | None:
        """What a letter runs over, as far as it is known."""
        return self._known(letter)

    def limit(self, letter: str, dimension: Dimension) -> None:
        """Let the innermost letter of a name, or a free one, run so far whatever it indexes."""
        frame = next((frame for frame in reversed(self._bound) if letter in frame), None)
        (self._free if frame is None else frame)[letter] = dimension
        self.limited.add(Axis(dimension, letter))

    def bound_axes(self, reduction: Reduction) -> list[Axis]:
        return [self.axis(letter, reduction.span) for letter in reduction.letters]

    def is_letter(self, tree: Expression | Slice) -> bool:
        return isinstance(tree, Name) and self._known(tree.name) is not None

    def is_declared(self, name: str) -> bool:
        """Whether a name has a meaning of its own: such a one is a letter only where it is bound or indexes."""
        return name in self._scope.values or name in self._scope.dimensions or name == "pi"

    def role(self, tree: Expression | Slice) -> Role:
        """What a tree is where letters and values may stand; `either` is a free letter that is declared besides."""
        match tree:
            case Name(name):
                if any(name in frame for frame in self._bound):
                    return "letter"
                if name in self._free:
                    return "either" if name in self._scope.values else "letter"
                return "value" if self.is_declared(name) else "unknown"
            case Number(value) if value.denominator == 1 and value >= 1:
                return "position"
            case _:
                return "value"

    def compares(self, tree: Comparison) -> bool:
        """Whether a comparison is one of index letters. Raises NotationError (DC154) where it may be one of values."""
        roles = {self.role(tree.left), self.role(tree.right)}
        for side in (tree.left, tree.right):
            # In `j < n` a free n that is a dimension besides may be the size.
            if isinstance(side, Name) and tree.relation not in ("=", "!=") and self._is_free_dimension(side.name):
                raise self.ambiguous(side)
        if "letter" in roles or roles == {"either", "unknown"}:
            return True
        if "either" in roles:
            name = next(s for s in (tree.left, tree.right) if self.role(s) == "either")
            assert isinstance(name, Name)
            raise self.ambiguous(name)
        return False

    def _is_free_dimension(self, name: str) -> bool:
        return name in self._scope.dimensions and name in self._free and not any(name in frame for frame in self._bound)

    def unlimited(self, tree: Name) -> NotationError:
        """A letter on the left of an index formula that indexes nothing on its right."""
        name, letters = self.head
        limited = ",".join(f"{letter} in 1..n" if letter == tree.name else letter for letter in letters)
        message = f"nothing says how far the index `{tree.name}` runs"
        return index_error("DC140", message, tree.span, "it indexes no tensor", f"{name}[{limited}]")

    def ambiguous(self, tree: Name) -> NotationError:
        """A name that is used as an index letter and stands where what is declared of that name may be meant."""
        kind = "dimension" if tree.name in self._scope.dimensions else "quantity"
        return index_error(
            "DC154",
            f"`{tree.name}` is an index letter here and a declared {kind}",
            tree.span,
            "which of them?",
            "use another letter for the index",
        )


def _two_dimensions(letter: str, first: Dimension, second: Dimension, span: Span) -> NotationError:
    return index_error(
        "DC141",
        f"the index `{letter}` is used for two dimensions",
        span,
        f"over `{second}` here, over `{first}` elsewhere",
        "use two letters",
    )
