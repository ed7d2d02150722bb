"""Names and functions: which of them a letter or word is, and what is applied to what."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from typing import NoReturn

from derivcheck.diagnostics.diagnostic import NotationError
from derivcheck.language.catalogue.reductions import BINDERS
from derivcheck.language.catalogue.refused import refusal
from derivcheck.language.latex import gradients, matrices, numbers, sums
from derivcheck.language.latex.applications import applied, primed
from derivcheck.language.latex.arguments import called_here, letters_here
from derivcheck.language.latex.cursor import RowCursor
from derivcheck.language.latex.elements import Element
from derivcheck.language.latex.forks import FUNCTION_REACH, NAME, Fork
from derivcheck.language.latex.quantities import ScriptReadings
from derivcheck.language.latex.scripts import Script, is_letter_t, is_transpose, slot_tree, take_scripts
from derivcheck.language.latex.unknowns import refuse_unknown
from derivcheck.language.latex.vocabulary import INDEXED_FUNCTIONS, POWERED_FUNCTIONS, stands_before
from derivcheck.language.notation.syntax import (
    Binary,
    Call,
    Expression,
    Name,
    Negate,
    Number,
    Span,
    Subscript,
    Transpose,
)
from derivcheck.language.tex.commands import FONTS
from derivcheck.language.tex.errors import fail

# With a sum in brackets behind them, a power may be the function's or the argument's.
REACHING = frozenset({"exp", "sin", "cos", "tan"})
CONTINUING = frozenset({"letter", "word", "number", "group", "fraction", "root", "grid"})


def phrase(reader: RowCursor) -> Expression | None:
    """A symbol of several tokens that begins here."""
    begin = reader.element.span
    found = reader.context.symbols.phrase(reader)
    if found is None:
        return None
    tree, function = found
    span = begin.to(reader.before.span)
    return _call(reader, function, (), 0, span) if function else tree


def named(reader: RowCursor) -> Expression:
    """A name with its scripts, or a function with its arguments. Raises NotationError."""
    begin = reader.element.span
    token, count = _word(reader)
    reader.position += count
    scripts, primes = take_scripts(reader)
    span = begin.to(scripts[-1].span) if scripts else begin.to(token.span)
    symbol = reader.context.symbols.scripted(reader, token, scripts, span)
    if symbol is not None and symbol.function:
        return _call(reader, symbol.function, symbol.rest, primes, span)
    quantity = ScriptReadings(
        reader, token, symbol.rest if symbol else scripts, span, tree=symbol.tree if symbol else None
    )
    if token.kind == "function" and symbol is None:
        return _function(reader, token, scripts, primes, span)
    tree = quantity.one()
    if tree is None and symbol is None:
        function = _named_function(reader, token, scripts)
        if function is not None:
            return _function(reader, token, scripts, primes, span)
    if tree is None and symbol is None and token.text == "J" and reader.at_group("("):
        found = gradients.jacobian(reader, token, scripts, span)
        if found is not None:
            return found
    if tree is None:
        letter = None if primes else numbers.letter(reader, token, scripts, span)
        problem = None if letter is not None and reader.letters else _unknown(reader, quantity, begin, primes)
        if letter is None and problem is not None:
            raise problem
        if letter is not None:
            if problem is not None:
                reader.context.numbered.setdefault(token.text, problem)
            return letter
    assert tree is not None
    if symbol is None:
        _refuse_two_fonts(reader, token, tree)
    if primes:
        tree = primed(reader, tree, token, primes, span)
    return applied(reader, tree) if _is_followed(reader) else tree


def _is_followed(reader: RowCursor) -> bool:
    """Whether a bracket stands behind a quantity that may hold what it depends on."""
    return reader.at_group("(") and reader.applies and not reader.letters and not reader.at_number()


def _refuse_two_fonts(reader: RowCursor, token: Element, tree: Expression) -> None:
    """Raise NotationError (DC171) where `\\mathbf{g}` and `g` in one formula would be one tensor: they may be two."""
    whole = tree.operand if isinstance(tree, Transpose) else tree
    name = reader.context.types.member(whole)
    if name is None or token.kind not in ("letter", "word"):
        return
    first = reader.context.fonts.setdefault(name, token)
    if first.face != token.face and first.spelling == token.spelling:
        styled = first if first.face else token
        shown = [reader.source(one.span) for one in (first, token)]
        macro = next((name for name, font in FONTS.items() if font.meaning == styled.face), "mathrm")
        fail(
            "DC171",
            f"`{shown[1]}` stands in two fonts: one tensor or two?",
            token.span,
            "another font before",
            f"symbols: {{'\\{macro}{{{styled.text}}}': {name}}}",
        )


def is_word(reader: RowCursor) -> bool:
    """Whether several letters here are one name."""
    return _word(reader)[1] > 1


def _word(reader: RowCursor) -> tuple[Element, int]:
    """The letters here that are one name: the whole run where it is known, else the first."""
    first = reader.element
    if first.kind != "letter" or len(first.text) > 1 or first.accent:
        return first, 1
    text, count, span = first.text, 1, first.span
    known: tuple[Element, int] | None = None
    names = reader.context.names
    while True:
        following = reader.ahead(count)
        single = following.kind == "letter" and len(following.text) == 1 and not following.accent
        digits = following.kind == "number" and following.text.isdigit() and not following.font
        if not (single or digits) or following.spaced:
            break
        text, count, span = text + following.text, count + 1, span.to(following.span)
        word = Element("word", text, span, first.spaced, "roman")
        function = names.function(word) is not None and not digits
        if names.declares(word) or function or reader.context.symbols.has_base(word):
            known = word, count
        if digits:
            break
    if known is None:
        return first, 1
    letters = [reader.ahead(k) for k in range(known[1])]
    if reader.context.symbols.has_base(known[0]):
        return known
    if names.is_value(known[0]) and all(t.kind == "letter" and names.is_value(t) for t in letters):
        shown = " ".join(t.text for t in letters)
        name = known[0].text
        fork = Fork(NAME, name, known[0].span, name, rf"\mathrm{{{name}}} or {shown}")
        return known if reader.context.choices.number(fork, 2) == 0 else (first, 1)
    return known


def _run(reader: RowCursor, begin: Span) -> tuple[str, Span]:
    """The letters that run together from a place on; with those in front of it where they spell nearly a name."""
    place = next(k for k, token in enumerate(reader.row) if token.span.start >= begin.start)
    start = stop = place
    while start and _runs_on(reader.row[start - 1]) and not reader.row[start].spaced:
        start -= 1
    while stop < len(reader.row) and _runs_on(reader.row[stop]) and (stop == place or not reader.row[stop].spaced):
        stop += 1
    whole, behind = ("".join(token.text for token in reader.row[k:stop]) for k in (start, place))
    if len(whole) > len(behind) and not reader.context.names.close_function(whole):
        start, whole = place, behind
    return whole, reader.row[start].span.to(reader.row[max(stop - 1, start)].span)


def _is_called(reader: RowCursor, whole: Span) -> bool:
    """Whether a bracket stands right behind a run of letters."""
    return any(one.is_group("(") and not one.spaced and one.span.start == whole.stop for one in reader.row)


def _runs_on(token: Element) -> bool:
    return token.kind == "letter" and len(token.text) == 1


def _unknown(reader: RowCursor, quantity: ScriptReadings, begin: Span, primes: int) -> NotationError:
    """What is said of a name that is not declared."""
    try:
        _refuse_name(reader, quantity, begin, primes)
    except NotationError as problem:
        return problem


def _refuse_name(reader: RowCursor, quantity: ScriptReadings, begin: Span, primes: int) -> NoReturn:
    token, span = quantity.base, quantity.span
    run, whole = _run(reader, begin)
    if len(run) > 2 and not reader.context.names.begins(token):
        names = reader.context.names
        if _is_called(reader, whole):
            _refuse_function(reader, Element("word", run, whole), whole)
        fail(
            "DC120",
            f"unknown name `{run}`",
            whole,
            "not declared",
            names.close(run) or f"symbols: {{'{run}': ...}}",
            (("known", names.known()),),
        )
    if (primes or reader.at_group("(")) and not reader.context.names.begins(token) and not token.accent:
        _refuse_function(reader, token, span)
    refuse_unknown(quantity)


def _refuse_function(reader: RowCursor, token: Element, span: Span) -> NoReturn:
    """Raise NotationError for a function without a rule (DC125), or without a meaning (DC124)."""
    name = token.text
    refused = refusal(name) or refusal(name.lower())
    if refused is not None and token.kind == "word":
        fail("DC125", f"`{name}` is no function here: it is {refused.about}", span, "", refused.instead)
    close = reader.context.names.close_function(name) if token.kind == "word" else ""
    help_ = rf"\text{{{close}}}" if close else f"functions: {{{name}: opaque}}"
    fail("DC124", f"unknown function `{reader.source(span)}`", span, "not declared", help_)


# --- functions ------------------------------------------------------------------------------------


def _named_function(reader: RowCursor, token: Element, scripts: Sequence[Script]) -> str | None:
    names = reader.context.names
    suffix = "".join(script.name or "" for script in scripts)
    if names.function(token) == "delta" and not reader.at_group("("):
        return None  # Kronecker's is read by its indices; alone it is a name that nobody declares
    return names.function(token) or (names.function(token, suffix) if suffix else None)


def _function(reader: RowCursor, token: Element, scripts: Sequence[Script], primes: int, span: Span) -> Expression:
    names = reader.context.names
    suffix = "".join(script.name or "" for script in scripts)
    own = names.function(token, suffix) if suffix else None
    if own is not None:
        return _call(reader, own, (), primes, span)
    function = names.function(token)
    if function is None:
        fail("DC124", f"unknown function `{token.text}`", span, "not in the catalogue", names.close(token.text))
    if function in BINDERS - INDEXED_FUNCTIONS and scripts and scripts[0].kind == "sub" and not primes:
        return sums.by_name(reader, function, scripts, span)
    return _call(reader, function, scripts, primes, span)


def _call(reader: RowCursor, function: str, scripts: Sequence[Script], primes: int, span: Span) -> Expression:
    """A function with the scripts on its name, and its arguments."""
    power: Expression | None = None
    index: Script | None = None
    base: Expression | None = None
    for script in scripts:
        if script.kind == "sup":
            power = _function_power(reader, function, script, span)
        elif script.kind == "sub" and function == "log" and not primes:
            base = _logarithm_base(reader, script)
        elif script.kind == "sub" and function in INDEXED_FUNCTIONS:
            index = script
        else:
            shown = reader.source(span)
            fail(
                "DC171",
                f"the script of the function `{shown}` has no reading",
                script.span,
                "a layer, or an index?",
                f"symbols: {{'{shown}': {function}}}",
            )
    tree = _with_arguments(reader, function, primes, span)
    if base is not None:
        tree = Binary("/", tree, Call("log", (base,), 0, base.span), tree.span)
    if index is not None:
        entries = tuple(slot_tree(reader, slot, index.span) for slot in index.slots)
        tree = Subscript(tree, entries, tree.span)
    return tree if power is None else Binary("**", tree, power, tree.span)


def _function_power(reader: RowCursor, function: str, script: Script, span: Span) -> Expression:
    shown = reader.source(span)
    text = script.name
    if script.is_bracketed or text is None or not text.isdigit() or function not in POWERED_FUNCTIONS:
        name = reader.source(Span(span.start, script.span.start))
        line, written = f"symbols: {{'{shown}': ...}}", "".join(element.text for element in script.inner)
        powers = {"-1": f"1 / {name}(z)", **({written: f"{name}(z)^{{{written}}}"} if written.isdigit() else {})}
        reader.refuse_both(
            script.span,
            "a power, a layer, a derivative or an inverse?",
            f"{powers[written]} for the power, or {line}" if written in powers else line,
            f"a power of {function}(..)",
            "a label, or the function applied again",
            message=f"the superscript of the function `{shown}` has no one reading",
        )
    return Number(Fraction(int(text)), script.span)


def _logarithm_base(reader: RowCursor, script: Script) -> Expression:
    inner = reader.part(script.row, script.span)
    inner.letters = False
    return inner.whole()


def _with_arguments(reader: RowCursor, function: str, primes: int, span: Span) -> Expression:
    if reader.at_group("(", "[", "\\{"):
        arguments, options = _arguments(reader, function)
        whole = span.to(reader.before.span)
        primes += _primes_behind(reader, function, arguments)
        if function in ("max", "min") and len(arguments) == 2 and isinstance(arguments[1], Number):
            arguments.reverse()  # behind, a number could be an axis; nobody writes one in LaTeX
        arguments = _raised(reader, function, arguments, whole)
        return Call(function, tuple(arguments), primes, whole, options)
    if not stands_before(function, reader.context.scope) or reader.at_end() or reader.element.kind == "keyword":
        fail(
            "DC114",
            f"`{reader.source(span)}` needs its argument",
            span,
            "a function of what?",
            f"{reader.source(span)}(z), or a tensor of that name: let: {{{function}: …}}",
        )
    begin = reader.position
    argument = reader.factor()
    shown = reader.source(span)
    fork = Fork(FUNCTION_REACH, shown, span, shown, rf"{shown}(..)")
    if _goes_on(reader, argument) and reader.context.choices.number(fork, 2):
        reader.position = begin
        argument = reader.term()
    return Call(function, (argument,), primes, span.to(argument.span))


def _arguments(reader: RowCursor, function: str) -> tuple[list[Expression], tuple[tuple[str, Number], ...]]:
    """The arguments in the bracket here, and the options; `diag(a_1, \\dots, a_n)` is of the vector that is listed."""
    if function == "window":
        return letters_here(reader), ()
    if function == "diag" and any(one.is_sign("…") for one in reader.element.inside):
        return [matrices.group(reader)], ()
    return called_here(reader)


def _raised(reader: RowCursor, function: str, arguments: list[Expression], span: Span) -> list[Expression]:
    """`\\log (1 - s)^2` is the square of a logarithm, or the logarithm of a square: the argument, perhaps with it."""
    bare = function == "log" or (function in REACHING and isinstance(arguments[0], Binary | Negate))
    if not bare or not reader.at_script("^") or len(arguments) > 1:
        return arguments
    script = reader.element
    if is_transpose(script.inside[0]) or is_letter_t(script.inside[0]):
        return arguments
    shown, name = reader.source(span), re.split(r"\\left|\(", reader.source(span))[0].strip()
    inner, raised = reader.source(arguments[0].span).strip("()"), reader.source(script.span)
    help_ = rf"\left({shown}\right){raised}, or {name}\left(({inner}){raised}\right)"
    if not reader.context.choices.number(Fork(FUNCTION_REACH, name, span, name, help_), 2):
        return arguments
    reader.advance()
    exponent = reader.part(script.inside, script.span).whole()
    return [Binary("**", arguments[0], exponent, arguments[0].span.to(script.span))]


def _goes_on(reader: RowCursor, argument: Expression) -> bool:
    """Whether more stands behind the argument of a function that could belong to it."""
    token = reader.element
    number = isinstance(argument, Number)  # in `\\log 2 \sum_k x_k` it is a coefficient
    if token.kind == "function" or token.is_sign("Σ", "Π"):
        return number
    if token.is_sign("|", "‖"):
        return token.text not in reader.bars
    return token.kind in CONTINUING or token.is_sign("/", "∂", "∇")


def _primes_behind(reader: RowCursor, function: str, arguments: Sequence[Expression]) -> int:
    """`\\sigma(x)'` is `\\sigma'(x)` where x is a name."""
    if not reader.at("'"):
        return 0
    first = reader.element
    if len(arguments) != 1 or not isinstance(arguments[0], Name | Subscript):
        fail(
            "DC114",
            "the prime stands behind the argument",
            first.span,
            "by the argument, or by what is inside it?",
            f"{function}'(..)",
        )
    count = 0
    while reader.accept("'") is not None:
        count += 1
    return count
