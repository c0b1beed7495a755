"""Tensors of PyTorch's that stand for arrays of JAX's: each operation that PyTorch dispatches is done on the arrays.

What a module does to a tensor in place is done to what stands behind it.  Refused, with the user's line: what looks at
values, draws random numbers, or is not known.
"""

from __future__ import annotations

import sys
import weakref
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from unittest.mock import patch

import jax
import jax.numpy as jnp
import numpy as np
import torch
from torch._decomp import decomposition_table
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves, tree_map

from verifier.programs.aten import RULES, TAKEN_APART
from verifier.programs.graph import ProgramError
from verifier.programs.jaxfront import is_users
from verifier.programs.laws import without_storage
from verifier.programs.torchtypes import combined, converted, settled, told


def run(
    module: torch.nn.Module, w: Mapping[str, Any], buffers: Mapping[str, Any], inputs: Sequence[Any],
    named: Mapping[str, Any], where: str = "",
) -> Any:  # fmt: skip
    """The forward pass at the parameters ``w``; arrays in, arrays out.  ProgramError with the user's line."""
    given: dict[str, Any] = {name: Traced.of(jnp.asarray(value)) for name, value in w.items()}
    for weight in given.values():
        weight._is_param = True  # to isinstance(…, torch.nn.Parameter), as it is in PyTorch
    given |= dict(buffers)
    arguments = tree_map(_given, (tuple(inputs), dict(named)))
    before, state = dict(given), Held(module)
    with (
        torch.enable_grad(), _Running(), sdpa_kernel(SDPBackend.MATH),
        patch.object(torch.autograd.Function, "apply", _no_derivative_of_its_own),
    ):  # fmt: skip
        parts = [(part, dict(part._parameters), dict(part._buffers)) for part in module.modules()]
        try:
            found = tree_map(_value, torch.func.functional_call(module, given, *arguments))
        finally:  # PyTorch leaves what it was given in a part that stands at two places
            for part, parameters, kept in parts:
                part._parameters.update(parameters)
                part._buffers.update(kept)
    changed = [name for name, old in before.items() if given[name] is not old or (name in w and old.store[0])]
    changed += state.changed()
    if any(isinstance(a, Traced) and a.store[0] for a in tree_leaves(arguments)):
        raise ProgramError(f"{where}the module changes what it is given in place, so that it is another one when it "
                           "is called again; make the first operation on it one that is not in place")  # fmt: skip
    if changed:
        raise ProgramError(f"{where}the module changes its {', '.join(changed[:3])} as it runs, so that it is another "
                           "one when it is called again; leave that out, or make it with .eval()")  # fmt: skip
    return found


_Tensor: Any = torch.Tensor  # its types are known only where it is installed


class Traced(_Tensor):
    """A tensor without entries, before an array of JAX's.  Views share ``store``, the count of writes to them."""

    value: Any
    store: list[int]
    seen: int

    @staticmethod
    def of(value: Any, store: list[int] | None = None) -> Traced:
        """A tensor that stands for an array."""
        kind = getattr(torch, str(value.dtype))
        made = torch.Tensor._make_wrapper_subclass(Traced, value.shape, dtype=kind)
        made.value, made.store = value, [0] if store is None else store
        made.seen = made.store[0]
        return made

    @classmethod
    def __torch_function__(cls, func: Any, types: Any, args: Sequence[Any] = (), kwargs: Any = None) -> Any:
        whole = _WHOLE.get(func)
        if whole and (whole == "einsum" or (isinstance(args[0], torch.Tensor) and args[0].ndim == 1 < args[1].ndim)):
            with torch._C.DisableTorchFunctionSubclass():
                return _call(func, whole, args, kwargs or {})
        if func == _Tensor.data.__get__:
            return args[0].detach()
        name = getattr(func, "__name__", "")
        if func == _Tensor.requires_grad.__set__:
            name = "requires_grad_"
        user = is_users(sys._getframe(1).f_code.co_filename)
        if name in _DERIVATIVES and (user or name != "requires_grad_"):  # by which PyTorch makes parameters
            raise ProgramError(f"{line()}{name} is of PyTorch's derivatives; the derivative is JAX's here, "
                               "without it")  # fmt: skip
        if name == "native_layer_norm":
            raise ProgramError(f"{line()}of native_layer_norm PyTorch has no derivative of the mean; write layer_norm")
        if name in _COPIES:
            raise ProgramError(f"{line()}a copy by Python's copy or pickle has no derivative in PyTorch; write "
                               ".detach().clone()")  # fmt: skip
        if user and (name in _LAID_OUT or func == _Tensor._version.__get__):
            raise ProgramError(f"{line()}Python asks how a tensor lies in memory (.{name.strip('_')}), which is not "
                               "known here; leave it out")  # fmt: skip
        if user and func in _RECORDED:
            raise ProgramError(f"{line()}Python asks whether PyTorch records a derivative (.requires_grad, .grad_fn), "
                               "which it does not when JAX differentiates; leave it out")  # fmt: skip
        if func == _Tensor.data.__set__:
            raise ProgramError(f"{line()}.data of what depends on the weights is replaced; write another variable")
        if name in ("numpy", "tolist", "__array__"):
            raise ProgramError(_looks())
        with torch._C.DisableTorchFunctionSubclass():
            found = func(*args, **(kwargs or {}))
        # numbers of another type are a copy in PyTorch and may be none here, or the other way round
        return Traced.of(found.value, found.store) if name in _TYPES and found is args[0] else found

    @classmethod
    def __torch_dispatch__(cls, func: Any, types: Any, args: Sequence[Any] = (), kwargs: Any = None) -> Any:
        return dispatched(func, args, kwargs or {})

    def __repr__(self, *, tensor_contents: Any = None) -> str:
        return f"Traced{tuple(self.shape)}"


_RECORDED = [getattr(_Tensor, name).__get__ for name in ("requires_grad", "grad_fn", "is_leaf", "grad")]
#: in PyTorch they change what is recorded of a derivative
_DERIVATIVES = ("register_hook", "register_post_accumulate_grad_hook", "backward", "retain_grad", "detach_",
                "requires_grad_")  # fmt: skip
_COPIES = ("__deepcopy__", "__reduce_ex__", "__reduce__")
_LAID_OUT = ("stride", "is_contiguous", "data_ptr", "storage_offset", "untyped_storage", "storage", "is_set_to")
#: done as a whole: PyTorch would make matrices stacks of matrices, or change the shape of a product in place
_WHOLE = {torch.einsum: "einsum", torch.matmul: "matmul", _Tensor.matmul: "matmul", _Tensor.__matmul__: "matmul",
          torch.nn.functional.linear: "linear"}  # fmt: skip
_TYPES = ("to", "type", "type_as", "double", "float", "half", "bfloat16")


class Held:
    """What a module holds besides its parameters: ``changed`` are the names of what is another thing since."""

    def __init__(self, module: torch.nn.Module) -> None:
        self._module = module
        self._held = self._all(module)

    def changed(self) -> list[str]:
        now = self._all(self._module)
        names = [name for name in now if name not in self._held] + list(self._held)
        return [name for name in names if not _same(self._held.get(name, _Tensor), now.get(name, _Tensor))]

    def differs(self, other: Held) -> list[str]:
        """Names of numbers that another module which was made alike holds otherwise."""
        return [name for name, a in self._held.items() if _other_numbers(a, other._held.get(name))]

    @staticmethod
    def _all(module: torch.nn.Module) -> dict[str, Any]:
        held: dict[str, Any] = {}
        for path, part in module.named_modules():
            named = {k: v for k, v in vars(part).items() if k not in ("_parameters", "_buffers")} | part._buffers
            held |= {f"{path}.{k}".lstrip("."): _kept(v) for k, v in named.items()}
        return held


def _kept(value: Any, depth: int = 2) -> Any:
    """A copy of what can change under its name."""
    if isinstance(value, weakref.ref):
        value = value()
    if isinstance(value, torch.Tensor):
        return value.detach().clone() if type(value) is not Traced and value.device.type != "meta" else value
    if isinstance(value, np.ndarray):
        return value.copy()
    if isinstance(value, torch.nn.Module) or callable(value) or not depth:
        return value
    if isinstance(value, Mapping):
        return {k: _kept(v, depth - 1) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset | deque):
        return [_kept(v, depth - 1) for v in value]
    return (value, {k: _kept(v, depth - 1) for k, v in vars(value).items()}) if hasattr(value, "__dict__") else value


def _same(old: Any, new: Any) -> bool:
    if isinstance(new, Traced) and isinstance(old, torch.Tensor):  # computed anew, as by weight_norm
        new.seen = -1
        return True
    if isinstance(old, torch.Tensor | np.ndarray) and type(old) is type(new):
        return old is new or (old.shape == new.shape and _equal(old, new))
    if isinstance(old, dict) and isinstance(new, dict):
        return list(old) == list(new) and all(_same(old[k], new[k]) for k in old)
    if isinstance(old, list | tuple) and type(old) is type(new):
        return len(old) == len(new) and all(_same(a, b) for a, b in zip(old, new, strict=True))
    return old is new or (isinstance(old, int | float | complex | str) and type(old) is type(new) and old == new)


def _other_numbers(a: Any, b: Any) -> bool:
    """Whether both are numbers with values, or lists of them, and not the same."""
    if isinstance(a, list | tuple) and isinstance(b, list | tuple):
        return len(a) != len(b) or any(map(_other_numbers, a, b))
    if isinstance(a, torch.Tensor) and isinstance(b, torch.Tensor):
        return "meta" not in (a.device.type, b.device.type) and not _same(a, b)
    numbers = int | float | complex | str | np.ndarray
    return isinstance(a, numbers) and isinstance(b, numbers) and not _same(a, b)


def _equal(old: Any, new: Any) -> bool:
    return bool(((old == new) | ((old != old) & (new != new))).all())


class _Running(TorchDispatchMode):
    """In it modules run: sees also what makes tensors of numbers."""

    def __torch_dispatch__(self, func: Any, types: Any, args: Sequence[Any] = (), kwargs: Any = None) -> Any:
        return dispatched(func, args, kwargs or {})


#: what PyTorch itself takes apart before it differentiates
_COMPOSITE = torch._C.DispatchKey.CompositeImplicitAutograd


class NotKnown(ProgramError):
    """An operation of PyTorch's that nothing here does."""


def dispatched(func: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    """One operation of PyTorch's.  ProgramError with the user's line for what is no function of the weights."""
    leaves = [a for a in tree_leaves((args, kwargs)) if isinstance(a, torch.Tensor)]
    name = func.__name__.partition(".")[0]
    if torch.Tag.nondeterministic_seeded in func.tags:
        raise ProgramError(f"{line()}{name} draws random numbers, which are not of the weights, as dropout in training "
                           "does; leave it out (model.eval())")  # fmt: skip
    if not any(isinstance(a, Traced) for a in leaves):
        return _constant(func, args, kwargs, leaves)
    if name in ("_local_scalar_dense", "equal", "is_nonzero", "nonzero"):
        raise ProgramError(_looks())
    writes = [s.alias_info is not None and s.alias_info.is_write for s in func._schema.arguments]
    if any(writes):
        return _written(func, name, args, kwargs, writes)
    if func.namespace == "aten" and name in RULES:
        view = any(r.alias_info is not None for r in func._schema.returns)
        kind = kwargs.get("dtype") or torch.float64  # between these it is not surely a copy, of what type the model is
        view |= name == "_to_copy" and args[0].is_floating_point() and kind.is_floating_point
        return _call(func, name, args, kwargs, args[0].store if view and isinstance(args[0], Traced) else None)
    whole = func in decomposition_table and not func.has_kernel_for_dispatch_key(_COMPOSITE)
    if whole and name not in TAKEN_APART:
        raise NotKnown(f"{line()}PyTorch's {func} is not known here; write it in simpler operations")
    with _Running():  # its parts are seen again
        try:
            found = decomposition_table.get(func, func.decompose)(*args, **kwargs)
        except NotKnown:
            found = NotImplemented
    if found is NotImplemented:
        raise NotKnown(f"{line()}PyTorch's {func} is not known here; write it in simpler operations")
    return found


def _call(func: Any, name: str, args: Any, kwargs: Any, store: list[int] | None = None) -> Any:
    """The rule of an operation on arrays; a derivative stops where PyTorch records none."""
    arrays, named = tree_map(_value, args), tree_map(_value, dict(kwargs))
    if name == "index" and any(isinstance(a, Traced) and a.dtype in (torch.bool, torch.uint8) for a in args[1]):
        raise ProgramError(_looks())  # how many entries there are
    try:
        expected = told(func, args, kwargs)
        value = settled(RULES[name](*combined(func, name, args, arrays, expected), **named), expected)
    except (TypeError, ValueError, RuntimeError, IndexError) as error:
        if isinstance(error, ProgramError):
            raise
        shapes = " and ".join(str(a.shape) for a in jax.tree.leaves((arrays, named)) if hasattr(a, "shape"))
        raise ProgramError(f"{line()}{name} of shapes {shapes}: {str(error).partition(chr(10))[0]}") from error
    if not torch.is_grad_enabled():
        value = jax.lax.stop_gradient(value)
    return jax.tree.map(lambda array: Traced.of(array, store), value)


def _value(a: Any) -> Any:
    """The array behind a tensor."""
    if not isinstance(a, Traced):
        return _array(a) if isinstance(a, torch.Tensor) else a
    if a.seen < 0:
        raise ProgramError(f"{line()}a tensor of an earlier call is used; a module is a function of its weights and "
                           "what it is given")  # fmt: skip
    if a.seen != a.store[0]:
        raise ProgramError(f"{line()}a tensor is used of which a part or another view was changed in place (x[…] = …, "
                           "x.add_()); write torch.where or torch.cat")  # fmt: skip
    return a.value


def _given(a: Any) -> Any:
    """What a module is given: arrays as tensors, anything else as it is."""
    if isinstance(a, torch.Tensor):
        return a if isinstance(a, Traced) else Traced.of(_array(a))
    return Traced.of(jnp.asarray(a)) if hasattr(a, "shape") and hasattr(a, "dtype") else a


def _array(tensor: torch.Tensor) -> Any:
    """Numbers that a module holds or makes, as a constant."""
    if tensor.device.type == "meta":
        raise ProgramError(f"{line()}a tensor of shape {tuple(tensor.shape)} that is no parameter has no value here: "
                           "it is random, not filled, or has too many entries")  # fmt: skip
    if isinstance(tensor, torch.nn.Parameter):
        raise ProgramError(f"{line()}a parameter of shape {tuple(tensor.shape)} is not one of the module's; assign it "
                           "to an attribute, or to a ParameterList")  # fmt: skip
    array = tensor.detach().numpy()
    return jnp.asarray(array, jnp.float64 if array.dtype.kind == "f" else None)


def _constant(func: Any, args: Any, kwargs: Any, tensors: Sequence[torch.Tensor]) -> Any:
    """An operation on numbers only."""
    made = func(*args, **(kwargs if tensors else without_storage(func, args, kwargs)))
    if not tensors and isinstance(made, torch.Tensor) and "empty" not in func.__name__:
        _array(made)
    return made


def _written(func: Any, name: str, args: Sequence[Any], kwargs: Any, writes: Sequence[bool]) -> Any:
    """x.add_(y): the array behind x is another one."""
    target = args[0]
    plain = getattr(torch.ops.aten, name.removesuffix("_"), None)
    overload = getattr(plain, func._overloadname, None)
    if not name.endswith("_") or any(writes[1:]) or overload is None:
        raise ProgramError(f"{line()}{name} writes into a tensor; write it without out=")
    if not isinstance(target, Traced):
        raise ProgramError(f"{line()}{name} writes what depends on the weights into a tensor of the module, as the "
                           "running mean of a BatchNorm; leave it out (model.eval())")  # fmt: skip
    if name.startswith("logical_") and target.is_floating_point():
        raise ProgramError(f"{line()}{name} keeps in PyTorch the derivative of what it was; write it without the _")
    made = dispatched(overload, args, kwargs)
    if made.shape != target.shape:
        raise ProgramError(f"{line()}{name} changes the shape of a tensor in place; write it without the _")
    if not torch.can_cast(made.dtype, target.dtype):
        raise ProgramError(f"{line()}{name}: in place the result type {made.dtype} can't be cast to {target.dtype}")
    old, new = target.value, converted(made.value, target.dtype)
    if not torch.is_grad_enabled() and old.dtype.kind == "f":
        new = _not_recorded(old, new)
    target.store[0] += 1
    target.value, target.seen = new, target.store[0]
    return target


@jax.custom_jvp
def _not_recorded(old: Any, new: Any) -> Any:
    """What is written where no derivative is recorded: the derivative stays that of what it was."""
    return new


@_not_recorded.defjvp
def _as_before(given: tuple[Any, Any], slopes: tuple[Any, Any]) -> tuple[Any, Any]:
    return given[1], slopes[0]


def _looks() -> str:
    return (f"{line()}Python looks at a value here (if, float(), .item(), .numpy()), which is not known when the "
            "module is traced; write torch.where")  # fmt: skip


def _no_derivative_of_its_own(*_: Any, **__: Any) -> Any:
    raise ProgramError(f"{line()}a torch.autograd.Function has a derivative of its own, which is not read; write its "
                       "forward pass in operations of PyTorch")  # fmt: skip


def line() -> str:
    """``model.py:12: ``, the user's line that runs now."""
    frame: Any = sys._getframe(1)
    while frame is not None:
        if is_users(frame.f_code.co_filename):
            return f"{Path(frame.f_code.co_filename).name}:{frame.f_lineno}: "
        frame = frame.f_back
    return ""
