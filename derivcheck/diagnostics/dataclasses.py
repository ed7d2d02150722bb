"""Dataclasses whose methods are written when one of them is first called.

The standard library compiles six methods of a class where it is defined: for the few hundred classes of this package
that takes longer than all else of importing it, and a run calls few of them. Fields, slots, `replace` and `match` are
the standard library's here; a method is a descriptor that puts what it stands for in its own place.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import MISSING, Field, FrozenInstanceError, field, fields, is_dataclass, replace
from functools import partial
from reprlib import recursive_repr
from typing import TYPE_CHECKING, Any

__all__ = ["dataclass", "field", "fields", "is_dataclass", "replace"]

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

    def made(cls: Any) -> type:
        given = dict(cls.__dict__)
        wanted = ["__init__", *["__repr__"] * repr, *["__eq__"] * eq, *["__hash__"] * (eq and frozen), *ORDER * order]
        if cls.__doc__ is None:  # else the standard library writes the signature, which waits for `inspect`
            cls.__doc__ = f"{cls.__name__}({', '.join(given.get('__annotations__', ()))})"
        settings: dict[str, bool] = {"init": False, "repr": False, "eq": False}
        found: Any = dataclasses.dataclass(**settings, slots=slots, weakref_slot=weakref_slot)(cls)
        for name in wanted:
            if given.get(name) is None:
                setattr(found, name, Unwritten(found, name, METHODS[name]))
        if eq and not frozen and "__hash__" not in given:
            found.__hash__ = None
        if frozen:
            _freeze(found, slots)
        return found  # type: ignore[no-any-return]

    return made if cls is None else made(cls)


# --- the methods ------------------------------------------------------------------------------


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


def _comparison(name: str, sign: str, cls: type) -> Method:
    head, compared = f"def {name}(self, other):", f"{_values('self', cls)} {sign} {_values('other', cls)}"
    return _compiled(head, [f"return {compared} if other.__class__ is self.__class__ else NotImplemented"])


def _hash(cls: type) -> Method:
    return _compiled("def __hash__(self):", [f"return hash({_values('self', cls)})"])


def _values(of: str, cls: type) -> str:
    """The tuple of what two of a class are compared by."""
    return f"({''.join(f'{of}.{one.name}, ' for one in fields(cls) if one.compare)})"


def _compiled(head: str, body: list[str], known: dict[str, Any] | None = None) -> Method:
    """A function of fields alone: nothing but their names, as a class declares them, is in its text."""
    names: dict[str, Any] = {**(known or {})}
    exec("\n    ".join([head, *body]), names)
    method: Method = names[head.removeprefix("def ").partition("(")[0]]
    return method


SIGNS = {"__eq__": "==", "__lt__": "<", "__le__": "<=", "__gt__": ">", "__ge__": ">="}
METHODS: dict[str, Callable[[type], Method]] = {
    "__init__": _init,
    "__repr__": _repr,
    "__hash__": _hash,
    **{name: partial(_comparison, name, sign) for name, sign in SIGNS.items()},
}
ORDER = ("__lt__", "__le__", "__gt__", "__ge__")


def _freeze(cls: Any, slots: bool) -> None:
    """Lets no field be set or deleted; so what has slots says itself how it is pickled by them."""
    names = tuple(one.name for one in fields(cls))

    def __setattr__(self: object, name: str, value: object) -> None:  # noqa: N807
        if type(self) is cls or name in names:
            raise FrozenInstanceError(f"cannot assign to field {name!r}")
        super(cls, self).__setattr__(name, value)

    def __delattr__(self: object, name: str) -> None:  # noqa: N807
        if type(self) is cls or name in names:
            raise FrozenInstanceError(f"cannot delete field {name!r}")
        super(cls, self).__delattr__(name)

    def __getstate__(self: object) -> list[Any]:  # noqa: N807
        return [getattr(self, name) for name in names]

    def __setstate__(self: object, state: list[Any]) -> None:  # noqa: N807
        for name, value in zip(names, state, strict=True):
            object.__setattr__(self, name, value)

    cls.__setattr__, cls.__delattr__ = __setattr__, __delattr__
    if slots:
        cls.__getstate__, cls.__setstate__ = __getstate__, __setstate__


if TYPE_CHECKING:
    from dataclasses import dataclass
else:
    dataclass = _declared
