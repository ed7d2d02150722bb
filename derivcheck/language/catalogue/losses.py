"""Losses over named axes: a sum or mean over the axis named, over everything where none is."""

from __future__ import annotations

from derivcheck.language.catalogue.entries import Definition

LOSSES: tuple[Definition, ...] = (
    Definition(
        "cross_entropy(p, y)", ("-sum(y * log(p), n)",), "-Σ y log p, from probabilities", over=("n",), everything=True
    ),
    Definition(
        "cross_entropy_logits(z, y)",
        ("sum(y * (log(sum(exp(z), n)) - z), n)",),
        "-Σ y log softmax(z), from logits",
        over=("n",),
    ),
    Definition(
        "binary_cross_entropy(p, y)",
        ("-sum(y * log(p) + (1 - y) * log(1 - p), n)",),
        "-Σ (y log p + (1 - y) log(1 - p)), from probabilities",
        over=("n",),
        everything=True,
    ),
    Definition(
        "binary_cross_entropy_logits(z, y)",
        ("sum(softplus(z) - y * z, n)",),
        "binary cross-entropy of sigmoid(z), from logits",
        over=("n",),
        everything=True,
    ),
    Definition(
        "nll(q, y)",
        ("-sum(y * q, n)",),
        "negative log-likelihood, from log-probabilities",
        over=("n",),
        everything=True,
    ),
    Definition("mse(a, y)", ("mean((a - y)**2, n)",), "mean squared error", over=("n",), everything=True),
    Definition("sse(a, y)", ("sum((a - y)**2, n)",), "sum of squared errors", over=("n",), everything=True),
    Definition("l1(a, y)", ("sum(abs(a - y), n)",), "sum of absolute errors", over=("n",), everything=True),
    Definition(
        "huber_loss(a, y, delta)",
        ("sum(huber(a - y, delta), n)",),
        "sum of Huber's function of the errors",
        over=("n",),
        defaults=(("delta", "1"),),
        everything=True,
    ),
    Definition(
        "hinge_loss(s, y)",
        ("sum(hinge(y * s), n)",),
        "Σ max(0, 1 - y s), targets of -1 and 1",
        over=("n",),
        everything=True,
    ),
    Definition(
        "kl(p, q)", ("sum(p * log(p / q), n)",), "Kullback-Leibler divergence of p from q", over=("n",), everything=True
    ),
    Definition("entropy(p)", ("-sum(p * log(p), n)",), "-Σ p log p", over=("n",), everything=True),
    Definition("l2(w)", ("sum(w**2, n)",), "Σ w²: the L2 penalty without its factor", over=("n",), everything=True),
)
