"""Super-resolution by a dictionary: bicubic interpolation, and the detail that patches lack."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from dynconv_lite.lut.picture import Picture, colour_planes
from dynconv_lite.metrics import BLACK, WEIGHTS
from dynconv_lite.sparse_coding.features import FLAT, WINDOW, enlarge_plain, gradient_features
from dynconv_lite.sparse_coding.lle import weights_of_many
from dynconv_lite.sparse_coding.model import SparseModel
from dynconv_lite.sparse_coding.patches import coverage, cut_patches, sum_patches
from dynconv_lite.sparse_coding.pursuit import matching_pursuit

Float = npt.NDArray[np.float64]
Float32 = npt.NDArray[np.float32]
SWING = sum(WEIGHTS)  # of luma, from black to white: 219
BAND = 1 << 14  # patches at once: their features take 38 MB at x4
CHUNK = 2048  # patches at once whose neighbours are gathered


def super_resolve_sparse(image: Picture, model: SparseModel) -> Picture:
    """Enlarge a picture by a dictionary, which adds detail to luma alone.

    All three colours get the same addend, so that chroma stays that of bicubic interpolation.

    Args:
        image: uint8 (H, W) or (H, W, 3), RGB.
        model: Scale r.

    Returns:
        uint8 (r H, r W) or (r H, r W, 3).

    Raises:
        ValueError: If the picture's type or shape is not one of those.
    """
    planes = colour_planes(image)
    high, wide = (model.scale * length for length in planes.shape[:2])
    # a patch needs 3 rows and columns; what is added is a mirror image, as for bicubic
    missing = [(0, max(0, WINDOW - length)) for length in planes.shape[:2]]
    padded = np.pad(planes, [*missing, (0, 0)], mode="symmetric").astype(np.float64)
    mid = np.stack([enlarge_plain(plane, model.scale) for plane in padded.transpose(2, 0, 1)], 2)
    weights = np.array(WEIGHTS) / SWING if mid.shape[2] == 3 else np.ones(1)
    grey = mid @ weights  # 0..255
    luma = (BLACK + grey * (SWING / 255)) / 255
    addend = missing_detail(luma, model) * 255 * (255 / SWING)  # in grey levels of R, G and B
    enlarged = np.clip(mid + addend[:, :, None], 0, 255).round().astype(np.uint8)[:high, :wide]
    return np.ascontiguousarray(enlarged[..., 0] if image.ndim == 2 else enlarged)


def missing_detail(mid: Float, model: SparseModel) -> Float:
    """Predict what bicubic interpolation lacks, as the mean over all patches at a pixel.

    Args:
        mid: Luma in 0..1, enlarged, (r H, r W) with H and W at least 3.
        model: Scale r.

    Returns:
        float64 (r H, r W), in the unit of `mid`.
    """
    side, step = WINDOW * model.scale, model.scale
    features = gradient_features(mid, model.scale)  # (4, r H, r W)
    total = np.zeros(mid.shape)
    below, beside = (length // step - WINDOW + 1 for length in mid.shape)
    height = max(1, BAND // beside)
    for first in range(0, below, height):
        rows = min(height, below - first)
        band = slice(step * first, step * (first + rows - 1) + side)
        low = cut_patches(features[:, band], side, step) @ model.components.T  # (n, d)
        total[band] += sum_patches(details(low, model), total[band].shape, side, step)
    return total / np.outer(*(coverage(length, side, step) for length in mid.shape))


def details(low: Float32, model: SparseModel) -> Float32:
    """Predict the detail of patches by their projected features: (n, d) to float32 (n, p).

    A flat patch gets none, whatever the method.
    """
    found = np.zeros((len(low), model.answers.shape[1]), np.float32)
    uneven = np.flatnonzero(np.linalg.norm(low, axis=1) > FLAT)
    find = _FINDERS[model.method]
    if len(uneven):
        found[uneven] = find(low[uneven], model)
    return found


def _embedded(low: Float32, model: SparseModel) -> Float32:
    """Rebuild a patch from its nearest atoms, and its detail with the same weights from theirs."""
    found = np.empty((len(low), model.answers.shape[1]), np.float32)
    for start in range(0, len(low), CHUNK):
        x = low[start : start + CHUNK]
        likeness = np.abs(x @ model.atoms.T)
        near = np.argpartition(-likeness, model.used - 1, axis=1)[:, : model.used]  # (n, k)
        weights = weights_of_many(x, model.atoms[near]).astype(np.float32)
        found[start : start + CHUNK] = (weights[:, None] @ model.answers[near])[:, 0]
    return found


def _pursued(low: Float32, model: SparseModel) -> Float32:
    """Write a patch as a few atoms, and its detail as theirs."""
    indices, coefficients = matching_pursuit(low, model.atoms, model.used)
    found = np.zeros((len(low), model.answers.shape[1]), np.float32)
    for index, coefficient in zip(indices.T, coefficients.T.astype(np.float32), strict=True):
        found += coefficient[:, None] * model.answers[index]
    return found


def _anchored(low: Float32, model: SparseModel) -> Float32:
    """Multiply a patch by its anchor's matrix, all patches of an anchor at once."""
    anchor = np.abs(low @ model.atoms.T).argmax(1)
    order = np.argsort(anchor, kind="stable")
    first = np.searchsorted(anchor[order], np.arange(len(model.atoms) + 1))
    found = np.empty((len(low), model.answers.shape[1]), np.float32)
    for number in np.unique(anchor):
        members = order[first[number] : first[number + 1]]
        found[members] = low[members] @ model.answers[number].T
    return found


_FINDERS: dict[str, Callable[[Float32, SparseModel], Float32]] = {
    "ne_lle": _embedded,
    "zeyde": _pursued,
    "anr": _anchored,
    "aplus": _anchored,
}
