"""Widget of chapter 02: the kernel space, to be turned and walked through."""

from typing import Any

import ipywidgets as widgets
import torch
from torch import Tensor

from dynconv_lite.course.plots.ch02.solid import AZIMUTH, CORNERS, ELEVATION
from dynconv_lite.course.plots.ch02.space import draw_kernel_space, shares, track
from dynconv_lite.course.plots.style import Picture
from dynconv_lite.course.widgets.live import Live, choice, slider
from dynconv_lite.dynamic.attention import GATES, Gate

__all__ = ["draw_kernel_space", "kernel_space_explorer", "shares"]


def kernel_space_explorer(corners: Tensor = CORNERS, gate: Gate = "softmax") -> Live:
    """Return a widget to move a mixture of three kernels, and to turn the space that it is in.

    A dashed line shows where other temperatures of the softmax would put the mixture.

    Args:
        corners: The kernels (3, 3), one a row.
        gate: The gate to begin with.

    Raises:
        ValueError: If the kernels or the gate do not fit.
    """
    logits = {f"logit{k + 1}": value for k, value in enumerate((1.0, 0.0, -1.0))}
    controls = {
        name: slider(f"logit {name[-1]}", value, -6.0, 6.0, 0.1) for name, value in logits.items()
    }
    controls |= {
        "gate": choice("gate", list(GATES), gate if gate in GATES else None),
        "temperature": slider("temperature", 1.0, 0.1, 30.0, 0.1),
        "azimuth": slider("turn (azimuth)", AZIMUTH, -180.0, 180.0, 5.0),
        "elevation": slider("tilt (elevation)", ELEVATION, -90.0, 90.0, 5.0),
    }
    if gate not in GATES:
        raise ValueError(f"gate must be one of {', '.join(GATES)}, got {gate!r}")

    def draw(gate: Gate, temperature: float, azimuth: float, elevation: float, **z: Any) -> Picture:
        controls["temperature"].disabled = gate == "sigmoid"
        values = torch.tensor([z[name] for name in logits])
        attention = shares(values, gate, temperature)
        path = track(values) if gate == "softmax" else None
        return draw_kernel_space(attention, gate, corners, azimuth, elevation, path)

    items = list(controls.values())
    layout = widgets.VBox([widgets.HBox(items[i : i + 2]) for i in (0, 2, 4, 6)])
    return Live(draw, controls, layout)
