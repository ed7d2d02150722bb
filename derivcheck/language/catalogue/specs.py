"""A function of the catalogue as a spec: one layer that applies it to tensors of its arguments."""

from __future__ import annotations

import difflib
import re

from derivcheck.diagnostics.diagnostic import DerivcheckError, Diagnostic
from derivcheck.language.catalogue.activations import ACTIVATIONS
from derivcheck.language.catalogue.elementary import WITH_A_JACOBIAN
from derivcheck.language.catalogue.functions import activations
from derivcheck.language.catalogue.layers import LAYERS
from derivcheck.language.catalogue.losses import LOSSES
from derivcheck.spec import Spec, read_spec


def function_names() -> tuple[str, ...]:
    """Every function that can be shown."""
    return (*(entry.name for entry in ACTIVATIONS), *(entry.name for entry in (*LAYERS, *LOSSES)), *_elementary())


def _elementary() -> dict[str, str]:
    """The elementary functions that are no activations, with what they are."""
    return {name: about for name, about in WITH_A_JACOBIAN.items() if name not in activations()}


def definition_parameters(spec: Spec) -> tuple[str, ...]:
    """The arguments of the function: the tensors that its spec declares."""
    return tuple(tensor.name.text for tensor in spec.tensors)


def function_spec(name: str, size: str, layout: str) -> tuple[Spec, str, str]:
    """(a spec with one layer that applies the function, its definition in words, the layer's name)."""
    lengths = _lengths(size)
    entrywise = activations()
    if name in entrywise or name in _elementary():
        square = len(lengths) == 2
        variable, output = ("Z", "A") if square else ("z", "a")
        sizes = dict(zip("nm", lengths, strict=False))
        given = entrywise[name].required if name in entrywise else ()
        operands = dict.fromkeys((variable, *given), "n m" if square else "n")
        spec = _spec(operands, f"{name}({', '.join(operands)})", output, layout, sizes)
        head = f"{name}({', '.join(('t', *given))})"
        said = f"{head} = {entrywise[name].formula}" if name in entrywise else f"{head}, {_elementary()[name]}"
        return spec, said, output
    found = next((d for d in (*LAYERS, *LOSSES) if d.name == name), None)
    if found is None:
        close = difflib.get_close_matches(name, function_names(), 1, 0.5)
        raise DerivcheckError(
            Diagnostic("DC605", f"unknown function `{name}`", help=close[0] if close else "derivcheck list")
        )
    inside = found.signature[found.signature.index("(") + 1 : -1]
    parameters = [p.partition("[") for p in re.split(r",\s*(?![^\[]*\])", inside)]
    defaults = dict(found.defaults)
    tensors: dict[str, str] = {}
    for stem, _, letters in parameters:
        if found.matrix:
            tensors[stem] = {"W": "m n", "x": "n", "b": "m"}[stem]
        elif letters:
            shown = dict(found.shown)
            tensors[stem] = " ".join(shown.get(letter, f"n_{letter}") for letter in letters.rstrip("]").split(","))
        elif stem not in defaults or stem in ("gamma", "beta"):
            tensors[stem] = "n" if name != "batch_norm" or stem != "z" else "N n"
    arguments = ", ".join(tensors)
    call = f"{name}({arguments}, N)" if name == "batch_norm" else f"{name}({arguments})"
    output = "p" if name in ("softmax",) else "L" if found in LOSSES else "h"
    if output in tensors:
        output = "out"
    definition = "; ".join(found.lines) or dict(found.matrix)["column"]
    return _spec(tensors, call, output, layout, {"n": lengths[0]} if lengths else {}), f"{call} = {definition}", output


def _lengths(size: str) -> tuple[int, ...]:
    if not size:
        return ()
    parts = size.lower().split("x")
    if len(parts) > 2 or not all(part.isdecimal() and 1 <= int(part) <= 12 for part in parts):
        raise DerivcheckError(Diagnostic("DC606", f"`{size}` is not a size", help="--size 3 or --size 2x2"))
    return tuple(int(part) for part in parts)


def _spec(tensors: dict[str, str], formula: str, output: str, layout: str, sizes: dict[str, int]) -> Spec:
    lines = [f"layout: {layout}", "vec: rows", "tensors:"]
    lines += [f"  {name}: {axes}" for name, axes in tensors.items()]
    lines += ["layers:", f"  {output}: '{formula}'"]
    if sizes:
        shown = ", ".join(f"{name}: {length}" for name, length in sizes.items())
        lines.append(f"numeric: {{sizes: {{{shown}}}}}")
    return read_spec("\n".join(lines), "<function>")
