"""The graph in numbers: float64 that does not overflow, complex step, differences, and 50 digits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from derivcheck.numeric.checked import GradientCheck
    from derivcheck.numeric.gradient_check import check_gradient

__all__ = ["GradientCheck", "check_gradient"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        from derivcheck.numeric import gradient_check

        return getattr(gradient_check, name)
    raise AttributeError(f"module `derivcheck.numeric` has no attribute `{name}`")
