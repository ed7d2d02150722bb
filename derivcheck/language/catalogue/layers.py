"""Layers over named axes: what the forward pass computes, nothing else."""

from __future__ import annotations

from derivcheck.language.catalogue.entries import Definition

NORMALISED = (
    "mean = mean(z, n)",
    "centred = z - mean",
    "std = sqrt(mean(centred**2, n) + eps)",
    "hat = centred / std",
    "gamma * hat + beta",
)

LAYERS: tuple[Definition, ...] = (
    Definition("softmax(z)", ("exp(z) / sum(exp(z), n)",), "exp(z) / Σ exp(z)", over=("n",)),
    Definition("log_softmax(z)", ("z - log(sum(exp(z), n))",), "log of the softmax", over=("n",)),
    Definition("logsumexp(z)", ("log(sum(exp(z), n))",), "log Σ exp(z)", over=("n",)),
    Definition(
        "layer_norm(z, gamma, beta, eps)",
        NORMALISED,
        "normalise over the features of one example, then scale and shift",
        over=("n",),
        defaults=(("gamma", "1"), ("beta", "0"), ("eps", "0.00001")),
    ),
    Definition(
        "rms_norm(z, gamma, eps)",
        ("gamma * z / sqrt(mean(z**2, n) + eps)",),
        "divide by the root of the mean square, then scale",
        over=("n",),
        defaults=(("gamma", "1"), ("eps", "0.00001")),
    ),
    Definition(
        "batch_norm(z, gamma, beta, eps)",
        NORMALISED,
        "normalise each feature over the batch axis named, then scale and shift",
        over=("n",),
        defaults=(("gamma", "1"), ("beta", "0"), ("eps", "0.00001")),
    ),
    Definition(
        "attention(Q[t,k], K[s,k], V[s,v])",
        ("scores = sum(Q * K, k) / sqrt(k)", "weights = exp(scores) / sum(exp(scores), s)", "sum(weights * V, s)"),
        "scaled dot-product attention, one example a row",
        result=("t", "v"),
    ),
    Definition(
        "conv1d(x[c,t], w[o,c,k], b[o])",
        ("sum(w * x * window(t, i, k), c, k, t) + b",),
        "one-dimensional convolution (cross-correlation), stride 1, no padding",
        result=("o", "i"),
        new=(("i", "t - k + 1"),),
        defaults=(("b", "0"),),
    ),
    Definition(
        "dense(x, W, b)",
        (),
        "affine layer: W x + b for columns, x W + b for rows",
        matrix=(("column", "W @ x + b"), ("row", "x @ W + b")),
        defaults=(("b", "0"),),
    ),
    Definition(
        "linear(x, W)",
        (),
        "linear layer: W x for columns, x W for rows",
        matrix=(("column", "W @ x"), ("row", "x @ W")),
    ),
)
