"""The Dyer-Gur-Ari conjecture, decided graph by graph.

For every cluster graph the bound s_C is compared with the exact exponent of the correlation function's
size, half that of E C^2 (:mod:`verifier.exact.walk`).  A row is a violation if the exponent exceeds the
bound.  E C itself is never larger than sqrt(E C^2), so a row without violation decides E C as well.

With ``method="first"`` the exponent of E C (of E[C f] for an odd number of factors) is used instead.
That it equals the exponent of sqrt(E C^2) has no counter-example among the graphs of the study, but
no proof either: such rows are labelled.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import comb, factorial
from pathlib import Path
from typing import Any, Literal

from verifier.exact.cluster import STUDY, ClusterGraph, cluster_exponent, cluster_graphs
from verifier.exact.correlation import CorrelationError
from verifier.exact.moments import strands_of
from verifier.exact.walk import WalkSearch
from verifier.inputs.files import Unreadable, read_text

Method = Literal["second", "first"]

CERTIFICATES = {
    "second": "exact exponent of E[C^2]",
    "first": "exponent of E[C] or E[C f]; its equality with that of sqrt(E[C^2]) is conjectural",
}


@dataclass(frozen=True)
class ConjectureRow:
    """One cluster graph: the conjectured bound and the exact exponent.

    ``depth`` is None when any number of layers may be used (the exponent of all large depths);
    ``exponent`` is None if the correlation function is identically zero at that depth.
    """

    graph: ClusterGraph
    depth: int | None
    method: Method
    bound: Fraction
    exponent: Fraction | None

    @property
    def gap(self) -> Fraction | None:
        """By how much the bound exceeds the exponent."""
        return None if self.exponent is None else self.bound - self.exponent

    @property
    def violates(self) -> bool:
        """Whether the exponent exceeds the bound."""
        return self.exponent is not None and self.exponent > self.bound

    @property
    def certificate(self) -> str:
        """What the exponent rests on."""
        return CERTIFICATES[self.method]

    def to_json(self) -> dict[str, Any]:
        """Return a dictionary of strings, integers and lists; ``from_json`` inverts it."""
        return {
            "factors": self.graph.vertices,
            "contractions": self.graph.contractions,
            "graph": self.graph.name,
            "edges": [list(edge) for edge in self.graph.edges],
            "depth": self.depth,
            "method": self.method,
            "bound": str(self.bound),
            "exponent": None if self.exponent is None else str(self.exponent),
            "gap": None if self.gap is None else str(self.gap),
            "violates": self.violates,
            "certificate": self.certificate,
        }

    @staticmethod
    def from_json(data: dict[str, Any]) -> ConjectureRow:
        """Rebuild a row; derived entries are recomputed, not read."""
        edges = tuple((int(u), int(v), int(k)) for u, v, k in data["edges"])
        exponent = data["exponent"]
        return ConjectureRow(
            graph=ClusterGraph(int(data["factors"]), edges),
            depth=data["depth"],
            method=data["method"],
            bound=Fraction(data["bound"]),
            exponent=None if exponent is None else Fraction(exponent),
        )


CSV_HEADER = ("factors", "contractions", "graph", "depth", "method", "bound", "exponent", "gap", "violates")


def csv_row(row: ConjectureRow) -> tuple[str, ...]:
    """Return the fields of ``CSV_HEADER`` (empty for None)."""
    data = row.to_json()
    return tuple("" if data[key] is None else str(data[key]) for key in CSV_HEADER)


def decide(
    graph: ClusterGraph,
    depth: int | None = None,
    method: Method = "second",
    search: WalkSearch | None = None,
) -> ConjectureRow:
    """Compute one row.

    Raises ``CorrelationError`` for a depth below 1 or an unknown method.
    """
    if depth is not None and depth < 1:
        raise CorrelationError(f"depth {depth}: a network has at least one layer")
    if method not in CERTIFICATES:
        raise CorrelationError(f"method {method!r}: it is 'second' or 'first'")
    search = WalkSearch() if search is None else search
    correlation = graph.correlation()
    if method == "second":
        swaps = search.distance(strands_of(correlation, 2), depth)
        exponent = None if swaps is None else -Fraction(swaps, 2)
    else:
        swaps = search.distance(strands_of(correlation, 1, graph.vertices % 2), depth)
        exponent = None if swaps is None else -Fraction(swaps)
    return ConjectureRow(graph, depth, method, cluster_exponent(correlation), exponent)


MOST_GRAPHS = 20_000
"""Refuse an enumeration that is certain to have more graphs than this."""


def chosen_graphs(factors: int | None, contractions: int | None) -> list[ClusterGraph]:
    """Return the graphs with that many factors and at most that many contractions.

    None stands for the study's range: 376 graphs for (None, None).
    """
    if factors is not None and factors < 1:
        raise CorrelationError(f"{factors} factors: a correlation function has at least one")
    if contractions is not None and contractions < 0:
        raise CorrelationError(f"{contractions} contractions: the number is 0 or more")
    limits = dict(STUDY)
    if factors is not None:
        if factors not in limits and contractions is None and factors > 1:
            raise CorrelationError(
                f"{factors} factors are outside the study (2 to 6): say how many contractions at most"
            )
        limits = {factors: limits.get(factors, 0)}
    sizes = [
        (m, e)
        for m, most in limits.items()
        for e in range((most if contractions is None else contractions) + 1 if m > 1 else 1)
    ]
    # Multigraphs with labelled vertices over m!: at least so many are different.
    least = sum(comb(comb(m, 2) + e - 1, e) // factorial(m) for m, e in sizes if e)
    if least > MOST_GRAPHS:
        raise CorrelationError(f"that is more than {least} graphs; at most {MOST_GRAPHS} are enumerated")
    return [graph for m, e in sizes for graph in cluster_graphs(m, e)]


def read_rows(path: Path) -> list[ConjectureRow]:
    """Read finished rows; a last line cut short by an interruption is ignored.

    Raises ``CorrelationError`` naming the line if any other line cannot be read.
    """
    try:
        lines = read_text(path).split("\n") if path.exists() else []
    except Unreadable as error:
        raise CorrelationError(str(error)) from error
    rows = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            rows.append(ConjectureRow.from_json(json.loads(line)))
        except (ValueError, KeyError, TypeError, AttributeError, ZeroDivisionError, RecursionError) as error:
            # A complete file ends in a newline, so only the text after the last one can be partial.
            if number == len(lines):
                break
            raise CorrelationError(f"{path.name}, line {number}: not a row of the study") from error
    return rows


def conjecture_rows(
    factors: int | None = None,
    contractions: int | None = None,
    *,
    depth: int | None = None,
    method: Method = "second",
    store: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
    graphs: Iterable[ClusterGraph] | None = None,
) -> Iterator[ConjectureRow]:
    """Yield a row for every graph, in the order of ``chosen_graphs`` (or of ``graphs``).

    ``store`` is a JSON-lines file: rows found there (same depth and method) are not recomputed, and every
    new row is appended and flushed, so that an interrupted run continues where it stopped.
    ``progress(done, total)`` is called before the first row and after every row.
    """
    todo = list(chosen_graphs(factors, contractions) if graphs is None else graphs)
    finished: dict[ClusterGraph, ConjectureRow] = {}
    if store is not None:
        rows = read_rows(store)
        finished = {row.graph: row for row in rows if row.depth == depth and row.method == method}
        if store.exists():
            text = store.read_text(encoding="utf-8")
            if text and not text.endswith("\n"):
                store.write_text(text[: text.rfind("\n") + 1], encoding="utf-8")
    search = WalkSearch()
    if progress is not None:
        progress(0, len(todo))
    for done, graph in enumerate(todo, start=1):
        row = finished.get(graph)
        if row is None:
            row = decide(graph, depth, method, search)
            if store is not None:
                with store.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(row.to_json()) + "\n")
        if progress is not None:
            progress(done, len(todo))
        yield row
