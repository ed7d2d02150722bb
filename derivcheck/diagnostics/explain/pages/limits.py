"""DC4xx and DC5xx: what the forms and the numbers do not reach."""

from __future__ import annotations

from derivcheck.diagnostics.explain.pages.explanation import Explanation, text_only

LIMITS: dict[str, Explanation] = {
    "DC402": text_only(
        "outside the canonical form",
        "The canonical form does not know this kind of expression; the other ways still judge.",
    ),
    "DC403": text_only(
        "opaque loss",
        "An opaque loss has first derivatives that claims may name, but no value and no second derivatives.",
    ),
    "DC404": text_only("extremum under a condition", "max and min over an index with a condition are refused by name."),
    "DC405": text_only(
        "a matrix over several axes",
        "The rows of a Kronecker product are several axes: inv, det and the like take matrices of one axis each way.",
    ),
    "DC406": text_only(
        "not evaluated in numbers", "There is no numerical evaluation of this function, or none at complex points."
    ),
    "DC408": text_only("no SymPy object", "SymPy's matrix expressions cannot say this; the index form still can."),
    "DC410": text_only(
        "evaluated at a kink", "At a kink a derivative has two values, one from each side, and none of its own."
    ),
    "DC409": text_only("inequality", "What is less or greater is not judged; `<` and `>` serve in conditions."),
    "DC501": text_only(
        "no finite point",
        "At every point tried a quantity is infinite or not a number: give facts such as positive, or check the domain.",
    ),
    "DC502": text_only("no value", "A tensor has no value at this point."),
    "DC503": text_only("no such entry", "A fixed position lies beyond the size that is tried."),
    "DC504": text_only("an empty dimension", "A derived size such as n - k + 1 comes out below 1: give numeric.sizes."),
    "DC505": text_only(
        "too large a value",
        "At every point tried a quantity is larger than floating point numbers are: nothing is learned from numbers there.",
    ),
    "DC506": text_only(
        "too many entries",
        "A tensor has more entries at these sizes than numbers are spent on: give smaller ones, by `numeric: {sizes: ...}` or `--sizes`.",
    ),
}
