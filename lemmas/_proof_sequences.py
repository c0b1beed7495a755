"""Tuples in proofs: the last entry apart, and increasing tuples."""

from __future__ import annotations

from collections.abc import Callable

from lemmas._proof_given_tuples import increasing
from verifier.kernel.core.terms import Fun, Term, app, eq, forall, fun, imp, le
from verifier.kernel.theory.seqs import NIL, entry, length
from verifier.kernel.theory.writing import many, minus, plus
from verifier.proving.binders import absurd, by_definition, closed, lemma
from verifier.proving.matching import fresh
from verifier.proving.tactics import Fact, Prover

s, t = many("s t", "seq")
i, k, l, n, lo, hi = many("i k l n lo hi", "int")


def by_last(p: Prover, of: Term, goal: Fun, how: Callable[[Term, Term], Fact]) -> Fact:
    """goal(of), where 1 ≤ len(of) is in scope, from goal((t, k)) for all t and k: ``how`` of t and k."""
    V = fun([s], imp(le(1, length(s)), app(goal, s)))
    empty = le(1, length(NIL))
    with p.given(empty) as (assumed,):
        nothing = p.imp_intro(empty, absurd(p, app(goal, NIL), assumed, p.row("len.nil")))
    before, last = fresh("seq", "t"), fresh("int", "k")
    longer = app("snoc", before, last)
    with p.given(app(V, before)), p.given(le(1, length(longer))):
        found = p.restate(app(goal, longer), how(before, last))
    step = p.close([before, last], [app(V, before), le(1, length(longer))], found)
    every = p.by("seq.induction", p.restate(app(V, NIL), nothing), step, V=V)
    return p.imp_elim(p.all_elim(every, of), p.arith(le(1, length(of))))


def lengths(p: Prover, *pairs: tuple[Term, Term]) -> list[Fact]:
    """len(s, k) = len(s) + 1 and 0 ≤ len(s), for tuples s with a last entry k."""
    found = []
    for before, last in pairs:
        found += [p.by("len.snoc", s=before, k=last), p.by("len.nonneg", s=before)]
    return found


def rising(p: Prover, of: Term, low: Term | int, high: Term | int) -> tuple[Fact, Fact]:
    """⋀i. … low ≤ of_i ≤ high, and ⋀i. … of_i < of_{i+1}, where increasing(of, low, high) is in scope."""
    both = p.by("increasing.elim", s=of, lo=low, hi=high)
    return p.by("within.elim", p.by("and.left", both)), p.by("and.right", both)


@lemma
def spaced(p: Prover) -> Fact:
    """⋀s lo hi. increasing(s, lo, hi) ⟹ ⋀i. 1 ≤ i ⟹ ⋀n. 0 ≤ n ⟹ i + n ≤ len ⟹ s_i + n ≤ s_{i+n}"""
    premise = app("increasing", s, lo, hi)
    V = fun([n], imp(le(plus(i, n), length(s)), le(plus(entry(s, i), n), entry(s, plus(i, n)))))

    def how() -> Fact:
        _, steps = rising(p, s, lo, hi)
        with p.given(le(1, i)):
            start = p.prove(app(V, 0))
            with p.given(le(0, n), app(V, n)) as (_, before), p.given(le(plus(i, n, 1), length(s))):
                known = p.imp_elim(before, p.arith(le(plus(i, n), length(s))))
                here = plus(i, n)
                step = p.all_elim(steps, here)
                step = p.imp_elim(step, p.arith(le(1, here)), p.arith(le(plus(here, 1), length(s))))
                following = p.arith(le(plus(entry(s, i), n, 1), entry(s, plus(i, n, 1))), known, step)
                following = p.imp_intro(le(plus(i, n, 1), length(s)), following)
            up = p.close([n], [le(0, n), app(V, n)], following)
            every = p.by("int.induction", p.restate(app(V, 0), start), p.restate(_step(V), up), V=V, m=0)
        return p.close([i], [le(1, i)], every)

    return closed(p, [s, lo, hi], [premise], how)


def _step(V: Fun) -> Term:
    return forall([n], imp(le(0, n), app(V, n), app(V, plus(n, 1))))


def between(p: Prover, of: Term, low: Term | int, high: Term | int, first: Term | int, more: Term | int) -> Fact:
    """of_first + more ≤ of_{first+more}, where increasing(of, low, high), 1 ≤ first, 0 ≤ more are in scope."""
    fact = p.by(p.all_elim(spaced(p), of, low, high))
    fact = p.imp_elim(p.all_elim(fact, first), p.prove(le(1, first)))
    fact = p.imp_elim(p.all_elim(fact, more), p.prove(le(0, more)))
    return p.imp_elim(fact, p.prove(le(plus(first, more), length(of))))


@lemma
def shorter(p: Prover) -> Fact:
    """⋀s l lo hi. increasing((s, l), lo, hi) ⟹ increasing(s, lo, l - 1) and lo ≤ l ≤ hi, as nested ``and``."""
    longer = app("snoc", s, l)
    premise = app("increasing", longer, lo, hi)

    def how() -> Fact:
        inside, steps = rising(p, longer, lo, hi)
        sizes = lengths(p, (s, l))
        with p.using(*sizes):
            end = plus(length(s), 1)
            at_end = p.imp_elim(p.all_elim(inside, end), p.arith(le(1, end)), p.arith(le(end, length(longer))))
            last = p.by("entry.last", s=s, k=l)
            ends = p.rewrite(at_end, last)

            def place(i: Term) -> Fact:
                old = p.by("entry.before", s=s, k=l, i=i)
                low = p.imp_elim(p.all_elim(inside, i), p.arith(le(1, i)), p.arith(le(i, length(longer))))
                low = p.rewrite(p.by("and.left", low), old)
                gap = between(p, longer, lo, hi, i, minus(end, i))
                gap = p.rewrite(gap, old)
                same = p.restate(eq(entry(longer, plus(i, minus(end, i))), l), last)
                high = p.arith(le(entry(s, i), minus(l, 1)), p.rewrite(gap, same), p.arith(le(plus(i, 1), end)))
                return p.by("and.intro", low, high)

            def step(i: Term) -> Fact:
                up = p.imp_elim(p.all_elim(steps, i), p.arith(le(1, i)), p.arith(le(plus(i, 1), length(longer))))
                one = p.by("entry.before", s=s, k=l, i=i)
                two = p.by("entry.before", s=s, k=l, i=plus(i, 1))
                return p.rewrite(up, one, two)

            chain = increasing(p, s, lo, minus(l, 1), place, step)
        return p.by("and.intro", chain, ends)

    return closed(p, [s, l, lo, hi], [premise], how)


def parts(p: Prover, before: Term, last: Term, low: Term | int, high: Term | int) -> list[Fact]:
    """increasing(before, low, last - 1), low ≤ last, last ≤ high, where increasing((before, last), …) is in scope."""
    both = p.by(p.all_elim(shorter(p), before, last, low, high))
    ends = p.by("and.right", both)
    return [p.by("and.left", both), p.by("and.left", ends), p.by("and.right", ends)]


def outputs_parts(p: Prover, before: Term, last: Term) -> list[Fact]:
    """outputs(before) and 1 ≤ last, where outputs((before, last)) is in scope."""
    longer = app("snoc", before, last)
    inside = p.by("outputs.elim", es=longer)
    with p.using(*lengths(p, (before, last))):
        end = plus(length(before), 1)
        at_end = p.imp_elim(p.all_elim(inside, end), p.arith(le(1, end)), p.arith(le(end, length(longer))))
        at_end = p.rewrite(at_end, p.by("entry.last", s=before, k=last))

        def each(i: Term) -> Fact:
            here = p.imp_elim(p.all_elim(inside, i), p.arith(le(1, i)), p.arith(le(i, length(longer))))
            return p.rewrite(here, p.by("entry.before", s=before, k=last, i=i))

        return [by_definition(p, "outputs.intro", each, before), at_end]
