"""Arrays as tables whose cells are coloured by what stands in them."""

from __future__ import annotations

from typing import Any
from xml.etree.ElementTree import Element

from derivcheck.report.markup import element

LARGEST = 12  # rows and columns
NOTHING = 1e-9  # of the largest entry: no difference at all


def heat_map(array: Any, caption: str, rows: str, columns: str) -> Element:
    """A matrix of numbers, its strongest colour at its largest entry; `rows` and `columns` name its axes.

    A vector is one row, `rows` says what stands in it.
    """
    height, width = len(array), len(array[0]) if len(array) else 0
    largest = max((abs(float(value)) for row in array for value in row), default=0.0)
    shown = [list(row[:LARGEST]) for row in array[:LARGEST]]
    cut = f"; the first {len(shown)} × {len(shown[0])} of {height} × {width}" if max(height, width) > LARGEST else ""
    head = [element("th", str(k + 1), scope="col") for k in range(len(shown[0]) if shown else 0)]
    body = [
        element(
            "tr",
            element("th", str(k + 1) if height > 1 else rows, scope="row"),
            *(_cell(float(value), largest) for value in row),
        )
        for k, row in enumerate(shown)
    ]
    corner = f"{rows} ↓ {columns} →" if height > 1 else f"{columns} →"
    table = element(
        "table",
        element("caption", f"{caption}{cut}"),
        element("thead", element("tr", element("th", corner, scope="col"), *head)),
        element("tbody", *body),
        class_="heat",
    )
    return element("div", table, class_="scroll", tabindex="0", role="region", aria_label=caption)


def _cell(value: float, largest: float) -> Element:
    if abs(value) <= NOTHING * largest:
        return element("td", "0", class_="h0")
    if value != value or largest in (float("inf"), 0.0):
        return element("td", f"{value:.3g}", class_="h0")
    step = min(3, int(3 * abs(value) / largest) + 1)
    text = f"{value:+.1g}" if abs(value) < 0.01 else f"{value:+.2f}" if abs(value) < 1e3 else f"{value:+.2g}"
    return element("td", text.replace("-", "−"), class_=f"{'p' if value > 0 else 'n'}{step}")
