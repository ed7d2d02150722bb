"""NumPy source that is written from the derived graph: it runs, it agrees, and it reads well."""

from __future__ import annotations

import functools
import inspect
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from test_cli import derivcheck
from test_shipped_specs import ROOT
from test_shipped_specs import SPECS as FILES

from derivcheck.derivation import NamedTensor
from derivcheck.diagnostics import UnsupportedError
from derivcheck.examiner import Examiner
from derivcheck.graph import Input
from derivcheck.network import build, depths
from derivcheck.numeric.program import Program
from derivcheck.numeric.sampling import sample
from derivcheck.source.function import numpy_source
from derivcheck.source.identifiers import Identifiers
from derivcheck.spec import load_spec, read_spec

WITH_LOSS = [str(path.relative_to(ROOT)) for path in FILES if load_spec(path).loss is not None]
OPAQUE = [path for path in WITH_LOSS if "opaque(" in (ROOT / path).read_text()]
WRITTEN = [path for path in WITH_LOSS if path not in OPAQUE]
MLP = "specs/mlp.yaml"


@functools.cache
def examiner(path: str) -> Examiner:
    spec = load_spec(ROOT / path)
    return Examiner(build(spec, depths(spec)[0]))


def run(source: str, namespace: dict[str, Any] | None = None) -> Any:
    """The function that a source defines."""
    scope: dict[str, Any] = dict(namespace or {})
    if namespace is not None:
        source = source.replace("import numpy as np\n", "")
    exec(compile(source, "<generated>", "exec"), scope)
    return scope["loss_and_gradients"]
