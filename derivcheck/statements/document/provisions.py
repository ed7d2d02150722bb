"""What a sidecar says of single formulas of its document: how they are read, and what is expected of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import NoReturn

from derivcheck.diagnostics.diagnostic import Diagnostic, SourceText, SpecError
from derivcheck.diagnostics.verdicts import ClaimResult, FormulaResult
from derivcheck.spec import Spec
from derivcheck.spec.declarations import Binding, DocumentDeclaration, Expectation
from derivcheck.statements.document.headings import headings, line_of_heading
from derivcheck.statements.document.passages import Manuscript
from derivcheck.statements.document.places import PLACE, Spot, nearest
from derivcheck.statements.document.reading import Setting, changed, renewed


class Provisions:
    """The bindings, expectations and changes of a sidecar; what speaks of a formula that is there is crossed off."""

    def __init__(self, spec: Spec, declaration: DocumentDeclaration, manuscript: Manuscript) -> None:
        """Raises SpecError (DC047) for a change that holds from a place on which is not in the document."""
        self.spec = spec
        self.declaration = declaration
        begun = [(_begin(change, manuscript), change) for change in declaration.changes]
        self._changes = sorted(begun, key=lambda pair: pair[0])
        self._unused: dict[int, SourceText] = {
            **{id(binding): binding.at for binding in declaration.bindings},
            **{id(expectation): expectation.at for expectation in declaration.expectations},
        }

    def binding(self, spot: Spot) -> Binding | None:
        """How the formula at a spot is bound, where it is."""
        for binding in self.declaration.bindings:
            if spot.is_named(binding.at.text):
                self._unused.pop(id(binding), None)
                return binding
        return None

    def expectation(self, spot: Spot) -> Expectation | None:
        """What is expected of the formula at a spot, where anything is."""
        for expectation in self.declaration.expectations:
            if spot.is_named(expectation.at.text):
                self._unused.pop(id(expectation), None)
                return expectation
        return None

    def setting(self, line: int, binding: Binding | None) -> Setting:
        """What holds for a formula on a line."""
        spec, quantifier, entries = self.spec, self.declaration.quantifier, self.declaration.entries
        for begin, change in self._changes:
            if begin <= line:
                spec = changed(spec, change)
                quantifier = change.quantifier or quantifier
                entries = change.entries or entries
        if binding is not None:
            spec = renewed(spec, binding).under(binding)
            quantifier = binding.quantifier or quantifier
            entries = binding.entries or entries
        return Setting(spec, binding, quantifier, entries == "componentwise")

    def stepwise(self, result: FormulaResult, first: Expectation | None, lines: tuple[int, int]) -> FormulaResult:
        """What is expected of single steps of a chain, said by the lines they end on; the others are to hold."""
        first_line, last = lines
        claim = result.claim
        if claim is None or not claim.links:
            return result
        begin, cell = result.where.line, result.where.cell
        expected: dict[tuple[int, int], Expectation] = {}
        for expectation in self.declaration.expectations:
            match = PLACE.fullmatch(expectation.at.text)
            here = match and match["line"] and not match["file"] and int(match["cell"] or 0) == cell
            if match and here and begin < int(match["line"]) <= begin + last - first_line:
                expected[int(match["line"]), int(match["order"] or 1)] = expectation
        if not expected:
            return result
        if first is not None:
            expected[begin, 1] = first
        links, seen = [], Counter[int]()
        for link in claim.links:
            line = link.where.line if link.where is not None else 0
            seen[line] += 1
            wanted = expected.get((line, seen[line]))
            links.append(link if wanted is None else self._expected_of(link, wanted))
        holds = all(link.holds for link in links)
        message = "" if holds else claim.message
        return replace(result, claim=replace(claim, links=tuple(links), holds=holds, message=message), holds=holds)

    def _expected_of(self, link: ClaimResult, wanted: Expectation) -> ClaimResult:
        self._unused.pop(id(wanted), None)
        code = link.diagnosis.code if link.diagnosis is not None else ""
        held = link.verdict == wanted.verdict and wanted.code in ("", code)
        message = "as expected" if held else f"expected to be {wanted.verdict} {wanted.code}".rstrip()
        return replace(link, expected=wanted.verdict, holds=held, message=message)

    def refuse_unused(self, found: Sequence[FormulaResult], path: str) -> None:
        """Raises SpecError (DC047) for a binding or an expectation of a formula that is not among those found."""
        for at in self._unused.values():
            raise SpecError(
                Diagnostic(
                    "DC047",
                    f"no formula that asserts something stands at `{at.text}` of the document",
                    at.where(),
                    "nothing to bind",
                    (("document", path), ("assertions", nearest(at.text, found))),
                )
            )


def _begin(change: Binding, manuscript: Manuscript) -> int:
    """The line from which a change holds: `line 120`, `cell 3, line 1`, a heading. Raises SpecError (DC047)."""
    at = change.at.text
    match = PLACE.fullmatch(at)
    if match and match["line"]:
        line = manuscript.line(int(match["line"]), int(match["cell"] or 0))
        return line or (int(match["line"]) if not match["cell"] else 0) or _absent(change, "no such cell", manuscript)
    return line_of_heading(manuscript.text, at) or _absent(change, "no such heading", manuscript)


def _absent(change: Binding, label: str, manuscript: Manuscript) -> NoReturn:
    known = tuple(title for _, title in headings(manuscript.text))
    notes = (("document", manuscript.path), *((("headings", "; ".join(known[:12])),) if known else ()))
    message = f"nothing of the document begins at `{change.at.text}`"
    raise SpecError(Diagnostic("DC047", message, change.at.where(), label, notes))
