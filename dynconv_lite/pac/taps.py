"""The taps of a kernel, one at a time: what each of them meets at every output."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch.nn.functional as F
from torch import Tensor

from dynconv_lite.validation import as_pair

Pair = int | Sequence[int]
Tap = tuple[int, int]


@dataclass(frozen=True)
class Taps:
    """Where the taps of a kernel are, and where their outputs; pairs are (rows, columns)."""

    size: tuple[int, int]
    stride: tuple[int, int]
    padding: tuple[int, int]
    dilation: tuple[int, int]
    outputs: tuple[int, int]

    def __iter__(self) -> Iterator[Tap]:
        """Yield the row and column of every tap, row by row."""
        return ((i, j) for i in range(self.size[0]) for j in range(self.size[1]))

    @property
    def middle(self) -> Tap:
        """The tap that stands on the output's own pixel."""
        return self.size[0] // 2, self.size[1] // 2

    def widen(self, x: Tensor) -> Tensor:
        """Put zeros around a map (B, C, H, W)."""
        rows, columns = self.padding
        return F.pad(x, (columns, columns, rows, rows))

    def met(self, wide: Tensor, tap: Tap) -> Tensor:
        """Return what a tap meets at every output, as a view (B, C, H', W') of a widened map."""
        starts = [index * step for index, step in zip(tap, self.dilation, strict=True)]
        rows, columns = (
            slice(start, start + step * (count - 1) + 1, step)
            for start, step, count in zip(starts, self.stride, self.outputs, strict=True)
        )
        return wide[..., rows, columns]


def taps_of(
    x: Tensor, kernel_size: Pair, stride: Pair = 1, padding: Pair = 0, dilation: Pair = 1
) -> Taps:
    """Lay a kernel on a map (B, C, H, W).

    Args:
        x: The map; its shape alone counts.
        kernel_size: Odd, in pixels, one integer or (rows, columns).
        stride: In pixels.
        padding: Zeros on each side.
        dilation: Distance of the taps, in pixels.

    Raises:
        ValueError: If a number is out of range, or the kernel larger than the padded map.
    """
    size = as_pair("kernel_size", kernel_size, 1)
    if size[0] % 2 == 0 or size[1] % 2 == 0:
        raise ValueError(f"kernel_size must be odd, to have a middle; got {kernel_size!r}")
    steps, margin = as_pair("stride", stride, 1), as_pair("padding", padding, 0)
    apart = as_pair("dilation", dilation, 1)
    high, wide = (
        (n + 2 * p - d * (k - 1) - 1) // s + 1
        for n, k, s, p, d in zip(x.shape[2:], size, steps, margin, apart, strict=True)
    )
    if min(high, wide) < 1:
        raise ValueError(
            f"x must be at least as large as the kernel once padded, got {tuple(x.shape)} for a "
            f"kernel of {size}, padding = {margin} and dilation = {apart}"
        )
    return Taps(size, steps, margin, apart, (high, wide))
