"""DC9xx: derivcheck's own bugs."""

from __future__ import annotations

from derivcheck.diagnostics.explain.pages.explanation import Explanation, text_only

OWN_BUGS: dict[str, Explanation] = {
    "DC900": text_only(
        "derivcheck failed",
        "An unexpected error: a bug of derivcheck, worth a report. It spoils the one claim or gradient that it is reported for, and the file only where the network itself cannot be built.",
    ),
    "DC901": text_only(
        "contradiction",
        "The canonical form or the field proves what numbers refute: a bug of derivcheck, reported as such.",
    ),
    "DC902": text_only(
        "a derivative disagrees with differences",
        "A gradient, or a derivative that a claim speaks of, is not that of its forward pass: a bug of derivcheck, never a verdict.",
    ),
    "DC903": text_only(
        "no form is read back", "Nothing that could be printed says what was derived: a bug of derivcheck."
    ),
    "DC904": text_only(
        "generated code is wrong", "Generated code was run, and does not compute what was derived: a bug of derivcheck."
    ),
}
