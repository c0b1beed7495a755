"""Lemma 3, what is exact: Eq. (16), and what it gives at special layers and inputs, at every width."""

from __future__ import annotations

from collections.abc import Callable

from lemmas._proof_sequences import by_last, lengths, outputs_parts, parts
from verifier.kernel.core.terms import Term, app, eq, forall, fun, imp, le
from verifier.kernel.theory.layers import L, d, es, i, ls, phi, x, y
from verifier.kernel.theory.layers import T as tensor
from verifier.kernel.theory.seqs import NIL, entry, length
from verifier.kernel.theory.writing import many, minus, negation, plus, times
from verifier.proving.binders import absurd, apply, at, cases, closed, equal, lemma, result, trichotomy
from verifier.proving.tactics import Fact, Prover

l, l2 = many("l l2", "int")
s, t = many("s t", "seq")
POINT = [phi, L, d, ls, es, x, y]
LEAVES = [le(1, length(ls)), eq(length(ls), length(es)), app("outputs", es), app("increasing", ls, 1, L)]
RANGES = [app("piecewise", phi), le(1, L), le(1, d), *LEAVES]


def link(ls: Term, es: Term) -> Term:
    """i ↦ A(l_{i+1}, l_i, e_i)"""
    return fun([i], app("A", phi, L, entry(ls, plus(i, 1)), entry(ls, i), entry(es, i), x, y))


def links(number: Term | int, ls: Term, es: Term) -> Term:
    """A(l_2, l_1, e_1)·…, with this number of factors"""
    return app("prod", 1, number, link(ls, es))


def gram(l: Term) -> Term:
    """Q(l)"""
    return app("Q", phi, l, x, y)


def row(l: Term, e: Term) -> Term:
    """C(l, d, e)"""
    return app("C", phi, L, l, d, e, x, y)


def factors(ls: Term, es: Term) -> Term:
    """Eq. (16): C(l_k, d, e_k) Π_m A(l_{m+1}, l_m, e_m) Q(l_1)"""
    return times(
        row(app("last", ls), app("last", es)), links(minus(length(ls), 1), ls, es), gram(app("first", ls))
    )  # fmt: skip


@lemma
def transfer(p: Prover) -> Fact:
    """Eq. (16), closed."""
    return closed(p, POINT, RANGES, lambda: _transfer(p))


def _carried(p: Prover) -> Fact:
    """⋀s t l. … ⟹ carried(l, s, t) = Π_i A((s,l)_{i+1}, (s,l)_i, t_i) Q((s,l)_1), by induction on the tuple s."""
    carried = lambda l, s, t: app("carried", phi, L, l, s, t, x, y)  # noqa: E731
    whole = lambda l, s, t: times(  # noqa: E731
        links(length(s), app("snoc", s, l), t), gram(entry(app("snoc", s, l), 1))
    )
    premises = lambda l, s, t: [  # noqa: E731
        le(1, l), le(l, L), app("increasing", s, 1, minus(l, 1)), eq(length(s), length(t)), app("outputs", t),
    ]  # fmt: skip
    says = lambda l, s, t: eq(carried(l, s, t), whole(l, s, t))  # noqa: E731
    V = fun([s], forall([t, l], imp(*premises(l, s, t), says(l, s, t))))
    with p.given(*premises(l, NIL, t)), p.using(p.row("len.nil")):
        empty = apply(p, "seq.equal", lambda i: absurd(p, eq(entry(t, i), entry(NIL, i))), s=t, t=NIL)
        none = p.by("carried.none", phi=phi, L=L, l=l, x=x, y=y)
        nothing = p.by("prod.empty", lo=1, hi=length(NIL), F=link(app("snoc", NIL, l), t))
        only = p.by("entry.last", s=NIL, k=l)
        only = equal(p, entry(app("snoc", NIL, l), 1), l, p.rewrite(only, p.row("len.nil")))
        right = p.evaluate(whole(l, NIL, t), nothing, only)
        left = p.evaluate(carried(l, NIL, t), empty)
        back = p.restate(eq(gram(l), whole(l, NIL, t)), p.flip(right))
        start = result(p, p.chain(left, none, back), whole(l, NIL, t))
    start = p.close([t, l], premises(l, NIL, t), start)
    step = _carried_step(p, V, premises, says, whole)
    return p.by("seq.induction", p.restate(app(V, NIL), start), step, V=V)


def _carried_step(p: Prover, V: Term, premises: object, says: object, whole: object) -> Fact:
    before, l1 = many("before l1", "seq")[0], many("l1", "int")[0]
    longer = app("snoc", before, l1)
    with p.given(app(V, before)) as (known,), p.given(*premises(l, longer, t)):  # type: ignore[operator]
        sizes = lengths(p, (before, l1))
        with p.using(*sizes), p.using(p.arith(le(1, length(t)))):
            goal = fun([t], imp(eq(length(longer), length(t)), app("outputs", t), says(l, longer, t)))  # type: ignore[operator]

            def how(rest: Term, e: Term) -> Fact:
                end = app("snoc", rest, e)
                given = [eq(length(longer), length(end)), app("outputs", end)]
                with p.given(*given):
                    inside = [*parts(p, before, l1, 1, minus(l, 1)), *outputs_parts(p, rest, e)]
                    with p.using(*lengths(p, (rest, e)), *inside):
                        found = _one_more(p, known, before, l1, rest, e, whole)
                for premise in reversed(given):
                    found = p.imp_intro(premise, found)
                return found

            found = by_last(p, t, goal, how)
        found = p.by(found)
    found = p.close([t, l], premises(l, longer, t), found)  # type: ignore[operator]
    return p.close([before, l1], [app(V, before)], found)


def _one_more(p: Prover, known: Fact, before: Term, l1: Term, rest: Term, e: Term, whole: object) -> Fact:
    """carried(l, (s, l1), (t, e)) = A(l, l1, e) carried(l1, s, t), and the product with one factor more."""
    longer, outs = app("snoc", before, l1), app("snoc", rest, e)
    with p.using(p.arith(le(plus(l1, 1), l))):
        step = p.by("carried.last", phi=phi, L=L, e=e, l2=l, l1=l1, ls=before, es=rest, x=x, y=y)
        earlier = at(p, known, rest, l1)
    ends, n = app("snoc", longer, l), length(before)
    F = link(ends, outs)
    size = p.arith(eq(length(longer), plus(n, 1)))
    last = p.by("prod.last", lo=1, hi=plus(n, 1), F=F)

    def each(i: Term) -> Fact:
        now = p.by("entry.before", s=longer, k=l, i=i)
        up = p.by("entry.before", s=longer, k=l, i=plus(i, 1))
        out = p.by("entry.before", s=rest, k=e, i=i)
        return p.evaluate(app(F, i), up, now, out)

    same = apply(p, "prod.congruent", each, lo=1, hi=n, F=F, G=link(longer, rest))
    top = equal(p, entry(ends, plus(n, 2)), l, p.rewrite(p.by("entry.last", s=longer, k=l), size))
    mid = p.chain(p.by("entry.before", s=longer, k=l, i=plus(n, 1)), p.by("entry.last", s=before, k=l1))
    out = p.by("entry.last", s=rest, k=e)
    out = equal(p, entry(outs, plus(n, 1)), e, p.rewrite(out, p.arith(eq(plus(length(rest), 1), plus(n, 1)))))
    first = p.by("entry.before", s=longer, k=l, i=1)
    last = p.restate(
        eq(last.prop.fields[1][0], times(links(n, ends, outs), app(F, plus(n, 1)))), last
    )  # fmt: skip
    product = p.rewrite(last, same, top, mid, out)
    right = p.evaluate(whole(l, longer, outs), size, product, first)  # type: ignore[operator]
    left = p.rewrite(step, earlier)
    return p.chain(left, p.restate(eq(left.prop.fields[1][1], right.prop.fields[1][0]), p.flip(right)))


def _transfer(p: Prover) -> Fact:
    carried = _carried(p)
    goal = fun([ls, es], imp(*LEAVES[1:], eq(tensor(ls, es), factors(ls, es))))
    outer = fun([ls], forall([es], app(goal, ls, es)))

    def over_layers(before: Term, l: Term) -> Fact:
        longer = app("snoc", before, l)
        inner = fun([t], app(goal, longer, t))
        same = eq(length(longer), length(t))
        with p.given(same) as (assumed,), p.using(*lengths(p, (before, l))):
            with p.using(p.arith(le(1, length(t)), assumed)):
                found = by_last(p, t, inner, lambda rest, e: _whole(p, carried, before, l, rest, e))
            found = p.imp_elim(found, assumed)
        return p.all_intro([t], p.imp_intro(same, found))

    found = p.all_elim(by_last(p, ls, outer, over_layers), es)
    return p.by(found)


def _whole(p: Prover, carried: Fact, before: Term, l: Term, rest: Term, e: Term) -> Fact:
    longer, outs = app("snoc", before, l), app("snoc", rest, e)
    given = [eq(length(longer), length(outs)), app("outputs", outs), app("increasing", longer, 1, L)]
    with p.given(*given):
        sizes = [*lengths(p, (before, l), (rest, e)), *parts(p, before, l, 1, L), *outputs_parts(p, rest, e)]
        with p.using(*sizes), p.using(p.arith(eq(length(before), length(rest)))):
            step = p.by("T.last", phi=phi, L=L, d=d, e=e, l=l, ls=before, es=rest, x=x, y=y)
            rest_of = p.by(p.all_elim(p.all_elim(carried, before), rest, l))
            left = p.rewrite(step, rest_of)
            n = length(before)
            ends = [_last(p, before, l), _last(p, rest, e), p.by("first", s=longer)]
            size = p.arith(eq(minus(length(longer), 1), n))

            def each(i: Term) -> Fact:
                return p.evaluate(app(link(longer, outs), i), p.by("entry.before", s=rest, k=e, i=i))

            same = apply(p, "prod.congruent", each, lo=1, hi=n, F=link(longer, outs), G=link(longer, rest))
            right = p.evaluate(factors(longer, outs), *ends, size, same)
            found = p.chain(left, p.restate(eq(left.prop.fields[1][1], factors(longer, outs)), p.flip(right)))
    for premise in reversed(given):
        found = p.imp_intro(premise, found)
    return found


def _last(p: Prover, before: Term, last: Term) -> Fact:
    """last(before, k) = k"""
    longer = app("snoc", before, last)
    found = p.by("last", s=longer)
    return p.rewrite(found, p.by("len.snoc", s=before, k=last), p.by("entry.last", s=before, k=last))


# -- where it is 0 ----


def _gone(p: Prover, *premises: Term, how: Callable[[Fact], Fact]) -> Fact:
    """T^{l,d}_e = 0, closed, by ``how`` from Eq. (16) under more premises."""
    return closed(p, POINT, [*RANGES, *premises], lambda: how(p.by(p.all_elim(transfer(p), *POINT))))


@lemma
def elsewhere(p: Prover) -> Fact:
    """T^{l,d}_e = 0 for l_k = L and d_k ≠ d, closed."""
    last, other = app("last", ls), app("last", es)
    apart = negation(eq(other, d))

    def how(whole: Fact) -> Fact:
        output = _entry_of(p, app("last", es))
        with p.using(output):
            at_top = p.by("C.output", phi=phi, L=L, d=d, e=other, x=x, y=y)
        at_top = p.restate(eq(row(L, other), app("delta", d, other)), at_top)
        zero = eq(app("delta", d, other), 0)

        def same(equation: Fact) -> Fact:
            return p.by("false", p.imp_elim(p.prove(apart), p.flip(equation)), P=zero)

        nothing = trichotomy(
            p, d, other, zero, lambda: p.by("delta.less", a=d, b=other), same, lambda: p.by("delta.more", a=d, b=other),
        )  # fmt: skip
        return result(p, p.rewrite(whole, p.prove(eq(last, L)), at_top, nothing), 0)

    return _gone(p, eq(last, L), apart, how=how)


def _entry_of(p: Prover, last: Term) -> Fact:
    """1 ≤ last(es), where outputs(es) and 1 ≤ len(es) are in scope."""
    with p.using(p.arith(le(1, length(es)))):
        inside = p.by("outputs.elim", es=es)
        at = p.imp_elim(p.all_elim(inside, length(es)), p.prove(le(1, length(es))), p.arith(le(length(es), length(es))))
    return p.rewrite(at, p.flip(p.by("last", s=es)))


@lemma
def orthogonal(p: Prover) -> Fact:
    """T^{l,d}_e = 0 for l_1 = 1 and x ⟂ y, closed."""
    right = eq(app("dot", x, y), 0)

    def how(whole: Fact) -> Fact:
        first = p.rewrite(whole, p.prove(eq(app("first", ls), 1)), p.by("Q.first", phi=phi, x=x, y=y), p.prove(right))
        return result(p, first, 0)

    return _gone(p, eq(app("first", ls), 1), right, how=how)


@lemma
def antiparallel(p: Prover) -> Fact:
    """T^{l,d}_e = 0 for l_1 = 1, L ≥ 2 and y a negative multiple of x, ReLU, closed."""
    premises = [app("relu", phi), app("antiparallel", x, y), le(2, L), eq(app("first", ls), 1)]

    def how(whole: Fact) -> Fact:
        start = p.rewrite(p.flip(p.by("first", s=ls)), p.prove(premises[-1]))
        goal = eq(tensor(ls, es), 0)

        def single() -> Fact:
            one = p.by("le.antisymmetric", x=length(ls), y=1)
            last = p.rewrite(p.by("last", s=ls), one, start)
            with p.using(_entry_of(p, app("last", es))):
                nothing = p.by("C.antiparallel", phi=phi, L=L, d=d, e=app("last", es), x=x, y=y)
            return result(p, p.rewrite(whole, last, nothing), 0)

        def several() -> Fact:
            inside = p.by("within.elim", p.by("and.left", p.by("increasing.elim", s=ls, lo=1, hi=L)))
            rises = p.by("and.right", p.by("increasing.elim", s=ls, lo=1, hi=L))
            second = p.imp_elim(p.all_elim(inside, 2), p.prove(le(1, 2)), p.prove(le(2, length(ls))))
            up = p.imp_elim(p.all_elim(rises, 1), p.prove(le(1, 1)), p.prove(le(2, length(ls))))
            out = p.imp_elim(
                p.all_elim(p.by("outputs.elim", es=es), 1), p.prove(le(1, 1)), p.prove(le(1, length(es)))
            )  # fmt: skip
            l2 = entry(ls, 2)
            facts = [p.by("and.right", second), p.arith(le(2, l2), up, start), out]
            with p.using(*facts):
                zero = p.by("A.antiparallel", phi=phi, L=L, l=l2, e=entry(es, 1), x=x, y=y)
            F = link(ls, es)
            here = p.evaluate(app(F, 1), start)
            here = p.chain(here, p.restate(eq(here.prop.fields[1][1], 0), zero))
            nothing = p.by("prod.zero", here, lo=1, hi=minus(length(ls), 1), k=1, F=F)
            return result(p, p.rewrite(whole, nothing), 0)

        return cases(p, length(ls), 1, goal, single, several)

    return _gone(p, *premises, how=how)


def prove_lemma3(p: Prover) -> dict[str, list[Fact]]:
    """The exact claims of Lemma 3 at two inputs."""
    return {
        "lemma3.identity": [transfer(p)],
        "lemma3.printed-identity": [transfer(p)],
        "lemma3.elsewhere": [elsewhere(p)],
        "lemma3.orthogonal": [orthogonal(p)],
        "lemma3.antiparallel": [antiparallel(p)],
    }
