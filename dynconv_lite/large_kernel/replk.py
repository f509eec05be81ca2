"""RepLKNet's two blocks: one mixes pixels by a large kernel, one mixes channels.

Normalisation is by batches throughout, since that can be folded into the convolutions.
"""

from torch import Tensor, nn
from torchvision.ops import StochasticDepth

from dynconv_lite.reparam import RepConv2d
from dynconv_lite.validation import check_count, check_share


class RepLKBlock(nn.Module):
    """Mix pixels: x + bn(pw(relu(rep(relu(bn(pw(bn(x)))))))), where rep is K x K beside k x k.

    Args:
        channels: Channels C, in and out.
        kernel_size: Size K of the large depth-wise kernels, odd, in pixels.
        small_kernel: Size k of the kernels beside them, which are merged into them after training;
            None for none.
        drop_path: Probability, in training, with which a picture passes unchanged.
        shortcut: Whether x is added.

    Shape:
        (B, C, H, W) -> (B, C, H, W)

    Raises:
        ValueError: If an argument is out of range.

    Source: Ding et al. 2022, arXiv 2203.06717, figure 4 and guidelines 2 and 3.
    """

    def __init__(
        self,
        channels: int,
        kernel_size: int,
        small_kernel: int | None = 5,
        *,
        drop_path: float = 0.0,
        shortcut: bool = True,
    ) -> None:
        super().__init__()
        check_count("channels", channels)
        check_share("drop_path", drop_path)
        self.norm = nn.BatchNorm2d(channels)
        self.before = conv_bn(channels, channels)
        self.large = RepConv2d(
            channels,
            channels,
            kernel_size,
            groups=channels,
            small_kernels=() if small_kernel is None else (small_kernel,),
            identity=False,
        )
        self.relu = nn.ReLU()
        self.after = conv_bn(channels, channels)
        self.drop_path = StochasticDepth(drop_path, mode="row")
        self.shortcut = shortcut

    def forward(self, x: Tensor) -> Tensor:
        """Map x (B, C, H, W) to (B, C, H, W)."""
        y = self.relu(self.before(self.norm(x)))
        y = self.drop_path(self.after(self.relu(self.large(y))))  # (B, C, H, W)
        return x + y if self.shortcut else y


class ConvFFN(nn.Module):
    """Mix channels at every pixel: x + bn(pw(gelu(bn(pw(bn(x)))))).

    A transformer's feed-forward layer, with batch normalisation for layer normalisation.

    Args:
        channels: Channels C, in and out.
        expansion: Hidden channels, as a multiple of C.
        drop_path: Probability, in training, with which a picture passes unchanged.
        shortcut: Whether x is added.

    Shape:
        (B, C, H, W) -> (B, C, H, W)

    Raises:
        ValueError: If an argument is out of range.

    Source: Ding et al. 2022, arXiv 2203.06717, section 4.1.
    """

    def __init__(
        self,
        channels: int,
        expansion: int = 4,
        *,
        drop_path: float = 0.0,
        shortcut: bool = True,
    ) -> None:
        super().__init__()
        check_count("channels", channels)
        check_count("expansion", expansion)
        check_share("drop_path", drop_path)
        self.norm = nn.BatchNorm2d(channels)
        self.before = conv_bn(channels, expansion * channels)
        self.gelu = nn.GELU()
        self.after = conv_bn(expansion * channels, channels)
        self.drop_path = StochasticDepth(drop_path, mode="row")
        self.shortcut = shortcut

    def forward(self, x: Tensor) -> Tensor:
        """Map x (B, C, H, W) to (B, C, H, W)."""
        y = self.gelu(self.before(self.norm(x)))  # (B, expansion * C, H, W)
        y = self.drop_path(self.after(y))  # (B, C, H, W)
        return x + y if self.shortcut else y


def conv_bn(
    in_channels: int, out_channels: int, kernel_size: int = 1, stride: int = 1, groups: int = 1
) -> nn.Sequential:
    """Return a convolution that keeps the size up to its stride, and its normalisation."""
    margin = kernel_size // 2
    conv = nn.Conv2d(
        in_channels, out_channels, kernel_size, stride, margin, groups=groups, bias=False
    )
    return nn.Sequential(conv, nn.BatchNorm2d(out_channels))
