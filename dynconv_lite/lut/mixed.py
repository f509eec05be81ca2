"""The lookup tables of a pixel-mix network."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from dynconv_lite.lut.mixed_file import MEMBERS, named, pairs
from dynconv_lite.lut.patterns import Pattern, find_pattern
from dynconv_lite.lut.table_file import read_archive, write_archive
from dynconv_lite.pixel_mix import SQUARE, Offsets, check_offsets
from dynconv_lite.validation import check_count

UNIT = 255  # the length of a cell, in fractions: the same for any number of nodes
MIDDLE = 128  # the feature of an answer of 0
FIRST_NODES = (5, 9, 9, 9)


class MixedTables:
    """The tables of a pixel-mix network.

    Every axis runs over 0..255 and has L nodes, node k at 255 k / (L - 1), for any L >= 2. A value
    v lies (L - 1) v / 255 cells from the first, so with fractions counted in 1/255 of a cell its
    position is the integer (L - 1) v: interpolation is exact, continuous, and equal to the table
    at every node that is an integer. A companded difference c lies at round((L - 1) c) in the same
    unit; with an odd L, no difference at all is exactly the middle node.

    In each of four rotations, as in `MixedNet`: the first table, asked with a pixel and the
    differences of its neighbours, gives the features f = clip(round(128 + step * T), 0, 255);
    each feature's own table, asked with f at the offsets, an addend. A pixel of the result is
    clip(round(x00 + the mean of the rotations' addends), 0, 255). Halves go to even numbers.

    Attributes:
        first: int8 (product of first_nodes, F), read-only; the last axis runs fastest.
        mixed: int8 (F, mixed_nodes**n, r * r), read-only.
        steps: What one unit means in grey levels: of the first table, then of each feature's.
        first_nodes: L of each axis of the first table.
        mixed_nodes: L of every axis of the others.
        pattern: Taps of the first table.
        offsets: Offsets of pixel-mix, n of them.

    Raises:
        ValueError: If a type, a shape or a value does not fit the rest.
    """

    def __init__(
        self,
        first: npt.NDArray[np.int8],
        mixed: npt.NDArray[np.int8],
        steps: Sequence[float],
        first_nodes: Sequence[int] = FIRST_NODES,
        mixed_nodes: int = 7,
        *,
        pattern: str | Pattern = "s",
        offsets: Sequence[Sequence[int]] = SQUARE,
    ) -> None:
        self.pattern, self.offsets = find_pattern(pattern), _forward(offsets)
        self.first_nodes, self.mixed_nodes = check_nodes(
            first_nodes, mixed_nodes, self.pattern, self.offsets
        )
        rows, mixed_rows = int(np.prod(self.first_nodes)), self.mixed_nodes ** len(self.offsets)
        self.first, self.mixed = _own("first", first, 2), _own("mixed", mixed, 3)
        features, outputs = len(self.mixed), self.mixed.shape[2]
        if self.first.shape != (rows, features) or features < 1:
            raise ValueError(
                f"first must be (product of first_nodes, features of mixed) = {(rows, features)}, "
                f"got {self.first.shape}"
            )
        if self.mixed.shape[1] != mixed_rows or outputs not in (4, 9, 16):
            raise ValueError(
                f"mixed must be (features, {mixed_rows}, 4, 9 or 16), got {self.mixed.shape}"
            )
        self.steps = tuple(float(step) for step in steps)
        if len(self.steps) != features + 1 or not all(0 < s < float("inf") for s in self.steps):
            raise ValueError(f"steps must be {features + 1} finite numbers > 0, got {self.steps}")
        self.scale = round(outputs**0.5)

    @property
    def features(self) -> int:
        """Number of features F."""
        return len(self.mixed)

    @property
    def nbytes(self) -> int:
        """Size of all values in bytes."""
        return self.first.nbytes + self.mixed.nbytes

    @property
    def reach(self) -> int:
        """How many pixels one rotation looks down and right."""
        return self.pattern.reach + max(max(offset) for offset in self.offsets)

    def save(self, path: str | Path) -> None:
        """Write all tables to one .npz file, whole or not at all.

        Raises:
            ValueError: If the path does not end in .npz.
            OSError: If the file cannot be written.
        """
        members: dict[str, Any] = {
            "first": self.first,
            "mixed": self.mixed,
            "steps": self.steps,
            "first_nodes": self.first_nodes,
            "mixed_nodes": self.mixed_nodes,
            "taps": self.pattern.taps,
            "offsets": self.offsets,
        }
        write_archive(
            path, {name: np.array(value, MEMBERS[name]) for name, value in members.items()}
        )

    @classmethod
    def load(cls, path: str | Path) -> "MixedTables":
        """Read what `save` wrote; no code in the file is run.

        Raises:
            ValueError: If the file is damaged or holds anything else.
            OSError: If the file cannot be read.
        """
        source = Path(path)
        data = source.read_bytes()
        try:
            parts = read_archive(data, MEMBERS)
            axes = {name: parts[name].ndim for name in ("steps", "first_nodes", "mixed_nodes")}
            if axes != {"steps": 1, "first_nodes": 1, "mixed_nodes": 0}:
                raise ValueError(f"its members have the wrong numbers of axes: {axes}")
            return cls(
                parts["first"],
                parts["mixed"],
                parts["steps"].tolist(),
                parts["first_nodes"].tolist(),
                parts["mixed_nodes"].item(),
                pattern=named(pairs("taps", parts["taps"])),
                offsets=pairs("offsets", parts["offsets"]),
            )
        except ValueError as error:
            raise ValueError(f"{source} holds no tables that can be used: {error}") from error

    def __repr__(self) -> str:
        nodes = " x ".join(map(str, self.first_nodes))
        mixed = f"{self.mixed_nodes}^{len(self.offsets)} x {self.mixed.shape[2]}"
        return f"MixedTables({nodes} x {self.features} and {self.features} of {mixed}, int8)"


def check_nodes(
    first_nodes: Sequence[int], mixed_nodes: int, pattern: Pattern, offsets: Offsets
) -> tuple[tuple[int, ...], int]:
    """Return the numbers of nodes if they fit the taps, the offsets and 256 values.

    Raises:
        ValueError: Naming the one that does not.
    """
    counts = tuple(first_nodes)
    if len(counts) != pattern.dims:
        raise ValueError(f"first_nodes must be {pattern.dims}, one a tap, got {counts}")
    for name, count in (*(("first_nodes", c) for c in counts), ("mixed_nodes", mixed_nodes)):
        check_count(name, count, 2)
    if max(*counts, mixed_nodes) > 256 or mixed_nodes ** len(offsets) > 1 << 24:
        raise ValueError(
            "first_nodes and mixed_nodes must be at most 256, and a table of 2**24 rows, got "
            f"{counts} and {mixed_nodes} for {len(offsets)} offsets"
        )
    return counts, mixed_nodes


def _forward(offsets: Sequence[Sequence[int]]) -> Offsets:
    pairs = check_offsets(offsets)
    if min(min(pair) for pair in pairs) < 0:
        raise ValueError(f"offsets must be >= 0, down and right, got {pairs}")
    return pairs


def _own(name: str, values: npt.NDArray[np.int8], axes: int) -> npt.NDArray[np.int8]:
    """Return a read-only copy of an int8 array with so many axes."""
    if not isinstance(values, np.ndarray) or values.dtype != np.int8 or values.ndim != axes:
        what = (
            f"{values.dtype} {values.shape}"
            if isinstance(values, np.ndarray)
            else type(values).__name__
        )
        raise ValueError(f"{name} must be a numpy array of int8 with {axes} axes, got {what}")
    copy = np.array(values, order="C")
    copy.flags.writeable = False
    return copy
