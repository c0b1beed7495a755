"""The errata of the supplement: where it is wrong, why, by how much, and what is true.

Inputs are normalised to |x|² = n_0.  Figures in parentheses are standard errors in the last digits.
"""

from __future__ import annotations

from verifier.claims.statement import Erratum, Source


def supplement(*equations: str, section: str = "") -> Source:
    """A place in the supplement of "On Infinite-Width Hypernetworks" (NeurIPS 2020)."""
    return Source("On Infinite-Width Hypernetworks, supplement", tuple(equations), section)


#: all entries, of which statements show those that their claims and hypotheses name
ERRATA = (
    Erratum(
        "E1", "Lemma 1, Eq. (6)",
        "X_n → X in distribution implies sgn(X_n) → sgn(X).",
        "The sign jumps at 0, so the limit must put no mass there; (6) treats the value +1 only.",
        "X_n = 1/n has sign 1 for every n, and its limit 0 has no sign. For m = 1 the lemma is applied to g², which is "
        "exactly 0 with probability 1/2.",
        "Add P[X = 0] = 0. In Theorem 1 argue where the masks before are 1; elsewhere the product is 0 anyway.",
        "The proof of Theorem 1 can be repaired.",
        reproduce=(
            "verifier check lemma1 -k sequence=reciprocal",
            'verifier check theorem1 -k "H=2,L=2,r=1,angle=0,m=1"',
        ),
    ),
    Erratum(
        "E2", "Lemma 3's δ; Eqs. (43)-(45), (48)",
        "n^{k-1} T^{l,d} has a non-zero limit only if d_1 = … = d_k = d.",
        "Only the index at the last layer, d_k, meets f^d; the other factors involve d_1..d_{k-1} alone.",
        "L = 2, l = (1,2), one input: n T^{(1,2)} = 2 f^{d_1} δ(d_2 = d) exactly, whatever d_1. At L = 3, l = (2,3), "
        "(d; d_1, d_2) = (0; 1, 0): E (nT)² = 4(1 + 15/n + 44/n²).",
        "δ(d_k = d).",
        "(45) and (48) lose terms; at one input (48) is too small by H^{r-H}. The exponents survive.",
        reproduce=(
            'verifier check lemma3 -k "L=3,l=(2,3),ds=(1,0),angle=0"',
            'verifier check lemma3 -k "l=(2,3),powers=(0,2)"',
        ),
    ),
    Erratum(
        "E3", "the 'convenient property' of ~",
        "X_n ~ a_n and Y_n ~ b_n imply X_n Y_n ~ a_n b_n.",
        "Separate convergence says nothing of the product, and a product of non-zero variables can be zero.",
        "For U uniform, 1[U < 1/2] · 1[U > 1/2] = 0; Z · (-1)^n Z does not converge.",
        "Joint convergence, and a product of the limits that is not almost surely 0.",
        "Every product of limits must be taken of one family that converges jointly.",
        reproduce='verifier check theorem1 --z 1,-1 -k "H=2,L=2,angle=0,m=1"',
    ),
    Erratum(
        "E4", "Theorem 1 and Section 3: range of r",
        "K^(r) ~ n^{H-r} for every r > H; T^r ~ n^{-(r-1)} for every r.",
        "On an activation cell f has degree L in the weights and h has degree HL.",
        "H = L = 1, r = 2: K^(2) = 0. H = 1, L = 2, r = 3: K^(3) = 0.",
        "T^r for r <= L, K^(r) for r <= HL; both are exactly 0 beyond.",
        "The printed range is wrong for every H and L.",
        reproduce='verifier exact "K(3)" --depth 2 --g-depth 1 --moment 2',
    ),
    Erratum(
        "E5", "Lemma 3: the Gaussians G_j",
        "G_1..G_{k-1} are named as centred Gaussians; nothing is said of their dependence.",
        "They are jointly Gaussian, and uncorrelated only where their output indices differ.",
        "One input, L = 3: n² T^{(1,2,3)} = 4 f² exactly, mean 4 and second moment 48(1 + 5/n)²; independent Gaussians "
        "would give 0 and 16.",
        "State the joint covariance.",
        "Moments computed from independent G_j are wrong.",
        reproduce=(
            'verifier exact "T(3)" --depth 3 --layers 1,2,3',
            'verifier exact "T(3)" --depth 3 --layers 1,2,3 --moment 2',
        ),
    ),
    Erratum(
        "E6", "Eqs. (17), (18) and every S^L",
        "The covariance of the output is S^L, with S^0 = x·x'/n_0.",
        "The recursion starts one level too late.",
        "L = 2 at 90°: E[f f'] = .3183 = S^1, while S^2 = .4937.",
        "S^{L-1}.",
        "Numerical values only.",
        reproduce='verifier check lemma2 -k "L=2,angle=90"',
    ),
    Erratum(
        "E7", "Lemma 2.1, Eq. (23), and 'n → ∞' in Lemma 3",
        "P P^T → c I as the widths tend to infinity.",
        "For proportional widths the spectrum of P P^T spreads; only n_v/n_u → 0 gives a multiple of I.",
        "Square P: the largest eigenvalue tends to (1+√2)² = 5.83. L = 3, one input, ρ = n_2/n_1: n_2 T^{(1,3)} has "
        "slope 2(1+ρ) on f and residual variance 4ρ; the sequential limit says 2 and 0.",
        "n_l/n → γ_l in (0, ∞); limit laws depend on the ratios, exponents do not.",
        "With unbounded ratios only the upper bound holds: T^L = L! (2f)^{L-1}/Π n_l.",
        reproduce=("verifier check lemma2 -k square=1", "verifier check lemma3 -k rho=4"),
    ),
    Erratum(
        "E8", "Lemma 3: 'non-zero variances'",
        "The G_j have non-zero variance for all inputs.",
        "Antiparallel inputs never share an active neuron in the first layer; nor do three inputs at 120° in a plane.",
        "T^r(x; -x, …) = 0 for L <= 3 and r >= 2. L = 2, three planar inputs at 120°: T² = 0 exactly.",
        "0 does not lie in the convex hull of the inputs a factor involves.",
        "For Theorem 1: x_i and x_j are not antiparallel.",
        reproduce='verifier check theorem1 --angle 180 -k "H=1,L=2,angle=180"',
    ),
    Erratum(
        "E9", "Lemma 3: orthogonal inputs",
        "The limit is non-zero for all inputs.",
        "Terms with l_1 = 1 carry the factor x_i·x_j/n_0.",
        "x_j ⟂ x_0: T^L = 0. x_i ⟂ x_j: K^(r) = 0 exactly for r > H(L-1).",
        "x_i not orthogonal to x_j when r = L (T), when r > H(L-1) (K).",
        "One more hypothesis for the highest orders.",
        reproduce='verifier check theorem1 --angle 90 -k "H=1,L=2,angle=90"',
    ),
    Erratum(
        "E10", "smooth activations",
        "Nothing is said of the activation in the statement of Theorem 1.",
        "Second derivatives of a smooth σ give larger terms and remove the bound on r.",
        "tanh, softplus, erf: T³ has mean of order n^{-1}, not n^{-2}.",
        "σ piecewise linear (ReLU or linear).",
        "Theorem 1 and Section 3 are facts about ReLU and linear networks.",
        reproduce="verifier check section3 -k activation=tanh",
    ),
    Erratum(
        "E11", "Section 3 on the conjecture of Dyer and Gur-Ari",
        "The conjecture predicts O(1/n) for T^r.",
        "Its exponent for the star is -⌊r/2⌋.",
        "r = 0, 1 give 0; only r = 2, 3 give -1; r = 4, 5 give -2.",
        "-⌊r/2⌋ for every r.",
        "The theorem is stronger than the conjecture for r >= 3, for ReLU and linear networks only.",
        reproduce="verifier check section3 -k L=9",
    ),
    Erratum(
        "E12", "Figure 1(b)",
        "The mean of the empirical hyperkernel equals its limit for every width m of g.",
        "For H >= 3 and different inputs it does not, even at infinite n; at finite n it is biased everywhere.",
        "H = 3, S = 1, z at 2.5 radians, m = 10: .2097(7); the limit is .2623. L = H = 2: E K^h(u,u) = 4 + 16/n.",
        "Equality holds on the diagonal, and for H = 2, at infinite n.",
        "The figure shows what is too small to see in it.",
        reproduce=('verifier check theorem3 -k "H=2,L=2,angle=0,z_angle=0"', "verifier check theorem3 -k m=10"),
    ),
    Erratum(
        "E13", "Corollary 1 and Remark 1",
        "Λ^H is a function of Σ^0(z,z') and S^0(x,x').",
        "The recursion also uses the norms.",
        "Σ^0 = S^0 = .5 with |z|² = m_0 for both, against 4 m_0 for one: Λ² is .22665 against .38330.",
        "A function of the two Gram matrices. Remark 1 also needs k → ∞.",
        "The statement is false as printed.",
        reproduce='verifier check corollary1 -k "H=2,a=1,b=4"',
    ),
    Erratum(
        "E14", "Eqs. (48), (51)",
        "σ' is written sgn.",
        "For the ReLU σ' = (1 + sgn)/2, which is 0 half of the time.",
        "P[K^(r) = 0] = 1 - 2^{-(H-1)} at one input.",
        "σ'.",
        "The limit has an atom at 0.",
        reproduce='verifier check theorem1 -k "H=3,L=2,angle=0"',
    ),
    Erratum(
        "E15", "Lemma 3, k = 0",
        "k >= 0.",
        "The case k = 0 is missing from (19).",
        "T with k = 0 is f^d itself.",
        "The limit is the Gaussian process f^d.",
        "Minor.",
        reproduce='verifier check theorem2 -k "l=()"',
    ),
    Erratum(
        "E16", "Theorem 3 for t > 0",
        "∂_t K^h → 0 along gradient flow.",
        "The proof is about t = 0 and about derivatives that ignore kinks.",
        "L = 2, one unit step: the remainder beyond the Taylor polynomial is of order n^{-1/2} on a training input and "
        "n^{-3/4} elsewhere, while T²/2 is of order n^{-1}.",
        "At initialisation O_p(1/m) + O_p(1/n).",
        "For ReLU the largest correction is not in T^r.",
        reproduce="verifier check theorem3 -k step=1",
    ),
    Erratum(
        "E17", "Eqs. (60), (69)",
        "√2 E[σσ] and √2 E[σ'σ'].",
        "The factor is (√2)² = 2; (69) has also lost S.",
        "2 E σ(g)² = 1 for a standard normal g, √2 E σ(g)² = .707.",
        "2 E.",
        "Lemma 6 itself is right.",
        reproduce='verifier check theorem2 -k "H=2,l=1"',
    ),
    Erratum(
        "E18", "misprints",
        "(46), (48), (40): l in [H]; (41): z^r; (30)-(33) without √2; (76) cites Lemma 4.",
        "Slips.",
        "H = 1, L = 2: [H]^r has one element, [L]^r has 2^r.",
        "l in [L]; z_j^r; √2 as in (66); Lemma 6.",
        "None.",
        reproduce=('verifier check theorem1 -k "k>0"', 'verifier check lemma5 -k "H=2,L=3,angle=0"'),
    ),
    Erratum(
        "E19", "Eqs. (10)-(12)",
        "(10) for every k.",
        "(10) needs k >= 2, and the cases of (12) are as in (11).",
        "k = 1.",
        "k >= 2; then (16) holds exactly.",
        "Minor.",
        reproduce=("verifier check lemma3 -k cases=printed", 'verifier check lemma3 -k "L=3,l=(1,3),angle=0"'),
    ),
    Erratum(
        "E20", "Eq. (30)",
        "An equality of ordered tensors.",
        "It holds after symmetrisation; only contractions with symmetric tensors are used.",
        "At directions V, W and H = 2, L = 1 the ordered tensor has ⟨∇f^1, V⟩⟨∇f^2, W⟩ twice. Without the multinomial "
        "factors the sum is half of what it should be there; at H = 2, L = 3, r = 3 the error is of the size of K.",
        "Symmetrise; the multinomial factors are right and needed.",
        "Minor.",
        reproduce='verifier check lemma4 -k "H=2,L=3,r=3"',
    ),
    Erratum(
        "E21", "sequential limits",
        "Limits are taken one after another.",
        "For Theorems 2 and 3 the order does not matter; for Lemma 3 it changes the law.",
        "See E7. In depth: E f⁴ = 3(1 + 5/n)^{L-1}.",
        "Any order (Theorems 2, 3); proportional widths (Lemma 3).",
        "None for exponents.",
        reproduce='verifier exact "f^4" --depth 3',
    ),
    Erratum(
        "E22", "Theorem 3: rates",
        "The first term of ∂_t K^h is of order 1/m, the second of order 1/n.",
        "They are: the claim holds. '~ 1/m' should read O_p(1/m), and a fixed m is not needed for the second term.",
        "First term at infinite n: slopes in m -.9995(64), -1.058(27), -1.105(33) for H = 2, 3, 4; second: slope in n "
        "-.98(4). Fits from three small widths mislead, since the samples are heavy-tailed.",
        "O_p(1/m) n^0 and O_p(1/n) m^0.",
        "None.",
        reproduce=("verifier check theorem3 -k axis=m", "verifier check theorem3 -k axis=n"),
    ),
    Erratum(
        "E23", "Remark 1: the constant",
        "The limit of Σ^0(p(z), p(z')) is exp(-|z-z'|²/2)/2.",
        "It is right, and so is the factor 1/k.",
        "|z-z'| = 1, k = 10^4: .30345(21) against .30327.",
        "As printed, for k → ∞.",
        "None.",
        reproduce="verifier check remark1 -k distance=1",
    ),
    Erratum(
        "E24", "Section 2.2: learning rates μ = o(n)",
        "Wide networks can be trained with a learning rate of √n.",
        "That higher-order terms are small is not stability: squared loss needs μ < 2/λ_max(Θ).",
        "L = 2, squared loss, one input, label 1, μ = √n: after one step f is of the order √n (median 97, 158, 690 at "
        "n = 10^3, 10^4, 10^5); after 30 no unit is open and f = 0 in 99.45 % of 8,192 networks (n = 512 to 4096). "
        "μ = 1/2 converges.",
        "μ < 2/λ_max(Θ) for the squared loss; bounded gradients were not examined.",
        "A remark of the main text.",
        reproduce='verifier check theorem3 -k "steps>0"',
    ),
    Erratum(
        "E25", "Theorem 1 for 1 <= r < 2H, and T^1",
        "K^(r) ~ 1 for r <= H.",
        "The layers' contributions to the limit kernel Θ can cancel.",
        "L = 2 at 113.218°: Θ = 0. Measured exponents at H = 2, r = 1..4: -.505, -1.011, -1.521, -2.06; "
        "printed are 0, 0, -1, -2.",
        "Θ^f(x_i, x_j) ≠ 0 when 1 <= r < 2H.",
        "One more hypothesis; non-cancellation must be shown after the sum over layers.",
        reproduce='verifier check theorem1 --angle 113.218 -k "H=1,L=2,angle=113.218"',
    ),
    Erratum(
        "E26", "Theorem 1: masks",
        "K^(r) is of the stated order for all z_i, z_j.",
        "For m = 1 the masks of the two inputs can exclude each other.",
        "H = 2, x_i and x_j of one direction, z_i z_j < 0: K^(r) = 0 for r >= 1.",
        "P[D_i D_j = 1] > 0 when r >= 1, and z_i, z_j ≠ 0.",
        "One more hypothesis.",
        reproduce='verifier check theorem1 --z 1,-1 -k "H=2,L=2,angle=0,m=1"',
    ),
    Erratum(
        "E27", "Theorem 1, vector z",
        "z may be any vector.",
        "For z_i ⟂ z_j the Gram matrix of the first layer of g vanishes.",
        "H = 1, L = 2, m_0 = 2, z_i ⟂ z_j: K^(1) has exponent -.51(2) and K^(2) = 0.",
        "z_i·z_j ≠ 0 when r >= H, or m_0 = 1.",
        "One more hypothesis for m_0 >= 2.",
        reproduce='verifier check theorem1 --z 1:0,0:1 -k "H=1,L=2,angle=0"',
    ),
    Erratum(
        "E28", "Theorem 1, m >= 2",
        "m is fixed and arbitrary.",
        "What must overlap is a path through g, not only the networks' being alive.",
        "θ = 0, z = (1, -1), H = L = m = 2: exponents -.483(10), -.975(15) for r = 1, 2; exactly zero for r = 3, 4.",
        "With positive probability one path of g is active at both inputs.",
        "The amended claim is made for m = 1.",
        reproduce="verifier check theorem1 -k m=2",
    ),
    Erratum(
        "E29", "Lemma 3: limits one after the other",
        "n_1, then n_2, … tend to infinity.",
        "At two inputs this can change an order, not only a law.",
        "L = 3, 113.218°: E (n_2 T²)² = .20, .085, .038 at n_2/n_1 = 1/4, 1/8, 1/16, and 1.69 at n_2 = n_1; n_1 → ∞ "
        "first gives 0.",
        "Proportional widths.",
        "One more hypothesis for two inputs and L >= 3.",
        reproduce='verifier check section3 -k "rho>0"',
    ),
    Erratum(
        "E30", "amended Theorem 3: kinks at another input",
        "After one unit step f at an input that is not trained on differs from its Taylor polynomial by O_p(n^{-3/4}).",
        "At an input collinear with the training input the masks coincide with those there or complement them, and the "
        "flips are one-sided there too.",
        "x' = -x, L = 2: √n·rms is .475, .452, .450 at n = 10^4, 10^6, 10^8. Slopes at 2x, -x, x/2: -.534, -.523, "
        "-.536; at 60° -.706, and n^{3/4}·rms is bounded.",
        "Add that x' is not collinear with the training input; at collinear inputs the order is n^{-1/2}.",
        "For n_0 = 1 every input is collinear.",
        reproduce="verifier check theorem3 --angle 180 -k step=1",
    ),
    Erratum(
        "E31", "amended Lemma 3: orders",
        "The orders need x_i·x_j ≠ 0 where l_1 = 1 only, and no input other than antiparallel ones is excluded.",
        "At x_j = 0 all hypotheses hold, and no unit is ever open. That x_i·x_j ≠ 0 is needed where l_1 = 1 only was "
        "nobody's proof.",
        "x_j = 0, L = 2, l = (2), d_1 = d: T = 0. x_i ⟂ x_j, L = 2: T^{(2)} ~ 1 all the same.",
        "x_i, x_j ≠ 0 always; x_i·x_j ≠ 0 where l_1 = 1: else the factor is Σ^{l_1-1} > 0, unless antiparallel.",
        "Orders at L = 2 are proved in that form.",
        reproduce=("verifier check lemma3 -k x_j=0", 'verifier check lemma3 -k "L=2,l=(2),angle=90"'),
    ),
    Erratum(
        "E32", "amended Theorem 3: the first term of ∂_t K^h",
        "The first term is O_p(1/m).",
        "Only in the limit n → ∞: the fluctuations of K^f about Θ^f I add terms of order 1/√(nm) and 1/n.",
        "H = L = 2, one input, n = 64: medians .73, .44, .36, .35, .31, .31 at m = 16, 64, 256, 1024, 4096, 16384. At "
        "m = n² m·median is 243, 654, 1291, 2212 while n·median stays at 15 to 20.",
        "O_p(1/m + 1/n).",
        "The sum of both terms, O_p(1/m) + O_p(1/n), is unaffected.",
        reproduce=("verifier check theorem3 -k n=64", 'verifier check theorem3 -k "ray=wide_g"'),
    ),
)  # fmt: skip
