"""The axes of a tensor, and the facts that are given about it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from derivcheck.diagnostics.diagnostic import SourceText
from derivcheck.spec.declarations import Fact
from derivcheck.spec.document import Reader, close_match, is_mapping, is_null, is_sequence
from derivcheck.spec.facts.table import FACTS
from derivcheck.spec.facts.wording import FILLING, FROM_THE_END, WORDINGS, by_names
from derivcheck.spec.formulas import RESERVED, SIGN, factors_of, is_named, respelled
from derivcheck.spec.spelling import is_name, spelled
from derivcheck.spec.values import JsonSchema, Subject

AXIS = re.compile(r"(?:[^\s\[\]]|\[[^\[\]]*\])+")
SIZE = re.compile(r"[0-9]{1,4}")
MOST_AXES = 8


MULTIPLE = re.compile(r"[1-9][0-9]{0,3}\*")


def _is_axis(text: str) -> bool:
    """Whether a text is a size, or a dimension to which sizes and dimensions may be added: `n[l]`, `2*k+i-1`."""
    name, sign, over = text.partition("=")
    if sign:
        return is_name(name) and _is_axis(over)
    if SIZE.fullmatch(text):
        return True
    factors = factors_of(text)
    if len(factors) > 1:
        return all(is_named(factor) or (SIZE.fullmatch(factor) and int(factor) > 0) for factor in factors)
    first, *others = (MULTIPLE.sub("", part, count=1) for part in SIGN.split(text))
    return is_named(first) and all(SIZE.fullmatch(other) or is_name(other) for other in others)


# What is no fact, and how it is said.
INSTEAD = {
    "index": "{axes: T, index: V}: entries that are positions of V are no fact, but what a tensor is",
}


@dataclass(frozen=True, slots=True)
class AxesValue:
    """Dimension names or numbers, in words or as a list; `scalar` for none."""

    def read(self, reader: Reader, node: Any, subject: Subject) -> tuple[SourceText, ...]:
        words = self._words(reader, node, subject.name)
        for word in words:
            if not _is_axis(word.text):
                reader.document.fail(
                    "DC029",
                    f"`{word.text}` is not an axis",
                    word.where(),
                    "",
                    "dimension names or numbers, separated by spaces: n1 n0",
                )
            if spelled(word.text) in RESERVED:
                message, advice = f"`{word.text}` is a word of the notation", f"n_{word.text}"
                reader.document.fail("DC025", message, word.where(), "", advice)
            if word.text == "0":
                reader.document.fail("DC019", "a size is at least 1", word.where())
        if len(words) > MOST_AXES:
            reader.fail("DC029", f"`{subject.name}` has more than {MOST_AXES} axes", node)
        return tuple(map(respelled, words))

    @staticmethod
    def _words(reader: Reader, node: Any, name: str) -> tuple[SourceText, ...]:
        if is_sequence(node):
            return tuple(reader.text(item, "an axis") for item in node.value)
        text = reader.text(node, f"the axes of {name}")
        if is_null(node):
            reader.fail("DC028", f"the tensor `{name}` has no axes", node, "", f"{name}: scalar")
        if text.text.strip() in ("scalar", "[]"):
            return ()
        line, column = text.origin[0]
        return tuple(
            replace(text, text=match.group(), origin=((line, column + match.start()),))
            for match in AXIS.finditer(text.text)
        )

    def schema(self) -> JsonSchema:
        word = {"type": ["string", "integer"]}
        description = "dimension names or numbers, separated by spaces or as a list; `scalar` for none"
        return {"oneOf": [{**word, "description": description}, {"type": "array", "items": word}]}


@dataclass(frozen=True, slots=True)
class FactsValue:
    """Facts by name, or by name and the axis that each holds along; several in words or as a list."""

    def read(self, reader: Reader, node: Any, subject: Subject) -> tuple[Fact, ...]:
        made: list[Fact] = []
        for item in reader.items(node):
            if is_mapping(item):
                for name, key, value in reader.pairs(item, subject.name):
                    for axis in reader.items(value):
                        text = spelled(reader.text(axis, "the axis").text)
                        if name in FROM_THE_END:
                            made += self._in_words(reader, f"{name} {text}", key)
                        else:
                            made.append(self._fact(reader, by_names(name), text, key))
            else:
                made += self._in_words(reader, reader.text(item, subject.name).text, item)
        return tuple(made)

    def _in_words(self, reader: Reader, text: str, node: Any) -> list[Fact]:
        """Facts one after the other; behind `rows` or `columns` those along an axis hold along each of them."""
        made: list[Fact] = []
        along = None
        for word in by_names(text).replace(",", " ").split():
            if word in FROM_THE_END:
                along = word
            elif word not in FILLING:
                whole = word in FACTS and not FACTS[word].along_an_axis
                made.append(self._fact(reader, word, None if whole else along, node))
        return made

    @staticmethod
    def _fact(reader: Reader, name: str, dimension: str | None, node: Any) -> Fact:
        if name not in FACTS:
            known = (("known", ", ".join(FACTS)),)
            help_ = INSTEAD.get(name) or close_match(name, FACTS)
            reader.fail("DC030", f"unknown fact `{name}`", node, "", help_, known)
        return Fact(name, dimension, reader.document.of(node))

    def schema(self) -> JsonSchema:
        word = f"({'|'.join((*FACTS, *WORDINGS, *FROM_THE_END, *sorted(FILLING)))})"
        names = {"type": "string", "pattern": rf"^\s*{word}([\s,]+{word})*\s*$"}
        axes = {"oneOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
        along = {"type": "object", "propertyNames": {"enum": [*FACTS, *FROM_THE_END]}, "additionalProperties": axes}
        return {"oneOf": [names, along, {"type": "array", "items": {"oneOf": [names, along]}}]}


@dataclass(frozen=True, slots=True)
class ProvisionsValue:
    """What is given besides: facts about tensors, as a tensor has them or in words, and equations.

    `{y: one_hot}`, `{y: {one_hot: C}}` and `"one_hot: y along C"` say one thing, and so do `{A @ v: lam * v}` and
    `"A @ v = lam * v"`.
    """

    def read(self, reader: Reader, node: Any, subject: Subject) -> tuple[SourceText, ...]:
        made: list[SourceText] = []
        for item in reader.items(node):
            if not is_mapping(item):
                made.append(reader.text(item, subject.name))
                continue
            for name, key, value in reader.pairs(item, subject.name):
                place = reader.text(key, subject.name)
                made += [replace(place, text=text) for text in self._texts(reader, name, key, value)]
        return tuple(made)

    @staticmethod
    def _texts(reader: Reader, name: str, key: Any, value: Any) -> list[str]:
        if any(word in FACTS for word in by_names(name).split()):
            return [f"{name}: {reader.text(item, name).text}" for item in reader.items(value)]
        plain = [reader.text(item, name).text for item in reader.items(value) if not is_mapping(item)]
        words = [word for text in plain for word in by_names(text).replace(",", " ").split()]
        if (plain and not is_name(name)) or any(not is_name(word) for word in words):
            return [f"{name} = {text}" for text in plain]
        facts = FactsValue().read(reader, value, Subject(name, key))
        return [f"{fact.name}: {name}" + (f" along {fact.dimension}" if fact.dimension else "") for fact in facts]

    def schema(self) -> JsonSchema:
        one: JsonSchema = {"oneOf": [{"type": "string"}, {"type": "object"}]}
        return {"oneOf": [*one["oneOf"], {"type": "array", "items": one}]}
