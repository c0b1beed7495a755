"""PyTorch modules as JAX functions of their parameters, by PyTorch's own dispatcher; nothing is allocated.

The module runs on tensors that have a shape and no entries: each operation that PyTorch dispatches is done in
``jax.numpy`` on the arrays that stand behind them (:mod:`verifier.programs.torchtensor`).  So the user's lines,
derivatives and loops are JAX's own, and a program of a module goes the way of every other one.
"""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import jax
import torch

from verifier.programs import torchtensor
from verifier.programs.graph import ProgramError
from verifier.programs.jaxfront import PART, alike, is_users
from verifier.programs.laws import Building, InitialLaw, LawGiven, agreed, contradicted, read_of, scales
from verifier.programs.program import Length, Spec, Width, dims_of, ones, zeros

#: widths at which a module is built to see which axes grow: multiples of 64, for heads
WIDTHS = (64, 192, 448)


def declared(
    function: Callable[..., Any], make: Callable[[int], Any], laws: Mapping[str, LawGiven] | None
) -> tuple[Callable[..., Any], dict[str, Spec]]:
    """``function(f, w, …)`` as one of weights alone, and the shapes of these.

    Raises ProgramError for a module or a law that cannot be sampled.
    """
    code = inspect.unwrap(function).__code__
    where = f"{Path(code.co_filename).name}:{code.co_firstlineno}"
    if isinstance(make, torch.nn.Module) or not callable(make):
        raise ProgramError(f"{where}: module= is a {type(make).__name__}, which has one width; give the function that "
                           "makes it, as in module=make with make(width)")  # fmt: skip
    f = ModuleFunction(make, laws or {}, where)

    @functools.wraps(function)
    def run(weights: Mapping[str, Any], *data: Any, **given: Any) -> Any:
        return function(f, f.parameters(weights), *data, **given)

    return run, f.weights


@dataclass(frozen=True, eq=False)
class _Built:
    """A module at a width, and for each parameter ``normal`` or ``constant`` and its standard deviation or value."""

    module: torch.nn.Module
    scales: Mapping[str, tuple[str, float]]

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        return {name: tuple(p.shape) for name, p in self.module.named_parameters()}

    @property
    def kinds(self) -> dict[str, tuple[str, bool]]:
        """What must be the same at all widths."""
        return {name: (kind, bool(scale)) for name, (kind, scale) in self.scales.items()}


class ModuleFunction:
    """The modules that ``make(width)`` builds, as one function: ``f(w, *inputs)`` is their forward pass.

    ``w`` are the parameters by PyTorch's names (``fc1.weight``), arrays of JAX's or tracers; so are the inputs and the
    results.  Modules are run as ``make`` leaves them, in training mode unless it says ``.eval()``.
    """

    def __init__(self, make: Callable[[int], Any], laws: Mapping[str, LawGiven], where: str) -> None:
        self.make, self.laws, self.where = make, dict(laws), where
        self.label = getattr(make, "__name__", "make")
        self.weights: dict[str, Spec] = {}
        self._doubted: dict[str, InitialLaw] = {}
        self._built: dict[int, _Built] = {}
        self._repeated = False
        self._doubted = self._doubts()
        self.weights = self._specs([self._at(n) for n in WIDTHS])

    def __call__(self, w: Mapping[str, Any], *inputs: Any, **named: Any) -> Any:
        module = self._at(self._width(w)).module
        trained = {name: p.requires_grad for name, p in module.named_parameters()}
        frozen = {name: x if trained[name] else jax.lax.stop_gradient(x) for name, x in w.items()}
        buffers = dict(module.named_buffers())

        def run(w: Mapping[str, Any]) -> Any:
            return torchtensor.run(module, w, buffers, inputs, named, f"{self.where}: ")

        if not self._repeated:  # numbers of Python's, NumPy's or a clock's, and what it counts elsewhere
            first, second = (jax.make_jaxpr(lambda w, _=k: run(w))(frozen) for k in range(2))
            if not alike(first, second):
                raise ProgramError(f"{self.where}: the module is another function each time it is called (by random "
                                   "numbers, a clock, a count); let it depend on weights and inputs alone")  # fmt: skip
            self._repeated = True
        return run(frozen)

    def parameters(self, unit: Mapping[str, Any]) -> dict[str, Any]:
        """Parameters from entries that are N(0, 1), or 1, or 0."""
        scale = {name: size for name, (_, size) in self._at(self._width(unit)).scales.items()}
        return {name: x if scale[name] in (0.0, 1.0) else scale[name] * x for name, x in unit.items()}

    def _width(self, w: Mapping[str, Any]) -> int:
        if odd := sorted(self.weights.keys() ^ w.keys()):
            raise ProgramError(f"{torchtensor.line()}f(w, …) takes the parameters of the module, all and no others: "
                               f"{', '.join(odd)}")  # fmt: skip
        name, axis, d = next((name, axis, d) for name, spec in self.weights.items()
                             for axis, d in enumerate(dims_of(spec)) if isinstance(d, Width))  # fmt: skip
        return int(w[name].shape[axis] / d.times)

    def _at(self, width: int) -> _Built:
        """Built once.  ProgramError where it is another module than at other widths."""
        if width not in self._built:
            built = self._build(width)
            _name_parts(built.module)
            lengths = {name: tuple(int(width * d.times) if isinstance(d, Width) else d for d in dims_of(spec))
                       for name, spec in self.weights.items()}  # fmt: skip
            if lengths and (built.shapes != lengths or built.kinds != self._built[WIDTHS[0]].kinds):
                raise self._other(width)
            self._built[width] = built
        return self._built[width]

    def _build(self, width: int) -> _Built:
        module, laws = self._made(width)
        for name, b in module.named_buffers():
            if b.device.type == "meta":
                raise ProgramError(f"{self.where}: the buffer {name} of shape {tuple(b.shape)} has no value: it is "
                                   "random, not filled, or has too many entries")  # fmt: skip
        known = {name: self._doubted.get(name, law) for name, law in laws.items()}
        return _Built(module, scales(known, self.laws, width, self.where))

    def _doubts(self) -> dict[str, InitialLaw]:
        """Laws that are other ones where the module is built with storage."""
        (module, seen), (drawn, real), (again, _) = (self._made(WIDTHS[0], seed) for seed in (None, 0, 1))
        if odd := torchtensor.Held(module).differs(torchtensor.Held(drawn)):
            raise ProgramError(f"{self.where}: {self.label} makes another {odd[0]} each time; a module has one that is "
                               "not random, or a parameter")  # fmt: skip
        found = {name: agreed(law, real.get(name, law)) for name, law in seen.items()}
        found |= contradicted(read_of(found, self.laws), dict(drawn.named_parameters()),
                              dict(again.named_parameters()))  # fmt: skip
        return {name: law for name, law in found.items() if law != seen[name]}

    def _made(self, width: int, seed: int | None = None) -> tuple[torch.nn.Module, dict[str, InitialLaw]]:
        """The module, with storage where there is a seed, and the laws of its parameters as they are seen."""
        with torch.random.fork_rng(devices=[]), Building(seed is not None) as building:
            if seed is not None:
                torch.manual_seed(seed)
            module = self.make(width)
        if not isinstance(module, torch.nn.Module):
            raise ProgramError(f"{self.where}: {self.label}({width}) returns a {type(module).__name__}; return a "
                               "torch.nn.Module")  # fmt: skip
        if any(torch.nn.parameter.is_lazy(p) for p in module.parameters()):
            raise ProgramError(f"{self.where}: {self.label} makes a module that is lazy: the shapes of its parameters "
                               "are not known; write them")  # fmt: skip
        hooked = [name for name, p in module.named_parameters()
                  if p._backward_hooks or getattr(p, "_post_accumulate_grad_hooks", None)]  # fmt: skip
        hooked += [name or self.label for name, part in module.named_modules()
                   if part._backward_hooks or part._backward_pre_hooks]  # fmt: skip
        if hooked:
            raise ProgramError(f"{self.where}: {hooked[0]} has a hook on its derivative, which is JAX's here, without "
                               "it; write it where the derivative is used")  # fmt: skip
        laws = building.of(dict(module.named_parameters()))
        if not laws:
            raise ProgramError(f"{self.where}: the module that {self.label} makes has no parameters")
        if len({p.untyped_storage()._cdata for p in module.parameters()}) < len(laws):
            raise ProgramError(f"{self.where}: two parameters that {self.label} makes are views of one tensor; make "
                               "them one parameter")  # fmt: skip
        return module, laws

    def _specs(self, built: Sequence[_Built]) -> dict[str, Spec]:
        """The shapes of the parameters: which axes grow, and in which proportion to the width."""
        first, shapes = built[0], [b.shapes for b in built]
        ranks = [{name: len(shape) for name, shape in s.items()} for s in shapes]
        for n, b, rank in zip(WIDTHS, built, ranks, strict=True):
            if b.kinds != first.kinds or rank != ranks[0]:
                raise self._other(n)
        specs: dict[str, Spec] = {}
        for name, (kind, scale) in first.scales.items():
            dims = tuple(self._axis(name, sizes) for sizes in zip(*(s[name] for s in shapes), strict=True))
            specs[name] = dims if kind == "normal" else ones(*dims) if scale else zeros(*dims)
        if not any(isinstance(d, Width) for spec in specs.values() for d in dims_of(spec)):
            raise ProgramError(f"{self.where}: {self.label} ignores its width: all parameters keep their shapes")
        return specs

    def _axis(self, name: str, sizes: Sequence[int]) -> Length:
        ratios = {Fraction(size, width) for size, width in zip(sizes, WIDTHS, strict=True)}
        if len(set(sizes)) == 1:
            return sizes[0]
        if len(ratios) == 1:
            return Width("n", ratios.pop())
        told = ", ".join(f"{size} at {width}" for size, width in zip(sizes, WIDTHS, strict=True))
        raise ProgramError(f"{self.where}: an axis of the parameter {name} is not in proportion to the width: {told}")

    def _other(self, width: int) -> ProgramError:
        return ProgramError(
            f"{self.where}: {self.label}({width}) has other parameters, or other laws of them, than "
            f"{self.label}({WIDTHS[0]}); let only lengths of axes and standard deviations change"
        )


def _name_parts(module: torch.nn.Module) -> None:
    """Values of a part that no line of the user's names, as those of a Sequential, are called by the part.

    The name is a scope of JAX's.  Around a part that the user wrote it is empty: there lines have names.
    """
    for name, part in module.named_modules():
        code = getattr(inspect.unwrap(type(part).forward), "__code__", None)
        own = code is not None and is_users(code.co_filename)
        scopes: list[Any] = []

        def before(*_: Any, name: str = name, own: bool = own, scopes: list[Any] = scopes) -> None:
            scopes.append(jax.named_scope(PART + ("" if own or _called_by_user() else name)))
            scopes[-1].__enter__()

        def after(*_: Any, scopes: list[Any] = scopes) -> None:
            scopes.pop().__exit__(None, None, None)

        part.register_forward_pre_hook(before)
        part.register_forward_hook(after, always_call=True)


def _called_by_user() -> bool:
    """Whether a line of the user's, and not a container of PyTorch's, calls the part that is about to run."""
    frame: Any = sys._getframe(2)
    while frame is not None and frame.f_code.co_filename == torch.nn.modules.module.__file__:
        frame = frame.f_back
    return frame is None or is_users(frame.f_code.co_filename)
