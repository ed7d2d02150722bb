"""Formulas under names: of layers, abbreviations and the loss, of functions, of spellings; ranges of labels."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from derivcheck.diagnostics.diagnostic import SourceText
from derivcheck.spec.declarations import Family, FunctionDeclaration, NamedFormula
from derivcheck.spec.document import Reader, is_mapping, is_null
from derivcheck.spec.spelling import WORD, is_name, spelled
from derivcheck.spec.values import JsonSchema, MappingValue, Subject, TextValue

FORMULA = TextValue(placed=True, numbers=True, brackets=True, description="a formula of the equation language")
RESERVED = frozenset({"if", "else", "where", "and", "or", "pi"})
LABEL = r"\[[^\[\]]+\]"
NAME = re.compile(rf"({WORD})(?:{LABEL})?")
INDEXED = re.compile(rf"({WORD}(?:{LABEL})?)\[([^\[\]]+)\]")
RANGE = re.compile(rf"({WORD})\s+in\s+1\s*\.\.\s*(\S.*)")  # `t in 1..n`
SIGN = re.compile(r"[+-](?![^\[]*\])")  # outside of a label
MULTIPLE = re.compile(r"[1-9][0-9]*\*[^*]*")
FUNCTION = re.compile(rf"({WORD})\s*(?:\(([^()]*)\))?")


def name_of(reader: Reader, subject: Subject, what: str, indexed: bool = False) -> SourceText:
    """The name that a key gives, with its place; with `indexed`, `H[i,j]` is one too. Raises SpecError."""
    text = subject.name
    if not is_named(text) and not (indexed and (match := INDEXED.fullmatch(text)) and is_named(match[1])):
        reader.fail(
            "DC024",
            f"`{text}` is not a name for {what}",
            subject.key,
            "",
            "letters, digits and _, perhaps with a label in brackets: z[l]",
        )
    if spelled(text) in RESERVED:
        reader.fail("DC025", f"`{text}` is a word of the notation", subject.key, "", f"{text}1")
    return respelled(replace(reader.text(subject.key, what), text=text))


def respelled(source: SourceText) -> SourceText:
    """The names in a text as formulas spell them: `W₁` is `W1`, `δ` is `delta`."""
    return replace(source, text=spelled(source.text), width=len(source.text))


def factors_of(text: str) -> tuple[str, ...]:
    """The sizes of a product of them, `H*k`: an axis for each. A multiple of one, `2*k`, is one size."""
    return (text,) if SIGN.search(text) or MULTIPLE.fullmatch(text) else tuple(text.split("*"))


def is_named(text: str) -> bool:
    """Whether a text is a name, or that of a member of a family: `z[l]`."""
    match = NAME.fullmatch(text)
    return match is not None and is_name(match[1])


def is_letter(text: str) -> bool:
    """Whether a text can be the letter of an index, a parameter or a label."""
    return is_name(text) and spelled(text) not in RESERVED


@dataclass(frozen=True, slots=True)
class FormulaValue:
    """A formula under the name of a quantity."""

    def read(self, reader: Reader, node: Any, subject: Subject) -> NamedFormula:
        if is_null(node):
            reader.fail("DC022", f"`{subject.name}` has no formula", subject.key)
        return NamedFormula(name_of(reader, subject, subject.under, indexed=True), FORMULA.read(reader, node, subject))

    def schema(self) -> JsonSchema:
        return FORMULA.schema()


@dataclass(frozen=True, slots=True)
class SpellingValue:
    """LaTeX on the left; a name of the spec, or the body of a macro, on the right."""

    def read(self, reader: Reader, node: Any, subject: Subject) -> NamedFormula:
        name = replace(reader.text(subject.key, subject.under), text=subject.name)
        return NamedFormula(name, reader.text(node, subject.name))

    def schema(self) -> JsonSchema:
        return {"type": "string"}


@dataclass(frozen=True, slots=True)
class LossValue:
    """A formula, of a quantity that is called L unless it has a name."""

    def read(self, reader: Reader, node: Any, subject: Subject) -> NamedFormula:
        if not is_mapping(node):
            text = FORMULA.read(reader, node, subject)
            return NamedFormula(replace(text, text="L"), text)
        made = MappingValue(FormulaValue()).read(reader, node, subject)
        if len(made) != 1:
            given = f"{len(made)} are given"
            reader.fail("DC032", "a spec has one loss", node, given, "declare the others as layers")
        found: NamedFormula = made[0]
        return found

    def schema(self) -> JsonSchema:
        named = MappingValue(FormulaValue()).schema()
        return {"oneOf": [FORMULA.schema(), {**named, "minProperties": 1, "maxProperties": 1}]}


@dataclass(frozen=True, slots=True)
class FunctionValue:
    """`swish(t): t * sigmoid(t)`, or `f: opaque`."""

    def read(self, reader: Reader, node: Any, subject: Subject) -> FunctionDeclaration:
        text, key = subject.name, subject.key
        match = FUNCTION.fullmatch(text.strip())
        words = [name.strip() for name in ((match and match[2]) or "").split(",") if name.strip()]
        if not match or not all(map(is_letter, (match[1], *words))):
            reader.fail("DC031", f"`{text}` is not a function's head", key, "", "swish(t): t * sigmoid(t)")
        name, parameters = spelled(match[1]), tuple(map(spelled, words))
        body = reader.text(node, text)
        if body.text.strip() == "opaque":
            return FunctionDeclaration(name, parameters or ("t",), None, reader.document.of(key))
        if not parameters:
            reader.fail("DC031", f"`{text}` needs its parameters", key, "", f"{text}(t): {body.text}")
        return FunctionDeclaration(name, parameters, body, reader.document.of(key))

    def schema(self) -> JsonSchema:
        return FORMULA.schema()


@dataclass(frozen=True, slots=True)
class FamilyValue:
    """The range of a label, `1..L`."""

    def read(self, reader: Reader, node: Any, subject: Subject) -> Family:
        text = reader.text(node, subject.name)
        first, dots, last = text.text.partition("..")
        if not dots or not is_letter(subject.name):
            reader.fail("DC033", "a family is a label and its range", subject.key, "", "l: 1..L")
        line, column = text.origin[0]
        after = ((line, column + len(first) + len(dots)),)
        ends = replace(text, text=first.strip()), replace(text, text=last.strip(), origin=after)
        return Family(spelled(subject.name), *map(respelled, ends))

    def schema(self) -> JsonSchema:
        return {"type": "string", "pattern": r"\.\."}
