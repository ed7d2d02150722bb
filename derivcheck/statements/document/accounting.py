"""Every formula of a document that asserts something: judged, a definition, ambiguous, or unread with a reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace

from derivcheck.diagnostics.diagnostic import Diagnostic, SourceText, SpecError, Where
from derivcheck.judging.statement import spellings
from derivcheck.language.network import depths
from derivcheck.spec import Spec
from derivcheck.spec.declarations import DocumentDeclaration
from derivcheck.statements.document.continuing import continued
from derivcheck.statements.document.definitions import Glossary
from derivcheck.statements.document.occurrence import Occurrence
from derivcheck.statements.document.passages import Manuscript, Passage
from derivcheck.statements.document.pieces import MARKS, Piece, pieces
from derivcheck.statements.document.places import Spot, known_as, label_at
from derivcheck.statements.document.provisions import Provisions

MAXIMAL_DEPTH = 64

Row = tuple[str, int, int]  # a line of a file, or of a cell of it


class Accountant:
    """Accounts for one document against the spec that is its sidecar: a source of statements."""

    def __init__(self, spec: Spec, manuscript: Manuscript) -> None:
        """Raises SpecError (DC631) where the document is written for no depth of its spec."""
        if manuscript.exported:
            spec = replace(spec, symbols=(), macros=(), document=None)
        self.spec = spec
        self.manuscript = manuscript
        file = SourceText(manuscript.path)
        self.declaration = spec.document or DocumentDeclaration((file,), infer=not manuscript.exported)
        self.depths = self._depths()
        self.glossary = Glossary(manuscript.macros, spellings(spec.macros))
        self._read = continued(manuscript.passages) if self.declaration.infer else manuscript.passages
        self._beginning: dict[Row, list[Passage]] = {}
        for passage in self._read:
            self._beginning.setdefault(_row(passage.text.where(passage.above)), []).append(passage)

    def _depths(self) -> list[dict[str, int]]:
        """The depth that the document is written for, else those of the spec. Raises SpecError (DC631)."""
        declared, written = depths(self.spec), dict(self.manuscript.depth)
        if not written:
            return declared
        if written.keys() != declared[0].keys() or min(written.values()) < 1 or max(written.values()) > MAXIMAL_DEPTH:
            shown = ", ".join(f"{label} = {value}" for label, value in written.items())
            known = ", ".join(f"{label} = {value}" for label, value in declared[0].items())
            raise SpecError(
                Diagnostic(
                    "DC631",
                    f"the document is written for `{shown}`, which is no depth of its spec",
                    help=f"depths: {known}" if known else "leave out `depths:`",
                )
            )
        return [written]

    def places(self) -> tuple[tuple[str, Where], ...]:
        """(name, place) of every formula that is accounted for, in the order of the document; none is judged for it."""
        return tuple(
            (known_as(passage, piece.span), passage.text.where(*piece.span))
            for passage in self._passages()
            for piece in self.pieces(passage)
        )

    def occurrences(self, provisions: Provisions, strict: bool) -> Iterator[tuple[Occurrence, Piece]]:
        """Every formula in the order of the document, with what its sidecar says of it."""
        blocks = 0
        for passage in self._read:
            blocks += passage.kind == "display"
            if self._accounts_for(passage):
                yield from self._of_passage(passage, blocks if passage.kind == "display" else 0, provisions, strict)

    def _of_passage(
        self, passage: Passage, block: int, provisions: Provisions, strict: bool
    ) -> Iterator[tuple[Occurrence, Piece]]:
        starts = Counter[Row]()
        for piece in self.pieces(passage):
            where, label = passage.text.where(*piece.span), label_at(passage, piece.span)
            starts[_row(where)] += 1
            order = self._before(passage, _row(where)) + starts[_row(where)]
            spot = Spot(passage, where, order, block, label, self.manuscript.path)
            binding, expectation = provisions.binding(spot), provisions.expectation(spot)
            yield Occurrence(passage, piece.span, spot.key, binding, expectation, strict), piece

    def pieces(self, passage: Passage) -> list[Piece]:
        """The formulas of a passage; one that cannot be taken apart is one formula."""
        return pieces(passage, self.macros(passage))

    def macros(self, passage: Passage) -> Mapping[str, str]:
        """The macros as they are defined where a passage begins."""
        return self.glossary.at(passage.begin)

    def _passages(self) -> list[Passage]:
        return [passage for passage in self._read if self._accounts_for(passage)]

    def _accounts_for(self, passage: Passage) -> bool:
        line = passage.lines[0]
        return not self.declaration.lines or any(first <= line <= last for first, last in self.declaration.lines)

    def _before(self, passage: Passage, row: Row) -> int:
        """How many formulas begin on a line before those of a passage."""
        before = [other for other in self._beginning.get(row, ()) if other.begin < passage.begin]
        return sum(MARKS.search(other.text.text, other.above) is not None for other in before)


def _row(where: Where) -> Row:
    return where.path, where.cell, where.line


def lines_of(passage: Passage, span: tuple[int, int]) -> tuple[int, int]:
    """The first and the last line of a formula of a passage."""
    text = passage.text
    return text.line(span[0]), text.line(max(span[1] - 1, 0))
