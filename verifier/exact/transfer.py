"""The transfer matrix over layers for moments of correlation functions.

**Where it comes from.**  Let f be a linear network (ReLU is reduced to it below) and C a product
of derivatives of f with all parameter indices contracted.  Write every factor of C^p as one
*strand*: a path product W^L ... W^1 x summed over its hidden indices.  The entries of W^l are iid
N(0, 1), so by Wick's theorem the expectation is a sum over perfect matchings pi_l of the strands,
one for every weight layer.  A contraction realised in layer l removes the weight of both of its
strands there and ties their indices, which is the same as forcing the pair into pi_l, with
weight one instead of a Wick pairing.  At the node layer l the index is constant along the cycles of
pi_l and pi_{l+1}, hence

    E C^p = sum over pi_1, ..., pi_L and over assignments of contractions to layers of
            prod_{l<L} n_l^{cycles(pi_l, pi_{l+1}) - N/2}  *  prod_{pairs of pi_1} x_i.x_j / n_0,

N strands, with the pairs of pi_L joining equal outputs.  Two contractions at one strand lie in
different layers since f is linear in each W^l.  Every coefficient is a count, so the result is an
exact polynomial in the reciprocal widths with non-negative coefficients: nothing cancels.

**ReLU, one input.**  All correlation functions at one input, derivatives taken almost everywhere,
have jointly the law they have in a linear network with iid Bernoulli(1/2) masks D on its hidden units
(and a factor 2 for every pair of strands).  Proof, by a gauge of signs: write W^l = diag(eta^l) W'^l for
l < L with iid signs eta independent of W', and W^L = W'^L.  Put V^l = W'^l diag(eta^{l-1}), eta^0 = 1.
The mask of unit i of layer l is 1[eta^l_i (W'^l q^{l-1})_i > 0]: given W' and the masks below it is
a fair coin, the bit of eta^l_i, as long as q^{l-1} is not 0.  V^{l+1} is standard Gaussian whatever
eta^l is.  So (V, D) are independent with the stated laws.  A product of weights along a path is the
same product of entries of V, for every sign occurs twice; d/dW^l_ij = +-d/dV^l_ij with a
sign that depends on the entry only and cancels where a derivative is contracted with its like.  If a
whole layer is dead, every path product is 0 and the later masks, whatever they are, do not matter.
Hence a cycle still sums over one index, but a unit visited by several cycles is masked once: k cycles
contribute 2^{N/2} E B^k instead of n^k, B ~ Binomial(n, 1/2).  In words, a ReLU network is a linear one
of random widths: X_relu(n_1, ...) = prod_l (2 B_l / n_l)^{m/2} X_lin(B_1, ...) in law, m strands, and
0 if some B_l = 0.  Several outputs are allowed.  Not covered: distinct inputs (their masks are
dependent) and the delta functions in true second derivatives of ReLU.

**How it is summed.**  Reading pi_1, pi_2, ... in turn, all that matters is the current matching and
the contractions not yet realised, up to isomorphism.  A layer pairs one strand at a time: pairing
a and b closes a cycle if they were partners, else their partners become partners.  The partial
states form an acyclic graph with a few edges each, built once for every layer, width, depth and
activation; a layer is one sweep of a vector through it.  Strands without pending contractions are
paired last, in closed form: 2k of them contribute b(b + 2)...(b + 2k - 2).
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from verifier.exact.components import UNMATCHED, ComponentTable, Edge

State = tuple[int, ...]
"""(number of undone free pairs, component numbers in increasing order)."""

Outcome = tuple[int, int, int, tuple[int, ...]]
"""(multiplicity, cycles closed, free pairs gained, new components)."""


class Labels(NamedTuple):
    """What a layer that sees labels does with them."""

    weight: Callable[[int, int], Any]
    """What a pair of two labels is multiplied by; None if they are not joined."""
    keep: Mapping[int, int]
    """The label that every label becomes once its strand is paired."""


class Rule(NamedTuple):
    """How a layer pairs strands: layers of one rule share their transitions.

    Labels are replaced as soon as a strand is paired, and not at the end of the layer: partial states that differ by
    labels already used would be five in six of those of a hypernetwork's last layer.
    """

    tag: int
    """The tag of the contractions that this layer alone realises; 0 if there is none."""
    keep: tuple[tuple[int, int], ...] = ()
    apart: frozenset[tuple[int, int]] = frozenset()
    """Pairs of labels that are not joined."""


_CACHE_SIZE = 200_000


class Ring(Protocol):
    """Coefficients of a vector: closing a cycle, and the end of a layer."""

    def loop(self, value: Any) -> Any:
        """Multiply by the loop variable b of the layer being swept."""

    def close(self, value: Any) -> Any:
        """Replace powers of b by what they stand for once the layer is complete."""


class StateLimitError(MemoryError):
    """The transfer matrix grew beyond the number of partial states that was allowed."""


class TransferMatrix:
    """Partial states and transitions, shared by every moment computed with the same object.

    ``limit`` bounds the number of partial states (``StateLimitError`` beyond it).
    """

    def __init__(self, limit: int | None = None) -> None:
        self.table = ComponentTable()
        self.limit = limit
        self.states: list[State] = []
        self._numbers: dict[State, int] = {}
        self._level = array("h")
        self._degree_done = array("h")
        self._degree_undone = array("h")
        self._rules: dict[Rule, int] = {}
        self._rows: list[dict[int, tuple[int, int]]] = []
        self._target = array("i")
        self._multiplicity = array("q")
        self._cycles = array("b")
        self._weight = array("h")
        self._weights: dict[tuple[int, int], int] = {(0, 0): 0}
        self.weight_labels: list[tuple[int, int]] = [(0, 0)]
        self._pairings: dict[tuple[int, ...], tuple[Outcome, ...]] = {}

    def __len__(self) -> int:
        return len(self.states)

    @property
    def transitions(self) -> int:
        """Number of stored transitions between partial states."""
        return len(self._target)

    def number(self, state: State) -> int:
        """Intern a state."""
        known = self._numbers.get(state)
        if known is not None:
            return known
        if self.limit is not None and len(self.states) >= self.limit:
            raise StateLimitError(f"more than {self.limit} partial states are needed")
        known = len(self.states)
        self._numbers[state] = known
        self.states.append(state)
        level, done, undone = 2 * state[0], 0, 0
        for c in state[1:]:
            info = self.table.info(c)
            level += info.undone
            done = max(done, info.degree_done)
            undone = max(undone, info.degree_undone)
        self._level.append(level)
        self._degree_done.append(done)
        self._degree_undone.append(undone)
        return known

    def start(self, labels: list[int], edges: list[Edge]) -> int:
        """Intern the state before any layer: no strand is paired, every contraction is pending."""
        size = len(labels)
        _, components = self.table.split([UNMATCHED] * size, [False] * size, labels, edges)
        return self.number((0, *components))

    def pending(self, number: int) -> bool:
        """Whether contractions (or labelled strands) remain in a state between layers."""
        return len(self.states[number]) > 1

    def _rule(self, tag: int, labels: Labels | None) -> tuple[int, Rule]:
        """Intern the rule of a layer."""
        if labels is None:
            rule = Rule(tag)
        else:
            names = sorted(labels.keep)
            apart = frozenset((x, y) for x in names for y in names if labels.weight(x, y) is None)
            rule = Rule(tag, tuple((x, labels.keep[x]) for x in names), apart)
        number = self._rules.setdefault(rule, len(self._rules))
        if number == len(self._rows):
            self._rows.append({})
        return number, rule

    def _pair(
        self,
        partner: list[int],
        done: list[bool],
        label: list[int],
        edges: Sequence[Edge],
        a: int,
        b: int,
        rule: Rule,
    ) -> tuple[Outcome, ...]:
        """Put {a, b} into the new matching, with or without realising a contraction a-b."""
        layer, keep = rule.tag, dict(rule.keep)
        forced = False
        for u, v, tag, _ in edges:
            if tag and tag == layer and (u in (a, b) or v in (a, b)):
                if {u, v} != {a, b}:
                    return ()
                forced = True
        pa, pb = partner[a], partner[b]
        cycles = int(pa == b)
        if pa >= 0 and not cycles:
            partner[pa], partner[pb] = pb, pa
        partner[a], partner[b] = b, a
        done[a] = done[b] = True
        label[a], label[b] = keep.get(label[a], label[a]), keep.get(label[b], label[b])
        choices: list[tuple[int, Sequence[Edge]]] = [] if forced else [(1, edges)]
        for i, (u, v, tag, multiplicity) in enumerate(edges):
            if ((u == a and v == b) or (u == b and v == a)) and tag in (0, layer) and (tag or not forced):
                # Parallel contractions are distinct indices: any one of them may be realised here.
                rest = [*edges[:i], *edges[i + 1 :]]
                if multiplicity > 1:
                    rest.append((u, v, tag, multiplicity - 1))
                if not (tag and multiplicity > 1):
                    choices.append((multiplicity, rest))
        if forced and sum(tag == layer and {u, v} == {a, b} for u, v, tag, _ in edges) != 1:
            return ()
        return tuple([(m, cycles, *self.table.split(partner, done, label, rest)) for m, rest in choices])

    def _remember(self, key: tuple[int, ...], outcomes: tuple[Outcome, ...]) -> None:
        # A cache, not the result: rows are stored in the arrays, so it may be emptied at any time.
        if len(self._pairings) >= _CACHE_SIZE:
            self._pairings.clear()
        self._pairings[key] = outcomes

    def _within(self, c: int, a: int, b: int, number: int, rule: Rule) -> tuple[Outcome, ...]:
        key = (c, a, b, number)
        known = self._pairings.get(key)
        if known is None:
            x = self.table.components[c]
            known = self._pair(list(x.partner), list(x.done), list(x.label), x.edges, a, b, rule)
            self._remember(key, known)
        return known

    def _across(self, c: int, a: int, d: int, b: int, number: int, rule: Rule) -> tuple[Outcome, ...]:
        key = (c, a, d, b, number)
        known = self._pairings.get(key)
        if known is None:
            x, y = self.table.components[c], self.table.components[d]
            shift = len(x.partner)
            known = self._pair(
                [*x.partner, *[w + shift if w >= 0 else w for w in y.partner]],
                [*x.done, *y.done],
                [*x.label, *y.label],
                [*x.edges, *[(u + shift, v + shift, t, m) for u, v, t, m in y.edges]],
                a,
                b + shift,
                rule,
            )
            self._remember(key, known)
        return known

    def _with_free(self, c: int, a: int, number: int, rule: Rule) -> tuple[Outcome, ...]:
        """Pair strand a with a strand of a free pair (the caller counts the strands)."""
        key = (c, a, -1, number)
        known = self._pairings.get(key)
        if known is None:
            x = self.table.components[c]
            size = len(x.partner)
            known = self._pair(
                [*x.partner, size + 1, size],
                [*x.done, False, False],
                [*x.label, 0, 0],
                x.edges,
                a,
                size,
                rule,
            )
            self._remember(key, known)
        return known

    def _weight_number(self, x: int, y: int) -> int:
        pair = (x, y) if x <= y else (y, x)
        known = self._weights.get(pair)
        if known is None:
            known = len(self.weight_labels)
            self._weights[pair] = known
            self.weight_labels.append(pair)
        return known

    def _row(self, state: State, number: int, rule: Rule) -> tuple[int, int]:
        """Store the transitions of a partial state with a strand left to pair; return their range."""
        table, info_of, components_of = self.table, self.table.info, self.table.components
        free, components = state[0], state[1:]
        pivot = max(components, key=lambda c: (info_of(c).urgency, c))
        a = info_of(pivot).pivot
        whole = components_of[pivot]
        label, apart = whole.label[a], rule.apart
        found: dict[tuple[int, int, int], int] = {}
        at = components.index(pivot)
        rest = components[:at] + components[at + 1 :]

        def record(outcomes: tuple[Outcome, ...], times: int, others: State, base: int, other: int) -> None:
            weight = self._weight_number(label, other) if label or other else 0
            for multiplicity, cycles, gained, new in outcomes:
                target = (base + gained, *sorted(others + new)) if new else (base + gained, *others)
                key = (self.number(target), cycles, weight)
                found[key] = found.get(key, 0) + times * multiplicity

        for b in range(len(whole.partner)):
            if b != a and not whole.done[b] and (label, whole.label[b]) not in apart:
                record(self._within(pivot, a, b, number, rule), 1, rest, free, whole.label[b])
        if free and (label, 0) not in apart:
            record(self._with_free(pivot, a, number, rule), 2 * free, rest, free - 1, 0)
        previous, position = -1, 0
        while position < len(rest):
            other = rest[position]
            count = rest.count(other) if other != previous else 0
            previous = other
            others = rest[:position] + rest[position + 1 :]
            for b, size in table.info(other).orbits:
                seen = components_of[other].label[b]
                if (label, seen) not in apart:
                    record(self._across(pivot, a, other, b, number, rule), size * count, others, free, seen)
            position += count
        begin = len(self._target)
        for (target, cycles, weight), multiplicity in found.items():
            self._target.append(target)
            self._multiplicity.append(multiplicity)
            self._cycles.append(cycles)
            self._weight.append(weight)
        return begin, len(self._target)

    def complete(self, number: int, pairs: int) -> int:
        """Turn a state whose strands are all done (free pairs apart) into the next layer's start."""
        info_of, components_of = self.table.info, self.table.components
        components = [d for c in self.states[number][1:] for d in info_of(c).flipped]
        held = sum(len(components_of[c].partner) for c in components) // 2
        return self.number((pairs - held, *sorted(components)))

    def sweep(
        self,
        vector: Mapping[int, Any],
        ring: Ring,
        *,
        strands: int,
        remaining: int,
        layer: int = 0,
        labels: Labels | None = None,
    ) -> dict[int, Any]:
        """Apply one layer to a vector of coefficients.

        ``remaining`` is the number of layers still to come: states with a strand that has more
        pending contractions than that are dropped.  ``layer`` realises contractions of that tag.
        ``labels`` says what the layer does with labels, if it is one that sees them.
        """
        which, rule = self._rule(layer, labels)
        rows = self._rows[which]
        levels: list[dict[int, Any]] = [{} for _ in range(strands + 1)]
        for number, value in vector.items():
            levels[self._level[number]][number] = value
        complete: dict[int, Any] = {}
        factors: dict[int, Any] = {}
        target_of, times_of, cycles_of, weight_of = self._target, self._multiplicity, self._cycles, self._weight
        for level in range(strands, -1, -1):
            current = levels[level]
            for number, value in current.items():
                if self._degree_done[number] > remaining or self._degree_undone[number] > remaining + 1:
                    continue
                free = self.states[number][0]
                if level == 2 * free:
                    for k in range(free):
                        closed = ring.loop(value)
                        value = closed + value * (2 * k) if k else closed
                    target = self.complete(number, strands // 2)
                    known = complete.get(target)
                    complete[target] = value if known is None else known + value
                    continue
                span = rows.get(number)
                if span is None:
                    span = rows[number] = self._row(self.states[number], which, rule)
                looped = None
                for i in range(*span):
                    if cycles_of[i]:
                        if looped is None:
                            looped = ring.loop(value)
                        term = looped
                    else:
                        term = value
                    times = times_of[i]
                    if times != 1:
                        term = term * times
                    w = weight_of[i]
                    if w and labels is not None:
                        factor = factors.get(w)
                        if factor is None:
                            factor = factors[w] = labels.weight(*self.weight_labels[w])
                        term = term * factor
                    target = target_of[i]
                    below = levels[level - 2]
                    known = below.get(target)
                    below[target] = term if known is None else known + term
            levels[level] = {}
        return {number: ring.close(value) for number, value in complete.items()}
