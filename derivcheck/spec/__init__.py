"""The YAML spec: text to frozen declarations, every value with its line and column."""

from derivcheck.spec.declarations import (
    ClaimDeclaration,
    Fact,
    Family,
    FunctionDeclaration,
    NamedFormula,
    NumericSettings,
    Spec,
    TensorDeclaration,
)
from derivcheck.spec.loader import load_spec, read_spec

__all__ = [
    "ClaimDeclaration",
    "Fact",
    "Family",
    "FunctionDeclaration",
    "NamedFormula",
    "NumericSettings",
    "Spec",
    "TensorDeclaration",
    "load_spec",
    "read_spec",
]
