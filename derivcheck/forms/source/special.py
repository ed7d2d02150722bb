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

WINDOWS = '''\
def windows(x, start, count, stride, size, dilation):
    """x[..., start + stride * i + dilation * j] along i and j in the place of the last axis, 0 outside of x."""
    stop = start + stride * (count - 1) + dilation * (size - 1) + 1
    before, behind = np.maximum(0, -start), np.maximum(0, stop - x.shape[-1])
    padded = np.pad(x, [(0, 0)] * (x.ndim - 1) + [(before, behind)])[..., start + before : stop + before]
    seen = np.lib.stride_tricks.sliding_window_view(padded, dilation * (size - 1) + 1, axis=-1)
    return seen[..., ::stride, ::dilation]
'''

SPECIAL: Mapping[str, str] = {"polygamma": POLYGAMMA, "windows": WINDOWS}
