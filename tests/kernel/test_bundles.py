"""Documents made by hand: hypotheses, premises, digests, uses, statuses, and files that are no proofs."""

from __future__ import annotations

import pytest
from kernel_documents import (
    assume,
    changed,
    check,
    conclusion,
    document,
    goal,
    narrowed,
    only,
    real_bundle,
    real_document,
    rule,
    step,
)  # fmt: skip

from verifier.kernel.judgments import holds
from verifier.kernel.proof import FORMAT, ProofError, check_bundle

RELU = {"relu": assume("relu")}
ZERO = rule("zero.degree", [assume("relu")], {"of": "K"})
HYPOTHESIS = step("hyp", "hypothesis", [], {"hypothesis": "relu"}, assume("relu"))
BEYOND = step("beyond", "zero.degree", ["hyp"], {"of": "K"}, ZERO)


def beyond(**fields):
    """K(r) = 0 for r > HL with some of its parts replaced."""
    parts = {"steps": [HYPOTHESIS, BEYOND], "goals": [goal("c", "beyond", ZERO, RELU)], "hypotheses": RELU, **fields}
    return document("one", parts["steps"], parts["goals"], parts["hypotheses"])


def test_the_document_under_attack_is_a_proof():
    assert only(beyond()).status == "proved"


# --- hypotheses


def test_a_hypothesis_used_is_granted():
    assert "does not grant" in (only(beyond(goals=[goal("c", "beyond", ZERO)])).error or "")


def test_a_hypothesis_is_granted_with_the_content_it_is_used_with():
    other = {"relu": {"is": "ifzero", "of": ["Sig", 0], "then": [], "where": []}}
    assert only(beyond(hypotheses={"relu": assume("relu")}, goals=[goal("c", "beyond", ZERO, other)])).status == "gap"


def test_a_known_hypothesis_goes_by_its_own_name():
    # "rests on relu" must not stand for masks_overlap.
    renamed = {"m_is_1": assume("relu")}
    steps = [step("hyp", "hypothesis", [], {"hypothesis": "m_is_1"}, assume("relu")), BEYOND]
    assert only(beyond(steps=steps, hypotheses=renamed, goals=[goal("c", "beyond", ZERO, renamed)])).status == "gap"


def test_a_known_hypothesis_has_no_range_of_its_own():
    # Granted for H <= 3 only, used for every H.
    limited = {"relu": {**assume("relu"), "where": [["<=", "H", 3]]}}
    steps = [step("hyp", "hypothesis", [], {"hypothesis": "relu"}, limited["relu"]), BEYOND]
    assert only(beyond(steps=steps, hypotheses=limited, goals=[goal("c", "beyond", ZERO, limited)])).status == "gap"


@pytest.mark.parametrize("identifier", ["relu#masks_overlap", "", "a b", "x\n"])
def test_ids_of_hypotheses_are_plain_words(identifier):
    with pytest.raises(ProofError):
        check(beyond(hypotheses={**RELU, identifier: assume("relu")}))


def test_two_hypotheses_do_not_share_an_id():
    twice = beyond()
    twice["hypotheses"] *= 2
    with pytest.raises(ProofError, match="id"):
        check(twice)


def test_the_range_of_a_conditional_hypothesis_is_kept():
    # "Θ = 0 ⇒ r >= 2H" granted for r = 5 only settles r = 5 only.
    sources = {s["id"]: s["conclusion"] for s in real_document("theorem1")["steps"]}
    premises = [sources["terms-L2"], *(assume(n) for n in (
        "inputs_nonzero", "z_nonzero", "not_antiparallel", "masks_overlap"))]  # fmt: skip
    conditions = [sources["not_orthogonal-L2"] if "not_orthogonal-L2" in sources else sources["hyp-not_orthogonal-L2"],
                  narrowed(sources["hyp-ntk-L2"], ["=", "r", 5])]  # fmt: skip
    data = next(s for s in real_document("theorem1")["steps"] if s["id"] == "no-loss-L2")["data"]
    found = rule("nonzero.signs", [*premises, *conditions], data)
    assert not holds(found["where"], {"H": 3, "L": 2, "r": 4})
    assert holds(found["where"], {"H": 3, "L": 2, "r": 5})


# --- steps and goals


@pytest.mark.parametrize(
    "change",
    [
        {"where": []},
        {"where": [["<=", ["*", "H", "L"], "r"], ["<=", 1, "L"], ["<=", 1, "H"]]},
        {"of": ["K", ["-", "r", 1]]},
        {"of": ["a", "d", "r"]},
        {"is": "order", "power": 0},
    ],
)
def test_a_goal_stronger_than_its_step_is_a_gap(change):
    printed = {**ZERO, **change}
    assert only(beyond(goals=[goal("c", "beyond", printed, RELU)])).status == "gap"
    steps = [HYPOTHESIS, {**BEYOND, "conclusion": printed}]
    assert only(beyond(steps=steps, goals=[goal("c", "beyond", printed, RELU)])).status == "gap"


def test_a_goal_on_a_smaller_range_is_proved():
    printed = narrowed(ZERO, ["<=", ["+", 5, ["*", "H", "L"]], "r"])
    assert only(beyond(goals=[goal("c", "beyond", printed, RELU)])).status == "proved"


def test_the_digest_is_recomputed():
    wrong = {**goal("c", "beyond", ZERO, RELU), "digest": "0" * 64}
    assert "digest" in (only(beyond(goals=[wrong])).error or "")
    for field, value in (("claim", "other"), ("form", "printed"), ("digest", None)):
        stale = {**goal("c", "beyond", ZERO, RELU), field: value}
        assert only(beyond(goals=[stale])).status == "gap"


def test_an_id_is_used_once_even_if_its_step_fails():
    broken = {**BEYOND, "rule": "zero.nothing"}
    with pytest.raises(ProofError, match="id"):
        check(beyond(steps=[HYPOTHESIS, broken, BEYOND]))
    assert only(beyond(steps=[HYPOTHESIS, broken])).status == "gap"


@pytest.mark.parametrize(
    "fields",
    [
        {"premises": []}, {"premises": ["beyond"]}, {"premises": ["later"]}, {"premises": None}, {"premises": [None]},
        {"rule": "assume"}, {"rule": None}, {"rule": ["hypothesis"]}, {"data": {"of": "h"}}, {"data": None},
        {"data": {"of": True}}, {"data": {"of": ["K"]}}, {"extra": 1}, {"conclusion": None}, {"conclusion": []},
        {"conclusion": {**ZERO, "where": None}}, {"conclusion": {**ZERO, "where": [["<", 1, "H"]]}},
        {"conclusion": {**ZERO, "surprise": 1}}, {"conclusion": {**ZERO, "of": float("nan")}},
        {"conclusion": {**ZERO, "of": ["K", True]}}, {"conclusion": {**ZERO, "of": ["K", ["first", ["list"]]]}},
    ],
)  # fmt: skip
def test_a_spoiled_step_proves_nothing(fields):
    steps = [HYPOTHESIS, {**BEYOND, **fields}, step("later", "hypothesis", [], {"hypothesis": "relu"}, assume("relu"))]
    assert only(beyond(steps=steps)).status == "gap"


def deep(levels):
    term = "r"
    for _ in range(levels):
        term = ["+", term, 1]
    return term


@pytest.mark.parametrize(
    "fields",
    [
        {"judgment": None}, {"judgment": {}}, {"judgment": {**ZERO, "of": ["first", ["list"]]}}, {"step": None},
        {"step": []}, {"hypotheses": None}, {"hypotheses": ["nothing"]}, {"hypotheses": [[]]}, {"claim": None},
        {"judgment": {**ZERO, "of": ["K", deep(400)]}}, {"judgment": {**ZERO, "of": ["K", "\ud800"]}},
        {"judgment": {**ZERO, "of": ["K", 10**4000]}}, {"claim": "\ud800"},
    ],
)  # fmt: skip
def test_a_spoiled_goal_is_a_gap(fields):
    assert only(beyond(goals=[{**goal("c", "beyond", ZERO, RELU), **fields}])).status == "gap"


def test_a_deeply_nested_goal_is_a_gap():
    spoiled = {**goal("c", "beyond", ZERO, RELU), "judgment": {**ZERO, "of": ["K", deep(3000)]}}
    (result,) = check_bundle({"format": FORMAT, "documents": [beyond(goals=[spoiled])]})
    assert result.status == "gap"


@pytest.mark.parametrize(
    "bundle",
    [
        None, [], {}, {"format": FORMAT}, {"format": 2, "documents": []}, {"format": FORMAT, "documents": {}},
        {"format": FORMAT, "documents": [None]}, {"format": FORMAT, "documents": [{}]},
        {"format": FORMAT, "documents": [{**beyond(), "goals": [None]}]},
        {"format": FORMAT, "documents": [{**beyond(), "goals": {}}]},
        {"format": FORMAT, "documents": [{**beyond(), "steps": [None]}]},
        {"format": FORMAT, "documents": [{**beyond(), "statement": 1}]},
        {"format": FORMAT, "documents": [{**beyond(), "hypotheses": [{"id": "x", "judgment": ZERO}]}]},
        {"format": FORMAT, "documents": [{**beyond(), "hypotheses": [
            {"id": "x", "judgment": {"is": "ifzero", "of": ["first", ["list"]], "then": []}}]}]},
    ],
)  # fmt: skip
def test_what_is_no_bundle_is_refused(bundle):
    with pytest.raises(ProofError):
        check_bundle(bundle)


# --- uses


def using(digest, statement="one", claim="c", **parts):
    steps = [
        HYPOTHESIS, step("used", "use", [], {"statement": statement, "claim": claim, "digest": digest}, ZERO),
    ]  # fmt: skip
    goals = parts.get("goals", [goal("d", "used", ZERO, RELU)])
    return document("two", steps, goals, parts.get("hypotheses", RELU))


DIGEST = goal("c", "beyond", ZERO, RELU)["digest"]


def test_a_goal_of_an_earlier_document_is_used():
    result = only(beyond(), using(DIGEST))
    assert result.status == "proved"
    assert "statement c" in result.rests_on


def test_a_use_keeps_the_hypotheses():
    assert "does not grant" in (only(beyond(), using(DIGEST, goals=[goal("d", "used", ZERO)])).error or "")
    elsewhere = {"relu": {"is": "ifzero", "of": 0, "then": [], "where": []}}
    fake = using(DIGEST, hypotheses=elsewhere, goals=[goal("d", "used", ZERO, elsewhere)])
    fake["steps"] = fake["steps"][1:]
    assert only(beyond(), fake).status == "gap"


@pytest.mark.parametrize(
    "fields", [{"digest": "0" * 64}, {"digest": DIGEST, "claim": "x"}, {"digest": DIGEST, "statement": "x"}]
)
def test_a_use_names_its_goal(fields):
    assert only(beyond(), using(**fields)).status == "gap"


def test_a_later_document_or_the_same_one_is_not_used():
    assert check(using(DIGEST), beyond())[0].status == "gap"
    circular = document("one", using(DIGEST)["steps"], [goal("c", "used", ZERO, RELU)], RELU)
    assert only(circular).status == "gap"


def test_gaps_and_refuted_claims_are_not_used():
    broken = beyond(steps=[HYPOTHESIS, {**BEYOND, "data": {"of": "a"}}])
    assert only(broken, using(DIGEST)).status == "gap"
    entry = next(g for g in real_document("theorem1")["goals"] if g["claim"] == "theorem1.printed")
    steps = [step("u", "use", [], {"statement": "theorem1", "claim": entry["claim"], "digest": entry["digest"]},
                  entry["judgment"])]  # fmt: skip
    last = document("x", steps, [goal("y", "u", entry["judgment"], RELU, "printed")], RELU)
    assert only(*real_bundle()["documents"], last).status == "gap"


# --- statuses


def test_what_is_certified_or_cited_stays_so():
    networks = next(g for g in real_document("lemma4")["goals"] if g["claim"] == "lemma4.networks")
    joint = next(g for g in real_document("lemma3")["goals"] if g["claim"] == "lemma3.joint.deep")
    hypotheses = {h["id"]: h["judgment"] for h in real_document("lemma3")["hypotheses"]}
    for name, entry, status in (("lemma4", networks, "certified"), ("lemma3", joint, "cited")):
        granted = {h: hypotheses[h] for h in entry["hypotheses"]}
        digest, documents = entry["digest"], []
        for claim, source, title in (("y", entry["claim"], name), ("w", "y", "x")):
            data = {"statement": title, "claim": source, "digest": digest}
            reached = goal(claim, "u", entry["judgment"], granted)
            steps = [step("u", "use", [], data, entry["judgment"])]
            documents.append(document("x", steps, [reached], granted))
            digest = reached["digest"]
        results = check(*real_bundle()["documents"], *documents)
        assert [r.status for r in results[-2:]] == [status, status]


def test_a_refutation_is_printed_and_proved():
    bundle = real_bundle()
    printed = bundle["documents"][3]["goals"][-1]
    assert printed["judgment"]["is"] == "refuted"
    amended = goal(printed["claim"], printed["step"], printed["judgment"], RELU, "amended")
    bundle["documents"][3]["goals"] = [amended]
    assert "printed" in (only(*bundle["documents"]).error or "")


def test_a_refutation_does_not_rest_on_what_is_cited():
    # Mark the counterexample's step with a premise that is cited.
    bundle = real_bundle()
    lemma = bundle["documents"][0]
    delta = next(s for s in lemma["steps"] if s["id"] == "delta")
    delta["premises"] = [*delta["premises"], "joint-deep"]
    found = zip(check(lemma), lemma["goals"], strict=True)
    assert {r.status for r, g in found if g["step"] == "delta"} == {"gap"}


def test_a_certified_premise_does_not_become_a_theorem():
    # T is zero where a factor is: an instance identity, true at the sizes listed, is no factor for all sizes.
    product = conclusion("lemma3", "product")
    sizes = [{"widths": [2, 2], "H": 2, "l": 2, "d": d, "e": e} for d in (1, 2) for e in (1, 2)]
    row = rule("instance.field", (), {"left": ["C", "l", "d", "e"], "right": ["kron", "d", "e"], "sizes": sizes,
                                      "primes": 2})  # fmt: skip
    with pytest.raises((ValueError, KeyError)):
        rule("zero.factor", [product, row], {"equations": [["=", ["kron", "d", ["last", "e"]], 0]]})
    with pytest.raises((ValueError, KeyError)):
        rule("eq.truncate", [{**conclusion("lemma4", "networks")}, rule("zero.degree", [assume("relu")], {"of": "a"})])


def test_the_memory_of_steps_is_keyed_by_everything_a_rule_reads():
    # The same step with another premise must not be answered from memory.
    bundle = real_bundle()
    check(*bundle["documents"])
    for premises in ([], ["hyp-m_is_1"], ["degree"]):
        fresh = changed(real_bundle(), "theorem1", "beyond", premises=premises)
        assert {r.status for r in check(*fresh["documents"]) if r.claim == "theorem1.zero"} == {"gap"}
