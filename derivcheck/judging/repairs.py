"""The statement that is repaired as its help says: a repair is one for every depth and label that it speaks of."""

from __future__ import annotations

import re
from dataclasses import replace

from derivcheck.diagnostics.diagnostic import DerivcheckError
from derivcheck.diagnostics.verdicts import ClaimResult
from derivcheck.judging.statement import Assertions, Statement, reader_of
from derivcheck.language.notation.relations import RELATIONS, pattern

RELATION = re.compile("!=|" + pattern(RELATIONS))


def repaired(statement: Statement, result: ClaimResult) -> Statement | None:
    """The statement with the help of its result, to be tried; None where it has none that could be put in its place."""
    help_text = result.diagnosis.help if result.diagnosis is not None else None
    declaration, written = statement.declaration, declared_equation(statement)
    if not help_text or not result.diagnosis or not result.diagnosis.code.startswith("DC2") or written is None:
        return None
    text = f"{written} {help_text}" if result.suggestion else help_text
    if not result.suggestion and not RELATION.search(help_text):
        return None
    source = replace(statement.text, text=text)
    changed = replace(declaration, text=source)
    return replace(statement, declaration=changed, text=source, assertions=Assertions(reader_of(changed)), trial=True)


def declared_equation(statement: Statement) -> str | None:
    """A claim of a spec up to its one relation; None where it is said otherwise, or has more to it."""
    declaration, text = statement.declaration, statement.text.text
    if declaration.text is None or declaration.steps or statement.span is not None:
        return None
    examiner = statement.panel.first
    try:
        labels = next(iter(statement.labels_at(examiner)), {})
        assertions = statement.assertions(examiner, labels)
    except DerivcheckError:
        return None
    if len(assertions) != 1 or len(assertions[0].written.sides) != 2 or assertions[0].written.where is not None:
        return None
    left, right = assertions[0].written.sides
    signs = list(RELATION.finditer(text[left.span.stop : right.span.start]))
    return text[: left.span.stop + signs[-1].end()] if signs else None
