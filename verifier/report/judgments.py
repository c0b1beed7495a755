"""Judgments of the kernel in words and LaTeX, for readers; the kernel itself never sees this."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from verifier.report import instances
from verifier.report.terms import in_parentheses, symbol, term

RELATIONS = {"<=": r"\le "}
#: Judgments longer than this in LaTeX are described, not written out.
LONGEST = 700
#: Judgments in which S(v) is the Gram kernel of layer v.
GRAM_KERNELS = ("plim", "gp", "prob", "function", "expect")


def judgment(data: Mapping[str, Any]) -> tuple[str, str]:
    """A judgment in (words, LaTeX); the LaTeX is empty where there is nothing to typeset or it would be too long."""
    words, formula = _judgment(_stars(data))
    where = ",\\ ".join(_constraint(c) for c in data.get("where", []) or [])
    if formula and where:
        formula = rf"{formula}\qquad {where}"
    if len(formula) > LONGEST:
        return f"{words} (too long to print; verifier prove writes it out)", ""
    return words, formula


def _judgment(data: Mapping[str, Any]) -> tuple[str, str]:
    kind = data.get("is")
    if kind == "proposition":
        return str(data["text"]), str(data["latex"])
    if kind == "eq":
        return "identity", f"{term(data['left'])}={term(data['right'])}"
    if kind == "instance":
        return f"the identity holds at {data.get('sizes')} sizes, over prime fields", ""
    if kind == "zero":
        return "is zero almost surely", f"{term(data['of'])}=0"
    if kind == "nonzero":
        return "is not almost surely zero", rf"\mathbb P[{term(data['of'])}\ne 0]>0"
    if kind == "order":
        return "has order", rf"{in_parentheses(data['of'])}\sim n^{{{term(data['power'])}}}"
    if kind == "vanishes":
        return "vanishes", rf"{_factor(data['power'])}{in_parentheses(data['of'])}\to 0"
    if kind == "fold":
        weight = data["weight"]
        total = rf"\sum_{{d\le {term(data['count'])}}}{weight[0]}_d={term(data['total'])}"
        bound = rf"0\le {weight[0]}_d\le {term(data['most'])}"
        return "greatest sum", rf"\max_{{{total},\ {bound}}}\sum_d {in_parentheses(weight[1])}={term(data['value'])}"
    if kind == "conv":
        return _limits(data)
    if kind == "assume":
        return f"assumed: {str(data['name']).replace('_', ' ')}", ""
    if kind == "ifzero":
        then = ",\\ ".join(_constraint(c) for c in data["then"])
        return "assumed", rf"{term(data['of'])}=0\ \Rightarrow\ {then}"
    if kind == "refuted":
        _, formula = _judgment(data["goal"])
        listed = ", ".join(f"{name} = {value!r}" for name, value in data["instance"].items())
        at = ",\\ ".join(instances.latex(listed) or [f"{symbol(n)}={v}" for n, v in data["instance"].items()])
        said = rf"\neg\left({formula}\right)\quad {at}" if formula else at
        return "the printed claim is false at this instance", said
    if kind == "plim":
        return "limit in probability", rf"{term(data['of'])}\to {term(data['to'])}"
    if kind == "gp":
        return "Gaussian process in the limit, of the stated covariance", rf"{term(data['of'])}:\ {term(data['cov'])}"
    if kind in ("expect", "mean"):
        left = term(data["of"]) if kind == "expect" else rf"\mathbb E\,{term(data['of'])}"
        return "expectation", rf"{left}={term(data['value'])}"
    describe = _KINDS.get(str(kind))
    return describe(data) if describe is not None else (str(kind), "")


def _stars(data: Mapping[str, Any]) -> dict[str, Any]:
    """The judgment with T^r told apart from the Gram kernel Σ^v, which the kernel writes alike, as S.

    Σ stands in limits of layers; every other judgment is about correlation functions.
    """
    kind = data["goal"]["is"] if data.get("is") == "refuted" else data.get("is")
    return dict(data) if kind in GRAM_KERNELS else {name: _star(value) for name, value in data.items()}


def _star(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _star(entry) for name, entry in value.items()}
    if isinstance(value, list | tuple):
        renamed = ["star", *value[1:]] if len(value) == 2 and value[0] == "S" else value
        return [_star(entry) for entry in renamed]
    return value


def _power(exponent: Any, width: str = "n") -> str:
    """n^exponent; nothing for n^0."""
    shown = term(exponent)
    if "frac" in shown and isinstance(exponent, list) and all(isinstance(part, int) for part in exponent[1:]):
        shown = f"{exponent[1]}/{exponent[2]}"  # in a superscript
    return "" if shown == "0" else f"{width}^{{{shown}}}"


def _growth(data: Mapping[str, Any]) -> tuple[str, str]:
    top, bottom = data["coefficient"]
    factor = term(["/", top, bottom]) if top != bottom else ""
    size = rf"{factor}\,{_power(data['power'])}".removeprefix(r"\,").removesuffix(r"\,") or "1"
    network = {"relu": "a ReLU network", "linear": "a linear network"}.get(data["activation"], data["activation"])
    value = rf"\mathbb E\,{term(data['of'])}={size}\left(1+O(n^{{-1}})\right)"
    return f"exact growth for {network}", value


def _theta(data: Mapping[str, Any]) -> tuple[str, str]:
    return "of exact order, in the sense of tightness", rf"{term(data['of'])}=\Theta_p({_power(data['power']) or 1})"


def _atom(data: Mapping[str, Any]) -> tuple[str, str]:
    return "is zero with this probability", rf"\mathbb P[{term(data['of'])}=0]={term(data['value'])}"


def _probability(data: Mapping[str, Any]) -> tuple[str, str]:
    of, *rest = data["of"]
    words = f"limit of the probability that both units are {of}" if rest else "limit of a probability"
    return words, rf"\to {term(data['value'])}"


def _inequality(data: Mapping[str, Any]) -> tuple[str, str]:
    return "inequality", rf"{term(data['low'])}\le {term(data['high'])}"


def _bounded(data: Mapping[str, Any]) -> tuple[str, str]:
    size = _power(data["power"]) + _power(data["power_m"], "m")
    return "bounded in probability", rf"{term(data['of'])}=O_p({size or 1})"


def _scale(data: Mapping[str, Any]) -> tuple[str, str]:
    of = term(data["of"])
    return "second moments at one input", rf"\sqrt{{\mathbb E\,{of}^2}}=O\left(n^{{{term(data['power'])}}}\right)"


def _tight(data: Mapping[str, Any]) -> tuple[str, str]:
    words = f"for each of {len(data['graphs'])} listed graphs the conjectured exponent is attained"
    return words, r"\sqrt{\mathbb E\,C^2}\sim n^{s_C}"


def _loose(data: Mapping[str, Any]) -> tuple[str, str]:
    words = f"for each of {len(data['graphs'])} listed graphs the exponent is lower than conjectured"
    return words, rf"\sqrt{{\mathbb E\,C^2}}\sim n^{{s_C-{term(data['gap'])}}}"


def _function(data: Mapping[str, Any]) -> tuple[str, str]:
    of = data["arguments"][1:]
    return "is a function of these alone", rf"{term(data['of'])}=F({', '.join(term(a) for a in of)})"


def _maps(data: Mapping[str, Any]) -> tuple[str, str]:
    below, at, above = data["function"]
    words = "convergence in distribution survives this step function" + (", jointly" if data["jointly"] else "")
    return words, rf"{below}\text{{ on }}(-\infty,0),\ {at}\text{{ at }}0,\ {above}\text{{ on }}(0,\infty)"


def _law(data: Mapping[str, Any]) -> tuple[str, str]:
    return "has the law of the same function of a linear network with binomial widths", term(data["of"])


_KINDS = {
    "growth": _growth, "theta": _theta, "atom": _atom, "prob": _probability, "int": _inequality, "bounded": _bounded,
    "scale": _scale, "tight": _tight, "loose": _loose, "function": _function, "maps": _maps, "law": _law,
}  # fmt: skip


def _limits(data: Mapping[str, Any]) -> tuple[str, str]:
    entries = data["entries"]
    count = f"{len(entries)} limits, jointly" if len(entries) != 1 else "limit in distribution"
    parts = []
    for entry in entries:
        parts.append(rf"{_factor(entry['p'])}{term(entry['x'])}\to {term(entry['y'])}")
    return count, r",\quad ".join(parts)


def _factor(power: Any) -> str:
    """n^{-power}."""
    shown = _negative(power)
    return {"0": "", "-0": "", "1": "n"}.get(shown, rf"n^{{{shown}}}")


def _negative(power: Any) -> str:
    if isinstance(power, int):
        return str(-power)
    shown = term(power)
    if shown.startswith("-") and not any(c in shown[1:] for c in "+-"):
        return shown[1:]
    if shown.startswith(r"-\left(") and shown.endswith(r"\right)"):
        return shown[len(r"-\left(") : -len(r"\right)")]
    return f"-({shown})" if any(c in shown for c in "+-") and not shown.startswith(r"\min") else f"-{shown}"


def _constraint(constraint: Sequence[Any]) -> str:
    sign, left, right = constraint
    return f"{term(left)}{RELATIONS.get(sign, sign)}{term(right)}"


def readable(data: Mapping[str, Any]) -> tuple[str, str]:
    """:func:`judgment`, or a description where the term is of a shape this module does not know."""
    try:
        return judgment(data)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError):
        return str(data.get("is", "a conclusion")), ""
