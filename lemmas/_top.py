"""Steps on the top coefficient K^(HL) at one input: exactly, and as (45), (48) have it.

At one input every layer's link is the same for all outputs up to f^e, so that the sum over outputs is done at once:
Σ_e h^e A(l+1, l, e) = 2H h/n_l, where the printed formula keeps one of the H summands.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lemmas._forms import telescope
from verifier.prover import ProofBuilder

K0: Any = ["K", 0]


class Top:
    """K^(HL) and its printed counterpart at one (H, L), as steps of a proof that has the identities they rest on.

    ``steps`` names the steps of: K cut at order L ("cut"), Lemma 5 with Eq. (16) ("gather"), Eq. (16) ("product"),
    and the hypotheses "relu", "m_is_1", "one_input".
    """

    def __init__(self, proof: ProofBuilder, outputs: int, depth: int, steps: dict[str, str]) -> None:
        self.proof, self.H, self.L, self.steps = proof, outputs, depth, steps
        self.tag = f"{outputs}-{depth}"
        self._prepare()

    def _step(self, name: str, *rest: Any, **more: Any) -> str:
        return self.proof.step(f"{name}-{self.tag}", *rest, **more)

    def _fixed(self, name: str, source: str, **values: Any) -> str:
        at = self._step(f"{name}-at", "specialise", (source,), {"values": values}) if values else source
        return self._step(f"{name}-fix", "fix", (at,), {"values": {"H": self.H, "L": self.L}})

    def _prepare(self) -> None:
        """h^e f^e = h, A(m+1, m, e) = 2 f^e/n_m, C(L, d, e) = δ(d, e), at all literal indices."""
        known = self.steps
        self._step("link", "eq.one_input", (known["relu"], known["one_input"]), {"of": "step"})
        self._step("same", "eq.one_input", (known["m_is_1"], known["one_input"]), {"of": "product"})
        self._step("gram", "eq.one_input", (known["one_input"],), {"of": "gram"})
        self._step("row", "eq.output_row", (), {"of": "C"})
        self.same, self.link, self.row = {}, {}, {}
        for e in range(1, self.H + 1):
            self.same[e] = self._fixed(f"same-{e}", f"same-{self.tag}", e=e)
            for m in range(1, self.L):
                self.link[m, e] = self._fixed(f"link-{m}-{e}", f"link-{self.tag}", l=m, e=e)
            for d in range(1, self.H + 1):
                self.row[d, e] = self._fixed(f"row-{d}-{e}", f"row-{self.tag}", d=d, e=e)
        self.inverse = {m: ["inv", ["n", m]] for m in range(1, self.L)}

    def _links(self, name: str, m: int, outputs: list[int]) -> tuple[str, Any, Any]:
        """Σ_e h^e A(m+1, m, e) = 2 · (number of outputs) · h/n_m."""
        left = ["+", 0, *[["*", ["hj", e], ["A", m + 1, m, e]] for e in outputs]]
        right = ["*", 2 * len(outputs), self.inverse[m], K0]
        premises = [*[self.link[m, e] for e in outputs], *[self.same[e] for e in outputs]]
        multipliers = [*[["hj", e] for e in outputs], *[["*", 2, self.inverse[m]] for _ in outputs]]
        data = {"left": left, "right": right, "multipliers": multipliers}
        return self._step(f"{name}-{m}", "eq.combination", premises, data), left, right

    def _bracket(self, head: str, source: str, d: int, outputs: list[int]) -> tuple[str, Any, Any]:
        """The bracket of order L: (h^d Π_m 2 · (number of outputs) · h/n_m) L!."""
        fixed = self._fixed(f"{head}-{d}", source, d=d, k=self.L)
        expanded = self._step(f"{head}-{d}-out", "eq.expand", (fixed,), {})
        left_row = ["+", 0, *[["*", ["hj", e], ["C", self.L, d, e]] for e in outputs]]
        data = {"left": left_row, "right": ["hj", d], "multipliers": [["hj", e] for e in outputs]}
        row = self._step(f"{head}-row-{d}", "eq.combination", [self.row[d, e] for e in outputs], data)
        links = [self._links(f"{head}-links-{d}", m, outputs) for m in range(1, self.L)]
        now = [left_row, *[left for _, left, _ in links], ["Q", 1]]
        then: list[Any] = [["hj", d], *[right for _, _, right in links], 1]
        scale = 1
        for k in range(2, self.L + 1):
            scale *= k
        value = ["*", scale, *then]
        data = {"left": [head, d, self.L], "right": value, "multipliers": [1, *telescope(now, then, scale)]}
        premises = [expanded, row, *[name for name, _, _ in links], f"gram-{self.tag}"]
        return self._step(f"{head}-value-{d}", "eq.combination", premises, data), [head, d, self.L], value

    def _sum(self, symbol: str, head: str, source: str, bracket: str, outputs: Any) -> tuple[str, Any]:
        """K^(HL) or Ks(HL) in closed form."""
        order = self.H * self.L
        fixed = self._fixed(symbol, source, r=order)
        expanded = self._step(f"{symbol}-out", "eq.expand", (fixed,), {})
        parts = [self._bracket(head, bracket, d, outputs(d)) for d in range(1, self.H + 1)]
        now, then = [left for _, left, _ in parts], [right for _, _, right in parts]
        factorials = 1
        for k in range(2, order + 1):
            factorials *= k
        share = 1
        for k in range(2, self.L + 1):
            share *= k
        factor = ["*", ["/", factorials, share**self.H], ["z", "i"], ["D", "i"]]
        value = ["*", factor, *then]
        data = {"left": [symbol, order], "right": value, "multipliers": [1, *telescope(now, then, factor)]}
        return self._step(f"{symbol}-value", "eq.combination", [expanded, *[name for name, _, _ in parts]], data), value

    def exact(self) -> str:
        """K^(HL) = (HL)! z D Π_d h^d Π_m (2H h/n_m)."""
        every = list(range(1, self.H + 1))
        step, self.value = self._sum("K", "a", self.steps["cut"], self.steps["gather"], lambda d: every)
        return step

    def printed(self) -> str:
        """The same with d_1 = … = d_k = d alone: Π_m (2 h/n_m)."""
        product = self.steps["product"]
        bracket = self._step("as", "eq.restricted", (product,), {"of": "bracket"})
        total = self._step("Ks", "eq.restricted", (self.steps["m_is_1"],), {"of": "sum"})
        step, self.printed_value = self._sum("Ks", "as", total, bracket, lambda d: [d])
        return step

    def difference(self, exact: str, printed: str) -> str:
        """K^(HL) - Ks(HL) = (1 - H^{-H(L-1)}) K^(HL)."""
        order = self.H * self.L
        ratio = self.H ** (self.H * (self.L - 1))
        left = ["-", ["K", order], ["Ks", order]]
        right = ["*", ["/", ratio - 1, ratio], ["K", order]]
        data = {"left": left, "right": right, "multipliers": [["/", 1, ratio], -1]}
        return self._step("difference", "eq.combination", (exact, printed), data)


def top_coefficients(
    proof: ProofBuilder, sizes: Sequence[tuple[int, int]], compared: tuple[int, int]
) -> tuple[list[str], str]:
    """The steps of K^(HL) at these (H, L), and that of its difference from the printed one at ``compared``.

    They continue a proof that has the steps "cut", "gather", "use-lemma3.identity" and the hypotheses.
    """
    steps = {"cut": "cut", "gather": "gather", "product": "use-lemma3.identity"}
    steps |= {name: f"hyp-{name}" for name in ("relu", "m_is_1", "one_input")}
    found, difference = [], ""
    for outputs, depth in sizes:
        top = Top(proof, outputs, depth, steps)
        found.append(top.exact())
        if (outputs, depth) == compared:
            difference = top.difference(found[-1], top.printed())
    return found, difference
