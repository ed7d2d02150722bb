"""What each diagnostic code of the notation means; lowering goes on at DC120, LaTeX has DC170 to DC179."""

from __future__ import annotations

from collections.abc import Mapping

CODES: Mapping[str, str] = {
    "DC100": "a character that is not part of the notation",
    "DC101": "a number with too many digits",
    "DC102": "a formula that is too long",
    "DC103": "a bracket without its partner",
    "DC104": "the formula ends too early",
    "DC105": "`==` between the sides of an equation",
    "DC106": "two readings: `·` and `×`, `1/M x`, `^T` beside a tensor `T`",
    "DC107": "a token that cannot stand here, two operators in a row among them",
    "DC108": "an equation with one side",
    "DC109": "an empty formula or side",
    "DC110": "two expressions side by side, an operator is missing",
    "DC111": "operations or brackets inside each other beyond the limit",
    "DC112": "a power that is too large",
    "DC113": "rows of different lengths in a written-out matrix",
    "DC114": "a primed function without its argument",
    "DC115": "a Kronecker delta without two letters",
    "DC116": "a sum without its index letter, or with letters run together",
    "DC117": "the order of a derivative does not match its variables",
    "DC118": "a derivative without what it differentiates",
    "DC119": "limits on a sum that are not those of its letter, or none where a label needs them",
}
