"""`derivcheck verify` against importing its libraries, cold and with an answer of its cache, in one run.

Beside it help and completion, against importing Typer alone and against the smallest program with it; and 200 files
that have not changed, beside mypy and ruff on as many small modules, for orientation. Seconds are of the clock; what
is compared with the imports is told in seconds of the processor too, in turn, the least of several: others may use the
machine. SymPy imports a quarter more of itself when something is first added, which every network needs.

Run: python tests/benchmarks/bench_startup.py
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from measures import Measure, Measures, beside, offered

ROOT = Path(__file__).parent.parent.parent
FILES = 200

IMPORTS = "import sympy, numpy, typer, rich, ruamel.yaml, pydantic"
SMALLEST = (
    "import typer; app = typer.Typer(); app.command()(lambda x=1: None); app.command('b')(lambda x=1: None); app()"
)
COMPLETION = {"_DERIVCHECK_COMPLETE": "complete_bash", "COMP_WORDS": "derivcheck verify --fail", "COMP_CWORD": "2"}
SPEC = "tensors: {{x: n, y: n}}\nloss: {{L: '{0} * sse(x, y)'}}\nclaims: {{a: dL/dx = {1}*(x - y)}}\n"
DERIVCHECK = (sys.executable, "-m", "derivcheck")


def seconds(*command: str, folder: Path = ROOT, runs: int = 7, **variables: str) -> float:
    """The median of several runs after one; compiled modules are kept, as in any installation."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment |= {"PYTHONPATH": str(ROOT), **variables}
    subprocess.run(command, cwd=folder, check=True, capture_output=True, env=environment)
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        subprocess.run(command, cwd=folder, check=True, capture_output=True, env=environment)
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def in_turn(commands: dict[str, tuple[str, ...]], folder: Path, runs: int = 7) -> dict[str, float]:
    """The processor time of each command, the least of several runs that take turns, after one."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment |= {"PYTHONPATH": str(ROOT)}
    least = dict.fromkeys(commands, float("inf"))
    for turn in range(runs + 1):
        for name, command in commands.items():
            before = os.times()
            subprocess.run(command, cwd=folder, check=True, capture_output=True, env=environment)
            after = os.times()
            if turn:
                used = after.children_user + after.children_system - before.children_user - before.children_system
                least[name] = min(least[name], used)
    return least


def against_the_imports(folder: Path) -> None:
    imports, added = "import sympy, numpy, typer, rich.console, ruamel.yaml, pydantic", "; sympy.Symbol('x') + sympy.pi"
    spec = str(ROOT / "specs/mlp.yaml")
    least = in_turn(
        {
            "the imports": (sys.executable, "-c", imports),
            "the imports, and one sum": (sys.executable, "-c", imports + added),
            "verify specs/mlp.yaml": (*DERIVCHECK, "verify", spec, "--no-cache"),
            "check, against the spec": (*DERIVCHECK, "check", "dL/dW2 = (p - y) @ a1.T", "--spec", spec),
            "check, without a spec": (*DERIVCHECK, "check", "d(sum(x^2))/dx = 2*x"),
            "verify, known": (*DERIVCHECK, "verify", spec),
        },
        folder,
    )
    first, second, *_ = least.values()
    for name, used in least.items():
        ratios = f"{used / first:.2f} times the imports, {used / second:.2f} with a sum"
        print(f"{name:25} {used:.3f} s of the processor, {ratios}")


def start_up(folder: Path) -> None:
    imports = seconds(sys.executable, "-c", IMPORTS)
    helped = seconds(*DERIVCHECK, "--help")
    interpreter = seconds(sys.executable, "-c", "pass")
    typer = seconds(sys.executable, "-c", "import typer")
    smallest = seconds(sys.executable, "-c", SMALLEST, "--help")
    completed = seconds(*DERIVCHECK, **COMPLETION)
    pydantic = seconds(sys.executable, "-c", "import typer, typer._adapters")
    verified = seconds(*DERIVCHECK, "verify", str(ROOT / "specs/mlp.yaml"), "--no-cache", folder=folder)
    known = seconds(*DERIVCHECK, "verify", str(ROOT / "specs/mlp.yaml"), folder=folder)
    print(f"importing the libraries   {imports:.3f} s")
    print(f"python alone              {interpreter:.3f} s")
    print(f"importing Typer           {typer:.3f} s")
    print(f"smallest Typer --help     {smallest:.3f} s")
    print(f"derivcheck --help         {helped:.3f} s, {helped / typer:.2f} times importing Typer")
    print(f"importing Typer, pydantic {pydantic:.3f} s (Typer itself needs it for every parameter)")
    print(f"completion of an option   {completed:.3f} s, {completed / pydantic:.2f} times that")
    print(f"derivcheck verify         {verified:.3f} s, {verified / imports:.2f} times the imports")
    print(f"the same, known           {known:.3f} s, {known / pydantic:.2f} times importing Typer, pydantic")


def called(folder: Path, *command: str, **variables: str) -> Callable[[], None]:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment |= {"PYTHONPATH": str(ROOT), **variables}
    environment.pop("DERIVCHECK_NO_CACHE", None)

    def call() -> None:
        subprocess.run(command, cwd=folder, check=True, capture_output=True, env=environment)

    call()
    return call


def measures(quick: bool) -> Measures:
    runs = 3 if quick else 7
    spec = str(ROOT / "specs/mlp.yaml")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        imports = called(folder, sys.executable, "-c", IMPORTS)
        pydantic = called(folder, sys.executable, "-c", "import typer, typer._adapters")
        judged = beside(called(folder, *DERIVCHECK, "verify", spec, "--no-cache"), imports, runs)
        yield Measure("verify", judged, "importing its libraries", told="`derivcheck verify specs/mlp.yaml`")
        cached = {"XDG_CACHE_HOME": name}
        known = beside(called(folder, *DERIVCHECK, "verify", spec, **cached), pydantic, runs)
        yield Measure("verify, known", known, "importing Typer", told="the same, known to the cache")
        yield Measure("--help", beside(called(folder, *DERIVCHECK, "--help"), pydantic, runs), "importing Typer")
        completed = beside(called(folder, *DERIVCHECK, **COMPLETION), pydantic, runs)
        yield Measure("completion of an option", completed, "importing Typer")


def many(folder: Path) -> None:
    for number in range(FILES):
        (folder / f"spec{number:03}.yaml").write_text(SPEC.format(number + 1, 2 * (number + 1)))
        (folder / f"module{number:03}.py").write_text(f"def f{number}(x: int) -> int:\n    return x + {number}\n")
    start = time.perf_counter()
    subprocess.run(
        [*DERIVCHECK, "verify"],
        cwd=folder,
        check=True,
        capture_output=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    print(f"{FILES} specs, judged        {time.perf_counter() - start:.3f} s")
    print(f"{FILES} specs, known         {seconds(*DERIVCHECK, 'verify', folder=folder, runs=5):.3f} s")
    for name, *arguments in (("mypy", "."), ("ruff", "check", ".")):
        taken = seconds(sys.executable, "-m", name, *arguments, folder=folder, runs=5)
        print(f"{FILES} modules, known: {name}  {taken:.3f} s")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_CACHE_HOME"] = str(Path(folder) / "home")
        os.environ.pop("DERIVCHECK_NO_CACHE", None)
        start_up(Path(folder))
        against_the_imports(Path(folder))
        many(Path(folder))


if __name__ == "__main__":
    offered(main, measures)
