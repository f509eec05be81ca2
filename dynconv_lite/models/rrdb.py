"""The generator of ESRGAN: dense blocks inside residual blocks inside a residual network."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from dynconv_lite.models.srlut_net import check_scale
from dynconv_lite.validation import check_count

SLOPE = 0.2  # of the leaky ReLU, left of 0
RESIDUAL = 0.2  # how much of what a block computes is added to its input
CONVOLUTIONS = 5  # of a dense block
BLOCKS = 3  # dense blocks of a residual block
SMALLER = 0.1  # the dense blocks start with a tenth of Kaiming He's initial weights


class DenseBlock(nn.Module):
    """Five 3 x 3 convolutions, each with the input and all answers before; a fifth of it is added.

    Args:
        channels: C.
        growth: Channels that each convolution but the last adds.

    Shape:
        (B, C, H, W) -> (B, C, H, W)

    Source: Wang et al. 2018, section 3.1.
    """

    def __init__(self, channels: int, growth: int) -> None:
        super().__init__()
        self.layers = nn.ModuleList()
        for number in range(1, CONVOLUTIONS + 1):
            outputs = channels if number == CONVOLUTIONS else growth
            layer = nn.Conv2d(channels + (number - 1) * growth, outputs, 3, padding=1)
            nn.init.kaiming_normal_(layer.weight)
            nn.init.zeros_(layer.bias)  # type: ignore[arg-type]
            with torch.no_grad():
                layer.weight *= SMALLER
            self.layers.append(layer)

    def forward(self, x: Tensor) -> Tensor:
        """Map (B, C, H, W) to the same shape."""
        *grow, last = self.layers
        seen = x
        for layer in grow:
            seen = torch.cat((seen, _leaky(layer(seen))), 1)
        return x + RESIDUAL * last(seen)


class ResidualInResidual(nn.Module):
    """Three dense blocks in a row; a fifth of what comes out is added to the input.

    Args:
        channels: C.
        growth: Channels that each convolution of a dense block adds.

    Shape:
        (B, C, H, W) -> (B, C, H, W)

    Source: Wang et al. 2018, "RRDB", figure 4.
    """

    def __init__(self, channels: int, growth: int) -> None:
        super().__init__()
        self.dense = nn.Sequential(*(DenseBlock(channels, growth) for _ in range(BLOCKS)))

    def forward(self, x: Tensor) -> Tensor:
        """Map (B, C, H, W) to the same shape."""
        return x + RESIDUAL * self.dense(x)


class RRDBNet(nn.Module):
    """Enlarge with a deep stack of dense blocks, without normalisation.

    A 3 x 3 convolution; the residual blocks and a convolution, added to its answer; for every
    doubling, nearest-neighbour enlargement and a 3 x 3 convolution; two more 3 x 3 convolutions.
    Scales 2 and 3 take one such step, scale 4 two.

    At the default sizes there are 16,697,987 parameters, biases included: the 16,698K of tables
    that compare it.

    Args:
        scale: r = 2, 3 or 4.
        channels: Of the features between blocks ("nf" in the authors' code).
        blocks: Residual blocks, of three dense blocks each ("nb").
        growth: Channels that each convolution of a dense block adds ("gc").

    Shape:
        (B, 3, H, W) -> (B, 3, r H, r W), about 0..1 for x in 0..1, not clipped

    Raises:
        ValueError: If an argument is out of range.

    Source: Wang et al. 2018, "ESRGAN: Enhanced Super-Resolution Generative Adversarial Networks",
    ECCV workshops, arXiv 1809.00219; order and sizes as in the authors' code, xinntao/ESRGAN.
    """

    def __init__(
        self, scale: int = 4, channels: int = 64, blocks: int = 23, growth: int = 32
    ) -> None:
        super().__init__()
        check_scale(scale)
        for name, value in (("channels", channels), ("blocks", blocks), ("growth", growth)):
            check_count(name, value)
        self.scale = scale
        self.factors = (2, 2) if scale == 4 else (scale,)
        self.entry = _conv(3, channels)
        self.blocks = nn.Sequential(*(ResidualInResidual(channels, growth) for _ in range(blocks)))
        self.trunk = _conv(channels, channels)
        self.upsamplers = nn.ModuleList(_conv(channels, channels) for _ in self.factors)
        self.fine = _conv(channels, channels)
        self.exit = _conv(channels, 3)

    def forward(self, x: Tensor) -> Tensor:
        """Enlarge x, (B, 3, H, W)."""
        if x.ndim != 4 or x.shape[1] != 3:
            raise ValueError(f"x must be (B, 3, H, W), got {tuple(x.shape)}")
        features = self.entry(x)  # (B, C, H, W)
        features = features + self.trunk(self.blocks(features))
        for factor, layer in zip(self.factors, self.upsamplers, strict=True):
            larger = F.interpolate(features, scale_factor=factor, mode="nearest")
            features = _leaky(layer(larger))
        return self.exit(_leaky(self.fine(features)))  # (B, 3, r H, r W)


def _leaky(x: Tensor) -> Tensor:
    return F.leaky_relu(x, SLOPE)


def _conv(inputs: int, outputs: int) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, 3, padding=1)
