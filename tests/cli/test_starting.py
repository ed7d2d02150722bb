"""`init`, `list`, `explain`, and what a shell completes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
from ruamel.yaml import YAML

from derivcheck.cli.completion import complete_function, complete_page
from derivcheck.cli.main import run
from derivcheck.cli.starting import DEFAULT, SCHEMA, Template
from derivcheck.diagnostics.diagnostic import DerivcheckError
from derivcheck.diagnostics.explain import page
from derivcheck.diagnostics.explain.pages import PAGES
from derivcheck.diagnostics.explain.topics import TOPICS
from derivcheck.graph.scalars import ELEMENTARY
from derivcheck.language.catalogue.elementary import ELEMENTARY_NAMES
from derivcheck.language.catalogue.specs import function_names
from derivcheck.pipeline.verification import verify_file
from derivcheck.spec.facts.table import FACTS

ROOT = Path(__file__).parents[2]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("template", [t.value for t in Template])
def test_what_init_writes_holds_and_fits_its_schema(here: Path, template: str) -> None:
    assert run(["init", "mine.yaml", "--template", template]) == 0
    text = (here / "mine.yaml").read_text()
    modeline, rest = text.split("\n", 1)
    assert modeline == f"# yaml-language-server: $schema={SCHEMA}"
    assert rest.isascii() and max(map(len, rest.splitlines())) <= 120
    schema = json.loads((here / SCHEMA).read_text())
    jsonschema.validate(YAML(typ="safe", pure=True).load(text), schema)
    result = verify_file("mine.yaml")
    assert result.exit_code == 0
    assert result.gradients and len(result.claims) >= 4


def test_init_without_a_path_and_without_a_schema(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["init", "--no-schema"]) == 0
    assert [path.name for path in here.iterdir()] == [DEFAULT]
    assert "yaml-language-server" not in (here / DEFAULT).read_text()
    assert capsys.readouterr().out == f"wrote {DEFAULT}\nnext: derivcheck verify {DEFAULT}\n"


def test_init_never_overwrites(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "a.yaml").write_text("mine")
    (here / SCHEMA).write_text("mine too")
    (here / "link.yaml").symlink_to(here / "nowhere")
    for name in ("a.yaml", "link.yaml"):
        assert run(["init", name]) == 2
        assert "DC681" in capsys.readouterr().err
    assert not (here / "nowhere").exists()
    assert run(["init", "b.yaml"]) == 0
    assert (here / "a.yaml").read_text() == "mine"
    assert (here / SCHEMA).read_text() == "mine too"


def test_init_into_folders(here: Path) -> None:
    (here / "notes").mkdir()
    assert run(["init", "notes"]) == 0
    assert run(["init", "new/deep/one.yml"]) == 0
    found = {path.relative_to(here).as_posix() for path in here.rglob("*") if path.is_file()}
    assert found == {f"notes/{DEFAULT}", f"notes/{SCHEMA}", "new/deep/one.yml", f"new/deep/{SCHEMA}"}


@pytest.mark.parametrize(
    ("name", "code"),
    [("notes.md", "DC685"), ("notes", "DC685"), ("file/x.yaml", "DC681"), ("a" * 300 + ".yaml", "DC686")],
)
def test_init_refuses(here: Path, capsys: pytest.CaptureFixture[str], name: str, code: str) -> None:
    (here / "file").write_text("")
    assert run(["init", name]) == 2
    assert f"error[{code}]" in capsys.readouterr().err
    assert [path.name for path in here.iterdir()] == ["file"]


# --- list and explain -----------------------------------------------------------------------------


def listed(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, list[dict[str, object]]]:
    assert run(["list", *arguments, "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found.pop("version") == 1
    return found


def test_everything_there_is_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    found = listed(capsys)
    assert list(found) == ["functions", "layers", "losses", "operations"]
    names = {row["name"] for kind, rows in found.items() for row in rows if kind != "operations"}
    assert names == {name for name, _ in complete_function("")} | set(ELEMENTARY)
    assert {row["name"] for row in listed(capsys, "codes")["codes"]} == set(PAGES)
    assert [row["name"] for row in listed(capsys, "facts")["facts"]] == list(FACTS)


def test_the_elementary_functions_are_those_of_the_engine() -> None:
    assert {name for name, _ in ELEMENTARY_NAMES} == set(ELEMENTARY)


def test_claims_are_listed_with_their_places(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    rows = listed(capsys, "claims", "specs/mlp.yaml")["claims"]
    assert [row["name"] for row in rows] == ["EqA1.1", "EqA1", "EqA2", "entrywise", "misprint"]
    assert rows[-1] == {
        "name": "misprint",
        "about": "dL/dW2 = (y - p) @ a1.T",
        "expect": "refuted",
        "path": "specs/mlp.yaml",
        "line": 26,
    }
    assert run(["list", "claims", "specs/mlp.yaml", "specs/known"]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert shown[0] == "specs/mlp.yaml"
    assert shown[5] == "  misprint   dL/dW2 = (y - p) @ a1.T  (expect: refuted)"
    assert "specs/known/hessians.yaml" in shown


def test_specs_by_their_titles(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(ROOT)
    assert run(["list", "specs", "specs/losses/adversarial.yaml", "specs/mlp.yaml", "--format", "json"]) == 0
    first, second = json.loads(capsys.readouterr().out)["specs"]
    assert (first["about"], first["source"]) == (
        "Generator and discriminator",
        "Goodfellow et al. 2014, Generative adversarial nets",
    )
    assert second["name"] == "specs/mlp.yaml"


def test_claims_of_what_cannot_be_read(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "a.yaml").write_text("claims: {one: 1 = 1}\n")
    (here / "b.yaml").write_text("claims: {one\n")
    (here / "empty").mkdir()
    assert run(["list", "claims", "b.yaml", "a.yaml"]) == 2
    said = capsys.readouterr()
    assert "  one  1 = 1\n" in said.out and "b.yaml" in said.err
    for arguments in (["claims", "empty"], ["codes", "a.yaml"], ["nothing"]):
        assert run(["list", *arguments]) == 2
        assert capsys.readouterr().out == ""
    assert run(["list", "claims"]) == 2  # what is found here, of which one cannot be read
    assert capsys.readouterr().out == "a.yaml\n  one  1 = 1\n"
    for name in ("a.yaml", "b.yaml"):
        (here / name).unlink()
    assert run(["list", "claims"]) == 2 and "DC608" in capsys.readouterr().err


def test_hostile_claims_stay_on_their_line(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "a.yaml").write_text('claims: {"[red]\\u202e<script>": "a = \\u2202"}\n')
    assert run(["list", "claims", "a.yaml", "--ascii"]) == 0
    assert capsys.readouterr().out == "a.yaml\n  [red]\\u202e<script>  a = d\n"


def test_explain_without_a_name_lists_the_topics(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain"]) == 0
    *topics, blank, codes = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in topics] == list(TOPICS) and not blank and "list codes" in codes
    assert run(["list", "codes"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == sorted(PAGES)


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("203", "DC203"),
        ("DC2O3", "DC203"),
        ("transpose missing", "DC203"),
        ("D203", "DC203"),
        ("lenguage", "language"),
        ("stride", "tensors"),
        ("baseline known", "ci"),
        ("sidecar", "documents"),
        ("mean", "layouts"),
    ],
)
def test_unknown_pages_suggest_close_ones(asked: str, meant: str) -> None:
    with pytest.raises(DerivcheckError) as caught:
        page(asked)
    assert meant in dict(caught.value.diagnostic.notes) and caught.value.diagnostic.help.endswith(meant)


def test_nothing_close_leads_to_the_list() -> None:
    with pytest.raises(DerivcheckError) as caught:
        page("!!")
    assert caught.value.diagnostic.help == "derivcheck explain"


# --- completion -----------------------------------------------------------------------------------


def completed(words: str, shell: str = "bash") -> list[str]:
    program = (
        "import sys; from derivcheck.cli import main\n"
        "try: main()\n"
        "finally:\n"
        "    assert not {'sympy', 'numpy', 'mpmath'} & set(sys.modules), 'loaded'\n"
    )
    count = len(words.split(" ")) - 1
    result = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "_DERIVCHECK_COMPLETE": f"complete_{shell}", "COMP_WORDS": words, "COMP_CWORD": str(count)},
    )
    assert result.returncode == 0, result.stderr
    return result.stdout.split()


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("derivcheck ini", ["init"]),
        ("derivcheck explain DC20", [f"DC20{k}" for k in range(1, 10)]),
        ("derivcheck explain dc203", ["dc203"]),
        ("derivcheck explain La", ["Language", "Latex", "Layouts"]),
        ("derivcheck show-jacobian soft", ["softplus", "softmax"]),
        ("derivcheck list c", ["codes", "claims"]),
        ("derivcheck init --template ", ["mlp", "batch", "family"]),
    ],
)
def test_completion_in_bash_needs_no_mathematics(words: str, offered: list[str]) -> None:
    assert sorted(completed(words)) == sorted(offered)


def test_what_is_completed_is_accepted() -> None:
    assert [name for name, _ in complete_function("log_")] == ["log_softmax"]
    assert [code for code, _ in complete_page("dc68")] == [code.lower() for code in sorted(PAGES) if "DC68" in code]
    assert [name for name, _ in complete_function("")] == list(function_names())
    assert run(["explain", "dc203"]) == 0 and run(["explain", "Latex"]) == 0


@pytest.mark.parametrize("option", ["--show-completion", "--install-completion"])
def test_completion_can_be_installed(option: str, tmp_path: Path) -> None:
    """For bash, chosen by name as a shell's own detection would."""
    result = subprocess.run(
        [sys.executable, "-m", "derivcheck", option, "bash"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "HOME": str(tmp_path), "_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"},
    )
    assert result.returncode == 0, result.stderr
    script = (
        result.stdout if option == "--show-completion" else "".join(path.read_text() for path in tmp_path.rglob("*.sh"))
    )
    assert "_DERIVCHECK_COMPLETE=complete_bash" in script
    assert "complete -o default -F _derivcheck_completion derivcheck" in script
