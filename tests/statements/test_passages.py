"""What a document holds is found, whatever marks stand around it; what is no text of it is not judged."""

from __future__ import annotations

import pathlib

import pytest

from derivcheck.pipeline.results import FileResult
from derivcheck.pipeline.verification import verify_document
from derivcheck.report.coverage import standing

SPEC = """
tensors:
  x: n0
  W: n1 n0
  b: n1
  y: {axes: n1, given: one_hot}
layers:
  z: W @ x + b
  p: softmax(z)
loss: {L: "cross_entropy(p, y)"}
let: {delta: dL/dz}
macros: {'\\pd': '\\frac{\\partial #1}{\\partial #2}'}
"""
RIGHT, WRONG = r"\delta = p - y", r"\delta = y - p"
SECOND = r"\frac{\partial L}{\partial b} = y - p"


def judged(tmp_path: pathlib.Path, text: str, name: str = "notes.md") -> FileResult:
    (tmp_path / name).write_text(text)
    (tmp_path / "notes.derivcheck.yaml").write_text(SPEC)
    result = verify_document(tmp_path / name)
    assert result.error is None, result.error
    return result


def standings(result: FileResult) -> list[str]:
    return [standing(formula) for formula in result.formulas]


def places(result: FileResult) -> list[int]:
    return [formula.where.line for formula in result.formulas]


def in_markdown(tmp_path: pathlib.Path, text: str) -> list[str]:
    return standings(judged(tmp_path, text.replace("RIGHT", RIGHT).replace("WRONG", WRONG).replace("SECOND", SECOND)))


def in_latex(tmp_path: pathlib.Path, text: str, head: str = "") -> list[str]:
    text = f"\\documentclass{{article}}\n{head}\n\\begin{{document}}\n{text}\n\\end{{document}}\n"
    text = text.replace("RIGHT", RIGHT).replace("WRONG", WRONG).replace("SECOND", SECOND)
    return standings(judged(tmp_path, text, "notes.tex"))


# --- Markdown: the marks around a formula --------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        # a price is no formula
        ("A GPU hour costs $5. Then $WRONG$ and $RIGHT$.", ["refuted", "proved"]),
        ("It costs $5 or $10, and then $WRONG$ holds.", ["refuted"]),
        ("From $5-$10 and $2,000.50 on, $WRONG$.", ["refuted"]),
        ("It costs $5", []),
        ("$2 \\delta = 2 (y - p)$ and $10$ of them", ["refuted"]),
        ("$2 \\delta = 2 (y - p) \\text{ where it holds}$", ["refuted"]),
        ("`long code` first, then $WRONG$", ["refuted"]),
        # other marks
        (r"\\[ WRONG \\]", ["refuted"]),
        (r"Here \\( WRONG \\) and \\(RIGHT\\).", ["refuted", "proved"]),
        ("Here $`WRONG`$ and $`RIGHT`$.", ["refuted", "proved"]),
        ("Here {math}`WRONG` stands.", ["refuted"]),
        ("```{math}\n:label: eq\n\nWRONG\n```", ["refuted"]),
        (":::{math}\n:label: eq\nWRONG\n:::", ["refuted"]),
        ('<script type="math/tex">WRONG</script>', ["refuted"]),
        ('<script type="math/tex; mode=display">\nWRONG\n</script>', ["refuted"]),
        # environments without dollars
        ("> \\begin{align}\n> \\delta &= p - y \\\\\n> \\delta &= y - p\n> \\end{align}", ["proved", "refuted"]),
        ("- \\begin{align}\\delta &= y - p\\end{align}", ["refuted"]),
        ("\\begin{gathered}\nWRONG\n\\end{gathered}", ["refuted"]),
        ("It is \\begin{equation*}WRONG\\end{equation*} here.", ["refuted"]),
        # blocks of HTML
        ("<p>\n\\[ WRONG \\]\n</p>", ["refuted"]),
        ("<p>\n\\( WRONG \\)\n</p>", ["refuted"]),
        ("<p>\n$\\delta\n= y - p$\n</p>", ["refuted"]),
        # quotes
        ("> $$\n> \\begin{aligned}\n> \\delta &= p - y \\\\\n>  &= y - p\n> \\end{aligned}\n> $$", ["refuted"]),
        ("> the value $\\delta\n> = y - p$ is", ["refuted"]),
        ("$$\np \n> 0\n$$", ["undecided"]),
        # tables
        ("| a | b |\n|---|---|\n| $|\\delta| = |y - p|$ | $WRONG$ |", ["proved", "refuted"]),
        ("| a | b |\n|---|---|\n| c | $\\|\\delta\\|^2 = p^T p$ |", ["unread"]),
    ],
)
def test_formulas_of_markdown(tmp_path: pathlib.Path, text: str, wanted: list[str]) -> None:
    assert in_markdown(tmp_path, text) == wanted


@pytest.mark.parametrize(
    "aside",
    [
        "<!-- $SECOND$ -->",
        "Text <!-- $SECOND$ and\n$$SECOND$$ --> here.",
        "<!--\nold: $SECOND$\n\nand $$\n-->",
        "<pre>\n$SECOND$\n\n$SECOND$\n</pre>",
        "Some <code>$SECOND$</code> here.",
        'Here <img alt="$SECOND$" src="a.png"> stands.',
        "Code over `two lines\n$SECOND$` here.",
        "`` $`SECOND`$ ``",
        "<style>\na { b = \\c }\n</style>",
    ],
)
def test_what_is_no_text_of_markdown_is_not_judged(tmp_path: pathlib.Path, aside: str) -> None:
    assert in_markdown(tmp_path, f"Before $RIGHT$.\n\n{aside}\n\n$$\nWRONG\n$$\n") == ["proved", "refuted"]


def test_an_indented_block_is_not_judged_and_not_passed_over(tmp_path: pathlib.Path) -> None:
    assert in_markdown(tmp_path, "Type\n\n    $WRONG$\n    $$SECOND$$\n\nfor $RIGHT$.") == ["unread", "proved"]
    assert in_markdown(tmp_path, "Type\n\n    x = 1\n\nfor $RIGHT$.") == ["proved"]
    assert in_markdown(tmp_path, "1. One\n\n    $$\n    WRONG\n    $$\n") == ["refuted"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("One\n\nWe find \\frac{\\partial L}{\\partial z} = y - p here.", 3),
        ("One\n\n\\begin{align}\nSECOND", 4),
        ("One\n\nPaid in $HOME$. Then $SECOND$ and $SECOND$.", 3),
        ("One\n\nA lonely $ \\delta here", 3),
        ("One\n\nhere y=m*x+c is plain", 3),
    ],
)
def test_what_looks_like_a_formula_is_unread_with_its_place(tmp_path: pathlib.Path, text: str, line: int) -> None:
    result = judged(tmp_path, text.replace("SECOND", SECOND) + "\n")
    assert result.formulas
    for formula in result.formulas:
        assert standing(formula) in ("unread", "refuted") and formula.where.line == line


def test_words_with_macros_are_no_formulas(tmp_path: pathlib.Path) -> None:
    text = (
        "See \\cite{a}, C:\\temp, \\[1\\], the set_a of a^b, and 100\\% of it.\n\nPrice: US$5 and $HOME/x.\n\n$RIGHT$"
    )
    assert in_markdown(tmp_path, text.replace("$HOME", "HOME")) == ["proved"]


# --- LaTeX ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("head", "text", "wanted"),
    [
        (
            r"\newenvironment{eqn}{\begin{equation}}{\end{equation}}",
            "$RIGHT$ \\begin{eqn}\nWRONG\n\\end{eqn} $SECOND$",
            ["proved", "refuted", "refuted"],
        ),
        (
            r"\newcommand{\be}{\begin{equation}}" "\n" r"\newcommand{\ee}{\end{equation}}",
            "$RIGHT$ \\be WRONG \\ee $SECOND$ \\be SECOND\\ee",
            ["proved", "refuted", "refuted", "refuted"],
        ),
        (
            r"\def\bal{\begin{align*}}\def\eal{\end{align*}}",
            "\\bal \\delta &= p - y \\\\ \\delta &= y - p \\eal",
            ["proved", "refuted"],
        ),
        (
            r"\newcommand{\eqn}[1]{\begin{align}#1\end{align}}",
            r"\eqn{ \delta &= p - y \\ \delta &= y - p }",
            ["proved", "refuted"],
        ),
        (
            r"\newcommand{\eqn}[2]{\begin{equation}\label{#1}#2\end{equation}}",
            r"\eqn{eq:a}{WRONG} and $RIGHT$",
            ["refuted", "proved"],
        ),
        (
            r"\newcommand{\half}[1]{\begin{equation}\frac12 #1\end{equation}}",
            r"\half{WRONG} and $RIGHT$",
            ["unread", "proved"],
        ),
        (r"\newcommand{\said}{$WRONG$}", r"As \said{} and $RIGHT$.", ["unread", "proved"]),
        (r"\newcommand{\said}{\ensuremath{WRONG}}", r"As \said{} and $RIGHT$.", ["unread", "proved"]),
        (
            r"\newenvironment{half}{\begin{equation}\frac12}{\end{equation}}",
            r"\begin{half} WRONG \end{half} $RIGHT$",
            ["unread", "proved"],
        ),
        ("", "\\begin{myeq}\nSECOND\n\\end{myeq} and $RIGHT$", ["unread", "proved"]),
        ("", "\\begin{empheq}[box=\\fbox]{align}\nWRONG\n\\end{empheq} $RIGHT$", ["refuted", "proved"]),
        ("", "A brace } too many, $WRONG$ and \\begin{align}SECOND\\end{align}", ["refuted", "refuted"]),
        ("", "It costs $5 and $WRONG$ here.\n\nThen $RIGHT$.", ["refuted", "proved"]),
        ("", "A lonely $ in $WRONG$ here.\n\nThen $RIGHT$.", ["unread", "refuted", "proved"]),
        ("", "One $WRONG$ and one $\\delta$ too many$.\n\nThen $RIGHT$.", ["refuted", "unread", "proved"]),
        ("", "outside \\frac{\\partial L}{\\partial b} = y - p of dollars; $RIGHT$", ["unread", "proved"]),
        ("", "\\section{On $WRONG$}\\label{sec:a_b}\\includegraphics[width=0.5\\textwidth]{a_b=c}", ["refuted"]),
        ("", "\\begin{subequations}\\begin{align}WRONG\\end{align}\\end{subequations}", ["refuted"]),
    ],
)
def test_formulas_of_latex(tmp_path: pathlib.Path, head: str, text: str, wanted: list[str]) -> None:
    assert in_latex(tmp_path, text, head) == wanted


@pytest.mark.parametrize(
    "aside",
    [
        "\\begin{comment}\n$SECOND$\n\\end{comment}",
        "\\iffalse\n$SECOND$ \\ifx\\a\\b $SECOND$\\fi \\iff $SECOND$\n\\fi",
        "\\begin{lstlisting}\n% $SECOND$\nx = '$SECOND$'\n\\end{lstlisting}",
        "\\begin{verbatim}\n$SECOND$\n\\end{verbatim}",
        "\\verb|$SECOND$| and \\lstinline!$SECOND$!",
        "% $SECOND$",
        "\\url{http://a.b/100%25} is a link",
    ],
)
def test_what_is_no_text_of_latex_is_not_judged(tmp_path: pathlib.Path, aside: str) -> None:
    assert in_latex(tmp_path, f"$RIGHT$ and\n{aside}\nthen $WRONG$") == ["proved", "refuted"]


def test_what_stands_behind_the_end_is_not_judged(tmp_path: pathlib.Path) -> None:
    text = f"\\begin{{document}}\n${RIGHT}$, not \\verb|\\end{{document}}|\n% \\end{{document}}\n${WRONG}$\n"
    assert standings(judged(tmp_path, f"{text}\\end{{document}}\n${SECOND}$\n", "notes.tex")) == ["proved", "refuted"]


def test_the_else_of_what_is_never_taken_is_read(tmp_path: pathlib.Path) -> None:
    assert in_latex(tmp_path, "\\iffalse $RIGHT$ \\else $WRONG$ \\fi $RIGHT$") == ["refuted", "proved"]


@pytest.mark.parametrize(
    ("between", "wanted"),
    [
        (" \\end{theorem} ", "refuted"),
        (" \\section{On} ", "refuted"),
        ("\\footnote{Why} ", "refuted"),
        (" then ", "unread"),
        (". ", "refuted"),
    ],
)
def test_a_condition_holds_for_its_sentence(tmp_path: pathlib.Path, between: str, wanted: str) -> None:
    text = f"\\begin{{theorem}} If it converges{between}$WRONG$"
    assert in_latex(tmp_path, text.replace("\\begin{theorem}", "" if "end" not in between else "\\begin{theorem}")) == [
        wanted
    ]
    assert in_latex(tmp_path, "We\\footnote{If at all, so} find $WRONG$") == ["refuted"]
    assert in_latex(tmp_path, "We % if\nfind $WRONG$") == ["refuted"]


# --- macros of the document ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("head", "text", "wanted"),
    [
        (r"\newcommand{\hide}[1]{}", r"$\delta = p - y \hide{+ p}$", "proved"),
        (r"\newcommand{\annot}[2]{#1}", r"$\delta = \annot{p}{y} - y$", "proved"),
        (r"\newcommand{\annot}[2][]{#2}", r"$\delta = \annot[why]{p} - \annot{y}$", "proved"),
        (r"\newcommand{\grad}[2][L]{\frac{\partial #1}{\partial #2}}", r"$\grad{z} = p - y$", "proved"),
        (r"\newcommand{\grad}[2][L]{\frac{\partial #1}{\partial #2}}", r"$\grad[L]{z} = y - p$", "refuted"),
        (r"\def\hide#1{}", r"$\delta = p - y \hide{+ p}$", "proved"),
        (r"\def\upto(#1){#1}", r"$\delta = \upto(p - y)$", "unread"),
        (r"\NewDocumentCommand{\sub}{m m}{#1 - #2}", r"$\delta = \sub{p}{y}$", "proved"),
        (r"\NewDocumentCommand{\sub}{s m}{#2}", r"$\delta = \sub*{p - y}$", "unread"),
        (r"\newcommand\q p", r"$\delta = \q - y$", "proved"),
        (r"\let\q=\delta", r"$\q = p - y$", "proved"),
        ("\\newcommand{\\q}{p}\n% old: \\newcommand{\\q}{y}", r"$\delta = \q - y$", "proved"),
        (r"\newcommand{\q}{p}\providecommand{\q}{y}", r"$\delta = \q - y$", "proved"),
        (r"\newcommand{\q}{p}", "$\\delta = \\q - y$ \\renewcommand{\\q}{y}", "proved"),
        (r"\newcommand{\q}{p}", "{\\renewcommand{\\q}{y}} $\\delta = \\q - y$", "proved"),
        (r"\newcommand{\q}{y}", "\\begin{center}\\renewcommand{\\q}{p}$\\delta = \\q - y$\\end{center}", "proved"),
        (r"\newcommand{\q}{y}", "{\\gdef\\q{p}} $\\delta = \\q - y$", "proved"),
        ("\\newcommand{\\q}{p}\\let\\old\\q\n\\renewcommand{\\q}{y}", r"$\delta = \old - \q$", "proved"),
        (r"\let\old\delta\renewcommand{\delta}{y}", r"$\old = \delta$", "unread"),
    ],
)
def test_macros_hold_where_they_are_defined(tmp_path: pathlib.Path, head: str, text: str, wanted: str) -> None:
    assert in_latex(tmp_path, text, head) == [wanted]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("$\\newcommand{\\q}{p}$\n\n$\\delta = \\q - y$", ["proved"]),
        ("$$\n\\newcommand{\\q}{p}\n\\newcommand{\\r}{y}\n$$\n\n$\\delta = \\q - \\r$", ["proved"]),
        ("$$\\newcommand{\\q}{p} \\delta = \\q - y$$", ["proved"]),
        (
            "`\\newcommand{\\q}{y}` $\\newcommand{\\q}{p}$ <!-- \\renewcommand{\\q}{y} --> $\\delta = \\q - y$",
            ["proved"],
        ),
        (
            "$\\newcommand{\\q}{p}$ $\\delta = \\q - y$ $\\renewcommand{\\q}{y}$ $\\delta = \\q - y$",
            ["proved", "refuted"],
        ),
    ],
)
def test_macros_of_markdown(tmp_path: pathlib.Path, text: str, wanted: list[str]) -> None:
    assert in_markdown(tmp_path, text) == wanted


# --- what stands in a display --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("\\begin{cases} RIGHT \\\\ SECOND \\end{cases}", ["proved", "refuted"]),
        (
            "\\left\\{\\begin{aligned} \\delta &= p - y \\\\ \\delta &= y - p \\end{aligned}\\right.",
            ["proved", "refuted"],
        ),
        (
            "\\left\\{\\begin{array}{rcl} \\delta & = & p - y \\\\ \\delta &=& y - p \\end{array}\\right.",
            ["proved", "refuted"],
        ),
        ("\\{ \\begin{aligned} \\delta &= p - y \\\\ \\delta &= y - p \\end{aligned}", ["unread", "refuted"]),
        ("\\left[ SECOND \\right]", ["refuted"]),
        ("\\Big( SECOND \\Big)", ["refuted"]),
        ("\\{ SECOND \\}", ["unread"]),
        ("\\Rightarrow [ SECOND ]", ["unread"]),
        # an arrow: both sides, and nothing under a condition that is not given
        ("RIGHT \\Rightarrow SECOND", ["proved", "refuted"]),
        ("RIGHT \\implies \\frac{\\partial L}{\\partial b} = p - y", ["proved", "proved"]),
        ("RIGHT \\\\ \\Rightarrow SECOND", ["proved", "refuted"]),
        ("W = 0 \\Rightarrow z = b", ["unread", "proved"]),
        ("W = 0 \\Rightarrow p = b", ["unread", "unread"]),
        ("p = y \\iff \\delta = 0", ["unread", "proved"]),
        ("z \\defeq W x + b", ["definition"]),
        ("\\frac{\\partial L}{\\partial z} \\eqqcolon y - p", ["refuted"]),
        ("\\delta \\isthesameas y - p", ["unread"]),
        ("\\mathbb{E} \\foo", []),
        ("\\sum_{i=1}^n x_i", []),
        # one row that is not read leaves the others
        (
            "\\begin{aligned} \\delta &= p - y \\\\ \\bad{x} &= y \\\\ \\delta &= y - p \\end{aligned}",
            ["proved", "unread", "refuted"],
        ),
        (
            "\\begin{aligned} \\delta &= p - y \\\\ \\bad{x} &= y \\\\ &= p \\\\ \\delta &= y - p \\end{aligned}",
            ["proved", "unread", "refuted"],
        ),
        # one step that is not read leaves the other steps
        (
            "\\begin{aligned} \\delta &= p - y \\\\ &= \\bad{x} \\\\ &= y - p \\end{aligned}",
            ["proved", "unread", "refuted"],
        ),
        (
            "\\begin{aligned} \\delta &= p - y \\\\ &= \\bad{x} \\\\ &= p - y \\end{aligned}",
            ["proved", "unread", "proved"],
        ),
        ("\\frac{\\partial L}{\\partial z} = p - \\mathfrak{q}(z) = p - y", ["unread", "proved"]),
        ("\\frac{\\partial L}{\\partial z} = p - \\mathfrak{q}(z) = y - p", ["unread", "refuted"]),
        ("\\frac{\\partial L}{\\partial z} = p - y = p - \\mathfrak{q}(z)", ["unread", "proved"]),
        ("\\frac{\\partial L}{\\partial z} = p - \\mathfrak{q}(z)", ["unread"]),
        ("\\begin{aligned} \\delta &= p \\\\ &- \\bad y \\\\ \\delta &= y - p \\end{aligned}", ["unread", "refuted"]),
        ("\\begin{aligned} \\delta &= p - \\\\ &\\bad y \\\\ \\delta &= y - p \\end{aligned}", ["unread", "refuted"]),
    ],
)
def test_equations_of_a_display(tmp_path: pathlib.Path, text: str, wanted: list[str]) -> None:
    assert in_markdown(tmp_path, f"$$\n{text}\n$$\n") == wanted


def test_an_aside_in_brackets_is_not_judged_and_not_passed_over(tmp_path: pathlib.Path) -> None:
    assert in_markdown(tmp_path, "We take the value $(WRONG)$ of $(p - y)_i = \\delta_i$.") == ["unread", "proved"]


def test_a_choice_is_no_system(tmp_path: pathlib.Path) -> None:
    text = "$$\\frac{\\partial p_i}{\\partial z_j} = \\begin{cases} p_i (1 - p_i) & i = j \\\\ -p_i p_j & i \\ne j \\end{cases}$$"
    assert in_markdown(tmp_path, text) == ["proved"]
