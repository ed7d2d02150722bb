"""Formulas in YAML's braces and brackets: read as they are meant, or shown as they must be written."""

from __future__ import annotations

import pytest

from derivcheck.diagnostics.diagnostic import SpecError
from derivcheck.pipeline.verification import verify_text
from derivcheck.spec.declarations import Spec
from derivcheck.spec.loader import read_spec

DECLARED = "tensors: {a: n, y: n}\n"

# Each in braces as it is written in a hurry, and the same formulas in quotes.
MEANT = [
    ("loss: {L: sse(a, y)}", 'loss: {L: "sse(a, y)"}'),
    ("layers: {s: sse(a, y), z: a}\nloss: {L: s}", 'layers: {s: "sse(a, y)", z: a}\nloss: {L: s}'),
    ("layers: {z[i]: a[i] * y[i]}\nloss: sum(z)", 'layers: {"z[i]": "a[i] * y[i]"}\nloss: sum(z)'),
    ("layers: {z: sigmoid'(max(a, y))}\nloss: sum(z)", 'layers: {z: "sigmoid\'(max(a, y))"}\nloss: sum(z)'),
    ("loss: sum(a)\nclaims: {c: dL/da[i] = 1}", 'loss: sum(a)\nclaims: {c: "dL/da[i] = 1"}'),
    ("loss: sum(a)\nclaims: [dL/da[i] = 1, dL/dy = 0]", 'loss: sum(a)\nclaims: ["dL/da[i] = 1", dL/dy = 0]'),
    (
        "loss: sum(a)\nclaims: {c: {claim: dL/da[i] = 2 - max(1, 0), expect: proved}}",
        'loss: sum(a)\nclaims: {c: {claim: "dL/da[i] = 2 - max(1, 0)", expect: proved}}',
    ),
    ("let: {u: a[1], v: (a + y) * y}\nloss: sum(a)", 'let: {u: "a[1]", v: "(a + y) * y"}\nloss: sum(a)'),
    ("layers:\n  m: [1, 2; 3, 4]\nloss: sum(m) * a[1]", 'layers:\n  m: "[1, 2; 3, 4]"\nloss: sum(m) * a[1]'),
]


@pytest.mark.parametrize(("written", "quoted"), MEANT)
def test_a_formula_with_commas_and_brackets_is_read_as_in_quotes(written: str, quoted: str) -> None:
    found, meant = read_spec(DECLARED + written), read_spec(DECLARED + quoted)
    assert formulas(found) == formulas(meant)
    assert verify_text(DECLARED + written).error is None


def formulas(spec: Spec) -> list[object]:
    loss = () if spec.loss is None else (spec.loss,)
    named = [(f.name.text, f.letters, f.text.text) for f in (*spec.layers, *loss, *spec.let)]
    return [*named, *((claim.id, claim.text and claim.text.text) for claim in spec.claims)]


def test_a_mistake_in_such_a_formula_is_told_at_its_place() -> None:
    text = DECLARED + "layers: {s: sum(a), z: max(a, nonsense)}\nloss: s"
    error = verify_text(text).error
    assert error is not None and error.where is not None
    line = text.split("\n")[1]
    assert (error.where.line, error.where.column) == (2, line.index("nonsense") + 1)


# What is beyond reading, the code, and the line as it must be written.
TORN = [
    ("layers: {z: max(a,\n  y)}\nloss: sum(z)", "DC015", 'layers: {z: "max(a, y)"}'),
    ("loss: {L: sum(a, M: sum(y)}", "DC015", ""),
    ("loss: {L: sum(a}", "DC103", ""),
    ("loss: {L: sum(a]}", "DC010", ""),
    ("layers:\n  z: {relu(a)}\nloss: sum(z)", "DC015", "relu(a)"),
    ("loss: L: sum(a)", "DC009", "loss: {L: sum(a)}"),
    ("title: chapter 2: losses", "DC009", 'title: "chapter 2: losses"'),
    ("layers:\n  z: a if a > 0: y\nloss: sum(z)", "DC009", 'z: "a if a > 0: y"'),
    ("layers:\n  z: - a\nloss: sum(z)", "DC010", 'z: "- a"'),
    ("layers:\n  z: [1, 2] + 3\nloss: sum(z)", "DC010", 'z: "[1, 2] + 3"'),
    ("layers:\n  z: |a|\nloss: sum(z)", "DC007", 'z: "|a|"'),
    ("layers:\n  z: !a\nloss: sum(z)", "DC007", 'z: "!a"'),
    ("layers:\n  z: *a\nloss: sum(z)", "DC007", 'z: "*a"'),
    ("layers:\n  z: @a\nloss: sum(z)", "DC007", 'z: "@a"'),
]


@pytest.mark.parametrize(("text", "code", "advice"), TORN)
def test_what_is_torn_apart_is_shown_in_quotes(text: str, code: str, advice: str) -> None:
    found = verify_text(DECLARED + text).error
    assert found is not None and found.code == code
    if advice:
        assert found.help == advice


@pytest.mark.parametrize(("text", "code", "advice"), [case for case in TORN if case[2] and case[1] != "DC007"])
def test_the_line_that_is_shown_is_yaml(text: str, code: str, advice: str) -> None:
    lines = (DECLARED + text).split("\n")
    key = advice.split(":")[0]
    torn = next((k for k, line in enumerate(lines) if k and line.strip().split(":")[0] == key), None)
    if torn is None:
        torn = next(k for k, line in enumerate(lines) if advice in line)
        advice = f"z: {advice}"
    indent = lines[torn][: len(lines[torn]) - len(lines[torn].lstrip())]
    lines[torn : torn + (2 if "\n  y)" in text else 1)] = [indent + advice]
    try:
        read_spec("\n".join(lines))
    except SpecError as problem:  # pragma: no cover - the message is what the test is about
        raise AssertionError(problem.diagnostic) from None


def test_axes_with_labels_are_read_in_a_list() -> None:
    spec = read_spec("families: {l: 1..L}\ntensors:\n  W[l]: [n[l], n[l-1]]\n  b[l]: n[l]\n")
    assert [axis.text for axis in spec.tensors[0].axes] == ["n[l]", "n[l-1]"]


def test_every_beginning_of_a_spec_has_an_error_of_its_own() -> None:
    whole = "tensors: {x: n, w: n}\nloss: {L: sum(w * x^2, n)}\nclaims: {a: 'dL/dw[i] = x[i]^2'}\n"
    for end in range(1, len(whole) - 1):
        try:
            read_spec(whole[:end])
        except SpecError as problem:
            assert "index" not in problem.diagnostic.message, whole[:end]


def test_a_brace_that_is_not_closed_is_shown() -> None:
    found = verify_text("tensors: {x: n, w: n").error
    assert found is not None and found.where is not None
    assert (found.code, found.message, found.where.column) == ("DC010", "`{` is not closed", 10)
