"""One equation about a network, judged as a claim of its spec would be."""

from __future__ import annotations

from derivcheck.diagnostics.verdicts import ClaimResult
from derivcheck.judging.examiner import Examiner
from derivcheck.judging.panel import Panel
from derivcheck.judging.rulings import judge
from derivcheck.judging.statement import alone, stated
from derivcheck.language.network import Network


def judge_equation(text: str, network: Network, seed: int | None = None) -> ClaimResult:
    """What is found of an equation; a text with a backslash in it is LaTeX."""
    return judge(stated(alone(text), Panel([Examiner(network, seed)])))
