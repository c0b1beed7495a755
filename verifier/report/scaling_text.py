"""What a failed assertion about scaling says: each group that is not as expected, the numbers, and how to go on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from verifier.datafiles import Means
from verifier.fits.groups import GroupFit, claim_text


@dataclass(frozen=True)
class Asserted:
    """What was asserted: its name in messages, the kind of claim, and how it was drawn."""

    name: str
    kind: str
    alpha: float
    samples: int
    seed: int
    reproduce: str


def failure(asserted: Asserted, fits: Sequence[GroupFit], odd: Sequence[GroupFit], picture: Path | None) -> str:
    """The message of an assertion that fails for the groups ``odd`` among ``fits``."""
    lines = []
    for found in odd:
        label = f"{asserted.name}: {found.group.label}" if found.group.label else asserted.name
        lines.append(f"{label}: {claim_text(asserted.kind, found.expect)} is {found.word}: {found.reason}")
        lines += [f"assuming {finding.assumption}" for finding in found.findings[:1] if finding.assumption]
    if len(fits) == 1:
        lines += ["", *_table(fits[0])]
    else:
        fine = ", ".join(found.group.label for found in fits if found not in odd)
        rest = f"; as expected: {fine}" if fine else ""
        lines += ["", f"{len(odd)} of {len(fits)} groups are not as expected{rest}"]
    first = next((found.fitted.decisions[0] for found in odd if found.fitted is not None), None)
    margin = "" if first is None else f", margin {first.margin:g}"
    lines += ["", f"alpha {asserted.alpha:g}{margin}, seed {asserted.seed}"]
    advice = dict.fromkeys(finding.advice for found in odd for finding in found.findings if finding.advice)
    lines += list(advice)
    needed = max((finding.samples_needed or 0 for found in odd for finding in found.findings), default=0)
    if needed > asserted.samples:
        lines.append(f"to draw so many: samples={needed}")
    if picture is not None:
        lines.append(f"picture: {picture}")
    if asserted.reproduce:
        lines.append(f"reproduce: {asserted.reproduce}")
    return "\n".join(lines)


def _table(found: GroupFit) -> list[str]:
    """What is at each width."""
    if isinstance(found.group.data, Means):
        rows = [f"{n:8}  {mean:>11.5g}  {error:>14.2g}" for n, (mean, error) in found.group.data.cells.items()]
        return ["   width         mean  standard error", *rows]
    lines = ["   width  samples  zeros  typical |X|"]
    for cell, values in found.group.data.cells.items():
        size = np.abs(values[(values != 0) & np.isfinite(values)])
        typical = f"{np.exp(np.mean(np.log(size))):.4g}" if size.size == np.count_nonzero(values) and size.size else "-"
        width = " × ".join(str(n) for n in cell)
        lines.append(f"{width:>8}  {values.size:7}  {int(np.count_nonzero(values == 0)):5}  {typical:>11}")
    return lines
