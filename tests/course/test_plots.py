"""Figures: the same numbers give the same bytes, and the words come from those numbers."""

import math

import matplotlib.pyplot as plt
import pytest
import torch

from dynconv_lite.course.bands import within
from dynconv_lite.course.plots import ch01
from dynconv_lite.course.plots.erf_explorer import draw_erf
from dynconv_lite.course.plots.style import (
    CYCLE,
    Picture,
    canvas,
    decades,
    image_panel,
    write_numbers,
)
from dynconv_lite.erf import Erf, erf_area_ratio

KERNEL = torch.tensor([[1.0, 0.0, -1.0], [2.0, 0.0, -2.0], [1.0, 0.0, -1.0]])


def spot(center: tuple[float, float] = (10, 10)) -> Erf:
    y, x = torch.meshgrid(torch.arange(21.0), torch.arange(21.0), indexing="ij")
    distance = (y - center[0]) ** 2 + (x - center[1]) ** 2
    return Erf(torch.exp(-distance / 8).double(), center)


def pictures() -> dict[str, Picture]:
    erf = spot()
    ratios = {"true": erf_area_ratio(erf.map, (0.2, 0.5))}
    return {
        "window": ch01.draw_window(torch.arange(25.0).view(5, 5), KERNEL, 1, 1),
        "matrix": ch01.draw_matrix(KERNEL[None, None], (5, 5)),
        "kernel": ch01.draw_kernel(torch.rand(20, 20), KERNEL, 3, 4),
        "maps": ch01.draw_maps({"a": erf, "b": spot((5, 8))}, relative=True),
        "profiles": ch01.draw_profiles({4: erf}, {4: 2.0}),
        "growth": ch01.draw_growth({"a": {1: 1.0, 4: 2.0}}, {"a": 0.5}, "depth"),
        "curves": ch01.draw_curves({"loss": [2.0, 1.0]}, [0, 1], ("step", "loss")),
        "squares": ch01.draw_squares(erf, ratios, {"true": (10, 10)}),
        "difference": ch01.draw_difference({"a": torch.eye(6)}),
        "explorer": draw_erf(depth=2),
    }


def test_every_figure_draws_the_same_bytes_twice_and_describes_itself() -> None:
    torch.manual_seed(0)
    first = pictures()
    torch.manual_seed(0)
    second = pictures()
    for name, drawn in first.items():
        assert drawn.png() == second[name].png(), name
        assert len(drawn.alt) > 30 and drawn.alt.endswith("."), name


def test_drawing_opens_no_pyplot_figure() -> None:
    pictures()
    assert plt.get_fignums() == []


def test_the_alt_text_of_a_window_holds_its_arithmetic() -> None:
    # rows 1..3, columns 1..3 of 0..24: left 6, 11, 16; right 8, 13, 18
    alt = ch01.draw_window(torch.arange(25.0).view(5, 5), KERNEL, 1, 1).alt
    assert "1·6 + -1·8 + 2·11 + -2·13 + 1·16 + -1·18 = -8" in alt


def test_squares_that_were_never_reached_are_left_out() -> None:
    drawn = ch01.draw_squares(spot(), {"true": {0.99: math.nan}}, {"true": (10, 10)})
    assert not drawn.figure.axes[0].patches


def test_numbers_stay_readable_on_dark_and_light_cells() -> None:
    _, (axes,) = canvas()
    image_panel(axes, [[0.0, 1.0]])
    write_numbers(axes, [[0.0, 1.0]])
    assert [text.get_color() for text in axes.texts] == ["white", "black"]


def test_the_palette_is_okabe_and_itos() -> None:
    # Okabe and Ito, "Color Universal Design", 2008: blue, orange, bluish green, vermilion, ...
    assert CYCLE == ["#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9"]


def test_bands() -> None:
    assert within(0.5, 0.25, 1) == "0.500 (expected: 0.25 to 1)"
    with pytest.raises(ValueError, match=r"value 1.5 lies outside the expected band, 0.25 to 1"):
        within(1.5, 0.25, 1)


def test_decades_depend_on_the_shape_of_a_map_and_not_on_its_size() -> None:
    values = torch.tensor([1.0, 0.1, 0.001, 0.0], dtype=torch.float64)
    expected = torch.tensor([1, 2 / 3, 0, 0], dtype=torch.float64)  # log10: 0, -1, -3, none
    for factor in (1.0, 1e6):
        torch.testing.assert_close(decades(factor * values), expected)
    assert decades(torch.zeros(2, 2)).max() == 0
