"""How a command line is to be written: help with whole summaries, and a wrong word with the right one beside it."""

from __future__ import annotations

import difflib
import re
from typing import Any, TextIO

from typer.core import TyperGroup

SETTINGS = {"help_option_names": ["-h", "--help"]}
UNLIMITED = 10_000
CHOICE = re.compile(r"'(?P<given>[^']*)' is not one of (?P<known>'.*')\.?$")
POSSIBLE = re.compile(r" \(?'?\(Possible options: (?P<known>[^)]*)\)(?:',\))?$")


class CommandGroup(TyperGroup):
    """Commands, each with its whole summary in the help."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        commands = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        rows = [(name, command.get_short_help_str(UNLIMITED)) for name, command in commands if command is not None]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


def say_usage(problem: Any, stream: TextIO) -> None:
    """What is wrong with a command line, with what was meant where that can be told."""
    from derivcheck.report.page import page_for

    page = page_for(stream)
    context = getattr(problem, "ctx", None)
    lines = []
    if context is not None:
        lines += [context.get_usage(), f"Try '{context.command_path} --help' for help.", ""]
    message = problem.format_message().replace("Value error, ", "")
    meant = _meant(problem, message)
    message = POSSIBLE.sub("", message)
    lines += [f"Error: {message}"] + ([f"Did you mean {meant}?"] if meant else [])
    _write(lines, stream, page)


def _write(lines: list[str], stream: TextIO, page: Any) -> None:
    from rich.text import Text

    from derivcheck.report.lines import write_line

    console = page.console(stream)
    for line in lines:
        for part in line.split("\n"):
            write_line(console, Text(page.show(part)))


def _meant(problem: Any, message: str) -> str:
    """The closest of the words that would do; nothing where none is close."""
    option = getattr(problem, "option_name", "")
    if option and (known := POSSIBLE.search(message)):
        return "".join(difflib.get_close_matches(option, known["known"].split(", "), 1, 0.5)) or known["known"]
    choice = CHOICE.search(message)
    if choice is None:
        return ""
    words = re.findall(r"'([^']*)'", choice["known"])
    given = choice["given"].lower()
    close = difflib.get_close_matches(given, words, 1, 0.5) or [word for word in words if word.startswith(given)]
    names = [name for name in getattr(getattr(problem, "param", None), "opts", ()) if name.startswith("-")]
    return " ".join([*names[-1:], *close[:1]]) if close else ""
