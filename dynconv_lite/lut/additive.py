"""Tables with one index each, whose answers are added: layers of them, with bytes between."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from dynconv_lite.lut.table_file import member_names, read_archive, write_archive

UNIT = 255  # the length of a cell, in fractions: the same for any number of nodes
LARGEST_SUM = 1 << 24  # up to here float32 holds every whole number
TURNS = (1, 4)

Layer = npt.NDArray[np.int8]


class AdditiveTables:
    """The tables of an additive network.

    A layer with C channels, a window k x k, L nodes and O outputs is a table (C, k, k, L, O): for
    every channel and place of the window its own table of L rows. Node j stands at 255 j / (L - 1).
    A byte v lies at (L - 1) v, in units of 1 / 255 of a cell, so that an interpolated entry is a
    whole number of units, and so is their sum S over channels and window.

    Channel o of the next bytes is clip(round(f_{o mod C} + step S / 255), 0, 255), and the last
    layer's addend is step S / 255 for each of the r x r new pixels. The enlarged pixel is
    clip(round(pixel + the mean of the turns' addends), 0, 255). Halves go to even numbers.

    Args:
        layers: int8 arrays (C, k, k, L, O). C is 1 in the first layer, then the O before it; k is
            odd; the last O is 4, 9 or 16.
        steps: What one unit of every layer means in grey levels.
        turns: 1, or 4 for the mean over four rotations of the picture.

    Attributes:
        layers: The arrays, read-only.
        steps: As given.
        turns: As given.
        scale: r.

    Raises:
        ValueError: If a type, a shape or a value does not fit the rest.
    """

    def __init__(self, layers: Sequence[Layer], steps: Sequence[float], turns: int = 4) -> None:
        self.layers = _checked(layers)
        self.steps = tuple(float(step) for step in steps)
        number = len(self.layers)
        if len(self.steps) != number or not all(0 < s < float("inf") for s in self.steps):
            raise ValueError(f"steps must be {number} finite numbers > 0, got {self.steps}")
        if isinstance(turns, bool) or turns not in TURNS:
            raise ValueError(f"turns must be 1 or 4, got {turns!r}")
        self.turns = int(turns)
        self.scale = round(self.layers[-1].shape[4] ** 0.5)

    @property
    def nbytes(self) -> int:
        """Size of all values in bytes."""
        return sum(layer.nbytes for layer in self.layers)

    @property
    def reach(self) -> int:
        """How many pixels the result depends on to every side of its own."""
        return sum(layer.shape[1] // 2 for layer in self.layers)

    def save(self, path: str | Path) -> None:
        """Write all layers to one .npz file, whole or not at all.

        Raises:
            ValueError: If the path does not end in .npz.
            OSError: If the file cannot be written.
        """
        layers = {f"layer{number}": layer for number, layer in enumerate(self.layers, 1)}
        numbers = {"steps": np.array(self.steps, "<f8"), "turns": np.array(self.turns, "<i8")}
        write_archive(path, {**numbers, **layers})

    @classmethod
    def load(cls, path: str | Path) -> "AdditiveTables":
        """Read what `save` wrote; no code in the file is run.

        Raises:
            ValueError: If the file is damaged or holds anything else.
            OSError: If the file cannot be read.
        """
        source = Path(path)
        data = source.read_bytes()
        try:
            parts = read_archive(data, _members(data))
            steps, turns = parts.pop("steps"), parts.pop("turns")
            if (steps.ndim, turns.ndim) != (1, 0):
                raise ValueError(f"steps and turns have the shapes {steps.shape}, {turns.shape}")
            return cls(list(parts.values()), steps.tolist(), turns.item())
        except ValueError as error:
            raise ValueError(f"{source} holds no tables that can be used: {error}") from error

    def __repr__(self) -> str:
        shapes = ", ".join("x".join(map(str, layer.shape)) for layer in self.layers)
        return f"AdditiveTables({shapes}, int8, turns={self.turns})"


def _checked(layers: Sequence[Layer]) -> tuple[Layer, ...]:
    """Return read-only copies of layers that fit each other."""
    if not isinstance(layers, list | tuple) or not layers:
        raise ValueError(f"layers must be a list of at least one array, got {type(layers)}")
    channels, checked = 1, []
    for number, layer in enumerate(layers, 1):
        if not isinstance(layer, np.ndarray) or layer.dtype != np.int8 or layer.ndim != 5:
            what = f"{layer.dtype} {layer.shape}" if isinstance(layer, np.ndarray) else type(layer)
            raise ValueError(f"layer {number} must be an int8 array (C, k, k, L, O), got {what}")
        rows, wide, nodes = layer.shape[1:4]
        fits = layer.shape[0] == channels and rows == wide and rows % 2 and 2 <= nodes <= 256
        if not fits or layer.shape[4] < 1:
            raise ValueError(
                f"layer {number} must be (C, k, k, L, O) with C = {channels}, an odd k, L from 2 "
                f"to 256 and O >= 1, got {layer.shape}"
            )
        if channels * rows * wide * UNIT * 128 > LARGEST_SUM:
            raise ValueError(
                f"layer {number} must have C k k <= {LARGEST_SUM // (UNIT * 128)}, so that sums "
                f"are exact in float32, got {channels * rows * wide}"
            )
        copy = np.array(layer, order="C")
        copy.flags.writeable = False
        checked.append(copy)
        channels = layer.shape[4]
    if channels not in (4, 9, 16):
        raise ValueError(f"the last layer must have 4, 9 or 16 outputs, got {channels}")
    return tuple(checked)


def _members(data: bytes) -> dict[str, np.dtype[Any]]:
    """Return what a file with so many members should hold: layer1, layer2, ..., steps, turns."""
    layers = len(member_names(data)) - 2
    if layers < 1:
        raise ValueError("it should hold layer1, ..., steps and turns")
    types = {f"layer{number}": np.dtype(np.int8) for number in range(1, layers + 1)}
    return types | {"steps": np.dtype("<f8"), "turns": np.dtype("<i8")}
