"""Image completion as Section 1.2 describes it: the inputs, the kernel regression, the trained network, their errors.

h(u) = g(z; f(x)): x is an image with a part of its pixels hidden (set to 0), divided by its root mean square; z are
random Fourier features of a pixel's coordinates (Remark 1), sqrt(2) cos(W p + b) with W ~ N(0, s^2); h is the pixel's
value.  Of every training image some coordinates are known.  In colour the channel is a third coordinate.

The text does not say which pixels are hidden: here the lower half (completion) and the middle square (inpainting).
Nor does it give epsilon, s, the number of features, the loss, or the number of steps: ``Setting`` has ours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from verifier.datafiles.images import Images, load
from verifier.inputs.data import data_folder, memory_limit
from verifier.networks.descent_h import train
from verifier.networks.limits import Hyperkernel, Inputs
from verifier.networks.regression import regress
from verifier.networks.training import Hyper

Array = npt.NDArray[np.float64]
#: f has two hidden layers, g has one.
KERNEL = Hyperkernel(depth=3, g_depth=2)


@dataclass(frozen=True)
class Setting:
    """The sizes of one draw: ``subsets`` of ``images`` training images, ``coordinates`` pixels of each."""

    task: str  # "completion" or "inpainting"
    data: str = "digits"
    images: int = 100
    subsets: int = 1
    coordinates: int = 20
    features: int = 32
    frequency: float = 4.0
    ridge: float = 1e-2
    tests: int = 100


@dataclass(frozen=True)
class Problem:
    """What one draw is about.

    shown: which of the D places of an image are shown; x: rows of all images, masked and normalised, those for training
    first; truth: their pixels, shape (images, D); z: the features of the D places; trained: the points of each subset;
    hidden: the points whose pixels are to be found, test image by test image.
    """

    shape: tuple[int, int, int]
    shown: npt.NDArray[np.bool_]
    x: Array
    truth: Array
    z: Array
    trained: tuple[Inputs, ...]
    hidden: Inputs

    def labels(self, points: Inputs) -> Array:
        """The pixels at ``points``, shape (points, 1)."""
        return self.truth[points.image, points.place][:, None]

    @property
    def tests(self) -> int:
        """Test images."""
        return len(self.hidden) // int((~self.shown).sum())

    def by_image(self, values: Array) -> Array:
        """Values at the hidden points, shape (test images, hidden places)."""
        return values.reshape(self.tests, -1)

    @property
    def target(self) -> Array:
        return self.by_image(self.labels(self.hidden))

    def errors(self, values: Array) -> Array:
        """The mean squared error over the hidden pixels, one a test image."""
        return np.asarray(((self.by_image(values) - self.target) ** 2).mean(axis=1))

    def average(self) -> Array:
        """The mean of the training images at the hidden points: what needs no input at all."""
        first = self.x.shape[0] - self.tests
        return np.asarray(self.truth[:first].mean(axis=0)[self.hidden.place])


def problem(setting: Setting, rng: np.random.Generator) -> Problem:
    """A draw of training images, coordinates, features and test images.  ValueError where there are not so many."""
    images = _images(setting.data, data_folder())
    count = setting.images * setting.subsets
    pool, held = images.train_images, images.test_images
    if count > len(pool) or setting.tests > len(held):
        raise ValueError(f"{images!r} has no {count} images for training and {setting.tests} for tests")
    shape = pool.shape[1:]
    places = int(np.prod(shape))
    if setting.coordinates > places:
        raise ValueError(f"{setting.coordinates} coordinates of an image; it has {places}")
    shown = np.repeat(mask(setting.task, shape[0], shape[1]).ravel(), shape[2])
    chosen = rng.permutation(len(pool))[:count]
    tested = rng.permutation(len(held))[: setting.tests]
    truth = np.concatenate([pool[chosen], held[tested]]).reshape(-1, places)
    z = features(shape, setting.features, setting.frequency, rng)
    x = normalised(truth * shown)
    at = np.concatenate([rng.permutation(places)[: setting.coordinates] for _ in range(count)])
    owner = np.repeat(np.arange(count), setting.coordinates)
    size = setting.images * setting.coordinates
    trained = tuple(
        Inputs(x, z, owner[k : k + size], at[k : k + size]) for k in range(0, count * setting.coordinates, size)
    )
    hidden = np.flatnonzero(~shown)
    points = Inputs(
        x, z, np.repeat(np.arange(count, count + setting.tests), hidden.size), np.tile(hidden, setting.tests)
    )
    return Problem((shape[0], shape[1], shape[2]), shown, x, truth, z, trained, points)


def available_images(data: str) -> int:
    """How many images of a set are for training."""
    return len(_images(data, data_folder()).train_images)


def mask(task: str, height: int, width: int) -> npt.NDArray[np.bool_]:
    """Which pixels are shown: the upper half ("completion"), or all but the middle square ("inpainting")."""
    if task not in ("completion", "inpainting"):
        raise ValueError(f"task is {task!r}: it must be completion or inpainting")
    shown = np.ones((height, width), dtype=bool)
    if task == "completion":
        shown[height // 2 :] = False
    else:
        shown[height // 4 : height - height // 4, width // 4 : width - width // 4] = False
    return shown


def features(shape: Sequence[int], count: int, frequency: float, rng: np.random.Generator) -> Array:
    """sqrt(2) cos(W p + b) at each place, in the order of an image's pixels; coordinates from -1 to 1.  Eq. (64)."""
    axes = [np.linspace(-1.0, 1.0, size) if size > 1 else np.zeros(1) for size in shape]
    grid = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, len(shape))
    phase = rng.uniform(0.0, 2.0 * np.pi, count)
    return np.asarray(np.sqrt(2.0) * np.cos(frequency * grid @ rng.standard_normal((len(shape), count)) + phase))


def normalised(x: Array) -> Array:
    """Rows of mean square 1; a row of zeros stays."""
    size = np.sqrt((x**2).mean(axis=1, keepdims=True))
    return np.divide(x, size, out=np.zeros_like(x), where=size > 0.0)


def union(given: Problem) -> Inputs:
    """The points of all subsets as one."""
    parts = given.trained
    return Inputs(given.x, given.z, *(np.concatenate([getattr(u, name) for u in parts]) for name in ("image", "place")))


def by_kernel(given: Problem, subsets: Sequence[Inputs], ridge: float, points: Inputs | None = None) -> list[Array]:
    """The prediction of the kernel regression on each of ``subsets``, at the hidden points unless others are named."""
    points = given.hidden if points is None else points
    return [
        regress(KERNEL, u, given.labels(u), ridge=ridge, memory=memory_limit()).predict(points)[:, 0] for u in subsets
    ]


def by_network(
    given: Problem, rates: Sequence[float], width: int, steps: int, rng: np.random.Generator,
    points: Inputs | None = None,
) -> Array:  # fmt: skip
    """Predictions of a network trained on the first subset, shape (rates, points): f of this width, g of an eighth."""
    u = given.trained[0]
    sizes = {"inputs": given.x.shape[1], "g_inputs": given.z.shape[1], "outputs": 1}
    model = Hyper(KERNEL.depth, width, KERNEL.g_depth, max(width // 8, 1), **sizes)
    at = given.hidden if points is None else points
    return train(model, u, given.labels(u)[:, 0], at, rates=rates, steps=steps, rng=rng).predictions[:, 0]


def ratio(worse: Array, better: Array) -> float:
    """log of the quotient of two mean errors: above 0 where the second one is smaller."""
    return float(np.log(worse.mean() / better.mean()))


@lru_cache(maxsize=2)
def _images(name: str, folder: Path | None) -> Images:
    return load(name, folder)


def whole_images(given: Problem, count: int) -> tuple[Inputs, Problem]:
    """All points of the first ``count`` test images, and the problem of these alone."""
    first, places = len(given.x) - given.tests, given.shown.size
    every = Inputs(
        given.x, given.z, np.repeat(np.arange(first, first + count), places), np.tile(np.arange(places), count)
    )
    return every, replace(given, hidden=given.hidden.part(slice(0, count * int((~given.shown).sum()))))
