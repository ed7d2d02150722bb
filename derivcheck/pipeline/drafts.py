"""The sidecar of a document drafted from its text: read, drafted, and tried as a spec before it is handed over."""

from __future__ import annotations

from pathlib import Path

from derivcheck.diagnostics.diagnostic import DerivcheckError, Diagnostic
from derivcheck.graph.nodes import World, inside
from derivcheck.judging.panel import Panel
from derivcheck.judging.statement import check_spellings
from derivcheck.pipeline.casebook import Casebook
from derivcheck.spec import read_spec
from derivcheck.spec.document import read_text
from derivcheck.statements.document.drafting import drafted
from derivcheck.statements.document.draftlines import Draft, sidecar_text
from derivcheck.statements.document.passages import Manuscript, read_manuscript

MOST = 40  # entries that may have to be asked instead
ADVISING = frozenset({"DC124", "DC177"})  # a function that is not declared, `L(y, p)`
ROUNDS = 3  # of lines that help what is not read


def draft_of(document: Path) -> tuple[str, tuple[str, ...]]:
    """The text of a sidecar, and what it asks. Raises DerivcheckError where the document cannot be read."""
    manuscript = read_manuscript(read_text(document), str(document))
    with inside(World()):
        draft = drafted(manuscript)
        _stand(draft, manuscript)
        for _ in range(ROUNDS):
            if not _advised(draft, manuscript):
                break
            _stand(draft, manuscript)
    return sidecar_text(draft, manuscript), tuple(draft.asked)


def _stand(draft: Draft, manuscript: Manuscript) -> None:
    """Ask for what cannot be used instead, until the draft is a spec of a network."""
    text = sidecar_text(draft, manuscript)
    for _ in range(MOST):
        problem = _problem_of(text)
        if problem is None or problem.where is None:
            return
        if not draft.without(text.split("\n")[problem.where.line - 1]):
            draft.asked.append(f"it does not stand yet: {problem.message}")
            return
        text = sidecar_text(draft, manuscript)


def _advised(draft: Draft, manuscript: Manuscript) -> bool:
    """Whether lines were added that help formulas which are not read under the draft."""
    try:
        spec = read_spec(sidecar_text(draft, manuscript), manuscript.path)
        formulas = Casebook(spec, manuscript=manuscript).formulas()
    except DerivcheckError:
        return False
    reasons = [one.reason for one in formulas if one.reason is not None and one.reason.code in ADVISING]
    before = len(draft.tried)
    for one in reasons:
        draft.advised(one.help, f"for {one.where.spoken}" if one.where is not None else "")
    return len(draft.tried) > before


def _problem_of(text: str) -> Diagnostic | None:
    """Why a draft is no spec of a network; None where it is one."""
    try:
        panel = Panel.of(read_spec(text, "draft"))
        check_spellings(panel.first.network)
    except DerivcheckError as problem:
        return problem.diagnostic
    return None
