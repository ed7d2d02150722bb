"""Conditions on index letters, and what binds letters: `sum_k(...)`, `sum_{k != i}(...)`, `Σ_k ...`, `δ_ij`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from derivcheck.language.catalogue.reductions import BINDERS
from derivcheck.language.catalogue.refused import refusal
from derivcheck.language.notation.cursor import Cursor
from derivcheck.language.notation.relations import RELATIONS, TURNED, Relation, spellings
from derivcheck.language.notation.syntax import (
    Call,
    Comparison,
    Condition,
    Expression,
    Junction,
    Name,
    Number,
    Reduction,
    ReductionKind,
    Span,
)
from derivcheck.language.notation.tokens import Token, fail
from derivcheck.spec.spelling import GREEK, spelled

ASSERTED: Mapping[str, Relation] = {text: one.name for one in RELATIONS for text in spellings(one)}
COMPARING: Mapping[str, Relation] = {text: name for text, name in ASSERTED.items() if name in TURNED}
ALWAYS = frozenset({"sum", "prod", "max", "min"})  # with several letters run together they are refused
SIGNS: Mapping[str, ReductionKind] = {"Σ": "sum", "Π": "prod"}
SUM, PRODUCT = 10, 20

# --- conditions ---------------------------------------------------------------------------


def condition(cursor: Cursor, listed: bool = False) -> Condition:
    """`i == j and j != k or ...`; a comma reads as `and` unless it is `listed`, a single `=` as `==`."""
    cursor.descend()
    left = _all_of(cursor, listed)
    while cursor.at_word("or"):
        cursor.advance()
        right = _all_of(cursor, listed)
        left = Junction("or", left, right, left.span.to(right.span))
    cursor.ascend()
    return left


def _all_of(cursor: Cursor, listed: bool) -> Condition:
    left = _comparison(cursor)
    while cursor.at_word("and") or (cursor.at(",") and not listed):
        cursor.advance()
        right = _comparison(cursor)
        left = Junction("and", left, right, left.span.to(right.span))
    return left


def _comparison(cursor: Cursor) -> Condition:
    if cursor.at("(") and _holds_condition(cursor):
        opener = cursor.advance()
        inner = condition(cursor)
        cursor.close(opener)
        return inner
    sides = [cursor.expression(SUM)]
    relations: list[Relation] = []
    while cursor.at_relation():
        relations.append(COMPARING.get(cursor.advance().text, "="))
        sides.append(cursor.expression(SUM))
    if not relations:
        cursor.unexpected("`==`, `!=`, `<`, `<=`, `>` or `>=`", after_operand=True)
    links = [Comparison(r, a, b, a.span.to(b.span)) for a, r, b in zip(sides, relations, sides[1:], strict=False)]
    result: Condition = links[0]
    for link in links[1:]:
        result = Junction("and", result, link, result.span.to(link.span))
    return result


def _holds_condition(cursor: Cursor) -> bool:
    """Whether the bracket here holds a condition, not the left side of one."""
    openers = [cursor.position]
    while openers[-1] + 1 in cursor.pairs and cursor.tokens[openers[-1] + 1].text == "(":
        openers.append(openers[-1] + 1)  # `((i == j) ...`: what an inner bracket holds decides
    return any(_compares(cursor, opener) for opener in reversed(openers))


def _compares(cursor: Cursor, opener: int) -> bool:
    """Whether a comparison stands in a bracket, inner ones left out, that is not one of cases: `x if i == j else y`."""
    position = opener + 1
    while position < cursor.pairs[opener]:
        token = cursor.tokens[position]
        if token.kind == "operator" and (token.text in COMPARING or token.text == "=="):
            return True
        if token.kind == "name" and token.text in ("and", "or", "if"):
            return token.text != "if"
        position = cursor.pairs.get(position, position) + 1
    return False


# --- reductions ---------------------------------------------------------------------------


def begins_reduction(cursor: Cursor, token: Token) -> bool:
    """Whether a name such as `sum_k` or `mean_k` opens a reduction."""
    stem, underscore, _ = token.text.partition("_")
    written = cursor.source(token.span).partition("_")[2]
    declared = cursor.vocabulary.declares(token.text) or token.text in cursor.vocabulary.functions
    if not underscore or stem not in BINDERS or declared:
        return False
    braced = not written and cursor.sign_at(cursor.position + 1, "{")
    return stem in ALWAYS or braced or (_is_letter(written) and not written.isdigit())


@dataclass(frozen=True, slots=True)
class Bound:
    """What stands below a sum: the letters bound, the condition on them, the limits of the one letter."""

    letters: tuple[str, ...]
    condition: Condition | None = None
    ends: tuple[Expression, Expression] | None = None


def named_reduction(cursor: Cursor) -> Expression:
    """`sum_k(body)`, `sum_{k != i}(body)`, `sum_{t in 1..T}(body)`. Raises NotationError (DC116, DC119)."""
    token = cursor.advance()
    kind = token.text.partition("_")[0]
    written = cursor.source(token.span).partition("_")[2]
    bound = Bound((_single(written, token.span, kind),)) if written else _braced(cursor, token, kind)
    if not cursor.at("("):
        _refuse_upper(cursor, kind, bound)
        cursor.unexpected(f"`(` after `{token.text}`")
    opener = cursor.advance()
    body = cursor.expression()
    span = token.span.to(cursor.close(opener))
    return Reduction(kind, bound.letters, bound.condition, body, span, bound.ends)


def sign_reduction(cursor: Cursor) -> Expression:
    """`Σ_k body`: the body is the product that follows, up to the next `+` or `-`."""
    token = cursor.advance()
    kind = SIGNS[token.text]
    if cursor.token.kind == "lowered" and not cursor.token.spaced:
        bound = Bound(tuple(cursor.advance().text.split(",")))
    elif cursor.token.kind == "name" and cursor.token.text.startswith("_") and cursor.token.text != "_":
        bound = Bound((_single(cursor.source(cursor.advance().span)[1:], token.span, kind),))
    else:
        if cursor.at_word("_"):
            cursor.advance()
        bound = _braced(cursor, token, kind)
    _refuse_upper(cursor, kind, bound)
    body = cursor.expression(PRODUCT)
    return Reduction(kind, bound.letters, bound.condition, body, token.span.to(body.span), bound.ends)


def _single(written: str, span: Span, kind: str) -> str:
    """One index letter: `k`, `k1`, `mu`, `μ`; letters run together are refused."""
    if _is_letter(written):
        return spelled(written)
    refused = refusal(f"{kind}_{written}")
    if refused is not None:
        fail("DC125", f"`{kind}_{written}` is no function here: it is {refused.about}", span, "", refused.instead)
    fail(
        "DC116",
        f"`{written}` is more than one index letter",
        span,
        "",
        f"{kind}_{{{','.join(spelled(letter) for letter in written)}}}(...)",
    )


def _is_letter(written: str) -> bool:
    return len(written) == 1 or spelled(written[1:]).isdigit() or spelled(written) in GREEK.values()


def _braced(cursor: Cursor, token: Token, kind: str) -> Bound:
    """`{k}`, `{i,j}`, `{k != i}`, `{i,j: i != j}`, `{t in 1..T}`, `{t in 1..T: t != s}`, `{t=1}^{T}`."""
    if not cursor.at("{"):
        fail("DC116", "a sum needs its index letter", token.span, "", f"{kind}_k(...)")
    opener = cursor.advance()
    start = cursor.position
    letters: list[str] = []
    while cursor.at_name():
        letters.append(cursor.advance().text)
        if cursor.accept(",") is None:
            break
    if letters and cursor.at("}"):
        cursor.close(opener)
        return Bound(tuple(letters))
    if letters and cursor.accept(":") is not None:
        test = condition(cursor)
        cursor.close(opener)
        return Bound(tuple(letters), test)
    if len(letters) == 1 and (cursor.at_word("in") or cursor.at("=", ":=")):
        return _limited(cursor, opener, letters[0], kind)
    cursor.position = start
    test = condition(cursor)
    first: Condition = test
    while isinstance(first, Junction):
        first = first.left
    if not isinstance(first.left, Name):
        fail("DC116", "a sum needs its index letter", test.span, "", f"{kind}_{{k != i}}(...)")
    cursor.close(opener)
    return Bound((first.left.name,), test)


def _limited(cursor: Cursor, opener: Token, letter: str, kind: str) -> Bound:
    """What follows the letter in `t in 1..T` and `t = 1..T`, or in `{t = 1}^{T}`."""
    sign = cursor.advance()
    first = cursor.expression(SUM)
    if cursor.accept("..") is not None:
        last = cursor.expression(SUM)
        test = condition(cursor) if cursor.accept(":") is not None else None
        cursor.close(opener)
        return Bound((letter,), test, (first, last))
    if sign.text == "in":
        cursor.unexpected(f"`..` and the last {letter}", after_operand=True)
    cursor.close(opener)
    if not cursor.at("^"):
        fail(
            "DC119",
            "the sum has a lower limit only",
            sign.span.to(first.span),
            "up to where?",
            f"{kind}_{{{letter} in {cursor.source(first.span)}..{letter.upper()}}}(...)",
        )
    cursor.advance()
    if cursor.at("{"):
        upper = cursor.advance()
        last = cursor.expression(SUM)
        cursor.close(upper)
    elif cursor.at_name():
        token = cursor.advance()
        last = Name(token.text, token.span)
    elif cursor.token.kind == "number":
        token = cursor.advance()
        last = Number(Fraction(token.text), token.span)
    else:
        cursor.unexpected("the upper limit")
    return Bound((letter,), None, (first, last))


def _refuse_upper(cursor: Cursor, kind: str, bound: Bound) -> None:
    """`Σ_k^n` has an upper limit only."""
    if cursor.at("^"):
        fail(
            "DC119",
            "the sum has an upper limit only",
            cursor.token.span,
            "from where?",
            f"{kind}_{{{bound.letters[0]} in 1..{bound.letters[0].upper()}}}(...)",
        )


# --- Kronecker's delta --------------------------------------------------------------------


def kronecker(cursor: Cursor) -> Expression:
    """`δ_ij`, `δ_{ij}`, `δ_{i,j}`, `δᵢⱼ`. Raises NotationError (DC115)."""
    token = cursor.advance()
    letters = [spelled(letter) for letter in cursor.source(token.span).partition("_")[2]]
    stop = token.span
    if cursor.token.kind == "lowered" and not letters:
        stop = cursor.token.span
        letters = cursor.advance().text.split(",")
    elif not letters and cursor.at("{"):
        opener = cursor.advance()
        words: list[str] = []
        while cursor.at_name() or cursor.token.kind == "number" or cursor.at(","):
            part = cursor.advance()
            words += [] if part.text == "," else [cursor.source(part.span)]
        stop = cursor.close(opener)
        letters = [spelled(word) for word in (words[0] if len(words) == 1 else words)]
    if len(letters) != 2 or not all(letter.isidentifier() for letter in letters):
        fail("DC115", "`delta` needs two index letters", token.span.to(stop), "", "delta(i,j)")
    return Call("delta", tuple(Name(letter, token.span.to(stop)) for letter in letters), 0, token.span.to(stop))
