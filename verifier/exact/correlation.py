"""The language of correlation functions and the multigraphs they stand for.

``f(0;a,b) f(1;a) f(2;b)`` is a product of derivatives of one network: factor ``f(1;a)`` is
the first derivative of f at input 1 with respect to the parameter indexed by a.  Letters run over
*all* parameters, occur exactly twice and are summed (Eqs. (2), (3) of the supplement).
``f[1](0;a)`` is output 1; ``f`` alone is ``f(0)``.  Factors multiply by juxtaposition or ``*``;
``(...)^k`` is a power, with letters of its own in every copy.  ``T(r)`` abbreviates the star
``f(0;a1,...,ar) f(1;a1) ... f(r;ar)`` of Eq. (5), ``K(r)`` the hypernetwork term of Theorem 1.

A correlation function is a multigraph: factors are vertices, letters are edges.  Two texts that
differ only in the names of inputs and letters, or in the order of factors, parse to equal objects.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NoReturn

import pynauty

from verifier.inputs.numbers import shortened

if TYPE_CHECKING:
    import networkx

#: Characters of a text that a message shows, before and after the one that is meant.
_AROUND = 100


class CorrelationError(ValueError):
    """A correlation function that cannot be read or evaluated.

    ``position`` is the offending character's offset in ``text`` (or None); the message shows it.
    """

    def __init__(self, reason: str, text: str = "", position: int | None = None) -> None:
        self.reason, self.text, self.position = reason, text, position
        # White space one for one, so that the caret stays below its character; of a long text, what is around it.
        start = max(0, (position or 0) - _AROUND)
        shown = re.sub(r"\s", " ", text[start : start + 2 * _AROUND])
        caret = "" if position is None else f"\n  {shown}\n  {' ' * (position - start)}^"
        super().__init__(reason + caret)


@dataclass(frozen=True)
class Factor:
    """One factor of a correlation function: the input it is taken at and the output it is."""

    input: int
    output: int = 0


@dataclass(frozen=True)
class Correlation:
    """A correlation function up to isomorphism.

    ``contractions`` are pairs of factor numbers, repeated for parallel letters; a pair (v, v) is a
    Laplacian, which vanishes almost everywhere for piecewise-linear networks.  The names of
    inputs and letters are kept for messages and for ``gram`` and ``layers``, but do not count in
    comparisons.
    """

    factors: tuple[Factor, ...]
    contractions: tuple[tuple[int, int], ...]
    input_names: tuple[str, ...] = field(default=(), compare=False)
    letters: tuple[str, ...] = field(default=(), compare=False)
    letter_order: tuple[str, ...] = field(default=(), compare=False)
    text: str = field(default="", compare=False)

    def graph(self) -> networkx.MultiGraph:
        """Return the multigraph of contractions (one vertex a factor)."""
        import networkx  # here: slow to load, and most moments need none

        graph = networkx.MultiGraph()
        graph.add_nodes_from(range(len(self.factors)))
        graph.add_edges_from(self.contractions)
        return graph

    @property
    def outputs(self) -> tuple[int, ...]:
        """The distinct outputs, in increasing order."""
        return tuple(sorted({factor.output for factor in self.factors}))

    def __str__(self) -> str:
        return self.text or self.formula()

    def formula(self) -> str:
        """Write the canonical object in the language of correlation functions."""
        names: list[list[str]] = [[] for _ in self.factors]
        for i, (u, v) in enumerate(self.contractions):
            name = chr(ord("a") + i) if i < 26 else f"a{i}"
            names[u].append(name)
            names[v].append(name)
        parts = []
        for factor, letters in zip(self.factors, names):
            head = f"f[{factor.output}]" if factor.output else "f"
            inside = f"{factor.input};{','.join(letters)}" if letters else f"{factor.input}"
            parts.append(f"{head}({inside})")
        return " ".join(parts)


@dataclass(frozen=True)
class HypernetworkTerm:
    """K^(r) of Theorem 1: the r-th derivative of h contracted with r gradients of h."""

    order: int
    text: str = field(default="", compare=False)

    def __str__(self) -> str:
        return self.text or f"K({self.order})"


def correlation(
    factors: Sequence[tuple[str, int]],
    contractions: Sequence[tuple[int, int, str]],
    text: str = "",
) -> Correlation:
    """Return the canonical correlation function with the given factors and contractions.

    ``factors`` are (input name, output number), ``contractions`` (factor, factor, letter) in the
    order in which the letters first appear.  Raises ``CorrelationError`` if there is no factor.
    """
    if not factors:
        raise CorrelationError("an empty correlation function has no moments: name at least one factor")
    names = list(dict.fromkeys(name for name, _ in factors))
    m, e = len(factors), len(contractions)
    adjacency: dict[int, list[int]] = {}
    classes: dict[tuple[int, int], set[int]] = {}
    for v, (name, output) in enumerate(factors):
        adjacency[v] = [m + e + names.index(name)]
        classes.setdefault((0, output), set()).add(v)
    for i, (u, v, _) in enumerate(contractions):
        adjacency[m + i] = [u, v] if u != v else [u]
        classes.setdefault((1, int(u == v)), set()).add(m + i)
    classes[(2, 0)] = set(range(m + e, m + e + len(names)))
    graph = pynauty.Graph(
        m + e + len(names), adjacency_dict=adjacency, vertex_coloring=[classes[key] for key in sorted(classes)]
    )
    lab = pynauty.canon_label(graph)
    place = {v: i for i, v in enumerate(v for v in lab if v < m)}
    order = [v for v in lab if v < m]
    inputs = list(dict.fromkeys(factors[v][0] for v in order))
    edges = sorted((min(place[u], place[v]), max(place[u], place[v]), i) for i, (u, v, _) in enumerate(contractions))
    return Correlation(
        factors=tuple(Factor(inputs.index(factors[v][0]), factors[v][1]) for v in order),
        contractions=tuple((u, v) for u, v, _ in edges),
        input_names=tuple(inputs),
        letters=tuple(contractions[i][2] for _, _, i in edges),
        letter_order=tuple(letter for _, _, letter in contractions),
        text=text,
    )


def star(r: int) -> Correlation:
    """Return T(r), the star of Eq. (5): f(0;a1,...,ar) f(1;a1) ... f(r;ar)."""
    if r < 0:
        raise CorrelationError(f"T({r}): the order of T must be 0 or more")
    return correlation([(str(j), 0) for j in range(r + 1)], [(0, j, f"a{j}") for j in range(1, r + 1)], text=f"T({r})")


def from_graph(vertices: int, edges: Sequence[tuple[int, int]]) -> Correlation:
    """Return the correlation function of a multigraph, all factors at one input and one output."""
    for u, v in edges:
        if not (0 <= u < vertices and 0 <= v < vertices):
            raise CorrelationError(f"edge {u}-{v} needs vertices 0..{vertices - 1}")
    return correlation([("0", 0)] * vertices, [(u, v, f"a{i}") for i, (u, v) in enumerate(edges, start=1)])


MOST_FACTORS = 1_000
"""Factors that a text may stand for."""

_MOST_BRACKETS = 50

_TOKEN = re.compile(r"\s*(?:(?P<name>[A-Za-z_][A-Za-z0-9_']*)|(?P<int>\d+)|(?P<sign>[()\[\],;^*]))")

Use = tuple[str, int, int]
"""(letter, factor, offset of the letter in the text)."""


class _Parser:
    """Recursive descent over ``expression := (atom ['^' integer])+``."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens: list[tuple[str, str, int]] = []
        position = 0
        while position < len(text.rstrip()):
            match = _TOKEN.match(text, position)
            if match is None:
                at = position + len(text[position:]) - len(text[position:].lstrip())
                raise CorrelationError(f"unexpected character {text[at]!r}", text, at)
            kind = match.lastgroup or ""
            self.tokens.append((kind, match.group(kind), match.start(kind)))
            position = match.end()
        self.tokens.append(("end", "", len(text.rstrip())))
        self.at = 0
        self.fresh = 0
        self.brackets = 0

    def fail(self, reason: str, position: int | None = None) -> NoReturn:
        raise CorrelationError(reason, self.text, self.tokens[self.at][2] if position is None else position)

    def peek(self) -> str:
        return self.tokens[self.at][1]

    def take(self, expected: str | None = None, kind: str | None = None, what: str = "") -> tuple[str, int]:
        found, value, position = self.tokens[self.at]
        if (expected is not None and value != expected) or (kind is not None and found != kind):
            shown = f"{shortened(value)!r}" if value else "the end"
            self.fail(f"expected {what or repr(expected)}, found {shown}")
        self.at += 1
        return value, position

    def integer(self, what: str) -> int:
        value, position = self.take(kind="int", what=what)
        if len(value) > 9:
            self.fail(f"{what} has {len(value)} digits; it must be smaller", position)
        return int(value)

    def check_size(self, factors: int, position: int) -> None:
        if factors > MOST_FACTORS:
            self.fail(f"{factors} factors: at most {MOST_FACTORS} are read", position)

    def expression(self, closing: bool) -> tuple[list[tuple[str, int]], list[Use]]:
        factors: list[tuple[str, int]] = []
        uses: list[Use] = []
        while self.peek() not in ("", ")"):
            if self.peek() == "*":
                self.take()
                continue
            begin = self.tokens[self.at][2]
            more, used = self.atom()
            power = 1
            if self.peek() == "^":
                self.take()
                power_at = self.tokens[self.at][2]
                power = self.integer("a power")
                if power < 1:
                    self.fail(f"power {power}: a power must be 1 or more", power_at)
                self.check_size(len(factors) + power * len(more), power_at)
                check_letters(used, self.text, " inside the power")
            for copy in range(power):
                # Every copy of a power sums over letters of its own.
                rename = ""
                if power > 1:
                    self.fresh += 1
                    rename = f"'{self.fresh}" if copy else ""
                uses.extend((letter + rename, factor + len(factors), at) for letter, factor, at in used)
                factors.extend(more)
            if not more:
                self.fail("empty brackets", begin)
            self.check_size(len(factors), begin)
        if closing:
            self.take(")")
        return factors, uses

    def atom(self) -> tuple[list[tuple[str, int]], list[Use]]:
        kind, value, position = self.tokens[self.at]
        if value == "(":
            self.brackets += 1
            if self.brackets > _MOST_BRACKETS:
                self.fail(f"brackets are nested more than {_MOST_BRACKETS} deep")
            self.take()
            inside = self.expression(closing=True)
            self.brackets -= 1
            return inside
        if kind != "name" or value not in ("f", "T", "K"):
            self.fail(f"expected f, T(r), K(r) or a bracket, found {shortened(value)!r}")
        self.take()
        if value == "f":
            return self.factor()
        if value == "K":
            self.fail("K(r) must stand alone: it is not a product of derivatives of one network", position)
        self.take("(")
        order_at = self.tokens[self.at][2]
        r = self.integer("the order of T")
        self.check_size(r + 1, order_at)
        self.take(")")
        self.fresh += 1
        letters = [f"a{j}" if self.fresh == 1 else f"a{j}.{self.fresh}" for j in range(1, r + 1)]
        uses = [(f"T{letter}", 0, position) for letter in letters]
        uses += [(f"T{letter}", j, position) for j, letter in enumerate(letters, start=1)]
        return [(str(j), 0) for j in range(r + 1)], uses

    def factor(self) -> tuple[list[tuple[str, int]], list[Use]]:
        output, name, uses = 0, "0", []
        if self.peek() == "[":
            self.take()
            output = self.integer("the number of an output")
            self.take("]")
        if self.peek() == "(":
            self.take()
            kind, name, _ = self.tokens[self.at]
            if kind not in ("name", "int"):
                self.fail(f"expected the name of an input, found {name or 'the end'!r}")
            self.at += 1
            if self.peek() == ";":
                self.take()
                while True:
                    letter, at = self.take(kind="name", what="a letter")
                    uses.append((letter, 0, at))
                    if self.peek() != ",":
                        break
                    self.take()
            self.take(")")
        return [(name, output)], uses


def check_letters(uses: Sequence[Use], text: str, where: str = "") -> list[tuple[int, int, str]]:
    """Pair up the uses of every letter, in order of first appearance.

    Raises ``CorrelationError`` at the letter's place if it is not used exactly twice.
    """
    found: dict[str, list[tuple[int, int]]] = {}
    for letter, factor, at in uses:
        found.setdefault(letter, []).append((factor, at))
    result = []
    for letter, places in found.items():
        shown = letter.split("'")[0]
        if len(places) == 1:
            raise CorrelationError(
                f"letter {shown!r} is used once{where}; every letter is used exactly twice", text, places[0][1]
            )
        if len(places) > 2:
            times = {3: "three times"}.get(len(places), f"{len(places)} times")
            raise CorrelationError(
                f"letter {shown!r} is used {times}{where}; every letter is used exactly twice",
                text,
                places[2][1],
            )
        (u, _), (v, _) = places
        result.append((u, v, letter))
    return result


def parse(text: str) -> Correlation | HypernetworkTerm:
    """Read a correlation function.

    Raises ``CorrelationError``, with a caret under the offending character, if the text is empty
    or malformed, or if a letter is not used exactly twice.
    """
    alone = re.fullmatch(r"\s*K\s*\(\s*(\d+)\s*\)\s*", text)
    if alone and len(alone.group(1)) > 9:
        reason = f"the order of K has {len(alone.group(1))} digits; it must be smaller"
        raise CorrelationError(reason, text, alone.start(1))
    if alone:
        return HypernetworkTerm(int(alone.group(1)), text=text.strip())
    parser = _Parser(text)
    factors, uses = parser.expression(closing=False)
    if parser.peek() == ")":
        parser.fail("unmatched ')'")
    if not factors:
        raise CorrelationError("an empty correlation function has no moments: name at least one factor", text, 0)
    return correlation(factors, check_letters(uses, text), text=text.strip())
