"""What a key of a spec takes: kinds of values, each with how it is read and what an editor is told of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Protocol

from derivcheck.spec.document import Reader, is_mapping, is_null, is_sequence
from derivcheck.spec.spelling import spelled

JsonSchema = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom messages speak of: the name of a value, the node of its key, and the key that it stands under."""

    name: str
    key: Any
    under: str = ""


class Taken(Protocol):
    """A kind of value."""

    def read(self, reader: Reader, node: Any, subject: Subject) -> Any:
        """The value of a node. Raises SpecError with its place."""

    def schema(self) -> JsonSchema:
        """What JSON Schema says of such a value."""


@dataclass(frozen=True, slots=True)
class TextValue:
    """A text; with its place, where errors will be told in it, and perhaps written like a number or a list."""

    placed: bool = False
    numbers: bool = False
    brackets: bool = False
    description: str = ""

    def read(self, reader: Reader, node: Any, subject: Subject) -> Any:
        source = reader.text(node, subject.name, self.brackets)
        return source if self.placed else source.text

    def schema(self) -> JsonSchema:
        return {"type": ["string", "number"] if self.numbers else "string", **described(self.description)}


@dataclass(frozen=True, slots=True)
class ChoiceValue:
    """One of a few words."""

    words: tuple[str, ...]

    def read(self, reader: Reader, node: Any, subject: Subject) -> str:
        return reader.choice(node, subject.name, self.words)

    def schema(self) -> JsonSchema:
        return {"enum": list(self.words)}


@dataclass(frozen=True, slots=True)
class SwitchValue:
    """`true` or `false`."""

    def read(self, reader: Reader, node: Any, subject: Subject) -> bool:
        return reader.choice(node, subject.name, ("true", "false")) == "true"

    def schema(self) -> JsonSchema:
        return {"type": "boolean"}


@dataclass(frozen=True, slots=True)
class WholeNumber:
    """A whole number between two others; messages call it `called`."""

    low: int
    high: int
    called: str = "{}"

    def read(self, reader: Reader, node: Any, subject: Subject) -> int:
        return reader.integer(node, self.called.format(subject.name), self.low, self.high)

    def schema(self) -> JsonSchema:
        return {"type": "integer", "minimum": self.low, "maximum": self.high}


@dataclass(frozen=True, slots=True)
class ListValue:
    """One value or a list of them, as a tuple; `absent` and `example` say what is wrong with an empty list."""

    of: Taken
    absent: str = ""
    example: str = ""
    at_key: bool = False

    def read(self, reader: Reader, node: Any, subject: Subject) -> tuple[Any, ...]:
        items = reader.items(node)
        if self.absent and not items:
            place = subject.key if self.at_key else node
            reader.fail("DC022", self.absent.format(subject.name), place, "", self.example.format(subject.name))
        return tuple(self.of.read(reader, item, subject) for item in items)

    def schema(self) -> JsonSchema:
        array = {"type": "array", "items": self.of.schema(), **({"minItems": 1} if self.absent else {})}
        return {"oneOf": [self.of.schema(), array]}


@dataclass(frozen=True, slots=True)
class MappingValue:
    """Values by names that the spec chooses; as a tuple in their order, or `keyed` by the names.

    A list is accepted too where its entries can be called by a number, as in `numbered`; `names` is the schema
    of a name.
    """

    of: Taken
    keyed: bool = False
    numbered: str = ""
    names: Mapping[str, Any] = field(default_factory=dict)

    def read(self, reader: Reader, node: Any, subject: Subject) -> Any:
        if self.numbered and is_sequence(node):
            pairs = [(self.numbered.format(k), item, item) for k, item in enumerate(node.value, 1)]
        else:
            pairs = reader.pairs(node, subject.name)
        found = {name: self.of.read(reader, value, Subject(name, key, subject.name)) for name, key, value in pairs}
        if self.keyed:
            return {spelled(name): value for name, value in found.items()}
        return tuple(found.values())

    def schema(self) -> JsonSchema:
        one = self.of.schema()
        mapping: JsonSchema = {"type": "object", "additionalProperties": one}
        if self.names:
            mapping["propertyNames"] = dict(self.names)
        return {"oneOf": [mapping, {"type": "array", "items": one}]} if self.numbered else mapping


@dataclass(frozen=True, slots=True)
class SpecKey:
    """One key: what it takes, which field of the declaration it fills, and what it is for.

    `also` fills fields by the mere presence of the key. Messages about a value speak of the key, or `of_owner`
    of whom the section belongs to. A `blank` key may stand without a value, which leaves the field as it is.
    """

    name: str
    takes: Taken
    description: str = ""
    fills: str = ""
    required: bool = False
    blank: bool = False
    of_owner: bool = False
    also: Mapping[str, Any] = field(default_factory=dict)

    def schema(self) -> JsonSchema:
        found = self.takes.schema()
        if self.blank:
            found = {"oneOf": [*_alternatives(found), {"type": "null"}]}
        said = described(self.description)
        return {**said, **found, **said}


@dataclass(frozen=True, slots=True)
class Requirement:
    """What is said where a required key is not there, at the section or at its key."""

    code: str
    message: str
    example: str
    at_key: bool = False


def nothing_of(reader: Reader, subject: Subject) -> dict[str, Any]:
    """The fields that the name of a section fills: none."""
    return {}


@dataclass(frozen=True, slots=True)
class SectionValue:
    """A mapping with declared keys, as the declaration `into`.

    `called` says in messages what an unknown key was met in, and `named` which fields its own name fills. What is
    no mapping is the value of the key `short`, a list that of `listed`. Of `alternatives` exactly one is given.
    A key without a value is an error by itself where all are `filled`; an unknown one is the rest of a formula
    that a comma ended where formulas may be `cut`.
    """

    into: type[Any]
    called: str
    keys: tuple[SpecKey, ...]
    named: Callable[[Reader, Subject], dict[str, Any]] = nothing_of
    short: str = ""
    listed: str = ""
    empty: str = ""
    requirement: Requirement | None = None
    alternatives: tuple[str, ...] = ()
    filled: bool = False
    cut: bool = False
    by_name: dict[str, SpecKey] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Raises TypeError for a key that fills no field of the declaration."""
        known = {one.name for one in fields(self.into)}
        for key in self.keys:
            if not {key.fills or key.name, *key.also} <= known:
                raise TypeError(f"`{key.name}` fills no field of {self.into.__name__}")
        object.__setattr__(self, "by_name", {key.name: key for key in self.keys})

    def read(self, reader: Reader, node: Any, subject: Subject) -> Any:
        if self.empty and is_null(node):
            reader.fail("DC022", self.empty.format(subject.name), subject.key)
        return self.into(**{**self.named(reader, subject), **self._fields(reader, node, subject)})

    def _fields(self, reader: Reader, node: Any, subject: Subject) -> dict[str, Any]:
        if self.listed and is_sequence(node):
            return self._filled(self.by_name[self.listed], reader, node, subject)
        if self.short and not is_mapping(node):
            return self._filled(self.by_name[self.short], reader, node, subject)
        found: dict[str, Any] = {}
        given = []
        for name, key, value in reader.pairs(node, subject.name):
            declared = self.by_name.get(name)
            if declared is None:
                self._refuse(reader, name, key, value, subject)
            elif not (self.filled and is_null(value)):
                speaks_of = subject if declared.of_owner else Subject(name, key)
                found |= self._filled(declared, reader, value, speaks_of)
            elif not declared.blank or value.start_mark.index < value.end_mark.index:
                reader.fail("DC022", f"`{name}` has no value", key)
            given.append(name)
        self._require(reader, given, node, subject)
        return found

    @staticmethod
    def _filled(key: SpecKey, reader: Reader, node: Any, subject: Subject) -> dict[str, Any]:
        return {key.fills or key.name: key.takes.read(reader, node, subject), **key.also}

    def _refuse(self, reader: Reader, name: str, key: Any, value: Any, subject: Subject) -> None:
        if self.cut and is_null(value):
            message = f"a comma in `{subject.name}` made `{name}` a key of its own"
            reader.fail("DC015", message, key, "", "quote the formula")
        reader.unknown_key(key, name, self.called.format(subject.name), self.by_name)

    def _require(self, reader: Reader, given: list[str], node: Any, subject: Subject) -> None:
        missing = [key for key in self.keys if key.required and key.name not in given]
        undecided = self.alternatives and len(set(given) & set(self.alternatives)) != 1
        if self.requirement is not None and (missing or undecided):
            said = self.requirement
            place = subject.key if said.at_key else node
            reader.fail(said.code, said.message.format(subject.name), place, "", said.example)

    def schema(self) -> JsonSchema:
        section: JsonSchema = {
            "type": "object",
            "additionalProperties": False,
            "properties": {key.name: key.schema() for key in self.keys},
        }
        if required := [key.name for key in self.keys if key.required]:
            section["required"] = required
        if self.alternatives:
            section["oneOf"] = [{"required": [name]} for name in self.alternatives]
        shorter = [form for name in (self.short, self.listed) if name for form in self._forms(name)]
        return {"oneOf": [*shorter, section]} if shorter else section

    def _forms(self, name: str) -> list[JsonSchema]:
        """What may stand for the whole section: the value of a key, of a list only its long form."""
        forms = _alternatives(self.by_name[name].takes.schema())
        return [form for form in forms if form.get("type") == "array"] if name == self.listed else forms


def described(description: str) -> JsonSchema:
    return {"description": description} if description else {}


def _alternatives(schema: JsonSchema) -> list[JsonSchema]:
    """What a schema chooses from: itself where it offers no choice."""
    return list(schema["oneOf"]) if set(schema) == {"oneOf"} else [schema]
