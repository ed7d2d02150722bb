"""What each code means: an explanation, an example that fails with it, and the repair.

The examples are run by the tests: the wrong one fails with exactly this code, the
right one is proved (a claim) or judged without it (a spec).
"""

from __future__ import annotations

import difflib
import textwrap

from derivcheck.diagnostics.diagnostic import DerivcheckError, Diagnostic
from derivcheck.diagnostics.explain.pages import PAGES
from derivcheck.diagnostics.explain.pages.explanation import BASE

MOST = 5  # codes that are suggested


def page(code: str) -> str:
    """The page of a code as text. Raises DerivcheckError (DC611) for an unknown code."""
    if code not in PAGES:
        close = _close(code)
        notes = tuple((other, PAGES[other].title) for other in close)
        help_ = f"derivcheck explain {close[0]}" if close else "derivcheck list codes"
        raise DerivcheckError(Diagnostic("DC611", f"there is no code `{code}`", notes=notes, help=help_))
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


def _close(code: str) -> list[str]:
    """The codes that may be meant: those whose title has every word, or else that are spelled alike."""
    words = code.casefold().split()
    titled = [
        other for other, found in PAGES.items() if words and all(word in found.title.casefold() for word in words)
    ]
    typed = code.upper().replace("O", "0").replace("I", "1")
    return titled[:MOST] or difflib.get_close_matches(typed, PAGES, MOST, 0.6)
