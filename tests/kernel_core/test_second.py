"""Our checker and the one written from docs/proof-format.md give one answer, on proofs and on damaged ones."""

from __future__ import annotations

import copy
import json
import random
import re
from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from tests.kernel_core import second_checker
from tests.kernel_core.theories import Writer, apart, declare, plus, rows, times
from verifier.kernel import report
from verifier.kernel.core import check, documents
from verifier.kernel.core.sorts import Refused
from verifier.kernel.core.terms import Term, Var, app, eq, forall, fun, imp, le, num
from verifier.proving.tactics import Prover


def ours(data: bytes) -> Any:
    """What our checker says of one document, in the words of the second."""
    try:
        document = documents.read(documents.load(data))
        result = check.check(document)
    except Refused as refusal:
        return {"refused": str(refusal)}
    goals = [[g.id, report.status(g), sorted(map(list, g.rests))] for g in result.goals]
    return {"goals": goals, "failed": len(result.steps) if result.failed else None}


def compared(theory: str, documents_: list[bytes]) -> Counter[str]:
    """Insist that both say the same of each document; how often they said what."""
    loaded = second_checker.load_theory(theory)
    counted: Counter[str] = Counter()
    for data in documents_:
        mine = ours(data)
        try:
            other = second_checker.check(second_checker.parse(data), loaded, {})
        except (second_checker.No, RecursionError) as refusal:
            other = {"refused": str(refusal)}
        if "refused" in mine or "refused" in other:
            assert ("refused" in mine) == ("refused" in other), (mine, other, data[:3000])
            counted["refused"] += 1
        else:
            assert mine == json.loads(json.dumps(other)), (mine, other, data[:3000])
            held = all(word != "gap" for _, word, _ in mine["goals"])
            counted["failed" if mine["failed"] is not None else "held" if held else "gap"] += 1
    return counted


STRINGS = ["int", "const", "rand", "lim", "prop", "eq", "le", "imp", "all", "+", "*", "false", "0", "1", "1/2", "x"]


def damaged(data: dict[str, Any], rnd: random.Random) -> bytes:
    """The document with one to three small changes anywhere."""
    data = copy.deepcopy(data)
    for _ in range(rnd.randint(1, 3)):
        part = data[rnd.choice(["terms", "terms", "steps", "steps", "goals"])]
        if not part:
            continue
        at = rnd.randrange(len(part))
        if rnd.random() < 0.15:
            part[at] = copy.deepcopy(rnd.choice(part))
            continue
        place: Any = part
        key: Any = at
        while isinstance(place[key], (list, dict)) and place[key] and rnd.random() < 0.9:
            place = place[key]
            key = rnd.choice(sorted(place)) if isinstance(place, dict) else rnd.randrange(len(place))
        old = place[key]
        if isinstance(old, bool) or old is None:
            continue
        if isinstance(old, int):
            place[key] = max(0, rnd.choice([old - 1, old + 1, rnd.randrange(at + 1), 0]))
        elif isinstance(old, str):
            same = [s for s in STRINGS if s != old]
            place[key] = rnd.choice(same)
        elif isinstance(old, list) and old:
            if rnd.random() < 0.5:
                place[key] = old[:-1]
            else:
                rnd.shuffle(old)
    return json.dumps(data).encode()


def the_toy() -> tuple[str, dict[str, Any]]:
    """A theory and a document with every inference in it, every goal of which holds."""
    x, y, k = Var("x", "int"), Var("y", "int"), Var("k", "int")
    f, q, u = Var("f", (("int",), "rand")), Var("Q", (("int",), "prop")), Var("u", "rand")
    declare(
        g=(("int",), "rand"), total=(("int", (("int",), "rand")), "rand"), size=((), "int"), width=((), "width"),
        limit=(("rand", "lim"), "prop"), nil=((), "seq"), cons=(("int", "seq"), "seq"), length=(("seq",), "int"),
    )  # fmt: skip
    rows(
        none=forall([f], eq(app("total", 0, f), 0)),
        more=forall([k, f], imp(le(0, k), eq(app("total", plus(k, 1), f), plus(app("total", k, f), app(f, k))))),
        induction=forall([q], imp(app(q, 0), forall([k], imp(le(0, k), app(q, k), app(q, plus(k, 1)))),
                                  forall([k], imp(le(0, k), app(q, k))))),
    )  # fmt: skip
    rows("argued", size=le(2, app("size")))
    rows("cited", sequences=forall([x], eq(app("length", app("cons", x, app("nil"))), 1)))
    w = Writer()
    zero = fun([k], num(0))
    hyp = eq(app("total", k, zero), 0)
    more = w.step("all_elim", w.step("row", "more"), [k, zero])
    more = w.step("imp_elim", more, w.step("assume", le(0, k)))
    hole = fun([u], eq(app("total", plus(k, 1), zero), plus(u, 0)))
    next_ = w.step("subst", w.step("assume", hyp), hole, more)
    next_ = w.step("imp_intro", le(0, k), w.step("imp_intro", hyp, next_))
    start = w.step("all_elim", w.step("row", "none"), [zero])
    predicate = fun([x], eq(app("total", x, zero), 0))
    by = w.step("all_elim", w.step("row", "induction"), [predicate])
    by = w.step("imp_elim", w.step("imp_elim", by, start), w.step("all_intro", [k], next_))
    w.goal("zero", forall([x], imp(le(0, x), eq(app("total", x, zero), times(0, app("size"))))), by)
    bound = w.step("linear", [w.step("row", "size"), w.step("assume", le(app("size"), x))], le(1, x), ["1", "1"])
    claim = imp(le(app("size"), x), le(1, x))
    w.goal("bound", forall([x], claim), w.step("all_intro", [x], w.step("imp_intro", le(app("size"), x), bound)))
    square = times(plus(x, y), plus(x, times(-1, y)))
    algebra = w.step("ring", square, plus(times(x, x), times(-1, y, y)))
    claim = forall([x, y], eq(square, plus(times(x, x), times(-1, y, y))))
    w.goal("algebra", claim, w.step("all_intro", [x, y], algebra))
    length = app("length", app("cons", x, app("nil")))
    one = w.step("all_elim", w.step("row", "sequences"), [x])
    two = w.step("computed", "engine 1", eq(app("width"), app("width")))
    both = w.step("imp_intro", eq(app("width"), app("width")), one)
    w.goal("cited", forall([x], eq(length, 1)), w.step("all_intro", [x], w.step("imp_elim", both, two)))
    w.goal("computed", eq(app("width"), app("width")), two)
    exact = w.step("linear", [one, one], eq(times(2, length), 2), ["1/2", "3/2"])
    w.goal("exact", forall([x], eq(plus(length, length), 2)), w.step("all_intro", [x], exact))
    return report.theory(), w.data()


@pytest.fixture
def toy() -> Iterator[tuple[str, dict[str, Any]]]:
    with apart():
        yield the_toy()


def test_both_accept_a_document_with_every_inference(toy: tuple[str, dict[str, Any]]) -> None:
    theory, data = toy
    rules = {step[0] for step in data["steps"]}
    assert rules == set(documents.STEPS) - {"use"}
    assert compared(theory, [json.dumps(data).encode()]) == {"held": 1}
    words = {g[0]: g[1] for g in ours(json.dumps(data).encode())["goals"]}
    assert words == {
        "zero": "proved", "bound": "cited", "algebra": "proved", "cited": "cited", "computed": "certified",
        "exact": "cited",
    }  # fmt: skip


def test_both_say_the_same_of_damaged_documents(toy: tuple[str, dict[str, Any]]) -> None:
    theory, data = toy
    rnd = random.Random(7)
    counted = compared(theory, [damaged(data, rnd) for _ in range(800)])
    assert min(counted[word] for word in ("refused", "failed", "gap", "held")) > 5, counted


@pytest.mark.slow
def test_both_say_the_same_of_many_damaged_documents(toy: tuple[str, dict[str, Any]]) -> None:
    theory, data = toy
    rnd = random.Random(8)
    assert sum(compared(theory, [damaged(data, rnd) for _ in range(60_000)]).values()) == 60_000


def test_both_use_goals_of_earlier_documents() -> None:
    x = Var("x", "int")
    with apart():
        theory = report.theory()
        first, second = Writer(), Writer()
        claim = forall([x], le(x, plus(x, 1)))
        first.goal("a", claim, first.step("all_intro", [x], first.step("linear", [], le(x, plus(x, 1)), [])))
        from verifier.kernel.core.table import digest

        second.goal("b", le(3, 4), second.step("all_elim", second.step("use", digest(claim)), [num(3)]))
        raw = [json.dumps(w.data()).encode() for w in (first, second)]
        answers = second_checker.checked(theory, raw)
        assert [a["goals"][0][1] for a in answers] == ["proved", "proved"]
        assert second_checker.checked(theory, raw[1:])[0]["goals"][0][1] == "gap"


def test_both_keep_the_last_of_two_hypotheses_that_are_the_same() -> None:
    """x - x = 0 and 0 = 0 are one hypothesis, with and without a free variable."""
    x = Var("x", "int")
    with apart():
        theory = report.theory()
        for order in ((0, 1), (1, 0)):
            w = Writer()
            hyps: list[Term] = [eq(plus(x, times(-1, x)), 0), eq(0, 0)]
            steps = [w.step("assume", h) for h in hyps]
            step = w.step("linear", [steps[i] for i in order], eq(1, 1), ["1", "1"])
            claim = imp(eq(0, 0), forall([x], eq(1, 1)))
            w.goal("g", claim, w.step("imp_intro", eq(0, 0), w.step("all_intro", [x], step)))
            assert compared(theory, [json.dumps(w.data()).encode()]) == {"held" if order == (0, 1) else "failed": 1}


@pytest.mark.parametrize("module", ["compositions", "lemma4", "lemma5"])
def test_both_accept_proofs_of_the_supplement(module: str) -> None:
    import verifier.kernel.theory  # noqa: F401

    prover = Prover(module)
    for claim, facts in getattr(import_module(f"lemmas._proof_{module}"), f"prove_{module}")(prover).items():
        for fact in facts:
            prover.goal(claim, fact)
    data = json.loads(json.dumps(prover.document()))
    theory = report.theory()
    assert compared(theory, [json.dumps(data).encode()]) == {"held": 1}
    rnd = random.Random(9)
    counted = compared(theory, [damaged(data, rnd) for _ in range(40)])
    assert counted["refused"] + counted["failed"] > 10, counted


def test_the_second_checker_reads_nothing_of_ours() -> None:
    for name in ("second_checker", "second_terms"):
        source = Path(second_checker.__file__).with_name(f"{name}.py").read_text(encoding="utf-8")
        imported = set(re.findall(r"^\s*(?:import|from)\s+(\w+)", source, re.MULTILINE))
        assert imported <= {"__future__", "hashlib", "json", "re", "sys", "fractions", "itertools", "second_terms"}
