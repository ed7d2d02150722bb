"""Functions that are rough: kinks between the steps, few digits, noise, tables, short periods, narrow domains.

A right gradient is never said to differ, whatever the function; a wrong one is, wherever the table says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from derivcheck.numeric import check_gradient

Function = Callable[[Any], Any]
SINGLE, HALF = np.float32, np.float16


@dataclass(frozen=True)
class Rough:
    """A right gradient; `told` where one that is a hundredth off in its largest entry must be found to differ."""

    name: str
    f: Function
    grad: Function
    x: Any
    told: bool = True


def kinks() -> Iterator[Rough]:
    """At distances that no fixed ladder of steps resolves."""
    for d in (1e-2, 1e-5, 1e-7, 1e-9, 1e-11):
        far = d >= 1e-9
        yield Rough(
            f"relu, {d:g} beside it",
            lambda x: float(np.sum(np.maximum(x, 0) * [1, 2, 3, 4])),
            lambda x: (x > 0) * np.array([1.0, 2, 3, 4]),
            np.array([d, -d, 0.7, 3 * d]),
            far,
        )
        yield Rough(
            f"hinges, {d:g} on either side",
            lambda x: float(np.sum(np.maximum(1 - 3 * x, 0) + np.abs(x - 1))),
            lambda x: -3.0 * (3 * x < 1) + np.sign(x - 1),
            np.array([1 / 3 + d, 1 / 3 - d, 1 + d, 1 - d]),
        )
        yield Rough(
            f"clip, {d:g} beside it",
            lambda x: float(np.sum(np.clip(x, -1, 1) * x**2)),
            lambda x: np.where(np.abs(x) < 1, 3 * x**2, 2 * x * np.sign(x)),
            np.array([1 + d, 1 - d, -1 - d, 0.3]),
            far,
        )
        yield Rough(
            f"two kinks {2 * d:g} apart",
            lambda x, d=d: float(np.sum(np.abs(x - d) - 0.5 * np.abs(x + d))),
            lambda x, d=d: np.sign(x - d) - 0.5 * np.sign(x + d),
            np.array([0.0, 2 * d, 1.0]),
            far,
        )
        yield Rough(
            f"a ramp {2 * d:g} wide",
            lambda x, d=d: float(np.sum(np.clip(x / d, -1, 1) + x)),
            lambda x, d=d: (np.abs(x) < d) / d + 1.0,
            np.array([0.1 * d, -0.3 * d, 1.0, 2.0]),
        )
        yield Rough(
            f"a jump, {d:g} beside it",
            lambda x: float(np.sum(np.round(x) * x)),
            np.round,
            np.array([0.5 + d, 1.5 - d, 2.2]),
            far,
        )
        yield Rough(
            f"a weak kink, {d:g} beside it",
            lambda x: float(np.sum(x**2 + 1e-6 * np.abs(x - 1))),
            lambda x: 2 * x + 1e-6 * np.sign(x - 1),
            np.array([1 + d, 1 - d, 2.0]),
        )


def network(d: float, seed: int) -> Rough:
    """Half of the units are `d` from their kinks."""
    random = np.random.default_rng(seed)
    w, x, v = random.normal(size=(6, 5)), random.normal(size=5), 0.3 * random.normal(size=6)
    b = random.choice([-1.0, 1.0], size=6) * np.where(np.arange(6) % 2 == 0, d, 1) - w @ x

    def grad(x: Any) -> Any:
        z = w @ x + b
        return (1 - np.tanh(v @ np.maximum(z, 0)) ** 2) * (w.T @ (v * (z > 0)))

    return Rough(
        f"a network, {d:g} from its kinks", lambda x: float(np.tanh(v @ np.maximum(w @ x + b, 0))), grad, x, d >= 1e-9
    )


def digits() -> Iterator[Rough]:
    """f or grad compute in few digits, and may not say so."""
    random = np.random.default_rng(3)
    a, x = random.normal(size=(4, 4)), random.normal(size=4)

    def exact(x: Any) -> Any:
        return np.sum(np.tanh(a @ x) ** 2)

    def grad(x: Any) -> Any:
        return a.T @ (2 * np.tanh(a @ x) * (1 - np.tanh(a @ x) ** 2))

    for kind in (SINGLE, HALF):
        name = np.dtype(kind).name

        def coarse(x: Any, kind: Any = kind) -> Any:
            inner = np.complex64 if np.iscomplexobj(x) else kind
            return np.sum(np.tanh(a.astype(inner) @ np.asarray(x).astype(inner)) ** 2)

        told = kind is SINGLE
        yield Rough(f"f in {name}", coarse, grad, x, told)
        yield Rough(f"f in {name}, real", lambda x, f=coarse: f(np.real(x)), grad, x, told)
        yield Rough(f"f in {name}, a number of Python", lambda x, f=coarse: float(f(np.real(x))), grad, x, told)
        yield Rough(
            f"f in {name} inside", lambda x, f=coarse: np.asarray(f(x)).astype(np.result_type(x, float)), grad, x, told
        )
        yield Rough(
            f"f in {name}, beside 100", lambda x, f=coarse, k=kind: float(f(np.real(x)) + k(100)), grad, x, False
        )
        yield Rough(
            f"a part of f in {name}",
            lambda x, f=coarse: 1e-3 * float(f(np.real(x))) + float(np.sum(x.real**2)),
            lambda x: 1e-3 * grad(x) + 2 * x,
            x,
            told,
        )
        yield Rough(f"f and grad in {name}", coarse, lambda x, k=kind: grad(x).astype(k), x, told)
        yield Rough(f"grad in {name}", exact, lambda x, k=kind: grad(x).astype(k), x, told)
        yield Rough(f"grad in {name} inside", exact, lambda x, k=kind: grad(x.astype(k)).astype(float), x, told)
        yield Rough(f"grad rounded to {name}", exact, lambda x, k=kind: grad(x).astype(k).astype(float), x, told)
        yield Rough(
            f"relu in {name}",
            lambda x, k=kind: float(np.sum(np.maximum(x.real.astype(k), k(0)))),
            lambda x: (x > 0) * 1.0,
            np.array([1e-7, -1e-7, 1.1, -1.0]),
            told,
        )
    for size in (1e4, 1e8, 1e12, 1e15):
        yield Rough(
            f"{size:g} added and taken off",
            lambda x, s=size: float(np.sum((np.sin(x) + s) - s)),
            np.cos,
            np.array([0.4, 1.3, 2.0]),
            size < 1e12,
        )


def rest() -> Iterator[Rough]:
    """Noise, tables, periods, domains."""

    def jitter(x: Any, amplitude: float) -> float:
        value = float(np.sum(np.sin(x * 1e18 * np.arange(1, len(x) + 1)) * 43758.5453))
        return 2 * amplitude * (value - np.floor(value) - 0.5)

    for amplitude in (1e-9, 1e-6, 1e-4, 1e-2):
        yield Rough(
            f"noise of {amplitude:g}",
            lambda x, a=amplitude: float(np.sum(x**3)) + jitter(x, a),
            lambda x: 3 * x**2,
            np.array([0.5, -0.8, 1.2]),
            amplitude < 1e-5,
        )
    for count in (10, 1000, 10**7):
        table = np.array([0.5123, 1.23456, -2.0171])
        yield Rough(
            f"a table of {count}",
            lambda x, n=count: float(np.sum(np.sin(np.round(x * n) / n))),
            np.zeros_like,
            table,
            False,
        )
        yield Rough(
            f"a table of {count}, seen from afar",
            lambda x, n=count: float(np.sum(np.sin(np.round(x * n) / n))),
            np.cos,
            table,
            False,
        )
    grid = np.linspace(-3, 3, 1001)
    yield Rough(
        "a table with lines between",
        lambda x: float(np.sum(np.interp(x, grid, np.sin(grid)))),
        lambda x: np.diff(np.sin(grid))[np.searchsorted(grid, x) - 1] / (grid[1] - grid[0]),
        np.array([0.5123, 1.23456, -2.0171]),
    )
    yield Rough(
        "in steps of 1/256",
        lambda x: float(np.sum(np.floor(256 * x) / 256)),
        np.zeros_like,
        np.array([0.3123, 0.8, 0.55]),
        False,
    )
    for period in (1e-2, 1e-5, 1e-8):
        yield Rough(
            f"a period of {period:g}",
            lambda x, p=period: float(np.sum(np.sin(x / p))),
            lambda x, p=period: np.cos(x / p) / p,
            np.array([0.3, 0.8, -1.7]),
            period > 1e-8,
        )
        yield Rough(
            f"teeth {period:g} wide",
            lambda x, p=period: float(np.sum(np.mod(x, p))),
            np.ones_like,
            np.array([0.3123, 0.8, -1.7]) + 0.3 * period,
        )
        yield Rough(
            f"a step {period:g} wide",
            lambda x, p=period: float(np.sum(np.tanh((x - 1) / p))),
            lambda x, p=period: 1 / np.cosh((x - 1) / p) ** 2 / p,
            1 + period * np.array([0.3, 0.8, -1.7]),
        )
    for d in (1e-3, 1e-7):
        yield Rough(f"log at {d:g}", lambda x: float(np.sum(np.log(x))), lambda x: 1 / x, np.array([d, 1.0, 3.0]))
        yield Rough(
            f"arc sine {d:g} from its end",
            lambda x: float(np.sum(np.arcsin(x))),
            lambda x: 1 / np.sqrt(1 - x**2),
            np.array([1 - d, 0.5, d - 1]),
        )
        yield Rough(f"a pole {d:g} away", lambda x: float(np.sum(1 / x)), lambda x: -1 / x**2, np.array([d, 1.0, -d]))
        yield Rough(
            f"a root {d:g} away",
            lambda x: float(np.sum(np.abs(x) ** 0.5)),
            lambda x: 0.5 * np.abs(x) ** -0.5 * np.sign(x),
            np.array([d, 1.0, -3.0]),
        )
    sizes = 10.0 ** np.arange(-12, 13, 6)
    yield Rough(
        "scales from 1e-12 to 1e12",
        lambda x: float(np.sum(np.sin(x * sizes))),
        lambda x: np.cos(x * sizes) * sizes,
        0.7 / sizes,
    )
    yield Rough(
        "a steep exponential",
        lambda x: float(np.sum(np.exp(200 * x))),
        lambda x: 200 * np.exp(200 * x),
        np.array([0.3, 1.0, -0.7]),
    )
    yield Rough("nothing moves", lambda x: 3.0, np.zeros_like, np.array([1.0, 2.0]))
    yield Rough("a minimum", lambda x: float(np.sum((x - 1) ** 4)), lambda x: 4 * (x - 1) ** 3, np.ones(3))
    order = np.array([1, 1 + 1e-9, 0.5, 2, 2 - 1e-6])
    yield Rough(
        "sorted", lambda x: float(np.sort(x) @ np.arange(1.0, 6)), lambda x: np.argsort(np.argsort(x)) + 1.0, order
    )


def mixed() -> Iterator[Rough]:
    """Entries far below 1 beside entries about 1, where a step small for the one is none for the other."""
    for small in (1e-12, 1e-22, 1e-24, 1e-27, 1e-30, 1e-40, 1e-100, 1e-300):
        for x in (np.array([small, 1.0]), np.array([small, 3 * small]), np.array([1.0, small, 1e8])):
            name = ", ".join(f"{entry:g}" for entry in x)
            yield Rough(f"roots at {name}", lambda x: np.sum(np.sqrt(x)), lambda x: 0.5 / np.sqrt(x), x, False)
            yield Rough(
                f"5 and cube roots at {name}",
                lambda x: 5 + np.sum(np.exp(np.log(x) / 3)),
                lambda x: np.exp(-2 * np.log(x) / 3) / 3,
                x,
                False,
            )
            yield Rough(f"logarithms at {name}", lambda x: np.sum(np.log(x)), lambda x: 1 / x, x, False)
            yield Rough(f"entropy at {name}", lambda x: np.sum(x * np.log(x)), lambda x: 1 + np.log(x), x, False)
            yield Rough(f"squares at {name}", lambda x: np.sum(x**2), lambda x: 2 * x, x, False)
    yield Rough(
        "roots in float32 at 1e-33, 1",
        lambda x: np.sum(np.sqrt(x.astype(np.complex64 if np.iscomplexobj(x) else SINGLE))),
        lambda x: 0.5 / np.sqrt(x),
        np.array([1e-33, 1.0]),
        False,
    )


ROUGH = [
    *kinks(),
    *(network(d, k) for k, d in enumerate((1e-2, 1e-5, 1e-7, 1e-9, 1e-11))),
    *digits(),
    *rest(),
    *mixed(),
]


@pytest.mark.parametrize("rough", ROUGH, ids=lambda rough: rough.name)
def test_a_right_gradient_of_a_rough_function_is_not_accused(rough: Rough) -> None:
    for scheme in ("auto", "differences"):
        found = check_gradient(rough.f, rough.grad, rough.x, scheme=scheme)
        assert found.verdict != "differs", str(found)


@pytest.mark.parametrize("rough", [r for r in ROUGH if r.told], ids=lambda rough: rough.name)
def test_a_wrong_gradient_of_a_rough_function_is_found(rough: Rough) -> None:
    true = np.asarray(rough.grad(rough.x), dtype=float)
    error = np.zeros(true.shape)
    error.flat[np.argmax(np.abs(true))] = 0.01 * (np.max(np.abs(true)) or 1.0)

    def wrong(x: Any) -> Any:
        found = np.asarray(rough.grad(x))
        return found + error.astype(found.dtype)

    assert check_gradient(rough.f, wrong, rough.x, scheme="differences").verdict == "differs"
