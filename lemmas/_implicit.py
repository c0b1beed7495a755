"""Theorems on wide hypernetworks: g with weights that are outputs of f, its gradients, and the hyperkernel."""

from __future__ import annotations

from collections.abc import Callable

from lemmas._reals import NONZERO, RELU, H, L, c, d, e, h, i, j, k, l, omega, once, phi, plim, u, w, x, y, z
from lemmas._wide import Wide
from verifier.kernel.core.terms import Term, app, eq, forall, fun, imp, le, num
from verifier.kernel.theory.kernels import gram, rows
from verifier.kernel.theory.writing import minus, plus, times
from verifier.proving.tactics import Fact

GROWS = [app("grows", omega, L), app("grows_g", omega, H)]
NONZERO_Z = [app("nonzero_input", z), app("nonzero_input", w)]
QUADS = [(x, x, z, z), (x, y, z, w), (y, y, w, w)]
HERE = QUADS[1]


def copies(p: Term, q: Term, depth: Term | int = L) -> list[Term]:
    """S = Σ^{L-1}, the covariance of the two copies of g's weights."""
    return rows(depth, p, q)


def gsig(n: Term, *points: Term) -> Term:
    """Σ^n of g."""
    return app("GSig", phi, L, n, *points)


class Implicit(Wide):
    """The theorems on g, proved in ``p``."""

    def opened_up(self, n: Term, *points: Term) -> Fact:
        """Σ^n of g in terms of ``layer``."""
        return self.p.by(
            "GSig", goal=eq(gsig(n, *points), app("layer", phi, *copies(*points[:2]), n, *gram(*points[2:])))
        )

    @once
    def gsig_own(self) -> Fact:
        """Σ^l(u, u) of g is layer_own at S(x, x) and |z|²/m_0."""
        p, s = self.p, app("Sig", phi, minus(L, 1), x, x)
        with p.given(le(1, L), le(0, l)):
            own = p.by(
                self.own_is_layer(),
                goal=eq(
                    app("layer", phi, s, s, s, l, *[app("dot", z, z)] * 3),
                    app("layer_own", phi, s, l, app("dot", z, z)),
                ),
            )
            fact = p.chain(self.opened_up(l, *QUADS[0]), own)
        return p.close([phi, L, l, x, z], [le(1, L), le(0, l)], fact)

    def own_at(self, n: Term, q: Term, r: Term) -> Fact:
        """Σ^n(u, u) of g at u = (q, r), with its ranges in scope."""
        s = app("Sig", phi, minus(L, 1), q, q)
        return self.p.by(self.gsig_own(), goal=eq(gsig(n, q, q, r, r), app("layer_own", phi, s, n, app("dot", r, r))))

    def gsig_step(self, n: Term) -> Fact:
        """dual(S Σ^n at the three pairs) = Σ^{n+1} of g, with 0 <= n in scope."""
        p = self.p
        after = p.chain(
            self.opened_up(plus(n, 1), *HERE),
            p.by(
                "layer.step", goal=eq(app("layer", phi, *copies(x, y), plus(n, 1), *gram(z, w)), self.after("dual", n))
            ),
        )
        return p.flip(self.right(after, *self.folded(n)))

    def after(self, head: str, n: Term) -> Term:
        """dual or dual_slope at the pre-activations over layer n, as ``layer`` has it."""
        s, g = copies(x, y), gram(z, w)
        own = [times(s[i_], app("layer_own", phi, s[i_], n, g[i_])) for i_ in (0, 2)]
        return app(head, phi, own[0], times(s[1], app("layer", phi, *s, n, *g)), own[1])

    def folded(self, n: Term) -> list[Fact]:
        """Equations from ``layer`` and ``layer_own`` back to Σ^n of g."""
        p = self.p
        return [p.flip(self.own_at(n, x, z)), p.flip(self.own_at(n, y, w)), p.flip(self.opened_up(n, *HERE))]

    def outputs_at(self) -> list[Fact]:
        """Q^L → S at the three pairs."""
        return [
            self.p.by(self.gram(), goal=plim(app("Q", phi, L, *pair), app("Sig", phi, minus(L, 1), *pair)))
            for pair in ((x, x), (x, y), (y, y))
        ]

    @once
    def gram_g(self) -> Fact:
        """a^{l-1}·a'^{l-1}/m_{l-1} → Σ^{l-1} of g, 1 <= l <= H, for widths of f and g in any manner."""
        p, premises = self.p, [RELU, le(1, L), *GROWS]
        gq = lambda n, *points: plim(app("GQ", phi, L, plus(n, 1), *points), gsig(n, *points))  # noqa: E731
        body = imp(le(plus(k, 1), H), forall(list(HERE), gq(k, *HERE)))
        with p.given(*premises):

            def first() -> Fact:
                zero = p.chain(
                    self.opened_up(num(0), *HERE),
                    p.by("layer.0", goal=eq(app("layer", phi, *copies(x, y), 0, *gram(z, w)), app("dot", z, w))),
                )
                start = p.by("plim.const", omega=omega, c=app("dot", z, w))
                start = p.subst(
                    p.flip(p.by("gram_g.first", phi=phi, L=L, x=x, y=y, z=z, w=w)),
                    fun([h], plim(h, app("dot", z, w))),
                    start,
                )
                return p.imp_intro(le(1, H), p.all_intro(HERE, self.to(start, p.flip(zero))))

            def step(before: Fact) -> Fact:
                reach = le(plus(k, 2), H)
                with p.given(reach):
                    at = p.imp_elim(before, p.arith(le(plus(k, 1), H)))
                    facts = [p.all_elim(at, *points) for points in QUADS]
                    found = p.by("gram_g.step", *self.outputs_at(), *facts, H=H, l=plus(k, 1))
                    found = self.to(found, self.gsig_step(k))
                return p.imp_intro(reach, p.all_intro(HERE, found))

            whole = self.induction(k, 0, body, first, step)
            with p.given(le(1, l), le(l, H)):
                there = p.imp_elim(p.all_elim(whole, minus(l, 1)), p.arith(le(0, minus(l, 1))))
                there = p.imp_elim(there, p.arith(le(plus(minus(l, 1), 1), H)))
                fact = p.restate(plim(app("GQ", phi, L, l, *HERE), gsig(minus(l, 1), *HERE)), p.all_elim(there, *HERE))
        return p.close([phi, omega, L, H, l, *HERE], [*premises, le(1, l), le(l, H)], fact)

    @once
    def norms_g(self) -> Fact:
        """Σ^l(u, u) of g > 0 for x, z ≠ 0."""
        p, premises = self.p, [RELU, le(1, L), le(0, l), app("nonzero_input", x), app("nonzero_input", z)]
        s = app("Sig", phi, minus(L, 1), x, x)
        with p.given(*premises):
            facts = p.by(self.norms(), goal=app("pos", s)), p.by("nonzero_input.pos", x=z)
            own = p.by(
                self.own_positive(),
                p.assume(RELU),
                *facts,
                goal=app("pos", app("layer_own", phi, s, l, app("dot", z, z))),
            )
            fact = p.rewrite(own, p.flip(self.own_at(l, x, z)))
        return p.close([phi, L, l, x, z], premises, fact)

    @once
    def masks_g(self) -> Fact:
        """(2/m_l) Σ_a σ'(g_a) σ'(g'_a) → Σ̇^l of g, 1 <= l <= H - 1."""
        p, before = self.p, minus(l, 1)
        premises = [RELU, le(1, L), *GROWS, le(1, l), le(plus(l, 1), H), *NONZERO, *NONZERO_Z]
        with p.given(*premises):
            grams = self.quads(lambda *q: plim(app("GQ", phi, L, l, *q), gsig(before, *q)))
            signs = []
            for q, r in ((x, z), (y, w)):
                s = p.by(self.norms(), goal=app("pos", app("Sig", phi, minus(L, 1), q, q)))
                signs.append(p.by("pos.mul", s, p.by(self.norms_g(), goal=app("pos", gsig(before, q, q, r, r)))))
            found = p.by("mask_g.step", *self.outputs_at(), *grams, *signs, H=H, l=l)
            slope = self.right(self.slope_at(l), *self.folded(before))
            fact = self.to(found, p.flip(slope))
        return p.close([phi, omega, L, H, l, *HERE], premises, fact)

    def slope_at(self, n: Term) -> Fact:
        """Σ̇^n of g as dual_slope, with 1 <= n in scope."""
        p = self.p
        return p.chain(
            self.slope_layer(n),
            p.by(
                "layer_slope",
                goal=eq(app("layer_slope", phi, *copies(x, y), n, *gram(z, w)), self.after("dual_slope", minus(n, 1))),
            ),
        )

    def slope_layer(self, n: Term) -> Fact:
        """Σ̇^n of g as ``layer_slope``."""
        return self.p.by("GSigdot", phi=phi, L=L, l=n, x=x, y=y, z=z, w=w)

    def quads(self, of: Callable[..., Term]) -> list[Fact]:
        """The limits of g's Gram entries at the three pairs."""
        return [self.p.by(self.gram_g(), goal=of(*points)) for points in QUADS]

    def passed_at(self, n: Term, m: Term) -> Fact:
        """Π_{t=m}^{n-1} S Σ̇^t of g as a product."""
        p = self.p
        one = p.by("GDot", phi=phi, L=L, v=n, u=m, x=x, y=y, z=z, w=w)
        return p.chain(
            one,
            p.by(
                "passed",
                goal=eq(
                    app("passed", phi, *copies(x, y), n, m, *gram(z, w)), app("cprod", m, minus(n, 1), self.factors())
                ),
            ),
        )

    @staticmethod
    def factors() -> Term:
        """The factors S Σ̇^t."""
        return fun([k], times(copies(x, y)[1], app("layer_slope", phi, *copies(x, y), k, *gram(z, w))))

    @once
    def chains_g(self) -> Fact:
        """Entry (d, e) of P^{u→v} P'^{u→v}ᵀ of g → δ Π_{t=u}^{v-1} S Σ̇^t, 1 <= u <= v <= H, for fixed d and e."""
        p = self.p
        premises = [RELU, le(1, L), *GROWS, *NONZERO, *NONZERO_Z, le(1, u)]
        factors, units = self.factors(), [le(1, d), le(1, e)]
        dot = lambda n: app("GDot", phi, L, n, u, *HERE)  # noqa: E731
        entry = lambda n, q, r: plim(app("GC", phi, L, n, u, q, r, *HERE), times(app("delta", q, r), dot(n)))  # noqa: E731
        each = lambda n: forall([d, e], imp(*units, entry(n, d, e)))  # noqa: E731
        delta = app("delta", d, e)
        with p.given(*premises):

            def first() -> Fact:
                with p.given(le(u, H), *units):
                    one = p.chain(self.passed_at(u, u), p.by("cprod.empty", lo=u, hi=minus(u, 1), F=factors))
                    start = p.by("plim.const", omega=omega, c=times(delta, 1))
                    start = p.subst(p.flip(one), fun([c], plim(delta, times(delta, c))), start)
                    top = p.by("chain_g.top", phi=phi, L=L, u=u, d=d, e=e, x=x, y=y, z=z, w=w)
                    start = p.subst(p.flip(top), fun([h], plim(h, times(delta, dot(u)))), start)
                return self.flatten([le(u, H)], [d, e], units, start)

            def step(before: Fact) -> Fact:
                with p.given(le(plus(k, 1), H), *units):
                    at = p.restate(
                        forall([i, j], imp(le(1, i), le(1, j), entry(k, i, j))), p.imp_elim(before, p.arith(le(k, H)))
                    )
                    grows = p.by("grows_g.less", goal=app("grows_g", omega, plus(k, 1)), L=H)
                    mask = p.by(
                        self.masks_g(), goal=plim(app("GMask", phi, L, k, *HERE), app("GSigdot", phi, L, k, *HERE))
                    )
                    found = p.by("chain_g.step", grows, at, mask, self.outputs_at()[1], L=L, v=k, u=u, d=d, e=e)
                    after = p.chain(self.passed_at(plus(k, 1), u), self.product(u, k, factors))
                    after = self.right(after, p.flip(self.passed_at(k, u)), p.flip(self.slope_layer(k)))
                    goal = entry(plus(k, 1), d, e)
                    found = p.restate(plim(goal.fields[1][1], times(delta, after.prop.fields[1][1])), found)
                    found = p.subst(p.flip(after), fun([c], plim(goal.fields[1][1], times(delta, c))), found)
                return self.flatten([le(plus(k, 1), H)], [d, e], units, found)

            whole = self.induction(k, u, imp(le(k, H), each(k)), first, step)
        return self.flat(p.close([phi, omega, L, H, *HERE, u], premises, whole))

    @once
    def tangents_g(self) -> Fact:
        """∂h^d/∂V·∂h'^e/∂V → δ(d, e) Θ^g(u, u')."""
        p = self.p
        premises = [RELU, le(1, L), le(1, H), *GROWS, *NONZERO, *NONZERO_Z, le(1, d), le(1, e)]
        delta = app("delta", d, e)
        layer = lambda n: app("layer", phi, *copies(x, y), minus(n, 1), *gram(z, w))  # noqa: E731
        passed = lambda n: app("passed", phi, *copies(x, y), H, n, *gram(z, w))  # noqa: E731
        with p.given(*premises):

            def each(n: Term) -> Fact:
                one = p.by(self.gram_g(), goal=plim(app("GQ", phi, L, n, *HERE), gsig(minus(n, 1), *HERE)))
                two = p.by(
                    self.chains_g(),
                    goal=plim(app("GC", phi, L, H, n, d, e, *HERE), times(delta, app("GDot", phi, L, H, n, *HERE))),
                )
                two = self.to(
                    two,
                    self.p.evaluate(two.prop.fields[1][2], p.by("GDot", phi=phi, L=L, v=H, u=n, x=x, y=y, z=z, w=w)),
                )
                return p.by("plim.mul", self.to(one, self.opened_up(minus(n, 1), *HERE)), two)

            identity = p.by("ntk_g.layers", phi=phi, L=L, H=H, d=d, e=e, x=x, y=y, z=z, w=w)
            found = self.total(identity, H, each)
            scale = p.by("csum.scale", lo=1, hi=H, c=delta, F=fun([k], times(layer(k), passed(k))))
            theta = p.chain(
                p.by("GTheta", phi=phi, L=L, l=H, x=x, y=y, z=z, w=w),
                p.by(
                    "tangent",
                    goal=eq(
                        app("tangent", phi, *copies(x, y), H, *gram(z, w)),
                        app("csum", 1, H, fun([k], times(layer(k), passed(k)))),
                    ),
                ),
            )
            fact = self.to(found, self.right(scale, p.flip(theta)))
        return p.close([phi, omega, L, H, d, e, *HERE], premises, fact)

    @once
    def process(self) -> Fact:
        """The units of layer l <= H of g converge in law to independent Gaussian processes of covariance Λ^l."""
        p, premises = self.p, [RELU, le(1, L), *GROWS, le(1, l), le(l, H)]
        sig, before = (lambda q, r: app("Sig", phi, minus(L, 1), q, r)), minus(l, 1)
        with p.given(*premises):
            rows = p.prove(
                forall([x, y], plim(app("Q", phi, L, x, y), sig(x, y))),
                lambda q, r: p.by(self.gram(), goal=plim(app("Q", phi, L, q, r), sig(q, r))),
            )
            grams = p.prove(
                forall([x, z, y, w], plim(app("GQ", phi, L, l, *HERE), gsig(before, *HERE))),
                lambda q, r, s, t: p.by(
                    self.gram_g(), goal=plim(app("GQ", phi, L, l, q, s, r, t), gsig(before, q, s, r, t))
                ),
            )
            found = p.by(
                "gauss.g",
                rows,
                grams,
                phi=phi,
                omega=omega,
                L=L,
                l=l,
                A=fun([x, y], sig(x, y)),
                B=fun([x, z, y, w], gsig(before, *HERE)),
            )
            lam = fun([x, z, y, w], app("Lam", phi, L, l, *HERE))
            same = p.prove(
                forall([x, z, y, w], eq(times(sig(x, y), gsig(before, *HERE)), app("Lam", phi, L, l, *HERE))),
                lambda q, r, s, t: p.flip(p.by("Lam", phi=phi, L=L, l=l, x=q, y=s, z=r, w=t)),
            )
            _, family, covariance = found.prop.fields[1]
            fact = p.by("gauss.congruent", found, same, omega=omega, X=family, kappa=covariance, other=lam)
        return p.close([phi, omega, L, H, l], premises, fact)

    @once
    def hyperkernel(self) -> Fact:
        """K^h → Θ^f Θ^g, for widths of f and g that tend to infinity in any manner."""
        p, premises = self.p, [RELU, le(1, L), le(1, H), *GROWS, *NONZERO, *NONZERO_Z]
        sig, dot = (lambda n: app("Sig", phi, minus(n, 1), x, y)), (lambda n: app("Dot", phi, L, n, x, y))
        theta_g = app("GTheta", phi, L, H, *HERE)
        with p.given(*premises):
            ones = [p.by("delta.same", a=1)]
            kernels = []
            for points in QUADS:
                delta = times(app("delta", 1, 1), app("GTheta", phi, L, H, *points))
                one = p.by(self.tangents_g(), goal=plim(app("GNtk", phi, L, H, 1, 1, *points), delta))
                kernels.append(self.to(one, p.evaluate(delta, *ones)))

            def each(n: Term) -> Fact:
                gram_ = p.by(self.gram(), goal=plim(app("Q", phi, n, x, y), sig(n)))
                entry = lambda q, r: plim(app("C", phi, L, n, q, r, x, y), times(app("delta", q, r), dot(n)))  # noqa: E731
                chain = p.prove(
                    forall([i, j], imp(le(1, i), le(1, j), entry(i, j))),
                    lambda q, r: p.by(self.chains(), goal=entry(q, r)),
                )
                return p.by(
                    "hyper.step", gram_, chain, *kernels, phi=phi, omega=omega, L=L, H=H, l=n, x=x, y=y, z=z, w=w
                )

            found = self.total(p.by("hyper.layers", phi=phi, L=L, H=H, x=x, y=y, z=z, w=w), L, each)
            scale = p.by("csum.scale", lo=1, hi=L, c=theta_g, F=fun([l], times(sig(l), dot(l))))
            scale = self.right(scale, p.flip(p.by("Theta", phi=phi, L=L, x=x, y=y)))
            scale = p.chain(scale, p.flip(p.by("ThetaH", phi=phi, L=L, l=H, x=x, y=y, z=z, w=w)))
            fact = self.to(found, scale)
        return p.close([phi, omega, L, H, *HERE], premises, fact)
