"""Claims judged per second in one process, and the time a diagnosis takes.

Run: python tests/benchmarks/bench_claims.py
"""

from __future__ import annotations

import time
from pathlib import Path

from derivcheck.judging.examiner import Examiner
from derivcheck.judging.panel import Panel
from derivcheck.judging.rulings import judge
from derivcheck.judging.statement import labels_of, stated
from derivcheck.language.network import build, depths
from derivcheck.spec import load_spec

ROOT = Path(__file__).parent.parent.parent / "specs"


def main() -> None:
    judged = refuted = 0
    holding = failing = 0.0
    slowest: list[tuple[float, str]] = []
    for path in sorted(ROOT.rglob("*.yaml")):
        spec = load_spec(path)
        examiners = [Examiner(build(spec, depth)) for depth in depths(spec)[:1]]
        for claim in spec.claims:
            start = time.perf_counter()
            result = judge(stated(claim, Panel(examiners)))
            took = time.perf_counter() - start
            # A claim for every l is one judgement a label.
            count = sum(len(labels_of(claim, examiner)) for examiner in examiners)
            slowest.append((took, f"{path.name}: {claim.id}"))
            if result.verdict in ("proved", "checked"):
                judged, holding = judged + count, holding + took
            else:
                refuted, failing = refuted + 1, failing + took
    print(f"{judged} equations that hold: {holding:.2f} s, {judged / holding:.0f} per second")
    if refuted:
        print(f"{refuted} refuted or invalid, diagnosis included: {failing / refuted:.3f} s each")
    for took, name in sorted(slowest, reverse=True)[:5]:
        print(f"  {took:.3f} s  {name}")


if __name__ == "__main__":
    main()
