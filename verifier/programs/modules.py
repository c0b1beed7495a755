"""Dense PyTorch models as they stand, from a factory: every module watched over a few training steps.

    def make(width):
        model = …                                        # a torch.nn.Module
        return model, batch, loss, optimizer             # loss(model, batch) is a number; no optimizer: no training

Recorded, as root mean squares over the entries: what each module gives (``fc1, t=0`` before the first step), how far
that has moved since (``change fc1, t=1``), the gradient of the loss with respect to it (``grad fc1, t=0``) and to each
parameter, and each parameter's update (``update fc1.weight, t=1``).  The batch is the same at all steps.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np
import numpy.typing as npt

from verifier.programs.graph import Dim, ProgramError, WidthAxis
from verifier.projects.loading import LoadError, blame

#: Few widths and seeds, for models that are built; multiples of 64, for heads; ratios are not equal.
MODULE_WIDTHS = (64, 128, 320, 704, 1536)
MODULE_SAMPLES = 32
MODULE_STEPS = 3
FORMS = "(model, batch, loss) or (model, batch, loss, optimizer), with loss(model, batch)"

Key = tuple[int, int]


class NoTorch(ImportError):
    """PyTorch is not installed; names the extra that brings it."""


def require() -> Any:
    """PyTorch.  Raises :class:`NoTorch` where it cannot be imported."""
    try:
        import torch
    except ImportError:
        raise NoTorch(
            "a factory of modules needs PyTorch, which the extra [torch] brings: pip install 'wide-verifier[torch]'"
        ) from None
    return torch


@dataclass(frozen=True)
class Factory:
    """A function ``make(width)`` that returns a model, a batch, a loss and perhaps an optimizer.

    It is called once for each width and seed, with PyTorch's stream seeded for it; it must not seed the stream itself.
    """

    make: Callable[[int], Any]
    steps: int = MODULE_STEPS

    @property
    def label(self) -> str:
        """What it is called."""
        return getattr(self.make, "__name__", "make")

    @property
    def file(self) -> Path | None:
        """The file that it stands in."""
        code = getattr(inspect.unwrap(self.make), "__code__", None)
        return None if code is None else Path(code.co_filename)

    @property
    def line(self) -> str:
        """``file.py:12``, where it is defined."""
        code = getattr(inspect.unwrap(self.make), "__code__", None)
        return "the factory" if code is None else f"{Path(code.co_filename).name}:{code.co_firstlineno}"

    def built(self, width: int) -> tuple[Any, Any, Callable[..., Any], Any]:
        """(model, batch, loss, optimizer or None) at this width.  ProgramError for what is none."""
        torch = require()
        with self.blamed():
            made = self.make(width)
        if not isinstance(made, tuple) or len(made) not in (3, 4):
            raise ProgramError(f"{self.line}: {self.label}({width}) returns {_told(made)}; return {FORMS}")
        model, batch, loss, optimizer = (*made, None)[:4]
        if not isinstance(model, torch.nn.Module):
            raise ProgramError(f"{self.line}: the model that {self.label} returns is {_told(model)}; a "
                               "torch.nn.Module is needed")  # fmt: skip
        if isinstance(loss, torch.nn.Module) or not callable(loss):
            raise ProgramError(
                f"{self.line}: the loss that {self.label} returns is {_told(loss)}; a function loss(model, batch) is "
                "needed, as in lambda model, batch: mse_loss(model(batch[0]), batch[1])"
            )
        if optimizer is not None and not (hasattr(optimizer, "step") and hasattr(optimizer, "zero_grad")):
            raise ProgramError(f"{self.line}: the optimizer that {self.label} returns is {_told(optimizer)}; a "
                               "torch.optim.Optimizer is needed")  # fmt: skip
        return model, batch, loss, optimizer

    @contextmanager
    def blamed(self) -> Iterator[None]:
        """What the user's code raises becomes a ProgramError with its line; what it prints goes to standard error."""
        try:
            with redirect_stdout(sys.stderr):
                yield
        except (ProgramError, MemoryError, LoadError, NoTorch):
            raise
        except Exception as error:
            if isinstance(error, RuntimeError) and "allocate" in str(error):
                raise MemoryError(str(error).splitlines()[0]) from error
            raise ProgramError(str(blame(error, self.file) if self.file else error)) from error


@dataclass(frozen=True)
class ModelValue:
    """A value of a model: its name, shape and line.  ``returned``: the change of a module after the last step."""

    name: str
    dims: tuple[Dim, ...]
    line: str
    backward: bool = False
    returned: bool = False


@dataclass
class ModuleRecord:
    """rms and mean by value and width, one number a seed; NaN where a run did not get so far."""

    samples: int
    items: list[ModelValue] = field(default_factory=list)
    columns: dict[Key, dict[int, npt.NDArray[np.float64]]] = field(default_factory=dict)
    means: dict[Key, dict[int, npt.NDArray[np.float64]]] = field(default_factory=dict)
    unmeasured: set[int] = field(default_factory=set)
    not_finite: str = ""
    _places: dict[str, int] = field(default_factory=dict)
    _shapes: dict[str, dict[int, tuple[int, ...]]] = field(default_factory=dict)
    _lines: dict[str, tuple[str, bool, bool]] = field(default_factory=dict)
    _complete: dict[int, set[str]] = field(default_factory=dict)

    def at(self, factory: Factory, n: int, seed: int) -> None:
        """Train ``samples`` models of width n."""
        torch = require()
        first: list[Any] | None = None
        for sample in range(self.samples):
            stream = int(np.random.SeedSequence([seed, n, sample]).generate_state(1, np.uint64)[0] >> np.uint64(1))
            with torch.random.fork_rng():
                torch.manual_seed(stream)
                built = factory.built(n)
                weights = [p.detach().clone() for p in built[0].parameters()] if sample < 2 else []
                if sample == 1 and first is not None:
                    _check_random(factory, first, weights, n)
                first = weights
                run = _Run(self, factory, n, sample, built[0])
                run.train(*built[1:])
            if run.broken:
                self.not_finite = self.not_finite or f"n = {n}: sample {sample} is not finite, first {run.broken}"
            elif self._complete.setdefault(n, run.seen) != run.seen:
                odd = sorted(self._complete[n] ^ run.seen)[0]
                raise ProgramError(f"{factory.line}: {factory.label} makes {odd} with some seeds only")
        self._finish(factory)

    def store(self, name: str, size: float, mean: float, n: int, sample: int, shape: tuple[int, ...],
              told: tuple[str, bool, bool]) -> None:  # fmt: skip
        """Of one value; ``told``: its line, whether it is a gradient or an update, whether it is a final change."""
        key = (self._places.setdefault(name, len(self._places)), 0)
        for columns, found in ((self.columns, size), (self.means, mean)):
            columns.setdefault(key, {}).setdefault(n, np.full(self.samples, np.nan))[sample] = found
        self._shapes.setdefault(name, {})[n] = shape
        self._lines[name] = told

    def _finish(self, factory: Factory) -> None:
        widths = sorted({n for shapes in self._shapes.values() for n in shapes})
        if len(widths) >= 2:
            self._check_widths(factory, widths)
        self.items = [ModelValue(name, _dims(self._shapes[name]), *self._lines[name]) for name in self._places]

    def _check_widths(self, factory: Factory, widths: list[int]) -> None:
        for one, two in pairwise(widths):  # a model that stops growing would seem not to depend on its width
            if all(shapes.get(one) == shapes.get(two) for shapes in self._shapes.values()):
                raise ProgramError(
                    f"{factory.line}: {factory.label} ignores its width: every shape is the same at {one} and {two}"
                )
        complete = [self._complete[n] for n in widths if n in self._complete]
        for other in complete[1:]:
            if other != complete[0]:
                odd = sorted(complete[0] ^ other)[0]
                raise ProgramError(f"{factory.line}: {factory.label} makes {odd} at some widths only")

    def always(self, key: Key) -> bool:
        """Values that some runs make and others do not are refused before."""
        return True

    def names(self) -> dict[Key, str]:
        """In the order in which they are made."""
        names = list(self._places)
        return {key: names[key[0]] for key in self.columns}


class _NotFinite(Exception):
    """A run ends here."""


class _Run:
    """One model's training, watched by hooks on all of its modules."""

    def __init__(self, record: ModuleRecord, factory: Factory, n: int, sample: int, model: Any) -> None:
        self.record, self.factory, self.n, self.sample, self.model = record, factory, n, sample, model
        self.step = 0
        self.watching = False
        self.broken = ""
        self.seen: set[str] = set()
        self.calls: dict[str, int] = {}
        self.start: dict[str, Any] = {}
        self.lines: dict[str, str] = {}
        self.last: Any = None

    def train(self, batch: Any, loss: Callable[..., Any], optimizer: Any) -> None:
        """Every step's forward and backward pass, and one more forward pass; without an optimizer only the first."""
        names = {module: name or "model" for name, module in self.model.named_modules()}
        handles = [module.register_forward_hook(self._hook(name)) for module, name in names.items()]
        try:
            with self.factory.blamed():
                for step in range((self.factory.steps if optimizer is not None else 0) + 1):
                    self.step = step
                    self._pass(batch, loss, optimizer)
        except ProgramError as error:
            if not isinstance(error.__cause__, _NotFinite):
                raise
            self.broken = str(error.__cause__)
        finally:
            for handle in handles:
                handle.remove()

    def _pass(self, batch: Any, loss: Callable[..., Any], optimizer: Any) -> None:
        torch = require()
        final = optimizer is not None and self.step == self.factory.steps
        self.calls.clear()
        self.last = None
        self.model.zero_grad(set_to_none=True)
        self.watching = True
        value = loss(self.model, batch)
        self.watching = False
        if not isinstance(value, torch.Tensor) or value.numel() != 1:
            raise ProgramError(f"{self.factory.line}: the loss that {self.factory.label} returns gives "
                               f"{_told(value)}; a tensor of one number is needed")  # fmt: skip
        if not self.calls:
            raise ProgramError(f"{self.factory.line}: the loss that {self.factory.label} returns runs no module of "
                               "its model")  # fmt: skip
        self._put("loss", value.detach(), _line_of(loss), (False, False))
        if final:
            return
        if not value.requires_grad:
            raise ProgramError(f"{self.factory.line}: the loss that {self.factory.label} returns depends on no "
                               "parameter that is trained")  # fmt: skip
        value.backward()
        trained = [(name, p) for name, p in self.model.named_parameters() if p.grad is not None]
        for name, parameter in trained:
            self._put(f"grad {name}", parameter.grad, self._home(name), (True, False))
        if optimizer is None:
            return
        before = [parameter.detach().clone() for _, parameter in trained]
        optimizer.step()
        self.step += 1
        for (name, parameter), old in zip(trained, before, strict=True):
            self._put(f"update {name}", parameter.detach() - old, self._home(name), (True, False))

    def _hook(self, name: str) -> Callable[[Any, Any, Any], None]:
        def hook(module: Any, inputs: Any, output: Any) -> None:
            tensor = _tensor(output)
            if not self.watching or tensor is None or tensor is self.last:
                return  # a container's value is that of its last module
            self.last = tensor
            count = self.calls[name] = self.calls.get(name, 0) + 1
            called = name if count == 1 else f"{name}#{count}"
            line = _user_line(sys._getframe(1)) or self.factory.line
            self.lines.setdefault(name, line)
            values = tensor.detach()
            self._put(called, values, line, (False, False))
            if self.step == 0:
                self.start[called] = values.clone()
            elif called in self.start and tensor.requires_grad and self.start[called].shape == values.shape:
                last = self.step == self.factory.steps
                self._put(f"change {called}", values - self.start[called], line, (False, last))
            if tensor.requires_grad:
                tensor.register_hook(lambda g: self._put(f"grad {called}", g.detach(), line, (True, False)))

        return hook

    def _home(self, parameter: str) -> str:
        return self.lines.get(parameter.rpartition(".")[0] or "model", self.factory.line)

    def _put(self, name: str, tensor: Any, line: str, kind: tuple[bool, bool]) -> None:
        told = f"{name}, t={self.step}"
        self.seen.add(told)
        size = _size(tensor)
        mean = float(tensor.double().mean()) if tensor.numel() else 0.0
        self.record.store(told, size, mean, self.n, self.sample, tuple(tensor.shape), (line, *kind))
        if not np.isfinite(size):
            raise _NotFinite(f"at step {self.step}: {name} at {line}")


def _size(tensor: Any) -> float:
    """The root mean square over the entries, without overflow."""
    largest = float(tensor.abs().max()) if tensor.numel() else 0.0
    if largest == 0 or not np.isfinite(largest):
        return largest
    return largest * float((tensor.double() / largest).square().mean().sqrt())


def _tensor(output: Any) -> Any:
    """The first tensor of numbers in what a module returns; None where there is none."""
    torch = require()
    if isinstance(output, torch.Tensor):
        return output if output.is_floating_point() and output.numel() else None
    parts = output.values() if isinstance(output, Mapping) else output if isinstance(output, tuple | list) else ()
    return next((found for part in parts if (found := _tensor(part)) is not None), None)


def _check_random(factory: Factory, first: list[Any], second: list[Any], n: int) -> None:
    torch = require()
    if len(first) == len(second) and all(a.shape == b.shape and torch.equal(a, b)
                                         for a, b in zip(first, second, strict=True)):  # fmt: skip
        raise ProgramError(
            f"{factory.line}: two models of width {n} that {factory.label} makes are equal; it must not seed PyTorch's "
            "stream, and its weights must be random"
        )


def _dims(shapes: Mapping[int, tuple[int, ...]]) -> tuple[Dim, ...]:
    """The shape with the axes told apart that grow with the width: n, 4n, n/8, or ? where it is no multiple."""
    (n, first), *others = sorted(shapes.items())
    if not others or any(len(shape) != len(first) for _, shape in others):
        return first
    found: list[Dim] = []
    for k, size in enumerate(first):
        if all(shape[k] == size for _, shape in others):
            found.append(size)
        elif any(shape[k] * n != size * m for m, shape in others):
            found.append(WidthAxis("?"))
        elif size >= n and size % n == 0:
            found.append(WidthAxis("n" if size == n else f"{size // n}n"))
        else:
            found.append(WidthAxis(f"n/{n // size}" if n % size == 0 else f"{size / n:.3g}n"))
    return tuple(found)


def _line_of(function: Callable[..., Any]) -> str:
    code = getattr(inspect.unwrap(function), "__code__", None)
    return "" if code is None else f"{Path(code.co_filename).name}:{code.co_firstlineno}"


def _user_line(frame: FrameType | None) -> str:
    """Where the user's code calls the module."""
    while frame is not None:
        file = frame.f_code.co_filename
        if not file.startswith("<") and "site-packages" not in file and file != __file__:
            return f"{Path(file).name}:{frame.f_lineno}"
        frame = frame.f_back
    return ""


def _told(value: Any) -> str:
    if isinstance(value, tuple):
        return f"{len(value)} values" if len(value) != 1 else "1 value"
    kind = type(value)
    return (
        "nothing"
        if value is None
        else f"a {kind.__module__ + '.' if kind.__module__ != 'builtins' else ''}{kind.__qualname__}"
    )
