"""What Lemma 3 claims: as printed, Eq. (16), joint limits, orders, and exact values at one input."""

from __future__ import annotations

from sympy import And, Eq, Integer, Product, Rational, factorial, symbols

from lemmas._terms_words import (
    T,
    T_full,
    T_joint,
    T_star,
    first_gram,
    last_row,
    link,
    link_printed,
    mean,
    mean_in_proportion,
)
from verifier.claims.statement import Kind, amended, printed
from verifier.verdict import Severity

# k layers l_1 < … < l_k with outputs d_1..d_k; the flags say d_k = d, d_1 = … = d_k = d, and l_1 < … < l_k.
L, k, l_1, l_k, d, l, e, n, m = symbols("L k l_1 l_k d l e n m", integer=True)
rho = symbols("rho", real=True)  # n_2/n_1, widths n_1 = n/rho, n_2 = n
last_equal, all_equal, different = symbols("last_equal all_equal distinct", integer=True)

distinct = Eq(different, 1)
shallow = And(L >= 1, L <= 2)
deep = L >= 3

EQ_16 = last_row() * Product(link(m), (m, 1, k - 1)) * first_gram()
#: its last link without √2 Z, for l_k = L
EQ_16_PRINTED = last_row() * Product(link(m), (m, 1, k - 2)) * link_printed(k - 1) * first_gram()

# Means at one input: layers and outputs, the outputs counted from 1; T belongs to output 1.
mixed = mean("E_f", 1, ["f", ((1, 2), (1, 1))], ["f", ((2, 3), (1, 1))])
skipped = mean("E_f", 1, ["f", ((1, 3), (1, 1))])
mixed_star = mean("E_f", 1, ["f", 2])
ratio = mean_in_proportion("E_f", 1, ["f", ((1, 3), (1, 1))])
ratio_square = mean_in_proportion("E_square", 2, [((1, 3), (1, 1))] * 2)
joint_mean = mean("E", 2, [((1, 2, 3), (1, 1, 1))])
joint_square = mean("E_square", 4, [((1, 2, 3), (1, 1, 1))] * 2)
other_output = mean("E_square", 2, [((2, 3), (2, 1))] * 2)
other_output_first = mean("E_square", 2, [((1, 2), (2, 1))] * 2)
smaller = mean("E_square", 2, [((1, 2), (1, 2))] * 2, [((1, 2), (2, 2))] * 2)

# What is granted at one input, there at equal widths, and at two.
ONE_INPUT = ("relu", "one_input")
EQUAL = (*ONE_INPUT, "equal_widths")
APART = ("relu", "inputs_nonzero", "not_antiparallel")
PAIR = ("relu", "inputs_nonzero", "not_antiparallel", "not_orthogonal")

CLAIMS = (
    printed(
        "lemma3.printed-identity", Kind.IDENTITY, T(d, l, e), value=EQ_16, where=And(L >= 1, k >= 1, distinct),
        instead="identity", place="Eq. (16)",
    ),
    printed(
        "lemma3.printed-order", Kind.ORDER, T(d, l, e), "n^{max(k-1,0)} T^{l,d} → Π_j G_j with non-zero variances if "
        "d_1 = … = d_k = d", exponent=1 - k, where=And(k >= 1, distinct, Eq(all_equal, 1)),
        instead="order.shallow order.second order.deep order.later", errata="E8 E9 E5 E7",
        latex=r"n^{\max(k-1,0)}\,\mathcal T^{l}_{i,\mathbf i,d}\to_d\prod_{j=1}^{k-1}\mathcal G_j", place="Eq. (19)",
        why="Non-zero variances need inputs that share open units: T^r(x; -x, …) = 0 for L <= 3 and r >= 2, and at "
        "orthogonal inputs T^L = 0.",
    ),
    printed(
        "lemma3.printed-delta", Kind.VANISHES, T(d, l, e), "n^{k-1} T^{l,d} → 0 unless d_1 = … = d_k = d",
        exponent=1 - k, where=And(k >= 2, distinct, Eq(all_equal, 0)), instead="elsewhere smaller.shallow smaller.deep",
        errata="E2", latex=r"n^{k-1}\,\mathcal T^{l,d}_{\mathbf d}\to 0\quad\text{unless } d_1=\dots=d_k=d",
        place="Eq. (19)", why="Only d_k, the index at the last layer, meets f^d: at L = 3, l = (2,3) and (d; d_1, d_2) "
        "= (0; 1, 0), E (nT)² = 4(1 + 15/n + 44/n²).",
    ),
    printed(
        "lemma3.printed-case", Kind.IDENTITY, T(d, l, e), "the same with the cases of Eq. (12) as printed: "
        "P^{l_{k-1}→L-1} without √2 Z where l_k = L", value=EQ_16_PRINTED,
        where=And(L >= 1, k >= 2, distinct, Eq(l_k, L)), instead="identity", errata="E19", severity=Severity.MISPRINT,
        place="Eq. (12)", why="Where l_k = L the printed case leaves out √2 Z: at L = 3, l = (1,3), d_1 = d the two "
        "sides differ by a factor √2.",
    ),
    amended(
        "lemma3.identity", Kind.IDENTITY, T(d, l, e), value=EQ_16, where=And(L >= 1, k >= 1, distinct), given="relu",
        errata="E19",
    ),
    amended("lemma3.joint.shallow", Kind.LAW, T_joint(d, l, e), where=shallow, given="relu"),
    amended(
        "lemma3.joint.deep", Kind.LAW, T_joint(d, l, e), where=deep, given="relu inputs_nonzero proportional_widths",
        errata="E7 E29",
    ),
    amended(
        "lemma3.order.shallow", Kind.ORDER, T(d, l, e), "T^{l,d} ~ n^{-(k-1)} if d_k = d and l_1 = 1; L <= 2",
        exponent=1 - k, where=And(shallow, k >= 1, k <= L, distinct, Eq(last_equal, 1), Eq(l_1, 1)), given=PAIR,
        errata="E2 E8 E9 E31",
    ),
    amended(
        "lemma3.order.second", Kind.ORDER, T(d, l, e), "T^{l,d} ~ n^{-(k-1)} if d_k = d and l_1 = 2, also for "
        "orthogonal inputs; L = 2", exponent=1 - k,
        where=And(Eq(L, 2), Eq(k, 1), distinct, Eq(last_equal, 1), Eq(l_1, 2)), given=APART, errata="E9 E31",
    ),
    amended(
        "lemma3.order.deep", Kind.ORDER, T(d, l, e), "T^{l,d} ~ n^{-(k-1)} if d_k = d and l_1 = 1; L >= 3",
        exponent=1 - k, where=And(deep, k >= 1, k <= L, distinct, Eq(last_equal, 1), Eq(l_1, 1)),
        given=(*PAIR, "proportional_widths"), errata="E2 E7 E8 E9 E29 E31",
    ),
    amended(
        "lemma3.order.later", Kind.ORDER, T(d, l, e), "T^{l,d} ~ n^{-(k-1)} if d_k = d and l_1 >= 2, also for "
        "orthogonal inputs; L >= 3", exponent=1 - k,
        where=And(deep, k >= 1, k <= L, distinct, Eq(last_equal, 1), l_1 >= 2), given=(*APART, "proportional_widths"),
        errata="E2 E7 E9 E31",
    ),
    amended(
        "lemma3.elsewhere", Kind.ZERO, T(d, l, e), "T^{l,d} = 0 if d_k ≠ d and l_k = L",
        where=And(k >= 1, k <= L, distinct, Eq(last_equal, 0), Eq(l_k, L)), given="relu", errata="E2",
    ),
    amended(
        "lemma3.smaller.shallow", Kind.ORDER, T(d, l, e), "T^{l,d} ~ n^{-(k-1)-1/2} if d_k ≠ d and l_k < L; L = 2",
        exponent=Rational(1, 2) - k,
        where=And(Eq(L, 2), k >= 1, k <= l_k, distinct, Eq(last_equal, 0), l_k < L, Eq(l_1, 1)), given=PAIR,
        errata="E2",
    ),
    amended(
        "lemma3.smaller.deep", Kind.ORDER, T(d, l, e), "T^{l,d} ~ n^{-(k-1)-1/2} if d_k ≠ d, l_1 = 1 and l_k < L; L >= "
        "3", exponent=Rational(1, 2) - k,
        where=And(deep, k >= 1, k <= l_k, distinct, Eq(last_equal, 0), l_k < L, Eq(l_1, 1)),
        given=(*PAIR, "proportional_widths"), errata="E2",
    ),
    amended(
        "lemma3.full", Kind.VALUE, T_full(L), "T^{(1,…,L)} = δ(d_L = d) Π_{m<L} 2 f^{d_m}/n_m at one input, |x|² = "
        "n_0, all widths: the ratio of the two sides is 1 for d_L = d", value=Integer(1), where=L >= 1, given=ONE_INPUT,
        errata="E5", latex=r"\mathcal T^{(1,\dots,L)}=\delta_{d_Ld}\prod_{m<L}2f^{d_m}/n_m",
    ),
    amended(
        "lemma3.star", Kind.VALUE, T_star(L), "T^L(x; x, …, x) = L! Π_{l<L} 2 f(x)/n_l at one input, |x|² = n_0, every "
        "depth, all widths: T^L over the product is L!", value=factorial(L), where=L >= 1, given=ONE_INPUT, errata="E7",
        latex=r"T^L(x;x,\dots,x)=L!\prod_{l<L}2f(x)/n_l",
    ),
    amended(
        "lemma3.mixed", Kind.VALUE, mixed(L, n), "E f n T^{(1,2)} = E f n T^{(2,3)} = 2(1 + 5/n)",
        value=2 * (1 + 5 / n), where=And(Eq(L, 3), n >= 1), given=EQUAL, errata="E7",
    ),
    amended(
        "lemma3.skipped", Kind.VALUE, skipped(L, n), "E f n T^{(1,3)} = 4(1 + 2/n); in turn: 2", value=4 * (1 + 2 / n),
        where=And(Eq(L, 3), n >= 1), given=EQUAL, errata="E7",
    ),
    amended(
        "lemma3.mixed-star", Kind.VALUE, mixed_star(L, n), "E f n T² = 16 + 56/n; one limit at a time gives 12",
        value=16 + 56 / n, where=And(Eq(L, 3), n >= 1), given=EQUAL, errata="E7",
    ),
    amended(
        "lemma3.ratio", Kind.VALUE, ratio(L, rho, n), "E f n_2 T^{(1,3)} = 2(1 + ρ) + 8ρ/n_2 at n_1 = n_2/ρ: the slope "
        "on f, E f² being 1", value=2 * (1 + rho) + 8 * rho / n, where=And(Eq(L, 3), rho > 0), given=ONE_INPUT,
        errata="E7",
    ),
    amended(
        "lemma3.ratio-square", Kind.VALUE, ratio_square(L, rho, n), "E (n_2 T^{(1,3)})² = 4(1 + 3ρ + ρ²) + 48ρ(1 + "
        "ρ)/n_2 + 124ρ²/n_2²: 4ρ beyond the square of the slope",
        value=4 * (1 + 3 * rho + rho**2) + 48 * rho * (1 + rho) / n + 124 * rho**2 / n**2, where=And(Eq(L, 3), rho > 0),
        given=ONE_INPUT, errata="E7",
    ),
    amended(
        "lemma3.joint-mean", Kind.VALUE, joint_mean(L, n), "E n² T^{(1,2,3)} = 4: the Gaussians of one term are not "
        "independent", value=4, where=And(Eq(L, 3), n >= 1), given=EQUAL, errata="E5",
    ),
    amended(
        "lemma3.joint-square", Kind.VALUE, joint_square(L, n), "E (n² T^{(1,2,3)})² = 48(1 + 5/n)²",
        value=48 * (1 + 5 / n) ** 2, where=And(Eq(L, 3), n >= 1), given=EQUAL, errata="E5",
    ),
    amended(
        "lemma3.other-output", Kind.VALUE, other_output(L, n), "E (n T^{(2,3)})² = 4(1 + 15/n + 44/n²) for outputs (0; "
        "1, 0); printed: 0", value=4 * (1 + 15 / n + 44 / n**2), where=And(Eq(L, 3), n >= 1), given=EQUAL, errata="E2",
    ),
    amended(
        "lemma3.other-output-first", Kind.VALUE, other_output_first(L, n), "E (n T^{(1,2)})² = 4 + 28/n + 16/n² for "
        "outputs (0; 1, 0); printed: 0", value=4 + 28 / n + 16 / n**2, where=And(Eq(L, 3), n >= 1), given=EQUAL,
        errata="E2",
    ),
    amended(
        "lemma3.smaller", Kind.VALUE, smaller(L, n), "E (n T^{(1,2)})² = 8/n + 40/n² for outputs (0; 0, 1) and (0; 1, "
        "1)", value=8 / n + 40 / n**2, where=And(Eq(L, 3), n >= 1), given=EQUAL, errata="E2",
    ),
)  # fmt: skip
