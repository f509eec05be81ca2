"""How small pieces stand in a large kernel: in a row, in a column, or along a diagonal.

A shifted map, convolved by a small kernel, is the map convolved by that kernel standing elsewhere.
So the sum over shifts is one large kernel, most of it zeros: a strip, or a diagonal band.
"""

import math
from typing import Literal, get_args

import torch
from torch import Tensor

Direction = Literal["horizontal", "vertical", "diagonal", "anti-diagonal"]
DIRECTIONS: tuple[str, ...] = get_args(Direction)
# what one step along a direction is, in rows and columns; the diagonal goes down and right
STEPS = {
    "horizontal": (0, 1),
    "vertical": (1, 0),
    "diagonal": (1, 1),
    "anti-diagonal": (1, -1),
}


def offsets(large_kernel: int, small_kernel: int, centered: bool = True) -> tuple[int, ...]:
    """Return how far the middle of each piece stands from the output's pixel, along its direction.

    ceil(M / n) pieces of n pixels stand side by side.

    Args:
        large_kernel: M, odd.
        small_kernel: n, odd, no larger.
        centered: Whether their middle is the output's pixel (or half a pixel off, if their number
            is even). The original begins at -(M // 2), which puts it off where n does not divide
            M: with M = 51 and n = 5 the strip reaches from -25 to 29.

    Raises:
        ValueError: If a size is not odd, or M is less than n.
    """
    for name, value in (("large_kernel", large_kernel), ("small_kernel", small_kernel)):
        if isinstance(value, bool) or not isinstance(value, int) or value < 1 or value % 2 == 0:
            raise ValueError(f"{name} must be an odd integer >= 1, got {value!r}")
    if large_kernel < small_kernel:
        raise ValueError(
            f"large_kernel must be at least small_kernel = {small_kernel}, got {large_kernel}"
        )
    count = math.ceil(large_kernel / small_kernel)
    first = (count * small_kernel if centered else large_kernel) // 2
    return tuple(i * small_kernel - first + small_kernel // 2 for i in range(count))


def slots(pieces: Tensor, order: Tensor) -> Tensor:
    """Put pieces into their places, and add up what is put there in turn.

    Args:
        pieces: Tensor (R, P, n, n): P pieces for each of R channels.
        order: Tensor (T, R, P), integers: the piece that stands at each place, T times over.

    Returns:
        Tensor (R, P, n, n): what stands at each place.
    """
    chosen = pieces[torch.arange(len(pieces), device=pieces.device)[:, None], order]
    return chosen.sum(0)  # (T, R, P, n, n) -> (R, P, n, n)


def reach(places: tuple[int, ...], small_kernel: int) -> int:
    """Return how many pixels from the middle a kernel must go to hold pieces at these places."""
    return max(abs(place) for place in places) + small_kernel // 2


def large_kernel(placed: Tensor, places: tuple[int, ...], direction: str) -> Tensor:
    """Return the one kernel that the shifted pieces are together.

    Args:
        placed: Tensor (R, P, n, n), as `slots` returns it.
        places: P distances from the middle, as `offsets` returns them.
        direction: One of `DIRECTIONS`.

    Returns:
        Tensor (R, 1, S, S), or (R, 1, n, S) and (R, 1, S, n) for a row and a column; S odd, with
        the output's pixel in the middle.

    Raises:
        ValueError: If the direction is unknown.
    """
    check_direction(direction)
    n = placed.shape[-1]
    rows, columns = STEPS[direction]
    far = reach(places, n)
    half = (far if rows else n // 2, far if columns else n // 2)
    kernel = placed.new_zeros(len(placed), 1, 2 * half[0] + 1, 2 * half[1] + 1)
    for piece, place in zip(placed.unbind(1), places, strict=True):
        top = half[0] + rows * place - n // 2
        left = half[1] + columns * place - n // 2
        kernel[:, 0, top : top + n, left : left + n] += piece
    return kernel


def check_direction(direction: object) -> None:
    """Refuse what is no direction.

    Raises:
        ValueError: If it is none of `DIRECTIONS`.
    """
    if direction not in DIRECTIONS:
        raise ValueError(f"directions must be among {DIRECTIONS}, got {direction!r}")
