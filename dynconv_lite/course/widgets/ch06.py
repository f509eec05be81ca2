"""Widgets of chapter 06: one pixel's adapted kernel, and kernels composed of shifted pieces."""

from typing import Any

import ipywidgets as widgets
from torch import Tensor

from dynconv_lite.course.plots.ch06.adapting import GUIDES, draw_adapted, make_guide
from dynconv_lite.course.plots.ch06.composing import draw_composed
from dynconv_lite.course.plots.style import Picture
from dynconv_lite.course.widgets.live import Live, choice, slider
from dynconv_lite.shiftwise import DIRECTIONS

__all__ = ["pixel_explorer", "shift_composer"]


def pixel_explorer(image: Tensor, row: int | None = None, column: int | None = None) -> Live:
    """Return a widget that shows what any pixel of a photograph would be averaged with.

    Args:
        image: (3, H, W), from 0 to 1.
        row: Of the pixel to begin with; None for the middle.
        column: Of the pixel to begin with; None for the middle.

    Raises:
        ValueError: If the image does not fit.
    """
    make_guide(image, GUIDES[0])  # refuses what is no image
    high, wide = image.shape[1:]
    controls = {
        "row": slider("row", high // 2 if row is None else row, 0, high - 1),
        "column": slider("column", wide // 2 if column is None else column, 0, wide - 1),
        "guide": choice("guide", list(GUIDES), "colour"),
        "bandwidth": slider("bandwidth", 0.1, 0.02, 1.0, 0.02),
    }
    items = list(controls.values())
    layout = widgets.VBox([widgets.HBox(items[:2]), widgets.HBox(items[2:])])
    return Live(lambda **values: draw_adapted(image, **values), controls, layout)


def shift_composer() -> Live:
    """Return a widget that composes a large kernel of pieces and watches a stack's field."""
    controls: dict[str, widgets.Widget] = {
        "large_kernel": slider("large kernel M", 31, 5, 51, 2),
        "small_kernel": slider("piece n", 5, 3, 7, 2),
        "layers": slider("layers", 3, 1, 4),
    }
    for name in DIRECTIONS:
        chosen = name in ("horizontal", "vertical")
        controls[name] = widgets.Checkbox(value=chosen, description=name, indent=False)
    for name, value in (("rotate", False), ("centered", True)):
        controls[name] = widgets.Checkbox(value=value, description=name, indent=False)

    def draw(large_kernel: int, small_kernel: int, **rest: Any) -> Picture:
        # a piece is no larger than the kernel
        controls["small_kernel"].max = min(7, large_kernel)
        directions = tuple(name for name in DIRECTIONS if rest.pop(name))
        small = controls["small_kernel"].value
        return draw_composed(large_kernel, small, directions, **rest)

    items = list(controls.values())
    rows = [widgets.HBox(items[i:j]) for i, j in ((0, 3), (3, 7), (7, 9))]
    return Live(draw, controls, widgets.VBox(rows))
