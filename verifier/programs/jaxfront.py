"""JAX functions as graphs: traced once a set of shapes, nothing allocated."""

from __future__ import annotations

import inspect
import site
import sys
import sysconfig
from collections.abc import Callable, Mapping, Sequence
from contextlib import redirect_stdout
from dataclasses import replace
from functools import lru_cache
from itertools import takewhile
from pathlib import Path
from typing import Any

import numpy as np

from verifier.networks.training import NoJax
from verifier.programs.graph import Constant, Graph, Op, Operand, Place, ProgramError, Shape, finished, letter

#: primitives that only call another graph: written out
_CALLS = ("pjit", "jit", "closed_call", "core_call", "custom_jvp_call", "custom_vjp_call", "custom_vjp_call_jaxpr",
          "remat", "remat2", "checkpoint", "custom_lin")  # fmt: skip
_CONTROL = ("scan", "while", "cond")
#: a scope of names whose rest is a part of a model, which its values are called by
PART = "part of a model: "


class NotTraceable(ProgramError):
    """The function cannot be traced: it looks at values, or is no JAX function; names the place in the user's file."""


def require() -> None:
    """Raise :class:`NoJax` where JAX cannot be imported."""
    try:
        import jax  # noqa: F401
    except ImportError:
        raise NoJax("programs need JAX, which the extra [jax] brings: pip install 'wide-verifier[jax]'") from None


def trace(
    function: Callable[..., Any], shapes: Mapping[str, Shape], data: Sequence[Any] = (), origin: Any = None
) -> tuple[Graph, Any]:
    """The graph of ``function(weights, *data)``, and the tree of its outputs.

    ``shapes`` are those of the weights by name, in the order of the graph's inputs; ``data`` are constants; ``origin``
    is the user's function, for messages.  Raises :class:`NotTraceable`, and :class:`NoJax` without JAX.
    """
    require()
    import jax
    import jax.numpy as jnp

    names = list(shapes)
    with jax.enable_x64(True), redirect_stdout(sys.stderr):  # standard output holds results
        given = {name: jax.ShapeDtypeStruct(tuple(shapes[name]), jnp.float64) for name in names}
        fixed = [jnp.asarray(d) if isinstance(d, np.ndarray | float | int) else d for d in data]
        try:
            closed, tree = jax.make_jaxpr(lambda weights: function(weights, *fixed), return_shape=True)(given)
        except ProgramError:
            raise
        except Exception as error:  # whatever the user's code raises is named with its line
            raise NotTraceable(_reason(error, origin or function)) from error
    graph = _converted(closed.jaxpr, closed.consts, False)
    order = sorted(names)  # how JAX flattens a dictionary
    if order != names:
        raise AssertionError("shapes are given in sorted order")
    return graph, tree


def batched(function: Callable[..., Any], data: Sequence[Any], fixed: Mapping[str, Any]) -> Callable[..., Any]:
    """``function(weights, *data, **fixed, **numbers)`` of many dense networks at once: (weights, numbers) → outputs.

    Weights have the networks as their first axis; numbers are the same for all, and may change without tracing again.
    Raises :class:`NoJax` without JAX.
    """
    require()
    import jax

    def run(weights: Mapping[str, Any], numbers: Mapping[str, Any]) -> Any:
        return function(dict(weights), *data, **fixed, **numbers)

    compiled = jax.jit(jax.vmap(run, in_axes=(0, None)))

    def call(weights: Mapping[str, Any], numbers: Mapping[str, Any]) -> Any:
        with jax.enable_x64(True), redirect_stdout(sys.stderr):
            return jax.tree.map(np.asarray, compiled(dict(weights), dict(numbers)))

    return call


def names(tree: Any, label: str) -> tuple[str, ...]:
    """Names for the leaves of a tree of outputs: ``label`` for a single number, keys and places for others."""
    import jax

    found = []
    for path, _ in jax.tree_util.tree_flatten_with_path(tree)[0]:
        key = ".".join(str(getattr(p, "key", getattr(p, "idx", getattr(p, "name", p)))) for p in path)
        found.append(key if key and not key[0].isdigit() else f"{label}[{key}]" if key else label)
    return tuple(found)


def _converted(jaxpr: Any, consts: Sequence[Any], backward: bool) -> Graph:
    writer = _Writer(len(jaxpr.invars), backward)
    for variable, number in zip(jaxpr.invars, range(len(jaxpr.invars)), strict=True):
        writer.names[variable] = number
    for variable, value in zip(jaxpr.constvars, consts, strict=True):
        writer.names[variable] = Constant(_plain_array(value))
    writer.write(jaxpr)
    return finished([tuple(v.aval.shape) for v in jaxpr.invars], writer.ops, [writer.read(v) for v in jaxpr.outvars])


class _Writer:
    """Equations of a jaxpr, one after the other, calls written out."""

    def __init__(self, inputs: int, backward: bool) -> None:
        self.backward = backward
        self.library: Place | None = None
        self.names: dict[Any, Operand] = {}
        self.ops: list[Op] = []
        self.next = inputs

    def read(self, variable: Any) -> Operand:
        from jax.extend.core import Literal

        return Constant(np.asarray(variable.val)) if isinstance(variable, Literal) else self.names[variable]

    def write(self, jaxpr: Any) -> None:
        for equation in jaxpr.eqns:
            name, params = equation.primitive.name, equation.params
            inputs = tuple(self.read(v) for v in equation.invars)
            if name in _CALLS:
                self._call(equation, inputs)
                continue
            if name == "optimization_barrier":  # of several values at once; it changes none
                self.names.update(zip(equation.outvars, inputs, strict=True))
                continue
            outputs = tuple(range(self.next, self.next + len(equation.outvars)))
            self.next += len(outputs)
            place = self._place(equation)
            _check_constants(name, inputs, place)
            _check_result(equation, place)
            back = self.backward if place is None else place.backward
            inner = _jaxprs(name, params) if name in _CONTROL else ()
            subgraphs = tuple(_converted(j.jaxpr, j.consts, back) for j in inner)
            shapes = tuple(tuple(v.aval.shape) for v in equation.outvars)
            kinds = "".join(map(_letter, equation.invars))
            self.ops.append(
                Op(
                    name,
                    inputs,
                    outputs,
                    shapes,
                    _plain(name, params),
                    place,
                    subgraphs,
                    _fallback(equation),
                    kinds=kinds,
                )
            )
            self.names.update(zip(equation.outvars, outputs, strict=True))

    def _place(self, equation: Any) -> Place | None:
        """Its own place, or where the library function is called that it is a part of."""
        own = _place(equation, self.backward)
        if self.library is None:
            return own
        return replace(self.library, backward=self.library.backward or (own is not None and own.backward))

    def _call(self, equation: Any, inputs: tuple[Operand, ...]) -> None:
        params = equation.params
        inner = next(params[k] for k in ("jaxpr", "call_jaxpr", "fun_jaxpr") if params.get(k) is not None)
        jaxpr, consts = (inner.jaxpr, inner.consts) if hasattr(inner, "jaxpr") else (inner, ())
        outer = self.library
        file = str(jaxpr.debug_info.func_filename)
        if self.library is None and (_installed(file) or _ours(file)):
            self.library = _place(equation, self.backward)  # traced once, for whoever called it first
        saved = {v: self.names.get(v) for v in (*jaxpr.invars, *jaxpr.constvars)}
        self.names.update(zip(jaxpr.invars, inputs, strict=True))
        self.names.update((v, Constant(_plain_array(c))) for v, c in zip(jaxpr.constvars, consts, strict=True))
        self.write(jaxpr)
        self.library = outer
        results = [self.read(v) for v in jaxpr.outvars]
        self.names.update(zip(equation.outvars, results, strict=True))
        for v, old in saved.items():  # a jaxpr that is called twice is written twice
            if old is not None:
                self.names[v] = old


def _letter(variable: Any) -> str:
    """The type of a value; ``?`` for what NumPy has no type of, as the key of a random stream."""
    dtype = getattr(variable.aval, "dtype", None)
    return letter(dtype) if isinstance(dtype, np.dtype) else "?"


def _jaxprs(name: str, params: Mapping[str, Any]) -> Sequence[Any]:
    if name == "while":
        return params["cond_jaxpr"], params["body_jaxpr"]
    return params["branches"] if name == "cond" else (params["jaxpr"],)


def alike(first: Any, second: Any) -> bool:
    """Whether two closed graphs of JAX's are the same operations on the same numbers."""
    names: dict[Any, Any] = {}
    return _same_graph(first.jaxpr, second.jaxpr, names) and _same_parameter(first.consts, second.consts)


def _same_graph(first: Any, second: Any, names: dict[Any, Any]) -> bool:
    def wired(some: Any, others: Any) -> bool:
        return len(some) == len(others) and all(map(same, some, others))

    def same(a: Any, b: Any) -> bool:
        if hasattr(a, "val") or hasattr(b, "val"):
            return hasattr(a, "val") and hasattr(b, "val") and _same_parameter(a.val, b.val)
        return names.setdefault(a, b) is b and a.aval.shape == b.aval.shape

    return (
        wired([*first.constvars, *first.invars], [*second.constvars, *second.invars])
        and len(first.eqns) == len(second.eqns)
        and all(p.primitive is q.primitive and wired(p.invars, q.invars) and wired(p.outvars, q.outvars)
                and _same_parameter(p.params, q.params) for p, q in zip(first.eqns, second.eqns, strict=True))
        and wired(first.outvars, second.outvars)
    )  # fmt: skip


def _same_parameter(a: Any, b: Any) -> bool:
    """Of what cannot be compared, such as functions, nothing is said."""
    import jax

    if isinstance(a, Mapping):
        return isinstance(b, Mapping) and a.keys() == b.keys() and all(_same_parameter(a[k], b[k]) for k in a)
    if isinstance(a, list | tuple):
        return isinstance(b, list | tuple) and len(a) == len(b) and all(map(_same_parameter, a, b))
    if hasattr(a, "jaxpr"):
        return hasattr(b, "jaxpr") and alike(a, b)
    if hasattr(a, "eqns"):
        return hasattr(b, "eqns") and _same_graph(a, b, {})
    if isinstance(a, jax.core.Tracer) or isinstance(b, jax.core.Tracer):
        return a is b
    if isinstance(a, int | float | complex | str | np.generic | np.ndarray) or hasattr(a, "addressable_data"):
        return np.array_equal(np.asarray(a), np.asarray(b), equal_nan=np.asarray(a).dtype.kind in "fc")
    return True


def _plain_array(value: Any) -> Any:
    """An array of NumPy's; a key of a random stream stays what it is."""
    import jax

    return value if jax.dtypes.issubdtype(value.dtype, jax.dtypes.extended) else np.asarray(value)


def _plain(name: str, params: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters but for the graphs of loops and branches, which are told as such."""
    inner = ("branches", "jaxpr", "cond_jaxpr", "body_jaxpr") if name in _CONTROL else ()
    return {k: v for k, v in params.items() if k not in ("sharding", *inner)}


def _fallback(equation: Any) -> Callable[..., Sequence[Any]]:
    def run(*arguments: Any) -> Sequence[Any]:
        import jax

        with jax.enable_x64(True):
            out = equation.primitive.bind(*arguments, **equation.params)
        return list(out) if equation.primitive.multiple_results else [out]

    return run


def _place(equation: Any, backward: bool) -> Place | None:
    """Where it stands in the user's code; None where JAX does not tell."""
    try:
        from jax._src import source_info_util

        frames = list(source_info_util.user_frames(equation.source_info.traceback))
        stack = equation.source_info.name_stack
    except (ImportError, AttributeError, TypeError):
        return None
    inside = list(takewhile(lambda frame: frame.file_name != __file__, frames))  # around it is who had it traced
    others = [frame for frame in inside if not _ours(frame.file_name)]
    own = [frame for frame in others if not _installed(frame.file_name)] or others
    if not own:
        return None
    frame = own[0]
    name = frame.function_name.rsplit(".", 1)[-1]
    spot = (frame.start_line, frame.start_column, frame.end_line, frame.end_column)
    part = next((scope.name for scope in reversed(stack.stack) if str(scope.name).startswith(PART)), PART)
    back = backward or "transpose(" in str(stack)
    return Place(frame.file_name, frame.start_line, name, back, spot, part.removeprefix(PART))


@lru_cache(maxsize=1024)
def _installed(file: str) -> bool:
    """Whether a file belongs to an installed package, and not to the user."""
    import jax

    folders = [*site.getsitepackages(), site.getusersitepackages(), sysconfig.get_paths()["stdlib"], *jax.__path__]
    path = Path(file)  # a path file may name the packages of another environment
    return "site-packages" in path.parts or any(path.is_relative_to(folder) for folder in folders)


#: what an infinity may meet without being a mistake: the start of a maximum, a mask
_MAY_BE_INFINITE = ("max", "min", "reduce_max", "reduce_min", "select_n", "eq", "ne", "lt", "le", "gt", "ge", "clamp")


def _check_constants(name: str, inputs: Sequence[Operand], place: Place | None) -> None:
    for operand in inputs if name not in _MAY_BE_INFINITE else ():
        value = operand.value if isinstance(operand, Constant) else None
        if isinstance(value, np.ndarray) and value.dtype.kind == "f" and np.any(np.isposinf(value)):
            kind = value.dtype
            raise NotTraceable(
                f"{place or 'the program'}: {name}: a constant is infinite in {kind}; write a smaller one"
                + (", or use float64" if kind.itemsize < 8 else "")
            )


def _check_result(equation: Any, place: Place | None) -> None:
    for key in ("out_dtype", "preferred_element_type"):
        asked = equation.params.get(key)
        if asked is not None and letter(np.dtype(asked)) != _letter(equation.invars[0]):
            raise NotTraceable(
                f"{place or 'the program'}: {equation.primitive.name}: {key} makes {np.dtype(asked).name} of "
                f"{equation.invars[0].aval.dtype}; write astype before or after it"
            )


def _reason(error: Exception, function: Callable[..., Any]) -> str:
    """``model.py:12: what is wrong`` in one sentence."""
    import jax

    code = getattr(inspect.unwrap(function), "__code__", None)
    place = Path(code.co_filename).name if code is not None else "the function"
    trace = error.__traceback__
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if code is not None and (file == code.co_filename or is_users(file)):
            place = f"{Path(file).name}:{trace.tb_lineno}"
        trace = trace.tb_next
    if isinstance(error, jax.errors.ConcretizationTypeError | jax.errors.TracerArrayConversionError):
        return (
            f"{place}: Python or NumPy looks at a value here (if, float(), int(), np.…), which is not known when the "
            "function is traced; write jnp.where, jax.lax.cond or jnp.…"
        )
    first = str(error).strip().splitlines()[0] if str(error).strip() else "no message"
    return f"{place}: {type(error).__name__}: {first}"


def _own(file: str) -> bool:
    return _ours(file) or file.startswith("<")


@lru_cache(maxsize=1024)
def _ours(file: str) -> bool:
    return Path(file).is_relative_to(Path(__file__).parent)


def is_users(file: str) -> bool:
    """Whether a file is neither of an installed package nor of this one."""
    return not (_installed(file) or _own(file))
