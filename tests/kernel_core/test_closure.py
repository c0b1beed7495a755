"""Forward closure over a toy theory of integers and finite sums, evaluated; and twins: a wrong row is found."""

from __future__ import annotations

import itertools
import json
import random
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import pytest

from tests.kernel_core.closure import Closure, Written, closed_off
from tests.kernel_core.test_second import compared, ours
from tests.kernel_core.theories import apart, declare, plus, rows, times
from verifier.kernel import report
from verifier.kernel.core import table, theorems
from verifier.kernel.core.normal import key
from verifier.kernel.core.sorts import Sort
from verifier.kernel.core.terms import FALSE, App, Bound, Fun, Num, Term, Var, app, eq, forall, fun, imp, le, num

K, N, P, C = Var("k", "int"), Var("n", "int"), Var("P", "prop"), Var("c", "const")
G, H = Var("G", (("int",), "rand")), Var("H", (("int",), "rand"))
Q = Var("Q", (("int",), "prop"))
SYMBOLS: dict[str, Callable[..., Any]] = {
    "g": lambda w, a: Fraction((3 * a + 2 * w) % 5) if isinstance(a, int) or a.denominator == 1 else Fraction(0),
    "total": lambda w, n, f: sum((f(k) for k in range(int(n))), Fraction(0)) if n >= 0 else Fraction(17 + w),
    "even": lambda w, n: n % 2 == 0,
    "half": lambda w, n: Fraction(n // 2) if n >= 0 else Fraction(-40),
    "fact": lambda w, n: _factorial(n) if n >= 0 else Fraction(99),
    "least": lambda w, a, b: min(a, b),
}
SORTS: dict[str, tuple[tuple[Sort, ...], Sort]] = {
    "g": (("int",), "rand"), "total": (("int", (("int",), "rand")), "rand"), "even": (("int",), "prop"),
    "half": (("int",), "int"), "fact": (("int",), "int"), "least": (("int", "int"), "int"),
}  # fmt: skip


def _factorial(n: Fraction) -> Fraction:
    if n > 30:
        raise Untried
    out = Fraction(1)
    for k in range(1, int(n) + 1):
        out *= k
    return out


@pytest.fixture(autouse=True)
def _theory() -> Iterator[None]:
    with apart():
        declare(**SORTS)
        table.define_recursion("fact", [K], K, 0, num(1), fun([N], times(plus(K, 1), N)))
        rows(
            none=forall([G], eq(app("total", 0, G), 0)),
            more=forall([K, G], imp(le(0, K), eq(app("total", plus(K, 1), G), plus(app("total", K, G), app(G, K))))),
            add=forall([K, G, H], imp(le(0, K), eq(
                app("total", K, fun([N], plus(app(G, N), app(H, N)))), plus(app("total", K, G), app("total", K, H))))),
            scale=forall([K, G, C], imp(
                le(0, K), eq(app("total", K, fun([N], times(C, app(G, N)))), times(C, app("total", K, G))))),
            congruent=forall([K, G, H], imp(
                le(0, K), forall([N], imp(le(0, N), le(plus(N, 1), K), eq(app(G, N), app(H, N)))),
                eq(app("total", K, G), app("total", K, H)))),
            induction=forall([Q], imp(
                app(Q, 0), forall([K], imp(le(0, K), app(Q, K), app(Q, plus(K, 1)))),
                forall([K], imp(le(0, K), app(Q, K))))),
            split=forall([K, N, P], imp(imp(le(K, N), P), imp(le(plus(N, 1), K), P), P)),
            antisymmetric=forall([K, N], imp(le(K, N), le(N, K), eq(K, N))),
            exfalso=forall([P], imp(FALSE, P)),
            double=forall([K], app("even", times(2, K))),
            even_sum=forall([K, N], imp(app("even", K), app("even", N), app("even", plus(K, N)))),
            halves=forall([K], imp(le(0, K), app("even", K), eq(times(2, app("half", K)), K))),
            least_left=forall([K, N], le(app("least", K, N), K)),
            least_right=forall([K, N], le(app("least", K, N), N)),
            positive=forall([K], imp(le(0, K), le(1, app("fact", K)))),
        )  # fmt: skip
        yield


# -- an evaluator: propositions over small integers, functions from a few, two weights -------------------------------

DOMAINS: dict[Sort, list[Any]] = {
    "int": [Fraction(i) for i in (-2, -1, 0, 1, 2, 3)], "const": [Fraction(-1), Fraction(1, 2), Fraction(2)],
    "rand": [Fraction(0), Fraction(3), Fraction(-1, 2)], "prop": [True, False],
    (("int",), "rand"): [lambda k: Fraction(2), lambda k: k * k - 1, lambda k: Fraction(k == 1)],
    (("int",), "prop"): [lambda k: True, lambda k: k >= 0, lambda k: k % 2 == 0, lambda k: k <= 1],
}  # fmt: skip
MOST = 4000


class Untried(Exception):
    """Too large, of a sort without a domain, or false if what holds at the values tried holds at all."""


#: what ⋀ is worth that holds at the values tried: true, as far as one knows
MAYBE = "maybe"


def evaluate(p: Term) -> bool | None:
    """Whether a closed proposition holds for small values: False if it fails for some, None if it cannot be tried."""
    try:
        return all(bool(_value(p, w, (), [MOST])) for w in (0, 1))
    except (Untried, OverflowError):
        return None


def _implied(premise: Any, conclusion: Any) -> Any:
    if premise is False or conclusion is True:
        return True
    if premise == MAYBE and conclusion is False:
        raise Untried
    return MAYBE if MAYBE in (premise, conclusion) else conclusion


def _value(t: Term, w: int, bound: tuple[Any, ...], left: list[int]) -> Any:
    left[0] -= 1
    if left[0] < 0:
        raise Untried
    if isinstance(t, Num):
        return t.fields[0]
    if isinstance(t, Bound):
        return bound[-1 - t.fields[0]]
    if isinstance(t, Fun):
        return lambda *a: _value(t.fields[1], w, bound + a, left)
    assert isinstance(t, App)
    head, args = t.fields
    if head == "all":
        domains = [DOMAINS.get(s) for s in args[0].fields[0]]
        if None in domains:
            raise Untried
        values = [_value(args[0].fields[1], w, bound + point, left) for point in itertools.product(*domains)]
        return False if False in values else MAYBE
    if head == "imp":
        premise = _value(args[0], w, bound, left)
        return True if premise is False else _implied(premise, _value(args[1], w, bound, left))
    values = [_value(a, w, bound, left) for a in args]
    if not isinstance(head, str):
        return _value(head, w, bound, left)(*values)
    if head == "+":
        return sum(values, Fraction(0))
    if head == "*":
        out = Fraction(1)
        for v in values:
            out *= v
        return out
    if head in ("eq", "le", "false"):
        return False if head == "false" else values[0] == values[1] if head == "eq" else values[0] <= values[1]
    if any(isinstance(v, Fraction) and abs(v) > 10**4 for v in values):
        raise Untried
    return SYMBOLS[head](w, *values)


def leaf(rnd: random.Random, s: Sort) -> Term | None:
    return num(rnd.randint(-1, 3)) if s == "int" and rnd.random() < 0.5 else None


def derive(count: int, seed: int) -> Closure:
    closure = Closure(table.TABLE, evaluate, seed=seed, leaf=leaf)
    closure.run(count)
    return closure


def test_nothing_false_follows() -> None:
    found = derive(1000, seed=1).found
    assert not found.wrong, [str(t) for t in found.wrong[:3]]
    assert sum(found.made.values()) == 1000
    assert found.tried > 400, found
    assert set(found.made) >= {"all_elim", "imp_elim", "imp_intro", "all_intro", "linear", "subst", "ring"}, found.made
    assert set(found.rows) >= set(table.TABLE) - {"exfalso"}, found.rows


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
def test_nothing_false_follows_in_many_steps(seed: int) -> None:
    found = derive(10_000, seed=seed + 100).found
    assert not found.wrong, [str(t) for t in found.wrong[:3]]
    assert found.tried > 4000, found


@pytest.mark.parametrize("seed", [11, 12])
def test_both_checkers_accept_what_was_derived(seed: int) -> None:
    closure = Written(table.TABLE, evaluate, seed=seed, leaf=leaf)
    closure.run(250)
    data = closure.document()
    assert len(data["steps"]) > 250
    raw = json.dumps(data).encode()
    assert sum(compared(report.theory(), [raw]).values()) == 1
    goals = {g[0]: g[1] for g in ours(raw)["goals"]}
    for number, theorem in enumerate(closure.alive):
        closed = closed_off(theorem) if number % 3 else theorem.prop
        holds = not theorem.hyps and not closed.free and key(closed) == key(theorem.prop)
        assert (goals[f"t{number}"] != "gap") == holds
    assert sum(word != "gap" for word in goals.values()) > 20


WRONG_ROWS: dict[str, Callable[[], Term]] = {
    "the range of more is forgotten": lambda: forall(
        [K, G], eq(app("total", plus(K, 1), G), plus(app("total", K, G), app(G, K)))
    ),
    "a sum is congruent by one summand": lambda: forall(
        [K, G, H], imp(le(0, K), eq(app(G, 0), app(H, 0)), eq(app("total", K, G), app("total", K, H)))
    ),
    "a half without its premise": lambda: forall([K], imp(le(0, K), eq(times(2, app("half", K)), K))),
    "a case that is forgotten": lambda: forall([K, N, P], imp(imp(le(K, N), P), P)),
    "a minimum that is attained on the left": lambda: forall([K, N], eq(app("least", K, N), K)),
}


@pytest.mark.parametrize("which", WRONG_ROWS)
def test_a_wrong_row_is_found(which: str) -> None:
    rows(wrong=WRONG_ROWS[which]())
    closure = Closure([name for name in table.TABLE if name != "wrong"], evaluate, seed=3, leaf=leaf)
    closure.run(100)
    closure.pool.append(theorems.row("wrong"))
    (first, *_) = closure.run(3000, until_wrong=True).wrong
    assert "wrong" in {r.name for r in first.rests}


def test_a_wrong_primitive_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """A generalisation that forgets to look at the hypotheses."""

    def careless(vs: Any, t: Any) -> Any:
        return theorems._infer(app("all", fun(tuple(vs), t.prop)), t)

    monkeypatch.setattr(theorems, "all_intro", careless)
    assert Closure(table.TABLE, evaluate, seed=5, leaf=leaf).run(5000, until_wrong=True).wrong
