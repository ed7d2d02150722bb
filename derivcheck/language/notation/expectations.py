"""Expectations: `E_{a ~ p}(R[a])` is Σ_a p[a] R[a], `E_{eps ~ normal}(x)` a mean over standard normal entries."""

from __future__ import annotations

from dataclasses import dataclass, replace

from derivcheck.language.notation.cursor import Cursor
from derivcheck.language.notation.syntax import (
    Binary,
    Call,
    Expression,
    Name,
    Reduction,
    Slice,
    Span,
    Subscript,
)
from derivcheck.language.notation.tokens import Token, fail

NORMAL = "normal"
NORMAL_MEAN = "normal_mean"
DRAWN = ("~", "∝", "∼")
SUM = 10
# Distributions that have a name and no rule here.
UNSUPPORTED = frozenset(
    {"uniform", "bernoulli", "binomial", "poisson", "gamma", "beta", "exponential", "laplace", "cauchy", "gumbel"}
)


@dataclass(frozen=True, slots=True)
class Drawn:
    """What an expectation is over: a letter, or a tensor of normal entries, and the distribution."""

    name: str
    distribution: Expression


def begins_expectation(cursor: Cursor, token: Token) -> bool:
    """Whether `E_a(`, `E_{a ~ p}(` stands here, and no quantity of that name."""
    stem, underscore, _ = token.text.partition("_")
    vocabulary = cursor.vocabulary
    return (
        stem == "E"
        and bool(underscore)
        and not vocabulary.declares(token.text)
        and token.text not in vocabulary.functions
    )


def expectation(cursor: Cursor) -> Expression:
    """`E_a(body)`, `E_{a}(body)`, `E_{a ~ p, b ~ q}(body)`: the first one is the outermost. Raises NotationError."""
    token = cursor.advance()
    written = cursor.source(token.span).partition("_")[2]
    drawn = [_declared(cursor, written, token.span)] if written else _braced(cursor, token)
    opener = cursor.accept("(", "[")
    if opener is None:
        cursor.unexpected(f"`(` after `{token.text}`")
    body = cursor.expression()
    span = token.span.to(cursor.close(opener))
    for one in reversed(drawn):
        body = mean(one, body, span)
    return body


def drawn_from(cursor: Cursor) -> Drawn | None:
    """`a ~ p`; None where nothing is drawn."""
    following = cursor.ahead(cursor.position + 1)
    if not cursor.at_name() or following.kind != "operator" or following.text not in DRAWN:
        return None
    name = cursor.advance().text
    cursor.advance()
    distribution = cursor.expression(SUM)
    _refuse_unsupported(cursor, distribution)
    return Drawn(name, distribution)


def _braced(cursor: Cursor, token: Token) -> list[Drawn]:
    opener = cursor.accept("{")
    if opener is None:
        fail("DC127", "an expectation is over something", token.span, "over what?", "E_{a ~ p}(...)")
    found: list[Drawn] = []
    while True:
        one = drawn_from(cursor)
        if one is None:
            if not cursor.at_name():
                cursor.unexpected("a letter and its distribution, as in `a ~ p`")
            name = cursor.advance()
            one = _declared(cursor, name.text, name.span)
        found.append(one)
        if cursor.accept(",") is None:
            break
    cursor.close(opener)
    return found


def _declared(cursor: Cursor, name: str, span: Span) -> Drawn:
    distribution = dict(cursor.vocabulary.distributions).get(name)
    if distribution is None:
        fail("DC127", f"the distribution of `{name}` is not known", span, "", f"E_{{{name} ~ p}}(...)")
    return Drawn(name, distribution)


def _refuse_unsupported(cursor: Cursor, distribution: Expression) -> None:
    name = distribution.function if isinstance(distribution, Call) else getattr(distribution, "name", "")
    if name in UNSUPPORTED and not cursor.vocabulary.declares(name):
        message = (
            f"expectations over `{name}` are not supported: over a declared tensor of probabilities, or `{NORMAL}`"
        )
        fail("DC127", message, distribution.span, "", "E_{a ~ p}(...) with p: {axes: n, given: simplex}")


def mean(drawn: Drawn, body: Expression, span: Span) -> Expression:
    if drawn.distribution == Name(NORMAL):
        return Call(NORMAL_MEAN, (body, Name(drawn.name, span)), 0, span)
    weight = _at(drawn.distribution, Name(drawn.name, span), span)
    return Reduction("sum", (drawn.name,), None, Binary("*", weight, body, span), span)


def _at(distribution: Expression, letter: Name, span: Span) -> Expression:
    """The probability of a letter: that of `Q[s,:]` is `Q[s,a]`."""
    if isinstance(distribution, Subscript) and any(isinstance(entry, Slice) for entry in distribution.entries):
        entries = tuple(letter if isinstance(entry, Slice) else entry for entry in distribution.entries)
        return replace(distribution, entries=entries)
    return Subscript(distribution, (letter,), span)
