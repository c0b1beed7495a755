"""Judgments of the first kernel as plain sentences, and hypotheses by what they say, not by their names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from verifier.kernel.definitions import HYPOTHESES
from verifier.kernel.proof import says
from verifier.kernel.terms import constant

#: kind -> a sentence over the judgment's terms, and n^p for its power
_SENTENCES = {
    "eq": "{left} = {right}, at every size",
    "instance": "{left} = {right}, over prime fields at the listed sizes only",
    "zero": "{of} = 0 almost surely, at every width",
    "nonzero": "P[{of} ≠ 0] > 0",
    "order": "{of} has exact order n^{power}",
    "vanishes": "{of} / n^{power} → 0 in probability",
    "bounded": "{of} = O_p(n^{power} m^{power_m})",
    "scale": "√E[{of}²] = O(n^{power})",
    "plim": "{of} → {to} in probability as {as}",
    "gp": "{of} converges to a Gaussian process of covariance {cov} as {as}",
    "expect": "{of} = {value}",
    "mean": "E[{of}] = {value}, at every width",
    "prob": "P[{of}] → {value} as {as}",
    "atom": "P[{of} = 0] = {value}",
    "constant": "{of} takes one value almost surely",
}
_INFIX = {"+": " + ", "-": " - ", "*": "·", "/": "/", "^": "^", "<=": " ≤ ", "=": " = "}


def sentence(judgment: Mapping[str, Any]) -> str:
    """What a judgment says, in words and formulas, with its range; in the kernel's words where there are no others.

    >>> sentence({"is": "order", "of": ["K", "r"], "power": ["-", "H", "r"], "where": [["<=", "H", "r"]]})
    'K(r) has exact order n^(H - r), for H ≤ r'
    """
    kind = str(judgment.get("is"))
    if kind == "refuted":
        at = ", ".join(f"{name} = {value}" for name, value in judgment["instance"].items())
        return f"it is false that {sentence(judgment['goal'])}; a counterexample: {at}"
    pattern = _SENTENCES.get(kind)
    if pattern is None:
        text = says(dict(sorted(judgment.items())))  # in one order, whichever the file has
    else:
        shown = {name: term(value) for name, value in judgment.items() if name not in ("is", "where", "as")}
        shown["as"] = f"{', '.join(judgment.get('as', []))} → ∞"
        shown |= {name: term(judgment[name], top=False) for name in ("power", "power_m") if name in judgment}
        text = pattern.format(**shown)
    where = [constraint(one) for one in judgment.get("where", [])]
    return f"{text}, for {', '.join(where)}" if where else text


def hypothesis(judgment: Mapping[str, Any]) -> str:
    """What a hypothesis of a proof file grants: a known one in the definitions' words, another one term by term."""
    if judgment.get("is") == "assume":
        name = str(judgment.get("name"))
        return HYPOTHESES.get(name, f"{name}, which the definitions do not know")
    if judgment.get("is") == "ifzero":
        then = " and ".join(constraint(one) for one in judgment.get("then", []))
        where = ", ".join(constraint(one) for one in judgment.get("where", []))
        return f"{term(judgment.get('of'))} = 0 only where {then}" + (f" (for {where})" if where else "")
    return says(dict(sorted(judgment.items())))


def constraint(one: Sequence[Any]) -> str:
    """``["<=", a, b]`` as ``a ≤ b``."""
    sign, left, right = one
    return f"{term(left, top=True)}{_INFIX.get(sign, f' {sign} ')}{term(right, top=True)}"


def term(value: Any, top: bool = True) -> str:
    """A kernel term on one line; parentheses around sums and products inside others."""
    if isinstance(value, Mapping):
        return "(" + ", ".join(f"{name} = {term(entry)}" for name, entry in value.items()) + ")"
    if not isinstance(value, list):
        negative = isinstance(value, int) and value < 0
        return f"({value})" if negative and not top else str(value)
    if not value or not isinstance(value[0], str):
        return "[" + ", ".join(term(entry) for entry in value) + "]"
    head, *rest = value
    number = constant(value) if head in (*_INFIX, "min", "max", "inv") else None
    if number is not None:
        return str(number) if top or number >= 0 else f"({number})"
    if head == "*":
        rest = [entry for entry in rest if entry != 1] or [1]
    if head == "+":
        rest = [entry for entry in rest if entry != 0] or [0]
    if head in _INFIX and len(rest) > 1:
        joined = _INFIX[head].join(term(entry, top=False) for entry in rest)
        return joined if top else f"({joined})"
    if head in ("+", "*"):
        return term(rest[0], top)
    if head == "-":
        return f"-{term(rest[0], top=False)}"
    if head == "inv":
        return f"1/{term(rest[0], top=False)}"
    return f"{head}({', '.join(term(entry) for entry in rest)})" if rest else head
