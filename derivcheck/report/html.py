"""A report as one page: no script, nothing from elsewhere, formulas as MathML, pictures as SVG."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from importlib.resources import files
from pathlib import Path
from xml.etree.ElementTree import Element

from derivcheck.diagnostics.diagnostic import DerivcheckError
from derivcheck.diagnostics.incidents import isolated
from derivcheck.diagnostics.verdicts import ClaimResult, FormulaResult
from derivcheck.pipeline.results import FileResult, Report
from derivcheck.report.cards import diagnostic
from derivcheck.report.coverage import coverage
from derivcheck.report.document.view import Told, document_view
from derivcheck.report.evidence import counting, file_summary, sizes
from derivcheck.report.markup import Child, element, markup, scrolling, styled
from derivcheck.report.sections import Sections, folded, lost
from derivcheck.spec import Spec

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def to_html(report: Report, *, ascii_only: bool = False, home: str = "") -> str:
    """The whole report as the text of one HTML file, UTF-8 or in character references.

    `home` is the page that leads to this one, where there is one.
    What a bug of derivcheck costs is said in its place, and noted (diagnostics/incidents.py).
    """
    heading = _heading(report)
    back = element("p", element("a", "All models", href=home)) if home else None
    body = [
        element("header", back, element("h1", heading), element("p", mark(report.exit_code), outcome(report))),
        _overview(report) if len(report.files) > 1 and not _one_document(report) else None,
        element("main", *report_sections(report)),
    ]
    return page_of(f"{heading}: {outcome(report)}", body, ascii_only)


def claim_to_html(claim: ClaimResult, spec: Spec | None = None, *, ascii_only: bool = False) -> str:
    """A page of one claim, its names as the spec declares them."""
    file = FileResult(spec.path if spec is not None else "equation", claims=(claim,), spec=spec)
    body = [
        element("header", element("h1", "One equation judged")),
        element("main", Sections(file, 2).claim(claim)),
    ]
    return page_of(f"{claim.text}: {claim.verdict}", body, ascii_only)


def page_of(title: str, body: Sequence[Child], ascii_only: bool, policy: str = POLICY) -> str:
    """The text of a page."""
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=policy),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("title", title),
        styled(stylesheet()),
    )
    code = element("code", "derivcheck explain CODE")
    footer = element("footer", element("p", "Written by derivcheck. Every code is explained by ", code, "."))
    page = element("html", head, element("body", *body, footer, class_="derivcheck page"), lang="en")
    text = "<!DOCTYPE html>\n" + markup(page) + "\n"
    return text.encode("ascii", "xmlcharrefreplace").decode() if ascii_only else text


def stylesheet() -> str:
    """The rules of every page and of every piece in a notebook."""
    return files("derivcheck.report").joinpath("style.css").read_text(encoding="utf-8")


def outcome(report: Report) -> str:
    """The report in a sentence."""
    if len(report.files) == 1:
        return file_summary(report.files[0])
    wrong = sum(file.exit_code != 0 for file in report.files)
    return f"{counting(len(report.files), 'spec')}, {f'{wrong} not as expected' if wrong else 'all hold'}"


def _heading(report: Report) -> str:
    if len(report.files) != 1:
        return Path(report.files[0].document).name if _one_document(report) else "Derivations verified"
    return report.files[0].title or report.files[0].path


def _one_document(report: Report) -> bool:
    """Whether several specs account for parts of one document, which then is the page."""
    return len({file.document for file in report.files}) == 1 and bool(report.files[0].formulas)


def mark(code: int) -> Element:
    """What an exit code says, in words."""
    said = {0: "✓ holds", 1: "✗ does not hold", 2: "✗ not judged"}.get(code, "✗ internal error")
    return element("span", said, class_=f"badge {'bad' if code else 'good'}")


def _overview(report: Report) -> Element:
    """A line for each spec."""
    rows = [
        element(
            "tr",
            element("th", element("a", file.title or file.path, href=f"#spec-{k}"), scope="row"),
            element("td", file_summary(file)),
            element("td", mark(file.exit_code)),
        )
        for k, file in enumerate(report.files, 1)
    ]
    head = element("tr", *(element("th", name, scope="col") for name in ("spec", "what was judged", "outcome")))
    table = element("table", element("caption", "All specs"), element("thead", head), element("tbody", *rows))
    return element("nav", scrolling("div", table, class_="scroll"), aria_label="All specs")


def file_section(file: FileResult) -> Element:
    """One spec as a piece of something else, without a place to link to."""
    section = _file(file, 1, 3, Sections(file, 3))
    section.insert(0, element("p", mark(file.exit_code), element("strong", file.title), f" {file_summary(file)}"))
    del section.attrib["id"]
    return section


def report_sections(report: Report) -> Iterator[Element]:
    """Every spec; one alone has its title above the whole page. A document goes before the specs that judge it."""
    alone = len(report.files) == 1
    level = 2 if alone else 3
    sections = [Sections(file, level) for file in report.files]
    told = _documents(report)
    shown: set[str] = set()
    for number, file in enumerate(report.files, 1):
        document = told.get(file.document)
        if document is not None and document.path not in shown:
            shown.add(document.path)
            owners = {id(f): own for file, own in zip(report.files, sections, strict=True) for f in file.formulas}
            yield from _document(document, owners, level, number, alone)
        section = _file(file, number, level, sections[number - 1], document is not None)
        if not alone:
            section.insert(0, element("h2", file.title or file.path))
            section.insert(1, element("p", mark(file.exit_code), file_summary(file)))
        yield section


def _documents(report: Report) -> Mapping[str, Told]:
    """The documents that the specs account for, each with all of them."""
    paths = dict.fromkeys(file.document for file in report.files if file.document and file.formulas)
    return {path: Told(path, tuple(file for file in report.files if file.document == path)) for path in paths}


def _document(told: Told, owners: Mapping[int, Sections], level: int, number: int, alone: bool) -> Iterator[Element]:
    """A document with the verdicts on its formulas in their places."""

    def explain(formula: FormulaResult, macros: Mapping[str, str]) -> Element:
        return isolated(partial(owners[id(formula)].explained, formula, macros), partial(lost, formula.known_as))

    def made() -> list[Child]:
        try:
            return list(document_view(told, explain, level, f"formula-{number}", told.files[0].title if alone else ""))
        except DerivcheckError as problem:
            unseen = diagnostic(problem.diagnostic, "the document is not shown, what was found of it is")
            return [unseen, *(explain(formula, {}) for formula in told.results)]

    parts: list[Child] = isolated(made, lambda bug: [lost("the document", bug)])
    title = None if alone else element("h2", f"The text of {Path(told.path).name}")
    said = coverage(replace(told.files[0], formulas=tuple(told.results)))
    yield element(
        "article", title, element("p", element("code", told.path), f" {said}", class_="dim"), *parts, class_="paper"
    )


def _file(file: FileResult, number: int, level: int, sections: Sections, told: bool = False) -> Element:
    """Everything about one spec, its parts under headings of the level given; less where its document was `told`."""
    place = f"{file.path}{f', {sizes(file.sizes)}, seed {file.seed}' if file.sizes else ''}"
    return element(
        "section",
        element("p", element("code", place), class_="dim"),
        element("p", f"Source: {file.source}", class_="dim") if file.source else None,
        diagnostic(file.failure, "internal error" if file.contradiction else "error") if file.failure else None,
        *(diagnostic(warning, "error" if file.strict else "warning") for warning in file.warnings),
        *(diagnostic(remark, "note") for remark in file.remarks),
        *(element("p", f"Note: {note}") for note in file.notes),
        *(_behind(sections) if told else sections.written()),
        id=f"spec-{number}",
    )


def _behind(sections: Sections) -> Iterator[Child]:
    """What a document rests upon, for who wants to see it."""
    parts = list(sections.written(told=True))
    if parts:
        folds = folded("The network of the document, its gradients and their derivation", *parts)
        folds.set("class", "behind")
        yield folds
