"""The report as one self-contained HTML page: no script, no network, nothing but the document."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from itertools import groupby
from typing import Any

from markupsafe import Markup

from verifier.report import mathtext, numbers, plots, terms
from verifier.report.findings import findings
from verifier.report.graph import drawn

Data = dict[str, Any]
Exact = Callable[[str, Mapping[str, Any]], Mapping[int, float] | None]

#: A sign for each status, so that none is told by colour alone: proof marks are square, numeric marks round.
SIGNS = {
    "proved": "■", "certified": "▣", "cited": "◧", "gap": "□", "refuted": "✗",
    "consistent": "●", "contradicted": "✗", "inconclusive": "◐", "invalid": "⊘", "untested": "○",
    "verified": "✓",
}  # fmt: skip


def render(document: Data, exact: Exact | None = None) -> str:
    """The page.  ``exact`` gives E X² of a quantity at a cell's parameters, where it is known, for the plots."""
    environment = _environment()
    template = environment.get_template("report.html.j2")
    statements = [_view(statement, exact) for statement in document["statements"]]
    page = template.render(
        data=document,
        statements=statements,
        findings=findings(document),
        graph=Markup(drawn(document["graph"])),
        css=Markup(_file("report.css")),
        linked=[statement["name"] for statement in document["statements"]],
    )
    return re.sub(r"\n\s*\n+", "\n", page)


@lru_cache(maxsize=1)
def _environment() -> Any:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("verifier.report"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    environment.filters.update(
        prose=prose, formula=formula, mark=mark, measured=numbers.measured, claimed=numbers.claimed,
        count=numbers.count, duration=numbers.duration, slug=slug, nice_range=nice_range, conclusion=conclusion,
    )  # fmt: skip
    environment.globals["SIGNS"] = SIGNS
    return environment


def _file(name: str) -> str:
    return (files("verifier.report") / "templates" / name).read_text(encoding="utf-8")


def prose(text: str) -> Markup:
    """A sentence with its formulas typeset."""
    return Markup(mathtext.to_html(mathtext.tokens(text)))


def formula(latex: str, display: str = "block") -> Markup:
    """LaTeX as MathML; as code where the library cannot read it."""
    found = mathtext.mathml(latex, display)
    return Markup(found) if found is not None else Markup(f"<code>{html.escape(latex)}</code>")


def mark(status: str, kind: str = "") -> Markup:
    """A status as a sign and a word."""
    sign = SIGNS.get(status, "")
    label = f"{kind}: " if kind else ""
    hidden = f'<span class="quiet">{html.escape(label)}</span>' if label else ""
    return Markup(f'<span class="mark {slug(status)}">{hidden}<span aria-hidden="true">{sign}</span> {status}</span>')


def slug(text: str) -> str:
    """A name that can stand in an address."""
    return re.sub(r"[^A-Za-z0-9]+", "-", text).strip("-")


def nice_range(text: str) -> Markup:
    """The range of a proof, typeset."""
    text = text.removeprefix("counterexample ")
    if "[" in text:  # data of an instance, which are no formula
        return Markup(f"<code>{html.escape(text)}</code>")
    return Markup(", ".join(_typeset(part) for part in _parts(text)))


def _parts(text: str) -> list[str]:
    """A list of conditions, split at its outer commas, so that it can be broken into lines there."""
    found, depth = [""], 0
    for letter in text:
        depth += (letter in "([{") - (letter in ")]}")
        if letter == "," and not depth:
            found.append("")
        else:
            found[-1] += letter
    return [part.strip() for part in found if part.strip()]


def _typeset(text: str) -> str:
    named = re.sub(r"[A-Za-z_]{2,}", lambda m: m.group() if _product(m.group()) else rf"\mathrm{{{m.group()}}}", text)
    found = mathtext.mathml(mathtext.latex(named.replace("_", r"\_")))
    return found if found is not None else html.escape(text)


def _product(word: str) -> bool:
    """Whether letters are variables side by side, as in HL, or a name that LaTeX knows."""
    return word.isupper() or word in ("min", "max", "sgn", "log")


def conclusion(judgment: Mapping[str, Any]) -> Markup:
    """What a step concludes."""
    words, latex = terms.readable(judgment)
    shown = mathtext.mathml(latex) if latex else None
    parts = [f'<span class="says">{html.escape(words)}</span>', f'<span class="math">{shown}</span>' if shown else ""]
    return Markup(" ".join(parts).strip())


def _view(statement: Data, exact: Exact | None) -> Data:
    """A statement with what is drawn and compared for it."""
    name = slug(statement["name"])
    tiles, identities, zeros = [], [], []
    for number, measurement in enumerate(statement["measurements"]):
        known = None
        if exact is not None and measurement["evidence"] is not None:
            known = exact(measurement["quantity"], measurement["parameters"])
        drawn_ = plots.tile(measurement, f"p-{name}-{number}", known)
        entry = {**measurement, "number": number, "svg": Markup(drawn_) if drawn_ else None}
        if drawn_:
            tiles.append(entry)
        elif all(answer["claimed"] == "identity" for answer in measurement["answers"]):
            identities.append(entry)
        else:
            zeros.append(entry)
    forests = []
    for form in ("amended", "printed"):
        rows = plots.forest_rows(statement["measurements"], form)
        figure = plots.forest(rows, f"forest-{name}-{form}")
        if figure:
            forests.append({"form": form, "svg": Markup(figure), "count": len(rows)})
    if len(forests) == 2 and _same(statement["measurements"]):
        forests = forests[:1]
    steps = statement["steps"]
    return {
        **statement,
        "slug": name,
        "tiles": tiles,
        "tile_groups": _grouped(tiles),
        "zeros": zeros,
        "identities": identities,
        "forests": forests,
        "compared": compared(statement["claims"]),
        "open_proof": any(step["status"] != "proved" for step in steps),
        "used_by": _used_by(steps),
        "step_runs": _runs(steps),
        "goal_rows": _goal_rows(statement),
    }


def _goal_rows(statement: Data) -> list[Data]:
    """What is proved of each claim: parts of one status that rest on the same in one row."""
    rows: dict[str, Data] = {}
    for claim in statement["claims"]:
        steps = [goal["step"] for goal in statement["goals"] if goal["claim"] == claim["id"]]
        for number, goal in enumerate(claim["goals"]):
            key = f"{claim['id']} {goal['status']} {goal['rests_on']} {goal['error']}"
            row = rows.setdefault(key, {**goal, "claim": claim["id"], "form": claim["form"], "parts": [], "sizes": 0})
            step = steps[number] if number < len(steps) else None
            row["parts"].append({"range": goal["range"], "step": step})
            row["sizes"] += len(goal["sizes"])
    return list(rows.values())


#: So many proved steps in a row are folded into one line, where a proof is shown because of its other steps.
FOLDED = 3


def _runs(steps: Sequence[Data]) -> list[Data]:
    """Steps in their order, those that are proved gathered where they follow each other."""
    found: list[Data] = []
    for proved, group in groupby(steps, key=lambda step: step["status"] == "proved"):
        members = list(group)
        whole = len(members) == len(steps)
        found.append({"folded": proved and len(members) >= FOLDED and not whole, "steps": members})
    return found


def _same(measurements: Sequence[Data]) -> bool:
    """Whether printed and amended claims say the same of every cell."""
    printed, amended = (
        [(r["label"], r["claimed"], r["kind"]) for r in plots.forest_rows(measurements, form)]
        for form in ("printed", "amended")
    )
    return printed == amended


def _grouped(tiles: Sequence[Data]) -> list[Data]:
    """Tiles by quantity and inputs, as headings over the small multiples."""
    groups: dict[str, Data] = {}
    for tile in tiles:
        angle = tile["parameters"].get("angle", 0)
        inputs = f", two inputs at {angle}°" if angle else ", one input" if "angle" in tile["parameters"] else ""
        title = f"{tile['quantity']}{inputs}"
        groups.setdefault(title, {"title": title, "tiles": []})["tiles"].append(tile)
    return list(groups.values())


def _used_by(steps: Sequence[Data]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for step in steps:
        for premise in step["premises"]:
            found.setdefault(premise, []).append(step["id"])
    return found


#: Two claims are compared word by word if at least this much of them is the same.
ALIKE = 0.3


def compared(claims: Sequence[Data]) -> Data:
    """The text of each claim, marked where it differs from its counterpart in the other form."""
    printed = [c for c in claims if c["form"] == "printed"]
    amended = [c for c in claims if c["form"] == "amended"]
    texts: Data = {}
    for own, others, side in ((printed, amended, 0), (amended, printed, 1)):
        for claim in own:
            best = max(others, key=lambda o: _alike(claim, o), default=None)
            if best is None or _alike(claim, best) < ALIKE:
                texts[claim["id"]] = Markup(mathtext.to_html(mathtext.tokens(claim["text"])))
                continue
            pair = (claim["text"], best["text"]) if side == 0 else (best["text"], claim["text"])
            texts[claim["id"]] = Markup(mathtext.to_html(mathtext.compared(*pair)[side]))
    return texts


def _alike(first: Data, second: Data) -> float:
    return mathtext.similarity(first["text"], second["text"]) + 0.1 * (first["kind"] == second["kind"])
