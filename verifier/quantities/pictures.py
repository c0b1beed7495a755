"""Pictures that a check shows beside its numbers: rows of images, and a note of how they arose.

Each of a check's ``pictures`` is called once a run, in a worker process, with the run's seed and the effort: "quick",
"default" or "paper".  What it returns is stored like a block of samples, and made anew where the code has changed, or
what a :func:`functools.partial` holds.  No verdict rests on them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class ImageRow:
    """One image of each column, and what is said of them; pixels: shape (height, width, channels), 1 or 3 channels."""

    label: str
    images: tuple[Pixels, ...]


@dataclass(frozen=True)
class Pictures:
    """A table of images.  Raises ValueError where a row has not an image a column, or images no allowed shape."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[ImageRow, ...]
    note: str = ""

    def __post_init__(self) -> None:
        for row in self.rows:
            if len(row.images) != len(self.columns):
                raise ValueError(f"{row.label}: {len(row.images)} images for {len(self.columns)} columns")
            for image in row.images:
                if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] not in (1, 3) or not image.size:
                    raise ValueError(f"{row.label}: an image of shape {image.shape} and type {image.dtype}; bytes of "
                                     "shape (height, width, 1 or 3) are needed")  # fmt: skip


#: pictures(seed, effort)
Maker = Callable[[int, str], Sequence[Pictures]]


def pixels(values: npt.ArrayLike) -> Pixels:
    """Grey values or colours from 0 to 1, shape (height, width, channels), as bytes; what is beyond is cut off.

    >>> pixels([[[0.0], [0.5], [7.0]]])[..., 0].tolist()
    [[0, 128, 255]]
    """
    return np.asarray(np.rint(255 * np.clip(np.nan_to_num(values), 0.0, 1.0)), dtype=np.uint8)
