"""A LaTeX text as the equations that it says: one, or a derivation of several."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from derivcheck.language.latex.equations import Sentence
from derivcheck.language.lowering.scope import Scope
from derivcheck.language.notation.syntax import Equation, Span
from derivcheck.language.tex.errors import fail
from derivcheck.language.tex.parser import parse_tex
from derivcheck.language.tex.statements import Chain, chains

NOTHING: Mapping[str, str] = {}
NO_LABELS: Mapping[str, int] = {}


def parse_latex(
    text: str,
    scope: Scope,
    symbols: Mapping[str, str] = NOTHING,
    macros: Mapping[str, str] = NOTHING,
    labels: Mapping[str, int] = NO_LABELS,
) -> Equation:
    """The syntax tree of one equation or chain `A = B = C`, its spans in the LaTeX text.

    `symbols` maps spellings of the document to the plain notation, `W^{l}` to `W[l]` for
    any label; `macros` its own macros to their bodies; `labels` gives the labels of
    families that are known, and numbers for them. Raises NotationError.
    """
    found = _stated(text, macros)
    problem = next((chain.problem for chain in found if chain.problem is not None), None)
    if problem is not None:
        raise problem
    if len(found) > 1:
        extra = next((chain for chain in found[1:] if not chain.remark), found[1])
        fail("DC176", "a second equation stands in the formula", extra.span, "which of them?", "a formula for each")
    return Sentence(text, scope, symbols, macros, labels).equation(found[0].row)


def parse_latex_derivation(
    text: str,
    scope: Scope,
    symbols: Mapping[str, str] = NOTHING,
    macros: Mapping[str, str] = NOTHING,
    labels: Mapping[str, int] = NO_LABELS,
) -> tuple[Equation, ...]:
    """The chains of a formula of several lines, each line continuing the one above. Raises NotationError."""
    sentence = Sentence(text, scope, symbols, macros, labels)
    return tuple(replace(sentence.equation(one.row), follows=one.follows) for one in _stated(text, macros))


def _stated(text: str, macros: Mapping[str, str]) -> list[Chain]:
    found = chains(parse_tex(text, macros))
    if not found:
        fail("DC109", "the formula is empty", Span(0, len(text)), "expected an equation")
    return found
