"""What both sides of a claim differ by, term by term: a few terms missing, a few too many, one that is another.

derived  t1 + t2        claimed  t1          missing   t2
         t1                      t1 + s      too much       s
         t1 + t2                 t1 + s      wrong     t2, not s
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from derivcheck.diagnostics.diagnostic import DerivcheckError
from derivcheck.forms.rewriting import joined, summands
from derivcheck.graph.nodes import subtract
from derivcheck.judging.edit import Edit
from derivcheck.judging.proofreader import Proofreader
from derivcheck.judging.side_writer import SideWriter, WrittenSide
from derivcheck.language.claims import Pair, pair
from derivcheck.language.notation.syntax import Expression, Negate

FEW = 2  # terms
LONGER = 2  # times as long as the claim a repair may be


class Differences:
    """Edits of whole terms, found by subtracting one side from the other."""

    def __init__(self, writer: SideWriter, proofreader: Proofreader) -> None:
        self.writer, self.proofreader = writer, proofreader

    def of(self, link: Pair) -> Iterator[Edit]:
        derived = self.writer.written(link) if link.shapes is None else None
        if derived is not None:
            yield from self._missing(link, derived)
            yield from self._too_many(link, derived)
            yield from self._wrong(link, derived)

    def _missing(self, link: Pair, derived: WrittenSide) -> Iterator[Edit]:
        rest = self.writer.written(replace(link, left=subtract(link.left, link.right)))
        if rest is None or not 0 < rest.terms <= min(FEW, derived.terms - 1):
            return
        subtracted = isinstance(rest.tree, Negate)
        shown = self.proofreader.plain(rest.tree.operand if isinstance(rest.tree, Negate) else rest.tree)
        message = f"`{shown}` is {'to be subtracted' if subtracted else 'missing'}"
        right = joined([(link.right_tree, False), *summands(rest.tree)])
        yield Edit("DC221", message, right, link.right_tree.span, 5)

    def _too_many(self, link: Pair, derived: WrittenSide) -> Iterator[Edit]:
        claimed = self.writer.written(replace(link, left=link.right))
        rest = self.writer.written(replace(link, left=subtract(link.right, link.left)))
        if derived.tree == link.left_tree or claimed is None or rest is None:
            return
        if not 0 < rest.terms <= FEW or rest.terms != claimed.terms - derived.terms:
            return
        shown = " and ".join(f"`{self.proofreader.plain(term)}`" for term, _ in summands(rest.tree))
        message = f"multiplied out, {shown} {'is' if rest.terms == 1 else 'are'} too much"
        yield Edit("DC222", message, derived.tree, link.right_tree.span, 5)

    def _wrong(self, link: Pair, derived: WrittenSide) -> Iterator[Edit]:
        parts = list(summands(link.right_tree))
        for k, (part, negative) in enumerate(parts if len(parts) > 1 else ()):
            others = joined([*parts[:k], *parts[k + 1 :]])
            rest = self._beside(link, others)
            if rest is None or not 0 < rest.terms < derived.terms:
                continue
            meant = list(summands(rest.tree))
            shown = meant if len(meant) > 1 else [(meant[0][0], meant[0][1] != negative)]
            plain = self.proofreader.plain
            message = f"the term `{plain(part)}` is wrong, the others are right: `{plain(joined(shown))}` is meant"
            right = joined([*parts[:k], *meant, *parts[k + 1 :]])
            if len(self.proofreader.plain(right)) <= LONGER * len(self.proofreader.plain(link.right_tree)):
                yield Edit("DC237", message, right, part.span, 6)

    def _beside(self, link: Pair, others: Expression) -> WrittenSide | None:
        """What is left of the left side beside some terms of the right one."""
        try:
            beside = pair(link.left_tree, others, "=", link.where, self.proofreader.network.scope)
        except (DerivcheckError, ValueError, RecursionError):
            return None
        if beside.shapes is not None:
            return None
        return self.writer.written(replace(beside, left=subtract(beside.left, beside.right)))
