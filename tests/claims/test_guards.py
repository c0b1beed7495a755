"""What a claim may not say, each case named by the false sentence that it had been shown as proved, or refuted."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sympy
from sympy import And, Eq, Float, Integer, Rational, Symbol

from lemmas import lemma2, theorem2
from lemmas._kernels import TangentKernel
from lemmas._vocabulary import tangent
from verifier.claims.compile import compiled
from verifier.claims.expressions import CannotCompile
from verifier.claims.statement import Claim, Form, Hypothesis, Kind, Statement, Witness
from verifier.claims.vocabulary import Condition, Quantity, Value
from verifier.claims.wellformed import _never
from verifier.inputs.fields import FieldError
from verifier.kernel.core.terms import FALSE, Var, app, eq, imp, le

R0 = Symbol("r")
L, n, d, r = sympy.symbols("L n d r", integer=True)
output = Quantity("f", "phi L x d", "L", widths=(("grows", "L"),))
moment = Quantity(
    "m4", "phi L d x", "L", widths=(),
    term=lambda env: app("mean", app("*", *[app("f", *(env.get(v, Var(v, s)) for v, s in (
        ("phi", "act"), ("L", "int"), ("x", "input"), ("d", "int"))))] * 4)),
)  # fmt: skip


def of(statement: Statement, claim: str) -> tuple[Claim, dict[str, Hypothesis]]:
    (found,) = (c for c in statement.claims if c.id == claim)
    return found, {h.id: h for h in statement.hypotheses}


def test_five_times_a_kernel_less_seven_does_not_tend_to_the_kernel() -> None:
    """A quantity that says its limit itself says it of itself alone."""
    claim, given = of(lemma2.statement, "lemma2.tangent")
    compiled(claim, given)
    for more in (5 * claim.quantity - 7, claim.quantity + tangent(L), -claim.quantity):
        with pytest.raises(CannotCompile, match="says what is claimed of it alone"):
            compiled(replace(claim, quantity=more), given)


def test_the_fourth_moment_at_every_width_is_not_refuted_by_two_widths() -> None:
    """E f⁴ = 3 + 15/n is true where n is the width; of numbers n that have nothing to do with f it is false."""
    claim = Claim("s.c", Kind.VALUE, moment(2), value=3 + 15 / n, where=n >= 1)
    with pytest.raises(CannotCompile, match="has n in it"):
        compiled(claim, {})
    flat, given = of(theorem2.statement, "theorem2.fourth")
    assert "at width n" in str(flat.text) or compiled(flat, given).conclusion  # that one says which width


def test_a_kernel_at_one_angle_is_not_the_kernel_at_the_angle_of_the_inputs() -> None:
    """∂f·∂f' → Θ(x, x'), and not Θ at 0 degrees whatever x and x' are."""
    claim, given = of(lemma2.statement, "lemma2.tangent")
    with pytest.raises(CannotCompile, match="TangentKernel is the same in the kernel whatever its argument 0 is"):
        compiled(replace(claim, value=TangentKernel(L, 0)), given)
    with pytest.raises(CannotCompile, match="whatever its argument z_angle is"):
        compiled(replace(claim, value=TangentKernel(L, Symbol("z_angle", real=True))), given)
    with pytest.raises(CannotCompile, match="whatever its argument 2\\*angle is"):
        compiled(replace(claim, value=TangentKernel(L, 2 * Symbol("angle", real=True))), given)


def test_an_argument_that_a_quantity_leaves_out_is_no_part_of_its_claim() -> None:
    """size(L, r) = 0 for r = 7 alone is shown as size(L) = 0, for every r."""
    size = Quantity("len", "s", "r", term=lambda env: app("len", Var("ls", "seq")))
    with pytest.raises(CannotCompile, match="whatever its argument 7 is"):
        compiled(Claim("s.c", Kind.ZERO, size(7)), {})
    fixed = Quantity("W", "r", "r", says=lambda env, e, v: eq(Var("k", "int"), 0), widths=())
    with pytest.raises(CannotCompile, match="whatever its argument r \\+ 1 is"):
        compiled(Claim("s.c", Kind.ZERO, fixed(r + 1)), {})


def test_an_exponent_between_0_and_1_is_no_integer() -> None:
    """f = O_p(n^{e-1}) for e > 0 is false at e = 1/2; for integers e it is true."""
    e = Symbol("e", real=True)
    claim = Claim("s.c", Kind.UPPER, output(L), exponent=e - 1, where=e > 0)
    with pytest.raises(CannotCompile, match="e is an integer: declare it with integer=True"):
        compiled(claim, {})


@pytest.mark.parametrize("symbol", [Symbol("c", positive=True), Symbol("L", integer=True, nonnegative=True)])
def test_what_sympy_knows_of_a_symbol_is_a_range(symbol: sympy.Symbol) -> None:
    """c > 0 vanishes from where(c > 0) of a positive c, and a claim of all c is refuted at c = -1."""
    with pytest.raises(CannotCompile, match="its range is said in where"):
        compiled(Claim("s.c", Kind.UPPER, output(2), exponent=symbol, form=Form.PRINTED), {})


@pytest.mark.parametrize("name", ["-7", "1", "n^5", "x y", "0 <= r"])
def test_a_variable_is_not_named_like_a_number(name: str) -> None:
    """f at depth 2 = O_p(n^{-7}), where -7 is the name of a variable that is at least 0."""
    size = Symbol(name, integer=True)
    with pytest.raises(CannotCompile, match="names are letters and digits"):
        compiled(Claim("s.c", Kind.UPPER, output(size), exponent=size, where=size >= 0), {})


def test_two_variables_are_not_printed_alike() -> None:
    """z·z of a number z and of an input that is printed z as well."""
    two = Quantity("W", "z zi", "", widths=(),
                   says=lambda env, e, v: eq(app("*", env["z"], app("dot", env["zi"], env["zi"])), 0))  # fmt: skip
    with pytest.raises(CannotCompile, match="zi and z are both printed z"):
        compiled(Claim("s.c", Kind.ZERO, two()), {})


CONTRADICTIONS = {
    "the network is wide": ((), Condition("wide", "the network is wide", proposition=lambda env: FALSE), "never true"),
    "3 <= L and L <= 2": ((L >= 3, L <= 2), None, "contradict one another"),
    "d < L and L <= d": ((d + 1 <= L, d >= L), None, "one another: L <= d, 1 \\+ d <= L"),
    "L = 2, given that it is not": (
        (Eq(L, 2),), Condition("wide", "wide", proposition=lambda env: le(3, env["L"])), "contradict one another"),
    "L is 2 in every network": ((L >= 3,), None, "L is always 2 in f"),
}  # fmt: skip


@pytest.mark.parametrize("case", CONTRADICTIONS)
def test_nothing_is_proved_of_no_network_at_all(case: str) -> None:
    """f ~ n^{-7}, proved, since its premises never hold."""
    where, condition, told = CONTRADICTIONS[case]
    quantity = replace(output, arguments="", derived={"L": lambda env: app("+", 2)}) if "every" in case else output
    claim = Claim("s.c", Kind.ORDER, quantity(*(() if "every" in case else (L,))), exponent=Integer(-7),
                  where=And(*where, d >= d - 1), hypotheses=("wide",) if condition else ())  # fmt: skip
    given = {"wide": Hypothesis("wide", "wide", Witness(""), condition=condition)} if condition else {}
    with pytest.raises(CannotCompile, match=told):
        compiled(claim, given)


def test_a_value_that_is_a_float_is_no_number_of_proofs() -> None:
    half = Value("half", number=lambda x: float(x) / 2, term=lambda env, x: app("*", Rational(1, 2), x))
    assert isinstance(half(Integer(1)), Float)
    with pytest.raises(CannotCompile, match="no counterpart"):
        compiled(Claim("s.c", Kind.VALUE, moment(2), value=half(Integer(1))), {})


def test_no_integer_is_half_an_odd_number() -> None:
    """f ~ n^{-7} where 2L is odd: of no L at all."""
    odd = And(2 * L - 2 * d >= 1, 2 * L - 2 * d <= 1)
    with pytest.raises(CannotCompile, match="contradict one another"):
        compiled(Claim("s.c", Kind.ORDER, output(L), exponent=Integer(-7), where=odd), {})


def _and(env):  # type: ignore[no-untyped-def]
    return app("and", le(env["L"], 0), le(1, env["L"]))


def _both(env):  # type: ignore[no-untyped-def]
    return [app("relu", env["phi"]), imp(app("relu", env["phi"]), FALSE)]


@pytest.mark.parametrize(
    ("proposition", "when"),
    [(_and, sympy.true), (_both, sympy.true), (lambda env: le(env["L"], 1), L >= 2)],
    ids=["L <= 0 and 1 <= L", "the ReLU and not the ReLU", "L <= 1 when 2 <= L"],
)
def test_a_hypothesis_that_never_holds_proves_nothing(proposition, when) -> None:  # type: ignore[no-untyped-def]
    condition = Condition("b", "the network is wide", proposition=proposition)
    claim = Claim("s.c", Kind.ORDER, output(L), exponent=Integer(-7), where=L >= 2, hypotheses=("b",))
    with pytest.raises(CannotCompile, match=r"contradict one another|never true"):
        compiled(claim, {"b": Hypothesis("b", "", Witness(""), condition=condition, when=when)})


def test_an_exponent_times_zero_is_no_part_of_a_claim() -> None:
    """f ~ n^0 is proved and shown; samples would be held against n^-1."""

    def says(env, e, v):  # type: ignore[no-untyped-def]
        return app("order", Var("omega", "mode"), app("f", env["phi"], 2, env["x"], env["d"]), app("*", 0, e))

    def hidden(env, e, v):  # type: ignore[no-untyped-def]
        return imp(le(e, e), app("order", Var("omega", "mode"), app("f", env["phi"], 2, env["x"], env["d"]), 0))

    for words in (says, hidden):
        quantity = Quantity("f", "phi x d", "", says=words)
        with pytest.raises(CannotCompile, match="the exponent -1 of the claim is no part of what f says"):
            compiled(Claim("s.c", Kind.ORDER, quantity(), exponent=Integer(-1)), {})


@pytest.mark.parametrize(("name", "told"), [("n", "the width"), ("E", "a sign"), ("max", "a sign"), ("Ld", "others")])
def test_a_variable_is_not_named_like_the_width_a_mean_or_a_product(name: str, told: str) -> None:
    """n f ~ n^0 of a number n, E f ~ n^0 of a number E, and Ld = L·d of a third number."""
    number = Symbol(name, integer=True)
    quantity = Quantity("W", f"L d x {name}", "L d " + name, widths=(), says=lambda env, e, v: app(
        "order", Var("omega", "mode"), app("*", env[name], env["L"], env["d"], Var("X", "rand")), e))  # fmt: skip
    with pytest.raises(CannotCompile, match=told):
        compiled(Claim("s.c", Kind.ORDER, quantity(L, d, number), exponent=Integer(0)), {})


def test_one_name_of_two_sorts_is_two_variables() -> None:
    """c = c, refuted: of an integer c and of a real one."""
    with pytest.raises(CannotCompile, match="z is no integer"):
        compiled(Claim("s.c", Kind.UPPER, output(2), exponent=Symbol("z", integer=True)), {})
    i, other = Symbol("k", integer=True), Symbol("k")
    claim = Claim("s.c", Kind.VALUE, moment(2), value=sympy.Sum(other, (i, 1, 3)))
    with pytest.raises(CannotCompile, match="two symbols are called k"):
        compiled(claim, {})


def test_a_hypothesis_that_cells_may_violate_grants_something_to_proofs() -> None:
    """Cells at 90 degrees contradict, and are left out for a hypothesis that says 0 <= 1."""
    condition = Condition("b", "angles are small", proposition=lambda env: le(0, 1), holds=lambda cell: False)
    with pytest.raises(CannotCompile, match="grants nothing to proofs"):
        compiled(Claim("s.c", Kind.ORDER, output(L), exponent=Integer(0), hypotheses=("b",)),
                 {"b": Hypothesis("b", "", Witness(""), condition=condition)})  # fmt: skip


@pytest.mark.parametrize("proposition", [lambda env: env["nosuch"], lambda env: None, lambda env: True])
def test_words_that_fail_are_told_in_a_sentence(proposition) -> None:  # type: ignore[no-untyped-def]
    condition = Condition("b", "b", proposition=proposition)
    with pytest.raises(CannotCompile, match=r"its words fail|a proposition is needed"):
        compiled(Claim("s.c", Kind.ORDER, output(L), exponent=Integer(0), hypotheses=("b",)),
                 {"b": Hypothesis("b", "", Witness(""), condition=condition)})  # fmt: skip


def test_a_proposition_of_no_argument_is_refused_where_it_is_made() -> None:
    with pytest.raises(FieldError, match="a function of 1 argument is needed"):
        Condition("b", "b", proposition=lambda: FALSE)  # type: ignore[misc, arg-type]


def test_a_sum_inside_a_sum_is_empty_where_it_has_no_terms() -> None:
    """Σ_(i<=3) Π_(1<=j<=i-3) 2 = 3: SymPy's own value, by products that run backwards, is 1.75."""
    i, j = sympy.symbols("i j", integer=True)
    value = sympy.Sum(sympy.Product(2, (j, 1, i - 3)), (i, 1, r))
    found = Claim("s.c", Kind.VALUE, moment(2), value=value).at({"r": 3})
    assert found is not None
    assert found.value == 3


def test_a_claim_is_asked_once_what_it_says() -> None:
    """Proved of x = 1 the first time, and shown of every x the second."""
    asked: list[int] = []

    def says(env, e, v):  # type: ignore[no-untyped-def]
        asked.append(1)
        return app("order", Var("omega", "mode"), app("f", env["phi"], 2, env["x"], len(asked)), e)

    claim = Claim("s.c", Kind.ORDER, Quantity("f", "phi x", "", says=says)(), exponent=Integer(-1))
    assert compiled(claim, {}) is compiled(claim, {})


def test_samples_at_depth_3_are_not_held_against_what_is_proved_at_depth_2() -> None:
    """f ~ n^{2 - L} with L = 2 in the proof, n^0; where cells have L = 3, samples are held against n^-1."""
    two = replace(output, arguments="", derived={"L": lambda env: app("+", 2)})
    with pytest.raises(CannotCompile, match="L is always 2 in f: write that number"):
        compiled(Claim("s.c", Kind.ORDER, two(), exponent=2 - L), {})


@pytest.mark.parametrize(
    ("condition", "nowhere"),
    [
        (R0 >= 1, False),
        (2 * R0 > 1, False),
        (Eq(3 * R0, 1), False),
        (sympy.Ne(R0, 0), False),
        (And(R0 >= 2, R0 <= 3), False),
        (And(R0 >= 3, R0 <= 2), True),
        (R0**2 < 0, True),
        (R0**2 <= 1, False),
        (Eq(R0**2, -1), True),
        (sympy.false, True),
        (True, False),
    ],
)
def test_whether_a_condition_holds_nowhere(condition: object, nowhere: bool) -> None:
    """By comparison of two sides that are linear in the parameter, and else by SymPy's sets."""
    assert _never(condition) is nowhere
