"""In which order a run draws its groups: so that nothing waits for what is slow, and no number depends on it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from verifier.sampling.crew import Task
from verifier.sampling.state import State


def kind_of(state: State) -> tuple[str, str]:
    """Groups of one kind take as long as their work, by its own count, beside each other."""
    return state.group.statement, state.group.quantity


def ordered(tasks: Sequence[list[Task]], states: Sequence[State], hurried: bool = False) -> list[list[Task]]:
    """One group after the other, but a block of each kind while the kind before it is drawn: how long its blocks take
    is known when its turn comes, so that enough of them are handed out.

    Of a statement's groups those come first whose samples take longest to be decided on, as beside the last decisions
    of a run nothing is drawn any more; not of a run that is ``hurried``, which may end before these are decided.
    """
    names = {name: at for at, name in enumerate(dict.fromkeys(state.group.statement for state in states))}
    order = list(range(len(states)))
    if not hurried:
        order.sort(key=lambda at: (names[states[at].group.statement], -states[at].decided_on))
    tasks, states = [tasks[at] for at in order], [states[at] for at in order]
    begin = {kind_of(state): place for place, state in reversed(list(enumerate(states))) if tasks[place]}
    found = [list(listed) for listed in tasks]
    places = sorted(begin.values())
    for place, after in pairwise(places):
        found[place].append(found[after].pop(0))
    return found


def first_of(tasks: Sequence[list[Task]], states: Sequence[State]) -> list[Task]:
    """What is drawn first so that it is known early what all of it takes: a block of each group, or, of groups that
    count their work, the one of each kind with the least of it."""
    found, least = [], dict[tuple[str, str], tuple[float, Task]]()
    for listed, state in zip(tasks, states, strict=True):
        work = state.group.work
        if work is None:
            found += listed[:1]
            continue
        at = dict(zip(state.group.places, work, strict=True))
        for task in listed:
            here = at[task.arguments[0].width]
            if kind_of(state) not in least or here < least[kind_of(state)][0]:
                least[kind_of(state)] = here, task
    return [task for _, task in least.values()] + found
