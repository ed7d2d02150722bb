"""Documents at scale: folders with sidecars, several files for one, specs that extend others, networks by section."""

from __future__ import annotations

import pathlib

import pytest

from derivcheck.cli.files import specs_below
from derivcheck.cli.main import run
from derivcheck.diagnostics.diagnostic import SpecError
from derivcheck.pipeline.results import FileResult
from derivcheck.pipeline.verification import verify_file
from derivcheck.report.coverage import standing
from derivcheck.spec import load_spec

NETWORK = """
layout: mixed
tensors: {x: n0, W: n1 n0, b: n1, y: {axes: n1, given: one_hot}}
layers: {z: W @ x + b, p: softmax(z)}
loss: {L: "cross_entropy(p, y)"}
let: {delta: dL/dz}
claims: {of the network: delta = y - p}
"""
BOOK = """
extends: ../network.yaml
symbols: {'\\hat{y}': p}
document:
  files: [one.md, two.md]
  from:
    "## Batch form":
      tensors: {X: n0 M, Y: {axes: n1 M, given: {one_hot: n1}}}
      layers: {Z: W @ X + b, P: "softmax(Z, n1)"}
      loss: {C: "mean(cross_entropy(P, Y, n1), M)"}
  expect: {'two.md, line 7': refuted, line 2: refuted}
"""
ONE = "\\newcommand{\\e}{\\delta}\n$\\e = y - \\hat{y}$ and let $e = \\hat{y} - y$."
TWO = (
    "$\\frac{\\partial L}{\\partial z} = e$, $\\e = e$.\n\n## Batch form\n\n"
    "$\\frac{\\partial C}{\\partial Z} = \\frac{1}{M} (P - Y)$\n\n$\\frac{\\partial C}{\\partial Z} = P - Y$\n"
)


@pytest.fixture
def folder(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    monkeypatch.chdir(tmp_path)
    docs = tmp_path / "docs"
    docs.mkdir()
    for name, text in {
        "network.yaml": NETWORK,
        "docs/book.derivcheck.yaml": BOOK,
        "docs/one.md": ONE,
        "docs/two.md": TWO,
        "docs/other.md": "$\\delta = \\hat{y} - y$",
        "docs/other.derivcheck.yaml": "extends: ../network.yaml\nsymbols: {'\\hat{y}': p}\n",
        "docs/front.md": "---\ntitle: x\nderivcheck: ../network.yaml\n---\n$\\delta = p - y$\n",
        "docs/front.org": "#+derivcheck: ../network.yaml\n\\(\\delta = p - y\\)\n",
        "docs/alone.md": "$\\delta = y - p$",
    }.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def told(result: FileResult) -> list[tuple[str, str]]:
    assert result.error is None, result.error
    names = [one.claim.id if one.claim is not None else one.known_as for one in result.formulas]
    return [(name, standing(one)) for name, one in zip(names, result.formulas, strict=True)]


def test_a_sidecar_serves_several_files(folder: pathlib.Path) -> None:
    """Macros hold in their own file, what the text defines in those behind it too; each place is of its own file."""
    result = verify_file("docs/book.derivcheck.yaml")
    assert told(result) == [
        ("line 2", "refuted"),
        ("line 2", "definition"),
        ("two.md, line 1", "proved"),
        ("line 1", "unread"),
        ("two.md, line 5", "proved"),
        ("two.md, line 7", "refuted"),
    ]
    assert [pathlib.Path(one.where.path).name for one in result.formulas] == ["one.md"] * 2 + ["two.md"] * 4
    assert result.formulas[4].where.line_text == TWO.split("\n")[4]
    assert not any(one.id == "of the network" for one in result.claims)


def test_one_file_of_several_that_is_missing(folder: pathlib.Path) -> None:
    (folder / "docs" / "two.md").unlink()
    result = verify_file("docs/book.derivcheck.yaml")
    assert result.formulas == () and "is not here" in result.notes[0]


def test_a_section_has_a_network_of_its_own(folder: pathlib.Path) -> None:
    """Above its heading the names of the section mean nothing."""
    (folder / "docs" / "two.md").write_text("$\\frac{\\partial C}{\\partial Z} = \\frac{1}{M} (P - Y)$\n\n" + TWO)
    (folder / "docs" / "book.derivcheck.yaml").write_text(BOOK.replace("line 7", "line 9"))
    assert told(verify_file("docs/book.derivcheck.yaml"))[2] == ("line 1", "unread")


def test_one_formula_has_a_network_of_its_own(folder: pathlib.Path) -> None:
    more = "document: {file: other.md, bindings: {'line 1, 2': {layers: {q: 2 * z}, tensors: {r: n1}}}}\n"
    (folder / "docs" / "other.derivcheck.yaml").write_text("extends: ../network.yaml\n" + more)
    (folder / "docs" / "other.md").write_text("$q + r = 2 z + r$ and $q + r = 2 z + r$\n")
    assert [name for _, name in told(verify_file("docs/other.derivcheck.yaml"))] == ["unread", "proved"]


def test_a_folder_is_walked_with_its_documents(folder: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = [path.as_posix() for path in specs_below(pathlib.Path("docs"))]
    assert names == ["docs/book.derivcheck.yaml", "docs/front.md", "docs/front.org", "docs/other.md"]
    run(["verify", "docs", "--format", "concise"])
    assert "docs/alone.md" not in capsys.readouterr().out


# --- extends --------------------------------------------------------------------------------------


def test_what_a_spec_gives_goes_before_what_it_extends(folder: pathlib.Path) -> None:
    text = (
        "extends: network.yaml\nlayout: numerator\ntensors: {p: n1, c: n2}\nlayers: {z: W @ x}\nloss: {J: sum(z*p)}\n"
    )
    (folder / "own.yaml").write_text(text)
    spec = load_spec("own.yaml")
    assert [one.name.text for one in spec.tensors] == ["x", "W", "b", "y", "p", "c"]
    assert [(one.name.text, one.text.text) for one in spec.layers] == [("z", "W @ x")]
    assert spec.loss is not None and (spec.loss.name.text, spec.layout, spec.claims) == ("J", "numerator", ())
    assert [one.name.text for one in spec.let] == ["delta"]


@pytest.mark.parametrize(
    ("named", "label"),
    [
        ("absent.yaml", "no such file"),
        ("network.md", "no ending of a spec"),
        ("../../outside.yaml", "it lies outside the folder of the spec, the working directory and the project"),
        ("other.derivcheck.yaml", "it extends what extends it"),
    ],
)
def test_what_cannot_be_extended(folder: pathlib.Path, named: str, label: str) -> None:
    (folder.parent / "outside.yaml").write_text(NETWORK)
    (folder / "docs" / "other.derivcheck.yaml").write_text(f"extends: {named}\n")
    with pytest.raises(SpecError) as caught:
        load_spec("docs/other.derivcheck.yaml")
    assert (caught.value.diagnostic.code, caught.value.diagnostic.label) == ("DC058", label)


def test_a_project_is_one_folder_from_wherever_it_is_read(
    folder: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder / "docs")
    with pytest.raises(SpecError):
        load_spec("other.derivcheck.yaml")
    (folder / "pyproject.toml").write_text("")
    assert load_spec("other.derivcheck.yaml").layers


def test_a_mistake_in_what_is_extended_is_shown_there(folder: pathlib.Path) -> None:
    (folder / "network.yaml").write_text("tensors: {x: n}\nlayers: {q: nothing @ x}\n")
    error = verify_file("docs/other.derivcheck.yaml").error
    assert error is not None and error.where is not None
    assert (pathlib.Path(error.where.path).name, error.where.line) == ("network.yaml", 2)
