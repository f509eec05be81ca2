"""Widgets of chapter 06 by their callbacks, without a browser."""

import pytest
import torch
from torch import Tensor

from dynconv_lite.course.plots.ch06 import draw_adapted, draw_composed
from dynconv_lite.course.widgets.ch06 import pixel_explorer, shift_composer
from dynconv_lite.shiftwise import DIRECTIONS


def photograph() -> Tensor:
    return torch.rand(3, 24, 30, generator=torch.Generator().manual_seed(0))


def test_the_explorer_s_static_twin_is_a_frame_of_it() -> None:
    explorer = pixel_explorer(photograph(), row=3, column=5)
    twin = draw_adapted(photograph(), **explorer.values())
    assert twin.png() == explorer.image.value
    assert explorer.words.value == twin.alt
    assert "row 3, column 5" in twin.alt


def test_the_explorer_begins_in_the_middle() -> None:
    values = pixel_explorer(photograph()).values()
    assert (values["row"], values["column"]) == (12, 15)


@pytest.mark.parametrize(
    ("control", "value"),
    [("row", 0), ("column", 29), ("guide", "position"), ("bandwidth", 0.5)],
)
def test_each_control_of_the_explorer_changes_the_picture(control, value) -> None:
    explorer = pixel_explorer(photograph())
    before = explorer.image.value
    explorer.controls[control].value = value
    assert explorer.image.value != before


def test_every_pixel_of_the_photograph_can_be_chosen() -> None:
    explorer = pixel_explorer(photograph())
    explorer.set(row=23, column=29)
    assert "row 23, column 29" in explorer.words.value
    assert explorer.controls["row"].max == 23 and explorer.controls["column"].max == 29


def test_what_is_no_photograph_is_refused() -> None:
    with pytest.raises(ValueError, match=r"image must be \(3, H, W\), got \(24, 30, 3\)"):
        pixel_explorer(photograph().permute(1, 2, 0))


def test_the_composer_s_static_twin_is_a_frame_of_it() -> None:
    composer = shift_composer()
    twin = draw_composed(31, 5, ("horizontal", "vertical"), layers=3)
    assert twin.png() == composer.image.value
    assert composer.words.value == twin.alt


@pytest.mark.parametrize(
    ("control", "value"),
    [
        ("large_kernel", 13),
        ("small_kernel", 3),
        ("layers", 1),
        ("horizontal", False),
        ("vertical", False),
        ("diagonal", True),
        ("anti-diagonal", True),
        ("rotate", True),
        ("centered", False),
    ],
)
def test_each_control_of_the_composer_changes_the_picture(control, value) -> None:
    composer = shift_composer()
    before = composer.image.value
    composer.controls[control].value = value
    assert composer.image.value != before


def test_a_piece_is_never_larger_than_the_kernel() -> None:
    composer = shift_composer()
    composer.controls["small_kernel"].value = 7
    composer.controls["large_kernel"].value = 5
    assert composer.controls["small_kernel"].value == 5
    assert "M = 5, n = 5: 1 pieces a row" in composer.words.value
    composer.controls["large_kernel"].value = 51
    composer.controls["small_kernel"].value = 7
    assert "M = 51, n = 7: 8 pieces a row" in composer.words.value


def test_no_direction_at_all_is_said_and_not_swallowed() -> None:
    composer = shift_composer()
    composer.controls["horizontal"].value = False
    before = composer.image.value
    composer.controls["vertical"].value = False
    assert "directions must be one or more" in composer.words.value
    assert composer.image.value == before
    composer.set(**dict.fromkeys(DIRECTIONS, True))
    assert "horizontal, vertical, diagonal, anti-diagonal" in composer.words.value
