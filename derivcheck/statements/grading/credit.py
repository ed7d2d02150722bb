"""What a mistake costs: one table from diagnosis to the fraction of the points that is left."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from pathlib import Path
from typing import NoReturn

from derivcheck.diagnostics.diagnostic import DerivcheckError, Diagnostic, SourceText
from derivcheck.spec.composition import compose
from derivcheck.spec.document import Reader, close_match, read_text

THREE_QUARTERS, HALF, QUARTER, NOTHING = Fraction(3, 4), Fraction(1, 2), Fraction(1, 4), Fraction(0)
LARGEST = 1_000  # points of one question

# A diagnosis that is not here earns nothing.
CREDIT: Mapping[str, Fraction] = {
    "DC201": THREE_QUARTERS,  # constant factor
    "DC202": HALF,  # sign
    "DC203": HALF,  # transpose missing
    "DC204": HALF,  # transpose superfluous
    "DC205": THREE_QUARTERS,  # true in another layout
    "DC206": HALF,  # order of the factors
    "DC207": HALF,  # matrix product meant
    "DC208": HALF,  # entrywise product meant
    "DC209": HALF,  # f for f'
    "DC210": HALF,  # f' for f
    "DC211": HALF,  # f' at the wrong argument
    "DC212": QUARTER,  # the factor f' missing
    "DC213": QUARTER,  # wrong variable
    "DC214": HALF,  # sum over the wrong axis
    "DC215": HALF,  # sum missing
    "DC216": THREE_QUARTERS,  # mean for sum
    "DC217": HALF,  # off-diagonal terms dropped
    "DC218": HALF,  # delta missing
    "DC219": HALF,  # needs a fact that is not given
    "DC220": NOTHING,  # special sizes only
    "DC221": HALF,  # a term missing
    "DC222": HALF,  # a term too many
    "DC223": HALF,  # wrong power
    "DC224": HALF,  # a vector for a diagonal matrix
    "DC225": QUARTER,  # a function missing
    "DC226": QUARTER,  # another function
    "DC227": THREE_QUARTERS,  # rounded constants
    "DC228": HALF,  # the symmetric half missing
    "DC229": NOTHING,  # no edit that was tried makes it true
    "DC230": NOTHING,  # shapes differ
    "DC234": HALF,  # branches swapped
    "DC235": HALF,  # a mask missing
    "DC237": HALF,  # one term is wrong
    "DC238": NOTHING,  # a rule that does not hold
    "DC239": HALF,  # a filter the wrong way round
    "DC236": QUARTER,  # a factor missing, or one too many
}


def credit_table(changes: Iterable[str], path: str | Path | None = None) -> dict[str, Fraction]:
    """The table with what a YAML file and then `DC203=0.5` say. Raises DerivcheckError (DC657)."""
    table = dict(CREDIT)
    if path is not None:
        document, root = compose(read_text(path), str(path))
        reader = Reader(document)
        for code, key, node in reader.pairs(root, "credit"):
            table[_code(code, reader.text(key, "credit"))] = _fraction(reader.text(node, code))
    for text in changes:
        for part in text.split(","):
            code, sign, fraction = part.partition("=")
            if not sign:
                _refuse(f"`{part.strip()}` is not a code and its fraction", SourceText(part))
            table[_code(code.strip(), None)] = _fraction(SourceText(fraction.strip()), located=False)
    return table


def points_table(texts: Iterable[str], labels: Iterable[str]) -> dict[str, Fraction]:
    """Points by question, of those that `--points Q=2` names. Raises DerivcheckError (DC656)."""
    known = tuple(labels)
    table: dict[str, Fraction] = {}
    for text in texts:
        label, sign, number = text.rpartition("=")
        label = label.strip()
        points = _number(number.strip(), Fraction(LARGEST))
        if not sign or points is None:
            raise DerivcheckError(
                Diagnostic(
                    "DC656",
                    f"`{text}` is not a question and its points",
                    None,
                    "",
                    (("points", f"a number from 0 to {LARGEST}"),),
                    f"--points '{label or known[0]}=2'",
                )
            )
        if label not in known:
            raise DerivcheckError(
                Diagnostic(
                    "DC653",
                    f"the spec asks no question `{label}`",
                    None,
                    "",
                    (("questions", ", ".join(known)),),
                    close_match(label, known),
                )
            )
        table[label] = points
    return table


def _code(code: str, source: SourceText | None) -> str:
    found = code.upper()
    if found not in CREDIT:
        _refuse(f"`{code}` is not the code of a mistake", source, close_match(found, CREDIT))
    return found


def _fraction(source: SourceText, located: bool = True) -> Fraction:
    found = _number(source.text.strip(), Fraction(1))
    if found is None:
        _refuse(f"`{source.text}` is not a fraction from 0 to 1", source if located else None, "DC203=0.5")
    return found


def _number(text: str, most: Fraction) -> Fraction | None:
    """A decimal or a quotient, `0.5` or `1/2`, from 0 to `most`."""
    if len(text) > 12 or not text or text[0] in "+-_" or "_" in text or "e" in text.casefold():
        return None
    try:
        value = Fraction(text)
    except (ValueError, ZeroDivisionError):
        return None
    return value if 0 <= value <= most else None


def _refuse(message: str, source: SourceText | None, help_: str = "") -> NoReturn:
    where = source.where() if source is not None and source.path != "<string>" else None
    raise DerivcheckError(Diagnostic("DC657", message, where, "", (), help_ or "--credit DC203=0.5"))
