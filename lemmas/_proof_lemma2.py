"""The proof of Lemma 2: Gram matrices, Jacobians, gradients and outputs of wide networks."""

from __future__ import annotations

from lemmas._reals import PI, RELU, L, d, omega, phi, s, t, w, x, y, z
from lemmas._values import Values
from verifier.kernel.core.terms import Term, Var, app, eq, forall, fun, imp, le
from verifier.kernel.theory.writing import minus, times
from verifier.proving.tactics import Fact, Prover

theta = Var("theta", "const")


def outputs_law(depth: Term | int, n: Term | int) -> Term:
    """The outputs of f converge in law, with covariance Σ^n."""
    family, kernel = fun([d, x, z], app("f", phi, depth, x, d)), fun([x, z, y, w], app("Sig", phi, n, x, y))
    return app("gauss", omega, family, kernel)


def printed_covariance(known: Values) -> Fact:
    """E6, outputs with covariance Σ^L: at L = 1 and orthogonal inputs it is Σ^0 = 0, while Σ^1 = 1/π."""
    p = known.p
    printed = forall([phi, omega, L], imp(RELU, app("grows", omega, L), le(1, L), outputs_law(L, L)))

    def at(assumed: Fact) -> Fact:
        true = p.by(known.outputs(), goal=outputs_law(1, minus(1, 1)))
        same = p.by("gauss.unique", true, p.by(assumed, goal=outputs_law(1, 1)), x=x, z=x, y=y, w=x)
        values = [known.sig_value(n, (x, y), (1, 0, 1), known.all_dots()) for n in (1, 0)]
        return known.unequal(known.inverse_positive(), p.rewrite(same, *values))

    return known.refuted(printed, lambda assumed: known.inputs((1, 0, 1), lambda: at(assumed)))


def masks_by_angle(p: Prover) -> Fact:
    """2 E[σ'σ'] = (π - arccos cos θ)/π."""
    angle = [le(0, theta), le(theta, PI)]
    premises = [RELU, app("pos", s), app("pos", t), *angle]
    with p.given(*premises):
        form = p.by("dual_slope.relu", phi=phi, s=s, t=t, theta=theta)
        back = p.flip(p.by("acos.cos", t=theta))
        left = form.prop.fields[1][0]
        hole = Var("angle~", "const")
        context = fun([hole], eq(left, times(minus(PI, hole), app("inv", PI))))
        fact = p.subst(back, context, form)
    return p.close([phi, s, t, theta], premises, fact)


def prove_lemma2(p: Prover) -> dict[str, list[Fact]]:
    """Facts for the claims of Lemma 2, by their ids."""
    known = Values(p)
    jacobians, gram = [known.chains()], [known.gram()]
    return {
        "lemma2.printed-jacobians": jacobians,
        "lemma2.printed-gradients": jacobians,
        "lemma2.printed-gram": gram,
        "lemma2.printed-covariance": [printed_covariance(known)],
        "lemma2.jacobians": jacobians,
        "lemma2.gradients": jacobians,
        "lemma2.gram": gram,
        "lemma2.covariance": [known.outputs()],
        "lemma2.tangent": [known.tangents()],
        "lemma2.closed-gram": [p.row("dual.relu")],
        "lemma2.closed-masks": [p.row("dual_slope.relu"), masks_by_angle(p)],
    }
