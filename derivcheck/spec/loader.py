"""A file or a text to a spec: its keys as they are declared, then what only the whole spec can tell."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from derivcheck.diagnostics.diagnostic import SourceText, Where
from derivcheck.spec.composition import compose
from derivcheck.spec.declarations import Binding, NamedFormula, Spec
from derivcheck.spec.document import Document, Reader, is_mapping, read_text
from derivcheck.spec.extension import extended
from derivcheck.spec.formulas import INDEXED, RANGE, is_letter
from derivcheck.spec.ignores import with_ignores
from derivcheck.spec.keys import SPEC
from derivcheck.spec.values import Subject

Declaring = TypeVar("Declaring", Spec, Binding)  # what declares layers, abbreviations and a loss


def load_spec(path: str | Path) -> Spec:
    """The spec in a file. Raises SpecError with file, line and column."""
    return read_spec(read_text(path), str(path))


def read_spec(text: str, path: str = "<string>") -> Spec:
    """The spec in a text. Raises SpecError with line and column."""
    document, root = compose(text, path)
    if not is_mapping(root):
        document.fail(
            "DC012",
            "a spec is a mapping with keys such as `tensors` and `layers`",
            document.of(root),
            "",
            "derivcheck init",
        )
    spec = _with_letters(document, extended(_declared(document, root), _declaration_of))
    if not spec.tensors and not spec.claims and spec.document is None:
        document.fail("DC023", "the spec declares no tensors", document.of(root), "", "tensors:\n  x: n")
    _refuse_shared_names(document, spec)
    return with_ignores(document, root, spec)


def _declared(document: Document, root: Any) -> Spec:
    """What a text declares, before anything is made of it."""
    found: Spec = SPEC.read(Reader(document), root, Subject("spec", root))
    return found


def _declaration_of(path: Path) -> Spec:
    """What the file declares that a spec extends. Raises SpecError."""
    document, root = compose(read_text(path), str(path))
    if not is_mapping(root):
        document.fail("DC012", "a spec is a mapping with keys such as `tensors` and `layers`", document.of(root))
    return _declared(document, root)


def _with_letters(document: Document, spec: Spec) -> Spec:
    """The letters of index formulas told from labels: a label is declared, or a number."""
    labels = {family.label for family in spec.families} | set(spec.depths)
    labels |= {end.text for family in spec.families for end in (family.first, family.last)}

    def told_apart(formula: NamedFormula) -> NamedFormula:
        match = INDEXED.fullmatch(formula.name.text)
        if not match:
            return formula
        ranges = [RANGE.fullmatch(part.strip()) for part in match[2].split(",")]
        letters = tuple(
            found[1] if found else part.strip() for found, part in zip(ranges, match[2].split(","), strict=True)
        )
        speaks = labels & set(re.findall(r"\w+", match[2]))
        if len(letters) == 1 and "[" not in match[1] and (speaks or not is_letter(letters[0])):
            return formula
        for k, letter in enumerate(letters):
            if not is_letter(letter) or letter in labels or letter in letters[:k]:
                rest = ",".join(letters[1:]) if k == 0 and letter in labels else ""
                advice = f"{match[1]}[{letter}][{rest}]" if rest else f"{match[1]}[i,j]"
                message = f"`{letter}` is not an index of its own in `{formula.name.text}`"
                document.fail("DC024", message, formula.name.where(), "", advice)
        ends = tuple(found[2] if found else "" for found in ranges)
        return replace(formula, name=replace(formula.name, text=match[1]), letters=letters, ends=ends)

    def apart(one: Declaring) -> Declaring:
        layers, let = tuple(map(told_apart, one.layers)), tuple(map(told_apart, one.let))
        return replace(one, layers=layers, let=let, loss=None if one.loss is None else told_apart(one.loss))

    if spec.document is not None:
        changes, bindings = (tuple(map(apart, some)) for some in (spec.document.changes, spec.document.bindings))
        spec = replace(spec, document=replace(spec.document, changes=changes, bindings=bindings))
    return apart(spec)


def _refuse_shared_names(document: Document, spec: Spec) -> None:
    seen: dict[str, tuple[str, Where]] = {}
    groups: list[tuple[str, list[SourceText]]] = [
        ("tensor", [t.name for t in spec.tensors]),
        ("layer", [f.name for f in spec.layers]),
        ("loss", [spec.loss.name] if spec.loss else []),
        ("abbreviation", [f.name for f in spec.let]),
    ]
    for kind, names in groups:
        for name in names:
            if name.text in seen:
                first_kind, first = seen[name.text]
                document.fail(
                    "DC026",
                    f"`{name.text}` names a {first_kind} already",
                    name.where(),
                    "",
                    "",
                    (("first", f"line {first.line}"),),
                )
            seen[name.text] = (kind, name.where())
    for tensor in spec.tensors:
        for axis in tensor.axes:
            if axis.text in seen:
                document.fail(
                    "DC027",
                    f"`{axis.text}` names both a dimension and a {seen[axis.text][0]}",
                    axis.where(),
                    "",
                    f"rename the dimension, for example n_{axis.text}",
                )
