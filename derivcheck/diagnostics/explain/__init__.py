"""What each code means: an explanation, an example that fails with it, and the repair; and the reference by topics.

The examples are run by the tests: the wrong one of a code fails with exactly this code, the
right one is proved (a claim) or judged without it (a spec); those of a topic do what they show.
"""

from __future__ import annotations

import difflib
import re
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
    """What may be meant: topics that speak of it most, titles of codes that have every word, names spelled alike."""
    words = [re.compile(rf"\b{re.escape(word)}\b", re.IGNORECASE) for word in asked.split()]
    titled = [code for code, found in PAGES.items() if words and all(word.search(found.title) for word in words)]
    said = {topic: [len(word.findall(source(topic))) for word in words] for topic in TOPICS}
    spoken = sorted((topic for topic in TOPICS if words and all(said[topic])), key=lambda topic: -sum(said[topic]))
    alike = difflib.get_close_matches(asked.lower(), TOPICS, 1, 0.7)
    found = titled + spoken if len(words) > 1 else alike + [topic for topic in spoken if topic not in alike] + titled
    typed = asked.upper().replace("O", "0").replace("I", "1")
    return found[:MOST] or difflib.get_close_matches(typed, PAGES, MOST, 0.6)
