"""Theorem 1: the order of the higher terms of a hypernetwork.  Supplement, Eq. (39).

As printed: K^(r) ~ n^{H-r} if r > H, and ~ 1 otherwise.  As amended, for m = 1: K^(r) ~ n^{min(0, H-r)}
for 1 <= r <= HL under conditions on the inputs and masks, and K^(r) = 0 for r > HL.

The proof.  K^(r) is a sum over compositions of r of products of H brackets (Lemma 4), each bracket a sum over layers
and outputs (Lemma 5) of terms of known order (Lemma 3).  A composition α costs n^{-Σ max(α_d - 1, 0)}, at best
n^{min(0, H-r)} as long as no part need exceed L.  The best ones do not cancel in the limit: somewhere in its support
they all have one sign.
"""

from __future__ import annotations

from typing import Any

from sympy import And, Eq, Integer, Lambda, Min, Product, Rational, symbols

from lemmas import _vocabulary as words
from lemmas._errata import ERRATA, supplement
from lemmas._proof_exact_claims import prove_exact_claims
from lemmas._proof_limits_printed import prove_limits_printed
from lemmas._proof_moments import prove_theorem1 as prove_squares
from lemmas._proof_refuted import other_layers
from lemmas._proof_theorem1_exact import prove_theorem1_exact
from lemmas._proof_theorem1_limits import prove_theorem1_limits
from lemmas._vocabulary import K, K_atom, K_m, K_same, K_square, K_top, T, a, by_depth, entry, slope, top_power
from verifier import Author, Form, Kind, Proof, Statement, Summary, amended, printed
from verifier.claims.expressions import Tuples
from verifier.verdict import Severity

H, L, r, d, k = symbols("H L r d k", integer=True)

order = Min(0, H - r)
attained = And(H >= 1, L >= 1, r >= 1, r <= H * L)

# What is granted for two inputs, for h itself, at one input, and for atoms.
PAIR = ("relu", "m_is_1", "inputs_nonzero", "z_nonzero", "not_antiparallel", "masks_overlap", "not_orthogonal", "ntk")
OUTPUT = ("relu", "m_is_1", "inputs_nonzero", "z_nonzero")
EXACT = ("relu", "m_is_1", "one_input")
ATOM = (*EXACT, "not_orthogonal", "ntk")

ls, es, i = symbols("ls es i", integer=True)
#: (40), (46), (48): as in Lemma 5, but l runs over [H]^k
OVER_OUTPUTS = Tuples(Lambda((ls, es), Product(slope(entry(es, i)), (i, 1, k)) * T(d, ls, es)), k, H, H)

CLAIMS = (
    printed(
        "theorem1.printed", Kind.ORDER, K(r), "K^(r) ~ n^{H-r} if r > H, and ~ 1 otherwise", exponent=order,
        where=And(H >= 1, L >= 1, r >= 0), instead="order.shallow order.deep output.shallow output.deep zero",
        errata="E4 E2 E3 E8 E9 E14 E18 E25 E26 E27 E28", place="Eq. (39)", why="On an activation cell h has degree HL "
        "in the weights of f, so that K^(r) = 0 for r > HL: K^(2) at H = L = 1, K^(3) at H = 1, L = 2.",
    ),
    *by_depth(
        "theorem1.order", Kind.ORDER, K(r), "K^(r) ~ n^{min(0, H-r)} for 1 <= r <= HL", exponent=order, where=attained,
        given=PAIR, errata="E4 E8 E9 E14 E25 E26 E28", deeper="E7 E29",
    ),
    *by_depth(
        "theorem1.output", Kind.ORDER, K(0), "K^(0) = h ~ 1", exponent=Integer(0), where=And(Eq(r, 0), H >= 1),
        given=OUTPUT,
    ),
    amended(
        "theorem1.zero", Kind.ZERO, K(r), where=And(H >= 1, L >= 1, r >= H * L + 1), given="relu m_is_1", errata="E4",
    ),
    printed(
        "theorem1.printed-limit", Kind.VANISHES, K(r) - K_same(r), "(45), (48): n^{r-H} (K^(r) - K_same^(r)) → 0, "
        "K_same^(r) keeping the terms with d_1 = … = d_k = d alone", exponent=order,
        where=And(H >= 1, L >= 1, r >= H, r <= H * L), instead="top", errata="E2", place="Eqs. (45), (48)",
        why="The terms that are left out are of the same order: at one input the sum over d_1, …, d_k is H^{r-H} times "
        "the terms that are kept.",
    ),
    printed(
        "theorem1.printed-atom", Kind.ATOM, K(r), "(48), (51): sgn for σ', so that the limit is 0 with probability 0",
        value=Integer(0), where=attained, instead="atom.shallow atom.deep", errata="E14", place="Eqs. (48), (51)",
        why="σ' = (1 + sgn)/2 is 0 half of the time, and sgn is not: P[K^(r) = 0] = 1 - 2^{-(H-1)} at one input, 1/2 "
        "at H = 2.",
    ),
    amended(
        "theorem1.top", Kind.VALUE, K_top(H * L), "K^(HL)(u,u) = (HL)! z D Π_d h^d Π_{l<L} (2H h/n_l), |x|² = n_0, at "
        "all widths: H^{H(L-1)} times what (48) gives", value=top_power(H, L), where=And(H >= 1, L >= 1), given=EXACT,
        errata="E2",
    ),
    *by_depth(
        "theorem1.atom", Kind.ATOM, K_atom(r), "at one input lim K^(r) is 0 with probability 1 - 2^{-(H-1)}",
        value=1 - Rational(1, 2) ** (H - 1), where=attained, given=ATOM, errata="E1 E14",
    ),
    amended(
        "theorem1.squares", Kind.UPPER, K_square(r), "by exact moments", exponent=order,
        where=And(attained, H <= 2, L >= 2, L <= 3, r <= 4, H * r * (L - 1) <= 8), given=(*EXACT, "equal_widths"),
    ),
    amended(
        "theorem1.exclusive", Kind.ZERO, K(r), "K^(r) = 0 for x_i = x_j, z_i = 1, z_j = -1, H >= 2, r >= 1",
        where=And(H >= 2, L >= 1, r >= 1), given="relu m_is_1 exclusive_masks", errata="E26",
    ),
    printed(
        "theorem1.printed-any-m", Kind.ORDER, K_m(r), "the same for every fixed width m of g, and every z",
        exponent=order, where=And(H >= 1, L >= 1, r >= 0), instead="order.shallow order.deep", errata="E28",
        severity=Severity.INCOMPLETE, place="Theorem 1, Eq. (39)", why="What must be open at both inputs is a path "
        "through g: at θ = 0, z = (1, -1), H = L = m = 2 the exponents are -.483(10), -.975(15) for r = 1, 2, and "
        "K^(r) = 0 for r = 3, 4.",
    ),
    printed(
        "theorem1.printed-layers", Kind.IDENTITY, a(d, k), "(40), (46), (48): ⟨∇^k f_i^d, (∇h_j)^{⊗k}⟩ is a sum over l "
        "∈ [H]^k, as printed, in the place of [L]^k", value=OVER_OUTPUTS, where=And(H >= 1, L >= 1, d >= 1, k >= 0),
        given="m_is_1", errata="E18", severity=Severity.MISPRINT, place="Eqs. (40), (46), (48)",
        why="l runs over the L layers, not over the H outputs: at H = 1, L = 2 the set [H]^r has one element and [L]^r "
        "has 2^r.",
    ),
)  # fmt: skip

HYPOTHESES = (
    words.relu.needed(
        "tanh, H = 1, L = 2, r = 3: the mean of K^(3) = T^3 is of order n^{-1}, not n^{-2}.", claim="theorem1.zero",
        show="verifier check section3 -k activation=tanh", errata="E10", stated=True,
    ),
    words.m_is_1.needed(
        "θ = 0, z = (1, -1), H = L = m = 2: exponents -.483(10), -.975(15) for r = 1, 2, and 0 exactly beyond.",
        {"H": 2, "L": 2, "m": 2, "z": (1, -1)}, claim="theorem1.order.shallow", show="verifier check theorem1 -k m=2",
        errata="E28", stated=True,
    ),
    words.inputs_nonzero.needed("x_i = 0: f(x_i) = 0, and K^(r) = 0 for r < H."),
    words.z_nonzero.needed(
        "m_0 = 2, z_i ⟂ z_j, H = 1, L = 2: K^(1) has exponent -.51(2) and K^(2) = 0.", {"H": 1, "L": 2},
        claim="theorem1.order.shallow", show='verifier check theorem1 --z 1:0,0:1 -k "H=1,L=2,angle=0"',
        errata="E26 E27",
    ),
    words.not_antiparallel.needed(
        "x_j = -x_i, H = 1, L = 2: no neuron is active at both inputs, and K^(2) = T^2 = 0 exactly.",
        {"H": 1, "L": 2, "r": 2, "angle": 180}, claim="theorem1.order.shallow",
        show='verifier check theorem1 --angle 180 -k "H=1,L=2,angle=180"', when=r >= 1, errata="E8",
    ),
    words.not_orthogonal.needed(
        "x_i ⟂ x_j, H = 1, L = 2: K^(2) carries the factor x_i·x_j/n_0 = 0.", {"H": 1, "L": 2, "r": 2, "angle": 90},
        claim="theorem1.order.shallow", show='verifier check theorem1 --angle 90 -k "H=1,L=2,angle=90"',
        when=r > H * (L - 1), errata="E9",
    ),
    words.ntk.needed(
        "L = 2 at 113.218°, where Θ = 0: K^(1) has exponent -1/2 at H = 1 and -.505 at H = 2.",
        {"H": 1, "L": 2, "r": 1, "angle": 113.218}, claim="theorem1.order.shallow",
        show='verifier check theorem1 --angle 113.218 -k "H=1,L=2,angle=113.218"', when=And(r >= 1, r < 2 * H),
        errata="E25",
    ),
    words.masks_overlap.needed(
        "H = 2, x_i = x_j, z_i z_j < 0: D_i D_j = 0, and K^(r) = 0 for every r >= 1.",
        {"H": 2, "L": 2, "r": 1, "z": (1, -1)}, claim="theorem1.order.shallow",
        show='verifier check theorem1 --z 1,-1 -k "H=2,L=2,angle=0,m=1"', when=r >= 1, errata="E26 E28",
    ),
    words.proportional_widths.needed(
        "H = 1, L = 3 at 113.218° with n_2/n_1 → 0: E (n_2 T²)² → .20, .085, .038 at 1/4, 1/8, 1/16.",
        {"H": 1, "L": 3, "r": 2, "angle": 113.218}, claim="theorem1.order.deep",
        show='verifier check section3 -k "rho>0"', when=L >= 3, errata="E7 E29",
    ),
    words.one_input.needed(
        "H = 2, L = 2, 60°: D_i D_j = 1 where f^1(x_i), f^1(x_j) > 0, with probability .354: P[K = 0] = .646, not 1/2.",
        {"H": 2, "L": 2, "r": 1, "angle": 60}, claim="theorem1.atom.shallow",
        show='verifier check lemma1 -k "L=2,angle=60"', errata="E14",
    ),
    words.equal_widths.needed(
        "H = 1, L = 3, n_1 = √n, n_2 = n: E (K^(2))² is of order n^{-1}.", {"H": 1, "L": 3, "r": 2},
        claim="theorem1.squares", show='verifier exact "T(2)" --depth 3 --moment 2 --widths separate',
    ),
    words.exclusive_masks.needed(
        "z_i = z_j: K^(1) ~ 1.", {"H": 2, "L": 2, "r": 1}, claim="theorem1.exclusive", proof="theorem1.order.shallow",
    ),
)  # fmt: skip


def _prove(p: Author) -> None:
    facts: dict[str, list[Any]] = {}
    for part in (prove_theorem1_exact, prove_theorem1_limits, prove_limits_printed, prove_squares, prove_exact_claims):
        for claim, found in part(p).items():
            facts.setdefault(claim, []).extend(found)
    p.note("cut", facts["theorem1.cut"][0], "K^(r) over compositions (Lemma 4); no part exceeds L, the degree of f")
    p.note("order", facts["theorem1.order.shallow"][0], "the best compositions do not cancel: at some point of the "
           "limit's support all have one sign")  # fmt: skip
    layers = p.compiled("theorem1.printed-layers")
    facts["theorem1.printed-layers"] = [other_layers(p, layers.prop, layers.variables)]
    p.conclude({claim: found for claim, found in facts.items() if claim in p.claims})


statement = Statement(
    name="theorem1",
    title="Higher-order terms for hypernetworks",
    source=supplement("39", "40", "42", "43", "48", "51", section="4.3"),
    summary="K^(r) = ⟨∇^r h_i, (∇h_j)^{⊗r}⟩ is of order n^{min(0, H-r)}, as far as h has derivatives of order r.",
    claims=CLAIMS,
    hypotheses=HYPOTHESES,
    errata=ERRATA,
    proof=Proof(_prove),
    expected={Form.PRINTED: Summary.REFUTED, Form.AMENDED: Summary.VERIFIED},
)  # fmt: skip
