"""Layers of independent Gaussian rows: their Gram matrices, masks, Jacobians and outputs, at every depth.

Terms here are kernels, functions of a pair of inputs from a finite set; sums and products are taken pointwise.

============================  ====================================================================================
``Gx``, ``Gz``                x·x'/n_0 and z·z'/m_0
``dual_φ(C)``                 2 E[φ(a) φ(a')] for (a, a') ~ N(0, C), φ = relu or step (= relu')
``S(v)``                      S(0) = Gx, S(v+1) = dual_relu(S(v))
``Sigma(L,v)``                Sigma(L,0) = Gz, Sigma(L,v+1) = dual_relu(S(L-1) Sigma(L,v))
``Y(l)``, ``FGram(v)``        f's pre-activations y^l and q^v·q'^v/n_v, q^0 = x, q^v = √2 relu(y^v), f = y^L
``FMask(l)``                  (2/n_l) Σ_a σ'(y^l_a) σ'(y'^l_a)
``FChain(u,v,a,b)``           entry (a, b) of P^{u→v} P'^{u→v}ᵀ, P^{u→v} = Π_{l=u}^{v-1} √(2/n_l) W^{l+1} Z^l
``FNtk(L,a,b)``               ∂f^a/∂w · ∂f'^b/∂w
``G(L,l)``, ``GGram(L,v)``,   the same of g, g^l = V^l a^{l-1}/√m_{l-1}, a^0 = z, h = g^H; its weights V are outputs of
``GNtk(L,H,a,b)``, …          f, of depth L, and its derivatives are with respect to V
============================  ====================================================================================

``plim``: ``of`` → ``to`` in probability; ``gp``: the units of ``of`` converge in distribution, at finitely many
inputs and units, to centred Gaussians of covariance ``cov``, independent over units.  ``as`` names the families of
hidden widths (n of f, m of g) that tend to infinity: all of them, in any manner whatever; depths are fixed.

Given all earlier layers, the rows of a layer's weights are independent over rows, with iid pairs of entries of
covariance C: C = 1 for f, and C = FGram(L-1) for g, because outputs of f are linear in W^L and W^L is independent of
q^{L-1}.  So the pre-activations of a layer are, given the past, exactly iid Gaussian vectors of covariance C R, R the
Gram kernel of the layer before.  Everything below follows from that alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import prod
from typing import Any

from verifier.kernel.judgments import Judgment, at, join
from verifier.kernel.orders import _entailed
from verifier.kernel.terms import (
    KernelError,
    Term,
    constant,
    free_variables,
    require,
    require_index,
    same,
    show,
    substitute,
)

Step = tuple[Judgment, set[str]]

#: |φ(y)| <= |y|^degree; ``square`` = E φ(ξ)² for a standard Gaussian ξ; where φ jumps.
ACTIVATIONS: dict[str, dict[str, Any]] = {
    "relu": {"degree": 1, "square": Fraction(1, 2), "jumps": []},
    "step": {"degree": 0, "square": Fraction(1, 2), "jumps": [0]},
}
#: The random processes.  ``factor`` is the square of √2 in q = √2 σ(y); ``rows`` the conditional covariance C.
PROCESSES: dict[str, dict[str, Any]] = {
    "f": {"head": "F", "unit": "Y", "base": ["Gx"], "rows": 1, "factor": 2, "activation": "relu", "top": "L",
          "limit": "S", "of": [], "widths": ["n"], "positive": ["inputs_nonzero"]},
    "g": {"head": "G", "unit": "G", "base": ["Gz"], "rows": ["FGram", ["-", "L", 1]], "factor": 2,
          "activation": "relu", "top": "H", "limit": "Sigma", "of": ["L"], "widths": ["n", "m"],
          "positive": ["inputs_nonzero", "z_nonzero"]},
}  # fmt: skip
#: The deterministic recursions that the limits are named by.
RECURSIONS: dict[str, dict[str, Any]] = {
    "S": {"zero": ["Gx"], "over": ["v"], "next": ["v", ["dual_relu", ["S", "v"]]]},
    "Sigma": {"zero": ["Gz"], "over": ["L", "v"],
              "next": ["v", ["dual_relu", ["*", ["S", ["-", "L", 1]], ["Sigma", "L", "v"]]]]},
}


def _process(data: Mapping[str, Any]) -> dict[str, Any]:
    name = data["of"]
    if not isinstance(name, str) or name not in PROCESSES:
        raise KernelError(f"{show(name)} is no process; known: {', '.join(sorted(PROCESSES))}")
    return PROCESSES[name]


def _assume(premises: list[Judgment], *names: str) -> None:
    assumed = {p["name"] for p in premises if p["is"] == "assume"}
    for name in names:
        require(name in assumed, f"the hypothesis {name} is not a premise")


def limit_of(term: Term, premises: list[Judgment], scope: Mapping[str, Any], where: list[Any]) -> tuple[Term, set[str]]:
    """The limit in probability of a term, and the widths it needs: one of the ``plim`` premises, at its indices."""
    for premise in premises:
        if premise["is"] != "plim":
            continue
        pattern = premise["of"]
        if not isinstance(term, list) or pattern[0] != term[0] or len(pattern) != len(term):
            continue
        values: dict[str, Term] = {}
        fits = True
        for slot, given in zip(pattern[1:], term[1:], strict=True):
            if isinstance(slot, str) and slot not in values:
                values[slot] = given
            elif not same(substitute(slot, values), given):
                fits = False
        if not fits:
            continue
        special = at({**premise, "where": []}, values)
        for constraint in premise["where"]:
            needed = substitute(constraint, values)
            gap = constant(["-", needed[2], needed[1]])
            known = gap is not None and (gap >= 0 if needed[0] == "<=" else gap == 0)
            require(known or _entailed(needed, dict(scope), where), f"{show(term)} is outside {show(needed)}")
        return special["to"], set(premise["as"])
    raise KernelError(f"{show(term)} has no limit among the premises")


def _rows(record: Mapping[str, Any], premises: list[Judgment], where: list[Any]) -> Term:
    """The limit of the rows' covariance C."""
    if record["rows"] == 1:
        return 1
    return limit_of(record["rows"], premises, {}, where)[0]


def _range(record: Mapping[str, Any]) -> list[Any]:
    return [["<=", 1, name] for name in dict.fromkeys(("L", record["top"]))]


def gram_induction(premises: list[Judgment], data: Mapping[str, Any]) -> Step:
    """The Gram kernel of layer v → the v-th iterate of the recursion, 0 <= v < depth, for widths in any manner.

    Base: layer 0 is the input.  Step: given the layers up to v, the Gram entry of layer v+1 is a mean of iid terms
    factor·φ(y)φ(y'), (y, y') ~ N(0, C R).  Its conditional mean is a continuous function of C R (φ is continuous and
    of polynomial growth), and its conditional variance is at most factor² (4 degree - 1)!! times a power of the
    diagonal of C R, over the width: Chebyshev.  ``data`` states base, step and that constant; all are recomputed.
    """
    record = _process(data)
    _assume(premises, "relu")
    where = _range(record)
    rows = _rows(record, premises, where)
    name, factor, activation = record["limit"], record["factor"], record["activation"]
    known = ACTIVATIONS[activation]
    require(not known["jumps"], f"{activation} is not continuous")
    # dual_φ has the factor 2 in it.
    step = ["*", ["/", factor, 2], [f"dual_{activation}", ["*", rows, [name, *record["of"], "v"]]]]
    recursion = RECURSIONS[name]
    require(recursion["next"][0] == "v", "the recursion is indexed by v")
    for stated, computed, defined, what in (
        (data["base"], record["base"], recursion["zero"], "base"),
        (data["step"], step, recursion["next"][1], "step"),
    ):
        require(same(stated, computed), f"{what}: stated {show(stated)}, the process gives {show(computed)}")
        require(same(computed, defined), f"{what}: {name} is defined by {show(defined)}, not {show(computed)}")
    bound = factor**2 * prod(range(4 * known["degree"] - 1, 0, -2))
    require(type(data["variance"]) is int and data["variance"] == bound, f"the variance is bounded by {bound}")
    span: list[Any] = [["<=", 0, "v"], ["<=", "v", ["-", record["top"], 1]]]
    return {
        "is": "plim", "of": [record["head"] + "Gram", *record["of"], "v"], "to": [name, *record["of"], "v"],
        "as": record["widths"], "where": join(where, span),
    }, {"theorem chebyshev", "theorem mann-wald"}  # fmt: skip


def _gram_limit(record: Mapping[str, Any], premises: list[Judgment], level: Term, where: list[Any]) -> Term:
    """The limit of the covariance C R of layer ``level``'s pre-activations."""
    rows = _rows(record, premises, where)
    gram, _ = limit_of([record["head"] + "Gram", *record["of"], ["-", level, 1]], premises, {}, where)
    return ["*", rows, gram]


def mask_mean(premises: list[Judgment], data: Mapping[str, Any]) -> Step:
    """(2/width) Σ_a σ'(y_a) σ'(y'_a) → dual_step(C R), layer 1 <= l < depth.

    The same argument as for Gram kernels with φ = σ'.  It jumps at 0, so the limit needs positive variances: the
    diagonal of the recursion is constant, as factor · E relu(ξ)² = 1, and it starts positive by hypothesis.
    """
    record = _process(data)
    _assume(premises, "relu", *record["positive"])
    require(record["factor"] * ACTIVATIONS["relu"]["square"] == 1, "variances do not stay positive")
    where = join(_range(record), [["<=", 1, "l"], ["<=", "l", ["-", record["top"], 1]]])
    limit = ["dual_step", _gram_limit(record, premises, "l", where)]
    of = [record["head"] + "Mask", *record["of"], "l"]
    conclusion = {"is": "plim", "of": of, "to": limit, "as": record["widths"], "where": where}
    return conclusion, {"theorem chebyshev", "theorem mann-wald"}


def chain_induction(premises: list[Judgment], data: Mapping[str, Any]) -> Step:
    """P^{u→v} P'^{u→v}ᵀ → I Π_{l=u}^{v-1} C dual_step(C R_l), entry by entry, 1 <= u <= v <= depth.

    With M^v = P^{u→v} P'^{u→v}ᵀ and B^v = (2/m_v) Z^v M^v Z'^v: M^{v+1}_{ab} = w_aᵀ B^v w'_b, rows w_a, w'_b that are
    independent of B^v.  Hence M^{v+1}_{ab} = δ_ab C tr B^v + e_ab with E[e_ab² | past] <= 2 C_11 C_22 |B^v|², and
    tr B^{v+1} = C tr B^v · mask mean + an error of conditional mean size O(|B^v|), while
    E[|B^{v+1}|² | past] <= 4 C_11 C_22 (|B^v|² + ((tr B^v)² + |B^v|²)/m_{v+1}).  At u: B = (2/m_u) Z Z', so that
    tr B^u is the mask mean and |B^u|² <= 4/m_u.  By induction |B^v| → 0 and tr B^v → Π C^{..} dual_step.  Rows are
    looked at finitely many at a time; as matrices of growing size the products do not converge (E7).
    """
    record = _process(data)
    _assume(premises, "relu", "rows_fixed")
    top = record["top"]
    where = join(_range(record), [["<=", 1, "u"], ["<=", "u", "v"], ["<=", "v", top]])
    rows = _rows(record, premises, where)
    scope = {"t": ("u", ["-", "v", 1])}
    mask, _ = limit_of([record["head"] + "Mask", *record["of"], "t"], premises, scope, where)
    link = ["*", rows, mask]
    require(same(data["link"], link), f"stated {show(data['link'])}, the process gives {show(link)}")
    limit = ["*", ["kron", "a", "b"], ["prod", "t", "u", ["-", "v", 1], link]]
    of = [record["head"] + "Chain", *record["of"], "u", "v", "a", "b"]
    return {"is": "plim", "of": of, "to": limit, "as": record["widths"], "where": where}, {"theorem chebyshev"}


def gradient(premises: list[Judgment], data: Mapping[str, Any]) -> Step:
    """The tangent kernel by layers: ∂y^top_a/∂W^l = (row a of P^{l→top}) ⊗ q^{l-1}/√width, summed over l."""
    record = _process(data)
    _assume(premises, "relu")
    head, top = record["head"], record["top"]
    of = record["of"]
    body = ["*", [head + "Gram", *of, ["-", "l", 1]], [head + "Chain", *of, "l", top, "a", "b"]]
    right = ["sum", "l", 1, top, body]
    return {"is": "eq", "left": [head + "Ntk", *of, top, "a", "b"], "right": right, "where": _range(record)}, set()


def plim_continuous(premises: list[Judgment], data: Mapping[str, Any]) -> Step:
    """The left side of an identity whose right side is a polynomial, of fixed length, in quantities with limits."""
    found = [p for p in premises if p["is"] == "eq"]
    require(len(found) == 1, f"exactly one identity is needed, not {len(found)}")
    eq, widths = found[0], set()

    def limit(term: Term, scope: dict[str, Any]) -> Term:
        if isinstance(term, int):
            return term
        require(isinstance(term, list), f"{show(term)} is not built from quantities with limits")
        head, arguments = term[0], term[1:]
        if head in ("*", "+"):
            return [head, *(limit(t, scope) for t in arguments)]
        if head in ("sum", "prod"):
            name, lo, hi, body = arguments
            require(free_variables(["+", lo, hi]) <= {"L", "H"}, "an open range")
            require_index(["list", lo, hi])  # n(1) has no free variable
            return [head, name, lo, hi, limit(body, {**scope, name: (lo, hi)})]
        if head == "kron":
            require_index(["list", *arguments])
            return term
        value, needed = limit_of(term, premises, scope, eq["where"])
        widths.update(needed)
        return value

    to = limit(eq["right"], {})
    return {"is": "plim", "of": eq["left"], "to": to, "as": sorted(widths, reverse=True), "where": eq["where"]}, {
        "theorem slutsky"
    }


def conditional_gauss(premises: list[Judgment], data: Mapping[str, Any]) -> Step:
    """The pre-activations of layer l, 1 <= l <= depth, converge to independent Gaussians of covariance C R.

    Given the past they are exactly that with the random C R of the moment; C R converges in probability, and the
    characteristic function E exp(-tᵀ(C R)t/2) converges by bounded convergence.
    """
    record = _process(data)
    where = join(_range(record), [["<=", 1, "l"], ["<=", "l", record["top"]]])
    covariance = _gram_limit(record, premises, "l", where)
    require(same(data["cov"], covariance), f"stated {show(data['cov'])}, the process gives {show(covariance)}")
    of = [record["unit"], *record["of"], "l"]
    return {"is": "gp", "of": of, "cov": data["cov"], "as": record["widths"], "where": where}, {
        "theorem levy-continuity"
    }


def both_positive(premises: list[Judgment], data: Mapping[str, Any]) -> Step:
    """P[Y(u) > 0 and Y(u') > 0] → dual_step(cov)/2 for the units of a ``gp`` premise.

    Here Lemma 1 applies: the indicator jumps where a coordinate is 0, and the variances are positive as in the masks.
    """
    found = [p for p in premises if p["is"] == "gp"]
    require(len(found) == 1, f"exactly one Gaussian limit is needed, not {len(found)}")
    of, covariance = found[0]["of"], found[0]["cov"]
    records = [record for record in PROCESSES.values() if record["unit"] == of[0]]
    require(len(records) == 1, f"{show(of)} is no layer of a process")
    _assume(premises, "relu", *records[0]["positive"])
    require(records[0]["factor"] * ACTIVATIONS["relu"]["square"] == 1, "variances do not stay positive")
    value = ["/", ["dual_step", covariance], 2]
    fields = {name: found[0][name] for name in ("as", "where")}
    return {"is": "prob", "of": ["positive", *of], "value": value, **fields}, {"theorem mann-wald"}


def moment(premises: list[Judgment], data: Mapping[str, Any]) -> Step:
    """E f^{2p} at finite widths n(1)..n(L-1) and one input: (2p-1)!! (|x|²/n_0)^p Π_l E[(Q_l/Q_{l-1})^p].

    Given Q_{l-1}, Q_l/Q_{l-1} is a mean over n(l) iid variables factor·relu(ξ)², so its p-th moment is
    n^{-p} Σ over set partitions of {1..p} of n(n-1)… Π_blocks factor^b (2b-1)!!/2; f given Q_{L-1} is N(0, Q_{L-1}).
    """
    _assume(premises, "relu")
    p = data["half"]
    require(type(p) is int and 1 <= p <= 3, f"half the power is {show(p)}: 1 to 3 are allowed")
    factor = PROCESSES["f"]["factor"]
    coefficients = [Fraction(0)] * p  # of n^0, n^-1, …
    for blocks in _partitions(p):
        weight = prod((Fraction(factor**b * prod(range(1, 2 * b, 2)), 2) for b in blocks), start=Fraction(1))
        falling = [Fraction(1)]  # n(n-1)…(n-k+1)/n^k as a polynomial in 1/n
        for j in range(len(blocks)):
            falling = [
                (falling[i] if i < len(falling) else Fraction(0)) - (j * falling[i - 1] if i else Fraction(0))
                for i in range(len(falling) + 1)
            ]
        shift = p - len(blocks)
        for i, c in enumerate(falling):
            if c:
                coefficients[i + shift] += weight * c
    inverse = ["inv", ["n", "l"]]
    terms: list[Term] = [
        ["*", ["/", c.numerator, c.denominator], ["^", inverse, i]] for i, c in enumerate(coefficients) if c
    ]
    odd = prod(range(1, 2 * p, 2))
    value = ["*", odd, ["^", ["entry", ["Gx"], 1, 1], p], ["prod", "l", 1, ["-", "L", 1], ["+", 0, *terms]]]
    require(same(data["value"], value), f"stated {show(data['value'])}, the recursion gives {show(value)}")
    return {"is": "mean", "of": ["power", ["Y", "L"], 2 * p], "value": data["value"], "where": [["<=", 1, "L"]]}, set()


def _partitions(p: int) -> list[list[int]]:
    """Block sizes of all set partitions of p things, one entry for each."""
    out: list[list[int]] = [[]]
    for _ in range(p):
        out = [
            [*blocks[:i], blocks[i] + 1, *blocks[i + 1 :]] if i < len(blocks) else [*blocks, 1]
            for blocks in out
            for i in range(len(blocks) + 1)
        ]
    return out


def feature_mean(premises: list[Judgment], data: Mapping[str, Any]) -> Step:
    """(1/k) Σ_i cos(W_i·z + b_i) cos(W_i·z' + b_i) → its mean as k → ∞: iid and bounded."""
    _assume(premises, "many_features")
    found = [p for p in premises if p["is"] == "expect"]
    require(len(found) == 1 and found[0]["of"][0] == "coscos", "the expectation of one feature is the premise")
    of, to, where = ["features", *found[0]["of"][1:]], found[0]["value"], found[0]["where"]
    return {"is": "plim", "of": of, "to": to, "as": ["k"], "where": where}, {"theorem lln"}


def recursion_function(premises: list[Judgment], data: Mapping[str, Any]) -> Step:
    """The covariance of a ``gp`` premise is a function of ``arguments``, which determine every kernel it starts from.

    ``domain`` says which Gram kernels of z are meant: ``any``, or ``fourier``, with 1/2 on the diagonal.
    """
    found = [p for p in premises if p["is"] == "gp"]
    require(len(found) == 1, f"exactly one Gaussian limit is needed, not {len(found)}")
    given, domain = data["arguments"], data["domain"]
    require(domain in ("any", "fourier") and given[0] == "list", "arguments are a list; domain is any or fourier")
    determined = {argument[0] for argument in given[1:] if argument in (["Gx"], ["Gz"])}
    if domain == "fourier" and ["entry", ["Gz"], 1, 2] in given[1:]:
        diagonal = [p for p in premises if p["is"] == "plim" and p["of"] == ["features", 1, 0, 1, 1, 0, 1]]
        half = len(diagonal) == 1 and same(diagonal[0]["to"], ["/", 1, 2]) and not diagonal[0]["where"]
        require(half, "the features' diagonal is not a premise")
        determined.add("Gz")
    left = starts(found[0]["cov"]) - determined
    require(not left, f"{', '.join(sorted(left))} is not determined by {show(given)}")
    where = found[0]["where"]
    return {"is": "function", "of": found[0]["cov"], "arguments": given, "domain": domain, "where": where}, set()


def starts(term: Term) -> set[str]:
    """The input kernels (Gx, Gz) that a kernel is computed from, through all recursions."""
    if not isinstance(term, list):
        return set()
    head, arguments = term[0], term[1:]
    if head in ("Gx", "Gz"):
        return {head}
    if head in RECURSIONS:
        inner = {name for name in RECURSIONS if name != head}
        body = RECURSIONS[head]["next"][1]
        used = {name for name in inner if _mentions(body, name)}
        return starts(RECURSIONS[head]["zero"]).union(*(starts([name]) for name in used))
    known = ("*", "+", "-", "/", "dual_relu", "dual_step")
    require(head in known, f"{show(term)} is not a kernel computed from others")
    return set().union(*(starts(a) for a in arguments))


def _mentions(term: Term, head: str) -> bool:
    return isinstance(term, list) and (term[0] == head or any(_mentions(a, head) for a in term[1:]))


RULES = {
    "gram.induction": gram_induction,
    "gram.masks": mask_mean,
    "gram.chain": chain_induction,
    "gram.function": recursion_function,
    "eq.gradient": gradient,
    "plim.continuous": plim_continuous,
    "plim.features": feature_mean,
    "conv.condgauss": conditional_gauss,
    "moment.output": moment,
    "prob.positive": both_positive,
}
