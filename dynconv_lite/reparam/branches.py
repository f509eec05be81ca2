"""A convolution trained as several branches, each with its own batch normalisation."""

from collections.abc import Sequence
from typing import cast

import torch.nn.functional as F
from torch import Tensor, nn

from dynconv_lite.depthwise import DepthwiseConv2d
from dynconv_lite.reparam.batchnorm import EVAL_FIRST, BatchNorm, affine_of, with_parameters
from dynconv_lite.reparam.kernels import identity_kernel, merge_kernels
from dynconv_lite.validation import as_pair, check_channels

Pair = int | Sequence[int]


class RepConv2d(nn.Module):
    """Sum bn(conv(x)) over kernels of several sizes, and bn(x) where that has the same shape.

    There is no non-linearity inside, so that in eval mode the whole is one convolution: `fuse`.

    Args:
        in_channels: Channels C of the input; a multiple of groups.
        out_channels: Channels O of the output; a multiple of groups.
        kernel_size: Of the largest kernel, one integer or (rows, columns).
        stride: As in `torch.nn.Conv2d`.
        padding: Zeros on each side, for the largest kernel; None keeps the size (odd kernels
            only). Smaller kernels get less, or their input is cropped, so that all of them stand
            on the same pixel.
        groups: As in `torch.nn.Conv2d`; depth-wise with groups = C = O.
        small_kernels: Sizes of the other branches: none larger, all of the same parity.
        identity: Whether there is a branch bn(x). None: where it is possible, which takes C = O,
            stride 1 and an odd kernel.

    Shape:
        (B, C, H, W) -> (B, O, H', W')

    Raises:
        ValueError: If an argument is out of range, or x does not fit.

    Source: Ding et al. 2021 (RepVGG), section 3.2; Ding et al. 2022 (RepLKNet), guideline 3.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Pair,
        stride: Pair = 1,
        padding: Pair | None = None,
        groups: int = 1,
        *,
        small_kernels: Sequence[Pair] = (1,),
        identity: bool | None = None,
    ) -> None:
        super().__init__()
        check_channels(in_channels, out_channels, groups)
        self.in_channels, self.out_channels, self.groups = in_channels, out_channels, groups
        self.kernel_size = as_pair("kernel_size", kernel_size, 1)
        self.stride = as_pair("stride", stride, 1)
        odd = all(side % 2 for side in self.kernel_size)
        if padding is None and not odd:
            raise ValueError(
                f"padding must be given for an even kernel, which cannot keep the size; "
                f"kernel_size is {kernel_size!r}"
            )
        same = (self.kernel_size[0] // 2, self.kernel_size[1] // 2)
        self.padding = same if padding is None else as_pair("padding", padding, 0)
        self.small_kernels = tuple(self._small(size) for size in small_kernels)
        possible = in_channels == out_channels and self.stride == (1, 1) and odd
        if identity and not possible:
            raise ValueError(
                "identity must be False unless in_channels = out_channels, stride = 1 and the "
                f"kernel is odd; got {in_channels}, {out_channels}, {stride!r}, {kernel_size!r}"
            )
        self.branches = nn.ModuleDict({"large": self._branch(self.kernel_size)})
        for index, size in enumerate(self.small_kernels):
            self.branches[f"small{index}"] = self._branch(size)
        if possible if identity is None else identity:
            self.branches["identity"] = nn.BatchNorm2d(out_channels)

    def forward(self, x: Tensor) -> Tensor:
        """Map x (B, C, H, W) to (B, O, H', W')."""
        if x.ndim != 4 or x.shape[1] != self.in_channels:
            raise ValueError(f"x must be (B, {self.in_channels}, H, W), got {tuple(x.shape)}")
        first, *others = self.branches
        y = self.branch_output(first, x)
        for name in others:
            y = y + self.branch_output(name, x)  # (B, O, H', W')
        return y

    def branch_output(self, name: str, x: Tensor) -> Tensor:
        """Map x (B, C, H, W) to what one branch adds to the output, (B, O, H', W')."""
        branch = self.branches[name]
        if not isinstance(branch, nn.Sequential):
            return branch(_widen(x, *self._margin((1, 1))))
        conv = cast(nn.Conv2d, branch[0])
        rows, columns = self._margin(conv.kernel_size)
        # a convolution pads by itself, but cannot crop
        return branch[1](conv(_widen(x, min(rows, 0), min(columns, 0))))

    def branch_kernel(self, name: str) -> tuple[Tensor, Tensor]:
        """Return the kernel, of its own size, and bias of one branch in eval mode, in float64."""
        branch = self.branches[name]
        if isinstance(branch, nn.Sequential):
            weight = cast(nn.Conv2d, branch[0]).weight
            scale, shift = affine_of(cast(BatchNorm, branch[1]))
        else:
            scale, shift = affine_of(cast(BatchNorm, branch))
            weight = identity_kernel(self.in_channels, self.groups, device=scale.device)
        return weight.double() * scale[:, None, None, None], shift

    def equivalent_kernel(self) -> tuple[Tensor, Tensor]:
        """Return the kernel (O, C / groups, kh, kw) and bias (O,) of all branches together.

        They hold what the layer computes in eval mode, with the running statistics of the moment.
        """
        weight, bias = merge_kernels([self.branch_kernel(name) for name in self.branches])
        like = self._large.weight
        return weight.to(like), cast(Tensor, bias).to(like)

    def fuse(self) -> nn.Conv2d:
        """Return one convolution, in eval mode, that computes what this layer computes there.

        Raises:
            ValueError: If the layer, or a batch normalisation in it, is in training mode.
        """
        if any(module.training for module in self.modules()):
            raise ValueError(f"RepConv2d is in training mode; {EVAL_FIRST}")
        weight, bias = self.equivalent_kernel()
        return with_parameters(self._large, weight, bias)

    def extra_repr(self) -> str:
        """Show the settings in the printed module."""
        return (
            f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, "
            f"stride={self.stride}, padding={self.padding}, groups={self.groups}, "
            f"small_kernels={self.small_kernels}"
        )

    @property
    def _large(self) -> nn.Conv2d:
        return cast(nn.Conv2d, cast(nn.Sequential, self.branches["large"])[0])

    def _small(self, size: Pair) -> tuple[int, int]:
        """Return the size of a small kernel as a pair, if it has a middle place in the large."""
        pair = as_pair("small_kernels", size, 1)
        for small, large in zip(pair, self.kernel_size, strict=True):
            if small > large or (large - small) % 2:
                raise ValueError(
                    f"small_kernels must be no larger than kernel_size = {self.kernel_size} and, "
                    f"like it, odd or even; got {size!r}"
                )
        return pair

    def _margin(self, size: Sequence[int]) -> tuple[int, int]:
        """Return the padding that puts a kernel in the middle of the large; negative to crop."""
        rows, columns = (
            padding - (large - small) // 2
            for padding, large, small in zip(self.padding, self.kernel_size, size, strict=True)
        )
        return rows, columns

    def _branch(self, size: tuple[int, int]) -> nn.Sequential:
        rows, columns = self._margin(size)
        margin = (max(rows, 0), max(columns, 0))
        if self.groups == self.in_channels == self.out_channels:
            conv: nn.Conv2d = DepthwiseConv2d(self.groups, size, self.stride, margin, bias=False)
        else:
            channels = (self.in_channels, self.out_channels)
            conv = nn.Conv2d(*channels, size, self.stride, margin, groups=self.groups, bias=False)
        return nn.Sequential(conv, nn.BatchNorm2d(self.out_channels))


def _widen(x: Tensor, rows: int, columns: int) -> Tensor:
    """Put rows and columns of zeros around x, or cut them off where a number is negative."""
    return F.pad(x, (columns, columns, rows, rows)) if rows or columns else x
