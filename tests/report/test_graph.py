"""The drawn graph: rows by topological generations, boxes apart, edges that pass no foreign box."""

from __future__ import annotations

import random
import re
from itertools import pairwise
from typing import Any

import pytest

from verifier.report import graph
from verifier.report.layout import GAP_X, HEIGHT, WIDEST, WIDTH, GraphLayout, layout


def nodes(*names: str) -> list[dict[str, Any]]:
    return [{"id": n, "label": n.upper(), "title": n, "kind": "statement"} for n in names]


def edges(*pairs: str) -> list[dict[str, Any]]:
    return [{"from": a, "to": b, "claims": [f"{a}.x"]} for a, b in pairs]


def test_layout_by_generations() -> None:
    rows = layout({"nodes": nodes("c", "b", "a", "d"), "edges": edges("ab", "bc", "ac", "dc")}).rows
    assert [set(row) for row in rows] == [{"a", "d"}, {"b"}, {"c"}]


def test_a_cycle_is_refused() -> None:
    with pytest.raises(ValueError, match="rest on each other: a -> b"):
        layout({"nodes": nodes("a", "b"), "edges": edges("ab", "ba")})


def test_what_is_cited_from_outside_stands_near_its_use() -> None:
    given = nodes("a", "b", "c")
    outside = [{**node, "kind": "cited"} for node in nodes("x")]
    rows = layout({"nodes": [*given, *outside], "edges": edges("ab", "bc", "xc")}).rows
    assert [set(row) for row in rows] == [{"a"}, {"b", "x"}, {"c"}]


def vertical(place: GraphLayout, source: str, target: str) -> list[tuple[float, float, float]]:
    """x and the range of y of an edge's upright pieces: it passes rows only there."""
    return [(x, y - HEIGHT / 2, y + HEIGHT / 2) for x, y in place.route(source, target)[1:-1]]


def hits(place: GraphLayout, x: float, low: float, high: float, ends: tuple[str, str]) -> list[str]:
    return [
        name for name, (a, b) in place.nodes.items()
        if name not in ends and abs(x - a) < WIDTH / 2 and low < b + HEIGHT / 2 and high > b - HEIGHT / 2
    ]  # fmt: skip


def assert_readable(given: dict[str, Any]) -> GraphLayout:
    place = layout(given)
    row = {name: k for k, names in enumerate(place.rows) for name in names}
    assert set(row) == {node["id"] for node in given["nodes"]}
    assert max(len(names) for names in place.rows) <= WIDEST
    for names in place.rows:
        across = [place.nodes[name][0] for name in names]
        assert all(b - a >= WIDTH + GAP_X - 1e-6 for a, b in pairwise(across))
    width, height = place.size
    assert all(WIDTH / 2 <= x <= width - WIDTH / 2 and 0 < y < height for x, y in place.nodes.values())
    for edge in given["edges"]:
        ends = (edge["from"], edge["to"])
        assert row[ends[0]] < row[ends[1]]
        for x, low, high in vertical(place, *ends):
            assert not hits(place, x, low, high, ends)
    return place


def test_the_shipped_graph_is_readable(shipped: dict[str, Any]) -> None:
    assert_readable(shipped["graph"])


@pytest.mark.parametrize("seed", range(20))
def test_random_graphs_are_readable(seed: int) -> None:
    rng = random.Random(seed)
    names = "abcdefghijklmnop"[: rng.randint(2, 16)]
    pairs = [a + b for k, a in enumerate(names) for b in names[k + 1 :] if rng.random() < 0.25]
    assert_readable({"nodes": nodes(*names), "edges": edges(*pairs)})


def test_a_straight_edge_does_hit_the_box_between() -> None:
    place = layout({"nodes": nodes("a", "b", "c"), "edges": edges("ab", "bc", "ac")})
    (x0, y0), (x1, y1) = place.nodes["a"], place.nodes["c"]
    assert x0 == pytest.approx(x1, abs=WIDTH / 2)
    assert hits(place, (x0 + x1) / 2, y0, y1, ("a", "c")) == ["b"]
    assert vertical(place, "a", "c")
    assert not hits(place, *vertical(place, "a", "c")[0], ("a", "c"))


def test_border_is_the_statement_and_fill_the_proof(shipped: dict[str, Any]) -> None:
    drawn = graph.drawn(shipped["graph"])
    node = re.search(r'<a href="#s-theorem1"[^>]*><g class="([^"]+)"', drawn)
    assert node is not None
    assert "as-refuted" in node.group(1)
    assert "fill-cited" in node.group(1)
    assert '"cited joint.deep" -> "theorem1"' in graph.dot(shipped["graph"])


def test_graph_of_nothing() -> None:
    assert graph.drawn({"nodes": [], "edges": []}).startswith("<svg")
