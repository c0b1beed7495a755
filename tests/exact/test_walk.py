"""Shortest covering walks against polynomials, and the study of the conjecture."""

import json
from collections import Counter
from fractions import Fraction as F

import pytest

from verifier.exact.cluster import (
    ClusterGraph,
    canonical_graph,
    cluster_exponent,
    cluster_graphs,
    study_graphs,
)
from verifier.exact.correlation import CorrelationError, parse, star
from verifier.exact.enumeration import (
    CSV_HEADER,
    ConjectureRow,
    chosen_graphs,
    conjecture_rows,
    csv_row,
    decide,
    read_rows,
)
from verifier.exact.moments import leading, polynomials_by_depth, strands_of
from verifier.exact.transfer import TransferMatrix
from verifier.exact.walk import WalkSearch, chromatic_index, exponent

GAPS = {  # number of graphs by (factors, gap)
    (2, 0): 7,
    (3, 0): 16,
    (3, 1): 7,
    (4, 0): 63,
    (4, 1): 57,
    (5, 0): 80,
    (5, 1): 60,
    (6, 0): 56,
    (6, 1): 29,
    (6, 2): 1,
}


def compare(graphs, max_contractions):
    matrix, search, compared = TransferMatrix(), WalkSearch(), 0
    for graph in graphs:
        c = graph.correlation()
        for moment, extra in ((1, graph.vertices % 2), (2, 0)):
            strands = strands_of(c, moment, extra)
            found = polynomials_by_depth(strands, min(max_contractions, graph.contractions) + 2, matrix=matrix)
            for depth, p in enumerate(found, start=1):
                expected = leading(p)[0] if p else None
                assert exponent(strands, depth, search) == expected, (graph.name, moment, depth)
                compared += 1
    return compared


def test_walks_agree_with_polynomials():
    small = [g for g in study_graphs() if g.vertices <= 4 and g.contractions <= 3]
    assert compare(small, 3) > 150


def test_relu_has_the_exponents_of_linear_networks():
    """Leading coefficients differ by the factor 2^{-e}: every node layer keeps half of its units."""
    matrix, compared = TransferMatrix(), 0
    for graph in study_graphs():
        if graph.vertices <= 4 and 1 <= graph.contractions <= 3:
            strands = strands_of(graph.correlation(), 2)
            linear = polynomials_by_depth(strands, 4, "linear", matrix)
            for p, q in zip(linear, polynomials_by_depth(strands, 4, "relu", matrix)):
                if p:
                    power, c = leading(p)
                    assert leading(q) == (power, c * F(2) ** -power)
                    compared += 1
                else:
                    assert q == {}
    assert compared > 50


@pytest.mark.slow
def test_walks_agree_with_polynomials_further():
    graphs = [g for g in study_graphs() if g.vertices <= 4 and g.contractions in (4, 5)]
    graphs += [g for g in study_graphs() if g.vertices == 5 and g.contractions <= 4]
    assert compare(graphs, 4) > 500


def test_star_orders():
    search = WalkSearch()
    for r in range(6):
        strands = strands_of(star(r), 2)
        assert exponent(strands, None, search) == -2 * max(r - 1, 0)
        for depth in range(1, 7):
            expected = -2 * max(r - 1, 0) if depth >= r else None
            assert exponent(strands, depth, search) == expected


def test_depth_matters():
    """K_{2,3} and the house lose one more power at depth 3 than at depth 4."""
    bipartite = {(u, v): 1 for u in (0, 1) for v in (2, 3, 4)}
    house = {(0, 1): 1, (0, 2): 1, (0, 3): 1, (1, 2): 1, (1, 4): 1, (3, 4): 1}
    search = WalkSearch()
    for edges in (bipartite, house):
        strands = strands_of(canonical_graph(5, edges).correlation(), 1, 1)
        assert [exponent(strands, depth, search) for depth in (2, 3, 4, 5, None)] == [None, -4, -3, -3, -3]


def test_walks_refuse():
    with pytest.raises(CorrelationError, match="prescribed layers"):
        exponent(strands_of(star(2), 2, layers=(1, 2)))
    with pytest.raises(CorrelationError, match="one output"):
        exponent(strands_of(parse("f[0](0;a) f[1](0;a)"), 2))
    assert exponent(strands_of(star(2), 1)) is None
    assert exponent(strands_of(parse("f(0;a,a)"), 2)) is None


@pytest.mark.parametrize(
    ("edges", "index"),
    [([], 0), ([(0, 1, 3)], 3), ([(0, 1, 1), (1, 2, 1), (0, 2, 1)], 3), ([(0, 1, 2), (1, 2, 2), (0, 2, 2)], 6)],
)
def test_chromatic_index(edges, index):
    assert chromatic_index(tuple(edges)) == index


@pytest.mark.parametrize(
    ("text", "exponent"),
    [("f", 0), ("T(1)", 0), ("T(2)", -1), ("T(3)", -1), ("T(4)", -2), ("T(5)", -2), ("T(1)^2", 0), ("f^3", 0)],
)
def test_cluster_exponent(text, exponent):
    assert cluster_exponent(parse(text)) == exponent


def test_enumeration():
    assert Counter(g.vertices for g in study_graphs()) == {2: 7, 3: 23, 4: 120, 5: 140, 6: 86}
    assert len({g.correlation() for g in cluster_graphs(4, 4)}) == len(list(cluster_graphs(4, 4)))
    assert len(chosen_graphs(3, 2)) == 1 + 1 + 2
    assert len(chosen_graphs(None, None)) == 376
    with pytest.raises(CorrelationError, match="7 factors"):
        chosen_graphs(7, None)


def test_study_by_first_moments_up_to_five_factors():
    search = WalkSearch()
    rows = [decide(g, method="first", search=search) for g in study_graphs() if g.vertices <= 5]
    assert Counter((row.graph.vertices, row.gap) for row in rows) == {k: n for k, n in GAPS.items() if k[0] <= 5}
    assert not any(row.violates for row in rows)
    assert all("conjectural" in row.certificate for row in rows)


def test_study_certified_for_small_graphs():
    search = WalkSearch()
    for m in (2, 3, 4):
        rows = list(conjecture_rows(m, 4))
        assert not any(row.violates for row in rows)
        assert all(row.exponent == decide(row.graph, None, "first", search).exponent for row in rows)


def test_deep_enough_is_as_good_as_unlimited():
    search = WalkSearch()
    for graph in study_graphs():
        if graph.vertices <= 4 and graph.contractions <= 5:
            unlimited = decide(graph, search=search).exponent
            assert decide(graph, graph.contractions + 2, search=search).exponent == unlimited


@pytest.mark.slow
def test_study_certified():
    rows = list(conjecture_rows())
    assert Counter((row.graph.vertices, row.gap) for row in rows) == GAPS
    assert not any(row.violates for row in rows)
    (widest,) = [row for row in rows if row.gap == 2]
    assert widest.graph.edges == tuple((0, leaf, 1) for leaf in range(1, 6))


def test_a_violation_is_seen():
    row = ConjectureRow(ClusterGraph(2, ((0, 1, 1),)), None, "second", F(-1), F(0))
    assert row.violates
    assert row.to_json()["violates"]
    assert not decide(ClusterGraph(2, ((0, 1, 1),))).violates


def test_resuming(tmp_path):
    store = tmp_path / "rows.jsonl"
    seen = []
    iterator = conjecture_rows(3, 3, store=store, progress=lambda done, total: seen.append((done, total)))
    first = [next(iterator) for _ in range(4)]
    iterator.close()
    assert seen[0] == (0, 7)
    assert read_rows(store) == first
    # An interruption in the middle of a line loses that row only.
    lines = store.read_text().splitlines(keepends=True)
    store.write_text("".join(lines[:3]) + lines[3][:20])
    assert read_rows(store) == first[:3]
    changed = json.loads(lines[0])
    changed["exponent"] = "-7"
    store.write_text(json.dumps(changed) + "\n" + "".join(lines[1:3]) + lines[3][:20])
    rows = list(conjecture_rows(3, 3, store=store))
    # The stored row was taken, not computed again.
    assert rows[0].exponent == -7
    assert rows[1:4] == first[1:]
    assert len(read_rows(store)) == 7
    # Another depth or method does not use it.
    assert next(conjecture_rows(3, 3, store=store, method="first")).exponent == 0
    store.write_text("nonsense\n" + lines[0])
    with pytest.raises(CorrelationError, match="line 1"):
        read_rows(store)


def test_rows_as_data():
    row = decide(canonical_graph(4, {(0, 1): 1, (0, 2): 1, (0, 3): 1}))
    assert ConjectureRow.from_json(json.loads(json.dumps(row.to_json()))) == row
    assert csv_row(row) == ("4", "3", "4: 01 02 03", "", "second", "-1", "-2", "1", "False")
    assert len(CSV_HEADER) == 9
    empty = decide(canonical_graph(4, {(0, 1): 1, (0, 2): 1, (0, 3): 1}), depth=2)
    assert (empty.exponent, empty.gap, empty.violates) == (None, None, False)
    assert ConjectureRow.from_json(empty.to_json()) == empty


def test_study_refuses():
    graph = ClusterGraph(2, ())
    with pytest.raises(CorrelationError, match="depth 0"):
        decide(graph, depth=0)
    with pytest.raises(CorrelationError, match="method 'third'"):
        decide(graph, method="third")
    with pytest.raises(CorrelationError, match="at least 1 factor"):
        list(cluster_graphs(0, 1))
