"""NumPy source that is written from the derived graph: it runs, it agrees, and it reads well."""

from __future__ import annotations

import functools
import inspect
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from shipped import ROOT, derivcheck
from shipped import WITH_LOSS as FILES

from derivcheck.diagnostics.diagnostic import UnsupportedError
from derivcheck.evidence.numeric.program import Program
from derivcheck.evidence.numeric.sampling import sample
from derivcheck.forms.source.function import numpy_source
from derivcheck.forms.source.identifiers import Identifiers
from derivcheck.graph.nodes import Input
from derivcheck.judging.examiner import Examiner
from derivcheck.language.network import build, depths
from derivcheck.language.tensors import NamedTensor
from derivcheck.spec import load_spec, read_spec

WITH_LOSS = [str(path.relative_to(ROOT)) for path in FILES]
OPAQUE = [path for path in WITH_LOSS if "opaque(" in (ROOT / path).read_text()]
WRITTEN = [path for path in WITH_LOSS if path not in OPAQUE]
MLP = "specs/mlp.yaml"


@functools.cache
def examiner(path: str) -> Examiner:
    spec = load_spec(ROOT / path)
    return Examiner(build(spec, depths(spec)[0]))


def run(source: str, namespace: dict[str, Any] | None = None) -> Any:
    """The function that a source defines."""
    scope: dict[str, Any] = dict(namespace or {})
    if namespace is not None:
        source = source.replace("import numpy as np\n", "")
    exec(compile(source, "<generated>", "exec"), scope)
    return scope["loss_and_gradients"]


@functools.cache
def source(path: str) -> str:
    judge = examiner(path)
    return numpy_source(judge.network, judge.network.parameters, {})


def arguments(judge: Examiner) -> dict[str, tuple[NamedTensor, Any]]:
    """A point, by the names of the parameters of the function."""
    network = judge.network
    inputs = [tensor for tensor in network.tensors if isinstance(tensor.node, Input)]
    values = sample([tensor.node for tensor in inputs], network.sizes, network.facts, 5, "positive")
    identifiers = Identifiers(frozenset({"np", "math", "loss_and_gradients", "t"}))
    return {identifiers.name(t.name): (t, np.asarray(values[t.node].array, dtype=float)) for t in inputs}


FUNCTIONS = {"": np.sin, "_prime": np.cos}


def called(path: str) -> tuple[Any, dict[str, Any], dict[str, NamedTensor]]:
    """(the function, its arguments, which of them are tensors of the spec)."""
    function = run(source(path))
    point = arguments(examiner(path))
    given: dict[str, Any] = {}
    tensors: dict[str, NamedTensor] = {}
    for name in inspect.signature(function).parameters:
        if name in point:
            tensors[name], given[name] = point[name]
        else:
            given[name] = FUNCTIONS["_prime" if name.endswith("_prime") else ""]
    return function, given, tensors


def test_most_specs_can_be_written() -> None:
    assert len(WRITTEN) >= 30
    assert len(OPAQUE) >= 3


# A gradient that is stopped somewhere is not the slope of its loss.
SLOPES = [path for path in WRITTEN if "stop_gradient(" not in (ROOT / path).read_text()]


@pytest.mark.parametrize("path", SLOPES)
def test_gradients_agree_with_differences_of_their_own_forward_pass(path: str) -> None:
    function, given, tensors = called(path)
    loss, gradients = function(**given)
    assert np.ndim(loss) == 0
    by_name = {tensor.name: name for name, tensor in tensors.items()}
    assert set(gradients) == {tensor.name for tensor in examiner(path).network.parameters}
    for name, gradient in gradients.items():
        value = given[by_name[name]]
        assert np.shape(gradient) == np.shape(value), name
        measured = np.zeros_like(value)
        for place in np.ndindex(value.shape):
            step = 1e-4 * max(1.0, abs(value[place]))
            ends = []
            for shift in (-2, -1, 1, 2):
                moved = value.copy()
                moved[place] += shift * step
                ends.append(float(function(**{**given, by_name[name]: moved})[0]))
            measured[place] = (ends[0] - 8 * ends[1] + 8 * ends[2] - ends[3]) / (12 * step)
        scale = np.max(np.abs(measured)) + 1e-4 * (1 + abs(loss))  # what differences resolve
        assert np.max(np.abs(measured - gradient)) <= 1e-6 * scale, (name, measured, gradient)


@pytest.mark.parametrize("path", [path for path in WRITTEN if ": opaque" not in (ROOT / path).read_text()])
def test_values_are_those_of_the_package(path: str) -> None:
    judge = examiner(path)
    function, given, tensors = called(path)
    assert len(tensors) == len(given)
    loss, gradients = function(**given)
    derivation = judge.derivation
    assert derivation is not None
    wanted = [t for t in judge.network.parameters if t.node in derivation.adjoints]
    nodes = [derivation.output.node, *(derivation.adjoints[t.node] for t in wanted)]
    from derivcheck.evidence.numeric.tensors import Tensor

    values = {t.node: Tensor(given[name], t.axes) for name, t in tensors.items()}
    own, *found = Program(nodes).run(values, judge.network.sizes)
    np.testing.assert_allclose(loss, own.array, rtol=1e-10)
    for tensor, value in zip(wanted, found, strict=True):
        expected = np.broadcast_to(value.aligned(tensor.axes), np.shape(gradients[tensor.name]))
        np.testing.assert_allclose(gradients[tensor.name], expected, rtol=1e-8, atol=1e-11 * (1 + abs(float(loss))))


class OnTorch:
    """What the sources use of NumPy, on tensors that autograd follows."""

    nan = float("nan")

    def __init__(self, torch: Any) -> None:
        self._torch = torch

    def __getattr__(self, name: str) -> Any:
        return getattr(self._torch, {"arctan": "atan", "broadcast_to": "broadcast_to"}.get(name, name))

    def _tensor(self, value: Any) -> Any:
        return value if isinstance(value, self._torch.Tensor) else self._torch.tensor(float(value)).double()

    def exp(self, value: Any) -> Any:
        return self._torch.exp(self._tensor(value))

    def log(self, value: Any) -> Any:
        return self._torch.log(self._tensor(value))

    def log1p(self, value: Any) -> Any:
        return self._torch.log1p(self._tensor(value))

    def expm1(self, value: Any) -> Any:
        return self._torch.expm1(self._tensor(value))

    def logaddexp(self, one: Any, other: Any) -> Any:
        return self._torch.logaddexp(self._tensor(one), self._tensor(other))

    def sqrt(self, value: Any) -> Any:
        return self._torch.sqrt(self._tensor(value))

    def sum(self, value: Any, axis: Any = None) -> Any:
        return self._torch.sum(value) if axis is None else self._torch.sum(value, dim=axis)

    def max(self, value: Any, axis: Any = None) -> Any:
        return self._torch.amax(value) if axis is None else self._torch.amax(value, dim=axis)

    def min(self, value: Any, axis: Any = None) -> Any:
        return self._torch.amin(value) if axis is None else self._torch.amin(value, dim=axis)

    def where(self, test: Any, one: Any, other: Any) -> Any:
        return self._torch.where(self._torch.as_tensor(test), self._tensor(one), self._tensor(other))

    def transpose(self, value: Any, places: Any) -> Any:
        return value.permute(places)

    def eye(self, count: int) -> Any:
        return self._torch.eye(count).double()

    def einsum(self, formula: str, *values: Any) -> Any:
        return self._torch.einsum(formula, *(value.double() for value in values))

    def full(self, shape: Any, value: Any, dtype: Any = None) -> Any:
        return self._torch.zeros(shape).double() + value

    def vectorize(self, function: Any) -> Any:
        return self._torch.erf

    def broadcast_to(self, value: Any, shape: Any) -> Any:
        class Copied:
            def copy(self) -> Any:
                return value.expand(shape)

        return Copied()


@pytest.mark.parametrize("path", WRITTEN)
def test_gradients_agree_with_autograd(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    torch = pytest.importorskip("torch", reason="torch is not installed")
    _, given, tensors = called(path)
    # The one method of arrays that tensors do not have.
    monkeypatch.setattr(torch.Tensor, "copy", torch.Tensor.clone, raising=False)
    function = run(source(path), {"np": OnTorch(torch)})
    leaves = {
        name: torch.tensor(value, requires_grad=True)
        if name in tensors
        else (torch.cos if name.endswith("_prime") else torch.sin)
        for name, value in given.items()
    }
    loss, gradients = function(**leaves)
    loss.backward()
    by_name = {tensor.name: name for name, tensor in tensors.items()}
    for name, gradient in gradients.items():
        expected = leaves[by_name[name]].grad
        expected = np.zeros(given[by_name[name]].shape) if expected is None else expected.numpy()
        found = gradient.detach().numpy() if isinstance(gradient, torch.Tensor) else np.asarray(gradient)
        np.testing.assert_allclose(found, expected, rtol=1e-8, atol=1e-11 * (1 + abs(float(loss.detach()))))


def assert_linted(folder: Path, texts: list[str]) -> None:
    for number, text in enumerate(texts):
        (folder / f"source_{number}.py").write_text(text)
    checked = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--isolated", "--select", "E4,E7,E9,F,B,W", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout


def test_sources_pass_the_linter_and_import_nothing_else(tmp_path: Path) -> None:
    for path in WRITTEN:
        imported = {line for line in source(path).split("\n") if line.startswith(("import", "from"))}
        assert imported <= {"import numpy as np", "import math"}
    assert_linted(tmp_path, [source(path) for path in WRITTEN])


@pytest.mark.parametrize("path", OPAQUE)
def test_an_opaque_loss_has_no_code(path: str) -> None:
    with pytest.raises(UnsupportedError) as caught:
        source(path)
    assert caught.value.diagnostic.code == "DC690"


def written(text: str) -> str:
    network = build(read_spec(text))
    return numpy_source(network, network.parameters, {})


VARIED = [
    "tensors: {A: n n, x: n}\nloss: {L: log(det(A)) + x.T @ inv(A) @ x}",
    "tensors: {A: n n, B: n n}\nloss: {L: trace(A @ B @ A.T) + sum(diag(A))}",
    "tensors: {X: M n, W: n k}\nlayers: {Z: X @ W, P: 'softmax(Z, k)', m: 'max(P, k)'}\nloss: {L: mean(m) + sum(Z)}",
    "tensors: {X: n M, w: n, b: scalar}\nlayers: {z: w.T @ X + b}\nloss: {L: mean(z * z)}",
    "tensors: {T: a b c, x: a, y: b, z: c}\nloss: {L: 'sum_{i,j,k}(T[i,j,k] * x[i] * y[j] * z[k])'}",
    "tensors: {x: 3, A: 3 3}\nlayers: {q: A @ x}\nloss: {L: 'q[1] * q[2] - q[3]'}",
    "tensors: {A: n m, B: n m}\nloss: {L: 'norm(A - B) + sum_{i}(A[i,1])'}",
    "tensors: {x: n, y: n}\nlayers: {r: relu(x), g: gelu(y)}\nloss: {L: 'sum(r * g * abs(x)) + sum(max(x, y))'}",
    "tensors: {S: t t, V: t d}\nlayers: {M: 'S * S', O: M.T @ V}\nloss: {L: 'sum_{i,j: i <= j}(S[i,j]) + sum(O)'}",
    "tensors: {x: n, s: scalar}\nloss: {L: 'sum(-x**2 / (-s * 2)) - sum(x)/s**3 + n*s'}",
    "tensors: {x: n, y: m}\nloss: {L: 'sum(outer(x, y)) + sum(kron(x, y)*3)'}",
    "tensors: {x: n, y: n}\nloss: {L: 'norm(x, 1) + log(sum(exp(x))) + logsumexp(y)'}",
    "tensors: {x: n}\nlayers: {y: x, z: y}\nloss: {L: sum(z)}",
    "tensors: {W: n n, x: n}\nlayers: {h: tanh(W @ x), k: tanh(W @ h), m: tanh(W.T @ k)}\nloss: {L: sum(m * h)}",
    "tensors: {x: n}\nloss: {L: 'sum(softplus(x) * elu(x) * leaky_relu(x) * silu(x))'}",
    "tensors: {A: b i j, B: b j k}\nlayers: {}\nloss: {L: 'sum_{p,q,r,s}(A[p,q,r] * B[p,r,s] * A[p,q,r])'}",
    "tensors: {x: n, c: scalar}\nloss: {L: 'c * 2'}",
]


@pytest.mark.parametrize("text", VARIED, ids=range(len(VARIED)))
def test_every_kind_of_node_is_written(text: str, tmp_path: Path) -> None:
    judge = Examiner(build(read_spec(text + "\n")))
    network, derivation = judge.network, judge.derivation
    assert derivation is not None
    made = numpy_source(network, network.parameters, {})
    function = run(made)
    values = sample([tensor.node for tensor in network.parameters], network.sizes, {}, 3, "positive")
    loss, gradients = function(*(np.asarray(values[t.node].array, dtype=float) for t in network.parameters))
    wanted = [tensor for tensor in network.parameters if tensor.node in derivation.adjoints]
    nodes = [derivation.output.node, *(derivation.adjoints[t.node] for t in wanted)]
    own, *found = Program(nodes).run(values, network.sizes)
    np.testing.assert_allclose(loss, own.array, rtol=1e-10)
    for tensor, value in zip(wanted, found, strict=True):
        shape = tuple(axis.dimension.size(network.sizes) for axis in tensor.axes)
        assert np.shape(gradients[tensor.name]) == shape
        expected = np.broadcast_to(value.aligned(tensor.axes), shape)
        np.testing.assert_allclose(gradients[tensor.name], expected, rtol=1e-9, atol=1e-12)
    assert_linted(tmp_path, [made])


def test_a_size_that_no_argument_has_is_refused() -> None:
    with pytest.raises(UnsupportedError) as caught:
        written("tensors: {x: n-k+1}\nloss: {L: 'n * sum(x)'}\n")
    assert caught.value.diagnostic.code == "DC691"


@pytest.mark.parametrize(
    ("axes", "size", "factor"),
    [("{x: n-k+1, y: k}", "n = x.shape[0] + k - 1", 11), ("{x: 2*n}", "n = x.shape[0] // 2", 6)],
)
def test_a_size_is_told_from_a_length_that_is_made_of_it(axes: str, size: str, factor: int) -> None:
    text = written(f"tensors: {axes}\nloss: {{L: 'n * sum(x)'}}\n")
    assert f"    {size}\n" in text
    assert run(text)(np.ones(12), *([np.ones(0)] if "y" in axes else []))[0] == factor * 12


def test_an_opaque_function_is_an_argument() -> None:
    text = written("tensors: {x: n}\nfunctions: {f: opaque}\nlayers: {a: f(x)}\nloss: {L: sum(a * a)}\n")
    x = np.array([0.3, -1.2, 2.0])
    loss, gradients = run(text)(x, np.sin, np.cos)
    assert loss == pytest.approx(np.sum(np.sin(x) ** 2))
    np.testing.assert_allclose(gradients["x"], np.sin(2 * x))
    assert "f_prime: the function f', applied entrywise" in text


def test_names_are_valid_and_apart() -> None:
    text = written(
        'tensors: {lambda: n, l: n, np: n, "W[k]": n, W_1: n, print: n, delta: n}\nfamilies: {k: 1..1}\n'
        "layers: {dL: 'lambda * l * np * W[1] * W_1 * print * delta'}\nloss: {L: sum(dL)}\n"
    )
    function = run(text)
    names = list(inspect.signature(function).parameters)
    assert len(set(names)) == 7
    _, gradients = function(*([np.array([2.0, 3.0])] * 7))
    assert set(gradients) == {"lambda", "l", "np", "W[1]", "W_1", "print", "delta"}
    for gradient in gradients.values():
        np.testing.assert_allclose(gradient, [2.0**6, 3.0**6])


def test_arguments_are_not_handed_out() -> None:
    function = run(written("tensors: {x: n, y: n, c: n, A: n m}\nlayers: {q: x * y}\nloss: {L: sum(q) + 3 * sum(c)}\n"))
    x, y, c = np.ones(2), np.ones(2), np.ones(2)
    _, gradients = function(x, y, c, np.ones((2, 3)))
    for name in gradients:
        gradients[name] += 1
    assert x.tolist() == y.tolist() == c.tolist() == [1, 1]
    assert gradients["c"].tolist() == [4, 4]
    assert gradients["A"].tolist() == [[1, 1, 1]] * 2


HOSTILE = '""" + __import__("os").getcwd() + \\""" \\'


def test_hostile_titles_stay_in_the_docstring() -> None:
    text = written(f"title: '{HOSTILE}'\ntensors: {{x: n}}\nloss: {{L: sum(x * x)}}\n")
    assert text.count('"""') == 2
    assert "\\" not in text
    assert run(text)(np.array([2.0]))[0] == 4


def test_the_command_line(tmp_path: Path) -> None:
    shown = derivcheck("derive", MLP, "--format", "numpy", "--wrt", "W1,b2")
    assert shown.returncode == 0
    assert shown.stdout == derivcheck("derive", MLP, "--format", "numpy", "--wrt", "W1, b2").stdout
    assert "        W1: (n1, n0), proved\n        b2: (n2,), proved\n" in shown.stdout
    assert "dL_dx" not in shown.stdout
    assert derivcheck("derive", MLP, "--format", "numpy", "-o", str(tmp_path / "mlp.py")).returncode == 0
    assert run((tmp_path / "mlp.py").read_text())
    refused = derivcheck("derive", MLP, "--format", "numpy", "--wrt", "W1,b3")
    assert refused.returncode == 2
    assert "no tensor `b3`" in refused.stderr
    refused = derivcheck("derive", OPAQUE[0], "--format", "numpy")
    assert refused.returncode == 2
    assert "DC690" in refused.stderr


def test_readable() -> None:
    body = source(MLP).split('"""\n')[-1]
    for line in (
        "z1 = W1 @ x + b1",
        "dL_da1 = W2.T @ dL_dz2",
        "dL_dz1 = dL_da1 * sigmoid_prime(z1)",
        "dL_dW1 = np.outer(dL_dz1, x)",
    ):
        assert f"    {line}\n" in body
