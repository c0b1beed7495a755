"""``verifier fit``: one claim about data from anywhere."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from verifier.commands.codes import EXPECTED, UNDECIDED, UNEXPECTED, CommandError
from verifier.commands.options import Number, as_json, verbosity

if TYPE_CHECKING:
    from rich.console import Console

    from verifier.datafiles import Samples
    from verifier.fitting import Fitted

#: As in :data:`verifier.fitting.KINDS`, which is not imported for ``--help``.
KINDS = (
    "order", "upper", "to-zero", "constant", "variance", "limit", "zero", "mean-zero", "atom", "polynomial",
    "two-widths",
)  # fmt: skip

#: Colours as in :mod:`verifier.report.text`, which takes a second to import.
_STYLES = {"consistent": "green", "contradicted": "bold red"}


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--expect", metavar="P", help="The exponent (-1, -1/2), limit, probability or expression in n.")
@click.option("--kind", type=click.Choice(KINDS), default="order", show_default=True, help="What is claimed.")
@click.option("--margin", type=Number(1e-6, 1e6, "M"), help="Room around the claim: 1/8; 0.05 for values.")
@click.option("--alpha", type=Number(1e-12, 0.49, "A"), default=1e-3, show_default=True, help="The error rate.")
@click.option("--allowance", type=Number(0, 1e6, "C"), default=10.0, show_default=True, help="|c| <= C in 1 + c/n.")
@click.option("--correction/--no-correction", default=None, help="Fit c in 1 + c/n; by default on small widths.")
@as_json
@verbosity
def fit(
    files: tuple[str, ...],
    expect: str | None,
    kind: str,
    margin: float | None,
    alpha: float,
    allowance: float,
    correction: bool | None,
    as_json: bool,
    verbose: int,
    quiet: bool,
) -> int:
    """Decide a claim about the samples in FILE: CSV, NPZ or Parquet with columns width and value.

    The width's column may be called n or m instead; n and m together are two widths.  Several files are
    taken together; - is CSV from standard input.  Exits with 0 if the data are consistent with the claim, 1 if
    they contradict it, 3 if they do not decide it or are invalid, 2 if they cannot be read.
    """
    from verifier.datafiles import merge, read_samples
    from verifier.fitting import fit as decide

    try:
        samples = merge([read_samples(Path(name)) for name in files])
        found = decide(
            samples, kind, expect, alpha=alpha, margin=margin, correction=correction, allowance=allowance
        )
    except ValueError as error:
        raise CommandError(str(error)) from None
    if as_json:
        click.echo(json.dumps(found.as_dict(), indent=2))
    else:
        from rich.console import Console

        _render(found, samples, Console(highlight=False))
    return exit_code(found)


def exit_code(found: Fitted) -> int:
    """0 consistent, 1 contradicted, 3 anything else."""
    return {"consistent": EXPECTED, "contradicted": UNEXPECTED}.get(str(found.verdict), UNDECIDED)


def _render(found: Fitted, samples: Samples, console: Console) -> None:
    import numpy as np
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    for name in (*samples.names, "samples", "zeros", "typical |value|"):
        table.add_column(name, justify="right")
    for cell, values in samples.cells.items():
        size = np.abs(values[(values != 0) & np.isfinite(values)])
        typical = f"{np.exp(np.mean(np.log(size))):.4g}" if size.size else "-"
        zeros = int(np.count_nonzero(values == 0))
        table.add_row(*(str(n) for n in cell), str(values.size), str(zeros), typical)
    console.print(table)
    for decision in found.decisions:
        word = str(decision.verdict)
        console.print(Text.assemble((word, _STYLES.get(word, "yellow")), "  ", decision.reason))
        settings = f"alpha {decision.alpha:g}, margin {decision.margin:g}"
        if decision.quantity.startswith("exponent"):
            settings += ", c/n fitted" if decision.correction else f", |c| <= {decision.allowance:g} in 1 + c/n"
        console.print(Text(f"{decision.quantity}; {settings}", style="dim"))
        for diagnostic in decision.diagnostics:
            if diagnostic.vetoes:
                excess = f"{diagnostic.value:.3g} is above {diagnostic.threshold:.3g}"
                console.print(Text(f"{diagnostic.name}: {excess}", style="yellow"))
        if decision.samples_needed:
            console.print(Text(f"about {decision.samples_needed} samples a width would decide", style="dim"))
