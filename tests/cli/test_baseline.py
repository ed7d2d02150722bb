"""`--baseline`: what is known passes, what is new fails, what is gone is told; and reports that stay as they are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from shipped import ROOT

from derivcheck.cli.main import run

HEAD = "tensors: {x: n, y: n}\nloss: {L: sum(x^2) + sum(y)}\nclaims:\n"
FALSE = "  a: dL/dx = 3*x\n"
OPEN = "  b: dL/dx[i] <= 1\n"
STEPS = '  c: ["dL/dx = 2*x", "= x + x", "= 3*x"]\n'
NOTE = r"$\frac{\partial L}{\partial x} = 3x$, $\frac{\partial L}{\partial y} = \rho$." + "\n"


class Project:
    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self._capsys = folder, capsys

    def spec(self, claims: str, name: str = "a.yaml") -> None:
        (self.folder / name).write_text(HEAD + claims)

    def verify(self, *arguments: str) -> tuple[int, str]:
        code = run(["verify", *arguments])
        said = self._capsys.readouterr()
        return code, " ".join((said.out + said.err).split())

    def known(self, *arguments: str) -> tuple[int, str]:
        return self.verify(*(arguments or ("a.yaml",)), "--baseline", "known.json")

    def learn(self, *specs: str) -> int:
        return self.known(*(specs or ("a.yaml",)), "--update-baseline")[0]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Project:
    monkeypatch.chdir(tmp_path)
    return Project(tmp_path, capsys)


def test_known_findings_pass_and_new_ones_fail(project: Project) -> None:
    project.spec(FALSE + OPEN)
    assert project.verify("a.yaml")[0] == 1
    assert project.learn() == 0
    assert project.known()[0] == 0
    project.spec("  # two more lines\n\n" + OPEN + "  another name: dL/dx =   3*x\n")
    assert project.known()[0] == 0, "lines, order, names and blanks tell no finding from another"
    for claims in ("  a: dL/dx = 4*x\n", FALSE + "  d: dL/dx = 3*x\n", FALSE + "  d: dL/dy = x\n", STEPS):
        project.spec(claims)
        assert project.known()[0] == 1, claims


def test_what_is_gone_is_told_and_forgotten_on_request(project: Project) -> None:
    project.spec(FALSE + OPEN)
    project.spec(FALSE, "other.yaml")
    assert project.learn("a.yaml", "other.yaml") == 0
    project.spec("  a: dL/dx = 2*x\n" + OPEN)
    code, said = project.known()
    assert code == 0 and "fixed: a.yaml: DC201 of `a`" in said and "1 known finding is gone" in said
    assert "fixed" not in project.known("a.yaml", "-k", "b")[1]
    assert project.learn() == 0 and "fixed" not in project.known()[1]
    assert project.known("other.yaml")[0] == 0, "other files keep theirs"
    project.spec(FALSE)
    assert project.known()[0] == 1


def test_steps_are_known_by_all_of_them(project: Project) -> None:
    project.spec(STEPS)
    assert project.learn() == 0
    project.spec(STEPS.replace("x + x", "4*x - 2*x"))
    assert project.known()[0] == 1


def test_formulas_and_gradients_may_be_known(project: Project) -> None:
    pytest.importorskip("markdown_it")
    project.spec("  a: dL/dx = 2*x\n", "note.derivcheck.yaml")
    (project.folder / "note.md").write_text(NOTE)
    assert project.verify("note.md", "--strict")[0] == 1
    assert project.learn("note.md", "--strict") == 0
    (project.folder / "note.md").write_text("Some words.\n\n" + NOTE)
    assert project.known("note.md", "--strict")[0] == 0
    (project.folder / "note.md").write_text(NOTE.replace("3x", "5x"))
    assert project.known("note.md", "--strict")[0] == 1
    slow = ("a.yaml", "--claim-timeout", "0.0000001")  # nothing is decided in no time
    project.spec("  a: dL/dx = 2*x\n")
    assert project.verify(*slow)[0] == 1
    assert (project.learn(*slow), project.known(*slow)[0]) == (0, 0)


def test_what_could_not_be_judged_is_never_known(project: Project) -> None:
    project.spec("  a: [\n")
    assert project.learn() == 2
    assert project.known()[0] == 2
    assert json.loads((project.folder / "known.json").read_text())["findings"] == []


def test_reports_say_that_a_finding_is_known(project: Project) -> None:
    project.spec(FALSE)
    assert project.learn() == 0
    _, said = project.known("a.yaml", "--format", "sarif")
    (result,) = json.loads(said)["runs"][0]["results"]
    assert result["suppressions"] == [{"kind": "external", "justification": "in the baseline"}]
    _, said = project.known("a.yaml", "--format", "json")
    assert json.loads(said)["files"][0]["claims"][0]["ignored"] == "in the baseline"


@pytest.mark.parametrize(
    ("text", "arguments", "code", "said"),
    [
        (None, [], "DC648", "--baseline known.json --update-baseline"),
        ("{", [], "DC648", "it is not JSON"),
        ("[]", [], "DC648", "no baseline of this version"),
        ('{"version": 1, "findings": [{"path": 1}]}', [], "DC648", "each finding has"),
        ('{"version": 1, "findings": []}', ["--update-baseline", "-k", "a"], "DC647", "no `-k`"),
        ('{"version": 1, "findings": []}', ["--watch"], "DC647", "`--baseline`"),
    ],
)
def test_what_is_no_baseline_is_refused(
    project: Project, text: str | None, arguments: list[str], code: str, said: str
) -> None:
    project.spec(FALSE)
    if text is not None:
        (project.folder / "known.json").write_text(text)
    status, shown = project.known("a.yaml", *arguments)
    assert status == 2 and code in shown and said in shown
    assert project.verify("a.yaml", "--update-baseline")[0] == 2


def test_reports_do_not_tell_how_they_were_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same bytes in every run, whatever paths are given and however many processes judge."""
    names = ["specs/mlp.yaml", "specs/networks/single_neuron.yaml"]
    monkeypatch.chdir(ROOT)
    made = []
    for paths, jobs in ((names, "1"), ([str(ROOT / name) for name in names], "2")):
        reports = {form: tmp_path / f"{form}{jobs}" for form in ("json", "junit", "sarif")}
        wanted = [word for form, path in reports.items() for word in ("--report", f"{form}={path}")]
        assert run(["verify", *paths, "--jobs", jobs, *wanted]) == 0
        made.append([path.read_bytes() for path in reports.values()] + [capsys.readouterr().out.encode()])
    assert made[0] == made[1]
