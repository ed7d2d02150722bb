"""`python -m tests.random_claims N`: the figures of N claims, and everything on which the two ways disagree."""

from __future__ import annotations

import argparse
import sys
import time

from . import positions
from .judging import draw, run


def main() -> int:
    parser = argparse.ArgumentParser(prog="random_claims", description=__doc__)
    parser.add_argument("claims", type=int, nargs="?", default=300)
    parser.add_argument("--seed", type=int, default=0, help="the first seed")
    parser.add_argument("--seconds", type=float, default=1e9, help="stop after this time")
    parser.add_argument("--show", action="store_true", help="print the spec of the seed and stop")
    parser.add_argument("--brief", action="store_true", help="print no specs")
    parser.add_argument("--kinds", action="store_true", help="verdicts by the kind of claim")
    parser.add_argument("--positions", action="store_true", help="formulas of entries, index arithmetic and conditions")
    options = parser.parse_args()
    if options.show and options.positions:
        print(positions.case(options.seed).text, end="")
        return 0
    if options.show:
        case = draw(options.seed)
        print(case.text, end="")
        for claim in case.claims:
            print(f"# {claim.name}: {claim.kind}")
        return 0
    started = time.perf_counter()
    figures = run(options.seed, options.claims, options.seconds, options.brief, options.positions)
    print(f"\n{figures}\n{time.perf_counter() - started:.0f} s")
    if options.kinds:
        for (kind, verdict), count in sorted(figures.kinds.items()):
            print(f"{kind:30} {verdict:10} {count}")
    return 1 if figures.problems else 0


if __name__ == "__main__":
    sys.exit(main())
