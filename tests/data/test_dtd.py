"""DTD and DTD-10: which is read, how it is split and cut, and what a gap in it leads to."""

import hashlib
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from data_utils import DataError, dtd

module = sys.modules["data_utils.dtd"]
SPLITS = ("train", "val", "test")


def picture(path: Path, number: int, size: tuple[int, int] = (30, 20)) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, (number, 0, 0)).save(path, quality=100)


def lay_out_dtd10(root: Path) -> Path:
    for name in ("banded", "woven"):
        for number in range(120):
            picture(root / "dtd10" / name / f"{name}_{number:04}.jpg", number)
    return root


def lay_out_dtd(folder: Path, only: tuple[str, ...] = SPLITS) -> None:
    (folder / "labels").mkdir(parents=True)
    for number, split in enumerate(only):
        names = [f"{name}/{name}_{number}.jpg" for name in ("dotted", "lined")]
        (folder / "labels" / f"{split}1.txt").write_text("\n".join(names) + "\n")
        for name in names:
            picture(folder / "images" / name, 100 + number)


def test_dtd10_is_split_by_sorted_file_name(tmp_path: Path) -> None:
    lay_out_dtd10(tmp_path)
    for part, split in enumerate(SPLITS):
        loaded = dtd(split, tmp_path, size=8)
        assert loaded.name == f"DTD-10 {split}"
        assert loaded.classes == ("banded", "woven")
        assert loaded.images.shape == (80, 8, 8, 3)
        assert (np.bincount(loaded.labels) == 40).all()
        red = loaded.images[loaded.labels == 1][:, 4, 4, 0].astype(int)
        assert np.abs(red - np.arange(40 * part, 40 * part + 40)).max() <= 2  # JPEG's rounding


def test_the_centred_square_is_kept(tmp_path: Path) -> None:
    lay_out_dtd10(tmp_path)
    wide = np.zeros((20, 40, 3), np.uint8)
    wide[:, 10:30] = 255
    for path in (tmp_path / "dtd10" / "banded").iterdir():
        Image.fromarray(wide).save(path, quality=100)
    loaded = dtd("val", tmp_path, size=16)
    assert loaded.images.shape[1:] == (16, 16, 3)
    assert loaded.images[loaded.labels == 0][:, 1:-1, 1:-1].min() > 240


def test_dtd_goes_before_dtd10(tmp_path: Path) -> None:
    lay_out_dtd10(tmp_path)
    lay_out_dtd(tmp_path / "dtd" / "dtd")
    loaded = dtd("val", tmp_path, size=8)
    assert loaded.name == "DTD val"
    assert loaded.classes == ("dotted", "lined")
    assert list(loaded.labels) == [0, 1]
    assert np.abs(loaded.images[:, 4, 4, 0].astype(int) - 101).max() <= 2


def test_dtd_is_downloaded_where_neither_is(
    served: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay_out_dtd(served.folder / "dtd")
    archive = served.folder / "dtd-r1.0.1.tar.gz"
    with tarfile.open(archive, "w:gz") as ball:
        ball.add(served.folder / "dtd", "dtd")
    monkeypatch.setattr(module, "URL", f"{served.url}/{archive.name}")
    whole = hashlib.md5(archive.read_bytes()).hexdigest()

    monkeypatch.setattr(module, "DIGEST", "md5:" + "0" * 32)
    with pytest.raises(DataError, match="set DYNCONV_DATA to a folder that has dtd10"):
        dtd("test", tmp_path, size=8)
    assert not (tmp_path / "dtd").exists()

    monkeypatch.setattr(module, "DIGEST", f"md5:{whole}")
    assert dtd("test", tmp_path, size=8).name == "DTD test"
    archive.unlink()
    assert dtd("train", tmp_path, size=8).name == "DTD train"
    assert list((tmp_path / "downloads").iterdir()) == []


def test_a_missing_picture_of_dtd10_is_noticed(tmp_path: Path) -> None:
    lay_out_dtd10(tmp_path)
    (tmp_path / "dtd10" / "woven" / "woven_0007.jpg").unlink()
    with pytest.raises(DataError, match="it has 119 pictures, and 120 are needed"):
        dtd("test", tmp_path)


def test_a_truncated_picture_is_named(tmp_path: Path) -> None:
    lay_out_dtd10(tmp_path)
    path = tmp_path / "dtd10" / "banded" / "banded_0003.jpg"
    path.write_bytes(path.read_bytes()[:300])
    with pytest.raises(DataError, match=r"banded_0003\.jpg"):
        dtd("train", tmp_path)


def test_a_missing_picture_or_list_of_dtd_is_noticed(tmp_path: Path) -> None:
    folder = tmp_path / "dtd" / "dtd"
    lay_out_dtd(folder, only=("train", "val"))
    with pytest.raises(DataError, match=r"delete .* and run again"):
        dtd("test", tmp_path)
    (folder / "images" / "dotted" / "dotted_1.jpg").unlink()
    with pytest.raises(DataError, match=r"delete .* and run again"):
        dtd("val", tmp_path)


def test_an_empty_folder_is_not_dtd10(tmp_path: Path) -> None:
    (tmp_path / "dtd10").mkdir()
    with pytest.raises(DataError, match="no picture of DTD-10 train is there"):
        dtd("train", tmp_path)


@pytest.mark.parametrize(("split", "size", "word"), [("all", 64, "split"), ("train", 7, "size")])
def test_bad_arguments_are_named(tmp_path: Path, split: str, size: int, word: str) -> None:
    with pytest.raises(ValueError, match=f"{word} = "):
        dtd(split, tmp_path, size=size)


def test_the_real_dtd10(real_root: Callable[[str], Path]) -> None:
    root = real_root("dtd10")
    sets = [dtd(split, root) for split in SPLITS]
    assert [loaded.images.shape for loaded in sets] == [(400, 64, 64, 3)] * 3
    pictures = {image.tobytes() for loaded in sets for image in loaded.images}
    assert len(pictures) == 1200
