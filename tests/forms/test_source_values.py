"""NumPy source where it is easy to be wrong: all depths and sizes, the catalogue, the language, names, warnings."""

from __future__ import annotations

import ast
import functools
import inspect
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from shipped import ROOT, WITH_LOSS, derivcheck
from test_source import OnTorch

from derivcheck.evidence.numeric.program import Program
from derivcheck.evidence.numeric.sampling import sample
from derivcheck.evidence.numeric.tensors import Tensor
from derivcheck.forms.source.function import numpy_source
from derivcheck.graph.derive import sweep
from derivcheck.graph.nodes import Input, Node, topological
from derivcheck.language.catalogue.activations import ACTIVATIONS
from derivcheck.language.catalogue.entries import Activation
from derivcheck.language.catalogue.losses import LOSSES
from derivcheck.language.network import Network, build, depths
from derivcheck.language.tensors import NamedTensor
from derivcheck.spec import load_spec, read_spec

Function = Callable[..., tuple[Any, dict[str, Any]]]
Point = dict[NamedTensor, Any]

# Opaque functions and losses have no values that the package and the source could agree on.
CLOSED = [str(path.relative_to(ROOT)) for path in WITH_LOSS if "opaque" not in path.read_text()]
AT_DEPTHS = [(path, k) for path in CLOSED for k in range(len(depths(load_spec(ROOT / path))))]


@functools.cache
def shipped(path: str, position: int = 0) -> Network:
    spec = load_spec(ROOT / path)
    return build(spec, depths(spec)[position])


@functools.cache
def declared(text: str) -> Network:
    return build(read_spec(text))


def source(network: Network) -> str:
    return numpy_source(network, network.parameters, {})


def function_of(text: str, namespace: Mapping[str, Any] | None = None) -> Function:
    """The function of a source, with another `np` where one is given."""
    scope: dict[str, Any] = dict(namespace or {})
    code = text.replace("import numpy as np\n", "") if namespace else text
    exec(compile(code, "<generated>", "exec"), scope)
    found: Function = scope["loss_and_gradients"]
    return found


def point(network: Network, sizes: Mapping[str, int] | None = None, style: str = "generic") -> Point:
    """A random point that honours the facts, in the order of the function's arguments."""
    below = set() if network.loss is None else set(topological([network.loss.node]))
    inputs = [tensor for tensor in network.tensors if tensor.node in below or tensor in network.parameters]
    inputs = [tensor for tensor in inputs if isinstance(tensor.node, Input)]
    values = sample([tensor.node for tensor in inputs], sizes or network.sizes, network.facts, 11, style)
    return {tensor: np.asarray(values[tensor.node].array, dtype=float) for tensor in inputs}


def package_values(network: Network, values: Point, sizes: Mapping[str, int]) -> tuple[float, dict[str, Any]]:
    """The loss and its gradients as the package computes them."""
    assert network.loss is not None
    adjoints = sweep(network.loss.node)
    wanted = [tensor for tensor in network.parameters if tensor.node in adjoints]
    given = {tensor.node: Tensor(value, tensor.axes) for tensor, value in values.items()}
    loss, *found = Program([network.loss.node, *(adjoints[t.node] for t in wanted)]).run(given, sizes)
    gradients = {t.name: np.zeros(np.shape(values[t])) for t in network.parameters}
    for tensor, value in zip(wanted, found, strict=True):
        gradients[tensor.name] = np.broadcast_to(value.aligned(tensor.axes), np.shape(values[tensor]))
    return float(loss.array), gradients


def measured(function: Function, values: Point, tensor: NamedTensor) -> tuple[Any, float]:
    """Central differences of fourth order of the function's own forward pass, and the height of the losses."""
    arguments = {t.name: np.array(value) for t, value in values.items()}
    moving, slopes, height = arguments[tensor.name], np.zeros(np.shape(values[tensor])), 0.0
    for place in np.ndindex(moving.shape):
        middle = moving[place]
        step = 1e-3 * max(abs(middle), 0.1)
        losses = []
        for shift in (-2, -1, 1, 2):
            moving[place] = middle + shift * step
            losses.append(float(function(*arguments.values())[0]))
        moving[place] = middle
        slopes[place] = (losses[0] - 8 * losses[1] + 8 * losses[2] - losses[3]) / (12 * step)
        height = max(height, *map(abs, losses))
    return slopes, height


def require_agreement(network: Network, sizes: Mapping[str, int] | None = None, style: str = "generic") -> bool:
    """Fails where source and package differ; whether the loss had a value there."""
    function, values = function_of(source(network)), point(network, sizes, style)
    with np.errstate(all="ignore"):
        loss, gradients = function(*values.values())
    own_loss, own = package_values(network, values, sizes or network.sizes)
    assert list(gradients) == list(own)
    for name, gradient in gradients.items():
        assert np.shape(gradient) == np.shape(own[name]), name
    if not np.isfinite(own_loss):
        return False
    np.testing.assert_allclose(loss, own_loss, rtol=1e-9, atol=1e-13)
    for name, gradient in gradients.items():
        height = np.max(np.abs(own[name]), initial=0.0)
        # Beside a large loss a gradient may be what is left of terms that cancel.
        bar = 1e-10 * height + 1e-13 * (1 + abs(own_loss))
        np.testing.assert_allclose(gradient, own[name], rtol=1e-8, atol=bar, err_msg=name)
    return True


def require_slopes(network: Network, style: str = "generic") -> None:
    """Fails where the gradients are not those of the function's own forward pass."""
    function, values = function_of(source(network)), point(network, style=style)
    _, gradients = function(*values.values())
    for tensor in values:
        slopes, height = measured(function, values, tensor)
        bar = 1e-7 * np.max(np.abs(slopes), initial=0.0) + 1e-9 * height + 1e-12
        np.testing.assert_allclose(gradients[tensor.name], slopes, rtol=0, atol=bar, err_msg=tensor.name)


# --- shipped specs ----------------------------------------------------------------------------


def test_there_are_specs_with_several_depths() -> None:
    assert len(CLOSED) >= 25
    assert len(AT_DEPTHS) > len(CLOSED)


@pytest.mark.parametrize(("path", "position"), AT_DEPTHS)
def test_every_depth_where_facts_are_honoured(path: str, position: int) -> None:
    # A loss has no value everywhere: there is no logarithm of a negative number.
    finite = [require_agreement(shipped(path, position), style=style) for style in ("generic", "positive", "fraction")]
    assert any(finite)


@pytest.mark.parametrize("path", CLOSED)
def test_sizes_are_read_off_the_arrays(path: str) -> None:
    """The text is the same for all sizes: at the smallest, where every axis broadcasts, and at larger ones."""
    network = shipped(path)
    for change in (lambda size: 1, lambda size: size + 2):
        sizes = {name: change(size) for name, size in network.sizes.items()}
        if all(axis.dimension.size(sizes) >= 1 for tensor in network.tensors for axis in tensor.axes):
            require_agreement(network, sizes, "positive")


def where_it_has_a_value(network: Network) -> Point:
    """A point at which the loss is finite: a determinant has a logarithm where it is positive."""
    for style in ("fraction", "dominant", "positive", "generic"):
        values = point(network, style=style)
        with np.errstate(all="ignore"):
            if np.isfinite(package_values(network, values, network.sizes)[0]):
                return values
    raise AssertionError("no point has a value")


def test_no_source_warns(tmp_path: Path) -> None:
    """In one process that turns warnings into errors: reading the text, importing it, and calling it."""
    for number, path in enumerate(CLOSED):
        (tmp_path / f"source_{number}.py").write_text(source(shipped(path)), encoding="utf-8")
        arrays = {f"a{k}": value for k, value in enumerate(where_it_has_a_value(shipped(path)).values())}
        np.savez(tmp_path / f"point_{number}.npz", **arrays)
    (tmp_path / "caller.py").write_text(
        "import importlib\nimport numpy as np\n"
        f"for number in range({len(CLOSED)}):\n"
        "    function = importlib.import_module(f'source_{number}').loss_and_gradients\n"
        "    with np.load(f'point_{number}.npz') as given:\n"
        "        loss, gradients = function(*(given[f'a{k}'] for k in range(len(given.files))))\n"
        "    assert np.isfinite(loss) and all(np.all(np.isfinite(g)) for g in gradients.values()), number\n"
        "print('called all')\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "caller.py"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == ("called all\n", "")


def test_same_text_in_every_process() -> None:
    for path in ("specs/networks/deep_mlp.yaml", "specs/networks/batch_norm.yaml"):
        first, second = (
            derivcheck("derive", path, "--format", "numpy", PYTHONHASHSEED=seed, PYTHONIOENCODING=encoding).stdout
            for seed, encoding in (("1", "ascii"), ("2", "utf-8"))
        )
        assert first == second
        assert "def loss_and_gradients(" in first


def reached(network: Network) -> frozenset[Node]:
    """What the loss depends on, and what is asked for its shape, which is that of a gradient of zeros."""
    assert network.loss is not None
    return frozenset(topological([network.loss.node])) | {t.node for t in network.parameters if t.axes}


@pytest.mark.parametrize("path", CLOSED)
def test_nothing_is_written_for_nothing(path: str) -> None:
    """Every import, function, variable, and argument that the loss depends on is used; nothing is computed twice."""
    tree = ast.parse(source(shipped(path)))
    read = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    made = [node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]
    functions = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)} - {"loss_and_gradients"}
    imports = {
        alias.asname or alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names
    }
    assert set(made) | functions | imports <= read
    assert len(set(made)) == len(made)
    idle = {name for name in inspect.signature(function_of(source(shipped(path)))).parameters if name not in read}
    assert len(idle) == sum(tensor.node not in reached(shipped(path)) for tensor in shipped(path).parameters)
    values = [
        ast.dump(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and not isinstance(node.value, ast.Name | ast.Constant)
    ]
    assert len(set(values)) == len(values)


@pytest.mark.parametrize("path", CLOSED)
def test_docstring_tells_the_shapes(path: str) -> None:
    network = shipped(path)
    function = function_of(source(network))
    told = dict(re.findall(r"^    (\w+): (.+)$", (inspect.getdoc(function) or "").split("Returns")[0], re.MULTILINE))
    assert list(told) == list(inspect.signature(function).parameters)
    for (name, shape), tensor in zip(told.items(), point(network), strict=True):
        lengths = ", ".join(str(axis.dimension) for axis in tensor.axes)
        assert shape == (f"({lengths},)" if len(tensor.axes) == 1 else f"({lengths})" if lengths else "a number"), name


# --- the catalogue ----------------------------------------------------------------------------


def is_at_a_pole(network: Network) -> bool:
    """Whether the function is so steep at its point that no difference measures it."""
    _, gradients = package_values(network, point(network), network.sizes)
    return max(float(np.max(np.abs(gradient))) for gradient in gradients.values()) > 1e6


RANGES = ("{0}", "sigmoid({0})", "2 + {0}**2")  # of arguments: any number, between 0 and 1, above 1
NUMBERS = ("-1/4", "1/3")  # for arguments besides the first one


@pytest.mark.parametrize("activation", ACTIVATIONS, ids=lambda activation: activation.name)
def test_activations(activation: Activation) -> None:
    """Beside the package, and beside differences, where the function has values."""
    besides = "".join(f", {number}" for number in NUMBERS[: len(activation.required)])
    for argument in RANGES:
        q, r = (f"{activation.name}({argument.format(name)}{besides})" for name in ("h", "A"))
        text = f"layers: {{h: A @ x, q: '{q}', r: '{r}'}}\nloss: {{L: sum(q * q * c) + sum(r * r * r)}}\n"
        network = declared("tensors: {x: n, c: m, A: m n}\n" + text)
        if require_agreement(network) and not is_at_a_pole(network):
            require_slopes(network)
            return
    raise AssertionError("no argument was tried at which the function has a value")


@pytest.mark.parametrize("signature", [loss.signature for loss in LOSSES])
def test_losses(signature: str) -> None:
    name, arguments = signature.rstrip(")").split("(")
    call = f"{name}({', '.join(arguments.split(', ')[:2])})"
    letters = re.findall(r"\w+", call)[1:]
    network = declared(f"tensors: {{{', '.join(f'{letter}: k' for letter in letters)}}}\nloss: {{L: '{call}'}}\n")
    assert require_agreement(network, style="fraction")
    require_slopes(network, "fraction")


# --- the language -----------------------------------------------------------------------------

LANGUAGE = {
    "signs": ("x: n, y: n, z: n", "sum(x - (y - z) - (x - y)*(z - x)/(1 + (x*x - y)^2) - -x)"),
    "powers": ("x: n", "sum(1/x^3 - x^(-2) + (-x)^2 - x^2 + (-x)^3)"),
    "roots": ("x: {axes: n, given: positive}", "sum(x^(1/3) + x^(-1/2) + x^1.5 + sqrt(x))"),
    "quotients": ("x: n, y: n, z: {axes: n, given: positive}", "sum(x / (y * z) / z * (x / z)) / n"),
    "cases": ("x: n, y: n", "sum(x*y if x > 0 and y > 0 else (y if x < y or y > 1 else -x))"),
    "larger": ("x: n, y: n", "sum(max(x, y) * x)"),
    "largest of a row": ("X: n m", "sum(max(X, m) * max(X, m))"),
    "largest": ("X: n m", "max(X) + min(X)^2"),
    "norms": ("X: n m, x: n", "norm(X) * norm(x, 1) + norm(x)"),
    "logarithms of sums": ("X: n m", "sum(logsumexp(X, m)^2) + sum(logsumexp(X, n))"),
    "inverse": ("X: n n, x: n", "sum(inv(X) @ x) + x.T @ inv(X @ X.T) @ x"),
    "inverse of a fixed matrix": ("x: n", "sum(inv(2*eye(n)) @ x * x)"),
    "determinant": ("X: n n", "log(det(X @ X.T)) + det(X)"),
    "trace": ("X: n n, Y: n n", "trace(X @ Y.T @ X)"),
    "square matrices": ("A: n n, B: n n", "sum((A @ B.T + A.T * B) @ A)"),
    "Kronecker product": ("X: n m, Y: p q", "sum(kron(X, Y)*kron(X, Y))"),
    "column by column": ("X: n m", "sum(vec(X)^3)"),
    "diagonal matrix": ("X: n n, x: n", "sum(diag(x) @ X @ diag(x)) + sum(diag(X)^2)"),
    "entries": ("x: 3", "x[3] * x[1]^2"),
    "triangle": ("x: n", "sum_i(sum_{j <= i}(x[i]*x[j]^2))"),
    "all others": ("x: n", "sum_i(sum_{j != i}(x[i]*x[j]^2))"),
    "three axes": ("x: n, A: n m, T: n m p, B: p n", "sum_i(sum_j(sum_k(T[i,j,k]*B[k,i]*A[i,j]*x[i])))"),
    "matrices one behind the other": (
        "A: b n m, B: b m k, M: n m, w: m, D: n k",
        "sum((A @ B)^3) + sum((A @ w)^2) + sum((M.T @ (A @ B))^2)",
    ),
    "axes in front": ("A: b n m, M: n m, y: b", "sum((A * M - A / y)^2) + sum(A * A * A)"),
    "numbers": ("alpha: scalar, beta: scalar, x: n", "alpha * sum(x) + alpha^2 * beta"),
    "written out": ("a: scalar, b: scalar, x: 2", "sum([a, b; b, 1] @ x * x)"),
    "outer products": ("x: n, y: m", "sum((x @ y.T + x @ ones(m).T)^3)"),
    "a mean": ("X: n m", "mean(X * X) + sum(mean(X, m)^2)"),
}


@pytest.mark.parametrize("title", LANGUAGE)
def test_language(title: str) -> None:
    tensors, loss = LANGUAGE[title]
    network = declared(f"tensors: {{{tensors}}}\nloss: {{L: '{loss}'}}\n")
    assert require_agreement(network)
    require_slopes(network)


@pytest.fixture
def torch(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The library in double precision, with the one method of arrays that its tensors do not have."""
    found = pytest.importorskip("torch", reason="torch is not installed")
    monkeypatch.setattr(found.Tensor, "copy", found.Tensor.clone, raising=False)
    before = found.get_default_dtype()
    found.set_default_dtype(found.float64)
    yield found
    found.set_default_dtype(before)


@pytest.mark.parametrize("title", LANGUAGE)
def test_language_against_autograd(title: str, torch: Any) -> None:
    tensors, loss = LANGUAGE[title]
    network = declared(f"tensors: {{{tensors}}}\nloss: {{L: '{loss}'}}\n")
    values = point(network)
    _, gradients = function_of(source(network))(*values.values())
    leaves = {t.name: torch.tensor(value, requires_grad=True) for t, value in values.items()}
    function_of(source(network), {"np": OnTorch(torch)})(*leaves.values())[0].backward()
    for name, leaf in leaves.items():
        np.testing.assert_allclose(gradients[name], leaf.grad.numpy(), rtol=1e-8, atol=1e-11, err_msg=name)


def test_nothing_depends_on_a_constant() -> None:
    function = function_of(source(declared("tensors: {x: n, A: n m}\nloss: {L: '3'}\n")))
    loss, gradients = function(np.ones(2), np.ones((2, 3)))
    assert loss == 3
    assert gradients["x"].tolist() == [0, 0]
    assert gradients["A"].tolist() == [[0, 0, 0]] * 2


# --- names ------------------------------------------------------------------------------------

NAMES = (
    "lambda",
    "None",
    "def",
    "match",
    "self",
    "print",
    "float",
    "np",
    "math",
    "t",
    "t0",
    "loss_and_gradients",
    "part1",
    "dL_dx",
    "dL_dh",
    "sigmoid_prime",
    "sigmoid_",
    "I",
    "O",
    "l",
    "ŷ",
    "é",
    "x_",
    "shape",
    "T",
    "W_1",
)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "text",
    [
        "tensors: {{'{0}': n, x: n, q: n}}\nlayers: {{h: 'sigmoid({0})*x*q'}}\nloss: {{L: sum(h*h)}}\n",
        "tensors: {{q: n}}\nlayers: {{'{0}': sigmoid(q)}}\nloss: {{L: 'sum({0}*{0})'}}\n",
        "tensors: {{q: n}}\nlayers: {{h: sigmoid(q)}}\nloss: {{'{0}': sum(h*h)}}\n",
        "tensors: {{q: '{0}'}}\nlayers: {{h: sigmoid(q)}}\nloss: {{L: mean(h*h)}}\n",
        "tensors: {{q: n}}\nfunctions: {{'{0}(u)': 'u*exp(u)'}}\nlayers: {{h: '{0}(q)'}}\nloss: {{L: sum(h*h)}}\n",
    ],
    ids=["tensor", "layer", "loss", "dimension", "function"],
)
def test_any_name_in_any_place(name: str, text: str) -> None:
    assert require_agreement(declared(text.format(name)))
