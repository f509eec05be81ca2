"""The network behind one lookup table: a few taps, then 1 x 1 convolutions only."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from dynconv_lite.lut.patterns import Pattern, find_pattern
from dynconv_lite.pixel_mix import check_offsets, pixel_mix
from dynconv_lite.validation import check_count

SCALES = (1, 2, 3, 4)


class PointwiseStack(nn.Module):
    """1 x 1 convolutions with ReLU between them, plain or densely connected.

    Args:
        inputs: Channels that come in.
        outputs: Channels that go out, without an activation.
        width: Channels in between.
        depth: Convolutions between the first and the last.
        dense: Give every convolution the outputs of all before it (not the inputs themselves).
        copies: How many shifted copies of the first layer's features come before the rest.

    Shape:
        (B, inputs, H, W) -> (B, outputs, H, W)
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        width: int = 64,
        depth: int = 4,
        *,
        dense: bool = False,
        copies: int = 1,
    ) -> None:
        super().__init__()
        check_count("width", width)
        check_count("depth", depth, 0)
        self.dense = dense
        self.first = nn.Conv2d(inputs, width, 1)
        self.hidden = nn.ModuleList()
        channels = copies * width
        for _ in range(depth):
            self.hidden.append(nn.Conv2d(channels, width, 1))
            channels = channels + width if dense else width
        self.last = nn.Conv2d(channels, outputs, 1)
        for layer in (self.first, *self.hidden, self.last):
            # both public codes draw their weights like this
            nn.init.kaiming_normal_(layer.weight)
            nn.init.zeros_(layer.bias)

    def features(self, x: Tensor) -> Tensor:
        """Apply the first layer: (B, inputs, H, W) -> (B, width, H, W)."""
        # channels last: a 1 x 1 convolution is then a product of matrices, without rearrangement
        return F.relu(self.first(x.contiguous(memory_format=torch.channels_last)))

    def rest(self, x: Tensor) -> Tensor:
        """Apply the other layers: (B, copies * width, H, W) -> (B, outputs, H, W)."""
        for layer in self.hidden:
            answer = F.relu(layer(x))
            x = torch.cat((x, answer), 1) if self.dense else answer
        return self.last(x)

    def forward(self, x: Tensor) -> Tensor:
        """Map (B, inputs, H, W) to (B, outputs, H, W)."""
        return self.rest(self.features(x))


class SrLutNet(nn.Module):
    """Enlarge from the taps of one pattern: what one lookup table can hold, as a network.

    The taps are gathered by `pixel_mix` of the picture itself, so the first 1 x 1 convolution is a
    convolution with the pattern's taps: for "s", an ordinary 2 x 2 one. All further layers are
    1 x 1. Outputs are bounded to -1..1, which a table stores as round(127 f): SR-LUT clips,
    MuLUT takes the hyperbolic tangent.

    The network sees one rotation; `rotation_ensemble` adds four. One pattern alone makes the
    picture 127 / 255 times that sum.

    With `mix`, the first layer's features are shifted and concatenated before the 1 x 1 stack:
    the float-only upper bound, since the features have no table's 8 bits.

    Args:
        pattern: A name in `PATTERNS`, or a pattern of D taps.
        scale: r = 1, 2, 3 or 4; 1 for a stage of a cascade that is not the last.
        width: Channels.
        depth: 1 x 1 convolutions between the first layer and the last.
        dense: As MuLUT: dense connections, and tanh at the end.
        mix: Offsets of pixel-mix behind the first layer, none negative; None for none.

    Shape:
        (B, 1, H, W), x in 0..1 -> (B, 1, r (H - reach), r (W - reach)) in -1..1: only pixels
        whose taps are all inside are enlarged.

    Raises:
        ValueError: If an argument is out of range.

    Source: Jo & Kim 2021, CVPR; dense: Li et al. 2022, "MuLUT", ECCV; mix: the
    talk's method 3.
    """

    def __init__(
        self,
        pattern: str | Pattern = "s",
        scale: int = 4,
        width: int = 64,
        depth: int = 4,
        *,
        dense: bool = False,
        mix: Sequence[Sequence[int]] | None = None,
    ) -> None:
        super().__init__()
        self.pattern = find_pattern(pattern)
        check_scale(scale, SCALES)
        self.scale, self.dense = scale, dense
        self.mix = None if mix is None else check_forward(mix)
        copies = 1 if self.mix is None else len(self.mix)
        self.stack = PointwiseStack(
            self.pattern.dims, scale**2, width, depth, dense=dense, copies=copies
        )

    @property
    def reach(self) -> int:
        """How many pixels the network looks down and right of the one it enlarges."""
        mixed = 0 if self.mix is None else max(max(offset) for offset in self.mix)
        return self.pattern.reach + mixed

    def from_taps(self, taps: Tensor) -> Tensor:
        """Enlarge from gathered taps, as a table is asked: (B, D, H, W) -> (B, r * r, H, W).

        Raises:
            ValueError: With `mix`, since then a pixel's taps are not all that it depends on.
        """
        if self.mix is not None:
            raise ValueError("mix must be None: with pixel-mix of float features there is no table")
        return self._bounded(self.stack(taps))

    def forward(self, x: Tensor) -> Tensor:
        """Enlarge x, (B, 1, H, W), by its own pixels alone."""
        if x.ndim != 4 or x.shape[1] != 1 or min(x.shape[2:]) <= self.reach:
            raise ValueError(
                f"x must be (B, 1, H, W) with H and W above {self.reach}, got {tuple(x.shape)}"
            )
        high, wide = (size - self.reach for size in x.shape[2:])
        taps = pixel_mix(x, self.pattern.taps, padding="valid")  # (B, D, H', W')
        if self.mix is None:
            y = self.from_taps(taps[:, :, :high, :wide])
        else:
            features = pixel_mix(self.stack.features(taps), self.mix, padding="valid")
            y = self._bounded(self.stack.rest(features[:, :, :high, :wide]))
        return F.pixel_shuffle(y, self.scale)

    def _bounded(self, y: Tensor) -> Tensor:
        return y.tanh() if self.dense else y.clamp(-1, 1)


def check_scale(scale: int, allowed: Sequence[int] = SCALES[1:]) -> None:
    """Refuse a scale that is not among those allowed.

    Raises:
        ValueError: Naming them.
    """
    if isinstance(scale, bool) or scale not in allowed:
        raise ValueError(f"scale must be one of {', '.join(map(str, allowed))}, got {scale!r}")


def check_forward(mix: Sequence[Sequence[int]]) -> tuple[tuple[int, int], ...]:
    """Return offsets as pairs; refuse those that look up or left.

    Raises:
        ValueError: If one is negative: the four rotations see the other sides already.
    """
    pairs = check_offsets(mix)
    if min(min(pair) for pair in pairs) < 0:
        raise ValueError(f"mix must hold offsets >= 0, down and right, got {pairs}")
    return pairs
