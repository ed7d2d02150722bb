"""TeX as a tree: what is set above, below and beside what; rows that cannot be read leave their neighbours alone."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from derivcheck.diagnostics.diagnostic import NotationError
from derivcheck.language.tex.commands import COMMANDS, ENVIRONMENTS
from derivcheck.language.tex.nodes import (
    Accent,
    Break,
    Broken,
    Fraction,
    Grid,
    Group,
    Node,
    Numeral,
    Prose,
    Root,
    Row,
    Scripts,
    Space,
    Symbol,
    rows_of,
)
from derivcheck.language.tex.parser import parse_tex
from derivcheck.language.tex.statements import chains


def shown(row: Row) -> str:
    """A tree as text with every part named, and without space."""
    return " ".join(_shown(node) for node in row if not isinstance(node, Space))


def _shown(node: Node) -> str:
    match node:
        case Symbol():
            marks = "".join(f"/{mark}" for mark in (node.style, node.font) if mark)
            return (f"<{node.text}>" if node.kind in ("word", "keyword", "function") else node.text) + marks
        case Numeral(text):
            return text
        case Prose(text):
            return f"'{text}'"
        case Group(opener, body, closer):
            ends = (opener.text if opener else "{", closer.text if closer else "}")
            return f"{ends[0]}{shown(body)}{ends[1]}"
        case Scripts(base, scripts):
            hung = "".join(f"{script.sign.text}[{shown(script.body)}]" for script in scripts)
            return ("" if base is None else _shown(base)) + hung
        case Fraction(above, below):
            return f"frac[{shown(above)} | {shown(below)}]"
        case Root(body, index):
            return f"root[{'' if index is None else shown(index) + ' | '}{shown(body)}]"
        case Accent(accent, body):
            return f"{accent}[{shown(body)}]"
        case Grid(name, _, rows):
            return f"{name}[{' ; '.join(' & '.join(map(shown, cells)) for cells in rows)}]"
        case Break(text):
            return {"\\\\": ";", "&": "&"}[text]
        case Broken(problem):
            return f"!{problem.diagnostic.code}"
        case Space():
            return ""


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("x_1^2", "x_[1]^[2]"),
        ("x^2_1", "x^[2]_[1]"),
        ("{x}_i", "{x}_[i]"),
        ("x_{ij} y", "x_[i j] y"),
        ("^2 x", "^[2] x"),
        ("f''(x)", "f^[']^['] (x)"),
        ("\\frac12", "frac[1 | 2]"),
        ("\\frac{a}{b + c}", "frac[a | b + c]"),
        ("x^\\frac12", "x^[frac[1 | 2]]"),
        ("x_12", "x_[1] 2"),
        ("\\sqrt[3]{x y}", "root[3 | x y]"),
        ("\\sqrt2", "root[2]"),
        ("\\left( a + b \\right)^2", "(a + b)^[2]"),
        ("(a + b)^2", "(a + b)^[2]"),
        ("\\left. f \\right|_{x=0}", "{f|_[x = 0]"),
        ("[0, 1)", "[ 0 , 1 )"),
        ("(a [b) c]", "( a [b ) c]"),
        ("\\bigl( a \\bigr)", "(a)"),
        ("\\{ a \\}", "\\{a\\}"),
        ("|a| + \\|b\\|", "| a | + ‖ b ‖"),
        ("||a||", "‖ a ‖"),
        ("a := b", "a = b"),
        ("\\hat{y}_k", "hat[y]_[k]"),
        ("\\mathbf{W x}", "{W/bold/bold x/bold/bold}"),
        ("\\mathbf W x", "W/bold/bold x"),
        ("\\mathrm{softmax}(x)", "<softmax>/roman (x)"),
        ("\\operatorname{tr} A", "<tr>/roman A"),
        ("\\mathrm{d}x", "d/roman x"),
        ("a \\text{ if } b", "a <if> b"),
        ("\\text{so that } a = b", "'so that' a = b"),
        ("\\text{if $i = j$}", "<if> i = j"),
        ("a \\, and \\, b", "a <and> b"),
        ("a and b", "a <and> b"),
        ("aandb", "a a n d b"),
        ("\\log x", "<log> x"),
        ("\\begin{bmatrix} a & b \\\\ c & d \\end{bmatrix}", "bmatrix[a & b ; c & d]"),
        ("\\pmatrix{a & b \\cr c & d}", "pmatrix[a & b ; c & d]"),
        ("\\begin{array}{cc} a & b \\end{array}", "array[a & b]"),
        ("\\left\\{ \\begin{array}{ll} a & b \\end{array} \\right.", "cases[a & b]"),
        ("\\begin{aligned} a &= b \\\\ &= c \\end{aligned}", "aligned[a & = b ;  & = c]"),
        ("a = b \\\\[2pt] = c", "a = b ; = c"),
        ("\\underbrace{a + b}_{c} d", "{a + b} d"),
        ("\\color{red} a \\label{eq:a}", "a"),
        ("\\textcolor{red}{a} b", "a b"),
        ("\\textcolor{red}{a + b} c", "{a + b} c"),
        ("\\sum_{\\substack{i \\\\ j}} a", "Σ_[{i , j}] a"),
        ("a \\not= b", "a != b"),
        ("$a$ if $b$", "a <if> b"),
    ],
)
def test_a_formula_is_a_tree(text: str, tree: str) -> None:
    assert shown(parse_tex(text)) == tree


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("\\R", "B"),
        ("\\pd{a}{b}", "frac[∂ a | ∂ b]"),
        ("\\pd ab", "frac[∂ a | ∂ b]"),
        ("\\pd12", "frac[∂ 1 | ∂ 2]"),
        ("\\norm{x}", "‖ x ‖"),
    ],
)
def test_macros_of_an_author(text: str, tree: str) -> None:
    macros = {"\\R": "B", "\\pd": "\\frac{\\partial #1}{\\partial #2}", "\\norm": "\\left\\|#1\\right\\|"}
    assert shown(parse_tex(text, macros)).replace("‖x‖", "‖ x ‖") == tree


@pytest.mark.parametrize(
    ("text", "tree", "read"),
    [
        ("a = b \\\\ \\foo{c} = d \\\\ e = f", "a = b ; !DC170 ; e = f", [True, False, True]),
        (
            "\\begin{aligned} a &= b \\\\ c &= {d \\\\ e &= f \\end{aligned}",
            "aligned[a & = b ; !DC103 ; e & = f]",
            [True, False, True],
        ),
        (
            "\\begin{aligned} a &= b \\\\ c &= d} \\\\ e &= f \\end{aligned}",
            "aligned[a & = b ; !DC103 ; e & = f]",
            [True, False, True],
        ),
        ("a = b \\\\ c = \\sqrt \\\\ e = f", "a = b ; c = root[;] e = f", [True, True]),
        ("a = ☃ \\\\ b = c", "!DC100 ; b = c", [False, True]),
        ("a = b \\\\ + \\foo \\\\ c = d", "a = b ; !DC170 ; c = d", [False, True]),
        ("a = b \\\\ \\foo \\\\ c = d", "a = b ; !DC170 ; c = d", [False, True]),
        ("a = b \\\\ = \\foo \\\\ = c", "a = b ; !DC170 ; = c", [True, False]),
        ("a = \\begin{bmatrix} \\foo \\end{bmatrix} \\\\ b = c", "!DC170 ; b = c", [False, True]),
    ],
)
def test_a_broken_row_leaves_its_neighbours(text: str, tree: str, read: list[bool]) -> None:
    row = parse_tex(text)
    assert shown(row) == tree
    assert [chain.problem is None for chain in chains(row)] == read


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a = b + c, \\quad c = d + a", ["a = b + c", "c = d + a"]),
        ("a = b \\text{ and } c = d + a", ["a = b", "c = d + a"]),
        ("a = b, \\quad i = 1, 2", ["a = b , i = 1 , 2"]),
        ("\\begin{aligned} a &= b \\\\ &= c \\\\ d &= e \\end{aligned}", ["a = b = c", "d = e"]),
        ("a = b + c \\quad c = d + a", ["a = b + c", "c = d + a"]),
        ("a = b + c \\; \\; c = d + a", ["a = b + c", "c = d + a"]),
        ("a = b + c ~~ c = d + a", ["a = b + c", "c = d + a"]),
        ("a = b + c \\hspace{1cm} c = d + a", ["a = b + c", "c = d + a"]),
        ("a = b + c \\; c = d + a", ["a = b + c c = d + a"]),
        ("a = b + c \\quad i \\ne j", ["a = b + c , i != j"]),
        ("a = b c \\quad c = b", ["a = b c , c = b"]),
        ("\\begin{aligned} a &= b c & d &= e a \\end{aligned}", ["a = b c", "d = e a"]),
        ("\\begin{aligned} a &= b c && d > 0 \\end{aligned}", ["a = b c , d > 0"]),
        ("\\begin{aligned} a &= b & + c & d \\\\ & = e & f \\end{aligned}", ["a = b + c d = e f"]),
        ("\\begin{eqnarray} a &=& b c \\end{eqnarray}", ["a = b c"]),
        ("a = b \\; \\; (i = j)", ["a = b , i = j"]),
        ("a = b \\quad \\text{and} \\quad c = d", ["a = b", "c = d"]),
        ("a = b, (i = j)", ["a = b , i = j"]),
        ("a = b, x_i > 0", ["a = b , x_[i] > 0"]),
        ("a = b \\quad 0 < s < 1", ["a = b , 0 < s < 1"]),
        ("a = b \\quad c d > 0", ["a = b", "c d > 0"]),
        ("a < b \\quad x > 0", ["a < b , x > 0"]),
        *((f"a = b c {space} c = d a", ["a = b c", "c = d a"]) for space in ("\\enspace", "\\hfill", "\\hskip 1cm")),
        *((f"a = b c {space} c = d a", ["a = b c", "c = d a"]) for space in ("\\kern1em", "\\mskip 9mu plus 2mu")),
        ("a = b \\mkern-2mu c", ["a = b c"]),
        ("a = b \\quad + \\quad c = d", ["a = b + c = d"]),
        ("a = b \\Rightarrow c = d", ["a = b", "c = d"]),
        ("a = b \\implies c = d \\iff e = f", ["a = b", "c = d", "e = f"]),
        ("a = b \\\\ \\Rightarrow c = d", ["a = b", "c = d"]),
        ("a = b \\therefore c = d", ["a = b", "c = d"]),
        ("a = b \\\\ \\therefore c = d", ["a = b", "c = d"]),
        ("\\therefore c = d", ["c = d"]),
        ("a \\Rightarrow c = d", ["a ⇒ c = d"]),
        ("\\Rightarrow c = d", ["⇒ c = d"]),
        ("a = b \\\\ - c", ["a = b - c"]),
        ("a = b + \\\\ + c", ["a = b + + c"]),
        ("a = b = \\\\ = c", ["a = b = c"]),
        ("\\left[ a = b \\right]", ["a = b"]),
        ("\\left( a \\\\ + b \\right) = c", ["(a + b) = c"]),
        ("\\begin{cases} a = b \\\\ c = d \\end{cases}", ["a = b", "c = d"]),
        ("a = \\begin{cases} 1 & x > 0 \\\\ 0 & x < 0 \\end{cases}", ["a = cases[1 & x > 0 ; 0 & x < 0]"]),
        ("J = A \\in R", ["J = A", "A ∈ R"]),
        ("\\text{The Jacobian, J} = A", ["'The Jacobian,' J/roman = A"]),
        ("\\text{so } a = b", ["'so' a = b"]),
        ("{a = b}", ["a = b"]),
        ("", []),
        ("\\text{nothing here}", []),
    ],
)
def test_statements_of_a_formula(text: str, found: list[str]) -> None:
    assert [shown(chain.row) for chain in chains(parse_tex(text))] == found


def test_the_table_of_commands_is_whole() -> None:
    for name, command in COMMANDS.items():
        assert command.arity >= 0 and command.remark in ("", "_", "^"), name
        assert name not in ENVIRONMENTS or command.kind is None
    assert all(name == name.strip() or name == " " for name in COMMANDS)


PIECES = st.sampled_from(
    [
        *(f"\\{name} " for name in COMMANDS),
        *(f"\\begin{{{name}}}" for name in ENVIRONMENTS),
        *(f"\\end{{{name}}}" for name in ENVIRONMENTS),
        *"abxyzW0123456789+-*/=<>()[]{}^_&|'.,;:$ ",
        "\\\\",
        "\\foo",
        "é",
        "\x00",
    ]
)  # every kind of lexeme


@settings(max_examples=400, deadline=None)
@given(st.lists(PIECES, max_size=24).map("".join))
def test_any_text_is_a_tree_or_a_problem_with_its_place(text: str) -> None:
    try:
        row = parse_tex(text)
        found = chains(row)
    except NotationError as problem:
        assert problem.span is not None and 0 <= problem.span[0] <= problem.span[1] <= len(text)
        return
    check(row, len(text))
    for chain in found:
        check(chain.row, len(text))
        assert chain.span.start <= chain.span.stop <= len(text)


def check(row: Row, length: int) -> None:
    for node in row:
        assert 0 <= node.span.start <= node.span.stop <= length, node
        for inner in rows_of(node):
            check(inner, length)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (r"\frac1\pp", r"\frac{1}{s t}"),
        (r"\frac\pp2", r"\frac{s t}{2}"),
        (r"\frac{1}\pp u", r"\frac{1}{s t} u"),
        (r"\frac\pp\pp", r"\frac{s t}{s t}"),
        (r"\sqrt\pp u", r"\sqrt{s t} u"),
        (r"\hat\pp", r"\hat{s t}"),
        (r"x_\pp", "x_s t"),  # a script takes the first piece of what the macro becomes
        (r"x^\pp", "x^s t"),
        (r"u \pp v", "u s t v"),
        (r"\half\pp", r"\frac12 s t"),
    ],
)
def test_a_macro_is_an_argument_as_it_stands(written: str, meant: str) -> None:
    macros = {"\\pp": "s t", "\\half": r"\frac12"}
    assert shown(parse_tex(written, macros)) == shown(parse_tex(meant, {}))


BROKEN_ROWS = [
    (r"a = b \\ c = {d \\ e = f", "`{` is never closed", r"{"),
    (r"\begin{aligned} a &= b \\ c &= \frac{1}{2 d \\ e &= f \end{aligned}", "`{` is never closed", r"{2"),
    (r"\begin{cases} a = b \\ c = \foo \\ e = f \end{cases}", "unknown macro", r"\foo"),
    (r"\begin{cases} a = b \\ c = {d \\ e = f \end{cases}", "`{` is never closed", r"{d"),
    (r"\begin{aligned} a &= b \\ c &= \begin{bmatrix} 1 \\ {2 \end{bmatrix} \\ e &= f \end{aligned}", "`{`", r"{2"),
]


@pytest.mark.parametrize(("text", "message", "place"), BROKEN_ROWS, ids=range(len(BROKEN_ROWS)))
def test_a_row_that_is_left_open_takes_no_other_along(text: str, message: str, place: str) -> None:
    first, broken, last = chains(parse_tex(text))
    assert first.problem is None
    assert last.problem is None
    assert broken.problem is not None
    assert message in broken.problem.diagnostic.message
    assert broken.problem.span is not None
    assert broken.problem.span[0] == text.index(place)


BRACKETS = [
    r"x = \left( a + b \right. \\ \left. + c \right)",
    r"x = ({a + b) c}",
    r"x = \left( a + b )",
    r"x = \left( a \right. \\ \left. + c \right)^2",
]


@pytest.mark.parametrize("text", BRACKETS)
def test_brackets_across_rows_and_braces_are_one_pair(text: str) -> None:
    (found,) = chains(parse_tex(text))
    last = [node.base if isinstance(node, Scripts) else node for node in found.row]
    (group,) = (node for node in last if isinstance(node, Group))
    assert group.opener is not None
    assert group.closer is not None


def test_a_macro_has_the_place_of_its_whole_call() -> None:
    text = r"\pd{L}{x} = \vv{z}"
    row = parse_tex(text, {"pd": r"\frac{\partial #1}{\partial #2}", "vv": r"\mathbf{#1}_{0}"})
    assert [text[node.span.start : node.span.stop] for node in row if not isinstance(node, Space)] == [
        r"\pd{L}{x}",
        "=",
        r"\vv{z}",
    ]
