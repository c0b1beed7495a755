"""``verifier fit``: one claim about data from anywhere."""

from __future__ import annotations

import difflib
import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from verifier.commands.codes import CommandError
from verifier.commands.options import Real, Whole, as_json, verbosity
from verifier.fits.kinds import KINDS, SIZES
from verifier.verdict.codes import EXPECTED, UNDECIDED, UNEXPECTED

if TYPE_CHECKING:
    from verifier.verdict import NumericStatus


class KindName(click.ParamType):
    """A kind of claim; another word is answered with the nearest."""

    name = "KIND"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if value not in KINDS:
            near = difflib.get_close_matches(value, KINDS, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(KINDS)}"
            raise CommandError(f"--kind {value}: there is no such kind of claim; {hint}")
        return value


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option(
    "--expect",
    multiple=True,
    metavar="P",
    help="What is claimed: an exponent (-1, -1/2), a limit, a "
    "probability or an expression in n; GROUP=P for one group, or for those that match, as in 'layers.*=0'.",
)
@click.option(
    "--kind", type=KindName(), default="order", show_default=True, help=f"What is claimed: {', '.join(KINDS)}."
)
@click.option("--width", multiple=True, metavar="COL", help="The column of widths (twice for two widths).")
@click.option("--value", multiple=True, metavar="COL", help="The column of values; a verdict for each.")
@click.option("--by", multiple=True, metavar="COL,…", help="A verdict for each label of these columns.")
@click.option("--where", multiple=True, metavar="COL=LABEL", help="Take these rows only; of one column, any of them.")
@click.option("--group-by", multiple=True, metavar="COL,…", help="Average the rows that agree here, as in seed.")
@click.option("--stderr", metavar="COL", help="The values are means, with standard errors in this column.")
@click.option("--ignore", multiple=True, metavar="COL,…", help="This column does not matter: pool what it tells apart.")
@click.option("--skip", multiple=True, metavar="GROUP", help="Leave out this group, or those that match.")
@click.option("--base-width", type=Whole(1), help="The widths are multiples of N, as in 0.5, 1, 2.")
@click.option("--in", "variable", default="width", metavar="NAME", help="What is scaled: width, depth, batch, ….")
@click.option("--margin", type=Real(1e-6, 1e6, "M"), help="Room around the claim: 1/8; 0.05 for values.")
@click.option("--alpha", type=Real(1e-12, 0.49, "A"), default=1e-3, show_default=True, help="The error rate.")
@click.option("--allowance", type=Real(0, 1e6, "C"), default=10.0, show_default=True, help="|c| <= C in 1 + c/n.")
@click.option("--correction/--no-correction", default=None, help="Fit c in 1 + c/n; by default on small widths.")
@click.option("--log-power", type=Real(-100, 100, "Q"), default=0.0, metavar="Q", help="q in n^p (log n)^q; 0.")
@click.option("--atol", type=Real(0, 1e300, "A"), help="What counts as 0 for --kind zero.")
@click.option(
    "--seeds",
    type=click.Choice(["few", "many"]),
    default="few",
    show_default=True,
    help="Whether 3 to 127 samples a width may decide; such verdicts are marked.",
)
@click.option("--plot", metavar="FILE", help="Draw the groups, log-log, as .svg or .png.")
@as_json
@verbosity
def fit(
    files: tuple[str, ...], expect: tuple[str, ...], kind: str, width: tuple[str, ...], value: tuple[str, ...],
    by: tuple[str, ...], where: tuple[str, ...], group_by: tuple[str, ...], stderr: str | None,
    ignore: tuple[str, ...], skip: tuple[str, ...], base_width: int | None, variable: str, margin: float | None,
    alpha: float, allowance: float, correction: bool | None, log_power: float, atol: float | None, seeds: str,
    plot: str | None, as_json: bool, verbose: int, quiet: bool,
) -> int:  # fmt: skip
    """Decide a claim about the samples in FILE: CSV, JSON, NPZ or Parquet.

    A file has a column of widths (width, n, d_model, …) and one of values (value, or the only other one); n and m
    together are two widths.  A long table has a verdict for each group (--by), a wide one for each column; the CSV of
    mup's coordinate check is read as it is.  Several files are taken together; - is CSV from standard input.

    Exits with 0 if all is consistent with the claim, 1 if something contradicts it, 3 if something is not decided or
    invalid, 2 if the files cannot be read.
    """
    from verifier.datafiles import Layout, read_groups
    from verifier.fits.fitting import FitSettings
    from verifier.fits.groups import fit_groups, overall

    settings = FitSettings(
        alpha=alpha, margin=margin, correction=correction, allowance=allowance, few=seeds == "few", atol=atol,
        log_power=log_power,
    )  # fmt: skip
    layout = Layout(
        width, value, _columns(by), tuple(_condition(word) for word in where), _columns(group_by), stderr,
        _columns(ignore), base_width, variable, kind in SIZES, skip,
    )  # fmt: skip
    target = None if plot is None else Path(plot)
    try:
        if target is not None:
            from verifier.report.fit_plot import check

            check(target, kind)
        data = read_groups([Path(name) for name in files], layout)
        fits = fit_groups(data, kind, expect, settings)
        if target is not None:
            from verifier.report.fit_plot import save

            save(target, data, kind, fits)
    except ValueError as error:
        raise CommandError(str(error)) from None
    code = exit_code(overall(fits))
    if as_json:
        from verifier.report.fit_text import as_plain

        click.echo(json.dumps(as_plain(data, kind, fits), indent=2))
    else:
        from verifier.commands.screen import Screen
        from verifier.report.fit_text import render

        render(data, kind, fits, Screen(), verbose=verbose)
    return code


def exit_code(verdict: NumericStatus) -> int:
    """0 consistent, 1 contradicted, 3 anything else."""
    return {"consistent": EXPECTED, "contradicted": UNEXPECTED}.get(str(verdict), UNDECIDED)


def _columns(words: tuple[str, ...]) -> tuple[str, ...]:
    """Names given one by one or with commas between them."""
    return tuple(name.strip() for word in words for name in word.split(",") if name.strip())


def _condition(word: str) -> tuple[str, str]:
    name, equals, label = word.partition("=")
    if not equals or not name.strip():
        raise CommandError(f"--where {word}: a column and a label are needed, as in --where 'module=readout'")
    return name.strip(), label.strip()
