"""Quotients and remainders of positions, floors and ceilings; powers of functions; examples of a batch by their label."""

from __future__ import annotations

import pytest

from derivcheck.diagnostics.verdicts import ClaimResult
from derivcheck.pipeline.verification import verify_text

POSITIONS = """
tensors: {x: 2*n, h: 3, w: n, t: scalar}
layers:
  "v[i in 1..2*n]": "h[(i-1) % 3 + 1] * x[i]"
  "u[i in 1..2*n]": "w[(i-1)//2 + 1]"
  "s[i in 1..2*n]": "x[i] if i % 2 == 1 else 0"
"""
SECANTS = """
functions: {"sech(t)": "1/cosh(t)"}
tensors: {x: n}
layers: {a: sech(x)}
"""
BATCH = """
tensors: {X: n B, W: k n, y: {axes: k B, given: {one_hot: k}}, u: m, v: m, t: B}
layers: {z: W @ X, p: "softmax(z, k)", l: "cross_entropy(p, y, k)", s: u * v}
loss: {L: "mean(l)"}
"""


def found(spec: str, table: list[tuple[str, str]]) -> list[ClaimResult]:
    claims = "".join(
        f"  c{k}: {{latex: '{latex.replace(chr(39), chr(39) * 2)}'}}\n" for k, (latex, _) in enumerate(table)
    )
    result = verify_text(f"{spec}claims:\n{claims}")
    assert result.error is None, result.error
    return list(result.claims)


RECURRENCE = r"""
families: {t: 1..T}
depths: {T: [3]}
tensors: {"h[0]": n, A: n n, w: n, "x[t]": n, c: []}
layers:
  h[t]: A @ h[t-1] + x[t]
loss: {L: "w.T @ h[T]"}
symbols: {'A^{T-t}': 'matrix_power(A, T - t)'}
"""
TABLES = {
    "positions": (
        POSITIONS,
        [
            (r"u_i = w_{\lfloor (i-1)/2 \rfloor + 1}", "proved"),
            (r"u_i = w_{\left\lfloor \frac{i-1}{2} \right\rfloor + 1}", "proved"),
            (r"u_i = w_{\lceil i/2 \rceil}", "proved"),
            (r"u_{2 j} = w_j", "proved"),
            (r"u_i = w_{\lfloor (i-1)/3 \rfloor + 1}", "DC155"),
            (r"v_i = h_{(i-1) \bmod 3 + 1} x_i", "proved"),
            (r"v_i = h_{i \bmod 3 + 1} x_i", "refuted"),
            (r"s_i = \begin{cases} x_i & i \bmod 2 = 1 \\ 0 & \text{otherwise} \end{cases}", "proved"),
            (r"s_i = \begin{cases} x_i & i \bmod 2 = 0 \\ 0 & \text{otherwise} \end{cases}", "refuted"),
            (r"t = \lfloor t \rfloor", "DC125"),
            (r"t = \lfloor t/2 \rfloor", "DC143"),
            (r"t = t \bmod 2", "DC143"),
            (r"t \equiv t \pmod 2", "DC170"),
            (r"u_1 = \lfloor (i-1)/2 ]", "DC103"),
            (r"t = \ifx a b t \else 0 \fi", "DC170"),
            (r"t = \ifnum 1 = 1 t \fi", "DC170"),
        ],
    ),
    "powers of functions": (
        SECANTS,
        [
            (r"\sum_i a_i^2 = \sum_i sech^2(x_i)", "proved"),
            (r"\sum_i a_i^2 = \sum_i \operatorname{sech}^2(x_i)", "proved"),
            (r"\sum_i a_i = \sum_i \mathrm{sech}^2(x_i)", "refuted"),
            (r"\sum_i a_i^2 = \sum_i \mathrm{sech}^2 x_i", "proved"),
            (r"\sum_i a_i^2 = \sum_i \operatorname{sech} x_i", "refuted"),
            (r"\frac{\partial a_i}{\partial x_i} = -sech(x_i) \tanh(x_i)", "proved"),
        ],
    ),
    "steps of a recurrence": (
        RECURRENCE,
        [
            (r"\frac{\partial L}{\partial A} = \sum_{t=1}^{T} (A^{T-t})^\top w h_{t-1}^\top", "proved"),
            (r"\frac{\partial L}{\partial A} = \sum_{t=1}^{T} (A^{T-t+1})^\top w h_{t-1}^\top", "refuted"),
            (r"\frac{\partial L}{\partial h_0} = (A^\top)^T w", "undecided"),
            (r"\frac{\partial L}{\partial h_{T-1}} = A^T w", "undecided"),
            (r"\frac{\partial L}{\partial h_{T-1}} = (w^T A)^T", "proved"),
            (r"w^T A^T A w = \|A w\|^2", "proved"),
            (r"\prod_{k=1}^{T} A = A^T", "undecided"),
            (r"A^T_{ij} = A_{ji}", "undecided"),
            (r"\sum_{k=1}^{T} c = T c", "proved"),
            (r"\sum_{k=2}^{T} c = T c", "refuted"),
            (r"\sum_{t=1}^{T} c^{T-t} = 1 + c + c^2", "proved"),
            (r"\sum_{t=1}^{T} c^{T-t} = 1 + c", "refuted"),
            (r"\prod_{k=2}^{T} A = A A", "proved"),
            (r"\prod_{k=1}^{T} A = A A", "refuted"),
        ],
    ),
    "examples of a batch": (
        BATCH,
        [
            (r"L = \frac{1}{B} \sum_i l^{(i)}", "proved"),
            (r"L = \sum_{i=1}^B l^{(i)}", "refuted"),
            (r"l^{(i)} = - \sum_j y_j^{(i)} \log p_j^{(i)}", "proved"),
            (r"l^{(i)} = \sum_j y_j^{(i)} \log p_j^{(i)}", "refuted"),
            (r"\frac{\partial L}{\partial z^{(i)}} = \frac{1}{B} (p^{(i)} - y^{(i)})", "proved"),
            (r"\frac{\partial L}{\partial z^{(i)}} = p^{(i)} - y^{(i)}", "refuted"),
            (r"s^{(i)} = u^{(i)} v^{(i)}", "proved"),
            (r"s^{(i)} = u^{(i)} + v^{(i)}", "refuted"),
            (r"u^\top v = \sum_i u^{(i)} v^{(i)}", "proved"),
            # the entry of an example does not fit: it is asked
            (r"s^{(i)} = u^\top v^{(i)}", "DC171"),
            (r"t^{(i)} = p^{(i)}", "DC171"),
            (r"l^{(1)} = l_1", "DC171"),
        ],
    ),
}


@pytest.mark.parametrize("name", TABLES)
def test_what_is_read(name: str) -> None:
    spec, table = TABLES[name]
    claims = found(spec, table)
    codes = [
        one.diagnosis.code if one.diagnosis is not None and one.verdict == "invalid" else one.verdict for one in claims
    ]
    assert dict(zip((latex for latex, _ in table), codes, strict=True)) == dict(table)
