"""Checks of numbers and arrays that several files of this package share."""

import numpy as np
import numpy.typing as npt


def check_positive(name: str, value: object) -> None:
    """Refuse what is not a finite number above 0.

    Raises:
        ValueError: Naming the argument, its value and what is allowed.
    """
    real = isinstance(value, int | float) and not isinstance(value, bool)
    if not real or not 0 < value < float("inf"):  # type: ignore[operator]
        raise ValueError(f"{name} must be a finite number > 0, got {value!r}")


def check_rows(low: npt.NDArray[np.floating], high: npt.NDArray[np.floating]) -> None:
    """Refuse what are not two matrices with equally many rows, at least one.

    Raises:
        ValueError: Naming both shapes.
    """
    if low.ndim != 2 or high.ndim != 2 or len(low) != len(high) or not len(low):
        raise ValueError(
            f"low and high must be (n, d) and (n, p) with n >= 1, got {low.shape} and {high.shape}"
        )
