"""Limits and orders: what is said of random quantities as the widths tend to infinity.

A ``mode`` is a sequence of widths of all layers with a scale n that tends to infinity along it.  A ``base`` is a
coupling: for every member of its mode the weights and the limit live on one probability space.  ``tends(b, X, p, Y)``
says n^{-p} X → Y *in probability on that coupling*; so whatever is said along one base is said jointly, and no row goes
back from a law to ``tends``.  ``order``, ``upper``, ``vanishes``, ``plim``, ``law`` and ``atom`` are about laws alone
and take the mode.  All limits live on one space (the unit interval will do), so what is said of them takes neither.
"""

from __future__ import annotations

from functools import partial

from verifier.kernel.core.table import symbol
from verifier.kernel.core.terms import Var, app, eq, forall, imp, le
from verifier.kernel.theory import logic  # noqa: F401  (its symbols stand in the rows)
from verifier.kernel.theory.writing import law, many, minus, plus, predicate, times

PAGE = "limits"
row = partial(law, page=PAGE, mark="theorem")

b = Var("b", "base")
omega = Var("omega", "mode")
X, X2 = many("X X2", "rand")
Y, Y2, E = many("Y Y2 E", "lim")
p, q, c, c2, u, v, s, t = many("p q c c2 u v s t", "const")
L = Var("L", "int")
P = Var("P", "prop")

# -- ways for widths to grow -------------------------------------------------------------------------------------------

symbol("grows", ("mode", "int"), "prop", "the widths n_1, …, n_{L-1} tend to infinity, in any manner")
symbol(
    "scaled", ("mode", "int"), "prop",
    "the widths n_1, …, n_{L-1} tend to infinity, in any manner, and n is the smallest of them (any n → ∞ at L = 1)",
)  # fmt: skip
symbol("proportional", ("mode", "int"), "prop", "n_l/n converges to a number in (0, ∞), for l = 1, …, L-1")
symbol("grows_g", ("mode", "int"), "prop", "the widths of g's hidden layers 1, …, H-1 tend to infinity, in any manner")
symbol("modeof", ("base",), "mode", "the way for widths to grow along which a base couples")
row("scaled.grows", [omega, L], app("scaled", omega, L), app("grows", omega, L), why="Part of what ``scaled`` says.")
row(
    "proportional.grows", [omega, L], app("proportional", omega, L), app("grows", omega, L),
    why="n tends to infinity along every mode, and n_l/n to a number that is not 0.",
)  # fmt: skip
row(
    "scaled.proportional", [omega, L], le(1, L), le(L, 2), app("scaled", omega, L), app("proportional", omega, L),
    why="At L = 1 there is no hidden width; at L = 2 there is one, and n is it.",
)  # fmt: skip
_ALL = [forall([L], imp(le(1, L), app(name, omega, L))) for name in ("scaled", "proportional")]
row("mode.exists", [P], forall([omega], imp(*_ALL, P)), P, why="All widths equal to n, and n = 1, 2, 3, …")

# -- limits on a coupling ----------------------------------------------------------------------------------------------

T, ALIVE, NEVER, SAME = (partial(app, name) for name in ("tends", "alive", "never0", "almost"))
symbol("tends", ("base", "rand", "const", "lim"), "prop", "n^{-p} X → Y in probability, on the coupling of the base")
symbol("almost", ("lim", "lim"), "prop", "Y = Y2 almost surely")
symbol("alive", ("lim",), "prop", "Y is not 0 with positive probability")
symbol("never0", ("lim",), "prop", "Y is almost surely not 0")
row("tends.const", [b, c], T(b, c, 0, c), why="A constant is its own limit.")
row("tends.zero", [b, p], T(b, 0, p, 0), why="n^{-p}·0 = 0.")
row(
    "tends.add", [b, X, X2, p, Y, Y2], T(b, X, p, Y), T(b, X2, p, Y2), T(b, plus(X, X2), p, plus(Y, Y2)),
    why="Sums of what converges in probability on one space.",
)  # fmt: skip
row(
    "tends.mul", [b, X, X2, p, q, Y, Y2], T(b, X, p, Y), T(b, X2, q, Y2), T(b, times(X, X2), plus(p, q), times(Y, Y2)),
    why="Products of what converges in probability on one space.",
)  # fmt: skip
row(
    "tends.neglect", [b, X, p, q, Y], T(b, X, p, Y), app("pos", minus(q, p)), T(b, X, q, 0),
    why="n^{-q} X = n^{-(q-p)} n^{-p} X, where n^{-(q-p)} → 0 and n^{-p} X is tight.",
)  # fmt: skip
row("almost.same", [Y], SAME(Y, Y), why="They are equal everywhere.")
row("almost.symmetric", [Y, Y2], SAME(Y, Y2), SAME(Y2, Y), why="Equality is symmetric.")
row(
    "tends.unique", [b, X, p, Y, Y2], T(b, X, p, Y), T(b, X, p, Y2), SAME(Y, Y2),
    why="A limit in probability on one space is unique almost surely.",
)  # fmt: skip
row(
    "tends.almost", [b, X, p, Y, Y2], T(b, X, p, Y), SAME(Y, Y2), T(b, X, p, Y2),
    why="Null sets of the limit's space are null on the coupling.",
)  # fmt: skip

# a function that is constant on either side of 0 (Lemma 1, E1)
symbol("pieces", ("const", "const", "const", "rand"), "rand", "c where X < 0, c2 where X = 0, u where X > 0")
symbol("lpieces", ("const", "const", "const", "lim"), "lim", "the same function of a limit")
for _head, _z in (("pieces", X), ("lpieces", Y)):
    _of = partial(app, _head)
    row(f"{_head}.at_0", [c, c2, u], eq(_of(c, c2, u, 0), c2), why="Its value at 0.")
    row(
        f"{_head}.minus", [c, c2, u, _z], eq(_of(c, c2, u, times(-1, _z)), _of(u, c2, c, _z)),
        why="-X is negative where X is positive.",
    )  # fmt: skip
    row(
        f"{_head}.mul", [c, c2, u, s, t, v, _z],
        eq(times(_of(c, c2, u, _z), _of(s, t, v, _z)), _of(times(c, s), times(c2, t), times(u, v), _z)),
        why="Value by value.",
    )  # fmt: skip
row(
    "tends.pieces", [b, X, p, Y, c, c2, u], T(b, X, p, Y), NEVER(Y),
    T(b, app("pieces", c, c2, u, X), 0, app("lpieces", c, c2, u, Y)),
    why="The function has the same value at X as at n^{-p} X, and is continuous off 0, where the limit has no mass.",
    source="Mann and Wald, On stochastic limit and order relationships, 1943",
)  # fmt: skip

# -- variables of the limit's space ------------------------------------------------------------------------------------

row("alive.zero", [P], ALIVE(0), P, why="0 is not different from 0 with positive probability.")
row("alive.factor", [Y, Y2], ALIVE(times(Y, Y2)), ALIVE(Y), why="Where a product is not 0 neither factor is.")
row("alive.mul", [Y, Y2], ALIVE(Y), NEVER(Y2), ALIVE(times(Y, Y2)), why="Off a null set the product is 0 where Y is.")
row("alive.almost", [Y, Y2], SAME(Y, Y2), ALIVE(Y), ALIVE(Y2), why="Events that differ by a null set.")
row("never0.alive", [Y], NEVER(Y), ALIVE(Y), why="Probability 1 is positive.")
row("never0.const", [c], app("nonzero", c), NEVER(c), why="A constant that is not 0.")
row("never0.mul", [Y, Y2], NEVER(Y), NEVER(Y2), NEVER(times(Y, Y2)), why="The union of two null sets.")
row("never0.factor", [Y, Y2], NEVER(times(Y, Y2)), NEVER(Y), why="Where a factor is 0 the product is.")
row("never0.almost", [Y, Y2], SAME(Y, Y2), NEVER(Y), NEVER(Y2), why="Events that differ by a null set.")
symbol("zeromass", ("lim", "const"), "prop", "P[Y = 0] = c")
row("zeromass.unique", [Y, c, c2], app("zeromass", Y, c), app("zeromass", Y, c2), eq(c, c2), why="One probability.")
row("zeromass.never0", [Y], NEVER(Y), app("zeromass", Y, 0), why="What ``never0`` says.")
row(
    "zeromass.mul", [Y, Y2, c], app("zeromass", Y, c), NEVER(Y2), app("zeromass", times(Y, Y2), c),
    why="Off a null set the product is 0 where Y is.",
)  # fmt: skip
row("zeromass.alive", [Y, c], app("zeromass", Y, c), app("pos", minus(1, c)), ALIVE(Y), why="P[Y ≠ 0] = 1 - c.")
row("zeromass.almost", [Y, Y2, c], SAME(Y, Y2), app("zeromass", Y, c), app("zeromass", Y2, c), why="Null sets.")

# -- orders ------------------------------------------------------------------------------------------------------------

symbol(
    "order", ("mode", "rand", "const"), "prop",
    "n^{-p} X converges in distribution to a variable that is not almost surely 0: on some coupling, in probability",
)  # fmt: skip
predicate(
    "order", [omega, X, p],
    forall([P], imp(forall([b, Y], imp(eq(app("modeof", b), omega), T(b, X, p, Y), ALIVE(Y), P)), P)), page=PAGE,
)  # fmt: skip
row(
    "order.unique", [omega, X, p, q], app("order", omega, X, p), app("order", omega, X, q), eq(p, q),
    why="If q > p then n^{-q} X = n^{-(q-p)} n^{-p} X → 0, as n^{-p} X is tight; and likewise if p > q.",
)  # fmt: skip
U = partial(app, "upper", omega)
V = partial(app, "vanishes", omega)
C = partial(app, "plim", omega)
symbol("upper", ("mode", "rand", "const"), "prop", "n^{-p} X is tight: X = O_p(n^p)")
symbol("vanishes", ("mode", "rand", "const"), "prop", "n^{-p} X → 0 in probability: X = o_p(n^p)")
symbol("plim", ("mode", "rand", "const"), "prop", "X → c in probability")
row("order.upper", [omega, X, p], app("order", omega, X, p), U(X, p), why="What converges in distribution is tight.")
row(
    "order.vanishes", [omega, X, p, q, P], app("order", omega, X, p), V(X, q), le(q, p), P,
    why="n^{-p} X = n^{-(p-q)} n^{-q} X → 0, and no other limit.",
)  # fmt: skip
row("upper.weaker", [omega, X, p, q], U(X, p), le(p, q), U(X, q), why="n ≥ 1 from some place on.")
row("upper.const", [omega, c], U(c, 0), why="A constant is bounded.")
row("upper.add", [omega, X, X2, p], U(X, p), U(X2, p), U(plus(X, X2), p), why="Sums of what is tight.")
row("upper.mul", [omega, X, X2, p, q], U(X, p), U(X2, q), U(times(X, X2), plus(p, q)), why="Products of what is tight.")
row("upper.vanishes", [omega, X, p, q], U(X, p), app("pos", minus(q, p)), V(X, q), why="n^{-(q-p)} times a tight one.")
row("vanishes.upper", [omega, X, p], V(X, p), U(X, p), why="What converges is tight.")
row("vanishes.weaker", [omega, X, p, q], V(X, p), le(p, q), V(X, q), why="n ≥ 1 from some place on.")
row("vanishes.add", [omega, X, X2, p], V(X, p), V(X2, p), V(plus(X, X2), p), why="Sums of what tends to 0.")
row(
    "vanishes.mul", [omega, X, X2, p, q], V(X, p), U(X2, q), V(times(X, X2), plus(p, q)),
    why="What tends to 0, times a tight one.",
)  # fmt: skip
row("plim.const", [omega, c], C(c, c), why="A constant is its own limit.")
row("plim.add", [omega, X, X2, c, c2], C(X, c), C(X2, c2), C(plus(X, X2), plus(c, c2)), why="Continuity of +.")
row("plim.mul", [omega, X, X2, c, c2], C(X, c), C(X2, c2), C(times(X, X2), times(c, c2)), why="Continuity of ·.")
row("plim.unique", [omega, X, c, c2], C(X, c), C(X, c2), eq(c, c2), why="A limit in probability is unique.")
row("plim.vanishes", [omega, X, c], C(X, c), V(minus(X, c), 0), why="What ``plim`` says.")
row("vanishes.plim", [omega, X, c], V(minus(X, c), 0), C(X, c), why="What ``plim`` says.")

# between a coupling and laws: convergence to a number in probability sees only the law
_AT = app("modeof", b)
row("tends.upper", [b, X, p, Y], T(b, X, p, Y), app("upper", _AT, X, p), why="What converges is tight.")
row("tends.vanishes", [b, X, p], T(b, X, p, 0), app("vanishes", _AT, X, p), why="The limit is a number.")
row("vanishes.tends", [b, X, p], app("vanishes", _AT, X, p), T(b, X, p, 0), why="The limit is a number.")
row("tends.plim", [b, X, c], T(b, X, 0, c), app("plim", _AT, X, c), why="The limit is a number.")
row("plim.tends", [b, X, c], app("plim", _AT, X, c), T(b, X, 0, c), why="The limit is a number.")
symbol("atom", ("mode", "rand", "const", "const"), "prop", "n^{-p} X converges in law to some Y with P[Y = 0] = c")
row(
    "atom.intro", [b, X, p, Y, c], T(b, X, p, Y), app("zeromass", Y, c), app("atom", _AT, X, p, c),
    why="Convergence in probability on one space is convergence in distribution.",
)  # fmt: skip
row(
    "atom.unique", [omega, X, p, c, c2], app("atom", omega, X, p, c), app("atom", omega, X, p, c2), eq(c, c2),
    why="A limit in distribution is unique.",
)  # fmt: skip

# -- laws --------------------------------------------------------------------------------------------------------------

symbol("law", ("mode", "rand", "lim"), "prop", "X converges in distribution to a variable with the law of Y")
symbol("samelaw", ("lim", "lim"), "prop", "Y and Y2 have one law; what follows from it is said of laws alone")
row("law.intro", [b, X, Y], T(b, X, 0, Y), app("law", _AT, X, Y), why="In probability, hence in distribution.")
row(
    "law.coupling", [omega, X, Y, P], app("law", omega, X, Y),
    forall([b, Y2], imp(eq(_AT, omega), T(b, X, 0, Y2), app("samelaw", Y2, Y), P)), P,
    why="Some coupling, on which X → Y2 almost surely with Y2 of the law of Y; the weights are put back by the law of "
    "them given X.", source="Skorokhod 1956; Dudley, Real Analysis and Probability, 11.7.2 (and 1.1.10 on gluing)",
)  # fmt: skip
row(
    "law.same", [omega, X, Y, Y2], app("law", omega, X, Y), app("samelaw", Y, Y2), app("law", omega, X, Y2),
    why="It is about the law of Y alone.",
)  # fmt: skip
row("law.const", [omega, c, c2], app("law", omega, c, c2), eq(c, c2), why="A constant converges to itself alone.")
row("samelaw.symmetric", [Y, Y2], app("samelaw", Y, Y2), app("samelaw", Y2, Y), why="Equality of laws.")
row("samelaw.never0", [Y, Y2], app("samelaw", Y, Y2), NEVER(Y), NEVER(Y2), why="An event of the law.")
row(
    "samelaw.pieces", [Y, Y2, c, c2, u], app("samelaw", Y, Y2),
    app("samelaw", app("lpieces", c, c2, u, Y), app("lpieces", c, c2, u, Y2)), why="Images of one law.",
)  # fmt: skip
row(
    "samelaw.scale", [Y, Y2, c], app("samelaw", Y, Y2), app("samelaw", times(c, Y), times(c, Y2)),
    why="Images of one law.",
)  # fmt: skip
symbol("chance", ("rand",), "fin", "P[X > 0] at every width")
symbol("lchance", ("lim",), "const", "P[Y > 0]")
row(
    "chance.tends", [b, X, p, Y], T(b, X, p, Y), NEVER(Y), app("plim", _AT, app("chance", X), app("lchance", Y)),
    why="(0, ∞) is a continuity set of the law of Y (portmanteau).",
)  # fmt: skip
row(
    "chance.indicator", [b, X, Y], T(b, X, 0, Y), eq(times(X, X), X), eq(times(Y, Y), Y),
    app("plim", _AT, app("chance", X), app("lchance", Y)),
    why="Both take the values 0 and 1, and differ with a probability that tends to 0.",
)  # fmt: skip
row("samelaw.chance", [Y, Y2], app("samelaw", Y, Y2), eq(app("lchance", Y), app("lchance", Y2)), why="One event.")
row("chance.const", [c], app("pos", c), eq(app("chance", c), 1), why="A positive number is positive.")
row("lchance.zero", [], eq(app("lchance", 0), 0), why="0 is not positive.")
_STEP = [forall([c, c2, u], eq(app("pieces", c, c2, u, X), u)), eq(app("chance", X), 1)]
row(
    "sequence.exists", [P], forall([b, X], imp(T(b, X, 0, 0), *_STEP, P)), P,
    why="X = 1/n_1 along all widths equal to n = 1, 2, 3, …: positive at every width, and 0 in the limit.",
)  # fmt: skip
