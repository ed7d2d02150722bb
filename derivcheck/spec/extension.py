"""A spec that goes on from another one: `extends: ../network.yaml`, and what is declared anew."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, NoReturn

from derivcheck.diagnostics.diagnostic import Diagnostic, SourceText, SpecError
from derivcheck.spec.declarations import Spec
from derivcheck.spec.reads import exists, is_file

DEEPEST = 8
ENDINGS = (".yaml", ".yml", ".json")
PROJECT = (".git", "pyproject.toml")  # what lies in the folder of a project
OWN = frozenset({"path", "extends", "document", "claims", "lines", "stray_ignores"})  # of each spec by itself
BY_NAME = ("tensors", "functions", "families", "layers", "let", "symbols", "macros")


def extended(spec: Spec, declaration_of: Callable[[Path], Spec]) -> Spec:
    """A spec with what it extends in it: its own declarations go first, its claims are its own.

    Raises SpecError (DC058) for a file that is none, lies elsewhere, or extends this one.
    """
    seen = [Path(spec.path).resolve()]
    chain = [spec]
    while chain[-1].extends is not None:
        path = _beside(chain[-1], chain[-1].extends)
        if path.resolve() in seen or len(seen) > DEEPEST:
            _refuse(chain[-1].extends, "it extends what extends it")
        seen.append(path.resolve())
        chain.append(declaration_of(path))
    found = chain[-1]
    for one in chain[-2::-1]:
        found = _merged(found, one)
    return found


def _beside(spec: Spec, name: SourceText) -> Path:
    """The file that a spec extends: one below its folder, the working directory or the folder of its project."""
    path = Path(spec.path).parent / name.text
    if path.suffix.lower() not in ENDINGS:
        _refuse(name, "no ending of a spec")
    try:
        folders = [Path(spec.path).parent.resolve(), Path().resolve(), *_project(Path(spec.path).resolve())]
        below = any(path.resolve().is_relative_to(folder) for folder in folders)
    except (OSError, RuntimeError, ValueError):  # a loop of links, or no name of a file
        below = False
    if not below:
        _refuse(name, "it lies outside the folder of the spec, the working directory and the project")
    if not is_file(path):
        _refuse(name, "no such file")
    return path


def _project(path: Path) -> list[Path]:
    """The folder of the project that a file belongs to, where one calls itself so."""
    return [folder for folder in path.parents if any(exists(folder / mark) for mark in PROJECT)][:1]


def _refuse(name: SourceText, why: str) -> NoReturn:
    message = f"`{name.text}` cannot be extended"
    raise SpecError(Diagnostic("DC058", message, name.where(), why, help="extends: ../network.yaml"))


def _merged(base: Spec, spec: Spec) -> Spec:
    """What a spec declares, and besides what its base declares; a key that it does not give is that of its base."""
    blank = Spec("")
    changes: dict[str, Any] = {}
    for one in fields(Spec):
        own = getattr(spec, one.name)
        if one.name in OWN:
            continue
        if one.name in BY_NAME:
            changes[one.name] = replaced(getattr(base, one.name), own)
        elif one.name == "depths":
            changes[one.name] = {**base.depths, **own}
        elif own == getattr(blank, one.name):
            changes[one.name] = getattr(base, one.name)
    return replace(_without_moved(spec, changes), **changes)


def _without_moved(spec: Spec, changes: dict[str, Any]) -> Spec:
    """A name that the base declares as one thing and the spec as another is what the spec says."""
    layers = {layer.name.text for layer in spec.layers} | {layer.name.text for layer in spec.let}
    tensors = {tensor.name.text for tensor in spec.tensors}
    changes["tensors"] = tuple(one for one in changes["tensors"] if one.name.text not in layers)
    changes["layers"] = tuple(one for one in changes["layers"] if one.name.text not in tensors)
    return spec


def replaced(declared: Iterable[Any], others: Iterable[Any]) -> tuple[Any, ...]:
    """Declarations with those of the same name in their places, and the rest behind them."""
    news = {_name(one): one for one in others}
    kept = tuple(news.pop(_name(one), one) for one in declared)
    return (*kept, *news.values())


def _name(one: Any) -> str:
    name = getattr(one, "label", "") or one.name
    return name if isinstance(name, str) else str(name.text)
