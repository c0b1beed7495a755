"""Which laws the parameters of a PyTorch module have, read from how it initialises them; nothing large is allocated.

A module is built with tensors that have no storage where they are random, large or not filled, and what would be
written into them is seen: ``nn.init.normal_`` is a normal law, ``zeros_`` a constant.  Of what is written otherwise
nothing is concluded.  Some of PyTorch's initialisers do nothing without storage (``orthogonal_``): at one small width
the module is built with it too, and only what is seen there as well is believed.
"""

from __future__ import annotations

import inspect
import math
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from itertools import combinations
from typing import Any

import numpy as np
import torch
from scipy import stats
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from verifier.programs.graph import ProgramError

#: a tensor of more entries is not made while a module is built or traced
LARGEST = 2**24
#: so many entries of a parameter are looked at for those of another one
ENTRIES = 2**16
#: what a law may be given as: a standard deviation, perhaps as a function of the width, or this word
GAUSSIAN = "gaussian"
LawGiven = float | str | Callable[[int], float]
KNOWN = ("normal", "uniform", "constant")


@dataclass(frozen=True)
class InitialLaw:
    """What the entries of a parameter are: ``normal`` of standard deviation ``size``, ``uniform`` in ±``size``, the
    ``constant`` ``size``; any other word is the operation by which it is unknown.

    Parameters of one ``draw`` are copies of one another.
    """

    word: str
    size: float = math.nan
    draw: int = field(default=0, compare=False)

    def times(self, factor: float) -> InitialLaw:
        """That of a multiple."""
        return replace(self, size=self.size * (factor if self.word == "constant" else abs(factor)))


#: PyTorch's initialisers that do nothing to a tensor without storage
_LEFT_OUT = {f.__code__ for f in vars(torch.nn.init).values() if inspect.isfunction(f) and "is_meta" in
             f.__code__.co_names}  # fmt: skip


class Building(TorchDispatchMode):
    """In it modules are built, with ``storage`` or without; ``of`` says what was written into tensors."""

    def __init__(self, storage: bool = False) -> None:
        super().__init__()
        self._storage = storage
        self._draws = 0
        self._laws: dict[
            int, tuple[Any, InitialLaw]
        ] = {}  # by storage, which is kept, so that no other one has its address

    def __enter__(self) -> Any:
        entered = super().__enter__()
        self._outer = sys.getprofile()
        sys.setprofile(self._called)
        return entered

    def __exit__(self, *told: Any) -> None:
        sys.setprofile(self._outer)
        super().__exit__(*told)

    def _called(self, frame: Any, event: str, what: Any) -> None:
        """Initialisers that leave out what they do leave no law, at whichever width they are called."""
        if event == "call" and frame.f_code in _LEFT_OUT:
            tensor = next((a for a in frame.f_locals.values() if isinstance(a, torch.Tensor)), None)
            if tensor is not None and tensor.is_meta:
                self._keep(tensor, InitialLaw(frame.f_code.co_name.removeprefix("_no_grad_")))

    def of(self, parameters: Mapping[str, torch.Tensor]) -> dict[str, InitialLaw]:
        """The laws of parameters; of copies of one another none is known."""
        found = {name: self._law(p) for name, p in parameters.items()}
        count = Counter(law.draw for law in found.values() if law.draw)
        return {
            name: InitialLaw("a copy of another one") if count[law.draw] > 1 else law for name, law in found.items()
        }

    def _law(self, tensor: torch.Tensor) -> InitialLaw:
        """The law of a tensor's entries."""
        storage = tensor.untyped_storage()
        if storage._cdata in self._laws and not tensor.is_complex():
            return self._laws[storage._cdata][1] if _whole(tensor) else InitialLaw("a view of another tensor")
        if tensor.is_complex():
            return InitialLaw("complex numbers")
        if tensor.device.type == "meta" or not tensor.numel():
            return InitialLaw("operations of its own")
        first = tensor.detach().flatten()[0]
        return InitialLaw("constant", float(first)) if bool((tensor == first).all()) else InitialLaw("data")

    def __torch_dispatch__(self, func: Any, types: Any, args: Sequence[Any] = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        given = [a for a in tree_leaves((args, kwargs)) if isinstance(a, torch.Tensor)]
        real = bool(given) or self._storage
        made = func(*args, **(kwargs if real else without_storage(func, args, kwargs)))
        name = func.__name__.partition(".")[0]
        arguments = func._schema.arguments
        passed = {a.name: value for a, value in zip(arguments, args, strict=False)} | dict(kwargs)
        targets = [t for a in arguments if a.alias_info is not None and a.alias_info.is_write
                   for t in tree_leaves(passed.get(a.name)) if isinstance(t, torch.Tensor)]  # fmt: skip
        for target in targets:
            law = self._written(name, args, kwargs, True) if args and target is args[0] else None
            self._keep(target, (law or InitialLaw(name)) if _whole(target) else InitialLaw(f"{name} of a part"))
        if not targets and isinstance(made, torch.Tensor):
            self._keep(made, self._written(name, args, kwargs, False))
        return made

    def _keep(self, tensor: torch.Tensor, law: InitialLaw | None) -> None:
        if law is not None and law.word in ("normal", "uniform") and not law.draw:
            self._draws += 1
            law = replace(law, draw=self._draws)
        if law is not None:
            storage = tensor.untyped_storage()
            self._laws[storage._cdata] = (storage, law)

    def _written(self, name: str, args: Sequence[Any], kwargs: Mapping[str, Any], written: bool) -> InitialLaw | None:
        """The law of what an operation writes, or makes; None where it leaves the entries, or nothing is known."""
        numbers = [a for a in args[1:] if isinstance(a, int | float)]
        if name in ("normal_", "randn"):
            mean, std = (*numbers, 0.0, 1.0)[:2] if len(numbers) != 1 else (numbers[0], 1.0)
            return (
                InitialLaw("normal", abs(std))
                if mean == 0 or name == "randn"
                else InitialLaw("normal_ of another mean")
            )
        if name == "uniform_":
            low, high = (numbers + [0.0, 1.0][len(numbers) :])[:2]  # PyTorch leaves out its defaults at the end
            return InitialLaw("uniform", high) if low == -high else InitialLaw("uniform_ of another mean")
        if name in ("zero_", "zeros", "zeros_like"):
            return InitialLaw("constant", 0.0)
        if name in ("ones", "ones_like"):
            return InitialLaw("constant", 1.0)
        if name in ("fill_", "full"):
            return InitialLaw("constant", float(numbers[0])) if numbers else InitialLaw(name)
        scaled = {"mul": lambda c: c, "div": lambda c: 1 / c}.get(name.rstrip("_")) if not kwargs else None
        kept = name in ("_to_copy", "clone") and (kwargs.get("dtype") or torch.float32).is_floating_point
        if (kept or scaled) and not (isinstance(args[0], torch.Tensor) and _entries(args[0])):
            kept, scaled = False, None
        if scaled is None and not kept:
            return InitialLaw(name) if written else None
        storage = args[0].untyped_storage() if isinstance(args[0], torch.Tensor) else None
        old = self._laws.get(storage._cdata) if storage is not None else None
        if kept or old is None or not numbers or not numbers[0]:
            return old[1] if kept and old else InitialLaw(name) if written else None
        return old[1].times(scaled(numbers[0])) if scaled else None


def _whole(tensor: torch.Tensor) -> bool:
    """Whether all that a tensor's storage holds are its entries, once each."""
    return bool(tensor.numel() == tensor.untyped_storage().nbytes() // tensor.element_size()) and _entries(tensor)


def _entries(tensor: torch.Tensor) -> bool:
    """Whether all entries of a tensor are other ones: of an ``expand``, or a window that slides, they are not."""
    reach = 0
    for stride, size in sorted(zip(tensor.stride(), tensor.shape, strict=True)):
        if size > 1 and stride <= reach:
            return False
        reach += stride * (size - 1)
    return True


def contradicted(
    laws: Mapping[str, InitialLaw], drawn: Mapping[str, torch.Tensor], again: Mapping[str, torch.Tensor]
) -> dict[str, InitialLaw]:
    """Laws that the entries which were drawn do not have, by what cannot be seen: NumPy, or the same seed twice.

    A law that is true is contradicted with a probability below 1e-9.  ``again`` is drawn by another seed: two numbers
    that are equal in both are of one seed, also where there are no others.
    """
    found: dict[str, InitialLaw] = {}
    unit: dict[str, Any] = {}
    few: dict[str, Any] = {}
    for name, law in laws.items():
        if law.word not in KNOWN:
            continue
        x = drawn[name].detach().double().flatten().numpy()
        if law.word == "constant" and not np.allclose(x, law.size, rtol=1e-6, atol=0.0):
            found[name] = InitialLaw("written otherwise than by PyTorch's operations")
        if law.word in ("normal", "uniform") and law.size:
            kind = stats.norm if law.word == "normal" else stats.uniform(-1, 2)
            other = again[name].detach().double().flatten().numpy()
            few[name] = np.abs(np.stack([x[:1], other[:1]])) / law.size
            unit[name] = np.unique(np.round(np.abs(x[:ENTRIES]) / law.size, 6))
            if len(x) >= 8 and stats.kstest(x / law.size, kind.cdf).pvalue < 1e-10:
                found[name] = InitialLaw("its entries are not of the law that is read")
    for first, second in combinations([name for name in unit if drawn[name].element_size() > 2], 2):
        if min(drawn[first].numel(), drawn[second].numel()) >= 32:
            both = len(np.intersect1d(unit[first], unit[second], assume_unique=True))
            same = both > 0.5 * min(len(unit[first]), len(unit[second]))
        else:
            same = np.allclose(few[first], few[second], rtol=1e-6, atol=0.0)
        if same:
            found[second] = InitialLaw(f"the same random numbers as {first}, of the same seed")
    return found


def agreed(seen: InitialLaw, real: InitialLaw) -> InitialLaw:
    """What was seen without storage, where it was the same with storage."""
    if real.word not in KNOWN:
        return real
    same = seen.word == real.word and math.isclose(seen.size, real.size, rel_tol=1e-6)
    return seen if same else InitialLaw("by what PyTorch leaves out for a tensor without storage")


def without_storage(func: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Mapping[str, Any]:
    """The keywords with which an operation on numbers makes a tensor: one without storage where it is large, random or
    not filled."""
    if not any(argument.name == "device" for argument in func._schema.arguments):
        return kwargs
    told = {**kwargs, "device": torch.device("meta")}
    entries = func(*args, **told).numel()
    nothing = "empty" in func.__name__ or torch.Tag.nondeterministic_seeded in func.tags
    return told if entries > LARGEST or (nothing and entries) else kwargs


def scales(
    laws: Mapping[str, InitialLaw], given: Mapping[str, LawGiven], width: int, where: str
) -> dict[str, tuple[str, float]]:
    """For each parameter ``normal`` or ``constant``, and its standard deviation or value at this width.

    ``given`` are standard deviations by names or patterns, the first that matches, over what was read.  ProgramError
    for a parameter without a law that can be sampled, a pattern of none and what is no standard deviation.
    """
    for pattern in given:
        if not any(fnmatchcase(name, pattern) for name in laws):
            raise ProgramError(f"{where}: laws: {pattern!r} is no parameter; there are {', '.join(laws)}")
    return {name: _scale(name, law, _chosen(name, given), width, where) for name, law in laws.items()}


def _chosen(name: str, given: Mapping[str, LawGiven]) -> LawGiven | None:
    if name in given:
        return given[name]
    return next((law for pattern, law in given.items() if fnmatchcase(name, pattern)), None)


def read_of(laws: Mapping[str, InitialLaw], given: Mapping[str, LawGiven]) -> dict[str, InitialLaw]:
    """Those that are sampled as they were read."""
    return {name: law for name, law in laws.items() if _chosen(name, given) in (None, GAUSSIAN)}


def _scale(name: str, law: InitialLaw, given: LawGiven | None, width: int, where: str) -> tuple[str, float]:
    if given is not None and given != GAUSSIAN:
        std = given(width) if callable(given) else given
        if isinstance(std, bool) or not isinstance(std, int | float) or not 0 <= std < math.inf:
            raise ProgramError(f"{where}: laws: {name} has {std!r}; a law is a standard deviation, a function of the "
                               f"width that returns one, or {GAUSSIAN!r}")  # fmt: skip
        return ("normal", float(std)) if std else ("constant", 0.0)
    if law.word == "uniform" and given == GAUSSIAN:
        return "normal", law.size / math.sqrt(3.0)
    if law.word in ("normal", "constant") and math.isfinite(law.size):
        return (law.word, law.size) if law.size else ("constant", 0.0)
    if law.word == "uniform":
        raise ProgramError(
            f"{where}: the parameter {name} starts uniform (PyTorch's default), and normal ones are sampled: say "
            f"laws={{{name!r}: {GAUSSIAN!r}}}, another law of the same variance, or use nn.init.normal_"
        )
    raise ProgramError(
        f"{where}: the law of the parameter {name} cannot be read from how it is initialised ({law.word}): say "
        f"laws={{{name!r}: …}}, the standard deviation of normal entries, perhaps as a function of the width"
    )
