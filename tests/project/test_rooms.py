"""The package as rooms: no import circle, open or hidden, and every hidden import with its reason."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from shipped import ROOT

PACKAGE = ROOT / "derivcheck"
MOST_NAMES = 12  # at the top of the package


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


@cache
def modules() -> dict[str, Path]:
    return {name_of(path): path for path in PACKAGE.rglob("*.py")}


def imported(tree: ast.AST) -> Iterator[tuple[str, ast.stmt]]:
    """Every module of the package that a statement anywhere in the tree imports, in functions and for types too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module is not None and node.module.startswith("derivcheck"):
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                yield (whole if whole in modules() else node.module), node


def test_there_is_no_circle() -> None:
    graph = {
        name: {other for other, _ in imported(ast.parse(path.read_text())) if other != name}
        for name, path in modules().items()
        if name != "derivcheck"  # the public names stand above everything
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as problem:
        raise AssertionError(" → ".join(problem.args[1])) from None


def hidden(path: Path) -> Iterator[ast.stmt]:
    tree = ast.parse(path.read_text())
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            yield from (node for node in ast.walk(function) if isinstance(node, ast.Import | ast.ImportFrom))


def test_a_hidden_import_says_why() -> None:
    """The commands load what they need when they run, as their room says; elsewhere every one gives its reason."""
    silent = []
    for path in modules().values():
        if path.parent.name != "cli":
            lines = path.read_text().splitlines()
            silent += [f"{path.relative_to(ROOT)}:{node.lineno}" for node in hidden(path) if not explained(lines, node)]
    assert not silent


def explained(lines: list[str], node: ast.stmt) -> bool:
    """Whether a comment stands behind an import, above it, or above those it follows."""
    place = node.lineno - 1
    while lines[place - 1].strip().startswith(("import ", "from ")):
        place -= 1
    return "#" in lines[node.lineno - 1] or lines[place - 1].strip().startswith("#")


def test_the_top_of_the_package_is_small() -> None:
    names = {path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    assert len(names - {"__init__", "__main__"}) <= MOST_NAMES


def test_every_class_has_a_name_of_its_own() -> None:
    found: dict[str, str] = {}
    for name, path in modules().items():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef):
                assert node.name not in found, f"{node.name} in {name} and in {found[node.name]}"
                found[node.name] = name


def test_the_readme_shows_the_rooms() -> None:
    """With the first line of what each says of itself, from the top floor down."""
    readme = (ROOT / "README.md").read_text()
    shown = [line for line in readme.splitlines() if line.startswith("| `") and line.count("|") == 3]
    rooms = [path.parent for path in PACKAGE.glob("*/__init__.py")]
    told = {
        f"| `{room.name}` | {(ast.get_docstring(ast.parse((room / '__init__.py').read_text())) or '').splitlines()[0]} |"
        for room in rooms
    }
    assert told <= set(shown)


def test_no_two_modules_of_tests_have_one_name() -> None:
    """Pytest knows them by their names alone: of two, one is not collected in a run of all."""
    found = Counter(path.name for path in (ROOT / "tests").rglob("test_*.py"))
    assert [name for name, count in found.items() if count > 1] == []
