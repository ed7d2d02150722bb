"""What becomes of every equation of the seed documents, beside its truth, settled apart from derivcheck.

    python tests/benchmarks/bench_truths.py [FOLDER]

FOLDER, or DERIVCHECK_DOCUMENTS, holds the documents that the sidecars in specs/seeds speak of, and
`equations.json` with the truths of three of them: each equation by its lines and its LaTeX. What is called wrong
though it is right, and right though it is wrong, is listed.
"""

from __future__ import annotations

import difflib
import json
import os
import re
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from measures import Measures, NotMeasuredError, count, offered

from derivcheck.diagnostics.verdicts import ASIDES, FormulaResult
from derivcheck.pipeline.verification import verify_file
from derivcheck.report.coverage import standing

ROOT = Path(__file__).parent.parent.parent
LIKE = 0.6  # of the text: what is less like an equation is another one
COLUMNS = ("proved", "checked", "definition", "refuted", "invalid", "undecided", "ambiguous", "aside", "unread", "none")
RIGHT, WRONG = frozenset({"proved", "checked", "definition"}), frozenset({"refuted", "invalid"})


def formulas_of(folder: Path) -> dict[str, list[FormulaResult]]:
    """Every formula by its document, and how many needed a binding of their own."""
    found: dict[str, list[FormulaResult]] = {}
    for sidecar in sorted((ROOT / "specs/seeds").glob("*document*.yaml")):
        result = verify_file(sidecar, documents=folder)
        assert result.error is None, result.error
        found.setdefault(Path(result.document).name, []).extend(result.formulas)
    return found


def became(formula: FormulaResult) -> str:
    aside = formula.reason is not None and formula.reason.code in ASIDES
    return "aside" if aside else standing(formula)


def plain(latex: str) -> str:
    return re.sub(r"\\(?:color\{\w+\}|left|right|textbf|boldsymbol|mathbf|quad)|[\s{}$]", "", latex)


def verdict_of(entry: dict[str, str], formulas: Sequence[FormulaResult]) -> str:
    """What became of the formula, or of the step of one, that is most like an equation and stands on its lines."""
    lines = [int(number) for number in re.findall(r"\d+", entry["lines"])]
    near = [one for one in formulas if lines[0] - 1 <= one.where.line <= lines[-1] + 1]
    said = [(one.text, became(one)) for one in near]
    for steps in (one.claim.links for one in formulas if one.claim is not None):
        there = [step for step in steps if step.where and lines[0] - 1 <= step.where.line <= lines[-1] + 1]
        said += [(step.text, step.verdict) for step in there]
    likeness = [difflib.SequenceMatcher(None, plain(entry["latex"]), plain(text)).ratio() for text, _ in said]
    best = max(range(len(said)), key=lambda k: likeness[k], default=None)
    return said[best][1] if best is not None and likeness[best] >= LIKE else "none"


def documents() -> Path:
    folder = sys.argv[1] if len(sys.argv) > 1 and sys.argv[1] != "--json" else os.environ.get("DERIVCHECK_DOCUMENTS")
    if folder is None:
        raise NotMeasuredError("the seed documents are not here: DERIVCHECK_DOCUMENTS is their folder")
    return Path(folder)


def compared(folder: Path, formulas: dict[str, list[FormulaResult]]) -> tuple[dict[str, Counter[str]], list[str]]:
    """(what became of the equations by their truth, those that are judged against it)."""
    table: dict[str, Counter[str]] = {}
    against: list[str] = []
    for entry in json.loads((folder / "equations.json").read_text())["entries"]:
        found, truth = verdict_of(entry, formulas[entry["file"]]), entry["verdict"]
        table.setdefault(truth, Counter())[found] += 1
        if (truth == "correct" and found in WRONG) or (truth == "WRONG" and found in RIGHT):
            against.append(f"{entry['file'][:3]}:{entry['lines']} is {truth}, found {found}: {entry['latex'][:60]}")
    return table, against


def measures(quick: bool) -> Measures:
    folder = documents()
    table, against = compared(folder, formulas_of(folder))
    read = sum(counts[kind] for counts in table.values() for kind in (*RIGHT, *WRONG))
    total = sum(counts.total() for counts in table.values())
    yield count("equations judged against their truth", len(against), "lower", f"of {total} equations")
    yield count("equations judged", read, "higher", f"of {total} equations")


def main() -> None:
    folder = documents()
    formulas = formulas_of(folder)
    table, against = compared(folder, formulas)
    print(f"{'truth':<26}" + "".join(f"{column:>11}" for column in COLUMNS))
    for truth, counts in table.items():
        print(f"{truth:<26}" + "".join(f"{counts[column] or '':>11}" for column in COLUMNS))
    print(f"against the truth: {len(against)}", *against, sep="\n  ")
    print("\nformulas of a document, those with a binding of their own, and those that are not read")
    for name, found_in in formulas.items():
        unread = [f"line {one.where.line}" for one in found_in if became(one) in ("unread", "ambiguous")]
        bound = sum(one.bound for one in found_in)
        print(f"  {name[:3]}  {len(found_in):4} {bound:3} {len(unread):3}  {', '.join(unread)}")


if __name__ == "__main__":
    offered(main, measures)
