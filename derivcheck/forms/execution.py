"""Code that derivcheck has generated, run; it is looked at first, so that no text of a user can run with it.

Nothing but arithmetic, calls and names that are given or bound is let through: no import
is carried out, no attribute begins with an underscore and no name with two, there are no
builtins, and a string stands only where we write one: a docstring, which is left out, the key of a result,
the name of a symbol, the formula of an einsum.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import Any

BUILTINS: Mapping[str, Any] = {"float": float}
NAMING = frozenset({"Symbol", "Dummy", "Str", "Function", "einsum"})  # what takes a string
LET_THROUGH = (
    ast.Module,
    ast.FunctionDef,
    ast.arguments,
    ast.arg,
    ast.Return,
    ast.Assign,
    ast.Expr,
    ast.Expression,
    ast.Load,
    ast.Store,
    ast.Name,
    ast.Attribute,
    ast.Call,
    ast.keyword,
    ast.Constant,
    ast.BinOp,
    ast.UnaryOp,
    ast.Compare,
    ast.Tuple,
    ast.List,
    ast.Dict,
    ast.Subscript,
    ast.Slice,
    ast.operator,
    ast.unaryop,
    ast.cmpop,
)


class RefusedError(Exception):
    """The code is not of the kind that is generated."""


def executed(text: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """The names that a module binds, run with the names that are `given` in place of its imports.

    Raises RefusedError, SyntaxError, and whatever the code raises.
    """
    tree = ast.parse(text)
    tree.body = [part for part in tree.body if not isinstance(part, ast.Import | ast.ImportFrom)]
    for part in tree.body:
        if isinstance(part, ast.FunctionDef) and ast.get_docstring(part) is not None:
            del part.body[0]
    strings = {id(string) for part in ast.walk(tree) for string in _strings_of(part)}
    for node in ast.walk(tree):
        _check(node, strings)
    names: dict[str, Any] = {"__builtins__": dict(BUILTINS), **given}
    exec(compile(tree, "<derivcheck>", "exec"), names)
    return names


def _strings_of(part: ast.AST) -> Iterator[ast.AST]:
    """The strings that a part may have."""
    if isinstance(part, ast.Dict):
        yield from (key for key in part.keys if key is not None)
    if isinstance(part, ast.Call) and part.args:
        name = part.func.id if isinstance(part.func, ast.Name) else getattr(part.func, "attr", "")
        if name in NAMING:
            yield part.args[0]


def _check(part: ast.AST, strings: set[int]) -> None:
    """Raises RefusedError."""
    hidden = (isinstance(part, ast.Name) and part.id.startswith("__")) or (
        isinstance(part, ast.Attribute) and part.attr.startswith("_")
    )
    hidden = hidden or (isinstance(part, ast.FunctionDef) and bool(part.decorator_list))
    text = isinstance(part, ast.Constant) and isinstance(part.value, str | bytes)
    if not isinstance(part, LET_THROUGH) or hidden or (text and id(part) not in strings):
        raise RefusedError(f"`{ast.unparse(part)}` is not generated")
