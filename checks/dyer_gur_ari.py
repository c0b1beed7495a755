"""The conjecture of Dyer and Gur-Ari, counted again and measured on stars: T^r has r + 1 factors in one cluster."""

from functools import cache
from typing import Any

from lemmas._proof_dyer_gur_ari import exponents_of_study
from verifier.exact.cluster import cluster_exponent, study_graphs
from verifier.exact.correlation import star
from verifier.exact.enumeration import decide
from verifier.quantities.check import WIDE, Check, Measure, Parameters, cells, recount
from verifier.quantities.terms import star_term


def clusters(cell: Parameters) -> dict[str, Any]:
    """n_e, n_o and m of the star with r rays, which is one cluster."""
    factors = cell["r"] + 1
    return {"m": factors, "n_e": int(factors % 2 == 0), "n_o": int(factors % 2 == 1)}


@cache
def gaps(depth: int) -> list[Any]:
    """By how much each graph's bound exceeds the exponent of E C or E C f at this depth."""
    return [decide(graph, depth, "first").gap for graph in study_graphs()]


@cache
def decided(depth: int) -> list[Any]:
    """The same for those graphs that the statement decides."""
    return [decide(graph, depth, "first").gap for graph, _ in exponents_of_study()]


def attained(cell: Parameters) -> int:
    """How many of the graphs attain their bound."""
    return sum(gap == 0 for gap in gaps(cell["L"]))


def missed(cell: Parameters) -> int:
    """How many of the graphs that the statement decides stay below their bound."""
    return sum(gap != 0 for gap in decided(cell["L"]))


check = Check(
    "dyer_gur_ari",
    Measure(
        star_term,
        cells(angle=0, L=[2, 3, 4], r=[1, 2, 3, 4]),
        widths=WIDE,
        controls=True,
        samples=1 << 15,
        derived=clusters,
        claims=("dyer_gur_ari.bound",),
    ),
    recount(
        "s_C",
        "s_C of T^r",
        lambda cell: cluster_exponent(star(cell["r"])),
        "dyer_gur_ari.star-exponent",
        cells=cells(r=range(9)),
    ),
    recount("C", "graphs that attain s_C", attained, "dyer_gur_ari.tight", cells=cells(L=8)),
    recount("C", "graphs that stay below s_C", missed, "dyer_gur_ari.loose", cells=cells(L=8)),
)
