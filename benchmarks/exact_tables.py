"""Tables of exact leading terms: ``python -m benchmarks.exact --table t`` (see ``docs/exact.md``).

Every function returns a table in Markdown.  An entry is the leading term of a moment; 0 is exactly 0.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction

from verifier.exact.correlation import star
from verifier.exact.enumeration import Method, conjecture_rows
from verifier.exact.hypernetwork import HypernetworkMoments
from verifier.exact.moments import Activation, leading, polynomials_by_depth, strands_of
from verifier.exact.transfer import TransferMatrix


def entry(polynomial: Mapping[int, Fraction]) -> str:
    """The leading term, as in ``68 n^-2``."""
    found = leading(polynomial)
    if found is None:
        return "0"
    power, coefficient = found
    return f"{coefficient} n^{power}" if power else f"{coefficient}"


def markdown(title: str, corner: str, columns: Iterable[object], rows: Mapping[str, Sequence[str]]) -> str:
    """A table with a line above it."""
    names = [str(column) for column in columns]
    lines = [title, "", f"| {' | '.join([corner, *names])} |", "|---" * (len(names) + 1) + "|"]
    lines += [f"| {' | '.join([name, *row])} |" for name, row in rows.items()]
    return "\n".join(lines)


def stars(moment: int, activation: Activation, orders: Sequence[int] = range(6), depth: int = 6) -> str:
    """E[(T^r)^moment] by order and depth."""
    matrix = TransferMatrix()
    rows = {
        str(r): [entry(p) for p in polynomials_by_depth(strands_of(star(r), moment), depth, activation, matrix)]
        for r in orders
    }
    power = f"(T^r)^{moment}" if moment > 1 else "T^r"
    return markdown(f"E[{power}], leading term, {activation}", "r \\ L", range(1, depth + 1), rows)


def independent_trunks(moment: int, activation: Activation = "linear") -> str:
    """E[(K^(r))^moment], every f^d with a trunk of its own, g linear, H = 1..3, L = 2, 3."""
    engine = HypernetworkMoments(3, activation)
    found = {(H, r): engine.independent(H, r, moment) for H in (1, 2, 3) for r in range(6)}
    rows = {f"{H},{L}": [entry(found[H, r][L - 1]) for r in range(6)] for H in (1, 2, 3) for L in (2, 3)}
    power = f"(K^(r))^{moment}" if moment > 1 else "K^(r)"
    return markdown(f"E[{power}], leading term, {activation}, independent trunks", "H,L \\ r", range(6), rows)


def shared_trunk(moment: int, activation: Activation = "linear") -> str:
    """E[(K^(r))^moment], f^1...f^H sharing all layers but the last, g linear, H = 1, 2, L = 2, r <= 5."""
    rows = {}
    for H in (1, 2):
        # Beyond r = H L everything vanishes, and is not worth a sweep.
        polynomials = [HypernetworkMoments(2, activation).shared(H, r, moment)[1] for r in range(2 * H + 1)]
        rows[f"{H},2"] = [entry(p) for p in polynomials] + ["0"] * (5 - 2 * H)
    power = f"(K^(r))^{moment}" if moment > 1 else "K^(r)"
    return markdown(f"E[{power}], leading term, {activation}, shared trunk", "H,L \\ r", range(6), rows)


def graphs(method: Method) -> str:
    """The study of the conjecture: graphs by factors and by how far the bound is from the exponent."""
    rows = list(conjecture_rows(method=method))
    gaps = sorted({row.gap for row in rows if row.gap is not None})
    count = Counter((row.graph.vertices, row.gap) for row in rows)
    table = {}
    for m in sorted({row.graph.vertices for row in rows}):
        line = [count[m, gap] for gap in gaps]
        table[str(m)] = [str(n) for n in (sum(line), *line)]
    columns = ["graphs", *(f"gap {gap}" for gap in gaps)]
    title = f"{len(rows)} graphs, {sum(row.violates for row in rows)} violations; {rows[0].certificate}"
    return markdown(title, "m", columns, table)


TABLES: dict[str, Callable[[], list[str]]] = {
    "t": lambda: [stars(2, "linear"), stars(1, "linear"), stars(2, "relu"), stars(1, "relu")],
    "k": lambda: [independent_trunks(2), independent_trunks(1)],
    "k-shared": lambda: [shared_trunk(2), shared_trunk(1), shared_trunk(2, "relu")],
    "graphs": lambda: [graphs("second")],
    "graphs-first": lambda: [graphs("first")],
}
"""What ``--table`` prints."""
