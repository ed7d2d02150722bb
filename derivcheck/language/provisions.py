"""What is given besides: facts about tensors in words, and equations between what is declared.

An equation that says a fact is that fact: `sum(e) = 0`. Another is solved for one input, `A @ v = lam * v` for A:

    A = A₀ + (λ v - A₀ v) vᵀ / (vᵀ v)        for any A₀,

and what is judged has this in the place of the input, so that proofs, the field and numbers all know it. A
derivative is the unconstrained one, at such a point.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from derivcheck.diagnostics.diagnostic import (
    DerivcheckError,
    Diagnostic,
    NotationError,
    SourceText,
    SpecError,
    UnsupportedError,
)
from derivcheck.evidence.canonical.atoms import GrowthError, UndefinedError, combination, frozen, scaled
from derivcheck.evidence.canonical.form import Canonical
from derivcheck.evidence.exact import identical
from derivcheck.evidence.numeric.branches import is_branched
from derivcheck.graph.nodes import Input, Node, constant, topological
from derivcheck.language.claims import Pair, pairs
from derivcheck.language.conditions import drawn
from derivcheck.language.facts import declared_facts, fits, no_fact, with_fact
from derivcheck.language.lowering.language import Lowering
from derivcheck.language.lowering.values import onto, same_shape
from derivcheck.language.network import Network
from derivcheck.language.notation.expectations import NORMAL, Drawn
from derivcheck.language.notation.parser import parse_equation, parse_expression
from derivcheck.language.notation.printer import to_plain
from derivcheck.language.notation.syntax import (
    Binary,
    Call,
    Condition,
    Expression,
    Name,
    Negate,
    Number,
    Slice,
    Transpose,
    children,
)
from derivcheck.language.tensors import NamedTensor
from derivcheck.spec.facts.table import FACTS, KINDS

ABOVE_ZERO = re.compile(r"\s*(\w+)\s*>\s*0\s*")
BETWEEN = re.compile(r"\s*0\s*<\s*(\w+)\s*<\s*1\s*")
SYMMETRIC = {"symmetric"}


def provided(network: Network, given: Sequence[SourceText]) -> Network:
    """The network under what is given and not yet known. Raises SpecError (DC042, DC043, DC044)."""
    for text in given:
        if any(text.text == known for known, _ in network.known.equations):
            continue
        if (one := drawn(text)) is not None:
            network = _with_distribution(network, one, text)
        elif re.search("[=<>]", text.text):
            network = _with_equation(network, text)
        else:
            network = network.with_facts(declared_facts(network.facts, network.tensors, text))
    return network


def _with_distribution(network: Network, one: Drawn, text: SourceText) -> Network:
    """The network that knows what is drawn: a tensor of normal entries, or a letter with probabilities."""
    others = tuple(known for known in network.scope.distributions if known[0] != one.name)
    scope = replace(network.scope, distributions=(*others, (one.name, one.distribution)))
    if one.distribution == Name(NORMAL):
        tensor = next((t for t in network.tensors if t.name == one.name and isinstance(t.node, Input)), None)
        if tensor is None or network.facts.get(one.name):
            reason = f"`{one.name}` is no tensor" if tensor is None else f"there is a fact about `{one.name}` already"
            raise SpecError(Diagnostic("DC128", f"`{text.text}` is no distribution", text.where(), reason))
        return replace(network, scope=scope)
    try:
        total = parse_expression(f"E_{one.name}(1)", scope.vocabulary())
        node = Lowering(scope).expression(total).node
    except (NotationError, UnsupportedError) as problem:
        message = f"`{text.text}` is no distribution"
        raise SpecError(Diagnostic("DC128", message, text.where(), problem.diagnostic.message)) from None
    if not Canonical(network.facts).equal(node, constant(1)).proved:
        message = f"the probabilities of `{one.name}` are not known to sum to one"
        raise SpecError(Diagnostic("DC128", message, text.where(), help="p: {axes: n, given: simplex}"))
    return replace(network, scope=scope)


def _with_equation(network: Network, text: SourceText) -> Network:
    for pattern, fact in ((ABOVE_ZERO, "positive"), (BETWEEN, "open_unit")):
        match = pattern.fullmatch(text.text)
        if match is not None and any(t.name == match[1] and isinstance(t.node, Input) for t in network.tensors):
            return network.with_facts(with_fact(network.facts, network.tensors, fact, match[1], None, text))
    try:
        equation = parse_equation(text.text, network.scope.vocabulary())
        link = pairs(equation, network.scope)[0]
    except DerivcheckError as problem:
        raise no_fact(network.tensors, text, problem.diagnostic.message) from None
    if len(equation.sides) != 2 or equation.relations != ("=",) or link.shapes is not None:
        raise no_fact(network.tensors, text, "an equation of two sides of one shape is expected")
    said = _fact_said(network, link)
    if said is not None:
        tensor, fact, place = said
        return network.with_facts(with_fact(network.facts, network.tensors, fact, tensor.name, place, text))
    return _solved(network, link, text)


def _refused(text: SourceText, why: str, advice: str = "") -> SpecError:
    message = f"no point is known at which `{text.text}` holds"
    return SpecError(Diagnostic("DC044", message, text.where(), why, help=advice))


# --- an equation that says a fact -------------------------------------------------------------


def _fact_said(network: Network, link: Pair) -> tuple[NamedTensor, str, int | None] | None:
    """(a tensor, the fact that the equation says of it, the axis it holds along); None for another equation."""
    inputs = [node for node in topological([link.left, link.right]) if isinstance(node, Input)]
    if len(inputs) != 1:
        return None
    tensor = next(t for t in network.tensors if t.node is inputs[0])
    for kind in KINDS:
        if kind.implies or not kind.identities or not fits(kind.name, tensor.axes):
            continue
        for place in range(len(tensor.axes)) if kind.along_an_axis else (None,):
            for identity in kind.identities:
                said = _of_tensor(identity, tensor, place)
                other = pairs(parse_equation(said, network.scope.vocabulary()), network.scope)[0]
                if _say_the_same(link, other):
                    return tensor, kind.name, place
    return None


def _of_tensor(identity: str, tensor: NamedTensor, place: int | None) -> str:
    """`sum_k(y[k]) = 1` of one axis of a tensor: `sum_k(W[a1,k]) = 1`."""
    rank = len(tensor.axes)

    def entry(match: re.Match[str]) -> str:
        letters = match[1].split(",")
        if place is not None and rank > 1:
            letters = [letters[0] if k == place else f"a{k}" for k in range(rank)]
        return f"{tensor.name}[{','.join(letters)}]"

    return re.sub(r"\by\[([\w,]+)\]", entry, identity)


def _say_the_same(first: Pair, second: Pair) -> bool:
    """Whether the differences of both sides are the same up to a factor, whatever their axes are called."""
    canonical = Canonical()
    found = []
    for link in (first, second):
        try:
            difference = combination(canonical.form(link.left), canonical.form(link.right), -1)
        except (GrowthError, UndefinedError, UnsupportedError):
            return False
        if not difference:
            return False
        (payload,), *_ = canonical.algebra.abstracted([difference])
        found.append(frozen(scaled(payload, 1 / Fraction(payload[max(payload)]))))
    return found[0] == found[1]


# --- an equation that is solved for an input --------------------------------------------------


def _solved(network: Network, link: Pair, text: SourceText) -> Network:
    """The network with an input in terms of any numbers in its place, so that the equation holds."""
    reason = "no input stands in it once, as a factor, a term or an argument of a sum"
    for tensor in sorted(_inputs_of(network, link), key=lambda t: -len(t.axes)):
        facts = {fact for fact, _ in network.facts.get(tensor.name, ())}
        if facts - SYMMETRIC:
            reason = f"of `{tensor.name}` it is known that it is {' and '.join(sorted(facts))}: no more is solved for"
            continue
        for left, right in ((link.left_tree, link.right_tree), (link.right_tree, link.left_tree)):
            if _count(tensor.name, left) != 1 or _count(tensor.name, right):
                continue
            divisors = Divisors(network)
            for image in _images(network, tensor, Solution(tensor.name, bool(facts), divisors).of(left, right)):
                made = replace(network, known=network.known.joined(text.text, tensor.node, image))
                if all(_holds(made, condition) for condition, _ in made.known.equations):
                    return made
            reason = f"`{tensor.name}` cannot be changed so that all that is given holds"
            if divisors.doubted:
                shown = to_plain(divisors.doubted[0])
                reason = f"`{shown}` may be zero or have no inverse: then there are other solutions"
    raise _refused(text, reason)


def _inputs_of(network: Network, link: Pair) -> list[NamedTensor]:
    below = set(topological([link.left, link.right]))
    return [t for t in network.tensors if isinstance(t.node, Input) and t.node in below]


def _count(name: str, tree: Expression | Condition | Slice) -> int:
    """How often a name stands in a tree."""
    if isinstance(tree, Name):
        return int(tree.name == name)
    return sum(_count(name, part) for part in children(tree))


def _images(network: Network, tensor: NamedTensor, trees: Iterator[Expression]) -> Iterator[Node]:
    """The solutions that have the shape of the tensor, along its axes."""
    target = network.scope.values[tensor.name]
    for tree in trees:
        try:
            value = Lowering(network.scope).expression(tree)
        except (NotationError, UnsupportedError):
            continue
        if same_shape(value, target):
            yield onto(value, target)


def _holds(network: Network, condition: str) -> bool:
    """Whether a condition holds with what was solved for in its place: for any numbers, as the field shows."""
    link = pairs(parse_equation(condition, network.scope.vocabulary()), network.scope)[0]
    left, right = network.known.imposed(link.left), network.known.imposed(link.right)
    return identical(left, right, facts=network.facts).equal is True


@dataclass(frozen=True, slots=True)
class Divisors:
    """What an equation may be divided by: where it is zero there are other solutions, `t = 0` of `s t = 2 t`."""

    network: Network
    doubted: list[Expression] = field(default_factory=list)

    def allow(self, kind: Callable[[Expression], bool], divisor: Expression) -> bool:
        """Whether a divisor is of a kind; one that is not is remembered."""
        found = kind(divisor)
        if not found:
            self.doubted.append(divisor)
        return found

    def is_never_zero(self, divisor: Expression) -> bool:
        """Whether no entry is zero at any point: by facts, as an exponential, or of factors that are not."""
        match divisor:
            case Number(value):
                return value != 0
            case Name(name) if name in self.network.scope.dimensions:
                return True
            case Name(name):
                kinds = [FACTS[fact] for fact, _ in self.network.facts.get(name, ())]
                return any(kind.positive or (kind.values and 0 not in kind.values) for kind in kinds)
            case Call("exp", (_,)):
                return True
            case Negate(operand) | Transpose(operand):
                return self.is_never_zero(operand)
            case Binary("*" | "/", left, right):
                return self.is_never_zero(left) and self.is_never_zero(right)
            case Binary("**", base, _):
                return self.is_never_zero(base)
        return False

    def is_seldom_zero(self, vector: Expression) -> bool:
        """Whether a vector is zero at single points only, where limits tell what holds: no `relu(y)`, no 0/1 input."""
        try:
            node = Lowering(self.network.scope).expression(vector).node
        except (NotationError, UnsupportedError):
            return False
        inputs = [below.name for below in topological([node]) if isinstance(below, Input)]
        few = any(0 in FACTS[fact].values for name in inputs for fact, _ in self.network.facts.get(name, ()))
        return not few and not is_branched([node])

    def is_invertible(self, matrix: Expression, worth: Expression) -> bool:
        """Whether a square matrix has an inverse at every point: by a fact, or as a factor of a product worth 1."""
        match matrix, worth:
            case _, Call("eye"):
                return True
            case Name(name), _:
                facts = self.network.facts.get(name, ())
                return any(fact in ("orthogonal", "positive_definite") for fact, _ in facts)
            case Transpose(operand), _:
                return self.is_invertible(operand, worth)
        return False


@dataclass(frozen=True, slots=True)
class Solution:
    """Formulas for one name that stands once in a side, so that the side is worth another: any that has a shape.

    Every solution is one of theirs but for single points: no equation is divided by what may be zero.
    """

    name: str
    symmetric: bool
    divisors: Divisors

    def of(self, side: Expression, worth: Expression) -> Iterator[Expression]:
        match side:
            case Name(name) if name == self.name:
                yield worth
            case Negate(operand):
                yield from self.of(operand, Negate(worth))
            case Transpose(operand):
                yield from self.of(operand, Transpose(worth))
            case Binary("+", left, right):
                yield from self._behind(left, Binary("-", worth, right), right, Binary("-", worth, left))
            case Binary("-", left, right):
                yield from self._behind(left, Binary("+", worth, right), right, Binary("-", left, worth))
            case Binary("*", left, right):
                if self.divisors.allow(self.divisors.is_never_zero, right if _count(self.name, left) else left):
                    yield from self._behind(left, Binary("/", worth, right), right, Binary("/", worth, left))
            case Binary("@", left, right):
                yield from self._contracted(left, right, side, worth)
            case Call("sum" | "mean" as function, (operand,)):
                # Every entry is moved by the same.
                count = Call(function, (Binary("+", Binary("*", Number(Fraction(0)), operand), Number(Fraction(1))),))
                gap = Binary("/", Binary("-", worth, side), count)
                yield from self.of(operand, Binary("+", operand, gap))

    def _behind(
        self, left: Expression, left_worth: Expression, right: Expression, right_worth: Expression
    ) -> Iterator[Expression]:
        inside_left = bool(_count(self.name, left))
        yield from self.of(left, left_worth) if inside_left else self.of(right, right_worth)

    def _contracted(
        self, left: Expression, right: Expression, side: Expression, worth: Expression
    ) -> Iterator[Expression]:
        gap = Binary("-", worth, side)
        divisor = right if _count(self.name, left) else left
        steps = self.divisors.allow(self.divisors.is_seldom_zero, divisor)
        inverts = self.divisors.allow(lambda matrix: self.divisors.is_invertible(matrix, worth), divisor)
        if divisor is right:
            if self.symmetric:
                yield from self.of(left, _symmetric_step(left, right, gap)) if steps else ()
                return
            # (M + g vᵀ / vᵀv) v = M v + g
            step = Binary("/", Binary("@", gap, Transpose(right)), Binary("@", Transpose(right), right))
            yield from self.of(left, Binary("+", left, step)) if steps else ()
            yield from self.of(left, Binary("@", worth, Call("inv", (right,)))) if inverts else ()
        elif not self.symmetric:
            step = Binary("/", Binary("@", Transpose(left), gap), Binary("@", left, Transpose(left)))
            yield from self.of(right, Binary("+", right, step)) if steps else ()
            yield from self.of(right, Binary("@", Call("inv", (left,)), worth)) if inverts else ()


def _symmetric_step(matrix: Expression, vector: Expression, gap: Expression) -> Expression:
    """M + (g vᵀ + v gᵀ) / q - v vᵀ (vᵀ g) / q² for q = vᵀ v: symmetric where M is, and worth g more beside v."""
    turned = Transpose(vector)
    square = Binary("@", turned, vector)
    outer = Binary("+", Binary("@", gap, turned), Binary("@", vector, Transpose(gap)))
    along = Binary("*", Binary("@", vector, turned), Binary("/", Binary("@", turned, gap), Binary("*", square, square)))
    return Binary("-", Binary("+", matrix, Binary("/", outer, square)), along)
