"""Correlations of signals and images, blocks of positions, norms along axes; what is said of other spellings."""

from __future__ import annotations

import pytest

from derivcheck.pipeline.verification import verify_text

SIGNALS = (
    "tensors: {x: n, w: k, X: a b, W: c d, g: n-k+1, G: a-c+1 b-d+1, y: 2*m+k-2, h: m}\n"
    "layers: {z: 'conv(x, w)', Z: 'conv(X, W)', u: 'conv(y, w, stride=2)'}\n"
    "loss: {L: sum(g * z) + sum(G * Z) + sum(h * u)}"
)
BLOCKS = (
    "tensors: {x: 2*m, g: 2*m, u: m, e: n, r: n}\nlayers: {'z[i]': 'u[(i+1)//2] * x[i]', s: cumsum(e)}\n"
    "loss: {L: g.T @ z + r.T @ s}"
)
NORMS = (
    "tensors: {X: b c t, M: p q, G: p}\n"
    "layers: {n: 'norm(X, t)', m: 'norm(X, 2, c, t)', k: 'norm(X, 1, b)', r: 'norm(M, q)'}\n"
    "loss: {L: sum(n) + sum(m) + sum(k) + sum(r * G)}"
)
FACTOR = "tensors: {F: {axes: n n, given: lower_triangular}}\nloss: {L: 2*sum(log(diag(F)))}"

# (spec, true claims, false claims)
JUDGED = {
    "signals": (
        SIGNALS,
        [
            "z[t] = sum_a(w[a] * x[t + a - 1])",
            "Z[i,j] = sum_{r,s}(W[r,s] * X[i + r - 1, j + s - 1])",
            "u[t] = sum_a(w[a] * y[2*t + a - 2])",
            "dL/dx = full_conv(g, flip(w))",
            "dL/dx = conv_transpose(g, w)",
            "dL/dw = conv(x, g) + conv(y, h, dilation=2)",
            "dL/dy = conv_transpose(h, w, stride=2)",
            "dL/dX = full_conv(G, flip(W, 1, 2))",
            "dL/dX = conv_transpose(G, W)",
            "dL/dW = conv(X, G)",
        ],
        [
            "dL/dx = full_conv(g, w)",
            "dL/dX = full_conv(G, flip(W, 1))",
            "dL/dX = full_conv(G, W)",
            "dL/dy = conv_transpose(h, flip(w), stride=2)",
        ],
    ),
    "blocks": (
        BLOCKS,
        [
            "dL/du[j] = g[2*j-1]*x[2*j-1] + g[2*j]*x[2*j]",
            "dL/dx[i] = g[i] * u[(i-1)//2 + 1]",
            "dL/de = flip(cumsum(flip(r)))",
            "flip(s)[i] = sum_{j: j <= n + 1 - i}(e[j])",
        ],
        ["dL/du[j] = g[2*j]*x[2*j]", "dL/dx[i] = g[i] * u[(i-1)//2]", "dL/de = cumsum(r)"],
    ),
    "norms": (
        NORMS,
        [
            "n[i,j]**2 = sum_k(X[i,j,k]**2)",
            "m[i] = sqrt(sum_{j,k}(X[i,j,k]**2))",
            "k[j,l] = sum_i(abs(X[i,j,l]))",
            "r[i] = norm(M[i,:])",
            "dr[i]/dM[i,j] = M[i,j]/r[i]",
        ],
        ["m[i] = sum_{j,k}(X[i,j,k]**2)", "r[i] = norm(M)", "n = norm(X, 1, t)"],
    ),
}


@pytest.mark.parametrize(("spec", "true", "false"), JUDGED.values(), ids=JUDGED)
def test_what_holds_is_proved_and_what_does_not_is_not(spec: str, true: list[str], false: list[str]) -> None:
    lines = "\n".join(f'  claim {k}: "{claim}"' for k, claim in enumerate([*true, *false]))
    found = verify_text(f"{spec}\nclaims:\n{lines}\n")
    assert [claim.text for claim in found.claims[: len(true)] if claim.verdict != "proved"] == []
    wrong = found.claims[len(true) :]
    assert [claim.text for claim in wrong if claim.verdict not in ("refuted", "invalid")] == []
    assert {gradient.verdict for gradient in found.gradients} == {"proved"}


def test_the_diagonal_of_a_quotient_has_no_division_beside_it() -> None:
    (gradient,) = verify_text(FACTOR).gradients
    assert (gradient.forms.matrix, gradient.verdict) == ("2 * diag(1/diag(F))", "proved")


def test_a_slice_of_a_tensor_has_a_transpose_in_latex() -> None:
    spec = "tensors: {Q: h t d, G: h t t}\nlayers: {S: 'Q @ swapaxes(Q, 2, 3)'}\nloss: {L: sum(G * S)}\nclaims:\n"
    right, wrong = (
        rf"  {name}: {{latex: '\frac{{\partial L}}{{\partial Q_{{i,:,:}}}} = {sum_} Q_{{i,:,:}}'}}" + "\n"
        for name, sum_ in (("a", r"(G_{i,:,:} + G_{i,:,:}^\top)"), ("b", r"(G_{i,:,:} + G_{i,:,:})"))
    )
    assert [claim.verdict for claim in verify_text(spec + right + wrong).claims] == ["proved", "refuted"]


# (spec, code, what helps, what is written by following it)
OTHERWISE = [
    ("tensors: {x: 2*m}\nlayers: {y: max_pool(x)}", "DC125", "maxpool1d(x, size=2)", "max_pool(x)"),
    ("tensors: {x: 2*m}\nlayers: {y: avg_pool(x)}", "DC125", "avgpool1d(x, size=2)", "avg_pool(x)"),
    ("tensors: {U: K d}\nlayers: {'y[k]': 'sum(U[k])'}", "DC142", "U[k,:]", "U[k]"),
    ("tensors: {x: n}\nlayers: {y: 'norm(x, 3)'}", "DC122", "norm(x, 2, n) along an axis", ""),
    (
        "tensors: {E: V d, w: {axes: T, given: {index: V}}}",
        "DC030",
        "{axes: T, index: V}",
        "{axes: T, given: {index: V}}",
    ),
    ("tensors: {v: {axes: m, given: rows sum to one}}", "DC037", "given: sums_to_one", "given: rows sum to one"),
    ("tensors: {x: n}\nscalars: [s]", "DC021", "`s: scalar` among the tensors", ""),
]


@pytest.mark.parametrize(("spec", "code", "help_", "gone"), OTHERWISE, ids=[row[2] for row in OTHERWISE])
def test_another_spelling_is_told_the_one_there_is(spec: str, code: str, help_: str, gone: str) -> None:
    found = verify_text(spec + "\n").error
    assert found is not None
    assert found.code == code
    assert found.help.startswith(help_)
    if gone:
        assert verify_text(spec.replace(gone, help_) + "\n").error is None
