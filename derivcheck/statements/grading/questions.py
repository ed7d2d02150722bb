"""What a claim asks when it is a question, and whether an equation answers it rather than restating it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NoReturn

from derivcheck.diagnostics.diagnostic import DerivcheckError, Diagnostic, NotationError, SourceText, Where
from derivcheck.judging.examiner import Examiner
from derivcheck.judging.statement import Labels, labelled, labels_of, reader_of
from derivcheck.language.claims import pair
from derivcheck.language.lowering.scope import Scope
from derivcheck.language.notation.printer import to_latex, to_plain
from derivcheck.language.notation.syntax import (
    Call,
    Comparison,
    Condition,
    Derivative,
    Equation,
    Expression,
    Junction,
    Name,
    Slice,
    Span,
    Subscript,
    Transpose,
    bottom_up,
)
from derivcheck.spec import ClaimDeclaration
from derivcheck.statements.grading.answers import Notation

ONE_SIDE = "DC108"
UNDECLARED = frozenset({"DC118", "DC120", "DC121"})  # a name that stands for nothing
CONTINUES = re.compile(r"\s*(?:&\s*)?=")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question at one depth and label: its left side, its condition, and what its own right side uses."""

    left: Expression
    where: Condition | None
    derivatives: frozenset[Expression]
    names: frozenset[str]

    def is_left_of(self, side: Expression, scope: Scope) -> bool:
        """Whether a side is the whole of what is asked: its matrix, or its entries at letters that differ."""
        return side == self.left or signature(side, scope) == signature(self.left, scope)


@dataclass(frozen=True, slots=True)
class Completed(SourceText):
    """A right side behind a left one that its author did not write: places are those of the right side alone."""

    added: int = 0

    def where(self, start: int = 0, stop: int | None = None) -> Where:
        """The place of `text[start:stop]`, in what was written."""
        written = SourceText(self.text[self.added :], self.path, self.origin, self.lines)
        stop = len(self.text) if stop is None else stop
        return written.where(max(0, start - self.added), max(0, stop - self.added))


class AnswerReader:
    """Reads an answer as the claim that it makes, at any depth and label.

    Raises NotationError where it cannot be read, and for what is no answer: DC660 it
    restates the question, DC661 it answers another one, DC663 it is no equation. A name
    that nobody declared may well be meant for what is asked: that cannot be read.
    """

    def __init__(
        self,
        declaration: ClaimDeclaration,
        text: SourceText,
        notation: Notation,
        examiner: Examiner,
        earlier: Sequence[ClaimDeclaration] = (),
    ) -> None:
        """`declaration` is the claim that asks; its `for`, `let` and `given` hold for the answer.

        What `earlier` claims ask may be used: it has been answered.
        """
        self.earlier = tuple(earlier)
        self.question = declaration
        self.declaration = replace(declaration, text=text, notation=notation, steps=(), expect="", code="")
        completed = self._completed(text, examiner)
        self.text = completed
        self.declaration = replace(self.declaration, text=completed)
        # A derivative in the right side that the question's own right side does without.
        self.leftover: Expression | None = None
        self.final: Expression | None = None

    def __call__(self, examiner: Examiner, labels: Labels) -> Sequence[Equation]:
        known = {**examiner.network.depth, **labels}
        scope = examiner.network.scope
        question = asked(self.question, examiner, labels)
        equations = [labelled(equation, known, scope) for equation in reader_of(self.declaration)(examiner, labels)]
        return [self._checked(equations[0], equations[-1], question, self._answered(examiner), scope), *equations[1:]]

    def _answered(self, examiner: Examiner) -> frozenset[Expression]:
        """What the earlier questions ask, at each of their labels."""
        found = set()
        for declaration in self.earlier:
            try:
                for labels in labels_of(declaration, examiner):
                    found.add(signature(asked(declaration, examiner, labels).left, examiner.network.scope))
            except DerivcheckError:
                continue
        return frozenset(found)

    # --- completing -----------------------------------------------------------------------

    def _completed(self, text: SourceText, examiner: Examiner) -> SourceText:
        """The text, behind the question's left side where it is a right side alone."""
        continues = CONTINUES.match(text.text)
        if continues is None:
            labels = next(iter(labels_of(self.question, examiner)), {})
            try:
                reader_of(self.declaration)(examiner, labels)
            except NotationError as problem:
                if problem.diagnostic.code != ONE_SIDE:
                    return text
            else:
                return text
        prefix = self._left(examiner) + ("" if continues else " = ")
        # As long as what was written, so that places stay.
        body = " " * (continues.end() - 1) + "=" + text.text[continues.end() :] if continues else text.text
        return Completed(prefix + body, text.path, text.origin, text.lines, added=len(prefix))

    def _left(self, examiner: Examiner) -> str:
        tree = left_side(self.question, examiner)
        if self.declaration.notation == "plain":
            return to_plain(tree)
        if self.question.notation == "latex" and self.question.text is not None:
            return self.question.text.text[: tree.span.stop]
        scope = examiner.network.scope
        scalars = frozenset(name for name, value in scope.values.items() if value.is_scalar)
        return to_latex(tree, scalars | frozenset(scope.dimensions), scope.families)

    # --- is it an answer? -----------------------------------------------------------------

    def _checked(
        self, first: Equation, last: Equation, question: Asked, known: frozenset[Expression], scope: Scope
    ) -> Equation:
        """The first equation, with the question's condition, or the reason why it is no answer."""
        if any(relation != "=" for relation in (*first.relations, *last.relations)):
            _refuse("DC663", "an answer is an equation", first.span, "another relation stands here")
        if first.where is not None and first.where != question.where:
            _refuse(
                "DC663",
                "the answer holds under a condition of its own",
                first.span,
                "the question has none" if question.where is None else "the question has another one",
            )
        first = replace(first, where=question.where)
        if first.rivals or not question.is_left_of(first.sides[0], scope):
            _refuse_differential(first.sides[0])
        if question.is_left_of(first.sides[0], scope):
            answer = last.sides[-1]
        elif len(first.sides) == 2 and first.sides == last.sides and question.is_left_of(first.sides[1], scope):
            answer = first.sides[0]
        else:
            refuse_undeclared((*first.sides, *last.sides), scope)
            _refuse(
                "DC661",
                f"the left side is not what is asked, `{to_plain(question.left)}`",
                first.sides[0].span,
                "another quantity",
            )
        self.final = answer
        restated = restatement(answer, question, scope)
        if restated is not None:
            _refuse("DC660", "the right side restates the question", restated.span, "this is what is asked")
        self.leftover = self.leftover or leftover(answer, question, scope, known)
        return first


def _refuse_differential(left: Expression) -> None:
    """Raise NotationError (DC118) for `dW` on the left: what is asked may be meant."""
    for node in bottom_up(left):
        if isinstance(node, Call) and node.function == "differential":
            _refuse("DC118", "a differential, or the gradient that is asked?", node.span, "which of them?")


def left_side(declaration: ClaimDeclaration, examiner: Examiner) -> Expression:
    """What a claim asks, as it is written. Raises NotationError."""
    labels = next(iter(labels_of(declaration, examiner)), {})
    return next(iter(reader_of(declaration)(examiner, labels))).sides[0]


def asked(declaration: ClaimDeclaration, examiner: Examiner, labels: Labels) -> Asked:
    """What a claim asks. Raises NotationError where the claim itself cannot be read."""
    known = {**examiner.network.depth, **labels}
    scope = examiner.network.scope
    equations = [labelled(equation, known, scope) for equation in reader_of(declaration)(examiner, labels)]
    rights = [side for k, equation in enumerate(equations) for side in equation.sides[k == 0 :]]
    used = frozenset(signature(found, scope) for side in rights for found in derivatives_in(side, scope))
    names = frozenset(node.name for side in rights for node in bottom_up(side) if isinstance(node, Name))
    return Asked(equations[0].sides[0], equations[0].where, used, names)


def signature(tree: Expression, scope: Scope) -> Expression:
    """What a side is about: abbreviations written out, without its transpose and without letters for its entries."""
    letters: list[str] = []

    def bare(tree: Expression) -> Expression:
        match tree:
            case Transpose(operand):
                return bare(operand)
            case Name(name) if name in scope.abbreviations:
                return bare(scope.abbreviations[name])
            case Subscript(base, entries):
                name = to_plain(tree)
                if name in scope.abbreviations:
                    return bare(scope.abbreviations[name])
                if name in scope.values:
                    return tree
                if all(isinstance(entry, Name | Slice) for entry in entries):
                    letters.extend(entry.name for entry in entries if isinstance(entry, Name))
                    return bare(base)
                return tree
            case Derivative(numerator, variables):
                return Derivative(bare(numerator), tuple(bare(variable) for variable in variables))
            case _:
                return tree

    found = bare(tree)
    # Two equal letters are a diagonal, not the whole.
    return found if len(set(letters)) == len(letters) else tree


def _inside(tree: Expression, scope: Scope) -> Iterator[Expression]:
    """Every expression inside a side, those behind abbreviations too, at the place where it is written."""
    for node in bottom_up(tree):
        if isinstance(node, Slice | Comparison | Junction | Equation):
            continue
        yield node
        name = to_plain(node) if isinstance(node, Name | Subscript) else ""
        if name in scope.abbreviations:
            for inner in _inside(scope.abbreviations[name], scope):
                yield replace(inner, span=node.span)


def derivatives_in(tree: Expression, scope: Scope) -> Iterator[Derivative]:
    """The derivatives that a side speaks of, by themselves or behind abbreviations."""
    return (node for node in _inside(tree, scope) if isinstance(node, Derivative))


def restatement(answer: Expression, question: Asked, scope: Scope) -> Expression | None:
    """Where the answer's right side says what is asked instead of answering it."""
    wanted = signature(question.left, scope)
    if wanted in question.derivatives:
        return None
    for node in _inside(answer, scope):
        if node == question.left or (isinstance(node, type(wanted)) and signature(node, scope) == wanted):
            return node
        if isinstance(node, Name | Subscript | Transpose) and signature(node, scope) == wanted:
            return node
    return None


def leftover(
    answer: Expression, question: Asked, scope: Scope, answered: frozenset[Expression] = frozenset()
) -> Expression | None:
    """A derivative that neither the question's own right side uses nor an earlier question asks.

    Where no derivative is asked, a name that the question's own right side does without.
    """
    for node in derivatives_in(answer, scope):
        if signature(node, scope) not in question.derivatives | answered:
            return node
    if isinstance(signature(question.left, scope), Derivative | Name | Subscript):
        return None
    return next(
        (
            node
            for node in _inside(answer, scope)
            if (isinstance(node, Name) and node.name in scope.values and node.name not in question.names)
            or (isinstance(node, Call) and node.function == "shape")
        ),
        None,
    )


def refuse_undeclared(sides: Sequence[Expression], scope: Scope) -> None:
    """Raise NotationError for a side with a name that nobody declared, as `dW = ...`: what it means is not known."""
    for side in sides:
        try:
            pair(side, side, "=", None, scope)
        except NotationError as problem:
            if problem.diagnostic.code in UNDECLARED:
                raise
        except DerivcheckError:
            continue


def _refuse(code: str, message: str, span: Span, label: str) -> NoReturn:
    raise NotationError(Diagnostic(code, message, label=label), (span.start, span.stop))
