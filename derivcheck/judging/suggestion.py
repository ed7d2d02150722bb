"""Suggestions that can be pasted: the right side of a claim in the claim's own notation, read back there."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from derivcheck.forms.rewriting import places, put, tidied
from derivcheck.forms.transposition import is_number
from derivcheck.judging.proofreader import Proofreader
from derivcheck.language.claims import Pair
from derivcheck.language.lowering.inner_products import inner_products
from derivcheck.language.network import Network
from derivcheck.language.notation.labels import label_value, shifted
from derivcheck.language.notation.printer import to_latex
from derivcheck.language.notation.syntax import (
    Equation,
    Expression,
    Name,
    Number,
    Slice,
    Subscript,
    Transpose,
    bottom_up,
    rebuilt,
)


@dataclass(frozen=True, slots=True)
class Wording:
    """How a claim is written: its notation, and how it writes the numbers of layers, `l+1` for 2."""

    notation: Literal["plain", "latex"] = "plain"
    labels: Mapping[int, Expression] = field(default_factory=dict)


PLAIN = Wording()
MARKS = 0xE000  # characters that nobody writes stand for pieces of a claim
MOST_PIECES = 24
BOXED = re.compile(r"\\math(?:rm|bf|it)\{([\ue000-\uf8ff])\}")
NUMBER_IN_FRONT = (
    re.compile(r"\(([\w.'\[\]]+(?: ?[*/] ?[\w.'\[\]]+)+)(?=\) @)\)"),
    re.compile(r"(?:\\left)?\(((?:[^()]|\^\{\\top\})+?)(?:\\right)?\)(?= \\, )"),
)
ATOM = re.compile(r"[\w.'′]+")


class Suggester:
    """Spells what would make a claim of one network true."""

    def __init__(self, network: Network, proofreader: Proofreader) -> None:
        self.network, self.proofreader = network, proofreader

    def spelled(self, link: Pair, right: Expression, wording: Wording = PLAIN, source: str = "") -> str:
        """The right side of `left = right` as it is to be pasted; empty where it is not read back as that.

        What the claim and its repair have in common is written as it stands in the `source` of the claim.
        """
        left = link.left_tree
        if source and (kept := self._kept(link, right, wording, source)):
            return kept
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

    def _kept(self, link: Pair, right: Expression, wording: Wording, source: str) -> str:
        """The right side with every part that was not changed as it was written; empty where that is misread."""
        written = {node.span: node for node in bottom_up(link.right_tree) if not isinstance(node, Slice)}
        pieces: list[str] = []
        numbers: set[str] = set()  # marks of what is a number

        def marked(tree: Expression) -> Expression:
            if isinstance(tree, Transpose) and isinstance(tree.operand, Transpose):
                return marked(tree.operand.operand)
            if tree.span.stop > tree.span.start and written.get(tree.span) == tree:
                pieces.append(_without_brackets(source[tree.span.start : tree.span.stop]))
                mark = chr(MARKS + len(pieces) - 1)
                numbers.update({mark} if is_number(tree, self._scalars) else ())
                return Name(mark)
            for path, part in list(places(tree)):
                if len(path) == 1:
                    tree = put(tree, path, marked(part))
            return tree

        template = BOXED.sub(r"\1", self._text(tidied(marked(right)), wording, numbers))
        if not pieces or len(pieces) > MOST_PIECES:
            return ""
        if "^" in source and "**" not in source:
            template = template.replace("**", "^")
        meant, known = Equation((right, right), ("=",)), dict(self._values(wording))
        beside, before = Equation((link.left_tree, right), ("=",)), self._text(link.left_tree, wording)

        def is_read(text: str) -> bool:
            says = self.proofreader.says
            return says(f"{text} = {text}", meant, wording.notation, known) or says(
                f"{before} = {text}", beside, wording.notation, known
            )

        needed = frozenset(k for k, piece in enumerate(pieces) if "@" in piece and _is_factor(template, k))
        bracketed = frozenset(k for k, piece in enumerate(pieces) if not ATOM.fullmatch(piece))
        if not is_read(_filled(template, pieces, needed)):
            if not is_read(_filled(template, pieces, bracketed)):
                return ""
            for k in sorted(bracketed - needed):
                if is_read(_filled(template, pieces, bracketed - {k})):
                    bracketed -= {k}
            needed = bracketed
        text = _filled(template, pieces, needed)
        shorter = NUMBER_IN_FRONT[wording.notation == "latex"].sub(r"\1", text)
        return shorter if shorter != text and is_read(shorter) else text

    def whole(self, left: Expression, right: Expression, wording: Wording = PLAIN) -> str:
        """`left = right` as it is to be pasted; empty where it is not read back as that."""
        text = f"{self._text(left, wording)} = {self._text(right, wording)}"
        meant = Equation((left, right), ("=",))
        return text if self.proofreader.says(text, meant, wording.notation, dict(self._values(wording))) else ""

    @property
    def _scalars(self) -> frozenset[str]:
        scope = self.network.scope
        return frozenset(scope.dimensions) | {name for name, value in scope.values.items() if value.is_scalar}

    def _text(self, tree: Expression, wording: Wording, numbers: Collection[str] = ()) -> str:
        if wording.labels:
            tree = self._labelled(tree, wording)
        if wording.notation == "plain":
            return self.proofreader.plain(tree)
        known = self._scalars | frozenset(numbers) | inner_products(tree, self.network.scope)
        return to_latex(tree, known, self.network.scope.families)

    def _labelled(self, tree: Expression, wording: Wording) -> Expression:
        """An edited claim with its labels as they were written."""

        def written(node: object) -> object:
            match node:
                case Subscript(Name(stem), (Number(value),)) if stem not in self.network.scope.values:
                    label = _label(int(value), wording.labels) if value.denominator == 1 else None
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


def _label(number: int, labels: Mapping[int, Expression]) -> Expression | None:
    """How a label is written, or the one beside it."""
    beside = ((number + 1, -1), (number - 1, 1))
    near = (shifted(labels[other], by) for other, by in beside if other in labels)
    return labels.get(number) or next(near, None)


def _filled(template: str, pieces: Sequence[str], bracketed: frozenset[int]) -> str:
    for k, piece in enumerate(pieces):
        template = template.replace(chr(MARKS + k), f"({piece})" if k in bracketed else piece)
    return template


def _is_factor(template: str, number: int) -> bool:
    """Whether a piece stands beside `*` or `/`, where a matrix product wants brackets to be read at once."""
    before, _, after = template.partition(chr(MARKS + number))
    return before.rstrip().endswith(("*", "/")) or after.lstrip().startswith(("*", "/"))


def _without_brackets(piece: str) -> str:
    """A piece without the brackets round the whole of it."""
    depth = 0
    for k, character in enumerate(piece):
        depth += {"(": 1, ")": -1}.get(character, 0)
        if not depth and k < len(piece) - 1:
            return piece
    return piece[1:-1] if piece.startswith("(") and piece.endswith(")") else piece
