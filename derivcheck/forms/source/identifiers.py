"""Python names for the names of a spec: valid, different from each other, and easy to recognise."""

from __future__ import annotations

import builtins
import keyword
import re

from derivcheck.spec.spelling import spelled

CONFUSABLE = frozenset({"l", "I", "O"})  # linters refuse them


class Identifiers:
    """Names given out once; `taken` are never given."""

    def __init__(self, taken: frozenset[str] = frozenset()) -> None:
        self._taken = set(taken) | set(keyword.kwlist) | set(keyword.softkwlist) | set(dir(builtins)) | CONFUSABLE

    def name(self, wanted: str) -> str:
        """An identifier like `wanted` that was not given before: `z[2]` is `z_2`, `dL/dW1` is `dL_dW1`."""
        shown = "".join(spelled(character) for character in wanted).replace("/", "_").replace("[", "_")
        base = re.sub(r"[^A-Za-z0-9_]", "", shown)
        if not base.isidentifier():
            base = f"v{base}"
        found, count = base, 1
        while found in self._taken:
            count += 1
            found = f"{base}_" if count == 2 else f"{base}_{count}"
        self._taken.add(found)
        return found
