"""Equations asserted inside ordinary tests."""

from __future__ import annotations

from pathlib import Path

from derivcheck.diagnostics.verdicts import HOLDS, ClaimResult
from derivcheck.spec import Spec
from derivcheck.spec.declarations import VERDICTS


def assert_equation(
    equation: str, spec: Spec | str | Path | None = None, *, strict: bool = False, expect: str = "", seed: int = 0
) -> ClaimResult:
    """Assert that an equation holds in a spec: `assert_equation("dL/dz = p - y", "specs/mlp.yaml")`.

    `spec` is a loaded spec or its path; without one the equation speaks of vectors of one
    size. With `strict` it has to be proved; `expect="refuted"` asserts that it is wrong.
    Returns what was found.

    Raises AssertionError with the diagnostic where the equation is not as expected,
    DerivcheckError where the spec cannot be used, ValueError for an `expect` that is no verdict.
    """
    __tracebackhide__ = True
    if expect and expect not in VERDICTS:
        raise ValueError(f"`expect` is one of {', '.join(VERDICTS)}, not `{expect}`")
    from dataclasses import replace

    from derivcheck.pipeline.verification import check_equation

    result = check_equation(equation, spec, seed)
    wanted = {expect} if expect else {"proved"} if strict else HOLDS
    if result.verdict in wanted:
        return replace(result, expected=expect, holds=True)
    from derivcheck.report.failure import claim_text, failure_page

    expected = expect or ("proved" if strict else "")
    raise AssertionError(claim_text(replace(result, expected=expected, holds=False), failure_page()))
