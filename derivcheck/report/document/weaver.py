"""Blocks of prose with their formulas, and the verdicts on these in the margin."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from xml.etree.ElementTree import Element

from derivcheck.diagnostics.verdicts import ASIDES, FormulaResult
from derivcheck.report.cards import TONES
from derivcheck.report.coverage import standing
from derivcheck.report.document.figures import Gallery
from derivcheck.report.document.weaving import MARK, Inset, Weave
from derivcheck.report.markup import Child, element, scrolling
from derivcheck.report.typesetting.typesetter import typeset
from derivcheck.statements.document.definitions import Glossary

Explain = Callable[[FormulaResult, Mapping[str, str]], Element]  # with the macros that hold there
NAMES: Mapping[str, tuple[str, str]] = {  # one, several
    "definition": ("definition", "definitions"),
    "aside": ("aside", "asides"),
    "unread": ("not read", "not read"),
    "ambiguous": ("ambiguous", "ambiguous"),
}
QUIET = frozenset({"definition", "aside"})
MOST_ROWS = 4  # of verdicts beside a block, for which the style sheet leaves room
SAFE = re.compile(r"(?:https?://|mailto:)[^\s<>\"]+")


class Weaver:
    """Makes the blocks of one document; what a block says of its formulas stands beside it."""

    def __init__(
        self, weave: Weave, glossary: Glossary, gallery: Gallery, explain: Explain, level: int, prefix: str
    ) -> None:
        """Headings begin at `level`; ids of the page begin with `prefix`."""
        self.weave, self.glossary, self.gallery, self.explain, self.prefix = weave, glossary, gallery, explain, prefix
        self.identities: dict[int, str] = {}  # of results, for links to them
        self._first = level
        self._level = level - 1  # of the last heading
        self._shift: int | None = None
        self._pending: list[tuple[Element, Inset]] = []  # what was drawn, and is in no block yet

    # --- what stands in a line ------------------------------------------------------------

    def inline(self, text: str) -> list[Child]:
        """A text with its formulas drawn."""
        made: list[Child] = []
        for position, piece in enumerate(MARK.split(text)):
            if position % 2:
                made += self._formula(self.weave.insets[int(piece)])
            elif piece:
                made.append(piece)
        return made

    def plain(self, text: str) -> str:
        """A text with its formulas as they are written, in code."""
        return MARK.sub(lambda found: self.weave.insets[int(found[1])].passage.text.text, text)

    def _formula(self, inset: Inset) -> list[Child]:
        passage = inset.passage
        display = passage.kind == "display"
        drawn = typeset(passage.text.text, self.glossary.at(passage.begin), display)
        if inset.results:
            self._pending.append((drawn, inset))
        if display:
            return [scrolling("div", drawn, class_="formula display")]
        loud = [result for result in inset.results if counted_as(result) not in QUIET]
        return [drawn, *(element("sup", _sign(one), class_=f"sign {tone(one)}", aria_hidden="true") for one in loud)]

    def link(self, address: str, children: Sequence[Child]) -> Element:
        """A link to another page; any other is the text of it."""
        if SAFE.fullmatch(address):
            return element("a", *children, href=address, rel="noreferrer")
        return element("span", *children)

    def figure(self, source: str, words: str) -> Element:
        return self.gallery.figure(source, words)

    # --- blocks ---------------------------------------------------------------------------

    def heading(self, level: int, children: Sequence[Child]) -> Element:
        """A heading as deep as in the document, below those of the page, and none skipped."""
        if self._shift is None:
            self._shift = self._first - level
        self._level = max(self._first, min(level + self._shift, self._level + 1, 6))
        return self.beside(element(f"h{self._level}", *children))

    def paragraph(self, children: Sequence[Child], tag: str = "p") -> list[Element]:
        """A paragraph; displays in its midst stand between its parts, and each part has its verdicts beside it."""
        parts: list[list[Child]] = [[]]
        made: list[Element] = []
        for child in children:
            if isinstance(child, Element) and child.tag in ("div", "figure"):
                parts += [[child], []]
            else:
                parts[-1].append(child)
        for part in parts:
            if len(part) == 1 and isinstance(part[0], Element) and part[0].tag in ("div", "figure"):
                made.append(self.beside(part[0]))
            elif any(not isinstance(child, str) or child.strip() for child in part):
                made.append(self.beside(element(tag, *part)))
        return made

    def beside(self, block: Element) -> Element:
        """The block, with the verdicts on its formulas beside it."""
        inside = {id(one) for one in block.iter()}
        here = [inset for drawn, inset in self._pending if id(drawn) in inside]
        self._pending = [one for one in self._pending if id(one[0]) not in inside]
        if not here:
            return block
        margin = self._margin(here)
        rows = min(len(margin[0]), MOST_ROWS)
        return element("div", block, margin, class_=f"judged rows{rows}" if rows > 1 else "judged")

    def _margin(self, insets: Sequence[Inset]) -> Element:
        """The verdicts, and behind them why."""
        results = [result for inset in insets for result in inset.results]
        macros = {id(one): self.glossary.at(inset.passage.begin) for inset in insets for one in inset.results}
        wrong = [result for result in results if not result.holds]
        identity = f"{self.prefix}-{len(self.identities) + 1}"
        self.identities.update({id(result): identity for result in results})
        counted = Counter((counted_as(result), result.holds) for result in results)
        badges = [_badge(name, holds, count) for (name, holds), count in counted.items()]
        return element(
            "details",
            element("summary", *badges, class_="verdicts"),
            element("div", *(self.explain(result, macros[id(result)]) for result in results), class_="why"),
            class_="margin wrong" if wrong else "margin",
            id=identity,
        )


def counted_as(result: FormulaResult) -> str:
    """The verdict, or how a formula stands that was not judged."""
    if result.standing == "unread" and result.reason is not None and result.reason.code in ASIDES:
        return "aside"
    return standing(result)


def tone(result: FormulaResult) -> str:
    """The colour of a verdict that is seen: good and fair as it is, bad where something is wrong with the text."""
    name = counted_as(result)
    return "quiet" if name in QUIET else TONES.get(name, "fair")


def _sign(result: FormulaResult) -> str:
    return {"good": "✓", "bad": "✗", "quiet": ""}.get(tone(result), "?")


def _badge(name: str, holds: bool, count: int) -> Element:
    one, several = NAMES.get(name, (name, name))
    said = one if count == 1 else f"{count} {several}"
    if name in QUIET:
        return element("span", said, class_="badge quiet")
    colour = TONES.get(name, "fair")
    sign = {"good": "✓", "bad": "✗"}.get(colour, "?")
    known = ", as expected" if holds and colour == "bad" else ""
    return element("span", f"{sign} {said}{known}", class_=f"badge {colour}")
