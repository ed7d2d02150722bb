"""The options that commands share, and the words that options take."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import typer


class NumericWay(str, Enum):  # noqa: UP042 - Typer reads the values
    full = "full"
    structured = "structured"
    projections = "projections"


class FailOn(str, Enum):  # noqa: UP042
    undecided = "undecided"
    refuted = "refuted"


class ColorMode(str, Enum):  # noqa: UP042
    auto = "auto"
    always = "always"
    never = "never"


Ascii = Annotated[
    bool,
    typer.Option("--ascii/--no-ascii", help="ASCII only, whatever the terminal can show.", envvar="DERIVCHECK_ASCII"),
]
Color = Annotated[
    ColorMode,
    typer.Option(
        "--color",
        help="Colours: on a terminal, always, or never; `auto` heeds NO_COLOR, FORCE_COLOR and CLICOLOR.",
        envvar="DERIVCHECK_COLOR",
    ),
]
