"""CIFAR-100: the file on disk is checked, and the binary download is read without a pickle."""

import hashlib
import io
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from data_utils import DataError, cifar100

module = sys.modules["data_utils.cifar"]
CLASSES = np.array([f"class_{number:02}" for number in range(100)])


def write(root: Path, split: str = "train", **changes: object) -> Path:
    rng = np.random.default_rng(0)
    arrays = {
        "images": rng.integers(0, 256, (20, 32, 32, 3), dtype=np.uint8),
        "labels": np.arange(20, dtype=np.int64),
        "classes": CLASSES,
    } | changes
    path = root / "cifar-100" / f"{split}.npz"
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez(path, **{name: value for name, value in arrays.items() if value is not None})
    return path


def test_a_good_file_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path, "test")
    loaded = cifar100("test", tmp_path)
    with np.load(path) as file:
        np.testing.assert_array_equal(loaded.images, file["images"])
    assert loaded.classes == tuple(CLASSES)
    assert loaded.name == "CIFAR-100 test"
    assert not loaded.synthetic
    monkeypatch.setenv("DYNCONV_DATA", str(tmp_path))
    assert cifar100("test").digest == loaded.digest


@pytest.mark.parametrize("keep", [0, 1, 100, 30_000, -1, -30])
def test_a_truncated_file_is_named_with_its_remedy(tmp_path: Path, keep: int) -> None:
    path = write(tmp_path)
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(DataError) as caught:
        cifar100("train", tmp_path)
    assert str(path) in str(caught.value)
    assert f"delete {path} and run again" in str(caught.value)


def test_a_flipped_byte_is_noticed(tmp_path: Path) -> None:
    path = write(tmp_path)
    content = bytearray(path.read_bytes())
    content[len(content) // 3] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(DataError, match="damaged"):
        cifar100("train", tmp_path)


class Bomb:
    def __reduce__(self) -> tuple:
        return exec, ("raise SystemExit('a pickle was executed')",)


@pytest.mark.parametrize(
    "changes",
    [
        {"images": np.zeros((20, 3, 32, 32), np.uint8)},
        {"images": np.zeros((20, 32, 32, 3))},
        {"images": np.zeros((20, 28, 28, 3), np.uint8)},
        {"images": np.zeros((0, 32, 32, 3), np.uint8), "labels": np.zeros(0, np.int64)},
        {"images": None},
        {"labels": np.arange(19)},
        {"labels": np.arange(20.0)},
        {"labels": np.arange(20) + 90},
        {"labels": np.arange(20) - 1},
        {"labels": None},
        {"classes": CLASSES[:10]},
        {"classes": np.arange(100)},
        {"classes": None},
        {"classes": np.array([Bomb()] * 100, dtype=object)},
        {"images": np.array([Bomb()], dtype=object)},
    ],
)
def test_what_is_not_cifar_100_is_refused(tmp_path: Path, changes: dict) -> None:
    path = write(tmp_path, **changes)
    with pytest.raises(DataError, match="damaged or not CIFAR-100") as caught:
        cifar100("train", tmp_path)
    assert f"delete {path} and run again" in str(caught.value)


def test_a_bare_array_and_a_folder_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path)
    with path.open("wb") as file:
        np.save(file, np.zeros(3))
    with pytest.raises(DataError, match="damaged or not CIFAR-100"):
        cifar100("train", tmp_path)
    path.unlink()
    path.mkdir()
    with pytest.raises(DataError, match="delete"):
        cifar100("train", tmp_path)


def test_other_splits_are_refused_before_any_work(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="split = 'val'"):
        cifar100("val", tmp_path)


def binary(count: int, seed: int) -> tuple[bytes, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    images = rng.integers(0, 256, (count, 32, 32, 3), dtype=np.uint8)
    labels = rng.integers(0, 100, count)
    records = [
        bytes([7, label])
        + image[..., 0].tobytes()
        + image[..., 1].tobytes()
        + image[..., 2].tobytes()
        for image, label in zip(images, labels, strict=True)
    ]
    return b"".join(records), images, labels


@pytest.fixture
def published(served: object, monkeypatch: pytest.MonkeyPatch) -> dict:
    """Serve a small archive of the binary version's form in place of the real one."""
    monkeypatch.setattr(module, "SPLITS", {"train": 6, "test": 4})
    content = {split: binary(count, count) for split, count in module.SPLITS.items()}
    files = {f"{split}.bin": made[0] for split, made in content.items()}
    files["fine_label_names.txt"] = "\n".join(CLASSES).encode() + b"\n"
    archive = served.folder / "cifar-100-binary.tar.gz"
    with tarfile.open(archive, "w:gz") as ball:
        for name, data in files.items():
            info = tarfile.TarInfo(f"cifar-100-binary/{name}")
            info.size = len(data)
            ball.addfile(info, io.BytesIO(data))
    monkeypatch.setattr(module, "URL", f"{served.url}/{archive.name}")
    digest = hashlib.md5(archive.read_bytes()).hexdigest()
    monkeypatch.setattr(module, "DIGEST", f"md5:{digest}")
    return content | {"archive": archive}


def test_it_is_downloaded_once_parsed_and_kept(published: dict, tmp_path: Path) -> None:
    train = cifar100("train", tmp_path)
    published["archive"].unlink()  # the second split needs no second download
    test = cifar100("test", tmp_path)
    for loaded, (_, images, labels) in ((train, published["train"]), (test, published["test"])):
        np.testing.assert_array_equal(loaded.images, images)
        np.testing.assert_array_equal(loaded.labels, labels)
        assert loaded.classes == tuple(CLASSES)
    kept = sorted(path.name for path in tmp_path.rglob("*") if path.is_file())
    assert kept == ["test.npz", "train.npz"]


def test_a_split_that_is_there_is_left_alone(published: dict, tmp_path: Path) -> None:
    path = write(tmp_path, "test")
    before = path.read_bytes()
    cifar100("train", tmp_path)
    assert path.read_bytes() == before


def test_without_an_archive_the_error_says_what_to_do(published: dict, tmp_path: Path) -> None:
    published["archive"].unlink()
    with pytest.raises(DataError, match="404") as caught:
        cifar100("train", tmp_path)
    assert "set DYNCONV_DATA to a folder that has cifar-100/train.npz" in str(caught.value)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_a_disk_that_fills_up_leaves_no_half_file(
    published: dict, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(file: io.BufferedWriter, **_: object) -> None:
        file.write(b"half")
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(np, "savez", full)
        with pytest.raises(DataError, match="no space is left"):
            cifar100("train", tmp_path)
    assert not list((tmp_path / "cifar-100").iterdir())
    assert len(cifar100("train", tmp_path)) == 6


def test_records_of_the_wrong_length_are_refused() -> None:
    content, _, _ = binary(3, 0)
    with pytest.raises(ValueError, match="9221 bytes, where 3 records have 9222"):
        module.parse_binary(content[:-1], 3)


@pytest.mark.parametrize(("split", "count"), [("train", 50_000), ("test", 10_000)])
def test_the_real_set(real_root: Callable[[str], Path], split: str, count: int) -> None:
    loaded = cifar100(split, real_root(f"cifar-100/{split}.npz"))
    assert loaded.images.shape == (count, 32, 32, 3)
    assert (np.bincount(loaded.labels) == count // 100).all()
    assert (loaded.classes[0], loaded.classes[-1]) == ("apple", "worm")
    assert list(loaded.classes) == sorted(loaded.classes)
