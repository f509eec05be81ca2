"""Synthetic scenes: the same from the same seed, and a disc's class cannot be told from nearby."""

import hashlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_utils import Scenes, scenes
from data_utils.scenes import CLASSES, COLOURS, STREAM, draw_scenes


def digest(drawn: Scenes) -> str:
    whole = b"".join(a.tobytes() for a in (drawn.images, drawn.labels, drawn.far, drawn.keys))
    return hashlib.sha256(whole).hexdigest()


def test_sizes_types_and_classes() -> None:
    drawn = scenes("test", side=24, reach=8)
    assert len(drawn) == 500 and len(scenes("train", side=24, reach=8)) == 2000
    assert drawn.images.shape == (500, 3, 24, 24) and drawn.images.dtype == np.float32
    assert drawn.images.min() >= 0 and drawn.images.max() <= 1
    assert drawn.labels.shape == drawn.far.shape == (500, 24, 24)
    assert drawn.labels.dtype == drawn.keys.dtype == np.int64
    assert drawn.classes == CLASSES == ("ground", *COLOURS)
    assert drawn.synthetic and "synthetic" in drawn.name
    assert (np.bincount(drawn.keys) == [0, 125, 125, 125, 125]).all()


def test_the_seed_and_the_split_alone_decide() -> None:
    first = scenes("test", 20)
    assert digest(scenes("test", 20)) == digest(first)
    others = [scenes("test", 20, seed=1), scenes("train", 20), scenes("test", 20, reach=9)]
    assert len({digest(drawn) for drawn in (first, *others)}) == 4


def test_the_splits_share_no_picture() -> None:
    train, test = scenes("train", 200), scenes("test", 200)
    assert len({image.tobytes() for image in (*train.images, *test.images)}) == 400


sizes = st.integers(5, 12).flatmap(
    lambda reach: st.tuples(st.just(reach), st.integers(2 * reach + 5, 40))
)


@settings(max_examples=30, deadline=None)
@given(sizes=sizes, seed=st.integers(0, 2**31))
def test_four_whole_discs_and_a_key_stand_in_every_picture(sizes, seed: int) -> None:
    reach, side = sizes
    drawn = scenes("train", 12, seed, side=side, reach=reach)
    near = (drawn.labels > 0) & ~drawn.far
    assert (drawn.far.sum((1, 2)) == 4 * 13).all()  # 13 pixels lie within 2 of a pixel: no overlap
    assert (near.sum((1, 2)) == 9).all()
    for labels, key in zip(drawn.labels, drawn.keys, strict=True):
        assert set(np.unique(labels)) == {0, key}


@settings(max_examples=30, deadline=None)
@given(sizes=sizes, seed=st.integers(0, 2**31))
def test_equal_windows_have_different_classes(sizes, seed: int) -> None:
    reach, side = sizes
    count, stream = 6, STREAM
    red, blue = (
        draw_scenes(np.full(count, CLASSES.index(name)), side, reach, seed, stream, name)
        for name in ("red", "blue")
    )
    assert (red.far == blue.far).all()
    assert (red.labels[red.far] != blue.labels[blue.far]).all()
    differs = (red.images != blue.images).any(1)  # (N, S, S)
    assert differs.any((1, 2)).all()
    for n, y, x in np.argwhere(red.far):
        rows, columns = (slice(max(at - red.blind, 0), at + red.blind + 1) for at in (y, x))
        assert not differs[n, rows, columns].any()


def test_one_pixel_more_than_blind_can_see_the_key() -> None:
    # `blind` is the largest such window, not just one that is small enough.
    drawn = scenes("train", 50, side=24, reach=8)
    assert drawn.blind == 4
    nearest = drawn.blind + 2
    for n in range(len(drawn)):
        far = np.argwhere(drawn.far[n])
        key = np.argwhere((drawn.labels[n] > 0) & ~drawn.far[n])
        apart = np.abs(far[:, None] - key[None]).max(-1).min(1)  # of each disc's pixel
        nearest = min(nearest, int(apart.min()))
        assert apart.max() <= 8 + 2 - 1
    assert nearest == drawn.blind + 1


def test_discs_of_all_classes_look_alike() -> None:
    drawn = scenes("train", 2000, side=24, reach=8)
    grey = drawn.images.mean(1)
    means = [
        [grey[n][drawn.far[n]].mean() for n in np.flatnonzero(drawn.keys == key)]
        for key in range(1, 5)
    ]
    # Brightness is even from 0.6 to 0.9: a mean of 500 has a deviation of 0.0039.
    assert np.mean(means, axis=1) == pytest.approx(np.full(4, 0.75), abs=5 * 0.0039)


def test_the_key_s_colour_names_the_picture() -> None:
    drawn = scenes("test", 40)
    near = (drawn.labels > 0) & ~drawn.far
    colours = np.array(list(COLOURS.values()))
    for image, mask, key in zip(drawn.images, near, drawn.keys, strict=True):
        distance = np.linalg.norm(colours - image[:, mask].mean(1), axis=1)
        assert distance.argmin() + 1 == key


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ({"split": "val"}, "split"),
        ({"split": "train", "size": 0}, "size"),
        ({"split": "train", "seed": -1}, "seed"),
        ({"split": "train", "side": 4}, "side"),
        ({"split": "train", "reach": 4}, "reach"),
        ({"split": "train", "reach": 8.0}, "reach"),
        ({"split": "train", "reach": True}, "reach"),
        ({"split": "train", "reach": 10, "side": 24}, "reach"),
    ],
)
def test_bad_arguments_are_named(arguments: dict, word: str) -> None:
    with pytest.raises(ValueError, match=f"{word} = "):
        scenes(**arguments)


def test_the_largest_reach_fills_the_picture() -> None:
    assert (scenes("test", 3, side=25, reach=10).far.sum((1, 2)) == 52).all()
