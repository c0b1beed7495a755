"""Proof documents: read strictly, once, into terms and steps; written from theorems' recipes.

A document is JSON: ``format``, ``statement``, ``terms`` (a table of nodes, each made of earlier ones by their numbers),
``steps`` (each an inference from earlier ones) and ``goals``.  Duplicate keys, floats, unknown fields, booleans for
integers and anything over the bounds are refused with the place.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from verifier.kernel.core.sorts import Refused, Sort, need
from verifier.kernel.core.terms import Bound, Fun, Num, Term, Var, app

FORMAT = "verifier proof 2"
#: bounds of a file in bytes, and of a document in terms and steps
LARGEST_FILE, MOST_TERMS, MOST_STEPS = 64_000_000, 400_000, 200_000

#: inference → what stands after its name: s a step, S steps, t a term, T terms, n a name, F fractions
STEPS = {
    "row": "n", "assume": "t", "imp_intro": "ts", "imp_elim": "ss", "all_intro": "Ts", "all_elim": "sT",
    "instantiate": "TTs", "ring": "tt", "subst": "sts", "linear": "StF", "use": "n", "computed": "nt",
}  # fmt: skip


@dataclass(frozen=True)
class Step:
    """One inference: its name and its arguments, terms as terms and steps by number."""

    rule: str
    args: tuple[Any, ...]


@dataclass(frozen=True)
class Goal:
    """A closed proposition, under the id of the claim it is, and the number of the step that proves it."""

    id: str
    prop: Term
    step: int


@dataclass(frozen=True)
class Document:
    """A proof of the goals of one statement."""

    statement: str
    steps: tuple[Step, ...]
    goals: tuple[Goal, ...]


def load(text: str | bytes) -> Any:
    """JSON without duplicate keys, floats, constants like NaN, or nesting beyond Python's."""
    need(len(text) <= LARGEST_FILE, f"a file of more than {LARGEST_FILE} bytes")

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(items)
        need(len(found) == len(items), f"a key is there twice among {', '.join(k for k, _ in items)[:200]}")
        return found

    def refuse(what: str) -> Any:
        raise Refused(f"{what[:40]} is no integer")

    def integer(digits: str) -> int:
        need(len(digits) <= 20, f"an integer of {len(digits)} digits")
        return int(digits)

    try:
        return json.loads(text, object_pairs_hook=pairs, parse_float=refuse, parse_constant=refuse, parse_int=integer)
    except RecursionError:
        raise Refused("nested too deep") from None
    except UnicodeDecodeError as error:
        raise Refused(f"no text: {error.reason}") from None
    except json.JSONDecodeError as error:
        raise Refused(f"no JSON: {error}") from None


def read(data: Any) -> Document:
    """A document from JSON data; :class:`Refused` names the place where it is none."""
    data = _fields(data, "the document", {"format", "statement", "terms", "steps", "goals"})
    need(data["format"] == FORMAT, f"format {data['format']!r}: {FORMAT!r} is read")
    for name, most in (("terms", MOST_TERMS), ("steps", MOST_STEPS), ("goals", MOST_STEPS)):
        need(type(data[name]) is list and len(data[name]) <= most, f"{name}: a list of at most {most}")
    terms: list[Term] = []
    for number, node in enumerate(data["terms"]):
        terms.append(_placed(f"term {number}", _term, node, terms))
    steps: list[Step] = []
    for number, node in enumerate(data["steps"]):
        steps.append(_placed(f"step {number}", _step, node, terms, number))
    goals = [_placed(f"goal {n}", _goal, node, terms, len(steps)) for n, node in enumerate(data["goals"])]
    return Document(_name(data["statement"]), tuple(steps), tuple(goals))


def _placed(place: str, reader: Any, *args: Any) -> Any:
    try:
        return reader(*args)
    except Refused as error:
        raise Refused(f"{place}: {error}") from None


def _fields(data: Any, what: str, names: set[str]) -> dict[str, Any]:
    need(type(data) is dict, f"{what} is no JSON object")
    unknown, missing = sorted(set(data) - names), sorted(names - set(data))
    need(not unknown, f"{what}: unknown field {unknown[0]!r}" if unknown else "")
    need(not missing, f"{what}: no field {missing[0]!r}" if missing else "")
    return data


def _name(data: Any) -> str:
    need(type(data) is str and 0 < len(data) <= 200, f"{str(data)[:40]!r} is no name")
    return data


def _list(data: Any) -> list[Any]:
    need(type(data) is list, f"{str(data)[:40]!r} is no list")
    return data


def _at(items: list[Any], number: Any) -> Any:
    need(type(number) is int and 0 <= number < len(items), f"{str(number)[:40]!r} is no number of an earlier one")
    return items[number]


def _fraction(data: Any) -> Fraction:
    well = type(data) is str and re.fullmatch(r"-?[0-9]{1,1200}(/[0-9]{1,1200})?", data) is not None
    need(well, f"{str(data)[:40]!r} is no fraction")
    top, _, bottom = data.partition("/")
    need(bottom == "" or int(bottom) != 0, "a fraction with denominator 0")
    found = Fraction(int(top), int(bottom or 1))
    need(str(found) == data, f"{data[:40]} is not in lowest terms")
    return found


def _sort(data: Any, depth: int = 0) -> Sort:
    if type(data) is list:
        need(depth < 8 and len(data) == 2 and type(data[0]) is list, "no sort")
        return tuple(_sort(s, depth + 1) for s in data[0]), _sort(data[1], depth + 1)
    return _name(data)


def _term(node: Any, terms: list[Term]) -> Term:
    kind, *rest = _list(node) or [None]
    shape = {"var": 2, "bound": 2, "num": 1, "fun": 2, "app": 2}.get(kind if type(kind) is str else "")
    need(shape is not None and len(rest) == shape, f"{str(node)[:60]} is no term")
    if kind == "var":
        return Var(_name(rest[0]), _sort(rest[1]))
    if kind == "bound":
        return Bound(rest[0], _sort(rest[1]))
    if kind == "num":
        return Num(_fraction(rest[0]))
    if kind == "fun":
        return Fun(tuple(_sort(s) for s in _list(rest[0])), _at(terms, rest[1]))
    head = rest[0] if type(rest[0]) is str else _at(terms, rest[0])
    need(type(head) is not Fun, "a function that is applied is written reduced")
    return app(head, *(_at(terms, n) for n in _list(rest[1])))


def _step(node: Any, terms: list[Term], before: int) -> Step:
    rule, *rest = _list(node) or [None]
    shape = STEPS.get(rule) if type(rule) is str else None
    need(shape is not None, f"there is no inference {str(rule)[:40]!r}; there are {', '.join(STEPS)}")
    assert shape is not None
    need(len(rest) == len(shape), f"{rule} takes {len(shape)} arguments, not {len(rest)}")
    earlier = list(range(before))
    readers = {"s": lambda x: _at(earlier, x), "t": lambda x: _at(terms, x), "n": _name, "f": _fraction}
    args = [
        tuple(readers[kind.lower()](x) for x in _list(part)) if kind.isupper() else readers[kind](part)
        for kind, part in zip(shape, rest, strict=True)
    ]
    return Step(rule, tuple(args))


def _goal(node: Any, terms: list[Term], steps: int) -> Goal:
    found = _fields(node, "a goal", {"id", "prop", "step"})
    return Goal(_name(found["id"]), _at(terms, found["prop"]), _at(list(range(steps)), found["step"]))
