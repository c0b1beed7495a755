"""What was sampled, as the report holds it: one entry for cells that were measured together, with every answer."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from verifier.quantities.select import text_of
from verifier.report.model import AnswerData, MeasurementData
from verifier.sampling.keys import canonical
from verifier.verify.results import CellReport, ClaimReport, StatementReport


def measurements(report: StatementReport) -> list[MeasurementData]:
    """What was sampled, one entry for cells that were measured together, with what each claim says of it."""
    merged: dict[str, MeasurementData] = {}
    places: dict[str, tuple[int, int]] = {}
    for claim in report.claims:
        for cell in claim.cells:
            parameters = {name: canonical(value) for name, value in cell.parameters.items()}
            key = f"{cell.quantity} {parameters}"
            if key not in merged:
                places[key] = cell.place
                merged[key] = {
                    "quantity": cell.quantity, "parameters": parameters, "widths": canonical(list(cell.widths)),
                    "place": list(cell.place), "shown": shown_parameters(cell.parameters),
                    "atom": cell.atom, "evidence": None, "answers": [],
                }  # fmt: skip
            if cell.evidence is not None:
                merged[key]["evidence"] = _plain(vars(cell.evidence))
            merged[key]["answers"].append(_answer(claim, cell))
    return [merged[key] for key in sorted(merged, key=lambda k: places[k])]


def shown_parameters(parameters: Mapping[str, Any]) -> dict[str, str]:
    """Parameters as text, without those at their usual values."""
    usual = {"m": 1, "z": (1, 1), "angle": 0}
    return {n: text_of(v) for n, v in parameters.items() if n not in usual or canonical(v) != canonical(usual[n])}


def _answer(claim: ClaimReport, cell: CellReport) -> AnswerData:
    decision = cell.decision
    return {
        "claim": claim.claim.id,
        "form": str(claim.claim.form),
        "kind": str(claim.claim.kind),
        "claimed": cell.claimed,
        "verdict": str(cell.verdict),
        "outside": list(cell.outside),
        "estimate": finite(cell.estimate),
        "low": finite(cell.low),
        "high": finite(cell.high),
        "zero_fraction": finite(cell.zero_fraction),
        "samples": cell.samples,
        "alpha": finite(cell.alpha),
        "margin": finite(cell.margin),
        "bias": finite(decision.bias) if decision else None,
        "allowance": finite(decision.allowance) if decision else None,
        "correction": bool(decision and decision.correction),
        "needed": cell.needed,
        "reason": cell.reason,
        "reproduce": cell.reproduce,
        "values": [list(pair) for pair in cell.values],
        "law": _claimed_law(cell),
    }


def _claimed_law(cell: CellReport) -> list[list[float]] | None:
    """The claimed distribution function at the quantiles of the samples, for each width; None where none is claimed."""
    if cell.law is None or cell.evidence is None:
        return None
    evidence, law = cell.evidence, cell.law
    return [
        [round(float(p), 5) for p in law.cdf(np.array(evidence.quantiles(number)))]
        for number in range(len(evidence.widths))
    ]


def finite(value: float | None) -> float | None:
    """A number that JSON can hold; None for one that does not exist."""
    return None if value is None or not math.isfinite(value) else value


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _plain(entry) for name, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(entry) for entry in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
