"""Cluster graphs: the Dyer-Gur-Ari exponent, and all correlation functions up to isomorphism.

The cluster graph of a correlation function has one vertex a factor and one edge a contraction; its
connected components are the clusters.  With n_e clusters of even and n_o of odd size and m factors,
Dyer and Gur-Ari (arXiv:1909.11304) conjecture E C = O(n^{s_C}),

    s_C = n_e + (n_o - m) / 2.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import networkx
import pynauty

from verifier.exact.correlation import Correlation, CorrelationError, from_graph


def cluster_exponent(graph: networkx.Graph | Correlation) -> Fraction:
    """Return s_C = n_e + (n_o - m) / 2 of a cluster graph (isolated factors are odd clusters)."""
    if isinstance(graph, Correlation):
        graph = graph.graph()
    sizes = [len(component) for component in networkx.connected_components(graph)]
    if not sizes:
        raise CorrelationError("an empty correlation function has no cluster graph")
    even = sum(size % 2 == 0 for size in sizes)
    odd = len(sizes) - even
    return even + Fraction(odd - sum(sizes), 2)


@dataclass(frozen=True)
class ClusterGraph:
    """A loop-free multigraph in canonical form: edges are (u, v, multiplicity), u < v, sorted."""

    vertices: int
    edges: tuple[tuple[int, int, int], ...]

    @property
    def contractions(self) -> int:
        """Number of edges with multiplicity."""
        return sum(multiplicity for _, _, multiplicity in self.edges)

    def pairs(self) -> list[tuple[int, int]]:
        """The edges, repeated according to multiplicity."""
        return [(u, v) for u, v, multiplicity in self.edges for _ in range(multiplicity)]

    def correlation(self) -> Correlation:
        """The correlation function with this cluster graph, at one input."""
        return from_graph(self.vertices, self.pairs())

    @property
    def name(self) -> str:
        """A readable key, e.g. ``4: 01 02 03x2``."""
        body = " ".join(f"{u}{v}" + (f"x{k}" if k > 1 else "") for u, v, k in self.edges)
        return f"{self.vertices}: {body}".strip()


def canonical_graph(vertices: int, edges: dict[tuple[int, int], int]) -> ClusterGraph:
    """Return the canonical representative of a multigraph {(u, v): multiplicity}.

    Vertices are ordered by decreasing degree as far as nauty's labelling allows (stars have
    their centre first).
    """
    degree = [0] * vertices
    for (u, v), k in edges.items():
        degree[u] += k
        degree[v] += k
    classes: dict[tuple[int, int], set[int]] = {}
    for v in range(vertices):
        classes.setdefault((0, -degree[v]), set()).add(v)
    adjacency = {}
    for i, ((u, v), k) in enumerate(edges.items()):
        adjacency[vertices + i] = [u, v]
        classes.setdefault((1, k), set()).add(vertices + i)
    graph = pynauty.Graph(
        vertices + len(edges), adjacency_dict=adjacency, vertex_coloring=[classes[key] for key in sorted(classes)]
    )
    place = {v: i for i, v in enumerate(v for v in pynauty.canon_label(graph) if v < vertices)}
    return ClusterGraph(
        vertices,
        tuple(sorted((min(place[u], place[v]), max(place[u], place[v]), k) for (u, v), k in edges.items())),
    )


def cluster_graphs(factors: int, contractions: int) -> Iterator[ClusterGraph]:
    """Yield every loop-free multigraph with that many vertices and edges, up to isomorphism.

    Built one edge at a time: every multigraph with e edges is one with e - 1 edges and one more.
    """
    if factors < 1 or contractions < 0:
        raise CorrelationError(
            f"{factors} factors and {contractions} contractions: at least 1 factor and 0 contractions"
        )
    level = {ClusterGraph(factors, ())}
    for _ in range(contractions):
        following = set()
        for graph in level:
            edges = {(u, v): k for u, v, k in graph.edges}
            for u in range(factors):
                for v in range(u + 1, factors):
                    following.add(canonical_graph(factors, {**edges, (u, v): edges.get((u, v), 0) + 1}))
        level = following
    yield from sorted(level, key=lambda graph: graph.edges)


STUDY = ((2, 6), (3, 6), (4, 7), (5, 6), (6, 5))
"""(factors, most contractions) of the study: 7 + 23 + 120 + 140 + 86 = 376 graphs."""


def study_graphs() -> Iterator[ClusterGraph]:
    """Yield the graphs of the study of the conjecture, by factors and contractions."""
    for factors, most in STUDY:
        for contractions in range(most + 1):
            yield from cluster_graphs(factors, contractions)
