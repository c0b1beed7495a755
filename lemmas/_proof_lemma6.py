"""The proof of Lemma 6: Jacobians and gradients of the implicit network."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from lemmas._implicit import GROWS, HERE, NONZERO_Z, H
from lemmas._reals import NONZERO, RELU, L, d, e, omega, phi, plim, u, v, w, x, y, z
from lemmas._values import Values
from verifier.kernel.core.terms import Term, app, forall, imp, le, num
from verifier.kernel.theory.writing import plus, times
from verifier.proving.binders import falsity
from verifier.proving.tactics import Fact, Prover

ONE, TWO, HALF = num(1), num(2), num(Fraction(1, 2))
DELTA = app("delta", d, e)
PREMISES = [RELU, le(1, L), *GROWS, *NONZERO, *NONZERO_Z, le(1, d), le(1, e)]


def passed(depth: Term | int, top: Term | int, low: Term | int) -> Term:
    """Π_{t=low}^{top-1} S Σ̇^t with S = Σ^{depth-1}."""
    return app("GDot", phi, depth, top, low, *HERE)


def chain_to(top: Term, low: Term, to: Term) -> Term:
    """Entry (d, e) of P^{low→top} P'^{low→top}ᵀ → δ(d, e)·to."""
    return plim(app("GC", phi, L, top, low, d, e, *HERE), times(DELTA, to))


def at_two_layers(
    known: Values, printed: Term, entries: tuple[tuple[int, ...], tuple[int, ...]], how: Callable[[Fact], Fact]
) -> Fact:
    """printed ⟹ falsity by its instance at L = 1, H = 2 and inputs of the given Gram entries for x and for z."""
    inputs = lambda inner: known.inputs(entries[0], lambda: known.inputs(entries[1], inner, (z, w)))  # noqa: E731

    def at(assumed: Fact) -> Fact:
        with known.p.using(*known.nonzero_inputs(x, y, z, w)):
            return how(assumed)

    return known.refuted(printed, lambda assumed: inputs(lambda: at(assumed)))


def chain_value(
    known: Values, depth: int, xs: tuple[int, int, int], zs: tuple[int, int, int], cs: tuple[int, int, int]
) -> Fact:
    """S Σ̇^1 as a number, S = Σ^{depth-1}."""
    p = known.p
    found = p.by("GDot", phi=phi, L=depth, v=2, u=1, x=x, y=y, z=z, w=w)
    rows = [known.sig_value(depth - 1, pair, entries, known.all_dots())
            for pair, entries in (((x, x), (xs[0],) * 3), ((x, y), xs), ((y, y), (xs[2],) * 3))]  # fmt: skip
    found = known.right(found, *rows, *known.all_dots())
    return known.right(found, known.passed_value(cs, zs))


def printed_jacobians(known: Values) -> Fact:
    """E6, S^L for S^{L-1}: at x ⟂ x' and z ⟂ z' the entry tends to 0·1/2, not to 1/π·1/2."""
    p = known.p
    printed = forall(
        [phi, omega, L, H, *HERE, u, v, d, e],
        imp(*PREMISES, le(1, u), le(u, v), le(v, H), chain_to(v, u, passed(plus(L, 1), v, u))),
    )

    def how(assumed: Fact) -> Fact:
        true = known.at(known.chains_g(), phi, omega, ONE, TWO, *HERE, ONE, TWO, ONE, ONE)
        false = known.at(assumed, phi, omega, ONE, TWO, *HERE, ONE, TWO, ONE, ONE)
        same = p.by("plim.unique", true, false)
        zero = chain_value(known, 1, (1, 0, 1), (1, 0, 1), (1, 0, 1))
        other = slope_over_pi(known)
        same = p.rewrite(same, p.by("delta.same", a=1), other, zero)
        return known.unequal(known.inverse_positive(), same)

    return at_two_layers(known, printed, ((1, 0, 1), (1, 0, 1)), how)


def slope_over_pi(known: Values) -> Fact:
    """S^1 Σ̇^1 = 1/π·1/2 at x ⟂ x', z ⟂ z': the pre-activations are uncorrelated, whatever S(x, x') is."""
    p = known.p
    found = p.by("GDot", phi=phi, L=2, v=2, u=1, x=x, y=y, z=z, w=w)
    rows = [known.sig_value(1, pair, entries, known.all_dots())
            for pair, entries in (((x, x), (1, 1, 1)), ((x, y), (1, 0, 1)), ((y, y), (1, 1, 1)))]  # fmt: skip
    found = known.right(found, *rows, *known.all_dots())
    return known.right(found, known.passed_value((1, app("inv", app("pi")), 1), (1, 0, 1)))


def printed_gradient(known: Values) -> Fact:
    """E6: at x' = -x, z' = z the gradients' product tends to 0, not to 1/π, which it is with S^1(x, x') = 0."""
    p = known.p
    of = app("GNtk", phi, L, H, d, e, *HERE)
    gradient = lambda depth: plim(of, times(DELTA, app("GTheta", phi, depth, H, *HERE)))  # noqa: E731
    printed = forall([phi, omega, L, H, *HERE, d, e], imp(*PREMISES, le(1, H), gradient(plus(L, 1))))

    def value(depth: int, cs: tuple[int, int, int]) -> Fact:
        found = p.by("GTheta", phi=phi, L=depth, l=2, x=x, y=y, z=z, w=w)
        rows = [known.sig_value(depth - 1, pair, entries, known.all_dots())
                for pair, entries in (((x, x), (1, 1, 1)), ((x, y), (1, -1, 1)), ((y, y), (1, 1, 1)))]  # fmt: skip
        found = known.right(found, *rows, *known.all_dots())
        return known.right(found, known.tangent_value(cs, (1, 1, 1)))

    def how(assumed: Fact) -> Fact:
        true = known.at(known.tangents_g(), phi, omega, ONE, TWO, ONE, ONE, *HERE)
        same = p.by("plim.unique", true, known.at(assumed, phi, omega, ONE, TWO, *HERE, ONE, ONE))
        same = p.rewrite(same, p.by("delta.same", a=1), value(2, (1, 0, 1)), value(1, (1, -1, 1)))
        return known.unequal(known.inverse_positive(), same)

    return at_two_layers(known, printed, ((1, -1, 1), (1, 1, 1)), how)


def printed_root(known: Values, lost: bool) -> Fact:
    """E17, √2 for 2, with the factor S or (``lost``) without: at one input of unit norms the limit is 1, not √2/2."""
    p, root, points = known.p, app("sqrt", 2), (x, x, z, z)
    slope = app("GSigdot", phi, L, u, *points) if lost else app("GDot", phi, L, plus(u, 1), u, *points)
    says = plim(app("GC", phi, L, plus(u, 1), u, d, e, *points), times(DELTA, HALF, root, slope))
    premises = [RELU, le(1, L), *GROWS, app("nonzero_input", x), app("nonzero_input", z), le(1, d), le(1, e)]
    printed = forall([phi, omega, L, H, x, z, u, d, e], imp(*premises, le(1, u), le(plus(u, 1), H), says))

    def how(assumed: Fact) -> Fact:
        true = known.at(known.chains_g(), phi, omega, ONE, TWO, *points, ONE, TWO, ONE, ONE)
        same = p.by("plim.unique", true, known.at(assumed, phi, omega, ONE, TWO, x, z, ONE, ONE, ONE))
        one = known.sig_value(0, (x, x), (1, 1, 1), known.all_dots())
        value = known.right(p.by("GDot", phi=phi, L=1, v=2, u=1, x=x, y=x, z=z, w=z), one, *known.all_dots())
        values = [known.right(value, known.passed_value((1, 1, 1), (1, 1, 1)))]
        if lost:
            value = known.right(p.by("GSigdot", phi=phi, L=1, l=1, x=x, y=x, z=z, w=z), one, *known.all_dots())
            values.append(known.right(value, known.slope_value((1, 1, 1), 1, (1, 1, 1))))
        return known.absurd_root(p.rewrite(same, p.by("delta.same", a=1), *values), root)

    return at_two_layers(known, printed, ((1, 1, 1), (1, 1, 1)), how)


def slope_one(known: Values, xs: tuple[int, int, int], zs: tuple[int, int, int]) -> Fact:
    """Σ̇^1 as a number, at L = 1."""
    p = known.p
    found = p.by("GSigdot", phi=phi, L=1, l=1, x=x, y=y, z=z, w=w)
    rows = [known.sig_value(0, pair, entries, known.all_dots())
            for pair, entries in (((x, x), (xs[0],) * 3), ((x, y), xs), ((y, y), (xs[2],) * 3))]  # fmt: skip
    return known.right(found, *rows, *known.all_dots(), known.slope_value(xs, 1, zs))


def printed_lost(known: Values) -> Fact:
    """E17, even with 2 for √2 the factor S is lost: at x ⟂ x', z ⟂ z' the entry tends to 0, not to 1/2."""
    p = known.p
    printed = forall(
        [phi, omega, L, H, *HERE, u, d, e],
        imp(*PREMISES, le(1, u), le(plus(u, 1), H), chain_to(plus(u, 1), u, app("GSigdot", phi, L, u, *HERE))),
    )

    def how(assumed: Fact) -> Fact:
        true = known.at(known.chains_g(), phi, omega, ONE, TWO, *HERE, ONE, TWO, ONE, ONE)
        same = p.by("plim.unique", true, known.at(assumed, phi, omega, ONE, TWO, *HERE, ONE, ONE, ONE))
        values = chain_value(known, 1, (1, 0, 1), (1, 0, 1), (1, 0, 1)), slope_one(known, (1, 0, 1), (1, 0, 1))
        return falsity(p, p.rewrite(same, p.by("delta.same", a=1), *values))

    return at_two_layers(known, printed, ((1, 0, 1), (1, 0, 1)), how)


def prove_lemma6(p: Prover) -> dict[str, list[Fact]]:
    """Facts for the claims of Lemma 6, by their ids."""
    known = Values(p)
    return {
        "lemma6.printed-jacobians": [printed_jacobians(known)],
        "lemma6.printed-gradient": [printed_gradient(known)],
        "lemma6.printed-root": [printed_root(known, lost=False), printed_root(known, lost=True), printed_lost(known)],
        "lemma6.jacobians": [known.chains_g()],
        "lemma6.one-input": [known.chains_g()],
        "lemma6.gradient": [known.tangents_g()],
    }
