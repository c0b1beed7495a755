"""The words of Section 3, of the law at one input, and of the study of graphs of correlation functions."""

from __future__ import annotations

from lemmas._proof_dyer_gur_ari import edges_of, exponents_of_study
from lemmas._vocabulary import at, mode, needs
from verifier.claims.expressions import CannotCompile, conjunction
from verifier.claims.vocabulary import Condition, Env, Quantity, Says
from verifier.engines.requests import sequence
from verifier.kernel.core.terms import Term, app, eq, le
from verifier.kernel.theory.writing import plus

# -- Section 3, the law at one input, and the study of graphs ----------------------------------------------------------
s_C = Quantity("s_C", "r", "r", symbol="sC")
exceeds = Quantity("s_C", "r", "r", symbol="sC",
                   says=lambda env, _, __: le(1, app("+", app("sC", env["r"]), env["r"], -1)))  # fmt: skip
T_tight = Quantity(
    "T", "phi L r x", "r", symbol="S", widths=(("level", ""),),
    says=lambda env, p, _: app(
        "tight", mode(env), app("S", *at(env, "phi", "L", "r", "x", "x")), needs(p)),
)  # fmt: skip
law_of_widths = Quantity("X", "phi L x", "m", says=lambda env, _, __: app("binomial_widths", *at(env, "phi", "L", "x")),
                         ranges=lambda env: [le(1, env["L"])])  # fmt: skip
SIZES = ((1, 2), (1, 3), (2, 2), (2, 3), (1, 1, 2), (1, 2, 2))


def _patterns(env: Env, _: Term | None, __: Term | None) -> Term:
    """At each of the listed sizes n_0, …, n_{L-1} the laws over all sign patterns agree."""
    return conjunction([app("sign_law", sequence(size)) for size in SIZES])


patterns = Quantity("X", "", "m", symbol="sign_law", says=_patterns, widths=())
dead = Quantity("f", "phi L d n x", "L n", says=lambda env, _, value: eq(
    app("flat", app("null", app("f", *at(env, "phi", "L", "x", "d"))), env["n"]), needs(value)),
    ranges=lambda env: [le(1, env["d"])])  # fmt: skip

# -- correlation functions at one input: m factors, and the ends of their contractions ---------------------------------

_EVEN, _ODD = (lambda env, head=head: app(head, *at(env, "k", "es")) for head in ("even_clusters", "odd_clusters"))


def _bound(env: Env, exponent: Term | None, _: Term | None) -> Term:
    """√E C² = O(n^p), which bounds E C too."""
    return app("rms", app("corr", *at(env, "phi", "L", "k", "es", "x")), needs(exponent))


correlation = Quantity(
    "C", "phi L k es x", "n_e n_o m", symbol="corr", says=_bound, widths=(),
    derived={"m": lambda env: env["k"], "n_e": _EVEN, "n_o": _ODD},
    ranges=lambda env: [le(1, env["L"]), app("multigraph", *at(env, "k", "es"))],
)  # fmt: skip


def _orders(attained: bool) -> Says:
    """√E C² is of exact order n^{s_C - gap} for each graph of the study with gap 0, or with another one."""

    def says(env: Env, _: Term | None, value: Term | None) -> Term:
        found = []
        for graph, gap in exponents_of_study():
            if (gap == 0) is attained:
                edges = edges_of(graph)
                of = app("corr", *at(env, "phi", "L"), graph.vertices, edges, *at(env, "x"))
                power = app("cluster_exponent", graph.vertices, edges)
                found.append(app("exact_rms", of, power if attained else plus(power, -gap)))
        if value is None or value.fields[0] != len(found):
            raise CannotCompile(f"{len(found)} graphs are meant")
        return conjunction(found)

    return says


_EACH = "the graphs are listed with their exponents; samples are held against that of their own graph"
graphs_tight = Quantity("C", "phi L x", "m", symbol="corr", apart=_EACH, says=_orders(True), widths=())
graphs_loose = Quantity("C", "phi L x", "m gap", symbol="corr", apart=_EACH, says=_orders(False), widths=())
factors_at_one_input = Condition(
    "one_input", "all factors at one input x ≠ 0", r"x\ne0",
    proposition=lambda env: app("nonzero_input", *at(env, "x")),
    holds=lambda cell: abs(float(cell.get("angle", 0))) <= 1e-9,
)  # fmt: skip
