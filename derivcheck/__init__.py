"""derivcheck: derives the gradients of a neural network and judges the equations claimed for them.

The public names are loaded when they are first used, so that importing the package
costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from derivcheck.assertions import assert_equation
    from derivcheck.jacobian import show as jacobian
    from derivcheck.network import build
    from derivcheck.spec import load_spec as load
    from derivcheck.verify import check_equation as check
    from derivcheck.verify import verify_file as verify

__all__ = ["assert_equation", "build", "check", "jacobian", "load", "verify"]

_WHERE = {
    "assert_equation": ("derivcheck.assertions", "assert_equation"),
    "load": ("derivcheck.spec", "load_spec"),
    "build": ("derivcheck.network", "build"),
    "verify": ("derivcheck.verify", "verify_file"),
    "check": ("derivcheck.verify", "check_equation"),
    "jacobian": ("derivcheck.jacobian", "show"),
}


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module `derivcheck` has no attribute `{name}`")
    from importlib import import_module

    module, attribute = _WHERE[name]
    return getattr(import_module(module), attribute)
