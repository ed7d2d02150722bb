"""Errors at a place of a formula."""

from __future__ import annotations

from typing import NoReturn

from derivcheck.diagnostics.diagnostic import Diagnostic, NotationError
from derivcheck.language.notation.syntax import Span

NO_NOTES: tuple[tuple[str, str], ...] = ()


def error(
    code: str, message: str, span: Span, label: str = "", help_: str = "", notes: tuple[tuple[str, str], ...] = NO_NOTES
) -> NotationError:
    """A NotationError that points at `span`."""
    return NotationError(Diagnostic(code, message, label=label, help=help_, notes=notes), (span.start, span.stop))


def fail(
    code: str, message: str, span: Span, label: str = "", help_: str = "", notes: tuple[tuple[str, str], ...] = NO_NOTES
) -> NoReturn:
    """Raise a NotationError that points at `span`."""
    raise error(code, message, span, label, help_, notes)
