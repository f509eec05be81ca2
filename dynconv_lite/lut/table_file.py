"""The bytes of a table's file, written whole, and read without running anything in them.

A published table is a .npy file, which has no place for a step size. A .npz file is a ZIP archive
of three such files.
"""

import ast
import io
import math
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from dynconv_lite.files import write_atomic
from dynconv_lite.validation import check_count

MEMBERS: dict[str, np.dtype[Any]] = {
    "values": np.dtype(np.int8),
    "step": np.dtype("<f8"),
    "pattern": np.dtype("<U1"),
}


def parse(data: bytes, dtype: np.dtype[Any]) -> npt.NDArray[Any]:
    """Read the bytes of a .npy file: its type and its length are checked before its data.

    Args:
        data: The whole file.
        dtype: What it should hold; never objects, which numpy would have to unpickle.

    Returns:
        The array, read-only.

    Raises:
        ValueError: If the file is damaged or holds something else.
    """
    shape, fortran, start = _header(data, dtype)
    expected, count = dtype.itemsize * math.prod(shape), len(data) - start
    if count != expected:
        raise ValueError(f"it should hold {expected} bytes of data and holds {count}")
    flat = np.frombuffer(data, dtype, offset=start)
    return flat.reshape(shape, order="F" if fortran else "C")


def _header(data: bytes, dtype: np.dtype[Any]) -> tuple[tuple[int, ...], bool, int]:
    """Return the shape, whether the first axis runs fastest, and where the data start.

    numpy's own reader may raise what is no ValueError, or try harder with a warning, if a header
    is damaged; and a table's header is simple.
    """
    if data[:8] != b"\x93NUMPY\x01\x00":  # later versions are for structures and long headers
        raise ValueError("it does not begin as a .npy file of version 1.0 does (magic string)")
    start = 10 + int.from_bytes(data[8:10], "little")
    try:
        fields = ast.literal_eval(data[10:start].decode("ascii").strip())
        shape, fortran, found = fields["shape"], fields["fortran_order"], fields["descr"]
    except (ValueError, SyntaxError, TypeError, KeyError, MemoryError, RecursionError) as error:
        raise ValueError(f"its header is damaged: {error}") from error
    if not isinstance(fields, dict) or not isinstance(fortran, bool) or found != dtype.str:
        raise ValueError(f"it holds {found!r}, not {dtype.str!r}")
    if not isinstance(shape, tuple):
        raise ValueError(f"its shape should be a tuple, and is {shape!r}")
    for size in shape:
        check_count("every axis", size, minimum=0)
    return shape, fortran, start


def unpack(data: bytes) -> dict[str, npt.NDArray[Any]]:
    """Read the three members of a table's .npz file.

    Args:
        data: The whole file.

    Returns:
        The arrays by the names in `MEMBERS`, of the types there.

    Raises:
        ValueError: If the file is damaged or holds something else.
    """
    parts = read_archive(data, MEMBERS)
    for name in ("step", "pattern"):
        if parts[name].shape != ():
            raise ValueError(f"{name} should be one value, and is {parts[name].shape}")
    return parts


def write_archive(path: str | Path, arrays: Mapping[str, npt.NDArray[Any]]) -> None:
    """Write a .npz file that `read_archive` reads, whole or not at all.

    Args:
        path: Ends in .npz.
        arrays: By name.

    Raises:
        ValueError: If the path does not end in .npz.
        OSError: If the file cannot be written.
    """
    target, buffer = Path(path), io.BytesIO()
    if target.suffix != ".npz":
        raise ValueError(f"path must end in .npz, got {target}")
    content: dict[str, Any] = dict(arrays)
    np.savez(buffer, allow_pickle=False, **content)
    write_atomic(target, buffer.getvalue())


def read_archive(data: bytes, members: Mapping[str, np.dtype[Any]]) -> dict[str, npt.NDArray[Any]]:
    """Read a .npz file of any kind of tables, trusting nothing that it says of itself.

    Args:
        data: The whole file.
        members: What it should hold, by name, and of which type.

    Returns:
        The arrays by name, read-only.

    Raises:
        ValueError: If the file is damaged or holds something else.
    """
    with _archive(data) as archive:
        names = sorted(archive.namelist())
        if names != sorted(f"{name}.npy" for name in members):
            raise ValueError(f"it should hold {', '.join(sorted(members))}, and holds {names}")
        parts = {}
        for name, dtype in members.items():
            member = archive.getinfo(f"{name}.npy")
            # `save` does not compress: so a small file cannot unfold into a large one
            if member.compress_type != zipfile.ZIP_STORED or member.flag_bits & 1:
                raise ValueError(f"{name} is compressed or encrypted")
            try:
                content = archive.read(member)
            except (zipfile.BadZipFile, NotImplementedError, EOFError) as error:
                raise ValueError(f"{name} is damaged: {error}") from error
            parts[name] = parse(content, dtype)
        return parts


def member_names(data: bytes) -> list[str]:
    """Return what a .npz file says that it holds, sorted: "values.npy" and so on.

    Raises:
        ValueError: If it is no such file.
    """
    with _archive(data) as archive:
        return sorted(archive.namelist())


def _archive(data: bytes) -> zipfile.ZipFile:
    try:
        if not data.startswith(b"PK"):  # zipfile would look for an archive behind anything else
            raise zipfile.BadZipFile("it does not begin as one does")
        return zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, NotImplementedError) as error:
        raise ValueError(f"it is no .npz file: {error}") from error
