"""A hunt as text: what was found, what is true there, what excludes it, how to see it again; what was searched."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console
from rich.text import Text

from verifier.hunt.finding import Counterexample, Hunted


def render(found: Hunted, console: Console, verbose: int = 0) -> None:
    """Print a hunt."""
    for number, finding in enumerate(found.findings, start=1):
        console.print(Text(f"{number}. {finding.text}", style="bold red"))
        for line in lines(finding):
            console.print(Text(f"   {line}"), soft_wrap=True)
    if not found.findings and found.blind:
        console.print("Nothing was looked at, so nothing is said.")
    elif not found.findings and not found.stands:
        console.print("Nothing was found. That is no proof: below is how much was looked at.")
    console.print()
    for line in searched(found, verbose):
        console.print(Text(line), soft_wrap=True)


def lines(finding: Counterexample) -> list[str]:
    """What is to be said of a finding besides its first line."""
    told = [f"breaks    {', '.join(finding.claims)} ({finding.statement})"]
    first = next(o for o in finding.outcomes if o.fails)
    told.append(f"why       {first.reason}; error rate {first.alpha:.1g}")
    if finding.zero is not None:
        told.append(f"zero      {finding.zero.text}")
    if finding.special:
        told.append("special   " + "; ".join(f"{name}: {said}" for name, said in finding.special.items()))
    if finding.excluded_by:
        told.append(f"excluded  by {', '.join(finding.excluded_by)}")
    if finding.proposed:
        told.append(f"proposed  {finding.proposed}")
    told.append(f"again     {finding.reproduce}")
    told.append(f"witness   {finding.witness}")
    return told


def searched(found: Hunted, verbose: int = 0) -> Iterator[str]:
    """How much was looked at."""
    counts = found.counts
    yield (
        f"looked at {counts['instances']} instances and {counts['lines']} lines, {counts['samples']} samples; "
        f"{counts['decisions']} decisions by fresh samples at an error rate of {found.alpha:g} in all; "
        f"{found.spent:.0f} s of computing time; seed {found.seed}"
    )
    if found.stopped:
        left = [f"{s.target}: {s.name} {s.done} of {s.total}" for s in found.stages if not s.complete]
        yield f"{found.stopped}: " + ("; ".join(left) or "all stages but the random search were gone through")
    if found.blind:
        yield "nothing could be drawn or asked anywhere in the space: " + "; ".join(found.blind)
    elif not found.corners_done:
        yield too_small(found)
    yield from (f"stands: {text}" for text in found.stands)
    if found.unlooked:
        yield f"not looked at, at any instance: {', '.join(found.unlooked)}"
    for text in found.doubtful[: None if verbose else 3]:
        yield f"not decided: {text}"
    failed = counts["failed"]
    if failed:
        yield f"{len(failed)} times a sampler failed, first at {failed[0]['instance']}: {failed[0]['error']}"
        if verbose:
            yield from (f"  {entry['instance']}: {entry['error']}" for entry in failed[1:])
    if found.skipped:
        yield f"no space of instances: {', '.join(found.skipped)}"


def too_small(found: Hunted) -> str:
    """The sentence about a budget that ended before the corners did."""
    stages = [s for s in found.stages if s.name == "corners"]
    done, total = sum(s.done for s in stages), sum(s.total for s in stages)
    begun = [s for s in stages if s.total > 1]
    guess = found.spent * total / done if done and len(begun) == len(stages) else None
    more = f"about {1.2 * guess:.0f}s would do" if guess else "a longer one is needed"
    return f"--budget {found.budget:g}s is too small to try the corners ({done} of {total} were tried); {more}"
