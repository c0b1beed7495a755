"""The second checker's terms: JSON, sorts, application by one recursive walk, normal forms as nested sets."""

from __future__ import annotations

import hashlib
import json
import re
from fractions import Fraction
from itertools import product

BASIC = ["int", "const", "fin", "rand", "lim", "width", "seq", "input", "act", "mode", "base", "prop"]
STANDS_FOR = {
    "int": {"int", "const", "fin", "rand", "lim"},
    "const": {"const", "fin", "rand", "lim"},
    "fin": {"fin", "rand"},
    "width": {"width", "fin", "rand"},
}
NUMERIC = {"int", "const", "fin", "lim", "rand", "width"}


class No(Exception):
    """Refused, or failed."""


def insist(fact, why="not so"):
    if not fact:
        raise No(why)


# -- section 1: JSON ---------------------------------------------------------------------------------------------------


def no_twins(pairs):
    insist(len({k for k, _ in pairs}) == len(pairs), "a key twice")
    return dict(pairs)


def whole(digits):
    insist(re.fullmatch("[0-9]+", digits), "a number with a sign, a fraction or an exponent")
    insist(len(digits) < 10, "an integer too large")
    return int(digits)


def parse(data: bytes):
    insist(len(data) <= 4000000, "too long")
    try:
        text = data.decode("utf-8")
        return json.loads(text, object_pairs_hook=no_twins, parse_int=whole, parse_float=whole, parse_constant=whole)
    except (ValueError, RecursionError) as error:
        raise No(f"no JSON: {error}") from None


def is_int(x):
    return isinstance(x, int) and not isinstance(x, bool)


def name(x):
    insist(isinstance(x, str) and re.fullmatch("[ -~]{1,80}", x), "no name")
    return x


def fraction(x):
    insist(isinstance(x, str) and re.fullmatch("-?(0|[1-9][0-9]{0,399})(/[1-9][0-9]{0,399})?", x), "no fraction")
    above, _, below = x.partition("/")
    value = Fraction(int(above), int(below) if below else 1)
    again = str(value.numerator) + (f"/{value.denominator}" if value.denominator > 1 else "")
    insist(x == again, "not in lowest terms")
    return value


# -- section 2: sorts --------------------------------------------------------------------------------------------------


def sort(x):
    """A sort in a document: a string, or (tuple of sorts, sort)."""
    return read_sort(x)[0]


def read_sort(x):
    if isinstance(x, str):
        insist(x in BASIC, "unknown sort")
        return x, 1
    insist(isinstance(x, list) and len(x) == 2 and isinstance(x[0], list) and 1 <= len(x[0]) <= 50, "no sort")
    inner = [read_sort(s) for s in [*x[0], x[1]]]
    names = sum(n for _, n in inner)
    insist(names <= 50, "a sort too long")
    return (tuple(s for s, _ in inner[:-1]), inner[-1][0]), names


def within(s, t):
    if isinstance(s, str) and isinstance(t, str):
        return t in STANDS_FOR.get(s, {s})
    return not isinstance(s, str) and not isinstance(t, str) and s[0] == t[0] and within(s[1], t[1])


def join(sorts):
    for s in ("int", "const", "fin", "lim", "rand"):
        if all(within(x, s) for x in sorts):
            return s
    raise No("no join")


# -- section 3: terms: (kind, first, second, sort, loose, free, size, depth) -------------------------------------------

KIND, FIRST, SECOND, SORT, LOOSE, FREE, SIZE, DEPTH = range(8)


def bounded(term):
    insist(term[SIZE] <= 200000 and term[DEPTH] <= 120, "a term too large")
    return term


def bits(value):
    return abs(value.numerator).bit_length() + value.denominator.bit_length()


def var(label, s):
    return ("var", label, s, s, {}, frozenset([(label, s)]), 1, 1)


def bound(index, s):
    return ("bound", index, s, s, {index: s}, frozenset(), 1, 1)


def num(value):
    insist(bits(value) <= 1000, "a number too long")
    return ("num", value, None, "int" if value.denominator == 1 else "const", {}, frozenset(), 1, 1)


def fun(sorts, body):
    k = len(sorts)
    insist(1 <= k <= 50, "a function of no arguments, or of too many")
    for index in range(k):
        insist(body[LOOSE].get(index, sorts[k - index - 1]) == sorts[k - index - 1], "a binder of another sort")
    loose = {index - k: s for index, s in body[LOOSE].items() if index >= k}
    return bounded(("fun", sorts, body, (sorts, body[SORT]), loose, body[FREE], 1 + body[SIZE], 1 + body[DEPTH]))


def application(head, args, symbols):
    sorts = [a[SORT] for a in args]
    parts = list(args)
    if isinstance(head, tuple):
        insist(head[KIND] in ("var", "bound", "app") and not isinstance(head[SORT], str), "no function")
        parts.append(head)
        result = fits(head[SORT], sorts)
    elif head in ("+", "*"):
        result = join(sorts)
    elif head == "eq":
        insist(len(args) == 2, "= between two")
        if not (isinstance(sorts[0], str) and sorts[0] == sorts[1] != "prop"):
            join(sorts)
        result = "prop"
    elif head == "all":
        insist(len(args) == 1 and args[0][KIND] == "fun" and args[0][SECOND][SORT] == "prop", "no predicate")
        result = "prop"
    elif head in ("le", "imp", "false"):
        wanted = {"le": ("const", "const"), "imp": ("prop", "prop"), "false": ()}[head]
        result = fits((wanted, "prop"), sorts)
    else:
        insist(head in symbols, f"unknown symbol {head}")
        result = fits(symbols[head], sorts)
    loose = {}
    for part in parts:
        for index, s in part[LOOSE].items():
            insist(loose.setdefault(index, s) == s, "one index, two sorts")
    free = frozenset().union(*[p[FREE] for p in parts])
    depth = 1 + max([p[DEPTH] for p in parts], default=0)
    return bounded(("app", head, tuple(args), result, loose, free, 1 + sum(p[SIZE] for p in parts), depth))


def fits(function_sort, sorts):
    insist(len(function_sort[0]) == len(sorts), "wrong number of arguments")
    insist(all(within(s, t) for s, t in zip(sorts, function_sort[0])), "an argument of another sort")
    return function_sort[1]


def walk(term, inside, change, symbols):
    """``term`` with change(leaf, binders around it) for its leaves, and what becomes a redex reduced."""
    if term[KIND] == "fun":
        return fun(term[FIRST], walk(term[SECOND], inside + len(term[FIRST]), change, symbols))
    if term[KIND] == "app":
        head = term[FIRST]
        if isinstance(head, tuple):
            head = walk(head, inside, change, symbols)
        args = [walk(a, inside, change, symbols) for a in term[SECOND]]
        if isinstance(head, tuple) and head[KIND] == "fun":
            return apply(head, args, symbols)
        return application(head, args, symbols)
    return change(term, inside)


def apply(function, args, symbols):
    """The function at the arguments."""
    insist(function[KIND] == "fun", "no function")
    fits(function[SORT], [a[SORT] for a in args])
    k = len(args)

    def change(leaf, inside):
        if leaf[KIND] != "bound" or leaf[FIRST] < inside:
            return leaf
        place = leaf[FIRST] - inside
        if place >= k:
            return bound(leaf[FIRST] - k, leaf[SORT])
        return walk(args[k - 1 - place], 0, lambda x, more: raised(x, more, inside), symbols)

    return walk(function[SECOND], 0, change, symbols)


def raised(leaf, inside, by):
    if leaf[KIND] == "bound" and leaf[FIRST] >= inside:
        return bound(leaf[FIRST] + by, leaf[SORT])
    return leaf


def abstraction(variables, body, symbols):
    """λ variables. body"""
    insist(all(v[KIND] == "var" for v in variables), "λ of no variable")
    places = {(v[FIRST], v[SECOND]): len(variables) - 1 - i for i, v in enumerate(variables)}
    insist(len(places) == len(variables), "λ of one variable twice")

    def change(leaf, inside):
        if leaf[KIND] == "var" and (leaf[FIRST], leaf[SECOND]) in places:
            return bound(places[leaf[FIRST], leaf[SECOND]] + inside, leaf[SORT])
        return raised(leaf, inside, len(variables))

    return fun(tuple(v[SORT] for v in variables), walk(body, 0, change, symbols))


# -- section 4: normal forms -------------------------------------------------------------------------------------------


def form(term):
    """What ``term`` is up to the laws of rings: a frozenset of (monomial, coefficient), or an atom."""
    if term[SORT] not in NUMERIC:
        return atom(term)
    return frozenset(polynomial(term).items())


def atom(term):
    if term[KIND] == "fun":
        return ("fun", term[FIRST], form(term[SECOND]))
    if term[KIND] == "app":
        head = form(term[FIRST]) if isinstance(term[FIRST], tuple) else term[FIRST]
        return ("app", head, tuple(form(a) for a in term[SECOND]))
    return term[:3]


def polynomial(term):
    """{frozenset of (atom, power): coefficient}"""
    if term[KIND] == "num":
        return {frozenset(): term[FIRST]} if term[FIRST] else {}
    if term[KIND] != "app" or term[FIRST] not in ("+", "*"):
        return {frozenset([(atom(term), 1)]): Fraction(1)}
    parts = [polynomial(a) for a in term[SECOND]]
    out = {}
    if term[FIRST] == "+":
        choices = [[pair] for part in parts for pair in part.items()]
    else:
        many = 1
        for part in parts:
            many *= len(part)
        insist(many <= 200000, "too many monomials")
        choices = product(*[list(part.items()) for part in parts])
    for choice in choices:
        powers, value = {}, Fraction(1)
        for monomial, coefficient in choice:
            value *= coefficient
            insist(bits(value) <= 1000, "a coefficient too long")
            for a, p in monomial:
                powers[a] = powers.get(a, 0) + p
        monomial = frozenset(powers.items())
        out[monomial] = out.get(monomial, 0) + value
        insist(bits(Fraction(out[monomial])) <= 1000, "a coefficient too long")
    return {m: c for m, c in out.items() if c}


# -- section 7: digests ------------------------------------------------------------------------------------------------


def lists(s):
    return s if isinstance(s, str) else [[lists(a) for a in s[0]], lists(s[1])]


def nested(term):
    if term[KIND] in ("var", "bound"):
        return [term[KIND], term[FIRST], lists(term[SECOND])]
    if term[KIND] == "num":
        return ["num", str(term[FIRST])]
    if term[KIND] == "fun":
        return ["fun", [lists(s) for s in term[FIRST]], nested(term[SECOND])]
    head = nested(term[FIRST]) if isinstance(term[FIRST], tuple) else term[FIRST]
    return ["app", head, [nested(a) for a in term[SECOND]]]


def digest(term):
    return hashlib.sha256(json.dumps(nested(term), separators=(",", ":")).encode("ascii")).hexdigest()
