"""From a claim to its proposition, its sentence and its verdict; what is not the claim is a gap."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
import sympy
from toy import H, L, body, d, k, r, toy_theory

import verifier.kernel.theory  # noqa: F401
from verifier.claims import statement as of_statements
from verifier.claims.author import Author
from verifier.claims.compile import compiled
from verifier.claims.expressions import CannotCompile, MeasuredOnly
from verifier.claims.goals import ClaimProof, check_documents, claims_of
from verifier.claims.notation import NOTATIONS, Notation, latex, notation, ranges, text
from verifier.claims.statement import Claim, Form, Hypothesis, Kind, Source, Statement, Witness, evaluated
from verifier.claims.vocabulary import Condition, Quantity
from verifier.claims.wording import wording
from verifier.kernel.core.terms import Var, app, eq, forall, fun, imp, le
from verifier.kernel.theory.writing import plus, times
from verifier.proving.tactics import Fact
from verifier.verdict import ProofStatus

K = Quantity("K", "H L r", "r", symbol="toy_K")
unknown = Quantity("U", "H L r", "r", symbol="")
h, l, s = sympy.symbols("H L r", integer=True)
ZERO = Claim("toy.zero", Kind.ZERO, K(s), "", where=sympy.And(h >= 1, l >= 1, s >= 0, s > h * l))
EVERY = Claim("toy.every", Kind.ZERO, K(s), "", where=sympy.And(h >= 1, l >= 1, s >= 0), form=Form.PRINTED)


@pytest.fixture(autouse=True)
def _theory() -> Iterator[None]:
    with toy_theory():
        kept = dict(NOTATIONS)
        NOTATIONS["toy_K"] = Notation(("H", "L", "r"), "K^({r})", r"K^{{({r})}}")
        yield
        NOTATIONS.clear()
        NOTATIONS.update(kept)


def beyond(p: Author) -> Fact:
    """K^(r) = 0 for r > HL, its premises in another order than the claim's."""
    more = le(plus(times(H, L), 1), r)
    premises = [more, le(1, L), le(1, H), le(0, r)]
    with p.given(*premises):
        series = p.by("toy.series", H=H, L=L, r=r)
        every = imp(le(1, d), le(d, H), le(plus(L, 1), k), le(k, r), eq(app(body(), d, k), 0))
        each = p.prove(
            forall([d, k], every), lambda d, k: p.evaluate(app(body(), d, k), p.by("toy.degree", H=H, L=L, d=d, k=k))
        )
        cut = p.by("toy.cut", each, H=H, r=r, m=L)
        empty = p.by("toy.empty", H=H, r=r, m=L, B=body())
        zero = p.restate(eq(app("toy_K", H, L, r), 0), p.rewrite(series, cut, empty))
    return p.close([r, L, H], premises, zero)


def statement(*claims: Claim, hypotheses: tuple[Hypothesis, ...] = ()) -> Statement:
    return Statement("toy", "Toy", Source("toy"), "", claims, hypotheses)


def judged(claim: Claim, document: dict[str, object]) -> ClaimProof:
    return claims_of(statement(claim), check_documents([document]))[claim.id]


def proved(claim: Claim, fact_of=beyond) -> dict[str, object]:  # type: ignore[no-untyped-def]
    p = Author("toy", [claim], [])
    p.qed(claim.id, fact_of(p))
    return p.document()


def test_a_claim_is_its_goal() -> None:
    found = judged(ZERO, proved(ZERO))
    assert found.status is ProofStatus.CITED  # one row of the toy theory is only argued
    assert {rest.name for rest in found.rests} == {"toy.series", "toy.degree", "toy.cut", "toy.empty"}


def test_K_is_zero_for_every_r_is_not_proved_by_the_proof_for_large_r() -> None:
    """A goal under the right name that says less than its claim: a gap with the reason."""
    p = Author("toy", [ZERO], [])
    p.goal("toy.every", beyond(p))
    found = judged(EVERY, p.document())
    assert found.status is ProofStatus.GAP
    assert "another proposition" in found.reason


def test_a_quantity_may_be_a_term_of_several_symbols() -> None:
    """It stands where a symbol would, and every kind says the same of it."""
    twice = Quantity("twice", "H L r", "r", term=lambda env: times(2, app("toy_K", env["H"], env["L"], env["r"])))
    of = times(2, app("toy_K", H, L, plus(1, r)))
    claim = replace(ZERO, quantity=twice(s + 1))
    assert compiled(claim, {}).conclusion == eq(of, 0)
    exponent = sympy.Integer(-1)
    for kind in (Kind.ORDER, Kind.VANISHES):
        found = compiled(replace(claim, kind=kind, exponent=exponent), {}).conclusion
        assert found == app(kind.value, Var("omega", "mode"), of, -1)


@pytest.mark.parametrize(
    "wrong",
    [
        replace(ZERO, where=sympy.And(h >= 1, l >= 1, s >= h * l)),
        replace(ZERO, where=sympy.And(h >= 1, s > h * l)),
        replace(ZERO, quantity=K(s - 1)),
        replace(ZERO, quantity=K(s) + 1),
        replace(ZERO, kind=Kind.IDENTITY, value=sympy.Integer(7)),
    ],
    ids=["one r too many", "L below 1", "another quantity", "a sum", "another value"],
)
def test_what_is_not_proved_is_no_qed(wrong: Claim) -> None:
    p = Author("toy", [wrong], [])
    with pytest.raises(ValueError, match="no theorem reaches"):
        p.qed(wrong.id, beyond(p))
    found = judged(wrong, proved(ZERO))
    assert found.status is ProofStatus.GAP


def test_a_tuple_for_a_list_or_a_renamed_parameter_changes_nothing() -> None:
    """The goal is compared as a term: a claim over other variables is another claim."""
    q = sympy.Symbol("q", integer=True)
    renamed = replace(ZERO, quantity=K(q), where=sympy.And(h >= 1, l >= 1, q >= 0, q > h * l))
    p = Author("toy", [renamed], [])
    p.qed(renamed.id, beyond(p))  # the same proposition under another name
    assert judged(renamed, p.document()).status is ProofStatus.CITED
    half = replace(ZERO, quantity=K(q))  # q is free of every range
    assert judged(half, proved(ZERO)).status is ProofStatus.GAP


def test_what_has_no_counterpart_is_refused_with_the_part() -> None:
    with pytest.raises(MeasuredOnly, match="U has no counterpart"):
        compiled(replace(ZERO, quantity=unknown(s)), {})
    with pytest.raises(MeasuredOnly, match="'variance' are measured"):
        compiled(replace(ZERO, kind=Kind.VARIANCE, exponent=sympy.Integer(1)), {})
    with pytest.raises(CannotCompile, match="no conjunction of comparisons"):
        compiled(replace(ZERO, where=sympy.Or(h >= 1, l >= 1)), {})
    with pytest.raises(CannotCompile, match="there is no hypothesis 'relu'"):
        compiled(replace(ZERO, hypotheses=("relu",)), {})
    with pytest.raises(CannotCompile, match="a claim of kind 'order' needs an exponent"):
        compiled(replace(ZERO, kind=Kind.ORDER), {})
    with pytest.raises(CannotCompile, match="gamma"):
        compiled(replace(ZERO, kind=Kind.IDENTITY, value=sympy.gamma(h)), {})


def test_a_hypothesis_is_a_premise_under_its_when_and_a_reading_adds_none() -> None:
    one = Condition("one", "H = 1", proposition=lambda env: eq(env["H"], 1))
    narrow = Hypothesis("one", "H = 1", Witness(""), when=s > l, condition=one)
    read = Hypothesis("read", "as read", Witness(""), condition=Condition("read", "as read"))
    given = {"one": narrow, "read": read}
    found = compiled(replace(ZERO, hypotheses=("one", "read")), given)
    assert found.hypotheses == (("one", imp(le(plus(L, 1), r), eq(H, 1))),)
    assert compiled(replace(ZERO, hypotheses=("read",)), given).prop == compiled(ZERO, {}).prop


def test_a_refutation_is_the_claims_own_negation() -> None:
    p = Author("toy", [EVERY], [])
    with pytest.raises(ValueError, match="refutes nothing"):
        p.refute("toy.every", beyond(p))


def test_the_sentence_is_printed_from_the_proposition() -> None:
    found = compiled(ZERO, {})
    assert text(found.conclusion) == "K^(r) = 0"
    assert ranges(found.ranges) == "1 <= H, 1 <= L, 0 <= r, HL + 1 <= r"
    assert ranges(found.ranges, as_latex=True).startswith(r"1 \le H")
    assert latex(found.conclusion) == "K^{(r)} = 0"
    fixed = app("toy_K", 2, Var("L", "int"), 3)
    assert text(eq(fixed, times(-1, plus(r, times(-1, H))))) == "K^(3) [H = 2] = -(r - H)"


def test_what_a_product_binds_is_not_named_like_a_variable_beside_it() -> None:
    k, x = Var("k", "int"), Var("l", "int")
    entries = fun([x], app("entry", Var("es", "seq"), x))
    assert text(app("prod", 1, k, entries)) == "Π_(1<=l<=k) e_(l)"
    assert text(app("prod", 1, k, Var("F", (("int",), "rand")))) == "Π_(1<=l<=k) F(l)"


def test_an_order_is_no_proof_that_something_vanishes() -> None:
    omega, of, p = Var("omega", "mode"), app("toy_K", H, L, r), -1
    speaks = Quantity("toy_K", "H L r", "r", says=lambda env, _, __: app("order", omega, of, p))
    claim = replace(ZERO, quantity=speaks(s), kind=Kind.VANISHES, exponent=sympy.Integer(-1))
    with pytest.raises(CannotCompile, match="says 'order', which is no claim of kind 'vanishes'"):
        compiled(claim, {})


def test_what_stands_beside_a_sum_a_mean_or_a_factorial_is_not_read_into_it() -> None:
    """E X·Y for (E X)·Y, Σ k!·k for (Σ k!)·k, 3!! for (3!)! and 1/1/2 for 1/(1/2) would be other numbers."""
    k, i, X = Var("k", "int"), Var("i", "int"), Var("X", "rand")
    total = app("csum", 1, 2, fun([i], app("fact", i)))
    assert text(times(total, k)) == "(Σ_(1<=l<=2) l!) k"
    assert text(app("csum", 1, 2, fun([i], times(app("fact", i), k)))) == "Σ_(1<=l<=2) l! k"
    assert text(plus(total, k)) == "(Σ_(1<=l<=2) l!) + k"
    assert text(times(app("cprod", 1, 2, fun([i], i)), 3)) == "(Π_(1<=k<=2) k) 3"
    assert text(app("fact", app("fact", 3))) == "(3!)!"
    assert text(app("fact", plus(k, 1))) == "(k + 1)!"
    assert text(app("inv", app("inv", 2))) == "1/(1/2)"
    assert text(app("half", plus(k, 1))) == "⌊(k + 1)/2⌋"
    assert text(times(app("mean", X), X)) == "(E X) X"
    assert text(app("mean", times(X, X))) == "E XX"


def test_what_a_claim_grants_is_told_by_its_proposition() -> None:
    """An author may call r = 1 'the width is large': readers are shown r = 1."""
    condition = Condition("large", "the width is large", proposition=lambda env: eq(env["r"], 1))
    claim = replace(ZERO, hypotheses=("large",))
    found = wording(claim, [Hypothesis("large", condition.text, Witness("r = 2"), condition=condition)])
    assert found.premises == (("large", "r = 1"),)


def test_a_symbol_is_printed_one_way_for_every_project() -> None:
    """notation("delta", …) in a project's file would change what the sentences of all its statements say."""
    with pytest.raises(ValueError, match=r"toy_K is printed 'K\^\(\{r\}\)' already"):
        notation("toy_K", "H L r", "1", "1")
    with pytest.raises(ValueError, match="arguments are shown as they are"):
        notation("toy_J", "r", "J{r:.0s}", "J")
    with pytest.raises(ValueError, match="is printed as it is"):
        notation("within", "s lo hi", "true", "true")  # one that has no notation


def test_an_argument_of_the_quantity_is_not_read_into_its_hypotheses() -> None:
    """δ(r - 5, 0) = 0 under r ≥ 1 is false at r = 5; under r - 5 ≥ 1 it would be true."""
    is_zero = Quantity("delta", "r k", "r k", says=lambda env, _, __: eq(app("delta", env["r"], env["k"]), 0))
    positive = Condition("positive", "r >= 1", proposition=lambda env: le(1, env["r"]))
    given = {"positive": Hypothesis("positive", "r >= 1", Witness("r = 0"), condition=positive)}
    found = compiled(Claim("toy.shifted", Kind.ZERO, is_zero(s - 5, 0), hypotheses=("positive",)), given)
    assert found.hypotheses[0][1] == le(1, r)
    assert text(found.conclusion) == "δ(-5 + r, 0) = 0"


def test_a_stated_hypothesis_about_more_than_the_claim_is_not_dropped() -> None:
    """What the paper grants of x and x' is granted of x where a printed claim has no x'; of both together, refused."""
    apart = Condition("apart", "", proposition=lambda env: [le(1, Var("r", "int")), le(1, Var("q", "int"))])
    joined = Condition("joined", "", proposition=lambda env: le(Var("q", "int"), Var("r", "int")))
    printed = replace(EVERY, hypotheses=())
    given = {c.id: Hypothesis(c.id, "", Witness(""), stated=True, condition=c) for c in (apart,)}
    assert compiled(printed, given).hypotheses == (("apart", le(1, r)),)
    given = {"joined": Hypothesis("joined", "", Witness(""), stated=True, condition=joined)}
    with pytest.raises(CannotCompile, match="'joined' is about q, the claim is not"):
        compiled(printed, given)


def test_a_sum_without_terms_is_0_in_samples_as_in_proofs() -> None:
    i = sympy.Symbol("i", integer=True)
    for value, number in ((sympy.Sum(1, (i, 1, s)), 0.0), (sympy.Product(2, (i, 1, s)), 1.0)):
        claim = replace(ZERO, kind=Kind.VALUE, value=value, where=sympy.true)
        expected = claim.at({"r": -3})
        assert expected is not None
        assert expected.value == number


def test_no_premise_is_left_out_of_a_long_one() -> None:
    """Of 222 conclusions two are told and counted; of thirty premises each, where the fifth may never hold."""
    parts = [le(n, r) for n in range(1, 31)]
    long = parts[0]
    for p in parts[1:]:
        long = app("and", long, p)
    assert text(long) == "1 <= r; …; 30 <= r (30 propositions)"
    assert text(long, premise=True) == " and ".join(f"{n} <= r" for n in range(1, 31))
    assert "5 <= r" in text(imp(long, eq(r, 1)))
    condition = Condition("long", "long", proposition=lambda env: long)
    claim = replace(ZERO, hypotheses=("long",))
    (told,) = wording(claim, [Hypothesis("long", "", Witness(""), condition=condition)]).premises
    assert "5 <= r" in told[1]


def test_a_negation_under_a_premise_is_told_as_one() -> None:
    from verifier.kernel.core.terms import FALSE

    assert text(imp(le(1, r), eq(r, 2), FALSE)) == "not (r = 2) if 1 <= r"
    assert text(imp(eq(r, 2), FALSE)) == "not (r = 2)"


@pytest.mark.parametrize("expression", [s / h, sympy.And(h >= 1, s <= h), sympy.Min(0, h - s)])
def test_what_is_kept_of_an_expression_is_what_it_is(expression: sympy.Basic) -> None:
    """Of integers alone: 1.0 is equal to 1, and gives another value."""
    for _ in range(2):
        for value in (1, 2, 1.0, 2.5, sympy.Rational(1, 2)):
            at = {"H": 2, "r": value, "L": "no symbol of it"}
            found = evaluated(expression, at)
            assert found == expression.subs({h: 2, s: value})
            assert type(found) is type(expression.subs({h: 2, s: value}))


def test_an_expression_is_worked_out_once_at_the_same_integers(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, expression = [], sympy.Min(0, h - s - 77)
    subs = sympy.Basic.subs
    monkeypatch.setattr(sympy.Min, "subs", lambda self, values: asked.append(values) or subs(self, values))
    assert [evaluated(expression, {"H": 90, "r": k, "L": n}) for n in range(3) for k in (1, 20)] == [0, -7] * 3
    assert len(asked) == 2
    assert evaluated(expression, {"H": 90, "r": 20.0}) == -7.0
    assert len(asked) == 3


def test_what_is_kept_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(of_statements, "_MOST_KNOWN", 5)
    monkeypatch.setattr(of_statements, "_KNOWN", {})
    for added in range(20):
        assert evaluated(s + added, {"r": 1}) == added + 1
        assert [evaluated(s, {"r": n}) for n in range(12)] == list(range(12))
        assert len(of_statements._KNOWN) <= 5
        assert all(len(known) <= 5 for *_, known in of_statements._KNOWN.values())
