"""What follows a name: a call with its arguments, its options and its primes, or the name alone."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from derivcheck.language.notation.cursor import Cursor
from derivcheck.language.notation.differentials import held
from derivcheck.language.notation.syntax import Call, Expression, Name, Number
from derivcheck.language.notation.tokens import Token, fail

# Letters that are functions where nothing of their name is declared.
LETTER_FUNCTIONS: Mapping[str, str] = {"sigma": "sigmoid", "Gamma": "gamma", "d": "differential"}


def name_or_call(cursor: Cursor, token: Token, declared: bool) -> Expression:
    """The name behind `token`, or the function of that name at what its parentheses hold. Raises NotationError."""
    primes = 0
    while (prime := cursor.accept("'", "″")) is not None:
        primes += 2 if prime.text == "″" else 1
    if cursor.at("(") and not declared and (primes or not (cursor.token.spaced and cursor.juxtaposition)):
        return _call(cursor, token, primes)
    if cursor.at("(") and (token.text in cursor.vocabulary.functions or _compares(cursor, token)):
        return _call(cursor, token, primes)
    if primes:
        transposed = f"{token.text}.T" if declared else f"{token.text}'(z)"
        fail("DC114", f"`{token.text}'` needs its argument", token.span, "a derivative of a function", transposed)
    return Name(token.text, token.span)


def _compares(cursor: Cursor, token: Token) -> bool:
    """Whether `delta(i,j)` stands here although something is called `delta`: no product has a comma."""
    following = [cursor.ahead(cursor.position + k) for k in range(1, 5)]
    kinds = [following[k].kind in ("name", "number") for k in (0, 2)]
    return token.text == "delta" and all(kinds) and [following[k].text for k in (1, 3)] == [",", ")"]


def _call(cursor: Cursor, token: Token, primes: int) -> Expression:
    opener = cursor.advance()
    quoted = _quoted(cursor) if token.text == "einsum" and cursor.at("'") else ()
    if quoted and cursor.accept(",") is None:
        cursor.unexpected("`,` and the operands")
    if token.text == "at" and not cursor.at(")"):
        arguments = _placed(cursor)
    else:
        arguments = (*quoted, *(() if cursor.at(")") or _is_option(cursor, cursor.position) else listed(cursor)))
    if cursor.at(",") and _is_option(cursor, cursor.position + 1):
        cursor.advance()
    options = _options(cursor) if _is_option(cursor, cursor.position) else ()
    stop = cursor.close(opener)
    name = token.text
    if name in LETTER_FUNCTIONS and name not in cursor.vocabulary.functions:
        name = LETTER_FUNCTIONS[name]
    elif name == "gamma" and name not in cursor.vocabulary.functions and not cursor.source(token.span).isascii():
        fail("DC120", "unknown name `γ`", token.span, "not declared", "declare it; the gamma function is `Γ(x)`")
    if name == "differential":
        arguments += held(cursor) or ()
        stop = cursor.tokens[cursor.position - 1].span
    return Call(name, arguments, primes, token.span.to(stop), options)


def _is_option(cursor: Cursor, position: int) -> bool:
    """Whether `stride=` stands at a position."""
    return cursor.ahead(position).kind == "name" and cursor.sign_at(position + 1, "=")


def _options(cursor: Cursor) -> tuple[tuple[str, Number], ...]:
    """`stride=2, padding=1`: whole numbers by their names, behind the arguments."""
    found: list[tuple[str, Number]] = []
    while True:
        if not _is_option(cursor, cursor.position):
            cursor.unexpected("an option such as `stride=2`")
        name = cursor.advance().text
        cursor.advance()
        token = cursor.advance()
        if token.kind != "number" or not token.text.isdecimal():
            fail("DC122", f"the option `{name}` is a whole number", token.span, "", f"{name}=1")
        found.append((name, Number(Fraction(token.text), token.span)))
        if cursor.accept(",") is None:
            return tuple(found)


def _placed(cursor: Cursor) -> tuple[Expression, ...]:
    """`dL/dw, w = 0`: an expression, and what stands where in it."""
    items = [cursor.expression()]
    while cursor.accept(",") is not None:
        items.append(cursor.expression())
        if cursor.accept("=", "==") is None:
            cursor.unexpected("`=` and what stands in its place", after_operand=True)
        items.append(cursor.expression())
    return tuple(items)


def _quoted(cursor: Cursor) -> tuple[Expression, ...]:
    """The letters of an einsum, which stand in quotes: a name that keeps them."""
    opener = cursor.advance()
    while not cursor.at("'"):
        if cursor.token.kind == "end":
            fail("DC103", "`'` is never closed", opener.span, "opened here", "add `'`")
        cursor.advance()
    span = opener.span.to(cursor.advance().span)
    return (Name(cursor.source(span), span),)


def listed(cursor: Cursor) -> tuple[Expression, ...]:
    """Expressions with commas between them, up to an option."""
    items = [cursor.expression()]
    while cursor.at(",") and not _is_option(cursor, cursor.position + 1):
        cursor.advance()
        items.append(cursor.expression())
    return tuple(items)
