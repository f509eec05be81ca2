"""Real photographs that come inside scikit-image's and scikit-learn's wheels: no download.

Only files that lie in the installed packages are used; neither package is imported, and none of
scikit-image's loaders that would reach for the network is called.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image

from .root import DataError, reported
from .types import Images, ImageSet, Photo

CC0, PUBLIC, CC_BY = "CC0 1.0", "public domain", "CC BY 2.0"


class Source(NamedTuple):
    """Where a photograph lies, and what is due to those who made it."""

    package: str
    path: str
    licence: str
    attribution: str


SOURCES = {
    "astronaut": Source("skimage", "data/astronaut.png", PUBLIC, "NASA, Eileen Collins"),
    "brick": Source("skimage", "data/brick.png", CC0, "CC0Textures, Bricks25"),
    "camera": Source("skimage", "data/camera.png", CC0, "Lav Varshney"),
    "cell": Source(
        "skimage", "data/cell.png", CC0, "quantitative phase image of a cell, Paul Müller"
    ),
    "chelsea": Source("skimage", "data/chelsea.png", CC0, "Stéfan van der Walt"),
    "china": Source(
        "sklearn", "datasets/images/china.jpg", CC_BY, "danielbuechele on Flickr, photo 6061409035"
    ),
    "coffee": Source("skimage", "data/coffee.png", CC0, "Rachel Michetti, Pikolo Espresso Bar"),
    "flower": Source(
        "sklearn", "datasets/images/flower.jpg", CC_BY, "vultilion on Flickr, photo 6056698931"
    ),
    "grass": Source("skimage", "data/grass.png", CC0, "linolafett on DeviantArt, Grass 01"),
    "gravel": Source("skimage", "data/gravel.png", CC0, "CC0Textures, Gravel04"),
    "hubble_deep_field": Source(
        "skimage", "data/hubble_deep_field.jpg", PUBLIC, "NASA, HubbleSite"
    ),
    "retina": Source("skimage", "data/retina.jpg", CC0, "Mikael Häggström, Wikimedia Commons"),
    "rocket": Source("skimage", "data/rocket.jpg", PUBLIC, "SpaceX, launch of DSCOVR"),
}
TEST = ("astronaut", "camera", "chelsea", "china")
SPLITS = {
    "train": tuple(name for name in SOURCES if name not in TEST),
    "test": TEST,
    "all": tuple(SOURCES),
}
PATCHES = {"train": 100, "test": 40}  # of each photograph
STREAMS = ("train", "test")


def photo(name: str) -> Photo:
    """Load one photograph from the installed packages.

    Args:
        name: one of `SOURCES`, such as "chelsea".

    Returns:
        The photograph, in RGB.

    Raises:
        ValueError: if there is none of that name.
        DataError: if its file is not where the package should have it.
    """
    if name not in SOURCES:
        raise ValueError(f"name = {name!r}: it must be one of {', '.join(SOURCES)}")
    source = SOURCES[name]
    remedy = f"reinstall the package ({source.package}) and run again"
    spec = find_spec(source.package)
    if spec is None or spec.origin is None:
        raise DataError(source.path, f"the package {source.package} is not installed", remedy)
    path = Path(spec.origin).parent / source.path
    with reported(path, remedy), Image.open(path) as picture:
        image = np.array(picture.convert("RGB"))
    return Photo(name, image, source.licence, source.attribution)


def photos(split: str = "all") -> tuple[Photo, ...]:
    """Load the real photographs, or those of one split; no photograph is in both.

    Args:
        split: "train" (nine), "test" (four, of four different kinds) or "all".

    Returns:
        The photographs, in alphabetical order, each of its own size.

    Raises:
        ValueError: if the split is none of these.
        DataError: if a file is not where its package should have it.
    """
    if split not in SPLITS:
        raise ValueError(f"split = {split!r}: it must be 'train', 'test' or 'all'")
    return tuple(photo(name) for name in SPLITS[split])


def photo_patches(
    split: str, size: int = 32, per_photo: int | None = None, seed: int = 0
) -> ImageSet:
    """Cut patches of the photographs: a small real task, "which photograph is this from?".

    Each photograph is laid out in blocks of twice the patch's side. Every third block belongs to
    the test split, in diagonal stripes, the others to the training split, and a patch never leaves
    its block: no pixel is in both splits, and both see every part of the photograph.

    Args:
        split: "train" or "test".
        size: height and width of a patch, 8 to 48 pixels.
        per_photo: patches of each photograph; 100 for "train" and 40 for "test" if not given.
        seed: where the random stream starts, at least 0.

    Returns:
        The patches (13 * per_photo, size, size, 3) in random order, one class a photograph.

    Raises:
        ValueError: if an argument is not one of those allowed.
        DataError: if a photograph is not where its package should have it.
    """
    if split not in PATCHES:
        raise ValueError(f"split = {split!r}: it must be 'train' or 'test'")
    count = PATCHES[split] if per_photo is None else per_photo
    for name, value, low, high in (("size", size, 8, 48), ("per_photo", count, 1, 10_000)):
        if not low <= value <= high:
            raise ValueError(f"{name} = {value}: it must lie in {low}..{high}")
    if seed < 0:
        raise ValueError(f"seed = {seed}: it must be at least 0")

    rng = np.random.default_rng([seed, STREAMS.index(split)])
    patches: list[Images] = []
    for item in photos("all"):
        corners = patch_corners(item.image.shape[0], item.image.shape[1], split, size, count, rng)
        patches.extend(item.image[y : y + size, x : x + size] for y, x in corners)
    order = rng.permutation(len(patches))
    labels = np.repeat(np.arange(len(SOURCES), dtype=np.int64), count)
    name = f"photo patches {split}"
    licence = "CC0 1.0, public domain, CC BY 2.0 (china, flower); see LICENCES.md"
    return ImageSet(np.stack(patches)[order], labels[order], tuple(SOURCES), name, False, licence)


def patch_corners(
    height: int, width: int, split: str, size: int, count: int, rng: np.random.Generator
) -> npt.NDArray[np.int64]:
    """Choose where patches begin: the blocks of the split in turn, a random place in each.

    Args:
        height: the photograph's height, in pixels.
        width: the photograph's width, in pixels.
        split: "train" or "test".
        size: the patch's side, in pixels.
        count: how many patches.
        rng: the random stream.

    Returns:
        The top left corners (count, 2) as rows and columns.
    """
    block = 2 * size
    row, column = np.mgrid[: height // block, : width // block]
    test = (row + column) % 3 == 2
    mine = np.argwhere(test if split == "test" else ~test)
    chosen = rng.permutation(mine)[np.arange(count) % len(mine)]
    return chosen * block + rng.integers(0, block - size + 1, (count, 2))
