"""Widgets of chapter 08: turning step by step, and Glass patterns beside a layer's taps."""

import ipywidgets as widgets
from torch import Tensor

from dynconv_lite.course.plots.ch08.kinds import KINDS
from dynconv_lite.course.plots.ch08.pairs import draw_glass
from dynconv_lite.course.plots.ch08.turning import PLAIN, STAGES, draw_turning
from dynconv_lite.course.widgets.live import Live, choice, slider

__all__ = ["glass_explorer", "shift_turner"]


def shift_turner(image: Tensor) -> Live:
    """Return a widget that turns, shifts and sums, turns back and adds, step by step.

    Args:
        image: Grey picture (H, W), from 0 to 1.

    Raises:
        ValueError: If the image does not fit.
    """
    if image.ndim != 2:
        raise ValueError(f"image must be (H, W), got {tuple(image.shape)}")
    controls = {
        "kind": choice("layer", list(PLAIN), "one diagonal"),
        "quarter": slider("quarter turns", 0, 0, 3),
        "stage": slider("steps done", 1, 1, len(STAGES)),
    }
    items = list(controls.values())
    layout = widgets.VBox([items[0], widgets.HBox(items[1:])])
    return Live(lambda **values: draw_turning(image, **values), controls, layout)


def glass_explorer() -> Live:
    """Return a widget that lays a layer's taps beside a Glass pattern of any displacement."""
    controls = {
        "angle": slider("angle (degrees)", 45.0, 0.0, 157.5, 22.5),
        "distance": slider("distance (pixels)", 17, 2, 28),
        "kind": choice("layer", list(KINDS), "SW"),
    }
    items = list(controls.values())
    layout = widgets.VBox([items[2], widgets.HBox(items[:2])])
    return Live(draw_glass, controls, layout)
