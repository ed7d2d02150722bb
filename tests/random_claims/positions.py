"""Random formulas of entries: shifts, strides, blocks, conditions on positions and binders, with what they are.

A formula is a tree that writes itself in the language, has a value at numbers (complex ones, so that one step
along the imaginary axis measures a derivative), and is differentiated by the rules of the textbook. A claim
sets two writings of one formula against each other, or a derivative against the sum of its terms, as they are
or with one thing changed; whether it is true is what the values say.
"""

from __future__ import annotations

import cmath
import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cached_property, partial
from itertools import product
from typing import Any

from derivcheck.diagnostics.verdicts import ClaimResult
from derivcheck.pipeline.verification import verify_text

Sizes = Mapping[str, int]
STEP = 1e-30


@dataclass(frozen=True)
class Place:
    """Numbers for tensors, sizes and letters."""

    tensors: Mapping[str, Mapping[tuple[int, ...], complex]]
    sizes: Sizes
    letters: Mapping[str, int] = field(default_factory=dict)

    def at(self, letter: str, number: int) -> Place:
        return replace(self, letters={**self.letters, letter: number})


class UndefinedError(Exception):
    """A formula has no value: a mean of nothing, say."""


# --- positions and conditions ---------------------------------------------------------------


@dataclass(frozen=True)
class Position:
    """Σ count · letter + size + number, of which a quotient or a remainder may be taken."""

    terms: tuple[tuple[str, int], ...]
    size: str = ""
    number: int = 0
    digit: str = ""  # `// 2`, `% 3`
    more: int = 0

    def value(self, place: Place) -> int:
        whole = sum(count * place.letters[letter] for letter, count in self.terms) + self.number
        whole += place.sizes[self.size] if self.size else 0
        if self.digit:
            sign, base = self.digit.split()
            whole = whole // int(base) if sign == "//" else whole % int(base)
        return whole + self.more

    def __str__(self) -> str:
        parts = [(letter if count == 1 else f"{count}*{letter}", True) for letter, count in self.terms if count > 0]
        parts += [(self.size, True)] if self.size else []
        parts += [(letter if count == -1 else f"{-count}*{letter}", False) for letter, count in self.terms if count < 0]
        parts += [(str(abs(self.number)), self.number >= 0)] if self.number or not parts else []
        text = "".join(f" {'+' if plus else '-'} {part}" for part, plus in parts)
        text = text[3:] if text.startswith(" + ") else text.strip()
        if self.digit:
            text = f"({text}) {self.digit}"
        return f"{text} {'+' if self.more > 0 else '-'} {abs(self.more)}" if self.more else text


RELATIONS = {
    "==": int.__eq__,
    "!=": int.__ne__,
    "<": int.__lt__,
    "<=": int.__le__,
    ">": int.__gt__,
    ">=": int.__ge__,
}


@dataclass(frozen=True)
class Test:
    """A comparison of positions, or two joined by `and` or `or`."""

    left: Any
    relation: str
    right: Any

    __test__ = False

    def holds(self, place: Place) -> bool:
        if self.relation in ("and", "or"):
            sides = (self.left.holds(place), self.right.holds(place))
            return all(sides) if self.relation == "and" else any(sides)
        return bool(RELATIONS[self.relation](self.left.value(place), self.right.value(place)))

    def __str__(self) -> str:
        return f"{self.left} {self.relation} {self.right}"


# --- formulas -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Number:
    number: int

    def __str__(self) -> str:
        return str(self.number) if self.number >= 0 else f"({self.number})"

    def value(self, place: Place) -> complex:
        return complex(self.number)


@dataclass(frozen=True)
class Entry:
    tensor: str
    places: tuple[Position, ...]

    def __str__(self) -> str:
        return f"{self.tensor}[{', '.join(map(str, self.places))}]"

    def value(self, place: Place) -> complex:
        return place.tensors[self.tensor].get(tuple(p.value(place) for p in self.places), 0j)


@dataclass(frozen=True)
class Both:
    sign: str
    left: Any
    right: Any

    def __str__(self) -> str:
        return f"({self.left} {self.sign} {self.right})"

    def value(self, place: Place) -> complex:
        a, b = self.left.value(place), self.right.value(place)
        return complex(a + b if self.sign == "+" else a - b if self.sign == "-" else a * b)


@dataclass(frozen=True)
class Choice:
    test: Test
    then: Any
    otherwise: Any

    def __str__(self) -> str:
        return f"({self.then} if {self.test} else {self.otherwise})"

    def value(self, place: Place) -> complex:
        return complex((self.then if self.test.holds(place) else self.otherwise).value(place))


@dataclass(frozen=True)
class Function:
    name: str
    inner: Any

    def __str__(self) -> str:
        return f"{self.name}({self.inner})"

    def value(self, place: Place) -> complex:
        return complex({"sin": cmath.sin, "cos": cmath.cos, "exp": cmath.exp}[self.name](self.inner.value(place)))


@dataclass(frozen=True)
class Bound:
    """`kind_{letter}(inner)`: over a dimension, a part of it where a test is given, or up to a limit.

    With `ends` a test by another letter of the same dimension is written as limits, where it can be.
    """

    kind: str
    letter: str
    size: str
    inner: Any
    test: Test | None = None
    limits: bool = False
    ends: bool = False

    def __str__(self) -> str:
        if self.ends and (written := self._as_limits()):
            return f"{self.kind}_{{{self.letter} in {written}}}({self.inner})"
        below = f"{self.letter} in 1..{self.size}" if self.limits else self.letter
        return f"{self.kind}_{{{below}{f': {self.test}' if self.test else ''}}}({self.inner})"

    def _as_limits(self) -> str:
        """`1..i-1` of `j <= i - 1`, `i..n` of `j >= i`; empty for other tests."""
        match self.test:
            case Test(
                Position(((own, 1),), "", 0, ""), "<=" | ">=" as relation, Position(((_, 1),), "", number, "") as end
            ):
                if own == self.letter and (number <= 0 if relation == "<=" else number >= 0):
                    return f"1..{end}" if relation == "<=" else f"{end}..{self.size}"
        return ""

    def there(self, place: Place) -> Iterator[Place]:
        for number in range(1, (int(self.size) if self.size.isdigit() else place.sizes[self.size]) + 1):
            inside = place.at(self.letter, number)
            if self.test is None or self.test.holds(inside):
                yield inside

    def value(self, place: Place) -> complex:
        values = [self.inner.value(inside) for inside in self.there(place)]
        match self.kind:
            case "sum":
                return sum(values, 0j)
            case "prod":
                total = 1 + 0j
                for value in values:
                    total *= value
                return total
        if not values:
            raise UndefinedError
        match self.kind:
            case "mean":
                return sum(values, 0j) / len(values)
            case "logsumexp":
                return cmath.log(sum((cmath.exp(value) for value in values), 0j))
            case "max":
                return max(values, key=lambda value: value.real)
            case _:
                return min(values, key=lambda value: value.real)


# --- derivatives ----------------------------------------------------------------------------

ZERO, ONE = Number(0), Number(1)


def plus(a: Any, b: Any) -> Any:
    return b if a == ZERO else a if b == ZERO else Both("+", a, b)


def times(a: Any, b: Any) -> Any:
    return ZERO if ZERO in (a, b) else b if a == ONE else a if b == ONE else Both("*", a, b)


def derivative(tree: Any, tensor: str, at: tuple[str, ...]) -> Any:
    """d tree / d tensor[at], by the rules of the textbook. Raises UndefinedError where none is known here."""
    match tree:
        case Number():
            return ZERO
        case Entry(name, places):
            found: Any = ONE if name == tensor else ZERO
            for letter, place in zip(at, places, strict=True) if name == tensor else ():
                found = times(Choice(Test(Position(((letter, 1),)), "==", place), ONE, ZERO), found)
            return found
        case Both("*", a, b):
            return plus(times(derivative(a, tensor, at), b), times(a, derivative(b, tensor, at)))
        case Both("+", a, b):
            return plus(derivative(a, tensor, at), derivative(b, tensor, at))
        case Both("-", a, b):
            return plus(derivative(a, tensor, at), times(Number(-1), derivative(b, tensor, at)))
        case Choice(test, a, b):
            yes, no = derivative(a, tensor, at), derivative(b, tensor, at)
            return ZERO if yes == no == ZERO else Choice(test, yes, no)
        case Function(name, inner):
            slope = {"sin": Function("cos", inner), "exp": tree}.get(name)
            if slope is None:
                slope = times(Number(-1), Function("sin", inner))
            return times(slope, derivative(inner, tensor, at))
        case Bound("sum" | "mean", _, _, inner):
            below = derivative(inner, tensor, at)
            return ZERO if below == ZERO else replace(tree, inner=below)
        case Bound("logsumexp", _, _, inner):
            below = derivative(inner, tensor, at)
            share = Function("exp", Both("-", inner, _elsewhere(tree)))
            return ZERO if below == ZERO else replace(tree, kind="sum", inner=times(share, below))
    raise UndefinedError


def _elsewhere(tree: Bound) -> Bound:
    """The same with another letter."""
    return _renamed(tree, tree.letter, f"{tree.letter}1")


def _renamed(tree: Any, old: str, new: str) -> Any:
    if isinstance(tree, str):
        return new if tree == old else tree
    if isinstance(tree, tuple):
        return tuple(_renamed(part, old, new) for part in tree)
    if not hasattr(tree, "__dataclass_fields__"):
        return tree
    kept = ("kind", "name", "tensor", "size", "sign", "relation", "digit")
    changing = [one.name for one in fields(tree) if one.name not in kept]
    return replace(tree, **{name: _renamed(getattr(tree, name), old, new) for name in changing})


# --- what is drawn --------------------------------------------------------------------------

SPEC = """padding: zero
tensors: {x: n, e: 2*m, S: n m, w: 3, g: n, u: m}
layers:
"""
SHAPES: Mapping[str, tuple[str, ...]] = {
    "x": ("n",),
    "e": ("2m",),
    "S": ("n", "m"),
    "w": ("3",),
    "g": ("n",),
    "u": ("m",),
}
LETTERS = ("j", "p", "q", "r")
SIZES = tuple({"n": n, "m": m} for n, m in ((4, 3), (2, 5), (1, 1), (5, 2), (3, 4), (9, 8), (4, 7)))


class Drawing:
    """Draws formulas over letters with their sizes."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance

    def position(self, letters: Mapping[str, str], size: str) -> Position:
        """A position that is more often inside of the size than not."""
        chance = self.chance
        plain = [letter for letter, own in letters.items() if own == size]
        letter = chance.choice(plain or [*letters])
        kinds = ("plain", "plain", "plain", "shift", "shift", "turned", "stride", "digit", "two")
        # A letter by itself runs over the dimension that it indexes.
        match chance.choice(kinds if plain else ("shift", "turned", "digit", "two")):
            case "shift":
                return Position(((letter, 1),), number=chance.choice((-2, -1, 1, 2)))
            case "turned":
                return Position(((letter, -1),), size="n" if size == "n" else "m", number=1)
            case "stride":
                return Position(((letter, 2),), number=chance.choice((-1, 0)))
            case "digit":
                sign = chance.choice(("//", "%"))
                return Position(((letter, 1),), number=-1, digit=f"{sign} {chance.choice((2, 3))}", more=1)
            case "two" if len(letters) > 1:
                other = chance.choice([one for one in letters if one != letter])
                return Position(tuple(sorted(((letter, 1), (other, 1)))), number=-1)
            case _:
                return Position(((letter, 1),), number=0 if plain else 1)

    def entry(self, letters: Mapping[str, str]) -> Entry:
        tensor = self.chance.choice(("x", "x", "e", "S", "S", "w", "u"))
        return Entry(tensor, tuple(self.position(letters, size) for size in SHAPES[tensor]))

    def test(self, letters: Mapping[str, str], depth: int = 1) -> Test:
        chance = self.chance
        if depth and chance.random() < 0.2:
            sides = (self.test(letters, 0), self.test(letters, 0))
            return Test(sides[0], chance.choice(("and", "or")), sides[1])
        letter = chance.choice([*letters])
        left, size = Position(((letter, 1),)), letters[letter]
        relation = chance.choice([*RELATIONS])
        others = [one for one, own in letters.items() if one != letter and own == size]
        match chance.choice(("number", "size", "size", "less", "letter", "letter", "digit")):
            case "letter" if others:
                other = chance.choice(others)
                return Test(left, relation, Position(((other, 1),), number=chance.choice((0, 0, -1, 1))))
            case "size" | "letter" if size in "nm":
                return Test(left, relation, Position((), size=size))
            case "less" if size in "nm":
                return Test(left, relation, Position((), size=size, number=-1))
            case "digit":
                return Test(
                    Position(((letter, 1),), number=-1, digit=f"% {chance.choice((2, 3))}"),
                    chance.choice(("==", "!=")),
                    Position((), number=chance.choice((0, 1))),
                )
            case _:
                return Test(left, relation, Position((), number=chance.choice((1, 2))))

    def formula(self, letters: Mapping[str, str], depth: int) -> Any:
        chance = self.chance
        kind = chance.choice(("entry", "product", "sum", "choice", "bound", "bound", "function")) if depth else "entry"
        match kind:
            case "product":
                return Both("*", self.formula(letters, depth - 1), self.entry(letters))
            case "sum":
                return Both(chance.choice("+-"), self.formula(letters, depth - 1), self.formula(letters, depth - 1))
            case "choice":
                other = chance.choice((ZERO, ZERO, self.entry(letters)))
                return Choice(self.test(letters), self.formula(letters, depth - 1), other)
            case "function":
                return Function("sin", self.formula(letters, depth - 1))
            case "bound":
                return self.bound(letters, depth)
            case _:
                return self.entry(letters)

    def bound(self, letters: Mapping[str, str], depth: int) -> Bound:
        chance = self.chance
        letter = LETTERS[len(letters) - 1]
        size = chance.choice(("n", "m"))
        inside = {**letters, letter: size}
        first = Entry("g" if size == "n" else "u", (Position(((letter, 1),)),))  # says what the letter runs over
        inner = Both("*", first, self.formula(inside, depth - 1))
        kind = chance.choice(("sum", "sum", "sum", "mean", "mean", "logsumexp", "prod", "max"))
        test = self.test(inside) if chance.random() < 0.4 and kind != "max" else None
        if test is not None and letter not in str(test.left) + str(test.right):
            test = None
        same = [one for one, over in letters.items() if over == size]
        if test is None and same and kind in ("sum", "prod") and chance.random() < 0.3:
            relation = chance.choice(("<=", ">="))
            number = chance.choice((0, 0, -1 if relation == "<=" else 1))
            test = Test(Position(((letter, 1),)), relation, Position(((chance.choice(same), 1),), number=number))
        others = [] if test is None or not isinstance(test.right, Position) else [one for one, _ in test.right.terms]
        ends = all(one != letter and inside[one] == size for one in others) and bool(others)
        return Bound(kind, letter, size, inner, test, chance.random() < 0.3, ends)


@dataclass(frozen=True)
class Claim:
    """A claim, and whether it is true at some sizes; None where it has no value there."""

    kind: str
    text: str
    at: Callable[[Iterable[Sizes]], bool | None]

    @cached_property
    def is_true(self) -> bool | None:
        return self.at(SIZES)


def parts(tree: Any) -> Iterator[Any]:
    yield tree
    if isinstance(tree, tuple):
        for part in tree:
            yield from parts(part)
    elif hasattr(tree, "__dataclass_fields__"):
        for one in fields(tree):
            yield from parts(getattr(tree, one.name))


def changed(tree: Any, chance: random.Random) -> Any:
    """The tree with one position, relation or binder changed."""
    places = [part for part in parts(tree) if isinstance(part, Position | Test | Bound)]
    if not places:
        return tree
    target = chance.choice(places)

    def change(part: Any) -> Any:
        match part:
            case Position():
                return replace(part, number=part.number + chance.choice((-1, 1)))
            case Test(_, "and" | "or" as word, _):
                return replace(part, relation="or" if word == "and" else "and")
            case Test():
                return replace(part, relation=chance.choice([r for r in RELATIONS if r != part.relation]))
            case Bound("sum"):
                return replace(part, kind="mean")
            case _:
                return replace(part, kind="sum")

    done = False

    def walk(part: Any) -> Any:
        nonlocal done
        if part is target and not done:
            done = True
            return change(part)
        if isinstance(part, tuple):
            return tuple(walk(one) for one in part)
        if hasattr(part, "__dataclass_fields__"):
            return replace(part, **{one.name: walk(getattr(part, one.name)) for one in fields(part)})
        return part

    return walk(tree)


def rewritten(tree: Any, chance: random.Random) -> Any:
    """Another writing of the same formula."""
    match tree:
        case Choice(test, a, b) if chance.random() < 0.7:
            return Both("+", times(Choice(test, ONE, ZERO), a), times(Choice(_opposite(test), ONE, ZERO), b))
        case Bound("sum" | "mean" | "prod", letter, size, inner) if chance.random() < 0.5:
            test = _turned(tree.test, letter, size)
            return replace(tree, inner=_turned(inner, letter, size), test=test, limits=True)
        case Bound("sum", _, _, inner) if tree.test is not None and chance.random() < 0.7:
            return replace(tree, inner=Choice(tree.test, inner, ZERO), test=None)
    if hasattr(tree, "__dataclass_fields__") and not isinstance(tree, Position | Test):
        return replace(
            tree,
            **{
                one.name: rewritten(getattr(tree, one.name), chance)
                for one in fields(tree)
                if hasattr(getattr(tree, one.name), "__dataclass_fields__")
            },
        )
    return tree


def _opposite(test: Test) -> Test:
    if test.relation in ("and", "or"):
        return Test(_opposite(test.left), "or" if test.relation == "and" else "and", _opposite(test.right))
    return replace(test, relation={"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}[test.relation])


def _turned(tree: Any, letter: str, size: str) -> Any:
    """The letter counted from the other end: n + 1 - j for j; only where that is a position as written here."""
    if isinstance(tree, Position):
        counts = dict(tree.terms)
        if letter not in counts:
            return tree
        count = counts[letter]
        if abs(count) != 1 or (count == 1 and tree.size) or (count == -1 and tree.size != size) or tree.digit:
            raise UndefinedError
        terms = tuple((one, -c if one == letter else c) for one, c in tree.terms)
        return replace(tree, terms=terms, size=size if count == 1 else "", number=tree.number + count)
    if isinstance(tree, tuple):
        return tuple(_turned(part, letter, size) for part in tree)
    if hasattr(tree, "__dataclass_fields__"):
        return replace(tree, **{one.name: _turned(getattr(tree, one.name), letter, size) for one in fields(tree)})
    return tree


@dataclass(frozen=True)
class Case:
    spec: str
    claims: tuple[Claim, ...]

    @property
    def text(self) -> str:
        return f"{self.spec}claims:\n" + "".join(f'  c{k}: "{c.text}"\n' for k, c in enumerate(self.claims))


def case(seed: int, count: int = 8) -> Case:
    """A random spec with claims, each of them true or false by its values."""
    chance = random.Random(f"positions {seed}")
    drawing = Drawing(chance)
    formula = drawing.formula({"k": "n"}, chance.choice((1, 2, 2, 2, 3)))
    claims: list[Claim] = []
    for _ in range(20):
        if len(claims) >= count:
            break
        try:
            claim = _claim(drawing, formula)
        except UndefinedError:
            continue
        if len(claim.text) < 400 and all(claim.text != other.text for other in claims):
            claims.append(claim)
    spec = f"{SPEC}  y[k in 1..n]: \"{formula}\"\nloss: {{L: 'sum(g * y)'}}\n"
    return Case(spec, tuple(claims))


def _claim(drawing: Drawing, formula: Any) -> Claim:
    chance = drawing.chance
    # The index of the entry has its dimension from a factor.
    front = Entry("g", (Position((("k", 1),)),))
    if chance.random() < 0.5:
        right = rewritten(formula, chance)
        right = changed(right, chance) if chance.random() < 0.35 else right
        sides = Both("*", front, formula), Both("*", front, right)
        return Claim("writing", f"g[k] * y[k] = g[k] * {right}", partial(_agree, *sides))
    tensor = chance.choice([name for name in ("x", "S", "e", "u") if f"{name}[" in str(formula)] or ["x"])
    at = ("a", "b")[: len(SHAPES[tensor])]
    right = Bound("sum", "k", "n", times(front, derivative(formula, tensor, at)))
    right = changed(right, chance) if chance.random() < 0.35 else right
    text = f"dL/d{tensor}[{','.join(at)}] = {right}"
    return Claim("derivative", text, partial(_measured, formula, right, tensor, at))


def points(tried: Iterable[Sizes]) -> Iterator[Place]:
    for sizes in tried:
        chance = random.Random(str(sorted(sizes.items())))
        lengths = {**sizes, "2m": 2 * sizes["m"], "3": 3}
        yield Place(
            {
                name: {
                    place: complex(chance.uniform(-1.5, 1.5))
                    for place in product(*(range(1, lengths[size] + 1) for size in shape))
                }
                for name, shape in SHAPES.items()
            },
            sizes,
        )


def _agree(left: Any, right: Any, sizes: Iterable[Sizes]) -> bool | None:
    """Whether two formulas in k agree at all places at which they have values."""
    tried = False
    for place in points(sizes):
        for k in range(1, place.sizes["n"] + 1):
            here = place.at("k", k)
            try:
                a, b = left.value(here), right.value(here)
            except (UndefinedError, ZeroDivisionError, ValueError):
                continue
            tried = True
            if abs(a - b) > 1e-9 * (1 + abs(a)):
                return False
    return True if tried else None


def _measured(formula: Any, right: Any, tensor: str, at: tuple[str, ...], sizes: Iterable[Sizes]) -> bool | None:
    """Whether a formula is the derivative of Σ g y, by a step along the imaginary axis."""
    tried = False
    loss = Bound("sum", "k", "n", Both("*", Entry("g", (Position((("k", 1),)),)), formula))
    for place in points(sizes):
        for entry, value in place.tensors[tensor].items():
            moved = {**place.tensors, tensor: {**place.tensors[tensor], entry: value + STEP * 1j}}
            try:
                slope = loss.value(replace(place, tensors=moved)).imag / STEP
                claimed = right.value(replace(place, letters=dict(zip(at, entry, strict=True)))).real
            except (UndefinedError, ZeroDivisionError, ValueError):
                continue
            tried = True
            if abs(slope - claimed) > 1e-8 * (1 + abs(slope)):
                return False
    return True if tried else None


# --- the comparison -------------------------------------------------------------------------

UNREAD = ("DC140", "DC141", "DC143")  # what one change makes of a letter: it runs over nothing, over two, below 1


@dataclass(frozen=True)
class Judged:
    """A verdict, and what is wrong with it."""

    claim: Claim
    verdict: str
    fault: str = ""


def judged(made: Case) -> list[Judged]:
    """The package's verdicts of a case beside its truths."""
    found = verify_text(made.text)
    if found.error is not None:
        raise AssertionError(f"{found.error}\n{made.text}")
    return [Judged(c, str(r.verdict), _fault(c, r)) for c, r in zip(made.claims, found.claims, strict=True)]


def _fault(claim: Claim, result: ClaimResult) -> str:
    code = result.diagnosis.code if result.diagnosis is not None else ""
    told = f"{claim.text}\n  is {result.verdict} ({code} {result.message})"
    match str(result.verdict):
        case "proved" | "checked" if claim.is_true is False:
            return f"{told} and false"
        case "refuted" if claim.is_true:
            # What holds at the sizes that are tried here may fail at those of the witness.
            there = {**SIZES[0], **dict(result.witness.sizes)} if result.witness is not None else SIZES[0]
            return "" if claim.at([there]) is False else f"{told} and true"
        case "internal":
            return told
        case "invalid" if code not in UNREAD:
            return told
    return ""
