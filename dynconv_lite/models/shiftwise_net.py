"""A small network of shift-wise layers, along the axes or the diagonals, turned or not."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from dynconv_lite.large_kernel.replk import ConvFFN, conv_bn
from dynconv_lite.shiftwise import ShiftwiseConv2d
from dynconv_lite.validation import check_count

STRIDES = (1, 2, 4)


class ShiftwiseNet(nn.Module):
    """A stem of two convolutions, then blocks: shift-wise layer, pointwise, GELU, pointwise.

    In the order of the talk's figure:

    1. stem: 3 x 3, from the picture's channels to width / 2;
    2. channel expansion: 5 x 5, to width;
    3. shift and sum: a `ShiftwiseConv2d` along the directions given, with its own shortcut;
    4. rotation and sum, if asked for: each large kernel is added to itself turned by 90, 180 and
       270 degrees, which is the same as to turn the maps, apply the layer, turn back and add;
    5. pointwise convolution: a `ConvFFN` with its shortcut, out + bn(pw(gelu(bn(pw(bn(out)))))).

    Steps 3 to 5 make one block, of which there may be several; the talk's figure shows one. All
    maps behind the stem have one size and `width` channels. The talk's four networks are

    - SW: directions "horizontal" and "vertical";
    - RotSW: the same, rotate=True;
    - DiaSW: directions "diagonal" and "anti-diagonal";
    - DiaRotSW: direction "diagonal" alone, rotate=True, which makes the other one.

    The talk shows the pipeline of DiaRotSW alone. Here the other three have its stem too, so the
    four differ in the directions of the shifts and in whether kernels are turned, and in nothing
    else: they draw the same first weights, and their numbers of parameters differ by the
    normalisation of one direction alone.

    Args:
        num_classes: Outputs.
        width: Channels of the blocks, even.
        blocks: How many blocks.
        large_kernel: M, odd: what the pieces of a layer reach together, at least.
        small_kernel: n, odd: size of a piece.
        directions: As of `ShiftwiseConv2d`.
        rotate: As of `ShiftwiseConv2d`.
        expansion: Hidden channels between the pointwise convolutions, as a multiple of width.
        stem_stride: What the stem divides the picture's side by: 1, 2 (in the 5 x 5) or 4 (2 in
            each convolution).
        in_channels: Channels of the pictures.

    Shape:
        (B, in_channels, H, W) -> logits (B, num_classes); `features` gives
        (B, width, H / stem_stride, W / stem_stride)

    Raises:
        ValueError: If an argument is out of range.

    Source: the talk's "Method 2" for the pipeline; Li et al. 2025, arXiv 2401.12736, for the layer.
    """

    def __init__(
        self,
        num_classes: int = 100,
        width: int = 64,
        blocks: int = 4,
        large_kernel: int = 13,
        small_kernel: int = 3,
        *,
        directions: Sequence[str] = ("horizontal", "vertical"),
        rotate: bool = False,
        expansion: int = 4,
        stem_stride: int = 1,
        in_channels: int = 3,
    ) -> None:
        super().__init__()
        counts = {"num_classes": num_classes, "blocks": blocks, "in_channels": in_channels}
        for name, value in counts.items():
            check_count(name, value)
        check_count("width", width, 2)
        if width % 2:
            raise ValueError(f"width must be even, since the stem has half of it, got {width}")
        if stem_stride not in STRIDES:
            raise ValueError(f"stem_stride must be one of {STRIDES}, got {stem_stride!r}")
        first, second = max(1, stem_stride // 2), min(stem_stride, 2)
        self.stem = nn.Sequential(
            *conv_bn(in_channels, width // 2, 3, first),
            nn.GELU(),
            *conv_bn(width // 2, width, 5, second),
            nn.GELU(),
        )
        self.blocks = nn.Sequential()
        for index in range(blocks):
            shifted = ShiftwiseConv2d(
                width,
                large_kernel,
                small_kernel,
                directions=directions,
                rotate=rotate,
                seed=index,  # other shuffles, and other channels that pass, in every block
            )
            self.blocks.append(nn.Sequential(shifted, ConvFFN(width, expansion)))
        self.fc = nn.Linear(width, num_classes)

    def features(self, x: Tensor) -> Tensor:
        """Map images (B, in_channels, H, W) to the last feature map."""
        return self.blocks(self.stem(x))

    def forward(self, x: Tensor) -> Tensor:
        """Map images (B, in_channels, H, W) to logits (B, num_classes)."""
        pooled = torch.flatten(F.adaptive_avg_pool2d(self.features(x), 1), 1)  # (B, width)
        return self.fc(pooled)
