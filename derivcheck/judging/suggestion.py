"""Suggestions that can be pasted: the right side of a claim in the claim's own notation, read back there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from derivcheck.forms.rewriting import tidied
from derivcheck.judging.proofreader import Proofreader
from derivcheck.language.claims import Pair
from derivcheck.language.network import Network
from derivcheck.language.notation.labels import label_value
from derivcheck.language.notation.printer import to_latex
from derivcheck.language.notation.syntax import Equation, Expression, Name, Number, Subscript, bottom_up, rebuilt


@dataclass(frozen=True, slots=True)
class Wording:
    """How a claim is written: its notation, and how it writes the numbers of layers, `l+1` for 2."""

    notation: Literal["plain", "latex"] = "plain"
    labels: Mapping[int, Expression] = field(default_factory=dict)


PLAIN = Wording()


class Suggester:
    """Spells what would make a claim of one network true."""

    def __init__(self, network: Network, proofreader: Proofreader) -> None:
        self.network, self.proofreader = network, proofreader

    def spelled(self, link: Pair, right: Expression, wording: Wording = PLAIN) -> str:
        """The right side of `left = right` as it is to be pasted; empty where it is not read back as that."""
        left = link.left_tree
        meant, known = Equation((left, right), ("=",)), dict(self._values(wording))
        for tree in (tidied(right), right):
            text = self._text(tree, wording)
            before = self._text(left, wording)
            if any(
                self.proofreader.says(f"{side} = {text}", whole, wording.notation, known)
                for side, whole in ((before, meant), (text, Equation((right, right), ("=",))))
            ):
                return text
        return ""

    def whole(self, left: Expression, right: Expression, wording: Wording = PLAIN) -> str:
        """`left = right` as it is to be pasted; empty where it is not read back as that."""
        text = f"{self._text(left, wording)} = {self._text(right, wording)}"
        meant = Equation((left, right), ("=",))
        return text if self.proofreader.says(text, meant, wording.notation, dict(self._values(wording))) else ""

    def _text(self, tree: Expression, wording: Wording) -> str:
        if wording.labels:
            tree = self._labelled(tree, wording)
        if wording.notation == "plain":
            return self.proofreader.plain(tree)
        scope = self.network.scope
        scalars = frozenset(name for name, value in scope.values.items() if value.is_scalar)
        return to_latex(tree, scalars | frozenset(scope.dimensions), scope.families)

    def _labelled(self, tree: Expression, wording: Wording) -> Expression:
        """An edited claim with its labels as they were written."""

        def written(node: object) -> object:
            match node:
                case Subscript(Name(stem), (Number(value),)) if stem not in self.network.scope.values:
                    label = wording.labels.get(int(value)) if value.denominator == 1 else None
                    return replace(node, entries=(label,)) if label is not None else node
                case _:
                    return node

        return rebuilt(tree, written)  # type: ignore[no-any-return]

    def _values(self, wording: Wording) -> Iterator[tuple[str, int]]:
        """What the labels stand for here: `l` is 1 where `l+1` is 2."""
        yield from self.network.depth.items()
        for value, tree in wording.labels.items():
            names = {node.name for node in bottom_up(tree) if isinstance(node, Name)} - set(self.network.depth)
            if len(names) == 1:
                name = names.pop()
                beyond = label_value(tree, {**self.network.depth, name: 0})
                if beyond is not None:
                    yield name, value - beyond
