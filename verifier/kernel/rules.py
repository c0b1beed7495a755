"""The rules: what each computes from its premises and data, by name.

A rule is a function (premises, data, context) -> (conclusion, marks).  Those that have to do with documents,
ranges and refutations stand here; the others come from the files on their subject, and :data:`RULES` lists all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from verifier.kernel import (
    algebra,
    definitions,
    enclosures,
    expectations,
    gauge,
    graphs,
    integers,
    judgments,
    moments,
    orders,
    processes,
    sequences,
    signs,
    special,
)
from verifier.kernel.judgments import Judgment, at, canonical, holds, instance_of, join, matches
from verifier.kernel.terms import free_variables, require, require_index, same, show


@dataclass(frozen=True)
class Checked:
    """A step's conclusion with everything it rests on."""

    conclusion: Judgment
    marks: frozenset[str]


@dataclass(frozen=True)
class Context:
    """What a rule may look at besides its premises."""

    hypotheses: Mapping[str, Judgment]
    earlier: Mapping[tuple[str, str, str], Checked]


def mark_of(name: str, hypothesis: Judgment) -> str:
    """A hypothesis by name and content: another statement's hypothesis of the same name is another one."""
    return f"hypothesis {name}#{judgments.digest(canonical(hypothesis))}"


Rule = Callable[[list[Judgment], Mapping[str, Any], Context], tuple[Judgment, set[str]]]


def _pick(premises: Sequence[Judgment], kind: str) -> Judgment:
    found = [p for p in premises if p["is"] == kind]
    require(len(found) == 1, f"exactly one premise of kind {kind} is needed, not {len(found)}")
    return found[0]


def _assumed(premises: Sequence[Judgment]) -> set[str]:
    return {p["name"] for p in premises if p["is"] == "assume"}


def _hypothesis(premises: list[Judgment], data: Mapping[str, Any], context: Context) -> tuple[Judgment, set[str]]:
    name = data["hypothesis"]
    require(name in context.hypotheses, f"no hypothesis is called {show(name)}")
    judgment = context.hypotheses[name]
    if judgment["is"] == "ifzero":
        implied = name == "not_orthogonal" and judgment["of"] == ["Sig", 0]
        require(implied or name not in definitions.HYPOTHESES, f"{show(judgment)} goes by the id {show(name)}")
    if judgment["is"] == "assume":
        require(judgment["name"] in definitions.HYPOTHESES, f"no rule knows the hypothesis {show(judgment['name'])}")
        # What a goal rests on is listed by id; and rules take a hypothesis they know for granted at every size.
        require(judgment["name"] == name and not judgment.get("where"), f"{show(judgment)} goes by the id {show(name)}")
    return judgment, {mark_of(name, judgment)}


def _use(premises: list[Judgment], data: Mapping[str, Any], context: Context) -> tuple[Judgment, set[str]]:
    found = context.earlier.get((data["statement"], data["claim"], data["digest"]))
    require(found is not None, f"{data['statement']}.{data['claim']} was not proved before with this digest")
    assert found is not None
    return found.conclusion, set(found.marks)


def _instance(premises: list[Judgment], data: Mapping[str, Any], context: Context) -> tuple[Judgment, set[str]]:
    conclusion = algebra.instance(dict(data))
    return conclusion, {f"sizes {show(size)}" for size in conclusion["sizes"]}


def _induction(premises: list[Judgment], data: Mapping[str, Any], context: Context) -> tuple[Judgment, set[str]]:
    claim = dict(data["claim"])
    count, most, total = claim["count"], claim["most"], claim["total"]
    claim["where"] = [["<=", 1, count], ["<=", 1, most], ["<=", 0, total], ["<=", total, ["*", count, most]]]
    canonical(claim)
    integers.check_fold(claim, dict(data))
    return claim, set()


def _fixed(values: Mapping[str, Any], context: Context) -> list[Any]:
    """What a specialised judgment must go on saying: K, f, F, … depend on H, L and n without showing it.

    So does what rests on a hypothesis with free parameters: it is granted for those of the goal, not for all.
    """
    kept = {"H", "L", "n"}
    for hypothesis in context.hypotheses.values():
        if hypothesis["is"] == "ifzero":
            kept |= free_variables(["list", hypothesis["of"], *(part for c in hypothesis["then"] for part in c[1:])])
    return [["=", name, value] for name, value in values.items() if name in kept]


def _specialise(premises: list[Judgment], data: Mapping[str, Any], context: Context) -> tuple[Judgment, set[str]]:
    (premise,) = premises
    for value in data["values"].values():
        require_index(value)
    if premise["is"] == "fold":  # a fold is over named parameters; only its bound on the parts is ever fixed
        require(set(data["values"]) == {premise["most"]}, "only the bound on the parts can be fixed")
        value = data["values"][premise["most"]]
        plain = {**premise, "is": "eq", "left": premise["value"], "right": 0}
        for name in ("count", "most", "total", "value", "weight"):
            plain.pop(name)
        where = at(plain, data["values"])["where"]
        fixed = at({"is": "zero", "of": premise["value"], "where": []}, data["values"])["of"]
        require(not free_variables(premise["weight"][1]) & set(data["values"]), "the weight depends on the bound")
        return {**premise, "most": value, "value": fixed, "where": where}, set()
    special = at(premise, data["values"])
    return {**special, "where": join(special["where"], _fixed(data["values"], context))}, set()


def _cases(premises: list[Judgment], data: Mapping[str, Any], context: Context) -> tuple[Judgment, set[str]]:
    name, low, high, general = data["parameter"], data["from"], data["to"], data["conclusion"]
    require(isinstance(low, int) and isinstance(high, int), "the bounds of a case distinction are numbers")
    require(len(premises) == high - low + 1 > 0, f"{len(premises)} premises for {name} = {low}..{high}")
    for value, premise in zip(range(low, high + 1), premises, strict=True):
        matches(at(general, {name: value}), at(premise, {name: value}))
    return {**general, "where": join(general["where"], [["<=", low, name], ["<=", name, high]])}, set()


def _gram(premises: list[Judgment], data: Mapping[str, Any], context: Context) -> tuple[Judgment, set[str]]:
    for name in ("relu", "inputs_nonzero", "proportional_widths"):
        require(name in _assumed(premises), f"the hypothesis {name} is not a premise")
    return orders.gram_law(), {"cited gram-lln"}


def _needs(name: str, build: Callable[[Any], Judgment], marks: frozenset[str] = frozenset()) -> Rule:
    """A rule about the definition of data["of"] that holds under one hypothesis."""

    def rule(premises: list[Judgment], data: Mapping[str, Any], context: Context) -> tuple[Judgment, set[str]]:
        require(name in _assumed(premises), f"the hypothesis {name} is not a premise")
        return build(data["of"]), set(marks)

    return rule


def _two_layer(premises: list[Judgment], data: Mapping[str, Any], context: Context) -> tuple[Judgment, set[str]]:
    require("relu" in _assumed(premises), "the hypothesis relu is not a premise")
    marks = {"theorem clt", "theorem lln", "theorem slutsky"} if data["depth"] == 2 else set()
    return orders.two_layer(data["depth"]), marks


def _refute_zero(premises: list[Judgment], data: Mapping[str, Any], context: Context) -> tuple[Judgment, set[str]]:
    """A claimed order of a quantity that is identically 0 at an instance in the claim's range."""
    zero, goal = _pick(premises, "zero"), data["goal"]
    require(goal["is"] == "order", "the claim refuted is not one of order")
    special = instance_of(goal, data["instance"])
    here = at(zero, data["instance"])
    require(same(here["of"], special["of"]), f"{show(here['of'])} is not {show(special['of'])}")
    require(holds(here["where"], {}), "the instance lies outside the range where the quantity is 0")
    return {"is": "refuted", "goal": goal, "instance": data["instance"], "where": []}, set()


def _refute_limit(premises: list[Judgment], data: Mapping[str, Any], context: Context) -> tuple[Judgment, set[str]]:
    """A claim that n^{-p} X → 0, where X has order p: a limit in distribution is unique."""
    order, goal = _pick(premises, "order"), data["goal"]
    require(goal["is"] == "vanishes", "the claim refuted is not one of vanishing")
    special = instance_of(goal, data["instance"])
    here = at(order, data["instance"])
    require(same(here["of"], special["of"]), f"{show(here['of'])} is not {show(special['of'])}")
    require(same(here["power"], special["power"]), f"order {show(here['power'])} is not {show(special['power'])}")
    require(holds(here["where"], {}), "the instance lies outside the range of the order")
    return {"is": "refuted", "goal": goal, "instance": data["instance"], "where": []}, set()


RULES: dict[str, Rule] = {
    "hypothesis": _hypothesis,
    "use": _use,
    "eq.series_product": _needs("m_is_1", algebra.series_product, frozenset({"theorem cauchy-product"})),
    "eq.multilinear": lambda p, data, c: (algebra.multilinear(data["of"]), set()),
    "eq.transfer": _needs("relu", algebra.transfer),
    "eq.gather": lambda p, data, c: (algebra.gather(p[0], p[1]), set()),
    "eq.zeroth": lambda p, data, c: (algebra.zeroth(data["of"]), set()),
    "eq.truncate": lambda p, data, c: (algebra.truncate(_pick(p, "eq"), _pick(p, "zero")), set()),
    "eq.output_row": lambda p, data, c: (algebra.output_row(data["of"]), set()),
    "zero.factor": lambda p, data, c: (algebra.vanishing_factor(p[0], p[1], data["equations"]), set()),
    "zero.degree": _needs("relu", algebra.degree),
    "instance.field": _instance,
    "int.induction": _induction,
    "specialise": _specialise,
    "cases": _cases,
    "conv.two_layer": _two_layer,
    "conv.gram": _gram,
    "conv.compose": lambda p, data, c: (
        orders.compose(_pick(p, "conv"), data["of"], data.get("input"), _assumed(p)), {"theorem mann-wald"},
    ),
    "conv.rewrite": lambda p, data, c: (
        orders.rewrite(_pick(p, "conv"), _pick(p, "eq"), data["for"], _assumed(p)), {"theorem mann-wald"},
    ),
    "conv.select": lambda p, data, c: (orders.select(_pick(p, "conv"), data["of"], data["values"]), set()),
    "conv.sum_of_orders": lambda p, data, c: (
        orders.sum_of_orders(_pick(p, "conv"), _pick(p, "eq"), _pick(p, "fold"), _assumed(p)),
        {"theorem mann-wald", "theorem slutsky"},
    ),
    "nonzero.product": lambda p, data, c: (orders.nonzero_product(_pick(p, "conv"), _assumed(p)), set()),
    "nonzero.signs": lambda p, data, c: (
        signs.nonzero_signs(
            _pick(p, "conv"), [q for q in p if q["is"] == "ifzero"], _assumed(p), data["cases"]
        ),
        {"theorem polynomial-null-set"},
    ),
    "order": lambda p, data, c: (orders.order(_pick(p, "conv"), _pick(p, "nonzero")), set()),
    "refute.zero": _refute_zero,
    "refute.limit": _refute_limit,
}  # fmt: skip


def _plainly(rule: Callable[[list[Judgment], Mapping[str, Any]], tuple[Judgment, set[str]]]) -> Rule:
    """A rule that looks at its premises and data alone."""
    return lambda premises, data, context: rule(premises, data)


for _part in (enclosures, expectations, processes, sequences, gauge, graphs, moments, special):
    RULES.update({name: _plainly(rule) for name, rule in _part.RULES.items()})
