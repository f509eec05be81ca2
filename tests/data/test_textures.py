"""Synthetic textures: the same from the same seed, even, independent, and not trivial."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_utils import CueConflict, ImageSet, cue_conflict, textures
from data_utils.conflict import SHAPES
from data_utils.textures import CLASSES

MEANS = [127.4, 130.7, 121.7, 124.8, 137.5, 129.9, 127.8, 125.2, 130.1, 128.9]  # by class


@pytest.fixture(scope="module")
def train() -> ImageSet:
    return textures("train")


@pytest.fixture(scope="module")
def test() -> ImageSet:
    return textures("test")


def test_sizes_and_classes(train: ImageSet, test: ImageSet) -> None:
    assert (len(train), len(test)) == (2000, 500)
    assert train.images.shape == (2000, 32, 32, 3)
    assert train.classes == test.classes == CLASSES
    assert train.synthetic and test.synthetic
    assert "synthetic" in train.name and "synthetic" in test.name
    assert (np.bincount(train.labels) == 200).all()
    assert (np.bincount(test.labels) == 50).all()


def test_the_same_seed_gives_the_same_pictures(test: ImageSet) -> None:
    assert textures("test").digest == test.digest
    assert textures("test", seed=1).digest != test.digest
    assert len(test.digest) == 16


def test_the_pictures_do_not_change_from_one_version_to_the_next(test: ImageSet) -> None:
    # Published figures rest on these; a tolerance of one level allows for other processors.
    means = [round(float(test.images[test.labels == k].mean()), 1) for k in range(len(CLASSES))]
    assert means == pytest.approx(MEANS, abs=0.1)


def test_the_splits_share_no_picture_and_no_stream(train: ImageSet, test: ImageSet) -> None:
    seen = {image.tobytes() for image in train.images}
    assert len(seen) == len(train)
    assert not any(image.tobytes() in seen for image in test.images)
    same = textures("train", size=500)
    for label in range(len(CLASSES)):
        ours, theirs = same.images[same.labels == label], test.images[test.labels == label]
        similarity = np.corrcoef(ours.reshape(50, -1).mean(1), theirs.reshape(50, -1).mean(1))
        assert abs(similarity[0, 1]) < 0.5


@settings(max_examples=20, deadline=None)
@given(size=st.integers(1, 120), seed=st.integers(0, 2**31), side=st.sampled_from([8, 31, 64]))
def test_any_size_is_even(size: int, seed: int, side: int) -> None:
    drawn = textures("train", size, seed, side=side)
    assert drawn.images.shape == (size, side, side, 3)
    counts = np.bincount(drawn.labels, minlength=len(CLASSES))
    assert counts.max() - counts.min() <= 1


def test_gratings_lie_in_the_named_direction(train: ImageSet) -> None:
    grey = train.images.astype(float).mean(-1)
    for degrees in (0, 45, 90, 135):
        chosen = grey[train.labels == CLASSES.index(f"grating_{degrees}")]
        dy, dx = np.gradient(chosen, axis=(1, 2))
        # The structure tensor's angle: where brightness changes fastest, modulo 180 degrees.
        double = np.arctan2((2 * dx * dy).sum((1, 2)), (dx**2 - dy**2).sum((1, 2)))
        off = (np.rad2deg(double) / 2 - degrees + 90) % 180 - 90
        assert np.median(np.abs(off)) < 12


def test_noise_spectra_fall_as_named(train: ImageSet) -> None:
    grey = train.images.astype(float).mean(-1)
    spectrum = np.abs(np.fft.fft2(grey - grey.mean((1, 2), keepdims=True))) ** 2
    x, y = np.meshgrid(np.fft.fftfreq(32), np.fft.fftfreq(32))
    radius, aside = np.hypot(x, y), (x != 0) & (y != 0)  # shading lies on the two axes alone

    def falls(name: str, near: float, far: float) -> float:
        mine = spectrum[train.labels == CLASSES.index(name)]
        ring = [mine[:, aside & (abs(radius - r) < 0.03)].mean(1) for r in (near, far)]
        return float(np.median(ring[0] / ring[1]))

    white, pink, brown = (falls(f"{name}_noise", 0.06, 0.15) for name in ("white", "pink", "brown"))
    assert 0.8 < white < 1.2
    assert 3 < pink < 6 < 8 < brown


def test_neither_mean_colour_nor_a_linear_rule_solves_the_task(
    train: ImageSet, test: ImageSet
) -> None:
    def accuracy(a: np.ndarray, b: np.ndarray) -> float:
        targets = np.eye(len(CLASSES))[train.labels]
        a, b = (np.c_[x, np.ones(len(x))] for x in (a, b))
        ridge = np.linalg.solve(a.T @ a + 10 * np.eye(a.shape[1]), a.T @ targets)
        return float(((b @ ridge).argmax(1) == test.labels).mean())

    colour = accuracy(train.images.mean((1, 2)) / 255, test.images.mean((1, 2)) / 255)
    small = [s.images[:, ::2, ::2].reshape(len(s), -1) / 255 for s in (train, test)]
    assert colour < 0.2
    assert accuracy(*small) < 0.3


def test_conflict_pictures_have_both_labels_in_all_pairs() -> None:
    drawn = cue_conflict(300)
    assert isinstance(drawn, CueConflict)
    assert drawn.images.shape == (300, 32, 32, 3)
    assert drawn.shapes == SHAPES and drawn.textures == CLASSES
    assert drawn.synthetic and "synthetic" in drawn.name
    pairs = np.zeros((len(SHAPES), len(CLASSES)), int)
    np.add.at(pairs, (drawn.shape_labels, drawn.texture_labels), 1)
    assert (pairs == 6).all()
    assert cue_conflict(300).digest == drawn.digest
    assert cue_conflict(300, seed=1).digest != drawn.digest


def test_conflict_outlines_stand_out_and_differ_in_area() -> None:
    drawn = cue_conflict(500)
    corner = drawn.images[:, :1, :1].astype(int)
    inside = (np.abs(drawn.images.astype(int) - corner) > 0).any(-1)
    area = inside.mean((1, 2))
    assert area.min() > 0.05 and area.max() < 0.75
    assert not inside[:, [0, 0, -1, -1], [0, -1, 0, -1]].any()
    mean = [area[drawn.shape_labels == label].mean() for label in range(len(SHAPES))]
    disc, square, triangle, cross, star = mean
    assert disc > cross > star and square > cross and disc > triangle > star


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ({"split": "val"}, "split"),
        ({"split": "train", "size": 0}, "size"),
        ({"split": "train", "size": 2.5}, "size"),
        ({"split": "train", "seed": -1}, "seed"),
        ({"split": "train", "side": 4}, "side"),
    ],
)
def test_bad_arguments_are_named(arguments: dict, word: str) -> None:
    with pytest.raises(ValueError, match=f"{word} = "):
        textures(**arguments)


@pytest.mark.parametrize(("name", "value"), [("size", 0), ("seed", -1), ("side", True)])
def test_bad_arguments_of_the_conflict_are_named(name: str, value: int) -> None:
    with pytest.raises(ValueError, match=f"{name} = "):
        cue_conflict(**{name: value})
