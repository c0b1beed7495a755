"""Tuples given by numbers: their lengths and entries, and that they are increasing, as facts."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from verifier.kernel.core.terms import Term, Var, app, eq, fun, le, num
from verifier.kernel.theory.seqs import NIL, entry
from verifier.proving.binders import absurd, by_definition, cases, result
from verifier.proving.tactics import Fact, Prover, replaced


def listed(*entries: Term | int) -> Term:
    """A tuple of given entries."""
    found = NIL
    for e in entries:
        found = app("snoc", found, e)
    return found


def tuple_facts(p: Prover, *entries: int) -> list[Fact]:
    """The length of a tuple of numbers, its entries, and first and last."""
    whole, found = NIL, [p.row("len.nil")]
    places: dict[int, int] = {}
    for n, e in enumerate(entries):
        longer = app("snoc", whole, e)
        size = p.by("len.snoc", s=whole, k=e)
        size = result(p, p.rewrite(size, found[0]), n + 1)
        at = [p.by("entry.last", s=whole, k=e)]
        at[0] = p.restate(eq(entry(longer, n + 1), e), p.rewrite(at[0], found[0]))
        with p.using(found[0]):
            for k, value in places.items():
                old = next(f for f in found[1:] if f.prop == eq(entry(whole, k), value))
                at.append(p.chain(p.by("entry.before", s=whole, k=e, i=k), old))
        places[n + 1] = e
        found, whole = [size, *at], longer
    ends = [p.rewrite(p.by("first", s=whole), *found[1:]), p.rewrite(p.by("last", s=whole), *found)]
    return [*found, *ends]


def increasing(
    p: Prover, s: Term, lo: Term | int, hi: Term | int, place: Callable[..., Fact], step: Callable[..., Fact]
) -> Fact:
    """increasing(s, lo, hi): ``place`` proves lo ≤ s_i and s_i ≤ hi, ``step`` s_i + 1 ≤ s_{i+1}."""
    start = p.all_elim(p.row("increasing.intro"), s, lo, hi)
    within = by_definition(p, "within.intro", place, s, lo, hi)
    return p.imp_elim(start, p.by("and.intro", within, p.prove(start.prop.fields[1][0].fields[1][1], step)))


def leaves(p: Prover, ls: Sequence[int], es: Sequence[int], L: int) -> list[Fact]:
    """increasing(ls, 1, L), outputs(es) and the facts on both tuples, all given by numbers."""
    facts = [*tuple_facts(p, *ls), *tuple_facts(p, *es)]
    with p.using(*facts):
        layers, outs = listed(*ls), listed(*es)

        def place(i: Term) -> Fact:
            goal = app("and", le(1, entry(layers, i)), le(entry(layers, i), L))
            return by_value(p, i, 1, len(ls), goal, lambda k: p.by(
                "and.intro", p.arith(le(1, entry(layers, k))), p.arith(le(entry(layers, k), L))
            ))  # fmt: skip

        def step(i: Term) -> Fact:
            up = lambda i: le(app("+", entry(layers, i), 1), entry(layers, app("+", i, 1)))  # noqa: E731
            last = len(ls) - 1
            if not last:
                return absurd(p, up(i))
            return by_value(p, i, 1, last, up(i), lambda k: p.restate(
                up(num(k)), p.arith(le(app("+", entry(layers, k), 1), entry(layers, k + 1)))
            ))  # fmt: skip

        rising = increasing(p, layers, 1, L, place, step)

        def output(i: Term) -> Fact:
            return by_value(p, i, 1, len(es), le(1, entry(outs, i)), lambda k: p.arith(le(1, entry(outs, k))))

        return [rising, by_definition(p, "outputs.intro", output, outs), *facts]


def by_value(p: Prover, i: Term, low: int, high: int, goal: Term, how: Callable[[int], Fact]) -> Fact:
    """``goal``, where low ≤ i ≤ high follow from the scope, from what ``how`` proves with each value for i."""
    hole = Var("hole~", "int")
    context = fun([hole], replaced(goal, i, hole))

    def at(k: int) -> Fact:
        same = p.by("le.antisymmetric", x=k, y=i)
        return p.subst(same, context, p.restate(app(context, k), how(k)))

    if low == high:
        return at(low)
    return cases(p, i, low, goal, lambda: at(low), lambda: by_value(p, i, low + 1, high, goal, how))
