"""The commands. The engine is imported inside them, so that `--help` costs only Typer."""

from __future__ import annotations

import sys
from enum import Enum
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Annotated

import typer

from derivcheck.cli.completion import complete_function
from derivcheck.cli.deriving import derive
from derivcheck.cli.gallery import gallery
from derivcheck.cli.grading import grade
from derivcheck.cli.listing import explain, list_names
from derivcheck.cli.options import Ascii, Color, ColorMode
from derivcheck.cli.reporting import claim_text
from derivcheck.cli.serving import lsp
from derivcheck.cli.starting import init
from derivcheck.cli.usage import SETTINGS, CommandGroup
from derivcheck.cli.verifying import verify
from derivcheck.diagnostics.diagnostic import DerivcheckError, Diagnostic
from derivcheck.report.formats import ReportFormat

app = typer.Typer(
    name="derivcheck",
    cls=CommandGroup,
    context_settings=SETTINGS,
    help="Derives the gradients of a network and judges the equations that a text claims for them.",
    epilog="The reference, topic by topic: derivcheck explain",
    rich_markup_mode=None,
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
)


class JacobianFormat(str, Enum):  # noqa: UP042
    text = "text"
    unicode = "unicode"
    latex = "latex"
    json = "json"


class LayoutName(str, Enum):  # noqa: UP042
    numerator = "numerator"
    denominator = "denominator"


def _distribution(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "unknown"


def _show_version(wanted: bool) -> None:
    if wanted:
        python = ".".join(str(part) for part in sys.version_info[:3])
        typer.echo(
            f"derivcheck {_distribution('derivcheck-nn')} "
            f"(Python {python}, SymPy {_distribution('sympy')}, NumPy {_distribution('numpy')})"
        )
        raise typer.Exit


@app.callback()
def options(
    shown: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show versions and exit.")
    ] = False,
) -> None:
    """Derives the gradients of a network and judges the equations that a text claims for them."""


app.command()(verify)


@app.command()
def check(
    equation: Annotated[str, typer.Argument(help='The equation, as in "dL/dz = p - y".')],
    spec: Annotated[Path | None, typer.Option("--spec", help="The spec that declares the names.")] = None,
    witness: Annotated[bool, typer.Option("--witness", help="Print a NumPy script that shows it.")] = False,
    format: Annotated[ReportFormat, typer.Option("--format", help="How to report.")] = ReportFormat.text,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Seed of the random points.")] = 0,
    color: Color = ColorMode.auto,
    ascii: Ascii = False,
) -> int:
    """Judge one equation: against a spec, or over vectors of one size without one."""
    from derivcheck.pipeline.verification import check_equation
    from derivcheck.report.page import page_for

    page = page_for(sys.stdout, ascii_only=ascii, color=color.value)
    result = check_equation(equation, spec, seed)
    if witness:
        from derivcheck.judging.witness import script

        sys.stdout.write(script(equation, spec, result))
    else:
        sys.stdout.write(claim_text(result, format.value, page, spec))
    return 0 if result.holds else {"undecided": 2, "internal": 3}.get(result.verdict, 1)


@app.command("show-jacobian")
def show_jacobian(
    name: Annotated[
        str,
        typer.Argument(help="A function of the catalogue: softmax, tanh, dense, ...", autocompletion=complete_function),
    ],
    size: Annotated[str, typer.Option("--size", help="3, or 2x2 for an entrywise function of a matrix.")] = "",
    at: Annotated[str, typer.Option("--at", help="The point, as numbers separated by commas.")] = "",
    wrt: Annotated[str, typer.Option("--wrt", help="The argument to derive by; the first by default.")] = "",
    layout: Annotated[LayoutName, typer.Option("--layout", help="Rows are outputs, or inputs.")] = LayoutName.numerator,
    format: Annotated[JacobianFormat, typer.Option("--format", help="How to report.")] = JacobianFormat.text,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Seed of the random point.")] = 0,
    ascii: Ascii = False,
) -> int:
    """Show the Jacobian of one function: entries, cases, matrix, numbers, structure."""
    from derivcheck.judging.jacobian import show
    from derivcheck.report.jacobian import write_jacobian
    from derivcheck.report.page import page_for

    point = _numbers(at)
    if point is not None and not size:
        size = str(len(point))
    result = show(name, size, point, layout.value, wrt, seed)
    page = page_for(sys.stdout, ascii_only=ascii)
    write_jacobian(result, sys.stdout, page, format.value)
    if result.verdict in ("proved", "checked") and result.numeric.verdict in ("agrees", "kink"):
        return 0
    # No claim was made: what differs is derivcheck's own bug.
    return 3 if result.verdict in ("refuted", "internal") or result.numeric.verdict == "differs" else 2


def _numbers(text: str) -> list[float] | None:
    """The numbers of `--at`. Raises DerivcheckError for what is not a finite number."""
    if not text:
        return None
    numbers = []
    for word in text.split(","):
        try:
            value = float(word)
        except ValueError:
            value = float("nan")
        if value != value or value in (float("inf"), float("-inf")):
            raise DerivcheckError(Diagnostic("DC606", f"`{word.strip()}` is not a finite number", help="--at 1,2,3"))
        numbers.append(value)
    return numbers


app.command()(grade)
app.command()(gallery)


app.command()(derive)
app.command("list")(list_names)
app.command()(explain)
app.command()(init)
app.command()(lsp)


@app.command()
def schema(
    report: Annotated[bool, typer.Option("--report", help="The schema of `verify --format json` instead.")] = False,
) -> int:
    """Print the JSON Schema of specs, for editors, or of reports."""
    import json

    from derivcheck.report.schema import report_schema
    from derivcheck.spec.schema import spec_schema

    typer.echo(json.dumps(report_schema() if report else spec_schema(), indent=2))
    return 0
