"""What goes wrong in shrinking a row by bicubic interpolation."""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from data_utils.resize import cubic_kernel
from dynconv_lite.course.case import Function, Hint, Mistake

Change = Callable[[Tensor], Tensor]
# the middles of the new pixels, given the row's length and the scale
Middles = Callable[[int, int], Tensor]
# from indices of taps, some of them outside, to pixels; -1 drops a tap
Outside = Callable[[Tensor, int], Tensor]


def _keys(x: Tensor) -> Tensor:
    return torch.from_numpy(cubic_kernel(x.numpy()))


def _hat(x: Tensor) -> Tensor:
    return (1 - x.abs()).clamp(min=0)


def _count(number: int) -> Tensor:
    return torch.arange(number, dtype=torch.float64)


def _centres(length: int, scale: int) -> Tensor:
    return (_count(length // scale) + 0.5) * scale


def _mirror(taps: Tensor, length: int) -> Tensor:
    folded = taps % (2 * length)
    return torch.minimum(folded, 2 * length - 1 - folded)


def _reflect(taps: Tensor, length: int) -> Tensor:
    folded = taps % (2 * length - 2)
    return torch.minimum(folded, 2 * length - 2 - folded)


def _drop(taps: Tensor, length: int) -> Tensor:
    return torch.where((taps >= 0) & (taps < length), taps, -1)


def _one_sided(taps: Tensor, length: int) -> Tensor:
    """Mirror on the left only, and repeat the last pixel on the right."""
    return torch.where(taps < length, _mirror(taps, length), length - 1)


def _normalised(w: Tensor) -> Tensor:
    return w / w.sum(1, keepdim=True)


def _weights(
    middles: Middles = _centres,
    outside: Outside = _mirror,
    stretch: Callable[[int], float] = lambda scale: 1 / scale,
    kernel: Change = _keys,
    result: Change = _normalised,
    reach: float = 2,
    middle_of_pixel: float = 0.5,
    add: bool = True,
) -> Function:
    """Return the exercise's function, or a mistake: with one of its steps replaced."""

    def cubic_weights(length: int, scale: int) -> Tensor:
        centres = middles(length, scale)  # (rows,)
        taps = torch.arange(-2 * length, 3 * length)
        distance = taps + middle_of_pixel - centres[:, None]  # (rows, taps)
        w = kernel(distance * stretch(scale))
        seen = distance.abs() < reach * scale
        w, index = torch.where(seen, w, 0), outside(taps, length)
        matrix = w.new_zeros(len(centres), length)
        if add:
            inside = index >= 0
            return result(matrix.index_add_(1, index[inside], w[:, inside]))
        for k in range(len(taps)):
            matrix[seen[:, k], index[k]] = w[seen[:, k], k]
        return result(matrix)

    return cubic_weights


def _cut(length: int, scale: int) -> Tensor:
    """Take the stretched kernel at the four nearest pixels only."""
    taps, centres = torch.arange(-2 * length, 3 * length), _centres(length, scale)
    distance = taps + 0.5 - centres[:, None]
    w = torch.where(distance.abs() < 2, _keys(distance / scale), 0)
    matrix = w.new_zeros(len(centres), length).index_add_(1, _mirror(taps, length), w)
    return _normalised(matrix)


def _interpolated(antialias: bool) -> Function:
    def cubic_weights(length: int, scale: int) -> Tensor:
        rows = torch.eye(length, dtype=torch.float64)[:, None, None]  # (length, 1, 1, length)
        size = (1, length // scale)
        small = F.interpolate(rows, size, mode="bicubic", antialias=antialias)
        return small[:, 0, 0].T.contiguous()

    return cubic_weights


MIRROR = "The picture goes on as in a mirror that repeats the edge: 1 0 | 0 1 2 ... | n-1 n-2."
STRETCH = "Stretch it by the scale: keys(distance / scale)."
HINTS = [
    Hint(
        "A tap lies outside of the row. Fold its index back as in a mirror: -1 becomes 0, -2 "
        "becomes 1, length becomes length - 1, and so on.",
        "IndexError|RuntimeError: .*index",
    ),
]
MISTAKES = [
    Mistake(
        f"The kernel is not stretched: most pixels are skipped. {STRETCH}",
        _weights(stretch=lambda s: 1),
    ),
    Mistake(f"The kernel is squeezed, not stretched. {STRETCH}", _weights(stretch=lambda s: s)),
    Mistake(
        "The rows sum to the scale, not to 1 (the columns do that). Divide each row by its sum: "
        "sum(1, keepdim=True).",
        _weights(result=lambda w: w),
    ),
    Mistake(
        "All rows together sum to 1. Divide each by its own sum: sum(1, keepdim=True).",
        _weights(result=lambda w: w / w.sum()),
    ),
    Mistake(
        f"The row is extended by its edge pixels, repeated. {MIRROR}",
        _weights(outside=lambda k, n: k.clamp(0, n - 1)),
    ),
    Mistake(
        f"The taps outside are left out, and the other weights are scaled up for them, as torch's "
        f"antialias=True does. {MIRROR}",
        _weights(outside=_drop),
    ),
    Mistake(
        f"The taps outside are left out: rows at the edges do not sum to 1. {MIRROR}",
        lambda n, s: _weights(outside=_drop, result=lambda w: w / s)(n, s),
    ),
    Mistake(
        f"The mirror does not repeat the edge: 2 1 | 0 1 2. {MIRROR}", _weights(outside=_reflect)
    ),
    Mistake(
        f"The row goes round: what is missing on the left is taken from the right. {MIRROR}",
        _weights(outside=lambda k, n: k % n),
    ),
    Mistake(
        f"Only the left edge is a mirror, the right one is repeated. {MIRROR}",
        _weights(outside=_one_sided),
    ),
    Mistake(
        "Taps outside are written over others, or others over them: several taps may fold "
        "onto one pixel. Add their weights up (+= in a loop, or index_add_).",
        _weights(add=False),
    ),
    Mistake(
        "The new pixels' middles are at i * scale, off by half a new pixel. Pixel i is the "
        "interval from i to i + 1, so its middle is at (i + 1/2) * scale.",
        _weights(lambda n, s: _count(n // s) * s),
    ),
    Mistake(
        "The old pixels' middles are taken to be at j. They are at j + 1/2, as the new ones "
        "are at i + 1/2.",
        _weights(middle_of_pixel=0),
    ),
    Mistake(
        "All middles are taken to be at whole numbers, of new and old pixels. Pixel i is the "
        "interval from i to i + 1: its middle is at i + 1/2.",
        _weights(lambda n, s: _count(n // s) * s, middle_of_pixel=0),
    ),
    Mistake(
        "The first and last middles are laid onto those of the old pixels (align_corners). "
        "Not the middles, the outer edges of both rows agree: (i + 1/2) * scale.",
        _weights(lambda n, s: torch.linspace(0.5, n - 0.5, n // s, dtype=torch.float64)),
    ),
    Mistake(
        "The new pixels' middles are rounded. Keep the half: (i + 1/2) * scale.",
        _weights(lambda n, s: _centres(n, s).floor()),
    ),
    Mistake(
        "The new pixels' middles are off by one old pixel.",
        _weights(lambda n, s: _centres(n, s) + 1),
    ),
    Mistake(
        "The stretched kernel is cut off at 2 pixels. It reaches 2 * scale to both sides.", _cut
    ),
    Mistake(
        "The kernel's negative part is missing. Keep the weights below 0, and all of the stretched "
        "kernel: it reaches 2 * scale to both sides.",
        _weights(reach=1),
    ),
    Mistake("This is the triangle of linear interpolation. Use keys(...).", _weights(kernel=_hat)),
    Mistake(
        "This is the mean of `scale` pixels. Use keys(...).",
        _weights(kernel=lambda x: ((x > -0.5) & (x < 0.5)).double()),
    ),
    Mistake(
        "All weights are positive: the sign of the kernel's outer part is lost.",
        _weights(kernel=lambda x: _keys(x).abs()),
    ),
    Mistake(
        "The matrix is transposed: new pixels are its rows, (length // scale, length).",
        lambda n, s: _weights()(n, s).T,
    ),
    Mistake(
        "The matrix is turned around: new pixel 0 is on the left.",
        lambda n, s: _weights()(n, s).flip(0),
    ),
    Mistake(
        "torch's bicubic does not stretch the kernel unless antialias=True, and takes "
        f"a = -3/4. {STRETCH}",
        _interpolated(False),
    ),
]
