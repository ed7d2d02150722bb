"""What a page is made of, and the specs in which its examples are judged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["claim", "spec", "text"]

BASE = """
tensors:
  x: n0
  W1: n1 n0
  b1: n1
  W2: n2 n1
  b2: n2
  y: {axes: n2, given: one_hot}
layers:
  z1: W1 @ x + b1
  a1: sigmoid(z1)
  z2: W2 @ a1 + b2
  p: softmax(z2)
loss:
  L: cross_entropy(p, y)
"""
BATCH = """
tensors:
  W: k n
  X: n M
  T: k M
layers:
  Z: W @ X
loss:
  C: mean(sse(Z, T, k), M)
"""
PLAIN = """
tensors:
  x: n
  A: n n
  y: n
layers:
  q: x.T @ A @ x
loss:
  L: sum(x * y)
"""
EINSTEIN = """
sums: einstein
tensors:
  x: n
  y: n
  A: n n
layers:
  s: sum(x * y * diag(A))
"""
CENTRED = """
tensors:
  z: n
layers:
  m: mean(z)
  q: z - m
"""
SLIDING = """
tensors:
  x: n
  w: k
layers:
  y: conv(x, w)
loss:
  L: opaque(y)
"""


@dataclass(frozen=True, slots=True)
class Explanation:
    """`wrong` fails with the code, `right` does not; `kind` says what they are, `spec` where claims are judged."""

    title: str
    about: str
    wrong: str = ""
    right: str = ""
    kind: Kind = "claim"
    spec: str = ""


def of_spec(title: str, about: str, wrong: str = "", right: str = "") -> Explanation:
    """A page whose examples are whole specs."""
    return Explanation(title, about, wrong, right, "spec")


def text_only(title: str, about: str) -> Explanation:
    """A page without examples."""
    return Explanation(title, about, kind="text")
