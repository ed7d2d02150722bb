"""MathML says what the tree says: read off as a person would and parsed, it gives the same tree.

The tree itself has been read back before a page shows it: a form and the text of a claim are parsed
from plain text, and every line of a derivation is judged as its text says (judging/steps.py). So
the page shows nothing that was not read back, although MathML is not read when it is written.
"""

from __future__ import annotations

import dataclasses
import re
from fractions import Fraction
from pathlib import Path
from xml.etree.ElementTree import Element, fromstring

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from derivcheck.diagnostics.diagnostic import DerivcheckError
from derivcheck.judging.examiner import Examiner
from derivcheck.language.network import build, depths
from derivcheck.language.notation.mathml import to_mathml
from derivcheck.language.notation.parser import parse_equation
from derivcheck.language.notation.precedence import SPELLINGS
from derivcheck.language.notation.printer import to_latex, to_plain, to_unicode
from derivcheck.language.notation.syntax import (
    Binary,
    Call,
    Derivative,
    Equation,
    Expression,
    Name,
    Negate,
    Number,
    Subscript,
    Transpose,
    bottom_up,
)
from derivcheck.language.notation.vocabulary import NOTHING_DECLARED, Vocabulary
from derivcheck.language.tensors import NamedTensor
from derivcheck.report.formulas import Formulas
from derivcheck.spec import load_spec

ROOT = Path(__file__).parents[2]
SPECS = sorted((ROOT / "specs").rglob("*.yaml"))
WORDS = {letter: word for word, letter in SPELLINGS.items()}
TAGS = {
    "math",
    "mrow",
    "mi",
    "mn",
    "mo",
    "mtext",
    "mspace",
    "mfrac",
    "msub",
    "msup",
    "msubsup",
    "munder",
    "munderover",
    "msqrt",
    "mtable",
    "mtr",
    "mtd",
}
SIGNS = {"⊤": "ᵀ", "\u2062": " ", "\u2061": "", "−": "-", "⋅": " * ", "∑": "Σ", "∏": "Π"}


class Reader:
    """Reads MathML off as Unicode text of the plain notation."""

    def text(self, node: Element) -> str:
        parts = list(node)
        match node.tag:
            case "math" | "mrow" | "mtd":
                return self.row(parts)
            case "mi" | "mn":
                return node.text or ""
            case "mtext":
                return f" {(node.text or '').strip()} "
            case "mo":
                sign = SIGNS.get(node.text or "", node.text or "")
                return f" {sign} " if sign in tuple("+-=≠<>≤≥⊙") else sign
            case "mfrac":
                above, below = map(self.text, parts)
                if above.startswith("∂"):
                    return f"({above}/{below.replace('**(2)', '^2')})"
                return f"(({above})/({below}))"
            case "msqrt":
                return f"sqrt({self.row(parts)})"
            case "msub":
                base, below = self.text(parts[0]), self.text(parts[1])
                if parts[1].tag == "mn":
                    return base + below
                if parts[1].get("mathvariant") == "normal":
                    number = re.match(r"\d*", below)[0]  # type: ignore[index]
                    return f"{base}{number}_{below[len(number) :].replace(',', '_').removeprefix('_')}"
                return f"δ({below})" if parts[0].tag == "mi" else f"{base}[{below}]"
            case "msubsup":
                name = Element("msub")
                name.extend(parts[:2])
                return self.raised(self.text(name), self.text(parts[2]))
            case "msup":
                return self.raised(self.text(parts[0]), self.text(parts[1]))
            case "mtable":
                return "; ".join(", ".join(self.text(cell) for cell in row) for row in parts)
        raise AssertionError(f"`{node.tag}` is not among the elements that are written")

    def raised(self, base: str, script: str) -> str:
        if base == "∂":
            return "∂²"
        return base + script if set(script) <= {"ᵀ", "′"} else f"{base}**({script})"

    def row(self, parts: list[Element]) -> str:
        """Neighbours. The product of numbers is an invisible sign with a space behind it, that of matrices the sign."""
        text = ""
        for position, part in enumerate(parts):
            before = parts[position - 1] if position else None
            if part.tag == "mspace":
                if before is not None and before.text == "\u2062":
                    text = text[:-1] + " * "
                elif before is not None and before.tag == "mrow":
                    text += " "
            elif part.tag == "munder":
                text += f"{self.text(part[0])}_{{{self.text(part[1])}}}" + ("" if part[0].text == "max" else " ")
            elif part.tag == "munderover":
                sign, below, above = map(self.text, part)
                text += f"{sign}_{{{below}}}^{{{above}}} "
            elif part.tag == "mtable" and before is not None and before.text == "{":
                (then, test), (otherwise, _) = part
                text = f"{text[:-1]}{self.text(then)}{self.text(test)} else {self.text(otherwise)}"
            else:
                text += self.text(part)
        return text


def meaning(tree: object) -> object:
    """A tree without what a page cannot show: which product of a number, the sign of which factor, spelled Greek."""
    match tree:
        case Name(name):
            stem = name.rstrip("0123456789")
            return WORDS.get(stem, stem).removesuffix("_") + name[len(stem) :]
        case Number(value):
            return value if value >= 0 else ("Negate", -value)
        case Negate(operand):
            return negated(meaning(operand))
        case Binary("/", Number(above), Number(below)) if below:
            return above / below
        case Binary(operator, left, right):
            return ("·" if operator in "*@" else operator, meaning(left), meaning(right))
        case Call("sigmoid" | "σ", arguments, primes):
            return ("sigmoid", meaning(arguments), primes)
        case tuple():
            return tuple(meaning(part) for part in tree)
    if dataclasses.is_dataclass(tree) and not isinstance(tree, type):
        fields = (field.name for field in dataclasses.fields(tree) if field.name != "span")
        return (type(tree).__name__, *(meaning(getattr(tree, name)) for name in fields))
    return tree


def negated(meant: object) -> object:
    """What is meant with a sign in front, which is one of the first factor."""
    match meant:
        case ("·" | "/" as operator, left, right):
            return (operator, negated(left), right)
    return ("Negate", meant)


NO_SPEC = Formulas()


def check(tree: Equation, formulas: Formulas = NO_SPEC, vocabulary: Vocabulary = NOTHING_DECLARED) -> None:
    root = fromstring(to_mathml(tree, formulas.scalars, formulas.families))
    assert {node.tag for node in root.iter()} <= TAGS
    assert root.get("alttext") == to_unicode(tree, formulas.scalars, formulas.families)
    written = Reader().text(root)
    # A thin space beyond ASCII makes the parser read juxtaposition.
    read = parse_equation(written + "\u2009", vocabulary)
    assert meaning(read) == meaning(tree), written


SAMPLES = [
    "dL/dW1 = ((W2.T @ (p - y)) * sigmoid'(z1)) @ x.T",
    "a - (b - c) = a - b + c",
    "A @ (B * C) = (A @ B) * C",
    "A @ (B @ C) = A @ B @ C",
    "(A + B).T @ x = y",
    "A @ (-x) = -(A @ x)",
    "d2l/dx^2 = 0",
    "d2L/dx[i]dx[j] = -W[i,j]",
    "sum_{k != i}(a[k] * b[k,j]) = prod_k(c[k])",
    "sum_{k,m}(a[k] * b[m]) = c",
    "(sum_k(a[k])) * b = max_k(c[k] + d)",
    "sum_k(a[k] + b) = min_k(c[k])",
    "W[:,j] = 1/3 * delta(i,j) / sqrt(2 * x)",
    "x = -0.5 * (a**2)**3",
    "x1**2 = (x1.T)**2",
    "softplus'(z)**2 = f(x, y)",
    "(1 if i == j else 0) * x[i] = 2**(-n)",
    "(1 if i < j or j == k and k > 2 else x) = y",
    "[a, b; c, d] @ v = [a, b]",
    "d(log(p[k]))/dz[i] = delta(k,i) - p[i]",
    "dp[i]/dz[j] = -p[i] * p[j] where i != j and j < k",
    "exp(-(x / s)) <= y",
    "alpha * theta2 = y_hat",
    "a / (b / c) = (a / b) / c",
    "(a / b).T = (a + b)**c",
    "2 * 3 * x = x * 2",
    "a @ 1.T = a @ 2**x",
    "a * 2**x = b @ (c * 3)",
    "W_hh @ h_prev[i] = U_h2.T * x1_hat**2 - d_model_k[h]",
]


@pytest.mark.parametrize("text", SAMPLES)
def test_read_off_it_is_the_same_tree(text: str) -> None:
    check(parse_equation(text))


def leaves() -> st.SearchStrategy[Expression]:
    names = st.sampled_from(["a", "W1", "x", "alpha", "z2", "x_i"]).map(Name)
    entries = st.tuples(names, st.sampled_from(["i", "j"])).map(lambda pair: Subscript(pair[0], (Name(pair[1]),)))
    return st.one_of(names, entries, st.integers(1, 9).map(lambda n: Number(Fraction(n))))


def grown(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    return st.one_of(
        st.builds(Binary, st.sampled_from(["+", "-", "*", "@", "/", "**"]), inner, inner),
        st.builds(Negate, inner),
        st.builds(Transpose, inner),
        st.builds(lambda a: Call("tanh", (a,), 1), inner),
        st.builds(lambda v: Derivative(Name("L"), (v,)), st.sampled_from([Name("x"), Name("W1")])),
    )


@settings(max_examples=300, deadline=None)
@given(st.recursive(leaves(), grown, max_leaves=8))
def test_brackets_stand_where_unicode_has_them_or_a_bar_stands_for_them(tree: Expression) -> None:
    try:
        parse_equation(to_plain(Equation((tree, Name("y")), ("=",))))
    except DerivcheckError:
        return  # a power of a power beyond all limits
    check(Equation((tree, Name("y")), ("=",)))


def written_by(examiner: Examiner) -> list[Equation]:
    """Every gradient of a spec in both forms."""
    derivation = examiner.derivation
    found: list[Equation] = []
    if derivation is None:
        return found
    for tensor in examiner.network.parameters:
        form = examiner.proofreader.form(tensor)
        left = Derivative(derivation.output.tree, (tensor.tree,))
        entry = Derivative(derivation.output.tree, (entry_of(tensor, form.letters),))
        found.append(Equation((entry, form.index), ("=",)))
        if form.matrix is not None:
            found.append(Equation((left, form.matrix), ("=",)))
    return found


def entry_of(tensor: NamedTensor, letters: tuple[str, ...]) -> Expression:
    return Subscript(tensor.tree, tuple(Name(letter) for letter in letters)) if letters else tensor.tree


@pytest.mark.parametrize("path", SPECS, ids=lambda p: str(p.relative_to(ROOT)))
def test_gradients_and_claims_of_the_shipped_specs(path: Path) -> None:
    spec = load_spec(path)
    examiner = Examiner(build(spec, depths(spec)[0]))
    formulas = Formulas.of(examiner)
    equations = written_by(examiner)
    for claim in spec.claims:
        if claim.notation == "plain" and claim.text is not None:
            read = formulas.read(claim.text.text)
            assert read is not None
            equations.append(read)
    assert equations or spec.document is not None
    for equation in equations:
        check(equation, formulas, formulas.vocabulary)


def names(tree: Equation) -> set[str]:
    return {node.name for node in bottom_up(tree) if isinstance(node, Name)}


def test_the_names_are_in_the_text() -> None:
    tree = parse_equation("dL/dzeta_x = f(W1) @ foo_bar + Omega")
    text = "".join(fromstring(to_mathml(tree)).itertext())
    assert names(tree) >= {"L", "W1", "foo_bar"}
    for part in ("L", "ζx", "W1", "foobar", "Ω", "f"):
        assert part in text


def test_brackets_of_formulas_without_a_bar_are_those_of_unicode() -> None:
    for text in SAMPLES:
        if any(word in text for word in ("/", "delta", "**", "sqrt", "[", "sum", "prod")):
            continue
        tree = parse_equation(text)
        shown = "".join(fromstring(to_mathml(tree)).itertext())
        assert [c for c in shown if c in "()"] == [c for c in to_unicode(tree) if c in "()"], text


def test_a_name_is_no_markup() -> None:
    tree = Equation((Name("<script>alert(1)</script>"), Call("a&b<i>", (Name('"'),))), ("=",))
    root = fromstring(to_mathml(tree))
    assert "script" not in {node.tag for node in root.iter()}
    assert "<script>alert(1)</script>" in "".join(root.itertext())


def test_no_depth_is_too_deep() -> None:
    tree: Expression = Name("x")
    for _ in range(3000):
        tree = Binary("+", tree, Name("x"))
    assert to_mathml(tree).count("<mo>+</mo>") == 3000
    assert len(to_latex(tree)) > 3000
