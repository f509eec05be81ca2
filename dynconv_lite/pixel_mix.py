"""Pixel-mix: a pixel is given its neighbours' features, so that a 1 x 1 convolution relates them.

Small super-resolution networks look at their neighbourhood once, in the first layer, and go on with
1 x 1 convolutions: from there on, no pixel learns anything about another. Pixel-mix shifts the map
of features and puts the shifted copies side by side as channels. A 1 x 1 convolution behind it sees
the features of several places at once, and which channel is which tells it where each came from.

Pixel-mix and a 1 x 1 convolution together are one convolution whose taps are the offsets; nothing
is computed by the shift itself.

Source: the talk's method 3, "pixel-level mix".
"""

from collections.abc import Sequence
from typing import Literal, get_args

import torch
import torch.nn.functional as F
from torch import Tensor, nn

Offsets = tuple[tuple[int, int], ...]
Padding = Literal["edge", "zeros", "reflect", "valid"]
PADDINGS: tuple[str, ...] = get_args(Padding)
SQUARE: Offsets = ((0, 0), (0, 1), (1, 0), (1, 1))


def pixel_mix(x: Tensor, offsets: Sequence[Sequence[int]], *, padding: Padding = "edge") -> Tensor:
    """Shift a map by every offset and concatenate the copies.

    Channel i * C + c of the result at (y, x) is channel c of the input at (y + dy_i, x + dx_i).

    Args:
        x: Tensor (B, C, H, W).
        offsets: (dy, dx) in pixels, n of them; positive looks down and right.
        padding: What stands outside the map: "edge" repeats its border, which keeps features
            within the range they had, as a table that is indexed by them needs; "zeros";
            "reflect" mirrors without repeating the border, and needs more pixels than an offset
            is long; "valid" invents nothing and keeps the places where every offset is inside.

    Returns:
        Tensor (B, C * n, H, W); with "valid" (B, C * n, H - dy span, W - dx span), where a span
        runs from the smallest offset or 0 to the largest or 0.

    Raises:
        ValueError: If x is no map, the offsets are no pairs of integers, or the padding does not
            fit.
    """
    if x.ndim != 4 or 0 in x.shape:
        raise ValueError(f"x must be a map (B, C, H, W) without empty axes, got {tuple(x.shape)}")
    pairs = check_offsets(offsets)
    check_padding(padding)
    (up, down), (left, right) = _span(pairs, 0), _span(pairs, 1)
    if padding != "valid":
        x = pad_map(x, (left, right, up, down), padding)
    high, wide = x.shape[2] - up - down, x.shape[3] - left - right
    if high < 1 or wide < 1:
        raise ValueError(
            f"x must have more than {up + down} x {left + right} pixels for the offsets "
            f'{pairs} with padding="valid", got {tuple(x.shape[2:])}'
        )
    copies = [x[:, :, up + dy :, left + dx :][:, :, :high, :wide] for dy, dx in pairs]
    return torch.cat(copies, dim=1)  # (B, C * n, H, W)


class PixelMix(nn.Module):
    """Concatenate shifted copies of a map, without any weight.

    Args:
        offsets: As of `pixel_mix`; the default is a pixel and its neighbours right, below and
            diagonally below.
        padding: As of `pixel_mix`.

    Shape:
        (B, C, H, W) -> (B, C * len(offsets), H, W)

    Raises:
        ValueError: If the offsets are no pairs of integers or the padding is unknown.
    """

    def __init__(
        self, offsets: Sequence[Sequence[int]] = SQUARE, *, padding: Padding = "edge"
    ) -> None:
        super().__init__()
        self.offsets = check_offsets(offsets)
        check_padding(padding)
        self.padding: Padding = padding

    def forward(self, x: Tensor) -> Tensor:
        """Mix x, (B, C, H, W)."""
        return pixel_mix(x, self.offsets, padding=self.padding)

    def extra_repr(self) -> str:
        """Show the settings in the printed module."""
        return f"{self.offsets}, padding={self.padding!r}"


def check_offsets(offsets: Sequence[Sequence[int]]) -> Offsets:
    """Return offsets as a tuple of pairs.

    Raises:
        ValueError: If there is none, or one is no pair of integers.
    """
    pairs = []
    for offset in offsets:
        pair = tuple(offset) if isinstance(offset, Sequence) else ()
        if len(pair) != 2 or any(isinstance(v, bool) or not isinstance(v, int) for v in pair):
            raise ValueError(f"offsets must be pairs of integers (dy, dx), got {offset!r}")
        pairs.append((pair[0], pair[1]))
    if not pairs:
        raise ValueError("offsets must hold at least one pair (dy, dx), got none")
    return tuple(pairs)


def check_padding(padding: str) -> None:
    """Refuse a padding that does not exist.

    Raises:
        ValueError: Naming what is allowed.
    """
    if padding not in PADDINGS:
        raise ValueError(f"padding must be one of {', '.join(PADDINGS)}, got {padding!r}")


def pad_map(x: Tensor, sides: tuple[int, int, int, int], padding: Padding) -> Tensor:
    """Pad a map (B, C, H, W) on its (left, right, up, down) sides by a named rule.

    Raises:
        ValueError: If a reflection is longer than the map has pixels beside its border.
    """
    if padding == "reflect":
        long, tall = max(sides[:2]), max(sides[2:])
        if tall >= x.shape[2] or long >= x.shape[3]:
            raise ValueError(
                f'x must have more than {tall} x {long} pixels for padding="reflect", '
                f"got {tuple(x.shape[2:])}"
            )
        return F.pad(x, sides, mode="reflect")
    return F.pad(x, sides, mode="replicate") if padding == "edge" else F.pad(x, sides)


def _span(pairs: Offsets, axis: int) -> tuple[int, int]:
    """Return how far offsets look before and after the pixel along an axis, both >= 0."""
    along = [pair[axis] for pair in pairs]
    return max(0, -min(along)), max(0, *along)
