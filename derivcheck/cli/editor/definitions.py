"""Where what is spoken of is declared."""

from __future__ import annotations

import re
from collections.abc import Sequence

from derivcheck.cli.editor.names import KnownName, declared, in_latex, named, parts
from derivcheck.cli.editor.places import NAME, line_at, word_at
from derivcheck.diagnostics.diagnostic import Where
from derivcheck.spec import Spec

LATEX_NAME = re.compile(r"\\[A-Za-z]+(?:\{[^{}]*\})?(?:[_^](?:\{[^{}]*\}|\\?\w))*|[A-Za-z](?:[_^](?:\{[^{}]*\}|\w))*")


def definitions(lines: Sequence[str], line: int, column: int, spec: Spec | None, is_document: bool) -> list[Where]:
    """The declarations of the name at a place."""
    if spec is None:
        return []
    text = line_at(lines, line)
    found: list[KnownName] = []
    if is_document:
        found = _of_latex(text, column, spec)
    else:
        for name in parts(word_at(NAME, text, column)):
            found = found or named(spec, name)
    return [one.where for one in found if one.where is not None]


def _of_latex(text: str, column: int, spec: Spec) -> list[KnownName]:
    """What a name in LaTeX means: as the sidecar spells it, as derivcheck writes it, or by its letters."""
    spelled = [(name.name.text, name.text.text) for name in (*spec.symbols, *spec.macros)]
    for key, value in sorted(spelled, key=lambda pair: -len(pair[0])):
        if any(match.start() <= column - 1 <= match.end() for match in re.finditer(re.escape(key), text)):
            return named(spec, value)
    word = word_at(LATEX_NAME, text, column)
    if not word:
        return []
    written = {re.sub(r"[{}]", "", tex): about.split(",")[0] for tex, about in in_latex(spec)}
    known = written.get(re.sub(r"[{}]", "", word))
    letters = re.sub(r"\\(?:mathbf|boldsymbol|mathrm|mathit|mathcal|bm)\b|\\left|\\right", "", word)
    plain = re.sub(r"[\\{}_^() ]", "", letters)
    stem = re.sub(r"[_^].*", "", letters).strip("\\{} ")
    own = {one.name.partition("[")[0] for one in declared(spec)}
    for name in (known, plain, stem):
        if name and name.partition("[")[0] in own:
            return named(spec, name)
    return []
