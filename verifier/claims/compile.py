"""A claim as a proposition of the kernel: ⋀ variables. ranges ⟹ hypotheses ⟹ what is said.

There is one way from a claim to its proposition, and it fails closed: a part that has no counterpart is refused with a
sentence, and the claim can then not be shown as proved.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sympy

from verifier.claims.expressions import (
    CannotCompile,
    MeasuredOnly,
    quantity_term,
    require_arguments,
    to_propositions,
    to_term,
)
from verifier.claims.guards import require_kind, require_known, require_names, require_satisfiable, require_used
from verifier.claims.notation import text
from verifier.claims.statement import Claim, Form, Hypothesis, Kind
from verifier.claims.vocabulary import CELL_ONLY, Env, Quantity, variable
from verifier.kernel.core.normal import key
from verifier.kernel.core.sorts import Refused
from verifier.kernel.core.terms import FALSE, Term, app, eq, forall, imp, num, variables

#: in this order the variables of a claim are bound
_ORDER = ("act", "mode", "int", "seq", "input", "const", "rand", "lim")


@dataclass(frozen=True)
class Compiled:
    """A claim in the kernel's terms: premises by where they come from, and what is said.

    ``dropped`` are parts of its range, and hypotheses, that have no proposition: without them it says more, so that a
    proof of this is one of the claim, and a refutation is none.
    """

    ranges: tuple[Term, ...]
    widths: tuple[Term, ...]
    hypotheses: tuple[tuple[str, Term], ...]
    conclusion: Term
    dropped: tuple[str, ...] = ()

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
    What was made of a claim is kept: its author's functions are asked once, so that what is shown is what is proved.
    """
    place = id(claim), *((name, id(h)) for name, h in hypotheses.items())
    if place not in _MADE:
        _MADE[place] = claim, tuple(hypotheses.values()), _told(claim, hypotheses)
    return _MADE[place][2]


#: by identity, each with what it was made of, which keeps that so
_MADE: dict[tuple[Any, ...], tuple[Claim, tuple[Hypothesis, ...], Compiled]] = {}


def _told(claim: Claim, hypotheses: Mapping[str, Hypothesis]) -> Compiled:
    """What a claim is, or in a sentence that begins with its id why it is nothing."""
    try:
        return _compiled(claim, hypotheses)
    except Refused as error:
        raise CannotCompile(f"{claim.id}: {error}") from None
    except CannotCompile as error:
        raise type(error)(f"{claim.id}: {error}") from None
    except (TypeError, ValueError, KeyError, AttributeError, IndexError, ArithmeticError, RecursionError) as error:
        # what the words of a claim are made of is its author's code
        raise CannotCompile(f"{claim.id}: its words fail: {type(error).__name__}: {str(error)[:200]}") from None


def _compiled(claim: Claim, hypotheses: Mapping[str, Hypothesis]) -> Compiled:
    declaration = declared(claim)
    env, inside = environment(claim, declaration)
    says = conclusion(claim, declaration, env, inside)
    asymptotic = any(v.sort == "mode" for v in variables(says))
    modes = declaration.widths if asymptotic else ()
    omega = variable("omega")
    widths = [app(head, omega, *([inside.get(of, variable(of))] if of else [])) for head, of in modes]
    granted, known = [], {key(p) for p in widths}
    stated = [h.id for h in hypotheses.values() if h.stated] if claim.form is Form.PRINTED else []
    for identifier in dict.fromkeys((*stated, *claim.hypotheses)):
        if identifier not in hypotheses:
            raise CannotCompile(f"there is no hypothesis {identifier!r}; there are {', '.join(hypotheses) or 'none'}")
        found = premises_of(hypotheses[identifier], env)
        for premise in found:
            names = {str(v.fields[0]) for v in variables(premise)}
            foreign = sorted(names - set(env))
            if key(premise) in known:  # the quantity grants it of the widths
                continue
            if not foreign:
                granted.append((identifier, premise))
            elif identifier in claim.hypotheses or names & set(env):  # else it is about other inputs alone
                raise CannotCompile(f"the hypothesis {identifier!r} is about {foreign[0]}, the claim is not")
    own = () if declaration.ranges is None else declaration.ranges(inside)
    where, dropped = _of_claim(claim)
    dropped += [i for i in dict.fromkeys((*stated, *claim.hypotheses)) if not premises_of(hypotheses[i], env)]
    ranges = [*to_propositions(where, env), *own]
    once = {key(p): p for p in reversed(ranges)}  # a quantity and its claim may give the same range
    made = Compiled(tuple(reversed(once.values())), tuple(widths), tuple(granted), says, tuple(dropped))
    require_satisfiable([*made.ranges, *(p for _, p in made.hypotheses)])
    require_names(made.variables)
    return made


def _of_claim(claim: Claim) -> tuple[Any, list[str]]:
    """The range of a claim without what it says of angles, which only cells have, and that.

    CannotCompile where a part is of angles and of other parameters together: nothing can be left out of it.
    """
    where = sympy.sympify(claim.where)
    parts = where.args if isinstance(where, sympy.And) else (where,)
    about = {part: {s.name for s in part.free_symbols} for part in parts}
    for part, names in about.items():
        if names & CELL_ONLY and not names <= CELL_ONLY:
            raise CannotCompile(f"the range {part} is about an angle, which cells have and inputs in proofs do not")
    dropped = [part for part in parts if about[part] & CELL_ONLY]
    return sympy.And(*[part for part in parts if part not in dropped]), [str(part) for part in dropped]


def premises_of(hypothesis: Hypothesis, env: Env) -> list[Term]:
    """The premise that a hypothesis is, under its ``when``; none where it is a reading of the quantities."""
    condition = hypothesis.condition
    if condition is None:
        raise CannotCompile(f"the hypothesis {hypothesis.id!r} is no condition of the vocabulary")
    if condition.proposition is None:
        return []
    found = condition.proposition(env)
    listed = [found] if isinstance(found, Term) else list(found)
    if any(not isinstance(p, Term) or p.sort != "prop" for p in listed):
        raise CannotCompile(f"the proposition of {hypothesis.id!r} is {found!r}: a proposition is needed, or a list")
    if condition.holds is not None and listed and not any(variables(p) for p in listed):
        raise CannotCompile(f"the hypothesis {hypothesis.id!r} grants nothing to proofs, and cells may violate it")
    when = to_propositions(hypothesis.when, env)
    return [imp(*when, p) for p in listed]


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
    said = (part for part in (claim.quantity, claim.where, claim.exponent, claim.value) if part is not None)
    symbols = {s for part in said for s in sympy.sympify(part).free_symbols}
    whole = {s.name for s in symbols if s.is_integer}
    env: dict[str, Term] = {name: variable(name, name in whole) for name in names}
    inside = dict(env)
    if declaration.says is not None and claim.quantity.func is declaration.word:
        written = declaration.arguments.split()
        if len(written) != len(claim.quantity.args):
            raise CannotCompile(f"{declaration.name} takes {', '.join(written)}, not {claim.quantity.args}")
        inside |= {name: to_term(given, env) for name, given in zip(written, claim.quantity.args, strict=True)}
    found = [of | {name: derive(of) for name, derive in declaration.derived.items()} for of in (env, inside)]
    for s in symbols:  # samples may be drawn at another number than that which proofs have
        if s.name in declaration.derived and not variables(found[0][s.name]):
            raise CannotCompile(f"{s.name} is always {text(found[0][s.name])} in {declaration.name}: write that number")
    return found[0], found[1]


def conclusion(claim: Claim, declaration: Quantity, env: Env, inside: Env) -> Term:
    """What the claim says, inside its range."""
    exponent = None if claim.exponent is None else to_term(claim.exponent, env)
    lost: CannotCompile | None = None
    try:
        value = None if claim.value is None else to_term(claim.value, env)
    except CannotCompile as error:
        value, lost = None, error  # a number for samples alone; a quantity that says it needs one refuses
        if declaration.says is None:
            raise
    if not declaration.head:
        raise MeasuredOnly(f"{declaration.name} has no counterpart in the kernel; it is measured, not proved")
    if declaration.says is not None:
        try:
            return _said(claim, declaration, inside, exponent, value)
        except CannotCompile as error:
            raise lost or error from None
    omega, of = variable("omega"), _number(claim, env)
    require_known(claim, [of], exponent, value)

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


def _said(claim: Claim, declaration: Quantity, inside: Env, exponent: Term | None, value: Term | None) -> Term:
    """What the quantity says of itself.  CannotCompile where that is not what the claim says of it."""
    says = declaration.says
    assert says is not None
    if claim.quantity.func is not declaration.word:
        raise CannotCompile(f"{declaration.name} says what is claimed of it alone, not of {claim.quantity}")
    said = says(inside, exponent, value)
    require_kind(claim, declaration, said)
    require_used(claim, declaration, inside, exponent, value)
    names = declaration.arguments.split()
    if declaration.apart:
        return said
    given = {name: inside[name] for name in names}
    require_arguments(declaration, claim.quantity, given, lambda of: says({**inside, **of}, exponent, value))
    own = [p for p in (declaration.ranges or (lambda _: ()))(inside) if p.fields[0] != "le"]
    try:
        without = says(inside, None if exponent is None else num(0), None if value is None else num(0))
    except (CannotCompile, Refused):  # it looks at them
        return said
    require_known(claim, [without, *own], exponent, value)
    return said


def _number(claim: Claim, env: Env) -> Term:
    if getattr(claim.quantity.func, "declaration", None) is not None:
        return quantity_term(claim.quantity, env)
    return to_term(claim.quantity, env)


def _rank(sort: Any) -> int:
    return _ORDER.index(sort) if sort in _ORDER else len(_ORDER)
