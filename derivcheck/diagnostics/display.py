"""What a notebook asks a result: to show itself. The writing is the reports' business."""

from __future__ import annotations

from importlib import import_module


class Displayed:
    """A result with `_repr_html_` and `_repr_latex_`.

    The reports are loaded by name when a notebook asks: they stand above the results, and
    whoever reads a result in a program should not load them.
    """

    __slots__ = ()

    def _repr_html_(self) -> str:
        return str(import_module("derivcheck.report.notebook").fragment(self))

    def _repr_latex_(self) -> str | None:
        found: str | None = import_module("derivcheck.report.notebook").latex(self)
        return found
