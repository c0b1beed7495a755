"""Exact second moments of what was sampled, where they are known and cheap: drawn over the samples."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

#: Largest (r + 1) H for which a hypernetwork's second moment takes about a second.
LARGEST_HYPERNETWORK = 6
#: Largest number of factors of a correlation of one network.
LARGEST_STAR = 4


class SecondMoments:
    """E X² as a polynomial in the width n, by quantity and parameters; remembers what it has computed."""

    def __init__(self) -> None:
        self._hypernetworks: dict[tuple[int, int], list[Mapping[int, Fraction]]] = {}

    def __call__(self, quantity: str, parameters: Mapping[str, Any]) -> dict[int, float] | None:
        """Coefficients by power of n; None where none is known, or X is 0, or it would take long."""
        alone = parameters.get("angle", 0) == 0 and parameters.get("m", 1) == 1 and "activation" not in parameters
        if not alone or list(parameters.get("z", [1, 1])) != [1, 1]:
            return None
        try:
            found = self._find(quantity, parameters)
        except (KeyError, TypeError, ValueError):
            return None
        return {power: float(c) for power, c in found.items()} or None if found else None

    def _find(self, quantity: str, parameters: Mapping[str, Any]) -> Mapping[int, Fraction] | None:
        if quantity == "K^(r)":
            return self._hypernetwork(int(parameters["H"]), int(parameters["L"]), int(parameters["r"]))
        if quantity == "T^r" and int(parameters["r"]) < LARGEST_STAR:
            from verifier.exact.api import exact_moment

            text = f"T({int(parameters['r'])})"
            return exact_moment(text, int(parameters["L"]), activation="relu", moment=2).polynomial
        return None

    def _hypernetwork(self, H: int, L: int, r: int) -> Mapping[int, Fraction] | None:
        from verifier.exact.hypernetwork import hypernetwork_moments_by_depth

        if (r + 1) * H > LARGEST_HYPERNETWORK or not 1 <= L <= 3:
            return None
        if (H, r) not in self._hypernetworks:
            self._hypernetworks[H, r] = list(
                hypernetwork_moments_by_depth(r, H, 3, moment=2, activation="relu", g_activation="relu")
            )
        return self._hypernetworks[H, r][L - 1]
