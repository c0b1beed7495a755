"""Printed claims that are false by algebra alone: at an instance that exists they give an order to 0, or say f = 0.

Each function takes the claim's own closed proposition and the names of its variables, and proves that it is false.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from lemmas._limits import no_order_of_zero, number, positive
from lemmas._proof_given_tuples import leaves, listed
from lemmas._proof_lemma3 import antiparallel, orthogonal
from lemmas._proof_one_input import bracket, term_of_all, written_out
from verifier.kernel.core.sorts import need
from verifier.kernel.core.terms import FALSE, Term, Var, app, eq, fun, le
from verifier.kernel.theory.seqs import entry
from verifier.kernel.theory.writing import times
from verifier.proving.binders import apply, at, by_definition, result
from verifier.proving.tactics import Fact, Prover

Values = Mapping[str, Term | int]
b, omega = Var("b", "base"), Var("omega", "mode")
X = Var("X", "rand")
q = Var("p", "const")
Y = Var("Y", "lim")


def refutation(
    p: Prover, claim: Term, names: Sequence[Term], cosine: int, values: Values, false: Callable[..., Fact],
    more: Sequence[Fact] = (), same_input: bool = False,
) -> Fact:  # fmt: skip
    """claim ⟹ falsity: ``values`` for the variables by name, ``false`` of what the claim says there and φ, ω, x, y.

    φ is a ReLU, ω a mode along which all widths are in proportion, x and y are of length √n_0 with this cosine.
    The facts ``more`` are in scope.  With ``same_input`` the claim is taken at y = x.
    """

    def there(phi: Term, omega: Term, x: Term, y: Term) -> Fact:
        given = {"phi": phi, "omega": omega, "x": x, "y": x if same_input else y, **values}
        missing = [v.fields[0] for v in names if v.fields[0] not in given]
        need(not missing, f"no value for {', '.join(missing)}")
        known = [number(p, 1), *_inputs(p, x, y), *more]
        with p.using(*known):
            return false(at(p, assumed, *(given[v.fields[0]] for v in names)), phi, omega, x, y)

    with p.alone(), p.given(claim) as (assumed,):
        found = apply(
            p, "relu.exists",
            lambda phi: apply(
                p, "mode.exists",
                lambda omega: apply(
                    p, "angle.exists", lambda x, y: there(phi, omega, x, y), c=cosine, P=FALSE
                ), P=FALSE,
            ), P=FALSE,
        )  # fmt: skip
    return p.imp_intro(claim, found)


def _inputs(p: Prover, *inputs: Term) -> list[Fact]:
    """nonzero_input of inputs x with x·x/n_0 = 1 in scope."""
    return [p.by("nonzero_input.intro", positive(p, app("dot", x, x)), x=x) for x in inputs]


def lemma3_degenerate(
    p: Prover, claim: Term, names: Sequence[Term], cosine: int, more: Sequence[Fact] = ()
) -> Fact:  # fmt: skip
    """T^{(1,2)} has an order as printed, also for orthogonal (0) and antiparallel (-1) inputs; it is 0 at L = 2.

    The facts ``more`` are in scope.
    """
    ls, es = listed(1, 2), listed(1, 1)

    def false(fact: Fact, phi: Term, omega: Term, x: Term, y: Term) -> Fact:
        with p.using(p.by("relu.homogeneous")), p.using(p.by("homogeneous.piecewise"), *tuples):
            if cosine == 0:
                nothing = p.by(p.all_elim(orthogonal(p), phi, 2, 1, ls, es, x, y))
            else:
                below = [p.arith(le(0, app("+", -1, times(-1, app("dot", x, y)))))]
                with p.using(*below, _opposite(p, x, y)):
                    nothing = p.by(p.all_elim(antiparallel(p), phi, 2, 1, ls, es, x, y))
        return no_order_of_zero(p, p.rewrite(fact, nothing))

    with p.alone():
        tuples = leaves(p, (1, 2), (1, 1), 2)
    values: Values = {
        "L": 2, "d": 1, "ls": ls, "es": es, "k": 2, "l": 1, "l_k": 2, "l_1": 1, "last_equal": 1, "all_equal": 1,
        "repeated": 0, "H": 1, "m": 1, "z": 1, "w": 1,
    }  # fmt: skip
    return refutation(p, claim, names, cosine, values, false, [*tuples, *more])


def _opposite(p: Prover, x: Term, y: Term) -> Fact:
    """antiparallel(x, y), where x·x = y·y = -x·y = n_0 is in scope."""
    facts = [p.prove(eq(app("dot", u, v), c)) for u, v, c in ((x, x, 1), (y, y, 1), (x, y, -1))]
    size = eq(times(app("dot", x, y), app("dot", x, y)), times(app("dot", x, x), app("dot", y, y)))
    left = p.evaluate(size.fields[1][0], facts[2])
    right = p.evaluate(size.fields[1][1], facts[0], facts[1])
    equal = p.chain(left, p.restate(eq(left.prop.fields[1][1], size.fields[1][1]), p.flip(right)))
    return p.by("antiparallel.intro", equal, positive(p, times(-1, app("dot", x, y)), facts[2]), x=x, y=y)


def _literal(t: Term) -> Term:
    """A product from 1 to 2 - 1, with its bound as a number."""
    lo, _, F = t.fields[1]
    return app(t.fields[0], lo, 1, F)


def other_layers(p: Prover, claim: Term, names: Sequence[Term]) -> Fact:
    """(40), (46), (48) sum over l ∈ [H]^k: at H = 1, L = 2, k = 2 nothing is left, and ⟨∇²f, (∇h)^{⊗2}⟩ is not 0."""

    def false(fact: Fact, phi: Term, omega: Term, x: Term, y: Term) -> Fact:
        with p.using(p.by("relu.homogeneous")), p.using(p.by("homogeneous.piecewise")):
            nothing = _no_second(p, fact.prop.fields[1][1], phi, x)
            value = _second(p, phi, x)
        zero = p.chain(p.flip(value), fact, nothing)  # 4 f/n_1 = 0
        f = app("f", phi, 2, x, 1)
        small = p.arith(eq(times(app("inv_width", 1), f), 0), zero)
        gone = p.by("inv_width.cancel", small, l=1, X=f)
        return p.by("f.nonzero", gone, phi=phi, L=2, x=x, d=1)

    values: Values = {"m": 1, "H": 1, "L": 2, "d": 1, "k": 2, "w": 1, "z": 1}
    with p.alone():
        return refutation(p, claim, names, 1, values, false, same_input=True)


def _no_second(p: Prover, total: Term, phi: Term, x: Term) -> Fact:
    """Σ over l ∈ [1]² of anything times T^{(1,1)} is 0."""
    k, hi, F = total.fields[1]

    def layers(ls: Term) -> Fact:
        inside = p.by("within.elim", s=ls, lo=1, hi=hi)
        ones = []
        for n in (1, 2):
            at = p.imp_elim(p.all_elim(inside, n), p.prove(le(1, n)), p.prove(le(n, app("len", ls))))
            both = p.by("and.left", at), p.by("and.right", at)
            ones.append(p.by("le.antisymmetric", p.arith(le(entry(ls, n), 1), both[1]), both[0]))
        same = p.restate(eq(entry(ls, 1), entry(ls, app("+", 1, 1))), p.chain(ones[0], p.flip(ones[1])))

        def place(i: Term) -> Fact:
            at = p.imp_elim(p.all_elim(inside, i), p.prove(le(1, i)), p.prove(le(i, app("len", ls))))
            return p.by("and.intro", p.by("and.left", at), p.arith(le(entry(ls, i), 2), p.by("and.right", at)))

        wide = by_definition(p, "within.intro", place, ls, 1, 2)
        inner = app(F, ls)

        def outputs(es: Term) -> Fact:
            known = p.by("within.elim", s=es, lo=1, hi=1)

            def each(i: Term) -> Fact:
                at = p.imp_elim(p.all_elim(known, i), p.prove(le(1, i)), p.prove(le(i, app("len", es))))
                return p.by("and.left", at)

            at_least = by_definition(p, "outputs.intro", each, es)
            with p.using(wide, at_least, p.arith(eq(app("len", ls), app("len", es)))):
                gone = p.by("T.twice", same, phi=phi, L=2, d=1, ls=ls, es=es, i=1, x=x, y=x)
            return result(p, p.evaluate(app(inner.fields[1][2], es), gone), 0)

        return apply(p, "tuples.zero", outputs, k=k, hi=inner.fields[1][1], F=inner.fields[1][2])

    return apply(p, "tuples.zero", layers, k=k, hi=hi, F=F)


def _second(p: Prover, phi: Term, x: Term) -> Fact:
    """a(1, 2) = 4 f/n_1 at H = 1, L = 2, one input with |x|² = n_0, w = 1."""
    whole = p.by(p.all_elim(bracket(p), phi, 1, 1, 2, 1, x, 1))
    none = p.by("D.none", phi=phi, m=1, L=2, x=x, z=1)
    outputs = fun([(j := Var("j", "int"))], app("f", phi, 2, x, j))
    value = p.by("h.product", phi=phi, m=1, H=1, L=2, x=x, z=1)
    value = result(p, p.rewrite(value, none, written_out(p, app("prod", 1, 1, outputs))), app("f", phi, 2, x, 1))
    empty = [written_out(p, app("prod", 1, 0, outputs)), written_out(p, app("prod", 2, 1, outputs))]
    slope = result(p, p.rewrite(p.by("hj.product", phi=phi, m=1, H=1, L=2, y=x, w=1, e=1), none, *empty), 1)
    product = whole.prop.fields[1][1].fields[1][2]
    steps = written_out(p, _literal(product))
    two = p.by("fact.step", k=1)
    two = result(p, p.rewrite(two, p.by("fact.step", k=0), p.row("fact.0")), 2)
    two = p.restate(eq(app("fact", 2), 2), two)
    found = p.rewrite(whole, steps, value, slope, two, p.prove(eq(app("dot", x, x), 1)))
    return result(p, found, times(4, app("f", phi, 2, x, 1), app("inv_width", 1)))


def cases_of_12(p: Prover, claim: Term, names: Sequence[Term]) -> Fact:
    """Eq. (12) as printed leaves out √2 Z where l_k = L: at L = 2, one input, √2 f/n_1 in the place of 2 f/n_1.

    The claim says T = C(l_k) Π A_printed Q(l_1), its product from 1 to k - 2 of A's and then A_printed(l_k, l_{k-1}).
    """
    ls, es = listed(1, 2), listed(1, 1)

    def false(fact: Fact, phi: Term, omega: Term, x: Term, y: Term) -> Fact:
        f, inverse = app("f", phi, 2, x, 1), app("inv_width", 1)
        with p.using(*tuples):
            whole = p.by(p.all_elim(term_of_all(p), phi, 2, 1, ls, es, x))
            row = p.by("C.output", phi=phi, L=2, d=1, e=1, x=x, y=x)
            printed = p.by("A_printed.one_input", phi=phi, L=2, l=1, e=1, x=x)
        printed = p.restate(eq(app("A_printed", phi, 2, 2, 1, 1, x, x), printed.prop.fields[1][1]), printed)
        known = [*tuples[2:], row, p.by("delta.same", a=1), printed, p.by("Q.first", phi=phi, x=x, y=x)]
        size = p.prove(eq(app("dot", x, x), 1))
        said = p.rewrite(fact, *known, size)
        said = p.rewrite(said, written_out(p, _empty(said)))
        links = written_out(p, _literal(_product(whole)))
        true = p.rewrite(p.rewrite(whole, links), *known, size)
        both = p.chain(p.restate(eq(said.prop.fields[1][1], true.prop.fields[1][0]), p.flip(said)), true)
        # (2 - √2) f/n_1 = 0, so 2 f/n_1 = 0
        root = app("sqrt", 2)
        square = p.by("sqrt.square", x=2)
        left = times(app("+", 2, times(-1, root)), f, inverse)
        zero = p.arith(eq(left, 0), both)
        scaled = p.evaluate(times(app("+", 2, root), left), zero)
        expanded = times(app("+", 4, times(-1, times(root, root))), f, inverse)
        gone = p.restate(eq(expanded, scaled.prop.fields[1][1]), scaled)
        gone = p.rewrite(gone, square)
        gone = p.by("inv_width.cancel", p.arith(eq(times(inverse, f), 0), gone), l=1, X=f)
        return p.by("f.nonzero", gone, phi=phi, L=2, x=x, d=1)

    with p.alone():
        tuples = leaves(p, (1, 2), (1, 1), 2)
    values: Values = {"L": 2, "d": 1, "ls": ls, "es": es, "k": 2}
    return refutation(p, claim, names, 1, values, false, tuples, same_input=True)


def _product(fact: Fact) -> Term:
    """The product in the right side of an equation."""
    return next(t for t in fact.prop.fields[1][1].fields[1] if t.fields[0] == "prod")


def _empty(fact: Fact) -> Term:
    lo, _, F = _product(fact).fields[1]
    return app("prod", lo, 0, F)


# -- with an order that is proved elsewhere ----


#: for φ, ω, x, y the order that a quantity has: order(ω, X, p)
Order = Callable[[Term, Term, Term, Term], Fact]


def not_vanishing(
    p: Prover, claim: Term, names: Sequence[Term], cosine: int, values: Values, order: Order, more: Sequence[Fact] = (),
    same_input: bool = False,
) -> Fact:  # fmt: skip
    """The claim says that n^{-p} X → 0 at ``values``, where ``order`` proves that X has the order p or a larger one."""

    def false(fact: Fact, phi: Term, omega: Term, x: Term, y: Term) -> Fact:
        known = order(phi, omega, x, x if same_input else y)
        power, at = known.prop.fields[1][2], fact.prop.fields[1][2]
        return p.by("order.vanishes", known, fact, p.arith(le(at, power)), P=FALSE)

    return refutation(p, claim, names, cosine, values, false, more, same_input)
