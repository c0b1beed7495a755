"""Section 1.1 of the supplement, Figure 1 of the main text: how the hyperkernel converges.

For f of width n and g of width m, Var K^h = a/m + b/n to leading order: it vanishes only as both widths grow.  The mean
is that of the limit at n = ∞ for H = 2, and on the diagonal; for H >= 3 and two inputs it is not, at any m.
"""

from __future__ import annotations

from sympy import And, Eq, Ne, Rational, Symbol, symbols

from lemmas._errata import ERRATA, supplement
from lemmas._hyper_words import hyper_limit
from verifier import Form, Kind, Statement, Summary, amended, printed
from verifier.claims.vocabulary import Quantity

H, L, n, m, together = symbols("H L n m together", integer=True)
angle, z_angle = Symbol("angle", real=True), Symbol("z_angle", real=True)

kernel = Quantity("Kh_sampled", "", "", symbol="", shown="K^h")()
LIMIT = hyper_limit(H, L, angle, z_angle)

statement = Statement(
    name="kernel_convergence",
    label="Kernel convergence",
    title="Convergence of the hyperkernel in both widths",
    source=supplement(section="1.1"),
    summary="Var K^h = a/m + b/n; the mean is that of the limit at n = ∞ for H = 2 only, or at u = u'.",
    claims=(
        printed(
            "kernel_convergence.printed-variance", Kind.VARIANCE, kernel,
            "the variance of K^h tends to zero only when both widths increase: as 1/n where n = m, and not at all "
            "where one of them stays", exponent=-together, place="Figure 1(a)",
        ),
        printed(
            "kernel_convergence.printed-mean", Kind.VALUE, kernel,
            "E K^h(u,u') equals the width-limit kernel, for g of width 10 as of width 800", value=LIMIT,
            where=And(H >= 1, m >= 1), errata="E12", place="Figure 1(b)", instead="unbiased biased",
            why="For H = 3 and different inputs the mean is biased at any width of f: .210 at n = ∞, m = 10 and z at "
            "2.5 radians, where the limit is .262.",
        ),
        amended(
            "kernel_convergence.variance", Kind.SURFACE, kernel,
            "Var K^h = a/m + b/n with a, b > 0, up to terms of higher order", value=1 / m + 1 / n,
        ),
        amended(
            "kernel_convergence.unbiased", Kind.VALUE, kernel,
            "E K^h(u,u') is the limit kernel at every m, at n = ∞ (where f is linear in x: L = 1), for H = 2 or u = u'",
            value=LIMIT, where=And(Eq(L, 1), m >= 1, Eq(H, 2) | Eq(z_angle, 0)), errata="E12",
        ),
        amended(
            "kernel_convergence.biased", Kind.VALUE, kernel,
            "for H = 3, n = ∞, S = 1, z at 2.5 radians and m = 10, E K^h(u,u') is .210, and the limit .262",
            value=Rational(21, 100), where=And(Eq(H, 3), Eq(L, 1), Ne(z_angle, 0), Eq(m, 10)), errata="E12",
        ),
        amended(
            "kernel_convergence.limit", Kind.CONSTANT, kernel, "K^h(u,u') tends to the limit kernel as n = m → ∞",
            value=LIMIT, where=Eq(H, 3),
        ),
    ),
    errata=ERRATA,
    expected={Form.PRINTED: Summary.CONTRADICTED, Form.AMENDED: Summary.MEASURED},
    group="experiments",
    empirical=True,
)  # fmt: skip
