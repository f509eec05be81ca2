"""How near two pictures are, as papers on super-resolution measure it: on luma, borders cut off.

Luma is the Y of ITU-R BT.601 in studio swing, 16 to 235, as MATLAB's `rgb2ycbcr` has it. Papers
differ in whether they round it to 8 bits first, which moves PSNR by some 0.01 dB; here it is not
rounded unless asked for.
"""

import numpy as np
import numpy.typing as npt
import torch

from dynconv_lite.validation import check_count

WEIGHTS = (65.481, 128.553, 24.966)  # of R, G and B, each 0..1
BLACK = 16.0
WINDOW = 11  # pixels of the Gaussian window, which ends at 3.5 standard deviations
SIGMA = 1.5
Picture = npt.NDArray[np.uint8]


def luma(image: Picture, *, rounded: bool = False) -> npt.NDArray[np.float64]:
    """Return the brightness of a picture: Y = 16 + (65.481 R + 128.553 G + 24.966 B) / 255.

    Args:
        image: uint8 (H, W, 3), RGB; a grey picture (H, W) has three equal colours.
        rounded: Round to whole numbers, halves up, as `rgb2ycbcr` does for 8-bit pictures.

    Returns:
        float64 (H, W), 16 to 235.

    Raises:
        ValueError: If the picture's shape or type is another one.

    Source: Recommendation ITU-R BT.601-7, section 2.5, for values of 0 to 255.
    """
    _check_picture("image", image)
    weights = np.array(WEIGHTS) / 255
    level = image @ weights if image.ndim == 3 else image * weights.sum()
    return np.floor(BLACK + level + 0.5) if rounded else BLACK + level


def psnr_y(a: Picture, b: Picture, shave: int = 4, *, rounded: bool = False) -> float:
    """Return the peak signal-to-noise ratio of two pictures on luma.

    Args:
        a: uint8 (H, W, 3) or (H, W).
        b: Of the same shape.
        shave: Pixels cut off at every border, usually the scale.
        rounded: Round luma first.

    Returns:
        10 log10(255**2 / mean squared difference) in dB; inf for equal pictures.

    Raises:
        ValueError: If the pictures do not fit to each other, or nothing is left of them.
    """
    from torchmetrics.functional.image import peak_signal_noise_ratio

    found = peak_signal_noise_ratio(*_pair(a, b, shave, rounded, least=1), data_range=255.0)
    return float(found)


def ssim_y(a: Picture, b: Picture, shave: int = 4, *, rounded: bool = False) -> float:
    """Return the structural similarity of two pictures on luma, for whole windows only.

    Args:
        a: uint8 (H, W, 3) or (H, W).
        b: Of the same shape.
        shave: Pixels cut off at every border, usually the scale.
        rounded: Round luma first.

    Returns:
        The mean over all 11 x 11 Gaussian windows (sigma 1.5) that lie within the picture, at most
        1; constants 0.01 and 0.03.

    Raises:
        ValueError: If the pictures do not fit to each other, or fewer than 11 rows or columns are
            left.

    Source: Wang et al. 2004, "Image quality assessment: from error visibility to structural
    similarity", IEEE TIP 13(4).
    """
    from torchmetrics.functional.image import structural_similarity_index_measure

    pair = _pair(a, b, shave, rounded, least=WINDOW)
    found = structural_similarity_index_measure(
        *pair,
        sigma=SIGMA,
        kernel_size=WINDOW,
        data_range=255.0,
        k1=0.01,
        k2=0.03,
        return_full_image=True,
    )
    # torchmetrics mirrors the border for windows that cross it; those are left out here
    edge = WINDOW // 2
    return float(found[1][..., edge:-edge, edge:-edge].mean())


def _pair(
    a: Picture, b: Picture, shave: int, rounded: bool, least: int
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return luma within the borders, each float64 (1, 1, h, w)."""
    check_count("shave", shave, 0)
    _check_picture("a", a)
    _check_picture("b", b)
    if a.shape != b.shape:
        raise ValueError(f"a and b must have the same shape, got {a.shape} and {b.shape}")
    high, wide = a.shape[0] - 2 * shave, a.shape[1] - 2 * shave
    if min(high, wide) < least:
        raise ValueError(
            f"a and b must keep at least {least} rows and columns within borders of {shave}, "
            f"got {a.shape}"
        )
    inner = (slice(shave, shave + high), slice(shave, shave + wide))
    first, second = (torch.from_numpy(luma(x[inner], rounded=rounded))[None, None] for x in (a, b))
    return first, second


def _check_picture(name: str, image: Picture) -> None:
    if not isinstance(image, np.ndarray) or image.dtype != np.uint8:
        kind = image.dtype if isinstance(image, np.ndarray) else type(image).__name__
        raise ValueError(f"{name} must be a numpy array of uint8, got {kind}")
    if not (image.ndim == 2 or (image.ndim == 3 and image.shape[2] == 3)) or image.size == 0:
        raise ValueError(f"{name} must be (H, W) or (H, W, 3) and not empty, got {image.shape}")
