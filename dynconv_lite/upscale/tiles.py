"""Super-resolution in tiles: the same pixels as in one go, in memory that a tile bounds.

What a table makes of a pixel depends on its neighbours up to the tables' reach. So a tile is cut
out with a margin as wide as the reach of all stages together. At a cut, padding makes the first
stage wrong up to its own reach, the second up to the sum of both, and so on: never beyond the
margin, which is then thrown away. At the picture's border there is no margin, and every stage pads
there what it pads in the whole picture. Hence the result is equal to the bit.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

import numpy as np

from dynconv_lite.lut import LookupTable, enlarge
from dynconv_lite.lut.cascade import cascade_reach
from dynconv_lite.lut.picture import Picture, colour_planes
from dynconv_lite.lut.table_sets import TableSet
from dynconv_lite.validation import check_count

TILE = 256  # pixels of the small picture: a margin of 8 costs 6 per cent

Tables = LookupTable | TableSet
Report = Callable[[int, int], None]


def upscale(
    image: Picture, tables: Tables, *, tile: int = TILE, report: Report | None = None
) -> Picture:
    """Enlarge a picture by a set of tables, tile by tile.

    Args:
        image: uint8 (H, W) or (H, W, 3), of at least one pixel.
        tables: What `dynconv_lite.lut.load_tables` returns, or one table; r its whole scale.
        tile: Height and width of a tile at most, in pixels of `image`. The result does not depend
            on it; memory does.
        report: Called after every tile with the number of tiles done and of all.

    Returns:
        uint8 (H * r, W * r) or (H * r, W * r, 3), equal to `enlarge(image, tables)`.

    Raises:
        ValueError: If an argument is not one of those allowed.
    """
    plan = _Plan(image, tables, tile, report)
    out = plan.empty(0, len(image))
    for top, bottom in plan.rows:
        plan.fill(out[top * plan.scale : bottom * plan.scale], top, bottom)
    return out


def bands(
    image: Picture, tables: Tables, *, tile: int = TILE, report: Report | None = None
) -> Iterator[Picture]:
    """Enlarge a picture, and hand it over from top to bottom, one row of tiles at a time.

    Args:
        image: As of `upscale`, like all others.
        tables: See there.
        tile: See there.
        report: See there.

    Returns:
        An iterator over uint8 (h * r, W * r) or (h * r, W * r, 3), with h of about `tile`;
        stacked, they are what `upscale` returns.

    Raises:
        ValueError: If an argument is not one of those allowed; before anything is computed.
    """
    plan = _Plan(image, tables, tile, report)
    return (plan.fill(plan.empty(*rows), *rows) for rows in plan.rows)


class _Plan:
    """Where a picture is cut, and how one row of tiles is computed."""

    def __init__(
        self, image: Picture, tables: Tables, tile: int, report: Report | None = None
    ) -> None:
        colour_planes(image)  # refuses what is no picture
        check_count("tile", tile)
        self.image, self.tables, self.report = image, tables, report
        self.scale = enlargement(tables)
        self.margin = reach(tables)
        self.rows, self.columns = (_cuts(size, tile) for size in image.shape[:2])
        self.done = 0

    def empty(self, top: int, bottom: int) -> Picture:
        """Return room for what becomes of some rows."""
        wide, *colours = self.image.shape[1:]
        return np.empty(((bottom - top) * self.scale, wide * self.scale, *colours), np.uint8)

    def fill(self, out: Picture, top: int, bottom: int) -> Picture:
        """Compute what becomes of some rows; `out` is returned."""
        for left, right in self.columns:
            out[:, left * self.scale : right * self.scale] = self._tile(top, bottom, left, right)
            self.done += 1
            if self.report is not None:
                self.report(self.done, len(self.rows) * len(self.columns))
        return out

    def _tile(self, top: int, bottom: int, left: int, right: int) -> Picture:
        first, before = max(0, top - self.margin), max(0, left - self.margin)
        piece = self.image[first : bottom + self.margin, before : right + self.margin]
        large = enlarge(piece, self.tables)
        y, x = (top - first) * self.scale, (left - before) * self.scale
        high, wide = (bottom - top) * self.scale, (right - left) * self.scale
        return large[y : y + high, x : x + wide]


def enlargement(tables: Tables) -> int:
    """Return how many pixels, along each axis, one pixel becomes.

    Args:
        tables: As of `upscale`.

    Raises:
        ValueError: If they are no tables.
    """
    return len(enlarge(np.zeros((1, 1), np.uint8), tables))  # ask, and any kind will answer


def reach(tables: Tables) -> int:
    """Return how many pixels of the small picture a result depends on to every side.

    Args:
        tables: As of `upscale`.
    """
    if isinstance(tables, LookupTable):
        return tables.pattern.reach
    if not isinstance(tables, Sequence):
        return tables.reach
    return cascade_reach([[s] if isinstance(s, LookupTable) else s for s in tables])


def _cuts(size: int, tile: int) -> list[tuple[int, int]]:
    """Cut an axis into as few pieces as fit into tiles, of nearly the same length."""
    count = -(-size // tile)
    return list(pairwise(size * i // count for i in range(count + 1)))
