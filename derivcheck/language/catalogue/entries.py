"""What a catalogue entry says."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Activation:
    """An entrywise function `name(t, parameters) = formula` in the notation; a parameter without a default is given."""

    name: str
    formula: str
    about: str
    parameters: tuple[tuple[str, str], ...] = ()

    @property
    def required(self) -> tuple[str, ...]:
        return tuple(name for name, default in self.parameters if not default)


@dataclass(frozen=True, slots=True)
class Definition:
    """A layer or loss over named axes.

    `signature` is `name(x[c,t], w[o,c,k], ...)`: the letters are the last axes of an
    argument, an argument without letters may have any. `over` are letters that the
    caller chooses by naming dimensions (`softmax(Z, n2)`), where one axis leaves no
    choice it may be left out. Axes that no letter names are matched by dimension and
    carried along. `lines` are `name = expression` in order and then the result, in
    which operations align by axis and `sum(e, n)` sums over an axis.
    `result` are the letters of the result where they are not the first argument's.
    `new` are letters with a dimension of their own, as an expression in the others and in the `options`,
    which are whole numbers, `stride=2`, with what they are where the caller gives none: a number or another one.
    `sees(t, e)` is 1 where the position t is e; in it `n_k` is how many positions k has. `shown` are dimensions
    of letters where the function is shown by itself. `planar` is what it is of a filter with two axes.
    `everything`: without named dimensions the function runs over all axes.
    """

    signature: str
    lines: tuple[str, ...]
    about: str
    over: tuple[str, ...] = ()
    result: tuple[str, ...] = ()
    new: tuple[tuple[str, str], ...] = ()
    defaults: tuple[tuple[str, str], ...] = ()
    everything: bool = False
    options: tuple[tuple[str, str], ...] = ()
    shown: tuple[tuple[str, str], ...] = ()
    matrix: tuple[tuple[str, str], ...] = ()
    planar: Definition | None = None

    @property
    def name(self) -> str:
        return self.signature.split("(")[0]

    @property
    def is_of_one(self) -> bool:
        """Whether it is a function of one tensor, the other parameters left as they are."""
        return "[" not in self.signature and self.signature.count(",") == len(self.defaults)
