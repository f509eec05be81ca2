"""Widgets of chapter 09: offsets to mix over, and nodes against caches."""

import ipywidgets as widgets

from dynconv_lite.course.plots.ch09.explorer import SIDE, chosen, draw_mix
from dynconv_lite.course.plots.ch09.nodes import draw_nodes
from dynconv_lite.course.plots.style import Picture
from dynconv_lite.course.widgets.live import Live, slider
from dynconv_lite.course.widgets.sketch import Sketch

__all__ = ["mix_explorer", "node_explorer"]

FORWARDS = (12, 13, 17, 18)  # buttons of (0, 0), (0, 1), (1, 0), (1, 1)


def mix_explorer() -> Live:
    """Return a widget to choose the offsets of a mix: its field, who meets whom, its bytes."""
    sheet = Sketch(SIDE)
    for button in FORWARDS:
        sheet.buttons[button].value = True
    sheet.buttons[SIDE * SIDE // 2].description = "0"
    controls = {
        "pressed": sheet,
        "mixed_nodes": slider("nodes per axis", 7, 2, 17),
        "features": slider("features", 2, 1, 8),
        "down": slider("partners of: down", 0, -2, 2),
        "right": slider("and right", 1, -2, 2),
    }

    def draw(
        pressed: tuple[bool, ...], mixed_nodes: int, features: int, down: int, right: int
    ) -> Picture:
        return draw_mix(chosen(pressed), mixed_nodes, features, (down, right))

    sliders = widgets.VBox([control for name, control in controls.items() if name != "pressed"])
    named = widgets.VBox([widgets.HTML("Offsets to mix over (0 is the pixel itself):"), sheet])
    return Live(draw, controls, widgets.HBox([named, sliders]))


def node_explorer() -> Live:
    """Return a widget to choose numbers of nodes and features: bytes against usual caches."""
    controls = {
        "pixel_nodes": slider("pixel's nodes", 5, 2, 33),
        "difference_nodes": slider("differences' nodes", 9, 3, 33, 2),
        "features": slider("features", 2, 1, 8),
        "mixed_nodes": slider("features' nodes", 7, 2, 17),
    }
    items = list(controls.values())
    layout = widgets.VBox([widgets.HBox(items[:2]), widgets.HBox(items[2:])])
    return Live(draw_nodes, controls, layout)
