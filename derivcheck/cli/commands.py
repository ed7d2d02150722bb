"""The commands. The engine is imported inside them, so that `--help` costs only Typer."""

from __future__ import annotations

import os
import sys
from enum import Enum
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from derivcheck.cli.grading import grade
from derivcheck.diagnostics import DerivcheckError, Diagnostic

if TYPE_CHECKING:
    from derivcheck.verdicts import FileResult
    from derivcheck.verify import Measuring

app = typer.Typer(
    name="derivcheck",
    help="Derives the gradients of a network and judges the equations that a text claims for them.",
    rich_markup_mode=None,
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
)


class NumericWay(str, Enum):  # noqa: UP042 - Typer reads the values
    full = "full"
    structured = "structured"
    projections = "projections"


class ReportFormat(str, Enum):  # noqa: UP042 - Typer reads the values
    text = "text"
    json = "json"
    html = "html"


class FormFormat(str, Enum):  # noqa: UP042
    text = "text"
    unicode = "unicode"
    latex = "latex"
    sympy = "sympy"


class JacobianFormat(str, Enum):  # noqa: UP042
    text = "text"
    unicode = "unicode"
    latex = "latex"
    json = "json"


class LayoutName(str, Enum):  # noqa: UP042
    numerator = "numerator"
    denominator = "denominator"


Ascii = Annotated[bool, typer.Option("--ascii", help="ASCII only, whatever the terminal can show.")]
Seed = Annotated[int | None, typer.Option("--seed", min=0, help="Seed of the random points.")]


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


def _spec_files(paths: list[Path]) -> list[Path | FileResult]:
    """Files as they are, folders searched for *.yaml and *.yml; a folder without any is a result of its own.

    Raises DerivcheckError where nothing is named and nothing found.
    """
    from derivcheck.verdicts import FileResult

    found: list[Path | FileResult] = []
    for path in paths or [Path("specs")]:
        if path.is_dir():
            inside = sorted(p for ending in ("*.yaml", "*.yml") for p in path.rglob(ending))
            if not inside:
                empty = Diagnostic("DC608", f"no specs in `{path}`", help="derivcheck verify FILE.yaml")
                if not paths:
                    raise DerivcheckError(empty)
                found.append(FileResult(str(path), error=empty))
            found.extend(inside)
        elif not paths:
            raise DerivcheckError(Diagnostic("DC608", "no spec is named and there is no folder `specs`",
                                             help="derivcheck verify FILE.yaml"))  # fmt: skip
        else:
            found.append(path)
    return found


@app.command()
def verify(
    specs: Annotated[
        list[Path] | None, typer.Argument(help="Spec files or folders; the folder specs by default.")
    ] = None,
    format: Annotated[ReportFormat, typer.Option("--format", help="How to report.")] = ReportFormat.text,
    seed: Seed = None,
    strict: Annotated[bool, typer.Option("--strict", help="Only proved claims hold, checked ones do not.")] = False,
    numeric: Annotated[NumericWay, typer.Option("--numeric", help="How gradients are measured.")] = NumericWay.full,
    spec: Annotated[Path | None, typer.Option("--spec", help="The sidecar of a document.")] = None,
    documents: Annotated[
        Path | None, typer.Option("--documents", metavar="FOLDER", help="Where the documents of sidecars lie.")
    ] = None,
    sizes: Annotated[
        str | None, typer.Option("--sizes", metavar="n0=784,M=32", help="Sizes for the measurement of gradients.")
    ] = None,
    plot: Annotated[
        Path | None, typer.Option("--plot", metavar="FILE.svg|png", help="Draw errors and disagreements.")
    ] = None,
    ascii: Ascii = False,
    verbose: Annotated[bool, typer.Option("-v", "--verbose", help="Show evidence and readings.")] = False,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="Show only what does not hold.")] = False,
) -> int:
    """Derive and check every gradient, and judge every claim, of the specs."""
    from derivcheck.cli.measuring import measuring_of
    from derivcheck.verdicts import Report

    measuring = measuring_of(numeric.value, sizes, sys.stderr)
    if plot is not None:
        from derivcheck.report.plot import require_plotting

        require_plotting(plot)
    files = _spec_files(specs or [])
    progress = sys.stderr.isatty() and len(files) > 3
    results = []
    for position, file in enumerate(files, 1):
        if progress:
            print(f"\r{position}/{len(files)}\x1b[K", end="", file=sys.stderr, flush=True)
        results.append(_judged(file, seed, strict, measuring, spec, documents) if isinstance(file, Path) else file)
    if progress or measuring.progress is not None:
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)
    if plot is not None:
        from derivcheck.report.plot import draw

        draw([file for file in files if isinstance(file, Path)], plot, measuring, seed)
    report = Report(tuple(results))
    if format is ReportFormat.json:
        from derivcheck.report.json import to_json

        sys.stdout.write(to_json(report, ascii_only=ascii or not _unicode_output()))
    elif format is ReportFormat.html:
        from derivcheck.report.html import to_html

        sys.stdout.write(to_html(report, ascii_only=ascii or not _unicode_output()))
    else:
        from derivcheck.report.page import page_for
        from derivcheck.report.text import write_report

        page = page_for(sys.stdout, ascii_only=ascii, verbosity=1 if verbose else -1 if quiet else 0)
        write_report(report, sys.stdout, page)
    sys.stdout.flush()
    return report.exit_code


def _judged(
    path: Path, seed: int | None, strict: bool, measuring: Measuring, sidecar: Path | None, documents: Path | None
) -> FileResult:
    """One file's results; a failure of derivcheck's own is reported for this file, the others are judged."""
    from derivcheck.document.sidecars import is_document
    from derivcheck.verdicts import FileResult
    from derivcheck.verify import verify_document, verify_file

    try:
        if is_document(path):
            return verify_document(path, sidecar, seed, strict, measuring)
        return verify_file(path, seed, strict, measuring, documents)
    except Exception as problem:
        if os.environ.get("DERIVCHECK_TRACEBACK"):
            raise
        from derivcheck.cli.main import own_bug

        return FileResult(str(path), error=own_bug(problem), contradiction=True)


def _unicode_output() -> bool:
    from derivcheck.report.page import carries_unicode

    return carries_unicode(sys.stdout)


@app.command()
def check(
    equation: Annotated[str, typer.Argument(help='The equation, as in "dL/dz = p - y".')],
    spec: Annotated[Path | None, typer.Option("--spec", help="The spec that declares the names.")] = None,
    witness: Annotated[bool, typer.Option("--witness", help="Print a NumPy script that shows it.")] = False,
    format: Annotated[ReportFormat, typer.Option("--format", help="How to report.")] = ReportFormat.text,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Seed of the random points.")] = 0,
    ascii: Ascii = False,
) -> int:
    """Judge one equation: against a spec, or over vectors of one size without one."""
    from derivcheck.verify import check_equation

    result = check_equation(equation, spec, seed)
    if witness:
        from derivcheck.witness import script

        sys.stdout.write(script(equation, spec, result))
    elif format is ReportFormat.json:
        from derivcheck.report.json import claim_to_json

        sys.stdout.write(claim_to_json(result, ascii_only=ascii or not _unicode_output()))
    elif format is ReportFormat.html:
        from derivcheck.report.html import claim_to_html
        from derivcheck.spec import load_spec

        declared = load_spec(spec) if spec is not None else None
        sys.stdout.write(claim_to_html(result, declared, ascii_only=ascii or not _unicode_output()))
    else:
        from derivcheck.report.page import page_for
        from derivcheck.report.text import write_claim

        write_claim(result, sys.stdout, page_for(sys.stdout, ascii_only=ascii))
    return 0 if result.holds else 2 if result.verdict == "undecided" else 1


@app.command("show-jacobian")
def show_jacobian(
    name: Annotated[str, typer.Argument(help="A function of the catalogue: softmax, tanh, dense, ...")],
    size: Annotated[str, typer.Option("--size", help="3, or 2x2 for an entrywise function of a matrix.")] = "",
    at: Annotated[str, typer.Option("--at", help="The point, as numbers separated by commas.")] = "",
    wrt: Annotated[str, typer.Option("--wrt", help="The argument to derive by; the first by default.")] = "",
    layout: Annotated[LayoutName, typer.Option("--layout", help="Rows are outputs, or inputs.")] = LayoutName.numerator,
    format: Annotated[JacobianFormat, typer.Option("--format", help="How to report.")] = JacobianFormat.text,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Seed of the random point.")] = 0,
    ascii: Ascii = False,
) -> int:
    """Show the Jacobian of one function: entries, cases, matrix, numbers, structure."""
    from derivcheck.jacobian import show
    from derivcheck.report.jacobian import write_jacobian
    from derivcheck.report.page import page_for

    point = _numbers(at)
    if point is not None and not size:
        size = str(len(point))
    result = show(name, size, point, layout.value, wrt, seed)
    page = page_for(sys.stdout, ascii_only=ascii)
    write_jacobian(result, sys.stdout, page, format.value)
    return 0 if result.verdict in ("proved", "checked") and result.numeric.verdict in ("agrees", "kink") else 1


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


@app.command()
def derive(
    spec: Annotated[Path, typer.Argument(help="The spec file.")],
    wrt: Annotated[str, typer.Option("--wrt", help="The tensor or layer to derive by; by default every one.")] = "",
    steps: Annotated[bool, typer.Option("--steps", help="Show the derivation line by line.")] = False,
    format: Annotated[FormFormat, typer.Option("--format", help="How to write.")] = FormFormat.text,
    nested: Annotated[bool, typer.Option("--nested", help="In terms of the next layer's derivative.")] = False,
    closed: Annotated[bool, typer.Option("--closed", help="With the derivatives above put in.")] = False,
    ascii: Ascii = False,
) -> int:
    """Derive gradients and print them in index form and in matrix form."""
    from derivcheck.network import build
    from derivcheck.report.derivation import write_derivation
    from derivcheck.report.page import page_for
    from derivcheck.spec import load_spec
    from derivcheck.verify import Examiner

    examiner = Examiner(build(load_spec(spec)))
    if examiner.derivation is None:
        raise DerivcheckError(Diagnostic("DC609", f"`{spec}` declares no loss to derive", help="loss: {L: ...}"))
    chosen = list(examiner.network.parameters)
    if wrt:
        known = {tensor.name: tensor for tensor in examiner.network.tensors}
        if wrt not in known:
            import difflib

            close = difflib.get_close_matches(wrt, known, 1, 0.4)
            raise DerivcheckError(
                Diagnostic("DC610", f"`{spec}` has no tensor `{wrt}`", notes=(("known", ", ".join(known)),),
                           help=f"--wrt {close[0]}" if close else "")
            )  # fmt: skip
        chosen = [known[wrt]]
    style = "closed" if closed else "nested" if nested else "best"
    page = page_for(sys.stdout, ascii_only=ascii)
    write_derivation(examiner, chosen, sys.stdout, page, format.value, style, steps)
    return 0


@app.command("list")
def list_names() -> int:
    """List the functions, layers and losses that formulas may use."""
    from derivcheck.catalogue.activations import ACTIVATIONS
    from derivcheck.catalogue.layers import LAYERS
    from derivcheck.catalogue.losses import LOSSES
    from derivcheck.report.page import page_for

    page = page_for(sys.stdout)
    for heading, entries in (("activations", ACTIVATIONS), ("layers", LAYERS), ("losses", LOSSES)):
        typer.echo(heading)
        for entry in entries:
            shown = getattr(entry, "signature", f"{entry.name}(t)")
            typer.echo(page.show(f"  {shown:<42} {entry.about}"))
    return 0


@app.command()
def explain(code: Annotated[str, typer.Argument(help="A code such as DC203.")]) -> int:
    """Explain a code: what it means, an example that fails with it, and the repair."""
    from derivcheck.explain import page as explanation
    from derivcheck.report.page import page_for

    page = page_for(sys.stdout)
    for line in explanation(code.upper()).splitlines():
        typer.echo(page.show(line))
    return 0


@app.command()
def schema() -> int:
    """Print the JSON Schema of specs, for editors."""
    import json

    from derivcheck.schema import spec_schema

    typer.echo(json.dumps(spec_schema(), indent=2))
    return 0
