"""Proofs on the conjecture of Dyer and Gur-Ari: the bound for every graph, and which of the smallest attain it."""

from __future__ import annotations

from collections.abc import Iterator

from lemmas._moment_facts import Facts, homogeneous, phi, x
from lemmas._proof_section3 import exponent, stronger
from lemmas._walks import find_walk
from verifier.engines.graphs import LARGEST_SEARCH, clusters
from verifier.exact.cluster import ClusterGraph, study_graphs
from verifier.kernel.core.terms import Term, Var, app, eq, fun, le
from verifier.kernel.theory.writing import plus, times
from verifier.proving.tactics import Fact, Prover

L, m, s, end, D = (Var(name, "int") for name in ("L", "m", "s", "end", "D"))
es, omega = Var("es", "seq"), Var("omega", "mode")

#: so many layers hold all contractions of a shortest walk of the loose graphs that are searched
LAYERS = 6


def prove_dyer_gur_ari(p: Prover) -> Facts:
    """The claims of the study: the bound, the tight graphs, the loose ones that are searched, and the stars."""
    found: Facts = {
        "dyer_gur_ari.bound": list(bound(p)),
        "dyer_gur_ari.tight": [], "dyer_gur_ari.loose": [],
        "dyer_gur_ari.star-exponent": [exponent(p)], "dyer_gur_ari.stronger": [stronger(p)],
    }  # fmt: skip
    tightness = _tightness(p)
    for graph in study_graphs():
        walk = shortest_walk(graph)
        if walk is not None:
            found["dyer_gur_ari.tight"].append(tight(p, graph, walk, tightness))
        elif graph.contractions <= LARGEST_SEARCH[graph.vertices]:
            found["dyer_gur_ari.loose"].append(loose(p, graph))
    return found


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
    pairs = graph.pairs()
    even, odd = clusters(graph.vertices, pairs)
    return find_walk(graph.vertices, pairs, -(even + (odd - graph.vertices) // 2))  # n_o and m are of one parity


def _of(graph: ClusterGraph) -> tuple[Term, Term, Term]:
    from verifier.engines.requests import sequence

    edges = sequence(ends_of(graph))
    return app("corr", phi, L, graph.vertices, edges, x), app("cluster_exponent", graph.vertices, edges), edges


def _granted(layers: int) -> list[Term]:
    return [app("relu", phi), le(layers, L), app("nonzero_input", x)]


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


def tight(p: Prover, graph: ClusterGraph, walk: list[object], general: Fact) -> Fact:
    """⋀phi L x. relu ⟹ N ≤ L ⟹ x ≠ 0 ⟹ √E C² is of exact order n^{s_C}, for a graph with a walk of N matchings"""
    ends = ends_of(graph)
    request = {"say": "walk", "factors": graph.vertices, "ends": ends, "walk": walk}
    covers = p.by_engine("graphs", request)
    swaps, layers = covers.prop.fields[1][2:]
    of, power, edges = _of(graph)
    multi, even, odd = _clusters(p, graph, edges)
    with p.given(*_granted(len(walk))) as (relu, deep, nonzero):
        value = p.arith(eq(power, times(-1, swaps)), p.by("cluster_exponent", m=graph.vertices, es=edges), even, odd)
        some = p.arith(le(1, layers))
        fact = p.by(general, relu, some, deep, nonzero, multi, covers, value, goal=app("exact_rms", of, power))
    return p.close([phi, L, x], _granted(len(walk)), fact)


def _clusters(p: Prover, graph: ClusterGraph, edges: Term) -> tuple[Fact, Fact, Fact]:
    """multigraph, n_e and n_o of a graph."""
    ends = [end for pair in graph.pairs() for end in pair]
    known = p.by_engine("graphs", {"say": "clusters", "factors": graph.vertices, "ends": ends})
    multi, counts = known.prop.fields[1]
    first, both = (p.by(f"and.{side}", known, P=multi, Q=counts) for side in ("left", "right"))
    even, odd = counts.fields[1]
    return first, *(p.by(f"and.{side}", both, P=even, Q=odd) for side in ("left", "right"))  # type: ignore[return-value]


def loose(p: Prover, graph: ClusterGraph) -> Fact:
    """⋀phi L x. relu ⟹ LAYERS ≤ L ⟹ x ≠ 0 ⟹ √E C² is of exact order n^{s_C - 1}, or n^{s_C - 2}"""
    ends = ends_of(graph)
    fewest = p.by_engine("graphs", {"say": "fewest", "factors": graph.vertices, "ends": ends, "layers": LAYERS})
    swaps = int(fewest.prop.fields[1][2].fields[0])
    of, power, edges = _of(graph)
    multi, even, odd = _clusters(p, graph, edges)
    count = clusters(graph.vertices, graph.pairs())
    gap = (2 * count[0] + count[1] - graph.vertices + swaps) // 2
    with p.given(*_granted(LAYERS)) as (relu, deep, nonzero):
        law = p.by("gauge", relu, p.arith(le(1, L)), x=x)
        fact = p.by("walks.fewest", law, p.arith(le(1, L)), multi, nonzero, fewest, deep)
        value = p.by("cluster_exponent", m=graph.vertices, es=edges)
        below = plus(power, -gap)
        same = p.arith(eq(fact.prop.fields[1][1], below), value, even, odd)
        fact = p.subst(same, fun([hole := Var("hole", "const")], app("exact_rms", of, hole)), fact)
    return p.close([phi, L, x], _granted(LAYERS), fact)


__all__ = ["prove_dyer_gur_ari"]
