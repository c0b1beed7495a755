"""The networks of the supplement as the kernel knows them: definitions, and theorems it may cite.

Setting (Section 4, m_1 = … = m_H = 1): f has depth L and outputs f^1..f^H that share all layers
but the last; q^0 = x, y^l = W^l q^{l-1}/√n_{l-1}, q^l = √2 σ(y^l), f = y^L, σ piecewise linear;
g^l = f^l a^{l-1}, a^0 = z, a^l = σ(g^l), h = g^H.  Two inputs (x_i, z_i), (x_j, z_j).  Derivatives
are those of the activation cell that w lies in.

======================  ==========================================================================
``f(u,d)``              f^d(x_u)
``D(u)``                Π_{t<H} σ'(g_u^t), which equals Π_{t<H} 1[z_u f_u^1 … f_u^t > 0]: where an earlier
                        factor is 0 the product is 0 either way, so g^2's atom at 0 does no harm (E1)
``hj(d)``               h_j^d = ∂h_j/∂f_j^d, Eq. (33) = z_j D(j) Π_{t≠d} f_j^t
``a(d,k)``              ⟨∇^k f_i^d, (∇_w h_j)^{⊗k}⟩, Lemma 5's left side
``K(r)``                ⟨∇^r h_i, (∇_w h_j)^{⊗r}⟩; K(0) = h_i = z_i D(i) Π_t f_i^t
``T(d,l,e)``            the layer-resolved term of Eq. (7), l and e tuples of one length
``Q(l)``                ⟨q_i^{l-1}, q_j^{l-1}⟩/n_{l-1}
``C(l,d,e)``            ⟨∂f_i^d/∂y_i^l, ∂f_j^e/∂y_j^l⟩
``A(l',l,e)``           ⟨q_j^{l'-1}, J_i^{l→l'-1} ∂f_j^e/∂y_j^l⟩/n_{l'-1}, J_i = ∂q_i^{l'-1}/∂y_i^l: Eq. (16)'s factor
``Sig(l)``, ``Dot(l)``  limits of Q(l+1) and of C(l,d,d)
``F(u,d)``, ``Gam(l',l,d)``  jointly Gaussian limits of f(u,d) and n A(l',l,d), independent over d
======================  ==========================================================================
"""

from __future__ import annotations

from typing import Any

VERSION = 1

#: Symbols an identity or limit may be stated in, with their number of arguments.
SYMBOLS = {
    "f": 2, "D": 1, "hj": 1, "a": 2, "K": 1, "T": 3, "Q": 1, "C": 3, "A": 3, "z": 1,
    "Sig": 1, "Dot": 1, "F": 2, "Gam": 3, "kron": 2, "step": 1,
}  # fmt: skip

#: X(r) is the coefficient of t^r/r! in  coefficient · Π_{d=1}^{H} Σ_k factor(d, k) t^k/k!.
SERIES_PRODUCTS: dict[str, dict[str, Any]] = {
    "K": {"of": ["K", "r"], "order": "r", "coefficient": ["*", ["z", "i"], ["D", "i"]],
          "count": "H", "index": ["d", "k"], "factor": ["a", "d", "k"]},
}  # fmt: skip

#: X(k) = ⟨M, v^{⊗k}⟩ for the symmetric form M = ∇^k f_i^d, v = Σ_{l<=layers} Σ_{e<=outputs} weight(e) u(l, e).
FORMS: dict[str, dict[str, Any]] = {
    "a": {"of": ["a", "d", "k"], "order": "k", "layers": "L", "outputs": "H",
          "weight": ["e", ["hj", "e"]], "polar": ["l", "e", ["T", "d", "l", "e"]]},
}  # fmt: skip

#: f_i^d is a product of L factors, each affine in its W^l, and u(l, e) = (∂f_j^e/∂y_j^l)(q_j^{l-1})^T/√n_{l-1}
#: has rank one.  Contracting neighbours gives left(l_k) · Π between(l_{m+1}, l_m) · right(l_1); at order 0, f itself.
LAYERED: dict[str, dict[str, Any]] = {
    "T": {"of": ["T", "d", "l", "e"], "left": ["l", "d", "e", ["C", "l", "d", "e"]],
          "between": ["lp", "l", "e", ["A", "lp", "l", "e"]], "right": ["l", ["Q", "l"]]},
    "a": {"of": ["a", "d", "k"], "order": "k", "layers": "L", "outputs": "H", "weight": ["e", ["hj", "e"]],
          "left": ["l", "d", "e", ["C", "l", "d", "e"]], "between": ["lp", "l", "e", ["A", "lp", "l", "e"]],
          "right": ["l", ["Q", "l"]], "zeroth": ["f", "i", "d"]},
}  # fmt: skip

#: Degree in t of the series with these coefficients, along any direction, on one activation cell: f is linear in
#: each W^l, h is a product of H outputs of f.  On a cell boundary nothing is lost: a pre-activation is 0 with
#: positive probability only if the layer before it is dead, and then f is locally 0.
DEGREES: dict[str, dict[str, Any]] = {
    "a": {"of": ["a", "d", "k"], "order": "k", "degree": "L"},
    "K": {"of": ["K", "r"], "order": "r", "degree": ["*", "H", "L"]},
    "T": {"of": ["T", "d", "l", "e"], "order": ["len", "l"], "degree": "L"},
}

#: Composite quantities as continuous functions, off a null set, of outputs of f.
COMPOSITES: dict[str, dict[str, Any]] = {
    "D": {"of": ["D", "u"], "is": ["prod", "t", 1, ["-", "H", 1],
          ["step", ["*", ["z", "u"], ["prod", "s", 1, "t", ["f", "u", "s"]]]]]},
    "h": {"of": ["K", 0], "is": ["*", ["z", "i"], ["D", "i"], ["prod", "t", 1, "H", ["f", "i", "t"]]]},
    "hj": {"of": ["hj", "d"], "is": ["*", ["z", "j"], ["D", "j"], ["prodexcept", "t", 1, "H", "d", ["f", "j", "t"]]]},
}  # fmt: skip

#: Hypotheses the rules know the meaning of.
HYPOTHESES = {
    "inputs_nonzero": "x_i ≠ 0 and x_j ≠ 0",
    "z_nonzero": "z_i ≠ 0 and z_j ≠ 0",
    "not_antiparallel": "x_j is not a negative multiple of x_i",
    "masks_overlap": "P[D(i) D(j) = 1] is bounded below along the widths, and positive in the limit",
    "proportional_widths": "n_l/n converges to a number in (0, ∞) for every hidden layer l",
    "relu": "σ is the ReLU, and derivatives are those of the activation cell",
    "m_is_1": "every hidden layer of g has width 1",
    "not_orthogonal": "the scalar product of x_i and x_j is not 0",
    "no_mass_at_zero": "the limit X has P[X = 0] = 0",
    "rows_fixed": "finitely many entries of a product are looked at, their number not growing with the widths",
    "one_input": "x_i = x_j = x with |x|² = n_0, and z_i = z_j = 1",
    "equal_widths": "n_1 = … = n_{L-1} = n",
    "orthogonal": "x_i and x_j are not 0, and their scalar product is",
    "antiparallel": "x_j is a negative multiple of x_i, and not 0",
    "exclusive_masks": "x_i = x_j with |x|² = n_0, z_i = 1 and z_j = -1",
    "initialisation": "the weights are as they were drawn, at t = 0, and derivatives are those of the activation cell",
    "bounded_residuals": "the derivatives of the loss at the training inputs are bounded",
    "not_collinear": "x' is no multiple of the training input",
    "unit_step": "one step of gradient descent of size 1 at one training input with residual 1",
    "many_features": "the number k of random features tends to infinity",
}

#: Theorems that may be cited without making a claim less than proved.
ALLOWED = {
    "clt": "multivariate central limit theorem for iid summands with finite second moments",
    "lln": "weak law of large numbers for iid summands",
    "slutsky": "Slutsky: joint convergence when all but one of the parts converge to constants",
    "mann-wald": "continuous mapping, the set of discontinuities being null for the limit",
    "polynomial-null-set": "a polynomial not identically 0 on the support of a Gaussian vector is a.s. not 0 there",
    "cauchy-product": "the product of formal power series",
    "chebyshev": "Chebyshev's inequality, given the past",
    "levy-continuity": "convergence of characteristic functions is convergence in distribution",
    "wick": "the moments of a Gaussian: E w^{2k} = (2k-1)!!, and sums over pairings",
    "markov": "Markov's inequality",
    "cauchy-schwarz": "the Cauchy-Schwarz inequality",
    "carbery-wright": "P[|X| <= ε √E X²] <= C k ε^{1/k} for a polynomial X of degree k in Gaussians (2001)",
    "price": "Price/Plackett: the derivative of a bivariate Gaussian expectation in the correlation",
}  # fmt: skip

#: Theorems that are cited and not proved here: what rests on them has status cited.
CITED = {
    "gram-lln": (
        "for L >= 3 and proportional widths, jointly: f(u,d) → F(u,d), Q(l) → Sig(l-1), C(l,d,e) → kron(d,e) Dot(l), "
        "n A(l',l,e) → Gam(l',l,e) with (F, Gam) centred Gaussian, iid over outputs; Sig(l) > 0 for l >= 1 and "
        "Dot(l) > 0 unless the inputs are antiparallel; Cov(Gam(l',l,d), F(j,d)) > 0 and Cov(F(i,d), F(j,d)) > 0; "
        "for linearly independent inputs the support contains points with F, Gam(l',l>=2) positive and the "
        "Gam(l',1), l' >= 2, all of either sign and arbitrarily large together. The convergence is the master theorem "
        "for matrix programs with transposes (Yang, Tensor Programs III, 2020); the positivity is argued and measured "
        "in docs/deep_limit.md"
    ),
    "gram-clt": (
        "for L >= 3 and proportional widths, jointly with gram-lln: √n C(l,d,e), d ≠ e, l < L, converges to a "
        "non-degenerate Gaussian unless the inputs are antiparallel; n^{k-1/2} T(d,l,e) is a product of such factors"
    ),
    "hyperkernel-limit": "K^h → Θ^f Θ^g in probability as n and m tend to infinity together",
    "hyperkernel-first": (
        "at t = 0: the first term of ∂_t K^h is O_p(1/m + 1/n), so that min(n, m) times it is O_p(1); in the limit "
        "n → ∞ it is -μ Σ_i ℓ'_i Θ^f Θ^f Σ T_g^{l1,l2}, O_p(1/m), for H = 2 a sum of iid centred terms over the units "
        "of g, and the fluctuations of K^f about Θ^f I add O_p(1/√(nm)) and O_p(1/n)"
    ),
    "hyperkernel-second": "at t = 0: the second term of ∂_t K^h, with ∂K^f/∂w, is O_p(n^{-1}) for every m",
    "kink-trained": (
        "L = 2: after the step, f at the training input differs from its Taylor polynomial by O_p(n^{-1/2}): its own "
        "mask makes the units that flip one-sided"
    ),
    "kink-collinear": (
        "L = 2: after the step, f at c x_t, c ≠ 0, less its Taylor polynomial has exact order n^{-1/2}: the masks "
        "there are those at x_t or their complements, about √n units flip, all to one side, and √n times their sum "
        "tends to |c| √2/π in probability, its variance being of order n^{-1/2}"
    ),
    "kink-other": (
        "L = 2: after the step, f at an input that is no multiple of the training input differs from its Taylor "
        "polynomial by O_p(n^{-3/4})"
    ),
}
