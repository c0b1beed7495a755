"""What a claim may not say: each guard refuses one way in which a claim, its proof and its samples would come apart."""

from __future__ import annotations

import re
from collections.abc import Sequence

from verifier.claims.expressions import CannotCompile, leaves_out
from verifier.claims.notation import printed_name, text
from verifier.claims.vocabulary import Env, Quantity
from verifier.kernel.core.normal import key
from verifier.kernel.core.terms import FALSE, App, Term, le, num, variables
from verifier.proving.arithmetic import is_comparison, multipliers
from verifier.statement import Claim, Kind

#: what a quantity's own words may be, by the kind of a claim: its samples are judged by the kind
_SAYS = {
    Kind.ORDER: {"order"}, Kind.UPPER: {"upper", "rms", "exact_rms", "tight"}, Kind.VANISHES: {"vanishes"},
    Kind.ZERO: {"eq"}, Kind.IDENTITY: {"eq"}, Kind.MEAN_ZERO: {"eq"}, Kind.INTEGER: {"eq", "le", "and"},
    Kind.CONSTANT: {"plim"}, Kind.ATOM: {"atom", "eq"}, Kind.VALUE: {"plim", "gauss", "eq", "and", "all"},
    Kind.LAW: {"law", "gauss", "joint", "binomial_widths", "and"},
}  # fmt: skip
#: names of variables that can be told from numbers and signs where they are printed
_NAME = re.compile(r"[A-Za-z]+(_?[A-Za-z0-9]+)*")


def require_satisfiable(premises: Sequence[Term]) -> None:
    """CannotCompile where the premises, as far as linear arithmetic sees, are never true: then all would follow."""
    if any(key(p) == key(FALSE) for p in premises):
        raise CannotCompile("one of its premises is never true")
    facts = [p for p in premises if is_comparison(p)]
    found = multipliers(le(1, 0), facts)
    if found is not None:
        against = ", ".join(text(p) for p, by in zip(facts, found, strict=True) if by)
        raise CannotCompile(f"its premises contradict one another: {against}")


def require_names(found: Sequence[Term]) -> None:
    """CannotCompile where a variable is printed like a number or a sign, or like another variable."""
    shown: dict[str, str] = {}
    for v in found:
        name = str(v.fields[0])
        if not _NAME.fullmatch(name):
            raise CannotCompile(f"a variable is named {name!r}: names are letters and digits, as in r or l_1")
        if (other := shown.setdefault(printed_name(name), name)) != name:
            raise CannotCompile(f"the variables {other} and {name} are both printed {printed_name(name)}")


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


