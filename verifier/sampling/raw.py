"""Raw samples of T^r and K^(r) for use elsewhere, reproducible from a seed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from verifier.networks.correlations import sample_K, sample_T
from verifier.sampling.files import replacing
from verifier.sampling.keys import group_key, stream

#: The most samples drawn from one key: many where the cost of one does not depend on the width (one input), fewer
#: where it does.
BLOCKS = {"one input": 2048, "two inputs": 256}
#: Samples that one file may hold.
MAX_SAMPLES = 20_000_000
#: At two inputs the cost grows with the width; as in the shipped checks, wider networks are refused.
LARGEST_AT_TWO_INPUTS = 1 << 20


@dataclass(frozen=True)
class Request:
    """What to sample: ``T(r)`` of f, or ``K(r)`` of a hypernetwork with ``g_depth`` layers."""

    quantity: str
    depth: int
    widths: tuple[int, ...]
    samples: int
    seed: int
    angle: float = 0.0
    g_depth: int | None = None
    m: int = 1
    z: tuple[Any, Any] = (1.0, 1.0)
    activation: str = "relu"

    @property
    def parsed(self) -> tuple[str, int]:
        """("T" or "K", r).  Raises ValueError for anything else."""
        names = {"f": "T(0)", "h": "K(0)"}
        match = re.fullmatch(r"\s*([TK])\s*\(\s*(\d{1,4})\s*\)\s*", names.get(self.quantity.strip(), self.quantity))
        if match is None:
            raise ValueError(
                f"{self.quantity!r} cannot be sampled; T(r) and K(r) can, for an order r >= 0 (f is T(0), h is K(0))"
            )
        return match.group(1), int(match.group(2))

    @property
    def block(self) -> int:
        """The most samples drawn from one key."""
        return BLOCKS["two inputs" if self.angle else "one input"]

    def metadata(self) -> dict[str, Any]:
        """Everything that the samples depend on, as plain data."""
        symbol, order = self.parsed
        found: dict[str, Any] = {
            "quantity": f"{symbol}({order})", "depth": self.depth, "widths": list(self.widths),
            "samples": self.samples, "seed": self.seed, "angle": self.angle, "block": self.block,
        }  # fmt: skip
        if symbol == "K":
            return found | {"g_depth": self.g_depth, "m": self.m, "z": [_plain(entry) for entry in self.z]}
        return found | {"activation": self.activation}


def pieces(samples: int, most: int) -> Iterator[tuple[int, int]]:
    """Where each block of a stream begins and how many samples it has: 1, 1, 2, 4, … up to ``most``, then ``most``.

    The blocks do not depend on how many samples are asked for, so that more of them begin with the same ones, and few
    cost little: a sample is defined by its block's key, and what is drawn is less than twice what is asked for, or a
    block more.

    >>> list(pieces(6, 4)), list(pieces(9, 4))
    ([(0, 1), (1, 1), (2, 2), (4, 4)], [(0, 1), (1, 1), (2, 2), (4, 4), (8, 4)])
    """
    start = 0
    while start < samples:
        size = min(max(start, 1), most)
        yield start, size
        start += size


def draw(request: Request) -> dict[int, npt.NDArray[np.float64]]:
    """The samples by width, each of shape (samples,).  Raises ValueError for a request that cannot be served."""
    symbol, order = request.parsed
    if symbol == "K" and request.g_depth is None:
        raise ValueError("K(r) needs --g-depth H, the depth of the implicit network g")
    if symbol == "T" and request.g_depth is not None:
        raise ValueError("--g-depth is for K(r); T(r) is a quantity of f alone")
    if request.samples * len(request.widths) > MAX_SAMPLES:
        raise ValueError(
            f"{request.samples * len(request.widths)} samples in all; one file holds at most {MAX_SAMPLES}"
        )
    if len(set(request.widths)) < len(request.widths):
        raise ValueError(f"a width occurs twice in {list(request.widths)}")
    if request.angle and max(request.widths) > LARGEST_AT_TWO_INPUTS:
        raise ValueError(
            f"width {max(request.widths)} is too large at two inputs, {request.angle:g} degrees apart; at most "
            f"{LARGEST_AT_TWO_INPUTS} is allowed there (one input, --angle 0, costs the same at every width)"
        )
    # What does not shape the law of one sample does not belong to its key.
    fixed = {k: v for k, v in request.metadata().items() if k not in ("widths", "samples", "seed", "block")}
    key = group_key("sample", str(fixed.pop("quantity")), fixed)
    found = {}
    for width in request.widths:
        parts: list[npt.NDArray[np.float64]] = []
        for start, size in pieces(request.samples, request.block):
            rng = stream(request.seed, key, width, size, start)
            if symbol == "K":
                assert request.g_depth is not None
                drawn = sample_K(
                    request.g_depth, request.depth, width, [order], m=request.m, angle=request.angle, z=request.z,
                    samples=size, rng=rng,
                )  # fmt: skip
            else:
                drawn = sample_T(
                    request.depth, width, [order], angle=request.angle, samples=size, rng=rng,
                    activation=request.activation,
                )  # fmt: skip
            parts.append(drawn.values[:, 0])
        found[width] = np.concatenate(parts)[: request.samples]
    return found


def write(path: Path, drawn: Mapping[int, npt.NDArray[np.float64]], metadata: Mapping[str, Any]) -> None:
    """Write NPZ (arrays ``samples``, ``width`` and ``metadata``, JSON) or Parquet (columns ``width``, ``value``).

    With one width, ``width`` is a single number in the NPZ file.  Raises ValueError for another suffix or
    where pyarrow is missing, OSError where the file cannot be written.
    """
    values = np.concatenate(list(drawn.values()))
    widths = np.concatenate([np.full(x.size, n, dtype=np.int64) for n, x in drawn.items()])
    text = json.dumps(dict(metadata), sort_keys=True)
    if path.suffix.lower() in (".parquet", ".pq"):
        from verifier.datafiles import write_parquet

        with replacing(path) as temporary:
            write_parquet(temporary, {"width": widths, "value": values}, {"verifier": text})
        return
    check_suffix(path)
    width = np.array(next(iter(drawn))) if len(drawn) == 1 else widths
    with replacing(path) as temporary, temporary.open("wb") as file:
        np.savez(file, samples=values, width=width, metadata=np.array(text))


def check_suffix(path: Path, allowed: Sequence[str] = (".npz", ".parquet", ".pq")) -> None:
    """ValueError unless the file's suffix says a format that can be written."""
    if path.suffix.lower() not in allowed:
        raise ValueError(f"{path}: the suffix {path.suffix!r} is not .npz or .parquet")


def _plain(entry: Any) -> Any:
    return [float(v) for v in entry] if isinstance(entry, tuple | list) else float(entry)
