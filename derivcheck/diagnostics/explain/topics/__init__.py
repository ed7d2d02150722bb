"""The reference: a page in Markdown for each topic, beside this module, whose examples the tests run."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

TOPICS = (
    "spec",
    "language",
    "tensors",
    "sums",
    "families",
    "layouts",
    "latex",
    "documents",
    "grading",
    "code",
    "ci",
    "verdicts",
)
WIDTH = 78
SPAN = re.compile(r"`[^`]*`")
HELD = "\x00"  # stands for a blank at which no line ends
FENCE = re.compile(r"^```(\w*) ?(\S*)$")
OUTCOMES = ("fails", "unreadable")  # behind `sh`: how the commands end; behind other languages stands the file


@cache
def source(topic: str) -> str:
    """The page of a topic as it is written, in Markdown."""
    return (files(__package__) / f"{topic}.md").read_text(encoding="utf-8")


def title(topic: str) -> str:
    """What a topic is about: the heading of its page."""
    return source(topic).partition("\n")[0].removeprefix("# ")


def topic_page(topic: str) -> str:
    """The page of a topic for a terminal: paragraphs as wide as a page, examples set in, commands behind a `$`."""
    lines = [f"{topic}: {title(topic)}", ""]
    for block in _blocks(source(topic).splitlines()[1:]):
        opened = FENCE.match(block[0])
        if opened:
            lines += [*_example(opened[1], opened[2], block[1:]), ""]
        elif block[0].startswith("## "):
            heading = block[0].removeprefix("## ")
            lines += [heading, "-" * len(heading), ""]
        else:
            lines += [*_prose(block), ""]
    return "\n".join(lines)


def _blocks(lines: list[str]) -> Iterator[list[str]]:
    """Paragraphs, headings, lists, and examples without the line that closes them."""
    block: list[str] = []
    fenced = False
    for line in lines:
        if fenced and line != "```":
            block.append(line)
        elif fenced or not line:
            if block:
                yield block
            block, fenced = [], False
        else:
            block.append(line)
            fenced = FENCE.match(line) is not None
    if block:
        yield block


def _example(language: str, rest: str, lines: list[str]) -> Iterator[str]:
    if rest and rest not in OUTCOMES:
        yield from (rest, "")
    sign = "$ " if language == "sh" else ""
    yield from (f"    {sign}{line}".rstrip() for line in lines)


def _prose(lines: list[str]) -> list[str]:
    """A paragraph, or the points of a list, each as wide as a page; a formula stays in one piece."""
    points: list[list[str]] = []
    for line in lines:
        if line.startswith("- ") or not points:
            points.append([line])
        else:
            points[-1].append(line.strip())
    return [
        piece.replace(HELD, " ")
        for point in points
        for piece in textwrap.wrap(
            SPAN.sub(lambda span: span[0].replace(" ", HELD), " ".join(point)),
            WIDTH,
            subsequent_indent="  " if point[0].startswith("- ") else "",
            break_long_words=False,
            break_on_hyphens=False,
        )
    ]
