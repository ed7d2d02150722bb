"""The command line as people and pipes see it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from shipped import SPECS, derivcheck

MLP = "specs/mlp.yaml"
GOOD = "tensors: {x: n}\nloss: {L: sum(x^2)}\nclaims: {a: dL/dx = 2*x}\n"
BAD = GOOD.replace("2*x", "3*x")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "good.yaml").write_text(GOOD)
    (tmp_path / "bad.yaml").write_text(BAD)
    (tmp_path / "broken.yaml").write_text("tensors: {x: n\n")
    (tmp_path / "empty").mkdir()
    (tmp_path / "junk.yaml").write_bytes(bytes(range(256)))
    (tmp_path / "blank.yaml").write_text("")
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["verify", "good.yaml"], 0),
        (["verify", "bad.yaml"], 1),
        (["verify", "broken.yaml"], 2),
        (["verify", "junk.yaml"], 2),
        (["verify", "blank.yaml"], 2),
        (["verify", "missing.yaml"], 2),
        (["verify", "empty"], 2),
        (["verify"], 2),
        (["verify", "good.yaml", "bad.yaml"], 1),
        (["verify", "good.yaml", "bad.yaml", "broken.yaml"], 2),
        (["check", "x = x"], 0),
        (["check", "x = 2*x"], 1),
        (["check", "x = "], 2),
        (["check", "x = x +"], 2),
        (["check", "x = x", "--spec", "missing.yaml"], 2),
        (["check", "q = 1", "--spec", "good.yaml"], 1),
        (["explain", "DC203"], 0),
        (["explain", "nothing"], 2),
        (["show-jacobian", "softmax"], 0),
        (["show-jacobian", "nothing"], 2),
        (["show-jacobian", "softmax", "--at", "1,inf"], 2),
        (["show-jacobian", "softmax", "--size", "0"], 2),
        (["show-jacobian", "softmax", "--size", "1000000000"], 2),
        (["derive", "good.yaml", "--wrt", "x"], 0),
        (["derive", "good.yaml", "--wrt", "q"], 2),
        (["nothing"], 2),
        (["--version"], 0),
        (["schema"], 0),
        (["list"], 0),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else str(value),
)
def test_exit_codes(folder: Path, arguments: list[str], code: int) -> None:
    result = derivcheck(*arguments, cwd=folder)
    assert result.returncode == code, result.stdout + result.stderr
    assert "Traceback" not in result.stdout + result.stderr
    assert result.stdout or result.stderr


def test_json_carries_everything() -> None:
    result = derivcheck("verify", MLP, "--format", "json")
    values = json.loads(result.stdout)
    assert values["schema"] == 1
    file = values["files"][0]
    assert file["path"] == MLP
    gradient = next(g for g in file["gradients"] if g["wrt"] == "W1")
    assert gradient["matrix"] == "((W2.T @ delta2) * a1 * (1 - a1)) @ x.T"
    assert set(gradient) >= {"of", "wrt", "shape", "index", "matrix", "latex", "verdict", "exact", "numeric"}
    assert set(gradient["exact"]) >= {"equal", "sizes", "draws", "all_sizes"}
    assert set(gradient["numeric"]) >= {"verdict", "scheme", "max_error", "bar", "entries"}
    claim = next(c for c in file["claims"] if c["id"] == "misprint")
    assert (claim["verdict"], claim["expected"], claim["holds"]) == ("refuted", "refuted", True)
    assert claim["diagnosis"]["code"] == "DC202"
    assert claim["diagnosis"]["suggestion"] == "(p - y) @ a1.T"


@pytest.mark.parametrize("environment", [{"PYTHONIOENCODING": "ascii"}, {"NO_COLOR": "1"}, {"COLUMNS": "80"}])
def test_plain_outputs(environment: dict[str, str]) -> None:
    result = derivcheck("verify", MLP, **environment)
    assert result.returncode == 0
    assert "\x1b" not in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 100
    if environment.get("PYTHONIOENCODING") == "ascii":
        assert result.stdout.isascii()
        assert "((W2.T @ delta2) * a1 * (1 - a1)) @ x.T" in result.stdout


def test_ascii_option() -> None:
    assert derivcheck("verify", MLP, "--ascii").stdout.isascii()


def test_a_refutation_reads_like_a_compiler_message() -> None:
    text = derivcheck("check", "dL/dz1 = (W2 @ delta2) * sigmoid'(z1)", "--spec", MLP).stdout
    assert "error[DC203]: transpose missing" in text
    assert "(W2.T @ delta2) * sigmoid'(z1)" in text
    assert "^^" in text


def test_a_witness_script_runs_without_derivcheck(tmp_path: Path) -> None:
    script = derivcheck("check", "dL/dz2 = p + y", "--spec", MLP, "--witness").stdout
    assert "derivcheck" not in script
    path = tmp_path / "witness.py"
    path.write_text(script)
    result = subprocess.run([sys.executable, str(path)], capture_output=True, text=True, timeout=60, check=False)
    assert result.returncode == 0, result.stderr
    assert "largest difference" in result.stdout


def test_steps_and_formats() -> None:
    steps = derivcheck("derive", MLP, "--wrt", "W1", "--steps").stdout
    for rule in ("chain rule", "derivative of softmax", "facts used: Σ y = 1", "in matrix form"):
        assert rule in steps
    assert r"\frac{\partial L}{\partial W_{1}}" in derivcheck("derive", MLP, "--wrt", "W1", "--format", "latex").stdout


def test_sympy_source_builds() -> None:
    source = derivcheck("derive", MLP, "--wrt", "W1", "--format", "sympy").stdout
    namespace: dict[str, object] = {}
    compiled = compile(source, "<sympy>", "exec")
    __import__("builtins").exec(compiled, namespace)
    assert str(namespace["dL_dW1_matrix"]).startswith("(HadamardProduct(W2.T*(p - y)")


def test_schema_accepts_the_shipped_specs() -> None:
    import jsonschema
    from ruamel.yaml import YAML

    schema = json.loads(derivcheck("schema").stdout)
    validator = jsonschema.validators.validator_for(schema)
    validator.check_schema(schema)
    accepts = validator(schema)
    for path in SPECS:
        accepts.validate(YAML(typ="safe", pure=True).load(path))


def test_gradients_are_measured_at_any_sizes_and_in_every_way() -> None:
    for way in ("full", "structured", "projections"):
        result = derivcheck("verify", MLP, "--numeric", way, "--sizes", "n0=40,n1=30,n2=6", "--format", "json")
        assert result.returncode == 0, result.stdout
        numeric = {g["wrt"]: g["numeric"] for g in json.loads(result.stdout)["files"][0]["gradients"]}
        assert numeric["W1"]["verdict"] == "agrees"
        assert numeric["W1"]["entries"] == (3 if way == "projections" else 1200)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--sizes", "n0"], "DC614"),
        (["--sizes", "n0=0"], "DC614"),
        (["--sizes", "n0=4,,"], "DC614"),
        (["--sizes", "n0=1e3"], "DC614"),
        (["--sizes", "height=3"], "DC039"),
        (["--plot", "errors.pdf"], "DC616"),
    ],
)
def test_sizes_and_plots_that_cannot_be_used(arguments: list[str], code: str) -> None:
    result = derivcheck("verify", MLP, *arguments)
    assert result.returncode == 2
    assert code in result.stdout + result.stderr


def test_a_plot_is_written(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    for name in ("errors.svg", "errors.png"):
        assert derivcheck("verify", MLP, "--plot", str(tmp_path / name), "-q").returncode == 0
        assert (tmp_path / name).stat().st_size > 5000
    assert "misprint" in (tmp_path / "errors.svg").read_text()
