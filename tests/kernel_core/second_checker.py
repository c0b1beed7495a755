"""A second checker of proof documents, written from docs/proof-format.md and the theory table; imports no verifier.

    python second_checker.py theory.json proof.json…

prints a list with one object for each document: ``{"refused": sentence}``, or ``{"goals": [[id, word, rests], …],
"failed": number of the first failing step or null}``.  Terms are plain tuples; functions are applied by one recursive
walk with an environment; normal forms are nested frozensets and are compared as they are.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
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


# -- section 8: the table ----------------------------------------------------------------------------------------------


def load_theory(text):
    data = json.loads(text)
    insist(data["format"] == "verifier theory 2", "no theory")
    symbols = {s["name"]: (tuple(map(sort, s["args"])), sort(s["result"])) for s in data["symbols"]}

    def term(node):
        if node[0] == "var":
            return var(node[1], sort(node[2]))
        if node[0] == "bound":
            return bound(node[1], sort(node[2]))
        if node[0] == "num":
            return num(fraction(node[1]))
        if node[0] == "fun":
            return fun(tuple(map(sort, node[1])), term(node[2]))
        head = term(node[1]) if isinstance(node[1], list) else node[1]
        return application(head, [term(a) for a in node[2]], symbols)

    rows = {}
    for row in data["rows"]:
        prop = term(row["prop"])
        insist(prop[SORT] == "prop" and not prop[LOOSE] and not prop[FREE], "a row is closed")
        insist(row["digest"] == digest(prop), f"{row['name']}: another digest")
        insist(row["name"] not in rows and row["mark"] in ("definition", "theorem", "argued", "cited"), "no row")
        rows[row["name"]] = (prop, row["mark"], row["digest"])
    return symbols, rows


# -- section 5: documents ----------------------------------------------------------------------------------------------


def listed(x, length=None):
    insist(isinstance(x, list) and (length is None or len(x) == length), "another list is wanted")
    return x


def pick(items, number):
    insist(is_int(number) and 0 <= number < len(items), "no such number")
    return items[number]


def with_fields(x, *fields):
    insist(isinstance(x, dict) and sorted(x) == sorted(fields), f"the fields are {fields}")
    return x


def read_node(node, terms, symbols):
    listed(node)
    insist(node and isinstance(node[0], str), "no node")
    listed(node, {"var": 3, "bound": 3, "num": 2, "fun": 3, "app": 3}.get(node[0], -1))
    if node[0] == "var":
        return var(name(node[1]), sort(node[2]))
    if node[0] == "bound":
        insist(is_int(node[1]), "no index")
        return bound(node[1], sort(node[2]))
    if node[0] == "num":
        return num(fraction(node[1]))
    if node[0] == "fun":
        return fun(tuple(sort(s) for s in listed(node[1])), pick(terms, node[2]))
    head = node[1] if isinstance(node[1], str) else pick(terms, node[1])
    return application(head, [pick(terms, n) for n in listed(node[2])], symbols)


SHAPES = {
    "row": "n", "computed": "nt", "use": "n", "assume": "t", "imp_intro": "ts", "imp_elim": "ss", "all_intro": "Ts",
    "all_elim": "sT", "ring": "tt", "subst": "sts", "linear": "StF",
}  # fmt: skip


def read_step(step, terms, before):
    insist(listed(step) and isinstance(step[0], str) and step[0] in SHAPES, "no such step")
    shape = SHAPES[step[0]]
    listed(step, 1 + len(shape))
    one = {
        "n": name, "f": fraction, "t": lambda x: pick(terms, x), "s": lambda x: pick(range(before), x),
    }  # fmt: skip
    return [step[0]] + [
        [one[c.lower()](x) for x in listed(arg)] if c.isupper() else one[c](arg) for c, arg in zip(shape, step[1:])
    ]


def read(data, symbols):
    with_fields(data, "format", "statement", "terms", "steps", "goals")
    insist(data["format"] == "verifier proof 2", "another format")
    name(data["statement"])
    terms = []
    for node in listed(data["terms"]):
        terms.append(read_node(node, terms, symbols))
    steps = [read_step(step, terms, i) for i, step in enumerate(listed(data["steps"]))]
    goals = []
    for goal in listed(data["goals"]):
        with_fields(goal, "id", "prop", "step")
        goals.append((name(goal["id"]), pick(terms, goal["prop"]), pick(range(len(steps)), goal["step"])))
    return steps, goals


# -- section 6: steps; a theorem is (hypotheses by normal form, proposition, rests) ------------------------------------


def theorem(hyps, prop, rests):
    for p in (prop, *hyps.values()):
        insist(p[SORT] == "prop" and not p[LOOSE], "no proposition")
    return dict(hyps), prop, frozenset(rests)


def same(a, b):
    insist(form(a) == form(b), "not the same")


def sides(prop, *heads):
    insist(prop[KIND] == "app" and prop[FIRST] in heads, f"wanted {heads}")
    return prop[SECOND]


def make(step, made, symbols, rows, earlier):
    rule, *args = step
    if rule == "row":
        insist(args[0] in rows, "no such row")
        prop, mark, mark_digest = rows[args[0]]
        return theorem({}, prop, [(mark, args[0], mark_digest)])
    if rule == "computed":
        insist(not args[1][FREE], "not closed")
        return theorem({}, args[1], [("computed", args[0], digest(args[1]))])
    if rule == "use":
        insist(args[0] in earlier, "no such goal")
        return earlier[args[0]]
    if rule == "assume":
        return theorem({form(args[0]): args[0]}, args[0], [])
    if rule == "imp_intro":
        hyps, prop, rests = made[args[1]]
        kept = {f: h for f, h in hyps.items() if f != form(args[0])}
        return theorem(kept, application("imp", [args[0], prop], symbols), rests)
    if rule == "imp_elim":
        t, u = made[args[0]], made[args[1]]
        p, q = sides(t[1], "imp")
        same(p, u[1])
        return theorem({**t[0], **u[0]}, q, t[2] | u[2])
    if rule == "all_intro":
        hyps, prop, rests = made[args[1]]
        function = abstraction(args[0], prop, symbols)
        names = {(v[FIRST], v[SECOND]) for v in args[0]}
        insist(not any(h[FREE] & names for h in hyps.values()), "free in a hypothesis")
        return theorem(hyps, application("all", [function], symbols), rests)
    if rule == "all_elim":
        hyps, prop, rests = made[args[0]]
        (function,) = sides(prop, "all")
        return theorem(hyps, apply(function, args[1], symbols), rests)
    if rule == "ring":
        same(*args)
        return theorem({}, application("eq", args, symbols), [])
    if rule == "subst":
        t, context, u = made[args[0]], args[1], made[args[2]]
        a, b = sides(t[1], "eq")
        same(apply(context, [a], symbols), u[1])
        return theorem({**t[0], **u[0]}, apply(context, [b], symbols), t[2] | u[2])
    insist(rule == "linear")
    return linear([made[n] for n in args[0]], args[1], args[2], symbols)


def linear(facts, goal, multipliers, symbols):
    insist(len(facts) == len(multipliers), "as many multipliers as facts")

    def times(m, t):
        return application("*", [num(m), t], symbols)

    a, b = sides(goal, "le", "eq")
    parts = [b, times(Fraction(-1), a)]
    hyps, rests = {}, frozenset()
    for fact, m in zip(facts, multipliers):
        a, b = sides(fact[1], "le", "eq")
        if fact[1][FIRST] == "le":
            insist(goal[FIRST] == "le" and m >= 0, "an inequality times a negative number, or for an equation")
        parts += [times(-m, b), times(m, a)]
        hyps.update(fact[0])
        rests |= fact[2]
    left = polynomial(application("+", parts, symbols))
    rest = left.pop(frozenset(), Fraction(0))
    insist(not left and rest >= 0 and (rest == 0 or goal[FIRST] == "le"), "does not follow")
    return theorem(hyps, goal, rests)


def check(data, theory, earlier):
    """The goals of one document, which are added to ``earlier`` where they hold, and the first failing step."""
    symbols, rows = theory
    steps, goals = read(data, symbols)
    made, failed = [], None
    for number, step in enumerate(steps):
        try:
            made.append(make(step, made, symbols, rows, earlier))
        except (No, RecursionError):
            failed = number
            break
    out, held = [], {}
    for label, prop, number in goals:
        word, rests = "gap", frozenset()
        if number < len(made):
            hyps, found, found_rests = made[number]
            closed = prop[SORT] == "prop" and not prop[FREE] and not prop[LOOSE]
            if closed and not hyps and form(prop) == form(found):
                rests = found_rests
                marks = {mark for mark, _, _ in rests} - {"definition", "theorem"}
                word = "cited" if marks - {"computed"} else "certified" if marks else "proved"
                held[digest(prop)] = made[number]
        out.append([label, word, sorted(map(list, rests))])
    earlier.update(held)
    return {"goals": out, "failed": failed}


def checked(theory_text, documents):
    """One answer for each document, given as bytes; later ones may use goals of earlier ones."""
    theory, earlier, answers = load_theory(theory_text), {}, []
    for document in documents:
        try:
            answers.append(check(parse(document), theory, earlier))
        except (No, RecursionError) as refusal:
            answers.append({"refused": str(refusal)})
    return answers


def main(arguments):
    with open(arguments[0], encoding="utf-8") as file:
        theory = file.read()
    documents = []
    for path in arguments[1:]:
        with open(path, "rb") as file:
            documents.append(file.read())
    print(json.dumps(checked(theory, documents), indent=1))


if __name__ == "__main__":
    main(sys.argv[1:])
