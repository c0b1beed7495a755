"""The statements and what their proofs cite, drawn: SVG for the page or a file, and Graphviz's dot.

Statements stand in the rows of a topological sort (networkx): what cites nothing at the top, what rests on it
below.  The border tells the statement as printed, the fill the proof of the amended one.
"""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any

import networkx as nx

from verifier.verdict import ProofStatus

Data = dict[str, Any]

WIDTH, HEIGHT, GAP_X, GAP_Y, PAD = 150.0, 46.0, 18.0, 44.0, 12.0


def layout(graph: Data) -> dict[str, tuple[float, float]]:
    """The centre of each node, row by row; within a row, near the mean of what it is joined to.

    Raises ValueError if statements rest on each other.
    """
    joined = _digraph(graph)
    if not nx.is_directed_acyclic_graph(joined):
        names = " -> ".join(str(edge[0]) for edge in nx.find_cycle(joined))
        raise ValueError(f"statements rest on each other: {names}")
    rows = [sorted(row, key=_order(graph)) for row in nx.topological_generations(joined)]
    rows = [row[k : k + WIDEST] for row in rows for k in range(0, len(row), WIDEST)]
    for sweep in range(4):
        towards = joined.predecessors if sweep % 2 == 0 else joined.successors
        place = {name: k - (len(row) - 1) / 2 for row in rows for k, name in enumerate(row)}
        for row in rows if sweep % 2 == 0 else reversed(rows):
            around = {n: [place[m] for m in towards(n)] for n in row}
            row.sort(key=lambda n: sum(around[n]) / len(around[n]) if around[n] else place[n])
            place.update({name: k - (len(row) - 1) / 2 for k, name in enumerate(row)})
    most = max((len(row) for row in rows), default=1)
    middle = PAD + (most * WIDTH + (most - 1) * GAP_X) / 2
    return {
        name: (middle + (k - (len(row) - 1) / 2) * (WIDTH + GAP_X), PAD + HEIGHT / 2 + number * (HEIGHT + GAP_Y))
        for number, row in enumerate(rows)
        for k, name in enumerate(row)
    }


#: Most nodes in a row, so that a row can be read on a page.
WIDEST = 5


def _digraph(graph: Data) -> Any:
    joined = nx.DiGraph()
    joined.add_nodes_from(node["id"] for node in graph["nodes"])
    joined.add_edges_from((edge["from"], edge["to"]) for edge in graph["edges"])
    return joined


def _order(graph: Data) -> Any:
    place = {node["id"]: k for k, node in enumerate(graph["nodes"])}
    return place.__getitem__


def drawn(graph: Data, *, standalone: bool = False) -> str:
    """The graph as an SVG element whose nodes link to ``#s-NAME``; ``standalone``: a file with its own style."""
    places = layout(graph)
    width = max((x for x, _ in places.values()), default=0.0) + WIDTH / 2 + PAD
    height = max((y for _, y in places.values()), default=0.0) + HEIGHT / 2 + PAD
    parts = [_edge(edge, places) for edge in graph["edges"]]
    parts += [_node(node, places[node["id"]], not standalone) for node in graph["nodes"]]
    count = sum(node["kind"] == "statement" for node in graph["nodes"])
    said = "; ".join(_said(node) for node in graph["nodes"] if node["kind"] == "statement")
    style = f"<style>{_style()}</style>" if standalone else ""
    size = f' width="{width:g}" height="{height:g}"' if standalone else ""
    head = (
        f'<svg class="graph" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}"{size} role="img" '
        f'aria-labelledby="graph-t graph-d"><title id="graph-t">What the proofs of {count} statements cite</title>'
        f'<desc id="graph-d">{html.escape(said, quote=False)}</desc>{style}'
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        '<path class="tip" d="M0 0L8 4L0 8Z"/></marker></defs>'
    )
    return head + "".join(parts) + "</svg>"


def _style() -> str:
    return (files("verifier.report") / "templates" / "graph.css").read_text(encoding="utf-8")


def _said(node: Data) -> str:
    words = [f"{node['label']}"]
    words += [f"as {form} {node[form]['verdict']}" for form in ("printed", "amended") if form in node]
    return " ".join(words)


def _edge(edge: Data, places: Mapping[str, tuple[float, float]]) -> str:
    (x0, y0), (x1, y1) = places[edge["from"]], places[edge["to"]]
    y0, y1 = y0 + HEIGHT / 2, y1 - HEIGHT / 2 - 1
    bend = max((y1 - y0) / 2, 14.0)
    title = html.escape(", ".join(edge["claims"]) or edge["from"], quote=False)
    path = f"M{x0:g} {y0:g}C{x0:g} {y0 + bend:g} {x1:g} {y1 - bend:g} {x1:g} {y1:g}"
    return f'<path class="edge" d="{path}" marker-end="url(#tip)"><title>{title}</title></path>'


def _node(node: Data, place: tuple[float, float], linked: bool) -> str:
    x, y = place[0] - WIDTH / 2, place[1] - HEIGHT / 2
    printed, amended = (node.get(form, {}) for form in ("printed", "amended"))
    shown = amended or printed
    classes = ["node", node["kind"]]
    classes += [f"as-{printed['verdict']}"] if printed else []
    classes += [f"fill-{shown['proof']}"] if shown else []
    second = node["title"] if not shown else f"{shown['proof']} · {_numeric(shown['numeric'])}"
    label = html.escape(node["label"], quote=False)
    body = (
        f'<g class="{" ".join(classes)}"><title>{html.escape(node["title"], quote=False)}</title>'
        f'<rect x="{x:g}" y="{y:g}" width="{WIDTH:g}" height="{HEIGHT:g}" rx="7"/>'
        f'<text class="name" x="{place[0]:g}" y="{place[1] - 3:g}">{label}</text>'
        f'<text class="status" x="{place[0]:g}" y="{place[1] + 13:g}">{html.escape(second, quote=False)}</text></g>'
    )
    if node["kind"] != "statement" or not linked:
        return body
    return f'<a href="#s-{node["id"]}" aria-label="{label}: {html.escape(node["title"])}">{body}</a>'


def _numeric(status: str) -> str:
    return "not measured" if status == "untested" else status


#: Fills of the dot file, by proof status.
_FILLS: dict[str, str] = {
    ProofStatus.PROVED: "#cfe3f5", ProofStatus.CERTIFIED: "#dcebdc", ProofStatus.CITED: "#fdf1cf",
    ProofStatus.GAP: "#ffffff", ProofStatus.REFUTED: "#f6d5cf",
}  # fmt: skip


def dot(graph: Data) -> str:
    """The graph for Graphviz: the same border and fill."""
    lines = ["digraph statements {", "  node [shape=box, style=filled, fillcolor=white, fontname=sans];"]
    for node in graph["nodes"]:
        printed, amended = (node.get(form, {}) for form in ("printed", "amended"))
        shown = amended or printed
        border = _border(printed.get("verdict", ""))
        label = "\\n".join([_quoted(node["label"]), _quoted(shown["proof"] if shown else node["title"])])
        fill = _FILLS.get(shown.get("proof", ""), "#ffffff")
        style = "filled,dashed" if node["kind"] != "statement" or border[1] else "filled"
        lines.append(
            f'  "{_quoted(node["id"])}" [label="{label}", fillcolor="{fill}", color="{border[0]}", style="{style}"];'
        )
    lines += [f'  "{_quoted(e["from"])}" -> "{_quoted(e["to"])}";' for e in graph["edges"]]
    return "\n".join([*lines, "}"]) + "\n"


def _border(verdict: str) -> tuple[str, bool]:
    """Colour, and whether dashed: what is wrong as printed."""
    wrong = verdict in ("refuted", "contradicted")
    return ("#a3290f", True) if wrong else ("#0b5394", False) if verdict == "verified" else ("#767676", False)


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def rows_of(places: Mapping[str, tuple[float, float]]) -> Sequence[list[str]]:
    """Names by row, from the top: for tests and for those who read no pictures."""
    rows: dict[float, list[str]] = {}
    for name, (_, y) in places.items():
        rows.setdefault(y, []).append(name)
    return [rows[y] for y in sorted(rows)]
