"""True claims: formulas rewritten, taken apart into entries, and differentiated."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Mapping

from .adjoints import depends_on, gradient, jacobian
from .entries import ONE, ZERO, Entries, NoFormError, slope, times
from .expressions import SCALAR, Maker, Shape, sized
from .networks import Network
from .rewriting import rewritten
from .trees import At, Big, Claim, Cmp, Der, Entrywise, Fn, Grid, If, Num, Op, Tree, Turn, Var, read, show


def equation(left: Tree, right: Tree, where: Tree | None = None, sign: str = "=") -> Claim:
    return Claim((left, right), (sign,), where)


def shape_to_claim(maker: Maker, chance: random.Random) -> Shape:
    network = maker.network
    label, other = chance.choice(network.labels), chance.choice(network.labels)
    return chance.choice([SCALAR, maker.vector(label), (label, other), maker.vector(label)])


def identity(maker: Maker, chance: random.Random) -> Claim:
    """A formula and the same rewritten."""
    names = [name for name, tree in maker.network.formulas.items() if maker.shape(tree) is not None]
    names = [name for name in names if not isinstance(maker.network.formulas[name], Entrywise)]
    names = [name for name in names if "opaque(" not in show(maker.network.formulas[name])]
    if names and chance.random() < 0.3:
        name = chance.choice(names)
        left: Tree = Var(name)
        right = rewritten(maker.network.formulas[name], maker, chance, chance.randint(1, 3))
    else:
        left = maker.tree(shape_to_claim(maker, chance), chance.randint(1, 3))
        right = rewritten(left, maker, chance, chance.randint(1, 4))
    if chance.random() < 0.2:
        factor = maker.leaf(SCALAR)
        left, right = Op("*", factor, left), Op("*", right, factor)
    return equation(left, right)


def entries_of(maker: Maker, chance: random.Random) -> Claim:
    """A formula of matrices, and of its entries."""
    tree = maker.tree(shape_to_claim(maker, chance), chance.randint(1, 3))
    names = [n for n in maker.network.formulas if chance.random() < 0.4]
    if names:
        tree = maker.network.formulas[names[0]]
    shape = maker.shape(tree)
    if shape is None:
        raise NoFormError(show(tree))
    entries = Entries(maker)
    letters = [entries.fresh() if label else None for label in shape]
    right = entries.entry(tree, *letters)
    places = tuple(letter for letter in letters if letter is not None)
    if names and not maker.network.dimensions:
        raise NoFormError("")
    left = At(Var(names[0]) if names else tree, places) if places else (Var(names[0]) if names else tree)
    if chance.random() < 0.3 and not isinstance(right, Num):
        right = contracted(right, chance)
    return equation(left, right)


def contracted(tree: Tree, chance: random.Random) -> Tree:
    """Sums over deltas carried out, deltas written as cases."""
    match tree:
        case Big("sum", (letter,), None, body):
            factors = _factors(body)
            for k, factor in enumerate(factors):
                if isinstance(factor, Fn) and factor.name == "delta" and Var(letter) in factor.arguments:
                    (other,) = [a for a in factor.arguments if a != Var(letter)] or [None]
                    if other is None:
                        break
                    rest: Tree = ONE
                    for one in factors[:k] + factors[k + 1 :]:
                        rest = times(rest, one)
                    inner = _put(rest, letter, other)
                    if _places(inner) and _named(other) <= _places(inner):
                        return contracted(inner, chance)
        case Fn("delta", (a, b)) if a == b:
            return ONE
        case Fn("delta", (a, b)) if chance.random() < 0.3:
            return If(Cmp("==", a, b), ONE, ZERO)
    return tree.mapped(lambda part: contracted(part, chance))


def _named(letter: Tree) -> set[str]:
    return {letter.name} if isinstance(letter, Var) else set()


def _places(tree: Tree) -> set[str]:
    """The letters that stand as indices of tensors."""
    return {e.name for part in tree.everything() if isinstance(part, At) for e in part.entries if isinstance(e, Var)}


def _factors(tree: Tree) -> list[Tree]:
    return [*_factors(tree.left), *_factors(tree.right)] if isinstance(tree, Op) and tree.sign == "*" else [tree]


def _put(tree: Tree, letter: str, other: Tree) -> Tree:
    if isinstance(tree, Var) and tree.name == letter:
        return other
    if isinstance(tree, Big) and letter in tree.letters:
        return tree
    return tree.mapped(lambda part: _put(part, letter, other))


def freshened(tree: Tree, entries: Entries) -> Tree:
    """The same with new bound letters."""
    if isinstance(tree, Big):
        body = tree.body
        letters = [entries.fresh().name for _ in tree.letters]
        for old, new in zip(tree.letters, letters, strict=True):
            body = _put(body, old, Var(new))
        return Big(tree.kind, tuple(letters), tree.test, freshened(body, entries))
    return tree.mapped(lambda part: freshened(part, entries))


def variables(maker: Maker, chance: random.Random) -> list[str]:
    names = [*maker.network.tensors, *maker.network.layers]
    chance.shuffle(names)
    return names


def slopes(maker: Maker, chance: random.Random, order: int = 1) -> Claim:
    """A derivative of an entry by an entry, once or twice."""
    network = maker.network
    entries = Entries(maker)
    for name in variables(maker, chance):
        depends = depends_on(network, name)
        layers = [n for n in network.formulas if depends(n) and n != name]
        free = not layers or chance.random() < 0.4
        tree = maker.tree(shape_to_claim(maker, chance), 2) if free else network.formulas[chance.choice(layers)]
        if Var(name) not in set(tree.everything()) and free and chance.random() < 0.9:
            continue
        axes = maker.point.named(name).axes
        if "1" in axes:
            continue
        if isinstance(tree, Entrywise):
            letters = [entries.fresh() for _ in tree.letters]
            formula = freshened(tree.body, entries)
            for old, new in zip(tree.letters, letters, strict=True):
                formula = _put(formula, old, new)
        else:
            shape = maker.shape(tree)
            if shape is None:
                continue
            letters = [entries.fresh() if label else None for label in shape]
            formula = entries.entry(tree, *letters)
        right: Tree = formula
        below: list[Tree] = []
        for _ in range(order):
            places = tuple(entries.fresh() for _ in axes)
            below.append(At(Var(name), places) if places else Var(name))
            right = slope(right, below[-1], network, depends)
        if order == 2 and any(isinstance(part, Der) for part in right.everything()):
            raise NoFormError("a derivative of a derivative")
        if chance.random() < 0.5:
            right = contracted(right, chance)
        known = next((n for n, f in network.formulas.items() if f == tree), None)
        outer = tuple(letter for letter in letters if letter is not None)
        above: Tree = formula
        if known is not None and chance.random() < 0.7:
            above = At(Var(known), outer) if outer else Var(known)
        if known is None and network.loss is None and chance.random() < 0.0:
            raise NoFormError("")
        left = Der(above, tuple(below))
        if _free(right) - _free(left):
            raise NoFormError("a letter of the right side only")
        return equation(left, right)
    raise NoFormError("no variable")


def _free(tree: Tree) -> set[str]:
    """Names that stand as indices and are not bound."""
    match tree:
        case At(base, entries):
            return _free(base) | {e.name for e in entries if isinstance(e, Var)}
        case Fn("delta", arguments):
            return {a.name for a in arguments if isinstance(a, Var)}
        case Cmp(_, left, right):
            return {a.name for a in (left, right) if isinstance(a, Var)}
        case Big(_, letters, test, body):
            inside = _free(body) | (set() if test is None else _free(test))
            return inside - set(letters)
    return set(itertools.chain.from_iterable(_free(part) for part in tree.parts()))


def curvature(maker: Maker, chance: random.Random) -> Claim:
    return slopes(maker, chance, order=2)


def gradients(maker: Maker, chance: random.Random) -> Claim:
    """dL/dvariable by reverse mode, rewritten a little."""
    network = maker.network
    if network.loss is None:
        raise NoFormError("no loss")
    for name in variables(maker, chance):
        shape = maker.shape(Var(name))
        if shape is None or not depends_on(network, name)(network.loss[0]):
            continue
        right = gradient(maker, name, chance)
        if maker.shape(right) != shape:
            raise NoFormError(show(right))
        if chance.random() < 0.6:
            right = rewritten(right, maker, chance, chance.randint(1, 2))
        if network.layout == "numerator" and shape != SCALAR:
            right = Turn(right)
        left = Der(Var(network.loss[0]), (Var(name),))
        for let, meant in network.lets.items():
            if chance.random() < 0.7:
                right = _swapped(right, meant, Var(let))
        if len(show(right)) > 300:
            raise NoFormError("too long")
        if chance.random() < 0.1:
            factor = maker.leaf(SCALAR)
            left, right = Op("*", factor, left), Op("*", factor, right)  # type: ignore[assignment]
        return equation(left, right)
    raise NoFormError("nothing to derive by")


def _swapped(tree: Tree, old: Tree, new: Tree) -> Tree:
    return new if tree == old else tree.mapped(lambda part: _swapped(part, old, new))


def same_slope(maker: Maker, chance: random.Random) -> Claim:
    """Derivatives of one quantity in two spellings."""
    network = maker.network
    name = chance.choice(variables(maker, chance))
    axes = maker.point.named(name).axes
    shape = SCALAR if len(axes) == 2 or chance.random() < 0.5 else maker.vector(chance.choice(network.dimensions))
    tree = maker.tree(shape, 2)
    other = rewritten(tree, maker, chance, chance.randint(1, 3))
    if (
        any(isinstance(part, Var) and part.name in network.formulas for part in other.everything())
        != any(isinstance(part, Var) and part.name in network.formulas for part in tree.everything())
        and name in network.formulas
    ):
        raise NoFormError("the variable may have been written out")
    return equation(Der(tree, (Var(name),)), Der(other, (Var(name),)))


def chained(maker: Maker, chance: random.Random) -> Claim:
    """The chain rule through a layer, by entries."""
    network = maker.network
    for name in variables(maker, chance):
        depends = depends_on(network, name)
        for layer in network.layers:
            users = [n for n, f in network.formulas.items() if Var(layer) in set(f.everything())]
            if layer == name or not depends(layer) or not users:
                continue
            above = users[-1]
            # Only where everything goes through the layer.
            others = [n for n in network.layers if n != layer and depends(n) and _reaches(network, n, above, layer)]
            if others or Var(name) in set(network.formulas[above].everything()):
                continue
            entries = Entries(maker)
            places = [tuple(entries.fresh() for _ in maker.point.named(n).axes) for n in (above, layer, name)]
            tops = [At(Var(n), p) if p else Var(n) for n, p in zip((above, layer, name), places, strict=True)]
            body: Tree = Op("*", Der(tops[0], (tops[1],)), Der(tops[1], (tops[2],)))
            for letter in reversed(places[1]):
                body = Big("sum", (letter.name,), None, body)
            return equation(Der(tops[0], (tops[2],)), body)
    raise NoFormError("no chain")


def around(maker: Maker, chance: random.Random) -> Claim:
    """A derivative along the paths through a layer, and along all others with that layer held."""
    network = maker.network
    for name in variables(maker, chance):
        depends = depends_on(network, name)
        tops = [n for n in network.formulas if n != name and depends(n)]
        pairs = [
            (top, n) for top in tops for n in network.layers if n not in (top, name) and depends_on(network, n)(top)
        ]
        pairs = [(top, n) for top, n in pairs if depends(n) and "[" not in n]
        if not pairs:
            continue
        above, layer = chance.choice(pairs)
        entries = Entries(maker)
        places = [tuple(entries.fresh() for _ in maker.point.named(n).axes) for n in (above, layer, name)]
        top, through, by = (At(Var(n), p) if p else Var(n) for n, p in zip((above, layer, name), places, strict=True))
        body: Tree = Op("*", Der(top, (through,)), Der(through, (by,)))
        for letter in reversed(places[1]):
            body = Big("sum", (letter.name,), None, body)
        return equation(Der(top, (by,)), Op("+", body, Der(top, (by,), (Var(layer),))))
    raise NoFormError("no layer in between")


def _reaches(network: Network, start: str, above: str, without: str) -> bool:
    """Whether a layer is used by another one on a way that avoids a third."""
    if start == above:
        return False
    seen, waiting = set(), [above]
    while waiting:
        name = waiting.pop()
        if name == start:
            return True
        if name in seen or name == without or name not in network.formulas:
            continue
        seen.add(name)
        waiting += [part.name for part in network.formulas[name].everything() if isinstance(part, Var)]
    return False


def jacobians(maker: Maker, chance: random.Random) -> Claim:
    """A Jacobian as a matrix, in the layout that is declared."""
    network = maker.network
    if network.vectors == "row":
        raise NoFormError("columns only")
    for name in variables(maker, chance):
        shape = maker.shape(Var(name))
        if shape is None or not shape[0] or shape[1]:
            continue
        tops: list[Tree] = [Var(n) for n in network.formulas if n != name and depends_on(network, name)(n)]
        tops = [top for top in tops if (maker.shape(top) or ("", "x"))[1] == "" and maker.shape(top) != SCALAR]
        free = maker.tree(maker.vector(chance.choice(network.dimensions)), 2)
        above = chance.choice(tops) if tops and chance.random() < 0.7 else free
        right = jacobian(above, name, maker)
        if right == ZERO:
            continue
        if network.layout == "denominator":
            right = Turn(right)
        right = rewritten(right, maker, chance, chance.randint(0, 2))
        return equation(Der(above, (Var(name),)), right)
    raise NoFormError("no vectors")


def hessians(maker: Maker, chance: random.Random) -> Claim:
    """A Hessian, the Jacobian of a gradient."""
    network = maker.network
    if network.loss is None or network.vectors == "row":
        raise NoFormError("no loss")
    for name in variables(maker, chance):
        shape = maker.shape(Var(name))
        if shape is None or not shape[0] or shape[1] or not depends_on(network, name)(network.loss[0]):
            continue
        right = jacobian(gradient(maker, name, chance, symbols=0), name, maker)
        left: Tree = Der(Var(network.loss[0]), (Var(name), Var(name)))
        if right == ZERO:
            right = Fn("zeros", (sized(shape[0]), sized(shape[0])))
        return equation(left, rewritten(right, maker, chance, chance.randint(0, 2)))
    raise NoFormError("no vectors")


def kronecker(maker: Maker, chance: random.Random) -> Claim:
    """Products of matrices as columns of their entries."""
    network = maker.network
    r, k, m, c = (chance.choice(network.dimensions) for _ in range(4))
    a, x, b = maker.tree((r, k), 1), maker.leaf((k, m)), maker.tree((m, c), 1)
    product = Op("@", Op("@", a, x), b)
    matrix = Fn("kron", (Turn(b), a) if network.vec == "columns" else (a, Turn(b)))
    whole, inner = Fn("vec", (product,)), Fn("vec", (x,))
    kind = chance.randrange(4)
    if kind == 0:
        right = Op("@", matrix, inner) if network.vectors == "column" else Op("@", inner, Turn(matrix))
        return equation(whole, right)
    if (
        kind == 1
        and isinstance(x, Var)
        and x.name not in {p.name for p in [*a.everything(), *b.everything()] if isinstance(p, Var)}
    ):
        if not _known_without(maker, (a, b), x.name):
            raise NoFormError("the factors depend on the variable")
        return equation(Der(whole, (inner,)), Turn(matrix) if network.layout == "denominator" else matrix)
    if kind == 2:
        d = maker.tree((c, r), 1)
        return equation(Op("@", Fn("kron", (a, b)), Fn("kron", (x, d))), Fn("kron", (Op("@", a, x), Op("@", b, d))))
    return equation(Turn(Fn("kron", (a, b))), Fn("kron", (Turn(a), Turn(b))))


def _known_without(maker: Maker, trees: tuple[Tree, ...], name: str) -> bool:
    depends = depends_on(maker.network, name)
    return not any(isinstance(part, Var) and depends(part.name) for tree in trees for part in tree.everything())


def links(maker: Maker, chance: random.Random) -> Claim:
    """`chain(dL/da, da/dz)` of whole tensors."""
    claim = chained(maker, chance)
    left, right = claim.sides
    assert isinstance(left, Der)

    def whole(tree: Tree) -> Tree:
        return tree.base if isinstance(tree, At) else tree

    found = [part for part in right.everything() if isinstance(part, Der)]
    chain = Fn("chain", tuple(Der(whole(d.above), tuple(map(whole, d.below))) for d in found))
    factor = maker.leaf(SCALAR)
    if chance.random() < 0.4:
        return equation(Op("*", factor, Der(whole(left.above), (whole(left.below[0]),))), Op("*", factor, chain))
    return equation(Der(whole(left.above), (whole(left.below[0]),)), chain)


def textbook(maker: Maker, chance: random.Random) -> Claim:
    """What books say of a softmax with cross-entropy, whether or not the facts are given."""
    network = maker.network
    if network.loss is None or "p" not in network.layers:
        raise NoFormError("no softmax")
    p, batch = network.layers["p"], "Y" in network.tensors
    assert isinstance(p, Fn)
    y, z = Var("Y" if batch else "y"), p.arguments[0]
    right: Tree = Op("-", Var("p"), y)
    if isinstance(network.loss[1], Fn) and network.loss[1].name == "mean":
        right = Op("/", right, Var("M"))
    if network.layout == "numerator":
        right = Turn(right)
    return equation(Der(Var(network.loss[0]), (z,)), right)


def split(maker: Maker, chance: random.Random) -> Claim:
    """A sum as one of its terms and the others; a derivative beside its diagonal."""
    if chance.random() < 0.5:
        claim = slopes(maker, chance)
        deltas = [
            part
            for part in claim.sides[1].everything()
            if isinstance(part, Fn) and part.name == "delta" and set(part.arguments) <= _letters_on(claim.sides[0])
        ]
        if not deltas:
            raise NoFormError("no delta of free letters")
        found = chance.choice(deltas)
        equal = chance.random() < 0.5
        a, b = found.arguments

        def put(tree: Tree) -> Tree:
            return (ONE if equal else ZERO) if tree == found else tree.mapped(put)

        where = Cmp("==" if equal else "!=", a, b)
        return Claim((claim.sides[0], put(claim.sides[1])), ("=",), where)
    label = chance.choice(maker.network.dimensions)
    tree = maker.tree(maker.vector(label), 2)
    entries = Entries(maker)
    i, k = entries.fresh(), entries.fresh()
    one, other = entries.vector(tree, i), entries.vector(tree, k)
    if i not in set(one.everything()):
        raise NoFormError("nothing varies")
    if chance.random() < 0.5:
        right: Tree = Big("sum", (k.name,), Cmp("!=", k, i), other)
    else:
        parts = [Big("sum", (k.name,), Cmp(sign, k, i), other) for sign in ("<", ">")]
        right = Op("+", parts[0], parts[1])
    return equation(Op("-", Fn("sum", (tree,)), one), right)


def _letters_on(tree: Tree) -> set[Tree]:
    return {Var(name) for name in _free(tree)}


def shapes(maker: Maker, chance: random.Random) -> Claim:
    """`shape(dL/dW) = [n, m]`."""
    network = maker.network
    names = [name for name in variables(maker, chance) if maker.shape(Var(name)) is not None]
    tree: Tree = Var(chance.choice(names))
    if network.loss is not None and chance.random() < 0.7:
        tree = Der(Var(network.loss[0]), (tree,))
    value = maker.value(tree)
    if value is None or "1" in value.axes:
        raise NoFormError("a scalar")
    usual = bool(value.rows) == (network.vectors == "column")
    axes = value.axes if len(value.axes) != 1 or usual else (*(value.rows or ("1",)), *(value.cols or ("1",)))
    if chance.random() < 0.3:
        axes = axes[::-1]
    return equation(Fn("shape", (tree,)), Grid((tuple(map(sized, axes)),) if axes else ()))


def dealt(maker: Maker, chance: random.Random) -> Claim:
    """A formula over letters with a largest or smallest entry, or a product of all."""
    label = chance.choice(maker.network.dimensions)
    tree = maker.tree(maker.vector(label), 2)
    entries = Entries(maker)
    k = entries.fresh()
    body = entries.vector(tree, k)
    if k not in _places_of(body):
        raise NoFormError("nothing varies")
    scalar = maker.leaf(SCALAR)
    kind = chance.choice(["max", "min", "prod"])
    if kind == "prod":
        left = Big("prod", (k.name,), None, Fn("exp", (body,)))
        return equation(left, Fn("exp", (Fn("sum", (tree,)),)))
    whole = Big(kind, (k.name,), None, Op("+", body, scalar))
    if chance.random() < 0.5 or not isinstance(scalar, Var) or scalar in set(body.everything()):
        return equation(whole, Op("+", Fn(kind, (tree,)), scalar))
    if scalar.name not in maker.network.tensors or not _known_without(maker, (tree,), scalar.name):
        raise NoFormError("no scalar of its own")
    return equation(Der(whole, (scalar,)), ONE)


def _places_of(tree: Tree) -> set[Tree]:
    return {Var(name) for name in _places(tree)}


CLAIMS: Mapping[str, tuple[float, Callable[[Maker, random.Random], Claim]]] = {
    "identity": (3, identity),
    "entries": (2, entries_of),
    "slope": (3, slopes),
    "curvature": (1, curvature),
    "gradient": (4, gradients),
    "same slope": (1, same_slope),
    "chain": (1, chained),
    "around": (1, around),
    "jacobian": (2, jacobians),
    "hessian": (1.5, hessians),
    "kronecker": (0.7, kronecker),
    "links": (0.7, links),
    "textbook": (1, textbook),
    "split": (0.7, split),
    "shape": (0.3, shapes),
    "extremum": (0.7, dealt),
}


def true_claim(maker: Maker, chance: random.Random) -> tuple[str, Claim]:
    """A claim that should hold, and of what kind it is."""
    kinds = list(CLAIMS)
    for _ in range(30):
        kind = chance.choices(kinds, [CLAIMS[k][0] for k in kinds])[0]
        try:
            claim = CLAIMS[kind][1](maker, chance)
        except NoFormError:
            continue
        if len(show(claim)) < 420:
            return kind, claim
    return "identity", equation(read("1"), read("1"))
