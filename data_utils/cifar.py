"""CIFAR-100: 60,000 photographs of 32 x 32 pixels in 100 classes (Krizhevsky, 2009)."""

from __future__ import annotations

import os
import tarfile
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from .download import fetch
from .root import DataError, data_root, reported, staged
from .types import ImageSet, check_images, check_labels

URL = "https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz"
DIGEST = "md5:03b5dce01913d631647c71ecec9e9cb8"
LICENCE = "no licence stated; research use, cite Krizhevsky 2009"
SPLITS = {"train": 50_000, "test": 10_000}
CLASSES = 100
SIDE = 32
RECORD = 2 + 3 * SIDE * SIDE  # bytes: coarse label, fine label, then red, green and blue planes

# What a damaged or foreign .npz makes numpy raise; ValueError covers a pickle inside, too.
UNREADABLE = (ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error)


def cifar100(split: str, root: str | os.PathLike[str] | None = None) -> ImageSet:
    """Load CIFAR-100 from the data root, downloading it once (169 MB) where it is missing.

    Args:
        split: "train" (50,000 pictures) or "test" (10,000).
        root: the data root; see `data_root`. The set lies in its cifar-100/{train,test}.npz.

    Returns:
        The pictures (N, 32, 32, 3) with their 100 fine classes.

    Raises:
        ValueError: if the split is neither.
        DataError: if a file is damaged, or it is missing and cannot be downloaded.
    """
    if split not in SPLITS:
        raise ValueError(f"split = {split!r}: it must be 'train' or 'test'")
    top = data_root(root)
    path = top / "cifar-100" / f"{split}.npz"
    remedy = (
        f"set DYNCONV_DATA to a folder that has cifar-100/{split}.npz, "
        "or connect to the network and run again"
    )
    with reported(path, remedy):
        present = path.exists()
    if not present:
        _download(top, remedy)
    return _load(path, split)


def _load(path: Path, split: str) -> ImageSet:
    remedy = f"delete {path} and run again"
    try:
        # numpy closes a file that it opened itself only if all goes well.
        with (
            reported(path, remedy),
            path.open("rb") as raw,
            np.load(raw, allow_pickle=False) as file,
        ):
            images, labels, classes = file["images"], file["labels"], file["classes"]
        check_images(images, split)
        if len(images) == 0 or images.shape[1:3] != (SIDE, SIDE):
            raise ValueError(f"its pictures are {images.shape}, and not (N, {SIDE}, {SIDE}, 3)")
        if classes.shape != (CLASSES,) or classes.dtype.kind != "U":
            raise ValueError(
                f"its classes are {classes.dtype} {classes.shape}, not {CLASSES} names"
            )
        check_labels(labels, len(images), CLASSES, split)
    except (*UNREADABLE, AttributeError, TypeError) as error:  # a bare .npy has no fields
        raise DataError(path, f"the file is damaged or not CIFAR-100 ({error})", remedy) from error
    names = tuple(str(name) for name in classes)
    return ImageSet(images, labels, names, f"CIFAR-100 {split}", synthetic=False, licence=LICENCE)


def _download(top: Path, remedy: str) -> None:
    archive = fetch(URL, DIGEST, top / "downloads" / "cifar-100-binary.tar.gz", remedy)
    try:
        with reported(archive, remedy), tarfile.open(archive) as ball:
            classes = np.array(_member(ball, "fine_label_names.txt").decode().split())
            for split, count in SPLITS.items():
                target = top / "cifar-100" / f"{split}.npz"
                if not target.exists():
                    images, labels = parse_binary(_member(ball, f"{split}.bin"), count)
                    _save(target, remedy, images=images, labels=labels, classes=classes)
    except (tarfile.TarError, KeyError, ValueError, EOFError, zlib.error) as error:
        reason = f"the archive is not CIFAR-100's binary version ({error})"
        raise DataError(archive, reason, f"delete {archive} and run again") from error
    archive.unlink(missing_ok=True)


def _save(target: Path, remedy: str, **arrays: npt.NDArray[Any]) -> None:
    with reported(target, remedy), staged(target) as partial, partial.open("wb") as file:
        np.savez(file, **arrays)  # type: ignore[arg-type]


def _member(ball: tarfile.TarFile, name: str) -> bytes:
    file = ball.extractfile(f"cifar-100-binary/{name}")
    if file is None:
        raise KeyError(name)
    return file.read()


def parse_binary(content: bytes, count: int) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    """Read the binary version's records; unlike the Python version it holds no pickle.

    Args:
        content: records of 3074 bytes: coarse label, fine label, red, green and blue plane.
        count: how many there must be.

    Returns:
        Pictures uint8 (count, 32, 32, 3) and fine labels int64 (count,).

    Raises:
        ValueError: if the length is not that of `count` records.
    """
    if len(content) != count * RECORD:
        raise ValueError(f"{len(content)} bytes, where {count} records have {count * RECORD}")
    records = np.frombuffer(content, np.uint8).reshape(count, RECORD)
    planes = records[:, 2:].reshape(count, 3, SIDE, SIDE)
    return np.ascontiguousarray(planes.transpose(0, 2, 3, 1)), records[:, 1].astype(np.int64)
