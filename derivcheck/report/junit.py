"""JUnit XML: a suite for each file, a test for each claim, gradient and formula of a document."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from xml.etree import ElementTree as ET  # only writes here

from derivcheck.diagnostics.diagnostic import Where
from derivcheck.diagnostics.verdicts import FormulaResult
from derivcheck.pipeline.results import FileResult, Report
from derivcheck.report.failure import diagnostic_text
from derivcheck.report.findings import (
    Finding,
    claim_finding,
    file_finding,
    formula_finding,
    gradient_finding,
    own_claims,
    warning_findings,
)
from derivcheck.report.page import Page

# Everything that XML 1.0 has no way to write, not even as a reference.
FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
TALLIED = {"failure": "failures", "error": "errors", "skipped": "skipped"}

Test = tuple[str, Where, ET.Element | None]


def to_junit(report: Report, *, ascii_only: bool = False) -> str:
    """The report as one document; a run that fails has a failure or an error in it, one that holds has none."""
    page = Page(unicode=not ascii_only)
    root = ET.Element("testsuites", name="derivcheck")
    root.extend(_suite(file, page) for file in report.files)
    for name in ("tests", *TALLIED.values()):
        root.set(name, str(sum(int(suite.get(name, "0")) for suite in root)))
    ET.indent(root)
    encoding = "us-ascii" if ascii_only else "utf-8"
    body = ET.tostring(root, encoding=encoding, xml_declaration=False).decode(encoding)
    return f'<?xml version="1.0" encoding="{encoding}"?>\n{body}\n'


def _suite(file: FileResult, page: Page) -> ET.Element:
    suite = ET.Element("testsuite", name=writable(file.path), file=writable(file.path))
    counted = dict.fromkeys(("tests", *TALLIED.values()), 0)
    taken: set[str] = set()
    cases = []
    for name, where, outcome in _tests(file, page):
        counted["tests"] += 1
        if outcome is not None:
            counted[TALLIED[outcome.tag]] += 1
        case = ET.Element(
            "testcase",
            name=_unique(writable(page.show(name)), taken),
            classname=writable(file.path),
            file=writable(where.path),
            line=str(where.line),  # within its cell, in a notebook
        )
        case.extend([outcome] if outcome is not None else [])
        cases.append(case)
    for name, number in counted.items():
        suite.set(name, str(number))
    if file.sizes:
        properties = ET.SubElement(suite, "properties")
        ET.SubElement(properties, "property", name="seed", value=str(file.seed))
    suite.extend(cases)
    if file.notes:
        ET.SubElement(suite, "system-out").text = writable("\n".join(f"note: {page.show(note)}" for note in file.notes))
    return suite


def _tests(file: FileResult, page: Page) -> Iterator[Test]:
    start = Where(file.path, 1, 1)
    problem = file_finding(file)
    if problem is not None:
        yield "spec", problem.where, _outcome(problem, page)
    for claim in own_claims(file):
        yield claim.id, claim.where or start, _outcome(claim_finding(claim, file), page)
    for formula in file.formulas:
        yield formula.known_as, formula.where, _formula_outcome(formula, file, page)
    for gradient in file.gradients:
        name = f"d{gradient.of}/d{gradient.wrt}"
        yield name, gradient.where or start, _outcome(gradient_finding(gradient, file), page)
    for warning in warning_findings(file):
        yield "ignore", warning.where, _outcome(warning, page)


def _outcome(found: Finding | None, page: Page) -> ET.Element | None:
    """What a test has to say: nothing where it passes, `skipped` where a finding does not fail the run."""
    if found is None:
        return None
    message = page.show(found.diagnostic.message)
    tag = "error" if found.kind in ("file", "bug") or found.verdict == "internal" else "failure"
    if not found.fails:
        why = f"ignored: {found.ignored}" if found.ignored else "warning" if found.kind == "spec" else "open"
        message, tag = page.show(why if found.ignored else f"{why}: {message}"), "skipped"
    made = ET.Element(tag, type=found.rule, message=writable(message))
    shown = replace(found.diagnostic, where=found.diagnostic.where or found.where)
    title = found.verdict if found.kind in ("file", "bug") else title_of(found)
    made.text = writable(diagnostic_text(shown, page, title=title))
    return made


def title_of(found: Finding) -> str:
    """What stands in front of a finding of one result."""
    return "internal error" if found.verdict == "internal" else "error" if found.fails else "warning"


def _formula_outcome(formula: FormulaResult, file: FileResult, page: Page) -> ET.Element | None:
    """As a claim's; a formula that nobody judged has not passed, though the run may."""
    if not formula.holds or formula.standing not in ("unread", "ambiguous"):
        return _outcome(formula_finding(formula, file), page)
    reason = formula.reason
    said = f": {reason.code} {reason.message}" if reason is not None else ""
    return ET.Element("skipped", type=formula.standing, message=writable(page.show(f"{formula.standing}{said}")))


def writable(text: str) -> str:
    """A text with an escape for every character that XML forbids."""
    return FORBIDDEN.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def _unique(name: str, taken: set[str]) -> str:
    """A name that no other test of the file has: gradients recur at every depth."""
    candidates = (name if count == 1 else f"{name}, {count}" for count in range(1, len(taken) + 2))
    chosen = next(candidate for candidate in candidates if candidate not in taken)
    taken.add(chosen)
    return chosen
