"""Readings of formulas that are kept: the same text under the same conventions is read once, wherever it stands."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from functools import partial

from derivcheck.judging.examiner import Examiner
from derivcheck.judging.panel import Panel
from derivcheck.judging.rehearing import Shelf
from derivcheck.judging.statement import Assertions, Labels
from derivcheck.language.notation.syntax import Equation
from derivcheck.statements.document.passages import Passage
from derivcheck.statements.document.pieces import Piece
from derivcheck.statements.document.reading import Reading, Setting, Spelling


class Readings:
    """What formulas of one document were read as, and the panels of what its sections make of its network."""

    def __init__(self) -> None:
        self.panels: Shelf[Hashable, Panel] = Shelf()
        self._readings: Shelf[Hashable, Reading] = Shelf()
        self._assertions: Shelf[Equation, Assertions] = Shelf()
        self._spellings: Shelf[Hashable, Spelling] = Shelf()

    def turn(self) -> None:
        """Forget what has not been read since the last turn."""
        for shelf in (self.panels, self._readings, self._assertions, self._spellings):
            shelf.turn()

    def reading(self, passage: Passage, piece: Piece, setting: Setting, spelling: Spelling, panel: Panel) -> Reading:
        """How a piece of a passage is read where a setting holds."""
        assert piece.chain is not None
        where = setting.binding.where if setting.binding is not None else None
        symbols = tuple(setting.symbols.items())
        rules = (symbols, where, setting.quantifier, setting.componentwise, spelling, panel)
        key = (passage.text.text, tuple(node.span for node in piece.chain.row), piece.span, piece.above, rules)
        chain = piece.chain
        return self._readings.made(
            key, lambda: Reading(passage.text, chain, setting, spelling, panel.examiners, piece.above)
        )

    def assertions(self, equation: Equation) -> Assertions:
        """An equation as it is, at every depth and label."""
        return self._assertions.made(equation, lambda: Assertions(partial(_stated, equation)))

    def spelling(self, macros: Mapping[str, str]) -> Spelling:
        """How names are spelled where some macros hold."""
        return self._spellings.made(tuple(macros.items()), lambda: Spelling(macros))


def _stated(equation: Equation, examiner: Examiner, labels: Labels) -> tuple[Equation]:
    return (equation,)
