"""Where samples go in a run with a budget of time: to what the next seconds decide most of.

Every group is looked at once.  From then on the one is drawn next whose open cells cost least, by what its samples took
so far and by what each decision says that it would need; so a budget is spent on many cheap decisions before one dear
one, and what is open at its end is what would have taken longest.  The order changes no number: what a group draws, and
what is decided from it at a look, does not depend on the others.
"""

from __future__ import annotations

from collections.abc import Sequence

from verifier.inference.decisions import Decision


def price(seconds: float, size: int, following: int, open_: Sequence[Decision]) -> float:
    """Seconds for each open question until all of a group's are decided, as far as it can tell.

    seconds: what ``size`` samples a width took; following: the size of the next look, for a question that does not say
    how many samples it needs.  A question that says that no number decides it is reckoned with the next look as well.
    """
    needed = max((d.samples_needed or following for d in open_), default=following)
    return seconds / max(size, 1) * max(max(needed, following) - size, 0) / max(len(open_), 1)
