"""Theorem 3: the hyperkernel's limit and its change in time.  Supplement, Eqs. (70)-(88), Figure 1(b)."""

from __future__ import annotations

from sympy import And, Eq, Function, Integer, Or, Rational, Symbol, pi, symbols

from lemmas import _hyper_words as hyper_words
from lemmas import _vocabulary as words
from lemmas._errata import ERRATA, supplement
from lemmas._hyper_words import (
    across,
    first,
    first_m,
    first_n,
    hyper,
    hyper_limit,
    kink,
    mean_hyper,
    opposite_limit,
    second_m,
    second_n,
)
from lemmas._kernels import ImplicitTangentKernel
from lemmas._proof_hyper_means import at_two, figure, opposite_signs
from lemmas._proof_moments import prove_theorem3 as prove_means
from lemmas._proof_theorem3 import prove_theorem3
from verifier import Author, Form, Kind, Proof, Statement, Summary, amended, printed

H, L, n, m = symbols("H L n m", integer=True)
angle, z_angle = Symbol("angle", real=True), Symbol("z_angle", real=True)
#: measured only
mean_g = Function("E_Kg")

#: Θ^f(x,x') Θ^g(u,u') at unit inputs
LIMIT_VALUE = hyper_limit(H, L, angle, z_angle)
LIMIT = ("relu", "inputs_nonzero", "z_nonzero", "rows_fixed")
FLOW = ("relu", "inputs_nonzero", "z_nonzero", "initialisation", "bounded_residuals")
STEP = ("relu", "inputs_nonzero", "unit_step")
APART = (*STEP, "not_collinear")
EXACT = ("relu", "m_is_1", "one_input", "equal_widths")
OPPOSITE = ("relu", "m_is_1", "exclusive_masks")


def _prove(p: Author) -> None:
    facts, means = prove_theorem3(p), prove_means(p)
    p.note("limit", facts["theorem3.limit"][0], "K^h = ∂_v h K^f ∂_v h'ᵀ, and K^f → Θ^f I on the outputs looked at")
    for name in ("first.m", "first.n"):
        facts[f"theorem3.{name}"] = facts["theorem3.first"]
    for name in ("second.n", "second.m", "printed-second"):
        facts["theorem3." + name] = facts["theorem3.second"]
    facts["theorem3.mean"] = [at_two(p, means["theorem3.mean"][0])]
    facts["theorem3.printed-figure"] = [figure(p, facts["theorem3.mean"][0])]
    p.hints = (*p.hints, opposite_signs(p))
    p.conclude({name: found for name, found in facts.items() if name in p.claims})


statement = Statement(
    name="theorem3",
    title="The hyperkernel: its limit, and its change at initialisation",
    source=supplement("70", "71", "72", "73", "77", "81", "83", section="4.4"),
    summary="K^h → Θ^f·Θ^g as n and m tend to infinity, and ∂_t K^h = O_p(1/m) + O_p(1/n) at initialisation.",
    claims=(
        printed(
            "theorem3.printed-limit", Kind.CONSTANT, hyper(H, L), "K^h → Θ^f·Θ^g in probability", value=LIMIT_VALUE,
            where=And(L >= 1, H >= 2), instead="limit", errata="E6", latex=r"K^h\to\Theta^f\cdot\Theta^g",
            place="Eqs. (70), (71)",
        ),
        printed(
            "theorem3.printed-first", Kind.UPPER, first_m(m), "the first term of ∂_t K^h tends to 0 as 1/m",
            exponent=Integer(-1), instead="first first.m", errata="E16 E22", place="Eq. (81)",
            why="K^f fluctuates about its limit, which adds terms of order 1/√(nm) and 1/n: at n = 64 medians are .73, "
            ".44, .36, .35, .31, .31 at m = 16, 64, 256, 1024, 4096, 16384.",
        ),
        printed(
            "theorem3.printed-second", Kind.UPPER, second_n(n), "the second term of ∂_t K^h tends to 0 as 1/n",
            exponent=Integer(-1), instead="second.n", errata="E16 E22", place="Eq. (83)",
        ),
        printed(
            "theorem3.printed-figure", Kind.VALUE, mean_hyper(H, L, n, m), "Figure 1(b): the mean of K^h equals its "
            "limit at every width (H·L at u = u', |x|² = n_0, |z|² = m_0)", value=H * L,
            where=And(H >= 1, L >= 1, n >= 1), instead="mean", errata="E12", place="Figure 1(b)",
            why="At finite n the mean is another one: E K^h(u,u) = 4 + 16/n at L = H = 2, and HL = 4.",
        ),
        printed(
            "theorem3.printed-mean", Kind.VALUE, mean_g(H, L),
            "Figure 1(b): E K^g at n = ∞ equals its limit for every m",
            value=ImplicitTangentKernel(H, L, angle, z_angle), where=And(L >= 1, H >= 1), errata="E12",
            place="Figure 1(b)", why="For H >= 3 and different inputs the mean is biased at infinite n too: .2097(7) "
            "at H = 3, S = 1, z at 2.5 radians and m = 10; the limit is .2623.",
        ),
        printed(
            "theorem3.printed-taylor", Kind.UPPER, kink["trained"](L), "after one unit step f is its Taylor polynomial "
            "in the weights up to less than T²/2, which is O_p(n^{-1})", exponent=Integer(-1), where=Eq(L, 2),
            instead="kink.trained kink.other", errata="E16", place="Theorem 3, Eq. (73), for t > 0",
            why="A step crosses kinks of the ReLU, which the derivatives do not see: at L = 2 what they leave is of "
            "order n^{-1/2} on the training input, and T²/2 is of order n^{-1}.",
        ),
        printed(
            "theorem3.printed-bounded", Kind.UPPER, Function("f_t")(L), "Section 2.2, squared loss: with a learning "
            "rate μ = o(n), such as √n, f stays bounded in one step", exponent=Integer(0), where=Eq(L, 2), errata="E24",
            place="Section 2.2", why="With μ = √n and label 1 the output after one step is of order √n: medians 97, "
            "158, 690 at n = 10^3, 10^4, 10^5.",
        ),
        printed(
            "theorem3.printed-alive", Kind.ATOM, Function("f_t")(L), "Section 2.2: such a learning rate leaves units "
            "active: P[f = 0] = 0 after 30 steps", value=Integer(0), where=Eq(L, 2), errata="E24", place="Section 2.2",
            why="After a few steps of μ = √n nearly all networks have no open unit, so that f = 0 from there on.",
        ),
        printed(
            "theorem3.printed-descent", Kind.VALUE, Function("fit")(L), "Section 2.2: training with such a learning "
            "rate converges: P[|f - y| < 1/100] → 1 after 30 steps", value=Integer(1), where=Eq(L, 2), errata="E24",
            place="Section 2.2", why="The squared loss needs μ < 2/λ_max(Θ): μ = 1/2 converges, and with μ = √n f runs "
            "away and then stays at 0, whatever the label.",
        ),
        amended(
            "theorem3.limit", Kind.CONSTANT, hyper(H, L), "K^h → Θ^f·Θ^g in probability, n → ∞ and then m → ∞",
            value=LIMIT_VALUE, where=And(L >= 1, H >= 2), given=LIMIT, errata="E6 E21",
            latex=r"K^h\to\Theta^f\cdot\Theta^g",
        ),
        amended(
            "theorem3.joint-limit", Kind.CONSTANT, hyper(H, L), "K^h → Θ^f·Θ^g in probability, n and m → ∞ together",
            value=LIMIT_VALUE, where=And(L >= 1, H >= 2), given="relu inputs_nonzero z_nonzero", errata="E21",
        ),
        amended(
            "theorem3.first", Kind.UPPER, first(n, m), "the first term of ∂_t K^h at t = 0 is O_p(1/m + 1/n), n and m "
            "tending to infinity in any manner: the exponent is that of min(n, m)", exponent=Integer(-1), where=H >= 2,
            given=FLOW, errata="E16 E22 E32",
        ),
        amended(
            "theorem3.first.m", Kind.UPPER, first_m(m), "the first term of ∂_t K^h at t = 0 is O_p(m^{-1}) where m = "
            "O(n)", exponent=Integer(-1), where=H >= 2, given=(*FLOW, "m_below_n"), errata="E16 E22 E32",
        ),
        amended(
            "theorem3.first.n", Kind.UPPER, first_n(n), "the first term of ∂_t K^h at t = 0 is O_p(n^0)",
            exponent=Integer(0), where=H >= 2, given=FLOW, errata="E16 E22",
        ),
        amended(
            "theorem3.second.n", Kind.UPPER, second_n(n), "the second term of ∂_t K^h at t = 0 is O_p(n^{-1})",
            exponent=Integer(-1), where=L >= 2, given=FLOW, errata="E16 E22",
        ),
        amended(
            "theorem3.second.m", Kind.UPPER, second_m(m), "the second term of ∂_t K^h at t = 0 is O_p(m^0)",
            exponent=Integer(0), where=L >= 2, given=FLOW, errata="E16 E22",
        ),
        amended(
            "theorem3.kink.trained", Kind.UPPER, kink["trained"](L), "after one unit step f differs from its Taylor "
            "polynomial at the training input by O_p(n^{-1/2})", exponent=Rational(-1, 2), where=Eq(L, 2), given=STEP,
            errata="E16",
        ),
        amended(
            "theorem3.kink.other", Kind.UPPER, kink["other"](L), "after one unit step f differs from its Taylor "
            "polynomial by O_p(n^{-3/4}) at an input that is not collinear with the training input",
            exponent=Rational(-3, 4), where=Eq(L, 2), given=APART, errata="E16 E30",
        ),
        amended(
            "theorem3.kink.collinear", Kind.ORDER, kink["collinear"](L), "and is of the exact order n^{-1/2} at every "
            "input collinear with it: at c x, c > 0 or c < 0, the difference is |c| times that at x or -x",
            exponent=Rational(-1, 2), where=And(Eq(L, 2), Or(angle <= 0, angle >= 180)), given=STEP, errata="E16 E30",
        ),
        amended(
            "theorem3.mean", Kind.VALUE, mean_hyper(2, 2, n, m), "E K^h(u,u) = 4 + 16/n at L = H = 2 (m = 1 proved)",
            value=4 + 16 / n, where=And(Eq(H, 2), Eq(L, 2), n >= 1), given=EXACT, errata="E12",
            latex=r"\mathbb E K^h(u,u)=4+16/n",
        ),
        amended(
            "theorem3.opposite", Kind.ZERO, across(H, L), "K^h(u,u') = 0 for x = x', z' = -z, m = 1, H >= 2",
            where=And(H >= 2, L >= 1), given=OPPOSITE, errata="E12 E26",
        ),
        amended(
            "theorem3.opposite-limit", Kind.VALUE, opposite_limit(3, L), "while Θ^h(u,u') = L/π there for H = 3",
            value=L / pi, where=And(Eq(H, 3), L >= 1), given="relu exclusive_masks", errata="E12",
        ),
    ),
    hypotheses=(
        words.relu.needed(
            "σ = identity: K^h(u,u) → H·L without any mask, but off the diagonal Θ^g has no Σ̇ in it.", stated=True,
        ),
        words.inputs_nonzero.needed(
            "x = 0: every output of f is 0, all units of g lie at the kink, and K^h(u,u) = 0.", stated=True,
        ),
        hyper_words.z_inputs_nonzero.needed(
            "z' = 0: h' = 0, masks of g are those of the number 0, and K^h(u, u') = 0.", {"z": (1, 0)},
            claim="theorem3.limit", show='verifier check theorem3 -k "z=(1,0)"', stated=True,
        ),
        words.rows_fixed.needed(
            "Square products: λ_max of (2/n) W Z Wᵀ → (1 + √2)², not 1.", {"L": 2},
            show="verifier check lemma2 -k square=1", errata="E7",
        ),
        hyper_words.initialisation.needed(
            "One unit step at L = 2: units that flip change f by n^{-1/2} on a training input, n^{-3/4} at inputs not "
            "collinear with it, and T²/2, the second order term, by n^{-1}.", {"L": 2}, claim="theorem3.first.m",
            proof="theorem3.kink.trained", errata="E16",
        ),
        hyper_words.bounded_residuals.needed(
            "One label of size m: both terms are multiplied by m, and the first one does not vanish.",
        ),
        hyper_words.unit_step.needed(
            "Square loss, steps of √n: f grows to the order √n in one step, then all units close and f = 0.", {"L": 2},
            claim="theorem3.kink.trained", show="verifier check theorem3 -k mu=sqrt_n",
            errata="E24",
        ),
        hyper_words.not_collinear.needed(
            "x' = -x, L = 2: the masks complement those at x, and all units that flip open: √n·rms is .475, .452, .450 "
            "at n = 10^4, 10^6, 10^8, of order n^{-1/2}; as at 2x and x/2.", {"L": 2, "angle": 180},
            claim="theorem3.kink.other", show="verifier check theorem3 --angle 180 -k step=1", errata="E30",
        ),
        hyper_words.m_below_n.needed(
            "H = L = 2, n = 64: medians .73, .44, .36, .35, .31, .31 at m = 16, 64, 256, 1024, 4096, 16384: the "
            "fluctuations of K^f leave 1/n.", {"H": 2, "L": 2, "n": 64}, claim="theorem3.first.m",
            show="verifier check theorem3 -k n=64", errata="E32",
        ),
        words.one_input.needed(
            "x' ⟂ x: E K^h(u,u') is not 4 + 16/n, since K^h → Θ^h = .101 at 90°, 90°.", {"angle": 90},
            claim="theorem3.mean", show="verifier limit-kernel --depth 2 --g-depth 2 --x-angle 90 --z-angle 90",
        ),
        words.equal_widths.needed(
            "Only one hidden layer at L = 2; at L = 3 the mean is a polynomial in 1/n_1 and 1/n_2.",
            text="n_1 = … = n_{L-1} = n (for exact means)",
        ),
        words.m_is_1.needed(
            "m = 10, H = 3, z-angle 2.5: E K^g = .2097(7), not 0.", {"H": 3, "m": 10}, claim="theorem3.opposite",
            show="verifier check theorem3 -k m=10", errata="E12",
        ),
        words.exclusive_masks.needed(
            "z' = z: E K^h(u,u) = 4 + 16/n.", {"H": 2, "L": 2}, claim="theorem3.opposite", proof="theorem3.mean",
        ),
    ),
    errata=ERRATA,
    proof=Proof(_prove),
    expected={Form.PRINTED: Summary.REFUTED, Form.AMENDED: Summary.VERIFIED},
)  # fmt: skip
