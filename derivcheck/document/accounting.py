"""Every formula of a document that asserts something: judged, a definition, ambiguous, or unread with a reason."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from derivcheck.claims import pairs
from derivcheck.componentwise import componentwise
from derivcheck.diagnostics import (
    ContradictionError,
    DerivcheckError,
    Diagnostic,
    NotationError,
    SourceText,
    SpecError,
    Where,
)
from derivcheck.document.passages import Manuscript, Passage
from derivcheck.examiner import Examiner
from derivcheck.latex.equations import Sentence
from derivcheck.latex.lines import Chain, chains
from derivcheck.latex.memberships import is_sized
from derivcheck.latex.symbols import Symbols
from derivcheck.network import build, depths, located
from derivcheck.notation.parser import parse_equation
from derivcheck.notation.syntax import (
    Binary,
    Call,
    Derivative,
    Equation,
    Expression,
    Junction,
    Name,
    Subscript,
    bottom_up,
)
from derivcheck.rulings import Labels, Statement, judge_statement, labelled, labels_of, spellings
from derivcheck.spec import ClaimDeclaration, Spec
from derivcheck.spec.declarations import Binding, DocumentDeclaration, Expectation, Formula
from derivcheck.verdicts import HOLDS, ClaimResult, FormulaResult, Standing

AMBIGUOUS = frozenset({"DC106", "DC171", "DC172", "DC177", "DC179"})
MAXIMAL_DEPTH = 64
NO_SUCH_LAYER = frozenset({"DC121", "DC120"})
RELATIONS = frozenset({"=", "!=", "<", "<=", ">", ">=", "≈", "∝"})
UNREAD_RELATIONS = frozenset("≃∼≅∈")
INDEX_SIGNS = RELATIONS | frozenset(",…'+-")
PLACE = re.compile(r"line (\d+)(?:, (\d+))?|block (\d+)")
MARKS = re.compile(r"=|\\(?:n?eq?|approx|propto|equiv|coloneqq|leq?|geq?|in|sim)(?![A-Za-z])|[<>≈≠≤≥∝]")


@dataclass(frozen=True, slots=True)
class Setting:
    """What holds where a formula stands: the spec with the changes up to there, and its own binding."""

    spec: Spec
    binding: Binding | None
    quantifier: SourceText | None
    componentwise: bool

    @property
    def symbols(self) -> dict[str, str]:
        bound = self.binding.symbols if self.binding else ()
        return {**spellings(self.spec.symbols), **spellings(bound)}


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
        self.macros = {**dict(manuscript.macros), **spellings(spec.macros)}
        self._examiners: dict[tuple[object, ...], list[Examiner]] = {}
        self._symbols: dict[tuple[Examiner, tuple[tuple[str, str], ...]], Symbols] = {}
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
            raise SpecError(Diagnostic("DC631", f"the document is written for `{shown}`, which is no depth of its spec",
                                       help=f"depths: {known}" if known else "leave out `depths:`"))  # fmt: skip
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
                Diagnostic("DC047", f"no formula that asserts something stands at `{at.text}` of the document",
                           at.where(), "nothing to bind",
                           (("document", self.manuscript.path), ("assertions", _nearest(at.text, found))))
            )  # fmt: skip
        return tuple(found)

    def places(self) -> tuple[tuple[str, Where], ...]:
        """(name, place) of every formula that `account` tells of, in its order; none is judged for it."""
        found: list[tuple[str, Where]] = []
        for passage in self.manuscript.passages:
            if self._accounts_for(passage.lines[0]):
                found += [(_id(passage, span), passage.text.where(*span)) for span in self._spans(passage)]
        return tuple(found)

    def _spans(self, passage: Passage) -> list[tuple[int, int]]:
        """Where the formulas of a passage stand in it; one that cannot be taken apart is one formula."""
        size = len(passage.text.text)
        if passage.stray:
            return [(0, size)]
        try:
            found = self._chains(passage)
            return [_balanced(passage.text.text, c.span.start, min(c.span.stop, size)) for c in found]
        except NotationError:
            return [(0, size)] if MARKS.search(passage.text.text) else []

    def _chains(self, passage: Passage) -> list[Chain]:
        """The formulas of a passage that assert something. Raises NotationError."""
        return [chain for chain in chains(passage.text.text, self.macros) if _asserts(chain)]

    def _accounts_for(self, line: int) -> bool:
        return not self.declaration.lines or any(first <= line <= last for first, last in self.declaration.lines)

    # --- places ---------------------------------------------------------------------------

    def _binding(self, passage: Passage, where: tuple[int, int], order: int, block: int) -> Binding | None:
        for binding in self.declaration.bindings:
            if _stands_at(binding.at.text, passage, where, order, block):
                self._unused.pop(id(binding), None)
                return binding
        return None

    def _expectation(self, passage: Passage, where: tuple[int, int], order: int, block: int) -> Expectation | None:
        for expectation in self.declaration.expectations:
            if _stands_at(expectation.at.text, passage, where, order, block):
                self._unused.pop(id(expectation), None)
                return expectation
        return None

    def _setting(self, line: int, binding: Binding | None) -> Setting:
        spec, quantifier, entries = self.spec, self.declaration.quantifier, self.declaration.entries
        for change in self.declaration.changes:
            if int(change.at.text.split()[1]) <= line:
                spec = _changed(spec, change)
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

    def _spelled(self, examiner: Examiner, setting: Setting) -> Symbols:
        """The symbols of a setting as the names of an examiner make them out."""
        key = (examiner, tuple(setting.symbols.items()))
        if key not in self._symbols:
            self._symbols[key] = Symbols(setting.symbols, self.macros, examiner.network.scope)
        return self._symbols[key]

    # --- one passage ----------------------------------------------------------------------

    def _passage(self, passage: Passage, block: int) -> list[FormulaResult]:
        text = passage.text
        whole = (0, len(text.text))
        if passage.stray:
            problem = Diagnostic("DC623", passage.stray, text.where())
            return [self._unread(passage, whole, problem, self._expectation(passage, passage.lines, 1, block))]
        try:
            found = self._chains(passage)
        except NotationError as caught:
            if not MARKS.search(text.text):
                return []
            binding = self._binding(passage, passage.lines, 1, block)
            problem = located(caught, text).diagnostic
            return [self._unread(passage, whole, problem, self._expectation(passage, passage.lines, 1, block))]
        results = []
        starts: dict[int, int] = {}
        for chain in found:
            span = _balanced(text.text, chain.span.start, min(chain.span.stop, len(text.text)))
            first, last = text.where(*span).line, text.where(max(span[1] - 1, 0), span[1]).line
            starts[first] = starts.get(first, 0) + 1
            order = self._order(passage, first, starts[first])
            binding = self._binding(passage, (first, last), order, block)
            expectation = self._expectation(passage, (first, last), order, block)
            result = self._chain(passage, chain, span, binding, expectation)
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
        before = 0
        for other in self.manuscript.passages:
            if other is passage:
                break
            if other.lines[0] == line and other.text.origin < passage.text.origin and MARKS.search(other.text.text):
                before += 1
        return before + here

    def _unread(
        self, passage: Passage, span: tuple[int, int], problem: Diagnostic, expectation: Expectation | None,
        bound: bool = False,
    ) -> FormulaResult:  # fmt: skip
        standing: Standing = "ambiguous" if problem.code in AMBIGUOUS else "unread"
        text = passage.text
        shown = text.text[span[0] : span[1]].strip()
        holds = expectation.verdict == standing if expectation is not None else not self.strict
        return FormulaResult(passage.kind, shown, text.where(*span), standing, None, problem, bound, holds)

    def _chain(
        self, passage: Passage, chain: Chain, span: tuple[int, int], binding: Binding | None,
        expectation: Expectation | None,
    ) -> FormulaResult:  # fmt: skip
        text = passage.text
        if binding is None and _is_of_letters(chain, self.spec):
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
        reader = _Reading(text, chain, setting, self.macros, examiners, self._spelled)
        declaration = ClaimDeclaration(
            _id(passage, span), "latex", text, (), "", "", "", None, (), (), text.where(*span)
        )
        try:
            equation = reader.equation(examiners[0], reader.labels(examiners[0])[0])
        except NotationError as problem:
            return self._unread(passage, span, located(problem, text).diagnostic, expectation, binding is not None)
        update = _update(equation, examiners[0])
        if update:
            claim = None
        else:
            statement = Statement(declaration, text, reader, span, reader.labels)
            claim = judge_statement(statement, examiners, self.strict)
        if claim is not None and claim.verdict not in HOLDS and expectation is None and _is_example(passage, equation):
            said = "it gives a value to something that has others too"
            example = Diagnostic("DC630", said, text.where(*span), "an example, or a condition of the prose")
            return self._unread(passage, span, example, None, binding is not None)
        standing: Standing = "judged"
        assigned = reader.assigns
        if update or (claim is not None and claim.verdict in HOLDS and _defines(equation, examiners[0])):
            standing = "definition"
        elif assigned and claim is not None and claim.verdict not in HOLDS:
            anew = Diagnostic("DC625", "a definition that is not the spec's", text.where(*span), "defined anew here",
                              help="from: {line N: {let: ...}} says what it means from there on")  # fmt: skip
            return self._unread(passage, span, anew, expectation, binding is not None)
        return self._finished(passage, span, standing, claim, update, expectation, binding is not None)

    def _finished(
        self, passage: Passage, span: tuple[int, int], standing: Standing, claim: ClaimResult | None, update: bool,
        expectation: Expectation | None, bound: bool,
    ) -> FormulaResult:  # fmt: skip
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


class _Reading:
    """How one chain of tokens is read at a depth and a label."""

    def __init__(
        self, text: SourceText, chain: Chain, setting: Setting, macros: Mapping[str, str],
        declared: Sequence[Examiner], spelled: Callable[[Examiner, Setting], Symbols],
    ) -> None:  # fmt: skip
        self._spelled = spelled
        self._text = text
        self._chain = chain
        self._setting = setting
        self._macros = macros
        self._declared = declared
        self._equations: dict[tuple[Examiner, tuple[tuple[str, int], ...]], Equation] = {}
        self._labels: dict[Examiner, Sequence[Labels]] = {}
        spans = [token.span for token in chain.tokens if token.kind == "sign" and token.text == "="]
        first = text.text[spans[0].start : spans[0].stop].strip() if spans else ""
        self._redefines = first in (":=", "\\coloneqq", "≔")
        self.assigns = len(spans) == 1 and text.text[spans[0].start : spans[0].stop].strip() not in ("=", "&=")

    def __call__(self, examiner: Examiner, labels: Labels) -> Sequence[Equation]:
        return (self.equation(examiner, labels),)

    def equation(self, examiner: Examiner, labels: Labels) -> Equation:
        """Raises NotationError."""
        key = (examiner, tuple(sorted(labels.items())))
        if key not in self._equations:
            if examiner not in self._declared and (common := self._common()) is not None:
                return common
            known = {**examiner.network.depth, **labels}
            sentence = Sentence(self._text.text, examiner.network.scope, self._symbols(examiner), self._macros, known)
            equation = sentence.equation(self._chain.tokens)
            if self._redefines:
                equation = _without_old(equation)
            if self._setting.binding is not None and self._setting.binding.where is not None:
                equation = _restricted(equation, self._setting.binding.where, examiner)
            if self._setting.componentwise:
                equation = componentwise(labelled(equation, known), examiner.network.scope)
            self._equations[key] = equation
        return self._equations[key]

    def _common(self) -> Equation | None:
        """What was read the same at every depth and label that is judged: it is what is claimed beyond them."""
        found = list(self._equations.values())
        return found[0] if len(found) > 1 and all(other == found[0] for other in found) else None

    def _symbols(self, examiner: Examiner) -> Symbols:
        return self._spelled(examiner, self._setting)

    def labels(self, examiner: Examiner) -> Sequence[Labels]:
        """What the layer labels run through: of the declared range, those for which every layer spoken of exists.

        Raises NotationError where there is none, for the reason that the first one has.
        """
        if examiner not in self._labels:
            self._labels[examiner] = self._existing(examiner)
        return self._labels[examiner]

    def _existing(self, examiner: Examiner) -> Sequence[Labels]:
        quantifier = self._setting.quantifier
        if quantifier is None:
            self.equation(examiner, {})
            return [{}]
        declaration = ClaimDeclaration("", "latex", None, (), "", "", "", quantifier, (), (), quantifier.where())
        kept: list[Labels] = []
        problem: NotationError | None = None
        for labels in labels_of(declaration, examiner):
            try:
                equation = self.equation(examiner, labels)
                if not _mentions(equation, labels):
                    return [{}]
                pairs(labelled(equation, {**examiner.network.depth, **labels}), examiner.network.scope)
            except NotationError as caught:
                problem = problem or caught
                if caught.diagnostic.code in NO_SUCH_LAYER:
                    continue
            except DerivcheckError:
                pass  # it is judged, and said then
            kept.append(labels)
        if not kept and problem is not None:
            raise problem
        return kept


# --- what kind of formula it is -----------------------------------------------------------------


def _asserts(chain: Chain) -> bool:
    """Whether a relation stands at the top of a chain, with something on both sides or to go on from."""
    if is_sized(chain.tokens):
        return True
    depth = inside = 0
    for token in chain.tokens:
        inside += (token.kind == "begin") - (token.kind == "finish")
        if token.kind != "sign" or inside:
            continue
        if token.text in ("(", "[", "{", "\\{", "⟨"):
            depth += 1
        elif token.text in (")", "]", "}", "\\}", "⟩"):
            depth -= 1
        elif depth <= 0 and token.text in RELATIONS | UNREAD_RELATIONS:
            return True
    return False


def _is_of_letters(chain: Chain, spec: Spec) -> bool:
    """`i = j`, `l = 1, ..., L`: letters that nothing declares, and numbers."""
    declared = {tensor.name.text for tensor in spec.tensors} | {
        formula.name.text for formula in (*spec.layers, *spec.let)
    }
    declared |= {symbol.name.text for symbol in spec.symbols} | set(spec.depths)
    first = chain.tokens[0]
    return (
        first.kind == "letter"
        and first.text not in declared
        and all(
            token.kind in ("letter", "number") or (token.kind == "sign" and token.text in INDEX_SIGNS)
            for token in chain.tokens
        )
    )


def _is_example(passage: Passage, equation: Equation) -> bool:
    """`$y = [0, 1, 0]$`, `$z = 0$` in the prose: a name, or an entry, with numbers."""
    if passage.kind != "inline" or len(equation.sides) != 2 or equation.relations != ("=",):
        return False
    left, right = equation.sides
    constant = not any(isinstance(node, Name | Call | Derivative) for node in bottom_up(right))
    return bool(_stem(left)) and constant


def _without_old(equation: Equation) -> Equation:
    """`d := d^T = A`: the new d is A; what it is made of is the old one, of which the spec says no more."""
    if len(equation.sides) < 3 or not any(node == equation.sides[0] for node in bottom_up(equation.sides[1])):
        return equation
    return replace(equation, sides=(equation.sides[0], *equation.sides[2:]), relations=equation.relations[1:])


def _restricted(equation: Equation, where: SourceText, examiner: Examiner) -> Equation:
    """The equation under a condition that the prose gives. Raises SpecError for one that is not read."""
    try:
        condition = parse_equation(f"0 = 0 where {where.text}", examiner.network.scope.vocabulary()).where
    except NotationError as problem:
        raise SpecError(replace(problem.diagnostic, where=where.where())) from None
    both = condition if equation.where is None or condition is None else Junction("and", equation.where, condition)
    return replace(equation, where=both)


def _mentions(equation: Equation, labels: Labels) -> bool:
    return any(isinstance(node, Name) and node.name in labels for node in bottom_up(equation))


def _defines(equation: Equation, examiner: Examiner) -> bool:
    """Whether an equation says what the spec declares: a layer, the loss, an abbreviation on the left."""
    if len(equation.sides) != 2:
        return False
    left, right = equation.sides
    network = examiner.network
    declared = {formula.name.text.partition("[")[0] for formula in (*network.spec.layers, *network.spec.let)}
    if network.spec.loss is not None:
        declared.add(network.spec.loss.name.text)
    derived = any(isinstance(node, Derivative) for node in bottom_up(right))
    meant = [tree for name, tree in network.scope.abbreviations.items() if name.partition("[")[0] == _stem(left)]
    # `delta = p - y` is no definition of a delta that is declared as a derivative.
    derivative = any(isinstance(node, Derivative) for tree in meant for node in bottom_up(tree))
    return _stem(left) in declared and derived == derivative


def _stem(tree: Expression) -> str:
    while isinstance(tree, Subscript):
        tree = tree.base
    return tree.name if isinstance(tree, Name) else ""


def _update(equation: Equation, examiner: Examiner) -> bool:
    """`W = W - alpha dL/dW`: a parameter that stands on both sides is given a new value."""
    if len(equation.sides) != 2 or equation.relations != ("=",):
        return False
    left, right = equation.sides
    inputs = {tensor.name.text.partition("[")[0] for tensor in examiner.network.spec.tensors}
    return _stem(left) in inputs and isinstance(right, Binary) and right.operator in "+-" and _first(right) == left


def _first(tree: Expression) -> Expression:
    while isinstance(tree, Binary) and tree.operator in "+-":
        tree = tree.left
    return tree


# --- places -------------------------------------------------------------------------------------


def _balanced(text: str, start: int, stop: int) -> tuple[int, int]:
    """A span with the braces that belong to it: the font around its beginning, the argument at its end."""
    if text[start:stop].endswith("\\end"):
        stop += len(match[0]) if (match := re.match(r"\s*\{[^{}]*\}", text[stop:])) else 0
    depth = text.count("{", start, stop) - text.count("}", start, stop)
    while depth > 0 and (match := re.match(r"\s*\}", text[stop:])):
        stop, depth = stop + len(match[0]), depth - 1
    while depth < 0 and (match := re.search(r"\\[A-Za-z]+\s*\{\s*$|\{\s*$", text[:start])):
        start, depth = match.start(), depth + 1
    return start, stop


def _nearest(at: str, found: Sequence[FormulaResult]) -> str:
    """The lines near a place on which formulas that assert something begin."""
    lines = sorted({formula.where.line for formula in found})
    match = PLACE.fullmatch(at)
    if match and match[1]:
        lines = sorted(sorted(lines, key=lambda line: abs(line - int(match[1])))[:6])
    return f"begin on lines {', '.join(map(str, lines[:12]))}" if lines else "there are none"


def _id(passage: Passage, span: tuple[int, int]) -> str:
    return passage.label or f"line {passage.text.where(*span).line}"


def _stands_at(at: str, passage: Passage, lines: tuple[int, int], order: int, block: int) -> bool:
    match = PLACE.fullmatch(at)
    if not match:
        return bool(passage.label) and at == passage.label
    if match[3]:
        return block == int(match[3])
    return lines[0] == int(match[1]) and order == int(match[2] or 1)


def _changed(spec: Spec, change: Binding) -> Spec:
    return replace(
        spec,
        symbols=_merged(spec.symbols, change.symbols),
        let=_merged(spec.let, change.let),
        layout=change.layout or spec.layout,
        vectors=change.vectors or spec.vectors,
    )


def _merged(formulas: tuple[Formula, ...], others: tuple[Formula, ...]) -> tuple[Formula, ...]:
    """The formulas with those of the same name replaced."""
    names = {formula.name.text for formula in others}
    return (*(formula for formula in formulas if formula.name.text not in names), *others)
