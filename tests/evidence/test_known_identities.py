"""What everybody knows is proved, not seen in numbers alone; and what is nearly that is refuted.

Every equation is looked at in three ways: by canonical forms, exactly in a field, and in numbers.
"""

from __future__ import annotations

from derivcheck.pipeline.results import ClaimResult
from derivcheck.pipeline.verification import verify_text

TENSORS = """
tensors:
  A: n n
  B: n n
  S: {axes: n n, given: symmetric}
  C: k k
  U: n k
  V: k n
  u: n
  v: n
  x: n
  y: n
  s: scalar
  t: scalar
  g: scalar
  p: {axes: n, given: positive}
  q: {axes: n, given: positive}
  r: {axes: [], given: open_unit}
  w: {axes: n, given: simplex}
numeric: {sizes: {n: 3, k: 2}}
claims:
"""
TRUE = """
  sin(x)^2 + cos(x)^2 = ones(n)
  sin(3*t)^2 = 1 - cos(3*t)^2
  sin(s + t) = sin(s)*cos(t) + cos(s)*sin(t)
  sin(s - t) = sin(s)*cos(t) - cos(s)*sin(t)
  cos(s - t) = cos(s)*cos(t) + sin(s)*sin(t)
  cos(3*t) = 4*cos(t)^3 - 3*cos(t)
  tan(t)^2 + 1 = 1/cos(t)^2
  sin(t)^4 - cos(t)^4 = sin(t)^2 - cos(t)^2
  (x[1]*cos(s) - x[2]*sin(s))*cos(t) + (x[1]*sin(s) + x[2]*cos(s))*sin(t) = x[1]*cos(s - t) - x[2]*sin(s - t)
  inv(A + B) @ (A + B) = eye(n)
  (A + B) @ inv(A + B) @ y = y
  inv(A @ B) @ A @ B = eye(n)
  A @ inv(A) @ y = y
  inv(inv(A)) = A
  inv(inv(A).T) = A.T
  inv(2*A) = inv(A)/2
  inv(A) - inv(B) = inv(A) @ (B - A) @ inv(B)
  inv(A + u @ v.T) = inv(A) - inv(A) @ u @ v.T @ inv(A) / (1 + v.T @ inv(A) @ u)
  inv(S + u @ u.T) @ u = inv(S) @ u / (1 + u.T @ inv(S) @ u)
  inv(A + U @ C @ V) = inv(A) - inv(A) @ U @ inv(inv(C) + V @ inv(A) @ U) @ V @ inv(A)
  U @ inv(eye(k) + V @ U) = inv(eye(n) + U @ V) @ U
  inv(eye(n) + A) = eye(n) - inv(eye(n) + A) @ A
  inv(V @ U + s*eye(k)) @ V = V @ inv(U @ V + s*eye(n))
  det(A + u @ v.T) = (1 + v.T @ inv(A) @ u) * det(A)
  det(S + u @ u.T) = det(S) * (1 + u.T @ inv(S) @ u)
  det(eye(n) + u @ v.T) = 1 + v.T @ u
  det(eye(n) + U @ V) = det(eye(k) + V @ U)
  det(eye(n) + U @ C @ V) = det(eye(k) + C @ V @ U)
  det(A + U @ V) = det(A) * det(eye(k) + V @ inv(A) @ U)
  det(inv(A)) = 1/det(A)
  det(2*A) = 2^n * det(A)
  det((A + u @ v.T).T) = det(A) + v.T @ inv(A) @ u * det(A)
  p^(g + 1) = p * p^g
  x^(g + 1) = x * x^g
  x^(g - 2) = x^g / x^2
  (1 - r)^g * (1 - r) = (1 - r)^(g + 1)
  (p/q)^g = p^g / q^g
  p^(g*s) = (p^g)^s
  log(p/q) = log(p) - log(q)
  log(p^2*q) = 2*log(p) + log(q)
  log(p^g) = g*log(p)
  log(w/p) = log(w) - log(p)
  log(w^2*p) = 2*log(w) + log(p)
  sqrt(w*p) = sqrt(w)*sqrt(p)
  sqrt(w^2) = w
  1/(x + y)^2 = (x + y)^(-2)
  sum_i(A[i,1]/(y[i] - sum_j(A[i,j]*x[j]))^3) = sum((y - A @ x)^(-3) * A[:,1])
"""
FALSE = """
  sin(x)^2 - cos(x)^2 = ones(n)
  sin(3*t)^2 = 1 - cos(2*t)^2
  sin(s + t) = sin(s)*cos(t) - cos(s)*sin(t)
  sin(s - t) = sin(t)*cos(s) - cos(t)*sin(s)
  cos(s - t) = cos(s)*cos(t) - sin(s)*sin(t)
  cos(3*t) = 3*cos(t)^3 - 4*cos(t)
  sin(t/2)^2 = (1 + cos(t))/2
  tan(t)^2 - 1 = 1/cos(t)^2
  sin(s + t) = sin(s) + sin(t)
  inv(A + B) @ (A - B) = eye(n)
  (A + B).T @ inv(A + B) @ y = y
  inv(A @ B) @ B @ A = eye(n)
  inv(inv(A)) = A.T
  inv(inv(A).T) = A
  inv(2*A) = 2*inv(A)
  inv(A) - inv(B) = inv(A) @ (A - B) @ inv(B)
  inv(A + B) = inv(A) + inv(B)
  inv(A + u @ v.T) = inv(A) + inv(A) @ u @ v.T @ inv(A) / (1 + v.T @ inv(A) @ u)
  inv(A + u @ v.T) = inv(A) - inv(A) @ v @ u.T @ inv(A) / (1 + v.T @ inv(A) @ u)
  inv(A + U @ C @ V) = inv(A) - inv(A) @ U @ inv(C + V @ inv(A) @ U) @ V @ inv(A)
  inv(A + U @ C @ V) = inv(A) - inv(A) @ U @ inv(inv(C) - V @ inv(A) @ U) @ V @ inv(A)
  U @ inv(eye(k) + V @ U) = inv(eye(n) - U @ V) @ U
  det(A + u @ v.T) = (1 - v.T @ inv(A) @ u) * det(A)
  det(A + u @ v.T) = (1 + u.T @ inv(A) @ v) * det(A)
  det(eye(n) + u @ v.T) = 1 + v.T @ v
  det(eye(n) + U @ V) = det(eye(k) - V @ U)
  det(A + U @ V) = det(A) * det(eye(k) + V @ U)
  det(u @ v.T + x @ y.T) = 1 + v.T @ u
  det(inv(A)) = -1/det(A)
  det(2*A) = 2 * det(A)
  det(A + B) = det(A) + det(B)
  p^(g + 1) = p + p^g
  x^(g + 1) = x^2 * x^g
  x^(g - 2) = x^g / x
  (1 - r)^g * (1 - r) = (1 - r)^(2*g)
  (p*q)^g = p^g + q^g
  p^(g*s) = p^g * p^s
  log(p/q) = log(p)/log(q)
  log(p^2*q) = 2*log(p*q)
  log(p + q) = log(p) + log(q)
  log(w/p) = log(p) - log(w)
  sqrt(w*p) = w*sqrt(p)
  1/(x + y)^2 = (x + y)^(-3)
  s/(x + y)^2 = s*(x + y)^2
"""


def judged(equations: str) -> list[tuple[str, ClaimResult]]:
    lines = [line.strip() for line in equations.strip().splitlines()]
    claims = "".join(f'  c{k}: "{line}"\n' for k, line in enumerate(lines))
    return list(zip(lines, verify_text(TENSORS + claims).claims, strict=True))


def test_an_identity_is_proved_and_holds_exactly_and_in_numbers() -> None:
    found = judged(TRUE)
    assert [line for line, claim in found if claim.verdict != "proved"] == []
    assert [line for line, claim in found if claim.exact.by != "canonical form"] == []
    assert [line for line, claim in found if claim.numeric.verdict != "agrees"] == []


def test_what_is_nearly_an_identity_is_refuted() -> None:
    assert [(line, claim.verdict) for line, claim in judged(FALSE) if claim.verdict != "refuted"] == []
