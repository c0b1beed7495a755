"""The proof of Remark 1: Fourier features in front of the implicit network."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from lemmas._implicit import GROWS, QUADS, copies
from lemmas._proof_corollary1 import FIRST, ONE, SECOND, TWO, pairs, same_gram, xp, yp
from lemmas._reals import RELU, H, L, h, k, l, omega, phi, plim, w, x, y, z
from lemmas._values import INVERSE, Entries, Values
from verifier.kernel.core.terms import FALSE, Term, Var, app, eq, forall, fun, imp, le, num
from verifier.kernel.theory.features import gaussian
from verifier.kernel.theory.writing import minus, plus, times
from verifier.proving.tactics import Fact, Prover

Points = tuple[Var, ...]
HALF = num(Fraction(1, 2))
MANY = app("many_features", omega)
GRAM, P = (lambda p, q: app("feature_gram", p, q)), Var("P", "prop")


def exponential(q: Term, r: Term) -> Term:
    """exp(-|z - z'|²/2)"""
    return app("exp", times(-1, HALF, app("distance2", q, r)))


def lam(points: Points, depth: Term | int = L, layer: Term | int = l) -> Term:
    """Λ^l of g over features."""
    return app("Lam_features", phi, depth, layer, *points)


def constant(known: Values) -> Fact:
    """p(z)·p(z')/k → exp(-|z - z'|²/2)/2."""
    p = known.p
    with p.given(MANY):
        fact = known.to(p.by("feature_gram.limit", omega=omega, z=z, w=w), p.by("feature_mean", z=z, w=w))
    return p.close([omega, z, w], [MANY], fact)


def one(known: Values, q: Term) -> Fact:
    """exp(-|z - z|²/2)/2 = 1/2."""
    p = known.p
    return known.right(p.ring(gaussian(q, q), gaussian(q, q)), p.by("distance2.same", z=q), p.by("exp.zero"))


def norm(known: Values) -> Fact:
    """|p(z)|²/k → 1/2."""
    p = known.p
    with p.given(MANY):
        found = p.by(constant(known), goal=plim(GRAM(z, z), gaussian(z, z)))
        fact = p.restate(plim(GRAM(z, z), HALF), known.to(found, one(known, z)))
    return p.close([omega, z], [MANY], fact)


def unfolded(known: Values, points: Points, depth: Term | int = L, layer: Term | int = l) -> Fact:
    """Λ^l over features in terms of the recursion, of inner products and of exp(-|z - z'|²/2)."""
    p, (q, r, s, t) = known.p, points
    start = p.by("Lam_features", phi=phi, L=depth, l=layer, x=q, y=r, z=s, w=t)
    sig = [p.by("Sig", phi=phi, l=minus(depth, 1), x=a, y=b) for a, b in pairs(q, r)]
    return known.right(start, one(known, s), one(known, t), *sig)


def function(known: Values) -> Fact:
    """Equal Gram matrices of x and equal exp(-|z - z'|²/2): equal Λ."""
    p = known.p
    equal = eq(exponential(*FIRST[2:]), exponential(*SECOND[2:]))
    premises = [le(1, L), le(1, l), equal, *same_gram(FIRST[:2], SECOND[:2])]
    with p.given(*premises) as (_, _, *same):
        fact = p.chain(known.right(unfolded(known, FIRST), *same), p.flip(unfolded(known, SECOND)))
    return p.close([phi, L, l, *FIRST, *SECOND], premises, fact)


def process(known: Values) -> Fact:
    """As the widths and the number of features grow, layer l of g over features has the limit covariance Λ^l."""
    p, before = known.p, minus(l, 1)
    premises = [RELU, le(1, L), *GROWS, MANY, le(1, l), le(l, H)]
    layer = lambda n, q, r, s, t: app(  # noqa: E731
        "layer", phi, *copies(q, r), n, *(gaussian(*pair) for pair in pairs(s, t))
    )
    with p.given(*premises):
        every = known.at(feature_grams(known), phi, omega, L, H, l)
        sig = lambda q, r: app("Sig", phi, minus(L, 1), q, r)  # noqa: E731
        of_f = lambda q, r: p.by(known.gram(), goal=plim(app("Q", phi, L, q, r), sig(q, r)))  # noqa: E731
        rows = p.prove(forall([x, y], plim(app("Q", phi, L, x, y), sig(x, y))), of_f)
        target = forall([x, z, y, w], plim(app("FQ", phi, L, l, x, y, z, w), layer(before, x, y, z, w)))
        grams = p.prove(target, lambda q, s, r, t: p.all_elim(every, q, r, s, t))
        B = fun([x, z, y, w], layer(before, x, y, z, w))
        found = p.by("features.gauss", rows, grams, phi=phi, omega=omega, L=L, l=l, A=fun([x, y], sig(x, y)), B=B)
        same = p.prove(
            forall([x, z, y, w], eq(times(sig(x, y), layer(before, x, y, z, w)), lam((x, y, z, w)))),
            lambda q, s, r, t: p.flip(p.by("Lam_features", phi=phi, L=L, l=l, x=q, y=r, z=s, w=t)),
        )
        _, family, covariance = found.prop.fields[1]
        other = fun([x, z, y, w], lam((x, y, z, w)))
        fact = p.by("gauss.congruent", found, same, omega=omega, X=family, kappa=covariance, other=other)
    return p.close([phi, omega, L, H, l], premises, fact)


def feature_grams(known: Values) -> Fact:
    """The Gram entries of g over features → the recursion from exp(-|z - z'|²/2)/2, 1 <= l <= H."""
    with known.p.alone():
        return _feature_grams(known)


def _feature_grams(known: Values) -> Fact:
    p, premises = known.p, [RELU, le(1, L), *GROWS, MANY]
    start = lambda s, t: [gaussian(*pair) for pair in pairs(s, t)]  # noqa: E731
    layer = lambda n, q, r, s, t: app("layer", phi, *copies(q, r), n, *start(s, t))  # noqa: E731
    fq = lambda n, *points: plim(app("FQ", phi, L, plus(n, 1), *points), layer(n, *points))  # noqa: E731
    points = (x, y, z, w)
    body = imp(le(plus(k, 1), H), forall(points, fq(k, *points)))
    with p.given(*premises):

        def first() -> Fact:
            found = p.by(constant(known), goal=plim(GRAM(z, w), gaussian(z, w)))
            named = p.flip(p.by("features.first", phi=phi, L=L, x=x, y=y, z=z, w=w))
            found = p.subst(named, fun([h], plim(h, gaussian(z, w))), found)
            zero = p.by("layer.0", goal=eq(layer(0, *points), gaussian(z, w)))
            return p.imp_intro(le(1, H), p.all_intro(points, known.to(found, p.flip(zero))))

        def step(before: Fact) -> Fact:
            reach = le(plus(k, 2), H)
            with p.given(reach):
                at = p.imp_elim(before, p.arith(le(plus(k, 1), H)))
                facts = [p.all_elim(at, *quad) for quad in QUADS]
                found = p.by("features.step", *known.outputs_at(), *facts, H=H, l=plus(k, 1))
                own = []
                for q, s in ((x, z), (y, w)):
                    sig, norm_ = app("Sig", phi, minus(L, 1), q, q), gaussian(s, s)
                    one_ = eq(layer(k, q, q, s, s), app("layer_own", phi, sig, k, norm_))
                    own.append(p.by(known.own_is_layer(), goal=one_))
                dual = known.right(p.ring(found.prop.fields[1][2], found.prop.fields[1][2]), *own)
                after = p.by("layer.step", goal=eq(layer(plus(k, 1), *points), dual.prop.fields[1][1]))
                found = known.to(found, p.chain(dual, p.flip(after)))
            return p.imp_intro(reach, p.all_intro(points, found))

        whole = known.induction(k, 0, body, first, step)
        with p.given(le(1, l), le(l, H)):
            there = p.imp_elim(p.all_elim(whole, minus(l, 1)), p.arith(le(0, minus(l, 1))))
            there = p.imp_elim(there, p.arith(le(plus(minus(l, 1), 1), H)))
            target = forall(points, plim(app("FQ", phi, L, l, *points), layer(minus(l, 1), *points)))
            fact = p.restate(target, there)
    return p.close([phi, omega, L, H, l], premises, p.close([], [le(1, l), le(l, H)], fact))


def printed_finite(known: Values, sort: str) -> Fact:
    """p(z)·p(z')/k is no function F of z and z', numbers or (``fin``) functions of k; refuted in elimination form."""
    p, F = known.p, Var("F", (("input", "input"), sort))
    each = forall([z, w], eq(GRAM(z, w), app(F, z, w)))
    claim = forall([P], imp(forall([F], imp(each, P)), P))
    assumed = p.assume(claim)
    with p.given(each) as (all_,):
        false = p.imp_elim(p.all_elim(p.row("feature_gram.random"), x, x, app(F, x, x)), p.all_elim(all_, x, x))
    none = p.close([F], [each], false)
    return p.imp_intro(claim, p.imp_elim(p.all_elim(assumed, FALSE), none))


def printed(known: Values, literal: bool) -> Fact:
    """E13, E6: Λ^l a function of exp(-|z - z'|²/2) and of S(x, x'), S = Σ^{L-1} or, ``literal``, Σ^L.

    At L = 1, z = z': with S = -2 for |x|² = 2 and 8, Λ^2 is -2·0 and -2·2E[σσ] < 0; with S^1 = 1/π for x ⟂ x' and for
    x = x' of norm² 1/π, Λ^1 is 0 and 1/(2π).
    """
    p = known.p
    index = L if literal else minus(L, 1)
    norms = [app("nonzero_input", q) for q in (*FIRST, *SECOND)]
    equal = [eq(exponential(*FIRST[2:]), exponential(*SECOND[2:])),
             eq(app("Sig", phi, index, x, y), app("Sig", phi, index, xp, yp))]  # fmt: skip
    claim = forall(
        [phi, L, l, *FIRST, *SECOND], imp(RELU, le(1, L), le(1, l), *norms, *equal, eq(lam(FIRST), lam(SECOND)))
    )
    first, second = (x, y, z, z), (xp, yp, z, z)
    layer, how = (ONE, _literal) if literal else (TWO, _output)
    grams = ((1, 0, 1), (INVERSE,) * 3) if literal else ((2, -2, 2), (8, -2, 2))

    def at(assumed: Fact) -> Fact:
        norms_ = [known.positive_dot(q) for q in (x, y, z)] + [
            known.inverse_positive() if literal else known.positive_dot(q) for q in (xp, yp)
        ]
        if literal:
            dots = {f.prop.fields[1][0]: f for f in known.all_dots()}
            norms_[3:] = [p.rewrite(known.inverse_positive(), p.flip(dots[app("dot", q, q)])) for q in (xp, yp)]
        inputs_ = [p.by("nonzero_input.intro", f, x=q) for f, q in zip(norms_, (x, y, z, xp, yp), strict=True)]
        values, same_s = how(known, first, second)
        with p.using(*inputs_, same_s):
            same = known.at(assumed, phi, ONE, layer, *first, *second)
        return values(same)

    def inputs(assumed: Fact) -> Fact:
        facts = [p.by("pos.le", known.inverse_positive(), x=INVERSE)]
        return known.inputs(
            grams[0],
            lambda: known.inputs(
                grams[1], lambda: known.inputs((1, 1, 1), lambda: at(assumed), (z, w)), (xp, yp), facts
            ),
        )

    return known.refuted(claim, inputs)


def _output(known: Values, first: Points, second: Points) -> tuple[Callable[[Fact], Fact], Fact]:
    p = known.p
    grams: tuple[Entries, Entries] = ((2, -2, 2), (8, -2, 2))
    sigs = [
        known.sig_value(0, (points[0], points[1]), gram, known.all_dots())
        for points, gram in zip((first, second), grams, strict=True)
    ]
    same_s = p.restate(eq(sigs[0].prop.fields[1][0], sigs[1].prop.fields[1][0]), p.chain(sigs[0], p.flip(sigs[1])))
    halves: Entries = (Fraction(1, 2),) * 3

    def value(points: Points, gram: Entries) -> Fact:
        found = known.right(unfolded(known, points, ONE, TWO), one(known, z), *known.all_dots())
        for entries in ((gram[0],) * 3, gram, (gram[2],) * 3):
            found = known.right(found, known.layer_value((1, 1, 1), 0, entries))
        found = known.right(found, known.row_at("layer.step", gram, halves, l=0))
        return known.right(
            found, known.row_at("layer.0", gram, halves), *(known.own_value(gram[i], 0, Fraction(1, 2)) for i in (0, 2))
        )

    def values(same: Fact) -> Fact:
        same = p.rewrite(same, value(first, grams[0]), value(second, grams[1]))
        same = p.rewrite(same, known.dual_value("dual", (1, -1, 1)))
        positive = p.by("dual.pos", *(known.positive(v) for v in (4, 1, 3)), phi=phi, a=4, b=-1, c=1)
        return known.unequal(positive, same)

    return values, same_s


def _literal(known: Values, first: Points, second: Points) -> tuple[Callable[[Fact], Fact], Fact]:
    p = known.p
    nonneg = p.by("pos.le", known.inverse_positive(), x=INVERSE)
    one_ = known.sig_value(1, (first[0], first[1]), (1, 0, 1), known.all_dots())
    opened = known.right(p.by("Sig", phi=phi, l=1, x=xp, y=yp), *known.all_dots())
    ones, inverses = (1, 1, 1), (INVERSE,) * 3
    steps = known.row_at("layer.step", ones, inverses, l=0), known.row_at("layer.0", ones, inverses)
    opened = known.right(opened, *steps, p.by("layer_own.0", phi=phi, c=1, s=INVERSE))
    two = p.chain(
        opened, p.by(known.dual_same(), nonneg, goal=eq(app("dual", phi, INVERSE, INVERSE, INVERSE), INVERSE))
    )
    same_s = p.restate(eq(one_.prop.fields[1][0], two.prop.fields[1][0]), p.chain(one_, p.flip(two)))

    def value(points: Points, gram: Entries) -> Fact:
        found = known.right(unfolded(known, points, ONE, ONE), one(known, z), *known.all_dots())
        for entries in ((gram[0],) * 3, gram, (gram[2],) * 3):
            found = known.right(found, known.row_at("layer.0", ones, entries))
        return known.right(found, known.row_at("layer.0", gram, (HALF,) * 3))

    def values(same: Fact) -> Fact:
        same = p.rewrite(same, value(first, (1, 0, 1)), value(second, (INVERSE,) * 3))
        return known.unequal(known.inverse_positive(), same)

    return values, same_s


def prove_remark1(p: Prover) -> dict[str, list[Fact]]:
    """Facts for the claims of Remark 1, by their ids."""
    known = Values(p)
    return {
        "remark1.printed": [printed(known, literal=False), printed(known, literal=True)],
        "remark1.printed-finite": [printed_finite(known, "fin"), printed_finite(known, "const")],
        "remark1.printed-constant": [constant(known)],
        "remark1.constant": [constant(known)],
        "remark1.norm": [norm(known)],
        "remark1.function": [function(known)],
        "remark1.process": [process(known)],
    }
