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
    Activation(
        "clip",
        "low if t < low else (high if t > high else t)",
        "t kept between two bounds",
        (("low", ""), ("high", "")),
    ),
    Activation("log1p", "log(1 + t)", "logarithm of 1 + t"),
    Activation("expm1", "exp(t) - 1", "exponential less 1"),
    Activation("logaddexp", "log(exp(t) + exp(u))", "logarithm of a sum of two exponentials", (("u", ""),)),
    Activation("sec", "1 / cos(t)", "secant"),
    Activation("csc", "1 / sin(t)", "cosecant"),
    Activation("cot", "cos(t) / sin(t)", "cotangent"),
    Activation("acos", "pi / 2 - asin(t)", "inverse cosine"),
    Activation(
        "atan2",
        "atan(t / x) if x > 0 else atan(t / x) + (pi if t >= 0 else -pi)",
        "angle of the point with the abscissa x and the ordinate t, for x other than 0",
        (("x", ""),),
    ),
    Activation("sech", "1 / cosh(t)", "hyperbolic secant"),
    Activation("csch", "1 / sinh(t)", "hyperbolic cosecant"),
    Activation("coth", "cosh(t) / sinh(t)", "hyperbolic cotangent"),
    Activation("asinh", "log(t + sqrt(t**2 + 1))", "inverse hyperbolic sine"),
    Activation("acosh", "log(t + sqrt(t**2 - 1))", "inverse hyperbolic cosine, for t > 1"),
    Activation("atanh", "log((1 + t) / (1 - t)) / 2", "inverse hyperbolic tangent, for -1 < t < 1"),
    Activation("logit", "log(t / (1 - t))", "logarithm of the odds, the inverse of sigmoid"),
    Activation("erfc", "1 - erf(t)", "complementary error function"),
    Activation("lgamma", "log(gamma(t))", "logarithm of the gamma function, where that is positive"),
    Activation("digamma", "polygamma(0, t)", "derivative of log gamma(t)"),
    Activation("trigamma", "polygamma(1, t)", "second derivative of log gamma(t)"),
    Activation("sign", "1 if t > 0 else (-1 if t < 0 else 0)", "sign"),
    Activation(
        "huber",
        "t**2 / 2 if abs(t) <= delta else delta * (abs(t) - delta / 2)",
        "Huber's function of a residual",
        (("delta", "1"),),
    ),
    Activation("hinge", "1 - t if t < 1 else 0", "hinge of a margin"),
)
