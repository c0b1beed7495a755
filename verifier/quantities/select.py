"""The ``-k`` expressions that choose cells: ``H=2,r=3``, ``H>=2 and angle=60``, ``axis=m``."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from verifier.inputs.numbers import LONGEST, shortened

_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "!=": operator.ne,
    "==": operator.eq,
    "=": operator.eq,
    "<": operator.lt,
    ">": operator.gt,
}
_TERM = re.compile(r"\s*([A-Za-z_]\w*)\s*(<=|>=|!=|==|=|<|>)\s*(.+?)\s*\Z")
_WORD = re.compile(r"[A-Za-z]\w*\Z")
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?\Z")


class Selection:
    """A conjunction of comparisons; a cell without the parameter is not selected."""

    def __init__(self, expression: str, told: str = "") -> None:
        """Raises ValueError for what is not a comparison; ``told`` is how messages name the expression."""
        self.expression = expression
        self.told = told or f"-k {expression!r}"
        if len(expression) > LONGEST or any(deep in expression for deep in ("((((",)):
            raise ValueError(f"{shortened(self.told)}: at most {LONGEST} characters are read, and tuples of tuples")
        self.terms = [_term(text, self.told) for text in split(expression)]

    @property
    def names(self) -> list[str]:
        return [name for name, _, _ in self.terms]

    def __call__(self, parameters: Mapping[str, Any]) -> bool:
        return bool(self.terms) and all(_holds(parameters, *term) for term in self.terms)  # "," selects nothing

    def require_names(self, cells: Iterable[Mapping[str, Any]]) -> None:
        """ValueError for a parameter that no cell has."""
        known = sorted({name for parameters in cells for name in parameters})
        for name in self.names:
            if name not in known:
                raise ValueError(f"{self.told}: no cell has a parameter {name!r}; there are {', '.join(known)}")

    def require_values(self, cells: Iterable[Mapping[str, Any]]) -> None:
        """ValueError for ``name=value`` with a value that no cell has."""
        listed = list(cells)
        for name, symbol, value in self.terms:
            if symbol not in ("=", "=="):
                continue
            found = {text_of(p[name]): _floats(p[name]) for p in listed if name in p}
            if value not in found.values():
                allowed = ", ".join(sorted(found, key=lambda text: (len(text), text)))
                hint = "; --angle measures at another angle" if name == "angle" else ""
                raise ValueError(f"{name}={text_of(value)} is not measured; {name} is one of {allowed}{hint}")


def split(expression: str) -> list[str]:
    """At commas and ``and`` outside parentheses."""
    parts, depth, current = [], 0, ""
    for token in re.split(r"([(),]|\band\b)", expression):
        depth += (token == "(") - (token == ")")
        if depth == 0 and token in (",", "and"):
            parts.append(current)
            current = ""
        else:
            current += token
    return [part for part in [*parts, current] if part.strip()]


def text_of(value: Any) -> str:
    """A parameter as it is written in an expression: numbers briefly, tuples in parentheses."""
    if isinstance(value, list | tuple):
        return "(" + ",".join(text_of(entry) for entry in value) + ")"
    if isinstance(value, float):
        return repr(int(value)) if value.is_integer() else repr(value)
    return str(value)


def _term(text: str, told: str) -> tuple[str, str, Any]:
    match = _TERM.match(text)
    if match is None:
        raise ValueError(f"{told}: {text.strip()!r} is not a comparison such as H=2 or r>=3")
    name, symbol, value = match.groups()
    return name, symbol, _value(value, told)


def _value(text: str, told: str) -> Any:
    text = text.strip()
    if text.startswith("(") and text.endswith(")"):
        return tuple(_value(entry, told) for entry in split(text[1:-1]))
    if _WORD.match(text):
        return text
    if not _NUMBER.match(text):
        raise ValueError(f"{told}: {text!r} is not a number, a word, nor a tuple of numbers such as (1,2)")
    return float(text)


def _holds(parameters: Mapping[str, Any], name: str, symbol: str, value: Any) -> bool:
    if name not in parameters:
        return False
    found = _floats(parameters[name])
    if isinstance(found, str) or isinstance(value, str):
        return {"=": found == value, "==": found == value, "!=": found != value}.get(symbol, False)
    if isinstance(found, tuple) != isinstance(value, tuple):
        return symbol == "!="
    return bool(_OPERATORS[symbol](found, value))


def _floats(value: Any) -> Any:
    if isinstance(value, str):
        return value
    return tuple(_floats(entry) for entry in value) if isinstance(value, list | tuple) else float(value)
