"""Widgets of chapter 07: channels that move, and the receptive fields of the runs."""

from collections.abc import Sequence
from typing import Any

import ipywidgets as widgets
import numpy as np
from torch import Tensor

from dynconv_lite.course.plots.ch07.explorer import draw_jitter
from dynconv_lite.course.plots.ch07.fields import draw_erf, erf_epochs
from dynconv_lite.course.plots.ch07.stem import FILTERS, stem_features
from dynconv_lite.course.plots.style import Picture
from dynconv_lite.course.widgets.live import Live, choice, slider
from dynconv_lite.experiments.records import Record
from dynconv_lite.experiments.series import of_one_setting
from dynconv_lite.jitter import MODES, RANDOM_MODES

__all__ = ["draw_jitter", "erf_browser", "jitter_explorer", "stem_features"]

STEPS = 10


def jitter_explorer(image: Tensor | np.ndarray, mode: str = "shift_int") -> Live:
    """Return a widget to watch the channels of a small stem move.

    Args:
        image: uint8 (H, W, 3), or floating point (3, H, W) from 0 to 1.
        mode: the mode to begin with.

    Raises:
        ValueError: if the picture or the mode does not fit.
    """
    if mode not in MODES:
        raise ValueError(f"mode must be one of {', '.join(MODES)}, got {mode!r}")
    features = stem_features(image)
    controls = {
        "mode": choice("mode", list(MODES), mode),
        "channel": slider("channel", 2, 0, len(FILTERS) - 1),
        "strength": slider("strength", 1.0, 0.0, 1.0, 0.05),
        "step": slider("step (draw)", 0, 0, STEPS - 1),
        "dy": slider("learned dy", 0.0, -3.0, 3.0, 0.1),
        "dx": slider("learned dx", 1.5, -3.0, 3.0, 0.1),
    }

    def draw(**values: Any) -> Picture:
        learned = values["mode"] == "shift_learnable"
        controls["dy"].disabled = controls["dx"].disabled = not learned
        controls["step"].disabled = values["mode"] not in RANDOM_MODES
        return draw_jitter(features, **values)

    items = list(controls.values())
    layout = widgets.VBox([widgets.HBox(items[i : i + 2]) for i in (0, 2, 4)])
    return Live(draw, controls, layout)


def erf_browser(records: Sequence[Record]) -> Live:
    """Return a widget that shows the receptive field of any run after any measured epoch.

    Args:
        records: runs of one setting of the jitter study.

    Raises:
        ValueError: if the records are not of one setting, or hold no map.
    """
    groups = of_one_setting(records)
    epochs = erf_epochs(records)
    if not epochs:
        raise ValueError("records hold no map of an effective receptive field")
    first = next(r for group in groups.values() for r in group if r.metrics.maps)
    method = next(name for name, group in groups.items() if first in group)
    controls = {
        "method": choice("method", list(groups), method),
        "epoch": choice("epoch", epochs, erf_epochs([first])[-1]),
        "seed": choice("seed", sorted({record.seed for record in records}), first.seed),
    }

    def draw(**values: Any) -> Picture:
        return draw_erf(records, **values)

    return Live(draw, controls, widgets.HBox(list(controls.values())))
