"""The instances that a statement speaks of: axes by name, in an order in which later ones may depend on earlier ones.

>>> from verifier.hunt.axes import angles, integers
>>> space = Space(L=integers(1, 2), r=integers(0, lambda L: L), angle=angles())
>>> space.refuses({"L": 2, "r": 1, "angle": 200})
'angle is 200; degrees from 0 to 180 is allowed'
>>> [frame for frame in space.frames() if frame["L"] == 1]
[{'L': 1, 'r': 0}, {'L': 1, 'r': 1}]
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, product
from typing import Any

import numpy as np

from verifier.hunt.axes import Axis, Corner

Instance = dict[str, Any]


class SpaceError(ValueError):
    """A space that has no instances, or an axis that is none."""


@dataclass(frozen=True, init=False)
class Space:
    """Axes by name; ``names`` in the order in which they were given.

    A check's cells are made by :meth:`cells`, so that what is sampled and what is hunted is declared once.  Raises
    SpaceError for no axes, for an axis that is none, and for one that depends on what does not come before it.
    """

    axes: Mapping[str, Axis] = field(default_factory=dict)

    def __init__(self, **axes: Axis) -> None:
        if not axes:
            raise SpaceError("a space has no axes; write Space(angle=angles(), L=integers(1, 3))")
        known: list[str] = []
        for name, axis in axes.items():
            if not isinstance(axis, Axis):
                raise SpaceError(f"{name} is {axis!r}; an axis is needed, such as integers(1, 3) or angles()")
            for wanted in _wanted(axis):
                if wanted not in known:
                    raise SpaceError(f"{name} depends on {wanted}, which must come before it")
            known.append(name)
        object.__setattr__(self, "axes", dict(axes))

    def __hash__(self) -> int:
        return id(self)

    @property
    def structural(self) -> tuple[str, ...]:
        """The axes that are enumerated."""
        return tuple(name for name, axis in self.axes.items() if axis.structural)

    @property
    def free(self) -> tuple[str, ...]:
        """The axes that are generic or at a corner."""
        return tuple(name for name, axis in self.axes.items() if not axis.structural)

    @property
    def real(self) -> tuple[str, ...]:
        """The axes along which zeros are looked for."""
        return tuple(name for name in self.free if self.axes[name].span() is not None)

    def refuses(self, instance: Mapping[str, Any]) -> str:
        """Why an instance does not lie in the space, in words; else nothing.  Axes it leaves out are not asked."""
        for name, axis in self.axes.items():
            if name in instance and all(w in instance for w in _wanted(axis)):
                allowed = axis.refuses(instance[name], instance)
                if allowed:
                    return f"{name} is {instance[name]}; {allowed} is allowed"
        return ""

    def cells(self, **axes: Any) -> tuple[Instance, ...]:
        """Cells of a check, as :func:`verifier.check.cells` makes them.  SpaceError for one outside the space."""
        from verifier.quantities.check import cells

        found = cells(**axes)
        for cell in found:
            if unknown := [name for name in cell if name not in self.axes]:
                raise SpaceError(f"{unknown[0]!r} is no axis of the space; it has {', '.join(self.axes)}")
            if told := self.refuses(cell):
                raise SpaceError(f"a cell lies outside the space: {told}")
        return found

    def frames(self, beyond: bool = False) -> list[Instance]:
        """All values of the structural axes, the simplest first; ``beyond``: one beyond their ends, too.

        Raises SpaceError where there are none.
        """
        found: list[Instance] = [{}]
        for name in self.structural:
            axis = self.axes[name]
            found = [
                {**frame, name: value}
                for frame in found
                for value in (*axis.values(frame), *(axis.beyond(frame) if beyond else ()))
            ]
        if not found or (self.structural and not found[0]):
            raise SpaceError(f"the space is empty: {', '.join(self.structural)} have no values")
        return sorted(found, key=self.cost)

    def cost(self, instance: Mapping[str, Any]) -> float:
        """How far from simple the structural part of an instance is."""
        return sum(self.axes[name].cost(instance[name]) for name in self.structural if name in instance)

    def generic(self, rng: np.random.Generator) -> Instance:
        """A generic value of each free axis."""
        return {name: self.axes[name].generic(rng) for name in self.free}

    def corners(self, count: int) -> Iterator[dict[str, Corner]]:
        """All ways to put ``count`` of the free axes at a corner."""
        for names in combinations(self.free, count):
            for chosen in product(*(self.axes[name].corners() for name in names)):
                yield dict(zip(names, chosen, strict=True))

    def ordered(self, instance: Mapping[str, Any]) -> Instance:
        """The instance with its parameters in the order of the axes."""
        return {name: instance[name] for name in self.axes if name in instance}


def declaration(parameters: Sequence[str]) -> str:
    """How a space is declared, with an example made from these parameters."""
    named = {"angle": "angles()", "z": "pairs()", "norm": "norms()", "z_angle": 'angles("z_i", "z_j")'}
    shown = [f"{name}={named.get(name, 'integers(1, 3)')}" for name in parameters] or ["L=integers(1, 3)"]
    return f"Measure(quantity, cells, space=Space({', '.join(shown)}))"


def _wanted(axis: Axis) -> list[str]:
    """The earlier axes that an axis depends on."""
    functions = [end for end in vars(axis).values() if callable(end)]
    return [name for function in functions for name in inspect.signature(function).parameters]
