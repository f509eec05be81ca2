"""The pictures of a training: chosen once for all seeds, measured exactly."""

import functools

import numpy as np
import pytest
import torch
from tiny_training import config, pictures

import data_utils
from dynconv_lite.experiments.pictures import LOADERS, Pictures, load_pictures

textures = functools.cache(data_utils.textures)  # drawn once


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(LOADERS, "textures", textures)


def test_statistics_are_numpys() -> None:
    train_set = pictures(37, side=9)
    mean, std = train_set.statistics()
    values = train_set.images.numpy().astype(np.float64) / 255
    np.testing.assert_allclose(mean, values.mean((0, 1, 2)), rtol=1e-6)
    np.testing.assert_allclose(std, values.std((0, 1, 2)), rtol=1e-6)
    assert mean.dtype == std.dtype == torch.float32


@pytest.mark.parametrize("value", [0, 200, 255])
def test_statistics_of_one_colour_are_finite_and_not_0(value) -> None:
    images = torch.full((2, 4, 4, 3), value, dtype=torch.uint8)
    mean, std = Pictures(images, torch.zeros(2).long(), 1, "flat", "").statistics()
    torch.testing.assert_close(mean, torch.full((3,), value / 255))
    assert (std > 0).all() and (std < 1e-5).all()


def test_statistics_of_cifar100_are_the_known_ones(data_root) -> None:
    if not (data_root / "cifar-100" / "train.npz").exists():
        pytest.skip("needs CIFAR-100 in DYNCONV_DATA")
    train_set, _ = load_pictures(config(data="cifar100", train_size=None, test_size=100))
    mean, std = train_set.statistics()
    assert len(train_set) == 50_000 and train_set.classes == 100
    assert [round(float(m), 4) for m in mean] == [0.5071, 0.4865, 0.4409]
    assert [round(float(s), 4) for s in std] == [0.2673, 0.2564, 0.2762]


def test_a_whole_set_is_the_loaders_own() -> None:
    train_set, test_set = load_pictures(config(train_size=None, test_size=None))
    source = textures("train")
    assert np.array_equal(train_set.images.numpy(), source.images)
    assert np.array_equal(train_set.labels.numpy(), source.labels)
    assert (train_set.name, train_set.digest) == (source.name, source.digest)
    assert train_set.classes == 10 and test_set.digest == textures("test").digest
    assert train_set.images.dtype == torch.uint8 and train_set.labels.dtype == torch.long


def test_a_part_is_the_same_for_every_seed_and_says_so() -> None:
    sets = [load_pictures(config(train_size=100, test_size=50, seed=s)) for s in (0, 1, 2**32 - 1)]
    for part in zip(*sets, strict=True):
        assert len({one.digest for one in part}) == 1
        assert all(torch.equal(one.images, part[0].images) for one in part)
    train_set, test_set = sets[0]
    assert len(train_set) == 100 and len(test_set) == 50
    assert train_set.name.endswith(", 100 of 2000") and test_set.name.endswith(", 50 of 500")
    assert train_set.digest != test_set.digest != textures("test").digest


def test_a_part_holds_different_pictures_with_their_own_labels() -> None:
    train_set, _ = load_pictures(config(train_size=300, test_size=50))
    source = textures("train")
    pairs = zip(source.images, source.labels, strict=True)
    known = {image.tobytes(): label for image, label in pairs}
    chosen = [image.tobytes() for image in train_set.images.numpy()]
    assert len(set(chosen)) == 300
    assert [known[image] for image in chosen] == train_set.labels.tolist()
    assert len(train_set.labels.unique()) == 10, "a random part, and not the first classes"


def test_asking_for_exactly_all_is_asking_for_the_whole() -> None:
    train_set, _ = load_pictures(config(train_size=2000, test_size=50))
    assert train_set.digest == textures("train").digest


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"train_size": 2001}, "train_size = 2001: .* has 2000 pictures"),
        ({"test_size": 501}, "test_size = 501: .* has 500 pictures"),
        ({"train_size": 64, "batch_size": 65}, "batch_size = 65 is larger than the 64 training"),
    ],
)
def test_more_than_there_is_is_refused(changes, message) -> None:
    with pytest.raises(ValueError, match=message):
        load_pictures(config(**changes))


def test_every_named_set_has_a_loader() -> None:
    from typing import get_args

    from dynconv_lite.experiments.configs.training import DataName

    assert set(LOADERS) == set(get_args(DataName))


def test_photo_patches_load_too() -> None:
    train_set, test_set = load_pictures(
        config(data="photo_patches", train_size=64, test_size=32, batch_size=8)
    )
    assert len(train_set) == 64 and len(test_set) == 32


def test_a_set_moves_whole() -> None:
    moved = pictures().to(torch.device("meta"))
    assert moved.images.device.type == moved.labels.device.type == "meta"
    assert (moved.classes, moved.name, len(moved)) == (4, "made up", 40)
