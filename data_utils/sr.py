"""Pictures for super-resolution: the usual test sets, and two sets to train on."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from PIL import Image

from .archive import extract
from .download import fetch
from .resize import matlab_bicubic
from .root import DataError, data_root, explain, reported
from .types import Images, SRPair

SELFEXSR = (
    "https://raw.githubusercontent.com/jbhuang0604/SelfExSR/8f6dd8c1d20cb7e8792a7177b4f6fd677633f598"
    "/data/{name}/image_SRF_4/{stem}_SRF_4_HR.png"
)
BSDS500 = (
    "https://raw.githubusercontent.com/BIDS/BSDS500/a04b7c6c3a9f0ace74bf205c72a43d32e1c72722"
    "/BSDS500/data/images/{path}"
)
DIV2K = "https://data.vision.ee.ethz.ch/cvl/DIV2K/DIV2K_train_HR.zip"
DIV2K_DIGEST = "sha256:9d0b9c463f6e35b6c62cc6a930ee2224f670b34c1df841a57670f9acf0f6c335"
CHECKSUMS = Path(__file__).with_name("sr_sha256.txt")
ENDINGS = {".png", ".jpg", ".jpeg", ".bmp"}
SCALES = (2, 3, 4)


@dataclass(frozen=True)
class Collection:
    """How many pictures a set has, the address of each, and its terms of use."""

    count: int
    url: str | None
    licence: str


COLLECTIONS = {
    "Set5": Collection(5, SELFEXSR, "no licence stated; cite Bevilacqua et al. 2012"),
    "Set14": Collection(14, SELFEXSR, "no licence stated; cite Zeyde et al. 2010"),
    "BSD100": Collection(100, SELFEXSR, "Berkeley: non-commercial research and education"),
    "Urban100": Collection(100, SELFEXSR, "no licence stated; cite Huang et al. 2015"),
    "Manga109": Collection(109, None, "academic use, on application; cite Matsui et al. 2017"),
    "BSDS400": Collection(400, BSDS500, "Berkeley: non-commercial research and education"),
    "DIV2K": Collection(800, DIV2K, "academic research; cite Agustsson and Timofte 2017"),
}


class SRPairs:
    """A set of picture pairs that reads each from disk when it is asked for.

    Attributes:
        name: the set's name.
        scale: how many times larger the high resolution is.
        licence: the terms of use, in a few words; see LICENCES.md.
        files: the high-resolution pictures' paths, by name.
    """

    def __init__(self, name: str, scale: int, folder: Path, files: tuple[Path, ...]) -> None:
        self.name, self.scale, self.files = name, scale, files
        self.licence = COLLECTIONS[name].licence
        self._low = folder / f"LR_bicubic_X{scale}"

    def __repr__(self) -> str:
        return f"SRPairs({self.name}, x{self.scale}, {len(self)} pictures)"

    def __len__(self) -> int:
        return len(self.files)

    def __iter__(self) -> Iterator[SRPair]:
        return (self[index] for index in range(len(self)))

    def __getitem__(self, index: int) -> SRPair:
        path, scale = self.files[index], self.scale
        hr = _read(path)
        height, width = (length // scale * scale for length in hr.shape[:2])
        if 0 in (height, width):
            raise DataError(path, f"the picture has less than {scale} pixels", "lay it out again")
        hr = np.ascontiguousarray(hr[:height, :width])
        if not self._low.is_dir():
            return SRPair(path.stem, matlab_bicubic(hr, Fraction(1, scale)), hr)
        low = _partner(self._low, path, scale)
        lr = _read(low)
        if lr.shape != (height // scale, width // scale, 3):
            have, need = lr.shape[:2], (height // scale, width // scale)
            reason = f"it has {have} rows and columns, and {path.name} needs {need}"
            raise DataError(low, reason, f"delete {self._low}; it is then made from HR")
        return SRPair(path.stem, lr, hr)


def sr_pairs(name: str, scale: int = 4, root: str | os.PathLike[str] | None = None) -> SRPairs:
    """Open a set of low- and high-resolution pictures in the data root, or download it first.

    High resolution lies in sr/<name>/HR. Low resolution is read from sr/<name>/LR_bicubic_X<scale>
    where that folder exists, and otherwise made by `matlab_bicubic` from the high resolution cut
    to a multiple of the scale. Grey pictures become RGB before that.

    Train on BSDS400 or DIV2K, test on the others. BSDS400 is BSDS500's "train" and "test": its
    "val" is the test set BSD100, so never train on that. The test sets as downloaded are cut for
    x4; at x2 and x3 figures may differ slightly from published ones.

    Args:
        name: Set5, Set14, BSD100, Urban100, Manga109, BSDS400 or DIV2K (its 800 training pictures).
        scale: 2, 3 or 4.
        root: the data root; see `data_root`.

    Returns:
        A sequence of `SRPair`, read one at a time.

    Raises:
        ValueError: if the name or the scale is not one of those allowed.
        DataError: if pictures are missing or damaged and cannot be downloaded.
    """
    if name not in COLLECTIONS:
        raise ValueError(f"name = {name!r}: it must be one of {', '.join(COLLECTIONS)}")
    if scale not in SCALES:
        raise ValueError(f"scale = {scale!r}: it must be 2, 3 or 4")
    top = data_root(root)
    folder = top / "sr" / name
    with reported(folder, _remedy(name)):
        if not (folder / "HR").exists():
            _download(name, top)
        files = tuple(sorted(p for p in (folder / "HR").iterdir() if p.suffix.lower() in ENDINGS))
    expected = COLLECTIONS[name].count
    if len(files) != expected:
        reason = f"{name} has {expected} pictures, and {len(files)} are here"
        raise DataError(folder / "HR", reason, f"delete this folder, then {_remedy(name)}")
    return SRPairs(name, scale, folder, files)


def _remedy(name: str) -> str:
    place = f"set DYNCONV_DATA to a folder that has sr/{name}/HR"
    if COLLECTIONS[name].url is None:
        return f"ask for the pictures at http://www.manga109.org, put them in a folder, and {place}"
    return f"{place}, or connect to the network and run again"


def _download(name: str, top: Path) -> None:
    target, url, remedy = top / "sr" / name / "HR", COLLECTIONS[name].url, _remedy(name)
    downloads = top / "downloads"
    if url is None:
        raise DataError(target, f"{name} is given out on application only", remedy)
    if name == "DIV2K":
        archive = fetch(url, DIV2K_DIGEST, downloads / "DIV2K_train_HR.zip", remedy)
        extract(archive, target, "DIV2K_train_HR", remedy)
        return

    from tqdm import tqdm

    # Each picture is whole once it has its name, so a broken download goes on where it was.
    folder = downloads / name
    for path, digest in tqdm(checksums(name).items(), desc=name, unit="picture", leave=False):
        file = Path(path)
        address = url.format(name=name, path=path, stem=file.stem)
        fetch(address, f"sha256:{digest}", folder / file.name, remedy, progress=False)
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.replace(folder, target)
    except OSError:
        if not target.is_dir():  # or else another process was faster
            raise


def checksums(name: str) -> dict[str, str]:
    """List a set's pictures, as paths at their source, and the SHA-256 of each."""
    listed: dict[str, str] = {}
    for line in CHECKSUMS.read_text(encoding="ascii").splitlines():
        digest, _, path = line.partition(f" {name}/")
        if path and not line.startswith("#"):
            listed[path] = digest
    return listed


def _partner(folder: Path, path: Path, scale: int) -> Path:
    """Find the low-resolution file of a picture; DIV2K calls its 0001.png 0001x4.png."""
    for name in (path.name, f"{path.stem}x{scale}{path.suffix}"):
        if (folder / name).is_file():
            return folder / name
    remedy = f"delete {folder}; it is then made from HR"
    raise DataError(folder / path.name, "the low-resolution picture is missing", remedy)


def _read(path: Path) -> Images:
    remedy = "replace it by a whole copy, or delete the folder and run again"
    try:
        with Image.open(path) as picture:
            return np.array(picture.convert("RGB"))
    except (OSError, SyntaxError, ValueError) as error:  # what Pillow raises for damaged files
        reason = explain(error) if isinstance(error, OSError) else str(error)
        raise DataError(path, f"the picture cannot be read: {reason}", remedy) from error
