"""Forward closure: primitives and rows composed at random into theorems, each tried where it can be.

The generator knows no theory.  It takes the names of rows and ``evaluate(prop) -> True | False | None`` (None: cannot
be tried here), and optionally a source of terms by sort; it keeps a pool of theorems and applies, again and again, one
primitive to some of them, now and then with arguments that do not fit.  What comes out is closed (hypotheses become
premises, free variables ⋀) and tried.  One theorem that is tried false means that a row, or the core, is wrong.

``evaluate`` says False only where it is certain: an inner ⋀ that holds at the few values tried is not certain to hold,
so an implication from it to something false is None.

    result = Closure(rows, evaluate, seed=1).run(1000)
    assert not result.wrong, result.wrong[0]
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from tests.kernel_core.theories import Writer
from verifier.kernel.core import documents, theorems
from verifier.kernel.core.normal import key
from verifier.kernel.core.sorts import NUMBERS, Refused, Sort, budget, included
from verifier.kernel.core.terms import SIGNATURE, App, Fun, Num, Term, Var, app, as_term, forall, fun, imp, num
from verifier.kernel.core.theorems import Theorem

Evaluate = Callable[[Term], "bool | None"]
Leaf = Callable[[random.Random, Sort], "Term | None"]
#: theorems that are larger, or rest on more hypotheses, are not kept
SIZE, HYPS = 220, 5


@dataclass
class Found:
    """How often each primitive gave a theorem or refused, how often one was tried true, and what was tried false."""

    made: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    tried: int = 0
    rows: Counter[str] = field(default_factory=Counter)
    wrong: list[Theorem] = field(default_factory=list)


class Closure:
    """Random derivations from ``rows`` (names in the table) over the symbols that they speak of."""

    def __init__(self, rows: Iterable[str], evaluate: Evaluate, seed: int = 0, leaf: Leaf | None = None) -> None:
        self.rnd = random.Random(seed)
        self.rows = list(rows)
        self.evaluate = evaluate
        self.leaf = leaf
        self.found = Found()
        self.pool: list[Theorem] = [theorems.row(name) for name in self.rows]
        self.symbols = sorted({h for t in self.pool for h in _heads(t.prop)} & set(SIGNATURE))
        self.tried: set[int] = set()

    def run(self, count: int, until_wrong: bool = False) -> Found:
        """Derive ``count`` theorems that are new, and try each; or stop at the first that is tried false."""
        steps = ("all_elim",) * 6 + ("imp_elim",) * 7 + ("linear",) * 3 + (
            "assume", "row", "imp_intro", "imp_intro", "all_intro", "ring", "subst", "subst", "rewrite",
        )  # fmt: skip
        attempts = 0
        while sum(self.found.made.values()) < count and attempts < 60 * count:
            if until_wrong and self.found.wrong:
                break
            attempts += 1
            step = self.rnd.choice(steps)
            try:
                with budget(50_000):
                    theorem = getattr(self, f"_{step}")()
            except (Refused, ValueError):
                self.found.refused[step] += 1
                continue
            if theorem is not None and theorem.prop.size <= SIZE and len(theorem.hyps) <= HYPS:
                self._keep(step, theorem)
        return self.found

    # -- one inference each ----------------------------------------------------------------------------------------

    def _row(self) -> Theorem:
        return theorems.row(self.rnd.choice(self.rows))

    def _assume(self) -> Theorem:
        premise = self._some_premise()
        return theorems.assume(premise if premise is not None else self.term("prop", 2))

    def _all_elim(self) -> Theorem:
        t = self._some(lambda t: _head(t.prop) == "all")
        sorts = t.prop.fields[1][0].fields[0]
        args = [self.term(s, 2, self._seen(s)) for s in sorts]
        if self.rnd.random() < 0.03:
            args = args[1:]
        elif self.rnd.random() < 0.03:
            args[self.rnd.randrange(len(args))] = self.term(self.rnd.choice(["rand", "const", "int", "lim"]), 1)
        return theorems.all_elim(t, *args)

    def _imp_elim(self) -> Theorem:
        t = self._some(lambda t: _head(t.prop) == "imp")
        wanted = key(t.prop.fields[1][0])
        fits = [u for u in self.pool if key(u.prop) == wanted]
        if fits and self.rnd.random() < 0.97:
            return theorems.imp_elim(t, self.rnd.choice(fits))
        if _head(t.prop.fields[1][0]) in ("le", "eq") and self.rnd.random() < 0.6:
            return theorems.imp_elim(t, theorems.linear([], t.prop.fields[1][0], []))
        if self.rnd.random() < 0.7:
            return theorems.imp_elim(t, theorems.assume(t.prop.fields[1][0]))
        return theorems.imp_elim(t, self._any())

    def _imp_intro(self) -> Theorem:
        t = self._any()
        p = self.rnd.choice(t.hyps) if t.hyps and self.rnd.random() < 0.9 else self.term("prop", 1)
        return theorems.imp_intro(p, t)

    def _all_intro(self) -> Theorem:
        t = self._some(lambda t: bool(t.prop.free))
        vs = sorted(t.prop.free, key=by_name)
        return theorems.all_intro(self.rnd.sample(vs, self.rnd.randint(1, len(vs))), t)

    def _ring(self) -> Theorem:
        a = self.term(self.rnd.choice(["int", "rand", "const"]), 2)
        same = [app("+", a, 0), app("*", 1, a), app("+", app("*", 2, a), app("*", -1, a))]
        return theorems.ring(a, self.rnd.choice([*same, *same, app("+", a, 1), app("*", a, a)]))

    def _subst(self) -> Theorem:
        """Put equals for equals somewhere in a theorem, or where it does not fit."""
        equation = self._some(lambda t: _head(t.prop) == "eq")
        a, _ = equation.prop.fields[1]
        u = self._any()
        hole = Var("hole", self.rnd.choice([a.sort, "rand", "int"]))
        context, found = _replaced(u.prop, key(a), hole, self.rnd)
        if not found and self.rnd.random() < 0.9:
            return self._rewrite()
        return theorems.subst(equation, fun([hole], context), u)

    def _rewrite(self) -> Theorem:
        """Turn an equation round."""
        equation = self._some(lambda t: _head(t.prop) == "eq")
        a, b = equation.prop.fields[1]
        for s in (*NUMBERS, "seq"):
            if included(a.sort, s) and included(b.sort, s):
                hole = Var("hole", s)
                return theorems.subst(equation, fun([hole], app("eq", hole, a)), theorems.ring(a, a))
        raise Refused("no numbers")

    def _linear(self) -> Theorem:
        facts = [t for t in self._sample(3) if _head(t.prop) in ("le", "eq")]
        exact = all(_head(t.prop) == "eq" for t in facts)
        lowest = [-2 if _head(t.prop) == "eq" else 0 for t in facts]
        by = [Fraction(self.rnd.randint(low, 3), self.rnd.choice([1, 1, 2])) for low in lowest]
        left = app("+", *[app("*", m, t.prop.fields[1][0]) for m, t in zip(by, facts, strict=True)])
        right = app("+", *[app("*", m, t.prop.fields[1][1]) for m, t in zip(by, facts, strict=True)])
        slack = 0 if exact and self.rnd.random() < 0.7 else self.rnd.choice([0, 0, 1, -1])
        goal = app("eq" if exact and not slack else "le", left, app("+", right, slack))
        return theorems.linear(facts, goal, by)

    # -- terms -----------------------------------------------------------------------------------------------------

    def term(self, s: Sort, depth: int, seen: list[Term] | None = None) -> Term:
        """A term of sort ``s``: of the caller's leaves, one that occurs in the pool, or made of the symbols."""
        rnd = self.rnd
        if seen and rnd.random() < 0.5:
            return rnd.choice(seen)
        if not isinstance(s, str):
            vs = [Var(f"b{depth}{i}", a) for i, a in enumerate(s[0])]
            if rnd.random() < 0.3:
                return fun(vs, self.term(s[1], depth - 1))
            usable = [v for v in vs if included(v.sort, s[1])]
            heads = [h for h in self.symbols if included(SIGNATURE[h][1], s[1])]
            if usable and rnd.random() < 0.4:
                return fun(vs, rnd.choice(usable))
            if not heads:
                return fun(vs, self.term(s[1], depth - 1))
            head = rnd.choice(heads)
            fitting = [[v for v in vs if included(v.sort, a)] for a in SIGNATURE[head][0]]
            args = [
                rnd.choice(f) if f and rnd.random() < 0.7 else self.term(a, depth - 1)
                for f, a in zip(fitting, SIGNATURE[head][0], strict=True)
            ]
            return fun(vs, app(head, *args))
        found = self.leaf(rnd, s) if self.leaf is not None and rnd.random() < 0.6 else None
        if found is not None:
            return found  # type: ignore[no-any-return]
        roll = rnd.random()
        if s in NUMBERS and (roll < 0.3 or depth <= 0):
            return num(rnd.randint(-1, 3))
        if roll < 0.55 or depth <= 0:
            return Var(rnd.choice("uvw"), s)
        if s in NUMBERS and roll < 0.7:
            return app(rnd.choice("+*"), self.term(s, depth - 1), self.term(s, depth - 1))
        if s == "prop" and roll < 0.8:
            pair = [self.term("int", depth - 1) for _ in range(2)]
            return app(rnd.choice(["le", "eq"]), *pair)
        heads = [h for h in self.symbols if included(SIGNATURE[h][1], s)]
        if not heads:
            return Var(rnd.choice("uvw"), s)
        head = rnd.choice(heads)
        return app(head, *[self.term(a, depth - 1) for a in SIGNATURE[head][0]])

    def _seen(self, s: Sort) -> list[Term]:
        """Closed-off subterms of a few theorems of the pool that fit sort ``s``."""
        parts = [t for theorem in self._sample(4) for t in _parts(theorem.prop)]
        return [t for t in parts if not t.loose and included(t.sort, s)][:40]

    def _some_premise(self) -> Term | None:
        t = self._any()
        return t.prop.fields[1][0] if _head(t.prop) == "imp" else None

    # -- the pool --------------------------------------------------------------------------------------------------

    def _any(self) -> Theorem:
        return self.rnd.choice(self.pool if self.rnd.random() < 0.5 else self.pool[-60:])

    def _sample(self, count: int) -> list[Theorem]:
        return [self._any() for _ in range(count)]

    def _some(self, fits: Callable[[Theorem], bool]) -> Theorem:
        for _ in range(25):
            t = self._any()
            if fits(t):
                return t
        raise Refused("nothing fits")

    def _keep(self, step: str, t: Theorem) -> None:
        closed = closed_off(t)
        if key(closed) in self.tried:
            return
        self.tried.add(key(closed))
        self.found.made[step] += 1
        self.found.rows.update(r.name for r in t.rests)
        verdict = self.evaluate(closed)
        self.found.tried += verdict is not None
        if verdict is False:
            self.found.wrong.append(t)
            return
        self.pool.append(t)
        if len(self.pool) > 1500:
            del self.pool[len(self.rows) : len(self.rows) + 300]


def closed_off(t: Theorem) -> Term:
    """What a theorem says: ⋀ free variables. hypotheses ⟹ proposition."""
    p = imp(*t.hyps, t.prop)
    return forall(sorted(p.free, key=by_name), p)


def by_name(v: Term) -> tuple[str, str]:
    """The same order in every process: two variables may differ in their sorts alone."""
    return v.fields[0], repr(v.sort)


def _head(p: Term) -> Any:
    return p.fields[0] if isinstance(p, App) else None


def _parts(t: Term) -> list[Term]:
    out, queue = [], [t]
    while queue:
        t = queue.pop()
        out.append(t)
        if isinstance(t, Fun):
            queue.append(t.fields[1])
        elif isinstance(t, App):
            queue += t.fields[1]
    return out


def _heads(t: Term) -> set[str]:
    return {p.fields[0] for p in _parts(t) if isinstance(p, App) and isinstance(p.fields[0], str)}


def _replaced(t: Term, wanted: int, by: Term, rnd: random.Random) -> tuple[Term, bool]:
    """``t`` with ``by`` for subterms that are the same as the one with key ``wanted``, here and there."""
    if not t.loose and t.sort != "prop" and key(t) == wanted and included(by.sort, t.sort) and rnd.random() < 0.8:
        return by, True
    if isinstance(t, (Var, Num)) or not isinstance(t, (App, Fun)):
        return t, False
    if isinstance(t, Fun):
        body, found = _replaced(t.fields[1], wanted, by, rnd)
        return (Fun(t.fields[0], body) if found else t), found
    pairs = [_replaced(a, wanted, by, rnd) for a in t.fields[1]]
    if not any(f for _, f in pairs):
        return t, False
    return App(t.fields[0], tuple(a for a, _ in pairs)), True


class Written(Closure):
    """A closure that writes down every inference that it makes, for other checkers."""

    def __init__(self, rows: Iterable[str], evaluate: Evaluate, seed: int = 0, leaf: Leaf | None = None) -> None:
        self.writer = Writer()
        self.numbers: dict[int, int] = {}
        self.alive: list[Theorem] = []
        super().__init__([], evaluate, seed, leaf)
        self.rows = list(rows)
        with self.recording():
            self.pool = [theorems.row(name) for name in self.rows]
        self.symbols = sorted({h for t in self.pool for h in _heads(t.prop)} & set(SIGNATURE))

    @contextmanager
    def recording(self) -> Iterator[None]:
        """Write down what the primitives are asked inside, and give."""
        before = {name: getattr(theorems, name) for name in documents.STEPS if name != "use"}
        for name in before:
            setattr(theorems, name, self._recorder(name, before[name]))
        try:
            yield
        finally:
            for name, function in before.items():
                setattr(theorems, name, function)

    def _recorder(self, name: str, function: Any) -> Any:
        def made(*args: Any) -> Theorem:
            theorem: Theorem = function(*args)
            if name == "all_elim":
                args = (args[0], [as_term(x) for x in args[1:]])
            self.numbers[id(theorem)] = self.writer.step(name, *map(self._written, args))
            self.alive.append(theorem)
            return theorem

        return made

    def _written(self, x: Any) -> Any:
        if isinstance(x, Theorem):
            return self.numbers[id(x)]
        if isinstance(x, (list, tuple)):
            return [self._written(a) for a in x]
        return str(x) if isinstance(x, (int, Fraction)) else x

    def run(self, count: int, until_wrong: bool = False) -> Found:
        with self.recording():
            return super().run(count, until_wrong)

    def document(self) -> dict[str, Any]:
        """Everything that was inferred, with a goal for each theorem that is closed, and some that are not."""
        for number, theorem in enumerate(self.alive):
            self.writer.goal(f"t{number}", closed_off(theorem) if number % 3 else theorem.prop, number)
        return self.writer.data()
