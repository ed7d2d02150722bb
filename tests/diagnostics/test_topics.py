"""Every page of the reference does what it shows, and stands on a page of a terminal."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from executed import blocks_of, execute

from derivcheck.cli.listing import Listed, name_rows
from derivcheck.diagnostics.explain import page
from derivcheck.diagnostics.explain.pages import PAGES
from derivcheck.diagnostics.explain.topics import TOPICS, source, title
from derivcheck.spec.keys import BINDING, CLAIM, DOCUMENT, EXPECTATION, SPEC, TENSOR
from derivcheck.spec.values import SectionValue

FOLDER = Path(__file__).parents[2] / "derivcheck" / "diagnostics" / "explain" / "topics"
WORDS = {"d", "shape", "where", "swish"}  # of the language, and one that a spec defines
BOUND = re.compile(r"(sum|prod|max|E)_\w+")
PLACE = re.compile(r"^\S+:\d+:\d+: ")


def test_every_page_is_a_topic() -> None:
    assert sorted(TOPICS) == sorted(path.stem for path in FOLDER.glob("*.md"))
    assert not {topic.upper() for topic in TOPICS} & set(PAGES)


@pytest.mark.parametrize("topic", TOPICS)
def test_examples_do_what_they_show(topic: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    for name in ("DERIVCHECK_DOCUMENTS", "GITHUB_STEP_SUMMARY"):
        monkeypatch.delenv(name, raising=False)
    assert execute(blocks_of(source(topic)), tmp_path) >= 1


@pytest.mark.parametrize("topic", TOPICS)
def test_pages_are_as_wide_as_a_terminal(topic: str) -> None:
    """Nothing that can be pasted is broken in two, and every word of the page is there."""
    shown = page(topic.upper())
    assert shown.startswith(f"{topic}: {title(topic)}\n") and len(title(topic)) <= 66
    assert not [line for line in shown.splitlines() if len(line) > 80 and not PLACE.match(line.strip())]
    for block in blocks_of(source(topic)):
        for line in block.text.splitlines():
            assert f"    {'$ ' if block.language == 'sh' else ''}{line}".rstrip() in shown.splitlines()
    prose = re.sub(r"^```.*?^```$", "", source(topic), flags=re.M | re.S)
    for span in re.findall(r"`[^`]*`", " ".join(prose.split())):
        assert span in shown, span
    assert len(shown.split()) >= len(prose.split())


@pytest.mark.parametrize(
    ("topic", "section"),
    [("spec", SPEC), ("spec", TENSOR), ("spec", CLAIM)]
    + [("documents", section) for section in (DOCUMENT, BINDING, EXPECTATION)],
)
def test_every_key_is_told(topic: str, section: SectionValue) -> None:
    told = set(re.findall(r"`(\w+)", source(topic) + source("spec")))
    assert {key.name for key in section.keys} <= told


@pytest.mark.parametrize("topic", TOPICS)
def test_functions_that_are_named_are_there(topic: str) -> None:
    rows = [
        row for kind in (Listed.functions, Listed.layers, Listed.losses, Listed.operations) for row in name_rows(kind)
    ]
    known = {row["name"].split("(")[0] for row in rows} | WORDS
    prose = re.sub(r"^```.*?^```$", "", source(topic), flags=re.M | re.S)
    named = {name for span in re.findall(r"`[^`]*`", prose) for name in re.findall(r"([A-Za-z_]\w*)\(", span)}
    assert {name for name in named if not BOUND.fullmatch(name)} <= known
