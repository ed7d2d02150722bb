"""The derivative of the loss by whatever a spec names, derived when it is asked for."""

from __future__ import annotations

from pathlib import Path

from derivcheck.cli.editor.desk import Desk
from derivcheck.diagnostics.diagnostic import DerivcheckError
from derivcheck.graph.nodes import inside
from derivcheck.judging.proofreader import UnwrittenError
from derivcheck.pipeline.model import Gradient


def derivative(desk: Desk, path: Path, name: str) -> str | None:
    """`∂L/∂z1 = …` as a product of matrices and entry by entry; None where there is nothing to derive or to write."""
    subject = desk.subject(path)
    file = desk.files.get(subject) if subject is not None else None
    if file is None or desk.result(path) is None:
        return None
    memory = file.recollection.memory
    if memory is None or memory.panel is None or memory.panel.first.derivation is None:
        return None
    examiner = memory.panel.first
    stem = name.partition("[")[0]
    members = [tensor for tensor in examiner.network.tensors if tensor.name.partition("[")[0] == stem]
    special = {formula.name.text for formula in (*file.spec.layers, *file.spec.let)} if file.spec is not None else ()
    general = [one for one in members if one.name not in special]
    tensor = next((one for one in members if one.name == name), next(iter(general or members), None))
    if tensor is None:
        return None
    try:
        with inside(memory.world):
            gradient = Gradient(examiner, tensor)
            forms = [gradient.matrix.unicode] if gradient.matrix is not None else []
            return "\n".join(dict.fromkeys([*forms, gradient.index.unicode]))
    except (DerivcheckError, UnwrittenError):
        return None
