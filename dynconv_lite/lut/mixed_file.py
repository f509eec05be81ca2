"""What a file of pixel-mix tables holds."""

from typing import Any

import numpy as np
import numpy.typing as npt

from dynconv_lite.lut.patterns import PATTERNS, Pattern

MEMBERS: dict[str, np.dtype[Any]] = {
    "first": np.dtype(np.int8),
    "mixed": np.dtype(np.int8),
    "steps": np.dtype("<f8"),
    "first_nodes": np.dtype("<i8"),
    "mixed_nodes": np.dtype("<i8"),
    "taps": np.dtype("<i8"),
    "offsets": np.dtype("<i8"),
}


def pairs(name: str, values: npt.NDArray[Any]) -> tuple[tuple[int, int], ...]:
    """Return an array (n, 2) of integers as pairs.

    Raises:
        ValueError: If it has another shape.
    """
    if values.ndim != 2 or values.shape[1] != 2:
        raise ValueError(f"{name} should be pairs, and is {values.shape}")
    return tuple((int(dy), int(dx)) for dy, dx in values.tolist())


def named(taps: tuple[tuple[int, int], ...]) -> Pattern:
    """Return the pattern that has these taps.

    Raises:
        ValueError: If none has.
    """
    for pattern in PATTERNS.values():
        if pattern.taps == taps:
            return pattern
    raise ValueError(f"no pattern has the taps {taps}")
