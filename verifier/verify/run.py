"""A whole run: plan, draw, re-check, and join; and a statement's verdict where nothing is drawn."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from verifier.inputs.fields import FieldError
from verifier.projects.loading import LoadError
from verifier.quantities.select import Selection, text_of
from verifier.sampling.crew import Job
from verifier.sampling.plan import Group, RunOptions, fates, plan
from verifier.sampling.run import Kept, Listener, run
from verifier.verify import pictures
from verifier.verify.coverage import Coverage, coverage
from verifier.verify.join import collect, statement_report
from verifier.verify.proof import Proofs, proofs_of, source_of
from verifier.verify.results import RunReport, StatementReport

if TYPE_CHECKING:
    from verifier.projects.choosing import Choice
    from verifier.projects.project import Entry, Project

#: progress(groups) shows a run while it runs.
Display = Callable[[Sequence[Group]], AbstractContextManager[Listener | None]]


class NothingSelected(ValueError):
    """An expression that selects no cell."""


def plan_of(
    entry: Entry, options: RunOptions, selection: Selection | None = None, choice: Choice | None = None
) -> tuple[Group, ...]:
    """The groups of a statement's check; none without a check.  Raises ValueError as :func:`plan` does.

    ``selection`` and ``choice`` leave cells and claims out; what is asked of the others is the same with or without.
    """
    if entry.check is None:
        return ()
    select = _select(selection, choice)
    with _of_its_files(entry):
        groups = plan(entry.check, entry.statement, options, source=entry.check_path, select=select)
    return groups if choice is None else tuple(_narrowed(group, choice) for group in groups)


def _narrowed(group: Group, choice: Choice) -> Group:
    """The group without the questions of claims that are not meant at its cells."""
    cells = []
    for cell in group.cells:
        asked = tuple(one for one in cell.asked if choice(one.claim, cell.parameters))
        kept = len(asked) == len(cell.asked) or any(one.outside for one in asked)
        cells.append(replace(cell, asked=asked, witnesses=cell.witnesses if kept else ()))
    return replace(group, cells=tuple(cells))


def coverage_of(
    entry: Entry, options: RunOptions, selection: Selection | None = None, choice: Choice | None = None
) -> Coverage:
    """Which cells ask something of the statement's claims, and what becomes of them."""
    with _of_its_files(entry):
        return coverage(
            entry.statement, entry.check, options, select=_select(selection, choice),
            choose=choice or _all, absent=entry.unchecked,
        )  # fmt: skip


@contextmanager
def _of_its_files(entry: Entry) -> Iterator[None]:
    """LoadError, with the file that is at fault, for what its statement or its check cannot say."""
    try:
        yield
    except FieldError as error:
        raise LoadError(entry.check_path or entry.path, None, str(error)) from error


def require_options(entries: Sequence[Entry], groups: Sequence[Group], options: RunOptions) -> None:
    """ValueError where what ``--angle`` or ``--z`` asks for is measured nowhere."""
    cells = [cell.parameters for group in groups for cell in group.cells if cell.selected and cell.questions]
    if options.angle is not None and cells and not any(float(c.get("angle", -1)) == options.angle for c in cells):
        raise ValueError(_elsewhere(entries, options, "among the cells selected"))
    if options.angle is not None and not cells:
        here = [found for e in entries if e.check is not None for p in e.check.parts for found in fates(p, options)]
        if not any("angle" in cell and not fate for _, cell, fate in here):
            raise ValueError(_elsewhere(entries, options, "here"))
    inputs = [cell for e in entries if e.check is not None for part in e.check.parts for cell in part.cells]
    if options.z is not None and not any("z" in cell for cell in inputs):
        raise ValueError(f"--z moves the inputs of an implicit network, and {_names(entries)} has none")


def _elsewhere(entries: Sequence[Entry], options: RunOptions, where: str) -> str:
    found = {
        float(cell["angle"])
        for e in entries if e.check is not None for part in e.check.parts for cell in part.cells if "angle" in cell
    }  # fmt: skip
    listed = ", ".join(text_of(angle) for angle in sorted(found)) or "none"
    return f"--angle {text_of(options.angle)}: nothing {where} can be measured at it; {_names(entries)} has {listed}"


def _names(entries: Sequence[Entry]) -> str:
    return ", ".join(entry.name for entry in entries)


def require_choice(name: str, groups: Sequence[Group], choice: Choice) -> None:
    """As :func:`require_selection`, of the cells that the targets on one statement name."""
    cells = [cell for group in groups for cell in group.cells]
    for target in choice.targets:
        if target.cells is None:
            continue
        if not cells:
            raise NothingSelected(f"{target.cells.told}: nothing is measured for {name}")
        target.cells.require_names(cell.parameters for cell in cells)
        target.cells.require_values(cell.parameters for cell in cells)
        met = [cell for cell in cells if target.cells(cell.parameters)]
        if not met:
            raise NothingSelected(f"{target.cells.told} selects none of {len(cells)} cells")
        if target.claim is not None and not any(one.claim == target.claim for cell in met for one in cell.asked):
            raise NothingSelected(f"{target.cells.told}: the claim says nothing at the cells selected")


def require_selection(groups: Sequence[Group], selection: Selection | None) -> None:
    """ValueError for a parameter or a value that no cell has; NothingSelected where no cell is met."""
    if selection is None:
        return
    cells = [cell for group in groups for cell in group.cells]
    if not cells:
        raise NothingSelected(f"-k {selection.expression!r}: nothing is measured for these statements")
    selection.require_names(cell.parameters for cell in cells)
    selection.require_values(cell.parameters for cell in cells)
    if not any(cell.selected for cell in cells):
        raise NothingSelected(f"-k {selection.expression!r} selects none of {len(cells)} cells")


def run_check(
    project: Project,
    entries: Sequence[Entry],
    options: RunOptions,
    *,
    seed: int,
    jobs: int,
    selection: Selection | None = None,
    choices: Mapping[str, Choice] | None = None,
    timeout: float | None = None,
    limit: float | None = None,
    display: Display = lambda groups: nullcontext(),
    plans: Mapping[str, tuple[Group, ...]] | None = None,
    kept: Kept | None = None,
    scheduler: str | None = None,
    memory: float | None = None,
) -> RunReport:
    """Plan (unless ``plans`` are given), draw, re-check and report; ``limit``: seconds that one sampler may take.

    ``kept``, ``scheduler`` and ``memory`` as of :func:`verifier.sampling.run.run`.
    Of a statement in ``choices`` only the claims and cells chosen are reported; ``selection`` holds for all statements.
    Raises ValueError for options that cannot be served, NothingSelected for a selection of nothing.
    """
    start = time.monotonic()
    names = [entry.name for entry in entries]
    choices = {name: choice for name, choice in (choices or {}).items() if name in names}
    if plans is None:
        plans = {entry.name: plan_of(entry, options, selection, choices.get(entry.name)) for entry in entries}
    groups = [group for planned in plans.values() for group in planned]
    require_options(entries, groups, options)
    require_selection(groups, selection)
    for name, choice in choices.items():
        require_choice(name, plans[name], choice)
    if selection is not None:
        entries = [entry for entry in entries if any(group.needed for group in plans[entry.name])]
    drawn = [group for group in groups if group.needed]
    jobs_of: list[Job] = []
    painted: dict[str, dict[str, Any]] = {}
    proofs: dict[str, Proofs] = {}
    for entry in entries:
        source = source_of(entry.statement)
        if source is None:
            proofs[entry.name] = Proofs()
            continue
        lost = f"the proof of {entry.name} could not be re-checked"
        judged = partial(source.results, entry.statement)
        jobs_of.append(Job(entry.name, *source.job(entry), lost, then=judged))
    for entry in entries:
        if any(group.needed for group in plans[entry.name]):
            painted[entry.name] = pictures.planned(entry, seed, options, kept)
            jobs_of += [one for one in painted[entry.name].values() if isinstance(one, Job)]
    with display(drawn) as listener:
        outcome = run(
            drawn, seed=seed, jobs=jobs, timeout=timeout, limit=limit, listener=listener, also=jobs_of, kept=kept,
            budget=options.budget, scheduler=scheduler, memory=memory, foresee=options.paper,
        )  # fmt: skip
    shown = {
        name: {what: pictures.came_of(one, outcome.extra) for what, one in of.items()} for name, of in painted.items()
    }
    reports = []
    for entry in entries:
        unchecked = Proofs(problem="not re-checked before the run ended")
        found = proofs.get(entry.name) or outcome.extra.get(entry.name) or unchecked
        reports.append(
            statement_report(
                entry.statement, collect(outcome, entry.name), found,
                coverage_of(entry, options, selection, choices.get(entry.name)),
                options=options, seed=seed, jobs=jobs, stopped=outcome.stopped,
                chosen=_chosen(entry, choices),
                pictures=tuple(one for made, _ in shown.get(entry.name, {}).values() for one in made),
            )
        )  # fmt: skip
    seconds = time.monotonic() - start
    told = [f"{what}: {problem}" for of in shown.values() for what, (_, problem) in of.items() if problem]
    notes = (*project.notes, *told)
    return RunReport(seed, options, tuple(reports), outcome.stopped, outcome.failed, seconds, notes)


def _chosen(entry: Entry, choices: Mapping[str, Choice]) -> tuple[str, ...] | None:
    return choices[entry.name].claims(entry.statement) if entry.name in choices else None


def proofs_alone(entry: Entry, seed: int = 0, chosen: Sequence[str] | None = None) -> StatementReport:
    """A statement's report, or that of the claims ``chosen``, its proof re-checked now and nothing sampled."""
    options = RunOptions()
    found = proofs_of(entry.statement)
    reach = replace(coverage_of(entry, options), unsampled="this command draws no samples")
    return statement_report(entry.statement, (), found, reach, options=options, seed=seed, chosen=chosen)


def _select(selection: Selection | None, choice: Choice | None) -> Callable[[Mapping[str, Any]], bool]:
    return lambda parameters: (
        (selection is None or selection(parameters)) and (choice is None or choice.cell(parameters))
    )


def _all(claim: str, parameters: Mapping[str, Any]) -> bool:
    return True
