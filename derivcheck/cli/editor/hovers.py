"""What is told of what stands at a place, as Markdown: verdicts, derivatives, names, keys, codes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from derivcheck.cli.editor.context import context_at, taken_at
from derivcheck.cli.editor.desk import is_same
from derivcheck.cli.editor.names import DERIVED, KnownName, named, parts
from derivcheck.cli.editor.places import CODE, NAME, extent, line_at, statement_end, word_at
from derivcheck.cli.editor.tidings import verdict_text
from derivcheck.diagnostics.explain import page as explanation
from derivcheck.diagnostics.explain.pages import PAGES
from derivcheck.diagnostics.verdicts import ClaimResult, FormulaResult
from derivcheck.pipeline.results import FileResult
from derivcheck.report.evidence import finding, numbers, proof
from derivcheck.report.findings import own_claims
from derivcheck.report.page import Page
from derivcheck.spec import Spec
from derivcheck.spec.values import ChoiceValue, SectionValue
from derivcheck.statements.document.formats import format_of

PAGE = Page()
DERIVATIVE = re.compile(r"d\w+/d[^\W\d]\w*(?:\[\w+\])?")
Deriving = Callable[[str], "str | None"]


def hover(
    path: Path,
    lines: Sequence[str],
    line: int,
    column: int,
    spec: Spec | None,
    result: FileResult | None,
    derived: Deriving,
    cell: int = 0,
) -> str:
    """Everything that is known of a place; `derived` writes the derivative by a name."""
    told: list[str] = []
    if format_of(path) is None:
        told += _in_spec(lines, line, column, spec, derived)
    if result is not None:
        told += [_claim(one, result, derived) for one in claims_at(result, path, lines, line, column)]
        told += [_formula(one, result, derived) for one in formulas_at(result, path, line, column, cell)]
    return "\n\n---\n\n".join(told)


def claims_at(result: FileResult, path: Path, lines: Sequence[str], line: int, column: int) -> list[ClaimResult]:
    """The claims of a spec that a place is in; on the line of several, the one that it is in."""
    found = [
        claim
        for claim in own_claims(result)
        if claim.where is not None
        and is_same(claim.where.path, path)
        and claim.where.line <= line <= statement_end(claim.where, lines, result)
    ]
    inside = [one for one in found if one.where is not None and extent(one.where).holds(line, column)]
    return inside if len(found) > 1 else found


def formulas_at(result: FileResult, path: Path, line: int, column: int, cell: int = 0) -> list[FormulaResult]:
    """The formulas of a document that a place is in."""
    return [
        formula
        for formula in result.formulas
        if formula.where.cell == cell
        and is_same(formula.where.path, path)
        and extent(formula.where, formula.text).holds(line, column)
    ]


def _in_spec(lines: Sequence[str], line: int, column: int, spec: Spec | None, derived: Deriving) -> Iterator[str]:
    text = line_at(lines, line)
    code = word_at(CODE, text, column)
    if code:
        if code in PAGES:
            yield _fenced(explanation(code))
        return
    word = word_at(NAME, text, column)
    end = next((found.end() for found in NAME.finditer(text) if found.start() <= column - 1 <= found.end()), 0)
    context = context_at([*lines[: line - 1], text[:end]], line, end + 1)
    around = taken_at(context.keys) if context.is_key else None
    key = around.by_name.get(context.written) if isinstance(around, SectionValue) else None
    if key is not None:
        choices = f": {', '.join(key.takes.words)}" if isinstance(key.takes, ChoiceValue) else ""
        yield f"`{key.name}`{choices}" + (f" — {key.description}" if key.description else "")
        return
    for name in parts(word) if word and not context.is_comment else ():
        known = named(spec, name)
        if known:
            yield from (_known(one, name, derived) for one in known)
            return


def _known(one: KnownName, name: str, derived: Deriving) -> str:
    said = f"**{one.name}** ({one.kind}): `{one.about}`"
    form = derived(name if "[" in name else one.name) if one.kind in DERIVED else None
    return said + (f"\n{_fenced(form)}" if form else "")


def _claim(claim: ClaimResult, result: FileResult, derived: Deriving) -> str:
    """The verdict on a claim, what it was read as, what is derived, and what is wrong with it."""
    told = [f"**{claim.id}**: {verdict_text(claim)}"]
    if claim.ignored:
        told.append(f"ignored: {claim.ignored}")
    for link in claim.links if len(claim.links) > 1 else ():
        told.append(f"- {verdict_text(link)}: `{' '.join(link.text.split())}`")
    rows = [("read as", claim.reading), *_derived(claim, result, derived)]
    if claim.facts:
        rows.append(("given", ", ".join(claim.facts)))
    if claim.exact.equal is not None or claim.exact.reason:
        rows.append(("proof", proof(claim.exact, PAGE)))
    if claim.numeric.verdict != "not_run":
        rows.append(("numbers", numbers(claim.numeric, PAGE)))
    rows += [("note", text) for text in (claim.note, claim.reach, *claim.inferred) if text]
    found = None if claim.verdict in ("proved", "checked") else finding(claim)
    if found is not None:
        rows += [("", ""), (found.code or claim.verdict, found.message), *found.notes]
        rows += [("help", found.help)] if found.help else []
    return "\n\n".join(["\n".join(told), _fenced(_table(rows))])


def _table(rows: Sequence[tuple[str, str]]) -> str:
    width = max((len(name) for name, text in rows if text), default=0)
    indented = [(name, text.replace("\n", "\n" + " " * (width + 2))) for name, text in rows if text or not name]
    return "\n".join(f"{name:<{width}}  {text}".rstrip() for name, text in indented)


def _derived(claim: ClaimResult, result: FileResult, derived: Deriving) -> Iterator[tuple[str, str]]:
    """The derivatives of the loss that a claim speaks of, as they are derived."""
    loss = result.spec.loss.name.text if result.spec is not None and result.spec.loss is not None else ""
    found = {f"d{one.of}/d{one.wrt}": one.forms.matrix_unicode or one.forms.index_unicode for one in result.gradients}
    for name in dict.fromkeys(DERIVATIVE.findall(claim.reading)):
        of, wrt = name[1:].split("/d", 1)
        if name in found:
            yield "derived", f"∂{of}/∂{wrt} = {found[name]}"
        elif of == loss and (form := derived(wrt)) is not None:
            yield "derived", form.split("\n", 1)[0]


def _formula(formula: FormulaResult, result: FileResult, derived: Deriving) -> str:
    if formula.claim is not None and formula.standing == "judged":
        return _claim(formula.claim, result, derived)
    said = f"**{formula.known_as}**: {formula.standing}"
    if formula.claim is not None and formula.claim.reading:
        return f"{said}\n\n{_fenced(formula.claim.reading)}"
    if formula.reason is not None:
        said += f"\n\n{formula.reason.code}: {formula.reason.message}"
        said += f"\n{_fenced(formula.reason.help)}" if formula.reason.help else ""
    return said


def _fenced(text: str) -> str:
    return f"```text\n{text.rstrip()}\n```"
