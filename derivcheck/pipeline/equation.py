"""One equation about a network, judged as a claim of its spec would be."""

from __future__ import annotations

from typing import Literal

from derivcheck.diagnostics.diagnostic import SourceText
from derivcheck.diagnostics.verdicts import ClaimResult
from derivcheck.judging.examiner import Examiner
from derivcheck.judging.panel import Panel
from derivcheck.judging.rulings import judge
from derivcheck.judging.statement import stated
from derivcheck.language.network import Network
from derivcheck.spec import ClaimDeclaration


def judge_equation(text: str, network: Network, seed: int | None = None) -> ClaimResult:
    """What is found of an equation; a text with a backslash in it is LaTeX."""
    source = SourceText(text, "<equation>", ((1, 1),), (text,))
    notation: Literal["plain", "latex"] = "latex" if "\\" in text else "plain"
    declaration = ClaimDeclaration("equation", notation, source, (), "", "", "", None, (), (), source.where())
    return judge(stated(declaration, Panel([Examiner(network, seed)])))
