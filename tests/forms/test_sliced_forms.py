"""Gradients of heads, channels and filters as matrices for each of some letters, and as convolutions."""

from __future__ import annotations

from functools import cache

import pytest

from derivcheck.judging.examiner import Examiner
from derivcheck.language.network import build
from derivcheck.spec import read_spec

NETWORKS = {
    "signal": "tensors: {x: n, w: k, g: n-k+1}\nlayers: {z: 'conv(x, w)'}\nloss: {L: g.T @ z}",
    "written out": "tensors: {x: n, w: k, g: n-k+1}\nlayers: {'z[t]': 'sum_a(w[a] * x[t+a-1])'}\nloss: {L: g.T @ z}",
    "in rows": "vectors: row\ntensors: {x: n, w: k, g: n-k+1}\nlayers: {z: 'conv(x, w)'}\nloss: {L: z @ g.T}",
    "same size": "tensors: {x: n, w: 3, g: n}\nlayers: {z: 'conv(x, w, padding=1)'}\nloss: {L: g.T @ z}",
    "more zeros than it reaches": "tensors: {x: n, w: k, g: n-k+3}\nlayers: {z: 'conv(x, w, padding=1)'}\n"
    "loss: {L: g.T @ z}",
    "stride": "tensors: {x: 2*m+k-2, w: k, g: m}\nlayers: {z: 'conv(x, w, stride=2)'}\nloss: {L: g.T @ z}",
    "dilation": "tensors: {x: m+3*k-3, w: k, g: m}\nlayers: {z: 'conv(x, w, dilation=3)'}\nloss: {L: g.T @ z}",
    "mean of a window": "tensors: {x: n, w: k, g: n-k+1}\nlayers: {'z[t]': 'sum_a(w[a]*x[t+a-1]) + "
    "sum_{a in 1..k}(x[t+a-1])/k'}\nloss: {L: g.T @ z}",
    "learned": "tensors: {x: n, w: k, y: n-k+1}\nlayers: {z: 'conv(x, w)', a: tanh(z)}\nloss: {L: 'sse(a, y)'}",
    "channels": "tensors: {x: c n, w: o c k, b: o, g: o n-k+1}\nlayers: {z: 'conv1d(x, w, b)'}\nloss: {L: sum(g * z)}",
    "channels, learned": "tensors: {x: c n, w: o c k, y: o n-k+1}\nlayers: {z: 'conv1d(x, w)'}\nloss: {L: 'sse(z, y)'}",
    "image": "tensors: {x: p q, w: r s, g: p-r+1 q-s+1}\nlayers: {z: 'conv(x, w)'}\nloss: {L: sum(g * z)}",
    "images": "tensors: {x: c 2*p-1 2*q-1, w: o c 3 3, b: o, g: o p q}\n"
    "layers: {z: 'conv2d(x, w, b, stride=2, padding=1)'}\nloss: {L: sum(g * z)}",
    "channel by channel": "tensors: {x: c n, w: c k, g: c n-k+1}\nlayers: {z: 'depthwise_conv1d(x, w)'}\n"
    "loss: {L: sum(g * z)}",
    "heads": "tensors: {X: T d, Wq: H d k, Wo: H k m, M: T T, G: T m}\nlayers:\n  Q: X @ Wq\n"
    "  S[h,i,j]: sum_a(Q[h,i,a] * Q[h,j,a]) / sqrt(k) + M[i,j]\n  P: softmax(S, 3)\n  O: P @ Q\n"
    "  Y: sum(O @ Wo, H)\nloss: {L: sum(G * Y)}",
    "functions of slices": "tensors: {X: H T d, s: H, b: H d, G: H T d}\n"
    "layers: {'Y[h,t,i]': 's[h]*tanh(X[h,t,i]*b[h,i])'}\nloss: {L: sum(G * Y)}",
}

FORMS = [
    ("signal", "x", "full_conv(g, flip(w))"),
    ("signal", "w", "conv(x, g)"),
    ("written out", "x", "full_conv(g, flip(w))"),
    ("written out", "w", "conv(x, g)"),
    ("in rows", "x", "full_conv(g, flip(w))"),
    ("in rows", "w", "conv(x, g)"),
    ("same size", "x", "conv(g, flip(w), padding=1)"),
    ("same size", "w", "conv(x, g, padding=1)"),
    ("more zeros than it reaches", "x", "conv_transpose(g, w, padding=1)"),
    ("stride", "x", "conv_transpose(g, w, stride=2)"),
    ("stride", "w", "conv(x, g, dilation=2)"),
    ("dilation", "x", "full_conv(g, flip(w), dilation=3)"),
    ("dilation", "w", "conv(x, g, stride=3)"),
    ("learned", "w", "conv(x, dL/dz)"),
    ("learned", "x", "full_conv(dL/dz, flip(w))"),
    ("channels", "x", "for each i: dL/dx[i,:] = sum_j(full_conv(g[j,:], flip(w[j,i,:])))"),
    ("channels", "w", "for each i, j: dL/dw[i,j,:] = conv(x[j,:], g[i,:]).T"),
    ("channels", "b", "sum(g, 2)"),
    ("channels, learned", "w", "for each i, j: dL/dw[i,j,:] = 2 * conv(x[j,:], z[i,:] - y[i,:]).T"),
    ("channels, learned", "x", "for each i: dL/dx[i,:] = sum_j(full_conv(dL/dz[j,:], flip(w[j,i,:])))"),
    ("image", "x", "full_conv(g, flip(w, 1, 2))"),
    ("image", "w", "conv(x, g)"),
    (
        "images",
        "x",
        "for each i: dL/dx[i,:,:] = sum_j(conv_transpose(g[j,:,:], w[j,i,:,:], stride=2, padding=1))",
    ),
    ("images", "w", "for each i, j: dL/dw[i,j,:,:] = conv(x[j,:,:], g[i,:,:], padding=1, dilation=2)"),
    ("images", "b", "for each i: dL/db[i] = sum(g[i,:,:])"),
    ("channel by channel", "x", "for each i: dL/dx[i,:] = full_conv(g[i,:], flip(w[i,:]))"),
    ("channel by channel", "w", "for each i: dL/dw[i,:] = conv(x[i,:], g[i,:])"),
    ("heads", "X", "sum_i(dL/dQ[i,:,:] @ Wq[i,:,:].T)"),
    ("heads", "Wq", "for each i: dL/dWq[i,:,:] = X.T @ dL/dQ[i,:,:]"),
    ("heads", "Wo", "for each i: dL/dWo[i,:,:] = O[i,:,:].T @ G"),
    ("heads", "O", "for each i: dL/dO[i,:,:] = G @ Wo[i,:,:].T"),
    ("heads", "M", "sum_i(dL/dS[i,:,:])"),
]


@cache
def examiner(network: str) -> Examiner:
    return Examiner(build(read_spec(NETWORKS[network] + "\n")))


def shown(network: str, quantity: str) -> str:
    judge = examiner(network)
    forms = judge.gradient(next(t for t in judge.network.tensors if t.name == quantity)).forms
    return forms.matrix or forms.slices


@pytest.mark.parametrize(("network", "quantity", "form"), FORMS, ids=[f"{row[0]}, {row[1]}" for row in FORMS])
def test_a_gradient_is_written_as_a_text_prints_it(network: str, quantity: str, form: str) -> None:
    assert shown(network, quantity) == form
