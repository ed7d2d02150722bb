"""What is asked of every witness: that differences side with it, and that its script runs and shows the difference."""

from __future__ import annotations

import io
import re
import tokenize

from derivcheck.diagnostics.verdicts import Witness

NAME = re.compile(r"# (?:[dd2∂]?[\w.\[\]*+/^-]+|seed \d+|input|forward|backward)")


def settled(witness: Witness | None) -> bool:
    """Whether differences of the forward pass side with the derived value against the claimed one."""
    assert witness is not None and witness.finite_difference
    claimed, derived, measured = map(float, (witness.claimed, witness.derived, witness.finite_difference))
    return abs(derived - measured) <= 1e-5 * (abs(derived) + abs(claimed)) < abs(claimed - measured)


def run_here(source: str) -> dict[str, object]:
    """The names that a script binds; it fails where the sides agree."""
    names: dict[str, object] = {"print": lambda *_: None}
    exec(compile(source, "<generated>", "exec"), names)
    return names


def is_clean(source: str) -> bool:
    """Whether a script is ASCII, and its comments are names alone."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return source.isascii() and all(NAME.fullmatch(t.string) for t in tokens if t.type == tokenize.COMMENT)
