"""A Jacobian for people, and for programs."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TextIO

from rich.text import Text

from derivcheck.judging.jacobian import JacobianResult, Shown
from derivcheck.report.evidence import numbers as numeric_text
from derivcheck.report.json import numeric_record
from derivcheck.report.lines import write_line
from derivcheck.report.page import Page

LABEL = 10
WIDEST = 12
GAP = 2  # between columns


def write_jacobian(result: JacobianResult, stream: TextIO, page: Page, format: str) -> None:
    """`format` is text, unicode, latex or json."""
    if format == "json":
        json.dump(_values(result), stream, indent=2)
        stream.write("\n")
        return
    console = page.console(stream)

    def line(label: str, text: str) -> None:
        write_line(console, Text(f"{label:<{LABEL}}") + page.text(text), LABEL)

    def form(shown: Shown) -> str:
        if format == "latex":
            return shown.latex
        return shown.plain if format == "text" and not page.unicode else shown.unicode

    equals = " = "
    line("function", result.definition)
    line("entries", form(result.entry) + equals + form(result.index))
    if result.cases is not None:
        line("cases", form(result.cases))
    whole = page.derivative(result.of, result.wrt)
    if result.matrix is not None:
        line("matrix", f"{whole}{equals}{form(result.matrix)}")
    else:
        line("matrix", f"no matrix form: {result.no_matrix}")
    if result.structure:
        line("structure", ", ".join(result.structure))
    line("verdict", f"{result.verdict}; {numeric_text(result.numeric, page)}")
    console.print()
    for name, value in result.point:
        line(f"{name} =", _listed(value))
    sizes = ", ".join(f"{name} = {length}" for name, length in result.sizes)
    line(whole, f"{result.layout} layout, {sizes}")
    cells = [[f"{value:9.5g}" for value in row[:WIDEST]] for row in result.numbers[:WIDEST]]
    width = max((len(cell) for row in cells for cell in row), default=0)
    columns = max(1, (page.width - 10) // (width + GAP))
    for row, whole_row in zip(cells, result.numbers, strict=False):
        shown = (" " * GAP).join(cell.rjust(width) for cell in row[:columns])
        more = " ..." if len(whole_row) > min(columns, WIDEST) else ""
        console.print(Text(f"  [ {shown}{more} ]"), soft_wrap=True)
    if len(result.numbers) > WIDEST:
        console.print(Text(f"  ... {len(result.numbers) - WIDEST} more rows"))


def _listed(value: object) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(_listed(v) for v in value) + "]"
    return f"{value:.5g}"


def _values(result: JacobianResult) -> dict[str, object]:
    def shown(form: Shown | None) -> dict[str, str] | None:
        return None if form is None else {"plain": form.plain, "unicode": form.unicode, "latex": form.latex}

    return {
        "schema": 1,
        "name": result.name,
        "definition": result.definition,
        "of": result.of,
        "wrt": result.wrt,
        "layout": result.layout,
        "entry": shown(result.entry),
        "index": shown(result.index),
        "cases": shown(result.cases),
        "matrix": shown(result.matrix),
        "no_matrix": result.no_matrix,
        "structure": list(result.structure),
        "verdict": result.verdict,
        "numeric": asdict(numeric_record(result.numeric)),
        "sizes": dict(result.sizes),
        "point": dict(result.point),
        "numbers": result.numbers,
    }
