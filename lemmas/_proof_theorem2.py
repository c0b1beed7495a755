"""The proof of Theorem 2: hypernetworks as Gaussian processes, for widths that grow in any manner."""

from __future__ import annotations

from fractions import Fraction

from lemmas._implicit import GROWS, H, copies
from lemmas._proof_lemma2 import printed_covariance
from lemmas._reals import RELU, L, d, omega, phi, plim, w, x, y, z
from lemmas._values import Values
from verifier.kernel.core.terms import Term, app, eq, forall, fun, imp, le, num
from verifier.kernel.theory.writing import plus, times
from verifier.proving.tactics import Fact, Prover

HALF, ONE = num(Fraction(1, 2)), num(1)
UNIT = [eq(app("dot", x, x), 1), eq(app("dot", z, z), 1)]


def process_law(depth: Term | int, index: Term | int, layer: Term | int) -> Term:
    """Layer ``layer`` of g converges in law; its covariance has S = Σ^{index-1}."""
    family = fun([d, x, z], app("G", phi, depth, layer, x, z, d))
    return app("gauss", omega, family, fun([x, z, y, w], app("Lam", phi, index, layer, x, y, z, w)))


def printed_index(known: Values) -> Fact:
    """E6, S^L for S^{L-1}: at L = H = 1, orthogonal x, x' and z = z' it is 0, while S^1 Σ^0 = 1/π."""
    p = known.p
    printed = forall([phi, omega, L, H], imp(RELU, *GROWS, le(1, L), le(1, H), process_law(L, plus(L, 1), H)))

    def at(assumed: Fact) -> Fact:
        true = known.at(known.process(), phi, omega, ONE, ONE, ONE)
        same = p.by("gauss.unique", true, known.at(assumed, phi, omega, ONE, ONE), x=x, z=z, y=y, w=z)
        lams = []
        for index in (2, 1):
            start = known.right(
                p.by("GSig", phi=phi, L=index, l=0, x=x, y=y, z=z, w=z),
                p.by(
                    "layer.0",
                    goal=eq(app("layer", phi, *copies(x, y, index), 0, *[app("dot", z, z)] * 3), app("dot", z, z)),
                ),
            )
            lam = known.right(
                p.by("Lam", phi=phi, L=index, l=1, x=x, y=y, z=z, w=z),
                start,
                *known.all_dots(),
                known.sig_value(index - 1, (x, y), (1, 0, 1), known.all_dots()),
            )
            lams.append(lam)
        return known.unequal(known.inverse_positive(), p.rewrite(same, *lams))

    inputs = lambda how: known.inputs((1, 0, 1), lambda: known.inputs((1, 1, 1), how, (z, w)))  # noqa: E731
    return known.refuted(printed, lambda assumed: inputs(lambda: at(assumed)))


def printed_root(known: Values) -> Fact:
    """E17, Σ^1 = √2 E[σσ] = √2/2 at one input of unit norms: it is 1."""
    p, root = known.p, app("sqrt", 2)
    premises = [RELU, *GROWS, le(1, L), le(2, H), *UNIT]
    of = lambda depth: app("GQ", phi, depth, 2, x, x, z, z)  # noqa: E731
    printed = forall([phi, omega, L, H, x, z], imp(*premises, plim(of(L), times(HALF, root))))

    def at(assumed: Fact) -> Fact:
        true = known.at(known.activations_one(), phi, omega, ONE, num(2), num(2), x, z)
        same = p.by("plim.unique", true, known.at(assumed, phi, omega, ONE, num(2), x, z))  # 1 = √2/2
        return known.absurd_root(same, root)

    inputs = lambda how: known.inputs((1, 1, 1), lambda: known.inputs((1, 1, 1), how, (z, w)))  # noqa: E731
    return known.refuted(printed, lambda assumed: inputs(lambda: at(assumed)))


def prove_theorem2(p: Prover) -> dict[str, list[Fact]]:
    """Facts for the claims of Theorem 2 but its moment, by their ids."""
    known = Values(p)
    return {
        "theorem2.printed": [printed_index(known)],
        "theorem2.printed-weights": [printed_covariance(known)],
        "theorem2.printed-root": [printed_root(known)],
        "theorem2.weights": [known.outputs()],
        "theorem2.activations": [known.activations_one(), known.gram_g()],
        "theorem2.process": [known.process()],
    }
