"""Tactics: applying rows by matching, proving ranges, opening binders, rewriting.

>>> p = Prover("example")
>>> n = Var("n", "int")
>>> with p.given(le(1, n)) as (positive,):
...     fact = p.arith(le(0, n))
>>> p.close([n], [le(1, n)], fact)
[3] ⊢ ⋀x0:int. ((1 ≤ x0) ⟹ (0 ≤ x0))
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from verifier.kernel.core.normal import key
from verifier.kernel.core.sorts import NUMBERS, Refused, Sort, included, joined, need
from verifier.kernel.core.terms import FALSE, App, Fun, Term, app, as_term, eq, fun
from verifier.kernel.theory.writing import NAMES
from verifier.proving.arithmetic import combined, is_comparison
from verifier.proving.matching import Match, fresh, opened
from verifier.proving.recorder import Fact, Number, Recorder

How = Callable[..., Fact]
#: rules that are applied for the premises of rules, so deep
DEEPEST_SEARCH = 12


class Prover(Recorder):
    """A recorder with facts in scope (``given``), which tactics use without being told."""

    def __init__(self, statement: str, earlier: Iterable[Recorder] = ()) -> None:
        super().__init__(statement, earlier)
        self._scope: list[Fact] = []
        self._searching = 0
        self.hints: tuple[str | Fact, ...] = ()  # rules that are tried for premises nobody gives
        self.wanted: Term = FALSE  # what the function given to ``prove`` is asked for

    # -- scope -------------------------------------------------------------------------------------------------------

    @contextmanager
    def given(self, *props: Term) -> Iterator[tuple[Fact, ...]]:
        """Assume ``props``; they are in scope inside the block."""
        facts = tuple(self.assume(p) for p in props)
        with self.using(*facts):
            yield facts

    @contextmanager
    def using(self, *facts: Fact) -> Iterator[None]:
        """Put ``facts`` in scope inside the block."""
        before = len(self._scope)
        self._scope.extend(facts)
        try:
            yield
        finally:
            del self._scope[before:]

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Nothing that is in scope outside is in scope inside the block."""
        before = list(self._scope)
        self._scope.clear()
        try:
            yield
        finally:
            self._scope[:] = before

    def close(self, vs: Sequence[Term], props: Sequence[Term], fact: Fact) -> Fact:
        """⋀ vs. props ⟹ fact."""
        for p in reversed(props):
            fact = self.imp_intro(p, fact)
        return self.all_intro(vs, fact)

    def in_scope(self, head: str) -> list[Fact]:
        """The facts in scope whose proposition is ``head`` of something."""
        return [f for f in self._scope if isinstance(f.prop, App) and f.prop.fields[0] == head]

    # -- small steps -------------------------------------------------------------------------------------------------

    def arith(self, goal: Term, *facts: Fact) -> Fact:
        """``goal`` by linear arithmetic from ``facts`` and what is in scope."""
        usable = [f for f in (*facts, *self._scope) if is_comparison(f.prop)]
        found = combined(goal, [(f.prop.fields[0], f.gap) for f in usable])
        need(found is not None, lambda: f"no linear argument for {goal!r} from {[f.prop for f in usable]}")
        assert found is not None
        kept = [(f, m) for f, m in zip(usable, found, strict=True) if m]
        return self.linear([f for f, _ in kept], goal, [m for _, m in kept])

    def restate(self, goal: Term, fact: Fact) -> Fact:
        """``fact`` in the words of ``goal``, which is the same by algebra."""
        return self.imp_elim(self.imp_intro(goal, self.assume(goal)), fact)

    def flip(self, fact: Fact) -> Fact:
        """b = a from a = b."""
        a, b = fact.prop.fields[1]
        hole = fresh(_wider(a, b))
        return self.subst(fact, fun([hole], eq(hole, a)), self.ring(a, a))

    def chain(self, first: Fact, *rest: Fact) -> Fact:
        """a = z from a = b, b = c, …, each up to algebra."""
        for fact in rest:
            start = first.prop.fields[1][0]
            hole = fresh(_wider(*fact.prop.fields[1]))
            first = self.subst(fact, fun([hole], eq(start, hole)), first)
        return first

    def rewrite(self, fact: Fact, *equations: Fact) -> Fact:
        """``fact`` with every left side as the right side; under binders too, if nothing bound is meant."""
        for equation in equations:
            a, b = equation.prop.fields[1]
            hole = fresh(_wider(a, b))
            context = fun([hole], replaced(fact.prop, a, hole))
            fact = self.subst(equation, context, fact)
        return fact

    def evaluate(self, t: Term, *equations: Fact) -> Fact:
        """t = t rewritten by ``equations``, one after the other."""
        fact = self.ring(t, t)
        for equation in equations:
            a, b = equation.prop.fields[1]
            left, right = fact.prop.fields[1]
            hole = fresh(_wider(a, b))
            fact = self.subst(equation, fun([hole], eq(left, replaced(right, a, hole))), fact)
        return fact

    # -- goals -------------------------------------------------------------------------------------------------------

    def prove(self, target: Term, how: How | None = None, using: Sequence[Fact | str] = ()) -> Fact:
        """``target``: ⋀ and ⟹ opened, then ``how`` (given the opened variables), or what is in scope and ``using``."""
        return self._prove(target, how, using, ())

    def _prove(self, target: Term, how: How | None, using: Sequence[Fact | str], opened_: tuple[Term, ...]) -> Fact:
        if isinstance(target, App) and target.fields[0] == "all":
            vs, body = opened(target.fields[1][0])
            return self.all_intro(vs, self._prove(body, how, using, (*opened_, *vs)))
        if isinstance(target, App) and target.fields[0] == "imp":
            p, q = target.fields[1]
            with self.given(p):
                fact = self._prove(q, how, using, opened_)
            return self.imp_intro(p, fact)
        if how is not None:
            self.wanted = target
            fact = how(*opened_)
            need(key(fact.prop) == key(target), lambda: f"wanted {target!r}, got {fact.prop!r}")
            return fact
        found = self._auto(target, using)
        need(found is not None, lambda: f"no way to {target!r} from {[f.prop for f in self._scope]}")
        assert found is not None
        return found

    def _auto(self, target: Term, using: Sequence[Fact | str] = ()) -> Fact | None:
        wanted = key(target)
        for fact in (*(f for f in using if isinstance(f, Fact)), *self._scope):
            if key(fact.prop) == wanted:
                return fact
        if isinstance(target, App) and target.fields[0] == "eq" and len({key(a) for a in target.fields[1]}) == 1:
            return self.ring(*target.fields[1])
        if is_comparison(target):
            try:
                return self.arith(target, *(f for f in using if isinstance(f, Fact)))
            except Refused:
                pass
        for rule in using:
            try:
                return self.by(rule, goal=target)
            except Refused:
                continue
        for fact in self._scope:
            if isinstance(fact.prop, App) and fact.prop.fields[0] in ("all", "imp"):
                try:
                    return self.by(fact, goal=target)
                except Refused:
                    continue
        return None

    def contradict(self, claim: Term, *facts: Fact) -> Fact:
        """claim ⟹ falsity, from the first of ``facts`` that says so of something that ``claim`` implies.

        A fact weaker ⟹ falsity will do where ``weaker`` is ``claim`` with its variables in another order, at special
        values or under more premises.  Raises Refused with what is open.
        """
        reasons = []
        for fact in facts:
            need(_is_refutation(fact.prop), f"{fact.prop!r} is no refutation")
            with self.alone(), self.given(claim) as (assumed,):
                try:
                    weaker = self.prove(fact.prop.fields[1][0], lambda *_: self.by(assumed, goal=self.wanted))
                except Refused as error:
                    reasons.append(str(error)[:400])
                    continue
                return self.imp_intro(claim, self.imp_elim(fact, weaker))
        raise Refused(f"nothing that {claim!r} implies is refuted: " + ("; ".join(reasons) or "no refutation is given"))

    def by(self, rule: str | Fact, *facts: Fact, goal: Term | None = None, **values: Term | Number) -> Fact:
        """A row (or a fact ⋀… ⟹ …) with ``facts`` for its premises, in order; the others from the scope, or arithmetic.

        ``values`` are for the row's variables by name; the rest is found by matching ``goal`` and the premises.
        """
        need(self._searching < DEEPEST_SEARCH, "the search for premises goes too deep")
        self._searching += 1
        try:
            return self._by(rule, facts, goal, values)
        finally:
            self._searching -= 1

    def _by(
        self, rule: str | Fact, facts: Sequence[Fact], goal: Term | None, values: Mapping[str, Term | Number]
    ) -> Fact:
        start = self.row(rule) if isinstance(rule, str) else rule
        names = NAMES.get(rule, ()) if isinstance(rule, str) else ()

        def what() -> str:
            return rule if isinstance(rule, str) else repr(rule.prop)

        prop = start.prop
        vs: tuple[Term, ...] = ()
        if isinstance(prop, App) and prop.fields[0] == "all":
            vs, prop = opened(prop.fields[1][0], names)
        premises = []
        while isinstance(prop, App) and prop.fields[0] == "imp" and not (goal is not None and key(prop) == key(goal)):
            premises.append(prop.fields[1][0])
            prop = prop.fields[1][1]
        named_values: dict[str, Term] = dict(zip(names, vs, strict=False))
        unknown = sorted(set(values) - set(named_values))
        need(not unknown, lambda: f"{what()} has no variable {', '.join(unknown)}; it has {', '.join(names) or 'none'}")
        match = Match(vs, {named_values[n]: as_term(x) for n, x in values.items()})
        if goal is not None:
            need(match.match(prop, goal), lambda: f"{what()} does not conclude {goal!r}, but {prop!r}")
        chosen = self._place(match, premises, list(facts), what)
        need(match.settle(), lambda: f"{what()} does not fit")
        for k, premise in enumerate(premises):  # what is still unknown, from the scope
            if k not in chosen and not match.known(premise):
                self._from_scope(match, premise, k, chosen)
        open_ = [v.fields[0] for v in vs if v not in match.values]
        need(not open_, lambda: f"{what()}: nothing says what {', '.join(open_)} is")
        for k, premise in enumerate(premises):
            if k not in chosen:
                chosen[k] = self._premise(match.at(premise), what)
        fact = self.all_elim(start, *(match.values[v] for v in vs)) if vs else start
        fact = self.imp_elim(fact, *(chosen[k] for k in range(len(premises))))
        return fact if goal is None else self.restate(goal, fact)

    def _premise(self, target: Term, what: Callable[[], str]) -> Fact:
        try:
            return self._prove(target, None, self.hints, ())
        except Refused as error:
            raise Refused(f"{what()}: premise {target!r} is open ({str(error)[:300]})") from None

    @staticmethod
    def _place(match: Match, premises: list[Term], queue: list[Fact], what: Callable[[], str]) -> dict[int, Fact]:
        chosen: dict[int, Fact] = {}
        for k, premise in enumerate(premises):
            if not queue:
                break
            trial = match.copy()
            if trial.match(premise, queue[0].prop):
                match.values, match.later = trial.values, trial.later
                chosen[k] = queue.pop(0)
        need(not queue, lambda: f"{what()}: {queue[0].prop!r} is none of its premises in this order")
        return chosen

    def _from_scope(self, match: Match, premise: Term, k: int, chosen: dict[int, Fact]) -> None:
        for fact in reversed(self._scope):
            trial = match.copy()
            if trial.match(premise, fact.prop) and trial.settle():
                match.values, match.later = trial.values, trial.later
                chosen[k] = fact
                return


def _is_refutation(p: Term) -> bool:
    return isinstance(p, App) and p.fields[0] == "imp" and p.fields[1][1] == FALSE


def _wider(a: Term, b: Term) -> Sort:
    """The sort of a hole that both can stand in: the left one's where that will do."""
    if included(b.sort, a.sort):
        return a.sort
    return joined((a.sort, b.sort)) if a.sort in NUMBERS else a.sort


def replaced(t: Term, old: Term, new: Term) -> Term:
    """``t`` with ``new`` for every part that is ``old`` by algebra."""
    wanted, size = key(old), len(old.loose)
    need(size == 0, "what is bound outside cannot be replaced")

    def walk(t: Term) -> Term:
        if not t.loose and t.sort != "prop" and _comparable(t, old) and key(t) == wanted:
            return new
        if isinstance(t, Fun):
            return Fun(t.fields[0], walk(t.fields[1]))
        if isinstance(t, App):
            head, args = t.fields
            return app(head if isinstance(head, str) else walk(head), *(walk(a) for a in args))
        return t

    return walk(t)


def _comparable(t: Term, old: Term) -> bool:
    return isinstance(t.sort, tuple) == isinstance(old.sort, tuple)
