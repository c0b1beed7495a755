"""What a program expects, proved from its derivation: cited, refuted, undecided; tampered proofs are rejected.

Samples have fixed seeds; a claim is wrongly contradicted with probability 1e-3 at most, of which two are drawn.
"""

from __future__ import annotations

import copy
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

jax = pytest.importorskip("jax", reason="programs need JAX: pip install 'wide-verifier[jax]'")
jnp = jax.numpy

import derived_programs as examples  # noqa: E402

import verifier as v  # noqa: E402
from verifier.engines import tensors  # noqa: E402
from verifier.kernel.core.sorts import Refused  # noqa: E402
from verifier.kernel.core.terms import app, num  # noqa: E402
from verifier.kernel.theory.programs import HYPOTHESES  # noqa: E402
from verifier.programs import Program, ProgramError, derive, quantity, width  # noqa: E402
from verifier.programs.derive.again import again  # noqa: E402
from verifier.programs.derive.certificate import certificate, of_one  # noqa: E402
from verifier.programs.stated import Stated, stated  # noqa: E402
from verifier.projects.loading import load_file  # noqa: E402
from verifier.proving.tactics import Prover  # noqa: E402
from verifier.verdict import ProofStatus  # noqa: E402
from verifier.verify.bundles import Rechecked, bundle, recheck  # noqa: E402
from verifier.verify.proof import proofs_of  # noqa: E402

n = width("n")
SMALL = {"widths": (128, 448, 1216, 4672), "samples": 128}


def claiming(program: Program, kind: str = "order", **expect: Any) -> Stated:
    return stated(replace(program, expect=expect, kind=kind, _graphs={}, _patterns=[]))


def proof_of(found: Stated) -> dict[str, Any]:
    return {result.claim.rpartition(".")[2]: result for result in proofs_of(found.statement).results}


# -- the derivation made again from data -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    ["logits, tied", "gram", "kernel", "norms", "tied",
     *(pytest.param(name, marks=pytest.mark.slow) for name in ("sp relu, rate 1/n", "mup relu", "recurrent"))],
)  # fmt: skip
def test_from_its_graph_as_data_the_same_is_derived(name: str) -> None:
    program = examples.PROGRAMS[name]()
    data = json.loads(json.dumps(certificate(program)))
    found = again(data)
    assert [a.exponent for a in found.numbers] == [derive(program).row(k).exponent for k in program.outputs(64)]
    assert found.untrue == ""
    assert found.decided > 0


def test_a_comment_changes_no_code_and_a_constant_does() -> None:
    def kernel(degrees: float) -> int:
        return tensors.code(certificate(examples.kernel(degrees)))

    assert kernel(60.0) == kernel(60.0) != kernel(61.0)


def vector(power: float) -> Program:
    @quantity(weights={"x": (n,)})
    def weighted(w: Any) -> Any:
        size = w["x"].shape[0]
        both = {"known": jnp.mean(w["x"] ** 2), "open": jnp.mean(w["x"] * jnp.arange(size) ** power)}
        return both

    return weighted


def test_a_constant_that_no_rule_speaks_of_leaves_undecided_what_depends_on_it() -> None:
    """Twin: it belongs to the program's name all the same."""
    found = again(certificate(vector(1.0)))
    assert [a.exponent for a in found.numbers] == [0, None]
    assert "a constant vector with different entries" in found.numbers[1].reason
    codes = [[tensors.code(of_one(certificate(vector(p)), k, k)) for k in (0, 1)] for p in (1.0, 2.0)]
    assert codes[0][0] == codes[1][0]
    assert codes[0][1] != codes[1][1]


def test_stored_samples_are_those_of_this_program() -> None:
    one, same, other = (
        claiming(examples.kernel(a), tangent=0).check.parts[0].quantity.version for a in (60.0, 60.0, 61.0)
    )
    assert one == same != other


def test_a_graph_of_one_output_leaves_out_the_others() -> None:
    whole = certificate(examples.PROGRAMS["ntp relu"]())
    parts = [of_one(whole, k, k) for k in range(3)]
    assert len({tensors.code(part) for part in parts}) == 3
    assert max(len(part["graph"]["ops"]) for part in parts[1:]) < len(whole["graph"]["ops"])
    assert [a.exponent for part in parts for a in again(part).numbers] == [
        0, Fraction(-1, 2), Fraction(-1, 2)]  # fmt: skip


# -- verdicts ----------------------------------------------------------------------------------------------------------


def test_a_claim_that_is_derived_is_cited_with_what_it_rests_on() -> None:
    found = proof_of(claiming(examples.PROGRAMS["ntp relu"](), df=0, dh1=Fraction(-1, 2)))
    assert {name: result.status for name, result in found.items()} == dict.fromkeys(("df", "dh1"), ProofStatus.CITED)
    rests = {(group.kind, name) for group in found["df"].rests_on for name in group.names}
    assert {("cited", "program.master"), ("argued", "program.order"), ("computed", "tensors 1")} <= rests
    assert found["dh1"].derived.startswith("n^-1/2 (cited: the master theorem")
    assert all(name.replace("_", " ") in found["df"].derived for name in HYPOTHESES)


def test_a_claim_that_is_wrong_by_a_half_is_refuted_in_both_columns() -> None:
    one = claiming(examples.gram(), size=Fraction(1, 2))
    report = v.check(one.statement, measured_by=one.check, **SMALL)
    (claim,) = report.statements[0].claims
    assert (str(claim.proof), str(claim.numeric)) == ("refuted", "contradicted")
    assert claim.derived.startswith("n^0 ")
    assert not claim.at_odds
    assert report.exit_code == 1


def test_a_claim_that_is_right_holds_in_both_columns() -> None:
    report = v.check(replace(examples.gram(), expect={"size": 2}, kind="limit"), **{**SMALL, "samples": 1024})
    (claim,) = report.statements[0].claims
    assert (str(claim.proof), str(claim.numeric), report.exit_code) == ("cited", "consistent", 0)
    assert ("argued", "program.limit") in {(group.kind, name) for group in claim.rests_on for name in group.names}


def test_a_constant_that_vanishes_stays_undecided() -> None:
    vanishing = math.degrees(math.acos(-0.3943))  # sin θ + 2(π - θ) cos θ = 0 at 113.218°
    assert abs(vanishing - 113.218) < 0.01
    (found,) = proof_of(claiming(examples.kernel(113.218), tangent=0)).values()
    assert found.status is ProofStatus.GAP
    assert found.derived.startswith("undecided: the leading constant is not separated from 0")
    (other,) = proof_of(claiming(examples.kernel(60.0), tangent=0)).values()
    assert other.status is ProofStatus.CITED


@pytest.mark.parametrize(
    ("kind", "claimed", "status"),
    [("upper", 0, ProofStatus.CITED), ("upper", Fraction(-1, 2), ProofStatus.CITED),
     ("upper", -1, ProofStatus.REFUTED), ("to-zero", 0, ProofStatus.CITED)],
)  # fmt: skip
def test_bounds_follow_from_orders(kind: str, claimed: Any, status: ProofStatus) -> None:
    found = proof_of(claiming(examples.logits(False), kind, logit=claimed))
    assert found["logit"].status is status


def test_what_does_not_vanish_is_refuted() -> None:
    assert proof_of(claiming(examples.gram(), "to-zero", size=0))["size"].status is ProofStatus.REFUTED


def test_a_limit_of_another_number_is_refuted() -> None:
    assert proof_of(claiming(examples.gram(), "limit", size=1))["size"].status is ProofStatus.REFUTED
    assert proof_of(claiming(examples.gram_with_other(), "limit", size=1))["size"].status is ProofStatus.CITED


def test_a_rational_limit_with_roots_on_the_way_is_exact() -> None:
    """Branches scaled by 1/√L: (1 + 1/L)^L at L = 4, as long as the float that is written stands for that number."""
    file = Path(__file__).resolve().parents[2] / "examples" / "papers" / "residual_branches.py"
    words = vars(load_file(file))
    claims = {name: next(iter(proof_of(stated(words[name])).values())) for name in ("right", "wrong")}
    assert {name: found.status for name, found in claims.items()} == {
        "right": ProofStatus.CITED, "wrong": ProofStatus.REFUTED}  # fmt: skip
    assert claims["right"].derived.startswith("→ 625/256 (cited")
    assert claims["wrong"].derived.startswith("→ 16 (cited")


def test_the_mean_of_what_stays_random_is_measured_only() -> None:
    """Of the square of a Gaussian number a limit in probability would be false, and that of the mean, 1, is true."""

    @quantity(weights={"v": (n,), "x": (n,)})
    def square(w: Any) -> Any:
        product = w["v"] @ w["x"] / jnp.sqrt(len(w["x"]))
        return product**2

    one = claiming(square, "limit", square=1)
    assert one.statement.empirical
    report = v.check(one.statement, measured_by=one.check, widths=SMALL["widths"], samples=64)
    (claim,) = report.statements[0].claims
    assert str(claim.proof) == "gap"
    assert claim.derived == ""
    (undecided,) = proof_of(claiming(examples.kernel(113.218), "limit", tangent=0)).values()
    assert undecided.status is ProofStatus.GAP
    assert undecided.derived.startswith("undecided")


def test_samples_that_contradict_what_is_derived_are_loud() -> None:
    """Twin: the samples are those of another program."""
    one, other = (claiming(p, "limit", size=2) for p in (examples.gram(), examples.gram_with_other()))
    (part,) = other.check.parts
    check = replace(one.check.parts[0], quantity=part.quantity)
    report = v.check(one.statement, measured_by=v.Check(one.check.name, check), **SMALL)
    (claim,) = report.statements[0].claims
    assert (str(claim.proof), str(claim.numeric), claim.at_odds) == ("cited", "contradicted", True)
    assert report.exit_code == 1
    assert claim.to_json()["at_odds"] is True


# -- tampered proofs ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def proof() -> dict[str, Any]:
    return bundle(claiming(examples.gram(), size=0).statement)


def test_an_honest_proof_is_cited_when_it_is_made_again(proof: Mapping[str, Any]) -> None:
    again = recheck(proof)
    assert again.holds
    assert list(again.statuses.values()) == [ProofStatus.CITED]


def one_half_more(proof: dict[str, Any]) -> None:
    """The exponent of the goal, and of all that it follows from."""
    (document,) = proof["documents"]
    document["terms"].append(["num", "1/2"])
    half = len(document["terms"]) - 1
    for node in document["terms"]:
        if node[0] == "app" and node[1] in ("leads", "order"):
            node[2][-1] = half
    # terms are made of earlier ones: the number comes first
    terms = [document["terms"].pop(), *document["terms"]]
    document["terms"] = [_moved(node, half) for node in terms]
    for step in document["steps"]:
        step[1:] = [_shifted(rule, a, half) for rule, a in zip(_shape(step[0]), step[1:], strict=True)]
    for goal in document["goals"]:
        goal["prop"] += 1


def _shape(rule: str) -> str:
    from verifier.kernel.core.documents import STEPS

    return STEPS[rule][0]


def _shifted(kind: str, value: Any, half: int) -> Any:
    if kind == "t":
        return (value + 1) % (half + 1)
    return [(x + 1) % (half + 1) for x in value] if kind == "T" else value


def _moved(node: list[Any], half: int) -> list[Any]:
    if node[0] == "app":
        head = node[1] if isinstance(node[1], str) else (node[1] + 1) % (half + 1)
        return ["app", head, [(x + 1) % (half + 1) for x in node[2]]]
    return ["fun", node[1], (node[2] + 1) % (half + 1)] if node[0] == "fun" else node


def another_constant(proof: dict[str, Any]) -> None:
    """A number in the program's graph, and so the expectations."""
    for entry in proof["requests"].values():
        ops = entry["request"]["program"]["graph"]["ops"]
        constants = [x for op in ops for x in op["inputs"] if isinstance(x, dict) and x["type"].startswith("float")]
        constants[-1]["at"] = [[["f", repr(2 * float(x[1]))] for x in at] for at in constants[-1]["at"]]


def another_weight(proof: dict[str, Any]) -> None:
    """Weights that are no Gaussians."""
    for entry in proof["requests"].values():
        for weight in entry["request"]["program"]["weights"]:
            weight[2] = ["f", "1.0"]


def no_request(proof: dict[str, Any]) -> None:
    proof["requests"].clear()


def another_version(proof: dict[str, Any]) -> None:
    for step in proof["documents"][0]["steps"]:
        if step[0] == "computed":
            step[1] = "tensors 2"


def no_hypothesis(proof: dict[str, Any]) -> None:
    """The request for hypotheses is that for the order."""
    order = next(e for e in proof["requests"].values() if e["request"]["say"] == "order")
    for entry in proof["requests"].values():
        entry["request"] = order["request"]


@pytest.mark.parametrize(
    "tamper", [one_half_more, another_constant, another_weight, no_request, another_version, no_hypothesis]
)
def test_a_tampered_derivation_is_rejected(proof: Mapping[str, Any], tamper: Callable[[Any], None]) -> None:
    forged = copy.deepcopy(dict(proof))
    tamper(forged)
    found: Rechecked = recheck(forged)
    assert not found.holds
    assert found.problem == "", "it is refused as not computed, and not as unreadable"
    assert all(goal.error for goal in found.goals)


def test_no_order_without_one_of_the_hypotheses() -> None:
    graph = of_one(certificate(examples.gram()), 0, 0)
    name = num(tensors.code(graph))
    for missing in HYPOTHESES:
        p = Prover("forged")
        held = [p.assume(app(head, name)) for head in HYPOTHESES if head != missing]
        with pytest.raises(Refused):
            p.by("program.master", *held)


def test_facts_of_one_program_are_none_of_another() -> None:
    p = Prover("forged")
    one, other = (of_one(certificate(q), 0, 0) for q in (examples.gram(), examples.gram_with_other()))
    lead = p.by_engine("tensors", {"program": one, "say": "order", "number": 0})
    master = p.assume(app("master", num(tensors.code(other))))
    with pytest.raises(Refused):
        p.by("program.order", master, lead)


# -- requests that are refused -----------------------------------------------------------------------------------------


LOOP = {
    "name": "scan", "kinds": "", "outputs": [2], "inputs": [0], "dims": [[]], "subgraphs": [],
    "params": {"length": [["i", "1000000000"]]},
}  # fmt: skip


def ask(program: Any, say: str = "order", **more: Any) -> Any:
    return tensors.compute({"program": program, "say": say, **more})


def test_what_is_not_polynomially_bounded_has_no_hypotheses() -> None:
    @quantity(weights={"x": (n,)})
    def lognormal(w: Any) -> Any:
        size = jnp.mean(jnp.exp(w["x"]))
        return size

    graph = of_one(certificate(lognormal), 0, 0)
    assert ask(graph, number=0) == app("leads", num(tensors.code(graph)), 0, 0)
    with pytest.raises(Refused, match="exp of a vector is not polynomially bounded"):
        ask(graph, "hypotheses")
    (found,) = proof_of(claiming(lognormal, lognormal=0)).values()
    assert found.status is ProofStatus.GAP
    assert "not polynomially bounded" in found.reason
    assert found.derived.startswith("n^0 by rules whose hypotheses are not known to hold: exp of a vector")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"format": "verifier tensor program 0"}, "is not"),
        ({"widths": []}, "has a width"),
        ({"weights": [["W", [["w", "n", 1]], ["s", "uniform"]]]}, "gaussian, or a number"),
        ({"graph": {"inputs": 2, "ops": [], "outputs": [7]}}, "no earlier value"),
        ({"graph": {"inputs": 1, "ops": [], "outputs": []}}, "as many weights as inputs"),
        ({"weights": [["W", [["w", "n", 1]], "gaussian"]] * 2}, "two weights of one name"),
        ({"weights": [["W", [["w", "m", 1]], "gaussian"]]}, "another axis than its widths"),
        ({"extra": 1}, "a request has the fields"),
        ({"weights": [["W", [100_000, 100_000], "gaussian"]]}, "more than 100000 entries"),
        ({"graph": {"inputs": 2, "ops": [LOOP], "outputs": [2]}}, "turns of a loop"),
    ],
)
def test_a_graph_that_is_none_is_refused(change: Mapping[str, Any], told: str) -> None:
    with pytest.raises(Refused, match=told):
        ask({**certificate(examples.gram()), **change}, number=0)


def test_the_engine_says_nothing_without_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tensors, "_RULES", [])
    with pytest.raises(Refused, match="are not loaded"):
        ask(certificate(examples.gram()), number=0)


def test_a_program_that_expects_nothing_is_no_statement() -> None:
    with pytest.raises(ProgramError, match="expects nothing of what it returns"):
        stated(examples.gram())
    with pytest.raises(ProgramError, match="by verifier measure alone"):
        claiming(examples.gram(), "polynomial", size="2 + 3/n")
