"""A lookup table and its file: small integers, one row for every combination of nodes."""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from dynconv_lite.files import write_atomic
from dynconv_lite.lut.patterns import INTERVALS, MAX_ROWS, Pattern, find_pattern, nodes, strides
from dynconv_lite.lut.table_file import MEMBERS, parse, unpack

SCALES = (1, 2, 3, 4)
Int8 = npt.NDArray[np.int8]


class LookupTable:
    """A table of 8-bit integers, from the pixel values under its taps to a block of pixels.

    Attributes:
        values: int8 (L**D, outputs), read-only; the axes of the taps are flattened, the last one
            runs fastest. The outputs are the rows of an r x r block of the enlarged picture.
        pattern: The taps, D of them.
        interval: Nodes lie 2**interval pixel values apart.
        step: What one unit of `values` means, in grey levels.

    Args:
        values: int8 (L**D, outputs) or (L**D, 1, r, r), with L = 2**(8 - interval) + 1 and
            outputs = r**2 for r = 1 to 4.
        pattern: A name in `PATTERNS`, or a pattern.
        interval: 0, or 3 to 8.
        step: Grey levels of one unit, finite and > 0; 1 in the published tables.

    Raises:
        ValueError: If the values' type or shape does not fit the rest, or a setting is not allowed.

    Source: Jo & Kim 2021, CVPR, section 3.2.
    """

    def __init__(
        self, values: Int8, pattern: str | Pattern, interval: int = 4, step: float = 1.0
    ) -> None:
        self.pattern, self.interval = find_pattern(pattern), interval
        self.strides = strides(self.pattern, interval)
        rows = nodes(interval) ** self.pattern.dims
        self.values = _checked_values(values, rows)
        self.step = _checked_step(step)
        self.scale = round(self.values.shape[1] ** 0.5)

    @property
    def nbytes(self) -> int:
        """Size of the values in bytes."""
        return self.values.nbytes

    def at(self, index: Sequence[int] | npt.NDArray[np.integer[Any]]) -> Int8:
        """Read what is stored at nodes, in units of `step`.

        Args:
            index: The node's number on each axis, 0 to L - 1; integers (..., D).

        Returns:
            int8 (..., outputs).

        Raises:
            ValueError: If the index has another shape or type, or leaves the table.
        """
        where = np.asarray(index)
        last, dims = nodes(self.interval) - 1, self.pattern.dims
        if where.dtype.kind not in "iu" or where.ndim < 1 or where.shape[-1] != dims:
            raise ValueError(
                f"index must be integers (..., {dims}), got {where.dtype} {where.shape}"
            )
        if where.size and not 0 <= where.min() <= where.max() <= last:
            raise ValueError(f"index must be from 0 to {last}, got {where.min()} to {where.max()}")
        return self.values[where.astype(np.int64) @ np.array(self.strides)]

    def save(self, path: str | Path) -> None:
        """Write the table, whole or not at all.

        Args:
            path: A .npy file holds the values alone, as the published tables do, and so needs
                step = 1; a .npz file holds values, step and the pattern's name.

        Raises:
            ValueError: If the ending is another one, or .npy cannot hold the step.
            OSError: If the file cannot be written.
        """
        target, buffer = Path(path), io.BytesIO()
        if target.suffix == ".npy" and self.step == 1:
            np.save(buffer, self.values, allow_pickle=False)
        elif target.suffix == ".npz":
            np.savez(
                buffer,
                values=self.values,
                step=np.array(self.step, MEMBERS["step"]),
                pattern=np.array(self.pattern.name, MEMBERS["pattern"]),
            )
        else:
            raise ValueError(
                f"path must end in .npz, or in .npy if step is 1, got {target} and {self.step}"
            )
        write_atomic(target, buffer.getvalue())

    @classmethod
    def load(cls, path: str | Path, pattern: str | Pattern) -> "LookupTable":
        """Read a table; its interval follows from the number of rows. No code in it is run.

        Args:
            path: A file that `save` wrote, or a published .npy table.
            pattern: Its taps, which a .npy file does not name.

        Raises:
            ValueError: If the file is damaged, or holds anything but a table of this pattern.
            OSError: If the file cannot be read.
        """
        source, wanted = Path(path), find_pattern(pattern)
        data = source.read_bytes()
        try:
            if data.startswith(b"PK"):
                parts = unpack(data)
                name = str(parts["pattern"])
                if name != wanted.name:
                    raise ValueError(f"it is of pattern {name!r}, not {wanted.name!r}")
                values, step = parts["values"], float(parts["step"])
            else:
                values, step = parse(data, np.dtype(np.int8)), 1.0
            return cls(values, wanted, _interval_of(values, wanted), step)
        except ValueError as error:
            raise ValueError(f"{source} is no table that can be used: {error}") from error

    def __repr__(self) -> str:
        shape = f"{nodes(self.interval)}^{self.pattern.dims} x {self.values.shape[1]}"
        return f"LookupTable({self.pattern.name!r}, {shape} int8, step={self.step:g})"


def _checked_values(values: Int8, rows: int) -> Int8:
    if not isinstance(values, np.ndarray) or values.dtype != np.int8:
        kind = values.dtype if isinstance(values, np.ndarray) else type(values).__name__
        raise ValueError(f"values must be a numpy array of int8, got {kind}")
    blocks = {(rows, r * r) for r in SCALES} | {(rows, 1, r, r) for r in SCALES}
    if values.shape not in blocks:
        raise ValueError(
            f"values must be ({rows}, outputs) or ({rows}, 1, r, r) with outputs = r * r and "
            f"r = 1, 2, 3 or 4, got {values.shape}"
        )
    own = np.array(values, order="C").reshape(rows, -1)  # a copy: nobody else can change it
    own.flags.writeable = False
    return own


def _checked_step(step: float) -> float:
    number = isinstance(step, int | float | np.floating) and not isinstance(step, bool)
    if not number or not 0 < step < float("inf"):
        raise ValueError(f"step must be a finite number > 0, got {step!r}")
    return float(step)


def _interval_of(values: npt.NDArray[Any], pattern: Pattern) -> int:
    """Return the interval at which the pattern has as many rows."""
    sizes = {interval: nodes(interval) ** pattern.dims for interval in INTERVALS}
    allowed = {rows: interval for interval, rows in sizes.items() if rows <= MAX_ROWS}
    rows = values.shape[0] if values.ndim else 0
    if rows not in allowed:
        raise ValueError(
            f"pattern {pattern.name!r} has {', '.join(map(str, sorted(allowed)))} rows, not {rows}"
        )
    return allowed[rows]
