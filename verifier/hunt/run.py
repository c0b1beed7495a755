"""A whole hunt: the searches of all targets, stage by stage, so that what is cheap is tried everywhere first."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from verifier.hunt.finding import SPENT, Counterexample, Hunted, Stage, Zero
from verifier.hunt.fresh import outcomes
from verifier.hunt.keep import Keep, Remembered
from verifier.hunt.lab import HuntListener, Lab
from verifier.hunt.search import STAGES, Search, finish
from verifier.hunt.space import Instance
from verifier.hunt.target import Target, instance_text
from verifier.sampling.crew import WorkersLost
from verifier.sampling.workers import executor

#: The error rate of a whole hunt.
DEFAULT_ALPHA = 1e-4
#: Seconds of computing time.
DEFAULT_BUDGET = 600.0


def hunt(
    targets: Sequence[Target],
    *,
    budget: float = DEFAULT_BUDGET,
    seed: int,
    jobs: int = 1,
    scheduler: str | None = None,
    alpha: float = DEFAULT_ALPHA,
    keep: Keep | None = None,
    listener: HuntListener | None = None,
    stages: Sequence[str] = STAGES,
    skipped: Sequence[str] = (),
) -> Hunted:
    """Search the targets for instances at which their claims fail, for ``budget`` seconds of computing time.

    Computing time is summed over ``jobs`` workers and this process.  ``alpha`` bounds the probability that anything
    that is reported is none, all decisions together.  ``keep`` holds outcomes of earlier runs with this seed.  Finding
    nothing proves nothing.  Raises ValueError for a budget, an alpha or a number of jobs out of range; ``scheduler`` as
    of :func:`verifier.sampling.cluster.connect`, which says what else is raised.
    """
    if not budget > 0:
        raise ValueError(f"budget is {budget:g}; a positive number of seconds is needed")
    if not 0 < alpha < 0.5:
        raise ValueError(f"alpha is {alpha:g}; it must lie above 0 and below 1/2")
    if jobs < 1:
        raise ValueError(f"jobs is {jobs}; it must be at least 1")
    if not all(isinstance(target.source, Path) for target in targets):
        jobs, scheduler = 1, None  # a sampler that is no file's cannot be sent to another process
    stopped, done = "", False
    with executor(jobs, scheduler) as hands:
        lab = Lab(hands, budget, seed, keep if keep is not None else Remembered(), listener)
        searches = [Search(lab, target, alpha) for target in targets]
        try:
            done = all(finish(searches, lab, stage) for stage in stages)
        except KeyboardInterrupt:
            stopped = "interrupted"
        except WorkersLost as error:
            stopped = str(error)
    reached = tuple(s for search in searches for s in _stages(search, stages))
    found = [finding for search in searches for finding in search.findings]
    doubtful = tuple(text for search in searches for text in search.doubtful)
    if not stopped and not done:
        stopped = SPENT
    unlooked, blind = _unlooked(targets, reached, lab)
    return Hunted(_once(found), reached, lab.counts.as_dict(), seed, alpha, budget, lab.spent, tuple(skipped), doubtful,
                  stopped, unlooked, blind)  # fmt: skip


def _unlooked(targets: Sequence[Target], reached: Sequence[Stage], lab: Lab) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Claims of which nothing was looked at; targets that have no others although their corners were gone through."""
    looked = lab.counts.looked
    known = {claim for _, claim in looked}
    claims = [c.id for t in targets for c in t.statement.claims if c.id not in known]
    tried = {stage.target for stage in reached if stage.name == "corners" and stage.complete}
    blind = [
        t.label for t in targets if t.label in tried and not any((t.label, c.id) in looked for c in t.statement.claims)
    ]
    return tuple(dict.fromkeys(claims)), tuple(blind)


def _stages(search: Search, stages: Sequence[str]) -> list[Stage]:
    """How far each stage came; one that was not begun is not complete."""
    return [search.stages.get(name, Stage(search.target.label, name, 0, 1)) for name in stages if name != "random"] + [
        search.stages[name] for name in stages if name == "random" and name in search.stages
    ]


def _once(found: Sequence[Counterexample]) -> tuple[Counterexample, ...]:
    """Findings at one instance of one quantity are one, whatever they were found from."""
    merged: dict[tuple[str, str, str], Counterexample] = {}
    for one in found:
        key = (one.statement, one.quantity, instance_text(one.instance))
        before = merged.get(key)
        if before is None:
            merged[key] = one
        else:
            new = tuple(o for o in one.outcomes if o.claim not in before.claims)
            merged[key] = replace(before, outcomes=(*before.outcomes, *new))
    return tuple(merged.values())


def decide_at(
    targets: Sequence[Target], instance: Instance, *, seed: int, jobs: int = 1, scheduler: str | None = None,
    alpha: float = DEFAULT_ALPHA, zero_of: str | None = None,
) -> Hunted:  # fmt: skip
    """Decide the claims at one instance, with fresh samples: what ``verifier hunt … --at`` does.

    ``zero_of`` names a parameter whose value is a zero of the leading coefficient.  Raises ValueError for an instance
    outside every space, or at which nothing is claimed.
    """
    if not all(isinstance(target.source, Path) for target in targets):
        jobs, scheduler = 1, None
    findings: list[Counterexample] = []
    doubtful: list[str] = []
    stands: list[str] = []
    refused: list[str] = []
    with executor(jobs, scheduler) as hands:
        lab = Lab(hands, 1e9, seed)
        for target in targets:
            told = _refusal(target, instance)
            if not told and zero_of is not None and zero_of not in target.space.real:
                told = f"{zero_of!r} is no real parameter; it has {', '.join(target.space.real) or 'none'}"
            if told:
                refused.append(f"{target.label}: {told}")
                continue
            search = Search(lab, target, alpha)
            full = target.space.ordered({**search.field.generic, **instance})
            claims = tuple(target.asked(full))
            if not claims:
                refused.append(f"{target.label}: no claim says anything there")
                continue
            frame = {name: full[name] for name in target.space.structural}
            usual = search.field.place(frame, {})
            seen = search.field.now(frame, {n: full[n] for n in target.space.free})
            zero = any(s.kind == "zero" for s in seen.symptoms.values())
            found = outcomes(lab, target, full, claims, lab.level(alpha), zero=zero, usual=usual, root=bool(zero_of))
            at = None
            if zero_of is not None:
                value = float(full[zero_of])
                at = Zero(zero_of, value, 0.0, value, value)
            special = {n: full[n] for n in target.space.free if n in instance}
            search.conclude(full, special, found, at)
            findings += search.findings
            doubtful += search.doubtful
            where = instance_text(full)
            stands += [f"{o.claim} at {where}: {o.reason}" for o in found if o.what == "consistent"]
            missing = [c for c in claims if c not in {o.claim for o in found}]
            doubtful += [f"{c} at {where}: not decided" for c in missing]
    if not findings and not doubtful and not stands:
        raise ValueError(f"{instance_text(instance)}: {'; '.join(dict.fromkeys(refused))}")
    return Hunted(_once(findings), (), lab.counts.as_dict(), seed, alpha, 0.0, lab.spent, (), tuple(doubtful),
                  stands=tuple(stands))  # fmt: skip


def _refusal(target: Target, instance: dict[str, Any]) -> str:
    space = target.space
    unknown = [name for name in instance if name not in space.axes]
    if unknown:
        return f"{unknown[0]!r} is no parameter; it has {', '.join(space.axes)}"
    missing = [name for name in space.structural if name not in instance]
    with contextlib.suppress(KeyError):
        return f"{missing[0]} is missing" if missing else space.refuses(instance)
    return "the instance is not complete"
