"""From a picture's file to the file of the enlarged picture, which is whole or not there."""

import io
import os
import struct
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from PIL import Image

from dynconv_lite.files import write_atomic
from dynconv_lite.upscale.png import PngWriter
from dynconv_lite.upscale.source import PictureError, Source, check_source, read_source
from dynconv_lite.upscale.tiles import TILE, Report, Tables, bands, enlargement


@dataclass(frozen=True)
class Format:
    """What a kind of file can hold, and how Pillow is to write it."""

    name: str
    alpha: bool = True
    longest: int = (1 << 31) - 1  # pixels of a side
    options: dict[str, Any] = field(default_factory=dict)


JPEG = Format("JPEG", alpha=False, longest=65500, options={"quality": 95, "subsampling": 0})
TIFF = Format("TIFF", options={"compression": "tiff_lzw"})
FORMATS = {
    ".png": Format("PNG"),
    ".jpg": JPEG,
    ".jpeg": JPEG,
    ".webp": Format("WEBP", longest=16383, options={"quality": 95}),
    ".tif": TIFF,
    ".tiff": TIFF,
}


class Writer(Protocol):
    """Takes a picture's rows from top to bottom."""

    def write(self, rows: npt.NDArray[np.uint8]) -> None:
        """Append rows, uint8 (h, width) or (h, width, channels)."""

    def close(self) -> None:
        """End the file."""


def upscale_file(
    path: Path, target: Path, tables: Tables, *, tile: int = TILE, report: Report | None = None
) -> tuple[int, int, list[str]]:
    """Enlarge a picture by tables and write it to a file.

    Colours are enlarged by the tables, transparency by bicubic interpolation. A .png file is
    compressed while it is computed; other formats need the whole picture at once, at four bytes a
    pixel.

    Args:
        path: A picture that Pillow reads; see `read_source`.
        target: Its ending says the format: .png, .jpg, .jpeg, .webp, .tif or .tiff.
        tables: As of `upscale`, like the others.
        tile: See there.
        report: See there.

    Returns:
        Width and height of the enlarged picture, and notes for the user.

    Raises:
        PictureError: If the picture cannot be read, or the target cannot be written or hold it.
        ValueError: If the tables or the tile are not what `upscale` takes.
    """
    form = check_paths(path, target)
    source = read_source(path)
    if source.alpha is not None and not form.alpha:
        raise PictureError(f"{path} has transparency, and {form.name} has none; choose .png")
    high, wide = source.colour.shape[:2]
    parts = bands(source.colour, tables, tile=tile, report=report)
    scale = enlargement(tables)
    size = wide * scale, high * scale
    if max(size) > form.longest:
        raise PictureError(
            f"{size[0]} x {size[1]} pixels are too many for {form.name}, whose sides have at most "
            f"{form.longest}; choose .png"
        )
    channels = (1 if source.colour.ndim == 2 else 3) + (source.alpha is not None)
    file = io.BytesIO()
    writer: Writer = (
        PngWriter(file, size, channels, source.profile)
        if form.name == "PNG"
        else _PillowWriter(file, size, channels, source.profile, form)
    )
    for rows in _with_alpha(parts, source, scale):
        writer.write(rows)
    writer.close()
    try:
        with file.getbuffer() as data:  # not getvalue, which would copy it
            write_atomic(target, data)  # type: ignore[arg-type]  # a file takes any bytes
    except OSError as error:
        raise PictureError(f"{target} cannot be written: {error.strerror}") from error
    return *size, source.notes


def check_paths(path: Path, target: Path) -> Format:
    """Refuse a picture that is not there and a target that cannot be written, at the start.

    Args:
        path: The picture to read, which must not be overwritten.
        target: The file to write.

    Returns:
        The format that its ending names.

    Raises:
        PictureError: Saying what is wrong.
    """
    check_source(path)
    form = FORMATS.get(target.suffix.lower())
    if form is None:
        raise PictureError(f"{target} must end in one of {', '.join(FORMATS)}")
    if target.is_dir():
        raise PictureError(f"{target} is a folder; name a file in it")
    if target.exists() and target.samefile(path):
        raise PictureError(f"{target} is the picture to be enlarged; choose another name")
    if not target.parent.is_dir():
        raise PictureError(f"the folder {target.parent} does not exist; make it first")
    if target.exists() and not os.access(target, os.W_OK):
        raise PictureError(f"{target} exists and is protected from writing")
    try:
        tempfile.TemporaryFile(dir=target.parent).close()
    except OSError as error:
        raise PictureError(f"cannot write to {target.parent}: {error.strerror}") from error
    return form


def _with_alpha(
    parts: Iterator[npt.NDArray[np.uint8]], source: Source, scale: int
) -> Iterator[npt.NDArray[np.uint8]]:
    """Put the enlarged transparency beside the colours, if there is one."""
    if source.alpha is None:
        yield from parts
        return
    alpha, top = Image.fromarray(source.alpha), 0
    for colour in parts:
        bottom = top + len(colour) // scale
        size = colour.shape[1], len(colour)
        # with a box, Pillow still looks at the pixels around it
        wide = alpha.resize(size, Image.Resampling.BICUBIC, (0, top, alpha.width, bottom))
        yield np.dstack([colour, np.asarray(wide)])
        top = bottom


class _PillowWriter:
    """Collects the whole picture, for Pillow to write it."""

    def __init__(
        self,
        file: io.BytesIO,
        size: tuple[int, int],
        channels: int,
        profile: bytes | None,
        form: Format,
    ) -> None:
        self._file, self._form, self._profile, self._top = file, form, profile, 0
        self._picture = Image.new(("L", "LA", "RGB", "RGBA")[channels - 1], size)

    def write(self, rows: npt.NDArray[np.uint8]) -> None:
        self._picture.paste(Image.fromarray(rows), (0, self._top))
        self._top += len(rows)

    def close(self) -> None:
        options = self._form.options
        if self._profile is not None:
            options = {**options, "icc_profile": self._profile}
        try:
            self._picture.save(self._file, self._form.name, **options)
        except (OSError, ValueError, struct.error) as error:
            told = " ".join(str(error).split())
            raise PictureError(f"it cannot be written as {self._form.name}: {told}") from error
