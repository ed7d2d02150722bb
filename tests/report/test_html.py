"""The HTML report: one page without scripts or addresses, well-formed, accessible, and deaf to what a spec says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from itertools import pairwise
from pathlib import Path
from xml.etree.ElementTree import Element, fromstring

import pytest
import samples
from pages import PAYLOADS, Harmless, verified
from shipped import result_of

from derivcheck.cli.main import run
from derivcheck.diagnostics.diagnostic import Diagnostic, Where
from derivcheck.diagnostics.verdicts import ClaimResult
from derivcheck.judging.examiner import Examiner
from derivcheck.language.network import build
from derivcheck.pipeline.results import FileResult, Report
from derivcheck.pipeline.verification import check_equation, verify_file, verify_text
from derivcheck.report.arrays import jacobians
from derivcheck.report.formulas import Formulas
from derivcheck.report.html import claim_to_html, stylesheet, to_html
from derivcheck.report.markup import element, markup, styled
from derivcheck.spec import read_spec

ROOT = Path(__file__).parents[2]
DEEP = """
title: A chain of layers
families: {l: 1..15}
tensors:
  x: n
  W[l]: n n
  y: {axes: n, given: one_hot}
layers:
  h[0]: x
  z[l]: W[l] @ h[l-1]
  h[l]: h[l-1] + tanh(z[l])
loss: {L: "sum(h[15] * y)"}
"""


def parsed(text: str) -> Element:
    assert text.startswith("<!DOCTYPE html>\n")
    return fromstring(text.removeprefix("<!DOCTYPE html>\n"))


def check_page(text: str) -> Element:
    """Everything that holds of every page."""
    root = parsed(text)
    Harmless().feed(text)
    assert root.get("lang") == "en"
    assert "".join(root.find("head/title").itertext()).strip()  # type: ignore[union-attr]
    style = root.findtext("head/style") or ""
    assert "url(" not in style and "@import" not in style
    identities = [node.get("id") for node in root.iter() if node.get("id")]
    assert len(identities) == len(set(identities))
    for node in root.iter():
        assert node.get("href", "#")[1:] in ("", *identities)
    levels = [int(node.tag[1]) for node in root.iter() if re.fullmatch("h[1-6]", str(node.tag))]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    for table in root.iter("table"):
        assert table.find("caption") is not None
        assert all(cell.get("scope") in ("row", "col") for cell in table.iter("th"))
        assert all(row.find("th") is not None for row in table.iter("tr"))
    for picture in root.iter("svg"):
        assert picture.get("role") == "img" and picture.get("aria-label")
        assert [child.tag for child in picture][:2] == ["title", "desc"]
    for badge in root.iter("span"):
        kinds = (badge.get("class") or "").split()
        if "badge" in kinds and "quiet" not in kinds:
            assert (badge.text or "")[:1] in ("✓", "✗", "?")
    return root


def words(root: Element) -> str:
    return " ".join("".join(root.itertext()).split())


@pytest.fixture(scope="module")
def mlp() -> str:
    return to_html(Report((result_of("mlp.yaml"),)))


def test_a_page_shows_what_was_found(mlp: str) -> None:
    root = check_page(mlp)
    text = words(root)
    for expected in (
        "EqA1.1",
        "refuted, as expected",
        "DC202",
        "dL/dW2 = (y - p) @ a1.T",
        "^^^^^^^",
        "equal for all sizes",
    ):
        assert expected in text
    assert {heading.text for heading in root.iter("h2")} == {
        "Claims",
        "Known mistakes",
        "Network",
        "Gradients",
        "Derivation",
        "Jacobians in numbers",
    }
    alternatives = [formula.get("alttext") for formula in root.iter("math")]
    assert "∂L/∂W2 = (p − y) a1ᵀ" in alternatives
    assert "= Σ_j ∂L/∂p[j] * ∂p[j]/∂z2[i]" in alternatives


def test_the_picture_has_every_layer_and_every_input(mlp: str) -> None:
    root = check_page(mlp)
    (picture,) = root.iter("svg")
    shown = [node.text for node in picture.iter("text")]
    assert {"z1", "a1", "z2", "p", "L", "x", "W1", "b1", "W2", "b2", "y"} <= set(shown)
    assert "L of shape scalar is made of p, y" in (picture.findtext("desc") or "")


def test_heat_maps_say_which_entries_differ() -> None:
    spec = "tensors: {A: n m, x: m}\nlayers: {y: A @ x}\nloss: {L: sum(y * y)}\nclaims:\n"
    root = check_page(
        to_html(Report((verify_text(spec + '  wrong: "dL/dx[i] = 2 * sum_k(A[k,i] * y[k]) + delta(i,2)"'),)))
    )
    (table,) = (table for table in root.iter("table") if table.get("class") == "heat")
    cells = [(cell.text, cell.get("class")) for cell in table.iter("td")]
    assert [text for text, _ in cells].count("0") == len(cells) - 1
    assert cells[1][0] != "0" and cells[1][1] == "p3"


def test_what_a_spec_does_not_have_is_not_announced() -> None:
    root = check_page(to_html(Report((result_of("known/matrix_calculus.yaml"),))))
    assert {heading.text for heading in root.iter("h2")} == {"Claims", "Known mistakes"}


def test_large_arrays_are_cut_and_huge_ones_left_out() -> None:
    text = (
        "tensors: {W: n m, x: m}\nlayers: {z: W @ x, p: softmax(z)}\nloss: {L: sum(p * p)}\nnumeric: {sizes: {n: %d}}"
    )
    small = check_page(to_html(Report((verify_text(text % 20),))))
    (table,) = (table for table in small.iter("table") if table.get("class") == "heat")
    assert "the first 12 × 12 of 20 × 20" in (table.findtext("caption") or "")
    assert [len(row.findall("td")) for row in table.findall("tbody/tr")] == [12] * 12
    spec = read_spec(text % 4000, "large.yaml")
    assert not list(jacobians(Examiner(build(spec))))


def test_jacobians_are_numbers(mlp: str) -> None:
    root = check_page(mlp)
    table = [table for table in root.iter("table") if table.get("class") == "heat"][-1]
    assert table.findtext("caption") == "∂p/∂z2 at the sample of seed 7"
    rows = [[float((cell.text or "").replace("−", "-")) for cell in row.iter("td")] for row in table.iter("tr")][1:]
    assert len(rows) == 3 and all(abs(sum(row)) < 0.03 for row in rows)  # softmax: the rows sum to zero
    assert all(rows[k][k] > 0 for k in range(3))


@pytest.mark.parametrize("name", ["networks/attention", "networks/deep_mlp", "networks/conv1d", "known/determinants"])
def test_pages_of_shipped_specs(name: str) -> None:
    result = result_of(f"{name}.yaml")
    text = to_html(Report((result,)))
    check_page(text)
    assert text == to_html(Report((result,)))


def test_many_layers_are_many_pictures() -> None:
    file = verify_text(DEEP)
    root = check_page(to_html(Report((file,))))
    pictures = list(root.iter("svg"))
    assert len(pictures) > 2
    assert max(int(picture.get("height") or 0) for picture in pictures) < 900
    assert max(int(picture.get("width") or 0) for picture in pictures) <= 360
    names = {node.text for picture in pictures for node in picture.iter("text") if node.get("class") == "name"}
    assert {f"z[{k}]" for k in range(1, 16)} | {f"h[{k}]" for k in range(16)} | {"L"} == names


def test_several_specs_have_an_overview() -> None:
    root = check_page(to_html(samples.ALL))
    (table,) = root.findall("body/nav//table")
    assert len(table.findall("tbody/tr")) == len(samples.ALL.files)
    text = words(root)
    for expected in (
        "unknown key `clams`",
        "internal error[DC901]",
        "✗ not judged",
        "✗ internal error",
        "✗ does not hold",
        "the first wrong link",
    ):
        assert expected in text


def test_a_report_of_nothing_and_one_of_an_unreadable_spec() -> None:
    check_page(to_html(Report(())))
    assert "DC601" in words(check_page(to_html(Report((verify_file("no such file"),)))))


def test_one_claim_is_a_page() -> None:
    root = check_page(claim_to_html(check_equation("dsoftmax(z)[i]/dz[j] = softmax(z)[i]")))
    assert "refuted" in words(root) or "invalid" in words(root)


def test_several_equations_are_several_formulas() -> None:
    shown = Formulas().shown("a = [b; c]; d = e")
    assert [formula.get("alttext") for formula in shown.iter("math")] == ["a = [b; c]", "d = e"]
    assert Formulas().shown("a = ; d = e").tag == "code"


def test_formulas_of_a_document_are_accounted_for(tmp_path: Path) -> None:
    sidecar = """
title: Notes
document: {file: notes.md}
tensors: {x: n, W: m n, y: {axes: m, given: one_hot}}
layers: {z: W @ x, p: softmax(z)}
loss: {L: "cross_entropy(p, y)"}
symbols: {'\\hat{y}': p}
"""
    (tmp_path / "notes.yaml").write_text(sidecar)
    (tmp_path / "notes.md").write_text(
        "$$\\frac{\\partial L}{\\partial z} = y - \\hat{y}$$\n\n$$\\frac{\\partial L}{\\partial q} = <script>$$\n"
    )
    root = check_page(to_html(Report((verify_file(tmp_path / "notes.yaml"),))))
    assert "∂L/∂z = y − p" in [formula.get("alttext") for formula in root.iter("math")]
    for expected in ("2 formulas: 1 refuted, 1 unread", "unknown name `q`", "? not read"):
        assert expected in words(root)
    assert r"\frac{\partial L}{\partial q} = <script>" in [formula.get("alttext") for formula in root.iter("math")]
    assert any(table.get("class") == "heat" for table in root.iter("table"))


# --- hostile text ---------------------------------------------------------------------------


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_text_becomes_markup(payload: str) -> None:
    file = verified(payload)
    usual = verified("harmless")
    assert file.error is None or file.error.code == "DC001"
    page, plain = (check_page(to_html(Report((one, usual)))) for one in (file, usual))
    tags = {str(node.tag) for node in page.iter()} - {str(node.tag) for node in plain.iter()}
    assert tags <= {"pre", "code", "ol", "li"}
    if file.error is None:
        assert re.split("[^!-~]", payload)[0] in words(page)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_result_becomes_markup(payload: str) -> None:
    where = Where(payload, 1, 1, 4, payload)
    diagnosis = Diagnostic("DC203", payload, where, payload, ((payload, payload), ("derived", payload)), payload)
    claim = ClaimResult(
        payload,
        payload,
        where,
        "refuted",
        "",
        False,
        (payload,),
        message=payload,
        reading=payload,
        diagnosis=diagnosis,
        suggestion=payload,
        reach=payload,
    )
    file = FileResult(payload, payload, payload, ((payload, 3),), 0, (), (claim,), (payload,))
    root = check_page(to_html(Report((file, FileResult(payload, error=diagnosis)))))
    assert {"script", "img", "b"}.isdisjoint({str(node.tag) for node in root.iter()})
    assert not list(root.iter("svg"))


def test_characters_nobody_sees_are_escapes() -> None:
    text = markup(element("p", "a\u202eb\x00c\ud800", title="\x1b[0m"))
    assert text == '<p title="\\x1b[0m">a\\u202eb\\x00c\\ud800</p>'
    with pytest.raises(ValueError, match="markup"):
        styled("</style><script>")


def test_ascii_pages_are_ascii(mlp: str) -> None:
    text = to_html(Report((result_of("mlp.yaml"),)), ascii_only=True)
    assert text.isascii()
    assert words(parsed(text)) == words(parsed(mlp))


def test_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["verify", str(ROOT / "specs" / "networks" / "single_neuron.yaml"), "--format", "html"]) == 0
    check_page(capsys.readouterr().out)
    assert run(["check", "dL/dz2 = y - p", "--spec", str(ROOT / "specs" / "mlp.yaml"), "--format", "html"]) == 1
    root = check_page(capsys.readouterr().out)
    assert any(table.get("class") == "heat" for table in root.iter("table"))


# --- colours --------------------------------------------------------------------------------


def schemes() -> Iterator[dict[str, str]]:
    """The colours by name, light and dark."""
    for block in re.findall(r"\.derivcheck \{([^}]*--paper[^}]*)\}", stylesheet()):
        yield dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block))


def luminance(colour: str) -> float:
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: str, second: str) -> float:
    high, low = sorted((luminance(first), luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_every_pair_of_colours_can_be_read() -> None:
    found = list(schemes())
    assert len(found) == 2
    light, dark = found
    assert light.keys() == dark.keys()
    assert luminance(light["paper"]) > 0.5 > luminance(dark["paper"])
    pairs = [("good", "good-paper"), ("fair", "fair-paper"), ("bad", "bad-paper"), ("bad", "paper")]
    pairs += [(text, paper) for text in ("ink", "dim", "link") for paper in ("paper", "card")]
    pairs += [("ink", f"{sign}{step}") for sign in "np" for step in (1, 2, 3)]
    assert {name for pair in pairs for name in pair} == light.keys() - {"line"}
    for scheme in found:
        for text, paper in pairs:
            assert contrast(scheme[text], scheme[paper]) >= 4.5, (text, paper)


def test_escaping_is_complete() -> None:
    text = "".join(map(chr, range(32, 127)))
    assert escape(text, quote=False) in markup(element("p", text))
