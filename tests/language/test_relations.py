"""Every relation of the table is read, printed and judged as its record says, wherever it may stand."""

from __future__ import annotations

import html
import pathlib
import re
import sys
from typing import get_args

import pytest

from derivcheck.diagnostics.diagnostic import NotationError
from derivcheck.language.latex.reading import parse_latex
from derivcheck.language.network import build
from derivcheck.language.notation.mathml import to_mathml
from derivcheck.language.notation.parser import parse_equation
from derivcheck.language.notation.printer import to_latex, to_plain, to_unicode
from derivcheck.language.notation.relations import (
    BY_NAME,
    RELATIONS,
    TURNED,
    UNREAD_RELATIONS,
    Claimed,
    Relation,
    RelationSign,
    UnreadSign,
    spellings,
)
from derivcheck.pipeline.verification import verify_document, verify_text
from derivcheck.report.page import page_for
from derivcheck.spec import read_spec

SPEC = "tensors: {x: n, y: n}\n"
SCOPE = build(read_spec(SPEC)).scope
EVERY = pytest.mark.parametrize("relation", RELATIONS, ids=lambda relation: relation.name)
# Of sides that are equal, of unequal ones, and of a multiple.
VERDICTS = {
    Claimed.EQUAL: ("proved", "refuted", "refuted"),
    Claimed.DIFFERENT: ("refuted", "proved", "proved"),
    Claimed.NEAR: ("proved", "undecided", "undecided"),
    Claimed.PROPORTIONAL: ("proved", "refuted", "proved"),
    Claimed.NOTHING: ("undecided", "undecided", "undecided"),
}


def test_there_is_one_record_of_each() -> None:
    assert tuple(BY_NAME) == get_args(Relation)
    assert len(BY_NAME) == len(RELATIONS)
    read = [text for relation in RELATIONS for text in {*spellings(relation), *relation.characters}]
    assert len(read) == len(set(read))
    assert all(bool(relation.reason) == (relation.claimed is Claimed.NOTHING) for relation in RELATIONS)
    assert all(TURNED[TURNED[name]] == name for name in TURNED)


@EVERY
def test_every_spelling_is_read(relation: RelationSign) -> None:
    for text in spellings(relation):
        assert parse_equation(f"x {text} y", SCOPE.vocabulary()).relations == (relation.name,)
        assert parse_equation(f"x{text}y = x", SCOPE.vocabulary()).relations == (relation.name, "=")
    for text in (*(rf"\{command}" for command in relation.commands.split()), *relation.characters):
        assert parse_latex(f"x {text} y", SCOPE, {}, {}, {}).relations == (relation.name,)


@EVERY
def test_what_is_printed_is_read_again(relation: RelationSign) -> None:
    tree = parse_equation(f"x {relation.plain} -y", SCOPE.vocabulary())
    assert to_plain(tree) == f"x {relation.plain} -y"
    assert f" {relation.unicode} " in to_unicode(tree)
    assert parse_equation(to_unicode(tree), SCOPE.vocabulary()) == tree
    assert f" {relation.latex} " in to_latex(tree)
    assert parse_latex(to_latex(tree), SCOPE, {}, {}, {}).relations == tree.relations
    assert relation.unicode in html.unescape(re.sub(r"<[^>]*>", " ", to_mathml(tree)))


@EVERY
def test_a_claim_with_it_is_judged_as_it_says(relation: RelationSign) -> None:
    sign = relation.plain
    claims = verify_text(f"{SPEC}claims: {{a: 'x {sign} y + x - y', b: 'x {sign} y', c: '2*x {sign} x'}}\n").claims
    assert tuple(claim.verdict for claim in claims) == VERDICTS[relation.claimed]
    assert relation.claimed is not Claimed.NOTHING or {claim.message for claim in claims} == {relation.reason}


@EVERY
def test_it_is_found_in_a_document(relation: RelationSign, tmp_path: pathlib.Path) -> None:
    document = tmp_path / "text.md"
    (tmp_path / "text.derivcheck.yaml").write_text(f"{SPEC}document: {{file: text.md}}\n")
    document.write_text(f"It says\n\n$$x {relation.latex} y + x - y$$\n")
    result = verify_document(document)
    if relation.claimed is Claimed.NOTHING and not result.claims:
        # An order of inputs says which of them are meant.
        assert [formula.reason.code for formula in result.formulas if formula.reason is not None] == ["DC637"]
        return
    assert [claim.verdict for claim in result.claims] == [VERDICTS[relation.claimed][0]]


@EVERY
def test_a_condition_takes_those_that_compare(relation: RelationSign) -> None:
    text = f"x[i]*y[j] = y[j]*x[i] where i {'==' if relation.name == '=' else relation.plain} j"
    if relation.turned is not None:
        assert parse_equation(text, SCOPE.vocabulary()).where is not None
    else:
        with pytest.raises(NotationError):
            parse_equation(text, SCOPE.vocabulary())


@pytest.mark.parametrize("unread", UNREAD_RELATIONS, ids=lambda unread: unread.sign)
def test_what_makes_no_claim_is_refused_with_its_reason(unread: UnreadSign) -> None:
    for command in unread.commands.split():
        with pytest.raises(NotationError) as caught:
            parse_latex(rf"x \{command} y", SCOPE, {}, {}, {})
        found = caught.value.diagnostic
        assert (found.code, found.message, found.help) == ("DC174", unread.reason, unread.instead)


def test_a_page_in_ascii_shows_the_plain_spelling() -> None:
    page = page_for(sys.stdout, ascii_only=True)
    assert [page.show(relation.unicode) for relation in RELATIONS] == [relation.plain for relation in RELATIONS]
