"""What is kept of a dictionary method once it is learned: atoms, and what each of them answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from dynconv_lite.lut.table_file import read_archive, write_archive
from dynconv_lite.sparse_coding.features import MAPS, WINDOW, check_scale
from dynconv_lite.validation import check_count

Float32 = npt.NDArray[np.float32]
METHODS = ("ne_lle", "zeyde", "anr", "aplus")
ANCHORED = ("anr", "aplus")  # one atom a patch, which answers by a matrix
MEMBERS: dict[str, np.dtype[Any]] = {
    "components": np.dtype("<f4"),
    "atoms": np.dtype("<f4"),
    "answers": np.dtype("<f4"),
    "used": np.dtype("<i8"),
    "scale": np.dtype("<i8"),
    "method": np.dtype("<U6"),
}
UNIT_ERROR = 1e-4  # of an atom's norm, stored in float32


@dataclass(frozen=True, eq=False)
class SparseModel:
    """A dictionary for super-resolution.

    A patch of features f, 4 (3 r)**2 numbers, becomes x = components f. Its method finds the
    atoms like x, and the missing detail y, (3 r)**2 pixels, is

    - "ne_lle": the sum of w_i answers[i] over the `used` atoms most correlated with x, with weights
      of locally linear embedding;
    - "zeyde": the sum of c_i answers[i] over `used` atoms that matching pursuit finds;
    - "anr" and "aplus": answers[k] x for the one atom k most correlated with x.

    Correlation is absolute: an atom stands for its negative too.

    Attributes:
        method: One of `METHODS`.
        scale: r = 2, 3 or 4.
        components: float32 (d, 4 (3 r)**2), orthonormal rows.
        atoms: float32 (K, d), rows of norm 1.
        answers: float32 (K, (3 r)**2), or (K, (3 r)**2, d) for anchored methods.
        used: Atoms for one patch; 1 for anchored methods.

    Raises:
        ValueError: If a type, a shape or a value does not fit the rest.
    """

    method: str
    scale: int
    components: Float32
    atoms: Float32
    answers: Float32
    used: int

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            raise ValueError(f"method must be one of {', '.join(METHODS)}, got {self.method!r}")
        check_scale(self.scale)
        check_count("used", self.used)
        for name in ("components", "atoms", "answers"):
            object.__setattr__(self, name, _frozen(name, getattr(self, name)))
        pixels = (WINDOW * self.scale) ** 2
        count, kept = self.atoms.shape if self.atoms.ndim == 2 else (0, 0)
        anchored = self.method in ANCHORED
        expected = (count, pixels, kept) if anchored else (count, pixels)
        fits = self.components.shape == (kept, MAPS * pixels) and self.answers.shape == expected
        if not fits or not count:
            raise ValueError(
                f"components, atoms and answers must be (d, {MAPS * pixels}), (K, d) and "
                f"{f'(K, {pixels}, d)' if anchored else f'(K, {pixels})'} with K >= 1, got "
                f"{self.components.shape}, {self.atoms.shape} and {self.answers.shape}"
            )
        norms = np.linalg.norm(self.atoms, axis=1)
        if np.abs(norms - 1).max() > UNIT_ERROR:
            raise ValueError(f"atoms must have norm 1, got {norms.min():.6g} to {norms.max():.6g}")
        most = 1 if anchored else min(self.atoms.shape) if self.method == "zeyde" else count
        if self.used > most:
            raise ValueError(f"used must be at most {most} for {self.method}, got {self.used}")

    @property
    def nbytes(self) -> int:
        """Size in bytes of all arrays that enlarging a picture needs."""
        return self.components.nbytes + self.atoms.nbytes + self.answers.nbytes

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Return what `from_arrays` takes: components, atoms, answers, and used as int64 ()."""
        return {
            "components": self.components,
            "atoms": self.atoms,
            "answers": self.answers,
            "used": np.array(self.used, "<i8"),
        }

    @classmethod
    def from_arrays(
        cls, method: str, scale: int, arrays: Mapping[str, npt.NDArray[Any]]
    ) -> "SparseModel":
        """Make a model of what `arrays` returns.

        Raises:
            ValueError: If an array is missing, unknown, or does not fit the rest.
        """
        names = ("answers", "atoms", "components", "used")
        if sorted(arrays) != list(names):
            raise ValueError(f"arrays must be {', '.join(names)}, got {sorted(arrays)}")
        used = np.asarray(arrays["used"])
        if used.shape != () or not np.issubdtype(used.dtype, np.integer):
            raise ValueError(f"used must be one integer, got {used.dtype} {used.shape}")
        return cls(
            method, scale, arrays["components"], arrays["atoms"], arrays["answers"], int(used)
        )

    def save(self, path: str | Path) -> None:
        """Write a .npz file, whole or not at all.

        Raises:
            ValueError: If the path does not end in .npz.
            OSError: If the file cannot be written.
        """
        own = {"scale": np.array(self.scale, "<i8"), "method": np.array(self.method, "<U6")}
        write_archive(path, {**self.arrays(), **own})

    @classmethod
    def load(cls, path: str | Path) -> "SparseModel":
        """Read what `save` wrote; no code in the file is run.

        Raises:
            ValueError: If the file is damaged or holds anything else.
            OSError: If the file cannot be read.
        """
        source = Path(path)
        data = source.read_bytes()
        try:
            parts = read_archive(data, MEMBERS)
            method, scale = parts.pop("method"), parts.pop("scale")
            if (method.shape, scale.shape) != ((), ()):
                raise ValueError(f"method and scale have shapes {method.shape}, {scale.shape}")
            return cls.from_arrays(str(method), int(scale), parts)
        except ValueError as error:
            raise ValueError(f"{source} holds no dictionary that can be used: {error}") from error

    def __repr__(self) -> str:
        count, kept = self.atoms.shape
        return f"SparseModel({self.method}, x{self.scale}, {count} atoms of {kept})"


def _frozen(name: str, values: object) -> Float32:
    """Return a read-only copy of a finite float32 array."""
    if not isinstance(values, np.ndarray) or values.dtype != np.float32:
        kind = values.dtype if isinstance(values, np.ndarray) else type(values).__name__
        raise ValueError(f"{name} must be a numpy array of float32, got {kind}")
    if not np.isfinite(values).all():
        raise ValueError(f"{name} holds NaN or infinite values; every number must be finite")
    copy = np.array(values, order="C")
    copy.flags.writeable = False
    return copy
