"""A document, rendered: each formula with its verdict in the margin, and why on demand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from xml.etree.ElementTree import Element

from derivcheck.diagnostics.diagnostic import DerivcheckError
from derivcheck.diagnostics.verdicts import FormulaResult
from derivcheck.judging.statement import spellings
from derivcheck.pipeline.results import FileResult
from derivcheck.report.coverage import standing
from derivcheck.report.document.figures import Gallery
from derivcheck.report.document.lines import BLOCKS
from derivcheck.report.document.markdown import markdown_blocks
from derivcheck.report.document.weaver import Explain, Weaver, counted_as
from derivcheck.report.document.weaving import woven
from derivcheck.report.document.web import web_blocks
from derivcheck.report.markup import Child, element
from derivcheck.spec.document import read_text
from derivcheck.statements.document.definitions import Glossary
from derivcheck.statements.document.formats import format_of
from derivcheck.statements.document.joining import joined
from derivcheck.statements.document.passages import Manuscript, read_manuscript


@dataclass(frozen=True, slots=True)
class Told:
    """One document with all that was found of it, by one spec or by several that have their parts of it."""

    path: str
    files: tuple[FileResult, ...]

    @property
    def results(self) -> list[FormulaResult]:
        """What was found, each once: a document and its sidecar may both have been named."""
        found = {(f.where, f.text, standing(f)): f for file in reversed(self.files) for f in reversed(file.formulas)}
        return list(found.values())[::-1]


def document_view(told: Told, explain: Explain, level: int, prefix: str, title: str = "") -> Iterator[Element]:
    """What a page has of a document: where it does not hold, then the whole of it. Headings begin at `level`.

    A heading that says the `title` of the page again is left out.
    """
    results = told.results
    manuscript = _manuscript(told)
    weave = woven(manuscript, results)
    macros = {name: body for file in told.files if file.spec for name, body in spellings(file.spec.macros).items()}
    weaver = Weaver(weave, Glossary(manuscript.macros, macros), Gallery(Path(told.path)), explain, level, prefix)
    blocks = list(_blocks(told.path, weave.text, weaver))
    if blocks and _is_title(blocks[0], title):
        del blocks[0]
    yield from _contents(results, weaver)
    yield element("div", *blocks, class_="document")
    if weave.strays:
        said = element("p", "Of formulas whose place is not found in the text:", class_="dim")
        yield element("div", said, *(explain(one, macros) for one in weave.strays))


def _is_title(block: Element, title: str) -> bool:
    return block.tag.startswith("h") and " ".join("".join(block.itertext()).split()).lower() == title.strip().lower()


def _manuscript(told: Told) -> Manuscript:
    """The document as it is now, of all the files that its results speak of. Raises DerivcheckError."""
    paths = dict.fromkeys([told.path, *(result.where.path for result in told.results)])
    text = read_text(told.path)
    main = read_manuscript(text, told.path)
    if format_of(told.path) == "html":
        main = replace(main, text=text)  # with its tags, which its formulas are found without
    known = {told.path, *(part.path for part in main.parts)}
    others = [read_manuscript(read_text(path), path) for path in paths if path not in known]
    return joined([main, *others]) if others else main


def _blocks(path: str, text: str, weaver: Weaver) -> Iterator[Element]:
    name = format_of(path) or ""
    if name in BLOCKS:
        return BLOCKS[name](text, weaver)
    return web_blocks(text, weaver) if name == "html" else markdown_blocks(text, weaver)


def _contents(results: Sequence[FormulaResult], weaver: Weaver) -> Iterator[Element]:
    """Links to what somebody has to act upon."""
    wrong = [result for result in results if not result.holds and id(result) in weaver.identities]
    if not wrong:
        return
    links: list[Child] = []
    for result in wrong:
        link = element("a", result.known_as, href=f"#{weaver.identities[id(result)]}")
        links.append(element("li", link, f" {counted_as(result)}", *_reason(result)))
    yield element("nav", element("p", "To be looked at:"), element("ol", *links), aria_label="To be looked at")


def _reason(result: FormulaResult) -> Iterator[str]:
    found = result.claim.diagnosis if result.claim is not None else result.reason
    if found is not None:
        yield f": {found.message}"


__all__ = ["DerivcheckError", "Told", "document_view"]
