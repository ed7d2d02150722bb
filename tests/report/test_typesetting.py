"""What is written in LaTeX is typeset by KaTeX and by MathJax without a complaint, in the strictest of their ways.

Both come from npm, once, into a folder beside the checkout's own; without node, npm or a network nothing is tested.
"""

from __future__ import annotations

import functools
import json
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from derivcheck.judging.examiner import Examiner
from derivcheck.judging.exposition import Expositor
from derivcheck.language.network import build, depths
from derivcheck.language.notation.brackets import stretched
from derivcheck.language.notation.parser import parse_expression
from derivcheck.language.notation.printer import to_latex
from derivcheck.report.exposition import to_markdown
from derivcheck.report.page import Page
from derivcheck.spec import load_spec

KATEX, MATHJAX = "katex@0.16.11", "mathjax-full@3.2.2"
SPECS = (
    "specs/mlp.yaml",
    "specs/networks/attention.yaml",
    "specs/networks/conv1d.yaml",
    "specs/networks/rows_tanh_relu_mse.yaml",
    "specs/networks/layer_norm_steps.yaml",
    "specs/known/cholesky.yaml",
    "specs/functions/gamma_likelihood.yaml",
    "specs/probability/policy_gradient.yaml",
)
SCRIPT = r"""
const katex = require("katex");
const {mathjax} = require("mathjax-full/js/mathjax.js");
const {TeX} = require("mathjax-full/js/input/tex.js");
const {SVG} = require("mathjax-full/js/output/svg.js");
const {liteAdaptor} = require("mathjax-full/js/adaptors/liteAdaptor.js");
const {RegisterHTMLHandler} = require("mathjax-full/js/handlers/html.js");
require("mathjax-full/js/input/tex/ams/AmsConfiguration.js");
RegisterHTMLHandler(liteAdaptor());
const input = new TeX({packages: ["base", "ams"], formatError: (jax, error) => { throw error; }});
const page = mathjax.document("", {InputJax: input, OutputJax: new SVG({fontCache: "none"})});
const typesetters = {
  KaTeX: tex => katex.renderToString(tex, {displayMode: true, strict: "error", throwOnError: true}),
  MathJax: tex => page.convert(tex, {display: true}),
};
const found = [];
for (const tex of JSON.parse(require("fs").readFileSync(0, "utf8")))
  for (const [name, typeset] of Object.entries(typesetters))
    try { typeset(tex); } catch (error) { found.push(`${name}: ${error.message}: ${tex}`); }
process.stdout.write(JSON.stringify(found));
"""


@functools.cache
def typesetters() -> Path:
    """The folder that has both; skips where they cannot be had."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        pytest.skip("node and npm are not installed: nothing to typeset with")
    folder = Path(tempfile.gettempdir()) / f"{KATEX}-{MATHJAX}-{os.getuid() if hasattr(os, 'getuid') else 0}"
    if not folder.exists():
        made = Path(tempfile.mkdtemp(dir=folder.parent))
        command = [npm, "install", "--no-audit", "--no-fund", "--prefix", str(made), KATEX, MATHJAX]
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=240, cwd=made)
            made.rename(folder)
        except (OSError, subprocess.SubprocessError) as why:
            shutil.rmtree(made, ignore_errors=True)
            if not folder.exists():
                pytest.skip(f"npm did not install {KATEX} and {MATHJAX}: {type(why).__name__}")
    return folder


def complaints(formulas: list[str]) -> list[str]:
    folder = typesetters()
    done = subprocess.run(
        ["node", "-e", SCRIPT], input=json.dumps(formulas), capture_output=True, text=True, timeout=240, cwd=folder
    )
    assert done.returncode == 0, done.stderr
    found: list[str] = json.loads(done.stdout)
    return found


def formulas_of(path: str) -> list[str]:
    """Every formula of a derivation with all of its steps, as a Markdown page sets them."""
    spec = load_spec(path)
    examiner = Examiner(build(spec, depths(spec)[0]))
    told = Expositor(examiner, steps=True).exposition(examiner.network.parameters)
    return re.findall(r"^\$\$\n(.*?)\n\$\$$", to_markdown(told, path, Page()), re.MULTILINE | re.DOTALL)


def test_every_formula_is_typeset() -> None:
    typesetters()
    formulas = [formula for path in SPECS for formula in formulas_of(path)]
    assert len(formulas) > 80
    assert complaints(formulas) == []


@pytest.mark.parametrize("wrong", [r"\frac{1}", r"x^a^b", r"\left( x", r"\begin{cases} 1"])
def test_a_typesetter_complains(wrong: str) -> None:
    assert {complaint.split(":")[0] for complaint in complaints([wrong])} == {"KaTeX", "MathJax"}


@pytest.mark.parametrize(
    ("plain", "latex"),
    [
        ("x * (1/y + 2)", r"x \, \left(\frac{1}{y} + 2\right)"),
        ("x * (y + 2)", r"x \, (y + 2)"),
        ("sigmoid(x/y) * (1 - y)", r"\sigma\left(\frac{x}{y}\right) \, (1 - y)"),
        ("(x/y)**2", r"\left(\frac{x}{y}\right)^{2}"),
        ("x**(-1/2)", r"x^{-1/2}"),
        ("(x + y)**(1/2)", r"(x + y)^{1/2}"),
        ("(x * (y + x)) ** (1/(x + y))", r"(x \, (y + x))^{\frac{1}{x + y}}"),
        ("exp(x * (1/y))", r"\exp\left(x \, \frac{1}{y}\right)"),
    ],
)
def test_brackets_are_stretched_by_need(plain: str, latex: str) -> None:
    assert to_latex(parse_expression(plain), frozenset("xy")) == latex


@pytest.mark.parametrize("text", [r"(x", r"x)", r"\left(\frac{1}{2}\right)", r"\text{if }(x)", r"f^{(1)}(x)"])
def test_brackets_that_stay(text: str) -> None:
    assert stretched(text) == text
