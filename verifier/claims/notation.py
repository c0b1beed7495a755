"""Propositions as sentences: text and LaTeX, printed from the terms that are proved.

A symbol's notation is a template of its arguments by name; arguments that it leaves out are shown where they are not
the variables of that name (``K^(2) [H = 1, y = x]``), so that a sentence says all that its proposition says.

>>> from verifier.kernel.core.terms import le, num
>>> text(le(num(1), Var("r", "int")))
'1 <= r'
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from itertools import count, pairwise
from string import Formatter

from verifier.claims.brackets import bare, outside
from verifier.kernel.core.normal import key
from verifier.kernel.core.terms import App, Fun, Num, Term, Var, app, beta, variables
from verifier.proving.arithmetic import tidy

_LETTERS = {
    "phi": "σ", "omega": "ω", "y": "x'", "w": "z'", "zi": "z", "wi": "z'", "xp": "x_2", "yp": "x'_2", "zp": "z_2",
    "wp": "z'_2", "alpha_d": "α_d", "theta": "θ", "rho": "ρ", "ls": "l", "es": "e",
}  # fmt: skip


#: what may be an index or an exponent without brackets
_SHORT = re.compile(r"[0-9]+|\\?\w|\w'|\\[a-z]+|\w_\w|\w_\{\w\}")
#: a conjunction of more parts is printed by its first and its last
LONG = 24


@dataclass(frozen=True)
class Notation:
    """How a symbol is printed: names of its arguments, and templates in which they stand in braces."""

    args: tuple[str, ...]
    text: str
    latex: str
    binders: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


NOTATIONS: dict[str, Notation] = {}
_SEALED: set[bool] = set()


def notation(symbol: str, args: str, text: str, latex: str, **binders: str) -> None:
    """Say how ``symbol`` is printed: ``notation("K", "phi m H L r x y z w", "K^({r})", r"K^{{({r})}}")``.

    ValueError where the symbol has another notation, so that no project changes what the sentences of others say.
    An argument that is a function is printed as its body; ``binders`` names its variables (``F="k"``), which stand in
    the template as ``{F_1}``, ``{F_2}``.
    """
    names = {name: tuple(words.split()) for name, words in binders.items()}
    made = Notation(tuple(args.split()), text, latex, names)
    for template in (text, latex):
        if any(spec or conversion for _, _, spec, conversion in Formatter().parse(template)):
            raise ValueError(f"{symbol}: {template!r} formats an argument; arguments are shown as they are: {{name}}")
    if symbol not in NOTATIONS and _SEALED:
        raise ValueError(f"{symbol} is printed as it is: how the theory's symbols are printed is said with the theory")
    if NOTATIONS.setdefault(symbol, made) != made:
        raise ValueError(f"{symbol} is printed {NOTATIONS[symbol].text!r} already; a symbol has one notation")


def seal() -> None:
    """From here on no symbol has another notation: what a sentence says is no project's to choose."""
    _SEALED.add(True)


class _Printer:
    """One of the two languages; ``latex`` says which."""

    def __init__(self, latex: bool, reserved: Iterable[str] = (), whole: Term | None = None) -> None:
        self.latex = latex
        self.whole = whole  # what may be shortened
        self.reserved = frozenset(reserved)  # names that what is bound here must not have
        self.known: dict[tuple[int, int], tuple[Term, str]] = {}  # by identity, each with its term, which keeps it so

    @cached_property
    def plain(self) -> _Printer:
        """The printer of text in the same scope."""
        return _Printer(False, self.reserved) if self.latex else self

    def inside(self, names: Iterable[str]) -> _Printer:
        """The printer for what stands in the scope of ``names``."""
        return _Printer(self.latex, self.reserved | set(names))

    def operand(self, t: Term, tight: int = 0) -> str:
        """``t`` beside a sign: in brackets where the words of its symbol would run into what stands next to it."""
        shown = self.term(t, tight)
        named = isinstance(t, App) and t.fields[0] not in ("+", "*")
        return self.wrapped(shown, named and self.runs_on(t))

    def runs_on(self, t: Term) -> bool:
        """Whether the text of ``t`` has a space outside of brackets, as Σ_(k) F or E X have."""
        return " " in outside(self.plain.term(t))

    def term(self, t: Term, tight: int = 0) -> str:
        """``t``; in brackets where it binds less than ``tight``: 1 in a product or after a minus, 2 in a power.

        What was printed is kept: whether an operand needs brackets is asked of its text, once more at each level.
        """
        place = id(t), tight
        if place not in self.known:
            self.known[place] = t, self.printed(t, tight)
        return self.known[place][1]

    def printed(self, t: Term, tight: int) -> str:
        if isinstance(t, Var):
            return self.name(str(t.fields[0]))
        if isinstance(t, Num):
            return self.number(t.fields[0], tight)
        if isinstance(t, Fun):
            vs = self.fresh(t)
            return f"{', '.join(map(self.term, vs))} ↦ {self.inside(_names(vs)).term(beta(t, vs))}"
        assert isinstance(t, App), "a closed term"
        if t.fields[0] == "+":
            shorter = tidy(t)
            if shorter is not t:
                return self.term(shorter, tight)
        head, args = t.fields
        if head == "+":
            return self.wrapped(self.sum(args), tight > 0)
        if head == "*":
            if any(isinstance(a, Num) and a.fields[0] == 0 for a in args):
                return "0"
            negative, positive = _negated(t)
            shown = "-" + self.term(positive, 1) if negative else self.product(args)
            return self.wrapped(shown, tight > (0 if negative else 1))
        if head in ("le", "eq"):
            sign = {"le": r"\le" if self.latex else "<=", "eq": "="}[head]
            return f"{self.term(args[0])} {sign} {self.term(args[1])}"
        if head == "false":
            return r"\bot" if self.latex else "a contradiction"
        if head == "imp":
            return self.implication(t)
        if head == "all":
            vs = self.fresh(args[0])
            word = r"\text{{for every }}{}:\ " if self.latex else "for every {}: "
            return word.format(", ".join(map(self.term, vs))) + self.inside(_names(vs)).term(beta(args[0], vs))
        if head in ("min", "max") and len(args) == 2:
            return f"{chr(92) if self.latex else ''}{head}({', '.join(map(self.term, args))})"
        if head == "and":
            return self.conjunction(t)
        if head in ("nil", "snoc"):
            return self.sequence(t)
        if head == "fact":
            shown = self.term(args[0], 2)
            return self.wrapped(shown, not shown.isalnum() and bool(outside(shown))) + "!"
        if head in ("inv", "invfact"):
            return self.inverse(head, args[0], tight)
        return self.symbol(head if isinstance(head, str) else self.term(head), args)

    def inverse(self, head: str, t: Term, tight: int) -> str:
        """1/t or 1/t!, in brackets where a sign behind it would be read into what it divides by."""
        if self.latex:
            below = self.term(app("fact", t) if head == "invfact" else t)
            return rf"\frac{{1}}{{{below}}}"
        below = self.operand(t, 2)
        if head == "invfact":
            below = self.wrapped(below, not below.isalnum() and bool(outside(below))) + "!"
        elif re.search(r"[/·!]", outside(below)):
            below = f"({below})"
        return self.wrapped(f"1/{below}", tight > 1)

    def fresh(self, t: Term) -> list[Term]:
        """Names for the arguments of a function, by their sorts."""
        taken = {str(v.fields[0]) for v in variables(t)} | self.reserved
        letters = {
            "int": "d k l i j a b", "input": "x y zi wi xp yp zp wp", "seq": "l e", "const": "s t", "mode": "omega",
            "act": "phi",
        }  # fmt: skip
        found: list[Term] = []
        for sort in t.fields[0]:
            names = [n for n in letters.get(sort if isinstance(sort, str) else "", "F G").split() if n not in taken]
            name = names[0] if names else next(n for n in _others("v") if n not in taken)
            taken.add(name)
            found.append(Var(name, sort))
        return found

    def body(self, t: Term, names: tuple[str, ...], beside: Sequence[Term]) -> tuple[str, list[str]]:
        """A function by its body, its variables under the names of its symbol, or the next that are free.

        ``beside`` are the arguments next to it: what is bound has none of their variables' names.
        """
        taken = {str(v.fields[0]) for a in (t, *beside) for v in variables(a)} | self.reserved
        own: list[str] = []
        for name in names:
            own.append(next(other for other in _others(name) if other not in taken))
            taken.add(own[-1])
        if not isinstance(t, Fun):
            return f"{self.term(t)}({', '.join(map(self.name, own))})", own
        vs = [Var(n, s) for n, s in zip(own, t.fields[0], strict=True)]
        return self.inside(own).operand(beta(t, vs), 1), own

    def name(self, name: str) -> str:
        shown = printed_name(name)
        if self.latex:
            shown = {"σ": r"\sigma", "ω": r"\omega", "α_d": r"\alpha_d", "θ": r"\theta", "ρ": r"\rho"}.get(shown, shown)
            shown = re.sub(r"_(\w+)$", r"_{\1}", shown)
        return shown

    def number(self, value: Fraction, tight: int) -> str:
        if value.denominator == 1:
            return self.wrapped(str(value), value < 0 and tight > 0)
        if self.latex:
            sign = "-" if value < 0 else ""
            return rf"{sign}\tfrac{{{abs(value.numerator)}}}{{{value.denominator}}}"
        return self.wrapped(str(value), tight > 0)

    def sum(self, args: Sequence[Term]) -> str:
        out = ""
        for a in args:
            negative, positive = _negated(a)
            part = self.operand(positive, 1 if negative else 0)
            out += (" - " if negative else " + ") + part if out else ("-" if negative else "") + part
        return out or "0"

    def product(self, args: Sequence[Term]) -> str:
        if not args:
            return "1"
        # an inverse that something follows is set apart: (1/k!) r is not 1/(k! r)
        inverse = [isinstance(a, App) and a.fields[0] in ("inv", "invfact") for a in args]
        last = len(args) - 1
        parts = [self.operand(a, 2 if inverse[k] and k < last else 1) for k, a in enumerate(args)]
        out = parts[0]
        for before, after in pairwise(parts):
            letters = len(before) == 1 and len(after) == 1 and after.isalpha()
            number = before.isdigit() and after[0].isalpha()
            out += after if letters or number else (r"\," if self.latex else " ") + after
        return out

    def implication(self, t: Term) -> str:
        premises = []
        while isinstance(t, App) and t.fields[0] == "imp":
            premises.append(t.fields[1][0])
            t = t.fields[1][1]
        if isinstance(t, App) and t.fields[0] == "false":
            denied = self.term(premises.pop())
            said = (r"\text{{not }}({})" if self.latex else "not ({})").format(denied)
        else:
            said = self.term(t)
        if not premises:
            return said
        joined = (r"\text{ and }" if self.latex else " and ").join(map(self.part, premises))
        return said + (r"\ \text{ if }" if self.latex else " if ") + joined

    def conjunction(self, t: Term) -> str:
        """All parts in a row; of a long one that is the whole, the first and the last and how many there are."""
        parts = conjuncts(t)
        short = t is self.whole and len(parts) > LONG
        shown = [self.part(p) for p in ((parts[0], parts[-1]) if short else parts)]
        if short:
            return (
                r"{},\ \dots,\ {}\quad({}\text{{{{ propositions}}}})" if self.latex else "{}; …; {} ({} propositions)"
            ).format(*shown, len(parts))
        return (r"\text{ and }" if self.latex else " and ").join(shown)

    def part(self, p: Term) -> str:
        """A premise, or a part of a conjunction: in brackets where it has an "if", or binds, itself."""
        own = isinstance(p, App) and p.fields[0] in ("imp", "all", "or", "and")
        return self.wrapped(self.term(p), own)

    def sequence(self, t: Term) -> str:
        """(0, 1, 0, 2), or (l, 3) for what is appended to a sequence."""
        entries: list[str] = []
        while isinstance(t, App) and t.fields[0] == "snoc":
            entries.insert(0, self.term(t.fields[1][1]))
            t = t.fields[1][0]
        if not (isinstance(t, App) and t.fields[0] == "nil"):
            entries.insert(0, self.term(t))
        return f"({', '.join(entries)})"

    def symbol(self, head: str, args: Sequence[Term]) -> str:
        found = NOTATIONS.get(head)
        if found is None or len(found.args) != len(args):
            inner = ", ".join(map(self.term, args))
            name = rf"\mathrm{{{head}}}" if self.latex and len(head) > 1 else head
            return f"{name}({inner})" if inner else name
        template = found.latex if self.latex else found.text
        apart = bare(template)
        values: dict[str, str] = {}
        for name, a in zip(found.args, args, strict=True):
            if name in found.binders:
                values[name], own = self.body(a, found.binders[name], args)
                values |= {f"{name}_{n}": self.name(word) for n, word in enumerate(own, start=1)}
            else:
                values[name] = self.term(a)
                raised = apart.get(name) == "raised" and not _SHORT.fullmatch(values[name])
                values[name] = self.wrapped(values[name], raised or (apart.get(name) == "beside" and self.runs_on(a)))
        shown = {name for _, name, _, _ in Formatter().parse(template) if name}
        hidden = [
            f"{self.name(name)} = {values[name]}" for name, a in zip(found.args, args, strict=True)
            if name not in shown and not (isinstance(a, Var) and a.fields[0] == name)
        ]  # fmt: skip
        return template.format(**values) + (f" [{', '.join(hidden)}]" if hidden else "")

    @staticmethod
    def wrapped(shown: str, needed: bool) -> str:
        return f"({shown})" if needed else shown


def _others(name: str) -> Iterator[str]:
    """``name``, the letters after it, and then names with a number."""
    yield from (name[:-1] + chr(c) for c in range(ord(name[-1]), ord("z") + 1))
    yield from (f"{name}_{n}" for n in count(2))


def _names(vs: Iterable[Term]) -> list[str]:
    return [str(v.fields[0]) for v in vs]


def conjuncts(t: Term) -> list[Term]:
    """The parts of a conjunction, in order."""
    if isinstance(t, App) and t.fields[0] == "and":
        return [p for side in t.fields[1] for p in conjuncts(side)]
    return [t]


def _negated(t: Term) -> tuple[bool, Term]:
    if isinstance(t, Num) and t.fields[0] < 0:
        return True, Num(-t.fields[0])
    if isinstance(t, App) and t.fields[0] == "*" and t.fields[1] and isinstance(t.fields[1][0], Num):
        first, *rest = t.fields[1]
        if first.fields[0] < 0:
            left = ([] if first.fields[0] == -1 and rest else [Num(-first.fields[0])]) + rest
            return True, left[0] if len(left) == 1 else App("*", tuple(left))
    return False, t


def printed_name(name: str) -> str:
    """How a variable of this name is printed: ``x'`` for ``y``, ``x'_2`` for ``y_2``."""
    letter, underscore, number = name.partition("_")
    return _LETTERS.get(name) or _LETTERS.get(letter, letter) + underscore + number


def text(t: Term, *, premise: bool = False) -> str:
    """``t`` as text; hundreds of conclusions are told by the first and the last, but each ``premise``."""
    return _Printer(False, _names(variables(t)), None if premise else t).term(t)


def latex(t: Term) -> str:
    """``t`` as LaTeX, as short as in text."""
    return _Printer(True, _names(variables(t)), t).term(t)


def ranges(propositions: Sequence[Term], as_latex: bool = False) -> str:
    """Ranges of parameters, chained where one ends in what another begins with: ``1 <= r <= HL, L <= 2``."""
    printer = _Printer(as_latex)
    chains: list[list[Term]] = []
    rest: list[str] = []
    for p in propositions:
        if not (isinstance(p, App) and p.fields[0] == "le"):
            rest.append(printer.term(p))
            continue
        a, b = p.fields[1]
        before = next((c for c in chains if key(c[-1]) == key(a) and not isinstance(a, Num)), None)
        after = next((c for c in chains if key(c[0]) == key(b) and not isinstance(b, Num)), None)
        if before is not None:
            before.append(b)
        elif after is not None:
            after.insert(0, a)
        else:
            chains.append([a, b])
    sign = r" \le " if as_latex else " <= "
    return ", ".join([*(sign.join(map(printer.term, c)) for c in chains), *rest])
