"""The merge explorer by its callbacks, without a browser; see test_plots_ch04.py."""

import pytest
import torch
from test_plots_ch04 import block, images

from dynconv_lite.course.plots.ch04 import draw_merge, view_merge
from dynconv_lite.course.widgets.ch04 import merge_explorer

LARGE = {"groups": 3, "small_kernels": (5,), "identity": False}


def explorer():
    layers = {"small": block(), "large": block(3, 13, **LARGE)}
    return merge_explorer(layers, {"small": images(), "large": images(3)})


def test_the_static_twin_is_the_frame_of_the_widget() -> None:
    shown = explorer()
    shown.set(merged=2, output=1, input=3)
    twin = draw_merge(view_merge(block(), images(), 2, output=1, input=3))
    assert twin.png() == shown.image.value
    assert twin.alt in shown.words.value


@pytest.mark.parametrize(
    ("control", "value"), [("layer", "large"), ("merged", 3), ("output", 2), ("input", 1)]
)
def test_each_control_changes_the_picture(control, value) -> None:
    shown = explorer()
    before = shown.image.value
    shown.controls[control].value = value
    assert bytes(shown.image.value).startswith(b"\x89PNG") and shown.image.value != before
    assert "<b>" not in shown.words.value, "an error is shown"


def test_step_by_step_the_outputs_stay() -> None:
    shown = explorer()
    for merged in range(4):
        shown.controls["merged"].value = merged
        assert shown.words.value.startswith(f"{merged} of 3 branches are merged")
        told = shown.words.value.partition("differ by at most ")[2].partition(",")[0]
        assert float(told) < 1e-5


def test_numbers_end_where_the_layer_ends() -> None:
    shown = explorer()
    limits = {name: shown.controls[name].max for name in ("merged", "output", "input")}
    assert limits == {"merged": 3, "output": 3, "input": 3}
    shown.set(merged=3, output=3, input=3)
    shown.controls["layer"].value = "large"
    limits = {name: shown.controls[name].max for name in ("merged", "output", "input")}
    assert limits == {"merged": 2, "output": 2, "input": 0}
    assert shown.words.value.startswith("2 of 2 branches are merged: 13 x 13, 5 x 5")


def test_layers_and_images_have_to_be_there() -> None:
    with pytest.raises(ValueError, match="layers must hold at least one RepConv2d"):
        merge_explorer({}, {})
    with pytest.raises(ValueError, match="images must hold an entry for every layer, got none for"):
        merge_explorer({"a": block(), "b": block()}, {"a": torch.zeros(1, 4, 8, 8)})
