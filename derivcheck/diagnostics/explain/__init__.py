"""What each code means: an explanation, an example that fails with it, and the repair; and the reference by topics.

The examples are run by the tests: the wrong one of a code fails with exactly this code, the
right one is proved (a claim) or judged without it (a spec); those of a topic do what they show.
"""

from __future__ import annotations

import difflib
import textwrap

from derivcheck.diagnostics.diagnostic import DerivcheckError, Diagnostic
from derivcheck.diagnostics.explain.pages import PAGES
from derivcheck.diagnostics.explain.pages.explanation import BASE
from derivcheck.diagnostics.explain.topics import TOPICS, source, title, topic_page

MOST = 5  # pages that are suggested


def page(asked: str) -> str:
    """The page of a topic or of a code as text. Raises DerivcheckError (DC611) where there is none."""
    if asked.lower() in TOPICS:
        return topic_page(asked.lower())
    code = asked.upper()
    if code not in PAGES:
        close = _close(asked)
        notes = tuple((other, PAGES[other].title if other in PAGES else title(other)) for other in close)
        help_ = f"derivcheck explain {close[0]}" if close else "derivcheck explain"
        raise DerivcheckError(Diagnostic("DC611", f"there is no topic or code `{asked}`", notes=notes, help=help_))
    found = PAGES[code]
    lines = [f"{code}: {found.title}", "", *textwrap.wrap(found.about, 78), ""]
    if found.wrong:
        lines += ["wrong", *textwrap.indent(found.wrong.rstrip(), "    ").splitlines(), ""]
    if found.right:
        lines += ["right", *textwrap.indent(found.right.rstrip(), "    ").splitlines(), ""]
    if found.kind == "claim" and found.wrong and not found.spec:
        lines += ["in the network", *textwrap.indent(BASE.strip(), "    ").splitlines(), ""]
    elif found.kind == "claim" and found.spec:
        lines += ["in the spec", *textwrap.indent(found.spec.strip(), "    ").splitlines(), ""]
    return "\n".join(lines)


def _close(asked: str) -> list[str]:
    """What may be meant: titles that have every word, names that are spelled alike, topics that speak of it."""
    words = asked.casefold().split()
    titles = {code: found.title for code, found in PAGES.items()}
    titled = [name for name, about in titles.items() if words and all(word in about.casefold() for word in words)]
    alike = difflib.get_close_matches(asked.lower(), TOPICS, 1, 0.7)
    typed = asked.upper().replace("O", "0").replace("I", "1")
    spoken = [topic for topic in TOPICS if words and all(word in source(topic).casefold() for word in words)]
    return (alike + titled)[:MOST] or difflib.get_close_matches(typed, PAGES, MOST, 0.6) or spoken[:MOST]
