"""Widgets of chapter 09 by their callbacks, without a browser."""

import pytest

from dynconv_lite.course.plots.ch09 import draw_mix, draw_nodes
from dynconv_lite.course.widgets.ch09 import mix_explorer, node_explorer


def test_the_mix_explorer_begins_with_the_chapter_s_mix() -> None:
    explorer = mix_explorer()
    twin = draw_mix([(0, 0), (0, 1), (1, 0), (1, 1)], 7, 2, (0, 1))
    assert explorer.image.value == twin.png() and explorer.words.value == twin.alt


def test_the_mix_explorer_s_static_twin_is_a_frame_of_it() -> None:
    explorer = mix_explorer()
    sheet = explorer.controls["pressed"]
    sheet.buttons[6].value, sheet.buttons[18].value = True, False
    explorer.set(down=-1, right=-1)
    twin = draw_mix([(-1, -1), (0, 0), (0, 1), (1, 0)], 7, 2, (-1, -1))
    assert explorer.words.value == twin.alt and explorer.image.value == twin.png()


def test_a_mix_over_nothing_is_said_and_the_picture_stays() -> None:
    explorer = mix_explorer()
    before = explorer.image.value
    explorer.controls["pressed"].wipe()
    assert "press a button" in explorer.words.value
    assert explorer.image.value == before
    explorer.controls["pressed"].buttons[12].value = True
    assert "mixing over (0, 0) sees 4 pixels" in explorer.words.value


@pytest.mark.parametrize(
    ("control", "value"), [("mixed_nodes", 5), ("features", 3), ("down", 2), ("right", -2)]
)
def test_each_slider_of_the_mix_explorer_changes_the_picture(control, value) -> None:
    explorer = mix_explorer()
    before = explorer.image.value
    explorer.controls[control].value = value
    assert explorer.image.value != before


def test_every_offset_at_once_can_be_drawn() -> None:
    explorer = mix_explorer()
    for button in explorer.controls["pressed"].buttons:
        button.value = True
    assert "too many rows" in explorer.words.value and "<b>" not in explorer.words.value


def test_the_node_explorer_s_static_twin_is_a_frame_of_it() -> None:
    explorer = node_explorer()
    twin = draw_nodes(5, 9, 2, 7)
    assert explorer.image.value == twin.png() and explorer.words.value == twin.alt


@pytest.mark.parametrize(
    ("control", "value"),
    [("pixel_nodes", 9), ("difference_nodes", 17), ("features", 4), ("mixed_nodes", 5)],
)
def test_each_slider_of_the_node_explorer_changes_the_picture(control, value) -> None:
    explorer = node_explorer()
    before = explorer.image.value
    explorer.controls[control].value = value
    assert explorer.image.value != before


def test_the_whole_range_of_the_node_explorer_can_be_drawn() -> None:
    explorer = node_explorer()
    for control in explorer.controls.values():
        for end in (control.min, control.max):
            control.value = end
            assert "<b>" not in explorer.words.value
