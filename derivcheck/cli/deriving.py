"""Gradients derived and printed, line by line on request. The engine is imported inside, as everywhere here."""

from __future__ import annotations

from enum import Enum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from derivcheck.cli.files import output_of, sidecar_for
from derivcheck.cli.options import Ascii
from derivcheck.diagnostics.diagnostic import ContradictionError, DerivcheckError, Diagnostic
from derivcheck.diagnostics.incidents import isolated

if TYPE_CHECKING:
    from derivcheck.diagnostics.verdicts import GradientResult
    from derivcheck.forms.derivation import Style
    from derivcheck.judging.examiner import Examiner
    from derivcheck.judging.steps import StepStyle
    from derivcheck.language.network import Network
    from derivcheck.language.tensors import NamedTensor


class FormFormat(str, Enum):  # noqa: UP042
    text = "text"
    unicode = "unicode"
    latex = "latex"
    markdown = "markdown"
    numpy = "numpy"
    sympy = "sympy"


class StepStyleName(str, Enum):  # noqa: UP042
    entries = "index"  # the name `index` is a method of strings
    matrix = "matrix"
    differential = "differential"


class SlopeName(str, Enum):  # noqa: UP042
    value = "value"
    prime = "prime"


def derive(
    spec: Annotated[Path, typer.Argument(help="The spec file.")],
    wrt: Annotated[
        str, typer.Option("--wrt", metavar="W1,b1", help="The tensors or layers to derive by; by default every one.")
    ] = "",
    steps: Annotated[bool, typer.Option("--steps", help="Show the derivation line by line.")] = False,
    style: Annotated[
        StepStyleName | None, typer.Option("--style", help="The steps by entries, in matrices or by differentials.")
    ] = None,
    claim: Annotated[
        str, typer.Option("--claim", metavar="LABEL", help="Fill in what this claim of the spec skips, line by line.")
    ] = "",
    between: Annotated[
        tuple[int, int] | None,
        typer.Option("--between", metavar="3 4", help="Of a claimed derivation, between these two of its lines."),
    ] = None,
    format: Annotated[FormFormat, typer.Option("--format", help="How to write.")] = FormFormat.text,
    nested: Annotated[bool, typer.Option("--nested", help="In terms of the next layer's derivative.")] = False,
    closed: Annotated[bool, typer.Option("--closed", help="With the derivatives above put in.")] = False,
    slopes: Annotated[
        SlopeName, typer.Option("--slopes", help="Slopes by the function's value, a*(1 - a), or as sigmoid'(z).")
    ] = SlopeName.value,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write to a file: a document, or code.")
    ] = None,
    ascii: Ascii = False,
) -> int:
    """Derive gradients and print them in index form and in matrix form.

    `--format markdown` and `latex` write a document that `derivcheck verify` judges,
    `numpy` a function of the loss and its gradients that needs nothing but NumPy.
    """
    from derivcheck.judging.examiner import Examiner
    from derivcheck.language.network import build
    from derivcheck.report.derivation import Manner, write_derivation, write_steps
    from derivcheck.report.page import page_for
    from derivcheck.spec import load_spec

    declared = load_spec(spec)
    examiner = Examiner(build(declared), slopes=slopes.value)
    if claim or between is not None:
        from derivcheck.cli.filling import filled_in

        lines = filled_in(declared, examiner, claim, between)
        with output_of(output) as stream:
            write_steps(examiner.proofreader, lines, stream, page_for(stream, ascii_only=ascii))
        return 0
    if examiner.derivation is None:
        raise DerivcheckError(Diagnostic("DC609", f"`{spec}` declares no loss to derive", help="loss: {L: ...}"))
    chosen = list(examiner.network.parameters)
    if wrt:
        chosen = _tensors(examiner.network, wrt, spec)
    form: Style | None = "closed" if closed else "nested" if nested else None
    steps_in: StepStyle | None = style.value if style is not None else None
    if style is StepStyleName.differential and format in (FormFormat.markdown, FormFormat.latex):
        said = "what a line of differentials holds is said in words, and a document is judged formula by formula"
        raise DerivcheckError(Diagnostic("DC692", said, help="--style matrix, or --format text"))
    steps = steps or style is not None
    with output_of(output) as stream:
        page = page_for(stream, ascii_only=ascii)
        if format in (FormFormat.markdown, FormFormat.latex):
            from derivcheck.judging.exposition import Expositor
            from derivcheck.report.exposition import WRITERS

            exposition = Expositor(examiner, form, steps, steps_in).exposition(chosen)
            stream.write(WRITERS[format.value](exposition, sidecar_for(spec, output), page))
        elif format is FormFormat.numpy:
            from derivcheck.forms.source.function import numpy_source

            verdicts = {
                tensor.name: found.verdict
                for tensor in chosen
                if (found := isolated(partial(_sound, examiner, tensor), lambda bug: None)) is not None
            }
            sound = [tensor for tensor in chosen if tensor.name in verdicts]
            stream.write(numpy_source(examiner.network, sound, verdicts))
        else:
            write_derivation(examiner, chosen, stream, page, Manner(format.value, form, steps, steps_in))
    return 0


def _sound(examiner: Examiner, tensor: NamedTensor) -> GradientResult:
    """A gradient that nothing contradicts. Raises ContradictionError."""
    found = examiner.gradient(tensor)
    if found.problem is not None:
        raise ContradictionError(found.problem)
    return found


def _tensors(network: Network, wrt: str, spec: Path) -> list[NamedTensor]:
    """The tensors that `--wrt` names. Raises DerivcheckError (DC610)."""
    import difflib

    from derivcheck.spec.spelling import spelled

    known = {tensor.name: tensor for tensor in network.tensors}
    found = {}
    for name in map(str.strip, spelled(wrt).split(",")):
        if name not in known:
            alike = [other for other in known if other.casefold() == name.casefold()]
            close = alike or difflib.get_close_matches(name, known, 1, 0.4)
            raise DerivcheckError(
                Diagnostic(
                    "DC610",
                    f"`{spec}` has no tensor `{name}`",
                    notes=(("known", ", ".join(known)),),
                    help=f"--wrt {close[0]}" if close else "",
                )
            )
        found[name] = known[name]
    return list(found.values())
