"""A second checker of proof documents, written from docs/proof-format.md and the theory table; imports no verifier.

    python second_checker.py theory.json proof.json…

prints a list with one object for each document: ``{"refused": sentence}``, or ``{"goals": [[id, word, rests], …],
"failed": number of the first failing step or null}``.  Terms are plain tuples; functions are applied by one recursive
walk with an environment; normal forms are nested frozensets and are compared as they are.
"""

from __future__ import annotations

import json
import sys
from fractions import Fraction

from second_terms import (
    FIRST,
    FREE,
    KIND,
    LOOSE,
    SECOND,
    SORT,
    No,
    abstraction,
    application,
    apply,
    bound,
    digest,
    form,
    fraction,
    fun,
    insist,
    is_int,
    name,
    num,
    parse,
    polynomial,
    sort,
    var,
)

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
