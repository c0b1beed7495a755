"""Programs: what a function of random weights returns, and the master theorem of tensor programs.

A program is named by its graph: ``code`` is the SHA-256 digest of its operations, constants and weights, read as a
number.  What is computed of a graph (that it is a tensor program, what stands first in the expansion of a number that
it returns) are facts of an engine; that limits follow from them is the theorem, which is cited, and a row that is
argued.
"""

from __future__ import annotations

from functools import partial

import verifier.kernel.theory.moments  # noqa: F401  the symbol level
from verifier.kernel.core.table import symbol
from verifier.kernel.core.terms import Var, app
from verifier.kernel.theory.writing import law, many

PAGE = "programs"
row = partial(law, page=PAGE)

omega = Var("omega", "mode")
code, k = many("code k", "int")
p, c = many("p c", "const")

symbol(
    "returned", ("int", "int"), "rand",
    "the k-th of the numbers that the program of this code returns, counted from 0, where all widths are equal",
)  # fmt: skip

# -- hypotheses of the master theorem ----------------------------------------------------------------------------------

symbol(
    "gaussian_weights", ("int",), "prop",
    "the program's random weights are independent with independent standard Gaussian entries; all others are numbers",
)  # fmt: skip
symbol(
    "fixed_steps", ("int",), "prop",
    "it consists of the same finitely many operations at every width: products with random matrices and their "
    "transposes, functions coordinate by coordinate, averages over coordinates, functions of finitely many numbers, "
    "and constants c n^p",
)  # fmt: skip
symbol(
    "tame_functions", ("int",), "prop",
    "functions that it applies coordinate by coordinate, and those of their derivatives that are used, are "
    "polynomially bounded; they are smooth but for finitely many jumps and kinks; functions of numbers are smooth "
    "where these tend to",
)  # fmt: skip
symbol(
    "stable_ranks", ("int",), "prop",
    "where a function has a jump or a kink its argument tends to what has no mass there, a function of Gaussians whose "
    "covariance in the limit has full rank",
)  # fmt: skip
HYPOTHESES = ("gaussian_weights", "fixed_steps", "tame_functions", "stable_ranks")

symbol(
    "master", ("int",), "prop",
    "along all equal widths that tend to infinity, averages over coordinates of polynomially bounded functions of the "
    "program's vectors tend in probability to expectations under Z: Z of a column of a weight is standard Gaussian, "
    "Z^{Wx} = G + Σ_k Z^{y_k} E[∂Z^x/∂G_k] over the y_k that W^T was applied to, Cov(G, G') = E[Z^x Z^{x'}]",
)  # fmt: skip
row(
    "program.master", [code], *(app(name, code) for name in HYPOTHESES), app("master", code), mark="cited",
    why="The master theorem of tensor programs: for smooth, polynomially bounded functions as in the first source, "
    "with functions of averages as in the second; where functions jump or have kinks by the convergence of their "
    "arguments and the continuous mapping theorem, which asks for no mass there and for ranks that are stable.",
    source="Yang, Tensor Programs III: Neural Matrix Laws, 2020; Yang and Littwin, Tensor Programs IVb, 2023",
)  # fmt: skip

# -- what stands first -------------------------------------------------------------------------------------------------

symbol(
    "leads", ("int", "int", "const"), "prop",
    "the k-th number has an expansion in the width whose first order is n^p: there stands a polynomial in averages and "
    "central-limit sums of the program's vectors, and its limit under Z is not 0 almost surely; the rest is bounded by "
    "Taylor's formula by a smaller power",
)  # fmt: skip
symbol(
    "settles", ("int", "int", "const"), "prop",
    "its first order is n^0, the limit under Z of what stands there is the number c, and the rest is of smaller order",
)  # fmt: skip
_EXPANSION = (
    "The terms of the expansion are equal to the number at every width up to the rest. What stands first is a "
    "polynomial in averages, which tend in probability by ``master``, and in centred sums with a Gaussian factor that "
    "is independent of the rest, which tend jointly to Gaussians given the averages (the central limit theorem)"
)
row(
    "program.order", [omega, code, k, p],
    app("level", omega), app("master", code), app("leads", code, k, p),
    app("order", omega, app("returned", code, k), p),
    mark="argued", why=f"{_EXPANSION}; so n^{{-p}} times the number converges in law, to what is not almost surely 0.",
)  # fmt: skip
row(
    "program.limit", [omega, code, k, c],
    app("level", omega), app("master", code), app("settles", code, k, c),
    app("plim", omega, app("returned", code, k), c),
    mark="argued", why=f"{_EXPANSION}; where the limit is a number there is convergence in probability.",
)  # fmt: skip
