"""What may follow where somebody is writing: keys, choices, facts, codes, names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from derivcheck.cli.editor.context import WritingContext, context_at, taken_at
from derivcheck.cli.editor.names import catalogue, declared, derivatives, in_latex
from derivcheck.cli.editor.places import line_at
from derivcheck.diagnostics.explain.pages import PAGES
from derivcheck.diagnostics.verdicts import FormulaResult
from derivcheck.spec import Spec
from derivcheck.spec.facts.table import KINDS
from derivcheck.spec.ignores import CODE
from derivcheck.spec.quantities import AxesValue, FactsValue, ProvisionsValue
from derivcheck.spec.values import ChoiceValue, MappingValue, SectionValue, SwitchValue, Taken, TextValue

Kind = Literal["key", "choice", "fact", "code", "name", "function"]
WORD = re.compile(r"[^\W\d]?\w*$")
FRACTION = re.compile(r"[d∂][^\W\d]\w*/?(?:[d∂]\w*)?$")
COMMAND = re.compile(r"\\[A-Za-z]*$|[A-Za-z]*$")
FILES = ("extends", "file", "files")
IGNORES = re.compile(r"#\s*derivcheck:\s*ignore\s*\[[^\]]*$")
MATH = re.compile(r"\\(?:begin|end)\{(?:equation|align|gather|multline|displaymath|math)\*?\}|\\[\[\]()]|\$\$?")


@dataclass(frozen=True, slots=True)
class Completion:
    """A text in the place of the last `replaces` characters."""

    text: str
    kind: Kind
    about: str
    replaces: int


def in_a_spec(
    lines: Sequence[str], line: int, column: int, spec: Spec | None, formulas: Sequence[FormulaResult] = ()
) -> list[Completion]:
    """What may be written at a place of a spec; `formulas` are those of its document."""
    context = context_at(lines, line, column)
    if context.is_comment:
        return list(_codes(context.written)) if IGNORES.search(context.written) else []
    if context.is_key:
        return list(_keys(context, formulas))
    return list(_values(context, spec))


def _keys(context: WritingContext, formulas: Sequence[FormulaResult]) -> Iterator[Completion]:
    taken = taken_at(context.keys)
    size = len(context.written)
    if isinstance(taken, SectionValue):
        for key in taken.keys:
            yield Completion(f"{key.name}: ", "key", key.description or f"of {taken.into.__name__}", size)
    elif isinstance(taken, FactsValue):
        yield from _facts(size)
    elif isinstance(taken, MappingValue) and context.keys[:1] == ("document",):
        for formula in formulas:
            yield Completion(f"{formula.known_as}: ", "name", " ".join(formula.text.split()), size)


def _values(context: WritingContext, spec: Spec | None) -> Iterator[Completion]:
    taken = _short(taken_at(context.keys))
    found = WORD.search(context.written)
    size = len(found[0]) if found is not None else 0
    if context.keys[-1:] == ("code",):
        yield from _codes(context.written)
    elif isinstance(taken, ChoiceValue):
        yield from (Completion(word, "choice", "", size) for word in taken.words)
    elif isinstance(taken, SwitchValue):
        yield from (Completion(word, "choice", "", size) for word in ("true", "false"))
    elif isinstance(taken, FactsValue):
        yield from _facts(size)
    elif isinstance(taken, AxesValue):
        own = declared(spec) if spec is not None else []
        yield from (Completion(one.name, "name", one.about, size) for one in own if one.kind == "dimension")
        yield Completion("scalar", "choice", "no axes", size)
    elif context.keys[-1:] == ("latex",):
        yield from _in_latex(context.written, spec)
    elif taken is not None and _is_formula(taken, context.keys[-1]):
        yield from _names(context.written, spec)
        if isinstance(taken, ProvisionsValue):
            yield from _facts(size)


def _is_formula(taken: Taken, key: str) -> bool:
    """Whether a value speaks of names: no remark does, and no name of a file."""
    return not (isinstance(taken, TextValue) and not taken.placed) and key not in FILES


def _short(taken: Taken | None) -> Taken | None:
    """What a value by itself is of a section that has a short form."""
    return taken.by_name[taken.short].takes if isinstance(taken, SectionValue) and taken.short else taken


def _names(written: str, spec: Spec | None) -> Iterator[Completion]:
    word, fraction = WORD.search(written), FRACTION.search(written)
    size = len(word[0]) if word is not None else 0
    if spec is not None:
        if fraction is not None:
            whole = len(fraction[0])
            yield from (Completion(name, "name", "a derivative", whole) for name in derivatives(spec))
            if "/" in fraction[0]:
                return
        yield from (Completion(one.name, "name", one.about, size) for one in declared(spec))
    yield from (Completion(one.name, "function", one.about, size) for one in catalogue())


def _facts(size: int) -> Iterator[Completion]:
    yield from (Completion(fact.name, "fact", fact.formula.format("y"), size) for fact in KINDS)


def _codes(written: str) -> Iterator[Completion]:
    found = WORD.search(written)
    size = len(found[0]) if found is not None else 0
    for code, page in sorted(PAGES.items()):
        if CODE.fullmatch(code):
            yield Completion(code, "code", page.title, size)


def in_a_document(lines: Sequence[str], line: int, column: int, spec: Spec | None) -> list[Completion]:
    """The names of its spec as LaTeX writes them, where a formula is being written."""
    before = line_at(lines, line)[: column - 1]
    if spec is None or not _in_math([*lines[: line - 1], before]):
        return []
    return list(_in_latex(before, spec))


def _in_latex(written: str, spec: Spec | None) -> Iterator[Completion]:
    found = COMMAND.search(written)
    size = len(found[0]) if found is not None else 0
    texts = dict(in_latex(spec)) if spec is not None else {}
    yield from (Completion(text, "name", about, size) for text, about in texts.items())


def _in_math(lines: Sequence[str]) -> bool:
    """Whether a text ends inside of a formula. A dollar that is none ends with its paragraph."""
    inside = ""
    for text in lines:
        if not text.strip() and inside == "$":
            inside = ""
        for sign in MATH.findall(re.sub(r"\\\\|\\\$|`[^`]*`", "", text)):
            if inside in ("$", "$$"):
                inside = "" if sign == inside else inside
            elif sign.startswith(("\\end", "\\]", "\\)")):
                inside = ""
            else:
                inside = sign
    return bool(inside)
