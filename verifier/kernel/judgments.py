"""Judgments: what a step concludes, in plain JSON, with a canonical form and a range.

``{"is": ..., "where": [constraints], ...}``.  ``where`` is the range of parameters: constraints
``["<=", a, b]`` or ``["=", a, b]`` between integer terms.

============  ==========================================================================================
``eq``        ``left`` = ``right`` at every size, on every activation cell
``instance``  the same at the listed ``sizes`` only
``zero``      ``of`` is 0 almost surely, at every width
``fold``      for every r in range, the maximum of Σ_d ``weight``(k_d) over Σ k_d = r = ``total``, 0 <= k_d <= ``most``,
              1 <= d <= ``count``, is ``value``, and it is attained
``conv``      jointly over all ``entries`` {for, x, p, y}: n^{-p} x → y in distribution
``nonzero``   P[``of`` ≠ 0] > 0
``order``     n^{-``power``} ``of`` converges in distribution to a variable that is not a.s. 0
``vanishes``  n^{-``power``} ``of`` → 0 in probability
``assume``    a hypothesis the rules know by ``name``
``ifzero``    a hypothesis: where the constant ``of`` is 0, the constraints ``then`` hold
``refuted``   ``goal`` is false at ``instance``
``plim``      ``of`` → ``to`` in probability, as the widths ``as`` tend to infinity in any manner
``gp``        the units of ``of`` converge to independent centred Gaussians of covariance ``cov``, ``as`` before
``expect``    the expectation ``of`` has the closed form ``value``
``mean``      the expectation of ``of`` is ``value`` at every finite width
``prob``      the probability ``of`` an event tends to ``value``, ``as`` before
``function``  ``of`` is determined by ``arguments``, over the ``domain``
``maps``      convergence in distribution survives the step ``function``, ``jointly`` or for itself
``constant``  ``of`` takes one value almost surely
``growth``    E ``of`` = ``coefficient`` n^``power`` (1 + O(1/n)); ``theta``: see :mod:`verifier.kernel.moments`
``law``       the joint law of all correlation functions at one input: see :mod:`verifier.kernel.gauge`
``atom``      the probability of being 0 is ``value``, in the limit where there is one
``scale``     √E ``of``² = O(n^``power``); ``tight``, ``loose``, ``int``: see :mod:`verifier.kernel.graphs`
``bounded``   ``of`` = O_p(n^``power`` m^``power_m``)
============  ==========================================================================================
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Any

from verifier.kernel.terms import (
    KernelError,
    Poly,
    Term,
    add,
    bind,
    constant,
    free_variables,
    key,
    polynomial,
    require,
    scale,
    show,
    substitute,
)

Judgment = dict[str, Any]
Constraint = list[Any]

#: kind -> fields that hold one term each
TERMS = {
    "eq": ("left", "right"),
    "instance": ("left", "right"),
    "zero": ("of",),
    "fold": ("count", "most", "total", "value"),
    "conv": (),
    "nonzero": ("of",),
    "order": ("of", "power"),
    "vanishes": ("of", "power"),
    "assume": (),
    "ifzero": ("of",),
    "refuted": (),
    "plim": ("of", "to"),
    "gp": ("of", "cov"),
    "expect": ("of", "value"),
    "mean": ("of", "value"),
    "prob": ("of", "value"),
    "function": ("of", "arguments"),
    "maps": (),
    "constant": ("of",),
    "growth": ("of", "power"),
    "theta": ("of", "power"),
    "law": ("of",),
    "atom": ("of", "value"),
    "scale": ("of", "power"),
    "tight": (),
    "loose": (),
    "int": ("low", "high"),
    "bounded": ("of", "power", "power_m"),
}
#: kind -> fields compared as they stand
PLAIN = {
    "instance": ("sizes", "primes"), "conv": ("base",), "assume": ("name",), "refuted": ("instance",),
    "plim": ("as",), "gp": ("as",), "prob": ("as",), "function": ("domain",), "maps": ("function", "jointly"),
    "growth": ("coefficient", "activation"), "law": ("as",), "tight": ("graphs",), "loose": ("graphs", "gap"),
}  # fmt: skip


#: what is said of n → ∞
LIMITS = ("order", "vanishes", "plim", "gp", "prob", "growth", "theta", "scale", "atom", "bounded")


def gap(constraint: Constraint) -> Poly:
    """``b - a`` for ``a <= b`` or ``a = b``."""
    return dict(_gap(json.dumps(constraint)))


@lru_cache(maxsize=4096)
def _gap(text: str) -> Poly:
    constraint = json.loads(text)
    ok = isinstance(constraint, list) and len(constraint) == 3 and constraint[0] in ("<=", "=")
    require(ok, f'{show(constraint)} is not a constraint ["<=", a, b] or ["=", a, b]')
    return add(polynomial(constraint[2]), scale(polynomial(constraint[1]), -1))


def constraint_key(constraint: Constraint) -> Any:
    """Canonical form of a constraint."""
    form = gap(constraint)
    frozen = tuple(sorted(form.items(), key=repr))
    if constraint[0] == "=":
        negated = tuple(sorted(scale(form, -1).items(), key=repr))
        return ("=", min(frozen, negated, key=repr))
    return ("<=", frozen)


def join(*ranges: Iterable[Constraint]) -> list[Constraint]:
    """The intersection of ranges, without what is true of plain numbers or said more strictly by another.

    KernelError where a constraint between plain numbers is false.
    """
    out: dict[Any, tuple[Constraint, Fraction]] = {}
    for constraint in (c for part in ranges for c in part):
        value = gap(constraint)
        level = value.get((), Fraction(0))
        if set(value) <= {()}:
            holds = level == 0 if constraint[0] == "=" else level >= 0
            require(holds, f"the range {show(constraint)} is empty")
            continue
        slot = constraint_key(constraint) if constraint[0] == "=" else direction(constraint)
        if slot not in out or level < out[slot][1]:
            out[slot] = (constraint, level)
    return [constraint for constraint, _ in out.values()]


def direction(constraint: Constraint) -> Any:
    """``b - a`` without its constant: of two such constraints the one with the smaller constant is the stricter."""
    return ("<=", tuple(sorted(((m, c) for m, c in gap(constraint).items() if m != ()), key=repr)))


def canonical(judgment: Mapping[str, Any]) -> str:
    """A string that two judgments share when the kernel holds them to be the same."""
    return repr((core(judgment), sorted((constraint_key(c) for c in join(judgment.get("where", []))), key=repr)))


def core(judgment: Mapping[str, Any]) -> Any:
    """The canonical form without the range; kept, since the same judgment is looked at many times."""
    return _core(json.dumps(judgment, sort_keys=True))


@lru_cache(maxsize=4096)
def _core(text: str) -> Any:
    judgment = json.loads(text)
    kind = judgment.get("is")
    require(isinstance(kind, str) and kind in TERMS, f"{show(judgment)} is not a judgment")
    assert isinstance(kind, str)
    plain = PLAIN.get(kind, ())
    known = {"is", "where", *TERMS[kind], *plain}
    extra: tuple[Any, ...] = ()
    if kind == "fold":
        known.add("weight")
        name, body = judgment["weight"]
        extra = (key(body, bind({}, name)),)
    elif kind == "conv":
        known.add("entries")
        extra = (tuple(sorted((entry_key(e) for e in judgment["entries"]), key=repr)),)
    elif kind == "ifzero":
        known.add("then")
        extra = (tuple(sorted((constraint_key(c) for c in judgment["then"]), key=repr)),)
    elif kind == "refuted":
        known.add("goal")
        extra = (canonical(judgment["goal"]),)
    unknown, missing = set(judgment) - known, known - set(judgment) - {"where"}
    require(not unknown and not missing, f"{kind}: unknown or missing fields {sorted(unknown | missing)}")
    terms = tuple(key(judgment[name]) for name in TERMS[kind])
    return (kind, terms, tuple(json.dumps(judgment[name], sort_keys=True) for name in plain), extra)


def entry_key(entry: Mapping[str, Any]) -> Any:
    """Canonical form of an entry of a ``conv``: bound variables numbered in the order of its ``for``."""
    require(set(entry) == {"for", "x", "p", "y"}, f"{show(entry)} is not an entry of a joint limit")
    bound: dict[str, str] = {}
    ranges = []
    for name, low, high in entry["for"]:
        ranges.append((key(low, bound), key(high, bound)))
        bound = bind(bound, name)
    return (tuple(ranges), key(entry["x"], bound), key(entry["p"], bound), key(entry["y"], bound))


def matches(stated: Mapping[str, Any], computed: Mapping[str, Any]) -> None:
    """Raise KernelError unless ``stated`` is ``computed``, or ``computed`` on a smaller range."""
    if core(stated) != core(computed):
        raise KernelError(f"stated {show(stated)} but the rule gives {show(computed)}")
    for constraint in _missing(stated.get("where", []), computed.get("where", [])):
        raise KernelError(f"stated without the range {show(constraint)} that the rule gives in {show(computed)}")


def _missing(stated: list[Constraint], computed: list[Constraint]) -> list[Constraint]:
    """The constraints of ``computed`` that those ``stated`` do not say, or say less strictly."""
    equalities = {constraint_key(c) for c in stated if c[0] == "="}
    levels: dict[Any, Fraction] = {}
    for c in join(stated):
        if c[0] == "<=":
            levels[direction(c)] = gap(c).get((), Fraction(0))
    out = []
    for c in join(computed):
        if c[0] == "=":
            said = constraint_key(c) in equalities
        else:
            level = levels.get(direction(c))
            said = level is not None and level <= gap(c).get((), Fraction(0))
        if not said:
            out.append(c)
    return out


def at(judgment: Mapping[str, Any], values: Mapping[str, Term]) -> Judgment:
    """The judgment with parameters replaced; its range must not become empty on plain numbers."""
    require(not {"i", "j"} & set(values), "i and j name the inputs that K, a and T speak of")
    kind = judgment["is"]
    out = dict(judgment)
    for name in TERMS[kind]:
        out[name] = substitute(judgment[name], values)
    if kind == "conv":
        out["entries"] = [_entry_at(e, values) for e in judgment["entries"]]
    if kind in ("fold", "refuted", "instance"):
        raise KernelError(f"a {kind} judgment is not specialised")
    if kind == "ifzero":
        out["then"] = [substitute(c, values) for c in judgment["then"]]
    out["where"] = join([substitute(c, values) for c in judgment.get("where", [])])
    return out


def instance_of(goal: Mapping[str, Any], values: Mapping[str, Any]) -> Judgment:
    """A claim at integers that lie in its range and leave nothing of it open.

    Sizes are positive, and a limit is no statement about any one width.
    """
    plain = all(isinstance(v, int) and not isinstance(v, bool) for v in values.values())
    require(plain, f"an instance gives every parameter an integer, not {show(values)}")
    require(all(values.get(size, 1) >= 1 for size in ("H", "L", "n")), f"{show(values)}: a size is not positive")
    require("n" not in values or goal["is"] not in LIMITS, f"a claim on limits is not refuted at n = {values.get('n')}")
    special = at(goal, values)
    require(not special["where"], f"the instance leaves {show(special['where'])} open")
    return special


def _entry_at(entry: Mapping[str, Any], values: Mapping[str, Term]) -> dict[str, Any]:
    names = {name for name, _, _ in entry["for"]}
    require(not names & set(values), f"{sorted(names & set(values))} is bound in {show(entry)}")
    captured = names & set().union(*(free_variables(value) for value in values.values())) if values else set()
    require(not captured, f"{sorted(captured)} is bound in {show(entry)} and would capture a variable")
    fields = {name: substitute(entry[name], values) for name in ("x", "p", "y")}
    return {"for": [[v, substitute(a, values), substitute(b, values)] for v, a, b in entry["for"]], **fields}


def holds(constraints: Iterable[Constraint], values: Mapping[str, int]) -> bool:
    """Whether every constraint is true at these integers; KernelError where a parameter is left open."""
    for constraint in constraints:
        number = constant(substitute(["-", constraint[2], constraint[1]], values))
        require(number is not None, f"{show(constraint)} is not decided by {show(dict(values))}")
        assert number is not None
        if number < 0 or (constraint[0] == "=" and number != 0):
            return False
    return True


def digest(value: Any) -> str:
    """SHA-256 of a canonical string or of plain data."""
    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
