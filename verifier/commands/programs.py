"""``verifier measure``, ``scan`` and ``derive``: a program's results, and every intermediate of it."""

from __future__ import annotations

import inspect
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from verifier.commands.codes import CommandError
from verifier.commands.fit import KindName, exit_code
from verifier.commands.options import Real, Whole, Widths, as_json, verbosity
from verifier.commands.terminal import overwrite
from verifier.verdict import NumericStatus
from verifier.verdict.codes import EXPECTED

if TYPE_CHECKING:
    from verifier.programs import Derived, Factory, Program, Scan
    from verifier.projects.project import Entry

F = TypeVar("F", bound=Callable[..., Any])
DEFAULT_SEED = 0


def _sampling(function: F) -> F:
    """Options that both commands have."""
    for option in (
        click.option("--seed", type=Whole(0, 2**128 - 1), default=DEFAULT_SEED, show_default=True,
                     help="The random seed."),
        click.option("--samples", type=Whole(1, 1_000_000), help="Samples a width."),
        click.option("--widths", type=Widths(), help="At least four, as in 256,1088,2^12,2^14."),
        click.option("--margin", type=Real(1e-6, 1e6, "M"), help="Room around the claim: 1/8."),
        click.option("--alpha", type=Real(1e-12, 0.49, "A"), default=1e-3, show_default=True, help="The error rate."),
    ):  # fmt: skip
        function = option(function)
    return function


@click.command()
@click.argument("target", metavar="FILE:NAME")
@click.option(
    "--expect",
    multiple=True,
    metavar="P",
    help="What is claimed of what is returned, as in fit: an "
    "exponent for all, NAME=P for one; by default what the file declares.",
)
@click.option(
    "--kind", type=KindName(), help="What is claimed, as in fit; by default what the file declares, an order."
)
@_sampling
@as_json
@verbosity
def measure(
    target: str, expect: tuple[str, ...], kind: str | None, widths: tuple[int, ...] | None, samples: int | None,
    seed: int, margin: float | None, alpha: float, as_json: bool, verbose: int, quiet: bool,
) -> int:  # fmt: skip
    """Sample the program NAME of FILE at growing widths, and decide a claim about each number that it returns.

    A program is a function of random weights in JAX, declared with verifier.programs.quantity; NAME may be left out
    where FILE declares one only.  Exits with 0 if all is consistent with the claim, 1 if something contradicts it, 3 if
    something is not decided or invalid, 2 if the file is no program.
    """
    program = load(target)
    from verifier.fits.fitting import FitSettings
    from verifier.programs import NoJax
    from verifier.programs import measure as run
    from verifier.programs.measure import MEASURE_SAMPLES, MEASURE_WIDTHS

    try:
        found = run(
            program, expect, kind, widths=widths or MEASURE_WIDTHS, samples=samples or MEASURE_SAMPLES, seed=seed,
            settings=FitSettings(alpha=alpha, margin=margin),
        )  # fmt: skip
    except (ValueError, NoJax, MemoryError) as error:
        raise _complaint(error) from None
    if as_json:
        from verifier.report.fit_text import as_plain

        click.echo(json.dumps(as_plain(found.data, found.kind, found.fits) | {"program": program.label}, indent=2))
    else:
        from verifier.commands.screen import Screen
        from verifier.report.fit_text import render

        render(found.data, found.kind, found.fits, Screen(), verbose=verbose)
    return exit_code(found.verdict)


@click.command()
@click.argument("target", metavar="FILE:NAME")
@click.option(
    "--expect",
    multiple=True,
    metavar="P",
    help="What is claimed: NAME=P for a value or those that match, "
    "as in 'h*=0', P for all, or mup; by default what the file declares.",
)
@click.option("--derive", "derived", is_flag=True, help="Derive the exponents too, and compare.")
@click.option("--steps", type=Whole(0, 10_000), help="Training steps of PyTorch models: 3.")
@click.option("--svg", metavar="FILE", help="Draw all exponents, as .svg or .png.")
@click.option("--html", metavar="FILE", help="Write the table with its picture as a page.")
@_sampling
@as_json
@verbosity
def scan(
    target: str, expect: tuple[str, ...], widths: tuple[int, ...] | None, samples: int | None, seed: int,
    margin: float | None, alpha: float, derived: bool, steps: int | None, svg: str | None, html: str | None,
    as_json: bool, verbose: int, quiet: bool,
) -> int:  # fmt: skip
    """The exponent of every value that the program NAME of FILE makes: activations, gradients, updates, results.

    NAME is a program (quantity), in JAX or of a PyTorch module, or a function make(width) that returns a PyTorch model,
    a batch, a loss and perhaps an optimizer: then models are built, trained a few steps and watched, 32 seeds at widths
    64 to 1536.

    A line has the value's name, shape and source line, the exponent of its root mean square in the width with an
    interval, and what was expected of it.  --expect mup claims that what is returned has order 0 and that no value of
    a forward pass grows.  Exits with 0 if nothing is other than expected, 1 if something contradicts what is expected
    of it (the first is named), 3 if that is not decided or if a value is not finite, 2 if the file is no program.
    """
    program = loaded(target, steps)
    drawings = _drawings(svg, html)
    theory = None
    if derived:
        if not isinstance(program, _program_type()):
            raise CommandError("--derive needs a program in JAX; a PyTorch model is measured only")
        theory = _theory(program)
    found = _scanned(program, expect, widths, samples, seed, (margin, alpha), theory,
                     not quiet and not as_json and sys.stderr.isatty())  # fmt: skip
    for path, save in drawings:
        try:
            save(path, found)
        except ValueError as error:
            raise CommandError(str(error)) from None
    if as_json:
        click.echo(json.dumps(found.as_dict(), indent=2))
    else:
        from verifier.commands.screen import Screen
        from verifier.report.scan_text import render

        render(found, Screen(), verbose=verbose)
    return EXPECTED if found.verdict is NumericStatus.UNTESTED else exit_code(found.verdict)


@click.command()
@click.argument("target", metavar="FILE:NAME")
@click.option("--measure", "measured", is_flag=True, help="Sample the program too, and compare.")
@_sampling
@as_json
@verbosity
def derive(
    target: str, measured: bool, widths: tuple[int, ...] | None, samples: int | None, seed: int, margin: float | None,
    alpha: float, as_json: bool, verbose: int, quiet: bool,
) -> int:  # fmt: skip
    """The exponents of all values that the program NAME of FILE makes, derived from its graph, nothing sampled.

    By the tensor-program rules, all widths growing together: a line has the value's name, shape and source line, the
    exponent of its root mean square in the width with its leading constant, or why it is undecided.  --measure samples
    the program as scan does and compares.  Exits with 0 if everything returned is derived, and agrees; 1 if something
    measured contradicts what is derived; 3 if something returned is undecided, or samples do not decide whether it
    agrees; 2 if the file is no program.
    """
    program = load(target)
    theory = _theory(program)
    found = None
    if measured:
        found = _scanned(program, (), widths, samples, seed, (margin, alpha), theory,
                         not quiet and not as_json and sys.stderr.isatty())  # fmt: skip
    if as_json:
        scanned = {} if found is None else {"measured": found.as_dict(), "unconfirmed": theory.unconfirmed(found)}
        click.echo(json.dumps(theory.as_dict() | scanned, indent=2))
    else:
        from verifier.commands.screen import Screen
        from verifier.report.derive_text import render

        render(theory, Screen(), found, verbose=verbose)
    if found is not None and found.disagreements:
        return exit_code(NumericStatus.CONTRADICTED)
    open_ends = [row.name for row in theory.returned if not row.decided and not row.zero]
    if found is not None:
        open_ends += theory.unconfirmed(found)
    return exit_code(NumericStatus.INCONCLUSIVE if open_ends else NumericStatus.CONSISTENT)


def _theory(program: Program) -> Derived:
    from verifier.programs import NoJax, derive

    try:
        return derive(program)
    except (ValueError, NoJax, MemoryError) as error:
        raise _complaint(error) from None


def _scanned(
    program: Program | Factory, expect: tuple[str, ...], widths: tuple[int, ...] | None, samples: int | None, seed: int,
    settings: tuple[float | None, float], derived: Derived | None, shown: bool,
) -> Scan:  # fmt: skip
    from verifier.fits.fitting import FitSettings
    from verifier.programs import NoJax, NoTorch
    from verifier.programs import scan as run

    def progress(done: int, width: int) -> None:
        overwrite(f"width {width}")

    try:
        return run(
            program, expect, widths=widths, samples=samples, seed=seed,
            settings=FitSettings(alpha=settings[1], margin=settings[0]), progress=progress if shown else None,
            derived=derived,
        )  # fmt: skip
    except (ValueError, NoJax, NoTorch, MemoryError) as error:
        raise _complaint(error) from None
    finally:
        if shown:
            overwrite("")


def _drawings(svg: str | None, html: str | None) -> list[tuple[Path, Callable[[Path, Any], None]]]:
    """Where to write what; refused before anything runs where it cannot be."""
    from verifier.report import scan_page

    found: list[tuple[Path, Callable[[Path, Any], None]]] = []
    for option, name, save in (("--svg", svg, scan_page.save_picture), ("--html", html, scan_page.save_page)):
        if name is not None:
            try:
                scan_page.check(option, Path(name))
            except ValueError as error:
                raise CommandError(str(error)) from None
            found.append((Path(name), save))
    return found


def _complaint(error: Exception) -> CommandError:
    if isinstance(error, MemoryError):
        return CommandError(f"--widths: there is not enough memory for the largest one ({error}); take smaller widths")
    return CommandError(str(error))


def _program_type() -> type[Program]:
    from verifier.programs import Program

    return Program


def load(target: str) -> Program:
    """The program that ``FILE:NAME`` names.  CommandError for a file that cannot be loaded and a name that is none."""
    found = loaded(target)
    if not isinstance(found, _program_type()):
        raise CommandError(f"{target}: {found.label} is no program; declare one with @quantity(weights=…)")
    return found


def is_program(word: str) -> bool:
    """Whether a word names a program, ``FILE:NAME`` or ``FILE``, and no statement."""
    file, _, name = word.rpartition(":")
    return word.endswith(".py") or (file.endswith(".py") and name.isidentifier())


def entry_of(target: str) -> Entry:
    """The program that ``FILE:NAME`` names as a statement with its check.  CommandError where it is none."""
    from types import ModuleType

    from verifier.programs import NoJax
    from verifier.programs.stated import stated
    from verifier.projects.loading import load_file
    from verifier.projects.project import Entry

    program = load(target)
    path = Path(target if target.endswith(".py") else target.rpartition(":")[0]).resolve()
    name = next(key for key, value in vars(load_file(path)).items() if value is program)
    try:
        found = stated(program, path, name)
    except (ValueError, NoJax, MemoryError) as error:
        raise _complaint(error) from None
    called = found.statement.name
    return Entry(called, found.statement, ModuleType(name), path, found.check)


def loaded(target: str, steps: int | None = None) -> Program | Factory:
    """The program that ``FILE:NAME`` names, or the factory of PyTorch modules: a function that is no program.

    Without a name the only program of the file, else its function ``make``.  CommandError as of :func:`load`.
    """
    file, colon, name = target.rpartition(":")
    if not colon or name.endswith(".py"):
        file, name = target, ""
    path = Path(file)
    if not path.is_file():
        raise CommandError(f"{file}: no such file; FILE:NAME is needed, as in model.py:change")
    from verifier.programs import Factory, NoJax, NoTorch, Program, ProgramError, jaxfront, modules
    from verifier.projects.loading import LoadError, load_file

    try:
        module = load_file(path)
    except LoadError as error:
        raise CommandError(_why(error, ProgramError)) from None
    found = {key: value for key, value in vars(module).items() if isinstance(value, Program)}
    made = {
        key: value for key, value in vars(module).items()
        if inspect.isfunction(value) and value.__module__ == module.__name__
    }  # fmt: skip
    word = name or ("" if found else "make")
    try:
        if word in made:
            modules.require()
            return Factory(made[word], modules.MODULE_STEPS if steps is None else steps)
        if found:
            jaxfront.require()
    except (NoJax, NoTorch) as error:
        raise CommandError(str(error)) from None
    if not found:
        raise CommandError(
            f"{file}: there is no program; declare one with @quantity(weights=…) of verifier.programs, or a function "
            "make(width) that returns a PyTorch model, a batch and a loss"
        )
    if not name and len(found) == 1:
        return next(iter(found.values()))
    if name not in found:
        what = f"{name!r} is no program" if name else "which program is meant"
        raise CommandError(f"{file}: {what}; there are {', '.join(found)}: say {file}:{next(iter(found))}")
    if steps is not None:
        raise CommandError("--steps is of PyTorch models; a program says itself how it is trained")
    return found[name]


def _why(error: Exception, program_error: type[Exception]) -> str:
    """What is wrong with a file: a program that is none names its line itself, and a missing package its extra."""
    from verifier.programs import NoJax, NoTorch, jaxfront, modules

    cause = error.__cause__
    if isinstance(cause, ImportError) and str(cause.name or "").partition(".")[0] in ("jax", "torch"):
        try:
            (jaxfront if str(cause.name).startswith("jax") else modules).require()
        except (NoJax, NoTorch) as missing:
            return str(missing)
    return str(cause if isinstance(cause, program_error) else error)
