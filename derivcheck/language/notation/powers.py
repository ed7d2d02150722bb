"""Powers of matrices, written out."""

from __future__ import annotations

from derivcheck.language.notation.syntax import Binary, Call, Expression, Negate, Number

LARGEST = 9


def matrix_power(base: Expression, exponent: Expression) -> Expression | None:
    """`X @ X` for a base X and the exponent 2, `inv(X) @ inv(X)` for -2; None where the exponent is no such number."""
    negative = isinstance(exponent, Negate)
    number = exponent.operand if isinstance(exponent, Negate) else exponent
    if not isinstance(number, Number) or number.value.denominator != 1:
        return None
    count = int(number.value)
    if not (1 if negative else 2) <= count <= LARGEST:
        return None
    span = base.span.to(exponent.span)
    factor: Expression = Call("inv", (base,), 0, span) if negative else base
    product = factor
    for _ in range(count - 1):
        product = Binary("@", product, factor, span)
    return product
