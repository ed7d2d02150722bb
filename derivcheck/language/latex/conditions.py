"""Conditions on letters and values, and cases."""

from __future__ import annotations

from collections.abc import Sequence

from derivcheck.language.latex.cursor import RowCursor
from derivcheck.language.latex.elements import Element, Elements
from derivcheck.language.notation.relations import TURNED, Relation
from derivcheck.language.notation.syntax import (
    Comparison,
    Condition,
    Conditional,
    Expression,
    Junction,
    Span,
)
from derivcheck.language.tex.errors import fail
from derivcheck.language.tex.words import is_conditional

HOLDS_AT: dict[str, frozenset[str]] = {
    "=": frozenset("="),
    "!=": frozenset("<>"),
    "<": frozenset("<"),
    "<=": frozenset("<="),
    ">": frozenset(">"),
    ">=": frozenset(">="),
}


def condition(reader: RowCursor) -> Condition:
    """`i = j`, `k \\ne i, j`, `x > 0 \\text{ and } y > 0`. Raises NotationError."""
    reader.descend()
    left = _all_of(reader)
    while _at_word(reader, "or") or reader.at("∨"):
        reader.advance()
        right = _all_of(reader)
        left = Junction("or", left, right, left.span.to(right.span))
    reader.ascend()
    return left


def all_of(tests: Sequence[Condition]) -> Condition | None:
    """Several conditions as one; None of none."""
    found: Condition | None = None
    for test in tests:
        found = test if found is None else Junction("and", found, test, found.span.to(test.span))
    return found


def _at_word(reader: RowCursor, word: str) -> bool:
    return reader.element.kind == "keyword" and reader.element.text == word


def _stands_apart(reader: RowCursor) -> bool:
    """Whether another condition begins behind wide space."""
    return reader.element.wide and reader.element.kind in ("letter", "word", "number")


def _all_of(reader: RowCursor) -> Condition:
    tests = _comparison(reader)
    while _at_word(reader, "and") or reader.at(",", "∧") or _stands_apart(reader):
        if not _stands_apart(reader):
            reader.advance()
        tests += _comparison(reader)
    found = all_of(tests)
    assert found is not None
    return found


def _comparison(reader: RowCursor) -> list[Condition]:
    """The links of `i < j \\le k`."""
    letters, reader.letters = reader.letters, True
    sides = [reader.expression()]
    relations: list[Relation] = []
    while reader.at(*TURNED):
        relations.append(reader.advance().text)  # type: ignore[arg-type]
        sides.append(reader.expression())
    reader.letters = letters
    if not relations:
        reader.unexpected(r"`=`, `\ne`, `<`, `\le`, `>` or `\ge`")
    return [Comparison(r, a, b, a.span.to(b.span)) for a, r, b in zip(sides, relations, sides[1:], strict=False)]


# --- cases --------------------------------------------------------------------------------------


def cases(reader: RowCursor, rows: Sequence[Sequence[Elements]], span: Span) -> Expression:
    """The branches of `cases`; they must be complete and exclude each other. Raises NotationError (DC175, DC176)."""
    branches: list[tuple[Expression, Condition | None, Span]] = []
    for row in rows:
        value = reader.part(_without_comma(row[0]), span)
        if value.at_end():
            fail("DC176", "a branch of the cases has no value", span, "expected a value before `&`")
        tree = value.expression()
        test = None if not value.at_end() else _test(reader, row[1:])
        if not value.at_end():
            test = _remaining_test(value)
        branches.append((tree, test, tree.span))
    if len(branches) < 2 or any(test is None for _, test, _ in branches[:-1]):
        fail(
            "DC176",
            "the cases are not complete",
            span,
            "every branch but the last needs its condition",
            r"\text{otherwise}",
        )
    _check_complete([test for _, test, _ in branches], span)
    found = branches[-1][0]
    for tree, test, _ in reversed(branches[:-1]):
        assert test is not None
        found = Conditional(test, tree, found, span)
    return found


def _without_comma(row: Elements) -> Elements:
    while row and row[-1].is_sign(",", ".", ";"):
        row = row[:-1]
    return row


def _test(reader: RowCursor, cells: Sequence[Elements]) -> Condition | None:
    """The condition in the cells behind the value, `\\text{if} & j = k` in two of them."""
    row = tuple(element for cell in cells for element in _without_comma(cell))
    if not row:
        return None
    inner = reader.part(row, row[0].span)
    inner.letters = inner.pattern = False
    return _remaining_test(inner)


def _remaining_test(inner: RowCursor) -> Condition | None:
    """`if i = j`, `i = j`, `otherwise`."""
    if inner.accept(",") is not None and inner.at_end():
        return None
    first: Element = inner.element
    if _at_word(inner, "if") and inner.ahead().kind == "keyword":
        first = (inner.advance(), inner.element)[1]  # `if otherwise`
    if first.kind == "keyword" and first.text == "otherwise":
        inner.advance()
    elif first.kind == "prose":
        refuse_words(first)
    else:
        if first.kind == "keyword" and first.text in ("if", "for"):
            inner.advance()
        test = inner.condition()
        if inner.element.kind == "prose" and not is_conditional(inner.element.text):
            inner.advance()
        if not inner.at_end():
            inner.unexpected("the end of the condition")
        return test
    if not inner.at_end():
        inner.unexpected("the end of the branch")
    return None


def refuse_words(token: Element) -> None:
    """Raise NotationError (DC175) for a condition in words."""
    fail(
        "DC175",
        f"the condition in words is not read: `{token.text}`",
        token.span,
        "it restricts the equation",
        r"\text{if } i = j",
    )


def _check_complete(tests: Sequence[Condition | None], span: Span) -> None:
    """Where the last branch has a condition too, the conditions divide all possibilities between them."""
    last = tests[-1]
    if last is None:
        return
    if all(isinstance(test, Comparison) for test in tests):
        first = tests[0]
        assert isinstance(first, Comparison)
        seen = [_signs(test, first) for test in tests if isinstance(test, Comparison)]
        known = [found for found in seen if found is not None]
        if len(known) == len(seen):
            if sum(len(found) for found in known) > len(frozenset().union(*known)):
                fail(
                    "DC176",
                    "the conditions of the cases overlap",
                    span,
                    "which branch holds where both do?",
                    r"\text{otherwise}",
                )
            if frozenset().union(*known) == frozenset("<=>"):
                return
    fail("DC176", "the cases are not complete", span, "what holds where no condition does?", r"\text{otherwise}")


def _signs(test: Comparison, first: Comparison) -> frozenset[str] | None:
    """Where a comparison of the same two sides holds: below, at, above."""
    if (test.left, test.right) == (first.left, first.right):
        return HOLDS_AT[test.relation]
    if (test.right, test.left) == (first.left, first.right):
        return HOLDS_AT[TURNED[test.relation]]
    return None


def condition_to_end(inner: RowCursor) -> Condition:
    test = inner.condition()
    if not inner.at_end():
        inner.unexpected("the end of the condition")
    return test
