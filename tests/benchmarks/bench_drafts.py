"""How many lines of a drafted sidecar have to be changed by hand until its document is judged as with a written one.

    python tests/benchmarks/bench_drafts.py [FOLDER] [--seeds]

FOLDER holds documents, each with the sidecar that a person has written beside it, as specs/documents does. A line
counts that the draft does not have, or has otherwise, and without which formulas stay unjudged or have another
verdict. What a person calls a dimension is no change. With --seeds FOLDER holds the seed documents, of which
specs/seeds has several sidecars a document: how many formulas stand under the draft alone as under each of them.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from measures import Measures, count, offered

from derivcheck.pipeline.drafts import draft_of
from derivcheck.pipeline.verification import verify_document
from derivcheck.report.coverage import standing
from derivcheck.statements.document.formats import format_of

WELL = frozenset({"proved", "checked", "definition"})
SHIPPED = Path(__file__).parents[2] / "specs" / "documents"
SEEDS = SHIPPED.parent / "seeds"
SINGLE = ("families", "depths")  # one line however many entries
TITLES = ("title", "source")
PARTS = (("document", "lines"),)
SUFFIX = ".md"
Entries = dict[tuple[str, str], Any]  # by section and name


def entries(text: str) -> Entries:
    """The lines of a sidecar."""
    found: Entries = {}
    for section, value in yaml.safe_load(text).items():
        if section in SINGLE or not isinstance(value, Mapping):
            found[section, ""] = value
        else:
            found |= {(section, name): one for name, one in value.items()}
    return found


def axes(value: Any) -> list[str]:
    return str(value.get("axes", "") if isinstance(value, Mapping) else value).split()


def renamed(own: Entries, draft: Entries) -> Entries:
    """The lines of a person with the dimensions as the draft calls them."""
    names: dict[str, str] = {}
    for key, value in own.items():
        there = axes(draft[key]) if key[0] == "tensors" and key in draft else []
        if len(there) == len(axes(value)):
            names |= {one: other for one, other in zip(axes(value), there, strict=True) if one.isidentifier()}
    names.pop("scalar", None)

    def said(value: Any) -> Any:
        if isinstance(value, Mapping):
            return {name: said(one) for name, one in value.items()}
        return re.sub(r"[A-Za-z_]\w*", lambda m: names.get(m[0], m[0]), value) if isinstance(value, str) else value

    return {
        key: said(value) if key[0] in ("tensors", "layers", "loss", "symbols") else value for key, value in own.items()
    }


def written(lines: Entries) -> str:
    made: dict[str, Any] = {}
    for (section, name), value in lines.items():
        if name:
            made.setdefault(section, {})[name] = value
        else:
            made[section] = value
    return yaml.safe_dump(made, sort_keys=False, allow_unicode=True)


def verdicts(document: Path, text: str, lines: Entries) -> list[str] | None:
    """What becomes of every formula; None where the sidecar cannot be used."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / document.name
        path.write_text(text)
        path.with_suffix(".derivcheck.yaml").write_text(written(lines))
        result = verify_document(path)
        return None if result.error is not None else [standing(formula) for formula in result.formulas]


def as_good(found: list[str] | None, wanted: list[str]) -> bool:
    """Whether what holds still does, and nothing is said to be wrong that is not."""
    return found is not None and all(
        one in WELL if other in WELL else one == other or one == "unread"
        for one, other in zip(found, wanted, strict=True)
    )


def alike(document: Path, sidecar: Path) -> tuple[int, int]:
    """How many formulas stand under the draft, untouched, as under the written sidecar, and of how many."""
    text, own = document.read_text(), entries(sidecar.read_text())
    draft = entries(draft_of(document)[0]) | {key: own[key] for key in PARTS if key in own}
    own[("document", "file")] = document.name
    wanted = verdicts(document, text, {key: value for key, value in own.items() if key[1] != "expect"})
    assert wanted is not None, document
    found = verdicts(document, text, draft) or [""] * len(wanted)
    same = [one == other or {one, other} <= WELL or other == "unread" for one, other in zip(found, wanted, strict=True)]
    return sum(same), len(same)


def changed(document: Path, sidecar: Path | None = None) -> tuple[int, int]:
    """(lines to change, lines of the written sidecar)."""
    text = document.read_text()
    own = entries((sidecar or document.with_suffix(".derivcheck.yaml")).read_text())
    own = {key: value for key, value in own.items() if key[1] not in ("expect", "bindings") and key[0] not in TITLES}
    draft = entries(draft_of(document)[0])
    own[("document", "file")] = document.name
    draft |= {key: own[key] for key in PARTS if key in own}  # which part is meant nobody has to guess
    wanted = verdicts(document, text, own)
    assert wanted is not None, document
    if as_good(verdicts(document, text, draft), wanted):
        return 0, len(own)
    ways = [own, other] if (other := renamed(own, draft)) != own else [own]
    return min(mended(document, text, draft, one, wanted) for one in ways), len(own)


def mended(document: Path, text: str, draft: Entries, own: Entries, wanted: list[str]) -> int:
    """How many lines of a draft are taken over from a written sidecar, as few as do."""
    base, gone = {**draft, **own}, 0
    if not as_good(verdicts(document, text, base), wanted):
        base, gone = dict(own), sum(key not in own for key in draft)
    sections = [[key for key in own if key[0] == section] for section in dict.fromkeys(key[0] for key in own)]
    for keys in (*sections, *([key] for key in own)):
        trial = {key: value for key, value in base.items() if key not in keys or key in draft}
        trial |= {key: draft[key] for key in keys if key in draft}
        if trial != base and as_good(verdicts(document, text, trial), wanted):
            base = trial
    count = gone + sum(lines_of(key, value) for key, value in base.items() if draft.get(key) != value)
    return min(count, len(own))  # more than the whole file nobody has to write


def lines_of(key: tuple[str, str], value: Any) -> int:
    return len(value) if key == ("document", "from") and isinstance(value, Mapping) else 1


def seeds(folder: Path) -> None:
    """The seed documents, each part with the sidecar of specs/seeds, as Markdown notes."""
    for source in sorted(folder.glob("*.txt")):
        with tempfile.TemporaryDirectory() as place:
            document = Path(place) / source.with_suffix(SUFFIX).name
            document.write_text(source.read_text())
            for sidecar in sorted(SEEDS.glob(f"{source.name[:3]}_document*.yaml")):
                same, among = alike(document, sidecar)
                print(f"{sidecar.name:<34} {same:3} of {among:3} formulas stand as with the written one", flush=True)


def main() -> None:
    arguments = [one for one in sys.argv[1:] if one != "--seeds"]
    folder = Path(arguments[0]) if arguments else SHIPPED
    if "--seeds" in sys.argv:
        seeds(folder)
        return
    counts = []
    for document in sorted(folder.iterdir()):
        if format_of(document) is not None and document.with_suffix(".derivcheck.yaml").exists():
            count, lines = changed(document)
            counts.append(count)
            print(f"{document.name:<14} {count:3} lines to change, the written sidecar has {lines}", flush=True)
    if counts:
        print(f"{len(counts)} documents: {sum(counts) / len(counts):.1f} lines on average, at most {max(counts)}")


def measures(quick: bool) -> Measures:
    if quick:
        return
    lines, written = changed(SHIPPED / "backward_pass.md")
    yield count("lines of a draft to change, the shipped document", lines, "lower", f"of {written} lines")


if __name__ == "__main__":
    offered(main, measures)
