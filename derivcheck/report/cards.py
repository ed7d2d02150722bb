"""Gradients, claims and diagnostics as pieces of a page."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from rich.text import Text

from derivcheck.diagnostics.diagnostic import Diagnostic
from derivcheck.diagnostics.verdicts import HOLDS, ClaimResult, GradientResult
from derivcheck.report.evidence import finding, measured, numbers, proof
from derivcheck.report.excerpt import diagnostic_lines
from derivcheck.report.formulas import Formulas
from derivcheck.report.markup import PAGE, Child, element, preformatted, scrolling

TONES = {
    "proved": "good",
    "checked": "fair",
    "refuted": "bad",
    "undecided": "fair",
    "invalid": "bad",
    "internal": "bad",
}
MOST_SLOPES = 3
CLASSES = {"bold red": "error", "red": "error", "blue": "place", "bold": "strong"}


def badge(verdict: str, holds: bool, remark: str = "") -> Element:
    """The verdict as a word with a mark, so that its colour says nothing new."""
    tone = TONES.get(verdict, "fair") if holds == (verdict in HOLDS) else "good" if holds else "bad"
    said = f"{verdict}, {remark}" if remark else verdict
    return element("span", f"{'✓' if holds else '✗'} {said}", class_=f"badge {tone}")


def diagnostic(found: Diagnostic, title: str = "error") -> Element:
    """A message with its excerpt and caret, as a terminal shows it."""
    return preformatted((pieces(line) for line in diagnostic_lines(found, PAGE, title=title)), "diagnostic")


def pieces(line: Text) -> Iterator[tuple[str, str]]:
    """The runs of one line with their classes."""
    styles = [str(line.style)] * len(line.plain)
    for span in line.spans:
        styles[span.start : span.end] = [str(span.style)] * (span.end - span.start)
    start = 0
    for position in range(1, len(styles) + 1):
        if position == len(styles) or styles[position] != styles[start]:
            yield line.plain[start:position], CLASSES.get(styles[start], "")
            start = position


def evidence(*named: tuple[str, Child]) -> Element:
    """Names and what is to be said of them."""
    parts: list[Child] = []
    for name, said in named:
        if said is not None and said != "":
            parts += [element("dt", name), element("dd", said)]
    return element("dl", *parts)


def formula(made: Element, *more: Child) -> Element:
    """A line that scrolls by itself where it is wider than the page."""
    return scrolling("div", made, *more, class_="formula")


def gradient_card(gradient: GradientResult, holds: bool, formulas: Formulas) -> Element:
    """A derived gradient: its matrix form, or its index form where it has none, and what stands behind it."""
    forms = gradient.forms
    # In brackets: `dL` and `dx` may be names themselves.
    entry = f"{gradient.wrt}[{','.join(forms.letters)}]" if forms.letters else gradient.wrt
    entries = f"d({gradient.of})/d({entry}) = {forms.index}"
    main = f"d({gradient.of})/d({gradient.wrt}) = {forms.matrix}" if forms.matrix else entries
    shape = " × ".join(gradient.shape) or "scalar"
    return element(
        "article",
        element(
            "p",
            badge(gradient.verdict, holds),
            element("strong", PAGE.derivative(gradient.of, gradient.wrt)),
            element("span", shape, class_="dim"),
            class_="head",
        ),
        formula(formulas.shown(main)),
        evidence(
            ("entries", formula(formulas.shown(entries)) if forms.matrix and forms.letters else None),
            ("matrices", forms.slices_unicode or forms.slices),
            ("no matrix form", "" if forms.slices else forms.no_matrix),
            ("proof", proof(gradient.exact, PAGE)),
            ("given", ", ".join(gradient.facts)),
            ("differences", numbers(gradient.numeric, PAGE)),
            *(("note", note) for note in gradient.notes),
        ),
        class_="card",
    )


def claim_card(claim: ClaimResult, latex: bool, formulas: Formulas, *more: Child) -> Element:
    """A claim with its verdict; what is wrong with it stands open, with `more` that shows it."""
    expected = claim.holds and claim.verdict not in HOLDS
    written = element("code", " ".join(claim.text.split()))
    drawn = formulas.drawn(claim.text) if latex else None
    main = formulas.shown(claim.reading) if latex and claim.reading else drawn or formulas.shown(claim.text)
    title = "internal error" if claim.verdict == "internal" else "note" if expected else "error"
    found = finding(claim) if not claim.holds or claim.verdict not in HOLDS else None
    return element(
        "article",
        element(
            "p",
            badge(claim.verdict, claim.holds, "as expected" if expected else ""),
            element("strong", claim.id),
            class_="head",
        ),
        formula(main),
        evidence(
            ("written", written if latex else None),
            ("given", ", ".join(claim.facts)),
            ("holds for", claim.reach),
            ("besides", claim.note),
            ("inferred", "; ".join(claim.inferred)),
            ("proof", proof(claim.exact, PAGE) if claim.exact.equal is not None or claim.exact.reason else ""),
            ("numbers", numbers(claim.numeric, PAGE) if claim.numeric.verdict != "not_run" else ""),
            ("slopes", _slopes(claim)),
            ("note", claim.message if claim.holds else ""),
        ),
        _links(claim, formulas) if len(claim.links) > 1 else None,
        diagnostic(found, title) if found is not None else None,
        _instead(claim, formulas),
        *more,
        class_="card" if claim.holds else "card wrong",
    )


def _slopes(claim: ClaimResult) -> Child:
    """How the derivatives of a claim were measured; of many, the rest on demand."""
    said = measured(claim.slopes, PAGE).split("; ")
    if len(said) <= MOST_SLOPES:
        return "; ".join(said)
    summary = element("summary", f"{len(said)} derivatives measured")
    return element("details", summary, *(element("p", one) for one in said))


def _instead(claim: ClaimResult, formulas: Formulas) -> Element | None:
    """The equation that holds in place of a wrong one."""
    derived = dict(claim.diagnosis.notes).get("derived", "") if claim.diagnosis is not None else ""
    tree = formulas.read(derived) if derived else None
    if tree is None:
        return None
    return scrolling("div", element("span", "derived: ", class_="dim"), formulas.written(tree), class_="formula")


def _links(claim: ClaimResult, formulas: Formulas) -> Element:
    """The steps of a chain, the first wrong one and what inherits its mistake."""
    rows = [
        element(
            "li",
            badge(link.verdict, link.holds),
            formula(formulas.shown(link.text)),
            element("span", link.message, class_="dim") if link.message else None,
        )
        for link in claim.links
    ]
    return element("ol", *rows, class_="links")
