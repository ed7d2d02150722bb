"""NumPy source at values where exponentials overflow, and convolutions as views: what it computes, and how it reads."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from test_source_values import CLOSED, declared, function_of, package_values, point, require_agreement, shipped, source

from derivcheck.forms.source.function import numpy_source

HEAD = "tensors: {z: n, s: scalar, t: scalar, y: {axes: n, given: one_hot}, S: n m}\n"

# layers and loss
LARGE = [
    "layers: {p: softmax(z)}\nloss: {L: 'cross_entropy(p, y)'}",
    "layers: {p: exp(z)/sum(exp(z))}\nloss: {L: '-sum(y * log(p))'}",
    "layers: {e: exp(z), r: sum(e), p: e/r}\nloss: {L: '-sum(y * log(p))'}",
    "loss: {L: 'cross_entropy_logits(z, y)'}",
    "loss: {L: 'logsumexp(z) + sum(y*z)'}",
    "layers: {p: softmax(z)}\nloss: {L: 'sum(p * y) + sum(p**2)'}",
    "layers: {p: sigmoid(z)}\nloss: {L: 'binary_cross_entropy(p, y)'}",
    "layers: {p: 1/(1 + exp(-z))}\nloss: {L: '-sum(y * log(p) + (1 - y) * log(1 - p))'}",
    "loss: {L: 'binary_cross_entropy_logits(z, y)'}",
    "layers: {a: sigmoid(z), b: silu(z), c: softplus(z), d: z*tanh(softplus(z))}\nloss: {L: 'sum(a*b) + sum(c*a) + sum(d*a)'}",
    "functions: {f(t): (exp(t) - exp(-t))/(exp(t) + exp(-t))}\nloss: {L: 'sum(f(z)*y)'}",
    "loss: {L: 'log(1 + exp(-sum(y*z)))'}",
    "loss: {L: 'log(exp(s + 1000) + exp(t - 1000))'}",
    "layers: {'g[i]': 'logsumexp_j(1000*S[i,j])'}\nloss: {L: sum(g)}",
    "layers: {P: 'softmax(1000*S, m)'}\nloss: {L: 'sum(P * S)'}",
    "layers: {P: 'softmax(1000*S, n)'}\nloss: {L: 'sum(P * S)'}",
    "layers: {P: 'log_softmax(1000*S, m)'}\nloss: {L: 'sum(P * S)'}",
    "layers: {p: 'softmax(z)', q: 'softmax(z/2)'}\nloss: {L: '-sum(p*log(q))'}",
    # What is masked is no largest exponent, however large it is.
    "layers: {'E[i,j]': 'exp(z[i]*z[j]) if i >= j else 0', 'P[i,j]': 'E[i,j]/sum_k(E[i,k])'}\nloss: {L: 'sum(P @ z)'}",
    "layers: {'p[i]': 'y[i]*exp(z[i])/sum_k(y[k]*exp(z[k]))'}\nloss: {L: 'sum(p * z)'}",
    "layers: {'p[i]': 'y[i]*exp(z[i])/(1 + sum_k(y[k]*exp(z[k])))'}\nloss: {L: 'sum(p * z)'}",
    # Exponentials beside each other, and one of their quotients that is chosen.
    "layers: {'g[j]': 'log(sum_i(exp(1000*S[i,j])*exp(z[i])))'}\nloss: {L: sum(g)}",
    "layers: {'P[i,j]': 'exp(z[i]*z[j])/sum_k(exp(z[i]*z[k]))'}\nloss: {L: '-log(trace(P)) - log(sum_i(P[i,i]*y[i]))'}",
    "layers: {'P[i,j]': 'exp(z[i]*z[j])/sum_k(exp(z[i]*z[k]))'}\nloss: {L: '-sum_i(log(P[i,i]))'}",
]


@pytest.mark.parametrize("text", LARGE)
def test_exponentials_of_large_numbers_do_not_overflow(text: str) -> None:
    network = declared(HEAD + text)
    assert require_agreement(network)  # at an ordinary point
    function = function_of(source(network))
    place = {"z": np.array([1000.0, -1000.0, 3.0]), "s": 2.0, "t": 3.0, "y": np.array([0.0, 1.0, 0.0])}
    place["S"] = np.array([[1.0, -1.0], [-1.0, 1.0], [0.5, 0.25]])
    names = function.__code__.co_varnames[: function.__code__.co_argcount]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        loss, gradients = function(*(place[name.rstrip("_")] for name in names))
    assert np.isfinite(loss)
    assert all(np.all(np.isfinite(gradient)) for gradient in gradients.values())


@pytest.mark.parametrize("path", CLOSED)
def test_shipped_specs_at_large_numbers(path: str) -> None:
    """Every number of which nothing is known is about 1000 or -1000."""
    network, generator = shipped(path), np.random.default_rng(3)
    values = point(network)
    for tensor, value in values.items():
        if not network.facts.get(tensor.name):
            signs = np.where(generator.random(value.shape) < 0.5, -1000.0, 1000.0)
            values[tensor] = signs * (1 + 0.1 * generator.random(value.shape))
    function = function_of(source(network))
    own_loss, own = package_values(network, values, network.sizes)
    if not np.isfinite(own_loss):
        return  # it is larger than numbers are
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        loss, gradients = function(*values.values())
    np.testing.assert_allclose(loss, own_loss, rtol=1e-9)
    for name, gradient in gradients.items():
        height = np.max(np.abs(own[name]), initial=0.0)
        np.testing.assert_allclose(gradient, own[name], rtol=1e-6, atol=1e-9 * height, err_msg=name)


def test_the_gradient_at_large_logits_is_the_limit() -> None:
    function = function_of(source(declared(HEAD + LARGE[0])))
    place = {"z": np.array([1000.0, -1000.0, 3.0]), "y": np.array([0.0, 1.0, 0.0])}
    loss, gradients = function(**place, s=0.0, t_=0.0, S=np.zeros((3, 2)))
    assert loss == 2000
    np.testing.assert_allclose(gradients["z"], [1.0, -1.0, 0.0], atol=1e-300)


def test_small_numbers_keep_their_digits() -> None:
    function = function_of(source(declared("tensors: {s: scalar, t: scalar}\nloss: {L: 'log(1 + s)*(exp(t) - 1)'}")))
    loss, gradients = function(1e-18, 1e-18)
    np.testing.assert_allclose(loss, 1e-36, rtol=1e-12)
    np.testing.assert_allclose(gradients["t"], 1e-18, rtol=1e-12)


def test_what_is_asked_for_is_not_looked_through() -> None:
    """The gradient by the probabilities is that of the loss in them."""
    network = declared(HEAD + LARGE[0])
    (probabilities,) = (tensor for tensor in network.tensors if tensor.name == "p")
    function = function_of(numpy_source(network, [probabilities], {}))
    _, gradients = function(z=np.zeros(3), y=np.array([0.0, 1.0, 0.0]))
    np.testing.assert_allclose(gradients["p"], [0.0, -3.0, 0.0])


# --- convolutions -----------------------------------------------------------------------------

CONVOLUTIONS = {
    "plain": "tensors: {x: c n+k-1, w: o c k, b: o}\nlayers: {z: 'conv1d(x, w, b)'}",
    "padded": "tensors: {x: c n, w: o c 3}\nlayers: {z: 'conv1d(x, w, padding=1)'}",
    "strided": "tensors: {x: c 2*n, w: o c 2}\nlayers: {z: 'conv1d(x, w, stride=2)'}",
    "dilated": "tensors: {x: c n+4, w: o c 3}\nlayers: {z: 'conv1d(x, w, dilation=2)'}",
    "image": "tensors: {x: c 2*h 3*v, w: o c 3 5}\nlayers: {z: 'conv2d(x, w, padding=2)'}",
    "depthwise": "tensors: {x: c n+k-1, w: c k}\nlayers: {z: 'depthwise_conv1d(x, w)'}",
    "transposed": "tensors: {x: o n, w: o c k}\nlayers: {z: 'conv_transpose1d(x, w)'}",
    "pooled": "tensors: {x: 2*n}\nlayers: {z: avgpool1d(x)}",
    "by index": "padding: zero\ntensors: {x: n, w: 3}\nlayers: {'z[t in 1..n]': 'sum_a(w[a]*x[t + a - 2])'}",
    "turned": "padding: zero\ntensors: {x: n, w: 3}\nlayers: {'z[t in 1..n]': 'sum_a(w[a]*x[t - a + 2])'}",
    "shifted": "padding: zero\ntensors: {x: n, w: n}\nlayers: {'z[t in 1..n]': 'x[t - 1]*w[t] + x[t + 2]*x[n + 1 - t]'}",
}


@pytest.mark.parametrize("kind", CONVOLUTIONS)
def test_convolutions_are_views(kind: str) -> None:
    network = declared(CONVOLUTIONS[kind] + "\nloss: {L: 'sum(sin(z))'}")
    text = source(network)
    assert "sliding_window_view" in text
    assert ("arange" in text) == (kind in ("strided", "pooled", "shifted"))  # what a stride leaves out is no view
    assert require_agreement(network)
    assert require_agreement(network, {name: size + 1 for name, size in network.sizes.items()})
    assert require_agreement(network, dict.fromkeys(network.sizes, 2))
