"""The calibration table as text, Markdown and JSON, and what in it would break a promise."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from scipy import stats

from verifier.inference.calibration import CalibrationRow, Rate

#: One-sided error rate of each test that a measured rate exceeds its alpha.
VIOLATION_RATE = 1e-9


def promised(row: CalibrationRow) -> bool:
    """Whether the gate's error rates are promised on this family (its bias assumption holds)."""
    return row.assumption


def violations(rows: Sequence[CalibrationRow]) -> list[str]:
    """A sentence for each promised rate that is surely above its alpha; each false alarm has rate 1e-9."""
    found = []
    for row in rows:
        if not promised(row):
            continue
        rates: list[tuple[str, int, int]] = [("false passes", row.false_pass.count, row.false_pass.trials)]
        if row.false_fail is not None:
            rates.append(("false fails", row.false_fail.count, row.false_fail.trials))
        if row.coverage is not None:
            rates.append(("intervals without the truth", row.coverage.trials - row.coverage.count, row.coverage.trials))
        for name, count, trials in rates:
            if count > stats.binom.isf(VIOLATION_RATE, trials, row.alpha):
                found.append(f"{row.family}: {count} of {trials} {name} at alpha {row.alpha:g}")
    return found


def to_json(rows: Sequence[CalibrationRow], seed: int) -> dict[str, Any]:
    """Plain data; rates come with their counts and 95 % intervals."""
    return {"schema": 1, "seed": seed, "rows": [row.as_dict() for row in rows], "violations": violations(rows)}


_HEAD = ("family", "false pass", "false fail", "inconclusive", "coverage", "samples (most)")


def text_table(rows: Sequence[CalibrationRow]) -> str:
    """One line a family and alpha, with 95 % intervals; rates in per cent."""
    lines = []
    for alpha in dict.fromkeys(row.alpha for row in rows):
        chosen = [row for row in rows if row.alpha == alpha]
        table = [_HEAD, *(_cells(row) for row in chosen)]
        sizes = [max(len(line[k]) for line in table) for k in range(len(_HEAD))]
        lines.append(f"alpha {alpha:g}, margin {chosen[0].margin:g}, {chosen[0].repetitions} repetitions; rates in %")
        lines += [
            "  ".join(word.ljust(sizes[k]) if k == 0 else word.rjust(sizes[k]) for k, word in enumerate(line)).rstrip()
            for line in table
        ]
        lines.append("")
    return "\n".join(lines)


def _cells(row: CalibrationRow) -> tuple[str, ...]:
    return (
        row.family,
        _rate(row.false_pass),
        _rate(row.false_fail),
        _rate(row.inconclusive),
        _rate(row.coverage),
        f"{row.mean_samples:.0f} ({row.most_samples})",
    )


def _rate(rate: Rate | None) -> str:
    if rate is None:
        return "-"
    return f"{100 * rate.value:.3g} [{100 * rate.low:.2g}, {100 * rate.high:.3g}]"


def markdown_page(rows: Sequence[CalibrationRow], seed: int, command: str) -> str:
    """The page docs/calibration.md: the tables and what they do and do not show."""
    parts = [_INTRODUCTION.format(command=command, seed=seed)]
    for alpha in dict.fromkeys(row.alpha for row in rows):
        chosen = [row for row in rows if row.alpha == alpha]
        parts.append(f"## alpha = {alpha:g}, margin {chosen[0].margin:g}\n")
        groups = (
            ("Claims that hold, within the assumption", [r for r in chosen if r.holds and r.assumption]),
            ("Claims that hold, outside the assumption", [r for r in chosen if r.holds and not r.assumption]),
            ("Claims that are false", [r for r in chosen if not r.holds]),
        )
        for title, group in groups:
            if group:
                parts.append(_markdown_table(title, group))
        parts.append(_sentence(chosen, alpha))
    return "\n".join([*parts, _LIMITS])


def _markdown_table(title: str, rows: Sequence[CalibrationRow]) -> str:
    lines = [f"### {title}\n", "| " + " | ".join((*_HEAD, "")) + " |", "|---" + "|--:" * 5 + "|---|"]
    for row in rows:
        words = (*_cells(row), row.note)
        lines.append("| " + " | ".join(word.replace("|", "\\|") for word in words) + " |")
    return "\n".join(lines) + "\n"


def _sentence(rows: Sequence[CalibrationRow], alpha: float) -> str:
    """The pooled rates of the families on which they are promised."""
    own = [row for row in rows if promised(row) and row.holds]
    if not own:
        return ""
    trials = sum(row.repetitions for row in own)
    words = []
    for name, count in (
        ("false passes", sum(row.false_pass.count for row in own)),
        ("false fails", sum(row.false_fail.count for row in own if row.false_fail)),
        ("intervals without the truth", sum(r.coverage.trials - r.coverage.count for r in own if r.coverage)),
    ):
        high = stats.beta.ppf(0.975, count + 1, trials - count) if count < trials else 1.0
        words.append(f"{count} {name} (95 % upper end {100 * high:.2g} %)")
    return f"All {len(own)} families on which the rates are promised, {trials} runs: {', '.join(words)}.\n"


_INTRODUCTION = """# Calibration

How often is the gate wrong? Every family below has a known exponent; the gate that is run on it is the one
that `verifier check`, `verifier gate` and the pytest plugin run, look by look (256 samples a width, then
doubling), on the widths 128, 413, 1150, 4690, 20011, 131071. This page is written by

    {command} -o docs/calibration.md

and depends on nothing but that command (seed {seed}). In brackets: 95 % Clopper-Pearson intervals. All rates
are in per cent.

* **false pass**: *consistent* for the claim moved by exactly the margin, to alternating sides; this is the
  hardest false claim that has to be refused. For a family whose own claim is false: *consistent* for that claim.
* **false fail**: *contradicted* for a true claim.
* **inconclusive**: of the family's own claim, after the last look.
* **coverage**: of the reported interval, at the look where the run stopped.
* **samples**: a width, the mean and the most.
"""

_LIMITS = """## What this does not show

* **alpha = 1e-8.** Rates this small cannot be counted: no error in R runs only shows a rate below about 3/R. At
  1e-8 the promise rests on theory: the estimator is a fixed linear contrast of means of log|X|, so its tail is
  that of a studentised mean of at least 128 terms with all moments. A saddlepoint evaluation of the tail of such
  a contrast at six standard errors, for products of Gaussians at 256 samples a width, exceeds the normal tail by
  a factor of 1.25, and of 1.7 with the 1/n column; read 1e-8 as "at most about 2e-8".
* **One family at a small alpha.** R runs without an error bound a rate by about 3.7/R (95 %, two-sided): 300 runs of
  one family say nothing about 1e-3. There only the families together do, in the line below each table; for more, ask
  for more repetitions of one family (`--family`).
* **The assumption.** log a_n = a + p log n + log(1 + c/n) with |c| <= 10. The second table breaks it on purpose.
  Where a true correction is larger or of another order, a false *contradicted* is possible, and every verdict
  therefore prints its allowance. On widths below 2048 the coefficient c is fitted instead.
* **What no sample can show.** A term such as 1e-4 n^-1/2 beside n^-1 dominates only beyond n = 10^8: the claim
  n^-1 is then false, and it passes at every smaller width. A law that changes between or beyond the widths
  of the grid passes as well. *Consistent* is a statement about the widths that were sampled, never a proof.
* **Slow factors.** sqrt(log n) and log log n move the exponent by less than the margin on these widths. They are
  often contradicted, because the interval shrinks until it excludes the claim, but some runs stop before that:
  the table says how many. Refusing them is not promised.
* **Laws that are not here.** The rates are measured on these families and no others.
"""
