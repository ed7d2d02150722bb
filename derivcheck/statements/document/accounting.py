"""Every formula of a document that asserts something: judged, a definition, ambiguous, or unread with a reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from derivcheck.diagnostics.diagnostic import (
    ContradictionError,
    DerivcheckError,
    Diagnostic,
    NotationError,
    SourceText,
    SpecError,
    Where,
)
from derivcheck.diagnostics.verdicts import HOLDS, ClaimResult, FormulaResult, Standing
from derivcheck.judging.examiner import Examiner
from derivcheck.judging.rulings import Statement, judge_statement, spellings
from derivcheck.language.latex.symbols import Symbols
from derivcheck.language.network import build, depths, located
from derivcheck.language.tex.statements import Chain
from derivcheck.spec import ClaimDeclaration, Spec
from derivcheck.spec.declarations import Binding, DocumentDeclaration, Expectation
from derivcheck.statements.document.definitions import Glossary
from derivcheck.statements.document.kinds import defines, is_example, is_of_letters, is_update, stem
from derivcheck.statements.document.passages import Manuscript, Passage
from derivcheck.statements.document.pieces import MARKS, Piece, pieces
from derivcheck.statements.document.places import PLACE, known_as, nearest, stands_at
from derivcheck.statements.document.reading import Reading, Setting, changed

AMBIGUOUS = frozenset({"DC106", "DC171", "DC172", "DC177", "DC179"})
MAXIMAL_DEPTH = 64


class Accountant:
    """Accounts for one document against the spec that is its sidecar."""

    def __init__(self, spec: Spec, manuscript: Manuscript, seed: int | None = None, strict: bool = False) -> None:
        if manuscript.exported:
            spec = replace(spec, symbols=(), macros=(), document=None)
        self.spec = spec
        self.manuscript = manuscript
        self.seed = seed
        self.strict = strict
        self.declaration = spec.document or DocumentDeclaration(SourceText(manuscript.path))
        self.depths = self._depths()
        self.glossary = Glossary(manuscript.macros, spellings(spec.macros))
        self._beginning: dict[int, list[Passage]] = {}
        for passage in manuscript.passages:
            self._beginning.setdefault(passage.lines[0], []).append(passage)
        self._examiners: dict[tuple[object, ...], list[Examiner]] = {}
        self._symbols: dict[tuple[Examiner, int, tuple[tuple[str, str], ...]], Symbols] = {}
        self._unused: dict[int, SourceText] = {
            **{id(binding): binding.at for binding in self.declaration.bindings},
            **{id(expectation): expectation.at for expectation in self.declaration.expectations},
        }

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

    def account(self) -> tuple[FormulaResult, ...]:
        """Every formula in the order of the document.

        Raises SpecError (DC047) for a binding or an expectation of a formula that is not there.
        """
        found: list[FormulaResult] = []
        blocks = 0
        for passage in self.manuscript.passages:
            blocks += passage.kind == "display"
            if self._accounts_for(passage.lines[0]):
                found += self._passage(passage, blocks if passage.kind == "display" else 0)
        for at in self._unused.values():
            raise SpecError(
                Diagnostic(
                    "DC047",
                    f"no formula that asserts something stands at `{at.text}` of the document",
                    at.where(),
                    "nothing to bind",
                    (("document", self.manuscript.path), ("assertions", nearest(at.text, found))),
                )
            )
        return tuple(found)

    def places(self) -> tuple[tuple[str, Where], ...]:
        """(name, place) of every formula that `account` tells of, in its order; none is judged for it."""
        found: list[tuple[str, Where]] = []
        for passage in self.manuscript.passages:
            if self._accounts_for(passage.lines[0]):
                found += [(known_as(passage, span), passage.text.where(*span)) for span in self._spans(passage)]
        return tuple(found)

    def _spans(self, passage: Passage) -> list[tuple[int, int]]:
        """Where the formulas of a passage stand in it; one that cannot be taken apart is one formula."""
        return [piece.span for piece in self._pieces(passage)]

    def _pieces(self, passage: Passage) -> list[Piece]:
        return pieces(passage, self._macros(passage))

    def _accounts_for(self, line: int) -> bool:
        return not self.declaration.lines or any(first <= line <= last for first, last in self.declaration.lines)

    # --- places ---------------------------------------------------------------------------

    def _binding(self, passage: Passage, where: tuple[int, int], order: int, block: int) -> Binding | None:
        for binding in self.declaration.bindings:
            if stands_at(binding.at.text, passage, where, order, block):
                self._unused.pop(id(binding), None)
                return binding
        return None

    def _expectation(self, passage: Passage, where: tuple[int, int], order: int, block: int) -> Expectation | None:
        for expectation in self.declaration.expectations:
            if stands_at(expectation.at.text, passage, where, order, block):
                self._unused.pop(id(expectation), None)
                return expectation
        return None

    def _setting(self, line: int, binding: Binding | None) -> Setting:
        spec, quantifier, entries = self.spec, self.declaration.quantifier, self.declaration.entries
        for change in self.declaration.changes:
            if int(change.at.text.split()[1]) <= line:
                spec = changed(spec, change)
                quantifier = change.quantifier or quantifier
                entries = change.entries or entries
        if binding is not None:
            spec = replace(spec, layout=binding.layout or spec.layout, vectors=binding.vectors or spec.vectors)
            quantifier = binding.quantifier or quantifier
            entries = binding.entries or entries
        return Setting(spec, binding, quantifier, entries == "componentwise")

    def _at(self, setting: Setting) -> list[Examiner]:
        """The examiners of a setting, one for each depth."""
        spec, binding = setting.spec, setting.binding
        let, given = (binding.let, binding.given) if binding is not None else ((), ())
        key = (spec.layout, spec.vectors, spec.let, spec.symbols, let, given)
        if key not in self._examiners:
            plain = ClaimDeclaration("", "latex", None, (), "", "", "", None, let, given, self.declaration.file.where())
            base = (spec.layout, spec.vectors, spec.let, spec.symbols, (), ())
            if base not in self._examiners:
                self._examiners[base] = [Examiner(build(spec, depth), self.seed) for depth in self.depths]
            self._examiners[key] = [examiner.for_claim(plain) for examiner in self._examiners[base]]
        return self._examiners[key]

    def _macros(self, passage: Passage) -> Mapping[str, str]:
        return self.glossary.at(passage.text.origin[0])

    def _spelled(self, macros: Mapping[str, str], examiner: Examiner, setting: Setting) -> Symbols:
        """The symbols of a setting as the names of an examiner make them out."""
        key = (examiner, id(macros), tuple(setting.symbols.items()))
        if key not in self._symbols:
            self._symbols[key] = Symbols(setting.symbols, macros, examiner.network.scope)
        return self._symbols[key]

    # --- one passage ----------------------------------------------------------------------

    def _passage(self, passage: Passage, block: int) -> list[FormulaResult]:
        text = passage.text
        results = []
        starts: dict[int, int] = {}
        for piece in self._pieces(passage):
            span = piece.span
            first, last = text.where(*span).line, text.where(max(span[1] - 1, 0), span[1]).line
            starts[first] = starts.get(first, 0) + 1
            order = self._order(passage, first, starts[first])
            binding = self._binding(passage, (first, last), order, block)
            expectation = self._expectation(passage, (first, last), order, block)
            if piece.chain is None:
                assert piece.problem is not None
                results.append(self._unread(passage, span, _placed(piece.problem, text), expectation))
                continue
            result = self._chain(passage, piece.chain, span, binding, expectation)
            results.append(self._stepwise(result, expectation, last))
        return results

    def _stepwise(self, result: FormulaResult, first: Expectation | None, last: int) -> FormulaResult:
        """What is expected of single steps of a chain, said by the lines they end on; the others are to hold."""
        claim = result.claim
        if claim is None or not claim.links:
            return result
        begin = result.where.line
        expected: dict[tuple[int, int], Expectation] = {}
        for expectation in self.declaration.expectations:
            match = PLACE.fullmatch(expectation.at.text)
            if match and match[1] and begin < int(match[1]) <= last:
                expected[int(match[1]), int(match[2] or 1)] = expectation
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

    def _order(self, passage: Passage, line: int, here: int) -> int:
        """The number of a formula among those that begin on its line."""
        before = [other for other in self._beginning.get(line, ()) if other.text.origin < passage.text.origin]
        return sum(MARKS.search(other.text.text) is not None for other in before) + here

    def _unread(
        self,
        passage: Passage,
        span: tuple[int, int],
        problem: Diagnostic,
        expectation: Expectation | None,
        bound: bool = False,
    ) -> FormulaResult:
        standing: Standing = "ambiguous" if problem.code in AMBIGUOUS else "unread"
        text = passage.text
        shown = text.text[span[0] : span[1]].strip()
        holds = expectation.verdict == standing if expectation is not None else not self.strict
        expected = expectation is not None
        return FormulaResult(passage.kind, shown, text.where(*span), standing, None, problem, bound, holds, expected)

    def _chain(
        self,
        passage: Passage,
        chain: Chain,
        span: tuple[int, int],
        binding: Binding | None,
        expectation: Expectation | None,
    ) -> FormulaResult:
        text = passage.text
        if binding is None and is_of_letters(chain, self.spec):
            problem = Diagnostic("DC629", "it speaks of indices alone", text.where(*span), "no assertion by itself")
            return self._unread(passage, span, problem, expectation)
        if passage.under and binding is None and expectation is None:
            said = f"the sentence says it under a condition: `{passage.under}`"
            problem = Diagnostic("DC628", said, text.where(*span), "no assertion by itself")
            return self._unread(passage, span, problem, expectation)
        if binding is not None and binding.unread:
            problem = Diagnostic("DC624", binding.unread, text.where(*span))
            return self._unread(passage, span, problem, expectation, True)
        setting = self._setting(text.where(*span).line, binding)
        try:
            examiners = self._at(setting)
        except ContradictionError:
            raise
        except DerivcheckError as problem:
            raise SpecError(problem.diagnostic) from None
        macros = self._macros(passage)
        reader = Reading(text, chain, setting, macros, examiners, partial(self._spelled, macros))
        declaration = ClaimDeclaration(
            known_as(passage, span), "latex", text, (), "", "", "", None, (), (), text.where(*span)
        )
        try:
            equation = reader.equation(examiners[0], reader.labels(examiners[0])[0])
        except NotationError as problem:
            return self._unread(passage, span, located(problem, text).diagnostic, expectation, binding is not None)
        update = is_update(equation, examiners[0])
        if update:
            claim = None
        else:
            statement = Statement(declaration, text, reader.assertions, span, reader.labels)
            claim = judge_statement(statement, examiners, self.strict)
        settled = claim is not None and claim.verdict in (*HOLDS, "internal")
        if claim is not None and not settled and expectation is None and is_example(passage, equation):
            said = "it gives a value to something that has others too"
            example = Diagnostic("DC630", said, text.where(*span), "an example, or a condition of the prose")
            return self._unread(passage, span, example, None, binding is not None)
        standing: Standing = "judged"
        assigned = reader.assigns
        if update or (claim is not None and claim.verdict in HOLDS and defines(equation, examiners[0])):
            standing = "definition"
        elif assigned and claim is not None and not settled and stem(equation.sides[0]):
            anew = Diagnostic(
                "DC625",
                "a definition that is not the spec's",
                text.where(*span),
                "defined anew here",
                help="from: {line N: {let: ...}} says what it means from there on",
            )
            return self._unread(passage, span, anew, expectation, binding is not None)
        return self._finished(passage, span, standing, claim, update, expectation, binding is not None)

    def _finished(
        self,
        passage: Passage,
        span: tuple[int, int],
        standing: Standing,
        claim: ClaimResult | None,
        update: bool,
        expectation: Expectation | None,
        bound: bool,
    ) -> FormulaResult:
        text = passage.text
        shown, where = text.text[span[0] : span[1]].strip(), text.where(*span)
        reason = Diagnostic("DC626", "an update: the left side is given a new value", where) if update else None
        holds = claim is None or claim.holds
        if expectation is not None:
            found = standing if standing == "definition" else claim.verdict if claim is not None else standing
            holds = found == expectation.verdict
            if claim is not None:
                code = claim.diagnosis.code if claim.diagnosis is not None else ""
                message = claim.message
                if holds and expectation.code and code != expectation.code:
                    holds, message = False, f"expected the diagnosis {expectation.code}, found {code or 'none'}"
                elif not holds:
                    message = f"expected to be {expectation.verdict}"
                claim = replace(claim, expected=expectation.verdict, holds=holds, message=message)
        return FormulaResult(passage.kind, shown, where, standing, claim, reason, bound, holds)


def _placed(problem: Diagnostic | NotationError, text: SourceText) -> Diagnostic:
    return located(problem, text).diagnostic if isinstance(problem, NotationError) else problem
