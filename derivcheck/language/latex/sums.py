"""Sums, products and extrema over an index: their letters, over layers, of vectors, with dots."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from derivcheck.diagnostics.diagnostic import NotationError
from derivcheck.language.latex import patterns
from derivcheck.language.latex.conditions import condition_to_end
from derivcheck.language.latex.cursor import RowCursor
from derivcheck.language.latex.forks import LAYERS, Fork
from derivcheck.language.latex.limits import SumLimits, limited
from derivcheck.language.latex.scripts import Script, dimension_at, script_of
from derivcheck.language.lowering.ranges import check_members, label_letters, some_end
from derivcheck.language.notation.labels import label_value
from derivcheck.language.notation.syntax import (
    Binary,
    Call,
    Condition,
    Expression,
    Junction,
    Name,
    Negate,
    Number,
    Reduction,
    ReductionKind,
    Slice,
    Span,
    Subscript,
    Transpose,
)
from derivcheck.language.tex.errors import fail


@dataclass(frozen=True, slots=True)
class WrittenSummand:
    """A term of a sum; `tree` is None where dots stand."""

    minus: bool
    tree: Expression | None
    span: Span


# --- signs --------------------------------------------------------------------------------------


def signed(reader: RowCursor) -> Expression:
    """`\\sum_k`, `\\sum_{k=1}^{n}`, `\\sum_{k \\ne i}`, `\\prod_k`: over the product that follows.

    Raises NotationError: DC116 without its letter, DC119 limits that are not those of the letter.
    """
    sign = reader.advance()
    kind: ReductionKind = "sum" if sign.text == "Σ" else "prod"
    below: Script | None = None
    above: Script | None = None
    while reader.at_script():
        script = script_of(reader.advance())
        below, above = (script, above) if script.kind == "sub" else (below, script)
    if below is None:
        fail("DC116", "a sum needs its index letter", sign.span, "over which index?", r"\sum_k y_k")
    bound = _bound(reader, below)
    body = _summand(reader, bound, above)
    span = sign.span.to(body.span)
    repeats = _may_run_over_layers(reader, bound, above) and not patterns.mentions(body, bound.letters[0])
    if repeats or _runs_over_layers(reader, Reduction(kind, tuple(bound.letters), None, body, below.span)):
        return _over_layers(reader, kind, bound, above, below, body, span)
    found = _over_index(reader, kind, bound, above, below, body, span)
    if kind == "sum" and found.condition is None and found.ends is None and len(bound.letters) == 1:
        whole = _collected(reader, bound.letters[0], body)
        if whole is not None:
            return whole
    return found


def by_name(reader: RowCursor, function: str, scripts: Sequence[Script], span: Span) -> Expression:
    """`\\max_k z_k`, `\\operatorname{mean}_{k=1}^{n} z_k`. Raises NotationError (DC116, DC119)."""
    below, *others = scripts
    bound = _bound(reader, below)
    above = others[0] if others else None
    letter = bound.letters[0]
    shown = rf"\{function}" if function in ("max", "min") else rf"\operatorname{{{function}}}"
    if len(others) > 1 or (above is not None and (above.kind != "sup" or bound.lower is None)):
        fail(
            "DC119",
            f"the script behind the letter of `{function}` has no reading",
            others[-1].span,
            "an upper limit needs the lower one, a power a bracket",
            rf"{shown}_{{{letter}=1}}^{{n}} z_{letter}, or ({shown}_{letter} z_{letter})^2",
        )
    body = _body(reader, bound, factor=reader.at_group("("))
    return _over_index(reader, function, bound, above, below, body, span.to(body.span))


def _over_index(
    reader: RowCursor,
    kind: ReductionKind,
    bound: SumLimits,
    above: Script | None,
    below: Script,
    body: Expression,
    span: Span,
) -> Reduction:
    """Over a dimension or a part of it; a letter that indexes nothing by itself, `x_{2t+r-2}`, has its limits."""
    letter, tests = bound.letters[0], [] if bound.test is None else [bound.test]
    given = above is not None and bound.lower is not None and patterns.mentions(body, letter)
    if given and reader.context.types.letter_dimension(letter, body, *tests) is None:
        assert above is not None and bound.lower is not None
        return Reduction(kind, (letter,), bound.test, body, span, _ends(reader, bound.lower, above))
    return Reduction(kind, tuple(bound.letters), limited(reader, bound, above, below, body), body, span)


def _body(reader: RowCursor, bound: SumLimits, factor: bool = False, layers: bool = False) -> Expression:
    context = reader.context
    count, labels = len(context.bound), len(context.labels.bound)
    context.bound += bound.letters
    context.labels.bound += bound.letters if layers else []
    negative = reader.accept("-")
    body = reader.factor() if factor else reader.term()
    del context.bound[count:]
    del context.labels.bound[labels:]
    return body if negative is None else Negate(body, negative.span.to(body.span))


def _bound(reader: RowCursor, script: Script) -> SumLimits:
    """Read what stands below the sign."""
    inner = reader.part(script.row, script.span)
    inner.letters = True
    letters = _letters(inner)
    if letters and inner.at_end():
        return SumLimits(letters)
    if letters and inner.accept(":", "|") is not None:
        return SumLimits(letters, None, condition_to_end(inner))
    if len(letters) == 1 and inner.accept("=") is not None:
        lower = inner.expression()
        test = condition_to_end(inner) if inner.accept(",") is not None else None
        if not inner.at_end():
            inner.unexpected("the end of the limits")
        return SumLimits(letters, lower, test)
    if letters and inner.at("∈"):
        fail("DC116", "a sum over a set is not read", script.span, "over which index?", r"\sum_k, or \sum_{k \ne i}")
    inner = reader.part(script.row, script.span)
    inner.letters = True
    test = condition_to_end(inner)
    first: Condition = test
    while isinstance(first, Junction):
        first = first.left
    if not isinstance(first.left, Name):
        fail("DC116", "a sum needs its index letter", script.span, "over which index?", r"\sum_{k \ne i}")
    return SumLimits([first.left.name], None, test)


def _letters(inner: RowCursor) -> list[str]:
    """The letters at the beginning, `i, j`, `ij`, `i_1`."""
    found: list[str] = []
    while inner.element.kind == "letter" and not inner.element.accent:
        name = inner.advance().text
        if inner.at_script("_") and [one.kind for one in inner.element.inside] == ["number"]:
            name += inner.advance().inside[0].text
        found.append(name)
        if inner.at(",") and inner.ahead().kind == "letter":
            inner.advance()
    return found


# --- sums over layers ---------------------------------------------------------------------------


def _summand(reader: RowCursor, bound: SumLimits, above: Script | None) -> Expression:
    """What is summed; a letter that is only perhaps a label is one where it can be no index."""
    layers = _may_run_over_layers(reader, bound, above)
    if layers and bound.letters[0] not in reader.context.scope.labels:
        begin = reader.position
        try:
            return _body(reader, bound)
        except NotationError:
            reader.position = begin
    return _body(reader, bound, layers=layers)


def _may_run_over_layers(reader: RowCursor, bound: SumLimits, above: Script | None) -> bool:
    """Whether the letter is declared as a label, or has limits that are labels."""
    context = reader.context
    if len(bound.letters) != 1 or not context.scope.labels:
        return False
    if above is None or bound.lower is None:
        return bound.letters[0] in context.scope.labels
    size = dimension_at(reader, above.row, above.span)
    return (size is None or isinstance(size, Number)) and all(
        label_value(end, {**dict.fromkeys(context.labels.bound, 1), **context.labels.given}) is not None
        for end in _ends(reader, bound.lower, above)
    )


def _ends(reader: RowCursor, lower: Expression, above: Script) -> tuple[Expression, Expression]:
    inner = reader.part(above.row, above.span)
    inner.letters = True
    return lower, inner.whole()


def _runs_over_layers(reader: RowCursor, tree: Reduction) -> bool:
    scope = reader.context.scope
    return len(tree.letters) == 1 and bool(scope.labels) and bool(label_letters(tree, scope))


def _over_layers(
    reader: RowCursor,
    kind: ReductionKind,
    bound: SumLimits,
    above: Script | None,
    below: Script,
    body: Expression,
    span: Span,
) -> Expression:
    """`\\sum_{t=1}^{T}`, `\\sum_t` over the label of a family. Raises NotationError (DC119)."""
    letter, scope = bound.letters[0], reader.context.scope

    def over(first: str, last: str) -> str:
        return rf"\{kind}_{{{letter}={first}}}^{{{last}}}"

    ends = None
    if above is not None and bound.lower is not None:
        ends = _ends(reader, bound.lower, above)
    elif above is not None or bound.lower is not None:
        fail(
            "DC119",
            "the sum over layers has one limit only",
            below.span if above is None else above.span,
            "up to where?" if above is None else "from where?",
            over("1", some_end(scope)),
        )
    elif letter not in scope.labels:
        fail(
            "DC119",
            f"`{letter}` is no declared label: from where to where does it run?",
            below.span,
            "no limits",
            over("1", some_end(scope)),
        )
    found = Reduction(kind, (letter,), bound.test, body, span, ends)
    check_members(found, scope, reader.context.labels.given, over)
    if kind == "sum" or not patterns.mentions(body, letter):
        return found
    shape = reader.context.types(body)
    if shape is None or shape.is_scalar:
        return found
    turned = Transpose(replace(found, body=Transpose(body, body.span)), span)
    return reader.context.choices.take(Fork(LAYERS, str(span), span), found, turned)


# --- sums of vectors ------------------------------------------------------------------------------


def _collected(reader: RowCursor, letter: str, body: Expression) -> Expression | None:
    """A sum over columns as one product: Σ_m D[:,m] is sum(D, M), Σ_m D[:,m] A[:,m]ᵀ is D Aᵀ."""
    shape = reader.context.types(body)
    if shape is None or shape.is_scalar:
        return None
    match body:
        case Negate(operand):
            inner = _collected(reader, letter, operand)
            return None if inner is None else Negate(inner, body.span)
        case Binary("*", left, right) if not patterns.mentions(left, letter):
            inner = _collected(reader, letter, right)
            return None if inner is None else Binary("*", left, inner, body.span)
        case Binary("/", left, right) if not patterns.mentions(right, letter):
            inner = _collected(reader, letter, left)
            return None if inner is None else Binary("/", inner, right, body.span)
        case Binary("@", left, Transpose(right)):
            first, second = _columns(left, letter), _columns(right, letter)
            if first is not None and second is not None:
                return Binary("@", first, Transpose(second, right.span), body.span)
            return None
        case _:
            whole = _columns(body, letter)
            return None if whole is None else Call("sum", (whole, Number(Fraction(2))), 0, body.span)


def _columns(tree: Expression, letter: str) -> Expression | None:
    """The matrix whose columns a tree is, `D` for `D[:,m]`."""
    match tree:
        case Subscript(base, (Slice(), Name(name))) if name == letter:
            return base
        case _:
            return None


# --- dots ---------------------------------------------------------------------------------------


def dotted(reader: RowCursor, terms: Sequence[WrittenSummand]) -> Expression:
    """`e_1 + e_2 + \\dots + e_n` as a sum over an index. Raises NotationError (DC173)."""
    place = next(k for k, term in enumerate(terms) if term.tree is None)
    before, after = list(terms[:place]), list(terms[place + 1 :])
    dots = terms[place].span
    trees = [term.tree for term in (*before, *after) if term.tree is not None]
    minus = {term.minus for term in terms}
    if len(before) < 2 or len(after) != 1 or len(trees) != len(terms) - 1 or len(minus) > 1:
        fail(
            "DC173",
            "the dots of the sum have no pattern",
            dots,
            "two terms before them and the last one after",
            r"y_1 + y_2 + \dots + y_n",
        )
    cells = [patterns.ShownEntry(k + 1 if k < len(before) else None, 1, tree) for k, tree in enumerate(trees)]
    letter = patterns.unused(trees, "k")
    body = patterns.general(reader, cells, (letter, ""), dots)
    span = terms[0].span.to(terms[-1].span)
    found = Reduction("sum", (letter,), None, body, span)
    return Negate(found, span) if minus == {True} else found
