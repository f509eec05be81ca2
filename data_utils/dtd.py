"""DTD, the Describable Textures Dataset (Cimpoi et al., CVPR 2014), and a part of it, DTD-10."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from .archive import extract
from .download import fetch
from .root import DataError, data_root, reported
from .types import Images, ImageSet

URL = "https://www.robots.ox.ac.uk/~vgg/data/dtd/download/dtd-r1.0.1.tar.gz"
DIGEST = "md5:fff73e5086ae6bdbea199a49dfb8a4c1"
LICENCE = "DTD: for research purposes"
SPLITS = ("train", "val", "test")
PER_SPLIT = 40  # pictures of each class in each split, in DTD and in DTD-10
REMEDY = (
    "set DYNCONV_DATA to a folder that has dtd10/<class>/*.jpg or torchvision's dtd/dtd, "
    "or connect to the network and run again"
)


def dtd(split: str, root: str | os.PathLike[str] | None = None, size: int = 64) -> ImageSet:
    """Load textures as square pictures: DTD if it is there, else DTD-10, else DTD downloaded.

    The largest centred square of each picture is scaled to `size`. At 64 pixels the pattern of
    most textures is still to be seen, and a small network trains in minutes.

    DTD has 47 classes and its own first partition into splits. DTD-10 has 10 of the classes, and
    of each class's files, sorted by name, the first 40 are "train", the next "val", the last
    "test". A figure on DTD-10 is not one on DTD; the set's name says which it is.

    Args:
        split: "train", "val" or "test"; 40 pictures of each class.
        root: the data root; see `data_root`.
        size: height and width of the pictures, in pixels.

    Returns:
        The pictures (N, size, size, 3) with their classes.

    Raises:
        ValueError: if the split or the size is not one of those allowed.
        DataError: if a file is damaged or missing, or DTD cannot be downloaded (625 MB).
    """
    if split not in SPLITS:
        raise ValueError(f"split = {split!r}: it must be one of {SPLITS}")
    if not 8 <= size <= 512:
        raise ValueError(f"size = {size}: it must lie in 8..512 pixels")
    top = data_root(root)
    with reported(top, REMEDY):
        full, small = (top / "dtd" / "dtd").is_dir(), (top / "dtd10").is_dir()
    if not full and small:
        return _dtd10(top / "dtd10", split, size)
    if not full:
        archive = fetch(URL, DIGEST, top / "downloads" / "dtd-r1.0.1.tar.gz", REMEDY)
        extract(archive, top / "dtd" / "dtd", "dtd", REMEDY)
    return _dtd(top / "dtd" / "dtd", split, size)


def _dtd(folder: Path, split: str, size: int) -> ImageSet:
    """Read DTD's first partition; its lists hold lines such as "banded/banded_0002.jpg"."""
    remedy = f"delete {folder} and run again"
    listed = folder / "labels" / f"{split}1.txt"
    with reported(listed, remedy):
        names = listed.read_text(encoding="utf-8").split()
    files = [folder / "images" / name for name in names]
    return _image_set(files, f"DTD {split}", folder, size, remedy)


def _dtd10(folder: Path, split: str, size: int) -> ImageSet:
    remedy = "lay the set out again, whole"
    expected = PER_SPLIT * len(SPLITS)
    first = PER_SPLIT * SPLITS.index(split)
    chosen: list[Path] = []
    for place in sorted(path for path in folder.iterdir() if path.is_dir()):
        files = sorted(place.glob("*.jpg"))
        if len(files) != expected:
            reason = f"it has {len(files)} pictures, and {expected} are needed to split it"
            raise DataError(place, reason, remedy)
        chosen += files[first : first + PER_SPLIT]
    return _image_set(chosen, f"DTD-10 {split}", folder, size, remedy)


def _image_set(files: list[Path], name: str, folder: Path, size: int, remedy: str) -> ImageSet:
    """Load pictures whose folders are their classes, in the order given."""
    if not files:
        raise DataError(folder, f"no picture of {name} is there", remedy)
    classes = sorted({path.parent.name for path in files})
    labels = np.array([classes.index(path.parent.name) for path in files], np.int64)
    images = np.stack([_square(path, size, remedy) for path in files])
    return ImageSet(images, labels, tuple(classes), name, synthetic=False, licence=LICENCE)


def _square(path: Path, size: int, remedy: str) -> Images:
    with reported(path, remedy), Image.open(path) as picture:
        fitted = ImageOps.fit(picture.convert("RGB"), (size, size), Image.Resampling.BICUBIC)
    return np.asarray(fitted)
