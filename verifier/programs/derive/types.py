"""Integers and truth values: what may be done with them as with real numbers."""

from __future__ import annotations

import numpy as np

from verifier.programs.derive.expansion import Underived
from verifier.programs.graph import Op, letter

#: what moves entries, and changes none
SHAPES = frozenset(
    {"broadcast_in_dim", "slice", "transpose", "reshape", "squeeze", "expand_dims", "rev", "concatenate"}
)
#: what integers are combined by bit by bit, and as truth values are not
BITWISE = frozenset({"not", "and", "or"})
#: what may be done with integers: their sums and products wrap around
INTEGER = frozenset({"gt", "lt", "ge", "le", "max", "min", "clamp", "select_n", "copy", "copy_p", "name", "reduce_max",
                     "reduce_min", "stop_gradient", "optimization_barrier", "convert_element_type"})  # fmt: skip
#: what may be done with truth values
TRUTH = INTEGER | BITWISE


#: parameters that rules know, of those that are not None
KNOWN = frozenset(
    {"accuracy", "axes", "axis", "broadcast_dimensions", "dimension", "dimension_numbers", "dimensions", "dtype",
     "limit_indices", "name", "new_dtype", "new_sizes", "permutation", "precision", "reverse", "shape", "sharding",
     "start_indices", "strides", "weak_type", "y"}
)  # fmt: skip
#: and of loops and branches
CONTROL = frozenset({"jaxpr", "length", "linear", "num_carry", "num_consts", "reverse", "unroll", "_split_transpose"})
#: what says of which type a result is to be
TYPES = frozenset({"out_dtype", "preferred_element_type"})


def check_parameters(op: Op, known: frozenset[str] = KNOWN) -> None:
    """Underived for a parameter that no rule knows, as it may say anything."""
    for key, value in op.params.items():
        if key in TYPES and value is not None and letter(np.dtype(value)) != op.kinds[0]:
            raise Underived(f"{op.name} that makes {np.dtype(value).name}")
        if key not in known | TYPES and value is not None:
            raise Underived(f"{op.name} with {key}, which no rule knows")


def check_types(op: Op) -> None:
    """Underived for what is cut to integers, and where integers and truth values are not added as real numbers are."""
    kinds = set(op.kinds)
    if op.name == "convert_element_type":
        kind = np.dtype(op.params["new_dtype"])
        to = letter(kind)
        if to not in "fciub" or (to == "f" and kind.itemsize < 2):  # of so few bits that rounding is no small error
            raise Underived(f"numbers made {kind.name}")
        if to in "iub" and op.kinds[0] not in "iub":
            raise Underived("real numbers cut to integers")
        if to in "iub" and op.kinds[0] in "iu":
            raise Underived("integers of one type made those of another")
    if op.name in SHAPES:
        return
    if kinds & set("iu") and op.name not in INTEGER:
        raise Underived(f"{op.name} of integers" + ("" if op.name in BITWISE else ", which may wrap around"))
    if "b" in kinds and op.name not in TRUTH:
        raise Underived(f"{op.name} of truth values")
