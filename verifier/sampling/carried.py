"""What objects, functions and classes carry beside their source, as far as the version of their code depends on it."""

from __future__ import annotations

import hashlib
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from fractions import Fraction
from functools import cached_property, partialmethod
from pathlib import PurePath
from types import (
    BuiltinFunctionType,
    FunctionType,
    GetSetDescriptorType,
    MemberDescriptorType,
)
from typing import Any

import numpy as np

from verifier.sampling.sources import Unknown

#: What a text says all of.
PLAIN = (bool, int, float, complex, str, bytes, Fraction, type(None))
_NUMBERS = (*PLAIN, PurePath)
#: What Python makes of a class's source, or does not read when something of the class is used.
_OF_SOURCE = frozenset((
    "__doc__", "__module__", "__qualname__", "__firstlineno__", "__dict__", "__weakref__", "__annotations__",
    "__annotate__", "__annotate_func__", "__annotations_cache__", "__classdictcell__", "__dataclass_fields__",
    "__dataclass_params__", "__match_args__", "__abstractmethods__", "__static_attributes__", "__parameters__",
    "__orig_bases__", "__protocol_attrs__", "__non_callable_proto_members__", "__slots__", "_abc_impl",
))  # fmt: skip
#: Methods that a dataclass is given, made of its fields alone.
_OF_FIELDS = frozenset((
    "__init__", "__repr__", "__eq__", "__lt__", "__le__", "__gt__", "__ge__", "__hash__", "__setattr__", "__delattr__",
    "__replace__",
))  # fmt: skip


def held_by(thing: Any) -> dict[str, Any]:
    """What an object carries: fields, attributes and slots; but not what a cached property made of them."""
    cached = {n for kind in type(thing).__mro__ for n, made in vars(kind).items() if isinstance(made, cached_property)}
    found = {name: value for name, value in getattr(thing, "__dict__", {}).items() if name not in cached}
    if is_dataclass(thing):
        found |= {field.name: getattr(thing, field.name) for field in fields(thing) if hasattr(thing, field.name)}
    for kind in type(thing).__mro__:
        slots = vars(kind).get("__slots__", ())
        for name in (slots,) if isinstance(slots, str) else slots:
            if name not in ("__dict__", "__weakref__") and hasattr(thing, name):
                found[name] = getattr(thing, name)
    return found


def plain_text(thing: Any) -> str:
    """What an object is beside its attributes, where its class is made of one of Python's: the number, the text.

    Raises Unknown for one of a class that keeps what it is where nobody sees it, as a random generator does.
    """
    for base in type(thing).__mro__:
        if base in _NUMBERS:
            return str(base.__repr__(thing))  # type: ignore[call-arg]
        if base is not object and isinstance(vars(base).get("__new__"), BuiltinFunctionType):
            raise Unknown(f"an object of type {type(thing).__name__}, which is a {base.__name__}")
    return ""


def members_of(kind: type) -> dict[str, Any]:
    """What a class carries under names of its own, which may have been put there since, or be read from a file."""
    if issubclass(kind, Enum):
        found: dict[str, Any] = {entry.name: entry.value for entry in kind}
        return found | {n: m for n, m in sorted(vars(kind).items()) if isinstance(m, FunctionType)}
    found = {}
    for name, member in sorted(vars(kind).items()):
        bare = getattr(member, "__func__", member)  # static and class methods
        if name in _OF_SOURCE or isinstance(bare, GetSetDescriptorType | MemberDescriptorType):
            continue
        if type(bare).__name__ == "_tuplegetter" or (name == "__new__" and hasattr(kind, "_field_defaults")):
            continue  # of a named tuple, whose fields count
        if name in _OF_FIELDS and is_dataclass(kind) and (bare is None or _made_of_text(bare)):
            continue
        found[name] = _parts(bare)
    if is_dataclass(kind):
        found["fields"] = [
            (f.name, f.init, f.kw_only, *((kept,) for kept in (f.default, f.default_factory) if kept is not MISSING))
            for f in fields(kind)
        ]
    return found


def _made_of_text(member: Any) -> bool:
    return isinstance(made := getattr(member, "__wrapped__", member), FunctionType) and (
        made.__code__.co_filename.startswith("<") or made.__module__ in ("dataclasses", "reprlib")
    )


def _parts(member: Any) -> Any:
    """What a member of a class is made of."""
    if isinstance(member, property):
        return [member.fget, member.fset, member.fdel]
    if isinstance(member, cached_property):
        return [member.func]
    if isinstance(member, partialmethod):
        return [member.func, member.args, dict(member.keywords)]
    return member


def cells_of(function: FunctionType) -> list[Any]:
    """What a function's closure holds."""
    found = []
    for cell in function.__closure__ or ():
        try:
            found.append(cell.cell_contents)
        except ValueError:  # not yet filled
            continue
    return found


def array_text(thing: Any) -> str:
    """An array's numbers, and how they lie, on which the order of sums depends.  Raises Unknown."""
    array = np.asarray(thing)
    if array.dtype.hasobject:
        raise Unknown("an array of objects")
    if isinstance(thing, np.ndarray) and type(thing) not in (np.ndarray, np.memmap):
        raise Unknown(f"an array of type {type(thing).__name__}")
    numbers = hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()
    return f"{array.dtype}{array.shape}{array.strides}{numbers}"
