"""Widget of chapter 03: the kernels and the attention of a trained network, image by image."""

from collections.abc import Callable, Mapping
from typing import Any

import ipywidgets as widgets
from torch import Tensor, nn

from dynconv_lite.course.plots.ch03.layer import draw_layer, view_layer
from dynconv_lite.course.plots.style import Picture
from dynconv_lite.course.widgets.live import Live, choice, slider
from dynconv_lite.course.widgets.sketch import Sketch
from dynconv_lite.dynamic import GATES, dynamic_layers

__all__ = ["DRAWING", "kernel_explorer"]

DRAWING = "my drawing"


def kernel_explorer(
    model: nn.Module,
    images: Mapping[str, Tensor],
    prepare: Callable[[Tensor], Tensor] = lambda image: image,
    size: int = 32,
) -> Live:
    """Return a widget that shows what any dynamic layer makes of an image, or of a drawing.

    Args:
        model: A network with dynamic layers.
        images: By name, (3, H, W) from 0 to 1.
        prepare: From such an image to what the model takes.
        size: Side of the drawing, in pixels.

    Raises:
        ValueError: If the model has no dynamic layer, or there is no image.
    """
    layers = dynamic_layers(model)
    if not layers:
        raise ValueError("model has no dynamic layer to look into")
    if not images:
        raise ValueError("images must hold at least one image, got none")
    sketch = Sketch()
    controls = {
        "image": choice("image", [*images, DRAWING]),
        "layer": choice("layer", list(layers)),
        "gate": choice("gate", list(GATES)),
        "temperature": slider("temperature", 1.0, 0.1, 30.0, 0.1),
        "output": slider("output channel", 0, 0, 0),
        "input": slider("input channel", 0, 0, 0),
        "sketch": sketch,
    }

    def limit(change: object = None) -> None:
        for name, count in zip(
            ("output", "input"), layers[controls["layer"].value].weight.shape[1:3], strict=True
        ):
            controls[name].max = count - 1  # a value above it falls to it

    limit()

    def draw(image: str, layer: str, gate: Any, temperature: float, **rest: Any) -> Picture:
        limit()
        sketch.layout.display = None if image == DRAWING else "none"
        controls["temperature"].disabled = gate == "sigmoid"
        shown = sketch.image(size) if image == DRAWING else images[image]
        channels = {name: controls[name].value for name in ("output", "input")}
        view = view_layer(
            model, layer, prepare(shown), gate=gate, temperature=temperature, **channels
        )
        return draw_layer(view, shown.permute(1, 2, 0), f"{layer}, {gate}")

    items = list(controls.values())[:6]
    rows = [widgets.HBox(items[i : i + 2]) for i in (0, 2, 4)]
    return Live(draw, controls, widgets.VBox([*rows, sketch]))
