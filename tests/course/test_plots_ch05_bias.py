"""Figures of far context and of shape bias show the numbers that they are given."""

import numpy as np
import pytest
import torch
from figure_checks import check_figures

from data_utils import scenes
from dynconv_lite.course.plots.ch05.bias import draw_cues, draw_scene, draw_shape_share
from dynconv_lite.course.plots.style import Picture

SHARES = {"K = 3": [(0.5, 0.4, 0.6), (0.25, 0.2, 0.35)], "K = 31": [(1.0, 0.9, 1.0)]}
ACCURACIES = {"K = 3": [70.0, 80.0], "K = 31": [95.0]}


def pictures() -> dict[str, Picture]:
    drawn = scenes("test", 3, side=24, reach=8)
    labels = torch.from_numpy(drawn.labels)
    images = {f"disc\n{n}": torch.full((3, 6, 6), n / 4) for n in range(5)}
    return {
        "scene": draw_scene(drawn, 1, {"K = 3": 0 * labels, "K = 31": labels}, 4),
        "cues": draw_cues(images, images),
        "share": draw_shape_share(SHARES, ACCURACIES),
    }


def test_every_figure_is_the_same_twice_fits_the_page_and_describes_itself() -> None:
    check_figures(pictures)


def test_a_scene_shows_what_every_network_answers() -> None:
    drawn = scenes("test", 3, side=24, reach=8)
    right = torch.from_numpy(drawn.labels)
    wrong = torch.where(right > 0, right % 4 + 1, 0)  # every class moved on by one
    shown = draw_scene(drawn, 2, {"a": wrong, "b": right, "c": 0 * right}, 4)
    panels = shown.figure.axes
    assert [axes.get_title() for axes in panels] == ["synthetic scene", "right", "a", "b", "c"]
    maps = [np.asarray(axes.images[0].get_array()) for axes in panels]
    np.testing.assert_array_equal(maps[0], drawn.images[2].transpose(1, 2, 0))
    for found, expected in zip(maps[1:], (right, wrong, right, 0 * right), strict=True):
        np.testing.assert_array_equal(found, expected[2])
    assert "window of 9 x 9" in shown.alt and drawn.classes[drawn.keys[2]] in shown.alt
    assert "a tells 100 % of their pixels from the ground and names 0 % rightly" in shown.alt
    assert "b tells 100 % of their pixels from the ground and names 100 % rightly" in shown.alt
    assert "c tells 0 % of their pixels from the ground and names 0 % rightly" in shown.alt


def test_the_window_stands_around_a_disc_s_pixel_and_misses_the_key() -> None:
    drawn = scenes("test", 3, side=24, reach=8)
    right = torch.from_numpy(drawn.labels)
    for index in range(3):
        frame = draw_scene(drawn, index, {"a": right}, drawn.blind).figure.axes[0].patches[0]
        left, top = (round(at + 0.5) for at in frame.get_xy())
        size = 2 * drawn.blind + 1
        assert frame.get_width() == frame.get_height() == size
        assert drawn.far[index, top + drawn.blind, left + drawn.blind]
        rows, columns = (slice(max(at, 0), at + size) for at in (top, left))
        near = (drawn.labels[index] > 0) & ~drawn.far[index]
        assert not near[rows, columns].any()


def test_cues_stand_in_two_rows_under_their_titles() -> None:
    above = {"disc\ndots": torch.zeros(3, 4, 4), "star\nblobs": torch.ones(3, 4, 4)}
    below = {"disc\nblobs": torch.full((3, 4, 4), 0.5), "star\ndots": torch.full((3, 4, 4), 0.2)}
    drawn = draw_cues(above, below)
    titles = [axes.get_title() for axes in drawn.figure.axes]
    assert titles == [*above, *below]
    values = [float(np.asarray(axes.images[0].get_array()).max()) for axes in drawn.figure.axes]
    assert values == pytest.approx([0, 1, 0.5, 0.2])
    assert "4 synthetic pictures" in drawn.alt
    assert "Above: disc dots, star blobs. Below: disc blobs, star dots." in drawn.alt


def test_every_seed_is_a_bar_with_its_interval() -> None:
    drawn = draw_shape_share(SHARES, ACCURACIES)
    bars, points = drawn.figure.axes
    assert [bar.get_height() for bar in bars.patches] == [50, 25, 100]
    assert [bar.get_x() + 0.4 for bar in bars.patches] == pytest.approx([0, 1, 3])
    for axes in (bars, points):
        spans = [
            tuple(segment[:, 1])
            for lines in axes.collections
            for segment in lines.get_segments()  # one vertical line a seed
        ]
        assert spans == [pytest.approx(s) for s in ((40, 60), (20, 35), (90, 100))]
    (legend,) = drawn.figure.legends
    assert [text.get_text() for text in legend.get_texts()] == list(SHARES)
    assert "K = 3: 50.0 (40.0 to 60.0) at 70.0, 25.0 (20.0 to 35.0) at 80.0;" in drawn.alt


def test_every_seed_is_a_point_at_its_accuracy() -> None:
    points = draw_shape_share(SHARES, ACCURACIES).figure.axes[1]
    found = [
        (x, y)
        for line in points.lines
        if line.get_marker() not in ("None", "_")
        for x, y in zip(line.get_xdata(), line.get_ydata(), strict=True)
    ]
    assert found == [pytest.approx(p) for p in ((70, 50), (80, 25), (95, 100))]
