"""Shapes of names by the products and sums they stand in: what is said by memberships and indices goes first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from derivcheck.language.tex.nodes import Accent, Fraction, Group, Node, Numeral, Prose, Row, Scripts, Symbol
from derivcheck.language.tex.statements import is_sign, seen
from derivcheck.statements.document.inventory import FUNCTIONS, TRANSPOSED, Mention, mention_in, names_of, spelled_row

Shape = tuple[str, str]  # rows and columns; "1" for one
NUMBERS = frozenset({"lambda", "eta", "alpha", "epsilon", "gamma", "beta", "rho", "tau", "sigma"})  # by custom
SCALAR: Shape = ("1", "1")
CLOSED = frozenset({"sum", "prod", "max", "min", "log", "ln"})


@dataclass(slots=True)
class Shapes:
    """Dimensions as variables that equations of sizes make one; `sure` are names whose kind the text says."""

    mentions: Mapping[str, Mention]
    text: str = ""
    known: dict[str, Shape] = field(default_factory=dict)
    sure: set[str] = field(default_factory=set)
    vectors_are_rows: bool = False
    rows: set[str] = field(default_factory=set)  # matrices of which the text writes the rows as vectors, `x_i`
    _same: dict[str, str] = field(default_factory=dict)
    _defined: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        for name, mention in self.mentions.items():
            axes: tuple[str, ...]
            if mention.shape is not None:
                axes = mention.shape[:2]
                self.sure.add(name)
            elif mention.indices:
                axes = tuple(f"{name}#{k}" for k in range(min(mention.indices, 2)))
                self.sure.add(name)
            elif mention.letters in NUMBERS:
                axes = ()
            elif len(mention.letters) == 1 and mention.letters.isupper():
                axes = (f"{name}#0", f"{name}#1")
            else:
                axes = (f"{name}#0",)
            rows, columns, *_ = (*axes, "1", "1")
            self.known[name] = (rows, columns) if axes else SCALAR

    def find(self, dimension: str) -> str:
        while dimension in self._same:
            dimension = self._same[dimension]
        return dimension

    def join(self, one: str, other: str) -> bool:
        """Make two dimensions one; whether that is possible. What the text names keeps its name."""
        one, other = self.find(one), self.find(other)
        if one == other:
            return True
        if "#" not in one and "#" not in other:
            return False
        if "#" not in one:
            one, other = other, one
        self._same[one] = other
        return True

    def of(self, name: str) -> Shape:
        rows, columns = self.known.get(name, SCALAR)
        return self.find(rows), self.find(columns)

    def together(self, dimensions: Sequence[str]) -> None:
        """Dimensions that one index runs over."""
        for other in dimensions[1:]:
            self.join(dimensions[0], other)

    # --- formulas -------------------------------------------------------------------------

    def define(self, name: str, meaning: Row, text: str) -> None:
        """What a definition says of the shapes in it, as far as it is made of sums and products."""
        self.text = text
        shape = self.sum(meaning)
        if shape is None:
            return
        if not name:  # an entry of something
            return
        if [type(node) for node in seen(meaning)] == [Numeral]:  # `b = 0` is a value, of whatever shape
            return
        if name in self.sure or (name in self._defined and shape != SCALAR):
            self._both(self.of(name), shape)
        else:
            self.known[name] = shape
        self._defined.add(name)

    def _both(self, one: Shape, other: Shape) -> None:
        if "1" not in (one[0], other[0]):
            self.join(one[0], other[0])
        if "1" not in (one[1], other[1]):
            self.join(one[1], other[1])

    def sum(self, row: Row) -> Shape | None:
        """The shape of a sum; a name by itself is a number beside one."""
        terms: list[list[Node]] = [[]]
        for node in _with_norms(tuple(seen(row))):
            if is_sign(node, "+", "-"):
                terms.append([])
            else:
                terms[-1].append(node)
        found = [(term, self.product(term)) for term in terms if term]
        shapes = [shape for _, shape in found if shape is not None]
        if not shapes or len(shapes) < len(found):
            return shapes[0] if shapes else None
        if any(len(term) == 1 and shape == SCALAR and self._is_entry(term[0]) for term, shape in found):
            for term, shape in found:
                if shape != SCALAR:
                    free = [one.name for one in names_of(tuple(term), self.text) if one.name not in self.sure]
                    self.known |= dict.fromkeys(free, SCALAR)
            return SCALAR
        many = [shape for term, shape in found if len(term) > 1 and shape is not None] or shapes
        for term, shape in found:
            alone = mention_in(term[0], self.text) if len(term) == 1 and not _is_grouped(term[0]) else None
            if alone is not None and alone.name not in self.sure and SCALAR in many:
                self.known[alone.name] = SCALAR
            elif shape is not None and shape != SCALAR and many[0] != SCALAR:
                self._both(shape, many[0])
        return many[0]

    def _is_entry(self, node: Node) -> bool:
        mention = mention_in(node, self.text)
        return mention is not None and mention.indices > 0 and isinstance(node, Scripts)

    def product(self, factors: Sequence[Node]) -> Shape | None:
        """The shape of a product: inner sizes are equal, numbers and entrywise factors change nothing."""
        found: Shape | None = None
        last: Node | None = None
        entrywise = False
        pending: str | None = None
        for node in factors:
            if is_sign(node, "⊙", "∘", "*"):
                entrywise = True
                continue
            if isinstance(node, Symbol) and (node.text in CLOSED or node.text in FUNCTIONS):
                pending = node.text
                continue
            if isinstance(node, Symbol) and node.kind == "sign":
                if node.text in ("·", "×"):
                    continue
                return None
            shape = self.factor(node)
            if pending is not None and isinstance(node, Group):
                shape = SCALAR if pending in ("sum", "tr") else shape
                pending = None
            if shape is None:
                return None
            if last is not None and not entrywise and self._is_row(last, node):
                self.vectors_are_rows = True
                continue
            if last is not None and not entrywise and self._promoted(last, node, found):
                shape = self.factor(node)
                found = self.factor(last) if found is not None and found[1] == "1" else found
                assert shape is not None
            last = node
            if found is None or found == SCALAR:
                found = shape
            elif shape != SCALAR and entrywise:
                self._both(found, shape)
            elif shape != SCALAR:
                if found[1] == "1" or shape[0] == "1":
                    if (found[1], shape[0]) != ("1", "1") and not self._demoted(factors):
                        return None
                    if (found[1], shape[0]) != ("1", "1"):
                        return SCALAR
                elif not self.join(found[1], shape[0]):
                    return None
                found = (found[0], shape[1])
            entrywise = False
        return found

    def _is_row(self, one: Node, other: Node) -> bool:
        """Whether `a^{l-1} W^l` multiplies a vector by a matrix from the left."""
        before, behind = mention_in(one, self.text), mention_in(other, self.text)
        if before is None or behind is None or not before.label.endswith("-1") or behind.label.endswith("-1"):
            return False
        turned = isinstance(one, Scripts) and any(spelled_row(script.body) in TRANSPOSED for script in one.scripts)
        return not turned and bool(behind.family) and self.of(before.name)[1] == "1" != self.of(behind.name)[1]

    def _promoted(self, one: Node, other: Node, found: Shape | None) -> bool:
        """Make a matrix of what the text leaves free to be one: `w^l a^{l-1}`, and the sample of `w^T x_i`."""
        before, behind = mention_in(one, self.text), mention_in(other, self.text)
        if before is None or behind is None or found is None:
            return False
        labels = bool(before.family and behind.family and before.label != behind.label)
        if labels and before.name not in self.sure and found[0] != "1" == found[1] == self.of(behind.name)[1]:
            self.known[before.name] = (f"{before.name}#0", f"{before.name}#1")
            return True
        whole = self.mentions.get(behind.name)
        free = whole is not None and whole.shape is None and not whole.family and whole.indices == 1
        if free and behind.indices == 1 and found[0] == "1" != found[1] and self.of(behind.name)[1] == "1":
            self.known[behind.name] = (f"{behind.name}#0", f"{behind.name}#1")
            self.rows.add(behind.name)
            self.join(f"{behind.name}#1", found[1])
            return True
        return False

    def _demoted(self, factors: Sequence[Node]) -> bool:
        """Make names numbers that do not conform as vectors: `w x`; whether the text leaves them free to be."""
        names = [mention.name for node in factors if (mention := mention_in(node, self.text)) is not None]
        if any(name in self.sure or self.of(name)[1] != "1" for name in names):
            return False
        self.known |= dict.fromkeys(names, SCALAR)
        return True

    def factor(self, node: Node) -> Shape | None:
        match node:
            case Numeral():
                return SCALAR
            case Prose():
                return None
            case Group(Symbol(text="‖" | "|"), body):
                self.sum(body)
                return SCALAR
            case Group(body=body):
                return self.sum(body)
            case Fraction(above=above):
                return self.sum(above)
            case Scripts(base=base, scripts=scripts) if base is not None:
                if isinstance(base, Symbol) and base.text in (*FUNCTIONS, "Σ", "Π"):
                    return SCALAR
                mention = mention_in(node, self.text) if isinstance(base, Symbol | Accent) else None
                turned = any(is_sign(s.sign, "^") and spelled_row(s.body) in TRANSPOSED for s in scripts)
                if mention is not None and mention.name in self.rows and mention.indices == 1:
                    inner = self.of(mention.name)[1]
                    return ("1", inner) if turned else (inner, "1")
                if mention is not None and mention.indices and mention.name in self.known:
                    return SCALAR if mention.indices >= sum(part != "1" for part in self.of(mention.name)) else None
                shape = self.of(mention.name) if mention is not None else self.factor(base)
                if any(is_sign(s.sign, "^") and spelled_row(s.body) == "-1" for s in scripts) and shape:
                    self.join(*shape)
                return (shape[1], shape[0]) if turned and shape is not None else shape
            case Symbol() | Accent():
                mention = mention_in(node, self.text)
                return self.of(mention.name) if mention is not None else None
            case _:
                return None


def _is_grouped(node: Node) -> bool:
    return isinstance(node.base if isinstance(node, Scripts) else node, Group)


def _with_norms(row: Row) -> Row:
    """The row with what stands between two double bars as a group, also where its end has a script."""
    found: list[Node] = []
    opener: int | None = None
    for node in row:
        base = node.base if isinstance(node, Scripts) else node
        if not isinstance(base, Symbol) or base.text != "‖":
            found.append(node)
        elif opener is None:
            opener = len(found)
            found.append(node)
        else:
            first, *body = found[opener:]
            assert isinstance(first, Symbol)
            group = Group(first, tuple(body), base, first.span.to(base.span))
            found[opener:] = [replace(node, base=group) if isinstance(node, Scripts) else group]
            opener = None
    return tuple(found)
