"""Writing a PNG file row by row, so that a large picture is never in memory as a whole.

Pillow writes one only from a whole picture, for which it takes four bytes a pixel: 800 MB for 200
megapixels. The format itself is a stream. Here every row is stored as its difference to the row
above (the filter "up"), and what is left is compressed by zlib's fastest level, for runs alone:
enlarged pictures are smooth, and longer searches make them hardly smaller.

Source: W3C, Portable Network Graphics (PNG) Specification.
"""

import struct
import zlib
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

SIGNATURE = b"\x89PNG\r\n\x1a\n"
COLOUR_TYPES = {1: 0, 3: 2, 2: 4, 4: 6}  # by channels: grey, RGB, grey and alpha, RGBA
UP = 2  # the number of the filter
LEVEL = 1
WINDOW = 15  # bits
BLOCK = 1 << 20  # bytes that are compressed at a time


class PngWriter:
    """A PNG file that is written from top to bottom.

    Args:
        file: Where the bytes go.
        size: (width, height).
        channels: 1 to 4: grey, grey and alpha, RGB, RGBA.
        profile: An ICC profile, if there is one.
    """

    def __init__(
        self, file: BinaryIO, size: tuple[int, int], channels: int, profile: bytes | None = None
    ) -> None:
        self._file = file
        self._above = np.zeros(size[0] * channels, np.uint8)
        self._pack = zlib.compressobj(LEVEL, zlib.DEFLATED, WINDOW, strategy=zlib.Z_RLE)
        file.write(SIGNATURE)
        self._chunk(b"IHDR", struct.pack(">2I5B", *size, 8, COLOUR_TYPES[channels], 0, 0, 0))
        if profile is not None:
            self._chunk(b"iCCP", b"ICC Profile\0\0" + zlib.compress(profile))

    def write(self, rows: npt.NDArray[np.uint8]) -> None:
        """Append rows, uint8 (h, width) or (h, width, channels)."""
        flat = rows.reshape(len(rows), -1)
        step = max(1, BLOCK // flat.shape[1])
        for top in range(0, len(flat), step):
            self._block(flat[top : top + step])

    def close(self) -> None:
        """End the stream; the file itself stays open."""
        self._chunk(b"IDAT", self._pack.flush())
        self._chunk(b"IEND", b"")

    def _block(self, flat: npt.NDArray[np.uint8]) -> None:
        lines = np.empty((len(flat), flat.shape[1] + 1), np.uint8)
        lines[:, 0] = UP
        np.subtract(flat[0], self._above, out=lines[0, 1:])  # modulo 256, as PNG has it
        np.subtract(flat[1:], flat[:-1], out=lines[1:, 1:])
        self._above = flat[-1].copy()
        if packed := self._pack.compress(lines.data):
            self._chunk(b"IDAT", packed)

    def _chunk(self, kind: bytes, data: bytes) -> None:
        self._file.write(struct.pack(">I", len(data)) + kind)
        self._file.write(data)
        self._file.write(struct.pack(">I", zlib.crc32(data, zlib.crc32(kind))))
