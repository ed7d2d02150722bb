"""What `check_gradient` takes: several arguments, types, answers in few digits, and what it refuses."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from derivcheck.numeric import check_gradient

RANDOM = np.random.default_rng(4)
INPUTS, TARGET = RANDOM.normal(size=(3, 6)), RANDOM.normal(size=(4, 6))
W, B = RANDOM.normal(size=(4, 3)), RANDOM.normal(size=4)


def loss(w: Any, b: Any) -> Any:
    return np.sum((np.tanh(w @ INPUTS + b[:, None]) - TARGET) ** 2)


def slopes(w: Any, b: Any) -> tuple[Any, Any]:
    a = np.tanh(w @ INPUTS + b[:, None])
    delta = 2 * (a - TARGET) * (1 - a * a)
    return delta @ INPUTS.T, delta.sum(axis=1)


@pytest.mark.parametrize("scheme", ["auto", "differences"])
def test_several_arguments(scheme: str) -> None:
    assert check_gradient(loss, slopes, (W, B), scheme=scheme).verdict == "agrees"
    assert check_gradient(loss, lambda w, b: list(slopes(w, b)), (W, B), scheme=scheme).verdict == "agrees"

    def wrong(w: Any, b: Any) -> tuple[Any, Any]:
        by_w, by_b = slopes(w, b)
        by_w[2, 1] *= 1.01
        return by_w, by_b

    found = check_gradient(loss, wrong, (W, B), scheme=scheme)
    worst = found.entries[0]
    assert (found.verdict, worst.argument, worst.index) == ("differs", 1, (2, 1))
    assert "argument 1 [2,1]: given" in str(found)
    assert found.census is not None and (found.census.wrong, found.census.entries) == (1, 12)

    forgotten = check_gradient(loss, lambda w, b: (slopes(w, b)[0], 3 * slopes(w, b)[1]), (W, B), scheme=scheme)
    assert {entry.argument for entry in forgotten.entries if entry.verdict == "differs"} == {2}
    assert forgotten.census is not None and forgotten.census.ratio == pytest.approx(3)


def test_arguments_of_very_different_size() -> None:
    large, small = 1e9 * np.array([0.4, -1.3]), 1e-9 * np.array([0.7, 0.2, -1.1])

    def f(u: Any, v: Any) -> float:
        return float(np.sum(np.sin(u / 1e9)) + np.sum(np.cos(v * 1e9)))

    def grad(u: Any, v: Any, factor: float = 1.0) -> tuple[Any, Any]:
        return np.cos(u / 1e9) / 1e9, -np.sin(v * 1e9) * 1e9 * factor

    assert check_gradient(f, grad, (large, small)).verdict == "agrees"
    assert check_gradient(f, lambda u, v: grad(u, v, 1.001), (large, small)).verdict == "differs"


def square(x: Any) -> Any:
    return np.sum(np.asarray(x) ** 2)


def double(x: Any) -> Any:
    return 2 * np.asarray(x)


POINTS = {
    "a list": [1.0, -2.0, 0.5],
    "whole numbers": np.array([1, -2, 3]),
    "truth values": np.array([True, False]),
    "float32": np.array([1.1, -2.3], dtype=np.float32),
    "float16": np.array([1.1, -2.3], dtype=np.float16),
    "no axes": np.array(1.5),
    "a number": 2,
    "rows in another order": np.asfortranarray(RANDOM.normal(size=(3, 4))),
    "a view": RANDOM.normal(size=(6, 5))[::2, 1:4],
    "one argument": (np.array([1.0, 2.0]),),
}


@pytest.mark.parametrize("name", POINTS)
@pytest.mark.parametrize("scheme", ["auto", "differences"])
def test_points_of_every_type(name: str, scheme: str) -> None:
    x = POINTS[name]

    def given(x: Any) -> Any:
        return (double(x),) if name == "one argument" else double(x)

    def wrong(x: Any) -> Any:
        return (1.1 * double(x),) if name == "one argument" else 1.1 * double(x)

    assert check_gradient(square, given, x, scheme=scheme).verdict == "agrees"
    assert check_gradient(square, wrong, x, scheme=scheme).verdict == "differs"


ANSWERS = {
    "one entry": lambda x: np.array([square(x)]),
    "one row of one entry": lambda x: [[square(x)]],
    "a number of Python": lambda x: complex(square(x)) if np.iscomplexobj(x) else float(square(x)),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_answers_of_one_number(name: str) -> None:
    assert check_gradient(ANSWERS[name], double, np.array([0.3, -0.7])).verdict == "agrees"


def test_arguments_may_be_written_over() -> None:
    def f(x: Any) -> Any:
        x *= x
        return np.sum(x)

    def grad(x: Any) -> Any:
        x *= 2
        return x

    x = np.array([0.3, -0.7])
    for scheme in ("auto", "differences"):
        assert check_gradient(f, grad, x, scheme=scheme).verdict == "agrees"
        assert check_gradient(f, lambda x: 3 * x, x, scheme=scheme).verdict == "differs"
    assert x.tolist() == [0.3, -0.7]


def test_a_gradient_that_returns_its_own_buffer() -> None:
    buffer = np.zeros(2)

    def grad(x: Any) -> Any:
        buffer[:] = 2 * x
        return buffer

    assert check_gradient(square, grad, np.array([0.3, -0.7])).verdict == "agrees"


class Tensor:
    """An array of another library, which NumPy reads once it is detached."""

    def __init__(self, array: Any) -> None:
        self.array = array

    def detach(self) -> Any:
        return self.array


def test_answers_of_other_libraries() -> None:
    x = np.array([0.3, -0.7])
    assert check_gradient(lambda x: Tensor(square(x)), lambda x: Tensor(double(x)), x).verdict == "agrees"
    assert check_gradient(lambda x: Tensor(square(x)), lambda x: Tensor(3 * x), x).verdict == "differs"


REFUSED = {
    "grad returns 1 arrays for 2 arguments": (loss, lambda w, b: (w,), (W, B)),
    "a tuple of 2 arrays is expected": (loss, lambda w, b: w, (W, B)),
    r"the gradient by argument 2 has the shape \(3,\), argument 2 has \(4,\)": (loss, lambda w, b: (w, b[:3]), (W, B)),
    r"grad\(x\) has the shape \(2, 1\), x has \(2,\)": (square, lambda x: x[:, None], np.ones(2)),
    r"f\(x\) has the shape \(2,\): a scalar": (double, double, np.ones(2)),
    r"f\(x\) is a `NoneType`": (lambda x: None, double, np.ones(2)),
    r"f\(x\) is a `str`": (lambda x: "3", double, np.ones(2)),
    r"f\(x\) is complex": (lambda x: 1j * np.sum(x), double, np.ones(2)),
    r"grad\(x\) is complex": (square, lambda x: 1j * x, np.ones(2)),
    r"grad\(x\) is a `NoneType`": (square, lambda x: None, np.ones(2)),
    "x is complex": (square, double, np.ones(2) * 1j),
    "x is a dict: give a tuple": (square, double, {"W": W}),
    "x is a `list`": (square, double, ["a", "b"]),
    "an empty tuple": (square, double, ()),
    "argument 2 is a `str`": (loss, slopes, (W, "b")),
}


@pytest.mark.parametrize("message", REFUSED)
def test_what_is_no_gradient_is_refused(message: str) -> None:
    f, grad, x = REFUSED[message]
    with pytest.raises(ValueError, match=message):
        check_gradient(f, grad, x)


def test_a_tensor_of_torch_is_refused_with_what_to_write() -> None:
    tensor = type("Tensor", (), {"__module__": "torch"})()
    with pytest.raises(ValueError, match=r"x is a torch tensor: give `x\.detach\(\)\.numpy\(\)`"):
        check_gradient(square, double, tensor)
    with pytest.raises(ValueError, match="argument 1 is a torch tensor"):
        check_gradient(square, double, (tensor, W))


def test_a_function_may_raise_beside_the_point() -> None:
    import math

    def f(x: Any) -> float:
        return math.log(x[0]) + math.sqrt(x[1])

    x = np.array([1e-3, 2.0])
    assert check_gradient(f, lambda x: np.array([1 / x[0], 0.5 / np.sqrt(x[1])]), x).verdict == "agrees"
    assert check_gradient(f, lambda x: np.array([1.001 / x[0], 0.5 / np.sqrt(x[1])]), x).verdict == "differs"
    with pytest.raises(ValueError, match="math domain error"):
        check_gradient(f, double, -x)
