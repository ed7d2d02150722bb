"""What is said of a name that has no reading."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NoReturn

from derivcheck.language.latex.elements import Elements
from derivcheck.language.latex.quantities import ScriptReadings
from derivcheck.language.lowering.ranges import open_range, some_end
from derivcheck.language.notation.syntax import Name
from derivcheck.language.tex.errors import fail


def refuse_unknown(quantity: ScriptReadings) -> NoReturn:
    """Raise NotationError for a name that has no reading: DC120, DC121, DC142, DC171."""
    reader, base, span = quantity.reader, quantity.base, quantity.span
    context = reader.context
    names = context.names
    shown = reader.source(span) or base.text
    if any(script.is_star for script in quantity.scripts):
        fail(
            "DC120",
            f"unknown name `{shown}`",
            span,
            "not declared",
            f"symbols: {{'{shown}': ...}}",
            (("known", names.known()),),
        )
    stems = [stem for key in names.bases(base) for stem in sorted(names.families.get(key, ()))]
    plain = [name for key in names.bases(base) for name in sorted(names.plain.get(key, ()))]
    if stems and not plain:
        members = context.labels.members(stems[0])
        written = [text for script in quantity.scripts for text in _texts(script.row)]
        letter = next((letter for letter in reversed(context.bound) if letter in written), None)
        if letter is not None:
            fail(
                "DC119",
                f"`{letter}` is no declared label: from where to where does it run?",
                span,
                "no limits",
                rf"\sum_{{{letter}=1}}^{{{some_end(context.scope)}}}",
            )
        label = next((label for label in context.scope.labels if label in written), None)
        if label is not None and label not in context.labels.given:
            fail(
                "DC121",
                f"`{shown}` speaks of every layer: nothing says which",
                span,
                f"`{label}` has no number",
                open_range(label, context.scope),
            )
        has_script = any(s.kind in ("sup", "sub") for s in quantity.scripts)
        message = f"`{shown}` is no member of the family `{stems[0]}`" if has_script else f"`{shown}` needs its label"
        fail(
            "DC121",
            message,
            span,
            "which layer?",
            f"symbols: {{'{shown}': '{_last(stems[0], quantity)}'}}",
            (("members", ", ".join(f"{stems[0]}[{number}]" for number in members)),),
        )
    if quantity.problems and (plain or base.text == "e"):
        raise quantity.problems[0]
    if plain and quantity.scripts:
        axes = len(context.scope.values[plain[0]].axes)
        if all(s.kind == "sub" for s in quantity.scripts):
            fail(
                "DC142",
                f"the indices of `{shown}` do not fit a tensor with {axes} axes",
                span,
                str(context.types(Name(plain[0]))),
            )
        fail(
            "DC171", f"`{shown}` has no reading", span, f"`{plain[0]}` has {axes} axes", _symbol(shown, quantity, axes)
        )
    close = names.close_quantity(_glued(quantity))
    fail(
        "DC120",
        f"unknown name `{shown}`",
        span,
        "not declared",
        close if close else f"symbols: {{'{shown}': ...}}",
        (("known", names.known()),),
    )


def _last(stem: str, quantity: ScriptReadings) -> str:
    """The last member by the name of its depth, and the entry of it where letters stand below."""
    context = quantity.reader.context
    number = context.labels.members(stem)[-1]
    name = next((name for name, depth in context.scope.depth.items() if str(depth) == str(number)), number)
    below = [script.name or "" for script in quantity.scripts if script.kind == "sub"]
    letters = [letter for letter in below[0] if letter.isalpha()] if len(below) == 1 else []
    values = [value for value in context.scope.values if value == f"{stem}[{number}]"]
    fits = bool(letters) and any(len(context.scope.values[value].axes) == len(letters) for value in values)
    return f"{stem}[{name}]" + (f"[{','.join(letters)}]" if fits else "")


def _symbol(shown: str, quantity: ScriptReadings, axes: int) -> str:
    """What to write under `symbols`: `U_k^T` of a matrix U is its row upright."""
    stem = quantity.base.text
    letters = [script.name for script in quantity.scripts if script.kind == "sub"]
    if axes == 2 and len(letters) == 1 and letters[0] and letters[0].isalpha() and len(letters[0]) == 1:
        return f"symbols: {{'{stem}_{letters[0]}': '{stem}[{letters[0]},:].T'}}"
    return f"symbols: {{'{shown}': ...}}"


def _texts(row: Elements) -> Iterator[str]:
    """What is written in a row, at any depth."""
    for element in row:
        yield element.text
        for inner in element.rows:
            yield from _texts(inner)


def _glued(quantity: ScriptReadings) -> str:
    text = quantity.base.text + quantity.base.accent
    for script in quantity.scripts:
        text += script.name or ""
    return text
