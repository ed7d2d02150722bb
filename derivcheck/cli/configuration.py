"""`[tool.derivcheck]` of the nearest pyproject.toml: defaults for the options of `derivcheck verify`.

The keys are the names of the options. An option on the command line comes first, then the
environment (DERIVCHECK_STRICT, ...), then this table.
"""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from derivcheck.cli.options import ColorMode, FailOn, NumericWay
from derivcheck.diagnostics.diagnostic import DerivcheckError, Diagnostic, Where
from derivcheck.report.formats import ReportFormat

FILE, TABLE = "pyproject.toml", "tool.derivcheck"
ENVIRONMENT = "DERIVCHECK_"
# Variables that are no options: a traceback for developers, and the size of a run of this package's own tests.
OTHER_VARIABLES = ("DERIVCHECK_TRACEBACK", "DERIVCHECK_MUTANTS")


def _words(values: Iterable[Any]) -> tuple[str, ...]:
    return tuple(str(value.value) for value in values)


@dataclass(frozen=True, slots=True)
class Key:
    """A key of the table: the parameter of the command that it gives a default for, and what it may be."""

    parameter: str
    expected: str
    accepts: Callable[[Any], bool]


def _one_of(parameter: str, *words: str) -> Key:
    return Key(parameter, f"one of {', '.join(words)}", lambda value: value in words)


def _switch(parameter: str) -> Key:
    return Key(parameter, "true or false", lambda value: isinstance(value, bool))


def _number(value: Any, least: float) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and least <= value < float("inf")


KEYS: Mapping[str, Key] = {
    "specs": Key(
        "specs",
        "a list of files and folders",
        lambda value: isinstance(value, list) and bool(value) and all(isinstance(item, str) and item for item in value),
    ),
    "format": _one_of("format", *_words(ReportFormat)),
    "seed": Key("seed", "a whole number from 0", lambda value: isinstance(value, int) and _number(value, 0)),
    "strict": _switch("strict"),
    "coverage": _switch("coverage"),
    "fail-on": _one_of("fail_on", *_words(FailOn)),
    "exit-zero": _switch("exit_zero"),
    "jobs": Key("jobs", "a whole number from 0", lambda value: isinstance(value, int) and _number(value, 0)),
    "timeout": Key("timeout", "a number of seconds", lambda value: _number(value, 0) and value > 0),
    "claim-timeout": Key("claim_timeout", "a number of seconds, 0 for none", lambda value: _number(value, 0)),
    "numeric": _one_of("numeric", *_words(NumericWay)),
    "sizes": Key("sizes", 'a text such as "n0=784,M=32"', lambda value: isinstance(value, str)),
    "durations": Key("durations", "a whole number from 0", lambda value: isinstance(value, int) and _number(value, 0)),
    "no-cache": _switch("no_cache"),
    "documents": Key("documents", "a folder", lambda value: isinstance(value, str) and bool(value)),
    "baseline": Key("baseline", "a file", lambda value: isinstance(value, str) and bool(value)),
    "color": _one_of("color", *_words(ColorMode)),
    "ascii": _switch("ascii"),
    "verbose": Key("verbose", "true, false, 1 or 2", lambda value: isinstance(value, int) and 0 <= value <= 2),
    "quiet": _switch("quiet"),
}
PATHS = ("specs", "documents", "baseline")  # relative to the folder of the file


def nearest(folder: Path) -> Path | None:
    """The pyproject.toml of a folder, or of the nearest one above it."""
    for place in (folder, *folder.parents):
        if (place / FILE).is_file():
            return place / FILE
    return None


def defaults(folder: Path) -> dict[str, Any]:
    """Parameter names of `verify` with what the nearest table says. Raises DerivcheckError (DC642)."""
    path = nearest(folder)
    return read(path, folder) if path is not None else {}


def read(path: Path, folder: Path) -> dict[str, Any]:
    """The table of a file, its paths seen from `folder`. Raises DerivcheckError (DC642) with file and line."""
    import tomllib

    shown = os.path.relpath(path, folder)
    try:
        text = path.read_bytes().decode("utf-8-sig")
        table = tomllib.loads(text)
    except OSError as problem:
        _fail(f"`{shown}` cannot be read: {problem.strerror or problem}", Where(shown, 1, 1))
    except UnicodeDecodeError:
        _fail(f"`{shown}` is not UTF-8 text", Where(shown, 1, 1))
    except (tomllib.TOMLDecodeError, RecursionError) as problem:
        _broken(shown, text, str(problem))
    for name in TABLE.split("."):
        if not isinstance(table, dict):
            _fail(f"`{TABLE}` is a table of options", _place(shown, text, ""), help_=f"[{TABLE}]")
        table = table.get(name, {})
    if not isinstance(table, dict):
        _fail(f"`{TABLE}` is a table of options", _place(shown, text, ""), help_=f"[{TABLE}]")
    found: dict[str, Any] = {}
    for name, value in table.items():
        where = _place(shown, text, name)
        if name not in KEYS:
            close = difflib.get_close_matches(name.replace("_", "-"), KEYS, 1, 0.5)
            _fail(
                f"unknown key `{name}` in `{TABLE}`",
                where,
                help_=close[0] if close else "",
                notes=(("known", ", ".join(KEYS)),),
            )
        key = KEYS[name]
        if not key.accepts(value):
            _fail(f"`{name}` is {key.expected}", where)
        found[key.parameter] = _seen(value, path.parent, folder) if name in PATHS else value
    return found


def _seen(value: Any, origin: Path, folder: Path) -> Any:
    """Paths as they are seen from the working directory, so that reports name them as the command line would."""
    if isinstance(value, list):
        return [_seen(item, origin, folder) for item in value]
    return os.path.relpath(origin / value, folder)


def _broken(shown: str, text: str, problem: str) -> NoReturn:
    match = re.fullmatch(r"(.*) \(at line (\d+), column (\d+)\)", problem, re.DOTALL)
    lines = text.rstrip().split("\n")
    number, column = (int(match[2]), int(match[3])) if match else (len(lines), 1)
    message = match[1] if match else problem.removesuffix(" (at end of document)")
    line = lines[number - 1].rstrip("\r") if number <= len(lines) else ""
    _fail(f"this is not TOML: {message[:1].lower()}{message[1:]}", Where(shown, number, column, 1, line))


def _place(shown: str, text: str, name: str) -> Where:
    """Where a key of the table stands, its heading where that cannot be told; tomllib knows no lines."""
    lines = text.split("\n")
    inside, heading = False, Where(shown, 1, 1)
    for number, line in enumerate(lines, 1):
        header = re.match(r"\s*\[\s*([^\]]*?)\s*\]", line)
        if header and "=" not in line.split("]")[0]:
            inside = re.sub(r"[\s\"']", "", header[1]) == TABLE
            sub = re.match(rf"{re.escape(TABLE)}\.{re.escape(name)}\b", re.sub(r"[\s\"']", "", header[1]))
            if inside or sub:
                start = line.index("[") + 1
                heading = Where(shown, number, start, len(line.strip()), line.rstrip("\r"))
            if sub and name:
                return heading
        elif inside and name:
            key = re.match(rf"\s*[\"']?({re.escape(name)})[\"']?\s*[=.]", line)
            if key:
                return Where(shown, number, key.start(1) + 1, len(name), line.rstrip("\r"))
    return heading


def _fail(message: str, where: Where, help_: str = "", notes: tuple[tuple[str, str], ...] = ()) -> NoReturn:
    raise DerivcheckError(Diagnostic("DC642", message, where, "", notes, help_))


def verbosity(environment: Mapping[str, str]) -> dict[str, int]:
    """What DERIVCHECK_VERBOSE says: how often `-v`, or a word for yes or no. Raises DerivcheckError (DC642)."""
    text = environment.get(ENVIRONMENT + "VERBOSE", "").strip().lower()
    if not text:
        return {}
    words = {"true": 1, "yes": 1, "on": 1, "1": 1, "2": 2, "false": 0, "no": 0, "off": 0, "0": 0}
    if text not in words:
        what = f"DERIVCHECK_VERBOSE is 0, 1 or 2, not `{text}`"
        raise DerivcheckError(Diagnostic("DC642", what, help="DERIVCHECK_VERBOSE=1"))
    return {"verbose": words[text]}


def unknown_variables(environment: Mapping[str, str]) -> list[Diagnostic]:
    """A warning for every variable that looks like an option and is none."""
    options = [ENVIRONMENT + name.upper().replace("-", "_") for name in KEYS if name != "specs"]
    known = (*options, *OTHER_VARIABLES)
    found = []
    for name in sorted(environment):
        if name.startswith(ENVIRONMENT) and name not in known:
            close = difflib.get_close_matches(name, options, 1, 0.8)
            if close:
                found.append(Diagnostic("DC646", f"the environment variable `{name}` is no option", help=close[0]))
    return found
