"""What a notebook asks a result: to show itself. The writing is the reports' business."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol


class Writer(Protocol):
    """Who turns results into pieces of a notebook."""

    def fragment(self, value: Any, /) -> str: ...

    def latex(self, value: Any, /) -> str | None: ...


_registered: list[Callable[[], Writer]] = []


def register(load: Callable[[], Writer]) -> None:
    """Whom results ask from now on; loaded when the first one does: whoever reads results in a program needs none."""
    _registered[:] = [load]


class Displayed:
    """A result with `_repr_html_` and `_repr_latex_`: what the registered writer makes of it, nothing without one."""

    __slots__ = ()

    def _repr_html_(self) -> str | None:
        return _registered[0]().fragment(self) if _registered else None

    def _repr_latex_(self) -> str | None:
        return _registered[0]().latex(self) if _registered else None
