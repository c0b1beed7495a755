"""All measurements of a statement in one plot: measured less claimed, a row each, beside the margin."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from verifier.report.numbers import claimed, measured, minus, short
from verifier.report.svg import Canvas, Panel

Data = dict[str, Any]

#: Kinds of claims that state an exponent, and those that state another number or a law.
EXPONENTS = ("order", "upper", "vanishes", "variance")
VALUES = ("value", "constant", "atom", "law")


def forest(rows: Sequence[Data], name: str, what: str = "measured − claimed") -> str | None:
    """``what`` with its interval, a row each, between twice the margin on either side."""
    if not rows:
        return None
    label = 8 + 5.9 * max(len(row["label"]) for row in rows)
    stated = 24 + 5.6 * max(len("claim"), *(len(row["stated"]) for row in rows))
    canvas = Canvas(label + 178 + stated + 85, 15.0 * len(rows) + 36)
    margin = max(row["margin"] for row in rows)
    reach = 2 * margin
    panel = Panel(canvas, label, 16, 170, 15.0 * len(rows), (-reach, reach), (len(rows), 0))
    canvas.box(panel.x(-margin), panel.top, panel.x(margin) - panel.x(-margin), panel.height, "band")
    canvas.line([(panel.x(0), panel.top), (panel.x(0), panel.top + panel.height)], "claim")
    for number, row in enumerate(rows):
        y = panel.y(number) + 7.5
        bad = row["verdict"] == "contradicted"
        canvas.line([(panel.x(row["from"]), y), (panel.x(row["to"]), y)], "fit bar" + " bad" * bad)
        shape = ("<" if row["at"] < 0 else ">") if abs(row["at"]) > reach else "d" if bad else "o"
        hollow = "" if row["verdict"] in ("consistent", "contradicted") else "hollow "
        canvas.marks([(panel.x(row["at"]), y)], shape, 6, f"{hollow}fitted" + " bad" * bad)
        canvas.text(label - 6, y + 3, row["label"], anchor="end")
        canvas.text(label + 178, y + 3, row["stated"], "claim label")
        canvas.text(label + 178 + stated, y + 3, row["measured"], "bad label" if bad else "strong")
    bottom = panel.top + panel.height + 11
    for x in (-margin, 0.0, margin):
        canvas.text(panel.x(x), bottom, minus(f"{x:+g}") if x else "0", anchor="middle")
    canvas.text(panel.x(0), 9, what, anchor="middle")
    canvas.text(label + 178, 9, "claim")
    canvas.text(label + 178 + stated, 9, "measured")
    agree = sum(row["verdict"] == "consistent" for row in rows)
    apart = [r for r in rows if r["verdict"] == "contradicted"]
    told = "; ".join(f"{r['label']}: claimed {r['stated']}, measured {r['measured']}" for r in apart)
    said = f"{agree} of {len(rows)} measurements agree with their claims. {told}"
    return canvas.render(name, "Measurements against their claims", said, "plot forest", 1.15)


def exponent_rows(measurements: Sequence[Data], form: str) -> list[Data]:
    """The exponents of one form's claims, a row each, labelled by the parameters in which they differ."""

    def row(answer: Data) -> Data:
        at, low, high = (answer[key] - answer["claimed"] for key in ("estimate", "low", "high"))
        return {"at": at, "from": low, "to": high, "stated": claimed(answer)}

    return _rows(measurements, form, EXPONENTS, row)


def value_rows(measurements: Sequence[Data], form: str) -> list[Data]:
    """Values, laws and shares of zeros, in units of what a consistent measurement may be off."""

    def row(answer: Data) -> Data:
        # Of a law the distance to it is measured, and 0 is claimed.
        centre = 0.0 if answer["kind"] == "law" else float(answer["claimed"])
        at, low, high = ((answer[key] - centre) / answer["margin"] for key in ("estimate", "low", "high"))
        stated = claimed(answer) if answer["kind"] == "law" else short(centre)
        return {"at": at, "from": low, "to": high, "stated": stated, "margin": 1.0}

    return _rows(measurements, form, VALUES, row)


def _rows(measurements: Sequence[Data], form: str, kinds: Sequence[str], drawn: Callable[[Data], Data]) -> list[Data]:
    found: list[Data] = []
    for measurement in measurements:
        for answer in measurement["answers"]:
            if answer["form"] != form or answer["outside"] or answer["kind"] not in kinds or not answer["margin"]:
                continue
            if None in (answer["estimate"], answer["low"], answer["high"]) or (
                answer["kind"] != "law" and isinstance(answer["claimed"], str)
            ):
                continue
            quantity = f"Var {measurement['quantity']}" if answer["kind"] == "variance" else measurement["quantity"]
            about = {"shown": measurement["shown"], "quantity": quantity, "measured": measured(answer)}
            found.append({**answer, **about, **drawn(answer)})
    several = len({row["quantity"] for row in found}) > 1
    varying = {name for row in found for name in row["shown"] if len({str(r["shown"].get(name)) for r in found}) > 1}
    for row in found:
        chosen = {name: value for name, value in row["shown"].items() if name in varying or len(found) == 1}
        where = ", ".join(f"{name}={value}" for name, value in chosen.items())
        row["label"] = "  ".join(part for part in (row["quantity"] if several else "", where) if part)
    return _once(found)


def _once(rows: Sequence[Data]) -> list[Data]:
    """Rows that say the same once, and no bound beside the same number as an exact order."""
    orders = {(row["label"], row["claimed"]) for row in rows if row["kind"] == "order"}
    kept: dict[str, Data] = {}
    for row in rows:
        if row["kind"] == "order" or (row["label"], row["claimed"]) not in orders or row["kind"] not in EXPONENTS:
            kept.setdefault(f"{row['label']} {row['stated']} {row['measured']} {row['verdict']}", row)
    return list(kept.values())
