"""A claim as a proposition of the kernel: ⋀ variables. ranges ⟹ hypotheses ⟹ what is said.

There is one way from a claim to its proposition, and it fails closed: a part that has no counterpart is refused with a
sentence, and the claim can then not be shown as proved.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy

from verifier.claims.expressions import CannotCompile, MeasuredOnly, quantity_term, to_propositions, to_term
from verifier.claims.vocabulary import Env, Quantity, variable
from verifier.kernel.core.sorts import Refused
from verifier.kernel.core.terms import FALSE, Term, app, eq, forall, imp, variables
from verifier.statement import Claim, Hypothesis, Kind

#: in this order the variables of a claim are bound
_ORDER = ("act", "mode", "int", "seq", "input", "const")
#: kinds that speak of widths tending to infinity
ASYMPTOTIC = (Kind.ORDER, Kind.UPPER, Kind.CONSTANT, Kind.VANISHES, Kind.ATOM)


def proposition(claim: Claim, hypotheses: Mapping[str, Hypothesis]) -> Term:
    """The proposition that ``claim`` is.

    Raises :class:`MeasuredOnly` for what is never proved and :class:`CannotCompile` for what has no counterpart.
    """
    try:
        return _proposition(claim, hypotheses)
    except Refused as error:
        raise CannotCompile(f"{claim.id}: {error}") from None
    except CannotCompile as error:
        raise type(error)(f"{claim.id}: {error}") from None


def refuted(prop: Term) -> Term:
    """What a refutation of ``prop`` proves: closed, and without hypotheses."""
    return imp(prop, FALSE)


def _proposition(claim: Claim, hypotheses: Mapping[str, Hypothesis]) -> Term:
    declaration = declared(claim)
    env: Env = dict(environment(claim, declaration))
    says = conclusion(claim, declaration, env)
    premises = to_propositions(claim.where, env)
    if claim.kind in ASYMPTOTIC or (declaration.says is not None and _speaks_of(says, "mode")):
        premises += [app(name, variable("omega"), env.get(of, variable(of))) for name, of in declaration.widths]
    for identifier in claim.hypotheses:
        if identifier not in hypotheses:
            raise CannotCompile(f"there is no hypothesis {identifier!r}; there are {', '.join(hypotheses) or 'none'}")
        premises += hypothesis_premises(hypotheses[identifier], env)
    whole = imp(*premises, says)
    return forall(_sorted(whole), whole)


def hypothesis_premises(hypothesis: Hypothesis, env: Env) -> list[Term]:
    """The premise that a hypothesis is, under its ``when``; none where it is a reading of the quantities."""
    condition = hypothesis.condition
    if condition is None:
        raise CannotCompile(f"the hypothesis {hypothesis.id!r} is no condition of the vocabulary")
    if condition.proposition is None:
        return []
    return [imp(*to_propositions(hypothesis.when, env), condition.proposition(env))]


def declared(claim: Claim) -> Quantity:
    """The declaration of the quantity that a claim is about (the first one, in an expression of several)."""
    for part in sympy.preorder_traversal(claim.quantity):
        if isinstance(found := getattr(part.func, "declaration", None), Quantity):
            return found
    raise MeasuredOnly(f"{claim.quantity} is no declared quantity; it is measured, not proved")


def environment(claim: Claim, declaration: Quantity) -> dict[str, Term]:
    """The variables of the claim's quantity by name, and the parameters derived from them."""
    names = {*declaration.takes.split(), *declaration.arguments.split(), "omega"}
    env: dict[str, Term] = {name: variable(name) for name in names}
    if claim.quantity.func is declaration.word:
        arguments = zip(declaration.arguments.split(), claim.quantity.args, strict=False)
        given = {name: a for name, a in arguments if not getattr(a, "is_Symbol", False)}
        if declaration.says is not None:
            env |= {name: to_term(a, env) for name, a in given.items() if _is_number(a)}
    env |= {name: derive(env) for name, derive in declaration.derived.items()}
    return env


def _is_number(a: Any) -> bool:
    return bool(getattr(a, "is_Integer", False))


def conclusion(claim: Claim, declaration: Quantity, env: Env) -> Term:
    """What the claim says, inside its range."""
    exponent = None if claim.exponent is None else to_term(claim.exponent, env)
    value = None if claim.value is None else to_term(claim.value, env)
    if declaration.says is not None:
        if not declaration.head:
            raise MeasuredOnly(f"{declaration.name} is measured, not proved")
        return declaration.says(env, exponent, value)
    omega, of = variable("omega"), _number(claim, env)

    def required(found: Term | None, what: str) -> Term:
        if found is None:
            raise CannotCompile(f"a claim of kind {claim.kind.value!r} has {what}")
        return found

    match claim.kind:
        case Kind.ORDER | Kind.UPPER | Kind.VANISHES:
            return app(claim.kind.value, omega, of, required(exponent, "an exponent"))
        case Kind.ZERO:
            return eq(of, 0)
        case Kind.IDENTITY | Kind.VALUE | Kind.INTEGER:
            return eq(of, required(value, "a value"))
        case Kind.CONSTANT:
            return app("plim", omega, of, required(value, "a value"))
        case Kind.MEAN_ZERO:
            return eq(app("mean", of), 0)
        case Kind.ATOM:
            return app("atom", omega, of, exponent if exponent is not None else app("+"), required(value, "a value"))
        case _:
            raise MeasuredOnly(f"claims of kind {claim.kind.value!r} are measured, not proved")


def _number(claim: Claim, env: Env) -> Term:
    if getattr(claim.quantity.func, "declaration", None) is not None:
        return quantity_term(claim.quantity, env)
    return to_term(claim.quantity, env)


def _speaks_of(t: Term, sort: str) -> bool:
    return any(v.sort == sort for v in variables(t))


def _sorted(t: Term) -> list[Term]:
    return sorted(variables(t), key=lambda v: (_rank(v.sort), str(v.fields[0])))


def _rank(sort: Any) -> int:
    return _ORDER.index(sort) if sort in _ORDER else len(_ORDER)
