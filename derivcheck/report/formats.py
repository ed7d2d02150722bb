"""The formats of a report, by name. Each is a module that is imported when it is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

from derivcheck.pipeline.results import Report
from derivcheck.report.page import Page

FORMATS: Mapping[str, tuple[str, str]] = {
    "text": ("derivcheck.report.text", "to_text"),
    "concise": ("derivcheck.report.concise", "to_concise"),
    "json": ("derivcheck.report.json", "to_json"),
    "junit": ("derivcheck.report.junit", "to_junit"),
    "sarif": ("derivcheck.report.sarif", "to_sarif"),
    "github": ("derivcheck.report.github", "to_github"),
    "markdown": ("derivcheck.report.markdown", "to_markdown"),
    "html": ("derivcheck.report.html", "to_html"),
}
PAGED = frozenset({"text"})  # made for the width, the colours and the verbosity of a page


def rendered(name: str, report: Report, page: Page) -> str:
    """The report in one of the formats, in ASCII where the page carries nothing else.

    Raises KeyError for an unknown format.
    """
    module, function = FORMATS[name]
    render = getattr(import_module(module), function)
    text: str = render(report, page) if name in PAGED else render(report, ascii_only=not page.unicode)
    return text
