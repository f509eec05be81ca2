"""The ConvNeXt block: the order of a transformer's block, with a 7 x 7 kernel for attention."""

from torch import Tensor, nn
from torch.nn.parameter import Parameter
from torchvision.ops import StochasticDepth

from dynconv_lite.depthwise import DepthwiseConv2d
from dynconv_lite.validation import check_count, check_share


class ConvNeXtBlock(nn.Module):
    """Mix pixels by one large depth-wise kernel, then channels at every pixel.

    x + layer_scale * Linear(GELU(Linear(LayerNorm(depthwise(x))))).

    Args:
        channels: Channels C, in and out.
        kernel_size: Of the depth-wise kernels, odd, in pixels.
        expansion: Hidden channels of the two linear layers, as a multiple of C.
        layer_scale: Start of the learned factor of each channel; None for none.
        drop_path: Probability, in training, with which a picture passes unchanged.
        depthwise: A module (B, C, H, W) -> (B, C, H, W) to take the place of the kernels, such as
            `SlakConv2d`; None for `DepthwiseConv2d`.

    Shape:
        (B, C, H, W) -> (B, C, H, W)

    Raises:
        ValueError: If an argument is out of range.

    Source: Liu et al. 2022, arXiv 2201.03545, figure 4.
    """

    def __init__(
        self,
        channels: int,
        kernel_size: int = 7,
        *,
        expansion: int = 4,
        layer_scale: float | None = 1e-6,
        drop_path: float = 0.0,
        depthwise: nn.Module | None = None,
    ) -> None:
        super().__init__()
        counts = {"channels": channels, "kernel_size": kernel_size, "expansion": expansion}
        for name, value in counts.items():
            check_count(name, value)
        check_share("drop_path", drop_path)
        self.depthwise = DepthwiseConv2d(channels, kernel_size) if depthwise is None else depthwise
        self.norm = nn.LayerNorm(channels, eps=1e-6)
        self.expand = nn.Linear(channels, expansion * channels)
        self.gelu = nn.GELU()
        self.reduce = nn.Linear(expansion * channels, channels)
        self.layer_scale: Parameter | None = None
        if layer_scale is not None:
            self.layer_scale = Parameter(layer_scale * self.norm.weight.detach())
        self.drop_path = StochasticDepth(drop_path, mode="row")

    def forward(self, x: Tensor) -> Tensor:
        """Map x (B, C, H, W) to (B, C, H, W)."""
        y = self.depthwise(x).permute(0, 2, 3, 1)  # (B, H, W, C): layers of channels come last
        y = self.reduce(self.gelu(self.expand(self.norm(y))))  # (B, H, W, C)
        if self.layer_scale is not None:
            y = self.layer_scale * y
        return x + self.drop_path(y.permute(0, 3, 1, 2))  # (B, C, H, W)
