"""Every page's wrong example fails with its code, and the right one does not."""

from __future__ import annotations

import functools
import pathlib
import re

import pytest

from derivcheck.diagnostics.diagnostic import DerivcheckError
from derivcheck.diagnostics.explain import page
from derivcheck.diagnostics.explain.pages import PAGES
from derivcheck.diagnostics.explain.pages.explanation import BASE, Explanation
from derivcheck.diagnostics.verdicts import ClaimResult
from derivcheck.pipeline.verification import check_equation, verify_text
from derivcheck.spec import read_spec

RUN = sorted(code for code, found in PAGES.items() if found.kind != "text")


@functools.cache
def judged(text: str, spec: str) -> ClaimResult:
    return check_equation(text, read_spec(spec))


def codes_and_verdict(found: Explanation, text: str) -> tuple[list[str], str]:
    if found.kind == "spec":
        result = verify_text(text)
        if result.error is not None:
            return [result.error.code], "error"
        found_codes = [c.diagnosis.code for c in result.claims if c.diagnosis and not c.ignored]
        found_codes += [warning.code for warning in (*result.warnings, *result.remarks)]
        return found_codes, "invalid" if found_codes else "ok"
    claim = judged(text, found.spec or BASE)
    return ([claim.diagnosis.code] if claim.diagnosis else []), claim.verdict


@pytest.mark.parametrize("code", RUN)
def test_wrong_example_fails_with_its_code(code: str) -> None:
    codes, verdict = codes_and_verdict(PAGES[code], PAGES[code].wrong)
    assert codes == [code]
    assert verdict in ("refuted", "invalid", "undecided", "error")


@pytest.mark.parametrize("code", RUN)
def test_right_example_holds(code: str) -> None:
    codes, verdict = codes_and_verdict(PAGES[code], PAGES[code].right)
    assert codes == []
    assert verdict in ("proved", "ok")


@pytest.mark.parametrize("code", [c for c in RUN if c.startswith("DC2")])
def test_suggestions_are_proved(code: str) -> None:
    found = PAGES[code]
    spec = found.spec or BASE
    claim = judged(found.wrong, spec)
    if claim.suggestion:
        left = found.wrong.split("=")[0]
        assert judged(f"{left} = {claim.suggestion}", spec).verdict == "proved"


def test_every_code_in_the_package_has_a_page() -> None:
    package = pathlib.Path(__file__).parents[2] / "derivcheck"
    used = {code for file in package.rglob("*.py") for code in re.findall(r"DC\d{3}", file.read_text())}
    assert used <= set(PAGES)


@pytest.mark.parametrize("code", sorted(PAGES))
def test_pages_render(code: str) -> None:
    assert page(code).startswith(f"{code}: ")


def test_unknown_code() -> None:
    with pytest.raises(DerivcheckError, match="DC611"):
        page("DC9999")
