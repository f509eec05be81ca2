"""Widgets of chapter 10: one look-up in a table, and a loupe over enlarged pictures."""

import io
import sys
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any

import ipywidgets as widgets
import numpy as np
import numpy.typing as npt
from PIL import Image

from data_utils import DataError, matlab_bicubic, photo
from data_utils.photos import SOURCES
from dynconv_lite.course.plots.ch10.entry import draw_entry
from dynconv_lite.course.plots.ch10.pictures import draw_loupe
from dynconv_lite.course.plots.style import Picture
from dynconv_lite.course.widgets.live import Live, choice, slider
from dynconv_lite.lut import LookupTable, super_resolve

__all__ = ["SrViewer", "sr_viewer", "table_explorer"]

Pixels = npt.NDArray[np.uint8]
SCALE = 4
MOST = 1024  # pixels a side that are kept of a picture: more would take long to enlarge
LARGEST = 50_000_000  # pixels of a file that is opened at all
LEAST = 128
FORMATS = ("PNG", "JPEG", "BMP", "WEBP", "TIFF")
WAIT = (
    "The look-up has to be compiled for this machine first, which takes some seconds, once. Press "
    "the button when you are ready; until then the table's picture is missing."
)
READY = "Move the loupe; the decibels are of the whole picture."


def table_explorer(table: LookupTable) -> Live:
    """Return a widget that looks four pixels up and shows the corners, weights and the answer.

    Args:
        table: Of the four taps of "s", interval 3 to 8.

    Raises:
        ValueError: If the table is another one.
    """
    draw_entry(table, 0, 0, 0, 0)  # refuses what is no such table
    starts = {"a": 37, "b": 170, "c": 90, "d": 250}
    names = {"a": "a: the pixel", "b": "b: right", "c": "c: below", "d": "d: both"}
    controls = {key: slider(names[key], value, 0, 255) for key, value in starts.items()}
    items = list(controls.values())
    layout = widgets.VBox([widgets.HBox(items[:2]), widgets.HBox(items[2:])])
    return Live(lambda **pixels: draw_entry(table, **pixels), controls, layout)


class SrViewer(widgets.VBox):
    """A loupe over one picture, shrunken and enlarged again in several ways.

    Args:
        table: What looks up; of scale 4.
        network: From a small picture, uint8 (h, w, 3), to one four times as large; None for none.
        name: The photograph to begin with, one of those inside the course's packages.

    Attributes:
        photograph: The list of embedded photographs.
        path: Where the path of a picture of one's own is typed.
        upload: Where one is uploaded.
        button: Compiles the look-up; there is none once it is compiled.
        status: What has just happened, or went wrong.
        live: The loupe and its controls.
        pictures: name -> the whole picture, as `draw_loupe` takes them.

    Raises:
        ValueError: If the table is of another scale, or there is no such photograph.
    """

    def __init__(
        self,
        table: LookupTable,
        network: Callable[[Pixels], Pixels] | None = None,
        name: str = "astronaut",
    ) -> None:
        if table.scale != SCALE:
            raise ValueError(f"table must enlarge by {SCALE}, got {table!r}")
        self.table, self.network = table, network
        self.waiting = not is_compiled()
        self.original = photo(name).image
        self.pictures: dict[str, Pixels] = {}
        self.photograph = choice("photograph", list(SOURCES), name)
        wide = widgets.Layout(width="30em")
        style = {"description_width": "7.5em"}
        self.path = widgets.Text(
            description="or a path", placeholder="of your own picture, then Enter", layout=wide,
            style=style, continuous_update=False,
        )  # fmt: skip
        self.upload = widgets.FileUpload(
            accept="image/*", description="or upload one", layout={"width": "auto"}
        )
        self.button = widgets.Button(description="compile and look up", layout={"width": "auto"})
        self.status = widgets.HTML()
        self._enlarge()
        controls = {
            "down": slider("down (%)", 25, 0, 100),
            "across": slider("across (%)", 45, 0, 100),
            "size": slider("side (pixels)", 72, 24, LEAST, 4),
        }
        self.live = Live(self._draw, controls, widgets.HBox(list(controls.values())))
        self.photograph.observe(lambda _: self._take(self._embedded), names="value")
        self.path.observe(self._typed, names="value")
        self.upload.observe(self._uploaded, names="value")
        self.button.on_click(lambda _: self.compile())
        self._say(WAIT if self.waiting else READY)
        self.button.layout.display = None if self.waiting else "none"
        sources = widgets.HBox([self.photograph, self.path, self.upload])
        sources.layout.flex_flow = "row wrap"
        super().__init__([sources, widgets.HBox([self.button, self.status]), self.live])

    def compile(self) -> None:
        """Compile the look-up, which was announced before, and show the table's picture."""
        self._say("Compiling ...")
        self.waiting = False
        self._take(lambda: self.original)
        self.button.layout.display = "none"

    def _draw(self, down: int, across: int, size: int) -> Picture:
        high, wide = self.pictures["truth"].shape[:2]
        row, column = (round((most - size) * p / 100) for most, p in ((high, down), (wide, across)))
        return draw_loupe(self.pictures, row, column, size)

    def _enlarge(self) -> None:
        """Make all pictures of the original."""
        truth = fitted(self.original)
        small = matlab_bicubic(truth, 1 / SCALE)
        nearest = small.repeat(SCALE, 0).repeat(SCALE, 1)
        found = {"nearest": nearest, "bicubic": matlab_bicubic(small, SCALE)}
        if not self.waiting:
            found["table"] = super_resolve(small, [self.table])
        if self.network is not None:
            found["network"] = self.network(small)
        self.pictures = found | {"truth": truth}

    def _take(self, load: Callable[[], Pixels]) -> None:
        """Load a picture and show it; what cannot be loaded is said, and the old one stays."""
        before = self.original
        try:
            self.original = load()
            self._enlarge()
        except (ValueError, OSError, DataError) as error:
            self.original = before
            self._say(f"<b>{escape(str(error))}</b>")
            return
        self._say(WAIT if self.waiting else READY)
        self.live.redraw()

    def _embedded(self) -> Pixels:
        return photo(self.photograph.value).image

    def _typed(self, change: Any) -> None:
        if self.path.value.strip():
            path = Path(self.path.value.strip()).expanduser()
            self._take(lambda: opened(path, path.name))

    def _uploaded(self, change: Any) -> None:
        for item in self.upload.value[-1:]:
            content = io.BytesIO(bytes(item["content"]))
            self._take(lambda: opened(content, item["name"]))  # noqa: B023, it is called at once

    def _say(self, words: str) -> None:
        self.status.value = words


def sr_viewer(
    table: LookupTable,
    network: Callable[[Pixels], Pixels] | None = None,
    name: str = "astronaut",
) -> SrViewer:
    """Return a loupe over a picture, enlarged by nearest, bicubic, a table and a network.

    Args:
        table: Of scale 4.
        network: From uint8 (h, w, 3) to uint8 (4 h, 4 w, 3); None for none.
        name: An embedded photograph to begin with.

    Raises:
        ValueError: If the table is of another scale, or there is no such photograph.
    """
    return SrViewer(table, network, name)


def is_compiled() -> bool:
    """Tell whether the look-up has been compiled, or read from the cache, in this process."""
    kernels = sys.modules.get("dynconv_lite.lut.kernels")
    return kernels is not None and bool(kernels.band.signatures)


def opened(source: Path | io.BytesIO, name: str) -> Pixels:
    """Read a picture as RGB.

    Args:
        source: A file.
        name: What to call it in a message.

    Raises:
        ValueError: If it is no picture of a usual kind, is damaged, or has too many pixels.
    """
    try:
        with Image.open(source, formats=FORMATS) as picture:
            if picture.width * picture.height > LARGEST:
                raise ValueError(f"it has {picture.width} x {picture.height} pixels, too many")
            return np.array(picture.convert("RGB"))
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise ValueError(f"{name} cannot be read as a picture: {error}") from error


def fitted(image: Pixels) -> Pixels:
    """Cut the middle out of a picture: at most 1024 pixels a side, a multiple of 4.

    Raises:
        ValueError: If a side has less than 128 pixels.
    """
    if min(image.shape[:2]) < LEAST:
        high, wide = image.shape[:2]
        raise ValueError(f"image must have at least {LEAST} rows and columns, got {high} x {wide}")
    sizes = [min(size, MOST) // SCALE * SCALE for size in image.shape[:2]]
    top, left = ((whole - size) // 2 for whole, size in zip(image.shape[:2], sizes, strict=True))
    return np.ascontiguousarray(image[top : top + sizes[0], left : left + sizes[1]])
