"""Operations of a graph on arrays of expansions, by the names of JAX's ``lax`` primitives."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import reduce
from typing import Any

import numpy as np

from verifier.programs import dense
from verifier.programs.derive.algebra import Algebra
from verifier.programs.derive.arrays import Matrix, Values, shape_of
from verifier.programs.derive.expansion import Expansion, Underived, unknown
from verifier.programs.derive.numbers import ONE, Number
from verifier.programs.derive.types import SHAPES, check_parameters, check_types
from verifier.programs.graph import Dim, Op, WidthAxis

#: powers that are multiplied out
MOST_POWER = 100
Rule = Callable[[Algebra, Op, Sequence[Values]], Any]


def known(name: str) -> bool:
    """Whether there is a rule for operations of this name."""
    return name in ENTRYWISE or name in SHAPES or name in OTHERS or name == "integer_pow"


def evaluate(algebra: Algebra, op: Op, x: Sequence[Values]) -> Values:
    """The result of one operation.  Underived where no rule applies."""
    dims = op.dims[0]
    if not known(op.name):
        raise Underived(f"there is no rule for {op.name}")
    check_types(op)
    check_parameters(op)
    if op.name in ENTRYWISE or op.name == "integer_pow":
        return Values(dims, _entrywise(algebra, op, x))
    if op.name in SHAPES:
        return Values(dims, _shape(op, x))
    return Values(dims, np.asarray(OTHERS[op.name](algebra, op, x), object).reshape(shape_of(dims)))


# -- entry by entry ----------------------------------------------------------------------------------------------------


def _entrywise(algebra: Algebra, op: Op, x: Sequence[Values]) -> Any:
    shape, dims = shape_of(op.dims[0]), op.dims[0]
    growing = [k for k, d in enumerate(dims) if isinstance(d, WidthAxis)]
    whole = [np.broadcast_to(v.data, shape) for v in x]
    out = np.empty(shape, object)
    for place in np.ndindex(shape):
        entries = [a[place] for a in whole]
        if len(growing) < 2:
            out[place] = _scalar_rule(op)(algebra, *entries)
        else:
            out[place] = _of_matrices(algebra, op, [_as_matrix(algebra, e, v, growing)
                                                    for e, v in zip(entries, x, strict=True)])  # fmt: skip
    return out


def _as_matrix(algebra: Algebra, entry: Any, source: Values, growing: Sequence[int]) -> Any:
    """A matrix; a scalar stays one; a vector along one axis is an outer product with ones."""
    if isinstance(entry, Matrix) or not source.dims:
        return entry
    along = [isinstance(source.dims[k], WidthAxis) for k in growing]
    if not any(along):
        return entry
    one = algebra.number(ONE)
    return Matrix((), ((entry, one) if along[0] else (one, entry),))


def _of_matrices(algebra: Algebra, op: Op, x: Sequence[Any]) -> Matrix:
    name = op.name
    one = algebra.number(ONE)
    full = [e if isinstance(e, Matrix) else Matrix((), ((e, one),) if not e.zero else ()) for e in x]
    if name in ("add", "add_any"):
        return full[0].plus(full[1])
    if name == "sub":
        return full[0].plus(full[1].scaled(algebra, algebra.number(Number.of(-1))))
    if name == "neg":
        return full[0].scaled(algebra, algebra.number(Number.of(-1)))
    if name == "mul":
        for a, b in ((x[0], full[1]), (x[1], full[0])):
            if isinstance(a, Expansion):
                return b.scaled(algebra, a)
        return full[0].entrywise(algebra, full[1])
    if name == "div" and isinstance(x[1], Expansion):
        return full[0].scaled(algebra, algebra.apply("pow:-1", x[1]))
    if name == "square" or (name == "integer_pow" and op.params["y"] == 2):
        return full[0].entrywise(algebra, full[0])
    if name in ("convert_element_type", "copy", "stop_gradient", "optimization_barrier", "name"):
        return full[0]
    raise Underived(f"{name} of a matrix, entry by entry")


def _scalar_rule(op: Op) -> Callable[..., Expansion]:
    if op.name == "integer_pow":
        return lambda g, a: _whole_power(g, a, op.params["y"])
    return ENTRYWISE[op.name]


def _whole_power(g: Algebra, a: Expansion, y: int) -> Expansion:
    if abs(y) > MOST_POWER:
        raise Underived(f"a power of {y}")
    if y < 0:
        return g.apply("pow:-1", _whole_power(g, a, -y))
    if y == 0:
        return g.number(ONE)
    half = g.square(a) if y >= 2 else a
    out = reduce(g.mul, [half] * (y // 2)) if y >= 2 else a
    return g.mul(out, a) if y > 2 and y % 2 else out


def _maximum(g: Algebra, a: Expansion, b: Expansion) -> Expansion:
    if b.zero:
        return g.relu(a)
    return g.relu(b) if a.zero else g.add(b, g.relu(g.sub(a, b)))


def _minimum(g: Algebra, a: Expansion, b: Expansion) -> Expansion:
    return g.neg(_maximum(g, g.neg(a), g.neg(b)))


def _sign(g: Algebra, a: Expansion) -> Expansion:
    """-1 where a < 0, 0 where it is 0, 1 where it is above."""
    if a.lead is not None and g.decisions.atomless(a.terms[a.lead]):
        return g.sub(g.scale(g.step(a), 2), g.number(ONE))
    return g.sub(g.step(a), g.step(g.neg(a)))


def _not(g: Algebra, a: Expansion) -> Expansion:
    return g.sub(g.number(ONE), a)


def _at_least(g: Algebra, a: Expansion, b: Expansion) -> Expansion:
    """a >= b: as a > b where they are equal with probability 0."""
    gap = g.sub(a, b)
    if gap.lead is None or not (gap.zero or g.decisions.atomless(gap.terms[gap.lead])):
        raise Underived("a comparison of what may be equal")
    return g.step(gap)


def _select(g: Algebra, which: Expansion, *cases: Expansion) -> Expansion:
    if len(cases) != 2:
        raise Underived("a choice among more than two")
    a, b = cases
    if which.zero:
        return a
    if which.one:
        return b
    return g.mul(which, b) if a.zero else g.add(a, g.mul(which, g.sub(b, a)))


def _power(g: Algebra, a: Expansion, b: Expansion) -> Expansion:
    if b.lead == 0 and len(b.terms) == 1 and b.rest is None:
        (c,) = b.terms[Fraction(0)].values()
        if c.exact is not None and list(b.terms[Fraction(0)]) == [((), ())]:
            whole = c.exact.denominator == 1 and c.exact > 0
            return _whole_power(g, a, int(c.exact)) if whole else g.apply(f"pow:{c.exact}", a)
    raise Underived("a power whose exponent is no rational number")


def _absolute(g: Algebra, a: Expansion) -> Expansion:
    return g.sub(g.scale(g.relu(a), 2), a)


def _finite(g: Algebra, a: Expansion) -> Expansion:
    """1 for what is bounded by a power of n; of other things nothing is known, such as whether 1/0 is in them."""
    return unknown(0, a.why) if a.top == math.inf else g.number(ONE)


def _f(name: str) -> Callable[[Algebra, Expansion], Expansion]:
    return lambda g, a: g.apply(name, a)


def _same(g: Algebra, a: Expansion) -> Expansion:
    return a


ENTRYWISE: dict[str, Callable[..., Expansion]] = {
    "add": Algebra.add, "add_any": Algebra.add, "sub": Algebra.sub, "mul": Algebra.mul, "neg": Algebra.neg,
    "div": lambda g, a, b: g.mul(a, g.apply("pow:-1", b)), "max": _maximum, "min": _minimum, "abs": _absolute,
    "sign": _sign, "exp": _f("exp"), "expm1": lambda g, a: g.sub(g.apply("exp", a), g.number(ONE)),
    "log": _f("log"), "log1p": lambda g, a: g.apply("log", g.add(a, g.number(ONE))), "sqrt": _f("pow:1/2"),
    "rsqrt": _f("pow:-1/2"), "square": Algebra.square, "tanh": _f("tanh"), "sin": _f("sin"),
    "cos": _f("cos"), "logistic": _f("logistic"), "erf": _f("erf"), "pow": _power,
    "erfc": lambda g, a: g.sub(g.number(ONE), g.apply("erf", a)), "is_finite": _finite,
    "gt": lambda g, a, b: g.step(g.sub(a, b)), "lt": lambda g, a, b: g.step(g.sub(b, a)), "ge": _at_least,
    "le": lambda g, a, b: _at_least(g, b, a), "and": Algebra.mul, "not": _not, "select_n": _select,
    "or": lambda g, a, b: g.sub(g.add(a, b), g.mul(a, b)),
    "clamp": lambda g, low, a, high: _minimum(g, _maximum(g, a, low), high),
    "convert_element_type": _same, "copy": _same, "copy_p": _same, "name": _same, "stop_gradient": _same,
    "optimization_barrier": _same,
}  # fmt: skip


# -- shapes ------------------------------------------------------------------------------------------------------------


def _shape(op: Op, x: Sequence[Values]) -> Any:
    first, p = x[0], dict(op.params)
    if op.name == "reshape" or op.name == "squeeze" or op.name == "expand_dims":
        if _layout(first.dims) != _layout(op.dims[0]):
            raise Underived("a reshape that changes an axis that grows")
        return first.data.reshape(shape_of(op.dims[0]))
    if op.name == "concatenate":
        if any(isinstance(v.dims[p["dimension"]], WidthAxis) for v in x):
            raise Underived("vectors put after one another")
        return np.concatenate([v.data for v in x], axis=p["dimension"])
    if op.name == "broadcast_in_dim":
        p["shape"] = shape_of(op.dims[0])
        if len(_axes(op.dims[0])) > max(1, len(_axes(first.dims))):
            raise Underived("a vector or number copied to a matrix")
    if op.name == "slice":
        for k, d in enumerate(first.dims):
            if isinstance(d, WidthAxis) and first.dims[k] != op.dims[0][k]:
                raise Underived("a part of a vector")
        wide = [isinstance(d, WidthAxis) for d in first.dims]
        p |= {
            key: tuple(v if not w else end for v, w in zip(p[key], wide, strict=True))
            for key, end in (("start_indices", 0), ("limit_indices", 1))
        }
        p["strides"] = p["strides"] and tuple(1 if w else s for s, w in zip(p["strides"], wide, strict=True))
    out = dense.OTHERS[op.name]([first.data], p)
    if op.name == "transpose" and first.degree == 2:
        order = [k for k in p["permutation"] if isinstance(first.dims[k], WidthAxis)]
        if order[0] > order[1]:
            out = _mapped(Matrix.transposed, out)
    if op.name == "rev" and any(isinstance(first.dims[k], WidthAxis) for k in p["dimensions"]):
        raise Underived("a vector in reversed order")
    return out


def _layout(dims: Sequence[Dim]) -> list[int | str]:
    """The axes that grow, and how many entries lie before, between and after them: what a reshape has to keep."""
    found: list[int | str] = [1]
    for d in dims:
        if isinstance(d, WidthAxis):
            found += [d.name, 1]
        else:
            found[-1] = int(found[-1]) * d
    return found


def _axes(dims: Sequence[Dim]) -> list[str]:
    return [d.name for d in dims if isinstance(d, WidthAxis)]


def _mapped(f: Callable[[Any], Any], data: Any) -> Any:
    out = np.empty(data.shape, object)
    for place in np.ndindex(data.shape):
        out[place] = f(data[place])
    return out


# -- sums and products -------------------------------------------------------------------------------------------------


def _sum(g: Algebra, op: Op, x: Sequence[Values]) -> Any:
    (a,), axes = x, tuple(op.params["axes"])
    growing = [k for k, d in enumerate(a.dims) if isinstance(d, WidthAxis)]
    data = a.data
    over = [k for k in growing if k in axes]
    if over:
        data = _mapped(lambda entry: _collapsed(g, entry, over, growing), data)
    kept = [k for k in range(data.ndim) if k not in axes]
    moved = np.transpose(data, [*kept, *axes]).reshape([data.shape[k] for k in kept] + [-1])
    out = np.empty(moved.shape[:-1], object)
    for place in np.ndindex(out.shape):
        out[place] = _added(g, list(moved[place]))
    return out


def _added(g: Algebra, entries: Sequence[Any]) -> Any:
    if entries and isinstance(entries[0], Matrix):
        return reduce(Matrix.plus, entries)
    return g.add(*entries)


def _collapsed(g: Algebra, entry: Any, over: Sequence[int], growing: Sequence[int]) -> Any:
    one = g.number(ONE)
    if not isinstance(entry, Matrix):
        return g.average(entry).shifted(Fraction(1))
    if len(over) == 2:
        return g.inner(one, entry.apply(g, one))
    return (entry if over[0] == growing[1] else entry.transposed()).apply(g, one)


def _fold(rule: Callable[..., Expansion]) -> Rule:
    def run(g: Algebra, op: Op, x: Sequence[Values]) -> Any:
        (a,), axes = x, tuple(op.params["axes"])
        if any(isinstance(a.dims[k], WidthAxis) for k in axes) or a.degree > 1:
            raise Underived(f"{op.name} over an axis that grows")
        kept = [k for k in range(a.data.ndim) if k not in axes]
        moved = np.transpose(a.data, [*kept, *axes]).reshape([a.data.shape[k] for k in kept] + [-1])
        out = np.empty(moved.shape[:-1], object)
        for place in np.ndindex(out.shape):
            out[place] = reduce(lambda p, q: rule(g, p, q), list(moved[place]))
        return out

    return run


def _dot(g: Algebra, op: Op, x: Sequence[Values]) -> Any:
    (ca, cb), (ba, bb) = op.params["dimension_numbers"]
    a, b = x
    left, right = _arranged(a, ca, ba), _arranged(b, cb, bb)
    summed = sum(isinstance(a.dims[k], WidthAxis) for k in ca)
    paired = sum(isinstance(a.dims[k], WidthAxis) for k in ba)
    join = _joint(g, summed, paired, (a, ca), (b, cb))
    same = a is b and tuple(ca) == tuple(cb)
    out = np.empty((left.shape[0], left.shape[1], right.shape[1]), object)
    for i, j, k in np.ndindex(out.shape):
        terms = []
        for m in range(left.shape[2]):
            p, q = left[i, j, m], right[i, k, m]
            terms.append(join(p, p if same and j == k else q))
        out[i, j, k] = _added(g, terms)
    return out


def _arranged(v: Values, contracted: Sequence[int], batch: Sequence[int]) -> Any:
    kept = [k for k in range(len(v.dims)) if k not in (*contracted, *batch)]
    moved = np.transpose(v.data, [*batch, *kept, *contracted])
    sizes = [int(np.prod([v.data.shape[k] for k in part], dtype=int)) for part in (batch, kept, contracted)]
    return moved.reshape(sizes)


def _joint(g: Algebra, summed: int, paired: int, first: Any, second: Any) -> Callable[[Any, Any], Any]:
    a, b = first[0], second[0]
    if a.degree > 1 or b.degree > 1:
        if paired:
            raise Underived("a batch of products with a matrix")
        return _with_matrix(g, summed, first, second)
    if summed == 1:
        return g.inner
    if a.degree == b.degree == 1 and not paired:
        return lambda p, q: Matrix((), ((p, q),))
    return g.mul


def _with_matrix(g: Algebra, summed: int, first: Any, second: Any) -> Callable[[Any, Any], Any]:
    (a, ca), (b, cb) = first, second
    grow = [[k for k, d in enumerate(v.dims) if isinstance(d, WidthAxis)] for v in (a, b)]
    if summed == 0:
        if a.degree + b.degree > 2:
            raise Underived("an array with more than two axes that grow")
        return lambda p, q: p.scaled(g, q) if isinstance(p, Matrix) else q.scaled(g, p)
    if summed == 2:
        turn = [k for k in ca if k in grow[0]] != grow[0]
        turn ^= [k for k in cb if k in grow[1]] != grow[1]
        return lambda p, q: p.inner(g, q.transposed() if turn else q)
    ends = [next(k for k in c if k in own) == own[-1] for c, own in zip((ca, cb), grow, strict=True)]

    def join(p: Any, q: Any) -> Any:
        if isinstance(p, Matrix):
            p = p if ends[0] else p.transposed()
        if isinstance(q, Matrix):
            q = q.transposed() if ends[1] else q
        if isinstance(p, Matrix) and isinstance(q, Matrix):
            return p.times(g, q)
        return p.apply(g, q) if isinstance(p, Matrix) else q.transposed().apply(g, p)

    return join


def _cumulated(g: Algebra, op: Op, x: Sequence[Values]) -> Any:
    (a,), axis = x, op.params["axis"]
    if isinstance(a.dims[axis], WidthAxis) or a.degree > 1:
        raise Underived("sums along a vector")
    moved = np.moveaxis(a.data, axis, 0)
    order = range(len(moved) - 1, -1, -1) if op.params["reverse"] else range(len(moved))
    out, before = np.empty(moved.shape, object), None
    for k in order:
        for place in np.ndindex(moved.shape[1:]):
            out[(k, *place)] = (
                moved[(k, *place)] if before is None else g.add(out[(before, *place)], moved[(k, *place)])
            )
        before = k
    return np.moveaxis(out, 0, axis)


OTHERS: dict[str, Rule] = {
    "reduce_sum": _sum, "dot_general": _dot, "reduce_max": _fold(_maximum), "reduce_min": _fold(_minimum),
    "reduce_prod": _fold(Algebra.mul), "cumsum": _cumulated,
}  # fmt: skip
