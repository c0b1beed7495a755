"""The smallest instance: smaller integers first, then as few special values as will do, then simple numbers.

A shrunk instance has to fail in the same way, and each of its special values has to be needed: with a generic one in
its place the claim stands.  Otherwise shrinking would slip from one cause to another.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from verifier.hunt.field import Candidate, Field, Special
from verifier.hunt.space import Instance

#: Frames that are tried in the place of a larger one.
MOST = 40
#: What a failing region reaches to both sides, as a part of the range.
NEAR = 0.02
#: Generic instances among which those are looked for at which a claim stands.
TRIES = 5


def shrink(field: Field, found: Candidate) -> tuple[Candidate, Special]:
    """The smallest candidate of the same kind, and simple values of the parameters that do not matter.

    Raises OutOfTime.
    """
    found = fewer(field, found)
    found = smaller(field, found)
    found = rounder(field, found)
    return found, plain(field, found)


def fewer(field: Field, found: Candidate) -> Candidate:
    """Without the special values that are not needed."""
    for name in tuple(found.special):
        rest = {other: value for other, value in found.special.items() if other != name}
        if field.fails(found.frame, rest, found.claims[0], found.kind):
            found = replace(found, special=rest)
    return found


def smaller(field: Field, found: Candidate) -> Candidate:
    """The first frame, from the simplest on, at which it fails alike."""
    cost = field.space.cost(found.frame)
    before = [frame for frame in field.inside if field.space.cost(frame) < cost]
    for frame in before[:MOST]:
        if _holds_up(field, frame, found.special, found):
            return replace(found, frame=frame)
    return found


def rounder(field: Field, found: Candidate) -> Candidate:
    """Simple numbers, then few digits, in the place of special values that are neither."""
    for name, value in found.special.items():
        axis = field.space.axes[name]
        if value in axis.simple() or axis.span() is None:
            continue
        for other in (*axis.simple(), *(float(f"{value:.{digits}g}") for digits in (1, 2, 3))):
            special = {**found.special, name: other}
            if other != value and _holds_up(field, found.frame, special, found):
                found = replace(found, special=special)
                break
    return found


def plain(field: Field, found: Candidate) -> Special:
    """The simplest values of the axes that do not matter at which it still fails alike, and for the same reason."""
    chosen: dict[str, Any] = {}
    standing = _standing(field, found) if not found.special else []
    for name in field.space.free:
        if name in found.special:
            continue
        for value in field.space.axes[name].simple():
            if value == field.generic[name]:
                break
            at = {**chosen, name: value}
            if _by_itself(field, found, standing, name, value) or not _with(field, found, at):
                continue
            if found.special or _around(field, found, at, name):
                chosen = at
                break
    return chosen


def _standing(field: Field, found: Candidate) -> list[Special]:
    """Generic values at which the claim stands that fails at others; none where it seems to fail at all of them."""
    points = [{name: field.space.axes[name].generic(field.rng) for name in field.space.free} for _ in range(TRIES)]
    return [at for at in points if not field.fails(found.frame, at, found.claims[0])]


def _by_itself(field: Field, found: Candidate, standing: list[Special], name: str, value: Any) -> bool:
    """Whether this value alone makes the claim fail, wherever it stands otherwise: a reason of its own."""
    alone = len(field.space.free) == 1  # then where it stands and where it fails differ in nothing else
    places = [{**at, name: value} for at in standing]
    return not alone and bool(places) and all(field.fails(found.frame, at, found.claims[0]) for at in places)


def _around(field: Field, found: Candidate, chosen: Special, name: str) -> bool:
    """Whether it fails on both sides of a real value, too: what fails at generic values fails in a region."""
    span = field.space.axes[name].span()
    if span is None:
        return True
    reach = NEAR * (span[1] - span[0])
    near = [chosen[name] + reach, chosen[name] - reach]
    return all(
        field.fails(found.frame, {**chosen, name: at}, found.claims[0], found.kind)
        for at in near if span[0] <= at <= span[1]
    )  # fmt: skip


def _with(field: Field, found: Candidate, chosen: Special) -> bool:
    if not field.fails(found.frame, {**chosen, **found.special}, found.claims[0], found.kind):
        return False
    for name in found.special:
        rest = {other: value for other, value in found.special.items() if other != name}
        if field.fails(found.frame, {**chosen, **rest}, found.claims[0]):
            return False
    return True


def _holds_up(field: Field, frame: Instance, special: Special, found: Candidate) -> bool:
    claim = found.claims[0]
    return field.fails(frame, special, claim, found.kind) and field.needed(frame, special, claim)


def words(field: Field, special: Mapping[str, Any]) -> dict[str, str]:
    """What is special about the values, in words."""
    found = {}
    for name, value in special.items():
        corners = field.space.axes[name].corners()
        found[name] = next((c.said for c in corners if c.value == value), f"{name} = {value}")
    return found


def sentences(field: Field, special: Mapping[str, Any]) -> str:
    """A sentence that excludes the special values: all of them together, where there are several."""
    found = [field.space.axes[name].excluded(value) or f"{name} ≠ {value}" for name, value in special.items()]
    return found[0] if len(found) == 1 else " or ".join(found)
