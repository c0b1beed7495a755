"""The proof of Theorem 3: the limit of the hyperkernel in any manner, its change at the start, and opposite inputs."""

from __future__ import annotations

from fractions import Fraction

from lemmas._implicit import GROWS, HERE, NONZERO_Z, H
from lemmas._proof_theorem1_exact import exclusive
from lemmas._reals import NONZERO, RELU, L, k, l, omega, once, phi, plim, w, x, y, z
from lemmas._values import INVERSE, Values
from verifier.kernel.core.terms import FALSE, Term, Var, app, eq, forall, fun, imp, le, num
from verifier.kernel.theory.writing import many, minus, plus, times
from verifier.proving.tactics import Fact, Prover

ONE, TWO = num(1), num(2)
LIMIT = [RELU, le(1, L), le(1, H), *GROWS, *NONZERO, *NONZERO_Z]
xs, zs = many("xs zs", "input")
a, b, p_ = many("a b p", "const")
zc, wc, m = Var("z", "const"), Var("w", "const"), Var("m", "int")


class Theorem3(Values):
    """The theorems that it needs, proved in ``p``."""

    @once
    def slope_own_one(self) -> Fact:
        """layer_slope(1, 1, 1, l, 1, 1, 1) = 1."""
        p, before = self.p, app("layer_own", phi, 1, minus(l, 1), 1)
        with p.given(RELU, le(1, l)):
            own = p.by(self.own_one(), goal=eq(before, 1))
            layer = app("layer", phi, 1, 1, 1, minus(l, 1), 1, 1, 1)
            both = p.chain(p.by(self.own_is_layer(), goal=eq(layer, before)), own)
            found = self.right(self.row_at("layer_slope", (1, 1, 1), (1, 1, 1), l=l), both, own)
            fact = p.restate(*self.joined(found, self.dual_value("dual_slope", (1, 1, 1))))
        return p.close([phi, l], [RELU, le(1, l)], fact)

    @once
    def products_of_one(self) -> Fact:
        """Π_{lo}^{hi} 1 = 1."""
        p, (lo, n) = self.p, many("lo n", "int")
        F = fun([k], ONE)

        def step(before: Fact) -> Fact:
            return self.right(p.by("cprod.last", lo=lo, hi=plus(n, 1), F=F), before)

        first = lambda: p.by("cprod.empty", lo=lo, hi=minus(lo, 1), F=F)  # noqa: E731
        whole = self.induction(n, minus(lo, 1), eq(app("cprod", lo, n, F), 1), first, step)
        return self.flat(p.all_intro([lo], whole))

    @once
    def theta_one(self) -> Fact:
        """Θ^f(x, x) = L for |x|² = n_0: every layer adds 1."""
        p, unit = self.p, eq(app("dot", x, x), 1)
        with p.given(RELU, le(1, L), unit) as (_, _, same):
            sig, dot = (lambda n: app("Sig", phi, minus(n, 1), x, x)), (lambda n: app("Dot", phi, L, n, x, x))

            def slope(n: Term) -> Fact:
                found = self.right(p.by("Sigdot", phi=phi, l=n, x=x, y=x), same)
                one = p.by(self.slope_own_one(), goal=eq(app("layer_slope", phi, 1, 1, 1, n, 1, 1, 1), 1))
                return p.restate(*self.joined(found, one))

            def each(n: Term) -> Fact:
                factors = fun([k], app("Sigdot", phi, k, x, x))
                inside = lambda t: imp(le(n, t), le(t, minus(L, 1)), eq(app("Sigdot", phi, t, x, x), 1))  # noqa: E731
                ones = p.prove(forall([k], inside(k)), slope)
                product = p.by("cprod.congruent", ones, lo=n, hi=minus(L, 1), F=factors, G=fun([k], ONE))
                product = p.chain(
                    product, p.by(self.products_of_one(), goal=eq(app("cprod", n, minus(L, 1), fun([k], ONE)), 1))
                )
                whole = p.chain(p.by("Dot", phi=phi, L=L, l=n, x=x, y=x), product)
                first = p.by(self.sig_one(), goal=eq(sig(n), 1))
                return p.restate(eq(times(sig(n), dot(n)), 1), p.evaluate(times(sig(n), dot(n)), first, whole))

            terms = fun([k], times(sig(k), dot(k)))
            inside = forall([k], imp(le(1, k), le(k, L), eq(times(sig(k), dot(k)), 1)))
            found = p.chain(
                p.by("Theta", phi=phi, L=L, x=x, y=x),
                p.by("csum.congruent", p.prove(inside, each), lo=1, hi=L, F=terms, G=fun([k], ONE)),
            )
            found = p.chain(found, p.by("csum.constant", lo=1, hi=L, c=1))
            fact = p.restate(eq(app("Theta", phi, L, x, x), L), found)
        return p.close([phi, L, x], [RELU, le(1, L), unit], fact)

    @once
    def opposite_tangent(self) -> Fact:
        """Θ^g = 1/π at H = 3 for S = 1 and z' = -z of unit norm: only Σ^2 = 1/π is left, Σ̇^1 = 0 and Σ^1 = 0."""
        p, cs, ss = self.p, (1, 1, 1), (1, -1, 1)
        with p.given(RELU):
            body = fun(
                [k],
                times(
                    app("layer", phi, *map(num, cs), minus(k, 1), *map(num, ss)),
                    app("passed", phi, *map(num, cs), 3, k, *map(num, ss)),
                ),
            )
            factor = fun([k], times(1, app("layer_slope", phi, *map(num, cs), k, *map(num, ss))))
            found = p.chain(self.row_at("tangent", cs, ss, l=3), p.by("csum.last", lo=1, hi=3, F=body))
            found = self.right(found, p.by("csum.last", lo=1, hi=2, F=body), p.by("csum.last", lo=1, hi=1, F=body),
                               p.by("csum.empty", lo=1, hi=0, F=body))  # fmt: skip
            for low in (1, 2, 3):
                passed = p.chain(
                    self.row_at("passed", cs, ss, v=3, u=low),
                    p.ring(app("cprod", low, 2, factor), app("cprod", low, 2, factor)),
                )
                for hi in range(2, low - 1, -1):
                    passed = self.right(passed, p.by("cprod.last", lo=low, hi=hi, F=factor))
                passed = self.right(passed, p.by("cprod.empty", lo=low, hi=low - 1, F=factor))
                for t in range(low, 3):
                    passed = self.right(passed, self.slope_value(cs, t, ss))
                found = self.right(found, passed)
            for n in (0, 1, 2):
                found = self.right(found, self.layer_value(cs, n, ss))
            left = found.prop.fields[1][0]
            fact = p.restate(eq(left, INVERSE), found)
        return p.close([phi], [RELU], fact)


def opposite_limit(known: Theorem3) -> list[Fact]:
    """Θ^h = L/π at H = 3, x = x' and z' = -z of unit norms: for inputs z, z' and for numbers z = 1, z' = -1."""
    p = known.p
    units = [eq(app("dot", x, x), 1), eq(app("dot", z, z), 1), eq(app("dot", z, w), -1), eq(app("dot", w, w), 1)]
    premises = [RELU, le(1, L), *units]
    with p.given(*premises) as (_, _, *dots):
        sig = p.by(known.sig_one(), goal=eq(app("Sig", phi, minus(L, 1), x, x), 1))
        g = known.right(p.by("GTheta", phi=phi, L=L, l=3, x=x, y=x, z=z, w=w), sig, *dots)
        tangent = app("tangent", phi, 1, 1, 1, 3, 1, -1, 1)
        g = p.chain(g, p.by(known.opposite_tangent(), goal=eq(tangent, INVERSE)))
        found = known.right(
            p.by("ThetaH", phi=phi, L=L, l=3, x=x, y=x, z=z, w=w),
            g,
            p.by(known.theta_one(), goal=eq(app("Theta", phi, L, x, x), L)),
        )
    first = p.close([phi, L, x, z, w], premises, found)
    premises = [RELU, le(1, L), units[0], eq(zc, 1), eq(wc, -1)]
    with p.given(*premises) as (_, _, _, one, other):
        left = scalar_limit(3)
        found = p.evaluate(left, *(p.by(known.sig_one(), goal=eq(app("Sig", phi, minus(L, 1), x, x), 1)), one, other))
        values = (
            p.by(known.opposite_tangent(), goal=eq(tangent, INVERSE)),
            p.by(known.theta_one(), goal=eq(app("Theta", phi, L, x, x), L)),
        )
        found = known.right(p.restate(eq(left, times(app("Theta", phi, L, x, x), tangent)), found), *values)
    return [first, p.close([phi, L, x, zc, wc], premises, found)]


def scalar_limit(depth: Term | int, q: Term = x, r: Term = x) -> Term:
    """Θ^f Θ^g at inputs z, w of g that are numbers (m_0 = 1)."""
    s = [app("Sig", phi, minus(L, 1), *pair) for pair in ((q, q), (q, r), (r, r))]
    gram = [times(zc, zc), times(zc, wc), times(wc, wc)]
    return times(app("Theta", phi, L, q, r), app("tangent", phi, *s, depth, *gram))


def printed_figure(known: Theorem3) -> Fact:
    """E12, E K^h = Θ^h with K^h = 2^{H-1} K^(1): at H = 3, x = x', z = 1, z' = -1 it is 0, and Θ^h = L/π."""
    p = known.p
    units = [eq(app("dot", x, x), 1), eq(app("dot", y, y), 1), eq(times(zc, zc), 1), eq(times(wc, wc), 1)]
    says = eq(
        times(app("power", 2, minus(H, 1)), app("mean", app("K", phi, 1, H, L, 1, x, y, zc, wc))), scalar_limit(H, x, y)
    )
    claim = forall([phi, H, L, x, y, zc, wc], imp(RELU, le(1, H), le(1, L), *units, says))
    assumed = p.assume(claim)

    def at() -> Fact:
        same = known.at(assumed, phi, num(3), ONE, x, x, ONE, num(-1))
        gone = p.by(exclusive(p), p.ring(x, x), goal=eq(app("K", phi, 1, 3, 1, 1, x, x, 1, -1), 0))
        zero = p.evaluate(same.prop.fields[1][0], gone, p.by("mean.fin", A=0))
        value = p.by(opposite_limit(known)[1], goal=eq(_at_one(scalar_limit(3)), times(1, INVERSE)))
        same = p.chain(p.chain(p.flip(zero), same), value)
        return known.unequal(known.inverse_positive(), same)

    with p.given(RELU):
        false = known.inputs((1, 1, 1), at)
    return p.imp_intro(claim, p.by("relu.exists", p.close([phi], [RELU], false), P=false.prop))


def _at_one(t: Term) -> Term:
    from verifier.proving.matching import substitute

    return substitute(t, {L: ONE, zc: ONE, wc: num(-1)})


def printed_index(known: Theorem3) -> Fact:
    """E6, Θ^g with S^L for S^{L-1}: at L = 1, H = 2, x' = -x, z = z' K^h → -1·0; with S^1(x, x') = 0 it is -1/π."""
    p = known.p
    to = lambda depth: times(app("Theta", phi, L, x, y), app("GTheta", phi, depth, H, *HERE))  # noqa: E731
    claim = forall([phi, omega, L, H, *HERE], imp(*LIMIT, plim(app("Kh", phi, L, H, *HERE), to(plus(L, 1)))))

    def at(assumed: Fact) -> Fact:
        with p.using(*known.nonzero_inputs(x, y, z, w)):
            true = known.at(known.hyperkernel(), phi, omega, ONE, TWO, *HERE)
            same = p.by("plim.unique", true, known.at(assumed, phi, omega, ONE, TWO, *HERE))
        same = p.rewrite(same, p.by("ThetaH", phi=phi, L=1, l=2, x=x, y=y, z=z, w=w))
        theta = known.right(p.by("Theta", phi=phi, L=1, x=x, y=y), *theta_at_one(known))
        kernels = [gtheta(known, depth, cs) for depth, cs in ((1, (1, -1, 1)), (2, (1, 0, 1)))]
        return known.unequal(known.inverse_positive(), p.rewrite(same, theta, *kernels))

    inputs = lambda how: known.inputs((1, -1, 1), lambda: known.inputs((1, 1, 1), how, (z, w)))  # noqa: E731
    return known.refuted(claim, lambda assumed: inputs(lambda: at(assumed)))


def theta_at_one(known: Theorem3) -> list[Fact]:
    """Θ^f(x, y) = Σ^0(x, y) = -1 at depth 1."""
    p = known.p
    body = fun([l], times(app("Sig", phi, minus(l, 1), x, y), app("Dot", phi, 1, l, x, y)))
    dots = fun([k], app("Sigdot", phi, k, x, y))
    one = p.chain(p.by("Dot", phi=phi, L=1, l=1, x=x, y=y), p.by("cprod.empty", lo=1, hi=0, F=dots))
    return [p.by("csum.last", lo=1, hi=1, F=body), p.by("csum.empty", lo=1, hi=0, F=body), one,
            known.sig_value(0, (x, y), (1, -1, 1), known.all_dots())]  # fmt: skip


def gtheta(known: Theorem3, depth: int, cs: tuple[int, int, int]) -> Fact:
    """Θ^g at H = 2 with S = Σ^{depth-1}, at x' = -x and z' = z of unit norms."""
    p = known.p
    rows = [known.sig_value(depth - 1, pair, entries, known.all_dots())
            for pair, entries in (((x, x), (1, 1, 1)), ((x, y), (1, -1, 1)), ((y, y), (1, 1, 1)))]  # fmt: skip
    found = known.right(p.by("GTheta", phi=phi, L=depth, l=2, x=x, y=y, z=z, w=w), *rows, *known.all_dots())
    return known.right(found, known.tangent_value(cs, (1, 1, 1)))


def flows(known: Theorem3) -> tuple[Fact, Fact, Fact]:
    """∂_t K^h at t = 0: its first term O_p(1/m + 1/n), its second O_p(1/n), and their sum."""
    p, points = known.p, (x, y, z, w, xs, zs)
    first, second = (p.row(f"flow_{name}.upper") for name in ("first", "second"))
    premises = [RELU, le(1, L), le(1, H), app("powers", omega, L, H, a, b), *(app("nonzero_input", q) for q in points)]
    premises += [le(times(-1, a), p_), le(times(-1, b), p_)]
    of = [app(head, phi, L, H, *points) for head in ("flow_first", "flow_second")]
    with p.given(*premises):
        parts = [p.by(f"{t.fields[0]}.upper", goal=app("upper", omega, t, p_), a=a, b=b) for t in of]
        fact = p.by("upper.add", *parts)
    return first, second, p.close([phi, omega, L, H, a, b, p_, *points], premises, fact)


def kinks(known: Theorem3) -> dict[str, list[Fact]]:
    """f after one unit step: of order n^{-1/2} at the training input and its multiples, O_p(n^{-3/4}) elsewhere."""
    p = known.p
    premises = [RELU, app("scaled", omega, 2), app("nonzero_input", x)]
    with p.given(*premises):
        product = times(app("dot", x, x), app("dot", x, x))
        itself = p.by("collinear.intro", p.ring(product, product), x=x, y=x)
        order = p.by("kink.collinear", itself, phi=phi, omega=omega, x=x, y=x)
        upper = p.by("order.upper", order)
    own, most = (p.close([phi, omega, x], premises, f) for f in (order, upper))
    return {
        "theorem3.kink.trained": [most, own],
        "theorem3.kink.collinear": [p.row("kink.collinear")],
        "theorem3.kink.other": [p.row("kink.other")],
    }


def printed_first(known: Theorem3) -> Fact:
    """E32, a first term O_p(1/m) whatever n is: where m = n² it is not, at L = H = 2 and one input."""
    p, points = known.p, (x, y, z, w, xs, zs)
    setting = app("powers", omega, L, H, a, b)
    inputs = [app("nonzero_input", q) for q in points]
    premises = [RELU, le(1, L), le(2, H), setting, le(0, b), le(0, a), *inputs]
    says = app("upper", omega, app("flow_first", phi, L, H, *points), times(-1, b))
    claim = forall([phi, omega, L, H, a, b, *points], imp(*premises, says))
    assumed, (l_, h_) = p.assume(claim), many("L H", "int")
    every = forall([l_, h_], imp(le(1, l_), le(1, h_), app("powers", omega, l_, h_, 1, 2)))

    def at() -> Fact:
        with p.using(*known.nonzero_inputs(x, z), known.positive(1), known.positive(2)):
            found = known.at(assumed, phi, omega, TWO, TWO, ONE, TWO, x, x, z, z, x, z)
            powers = p.by(p.assume(every), goal=app("powers", omega, 2, 2, 1, 2))
            with p.using(powers):
                less = known.positive(minus(times(-1, 1), times(-1, 2))), known.positive(minus(2, 1))
                with p.using(*less):
                    return p.by(
                        "flow_first.lower", found, phi=phi, omega=omega, a=1, b=2, p=times(-1, 2), x=x, z=z, P=FALSE
                    )

    with p.given(RELU, every):
        false = known.inputs((1, 0, 1), lambda: known.inputs((1, 0, 1), at, (z, w)))
    inner = p.by("mode.powers", p.close([omega], [every], false), a=1, b=2, P=FALSE)
    return p.imp_intro(claim, p.by("relu.exists", p.close([phi], [RELU], inner), P=FALSE))


def printed_taylor(known: Theorem3) -> Fact:
    """E16, f after a unit step is its Taylor polynomial up to O_p(n^{-1}): the order at the training input is -1/2."""
    p, half = known.p, num(Fraction(-1, 2))
    of, n = app("kink", phi, x, x), Var("n", "int")
    premises = [RELU, app("scaled", omega, 2), app("nonzero_input", x)]
    claim = forall([phi, omega, x, L], imp(eq(L, 2), *premises, app("upper", omega, of, -1)))  # of depth L = 2
    assumed, order = p.assume(claim), kinks(known)["theorem3.kink.trained"][1]
    modes = [forall([n], imp(le(1, n), app(head, omega, n))) for head in ("scaled", "proportional")]

    def at() -> Fact:
        with p.using(*known.nonzero_inputs(x)), p.using(p.by(p.assume(modes[0]), goal=premises[1])):
            most, exact = known.at(assumed, phi, omega, x, TWO), known.at(order, phi, omega, x)
        less = p.by("upper.vanishes", most, known.positive(num(Fraction(1, 2))), goal=app("vanishes", omega, of, half))
        return p.by("order.vanishes", exact, less, p.arith(le(half, half)), P=FALSE)

    with p.given(RELU, *modes):
        false = known.inputs((1, 0, 1), at)
    inner = p.by("mode.exists", p.close([omega], modes, false), P=FALSE)
    return p.imp_intro(claim, p.by("relu.exists", p.close([phi], [RELU], inner), P=FALSE))


def prove_theorem3(p: Prover) -> dict[str, list[Fact]]:
    """Facts for the claims of Theorem 3 but its exact means, by their ids."""
    known = Theorem3(p)
    limit = [known.hyperkernel()]
    first, second, both = flows(known)
    return {
        "theorem3.printed-limit": limit,
        "theorem3.printed-index": [printed_index(known)],
        "theorem3.limit": limit,
        "theorem3.joint-limit": limit,
        "theorem3.first": [first],
        "theorem3.second": [second],
        "theorem3.sum": [both],
        **kinks(known),
        "theorem3.printed-first": [printed_first(known)],
        "theorem3.printed-taylor": [printed_taylor(known)],
        "theorem3.opposite": [exclusive(p)],
        "theorem3.opposite-limit": opposite_limit(known),
        "theorem3.printed-figure": [printed_figure(known)],
    }
