"""Generated code is run by one module, which lets nothing through that is not generated."""

from __future__ import annotations

import numpy as np
import pytest

from derivcheck.forms.execution import RefusedError, executed


def test_what_is_generated_runs() -> None:
    text = (
        'import numpy as np\n\n\ndef f(x):\n    """Docstring."""\n    return np.einsum("i,i->", x, x), {"x": 2 * x}\n'
    )
    value, gradients = executed(text, {"np": np})["f"](np.array([1.0, 2.0]))
    assert value == 5 and gradients["x"].tolist() == [2, 4]


@pytest.mark.parametrize(
    "text",
    [
        "import os\nos.getcwd()",
        "__import__('os')",
        "open('x')",
        "x = 'text'",
        "x = Symbol.__class__",
        "x = Symbol('x', 'y')",
        "x = [i for i in (1, 2)]",
        "x = (lambda: 1)()",
        "x = f'{1}'",
        "x = float('1')",
        "class A: pass",
        "def f(x):\n    'one'\n    'two'\n    return x",
        "@f\ndef g(x): return x",
        "with f: pass",
    ],
)
def test_nothing_else_does(text: str) -> None:
    with pytest.raises((RefusedError, NameError)):
        executed(text, {"Symbol": str, "f": abs})
