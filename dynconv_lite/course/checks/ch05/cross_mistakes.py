"""What goes wrong in merging SLaK's strips and square."""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from dynconv_lite.course.case import Function, Hint, Mistake

# (top, left), given the margin m = (K - s) / 2: where a kernel is put
Corner = Callable[[int], tuple[int, int]]
# joins vertical, horizontal and square, each (C, 1, K, K), and the mask of the s x s middle
Join = Callable[[Tensor, Tensor, Tensor, Tensor], Tensor]


def _summed(v: Tensor, h: Tensor, q: Tensor, middle: Tensor) -> Tensor:
    return v + h + q


def _cross(
    vertical: Corner = lambda m: (0, m),
    horizontal: Corner = lambda m: (m, 0),
    square: Corner = lambda m: (m, m),
    join: Join = _summed,
) -> Function:
    """Return the exercise's function, or a mistake: with a place or the sum replaced."""

    def cross_kernel(v: Tensor, h: Tensor, q: Tensor) -> Tensor:
        k, s = v.shape[2:]
        corners = [place((k - s) // 2) for place in (vertical, horizontal, square)]
        kernels = zip((v, h, q), corners, strict=True)
        tall, wide, small = (_put(kernel, k, corner) for kernel, corner in kernels)
        middle = _put(torch.ones_like(q), k, ((k - s) // 2, (k - s) // 2)) > 0
        return join(tall, wide, small, middle)

    return cross_kernel


def _put(kernel: Tensor, k: int, corner: tuple[int, int]) -> Tensor:
    """Put a kernel into k x k zeros, its first pixel at `corner`."""
    top, left = corner
    high, wide = kernel.shape[2:]
    return F.pad(kernel, (left, k - left - wide, top, k - top - high))  # (C, 1, k, k)


def _first_corner(m: int) -> tuple[int, int]:
    return 0, 0


def _overwritten(v: Tensor, h: Tensor, q: Tensor, middle: Tensor) -> Tensor:
    return torch.where(middle, q, v + h)


def _by_turns(v: Tensor, h: Tensor, q: Tensor, middle: Tensor) -> Tensor:
    """Write the vertical strip, the horizontal one over it, and add the square."""
    return torch.where(middle, h, v + h) + q


def _by_turns_back(v: Tensor, h: Tensor, q: Tensor, middle: Tensor) -> Tensor:
    return torch.where(middle, v, v + h) + q


def _greatest(v: Tensor, h: Tensor, q: Tensor, middle: Tensor) -> Tensor:
    return torch.maximum(torch.maximum(v, h), q)


def _greatest_in_the_middle(v: Tensor, h: Tensor, q: Tensor, middle: Tensor) -> Tensor:
    return torch.where(middle, _greatest(v, h, q, middle), v + h)


def _largest(v: Tensor, h: Tensor, q: Tensor, middle: Tensor) -> Tensor:
    """Take the weight of the largest size, with its sign."""
    kernels = torch.stack([v, h, q])
    return kernels.gather(0, kernels.abs().argmax(0, keepdim=True))[0]


def _outer(v: Tensor, h: Tensor, q: Tensor) -> Tensor:
    return v.mean(3, keepdim=True) * h.mean(2, keepdim=True)


def _product(v: Tensor, h: Tensor, q: Tensor) -> Tensor:
    """Multiply the strips as matrices, K x s by s x K."""
    return v @ h


def _with_square(product: Function) -> Function:
    """Add the square to what is made of the strips."""

    def cross_kernel(v: Tensor, h: Tensor, q: Tensor) -> Tensor:
        k, s = v.shape[2:]
        return product(v, h, q) + _put(q, k, ((k - s) // 2, (k - s) // 2))

    return cross_kernel


RANK = (
    "Their branches run beside each other, and are added; a product would be two layers one after "
    "the other."
)
HINTS = [
    Hint(
        "The three differ in shape: set each into K x K zeros before adding. F.pad(x, (left, "
        "right, above, below)) counts from the last axis.",
        "RuntimeError: .*(The size of tensor|The expanded size|broadcast shape)",
    ),
    Hint(
        "A slice needs integers: divide with //, as in (K - s) // 2.",
        "TypeError: (slice indices|pad\\(\\)|constant_pad_nd\\(\\))",
    ),
]
MISTAKES = [
    Mistake(
        "The square overwrites the middle, where the strips cross. Add it to them: all three "
        "branches are added up.",
        _cross(join=_overwritten),
    ),
    Mistake(
        "The horizontal strip overwrites the vertical one where they cross. Add: use +=, not =.",
        _cross(join=_by_turns),
    ),
    Mistake(
        "The vertical strip overwrites the horizontal one where they cross. Add: use +=, not =.",
        _cross(join=_by_turns_back),
    ),
    Mistake(
        "The kernels lie in the corner at the top left. They share their middle: put (K - s) // 2 "
        "zeros on either side of a short axis.",
        _cross(_first_corner, _first_corner, _first_corner),
    ),
    Mistake(
        "The square lies in the corner at the top left. Its middle is that of the strips: put "
        "(K - s) // 2 zeros on all sides.",
        _cross(square=_first_corner),
    ),
    Mistake(
        "The strips lie at the left and at the top. They cross in the middle.",
        _cross(_first_corner, _first_corner),
    ),
    Mistake(
        "The kernels are not in the middle, but in the corner at the bottom right.",
        _cross(lambda m: (0, 2 * m), lambda m: (2 * m, 0), lambda m: (2 * m, 2 * m)),
    ),
    Mistake(
        "The strips are transposed: vertical (K, s) runs along the rows' axis, and stays as it is.",
        lambda v, h, q: _cross()(h.mT, v.mT, q),
    ),
    Mistake(
        "The result is transposed. Rows are axis 2, columns axis 3.",
        lambda v, h, q: _cross()(v, h, q).mT,
    ),
    Mistake(
        "The square is forgotten: a third branch is added to the strips.",
        _cross(join=lambda v, h, q, middle: v + h),
    ),
    Mistake(
        "The vertical strip is forgotten.",
        _cross(join=lambda v, h, q, middle: h + q),
    ),
    Mistake(
        "The horizontal strip is forgotten.",
        _cross(join=lambda v, h, q, middle: v + q),
    ),
    Mistake(
        "The square is added twice. Each branch is added once.",
        _cross(join=lambda v, h, q, middle: v + h + 2 * q),
    ),
    Mistake(
        "This is the mean of the three. Branches are added up: take the sum.",
        _cross(join=lambda v, h, q, middle: (v + h + q) / 3),
    ),
    Mistake(
        "The middle is averaged where the strips cross. Branches are added up, everywhere.",
        _cross(join=lambda v, h, q, middle: torch.where(middle, (v + h + q) / 3, v + h)),
    ),
    *(
        Mistake(
            "Where kernels overlap the largest weight is taken. Convolution is linear: what the "
            "branches answer is added up, and so are their weights. Take the sum.",
            _cross(join=join),
        )
        for join in (_greatest, _greatest_in_the_middle, _largest)
    ),
    Mistake(f"The strips are multiplied, as matrices. {RANK}", _product),
    Mistake(f"The strips are multiplied, as matrices. {RANK}", _with_square(_product)),
    Mistake(f"The strips are multiplied, column by row. {RANK}", _outer),
    Mistake(f"The strips are multiplied, column by row. {RANK}", _with_square(_outer)),
    Mistake(
        "The strips are added as they are, and torch repeats each across the whole square. Set "
        "them into K x K zeros first.",
        lambda v, h, q: v + h + q,
    ),
    Mistake(
        "The kernels are flipped. Set them into zeros as they are.",
        lambda v, h, q: _cross()(v, h, q).flip(2, 3),
    ),
]
