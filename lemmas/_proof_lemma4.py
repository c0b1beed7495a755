"""Lemma 4: K^(r) as a sum over compositions, from the cell's product and Leibniz' rule, by induction on outputs."""

from __future__ import annotations

from verifier.kernel.core.terms import Term, Var, app, eq, forall, fun, imp, le
from verifier.kernel.theory.hyper import A_of, H, L, d, j, k, m, mask, phi, r, w, x, y, z
from verifier.kernel.theory.writing import minus, plus, times
from verifier.proving.binders import absurd, apply, closed, equal, lemma, result, trichotomy
from verifier.proving.tactics import Fact, Prover

POINT = [phi, m, H, L, r, x, y, z, w]
RANGES = [app("homogeneous", phi), eq(m, 1), le(1, H), le(1, L), le(0, r)]
#: a(d, k)/k!
BODY = fun([d, k], times(A_of(d, k), app("invfact", k)))


def sum_over(parts: Term | int, total: Term, most: Term) -> Term:
    """Σ over compositions of Π_d a(d, α_d)/α_d!"""
    return app("comps", parts, total, most, BODY)


def inverse(p: Prover, n: Term) -> Fact:
    """n!·(1/n!) = 1, where 0 ≤ n is in scope."""
    positive = p.by("fact.pos", k=n)
    not_zero = p.by("nonzero.intro", _not_zero(p, app("fact", n), positive), x=app("fact", n))
    one = p.by("inv", not_zero, x=app("fact", n))
    return p.rewrite(one, p.flip(p.by("invfact", k=n)))


def _not_zero(p: Prover, t: Term, positive: Fact) -> Fact:
    zero = eq(t, 0)
    with p.given(zero) as (assumed,):
        found = p.by("one.positive", p.arith(le(1, 0), assumed, positive))
    return p.imp_intro(zero, found)


@lemma
def expansion(p: Prover) -> Fact:
    """Eq. (29), closed, for an activation that is linear on either side of 0."""
    return closed(p, POINT, RANGES, lambda: _identity(p))


def prove_lemma4(p: Prover) -> dict[str, list[Fact]]:
    """The claims of Lemma 4."""
    return {"lemma4.identity": [expansion(p)], "lemma4.printed": [expansion(p)]}


def _identity(p: Prover) -> Fact:
    cell = apply(p, "K.cell", phi=phi, m=m, H=H, L=L, r=r, x=x, y=y, z=z, w=w)
    prefixes = p.all_elim(p.imp_elim(p.all_elim(_prefixes(p), H), p.arith(le(0, H))), r)
    found = p.rewrite(cell, p.imp_elim(prefixes, p.arith(le(0, r))))
    return result(p, found, times(app("fact", r), z, mask(x, z), sum_over(H, r, r)))


def _prefixes(p: Prover) -> Fact:
    """⋀j. 0 ≤ j ⟹ ⋀r. 0 ≤ r ⟹ prefix(j, r) = r! comps(j, r, r, a(d,k)/k!)"""
    prefix = lambda j, r: app("prefix", phi, m, H, L, j, r, x, y, w)  # noqa: E731
    says = lambda j, r: eq(prefix(j, r), times(app("fact", r), sum_over(j, r, r)))  # noqa: E731
    V = fun([j], forall([r], imp(le(0, r), says(j, r))))
    where = {"phi": phi, "m": m, "H": H, "L": L, "x": x, "y": y, "w": w}

    def start() -> Fact:
        none = p.by("prefix.none", **where, r=r)
        empty = p.by("comps.0", r=r, m=r, B=BODY)
        goal = says(0, r)

        def same(equation: Fact) -> Fact:
            hole = Var("hole", "int")
            one = equal(p, app("delta", 0, 0), times(app("fact", 0), app("delta", 0, 0)), p.row("fact.0"))
            context = fun([hole], eq(app("delta", hole, 0), times(app("fact", hole), app("delta", hole, 0))))
            return _through(p, none, p.subst(equation, context, one), empty)

        def more() -> Fact:
            zero = p.by("delta.more", a=r, b=0)
            nothing = equal(p, app("delta", r, 0), times(app("fact", r), app("delta", r, 0)), zero)
            return _through(p, none, nothing, empty)

        return trichotomy(p, 0, r, goal, more, same, lambda: absurd(p, goal))

    with p.given(le(0, r)):
        first = start()
    first = p.all_intro([r], p.imp_intro(le(0, r), first))
    with p.given(le(0, j), app(V, j)) as (_, before), p.given(le(0, r)):
        leibniz = p.by("prefix.more", **where, j=j, r=r)
        share = lambda k: times(app("fact", r), app("invfact", k), app("invfact", minus(r, k)))  # noqa: E731
        F = fun([k], times(share(k), prefix(j, minus(r, k)), A_of(plus(j, 1), k)))
        G0 = fun([k], times(sum_over(j, minus(r, k), r), app(BODY, plus(j, 1), k)))
        G = fun([k], times(app("fact", r), app(G0, k)))

        def summand(k: Term) -> Fact:
            rest = minus(r, k)
            known = p.imp_elim(p.all_elim(before, rest), p.arith(le(0, rest)))
            cut = apply(
                p, "comps.cut", lambda d, k2: absurd(p, eq(app(BODY, d, k2), 0)), H=j, r=rest, m=r, B=BODY,
            )  # fmt: skip
            expanded = p.evaluate(app(F, k), known, cut)
            with p.using(p.arith(le(0, rest))):
                one = inverse(p, rest)
            found = times(app("fact", r), app("invfact", k), sum_over(j, rest, r), A_of(plus(j, 1), k))
            grouped = times(found, times(app("fact", rest), app("invfact", rest)))
            return result(p, p.chain(result(p, expanded, grouped), p.evaluate(grouped, one)), app(G, k))

        summed = apply(p, "sum.congruent", summand, lo=0, hi=r, F=F, G=G)
        scaled = p.by("sum.scale", lo=0, hi=r, c=app("fact", r), F=G0)
        last = p.flip(p.by("comps.step", H=j, r=r, m=r, B=BODY))
        whole = p.chain(leibniz, summed, scaled)
        following = result(p, p.rewrite(whole, last), times(app("fact", r), sum_over(plus(j, 1), r, r)))
    following = p.all_intro([r], p.imp_intro(le(0, r), following))
    rising = p.close([j], [le(0, j), app(V, j)], following)
    return p.by("int.induction", p.restate(app(V, 0), first), rising, V=V, m=0)


def _through(p: Prover, none: Fact, middle: Fact, empty: Fact) -> Fact:
    """prefix(0, r) = r! comps(0, r, …) through δ(r, 0) = r! δ(r, 0)."""
    found = p.chain(none, middle)
    right = p.evaluate(times(app("fact", r), empty.prop.fields[1][0]), empty)
    return p.chain(found, p.flip(right))
