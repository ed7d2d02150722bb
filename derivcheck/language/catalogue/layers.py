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

STEPS = (("stride", "1"), ("padding", "0"), ("dilation", "1"))
FILTERED = "({0} + 2*padding - dilation*({1} - 1) - 1)/stride + 1"  # how many places a filter of {1} has in {0}
SEEN = "sees({0}, stride*({1} - 1) + dilation*({2} - 1) + 1 - padding)"  # the entry that {2} of a filter sees at {1}
REACHED = "{0} + dilation*({1} - 1)"  # how many places a filter of {1} reaches at least one entry of {0} from
REACHES = "sees({0}, {1} + dilation*({2} - 1) - dilation*(n_{2} - 1))"
SPREAD = "stride*({0} - 1) + dilation*({1} - 1) + 1 - 2*padding"  # how many entries {0} places of a filter of {1} see
POOL = (("size", "2"), ("stride", "size"))
POOLED = "({0} - size)/stride + 1"
INSIDE = "sees({0}, stride*({1} - 1) + {2})"

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
        ("rms = sqrt(mean(z**2, n) + eps)", "hat = z / rms", "gamma * hat"),
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
        "conv(x[t], w[k])",
        (f"sum(w * x * {SEEN.format('t', 'i', 'k')}, k, t)",),
        "correlation of a signal with a filter, or of an image; options as of conv1d",
        result=("i",),
        new=(("i", FILTERED.format("t", "k")),),
        options=STEPS,
        planar=Definition(
            "conv(x[s,t], w[u,v])",
            (f"sum(w * x * {SEEN.format('s', 'i', 'u')} * {SEEN.format('t', 'j', 'v')}, u, v, s, t)",),
            "correlation of an image with a filter",
            result=("i", "j"),
            new=(("i", FILTERED.format("s", "u")), ("j", FILTERED.format("t", "v"))),
            options=STEPS,
        ),
    ),
    Definition(
        "full_conv(x[t], w[k])",
        (f"sum(w * x * {REACHES.format('t', 'i', 'k')}, k, t)",),
        "full correlation: conv with zeros at both ends, as far as the filter reaches; dilation=2 as needed",
        result=("i",),
        new=(("i", REACHED.format("t", "k")),),
        options=(("dilation", "1"),),
        planar=Definition(
            "full_conv(x[s,t], w[u,v])",
            (f"sum(w * x * {REACHES.format('s', 'i', 'u')} * {REACHES.format('t', 'j', 'v')}, u, v, s, t)",),
            "full correlation of an image with a filter",
            result=("i", "j"),
            new=(("i", REACHED.format("s", "u")), ("j", REACHED.format("t", "v"))),
            options=(("dilation", "1"),),
        ),
    ),
    Definition(
        "conv_transpose(x[i], w[k])",
        (f"sum(w * x * {SEEN.format('t', 'i', 'k')}, k, i)",),
        "transposed convolution: what conv's gradient by its signal is; options as of conv1d",
        result=("t",),
        new=(("t", SPREAD.format("i", "k")),),
        options=STEPS,
        planar=Definition(
            "conv_transpose(x[i,j], w[u,v])",
            (f"sum(w * x * {SEEN.format('s', 'i', 'u')} * {SEEN.format('t', 'j', 'v')}, u, v, i, j)",),
            "transposed convolution of an image",
            result=("s", "t"),
            new=(("s", SPREAD.format("i", "u")), ("t", SPREAD.format("j", "v"))),
            options=STEPS,
        ),
    ),
    Definition(
        "conv1d(x[c,t], w[o,c,k], b[o])",
        (f"sum(w * x * {SEEN.format('t', 'i', 'k')}, c, k, t) + b",),
        "one-dimensional convolution (cross-correlation); stride=2, padding=1, dilation=2 as needed",
        result=("o", "i"),
        new=(("i", FILTERED.format("t", "k")),),
        defaults=(("b", "0"),),
        options=STEPS,
    ),
    Definition(
        "conv2d(x[c,s,t], w[o,c,u,v], b[o])",
        (f"sum(w * x * {SEEN.format('s', 'i', 'u')} * {SEEN.format('t', 'j', 'v')}, c, u, v, s, t) + b",),
        "two-dimensional convolution (cross-correlation), options as of conv1d",
        result=("o", "i", "j"),
        new=(("i", FILTERED.format("s", "u")), ("j", FILTERED.format("t", "v"))),
        defaults=(("b", "0"),),
        options=STEPS,
    ),
    Definition(
        "depthwise_conv1d(x[c,t], w[c,k], b[c])",
        (f"sum(w * x * {SEEN.format('t', 'i', 'k')}, k, t) + b",),
        "a filter for each channel, options as of conv1d",
        result=("c", "i"),
        new=(("i", FILTERED.format("t", "k")),),
        defaults=(("b", "0"),),
        options=STEPS,
    ),
    Definition(
        "conv_transpose1d(x[o,i], w[o,c,k], b[c])",
        (f"sum(w * x * {SEEN.format('t', 'i', 'k')}, o, k, i) + b",),
        "transposed convolution: what conv1d's gradient by its input is; options as of conv1d",
        result=("c", "t"),
        new=(("t", SPREAD.format("i", "k")),),
        defaults=(("b", "0"),),
        options=STEPS,
    ),
    Definition(
        "maxpool1d(x[t])",
        (f"max(sum(x * {INSIDE.format('t', 'i', 'k')}, t), k)",),
        "the largest of each `size=2` entries, every `stride=size`",
        result=("i",),
        new=(("k", "size"), ("i", POOLED.format("t"))),
        options=POOL,
        shown=(("t", "2*n_t"),),
    ),
    Definition(
        "maxpool2d(x[s,t])",
        (f"max(max(sum(x * {INSIDE.format('s', 'i', 'u')} * {INSIDE.format('t', 'j', 'v')}, s, t), u), v)",),
        "the largest of each `size=2` times `size=2` entries, every `stride=size`",
        result=("i", "j"),
        new=(("u", "size"), ("v", "size"), ("i", POOLED.format("s")), ("j", POOLED.format("t"))),
        options=POOL,
        shown=(("s", "2*n_s"), ("t", "2*n_t")),
    ),
    Definition(
        "avgpool1d(x[t])",
        (f"mean(sum(x * {INSIDE.format('t', 'i', 'k')}, t), k)",),
        "the mean of each `size=2` entries, every `stride=size`",
        result=("i",),
        new=(("k", "size"), ("i", POOLED.format("t"))),
        options=POOL,
        shown=(("t", "2*n_t"),),
    ),
    Definition(
        "avgpool2d(x[s,t])",
        (f"mean(sum(x * {INSIDE.format('s', 'i', 'u')} * {INSIDE.format('t', 'j', 'v')}, s, t), u, v)",),
        "the mean of each `size=2` times `size=2` entries, every `stride=size`",
        result=("i", "j"),
        new=(("u", "size"), ("v", "size"), ("i", POOLED.format("s")), ("j", POOLED.format("t"))),
        options=POOL,
        shown=(("s", "2*n_s"), ("t", "2*n_t")),
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
