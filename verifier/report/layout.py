"""Where the nodes of an acyclic graph stand on a page: rows of a topological sort, long edges routed between nodes.

The layered drawing of Sugiyama, Tagawa and Toda (IEEE Trans. Syst. Man Cybern. 11, 1981): rows, an order within
each by the means of neighbours, then coordinates.  The edges of a node share their bends.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import networkx as nx
from scipy.optimize import isotonic_regression

Data = dict[str, Any]
Point = tuple[float, float]
Slot = str | tuple[str, int]  # a node, or the bend of its edges in a row

WIDTH, HEIGHT, GAP_X, GAP_Y, PAD = 158.0, 46.0, 18.0, 44.0, 12.0

#: Most nodes in a row, so that a row can be read on a page.
WIDEST = 5
SWEEPS = 8


@dataclass(frozen=True)
class GraphLayout:
    """Centres of nodes and of bends, in pixels; ``rows`` are names from the top, each row from the left."""

    nodes: Mapping[str, Point]
    bends: Mapping[tuple[str, int], Point]
    rows: Sequence[Sequence[str]]

    @property
    def size(self) -> Point:
        """Width and height of the drawing."""
        edges = [x + WIDTH / 2 for x, _ in self.nodes.values()] + [x for x, _ in self.bends.values()]
        return max(edges, default=0.0) + PAD, max((y for _, y in self.nodes.values()), default=0.0) + HEIGHT / 2 + PAD

    def route(self, source: str, target: str) -> list[Point]:
        """The centres an edge passes, from its first node to its last."""
        row = {name: k for k, names in enumerate(self.rows) for name in names}
        between = [self.bends[source, k] for k in range(row[source] + 1, row[target])]
        return [self.nodes[source], *between, self.nodes[target]]


def layout(graph: Data) -> GraphLayout:
    """Nodes and bends of ``graph``.  Raises ValueError if statements rest on each other."""
    joined = nx.DiGraph()
    joined.add_nodes_from(node["id"] for node in graph["nodes"])
    joined.add_edges_from((edge["from"], edge["to"]) for edge in graph["edges"])
    if not nx.is_directed_acyclic_graph(joined):
        names = " -> ".join(str(edge[0]) for edge in nx.find_cycle(joined))
        raise ValueError(f"statements rest on each other: {names}")
    rows = _rows(graph, joined)
    slots, links = _with_bends(rows, joined)
    _order(slots, links)
    across = _across(slots, links)
    left = min((x - _half(slot) for slot, x in across.items()), default=0.0) - PAD
    down = {slot: PAD + HEIGHT / 2 + k * (HEIGHT + GAP_Y) for k, row in enumerate(slots) for slot in row}
    points = {slot: (x - left, down[slot]) for slot, x in across.items()}
    return GraphLayout(
        {slot: point for slot, point in points.items() if isinstance(slot, str)},
        {slot: point for slot, point in points.items() if not isinstance(slot, str)},
        [[slot for slot in row if isinstance(slot, str)] for row in slots],
    )


def _rows(graph: Data, joined: Any) -> list[list[str]]:
    """Topological generations, none wider than WIDEST; what is cited from outside as near its first use as fits."""
    row = {name: k for k, names in enumerate(nx.topological_generations(joined)) for name in names}
    rows: list[list[str]] = [[] for _ in range(max(row.values(), default=-1) + 1)]
    outside = [n for n in graph["nodes"] if n["kind"] != "statement" and not joined.in_degree(n["id"])]
    late = [node["id"] for node in outside if joined.out_degree(node["id"])]
    for node in graph["nodes"]:
        if node["id"] not in late:
            rows[row[node["id"]]].append(node["id"])
    for name in sorted(late, key=lambda n: min(row[other] for other in joined.successors(n))):
        before = range(min(row[other] for other in joined.successors(name)))
        rows[max(before, key=lambda k: (len(rows[k]) < WIDEST, k))].append(name)
    return [names[k : k + WIDEST] for names in rows for k in range(0, len(names), WIDEST)]


def _with_bends(rows: list[list[str]], joined: Any) -> tuple[list[list[Slot]], dict[Slot, set[Slot]]]:
    """The rows with a bend wherever a node's edges pass, and what is joined to what from row to row."""
    row = {name: k for k, names in enumerate(rows) for name in names}
    slots: list[list[Slot]] = [list(names) for names in rows]
    links: dict[Slot, set[Slot]] = {name: set() for name in row}
    for source, target in joined.edges:
        before: Slot = source
        for k in range(row[source] + 1, row[target]):
            bend = (source, k)
            if bend not in links:
                links[bend] = set()
                slots[k].append(bend)
            _join(links, before, bend)
            before = bend
        _join(links, before, target)
    return slots, links


def _join(links: dict[Slot, set[Slot]], first: Slot, second: Slot) -> None:
    links[first].add(second)
    links[second].add(first)


def _order(slots: list[list[Slot]], links: Mapping[Slot, set[Slot]]) -> None:
    """Sort each row by the mean place of what it is joined to in the row before, up and down in turn."""
    place = {slot: k - (len(row) - 1) / 2 for row in slots for k, slot in enumerate(row)}
    for sweep in range(SWEEPS):
        turn = range(1, len(slots)) if sweep % 2 == 0 else range(len(slots) - 2, -1, -1)
        for k in turn:
            beside = set(slots[k - 1] if sweep % 2 == 0 else slots[k + 1])
            around = {slot: [place[other] for other in sorted(links[slot] & beside, key=repr)] for slot in slots[k]}
            slots[k].sort(key=lambda s, a=around: sum(a[s]) / len(a[s]) if a[s] else place[s])  # type: ignore[misc]
            place.update({slot: j - (len(slots[k]) - 1) / 2 for j, slot in enumerate(slots[k])})


def _half(slot: Slot) -> float:
    return WIDTH / 2 if isinstance(slot, str) else 0.0


def _across(slots: Sequence[Sequence[Slot]], links: Mapping[Slot, set[Slot]]) -> dict[Slot, float]:
    """Horizontal centres: each as near the mean of what it is joined to as the order and the gaps of its row allow.

    No row reaches beyond the widest one.
    """
    across: dict[Slot, float] = {}
    offsets: list[list[float]] = []
    for row in slots:
        total, found = 0.0, []
        for k, slot in enumerate(row):
            total += _half(row[k - 1]) + GAP_X + _half(slot) if k else 0.0
            found.append(total)
        offsets.append(found)
        across.update({slot: x - total / 2 for slot, x in zip(row, found, strict=True)})
    width = max((found[-1] for found in offsets if found), default=0.0)
    for sweep in range(SWEEPS):
        for k in range(len(slots)) if sweep % 2 == 0 else range(len(slots) - 1, -1, -1):
            wished = [_mean([across[other] for other in links[slot]], across[slot]) for slot in slots[k]]
            moved = isotonic_regression([x - o for x, o in zip(wished, offsets[k], strict=True)]).x
            moved = moved.clip(-width / 2, width / 2 - offsets[k][-1])
            across.update({s: float(x) + o for s, x, o in zip(slots[k], moved, offsets[k], strict=True)})
    return across


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(sorted(values)) / len(values) if values else otherwise
