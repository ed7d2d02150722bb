"""The cache: what has not changed is not judged again, and every ingredient of a verdict makes it judged anew."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from derivcheck.cli import cache, verifying
from derivcheck.cli.main import run
from derivcheck.judging import deadline
from derivcheck.judging.deadline import Limit, aside, within
from derivcheck.pipeline import verification
from derivcheck.spec.reads import UNSTEADY, recorded

NET = "tensors: {x: n, y: n}\nloss: {L: 'sse(x, y)'}\nclaims: {a: dL/dx = 2*(x - y)}\n"
FILES = {
    "net.yaml": NET,
    "base.yaml": NET,
    "more.yaml": "extends: base.yaml\nclaims: {b: dL/dy = 2*(y - x)}\n",
    "note.derivcheck.yaml": NET + "document: {file: note.md}\n",
    "note.md": "$\\frac{\\partial L}{\\partial x} = 2(x - y)$\n",
    "late.yaml": NET + "document: {file: late.md}\n",
    "paper.derivcheck.yaml": NET,
    "paper.tex": "\\begin{document}\n\\input{part}\n\\end{document}\n",
    "part.tex": "$\\frac{\\partial L}{\\partial x} = 2(x - y)$\n",
}


class Project:
    """A folder, and how many files were judged in the last run."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self.judged = folder, 0
        real = verification._judged

        def counted(*arguments: object) -> object:
            self.judged += 1
            return real(*arguments)  # type: ignore[arg-type]

        monkeypatch.setattr(verification, "_judged", counted)

    def verify(self, *arguments: str) -> tuple[int, int]:
        """How many files were judged anew, and the exit code."""
        cache.surroundings.cache_clear()
        self.judged = 0
        code = run(["verify", *arguments])
        return self.judged, code


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Project:
    for name, text in FILES.items():
        (tmp_path / "work" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "work" / name).write_text(text)
    monkeypatch.delenv("DERIVCHECK_NO_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path / "work")
    return Project(tmp_path / "work", monkeypatch)


def test_what_has_not_changed_is_shown_again(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    shown = []
    for judged in (1, 0):
        assert project.verify("net.yaml", "-vv") == (judged, 0)
        shown.append(capsys.readouterr().out)
    assert shown[0] == shown[1] and "proved" in shown[0]
    for form in ("json", "junit", "sarif", "html", "csv", "markdown"):
        shown = [
            (project.verify("net.yaml", "--format", form, *fresh), capsys.readouterr().out)
            for fresh in ([], ["--no-cache"])
        ]
        assert shown[0][1] == shown[1][1], form
    assert (project.folder / cache.FOLDER / ".gitignore").read_text() == "*\n"


EDITS: list[tuple[str, str, str, str]] = [  # what is judged, what changes, from, to
    ("net.yaml", "net.yaml", "2*(x", "3*(x"),
    ("more.yaml", "base.yaml", "sse(x, y)", "sse(x, y)*2"),
    ("note.md", "note.md", "2(x", "3(x"),
    ("note.md", "note.derivcheck.yaml", "sse(x, y)", "sse(x, y)*2"),
    ("note.derivcheck.yaml", "note.md", "2(x", "3(x"),
    ("late.yaml", "late.md", "", "$\\frac{\\partial L}{\\partial x} = 3(x - y)$\n"),
    ("paper.tex", "part.tex", "2(x", "3(x"),
]


@pytest.mark.parametrize(("judged", "changed", "old", "new"), EDITS, ids=[f"{one[0]}: {one[1]}" for one in EDITS])
def test_every_file_that_a_verdict_rests_upon_counts(
    judged: str, changed: str, old: str, new: str, project: Project
) -> None:
    pytest.importorskip("markdown_it")
    assert [project.verify(judged) for _ in range(2)] == [(1, 0), (0, 0)]
    path = project.folder / changed
    times = path.stat() if path.exists() else None
    path.write_text(path.read_text().replace(old, new) if old else new)
    if times is not None:  # as a checkout may set them: contents count, and no times
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert project.verify(judged) == (1, 1)
    if times is not None:
        path.write_text(FILES[changed])
        assert project.verify(judged) == (1, 0), "one entry a file: what was before is found again"
        path.unlink()
        assert project.verify(judged)[1] != 0 or changed == "part.tex" or judged == "note.derivcheck.yaml"


OPTIONS = (
    ["--seed", "3"],
    ["--strict"],
    ["--numeric", "projections"],
    ["--sizes", "n=4"],
    ["--claim-timeout", "50"],
    ["--timeout", "50"],
    ["--fail-on", "refuted"],
    ["-k", "a"],
    ["--documents", "."],
    ["--format", "json"],  # shows LaTeX, which no other report needs
    ["--spec", "base.yaml"],
)


@pytest.mark.parametrize("options", OPTIONS, ids=" ".join)
def test_every_option_counts(options: list[str], project: Project) -> None:
    assert project.verify("net.yaml") == (1, 0)
    assert [project.verify("net.yaml", *options) for _ in range(2)] == [(1, 0), (0, 0)]
    assert project.verify("net.yaml") == (0, 0)


@pytest.mark.parametrize("options", [["--no-strict"], ["--jobs", "2"], ["--exit-zero"], ["-v"], ["--format", "junit"]])
def test_what_no_file_feels_does_not(options: list[str], project: Project) -> None:
    assert project.verify("net.yaml") == (1, 0)
    assert project.verify("net.yaml", *options) == (0, 0)


@pytest.mark.parametrize("name", cache.DISTRIBUTIONS)
def test_every_version_counts(name: str, project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    assert project.verify("net.yaml") == (1, 0)
    real = cache._version
    monkeypatch.setattr(cache, "_version", lambda one: real(one) + ".1" * (one == name))
    assert project.verify("net.yaml") == (1, 0)


def changed_python(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version", "3.99")


def changed_machine(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.machine", lambda: "abacus")


def changed_environment(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DERIVCHECK_DOCUMENTS", str(project.folder))


def changed_folder(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    (project.folder / "pyproject.toml").write_text("")
    (project.folder / "sub").mkdir()
    (project.folder / "sub" / "net.yaml").write_text(FILES["net.yaml"])
    monkeypatch.chdir(project.folder / "sub")


def changed_code(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    package = project.folder / "package" / "cli"
    package.mkdir(parents=True)
    (package / "cache.py").write_text("")
    monkeypatch.setattr(cache, "__file__", str(package / "cache.py"))
    project.verify("net.yaml")
    assert project.verify("net.yaml") == (0, 0)
    (package.parent / "rule.py").write_text("")


def changed_secret(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(project.folder / "another"))
    monkeypatch.setenv("LOCALAPPDATA", str(project.folder / "another"))


def changed_entry(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    (entry,) = (path for path in (project.folder / cache.FOLDER).iterdir() if path.name != ".gitignore")
    entry.write_bytes(entry.read_bytes().replace(b"proved", b"proven"))


def changed_place(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """A link that leads to an equal file elsewhere."""
    (project.folder / "deep").mkdir()
    (project.folder / "net.yaml").rename(project.folder / "deep" / "net.yaml")
    (project.folder / "net.yaml").symlink_to("deep/net.yaml")


CHANGES = (
    changed_python,
    changed_machine,
    changed_environment,
    changed_folder,
    changed_code,
    changed_secret,
    changed_entry,
    changed_place,
)


@pytest.mark.parametrize("change", CHANGES)
def test_all_the_rest_counts(
    change: Callable[[Project, pytest.MonkeyPatch], None], project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert [project.verify("net.yaml") for _ in range(2)] == [(1, 0), (0, 0)]
    change(project, monkeypatch)
    assert project.verify("net.yaml") == (1, 0)


def test_what_another_run_may_find_otherwise_is_not_kept(project: Project) -> None:
    for options, code in ((["--claim-timeout", "0.0000001"], 1), (["--timeout", "0.0000001"], 2)):
        assert [project.verify("net.yaml", *options)[1] for _ in range(2)] == [code, code]
    assert not [path for path in (project.folder / cache.FOLDER).iterdir() if path.name != ".gitignore"]


def test_work_that_is_given_up_is_known_to_depend_on_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """A suggestion, for instance: whoever is given more time may find it."""

    def endless() -> str:
        while True:
            pass

    monkeypatch.setattr(deadline, "ASIDE", 0.01)
    for work, unsteady in ((endless, True), (lambda: "done", False)):
        with recorded() as reads:
            assert within(Limit(20), lambda work=work: aside(work, lambda: "late"), lambda: "never") in ("late", "done")
        assert (UNSTEADY in reads.values()) is unsteady


def test_a_bug_is_not_kept(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DERIVCHECK_TRACEBACK")
    with monkeypatch.context() as patch:
        patch.setattr(verification, "_judged", lambda *_: 1 / 0)
        assert project.verify("net.yaml")[1] == 3
    assert project.verify("net.yaml") == (1, 0)


def test_findings_and_broken_files_are_kept_too(project: Project) -> None:
    (project.folder / "wrong.yaml").write_text(NET.replace("2*(x", "3*(x"))
    (project.folder / "broken.yaml").write_text("tensors: {x: [\n")
    names = ("wrong.yaml", "broken.yaml", "gone.yaml", "net.yaml")
    assert [project.verify(*names) for _ in range(2)] == [(2, 2), (0, 2)]
    (project.folder / "gone.yaml").write_text(NET)
    assert project.verify(*names) == (1, 2)


def test_nothing_is_needed_for_it(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing can be kept, everything is judged."""
    (project.folder / cache.FOLDER).write_text("a file")
    assert [project.verify("net.yaml") for _ in range(2)] == [(1, 0), (1, 0)]
    assert [project.verify("net.yaml", "--no-cache") for _ in range(2)] == [(1, 0), (1, 0)]


def test_an_answer_of_the_cache_needs_no_mathematics(project: Project) -> None:
    program = (
        "import sys; from derivcheck.cli.main import run; code = run(['verify', 'net.yaml', 'note.md']); "
        "sys.exit(code or ' '.join({'sympy', 'numpy', 'mpmath', 'ruamel.yaml', 'markdown_it'} & set(sys.modules)) or 0)"
    )
    project.verify("net.yaml", "note.md")
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_latex_is_written_where_a_report_shows_it(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    """The forms of a file that was judged for another report are not those of one in LaTeX."""
    shown = []
    for arguments in (["--format", "json"], ["--format", "concise"], ["--format", "json"], ["--report", "json=a.json"]):
        project.verify("net.yaml", *arguments)
        shown.append(capsys.readouterr().out)
    assert shown[0] == shown[2] and (project.folder / "a.json").read_text() == shown[0]
    assert json.loads(shown[0])["files"][0]["gradients"][0]["latex"] == r"2 \, (x - y)"


def test_who_writes_no_latex_does_not_wait_for_its_reader(project: Project) -> None:
    (project.folder / "net.yaml").write_text(NET.replace("{a:", "{wrong: dL/dy = 2*(x - y), a:"))
    program = (
        "import sys; from derivcheck.cli.main import run; run(['verify', 'net.yaml', '--no-cache']); "
        "sys.exit(' '.join(sorted(m for m in sys.modules if m.startswith('derivcheck.language.latex'))) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "") and "DC202" in done.stdout


def test_many_files_are_shared_out_and_few_are_not(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    real = verification.verify
    monkeypatch.setattr(
        verification, "verify", lambda request: asked.append(request.jobs) or real(replace(request, jobs=1))
    )
    for number in range(9):
        (project.folder / f"many{number}.yaml").write_text("claims: {a: 1 = 1}\ntensors: {x: n}\n")
    names = [f"many{number}.yaml" for number in range(9)]
    assert project.verify(*names[:7]) == (7, 0) and project.verify(*names) == (2, 0)
    project.verify(*names, "--no-cache")
    project.verify(*names, "--no-cache", "--jobs", "3")
    assert asked[0] == asked[1] == 1 and asked[2] == verifying._processes(9) and asked[3] == 3
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {1, 2, 3, 4}, raising=False)
    assert [verifying._processes(files) for files in (1, 7, 8, 200)] == [1, 1, 4, 4]
