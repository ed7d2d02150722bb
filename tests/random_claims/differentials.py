"""Claims about differentials: of one quantity in two spellings, of a product, of a quantity by its derivatives."""

from __future__ import annotations

import random

from .adjoints import depends_on
from .entries import Entries, NoFormError
from .expressions import SCALAR, Maker
from .rewriting import rewritten
from .trees import At, Big, Claim, Der, Fn, Op, Tree, Var


def total(tree: Tree) -> Tree:
    """`d(tree)`, along a direction of every input."""
    return Fn("d", (tree,))


def differential_claim(maker: Maker, chance: random.Random) -> Claim:
    """A true claim about differentials. Raises NoFormError where the network has none."""
    if "d" in {*maker.network.tensors, *maker.network.formulas, *maker.network.dimensions, *maker.network.lets}:
        raise NoFormError("a quantity is called d")
    return chance.choice([respelled, of_a_product, by_derivatives])(maker, chance)


def respelled(maker: Maker, chance: random.Random) -> Claim:
    """A formula and the same rewritten, both taken along."""
    tree = maker.tree(chance.choice([SCALAR, maker.vector(chance.choice(maker.network.labels))]), chance.randint(1, 3))
    return Claim((total(tree), total(rewritten(tree, maker, chance, chance.randint(1, 3)))), ("=",), None)


def of_a_product(maker: Maker, chance: random.Random) -> Claim:
    """d(a b) = d(a) b + a d(b), entry by entry or of matrices."""
    label, other = chance.choice(maker.network.labels), chance.choice(maker.network.labels)
    sign = chance.choice(["*", "@"])
    first = maker.tree((label, other), chance.randint(1, 2))
    second = maker.tree((label, other) if sign == "*" else (other, ""), chance.randint(1, 2))
    along = Op("+", Op(sign, total(first), second), Op(sign, first, total(second)))
    return Claim((total(Op(sign, first, second)), along), ("=",), None)


def by_derivatives(maker: Maker, chance: random.Random) -> Claim:
    """d(f) = Σ_X Σ ∂f/∂X d(X), over the inputs X and their entries."""
    network = maker.network
    tops = [name for name in network.formulas if maker.shape(Var(name)) == SCALAR and "[" not in name]
    if not tops:
        raise NoFormError("no scalar")
    top = chance.choice(tops)
    names = [name for name in network.tensors if depends_on(network, name)(top)]
    if not names or len(names) > 4:
        raise NoFormError("no inputs, or many")
    entries = Entries(maker)
    whole: Tree | None = None
    for name in names:
        places = tuple(entries.fresh() for _ in maker.point.named(name).axes)
        entry: Tree = At(Var(name), places) if places else Var(name)
        term: Tree = Op("*", Der(Var(top), (entry,)), total(entry))
        for letter in reversed(places):
            term = Big("sum", (letter.name,), None, term)
        whole = term if whole is None else Op("+", whole, term)
    assert whole is not None
    return Claim((total(Var(top)), whole), ("=",), None)
