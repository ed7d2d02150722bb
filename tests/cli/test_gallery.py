"""`derivcheck gallery`: a page for each spec and document, and an index from which each is found."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

import pytest

from derivcheck.cli.main import run
from derivcheck.pipeline.results import FileResult, Report
from derivcheck.report.gallery import SCRIPT, to_site

NET = """
title: {title}
tensors: {{x: n, W: m n, y: {{axes: m, given: one_hot}}}}
layers: {{z: W @ x, p: softmax(z)}}
loss: {{L: "cross_entropy(p, y)"}}
"""
CLAIMS = 'claims: {right: dL/dz = p - y, known: {claim: "dL/dz = y - p", expect: refuted}}\n'


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two models, one of them twice by name, and a document with its sidecar."""
    made = tmp_path_factory.mktemp("models")
    for path, text in {
        "net.yaml": NET.format(title="A <b>net</b>"),
        "deep/net.yaml": NET.format(title="Another") + CLAIMS,
        "deep-net.yaml": "claims: {one: x = x}\ntensors: {x: n}\n",
        "notes.derivcheck.yaml": NET.format(title="Notes") + "document: {file: notes.md}\n",
        "notes.md": "---\nderivcheck: notes.derivcheck.yaml\n---\n\n$$\\frac{\\partial L}{\\partial z} = p - y$$\n",
    }.items():
        (made / path).parent.mkdir(exist_ok=True)
        (made / path).write_text(text)
    return made


@pytest.fixture(scope="module")
def site(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("out") / "a" / "site"
    assert run(["gallery", str(folder), "-o", str(made), "--no-cache"]) == 0
    return made


def test_every_model_has_a_page_and_the_index_leads_to_it(site: Path) -> None:
    pages = {path.name for path in site.iterdir()}
    assert pages == {"index.html", "net.html", "deep-net.html", "deep-net-2.html", "notes-derivcheck.html"}
    index = (site / "index.html").read_text()
    assert set(re.findall(r'href="([^"]+)"', index)) == pages - {"index.html"}
    for name in pages - {"index.html"}:
        assert '<a href="index.html">' in (site / name).read_text()
    assert "A &lt;b&gt;net" in index and "<b>" not in index


def test_models_are_found_by_what_they_are_made_of(site: Path) -> None:
    words = re.findall(r'data-words="([^"]*)"', (site / "index.html").read_text())
    assert sum("softmax" in one for one in words) == 3
    assert sum("dc202" in one for one in words) == 2  # the model, and the mistake
    assert "document with 1 formula: 1 proved" in (site / "index.html").read_text()


def test_a_page_names_the_known_mistakes(site: Path) -> None:
    found = [path for path in site.iterdir() if "Known mistakes</h2>" in path.read_text()]
    assert len(found) == 2 and sum("<h1>Another</h1>" in path.read_text() for path in found) == 1


def test_only_the_script_of_the_index_may_run(site: Path) -> None:
    digest = base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()
    for path in site.iterdir():
        text = path.read_text()
        assert (f"script-src 'sha256-{digest}'" in text) == (f"<script>{SCRIPT}</script>" in text)
        assert ("<script" in text) == (path.name == "index.html")
        assert not re.search(r"(?:src|href)=\"(?:https?:)?//", text)


def test_what_does_not_hold_ends_with_its_code(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bad.yaml").write_text(NET.format(title="Bad") + "claims: {wrong: dL/dz = y - p}\n")
    assert run(["gallery", str(tmp_path / "bad.yaml"), "-o", str(tmp_path / "out"), "--no-cache"]) == 1
    assert "index.html: 2 pages, 1 of 1 specs not as expected" in " ".join(capsys.readouterr().out.split())
    assert run(["gallery", str(folder / "net.yaml"), "-o", str(folder / "net.yaml")]) == 2
    assert "DC613" in capsys.readouterr().err


def test_names_of_pages_are_their_own() -> None:
    files = tuple(FileResult(path) for path in ("/a/Index.yaml", "/a/../b.yaml", "relative.yaml", "/a/é?.yaml", ""))
    names = [name for name, _ in to_site(Report(files))]
    assert len(names) == len(set(map(str.lower, names))) == 6
    assert all(re.fullmatch(r"[\w-]+\.html", name, re.ASCII) for name in names)
    assert [name for name, _ in to_site(Report(()))] == ["index.html"]
