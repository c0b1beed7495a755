"""``verifier exact`` and ``verifier conjecture``: exact finite-width moments, and what they say of a conjecture."""

from __future__ import annotations

import csv
import io
import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from verifier.commands.codes import CommandError
from verifier.commands.options import Size, Whole, as_json, verbosity
from verifier.verdict.codes import EXPECTED, UNEXPECTED, USAGE

if TYPE_CHECKING:
    from fractions import Fraction

    from verifier.exact.api import ConjectureRow, ExactMoment


class Wholes(click.ParamType):
    """Integers of at least 1, as in ``64`` or ``8,16,32``, in any order."""

    name = "N,N,..."

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, ...]:
        if isinstance(value, tuple):
            return value
        option = param.opts[0] if param is not None else "N"
        return wholes(option, str(value))


def wholes(option: str, value: str) -> tuple[int, ...]:
    """The integers of ``8,16,32``."""
    words = [word.strip() for word in value.split(",")]
    if not all(re.fullmatch(r"\d{1,18}", word) and int(word) >= 1 for word in words):
        raise CommandError(f"{option} {value}: integers of at least 1 are needed, separated by commas")
    return tuple(int(word) for word in words)


@click.command()
@click.argument("correlation")
@click.option("--depth", type=Whole(1, 1000), required=True, help="L, the layers of f.")
@click.option("--g-depth", type=Whole(1, 1000), help="H, the layers of g; for K(r).")
@click.option("--activation", type=click.Choice(["relu", "linear"]), default="relu", show_default=True)
@click.option("--moment", type=Whole(1, 1000), default=1, show_default=True, help="p in E[C^p].")
@click.option("--width", type=Wholes(), help="Values and local slopes with all hidden widths equal to N.")
@click.option("--widths", metavar="N1,N2,...", help="The value at hidden widths n_1, n_2, ...; or: separate.")
@click.option("--gram", metavar="ENTRIES", help="Entries x_i.x_j/n_0, as in '0,1=1/2'; or: symbolic. Linear only.")
@click.option("--layers", type=Wholes(), help="The weight layer of each letter, in order of appearance.")
@click.option("--trunk", type=click.Choice(["shared", "independent"]),
              help="Whether f^1...f^H share all layers but the last; for K(r).  [default: shared]")  # fmt: skip
@click.option("--g-activation", type=click.Choice(["linear", "relu"]),
              help="Between the layers of g, relu with its sqrt(2); for K(r).  [default: linear]")  # fmt: skip
@click.option("--memory", type=Size(1), help="Refuse what would need more, as in 500MB.  [default: 4GB]")
@as_json
@verbosity
def exact(
    correlation: str,
    depth: int,
    g_depth: int | None,
    activation: Literal["relu", "linear"],
    moment: int,
    width: tuple[int, ...] | None,
    widths: str | None,
    gram: str | None,
    layers: tuple[int, ...] | None,
    trunk: Literal["shared", "independent"] | None,
    g_activation: Literal["linear", "relu"] | None,
    memory: int | None,
    as_json: bool,
    verbose: int,
    quiet: bool,
) -> int:
    """E[C^p] of a correlation function C, exactly: a polynomial in 1/n.

    C is written f(0;a,b) f(1;a) f(2;b), T(r) or K(r): numbers are inputs, letters derivatives, each letter
    twice.  Without --gram all inputs are one, with |x|^2 = n_0.  A polynomial in such means is written
    E[f(0)^4] - 3 E[f(0)^2]^2.
    """
    from verifier.exact.api import DEFAULT_MEMORY, CorrelationError, exact_moment, parse_gram

    # Coefficients have thousands of digits at large depths; there is nothing to guard against here.
    sys.set_int_max_str_digits(0)
    for option, value in (("--trunk", trunk), ("--g-activation", g_activation)):
        if value is not None and g_depth is None:
            raise CommandError(f"{option} {value}: it is for K(r), with --g-depth")
    if "E[" in correlation:
        if moment != 1 or widths is not None or gram is not None or layers is not None:
            raise CommandError("a combination of means takes --depth, --activation, --width and what K(r) needs alone")
        settings = {"g_depth": g_depth, "trunk": trunk or "shared", "g_activation": g_activation or "linear"}
        return _combination(correlation, depth, activation, width or (), as_json, memory or DEFAULT_MEMORY, settings)
    hidden: Any = widths
    if widths not in (None, "separate"):
        hidden = wholes("--widths", str(widths))
    try:
        found = exact_moment(
            correlation, depth, g_depth=g_depth, activation=activation, moment=moment, width=width, widths=hidden,
            gram=parse_gram(gram) if gram not in (None, "symbolic") else gram,  # type: ignore[arg-type]
            layers=layers, trunk=trunk or "shared", g_activation=g_activation or "linear",
            memory=memory or DEFAULT_MEMORY,
        )  # fmt: skip
    except CorrelationError as error:
        return _complain(str(error))
    if as_json:
        click.echo(json.dumps(found.to_json(), indent=2))
    else:
        _render(found)
    return EXPECTED


def _combination(
    text: str, depth: int, activation: str, widths: tuple[int, ...], as_json: bool, memory: int, more: dict[str, Any]
) -> int:
    """A polynomial in exact means: its coefficients, and the order that they certify."""
    from verifier.exact.combination import combination
    from verifier.exact.correlation import CorrelationError

    try:
        found = combination(text, depth, activation=activation, memory=memory, **more)
    except CorrelationError as error:
        return _complain(str(error))
    lead = found.leading
    if as_json:
        data = {
            "combination": text, "depth": depth, "activation": activation,
            "polynomial": {str(p): str(c) for p, c in found.polynomial.items()},
            "leading": None if lead is None else {"power": lead[0], "coefficient": str(lead[1])},
            "values": {str(n): str(found.at(n)) for n in widths},
        }  # fmt: skip
        click.echo(json.dumps(data, indent=2))
        return EXPECTED
    click.echo(f"{text}  ({activation}, L = {depth})")
    if lead is None:
        click.echo("  = 0 exactly")
        return EXPECTED
    click.echo("  = " + " + ".join(_term(str(c), p) for p, c in found.polynomial.items()))
    click.echo(f"  leading: {_term(str(lead[1]), lead[0])}")
    for n in widths:
        click.echo(f"  at n = {n}: {found.at(n)} = {_rounded(found.at(n))}")
    return EXPECTED


def _complain(message: str) -> int:
    """The reason, and below it the text with a caret: line breaks are kept."""
    first, *rest = message.splitlines()
    click.echo("\n".join([f"verifier: {first}", *rest]), err=True)
    return USAGE


def _render(found: ExactMoment) -> None:
    power = "" if found.moment == 1 else f"^{found.moment}"
    where = f"{found.activation}, L = {found.depth}"
    if found.g_depth:
        where += f"; H = {found.g_depth}, {found.trunk} trunk, g {found.g_activation}"
    what = f"({found.correlation}){power}" if power else found.correlation
    click.echo(f"E[{what}]  ({where})")
    if found.is_zero:
        click.echo("  = 0 exactly")
        return
    if found.polynomial is not None:
        click.echo("  = " + " + ".join(_term(str(c), p) for p, c in found.polynomial.items()))
        lead = found.leading
        assert lead is not None  # the polynomial is not 0
        click.echo(f"  leading: {_term(str(lead[1]), lead[0])}")
    if found.monomials is not None:
        for name, coefficient in found.monomials.items():
            click.echo(f"  {coefficient}  {name}")
    if found.widths:
        click.echo(f"  at widths {', '.join(str(n) for n in found.widths)}: {found.value}")
    for n, value in found.values.items():
        slope = f", local slope of |E C^p|^(1/p) {found.slopes[n]:+.4f}" if n in found.slopes else ""
        click.echo(f"  at n = {n}: {value} = {_rounded(value)}{slope}")


def _rounded(value: Fraction) -> str:
    """Six digits; of numbers beyond the range of a float as well."""
    try:
        if value == 0 or abs(value) > 1e-300:
            return f"{float(value):.6g}"
    except OverflowError:
        pass
    import mpmath

    return str(mpmath.nstr(mpmath.mpf(value.numerator) / value.denominator, 6))


def _term(coefficient: str, power: int) -> str:
    return coefficient if power == 0 else f"{coefficient} n^{power}"


@click.command()
@click.option("--factors", type=Whole(1, 12), help="Only graphs with so many factors.")
@click.option("--contractions", type=Whole(0, 24), help="Only graphs with at most so many contractions.")
@click.option("--depth", type=Whole(1, 1000), help="A fixed number of layers; by default any.")
@click.option("--method", type=click.Choice(["second", "first"]), default="second", show_default=True,
              help="second: certified by E[C^2]; first: faster, rests on a conjecture.")  # fmt: skip
@click.option("--store", metavar="FILE", help="Keep finished rows there; an interrupted run continues.")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV.")
@as_json
@verbosity
def conjecture(
    factors: int | None,
    contractions: int | None,
    depth: int | None,
    method: Literal["second", "first"],
    store: str | None,
    as_csv: bool,
    as_json: bool,
    verbose: int,
    quiet: bool,
) -> int:
    """The bound s_C of Dyer and Gur-Ari beside the exact exponent, for all correlation functions.

    Exits with 1 if some exponent exceeds its bound.
    """
    from verifier.exact.api import CorrelationError, conjecture_rows

    if as_csv and as_json:
        raise CommandError("--csv and --json exclude each other")
    rows: list[ConjectureRow] = []
    path = Path(store) if store is not None else None
    try:
        with _bar(quiet) as progress:
            for row in conjecture_rows(
                factors, contractions, depth=depth, method=method, store=path, progress=progress
            ):
                rows.append(row)
    except CorrelationError as error:
        return _complain(str(error))
    except OSError as error:
        raise CommandError(f"--store {store}: {error.strerror or error}") from None
    if as_json:
        click.echo(json.dumps([row.to_json() for row in rows], indent=1))
    elif as_csv:
        click.echo(_csv(rows), nl=False)
    else:
        for row in rows:
            gap = "" if row.gap is None else f"  gap {row.gap}"
            word = "  VIOLATES THE BOUND" if row.violates else ""
            exponent = "zero" if row.exponent is None else row.exponent
            click.echo(f"{row.graph.name:32} bound {row.bound!s:>5}  exponent {exponent!s:>5}{gap}{word}")
        broken = sum(row.violates for row in rows)
        counted = "1 graph" if len(rows) == 1 else f"{len(rows)} graphs"
        violations = "1 violation" if broken == 1 else f"{broken or 'no'} violations"
        click.echo(f"{counted}, {violations}; {rows[0].certificate}")
    return UNEXPECTED if any(row.violates for row in rows) else EXPECTED


def _csv(rows: list[ConjectureRow]) -> str:
    from verifier.exact.enumeration import CSV_HEADER, csv_row

    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(CSV_HEADER)
    writer.writerows(csv_row(row) for row in rows)
    return text.getvalue()


def _bar(quiet: bool) -> Any:
    """A progress bar on a terminal's stderr; a context that gives the function to call, or None."""
    from contextlib import contextmanager, nullcontext

    if quiet or not sys.stderr.isatty():
        return nullcontext(None)
    from rich.progress import Progress

    from verifier.commands.screen import Screen

    @contextmanager
    def shown() -> Any:
        with Progress(console=Screen(stderr=True), transient=True) as display:
            task = display.add_task("graphs", total=None)
            yield lambda done, total: display.update(task, completed=done, total=total)

    return shown()
