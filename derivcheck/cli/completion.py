"""What a shell offers while a command is typed: names and codes, without SymPy."""

from __future__ import annotations

from collections.abc import Iterator


def complete_function(incomplete: str) -> Iterator[tuple[str, str]]:
    """(name, what it is) of the functions of the catalogue whose names begin so."""
    from derivcheck.language.catalogue.activations import ACTIVATIONS
    from derivcheck.language.catalogue.elementary import WITH_A_JACOBIAN
    from derivcheck.language.catalogue.layers import LAYERS
    from derivcheck.language.catalogue.losses import LOSSES

    found = {entry.name: entry.about for entries in (ACTIVATIONS, LAYERS, LOSSES) for entry in entries}
    found = {**found, **{name: about for name, about in WITH_A_JACOBIAN.items() if name not in found}}
    return (pair for pair in found.items() if pair[0].startswith(incomplete))


def complete_page(incomplete: str) -> Iterator[tuple[str, str]]:
    """(topic or code, title) of the pages that begin so, as they are typed: shells drop what differs in capitals."""
    from derivcheck.diagnostics.explain.pages import PAGES
    from derivcheck.diagnostics.explain.topics import TOPICS, title

    for topic in TOPICS:
        if topic.startswith(incomplete.lower()):
            yield incomplete + topic[len(incomplete) :], title(topic)
    for code, page in sorted(PAGES.items()):
        if code.startswith(incomplete.upper()):
            yield incomplete + code[len(incomplete) :], page.title
