"""What the kernel proves of claims that cannot be compared with it by evaluating both, word for word.

Limits, laws, identities and terms over lists of layers are said in the kernel's own terms: S(v) is the Gram kernel of
layer v of f, Sigma(L, v) that of g, FChain, FGram and FNtk are products of Jacobians, Gram matrices and the tangent
kernel of f, GChain, GGram and GNtk those of g, S(r) is T^r.  A claim whose proof comes to say something else than is
quoted here is a gap.
"""

from __future__ import annotations

from collections.abc import Mapping


def readings(statement: str) -> Mapping[str, tuple[str, ...]]:
    """What is proved of each claim of a statement that needs to quote it."""
    return {claim: sentences for claim, sentences in _ALL.items() if claim.partition(".")[0] == statement}


_ALL: dict[str, tuple[str, ...]] = {
    "corollary1.function": (
        "function arguments list(Gz(), Gx()) domain any of S((L - 1))·Sigma(L, (l - 1)), for 1 ≤ L, 1 ≤ H, 1 "
        "≤ l, l ≤ H",
    ),
    "dyer_gur_ari.bound": (
        "√E[corr(m, G)²] = O(n^(ne(G) + ((no(G) - factors(G))/2)))",
    ),
    "dyer_gur_ari.tight": (
        "tight graphs [[2, []], [2, [[0, 1]]], [2, [[0, 1], [0, 1]]], [2, [[0, 1], [0, 1], [0, 1]]], [2, [[0,"
        " 1], [0, 1], [0, 1], [0, 1]]], [2, [[0, 1], [0, 1], [0, 1], [0, 1], [0, 1]]], [2, [[0, 1], [0, 1], "
        "[0, 1], [0, 1], [0, 1], [0, 1]]], [3, []], [3, [[0, 1]]], [3, [[0, 1], [0, 2]]], [3,  … 82b3714e49be",
    ),
    "dyer_gur_ari.loose": (
        "loose gap 1 graphs [[3, [[0, 1], [0, 2], [1, 2]]], [3, [[0, 1], [0, 1], [0, 2], [1, 2]]], [3, [[0, "
        "1], [0, 1], [0, 2], [0, 2], [1, 2]]], [3, [[0, 1], [0, 1], [0, 1], [0, 2], [1, 2]]], [3, [[0, 1], "
        "[0, 1], [0, 2], [0, 2], [1, 2], [1, 2]]], [3, [[0, 1], [0, 1], [0, 1], [0, 2], [0, 2],  … "
        "407c8fe1cd44",
    ),
    "dyer_gur_ari.star-exponent": (
        "sC(2·s) = -s, at every size, for 0 ≤ s",
        "sC((2·s) + 1) = -s, at every size, for 0 ≤ s",
    ),
    "dyer_gur_ari.stronger": (
        "int high sC(2·s) low (2 - 2·s), for 2 ≤ s",
        "int high sC((2·s + 1)) low (2 - (2·s + 1)), for 1 ≤ s",
    ),
    "lemma1.sign": (
        "maps function [-1, 0, 1] jointly True",
        "maps function [-1, 1, 1] jointly True",
        "maps function [-1, -1, 1] jointly True",
    ),
    "lemma1.probabilities": (
        "maps function [0, 0, 1] jointly True",
        "maps function [1, 0, 0] jointly True",
    ),
    "lemma1.outputs": (
        "P[positive(Y, L)] → dual_step(S(L - 1))/2 as n → ∞, for 1 ≤ L",
    ),
    "lemma2.printed-jacobians": (
        "FChain(u, v, a, b) → kron(a, b)·prod(t, u, v - 1, dual_step(S(t - 1))) in probability as n → ∞, for "
        "1 ≤ L, 1 ≤ u, u ≤ v, v ≤ L",
    ),
    "lemma2.printed-gradients": (
        "FChain(u, L, a, b) → kron(a, b)·prod(t, u, L - 1, dual_step(S(t - 1))) in probability as n → ∞, for "
        "1 ≤ L, 1 ≤ u, u ≤ L",
    ),
    "lemma2.printed-gram": (
        "FGram(v) → S(v) in probability as n → ∞, for 1 ≤ L, 0 ≤ v, v ≤ L - 1",
    ),
    "lemma2.jacobians": (
        "FChain(u, v, a, b) → kron(a, b)·prod(t, u, v - 1, dual_step(S(t - 1))) in probability as n → ∞, for "
        "1 ≤ L, 1 ≤ u, u ≤ v, v ≤ L",
    ),
    "lemma2.gradients": (
        "FChain(u, L, a, b) → kron(a, b)·prod(t, u, L - 1, dual_step(S(t - 1))) in probability as n → ∞, for "
        "1 ≤ L, 1 ≤ u, u ≤ L",
    ),
    "lemma2.gram": (
        "FGram(v) → S(v) in probability as n → ∞, for 1 ≤ L, 0 ≤ v, v ≤ L - 1",
    ),
    "lemma2.covariance": (
        "Y(l) converges to a Gaussian process of covariance S(l - 1) as n → ∞, for 1 ≤ L, 1 ≤ l, l ≤ L",
    ),
    "lemma2.tangent": (
        "FNtk(L, a, b) → sum(l, 1, L, S(l - 1)·(kron(a, b)·prod(t, l, L - 1, dual_step(S(t - 1))))) in "
        "probability as n → ∞, for 1 ≤ L",
    ),
    "lemma2.closed-gram": (
        "E_relu(rho, s, t) = s·t·(sqrt(1 - (rho^2)) + ((pi - acos(rho))·rho))·1/pi, for -1 ≤ rho, rho ≤ 1, 0 "
        "≤ s, 0 ≤ t",
    ),
    "lemma2.closed-masks": (
        "E_step(rho) = (pi - acos(rho))·1/pi, for -1 ≤ rho, rho ≤ 1",
    ),
    "lemma3.printed-identity": (
        "T(d, l, e) = C(last(l), d, last(e))·consecutive(l, e, lp(l0, e0), A(lp, l0, e0))·Q(first(l)), at "
        "every size, for increasing(l) = 1, len(e) = len(l), 1 ≤ first(l), first(l) ≤ L, 1 ≤ first(e), "
        "first(e) ≤ H, 1 ≤ last(l), last(l) ≤ L, 1 ≤ last(e), last(e) ≤ H",
    ),
    "lemma3.identity": (
        "T(d, l, e) = C(last(l), d, last(e))·consecutive(l, e, lp(l0, e0), A(lp, l0, e0))·Q(first(l)), at "
        "every size, for increasing(l) = 1, len(e) = len(l), 1 ≤ first(l), first(l) ≤ L, 1 ≤ first(e), "
        "first(e) ≤ H, 1 ≤ last(l), last(l) ≤ L, 1 ≤ last(e), last(e) ≤ H",
    ),
    "lemma3.joint.shallow": (
        "conv base (kind = two-layer, depth = 1) entries [(for = [d(1, H)], x = f(i, d), p = 0, y = F(i, d)),"
        " (for = [d(1, H)], x = f(j, d), p = 0, y = F(j, d)), (for = [l(1, 1)], x = Q(l), p = 0, y = Sig((l -"
        " 1))), (for = [l(1, 1), d(1, H), e(1, H)], x = C(l, d, e), p = 0, y = kron(d, e)·Dot … a7e4c161a96f",
        "conv base (kind = two-layer, depth = 2) entries [(for = [d(1, H)], x = f(i, d), p = 0, y = F(i, d)),"
        " (for = [d(1, H)], x = f(j, d), p = 0, y = F(j, d)), (for = [l(1, 2)], x = Q(l), p = 0, y = Sig((l -"
        " 1))), (for = [l(1, 2), d(1, H), e(1, H)], x = C(l, d, e), p = 0, y = kron(d, e)·Dot … 115c83ba720d",
    ),
    "lemma3.joint.deep": (
        "conv base (kind = cited, name = gram-lln) entries [(for = [d(1, H)], x = f(i, d), p = 0, y = F(i, "
        "d)), (for = [d(1, H)], x = f(j, d), p = 0, y = F(j, d)), (for = [l(1, L)], x = Q(l), p = 0, y = "
        "Sig((l - 1))), (for = [l(1, L), d(1, H), e(1, H)], x = C(l, d, e), p = 0, y = kron(d, e)·D … "
        "58244a54d956",
    ),
    "lemma3.order.shallow": (
        "T(last(list(e)), list(1), list(e)) has exact order n^0, for 1 ≤ H, L = 1, 1 ≤ first(list(e)), "
        "first(list(e)) ≤ H",
        "T(last(e), l, e) has exact order n^((len(l) - 1)·(-1)), for 1 ≤ H, L = 2, increasing(l) = 1, len(e) "
        "= len(l), 1 ≤ first(l), first(l) ≤ 2, 1 ≤ first(e), first(e) ≤ H, 1 ≤ last(l), last(l) ≤ 2, 1 ≤ "
        "last(e), last(e) ≤ H",
    ),
    "lemma3.order.second": (
        "T(last(list(e)), list(2), list(e)) has exact order n^0, for 1 ≤ H, L = 2, 1 ≤ first(list(e)), "
        "first(list(e)) ≤ H",
    ),
    "lemma3.order.deep": (
        "T(last(e), l, e) has exact order n^((len(l) - 1)·(-1)), for 1 ≤ H, 3 ≤ L, increasing(l) = 1, len(e) "
        "= len(l), 1 ≤ first(l), first(l) ≤ L, 1 ≤ first(e), first(e) ≤ H, 1 ≤ last(l), last(l) ≤ L, 1 ≤ "
        "last(e), last(e) ≤ H",
    ),
    "lemma3.elsewhere": (
        "T(d, l, e) = 0 almost surely, at every width, for increasing(l) = 1, len(e) = len(l), 1 ≤ first(l), "
        "first(l) ≤ L, 1 ≤ first(e), first(e) ≤ H, 1 ≤ last(l), last(l) ≤ L, 1 ≤ last(e), last(e) ≤ H, 1 ≤ L,"
        " last(l) = L, kron(d, last(e)) = 0",
    ),
    "lemma3.smaller.shallow": (
        "T(d, list(1), list(e1)) has exact order n^(-1/2), for first(list(1)) ≤ L, 1 ≤ first(list(e1)), "
        "first(list(e1)) ≤ H, L = 2, 1 ≤ d, d + 1 ≤ e1",
        "T(d, list(1), list(e1)) has exact order n^(-1/2), for first(list(1)) ≤ L, 1 ≤ first(list(e1)), "
        "first(list(e1)) ≤ H, L = 2, e1 + 1 ≤ d, d ≤ H",
    ),
    "lemma3.smaller.deep": (
        "T(d, l, e) has exact order n^(1/2 - len(l)), for 3 ≤ L, increasing(l) = 1, len(e) = len(l), 1 ≤ "
        "first(l), last(l) + 1 ≤ L, kron(d, last(e)) = 0, 1 ≤ d, d ≤ H, 1 ≤ first(e), first(e) ≤ H, 1 ≤ "
        "last(e), last(e) ≤ H",
    ),
    "lemma3.full": (
        "T(d, list(1, 2), list(e1, e2)) = kron(d, e2)·(2·f(i, e1)·1/n(1)), at every size, for 1 ≤ "
        "first(list(e1, e2)), first(list(e1, e2)) ≤ H, 1 ≤ last(list(e1, e2)), last(list(e1, e2)) ≤ H, L = 2",
        "T(d, list(1, 2, 3), list(e1, e2, e3)) = kron(d, e3)·(2·f(i, e1)·1/n(1))·(2·f(i, e2)·1/n(2)), at "
        "every size, for 1 ≤ first(list(e1, e2, e3)), first(list(e1, e2, e3)) ≤ H, 1 ≤ last(list(e1, e2, "
        "e3)), last(list(e1, e2, e3)) ≤ H, L = 3, 1 ≤ e2, e2 ≤ H",
        "T(d, list(1, 2, 3, 4), list(e1, e2, e3, e4)) = kron(d, e4)·(2·f(i, e1)·1/n(1))·(2·f(i, "
        "e2)·1/n(2))·(2·f(i, e3)·1/n(3)), at every size, for 1 ≤ first(list(e1, e2, e3, e4)), first(list(e1, "
        "e2, e3, e4)) ≤ H, 1 ≤ last(list(e1, e2, e3, e4)), last(list(e1, e2, e3, e4)) ≤ H, L = 4, 1 ≤ e2,  … "
        "7ba3be16b5a6",
    ),
    "lemma3.star": (
        "S(L) = fact(L)·prod(m, 1, L - 1, 2·f(i, 1)·1/n(m)), at every size, for 1 ≤ L, 1 ≤ H",
    ),
    "lemma3.mixed": (
        "E[f(i, 1)·T(1, list(1, 2), list(1, 1))] = (2·(1/n^1)) + (10·(1/n^2)), at every width, for L = 3, H ="
        " 2",
        "E[f(i, 1)·T(1, list(2, 3), list(1, 1))] = (2·(1/n^1)) + (10·(1/n^2)), at every width, for L = 3, H ="
        " 2",
    ),
    "lemma3.skipped": (
        "E[f(i, 1)·T(1, list(1, 3), list(1, 1))] = (4·(1/n^1)) + (8·(1/n^2)), at every width, for L = 3, H = "
        "2",
    ),
    "lemma3.mixed-star": (
        "E[f(i, 1)·S(2)] = (16·(1/n^1)) + (56·(1/n^2)), at every width, for L = 3, H = 2",
    ),
    "lemma3.ratio": (
        "E[f(i, 1)·T(1, list(1, 3), list(1, 1))] = (2·(1/n(2)^1)) + (2·(1/n(1)^1)) + "
        "(8·(1/n(1)^1)·(1/n(2)^1)), at every width, for L = 3, H = 1",
    ),
    "lemma3.ratio-square": (
        "E[T(1, list(1, 3), list(1, 1))^2] = (4·(1/n(2)^2)) + (12·(1/n(1)^1)·(1/n(2)^1)) + "
        "(48·(1/n(1)^1)·(1/n(2)^2)) + (4·(1/n(1)^2)) + (48·(1/n(1)^2)·(1/n(2)^1)) + "
        "(124·(1/n(1)^2)·(1/n(2)^2)), at every width, for L = 3, H = 1",
    ),
    "lemma3.joint-mean": (
        "E[T(1, list(1, 2, 3), list(1, 1, 1))] = 4·(1/n^2), at every width, for L = 3, H = 2",
    ),
    "lemma3.joint-square": (
        "E[T(1, list(1, 2, 3), list(1, 1, 1))^2] = (48·(1/n^4)) + (480·(1/n^5)) + (1200·(1/n^6)), at every "
        "width, for L = 3, H = 2",
    ),
    "lemma3.other-output": (
        "E[T(1, list(2, 3), list(2, 1))^2] = (4·(1/n^2)) + (60·(1/n^3)) + (176·(1/n^4)), at every width, for "
        "L = 3, H = 2",
    ),
    "lemma3.other-output-first": (
        "E[T(1, list(1, 2), list(2, 1))^2] = (4·(1/n^2)) + (28·(1/n^3)) + (16·(1/n^4)), at every width, for L"
        " = 3, H = 2",
    ),
    "lemma3.smaller": (
        "E[T(1, list(1, 2), list(1, 2))^2] = (8·(1/n^3)) + (40·(1/n^4)), at every width, for L = 3, H = 2",
        "E[T(1, list(1, 2), list(2, 2))^2] = (8·(1/n^3)) + (40·(1/n^4)), at every width, for L = 3, H = 2",
    ),
    "lemma4.printed": (
        "K(r) = fact(r)·(z(i)·D(i))·comps(d, k, H, r, r, a(d, k)/fact(k)), at every size, for 1 ≤ H, 0 ≤ r",
    ),
    "lemma4.identity": (
        "K(r) = fact(r)·(z(i)·D(i))·comps(d, k, H, r, r, a(d, k)/fact(k)), at every size, for 1 ≤ H, 0 ≤ r",
    ),
    "lemma4.networks": (
        "K(r) = fact(r)·(z(i)·D(i))·comps(d, k, H, r, r, a(d, k)/fact(k)), over prime fields at the listed "
        "sizes only … 048614a81281",
    ),
    "lemma5.printed": (
        "a(d, k) = tuples(l, L, k, tuples(e, H, k, over(e, x, hj(x))·T(d, l, e))), at every size, for 1 ≤ k, "
        "1 ≤ L, 1 ≤ H",
    ),
    "lemma5.identity": (
        "a(d, k) = tuples(l, L, k, tuples(e, H, k, over(e, x, hj(x))·T(d, l, e))), at every size, for 1 ≤ k, "
        "1 ≤ L, 1 ≤ H",
    ),
    "lemma5.networks": (
        "a(d, k) = tuples(l, L, k, tuples(e, H, k, over(e, x, hj(x))·T(d, l, e))), over prime fields at the "
        "listed sizes only … 848b12492833",
    ),
    "lemma6.jacobians": (
        "GChain(L, u, v, a, b) → kron(a, b)·prod(t, u, v - 1, S(L - 1)·dual_step(S(L - 1)·Sigma(L, t - 1))) "
        "in probability as n, m → ∞, for 1 ≤ L, 1 ≤ H, 1 ≤ u, u ≤ v, v ≤ H",
    ),
    "lemma6.gradient": (
        "GNtk(L, H, a, b) → sum(l, 1, H, Sigma(L, l - 1)·(kron(a, b)·prod(t, l, H - 1, S(L - 1)·dual_step(S(L"
        " - 1)·Sigma(L, t - 1))))) in probability as n, m → ∞, for 1 ≤ L, 1 ≤ H",
    ),
    "relu_law.law": (
        "law as binomial-widths of corr(m, G)",
    ),
    "relu_law.patterns": (
        "law as (signs = [[1, 2], [1, 3], [2, 2], [2, 3], [1, 1, 2], [1, 2, 2]]) of corr(m, G)",
    ),
    "relu_law.dead": (
        "P[f(i, d) = 0] = 1 - prod(l, 1, L - 1, 1 - halves(n(l))), for 1 ≤ d, d ≤ H, 1 ≤ L",
    ),
    "remark1.printed-constant": (
        "features(1, 0, 1, 0, 1, 1) → exp(-norm2(1, -1)/2)/2 in probability as k → ∞",
    ),
    "remark1.constant": (
        "features(1, 0, 1, 0, 1, 1) → exp(-norm2(1, -1)/2)/2 in probability as k → ∞",
    ),
    "remark1.norm": (
        "features(1, 0, 1, 1, 0, 1) → 1/2 in probability as k → ∞",
    ),
    "remark1.function": (
        "function arguments list(entry(Gz(), 1, 2), Gx()) domain fourier of S((L - 1))·Sigma(L, (l - 1)), for"
        " 1 ≤ L, 1 ≤ H, 1 ≤ l, l ≤ H",
    ),
    "section3.order.shallow": (
        "S(r) has exact order n^min(0, 1 + ((-1)·r)), for 1 ≤ L, 1 ≤ r, L ≤ 2, r ≤ L, H = 1",
    ),
    "section3.order.deep": (
        "S(r) has exact order n^min(0, 1 + ((-1)·r)), for 3 ≤ L, 1 ≤ r, r ≤ L, H = 1",
    ),
    "section3.zero": (
        "S(r) = 0 almost surely, at every width, for 1 ≤ L, 1 + L ≤ r, H = 1",
    ),
    "section3.tight": (
        "theta of S(1) power /(0, 2), for L = 1",
        "theta of S(1) power /(0, 2), for L = 2",
        "theta of S(1) power /(0, 2), for L = 3",
        "theta of S(1) power /(0, 2), for L = 4",
        "theta of S(1) power /(0, 2), for L = 5",
        "theta of S(1) power /(0, 2), for L = 6",
        "theta of S(2) power /(-2, 2), for L = 2",
        "theta of S(2) power /(-2, 2), for L = 3",
        "theta of S(2) power /(-2, 2), for L = 4",
        "theta of S(2) power /(-2, 2), for L = 5",
        "theta of S(2) power /(-2, 2), for L = 6",
        "theta of S(3) power /(-4, 2), for L = 3",
        "theta of S(3) power /(-4, 2), for L = 4",
        "theta of S(3) power /(-4, 2), for L = 5",
        "theta of S(3) power /(-4, 2), for L = 6",
        "theta of S(4) power /(-6, 2), for L = 4",
        "theta of S(4) power /(-6, 2), for L = 5",
        "theta of S(4) power /(-6, 2), for L = 6",
        "theta of S(5) power /(-8, 2), for L = 5",
        "theta of S(5) power /(-8, 2), for L = 6",
        "theta of S(6) power /(-10, 2), for L = 6",
    ),
    "section3.mean": (
        "E[S(2·s)] = 0, at every width, for 0 ≤ s",
    ),
    "section3.exponent": (
        "sC(2·s) = -s, at every size, for 0 ≤ s",
        "sC((2·s) + 1) = -s, at every size, for 0 ≤ s",
    ),
    "section3.stronger": (
        "int high sC(2·s) low (2 - 2·s), for 2 ≤ s",
        "int high sC((2·s + 1)) low (2 - (2·s + 1)), for 1 ≤ s",
    ),
    "theorem1.top": (
        "K(2) = (1·z(i)·D(i))·(2·hj(1)·(2·1/n(1)·K(0))), at every size, for r = 2, H = 1, L = 2",
        "K(3) = (1·z(i)·D(i))·(6·hj(1)·(2·1/n(1)·K(0))·(2·1/n(2)·K(0))), at every size, for r = 3, H = 1, L ="
        " 3",
        "K(4) = (6·z(i)·D(i))·(2·hj(1)·(4·1/n(1)·K(0)))·(2·hj(2)·(4·1/n(1)·K(0))), at every size, for r = 4, "
        "H = 2, L = 2",
        "K(6) = "
        "(20·z(i)·D(i))·(6·hj(1)·(4·1/n(1)·K(0))·(4·1/n(2)·K(0)))·(6·hj(2)·(4·1/n(1)·K(0))·(4·1/n(2)·K(0))), "
        "at every size, for r = 6, H = 2, L = 3",
        "K(6) = (90·z(i)·D(i))·(2·hj(1)·(6·1/n(1)·K(0)))·(2·hj(2)·(6·1/n(1)·K(0)))·(2·hj(3)·(6·1/n(1)·K(0))),"
        " at every size, for r = 6, H = 3, L = 2",
    ),
    "theorem1.squares": (
        "growth activation relu coefficient [4, 1] of ^(K(1), 2) power 0, for L = 2, H = 1",
        "growth activation relu coefficient [16, 1] of ^(K(2), 2) power -2, for L = 2, H = 1",
        "growth activation relu coefficient [9, 1] of ^(K(1), 2) power 0, for L = 3, H = 1",
        "growth activation relu coefficient [272, 1] of ^(K(2), 2) power -2, for L = 3, H = 1",
        "growth activation relu coefficient [1728, 1] of ^(K(3), 2) power -4, for L = 3, H = 1",
        "growth activation relu coefficient [16, 1] of ^(K(1), 2) power 0, for L = 2, H = 2",
        "growth activation relu coefficient [32, 1] of ^(K(2), 2) power 0, for L = 2, H = 2",
        "growth activation relu coefficient [41472, 1] of ^(K(3), 2) power -2, for L = 2, H = 2",
        "growth activation relu coefficient [16588800, 1] of ^(K(4), 2) power -4, for L = 2, H = 2",
        "growth activation relu coefficient [36, 1] of ^(K(1), 2) power 0, for L = 3, H = 2",
        "growth activation relu coefficient [45, 1] of ^(K(1), 2) power 0, for L = 2, H = 3",
    ),
    "theorem2.weights": (
        "Y(L) converges to a Gaussian process of covariance S(L - 1) as n → ∞, for 1 ≤ L",
    ),
    "theorem2.activations": (
        "GGram(L, v) → Sigma(L, v) in probability as n, m → ∞, for 1 ≤ L, 1 ≤ H, 0 ≤ v, v ≤ H - 1",
    ),
    "theorem2.process": (
        "G(L, l) converges to a Gaussian process of covariance S(L - 1)·Sigma(L, l - 1) as n, m → ∞, for 1 ≤ "
        "L, 1 ≤ H, 1 ≤ l, l ≤ H",
    ),
    "theorem2.fourth": (
        "E[power(Y(L), 4)] = 3·(entry(Gx, 1, 1)^2)·prod(l, 1, L - 1, 1 + (5·1/n(l))), at every width, for 1 ≤"
        " L",
    ),
    "theorem3.printed-limit": (
        "HyperNtk → sum(l, 1, L, S(l - 1)·(kron(1, 1)·prod(t, l, L - 1, dual_step(S(t - 1)))))·sum(l, 1, H, "
        "Sigma(L, l - 1)·(kron(1, 1)·prod(t, l, H - 1, S(L - 1)·dual_step(S(L - 1)·Sigma(L, t - 1))))) in "
        "probability as n, then, m → ∞, for 1 ≤ L, 2 ≤ H",
    ),
    "theorem3.printed-first": (
        "min(n, m)·dK(1) = O_p(n^0 m^0), for 2 ≤ H",
    ),
    "theorem3.printed-second": (
        "dK(2) = O_p(n^(-1) m^0), for 2 ≤ L",
    ),
    "theorem3.limit": (
        "HyperNtk → sum(l, 1, L, S(l - 1)·(kron(1, 1)·prod(t, l, L - 1, dual_step(S(t - 1)))))·sum(l, 1, H, "
        "Sigma(L, l - 1)·(kron(1, 1)·prod(t, l, H - 1, S(L - 1)·dual_step(S(L - 1)·Sigma(L, t - 1))))) in "
        "probability as n, then, m → ∞, for 1 ≤ L, 2 ≤ H",
    ),
    "theorem3.joint-limit": (
        "HyperNtk → sum(l, 1, L, S(l - 1)·prod(t, l, L - 1, dual_step(S(t - 1))))·sum(l, 1, H, Sigma(L, l - "
        "1)·prod(t, l, H - 1, S(L - 1)·dual_step(S(L - 1)·Sigma(L, t - 1)))) in probability as n, m → ∞, for "
        "1 ≤ L, 2 ≤ H",
    ),
    "theorem3.first": (
        "min(n, m)·dK(1) = O_p(n^0 m^0), for 2 ≤ H",
    ),
    "theorem3.first.m": (
        "min(n, m)·dK(1) = O_p(n^0 m^0), for 2 ≤ H",
    ),
    "theorem3.first.n": (
        "min(n, m)·dK(1) = O_p(n^0 m^0), for 2 ≤ H",
    ),
    "theorem3.second.n": (
        "dK(2) = O_p(n^(-1) m^0), for 2 ≤ L",
    ),
    "theorem3.second.m": (
        "dK(2) = O_p(n^(-1) m^0), for 2 ≤ L",
    ),
    "theorem3.kink.trained": (
        "kink(1) = O_p(n^(-1/2) m^0), for L = 2",
    ),
    "theorem3.kink.other": (
        "kink(0) = O_p(n^(-3/4) m^0), for L = 2",
    ),
    "theorem3.kink.collinear": (
        "kink(c) has exact order n^(-1/2), for L = 2",
    ),
    "theorem3.mean": (
        "E[Kh] = 4 + (16·(1/n^1)), at every width, for L = 2, H = 2",
    ),
    "theorem3.opposite": (
        "K(1) = 0 almost surely, at every width, for 2 ≤ H, 1 ≤ L",
    ),
    "theorem3.opposite-limit": (
        "ThetaH = 1/4·L·invpi, at every size, for H = 3, 1 ≤ L",
    ),
}  # fmt: skip
