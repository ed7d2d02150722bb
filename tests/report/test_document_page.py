"""A document as a page: its prose and its figures as they are, every formula drawn, its verdict beside it."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from xml.etree.ElementTree import Element, fromstring

import pytest

from derivcheck.diagnostics.diagnostic import SourceText
from derivcheck.pipeline.results import Report
from derivcheck.pipeline.verification import verify_document, verify_file
from derivcheck.report.document.weaving import MARK, woven
from derivcheck.report.html import to_html
from derivcheck.report.markup import markup
from derivcheck.report.typesetting.typesetter import typeset
from derivcheck.statements.document.passages import read_manuscript

SIDECAR = """
title: Notes
tensors: {x: n, W: m n, y: {axes: m, given: one_hot}}
layers: {z: W @ x, p: softmax(z)}
loss: {L: "cross_entropy(p, y)"}
"""
RIGHT, WRONG = r"\frac{\partial L}{\partial z} = p - y", r"\frac{\partial L}{\partial z} = y - p"
INLINE = r"\frac{\partial L}{\partial W} = (p - y) x^\top"
DOCUMENTS = {
    "notes.md": f"# Notes\n\nThe *slope* is\n$$\n{RIGHT}\n$$\nand ${INLINE}$ too.\n\n## More\n\n- An item:\n  $${WRONG}$$\n",
    "notes.qmd": f"# Notes\n\nThe *slope* is\n\n$$\n{RIGHT}\n$$ {{#eq-one}}\n\nand ${INLINE}$ too.\n\n## More\n\n$${WRONG}$$\n",
    "notes.myst": f"# Notes\n\nThe *slope* is\n\n```{{math}}\n:label: one\n{RIGHT}\n```\n\nand {{math}}`{INLINE}` too.\n\n"
    f"## More\n\n::::{{note}}\n$${WRONG}$$\n::::\n",
    "notes.mdx": f"import A from 'a'\n\n# Notes\n\nThe *slope* is\n\n$$\n{RIGHT}\n$$\n\nand ${INLINE}$ too.\n\n## More\n\n"
    f"<A b={{1}}>\n\n$${WRONG}$$\n\n</A>\n",
    "notes.rst": f"Notes\n=====\n\nThe *slope* is\n\n.. math::\n   :label: one\n\n   {RIGHT}\n\nand :math:`{INLINE}` too.\n\n"
    f"More\n----\n\n- An item:\n\n  .. math:: {WRONG}\n",
    "notes.org": f"#+TITLE: Notes\n\nThe /slope/ is\n\\[ {RIGHT} \\]\nand \\({INLINE}\\) too.\n\n* More\n\n\\[ {WRONG} \\]\n",
    "notes.tex": "\\documentclass{article}\n\\newcommand{\\T}{^\\top}\n\\begin{document}\n\\section{Notes}\nThe \\emph{slope} is % no\n"
    f"\\begin{{equation}}\n{RIGHT}\n\\end{{equation}}\nand ${INLINE}$ too.\n\n\\subsection{{More}}\n"
    f"\\begin{{itemize}}\n\\item An item: \\[ {WRONG} \\]\n\\end{{itemize}}\n\\end{{document}}\n",
    "notes.html": "<html><head><title>t</title><script>1</script></head><body><h1>Notes</h1><p>The <i>slope</i> is"
    f"\\[ {RIGHT} \\] and \\({INLINE}\\) too.</p><h2>More</h2><ul><li>An item: \\[ {WRONG} \\]</li></ul></body></html>",
    "notes.ipynb": json.dumps(
        {
            "cells": [
                {"cell_type": "markdown", "source": f"# Notes\n\nThe *slope* is\n$$\n{RIGHT}\n$$\nand ${INLINE}$ too."},
                {"cell_type": "code", "source": "1 + 1", "outputs": []},
                {"cell_type": "markdown", "source": f"## More\n\n$${WRONG}$$"},
            ]
        }
    ),
}


def page_of(folder: Path, name: str, text: str, sidecar: str = SIDECAR) -> Element:
    """The page of a document with its sidecar, as a tree."""
    (folder / name).write_text(text, encoding="utf-8")
    (folder / "sidecar.yaml").write_text(sidecar, encoding="utf-8")
    made = to_html(Report((verify_document(folder / name, folder / "sidecar.yaml"),)))
    return fromstring(made.removeprefix("<!DOCTYPE html>\n"))


def said(root: Element) -> str:
    return " ".join("".join(root.itertext()).split())


def of_class(root: Element, name: str) -> list[Element]:
    return [one for one in root.iter() if name in (one.get("class") or "").split()]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_is_shown_as_it_is(name: str, tmp_path: Path) -> None:
    (document,) = of_class(page_of(tmp_path, name, DOCUMENTS[name]), "document")
    verdicts = [said(summary) for summary in of_class(document, "verdicts")]
    assert verdicts == ["✓ proved", "✓ proved", "✗ refuted"]
    whole = [said(one) for one in document.iter("h3")]
    assert whole == ["More"]  # the title of the page is not said again
    for margin in of_class(document, "margin"):
        margin.clear()
    assert [one.text for one in document.iter("em")] == ["slope"]
    text = re.sub(r"[\u2061-\u2064]", "", said(document))
    assert re.search("The slope is", text) and re.search("and .*too", text)
    assert not re.search(r"\$|\\|math|begin|label|#|::|import|[\ue000\ue001]", text), text
    sources = [one.get("alttext") for one in document.iter("math")]
    assert sources[1:] == [INLINE, WRONG] and RIGHT in (sources[0] or "")
    assert [one.get("display") for one in document.iter("math")] == ["block", None, "block"]


def test_what_is_wrong_is_told_first_and_explained(tmp_path: Path) -> None:
    root = page_of(tmp_path, "notes.md", DOCUMENTS["notes.md"])
    (links,) = root.findall(".//nav")
    (link,) = links.iter("a")
    (target,) = (one for one in root.iter() if f"#{one.get('id')}" == link.get("href"))
    assert "wrong" in (target.get("class") or "") and "DC202" in said(target)
    assert "line 12 refuted: the sign is wrong" in said(links)


def test_macros_of_the_document_are_drawn_in_the_explanations_too(tmp_path: Path) -> None:
    text = "\\newcommand{\\D}[2]{\\frac{\\partial #1}{\\partial #2}}\n\\begin{document}\n$\\D{L}{z} = q$\n\\end{document}\n"
    root = page_of(tmp_path, "notes.tex", text)
    drawn = [one for one in root.iter("math") if one.get("alttext") == "\\D{L}{z} = q"]
    assert len(drawn) == 2 and not of_class(root, "unknown")


def test_several_specs_share_their_document(tmp_path: Path) -> None:
    document = f"# Part one\n\n$${RIGHT}$$\n\n# Part two\n\n$${WRONG}$$\n"
    (tmp_path / "notes.md").write_text(document)
    for name, lines in (("one", "1..4"), ("two", "5..8")):
        (tmp_path / f"{name}.yaml").write_text(f"{SIDECAR}document: {{file: notes.md, lines: {lines}}}\n")
    root = fromstring(
        to_html(Report(tuple(verify_file(tmp_path / f"{name}.yaml") for name in ("one", "two")))).split("\n", 1)[1]
    )
    assert [said(one) for one in of_class(root, "verdicts")] == ["✓ proved", "✗ refuted"]
    assert len(of_class(root, "document")) == 1
    assert [said(one) for one in root.iter("h1")] == ["notes.md"] and "All specs" not in said(root)


def test_figures_beside_the_document_are_in_the_page_and_no_others(tmp_path: Path) -> None:
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "a.png").write_bytes(b"\x89PNG")
    (tmp_path / "outside.png").write_bytes(b"\x89PNG")
    (folder / "b.txt").write_text("no picture")
    names = ("a.png", "../outside.png", "b.txt", "https://example.org/c.png", "missing.png")
    figures = "\n\n".join(f"![the net]({name})" for name in names)
    root = page_of(folder, "notes.md", f"$${RIGHT}$$\n\n{figures}\n")
    encoded = base64.b64encode(b"\x89PNG").decode()
    assert [one.get("src") for one in root.iter("img")] == [f"data:image/png;base64,{encoded}"]
    assert said(root).count("Figure: the net") == 4


def test_nothing_in_a_document_becomes_markup(tmp_path: Path) -> None:
    text = (
        f"<script>alert(1)</script>\n\n[a](javascript:alert(1)) <img src=x onerror=alert(1)> <b onclick=alert(1)>b</b>\n\n"
        f"$${RIGHT} \\text{{<script>}}$$ \n\n<div onclick=alert(1)><iframe src=x></iframe>$$a = \\href{{javascript:b}}{{c}}$$</div>"
    )
    root = page_of(tmp_path, "notes.md", text)
    tags = {str(one.tag) for one in root.iter()}
    assert tags.isdisjoint({"script", "iframe", "img", "object"})
    names = {name for one in root.iter() for name in one.attrib}
    assert not any(name.startswith("on") for name in names)
    assert all(one.get("href", "#").startswith("#") for one in root.iter())


def test_marks_of_formulas_cannot_be_forged() -> None:
    manuscript = read_manuscript(f"\ue0000\ue001 and $${RIGHT}$$", "notes.md")
    assert MARK.findall(woven(manuscript, ()).text) == ["0"]


# --- formulas -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r"\frac{a}{b}", "<mfrac><mi>a</mi><mi>b</mi></mfrac>"),
        (r"\frac12", "<mfrac><mn>1</mn><mn>2</mn></mfrac>"),
        (r"x^10", "<msup><mi>x</mi><mn>1</mn></msup><mn>0</mn>"),
        (r"W_{hh}^{(t)}", "<msubsup><mi>W</mi>"),
        (r"\mathbf{x}", "<mi>𝐱</mi>"),
        (r"\mathcal L \mathbb R", "<mi>ℒ</mi><mi>ℝ</mi>"),
        (r"\operatorname{diag}(p)", "<mi>diag</mi><mo"),
        (r"\sum_{k=1}^n", '<munderover><mo class="large">∑</mo>'),
        (r"f''", "<msup><mi>f</mi><mrow><mo>′</mo><mo>′</mo></mrow></msup>"),
        (r"\left( a \right]", '<mo stretchy="true" form="prefix" fence="true">(</mo>'),
        (r"\begin{cases} a & b \\ c \end{cases}", '<mtable class="cases">'),
        (r"\begin{aligned} a &= b \\[2pt] &= c \end{aligned}", '<mtable class="lines">'),
        (r"\matrix{a & b \\ c & d}", "<mtable>"),
        (r"a = b \\ c = d", '<mtable class="lines center">'),
        (r"\text{if $a = b$ holds}", "<mtext>if\u00a0</mtext><mi>a</mi>"),
        (r"a = b$ if $c", "<mtext>\u00a0if\u00a0</mtext>"),
        (r"= -x", '<mo form="prefix">−</mo>'),
        (r"\whatever{x}", '<mtext class="unknown">\\whatever</mtext>'),
        (r"\Sigma\Pi", "<mi>Σ</mi><mi>Π</mi>"),
        (r"\overleftarrow{a}", '<mo stretchy="true">←</mo>'),
        (r"\underbrace{a}_{b}", '<munder><munder class="brace">'),
        (r"\norm{x}_2", "<msub><mrow>"),
        (r"\sqrt[3]{x}", "<mroot><mi>x</mi><mn>3</mn></mroot>"),
    ],
)
def test_latex_is_drawn(text: str, expected: str) -> None:
    assert expected in markup(typeset(text))


def test_the_macros_of_the_author_are_drawn() -> None:
    assert markup(typeset(r"\R^\n", {r"\R": r"\mathbb{R}", r"\n": "m"})) == markup(typeset(r"\mathbb{R}^m")).replace(
        "\\mathbb{R}^m", r"\R^\n"
    )
    assert typeset(r"\a", {r"\a": r"{\a}"}).tag in ("math", "code")


@pytest.mark.parametrize(
    "text",
    ["{" * 3000, "}", r"\frac" * 3000, r"\left(" * 500, r"\begin{array}" * 300, "^" * 500, "_{a", r"\sqrt[", "$", "\\"]
    + [r"\begin{aligned} a & \end{cases}", r"\left", r"\text{", "a_b_c^d^e", r"\right)", r"\end{aligned}", ""],
)
def test_nothing_is_too_broken_to_be_drawn(text: str) -> None:
    fromstring(markup(typeset(text)))


def test_places_of_formulas_are_those_of_the_text() -> None:
    text = "a\n\n> $$\n> x = 1\n> $$\n\nb $y = 2$ c\n"
    weave = woven(read_manuscript(text, "notes.md"), ())
    assert MARK.sub("*", weave.text) == "a\n\n> *\n\nb * c\n"
    assert isinstance(weave.insets[0].passage.text, SourceText)
