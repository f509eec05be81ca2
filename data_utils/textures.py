"""Synthetic textures drawn from a seed: a classification task that needs no network and no file.

Ten classes in colour: gratings in four directions, checkers, dots, blobs, and noise of three
spectra. Position, frequency, colours, contrast, shading and sensor noise differ from picture to
picture, so that no single pixel and no mean colour gives the class away.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from .types import Images, ImageSet, Labels

Pattern = npt.NDArray[np.float64]  # (N, side, side), about 0..1
Rng = np.random.Generator

SPLITS = {"train": 2000, "test": 500}
LICENCE = "synthetic, drawn by this course's own code"


def textures(split: str, size: int | None = None, seed: int = 0, *, side: int = 32) -> ImageSet:
    """Draw a labelled set of synthetic textures.

    The splits come from independent random streams, and each class has a stream of its own. The
    classes are as even as `size` allows. A smaller set is not the beginning of a larger one.

    Args:
        split: "train" or "test".
        size: number of pictures; 2000 for "train" and 500 for "test" if not given.
        seed: where the random streams start, at least 0.
        side: height and width of a picture, in pixels.

    Returns:
        The pictures (size, side, side, 3) in random order; `synthetic` is True.

    Raises:
        ValueError: if an argument is not one of those allowed.
    """
    if split not in SPLITS:
        raise ValueError(f"split = {split!r}: it must be 'train' or 'test'")
    count = SPLITS[split] if size is None else size
    check_request(count, seed, side)
    stream = list(SPLITS).index(split)
    labels = even_labels(count, len(CLASSES), np.random.default_rng([seed, stream]))
    images = draw_textures(labels, side, seed, stream)
    return ImageSet(images, labels, CLASSES, f"synthetic textures {split}", True, LICENCE)


def check_request(size: int, seed: int, side: int) -> None:
    """Raise ValueError unless all three are whole numbers and large enough."""
    for name, value, least in (("size", size, 1), ("seed", seed, 0), ("side", side, 8)):
        if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
            raise ValueError(f"{name} = {value!r}: it must be a whole number, at least {least}")


def even_labels(count: int, classes: int, rng: Rng) -> Labels:
    """Deal out labels so that no class has more than one picture more than another."""
    return rng.permutation(np.arange(count, dtype=np.int64) % classes)


def draw_textures(labels: Labels, side: int, seed: int, stream: int) -> Images:
    """Draw each label's pattern, then give it two colours, shading and sensor noise.

    Args:
        labels: (N,) indices into `CLASSES`.
        side: height and width of a picture, in pixels.
        seed: where the random streams start.
        stream: which of the seed's independent streams to use.

    Returns:
        The pictures (N, side, side, 3).
    """
    pattern = np.empty((len(labels), side, side))
    for label, draw in enumerate(PAINTERS.values(), start=1):  # numpy ignores a last 0 in a seed
        chosen = labels == label - 1
        rng = np.random.default_rng([seed, stream, label])
        pattern[chosen] = draw(int(chosen.sum()), side, rng)
    return _colour(pattern, np.random.default_rng([seed, stream, len(PAINTERS) + 1]))


def _colour(pattern: Pattern, rng: Rng) -> Images:
    count, side, _ = pattern.shape
    middle = rng.uniform(70, 185, (count, 1, 1, 3))
    direction = rng.normal(size=(count, 1, 1, 3))
    direction /= np.linalg.norm(direction, axis=-1, keepdims=True)
    swing = direction * rng.uniform(45, 150, (count, 1, 1, 1))  # contrast, in grey levels
    slope = rng.uniform(-25, 25, (2, count, 1, 1, 1)) * np.linspace(-1, 1, side)[:, None]
    shading = slope[0] + slope[1].swapaxes(1, 2)  # a lamp somewhere beside the picture
    noise = rng.normal(size=(count, side, side, 1)) * rng.uniform(0, 12, (count, 1, 1, 1))
    image = middle + swing * (pattern[..., None] - 0.5) + shading + noise
    return np.clip(np.rint(image), 0, 255).astype(np.uint8)


def _grid(count: int, side: int, angle: Pattern, rng: Rng) -> tuple[Pattern, Pattern]:
    """Give each picture's pixels coordinates u and v along axes turned by `angle` (N,)."""
    y, x = np.mgrid[:side, :side].astype(np.float64)
    cos, sin = np.cos(angle)[:, None, None], np.sin(angle)[:, None, None]
    du, dv = rng.uniform(0, side, (2, count, 1, 1))
    return x * cos + y * sin + du, y * cos - x * sin + dv


def _period(count: int, rng: Rng) -> Pattern:
    """Choose each picture's period, 4 to 12 pixels, evenly on a logarithmic scale."""
    return 4 * 3 ** rng.random((count, 1, 1))


def _sharpened(wave: Pattern, rng: Rng) -> Pattern:
    """Turn a wave in -1..1 into one in 0..1 whose flanks are steeper by a random amount."""
    steepness = rng.uniform(0.8, 5.0, (len(wave), 1, 1))
    return 0.5 + 0.5 * np.tanh(steepness * wave) / np.tanh(steepness)


def _grating(degrees: float) -> Callable[[int, int, Rng], Pattern]:
    """Make stripes; `degrees` is where brightness changes fastest: 0 to the right, 90 down."""

    def draw(count: int, side: int, rng: Rng) -> Pattern:
        angle = np.deg2rad(degrees + rng.uniform(-12, 12, count))
        u, _ = _grid(count, side, angle, rng)
        return _sharpened(np.sin(2 * np.pi * u / _period(count, rng)), rng)

    return draw


def _checkers(count: int, side: int, rng: Rng) -> Pattern:
    u, v = _grid(count, side, rng.uniform(0, np.pi, count), rng)
    turn = 2 * np.pi / (1.5 * _period(count, rng))
    return _sharpened(np.sin(turn * u) * np.sin(turn * v), rng)


def _dots(count: int, side: int, rng: Rng) -> Pattern:
    u, v = _grid(count, side, rng.uniform(0, np.pi, count), rng)
    period = 1.4 * _period(count, rng)
    u, v = (u / period) % 1 - 0.5, (v / period) % 1 - 0.5
    radius = rng.uniform(0.18, 0.32, (count, 1, 1))
    return 1 / (1 + np.exp((np.hypot(u, v) - radius) * period * 2))  # an edge of about a pixel


def _blobs(count: int, side: int, rng: Rng) -> Pattern:
    """Cut smooth noise at a level: islands of random outline, all of about one size."""
    wave = 1 / (2.2 * _period(count, rng))
    band = np.exp(-0.5 * ((_frequency(side) - wave) / (0.25 * wave)) ** 2)
    noise = _filtered(band, count, side, rng)
    return 1 / (1 + np.exp(-6 * (noise - rng.uniform(-0.5, 0.5, (count, 1, 1)))))


def _noise(exponent: float) -> Callable[[int, int, Rng], Pattern]:
    """Make noise whose amplitude falls as frequency to the power `exponent`."""

    def draw(count: int, side: int, rng: Rng) -> Pattern:
        steepness = exponent + rng.uniform(-0.15, 0.15, (count, 1, 1))
        gain = np.maximum(_frequency(side), 1 / side) ** -steepness
        return 0.5 + 0.25 * _filtered(gain, count, side, rng)

    return draw


def _frequency(side: int) -> Pattern:
    """Give the radial frequency of each entry of a real two-dimensional spectrum."""
    return np.hypot(np.fft.fftfreq(side)[:, None], np.fft.rfftfreq(side)[None, :])


def _filtered(gain: Pattern, count: int, side: int, rng: Rng) -> Pattern:
    """Shape the spectrum of white noise; each picture has mean 0 and deviation 1."""
    spectrum = np.fft.rfft2(rng.normal(size=(count, side, side))) * gain
    noise = np.fft.irfft2(spectrum, s=(side, side))
    noise -= noise.mean((1, 2), keepdims=True)
    return noise / noise.std((1, 2), keepdims=True)


PAINTERS: dict[str, Callable[[int, int, Rng], Pattern]] = {
    "grating_0": _grating(0),
    "grating_45": _grating(45),
    "grating_90": _grating(90),
    "grating_135": _grating(135),
    "checkers": _checkers,
    "dots": _dots,
    "blobs": _blobs,
    "white_noise": _noise(0),
    "pink_noise": _noise(1),
    "brown_noise": _noise(2),
}
CLASSES = tuple(PAINTERS)
