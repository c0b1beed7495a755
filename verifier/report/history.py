"""What the stored runs found, one after the other: verdicts, exponents, and where they changed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from verifier.quantities.select import text_of
from verifier.report.stored import ResultsError, place
from verifier.report.svg import Canvas, Panel
from verifier.sampling.store import Exponent, Run, Store, StoreError, Verdict

Data = dict[str, Any]
#: Rows and points of a picture.
ROW, LEFT, RIGHT, STEP = 26.0, 168.0, 60.0, 26.0
#: How each verdict is drawn.
STYLES = {
    "verified": "good", "proof alone": "good", "measured": "good", "gap": "open", "inconclusive": "open",
    "refuted": "bad", "contradicted": "bad", "consistent": "good", "invalid": "open", "untested": "open",
}  # fmt: skip


@dataclass(frozen=True)
class Past:
    """A run and what it found."""

    run: Run
    verdicts: tuple[Verdict, ...]
    exponents: tuple[Exponent, ...]

    @property
    def commit(self) -> str:
        """The commit of the project, or else of this program, as far as one was recorded."""
        return self.run.project_commit or self.run.tool_commit or "-"


def history(names: Sequence[str] = (), last: int | None = None, folder: Path | None = None) -> list[Past]:
    """The runs that measured or proved any of ``names`` (all), the first one first; at most the ``last`` ones.

    Raises ResultsError where there is a store that cannot be read.
    """
    found = []
    try:
        with Store.open(folder or place()) as store:
            for run in store.runs():
                verdicts = tuple(v for v in store.verdicts(run.number) if not names or v.statement in names)
                if not verdicts:
                    continue
                measured = tuple(e for e in store.exponents(run.number) if not names or e.statement in names)
                found.append(Past(run, verdicts, measured))
                if last is not None and len(found) >= last:
                    break
    except FileNotFoundError:
        return []
    except StoreError as error:
        raise ResultsError(str(error)) from None
    return found[::-1]


def as_json(found: Sequence[Past]) -> Data:
    """The history as plain data."""
    return {
        "schema": 1,
        "runs": [
            asdict(past.run)
            | {
                "verdicts": [asdict(v) | {"whole": bool(v.whole)} for v in past.verdicts],
                "exponents": [asdict(e) | {"cell": json.loads(e.cell)} for e in past.exponents],
            }
            for past in found
        ],
    }


def rows(found: Sequence[Past]) -> Iterator[tuple[str, str, str, str, str]]:
    """Run, commit, time, statement and its words, where these are not those of the run before; of the last run all."""
    before: dict[str, str] = {}
    for past in found:
        for name in dict.fromkeys(v.statement for v in past.verdicts):
            words = said([v for v in past.verdicts if v.statement == name])
            if before.get(name) != words or past is found[-1]:
                changed = " *" if name in before and before[name] != words else ""
                yield str(past.run.number), past.commit, (past.run.finished or "")[:16], name, words + changed
            before[name] = words


def said(verdicts: Sequence[Verdict]) -> str:
    """The words of a statement's forms: ``printed refuted, amended verified``."""
    return ", ".join(f"{v.form} {v.word}{'' if v.whole else ' (part)'}" for v in verdicts)


def exponent_rows(found: Sequence[Past]) -> Iterator[tuple[str, str, str, str, str]]:
    """Run, claim, cell, exponent with its interval, and verdict: of cells where the verdict changed, or the last."""
    before: dict[tuple[str, str], str] = {}
    for past in found:
        for e in past.exponents:
            key = (e.claim, e.cell)
            if e.estimate is not None and (before.get(key, e.verdict) != e.verdict or past is found[-1]):
                changed = " *" if before.get(key, e.verdict) != e.verdict else ""
                yield str(past.run.number), e.claim, cell_of(e), interval(e), e.verdict + changed
            before[key] = e.verdict


def cell_of(e: Exponent) -> str:
    parameters = json.loads(e.cell)
    usual = {"m": 1, "angle": 0}
    return ",".join(f"{n}={text_of(v)}" for n, v in parameters.items() if n != "z" and usual.get(n) != v)


def interval(e: Exponent) -> str:
    ends = "" if e.low is None or e.high is None else f" [{e.low:.3f}, {e.high:.3f}]"
    return f"{e.estimate:.3f}{ends}"


def picture(found: Sequence[Past]) -> str:
    """Verdicts of each form over the runs, and below them the exponents of each claim's cells, as SVG.

    Raises ValueError where there is nothing to draw.
    """
    lines = list(dict.fromkeys((v.statement, v.form) for past in found for v in past.verdicts))
    claims = list(
        dict.fromkeys(e.claim for p in found for e in p.exponents if e.estimate is not None and e.claimed is not None)
    )
    if not lines:
        raise ValueError("there is no stored run to draw")
    width = LEFT + max(len(found), 6) * STEP + RIGHT
    top = 30.0 + ROW * len(lines)
    canvas = Canvas(width, top + 44.0 + 60.0 * len(claims))
    for k, past in enumerate(found):
        canvas.text(_x(k), 16, str(past.run.number), "label", "middle")
    for j, (name, form) in enumerate(lines):
        y = 30.0 + ROW * (j + 0.5)
        canvas.text(8, y + 4, f"{name}, {form}", "label")
        for k, past in enumerate(found):
            for v in past.verdicts:
                if (v.statement, v.form) == (name, form):
                    canvas.marks([(_x(k), y)], _shape(v.word), 11, STYLES.get(v.word, "open"))
    for j, claim in enumerate(claims):
        _exponents(canvas, found, claim, top + 20.0 + 60.0 * j)
    canvas.text(8, canvas.height - 8, "circle: as claimed, diamond: open, square: wrong", "label")
    told = f"{len(found)} runs; " + "; ".join(f"run {p.run.number}: {said(p.verdicts)}" for p in found[-3:])
    return _styled(canvas.render("history", "History", told, "history", 1.0))


def _exponents(canvas: Canvas, found: Sequence[Past], claim: str, top: float) -> None:
    """A panel: each cell's deviation from the claimed exponent, with its interval, run after run."""
    here = [
        (k, e) for k, past in enumerate(found) for e in past.exponents if e.claim == claim and e.claimed is not None
    ]
    away = [(k, e.estimate - (e.claimed or 0.0), e) for k, e in here if e.estimate is not None]
    canvas.text(8, top + 26, claim, "label")
    reach = max(0.15, *(abs(d) for _, d, _ in away))
    panel = Panel(canvas, LEFT, top, max(len(found), 6) * STEP, 48.0, (0.0, float(max(len(found), 6))), (-reach, reach))
    panel.frame()
    canvas.line([panel.at(0.0, 0.0), panel.at(float(max(len(found), 6)), 0.0)], "claim")
    canvas.text(LEFT + panel.width + 4, panel.y(reach) + 10, f"+{reach:.2f}", "label")
    canvas.text(LEFT + panel.width + 4, panel.y(-reach), f"-{reach:.2f}", "label")
    for k, off, e in away:
        x = k + 0.5
        if e.low is not None and e.high is not None and e.claimed is not None:
            canvas.line([panel.at(x, e.low - e.claimed), panel.at(x, e.high - e.claimed)], "range")
        canvas.marks([panel.at(x, off)], _shape(e.verdict), 5, STYLES.get(e.verdict, "open"))


def _x(number: int) -> float:
    return LEFT + (number + 0.5) * STEP


def _shape(word: str) -> str:
    return {"good": "o", "bad": "s"}.get(STYLES.get(word, "open"), "d")


def _styled(svg: str) -> str:
    """The drawing as a file of its own: on white, in colours that also differ in brightness."""
    style = (
        "<style>svg{background:#fff}text{font:12px 'DejaVu Sans','Liberation Sans',Arial,sans-serif;fill:#222}"
        ".good{fill:#1b7837}.open{fill:#e0a100}"
        ".bad{fill:#762a83}.frame{fill:none;stroke:#999}.claim{stroke:#555;stroke-dasharray:3 3;fill:none}"
        ".range{stroke:#777;fill:none}</style>"
    )
    head, mark, rest = svg.partition("</desc>")
    return head + mark + style + rest
