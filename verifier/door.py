"""What ``import verifier as v`` offers: functions that return what they found, print nothing and show no progress."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, overload

import numpy as np
import numpy.typing as npt

from verifier.claims.statement import Statement
from verifier.fits.dataclaims import DataClaim
from verifier.gating.assertions import DEFAULT_SEED
from verifier.quantities.check import Check, Parameters, Quantity

if TYPE_CHECKING:
    from verifier.datafiles import Layout
    from verifier.exact.api import ExactMoment
    from verifier.fits.fitting import Finding, FitSettings
    from verifier.hunt import Space
    from verifier.programs.measure import Measured
    from verifier.programs.program import Program, Spec
    from verifier.projects.project import Entry, Project
    from verifier.report.fits import Fits
    from verifier.verify.bundles import Rechecked
    from verifier.verify.results import RunReport

#: Widths and samples a width where a quantity is measured and none are given.
WIDTHS = (128, 413, 1150, 4690)
SAMPLES = 1024


def load(name: str) -> Statement:
    """The statement ``name`` of the project in the current directory, else of the shipped ones.

    Raises UnknownStatement, naming the nearest, and LoadError with file and line.

    >>> load("lemma5").called
    'Lemma 5'
    """
    from verifier.projects.project import default_project

    return default_project().statement(name).statement


def check(
    *statements: str | Statement | Program,
    quick: bool = False,
    thorough: bool = False,
    select: str | None = None,
    seed: int = DEFAULT_SEED,
    jobs: int = 1,
    widths: Sequence[int] | None = None,
    samples: int | None = None,
    timeout: float | None = None,
    measured_by: Check | None = None,
) -> RunReport:
    """Re-check the proofs of statements and measure what they claim; all of one's own, else all shipped, if none is
    given.  A name may be that of a claim or of cells, ``"theorem1.zero"`` or ``"theorem1::H=2,r=3"``.  Of a program
    what it expects is derived and measured.

    ``quick`` takes fewer cells and samples, ``thorough`` an error rate of 1e-8 a claim; ``select`` keeps cells such as
    ``"H=2,r>=3"``; ``widths`` are at least four integers, ``samples`` the most a width may take, ``timeout`` is in
    seconds.  ``measured_by`` measures the one statement given instead of its check file.  Several ``jobs`` are
    processes that import the main module again.  Raises UnknownStatement, LoadError, NothingSelected, ValueError.

    >>> check("lemma4", quick=True, select="H=1,L=1").exit_code  # 3: the other cells are not sampled
    3
    """
    from verifier.projects.choosing import parts, resolve
    from verifier.projects.project import default_project
    from verifier.quantities.select import Selection
    from verifier.sampling.plan import RunOptions
    from verifier.sampling.widths import check_widths
    from verifier.verify.run import run_check

    if quick and thorough:
        raise ValueError("quick and thorough exclude each other")
    if jobs < 1:
        raise ValueError(f"jobs is {jobs}; it must be at least 1")
    if measured_by is not None and len(statements) != 1:
        raise ValueError(f"measured_by measures one statement; {len(statements)} are given")
    project = default_project()
    chosen: tuple[Any, ...] = statements or tuple(project.usual())
    if any(not isinstance(one, str | Statement) for one in chosen):
        from verifier.programs.stated import alone

        found = alone(chosen)
        chosen, measured_by = (found.statement,), measured_by or found.check
    targets = {meant: resolve(project, meant) for meant in chosen if isinstance(meant, str)}
    stated = [targets[meant].statement if isinstance(meant, str) else meant for meant in chosen]
    # A statement given twice is one; it holds what has no hash.
    once = {meant if isinstance(meant, str) else id(meant): meant for meant in stated}
    entries = [_entry(project, meant, measured_by) for meant in once.values()]
    if measured_by is not None and jobs > 1:
        raise ValueError("a check that is no file is measured in this process: jobs must be 1")
    options = RunOptions(None if widths is None else check_widths(widths), samples, quick=quick, thorough=thorough)
    selection = None if select is None else Selection(select)
    return run_check(
        project, entries, options, seed=seed, jobs=jobs, selection=selection, choices=parts(targets.values()),
        timeout=timeout,
    )  # fmt: skip


@overload
def fit(
    data: Mapping[int, npt.ArrayLike], claim: DataClaim, *, alpha: float | None = ..., margin: float | None = ...,
) -> Finding: ...  # fmt: skip


@overload
def fit(
    data: str | Path | Mapping[str, Mapping[int, npt.ArrayLike]], claim: DataClaim, *,
    unless: Mapping[str, DataClaim] | None = ..., layout: Layout | None = ..., alpha: float | None = ...,
    margin: float | None = ...,
) -> Fits: ...  # fmt: skip


def fit(
    data: str | Path | Mapping[int, npt.ArrayLike] | Mapping[str, Mapping[int, npt.ArrayLike]],
    claim: DataClaim,
    *,
    unless: Mapping[str, DataClaim] | None = None,
    layout: Layout | None = None,
    alpha: float | None = None,
    margin: float | None = None,
) -> Finding | Fits:
    """Decide a claim about samples that exist, by width: ``{128: [...], 413: [...], ...}``, one dimension each.

    Of groups, ``{"readout": {128: [...], ...}, ...}``, and of a file that ``verifier fit`` reads, by its path, it is
    decided for each: the result is a table with a picture (:class:`verifier.report.fits.Fits`).  ``unless`` has claims
    of the same kind for some groups, by label or pattern, as in ``{"readout, t=1": order == -1/2}``; ``layout`` says
    which columns are meant where their names do not (:class:`verifier.datafiles.Layout`).

    ``alpha`` is the error rate (1e-3), ``margin`` the room around the claim (1/8 for exponents).  Raises ValueError for
    fewer than four widths where an exponent is claimed, for data that are no real numbers, and for a file that cannot
    be read.

    >>> import numpy as np
    >>> from verifier.fits.dataclaims import order
    >>> rng = np.random.default_rng(20201)
    >>> fit({n: rng.standard_normal(1000) / n for n in (128, 413, 1150, 4690)}, order == -1).verdict
    'consistent'
    """
    if isinstance(data, str | Path):
        return _groups(data, claim, unless, layout, alpha, margin)
    if not isinstance(data, Mapping):
        raise TypeError(f"data are of type {type(data).__name__}; {{width: samples}} or the path of a file is needed")
    groups = {str(name): group for name, group in data.items() if isinstance(group, Mapping)}
    if groups and len(groups) == len(data):
        named = {
            name: {n: _samples(values, f"the data of width {n} of {name}") for n, values in group.items()}
            for name, group in groups.items()
        }
        return _groups(named, claim, unless, layout, alpha, margin)
    if unless or layout is not None:
        raise TypeError("unless and layout are of groups and files; data of one group have neither")
    from verifier.fits.fitting import assess

    arrays: dict[Any, Any] = {n: _samples(values, f"the data of width {n}") for n, values in data.items()}
    chosen = _claim(claim)
    return assess(arrays, chosen.kind, chosen.expect, _settings(alpha, margin))


@overload
def measure(
    what: Quantity, claim: DataClaim, *, widths: Sequence[int] | None = ..., samples: int | None = ...,
    seed: int = ..., at: Parameters | None = ..., alpha: float | None = ..., margin: float | None = ...,
) -> Finding: ...  # fmt: skip


@overload
def measure(
    what: Program, claim: DataClaim | None = ..., *, widths: Sequence[int] | None = ..., samples: int | None = ...,
    seed: int = ..., at: None = ..., alpha: float | None = ..., margin: float | None = ...,
) -> Measured: ...  # fmt: skip


def measure(
    what: Quantity | Program,
    claim: DataClaim | None = None,
    *,
    widths: Sequence[int] | None = None,
    samples: int | None = None,
    seed: int = DEFAULT_SEED,
    at: Parameters | None = None,
    alpha: float | None = None,
    margin: float | None = None,
) -> Finding | Measured:
    """Sample a quantity at ``widths``, ``samples`` times each, and decide a claim about it in one look.

    By default 1024 samples at 128, 413, 1150 and 4690.  ``at`` are the parameters of the cell, by name.  A program
    (``quantity(weights=…)``) is decided for each number that it returns, by default on what it declares, from 128
    samples at five widths.  Raises SamplerError for a sampler that cannot be called so or returns what is no sample,
    ValueError for widths or samples out of range, and for programs ProgramError.

    >>> from verifier.fits.dataclaims import order
    >>> @quantity("m")
    ... def mean(n, rng, samples):
    ...     return rng.standard_normal(samples) / n**0.5
    >>> measure(mean, order == -0.5).verdict
    'consistent'
    """
    from verifier.sampling.widths import check_widths

    settings = _settings(alpha, margin)
    if samples is not None and samples < 1:
        raise ValueError(f"samples is {samples}; it must be at least 1")
    if not isinstance(what, Quantity):
        return _program(what, claim, widths, samples, seed, settings)
    at_widths = check_widths(WIDTHS if widths is None else widths)
    if claim is None:
        raise ValueError(f"which claim about {what.text} is to be decided? write order == -1")
    from verifier.datafiles import Samples
    from verifier.fits.drawing import Drawing, drawn
    from verifier.fits.groups import fit_groups
    from verifier.quantities.samplers import read
    from verifier.sampling.keys import canonical

    cell = dict(at or {})
    chosen = _claim(claim)

    def sampler(n: int, count: int, rng: Any) -> Any:
        return read(what.draw(cell, [cell], n, count, rng), (count, 1), what.text).values[:, 0]

    count = SAMPLES if samples is None else samples
    drawing = Drawing(tuple((n,) for n in at_widths), count, True, seed, (what.text, str(canonical(cell))))
    expect = () if chosen.expect is None else (chosen.expect,)
    data, fits = drawn(drawing, sampler, lambda data, looks: fit_groups(data, chosen.kind, expect, settings))
    found = fits[0].findings[0]
    values = data.groups[0].data.by_width().values() if isinstance(data.groups[0].data, Samples) else ()
    if all(np.isfinite(x).all() for x in values):
        return found
    return replace(found, reasons=(*found.reasons, f"the sampler of {what.text} may return finite numbers only"))


@overload
def quantity(
    symbol: str, text: str = ..., *, bounds: tuple[float, float] | None = ..., constant: bool = ...,
    allowance: Callable[[Parameters], float] | None = ...,
) -> Callable[[Callable[..., Any]], Quantity]: ...  # fmt: skip


@overload
def quantity(
    *, weights: Mapping[str, Spec] = ..., module: Callable[[int], Any] = ..., laws: Mapping[str, Any] | None = ...,
    data: Sequence[Any] = ..., given: Mapping[str, Any] | None = ..., name: str = ..., kind: str = ...,
    expect: Mapping[str, Any] | None = ..., space: Space | None = ...,
) -> Callable[[Callable[..., Any]], Program]: ...  # fmt: skip


def quantity(symbol: str = "", text: str = "", **more: Any) -> Callable[[Callable[..., Any]], Any]:
    """Declare a quantity: a sampler of one's own (:func:`verifier.quantities.samplers.quantity`), or a function in JAX
    of random ``weights``, or of a PyTorch ``module`` (:func:`verifier.programs.quantity`, extras ``[jax,torch]``).

    >>> @quantity("T")
    ... def second(n, rng, *, angle=60):
    ...     return rng.standard_normal() / n
    >>> second.symbol, second.shared
    ('T', ('angle',))
    """
    if (given := "weights" if "weights" in more else "module") in more:
        if symbol:
            raise TypeError(f"quantity({symbol!r}, {given}=…): a symbol is of samplers, {given} is of programs")
        from verifier.programs import quantity as program

        return program(**more)
    from verifier.quantities.samplers import quantity as sampler

    return sampler(symbol, text, **more)


def exact(
    correlation: str,
    depth: int,
    *,
    activation: Literal["linear", "relu"] = "linear",
    moment: int = 1,
    width: int | Sequence[int] | None = None,
    g_depth: int | None = None,
) -> ExactMoment:
    """E[C^moment] at one input, exactly, as a polynomial in the reciprocal width.

    :func:`verifier.exact.api.exact_moment` takes more.

    ``depth`` is the number of weight layers, ``g_depth`` that of the implicit network, for K(r).  Raises
    CorrelationError for what cannot be read, does not fit together or is too large.

    >>> exact("T(1)", depth=2)
    <E[(T(1))] = 2>
    """
    from verifier.exact.api import exact_moment

    return exact_moment(correlation, depth, activation=activation, moment=moment, width=width, g_depth=g_depth)


def prove(statement: str | Statement) -> dict[str, Any]:
    """A statement's proof with every proof it rests on, as plain data for JSON.  Nothing is decided here: see
    :func:`recheck`.

    Raises NotAProof for a statement that has none, UnknownStatement, LoadError.

    >>> sorted(prove("lemma4"))
    ['documents', 'format', 'requests']
    """
    from verifier.verify.bundles import bundle

    return bundle(load(statement) if isinstance(statement, str) else statement)


def recheck(proof: Mapping[str, Any] | str | Path) -> Rechecked:
    """What the kernel says of a proof: that of :func:`prove`, or the path of a file.  NotAProof for what is none.

    >>> recheck(prove("lemma4")).holds
    True
    """
    from verifier.verify.bundles import recheck as again

    return again(proof)


def _entry(project: Project, meant: str | Statement, measured_by: Check | None) -> Entry:
    """The statement with its check: that of its file, or of a statement that no file states, what is given."""
    from types import ModuleType

    from verifier.claims.wellformed import flaws
    from verifier.projects.project import Entry

    name = meant if isinstance(meant, str) else meant.name
    found: Entry | None = None
    if isinstance(meant, str) or name in project.lemma_files:
        found = project.entry(name)
    if isinstance(meant, Statement) and (found is None or found.statement is not meant):
        for flaw in flaws(meant):
            raise ValueError(f"{name}: {flaw}")
        why = "nothing measures it: it is no file's statement, and no measured_by is given"
        found = Entry(name, meant, ModuleType(name), Path(name), unchecked=why)
    assert found is not None
    if measured_by is None:
        return found
    if measured_by.name != name:
        raise ValueError(f"measured_by measures {measured_by.name!r}, not {name!r}")
    return replace(found, check=measured_by, check_path=None, unchecked="")


def _groups(
    data: str | Path | Mapping[str, Mapping[int, npt.ArrayLike]], claim: DataClaim,
    unless: Mapping[str, DataClaim] | None, layout: Layout | None, alpha: float | None, margin: float | None,
) -> Fits:  # fmt: skip
    from verifier.report.fits import fits_of

    if layout is not None and not isinstance(data, str | Path):
        raise TypeError("layout is of files; groups that are given have no columns")
    chosen = _claim(claim)
    others = {name: _claim(other) for name, other in (unless or {}).items()}
    for name, other in others.items():
        if other.kind != chosen.kind:
            raise ValueError(f"unless {name!r}: {other!r} is of another kind than {chosen!r}")
    targets = {name: other.expect for name, other in others.items()}
    return fits_of(data, chosen.kind, chosen.expect, targets, layout, _settings(alpha, margin))


def _samples(values: object, what: str) -> npt.NDArray[np.float64]:
    """The samples at a width, of one dimension; ValueError names ``what`` they are."""
    from verifier.quantities.samplers import numbers

    found = numbers(values, None, what, "hold")
    if found.ndim > 1 or not found.size:
        raise ValueError(f"{what} have shape {found.shape}; one dimension of samples is needed")
    return found.reshape(-1)


def _settings(alpha: float | None, margin: float | None) -> FitSettings:
    from verifier.fits.fitting import FitSettings

    return FitSettings(margin=margin) if alpha is None else FitSettings(alpha=alpha, margin=margin)


def _claim(claim: object) -> DataClaim:
    if isinstance(claim, DataClaim):
        return claim
    raise TypeError(f"a claim is of type {type(claim).__name__}; write order == -1, limit == 0.5, zero, …")


def _program(
    what: Program, claim: DataClaim | None, widths: Sequence[int] | None, samples: int | None, seed: int,
    settings: FitSettings,
) -> Measured:  # fmt: skip
    from verifier.programs.measure import MEASURE_SAMPLES, MEASURE_WIDTHS, measure
    from verifier.programs.program import Program

    if not isinstance(what, Program):
        raise TypeError(f"{type(what).__name__} is no quantity; @quantity('T') and @quantity(weights=…) declare one")
    expect, kind = (None, None) if claim is None else (claim.expect, claim.kind)
    return measure(
        what, expect, kind, widths=widths or MEASURE_WIDTHS, samples=samples or MEASURE_SAMPLES, seed=seed,
        settings=settings,
    )  # fmt: skip
