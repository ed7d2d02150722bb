"""The network as a picture: layers from above to below, what they take from outside on their left.

A picture of many layers is several, side by side where there is room: each is as wide as
a phone and short enough for a page.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from derivcheck.graph.nodes import Quantity, topological
from derivcheck.language.network import Network, formulas
from derivcheck.language.notation.printer import to_unicode
from derivcheck.language.notation.syntax import Equation
from derivcheck.language.tensors import NamedTensor
from derivcheck.report.evidence import counting
from derivcheck.report.markup import PAGE, element, filled
from derivcheck.report.page import width_of

PER_PICTURE = 10  # layers
PILL_WIDTH, PILL_HEIGHT, PILL_STEP = 88, 22, 26
BOX_LEFT, BOX_WIDTH, BOX_HEIGHT = 112, 204, 44
MARGIN, GAP, LANE = 6, 24, 12
NAME_CELLS, FORMULA_CELLS, PILL_CELLS = 14, 29, 10


@dataclass(frozen=True, slots=True)
class Stage:
    """A layer, its formula where the spec has one, and what it is made of directly."""

    tensor: NamedTensor
    formula: Equation | None
    inputs: tuple[NamedTensor, ...]
    layers: tuple[NamedTensor, ...]


@dataclass(frozen=True, slots=True)
class LayerBox:
    """A layer's place in its picture: `top` of its row, `height` of it, `middle` of its box."""

    stage: Stage
    pills: tuple[tuple[str, bool], ...]  # the name, and whether it is a layer of an earlier picture
    top: int

    @property
    def height(self) -> int:
        return max(BOX_HEIGHT, PILL_STEP * len(self.pills) - (PILL_STEP - PILL_HEIGHT))

    @property
    def middle(self) -> int:
        return self.top + self.height // 2


def stages(network: Network) -> list[Stage]:
    """Every layer in the order of its use, the loss last."""
    names = {t.node: t for t in network.tensors}
    declared = formulas(network)
    found = []
    for tensor in network.tensors:
        node = tensor.node
        if not isinstance(node, Quantity):
            continue
        direct = set(topological([node.operand], frozenset(names) - {node}))
        parts = [t for t in names.values() if t.node in direct and t.node is not node]
        inputs = tuple(t for t in parts if not isinstance(t.node, Quantity))
        layers = tuple(t for t in parts if isinstance(t.node, Quantity))
        found.append(Stage(tensor, declared.get(tensor.name), inputs, layers))
    return found


def shape(tensor: NamedTensor) -> str:
    """`n1 × n0`, or `scalar`."""
    return " × ".join(str(axis.dimension) for axis in tensor.axes) or "scalar"


def drawings(network: Network) -> list[Element]:
    """The pictures of a network, without ids, so that a page may hold several."""
    every = stages(network)
    count = -(-len(every) // PER_PICTURE)
    size = -(-len(every) // count) if count else 1
    parts = [every[start : start + size] for start in range(0, len(every), size)]
    return [_Picture(part, network).drawn(_title(k * size, len(part), len(every))) for k, part in enumerate(parts)]


def _title(start: int, length: int, total: int) -> str:
    if length == total:
        return f"The network: {counting(total, 'layer')} from input to loss"
    return f"The network: layers {start + 1} to {start + length} of {total}"


class _Picture:
    """Some layers that follow each other."""

    def __init__(self, part: Sequence[Stage], network: Network) -> None:
        self.scalars = frozenset(network.scope.dimensions) | {t.name for t in network.tensors if not t.axes}
        self.families = network.scope.families
        here = [stage.tensor for stage in part]
        self.rows: dict[NamedTensor, LayerBox] = {}
        top = MARGIN
        for stage in part:
            pills = [(t.name, True) for t in stage.layers if t not in here]
            pills += [(t.name, False) for t in stage.inputs]
            row = LayerBox(stage, tuple(pills), top)
            self.rows[stage.tensor] = row
            top += row.height + GAP
        self.height = top - GAP + MARGIN

    def drawn(self, title: str) -> Element:
        lanes = self._lanes()
        width = BOX_LEFT + BOX_WIDTH + MARGIN + LANE * (max(lanes.values(), default=-1) + 1) + (6 if lanes else 0)
        picture = element(
            "svg",
            element("title", title),
            element("desc", "; ".join(self._sentences())),
            role="img",
            viewBox=f"0 0 {width} {self.height}",
            width=str(width),
            height=str(self.height),
            aria_label=title,
            class_="network",
        )
        for source, lane in lanes.items():
            filled(picture, self._detour(source, lane))
        for row in self.rows.values():
            filled(picture, self._row(row))
        return picture

    def _sentences(self) -> Iterator[str]:
        for row in self.rows.values():
            made = ", ".join(t.name for t in (*row.stage.layers, *row.stage.inputs))
            yield f"{row.stage.tensor.name} of shape {shape(row.stage.tensor)} is made of {made or 'numbers'}"

    def _above(self, row: LayerBox) -> LayerBox | None:
        every = list(self.rows.values())
        position = every.index(row)
        return every[position - 1] if position else None

    def _targets(self, source: NamedTensor) -> list[LayerBox]:
        """The rows that a layer leads to past others."""
        return [
            row
            for row in self.rows.values()
            if source in row.stage.layers
            and (above := self._above(row)) is not None
            and above.stage.tensor is not source
        ]

    def _lanes(self) -> dict[NamedTensor, int]:
        """A lane on the right for every layer that leads past others; lanes are shared where they do not meet."""
        free_from: list[int] = []
        chosen: dict[NamedTensor, int] = {}
        for source, row in self.rows.items():
            targets = self._targets(source)
            if not targets:
                continue
            lane = next((k for k, end in enumerate(free_from) if end < row.middle), len(free_from))
            free_from[lane : lane + 1] = [max(target.middle for target in targets)]
            chosen[source] = lane
        return chosen

    # --- shapes ---------------------------------------------------------------------------

    def _detour(self, source: NamedTensor, lane: int) -> Iterator[Element]:
        side = BOX_LEFT + BOX_WIDTH
        x, start = side + 10 + lane * LANE, self.rows[source].middle + 8
        for target in self._targets(source):
            end = target.middle - 8
            yield element("path", d=f"M{side} {start}H{x}V{end}H{side + 5}", class_="edge")
            yield element("path", d=f"M{side} {end}l7 -4v8z", class_="head")

    def _row(self, row: LayerBox) -> Iterator[Element]:
        tensor, box_top = row.stage.tensor, row.middle - BOX_HEIGHT // 2
        above = self._above(row)
        if above is not None and above.stage.tensor in row.stage.layers:
            x = BOX_LEFT + BOX_WIDTH // 2
            start = above.middle + BOX_HEIGHT // 2
            yield element("path", d=f"M{x} {start}V{box_top - 5}", class_="edge")
            yield element("path", d=f"M{x} {box_top}l-4 -7h8z", class_="head")
        pills_top = row.middle - (PILL_STEP * len(row.pills) - (PILL_STEP - PILL_HEIGHT)) // 2
        for position, (name, earlier) in enumerate(row.pills):
            yield from self._pill(name, earlier, pills_top + position * PILL_STEP, row.middle)
        yield element(
            "rect", x=str(BOX_LEFT), y=str(box_top), width=str(BOX_WIDTH), height=str(BOX_HEIGHT), rx="5", class_="box"
        )
        whole = "" if row.stage.formula is None else to_unicode(row.stage.formula, self.scalars, self.families)
        formula = whole.partition(" = ")[2]
        group = element("g", element("title", whole or tensor.name))
        yield filled(
            group,
            [
                _text(BOX_LEFT + 9, row.middle - 5, _cut(tensor.name, NAME_CELLS), "name"),
                _text(BOX_LEFT + BOX_WIDTH - 9, row.middle - 5, _cut(shape(tensor), NAME_CELLS), "shape"),
                _text(BOX_LEFT + 9, row.middle + 13, _cut(formula, FORMULA_CELLS), "formula") if formula else None,
            ],
        )

    def _pill(self, name: str, earlier: bool, top: int, middle: int) -> Iterator[Element]:
        centre = top + PILL_HEIGHT // 2
        reach = BOX_HEIGHT // 2 - 6
        end = max(middle - reach, min(middle + reach, centre))
        right, bend = MARGIN + PILL_WIDTH, BOX_LEFT - 11
        path = f"M{right} {centre}H{bend}V{end}H{BOX_LEFT}" if centre != end else f"M{right} {centre}H{BOX_LEFT}"
        yield element("path", d=path, class_="edge")
        yield element(
            "rect",
            x=str(MARGIN),
            y=str(top),
            width=str(PILL_WIDTH),
            height=str(PILL_HEIGHT),
            rx="11",
            class_="pill earlier" if earlier else "pill",
        )
        shown = _cut(name, PILL_CELLS)
        yield filled(
            element("g", element("title", f"{name}, above" if earlier else name)),
            [_text(MARGIN + PILL_WIDTH // 2, centre + 4, f"↑ {shown}" if earlier else shown, "input")],
        )


def _text(x: int, y: int, text: str, class_: str) -> Element:
    return element("text", text, x=str(x), y=str(y), class_=class_)


def _cut(text: str, cells: int) -> str:
    """As much of a text as the box has room for."""
    shown = PAGE.show(text)
    if width_of(shown) <= cells:
        return shown
    while width_of(shown) > cells - 1:
        shown = shown[:-1]
    return shown + "…"
