"""Many specs and documents as a site: a page for each, and an index with a search over them."""

from __future__ import annotations

import base64
import hashlib
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath
from xml.etree.ElementTree import Element

from derivcheck.diagnostics.verdicts import HOLDS
from derivcheck.judging.diagnose import CODES
from derivcheck.pipeline.results import FileResult, Report
from derivcheck.report.coverage import coverage
from derivcheck.report.document.view import Told
from derivcheck.report.evidence import counting, file_summary
from derivcheck.report.html import POLICY, mark, page_of, to_html
from derivcheck.report.markup import Child, element, scripted
from derivcheck.report.page import Page

INDEX = "index.html"
MOST_WORDS = 6_000  # characters that the search has of one page
# Without angle brackets and ampersands, which would be written as references.
SCRIPT = """
"use strict";
var box = document.getElementById("search"), told = document.getElementById("found");
var items = Array.from(document.querySelectorAll("li[data-words]"));
function search() {
  var words = box.value.toLowerCase().split(/\\s+/), shown = 0;
  items.forEach(function (item) {
    var said = item.getAttribute("data-words");
    item.hidden = !words.every(function (word) { return said.includes(word); });
    shown += item.hidden ? 0 : 1;
  });
  document.querySelectorAll("main section").forEach(function (part) {
    part.hidden = !part.querySelector("li:not([hidden])");
  });
  told.textContent = box.value.trim() ? shown + " of " + items.length : "";
}
box.addEventListener("input", search);
box.closest(".search").hidden = false;
search();
"""


@dataclass(frozen=True, slots=True)
class ModelPage:
    """One page of the site: the files that it is of, one or the specs of one document."""

    name: str
    folder: str
    title: str
    files: tuple[FileResult, ...]

    @property
    def exit_code(self) -> int:
        return max(file.exit_code for file in self.files)

    @property
    def summary(self) -> str:
        first = self.files[0]
        if not first.formulas:
            return file_summary(first)
        return f"document with {coverage(replace(first, formulas=tuple(Told(first.document, self.files).results)))}"

    @property
    def words(self) -> str:
        """What it is found by: names, titles, formulas, functions, verdicts, mistakes."""
        return " ".join(" ".join(_words(file)) for file in self.files).lower()[:MOST_WORDS]


def to_site(report: Report, *, ascii_only: bool = False) -> Iterator[tuple[str, str]]:
    """(file name, text) of every page, the index last. Bytes depend on nothing but the report."""
    pages = _pages(report.files)
    for page in pages:
        yield page.name, to_html(Report(page.files), ascii_only=ascii_only, home=INDEX)
    yield INDEX, _index(pages, report, ascii_only)


def _pages(files: Sequence[FileResult]) -> list[ModelPage]:
    paths = [PurePath(file.path).as_posix() for file in files]
    above = os.path.commonpath([os.path.dirname(path) or "." for path in paths]) if _alike(paths) else ""
    shared = {file.document for file in files if file.document and file.formulas}
    groups: dict[str, list[FileResult]] = {}
    for file, path in zip(files, paths, strict=True):
        groups.setdefault(file.document if file.document in shared else path, []).append(file)
    names: set[str] = {INDEX}
    made = []
    for group in groups.values():
        path = PurePath(group[0].path).as_posix()
        inside = os.path.relpath(path, above) if above else path
        made.append(ModelPage(_named(inside, names), os.path.dirname(inside), group[0].title or inside, tuple(group)))
    return made


def _alike(paths: Sequence[str]) -> bool:
    """Whether the paths have a folder in common at all."""
    return bool(paths) and len({path.startswith("/") for path in paths}) == 1


def _named(path: str, names: set[str]) -> str:
    """A file name of its own: `networks/mlp.yaml` is `networks-mlp.html`."""
    stem = re.sub(r"[^A-Za-z0-9_-]+", "-", os.path.splitext(path)[0]).strip("-") or "page"
    name, number = f"{stem}.html", 1
    while name.lower() in names:
        number += 1
        name = f"{stem}-{number}.html"
    names.add(name.lower())
    return name


def _words(file: FileResult) -> Iterator[str]:
    yield from (file.title, file.path, file.source)
    if file.spec is not None:
        yield from (layer.text.text for layer in file.spec.layers)
        yield from (tensor.name.text for tensor in file.spec.tensors)
    for claim in file.claims:
        yield from (claim.verdict, claim.id, " ".join(claim.text.split())[:200])
        if claim.diagnosis is not None:
            yield from (claim.diagnosis.code, claim.diagnosis.message)


# --- the index ----------------------------------------------------------------------------------


def _index(pages: Sequence[ModelPage], report: Report, ascii_only: bool) -> str:
    wrong = sum(page.exit_code != 0 for page in pages)
    said = f"{counting(len(pages), 'page')}, {f'{wrong} not as expected' if wrong else 'all hold'}"
    search = element(
        "p",
        element("label", "Search: ", element("input", type="search", id="search", autocomplete="off")),
        element("span", id="found", role="status"),
        class_="search",
        hidden="",
    )
    body: list[Child] = [
        element(
            "header", element("h1", "Models and their derivations"), element("p", mark(report.exit_code), said), search
        ),
        element("main", *_folders(pages), *_mistakes(pages)),
        scripted(SCRIPT),
    ]
    digest = base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()
    return page_of("Models and their derivations", body, ascii_only, f"{POLICY}; script-src 'sha256-{digest}'")


def _folders(pages: Sequence[ModelPage]) -> Iterator[Element]:
    folders = dict.fromkeys(page.folder for page in pages)
    for folder in folders:
        items = [_item(page) for page in pages if page.folder == folder]
        yield element("section", element("h2", folder or "Models"), element("ul", *items, class_="models"))


def _item(page: ModelPage) -> Element:
    shown = element("a", page.title, href=page.name)
    said = element("span", page.summary, class_="dim")
    return element("li", mark(page.exit_code), shown, " ", said, data_words=Page().show(page.words))


def _mistakes(pages: Sequence[ModelPage]) -> Iterator[Element]:
    """Every wrong equation that a spec knows to be wrong, by its mistake."""
    known: dict[str, list[tuple[ModelPage, str]]] = {}
    for page in pages:
        for file in page.files:
            for claim in file.claims:
                if claim.holds and claim.verdict not in HOLDS and claim.diagnosis is not None:
                    known.setdefault(claim.diagnosis.code, []).append((page, claim.id))
    if not known:
        return
    items = []
    for code, found in sorted(known.items()):
        links: list[Child] = []
        for page, name in found:
            links += ([", "] if links else []) + [element("a", f"{page.title}: {name}", href=page.name)]
        fold = element(
            "details", element("summary", f"{code} {CODES.get(code, '')} ({len(found)})"), element("p", *links)
        )
        words = f"{code} {CODES.get(code, '')} {' '.join(f'{page.title} {name}' for page, name in found)}".lower()
        items.append(element("li", fold, data_words=Page().show(words)[:MOST_WORDS]))
    yield element("section", element("h2", "Known mistakes"), element("ul", *items, class_="models"))
