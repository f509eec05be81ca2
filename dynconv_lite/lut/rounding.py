"""Rounding in the middle of what is trained."""

from torch import Tensor


def round_through(x: Tensor) -> Tensor:
    """Round to whole numbers, halves to even ones, with the gradient of no rounding at all.

    Args:
        x: Any shape.

    Returns:
        Exactly round(x); backwards, the identity ("straight-through").

    Source: Bengio et al. 2013, arXiv 1308.3432.
    """
    return x.round().detach() + (x - x.detach())  # the bracket is exactly 0


def to_bytes(x: Tensor) -> Tensor:
    """Round grey levels to 0..255, straight through within that range.

    Args:
        x: Grey levels, any shape.

    Returns:
        Whole numbers of x's floating-point type; where x is outside, the gradient is 0.
    """
    return round_through(x.clamp(0, 255))
