"""What reads well in a notebook: a spec that can be asked, and results that show themselves."""

from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path
from xml.etree.ElementTree import fromstring

import pytest
import samples
from pages import PAYLOADS, Harmless, verified

import derivcheck
from derivcheck.diagnostics.diagnostic import DerivcheckError, Diagnostic
from derivcheck.diagnostics.display import Displayed
from derivcheck.diagnostics.verdicts import ClaimResult, Forms, GradientResult
from derivcheck.language.notation.parser import parse_equation
from derivcheck.pipeline.model import Formula, Gradient, Model, Steps
from derivcheck.pipeline.results import FileResult, Report
from derivcheck.spec import Spec, load_spec

ROOT = Path(__file__).parents[2]
MLP = ROOT / "specs" / "mlp.yaml"


@pytest.fixture(scope="module")
def model() -> Model:
    return derivcheck.load(MLP)


def test_the_sentence_of_the_documentation(model: Model) -> None:
    assert str(derivcheck.load(MLP).derive("W1").matrix) == "dL/dW1 = ((W2.T @ delta2) * a1 * (1 - a1)) @ x.T"
    gradient = model.derive("W1")
    assert isinstance(gradient, Gradient) and isinstance(gradient.matrix, Formula)
    assert repr(gradient.matrix) == repr(gradient) == "∂L/∂W1 = (W2ᵀ δ2 ⊙ a1 ⊙ (1 − a1)) xᵀ"
    assert (
        gradient.latex
        == r"\frac{\partial L}{\partial W_{1}} = (W_{2}^{\top} \, \delta_{2} \odot a_{1} \odot (1 - a_{1})) \, x^{\top}"
    )
    assert gradient.verdict == "proved" and gradient.shape == ("n1", "n0")
    assert str(gradient.index).startswith("dL/dW1[i,j] = ")


def test_every_form_is_proved_by_asking_the_model(model: Model) -> None:
    for gradient in model.gradients:
        for formula in (gradient.index, gradient.matrix):
            assert formula is not None
            assert model.check(str(formula)).verdict == "proved"
            assert model.check(formula.latex).verdict == "proved"
            assert parse_equation(str(formula)).sides[-1] == formula.right


def test_steps_can_be_counted_and_read(model: Model) -> None:
    steps = model.derive("z2").steps
    assert isinstance(steps, Steps)
    assert len(steps) == len(list(steps)) and steps[0].rule == "derivative of cross entropy"
    assert repr(steps).splitlines()[-1] == "∂L/∂z2 = p − y    # in matrix form"
    assert (steps._repr_latex_() or "").count(r"\\") == len(steps) - 1


def test_a_loss_by_itself_is_one(model: Model) -> None:
    gradient = model.derive("L")
    assert str(gradient.index) == "dL/dL = 1" and gradient.verdict == "proved" and not gradient.result.notes


def test_what_vanishes_is_zero_and_not_a_product_with_zero(tmp_path: Path) -> None:
    file = tmp_path / "zero.yaml"
    file.write_text("tensors: {W: n m, x: m}\nlayers: {z: W @ x, p: softmax(z)}\nloss: {L: sum(p)}\n")
    model = derivcheck.load(file)
    assert [str(gradient.matrix) for gradient in model.gradients] == ["dL/dW = 0", "dL/dx = 0"]
    assert [gradient.verdict for gradient in model.verify().gradients] == ["proved", "proved"]
    assert [str(model.derive("x").steps.formula(step)) for step in model.derive("x").steps][-1] == "dL/dx = 0"


def test_no_matrix_form_is_none_with_a_reason() -> None:
    gradient = derivcheck.load(ROOT / "specs" / "networks" / "conv1d.yaml").derive("w")
    assert gradient.matrix is None and gradient.no_matrix
    assert repr(gradient) == repr(gradient.index) and gradient.latex == gradient.index.latex


def test_unknown_names_and_missing_losses_are_errors(model: Model) -> None:
    with pytest.raises(DerivcheckError) as problem:
        model.derive("W3")
    assert problem.value.diagnostic.code == "DC610" and problem.value.diagnostic.help == 'derive("W2")'
    with pytest.raises(DerivcheckError, match="DC609"):
        derivcheck.load(ROOT / "specs" / "known" / "matrix_calculus.yaml").derive("A")


def test_a_model_is_a_spec_for_everything_else(model: Model) -> None:
    assert isinstance(model, Spec)
    assert all(getattr(model, name) == getattr(load_spec(MLP), name) for name in Spec.__slots__)
    assert derivcheck.build(model).named("W1").name == "W1"
    assert derivcheck.check("dL/dz2 = p - y", model).verdict == "proved"
    assert model.verify() == derivcheck.verify(MLP)
    assert pickle.loads(pickle.dumps(model.verify())) == model.verify()
    assert repr(model) == f"<{MLP}: L of x, W1, b1, W2, b2, y; 4 layers, 5 claims>"


def test_public_functions_outrank_the_modules_of_their_names() -> None:
    program = (
        "import derivcheck.pipeline.verification, derivcheck.judging.jacobian\n"
        f"for _ in 'ab': assert derivcheck.verify({str(MLP)!r}).exit_code == 0\n"
        "assert derivcheck.jacobian('tanh').verdict == 'proved'\n"
        "assert callable(derivcheck.verify) and callable(derivcheck.jacobian)\n"
        "try: derivcheck.nothing\n"
        "except AttributeError as problem: assert 'nothing' in str(problem)\n"
        "else: raise AssertionError"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=False)
    assert result.returncode == 0, result.stderr


def test_results_load_no_reports_until_they_are_asked() -> None:
    program = (
        "import sys, derivcheck\n"
        "assert not {'sympy', 'numpy', 'derivcheck.pipeline.verification'} & set(sys.modules)\n"
        f"model = derivcheck.load({str(MLP)!r}); str(model.derive('W1').matrix)\n"
        "assert 'derivcheck.report.html' not in sys.modules\n"
        "model.derive('W1')._repr_html_()\n"
        "assert 'derivcheck.report.html' in sys.modules"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=False)
    assert result.returncode == 0, result.stderr


# --- in a notebook --------------------------------------------------------------------------


def check_fragment(value: Displayed) -> str:
    """A piece that is well-formed, and that neither runs nor fetches anything."""
    text = value._repr_html_()
    root = fromstring(text)
    assert root.tag == "math" or root.get("class") == "derivcheck"
    Harmless().feed(text)
    assert not [node for node in root.iter() if node.get("id")]  # a notebook holds many pieces
    return " ".join("".join(root.itertext()).split())


def displayed(model: Model) -> list[Displayed]:
    gradient = model.derive("W2")
    claim = model.check("dL/dW2 = (y - p) @ a1.T")
    return [
        model,
        gradient,
        gradient.index,
        gradient.steps,
        gradient.result,
        claim,
        model.verify(),
        Report((model.verify(),)),
        derivcheck.jacobian("softmax"),
    ]


def test_every_result_shows_itself(model: Model) -> None:
    for value in displayed(model):
        assert len(check_fragment(value)) > 10
        latex = value._repr_latex_()
        if isinstance(value, Model | FileResult | Report):
            assert latex is None
        else:
            assert latex is not None and latex.startswith("$") and latex.endswith("$")
            assert latex.count("{") == latex.count("}")


def test_a_claim_shows_its_diagnosis(model: Model) -> None:
    claim = model.check("dL/dW2 = (y - p) @ a1.T")
    shown = check_fragment(claim)
    assert "refuted" in shown and "DC202" in shown and "^^^^^^^ sign" in shown
    assert repr(claim) == "<equation: dL/dW2 = (y - p) @ a1.T: refuted (DC202 the sign is wrong)>"


def test_what_cannot_be_shown_is_refused() -> None:
    class Other(Displayed):
        pass

    with pytest.raises(TypeError, match="Other"):
        Other()._repr_html_()


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_text_becomes_markup_in_a_notebook(payload: str) -> None:
    file = verified(payload)
    diagnosis = Diagnostic("DC203", payload, None, payload, (("derived", payload),), payload)
    gradient = GradientResult(
        payload,
        payload,
        (payload,),
        Forms(payload, payload, payload, latex=payload),
        "proved",
        samples.PROVED,
        samples.AGREES,
        (payload,),
        (payload,),
    )
    claim = ClaimResult(payload, payload, None, "refuted", "", False, diagnosis=diagnosis, reading=payload)
    for value in (file, *file.claims, gradient, claim, Report((file,))):
        check_fragment(value)
        assert "<" not in (value._repr_latex_() or "")
    if file.error is None:
        assert file.spec is not None
        check_fragment(Model(**{name: getattr(file.spec, name) for name in Spec.__slots__}))
