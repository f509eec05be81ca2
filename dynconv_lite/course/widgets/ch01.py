"""Widgets of chapter 01: a kernel explorer and an explorer of effective receptive fields."""

from functools import partial
from typing import Any

import ipywidgets as widgets
import torch
from torch import Tensor

from dynconv_lite.course.plots.ch01 import draw_kernel
from dynconv_lite.course.plots.erf_explorer import draw_erf
from dynconv_lite.course.plots.style import Picture
from dynconv_lite.course.widgets.live import Live, choice, slider
from dynconv_lite.models.plain import NONLINEARITIES

PRESETS: dict[str, list[float]] = {
    "identity": [0, 0, 0, 0, 1, 0, 0, 0, 0],
    "blur": [1 / 9] * 9,
    "edge, left to right": [-1, 0, 1, -2, 0, 2, -1, 0, 1],
    "edge, top to bottom": [-1, -2, -1, 0, 0, 0, 1, 2, 1],
    "diagonal": [-2, -1, 0, -1, 0, 1, 0, 1, 2],
    "Laplacian": [0, 1, 0, 1, -4, 1, 0, 1, 0],
    "sharpen": [0, -1, 0, -1, 5, -1, 0, -1, 0],
}


def kernel_explorer(image: Tensor, preset: str = "edge, left to right") -> Live:
    """Return a widget to type or drag the nine weights of a kernel and watch what it does.

    Args:
        image: (H, W), grey, 0 to 1.
        preset: the kernel to begin with.

    Raises:
        ValueError: if the preset is unknown.
    """
    if preset not in PRESETS:
        raise ValueError(f"preset must be one of {list(PRESETS)}, got {preset!r}")
    height, width = image.shape
    weights = {
        f"w{row}{column}": widgets.FloatSlider(
            value=PRESETS[preset][3 * row + column],
            min=-5,
            max=5,
            step=0.01,
            readout_format=".2f",
            layout=widgets.Layout(width="13em"),
        )
        for row in range(3)
        for column in range(3)
    }
    place = {
        "row": slider("unit: row", height // 3, 0, height - 3),
        "column": slider("unit: column", width // 3, 0, width - 3),
    }

    def draw(row: int, column: int, **values: float) -> Picture:
        kernel = torch.tensor([values[name] for name in weights]).view(3, 3)
        return draw_kernel(image, kernel, row, column)

    presets = choice("kernel", list(PRESETS), preset)
    grid = widgets.GridBox(
        list(weights.values()), layout=widgets.Layout(grid_template_columns="repeat(3, 14em)")
    )
    explorer = Live(draw, {**weights, **place},
                    widgets.VBox([widgets.HBox([presets, *place.values()]), grid]))  # fmt: skip
    presets.observe(partial(_apply_preset, explorer, list(weights)), names="value")
    explorer.presets = presets
    return explorer


def _apply_preset(explorer: Live, names: list[str], change: Any) -> None:
    explorer.set(**dict(zip(names, PRESETS[change["new"]], strict=True)))


def erf_explorer() -> Live:
    """Return a widget that builds a stack of convolutions and measures its receptive field."""
    controls = {
        "kernel_size": slider("kernel size", 3, 1, 11, 2),
        "depth": slider("depth", 6, 1, 10),
        "dilation": slider("dilation", 1, 1, 3),
        "stride": slider("stride", 1, 1, 2),
        "nonlinearity": choice("non-linearity", list(NONLINEARITIES), "relu"),
        "residual": widgets.Checkbox(value=False, description="residual connections"),
    }
    items = list(controls.values())
    layout = widgets.VBox([widgets.HBox(items[i : i + 2]) for i in (0, 2, 4)])
    return Live(draw_erf, controls, layout)
