"""Specs as tests: what is collected, what passes and fails, and how that reads."""

from __future__ import annotations

import importlib.metadata as metadata
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from commands import command

from derivcheck import assert_equation, load
from derivcheck.diagnostics.diagnostic import DerivcheckError
from derivcheck.pipeline.casebook import Casebook
from derivcheck.pipeline.request import Request
from derivcheck.pipeline.results import FileResult
from derivcheck.pipeline.verification import verify_file
from derivcheck.spec.roster import roster

ROOT = Path(__file__).parents[2]
SPECS = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "specs").rglob("*.yaml"))
NETWORK = """
tensors: {x: n0, W1: n1 n0, y: {axes: n1, given: one_hot}}
layers: {z: W1 @ x, p: softmax(z)}
loss: {L: "cross_entropy(p, y)"}
"""
GOOD = NETWORK + "claims:\n  right: dL/dz = p - y\n  misprint: {claim: dL/dz = y - p, expect: refuted}\n"
WRONG = NETWORK + "claims:\n  right: dL/dz = p - y\n  wrong: dL/dz = y - p\n"
NOTES = "# Notes\n\nThe error is $\\frac{\\partial L}{\\partial z} = y - p$ and not $\\foo{L} = 3$.\n"


@pytest.fixture
def folder(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """With this plugin, and xdist, which is tested beside it: not with whatever is installed where the tests run."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTEST_PLUGINS", "derivcheck.cli.pytest_plugin,xdist.plugin")
    monkeypatch.setenv("HOME", str(pytester.path))
    pytester.makefile(".derivcheck.yaml", good=GOOD)
    pytester.makeini("[pytest]\nfilterwarnings = error\naddopts = --strict-markers -p no:cacheprovider\n")
    return pytester


def run(folder: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    """In a process of its own: what the plugin does on loading is part of what is tested."""
    found = command("pytest", *arguments, cwd=folder.path)
    return pytest.RunResult(found.returncode, found.stdout.splitlines(), found.stderr.splitlines(), 0.0)


def test_pytest_finds_the_plugin_by_itself() -> None:
    (found,) = metadata.entry_points(group="pytest11", name="derivcheck")
    assert found.load().__name__ == "derivcheck.cli.pytest_plugin"


def test_one_item_for_every_claim_and_gradient(folder: pytest.Pytester) -> None:
    result = run(folder, "--collect-only", "-q")
    assert result.outlines[:4] == [f"good.derivcheck.yaml::{name}" for name in ("dL/dx", "dL/dW1", "right", "misprint")]
    run(folder).assert_outcomes(passed=4)


def test_collecting_needs_no_mathematics(folder: pytest.Pytester) -> None:
    program = (
        "import sys, pytest; code = pytest.main(['--collect-only', '-q']); "
        "loaded = {'sympy', 'numpy', 'mpmath'} & set(sys.modules); "
        "sys.exit(f'loaded {loaded}' if loaded else code)"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=False)
    assert "good.derivcheck.yaml::misprint" in result.stdout
    assert result.returncode == 0, result.stderr


def test_loading_imports_nothing_but_pytest() -> None:
    program = (
        "import pytest, sys; before = set(sys.modules); import derivcheck.cli.pytest_plugin; "
        "new = {name.split('.')[0] for name in set(sys.modules) - before}; "
        "sys.exit(new - {'derivcheck'} - set(sys.stdlib_module_names) and f'loaded {new}' or 0)"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=False)
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize(
    ("arguments", "passed"),
    [
        (["-k", "misprint"], 1),
        (["-k", "dL and not dW1"], 1),
        (["-m", "derivcheck"], 4),
        (["-m", "not derivcheck"], 0),
        (["good.derivcheck.yaml::dL/dW1"], 1),
        (["-n", "2"], 4),
    ],
)
def test_selecting_and_sharing_out(folder: pytest.Pytester, arguments: list[str], passed: int) -> None:
    result = run(folder, *arguments)
    result.assert_outcomes(passed=passed, deselected=4 - passed if arguments[0].startswith(("-k", "-m")) else 0)


def test_a_wrong_claim_reads_as_on_the_terminal(folder: pytest.Pytester) -> None:
    folder.makefile(".derivcheck.yaml", good=WRONG)
    result = run(folder, "--junit-xml=out.xml")
    result.assert_outcomes(passed=3, failed=1)
    result.stdout.fnmatch_lines(
        [
            "*_ wrong _*",
            "*wrong  refuted    dL/dz = y - p",
            "error[[]DC202]: the sign is wrong",
            "*--> good.derivcheck.yaml:*",
            "*|*wrong: dL/dz = y - p",
            "*= derived:  dL/dz = p - y",
            "*= explain:  derivcheck explain DC202",
            "FAILED good.derivcheck.yaml::wrong - *wrong*refuted*dL/dz = y - p",
        ]
    )
    for word in ("Traceback", "FindingError", "pytest_plugin.py", "\x1b["):
        result.stdout.no_fnmatch_line(f"*{word.replace('[', '[[]')}*")
    cases = {case.get("name"): case for case in ElementTree.parse(folder.path / "out.xml").iter("testcase")}
    assert set(cases) == {"dL/dx", "dL/dW1", "right", "wrong"}
    failure = cases["wrong"].find("failure")
    assert failure is not None and "error[DC202]: the sign is wrong" in (failure.text or "")
    assert [p.attrib for p in cases["wrong"].iter("property")] == [{"name": "verdict", "value": "refuted"}]


def test_what_is_named_by_the_configuration(folder: pytest.Pytester) -> None:
    (folder.path / "specs" / "deep").mkdir(parents=True)
    (folder.path / "specs" / "deep" / "one.yaml").write_text(GOOD)
    (folder.path / "specs" / "two.spec").write_text(GOOD)
    (folder.path / "specs" / "other.yml").write_text("not: a spec")
    folder.makeini("[pytest]\nderivcheck_files = specs/**/*.yaml *.spec\n")
    result = run(folder, "--collect-only", "-q", "-k", "misprint")
    assert sorted(line.split("::")[0] for line in result.outlines if "::" in line) == [
        "good.derivcheck.yaml",
        "specs/deep/one.yaml",
        "specs/two.spec",
    ]


@pytest.mark.parametrize("pattern", ["spcs/*.yaml", "/nowhere/*.yaml"])
def test_a_glob_that_names_nothing_is_an_error(folder: pytest.Pytester, pattern: str) -> None:
    folder.makeini(f"[pytest]\nderivcheck_files = {pattern}\n")
    result = run(folder)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: derivcheck_files: `{pattern}`*"])


@pytest.mark.parametrize(
    ("text", "code"),
    [("tensors: {x: n\n", "DC010"), ("tensors: {x: n}\n", "DC682"), ("", "DC002"), ("clams: {}\n", "DC021")],
)
def test_an_unusable_spec_is_never_green(folder: pytest.Pytester, text: str, code: str) -> None:
    folder.makefile(".derivcheck.yaml", bad=text)
    (folder.path / "bad.derivcheck.yaml").write_text(text)
    result = run(folder)
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([f"error[[]{code}]: *"])
    result.stdout.no_fnmatch_line("*Traceback*")


@pytest.mark.parametrize("surroundings", [{}, {"CI": "true"}], ids=["terminal", "pipeline"])
def test_a_network_without_a_meaning_is_told_once(
    folder: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, surroundings: dict[str, str]
) -> None:
    for name, value in surroundings.items():
        monkeypatch.setenv(name, value)
    folder.makefile(".derivcheck.yaml", good=GOOD.replace("softmax", "softmaks"))
    result = run(folder)
    result.assert_outcomes(errors=4)
    result.stdout.fnmatch_lines(["error[[]DC124]: unknown function `softmaks`", "*^^^*"])
    summary = next(at for at, line in enumerate(result.outlines) if "short test summary info" in line)
    told = result.outlines[:summary]  # in a pipeline pytest's summary repeats every message in full
    assert sum("^^^" in line for line in told) == 1
    assert told.count("as told at `dL/dx`") == 3
    result.stdout.no_fnmatch_line("*During handling*")


def test_strictness(folder: pytest.Pytester) -> None:
    folder.makefile(".derivcheck.yaml", good="claims: {root: 'norm(ones(3)) = sqrt(3)', twice: '1 = 1'}\n")
    judged = {claim.id: claim.verdict for claim in verify_file(folder.path / "good.derivcheck.yaml").claims}
    folder.makeini("[pytest]\nderivcheck_strict = true\n")
    proved = sum(verdict == "proved" for verdict in judged.values())
    run(folder).assert_outcomes(passed=proved, failed=len(judged) - proved)


def test_only_what_is_selected_is_judged(folder: pytest.Pytester) -> None:
    folder.makeconftest(
        "from derivcheck.pipeline import casebook\n"
        "honest = casebook.judge\n"
        "def told(statement):\n"
        "    print('judging', statement.declaration.id)\n"
        "    return honest(statement)\n"
        "casebook.judge = told\n"
    )
    result = run(folder, "-s", "-k", "misprint")
    assert [line for line in result.outlines if "judging" in line and "right" in line] == []
    result.stdout.fnmatch_lines(["*judging misprint*"])


def test_a_contradiction_is_an_internal_error(folder: pytest.Pytester) -> None:
    folder.makeconftest(
        "from derivcheck.graph import derive\n"
        "from derivcheck.graph.nodes import Sum, negate\n"
        "honest = derive._contributions\n"
        "def broken(node, adjoint, wanted):\n"
        "    for operand, part in honest(node, adjoint, wanted):\n"
        "        yield operand, negate(part) if isinstance(node, Sum) else part\n"
        "derive._contributions = broken\n"
    )
    result = run(folder, "-k", "dL/dW1")
    result.assert_outcomes(failed=1, deselected=3)
    result.stdout.fnmatch_lines(
        ["internal error[[]DC902]: the derived dL/dW1 disagrees with differences", "*bug of derivcheck*"]
    )


def test_an_unforeseen_exception_is_told_as_our_own_bug(
    folder: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DERIVCHECK_TRACEBACK")
    folder.makeconftest("from derivcheck.pipeline import casebook\ncasebook.judge = None\n")
    result = run(folder, "-k", "right")
    result.assert_outcomes(failed=1, deselected=3)
    result.stdout.fnmatch_lines(["internal error[[]DC900]: derivcheck failed: TypeError*"])
    result.stdout.no_fnmatch_line("*pytest_plugin.py*")


def test_formulas_of_a_document_are_items(folder: pytest.Pytester) -> None:
    sidecar = NETWORK + "document: notes.md\n"
    folder.makefile(".derivcheck.yaml", good=sidecar)
    absent = run(folder, "-rs")
    absent.assert_outcomes(passed=2, skipped=1)
    absent.stdout.fnmatch_lines(["*the document is not here*"])
    (folder.path / "notes.md").write_text(NOTES)
    result = run(folder, "-rs", "-v")
    result.assert_outcomes(passed=2, failed=1, skipped=1)
    result.stdout.fnmatch_lines(
        ["*::line 3 FAILED*", "*::line 3, 2 SKIPPED*", "error[[]DC202]: the sign is wrong", "*notes.md:3:*"]
    )
    result.stdout.fnmatch_lines(["SKIPPED *notes.md:3:*: unread: DC170 unknown macro `\\foo`"])


def test_hostile_names_stay_on_their_line(folder: pytest.Pytester) -> None:
    folder.makefile(
        ".derivcheck.yaml",
        good='claims:\n  "a::b": 1 = 1\n  "[red]<script>W[l]": 1 = 2\n  dL/dx: 1 = 1\n  "\\u202ex": 1 = 1\n',
    )
    result = run(folder, "-v", "--junit-xml=out.xml")
    result.assert_outcomes(passed=3, failed=1)
    result.stdout.fnmatch_lines(["*::a:b PASSED*", "*::[[]red]<script>W[[]l] FAILED*"])
    assert ElementTree.parse(folder.path / "out.xml").getroot() is not None


@pytest.mark.parametrize("path", SPECS)
def test_the_items_are_what_verify_judges(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Names are read off the declarations: they must be those of what is derived."""
    monkeypatch.chdir(ROOT)
    from derivcheck.language.network import build, depths

    spec = load(path)
    casebook = Casebook(spec)
    entries = roster(spec)
    networks = [build(spec, depth) for depth in depths(spec)] if spec.loss is not None else []
    derived = [(i, tensor.name) for i, network in enumerate(networks) for tensor in network.parameters]
    named = [
        [(i, name) for i, name in derived if casebook._declares(entry.tensor, name)]
        for entry in entries
        if entry.kind == "gradient"
    ]
    assert all(named)
    assert sorted(name for names in named for name in names) == sorted(derived)
    assert [entry.claim for entry in entries if entry.kind == "claim"] == list(spec.claims)


def test_the_places_of_formulas_are_those_accounted_for(tmp_path: Path) -> None:
    from derivcheck.spec import read_spec
    from derivcheck.statements.document.passages import read_manuscript

    text = (
        NOTES + "\n$$\\begin{aligned} z &= W_1 x \\\\ p &= z \\end{aligned}$$\n\nAn open $x = $ and $\\frac{1 = 2$.\n"
    )
    spec = read_spec(NETWORK + "document: notes.md\n")
    casebook = Casebook(spec, manuscript=read_manuscript(text, "notes.md"))
    assert casebook.accountant is not None
    places = casebook.accountant.places()
    formulas = casebook.formulas()
    assert len(formulas) >= 5
    assert [where for _, where in places] == [formula.where for formula in formulas]


# --- inside ordinary tests ------------------------------------------------------------------------


def test_an_equation_that_holds() -> None:
    assert assert_equation("dL/dz2 = p - y", ROOT / "specs/mlp.yaml").verdict == "proved"
    assert assert_equation("sum(softmax(x)) = 1").holds
    assert assert_equation("dL/dz2 = y - p", load(ROOT / "specs/mlp.yaml"), expect="refuted").holds


@pytest.mark.parametrize(
    ("equation", "options", "said"),
    [
        ("dL/dz2 = y - p", {}, r"error\[DC202\]: the sign is wrong"),
        ("dL/dz2 = p - y", {"expect": "refuted"}, "`equation` is proved, expected refuted"),
        ("dL/dz2 = p +", {}, r"invalid"),
        ("dL/dz2 = q", {"expect": "refuted"}, r"error\[DC1"),
    ],
)
def test_an_equation_that_does_not(equation: str, options: dict[str, str], said: str) -> None:
    with pytest.raises(AssertionError, match=said):
        assert_equation(equation, ROOT / "specs/mlp.yaml", **options)


def test_strictness_of_an_equation(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys
    from dataclasses import replace

    from derivcheck.pipeline.verification import check_equation as honest

    monkeypatch.setattr(
        sys.modules["derivcheck.pipeline.verification"],
        "check_equation",
        lambda *a: replace(honest(*a), verdict="checked"),
    )
    assert assert_equation("x = x").verdict == "checked"
    with pytest.raises(AssertionError, match="is checked, expected proved"):
        assert_equation("x = x", strict=True)


def test_a_spec_that_cannot_be_used() -> None:
    with pytest.raises(DerivcheckError, match="DC601"):
        assert_equation("x = x", "missing.yaml")
    with pytest.raises(ValueError, match="not `wrong`"):
        assert_equation("x = x", expect="wrong")


def test_the_frame_of_the_assertion_is_hidden(folder: pytest.Pytester) -> None:
    folder.makepyfile("from derivcheck import assert_equation\n\ndef test_it():\n    assert_equation('x = 2*x')\n")
    result = run(folder, "-k", "test_it")
    result.assert_outcomes(failed=1, deselected=4)
    result.stdout.fnmatch_lines([">   *assert_equation('x = 2[*]x')", "E   *AssertionError: *equation*refuted*"])
    result.stdout.no_fnmatch_line("*assertions.py*")


def test_a_result_is_accepted_as_verify_accepts_it() -> None:
    found = verify_file(ROOT / "specs/mlp.yaml").gradients[0]
    for strict in (False, True):
        for verdict in ("proved", "checked", "undecided"):
            from dataclasses import replace

            gradient = replace(found, verdict=verdict)
            assert Casebook(load(ROOT / "specs/mlp.yaml"), Request(strict=strict)).accepts(gradient) == FileResult(
                "x", strict=strict
            ).accepts(gradient)


def test_the_places_of_the_shipped_document() -> None:
    casebook = Casebook(load(ROOT / "specs/documents/backward_pass.derivcheck.yaml"))
    assert casebook.accountant is not None
    assert [where for _, where in casebook.accountant.places()] == [formula.where for formula in casebook.formulas()]
