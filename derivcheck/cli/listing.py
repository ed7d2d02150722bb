"""`derivcheck list` and `derivcheck explain`: what there is, what a code means, and the reference by topics."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from enum import Enum
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from derivcheck.cli.completion import complete_page
from derivcheck.diagnostics.diagnostic import DerivcheckError, Diagnostic

if TYPE_CHECKING:
    from derivcheck.report.page import Page
    from derivcheck.spec import Spec

Rows = list[dict[str, str]]
WIDEST = 42


class Listed(str, Enum):  # noqa: UP042 - Typer reads the values
    functions = "functions"
    layers = "layers"
    losses = "losses"
    operations = "operations"
    facts = "facts"
    codes = "codes"
    claims = "claims"
    specs = "specs"


class ListFormat(str, Enum):  # noqa: UP042
    text = "text"
    json = "json"


def list_names(
    kind: Annotated[Listed | None, typer.Argument(help="What to list; all that formulas may use by default.")] = None,
    specs: Annotated[
        list[Path] | None,
        typer.Argument(help="For claims and specs: spec files or folders; what is found here by default."),
    ] = None,
    format: Annotated[ListFormat, typer.Option("--format", help="How to write.")] = ListFormat.text,
    ascii: Annotated[bool, typer.Option("--ascii", help="ASCII only, whatever the terminal can show.")] = False,
) -> int:
    """List the functions, layers, losses and operations of formulas, the facts, the codes, specs, or their claims."""
    of_specs = {Listed.claims: claim_rows, Listed.specs: title_rows}
    if specs and kind not in of_specs:
        wanted = f"derivcheck list claims {specs[0]}"
        raise DerivcheckError(Diagnostic("DC684", "only `list claims` and `list specs` take specs", help=wanted))
    kinds = (kind,) if kind is not None else (Listed.functions, Listed.layers, Listed.losses, Listed.operations)
    unreadable: list[Diagnostic] = []
    found = {one.value: of_specs[one](specs or [], unreadable) if one in of_specs else name_rows(one) for one in kinds}
    _write(found, format, ascii)
    for diagnostic in unreadable:
        from derivcheck.report.page import page_for
        from derivcheck.report.text import write_diagnostic

        write_diagnostic(diagnostic, sys.stderr, page_for(sys.stderr, ascii_only=ascii))
    return 2 if unreadable else 0


def explain(
    topic: Annotated[
        str,
        typer.Argument(
            help="A topic such as language, or a code such as DC203; all topics where none is given.",
            autocompletion=complete_page,
        ),
    ] = "",
    claim: Annotated[
        str, typer.Option("--claim", metavar="FILE:LABEL", help="Explain the mistake of this claim.")
    ] = "",
) -> int:
    """Explain a topic, or a code: what it means, an example that fails with it, and the repair.

    With --claim, one mistake: what was done, why it fails, the numbers, and what to check next time.
    """
    from derivcheck.diagnostics.explain import page as explanation
    from derivcheck.diagnostics.explain.topics import TOPICS, title
    from derivcheck.report.page import page_for

    page = page_for(sys.stdout)
    if claim:
        for line in _tutored(claim, topic.strip().upper(), page):
            _write_line(line, page)
        return 0
    if not topic:
        _write_rows([{"name": name, "about": title(name)} for name in TOPICS], page)
        typer.echo()
        _write_line("codes: derivcheck list codes, derivcheck explain DC203", page)
        return 0
    for line in explanation(topic.strip()).splitlines():
        _write_line(page.show(line), page, len(line) - len(line.lstrip()) + 2)
    return 0


def _tutored(claim: str, code: str, page: Page) -> list[str]:
    """The mistake of the claim `FILE:LABEL`. Raises DerivcheckError (DC611, DC617)."""
    from derivcheck.diagnostics.diagnostic import DerivcheckError, Diagnostic
    from derivcheck.diagnostics.explain import page as explanation
    from derivcheck.diagnostics.explain.pages import PAGES
    from derivcheck.pipeline.verification import verify_file
    from derivcheck.report.tutoring import tutored
    from derivcheck.spec.selection import Selection

    if code and code not in PAGES:
        explanation(code)
    path, _, label = claim.rpartition(":")
    found = verify_file(path, selection=Selection(f"'{label}'")) if path and label and "'" not in label else None
    if found is not None and found.error is not None:
        raise DerivcheckError(found.error)
    judged = [one for one in found.claims if one.id == label] if found is not None else []
    if not judged:
        labels = ", ".join(one.id for one in verify_file(path).claims) if found is not None else ""
        notes = (("claims", labels),) if labels else ()
        raise DerivcheckError(
            Diagnostic("DC617", f"there is no claim `{claim}`", notes=notes, help="--claim FILE:LABEL")
        )
    return tutored(judged[0], page, code)


def _write_line(line: str, page: Page, hang: int = 2) -> None:
    from rich.text import Text

    from derivcheck.report.lines import wrapped

    for piece in wrapped(Text(line), page.width, hang):
        typer.echo(piece.plain)


def name_rows(kind: Listed) -> Rows:
    """`name`, `signature` and `about` of the catalogue's entries and of facts; `name` and `about` of codes."""
    from derivcheck.diagnostics.explain.pages import PAGES
    from derivcheck.language.catalogue.activations import ACTIVATIONS
    from derivcheck.language.catalogue.elementary import ELEMENTARY_NAMES
    from derivcheck.language.catalogue.layers import LAYERS
    from derivcheck.language.catalogue.losses import LOSSES
    from derivcheck.language.catalogue.operations import OPERATIONS
    from derivcheck.spec.facts.table import KINDS

    if kind is Listed.codes:
        return [{"name": code, "about": page.title} for code, page in sorted(PAGES.items())]
    if kind is Listed.functions:
        rows = []
        for entry in ACTIVATIONS:
            parameters = (f"{name}={default}" if default else name for name, default in entry.parameters)
            signature = f"{entry.name}({', '.join(('t', *parameters))})"
            rows.append({"name": entry.name, "signature": signature, "about": entry.about})
        known = {entry.name for entry in ACTIVATIONS}
        return rows + [
            {"name": name, "signature": f"{name}(t)", "about": about}
            for name, about in ELEMENTARY_NAMES
            if name not in known
        ]
    if kind is Listed.facts:
        return [{"name": fact.name, "signature": fact.signature, "about": fact.formula.format("y")} for fact in KINDS]
    if kind is Listed.operations:
        return [{"name": name, "signature": signature, "about": about} for name, signature, about in OPERATIONS]
    definitions = LAYERS if kind is Listed.layers else LOSSES
    return [{"name": entry.name, "signature": entry.signature, "about": entry.about} for entry in definitions]


def title_rows(paths: Sequence[Path], unreadable: list[Diagnostic]) -> Rows:
    """`name`, which is the path, `about`, which is the title, and `source` of every spec.

    Raises DerivcheckError (DC608) where nothing is found.
    """
    return [
        {"name": str(path), "about": spec.title or "(no title)", "source": spec.source}
        for path, spec in _loaded(_files(paths, Listed.specs), unreadable)
    ]


def claim_rows(paths: Sequence[Path], unreadable: list[Diagnostic]) -> Rows:
    """`name`, `about`, `expect`, `path` and `line` of every claim; what cannot be read is added to `unreadable`.

    Raises DerivcheckError (DC608) where nothing is found.
    """
    from derivcheck.spec.roster import claims_of

    rows: Rows = []
    for path, spec in _loaded(_files(paths, Listed.claims), unreadable):
        for entry in claims_of(spec):
            expect = entry.claim.expect if entry.claim is not None else ""
            rows.append(
                {
                    "name": entry.name,
                    "about": entry.text,
                    "expect": expect,
                    "path": str(path),
                    "line": str(entry.where.line),
                }
            )
    return rows


def _loaded(paths: Iterable[Path], unreadable: list[Diagnostic]) -> Iterator[tuple[Path, Spec]]:
    """What can be read; what cannot is added to `unreadable`."""
    from derivcheck.spec import load_spec

    for path in paths:
        try:
            yield path, load_spec(path)
        except DerivcheckError as problem:
            unreadable.append(problem.diagnostic)


def _files(paths: Sequence[Path], kind: Listed) -> list[Path]:
    from derivcheck.cli.files import specs_below, specs_here

    wanted = f"derivcheck list {kind.value} FILE.yaml"
    found: list[Path] = []
    for path in paths:
        inside = specs_below(path, documents=False) if path.is_dir() else [path]
        if not inside:
            raise DerivcheckError(Diagnostic("DC608", f"no specs in `{path}`", help=wanted))
        found += inside
    return found if paths else specs_here(wanted, documents=False)


def _write(found: dict[str, Rows], format: ListFormat, ascii: bool) -> None:
    from derivcheck.report.page import carries_unicode, page_for

    if format is ListFormat.json:
        shown: dict[str, Any] = {"version": 1}
        for kind, rows in found.items():
            shown[kind] = [{**row, **({"line": int(row["line"])} if "line" in row else {})} for row in rows]
        typer.echo(json.dumps(shown, indent=2, ensure_ascii=ascii or not carries_unicode(sys.stdout)))
        return
    page = page_for(sys.stdout, ascii_only=ascii)
    for kind, rows in found.items():
        if len(found) > 1:
            typer.echo(kind)
        for path, group in groupby(rows, lambda row: row.get("path", "")):
            if path:
                _write_line(page.show(path), page)
            _write_rows(list(group), page)
    if len(found) > 1:
        typer.echo()
        _write_line(
            "also: derivcheck list facts, derivcheck list codes, derivcheck list specs, derivcheck list claims SPEC",
            page,
        )


def _write_rows(rows: Rows, page: Page) -> None:
    from derivcheck.report.page import width_of

    names = [page.show(row.get("signature", row["name"])) for row in rows]
    column = min(WIDEST, page.width // 2 - 4, max(map(width_of, names)))
    for row, name in zip(rows, names, strict=True):
        expected = f"  (expect: {row['expect']})" if row.get("expect") else ""
        blanks = " " * max(0, column - width_of(name))
        _write_line(f"  {name}{blanks}  {page.show(row['about'])}{expected}".rstrip(), page, column + 4)
