"""Gradients for people: a line for each, or a table with their forms and evidence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich import box
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from derivcheck.diagnostics.verdicts import HOLDS, GradientResult
from derivcheck.report.evidence import numbers, proof
from derivcheck.report.marks import DIM, HEADING, STYLES, mark, marked
from derivcheck.report.page import Page, width_of

WIDE_ENOUGH = 100  # for a long label beside the forms
WIDEST_NAME = 24


def gradient_lines(
    gradients: Sequence[GradientResult], page: Page, *, strict: bool = False
) -> Iterator[tuple[Text, int]]:
    """A line for each: the quantity, the verdict, its matrix form, the facts; and how far what goes on is set in."""
    names = [page.show(page.derivative(gradient.of, gradient.wrt)) for gradient in gradients]
    column = min(WIDEST_NAME, max(map(width_of, names)))
    for gradient, name in zip(gradients, names, strict=True):
        holds = gradient.verdict == "proved" if strict else gradient.verdict in HOLDS
        line = Text.assemble("  ", (mark(holds, page), STYLES[gradient.verdict]), " ", (name, HEADING))
        line.append(" " * (max(0, column - width_of(name)) + 2))
        line.append(f"{gradient.verdict:<9}", style=STYLES[gradient.verdict]).append("  ")
        index, matrix = _forms(gradient, page)
        line.append(matrix if gradient.forms.matrix else index)
        line.append(page.show(f"  (given {', '.join(gradient.facts)})" if gradient.facts else ""), style=DIM)
        yield line, column + 17


def gradient_table(gradients: Sequence[GradientResult], page: Page, *, strict: bool = False) -> Table:
    """One row per gradient in seven columns where they fit, else its forms on lines of their own."""
    wide = _wide_table(gradients, page, strict)
    return wide if _natural_width(wide) <= page.width else _narrow_table(gradients, page, strict)


def _natural_width(table: Table) -> int:
    """How wide a table is when nothing in it is folded."""
    unlimited = Console(width=100_000, file=None, markup=False, emoji=False)
    return unlimited.measure(table).maximum


def _table(page: Page) -> Table:
    return Table(
        box=box.SIMPLE_HEAD if page.unicode else box.ASCII2,
        header_style=HEADING,
        show_edge=not page.unicode,
        pad_edge=not page.unicode,
        show_lines=not page.unicode,
        padding=(0, 1),
    )


def _wide_table(gradients: Sequence[GradientResult], page: Page, strict: bool) -> Table:
    table = _table(page)
    for heading in ("gradient", "shape", "index form", "matrix form", "proof", "finite differences", "verdict"):
        table.add_column(heading, no_wrap=True)
    for gradient in gradients:
        index, matrix = _forms(gradient, page)
        proved = proof(gradient.exact, page) + _given(gradient.facts, page)
        table.add_row(
            page.text(page.derivative(gradient.of, gradient.wrt), HEADING),
            page.text(_shape(gradient)),
            Text(index),
            Text(matrix),
            Text(proved),
            Text(numbers(gradient.numeric, page)),
            marked(gradient.verdict, strict, page),
        )
        for note in gradient.notes:
            table.add_row("", "", Text("note: ") + page.text(note))
    return table


def _narrow_table(gradients: Sequence[GradientResult], page: Page, strict: bool) -> Table:
    table = _table(page)
    names = max(width_of(page.show(page.derivative(g.of, g.wrt))) for g in gradients)
    table.add_column("gradient", max_width=max(10, min(names, page.width // 4)), overflow="fold")
    table.add_column("forms and evidence", ratio=1, overflow="fold")
    table.add_column("verdict", no_wrap=True)
    table.expand = True
    for position, gradient in enumerate(gradients):
        if position and page.unicode:
            table.add_section()
        name = page.text(page.derivative(gradient.of, gradient.wrt), HEADING)
        name.append("\n").append_text(page.text(_shape(gradient)))
        table.add_row(name, _block(gradient, page), marked(gradient.verdict, strict, page))
    return table


def _block(gradient: GradientResult, page: Page) -> RenderableType:
    """The forms and the evidence of one gradient, a long one folded under itself."""
    index, matrix = _forms(gradient, page)
    block = Table.grid(padding=(0, 1))
    block.add_column(no_wrap=True, style=DIM)
    block.add_column(overflow="fold", ratio=1)
    block.add_row("index", Text(index))
    block.add_row("matrix", Text(matrix))
    block.add_row("proof", Text(proof(gradient.exact, page)))
    if gradient.facts:
        block.add_row("given", page.text(", ".join(gradient.facts)))
    block.add_row(
        "finite differences" if page.width >= WIDE_ENOUGH else "numbers", Text(numbers(gradient.numeric, page))
    )
    for note in gradient.notes:
        block.add_row("note", page.text(note))
    return block


def _forms(gradient: GradientResult, page: Page) -> tuple[str, str]:
    """Index form and matrix form as the page can carry them."""
    forms = gradient.forms
    index = forms.index_unicode if page.unicode and forms.index_unicode else forms.index
    matrix = forms.matrix_unicode if page.unicode and forms.matrix_unicode else forms.matrix
    slices = forms.slices_unicode if page.unicode and forms.slices_unicode else forms.slices
    none = f"no matrix form: {forms.no_matrix}" if forms.no_matrix else "no matrix form"
    return page.show(index), page.show(matrix or slices or none)


def _shape(gradient: GradientResult) -> str:
    return " × ".join(gradient.shape) if gradient.shape else "scalar"


def _given(facts: Sequence[str], page: Page) -> str:
    return page.show(f", given {', '.join(facts)}") if facts else ""
