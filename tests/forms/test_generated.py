"""Sources that derivcheck writes: they run for every shipped spec, and nobody's text stands in them as code."""

from __future__ import annotations

import ast
import io
import tokenize
from pathlib import Path

import pytest
from shipped import ROOT, WITH_LOSS

from derivcheck.cli.main import run

HOSTILE = """\
title: '''''''\"\"\"; import os  # coding=utf_7'
tensors: {coding: utf_7, eval: utf_7, quit: []}
functions: {exec: opaque}
layers: {os: exec(coding * eval), p: quit * os + coding}
loss: {exit: sum(p^2)}
"""


def written(path: Path, form: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    code = run(["derive", str(path), "--format", form])
    return code, capsys.readouterr().out


def comments(source: str) -> list[str]:
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return [token.string for token in tokens if token.type == tokenize.COMMENT]


def imported(source: str) -> set[str]:
    tree = ast.parse(source)
    names = [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    return {*names, *(node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom))}


@pytest.mark.slow
@pytest.mark.parametrize("path", WITH_LOSS, ids=lambda path: str(path.relative_to(ROOT / "specs")))
def test_sympy_sources_run(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, source = written(path, "sympy", capsys)
    assert code == 0
    names: dict[str, object] = {}
    exec(compile(source, "<sympy>", "exec"), names)
    made = {target.id for part in ast.parse(source).body if isinstance(part, ast.Assign) for target in part.targets}
    told = {comment.split()[1].rstrip(":") for comment in comments(source)}
    forms = [
        f"{stem}_{suffix}" for stem in {name.rpartition("_")[0] for name in made} for suffix in ("index", "matrix")
    ]
    assert made and not made & told and set(forms) <= made | told


@pytest.mark.parametrize("form", ["numpy", "sympy"])
def test_no_name_becomes_code(form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "hostile.yaml").write_text(HOSTILE)
    code, source = written(tmp_path / "hostile.yaml", form, capsys)
    assert code == 0, source
    encoding, _ = tokenize.detect_encoding(io.BytesIO(source.encode()).readline)
    assert encoding == "utf-8"
    assert {name.split(".")[0] for name in imported(source)} <= {"numpy", "math", "sympy"}
    assert not [line for line in comments(source) if line not in ("# forward", "# backward")]
    (tmp_path / "generated.py").write_text(source)
    exec(compile((tmp_path / "generated.py").read_bytes(), "<generated>", "exec"), {})
