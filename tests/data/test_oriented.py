"""Gratings at given angles: the angle is the one that is named, and all else is alike."""

import numpy as np
import pytest

from data_utils import ImageSet, oriented
from data_utils.oriented import ANGLES


def directions(images: np.ndarray) -> np.ndarray:
    """The angle at which a picture's brightness changes fastest, in degrees, from its spectrum."""
    side = images.shape[1]
    grey = images.astype(float).mean(-1)
    grey -= grey.mean((1, 2), keepdims=True)
    window = np.hanning(side)
    power = np.abs(np.fft.fft2(grey * window[:, None] * window, s=(256, 256))) ** 2
    frequency = np.fft.fftfreq(256)
    fy, fx = np.broadcast_arrays(frequency[:, None], frequency[None])
    power[:, np.hypot(fy, fx) < 1 / 16] = 0  # the shading
    peak = power.reshape(len(images), -1).argmax(1)
    return np.rad2deg(np.arctan2(fy.ravel()[peak], fx.ravel()[peak])) % 180


@pytest.fixture(scope="module")
def clean() -> ImageSet:
    return oriented("train", size=320, spread=0, noise=0)


def test_brightness_changes_fastest_at_the_angle_of_the_class(clean) -> None:
    wanted = np.array(ANGLES)[clean.labels]
    off = (directions(clean.images) - wanted + 90) % 180 - 90
    assert np.median(np.abs(off)) < 1.5 and (np.abs(off) < 6).mean() > 0.9


def test_angles_spread_as_far_as_they_are_let() -> None:
    wide = oriented("test", (30.0,), 200, spread=20, noise=0)
    off = np.abs((directions(wide.images) - 30 + 90) % 180 - 90)
    # even from -20 to 20 degrees
    assert np.percentile(off, [50, 75]) == pytest.approx([10, 15], abs=2)


def test_the_set_is_even_synthetic_and_names_its_angles(clean) -> None:
    assert clean.images.shape == (320, 32, 32, 3) and clean.synthetic
    assert (np.bincount(clean.labels) == 20).all()
    assert clean.classes[:3] == ("0", "11.25", "22.5") and "synthetic" in clean.name
    assert len(oriented("val")) == len(oriented("test")) == 500
    assert oriented("val", (0, 90), 7, side=16).images.shape == (7, 16, 16, 3)


def test_noise_is_as_strong_as_asked() -> None:
    quiet, loud = (oriented("val", (0, 45), 60, noise=noise) for noise in (0, 20))
    difference = loud.images.astype(float) - quiet.images
    middle = (quiet.images > 80) & (quiet.images < 175)  # far from black and white
    assert difference[middle].std() == pytest.approx(20, rel=0.03)
    assert np.array_equal(loud.labels, quiet.labels)


def test_the_same_seed_gives_the_same_and_splits_share_nothing() -> None:
    sets = [oriented(split, size=50, noise=0) for split in ("train", "val", "test")]
    assert len({each.digest for each in sets}) == 3
    assert oriented("val", size=50, noise=0).digest == sets[1].digest
    assert oriented("val", size=50, noise=0, seed=1).digest != sets[1].digest
    pictures = {image.tobytes() for each in sets for image in each.images}
    assert len(pictures) == 150


def test_colour_and_contrast_do_not_give_the_angle_away() -> None:
    drawn = oriented("train", (0, 45, 90, 135), 1200)
    for measure in (drawn.images.mean((1, 2, 3)), drawn.images.std((1, 2, 3))):
        groups = [measure[drawn.labels == label] for label in range(4)]
        error = measure.std() * (2 / 300) ** 0.5
        means = [group.mean() for group in groups]
        assert max(means) - min(means) < 5 * error


@pytest.mark.parametrize(
    ("arguments", "options", "allowed"),
    [
        (("all",), {}, "split = 'all': it must be 'train', 'val' or 'test'"),
        (("val", ()), {}, r"angles = \(\): they must lie in \[0, 180\)"),
        (("val", (0, 180)), {}, "angles = .*180.0.: they must lie in"),
        (("val", (-1,)), {}, "angles = .*they must lie in"),
        (("val", (5, 5)), {}, "angles = .*none twice"),
        (("val",), {"size": 0}, "size = 0: it must be a whole number, at least 1"),
        (("val",), {"seed": -1}, "seed = -1"),
        (("val",), {"side": 7}, "side = 7"),
        (("val",), {"spread": -1}, "spread = -1: it must be a finite number, at least 0"),
        (("val",), {"noise": float("nan")}, "noise = nan: it must be a finite number"),
    ],
)
def test_what_cannot_be_is_refused(arguments, options, allowed) -> None:
    with pytest.raises(ValueError, match=allowed):
        oriented(*arguments, **options)
