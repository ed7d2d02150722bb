"""The table of keys: what it declares is what the loader accepts, and what the schema tells an editor."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import fields, replace

import jsonschema
import pytest
from ruamel.yaml import YAML

from derivcheck.diagnostics.diagnostic import Diagnostic, SpecError
from derivcheck.spec import read_spec
from derivcheck.spec.declarations import NamedFormula
from derivcheck.spec.facts.table import FACTS
from derivcheck.spec.keys import BINDING, CLAIM, DOCUMENT, EXPECTATION, NUMERIC, SPEC, TENSOR
from derivcheck.spec.schema import spec_schema
from derivcheck.spec.values import ChoiceValue, SectionValue, SpecKey, TextValue

# Fields that the loader makes of the whole text, or of the name of a section.
COMPUTED = frozenset({"path", "lines", "stray_ignores", "name", "id", "at", "ignores", "notation"})
SCHEMA = jsonschema.Draft202012Validator(spec_schema())
# Every section, in a spec that has `{}` where one more key of it can stand.
SECTIONS = [
    (SPEC, "{}\ntensors: {{x: n}}\n"),
    (TENSOR, "tensors:\n  x:\n    {}\n"),
    (CLAIM, "tensors: {{x: n}}\nclaims:\n  a:\n    {}\n"),
    (DOCUMENT, "document:\n  {}\n"),
    (EXPECTATION, "document:\n  file: a.md\n  expect:\n    line 3:\n      {}\n"),
    (BINDING, "document:\n  file: a.md\n  bindings:\n    line 3:\n      {}\n"),
    (BINDING, "document:\n  file: a.md\n  from:\n    line 3:\n      {}\n"),
    (NUMERIC, "tensors: {{x: n}}\nnumeric:\n  {}\n"),
]
KEYS = [(section, text, key) for section, text in SECTIONS for key in section.keys]
CHOICES = [one for one in KEYS if isinstance(one[2].takes, ChoiceValue)]
NAMED = [f"{section.into.__name__}.{key.name}" for section, _, key in KEYS]


def refusal(text: str) -> Diagnostic:
    with pytest.raises(SpecError) as caught:
        read_spec(text)
    return caught.value.diagnostic


def is_valid(text: str) -> bool:
    return bool(SCHEMA.is_valid(YAML(typ="safe", pure=True).load(text)))


@pytest.mark.parametrize(("section", "text", "key"), KEYS, ids=NAMED)
def test_a_misspelled_key_is_refused_with_the_keys_that_there_are(
    section: SectionValue, text: str, key: SpecKey
) -> None:
    written = text.format(f"{key.name}q: 1")
    said = refusal(written)
    assert said.code == "DC021"
    assert said.help == key.name
    assert said.notes == (("known", ", ".join(one.name for one in section.keys)),)
    assert said.where is not None
    assert written.split("\n")[said.where.line - 1][said.where.column - 1 :].startswith(f"{key.name}q")
    assert not is_valid(written)


@pytest.mark.parametrize(("section", "text", "key"), KEYS, ids=NAMED)
def test_a_key_that_is_given_twice_is_refused(section: SectionValue, text: str, key: SpecKey) -> None:
    indent = text[: text.index("{}")].rpartition("\n")[2]
    assert refusal(text.format(f"{key.name}: 1\n{indent}{key.name}: 1")).code == "DC014"


@pytest.mark.parametrize(("section", "text", "key"), CHOICES)
def test_every_word_of_a_choice_is_taken_and_no_other(section: SectionValue, text: str, key: SpecKey) -> None:
    assert isinstance(key.takes, ChoiceValue)
    rest = "" if section is not CLAIM else "claim: x = x"
    indent = text[: text.index("{}")].rpartition("\n")[2]
    for word in (*key.takes.words, "sideways"):
        written = text.format(f"{rest}\n{indent}{key.name}: {word}" if rest else f"{key.name}: {word}")
        written = written.replace("document:\n  entries", "document:\n  file: a.md\n  entries")
        assert is_valid(written) == (word != "sideways"), written
        if word != "sideways":
            read_spec(written)
        else:
            said = refusal(written)
            assert (said.code, said.message) == ("DC020", f"`{key.name}` is one of {', '.join(key.takes.words)}")


# Loader and schema agree: what is right by itself is right for both, and what is wrong is wrong for both.
RIGHT = [
    "tensors: {x: n, W: n m, s: scalar, c: [3, n], d: {axes: n, given: [positive, {simplex: n}]}}",
    "tensors: {x: n}\nloss: sum(x)",
    "tensors: {x: n}\nloss: {L: sum(x)}\nlet:\nsymbols:\nmacros:\nclaims:",
    "tensors: {x: n}\nfunctions: {f: opaque, 'g(t, u)': t*u}",
    "tensors: {x: n}\nfamilies: {l: 1..L}\ndepths: {L: [2, 5], K: 3}",
    "tensors: {x: n}\nclaims: [x = x, {latex: x = x}, {steps: [x = x, '= x']}, [x = x, '= x']]",
    "tensors: {x: n}\nclaims: {a: {claim: x = x, note: 12, for: l in 1..2, let: {u: x}, given: [a, b]}}",
    "tensors: {x: n}\nclaims: {b: {steps: x = x}, c: {claim: x = x, given: a, expect: proved, code: DC201}}",
    "document: notes.md",
    "document: {file: notes.md, lines: [1..3, 7..7], expect: {line 2: refuted, block 1: {verdict: unread}}}",
    "document: {file: notes.md, from: {line 9: {layout: numerator}, line 2: {symbols: {a: b}, unread: no}}}",
    "tensors: {x: n}\nnumeric: {sizes: {n: 4096}, seed: 0}",
]
WRONG = [
    ("tensors: {'x y': n}", "DC024"),
    ("tensors: {x: {given: positive}}", "DC028"),
    ("tensors: {x: {axes: n, given: sideways}}", "DC030"),
    ("tensors: {x: {axes: n, given: {sideways: n}}}", "DC030"),
    ("tensors: {x: n}\nlayers:", "DC022"),
    ("tensors: {x: n}\nvectors: up", "DC020"),
    ("tensors: {x: n}\nloss: {L: x, K: x}", "DC032"),
    ("tensors: {x: n}\nfamilies: {l: L}", "DC033"),
    ("tensors: {x: n}\ndepths: {L: 0}", "DC019"),
    ("tensors: {x: n}\ndepths: {L: []}", "DC022"),
    ("tensors: {x: n}\nclaims: {a: {note: x}}", "DC034"),
    ("tensors: {x: n}\nclaims: {a: {claim: x = x, latex: x = x + 1}}", "DC034"),
    ("tensors: {x: n}\nclaims: {a: {latex: x = x, steps: [x = x, '= x']}}", "DC034"),
    ("tensors: {x: n}\nclaims: {a: []}", "DC022"),
    ("tensors: {x: n}\nclaims: {a: }", "DC022"),
    ("document: {lines: 1..2}", "DC045"),
    ("document: {file: a.md, lines: 1-2}", "DC046"),
    ("document: {file: a.md, expect: {line 2: {note: x}}}", "DC045"),
    ("document: {file: a.md, from: {block 2: {layout: mixed}}}", "DC046"),
    ("tensors: {x: n}\nnumeric: {sizes: {n: 4097}}", "DC019"),
    ("tensors: {x: n}\nnumeric: {seed: -1}", "DC019"),
]


@pytest.mark.parametrize("text", RIGHT)
def test_what_is_right_is_right_for_the_loader_and_for_an_editor(text: str) -> None:
    read_spec(text)
    assert is_valid(text)


@pytest.mark.parametrize(("text", "code"), WRONG)
def test_what_is_wrong_is_wrong_for_both(text: str, code: str) -> None:
    assert refusal(text).code == code
    assert not is_valid(text)


@pytest.mark.parametrize("fact", FACTS)
def test_every_fact_is_known_to_both(fact: str) -> None:
    text = f"tensors: {{x: {{axes: n n, given: '{fact}'}}, y: {{axes: n n, given: {{{fact}: n}}}}}}"
    first, second = read_spec(text).tensors
    assert (first.facts[0].name, second.facts[0].name) == (fact, fact)
    assert is_valid(text)


@pytest.mark.parametrize(
    "place", ["line 3", "cell 2, line 3", "## Batch form", "\\\\section{One}", "* One", "<h2>One</h2>"]
)
def test_a_change_begins_at_a_line_or_at_a_heading(place: str) -> None:
    text = f'document: {{file: a.md, from: {{"{place}": {{layout: mixed}}}}}}'
    declared = read_spec(text).document
    assert declared is not None and declared.changes[0].at.text == place.replace("\\\\", "\\")
    assert is_valid(text)


@pytest.mark.parametrize("place", ["line 0", "line", "Batch form", "##", "cell 2"])
def test_what_is_no_place_begins_no_change(place: str) -> None:
    text = f'document: {{file: a.md, from: {{"{place}": {{layout: mixed}}}}}}'
    with pytest.raises(SpecError, match="DC046"):
        read_spec(text)
    assert not is_valid(text)


def test_a_key_that_fills_no_field_is_an_error_in_the_table() -> None:
    with pytest.raises(TypeError, match="`axis` fills no field of NamedFormula"):
        SectionValue(NamedFormula, "`{}`", (SpecKey("axis", TextValue()),))
    assert replace(TENSOR, called="the array `{}`").by_name.keys() == TENSOR.by_name.keys()


@pytest.mark.parametrize("section", [section for section, _ in SECTIONS], ids=lambda section: section.into.__name__)
def test_every_field_that_a_spec_writes_down_is_filled_by_a_key(section: SectionValue) -> None:
    filled = {key.fills or key.name for key in section.keys}
    assert {field.name for field in fields(section.into)} - COMPUTED <= filled | {"where"}


def test_reading_a_spec_loads_no_mathematics() -> None:
    program = (
        "import sys; from derivcheck.spec import read_spec; from derivcheck.spec.schema import spec_schema; "
        "read_spec('tensors: {x: {axes: n, given: positive}}\\nclaims: [x = x]'); spec_schema(); "
        "assert not {'sympy', 'numpy', 'mpmath', 'pydantic'} & set(sys.modules), 'loaded'"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert result.returncode == 0, result.stderr
