"""The report as a LaTeX article: everything but the plots, formulas as formulas."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from verifier.claims.statement import label_of
from verifier.report import judgments, mathtext, numbers
from verifier.report.allowed import allowed
from verifier.report.findings import findings
from verifier.report.numbers import severities

Data = dict[str, Any]

_SPECIAL = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_", "{": r"\{", "}": r"\}",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "<": r"\textless{}", ">": r"\textgreater{}",
    "…": r"\dots{}", "°": r"$^\circ$", "\u202f": r"\,", "\u2009": r"\,", "−": r"$-$", "–": "--", "·": r"$\cdot$",
    "≤": r"$\le$", "≥": r"$\ge$", "≠": r"$\ne$", "→": r"$\to$", "×": r"$\times$", "±": r"$\pm$",
}  # fmt: skip


def render(document: Data) -> str:
    """The document as a file for pdflatex, lualatex or xelatex; needs amsmath, amssymb, longtable and hyperref."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("verifier.report"), autoescape=False, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, keep_trailing_newline=True, block_start_string="<%", block_end_string="%>",
        variable_start_string="<<", variable_end_string=">>", comment_start_string="<#", comment_end_string="#>",
    )  # fmt: skip
    environment.globals["severities"] = severities
    environment.filters.update(
        tex=escaped, displayed=displayed, prose=prose, code=code, conclusion=conclusion, duration=numbers.duration,
        measured=lambda a: escaped(numbers.measured(a)), claimed=lambda a: escaped(numbers.claimed(a)),
        labelled=label_of,
    )  # fmt: skip
    page = environment.get_template("report.tex.j2").render(data=document, findings=findings(document))
    return re.sub(r"\n{3,}", "\n\n", page)


def escaped(value: object) -> str:
    """Plain text; letters that are no text in LaTeX are set as formulas."""
    return "".join(_SPECIAL.get(letter, _letter(letter)) for letter in str(value))


def _letter(letter: str) -> str:
    if ord(letter) < 128:
        return letter
    found = mathtext.latex(letter)
    return f"${found.strip()}$" if found != letter else letter


def prose(value: str) -> str:
    """A sentence with its formulas as formulas."""
    parts = []
    for run in mathtext.runs(mathtext.tokens(value)):
        parts.append((" " if run.glue else "") + (formula(mathtext.latex(run.text)) if run.math else escaped(run.text)))
    return "".join(parts)


def formula(latex: str) -> str:
    """A formula in a sentence; what is on no list is shown as text."""
    return f"${latex.strip()}$".replace("\u0307", "") if allowed(latex) else code(latex)


def displayed(latex: str) -> str:
    """A formula in lines of its own; what is on no list is shown as text."""
    return rf"\[ {latex} \]" if allowed(latex) else code(latex)


def code(value: str) -> str:
    """A command or a name, broken where it must be."""
    return rf"\texttt{{{escaped(value)}}}"


def conclusion(judgment: Mapping[str, Any]) -> str:
    """What a step concludes."""
    words, latex = judgments.readable(judgment)
    return formula(latex) if latex else escaped(words)
