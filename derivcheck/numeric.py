"""Gradients of any function against finite differences: `from derivcheck.numeric import check_gradient`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from derivcheck.evidence.numeric.checked import GradientCheck
    from derivcheck.evidence.numeric.gradient_check import check_gradient

__all__ = ["GradientCheck", "check_gradient"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        # Loaded when it is used: whoever imports the package waits for no NumPy.
        from derivcheck.evidence.numeric import gradient_check

        return getattr(gradient_check, name)
    raise AttributeError(f"module `derivcheck.numeric` has no attribute `{name}`")
