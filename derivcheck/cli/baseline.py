"""`--baseline`: findings that are known pass, new ones fail, and those that are gone are told.

A finding is known by its file, its code and the text it speaks of, never by its line. Files that could not be
judged and derivcheck's own bugs are no findings to get used to.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NoReturn

from rich.text import Text

from derivcheck.cli.files import replaced
from derivcheck.diagnostics.diagnostic import DerivcheckError, Diagnostic
from derivcheck.diagnostics.verdicts import ClaimResult, FormulaResult
from derivcheck.pipeline.results import KNOWN, FileResult, Report
from derivcheck.report.findings import Finding, claim_finding, formula_finding, gradient_finding, own_claims
from derivcheck.report.page import Page

VERSION = 1
KEYS = ("path", "kind", "rule", "content", "subject")


@dataclass(frozen=True, slots=True)
class KnownFinding:
    """One finding as the file has it; its `subject` is for people, and tells none from another."""

    path: str
    kind: str
    rule: str
    content: str
    subject: str

    @property
    def identity(self) -> tuple[str, ...]:
        return self.path, self.kind, self.rule, self.content


class Baseline:
    """The known findings of one file, whose paths are seen from its folder."""

    def __init__(self, path: Path, known: Iterable[KnownFinding] = ()) -> None:
        self.path = path
        self.known = tuple(known)

    @classmethod
    def read(cls, path: Path) -> Baseline:
        """Raises DerivcheckError (DC648) for what is no baseline."""
        try:
            found: Any = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            _refuse(f"there is no baseline `{path}` yet", f"--baseline {path} --update-baseline")
        except OSError as problem:
            _refuse(f"`{path}` cannot be read: {problem.strerror or problem}")
        except ValueError:
            _refuse(f"`{path}` is no baseline: it is not JSON")
        if (
            not isinstance(found, dict)
            or found.get("version") != VERSION
            or not isinstance(found.get("findings"), list)
        ):
            _refuse(f"`{path}` is no baseline of this version")
        for entry in found["findings"]:
            if not isinstance(entry, dict) or any(not isinstance(entry.get(key), str) for key in KEYS):
                _refuse(f"`{path}` is no baseline: each finding has {', '.join(KEYS)}")
        return cls(path, (KnownFinding(*(entry[key] for key in KEYS)) for entry in found["findings"]))

    def updated(self, report: Report) -> Baseline:
        """With the findings of a report in place of those known of its files."""
        judged = {self._seen(file.path) for file in report.files if file.failure is None}
        kept = [one for one in self.known if one.path not in judged]
        found = [self._entry(file, one) for file in report.files for one in _failing(file)]
        return Baseline(self.path, sorted([*kept, *found], key=lambda one: (one.identity, one.subject)))

    def write(self) -> None:
        """One finding a line, so that a difference shows which. Raises DerivcheckError (DC648)."""
        rows = [json.dumps({key: getattr(one, key) for key in KEYS}, ensure_ascii=False) for one in self.known]
        text = ",\n".join(f"    {row}" for row in rows)
        try:
            with replaced(self.path) as file:
                file.write(
                    f'{{\n  "version": {VERSION},\n  "findings": [' + (f"\n{text}\n  " if rows else "") + "]\n}\n"
                )
        except OSError as problem:
            _refuse(f"`{self.path}` cannot be written: {problem.strerror or problem}")

    def applied(self, report: Report) -> tuple[Report, list[KnownFinding]]:
        """The report in which what is known passes, and what is known and was not found any more."""
        left = Counter(one.identity for one in self.known)
        files = tuple(self._marked(file, left) for file in report.files)
        judged = {self._seen(file.path) for file in report.files if file.failure is None}
        fixed = []
        for one in self.known:
            if left[one.identity] > 0 and one.path in judged:
                left[one.identity] -= 1
                fixed.append(one)
        return replace(report, files=files), fixed

    def _marked(self, file: FileResult, left: Counter[tuple[str, ...]]) -> FileResult:
        def known(found: Finding | None) -> bool:
            if found is None or not found.fails:
                return False
            identity = self._entry(file, found).identity
            if left[identity] < 1 or found.verdict == "internal":
                return False
            left[identity] -= 1
            return True

        changed: dict[int, ClaimResult] = {}
        for claim in own_claims(file):
            if known(_claim_finding(claim, file)):
                changed[id(claim)] = replace(claim, ignored=KNOWN)
        formulas = []
        for formula in file.formulas:
            if known(_formula_finding(formula, file)):
                formula = _passing(formula, changed)
            formulas.append(formula)
        open_ = [one.wrt for one in file.gradients if known(gradient_finding(one, file))]
        claims = tuple(changed.get(id(claim), claim) for claim in file.claims)
        return replace(file, claims=claims, formulas=tuple(formulas), known=tuple(open_))

    def _entry(self, file: FileResult, found: Finding) -> KnownFinding:
        return KnownFinding(self._seen(file.path), found.kind, found.rule, found.content, found.subject)

    def _seen(self, path: str) -> str:
        return Path(os.path.relpath(path, self.path.parent)).as_posix()


def _passing(formula: FormulaResult, changed: dict[int, ClaimResult]) -> FormulaResult:
    """A formula whose claim is ignored, in the list of the claims too; one that was not read holds all the same."""
    if formula.claim is None or formula.standing != "judged":
        return replace(formula, holds=True)
    changed[id(formula.claim)] = claim = replace(formula.claim, ignored=KNOWN)
    return replace(formula, claim=claim)


def _claim_finding(claim: ClaimResult, file: FileResult) -> Finding | None:
    """What is wrong with a claim, known by all of its steps."""
    found = claim_finding(claim, file)
    if found is None or len(claim.links) < 2:
        return found
    return replace(found, content=" ".join(" ".join(link.text for link in claim.links).split()))


def _formula_finding(formula: FormulaResult, file: FileResult) -> Finding | None:
    """What is wrong with a formula, known by the whole of it."""
    found = formula_finding(formula, file)
    return None if found is None else replace(found, content=" ".join(formula.text.split()))


def _failing(file: FileResult) -> list[Finding]:
    """What makes a file fail and may become known."""
    found = [
        *(_claim_finding(claim, file) for claim in own_claims(file)),
        *(_formula_finding(formula, file) for formula in file.formulas),
        *(gradient_finding(gradient, file) for gradient in file.gradients),
    ]
    return [one for one in found if one is not None and one.fails and one.verdict != "internal"]


def baseline_lines(baseline: Baseline, fixed: list[KnownFinding], page: Page) -> list[Text]:
    """What is gone, and how to say so in the file."""
    lines = [
        Text.assemble(("fixed: ", "bold green")) + page.text(f"{one.path}: {one.rule} of `{one.subject}`")
        for one in fixed
    ]
    if fixed:
        what = "finding is" if len(fixed) == 1 else "findings are"
        lines.append(page.text(f"{len(fixed)} known {what} gone: --baseline {baseline.path} --update-baseline"))
    return lines


def _refuse(message: str, help_: str = "") -> NoReturn:
    raise DerivcheckError(Diagnostic("DC648", message, help=help_))
