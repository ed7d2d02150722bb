"""Dataclasses whose methods are written when one of them is first called.

The standard library compiles six methods of a class where it is defined: for the few hundred classes of this package
that takes longer than all else of importing it, and a run calls few of them. Fields, slots, `replace` and `match` are
the standard library's here; a method is a descriptor that puts what it stands for in its own place.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import MISSING, Field, FrozenInstanceError, field, fields, is_dataclass, replace
from reprlib import recursive_repr
from typing import TYPE_CHECKING, Any

__all__ = ["dataclass", "field", "fields", "is_dataclass", "replace"]

ORDER = {"__lt__": "<", "__le__": "<=", "__gt__": ">", "__ge__": ">="}

Method = Callable[..., Any]


class Factory:
    """Stands for an argument that is not given, where a factory makes one."""

    def __repr__(self) -> str:
        return "<factory>"


MADE = Factory()


class Unwritten:
    """A method of a class before it is first asked for."""

    __slots__ = ("name", "owner", "write")

    def __init__(self, owner: type, name: str, write: Callable[[type], Method]) -> None:
        self.owner, self.name, self.write = owner, name, write

    def __get__(self, instance: object, owner: type | None = None) -> Any:
        method = self.write(self.owner)
        method.__qualname__, method.__module__ = f"{self.owner.__qualname__}.{self.name}", self.owner.__module__
        setattr(self.owner, self.name, method)
        return method.__get__(instance, self.owner)


def _declared(
    cls: type | None = None,
    /,
    *,
    frozen: bool = False,
    eq: bool = True,
    repr: bool = True,
    order: bool = False,
    slots: bool = False,
    weakref_slot: bool = False,
) -> Any:
    """What `dataclasses.dataclass` is, of the options that are used here."""

    def made(cls: type) -> type:
        given = cls.__dict__
        init, shown, compared = "__init__" not in given, repr and "__repr__" not in given, eq and "__eq__" not in given
        hashed = eq and frozen and given.get("__hash__") is None
        if cls.__doc__ is None:  # else the standard library writes the signature, which waits for `inspect`
            cls.__doc__ = f"{cls.__name__}({', '.join(given.get('__annotations__', ()))})"
        settings: dict[str, bool] = {"slots": slots, "weakref_slot": weakref_slot}
        found: type = dataclasses.dataclass(init=False, repr=False, eq=False, **settings)(cls)
        if init:
            _put(found, "__init__", _init)
        if shown:
            _put(found, "__repr__", _repr)
        if compared:
            _put(found, "__eq__", _eq)
        if hashed:
            _put(found, "__hash__", _hash)
        elif compared and "__hash__" not in given:
            found.__hash__ = None  # type: ignore[assignment]
        for name in ORDER if order else ():
            _put(found, name, _ordering(name))
        if frozen:
            _freeze(found, slots)
        return found

    return made if cls is None else made(cls)


def _put(owner: type, name: str, write: Callable[[type], Method]) -> None:
    setattr(owner, name, Unwritten(owner, name, write))


def _init(cls: type) -> Method:
    """Sets each field to what is given, to its default, or to what its factory makes."""
    known: dict[str, Any] = {"set_": object.__setattr__, "MADE": MADE}
    parameters, annotations = ["self"], {}
    for one in fields(cls):
        if one.init:
            parameters.append(one.name + _default(one, known))
            annotations[one.name] = one.type
    frozen = "__setattr__" in cls.__dict__
    slots = "__slots__" in cls.__dict__  # else a default is an attribute of the class
    body = [_assigned(one, known, frozen) for one in fields(cls) if one.init or _is_made(one, slots)]
    if hasattr(cls, "__post_init__"):
        body.append("self.__post_init__()")
    method = _compiled(f"def __init__({', '.join(parameters)}):", body or ["pass"], known)
    method.__annotations__ = {**annotations, "return": None}
    return method


def _is_made(one: Field[Any], slots: bool) -> bool:
    """Whether a field that is not given gets a value all the same."""
    return one.default_factory is not MISSING or (slots and one.default is not MISSING)


def _default(one: Field[Any], known: dict[str, Any]) -> str:
    """The default of a parameter; where a factory makes one, it is only told that nothing is given."""
    if one.default_factory is not MISSING:
        return "=MADE"
    if one.default is MISSING:
        return ""
    known[f"default_{one.name}"] = one.default
    return f"=default_{one.name}"


def _assigned(one: Field[Any], known: dict[str, Any], frozen: bool) -> str:
    value = one.name
    if one.default_factory is not MISSING:
        known[f"factory_{one.name}"] = one.default_factory
        made = f"factory_{one.name}()"
        value = f"{made} if {one.name} is MADE else {one.name}" if one.init else made
    elif not one.init:
        value = _default(one, known).removeprefix("=")
    return f"set_(self, {one.name!r}, {value})" if frozen else f"self.{one.name} = {value}"


def _repr(cls: type) -> Method:
    names = [one.name for one in fields(cls) if one.repr]

    @recursive_repr()
    def __repr__(self: object) -> str:  # noqa: N807
        return f"{type(self).__qualname__}({', '.join(f'{name}={getattr(self, name)!r}' for name in names)})"

    return __repr__


def _eq(cls: type) -> Method:
    return _comparison("__eq__", "==", cls)


def _ordering(name: str) -> Callable[[type], Method]:
    return lambda cls: _comparison(name, ORDER[name], cls)


def _comparison(name: str, sign: str, cls: type) -> Method:
    head, compared = f"def {name}(self, other):", f"{_values('self', cls)} {sign} {_values('other', cls)}"
    return _compiled(head, [f"return {compared} if other.__class__ is self.__class__ else NotImplemented"])


def _hash(cls: type) -> Method:
    return _compiled("def __hash__(self):", [f"return hash({_values('self', cls)})"])


def _getstate(cls: type) -> Method:
    return _compiled("def __getstate__(self):", [f"return [{', '.join(f'self.{one.name}' for one in fields(cls))}]"])


def _setstate(cls: type) -> Method:
    body = [f"set_(self, {one.name!r}, state[{place}])" for place, one in enumerate(fields(cls))]
    return _compiled("def __setstate__(self, state):", body or ["pass"], {"set_": object.__setattr__})


def _values(of: str, cls: type) -> str:
    """The tuple of what two of a class are compared by."""
    return f"({''.join(f'{of}.{one.name}, ' for one in fields(cls) if one.compare)})"


def _compiled(head: str, body: list[str], known: dict[str, Any] | None = None) -> Method:
    """A function of the names of fields alone: no text of a user is in it."""
    names: dict[str, Any] = {**(known or {})}
    exec("\n    ".join([head, *body]), names)
    method: Method = names[head.removeprefix("def ").partition("(")[0]]
    return method


def _freeze(cls: Any, slots: bool) -> None:
    """Lets no field be set or deleted; what has slots is pickled by them, as it cannot be set."""
    names = frozenset(one.name for one in fields(cls))

    def __setattr__(self: object, name: str, value: object) -> None:  # noqa: N807
        if type(self) is cls or name in names:
            raise FrozenInstanceError(f"cannot assign to field {name!r}")
        super(cls, self).__setattr__(name, value)

    def __delattr__(self: object, name: str) -> None:  # noqa: N807
        if type(self) is cls or name in names:
            raise FrozenInstanceError(f"cannot delete field {name!r}")
        super(cls, self).__delattr__(name)

    cls.__setattr__ = __setattr__
    cls.__delattr__ = __delattr__
    if slots:
        _put(cls, "__getstate__", _getstate)
        _put(cls, "__setstate__", _setstate)


if TYPE_CHECKING:
    from dataclasses import dataclass
else:
    dataclass = _declared
