"""Terms as text for readers: nothing reads this back, and no digest is made of it."""

from __future__ import annotations

from verifier.kernel.core.sorts import Sort
from verifier.kernel.core.terms import SIGNATURE, App, Bound, Fun, Num, Term, Var

_INFIX = {"imp": "⟹", "eq": "=", "le": "≤", "+": "+", "*": "·"}


def show(t: Term) -> str:
    """``t`` in the notation of the kernel, bound variables under fresh names, with their sorts at ⋀ and λ.

    >>> from verifier.kernel.core.terms import Var, forall, le
    >>> show(forall([Var("L", "int")], le(0, Var("L", "int"))))
    '⋀x0:int. (0 ≤ x0)'
    """
    return _show(t, (), {str(v.fields[0]) for v in t.free} | set(SIGNATURE))


def _show(t: Term, names: tuple[str, ...], taken: set[str]) -> str:
    if isinstance(t, Bound):
        return names[-1 - t.fields[0]] if t.fields[0] < len(names) else f"#{t.fields[0] - len(names)}"
    if isinstance(t, (Var, Num)):
        return str(t.fields[0])
    if isinstance(t, Fun):
        fresh = [f"x{i}" for i in range(len(names), len(names) + len(t.fields[0]))]
        while taken.intersection(fresh):
            fresh = [f"{x}'" for x in fresh]
        binders = " ".join(f"{x}:{named(s)}" for x, s in zip(fresh, t.fields[0], strict=True))
        return f"λ{binders}. {_show(t.fields[1], (*names, *fresh), taken)}"
    assert isinstance(t, App)
    head, args = t.fields
    shown = [_show(a, names, taken) for a in args]
    if head == "all":
        return "⋀" + shown[0][1:]
    if head in _INFIX and shown:
        return "(" + f" {_INFIX[head]} ".join(shown) + ")"
    label = head if isinstance(head, str) else _show(head, names, taken)
    return f"{label}({', '.join(shown)})" if shown else label


def named(s: Sort) -> str:
    """A sort as it is printed."""
    return s if isinstance(s, str) else f"({', '.join(map(named, s[0]))}) → {named(s[1])}"
