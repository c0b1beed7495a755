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
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from verifier.kernel import (
    definitions,
    expectations,
    gauge,
    graphs,
    judgments,
    moments,
    processes,
    sequences,
    special,
    wick,
)
from verifier.kernel.judgments import Judgment, canonical, matches
from verifier.kernel.rules import RULES, Checked, Context, mark_of
from verifier.kernel.terms import KernelError, require, show

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
        ("one_input", "antiparallel"), ("one_input", "exclusive_masks"), ("masks_overlap", "exclusive_masks"),
        ("orthogonal", "antiparallel"), ("orthogonal", "exclusive_masks"), ("antiparallel", "exclusive_masks"),
    )
)  # fmt: skip


class ProofError(ValueError):
    """A bundle that is no bundle: nothing in it can be checked."""


@dataclass(frozen=True)
class GoalResult:
    """What the kernel found of one goal.

    ``status`` is a word of :class:`verifier.verdict.ProofStatus`; ``rests_on`` lists hypotheses,
    theorems and other statements' claims, transitively; ``error`` says why a goal is a gap; ``says`` is
    what the goal states, in the kernel's terms: a claim's name is only what the file calls it.
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
    says: str = ""


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
            plain = re.fullmatch(r"[\w.-]+", identifier, re.ASCII) is not None
            require(plain, f"{show(identifier)} is no id of a hypothesis")
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
    spared = {mark_of(name, {"is": "assume", "name": name}) for name in names}
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
        granted = {mark_of(h, context.hypotheses[h]) for h in goal["hypotheses"]}
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
    span, said = range_of(goal["judgment"]), says(goal["judgment"])
    return GoalResult(name, claim, form, status, rests, span, mark, None, sizes, len(done), said)


def _status(goal: Mapping[str, Any], found: Checked) -> str:
    cited = any(m.startswith("cited ") for m in found.marks)
    certified = any(m.startswith("sizes ") for m in found.marks)
    if goal["judgment"]["is"] == "refuted":
        # A counterexample counts only if it is itself proved.
        require(goal["form"] == "printed", "only a printed claim is refuted")
        require(not cited and not certified, "a counterexample may not rest on what is cited or certified")
        return "refuted"
    return "cited" if cited else "certified" if certified else "proved"


def says(judgment: Judgment) -> str:
    """What a judgment says, in the kernel's words, without its range."""
    if judgment["is"] == "refuted":
        return f"not {says(judgment['goal'])}"
    fields = [f"{name} {_plain(v)}" for name, v in judgment.items() if name not in ("is", "where", "sizes", "primes")]
    text = " ".join([judgment["is"], *fields])
    return text if len(text) <= 2000 else f"{text[:1997]}..."


def range_of(judgment: Judgment) -> str:
    """The range of a judgment, or the instance of a counterexample."""
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
    if head == "*":
        arguments = [part for part in arguments if part != 1] or [1]
        if len(arguments) == 1:
            return _plain(arguments[0])
    if head in ("first", "last"):
        match arguments:
            case [["list", first, *others]]:
                return _plain(first if head == "first" or not others else others[-1])
    if head in ("+", "-", "*") and len(arguments) > 1:
        joined = {"+": " + ", "-": " - ", "*": "·"}[head].join(_plain(a) for a in arguments)
        return f"({joined})" if head != "*" else joined
    return f"{head}({', '.join(_plain(a) for a in arguments)})"
