"""Fields of what a project's files make, checked against their annotations when an object is made.

``Statement(…, claims=claim)`` or ``Measure(…, samples="many")`` is refused in one sentence, in the line that says it,
and not wherever the value is first used.  The annotation is the whole of it: a type, a union, a tuple, a mapping, a
callable, and ``Annotated`` with rules for what a type does not say.  Lists are taken for tuples, numbers of NumPy for
Python's, words for members of an enumeration.

    @checked
    @dataclass(frozen=True)
    class Point:
        name: Line
        n: Annotated[int, within(1, 9)] = 1

    Point("p", 10)      # FieldError: Point 'p': n is 10; an integer from 1 to 9 is needed
"""

from __future__ import annotations

import inspect
import math
import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from enum import Enum
from functools import cache, wraps
from numbers import Integral, Real
from operator import index
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin, get_type_hints

from verifier.inputs.visible import is_visible, one_line, visible

Class = TypeVar("Class", bound=type)
#: A rule returns the value as it is to be kept, or raises :class:`Wrong`.
Rule = Callable[[Any], Any]
_MISSING = object()
#: Generic types that fields and results are held against.
_GENERIC = (Annotated, Union, types.UnionType, tuple, Sequence, list, Mapping, dict, Callable)


class FieldError(TypeError, ValueError):
    """A field that holds what it cannot hold; the sentence names the object, the value and what is needed."""


class Wrong(Exception):
    """``needed``: what is needed instead of a value, in words; ``at``: where in a field it stands, as ``[2]``."""

    def __init__(self, needed: str, at: str = "", value: Any = _MISSING) -> None:
        super().__init__(needed)
        self.needed, self.at, self.value = needed, at, value


@dataclass(frozen=True)
class Before:
    """A rule that is applied before the type is looked at: it makes a value of that type where it can."""

    convert: Rule


def checked(cls: Class) -> Class:
    """Class decorator, above ``@dataclass``: every object's fields fit their annotations, or FieldError is raised."""
    made = cls.__init__  # type: ignore[misc]

    @wraps(made)
    def init(self: Any, *arguments: Any, **named: Any) -> None:
        made(self, *arguments, **named)
        check(self, cls)

    cls.__init__ = init  # type: ignore[misc]
    return cls


def check(made: Any, cls: type) -> None:
    """Check the fields that ``cls`` has, and keep them in the form that their annotations ask for."""
    hints = _hints(cls)
    for field in fields(cls):
        value = getattr(made, field.name)
        try:
            kept = fitted(hints[field.name], value)
        except Wrong as wrong:
            found = value if wrong.value is _MISSING else wrong.value
            raise FieldError(
                f"{_called(made)}: {field.name}{wrong.at} is {shown(found)}; {wrong.needed} is needed"
            ) from None
        if kept is not value:
            object.__setattr__(made, field.name, kept)


def fitted(hint: Any, value: Any) -> Any:
    """``value`` as ``hint`` has it.  Raises Wrong where it does not fit."""
    if hint is Any:
        return value
    origin, inner = get_origin(hint), get_args(hint)
    if origin is Annotated:
        for rule in inner[1:]:
            value = rule.convert(value) if isinstance(rule, Before) else value
        value = fitted(inner[0], value)
        for rule in inner[1:]:
            value = value if isinstance(rule, Before) else rule(value)
        return value
    if origin in (Union, types.UnionType):
        return _one_of(inner, value)
    if hint is None or hint is type(None):
        if value is not None:
            raise Wrong("nothing (None)")
        return None
    if origin is tuple:
        return _tuple(inner, value)
    if origin is Sequence or origin is list:
        return _each(inner[0], _listed(value))
    if origin in (Mapping, dict):
        return _mapping(inner, value)
    if origin is Callable:
        return _function(inner, value)
    if isinstance(hint, type):
        return _typed(hint, value)
    raise NotImplementedError(f"fields annotated as {hint} are not checked")  # a class here has to be mended


def _function(hints: Sequence[Any], value: Any) -> Any:
    """A function that takes as many arguments as it will be given, and whose results are held against what is said."""
    if not callable(value):
        raise Wrong("a function")
    *taken, result = hints
    if isinstance(value, Fitting):
        return value
    count = len(taken[0]) if isinstance(taken[0], list) else None
    try:
        signature = inspect.signature(value)
    except (ValueError, TypeError):  # of a class, or written in C
        signature = None
    if signature is not None and count is not None:
        try:
            signature.bind(*[None] * count)
        except TypeError:
            raise Wrong(f"a function of {count} argument{'s' if count > 1 else ''}") from None
    return Fitting(value, result) if _told(result) else value


def _told(hint: Any) -> bool:
    """Whether a result can be held against ``hint``; a structural type says too little."""
    if (origin := get_origin(hint)) is not None:
        return origin in _GENERIC and all(_told(part) for part in get_args(hint) if part is not Ellipsis)
    if hint is None or hint is type(None):
        return True
    structural = getattr(hint, "_is_protocol", False) and not getattr(hint, "_is_runtime_protocol", False)
    return isinstance(hint, type) and not structural


@dataclass(frozen=True)
class Fitting:
    """A function of a project whose results fit an annotation, or FieldError says where it stands."""

    function: Callable[..., Any]
    result: Any

    def __post_init__(self) -> None:
        object.__setattr__(self, "__wrapped__", self.function)  # the names of its arguments are those of the function

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        try:
            found = self.function(*arguments, **named)
        except TypeError as error:
            if error.__traceback__ is not None and error.__traceback__.tb_next is not None:
                raise  # inside of it, where its own line is named
            raise FieldError(f"{self} cannot be called: {error}") from None
        if self.result is bool:
            return _truth(self, found)
        try:
            return fitted(self.result, found)
        except Wrong as wrong:
            raise FieldError(f"{self} returned {shown(found)}; {wrong.needed} is needed") from None

    def __str__(self) -> str:
        code = getattr(self.function, "__code__", None)
        name = getattr(self.function, "__name__", type(self.function).__name__)
        return f"{name} ({code.co_filename}:{code.co_firstlineno})" if code is not None else name


def _truth(function: Fitting, found: Any) -> bool:
    try:
        return bool(found)
    except Exception:  # of an array, or of a relation between symbols
        raise FieldError(f"{function} returned {shown(found)}; True or False is needed") from None


def _one_of(hints: Sequence[Any], value: Any) -> Any:
    needed = []
    inside: Wrong | None = None
    for hint in hints:
        try:
            return fitted(hint, value)
        except Wrong as wrong:
            if wrong.at:
                inside = wrong
            elif hint is not type(None):
                needed.append(wrong.needed)
    if inside is not None and not needed:
        raise inside
    raise Wrong(" or ".join(dict.fromkeys(needed)))


def _tuple(hints: Sequence[Any], value: Any) -> tuple[Any, ...]:
    if len(hints) == 2 and hints[1] is Ellipsis:
        return _each(hints[0], _listed(value))
    listed = _listed(value)
    if len(listed) != len(hints):
        raise Wrong(f"a tuple of {len(hints)}")
    return tuple(_at(hint, entry, f"[{k}]") for k, (hint, entry) in enumerate(zip(hints, listed, strict=True)))


def _listed(value: Any) -> tuple[Any, ...]:
    if not isinstance(value, tuple | list):
        raise Wrong("a tuple (…,)")
    return tuple(value)


def _each(hint: Any, values: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(_at(hint, value, f"[{k}]") for k, value in enumerate(values))


def _mapping(hints: Sequence[Any], value: Any) -> dict[Any, Any]:
    if not isinstance(value, Mapping):
        raise Wrong("a mapping {…}")
    return {_at(hints[0], k, " key"): _at(hints[1], v, f"[{shown(k)}]") for k, v in value.items()}


def _at(hint: Any, value: Any, place: str) -> Any:
    try:
        return fitted(hint, value)
    except Wrong as wrong:
        found = value if wrong.value is _MISSING else wrong.value
        raise Wrong(wrong.needed, place + wrong.at, found) from None


def _typed(hint: type, value: Any) -> Any:
    if issubclass(hint, Enum):
        if isinstance(value, hint):
            return value
        members = [member for member in hint if isinstance(value, str) and member.value == value]
        if not members:
            raise Wrong(f"{hint.__name__}, one of {', '.join(str(member.value) for member in hint)},")
        return members[0]
    if hint is str:
        if not isinstance(value, str):
            raise Wrong("a text")
        return value
    if hint is bool:
        if not isinstance(value, bool) and type(value).__name__ not in ("bool_", "bool"):
            raise Wrong("True or False")
        return bool(value)
    if hint is int:
        if isinstance(value, bool) or not isinstance(value, Integral):
            raise Wrong("an integer")
        return value if isinstance(value, int) else index(value)
    if hint is float:
        return _float(value)
    if not isinstance(value, hint):
        raise Wrong(f"an object of type {hint.__name__}")
    return value


def _float(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, Real):
        raise Wrong("a number")
    if isinstance(value, int | float) and abs(value) < 1e308:
        return value  # an integer stays one, so that it is written as one
    try:
        found = float(value)
    except (OverflowError, ValueError, TypeError):
        raise Wrong("a number of ordinary size") from None
    if not math.isfinite(found):
        raise Wrong("a finite number")
    return found


def within(low: float, high: float = math.inf) -> Rule:
    """A rule: numbers from ``low`` to ``high``, both included."""

    def rule(value: Any) -> Any:
        if value is not None and not low <= value <= high:
            kind = "an integer" if isinstance(value, int) else "a number"
            raise Wrong(f"{kind} of at least {low}" if high == math.inf else f"{kind} from {low} to {high}")
        return value

    return rule


def a_line(value: str) -> str:
    """A rule: one line of printed characters, not empty."""
    if not value.strip() or not is_visible(value):
        raise Wrong("one line of printed characters")
    return value


def a_text(value: str) -> str:
    """A rule: printed characters, in lines, perhaps none."""
    if visible(value) != value:
        raise Wrong("a text of printed characters")
    return value


#: A name, a title: one line, not empty.
Line = Annotated[str, a_line]
#: Words for readers, perhaps none.
Text = Annotated[str, a_text]


def shown(value: Any, longest: int = 60) -> str:
    """A value in a sentence: its ``repr`` in one short line, whatever that does."""
    try:
        text = repr(value)
    except Exception:
        text = f"<{type(value).__name__}>"
    text = one_line(text)
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _called(made: Any) -> str:
    name = next((getattr(made, word) for word in ("id", "name", "symbol") if hasattr(made, word)), None)
    return type(made).__name__ + (f" {shown(name)}" if isinstance(name, str) else "")


@cache
def _hints(cls: type) -> dict[str, Any]:
    return get_type_hints(cls, include_extras=True)
