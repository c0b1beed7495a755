"""Cluster graphs of correlation functions: the Dyer-Gur-Ari exponent, and walks that attain it.

A correlation function of m outputs of one network at one input is a loop-free multigraph: a vertex for each factor,
an edge for each contraction.  With n_e clusters (connected components) of even and n_o of odd size Dyer and
Gur-Ari (2019) conjecture E C = O(n^{s_C}), s_C = n_e + (n_o - m)/2.

``ne(G)``, ``no(G)``, ``factors(G)`` are n_e, n_o and m; ``sC(r)`` is s_C of the star T^r.

By Wick's theorem, linear networks and ReLU networks at one input alike, E C is a sum over walks: one perfect
matching of the factors for each weight layer, every contraction an edge of the matching of the layer it is
realised in.  A walk of total swap distance D contributes a positive multiple of n^{-D} (1 + O(1/n)): two
consecutive matchings have m/2 - d cycles in common, d the swaps between them, each cycle a factor n_l against
n_l^{-m/2}; for ReLU, n_l^k turns into 2^{m/2} E[B_l^k], of the same degree.  Nothing cancels.

Upper bound.  The union of the first k matchings of the walk has m/2 components for k = 1, a swap merges at most
two of them, and each of the components at the end is a union of clusters with an even number of vertices: an odd
cluster is never alone.  So 2 · (components at the end) <= 2 n_e + n_o, and D >= m/2 - (components at the end).

============  ==========================================================================================
``scale``     √E ``of``² = O(n^``power``), and so E ``of`` = O(n^``power``), at one input, all hidden widths n
``tight``     for every listed graph √E C² is of exact order n^{s_C}, neither more nor less
``loose``     for every listed graph √E C² is of exact order n^{s_C - gap}
``int``       ``low`` <= ``high`` for all integers in range
============  ==========================================================================================
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from verifier.kernel.integers import check_farkas, ge
from verifier.kernel.judgments import Judgment, gap, instance_of, join
from verifier.kernel.moments import Marks, needs, whole
from verifier.kernel.terms import Term, constant, polynomial, require, show

Pair = tuple[int, int]
#: factors -> contractions up to which a graph is searched to the end within a second or so
LARGEST_SEARCH = {1: 0, 2: 6, 3: 6, 4: 5, 5: 4, 6: 4}
LARGEST_DEPTH = 12

EXPONENT: Term = ["+", ["ne", "G"], ["/", ["-", ["no", "G"], ["factors", "G"]], 2]]


def _clusters(premises: list[Judgment], data: Mapping[str, Any]) -> tuple[Judgment, Marks]:
    """√E C² = O(n^{s_C}) for every correlation function at one input: D + s_C >= 0 from the facts of the walk.

    E C² is that of the graph of two disjoint copies, which has twice the n_e, n_o and m; each fact is doubled.
    ``farkas`` holds the multipliers of: 2 start = m (both ways), D >= start - end, 2 end <= 2 n_e + n_o.
    """
    needs(premises, "relu", "one_input", "equal_widths")
    require(any(p["is"] == "law" and p["as"] == "binomial-widths" for p in premises), "the law at one input is needed")
    facts = [
        ge(["*", 2, "start"], ["factors", "G"]),
        ge(["factors", "G"], ["*", 2, "start"]),
        ge("D", ["-", "start", "end"]),
        ge(["+", ["*", 2, ["ne", "G"]], ["no", "G"]], ["*", 2, "end"]),
    ]
    goal = ge(["+", ["*", 2, "D"], ["*", 2, EXPONENT]], 0)
    check_farkas((facts, goal), data["farkas"], "the exponent", rounding=False)
    return {"is": "scale", "of": ["corr", "m", "G"], "power": EXPONENT, "where": []}, {"theorem wick"}


def _star(premises: list[Judgment], data: Mapping[str, Any]) -> tuple[Judgment, Marks]:
    """s_C of the star with r + 1 factors, one cluster, for r of one parity: r = 2s + parity."""
    parity = whole(data["parity"], "parity")
    require(parity in (0, 1), f"parity {parity}: 0 or 1")
    r: Term = ["+", ["*", 2, "s"], parity]
    factors: Term = ["+", r, 1]
    even, odd = (1, 0) if parity else (0, 1)  # one cluster, of r + 1 vertices
    value = ["+", even, ["/", ["-", odd, factors], 2]]
    return {"is": "eq", "left": ["sC", r], "right": value, "where": [["<=", 0, "s"]]}, set()


def _inequality(premises: list[Judgment], data: Mapping[str, Any]) -> tuple[Judgment, Marks]:
    """low <= high from the range, equations and multipliers: goal = Σ λ fact + c, λ >= 0, c >= 0."""
    where = join(data.get("where", []), *[p["where"] for p in premises])
    require(all(p["is"] == "eq" for p in premises), "only identities are used")
    facts = [gap(c) for c in where if c[0] == "<="]
    for p in premises:
        facts += [ge(p["left"], p["right"]), ge(p["right"], p["left"])]
    # Half-integers and real quantities may stand here: nothing is rounded.
    check_farkas((facts, ge(data["high"], data["low"])), data["farkas"], "the inequality", rounding=False)
    return {"is": "int", "low": data["low"], "high": data["high"], "where": where}, set()


def _false_inequality(premises: list[Judgment], data: Mapping[str, Any]) -> tuple[Judgment, Marks]:
    """low <= high is false at an instance, where an identity gives the value of what is compared.

    What is compared may depend on H, L and n without showing it: ``values`` agree with the instance on them.
    """
    goal, instance = data["goal"], data["instance"]
    require(goal["is"] == "int", "the claim refuted is no inequality")
    (eq,) = [p for p in premises if p["is"] == "eq"]
    values = data["values"]
    here = {name: values[name] for name in ("H", "L", "n") if name in values}
    require(all(instance.get(name) == value for name, value in here.items()), f"{show(here)} is not the instance")
    special, known = instance_of(goal, instance), instance_of(eq, values)
    number = constant(known["right"])
    require(number is not None, f"{show(known['right'])} is not a number")
    ((monomial, one),) = polynomial(known["left"]).items()
    require(one == 1, f"{show(known['left'])} is not a single quantity")
    difference = polynomial(["-", special["high"], special["low"]])
    slope = difference.get(monomial)
    require(slope is not None and set(difference) <= {(), monomial}, f"{show(known['left'])} is not what is compared")
    assert slope is not None
    assert number is not None
    require(difference.get((), 0) + slope * number < 0, "the inequality holds there")
    return {"is": "refuted", "goal": goal, "instance": dict(instance), "where": []}, set()


def exponent_of(vertices: int, edges: Sequence[Sequence[int]]) -> tuple[int, int]:
    """(2 s_C, number of clusters) of a multigraph."""
    root = list(range(vertices))
    for u, v in edges:
        root = [root[u] if r == root[v] else r for r in root]
    sizes = [root.count(r) for r in set(root)]
    even = sum(size % 2 == 0 for size in sizes)
    return 2 * even + (len(sizes) - even) - vertices, len(sizes)


def _graph(graph: Any) -> tuple[int, list[Pair]]:
    require(isinstance(graph, list) and len(graph) == 2 and isinstance(graph[1], list), f"{show(graph)} is no graph")
    vertices = whole(graph[0], "number of factors")
    pairs = [(whole(u, "factor"), whole(v, "factor")) for u, v in graph[1]]
    require(1 <= vertices <= 8 and len(pairs) <= 12, f"{show(graph)}: up to 8 factors and 12 contractions")
    require(all(0 <= u < v < vertices for u, v in pairs), f"{show(graph)}: edges are u < v, no loops")
    return vertices, pairs


def _walks(premises: list[Judgment], data: Mapping[str, Any]) -> tuple[Judgment, Marks]:
    """Each listed graph has a walk of -s_C swaps: √E C² >= |E[C f^q]| / √E f^{2q} >= c n^{s_C}.

    q makes the number of factors even.  A walk is a list of [matching, contractions realised in it]; the same
    matching may be listed again, so that parallel contractions lie in different layers.  More layers than the
    walk has repeat its last matching at no cost, hence the range L >= its length.
    """
    bounds = [p for p in premises if p["is"] == "scale"]
    require(len(bounds) == 1 and bounds[0]["power"] == EXPONENT, "the bound is not a premise")
    needs(premises, "relu", "one_input", "equal_widths")
    longest = 1
    require(len(data["graphs"]) == len(data["walks"]) > 0, "a walk for each graph is needed")
    for graph, walk in zip(data["graphs"], data["walks"], strict=True):
        vertices, edges = _graph(graph)
        swaps = _check_walk(vertices + vertices % 2, edges, walk)
        twice, _ = exponent_of(vertices, edges)
        require(2 * swaps == -twice, f"{show(graph)}: a walk of {swaps} swaps, s_C = {twice}/2")
        longest = max(longest, len(walk))
    return {"is": "tight", "graphs": data["graphs"], "where": [["<=", longest, "L"]]}, {"theorem cauchy-schwarz"}


def _check_walk(size: int, edges: Sequence[Pair], walk: Sequence[Any]) -> int:
    """The number of swaps of a walk that realises every contraction once; KernelError if it is no such walk."""
    require(bool(walk), "a walk has at least one matching")
    realised: list[Pair] = []
    swaps = 0
    before: set[Pair] | None = None
    for matching, placed in walk:
        pairs = {(min(a, b), max(a, b)) for a, b in matching}
        require(sorted(p for pair in pairs for p in pair) == list(range(size)), f"{show(matching)} is no matching")
        here = [(int(u), int(v)) for u, v in placed]
        require(len(set(here)) == len(here) and set(here) <= pairs, f"{show(placed)} does not lie in {show(matching)}")
        realised += here
        if before is not None:
            swaps += size // 2 - _cycles(before, pairs, size)
        before = pairs
    require(sorted(realised) == sorted(edges), "the walk does not realise every contraction exactly once")
    return swaps


def _cycles(first: set[Pair], second: set[Pair], size: int) -> int:
    root = list(range(size))
    for u, v in (*first, *second):
        root = [root[u] if r == root[v] else r for r in root]
    return len(set(root))


def _search(premises: list[Judgment], data: Mapping[str, Any]) -> tuple[Judgment, Marks]:
    """Exact exponents of E C² for the listed graphs, from the search of :mod:`verifier.exact`, L layers and more.

    No walk of any length has fewer swaps, and one of L layers has as many; more layers repeat its last matching.
    """
    needs(premises, "relu", "one_input", "equal_widths")
    drop, depth = whole(data["gap"], "gap"), whole(data["L"], "depth")
    require(1 <= depth <= LARGEST_DEPTH, f"depth {depth}: 1 to {LARGEST_DEPTH}")
    for graph in data["graphs"]:
        vertices, edges = _graph(graph)
        within = len(edges) <= LARGEST_SEARCH.get(vertices, -1)
        require(within, f"{show(graph)} is larger than what is searched here: {LARGEST_SEARCH}")
        twice, _ = exponent_of(vertices, edges)
        for layers in (None, depth):
            found = _swaps(vertices, tuple(edges), layers)
            require(found is not None and -found == twice - 2 * drop, f"{show(graph)}: E C² has exponent -{found}")
    marks = {f"sizes graph {show(graph)}" for graph in data["graphs"]}
    conclusion = {"is": "loose", "graphs": data["graphs"], "gap": drop, "where": [["<=", depth, "L"]]}
    return conclusion, {*marks, "computed exact moments (verifier.exact)"}


@lru_cache(maxsize=512)
def _swaps(vertices: int, edges: tuple[Pair, ...], depth: int | None) -> int | None:
    from verifier.exact.correlation import from_graph
    from verifier.exact.moments import strands_of

    return _walk_search().distance(strands_of(from_graph(vertices, list(edges)), 2), depth)


@lru_cache(maxsize=1)
def _walk_search() -> Any:
    from verifier.exact.walk import WalkSearch

    return WalkSearch()


RULES = {
    "scale.clusters": _clusters,
    "eq.star_clusters": _star,
    "int.linear": _inequality,
    "refute.inequality": _false_inequality,
    "tight.walks": _walks,
    "loose.search": _search,
}
