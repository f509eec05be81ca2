"""What a file of pixel-mix tables holds, and how it is read without trust."""

import io
import zipfile
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
LARGEST = 1 << 30  # bytes of a file that is read


def unpack(data: bytes) -> dict[str, npt.NDArray[Any]]:
    """Read the members of a .npz file, after a look at their names, sizes and types.

    Raises:
        ValueError: If one is missing, unknown, of another type, compressed or encrypted.
        zipfile.BadZipFile: If it is no such file at all.
    """
    if not data.startswith(b"PK"):  # zipfile would look for an archive behind anything else
        raise ValueError("it is no .npz file")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        files = archive.infolist()
        names = sorted(file.filename for file in files)
        if names != sorted(f"{name}.npy" for name in MEMBERS):
            raise ValueError(f"it should hold {', '.join(sorted(MEMBERS))}, and holds {names}")
        # `save` does not compress: so a small file cannot unfold into a large one
        if any(file.compress_type != zipfile.ZIP_STORED or file.flag_bits & 1 for file in files):
            raise ValueError("a member is compressed or encrypted")
        if len(data) > LARGEST or sum(file.file_size for file in files) > len(data):
            raise ValueError("it is larger than any table, or says so")
        parts = {}
        for name, dtype in MEMBERS.items():
            member = io.BytesIO(archive.read(f"{name}.npy"))
            parts[name] = np.lib.format.read_array(member, allow_pickle=False)
            if parts[name].dtype != dtype:
                raise ValueError(f"{name} should be {dtype}, and is {parts[name].dtype}")
    return parts


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
