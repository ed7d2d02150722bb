"""`derivcheck verify` on the one-hidden-layer spec against importing its libraries, in one run.

Beside it help and completion, against importing Typer alone and against the smallest program with it.

Run: python tests/benchmarks/bench_startup.py
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


SMALLEST = (
    "import typer; app = typer.Typer(); app.command()(lambda x=1: None); app.command('b')(lambda x=1: None); app()"
)
COMPLETION = {"_DERIVCHECK_COMPLETE": "complete_bash", "COMP_WORDS": "derivcheck verify --fail", "COMP_CWORD": "2"}


def seconds(*command: str, **variables: str) -> float:
    """The median of seven runs; compiled modules are kept, as in any installation."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment |= variables
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, env=environment)
    times = []
    for _ in range(7):
        start = time.perf_counter()
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True, env=environment)
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def main() -> None:
    imports = seconds(sys.executable, "-c", "import sympy, numpy, typer, rich, ruamel.yaml, pydantic")
    helped = seconds(sys.executable, "-m", "derivcheck", "--help")
    interpreter = seconds(sys.executable, "-c", "pass")
    typer = seconds(sys.executable, "-c", "import typer")
    smallest = seconds(sys.executable, "-c", SMALLEST, "--help")
    completed = seconds(sys.executable, "-m", "derivcheck", **COMPLETION)
    pydantic = seconds(sys.executable, "-c", "import typer, typer._adapters")
    verified = seconds(sys.executable, "-m", "derivcheck", "verify", "specs/mlp.yaml")
    print(f"importing the libraries   {imports:.3f} s")
    print(f"python alone              {interpreter:.3f} s")
    print(f"importing Typer           {typer:.3f} s")
    print(f"smallest Typer --help     {smallest:.3f} s")
    print(f"derivcheck --help         {helped:.3f} s, {helped / typer:.2f} times importing Typer")
    print(f"importing Typer, pydantic {pydantic:.3f} s (Typer itself needs it for every parameter)")
    print(f"completion of an option   {completed:.3f} s, {completed / pydantic:.2f} times that")
    print(f"derivcheck verify         {verified:.3f} s, {verified / imports:.2f} times the imports")


if __name__ == "__main__":
    main()
