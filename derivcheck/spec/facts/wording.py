"""Facts in words: `rows sum to one`, `the columns of P are one-hot`, `L is lower triangular`."""

from __future__ import annotations

import re

from derivcheck.spec.facts.table import FACTS

FROM_THE_END = {"rows": 1, "columns": 2}  # the axis that runs along each of them, counted from the last
FILLING = frozenset({"is", "are", "along", "a", "an", "all", "the", "of", "its"})
SAID_OTHERWISE = {
    "sum to one": "sums_to_one",
    "sum to 1": "sums_to_one",
    "sums to 1": "sums_to_one",
    "sum to zero": "sums_to_zero",
    "sum to 0": "sums_to_zero",
    "sums to 0": "sums_to_zero",
    "one-hot": "one_hot",
    "distributions": "simplex",
    "a distribution": "simplex",
    "unit vectors": "unit",
}
WORDINGS = {**SAID_OTHERWISE, **{name.replace("_", " "): name for name in FACTS if "_" in name}}
SAID = re.compile(
    r"(?<!\w)(?:" + "|".join(re.escape(text) for text in sorted(WORDINGS, key=len, reverse=True)) + r")(?!\w)"
)


def by_names(text: str) -> str:
    """The text with the name of every fact that it says in words: `rows sums_to_one`."""
    return SAID.sub(lambda match: WORDINGS[match[0]], re.sub(r"\s+", " ", text))


def axis_from_the_end(name: str) -> int:
    """How far from the last axis, which counts as 1, the one is along which rows or columns run; 0 for other words."""
    return FROM_THE_END.get(name, 0)
