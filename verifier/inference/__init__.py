"""From samples to a decision: pure functions of the data, NumPy and SciPy only."""

from verifier.inference.atoms import decide_mean_zero, decide_zero
from verifier.inference.gates import Decision, decide_order
from verifier.inference.samples import LogSample
from verifier.inference.schedule import Schedule

__all__ = ["Decision", "LogSample", "Schedule", "decide_mean_zero", "decide_order", "decide_zero"]
