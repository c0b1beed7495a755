"""The report as Markdown, for a pull request or a wiki: everything but the plots."""

from __future__ import annotations

import re
from typing import Any

from verifier.claims.statement import label_of
from verifier.report import numbers
from verifier.report.findings import findings
from verifier.report.numbers import severities

Data = dict[str, Any]


def render(document: Data) -> str:
    """The document in Markdown (CommonMark with tables)."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("verifier.report"), autoescape=False, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, keep_trailing_newline=True,
    )  # fmt: skip
    environment.globals["severities"] = severities
    environment.filters.update(
        cell=cell, text=text, anchor=anchor, code=code, measured=numbers.measured, claimed=numbers.claimed,
        duration=numbers.duration, count=numbers.count, labelled=label_of,
    )  # fmt: skip
    page = environment.get_template("report.md.j2").render(data=document, findings=findings(document))
    return re.sub(r"\n{3,}", "\n\n", page).strip() + "\n"


def code(value: str) -> str:
    """A command as it stands, in more backticks than it has."""
    fence = "`" * (max(map(len, re.findall("`+", value)), default=0) + 1)
    space = " " if "`" in value else ""
    return f"{fence}{space}{' '.join(value.split())}{space}{fence}"


def anchor(value: str) -> str:
    """Where a heading is found: its words, with dashes for blanks."""
    return re.sub(r"[^\w-]", "", value.lower().replace(" ", "-"))


def text(value: object) -> str:
    """Plain text that Markdown shows as it stands."""
    return re.sub(r"([\\`*_{}\[\]<>#|~$])", r"\\\1", " ".join(str(value).split()))


def cell(value: object) -> str:
    """The same in a table's cell, where an empty one is a dash."""
    return text(value) or "–"
