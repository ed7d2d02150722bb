"""derivcheck: derives the gradients of a neural network and judges the equations claimed for them.

The public names are loaded when they are first used, so that importing the package
costs nothing.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from derivcheck.assertions import assert_equation
    from derivcheck.jacobian import show as jacobian
    from derivcheck.model import load
    from derivcheck.network import build
    from derivcheck.verify import check_equation as check
    from derivcheck.verify import verify_file as verify

__all__ = ["assert_equation", "build", "check", "jacobian", "load", "verify"]

_WHERE = {
    "assert_equation": ("derivcheck.assertions", "assert_equation"),
    "load": ("derivcheck.model", "load"),
    "build": ("derivcheck.network", "build"),
    "verify": ("derivcheck.verify", "verify_file"),
    "check": ("derivcheck.verify", "check_equation"),
    "jacobian": ("derivcheck.jacobian", "show"),
}


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module `derivcheck` has no attribute `{name}`")
    module, attribute = _WHERE[name]
    return getattr(import_module(module), attribute)


def _public(name: str) -> property:
    return property(lambda package: __getattr__(name), lambda package, module: None)


# Importing the module `derivcheck.verify` would make it the attribute `verify`; the public name outranks it.
sys.modules[__name__].__class__ = type("Package", (ModuleType,), {name: _public(name) for name in _WHERE})
