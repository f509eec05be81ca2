"""Widgets of chapter 08 by their callbacks, without a browser."""

import pytest
import torch
from torch import Tensor

from dynconv_lite.course.plots.ch08 import draw_glass, draw_turning
from dynconv_lite.course.plots.ch08.kinds import KINDS
from dynconv_lite.course.widgets.ch08 import glass_explorer, shift_turner


def photograph() -> Tensor:
    return torch.rand(24, 30, generator=torch.Generator().manual_seed(0))


def test_the_turner_s_static_twin_is_a_frame_of_it() -> None:
    turner = shift_turner(photograph())
    turner.set(kind="one diagonal", quarter=1, stage=4)
    twin = draw_turning(photograph(), "one diagonal", quarter=1, stage=4)
    assert twin.png() == turner.image.value
    assert turner.words.value == twin.alt


def test_the_turner_begins_before_anything_is_added() -> None:
    assert "0 of 4 turns are in the sum" in shift_turner(photograph()).words.value


@pytest.mark.parametrize(("control", "value"), [("kind", "SW"), ("quarter", 2), ("stage", 3)])
def test_each_control_of_the_turner_changes_the_picture(control, value) -> None:
    turner = shift_turner(photograph())
    turner.set(stage=2)
    before = turner.image.value
    turner.controls[control].value = value
    assert turner.image.value != before


def test_what_is_no_picture_is_refused() -> None:
    with pytest.raises(ValueError, match=r"image must be \(H, W\), got \(1, 24, 30\)"):
        shift_turner(photograph()[None])


def test_the_explorer_s_static_twin_is_a_frame_of_it() -> None:
    explorer = glass_explorer()
    twin = draw_glass(45.0, 17, "SW")
    assert twin.png() == explorer.image.value
    assert explorer.words.value == twin.alt


@pytest.mark.parametrize(
    ("control", "value"), [("angle", 67.5), ("distance", 8), ("kind", "DiaSW")]
)
def test_each_control_of_the_explorer_changes_the_picture(control, value) -> None:
    explorer = glass_explorer()
    before = explorer.image.value
    explorer.controls[control].value = value
    assert explorer.image.value != before


def test_the_whole_range_of_the_explorer_can_be_drawn() -> None:
    explorer = glass_explorer()
    assert tuple(explorer.controls["kind"].options) == tuple(KINDS)
    for control in ("angle", "distance"):
        for end in (explorer.controls[control].min, explorer.controls[control].max):
            explorer.controls[control].value = end
            assert "<b>" not in explorer.words.value, (control, end)
