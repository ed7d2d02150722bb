"""What a shell offers while a command is typed: names and codes, without SymPy."""

from __future__ import annotations

from collections.abc import Iterator


def function_names() -> tuple[tuple[str, str], ...]:
    """(name, what it is) of every function, layer and loss of the catalogue, none twice."""
    from derivcheck.catalogue.activations import ACTIVATIONS
    from derivcheck.catalogue.elementary import ELEMENTARY_NAMES
    from derivcheck.catalogue.layers import LAYERS
    from derivcheck.catalogue.losses import LOSSES

    found = {entry.name: entry.about for entries in (ACTIVATIONS, LAYERS, LOSSES) for entry in entries}
    return tuple({**dict(ELEMENTARY_NAMES), **found}.items())


def complete_function(incomplete: str) -> Iterator[tuple[str, str]]:
    """The functions whose names begin so."""
    return (pair for pair in function_names() if pair[0].startswith(incomplete))


def complete_code(incomplete: str) -> Iterator[tuple[str, str]]:
    """The codes that begin so, in capitals or not."""
    from derivcheck.explain import PAGES

    return ((code, page.title) for code, page in sorted(PAGES.items()) if code.startswith(incomplete.upper()))
