"""The places at which a formula forks, each kind declared once.

A reader that meets one takes every reading in turn; the lowering says which of them conform to the whole equation,
and those that do are judged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from derivcheck.language.notation.printer import to_plain
from derivcheck.language.notation.syntax import Expression, Span


@dataclass(frozen=True, slots=True)
class ForkKind:
    """What is asked at a fork, and what decides it; `{shown}` is what is written there.

    Where no reading conforms, a `strict` one is refused, and of any other the first reading is kept.
    """

    code: str
    message: str
    label: str
    help: str
    strict: bool = True


SCRIPTS = ForkKind("DC171", "`{shown}` has two readings", "which of them?", "")
COLUMN = ForkKind("DC171", "`{shown}` has two readings", "a column or a row?", "leave the transpose out for the row")
TURN = ForkKind("DC171", "`{shown}` has two readings", "transposed, or to the power T?", "")
POWER = ForkKind("DC171", "`{shown}` has two readings", "a power of a square matrix", r"W W, or W^{\odot 2}")
NAME = ForkKind("DC171", "`{shown}` has two readings", "one name or a product?", "")
LIST = ForkKind(
    "DC171",
    "a transposed list has two readings",
    "a row or a column?",
    r"\begin{bmatrix} a \\ b \end{bmatrix} for the column",
    strict=False,
)
BLOCKS = ForkKind(
    "DC171",
    "a list of vectors or matrices has two readings",
    "behind each other, or side by side?",
    r"\begin{bmatrix} a \\ b \end{bmatrix} for what stands behind each other",
    strict=False,
)
SAMPLE = ForkKind(
    "DC171",
    "`{shown}` has two readings: one example of a batch",
    "a column, or a row?",
    "",
)
LINE = ForkKind("DC171", "`{shown}` has two readings: one vector of a matrix", "a column, or a row?", "")
EXAMPLE = ForkKind(
    "DC171",
    "`{shown}` has no reading here: the entry of an example does not fit",
    "an entry of a vector, or all of it?",
    "",
)
LENGTH = ForkKind(
    "DC171",
    "`{shown}` has two readings",
    "of a vector",
    r"\|x\| for the norm, \operatorname{abs}(x) for the absolute values",
)
DETERMINANT = ForkKind(
    "DC171", "`{shown}` has two readings", "of a matrix", r"\det W, or \operatorname{abs}(W) for the absolute values"
)
LAYERS = ForkKind(
    "DC171",
    "in which order are the matrices multiplied?",
    "the first layer in front, or the last?",
    "write one of them under `claim:`",
)
_PRODUCT_HELP = r"juxtaposition for the matrix product, \odot for the entrywise one"
ORDER = ForkKind("DC172", "two products conform: which product is taken first?", "which of them?", _PRODUCT_HELP)
PRODUCT = ForkKind(
    "DC172",
    "two products conform: `{shown}` can be the matrix product or the entrywise one",
    "which of them?",
    _PRODUCT_HELP,
)
SCALAR_PRODUCT = ForkKind(
    "DC172",
    "two products conform: `{shown}` can be the scalar product or the entrywise one",
    "which of them?",
    _PRODUCT_HELP,
)
CHAIN = ForkKind(
    "DC172", "a product of derivatives has two readings", "the chain rule or the matrix product?", "", strict=False
)
APPLICATION = ForkKind("DC177", "`{shown}` has two readings", "applied or multiplied?", "")
DIFFERENTIAL = ForkKind(
    "DC118",
    "`{shown}` has two readings",
    "which of them?",
    "differentials: statements, or differentials: gradients",
    strict=False,
)
FUNCTION_REACH = ForkKind("DC179", "how far does `{shown}` reach?", "put its argument in brackets", "")
DERIVATIVE_REACH = ForkKind("DC118", "how far does the derivative reach?", "put its argument in brackets", "")


def symbol_line(shown: str, tree: Expression) -> str:
    """The line of a sidecar by which a spelling has one meaning."""
    meant, key = to_plain(tree), shown.replace("'", "''")
    quoted = "'{}'".format(meant.replace("'", "''")) if any(sign in meant for sign in ",[]{}'#:") else meant
    return f"symbols: {{'{key}': {quoted}}}"


@dataclass(frozen=True, slots=True)
class Fork:
    """A place with several readings; `help` says what to write for one of them, where its kind does not.

    What is written alike is read alike throughout a formula: forks that are `about` the same are one.
    """

    kind: ForkKind
    about: str
    span: Span = field(compare=False)
    shown: str = field(default="", compare=False)
    help: str = field(default="", compare=False)

    @property
    def message(self) -> str:
        return self.kind.message.format(shown=self.shown)

    @property
    def advice(self) -> str:
        return self.help or self.kind.help


class Choices:
    """The forks met while one formula is read, with the number of their readings, and which one each takes."""

    def __init__(self, script: Sequence[int] = ()) -> None:
        self.script = tuple(script)
        self.forks: dict[Fork, int] = {}

    def number(self, fork: Fork, count: int) -> int:
        """Which of `count` readings is taken; what is read twice is asked once."""
        self.forks.setdefault(fork, count)
        place = list(self.forks).index(fork)
        return min(self.script[place], count - 1) if place < len(self.script) else 0

    def take(self, fork: Fork, *readings: Expression) -> Expression:
        return readings[self.number(fork, len(readings))]
