"""Every value of a forward pass at one point, exact and with fewer digits, for all who measure there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from derivcheck.evidence.numeric.program import Program
from derivcheck.evidence.numeric.rounding import Rounding
from derivcheck.evidence.numeric.tensors import Sizes, Tensor
from derivcheck.graph.axes import Axes
from derivcheck.graph.nodes import Node

Units = tuple[Any, Any, str, int]  # slopes, the error of the scheme, its name, evaluations


class PointValues:
    """The values of an output and of what it is made of; each way of rounding is run when it is first asked for.

    `units` are the slopes by every unit of a layer that somebody has measured: two weights of one layer share them.
    """

    def __init__(self, output: Node, values: Mapping[Node, Tensor], sizes: Sizes, seed: int) -> None:
        self.units: dict[tuple[Node, Node, Axes], Units] = {}
        self._given, self._sizes = values, sizes
        self._program = Program([output], seed=seed)
        self._found: dict[int, dict[Node, Tensor]] = {}

    def rounded(self, dropped: int = 0) -> Mapping[Node, Tensor]:
        """The value of every node, every step of which drops so many bits."""
        if dropped not in self._found:
            rounding = Rounding(dropped) if dropped else None
            given = self._given
            if rounding is not None:
                given = {node: rounding(value) for node, value in given.items()}
            self._found[dropped] = self._program.run_all(given, self._sizes, rounding)
        return self._found[dropped]
