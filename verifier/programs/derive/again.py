"""A derivation made again from a program's graph as data: what the engine of tensor programs computes.

>>> answers = again(certificate(change))                                                        # doctest: +SKIP
>>> answers.numbers[0].exponent, answers.untrue
(Fraction(0, 1), '')
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np

from verifier.engines.requests import fields_of, items, whole
from verifier.engines.tensors import Answer, TensorAnswers, answered_by
from verifier.kernel.core.sorts import Refused, need
from verifier.programs.derive.algebra import Algebra
from verifier.programs.derive.arrays import Known, Values, inputs, lost
from verifier.programs.derive.certificate import FORMAT, MOST, value
from verifier.programs.derive.constants import WIDTHS
from verifier.programs.derive.expansion import Atom, Underived, thawed
from verifier.programs.derive.functions import function
from verifier.programs.derive.interpret import Interpreter
from verifier.programs.derive.numbers import precision
from verifier.programs.derive.rows import DEPTHS, SECONDS, leading
from verifier.programs.derive.shapes import Made, checked, entering, leaving
from verifier.programs.graph import Constant, Dim, Graph, Op, WidthAxis, finished, letter

#: operations of a graph, with those of its subgraphs
LONGEST = 20_000
#: functions of a coordinate that are polynomials, and so polynomially bounded, in what they are written of
POLYNOMIALS = ("id", "square")


def again(data: Any) -> TensorAnswers:
    """What the rules of tensor programs say of each number that a program returns.  Refused for data of no program."""
    return _made(json.dumps(data, sort_keys=True))


@lru_cache(maxsize=64)
def _made(text: str) -> TensorAnswers:
    data = json.loads(text)
    until = time.monotonic() + SECONDS
    found: TensorAnswers | None = None
    with precision():
        for depth in DEPTHS:
            made = _answers(_Reader(data), Algebra(depth, until))
            if found is None or made.decided > found.decided:
                found = made
            if not any("orders below were not kept" in a.reason for a in made.numbers) or time.monotonic() > until:
                break
    assert found is not None
    return found


def _answers(read: _Reader, algebra: Algebra) -> TensorAnswers:
    arguments: list[Known | Values] = []
    for name, dims, given in read.weights:
        try:
            arguments.append(inputs(algebra, name, dims, given))
        except Underived as error:
            arguments.append(lost(dims, str(error)))
    try:
        results = Interpreter(algebra, read.widths, lambda *_: None).run(
            read.graphs, arguments, [dims for _, dims, _ in read.weights]
        )
    except Underived as error:  # of constants that only a front end evaluates
        raise Refused(str(error)) from None
    except Refused:
        raise
    except (
        LookupError,
        TypeError,
        AttributeError,
        ArithmeticError,
        ValueError,
    ) as error:  # a parameter that is no data, or no such operation
        raise Refused(f"its graph as data lacks what a rule asks for: {type(error).__name__} {error}") from None
    numbers: list[Answer] = []
    for made, dims in results:
        need(isinstance(made, Values), "it returns a constant")
        assert isinstance(made, Values)
        need(not any(isinstance(d, WidthAxis) for d in dims), "it returns an array with an axis that grows")
        numbers += [_answer(algebra, entry) for entry in made.data.flat]
    return TensorAnswers(tuple(numbers), _untrue(algebra), read.first)


def _answer(algebra: Algebra, entry: Any) -> Answer:
    try:
        found = leading(algebra, entry)
    except Underived as error:
        return Answer(None, None, str(error))
    number = None if found.number is None else found.number.exact
    return Answer(found.power, number, found.reason, "" if found.number is None else str(found.number))


def _untrue(algebra: Algebra) -> str:
    """Why the hypotheses on functions do not hold; nothing where they do."""
    for atom in sorted(algebra.atoms.made.values()):
        if atom.kind == "fun" and not atom.scalar and (why := _wild(algebra, atom)):
            return why
    return ""


def _wild(algebra: Algebra, atom: Atom) -> str:
    name, part = atom.data
    if name in POLYNOMIALS:
        return ""
    f = function(name)
    if f.growth is None:
        return f"{f.title} of a vector is not polynomially bounded"
    if not f.analytic and not algebra.decisions.atomless(thawed(part)):
        return f"{f.title} where its argument is not known to have no mass, or its Gaussians to be independent"
    return ""


class _Reader:
    """Reads a certificate strictly: graphs at the widths, and weights."""

    def __init__(self, data: Any) -> None:
        form, first, widths, weights, graph = fields_of(data, "format", "first", "widths", "weights", "graph")
        need(form == FORMAT, f"{str(form)[:40]!r} is not {FORMAT!r}")
        self.first = whole(first, "first", 0, 10**6)
        self.widths = tuple(_word(w) for w in items(widths, "widths", 9))
        need(bool(self.widths), "a program has a width")
        self.weights = [self._weight(w) for w in items(weights, "weights", 1000)]
        need(len({name for name, _, _ in self.weights}) == len(self.weights), "two weights of one name")
        self.left = LONGEST
        self.graphs, _ = self._graph(graph, [Made(dims, "f") for _, dims, _ in self.weights])

    def _weight(self, data: Any) -> tuple[str, tuple[Dim, ...], float | None]:
        name, dims, given = _list(data, 3)
        read = None if given == "gaussian" else _scalar(given)
        need(read is None or (type(read) is float and np.isfinite(read)), "a weight is gaussian, or a number")
        made = self._dims(dims)
        growing = [d for d in made if isinstance(d, WidthAxis)]
        need(all(d.name in self.widths and d.degree == 1 for d in growing), "a weight has another axis than its widths")
        return _word(name), made, read

    def _dims(self, data: Any) -> tuple[Dim, ...]:
        found = tuple(self._dim(d) for d in items(data, "dims", 20))
        need(math.prod(d for d in found if isinstance(d, int)) <= MOST, f"an array of more than {MOST} entries")
        return found

    def _dim(self, data: Any) -> Dim:
        if isinstance(data, list):
            mark, name, degree = _list(data, 3)
            need(mark == "w", "an axis that grows is ['w', name, degree]")
            return WidthAxis(_word(name), whole(degree, "degree", 1, 9))
        return whole(data, "a length", 0, MOST)

    def _graph(self, data: Any, given: Sequence[Made]) -> tuple[list[Graph], list[Made]]:
        """A graph at the widths, of inputs that are ``given``, and what it makes."""
        count, ops, outputs = fields_of(data, "inputs", "ops", "outputs")
        count = whole(count, "inputs", 0, 10_000)
        need(count == len(given), "as many weights as inputs, and as many inputs of a subgraph as it is given")
        known = dict(enumerate(given))
        made: list[list[Op]] = [[] for _ in WIDTHS]
        for entry in items(ops, "ops", LONGEST):
            for at, op in zip(made, self._op(entry, known), strict=True):
                at.append(op)
        ends = [self._operand(o, known) for o in items(outputs, "outputs", 1000)]
        graphs = [finished([()] * count, at, [end[k] for end, _ in ends]) for k, at in enumerate(made)]
        return graphs, [end for _, end in ends]

    def _op(self, data: Any, known: dict[int, Made]) -> list[Op]:
        name, kinds, outputs, operands, dims, params, subgraphs = fields_of(
            data, "name", "kinds", "outputs", "inputs", "dims", "params", "subgraphs"
        )
        self.left -= 1
        need(self.left >= 0, f"a program of more than {LONGEST} operations")
        read = [self._operand(o, known) for o in items(operands, "inputs", 1000)]
        targets = tuple(whole(o, "a value", 0, 10**8) for o in items(outputs, "outputs", 1000))
        need(known.keys().isdisjoint(targets) and len(set(targets)) == len(targets), "a value is made twice")
        made_dims = tuple(self._dims(d) for d in items(dims, "dims", 1000))
        need(len(made_dims) == len(targets), "a shape for each value")
        need(isinstance(params, Mapping), "params are an object")
        settings = {_word(key): _at(entry) for key, entry in params.items()}
        for turns in settings.get("length", ()):
            whole(turns, "turns of a loop", 0, LONGEST)
        made = [
            Op(_word(name), tuple(o[k] for o, _ in read), targets, (), {key: at[k] for key, at in settings.items()},
               dims=made_dims, kinds=_word(kinds))
            for k in range(len(WIDTHS))
        ]  # fmt: skip
        try:
            found = self._made(made, [x for _, x in read], items(subgraphs, "subgraphs", 20))
        except Refused:
            raise
        except (LookupError, TypeError, AttributeError, ArithmeticError, ValueError) as error:
            raise Refused(f"{_word(name)} lacks a parameter, or has another one: {error}") from None
        known |= dict(zip(targets, found, strict=True))
        return made

    def _made(self, ops: list[Op], inputs: Sequence[Made], subgraphs: Sequence[Any]) -> tuple[Made, ...]:
        """What an operation makes; ``ops`` are given their subgraphs."""
        if ops[0].name not in ("scan", "cond"):  # a loop whose length is not fixed is not looked into
            return checked(ops, inputs)
        below = [self._graph(g, given) for g, given in zip(subgraphs, entering(ops[0], inputs, len(subgraphs)),
                                                           strict=True)]  # fmt: skip
        ops[:] = [replace(op, subgraphs=tuple(graphs[k] for graphs, _ in below)) for k, op in enumerate(ops)]
        return leaving(ops[0], inputs, [ends for _, ends in below])

    def _operand(self, data: Any, known: Mapping[int, Made]) -> tuple[list[Any], Made]:
        if type(data) is int:
            need(data in known, f"{data} is no earlier value")
            return [data] * len(WIDTHS), known[data]
        kind, dims, at = fields_of(data, "type", "dims", "at")
        shape = self._dims(dims)
        need(
            all(not isinstance(d, WidthAxis) or (d.degree == 1 and d.name in self.widths) for d in shape), "an odd axis"
        )
        small = tuple(1 if isinstance(d, WidthAxis) else d for d in shape)
        found = []
        for n, entries in zip(WIDTHS, _each(items(at, "at", len(WIDTHS))), strict=True):
            values = [_scalar(x) for x in items(entries, "entries", MOST)]
            need(len(values) == int(np.prod(small, dtype=int)), "a constant of another shape")
            array = np.array(values, _type(kind)).reshape(small)
            found.append(Constant(np.broadcast_to(array, [n if isinstance(d, WidthAxis) else d for d in shape])))
        return found, Made(shape, letter(_type(kind)))


def _list(data: Any, length: int) -> list[Any]:
    need(type(data) is list and len(data) == length, f"{str(data)[:60]}: a list of {length} is needed")
    return list(data)


def _each(entries: Sequence[Any]) -> list[Any]:
    """One for each width, or one for all."""
    need(len(entries) in (1, len(WIDTHS)), f"one entry, or {len(WIDTHS)}")
    return list(entries) * (len(WIDTHS) if len(entries) == 1 else 1)


def _at(data: Any) -> list[Any]:
    return [_scalar(x) for x in _each(items(data, "a parameter", len(WIDTHS)))]


def _word(data: Any) -> str:
    need(type(data) is str and len(data) <= 80, f"{str(data)[:40]!r} is no word")
    return str(data)


def _type(data: Any) -> Any:
    try:
        return np.dtype(_word(data))
    except TypeError:
        raise Refused(f"{str(data)[:40]!r} is no type of numbers") from None


def _scalar(data: Any) -> Any:
    """A number, a word, a type or a tuple, as :func:`verifier.programs.derive.certificate.value` writes it."""
    need(type(data) is list and bool(data), f"{str(data)[:60]} is no value")
    kind, *rest = data
    if kind == "none":
        return None
    if kind == "t":
        return tuple(_scalar(x) for x in rest)
    need(len(rest) == 1 and type(rest[0]) is str and len(rest[0]) <= 80, f"{str(data)[:60]} is no value")
    word = rest[0]
    need(kind in ("b", "i", "f", "s", "d"), f"{str(kind)[:20]!r} is no kind of value")
    made: Any = None
    with suppress(ValueError):
        if kind == "d":
            made = _type(word)
        elif kind == "b":
            made = word == "True"
        else:
            made = word if kind == "s" else int(word) if kind == "i" else float(word)
    need(value(made) == data, f"{str(data)[:60]} is not how a value is written")  # one way each
    return made


answered_by(again)

__all__ = ["Answer", "Fraction", "TensorAnswers", "again"]
