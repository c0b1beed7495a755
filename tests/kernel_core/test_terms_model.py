"""Random terms against a set-theoretic model: what reduction, abstraction and normal forms leave unchanged.

The model: a width is one of two, a weight one of two, a limit point one of two.  A ``const`` is a number, ``fin`` a
pair, ``rand`` four numbers, ``lim`` a pair on its own space; functions are Python functions whose values at all points
of small domains are compared.  Symbols and free variables mean pseudo-random values that depend on their arguments.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import pytest

from tests.kernel_core.theories import apart, declare
from verifier.kernel.core import sorts
from verifier.kernel.core.normal import key
from verifier.kernel.core.sorts import NUMBERS, Refused, Sort, budget, included
from verifier.kernel.core.terms import FALSE, App, Bound, Fun, Num, Term, Var, app, beta, eq, forall, fun, imp, le, num

INT_TO_RAND: Sort = (("int",), "rand")
TWO: Sort = (("int", "int"), "rand")
CURRIED: Sort = (("int",), (("int",), "rand"))
ORDER2: Sort = ((INT_TO_RAND, "int"), "rand")
PREDICATE: Sort = (("int",), "prop")
FUNCTIONS = [INT_TO_RAND, TWO, CURRIED, (("rand",), "rand"), PREDICATE, (("int",), "int")]
SYMBOLS: dict[str, tuple[tuple[Sort, ...], Sort]] = {
    "g": (("rand", "int"), "rand"), "h": (("int",), "int"), "w": ((), "width"), "s": (("lim",), "lim"),
    "sum": (("int", INT_TO_RAND), "rand"), "sum2": (("int", TWO), "const"), "second": ((ORDER2,), "rand"),
    "mean": (("rand",), "fin"), "if": (("prop",), "int"), "uncurry": ((CURRIED,), "rand"), "holds": (("rand",), "prop"),
    "tuple": (("int", "seq"), "seq"), "nil": ((), "seq"), "first": (("seq",), "int"),
}  # fmt: skip


@pytest.fixture(autouse=True)
def _symbols() -> Iterator[None]:
    with apart():
        declare(**SYMBOLS)
        yield


# -- values: ("n", {(width, weight): number}) and ("l", (number, number)) for numbers; bool; tuple; functions ----------

POINTS = [(i, j) for i in (0, 1) for j in (0, 1)]


def const(x: Any) -> Any:
    return ("n", (Fraction(x),) * 4)


def lift(v: Any) -> Any:
    """A constant as a value on the limit's space."""
    assert v[0] == "l" or len(set(v[1])) == 1, v
    return v if v[0] == "l" else ("l", (v[1][0], v[1][0]))


def arithmetic(head: str, values: list[Any]) -> Any:
    limit = any(v[0] == "l" for v in values)
    columns = list(zip(*[(lift(v) if limit else v)[1] for v in values], strict=True)) or [()] * 4
    out = []
    for column in columns:
        total = Fraction(0 if head == "+" else 1)
        for x in column:
            total = total + x if head == "+" else total * x
        out.append(total)
    return tidy(("l" if limit else "n", tuple(out)))


def tidy(v: Any) -> Any:
    """A limit variable that does not vary is a constant."""
    return const(v[1][0]) if v[0] == "l" and len(set(v[1])) == 1 else v


def of_sort(v: Any, s: Sort) -> bool:
    if not isinstance(s, str):
        return callable(v)
    if s == "prop":
        return isinstance(v, bool)
    if s == "seq":
        return isinstance(v, tuple) and v[0] == "t"
    kind, xs = v
    constant = kind == "n" and len(set(xs)) == 1
    by_width = kind == "n" and xs[0] == xs[1] and xs[2] == xs[3]
    return {
        "int": constant and xs[0].denominator == 1, "const": constant, "fin": by_width, "width": by_width,
        "rand": kind == "n", "lim": kind == "l" or constant,
    }[s]  # fmt: skip


def pseudo(s: Sort, seed: Any) -> Any:
    """A value of sort ``s`` that depends on ``seed`` alone."""
    if not isinstance(s, str):
        return lambda *a: pseudo(s[1], (seed, tuple(trace(x, t) for x, t in zip(a, s[0], strict=True))))
    rnd = random.Random(repr((s, seed)))
    q = lambda: Fraction(rnd.randint(-6, 6), rnd.randint(1, 3))  # noqa: E731
    if s == "prop":
        return rnd.random() < 0.5
    if s == "seq":
        return ("t", *(rnd.randint(-2, 2) for _ in range(rnd.randint(0, 2))))
    if s in ("int", "const"):
        return const(rnd.randint(-3, 3) if s == "int" else q())
    if s in ("fin", "width"):
        a, b = q(), q()
        return ("n", (a, a, b, b))
    return tidy(("l", (q(), q()))) if s == "lim" else ("n", (q(), q(), q(), q()))


def probes(s: Sort) -> list[Any]:
    return [pseudo(s, ("probe", i)) for i in range(2)]


def trace(v: Any, s: Sort) -> Any:
    """What can be seen of a value: a function by its values at probes."""
    if isinstance(s, str):
        return lift(v) if s == "lim" else v
    columns = [probes(a) for a in s[0]]
    return tuple(trace(v(*point), s[1]) for point in zip(*columns, strict=True))


class Free(dict):  # type: ignore[type-arg]
    """What free variables mean."""

    def __missing__(self, v: Term) -> Any:
        self[v] = pseudo(v.sort, ("free", v.fields))
        return self[v]


def value(t: Term, free: Free, bound: tuple[Any, ...] = ()) -> Any:
    v: Any
    if isinstance(t, Num):
        v = const(t.fields[0])
    elif isinstance(t, Var):
        v = free[t]
    elif isinstance(t, Bound):
        v = bound[-1 - t.fields[0]]
    elif isinstance(t, Fun):
        return lambda *a: value(t.fields[1], free, bound + a)
    else:
        assert isinstance(t, App)
        head, args = t.fields
        values = [value(a, free, bound) for a in args]
        if not isinstance(head, str):
            v = value(head, free, bound)(*values)
        elif head in ("+", "*"):
            v = arithmetic(head, values)
        elif head == "imp":
            v = not values[0] or values[1]
        elif head == "false":
            v = False
        elif head == "le":
            v = values[0][1][0] <= values[1][1][0]
        elif head == "eq":
            limit = "lim" in (args[0].sort, args[1].sort)
            v = (lift(values[0]) == lift(values[1])) if limit else values[0] == values[1]
        elif head == "all":
            columns = [probes(s) for s in args[0].fields[0]]
            v = all(values[0](*point) for point in zip(*columns, strict=True))
        else:
            wanted, result = SYMBOLS[head]
            v = pseudo(result, (head, tuple(trace(x, s) for x, s in zip(values, wanted, strict=True))))
    assert of_sort(v, t.sort), (t, t.sort, v)
    return v


# -- random terms ------------------------------------------------------------------------------------------------------


class Terms:
    """A source of random terms over variables in scope."""

    def __init__(self, rnd: random.Random) -> None:
        self.rnd = rnd

    def variable(self, s: Sort, scope: list[Term]) -> Term:
        while True:
            v = Var(f"{self.rnd.choice('xyz')}{self.rnd.randint(0, 4)}", s)
            if v not in scope:
                return v

    def term(self, s: Sort, scope: list[Term], depth: int) -> Term:
        fitting = [v for v in scope if included(v.sort, s)]
        if fitting and self.rnd.random() < (0.25 if depth > 0 else 0.9):
            return self.rnd.choice(fitting)
        if not isinstance(s, str):
            vs: list[Term] = []
            for a in s[0]:
                vs.append(self.variable(a, vs))
            return fun(vs, self.term(s[1], [v for v in scope if v not in vs] + vs, depth - 1))
        made = [self._applied(s, scope, depth)] if depth > 0 else []
        return self.rnd.choice([*made, *made, self._leaf(s)])

    def _leaf(self, s: Sort) -> Term:
        if s == "prop":
            return FALSE
        if s == "seq":
            return app("nil")
        if s == "width":
            return app("w")
        return num(self.rnd.randint(-2, 2)) if s == "int" else num(Fraction(self.rnd.randint(-3, 3), 2))

    def _applied(self, s: str, scope: list[Term], depth: int) -> Term:
        rnd, deeper = self.rnd, depth - 1
        ways: list[Any] = []
        for v in scope:
            if not isinstance(v.sort, str) and included(v.sort[1], s):
                args = v.sort[0]
                ways += [lambda v=v, args=args: app(v, *[self.term(a, scope, deeper) for a in args])] * 2
        for name, (args, result) in SYMBOLS.items():
            if included(result, s):
                ways.append(lambda name=name, args=args: app(name, *[self.term(a, scope, deeper) for a in args]))
        if s in NUMBERS:
            part = "fin" if s == "fin" else s
            many = lambda: [self.term(part, scope, deeper) for _ in range(rnd.randint(0, 3))]  # noqa: E731
            ways += [lambda: app(rnd.choice("+*"), *many())] * 4
        if s == "prop":
            side = rnd.choice(["rand", "lim", "int", "seq"])
            ways += [
                lambda: eq(self.term(side, scope, deeper), self.term(side, scope, deeper)),
                lambda: le(self.term("const", scope, deeper), self.term("int", scope, deeper)),
                lambda: imp(self.term("prop", scope, deeper), self.term("prop", scope, deeper)),
                lambda: self._all(scope, deeper),
            ]
        return rnd.choice(ways)() if ways else self._leaf(s)

    def _all(self, scope: list[Term], depth: int) -> Term:
        vs: list[Term] = []
        for _ in range(self.rnd.randint(1, 2)):
            vs.append(self.variable(self.rnd.choice(["int", "rand", INT_TO_RAND]), vs))
        return forall(vs, self.term("prop", [v for v in scope if v not in vs] + vs, depth))

    def shaken(self, t: Term) -> Term:
        """A term that is equal to ``t`` by the laws of a commutative ring, here and there inside."""
        if isinstance(t, Fun):
            return Fun(t.fields[0], self.shaken(t.fields[1]))
        if isinstance(t, App):
            head, args = t.fields
            args = tuple(self.shaken(a) for a in args)
            if head in ("+", "*"):
                args = tuple(self.rnd.sample(args, len(args)))
            t = app(head, *args)
        if t.sort in NUMBERS and self.rnd.random() < 0.3:
            ways = [app("+", t, 1, -1), app("*", 1, t), app("+", app("*", 2, t), app("*", -1, t))]
            if t.sort != "int":
                ways.append(app("+", t, Fraction(1, 2), Fraction(-1, 2)))
            t = self.rnd.choice(ways)
        return t


def explore(seed: int, rounds: int) -> dict[str, int]:
    """Reduce, abstract, shake and compare ``rounds`` random terms; what was tried, by kind."""
    rnd = random.Random(seed)
    source, seen = Terms(rnd), dict.fromkeys(("reduced", "same", "higher", "collided"), 0)
    keys: dict[int, Any] = {}
    for _ in range(rounds):
        scope: list[Term] = []
        for s in ("int", "rand", "lim", "const", "width", "seq", INT_TO_RAND, rnd.choice(FUNCTIONS)):
            scope.append(source.variable(s, scope))
        vs: list[Term] = []
        for _ in range(rnd.randint(1, 3)):
            vs.append(source.variable(rnd.choice(["int", "rand", "const", "lim", *FUNCTIONS]), [*scope, *vs]))
        t = source.term(rnd.choice(["rand", "rand", "prop", "prop", "int", "lim", "seq"]), [*scope, *vs], 5)
        if t.size > 150:
            continue
        free = Free()
        args = [source.term(v.sort, scope, 3) for v in vs]
        try:
            reduced = beta(fun(vs, t), args)
        except Refused as refusal:
            if "too large" not in str(refusal):
                raise
            continue  # a term grew too large: nothing to compare
        there = Free(free)
        for v, a in zip(vs, args, strict=True):
            there[v] = value(a, free)
        assert included(reduced.sort, t.sort), (t, reduced)
        assert trace(value(reduced, free), t.sort) == trace(value(t, there), t.sort), (t, args, reduced)
        seen["reduced"] += 1
        seen["higher"] += any(not isinstance(v.sort, str) for v in vs)
        assert reduced.free <= t.free.difference(vs).union(*(a.free for a in args))
        assert not reduced.loose
        shaken = source.shaken(t)
        assert key(shaken) == key(t), (t, shaken)
        assert trace(value(shaken, free), t.sort) == trace(value(t, free), t.sort), (t, shaken)
        seen["same"] += 1
        if not t.free:
            found = trace(value(t, Free()), t.sort)
            if t.sort not in ("lim", *FUNCTIONS):
                assert keys.setdefault(key(t), found) == found, t
                seen["collided"] += 1
    return seen


def test_terms_mean_the_same_after_reduction_and_in_normal_form() -> None:
    seen = explore(seed=1, rounds=1500)
    assert seen["reduced"] > 1000, seen
    assert seen["higher"] > 400, seen


@pytest.mark.slow
def test_many_terms_mean_the_same_after_reduction_and_in_normal_form() -> None:
    assert explore(seed=2, rounds=60_000)["reduced"] > 40_000


def test_the_model_finds_a_captured_variable() -> None:
    """The twin: with indices that are not raised under a binder, the comparison fails."""
    x, y = Var("x0", "rand"), Var("y0", "int")
    inner = fun([y], app("g", x, y))
    captured = Fun(("int",), app("g", app("g", 0, Bound(0, "int")), Bound(0, "int")))  # what a naive β would make
    honest = beta(fun([x], app("sum", 1, inner)), [app("g", 0, y)])
    free = Free()
    there = Free(free)
    there[x] = value(app("g", 0, y), free)
    wanted = value(app("sum", 1, inner), there)
    assert value(honest, free) == wanted
    assert value(app("sum", 1, captured), free) != wanted


def test_equal_terms_are_made_once_and_cost_the_same_again() -> None:
    """What is spent does not depend on what was made before, and a budget begins with nothing made."""
    x = Var("x", "int")
    made = app("h", app("+", x, 1))
    assert app("h", app("+", x, 1)) is made
    assert fun([x], made) is fun([x], made)
    spent = []
    for _ in range(2):
        with budget(1000):
            again = [app("h", app("+", x, 1)) for _ in range(2)]
            spent.append(1000 - sorts._left)
        assert again[0] is again[1]
        assert again[0] is not made
        assert (again[0], hash(again[0])) == (made, hash(made))
    with budget(1000):
        app("h", app("+", x, 1))
        once = 1000 - sorts._left
    assert spent == [2 * once, 2 * once]


def test_numbers_that_python_gives_one_hash_take_no_longer_than_others() -> None:
    """A document of 480 kB made of such numbers took a minute: equal terms are looked for by their hash."""
    numbers = [Fraction(k * (2**61 - 1) + 1) for k in range(2000)]
    assert len({hash(n) for n in numbers}) == 1
    for made in ([num(n) for n in numbers], [app("+", Var("x", "int"), n) for n in numbers]):
        assert len({hash(t) for t in made}) == len(numbers)


def test_what_is_refused_is_refused_again() -> None:
    """Nothing that was made on the way to a refusal lets the same work through at the next try."""
    x = Var("x", "rand")

    def sum_of(count: int) -> Term:
        t: Term = x
        for _ in range(count):
            t = app("+", t, app("*", t, x))
        return t

    for _ in range(3):
        with budget(60), pytest.raises(Refused, match="more work"):
            sum_of(12)
