"""JAX functions as graphs: traced once a set of shapes, nothing allocated."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from verifier.programs.graph import Constant, Graph, Op, Operand, Shape, finished

#: primitives that only call another graph: written out
_CALLS = ("pjit", "jit", "closed_call", "core_call", "custom_jvp_call", "custom_vjp_call", "custom_vjp_call_jaxpr",
          "remat", "remat2", "checkpoint", "custom_lin")  # fmt: skip
_CONTROL = ("scan", "while", "cond")


class NotTraceable(ValueError):
    """The function cannot be traced: it looks at values, or is no JAX function; names the place in the user's file."""


def available() -> bool:
    """Whether JAX is installed."""
    try:
        import jax  # noqa: F401
    except ImportError:
        return False
    return True


def trace(
    function: Callable[..., Any], shapes: Mapping[str, Shape], data: Sequence[Any] = (), origin: Any = None
) -> tuple[Graph, Any]:
    """The graph of ``function(weights, *data)``, and the tree of its outputs.

    ``shapes`` are those of the weights by name, in the order of the graph's inputs; ``data`` are constants; ``origin``
    is the user's function, for messages.  Raises :class:`NotTraceable`, and ImportError without JAX.
    """
    import jax
    import jax.numpy as jnp

    names = list(shapes)
    with jax.enable_x64(True):
        given = {name: jax.ShapeDtypeStruct(tuple(shapes[name]), jnp.float64) for name in names}
        fixed = [jnp.asarray(d) if isinstance(d, np.ndarray | float | int) else d for d in data]
        try:
            closed, tree = jax.make_jaxpr(lambda weights: function(weights, *fixed), return_shape=True)(given)
        except (jax.errors.JAXTypeError, jax.errors.JAXIndexError, TypeError, ValueError) as error:
            raise NotTraceable(_reason(error, origin or function)) from error
    graph = _converted(closed.jaxpr, closed.consts)
    order = sorted(names)  # how JAX flattens a dictionary
    if order != names:
        raise AssertionError("shapes are given in sorted order")
    return graph, tree


def names(tree: Any, label: str) -> tuple[str, ...]:
    """Names for the leaves of a tree of outputs: ``label`` for a single number, keys and places for others."""
    import jax

    found = []
    for path, _ in jax.tree_util.tree_flatten_with_path(tree)[0]:
        key = ".".join(str(getattr(p, "key", getattr(p, "idx", getattr(p, "name", p)))) for p in path)
        found.append(key if key and not key.isdigit() else f"{label}[{key}]" if key else label)
    return tuple(found)


def _converted(jaxpr: Any, consts: Sequence[Any]) -> Graph:
    writer = _Writer(len(jaxpr.invars))
    for variable, number in zip(jaxpr.invars, range(len(jaxpr.invars)), strict=True):
        writer.names[variable] = number
    for variable, value in zip(jaxpr.constvars, consts, strict=True):
        writer.names[variable] = Constant(np.asarray(value))
    writer.write(jaxpr)
    return finished([tuple(v.aval.shape) for v in jaxpr.invars], writer.ops, [writer.read(v) for v in jaxpr.outvars])


class _Writer:
    """Equations of a jaxpr, one after the other, calls written out."""

    def __init__(self, inputs: int) -> None:
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
            outputs = tuple(range(self.next, self.next + len(equation.outvars)))
            self.next += len(outputs)
            subgraphs = tuple(_sub(j) for j in _jaxprs(name, params)) if name in _CONTROL else ()
            shapes = tuple(tuple(v.aval.shape) for v in equation.outvars)
            self.ops.append(
                Op(name, inputs, outputs, shapes, _plain(params), _line(equation), subgraphs, _fallback(equation))
            )
            self.names.update(zip(equation.outvars, outputs, strict=True))

    def _call(self, equation: Any, inputs: tuple[Operand, ...]) -> None:
        params = equation.params
        inner = next(params[k] for k in ("jaxpr", "call_jaxpr", "fun_jaxpr") if params.get(k) is not None)
        jaxpr, consts = (inner.jaxpr, inner.consts) if hasattr(inner, "jaxpr") else (inner, ())
        saved = {v: self.names.get(v) for v in (*jaxpr.invars, *jaxpr.constvars)}
        self.names.update(zip(jaxpr.invars, inputs, strict=True))
        self.names.update((v, Constant(np.asarray(c))) for v, c in zip(jaxpr.constvars, consts, strict=True))
        self.write(jaxpr)
        results = [self.read(v) for v in jaxpr.outvars]
        self.names.update(zip(equation.outvars, results, strict=True))
        for v, old in saved.items():  # a jaxpr that is called twice is written twice
            if old is not None:
                self.names[v] = old


def _sub(closed: Any) -> Graph:
    return _converted(closed.jaxpr, closed.consts)


def _jaxprs(name: str, params: Mapping[str, Any]) -> Sequence[Any]:
    if name == "while":
        return params["cond_jaxpr"], params["body_jaxpr"]
    return params["branches"] if name == "cond" else (params["jaxpr"],)


def _plain(params: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in params.items() if not hasattr(v, "jaxpr") and k not in ("branches", "sharding")}


def _fallback(equation: Any) -> Callable[..., Sequence[Any]]:
    def run(*arguments: Any) -> Sequence[Any]:
        import jax

        with jax.enable_x64(True):
            out = equation.primitive.bind(*arguments, **equation.params)
        return list(out) if equation.primitive.multiple_results else [out]

    return run


def _line(equation: Any) -> str:
    """``file.py:12 (function)`` of the user's code; empty where JAX does not tell."""
    try:
        from jax._src import source_info_util

        frame = source_info_util.user_frame(equation.source_info.traceback)
    except (ImportError, AttributeError, TypeError):
        return ""
    return f"{Path(frame.file_name).name}:{frame.start_line} ({frame.function_name})" if frame is not None else ""


def _reason(error: Exception, function: Callable[..., Any]) -> str:
    code = getattr(function, "__code__", None)
    place = Path(code.co_filename).name if code is not None else "the function"
    trace = error.__traceback__
    line = None
    while trace is not None:
        if code is not None and trace.tb_frame.f_code.co_filename == code.co_filename:
            line = trace.tb_lineno
        trace = trace.tb_next
    first = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    return f"{place}{f':{line}' if line else ''}: {first}"
