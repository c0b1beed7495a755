"""The calibration tables as text, Markdown and JSON, and what in them would break a promise."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from scipy import stats

from verifier.fits.practice import Practice
from verifier.inference.calibration import WRONG_BY, CalibrationRow, Power
from verifier.inference.kind_cases import KindRow
from verifier.inference.rates import Rate
from verifier.report.calibration_text import FIXED, INTRODUCTION, KINDS, LIMITS, PLANNED
from verifier.report.practice import practice_page

#: One-sided error rate of each test that a measured rate exceeds its alpha.
VIOLATION_RATE = 1e-9
#: A summary names at most this many rows.
NAMED = 8

Row = TypeVar("Row", CalibrationRow, KindRow)
Table = Sequence[Sequence[str]]


def promised(row: CalibrationRow | KindRow) -> bool:
    """Whether the error rates are promised: the bias assumption holds, or the claim is off by its margin."""
    return row.promised if isinstance(row, KindRow) else row.assumption


def name_of(row: CalibrationRow | KindRow) -> str:
    return f"{row.kind}: {row.law}" if isinstance(row, KindRow) else row.family


def violations(rows: Sequence[CalibrationRow | KindRow]) -> list[str]:
    """A sentence for each promised rate that is surely above its alpha; each false alarm has rate 1e-9."""
    return [
        f"{name_of(row)}: {rate.count} of {rate.trials} {name} at alpha {row.alpha:g}"
        for row in rows
        if promised(row)
        for name, rate in row.errors
        if rate.count > stats.binom.isf(VIOLATION_RATE, rate.trials, row.alpha)
    ]


def pooled(rows: Sequence[Row]) -> dict[str, Rate]:
    """The error rates of all rows on which they are promised, taken together."""
    found: dict[str, Rate] = {}
    for row in rows:
        for name, rate in row.errors if promised(row) else ():
            before = found.get(name)
            count, trials = (before.count, before.trials) if before else (0, 0)
            found[name] = Rate.counted(count + rate.count, trials + rate.trials)
    return found


def summary(rows: Sequence[Row], what: str) -> str:
    """Which of the rows at one alpha show their rates within it, and what all of them show together."""
    own = [row for row in rows if promised(row)]
    if not own:
        return ""
    alpha = own[0].alpha
    left = [name_of(row) for row in own if not row.within]
    words = f"Every error rate is shown to be within {alpha:g} on {len(own) - len(left)} of the {len(own)} {what}"
    if 0 < len(left) < len(own):
        words += f"; not on {'; '.join(left[:NAMED])}" + (f" and {len(left) - NAMED} more" if left[NAMED:] else "")
    together = ", ".join(
        f"{rate.count} {name} in {rate.trials} runs (a mean rate of at most {_percent(rate.high)} %)"
        for name, rate in pooled(own).items()
    )
    return textwrap.fill(f"{words}. Together: {together}.", 120, break_on_hyphens=False) + "\n"


def exceeding(rows: Sequence[CalibrationRow | KindRow]) -> str:
    """The rates that are surely above alpha, each with its count; nothing if there are none."""
    found = [
        f"{name_of(row)}: {rate.count} {name} in {rate.trials} runs" + (", PROMISED" if promised(row) else "")
        for row in rows
        for name, rate in row.errors
        if rate.low > row.alpha
    ]
    if not found:
        return ""
    words = f"Surely above {rows[0].alpha:g} (the lower end of the interval): {'; '.join(found)}."
    return textwrap.fill(words, 120, break_on_hyphens=False) + "\n"


def _summaries(rows: Sequence[CalibrationRow]) -> list[str]:
    """The same for the families whose claims hold and for those whose claims are false; and what is above alpha."""
    both = (
        summary([row for row in rows if row.holds], "families whose claims hold within the assumption"),
        summary([row for row in rows if not row.holds], "families whose claims are false and have to be refused"),
        exceeding(rows),
    )
    return [words for words in both if words]


def to_json(rows: Sequence[CalibrationRow], kinds: Sequence[KindRow], seed: int, samples: int) -> dict[str, Any]:
    """All that the page has as plain data; rates come with their counts and intervals."""
    return {
        "schema": 2,
        "seed": seed,
        "most_samples": samples,
        "rows": [row.as_dict() for row in rows],
        "kinds": [row.as_dict() for row in kinds],
        "summaries": [
            {"alpha": alpha, "families": _summaries(some), "kinds": summary(others, _CASES)}
            for alpha, some, others in _by_alpha(rows, kinds)
        ],
        "limits": LIMITS,
        "violations": violations([*rows, *kinds]),
    }


def text_table(rows: Sequence[CalibrationRow], kinds: Sequence[KindRow]) -> str:
    """One line a row and alpha: counts of errors, with the intervals of their rates in per cent."""
    parts = []
    for alpha, some, others in _by_alpha(rows, kinds):
        if some:
            parts += [f"alpha {alpha:g}, margin {some[0].margin:g}", _aligned([_HEADS, *map(_cells, some)])]
            parts += _summaries(some)
        if others:
            parts += [f"other kinds of claims, alpha {alpha:g}", _aligned([_KIND_HEADS, *map(_kind_cells, others)])]
            parts.append(summary(others, _CASES))
    return "\n".join(parts)


def markdown_page(
    rows: Sequence[CalibrationRow],
    kinds: Sequence[KindRow],
    seed: int,
    command: str,
    fixed: int | None = None,
    practice: Practice | None = None,
) -> str:
    """The page docs/calibration.md: the tables and what they do and do not show.

    ``fixed``: the number of runs of every row, where that was asked for.
    """
    planned = PLANNED if fixed is None else FIXED.format(runs=fixed, bound=_percent(Rate.counted(0, fixed).high))
    parts = [INTRODUCTION.format(command=command, seed=seed) + planned]
    for alpha, some, others in _by_alpha(rows, kinds):
        if some:
            parts += _family_part(alpha, some)
        if others:
            parts += [f"## Other kinds of claims, alpha = {alpha:g}\n", KINDS]
            parts += [_markdown((_KIND_HEADS, *map(_kind_cells, others)), texts=3), summary(others, _CASES)]
    if practice is not None:
        parts.append(practice_page(practice))
    return "\n".join([*parts, LIMITS])


def _family_part(alpha: float, rows: Sequence[CalibrationRow]) -> list[str]:
    groups: tuple[tuple[str, Callable[[CalibrationRow], bool]], ...] = (
        ("Claims that hold, within the assumption", lambda r: r.holds and r.assumption),
        ("Claims that hold, outside the assumption", lambda r: r.holds and not r.assumption),
        ("Claims that are false", lambda r: not r.holds and r.assumption),
        ("Claims that are false where these widths cannot show it", lambda r: not r.holds and not r.assumption),
    )
    parts = [f"## alpha = {alpha:g}, margin {rows[0].margin:g}\n", *_summaries(rows)]
    for title, belongs in groups:
        group = [row for row in rows if belongs(row)]
        if group:
            parts += [f"### {title}\n", family_table(group)]
    far = [row for row in rows if row.power]
    if far:
        heads = ("family", *(f"{off:+g}" for off in WRONG_BY), "other sign")
        cells = ((row.family, *map(_power, row.power)) for row in far)
        parts += ["### Exponents that are far off: contradicted (samples)\n", _markdown((heads, *cells))]
    return parts


_CASES = "cases on which it is promised"
_ERRORS = ("false pass, above", "below", "false fail", "misses")
_HEADS = ("family", "runs", *_ERRORS, "within alpha", "undecided", "samples (most)", "")
_KIND_HEADS = ("claim", "law", "true", "runs", "false pass", "false fail", *_HEADS[-4:-1])


def family_table(rows: Sequence[CalibrationRow]) -> str:
    """A Markdown table of rows at one alpha, all of true or all of false claims."""
    table = [_HEADS, *map(_cells, rows)]
    if not rows[0].holds:  # one error is possible: that the claim passes
        table = [line[:3] + line[6:] for line in table]
        table[0] = (*table[0][:2], "false pass", *table[0][3:])
    return _markdown(table)


def _cells(row: CalibrationRow) -> tuple[str, ...]:
    misses = None if row.coverage is None else row.coverage.complement
    open_or_invalid = row.inconclusive.count + row.invalid.count
    return (
        row.family,
        str(row.repetitions),
        _rate(row.false_pass_above if row.holds else row.false_pass),
        _rate(row.false_pass_below),
        _rate(row.false_fail),
        _rate(misses),
        _standing(row),
        f"{100 * open_or_invalid / row.repetitions:.3g}",
        f"{row.mean_samples:.0f} ({row.most_samples})",
        row.note,
    )


def _kind_cells(row: KindRow) -> tuple[str, ...]:
    return (
        row.kind,
        row.law,
        {True: "yes", False: "no", None: "on the line"}[row.holds],
        str(row.repetitions),
        _rate(row.false_pass),
        _rate(row.false_fail),
        _standing(row) if row.promised else "not promised",
        f"{100 * row.inconclusive.value:.3g}",
        f"{row.mean_samples:.0f} ({row.most_samples})",
    )


def _standing(row: CalibrationRow | KindRow) -> str:
    """What the intervals say of alpha: all below, one surely above, or neither."""
    if row.within:
        return "yes"
    return "no" if any(rate.low > row.alpha for _, rate in row.errors) else "not shown"


def _rate(rate: Rate | None) -> str:
    """A count, and the interval of the rate in per cent."""
    return "-" if rate is None else f"{rate.count} [{_percent(rate.low)}, {_percent(rate.high)}]"


def _percent(value: float) -> str:
    return f"{100 * value:.3g}"


def _power(power: Power) -> str:
    share = 100 * power.contradicted.value
    return f"{share:.4g} ({power.mean_samples:.0f})"


def _by_alpha(
    rows: Sequence[CalibrationRow], kinds: Sequence[KindRow]
) -> list[tuple[float, list[CalibrationRow], list[KindRow]]]:
    alphas = dict.fromkeys([*(row.alpha for row in rows), *(row.alpha for row in kinds)])
    return [(a, [r for r in rows if r.alpha == a], [k for k in kinds if k.alpha == a]) for a in alphas]


def _aligned(table: Table) -> str:
    sizes = [max(len(line[k]) for line in table) for k in range(len(table[0]))]
    lines = ("  ".join(word.ljust(size) for word, size in zip(line, sizes, strict=True)) for line in table)
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _markdown(table: Table, texts: int = 1) -> str:
    """A Markdown table; the first ``texts`` columns and an unnamed one to the left, the others to the right."""
    heads, *body = table
    rule = "".join("|---" if k < texts or not head else "|--:" for k, head in enumerate(heads)) + "|"
    lines = ["| " + " | ".join(word.replace("|", "\\|") for word in line) + " |" for line in (heads, *body)]
    return "\n".join([lines[0], rule, *lines[1:]]) + "\n"
