"""Widgets of chapter 05: the field of a stack by kernel and depth, and SLaK's cross."""

from typing import Any

import ipywidgets as widgets

from dynconv_lite.course.plots.ch05.cross import draw_cross
from dynconv_lite.course.plots.ch05.growth import draw_field
from dynconv_lite.course.plots.style import Picture
from dynconv_lite.course.widgets.live import Live, slider

__all__ = ["cross_explorer", "field_explorer"]


def field_explorer() -> Live:
    """Return a widget that trades kernel size for depth, and watches the field grow."""
    controls = {
        "kernel_size": slider("kernel size K", 7, 3, 31, 2),
        "layers": slider("layers L", 4, 1, 8),
    }
    return Live(draw_field, controls, widgets.HBox(list(controls.values())))


def cross_explorer() -> Live:
    """Return a widget that builds a large kernel from two strips and a square.

    A strip is less wide than the kernel is long, so the slider of its width ends below the other's
    value.
    """
    controls: dict[str, widgets.Widget] = {
        "kernel_size": slider("kernel size K", 51, 7, 61, 2),
        "strip": slider("strip width s", 5, 1, 49, 2),
    }
    for name in ("vertical", "horizontal", "square"):
        controls[name] = widgets.Checkbox(value=True, description=name, indent=False)

    def draw(kernel_size: int, **rest: Any) -> Picture:
        strip = controls["strip"]
        strip.max = kernel_size - 2  # a value above it falls to it
        return draw_cross(kernel_size, **{**rest, "strip": strip.value})

    items = list(controls.values())
    layout = widgets.VBox([widgets.HBox(items[:2]), widgets.HBox(items[2:])])
    return Live(draw, controls, layout)
