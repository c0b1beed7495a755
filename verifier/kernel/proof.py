"""Proofs as data, and the check that re-derives every step.

A document is ``{"statement", "hypotheses", "steps", "goals"}``.  A step is ``{"id", "rule",
"premises", "data", "conclusion"}``: the rule computes what follows from its premises and data, and
the stated conclusion must be that, or that on a smaller range.  A goal names the step that proves
it and pins its own content by a digest, over the judgment, the hypotheses and the definitions.

A bundle is ``{"format": 1, "documents": [...]}``; a document may use goals of earlier ones only.
"""

from __future__ import annotations

import json
import re
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
    wick,
)
from verifier.kernel.judgments import Judgment, at, canonical, holds, instance_of, join, matches
from verifier.kernel.terms import KernelError, free_variables, is_name, require, same, show

FORMAT = 1
#: What data of a wrong shape raises somewhere in a rule.  Anything else is a fault of the kernel itself.
REFUSALS = (
    KernelError, KeyError, TypeError, ValueError, IndexError, AttributeError, ArithmeticError, RecursionError,
)  # fmt: skip


#: Known hypotheses of which no inputs satisfy both: a goal that grants both says nothing, and a refutation less.
CONTRADICTIONS = tuple(
    frozenset(pair)
    for pair in (
        ("antiparallel", "not_antiparallel"), ("orthogonal", "not_orthogonal"), ("one_input", "orthogonal"),
        ("one_input", "antiparallel"), ("one_input", "exclusive_masks"),
        ("orthogonal", "antiparallel"), ("orthogonal", "exclusive_masks"), ("antiparallel", "exclusive_masks"),
    )
)  # fmt: skip


class ProofError(ValueError):
    """A bundle that is no bundle: nothing in it can be checked."""


@dataclass(frozen=True)
class GoalResult:
    """What the kernel found of one goal.

    ``status`` is a word of :class:`verifier.verdict.ProofStatus`; ``rests_on`` lists hypotheses,
    theorems and other statements' claims, transitively; ``error`` says why a goal is a gap.
    """

    statement: str
    claim: str
    form: str
    status: str
    rests_on: tuple[str, ...]
    range: str
    digest: str
    error: str | None = None
    sizes: tuple[str, ...] = ()
    steps: int = 0


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


def check_bundle(bundle: Any) -> tuple[GoalResult, ...]:
    """Re-check every document; raises :class:`ProofError` where the data is no bundle at all."""
    if not isinstance(bundle, dict) or bundle.get("format") != FORMAT or not isinstance(bundle.get("documents"), list):
        raise ProofError(f'a proof file holds {{"format": {FORMAT}, "documents": [...]}}')
    earlier: dict[tuple[str, str, str], Checked] = {}
    results: list[GoalResult] = []
    for document in bundle["documents"]:
        results += _check_document(document, earlier)
    return tuple(results)


def goal_digest(claim: Any, form: Any, judgment: Judgment, hypotheses: Sequence[Judgment]) -> str:
    """The digest that pins a goal: its claim and form, what it says, under which hypotheses, in which definitions."""
    content = [claim, form, canonical(judgment), sorted(canonical(h) for h in hypotheses), DEFINITIONS_DIGEST]
    return judgments.digest(content)


def _definitions_digest() -> str:
    public = {name: value for name, value in vars(definitions).items() if name.isupper()}
    layers = [part.__doc__ for part in (expectations, processes, sequences, gauge, graphs, moments, special, wick)]
    layers += [repr((processes.PROCESSES, processes.RECURSIONS, processes.ACTIVATIONS))]
    return judgments.digest({**public, "text": definitions.__doc__, "layers": layers})


DEFINITIONS_DIGEST = _definitions_digest()


def _check_document(document: Any, earlier: dict[tuple[str, str, str], Checked]) -> list[GoalResult]:
    try:
        name = document["statement"]
        hypotheses = {h["id"]: h["judgment"] for h in document["hypotheses"]}
        steps, goals = document["steps"], document["goals"]
        right = isinstance(name, str) and isinstance(steps, list) and isinstance(goals, list)
        require(right and all(isinstance(goal, dict) for goal in goals), "a field has a wrong type")
        require(len(hypotheses) == len(document["hypotheses"]), "two hypotheses have one id")
        for identifier, judgment in hypotheses.items():
            require(bool(re.fullmatch(r"[\w.-]+", identifier)), f"{show(identifier)} is no id of a hypothesis")
            require(judgment["is"] in ("assume", "ifzero"), f"{show(judgment)} is no hypothesis")
            canonical(judgment)
    except REFUSALS as error:
        raise ProofError(f"a document is malformed: {_reason(error)}") from None
    context = Context(hypotheses, dict(earlier))
    done: dict[str, Checked | str] = {}
    for step in steps:
        identifier = step.get("id") if isinstance(step, dict) else None
        if not isinstance(identifier, str) or identifier in done:
            raise ProofError(f"{name}: a step has no id of its own: {show(identifier)}")
        try:
            done[identifier] = _check_step(step, done, context)
        except REFUSALS as error:
            done[identifier] = f"step {identifier}: {_reason(error)}"
    return [_check_goal(name, goal, done, context, earlier) for goal in goals]


def _mark(name: str, hypothesis: Judgment) -> str:
    """A hypothesis by name and content: another statement's hypothesis of the same name is another one."""
    return f"hypothesis {name}#{judgments.digest(canonical(hypothesis))}"


def _reason(error: BaseException) -> str:
    return str(error) if isinstance(error, KernelError) else f"{type(error).__name__}: {error}"


#: rule, data and premises -> the conclusion as text, the marks of the rule, and the conclusions stated that it matches
_KNOWN: dict[str, tuple[str, frozenset[str], set[str]]] = {}


def _check_step(step: Mapping[str, Any], done: Mapping[str, Checked | str], context: Context) -> Checked:
    require(set(step) <= {"id", "rule", "premises", "data", "conclusion", "note"}, f"unknown fields in {show(step)}")
    rule = RULES.get(step["rule"])
    require(rule is not None, f"there is no rule {show(step['rule'])}")
    premises: list[Checked] = []
    for identifier in step["premises"]:
        premise = done.get(identifier, f"{show(identifier)} is no earlier step")
        if isinstance(premise, str):
            raise KernelError(f"rests on a step that failed ({premise})")
        premises.append(premise)
    assert rule is not None
    # Rules are pure, so that a file checked many times over pays for each of its steps once; what a rule reads of
    # the context is not part of the key, and the two that name something in it are not kept.
    memo = None
    if step["rule"] not in ("hypothesis", "use"):
        read = [h for h in context.hypotheses.values() if h["is"] == "ifzero"] if step["rule"] == "specialise" else []
        memo = json.dumps([step["rule"], step.get("data"), [p.conclusion for p in premises], read])
    text, own, matched = _KNOWN.get(memo or "", ("", frozenset(), set()))
    if not text:
        conclusion, found = rule([p.conclusion for p in premises], step.get("data", {}), context)
        text, own = json.dumps(conclusion), frozenset(found)
        if memo:
            _KNOWN[memo] = text, own, matched
    stated = json.dumps(step["conclusion"])
    if stated not in matched:
        matches(step["conclusion"], json.loads(text))
        matched.add(stated)
    marks = frozenset().union(own, *(p.marks for p in premises))
    # What a rule shows to hold by itself, for the conclusion it draws, is no longer granted.
    names = [m.removeprefix("discharge ") for m in own if m.startswith("discharge ")]
    spared = {_mark(name, {"is": "assume", "name": name}) for name in names}
    return Checked(step["conclusion"], frozenset(m for m in marks - spared if not m.startswith("discharge ")))


def _check_goal(
    name: str, goal: Any, done: Mapping[str, Checked | str], context: Context,
    earlier: dict[tuple[str, str, str], Checked],
) -> GoalResult:  # fmt: skip
    claim, form, mark = (str(goal.get(field, "")) for field in ("claim", "form", "digest"))
    try:
        found = done.get(goal["step"], f"no step is called {show(goal['step'])}")
        if isinstance(found, str):
            raise KernelError(found)
        matches(goal["judgment"], found.conclusion)
        listed = [context.hypotheses[h] for h in goal["hypotheses"]]
        granted = {_mark(h, context.hypotheses[h]) for h in goal["hypotheses"]}
        names = {h["name"] for h in listed if h["is"] == "assume"}
        for pair in CONTRADICTIONS:
            require(not pair <= names, f"{' and '.join(sorted(pair))} exclude each other: anything follows from both")
        used = {m for m in found.marks if m.startswith("hypothesis ")}
        require(used <= granted, f"it rests on {', '.join(sorted(used - granted))}, which the goal does not grant")
        expected = goal_digest(goal["claim"], goal["form"], goal["judgment"], listed)
        require(goal["digest"] == expected, f"the digest of the goal is {expected}, not {show(goal['digest'])}")
        status = _status(goal, found)
    except REFUSALS as error:
        return GoalResult(name, claim, form, "gap", (), "", mark, _reason(error))
    if status not in ("gap", "refuted"):
        earlier[name, claim, mark] = Checked(goal["judgment"], found.marks | granted | {f"statement {claim}"})
    sizes = tuple(m.removeprefix("sizes ") for m in sorted(found.marks) if m.startswith("sizes "))
    rests = tuple(sorted(m.split("#")[0] for m in found.marks | granted if not m.startswith("sizes ")))
    return GoalResult(name, claim, form, status, rests, _range(goal["judgment"]), mark, None, sizes, len(done))


def _status(goal: Mapping[str, Any], found: Checked) -> str:
    cited = any(m.startswith("cited ") for m in found.marks)
    certified = any(m.startswith("sizes ") for m in found.marks)
    if goal["judgment"]["is"] == "refuted":
        # A counterexample counts only if it is itself proved.
        require(goal["form"] == "printed", "only a printed claim is refuted")
        require(not cited and not certified, "a counterexample may not rest on what is cited or certified")
        return "refuted"
    return "cited" if cited else "certified" if certified else "proved"


def _range(judgment: Judgment) -> str:
    if judgment["is"] == "refuted":
        return "counterexample " + ", ".join(f"{name} = {_plain(v)}" for name, v in judgment["instance"].items())
    shown = [f"{_plain(a)} {op.replace('<=', '≤')} {_plain(b)}" for op, a, b in judgment.get("where", [])]
    return ", ".join(shown)


def _plain(term: Any) -> str:
    if isinstance(term, dict):
        return "(" + ", ".join(f"{name} = {_plain(value)}" for name, value in term.items()) + ")"
    if not isinstance(term, list):
        return str(term)
    if not term or not isinstance(term[0], str):  # plain data, such as a matrix
        return "[" + ", ".join(_plain(part) for part in term) + "]"
    head, *arguments = term
    if head in ("+", "-", "*") and len(arguments) > 1:
        joined = {"+": " + ", "-": " - ", "*": "·"}[head].join(_plain(a) for a in arguments)
        return f"({joined})" if head != "*" else joined
    return f"{head}({', '.join(_plain(a) for a in arguments)})"


# Rules: (premises, data, context) -> (conclusion, marks).

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
    if judgment["is"] == "assume":
        require(judgment["name"] in definitions.HYPOTHESES, f"no rule knows the hypothesis {show(judgment['name'])}")
        # What a goal rests on is listed by id; and rules take a hypothesis they know for granted at every size.
        require(judgment["name"] == name and not judgment.get("where"), f"{show(judgment)} goes by the id {show(name)}")
    return judgment, {_mark(name, judgment)}


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


INDEX_HEADS = ("+", "-", "*", "min", "max", "first", "last", "len", "list")


def _require_index(value: Any) -> None:
    """Raise KernelError unless ``value`` stands for integers, or tuples of them, whatever its variables are."""
    if isinstance(value, list) and value and value[0] in INDEX_HEADS:
        for part in value[1:]:
            _require_index(part)
        return
    integer = isinstance(value, int) and not isinstance(value, bool)
    require(integer or (is_name(value) and value not in ("i", "j", "n")), f"{show(value)} is no integer or tuple")


def _fixed(values: Mapping[str, Any], context: Context) -> list[Any]:
    """What a specialised judgment must go on saying: K, f, F, … depend on H and L without showing it.

    So does what rests on a hypothesis with free parameters: it is granted for those of the goal, not for all.
    """
    kept = {"H", "L"}
    for hypothesis in context.hypotheses.values():
        if hypothesis["is"] == "ifzero":
            kept |= free_variables(["list", hypothesis["of"], *(part for c in hypothesis["then"] for part in c[1:])])
    return [["=", name, value] for name, value in values.items() if name in kept]


def _specialise(premises: list[Judgment], data: Mapping[str, Any], context: Context) -> tuple[Judgment, set[str]]:
    (premise,) = premises
    for name, value in data["values"].items():
        require(name not in ("i", "j"), "i and j name the inputs that K, a and T speak of")
        _require_index(value)
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
