"""Which checker catches which mistake, and which accuses the innocent: one table, one run.

Every checker is used as its documentation shows it, with its default tolerances; SciPy's
`check_grad` returns a number, and 1e-6 is what its users compare it with.

Run: python tests/benchmarks/bench_power.py        (peers: the extra `peers`; a missing one is left out)
"""

from __future__ import annotations

import contextlib
import io
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent))
from gradient_scenarios import Function, models, mutants, scenarios
from measures import Measures, count, offered

Checker = Callable[[Function, Function, Any], str]  # "right", "wrong" or "cannot tell"


def derivcheck_auto(f: Function, grad: Function, x: Any) -> str:
    from derivcheck.numeric import check_gradient

    result = check_gradient(f, grad, x)
    return {"differs": "wrong", "cannot_tell": "cannot tell"}.get(result.verdict, "right")


def derivcheck_differences(f: Function, grad: Function, x: Any) -> str:
    from derivcheck.numeric import check_gradient

    result = check_gradient(f, grad, x, scheme="differences")
    return {"differs": "wrong", "cannot_tell": "cannot tell"}.get(result.verdict, "right")


def torch_gradcheck(f: Function, grad: Function, x: Any) -> str:
    import torch

    class Wrapped(torch.autograd.Function):
        @staticmethod
        def forward(context: Any, point: Any) -> Any:
            context.save_for_backward(point)
            return torch.as_tensor(np.asarray(f(point.detach().numpy())), dtype=point.dtype)

        @staticmethod
        def backward(context: Any, up: Any) -> Any:
            (point,) = context.saved_tensors
            return torch.as_tensor(np.asarray(grad(point.detach().numpy())), dtype=point.dtype) * up

    return (
        "right"
        if torch.autograd.gradcheck(Wrapped.apply, (torch.tensor(x, requires_grad=True),), raise_exception=False)
        else "wrong"
    )


def scipy_check_grad(f: Function, grad: Function, x: Any) -> str:
    import scipy.optimize

    return "right" if scipy.optimize.check_grad(f, grad, x) < 1e-6 else "wrong"


def jax_check_grads(f: Function, grad: Function, x: Any) -> str:
    import jax
    from jax.test_util import check_vjp

    jax.config.update("jax_enable_x64", True)

    def vjp(point: Any) -> Any:
        return np.asarray(f(np.asarray(point))), lambda up: (np.asarray(grad(np.asarray(point))) * np.asarray(up),)

    try:
        check_vjp(lambda point: np.asarray(f(np.asarray(point)), dtype=np.asarray(point).dtype), vjp, (x,))
    except AssertionError:
        return "wrong"
    return "right"


def openmdao_complex_step(f: Function, grad: Function, x: Any) -> str:
    import openmdao.api as om

    class Component(om.ExplicitComponent):
        def setup(self) -> None:
            self.add_input("x", np.array(x, dtype=float))
            self.add_output("y", 0.0)
            self.declare_partials("y", "x", method="exact")

        def compute(self, inputs: Any, outputs: Any) -> None:
            outputs["y"] = f(inputs["x"])

        def compute_partials(self, inputs: Any, partials: Any) -> None:
            partials["y", "x"] = np.asarray(grad(np.real(inputs["x"]))).reshape(1, -1)

    problem = om.Problem(reports=False)
    problem.model.add_subsystem("c", Component(), promotes=["*"])
    problem.setup(force_alloc_complex=True)
    problem.set_val("x", np.array(x, dtype=float))
    problem.run_model()
    with contextlib.redirect_stdout(io.StringIO()):
        data = problem.check_partials(method="cs", out_stream=None, compact_print=True)
    entry = data["c"]["y", "x"]
    difference = float(np.max(np.abs(entry["J_fwd"] - entry["J_fd"])))
    # OpenMDAO's assert_check_partials: absolute and relative tolerance 1e-6.
    size = float(np.max(np.abs(entry["J_fd"])))
    return "right" if difference <= 1e-6 or (size and difference / size <= 1e-6) else "wrong"


CHECKERS: dict[str, Checker] = {
    "derivcheck": derivcheck_auto,
    "derivcheck, differences": derivcheck_differences,
    "torch gradcheck": torch_gradcheck,
    "scipy check_grad < 1e-6": scipy_check_grad,
    "jax check_vjp": jax_check_grads,
    "openmdao complex step": openmdao_complex_step,
}


def asked(checker: Checker, f: Function, grad: Function, x: Any) -> str:
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            return checker(f, grad, x)
        except ImportError:
            raise
        except Exception as problem:
            return type(problem).__name__


def measures(quick: bool) -> Measures:
    wrong = [(model, grad) for model in models() for _, grad in mutants(model)]
    hard = scenarios()
    for name, checker in list(CHECKERS.items())[: 1 if quick else 2]:
        caught = sum(asked(checker, model.f, grad, model.x) == "wrong" for model, grad in wrong)
        alarms = sum(asked(checker, one.f, one.grad, one.x) not in ("right", "cannot tell") for one in hard)
        yield count(f"{name}: mutants caught", caught, "higher", f"of {len(wrong)} mutants")
        yield count(f"{name}: false alarms", alarms, "lower", f"at {len(hard)} hard points")


def main() -> None:
    wrong = [(model, name, grad) for model in models() for name, grad in mutants(model)]
    hard = scenarios()
    print(
        f"{len(wrong)} mutants at easy points, {len(hard)} correct gradients at hard points, a gross mutant of each\n"
    )
    print(f"{'':<26}{'caught':>8}{'false alarms':>14}{'not told':>10}{'gross caught':>14}{'not told':>10}")
    for name, checker in CHECKERS.items():
        try:
            caught = sum(asked(checker, m.f, g, m.x) == "wrong" for m, _, g in wrong)
            answers = [asked(checker, s.f, s.grad, s.x) for s in hard]
            gross = [asked(checker, s.f, s.mutant, s.x) for s in hard]
        except ImportError:
            print(f"{name:<26}{'not installed':>20}")
            continue
        alarms = sum(a not in ("right", "cannot tell") for a in answers)
        told = sum(a not in ("right", "cannot tell") for a in gross)
        print(
            f"{name:<26}{caught:>8}{alarms:>14}{answers.count('cannot tell'):>10}"
            f"{told:>14}{gross.count('cannot tell'):>10}"
        )
        for scenario, answer in zip(hard, answers, strict=True):
            if answer not in ("right", "cannot tell") and "-v" in sys.argv:
                print(f"    accuses: {scenario.name} ({answer})")
        for scenario, answer in zip(hard, gross, strict=True):
            if answer == "right" and "-v" in sys.argv:
                print(f"    misses the gross mutant of: {scenario.name}")


if __name__ == "__main__":
    offered(main, measures)
