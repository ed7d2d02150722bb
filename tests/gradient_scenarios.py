"""Functions with their gradients in plain NumPy, realistic mistakes in them, and points that are hard to check.

`models()` are correct; `mutants(model)` are wrong; `scenarios()` are correct gradients at
which checkers with a fixed tolerance tend to err, each with a gross mutant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

Function = Callable[[Any], Any]


@dataclass(frozen=True)
class Model:
    """f and its gradient at a flat x; `blocks` are named slices of x with their shapes, `parts` wrong gradients."""

    name: str
    f: Function
    grad: Function
    x: Any
    blocks: dict[str, tuple[slice, tuple[int, ...]]] = field(default_factory=dict)
    parts: dict[str, Function] = field(default_factory=dict)


def _blocks(shapes: dict[str, tuple[int, ...]]) -> dict[str, tuple[slice, tuple[int, ...]]]:
    found, start = {}, 0
    for name, shape in shapes.items():
        size = int(np.prod(shape))
        found[name] = (slice(start, start + size), shape)
        start += size
    return found


def _unpacked(x: Any, blocks: dict[str, tuple[slice, tuple[int, ...]]]) -> list[Any]:
    return [x[place].reshape(shape) for place, shape in blocks.values()]


def _softmax(z: Any, axis: int) -> Any:
    e = np.exp(z - np.max(np.real(z), axis=axis, keepdims=True))
    return e / np.sum(e, axis=axis, keepdims=True)


def mlp() -> Model:
    """Two layers, softmax, cross-entropy, mean over the batch, L2."""
    n0, n1, n2, batch, decay = 4, 5, 3, 6, 0.1
    random = np.random.default_rng(1)
    data, labels = random.normal(size=(n0, batch)), np.eye(n2)[:, random.integers(0, n2, batch)]
    blocks = _blocks({"W1": (n1, n0), "b1": (n1, 1), "W2": (n2, n1), "b2": (n2, 1)})

    def forward(x: Any) -> tuple[Any, ...]:
        w1, b1, w2, b2 = _unpacked(x, blocks)
        z1 = w1 @ data + b1
        a1 = np.tanh(z1)
        return w1, w2, a1, w2 @ a1 + b2

    def f(x: Any) -> Any:
        w1, w2, _, z2 = forward(x)
        top = np.max(np.real(z2), axis=0)
        loss = np.sum(labels * (np.log(np.sum(np.exp(z2 - top), axis=0)) + top - z2)) / batch
        return loss + decay / 2 * (np.sum(w1 * w1) + np.sum(w2 * w2))

    def gradient(
        x: Any,
        *,
        slope: bool = True,
        w2_decay: float = 1.0,
        logits: float = 1.0,
        mean: bool = True,
        hidden: str = "right",
        shifted: bool = False,
    ) -> Any:
        w1, w2, a1, z2 = forward(x)
        delta2 = (_softmax(z2, 0) - labels * logits) / (batch if mean else 1)
        back = w2.T @ delta2 if hidden == "right" else (w2.T * 0.5) @ delta2
        delta1 = back * ((1 - a1 * a1) if slope else 1.0)
        inputs = np.roll(data, 1, axis=1) if shifted else data
        return np.concatenate(
            [
                (delta1 @ inputs.T + decay * w1).ravel(),
                delta1.sum(axis=1),
                (delta2 @ a1.T + w2_decay * decay * w2).ravel(),
                delta2.sum(axis=1),
            ]
        )

    parts = {
        "tanh' forgotten": lambda x: gradient(x, slope=False),
        "decay of W2 forgotten": lambda x: gradient(x, w2_decay=0.0),
        "decay of W2 doubled": lambda x: gradient(x, w2_decay=2.0),
        "labels smoothed by mistake": lambda x: gradient(x, logits=0.9),
        "sum for mean": lambda x: gradient(x, mean=False),
        "half of the way back": lambda x: gradient(x, hidden="half"),
        "examples out of step": lambda x: gradient(x, shifted=True),
    }
    return Model("mlp", f, gradient, 0.5 * random.normal(size=blocks["b2"][0].stop), blocks, parts)


def layer_norm() -> Model:
    """Layer norm with scale and shift under a squared error."""
    n, epsilon = 7, 1e-5
    random = np.random.default_rng(2)
    target = random.normal(size=n)
    blocks = _blocks({"z": (n,), "gamma": (n,), "beta": (n,)})

    def forward(x: Any) -> tuple[Any, ...]:
        z, gamma, beta = _unpacked(x, blocks)
        centred = z - np.sum(z) / n
        deviation = np.sqrt(np.sum(centred * centred) / n + epsilon)
        return gamma, beta, centred / deviation, deviation

    def f(x: Any) -> Any:
        gamma, beta, hat, _ = forward(x)
        error = gamma * hat + beta - target
        return np.sum(error * error)

    def gradient(x: Any, *, mean: bool = True, variance: bool = True, scaled: bool = True, rooted: bool = True) -> Any:
        gamma, beta, hat, deviation = forward(x)
        up = 2 * (gamma * hat + beta - target)
        inner = up * gamma if scaled else up
        back = inner - (np.mean(inner) if mean else 0) - (hat * np.mean(inner * hat) if variance else 0)
        return np.concatenate([back / (deviation if rooted else deviation**2), up * hat, up])

    parts = {
        "mean term forgotten": lambda x: gradient(x, mean=False),
        "variance term forgotten": lambda x: gradient(x, variance=False),
        "both terms forgotten": lambda x: gradient(x, mean=False, variance=False),
        "gamma forgotten": lambda x: gradient(x, scaled=False),
        "variance for deviation": lambda x: gradient(x, rooted=False),
    }
    return Model("layer norm", f, gradient, random.normal(size=3 * n), blocks, parts)


def attention() -> Model:
    """Causal self-attention scores by Q, K and V under a squared error."""
    t, d = 4, 4
    random = np.random.default_rng(3)
    target, mask = random.normal(size=(t, d)), np.tril(np.ones((t, t)))
    blocks = _blocks({"Q": (t, d), "K": (t, d), "V": (t, d)})

    def forward(x: Any) -> tuple[Any, ...]:
        q, k, v = _unpacked(x, blocks)
        scores = q @ k.T / np.sqrt(d)
        e = np.exp(scores - np.max(np.real(scores), axis=1, keepdims=True)) * mask
        p = e / np.sum(e, axis=1, keepdims=True)
        return q, k, v, p, p @ v

    def f(x: Any) -> Any:
        error = forward(x)[4] - target
        return np.sum(error * error)

    def gradient(
        x: Any, *, rows: bool = True, scale: bool = True, transposed: bool = False, columns: bool = False
    ) -> Any:
        q, k, v, p, out = forward(x)
        up = 2 * (out - target)
        dp = up @ v.T
        ds = p * (dp - (np.sum(p * dp, axis=0 if columns else 1, keepdims=True) if rows else 0))
        ds = ds / (np.sqrt(d) if scale else 1)
        ds = ds.T if transposed else ds
        return np.concatenate([(ds @ k).ravel(), (ds.T @ q).ravel(), (p.T @ up).ravel()])

    parts = {
        "row sums forgotten": lambda x: gradient(x, rows=False),
        "columns for rows": lambda x: gradient(x, columns=True),
        "1/sqrt(d) forgotten": lambda x: gradient(x, scale=False),
        "scores transposed": lambda x: gradient(x, transposed=True),
    }
    return Model("attention", f, gradient, random.normal(size=3 * t * d), blocks, parts)


def models() -> list[Model]:
    return [mlp(), layer_norm(), attention()]


def mutants(model: Model) -> Iterator[tuple[str, Function]]:
    """(what is wrong, a wrong gradient): the model's own mistakes, and some in every block."""
    yield from model.parts.items()

    def edited(place: slice, change: Callable[[Any], Any]) -> Function:
        def grad(x: Any) -> Any:
            found = np.array(model.grad(x))
            found[place] = change(found[place])
            return found

        return grad

    def spiked(relative: float) -> Callable[[Any], Any]:
        def change(block: Any) -> Any:
            block = block.copy()
            k = int(np.argmax(np.abs(block)))
            block[k] *= 1 + relative
            return block

        return change

    for name, (place, shape) in model.blocks.items():
        yield f"sign of {name}", edited(place, lambda b: -b)
        yield f"factor 2 in {name}", edited(place, lambda b: 2 * b)
        yield f"{name} zero", edited(place, lambda b: 0 * b)
        yield f"one entry of {name} off by 1e-5", edited(place, spiked(1e-5))
        if len(shape) == 2 and min(shape) > 1:
            yield f"{name} reversed rows", edited(place, lambda b, s=shape: b.reshape(s)[::-1].ravel())


@dataclass(frozen=True)
class Scenario:
    """A correct gradient at a point that is hard to check, and a gross mutant of it."""

    name: str
    f: Function
    grad: Function
    x: Any
    mutant: Function


def scenarios() -> list[Scenario]:
    """About two dozen; no checker that knows its error bars needs a false alarm at any."""
    random = np.random.default_rng(7)
    found: list[Scenario] = []

    def add(name: str, f: Function, grad: Function, x: Any, mutant: Function | None = None) -> None:
        found.append(Scenario(name, f, grad, x, mutant or (lambda x: 1.1 * np.asarray(grad(x)))))

    for model in models():
        for factor in (1e-8, 1e8):
            add(
                f"{model.name} scaled by {factor:g}",
                lambda x, m=model, s=factor: s * m.f(x),
                lambda x, m=model, s=factor: s * m.grad(x),
                model.x,
                lambda x, m=model, s=factor: -s * m.grad(x),
            )
        add(f"{model.name} offset by 1e6", lambda x, m=model: m.f(x) + 1e6, model.grad, model.x)
        add(
            f"{model.name} in float32",
            model.f,
            lambda x, m=model: np.asarray(m.grad(x), dtype=np.float32),
            model.x.astype(np.float32),
        )

    def relu_sum(x: Any) -> Any:
        return np.sum(np.where(np.real(x) > 0, x, 0) ** 1)

    def relu_slope(x: Any) -> Any:
        return np.where(x > 0, 1.0, 0.0)

    add("relu at zero", relu_sum, relu_slope, np.array([0.0, 1.0, -1.0]), lambda x: relu_slope(x) + 2.0)
    add("relu 1e-9 from zero", relu_sum, relu_slope, np.array([1e-9, -1e-9, 0.5]), lambda x: relu_slope(x) + 0.5)
    add("relu 1e-4 from zero", relu_sum, relu_slope, np.array([1e-4, -1e-4, 0.5]), lambda x: relu_slope(x) + 0.5)
    add(
        "absolute value at zero",
        lambda x: np.sum(np.abs(x)),
        np.sign,
        np.array([0.0, 2.0, -3.0]),
        lambda x: np.sign(x) + 1.5,
    )

    def cubes(x: Any) -> Any:
        return np.sum(x**3)

    add("inputs of 1e6", cubes, lambda x: 3 * x**2, 1e6 * random.normal(size=4))
    add(
        "inputs of 1e-6",
        lambda x: np.sum(np.sin(1e6 * x)),
        lambda x: 1e6 * np.cos(1e6 * x),
        1e-6 * random.normal(size=4),
    )
    add("inputs of 1e-6, slow function", cubes, lambda x: 3 * x**2, 1e-6 * random.normal(size=4))

    target = np.array([1.0, 0.0, 0.0])

    def saturated(x: Any) -> Any:
        top = np.max(np.real(x))
        return np.log(np.sum(np.exp(x - top))) + top - np.sum(target * x)

    add("saturated softmax", saturated, lambda x: _softmax(x, 0) - target, np.array([3.0, 40.0, -30.0]))
    add("saturated softmax, right class", saturated, lambda x: _softmax(x, 0) - target, np.array([40.0, 3.0, -30.0]))

    def normalised(x: Any) -> Any:
        centred = x - np.sum(x) / len(x)
        return np.sum(centred[:2] / np.sqrt(np.sum(centred * centred) / len(x) + 1e-5))

    def normalised_slope(x: Any) -> Any:
        n = len(x)
        centred = x - np.mean(x)
        deviation = np.sqrt(np.mean(centred**2) + 1e-5)
        up = np.array([1.0, 1.0] + [0.0] * (n - 2))
        hat = centred / deviation
        return (up - up.mean() - hat * np.mean(up * hat)) / deviation

    add("nearly constant row", normalised, normalised_slope, 5.0 + 1e-6 * random.normal(size=5))
    add(
        "tiny weights",
        lambda x: np.sum(np.tanh(x) ** 2),
        lambda x: 2 * np.tanh(x) * (1 - np.tanh(x) ** 2),
        1e-12 * random.normal(size=4),
    )
    add(
        "steep", lambda x: np.sum(np.tanh(1e4 * x)), lambda x: 1e4 / np.cosh(1e4 * x) ** 2, 1e-4 * random.normal(size=3)
    )
    return found
