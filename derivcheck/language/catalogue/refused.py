"""Functions that have no rule here, by their names, with the nearest way to write what they are used for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a function is, and what to write in its place."""

    about: str
    instead: str


def _named(names: str, about: str, instead: str) -> dict[str, Refusal]:
    return dict.fromkeys(names.split(), Refusal(about, instead))


ITSELF = "NAME"
OPAQUE = f"functions: {{{ITSELF}: opaque}}, whose derivative is {ITSELF}'"
FACTOR = "declare the factor, `L: {axes: n n, given: lower_triangular}`, and `given: A = L @ L.T`"
SPECTRUM = 'declare the vectors with what they satisfy, `given: "A @ v = lam * v"`, and write with them'

REFUSED: Mapping[str, Refusal] = {
    **_named("besselj bessely besseli besselk jv yv iv kv j0 j1 i0 i1", "a Bessel function", OPAQUE),
    **_named("airy zeta hyp2f1 ellipk ellipe expi lambertw", "a special function", OPAQUE),
    **_named("beta betaln", "the beta function", "exp(lgamma(a) + lgamma(b) - lgamma(a + b))"),
    **_named("gammainc gammaincc betainc", "an incomplete integral", OPAQUE),
    **_named("erfinv ndtri probit", "an inverse without a formula", OPAQUE),
    **_named("chol cholesky", "a factor of its argument", FACTOR),
    **_named("qr lu", "a factor of its argument", "declare the factors as tensors with facts, and write their product"),
    **_named("eig eigh eigvals eigvalsh eigenvalues lambda_max lambda_min", "what an equation says of it", SPECTRUM),
    **_named(
        "svd svdvals sigma_max spectral_norm nuclear_norm",
        "what an equation says of it",
        'declare unit vectors u and v with `given: "W @ v = s * u"` and `given: "W.T @ u = s * v"`',
    ),
    **_named("pinv", "a pseudo-inverse", "inv(A.T @ A) @ A.T, for independent columns"),
    **_named("expm logm sqrtm", "a function of a whole matrix", "matrix_power(A, k), or the series up to a power"),
    **_named("slogdet", "a pair of values", "logdet(A)"),
    **_named("rank sort argsort median quantile topk", "no smooth function of its entries", "max(x), argmax(x)"),
    **_named("var variance", "one of two: over n, or over n - 1", "mean((x - mean(x))**2)"),
    **_named("std stdev", "one of two: over n, or over n - 1", "sqrt(mean((x - mean(x))**2))"),
    **_named("argmin", "where the smallest entry stands", "argmax(-x)"),
    **_named("fft ifft rfft", "a complex transform", "cos and sin of the positions, as matrices"),
    **_named("round floor ceil", "a step function", "stop_gradient(x), which is differentiated as a constant"),
    **_named("detach sg stopgrad no_grad", "another name for what stops a gradient", "stop_gradient(x)"),
    **_named("arcsin", "another name of asin", "asin(x)"),
    **_named("arccos", "another name of acos", "acos(x)"),
    **_named("arctan", "another name of atan", "atan(x)"),
    **_named("arctan2", "another name of atan2", "atan2(y, x)"),
    **_named("ln", "another name of log", "log(x)"),
    **_named("loggamma gammaln", "another name of lgamma", "lgamma(x)"),
    **_named("psi", "another name of digamma", "digamma(x)"),
    **_named("max_pool max_pool1d maxpool", "maxpool1d, or maxpool2d of images", "maxpool1d(x, size=2)"),
    **_named("max_pool2d", "another name of maxpool2d", "maxpool2d(X, size=2)"),
    **_named("avg_pool avg_pool1d avgpool mean_pool", "avgpool1d, or avgpool2d of images", "avgpool1d(x, size=2)"),
    **_named("avg_pool2d", "another name of avgpool2d", "avgpool2d(X, size=2)"),
    **_named("clamp", "another name of clip", "clip(x, low, high)"),
}


def refusal(name: str) -> Refusal | None:
    """Why a function is refused; None for a name that nothing is known of."""
    found = REFUSED.get(name)
    return None if found is None else Refusal(found.about, found.instead.replace(ITSELF, name))
