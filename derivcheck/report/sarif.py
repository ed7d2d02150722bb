"""SARIF 2.1.0: findings for code scanning, with rules that are explained and fingerprints that stay."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from derivcheck.diagnostics.diagnostic import Where
from derivcheck.diagnostics.explain import page
from derivcheck.diagnostics.explain.pages import PAGES
from derivcheck.pipeline.results import KNOWN, Report
from derivcheck.report.findings import Finding, findings, notes
from derivcheck.report.page import Page
from derivcheck.report.places import absolute_uri, relative_uri, repository, repository_path

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
ROOT = "%SRCROOT%"
FINGERPRINT = "derivcheckFinding/v1"
VERDICTS = {
    "proved": "A claim is proved and was expected not to hold.",
    "checked": "A claim agrees with the derivation at every size and point tried, and is not proved.",
    "refuted": "A claim does not follow: its sides differ.",
    "undecided": "A claim or a gradient could not be decided, or was expected to be and is.",
    "invalid": "A claim has no meaning: a shape, an index or a name is wrong.",
    "internal": "A bug of derivcheck's own: nothing is known of this one result.",
    "ambiguous": "A formula of a document can be read in several ways.",
    "unread": "A formula of a document could not be read.",
    "definition": "A formula of a document defines something, and was expected to assert it.",
}


def to_sarif(report: Report, *, ascii_only: bool = False) -> str:
    """The report as one SARIF log, paths seen from the root of the repository."""
    found = findings(report, ignored=True)
    rules = sorted({one.rule for one in found})
    shown, root, seen = Page(unicode=not ascii_only), repository(), Counter[str]()
    invocation: dict[str, Any] = {"executionSuccessful": report.exit_code != 3, "exitCode": report.exit_code}
    if told := notes(report):
        invocation["toolExecutionNotifications"] = [_notification(where, note, shown, root) for where, note in told]
    run = {
        "tool": {"driver": {"name": "derivcheck", "version": _version(), "rules": [_rule(rule) for rule in rules]}},
        "invocations": [invocation],
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {ROOT: {"description": {"text": "the root of the repository"}}},
        "results": [_result(one, rules.index(one.rule), shown, root, seen) for one in found],
    }
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, ensure_ascii=ascii_only, indent=2) + "\n"


def _version() -> str:
    try:
        return version("derivcheck-nn")
    except PackageNotFoundError:
        return "unknown"


def _rule(rule: str) -> dict[str, Any]:
    """What a rule is about: the page of its code, or what its verdict says."""
    if rule not in PAGES:
        text = VERDICTS.get(rule, rule)
        return {"id": rule, "shortDescription": {"text": text}, "defaultConfiguration": {"level": "error"}}
    found = PAGES[rule]
    text = page(rule)
    return {
        "id": rule,
        "shortDescription": {"text": found.title},
        "fullDescription": {"text": found.about},
        "help": {"text": text, "markdown": f"~~~text\n{text}\n~~~"},
        "defaultConfiguration": {"level": "error"},
    }


def _result(one: Finding, index: int, shown: Page, root: Path, seen: Counter[str]) -> dict[str, Any]:
    place = _location(one.where, root)
    identity = (one.rule, one.kind, place["artifactLocation"]["uri"], one.content)
    seen[repr(identity)] += 1
    digest = hashlib.sha256("\0".join((*identity, str(seen[repr(identity)]))).encode("utf-8", "surrogatepass"))
    result = {
        "ruleId": one.rule,
        "ruleIndex": index,
        "level": "error" if one.fails or one.ignored else "warning",
        "message": {"text": "\n".join(map(shown.show, one.lines)).replace("](", "] (")},  # which would be a link
        "locations": [{"physicalLocation": place}],
        "partialFingerprints": {FINGERPRINT: digest.hexdigest()},
        "properties": {"kind": one.kind, "subject": shown.show(one.subject), "verdict": one.verdict},
    }
    if one.ignored:
        kind = "external" if one.ignored == KNOWN else "inSource"
        result["suppressions"] = [{"kind": kind, "justification": shown.show(one.ignored)}]
    return result


def _notification(where: Where, note: str, shown: Page, root: Path) -> dict[str, Any]:
    """What is told of a file, and is no finding in it."""
    text = shown.show(note).replace("](", "] (")
    return {"level": "note", "message": {"text": text}, "locations": [{"physicalLocation": _location(where, root)}]}


def _location(where: Where, root: Path) -> dict[str, Any]:
    inside = repository_path(where.path, root)
    if inside is not None:
        artifact = {"uri": relative_uri(inside), "uriBaseId": ROOT}
    else:
        artifact = {"uri": absolute_uri(where.path)}
    if where.cell:  # its lines are none of the file's
        return {"artifactLocation": artifact}
    region = {"startLine": where.line, "startColumn": where.column, "endColumn": where.column + max(1, where.length)}
    return {"artifactLocation": artifact, "region": region}
