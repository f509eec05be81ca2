"""Figures of chapter 03 show the numbers that they are given, and say them in words."""

import matplotlib as mpl
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from dynamic_runs import dynamic_matrix
from figure_checks import check_figures

from dynconv_lite.course.plots.ch03 import (
    draw_accuracies,
    draw_attention,
    draw_by_class,
    draw_cost,
    draw_extra,
    draw_fields,
    draw_layer,
    draw_mixture,
    draw_side_by_side,
)
from dynconv_lite.course.plots.ch03.layer import LayerView
from dynconv_lite.course.plots.style import Picture


def pictures() -> dict[str, Picture]:
    draw = torch.Generator().manual_seed(0)
    kernels, image = torch.randn(4, 3, 3, generator=draw), torch.rand(12, 12, generator=draw)
    shares, labels = torch.rand(20, 4, generator=draw).softmax(1), torch.arange(20) % 5
    view = LayerView(shares[0], kernels, kernels.mean(0), image - 0.5, image - 0.4)
    return {
        "mixture": draw_mixture(image, kernels, shares[0]),
        "side by side": draw_side_by_side(),
        "extra": draw_extra([100, 4], [0.5, 16.0], ["a", "b"]),
        "accuracies": draw_accuracies({"static": [70.0, 74.0]}, chance=10),
        "classes": draw_by_class({str(n): shares for n in range(3)}, labels),
        "fields": draw_fields({str(n): image.double() for n in range(3)}),
        "layer": draw_layer(view, image, "a layer"),
        "cost": draw_cost(dynamic_matrix()),
        "attention": draw_attention(dynamic_matrix()),
    }


def test_every_figure_is_the_same_twice_fits_the_page_and_describes_itself() -> None:
    check_figures(pictures)


def maps(drawn) -> list[np.ndarray]:
    return [np.asarray(image.get_array()) for axes in drawn.figure.axes for image in axes.images]


def test_the_mixture_s_answer_is_the_mixture_of_the_answers() -> None:
    draw = torch.Generator().manual_seed(0)
    image, kernels = torch.rand(12, 10, generator=draw), torch.randn(3, 3, 3, generator=draw)
    shares = torch.tensor([0.5, 0.3, 0.2])
    drawn = draw_mixture(image, kernels, shares)
    shown = maps(drawn)
    np.testing.assert_allclose(shown[0], image)
    np.testing.assert_allclose(shown[4], (shares[:, None, None] * kernels).sum(0), atol=1e-6)
    answers = F.conv2d(image[None, None], kernels[:, None], padding=1)[0]
    for found, expected in zip(shown[5:8], answers, strict=True):
        np.testing.assert_allclose(found, expected, atol=1e-5)
    mixed = (shares[:, None, None] * answers).sum(0)
    np.testing.assert_allclose(shown[8], mixed, atol=1e-5)
    assert "shares 0.50, 0.30, 0.20" in drawn.alt
    titles = [axes.get_title() for axes in drawn.figure.axes]
    assert titles[1:5] == ["share 0.50", "share 0.30", "share 0.20", "mixture"]


@pytest.mark.parametrize(("batch", "channels"), [(1, 1), (3, 2), (4, 3)])
def test_every_channel_of_every_image_has_its_place_in_its_group(batch, channels) -> None:
    drawn = draw_side_by_side(batch, channels)
    before, after = drawn.figure.axes
    sheets = [
        [p for p in axes.patches if isinstance(p, mpl.patches.Rectangle)]
        for axes in (before, after)
    ]
    assert len(sheets[0]) == len(sheets[1]) == batch * channels
    colours = [[p.get_facecolor() for p in group] for group in sheets]
    assert colours[0] == colours[1]
    assert len(set(colours[1])) == batch
    assert f"{batch * channels} channels" in drawn.alt and drawn.png().startswith(b"\x89PNG")


def test_the_extra_of_each_layer_is_a_bar() -> None:
    drawn = draw_extra([100, 25, 4], [0.5, 2.0, 16.0], ["a", "b", "c"])
    bars = [bar.get_height() for bar in drawn.figure.axes[0].patches]
    assert bars == [0.5, 2.0, 16.0]
    assert "Least 0.5 % in a with 100 pixels, most 16 % in c with 4" in drawn.alt


def test_every_seed_is_a_point_and_the_mean_a_bar() -> None:
    drawn = draw_accuracies({"static": [70.0, 74.0], "K = 4": [80.0]}, chance=10)
    lines = [(line.get_marker(), list(line.get_ydata())) for line in drawn.figure.axes[0].lines]
    assert lines == [("o", [70, 74]), ("None", [72, 72]), ("o", [80]), ("None", [80, 80])]
    assert "static 72.0 (70.0 to 74.0); K = 4 80.0 (80.0 to 80.0)" in drawn.alt
    assert "Guessing gives 10.0." in drawn.alt


def test_a_class_s_row_is_its_mean_minus_that_of_all() -> None:
    labels = torch.tensor([0, 0, 1, 2])
    shares = torch.tensor([[0.9, 0.1], [0.7, 0.3], [0.2, 0.8], [0.2, 0.8]])
    drawn = draw_by_class({"3": shares}, labels)
    expected = torch.tensor([[0.3, -0.3], [-0.3, 0.3], [-0.3, 0.3]])
    np.testing.assert_allclose(maps(drawn)[0], expected, atol=1e-6)
    assert "Mean attention of 3 classes" in drawn.alt and "3 0.300" in drawn.alt


def test_a_field_says_how_many_pixels_it_touches() -> None:
    dot = torch.zeros(4, 4, dtype=torch.float64)
    dot[1, 1] = 2
    drawn = draw_fields({"dot": dot, "all": dot + 1e-3})
    assert "dot: 6 % of the pixels are not 0" in drawn.alt and "all: 100 %" in drawn.alt
    assert maps(drawn)[0].max() == 1 and maps(drawn)[0].min() == 0
    assert 0 < maps(drawn)[1].min() < 0.5
