"""Every benchmark, each in a process of its own, beside what was measured last.

    python tests/benchmarks/run_all.py [--quick] [--only NAME ...] [--output FILE] [--update]

--only    these benchmarks: `--only numeric --only depth`
--quick   fewer rounds, and not what takes long
--output  where the figures go as JSON, with the machine and the versions
--update  they become the ones to compare with, baseline.json, and the README's table is written anew

Exit codes: 0 nothing is slower, 1 something is, by its name and how much, 2 a benchmark fails.
What seems slower is measured a second time; a machine that others use is slow by chance.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from measures import Measure

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
BASELINE, README = HERE / "baseline.json", ROOT / "README.md"
MARKERS = ("<!-- benchmarks: written by tests/benchmarks/run_all.py --update -->", "<!-- end of benchmarks -->")
LONGEST = 1800  # seconds of a benchmark
LIBRARIES = ("derivcheck-nn", "numpy", "sympy", "scipy", "torch", "jax", "pytensor", "tensorgrad", "openmdao")


@dataclass(frozen=True)
class Run:
    """What a benchmark found, or why it found nothing."""

    measures: Mapping[str, Measure] = field(default_factory=dict)
    missing: str = ""
    failed: str = ""
    seconds: float = 0.0


def names() -> list[str]:
    return sorted(path.stem.removeprefix("bench_") for path in HERE.glob("bench_*.py"))


def run(name: str, quick: bool) -> Run:
    """A benchmark of this tree, in a process of its own."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    environment |= {"PYTHONPATH": str(ROOT), "DERIVCHECK_NO_CACHE": "1"}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "measures.json"
        command = [sys.executable, str(HERE / f"bench_{name}.py"), "--json", str(path), *["--quick"] * quick]
        start = time.monotonic()
        try:
            done = subprocess.run(
                command, cwd=folder, env=environment, capture_output=True, text=True, timeout=LONGEST, check=False
            )
        except subprocess.TimeoutExpired:
            return Run(failed=f"not done after {LONGEST} s")
        if done.returncode or not path.exists():
            return Run(failed=(done.stderr.strip().splitlines() or ["it wrote nothing"])[-1])
        found = json.loads(path.read_text())
        measured = {one["name"]: Measure(**one) for one in found["measures"]}
        return Run(measured, found.get("missing", ""), "", time.monotonic() - start)


def read(path: Path) -> dict[str, dict[str, Measure]]:
    """The measures of a file of figures, by benchmark."""
    if not path.exists():
        return {}
    return {
        name: {one: Measure(one, **rest) for one, rest in measures.items()}
        for name, measures in json.loads(path.read_text())["benchmarks"].items()
    }


def slower(now: Mapping[str, Measure], before: Mapping[str, Measure]) -> list[str]:
    """The measures that are worse than they were."""
    return [name for name, measure in now.items() if name in before and measure.worse_than(before[name].value)]


def better(first: Measure, second: Measure) -> Measure:
    choice = min if first.better == "lower" else max
    return choice(first, second, key=lambda measure: measure.value)


def twice(name: str, quick: bool, before: Mapping[str, Measure], runner: Callable[[str, bool], Run]) -> Run:
    """A run, and where something seems slower the better figures of two."""
    first = runner(name, quick)
    if first.failed or not slower(first.measures, before):
        return first
    second = runner(name, quick)
    if second.failed:
        return second
    best = {one: better(measure, second.measures.get(one, measure)) for one, measure in first.measures.items()}
    return Run(best, first.missing, "", first.seconds + second.seconds)


# --- what is written ------------------------------------------------------------------------------


def machine() -> dict[str, Any]:
    model = platform.processor() or platform.machine()
    information = Path("/proc/cpuinfo")
    if information.exists():
        lines = information.read_text().splitlines()
        model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), model)
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    return {"processor": model, "cores": os.cpu_count(), "system": platform.system(), "load": load and round(load, 1)}


def versions() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for library in LIBRARIES:
        try:
            found[library] = importlib.metadata.version(library)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def written(measures: Mapping[str, Mapping[str, Measure]]) -> dict[str, Any]:
    """Figures with the machine they were measured on, to three digits."""

    def plain(measure: Measure) -> dict[str, Any]:
        found = {key: value for key, value in asdict(measure).items() if key != "name"}
        return found | {"value": float(f"{measure.value:.3g}")}

    benchmarks = {name: {one: plain(m) for one, m in found.items()} for name, found in sorted(measures.items())}
    return {"machine": machine(), "versions": versions(), "benchmarks": benchmarks}


def told(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.2g}" if value < 10 else f"{value:.3g}"


def table(measures: Mapping[str, Mapping[str, Measure]]) -> str:
    """The README's lines of Markdown."""
    rows = [
        f"| {measure.told} | {told(measure.value)} | {measure.beside} | `bench_{name}.py` |"
        for name, found in sorted(measures.items())
        for measure in found.values()
        if measure.told
    ]
    return "\n".join(["| what | times | of what, in the same run | measured by |", "| --- | --- | --- | --- |", *rows])


def with_table(text: str, lines: str) -> str:
    """A README with its table written anew."""
    before, _, rest = text.partition(MARKERS[0])
    _, _, after = rest.partition(MARKERS[1])
    return f"{before}{MARKERS[0]}\n\n{lines}\n\n{MARKERS[1]}{after}"


def lines(name: str, found: Run, before: Mapping[str, Measure]) -> Iterator[str]:
    """What is said of a benchmark on a terminal."""
    if found.failed or found.missing:
        yield f"{name}: {'fails: ' if found.failed else 'not measured: '}{found.failed or found.missing}"
        return
    yield f"{name} ({found.seconds:.0f} s)"
    worse = slower(found.measures, before)
    for one, measure in found.measures.items():
        was = f"   was {told(before[one].value)}" if one in before else "   new"
        yield f"  {one:<58} {told(measure.value):>7} {measure.beside}{was}{'   SLOWER' if one in worse else ''}"


def main(arguments: list[str], runner: Callable[[str, bool], Run] = run) -> int:
    parser = argparse.ArgumentParser(description="every benchmark, beside what was measured last")
    parser.add_argument("--only", action="append", choices=names(), metavar="NAME", default=[])
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--output", type=Path)
    parser.add_argument("--update", action="store_true")
    chosen = parser.parse_args(arguments)
    if chosen.update and chosen.quick:
        parser.error("--quick leaves some figures out: what is compared with is measured in full")
    baseline = read(BASELINE)
    found: dict[str, Run] = {}
    for name in chosen.only or names():
        before = {} if chosen.update else baseline.get(name, {})
        found[name] = twice(name, chosen.quick, before, runner)
        print(*lines(name, found[name], baseline.get(name, {})), sep="\n", flush=True)
    measured = {name: one.measures for name, one in found.items() if one.measures}
    if chosen.output is not None:
        chosen.output.write_text(json.dumps(written(measured), indent=1) + "\n")
    if chosen.update:
        merged = {**read(BASELINE), **measured}
        BASELINE.write_text(json.dumps(written(merged), indent=1, ensure_ascii=False) + "\n")
        README.write_text(with_table(README.read_text(), table(read(BASELINE))))
    failed = [name for name, one in found.items() if one.failed]
    if failed:
        print(f"failed: {', '.join(failed)}")
        return 2
    if chosen.update:
        return 0
    worse = [
        f"{name}: {one} is {found[name].measures[one].value / baseline[name][one].value:.2f} times what it was"
        for name in found
        for one in slower(found[name].measures, baseline.get(name, {}))
    ]
    print(*(f"slower: {line}" for line in worse) if worse else ["nothing is slower"], sep="\n")
    return 1 if worse else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
