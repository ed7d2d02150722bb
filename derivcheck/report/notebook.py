"""Results as pieces of a notebook: HTML with its own style, and LaTeX."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from derivcheck.diagnostics.verdicts import HOLDS, ClaimResult, GradientResult
from derivcheck.judging.jacobian import JacobianResult
from derivcheck.judging.proofreader import UnwrittenError
from derivcheck.pipeline.model import Formula, Gradient, Model, Steps
from derivcheck.pipeline.results import FileResult, Report
from derivcheck.report.cards import claim_card, evidence, formula, gradient_card
from derivcheck.report.drawing import drawings
from derivcheck.report.evidence import numbers
from derivcheck.report.formulas import Formulas
from derivcheck.report.html import file_section, stylesheet
from derivcheck.report.markup import PAGE, Child, element, markup, math, styled
from derivcheck.report.tables import heat_map

RULE = re.compile(r"@[^{]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}|[^{}@]+\{[^{}]*\}")


def fragment(value: object) -> str:
    """What a notebook shows of a result. Raises TypeError for what is none."""
    if isinstance(value, Formula):
        return markup(_math(value, display=True))
    parts = list(_parts(value))
    return markup(element("div", styled(_rules(parts)), *parts, class_="derivcheck"))


def _rules(parts: list[Child]) -> str:
    """The rules of the style sheet that say something of these pieces, in as few characters as they need."""
    elements = [one for part in parts if isinstance(part, Element) for one in part.iter()]
    known = {name for one in elements for name in (one.tag, *(one.get("class") or "").split())}
    text = re.sub(r"/\*.*?\*/", "", stylesheet(), flags=re.DOTALL)
    kept = [rule for rule in RULE.findall(text) if _says_something(rule, known)]
    return re.sub(r"\s*([{};,])\s*|(:)\s+|\s+", lambda found: found[1] or found[2] or " ", "".join(kept)).strip()


def _says_something(rule: str, known: set[str]) -> bool:
    """Whether a rule is one of a piece as a whole, or of an element or a class that is there."""
    if rule.lstrip().startswith("@media print") or ".page" in rule.partition("{")[0]:
        return False
    if rule.lstrip().startswith("@"):
        return True
    selectors = rule.partition("{")[0].split(",")
    named = [set(re.findall(r"[A-Za-z][\w-]*", re.sub(r":[\w-]+|\[[^]]*\]", "", one))) for one in selectors]
    return any(names - {"derivcheck"} <= known for names in named)


def latex(value: object) -> str | None:
    """The LaTeX of a result that is one formula or several, between dollars."""
    source = _latex(value)
    return f"$\\displaystyle {source}$" if source else None


def _parts(value: object) -> Iterator[Child]:
    match value:
        case Model():
            yield from _model(value)
        case Gradient():
            yield _gradient(value)
        case Steps():
            yield _steps(value)
        case GradientResult():
            yield gradient_card(value, value.verdict in HOLDS, Formulas())
        case ClaimResult():
            yield claim_card(value, "\\" in value.text, Formulas())
        case FileResult():
            yield file_section(value)
        case Report():
            yield from (file_section(file) for file in value.files)
        case JacobianResult():
            yield from _jacobian(value)
        case _:
            raise TypeError(f"a `{type(value).__name__}` is no result")


def _latex(value: object) -> str | None:
    match value:
        case Formula():
            return value.latex
        case Gradient():
            return value.latex
        case Steps():
            lines = [value.formula(step) for step in value.lines]
            rows = [_aligned(line) for line in lines]
            return r"\begin{aligned} " + r" \\ ".join(rows) + r" \end{aligned}" if rows else None
        case GradientResult(of=of, wrt=wrt, forms=forms):
            left = f"d{of}/d{wrt}"
            if not forms.matrix and forms.letters:
                left += f"[{','.join(forms.letters)}]"
            return Formulas().latex(f"{left} = {forms.matrix or forms.index}")
        case ClaimResult():
            return Formulas().latex(value.reading or value.text)
        case JacobianResult():
            if value.matrix is None:
                return f"{value.entry.latex} = {value.index.latex}"
            return rf"\frac{{\partial {value.of}}}{{\partial {value.wrt}}} = {value.matrix.latex}"
    return None


def _aligned(line: Formula) -> str:
    """A line of a derivation, its relation under the one above."""
    sides = line.sides("latex")
    if sides is None or len(line.tree.sides) == 1:
        return f"&{line.latex}"
    return f"{sides[0]} &= {sides[1]}"


def _math(value: Formula, display: bool = False) -> Element:
    return math(value.tree, value.numbers, value.families, display)


def _model(model: Model) -> Iterator[Child]:
    yield element("p", element("strong", model.title or model.path))
    network = model.examiner.network
    pictures = drawings(network)
    if pictures:
        yield element("div", *(element("figure", picture) for picture in pictures), class_="pictures")
    if model.examiner.derivation is not None:
        yield from (_gradient(gradient) for gradient in model.gradients)


def _gradient(gradient: Gradient) -> Element:
    """Both forms; the verdict where it has been asked for already."""
    try:
        main, entries = gradient.matrix or gradient.index, gradient.index
    except UnwrittenError as problem:
        return element("p", f"no form could be written: {problem or 'it grows too large'}")
    known = gradient.__dict__.get("result")
    return element(
        "div",
        formula(_math(main)),
        evidence(
            ("entries", formula(_math(entries)) if gradient.matrix is not None and gradient.form.letters else None),
            ("matrices", formula(_math(gradient.slices)) if gradient.slices is not None else None),
            ("no matrix form", gradient.no_matrix if gradient.slices is None else None),
            ("shape", " × ".join(gradient.shape) or "scalar"),
            ("verdict", known.verdict if known is not None else ""),
        ),
        class_="card",
    )


def _steps(steps: Steps) -> Element:
    rows = [
        element("li", formula(_math(steps.formula(step))), element("span", step.rule, class_="rule"))
        for step in steps.lines
    ]
    return element("ol", *rows, class_="steps")


def _jacobian(result: JacobianResult) -> Iterator[Child]:
    formulas = Formulas(scalars=frozenset(name for name, _ in result.sizes))
    whole = f"d{result.of}/d{result.wrt}"
    yield element(
        "div",
        element("p", element("strong", result.definition)),
        formula(formulas.shown(f"{result.entry.plain} = {result.index.plain}")),
        formula(formulas.shown(f"{whole} = {result.matrix.plain}")) if result.matrix is not None else None,
        evidence(
            ("no matrix form", result.no_matrix),
            ("structure", ", ".join(result.structure)),
            ("verdict", result.verdict),
            ("differences", numbers(result.numeric, PAGE)),
        ),
        heat_map(result.numbers, f"∂{result.of}/∂{result.wrt}, {result.layout} layout", result.of, result.wrt),
        class_="card",
    )
