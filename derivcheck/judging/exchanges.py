"""Letters and axes that are taken for others: `D[j]` for `D[i]`, a sum over the rows for one over the columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import combinations, permutations

from derivcheck.forms.rewriting import places, put
from derivcheck.judging.edit import Edit
from derivcheck.judging.stock import Stock, number
from derivcheck.language.claims import Pair
from derivcheck.language.notation.printer import to_plain
from derivcheck.language.notation.syntax import Binary, Call, Expression, Name, Number, Reduction, Subscript, rebuilt

POSITIONS = (1, 2, 3)  # of the axes that a sum may be meant over


def of(link: Pair, right: Expression, stock: Stock) -> Iterator[Edit]:
    """The right side with another letter at one place, with two letters exchanged, or with a sum over another axis."""
    letters = stock.letters(link, right)
    for path, node in places(right):
        match node:
            case Subscript(_, entries):
                for k, entry in enumerate(entries):
                    if not isinstance(entry, Name) or entry.name not in letters:
                        continue
                    for other, size in letters.items():
                        if other != entry.name and size == letters[entry.name]:
                            made = replace(node, entries=(*entries[:k], Name(other), *entries[k + 1 :]))
                            message = f"`{to_plain(made)}` is meant, not `{to_plain(node)}`"
                            yield Edit("DC213", message, put(right, path, made), node.span, 3)
            case Reduction(_, bound, _, body):
                free = [axis.key for axis in link.letters if axis.key not in bound]
                for one, other in permutations(free, 2):
                    if letters[one] == letters[other]:
                        inside = replace(node, body=_renamed(body, {one: other}))
                        message = f"`{other}` is meant inside the sum, not `{one}`"
                        yield Edit("DC213", message, put(right, path, inside), node.span, 4)
            case Binary("@", matrix, Binary("*", one_factor, other_factor)):
                for factor, rest in ((one_factor, other_factor), (other_factor, one_factor)):
                    message = f"the factors are in the wrong order: `{to_plain(factor)}` comes behind the product"
                    behind = Binary("*", factor, Binary("@", matrix, rest))
                    yield Edit("DC206", message, put(right, path, behind), node.span, 3)
            case Binary("*", Binary("@", matrix, rest), factor) | Binary("*", factor, Binary("@", matrix, rest)):
                message = f"the factors are in the wrong order: `{to_plain(factor)}` comes before the product"
                yield Edit(
                    "DC206", message, put(right, path, Binary("@", matrix, Binary("*", factor, rest))), node.span, 3
                )
            case Call("kron" | "outer", (one_argument, other_argument), 0):
                turned = replace(node, arguments=(other_argument, one_argument))
                yield Edit("DC206", "the factors are in the wrong order", put(right, path, turned), node.span, 2)
            case Call(("sum" | "mean") as total, (inner, Number(position)), 0):
                for other_position in POSITIONS:
                    if other_position != position:
                        moved = replace(node, arguments=(inner, number(other_position)))
                        message = f"the {total} runs over the wrong axis"
                        yield Edit("DC214", message, put(right, path, moved), node.span, 2)
    for one, other in combinations([axis.key for axis in link.letters], 2):
        if letters[one] == letters[other]:
            message = f"the indices `{one}` and `{other}` are in the wrong order"
            yield Edit("DC203", message, _renamed(right, {one: other, other: one}), right.span, 3)


def _renamed(tree: Expression, names: Mapping[str, str]) -> Expression:
    def renamed(node: object) -> object:
        return Name(names[node.name]) if isinstance(node, Name) and node.name in names else node

    return rebuilt(tree, renamed)  # type: ignore[no-any-return]
