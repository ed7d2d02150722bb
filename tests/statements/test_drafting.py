"""Sidecars drafted from documents: what the text says of the network is declared, the rest is asked."""

from __future__ import annotations

import pathlib

import pytest

from derivcheck.cli.main import run
from derivcheck.pipeline.drafts import draft_of
from derivcheck.pipeline.verification import verify_document
from derivcheck.report.coverage import standing
from derivcheck.spec import load_spec

SOFTMAX = r"""
Let $\mathbf{p} = \text{softmax}(\mathbf{z})$ with $\mathbf{y}$ one-hot, and $\mathcal{L} = -\sum_k y_k \log p_k$. Then
$$\frac{\partial \mathcal{L}}{\partial z_k} = p_k - y_k$$
but not $\frac{\partial \mathcal{L}}{\partial z_k} = y_k - p_k$.
"""
RIDGE = r"""
$$J(w) = \lVert y - Xw \rVert^2 + \lambda \lVert w \rVert^2$$
with $X \in \mathbb{R}^{n \times d}$, $y \in \mathbb{R}^n$ and $w \in \mathbb{R}^d$. So
$$\nabla_w J(w) = -2X^T(y - Xw) + 2\lambda w$$
"""
LAYERS = r"""
Define $z^{(l)} = W^{(l)} a^{(l-1)} + b^{(l)}$ and $a^{(l)} = \tanh(z^{(l)})$, with the cost
$C = \frac{1}{2} \sum_j (a^{(L)}_j - y_j)^2$. Then
$$\delta^{(l)} = ((W^{(l+1)})^T \delta^{(l+1)}) \odot \tanh'(z^{(l)})$$
"""
NEURON = r"""
The output is $\hat{y} = \frac{1}{1 + e^{-z}}$ with $z = w x + b$. So
$$\frac{\partial \hat{y}}{\partial z} = \hat{y}(1 - \hat{y}), \qquad \frac{\partial L}{\partial z} = \hat{y} - y$$
"""
CUSTOMARY = r"""
The error is $\delta^L_j = \frac{\partial C}{\partial a^L_j} \sigma'(z^L_j)$
with $C = \frac{1}{2} \sum_j (y_j - a^L_j)^2$, so
$$\delta^l = ((w^{l+1})^T \delta^{l+1}) \odot \sigma'(z^l), \qquad \frac{\partial C}{\partial b^l_j} = \delta^l_j$$
with $y_1 = 1$, and in short $\frac{\partial C}{\partial w} = a_{\rm in} \delta_{\rm out}$.
"""
UPDATED = r"""
The line is $\hat y = wx + b$, its residual $r = y - wx - b$, and $L = r^2$.
Then $\hat w = w - \eta \frac{\partial L}{\partial w}$ with
$$\frac{\partial L}{\partial w} = \frac{\partial (y - wx - b)^2}{\partial w} = -2x(y - wx - b)$$
"""
FUNCTION = r"""
With $z^l = W^l a^{l-1} + b^l$ and $a^l = f(z^l)$, $C = \frac{1}{2} \sum_j (a^L_j - y_j)^2$:
$$\delta^l = ((W^{l+1})^T \delta^{l+1}) \odot f'(z^l)$$
"""
MEAN = r"""
$$J(w) = \frac{1}{2n} (y - Xw)^T (y - Xw), \qquad \nabla_w J(w) = \frac{1}{n} X^T (Xw - y)$$
"""
LAST = r"""
In an $l$ layered network $z^l = w^l a^{l-1} + b^l$ and $a^l = \sigma(z^l)$. Without the layer,
$$p_j = \frac{e^{z_j}}{\sum_k e^{z_k}}, \qquad \vec P = [p_1, p_2, p_3], \qquad L = -\sum_j y_j \log p_j$$
with $y$ one-hot, so
$$\frac{\partial L}{\partial z_i} = p_i - y_i, \qquad \frac{\partial z^l}{\partial a^{l-1}} = W^l$$
$$\frac{\partial L}{\partial W^l} = (p - y) (a^{l-1})^T, \qquad \frac{\partial L}{\partial W^{l-1}} = (p - y)(a^{l-2})^T$$
The entries $a_{ij}$ of $a \in \mathbb{R}^{n \times n}$ are another story.
"""
LEFT = r"""
With $u^{(l)} = z^{(l-1)} W^{(l)} + b^{(l)}$ and $z^{(l)} = \tanh(u^{(l)})$, $C = \sum_j z^{(L)}_j$:
$$\frac{\partial C}{\partial z^{(l-1)}} = \frac{\partial C}{\partial u^{(l)}} (W^{(l)})^T$$
"""
SAMPLES = r"""
$\hat{y}_i = \sigma(w^T x_i + b)$ and $L = -\frac{1}{m}\sum_{i=1}^{m} [y_i \log \hat{y}_i + (1 - y_i) \log(1 - \hat{y}_i)]$, so
$$\frac{\partial L}{\partial w} = \frac{1}{m} X^T (\hat{y} - y), \qquad \frac{\partial L}{\partial b} = \frac{1}{m} \sum_i (y_i - \hat{y}_i)$$
"""
LINES = r"""
$$J = \frac{1}{2} \sum_i ((w x^{(i)} + b) - t^{(i)})^2, \qquad \frac{\partial J}{\partial b} = \sum_i (w x^{(i)} + b - t^{(i)})$$
"""
SHIFTED = r"""
$J = \lVert y - Xw \rVert^2 + \lambda \lVert w \rVert^2$ with $X \in \R^{n \times d}$ has the gradient
$$\frac{\partial J}{\partial w} = 2 (X^T X + \lambda I) w - 2 X^T y, \qquad \hat w_{\rm ridge} = (X^T X + \lambda I)^{-1} X^T y$$
"""


def drafted(folder: pathlib.Path, text: str, name: str = "notes.md") -> tuple[str, tuple[str, ...]]:
    (folder / name).write_text(text)
    return draft_of(folder / name)


def judged(folder: pathlib.Path, sidecar: str) -> list[str]:
    (folder / "notes.derivcheck.yaml").write_text(sidecar)
    result = verify_document(folder / "notes.md")
    assert result.error is None, result.error
    return [standing(one) for one in result.formulas]


@pytest.mark.parametrize(
    ("text", "lines", "asked", "standings"),
    [
        (
            SOFTMAX,
            [
                "z: n_z",
                'y: {axes: "n_z", given: one_hot}',
                'p: "softmax(z)"',
                'L: "-sum_k(y[k] * log(p[k]))"',
                "'\\mathcal{L}': L",
            ],
            0,
            ["definition", "definition", "proved", "refuted"],
        ),
        (
            RIDGE,
            ["X: n d", "y: n", "w: d", "lambda: scalar", 'J: "norm(y - X @ w)**2 + lambda * norm(w)**2"'],
            0,
            ["definition", "proved", "proved", "proved", "proved"],
        ),
        (
            LAYERS,
            [
                "families: {l: 1..L}",
                '"W[l]": "n[l] n[l-1]"',
                '"b[l]": "n[l]"',
                '"a[0]": "n[0]"',
                'y: "n[L]"',
                '"z[l]": "W[l] @ a[l - 1] + b[l]"',
                '"a[l]": "tanh(z[l])"',
                "for: l in 1..L-1",
            ],
            None,
            None,
        ),
        (
            NEURON,
            ["x: scalar", "w: scalar", "b: scalar", 'z: "w * x + b"', "'\\hat{y}': y_hat"],
            1,
            ["definition", "definition", "proved", "unread"],
        ),
        (
            CUSTOMARY,
            ['"z[l]": "w[l] @ a[l - 1] + b[l]"', '"a[l]": "sigmoid(z[l])"', '"delta[l]": "dC/dz[l]"', 'y: "n[L]"'],
            0,
            ["definition", "definition", "proved", "proved", "unread", "unread"],
        ),
        (
            UPDATED,
            ["x: scalar", "y: scalar", 'y_hat: "w * x + b"', 'r: "y - w * x - b"', 'L: "r**2"'],
            0,
            ["definition", "definition", "definition", "definition", "proved"],
        ),
        (
            FUNCTION,
            ["f: opaque", '"a[l]": "f(z[l])"', '"W[l]": "n[l] n[l-1]"'],
            0,
            ["definition", "definition", "definition", "proved"],
        ),
        (
            LAST,
            ['"w[l]": "n[l] n[l-1]"', "'z_j': \"z[L][j]\"", "'\\vec P': p", "'W^{l}': \"w[l]\"", "for: l in L..L"],
            0,
            None,
        ),
        (
            LEFT,
            ["vectors: row", '"W[l]": "n[l-1] n[l]"', '"u[l]": "z[l - 1] @ W[l] + b[l]"', "for: l in 1..L"],
            0,
            ["definition", "definition", "definition", "proved"],
        ),
        (
            SAMPLES,
            ["w: n_w", "x: m n_w", "b: scalar", "'x_i': \"x[i,:].T\"", "'X': x"],
            0,
            ["definition", "definition", "proved", "refuted"],
        ),
        (
            LINES,
            ["w: scalar", "b: scalar", "'x^{(i)}': \"x[i]\"", "'t^{(i)}': \"t[i]\""],
            0,
            ["definition", "proved"],
        ),
        (SHIFTED, ["X: n d", "'I': \"eye(d)\""], 0, ["definition", "proved", "proved", "definition"]),
        (MEAN, ["n: scalar", "X: n_X n_w", "w: n_w"], 0, ["definition", "proved"]),
    ],
    ids=[
        "softmax",
        "ridge",
        "layers",
        "neuron",
        "customary",
        "updated",
        "function",
        "last",
        "left",
        "samples",
        "lines",
        "shifted",
        "mean",
    ],
)
def test_what_the_text_says_is_declared(
    tmp_path: pathlib.Path, text: str, lines: list[str], asked: int | None, standings: list[str] | None
) -> None:
    sidecar, asks = drafted(tmp_path, text)
    declared = [line.partition("  #")[0].strip() for line in sidecar.split("\n")]
    assert [line for line in lines if line not in declared] == [], sidecar
    assert asked is None or len(asks) == asked, asks
    found = judged(tmp_path, sidecar)
    assert standings is None or found == standings


def test_every_line_says_where_it_comes_from(tmp_path: pathlib.Path) -> None:
    sidecar, _ = drafted(tmp_path, SOFTMAX)
    entries = [line for line in sidecar.split("\n") if line.startswith("  ") and "file:" not in line]
    assert entries and all("  # " in line for line in entries)
    assert "  # from the text, line 2: " in sidecar


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no formula",
        "$$",
        "$q$",
        "$z = $",
        "$a = b$ and $b = a$",
        "$n^l = m$ and $z^l_{ij} = \\sum x$",
        "$\\foo{x} = 1$",
    ],
)
def test_whatever_stands_there_the_draft_is_a_spec(tmp_path: pathlib.Path, text: str) -> None:
    sidecar, asks = drafted(tmp_path, text)
    (tmp_path / "draft.yaml").write_text(sidecar)
    assert load_spec(tmp_path / "draft.yaml").document is not None
    assert asks


def test_a_loss_that_the_text_does_not_give_is_asked_and_not_made_up(tmp_path: pathlib.Path) -> None:
    sidecar, asks = drafted(tmp_path, NEURON)
    assert "\nloss:" not in sidecar and asks == (
        'loss: {L: ...}, of which the text gives derivatives alone; "opaque(y_hat)" leaves it open',
    )
    assert "#   loss: {L: ...}" in sidecar


def test_a_draft_is_written_beside_its_document(tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    notes = tmp_path / "notes.md"
    notes.write_text(NEURON)
    error = verify_document(notes).error
    assert error is not None and error.help.startswith(f"derivcheck init --from {notes}, or")
    assert run(["init", "--from", str(notes)]) == 0
    told = capsys.readouterr().out
    assert f"wrote {tmp_path / 'notes.derivcheck.yaml'}" in told and "asked of you: loss: {L: ...}" in told
    assert run(["init", "--from", str(notes)]) == 2  # nothing is overwritten
    assert run(["init", "--from", str(tmp_path / "absent.md")]) == 2


OF_ONE_SHAPE = r"""
Let $z = W x + b$ with $W \in \mathbb{R}^{m \times d}$, $a = \sigma(z)$ and $L = \frac12 \|a - y\|^2$. Then
$$\frac{\partial L}{\partial b} = (a - y) \odot a \odot (1 - a)$$
For $b = 0$ we have $z = W x$. Setting the gradient to zero gives $a = y$.
"""


def test_what_is_added_has_one_shape(tmp_path: pathlib.Path) -> None:
    """b that of W x, y that of a, inside a norm too; that b is 0 once does not make it a number."""
    draft, asked = drafted(tmp_path, OF_ONE_SHAPE)
    for line in ("W: m d", "x: d", "b: m", "y: m", 'L: "1/2 * norm(a - y)**2"'):
        assert f"\n  {line}  #" in draft
    assert not asked
    assert [one for one in judged(tmp_path, draft) if one in ("proved", "refuted", "invalid")] == ["proved"] * 4
