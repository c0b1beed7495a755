"""A claim as a proposition of the kernel: ⋀ variables. ranges ⟹ hypotheses ⟹ what is said.

There is one way from a claim to its proposition, and it fails closed: a part that has no counterpart is refused with a
sentence, and the claim can then not be shown as proved.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sympy

from verifier.claims.expressions import CannotCompile, MeasuredOnly, quantity_term, to_propositions, to_term
from verifier.claims.vocabulary import Env, Quantity, variable
from verifier.kernel.core.normal import key
from verifier.kernel.core.sorts import Refused
from verifier.kernel.core.terms import FALSE, App, Term, Var, app, eq, forall, imp, num, variables
from verifier.statement import Claim, Form, Hypothesis, Kind

#: in this order the variables of a claim are bound
_ORDER = ("act", "mode", "int", "seq", "input", "const", "rand", "lim")


#: what a quantity's own words may be, by the kind of a claim: its samples are judged by the kind
_SAYS = {
    Kind.ORDER: {"order"}, Kind.UPPER: {"upper", "rms", "exact_rms", "tight"}, Kind.VANISHES: {"vanishes"},
    Kind.ZERO: {"eq"}, Kind.IDENTITY: {"eq"}, Kind.MEAN_ZERO: {"eq"}, Kind.INTEGER: {"eq", "le", "and"},
    Kind.CONSTANT: {"plim"}, Kind.ATOM: {"atom", "eq"}, Kind.VALUE: {"plim", "gauss", "eq", "and", "all"},
    Kind.LAW: {"law", "gauss", "joint", "binomial_widths", "and"},
}  # fmt: skip
#: parameters of cells that stand for inputs
CELL_ONLY = {"angle", "z_angle"}


@dataclass(frozen=True)
class Compiled:
    """A claim in the kernel's terms: premises by where they come from, and what is said."""

    ranges: tuple[Term, ...]
    widths: tuple[Term, ...]
    hypotheses: tuple[tuple[str, Term], ...]
    conclusion: Term

    @property
    def body(self) -> Term:
        """Premises ⟹ conclusion, with the variables free."""
        return imp(*self.ranges, *self.widths, *(p for _, p in self.hypotheses), self.conclusion)

    @property
    def variables(self) -> list[Term]:
        """The variables, in the order in which they are bound."""
        return sorted(variables(self.body), key=lambda v: (_rank(v.sort), str(v.fields[0])))

    @property
    def prop(self) -> Term:
        """The closed proposition."""
        return forall(self.variables, self.body)

    @property
    def refuted(self) -> Term:
        """What a refutation proves: closed, and without hypotheses."""
        return imp(self.prop, FALSE)


def compiled(claim: Claim, hypotheses: Mapping[str, Hypothesis]) -> Compiled:
    """What ``claim`` is in the kernel.

    Raises :class:`MeasuredOnly` for what is never proved and :class:`CannotCompile` for what has no counterpart.
    """
    try:
        return _compiled(claim, hypotheses)
    except Refused as error:
        raise CannotCompile(f"{claim.id}: {error}") from None
    except CannotCompile as error:
        raise type(error)(f"{claim.id}: {error}") from None


def _compiled(claim: Claim, hypotheses: Mapping[str, Hypothesis]) -> Compiled:
    declaration = declared(claim)
    env, inside = environment(claim, declaration)
    says = conclusion(claim, declaration, env, inside)
    asymptotic = any(v.sort == "mode" for v in variables(says))
    modes = declaration.widths if asymptotic else ()
    omega = variable("omega")
    widths = [app(head, omega, *([inside.get(of, variable(of))] if of else [])) for head, of in modes]
    granted = []
    stated = [h.id for h in hypotheses.values() if h.stated] if claim.form is Form.PRINTED else []
    for identifier in dict.fromkeys((*stated, *claim.hypotheses)):
        if identifier not in hypotheses:
            raise CannotCompile(f"there is no hypothesis {identifier!r}; there are {', '.join(hypotheses) or 'none'}")
        found = premises_of(hypotheses[identifier], env)
        for premise in found:
            names = {str(v.fields[0]) for v in variables(premise)}
            foreign = sorted(names - set(env))
            if not foreign:
                granted.append((identifier, premise))
            elif identifier in claim.hypotheses or names & set(env):  # else it is about other inputs alone
                raise CannotCompile(f"the hypothesis {identifier!r} is about {foreign[0]}, the claim is not")
    own = () if declaration.ranges is None else declaration.ranges(inside)
    ranges = [*to_propositions(_of_claim(claim), env), *own]
    once = {key(p): p for p in reversed(ranges)}  # a quantity and its claim may give the same range
    return Compiled(tuple(reversed(once.values())), tuple(widths), tuple(granted), says)


def _of_claim(claim: Claim) -> Any:
    """The range of an amended claim without what it says of angles, which only cells have: so the claim is larger.

    CannotCompile where that cannot be: without its angles a printed claim would say more than is printed, and its
    refutation too little.
    """
    where = sympy.sympify(claim.where)
    parts = where.args if isinstance(where, sympy.And) else (where,)
    kept = []
    for part in parts:
        names = {s.name for s in part.free_symbols}
        if not names & CELL_ONLY:
            kept.append(part)
        elif claim.form is not Form.AMENDED or not names <= CELL_ONLY:
            raise CannotCompile(f"the range {part} is about an angle, which cells have and inputs in proofs do not")
    return sympy.And(*kept)


def premises_of(hypothesis: Hypothesis, env: Env) -> list[Term]:
    """The premise that a hypothesis is, under its ``when``; none where it is a reading of the quantities."""
    condition = hypothesis.condition
    if condition is None:
        raise CannotCompile(f"the hypothesis {hypothesis.id!r} is no condition of the vocabulary")
    if condition.proposition is None:
        return []
    found = condition.proposition(env)
    when = to_propositions(hypothesis.when, env)
    return [imp(*when, p) for p in ((found,) if isinstance(found, Term) else found)]


def declared(claim: Claim) -> Quantity:
    """The declaration of the quantity that a claim is about: the first one, in an expression of several."""
    for part in sympy.preorder_traversal(claim.quantity):
        if isinstance(found := getattr(part.func, "declaration", None), Quantity):
            return found
    raise MeasuredOnly(f"{claim.quantity} is no declared quantity; it is measured, not proved")


def environment(claim: Claim, declaration: Quantity) -> tuple[dict[str, Term], dict[str, Term]]:
    """The variables of the claim by name, and the same with the quantity's arguments in their place.

    Range, hypotheses, exponent and value speak of the former, what the quantity says of itself of the latter: of
    ``R(l + 1)`` for l ≥ 1 the range is that of l.
    """
    names = {*declaration.takes.split(), *declaration.arguments.split(), "omega"}
    env: dict[str, Term] = {name: variable(name) for name in names}
    inside = dict(env)
    if declaration.says is not None and claim.quantity.func is declaration.word:
        for name, given in zip(declaration.arguments.split(), claim.quantity.args, strict=False):
            inside[name] = to_term(given, env)
    found = [of | {name: derive(of) for name, derive in declaration.derived.items()} for of in (env, inside)]
    return found[0], found[1]


def conclusion(claim: Claim, declaration: Quantity, env: Env, inside: Env) -> Term:
    """What the claim says, inside its range."""
    exponent = None if claim.exponent is None else to_term(claim.exponent, env)
    try:
        value = None if claim.value is None else to_term(claim.value, env)
    except CannotCompile:
        if declaration.says is None:
            raise
        value = None  # a number for samples alone; a quantity that says it needs one refuses
    if not declaration.head:
        raise MeasuredOnly(f"{declaration.name} has no counterpart in the kernel; it is measured, not proved")
    if declaration.says is not None:
        said = declaration.says(inside, exponent, value)
        _of_its_kind(claim, declaration, said)
        _uses(claim, declaration, inside, exponent, value)
        return said
    omega, of = variable("omega"), _number(claim, env)

    def required(found: Term | None, what: str) -> Term:
        if found is None:
            raise CannotCompile(f"a claim of kind {claim.kind.value!r} needs {what}")
        return found

    match claim.kind:
        case Kind.ORDER | Kind.UPPER | Kind.VANISHES:
            return app(claim.kind.value, omega, of, required(exponent, "an exponent"))
        case Kind.ZERO | Kind.MEAN_ZERO if claim.value not in (None, 0):
            raise CannotCompile(f"a claim of kind {claim.kind.value!r} has the value 0, not {claim.value}")
        case Kind.ZERO:
            return eq(of, 0)
        case Kind.IDENTITY | Kind.VALUE | Kind.INTEGER:
            return eq(of, required(value, "a value"))
        case Kind.CONSTANT:
            return app("plim", omega, of, required(value, "a value"))
        case Kind.MEAN_ZERO:
            return eq(app("mean", of), 0)
        case Kind.ATOM:
            return app("atom", omega, of, 0 if exponent is None else exponent, required(value, "a value"))
        case _:
            raise MeasuredOnly(f"claims of kind {claim.kind.value!r} are measured, not proved")


def _of_its_kind(claim: Claim, declaration: Quantity, said: Term) -> None:
    """CannotCompile where the quantity's words, under their premises, are not what claims of this kind say."""
    while isinstance(said, App) and said.fields[0] == "imp":
        said = said.fields[1][1]
    head, args = said.fields if isinstance(said, App) else ("", ())
    zero = claim.kind is not Kind.ZERO or (head == "eq" and key(args[1]) == key(num(0)))
    if head not in _SAYS.get(claim.kind, ()) or not zero:
        raise CannotCompile(f"{declaration.name} says {head!r}, which is no claim of kind {claim.kind.value!r}")


def _uses(claim: Claim, declaration: Quantity, inside: Env, exponent: Term | None, value: Term | None) -> None:
    """CannotCompile where samples are compared with an exponent or a value that what is said leaves out."""
    assert declaration.says is not None
    if declaration.apart:
        return
    mark = Var("mark~", "const")
    for what, given, marked in (("exponent", claim.exponent, (mark, value)), ("value", claim.value, (exponent, mark))):
        if given is None:
            continue
        try:
            left_out = mark not in variables(declaration.says(inside, *marked))
        except (CannotCompile, Refused):  # it looks at it
            continue
        if left_out:
            raise CannotCompile(f"the {what} {given} of the claim is no part of what {declaration.name} says")


def _number(claim: Claim, env: Env) -> Term:
    if getattr(claim.quantity.func, "declaration", None) is not None:
        return quantity_term(claim.quantity, env)
    return to_term(claim.quantity, env)


def _rank(sort: Any) -> int:
    return _ORDER.index(sort) if sort in _ORDER else len(_ORDER)
