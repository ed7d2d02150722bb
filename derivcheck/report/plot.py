"""Drawings for people who would rather look: error against step size, and where a claimed tensor is wrong.

Needs matplotlib, the extra `plot`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from derivcheck.diagnostics.diagnostic import DerivcheckError, Diagnostic
from derivcheck.evidence.numeric.differences import EPSILON, Ladder, Quotients, ladder
from derivcheck.evidence.numeric.program import Program
from derivcheck.evidence.numeric.sampling import finite_run
from derivcheck.evidence.numeric.survey import Surveyor, laid_out
from derivcheck.judging.examiner import Examiner
from derivcheck.judging.settings import Measuring
from derivcheck.language.network import build, depths
from derivcheck.report.arrays import Disagreement, disagreements
from derivcheck.spec import load_spec

MOST = 6
COLUMNS = 3


@dataclass(frozen=True, slots=True)
class Curve:
    """Differences along one random direction, on every rung, against the derived slope."""

    title: str
    rungs: Ladder
    chosen: Quotients
    derived: float


def require_plotting(path: Path) -> None:
    """Raises DerivcheckError: DC616 for a name that is no picture's, DC615 without matplotlib."""
    if path.suffix not in (".svg", ".png"):
        raise DerivcheckError(Diagnostic("DC616", f"`{path}` is not a .svg or .png file", help="--plot errors.svg"))
    if find_spec("matplotlib") is None:
        raise DerivcheckError(Diagnostic("DC615", "plots need matplotlib", help="pip install 'derivcheck-nn[plot]'"))


def draw(files: Sequence[Path], path: Path, measuring: Measuring, seed: int | None) -> None:
    """One picture of the first gradients and refuted claims of the specs; those that cannot be read are left out."""
    panels: list[Curve | Disagreement] = []
    for file in files:
        try:
            spec = load_spec(file)
            examiner = Examiner(build(spec, depths(spec)[0]), seed, measuring)
            panels += [*_curves(examiner), *_disagreements(examiner)]
        except DerivcheckError:
            continue
    _paint(panels, path)


def _curves(examiner: Examiner) -> Iterator[Curve]:
    derivation, network = examiner.derivation, examiner.network
    if derivation is None:
        return
    sizes = {**network.sizes, **examiner.measuring.sizes}
    for tensor in network.parameters[:MOST]:
        adjoint = derivation.adjoints.get(tensor.node)
        if adjoint is None:
            continue
        output = derivation.output.node
        program = Program([adjoint, output, tensor.node], seed=examiner.seed)
        values, (slope, value, at) = finite_run(program, sizes, network.facts, examiner.seed)
        surveyor = Surveyor(output, tensor.node, {**values, tensor.node: at}, sizes, examiner.seed)
        direction = surveyor.directions(1)
        derived = float(np.sum(laid_out(slope, tensor.node.axes, sizes) * direction[0]))
        rungs, chosen = _ladder(surveyor, direction, float(np.max(np.abs(np.asarray(value.array)))))
        yield Curve(f"d{derivation.output.name}/d{tensor.name}", rungs, chosen, derived)


def _ladder(surveyor: Surveyor, direction: Any, value: float) -> tuple[Ladder, Quotients]:
    unit = float(np.sqrt(np.mean(surveyor.base**2))) or 1.0
    return ladder(
        lambda steps: np.real(surveyor.along(direction, float(steps[0]))), np.array([unit]), 4 * EPSILON * value
    )


def _disagreements(examiner: Examiner) -> Iterator[Disagreement]:
    count = 0
    for claim in examiner.network.spec.claims:
        if claim.text is None or claim.notation != "plain" or claim.quantifier is not None:
            continue
        try:
            local = examiner.for_claim(claim)
        except DerivcheckError:
            continue
        for found in disagreements(local, claim.id, claim.text.text):
            count += 1
            yield found
            if count == MOST:
                return


def _paint(panels: Sequence[Curve | Disagreement], path: Path) -> None:
    # An extra, and slow to load.
    import matplotlib

    matplotlib.use("Agg")
    matplotlib.rcParams["svg.hashsalt"] = "derivcheck"  # the same bytes every time
    from matplotlib import pyplot  # reads what has just been set

    rows = max(1, -(-len(panels) // COLUMNS))
    figure, axes = pyplot.subplots(
        rows, COLUMNS, figsize=(4.2 * COLUMNS, 3.2 * rows), squeeze=False, layout="constrained"
    )
    for place, axis in enumerate(axes.flat):
        if place >= len(panels):
            axis.set_axis_off()
            continue
        match panels[place]:
            case Curve() as curve:
                _paint_curve(axis, curve)
            case Disagreement() as disagreement:
                _paint_disagreement(figure, axis, disagreement)
    beside = path.with_name(f".{path.stem}.part{path.suffix}")
    try:
        figure.savefig(beside, metadata={"Date": None} if path.suffix == ".svg" else None)
        beside.replace(path)
    except OSError as problem:
        beside.unlink(missing_ok=True)
        raise DerivcheckError(Diagnostic("DC613", f"`{path}` cannot be written: {problem.strerror}")) from None
    finally:
        pyplot.close(figure)


def _paint_curve(axis: Any, curve: Curve) -> None:
    scale = abs(curve.derived) or 1.0
    steps = curve.rungs.steps[:, 0]
    error = np.abs(curve.rungs.values[:, 0] - curve.derived) / scale
    axis.loglog(steps, np.maximum(error, 1e-17), "o-", label="error of the differences")
    axis.loglog(steps, curve.rungs.bars[:, 0] / scale, ":", label="estimated")
    axis.axvline(float(curve.chosen.step[0]), color="0.5", linewidth=1, label="chosen step")
    axis.axhline(float(curve.chosen.bar[0]) / scale, color="tab:red", linewidth=1, label="bar")
    axis.set_title(curve.title, fontsize=10)
    axis.set_xlabel("step")
    axis.set_ylabel("relative error")
    axis.legend(fontsize=7)


def _paint_disagreement(figure: Any, axis: Any, disagreement: Disagreement) -> None:
    limit = float(np.max(np.abs(disagreement.array))) or 1.0
    image = axis.imshow(disagreement.array, cmap="RdBu", vmin=-limit, vmax=limit)
    axis.set_title(f"{disagreement.title}: claimed - derived, relative", fontsize=9, parse_math=False)
    rows, columns = disagreement.array.shape
    axis.set_xticks(range(columns), [str(k + 1) for k in range(columns)])
    axis.set_yticks(range(rows), [str(k + 1) for k in range(rows)])
    figure.colorbar(image, ax=axis, shrink=0.8)
