"""Widget of chapter 04: merge the branches of a layer, one after the other."""

from collections.abc import Mapping

from torch import Tensor

from dynconv_lite.course.plots.ch04.merging import draw_merge, view_merge
from dynconv_lite.course.plots.style import Picture
from dynconv_lite.course.widgets.live import Live, choice, slider
from dynconv_lite.reparam import RepConv2d

__all__ = ["merge_explorer"]


def merge_explorer(layers: Mapping[str, RepConv2d], images: Mapping[str, Tensor]) -> Live:
    """Return a widget that merges the branches of a layer step by step.

    Args:
        layers: By name, in eval mode.
        images: What each layer of the same name is given, (B, C, H, W).

    Raises:
        ValueError: If there is no layer, or one has no images.
    """
    if not layers:
        raise ValueError("layers must hold at least one RepConv2d, got none")
    missing = [name for name in layers if name not in images]
    if missing:
        raise ValueError(f"images must hold an entry for every layer, got none for {missing[0]!r}")
    controls = {
        "layer": choice("layer", list(layers)),
        "merged": slider("branches merged", 0, 0, 0),
        "output": slider("output channel", 0, 0, 0),
        "input": slider("input channel", 0, 0, 0),
    }

    def limit() -> None:
        layer = layers[controls["layer"].value]
        # a value above a new limit falls to it
        controls["merged"].max = len(layer.branches)
        controls["output"].max = layer.out_channels - 1
        controls["input"].max = layer.in_channels // layer.groups - 1

    limit()

    def draw(layer: str, **rest: int) -> Picture:
        limit()
        settings = {name: controls[name].value for name in rest}
        return draw_merge(view_merge(layers[layer], images[layer], **settings))

    return Live(draw, controls)
