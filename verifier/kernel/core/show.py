"""Terms as text, for messages alone: nothing reads this back, and no digest is made of it."""

from __future__ import annotations

from verifier.kernel.core.sorts import named
from verifier.kernel.core.terms import App, Bound, Fun, Num, Term, Var, variables

_INFIX = {"imp": "⟹", "eq": "=", "le": "≤", "+": "+", "*": "·"}


def show(t: Term) -> str:
    """``t`` in the notation of the kernel, bound variables under fresh names with their sorts at ⋀."""
    return _show(t, (), {v.fields[0] for v in variables(t)})[:2000]


def _show(t: Term, names: tuple[str, ...], taken: set[str]) -> str:
    if isinstance(t, Var):
        return str(t.fields[0])
    if isinstance(t, Num):
        return str(t.fields[0])
    if isinstance(t, Bound):
        return names[-1 - t.fields[0]] if t.fields[0] < len(names) else f"#{t.fields[0]}"
    if isinstance(t, Fun):
        fresh: list[str] = []
        while len(fresh) < len(t.fields[0]):
            n = len(names) + len(fresh)
            name = f"x{n}" if f"x{n}" not in taken else f"x{n}'"
            fresh.append(name)
        sorted_names = " ".join(f"{x}:{named(s)}" for x, s in zip(fresh, t.fields[0], strict=True))
        return f"λ{sorted_names}. {_show(t.fields[1], (*names, *fresh), taken)}"
    assert isinstance(t, App)
    head, args = t.fields
    shown = [_show(a, names, taken) for a in args]
    if head == "all":
        return "⋀" + shown[0][1:]
    if head in _INFIX and len(args) > 0:
        return "(" + f" {_INFIX[head]} ".join(shown) + ")"
    name = head if isinstance(head, str) else _show(head, names, taken)
    return f"{name}({', '.join(shown)})" if shown else name
