"""Rules at special inputs: one input, orthogonal and antiparallel ones, masks that exclude each other; and T^r.

``S(r)`` is T^r(x_i; x_j, …, x_j) of Eq. (5), for the first output.  ``HyperNtk`` is K^h = ⟨∂h/∂w, ∂h'/∂w⟩, as
a kernel over pairs of inputs.  ``Ks(r)`` is K^(r) as Eqs. (45), (48) have it,
keeping of Lemma 5's sum over outputs the terms d_1 = … = d_k = d alone.
``halves(k)`` is 2^{-k}; an ``atom`` says P[Y = 0] = ``value`` for the limit Y of a scaled quantity ``of``, or for a
quantity ``of`` itself where nothing is scaled.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from verifier.kernel import signs
from verifier.kernel.algebra import transfer
from verifier.kernel.judgments import Judgment, at, canonical, instance_of, join
from verifier.kernel.moments import Marks, assumed, needs
from verifier.kernel.rewriting import combination, expansion, fix, full_chain, under_product
from verifier.kernel.terms import constant, flatten, polynomial, require, same, scale, show

OUTPUT = [["<=", 1, "e"], ["<=", "e", "H"]]
#: The limits of f's and g's tangent kernels (d = a = b = 1), as kernels over pairs of inputs.
TANGENT_F = ["sum", "l", 1, "L", ["*", ["S", ["-", "l", 1]],
             ["prod", "t", "l", ["-", "L", 1], ["dual_step", ["S", ["-", "t", 1]]]]]]
_S = ["S", ["-", "L", 1]]
_COV = ["*", _S, ["Sigma", "L", ["-", "t", 1]]]
TANGENT_G = ["sum", "l", 1, "H", ["*", ["Sigma", "L", ["-", "l", 1]],
             ["prod", "t", "l", ["-", "H", 1], ["*", _S, ["dual_step", _COV]]]]]


def _eq(left: Any, right: Any, *where: Any) -> Judgment:
    return {"is": "eq", "left": left, "right": right, "where": list(where)}


def _one_input(premises: list[Judgment], data: Mapping[str, Any]) -> tuple[Judgment, Marks]:
    """Identities at one input, x_i = x_j with |x|² = n_0 and z_i = z_j = 1.

    ``step``: A(l+1, l, e) = ⟨q^l, √2 Z^l δ^{l,e}⟩/n_l = 2 ⟨y^l, δ^{l,e}⟩/n_l = 2 f^e/n_l, since q^l = √2 Z^l y^l,
    Z² = Z, δ^l = Z^l(…) and f is homogeneous of degree 1 in y^l.  ``gram``: Q(1) = |x|²/n_0.
    ``product``: h^e f^e = h for every e.
    """
    needs(premises, "one_input")
    which = data["of"]
    if which == "step":
        needs(premises, "relu")
        step = ["A", ["+", "l", 1], "l", "e"]
        within = [["<=", 1, "l"], ["<=", ["+", "l", 1], "L"]]
        return _eq(step, ["*", 2, ["f", "i", "e"], ["inv", ["n", "l"]]], *within, *OUTPUT), set()
    if which == "gram":
        return _eq(["Q", 1], 1), set()
    require(which == "product", f"{show(which)}: step, gram or product")
    needs(premises, "m_is_1")
    return _eq(["*", ["hj", "e"], ["f", "i", "e"]], ["K", 0], *OUTPUT), set()


def _orthogonal(premises: list[Judgment], data: Mapping[str, Any]) -> tuple[Judgment, Marks]:
    """x_i ⟂ x_j: Q(1) = x_i·x_j/n_0 = 0."""
    needs(premises, "orthogonal")
    return {"is": "zero", "of": ["Q", 1], "where": []}, set()


def _antiparallel(premises: list[Judgment], data: Mapping[str, Any]) -> tuple[Judgment, Marks]:
    """x_j = -c x_i, c > 0: no unit of the first layer is open at both inputs, so A(2, 1, e) = 0."""
    needs(premises, "antiparallel", "relu")
    return {"is": "zero", "of": ["A", 2, 1, "e"], "where": [["<=", 2, "L"], *OUTPUT]}, set()


def _exclusive(premises: list[Judgment], data: Mapping[str, Any]) -> tuple[Judgment, Marks]:
    """x_i = x_j and z_i z_j < 0: D(i) D(j) = 0 already in g^1 = f^1 z, so K(r) = 0 for r >= 1, H >= 2."""
    needs(premises, "exclusive_masks", "relu", "m_is_1")
    return {"is": "zero", "of": ["K", "r"], "where": [["<=", 1, "r"], ["<=", 2, "H"], ["<=", 1, "L"]]}, set()


def _star_series(premises: list[Judgment], data: Mapping[str, Any]) -> tuple[Judgment, Marks]:
    """T^r(x_i; x_j, …) = r! Σ_{l_1<…<l_r} C(l_r,1,1) Π A(l_{m+1},l_m,1) Q(l_1): Eq. (16) summed over layers."""
    found = [p for p in premises if p["is"] == "eq"]
    require(len(found) == 1 and canonical(found[0]) == canonical(transfer("T")), "Eq. (16) is not the premise")
    chain = ["chain", "r", "L", ["l", ["C", "l", 1, 1]], ["lp", "l0", ["A", "lp", "l0", 1]], ["l1", ["Q", "l1"]]]
    where = [["<=", 1, "r"], ["<=", "r", "L"], ["<=", 1, "H"]]
    return _eq(["S", "r"], ["*", ["fact", "r"], chain], *where), set()


def _star_of_hyper(premises: list[Judgment], data: Mapping[str, Any]) -> tuple[Judgment, Marks]:
    """T^r is K^(r) for H = 1 and z_i = z_j = 1; then g has no hidden layer, and no mask or z can vanish.

    The range goes on to say H = 1, for hypotheses that mention H.
    """
    (premise,) = premises
    require(premise["is"] in ("order", "zero"), f"a {premise['is']} of K is not taken over")
    here = at(premise, {"H": 1})
    require(isinstance(here["of"], list) and here["of"][0] == "K", f"{show(here['of'])} is not K(r)")
    spared = {f"discharge {name}" for name in ("z_nonzero", "m_is_1", "masks_overlap")}
    return {**here, "of": ["S", here["of"][1]], "where": join(here["where"], [["=", "H", 1]])}, spared


def _off_diagonal(premises: list[Judgment], data: Mapping[str, Any]) -> tuple[Judgment, Marks]:
    """L = 2, d ≠ e: √n C(1, d, e) = n^{-1/2} Σ_a 2·1[y_i,a > 0] 1[y_j,a > 0] W_{d,a} W_{e,a}, iid and centred.

    The variance 4 P[y_i > 0, y_j > 0] is positive unless the inputs are antiparallel or one is 0.
    """
    needs(premises, "relu", "not_antiparallel", "inputs_nonzero")
    where = [["=", "L", 2], ["<=", 1, "d"], ["<=", ["+", "d", 1], "e"], ["<=", "e", "H"]]
    of = ["C", 1, "d", "e"] if data["first"] == "smaller" else ["C", 1, "e", "d"]
    return {"is": "order", "of": of, "power": ["/", -1, 2], "where": where}, {"theorem clt"}


def _off_diagonal_deep(premises: list[Judgment], data: Mapping[str, Any]) -> tuple[Judgment, Marks]:
    """L >= 3, d_k ≠ d and l_k < L: T^{l,d} = Θ(n^{-(k-1)-1/2}), cited."""
    names = ("relu", "inputs_nonzero", "not_antiparallel", "not_orthogonal", "proportional_widths")
    needs(premises, *names)
    length = ["len", "l"]
    power = ["-", ["/", 1, 2], length]
    where = [
        ["<=", 3, "L"], ["=", ["increasing", "l"], 1], ["=", ["len", "e"], length], ["<=", 1, ["first", "l"]],
        ["<=", ["+", ["last", "l"], 1], "L"], ["=", ["kron", "d", ["last", "e"]], 0],
        ["<=", 1, "d"], ["<=", "d", "H"],
    ]  # fmt: skip
    for end in ("first", "last"):
        where += [["<=", 1, [end, "e"]], ["<=", [end, "e"], "H"]]
    return {"is": "order", "of": ["T", "d", "l", "e"], "power": power, "where": where}, {"cited gram-clt"}


def _multiple(premises: list[Judgment], data: Mapping[str, Any]) -> tuple[Judgment, Marks]:
    """X = c Y has the order of Y, for a number c ≠ 0, or c times the constant Q(1) ≠ 0."""
    (eq,) = [p for p in premises if p["is"] == "eq"]
    (order,) = [p for p in premises if p["is"] == "order"]
    constants = [["Q", 1]] if "not_orthogonal" in assumed(premises) else []
    target = polynomial(eq["right"])
    for factor in (1, *constants):
        base = polynomial(["*", order["of"], factor])
        shared = [m for m in base if m in target]
        if shared and set(base) == set(target):
            ratio = target[shared[0]] / base[shared[0]]
            if ratio != 0 and scale(base, ratio) == target:
                where = join(eq["where"], order["where"])
                return {"is": "order", "of": eq["left"], "power": order["power"], "where": where}, set()
    require(False, f"{show(eq['right'])} is no multiple of {show(order['of'])}")
    raise AssertionError


def _restricted(premises: list[Judgment], data: Mapping[str, Any]) -> tuple[Judgment, Marks]:
    """K^(r) from the brackets ``as(d, k)`` that keep d_1 = … = d_k = d alone, as printed in (45) and (48).

    ``bracket``: as(d, k) = k! h^d(j)^k Σ_{l_1<…<l_k} C(l_k,d,d) Π A(l_{m+1},l_m,d) Q(l_1).
    """
    if data["of"] == "bracket":
        found = [p for p in premises if p["is"] == "eq"]
        require(len(found) == 1 and canonical(found[0]) == canonical(transfer("T")), "Eq. (16) is not the premise")
        h = ["hj", "d"]
        chain = [
            "chain", "k", "L", ["l", ["*", h, ["C", "l", "d", "d"]]],
            ["lp", "l0", ["*", h, ["A", "lp", "l0", "d"]]], ["l1", ["Q", "l1"]],
        ]  # fmt: skip
        where = [["<=", 1, "k"], ["<=", "k", "L"], ["<=", 1, "d"], ["<=", "d", "H"]]
        return _eq(["as", "d", "k"], ["*", ["fact", "k"], chain], *where), set()
    require(data["of"] == "sum", f"{show(data['of'])}: bracket or sum")
    needs(premises, "m_is_1")
    body = ["/", ["as", "d", "k"], ["fact", "k"]]
    outer = ["*", ["fact", "r"], ["z", "i"], ["D", "i"], ["comps", "d", "k", "H", "r", "L", body]]
    return _eq(["Ks", "r"], outer, ["<=", 1, "H"], ["<=", 0, "r"]), set()


def _atom(premises: list[Judgment], data: Mapping[str, Any]) -> tuple[Judgment, Marks]:
    """At one input the limit of K^(r) is 0 with probability exactly 1 - 2^{-(H-1)}.

    The signs are gone through again: on the event D(i) = D(j) = 1 the limit is a polynomial in Gaussians that is
    not identically 0 on their support, so almost surely not 0 there; off the event it is 0, the limit of D(i)
    being a factor.  The limits F(i, d) are iid over d, symmetric and never 0.
    """
    needs(premises, "one_input", "inputs_nonzero", "z_nonzero")
    (conv,) = [p for p in premises if p["is"] == "conv"]
    ifzero = [p for p in premises if p["is"] == "ifzero"]
    names = assumed(premises)
    alive = signs.nonzero_signs(conv, ifzero, names, data["cases"])
    from verifier.kernel.orders import indicator

    limit = conv["entries"][0]["y"]
    require(any(same(factor, indicator("i", conv, names)) for factor in flatten(limit)), "no mask is a factor")
    value = ["-", 1, ["halves", ["-", "H", 1]]]
    # One input, z_i = z_j = 1: all of these hold.
    spared = {f"discharge {name}" for name in ("not_antiparallel", "masks_overlap", "inputs_nonzero", "z_nonzero")}
    conclusion = {"is": "atom", "of": conv["entries"][0]["x"], "value": value, "where": alive["where"]}
    return conclusion, {"theorem polynomial-null-set", *spared}


def _halves(premises: list[Judgment], data: Mapping[str, Any]) -> tuple[Judgment, Marks]:
    """2^{-k} at a number k."""
    k = data["k"]
    require(isinstance(k, int) and not isinstance(k, bool) and 0 <= k <= 32, f"k = {show(k)}: 0 to 32")
    return _eq(["halves", k], ["/", 1, 2**k]), set()


def _atom_at(premises: list[Judgment], data: Mapping[str, Any]) -> tuple[Judgment, Marks]:
    """An atom whose value is rewritten by an identity."""
    (atom,) = [p for p in premises if p["is"] == "atom"]
    (eq,) = [p for p in premises if p["is"] == "eq"]
    sum_of = combination([eq], atom["value"], data["value"], [data["multiplier"]])
    where = join(atom["where"], sum_of["where"])
    return {**atom, "value": data["value"], "where": where}, set()


def _cited(premises: list[Judgment], data: Mapping[str, Any]) -> tuple[Judgment, Marks]:
    """A statement on hyperkernels that is cited with its conditions, not proved here."""
    record = CITATIONS.get(data["theorem"])
    require(record is not None, f"{show(data['theorem'])} is not on the list; known: {', '.join(sorted(CITATIONS))}")
    assert record is not None
    needs(premises, *record["needs"])
    return dict(record["says"]), {f"cited {data['theorem']}"}


_FLOW = ("relu", "inputs_nonzero", "initialisation", "bounded_residuals")
#: name -> hypotheses, and the judgment they give.  The texts stand in the definitions.
CITATIONS: dict[str, dict[str, Any]] = {
    "hyperkernel-limit": {
        "needs": ("relu", "inputs_nonzero"),
        "says": {
            "is": "plim", "of": ["HyperNtk"], "to": ["*", TANGENT_F, TANGENT_G], "as": ["n", "m"],
            "where": [["<=", 1, "L"], ["<=", 2, "H"]],
        },
    },
    "hyperkernel-first": {
        "needs": _FLOW,
        "says": {
            "is": "bounded", "of": ["*", ["min", "n", "m"], ["dK", 1]], "power": 0, "power_m": 0,
            "where": [["<=", 2, "H"]],
        },
    },
    "hyperkernel-second": {
        "needs": _FLOW,
        "says": {"is": "bounded", "of": ["dK", 2], "power": -1, "power_m": 0, "where": [["<=", 2, "L"]]},
    },
    "kink-trained": {
        "needs": ("relu", "inputs_nonzero", "unit_step"),
        "says": {"is": "bounded", "of": ["kink", 1], "power": ["/", -1, 2], "power_m": 0, "where": [["=", "L", 2]]},
    },
    "kink-collinear": {
        "needs": ("relu", "inputs_nonzero", "unit_step"),
        "says": {"is": "order", "of": ["kink", "c"], "power": ["/", -1, 2], "where": [["=", "L", 2]]},
    },
    "kink-other": {
        "needs": ("relu", "inputs_nonzero", "unit_step", "not_collinear"),
        "says": {"is": "bounded", "of": ["kink", 0], "power": ["/", -3, 4], "power_m": 0, "where": [["=", "L", 2]]},
    },
}  # fmt: skip


def _hyper_limit(premises: list[Judgment], data: Mapping[str, Any]) -> tuple[Judgment, Marks]:
    """K^h → Θ^f Θ^g in probability, n → ∞ first and then m → ∞.

    K^h = ∂_v h K^f ∂_v h'ᵀ, K^f(a, b) = ∂f^a/∂w·∂f'^b/∂w.  For fixed m these are finitely many entries, each
    converging to δ(a, b) Θ^f, while ∂_v h, a function of finitely many outputs with Gaussian limits, is tight:
    K^h - Θ^f ∂_v h·∂_v h' → 0 as n → ∞ for each m; and ∂_v h·∂_v h' → Θ^g as n, m → ∞ in any manner.
    """
    found = {p["of"][0]: p for p in premises if p["is"] == "plim"}
    require(set(found) == {"FNtk", "GNtk"}, "the limits of the tangent kernels of f and of g are the premises")
    f, g = found["FNtk"], found["GNtk"]
    require(f["as"] == ["n"] and g["as"] == ["n", "m"], "limits in other widths")
    require(same(f["of"], ["FNtk", "L", "a", "b"]), f"{show(f['of'])} is not the tangent kernel of f")
    require(same(g["of"], ["GNtk", "L", "H", "a", "b"]), f"{show(g['of'])} is not the tangent kernel of g")
    diagonal = [at(p, {"a": 1, "b": 1})["to"] for p in (f, g)]
    off = at(f, {"a": 1, "b": 2})["to"]
    decoupled = isinstance(off, list) and off[0] == "sum" and constant(off[4]) == 0
    require(decoupled, "different outputs of f do not decouple")
    where = join(f["where"], g["where"], [["<=", 2, "H"]])
    conclusion = {"is": "plim", "of": ["HyperNtk"], "to": ["*", *diagonal], "as": ["n", "then", "m"], "where": where}
    return conclusion, {"theorem slutsky"}


def _mean_of_limit(premises: list[Judgment], data: Mapping[str, Any]) -> tuple[Judgment, Marks]:
    """The limit of E K^(1) as n, m → ∞ at z_j = -z_i, x_i = x_j, for H = 2 and H = 3, with 1/π as a symbol.

    Σ(ρ) and Σ̇(ρ) are (0, 0) at ρ = -1 and (1/π, 1/2) at ρ = 0 (unit variances).  Θ^g = Σ_{l<H} Σ^l Π_{t>l} Σ̇^t
    with Σ^0 = -1 is then 0 for H = 2 and 1/π for H = 3; Θ^h = L Θ^g, since Θ^f(x, x) = L.  K^(1) is without the √2
    of Eq. (66), hence Θ^h/2^{H-1}.
    """
    needs(premises, "exclusive_masks")
    value = {2: 0, 3: ["*", ["/", 1, 4], "L", ["invpi"]]}.get(data["H"])
    require(value is not None, f"H = {show(data['H'])}: 2 or 3")
    return _eq(["ThetaH"], value, ["=", "H", data["H"]], ["<=", 1, "L"]), set()


def _differs(premises: list[Judgment], data: Mapping[str, Any]) -> tuple[Judgment, Marks]:
    """E X = ``value`` is false where E X = 0 and the value is a positive multiple of 1/π."""
    goal, instance = data["goal"], data["instance"]
    (zero,) = [p for p in premises if p["is"] == "mean"]
    (eq,) = [p for p in premises if p["is"] == "eq"]
    require(goal["is"] == "mean", "the claim refuted is no expectation")
    special, here, limit = instance_of(goal, instance), at(zero, instance), at(eq, instance)
    require(not (here["where"] or limit["where"]), "the instance leaves something open")
    require(same(here["of"], special["of"]) and constant(here["value"]) == 0, "the expectation is not known to be 0")
    require(same(special["value"], limit["left"]), f"{show(special['value'])} is not {show(limit['left'])}")
    form = polynomial(limit["right"])
    ((pi_form, _),) = polynomial(["invpi"]).items()
    require(set(form) == {pi_form} and form[pi_form] > 0, "the value is not a positive multiple of 1/π")
    return {"is": "refuted", "goal": goal, "instance": dict(instance), "where": []}, set()


def _only(premises: list[Judgment], kind: str) -> Judgment:
    found = [p for p in premises if p["is"] == kind]
    require(len(found) == 1, f"exactly one premise of kind {kind} is needed, not {len(found)}")
    return found[0]


RULES = {
    "eq.one_input": _one_input,
    "zero.orthogonal": _orthogonal,
    "zero.antiparallel": _antiparallel,
    "zero.exclusive": _exclusive,
    "eq.star": _star_series,
    "star.of_hyper": _star_of_hyper,
    "order.off_diagonal": _off_diagonal,
    "order.off_diagonal_deep": _off_diagonal_deep,
    "order.multiple": _multiple,
    "eq.restricted": _restricted,
    "atom.signs": _atom,
    "atom.rewrite": _atom_at,
    "eq.halves": _halves,
    "eq.limit_kernel": _mean_of_limit,
    "refute.positive": _differs,
    "cite": _cited,
    "plim.hyper": _hyper_limit,
    "fix": lambda p, data: (fix(p[0], data["values"]), set()),
    "eq.expand": lambda p, data: (expansion(_only(p, "eq")), set()),
    "eq.full_chain": lambda p, data: (full_chain(_only(p, "eq")), set()),
    "eq.under_product": lambda p, data: (
        under_product(_only(p, "eq"), data["variable"], data["from"], data["to"]), set()
    ),
    "eq.combination": lambda p, data: (combination(p, data["left"], data["right"], data["multipliers"]), set()),
}  # fmt: skip
