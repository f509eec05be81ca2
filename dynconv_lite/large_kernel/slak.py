"""SLaK's way to 51 pixels: two crossed strips and a small square for one enormous kernel."""

from typing import cast

from torch import Tensor, nn

from dynconv_lite.depthwise import DepthwiseConv2d
from dynconv_lite.reparam import affine_of, merge_kernels
from dynconv_lite.reparam.batchnorm import EVAL_FIRST
from dynconv_lite.validation import check_count


class SlakConv2d(nn.Module):
    """Sum depth-wise kernels K x s, s x K and s x s, each with a batch normalisation of its own.

    There is no non-linearity inside, so that in eval mode the whole is one K x K kernel: a cross.

    Args:
        channels: Channels C, in and out.
        kernel_size: Length K of the strips, odd, in pixels.
        strip: Width s of the strips, odd, less than K.

    Shape:
        (B, C, H, W) -> (B, C, H, W)

    Raises:
        ValueError: If an argument is out of range, or x does not fit.

    Source: Liu et al. 2023, arXiv 2207.03620, section 4.
    """

    def __init__(self, channels: int, kernel_size: int, strip: int = 5) -> None:
        super().__init__()
        check_count("channels", channels)
        for name, value in (("kernel_size", kernel_size), ("strip", strip)):
            check_count(name, value)
            if value % 2 == 0:
                raise ValueError(f"{name} must be odd, got {value!r}")
        if strip >= kernel_size:
            raise ValueError(f"strip must be less than kernel_size = {kernel_size}, got {strip!r}")
        self.channels, self.kernel_size, self.strip = channels, kernel_size, strip
        sizes = {
            "vertical": (kernel_size, strip),
            "horizontal": (strip, kernel_size),
            "square": (strip, strip),
        }
        self.branches = nn.ModuleDict(
            {
                name: nn.Sequential(
                    DepthwiseConv2d(channels, size, bias=False), nn.BatchNorm2d(channels)
                )
                for name, size in sizes.items()
            }
        )

    def forward(self, x: Tensor) -> Tensor:
        """Map x (B, C, H, W) to (B, C, H, W)."""
        if x.ndim != 4 or x.shape[1] != self.channels:
            raise ValueError(f"x must be (B, {self.channels}, H, W), got {tuple(x.shape)}")
        vertical, horizontal, square = (branch(x) for branch in self.branches.values())
        return cast(Tensor, vertical + horizontal + square)  # (B, C, H, W)

    def equivalent_kernel(self) -> tuple[Tensor, Tensor]:
        """Return the kernel (C, 1, K, K) and bias (C,) of all branches together.

        They hold what the layer computes in eval mode, with the running statistics of the moment.
        """
        kernels: list[tuple[Tensor, Tensor | None]] = []
        for branch in self.branches.values():
            conv, norm = cast(nn.Sequential, branch)
            scale, shift = affine_of(cast(nn.BatchNorm2d, norm))
            weight = cast(nn.Conv2d, conv).weight.double()
            kernels.append((weight * scale[:, None, None, None], shift))
        weight, bias = merge_kernels(kernels)  # (C, 1, K, K), (C,)
        like = next(self.parameters())
        return weight.to(like), cast(Tensor, bias).to(like)

    def fuse(self) -> DepthwiseConv2d:
        """Return one convolution, in eval mode, that computes what this layer computes there.

        Raises:
            ValueError: If the layer is in training mode.
        """
        if any(module.training for module in self.modules()):
            raise ValueError(f"SlakConv2d is in training mode; {EVAL_FIRST}")
        # on this device no numbers are drawn: the global generator stays
        fused = DepthwiseConv2d(self.channels, self.kernel_size, device="meta")
        weight, bias = self.equivalent_kernel()
        fused.weight, fused.bias = nn.Parameter(weight.detach()), nn.Parameter(bias.detach())
        return fused.eval()

    def extra_repr(self) -> str:
        """Show the settings in the printed module."""
        return f"{self.channels}, kernel_size={self.kernel_size}, strip={self.strip}"
