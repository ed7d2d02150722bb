"""Limits of sums and products over labels that run downwards, `t..1`: no empty range is meant by them.

`t+1..T` holds no term at the last label, and more the deeper the network is. Limits that cross
and that no depth sets apart, `t..1`, `T..t+1` or `4..3`, are written the wrong way round.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import product
from typing import Any

from derivcheck.diagnostics.diagnostic import Diagnostic, NotationError
from derivcheck.language.notation.labels import label_value
from derivcheck.language.notation.printer import to_plain
from derivcheck.language.notation.syntax import Binary, Expression, Name, Number, Reduction, bottom_up, rebuilt

DEEPER = 1_000_000  # by so many layers no network is deeper

Numbers = Mapping[str, int]
Ends = tuple[Expression, Expression]


def refuse_descents(tree: Any, labels: Numbers, ranges: Mapping[str, range], depth: Numbers) -> None:
    """Raise NotationError (DC119) where limits cross that a deeper network would not set apart.

    The limits are those that were written: `ranges` says through what their labels run, and `depth`
    what the ends of these ranges are.
    """
    for node in bottom_up(tree):
        if not isinstance(node, Reduction) or node.ends is None:
            continue
        first, last = (label_value(end, {**depth, **labels}) for end in node.ends)
        if first is None or last is None or first <= last:
            continue
        lengths = list(_lengths(node.ends, ranges, depth))
        if max(lengths, default=DEEPER) < DEEPER // 2:
            raise _error(node, node.ends, empty=set(lengths) == {last - first + 1})


def _lengths(ends: Ends, ranges: Mapping[str, range], depth: Numbers) -> Iterator[int]:
    """How many labels there are between the limits in a network that is deeper, with their labels at either end."""
    named = {node.name for end in ends for node in bottom_up(end) if isinstance(node, Name)}
    numbers = {ranges[name].stop - 1 for name in ranges}
    deeper = {name: value + DEEPER for name, value in depth.items()}
    places = {
        name: (ranges[name].start, ranges[name].stop - 1 + DEEPER) if name in ranges else (0, DEEPER)
        for name in sorted(named - set(depth))
    }

    first, last = ends
    if isinstance(last, Number) and last.value in numbers:
        # The end of a range may be written as a number: `t+1..3` of three layers.
        last = Number(last.value + DEEPER)
    for chosen in product(*places.values()):
        known = {**deeper, **dict(zip(places, chosen, strict=True))}
        start, stop = label_value(first, known), label_value(last, known)
        assert start is not None and stop is not None
        yield stop - start + 1


def _error(tree: Reduction, ends: Ends, empty: bool) -> NotationError:
    written = "..".join(map(to_plain, ends))
    message = f"the limits `{written}` hold no term at any depth" if empty else f"the limits `{written}` run downwards"
    label = "a label runs upwards, and matrices are multiplied in that order"
    span = ends[0].span.to(ends[1].span)
    advice = upwards(tree, tree.letters[0])
    return NotationError(Diagnostic("DC119", message, label=label, help=advice), (span.start, span.stop))


def upwards(tree: Reduction, letter: str) -> str:
    """The same terms through limits that run upwards; factors of a product stand in their order still."""
    assert tree.ends is not None
    last, first = tree.ends
    if tree.kind != "prod":
        return written_over(tree, letter, to_plain(first), to_plain(last))
    both = Binary("+", last, first)
    turned = rebuilt(tree.body, lambda part: Binary("-", both, part) if part == Name(letter) else part)
    return written_over(replace(tree, body=turned), letter, to_plain(first), to_plain(last))


def written_over(tree: Reduction, letter: str, first: str, last: str) -> str:
    """A reduction through limits, as it is to be pasted."""
    return f"{tree.kind}_{{{letter} in {first}..{last}}}({to_plain(tree.body)})"
