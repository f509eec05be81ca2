"""Pictures as every kind of tables takes them: checked, and with an axis for their colours."""

from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

Picture = npt.NDArray[np.uint8]
Padding = Literal["reflect", "edge"]


def colour_planes(image: Picture) -> Picture:
    """Return a picture, (H, W) or (H, W, 3), as (H, W, C).

    Raises:
        ValueError: If it is no array of uint8 with such a shape and at least one pixel.
    """
    if not isinstance(image, np.ndarray) or image.dtype != np.uint8:
        kind = image.dtype if isinstance(image, np.ndarray) else type(image).__name__
        raise ValueError(f"image must be a numpy array of uint8, got {kind}")
    grey, colour = image.ndim == 2, image.ndim == 3 and image.shape[2] == 3
    if not (grey or colour) or image.size == 0:
        raise ValueError(
            f"image must be (H, W) or (H, W, 3) with at least one pixel, got {image.shape}"
        )
    return image[..., None] if grey else image


def check_choice(name: str, value: object, choices: object) -> None:
    """Refuse what is not one of a Literal's values.

    Raises:
        ValueError: Naming the argument, its value and what is allowed.
    """
    allowed = get_args(choices)
    if value not in allowed:
        raise ValueError(f"{name} must be one of {', '.join(allowed)}, got {value!r}")


def possible_padding(planes: Picture, padding: Padding, reach: int) -> Padding:
    """Return the padding, or "edge" where a picture (H, W, C) is too small to be reflected so far.

    Raises:
        ValueError: If there is no such padding.
    """
    check_choice("padding", padding, Padding)
    return "edge" if min(planes.shape[:2]) <= reach else padding
