"""Pages in Markdown whose blocks are run: files are written, commands run, what is shown is what is said."""

from __future__ import annotations

import contextlib
import io
import re
import shlex
from pathlib import Path
from typing import NamedTuple

from derivcheck.cli.main import run

EXITS = {"": 0, "fails": 1, "unreadable": 2}
SETTINGS = ("json", "lua", "elisp")  # of other programs


class Block(NamedTuple):
    language: str
    rest: str  # the file it is, or how the commands end
    text: str


def blocks_of(page: str) -> list[Block]:
    return [Block(*match) for match in re.findall(r"^```(\w+) ?(\S*)\n(.*?)^```$", page, re.S | re.M)]


class Output(io.StringIO):
    """A standard output that carries Unicode."""

    encoding = "utf-8"  # type: ignore[assignment]


def said(command: str) -> tuple[int, str]:
    """The exit code of a command, and its standard output."""
    program, *arguments = shlex.split(command)
    assert program == "derivcheck"
    output = Output()
    with contextlib.redirect_stdout(output):
        code = run(arguments)
    return code, output.getvalue()


def masked(text: str) -> list[str]:
    """Lines in which error bars may differ between machines in their digits."""
    return [re.sub(r"\d\.\de-\d+", "#", line.rstrip()) for line in text.splitlines()]


def write(block: Block, folder: Path) -> None:
    (folder / block.rest).parent.mkdir(parents=True, exist_ok=True)
    (folder / block.rest).write_text(block.text)


def execute(blocks: list[Block], folder: Path) -> int:
    """Runs blocks in order, and tells how many ran: a text is what the one before it says, line by line."""
    output, ran = "", 0
    for block in blocks:
        if block.rest not in EXITS:
            write(block, folder)
        elif block.language == "sh":
            output = ""
            for command in block.text.splitlines():
                code, text = said(command)
                assert code == EXITS[block.rest], (command, text)
                output += text
                ran += 1
        elif block.language == "python":
            printed = io.StringIO()
            with contextlib.redirect_stdout(printed):
                exec(compile(block.text, "page.md", "exec"), {})
            output = printed.getvalue()
            ran += 1
        elif block.language not in SETTINGS:
            assert block.language == "text" and output, block
            lines = iter(masked(output))
            for line in masked(block.text):
                assert any(line.strip() in other for other in lines), line
    return ran
