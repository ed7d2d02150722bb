"""The functions of all entries along an axis: each binds a letter besides, `mean_i(x[i])` as `mean(x, n)`."""

from __future__ import annotations

from derivcheck.language.catalogue.layers import LAYERS
from derivcheck.language.catalogue.losses import LOSSES

OPERATIONS = ("sum", "mean", "prod", "max", "min", "norm")
DEFINED = (entry.name for entry in (*LAYERS, *LOSSES) if entry.over and entry.is_of_one)
BINDERS = frozenset((*OPERATIONS, *(name for name in DEFINED if "_" not in name)))  # the letter is behind the first one
