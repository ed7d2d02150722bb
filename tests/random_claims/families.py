"""Claims about layers of any label."""

from __future__ import annotations

import random

from .networks import Network
from .trees import Fn

DEEP = (
    ("l in 1..L", "dC/db[l] = dC/dz[l]"),
    ("l in 1..L", "dC/dW[l] = dC/dz[l] @ a[l-1].T"),
    ("l in 1..L", "dC/dW[l][i,j] = dC/dz[l][i] * a[l-1][j]"),
    ("l in 1..L-1", "dC/dz[l] = dC/da[l] * f'(z[l])"),
    ("l in 1..L-1", "dC/da[l] = W[l+1].T @ dC/dz[l+1]"),
    ("l in 1..L-1", "dC/dz[l] = (W[l+1].T @ dC/dz[l+1]) * f'(z[l])"),
    ("l in 1..L", "dz[l][i]/da[l-1][j] = W[l][i,j]"),
    ("l in 1..L-1", "dz[l+1][i]/dz[l][j] = W[l+1][i,j] * f'(z[l][j])"),
    ("l in 1..L-1", "da[l][i]/dz[l][j] = delta(i,j) * f'(z[l][i])"),
)
RECURRENT = (
    ("l in 1..L", "dC/dz[l] = dC/dh[l] * f'(z[l])"),
    ("l in 1..L-1", "dC/dh[l] = W.T @ (dC/dh[l+1] * f'(z[l+1]))"),
    ("l in 1..L", "dC/dx[l] = U.T @ dC/dz[l]"),
    ("l in 1..L", "dh[l][i]/dh[l-1][j] = f'(z[l][i]) * W[i,j]"),
    ("", "dC/dh[L] = 2 * (h[L] - y)"),
    ("", "dC/dh[0] = W.T @ dC/dz[1]"),
)


def deep_claim(network: Network, chance: random.Random) -> tuple[str, str]:
    """(labels, text) of a claim about a family; columns in mixed layout, turned for numerator layout."""
    recurrent = "h[0]" in network.layers
    labels, text = chance.choice(RECURRENT if recurrent else DEEP)
    function = network.layers["h[l]" if recurrent else "a[l]"]
    assert isinstance(function, Fn)
    return labels, text.replace("f'", f"{function.name}'")
