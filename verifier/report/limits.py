"""What was not shown: the part of a report that its claims must be read with, from the data alone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from verifier.report.exact import missing

Data = dict[str, Any]


def limits(data: Data) -> list[Data]:
    """Sections of text, each {"title", "text", "items", "names"}; nothing is said of what the run did not do."""
    found = [
        _stopped(data), _proofs(data), _cited(data), _certified(data), _undecided(data), _outside(data),
        _exponents(data), _exact(data), _error_rate(data), _kinks(data), _witnesses(data), _theorems(data),
        _expectations(data),
    ]  # fmt: skip
    return [section for section in found if section is not None]


def _section(title: str, text: str, items: Iterable[str] = (), names: Iterable[str] = ()) -> Data:
    return {"title": title, "text": text, "items": list(items), "names": list(names)}


def _stopped(data: Data) -> Data | None:
    if not data["run"]["stopped"]:
        return None
    text = f"The run was {data['run']['stopped']}: what is reported was decided before, and the rest is open."
    return _section("The run is incomplete", text)


def _claims(data: Data, form: str, *statuses: str) -> list[Data]:
    return [c for s in data["statements"] for c in s["claims"] if c["form"] == form and c["proof"] in statuses]


def _resting(claim: Data, kind: str) -> list[str]:
    return [name for group in claim["rests_on"] if group["kind"] == kind for name in group["names"]]


def _proofs(data: Data) -> Data | None:
    amended = _claims(data, "amended", "gap")
    printed = _claims(data, "printed", "gap")
    if not amended and not printed:
        return None
    items = [f"{c['id']}: {c['text']}" + (f" ({c['proof_reason']})" if c["proof_reason"] else "") for c in amended]
    text = "These amended claims have no proof that the kernel accepts. They are gaps, whatever was measured."
    if not amended:
        text = "Every amended claim has a proof that the kernel accepts."
    if printed:
        names = ", ".join(c["id"] for c in printed)
        text += f" Of the printed claims {names} {'is' if len(printed) == 1 else 'are'} neither proved nor refuted."
    return _section("Not proved", text, items)


def _cited(data: Data) -> Data | None:
    claims = _claims(data, "amended", "cited") + _claims(data, "printed", "cited")
    if not claims:
        return None
    items = []
    for claim in claims:
        named = [f"{name} ({kind})" for kind in ("cited", "argued") for name in _resting(claim, kind)]
        items.append(f"{claim['id']} rests on {', '.join(named) or 'a cited claim'}: {claim['text']}")
    text = (
        "The proofs of these claims rest on what is cited or argued and not proved here. The kernel checked that its "
        "conditions hold, not that it is true."
    )
    return _section("Proved only up to a citation", text, items)


def _certified(data: Data) -> Data | None:
    claims = _claims(data, "amended", "certified") + _claims(data, "printed", "certified")
    if not claims:
        return None
    items = [f"{claim['id']}: {claim['text']}" for claim in claims]
    text = "Computed by a named engine, at every check anew: exact for what the claim itself lists, and no more."
    return _section("Certified", text, items)


def _undecided(data: Data) -> Data | None:
    items = []
    for statement in data["statements"]:
        for verdict in ("inconclusive", "invalid", "untested"):
            cells = [
                (m, a) for m in statement["measurements"] for a in m["answers"]
                if a["verdict"] == verdict and not a["outside"]
            ]  # fmt: skip
            for claim in dict.fromkeys(a["claim"] for _, a in cells):
                own = [(m, a) for m, a in cells if a["claim"] == claim]
                where = "; ".join(_where(m) for m, _ in own[:4]) + (" …" if len(own) > 4 else "")
                items.append(f"{claim}: {len(own)} {verdict} ({where}): {own[0][1]['reason']}")
    measured = {a["claim"] for s in data["statements"] for m in s["measurements"] for a in m["answers"]}
    never = [c["id"] for s in data["statements"] for c in s["claims"] if c["id"] not in measured]
    text = (
        "Cells that samples did not decide; they count neither for nor against."
        if items
        else ("Every cell that was measured was decided.")
    )
    if never:
        text += f" No samples were drawn for {', '.join(never)}: nothing numeric is said of them."
    return _section("Not decided by samples", text, items) if items or never else None


def _outside(data: Data) -> Data | None:
    cells = [(s, m, a) for s in data["statements"] for m in s["measurements"] for a in m["answers"] if a["outside"]]
    if not cells:
        return None
    found: dict[tuple[str, str], int] = {}
    for _, _, answer in cells:
        place = answer["claim"], ", ".join(answer["outside"])
        found[place] = found.get(place, 0) + 1
    items = [
        f"{claim}: {count} cell{'' if count == 1 else 's'}, where {names} fails"
        for (claim, names), count in found.items()
    ]
    return _section("Outside the hypotheses", "Measured where the amended claim says nothing.", items)


EXPONENTS = ("order", "upper", "vanishes", "variance")


def _where(measurement: Data) -> str:
    return ", ".join(f"{name} = {value}" for name, value in measurement["shown"].items())


def _answers(data: Data) -> list[tuple[Data, Data]]:
    return [
        (m, a) for s in data["statements"] for m in s["measurements"] for a in m["answers"]
        if a["estimate"] is not None and a["samples"]
    ]  # fmt: skip


def _exponents(data: Data) -> Data | None:
    answers = _answers(data)
    if not answers:
        return None
    ranges: dict[tuple[int, int], list[str]] = {}
    for measurement, answer in answers:
        widths = [n for place in measurement["widths"] for n in (place if isinstance(place, list) else [place])]
        if not widths or answer["kind"] not in EXPONENTS:
            continue
        key = min(widths), max(widths)
        if measurement["quantity"] not in ranges.setdefault(key, []):
            ranges[key].append(measurement["quantity"])
    items = [
        f"{' and '.join(quantities)}: widths {low:,} to {high:,}".replace(",", "\u2009")
        for (low, high), quantities in sorted(ranges.items())
    ]
    if not ranges:
        return None
    allowances = sorted({a["allowance"] for _, a in answers if a["allowance"] is not None})
    margins = sorted({a["margin"] for _, a in answers if a["margin"] and a["kind"] in EXPONENTS})
    said = " or ".join(f"{c:g}" for c in allowances)
    text = (
        "A measured exponent is that of the widths listed. A power law is taken to hold there up to corrections "
        "(c/n)^q with q = 1, 2/3 or 1/2, the widest interval of those that fit, and |c| at most "
        f"{said or 'the allowance'} (six tenths of that for q < 1); what they can shift is added to the intervals. A "
        "larger correction, a logarithm, or another behaviour at larger widths would not be seen. "
        f"Consistent means that the interval of the exponent lies within {' or '.join(f'{m:g}' for m in margins)} of "
        "the claim, not that the claim is true. Claims of values, laws and shares of zeros have margins of their own, "
        "shown as bands."
    )
    return _section("Exponents are measured on a range of widths", text, items)


def _exact(data: Data) -> Data | None:
    """Measured exponents beside which no exact second moment is drawn, by the reason."""
    found: dict[str, dict[str, int]] = {}
    beside = 0
    for statement in data["statements"]:
        for m in statement["measurements"]:
            kinds = {a["kind"] for a in m["answers"] if isinstance(a["claimed"], int | float)}
            alive = m["evidence"] is not None and any(v is not None for v in m["evidence"]["log_mean"])
            if not alive or not kinds & set(EXPONENTS):
                continue
            reason = missing(m["quantity"], m["parameters"])
            if reason is None:
                beside += 1
            else:
                places = found.setdefault(reason, {})
                places[m["quantity"]] = places.get(m["quantity"], 0) + 1
    if not found:
        return None
    text = (
        f"Beside {beside} measured exponents the exact root mean square is drawn, a polynomial in 1/n at every width. "
        "It is not known, or not computed here, for the others:"
    )
    items = [
        f"{', '.join(f'{quantity} ({count})' for quantity, count in places.items())} {reason}"
        for reason, places in found.items()
    ]
    return _section("Exact second moments", text, items)


def _error_rate(data: Data) -> Data | None:
    if not _answers(data):
        return None
    alpha = data["run"]["alpha"]
    claims = len({a["claim"] for _, a in _answers(data)})
    text = (
        f"Each claim may be contradicted by chance with probability at most {alpha:g}, shared by its cells and looks "
        f"at the data; {claims} claims were measured, so at most {alpha * claims:.2g} false alarms are expected in a "
        "run. One seed was used; another seed draws other networks."
    )
    return _section("Error rate", text)


def _kinks(data: Data) -> Data | None:
    names = {name for s in data["statements"] for c in s["claims"] for name in _resting(c, "hypothesis")}
    conditions = [h["text"].lower() for s in data["statements"] for h in s["hypotheses"]]
    if "relu" not in names and not any("activation cell" in text or "relu" in text for text in conditions):
        return None
    text = (
        "Derivatives are taken almost everywhere, with the activation pattern fixed, in the proofs and in the samples. "
        "What a finite step across a kink of the ReLU adds (the boundary between activation cells) is in neither; "
        "a statement about training for a positive time needs an argument about kinks that is not given here."
    )
    return _section("Derivatives and kinks", text)


def _witnesses(data: Data) -> Data | None:
    told = [
        f"{s['label']}: {h['id']}" for s in data["statements"] for h in s["hypotheses"]
        if not h["witness"]["reproduce"] and not h["witness"]["status"]
    ]  # fmt: skip
    if not told:
        return None
    text = (
        "Each hypothesis comes with an instance that shows it is needed. For these the instance is stated and can be "
        "checked by hand; no command of the run re-checks it: " + "; ".join(told) + "."
    )
    return _section("Witnesses that are only stated", text)


def _theorems(data: Data) -> Data | None:
    names = sorted({name for s in data["statements"] for c in s["claims"] for name in _resting(c, "theorem")})
    if not names:
        return None
    text = (
        "A proof is believed if the kernel, Python's integers and fractions, and the libraries its rules use are, if "
        f"the encoded statement says what the printed one does, and if {len(names)} textbook theorems that are named "
        "here hold."
    )
    return _section("What must be trusted", text, names=names)


def _expectations(data: Data) -> Data | None:
    changed = [
        f"{s['label']} as {f['form']}: {f['verdict']}, recorded as {f['expected']}"
        for s in data["statements"] for f in s["forms"] if f["verdict"] != f["expected"]
    ]  # fmt: skip
    return _section("Other than recorded", "These verdicts differ from those on record.", changed) if changed else None
