"""Identities evaluated on networks over prime fields.

A request gives two terms of sort ``rand`` as nested lists (:func:`written`), the widths n_0, …, n_{L-1} of f and its
number of outputs.  Free in the terms may be ``phi``, the inputs ``x``, ``y`` and the
inputs ``z``, ``w`` of g.  Where both sides are the same polynomial in the weights, inputs, masks and scalars of that
network, the engine computes

    ⋀ phi x y z w. relu(phi) ⟹ equal_at((n_0, …, n_{L-1}), left, right)

They are compared at random elements of several prime fields of 61 bits, which depend on the proposition alone.  Both
sides have a degree of at most ``STEPS`` times that of one quantity, below 2^40: unequal polynomials agree at a random
point with probability below 2^{-20} in one field, and primes that divide all coefficients of a difference would have to
be put into the proposition that they depend on.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from itertools import combinations, product
from math import comb, factorial, prod
from typing import Any

from verifier.engines.prime_fields import FieldNetwork, Stream, primes_from
from verifier.engines.requests import fields_of, items, sequence, whole
from verifier.engines.strands import compositions
from verifier.kernel.core.sorts import need
from verifier.kernel.core.table import digest, plain
from verifier.kernel.core.terms import App, Bound, Fun, Num, Term, Var, app, forall, imp, variables

NAME, VERSION = "fields", "1"

PRIMES, STEPS, LARGEST_INDEX, BITS = 3, 50_000, 64, 4_000
PHI, X, Y = Var("phi", "act"), Var("x", "input"), Var("y", "input")
Z, W = Var("z", "const"), Var("w", "const")
FREE = (PHI, X, Y, Z, W)


def compute(request: Mapping[str, Any]) -> Term:
    """The equation on networks of one shape, as a closed proposition; Refused where the two sides differ."""
    left, right, widths, outputs = fields_of(request, "left", "right", "widths", "outputs")
    sides = [term_from(side) for side in (left, right)]
    need(not any(side.loose for side in sides), "a bound variable points outside of its side")
    widths = [whole(n, "width", 1, 4) for n in items(widths, "widths", 4)]
    need(bool(widths), "a network has at least one layer")
    outputs = whole(outputs, "number of outputs", 1, 3)
    free = variables(sides[0]) | variables(sides[1])
    need(free <= set(FREE), f"free are {', '.join(map(repr, free - set(FREE)))}: phi, x, y, z, w may be")
    conclusion = imp(app("relu", PHI), app("equal_at", sequence(widths), *sides))
    prop = forall(FREE, conclusion)
    for p in primes_from(digest(prop), PRIMES):
        values = [Evaluation(FieldNetwork(widths, outputs, Stream(digest(prop), p))).value(side, ()) for side in sides]
        need(values[0] == values[1], f"at widths {widths} and {outputs} outputs the two sides differ modulo {p}")
    return prop


def written(t: Term) -> Any:
    """A term as nested lists, for a request."""
    return json.loads(json.dumps(t, default=plain))


def term_from(data: Any, depth: int = 0) -> Term:
    """A term from nested lists, through the constructors that check it."""
    need(depth < 200 and type(data) is list and len(data) == (2 if data[:1] == ["num"] else 3), "no term")
    kind, *rest = data
    if kind == "num":
        return Num(number_from(rest[0]))
    if kind == "var":
        return Var(rest[0], _sort(rest[1]))
    if kind == "bound":
        return Bound(rest[0], _sort(rest[1]))
    need(kind in ("fun", "app") and type(rest[1 if kind == "app" else 0]) is list, "no term")
    if kind == "fun":
        return Fun(tuple(_sort(s) for s in rest[0]), term_from(rest[1], depth + 1))
    need(type(rest[0]) is str, "only symbols are applied")
    return app(rest[0], *(term_from(a, depth + 1) for a in rest[1]))


def number_from(data: Any) -> Fraction:
    """A fraction in lowest terms, written as in proofs: "-3/4"."""
    short = type(data) is str and len(data) < 60
    parts = data.split("/") if short and re.fullmatch(r"-?[0-9]+(/[1-9][0-9]*)?", data) else []
    need(bool(parts) and str(Fraction(*map(int, parts))) == data, f"{str(data)[:40]!a} is no fraction")
    return Fraction(*map(int, parts))


def _sort(data: Any) -> Any:
    return (tuple(_sort(s) for s in data[0]), _sort(data[1])) if type(data) is list and len(data) == 2 else data


Values = tuple[Any, ...]  # of the bound variables, the outermost first


class Evaluation:
    """Terms at one network: integers and tuples exactly, everything else in its field."""

    def __init__(self, net: FieldNetwork) -> None:
        self.net, self.left = net, STEPS

    def value(self, t: Term, at: Values) -> int:
        """A number as an element of the field; Refused for what has no meaning on this network."""
        self.left -= 1
        need(self.left > 0, f"more than {STEPS} steps")
        p = self.net.p
        if t.sort == "int":
            return self.index(t, at) % p
        if isinstance(t, Num):
            return t.fields[0].numerator * pow(t.fields[0].denominator, -1, p) % p
        if isinstance(t, Var):
            need(t in (Z, W), f"{t!r} has no value")
            return self.net.z["i" if t == Z else "j"]
        need(isinstance(t, App) and type(t.fields[0]) is str, f"{t!r} has no value")
        head, args = t.fields
        if head == "+":
            return sum(self.value(a, at) for a in args) % p
        if head == "*":
            return self.product(args, lambda a: self.value(a, at))
        if head in _BINDERS:
            return _BINDERS[head](self, args, at) % p
        if head in ("inv", "invfact"):
            # An inverse of what depends on the network would be undefined at some networks.
            below = self.index(args[0], at) if head == "inv" else _factorial(self.index(args[0], at))
            need(below % p != 0, f"{t!r} divides by 0")
            return pow(below, -1, p)
        need(head in _QUANTITIES, f"{head!r} is no quantity of a network")
        return _QUANTITIES[head](self, args, at) % p

    def index(self, t: Term, at: Values) -> int:
        """An integer exactly."""
        found = self._index(t, at)
        need(found.bit_length() <= BITS, f"an integer of more than {BITS} bits")
        return found

    def _index(self, t: Term, at: Values) -> int:
        need(t.sort == "int", f"{t!r} is no integer")
        if isinstance(t, Num):
            return int(t.fields[0])
        if isinstance(t, Bound):
            return int(at[-1 - t.fields[0]])
        need(isinstance(t, App) and type(t.fields[0]) is str, f"{t!r} is no known integer")
        head, args = t.fields
        if head in ("len", "entry", "first", "last"):
            entries = self.entries(args[0], at)
            if head == "len":
                return len(entries)
            k = {"first": 1, "last": len(entries)}[head] if head != "entry" else self.index(args[1], at)
            need(1 <= k <= len(entries), f"{t!r}: entry {k} of {len(entries)}")
            return entries[k - 1]
        numbers = [self.index(a, at) for a in args]
        if head == "+":
            return sum(numbers)
        if head == "*":
            return prod(numbers)
        if head in ("min", "max"):
            return min(numbers) if head == "min" else max(numbers)
        if head == "delta":
            return int(numbers[0] == numbers[1])
        need(head == "fact", f"{t!r} is no known integer")
        return _factorial(numbers[0])

    def entries(self, t: Term, at: Values) -> tuple[int, ...]:
        """A tuple of integers."""
        if isinstance(t, Bound):
            return tuple(at[-1 - t.fields[0]])
        need(isinstance(t, App) and t.fields[0] in ("nil", "snoc"), f"{t!r} is no known tuple")
        if t.fields[0] == "nil":
            return ()
        return (*self.entries(t.fields[1][0], at), self.index(t.fields[1][1], at))

    def product(self, things: Any, value: Callable[[Any], int]) -> int:
        """Π value(thing) in the field."""
        out = 1
        for thing in things:
            out = out * value(thing) % self.net.p
        return out

    # -- arguments of quantities -----------------------------------------------------------------------------------

    def size(self, t: Term, at: Values, is_: int, what: str) -> None:
        """That an argument is the network's own number."""
        found = self.index(t, at)
        need(found == is_, f"{what} {found}: the network has {is_}")

    def input(self, t: Term) -> str:
        """Which of the two inputs."""
        need(t in (X, Y), f"{t!r} is neither x nor y")
        return "i" if t == X else "j"

    def output(self, t: Term, at: Values) -> int:
        """An output of f."""
        return self.within(self.index(t, at), self.net.H, "output")

    def layer(self, t: Term, at: Values) -> int:
        """A layer of f."""
        return self.within(self.index(t, at), self.net.L, "layer")

    @staticmethod
    def within(found: int, most: int, what: str) -> int:
        """An index in its range: nothing is known of a symbol outside."""
        need(1 <= found <= most, f"{what} {found}: there are {most}")
        return found

    def order(self, t: Term, at: Values) -> int:
        """An order of differentiation."""
        found = self.index(t, at)
        need(0 <= found <= LARGEST_INDEX, f"order {found}: 0 to {LARGEST_INDEX}")
        return found

    def both(self, *inputs: Term) -> None:
        """That the inputs are those of i first, and those of j second."""
        need(inputs in ((X, Y), (X, Y, Z, W)), f"{inputs!r}: x, y, z, w in this order")

    def hyper(self, t: tuple[Term, ...], at: Values) -> None:
        """That m = 1, H and L are the network's."""
        m, outputs, depth = t
        self.size(m, at, 1, "width of g")
        self.size(outputs, at, self.net.H, "depth of g")
        self.size(depth, at, self.net.L, "depth")


def _factorial(k: int) -> int:
    need(0 <= k <= LARGEST_INDEX, f"the factorial of {k}: 0 to {LARGEST_INDEX}")
    return factorial(k)


def _span(ev: Evaluation, lo: Term, hi: Term, at: Values) -> range:
    first, last = ev.index(lo, at), ev.index(hi, at)
    need(last - first < LARGEST_INDEX, f"more than {LARGEST_INDEX} summands")
    return range(first, last + 1)


def _body(ev: Evaluation, f: Term, at: Values) -> Callable[..., int]:
    need(isinstance(f, Fun), f"{f!r} is no known function")
    return lambda *values: ev.value(f.fields[1], (*at, *values))


def _sum(ev: Evaluation, a: tuple[Term, ...], at: Values) -> int:
    return sum(map(_body(ev, a[2], at), _span(ev, a[0], a[1], at)))


def _prod(ev: Evaluation, a: tuple[Term, ...], at: Values) -> int:
    return ev.product(_span(ev, a[0], a[1], at), _body(ev, a[2], at))


def _comps(ev: Evaluation, a: tuple[Term, ...], at: Values) -> int:
    outputs, r, most = (ev.order(t, at) for t in a[:3])
    need(outputs >= 1, "a composition has at least one part")
    need(comb(r + outputs - 1, outputs - 1) <= STEPS, f"more than {STEPS} compositions")
    body = _body(ev, a[3], at)
    found = (parts for parts in compositions(r, outputs) if max(parts) <= most)
    return sum(ev.product(enumerate(parts, start=1), lambda pair: body(*pair)) for parts in found)


def _tuples(ev: Evaluation, a: tuple[Term, ...], at: Values) -> int:
    body = _body(ev, a[2], at)
    return sum(map(body, product(range(1, ev.order(a[1], at) + 1), repeat=ev.order(a[0], at))))


def _chains(ev: Evaluation, a: tuple[Term, ...], at: Values) -> int:
    body = _body(ev, a[3], at)
    return sum(map(body, combinations(_span(ev, a[1], a[2], at), ev.order(a[0], at))))


_BINDERS: dict[str, Callable[[Evaluation, tuple[Term, ...], Values], int]] = {
    "sum": _sum, "csum": _sum, "prod": _prod, "cprod": _prod, "comps": _comps, "tuples": _tuples, "chains": _chains,
}  # fmt: skip

# -- quantities: arguments in the order of the theory ----------------------------------------------------------------


def _act(t: Term) -> None:
    need(t == PHI, f"{t!r} is not the activation phi")


def _output(ev: Evaluation, a: tuple[Term, ...], at: Values) -> int:
    phi, depth, x, d = a
    _act(phi)
    ev.size(depth, at, ev.net.L, "depth")
    return ev.net.q[ev.input(x), ev.net.L][ev.output(d, at) - 1]


def _mask(ev: Evaluation, a: tuple[Term, ...], at: Values) -> int:
    phi, *sizes, x, z = a
    _act(phi)
    ev.hyper(tuple(sizes), at)
    need((x, z) in ((X, Z), (Y, W)), f"the point ({x!r}, {z!r}) is neither (x, z) nor (y, w)")
    return ev.net.mask(ev.input(x))


def _hj(ev: Evaluation, a: tuple[Term, ...], at: Values) -> int:
    phi, *sizes, y, w, e = a
    _act(phi)
    ev.hyper(tuple(sizes), at)
    need((y, w) == (Y, W), f"the point ({y!r}, {w!r}) is not (y, w)")
    return ev.net.h[ev.output(e, at) - 1]


def _h(ev: Evaluation, a: tuple[Term, ...], at: Values) -> int:
    phi, *sizes, x, z = a
    _act(phi)
    ev.hyper(tuple(sizes), at)
    need((x, z) == (X, Z), f"the point ({x!r}, {z!r}) is not (x, z)")
    return ev.net.hyper_term(0)


def _hyper(ev: Evaluation, a: tuple[Term, ...], at: Values) -> int:
    phi, *sizes, r, x, y, z, w = a
    _act(phi)
    ev.hyper(tuple(sizes), at)
    ev.both(x, y, z, w)
    return ev.net.hyper_term(ev.order(r, at))


def _bracket(ev: Evaluation, a: tuple[Term, ...], at: Values) -> int:
    phi, m, outputs, depth, d, k, x, y, w = a
    _act(phi)
    ev.hyper((m, outputs, depth), at)
    need((x, y, w) == (X, Y, W), "the inputs are not x, y, w in this order")
    order = ev.order(k, at)
    return ev.net.coefficient(ev.output(d, at), order) * _factorial(order)


def _term(ev: Evaluation, a: tuple[Term, ...], at: Values) -> int:
    phi, depth, d, ls, es, x, y = a
    _act(phi)
    ev.size(depth, at, ev.net.L, "depth")
    ev.both(x, y)
    layers = [ev.within(l, ev.net.L, "layer") for l in ev.entries(ls, at)]
    outputs = [ev.within(e, ev.net.H, "output") for e in ev.entries(es, at)]
    need(len(layers) == len(outputs), "layers and outputs of different number")
    return ev.net.layer_term(ev.output(d, at), tuple(layers), tuple(outputs))


def _gram(ev: Evaluation, a: tuple[Term, ...], at: Values) -> int:
    _act(a[0])
    ev.both(a[2], a[3])
    return ev.net.gram(ev.layer(a[1], at))


def _gradients(ev: Evaluation, a: tuple[Term, ...], at: Values) -> int:
    phi, depth, l, d, e, x, y = a
    _act(phi)
    ev.size(depth, at, ev.net.L, "depth")
    ev.both(x, y)
    return ev.net.gradients(ev.layer(l, at), ev.output(d, at), ev.output(e, at))


def _link(ev: Evaluation, a: tuple[Term, ...], at: Values) -> int:
    phi, depth, above, below, e, x, y = a
    _act(phi)
    ev.size(depth, at, ev.net.L, "depth")
    ev.both(x, y)
    return ev.net.step(ev.layer(above, at), ev.layer(below, at), ev.output(e, at))


def _dot(ev: Evaluation, a: tuple[Term, ...], at: Values) -> int:
    net, (u, v) = ev.net, map(ev.input, a)
    return net.c[1] ** 2 * net.dot(net.x[u], net.x[v])


_QUANTITIES: dict[str, Callable[[Evaluation, tuple[Term, ...], Values], int]] = {
    "f": _output, "D": _mask, "hj": _hj, "h": _h, "K": _hyper, "a": _bracket, "T": _term, "Q": _gram, "C": _gradients,
    "A": _link, "dot": _dot,
}  # fmt: skip
