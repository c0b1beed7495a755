"""The statements and what their proofs cite, drawn: SVG for the page or a file, and Graphviz's dot.

Statements stand in the rows of a topological sort (networkx): what cites nothing at the top, what rests on it
below.  The border tells the statement as printed, the fill the proof of the amended one.
"""

from __future__ import annotations

import html
from importlib.resources import files
from typing import Any

from verifier.report.layout import HEIGHT, WIDTH, GraphLayout, Point, layout
from verifier.verdict import ProofStatus

Data = dict[str, Any]


def drawn(graph: Data, *, standalone: bool = False) -> str:
    """The graph as an SVG element whose nodes link to ``#s-NAME``; ``standalone``: a file with its own style."""
    places = layout(graph)
    width, height = (round(length, 1) for length in places.size)
    parts = [_edge(edge, places) for edge in graph["edges"]]
    parts += [_node(node, places.nodes[node["id"]], not standalone) for node in graph["nodes"]]
    count = sum(node["kind"] == "statement" for node in graph["nodes"])
    said = "; ".join(_said(node) for node in graph["nodes"] if node["kind"] == "statement")
    style = f"<style>{_style()}</style>" if standalone else ""
    head = (
        f'<svg class="graph" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}" '
        f'height="{height:g}" role="img" aria-labelledby="graph-t graph-d">'
        f'<title id="graph-t">What the proofs of {count} statements cite</title>'
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


def _edge(edge: Data, places: GraphLayout) -> str:
    (x, y), *rest = places.route(edge["from"], edge["to"])
    y += HEIGHT / 2
    path = f"M{x:.1f} {y:.1f}"
    for number, (x1, middle) in enumerate(rest, start=1):
        last = number == len(rest)
        y1 = middle - HEIGHT / 2 - last
        half = (y1 - y) / 2
        path += f"C{x:.1f} {y + half:.1f} {x1:.1f} {y1 - half:.1f} {x1:.1f} {y1:.1f}"
        x, y = x1, middle + HEIGHT / 2
        path += "" if last else f"V{y:.1f}"
    title = html.escape(", ".join(edge["claims"]) or edge["from"], quote=False)
    return f'<path class="edge" d="{path}" marker-end="url(#tip)"><title>{title}</title></path>'


def _node(node: Data, place: Point, linked: bool) -> str:
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
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{WIDTH:g}" height="{HEIGHT:g}" rx="7"/>'
        f'<text class="name" x="{place[0]:.1f}" y="{place[1] - 3:.1f}">{label}</text>'
        f'<text class="status" x="{place[0]:.1f}" y="{place[1] + 13:.1f}">{html.escape(second, quote=False)}</text></g>'
    )
    if node["kind"] != "statement" or not linked:
        return body
    told = html.escape(f"{node['label']}: {node['title']}")
    return f'<a href="#s-{html.escape(node["id"])}" aria-label="{told}">{body}</a>'


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
