"""What a benchmark tells a machine: figures that are ratios within one run, or counts.

Seconds say more about a machine, and who else is on it, than about us. A time is given beside that of a peer, or of
a loop of our own that stays as it is, measured in turn with it; times are those of the processor.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

LOOP = "calibration loops"
NOISE = 1.3  # by which times in one run vary, of processors that are shared
Measures = Iterable["Measure"]


@dataclass(frozen=True)
class Measure:
    """A figure and what it is a multiple of; `told` are its words in the README, where it has a line there."""

    name: str
    value: float
    beside: str = LOOP
    better: Literal["lower", "higher"] = "lower"
    tolerance: float = NOISE
    told: str = ""

    def worse_than(self, before: float) -> bool:
        """Whether it is worse than it was by more than noise."""
        if self.better == "lower":
            return self.value > before * self.tolerance
        return self.value * self.tolerance < before


def count(name: str, value: float, better: Literal["lower", "higher"], of: str) -> Measure:
    """A figure that no machine has a say in."""
    return Measure(name, value, of, better, 1.0)


class NotMeasuredError(Exception):
    """What a benchmark needs is not here."""


def processor() -> float:
    """Seconds of the processor, of this process and of those that it has waited for."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def spent(action: Callable[[], Any]) -> float:
    start = processor()
    action()
    return processor() - start


def calibration() -> float:
    """The seconds of a loop that does what our programs do most: look up tuples in a table."""
    start = time.process_time()
    table: dict[tuple[int, int], int] = {}
    for number in range(200_000):
        key = (number % 1009, number % 31)
        table[key] = table.get(key, 0) + number
    return time.process_time() - start


def beside(action: Callable[[], Any], other: Callable[[], Any], runs: int = 3) -> float:
    """The time of an action as a multiple of another's, in turn; the least of each counts."""
    first, second = [], [spent(other)]
    for _ in range(runs):
        first.append(spent(action))
        second.append(spent(other))
    return min(first) / min(second)


def loops(action: Callable[[], Any], runs: int = 3) -> float:
    """The time of an action in calibration loops."""
    return beside(action, calibration, runs)


def in_loops(seconds: float) -> float:
    """Seconds that were just taken, in calibration loops."""
    return seconds / min(calibration() for _ in range(5))


def offered(main: Callable[[], None], measures: Callable[[bool], Measures]) -> None:
    """Run a benchmark: for a person, or with `--json FILE [--quick]` for run_all.py."""
    if "--json" not in sys.argv:
        main()
        return
    path = Path(sys.argv[sys.argv.index("--json") + 1])
    try:
        found: dict[str, Any] = {"measures": [asdict(one) for one in measures("--quick" in sys.argv)]}
    except (ImportError, NotMeasuredError) as problem:
        found = {"measures": [], "missing": str(problem)}
    path.write_text(json.dumps(found))
