"""Figures of chapter 06 show the numbers that they are given, and say them in words."""

import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from figure_checks import check_figures
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from dynconv_lite.course.plots.ch06 import (
    draw_adapted,
    draw_build,
    draw_composed,
    draw_fields,
    draw_filters,
    draw_kernels_at,
    draw_memory,
    draw_places,
    draw_pruned,
    draw_slots,
    draw_upsampled,
)
from dynconv_lite.course.plots.ch06.adapting import GUIDES, RADIUS, UNIT, adapt, make_guide
from dynconv_lite.course.plots.ch06.fields import (
    NETWORKS,
    SECTORS,
    axes_and_diagonals,
    by_angle,
    middle,
    product_field,
    shift_layer,
    stacked_field,
)
from dynconv_lite.course.plots.style import Picture
from dynconv_lite.pac import pixel_adaptive_pool2d
from dynconv_lite.shiftwise import offsets


def photograph(high: int = 40, wide: int = 30) -> Tensor:
    return torch.rand(3, high, wide, generator=torch.Generator().manual_seed(0))


def pictures() -> dict[str, Picture]:
    draw = torch.Generator().manual_seed(0)
    image, map = photograph(), torch.rand(41, 41, generator=draw)
    order = torch.tensor([[0, 1, 2], [2, 0, 1]])
    pieces = torch.randn(3, 3, 3, generator=draw)
    enlarged = {"one": torch.rand(40, 30, generator=draw), "two": torch.zeros(40, 30)}
    return {
        "adapted": draw_adapted(image, "colour", 5, 6),
        "build": draw_build([pieces[0], pieces[1]], [map, 2 * map]),
        "composed": draw_composed(9, 3, layers=2),
        "fields": draw_fields({"one": map, "two": map.T}, (5, 15)),
        "filters": draw_filters({"one": map, "two": map.T}, 4, (3, 30)),
        "kernels": draw_kernels_at(image.permute(1, 2, 0), [(1, 2), (3, 4)], {"a": [map, map.T]}),
        "memory": draw_memory((3, 5), {"all": [9, 25], "loop": [1.5, 2.0]}),
        "places": draw_places({"M = 9": offsets(9, 3)}, 3),
        "pruned": draw_pruned(
            torch.rand(4, 5, generator=draw) < 0.5, {"a": [0, 0.5, 1]}, [0, 0.5, 1]
        ),
        "slots": draw_slots(pieces, order, pieces[order].sum(0)),
        "upsampled": draw_upsampled(image, torch.ones(40, 30), enlarged, (2, 3, 10, 12)),
    }


def test_every_figure_is_the_same_twice_fits_the_page_and_describes_itself() -> None:
    check_figures(pictures)


def shown(drawn: Picture) -> list[np.ndarray]:
    return [np.asarray(image.get_array()) for axes in drawn.figure.axes for image in axes.images]


# one pixel


def test_a_guide_is_what_its_name_says() -> None:
    image = photograph()
    grey = 0.299 * image[0] + 0.587 * image[1] + 0.114 * image[2]
    torch.testing.assert_close(make_guide(image, "intensity")[0, 0], grey)
    torch.testing.assert_close(make_guide(image, "colour")[0], image)
    place = make_guide(image, "position")[0]
    assert (place[0, 7, 3] * UNIT, place[1, 7, 3] * UNIT) == (7, 3)
    both = make_guide(image, "colour and position")[0]
    torch.testing.assert_close(both, torch.cat([image, place]))


@settings(max_examples=10)  # 441 taps each
@given(
    row=st.integers(0, 39),
    column=st.integers(0, 29),
    guide=st.sampled_from(GUIDES),
    bandwidth=st.sampled_from([0.05, 0.3, 2.0]),
)
def test_a_pixel_s_mean_is_that_of_pixel_adaptive_pooling(row, column, guide, bandwidth) -> None:
    image = photograph()
    seen = adapt(image, guide, row, column, bandwidth)
    with torch.no_grad():
        pooled = pixel_adaptive_pool2d(
            image[None], make_guide(image, guide) / bandwidth, 2 * RADIUS + 1, padding=RADIUS
        )
    torch.testing.assert_close(seen.mean, pooled[0, :, row, column], rtol=1e-4, atol=1e-5)
    assert seen.factors[RADIUS, RADIUS] == 1
    rows = min(row, RADIUS) + 1 + min(39 - row, RADIUS)
    columns = min(column, RADIUS) + 1 + min(29 - column, RADIUS)
    assert seen.pixels == rows * columns
    assert 1 <= seen.counted <= seen.pixels + 1e-3


def test_a_picture_of_one_colour_counts_every_pixel_of_the_window() -> None:
    drawn = draw_adapted(torch.full((3, 40, 30), 0.25), "colour", 20, 0, 0.1)
    # half of the window lies outside of the image
    assert f"of {21 * 11} pixels in its window {21 * 11:.1f} count" in drawn.alt
    assert "was 0.25 0.25 0.25 and becomes 0.25 0.25 0.25" in drawn.alt


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"guide": "depth"}, "guide must be one of intensity, .*got 'depth'"),
        ({"row": 40}, "row must be from 0 to 39, got 40"),
        ({"column": -1}, "column must be from 0 to 29, got -1"),
        ({"bandwidth": 0.0}, r"bandwidth must be positive, got 0\.0"),
        ({"image": torch.zeros(4, 4)}, r"image must be \(3, H, W\), got \(4, 4\)"),
    ],
)
def test_what_cannot_be_adapted_is_named(change, message) -> None:
    given = {"image": photograph(), "guide": "colour", "row": 1, "column": 1, "bandwidth": 0.1}
    with pytest.raises(ValueError, match=message):
        adapt(**{**given, **change})


# filters and maps


def test_filters_are_compared_along_one_row() -> None:
    ramp = torch.arange(30.0).expand(20, 30) / 100
    drawn = draw_filters({"ramp": ramp, "flat": torch.zeros(20, 30)}, 4, (5, 12))
    first, second = drawn.figure.axes[-1].lines
    np.testing.assert_array_equal(first.get_ydata(), ramp[4, 5:12])
    assert list(second.get_ydata()) == [0] * 7 and list(second.get_xdata()) == list(range(5, 12))
    assert "ramp 0.0100 and 0.0100; flat 0.0000 and 0.0000" in drawn.alt


def test_the_clean_image_is_one_curve_more_below_the_others() -> None:
    ramp, clean = torch.arange(30.0).expand(20, 30) / 100, torch.full((20, 30), 0.5)
    drawn = draw_filters({"ramp": ramp, "flat": torch.zeros(20, 30)}, 4, (5, 12), clean)
    *others, last = drawn.figure.axes[-1].lines
    np.testing.assert_array_equal(last.get_ydata(), clean[4, 5:12])
    assert last.get_label() == "clean" and len(others) == 2
    assert last.get_zorder() < min(line.get_zorder() for line in others)
    np.testing.assert_array_equal(shown(drawn)[2], clean)
    assert "ramp 0.0100 and 0.0100; flat 0.0000 and 0.0000; clean 0.0000 and 0.0000" in drawn.alt


def test_kernels_of_one_layer_share_a_scale_and_their_difference_is_told() -> None:
    image, one = torch.zeros(9, 9, 3), torch.eye(3)
    drawn = draw_kernels_at(image, [(1, 2), (3, 4)], {"same": [one, one], "other": [one, -one]})
    assert "same 0.00; other 2.00" in drawn.alt
    limits = [axes.images[0].get_clim() for axes in drawn.figure.axes[1:]]
    assert limits == [(-1, 1)] * 4
    assert [axes.get_title() for axes in drawn.figure.axes[1:]] == ["at 1", "at 2", "", ""]
    with pytest.raises(ValueError, match="kernels of same must be 1, got 2"):
        draw_kernels_at(image, [(1, 2)], {"same": [one, one]})


def test_enlarged_maps_are_judged_in_the_whole_and_drawn_in_part() -> None:
    truth = torch.zeros(10, 10)
    truth[0, 0] = 1
    drawn = draw_upsampled(torch.zeros(3, 10, 10), truth, {"black": truth * 0}, (2, 3, 4, 5))
    assert "black 0.0100 and 1.00%" in drawn.alt
    assert shown(drawn)[1].shape == (4, 5)  # the piece does not hold the wrong pixel
    assert shown(drawn)[3].max() == 0


def test_memory_is_a_line_a_way() -> None:
    drawn = draw_memory((3, 5), {"all": [9, 25], "loop": [1.5, 2]})
    assert [list(line.get_ydata()) for line in drawn.figure.axes[0].lines] == [[9, 25], [1.5, 2]]
    assert "all 9 at K = 3, 25 at K = 5; loop 1.5 at K = 3, 2 at K = 5" in drawn.alt


# pieces


def test_a_strip_that_grows_tells_how_far_it_reaches() -> None:
    first, map = torch.zeros(3, 9), torch.ones(5, 5)
    first[:, :3] = 1
    drawn = draw_build([first, torch.ones(3, 9)], [map, 3 * map])
    assert "after each piece: -4 to -2; -4 to 4." in drawn.alt
    assert "grows from 1.00 to 3.00" in drawn.alt
    assert [a.images[0].get_clim() for a in drawn.figure.axes] == [(-1, 1)] * 2 + [(-3, 3)] * 2
    assert "each piece: none." in draw_build([0 * first], [map]).alt
    with pytest.raises(ValueError, match="maps must be as many as kernels, 1, got 2"):
        draw_build([first], [map, map])


def test_rows_of_pieces_stand_where_their_offsets_say() -> None:
    rows = {"centred": offsets(51, 5), "original": offsets(51, 5, centered=False)}
    drawn = draw_places(rows, 5)
    assert "centred: 11 pieces from -27 to 27; original: 11 pieces from -25 to 29." in drawn.alt
    lefts = [patch.get_x() for patch in drawn.figure.axes[0].patches]
    assert lefts == [offset - 2.5 for row in rows.values() for offset in row]


def test_a_table_of_pieces_shows_each_at_its_place_and_their_sum() -> None:
    pieces = torch.arange(1.0, 4)[:, None, None].expand(3, 3, 3)
    order = torch.tensor([[2, 0, 1], [1, 0, 2]])
    drawn = draw_slots(pieces, order, pieces[order].sum(0))
    (sheet,) = shown(drawn)
    assert sheet[1, [1, 5, 9]].tolist() == [3, 1, 2]
    assert sheet[5, [1, 5, 9]].tolist() == [2, 1, 3]
    assert sheet[11, [1, 5, 9]].tolist() == [5, 2, 5]
    assert [text.get_text() for text in drawn.figure.axes[0].texts] == list("201102")
    assert "repeat 1: 2, 0, 1; repeat 2: 1, 0, 2." in drawn.alt


def test_a_mask_of_pieces_is_drawn_as_it_is() -> None:
    mask = torch.tensor([[True, False], [True, True], [False, False]])
    drawn = draw_pruned(mask, {"a": [0, 0.25, 1]}, [0, 0.5, 1])
    np.testing.assert_array_equal(shown(drawn)[0], mask)
    assert "3 of 6 kept" in drawn.alt and "when 50% of the pieces are dropped: a 25.0%" in drawn.alt


# fields


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"directions": ("diagonal",)},
        {"directions": ("horizontal", "anti-diagonal"), "rotate": True},
        {"centered": False},
    ],
)
def test_the_field_of_a_stack_is_the_gradient_of_its_layers(options) -> None:
    stack = [shift_layer(7, 5, seed, **options) for seed in range(2)]
    x = torch.zeros(1, NETWORKS, 41, 41, requires_grad=True)
    y = stack[1](stack[0](x))
    y[0, :, 20, 20].sum().backward()
    expected = x.grad[0].abs().mean(0)
    np.testing.assert_allclose(stacked_field(stack, 41), expected, atol=1e-5)
    cut = stacked_field(stack, 15)
    np.testing.assert_allclose(cut, expected[13:28, 13:28], atol=1e-5)


def test_the_field_of_dense_kernels_is_the_gradient_of_their_convolutions() -> None:
    draw = torch.Generator().manual_seed(0)
    kernels = [torch.randn(3, size, size, generator=draw) for size in (5, 9)]
    x = torch.zeros(1, 3, 41, 41, requires_grad=True)
    y = x
    for kernel in kernels:
        y = F.conv2d(y, kernel[:, None], padding="same", groups=3)
    y[0, :, 20, 20].sum().backward()
    np.testing.assert_allclose(product_field(kernels, 41), x.grad[0].abs().mean(0), atol=1e-4)


def test_branches_of_a_settled_layer_answer_white_noise_with_variance_one() -> None:
    layer = shift_layer(9, 3)
    noise = torch.randn(8, NETWORKS, 64, 64, generator=torch.Generator().manual_seed(0))
    for name, kernel in layer.kernels().items():
        y = layer.norms[name](F.conv2d(noise, kernel, groups=NETWORKS))
        torch.testing.assert_close(y.var((0, 2, 3)), torch.ones(NETWORKS), rtol=0.15, atol=0)


def test_layers_are_the_same_again_and_leave_the_global_generator_alone() -> None:
    state = torch.get_rng_state()
    first, again, other = (shift_layer(9, 3, seed).weight for seed in (0, 0, 1))
    assert torch.equal(first, again) and not torch.equal(first, other)
    assert torch.equal(torch.get_rng_state(), state)


def test_directions_of_a_round_map_are_equal_and_of_lines_are_not() -> None:
    place = torch.arange(61.0) - 30
    disc = torch.exp(-(place[:, None] ** 2 + place**2) / 200)
    assert axes_and_diagonals(by_angle(disc, 8, 20)) == pytest.approx((1, 1), abs=0.05)
    cross = torch.zeros(61, 61)
    cross[30], cross[:, 30] = 1, 1
    along, across = axes_and_diagonals(by_angle(cross, 8, 20))
    assert along > 3 and across == 0
    rising = torch.eye(61).flip(0)  # up and right
    sectors = by_angle(rising, 8, 20)
    assert len(sectors) == SECTORS
    assert int(sectors.argmax()) == SECTORS // 4 and float(sectors.mean()) == pytest.approx(1)


def test_what_lies_farther_than_the_ring_does_not_count() -> None:
    map = torch.ones(61, 61)
    map[30, 55] = 1000
    map[30, 32] = 1000
    np.testing.assert_allclose(by_angle(map, 8, 20), 1)


def test_the_middle_is_the_centroid() -> None:
    map = torch.zeros(21, 31)
    map[10 + 3, 15 - 4] = 2
    assert middle(map) == (3, -4)


@pytest.mark.parametrize(("layers", "side"), [([], 21), ([shift_layer(5, 3)], 20)])
def test_a_field_needs_a_layer_and_a_middle(layers, side) -> None:
    with pytest.raises(ValueError, match="side must be odd and layers at least one"):
        stacked_field(layers, side)


def test_a_cross_is_turned_into_a_cross_and_a_diagonal_into_two() -> None:
    plain, turned = (draw_composed(15, 3, rotate=rotate) for rotate in (False, True))
    assert not (shown(turned)[0][shown(plain)[0] == 0]).any()  # nowhere where there was none
    one, two = (draw_composed(15, 3, ("diagonal",), rotate=rotate) for rotate in (False, True))
    assert (shown(one)[0] != 0).sum() == 5 * 9
    assert (shown(two)[0] != 0).sum() == 2 * 5 * 9 - 9
    assert "diagonal, with turned copies. The kernel has 15 x 15 weights, 81 of them" in two.alt


def test_all_directions_of_a_field_are_drawn_once_around() -> None:
    map = torch.rand(41, 41, generator=torch.Generator().manual_seed(0))
    drawn = draw_fields({"one": map}, (5, 15))
    line = drawn.figure.axes[1].lines[1]
    sectors = by_angle(map, 5, 15)
    np.testing.assert_allclose(line.get_ydata(), [*sectors, sectors[0]])
    assert line.get_xdata()[-1] == 180 and math.isclose(line.get_xdata()[4], 45)
