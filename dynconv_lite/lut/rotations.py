"""The rotation ensemble: a function that looks down and right sees all four sides in turn.

A table of few taps looks at pixels on one side of its own only. It is therefore used four times,
on the picture turned by 0, 90, 180 and 270 degrees; the four answers are turned back and added.
With taps inside an (n + 1) x (n + 1) square, the sum looks at (2 n + 1) x (2 n + 1) pixels.

Source: Jo & Kim 2021, "Practical Single-Image Super-Resolution Using Look-Up Table", CVPR.
"""

from collections.abc import Callable

import torch
from torch import Tensor

from dynconv_lite.pixel_mix import Padding, check_padding, pad_map
from dynconv_lite.validation import check_count


def rotation_ensemble(
    network: Callable[[Tensor], Tensor],
    x: Tensor,
    padding: Padding = "reflect",
    *,
    reach: int | None = None,
) -> Tensor:
    """Add what a network makes of a picture in its four rotations, each turned back.

    Args:
        network: Maps (B, 1, h + reach, w + reach) to (B, 1, r h, r w), looking down and right.
        x: Pictures (B, 1, H, W).
        padding: As of `pixel_mix`: SR-LUT mirrors ("reflect"), MuLUT repeats the border ("edge").
            "valid" takes the outer `reach` pixels of x itself on every side, as training on
            pieces of a picture does.
        reach: How many pixels the network looks down and right; None for `network.reach`.

    Returns:
        The sum of four, (B, 1, r H, r W); with "valid" (B, 1, r (H - 2 reach), r (W - 2 reach)).

    Raises:
        ValueError: If the padding is unknown, or x is too small for it.
    """
    check_padding(padding)
    border = network.reach if reach is None else reach  # type: ignore[attr-defined]
    check_count("reach", border, 0)
    if padding != "valid":
        x = pad_map(x, (border,) * 4, padding)
    if min(x.shape[2:]) <= 2 * border:
        raise ValueError(
            f'x must have more than {2 * border} rows and columns for padding="valid" and a '
            f"reach of {border}, got {tuple(x.shape[2:])}"
        )
    # seen from a turned picture, the borders on top and on the left are never looked at
    turned = [torch.rot90(x, turns, (2, 3))[:, :, border:, border:] for turns in range(4)]
    if x.shape[2] == x.shape[3]:  # one call with four times as many pictures is faster
        answers = network(torch.cat(turned)).chunk(4)
    else:
        answers = tuple(network(picture) for picture in turned)
    back = [torch.rot90(answer, -turns, (2, 3)) for turns, answer in enumerate(answers)]
    return back[0] + back[1] + back[2] + back[3]
