"""The limit of K^(r): all terms of greatest order, on one coupling.

K^(r) is a sum over compositions of r of products of brackets (Lemma 4, cut at L), each bracket a sum over increasing
layers and outputs of slopes of h times T (Lemma 5), and T has its limit (Lemma 3).  A part k ≥ 1 of a composition is of
order n^{1-k}, an empty one of order 1.
"""

from __future__ import annotations

from lemmas._limits import Family, equal, equals, never0, product
from lemmas._proof_compositions import WEIGHT, value
from lemmas._proof_lemma3_limits import TUPLES, Limits, T
from verifier.kernel.core.terms import Fun, Term, Var, app, eq, forall, fun, imp, le
from verifier.kernel.theory.hyper import H, L, d, e, es, i, k, ls, m, phi, r, t, w, x, y, z
from verifier.kernel.theory.joint import BASE as B
from verifier.kernel.theory.joint import RELU, masks, step
from verifier.kernel.theory.joint import product as range_product
from verifier.kernel.theory.limits import omega
from verifier.kernel.theory.writing import NAMES, minus, plus, times
from verifier.proving.binders import apply, by_definition, cases
from verifier.proving.tactics import Fact, Prover

ONE = (RELU, eq(m, 1), le(1, H), le(1, L))
NUMBERS = (app("nonzero", z), app("nonzero", w))
K = app("K", phi, m, H, L, r, x, y, z, w)
D = app("D", phi, m, H, L, x, z)
A = app("a", phi, m, H, L, d, k, x, y, w)


def part(d: Term, k: Term | int) -> Term:
    """a(d, k)/k!"""
    return times(app("a", phi, m, H, L, d, k, x, y, w), app("invfact", k))


def slope(e: Term) -> Term:
    """∂h/∂f^e at (y, w)"""
    return app("hj", phi, m, H, L, y, w, e)


def tensor(d: Term, ls: Term, es: Term) -> Term:
    """T^{l,d}_e"""
    return app("T", phi, L, d, ls, es, x, y)


def chained(d: Term, k: Term | int) -> Term:
    """Σ over l_1 < … < l_k and e of h^{e_1}·…·h^{e_k} T^{l,d}_e"""
    slopes = app("prod", 1, k, fun([i], slope(app("entry", es, i))))
    return app("chains", k, 1, L, fun([ls], app("tuples", k, H, fun([es], times(slopes, tensor(d, ls, es))))))


#: K^(r) over compositions with parts up to L, and brackets over increasing layers: what is taken from Lemmas 3, 4, 5
EXPANDED = forall(
    [phi, m, H, L, r, x, y, z, w],
    imp(*ONE, le(0, r), eq(K, times(app("fact", r), z, D, app("comps", H, r, L, fun([d, k], part(d, k)))))),
)
GATHERED = forall(
    [phi, m, H, L, d, k, x, y, w], imp(*ONE, le(1, d), le(0, k), eq(part(d, k), chained(d, k)))
)  # fmt: skip


# -- the limits as terms -----------------------------------------------------------------------------------------------

MX, MY = masks(B, x, z), masks(B, y, w)


def F(u: Term, d: Term) -> Term:
    """The limit of f^d(u)."""
    return app("F", B, u, d)


def slope_limit(e: Term, masked: bool) -> Term:
    """The limit of ∂h/∂f^e, or what it is where the mask is 1."""
    parts = [range_product("F", (B, y), lo, hi, limit=True) for lo, hi in ((1, minus(e, 1)), (plus(e, 1), H))]
    return times(w, MY, *parts) if masked else times(w, *parts)


def tensor_limit(d: Term, ls: Term, es: Term, k: Term) -> Term:
    """The limit of n^{k-1} T^{l,d}_e."""
    at = lambda s, i: app("entry", s, i)  # noqa: E731
    links = fun([i], app("Gam", B, at(ls, plus(i, 1)), at(ls, i), at(es, i)))
    top = times(app("delta", d, app("last", es)), app("Dot", phi, L, app("last", ls), x, y))
    return times(top, app("lprod", 1, minus(k, 1), links), app("Sig", phi, minus(app("first", ls), 1), x, y))


def inner_limit(d: Term, k: Term, ls: Term, masked: bool) -> Term:
    """For one l the limit of the sum over outputs."""
    slopes = app("lprod", 1, k, fun([i], slope_limit(app("entry", es, i), masked)))
    return app("ltuples", k, H, fun([es], times(slopes, tensor_limit(d, ls, es, k))))


def bracket_limit(d: Term, k: Term, masked: bool) -> Term:
    """The limit of n^{k-1} a(d, k)/k!, for k ≥ 1."""
    return app("lchains", k, 1, L, fun([ls], inner_limit(d, k, ls, masked)))


def part_limit(d: Term, k: Term | int, masked: bool) -> Term:
    """The limit of a(d, k)/k! at its own order: F(x, d) for k = 0."""
    return app(part_function(masked), d, k)


def part_function(masked: bool) -> Fun:
    """(d, k) ↦ the limit of a part."""
    empty = app("delta", k, 0)
    return fun([d, k], plus(times(empty, F(x, d)), times(minus(1, empty), bracket_limit(d, k, masked))))


def dominant(masked: bool, most: Term = L) -> Term:
    """All terms of greatest order."""
    return app("dominant", H, r, most, WEIGHT, value(H, r), part_function(masked))


def _prod(lo: Term | int, hi: Term | int, of: Term, to: Term) -> dict[str, Term | int]:
    return {"b": B, "lo": lo, "hi": hi, "p": 0, "F": of, "G": to}


class HyperLimits:
    """Facts on one joint limit; in scope: ``ONE``, ``INPUTS``, ``NUMBERS``, the joint limit and its widths."""

    def __init__(self, p: Prover, joint: Fact, identity: Fact, gathered: Fact, deep: bool) -> None:
        self.p, self.gathered = p, gathered
        self.terms = Limits(p, joint, identity, deep)
        self.family: Family = self.terms.family
        self.at = {"omega": omega, "phi": phi, "L": L, "x": x, "y": y}

    # -- masks and slopes

    def product(self, u: Term, lo: Term | int, hi: Term | int) -> Fact:
        """f^lo(u)·…·f^hi(u) → the product of the limits; lo ≤ hi + 1 in scope."""
        p = self.p
        Fs, Gs = (fun([i], app("f", phi, L, u, i)), fun([i], F(u, i)))
        fact = apply(p, "tends.prod", lambda i: self.family.f(u, i), **_prod(lo, hi, Fs, Gs))
        b, X, _, Y = fact.prop.fields[1]
        return p.restate(app("tends", b, X, 0, Y), fact)

    def mask(self, u: Term, c: Term) -> Fact:
        """D(u, c) → the limit's mask."""
        p = self.p
        name = "x" if u == x else "y"
        through = lambda t: times(c, range_product("f", (phi, L, u), 1, t))  # noqa: E731
        limit = lambda t: times(c, range_product("F", (B, u), 1, t, limit=True))  # noqa: E731

        def each(t: Term) -> Fact:
            with p.using(p.arith(le(1, plus(t, 1)))):
                whole = p.by("tends.mul", p.by("tends.const", b=B, c=c), self.product(u, 1, t))
            alive = apply(
                p, "never0.prod", lambda i: p.by(f"F.never0.{name}", **self.at, d=i), lo=1, hi=t, G=fun([i], F(u, i))
            )
            alive = p.by("never0.mul", never0(p, p.assume(app("nonzero", c))), alive)
            whole = p.restate(app("tends", B, through(t), 0, limit(t)), whole)
            return p.by("tends.pieces", whole, alive, c=0, c2=0, u=1)

        steps, limits = fun([t], step(through(t))), fun([t], step(limit(t), limit=True))
        found = apply(p, "tends.prod", each, **_prod(1, minus(H, 1), steps, limits))
        found = p.restate(app("tends", B, found.prop.fields[1][1], 0, masks(B, u, c)), found)
        return equals(p, apply(p, "D.steps", phi=phi, m=m, H=H, L=L, x=u, z=c), found)

    def slope(self, e: Term, mask: Fact) -> Fact:
        """∂h/∂f^e → its limit, for 1 ≤ e ≤ H in scope; ``mask`` is the limit of D(y, w)."""
        p = self.p
        with p.using(p.arith(le(1, plus(minus(e, 1), 1))), p.arith(le(plus(e, 1), plus(H, 1)))):
            parts = [self.product(y, 1, minus(e, 1)), self.product(y, plus(e, 1), H)]
        whole = product(p, "tends.mul", p.by("tends.const", b=B, c=w), mask, *parts)
        with p.using(p.by("relu.homogeneous", phi=phi)):
            at = {"phi": phi, "m": m, "H": H, "L": L, "x": x, "y": y, "z": z, "w": w, "e": e}
            identity = apply(p, "hj.product", **{name: at[name] for name in NAMES["hj.product"]})
        b, X = whole.prop.fields[1][:2]
        whole = p.restate(app("tends", b, X, 0, slope_limit(e, True)), whole)
        return equals(p, p.restate(eq(slope(e), X), identity), whole)

    # -- brackets

    def tensors(self) -> Fact:
        """⋀ d ls es. increasing layers, outputs ⟹ n^{k-1} T → its limit."""
        p = self.p
        premises = (le(1, d), *TUPLES)
        with p.given(*premises):
            tends, _ = self.terms.term(off=False, alive=False)
        count = app("len", ls)
        tends = p.restate(app("tends", B, T, minus(1, count), tensor_limit(d, ls, es, count)), tends)
        return p.close([d, ls, es], premises, tends)

    def bracket(self, tensors: Fact, slopes: Fact) -> Fact:
        """n^{k-1} Σ Σ Π h T → its limit, for 1 ≤ k and 1 ≤ d in scope."""
        p = self.p

        def layers(s: Term) -> Fact:
            size = p.assume(eq(app("len", s), k))

            def outputs(o: Term) -> Fact:
                many_ = p.assume(eq(app("len", o), k))
                inside = p.by("within.elim", s=o, lo=1, hi=H)

                def at_least_1(i: Term) -> Fact:
                    return p.by("and.left", p.by(p.all_elim(inside, i)))

                outs = by_definition(p, "outputs.intro", at_least_1, o)

                def one(i: Term) -> Fact:
                    both = p.by(p.all_elim(inside, i))
                    with p.using(p.by("and.left", both), p.by("and.right", both)):
                        return p.by(p.all_elim(slopes, app("entry", o, i)))

                Fs = fun([i], slope(app("entry", o, i)))
                Gs = fun([i], slope_limit(app("entry", o, i), True))
                h = apply(p, "tends.prod", one, **_prod(1, k, Fs, Gs))
                lengths = p.arith(le(1, app("len", s))), p.arith(eq(app("len", s), app("len", o)))
                with p.using(outs, size, many_, *lengths):
                    here = p.by(p.all_elim(tensors, d, s, o))
                here = p.rewrite(here, size)
                whole = p.by("tends.mul", h, here)
                body = times(app("lprod", 1, k, Gs), tensor_limit(d, s, o, k))
                X = times(app("prod", 1, k, Fs), tensor(d, s, o))
                return p.restate(app("tends", B, X, minus(1, k), body), whole)

            Fs = fun([es], times(app("prod", 1, k, fun([i], slope(app("entry", es, i)))), tensor(d, s, es)))
            Gs = fun(
                [es],
                times(app("lprod", 1, k, fun([i], slope_limit(app("entry", es, i), True))), tensor_limit(d, s, es, k)),
            )
            return apply(p, "tends.tuples", outputs, b=B, k=k, hi=H, p=minus(1, k), F=Fs, G=Gs)

        whole = chained(d, k).fields[1][3]
        limits = fun([ls], inner_limit(d, k, ls, True))
        return apply(p, "tends.chains", layers, b=B, k=k, lo=1, hi=L, p=minus(1, k), F=whole, G=limits)

    def part(self, bracket: Fact) -> Fact:
        """a(d, k)/k! → its limit, at the order of its weight; in scope 1 ≤ d ≤ H and 0 ≤ k ≤ L.

        ``bracket``: ⋀d k. 1 ≤ d ⟹ 1 ≤ k ⟹ its limit for k ≥ 1.
        """
        p = self.p
        gathered = p.by(p.all_elim(self.gathered, phi, m, H, L, d, k, x, y, w))
        says = lambda k: app("tends", B, part(d, k), app(WEIGHT, d, k), part_limit(d, k, True))  # noqa: E731

        def empty() -> Fact:
            none = equal(p, k, 0)
            at_0 = p.by(p.all_elim(self.gathered, phi, m, H, L, d, 0, x, y, w))
            chains = chained(d, 0).fields[1][3]
            one = p.by("chains.0", lo=1, hi=L, F=chains)
            nil = app("nil")
            inside = app(chains, nil).fields[1][2]
            two = p.by("tuples.0", hi=H, F=inside)
            three = p.by("prod.empty", lo=1, hi=0, F=fun([i], slope(app("entry", nil, i))))
            last = p.by("T.none", phi=phi, L=L, d=d, x=x, y=y)
            value_ = p.rewrite(p.chain(at_0, one, two), three, last)
            f = self.family.f(x, d)
            value_ = p.restate(eq(part(d, 0), app("f", phi, L, x, d)), value_)
            f = equals(p, value_, f)
            weight = p.by("min.left", a=0, b=minus(1, 0))
            same = p.by("delta.same", a=0)
            goal = says(0)
            right = p.evaluate(goal.fields[1][3], same)
            hole = Var("t~lim", "lim")
            f = p.subst(p.flip(p.restate(eq(goal.fields[1][3], F(x, d)), right)),
                        fun([hole], app("tends", B, part(d, 0), 0, hole)), f)  # fmt: skip
            hole = Var("t~const", "const")
            f = p.subst(p.flip(weight), fun([hole], app("tends", B, part(d, 0), hole, goal.fields[1][3])), f)
            hole = Var("t~int", "int")
            return p.subst(p.flip(none), fun([hole], says(hole)), f)

        def some() -> Fact:
            found = p.by(p.all_elim(bracket, d, k))
            found = equals(p, gathered, found)
            weight = p.by("min.right", a=0, b=minus(1, k))
            zero = p.by("delta.more", a=k, b=0)
            goal = says(k)
            right = p.restate(eq(goal.fields[1][3], found.prop.fields[1][3]), p.evaluate(goal.fields[1][3], zero))
            hole = Var("t~lim", "lim")
            found = p.subst(p.flip(right), fun([hole], app("tends", B, part(d, k), minus(1, k), hole)), found)
            hole = Var("t~const", "const")
            context = fun([hole], app("tends", B, part(d, k), hole, goal.fields[1][3]))
            return p.subst(p.flip(weight), context, found)

        return cases(p, k, 0, says(k), empty, some)

    # -- K itself

    def whole(self, expanded: Fact, bounded: Fact) -> Fact:
        """n^{-v} K^(r) → r! z D^∞ times the dominant terms, v = min(0, H - r); 0 ≤ r in scope."""
        p = self.p
        mask_x, mask_y = self.mask(x, z), self.mask(y, w)
        bounds = (le(1, e), le(e, H))
        with p.given(*bounds):
            slope_ = self.slope(e, mask_y)
        slopes = p.close([e], bounds, slope_)
        tensors = self.tensors()
        bounds = (le(1, d), le(1, k))
        with p.given(*bounds):
            bracket = self.bracket(tensors, slopes)
        bracket = p.close([d, k], bounds, bracket)
        with p.using(bracket):
            best = p.by(p.all_elim(bounded, H, r, L))
            comps = self._comps(bracket, best)
        whole = product(p, "tends.mul", p.by("tends.const", b=B, c=app("fact", r)), p.by("tends.const", b=B, c=z),
                        mask_x, comps)  # fmt: skip
        identity = p.by(p.all_elim(expanded, phi, m, H, L, r, x, y, z, w))
        X = whole.prop.fields[1][1]
        limit = times(app("fact", r), z, MX, dominant(True))
        whole = p.restate(app("tends", B, X, value(H, r), limit), whole)
        return equals(p, p.restate(eq(K, X), identity), whole)

    def _comps(self, bracket: Fact, best: Fact) -> Fact:
        p = self.p
        parts = fun([d, k], part(d, k)), part_function(True)
        fact = p.all_elim(p.row("tends.comps"), B, H, r, L, WEIGHT, value(H, r), *parts)
        fact = p.imp_elim(fact, p.arith(le(0, H)))
        bounds = (le(1, d), le(d, H), le(0, k), le(k, L))
        with p.given(*bounds):
            each = self.part(bracket)
        return p.imp_elim(fact, p.close([d, k], bounds, each), best)
