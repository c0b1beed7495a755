"""What a claim may not say: each guard refuses one way in which a claim, its proof and its samples would come apart."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from math import gcd

from verifier.claims.expressions import CannotCompile, leaves_out
from verifier.claims.notation import conjuncts, printed_name, text
from verifier.claims.statement import Claim, Kind
from verifier.claims.vocabulary import Env, Quantity
from verifier.kernel.core.normal import ONE, key
from verifier.kernel.core.terms import FALSE, App, Term, app, le, num, variables
from verifier.proving.arithmetic import gap, is_comparison, multipliers

#: what a quantity's own words may be, by the kind of a claim: its samples are judged by the kind
_SAYS = {
    Kind.ORDER: {"order"}, Kind.UPPER: {"upper", "rms", "exact_rms", "tight"}, Kind.VANISHES: {"vanishes"},
    Kind.ZERO: {"eq"}, Kind.IDENTITY: {"eq"}, Kind.MEAN_ZERO: {"eq"}, Kind.INTEGER: {"eq", "le", "and"},
    Kind.CONSTANT: {"plim"}, Kind.ATOM: {"atom", "eq"}, Kind.VALUE: {"plim", "gauss", "eq", "and", "all"},
    Kind.LAW: {"law", "gauss", "joint", "binomial_widths", "and"},
}  # fmt: skip
#: what the notation says itself, and no variable may be called: E X is a mean, O_p(n^2) a bound
_SAID = frozenset({
    "E", "P", "O", "O_p", "and", "at", "by", "cos", "acos", "sin", "exp", "every", "first", "for", "if", "in", "is",
    "last", "law", "lim", "max", "min", "not", "of", "on", "or", "pi",
})  # fmt: skip
#: names of variables that can be told from numbers and signs where they are printed
_NAME = re.compile(r"[A-Za-z]+(_?[A-Za-z0-9]+)*")


def require_satisfiable(premises: Sequence[Term]) -> None:
    """CannotCompile where the premises are seen never to be true: then all would follow from them.

    Seen are what linear arithmetic sees, of integers in whole numbers, and what follows from premises that hold.
    """
    known = [part for p in premises for part in conjuncts(p)]
    while True:
        facts = [p for p in known if is_comparison(p)]
        if any(key(p) == key(FALSE) for p in known):
            raise CannotCompile("one of its premises is never true")
        whole = [_whole(p) for p in facts]
        found = multipliers(le(1, 0), whole)
        if found is not None or any(p is FALSE for p in whole):
            against = ", ".join(text(p) for p, by in zip(facts, found or [Fraction(1)] * len(facts), strict=True) if by)
            raise CannotCompile(f"its premises contradict one another: {against}")
        more = next((p for p in known if _discharged(p, known, whole)), None)
        if more is None:
            return
        known = [*(p for p in known if p is not more), *conjuncts(more.fields[1][1])]


def _discharged(p: Term, known: Sequence[Term], facts: Sequence[Term]) -> bool:
    """Whether ``p`` is an implication whose premise is one of those known, or follows from them by arithmetic."""
    if not (isinstance(p, App) and p.fields[0] == "imp"):
        return False
    premise = p.fields[1][0]
    if any(key(premise) == key(q) for q in known):
        return True
    return is_comparison(premise) and multipliers(premise, [q for q in facts if q is not FALSE]) is not None


def _whole(p: Term) -> Term:
    """A comparison of integers in lowest terms: 2k ≤ 2l + 1 as k ≤ l; FALSE for an equation of no integers."""
    if any(side.sort != "int" for side in p.fields[1]):
        return p
    rest = gap(p)
    integers = all(c.denominator == 1 for c in rest.values())
    by = gcd(*(c.numerator for m, c in rest.items() if m != ONE)) if integers else 0
    over = rest.get(ONE, Fraction(0))
    if by < 2 or over % by == 0:
        return p
    if p.fields[0] == "eq":
        return FALSE
    return le(app("+", p.fields[1][0], over % by), p.fields[1][1])


def require_names(found: Sequence[Term]) -> None:
    """CannotCompile where a variable is printed like a number, a sign, the width, a word, or other variables."""
    shown: dict[str, Term] = {}
    names = {str(v.fields[0]) for v in found}
    width = any(v.sort == "mode" for v in found)
    for v in found:
        name = str(v.fields[0])
        if not _NAME.fullmatch(name):
            raise CannotCompile(f"a variable is named {name!r}: names are letters and digits, as in r or l_1")
        if name in _SAID or (name == "n" and width):
            raise CannotCompile(f"a variable is named {name}, as {'the width' if name == 'n' else 'a sign'} is printed")
        if len(name) > 1 and printed_name(name) == name and set(name) <= names:
            raise CannotCompile(f"a variable is named {name}, which is printed like a product of others")
        if (other := shown.setdefault(printed_name(name), v)) != v:
            same = other.fields[0] == name
            both = f"{other.sort} {name} and {v.sort} {name}" if same else f"{other.fields[0]} and {name}"
            raise CannotCompile(f"the variables {both} are both printed {printed_name(name)}")


def require_known(claim: Claim, of: Sequence[Term], exponent: Term | None, value: Term | None) -> None:
    """CannotCompile where an exponent or a value has a variable that the quantity does not have.

    The width of samples is one: E f⁴ = 3 + 15/n of "every n" would say that one number is many.
    """
    known = {v for t in of for v in variables(t)}
    for t in (exponent, value):
        for v in sorted(variables(t) - known, key=repr) if t is not None else ():
            if v.sort in ("int", "const"):
                name = v.fields[0]
                raise CannotCompile(f"what is claimed of {claim.quantity} has {name} in it, which that has not")


def require_kind(claim: Claim, declaration: Quantity, said: Term) -> None:
    """CannotCompile where the quantity's words, under their premises, are not what claims of this kind say."""
    while isinstance(said, App) and said.fields[0] == "imp":
        said = said.fields[1][1]
    head, args = said.fields if isinstance(said, App) else ("", ())
    zero = claim.kind is not Kind.ZERO or (head == "eq" and key(args[1]) == key(num(0)))
    if head not in _SAYS.get(claim.kind, ()) or not zero:
        raise CannotCompile(f"{declaration.name} says {head!r}, which is no claim of kind {claim.kind.value!r}")


def require_used(claim: Claim, declaration: Quantity, inside: Env, exponent: Term | None, value: Term | None) -> None:
    """CannotCompile where samples are compared with an exponent or a value that what is said leaves out."""
    assert declaration.says is not None
    if declaration.apart:
        return
    says = declaration.says
    for what, given, at in (
        ("exponent", claim.exponent, lambda mark: says(inside, mark, value)),
        ("value", claim.value, lambda mark: says(inside, exponent, mark)),
    ):
        if given is not None and leaves_out(at, "const"):
            raise CannotCompile(f"the {what} {given} of the claim is no part of what {declaration.name} says")
