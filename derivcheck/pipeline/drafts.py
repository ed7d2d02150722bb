"""The sidecar of a document drafted from its text: read, drafted, and tried as a spec before it is handed over."""

from __future__ import annotations

from pathlib import Path

from derivcheck.diagnostics.diagnostic import DerivcheckError, Diagnostic
from derivcheck.graph.nodes import World, inside
from derivcheck.judging.panel import Panel
from derivcheck.judging.statement import check_spellings
from derivcheck.spec import read_spec
from derivcheck.spec.document import read_text
from derivcheck.statements.document.drafting import drafted, sidecar_text
from derivcheck.statements.document.passages import read_manuscript

MOST = 40  # entries that may have to be asked instead


def draft_of(document: Path) -> tuple[str, tuple[str, ...]]:
    """The text of a sidecar, and what it asks. Raises DerivcheckError where the document cannot be read."""
    manuscript = read_manuscript(read_text(document), str(document))
    with inside(World()):
        draft = drafted(manuscript)
        text = sidecar_text(draft, manuscript)
        for _ in range(MOST):
            problem = _problem_of(text)
            if problem is None or problem.where is None:
                break
            if not draft.without(text.split("\n")[problem.where.line - 1]):
                draft.asked.append(f"it does not stand yet: {problem.message}")
                break
            text = sidecar_text(draft, manuscript)
    return sidecar_text(draft, manuscript), tuple(draft.asked)


def _problem_of(text: str) -> Diagnostic | None:
    """Why a draft is no spec of a network; None where it is one."""
    try:
        panel = Panel.of(read_spec(text, "draft"))
        check_spellings(panel.first.network)
    except DerivcheckError as problem:
        return problem.diagnostic
    return None
