"""Dataclasses written late are those of the standard library in everything that can be asked of them."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import pickle
import re
import sys
import weakref
from collections.abc import Callable
from dataclasses import FrozenInstanceError, field, fields, is_dataclass, replace
from functools import partial
from typing import Any

import pytest
from shipped import ROOT

import derivcheck.pipeline.casebook
import derivcheck.report.text  # noqa: F401
from derivcheck.diagnostics.dataclasses import dataclass

Declare = Callable[..., Any]
DECLARATIONS: tuple[Declare, ...] = (dataclasses.dataclass, dataclass)
OPTIONS: list[dict[str, bool]] = [
    {},
    {"frozen": True},
    {"slots": True},
    {"frozen": True, "slots": True},
    {"frozen": True, "slots": True, "eq": False, "weakref_slot": True},
    {"frozen": True, "repr": False},
    {"eq": False},
    {"frozen": True, "slots": True, "order": True},
]


def point(declare: Declare, **options: bool) -> Any:
    """A class with a field of every sort that the package declares."""

    @declare(**options)
    class Point:
        """Two numbers and what is said of them."""

        x: int
        y: tuple[int, ...] = (1, 2)
        note: str = field(default="", compare=False)
        names: list[str] = field(default_factory=list, repr=False)
        count: int = field(default=7, init=False)
        seen: list[int] = field(init=False, repr=False, compare=False)

        def __post_init__(self) -> None:
            object.__setattr__(self, "seen", [self.x])

    return Point


def outcome(ask: Callable[[], Any]) -> Any:
    """What comes of a question: its answer, or what is raised."""
    try:
        return ask()
    except Exception as problem:
        return type(problem), str(problem)


def each(*asked: Callable[[], Any]) -> list[Any]:
    return list(map(outcome, asked))


def in_a_circle(one: Any) -> Any:
    made = one(3)
    object.__setattr__(made, "y", made)
    return made


QUESTIONS: dict[str, Callable[[Any], Any]] = {
    "repr": lambda one: repr(one(3, (5,), "n", ["a"])),
    "repr of a circle": lambda one: repr(in_a_circle(one)),
    "equal": lambda one: [
        one(3) == one(3),
        one(3) == one(3, note="b"),
        one(3) == one(4),
        one(3) != one(3),
        one(3) == 3,
    ],
    "keys": lambda one: [len({one(3), other}) for other in (one(3), one(4), one(3, note="a"), one(3, (1,)))],
    "less": lambda one: [one(3) < one(4), one(3) < one(3, (0,)), one(3) < one(3)],
    "less than another": lambda one: one(3) < 5,
    "order": lambda one: [one(3) >= one(3), one(4) > one(3), one(2) <= one(3), one(2) >= one(3)],
    "defaults": lambda one: (p := one(3), (p.x, p.y, p.note, p.names, p.count, p.seen))[-1],
    "own factories": lambda one: one(3).names is not one(3).names,
    "arguments": lambda one: each(one, lambda: one(3, z=1), lambda: one(3, count=1), lambda: one(1, 2, 3, 4, 5)),
    "set": lambda one: setattr(one(3), "x", 4),
    "delete": lambda one: delattr(one(3), "x"),
    "replace": lambda one: (p := replace(one(3, note="a"), x=5), (p.x, p.note, p.seen))[-1],
    "replace what is not of init": lambda one: replace(one(3), count=5),
    "fields": lambda one: [(f.name, f.init, f.repr, f.compare) for f in fields(one)],
    "match": lambda one: one.__match_args__,
    "slots": lambda one: [getattr(one, "__slots__", None), hasattr(one(3), "__dict__")],
    "weak": lambda one: isinstance(weakref.ref(one(3)), weakref.ref),
    "signature": lambda one: str(inspect.signature(one)),
    "annotations": lambda one: one.__init__.__annotations__,
    "names": lambda one: [one.__init__.__qualname__, one.__doc__, one.__name__, one.__qualname__, one.__module__],
    "copy": lambda one: (p := copy.copy(one(3, note="c")), (p.x, p.note, p.count))[-1],
    "state": lambda one: one(3).__reduce_ex__(4)[2],
    "is one": lambda one: [is_dataclass(one), is_dataclass(one(3))],
}


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("question", QUESTIONS)
def test_answers_are_those_of_the_standard_library(question: str, options: dict[str, bool]) -> None:
    """Where it raises, the same is raised in the same words; an address says nothing."""
    expected, found = (outcome(partial(QUESTIONS[question], point(declare, **options))) for declare in DECLARATIONS)
    assert without_addresses(found) == without_addresses(expected)


def without_addresses(answer: Any) -> str:
    return re.sub(r"0x[0-9a-f]+", "", repr(answer))


def heirs(declare: Declare) -> Any:
    @declare(frozen=True, slots=True)
    class Base:
        a: int
        b: int = 2

        def shown(self) -> str:
            return f"{self.a}/{self.b}"

    @declare(frozen=True, slots=True)
    class Heir(Base):
        """One more."""

        b: int = 5
        c: str = "c"

        def __hash__(self) -> int:
            return 11

        def __repr__(self) -> str:
            return f"<{self.shown()}>"

    return Base, Heir


def test_heirs_have_what_they_inherit_and_what_they_say_themselves() -> None:
    answers = []
    for base, heir in map(heirs, DECLARATIONS):
        first = heir(1)  # before anything of the base is written
        answers.append(
            [
                (first.a, first.b, first.c),
                repr(first),
                hash(first),
                first == heir(1),
                base(1, 5) == first,
                re.sub(".*>.", "", repr(base(1))),
                outcome(partial(setattr, first, "a", 2)),
                heir.__slots__,
                heir.__match_args__,
                str(inspect.signature(heir)),
            ]
        )
    assert answers[0] == answers[1]


def test_a_class_of_fields_alone_says_them() -> None:
    @dataclass(frozen=True)
    class Bare:
        a: int
        b: int = 2

    assert Bare.__doc__ == "Bare(a, b)"


@dataclass(frozen=True, slots=True)
class Pickled:
    """What has slots is pickled by them."""

    x: int
    names: tuple[str, ...] = ()


def test_a_pickle_is_what_it_was() -> None:
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        assert pickle.loads(pickle.dumps(Pickled(3, ("a", "b")), protocol)) == Pickled(3, ("a", "b"))


def test_a_method_is_written_when_it_is_asked_for() -> None:
    one = point(dataclass, frozen=True)
    assert not inspect.isfunction(one.__dict__["__hash__"])
    p = one(3, names=())
    assert inspect.isfunction(one.__dict__["__init__"]) and not inspect.isfunction(one.__dict__["__hash__"])
    assert hash(p) == hash(p) and inspect.isfunction(one.__dict__["__hash__"])
    with pytest.raises(FrozenInstanceError):
        p.x = 4


def test_no_module_has_them_compiled_where_they_are_defined() -> None:
    paths = (ROOT / "derivcheck").rglob("*.py")
    eager = [path for path in paths if re.search(r"^ *from dataclasses import .*\bdataclass\b", path.read_text(), re.M)]
    assert [path.name for path in eager] == ["dataclasses.py"]


def test_every_class_of_the_package_can_be_written() -> None:
    found = [
        one
        for name, module in list(sys.modules.items())
        if name.startswith("derivcheck.")
        for one in vars(module).values()
        if isinstance(one, type) and is_dataclass(one) and one.__module__ == name
    ]
    assert len(found) > 100
    for one in found:
        assert list(inspect.signature(one).parameters) == [each.name for each in fields(one) if each.init], one
        assert callable(one.__repr__) and callable(one.__eq__)
