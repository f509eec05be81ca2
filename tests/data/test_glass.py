"""Glass patterns: one correlation, at the displacement of the class, and nothing else."""

import numpy as np
import pytest

from data_utils import ImageSet, glass_patterns
from data_utils.glass import ANGLES, displacement

DISTANCE, NOISE = 9.0, 20.0


def correlations(images: np.ndarray, reach: int) -> dict[tuple[int, int], float]:
    """The correlation of pixels a displacement apart, over all pictures, for half the plane."""
    grey = images[..., 0].astype(float)
    grey = (grey - grey.mean()) / grey.std()
    side = grey.shape[1]
    found = {}
    for down in range(reach + 1):
        for right in range(-reach, reach + 1):
            if (down, right) > (0, 0) and (down or right > 0):
                left = max(right, 0)
                first = grey[:, down:, left : side + min(right, 0)]
                second = grey[:, : side - down, max(-right, 0) : side - left]
                found[down, right] = float((first * second).mean())
    return found


@pytest.fixture(scope="module")
def drawn() -> ImageSet:
    return glass_patterns("train", size=320, side=40, distance=DISTANCE, noise=NOISE)


@pytest.mark.parametrize("label", range(len(ANGLES)))
def test_pixels_correlate_at_the_displacement_and_nowhere_else(drawn, label) -> None:
    found = correlations(drawn.images[drawn.labels == label], reach=10)
    own = displacement(ANGLES[label], DISTANCE)
    peak = found.pop(own)
    # covariance of noise and its moved copy over the variance of both and of the other noise
    assert peak == pytest.approx(1 / (2 + (NOISE / 30) ** 2), abs=0.02)
    assert max(abs(value) for value in found.values()) < 0.03


def test_displacements_are_rounded_and_run_from_right_to_down() -> None:
    # 12 cos 22.5 = 11.09, 12 sin 22.5 = 4.59, 12 sin 45 = 8.49
    found = [displacement(angle, 12) for angle in (0, 22.5, 45, 90, 135, 157.5)]
    assert found == [(0, 12), (5, 11), (8, 8), (12, 0), (8, -8), (5, -11)]


def test_brightness_and_contrast_do_not_give_the_angle_away(drawn) -> None:
    # 127.5, and the root of 30² + 30² + 20²; means of 40 pictures of 1600 pixels
    for label in range(len(ANGLES)):
        own = drawn.images[drawn.labels == label].astype(float)
        assert own.mean() == pytest.approx(127.5, abs=1)
        assert own.std() == pytest.approx(2200**0.5, rel=0.02)


def test_the_set_is_even_grey_synthetic_and_names_its_angles(drawn) -> None:
    assert drawn.images.shape == (320, 40, 40, 3) and drawn.synthetic
    assert (drawn.images == drawn.images[..., :1]).all()
    assert (np.bincount(drawn.labels) == 40).all()
    assert drawn.classes[:3] == ("0", "22.5", "45") and "synthetic" in drawn.name
    assert len(glass_patterns("val")) == len(glass_patterns("test")) == 500
    assert glass_patterns("val", (0, 90), 7, side=16).images.shape == (7, 16, 16, 3)


def test_the_same_seed_gives_the_same_and_splits_share_nothing() -> None:
    sets = [glass_patterns(split, size=50) for split in ("train", "val", "test")]
    assert len({each.digest for each in sets}) == 3
    assert glass_patterns("val", size=50).digest == sets[1].digest
    assert glass_patterns("val", size=50, seed=1).digest != sets[1].digest
    assert len({image.tobytes() for each in sets for image in each.images}) == 150


@pytest.mark.parametrize(
    ("arguments", "options", "allowed"),
    [
        (("all",), {}, "split = 'all': it must be 'train', 'val' or 'test'"),
        (("val", ()), {}, r"angles = \(\): they must lie in \[0, 180\)"),
        (("val", (0, 180)), {}, "angles = .*180.0.: they must lie in"),
        (("val", (5, 5)), {}, "angles = .*none twice"),
        (("val",), {"size": 0}, "size = 0: it must be a whole number, at least 1"),
        (("val",), {"seed": -1}, "seed = -1"),
        (("val",), {"side": 7}, "side = 7"),
        (("val",), {"distance": 0.5}, "distance = 0.5: it must lie from 1 to side - 1 = 31"),
        (("val",), {"distance": 32}, "distance = 32: it must lie from 1 to side - 1 = 31"),
        (("val",), {"distance": float("nan")}, "distance = nan"),
        (("val",), {"distance": 1}, "distance = 1: so short that angles share"),
        (("val", (0, 179)), {}, "distance = 8: so short"),  # a pair has no direction
        (("val",), {"noise": -1}, "noise = -1: it must be a finite number, at least 0"),
    ],
)
def test_what_cannot_be_is_refused(arguments, options, allowed) -> None:
    with pytest.raises(ValueError, match=allowed):
        glass_patterns(*arguments, **options)
