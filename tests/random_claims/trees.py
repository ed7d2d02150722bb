"""Syntax trees of the plain language, as text and from text: a reader and a printer of their own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from fractions import Fraction


@dataclass(frozen=True)
class Tree:
    """Any node; parts are trees or tuples of trees, the rest is text and numbers."""

    def __str__(self) -> str:
        return show(self)

    def parts(self) -> Iterator[Tree]:
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, Tree):
                yield value
            elif isinstance(value, tuple):
                for item in value:
                    if isinstance(item, Tree):
                        yield item
                    elif isinstance(item, tuple):
                        yield from (one for one in item if isinstance(one, Tree))

    def mapped(self, change: Callable[[Tree], Tree]) -> Tree:
        """The same node with every part changed."""

        def changed(value: object) -> object:
            if isinstance(value, Tree):
                return change(value)
            return tuple(map(changed, value)) if isinstance(value, tuple) else value

        return replace(self, **{f.name: changed(getattr(self, f.name)) for f in fields(self)})

    def everything(self) -> Iterator[Tree]:
        yield self
        for part in self.parts():
            yield from part.everything()


@dataclass(frozen=True)
class Num(Tree):
    value: Fraction


@dataclass(frozen=True)
class Var(Tree):
    name: str


@dataclass(frozen=True)
class All(Tree):
    """The bare colon of a slice."""


@dataclass(frozen=True)
class At(Tree):
    base: Tree
    entries: tuple[Tree, ...]


@dataclass(frozen=True)
class Neg(Tree):
    operand: Tree


@dataclass(frozen=True)
class Op(Tree):
    sign: str  # + - * / @ ^
    left: Tree
    right: Tree


@dataclass(frozen=True)
class Turn(Tree):
    operand: Tree


@dataclass(frozen=True)
class Fn(Tree):
    name: str
    arguments: tuple[Tree, ...]
    primes: int = 0


@dataclass(frozen=True)
class Der(Tree):
    above: Tree
    below: tuple[Tree, ...]
    holding: tuple[Tree, ...] = ()


@dataclass(frozen=True)
class If(Tree):
    test: Tree
    then: Tree
    otherwise: Tree


@dataclass(frozen=True)
class Cmp(Tree):
    sign: str
    left: Tree
    right: Tree


@dataclass(frozen=True)
class Both(Tree):
    word: str  # and, or
    left: Tree
    right: Tree


@dataclass(frozen=True)
class Big(Tree):
    """`sum_k(...)`, `max_{k: k != i}(...)`."""

    kind: str
    letters: tuple[str, ...]
    test: Tree | None
    body: Tree


@dataclass(frozen=True)
class Grid(Tree):
    rows: tuple[tuple[Tree, ...], ...]


@dataclass(frozen=True)
class Entrywise(Tree):
    """A layer by its entries: `H[i,j]: body`."""

    letters: tuple[str, ...]
    body: Tree


@dataclass(frozen=True)
class Claim(Tree):
    sides: tuple[Tree, ...]
    signs: tuple[str, ...]
    where: Tree | None = None


def num(value: int | str | Fraction) -> Num:
    return Num(Fraction(value))


# --- printing -----------------------------------------------------------------------------

CASES, SUM, PRODUCT, UNARY, POWER, FRACTION, ATOM = 5, 10, 20, 25, 40, 45, 50


def show(tree: Tree) -> str:
    return _show(tree)[0]


def _at(tree: Tree, minimum: int) -> str:
    text, binding = _show(tree)
    return text if binding >= minimum else f"({text})"


def _differential(tree: Tree, order: int = 1) -> str:
    mark = "d2" if order == 2 else "d"
    base = tree
    while isinstance(base, At):
        base = base.base
    return f"{mark}{show(tree)}" if isinstance(base, Var) else f"{mark}({show(tree)})"


def _number(value: Fraction) -> tuple[str, int]:
    if value.denominator == 1:
        return str(value.numerator), ATOM if value >= 0 else UNARY
    for places in range(1, 16):
        if (value * 10**places).denominator == 1:
            digits = str(abs(int(value * 10**places))).rjust(places + 1, "0")
            text = f"{digits[:-places]}.{digits[-places:]}"
            return (text, ATOM) if value >= 0 else (f"-{text}", UNARY)
    return f"{value.numerator}/{value.denominator}", PRODUCT


def _show(tree: Tree) -> tuple[str, int]:
    match tree:
        case Num(value):
            return _number(value)
        case Var(name):
            return name, ATOM
        case All():
            return ":", ATOM
        case At(base, entries):
            return f"{_at(base, ATOM)}[{','.join(map(show, entries))}]", ATOM
        case Neg(operand):
            return f"-{_at(operand, UNARY + 1)}", UNARY
        case Op("+" | "-" as sign, left, right):
            return f"{_at(left, SUM)} {sign} {_at(right, SUM + 1)}", SUM
        case Op("^", left, right):
            return f"{_at(left, ATOM)}^{_at(right, ATOM)}", POWER
        case Op(sign, left, right):
            mixed = isinstance(left, Op) and left.sign in "*/@" and (left.sign == "@") != (sign == "@")
            first = _at(left, PRODUCT + mixed)
            if sign == "/":
                below = _at(right, FRACTION + 1)
                return f"{first}/{f'({below})' if below[:1] == 'd' else below}", PRODUCT
            return f"{first} {sign} {_at(right, UNARY + 1)}", PRODUCT
        case Turn(operand):
            inner = f"({show(operand)})" if isinstance(operand, Num) else _at(operand, ATOM)
            return f"{inner}.T", ATOM
        case Fn(name, arguments, primes):
            return f"{name}{chr(39) * primes}({', '.join(map(show, arguments))})", ATOM
        case Der(_, _, (_, *_) as holding):
            names = ", ".join(map(show, holding))
            return f"{show(replace(tree, holding=()))} holding {names if len(holding) == 1 else f'({names})'}", CASES
        case Der(above, (one,)):
            return f"{_differential(above)}/{_differential(one)}", FRACTION
        case Der(above, (one, two)):
            if one == two and isinstance(one, Var):
                return f"{_differential(above, 2)}/{_differential(one)}^2", FRACTION
            return f"{_differential(above, 2)}/{_differential(one)} {_differential(two)}", FRACTION
        case If(test, then, otherwise):
            return f"{_at(then, SUM)} if {show(test)} else {_at(otherwise, CASES)}", CASES
        case Cmp(sign, left, right):
            return f"{_at(left, SUM)} {sign} {_at(right, SUM)}", 3
        case Both(word, left, right):
            return f"{show(left)} {word} {show(right)}", 1
        case Big(kind, letters, None, body) if len(letters) == 1:
            return f"{kind}_{letters[0]}({show(body)})", ATOM
        case Big(kind, letters, test, body):
            condition = "" if test is None else f": {show(test)}"
            return f"{kind}_{{{','.join(letters)}{condition}}}({show(body)})", ATOM
        case Grid(rows):
            return "[" + "; ".join(", ".join(map(show, row)) for row in rows) + "]", ATOM
        case Entrywise(_, body):
            return _show(body)
        case Claim(sides, signs, where):
            text = show(sides[0])
            for sign, side in zip(signs, sides[1:], strict=True):
                text += f" {sign} {show(side)}"
            return text + ("" if where is None else f" where {show(where)}"), 0
    raise TypeError(type(tree).__name__)


UNICODE = ((" * ", " ⊙ "), (".T", "ᵀ"), ("'", "′"), ("!= ", "≠ "), ("<= ", "≤ "), ("delta(", "δ("))


def in_unicode(text: str) -> str:
    """The same formula as people write it: σ′(z), xᵀ, a ⊙ b, ∂L/∂W; `Σ_k` would reach further than `sum_k(...)`."""
    for plain, written in UNICODE:
        text = text.replace(plain, written)
    return re.sub(r"\bd(?=(?:[A-Z]\w*|[a-z]\d*)(?:\[[^\]]*\])*/d)|(?<=/)d(?=[A-Za-z])", "∂", text)


def in_plain(text: str) -> str:
    """What `in_unicode` wrote, in ASCII again: a help is in the spelling of its claim."""
    for plain, written in UNICODE:
        text = text.replace(written, plain)
    return text.replace("∂", "d")


# --- reading ------------------------------------------------------------------------------

TOKEN = re.compile(r"\s*(\d+(?:\.\d+)?(?:[eE][-+]?\d+)?|[A-Za-z_]\w*|\.T\b|\*\*|==|!=|<=|>=|.)", re.DOTALL)
RELATIONS = ("=", "!=", "~")
COMPARED = ("==", "!=", "<", "<=", ">", ">=", "=")


class UnreadableError(Exception):
    """The text is not of the language as this reader knows it."""


class Reader:
    """Recursive descent; `declared` names are never taken for differentials."""

    def __init__(self, text: str, declared: frozenset[str] = frozenset()) -> None:
        self.tokens = [*TOKEN.findall(text.strip()), ""]
        self.text = text
        self.place = 0
        self.declared = declared

    @property
    def token(self) -> str:
        return self.tokens[self.place]

    def take(self, *wanted: str) -> str:
        token = self.token
        if wanted and token not in wanted:
            raise UnreadableError(
                f"{' or '.join(wanted)} expected, not {token!r}, at token {self.place} of {self.text}"
            )
        self.place += 1
        return token

    def took(self, *wanted: str) -> bool:
        if self.token in wanted:
            self.place += 1
            return True
        return False

    def claim(self) -> Claim:
        sides, signs = [self.cases()], []
        while self.token in RELATIONS:
            signs.append(self.take())
            sides.append(self.cases())
        where = self.condition() if self.took("where") else None
        self.take("")
        return Claim(tuple(sides), tuple(signs), where)

    def expression(self) -> Tree:
        found = self.cases()
        self.take("")
        return found

    def cases(self) -> Tree:
        then = self.sums()
        if not self.took("if"):
            return then
        test = self.condition()
        self.take("else")
        return If(test, then, self.cases())

    def condition(self) -> Tree:
        left = self.all_of()
        while self.took("or"):
            left = Both("or", left, self.all_of())
        return left

    def all_of(self) -> Tree:
        left = self.comparison()
        while self.took("and", ","):
            left = Both("and", left, self.comparison())
        return left

    def comparison(self) -> Tree:
        left = self.sums()
        sign = self.take(*COMPARED)
        return Cmp("==" if sign == "=" else sign, left, self.sums())

    def sums(self) -> Tree:
        left = self.products()
        while self.token in ("+", "-"):
            left = Op(self.take(), left, self.products())
        return left

    def products(self) -> Tree:
        left = self.unary()
        while self.token in ("*", "/", "@"):
            left = Op(self.take(), left, self.unary())
        return left

    def unary(self) -> Tree:
        if self.took("-"):
            return Neg(self.unary())
        base = self.postfix()
        if self.took("^", "**"):
            exponent = Neg(self.unary()) if self.took("-") else self.unary()
            return Op("^", base, exponent)
        return base

    def postfix(self) -> Tree:
        base = self.primary()
        while True:
            if self.took(".T"):
                base = Turn(base)
            elif self.token == "[":
                base = self.entries(base)
            else:
                return base

    def entries(self, base: Tree) -> Tree:
        self.take("[")
        entries: list[Tree] = []
        while True:
            entries.append(All() if self.took(":") else self.sums())
            if not self.took(","):
                break
        self.take("]")
        return At(base, tuple(entries))

    def primary(self) -> Tree:
        token = self.token
        if token[:1].isdigit():
            return Num(Fraction(self.take()))
        if self.took("("):
            inner = self.cases()
            self.take(")")
            return inner
        if self.took("["):
            return self.grid()
        if not (token[:1].isalpha() or token[:1] == "_"):
            raise UnreadableError(f"unexpected {token!r} at token {self.place} of {self.text}")
        if token.startswith("d") and token not in self.declared and (found := self.derivative()) is not None:
            return found
        kind, underscore, letter = token.partition("_")
        if kind in ("sum", "prod", "max", "min") and underscore and token not in self.declared:
            return self.reduction(kind, letter)
        self.take()
        primes = 0
        while self.took("'"):
            primes += 1
        if self.token == "(" and token not in self.declared:
            return Fn(token, self.arguments(), primes)
        return Var(token)

    def arguments(self) -> tuple[Tree, ...]:
        self.take("(")
        found: list[Tree] = []
        while not self.took(")"):
            found.append(self.cases())
            if self.token != ")":
                self.take(",")
        return tuple(found)

    def grid(self) -> Tree:
        rows: list[tuple[Tree, ...]] = []
        if self.took("]"):
            return Grid(())
        while True:
            row = [self.cases()]
            while self.took(","):
                row.append(self.cases())
            rows.append(tuple(row))
            if self.take(";", "]") == "]":
                return Grid(tuple(rows))

    def reduction(self, kind: str, letter: str) -> Tree:
        self.take()
        letters, test = (letter,), None
        if not letter:
            self.take("{")
            start = self.place
            names = [self.take()]
            while self.took(","):
                names.append(self.take())
            if self.token in COMPARED:
                self.place, names = start, names[:1]
                test = self.condition()
            elif self.took(":"):
                test = self.condition()
            self.take("}")
            letters = tuple(names)
        self.take("(")
        body = self.cases()
        self.take(")")
        return Big(kind, letters, test, body)

    def derivative(self) -> Tree | None:
        """`dL/dW`, `d(..)/dx[i]`, `d2L/dx^2`; None with nothing read where there is none."""
        start = self.place
        above = self.differential(numerator=True)
        if above is None or not self.took("/"):
            self.place = start
            return None
        order, tree = above
        below: list[Tree] = []
        while len(below) < order:
            if below and self.took("^", "**"):
                self.take("2")
                below.append(below[0])
                continue
            found = self.differential(numerator=False)
            if found is None:
                self.place = start
                return None
            below.append(found[1])
        return Der(tree, tuple(below), self.holding())

    def holding(self) -> tuple[Tree, ...]:
        """What stands behind a derivative and is held."""
        if self.token != "holding" or "holding" in self.declared:
            return ()
        self.take()
        several = self.took("(")
        names = [self.held_name()]
        while several and self.took(","):
            names.append(self.held_name())
        if several:
            self.take(")")
        return tuple(names)

    def held_name(self) -> Tree:
        name: Tree = Var(self.take())
        while self.token == "[":
            name = self.entries(name)
        return name

    def differential(self, numerator: bool) -> tuple[int, Tree] | None:
        token = self.token
        if not token.startswith("d") or token in self.declared:
            return None
        self.take()
        if token in ("d", "d2"):
            if self.token != "(":
                return None
            self.take("(")
            inner = self.cases()
            self.take(")")
            return (2 if token == "d2" else 1), inner
        second = numerator and token[1] == "2"
        base: Tree = Var(token[1 + second :])
        if base.name == "vec" and self.token == "(":
            base = Fn("vec", self.arguments())
        while self.token == "[":
            base = self.entries(base)
        return 1 + second, base


def read(text: str, declared: frozenset[str] = frozenset()) -> Tree:
    return Reader(text, declared).expression()


def read_claim(text: str, declared: frozenset[str] = frozenset()) -> Claim:
    return Reader(in_plain(text), declared).claim()
