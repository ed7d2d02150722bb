"""`derivcheck verify` on the one-hidden-layer spec against importing its libraries, in one run.

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


def seconds(*command: str) -> float:
    """The median of seven runs; compiled modules are kept, as in any installation."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
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
    verified = seconds(sys.executable, "-m", "derivcheck", "verify", "specs/mlp.yaml")
    print(f"importing the libraries   {imports:.3f} s")
    print(f"derivcheck --help         {helped:.3f} s")
    print(f"derivcheck verify         {verified:.3f} s, {verified / imports:.2f} times the imports")


if __name__ == "__main__":
    main()
