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


def opened(p: Term) -> tuple[list[str], list[str], str]:
    """The variables of ⋀ at the head of ``p`` with their sorts, what it assumes, and what it concludes, as text."""
    taken = {str(v.fields[0]) for v in p.free} | set(SIGNATURE)
    names: tuple[str, ...] = ()
    variables, hypotheses = [], []
    while isinstance(p, App) and p.fields[0] in ("all", "imp"):
        if p.fields[0] == "all":
            (f,) = p.fields[1]
            fresh = _fresh(len(f.fields[0]), names, taken)
            variables += [f"{x}:{named(s)}" for x, s in zip(fresh, f.fields[0], strict=True)]
            names, p = (*names, *fresh), f.fields[1]
        else:
            premise, p = p.fields[1]
            hypotheses.append(_show(premise, names, taken))
    return variables, hypotheses, _show(p, names, taken)


def _fresh(count: int, names: tuple[str, ...], taken: set[str]) -> tuple[str, ...]:
    fresh = tuple(f"x{i}" for i in range(len(names), len(names) + count))
    while taken.intersection(fresh):
        fresh = tuple(f"{x}'" for x in fresh)
    return fresh


def _show(t: Term, names: tuple[str, ...], taken: set[str]) -> str:
    if isinstance(t, Bound):
        return names[-1 - t.fields[0]] if t.fields[0] < len(names) else f"#{t.fields[0] - len(names)}"
    if isinstance(t, (Var, Num)):
        return str(t.fields[0])
    if isinstance(t, Fun):
        fresh = _fresh(len(t.fields[0]), names, taken)
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
