"""Mutants of every claim that the shipped specs prove: one realistic mistake each, with the names it may be given.

    python -m tests.judging.mutants [--count 15] [--slowest 20] [TEXT...]

prints how many of them the search for mistakes repairs, how many it names by the edit that made them, and which
diagnoses took longest; it exits with 1 where these are too few. TEXT picks specs by their path; --misses lists what
is not repaired or named otherwise.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path

from derivcheck.diagnostics.diagnostic import DerivcheckError, SourceText
from derivcheck.forms.rewriting import places, put
from derivcheck.judging.examiner import Examiner
from derivcheck.judging.statement import labels_of
from derivcheck.language.claims import Pair, pair
from derivcheck.language.network import build, depths
from derivcheck.language.notation.labels import substitute_labels
from derivcheck.language.notation.parser import parse_equation
from derivcheck.language.notation.printer import to_plain
from derivcheck.language.notation.syntax import (
    Binary,
    Call,
    Condition,
    Expression,
    Name,
    Negate,
    Number,
    Reduction,
    Subscript,
    Transpose,
)
from derivcheck.spec import load_spec

ROOT = Path(__file__).parents[2]
SPECS = sorted((ROOT / "specs").rglob("*.yaml"))
REPAIRED, NAMED = 0.97, 0.95  # shares, below which the table exits with 1
SHARE = 3  # of the wrong mutants, one in so many is diagnosed

FACTOR = frozenset({"DC201", "DC236"})
SIGN = frozenset({"DC202"})
TURNED = frozenset({"DC203", "DC204", "DC205", "DC206"})
TERM = frozenset({"DC221", "DC222"})


@dataclass(frozen=True, slots=True)
class Mutant:
    """A wrong right side, and the codes that say what was done to it."""

    tree: Expression
    codes: frozenset[str]


def mutations(node: Expression, names: list[str], chance: random.Random) -> Iterator[tuple[Expression, frozenset[str]]]:
    """Realistic mistakes at one subexpression."""
    match node:
        case Transpose(operand):
            yield operand, TURNED
        case Negate(operand):
            yield operand, SIGN
        case Binary("+", left, right):
            yield Binary("-", left, right), SIGN
            yield left, TERM
        case Binary("-", left, right):
            yield Binary("+", left, right), SIGN
            yield Binary("-", right, left), SIGN
            yield right, TERM | SIGN
        case Binary("@", left, right):
            yield Binary("@", right, left), TURNED
            yield Binary("*", left, right), frozenset({"DC207"})
            yield Binary("@", Transpose(left), right), TURNED
            yield Binary("@", left, Transpose(right)), TURNED
        case Binary("*", left, right):
            yield Binary("@", left, right), frozenset({"DC208"})
            yield left, FACTOR | {"DC212", "DC218"}
            yield right, FACTOR | {"DC212", "DC218"}
        case Binary("/", left, right):
            yield Binary("*", left, right), FACTOR | {"DC223"}
            yield left, FACTOR | {"DC216"}
        case Binary("**", base, Number(value)):
            yield Binary("**", base, Number(value + 1)), frozenset({"DC223"})
            yield base, frozenset({"DC223"})
        case Call(function, (argument,), primes):
            yield replace(node, primes=primes + 1), frozenset({"DC210"})
            yield argument, frozenset({"DC215" if function in ("sum", "mean") else "DC225", "DC212", "DC224"})
            if primes:
                yield replace(node, primes=primes - 1), frozenset({"DC209"})
        case Call("sum", (argument, _)):
            yield Call("mean", node.arguments), frozenset({"DC216"})
            yield argument, frozenset({"DC215"})
        case Call("delta", _):
            yield Number(Fraction(1)), frozenset({"DC217", "DC218"})
        case Number(value):
            yield Number(value + 1), FACTOR | {"DC223"}
        case Subscript(base, (first, second)):
            yield Subscript(base, (second, first)), TURNED
        case Reduction(_, letters, _, body):
            del letters
            yield body, frozenset({"DC215"})
        case Name(name) if name in names:
            yield Name(chance.choice(names)), frozenset({"DC213", "DC211"})
    if not isinstance(node, Number):
        yield Negate(node), SIGN
        yield Binary("*", Number(Fraction(2)), node), FACTOR
        yield Transpose(node), TURNED


def mutants(tree: Expression, names: list[str], chance: random.Random, count: int) -> list[Mutant]:
    """So many different mutants of a right side; what two mistakes make has the names of both."""
    found: dict[str, Mutant] = {}
    spots = list(places(tree))
    for _ in range(count * 12):
        path, node = chance.choice(spots)
        options = list(mutations(node, names, chance))
        if not options:
            continue
        made, codes = chance.choice(options)
        whole = put(tree, path, made)
        if whole != tree:
            text = to_plain(whole)
            known = found.get(text)
            found[text] = Mutant(whole, codes if known is None else known.codes | codes)
        if len(found) >= count:
            break
    return list(found.values())


@dataclass(frozen=True, slots=True)
class Mutated:
    """A claim of a shipped spec with its mutants."""

    examiner: Examiner
    left: Expression
    where: Condition | None
    mutants: list[Mutant]


def mutated_claims(path: Path, count: int) -> Iterator[Mutated]:
    """Every claim of a spec that is to hold, with so many mutants of it, the same ones every time."""
    spec = load_spec(path)
    whole = Examiner(build(spec, depths(spec)[0]))
    names = [n for n, v in whole.network.scope.values.items() if "[" not in n and v.axes]
    chance = random.Random(str(path.name))
    for claim in spec.claims:
        if claim.text is None or claim.expect not in ("", "proved", "checked") or claim.notation != "plain":
            continue
        examiner = whole.for_claim(claim)
        network = examiner.network
        labels = {**network.depth, **labels_of(claim, examiner)[0]}
        equation = parse_equation(claim.text.text, network.scope.vocabulary())
        sides = [substitute_labels(side, labels) for side in equation.sides]
        if len(sides) == 2 and equation.relations[0] == "=":
            yield Mutated(examiner, sides[0], equation.where, mutants(sides[1], names, chance, count))


@dataclass(frozen=True, slots=True)
class Named:
    """What was found of one wrong mutant."""

    shown: str
    code: str
    message: str
    suggestion: str
    wanted: frozenset[str]
    seconds: float

    @property
    def is_repaired(self) -> bool:
        return (bool(self.suggestion) and self.code != "DC229") or self.code == "DC219"

    @property
    def is_named(self) -> bool:
        return self.code in self.wanted


def diagnosed(examiner: Examiner, link: Pair, wanted: frozenset[str]) -> Named:
    """The diagnosis of a wrong mutant; what it suggests is proved."""
    started = time.process_time()
    found, suggestion = examiner.diagnoser.diagnose(link, SourceText(to_plain(link.right_tree)))
    seconds = time.process_time() - started
    if suggestion:
        repaired = parse_equation(f"{to_plain(link.left_tree)} = {suggestion}", examiner.network.scope.vocabulary())
        again = pair(repaired.sides[0], repaired.sides[1], "=", link.where, examiner.network.scope)
        assert (
            examiner.judge.judge(again.left, again.right, again.axes, condition=again.condition).verdict == "proved"
        ), suggestion
    shown = f"{to_plain(link.left_tree)} = {to_plain(link.right_tree)}"
    return Named(shown, found.code, found.message, suggestion, wanted, seconds)


@dataclass
class Table:
    """What was counted."""

    wrong: int = 0
    found: list[Named] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        """Whether enough are repaired and named."""
        wanted = zip((n.is_repaired for n in self.found), (n.is_named for n in self.found), strict=True)
        repaired, named = (sum(one) / len(self.found) for one in zip(*wanted, strict=True))
        return repaired >= REPAIRED and named >= NAMED

    def __str__(self) -> str:
        repaired, named = (sum(one) for one in zip(*((n.is_repaired, n.is_named) for n in self.found), strict=True))
        count = len(self.found)
        seconds = sorted(one.seconds for one in self.found)
        codes = Counter(one.code for one in self.found if not one.is_named)
        return (
            f"{count} of {self.wrong} wrong mutants diagnosed: {repaired / count:.1%} repaired, "
            f"{named / count:.1%} named by the edit that made them\n"
            f"a diagnosis takes {1000 * seconds[count // 2]:.0f} ms of a processor, {seconds[-1]:.2f} s at most; "
            f"{sum(one > 1 for one in seconds)} take longer than a second\n"
            f"otherwise named: {dict(codes.most_common())}"
        )

    def slowest(self, count: int) -> str:
        """So many diagnoses, those that took longest."""
        found = sorted(self.found, key=lambda one: -one.seconds)[:count]
        return "\n".join(f"{one.seconds:.2f} s  {one.code}  {one.shown}" for one in found)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=15)
    parser.add_argument("--misses", action="store_true")
    parser.add_argument("--slowest", type=int, default=1)
    parser.add_argument("specs", nargs="*")
    given = parser.parse_args()
    table = Table()
    for path in SPECS:
        if given.specs and not any(text in str(path) for text in given.specs):
            continue
        started, before = time.process_time(), len(table.found)
        for claim in mutated_claims(path, given.count):
            scope = claim.examiner.network.scope
            for mutant in claim.mutants:
                try:
                    link = pair(claim.left, mutant.tree, "=", claim.where, scope)
                except DerivcheckError:
                    continue
                if link.shapes is None and not claim.examiner.judge.differs_at_once(link.left, link.right, link.axes):
                    continue
                table.wrong += 1
                if table.wrong % SHARE == 0:
                    table.found.append(diagnosed(claim.examiner, link, mutant.codes))
        if given.misses:
            for one in table.found[before:]:
                if not (one.is_repaired and one.is_named) or one.seconds > 1:
                    print(
                        f"{'' if one.is_repaired else 'unrepaired, '}{one.seconds:.2f} s  {one.shown}\n"
                        f"      {one.code} {one.message}: {one.suggestion}   (wanted {', '.join(sorted(one.wanted))})"
                    )
        print(
            f"{path.relative_to(ROOT)}: {len(table.found) - before} in {time.process_time() - started:.1f} s",
            flush=True,
        )
    print(table)
    print(table.slowest(given.slowest))
    return 0 if table.is_good else 1


if __name__ == "__main__":
    sys.exit(main())
