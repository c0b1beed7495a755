"""Stored results are data: what is read from a store is held against ``docs/report.schema.json`` before it is used.

The part of JSON Schema that the file uses is read here, and nothing else: a keyword that is not known is an error of
this program.  Beyond the schema, texts hold no control characters and numbers are finite.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from verifier.inputs.fields import shown
from verifier.inputs.visible import visible

#: What follows from the rest, and is made when a document is read.
DERIVED = ("counts", "graph", "limits")
_HERE = Path(__file__).resolve().parent
_TYPES: dict[str, Any] = {
    "object": dict, "array": list, "string": str, "boolean": bool, "null": type(None), "integer": int,
    "number": (int, float),
}  # fmt: skip
_SILENT = {"description", "$schema", "title", "$defs"}
#: Lists in lists, and digits of an integer.
_DEEPEST, _LARGEST = 60, 10**60


@cache
def schema() -> dict[str, Any]:
    """The schema: inside the package where it is installed, among the documentation in the repository."""
    places = (_HERE / "report.schema.json", _HERE.parents[1] / "docs" / "report.schema.json")
    path = next(path for path in places if path.is_file())
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def problem_of(document: Any) -> str:
    """Why ``document`` is none of this schema, in half a sentence that names the place; empty where it is one.

    >>> problem_of({"format": 5, "run": 3})
    'the document lacks words'
    """
    rules = {**schema(), "required": [name for name in schema()["required"] if name not in DERIVED]}
    try:
        _check(document, rules, "the document", 0)
    except _Problem as problem:
        return str(problem)
    return ""


def problem_of_part(data: Any, name: str, where: str) -> str:
    """The same of one kind of object in the schema, called ``where`` in what is said."""
    try:
        _check(data, schema()["$defs"][name], where, 0)
    except _Problem as problem:
        return str(problem)
    return ""


class _Problem(Exception):
    pass


def _check(data: Any, rules: Mapping[str, Any], where: str, depth: int) -> None:
    if depth > _DEEPEST:
        raise _Problem(f"{where} is nested too deep")
    _plain(data, where)
    for keyword, value in rules.items():
        if keyword in _SILENT:
            continue
        if keyword not in _KEYWORDS:
            raise NotImplementedError(f"the schema uses {keyword}")
        _KEYWORDS[keyword](data, value, rules, where, depth)


def _plain(data: Any, where: str) -> None:
    """Nothing that a terminal or a page would take for more than text, and no number that is none."""
    if isinstance(data, str) and visible(data) != data:
        raise _Problem(f"{where} is {shown(data)}, which is no plain text")
    if isinstance(data, float) and not math.isfinite(data):
        raise _Problem(f"{where} is {data}, which is no number")
    if isinstance(data, int) and abs(data) > _LARGEST:
        raise _Problem(f"{where} is an integer of many digits")


def _type(data: Any, value: Any, rules: Mapping[str, Any], where: str, depth: int) -> None:
    names = [value] if isinstance(value, str) else value
    for name in names:
        if isinstance(data, _TYPES[name]) and (name == "boolean" or not isinstance(data, bool)):
            return
    raise _Problem(f"{where} is {shown(data)}, not of type {' or '.join(names)}")


def _ref(data: Any, value: Any, rules: Mapping[str, Any], where: str, depth: int) -> None:
    _check(data, schema()["$defs"][value.removeprefix("#/$defs/")], where, depth)


def _items(data: Any, value: Any, rules: Mapping[str, Any], where: str, depth: int) -> None:
    for number, entry in enumerate(data if isinstance(data, list) else ()):
        _check(entry, value, f"{where}[{number}]", depth + 1)


def _required(data: Any, value: Any, rules: Mapping[str, Any], where: str, depth: int) -> None:
    for name in value if isinstance(data, dict) else ():
        if name not in data:
            raise _Problem(f"{where} lacks {name}")


def _properties(data: Any, value: Any, rules: Mapping[str, Any], where: str, depth: int) -> None:
    for name, rule in value.items() if isinstance(data, dict) else ():
        if name in data:
            _check(data[name], rule, f"{where}.{name}", depth + 1)


def _additional(data: Any, value: Any, rules: Mapping[str, Any], where: str, depth: int) -> None:
    for name, entry in data.items() if isinstance(data, dict) else ():
        if name in rules.get("properties", {}):
            continue
        _plain(name, f"a name in {where}")
        if value is False:
            raise _Problem(f"{where} has {shown(name)}, which is not known")
        if isinstance(value, dict):
            _check(entry, value, f"{where}.{shown(name)}", depth + 1)


def _names(data: Any, value: Any, rules: Mapping[str, Any], where: str, depth: int) -> None:
    for name in data if isinstance(data, dict) else ():
        _check(name, value, f"a name in {where}", depth + 1)


def _enum(data: Any, value: Any, rules: Mapping[str, Any], where: str, depth: int) -> None:
    if data not in value:
        raise _Problem(f"{where} is {shown(data)}, none of {', '.join(map(str, value))}")


def _const(data: Any, value: Any, rules: Mapping[str, Any], where: str, depth: int) -> None:
    if data != value:
        raise _Problem(f"{where} is {shown(data)}, not {value}")


def _any_of(data: Any, value: Any, rules: Mapping[str, Any], where: str, depth: int) -> None:
    problems = []
    for rule in value:
        try:
            return _check(data, rule, where, depth)
        except _Problem as problem:
            problems.append(problem)
    raise problems[-1]


def _minimum(data: Any, value: Any, rules: Mapping[str, Any], where: str, depth: int) -> None:
    if isinstance(data, int | float) and data < value:
        raise _Problem(f"{where} is {data}, below {value}")


def _least(data: Any, value: Any, rules: Mapping[str, Any], where: str, depth: int) -> None:
    if isinstance(data, list) and len(data) < value:
        raise _Problem(f"{where} has {len(data)} entries, at least {value} are needed")


def _most(data: Any, value: Any, rules: Mapping[str, Any], where: str, depth: int) -> None:
    if isinstance(data, list) and len(data) > value:
        raise _Problem(f"{where} has {len(data)} entries, at most {value} are allowed")


_KEYWORDS = {
    "type": _type, "$ref": _ref, "items": _items, "required": _required, "properties": _properties,
    "additionalProperties": _additional, "propertyNames": _names, "enum": _enum, "const": _const, "anyOf": _any_of,
    "minimum": _minimum, "minItems": _least, "maxItems": _most,
}  # fmt: skip
