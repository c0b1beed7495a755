"""Closed propositions as sentences: bound variables under the names that the notation of their symbols gives them.

The kernel's binders have no names.  A variable that stands where K has its order is printed r, one where it has its
first input x, and so on; names only help to read, and two variables never have one printed name.

>>> from verifier.kernel.core.terms import Var, eq, forall, imp, le
>>> L = Var("L", "int")
>>> sentence(forall([L], imp(le(1, L), eq(L, L))))
Sentence(says='k = k', premises=('1 <= k',), refutes=False)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from verifier.claims.notation import NOTATIONS, printed_name, ranges, text
from verifier.kernel.core.normal import key
from verifier.kernel.core.sorts import Sort
from verifier.kernel.core.terms import FALSE, App, Bound, Fun, Term, Var, beta

#: by sort, names for variables that no symbol names
_LETTERS = {
    "act": "phi", "mode": "omega", "int": "k i j d l p", "seq": "s t", "input": "x y", "const": "c b", "rand": "X Y",
    "lim": "U V", "base": "b",
}  # fmt: skip


@dataclass(frozen=True)
class Sentence:
    """What a proposition says, and under which premises; one that ``refutes`` says that this is false."""

    says: str
    premises: tuple[str, ...] = ()
    refutes: bool = False


def sentence(prop: Term) -> Sentence:
    """A closed proposition in the notation of claims.

    Comparisons of sizes come first, chained into ranges, then each other premise; the negation of a closed proposition
    is told as that proposition, with ``refutes``.
    """
    denied = isinstance(prop, App) and prop.fields[0] == "imp" and key(prop.fields[1][1]) == key(FALSE)
    body = _opened(prop.fields[1][0] if denied else prop)
    premises = []
    while isinstance(body, App) and body.fields[0] == "imp" and key(body.fields[1][1]) != key(FALSE):
        premise, body = body.fields[1]
        premises.append(premise)
    sizes = [p for p in premises if isinstance(p, App) and p.fields[0] == "le"]
    others = [text(p, premise=True) for p in premises if p not in sizes]
    return Sentence(text(body), ((ranges(sizes),) if sizes else ()) + tuple(others), denied)


def _opened(prop: Term) -> Term:
    """What stands behind the ⋀ at the head of ``prop``, its variables under names."""
    names: list[str] = []
    while isinstance(prop, App) and prop.fields[0] == "all":
        (function,) = prop.fields[1]
        sorts: Sequence[Sort] = function.fields[0]
        for place, sort in enumerate(sorts):
            votes: Counter[str] = Counter()
            _vote(function.fields[1], len(sorts) - 1 - place, votes)
            most = max(votes.values(), default=0)
            wished = [name for name, count in votes.most_common() if 2 * count > most]
            names.append(_free(wished or _LETTERS.get(sort if isinstance(sort, str) else "", "F G").split(), names))
        prop = beta(function, [Var(n, s) for n, s in zip(names[-len(sorts) :], sorts, strict=True)])
    return prop


def _vote(t: Term, index: int, votes: Counter[str]) -> None:
    """Count what symbols in ``t`` call the variable with this index; more arguments make more specific names."""
    if isinstance(t, Fun):
        _vote(t.fields[1], index + len(t.fields[0]), votes)
    if not isinstance(t, App):
        return
    head, args = t.fields
    known = NOTATIONS.get(head) if isinstance(head, str) else None
    if known is not None and len(known.args) == len(args):
        for name, a in zip(known.args, args, strict=True):
            if isinstance(a, Bound) and a.fields[0] == index:
                votes[name] += len(args)
    for a in args:
        _vote(a, index, votes)


def _free(wished: Sequence[str], taken: Sequence[str]) -> str:
    """The first wish that is printed unlike all names taken; or the first with a number."""
    used = {printed_name(name) for name in taken}
    numbered = (f"{wished[0]}_{n}" for n in range(2, len(taken) + 3))
    return next(name for name in (*wished, *numbered) if printed_name(name) not in used)
