"""From samples to a decision: pure functions of the data, NumPy and SciPy only."""

from verifier.inference.atoms import decide_atom, decide_symmetric, decide_zero
from verifier.inference.averages import decide_limit, decide_mean_zero, decide_polynomial
from verifier.inference.corrections import FREE_POWERS, POWERS_OF_N
from verifier.inference.decisions import DEFAULT_ALPHA, DEFAULT_MARGIN, Decision
from verifier.inference.exponents import DEFAULT_ALLOWANCE, DEFAULT_WIDTHS
from verifier.inference.gates import decide_order
from verifier.inference.kinds import decide_constant, decide_to_zero, decide_upper, decide_variance
from verifier.inference.samples import LogSample
from verifier.inference.schedule import Schedule
from verifier.inference.two_widths import decide_two_widths

__all__ = [
    "DEFAULT_ALLOWANCE",
    "DEFAULT_ALPHA",
    "DEFAULT_MARGIN",
    "DEFAULT_WIDTHS",
    "FREE_POWERS",
    "POWERS_OF_N",
    "Decision",
    "LogSample",
    "Schedule",
    "decide_atom",
    "decide_constant",
    "decide_limit",
    "decide_mean_zero",
    "decide_order",
    "decide_polynomial",
    "decide_symmetric",
    "decide_to_zero",
    "decide_two_widths",
    "decide_upper",
    "decide_variance",
    "decide_zero",
]
