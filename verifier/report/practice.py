"""The tables of natural quantities and of few seeds, as text and Markdown."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from verifier.fits.practice import (
    FEW_OFF,
    FEW_WIDTHS,
    NATURAL_COUNTS,
    FewRow,
    NaturalRow,
    Practice,
)
from verifier.inference.natural import GRIDS
from verifier.inference.rates import Rate


def practice_page(found: Practice) -> str:
    """Both sections of docs/calibration.md."""
    return "\n".join([_natural_section(found.naturals), _few_section(found.few)])


def practice_text(found: Practice) -> str:
    """Both summaries, for a terminal."""
    return "\n".join([_natural_summary(found.naturals), _few_summary(found.few), ""])


def _natural_section(rows: Sequence[NaturalRow]) -> str:
    grids = "; ".join(f"{grid[0]} to {grid[-1]} ({len(grid)} widths)" for grid in GRIDS)
    counts = ", ".join(str(count) for count in NATURAL_COUNTS)
    head = _fill(
        f"What people measure of wide networks, {len(rows)} quantities, as `verifier fit` decides them in one look at "
        f"alpha = 0.001: {counts} samples a width, on the widths {grids} in turn. Of each quantity the true claim is "
        "tried, and false ones that are a quarter and a half off (a quarter of the value, for limits). No rule was set "
        "on these data. Wrong would be *contradicted* of a true claim or *consistent* of a false one; open is all else."
    )
    lines = ["| quantity | claim | data sets | true: consistent | contradicted | false: contradicted | consistent | |"]
    lines.append("|---|---|--:|--:|--:|--:|--:|---|")
    for row in rows:
        claim = {"order": f"n^{row.truth:.3g}", "upper": f"O(n^{row.truth:.3g})"}.get(row.kind, f"→ {row.truth:.3g}")
        refused = f"{row.refused} of {row.claims}"
        lines.append(
            f"| {_cell(row.name)} | {claim} | {row.sets} | {row.right} | {row.false_alarm} | {refused} | "
            f"{row.false_pass} | {row.note} |"
        )
    return "\n".join(["## Natural quantities\n", head, _natural_summary(rows), *lines, ""])


def _natural_summary(rows: Sequence[NaturalRow]) -> str:
    sets = sum(row.sets for row in rows)
    claims = sum(row.claims for row in rows)
    wrong = [row for row in rows if row.wrong]
    words = (
        f"On {sets} data sets: {sum(row.right for row in rows)} true claims consistent, "
        f"{sum(row.false_alarm for row in rows)} contradicted; of {claims} false claims "
        f"{sum(row.refused for row in rows)} contradicted, {sum(row.false_pass for row in rows)} consistent."
    )
    named = "; ".join(f"{row.name}: {row.false_alarm} false alarms, {row.false_pass} false passes" for row in wrong)
    return _fill(f"{words} {'Wrong: ' + named if wrong else 'Nothing is wrong'}.")


def _few_section(rows: Sequence[FewRow]) -> str:
    head = _fill(
        f'log|X| of the laws named, at the widths {", ".join(str(n) for n in FEW_WIDTHS)}, with the mark "few seeds" '
        f"at alpha = 0.001. A false alarm is *contradicted* of the claim n^0 where that is true, a false pass "
        f"*consistent* of it where the order is n^{FEW_OFF:g} or n^-{FEW_OFF:g}, off by exactly the margin. Where "
        "the scatter does not look normal ranks decide, or how far means lie off their line. What is not decided is "
        "refused or open."
    )
    lines = ["| log of X | seeds | data sets | decided | false alarms | false passes |", "|---|--:|--:|--:|--:|--:|"]
    for row in rows:
        lines.append(
            f"| {_cell(row.law)} | {row.seeds} | {row.sets} | {row.decided} | {_rate(row.false_alarm)} | "
            f"{_rate(row.false_pass)} |"
        )
    return "\n".join(["## Few seeds\n", head, _few_summary(rows), *lines, ""])


def _few_summary(rows: Sequence[FewRow]) -> str:
    sets = sum(row.sets for row in rows)
    alarms = Rate.counted(sum(row.false_alarm.count for row in rows), sets)
    passes = Rate.counted(sum(row.false_pass.count for row in rows), sets)
    return _fill(
        f"Together: {alarms.count} false alarms (a mean rate of at most {100 * alarms.high:.3g} %) and {passes.count} "
        f"false passes (at most {100 * passes.high:.3g} %) in {sets} data sets each."
    )


def _rate(rate: Rate) -> str:
    return f"{rate.count} [{100 * rate.low:.3g}, {100 * rate.high:.3g}]"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _fill(words: str) -> str:
    return textwrap.fill(words, 120, break_on_hyphens=False) + "\n"
