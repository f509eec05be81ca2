"""The shift-wise layer: pieces, shuffled and shifted apart, along several directions at once."""

from collections.abc import Callable, Sequence
from typing import cast

import torch
from torch import Tensor, nn

from dynconv_lite.depthwise import DepthwiseConv2d, depthwise_conv2d
from dynconv_lite.dynamic.kernels import in_four_axes
from dynconv_lite.reparam import affine_of, identity_kernel, merge_kernels
from dynconv_lite.reparam.batchnorm import EVAL_FIRST
from dynconv_lite.shiftwise.pieces import check_direction, large_kernel, offsets, slots
from dynconv_lite.validation import check_count, check_share


class ShiftwiseConv2d(nn.Module):
    """Convolve some channels by large kernels made of shifted small ones; let the others pass.

    out = sum over directions of bn(shifted pieces along it) + bn(one piece, not shifted) + x.

    All paths share the places, so their pieces add up. What is computed here are the sums' large
    kernels; `by_shifts` computes the same by shifting maps, as the paper does. Channels keep their
    order, while the original puts the ghosts last.

    Args:
        channels: Channels C, in and out.
        large_kernel: M, odd: what the pieces reach together, at least.
        small_kernel: n, odd: size of a piece; ceil(M / n) of them for each channel.
        num_paths: Pieces that are added at each place.
        num_repeats: How often each channel's pieces are shuffled, placed and added.
        ghost_ratio: Share of channels that pass through, >= 0 and < 1.
        directions: Among "horizontal", "vertical", "diagonal" and "anti-diagonal".
        rotate: Whether each large kernel is added to itself turned by 90, 180 and 270 degrees, so
            that turning the input turns the output.
        seed: Of the ghosts and the shuffles; no global generator is touched.
        centered: Whether the pieces' middle is the output's pixel; see `pieces.offsets`.

    Shape:
        (B, C, H, W) -> (B, C, H, W)

    Raises:
        ValueError: If an argument is out of range, or x does not fit.

    Source: Li et al. 2025, arXiv 2401.12736, section 3; rotation and diagonals from the talk.
    """

    def __init__(
        self,
        channels: int,
        large_kernel: int,
        small_kernel: int = 3,
        *,
        num_paths: int = 2,
        num_repeats: int = 4,
        ghost_ratio: float = 0.23,
        directions: Sequence[str] = ("horizontal", "vertical"),
        rotate: bool = False,
        seed: int = 0,
        centered: bool = True,
    ) -> None:
        super().__init__()
        counts = {"channels": channels, "num_paths": num_paths, "num_repeats": num_repeats}
        for name, value in counts.items():
            check_count(name, value)
        check_share("ghost_ratio", ghost_ratio)
        self.places = offsets(large_kernel, small_kernel, centered)
        self.directions = (directions,) if isinstance(directions, str) else tuple(directions)
        for direction in self.directions:
            check_direction(direction)
        if not self.directions or len(set(self.directions)) < len(self.directions):
            raise ValueError(f"directions must be one or more, none twice, got {directions!r}")
        used = int(channels * (1 - ghost_ratio)) // 2 * 2  # an even number, as in the original
        if not used:
            raise ValueError(
                f"channels must leave at least 2 that are no ghosts, got {channels} and "
                f"ghost_ratio = {ghost_ratio}"
            )
        self.channels, self.large_kernel, self.small_kernel = channels, large_kernel, small_kernel
        self.rotate, count = rotate, len(self.places)
        self.weight = nn.Parameter(torch.empty(num_paths, used, count, small_kernel, small_kernel))
        nn.init.uniform_(self.weight, -1 / small_kernel, 1 / small_kernel)  # as nn.Conv2d draws it
        chance = torch.Generator().manual_seed(seed)
        self.register_buffer("used", torch.randperm(channels, generator=chance)[:used].sort()[0])
        for direction in self.directions:
            order = torch.rand(num_repeats, used, count, generator=chance).argsort(2)
            self.register_buffer(order_name(direction), order)  # (T, R, P)
        still = torch.randint(count, (num_repeats, used, 1), generator=chance)
        self.register_buffer("order_still", still)
        self.register_buffer("mask", torch.ones(used, count, dtype=torch.bool))
        self.norms = nn.ModuleDict(
            {name: nn.BatchNorm2d(used) for name in (*self.directions, "still")}
        )

    def forward(self, x: Tensor) -> Tensor:
        """Map x (B, C, H, W) to (B, C, H, W)."""
        used, own = self.own_channels(x)
        y = own
        for name, kernel in self.kernels().items():
            y = y + self.norms[name](depthwise_conv2d(own, kernel))
        return x.index_copy(1, used, y.to(x.dtype))

    def kernels(self) -> dict[str, Tensor]:
        """Return the large kernel of every branch, (R, 1, S, S') each, before normalisation."""
        pieces = self.pieces()
        found = {}
        for name in self.norms:
            placed = slots(pieces, cast(Tensor, getattr(self, order_name(name))))
            if name == "still":
                kernel = placed.sum(1, keepdim=True)  # (R, 1, n, n)
            else:
                kernel = large_kernel(placed, self.places, name)
            found[name] = turned(kernel) if self.rotate else kernel
        return found

    def pieces(self) -> Tensor:
        """Return the pieces of every channel, (R, P, n, n): all paths together, masked."""
        return self.weight.sum(0) * cast(Tensor, self.mask)[:, :, None, None]

    def equivalent_kernel(self) -> Tensor:
        """Return the one kernel that the layer is in eval mode, (C, 1, S, S); a ghost's is 1."""
        return self._equivalent()[0]

    def fuse(self) -> DepthwiseConv2d:
        """Return one depth-wise convolution, in eval mode, that computes what the layer does there.

        Raises:
            ValueError: If the layer is in training mode.
        """
        if any(module.training for module in self.modules()):
            raise ValueError(f"ShiftwiseConv2d is in training mode; {EVAL_FIRST}")
        weight, bias = self._equivalent()
        # on this device no numbers are drawn: the global generator stays
        fused = DepthwiseConv2d(self.channels, weight.shape[2:], device="meta")
        fused.weight, fused.bias = nn.Parameter(weight.detach()), nn.Parameter(bias.detach())
        return fused.eval()

    def extra_repr(self) -> str:
        """Show the settings in the printed module."""
        paths, used, *_ = self.weight.shape
        return (
            f"{self.channels} ({used} of them convolved), large_kernel={self.large_kernel}, "
            f"small_kernel={self.small_kernel}, num_paths={paths}, "
            f"directions={self.directions}, rotate={self.rotate}"
        )

    def own_channels(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return which channels are convolved, and these channels of x."""
        if x.ndim != 4 or x.shape[1] != self.channels:
            raise ValueError(f"x must be (B, {self.channels}, H, W), got {tuple(x.shape)}")
        used = cast(Tensor, self.used)
        return used, x.index_select(1, used)  # (B, R, H, W)

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> "ShiftwiseConv2d":
        return super()._apply(in_four_axes(fn), recurse)

    def _equivalent(self) -> tuple[Tensor, Tensor]:
        """Return kernel (C, 1, S, S) and bias (C,) of all branches and the shortcut."""
        like, branches = self.weight, list[tuple[Tensor, Tensor | None]]()
        for name, kernel in self.kernels().items():
            scale, shift = affine_of(cast(nn.BatchNorm2d, self.norms[name]))
            branches.append((kernel.double() * scale[:, None, None, None], shift))
        count, size = len(branches[0][0]), max(max(k.shape[2:]) for k, _ in branches)
        one = identity_kernel(count, count, size, dtype=torch.float64, device=like.device)
        weight, bias = merge_kernels([*branches, (one, None)])  # (R, 1, S, S), (R,)
        used = cast(Tensor, self.used)
        all_channels = identity_kernel(
            self.channels, self.channels, size, dtype=torch.float64, device=like.device
        )
        shift = weight.new_zeros(self.channels).index_copy(0, used, cast(Tensor, bias))
        return all_channels.index_copy(0, used, weight).to(like), shift.to(like)


def turned(kernel: Tensor) -> Tensor:
    """Return the sum of kernels (R, 1, S, S') and of these turned by 90, 180 and 270 degrees."""
    total, _ = merge_kernels([(torch.rot90(kernel, k, (2, 3)), None) for k in range(4)])
    return total


def order_name(name: str) -> str:
    """Return the name of the buffer that says which piece stands where, in one branch."""
    return f"order_{name.replace('-', '_')}"
