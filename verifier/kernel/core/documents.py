"""Proof documents: read strictly, once, into terms and steps; what is not exactly so is refused with its place.

A document is JSON: ``format``, ``statement``, lists of ``terms``, ``steps`` and ``goals``, each made of earlier ones.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple, TypeAlias

from verifier.kernel.core import theorems
from verifier.kernel.core.sorts import Refused, Sort, budget, label, need
from verifier.kernel.core.terms import App, Bound, Fun, Num, Term, Var

FORMAT = "verifier proof 2"
#: bound of a file in bytes; the work that any document may ask for, and more for each term and each step
LARGEST_FILE, WORK, WORK_EACH = 4_000_000, 600_000, 60
#: node or inference → what stands after its name, and what makes a term or a theorem of that: n a name, o a sort, i an
#: integer, f a fraction, h a symbol or a term, t a term, s a step; O, F, T, S lists of them
Shapes: TypeAlias = Mapping[str, tuple[str, Callable[..., Any]]]
TERMS: Shapes = {"var": ("no", Var), "bound": ("io", Bound), "num": ("f", Num), "fun": ("Ot", Fun), "app": ("hT", App)}
STEPS: Shapes = {
    "row": ("n", theorems.row), "computed": ("nt", theorems.computed), "use": ("n", label),  # "use" by the checker
    "assume": ("t", theorems.assume), "imp_intro": ("ts", theorems.imp_intro), "imp_elim": ("ss", theorems.imp_elim),
    "all_intro": ("Ts", theorems.all_intro), "all_elim": ("sT", lambda t, terms: theorems.all_elim(t, *terms)),
    "ring": ("tt", theorems.ring), "subst": ("sts", theorems.subst), "linear": ("StF", theorems.linear),
}  # fmt: skip


class Document(NamedTuple):
    """A proof of the goals of one statement.  A step is its name and its arguments, other steps by number; a goal is
    the id of a claim, the closed proposition that the claim is, and the number of the step that proves it."""

    statement: str
    steps: tuple[tuple[str, list[Any]], ...]
    goals: tuple[tuple[str, Term, int], ...]


def load(text: str | bytes) -> Any:
    """JSON in UTF-8 without duplicate keys, numbers other than 0 to 999999999, or deep nesting."""

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        need(len(dict(items)) == len(items), f"a key is there twice among {', '.join(k for k, _ in items)[:200]!a}")
        return dict(items)

    def integer(digits: str) -> int:
        need(digits.isdecimal() and len(digits) <= 9, f"{digits[:40]} is no integer from 0 to 999999999")
        return int(digits)

    need(len(text) <= LARGEST_FILE, f"a file of more than {LARGEST_FILE} bytes")
    try:
        text = text.decode() if isinstance(text, bytes) else text
        return json.loads(text, object_pairs_hook=pairs, parse_float=integer, parse_constant=integer, parse_int=integer)
    except (RecursionError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise Refused("nested too deep" if isinstance(error, RecursionError) else f"no JSON: {error}") from None


def read(data: Any) -> Document:
    """A document from JSON data; :class:`Refused` names the place where it is none."""
    terms: list[Term] = []
    steps: list[tuple[str, list[Any]]] = []
    goals: list[tuple[str, Term, int]] = []
    readers: dict[str, Callable[[Any], Any]] = {
        "n": label, "o": _sort, "i": lambda x: x, "f": _fraction, "h": lambda x: x if type(x) is str else _at(terms, x),
        "t": lambda x: _at(terms, x), "s": lambda x: _at(range(len(steps)), x),
    }  # fmt: skip
    place = "the document"
    try:
        _typed(data, "format", "statement", "terms", "steps", "goals")
        need(data["format"] == FORMAT, f"format {str(data['format'])[:40]!a}: only {FORMAT!r} is read")
        with budget(WORK + WORK_EACH * len(_typed(data["terms"]))):
            for number, node in enumerate(data["terms"]):
                place = f"term {number}"
                name, args = _entry(node, TERMS, readers)
                terms.append(TERMS[name][1](*args))
        for number, node in enumerate(_typed(data["steps"])):
            place = f"step {number}"
            steps.append(_entry(node, STEPS, readers))
        for number, node in enumerate(_typed(data["goals"])):
            place = f"goal {number}"
            _typed(node, "id", "prop", "step")
            goals.append((label(node["id"]), _at(terms, node["prop"]), readers["s"](node["step"])))
        return Document(label(data["statement"]), tuple(steps), tuple(goals))
    except (Refused, RecursionError) as refusal:
        raise Refused(f"{place}: {refusal}") from None


def _entry(node: Any, shapes: Shapes, readers: Mapping[str, Callable[[Any], Any]]) -> tuple[str, list[Any]]:
    name, *parts = _typed(node) or [None]
    shape = shapes[name][0] if type(name) is str and name in shapes else ""
    need(shape and len(shape) == len(parts), lambda: f"{str(node)[:60]!a} is none of {', '.join(shapes)}")
    return name, [
        tuple([readers[kind.lower()](x) for x in _typed(part)]) if kind.isupper() else readers[kind](part)
        for kind, part in zip(shape, parts, strict=True)
    ]


def _typed(data: Any, *fields: str) -> Any:
    well = type(data) is dict and set(data) == set(fields) if fields else type(data) is list
    need(well, lambda: f"{str(data)[:60]!a} where {f'an object with {fields}' if fields else 'a list'} stands")
    return data


def _at(items: Sequence[Any], number: Any) -> Any:
    need(type(number) is int and 0 <= number < len(items), lambda: f"{str(number)[:40]!a} is no earlier entry")
    return items[number]


def _fraction(data: Any) -> Fraction:
    well = type(data) is str and re.fullmatch(r"-?[0-9]{1,400}(/[1-9][0-9]{0,399})?", data)
    need(well and str(Fraction(*map(int, data.split("/")))) == data, lambda: f"{str(data)[:40]!a} is no fraction")
    return Fraction(*map(int, data.split("/")))


def _sort(data: Any) -> Sort:
    if type(data) is not list:
        return label(data)
    need(len(data) == 2, "a function sort is [[sorts], sort]")
    found = tuple([_sort(s) for s in _typed(data[0])]), _sort(data[1])
    need(str(found).count("'") <= 100, "a sort that is made of more than 50")
    return found
