"""A network with one hidden layer of n neurons: f(x) = n^{-1/2} Σ_a v_a q_a, q_a = √2 relu(y_a), y_a = w_a·x/√n_0.

Its output does not depend on n in scale, while the second derivative along the gradient at another input x',
T = ⟨∂_W ∂_v f(x), ∇_W f(x') ⊗ ∇_v f(x')⟩, is of order 1/n: wide networks are nearly linear in their weights.

Moving w along ∇_W f(x') moves q by (∂q/∂y) δ' x·x'/n_0, where δ' = ∂f(x')/∂y'; moving v along ∇_v f(x') = q'/√n as
well gives T = A x·x'/n_0 with A = q'·(∂q/∂y) δ'/n.  The kernel's theory speaks of A, as it does of f.
"""

from __future__ import annotations

from typing import Any

from sympy import Integer

from verifier import Author, Kind, Proof, Source, Statement, amended
from verifier.claims.vocabulary import Condition, Quantity
from verifier.kernel.core.terms import FALSE, Var, app, imp, num
from verifier.proving.tactics import Fact

# -- the words, each with its counterpart in the kernel (``verifier rules f A dot`` says what its symbols mean) --------

#: the activation, the way for widths to grow, the inputs x and x'
phi, omega, x, y = Var("phi", "act"), Var("omega", "mode"), Var("x", "input"), Var("y", "input")
#: one hidden layer is depth 2: A joins the layers 2 and 1; the output of f is its first
A, DOT = app("A", phi, 2, 2, 1, 1, x, y), app("dot", x, y)

DEPTH = {"L": lambda env: num(2)}
f = Quantity("f", "phi x", "", derived=DEPTH, term=lambda env: app("f", phi, 2, x, 1))
T = Quantity("T", "phi x y", "", derived=DEPTH, term=lambda env: app("*", A, DOT))

relu = Condition("relu", "σ is the ReLU, of slope 0 at 0", proposition=lambda env: app("relu", phi))
inputs_nonzero = Condition(
    "inputs_nonzero", "x ≠ 0 and x' ≠ 0",
    proposition=lambda env: [app("nonzero_input", env[name]) for name in ("x", "y") if name in env],
)  # fmt: skip
not_antiparallel = Condition(
    "not_antiparallel", "x' is not a negative multiple of x",
    proposition=lambda env: imp(app("antiparallel", x, y), FALSE),
    holds=lambda cell: cell.get("angle") != 180,
)  # fmt: skip
not_orthogonal = Condition(
    "not_orthogonal", "x·x' ≠ 0", proposition=lambda env: app("nonzero", DOT),
    holds=lambda cell: cell.get("angle") != 90,
)  # fmt: skip

# -- the proof ---------------------------------------------------------------------------------------------------------

#: the premises of the two theorems: one input or two, and n → ∞
ALONE = (app("relu", phi), app("scaled", omega, 2), app("nonzero_input", x))
PAIR = (*ALONE, app("nonzero_input", y), imp(app("antiparallel", x, y), FALSE), app("nonzero", DOT))


def _prove(p: Author) -> None:
    """Each step names a row of the theory (``verifier rules NAME``); premises are found among what is given."""
    at: dict[str, Any] = {"omega": omega, "phi": phi, "L": 2, "x": x}
    with p.given(*ALONE), p.using(p.by("scaled.grows", omega=omega, L=2)):
        limit = p.by("paired.tends.x", **at, y=x, d=1)
        never0 = p.by("paired.never0.x", **at, y=x, d=1)
        output = _order(p, p.by("paired.mode", **at, y=x), limit, never0)
    p.note("f-limit", limit, "given the hidden layer f is Gaussian; by the law of large numbers its variance converges")
    p.note("f-alive", never0, "the limit is Gaussian of variance |x|²/n_0 > 0")
    output = p.close([omega, phi, x], ALONE, output)

    at["y"] = y
    with p.given(*PAIR), p.using(p.by("scaled.proportional", omega=omega, L=2)):
        joint = p.by("joint.two", **at)
        base = app("coupled", omega, phi, 2, x, y)
        gamma = p.by("joint.elim", joint)
        for side in ("right", "right", "right", "right", "left"):  # f(x), f(x'), Q, C, A
            gamma = p.by(f"and.{side}", gamma)
        gamma = p.by(gamma, goal=app("tends", base, A, -1, app("Gam", base, 2, 1, 1)))
        limit = p.by("tends.mul", gamma, p.by("tends.const", b=base, c=DOT))
        never0 = p.by("never0.mul", p.by("Gam.never0", **at, l2=2, l1=1, e=1), p.by("never0.const", c=DOT))
        second = _order(p, p.by("coupled.mode", **at), limit, never0)
    p.note("joint", joint, "sums over n iid neurons: law of large numbers, central limit theorem")
    p.note("T-limit", limit, "so n A converges, and n T, which is n A times a number")
    p.note("T-alive", never0, "the limit is a Gaussian variable, times a number: neither is 0")
    second = p.close([omega, phi, x, y], PAIR, second)
    # The goals are the claims' own propositions: what these two theorems do not reach is a gap.
    p.conclude({"one_hidden_layer.output": [output], "one_hidden_layer.second": [second]})


def _order(p: Author, mode: Fact, limit: Fact, never0: Fact) -> Fact:
    """X ~ n^p, from n^{-p} X → Y on a coupling along the mode ω, and Y ≠ 0 almost surely."""
    _, X, power, _ = limit.prop.fields[1]
    with p.using(mode, limit, p.by("never0.alive", never0)):
        return p.by("order.intro", omega=omega, X=X, p=power)


# -- the statement -----------------------------------------------------------------------------------------------------

statement = Statement(
    name="one_hidden_layer",
    title="One hidden layer",
    source=Source("This project"),
    summary="The output of a wide network with one hidden layer is of order 1, its second-order term of order 1/n.",
    claims=(
        amended("one_hidden_layer.output", Kind.ORDER, f(), exponent=Integer(0), given="relu inputs_nonzero"),
        amended(
            "one_hidden_layer.second", Kind.ORDER, T(), "T = A x·x'/n_0 at depth L = 2", exponent=Integer(-1),
            given="relu inputs_nonzero not_antiparallel not_orthogonal",
        ),
    ),
    hypotheses=(
        relu.needed("With σ = 0 both quantities are 0."),
        inputs_nonzero.needed("x = 0: f(x) = 0."),
        not_antiparallel.needed("x' = -x: no neuron is active at both inputs, and T = 0.", {"angle": 180}),
        not_orthogonal.needed("x ⟂ x': T has the factor x·x'/n_0 = 0.", {"angle": 90}),
    ),
    proof=Proof(_prove),
)  # fmt: skip
