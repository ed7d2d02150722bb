"""Homework: answers read from tables and trees, judged once each, marked, and reported without giving anything away."""

from __future__ import annotations

import csv
import html
import io
import json
import os
import subprocess
import sys
from fractions import Fraction
from html.parser import HTMLParser
from pathlib import Path

import pytest

from derivcheck.cli.main import run
from derivcheck.diagnostics.diagnostic import DerivcheckError
from derivcheck.report.cells import guarded
from derivcheck.report.gradepage import to_html
from derivcheck.report.grades import write_grades
from derivcheck.report.gradesheet import to_csv, to_json
from derivcheck.report.page import Page as OutputPage
from derivcheck.statements.grading.collection import read_answers
from derivcheck.statements.grading.credit import CREDIT, credit_table, points_table
from derivcheck.statements.grading.grader import Grader, Rules, grade, normalised
from derivcheck.statements.grading.marks import Gradebook, Remark

ROOT = Path(__file__).parents[2]
SPEC = ROOT / "specs" / "homework" / "backpropagation.yaml"
CLASS = ROOT / "specs" / "homework" / "answers.csv"
LABELS = ("output", "W2", "hidden", "W1", "b1")


def sheet(folder: Path, *rows: str, name: str = "answers.csv", header: str = "who;claim;equation") -> Path:
    path = folder / name
    path.write_text("\n".join((header, *rows)) + "\n", encoding="utf-8")
    return path


def marked(folder: Path, label: str, equation: str, rules: Rules | None = None, spec: Path = SPEC) -> Remark:
    """What is found about one answer."""
    book = grade(spec, [sheet(folder, f"Ada;{label};{equation}")], rules)
    return book.marks["Ada", label].finding


def found(book: Gradebook, who: str, label: str) -> tuple[str, str]:
    finding = book.marks[who, label].finding
    return finding.status, finding.code


# --- what an answer is ------------------------------------------------------------------------

JUDGED = [
    # an equation, or its right side alone, in both notations and in every form of writing
    ("output", "dL/dz2 = p - y", "right", ""),
    ("output", "p - y", "right", ""),
    ("output", "= p - y", "right", ""),
    ("output", "dL/dz2[i] = p[i] - y[i]", "right", ""),
    ("output", "p - y = dL/dz2", "right", ""),
    ("output", "(dL/dz2).T = (p - y).T", "right", ""),
    ("output", "dL/dz2 = chain(dL/dp, dp/dz2) = p - y", "right", ""),
    ("output", r"\frac{dL}{dz_2} = \frac{dL}{dp} \frac{dp}{dz_2} = p - y", "right", ""),
    ("output", "dL/dz2 = dL/dp @ dp/dz2 = p - y", "wrong", "DC205"),
    ("W2", r"\frac{\partial L}{\partial W_2} = (p - y) a_1^\top", "right", ""),
    ("W2", r"(p - y) a_1^\top", "right", ""),
    ("W2", r"$(p - y) a_1^\top$", "right", ""),
    ("W2", r"\[ (p - y) a_1^\top \]", "right", ""),
    ("W2", r"&= (p - y) a_1^\top", "right", ""),
    ("W2", "(p − y) a1ᵀ", "right", ""),
    # what an earlier question asks may be used, what a later one asks may not
    ("W1", "dL/dz1 @ x.T", "right", ""),
    ("hidden", "dL/db1", "by hand", "DC662"),
    ("b1", "dL/da1 * sigmoid'(z1)", "by hand", "DC662"),
    # mistakes
    ("output", "y - p", "wrong", "DC202"),
    ("output", "2 * (p - y)", "wrong", "DC201"),
    ("output", "(p - y).T", "wrong", "DC205"),
    ("W2", "(p - y) @ a1", "wrong", "DC203"),
    ("W2", r"(p - y) a_1", "wrong", "DC203"),
    ("hidden", "W2.T @ (p - y)", "wrong", "DC212"),
    ("hidden", "(W2.T @ (p - y)) * sigmoid(z1)", "wrong", "DC209"),
    ("output", "exp(p) * y * y * p", "wrong", "DC229"),
    ("output", "W2 @ x", "wrong", "DC131"),
    ("output", "dL/dz2[i] = p[i] * sum_i(y[i]) - y[i]", "wrong", "DC150"),
    # true, and no answer
    ("W1", "dL/dW1 = dL/dW1", "wrong", "DC660"),
    ("W1", "dL/dW1", "wrong", "DC660"),
    ("W1", "2 * dL/dW1 - dL/dW1", "wrong", "DC660"),
    ("W1", "dL/dW1.T = dL/dW1.T", "wrong", "DC660"),
    ("W1", "dL/dW1[i,j] = dL/dW1[i,j]", "wrong", "DC660"),
    ("W1", "dL/dW1[i,j] = sum_k(delta(i,k) * dL/dW1[k,j])", "wrong", "DC660"),
    ("W1", "0 = 0", "wrong", "DC661"),
    ("W1", "dL/dW2 = (p - y) @ a1.T", "wrong", "DC661"),
    ("W2", "dL/dW2[i,i] = (p[i] - y[i]) * a1[i]", "wrong", "DC661"),
    ("W2", "dL/dW2[1,2] = (p[1] - y[1]) * a1[2]", "wrong", "DC661"),
    ("W2", "p - y = p - y", "wrong", "DC661"),
    ("W2", "dL/dW2 != 0", "wrong", "DC663"),
    ("output", "dL/dz2[i] = 0 where i != i", "wrong", "DC663"),
    # texts that cannot be read are never wrong
    ("W2", "(p - y @ a1.T", "unreadable", "DC103"),
    ("W2", "(p - q) @ a1.T", "unreadable", "DC120"),
    ("W2", "dL/dW2 =", "unreadable", "DC109"),
    ("W2", r"\mathlarger{p} a_1^\top", "unreadable", "DC170"),
    ("W2", "see the other sheet", "unreadable", "DC110"),
    # nor is a name of their own for what is asked, whatever stands on the other side
    ("W2", "dW2 = (p - y) @ a1.T", "unreadable", "DC118"),
    ("W2", "dW2 = dz2 @ a1.T", "unreadable", "DC118"),
    ("W2", "(dW2).T = a1 @ (p - y).T", "unreadable", "DC118"),
    ("W2", "dW2[i,j] = (p[i] - y[i]) * a1[j]", "unreadable", "DC118"),
    ("W2", "grad = (p - y) @ a1.T", "unreadable", "DC120"),
    ("W2", "grad = p - y", "unreadable", "DC120"),
    ("W2", "gW2 = dW2 = (p - y) @ a1.T", "unreadable", "DC120"),
    ("W2", "(p - y) @ a1.T = grad", "unreadable", "DC120"),
    ("W2", "dL/dW3 = (p - y) @ a1.T", "unreadable", "DC120"),
    ("W2", "dW2 = dz2 a1^T", "unreadable", "DC110"),
    ("W2", r"dW_2 = (p - y) a_1^\top", "unreadable", "DC118"),
    ("W2", r"g = (p - y) a_1^\top", "unreadable", "DC120"),
    ("output", "z_2 = p - y", "unreadable", "DC120"),
    ("W2", "W2 = (p - y) @ a1.T", "wrong", "DC661"),
    ("W2", "z2 = (p - y) @ a1.T", "wrong", "DC661"),
    ("W2", "dL/dz2 = (p - y) @ a1.T", "wrong", "DC661"),
]


@pytest.mark.parametrize(("label", "equation", "status", "code"), JUDGED)
def test_answers_are_judged(tmp_path: Path, label: str, equation: str, status: str, code: str) -> None:
    finding = marked(tmp_path, label, equation)
    assert (finding.status, finding.code) == (status, code), finding
    certain = {"right": Fraction(1), "wrong": CREDIT.get(code, Fraction(0)), "by hand": None, "unreadable": None}
    assert finding.credit == certain[status]


@pytest.mark.parametrize("equation", ["0", "= 0", "dL/dW1 = 0", "-1", r"\frac{\partial L}{\partial W_1} = 0"])
def test_a_number_alone_earns_nothing(tmp_path: Path, equation: str) -> None:
    finding = marked(tmp_path, "W1", equation)
    assert (finding.status, finding.credit) == ("wrong", 0)


def test_places_are_those_of_the_file(tmp_path: Path) -> None:
    path = sheet(tmp_path, "", 'Ada;W2;"(p - y) @   zz.T"', "Bob;W2;dL/dW2 = (p - q) @ a1.T", "Cy;W2;$(p - q) a_1$")
    book = grade(SPEC, [path])
    places = {who: str(book.marks[who, "W2"].where) for who in book.people}
    assert places == {"Ada": f"{path}:3:21", "Bob": f"{path}:4:22", "Cy": f"{path}:5:13"}


@pytest.mark.parametrize(
    ("claim", "answer", "status"),
    [
        ("{claim: 'dp[i]/dz[j] = -p[i]*p[j] where i != j'}", "-p[i]*p[j]", "right"),
        ("{claim: 'dp[i]/dz[j] = -p[i]*p[j] where i != j'}", "dp[i]/dz[j] = -p[j]*p[i]", "right"),
        ("{claim: 'dp[i]/dz[j] = -p[i]*p[j] where i != j'}", "dp[i]/dz[j] = -p[j]*p[i] where i != j", "right"),
        ("{claim: 'dp[i]/dz[j] = -p[i]*p[j] where i != j'}", "p[i]*p[j]", "wrong"),
        ("{latex: '\\frac{\\partial L}{\\partial z} = p - y'}", "p - y", "right"),
        ("{latex: '\\frac{\\partial L}{\\partial z} = p - y'}", "p - \\mathbf{y}", "right"),
        ("{steps: [dL/dz = dL/dp @ dp/dz, = p - y]}", "p - y", "right"),
        ("{claim: dL/dz = d, let: {d: p - y}}", "d", "right"),
        ("sum(p) = 1", "1", "right"),
        ("sum(p) = 1", "sum(p)", "wrong"),
        ("sum(p) = 1", "sum(p.T)", "by hand"),
        ("p = exp(z) / sum(exp(z))", "p", "wrong"),
        ("p = exp(z) / sum(exp(z))", "softmax(z)", "right"),
    ],
)
def test_claims_of_every_kind_ask(tmp_path: Path, claim: str, answer: str, status: str) -> None:
    spec = tmp_path / "spec.yaml"
    spec.write_text(
        "tensors: {z: n, y: {axes: n, given: one_hot}}\nlayers: {p: softmax(z)}\nloss: {L: 'cross_entropy(p, y)'}\n"
        f"claims:\n  Q: {claim}\n"
    )
    assert marked(tmp_path, "Q", answer, spec=spec).status == status


def test_families_are_asked_at_every_label(tmp_path: Path) -> None:
    spec = ROOT / "specs" / "networks" / "deep_mlp.yaml"
    answers = {
        "Ada": ("BP2", "dC/dz[l] = (W[l+1].T @ dC/dz[l+1]) * sigmoid'(z[l])", "right", ""),
        "Bob": ("BP2", "(dC/dz[l+1].T @ W[l+1]).T * sigmoid'(z[l])", "right", ""),
        "Cy": ("BP2", "-(W[l+1].T @ dC/dz[l+1]) * sigmoid'(z[l])", "wrong", "DC202"),
        "Di": ("BP2", "dC/dz[l]", "wrong", "DC660"),
        "Ed": ("BP4", "dC/dz[l] @ a[l].T", "wrong", "DC213"),
        "Flo": ("BP4", r"\frac{\partial C}{\partial z^l} {a^{l-1}}^\top", "right", ""),
    }
    rows = [f"{who};{label};{text}" for who, (label, text, _, _) in answers.items()]
    book = grade(spec, [sheet(tmp_path, *rows)])
    for who, (label, _, *expected) in answers.items():
        assert found(book, who, label) == tuple(expected), book.marks[who, label]


# --- layouts, credit, points ------------------------------------------------------------------


def test_another_layout_is_partly_right_and_right_where_it_is_accepted(tmp_path: Path) -> None:
    assert marked(tmp_path, "output", "(p - y).T").credit == CREDIT["DC205"]
    for layouts in (("numerator",), ("mixed", "numerator", "denominator")):
        finding = marked(tmp_path, "output", "(p - y).T", Rules(layouts))
        assert (finding.status, finding.message) == ("right", "right in numerator layout")
    assert marked(tmp_path, "output", "(p - y).T", Rules(("denominator",))).code == "DC205"
    assert marked(tmp_path, "output", "(y - p).T", Rules(("numerator",))).status == "wrong"
    assert marked(tmp_path, "output", "dL/dz2", Rules(("numerator",))).code == "DC660"


def test_credit_is_one_table_that_can_be_changed(tmp_path: Path) -> None:
    file = tmp_path / "credit.yaml"
    file.write_text("DC203: 0.25\nDC202: 1/3\n")
    table = credit_table(["DC203=0.1,dc201=1"], file)
    assert {code: table[code] for code in ("DC201", "DC202", "DC203", "DC204")} == {
        "DC201": 1,
        "DC202": Fraction(1, 3),
        "DC203": Fraction(1, 10),
        "DC204": CREDIT["DC204"],
    }
    assert marked(tmp_path, "output", "y - p", Rules(credit=table)).credit == Fraction(1, 3)


@pytest.mark.parametrize(
    "text", ["DC203", "DC203=2", "DC203=-1", "DC203=nan", "DC203=1e9", "DC999=1", "DC203=1/0", "="]
)
def test_credit_that_is_none(text: str) -> None:
    with pytest.raises(DerivcheckError, match="DC657"):
        credit_table([text])


def test_a_credit_file_is_refused_at_its_place(tmp_path: Path) -> None:
    file = tmp_path / "credit.yaml"
    file.write_text("DC203: 0.25\nDC20: 1\n")
    with pytest.raises(DerivcheckError, match="DC657") as caught:
        credit_table([], file)
    assert str(caught.value.diagnostic.where) == f"{file}:2:1"


def test_points(tmp_path: Path) -> None:
    path = sheet(tmp_path, "Ada;output;y - p", "Ada;W2;(p - y) @ a1.T")
    book = grade(SPEC, [path], Rules(points=("output=3", "W1=2")))
    assert book.total("Ada") == Fraction(3, 2) + 1
    assert book.possible == 6
    assert book.marks["Ada", "W1"].finding.status == "missing"
    assert any("hidden, b1: not counted" in note for note in book.notes)
    for wrong, code in (("output", "DC656"), ("output=x", "DC656"), ("output=-1", "DC656"), ("outputs=1", "DC653")):
        with pytest.raises(DerivcheckError, match=code):
            points_table([wrong], LABELS)


# --- people and questions ---------------------------------------------------------------------


def test_the_last_of_several_answers_counts(tmp_path: Path) -> None:
    first = sheet(tmp_path, "Ada;output;y - p", "ada  lovelace;W2;0")
    second = sheet(tmp_path, "Ada;output;p - y", " Ada ;output;", "ada lovelace;W2;(p - y) @ a1.T", name="late.csv")
    book = grade(SPEC, [first, second])
    assert book.people == ("Ada", "ada lovelace")
    assert book.marks["Ada", "output"].earlier == 1
    assert found(book, "Ada", "output") == found(book, "ada lovelace", "W2") == ("right", "")
    assert found(book, "Ada", "W2") == ("missing", "")


def test_the_same_text_is_judged_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    judged = []
    judge = Grader._judged
    monkeypatch.setattr(Grader, "_judged", lambda self, answer, text: judged.append(text) or judge(self, answer, text))
    path = sheet(tmp_path, *(f"person {k};output;y{' ' * k} -  p" for k in range(50)), "Zoe;output;y-p")
    book = grade(SPEC, [path])
    assert judged == ["y - p", "y-p"]
    assert book.census(book.questions[0]) == [("DC202", "sign", 51)]
    assert len(book.same("wrong")[0].marks) == 50


def test_a_spec_that_asks_nothing(tmp_path: Path) -> None:
    spec = tmp_path / "spec.yaml"
    spec.write_text("tensors: {x: n}\nloss: {L: sum(x^2)}\nclaims: {m: {claim: dL/dx = x, expect: refuted}}\n")
    with pytest.raises(DerivcheckError, match="DC655"):
        grade(spec, [sheet(tmp_path, "Ada;m;x")])


def test_a_claim_that_does_not_hold_is_told(tmp_path: Path) -> None:
    spec = tmp_path / "spec.yaml"
    spec.write_text("tensors: {x: n}\nloss: {L: sum(x^2)}\nclaims: {Q: dL/dx = 3*x}\n")
    book = grade(spec, [sheet(tmp_path, "Ada;Q;2*x")])
    assert found(book, "Ada", "Q") == ("right", "")
    assert any("own claim Q is refuted" in note for note in book.notes)


# --- reading tables ---------------------------------------------------------------------------

TABLES = {
    "plain": b"who,claim,equation\nAda,output,p - y\n",
    "semicolons": b"who;claim;equation\nAda;output;p - y\n",
    "tabs": b"who\tclaim\tequation\nAda\toutput\tp - y\n",
    "announced": b"sep=|\nwho|claim|equation\nAda|output|p - y\n",
    "byte order mark": b"\xef\xbb\xbfwho,claim,equation\r\nAda,output,p - y\r\n",
    "old newlines": b"who,claim,equation\rAda,output,p - y\r",
    "quotes": b'"who","claim","equation","notation"\n"Ada","output","p - y","plain"\n',
    "blanks behind commas": b'who, claim, equation\nAda, output, "p - y"\n',
    "other names": b"Name,Question,Notation,Remarks,Answer\nAda,OUTPUT,,ok,p - y\n",
    "empty rows and cells": b"who,claim,equation,\n,,\n\nAda,output,p - y,,,\n",
    "latex column": b"who,claim,equation,notation\nAda,output,p - y,LaTeX\n",
    "a line break inside": b'who,claim,equation\nAda,output,"p\n - y"\n',
    "one row a person": b"who,W2,output\nAda,(p - y) @ a1.T,p - y\n",
}


@pytest.mark.parametrize("name", sorted(TABLES))
def test_tables(tmp_path: Path, name: str) -> None:
    path = tmp_path / "answers.csv"
    path.write_bytes(TABLES[name])
    read = read_answers([path], LABELS)
    assert not read.problems
    answer = next(answer for answer in read.answers if answer.label == "output")
    assert (answer.who, " ".join(answer.text.text.split())) == ("Ada", "p - y")
    lines = TABLES[name].decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    where = answer.text.where()
    assert lines[where.line - 1][where.column - 1] == "p"


def test_commas_in_the_last_column_need_no_quotes(tmp_path: Path) -> None:
    path = sheet(tmp_path, "Ada,W2,dL/dW2[i,j] = (p[i] - y[i]) * a1[j]", header="who,claim,equation")
    assert found(grade(SPEC, [path]), "Ada", "W2") == ("right", "")


BROKEN = {
    "nobody": ("who,claim,equation\n,output,p - y\n", "DC652", 2),
    "no such question": ("who,claim,equation\nAda,outptu,p - y\n", "DC653", 2),
    "no column": ("who,equation\nAda,p - y\n", "DC651", 1),
    "no person": ("claim,equation\noutput,p - y\n", "DC651", 1),
    "no equation": ("who,claim\nAda,output\n", "DC651", 1),
    "too many cells": ("who,claim,equation,notation\nAda,output,p[i,j],plain,x\n", "DC654", 2),
    "open quote": ('who,claim,equation\nAda,output,"p - y\nBob,output,p - y\n', "DC654", 2),
    "text behind a quote": ('who,claim,equation\nAda,output,"p" - y\n', "DC654", 2),
    "no notation": ("who,claim,equation,notation\nAda,output,p - y,word\n", "DC658", 2),
    "empty": ("", "DC664", 1),
    "header only": ("who,claim,equation\n", "DC664", 1),
}


@pytest.mark.parametrize("name", sorted(BROKEN))
def test_broken_tables(tmp_path: Path, name: str) -> None:
    text, code, line = BROKEN[name]
    path = tmp_path / "answers.csv"
    path.write_text(text)
    read = read_answers([path], LABELS)
    assert [problem.code for problem in read.problems] == [code]
    where = read.problems[0].where
    assert where is not None and (where.path, where.line) == (str(path), line)
    assert run(["grade", str(SPEC), str(path)]) == 2


def test_a_question_that_is_misspelled_gets_a_suggestion(tmp_path: Path) -> None:
    read = read_answers([sheet(tmp_path, "Ada;outptu;p - y")], LABELS)
    assert read.problems[0].help == "output"


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("a.csv", "who,claim,equation\nAndré,output,p".encode("latin-1"), "DC604"),
        ("a.csv", bytes(range(256)), "DC604"),
        ("a.yaml", b"Ada: {output: [", "DC001"),
        ("a.yaml", b"", "DC664"),
        ("a.docx", b"PK", "DC650"),
    ],
)
def test_files_that_are_no_answers(tmp_path: Path, name: str, data: bytes, code: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    good = sheet(tmp_path, "Ada;output;p - y", name="good.csv")
    book = grade(SPEC, [path, good])
    assert [problem.code for problem in book.problems] == [code]
    assert found(book, "Ada", "output") == ("right", "")
    assert book.exit_code == 2


def test_trees(tmp_path: Path) -> None:
    people = tmp_path / "people.yaml"
    people.write_text(
        "Ada:\n  output: dL/dz2 = p - y\n  W2: {latex: '(p - y) a_1^\\top'}\n  b1:\n"
        "Bob:\n  output: {equation: y - p, notation: plain}\n  W3: 0\n'':\n  W2: 0\nCy: nothing\n"
        "Eve:\n  output: {equation: y - p, latex: p - y}\n"
    )
    rows = tmp_path / "rows.json"
    rows.write_text(
        '[{"who": "Di", "claim": "W2", "equation": "(p - q) @ a1.T"}, {"who": "Di", "claim": "b1"}, {"x": 1}]'
    )
    book = grade(SPEC, [people, rows])
    assert found(book, "Ada", "output") == found(book, "Ada", "W2") == ("right", "")
    assert found(book, "Bob", "output") == ("wrong", "DC202")
    assert found(book, "Di", "W2") == ("unreadable", "DC120")
    assert str(book.marks["Di", "W2"].where) == f"{rows}:1:49"
    assert [problem.code for problem in book.problems] == ["DC653", "DC652", "DC012", "DC651", "DC651", "DC021"]
    assert all(problem.where is not None for problem in book.problems)


# --- hostile answers --------------------------------------------------------------------------

HOSTILE = {
    "long": "p - y" + " + p - p" * 2_000,
    "deep": "(" * 5_000 + "p - y" + ")" * 5_000,
    "power": "(p - y)^(9^(9^9))",
    "number": "p - y + " + "9" * 100_000,
    "braces": "\\frac{" * 3_000,
    "transposes": "p" + ".T" * 5_000,
    "control": "p - y\x07\x1b[31m",
    "markup": "[bold]p[/bold] <script>alert(1)</script>",
    "words": "é" * 3_000,
    "primes": "sigmoid" + "'" * 500 + "(z1)",
    "macro": "\\def\\x{\\x\\x}\\x",
}


# An alarm that rings inside of somebody's callback is swallowed there; the next one is not.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_hostile_answers_cost_nobody_else(tmp_path: Path) -> None:
    path = tmp_path / "answers.csv"
    with open(path, "w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerows([("who", "claim", "equation"), *((name, "output", text) for name, text in HOSTILE.items())])
        rows.writerow(("Zoe", "output", "p - y"))
    book = grade(SPEC, [path], Rules(seconds=2))
    assert found(book, "Zoe", "output") == ("right", "")
    for name in HOSTILE:
        assert book.marks[name, "output"].finding.status != "right" or name == "long"
        assert not book.marks[name, "output"].finding.bug, name
    assert book.exit_code == 2
    texts = [to_csv(book), to_html(book), to_json(book)]
    stream = io.StringIO()
    write_grades(book, stream, OutputPage(80))
    for text in (*texts, stream.getvalue()):
        assert "\x1b" not in text and "\x07" not in text
    assert "<script>" not in texts[1]


def test_a_limit_of_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found_ = Grader._found

    def endless(self: Grader, answer: object, source: object) -> Remark:
        while getattr(answer, "who", "") == "Eve":
            try:
                sum(range(1000))
            except Exception:
                continue
        return found_(self, answer, source)  # type: ignore[arg-type]

    monkeypatch.setattr(Grader, "_found", endless)
    book = grade(SPEC, [sheet(tmp_path, "Eve;output;y - p", "Zoe;output;p - y")], Rules(seconds=0.2))
    assert found(book, "Eve", "output") == ("by hand", "DC659")
    assert book.open("Eve") == 1
    monkeypatch.setattr(Grader, "_found", found_)
    assert found(grade(SPEC, [sheet(tmp_path, "Zoe;output;p - y")]), "Zoe", "output") == ("right", "")


def test_a_bug_is_reported_as_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> Remark:
        raise ZeroDivisionError("here")

    monkeypatch.setattr(Grader, "_found", broken)
    monkeypatch.delenv("DERIVCHECK_TRACEBACK")
    book = grade(SPEC, [sheet(tmp_path, "Ada;output;p - y")])
    assert found(book, "Ada", "output") == ("by hand", "DC900")
    assert book.exit_code == 3


@pytest.mark.parametrize(
    ("text", "notation", "expected"),
    [
        ("  p  -\n y ", "plain", "p - y"),
        (" $ p - y $ ", "latex", "p - y"),
        (r"\( p \)", "latex", "p"),
        ("p % why\n - y", "latex", "p % why\n - y"),
        ("   ", "plain", ""),
    ],
)
def test_texts_are_normalised_with_their_places(text: str, notation: str, expected: str) -> None:
    made, offsets = normalised(text, notation)
    assert made == expected
    assert len(offsets) == len(made) + 1
    assert all(text[offset] == character for offset, character in zip(offsets, made, strict=False) if character != " ")


# --- reports ----------------------------------------------------------------------------------


def report(*arguments: str, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "derivcheck", "grade", str(SPEC), *arguments],
        capture_output=True,
        cwd=ROOT,
        timeout=300,
        check=False,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", "COLUMNS": "80", **environment},
    )
    assert b"Traceback" not in done.stderr, done.stderr.decode()
    return done.stdout.decode("utf-8")


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Every format of the shipped class, with and without solutions."""
    folder = tmp_path_factory.mktemp("reports")
    made = {}
    for hidden in (False, True):
        options = [f"--report={name}={folder / name}" for name in ("csv", "html", "json")]
        key = "hidden " if hidden else ""
        made[f"{key}text"] = report(str(CLASS), "-v", *options, *(["--no-solution"] if hidden else []))
        for name in ("csv", "html", "json"):
            made[key + name] = (folder / name).read_text(encoding="utf-8-sig")
    return made


def test_the_shipped_class(reports: dict[str, str]) -> None:
    values = json.loads(reports["json"])
    statuses = {answer["status"] for person in values["people"] for answer in person["answers"]}
    assert statuses == {"right", "wrong", "by hand", "unreadable", "missing"}
    assert values["exit_code"] == 2
    assert values["problems"] == []


def test_nothing_gives_the_solution_away(reports: dict[str, str]) -> None:
    """Neither derived forms nor repairs nor anybody's answer, in any format; the mistakes are still named."""
    people = json.loads(reports["json"])["people"]
    answers = [answer for person in people for answer in person["answers"]]
    secrets = {answer[key] for answer in answers for key in ("derived", "repair") if answer[key]}
    secrets |= {answer["answer"] for answer in answers if answer["status"] == "right"}
    secrets |= {secret.partition(" = ")[2] or secret for secret in secrets}
    secrets |= {
        text for answer in answers if answer["status"] == "wrong" for text in [answer["message"]] if "meant" in text
    }
    # A question may be the answer to another one: it is asked in the open.
    secrets -= {question["asked"] for question in json.loads(reports["json"])["questions"]}
    assert len(secrets) > 10
    for name in ("text", "csv", "html", "json"):
        shown = "".join(html.unescape(reports[f"hidden {name}"]).split()).replace("\\\\", "\\")
        assert not [secret for secret in secrets if "".join(secret.split()) in shown], name
        assert "DC203" in shown and "transposemissing" in shown
    open_ = "".join(reports["text"].split())
    assert sum("".join(secret.split()) in open_ for secret in secrets) > 10


def test_text_fits_the_page(reports: dict[str, str], tmp_path: Path) -> None:
    _, *lines = reports["text"].strip().split("\n")
    tables = [line for line in lines[:-1] if "answers.csv:" not in line and not line.startswith("  b1  true")]
    assert max(map(len, tables)) <= 80
    ascii_ = report(str(CLASS), PYTHONIOENCODING="ascii", NO_COLOR="1")
    assert ascii_.isascii() and "\x1b" not in ascii_


def test_many_questions_take_several_tables(tmp_path: Path) -> None:
    spec = tmp_path / "spec.yaml"
    labels = [f"question {k}" for k in range(12)]
    claims = "".join(f"  {label}: dL/dx = 2*x\n" for label in labels)
    spec.write_text(f"tensors: {{x: n}}\nloss: {{L: sum(x^2)}}\nclaims:\n{claims}")
    path = sheet(tmp_path, *(f"Ada;{label};{2 + k % 2}*x" for k, label in enumerate(labels)))
    stream = io.StringIO()
    write_grades(grade(spec, [path]), stream, OutputPage(80))
    rows = [line for line in stream.getvalue().split("\n") if line.strip().startswith("Ada ")]
    assert len(rows) >= 3
    assert sum(row.count("DC201") for row in rows) == 6
    assert rows[-1].split()[-1] == "10.5"


def test_the_credit_table_is_shown(reports: dict[str, str]) -> None:
    for name in ("text", "html", "json", "hidden text", "hidden html"):
        assert all(code in reports[name] for code in CREDIT), name


@pytest.mark.parametrize("start", [*"=+-@", "\t=", " =", "＝"])
def test_no_cell_is_a_formula(start: str) -> None:
    assert guarded(f"{start}1").startswith("'")
    assert guarded(f"a{start.strip()}1").startswith("a")


def test_csv_is_guarded_and_honest(tmp_path: Path) -> None:
    names = ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", 'Zoë, "the" one']
    path = tmp_path / "answers.csv"
    with open(path, "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("who", "claim", "equation"), *((name, "output", "p - y") for name in names)])
    rows = list(csv.DictReader(io.StringIO(report(str(path), "--format", "csv"))))
    assert sorted(row["person"] for row in rows) == sorted(["'" + name for name in names[:4]] + names[4:])
    assert {row["points"] for row in rows} == {"1"}


class Page(HTMLParser):
    """Which elements there are, and what they load."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: set[str] = set()
        self.loads: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        self.loads += [value or "" for name, value in attrs if name in ("src", "href", "style", "onload", "onclick")]
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_is_self_contained_and_escaped(reports: dict[str, str], tmp_path: Path) -> None:
    evil = "<script>alert('x')</script>&amp;\"><img src=x onerror=alert(1)>"
    path = tmp_path / "answers.csv"
    with open(path, "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("who", "claim", "equation"), (evil, "output", evil), ("Ada", "W2", f"p - {evil}")])
    for text in (reports["html"], report(str(path), "--format", "html")):
        page = Page()
        page.feed(text)
        assert page.open == []
        assert page.loads == []
        assert not page.elements & {"script", "img", "link", "iframe"}
    assert evil.split("&")[0] in html.unescape(text)


def test_the_same_answers_give_the_same_bytes() -> None:
    first, second = (report(str(CLASS), "--format", "json") for _ in range(2))
    assert first == second


# --- the command ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ([str(CLASS)], 2),
        (["good.csv"], 0),
        (["wrong.csv"], 0),
        (["missing.csv"], 2),
        ([], 2),
        (["good.csv", "--points", "W9=2"], 2),
        (["good.csv", "--credit", "DC203"], 2),
        (["good.csv", "--credit-file", "missing.yaml"], 2),
        (["good.csv", "--report", "pdf=x"], 2),
        (["good.csv", "--report", "html=no/such/folder/x.html"], 2),
        (["good.csv", "--accept-layout", "sideways"], 2),
        (["good.csv", "--timeout", "0"], 2),
    ],
)
def test_exit_codes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], code: int) -> None:
    sheet(tmp_path, "Ada;output;p - y", name="good.csv")
    sheet(tmp_path, "Ada;output;y - p", name="wrong.csv")
    monkeypatch.chdir(tmp_path)
    assert run(["grade", str(SPEC), *arguments]) == code


def test_a_spec_that_cannot_be_read(tmp_path: Path) -> None:
    answers = sheet(tmp_path, "Ada;output;p - y")
    assert run(["grade", str(tmp_path / "missing.yaml"), str(answers)]) == 2


def test_a_table_says_beside_it_what_it_has_no_room_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = sheet(tmp_path, "Ann;output;dL/dz2 = p - y", "Eve;nosuch;1")
    assert run(["grade", str(SPEC), str(path), "--format", "csv"]) == 2
    said = capsys.readouterr()
    assert "DC653" in said.err and "Ann" in said.out and "nosuch" not in said.out
