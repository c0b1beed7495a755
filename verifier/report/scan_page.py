"""A scan as a picture, and as a page with its table: exponents with intervals beside what is expected of them."""

from __future__ import annotations

import html
import math
from pathlib import Path

from verifier.programs.scan import Scan, ScanRow
from verifier.report.fit_plot import STYLE, png
from verifier.report.scan_text import claim, summary, word
from verifier.report.svg import Canvas, Panel

_ROW, _TOP, _AXIS = 17.0, 58.0, 260.0
_CHARACTER = 6.4
#: How a verdict is drawn; what has none is drawn as open.
_STYLES = {"consistent": "consistent", "contradicted": "contradicted", "decided": "consistent"}

_PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>@TITLE</title><style>
:root { color-scheme: light dark; }
body { font: 15px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 62rem; padding: 0 1rem; }
h1 { font-size: 1.3rem; } svg { max-width: 100%; height: auto; border-radius: 4px; }
div.table, div.picture { overflow-x: auto; } table { border-collapse: collapse; font-size: .9rem; width: 100%; }
th, td { text-align: left; padding: .2rem .7rem .2rem 0; border-bottom: 1px solid #8884; vertical-align: top; }
td.number { font-variant-numeric: tabular-nums; white-space: nowrap; }
tr.contradicted td { color: #b2182b; font-weight: 600; } tr.first td { background: #b2182b1a; }
@media (max-width: 700px) { body { margin: 1rem auto; } svg { max-width: none; } }
@media (prefers-color-scheme: dark) { tr.contradicted td { color: #ff8a80; } }
</style></head><body>
"""


def check(option: str, path: Path) -> None:
    """ValueError, before anything is computed, for a file that cannot be written."""
    allowed = (".svg", ".png") if option == "--svg" else (".html", ".htm")
    if path.suffix.lower() not in allowed:
        raise ValueError(f"{option} {path}: the suffix {path.suffix!r} is not {' or '.join(allowed)}")
    if not path.parent.is_dir():
        raise ValueError(f"{option} {path}: there is no directory {path.parent}")


def save_picture(path: Path, found: Scan) -> None:
    """As .svg or .png.  ValueError where it cannot be written, or drawn in pixels."""
    text = picture(found)
    _write(path, png(text) if path.suffix.lower() == ".png" else f"{text}\n".encode())


def save_page(path: Path, found: Scan) -> None:
    """A page that loads nothing from elsewhere.  ValueError where it cannot be written."""
    _write(path, page(found).encode())


def _write(path: Path, data: bytes) -> None:
    try:
        path.write_bytes(data)
    except OSError as error:
        raise ValueError(f"{path}: cannot be written: {error.strerror or error}") from None


def picture(found: Scan) -> str:
    """An SVG document: a row for each value, its exponent with the interval, a tick where it is expected."""
    left = 24 + _CHARACTER * max([8, *(len(row.name) for row in found.rows)])
    right = 24 + _CHARACTER * max([8, *(len(_said(row)) for row in found.rows)])
    canvas = Canvas(left + _AXIS + right, _TOP + _ROW * len(found.rows) + 30)
    canvas.parts.append(f"<style>{STYLE}</style>")
    canvas.box(0, 0, canvas.width, canvas.height, "paper")
    canvas.text(12, 20, f"{found.program.label} ({found.program.line})", "title")
    canvas.text(12, 36, f"exponent of the width, n = {found.widths[0]} … {found.widths[-1]}", "small")
    low, high = _range(found)
    panel = Panel(canvas, left, _TOP, _AXIS, _ROW * len(found.rows), (low, high), (len(found.rows), 0))
    for tick in range(math.ceil(2 * low), math.floor(2 * high) + 1):
        x = panel.x(tick / 2)
        canvas.line([(x, _TOP), (x, _TOP + panel.height)], "grid" if tick else "frame")
        canvas.text(x, _TOP - 5, f"{tick / 2:g}", "small", anchor="middle")
        canvas.text(x, _TOP + panel.height + 14, f"{tick / 2:g}", "small", anchor="middle")
    for number, row in enumerate(found.rows):
        _row(canvas, panel, row, panel.y(number) + _ROW / 2)
    told = "; ".join(f"{row.name}: {_said(row)}" for row in found.rows if math.isfinite(row.exponent))
    return canvas.render("scan", f"Exponents of {found.program.label}", told, scale=1.0)


def _row(canvas: Canvas, panel: Panel, row: ScanRow, y: float) -> None:
    style = _STYLES.get(word(row), "open")
    canvas.text(panel.left - 8, y + 4, row.name, f"w-{style}" if style == "contradicted" else "", anchor="end")
    canvas.text(panel.left + panel.width + 10, y + 4, _said(row), f"w-{style}" if row.expect is not None else "small")
    if row.expect is not None:
        x = panel.x(float(_exponent(row.expect)))
        canvas.line([(x, y - 7), (x, y + 7)], "claim")
        if row.kind == "upper":
            canvas.line([(x, y), (panel.left, y)], "grid")
    if not math.isfinite(row.exponent):
        return
    low, high = row.interval
    if math.isfinite(low) and math.isfinite(high):
        canvas.line([(panel.x(low), y), (panel.x(high), y)], f"fit {style}")
    canvas.marks([(panel.x(row.exponent), y)], "o", 6, f"w-{style}")


def _said(row: ScanRow) -> str:
    if not math.isfinite(row.exponent):
        return "zero" if "zero" in row.problem else "-"
    expected = f", expected {claim(row)}: {word(row)}" if row.expect is not None else ""
    return f"{row.exponent:+.3f}{'' if row.decided else '?'}{expected}"


def _exponent(text: str) -> float:
    top, _, bottom = text.partition("/")
    return float(top) / float(bottom or 1)


def _range(found: Scan) -> tuple[float, float]:
    """All exponents and what is expected, with room for intervals; long intervals end at the edge."""
    points = [row.exponent for row in found.rows if math.isfinite(row.exponent)]
    points += [_exponent(row.expect) for row in found.rows if row.expect is not None]
    return math.floor(2 * min([-0.5, *points])) / 2 - 0.25, math.ceil(2 * max([0.5, *points])) / 2 + 0.25


def page(found: Scan) -> str:
    """An HTML document: what was found in sentences, the picture, and the table with shapes, lines and reasons."""
    first = found.first_departure
    head = ("value", "shape", "line", "exponent", "interval", "expected", "verdict", "why")
    title = _text(found.program.label)
    parts = [_PAGE.replace("@TITLE", f"Scan of {title}"), f"<h1>{title}</h1>"]
    sizes = ", ".join(map(str, found.widths))
    parts.append(
        f"<p>{_text(found.program.line)}; widths {sizes}; {found.samples} samples a width; seed {found.seed}.</p>"
    )
    parts += [f"<p>{_text(sentence)}.</p>" for sentence in summary(found)]
    parts += ['<div class="picture">', picture(found), "</div>"]
    parts += ['<div class="table"><table><thead><tr>', *(f"<th>{name}</th>" for name in head)]
    parts.append("</tr></thead><tbody>")
    for row in found.rows:
        low, high = row.interval
        interval = f"[{low:+.3f}, {high:+.3f}]" if math.isfinite(low) else ""
        exponent = f"{row.exponent:+.3f}" if math.isfinite(row.exponent) else "-"
        kinds = f"{word(row)}{' first' if row is first else ''}"
        why = row.reason if word(row) not in ("consistent", "decided") else ""
        cells = (row.name, row.shape, row.line, exponent, interval, claim(row) if row.expect is not None else "",
                 word(row), why)  # fmt: skip
        columns = "".join(
            f"<td{' class=number' if k in (3, 4) else ''}>{_text(cell)}</td>" for k, cell in enumerate(cells)
        )
        parts.append(f'<tr class="{_text(kinds)}">{columns}</tr>')
    parts.append("</tbody></table></div></body></html>\n")
    return "\n".join(parts)


def _text(text: str) -> str:
    return html.escape(text)
