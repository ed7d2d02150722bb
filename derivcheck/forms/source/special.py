"""Special functions that NumPy does not have, as the text of functions that compute them."""

from __future__ import annotations

from collections.abc import Mapping

POLYGAMMA = '''\
def polygamma(n, x):
    """Derivative number n + 1 of log gamma(x): 24 steps of its recurrence, then the asymptotic series."""
    factorial = np.vectorize(math.gamma)
    steps = np.asarray(x, dtype=float)[..., None] + np.arange(24)
    far = np.asarray(x, dtype=float) + 24
    below = math.gamma(n + 1) * np.sum(steps ** -(n + 1.0), axis=-1)
    head = np.where(n == 0, -np.log(np.abs(far)), math.gamma(np.maximum(n, 1)) * far ** -np.maximum(n, 1.0))
    k = 2 * np.arange(1, 8)
    bernoulli = np.array([1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6])
    weights = bernoulli * factorial(k + n) / factorial(k + 1)
    tail = math.gamma(n + 1) / 2 * far ** -(n + 1.0) + np.sum(weights * far[..., None] ** -(k + float(n)), axis=-1)
    return (-1.0) ** (n + 1) * (below + head + tail)
'''

SPECIAL: Mapping[str, str] = {"polygamma": POLYGAMMA}
