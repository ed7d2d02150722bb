"""Random networks: free algebra, perceptrons, attention, layers by their entries, families."""

from __future__ import annotations

import random

from .expressions import SCALAR, SMOOTH, Maker, Shape, sized
from .networks import Network
from .trees import Entrywise, Fn, Op, Tree, Var, num, read

FACTS_OF_VECTORS = ("one_hot", "simplex", "sums_to_one", "binary", "positive", "unit", "signs", "open_unit")
FACTS_OF_SQUARES = ("symmetric", "orthogonal", "positive", "signs", "open_unit")


def conventions(chance: random.Random) -> Network:
    return Network(
        chance.choice(("column", "column", "column", "row")),
        chance.choice(("mixed", "mixed", "mixed", "numerator", "denominator")),
        chance.choice(("columns", "columns", "columns", "rows")),
    )


def free_algebra(chance: random.Random) -> Network:
    """Tensors of many shapes with some facts, a few layers and a scalar loss."""
    network = conventions(chance)
    labels = chance.sample(["n", "m", "k", "p", "h", "d", "q", "N", "D", "n_in"], chance.randint(1, 3))
    if chance.random() < 0.15:
        labels.append(chance.choice(["1", "2", "3"]))
    named = [label for label in labels if not label.isdigit()]
    for name in chance.sample(["x", "y", "u", "v", "w"], chance.randint(2, 4)):
        fact = chance.choice(FACTS_OF_VECTORS) if chance.random() < 0.3 else ""
        network.tensors[name] = (chance.choice(labels),), (((fact, ""),) if fact else ())
    for name in chance.sample(["A", "B", "C", "S", "X"], chance.randint(2, 4)):
        axes = (chance.choice(labels), chance.choice(labels))
        fact = chance.choice(FACTS_OF_SQUARES) if axes[0] == axes[1] and chance.random() < 0.35 else ""
        if axes[0] == axes[1] and axes[0].isdigit():
            fact = ""
        network.tensors[name] = axes, (((fact, ""),) if fact else ())
    scalars = [name for name in ("s", "c", "eps", "t", "i", "e") if name not in labels]
    for name in chance.sample(scalars, chance.randint(1, 2)):
        network.tensors[name] = (), ((("positive", ""),) if chance.random() < 0.4 else ())
    if not network.dimensions:
        network.tensors["g0"] = (named[0],), ()
    if chance.random() < 0.3:
        network.functions["f"] = (), None
    if chance.random() < 0.2:
        body = chance.choice(["t * sigmoid(t)", "t^3 - 2 * t", "t / (1 + t^2)", "t if t > 0 else 0.5 * t", "max(t, 0)"])
        network.functions["g"] = ("t",), read(body)
    maker = Maker(network, chance)
    for name in ["z", "r", "H"][: chance.randint(0, 3)]:
        label, other = chance.choice(network.labels), chance.choice(network.labels)
        shape = chance.choice([maker.vector(label), (label, other), maker.vector(label), SCALAR])
        network.layers[name] = constant_layer(maker, shape) if chance.random() < 0.12 else maker.tree(shape, 2)
        maker.reset()
    if chance.random() < 0.7:
        loss = maker.tree(SCALAR, 2)
        if (value := maker.value(loss)) is not None and not value.axes:
            network.loss = "L", loss
    return network


def constant_layer(maker: Maker, shape: Shape) -> Tree:
    """A layer whose formula does not vary along an axis."""
    scalar = maker.leaf(SCALAR)
    rows, cols = shape
    if rows and cols:
        ones = Fn("ones", (sized(rows), sized(cols)))
    elif rows or cols:
        ones = Fn("ones", (sized(rows or cols),))
    else:
        return maker.number()
    return maker.pick(Op("*", scalar, ones), ones, Op("+", Op("*", scalar, ones), ones))


def perceptron(chance: random.Random) -> Network:
    """Affine layers, activations, a catalogue loss; with or without a batch."""
    network = conventions(chance)
    row = network.vectors == "row"
    batch = chance.random() < 0.3
    count = chance.randint(1, 2)
    axes = [f"n{k}" for k in range(count + 1)]
    if chance.random() < 0.1:
        axes[-1] = "1"

    def laid(label: str) -> tuple[str, ...]:
        if not batch:
            return (label,)
        return ("M", label) if row else (label, "M")

    names = ("X", "Y") if batch else ("x", "y")
    network.tensors[names[0]] = laid(axes[0]), ()
    for k in range(1, count + 1):
        network.tensors[f"W{k}"] = (axes[k - 1 : k + 1] if row else axes[k - 1 : k + 1][::-1]), ()
        network.tensors[f"W{k}"] = tuple(network.tensors[f"W{k}"][0]), ()
        network.tensors[f"b{k}"] = (axes[k],), ()
    kind = chance.choice(["softmax", "softmax", "squares", "sigmoid"]) if axes[-1] != "1" else "squares"
    fact = chance.choice(["one_hot", "one_hot", "simplex", ""]) if kind == "softmax" else ""
    target = ((fact, axes[-1] if batch else ""),) if fact else ()
    if kind == "sigmoid":
        target = (("binary", ""),)
    network.tensors[names[1]] = laid(axes[-1]), target
    if chance.random() < 0.25:
        network.functions["f"] = (), None
    last: Tree = Var(names[0])
    for k in range(1, count + 1):
        product = Op("@", last, Var(f"W{k}")) if row else Op("@", Var(f"W{k}"), last)
        network.layers[f"z{k}"] = Op("+", product, Var(f"b{k}")) if chance.random() < 0.85 else product
        last = Var(f"z{k}")
        if k < count:
            activation = chance.choice(["f"] if network.functions else [*SMOOTH[:6], "relu", "leaky_relu", "relu"])
            network.layers[f"a{k}"] = Fn(activation, (last,))
            last = Var(f"a{k}")
    along = (Var(axes[-1]),) if batch else ()
    y = Var(names[1])
    if kind == "softmax":
        if chance.random() < 0.3:
            loss: Tree = Fn("cross_entropy_logits", (last, y, *along))
        else:
            network.layers["p"] = Fn("softmax", (last, *along))
            loss = Fn("cross_entropy", (Var("p"), y, *along))
        if batch:
            loss = Fn(chance.choice(["mean", "sum"]), (loss,))
    elif kind == "sigmoid":
        network.layers["p"] = Fn("sigmoid", (last,))
        loss = Fn("binary_cross_entropy", (Var("p"), y))
    else:
        loss = Fn(chance.choice(["sse", "mse", "l1", "huber_loss", "hinge_loss"]), (last, y))
        if chance.random() < 0.3:
            loss = Op("/", Op("^", Fn("norm", (Op("-", last, y),)), num(2)), num(2))
    if chance.random() < 0.08:
        loss = Fn("opaque", (last,))
    elif chance.random() < 0.2:
        network.tensors["lam"] = (), ()
        loss = Op("+", loss, Op("*", Var("lam"), Fn("sum", (Op("^", Var("W1"), num(2)),))))
    network.loss = "L", loss
    if chance.random() < 0.3:
        network.lets["delta1"] = read("dL/dz1")
    return network


def deep(chance: random.Random) -> Network:
    """A family of layers, or a recurrence."""
    network = Network(layout=chance.choice(("mixed", "mixed", "numerator", "denominator")))
    network.label = "l"
    network.depths = chance.choice([(1, 2), (2, 3), (2,), (3,)])
    activation = chance.choice(["sigmoid", "tanh", "relu", "f"])
    if activation == "f":
        network.functions["f"] = (), None
    if chance.random() < 0.6:
        network.tensors = {
            "x": (("n[0]",), ()),
            "W[l]": (("n[l]", "n[l-1]"), ()),
            "b[l]": (("n[l]",), ()),
            "y": (("n[L]",), chance.choice([(("one_hot", ""),), ()])),
        }
        network.layers = {"a[0]": read("x"), "z[l]": read("W[l] @ a[l-1] + b[l]"), "a[l]": read(f"{activation}(z[l])")}
        if chance.random() < 0.6:
            network.layers["a[L]"] = read("softmax(z[L])")
            network.loss = "C", read("cross_entropy(a[L], y)")
        else:
            network.loss = "C", read("sse(a[L], y)")
    else:
        start = chance.choice(["zeros(n)", "ones(n)", "q"])
        network.tensors = {"x[l]": (("m",), ()), "W": (("n", "n"), ()), "U": (("n", "m"), ()), "y": (("n",), ())}
        if start == "q":
            network.tensors["q"] = ("n",), ()
        network.layers = {
            "h[0]": read(start),
            "z[l]": read("W @ h[l-1] + U @ x[l]"),
            "h[l]": read(f"{activation}(z[l])"),
        }
        network.loss = "C", read("sse(h[L], y)")
    return network


def attention(chance: random.Random) -> Network:
    """Rows that look at one another; layers with sums and shares over a named axis."""
    network = conventions(chance)
    network.vectors = "column"
    network.tensors = {
        "X": (("T", "k"), ()),
        "W": (("k", "k"), ()),
        "V": (("k", "v"), ()),
        "Y": (("T", "v"), ()),
        "c": ((), ()),
    }
    network.layers = {
        "S": read(chance.choice(["X @ W @ X.T", "X @ X.T / sqrt(k)", "c * X @ W @ X.T"])),
        "P": read("softmax(S, 2)"),
        "O": read("P @ X @ V"),
    }
    if chance.random() < 0.4:
        network.layers["r"] = read(chance.choice(["sum(O, v)", "mean(O, T)", "logsumexp(O, v)"]))
    network.loss = "L", read(chance.choice(["sse(O, Y)", "sum(O * Y)", "mean((O - Y)^2)", "c * norm(O)^2"]))
    return network


def indexed(chance: random.Random) -> Network:
    """Layers by their entries, tensors of three axes."""
    network = conventions(chance)
    network.vectors = "column"
    network.tensors = {"U": (("n", "m", "k"), ()), "x": (("k",), ()), "A": (("n", "m"), ()), "v": (("m",), ())}
    network.tensors["s"] = ((), ())
    body = chance.choice(["sum_l(U[i,j,l] * x[l])", "s * A[i,j] + sum_l(U[i,j,l] * x[l]^2)", "tanh(A[i,j]) * v[j]"])
    network.layers["H"] = Entrywise(("i", "j"), read(body))
    network.layers["r"] = Entrywise(("i",), read(chance.choice(["sum_j(H[i,j] * v[j])", "sum_j(sigmoid(H[i,j]))"])))
    if chance.random() < 0.5:
        network.layers["z"] = read(chance.choice(["tanh(r)", "softmax(r)", "s * r", "H @ v"]))
    network.loss = "L", read(chance.choice(["sum(r^2)", "sum(H * A)", "norm(r)^2/2", "logsumexp(r)"]))
    return network


def random_network(chance: random.Random) -> Network:
    kind = chance.random()
    if kind < 0.5:
        return free_algebra(chance)
    if kind < 0.55:
        return attention(chance) if chance.random() < 0.6 else indexed(chance)
    return perceptron(chance) if kind < 0.88 else deep(chance)
