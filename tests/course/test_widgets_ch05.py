"""Widgets of chapter 05 by their callbacks, without a browser."""

import pytest

from dynconv_lite.course.plots.ch05 import draw_cross, draw_field
from dynconv_lite.course.widgets.ch05 import cross_explorer, field_explorer


def test_the_static_twins_are_frames_of_the_widgets() -> None:
    for explorer, draw in ((field_explorer(), draw_field), (cross_explorer(), draw_cross)):
        twin = draw(**explorer.values())
        assert twin.png() == explorer.image.value
        assert explorer.words.value == twin.alt


@pytest.mark.parametrize(("control", "value"), [("kernel_size", 21), ("layers", 2)])
def test_each_control_of_the_field_explorer_changes_the_picture(control, value) -> None:
    explorer = field_explorer()
    before = explorer.image.value
    explorer.controls[control].value = value
    assert explorer.image.value != before


def test_the_largest_and_the_smallest_field_can_be_drawn() -> None:
    explorer = field_explorer()
    explorer.set(kernel_size=31, layers=8)
    assert "the theoretical field is 241 pixels wide" in explorer.words.value
    explorer.set(kernel_size=3, layers=1)
    assert "the theoretical field is 3 pixels wide" in explorer.words.value


@pytest.mark.parametrize(
    ("control", "value"),
    [
        ("kernel_size", 31),
        ("strip", 9),
        ("vertical", False),
        ("horizontal", False),
        ("square", False),
    ],
)
def test_each_control_of_the_cross_explorer_changes_the_picture(control, value) -> None:
    explorer = cross_explorer()
    before = explorer.image.value
    explorer.controls[control].value = value
    assert explorer.image.value != before


def test_a_strip_never_becomes_wider_than_the_kernel_is_long() -> None:
    explorer = cross_explorer()
    explorer.controls["strip"].value = 31
    explorer.controls["kernel_size"].value = 7
    assert explorer.controls["strip"].value == 5
    assert "Branches 7 x 5, 5 x 7, 5 x 5" in explorer.words.value
    explorer.controls["kernel_size"].value = 51
    explorer.controls["strip"].value = 31
    assert "Branches 51 x 31" in explorer.words.value
