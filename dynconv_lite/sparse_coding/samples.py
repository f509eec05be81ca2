"""Patches to learn from: the features of small pictures, and the detail that each one lacks."""

from collections.abc import Callable, Iterable, Iterator, Sized
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.decomposition import PCA

from data_utils.types import SRPair
from dynconv_lite.metrics import luma
from dynconv_lite.sparse_coding.features import (
    FLAT,
    MAPS,
    WINDOW,
    check_scale,
    enlarge_plain,
    gradient_features,
)
from dynconv_lite.sparse_coding.patches import windows
from dynconv_lite.validation import check_count

Float32 = npt.NDArray[np.float32]
Report = Callable[[float, str], object]
FAINT = 0.1  # norm of features below which a patch is nearly flat: 8-bit rounding alone gives 0.03
ENERGY = 0.999  # kept of the features
PCA_PATCHES = 40_000  # to find the directions: 90 MB of features at x4


@dataclass(frozen=True, eq=False)
class Samples:
    """Pairs of what is known of a patch and what is missing in it.

    Attributes:
        low: float32 (n, d): features, projected.
        high: float32 (n, p): true luma less bicubic luma, in 0..1, p = (3 scale)**2.
        components: float32 (d, 4 p): orthonormal rows; a feature is projected by
            `components @ feature`. No mean is taken off, so that a flat patch is at the origin.
        scale: r.
    """

    low: Float32
    high: Float32
    components: Float32
    scale: int

    def __post_init__(self) -> None:
        check_scale(self.scale)
        pixels = (WINDOW * self.scale) ** 2
        count, kept = self.low.shape if self.low.ndim == 2 else (0, 0)
        fits = self.high.shape == (count, pixels) and self.components.shape == (kept, MAPS * pixels)
        if not fits or not count:
            raise ValueError(
                f"low, high and components must be (n, d), (n, {pixels}) and "
                f"(d, {MAPS * pixels}) with n >= 1, got {self.low.shape}, {self.high.shape} and "
                f"{self.components.shape}"
            )

    def __len__(self) -> int:
        return len(self.low)


def collect_samples(
    pairs: Iterable[SRPair],
    scale: int = 4,
    count: int = 200_000,
    seed: int = 0,
    report: Report | None = None,
) -> Samples:
    """Cut random patches out of pictures, equally many from each.

    Windows are 3 low-resolution pixels wide and begin at every one of them. The directions that
    hold 99.9 % of the features' energy are found on some of the patches first; then features are
    projected picture by picture, so that the long ones are never in memory together.

    Args:
        pairs: Pictures in low and in high resolution. They are gone through twice: an iterator is
            read into a list.
        scale: r = 2, 3 or 4.
        count: Patches in all. A picture with fewer windows than its share gives all of them.
        seed: Of the one generator that chooses.
        report: Called after every picture with the share that is done and a few words.

    Returns:
        The samples, in the order of the pictures.

    Raises:
        ValueError: If there are no pictures, a pair does not fit the scale, a picture is smaller
            than a window, or another argument is not one of those.
    """
    check_scale(scale)
    check_count("count", count)
    check_count("seed", seed, 0)
    known = pairs if isinstance(pairs, Sized) else list(pairs)
    pictures = len(known)
    if not pictures:
        raise ValueError("pairs must hold at least one picture, got none")
    if count < pictures:
        raise ValueError(f"count must be at least one patch a picture, {pictures}, got {count}")
    generator = np.random.default_rng(seed)

    features = []
    shares = _shares(min(count, PCA_PATCHES), pictures)
    for index, (pair, share) in enumerate(zip(known, shares, strict=True), 1):
        features.append(_choose(pair, scale, share, generator)[0])
        _tell(report, 0.5 * index / pictures, "directions of the features")
    components = _directions(np.concatenate(features))
    del features

    low = np.empty((count, len(components)), np.float32)
    high = np.empty((count, (WINDOW * scale) ** 2), np.float32)
    filled = 0
    for index, (pair, share) in enumerate(zip(known, _shares(count, pictures), strict=True), 1):
        feature, detail = _choose(pair, scale, share, generator)
        part = slice(filled, filled + len(detail))
        low[part], high[part] = feature @ components.T, detail
        filled += len(detail)
        _tell(report, 0.5 + 0.5 * index / pictures, "patches")
    return Samples(low[:filled], high[:filled], components, scale)


def _choose(
    pair: SRPair, scale: int, count: int, generator: np.random.Generator
) -> tuple[Float32, Float32]:
    """Return features (count, 4 p) and details (count, p) of random windows of one picture."""
    expected = tuple(scale * length for length in pair.lr.shape[:2])
    if pair.hr.shape[:2] != expected:
        raise ValueError(
            f"pairs: {pair.name} must be {scale} times as large in high resolution, {expected}, "
            f"got {pair.hr.shape[:2]}"
        )
    if min(pair.lr.shape[:2]) < WINDOW:
        raise ValueError(
            f"pairs: {pair.name} must have at least {WINDOW} rows and columns in low resolution, "
            f"got {pair.lr.shape[:2]}"
        )
    mid = enlarge_plain(luma(pair.lr) / 255, scale)
    detail = (luma(pair.hr) / 255 - mid).astype(np.float32)
    side = WINDOW * scale
    seen = windows(gradient_features(mid, scale), side, scale)  # (4, rows, columns, side, side)
    missing = windows(detail[None], side, scale)
    rows, columns = seen.shape[1:3]
    chosen = generator.choice(rows * columns, min(count, rows * columns), replace=False)
    row, column = np.divmod(chosen, columns)
    features = seen[:, row, column].transpose(1, 0, 2, 3).reshape(len(chosen), -1)
    return features, missing[0, row, column].reshape(len(chosen), -1)


def _directions(features: Float32) -> Float32:
    """Return orthonormal directions (d, D) that hold nearly all energy about the origin."""
    if np.abs(features).max() <= FLAT:
        raise ValueError("pairs must hold a picture that is not flat, got flat ones alone")
    # the negative of a picture counts as the picture does, and so the mean is 0
    both = np.concatenate([features, -features])
    fitted = PCA(ENERGY, svd_solver="covariance_eigh").fit(both)
    return np.asarray(fitted.components_, np.float32)


def _shares(count: int, pictures: int) -> Iterator[int]:
    """Divide a count as evenly as whole numbers allow."""
    return (count * (i + 1) // pictures - count * i // pictures for i in range(pictures))


def _tell(report: Report | None, share: float, words: str) -> None:
    if report is not None:
        report(share, words)
