r"""Formulas by families: every spelling of one thing beside every thing that is spelled so, with what it means.

`python tests/latex_families.py` counts them, with the fragments, by what is tested of each.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import product

from latex_fragments import FORKED, READ, REFUSED
from latex_undecided import UNDECIDED

Row = tuple[str, str, str]

# --- derivatives ----------------------------------------------------------------------------------

DERIVATIVES = (
    r"\frac{\partial L}{\partial @}",
    r"\dfrac{\partial L}{\partial @}",
    r"\frac{\partial}{\partial @} L",
    r"\frac{d L}{d @}",
    r"\frac{\mathrm{d} L}{\mathrm{d} @}",
    r"\left( \frac{\partial L}{\partial @} \right)",
    r"\partial L / \partial @",
    r"\frac{{\partial L}}{{\partial @}}",
    r"\nabla_{@} L",
    r"\pdv{L}{@}",
    r"\dv{L}{@}",
)
VARIABLES = {
    "W_1": "W1",
    "W^{(2)}": "W2",
    "b_{1}": "b1",
    "b^{[2]}": "b2",
    "z_1": "z1",
    "z^{2}": "z2",
    "a_1": "a1",
    r"\mathbf{x}": "x",
}


def derivatives() -> Iterator[Row]:
    for spelling, (latex, plain) in product(DERIVATIVES, VARIABLES.items()):
        yield "mlp", f"{spelling.replace('@', latex)} = 0", f"dL/d{plain} = 0"


# --- labels and indices -----------------------------------------------------------------------------

VECTORS = {
    "@^{#}": "@[#]",
    "@^{(#)}": "@[#]",
    "@^{[#]}": "@[#]",
    "@^{#}_i": "@[#][i]",
    "@_i^{#}": "@[#][i]",
    "@^{(#)}_i": "@[#][i]",
    "@_i^{(#)}": "@[#][i]",
    "@_{i}^{[#]}": "@[#][i]",
    "@^{(#)}_2": "@[#][2]",
}
MATRICES = {
    "W^{#}_{ij}": "W[#][i,j]",
    "W_{ij}^{#}": "W[#][i,j]",
    "W^{(#)}_{i,j}": "W[#][i,j]",
    "W_{i j}^{[#]}": "W[#][i,j]",
    "W^{(#)}_{12}": "W[#][1,2]",
    r"W^{(#)\top}": "W[#].T",
    r"(W^{#})^\top": "W[#].T",
    "W^{(#)}_{:,j}": "W[#][:,j]",
}


def labels() -> Iterator[Row]:
    for (latex, plain), name, label in product(VECTORS.items(), "zab", ("l", "l-1")):
        if (name, label) == ("a", "l-1") or label == "l":
            yield "family", _filled(latex, name, label) + " = 0", _filled(plain, name, label) + " = 0"
    for (latex, plain), label in product(MATRICES.items(), ("l", "l+1")):
        yield "family", _filled(latex, "W", label) + " = 0", _filled(plain, "W", label) + " = 0"


def _filled(text: str, name: str, label: str) -> str:
    return text.replace("@", name).replace("#", label)


# --- functions --------------------------------------------------------------------------------------

FUNCTIONS = {r"\log": "log", r"\exp": "exp", r"\sin": "sin", r"\tanh": "tanh", r"\ln": "log", r"\cosh": "cosh"}
ARGUMENTS = ("@(w)", "@ w", "@{w}", r"@\left(w\right)", r"@\bigl( w \bigr)", r"{@}(w)", r"@\,(w)")
WORDS = ("sigmoid", "relu", "tanh", "softplus", "abs", "sign")
SET = (r"\operatorname{@}(w)", r"\mathrm{@}(w)", r"\text{@}(w)", r"\operatorname{@}\left(w\right)", r"\textrm{@}(w)")


def functions() -> Iterator[Row]:
    for (latex, plain), spelling in product(FUNCTIONS.items(), ARGUMENTS):
        yield "neuron", f"{spelling.replace('@', latex)} = 0", f"{plain}(w) = 0"
    for word, spelling in product(WORDS, SET):
        yield "neuron", f"{spelling.replace('@', word)} = 0", f"{word}(w) = 0"


# --- products by the types of their factors -----------------------------------------------------------

CONTRACTED = {
    ("A", "x"): "A @ x",
    ("B", "A"): "B @ A",
    (r"x^\top", "y"): "x.T @ y",
    (r"x^\top", "A"): "x.T @ A",
    ("u", r"x^\top"): "u @ x.T",
    (r"B^\top", "u"): "B.T @ u",
    (r"\mu", "x"): "mu * x",
    (r"\mu", "B"): "mu * B",
    ("x", r"\mu"): "x * mu",
}
ENTRYWISE = {("x", "y"): "x * y", ("A", "S"): "A * S", (r"\mu", "A"): "mu * A"}


def products() -> Iterator[Row]:
    for ((left, right), plain), sign in product(CONTRACTED.items(), (" ", r"\,", r"\cdot", r"\times")):
        yield "vectors", f"{left} {sign} {right} = 0", f"{plain} = 0"
    for ((left, right), plain), sign in product(ENTRYWISE.items(), (r"\odot", r"\circ", r"\ast", r".*")):
        if sign in (r"\odot", r"\circ") or left != "A":
            yield "vectors", f"{left} {sign} {right} = 0", f"{plain} = 0"


# --- sums, transposes, fonts, brackets, fractions, space ----------------------------------------------

SUMS = {
    r"\sum_k": "sum_k",
    r"\sum_{k}": "sum_k",
    r"\sum_{k=1}^n": "sum_k",
    r"\sum_{k=1}^{n}": "sum_k",
    r"\sum\limits_{k=1}^{n}": "sum_k",
    r"\sum\nolimits_k": "sum_k",
    r"\sum_{k \ne i}": "sum_{k != i}",
    r"\sum_{k \neq i}": "sum_{k != i}",
    r"\sum_{k: k \ne i}": "sum_{k: k != i}",
    r"\sum_{k < i}": "sum_{k < i}",
    r"\sum_{k \le i}": "sum_{k <= i}",
    r"\sum_{k=1}^{i}": "sum_{k <= i}",
    r"\sum_{k=i}^{n}": "sum_{k >= i}",
    r"\sum_{k=i+1}^n": "sum_{k > i}",
    r"\sum_{k=2}^n": "sum_{k >= 2}",
    r"\prod_{k}": "prod_k",
    r"\prod_{k=1}^{n}": "prod_k",
}
BODIES = {"A_{ik} x_k": "A[i,k]*x[k]", "x_i y_k": "x[i]*y[k]"}
TRANSPOSES = ("T", r"\top", r"{\top}", "{T}", r"\intercal", r"{\mathsf T}", r"{\mathrm{T}}", r"{\rm T}", r"{\text{T}}")
TRANSPOSED = {"x": "x", "A": "A", "B": "B", "(A + S)": "(A + S)"}
FONTS = (r"\mathbf{@}", r"\boldsymbol{@}", r"\bm{@}", r"\vec{@}", r"\mathrm{@}", "{@}", r"\mathit{@}", r"\mathsf{@}")
BRACKETS = (
    r"(@)",
    r"\left(@\right)",
    r"\big(@\big)",
    r"\Bigl(@\Bigr)",
    r"[@]",
    r"\left[@\right]",
    r"\{@\}",
    r"\left\{@\right\}",
)
HALVES = (r"\frac{1}{2}", r"\frac12", r"\dfrac{1}{2}", r"\tfrac12", r"(1/2)", r"\frac 1 2", r"{\frac{1}{2}}")
BLANKS = (r"\,", r"\;", r"\:", r"\!", r"\ ", "~", r"\displaystyle ", r"\textstyle ", r"\thinspace ", r"\hspace{2pt}")
EQUALS = (r"=", r"\coloneqq", r":=", r"\triangleq", r"\overset{\text{def}}{=}", r"\stackrel{(1)}{=}", r"\overset{!}{=}")


def ornaments() -> Iterator[Row]:
    for (sign, kind), (latex, plain) in product(SUMS.items(), BODIES.items()):
        yield "vectors", f"{sign} {latex} = 0", f"{kind}({plain}) = 0"
    for mark, (latex, plain) in product(TRANSPOSES, TRANSPOSED.items()):
        yield "vectors", f"{latex}^{mark} = 0", f"{plain}.T = 0"
    for font, name in product(FONTS, "xAB"):
        yield "vectors", f"{font.replace('@', name)} = 0", f"{name} = 0"
    for bracket in BRACKETS:
        yield "vectors", bracket.replace("@", "x - y") + " q = 0", "(x - y)*q = 0"
        yield "vectors", r"A " + bracket.replace("@", "x - y") + " = 0", "A @ (x - y) = 0"
    for half, (latex, plain) in product(HALVES, ((r"\mu", "mu"), ("x", "x"))):
        yield "vectors", f"{half} {latex} = 0", f"1/2*{plain} = 0"
    for blank in BLANKS:
        yield "vectors", f"A {blank}x = {blank} y", "A @ x = y"
    for sign in EQUALS:
        yield "vectors", f"y {sign} A x", "y = A @ x"


FAMILIES = [*derivatives(), *labels(), *functions(), *products(), *ornaments()]

# --- what is asked ------------------------------------------------------------------------------------


def _last_entries() -> Iterator[tuple[str, str]]:
    """A declared size as an index: the last entry, or every one."""
    for text in (
        "x_n",
        "y_{n}",
        "A_{n,j}",
        "A_{i,n}",
        "B_{m,j}",
        "u_m",
        r"\sum_j A_{n,j} x_j",
        r"\frac{\partial q}{\partial x_n}",
    ):
        yield "vectors", f"{text} = 0"


def _applications() -> Iterator[tuple[str, str]]:
    """A quantity before a bracket: applied, or multiplied."""
    for text in ("x(y)", "A(x)", "B(x)", "S(y)", "A(y)", "y(x)", "u(x)"):
        yield "vectors", f"{text} = 0"
    for text in ("h(r-1)", "h(r)", "g(r+1)", "w(r - 1)", "h_r(r-1)", "x(2r)"):
        yield "signals", f"g_r = {text}"


def _powers_of_functions() -> Iterator[tuple[str, str]]:
    """A script at the name of a function: a power, a label, an inverse."""
    for name, script in product(
        (r"\sigma", r"\operatorname{relu}", r"\operatorname{softplus}"), ("^2", "^{-1}", "^{(2)}")
    ):
        yield "neuron", f"{name}{script}(w) = 0"
    for name in (r"\sin", r"\log", r"\tanh", r"\exp", r"\cos"):
        yield "neuron", f"{name}^{{-1}}(w) = 0"


def _reaches() -> Iterator[tuple[str, str]]:
    """A division before a product."""
    for above, below, rest in product(("1", "w"), ("x", "b", "2"), (r"y", r"(w + 1)")):
        yield "neuron", f"{above} / {below} {rest} = 0"


def _powers_of_matrices() -> Iterator[tuple[str, str]]:
    """A power that is no written-out whole number: of the matrix, or of every entry."""
    for base, exponent in product(("A", "S", "(A + S)", r"A^\top"), (r"\mu", "{1/2}")):
        yield "vectors", f"({base})^{exponent} = 0"


ASKED = [*_last_entries(), *_applications(), *_powers_of_functions(), *_reaches(), *_powers_of_matrices()]


def _forks() -> Iterator[tuple[str, str]]:
    """Two readings that both conform: each is judged."""
    for left, right in product(("A", "S"), repeat=2):
        yield "vectors", rf"{left} \cdot {right} = 0"
        yield "vectors", rf"{left} \times {right} = 0"
    for left, right in product(("x", "y"), repeat=2):
        yield "vectors", rf"{left} \cdot {right} = 0"
    for base, power in product(("A", "S", "(A + S)", "(A S)"), ("2", "3", "{-2}")):
        yield "vectors", f"{base}^{power} = 0"
    for name in (r"\log", r"\exp", r"\sin"):
        yield "neuron", f"{name} w x = 0"
    for body in ("(x + 1)(x - 1)", r"(x+1) \cdot (x - 1)", r"\sigma(x) \sigma(x)"):
        yield "neuron", rf"\frac{{d}}{{dx}} {body} = 0"
    for name in ("x", "z", "a", "t"):
        yield "batch", f"{name}^{{(i)}} = 0"


JUDGED = list(_forks())


def figures() -> Counter[str]:
    """How many formulas there are of each kind."""
    return Counter(
        {
            "read, their meaning evaluated": len({row[:2] for row in (*READ, *FAMILIES)}),
            "forked, every reading checked": len({row[:2] for row in (*FORKED, *JUDGED)}),
            "asked, both readings told": len(set(ASKED)),
            "undecided, each reading with its verdict": len({row[:2] for row in UNDECIDED}),
            "refused otherwise, code and words checked": len({row[:2] for row in REFUSED}),
        }
    )


if __name__ == "__main__":
    for kind, count in figures().items():
        print(f"{count:5}  {kind}")
