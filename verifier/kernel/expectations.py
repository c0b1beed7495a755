"""Gaussian expectations in closed form, by their derivative in the correlation, and by characteristic functions.

For standard Gaussians ξ, η of correlation ρ and standard deviations s, t >= 0 let

    E_relu(ρ, s, t) = 2 E[relu(sξ) relu(tη)],    E_step(ρ) = 2 E[step(ξ) step(η)],    step = relu',

where step(sξ) = step(ξ) for s > 0.  Price's theorem: ∂E_relu/∂ρ = s t E_step for |ρ| < 1 (at s t = 0 both are 0), and
∂E_step/∂ρ = 2 E[δ(ξ) δ(η)] = 1/(π √(1-ρ²)), twice a Gaussian density at the origin.  At ρ = 0 the two factors are
independent.  Both sides are continuous on [-1, 1].  So a closed form is right if its derivative and its value at
ρ = 0 are, for every s and t at once, and if it has no pole at |ρ| = 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from verifier.kernel.judgments import Judgment, matches
from verifier.kernel.terms import KernelError, Term, require, same, show

#: Powers of ρ, S = √(1-ρ²), A = acos ρ, π, s, t; those of S and π may be negative.
Powers = tuple[int, int, int, int, int, int]
Element = dict[Powers, Fraction]
RHO, S, A, PI, SCALE_S, SCALE_T = range(6)

#: φ -> (its derivative, the variables, the factor of the chain rule, the product of the means);
#: E relu(sξ) = s/√(2π), E step(ξ) = 1/2
LADDER: dict[str, tuple[str, tuple[str, ...], Element, Element]] = {
    "relu": ("step", ("rho", "s", "t"), {(0, 0, 0, 0, 1, 1): Fraction(1)}, {(0, 0, 0, -1, 1, 1): Fraction(1, 2)}),
    "step": ("delta", ("rho",), {(0, 0, 0, 0, 0, 0): Fraction(1)}, {(0, 0, 0, 0, 0, 0): Fraction(1, 4)}),
}
#: 2 E[δ(ξ) δ(η)]
DENSITY: Element = {(0, -1, 0, -1, 0, 0): Fraction(1)}
ONE_MINUS_SQUARE = ["-", 1, ["^", "rho", 2]]


def _unit(position: int, power: int = 1) -> Element:
    powers = [0] * 6
    powers[position] = power
    return {(powers[0], powers[1], powers[2], powers[3], powers[4], powers[5]): Fraction(1)}


def element(term: Term) -> Element:
    """A term in ρ, s, t, π, √(1-ρ²), acos ρ and the inverses of π and √(1-ρ²), as an element of the ring."""
    if isinstance(term, bool):
        raise KernelError(f"{show(term)} is not a term")
    if isinstance(term, int):
        return {(0,) * 6: Fraction(term)} if term else {}
    if isinstance(term, str):
        names = {"rho": RHO, "s": SCALE_S, "t": SCALE_T}
        require(term in names, f"{term} is not one of rho, s, t")
        return _unit(names[term])
    head, arguments = term[0], term[1:]
    if head == "pi" and not arguments:
        return _unit(PI)
    if head == "acos" and arguments == ["rho"]:
        return _unit(A)
    if head == "sqrt" and len(arguments) == 1 and same(arguments[0], ONE_MINUS_SQUARE):
        return _unit(S)
    if head == "inv" and len(arguments) == 1:
        return _inverse(element(arguments[0]), term)
    parts = [element(a) for a in arguments]
    if head == "+":
        return _sum(*parts)
    if head == "-" and parts:
        rest = [_times(p, {(0,) * 6: Fraction(-1)}) for p in (parts if len(parts) == 1 else parts[1:])]
        return rest[0] if len(parts) == 1 else _sum(parts[0], *rest)
    if head == "*":
        out: Element = {(0,) * 6: Fraction(1)}
        for part in parts:
            out = _times(out, part)
        return out
    if head == "/" and isinstance(arguments[1], int) and arguments[1]:
        return _times(parts[0], {(0,) * 6: Fraction(1, arguments[1])})
    if head == "^" and isinstance(arguments[1], int) and 0 <= arguments[1] <= 16:
        out = {(0,) * 6: Fraction(1)}
        for _ in range(arguments[1]):
            out = _times(out, parts[0])
        return out
    raise KernelError(f"{show(term)} is not in the ring over rho, √(1-rho²), acos(rho), π, s, t")


def _inverse(value: Element, term: Term) -> Element:
    require(len(value) == 1, f"{show(term)}: only π and √(1-rho²) are inverted")
    (powers, coefficient), *_ = value.items()
    allowed = all(power == 0 for i, power in enumerate(powers) if i not in (S, PI))
    require(allowed, f"{show(term)}: only π and √(1-rho²) are inverted")
    return {tuple(-p for p in powers): 1 / coefficient}  # type: ignore[dict-item]


def _sum(*parts: Element) -> Element:
    out: Element = {}
    for part in parts:
        for powers, c in part.items():
            out[powers] = out.get(powers, Fraction(0)) + c
    return {powers: c for powers, c in out.items() if c}


def _times(a: Element, b: Element) -> Element:
    out: Element = {}
    for p1, c1 in a.items():
        for p2, c2 in b.items():
            powers: Any = tuple(x + y for x, y in zip(p1, p2, strict=True))
            out[powers] = out.get(powers, Fraction(0)) + c1 * c2
    return {powers: c for powers, c in out.items() if c}


def is_zero(value: Element) -> bool:
    """Whether an element is 0 by S² = 1 - ρ²; what this calls zero is the zero function on |ρ| < 1."""
    lowest = min((powers[S] for powers in value), default=0)
    lift = -lowest + (lowest % 2 if lowest < 0 else 0) if lowest < 0 else 0
    out: Element = {}
    for powers, c in _times(value, _unit(S, lift)).items():
        even, odd = divmod(powers[S], 2)
        rest: Any = (powers[0], odd, *powers[2:])
        term: Element = {rest: c}
        for _ in range(even):
            term = _times(term, {(0,) * 6: Fraction(1), (2, 0, 0, 0, 0, 0): Fraction(-1)})
        out = _sum(out, term)
    return not out


def derivative(value: Element) -> Element:
    """∂/∂ρ, with ∂S = -ρ/S and ∂A = -1/S."""
    out: Element = {}
    for powers, c in value.items():
        for position, chain in (
            (RHO, {(0,) * 6: Fraction(1)}),
            (S, {(1, -1, 0, 0, 0, 0): Fraction(-1)}),
            (A, {(0, -1, 0, 0, 0, 0): Fraction(-1)}),
        ):
            power = powers[position]
            if power:
                lowered: Any = tuple(p - (i == position) for i, p in enumerate(powers))
                out = _sum(out, _times({lowered: c * power}, chain))
    return out


def at_zero(value: Element) -> Element:
    """The element at ρ = 0, where S = 1 and A = π/2."""
    out: Element = {}
    for powers, c in value.items():
        if powers[RHO] == 0:
            rest: Any = (0, 0, 0, powers[PI] + powers[A], powers[SCALE_S], powers[SCALE_T])
            out = _sum(out, {rest: c / 2 ** powers[A]})
    return out


def ladder(premises: list[Judgment], data: Mapping[str, Any]) -> tuple[Judgment, set[str]]:
    """E_φ = ``value`` for |ρ| <= 1, from the derivative in ρ and the value at ρ = 0.

    The premise is the closed form for φ' where φ' is a function; raises KernelError for any other value.
    """
    name = data["of"]
    require(isinstance(name, str) and name in LADDER, f"{show(name)}: relu or step is allowed")
    below, variables, chain, start = LADDER[name]
    value = element(data["value"])
    require(all(p[RHO] >= 0 and p[S] >= 0 and p[A] >= 0 for p in value), "the closed form has a pole at |rho| = 1")
    if below == "delta":
        require(not premises, "the derivative of step is a density: no premise is needed")
        slope = DENSITY
    else:
        require(len(premises) == 1 and premises[0]["is"] == "expect", "the derivative's closed form is the one premise")
        found, form = closed_form(premises[0])
        require(found == below, f"the premise is not about {below}")
        slope = element(form)
    wanted = _times(slope, chain)
    gap = _sum(derivative(value), _times(wanted, {(0,) * 6: Fraction(-1)}))
    require(is_zero(gap), f"the derivative of {show(data['value'])} in rho is not that of E_{name}")
    origin = _sum(at_zero(value), _times(start, {(0,) * 6: Fraction(-2)}))
    require(not origin, f"{show(data['value'])} is not 2 E{name} E{name} at rho = 0")
    conclusion = {"is": "expect", "of": [f"E_{name}", *variables], "value": data["value"], "where": domain(name)}
    return conclusion, {"theorem price"}


def domain(name: str) -> list[Any]:
    """Where a closed form must hold: |ρ| <= 1 and every pair of standard deviations."""
    return [["<=", -1, "rho"], ["<=", "rho", 1], *(["<=", 0, scale] for scale in LADDER[name][1][1:])]


def closed_form(premise: Judgment) -> tuple[str, Term]:
    """The function a closed form is of, and the form; KernelError unless it holds on the whole domain."""
    name = premise["of"][0].removeprefix("E_")
    require(premise["of"][1:] == list(LADDER[name][1]), f"{show(premise['of'])} is not about all variances")
    matches({**premise, "where": domain(name)}, premise)
    return name, premise["value"]


def fourier(premises: list[Judgment], data: Mapping[str, Any]) -> tuple[Judgment, set[str]]:
    """E cos(θ_1) cos(θ_2) for θ_k = W·v_k + c_k b, W standard Gaussian, b uniform on [-π, π].

    ``data["angles"]`` gives each θ as {"v": {vector: integer}, "b": integer}.  Product to sum; a non-zero integer
    multiple of the uniform phase makes a cosine average to 0; E cos(W·v) = exp(-|v|²/2).  ``norm2(c, c')`` is
    |c z + c' z'|², and ``coscos(c, c', b, …)`` lists the coefficients of both angles.
    """
    angles = data["angles"]
    require(isinstance(angles, list) and len(angles) == 2, "two angles are needed")
    for angle in angles:
        numbers = [angle["b"], *angle["v"].values()]
        require(set(angle) == {"v", "b"} and all(type(x) is int for x in numbers), f"{show(angle)} is no angle")
        require(set(angle["v"]) <= {"z", "zp"}, f"{show(angle)}: the vectors are z and zp")
    summands: list[Term] = []
    for sign in (-1, 1):
        phase = angles[0]["b"] + sign * angles[1]["b"]
        if phase == 0:
            vector = [angles[0]["v"].get(k, 0) + sign * angles[1]["v"].get(k, 0) for k in ("z", "zp")]
            first = next((c for c in vector if c), 0)
            vector = [c if first > 0 else -c for c in vector]  # |v|² = |-v|²
            mean: Term = ["exp", ["/", ["-", ["norm2", *vector]], 2]] if first else 1
            summands.append(["/", mean, 2])
    value: Term = ["+", 0, *summands]
    (v1, b1), (v2, b2) = ((a["v"], a["b"]) for a in angles)
    of = ["coscos", v1.get("z", 0), v1.get("zp", 0), b1, v2.get("z", 0), v2.get("zp", 0), b2]
    return {"is": "expect", "of": of, "value": value, "where": []}, set()


RULES = {"expect.price": ladder, "expect.fourier": fourier}
