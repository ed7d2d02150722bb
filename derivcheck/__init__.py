"""derivcheck: derives the gradients of a neural network and judges the equations claimed for them.

The public names are loaded when they are first used, so that importing the package
costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

from derivcheck.diagnostics import display

if TYPE_CHECKING:
    from derivcheck.cli.assertions import assert_equation
    from derivcheck.judging.jacobian import show as jacobian
    from derivcheck.language.network import build
    from derivcheck.pipeline.model import load
    from derivcheck.pipeline.verification import check_equation as check
    from derivcheck.pipeline.verification import verify_file as verify

__all__ = ["assert_equation", "build", "check", "jacobian", "load", "verify"]

_WHERE = {
    "assert_equation": ("derivcheck.cli.assertions", "assert_equation"),
    "load": ("derivcheck.pipeline.model", "load"),
    "build": ("derivcheck.language.network", "build"),
    "verify": ("derivcheck.pipeline.verification", "verify_file"),
    "check": ("derivcheck.pipeline.verification", "check_equation"),
    "jacobian": ("derivcheck.judging.jacobian", "show"),
}


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module `derivcheck` has no attribute `{name}`")
    module, attribute = _WHERE[name]
    return getattr(import_module(module), attribute)


def load_ipython_extension(shell: Any) -> None:
    """What `%load_ext derivcheck` calls in a notebook."""
    import_module("derivcheck.cli.magics").register(shell)


def _writer() -> display.Writer:
    return cast(display.Writer, import_module("derivcheck.report.notebook"))


display.register(_writer)
