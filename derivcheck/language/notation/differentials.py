"""Derivatives as they are written: `dL/dW`, `∂p[i]/∂z[j]`, `d(log(p[k]))/dz[i]`, `d2l/dx[i]dx[j]`, `d2l/dx^2`,
`dq/dz holding m`.

Whether `dX` is a differential or a name is decided by looking ahead, before anything
is read: a formula of any nesting is read once. `dL/dW1` is a quotient of two names
only if `dL` is declared and one of the others is not meant: `L` is not declared, or `dW1`
is and `W1` is not. Where all four are declared it could be either.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from derivcheck.language.notation.cursor import KEYWORDS, Cursor
from derivcheck.language.notation.syntax import Call, Derivative, Expression, Name, Span
from derivcheck.language.notation.tokens import fail

FACTOR = 31  # binds tighter than a juxtaposition
HOLDING, NOTHING = "holding", "nothing"


@dataclass(frozen=True, slots=True)
class Differential:
    """A differential that stands at a position: `start` is where its quantity begins, `after` where it has ended.

    `word` is the whole name that was glued together (`dL`), else empty; `skip` counts
    its first characters that are not part of the quantity.
    """

    order: int
    start: int
    after: int
    word: str = ""
    skip: int = 0


def differential_at(cursor: Cursor, position: int, above: bool) -> Differential | None:
    """The differential at a position, above or below the bar, or None. Reads nothing."""
    token = cursor.ahead(position)
    if token.kind == "operator" and token.text == "∂":
        return _marked(cursor, position + 1, above, calls=True)
    if token.kind != "name" or not token.text.startswith("d") or token.text in cursor.vocabulary.functions:
        return None
    if token.text in ("d", "d2"):
        if cursor.vocabulary.declares(token.text) and not cursor.sign_at(position + 1, "("):
            return None
        if token.text in cursor.vocabulary.names:
            return None
        found = _marked(cursor, position + 1, above, calls=False)
        if found is None or token.text == "d":
            return found
        return replace(found, order=2) if above and found.order == 1 else None
    rest = token.text[1:]
    second = above and len(rest) > 1 and rest[0] == "2" and (rest[1].isalpha() or rest[1] == "_")
    if not second and not rest[0].isalpha():
        return None
    after = position + 1
    if rest[second:] == "vec" and cursor.sign_at(after, "(") and not cursor.vocabulary.declares("vec"):
        after = cursor.pairs[after] + 1  # `dz/dvec(W)`
    return Differential(1 + second, position, _after_subscripts(cursor, after), token.text, 1 + second)


def _marked(cursor: Cursor, position: int, above: bool, calls: bool) -> Differential | None:
    """What follows a `d` or `∂` that stands alone: `²`, then a name or a bracket."""
    order = 1
    if above and cursor.sign_at(position, "^") and cursor.ahead(position + 1).text == "2":
        order, position = 2, position + 2
    token = cursor.ahead(position)
    if cursor.sign_at(position, "("):
        return Differential(order, position, cursor.pairs[position] + 1)
    if token.kind != "name" or token.text in KEYWORDS:
        return None
    after = position + 1
    if calls and above and cursor.sign_at(after, "(") and not cursor.ahead(after).spaced:
        after = cursor.pairs[after] + 1
    return Differential(order, position, _after_subscripts(cursor, after))


def _after_subscripts(cursor: Cursor, position: int) -> int:
    while True:
        token = cursor.ahead(position)
        if cursor.sign_at(position, "[") and not (token.spaced and cursor.juxtaposition):
            position = cursor.pairs[position] + 1
        elif token.kind == "lowered" and not token.spaced:
            position += 1
        else:
            return position


def derivative(cursor: Cursor) -> Expression | None:
    """The derivative that begins here, or None with nothing read. Raises NotationError (DC117)."""
    above = differential_at(cursor, cursor.position, above=True)
    if above is None or not cursor.sign_at(above.after, "/"):
        return None
    below = differential_at(cursor, above.after + 1, above=False)
    if below is None or _is_quotient(cursor, above, below):
        return None
    begin = cursor.token.span
    numerator = _quantity(cursor, above)
    cursor.advance()
    variables: list[Expression] = []
    while len(variables) < above.order:
        if above.order == 2 and len(variables) == 1 and _squared(cursor):
            cursor.advance()
            last = cursor.advance().span
            variables.append(replace(variables[0], span=variables[0].span.to(last)))
            break
        found = differential_at(cursor, cursor.position, above=False)
        if found is None:
            break
        variables += _split(cursor, found) if above.order == 2 and not variables else [_quantity(cursor, found)]
    span = begin.to(cursor.tokens[cursor.position - 1].span)
    _check_order(cursor, above.order, variables, span)
    kept = held(cursor)
    return Derivative(numerator, tuple(variables), span.to(cursor.tokens[cursor.position - 1].span), kept)


def nabla(cursor: Cursor) -> Expression:
    """`∇_W L` is `grad(L, W)`, of the one factor that follows. Raises NotationError (DC118)."""
    mark = cursor.advance()
    opener = None
    if cursor.at_word("_"):
        cursor.advance()
        opener = cursor.accept("{")
        written = cursor.token
        found = cursor.at_name()
        word = written.text
    else:
        written = cursor.token
        found = cursor.at_name() and written.text.startswith("_")
        word = written.text[1:]
    if not found:
        fail("DC118", "the gradient by what?", mark.span, "`∇` names no variable", "∇_W L, or grad(L, W)")
    cursor.advance()
    variable = cursor.subscripts(Name(word, written.span))
    if opener is not None:
        cursor.close(opener)
    operand = cursor.expression(FACTOR)
    return Call("grad", (operand, variable), 0, mark.span.to(operand.span))


def held(cursor: Cursor) -> tuple[Expression, ...] | None:
    """`holding m`, `holding m, v` or `holding nothing` behind a derivative; in brackets several stand in their own."""
    if not cursor.at_word(HOLDING) or cursor.vocabulary.declares(HOLDING):
        return None
    cursor.advance()
    if cursor.at_word(NOTHING) and not cursor.vocabulary.declares(NOTHING):
        cursor.advance()
        return ()
    opener = cursor.accept("(")
    found = [_held_name(cursor)]
    while (opener is not None or not cursor.enclosed) and cursor.accept(",") is not None:
        found.append(_held_name(cursor))
    if opener is not None:
        cursor.close(opener)
    return tuple(found)


def _held_name(cursor: Cursor) -> Expression:
    if not cursor.at_name():
        cursor.unexpected("the name of what is held, `holding m`")
    token = cursor.advance()
    return cursor.subscripts(Name(token.text, token.span))


def _is_quotient(cursor: Cursor, above: Differential, below: Differential) -> bool:
    """Whether two names are divided. Raises NotationError (DC118) where it may be a derivative as well."""
    declares = cursor.vocabulary.declares
    if not above.word or not declares(above.word) or above.word in cursor.vocabulary.gradients:
        return False
    one, other = above.word[above.skip :], below.word[below.skip :]
    if not declares(one) or not declares(below.word):
        return not declares(one)
    if declares(other):
        span = cursor.token.span.to(cursor.ahead(below.start).span)
        reading = (
            ("one reading", f"the derivative of {one} by {other}"),
            ("another reading", f"`{above.word}` divided by `{below.word}`"),
        )
        fail(
            "DC118",
            f"`{above.word}` and `{below.word}` are declared",
            span,
            "a derivative or a quotient?",
            f"d({one})/d({other}), or {above.word}/({below.word})",
            reading,
        )
    return True


def _squared(cursor: Cursor) -> bool:
    return cursor.at("^", "**") and cursor.ahead(cursor.position + 1).text == "2"


def _quantity(cursor: Cursor, found: Differential) -> Expression:
    """Read what a differential is of."""
    cursor.position = found.start
    token = cursor.advance()
    if token.text == "(" and token.kind == "operator":
        inner = cursor.expression()
        return replace(inner, span=token.span.to(cursor.close(token)))
    word = token.text[found.skip :] if found.word else token.text
    base: Expression = Name(word, Span(min(token.span.start + found.skip, token.span.stop - 1), token.span.stop))
    if cursor.at("(") and cursor.position < found.after:
        opener = cursor.advance()
        arguments = [cursor.expression()]
        while cursor.accept(",") is not None:
            arguments.append(cursor.expression())
        name = "sigmoid" if word == "sigma" and word not in cursor.vocabulary.functions else word
        base = Call(name, tuple(arguments), 0, token.span.to(cursor.close(opener)))
    return cursor.subscripts(base)


def _split(cursor: Cursor, found: Differential) -> list[Expression]:
    """The variables of `dxdy` where `x` and `y` are declared and `xdy` is not; else the one variable."""
    names = cursor.vocabulary.names
    rest = found.word[found.skip :]
    if found.word and rest not in names and found.after == cursor.position + 1:
        for place in re.finditer("d", rest):
            first, second = rest[: place.start()], rest[place.end() :]
            if first in names and second in names:
                span = cursor.advance().span
                return [Name(first, span), Name(second, span)]
    return [_quantity(cursor, found)]


def _check_order(cursor: Cursor, order: int, variables: list[Expression], span: Span) -> None:
    written = cursor.source(span)
    if len(variables) != order:
        fail(
            "DC117",
            "a second derivative needs two variables",
            span,
            "by which two?",
            f"{written.rstrip('2')}^2, or d2l/dx[i]dx[j]",
        )
    exponent = cursor.ahead(cursor.position + 1)
    if cursor.at("^", "**") and not (exponent.text in ("T", ".T") and cursor.at("^")):
        reach = span.to(exponent.span)
        fail(
            "DC117",
            "the order of the derivative does not match its variables",
            reach,
            f"order {order}, but a power below the bar",
            f"({written})^{cursor.source(exponent.span)}",
        )
    more = differential_at(cursor, cursor.position, above=True)
    if more is not None and not cursor.token.spaced and not cursor.sign_at(more.after, "/"):
        fail(
            "DC117",
            "the order of the derivative does not match its variables",
            span.to(cursor.tokens[more.after - 1].span),
            f"order {order}, more variables",
            "a second derivative is written d2l/dx[i]dx[j]",
        )
