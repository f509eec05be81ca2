"""What a patch of a small picture is known by: the slopes and bends of its bicubic enlargement.

A grey level says little about missing detail, since the same edge may lie in light or in shadow;
differences are the same in both. The differences span low-resolution pixels: the enlargement has
nothing finer to tell.
"""

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from data_utils.resize import weight_matrix

Float = npt.NDArray[np.float64]
SCALES = (2, 3, 4)
WINDOW = 3  # low-resolution pixels across a patch
MAPS = 4  # of differences
FLAT = 1e-6  # norm of features up to which a patch is flat: rounding in float64 stays below


def check_scale(scale: object) -> None:
    """Refuse what is not one of `SCALES`.

    Raises:
        ValueError: Naming the value and what is allowed.
    """
    if isinstance(scale, bool) or scale not in SCALES:
        raise ValueError(f"scale must be 2, 3 or 4, got {scale!r}")


def enlarge_plain(y: npt.NDArray[np.floating], scale: int) -> Float:
    """Enlarge a map by MATLAB's bicubic interpolation, without rounding.

    Args:
        y: (H, W), any unit.
        scale: r = 2, 3 or 4.

    Returns:
        float64 (r H, r W).

    Raises:
        ValueError: If it is no such map, or holds NaN, or there is no such scale.
    """
    check_scale(scale)
    _check_map("y", y)
    down, across = (csr_array(weight_matrix(length, scale)) for length in y.shape)
    enlarged = across @ (down @ np.asarray(y, np.float64)).T  # (r W, r H)
    return np.ascontiguousarray(enlarged.T)


def gradient_features(mid: npt.NDArray[np.floating], scale: int) -> npt.NDArray[np.float32]:
    """Take first and second differences of an enlarged map, along columns and along rows.

    With r = scale, the first is f(x + ceil(r / 2)) - f(x - floor(r / 2)), over one low-resolution
    pixel, and the second (f(x - r) - 2 f(x) + f(x + r)) / 2. Beyond its edges the map continues as
    in a mirror, as it does for bicubic interpolation.

    Args:
        mid: (H, W), as `enlarge_plain` gives it.
        scale: r = 2, 3 or 4.

    Returns:
        float32 (4, H, W): across (f varies with the column) and down, first differences; then
        both second differences.

    Raises:
        ValueError: If it is no such map, or there is no such scale.

    Source: Zeyde et al. 2010, "On Single Image Scale-Up Using Sparse-Representations"; the length
    of the filters after the public code of Timofte et al. 2013.
    """
    check_scale(scale)
    _check_map("mid", mid)
    high, wide = mid.shape
    edged = np.pad(np.asarray(mid, np.float64), scale, mode="symmetric")
    ahead, back = (scale + 1) // 2, scale // 2

    def moved(down: int, across: int) -> Float:
        """Return f(row + down, column + across)."""
        top, left = scale + down, scale + across
        return edged[top : top + high, left : left + wide]

    return np.stack([
        moved(0, ahead) - moved(0, -back),
        moved(ahead, 0) - moved(-back, 0),
        (moved(0, scale) + moved(0, -scale)) / 2 - moved(0, 0),
        (moved(scale, 0) + moved(-scale, 0)) / 2 - moved(0, 0),
    ]).astype(np.float32)  # fmt: skip


def _check_map(name: str, values: object) -> None:
    if not isinstance(values, np.ndarray) or not np.issubdtype(values.dtype, np.floating):
        kind = values.dtype if isinstance(values, np.ndarray) else type(values).__name__
        raise ValueError(f"{name} must be a numpy array of floats, got {kind}")
    if values.ndim != 2 or values.size == 0:
        raise ValueError(f"{name} must be (H, W) and not empty, got {values.shape}")
    if not np.isfinite(values).all():
        raise ValueError(f"{name} holds NaN or infinite values; every pixel must be finite")
