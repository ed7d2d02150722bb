"""Results made by hand, for the reports: what an engine could hand over, and what nobody should."""

from __future__ import annotations

from derivcheck.diagnostics.diagnostic import Diagnostic, Where
from derivcheck.diagnostics.verdicts import ClaimResult, ExactEvidence, Forms, GradientResult, NumericEvidence, Witness
from derivcheck.pipeline.results import FileResult, Report

PROVED = ExactEvidence(True, ((("n0", 2), ("n1", 3)), (("n0", 3), ("n1", 2))), 2, True, "canonical form")
AGREES = NumericEvidence("agrees", "complex step", 3.1e-16, 2.4e-13, 20)

W1 = GradientResult(
    "L",
    "W1",
    ("n1", "n0"),
    Forms(
        "(sum_k(W2[k,i] * (p[k] - y[k]))) * sigmoid'(z1[i]) * x[j]",
        "((W2.T @ (p - y)) * sigmoid'(z1)) @ x.T",
        "",
        "(Σ_k W2[k,i] (p[k] − y[k])) σ′(z1[i]) x[j]",
        "((W2ᵀ (p − y)) ⊙ σ′(z1)) xᵀ",
        r"\left((W_2^{\top} (p - y)) \odot \sigma'(z_1)\right) x^{\top}",
    ),
    "proved",
    PROVED,
    AGREES,
    ("Σ y = 1",),
)
B1 = GradientResult(
    "L",
    "b1",
    ("n1",),
    Forms("(sum_k(W2[k,i] * (p[k] - y[k]))) * sigmoid'(z1[i])", "", "no product of matrices and vectors"),
    "checked",
    ExactEvidence(None, reason="a square root without a root at every draw"),
    NumericEvidence("agrees", "central differences", 4.4e-11, 9e-10, 5),
    notes=("relu'(0) = 0 by what is written",),
)
LONG = GradientResult(
    "L",
    "gamma",
    ("n1",),
    Forms(" + ".join(f"W{k}[i,j] * delta{k}[i] * sigmoid'(z{k}[j])" for k in range(1, 9)), "x" * 150),
    "proved",
    PROVED,
    AGREES,
)
WRONG = GradientResult(
    "L",
    "c",
    (),
    Forms("0", "0"),
    "undecided",
    ExactEvidence(True, PROVED.sizes, 2),
    NumericEvidence("cannot_tell", "central differences", float("nan"), 1.0, 1, "values are not finite"),
)

LINE = "  EqA2: dL/dz1 = (W2 @ delta2) * sigmoid'(z1)"
EQA2 = ClaimResult(
    "EqA2",
    "dL/dz1 = (W2 @ delta2) * sigmoid'(z1)",
    Where("specs/mlp.yaml", 31, 9, 38, LINE),
    "refuted",
    "",
    False,
    exact=ExactEvidence(False, PROVED.sizes, 2),
    numeric=NumericEvidence("differs", "50 digits", 0.7, 1e-12, 6),
    witness=Witness((("n1", 2), ("n2", 3)), 7, (1, 2), "0.31", "0.93", "0.62", "0.9300001"),
    diagnosis=Diagnostic(
        "DC203",
        "transpose missing",
        Where("specs/mlp.yaml", 31, 19, 2, LINE),
        "n2 × n1, but the product needs n1 × n2",
        (("derived", "dL/dz1 = (W2ᵀ δ2) ⊙ σ′(z1)"),),
        "W2.T @ delta2",
    ),
    suggestion="dL/dz1 = (W2.T @ delta2) * sigmoid'(z1)",
)
EQA1 = ClaimResult("EqA1", "dL/dz2 = p - y", None, "proved", "", True, ("Σ y = 1",), PROVED, AGREES)
MISPRINT = ClaimResult(
    "misprint",
    "dL/dW2 = (y - p) @ a1.T",
    None,
    "refuted",
    "refuted",
    True,
    diagnosis=Diagnostic("DC202", "the sign is wrong"),
)
SURPRISE = ClaimResult("surprise", "A = A", None, "proved", "refuted", False, exact=PROVED)
CHAIN = ClaimResult(
    "chain",
    "A = B = C",
    None,
    "refuted",
    "",
    False,
    links=(
        ClaimResult("chain", "A = B", None, "proved", "", True),
        ClaimResult("chain", "B = C", None, "refuted", "", False, message="the first wrong link"),
    ),
)
MLP = FileResult(
    "specs/mlp.yaml",
    "One hidden layer, sigmoid and softmax, cross-entropy",
    "notes, chapter 8",
    (("n0", 4), ("n1", 5)),
    7,
    (W1, B1),
    (EQA1, EQA2, MISPRINT, SURPRISE, CHAIN),
    ("the row δ of page 12 becomes a column",),
)
GOOD = FileResult("specs/good.yaml", "A single neuron", "", (), 0, (W1,), (EQA1, MISPRINT))
UNREADABLE = FileResult(
    "specs/bad.yaml",
    error=Diagnostic(
        "DC007", "unknown key `clams`", Where("specs/bad.yaml", 3, 1, 5, "clams:"), "not a key of a spec", help="claims"
    ),
)
CONTRADICTION = FileResult(
    "specs/odd.yaml", error=Diagnostic("DC901", "two ways disagree on dL/dW1"), contradiction=True
)
HOSTILE = FileResult(
    "specs/[bold]x[/bold].yaml",
    "[red]W[l][/red] :smile: \x1b[31m \u202egnp\ud800 \x00",
    "",
    (),
    0,
    (
        GradientResult(
            "L", "W[1]", ("n[1]", "n[0]"), Forms("a[l-1][j] * d[/]", "[bold]W[l][/bold]"), "proved", PROVED, AGREES
        ),
    ),
    (
        ClaimResult(
            "[/]\x1b]0;x\x07",
            "W[l] =\n [bold]x[i][/bold]",
            None,
            "invalid",
            "",
            False,
            message="an [italic]unbound[/italic] index `x[i]`\x1b[2J",
        ),
    ),
)
ALL = Report((MLP, GOOD, UNREADABLE, CONTRADICTION, HOSTILE))
