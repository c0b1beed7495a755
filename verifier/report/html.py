"""The report as one self-contained HTML page: no script, no network, nothing but the document."""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from itertools import groupby
from typing import Any

from markupsafe import Markup

from verifier.claims.statement import label_of
from verifier.report import (
    forests,
    formulas,
    judgments,
    mathtext,
    numbers,
    pictures,
    plots,
    profiles,
    value_plots,
)
from verifier.report.differences import compared
from verifier.report.findings import findings
from verifier.report.graph import drawn
from verifier.report.numbers import severities
from verifier.report.rests import AT_ODDS, called

Data = dict[str, Any]
Exact = Callable[[str, Mapping[str, Any]], Mapping[int, float] | None]

#: A sign for each status, so that none is told by colour alone: proof marks are square, numeric marks round.
SIGNS = {
    "proved": "■", "certified": "▣", "cited": "◧", "gap": "□", "refuted": "✗",
    "consistent": "●", "contradicted": "✗", "inconclusive": "◐", "invalid": "⊘", "untested": "○",
    "verified": "✓", "proof alone": "✓", "measured": "●",
}  # fmt: skip

#: A sign for each severity, which grows with it.
SEVERITY = {"misprint": "△", "incomplete": "▲", "false": "◆", None: ""}

#: What is claimed of a cell, before the number.
WORDS = {
    "order": "exponent", "upper": "exponent", "vanishes": "exponent", "atom": "P[X = 0]", "law": "law", "value": "mean",
    "constant": "limit", "variance": "exponent of the variance",
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
        css=Markup(f"{_font()}\n{_file('report.css')}"),
        at_odds=AT_ODDS,
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
        count=numbers.count, duration=numbers.duration, slug=slug, conditions=conditions, conclusion=conclusion,
        called=called, picture=pictures.source, labelled=label_of,
    )  # fmt: skip
    environment.globals.update(SIGNS=SIGNS, WORDS=WORDS, SEVERITY=SEVERITY, severities=severities)
    return environment


def _file(name: str) -> str:
    return (files("verifier.report") / "templates" / name).read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def _font() -> str:
    """The maths font in the style sheet itself; it comes of ``tools/maths_font.py``."""
    data = base64.b64encode((files("verifier.report") / "fonts" / "maths.woff2").read_bytes()).decode("ascii")
    return (
        "/* Verifier Math is a subset of STIX Two Math 2.11, copyright 2001-2021 The STIX Fonts Project Authors, "
        "SIL Open Font License 1.1 */\n"
        '@font-face { font-family: "Verifier Math"; font-display: block; '
        f'src: url("data:font/woff2;base64,{data}") format("woff2"); }}'
    )


def prose(text: str) -> Markup:
    """A sentence with its formulas typeset."""
    return Markup(mathtext.to_html(mathtext.tokens(text)))


def formula(latex: str) -> Markup:
    """LaTeX as MathML that fits into narrow places; as code where the library cannot read it."""
    return Markup(formulas.of(latex))


def mark(status: str, kind: str = "") -> Markup:
    """A status as a sign and a word."""
    sign = SIGNS.get(status, "")
    label = f"{kind}: " if kind else ""
    hidden = f'<span class="quiet">{html.escape(label)}</span>' if label else ""
    return Markup(f'<span class="mark {slug(status)}">{hidden}<span aria-hidden="true">{sign}</span> {status}</span>')


def slug(text: str) -> str:
    """A name that can stand in an address."""
    return re.sub(r"[^A-Za-z0-9]+", "-", text).strip("-")


def conditions(text: str) -> Markup:
    """The conditions under which a hypothesis is needed, typeset."""
    return Markup(_typeset(text))


def _typeset(text: str) -> str:
    text = re.sub(r"\b([a-z])(\d+)\b", r"\1_{\2}", text)
    named = re.sub(r"[A-Za-z][A-Za-z_]*[A-Za-z]", _named, text)
    found = mathtext.mathml(mathtext.latex(named))
    return found if found is not None else html.escape(text)


def _named(match: re.Match[str]) -> str:
    word = match.group()
    return word if _product(word) else rf"\mathrm{{{word}}}".replace("_", r"\_")


def _product(word: str) -> bool:
    """Whether letters are variables side by side, as in HL, or a name that LaTeX knows."""
    return word.isupper() or word in ("min", "max", "sgn", "log")


#: Conclusions in words that are longer are folded, and so many letters of them shown.
LONGEST_WORDS, BEGINNING = 1500, 400


def conclusion(judgment: Mapping[str, Any]) -> Markup:
    """What a step concludes."""
    words, latex = judgments.readable(judgment)
    shown = formulas.fitted(latex) if latex else None
    said = f'<span class="says">{html.escape(words)}</span>' if words else ""
    if len(words) > LONGEST_WORDS:  # a sentence for each of hundreds of cases
        start = html.escape(words[:BEGINNING].rsplit(" ", 1)[0])
        said = f'<details class="more"><summary>{start} … ({len(words)} letters)</summary>{said}</details>'
    parts = [said, f'<span class="math">{shown}</span>' if shown else ""]
    return Markup(" ".join(parts).strip())


def _view(statement: Data, exact: Exact | None) -> Data:
    """A statement with what is drawn and compared for it."""
    name = slug(statement["name"])
    tiles: list[Data] = []
    identities, others = [], []
    drawn: set[str] = set()
    for number, measurement in enumerate(statement["measurements"]):
        known = None
        if exact is not None and measurement["evidence"] is not None:
            known = exact(measurement["quantity"], measurement["parameters"])
        drawings = _drawings(measurement, f"p-{name}-{number}", known)
        entry = {**measurement, "number": number, "drawings": [Markup(text) for text in drawings.values()]}
        drawn |= drawings.keys() | ({"exact"} if known and "slope" in drawings else set())
        entry["told"] = _told(measurement["answers"])
        if drawings:
            entry["plain"] = _is_plain(entry, tiles)
            tiles.append(entry)
        elif all(answer["claimed"] == "identity" for answer in measurement["answers"]):
            identities.append(entry)
        else:
            others.append(entry)
    steps = statement["steps"]
    return {
        **statement,
        "slug": name,
        "pictures": statement.get("pictures", []),
        "tiles": tiles,
        "tile_groups": _grouped(tiles),
        "legend": [told for kind, told in _LEGEND.items() if kind in drawn],
        "notes": {form: _notes(statement["measurements"], form) for form in ("printed", "amended")},
        "others": others,
        "identities": identities,
        "forests": _forests(statement["measurements"], name),
        "measured": all(claim.get("empirical") for claim in statement["claims"]),
        "figures": [
            {**figure, "svg": Markup(figure["svg"])}
            for figure in profiles.figures(statement["measurements"], f"figure-{name}")
        ],
        "compared": _compared(statement),
        "open_proof": any(step["status"] != "proved" for step in steps),
        "step_runs": _runs(steps),
        "plain_tiles": sum(tile["plain"] for tile in tiles),
    }


def _compared(statement: Data) -> dict[str, Markup]:
    """The words of the claims that differ from their counterparts', with the differences marked."""
    found = compared(statement["claims"])
    return {name: Markup(mathtext.marked(words)) for name, words in found.items() if any(w.mark for w in words)}


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


def _notes(measurements: Sequence[Data], form: str) -> list[str]:
    """Why cells are neither consistent nor contradicted, in a few words a kind."""
    answers = [a for m in measurements for a in m["answers"] if a["form"] == form and not a["outside"]]
    invalid = [a for a in answers if a["verdict"] == "invalid"]
    zero = sum(a["zero_fraction"] == 1 for a in invalid)
    found = []
    if zero:
        found.append("invalid: exactly 0 in every sample, so that there is no exponent")
    if len(invalid) > zero:
        found.append("invalid: samples that say nothing, see below" + (" (the others)" if zero else ""))
    if any(a["verdict"] == "inconclusive" for a in answers):
        found.append("inconclusive: the samples drawn do not tell")
    return found


def _told(answers: Sequence[Data]) -> list[Data]:
    """What is claimed of a cell, each content once with the forms that say it; no bound beside the exact order."""
    orders = {(a["form"], a["claimed"]) for a in answers if a["kind"] == "order"}
    found: dict[tuple[str, ...], Data] = {}
    for answer in answers:
        bound = answer["kind"] == "upper" and (answer["form"], answer["claimed"]) in orders
        if bound or (answer["kind"] == "zero" and answer["outside"]):
            continue
        key = answer["kind"], str(answer["claimed"]), answer["verdict"], str(bool(answer["outside"]))
        forms = [*found[key]["forms"], answer["form"]] if key in found else [answer["form"]]
        found[key] = {**answer, "forms": list(dict.fromkeys(forms))}
    return list(found.values())


def _is_plain(entry: Data, before: Sequence[Data]) -> bool:
    """Whether a cell of this quantity with these verdicts was drawn before: paper leaves it out."""
    return any(_outcome(tile) == _outcome(entry) for tile in before)


def _outcome(tile: Data) -> tuple[Any, ...]:
    """What is drawn of a cell, and how it ended; what is outside of the hypotheses has no outcome."""
    words = {(a["form"], a["verdict"]) for a in tile["told"] if not a["outside"]}
    return tile["quantity"], frozenset(words)


def _drawings(measurement: Data, name: str, exact: Mapping[int, float] | None) -> dict[str, str]:
    """The plots of one cell, by what is claimed of it."""
    found = {
        "slope": plots.tile(measurement, name, exact),
        "spread": plots.spread_tile(measurement, f"{name}-s"),
        "value": value_plots.value_tile(measurement, f"{name}-v"),
        "law": value_plots.law_tile(measurement, f"{name}-l"),
        "atom": value_plots.share_tile(measurement, f"{name}-a", "atom"),
        "mean-zero": value_plots.share_tile(measurement, f"{name}-m", "mean-zero"),
    }
    return {kind: drawn for kind, drawn in found.items() if drawn is not None}


def _forests(measurements: Sequence[Data], name: str) -> list[Data]:
    """Exponents and other numbers against what is claimed of them: as amended, then what is said otherwise in print."""
    found: list[Data] = []
    for what, rows_of, shown in (
        ("exponent", forests.exponent_rows, "measured − claimed"),
        ("value", forests.value_rows, "(measured − claimed) / margin"),
    ):
        own: list[Data] = []
        said: set[tuple[str, ...]] = set()
        for form in ("amended", "printed"):
            rows = [row for row in rows_of(measurements, form) if _content(row) not in said]
            figure = forests.forest(rows, f"forest-{name}-{what}-{form}", shown)
            if figure:
                own.append({"form": form, "what": what, "svg": Markup(figure)})
                said |= {_content(row) for row in rows}
        found += [{**entry, "alone": len(own) == 1, "again": number > 0} for number, entry in enumerate(own)]
    return found


def _content(row: Data) -> tuple[str, ...]:
    """What a row of a forest says, whatever its label leaves out."""
    return str(row["quantity"]), str(row["shown"]), row["stated"], row["verdict"]


def _grouped(tiles: Sequence[Data]) -> list[Data]:
    """Tiles by quantity and inputs, as headings over the small multiples."""
    groups: dict[str, Data] = {}
    for tile in tiles:
        angle = tile["parameters"].get("angle", 0)
        inputs = f", two inputs at {angle}°" if angle else ", one input" if "angle" in tile["parameters"] else ""
        title = f"{tile['quantity']}{inputs}"
        groups.setdefault(title, {"title": title, "tiles": [], "common": ["angle"]})["tiles"].append(tile)
    return list(groups.values())


#: What the parts of the plots are, told where there is such a plot.
_LEGEND = {
    "slope": ("Dots: mean of log |X|. Blue line: fit. Dashed: claimed slope (red: contradicted). Band: margin. "
     "Below: the exponent between neighbouring widths, with two standard errors. Right: the law of X rescaled by the "
     "claimed power of n, one curve a width, darker for wider; if the claim is right they fall on one curve."),
    "exact": "Green, where it is known: the exact root mean square, with that of the samples as squares.",
    "value": ("Means: dots with two standard errors, dashed the claimed value or limit, the band its margin; "
     "beside them the laws of X, darker for wider."),
    "law": ("Laws: distribution functions by width, dashed the claimed ones; beside them the "
     "difference at the largest width, which must stay within the band."),
    "atom": "Shares of zeros: with two standard errors, dashed the claimed probability.",
    "mean-zero": "Shares of positive samples: 1/2 where X and −X have one law, so that the mean is 0.",
}  # fmt: skip
