"""`derivcheck init`: a spec to start from, and the schema that lets an editor complete and check it."""

from __future__ import annotations

import json
import os
import sys
from enum import Enum
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer

from derivcheck.cli.examples import Example, next_command, texts
from derivcheck.diagnostics.diagnostic import DerivcheckError, Diagnostic

DEFAULT = "network.derivcheck.yaml"  # a name that the pytest plugin collects
SCHEMA = "derivcheck.schema.json"
MODELINE = f"# yaml-language-server: $schema={SCHEMA}\n"


class Template(str, Enum):  # noqa: UP042 - Typer reads the values
    mlp = "mlp"
    batch = "batch"
    family = "family"


def init(
    path: Annotated[Path, typer.Argument(help="The file to write, or the folder to write it into.")] = Path(DEFAULT),
    template: Annotated[
        Template, typer.Option("--template", help="One example, a batch, or a network of any depth.")
    ] = Template.mlp,
    example: Annotated[
        Example | None, typer.Option("--example", help="A shipped spec instead, with the files that belong to it.")
    ] = None,
    document: Annotated[
        Path | None, typer.Option("--from", help="A document: a draft of its sidecar, of what its text says.")
    ] = None,
    schema: Annotated[
        bool, typer.Option("--schema/--no-schema", help="Write the schema for editors beside it.")
    ] = True,
) -> int:
    """Write a commented spec to start from. Nothing is ever overwritten."""
    from derivcheck.report.page import page_for

    if example is not None:
        return _write_example(example.value, Path() if path == Path(DEFAULT) else path)
    if document is not None:
        return _write_draft(document, None if path == Path(DEFAULT) else path)
    if os.path.isdir(path):  # false, not an error, for what no file can be called
        path = path / DEFAULT
    if path.suffix.lower() not in (".yaml", ".yml"):
        raise DerivcheckError(
            Diagnostic(
                "DC685",
                f"`{path}` is no name of a spec",
                help=f"derivcheck init {path.with_suffix('.yaml')}" if path.name else "derivcheck init spec.yaml",
            )
        )
    text = (files("derivcheck.cli") / "templates" / f"{template.value}.yaml").read_text(encoding="utf-8")
    _create(path, (MODELINE if schema else "") + text)
    written = [path]
    beside = path.parent / SCHEMA
    # A schema that is there already serves every spec of the folder.
    if schema and not os.path.lexists(beside):
        from derivcheck.spec.schema import spec_schema

        _create(beside, json.dumps(spec_schema(), indent=2) + "\n")
        written.append(beside)
    page = page_for(sys.stdout)
    for file in written:
        typer.echo(page.show(f"wrote {file}"))
    typer.echo(page.show(f"next: derivcheck verify {_quoted(path)}"))
    return 0


def _write_example(example: str, folder: Path) -> int:
    """The files of an example in a folder. Raises DerivcheckError (DC681, DC685, DC686)."""
    from derivcheck.report.page import page_for

    if folder.suffix:
        raise DerivcheckError(
            Diagnostic(
                "DC685",
                f"an example is written into a folder, not to `{folder}`",
                help=f"derivcheck init --example {example}",
            )
        )
    page, found = page_for(sys.stdout), texts(example)
    for name in found:
        if os.path.lexists(folder / name):  # all of it or nothing
            raise _taken(folder / name)
    for name, text in found.items():
        _create(folder / name, text)
        typer.echo(page.show(f"wrote {folder / name}"))
    command = next_command(example)
    typer.echo(page.show(f"next: {command if folder == Path() else f'cd {_quoted(folder)}; {command}'}"))
    return 0


def _write_draft(document: Path, path: Path | None) -> int:
    """The sidecar of a document drafted from its text. Raises DerivcheckError."""
    from derivcheck.pipeline.drafts import draft_of
    from derivcheck.report.page import page_for

    text, asked = draft_of(document)
    beside = path or document.with_suffix(".derivcheck.yaml")
    _create(beside, text)
    page = page_for(sys.stdout)
    typer.echo(page.show(f"wrote {beside}"))
    for one in asked:
        typer.echo(page.show(f"asked of you: {' '.join(one.split())}"))
    typer.echo(page.show(f"next: derivcheck verify {_quoted(document)} --coverage"))
    return 0


def _taken(path: Path) -> DerivcheckError:
    return DerivcheckError(
        Diagnostic("DC681", f"`{path}` exists already and is not overwritten", help="derivcheck init OTHER.yaml")
    )


def _create(path: Path, text: str) -> None:
    """Write a new file, and its folder where that is missing.

    Raises DerivcheckError: DC681 where the file exists, DC686 where it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(path, "x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError as problem:
        taken = path if problem.filename == str(path) else path.parent
        raise _taken(taken) from None
    except (OSError, ValueError) as problem:
        why = getattr(problem, "strerror", None) or problem
        raise DerivcheckError(Diagnostic("DC686", f"`{path}` cannot be written: {why}")) from None


def _quoted(path: Path) -> str:
    from shlex import quote

    return quote(str(path))
