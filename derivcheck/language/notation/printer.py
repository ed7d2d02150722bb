"""A syntax tree as text: plain, Unicode or LaTeX."""

from __future__ import annotations

from derivcheck.language.notation.brackets import stretched
from derivcheck.language.notation.plain import Numbers, Plain
from derivcheck.language.notation.syntax import Equation, Expression, Slice
from derivcheck.language.notation.typeset import Latex
from derivcheck.language.notation.unicode import Unicode
from derivcheck.language.notation.vocabulary import NOTHING_DECLARED, Vocabulary


def to_plain(tree: Expression | Slice | Equation, vocabulary: Vocabulary = NOTHING_DECLARED) -> str:
    """ASCII text that parses back to the same tree where that is declared."""
    return Plain(vocabulary=vocabulary).show(tree)


def to_unicode(
    tree: Expression | Equation, scalars: Numbers = frozenset(), families: frozenset[str] = frozenset()
) -> str:
    """Text with ᵀ ⊙ ∂ Σ and Greek letters; it parses back to the same meaning.

    `scalars` are numbers, names and products; what stands in brackets behind a family is a label, no index.
    """
    return Unicode(scalars, families).show(tree)


def to_latex(
    tree: Expression | Equation,
    scalars: Numbers = frozenset(),
    families: frozenset[str] = frozenset(),
    spelled: frozenset[str] = frozenset(),
) -> str:
    """LaTeX source without surrounding dollars, for KaTeX and MathJax; `scalars` and `families` as in to_unicode.

    Names in `spelled` are written in full, `z1` for `z_1`, where the latter would be an entry of z.
    """
    return stretched(Latex(scalars, families, spelled).show(tree))
