"""Lines of a derivation, each proved equal to the one before as it is read back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from derivcheck.diagnostics.verdicts import Verdict
from derivcheck.judging.proofreader import Proofreader
from derivcheck.language.notation.syntax import Binary, Derivative, Equation, Expression, Subscript, rebuilt

FACTS, PUT_IN = "facts used", "the derivative above put in"
Line = tuple[str, Expression]


@dataclass(frozen=True, slots=True)
class Step:
    """One line: what was done, the equation, and how it follows from the line before."""

    rule: str
    equation: Equation
    verdict: Verdict
    facts: tuple[str, ...] = ()
    opens: bool = False


class LineProver:
    """Writes chains of lines; `means` is what an equation stands for where words beside it say more than its text."""

    def __init__(
        self,
        proofreader: Proofreader,
        means: Callable[[Equation], Equation] | None = None,
        otherwise: str = PUT_IN,
    ) -> None:
        """`otherwise` is the rule of a line for facts that needs none."""
        self.proofreader, self._means, self._otherwise = proofreader, means, otherwise

    def steps(self, left: Expression, lines: Sequence[Line]) -> list[Step]:
        """Each line that is read back as equal to the one before; the fewest that say something."""
        written: list[Step] = []
        previous = left
        for rule, right in self._fewest(lines):
            judged = self.proofreader.judged(previous, right, self._means) if right != previous else None
            if judged is None:
                continue
            shown = (
                rule if rule != FACTS else f"{FACTS}: {', '.join(judged.facts)}" if judged.facts else self._otherwise
            )
            written.append(Step(shown, Equation((left, right), ("=",)), judged.verdict, judged.facts, not written))
            previous = right
        return written

    def _fewest(self, lines: Sequence[Line]) -> list[Line]:
        """The lines without those that lead back to an earlier one, which is written as it is written at last."""
        found: list[Line] = []
        seen: list[Any] = []
        for rule, tree in lines:
            order = self._in_any_order(tree)
            if order in seen:
                back = seen.index(order)
                found[back:] = [(found[back][0], tree)]
                del seen[back + 1 :]
            else:
                found.append((rule, tree))
                seen.append(order)
        return found

    def _in_any_order(self, tree: Expression) -> Any:
        """The tree with the terms of sums and the factors of products in one order, and names written out."""
        short = self.proofreader.derivation.short_names if self.proofreader.derivation is not None else {}

        def change(node: Any) -> Any:
            match node:
                case Derivative(_, (Subscript(variable, places),)):
                    whole = Derivative(node.numerator, (variable,))
                    return Subscript(short[whole], places) if whole in short else node
                case Derivative():
                    return short.get(node, node)
                case Binary("+" | "*" as operator, left, right):
                    parts = sorted([*_parts(left, operator), *_parts(right, operator)], key=repr)
                    return (operator, tuple(parts))
                case _:
                    return node

        return rebuilt(tree, change)


def _parts(tree: Any, operator: str) -> tuple[Any, ...]:
    return tree[1] if isinstance(tree, tuple) and tree[0] == operator else (tree,)
