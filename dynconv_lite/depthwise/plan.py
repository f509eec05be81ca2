"""Which form of a depth-wise correlation is fastest: a few lines, and the measurement behind them.

The choice depends on sizes alone, so it is made once for each and remembered.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from scipy.fft import next_fast_len

from dynconv_lite.validation import as_pair

Pair = tuple[int, int]
Same = str | int | Sequence[int]

# A number of a transform, there and back, costs about so many products of a direct sum ...
PRODUCTS = 300
# ... and so many of a kernel's gradient, for which CPUs have no fast direct form.
GRADIENT_PRODUCTS = 8
# Up to this many taps, torch's own convolution is as fast as any, in both directions ...
SMALL = 25
# ... and so it is for a whole call of no more products, where every further step costs more.
TINY = 2**20


class Plan(NamedTuple):
    """How kernels are put on maps, and how the sums are computed; pairs are (rows, columns)."""

    stride: Pair
    padding: Pair
    unused: Pair  # taps on each side of the kernel that no pixel ever meets
    outputs: Pair  # size at stride 1
    transform: Pair  # size of the transforms, for the taps in use
    by_spectrum: bool
    gradient_by_spectrum: bool
    small: bool


class Axis(NamedTuple):
    """The same along one axis."""

    unused: int
    outputs: int
    transform: int
    products: int  # taps that meet a pixel, and not a zero of the padding, over all outputs


def make_plan(maps: Pair, kernel: Pair, stride: int | Sequence[int], padding: Same) -> Plan:
    """Choose how maps of one size are correlated with kernels of another.

    Args:
        maps: Height and width of a map.
        kernel: Height and width of a kernel.
        stride: In pixels, one integer or (rows, columns).
        padding: Zeros on each side, or "same": half the kernel, for kernels of odd size.

    Raises:
        ValueError: If a number is out of range, or the kernel larger than the padded map.

    Source: times of `benchmarks/large_kernel.py`.
    """
    steps, margin = as_pair("stride", stride, 1), zeros(padding, kernel)
    if any(n + 2 * p < k for n, k, p in zip(maps, kernel, margin, strict=True)):
        raise ValueError(
            f"x must be at least as large as the kernel once padded, got (H, W) = {tuple(maps)} "
            f"for a kernel of {tuple(kernel)} and padding = {margin}"
        )
    rows, columns = (axis(n, k, p) for n, k, p in zip(maps, kernel, margin, strict=True))
    products = rows.products * columns.products
    numbers = rows.transform * columns.transform
    return Plan(
        steps,
        margin,
        unused=(rows.unused, columns.unused),
        outputs=(rows.outputs, columns.outputs),
        transform=(rows.transform, columns.transform),
        by_spectrum=products > PRODUCTS * numbers,
        gradient_by_spectrum=products > GRADIENT_PRODUCTS * numbers,
        small=kernel[0] * kernel[1] <= SMALL,
    )


plan = lru_cache(maxsize=512)(make_plan)


def axis(pixels: int, taps: int, padding: int) -> Axis:
    """Count what a correlation does along one axis, at stride 1.

    A transform takes a map for periodic. It must be long enough that what wraps around from the
    far side meets zeros alone, `pixels + padding`; the next length with small prime factors is
    the fastest to transform. Of 51 taps over 14 pixels, 27 ever meet one.
    """
    outputs = pixels + 2 * padding - taps + 1
    unused = max(0, min(padding - outputs + 1, taps - padding - pixels))
    taps, padding = taps - 2 * unused, padding - unused
    transform = int(next_fast_len(max(pixels + padding, taps, outputs), real=True))
    return Axis(unused, outputs, transform, max(1, outputs * taps - padding * (padding + 1)))


def zeros(padding: Same, kernel: Sequence[int]) -> Pair:
    """Return padding as (rows, columns), for a kernel of a given height and width.

    Raises:
        ValueError: If padding is neither "same" nor integers from 0 on, or the kernel is even.
    """
    if not isinstance(padding, str):
        return as_pair("padding", padding, 0)
    if padding != "same":
        raise ValueError(f'padding must be "same" or integers >= 0, got {padding!r}')
    if kernel[0] % 2 == 0 or kernel[1] % 2 == 0:
        raise ValueError(f'padding "same" needs a kernel of odd size, got {tuple(kernel)}')
    return kernel[0] // 2, kernel[1] // 2
