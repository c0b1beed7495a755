"""The data of the trained experiments, and how many of them are trained on at once."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy import ndimage, stats

from verifier.datafiles.images import Images, available, load, stamp
from verifier.inputs.data import data_folder
from verifier.networks.training import Examples
from verifier.quantities.check import Quantity

Pixels = npt.NDArray[np.float64]
#: Part of the tests that may be of one class, where there are ten.
MOST_OF_ONE = 0.2
#: Numbers that an image is made of, and images for training: what is read says nothing else, or is refused.
KNOWN = {"digits": (64, 1437), "mnist": (784, 60_000), "cifar10": (3072, 50_000)}


def names() -> list[str]:
    """The sets of images there are: the bundled digits, and those that are found where ``--data`` says.

    Raises Unreadable where there are none, so that nobody takes results on the digits for those on his own images.
    """
    folder = data_folder()
    return ["digits", *(() if folder is None else available(folder))]


def of_images(quantity: Quantity, name: str) -> Quantity:
    """The quantity on images of this name: samples are stored by what the files hold."""
    return (
        quantity if name == "digits" else replace(quantity, version=f"{quantity.version} {stamp(name, data_folder())}")
    )


def guessing(tests: int, classes: int, beyond: float = 1e-3) -> float:
    """The accuracy on so many tests that guessing exceeds with probability ``beyond`` or less: a binomial quantile.

    >>> guessing(256, 4)
    0.3359375
    """
    return float(stats.binom.ppf(1.0 - beyond, tests, 1.0 / classes)) / tests


def test_images(name: str, most: int) -> int:
    """How many images for tests a set has, of which at most so many are used; 0: all of them."""
    found = len(_images(name).test_labels)
    return min(found, most) if most else found


#: What is said of ``--data`` where the sizes are small.
ON_DIGITS = "" if data_folder() is None else "; the images that --data names are read with --effort paper alone"


@lru_cache(maxsize=2)
def _images(name: str) -> Images:
    return load(name, None if name == "digits" else data_folder())


def normalised(images: Pixels) -> npt.NDArray[np.float32]:
    """Each image as a row of mean square 1; shape (N, pixels)."""
    rows = images.reshape(len(images), -1)
    return np.asarray(rows / np.sqrt(np.square(rows).mean(axis=1, keepdims=True) + 1e-12), dtype=np.float32)


@lru_cache(maxsize=4)
def classified(name: str, training: int, test: int) -> tuple[Examples, Examples]:
    """Images and what they show: so many for training and for tests, the first ones; 0: all."""
    data = _images(name)
    pairs = ((data.train_images, data.train_labels, training), (data.test_images, data.test_labels, test))
    one, two = (Examples(normalised(x[: n or None]), y[: n or None].astype(np.int32)) for x, y, n in pairs)
    require_several(two.y, name)
    return one, two


def require_several(labels: npt.NDArray[np.int32], name: str) -> None:
    """ValueError where naming one class, whatever the image, would be right for a fifth of the tests or more."""
    share = np.bincount(labels).max() / len(labels)
    if share >= MOST_OF_ONE:
        raise ValueError(
            f"{share:.0%} of the {len(labels)} tests of {name} are of class {np.bincount(labels).argmax()}: an "
            f"accuracy there says little of what was learned; less than {MOST_OF_ONE:.0%} of one class are needed"
        )


@lru_cache(maxsize=4)
def rotated(name: str, training: int, test: int, turns: int) -> tuple[Examples, Examples]:
    """Rotation prediction: x is an image, z the same one turned by k·360°/turns, and the label is k; all k of each."""
    data = _images(name)
    one, two = (_turned(x[: n or None], turns) for x, n in ((data.train_images, training), (data.test_images, test)))
    return one, two


def _turned(images: Pixels, turns: int) -> Examples:
    found = []
    for k in range(turns):
        if (4 * k) % turns == 0:
            found.append(normalised(np.rot90(images, 4 * k // turns, axes=(1, 2))))
        else:
            angle = 360.0 * k / turns
            found.append(normalised(ndimage.rotate(images, angle, axes=(2, 1), reshape=False, order=1)))
    z = np.stack(found, axis=1)
    labels = np.tile(np.arange(turns, dtype=np.int32), len(images))
    return Examples(np.repeat(normalised(images), turns, axis=0), labels, z.reshape(len(labels), -1))
