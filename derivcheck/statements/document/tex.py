"""The formulas of a LaTeX document."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from derivcheck.diagnostics.diagnostic import DerivcheckError, Diagnostic, Where
from derivcheck.statements.document.asides import latex_asides
from derivcheck.statements.document.definitions import Definitions
from derivcheck.statements.document.dollars import unpaired
from derivcheck.statements.document.leftovers import FOUND, leftovers
from derivcheck.statements.document.passages import Found, Kind, Manuscript, Passage, label_of, missing, with_head
from derivcheck.statements.document.projects import project
from derivcheck.statements.document.sentences import in_sentences
from derivcheck.statements.document.sheets import Sheet, Span, closing, masked
from derivcheck.statements.document.wrappers import wrapped

ENVIRONMENTS = frozenset(
    {
        "align",
        "align*",
        "aligned",
        "alignat",
        "alignat*",
        "displaymath",
        "eqnarray",
        "eqnarray*",
        "equation",
        "equation*",
        "flalign",
        "flalign*",
        "gather",
        "gather*",
        "math",
        "multline",
        "multline*",
        "split",
        "IEEEeqnarray",
        "IEEEeqnarray*",
        "dmath",
        "dmath*",
    }
)
BEGINNING = re.compile(r"\\begin\s*\{document\}")


def tex_manuscript(text: str, path: str) -> Manuscript:
    """What the library finds between dollars and in environments, then what opens mathematics by itself.

    The files that it puts in, and packages of its own folder, are read where it names them.
    Raises DerivcheckError (DC620, DC621).
    """
    try:
        # An extra.
        from pylatexenc.latexwalker import LatexWalker, LatexWalkerError
    except ImportError:
        raise missing("LaTeX", "pylatexenc", path) from None
    text, parts = project(text, path)
    whole = Sheet(text, path, parts)
    words = masked(text, latex_asides(text))
    defined = Definitions(whole, words, True)
    words = masked(words, defined.spans)
    found: list[Found] = []
    covered: list[Span] = []
    for one in wrapped(words, defined):
        if any(begin <= one.whole[0] < end for begin, end in covered):
            continue
        covered.append(one.whole)
        source = whole.at(*(one.whole if one.stray else one.inside))
        label = label_of(text[slice(*one.whole)])
        found.append((*one.inside, Passage("inline" if one.inline else "display", source, label, one.stray)))
    plain = masked(words, covered)
    plain = masked(plain, list(unpaired(plain)))
    try:
        nodes, _, _ = LatexWalker(plain, tolerant_parsing=True).get_latex_nodes()
    except (LatexWalkerError, RecursionError, IndexError) as problem:
        raise DerivcheckError(
            Diagnostic(
                "DC621",
                f"the LaTeX of the document is not read: {str(problem).splitlines()[0]}",
                Where(path, 1, 1, 1, whole.lines[0]),
            )
        ) from None
    for around, inside, kind in _mathematics(nodes, plain):
        covered.append(around)
        source = whole.at(*inside)
        found.append((*inside, Passage(kind, source, label_of(source.text))))
    beginning = BEGINNING.search(words)
    rest = masked(words, covered, FOUND)
    found += leftovers(rest, whole, beginning.end() if beginning else 0, True)
    head = "\n".join(match[1] for match in re.finditer(r"^%[ \t]*(\w+:.*)$", text, re.MULTILINE))
    passages = in_sentences(found, whole, words, True)
    return with_head(Manuscript(path, text, passages, tuple(defined.macros), parts=parts), head)


def _mathematics(nodes: Sequence[Any], text: str) -> list[tuple[Span, Span, Kind]]:
    """The formulas of a tree: with the marks around them, and without."""
    # An extra.
    from pylatexenc.latexwalker import LatexEnvironmentNode, LatexMathNode

    made: list[tuple[Span, Span, Kind]] = []

    def walk(nodes: Sequence[Any]) -> None:
        for node in nodes:
            if node is None:
                continue
            around = (node.pos, node.pos + node.len)
            if isinstance(node, LatexMathNode):
                opener, closer = node.delimiters
                inside = (around[0] + len(opener), around[1] - len(closer))
                made.append((around, inside, "display" if node.displaytype == "display" else "inline"))
            elif isinstance(node, LatexEnvironmentNode) and node.environmentname in ENVIRONMENTS:
                made.append((around, around, "display"))
            elif getattr(node, "macroname", "") == "ensuremath" and (braced := _braced(text, node.pos)):
                made.append(((node.pos, braced[1] + 1), braced, "inline"))
            else:
                walk(getattr(node, "nodelist", None) or ())
                arguments = getattr(node, "nodeargd", None)
                walk((arguments.argnlist if arguments is not None else None) or ())

    walk(nodes)
    return made


def _braced(text: str, position: int) -> Span | None:
    """What stands in the braces behind a macro."""
    match = re.compile(r"\\[A-Za-z]+\s*\{").match(text, position)
    stop = closing(text, match.end() - 1) if match else -1
    return (match.end(), stop) if match and stop >= 0 else None
