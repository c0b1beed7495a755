"""``verifier sample`` and ``verifier limit-kernel``: raw samples at finite width, kernels at infinite width."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from verifier.commands.check import DEFAULT_SEED
from verifier.commands.codes import CommandError
from verifier.commands.files import writable
from verifier.commands.options import InputPair, Real, Whole, as_json, verbosity
from verifier.verdict.codes import EXPECTED

DIGITS = 15


@click.command()
@click.argument("quantity")
@click.option("--depth", type=Whole(1, 64), required=True, help="L, the layers of f.")
@click.option("--g-depth", type=Whole(1, 64), help="H, the layers of the implicit network g; for K(r).")
@click.option("--width", "--widths", "width", required=True, metavar="N,N,...", help="One width, or several.")
@click.option("--samples", type=Whole(1, 20_000_000), required=True, help="Samples a width.")
@click.option("--seed", type=Whole(0, 2**128 - 1), default=DEFAULT_SEED, show_default=True, help="The random seed.")
@click.option("--angle", type=Real(0, 180, "DEGREES"), default=0.0, help="Degrees between the inputs; 0: one input.")
@click.option("--m", type=Whole(1, 4096), default=1, help="The inner width of g; for K(r).")
@click.option("--z", type=InputPair(), help="The inputs of the implicit network, as in 1,-1; for K(r).")
@click.option("--activation", type=click.Choice(["relu", "linear"]), default="relu", show_default=True)
@click.option("-o", "--output", required=True, metavar="FILE", help="The file to write: .npz or .parquet.")
@verbosity
def sample(
    quantity: str,
    depth: int,
    g_depth: int | None,
    width: str,
    samples: int,
    seed: int,
    angle: float,
    m: int,
    z: tuple[Any, Any] | None,
    activation: str,
    output: str,
    verbose: int,
    quiet: bool,
) -> int:
    """Write samples of QUANTITY, T(r) or K(r), with what they were drawn from as metadata.

    x_0 and x_1 have |x|^2 = n_0 and are --angle degrees apart; x_1 is taken for every direction.  The first
    samples of a longer run are those of a shorter one.
    """
    from verifier.commands.options import _width
    from verifier.sampling.raw import Request, check_suffix, draw, write

    path = Path(output)
    try:
        check_suffix(path)
        widths = tuple(_width(word) for word in width.split(","))
    except ValueError as error:
        raise CommandError(str(error)) from None
    writable(output)
    request = Request(quantity, depth, widths, samples, seed, angle, g_depth, m, z or (1.0, 1.0), activation)
    try:
        if request.parsed[0] == "K" and activation != "relu":
            raise ValueError("--activation linear is for T(r); K(r) is sampled for relu networks")
        drawn = draw(request)
        write(path, drawn, request.metadata())
    except ValueError as error:
        raise CommandError(str(error)) from None
    except OSError as error:
        raise CommandError(f"-o {output}: cannot be written: {error.strerror or error}") from None
    if not quiet:
        sizes = ", ".join(str(n) for n in widths)
        click.echo(f"{output}: {samples} samples of {request.metadata()['quantity']} at width {sizes}, seed {seed}")
    return EXPECTED


@click.command("limit-kernel")
@click.option("--depth", type=Whole(1, 1000), required=True, help="L, the layers of f.")
@click.option("--g-depth", type=Whole(1, 1000), required=True, help="H, the layers of g.")
@click.option("--x-angle", type=Real(0, 180, "DEGREES"), required=True, help="Degrees between x_i and x_j.")
@click.option("--z-angle", type=Real(0, 180, "DEGREES"), required=True, help="Degrees between z_i and z_j.")
@as_json
@verbosity
def limit_kernel(
    depth: int, g_depth: int, x_angle: float, z_angle: float, as_json: bool, verbose: int, quiet: bool
) -> int:
    """The kernels S^{L-1}, Theta^f, Lambda^H and Theta^h between inputs with |x|^2 = n_0, |z|^2 = m_0."""
    import mpmath

    from verifier.networks.kernels import limits_at

    # Far below what angles given in degrees can mean, a value is the rounding of a kernel that is 0.
    tiny = mpmath.mpf(10) ** (-2 * DIGITS)
    found = {name: mpmath.chop(v, tiny) for name, v in limits_at(g_depth, depth, x_angle, z_angle, DIGITS).items()}
    if as_json:
        click.echo(json.dumps({name: float(value) for name, value in found.items()}, indent=2))
        return EXPECTED
    meaning = {"nngp_f": "S^{L-1}", "ntk_f": "Theta^f", "nngp_h": "Lambda^H", "ntk_h": "Theta^h"}
    for name, value in found.items():
        click.echo(f"{name:7} {mpmath.nstr(value, DIGITS, strip_zeros=False):>22}  {meaning[name]}")
    return EXPECTED
