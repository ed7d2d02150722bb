"""How a run ends whatever happens around it: readers that leave, closed streams, signals, files that are replaced."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from derivcheck.cli.files import replaced
from derivcheck.cli.main import run

GOOD = "tensors: {x: n}\nloss: {L: sum(x^2)}\nclaims: {a: dL/dx = 2*x}\n"
BAD = f"title: {'a long title ' * 10_000}\n{GOOD.replace('2*x', '3*x')}"
SPECS = {"good.yaml": (GOOD, 0), "bad.yaml": (BAD, 1), "broken.yaml": ("tensors: {x\n", 2)}
COMMAND = f"'{sys.executable}' -m derivcheck"
posix = pytest.mark.skipif(os.name != "posix", reason="closes streams as a shell does")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("endings")
    for name, (text, _) in SPECS.items():
        (made / name).write_text(text)
    return made


def shell(line: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", f"set -o pipefail; {line}"], cwd=folder, capture_output=True, text=True, timeout=60, check=False
    )


@posix
@pytest.mark.parametrize(("spec", "unbuffered"), [("good.yaml", "1"), ("bad.yaml", ""), ("broken.yaml", "")])
def test_who_listens_changes_no_exit_code(
    spec: str, unbuffered: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The output is longer than the buffer of a pipe, and nobody takes it; or there is no stream at all."""
    monkeypatch.setenv("PYTHONUNBUFFERED", unbuffered)
    verify = f"{COMMAND} verify {'bad.yaml ' * 3 if spec == 'bad.yaml' else spec} -k 'dL/dx or a'"
    for heard in ("| true", ">&- 2>&-"):
        if spec != "bad.yaml" or heard == "| true":
            found = shell(f"{verify} {heard}", folder)
            assert found.returncode == SPECS[spec][1], (heard, found.stderr)
            assert "Traceback" not in found.stderr and "Exception ignored" not in found.stderr


@posix
def test_a_command_that_cannot_speak_has_its_exit_code(folder: Path) -> None:
    for command, code in {"list | true": 0, "explain nothing 2>&-": 2, "verify --nothing 2>&-": 2, ">&-": 2}.items():
        found = shell(f"{COMMAND} {command}", folder)
        assert (found.returncode, "Traceback" in found.stderr) == (code, False), (command, found.stderr)


def test_a_full_disk_is_no_wrong_claim(folder: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no full device")
    for command in ("verify good.yaml", "verify bad.yaml", "show-jacobian softmax", "list"):
        found = shell(f"{COMMAND} {command} > /dev/full", folder)
        assert found.returncode == 2 and "DC613" in found.stderr, found.stderr


@posix
def test_a_folder_that_is_gone_is_no_wrong_claim(tmp_path: Path) -> None:
    found = shell(f"mkdir gone; cd gone; rmdir ../gone; {COMMAND} verify a.yaml; {COMMAND} verify", tmp_path)
    assert found.returncode == 2 and "DC608" in found.stderr and "DC601" in found.stdout, found.stdout + found.stderr


RUN = """
import signal, sys, time
from pathlib import Path
from derivcheck.cli import files, reporting
from derivcheck.cli.main import main
from derivcheck.pipeline import verification

def endless(request, *_):
    Path(f"begun-{request.seed}").touch()
    while True:
        time.sleep(0.01)

signal.signal(signal.SIGHUP, signal.SIG_DFL)
verification._verified = endless
main()
"""


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for child processes in /proc")
@pytest.mark.parametrize("ending", ["SIGTERM", "SIGHUP"])
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_signal_ends_the_command_and_its_processes(ending: str, jobs: str, folder: Path, tmp_path: Path) -> None:
    specs = [str(folder / "good.yaml"), str(folder / "bad.yaml")]
    command = [sys.executable, "-c", RUN, "verify", *specs, "--jobs", jobs, "--seed", "7", "--report", "json=a.json"]
    process = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True)
    while not (tmp_path / "begun-7").exists() and process.poll() is None:
        time.sleep(0.02)
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    assert len(children) == (2 if jobs == "2" else 0)
    process.send_signal(getattr(signal, ending))
    _, said = process.communicate(timeout=30)
    assert (process.returncode, said) == (-getattr(signal, ending), "")
    assert not [child for child in children if Path(f"/proc/{child}").exists()]
    assert [path.name for path in tmp_path.iterdir()] == ["begun-7"]


def test_a_file_is_replaced_only_by_a_whole_one(tmp_path: Path) -> None:
    path, link = tmp_path / "report.json", tmp_path / "link.json"
    path.write_text("before")
    path.chmod(0o640)
    link.symlink_to(path)
    with pytest.raises(KeyError), replaced(link) as stream:
        stream.write("half")
        raise KeyError
    assert path.read_text() == "before" and sorted(tmp_path.iterdir()) == [link, path]
    with replaced(link) as stream:
        stream.write("after")
        stream.flush()
        assert path.read_text() == "before"
    assert path.read_text() == "after" and link.is_symlink() and sorted(tmp_path.iterdir()) == [link, path]
    assert path.stat().st_mode & 0o777 == 0o640
    with replaced(tmp_path / ("x" * 250)) as stream:
        stream.write("long")
    assert (tmp_path / ("x" * 250)).read_text() == "long"


def test_a_file_that_may_not_be_written_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "report.json"
    path.write_text("before")
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(PermissionError), replaced(path):
        pass
    assert path.read_text() == "before" and list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("command", ["show-jacobian max", "show-jacobian relu --at 0", "show-jacobian nothing"])
def test_exit_code_1_is_for_claims_alone(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(command.split()) in (0, 2)
