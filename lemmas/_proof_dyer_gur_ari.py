"""Proofs on the conjecture of Dyer and Gur-Ari: the bound for every graph, and which of the smallest attain it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from functools import cache

from lemmas._moment_facts import Facts, homogeneous, phi, x
from lemmas._proof_section3 import exponent, stronger
from lemmas._walks import find_walk
from verifier.engines.graphs import LARGEST_SEARCH, clusters
from verifier.engines.requests import sequence
from verifier.exact.cluster import ClusterGraph, study_graphs
from verifier.kernel.core.terms import Term, Var, app, eq, fun, le, num
from verifier.kernel.theory.writing import plus, times
from verifier.proving.tactics import Fact, Prover

L, m, s, end, D = (Var(name, "int") for name in ("L", "m", "s", "end", "D"))
es, omega = Var("es", "seq"), Var("omega", "mode")

#: so many layers hold all contractions of a shortest walk of the loose graphs that are searched, and of the tight ones
LAYERS, DEEP = 6, 7

#: σ is the ReLU, the network is deep enough, and x ≠ 0
Premises = tuple[Fact, Fact, Fact]


def prove_dyer_gur_ari(p: Prover) -> Facts:
    """The claims of the study: the bound, the tight graphs, the loose ones that are searched, and the stars."""
    general, study = _tightness(p), exponents_of_study()
    tight_ = [graph for graph, gap in study if gap == 0]
    loose_ = [graph for graph, gap in study if gap]
    return {
        "dyer_gur_ari.bound": [as_written(p), *bound(p)],
        "dyer_gur_ari.tight": [at_depth(p, DEEP, lambda known: [tight(p, known, g, general) for g in tight_])],
        "dyer_gur_ari.loose": [at_depth(p, LAYERS, lambda known: [loose(p, known, g) for g in loose_])],
        "dyer_gur_ari.star-exponent": [exponent(p)], "dyer_gur_ari.stronger": [stronger(p)],
    }  # fmt: skip


@cache
def exponents_of_study() -> tuple[tuple[ClusterGraph, int], ...]:
    """The graphs of the study that are decided here, with s_C minus the exponent of √E C².

    Those with a walk of -s_C swaps attain s_C; of the others, those with few contractions are searched.
    """
    found = []
    for graph in study_graphs():
        if shortest_walk(graph) is not None:
            found.append((graph, 0))
        elif graph.contractions <= LARGEST_SEARCH[graph.vertices]:
            found.append((graph, _gap(graph)))
    return tuple(found)


def _gap(graph: ClusterGraph) -> int:
    gap = 1
    while find_walk(graph.vertices, graph.pairs(), swaps_of(graph) + gap) is None:
        gap += 1
    return gap


def at_depth(p: Prover, layers: int, prove: Callable[[Premises], list[Fact]]) -> Fact:
    """⋀phi L x. relu ⟹ layers ≤ L ⟹ x ≠ 0 ⟹ all that ``prove`` finds there"""
    granted = [app("relu", phi), le(layers, L), app("nonzero_input", x)]
    with p.given(*granted) as (relu, deep, nonzero):
        found = all_of(p, prove((relu, deep, nonzero)))
    return p.close([phi, L, x], granted, found)


def all_of(p: Prover, facts: Sequence[Fact]) -> Fact:
    """The conjunction of ``facts``, halved as in :func:`verifier.claims.expressions.conjunction`."""
    if len(facts) == 1:
        return facts[0]
    half = len(facts) // 2
    first, second = all_of(p, facts[:half]), all_of(p, facts[half:])
    return p.by("and.intro", first, second, P=first.prop, Q=second.prop)


def as_written(p: Prover) -> Fact:
    """The bound with s_C = n_e + (n_o - m)/2 written out."""
    granted = [app("relu", phi), le(1, L), app("multigraph", m, es)]
    written = plus(
        app("even_clusters", m, es), times(num(Fraction(1, 2)), plus(app("odd_clusters", m, es), times(-1, m)))
    )
    of = app("corr", phi, L, m, es, x)
    with p.given(*granted) as premises:
        fact = p.by(next(bound(p)), *premises, goal=app("rms", of, app("cluster_exponent", m, es)))
        same = p.arith(eq(app("cluster_exponent", m, es), written), p.by("cluster_exponent", m=m, es=es))
        hole = Var("hole", "const")
        fact = p.subst(same, fun([hole], app("rms", of, hole)), fact)
    return p.close([phi, L, m, es, x], granted, fact)


def bound(p: Prover) -> Iterator[Fact]:
    """√E C² = O(n^{s_C}) where all widths are n; and C = O_p(n^{s_C}) along them."""
    granted = [app("relu", phi), le(1, L), app("multigraph", m, es)]
    of = app("corr", phi, L, m, es, x)
    power = app("cluster_exponent", m, es)
    with p.given(*granted) as (relu, deep, graph):
        law = p.by("gauge", relu, deep, x=x)
        premises = [
            eq(s, m), le(s, plus(end, D)),
            le(end, plus(times(2, app("even_clusters", m, es)), app("odd_clusters", m, es))),
        ]  # fmt: skip
        with p.given(*premises):
            walks = p.arith(le(times(-1, D), times(2, power)), p.by("cluster_exponent", m=m, es=es))
        walks = p.close([s, end, D], premises, walks)
        fact = p.by("walks.bound", law, deep, graph, walks, p=power)
        yield p.close([phi, L, m, es, x], granted, fact)
        level = app("level", omega)
        with p.given(level) as (level_,):
            with p.using(homogeneous(p, relu)):
                has = p.by("has_moments.corr", goal=app("has_moments", of))
            upper = p.by("rms.upper", level_, has, fact)
        yield p.close([phi, L, m, es, x, omega], [*granted, level], upper)


def ends_of(graph: ClusterGraph) -> list[int]:
    """The ends of a graph's contractions, one after the other."""
    return [end for pair in graph.pairs() for end in pair]


def shortest_walk(graph: ClusterGraph) -> list[object] | None:
    """A walk of -s_C swaps that realises all contractions, or None where there is none."""
    return find_walk(graph.vertices, graph.pairs(), swaps_of(graph))


def swaps_of(graph: ClusterGraph) -> int:
    """-s_C; n_o and m are of one parity."""
    even, odd = clusters(graph.vertices, graph.pairs())
    return -(even + (odd - graph.vertices) // 2)


def edges_of(graph: ClusterGraph) -> Term:
    """The ends of a graph's contractions, as a sequence of the kernel."""
    return sequence(ends_of(graph))


def _of(graph: ClusterGraph) -> tuple[Term, Term, Term]:
    edges = edges_of(graph)
    return app("corr", phi, L, graph.vertices, edges, x), app("cluster_exponent", graph.vertices, edges), edges


def _tightness(p: Prover) -> Fact:
    """Any graph with a walk of D = -s_C swaps and N ≤ L matchings: √E C² is of exact order n^{s_C}."""
    n = Var("n", "int")
    granted = [
        app("relu", phi), le(1, n), le(n, L), app("nonzero_input", x), app("multigraph", m, es),
        app("covers", m, es, D, n), eq(app("cluster_exponent", m, es), times(-1, D)),
    ]  # fmt: skip
    of, power = app("corr", phi, L, m, es, x), app("cluster_exponent", m, es)
    general = next(bound(p))
    with p.given(*granted) as (relu, _, _, nonzero, graph, covers, same):
        deep = p.arith(le(1, L))
        law = p.by("gauge", relu, deep, x=x)
        low = p.by("walks.covers", law, deep, graph, nonzero, covers)
        low = p.subst(p.flip(same), fun([hole := Var("hole", "const")], app("low_rms", of, hole)), low)
        high = p.by(general, relu, deep, graph, goal=app("rms", of, power))
        both = p.by("and.intro", high, low, P=high.prop, Q=low.prop)
        fact = p.by("exact_rms.intro", both, X=of, p=power)
    return p.close([phi, L, m, es, x, D, n], granted, fact)


def tight(p: Prover, known: Premises, graph: ClusterGraph, general: Fact) -> Fact:
    """√E C² is of exact order n^{s_C}, for a graph with a walk of -s_C swaps."""
    request = {"say": "walk", "factors": graph.vertices, "ends": ends_of(graph), "walk": shortest_walk(graph)}
    covers = p.by_engine("graphs", request)
    swaps, layers = covers.prop.fields[1][2:]
    of, power, edges = _of(graph)
    multi, even, odd = _clusters(p, graph, edges)
    value = p.arith(eq(power, times(-1, swaps)), p.by("cluster_exponent", m=graph.vertices, es=edges), even, odd)
    some, deep = p.arith(le(1, layers)), p.arith(le(layers, L), known[1])
    return p.by(general, known[0], some, deep, known[2], multi, covers, value, goal=app("exact_rms", of, power))


def _clusters(p: Prover, graph: ClusterGraph, edges: Term) -> tuple[Fact, Fact, Fact]:
    """multigraph, n_e and n_o of a graph."""
    ends = [end for pair in graph.pairs() for end in pair]
    known = p.by_engine("graphs", {"say": "clusters", "factors": graph.vertices, "ends": ends})
    multi, counts = known.prop.fields[1]
    first, both = (p.by(f"and.{side}", known, P=multi, Q=counts) for side in ("left", "right"))
    even, odd = counts.fields[1]
    return first, *(p.by(f"and.{side}", both, P=even, Q=odd) for side in ("left", "right"))  # type: ignore[return-value]


def loose(p: Prover, known: Premises, graph: ClusterGraph) -> Fact:
    """√E C² is of exact order n^{s_C - gap}, for a graph without such a walk."""
    request = {"say": "fewest", "factors": graph.vertices, "ends": ends_of(graph), "layers": LAYERS}
    fewest = p.by_engine("graphs", request)
    swaps = int(fewest.prop.fields[1][2].fields[0])
    of, power, edges = _of(graph)
    multi, even, odd = _clusters(p, graph, edges)
    some = p.arith(le(1, L), known[1])
    law = p.by("gauge", known[0], some, x=x)
    fact = p.by("walks.fewest", law, some, multi, known[2], fewest, known[1])
    value = p.by("cluster_exponent", m=graph.vertices, es=edges)
    below = plus(power, (2 * swaps_of(graph) - swaps) // 2)
    same = p.arith(eq(fact.prop.fields[1][1], below), value, even, odd)
    return p.subst(same, fun([hole := Var("hole", "const")], app("exact_rms", of, hole)), fact)
