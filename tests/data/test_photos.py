"""Real photographs from installed packages: no network, disjoint splits, disjoint patches."""

import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from data_utils import DataError, photo, photo_patches, photos

module = sys.modules["data_utils.photos"]  # the package's attribute of that name is the function


def test_every_photograph_is_there_without_a_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a photograph asked for the network")

    monkeypatch.setattr(socket, "socket", refuse)
    loaded = photos()
    assert [item.name for item in loaded] == sorted(module.SOURCES)
    for item in loaded:
        assert item.image.dtype == np.uint8
        assert item.image.ndim == 3 and item.image.shape[2] == 3
        assert min(item.image.shape[:2]) >= 300
        assert item.image.std() > 5
        assert item.licence in ("CC0 1.0", "public domain", "CC BY 2.0")
        assert item.attribution
        assert item.image.flags.writeable  # torch.from_numpy warns of read-only arrays


def test_known_pictures_are_what_they_should_be() -> None:
    shapes = {item.name: item.image.shape for item in photos()}
    assert shapes["chelsea"] == (300, 451, 3)
    assert shapes["china"] == shapes["flower"] == (427, 640, 3)
    grey = photo("camera").image
    assert (grey == grey[..., :1]).all()


def test_the_splits_are_disjoint_and_complete() -> None:
    train, test, every = ({p.name for p in photos(s)} for s in ("train", "test", "all"))
    assert not train & test
    assert train | test == every
    assert (len(train), len(test)) == (9, 4)


def test_those_who_ask_to_be_named_are_named() -> None:
    assert photo("china").licence == photo("flower").licence == "CC BY 2.0"
    assert "danielbuechele" in photo("china").attribution
    assert "vultilion" in photo("flower").attribution
    table = Path(module.__file__).with_name("LICENCES.md").read_text(encoding="utf-8")
    for item in photos():
        (row,) = [line for line in table.splitlines() if line.startswith(f"| {item.name} |")]
        assert item.licence in row


def test_loading_imports_neither_package() -> None:
    code = (
        "import sys, data_utils; data_utils.photos()\n"
        "sys.exit(bool({'skimage', 'sklearn', 'scipy', 'torch', 'pooch'} & set(sys.modules)))"
    )
    root = Path(__file__).parents[2]
    assert subprocess.run([sys.executable, "-c", code], cwd=root, check=False).returncode == 0


@pytest.mark.parametrize("size", [8, 32, 48])
def test_no_pixel_is_in_both_splits(size: int) -> None:
    for item in photos():
        height, width = item.image.shape[:2]
        used = {}
        for split in ("train", "test"):
            mask = np.zeros((height, width), bool)
            rng = np.random.default_rng(0)
            for y, x in module.patch_corners(height, width, split, size, 400, rng):
                assert 0 <= y <= height - size and 0 <= x <= width - size
                mask[y : y + size, x : x + size] = True
            used[split] = mask
        assert used["train"].any() and used["test"].any()
        assert not (used["train"] & used["test"]).any(), item.name


def test_patches_are_balanced_labelled_and_the_same_each_time() -> None:
    train, test = photo_patches("train"), photo_patches("test")
    assert train.images.shape == (1300, 32, 32, 3)
    assert test.images.shape == (520, 32, 32, 3)
    assert (np.bincount(train.labels) == 100).all()
    assert (np.bincount(test.labels) == 40).all()
    assert not train.synthetic
    assert photo_patches("test").digest == test.digest
    assert photo_patches("test", seed=1).digest != test.digest
    assert len(np.unique(test.labels[:40])) > 8  # shuffled


def test_a_patch_comes_from_its_photograph() -> None:
    test = photo_patches("test", per_photo=3)
    for patch, label in zip(test.images, test.labels, strict=True):
        whole = photo(test.classes[label]).image
        windows = np.lib.stride_tricks.sliding_window_view(whole[..., 0], (32, 32))
        ys, xs = np.nonzero(
            (windows[..., 0, 0] == patch[0, 0, 0]) & (windows[..., 9, 7] == patch[9, 7, 0])
        )
        assert any(
            (whole[y : y + 32, x : x + 32] == patch).all() for y, x in zip(ys, xs, strict=True)
        )


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ({"split": "all"}, "split"),
        ({"split": "train", "size": 7}, "size"),
        ({"split": "train", "size": 49}, "size"),
        ({"split": "train", "per_photo": 0}, "per_photo"),
        ({"split": "train", "seed": -1}, "seed"),
    ],
)
def test_bad_arguments_are_named(arguments: dict, word: str) -> None:
    with pytest.raises(ValueError, match=f"{word} = "):
        photo_patches(**arguments)


def test_other_names_and_splits_are_refused() -> None:
    with pytest.raises(ValueError, match="split = 'val'"):
        photos("val")
    with pytest.raises(ValueError, match="name = 'lena'"):
        photo("lena")


def test_a_missing_file_and_a_missing_package_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    source = module.SOURCES["chelsea"]
    monkeypatch.setitem(module.SOURCES, "chelsea", source._replace(path="data/none.png"))
    with pytest.raises(DataError, match=r"none\.png.*reinstall the package \(skimage\)"):
        photo("chelsea")
    monkeypatch.setitem(module.SOURCES, "chelsea", source._replace(package="no_such_package"))
    with pytest.raises(DataError, match="no_such_package is not installed"):
        photo("chelsea")
