"""Theorem 1: the order of the higher terms of a hypernetwork.  Supplement, Eq. (39).

Errata E2, E4, E8, E9, E14, E25-E29.

As printed: K^(r) ~ n^{H-r} if r > H, and ~ 1 otherwise.  As amended, for m = 1: K^(r) ~ n^{min(0, H-r)}
for 1 <= r <= HL under conditions on the inputs and masks, and K^(r) = 0 for r > HL.

The proof.  K^(r) is a sum over compositions of r of products of H brackets (Lemma 4), each bracket a sum over layers
and outputs (Lemma 5) of terms of known order (Lemma 3).  A composition α costs n^{-Σ max(α_d - 1, 0)}, at best
n^{min(0, H-r)} as long as no part need exceed L.  The best ones do not cancel in the limit: somewhere in its support
they all have one sign.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from math import cos, radians
from typing import Any

from sympy import And, Eq, Function, Integer, Min, Rational, symbols

from lemmas import lemma3, lemma4, lemma5
from lemmas._errata import errata, supplement
from lemmas._hyper_order import atom_at, order_at, output_at, square_at
from lemmas._readings import readings
from lemmas._top import top_coefficients
from verifier.prover import ProofBuilder, counterexamples, formal, induction
from verifier.statement import Claim, Form, Hypothesis, Kind, Statement, Witness
from verifier.verdict import Severity, Summary

H, L, r, d, k = symbols("H L r d k", integer=True)
# K^(r), and what (45), (48) keep of it: the terms with d_1 = … = d_k = d.
K, K_same, K_m, a = (Function(name) for name in ("K", "Ks", "K_m", "a"))  # K_m: K^(r) at inner width m

order = Min(0, H - r)
attained = And(H >= 1, L >= 1, r >= 1, r <= H * L)

# What is granted for two inputs, for h itself, at one input, and for atoms.
PAIR = ("relu", "m_is_1", "inputs_nonzero", "z_nonzero", "not_antiparallel", "masks_overlap", "not_orthogonal", "ntk")
WIDE = (*PAIR, "proportional_widths")
OUTPUT = ("relu", "m_is_1", "inputs_nonzero", "z_nonzero")
EXACT = ("relu", "m_is_1", "one_input")
ATOM = (*EXACT, "not_orthogonal", "ntk")

#: (H, L) at which the top coefficient K^(HL) is written out
TOPS = ((1, 2), (1, 3), (2, 2), (2, 3), (3, 2))
#: E (K^(r))² at one input, z = 1, leading terms c n^{2 min(0, H-r)}: (H, L, r) -> c
SQUARES = {
    (1, 2, 1): (4, 1), (1, 2, 2): (16, 1), (1, 3, 1): (9, 1), (1, 3, 2): (272, 1), (1, 3, 3): (1728, 1),
    (2, 2, 1): (16, 1), (2, 2, 2): (32, 1), (2, 2, 3): (41472, 1), (2, 2, 4): (16588800, 1),
    (2, 3, 1): (36, 1), (3, 2, 1): (45, 1),
}  # fmt: skip

CLAIMS = (
    Claim(
        "theorem1.printed", Kind.ORDER, K(r), "K^(r) ~ n^{H-r} if r > H, and ~ 1 otherwise", exponent=order,
        where=And(H >= 1, L >= 1, r >= 0), form=Form.PRINTED,
        instead=(
            "theorem1.order.shallow", "theorem1.order.deep", "theorem1.output.shallow", "theorem1.output.deep",
            "theorem1.zero",
        ),
        latex=r"\mathcal K^{(r)}_{i,j}\sim\begin{cases}n^{H-r}&r>H\\1&\text{otherwise}\end{cases}",
        errata=("E2", "E3", "E4", "E8", "E9", "E14", "E18", "E25", "E26", "E27", "E28"),
    ),
    Claim(
        "theorem1.order.shallow", Kind.ORDER, K(r), "K^(r) ~ n^{min(0, H-r)} for 1 <= r <= HL; L <= 2", exponent=order,
        where=And(attained, L <= 2), latex=r"\mathcal K^{(r)}_{i,j}\sim n^{\min(0,H-r)},\quad 1\le r\le HL,\ L\le2",
        hypotheses=PAIR, errata=("E4", "E8", "E9", "E14", "E25", "E26", "E28"),
    ),
    Claim(
        "theorem1.order.deep", Kind.ORDER, K(r), "K^(r) ~ n^{min(0, H-r)} for 1 <= r <= HL; L >= 3", exponent=order,
        where=And(attained, L >= 3), latex=r"\mathcal K^{(r)}_{i,j}\sim n^{\min(0,H-r)},\quad 1\le r\le HL,\ L\ge3",
        hypotheses=WIDE, errata=("E4", "E7", "E8", "E9", "E14", "E25", "E26", "E28", "E29"),
    ),
    Claim(
        "theorem1.output.shallow", Kind.ORDER, K(0), "K^(0) = h ~ 1; L <= 2", exponent=Integer(0),
        where=And(Eq(r, 0), H >= 1, L >= 1, L <= 2), hypotheses=OUTPUT,
    ),
    Claim(
        "theorem1.output.deep", Kind.ORDER, K(0), "K^(0) = h ~ 1; L >= 3", exponent=Integer(0),
        where=And(Eq(r, 0), H >= 1, L >= 3), hypotheses=(*OUTPUT, "proportional_widths"),
    ),
    Claim(
        "theorem1.zero", Kind.ZERO, K(r), "K^(r) = 0 for r > HL", where=And(H >= 1, L >= 1, r >= H * L + 1),
        latex=r"\mathcal K^{(r)}_{i,j}=0,\quad r>HL", hypotheses=("relu",), errata=("E4",),
    ),
    Claim(
        "theorem1.printed-limit", Kind.VANISHES, K(r) - K_same(r),
        "(45), (48): n^{r-H} (K^(r) - K_same^(r)) → 0, K_same^(r) keeping the terms with d_1 = … = d_k = d alone",
        exponent=order, where=And(H >= 1, L >= 1, r >= H, r <= H * L), form=Form.PRINTED,
        instead=("theorem1.top",),
        errata=("E2",),
    ),
    Claim(
        "theorem1.printed-atom", Kind.ATOM, K(r), "(48), (51): sgn for σ', so that the limit is 0 with probability 0",
        value=Integer(0), where=attained, form=Form.PRINTED,
        instead=("theorem1.atom.shallow", "theorem1.atom.deep"),
        errata=("E14",),
    ),
    Claim(
        "theorem1.top", Kind.VALUE, K(H * L) / K_same(H * L),
        "K^(HL)(u,u) = (HL)! z D Π_d h^d Π_{l<L} (2H h/n_l), |x|² = n_0, at all widths: H^{H(L-1)} times what (48) "
        "gives; (H, L) = (1,2), (1,3), (2,2), (2,3), (3,2)", value=H ** (H * (L - 1)),
        where=And(H >= 1, L >= 2, L <= 3, H + L <= 5), hypotheses=EXACT, errata=("E2",),
    ),
    Claim(
        "theorem1.atom.shallow", Kind.ATOM, K(r), "at one input lim K^(r) is 0 with probability 1 - 2^{-(H-1)}",
        value=1 - Rational(1, 2) ** (H - 1), where=And(attained, L <= 2), hypotheses=ATOM, errata=("E1", "E14"),
    ),
    Claim(
        "theorem1.atom.deep", Kind.ATOM, K(r), "at one input lim K^(r) is 0 with probability 1 - 2^{-(H-1)}",
        value=1 - Rational(1, 2) ** (H - 1), where=And(attained, L >= 3), hypotheses=(*ATOM, "proportional_widths"),
        errata=("E1", "E14"),
    ),
    Claim(
        "theorem1.squares", Kind.UPPER, K(r),
        "at one input E (K^(r))² is of exact order n^{2 min(0, H-r)}, at the listed (H, L, r), by exact moments",
        exponent=order, where=And(attained, L >= 2, L <= 3, H * r <= 8), hypotheses=(*EXACT, "equal_widths"),
    ),
    Claim(
        "theorem1.exclusive", Kind.ZERO, K(r), "K^(r) = 0 for x_i = x_j, z_i = 1, z_j = -1, H >= 2, r >= 1",
        where=And(H >= 2, L >= 1, r >= 1), hypotheses=("relu", "m_is_1", "exclusive_masks"), errata=("E26",),
    ),
    Claim(
        "theorem1.printed-any-m", Kind.ORDER, K_m(r), "the same for every fixed width m of g, and every z",
        exponent=order, where=And(H >= 1, L >= 1, r >= 0), form=Form.PRINTED,
        instead=("theorem1.order.shallow", "theorem1.order.deep"), severity=Severity.INCOMPLETE, errata=("E28",),
    ),
    Claim(
        "theorem1.printed-layers", Kind.IDENTITY, a(d, k),
        "(40), (46), (48): ⟨∇^k f_i^d, (∇h_j)^{⊗k}⟩ is a sum over l ∈ [H]^k, as printed, in the place of [L]^k",
        form=Form.PRINTED, severity=Severity.MISPRINT, errata=("E18",),
    ),
)  # fmt: skip

HYPOTHESES = (
    Hypothesis(
        "relu", "σ is the ReLU; derivatives are those of the activation cell",
        Witness(
            "tanh, H = 1, L = 2, r = 3: the mean of K^(3) = T^3 is of order n^{-1}, not n^{-2}.", {}, "theorem1.zero",
            reproduce="verifier check section3 -k activation=tanh",
        ),
        errata=("E10",),
            stated=True,
    ),
    Hypothesis(
        "m_is_1", "every hidden layer of g has width 1",
        Witness(
            "θ = 0, z = (1, -1), H = L = m = 2: exponents -.483(10), -.975(15) for r = 1, 2, and 0 exactly beyond.",
            {"H": 2, "L": 2, "m": 2, "z": (1, -1)}, "theorem1.order.shallow",
            reproduce="verifier check theorem1 -k m=2",
        ), errata=("E28",),
    ),
    Hypothesis("inputs_nonzero", "x_i ≠ 0 and x_j ≠ 0", Witness("x_i = 0: f(x_i) = 0, and K^(r) = 0 for r < H.")),
    Hypothesis(
        "z_nonzero", "z_i ≠ 0 and z_j ≠ 0 (for vectors also z_i·z_j ≠ 0 when r >= H)",
        Witness(
            "m_0 = 2, z_i ⟂ z_j, H = 1, L = 2: K^(1) has exponent -.51(2) and K^(2) = 0.",
            {"H": 1, "L": 2}, "theorem1.order.shallow",
            reproduce='verifier check theorem1 --z 1:0,0:1 -k "H=1,L=2,angle=0"',
        ), errata=("E26", "E27"),
    ),
    Hypothesis(
        "not_antiparallel", "x_j is not a negative multiple of x_i",
        Witness(
            "x_j = -x_i, H = 1, L = 2: no neuron is active at both inputs, and K^(2) = T^2 = 0 exactly.",
            {"H": 1, "L": 2, "r": 2, "angle": 180}, "theorem1.order.shallow",
            reproduce='verifier check theorem1 --angle 180 -k "H=1,L=2,angle=180"',
        ), when=r >= 1, errata=("E8",),
    ),
    Hypothesis(
        "not_orthogonal", "x_i·x_j ≠ 0 if r > H(L-1)",
        Witness(
            "x_i ⟂ x_j, H = 1, L = 2: K^(2) carries the factor x_i·x_j/n_0 = 0.",
            {"H": 1, "L": 2, "r": 2, "angle": 90}, "theorem1.order.shallow",
            reproduce='verifier check theorem1 --angle 90 -k "H=1,L=2,angle=90"',
        ), when=r > H * (L - 1), errata=("E9",),
    ),
    Hypothesis(
        "ntk", "the limit kernel Θ^f(x_i, x_j) ≠ 0 if 1 <= r < 2H",
        Witness(
            "L = 2 at 113.218°, where Θ = 0: K^(1) has exponent -1/2 at H = 1 and -.505 at H = 2.",
            {"H": 1, "L": 2, "r": 1, "angle": 113.218}, "theorem1.order.shallow",
            reproduce='verifier check theorem1 --angle 113.218 -k "H=1,L=2,angle=113.218"',
        ), when=And(r >= 1, r < 2 * H), errata=("E25",),
    ),
    Hypothesis(
        "masks_overlap", "P[D_i D_j = 1] > 0 if r >= 1",
        Witness(
            "H = 2, x_i = x_j, z_i z_j < 0: D_i D_j = 0, and K^(r) = 0 for every r >= 1.",
            {"H": 2, "L": 2, "r": 1, "z": (1, -1)}, "theorem1.order.shallow",
            reproduce='verifier check theorem1 --z 1,-1 -k "H=2,L=2,angle=0,m=1"',
        ), when=r >= 1, errata=("E26", "E28"),
    ),
    Hypothesis(
        "proportional_widths", "n_l/n → γ_l in (0, ∞)",
        Witness(
            "H = 1, L = 3 at 113.218° with n_2/n_1 → 0: E (n_2 T²)² → .20, .091, .037 at 1/4, 1/8, 1/16.",
            {"H": 1, "L": 3, "r": 2, "angle": 113.218}, "theorem1.order.deep",
            reproduce='verifier check section3 -k "rho>0"',
        ), when=L >= 3, errata=("E7", "E29"),
    ),
    Hypothesis(
        "one_input", "x_i = x_j with |x|² = n_0, z_i = z_j = 1 (for exact values and atoms)",
        Witness(
            "H = 2, L = 2, 60°: D_i D_j = 1 where f^1(x_i), f^1(x_j) > 0, with probability .354: P[K = 0] = .646, not "
            "1/2.",
            {"H": 2, "L": 2, "r": 1, "angle": 60}, "theorem1.atom.shallow",
            reproduce='verifier check lemma1 -k "L=2,angle=60"',
        ), errata=("E14",),
    ),
    Hypothesis(
        "equal_widths", "n_1 = … = n_{L-1} = n (for second moments)",
        Witness(
            "H = 1, L = 3, n_1 = √n, n_2 = n: E (K^(2))² is of order n^{-1}.", {"H": 1, "L": 3, "r": 2},
            "theorem1.squares", reproduce='verifier exact "T(2)" --depth 3 --moment 2 --widths separate',
        ),
    ),
    Hypothesis(
        "exclusive_masks", "x_i = x_j, z_i = 1, z_j = -1 (for K^(r) = 0)",
        Witness("z_i = z_j: K^(1) ~ 1.", {"H": 2, "L": 2, "r": 1}, "theorem1.exclusive", "theorem1.order.shallow"),
    ),
)  # fmt: skip


def _proof() -> dict[str, Any]:
    used = (lemma3.statement, lemma4.statement, lemma5.statement)
    proof = ProofBuilder("theorem1", [s.proof for s in used if s.proof])
    _hypotheses(proof)
    _expand(proof)

    # The orders, from the joint limits of Lemma 3: at one and two layers, proved; at three or more, cited.
    joints = [
        proof.use("lemma3", "lemma3.joint.shallow", 0),
        proof.use("lemma3", "lemma3.joint.shallow", 1),
        proof.use("lemma3", "lemma3.joint.deep"),
    ]
    small = [order_at(proof, f"L{depth}", joints[depth - 1], depth) for depth in (1, 2)]
    _shallow(proof, "theorem1.order.shallow", small, PAIR)
    _goal(proof, "theorem1.order.deep", order_at(proof, "deep", joints[2], "L"), WIDE)
    small = [output_at(proof, f"L{depth}", joints[depth - 1]) for depth in (1, 2)]
    _shallow(proof, "theorem1.output.shallow", small, OUTPUT)
    _goal(proof, "theorem1.output.deep", output_at(proof, "deep", joints[2]), (*OUTPUT, "proportional_widths"))

    # Beyond HL there is nothing, and so the printed range is too large.
    proof.step("beyond", "zero.degree", ("hyp-relu",), {"of": "K"}, note="h has degree HL on an activation cell")
    _goal(proof, "theorem1.zero", "beyond", ("relu",))
    _one_input(proof)
    _refute_range(proof, 2)
    return proof.document()


def _hypotheses(proof: ProofBuilder) -> None:
    for name in ("relu", "m_is_1", "inputs_nonzero", "z_nonzero", "not_antiparallel", "masks_overlap"):
        proof.hypothesis(name)
    proof.hypothesis("proportional_widths")
    within = [["<=", "r", ["*", "H", ["-", "L", 1]]]]
    proof.hypothesis("not_orthogonal", {"is": "ifzero", "of": ["Sig", 0], "then": within, "where": []})
    kernel = ["sum", "l", 1, "L", ["*", ["Dot", "l"], ["Sig", ["-", "l", 1]]]]
    beyond = [["<=", ["*", 2, "H"], "r"]]
    proof.hypothesis("ntk", {"is": "ifzero", "of": kernel, "then": beyond, "where": []})


def _expand(proof: ProofBuilder) -> None:
    """K^(r) over compositions (Lemma 4), each bracket over layers and outputs (Lemmas 3, 5); the best composition."""
    expand = proof.use("lemma4", "lemma4.identity")
    spread = proof.use("lemma5", "lemma5.identity")
    product = proof.use("lemma3", "lemma3.identity")
    proof.step("degree", "zero.degree", ("hyp-relu",), {"of": "a"}, note="f has degree L on an activation cell")
    proof.step("cut", "eq.truncate", (expand, "degree"), note="so no part of a composition exceeds L")
    proof.step("gather", "eq.gather", (spread, product), note="Lemma 5 with Eq. (16) put in")
    proof.step("zeroth", "eq.zeroth", (), {"of": "a"})
    fold = {
        "is": "fold", "count": "H", "most": "L", "total": "r",
        "weight": ["k", ["min", 0, ["-", 1, "k"]]], "value": ["min", 0, ["-", "H", "r"]],
    }  # fmt: skip
    witness: list[dict[str, Any]] = [
        {"lo": 0, "hi": 0, "a": 0},
        {"lo": 1, "hi": ["+", "P", 1], "a": 1},
        {"lo": ["+", "P", 2], "hi": ["+", "P", "L"], "a": ["-", "r", "P"]},
    ]
    proof.step(
        "best", "int.induction", (), induction(fold, witness),
        note="min Σ max(α_d - 1, 0) over Σ α_d = r, 0 <= α_d <= L is max(r - H, 0), attained for 0 <= r <= HL",
    )  # fmt: skip


def _shallow(proof: ProofBuilder, claim: str, steps: list[str], hypotheses: tuple[str, ...]) -> None:
    """A claim for L <= 2 from its two cases."""
    data = {"parameter": "L", "from": 1, "to": 2, "conclusion": _formal(claim)}
    _goal(proof, claim, proof.step(claim, "cases", steps, data), hypotheses)


def _one_input(proof: ProofBuilder) -> None:
    """One input, z = 1: the top coefficient exactly, where the printed limit is wrong; atoms; second moments."""
    for name in ("one_input", "equal_widths", "exclusive_masks"):
        proof.hypothesis(name)
    # The top coefficient, and n^{r-H} (K - Ks) = 3/4 n^{r-H} K at H = L = 2, r = 4, whose limit is not 0.
    exact, difference = top_coefficients(proof, TOPS, (2, 2))
    for step in exact:
        proof.goal("theorem1.top", step, EXACT)
    proof.step("order-4", "fix", ("theorem1.order.shallow",), {"values": {"H": 2, "L": 2, "r": 4}})
    proof.step("beyond-printed", "order.multiple", (difference, "order-4"), {})
    data = {"goal": _formal("theorem1.printed-limit"), "instance": {"H": 2, "L": 2, "r": 4}}
    proof.step("wrong-limit", "refute.limit", ("beyond-printed",), data, note="K^(4) is 4 times what (48) makes of it")
    proof.goal("theorem1.printed-limit", "wrong-limit", [*PAIR, "one_input"], form="printed")

    # The limit is 0 exactly where some mask of g is closed; printed: sgn in its place, which is never 0.
    for tag, depth in (("L1", 1), ("L2", 2)):
        proof.goal("theorem1.atom.shallow", atom_at(proof, tag, depth), ATOM)
    proof.goal("theorem1.atom.deep", atom_at(proof, "deep", "L"), (*ATOM, "proportional_widths"))
    proof.step("half", "eq.halves", (), {"k": 1})
    proof.step("atom-2", "specialise", ("atom-L2",), {"values": {"H": 2, "r": 1, "L": 2}})
    proof.step("atom-half", "atom.rewrite", ("atom-2", "half"), {"value": ["/", 1, 2], "multiplier": -1})
    where = [["<=", 1, "H"], ["<=", 1, "L"], ["<=", 1, "r"], ["<=", "r", ["*", "H", "L"]]]
    goal = {"is": "atom", "of": ["K", "r"], "value": 0, "where": where}
    data = {"goal": goal, "instance": {"H": 2, "L": 2, "r": 1}}
    proof.step("not-sgn", "refute.number", ("atom-half",), data, note="H = 2: half of all networks have K^(1) = 0")
    proof.goal("theorem1.printed-atom", "not-sgn", ATOM, form="printed")

    for (outputs, depth, r_), coefficient in SQUARES.items():
        step = square_at(proof, outputs, depth, r_, coefficient)
        proof.goal("theorem1.squares", step, [*EXACT, "equal_widths"])
    proof.step("never", "zero.exclusive", ("hyp-relu", "hyp-m_is_1", "hyp-exclusive_masks"), {})
    proof.goal("theorem1.exclusive", "never", ["relu", "m_is_1", "exclusive_masks"])


def _refute_range(proof: ProofBuilder, count: int) -> None:
    """The smallest instances of the printed range at which K^(r) is zero."""
    goal = _formal("theorem1.printed")
    found = counterexamples(goal, proof.conclusion("beyond"), ("H", "L", "r"), last="r")
    for number, instance in enumerate(islice(found, count), start=1):
        name = f"counterexample-{number}"
        proof.step(name, "refute.zero", ("beyond",), {"goal": goal, "instance": instance})
        proof.goal("theorem1.printed", name, ["relu"], form="printed")


def _goal(proof: ProofBuilder, claim: str, step: str, hypotheses: tuple[str, ...]) -> None:
    """A claim above, word for word."""
    proof.goal(claim, step, hypotheses, judgment=_formal(claim))


def _formal(claim: str) -> dict[str, Any]:
    """The kernel's judgment of a claim above."""
    return formal(next(c for c in CLAIMS if c.id == claim))


statement = Statement(
    name="theorem1",
    title="Higher-order terms for hypernetworks",
    source=supplement("39", "40", "42", "43", "48", "51", section="4.3"),
    summary="K^(r) = ⟨∇^r h_i, (∇h_j)^{⊗r}⟩ is of order n^{min(0, H-r)}, as far as h has derivatives of order r.",
    claims=CLAIMS,
    hypotheses=HYPOTHESES,
    errata=errata("E1", "E2", "E3", "E4", "E7", "E8", "E9", "E14", "E18", "E25", "E26", "E27", "E28", "E29"),
    readings=readings("theorem1"),
    proof=_proof(),
    expected={Form.PRINTED: Summary.REFUTED, Form.AMENDED: Summary.VERIFIED},
)  # fmt: skip


def hypotheses_violated(parameters: Mapping[str, Any]) -> list[str]:
    """The ids of the hypotheses that fail at a cell's parameters H, L, r, m, angle (degrees) and z.

    Angles are given in decimals, so a limit kernel below 1e-4 in absolute value counts as zero.
    """
    from verifier.networks.kernels import ntk

    depth, layers, order_r = int(parameters["L"]), int(parameters["H"]), int(parameters["r"])
    angle = abs(float(parameters.get("angle", 0)))
    z_i, z_j = (tuple(v) if isinstance(v, tuple | list) else (v,) for v in parameters.get("z", (1, 1)))
    found = []
    if angle != 0 or (z_i, z_j) != ((1,), (1,)):
        found.append("one_input")
    if angle != 0 or (z_i, z_j) != ((1,), (-1,)):
        found.append("exclusive_masks")
    if int(parameters.get("m", 1)) != 1:
        found.append("m_is_1")
    if not any(z_i) or not any(z_j):
        found.append("z_nonzero")
    if order_r == 0:
        return found
    scalar = sum(a * b for a, b in zip(z_i, z_j, strict=True))
    if scalar == 0 and order_r >= layers and "z_nonzero" not in found:
        found.append("z_nonzero")
    if abs(angle - 180) < 1e-6:
        return [*found, "not_antiparallel"]
    if abs(angle - 90) < 1e-6 and order_r > layers * (depth - 1):
        found.append("not_orthogonal")
    gram = [[1.0, cos(radians(angle))], [cos(radians(angle)), 1.0]]
    if order_r < 2 * layers and abs(float(ntk(depth, gram)[0, 1])) < 1e-4:
        found.append("ntk")
    if layers >= 2 and angle == 0 and scalar < 0:
        found.append("masks_overlap")
    return found
