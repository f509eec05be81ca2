"""Checks of arguments, so that a wrong one is named before any work starts."""

from collections.abc import Iterable, Sequence

import torch
from torch import Tensor


def as_pair(name: str, value: int | Sequence[int], minimum: int) -> tuple[int, int]:
    """Return `value` as a (rows, columns) pair of integers.

    Args:
        name: the argument's name, for the error message.
        value: one integer for both axes, or two.
        minimum: the smallest value allowed.

    Raises:
        ValueError: if it is neither an integer nor two of them, or one is below `minimum`.
    """
    pair = tuple(value) if isinstance(value, Iterable) else (value, value)
    integers = all(isinstance(v, int) and not isinstance(v, bool) for v in pair)
    if len(pair) != 2 or not integers or min(pair) < minimum:
        raise ValueError(f"{name} must be an integer >= {minimum} or a pair of them, got {value!r}")
    return pair[0], pair[1]


def check_images(name: str, value: object) -> Tensor:
    """Return `value` if it is a non-empty floating-point batch of images (N, C, H, W).

    Raises:
        ValueError: naming the argument, what it is and what is allowed.
    """
    if not isinstance(value, Tensor):
        raise ValueError(f"{name} must be a torch.Tensor (N, C, H, W), got {type(value).__name__}")
    if value.ndim != 4 or min(value.shape) < 1:
        raise ValueError(
            f"{name} must have shape (N, C, H, W) with no empty axis, got {tuple(value.shape)}"
        )
    if not value.is_floating_point():
        raise ValueError(
            f"{name} must be floating point, got {value.dtype}: divide 8-bit images by 255 first"
        )
    if not torch.isfinite(torch.stack(value.aminmax())).all():  # NaN wins in both
        raise ValueError(f"{name} holds NaN or infinite values; every pixel must be finite")
    return value


def check_count(name: str, value: object, minimum: int = 1) -> None:
    """Refuse what is not an integer of at least `minimum`.

    Raises:
        ValueError: naming the argument, what it is and what is allowed.
    """
    if isinstance(value, bool) or not isinstance(value, int) or value < minimum:
        raise ValueError(f"{name} must be an integer >= {minimum}, got {value!r}")


def check_channels(in_channels: int, out_channels: int, groups: int) -> None:
    """Refuse numbers of channels that are no counts, or no multiples of the groups.

    Raises:
        ValueError: naming the argument, what it is and what is allowed.
    """
    check_count("groups", groups)
    for name, value in (("in_channels", in_channels), ("out_channels", out_channels)):
        check_count(name, value)
        if value % groups:
            raise ValueError(f"{name} must be a multiple of groups = {groups}, got {value}")


def check_share(name: str, value: float) -> None:
    """Refuse what is not a number from 0 to 1, 1 excluded.

    Raises:
        ValueError: naming the argument, what it is and what is allowed.
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1:
        raise ValueError(f"{name} must be a number >= 0 and < 1, got {value!r}")
