"""Pixel-mix that can still be tabulated: its features are bytes."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from dynconv_lite.lut.compander import CENTRE, compand
from dynconv_lite.lut.mixed import MIDDLE
from dynconv_lite.lut.patterns import Pattern, find_pattern
from dynconv_lite.lut.rotations import rotation_ensemble
from dynconv_lite.lut.rounding import to_bytes
from dynconv_lite.models.srlut_net import PointwiseStack, check_forward, check_scale
from dynconv_lite.pixel_mix import SQUARE, Padding, pixel_mix
from dynconv_lite.validation import check_count


class MixedNet(nn.Module):
    """Enlarge by pixel-mix of features that are rounded to bytes, so that tables can hold it.

    In each of four rotations, whose answers are averaged:

    1. The first network looks at the taps of a pattern: the pixel x00 itself and the differences
       of the others from it, companded by a logarithm. It gives `features` numbers per pixel, each
       rounded to a byte, f = round(128 + 127 tanh(.)); backwards, rounding is passed over.
    2. Pixel-mix: for each feature alone, its values at the offsets are the index of a further
       network, which gives the r x r pixels of an addend in grey levels.
    3. The enlarged pixels are x00 plus the addends of all features.

    Every network is a function of as many bytes as it has inputs, and so a table: D axes for a
    pattern of D taps, n for n offsets; `tabulate_mixed` makes them. With the default, the result
    depends on 5 x 5 pixels, and each rotation asks three tables per pixel.

    Args:
        scale: r = 2, 3 or 4.
        features: Bytes per pixel between the stages.
        width: Channels of every network.
        depth: 1 x 1 convolutions of every network between its first and its last.
        pattern: Taps of the first stage.
        offsets: Offsets of pixel-mix, none negative.

    Shape:
        (B, 1, H, W), x in 0..1 -> (B, 1, r H, r W), about 0..1, not clipped

    Raises:
        ValueError: If an argument is out of range.

    Source: the talk's method 3, made tabulable here.
    """

    def __init__(
        self,
        scale: int = 4,
        features: int = 2,
        width: int = 64,
        depth: int = 4,
        *,
        pattern: str | Pattern = "s",
        offsets: Sequence[Sequence[int]] = SQUARE,
    ) -> None:
        super().__init__()
        check_scale(scale)
        check_count("features", features)
        self.scale, self.features = scale, features
        self.pattern, self.offsets = find_pattern(pattern), check_forward(offsets)
        self.first = PointwiseStack(self.pattern.dims, features, width, depth)
        self.mixed = nn.ModuleList(
            PointwiseStack(len(self.offsets), scale**2, width, depth) for _ in range(features)
        )
        for stack in self.mixed:
            with torch.no_grad():  # starts near x00 alone
                stack.last.weight *= 0.1  # type: ignore[union-attr, operator]

    @property
    def reach(self) -> int:
        """How many pixels one rotation looks down and right; all four look so far to all sides."""
        return self.pattern.reach + max(max(offset) for offset in self.offsets)

    def index(self, x: Tensor) -> Tensor:
        """Gather the first stage's index.

        Args:
            x: (B, 1, H, W) in grey levels.

        Returns:
            x00 and the companded differences, 0..255: (B, D, H - reach of the pattern, W - it).
        """
        taps = pixel_mix(x, self.pattern.taps, padding="valid")
        high, wide = (size - self.pattern.reach for size in x.shape[2:])
        centre, others = taps[:, :1, :high, :wide], taps[:, 1:, :high, :wide]
        return torch.cat((centre, compand(others - centre)), 1)

    def first_answer(self, index: Tensor) -> Tensor:
        """Map an index (B, D, H, W) in 0..255 to features less 128, in -127..127, not rounded."""
        return 127 * torch.tanh(self.first((index - CENTRE) / CENTRE))

    def mixed_answer(self, feature: int, index: Tensor) -> Tensor:
        """Map one feature's values (B, n, H, W) at the offsets to an addend (B, r * r, H, W)."""
        return 255 * self.mixed[feature]((index - CENTRE) / CENTRE)

    def one_rotation(self, x: Tensor) -> Tensor:
        """Enlarge x, (B, 1, H, W) in 0..1, by pixels down and right: to r (H - reach), likewise."""
        grey = 255 * x
        bytes_ = to_bytes(MIDDLE + self.first_answer(self.index(grey)))  # (B, F, H', W')
        high, wide = (size - self.reach for size in x.shape[2:])
        mixed = pixel_mix(bytes_, self.offsets, padding="valid")[:, :, :high, :wide]
        mixed = mixed.unflatten(1, (len(self.offsets), self.features))  # (B, n, F, H'', W'')
        total = grey[:, :, :high, :wide]
        for feature in range(self.features):
            total = total + self.mixed_answer(feature, mixed[:, :, feature])
        return F.pixel_shuffle(total, self.scale) / 255

    def forward(self, x: Tensor, padding: Padding = "edge") -> Tensor:
        """Enlarge x, (B, 1, H, W), by the mean of four rotations; padding as of those."""
        if x.ndim != 4 or x.shape[1] != 1:
            raise ValueError(f"x must be (B, 1, H, W), got {tuple(x.shape)}")
        return rotation_ensemble(self.one_rotation, x, padding, reach=self.reach) / 4
