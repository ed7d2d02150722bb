"""HTML out of elements: a text is a text, whatever stands in it.

Nothing here concatenates markup, so no text of a spec can become any. The result is
well-formed XML as well as HTML.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Union
from xml.etree.ElementTree import Element, SubElement, fromstring, tostring

from derivcheck.language.notation.mathml import to_mathml
from derivcheck.language.notation.plain import Numbers
from derivcheck.language.notation.printer import to_unicode
from derivcheck.language.notation.syntax import Equation, Expression
from derivcheck.report.page import Page

Child = Union[Element, str, None]
PAGE = Page(width=100)
LONG = 16  # characters of a formula that may be too many for a phone
DEEPEST = 60  # elements inside each other; HTML parsers give up at some hundreds


def element(tag: str, *children: Child, **attributes: str) -> Element:
    """An element; `class_` and `for_` lose their underscore, other underscores are hyphens. None is left out."""
    made = Element(tag, {name.strip("_").replace("_", "-"): PAGE.show(value) for name, value in attributes.items()})
    return filled(made, children)


def filled(parent: Element, children: Iterable[Child]) -> Element:
    """The parent with the children added; characters that nobody would see are written as escapes."""
    for child in children:
        if isinstance(child, str):
            text = PAGE.show(child)
            if len(parent):
                parent[-1].tail = (parent[-1].tail or "") + text
            else:
                parent.text = (parent.text or "") + text
        elif child is not None:
            parent.append(child)
    return parent


def scrolling(tag: str, *children: Child, class_: str) -> Element:
    """What scrolls by itself where it is wider than the page; whoever has no mouse can go to it, if that is likely."""
    made = element(tag, *children, class_=class_)
    if tag == "pre" or len("".join(made.itertext())) > LONG or made.find(".//table") is not None:
        made.set("tabindex", "0")
    return made


def preformatted(lines: Iterable[Iterable[tuple[str, str]]], class_: str) -> Element:
    """Lines of (text, class) pieces that keep their blanks."""
    made = scrolling("pre", class_=class_)
    for position, line in enumerate(lines):
        if position:
            _break(made)
        for text, style in line:
            filled(made, [element("span", text, class_=style) if style else text])
    return made


def _break(parent: Element) -> None:
    if len(parent):
        parent[-1].tail = (parent[-1].tail or "") + "\n"
    else:
        parent.text = (parent.text or "") + "\n"


def math(
    tree: Expression | Equation,
    scalars: Numbers = frozenset(),
    families: frozenset[str] = frozenset(),
    display: bool = False,
) -> Element:
    """A formula as MathML; one that nests too deeply for a browser is text."""
    made = fromstring(to_mathml(tree, scalars, families))
    if depth(made) > DEEPEST:
        return element("code", to_unicode(tree, scalars, families))
    if display:
        made.set("display", "block")
    return made


def depth(root: Element) -> int:
    """How many elements stand inside each other, without recursion."""
    deepest = 0
    waiting = [(root, 1)]
    while waiting:
        node, level = waiting.pop()
        deepest = max(deepest, level)
        waiting.extend((child, level + 1) for child in node)
    return deepest


def styled(text: str) -> Element:
    """A style sheet of this package. Raises ValueError for one that could end its own element."""
    return _verbatim("style", text)


def scripted(text: str) -> Element:
    """A script of this package, likewise."""
    return _verbatim("script", text)


def _verbatim(tag: str, text: str) -> Element:
    if "<" in text or "&" in text:
        raise ValueError(f"a {tag} with markup in it")
    made = Element(tag)
    made.text = text
    return made


def markup(root: Element) -> str:
    """The text of an element; only `meta` has no end tag."""
    text = tostring(root, encoding="unicode", short_empty_elements=False)
    # In a style sheet and in a script a reference to a character is none.
    text = re.sub(r"<(style|script)>[^<]*</\1>", lambda sheet: sheet[0].replace("&gt;", ">"), text)
    return text.replace("></meta>", " />").replace("></mspace>", " />")


__all__ = [
    "Child",
    "Element",
    "SubElement",
    "depth",
    "element",
    "filled",
    "markup",
    "math",
    "preformatted",
    "scripted",
    "scrolling",
    "styled",
]
