"""Activations: one line each. Everything else about them is derived."""

from __future__ import annotations

from derivcheck.language.catalogue.entries import Activation

ACTIVATIONS: tuple[Activation, ...] = (
    Activation("sigmoid", "1 / (1 + exp(-t))", "logistic sigmoid"),
    Activation("tanh", "tanh(t)", "hyperbolic tangent"),
    Activation("relu", "t if t > 0 else 0", "rectified linear unit; relu'(0) = 0 as written"),
    Activation("leaky_relu", "t if t > 0 else slope * t", "leaky rectifier", (("slope", "0.01"),)),
    Activation("elu", "t if t > 0 else alpha * (exp(t) - 1)", "exponential linear unit", (("alpha", "1"),)),
    Activation("softplus", "log(1 + exp(t))", "smooth rectifier"),
    Activation("silu", "t * sigmoid(t)", "sigmoid-weighted linear unit, also called swish"),
    Activation("gelu", "t * (1 + erf(t / sqrt(2))) / 2", "Gaussian error linear unit, exact"),
    Activation("gelu_tanh", "t * (1 + tanh(sqrt(2 / pi) * (t + 0.044715 * t**3))) / 2", "GELU, tanh approximation"),
    Activation("identity", "t", "the identity"),
    Activation("abs", "t if t > 0 else (-t if t < 0 else 0)", "absolute value; abs'(0) = 0"),
    Activation("sign", "1 if t > 0 else (-1 if t < 0 else 0)", "sign"),
    Activation(
        "huber",
        "t**2 / 2 if abs(t) <= delta else delta * (abs(t) - delta / 2)",
        "Huber's function of a residual",
        (("delta", "1"),),
    ),
    Activation("hinge", "1 - t if t < 1 else 0", "hinge of a margin"),
)
