"""What `derivcheck init --example` writes: in a checkout it lies under `specs`, in a wheel beside this module."""

from __future__ import annotations

from enum import Enum
from importlib.resources import files
from pathlib import Path


class Example(str, Enum):  # noqa: UP042 - Typer reads the values
    mlp = "mlp"
    attention = "attention"
    batch_norm = "batch_norm"
    layer_norm = "layer_norm"
    convolution = "convolution"
    recurrent = "recurrent"
    homework = "homework"
    document = "document"


FILES: dict[str, tuple[str, ...]] = {
    "mlp": ("mlp.yaml",),
    "attention": ("networks/attention.yaml",),
    "batch_norm": ("networks/batch_norm.yaml",),
    "layer_norm": ("networks/layer_norm.yaml",),
    "convolution": ("networks/conv1d.yaml",),
    "recurrent": ("sequence/bptt.yaml",),
    "homework": ("homework/backpropagation.yaml", "homework/answers.csv"),
    "document": ("documents/backward_pass.md", "documents/backward_pass.derivcheck.yaml"),
}


def texts(example: str) -> dict[str, str]:
    """The files of an example, by the names that they get."""
    packed = files("derivcheck.cli") / "examples"
    folder = packed if packed.is_dir() else Path(__file__).parents[2] / "specs"
    return {Path(name).name: (folder / name).read_text(encoding="utf-8") for name in FILES[example]}


def next_command(example: str) -> str:
    """What can be done with its files."""
    names = [Path(name).name for name in FILES[example]]
    return f"derivcheck grade {' '.join(names)}" if example == "homework" else f"derivcheck verify {names[0]}"
