"""A notebook: its magic, what an assertion says, what results show."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import derivcheck
from derivcheck.cli.magics import CellMagic, register
from derivcheck.pipeline.results import FileResult
from derivcheck.report.html import stylesheet

SPEC = "tensors: {x: n, y: n}\nloss: {L: 'sse(x, y)'}\nclaims:\n  wrong: dL/dx = 3*(x - y)\n"
TEXT = "So $\\frac{\\partial L}{\\partial x} = 2(x - y)$, and $\\frac{\\partial L}{\\partial y} = 2(x - y)$.\n"


def found(result: FileResult | None) -> list[tuple[str, str]]:
    assert result is not None
    return [(claim.id, claim.verdict) for claim in result.claims]


def test_a_cell_is_judged_by_what_it_is(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    magic = CellMagic()
    assert magic("", TEXT) is None and "no cell has declared a spec" in capsys.readouterr().err
    assert found(magic("", SPEC)) == [("wrong", "refuted")]
    pytest.importorskip("markdown_it")
    assert found(magic("", TEXT))[-2:] == [("line 1", "proved"), ("line 1", "refuted")]
    (tmp_path / "net.yaml").write_text(SPEC.replace("sse(x, y)", "-sse(x, y)"))
    assert found(magic(f"--spec {tmp_path / 'net.yaml'}", TEXT))[-2:] == [("line 1", "refuted"), ("line 1", "proved")]
    assert magic("--nonsense", TEXT) is None and "--spec FILE.yaml" in capsys.readouterr().err


def test_a_line_is_the_command_line(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(SPEC)
    assert CellMagic()(f"verify '{tmp_path / 'a.yaml'}' --format concise") is None
    assert "DC201" in capsys.readouterr().out


def test_the_extension_registers_it() -> None:
    class Shell:
        def register_magic_function(self, function: Any, **how: str) -> None:
            self.found = (type(function), how)

    shell = Shell()
    derivcheck.load_ipython_extension(shell)
    assert shell.found == (CellMagic, {"magic_kind": "line_cell", "magic_name": "derivcheck"})
    assert register is not None


def test_pieces_carry_the_rules_that_they_need_once() -> None:
    shown = derivcheck.check("x = 2*x")._repr_html_() or ""
    (rules,) = re.findall(r"<style>(.*?)</style>", shown)
    assert len(rules) < len(stylesheet()) / 2
    used = {name for names in re.findall(r'class="([^"]*)"', shown) for name in names.split()}
    for name in used:
        assert (f".{name}" in stylesheet()) <= (f".{name}" in rules), name
    assert ".page" not in rules and "h1" not in rules and ".derivcheck :focus-visible{" in rules


RUN = """
import sys
from nbclient import NotebookClient
from nbformat import v4

cells = [v4.new_code_cell(source) for source in (
    "import derivcheck\\n%load_ext derivcheck",
    "derivcheck.assert_equation('x = 2*x')",
    "derivcheck.check('x = 2*x')",
    "%%derivcheck\\n" + sys.argv[1],
    "%%derivcheck\\n" + sys.argv[2],
    "%derivcheck check 'x = x'",
    "%derivcheck verify page.ipynb --format concise",
)]
NotebookClient(v4.new_notebook(cells=cells), timeout=100, kernel_name="python3", allow_errors=True).execute()
_, asserted, checked, spec, text, line, page = (cell.outputs for cell in cells)
(error,) = asserted
assert error.ename == "AssertionError" and "error[DC201]" in error.evalue, error
(shown,) = checked
assert shown.output_type == "execute_result" and "refuted" in shown.data["text/html"]
(judged,) = spec
assert "wrong" in judged.data["text/html"] and "DC201" in judged.data["text/html"]
(judged,) = text
assert "proved" in judged.data["text/html"]
(said,) = line
assert "proved" in said.text
(said,) = page
assert "page.ipynb:cell 1:1:" in said.text and "DC202" in said.text, said.text
"""


@pytest.mark.slow
def test_a_notebook_runs(tmp_path: Path) -> None:
    pytest.importorskip("nbclient")
    pytest.importorskip("ipykernel")
    pytest.importorskip("markdown_it")
    (tmp_path / "page.derivcheck.yaml").write_text(SPEC.partition("claims:")[0])
    cells = [{"cell_type": "markdown", "source": TEXT}]
    (tmp_path / "page.ipynb").write_text(json.dumps({"cells": cells, "metadata": {}}))
    done = subprocess.run(
        [sys.executable, "-c", RUN, SPEC, TEXT], cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
