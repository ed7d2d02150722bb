"""Claims judged per second in one process, and the time a diagnosis takes.

Run: python tests/benchmarks/bench_claims.py
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from measures import Measure, Measures, in_loops, offered

from derivcheck.judging.examiner import Examiner
from derivcheck.judging.panel import Panel
from derivcheck.judging.rulings import judge
from derivcheck.judging.statement import labels_of, stated
from derivcheck.language.network import build, depths
from derivcheck.spec import load_spec

ROOT = Path(__file__).parent.parent.parent / "specs"


@dataclass(frozen=True)
class Tally:
    """Equations that hold and equations refuted, and the seconds of the processor that they took."""

    judged: int
    holding: float
    refuted: int
    failing: float
    slowest: list[tuple[float, str]]


def tally(paths: list[Path]) -> Tally:
    judged = refuted = 0
    holding = failing = 0.0
    slowest: list[tuple[float, str]] = []
    for path in paths:
        spec = load_spec(path)
        examiners = [Examiner(build(spec, depth)) for depth in depths(spec)[:1]]
        for claim in spec.claims:
            start = time.process_time()
            result = judge(stated(claim, Panel(examiners)))
            took = time.process_time() - start
            # A claim for every l is one judgement a label.
            count = sum(len(labels_of(claim, examiner)) for examiner in examiners)
            slowest.append((took, f"{path.name}: {claim.id}"))
            if result.verdict in ("proved", "checked"):
                judged, holding = judged + count, holding + took
            else:
                refuted, failing = refuted + 1, failing + took
    return Tally(judged, holding, refuted, failing, sorted(slowest, reverse=True)[:5])


def main() -> None:
    found = tally(sorted(ROOT.rglob("*.yaml")))
    rate = found.judged / found.holding
    print(f"{found.judged} equations that hold: {found.holding:.2f} s of the processor, {rate:.0f} per second")
    if found.refuted:
        print(f"{found.refuted} refuted or invalid, diagnosis included: {found.failing / found.refuted:.3f} s each")
    for took, name in found.slowest:
        print(f"  {took:.3f} s  {name}")


def measures(quick: bool) -> Measures:
    small = tally([ROOT / "mlp.yaml", *sorted((ROOT / "networks").glob("*.yaml"))])
    yield Measure("1000 equations of the networks", in_loops(1000 * small.holding / small.judged))
    if not quick:
        every = tally(sorted(ROOT.rglob("*.yaml")))
        holding = in_loops(1000 * every.holding / every.judged)
        yield Measure("1000 equations of all shipped specs", holding, told="1000 equations of the shipped specs judged")
        yield Measure("100 equations refuted, diagnosis included", in_loops(100 * every.failing / every.refuted))


if __name__ == "__main__":
    offered(main, measures)
