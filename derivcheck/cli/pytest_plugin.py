"""Specs as tests: one item for every claim, every gradient and every formula of a document.

Loaded with pytest itself wherever derivcheck is installed, so that nothing but pytest is
imported here: the loader when the first spec is collected, SymPy when its first item runs.
"""

from __future__ import annotations

import fnmatch
import os
import warnings
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from derivcheck.diagnostics.diagnostic import ContradictionError, DerivcheckError

if TYPE_CHECKING:
    from derivcheck.pipeline.casebook import Casebook
    from derivcheck.report.page import Page
    from derivcheck.spec.roster import Entry

SUFFIXES = (".derivcheck.yaml", ".derivcheck.yml")
NAMED = pytest.StashKey[frozenset[Path]]()


class FindingError(Exception):
    """What an item has to say where it does not hold: the text is all that is shown."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """The ini options."""
    parser.addini(
        "derivcheck_files",
        "specs to collect beside *.derivcheck.yaml, as globs from the root folder",
        type="args",
        default=[],
    )
    parser.addini("derivcheck_strict", "only proved claims hold, checked ones do not", type="bool", default=False)


def pytest_configure(config: pytest.Config) -> None:
    """The marker, and the files that the globs name.

    Raises UsageError for a glob of a folder that names nothing: a misspelt one must not look like success.
    """
    config.addinivalue_line("markers", "derivcheck: a claim, gradient or formula of a spec, judged by derivcheck")
    named: set[Path] = set()
    for pattern in config.getini("derivcheck_files"):
        if "/" not in pattern:
            continue
        try:
            found = [path for path in config.rootpath.glob(pattern) if path.is_file()]
        except (NotImplementedError, ValueError) as problem:
            raise pytest.UsageError(f"derivcheck_files: `{pattern}` is no glob: {problem}") from None
        if not found:
            raise pytest.UsageError(f"derivcheck_files: `{pattern}` names no file below {config.rootpath}")
        named.update(found)
    config.stash[NAMED] = frozenset(named)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.File | None:
    """A spec is collected by its name, or where the configuration names it."""
    patterns = [pattern for pattern in parent.config.getini("derivcheck_files") if "/" not in pattern]
    if (
        file_path.name.endswith(SUFFIXES)
        or file_path in parent.config.stash[NAMED]
        or any(fnmatch.fnmatchcase(file_path.name, pattern) for pattern in patterns)
    ):
        return SpecFile.from_parent(parent, path=file_path)
    return None


class SpecFile(pytest.File):
    """One spec; what is judged of it is read off its text."""

    casebook: Casebook
    said: str = ""  # the item that told of a network that cannot be built

    def collect(self) -> Iterable[pytest.Item]:
        """Raises DerivcheckError where the spec cannot be read, or has nothing to be judged."""
        from derivcheck.spec import load_spec
        from derivcheck.spec.roster import roster

        spec = load_spec(_shown(self.path, self.config))
        items: list[pytest.Item] = []
        taken: set[str] = set()
        for entry in roster(spec):
            name = _unique(entry.name if entry.name not in taken else f"{entry.name} ({entry.kind})", taken)
            items.append(EntryItem.from_parent(self, name=name, entry=entry))
        self._spec = spec
        if spec.document is not None:
            accountant = self.judge().accountant
            if accountant is None:
                items.append(AbsentDocument.from_parent(self, name=_unique(spec.document.file.text, taken)))
            else:
                for position, (name, where) in enumerate(accountant.places()):
                    place = (where.path, where.line)
                    items.append(
                        FormulaItem.from_parent(self, name=_unique(name, taken), position=position, place=place)
                    )
        return items

    def judge(self) -> Casebook:
        """The casebook of this file, made when it is first asked for and shared by all of its items."""
        if not hasattr(self, "casebook"):
            from derivcheck.judging.settings import Measuring
            from derivcheck.pipeline.casebook import Casebook
            from derivcheck.pipeline.request import Request

            strict = bool(self.config.getini("derivcheck_strict"))
            self.casebook = Casebook(self._spec, Request(strict=strict, measuring=Measuring(latex=False)))
        return self.casebook

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException]) -> Any:  # type: ignore[override]
        return _told(excinfo.value) or super().repr_failure(excinfo)


class SpecItem(pytest.Item):
    """Something that is judged. Its failures are texts, its errors are those of the whole spec."""

    parent: SpecFile

    def __init__(self, **fields: Any) -> None:
        super().__init__(**fields)
        self.add_marker(pytest.mark.derivcheck)

    def setup(self) -> None:
        """An error where the network cannot be built: then nothing of it is right or wrong."""
        told = ""
        try:
            with _quiet():
                self.parent.judge().panel()
        except Exception as problem:
            told = _told(problem)
            if not told:
                raise
        if told and self.parent.said not in ("", self.name):
            told = f"{told.splitlines()[0]}\nas told at `{self.parent.said}`"
        if told:
            self.parent.said = self.parent.said or self.name
            # pytest asks no item how an error of its setup reads; a text without a trace is shown as it is.
            pytest.fail(told, pytrace=False)

    def runtest(self) -> None:
        """Raises FindingError where something is not as it should be."""
        with _quiet():
            self.check(self.parent.judge(), _page())

    def check(self, casebook: Casebook, page: Page) -> None:
        raise NotImplementedError

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        return _told(excinfo.value) or super().repr_failure(excinfo, style)


class EntryItem(SpecItem):
    """A claim or a gradient of a spec."""

    def __init__(self, *, entry: Entry, **fields: Any) -> None:
        super().__init__(**fields)
        self.entry = entry

    def check(self, casebook: Casebook, page: Page) -> None:
        from derivcheck.report.failure import claim_text, gradients_text

        if self.entry.kind == "claim":
            claim = casebook.claim(self.entry)
            self.user_properties.append(("verdict", claim.verdict))
            if claim.ignored:
                self.user_properties.append(("ignored", claim.ignored))
            elif not claim.holds:
                raise FindingError(claim_text(claim, page))
            return
        found = casebook.gradients(self.entry)
        self.user_properties += [("verdict", verdict) for verdict in dict.fromkeys(g.verdict for g in found)]
        for problem in (gradient.problem for gradient in found if gradient.problem is not None):
            raise ContradictionError(problem)
        wrong = [gradient for gradient in found if not casebook.accepts(gradient)]
        if wrong:
            raise FindingError(gradients_text(wrong, casebook.request.strict, page))

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, self.entry.where.line - 1, self.name


class FormulaItem(SpecItem):
    """A formula of the document that a spec is the sidecar of."""

    def __init__(self, *, position: int, place: tuple[str, int], **fields: Any) -> None:
        super().__init__(**fields)
        self.position = position
        self.place = place

    def check(self, casebook: Casebook, page: Page) -> None:
        from derivcheck.report.failure import formula_text

        formula = casebook.formulas()[self.position]
        verdict = formula.claim.verdict if formula.claim is not None else formula.standing
        self.user_properties.append(("verdict", verdict))
        if not formula.holds:
            raise FindingError(formula_text(formula, page))
        if formula.standing in ("unread", "ambiguous"):
            reason = formula.reason
            said = f": {reason.code} {reason.message}" if reason is not None else ""
            pytest.skip(page.show(f"{formula.where}: {formula.standing}{said}"))

    def reportinfo(self) -> tuple[Path, int, str]:
        return Path(self.place[0]), self.place[1] - 1, self.name


class AbsentDocument(SpecItem):
    """The document of a sidecar that is not here: its formulas cannot be told, and that is said."""

    def setup(self) -> None:
        pytest.skip("the document is not here: put it beside its spec, or set DERIVCHECK_DOCUMENTS to its folder")

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, 0, self.name


def _told(problem: BaseException) -> str:
    """What is shown of a problem instead of a traceback; empty for what is not derivcheck's to tell."""
    if isinstance(problem, FindingError):
        return str(problem)
    from derivcheck.report.failure import diagnostic_text

    if isinstance(problem, DerivcheckError):
        own = isinstance(problem, ContradictionError)
        return diagnostic_text(problem.diagnostic, _page(), title="internal error" if own else "error")
    passed_on = isinstance(problem, pytest.Collector.CollectError) or os.environ.get("DERIVCHECK_TRACEBACK")
    if passed_on or not isinstance(problem, Exception):
        return ""
    from derivcheck.diagnostics.diagnostic import own_bug

    return diagnostic_text(own_bug(problem), _page(), title="internal error")


def _page() -> Page:
    from derivcheck.report.failure import failure_page

    return failure_page()


class _quiet(warnings.catch_warnings):  # noqa: N801 - it reads as a statement
    """A warning of SymPy or NumPy is no verdict, whatever the tests around make of warnings."""

    def __enter__(self) -> Any:
        entered = super().__enter__()
        warnings.simplefilter("ignore")
        return entered


def _shown(path: Path, config: pytest.Config) -> str:
    """A path as it is read from where pytest was started."""
    start = config.invocation_params.dir
    return str(path.relative_to(start)) if path.is_relative_to(start) and Path.cwd() == start else str(path)


def _unique(name: str, taken: set[str]) -> str:
    """A name that an item of the file can have: nothing invisible, no `::`, none twice."""
    shown = "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in name).replace("::", ":").strip() or "unnamed"
    candidates: Iterator[str] = (shown if count == 1 else f"{shown}, {count}" for count in range(1, len(taken) + 2))
    chosen = next(candidate for candidate in candidates if candidate not in taken)
    taken.add(chosen)
    return chosen
