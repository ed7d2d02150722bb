"""The fields of a spec: nodes to declarations."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from derivcheck.diagnostics.diagnostic import SourceText, Where
from derivcheck.spec.declarations import (
    FACTS,
    VERDICTS,
    ClaimDeclaration,
    Fact,
    Family,
    FunctionDeclaration,
    NamedFormula,
    NumericSettings,
    Spec,
    TensorDeclaration,
)
from derivcheck.spec.document import Reader, close_match, compose, is_mapping, is_null, is_sequence, read_text
from derivcheck.spec.ignores import with_ignores
from derivcheck.spec.sidecar import read_document

KEYS = (
    "title",
    "source",
    "vectors",
    "layout",
    "vec",
    "tensors",
    "functions",
    "families",
    "depths",
    "layers",
    "loss",
    "let",
    "symbols",
    "macros",
    "document",
    "claims",
    "numeric",
)
CLAIM_KEYS = ("claim", "latex", "steps", "expect", "code", "note", "for", "let", "given")
RESERVED = frozenset({"if", "else", "where", "and", "or", "pi"})
NAME = re.compile(r"[^\W\d]\w*(\[[^\[\]]+\])?")
INDEXED = re.compile(r"([^\W\d]\w*(?:\[[^\[\]]+\])?)\[([^\[\]]+)\]")
NO_NUMBER = re.compile(r"[²³¹⁰-⁹①-⓿]|(?<!\w)[₀-₉]")  # digits to `\w` that are none to `int`
LETTER = re.compile(r"[^\W\d]\w*")
FUNCTION = re.compile(r"([^\W\d]\w*)\s*(?:\(([^()]*)\))?")
AXIS = re.compile(r"(?:[^\s\[\]]|\[[^\[\]]*\])+")
MAXIMAL_SIZE = 4096


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
    return SpecReader(Reader(document)).spec(root)


class SpecReader:
    """One method per field."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader

    def spec(self, root: Any) -> Spec:
        lines = self.reader.document.lines
        spec = Spec(self.reader.document.path, lines=lines)
        fields: dict[str, Callable[[Any], Any]] = {
            "title": lambda node: self.reader.text(node, "title").text,
            "source": lambda node: self.reader.text(node, "source").text,
            "vectors": lambda node: self.reader.choice(node, "vectors", ("column", "row")),
            "layout": lambda node: self.reader.choice(node, "layout", ("mixed", "numerator", "denominator")),
            "vec": lambda node: self.reader.choice(node, "vec", ("columns", "rows")),
            "tensors": self.tensors,
            "functions": self.functions,
            "families": self.families,
            "depths": self.depths,
            "layers": lambda node: self.formulas(node, "layers"),
            "loss": self.loss,
            "let": lambda node: self.formulas(node, "let"),
            "symbols": lambda node: self.spellings(node, "symbols"),
            "macros": lambda node: self.spellings(node, "macros"),
            "document": lambda node: read_document(self, node),
            "claims": self.claims,
            "numeric": self.numeric,
        }
        found: dict[str, Any] = {}
        for name, key, value in self.reader.pairs(root, "spec"):
            if name not in fields:
                self.reader.unknown_key(key, name, "the spec", KEYS)
            if is_null(value):
                if value.start_mark.index < value.end_mark.index or name not in ("claims", "let", "symbols", "macros"):
                    self.reader.fail("DC022", f"`{name}` has no value", key)
                continue
            found[name] = fields[name](value)
        spec = self._with_letters(replace(spec, **found))
        if not spec.tensors and not spec.claims and spec.document is None:
            self.reader.fail("DC023", "the spec declares no tensors", root, "", "tensors:\n  x: n")
        self._refuse_shared_names(spec)
        return with_ignores(self.reader.document, root, spec)

    # --- names ----------------------------------------------------------------------------

    def name(self, text: str, key: Any, what: str, indexed: bool = False) -> SourceText:
        if not NAME.fullmatch(text) and not (indexed and INDEXED.fullmatch(text)):
            self.reader.fail(
                "DC024",
                f"`{text}` is not a name for {what}",
                key,
                "",
                "letters, digits and _, perhaps with a label in brackets: z[l]",
            )
        if text in RESERVED:
            self.reader.fail("DC025", f"`{text}` is a word of the notation", key, "", f"{text}1")
        return replace(self.reader.text(key, what), text=text)

    def _with_letters(self, spec: Spec) -> Spec:
        """The letters of index formulas told from labels: a label is declared, or a number."""
        labels = {family.label for family in spec.families} | set(spec.depths)
        labels |= {end.text for family in spec.families for end in (family.first, family.last)}

        def told_apart(formula: NamedFormula) -> NamedFormula:
            match = INDEXED.fullmatch(formula.name.text)
            if not match:
                return formula
            letters = tuple(letter.strip() for letter in match[2].split(","))
            speaks = labels & set(re.findall(r"\w+", match[2]))
            if len(letters) == 1 and "[" not in match[1] and (speaks or not _is_letter(letters[0])):
                return formula
            for k, letter in enumerate(letters):
                if not _is_letter(letter) or letter in labels or letter in letters[:k]:
                    rest = ",".join(letters[1:]) if k == 0 and letter in labels else ""
                    advice = f"{match[1]}[{letter}][{rest}]" if rest else f"{match[1]}[i,j]"
                    message = f"`{letter}` is not an index of its own in `{formula.name.text}`"
                    self.reader.document.fail("DC024", message, formula.name.where(), "", advice)
            return replace(formula, name=replace(formula.name, text=match[1]), letters=letters)

        return replace(
            spec,
            layers=tuple(map(told_apart, spec.layers)),
            let=tuple(map(told_apart, spec.let)),
            loss=None if spec.loss is None else told_apart(spec.loss),
        )

    def _refuse_shared_names(self, spec: Spec) -> None:
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
                    self.reader.document.fail(
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
                    self.reader.document.fail(
                        "DC027",
                        f"`{axis.text}` names both a dimension and a {seen[axis.text][0]}",
                        axis.where(),
                        "",
                        f"rename the dimension, for example n_{axis.text}",
                    )

    # --- tensors --------------------------------------------------------------------------

    def tensors(self, node: Any) -> tuple[TensorDeclaration, ...]:
        made = []
        for name, key, value in self.reader.pairs(node, "tensors"):
            source = self.name(name, key, "a tensor")
            axes_node: Any = value
            facts: tuple[Fact, ...] = ()
            if is_mapping(value):
                axes_node, facts_node = None, None
                for field, field_key, field_value in self.reader.pairs(value, name):
                    if field == "axes":
                        axes_node = field_value
                    elif field == "given":
                        facts_node = field_value
                    else:
                        self.reader.unknown_key(field_key, field, f"the tensor `{name}`", ("axes", "given"))
                if axes_node is None:
                    self.reader.fail(
                        "DC028",
                        f"the tensor `{name}` has no axes",
                        value,
                        "",
                        "{axes: n, given: one_hot}; for a scalar, axes: scalar",
                    )
                facts = self.facts(facts_node) if facts_node is not None else ()
            made.append(TensorDeclaration(source, self.axes(axes_node, name), facts))
        return tuple(made)

    def axes(self, node: Any, name: str) -> tuple[SourceText, ...]:
        if is_sequence(node):
            words = [self.reader.text(item, "an axis") for item in node.value]
        else:
            text = self.reader.text(node, f"the axes of {name}")
            if is_null(node):
                self.reader.fail("DC028", f"the tensor `{name}` has no axes", node, "", f"{name}: scalar")
            if text.text.strip() in ("scalar", "[]"):
                return ()
            words = [
                replace(text, text=m.group(), origin=((text.origin[0][0], text.origin[0][1] + m.start()),))
                for m in AXIS.finditer(text.text)
            ]
        for word in words:
            plain = re.fullmatch(r"\d{1,4}|[^\W\d]\w*(\[[^\[\]]+\])?([+-](\d{1,4}|[^\W\d]\w*))*", word.text)
            if not plain or NO_NUMBER.search(word.text):
                self.reader.document.fail(
                    "DC029",
                    f"`{word.text}` is not an axis",
                    word.where(),
                    "",
                    "dimension names or numbers, separated by spaces: n1 n0",
                )
            if word.text == "0":
                self.reader.document.fail("DC019", "a size is at least 1", word.where())
        if len(words) > 8:
            self.reader.fail("DC029", f"`{name}` has more than 8 axes", node)
        return tuple(words)

    def facts(self, node: Any) -> tuple[Fact, ...]:
        made: list[Fact] = []
        for item in self.reader.items(node):
            if is_mapping(item):
                for name, key, value in self.reader.pairs(item, "given"):
                    for axis in self.reader.items(value):
                        made.append(self._fact(name, self.reader.text(axis, "the axis").text, key))
            else:
                text = self.reader.text(item, "given").text
                for word in text.replace(",", " ").split():
                    made.append(self._fact(word, None, item))
        return tuple(made)

    def _fact(self, name: str, dimension: str | None, node: Any) -> Fact:
        if name not in FACTS:
            self.reader.fail(
                "DC030", f"unknown fact `{name}`", node, "", close_match(name, FACTS), (("known", ", ".join(FACTS)),)
            )
        return Fact(name, dimension, self.reader.document.of(node))

    # --- formulas -------------------------------------------------------------------------

    def functions(self, node: Any) -> tuple[FunctionDeclaration, ...]:
        made = []
        for text, key, value in self.reader.pairs(node, "functions"):
            match = FUNCTION.fullmatch(text.strip())
            if not match:
                self.reader.fail("DC031", f"`{text}` is not a function's head", key, "", "swish(t): t * sigmoid(t)")
            parameters = tuple(p.strip() for p in (match[2] or "").split(",") if p.strip())
            body = self.reader.text(value, text)
            if body.text.strip() == "opaque":
                made.append(FunctionDeclaration(match[1], parameters or ("t",), None, self.reader.document.of(key)))
                continue
            if not parameters:
                self.reader.fail("DC031", f"`{text}` needs its parameters", key, "", f"{text}(t): {body.text}")
            made.append(FunctionDeclaration(match[1], parameters, body, self.reader.document.of(key)))
        return tuple(made)

    def formulas(self, node: Any, what: str) -> tuple[NamedFormula, ...]:
        made = []
        for name, key, value in self.reader.pairs(node, what):
            if is_null(value):
                self.reader.fail("DC022", f"`{name}` has no formula", key)
            made.append(NamedFormula(self.name(name, key, what, indexed=True), self.reader.text(value, name)))
        return tuple(made)

    def loss(self, node: Any) -> NamedFormula:
        if not is_mapping(node):
            text = self.reader.text(node, "loss")
            return NamedFormula(replace(text, text="L"), text)
        made = self.formulas(node, "loss")
        if len(made) != 1:
            self.reader.fail(
                "DC032", "a spec has one loss", node, f"{len(made)} are given", "declare the others as layers"
            )
        return made[0]

    def families(self, node: Any) -> tuple[Family, ...]:
        made = []
        for label, key, value in self.reader.pairs(node, "families"):
            text = self.reader.text(value, label)
            first, dots, last = text.text.partition("..")
            if not dots or not label.isidentifier():
                self.reader.fail("DC033", "a family is a label and its range", key, "", "l: 1..L")
            shift = len(first) + 2
            line, column = text.origin[0]
            made.append(
                Family(
                    label,
                    replace(text, text=first.strip()),
                    replace(text, text=last.strip(), origin=((line, column + shift),)),
                )
            )
        return tuple(made)

    def depths(self, node: Any) -> dict[str, tuple[int, ...]]:
        found: dict[str, tuple[int, ...]] = {}
        for name, key, value in self.reader.pairs(node, "depths"):
            found[name] = tuple(self.reader.integer(item, name, 1, 1024) for item in self.reader.items(value))
            if not found[name]:
                self.reader.fail("DC022", f"`{name}` has no depth", key, "", f"{name}: [2, 3]")
        return found

    def spellings(self, node: Any, what: str) -> tuple[NamedFormula, ...]:
        """LaTeX on the left; a name of the spec, or the body of a macro, on the right."""
        return tuple(
            NamedFormula(replace(self.reader.text(key, what), text=name), self.reader.text(value, name))
            for name, key, value in self.reader.pairs(node, what)
        )

    def numeric(self, node: Any) -> NumericSettings:
        sizes: dict[str, int] = {}
        seed = 0
        for name, key, value in self.reader.pairs(node, "numeric"):
            if name == "sizes":
                for dimension, _, number in self.reader.pairs(value, "sizes"):
                    sizes[dimension] = self.reader.integer(number, f"the size of {dimension}", 1, MAXIMAL_SIZE)
            elif name == "seed":
                seed = self.reader.integer(value, "seed", 0, 2**32 - 1)
            else:
                self.reader.unknown_key(key, name, "`numeric`", ("sizes", "seed"))
        return NumericSettings(sizes, seed)

    # --- claims ---------------------------------------------------------------------------

    def claims(self, node: Any) -> tuple[ClaimDeclaration, ...]:
        if is_sequence(node):
            return tuple(self.claim(f"claim {k}", item, item) for k, item in enumerate(node.value, 1))
        return tuple(self.claim(name, key, value) for name, key, value in self.reader.pairs(node, "claims"))

    def claim(self, name: str, key: Any, node: Any) -> ClaimDeclaration:
        where = self.reader.document.of(key)
        blank = ClaimDeclaration(name, "plain", None, (), "", "", "", None, (), (), where)
        if is_null(node):
            self.reader.fail("DC022", f"the claim `{name}` is empty", key)
        if is_sequence(node):
            return replace(blank, steps=self._steps(node, name))
        if not is_mapping(node):
            return replace(blank, text=self.reader.text(node, name))
        fields: dict[str, Any] = {}
        keys = self.reader.pairs(node, name)
        for field, field_key, value in keys:
            if field not in CLAIM_KEYS:
                if is_null(value):
                    self.reader.fail(
                        "DC015",
                        f"a comma in `{name}` made `{field}` a key of its own",
                        field_key,
                        "",
                        "quote the formula",
                    )
                self.reader.unknown_key(field_key, field, f"the claim `{name}`", CLAIM_KEYS)
            match field:
                case "claim" | "latex":
                    fields["text"] = self.reader.text(value, name)
                    fields["notation"] = "plain" if field == "claim" else "latex"
                case "steps":
                    fields["steps"] = self._steps(value, name)
                case "expect":
                    fields["expect"] = self.reader.choice(value, "expect", VERDICTS)
                case "for":
                    fields["quantifier"] = self.reader.text(value, "for")
                case "let":
                    fields["let"] = self.formulas(value, "let")
                case "given":
                    fields["given"] = tuple(self.reader.text(item, "given") for item in self.reader.items(value))
                case _:
                    fields[field] = self.reader.text(value, field).text
        if ("text" in fields) == ("steps" in fields):
            self.reader.fail(
                "DC034",
                f"the claim `{name}` needs either `claim`, `latex` or `steps`",
                key,
                "",
                "{claim: dL/dz = p - y}",
            )
        return replace(blank, **fields)

    def _steps(self, node: Any, name: str) -> tuple[SourceText, ...]:
        items = self.reader.items(node)
        if not items:
            self.reader.fail(
                "DC022", f"the derivation `{name}` has no steps", node, "", '[dL/dz = p - y, "= -(y - p)"]'
            )
        return tuple(self.reader.text(item, name) for item in items)


def _is_letter(text: str) -> bool:
    return bool(LETTER.fullmatch(text)) and text not in RESERVED
