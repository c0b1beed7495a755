"""One leaf of the exported proofs changed at a time: whatever is still accepted says what it said before.

A mutated bundle is re-checked in this process.  A goal that the kernel still accepts must have the judgment, digest
and status of an unchanged goal; nothing but a ProofError may be raised.  Where a goal itself is changed and its digest
recomputed, its steps must reject it unless it claims less.
"""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from kernel_documents import real_bundle

from verifier.kernel.judgments import canonical, constraint_key, core, gap, join
from verifier.kernel.proof import (
    REFUSALS,
    GoalResult,
    ProofError,
    _check_document,
    _check_step,
    check_bundle,
    goal_digest,
)  # fmt: skip
from verifier.kernel.rules import Context

SEED = 20260607
FAST = 300


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths of all leaves."""
    if isinstance(value, dict | list) and value:
        for name in value if isinstance(value, dict) else range(len(value)):
            yield from leaves(value[name], (*path, name))
    else:
        yield path


def at(value: Any, path: tuple[Any, ...]) -> Any:
    for name in path:
        value = value[name]
    return value


def variants(value: Any, pool: list[str], rng: random.Random) -> list[Any]:
    """What a leaf may be changed into."""
    if isinstance(value, bool):
        return [not value, None]
    if isinstance(value, int):
        return [other for other in (value + 1, value - 1, -value) if other != value] + [None]
    if isinstance(value, str):
        others = [rng.choice(pool), value + "x", value[:-1]]
        return [other for other in others if other != value] + [None]
    return [None, 0, []] if value is not None else [0]


class Bundle:
    """The real bundle with the kernel's word on it, and one leaf at a time changed in place."""

    def __init__(self) -> None:
        self.data = real_bundle()
        self.goals = [goal for document in self.data["documents"] for goal in document["goals"]]
        results = check_bundle(self.data)
        assert all(result.error is None for result in results)
        self.known = {result.digest: (canonical(goal["judgment"]), result.status, set(result.rests_on))
                      for result, goal in zip(results, self.goals, strict=True)}  # fmt: skip
        self.lost = False
        self.earlier: list[dict[Any, Any]] = []  # what each document may use, so that unchanged ones are checked once
        done: dict[Any, Any] = {}
        self.steps: list[tuple[dict[str, Any], Context]] = []  # what each step of a document may use
        for document in self.data["documents"]:
            self.earlier.append(dict(done))
            _check_document(document, done)
            context = Context({h["id"]: h["judgment"] for h in document["hypotheses"]}, self.earlier[-1])
            checked: dict[str, Any] = {}
            for step in document["steps"]:
                checked[step["id"]] = _check_step(step, checked, context)
            self.steps.append((checked, context))
        self.paths = list(leaves(self.data))
        self.pool = sorted({v for v in (at(self.data, path) for path in self.paths) if isinstance(v, str)})

    def accepted(self, path: tuple[Any, ...], value: Any) -> list[tuple[Any, Any]]:
        """Goals that are accepted with the leaf changed, with their judgments; none if the file is refused."""
        parent, name = at(self.data, path[:-1]), path[-1]
        old = parent[name]
        parent[name] = value
        try:
            if path[0] != "documents":
                results = check_bundle(self.data)
                return [(result, canonical(goal["judgment"])) for result, goal in zip(results, self.goals, strict=True)]
            found = []
            earlier = dict(self.earlier[path[1]])
            for number, document in enumerate(self.data["documents"][path[1] :], start=path[1]):
                if number > path[1] and earlier == self.earlier[number]:
                    break  # what is left may use exactly what it could use before
                found += zip(_check_document(document, earlier), document["goals"], strict=True)
            kept = [(result, canonical(goal["judgment"])) for result, goal in found if result.error is None]
            self.lost = len(kept) < len(found)
            return kept
        except ProofError:
            self.lost = True
            return []
        finally:
            parent[name] = old

    def step_fails(self, path: tuple[Any, ...], value: Any) -> bool:
        """Whether the step that the leaf lies in is refused by itself; then so is all that rests on it, and no more."""
        if len(path) < 5 or path[2] != "steps" or path[4] == "id":
            return False
        parent, name = at(self.data, path[:-1]), path[-1]
        old = parent[name]
        parent[name] = value
        try:
            _check_step(self.data["documents"][path[1]]["steps"][path[3]], *self.steps[path[1]])
        except REFUSALS:
            return True
        finally:
            parent[name] = old
        return False

    def alone(self, number: int, document: dict[str, Any]) -> list[GoalResult]:
        """The kernel's word on a document in the place of the one with this number."""
        return _check_document(document, dict(self.earlier[number]))

    def verify(self, path: tuple[Any, ...], value: Any) -> bool:
        """Whether a goal lost its proof; AssertionError where what is accepted is not what it was."""
        what = f"{path} from {at(self.data, path)!r} to {value!r}"
        found = self.accepted(path, value)
        for result, judgment in found:
            assert result.digest in self.known, f"a new goal was accepted: {what}: {result}"
            old, status, rests = self.known[result.digest]
            assert judgment == old, f"a changed judgment was accepted: {what}"
            assert result.status == status, f"{status} became {result.status}: {what}"
            lost = {m for m in rests if m.startswith(("hypothesis", "cited"))} - set(result.rests_on)
            assert not lost, f"{lost} is no longer listed: {what}"
        return self.lost


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    return Bundle()


def test_three_hundred_random_mutations(bundle):
    print(f"seed {SEED}")
    rng = random.Random(SEED)
    lost = 0
    shares = [[path for path in bundle.paths if path[1:2] == (number,)] for number in range(len(bundle.steps))]
    for turn in range(FAST):
        path = rng.choice(shares[turn % len(shares)])  # of the four statements alike, though their files are not
        value = rng.choice(variants(at(bundle.data, path), bundle.pool, rng))
        lost += bundle.verify(path, value)
    assert lost > FAST // 2, "most mutations must cost some goal its proof"
    assert all(result.error is None for result in check_bundle(bundle.data)), "the bundle is as it was"


@pytest.mark.slow
@pytest.mark.parametrize("statement", ["lemma3", "lemma4", "lemma5", "theorem1", None])
def test_every_leaf(bundle, statement):
    rng = random.Random(SEED)
    names = [document["statement"] for document in bundle.data["documents"]]
    count = 0
    for path in bundle.paths:
        if (names[path[1]] if path[0] == "documents" else None) == statement:
            count += 1
            value = rng.choice(variants(at(bundle.data, path), bundle.pool, rng))
            if not bundle.step_fails(path, value):
                bundle.verify(path, value)
    assert count > 0


# --- goals changed, and their digests with them


#: K(0) = h is a product by its definition, which is that of m = 1; the claim says so, the rule need not.
GRANTED_BESIDES = {("theorem1.output", "m_is_1")}

#: What quantities depend on without naming it.
HIDDEN = {"H", "L", "n", "m"}


def claims_less(new: dict[str, Any], old: dict[str, Any], rng: random.Random) -> bool:
    """The same but for the range, and no integer point of the new range lies outside the old one, as far as tried.

    A variable that the judgment does not name, as r in K(0) ~ 1 for r = 0, may have any value in the old range.
    """
    if core(new) != core(old):
        return False
    pairs = [[(c[0] == "=", gap(c)) for c in join(j.get("where", []))] for j in (new, old)]
    if {constraint_key(c) for c in join(old.get("where", []))} <= {constraint_key(c) for c in join(new["where"])}:
        return True
    atoms = sorted({atom for part in pairs for _, form in part for m in form for atom, _ in m}, key=repr)
    named = {at(new, path) for path in leaves({name: value for name, value in new.items() if name != "where"})}
    idle = [atom for atom in atoms if atom[0] == "var" and atom[1] not in named | HIDDEN]
    for _ in range(4000):
        values = {atom: rng.randint(-2, 7) for atom in atoms}

        def inside(part, values=values):
            for equal, form in part:
                total = 0
                for monomial, coefficient in form.items():
                    for atom, power in monomial:
                        coefficient = coefficient * values[atom] ** power
                    total += coefficient
                if total < 0 or (equal and total):
                    return False
            return True

        if inside(pairs[0]) and not inside(pairs[1]):
            others = product(range(-2, 8), repeat=len(idle))
            if not any(inside(pairs[1], values | dict(zip(idle, other, strict=True))) for other in others):
                return False
    return True


def test_what_claims_less():
    rng = random.Random(SEED)
    order = {"is": "order", "of": ["K", 0], "power": 0}
    deep = [["=", "r", 0], ["<=", 3, "L"]]
    for where, less in (
        ([["=", "r", 1], ["<=", 3, "L"]], True), ([["=", "r", 0], ["<=", 4, "L"]], True), ([["<=", 3, "L"]], True),
        ([["=", "r", 0], ["<=", 2, "L"]], False), ([["=", "r", 0]], False),
    ):  # fmt: skip
        assert claims_less({**order, "where": where}, {**order, "where": deep}, rng) is less
    named = {"is": "order", "of": ["K", "r"], "power": 0}
    assert not claims_less({**named, "where": [["=", "r", 1]]}, {**named, "where": [["=", "r", 0]]}, rng)
    assert not claims_less({**order, "power": 1, "where": deep}, {**order, "where": deep}, rng)


def restated(bundle: Bundle, number: int, place: str, path: tuple[Any, ...], value: Any, rng: random.Random) -> None:
    """Change a goal's judgment or a hypothesis, recompute all digests of the document, and look at what is accepted."""
    document = copy.deepcopy(bundle.data["documents"][number])
    target = document[place]
    at(target, path[:-1])[path[-1]] = value
    hypotheses = {h["id"]: h["judgment"] for h in document["hypotheses"] if isinstance(h.get("id"), str)}
    for goal in document["goals"]:
        try:
            granted = [hypotheses[h] for h in goal["hypotheses"]]
            goal["digest"] = goal_digest(goal["claim"], goal["form"], goal["judgment"], granted)
        except (ValueError, KeyError, TypeError, AttributeError, IndexError):
            return  # nothing that has a digest
    originals = bundle.data["documents"][number]
    try:
        results = bundle.alone(number, document)
    except ProofError:
        return
    for result, goal, old in zip(results, document["goals"], originals["goals"], strict=True):
        if result.error is None and result.digest not in bundle.known:
            what = f"{originals['statement']} {place} {path} to {value!r}"
            if place == "hypotheses":
                changed = (goal["claim"].rsplit(".", 1)[0], document["hypotheses"][path[0]]["id"])
                assert changed in GRANTED_BESIDES, f"a changed hypothesis was accepted: {what}"
                continue
            assert claims_less(goal["judgment"], old["judgment"], rng), f"a stronger goal was accepted: {what}"


def goal_paths(bundle: Bundle) -> list[tuple[int, str, tuple[Any, ...]]]:
    found: list[tuple[int, str, tuple[Any, ...]]] = []
    for number, document in enumerate(bundle.data["documents"]):
        for path in leaves(document["goals"]):
            if path[1:2] == ("judgment",) and "sizes" not in path:
                found.append((number, "goals", path))
        found += [(number, "hypotheses", path) for path in leaves(document["hypotheses"]) if path[1:2] == ("judgment",)]
    return found


def test_changed_goals_with_their_digests_recomputed(bundle):
    rng = random.Random(SEED + 1)
    for number, place, path in rng.sample(goal_paths(bundle), 60):
        old = at(bundle.data["documents"][number][place], path)
        restated(bundle, number, place, path, rng.choice(variants(old, bundle.pool, rng)), rng)


@pytest.mark.slow
def test_every_changed_goal_with_its_digest_recomputed(bundle):
    rng = random.Random(SEED + 2)
    for number, place, path in goal_paths(bundle):
        old = at(bundle.data["documents"][number][place], path)
        restated(bundle, number, place, path, rng.choice(variants(old, bundle.pool, rng)), rng)


def test_a_hypothesis_less_with_the_digest_recomputed(bundle):
    for number, document in enumerate(bundle.data["documents"]):
        hypotheses = {h["id"]: h["judgment"] for h in document["hypotheses"]}
        goals: list[dict[str, Any]] = []
        for goal in document["goals"]:
            for dropped in goal["hypotheses"]:
                if (goal["claim"].rsplit(".", 1)[0], dropped) in GRANTED_BESIDES:
                    continue
                fresh = {**goal, "hypotheses": [h for h in goal["hypotheses"] if h != dropped]}
                granted = [hypotheses[h] for h in fresh["hypotheses"]]
                fresh["digest"] = goal_digest(fresh["claim"], fresh["form"], fresh["judgment"], granted)
                goals.append(fresh)
        for result, goal in zip(bundle.alone(number, {**document, "goals": goals}), goals, strict=True):
            assert result.status == "gap", f"{goal['claim']} needs {goal['hypotheses']} only"


def test_the_criterion_of_a_weaker_goal_tells_stronger_ones_apart():
    rng = random.Random(SEED)
    old = {"is": "zero", "of": ["K", "r"], "where": [["<=", 1, "H"], ["<=", ["*", "H", "L"], "r"]]}
    assert claims_less({**old, "where": [["<=", 2, "H"], ["<=", ["*", "H", "L"], "r"]]}, old, rng)
    for where in ([["<=", 0, "H"], old["where"][1]], [old["where"][0]], [["<=", 1, "H"], ["<=", "H", "r"]]):
        assert not claims_less({**old, "where": where}, old, rng)
    assert not claims_less({**old, "of": ["K", 1]}, old, rng)
