"""`derivcheck verify`: which files, how they are judged, and what makes the run fail."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TextIO

import typer

from derivcheck.cli.files import is_of_interest, seen_from_here, specs_below, specs_here
from derivcheck.cli.options import Ascii, Color, ColorMode, FailOn, NumericWay
from derivcheck.cli.reporting import Reports, targets, write
from derivcheck.diagnostics.diagnostic import DerivcheckError, Diagnostic
from derivcheck.report.formats import TYPESET, ReportFormat

if TYPE_CHECKING:
    from rich.text import Text

    from derivcheck.cli.baseline import Baseline
    from derivcheck.cli.cache import Cache
    from derivcheck.pipeline.request import Request
    from derivcheck.pipeline.results import FileResult, Report
    from derivcheck.report.page import Page
    from derivcheck.spec.selection import Selection

MOST_JOBS = 256
MANY = 8  # files that are worth several processes


def _option(*names: str, **settings: Any) -> Any:
    """An option that the environment may give too: `--fail-on` is DERIVCHECK_FAIL_ON."""
    variable = "DERIVCHECK_" + names[-1].split("/")[0].removeprefix("--").replace("-", "_").upper()
    return typer.Option(*names, envvar=variable, **settings)


def verify(
    specs: Annotated[
        list[Path] | None,
        typer.Argument(help="Spec files, documents or folders; the specs below this folder by default."),
    ] = None,
    keyword: Annotated[
        str | None,
        typer.Option("-k", metavar="EXPR", help="Only what matches: parts of claim ids, dL/dW1, paths; and, or, not."),
    ] = None,
    format: Annotated[ReportFormat, _option("--format", help="How to report.")] = ReportFormat.text,
    report: Reports = None,
    seed: Annotated[int | None, _option("--seed", min=0, help="Seed of the random points.")] = None,
    strict: Annotated[
        bool, _option("--strict/--no-strict", help="Only proved claims hold, checked ones do not; unused ignores fail.")
    ] = False,
    fail_on: Annotated[
        FailOn, _option("--fail-on", help="What ends with exit code 1: refuted and invalid claims, or open ones too.")
    ] = FailOn.undecided,
    exit_zero: Annotated[
        bool,
        _option("--exit-zero/--no-exit-zero", help="Exit code 0 instead of 1; 2 (not judged) and 3 (a bug) remain."),
    ] = False,
    jobs: Annotated[
        int | None,
        _option(
            "--jobs",
            min=0,
            max=MOST_JOBS,
            help="How many processes judge files; 0: one per processor, as from 8 files on.",
        ),
    ] = None,
    timeout: Annotated[
        float | None, _option("--timeout", metavar="SECONDS", help="For each file; one that takes longer is an error.")
    ] = None,
    claim_timeout: Annotated[
        float | None,
        _option("--claim-timeout", metavar="SECONDS", help="For each claim and gradient, 20 by default; 0: none."),
    ] = None,
    watch: Annotated[bool, typer.Option("--watch", help="Judge files again when they change, until ctrl-C.")] = False,
    numeric: Annotated[NumericWay, _option("--numeric", help="How gradients are measured.")] = NumericWay.full,
    spec: Annotated[Path | None, typer.Option("--spec", help="The sidecar of a document.")] = None,
    documents: Annotated[
        Path | None, _option("--documents", metavar="FOLDER", help="Where the documents of sidecars lie.")
    ] = None,
    sizes: Annotated[
        str | None, _option("--sizes", metavar="n0=784,M=32", help="Sizes for the measurement of gradients.")
    ] = None,
    coverage: Annotated[
        bool, _option("--coverage/--no-coverage", help="Of documents: why formulas were not judged, by cause.")
    ] = False,
    plot: Annotated[
        Path | None, typer.Option("--plot", metavar="FILE.svg|png", help="Draw errors and disagreements.")
    ] = None,
    no_cache: Annotated[
        bool, _option("--no-cache", help="Judge every file anew, and keep nothing in .derivcheck_cache.")
    ] = False,
    changed: Annotated[
        bool,
        typer.Option("--changed", help="As a hook names files: what is no spec and has no sidecar is passed over."),
    ] = False,
    baseline: Annotated[
        Path | None, _option("--baseline", metavar="FILE", help="Known findings: they pass, new ones fail.")
    ] = None,
    update_baseline: Annotated[
        bool, typer.Option("--update-baseline", help="Write what is found to the baseline: it is known from now on.")
    ] = False,
    durations: Annotated[
        int | None,
        _option("--durations", metavar="N", min=0, help="Show the N slowest gradients and claims; 0: all of them."),
    ] = None,
    color: Color = ColorMode.auto,
    ascii: Ascii = False,
    verbose: Annotated[
        int,
        typer.Option("-v", "--verbose", count=True, help="Show the forms of every gradient; -vv: and all evidence."),
    ] = 0,
    quiet: Annotated[bool, _option("-q", "--quiet", help="Show only what does not hold.")] = False,
) -> int:
    """Derive and check every gradient, and judge every claim, of the specs.

    Options may also be given in `[tool.derivcheck]` of pyproject.toml, and in the
    environment as DERIVCHECK_STRICT and so on.
    """
    from derivcheck.cli.sizes import sizes_of
    from derivcheck.judging.settings import SECONDS, Measuring
    from derivcheck.pipeline.request import Request
    from derivcheck.spec.selection import selection_of

    require_seconds(timeout, claim_timeout)
    _require(plot, watch, format, bool(report), baseline is not None)
    seconds = SECONDS if claim_timeout is None else claim_timeout
    request = Request(
        seed=seed,
        strict=strict,
        measuring=Measuring(numeric.value, sizes_of(sizes), seconds=seconds, latex=False),
        selection=selection_of(keyword),
        sidecar=spec,
        documents=documents,
        fail_on=fail_on.value,
        exit_zero=exit_zero,
        timeout=timeout,
        jobs=_processes(MANY) if jobs == 0 else jobs or 0,
    )
    page = replace(_page(color, ascii, -1 if quiet else verbose), causes=coverage)
    if watch:
        from derivcheck.cli.watching import watch as watch_files

        return watch_files(lambda: spec_files(specs or []), request, page, sys.stdout)
    if changed:
        specs = [path for path in specs or [] if is_of_interest(path)]
    request = replace(request, subjects=tuple(spec_files(specs or [])) if specs or not changed else ())
    wanted = targets(report or [], paths_of(request))
    if TYPESET & {format, *(ReportFormat(target.format) for target in wanted)}:
        request = replace(request, measuring=replace(request.measuring, latex=True))
    known = _baseline(baseline, update_baseline, request.selection.text)
    found = verified(request, None if no_cache or plot or durations is not None else cache_of(request))
    if changed:
        found = replace(found, files=tuple(file for file in found.files if not _has_no_sidecar(file)))
        if not found.files:
            return 0
    if plot is not None:
        from derivcheck.report.plot import draw

        draw(paths_of(request), plot, request.measuring, seed)
    found, behind = _measured_by(known, found, update_baseline, request, page)
    code = write(selected(found, request.selection), format.value, page, wanted, ascii_only=ascii)
    if durations is not None:
        from derivcheck.report.durations import duration_lines

        behind += duration_lines(found, durations, page)
    _write_behind(behind, page, sys.stdout if format is ReportFormat.text else sys.stderr)
    return code


def _baseline(path: Path | None, update: bool, selection: str) -> Baseline | None:
    """The baseline that is asked for. Raises DerivcheckError (DC647, DC648)."""
    if path is None:
        if update:
            what = "`--update-baseline` needs the file that it writes"
            raise DerivcheckError(Diagnostic("DC647", what, help="--baseline known.json --update-baseline"))
        return None
    from derivcheck.cli.baseline import Baseline

    if update and selection:
        raise DerivcheckError(Diagnostic("DC647", "`--update-baseline` takes whole files, and no `-k`"))
    return Baseline(path) if update and not path.exists() else Baseline.read(path)


def _measured_by(
    known: Baseline | None, found: Report, update: bool, request: Request, page: Page
) -> tuple[Report, list[Text]]:
    """The report before a baseline, which is written first where it is to be, and what is to be said of it."""
    if known is None:
        return found, []
    from derivcheck.cli.baseline import baseline_lines

    if update:
        known = known.updated(found)
        known.write()
    marked, fixed = known.applied(found)
    return marked, baseline_lines(known, [] if request.selection.text else fixed, page)


def _write_behind(lines: list[Text], page: Page, stream: TextIO) -> None:
    """Behind a text for people, else beside what a program reads."""
    from derivcheck.report.lines import write_line

    console = page.console(stream)
    if lines:
        console.line()
    for line in lines:
        write_line(console, line, 11)


def _has_no_sidecar(file: FileResult) -> bool:
    """Whether a document is nobody's to judge."""
    return file.error is not None and file.error.code == "DC627"


def require_seconds(timeout: float | None, claim_timeout: float | None) -> None:
    """Raises DerivcheckError (DC647) for what is no time, DC643 where the system has no interval timers."""
    if timeout is not None:
        from derivcheck.judging.deadline import has_alarms

        if not 0 < timeout < 1e6:
            raise DerivcheckError(Diagnostic("DC647", "`--timeout` is a number of seconds", help="--timeout 10"))
        if not has_alarms():
            raise DerivcheckError(Diagnostic("DC643", "`--timeout` needs a system with interval timers"))
    if claim_timeout is not None and not 0 <= claim_timeout < 1e6:
        what = "`--claim-timeout` is a number of seconds"
        raise DerivcheckError(Diagnostic("DC647", what, help="--claim-timeout 60"))


def _require(plot: Path | None, watch: bool, format: ReportFormat, reports: bool, baseline: bool) -> None:
    """What must be known before anything is judged. Raises DerivcheckError."""
    if plot is not None:
        from derivcheck.report.plot import require_plotting

        require_plotting(plot)
    if watch and (plot is not None or reports or baseline or format is not ReportFormat.text):
        others = {"--plot": plot is not None, "--report": reports, "--baseline": baseline}
        other = next((name for name, given in others.items() if given), f"--format {format.value}")
        raise DerivcheckError(Diagnostic("DC647", f"`--watch` writes text again and again, and no `{other}`"))


def _page(color: ColorMode, ascii: bool, verbosity: int) -> Page:
    from derivcheck.report.page import page_for

    return page_for(sys.stdout, ascii_only=ascii, verbosity=verbosity, color=color.value)


def spec_files(paths: list[Path]) -> list[Path | FileResult]:
    """Files as they are, folders searched for *.yaml and *.yml; a folder without any is a result of its own.

    Raises DerivcheckError where nothing is named and nothing found.
    """
    from derivcheck.pipeline.results import FileResult

    if not paths:
        return [*specs_here("derivcheck verify FILE.yaml")]
    found: list[Path | FileResult] = []
    for path in map(seen_from_here, paths):
        if path.is_dir():
            inside = specs_below(path)
            if not inside:
                empty = Diagnostic("DC608", f"no specs in `{path}`", help="derivcheck verify FILE.yaml")
                found.append(FileResult(str(path), error=empty))
            found.extend(inside)
        else:
            found.append(path)
    return found


def paths_of(request: Request) -> list[Path]:
    """The files that are asked for."""
    return [subject for subject in request.subjects if isinstance(subject, Path)]


def verified(request: Request, cache: Cache | None = None) -> Report:
    """The report on a request, with progress told on a terminal; a `cache` answers what has not changed."""
    from derivcheck.pipeline.results import Report

    known = _known(request, cache)
    unknown = [place for place in range(len(request.subjects)) if place not in known]
    if unknown:
        from derivcheck.pipeline.verification import verify

        tell, clear = _progress()
        asked = replace(request, subjects=tuple(request.subjects[place] for place in unknown), progress=tell)
        try:
            judged = verify(replace(asked, jobs=request.jobs or _processes(len(unknown)))).files
        finally:
            clear()
        for place, result in zip(unknown, judged, strict=True):
            known[place] = result
            subject = request.subjects[place]
            if cache is not None and isinstance(subject, Path):
                cache.keep(subject, result)
    return Report(tuple(known[place] for place in range(len(request.subjects))), request.exit_zero)


def cache_of(request: Request) -> Cache | None:
    """That of the project, or of the working directory."""
    from derivcheck.cli.cache import Cache
    from derivcheck.cli.configuration import nearest

    try:
        table = nearest(Path.cwd())
    except OSError:
        return None
    return Cache.of(table.parent if table is not None else Path(), request)


def _known(request: Request, cache: Cache | None) -> dict[int, FileResult]:
    """What was found before, by its place among the subjects."""
    if cache is None:
        return {}
    found = {place: cache.found(subject) for place, subject in enumerate(request.subjects) if isinstance(subject, Path)}
    return {place: result for place, result in found.items() if result is not None}


def _processes(files: int) -> int:
    """How many processes are worth their start: one for few files."""
    if files < MANY:
        return 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _progress() -> tuple[Callable[[str], None], Callable[[], None]]:
    """How progress is told on a terminal, and how its line is cleared; nothing where nobody looks."""
    if not sys.stderr.isatty():
        return lambda what: None, lambda: None

    from derivcheck.report.page import page_for

    page = page_for(sys.stderr)

    def tell(what: str) -> None:
        print(f"\r{page.show(what)[: page.width - 1]}\x1b[K", end="", file=sys.stderr, flush=True)

    return tell, lambda: tell("")


def selected(report: Report, selection: Selection) -> Report:
    """The report of what was asked for. Raises DerivcheckError (DC641) where that is nothing."""
    from derivcheck.spec.selection import nothing_selected

    if not selection.text:
        return report
    kept = [f for f in report.files if f.error is not None or f.gradients or f.claims or f.formulas]
    if not kept:
        raise nothing_selected(selection, _names(file.path for file in report.files))
    return replace(report, files=tuple(kept), deselected=sum(file.deselected for file in report.files))


def _names(paths: Iterable[str]) -> Iterator[str]:
    """What could have been selected: the ids of claims, the files."""
    from derivcheck.spec import load_spec
    from derivcheck.statements.document.formats import is_document

    for path in paths:
        yield path
        if not is_document(path):
            yield from (claim.id for claim in load_spec(path).claims)
