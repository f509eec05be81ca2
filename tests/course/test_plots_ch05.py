"""Figures of chapter 05 show the numbers that they are given, and say them in words."""

import math

import numpy as np
import pytest
import torch
from figure_checks import check_figures
from hypothesis import given
from hypothesis import strategies as st

from dynconv_lite.course.plots.ch05 import (
    draw_areas,
    draw_blocks,
    draw_collapse,
    draw_cross,
    draw_explored,
    draw_field,
    draw_fits,
    draw_kept,
    draw_parts,
    draw_regrowth,
    draw_rule,
    draw_sum_of_strips,
    draw_times,
)
from dynconv_lite.course.plots.ch05.costs import PASSES, WAYS, products_per_number
from dynconv_lite.course.plots.ch05.cross import nearest_cross
from dynconv_lite.course.plots.ch05.growth import NETWORKS, box_width, linear_field
from dynconv_lite.course.plots.style import Picture
from dynconv_lite.depthwise.plan import PRODUCTS, plan
from dynconv_lite.erf import effective_receptive_field, erf_width
from dynconv_lite.large_kernel import SlakConv2d
from dynconv_lite.models.plain import PlainStack


def rows(sides: tuple[int, ...] = (14, 56), slow: float = 4.0) -> list[dict]:
    """A made-up record: the transform takes 2 ms, the best direct form a millisecond a tap row."""
    found = []
    for side in sides:
        for size in (3, 13, 31):
            times = {
                "conv2d": slow * size,
                "explicit padding": 1.0 * size,
                "channels_last": 9.0 * size,
            }
            times |= {"FFT": 20.0, "library": min(1.1 * size, 18.0)}
            found.append(
                {"batch": 1, "side": side, "kernel_size": size} | dict.fromkeys(PASSES, times)
            )
    return found


def pictures() -> dict[str, Picture]:
    draw = torch.Generator().manual_seed(0)
    kernel = torch.randn(9, 9, generator=draw)
    map = torch.rand(21, 21, generator=draw).double()
    mask = torch.rand(6, 20, generator=draw) < 0.4
    widths = {(K, L): box_width(K, L) for K in (3, 7, 31) for L in (1, 4)}
    shares = {"a": 0.5, "b": 0.25}
    return {
        "areas": draw_areas({"one": map, "two": map}, {"one": {0.5: 0.25}, "two": {0.5: 0.3}}),
        "blocks": draw_blocks(),
        "collapse": draw_collapse(widths),
        "cross": draw_cross(),
        "explored": draw_explored([0, 10], [0.4, 0.6], 0.4),
        "field": draw_field(5, 2, side=41),
        "fits": draw_fits({"one": kernel, "two": kernel.T}, strip=3),
        "kept": draw_kept({"equal": shares, "SNIP": shares}),
        "parts": draw_parts({"small": {"a": 1e9, "b": 2e9}, "large": {"a": 3e9, "b": 2e9}}),
        "regrowth": draw_regrowth(mask, ~mask),
        "rule": draw_rule(rows()),
        "strips": draw_sum_of_strips({"one": kernel, "two": kernel}, 2 * kernel),
        "times": draw_times(rows(), batch=1, side=56),
    }


def test_every_figure_is_the_same_twice_fits_the_page_and_describes_itself() -> None:
    check_figures(pictures)


def shown(drawn: Picture) -> list[np.ndarray]:
    return [np.asarray(image.get_array()) for axes in drawn.figure.axes for image in axes.images]


def test_bars_are_as_long_as_their_parts_one_after_another() -> None:
    drawn = draw_parts({"small": {"a": 1e9, "b": 2e9}, "large": {"a": 3e9, "b": 1e9}})
    bars = [(bar.get_x(), bar.get_width()) for bar in drawn.figure.axes[0].patches]
    assert bars == [(0, 1), (0, 3), (1, 2), (3, 1)]
    assert "large: 4.00 billion, of which a 75.0 %, b 25.0 %" in drawn.alt


@pytest.mark.parametrize("parts", [{}, {"small": {"a": 1.0}, "large": {"b": 1.0}}])
def test_networks_without_the_same_parts_are_refused(parts) -> None:
    with pytest.raises(ValueError, match="parts must name the same parts for every network"):
        draw_parts(parts)


def test_times_are_a_line_a_way_and_those_of_the_largest_kernel_are_told() -> None:
    drawn = draw_times(rows(), batch=1, side=14)
    for axes in drawn.figure.axes:
        found = {line.get_label(): list(line.get_ydata()) for line in axes.lines}
        assert list(found) == list(WAYS)
        assert found["conv2d"] == [12.0, 52.0, 124.0] and found["FFT"] == [20.0] * 3
    assert "At K = 31: forward: conv2d 124.0, explicit padding 31.0" in drawn.alt
    with pytest.raises(ValueError, match="rows hold no maps of batch 8 and side 14"):
        draw_times(rows(), batch=8, side=14)


@given(side=st.integers(1, 80), kernel_size=st.sampled_from(range(1, 60, 2)))
def test_the_number_that_is_drawn_is_the_one_that_the_plan_goes_by(side, kernel_size) -> None:
    how = plan((side, side), (kernel_size, kernel_size), 1, "same")
    assert (products_per_number(side, kernel_size) > PRODUCTS) == how.by_spectrum


def test_products_are_those_taps_that_meet_a_pixel() -> None:
    side, size, half = 9, 7, 3
    meet = sum(0 <= y + tap - half < side for y in range(side) for tap in range(size))
    length = plan((side, side), (size, size), 1, "same").transform[0]
    assert products_per_number(side, size) == pytest.approx((meet / length) ** 2)


def test_the_rule_is_drawn_with_times_as_multiples_of_the_best_direct_form() -> None:
    drawn = draw_rule(rows())
    plain, ours = drawn.figure.axes[0].lines[:2]
    best = [3.0, 13.0, 31.0] * 2  # explicit padding
    np.testing.assert_allclose(plain.get_ydata(), [20 / time for time in best])
    np.testing.assert_allclose(ours.get_ydata(), [min(1.1 * t, 18) / t for t in best])
    assert drawn.figure.axes[0].lines[3].get_xdata() == [PRODUCTS] * 2
    # of the six sizes one lies right of the line, 31 on 56 pixels, and there 18 ms are less than 31
    assert "slower for 4 of 5 sizes; right of it the library is faster" in drawn.alt
    assert "for 1 of 1; forward + backward" in drawn.alt


def test_a_linear_field_is_the_gradient_of_linear_stacks() -> None:
    draw = torch.Generator().manual_seed(3)
    kernels = torch.randn(2, NETWORKS, 5, 5, generator=draw) / 5
    total = torch.zeros(13, 13, dtype=torch.float64)
    for network in range(NETWORKS):
        x = torch.zeros(1, 1, 13, 13, requires_grad=True)
        y = x
        for kernel in kernels[:, network]:
            y = torch.nn.functional.conv2d(y, kernel[None, None], padding=2)
        y[0, 0, 6, 6].backward()
        total += x.grad[0, 0].abs().double()
    np.testing.assert_allclose(linear_field(5, 2, 13, seed=3), total / NETWORKS, atol=1e-5)


@pytest.mark.parametrize(("kernel_size", "layers"), [(3, 1), (5, 4), (31, 8)])
def test_a_field_lies_in_the_middle_and_within_what_the_stack_can_see(kernel_size, layers) -> None:
    side = 1 + layers * (kernel_size - 1)
    map = linear_field(kernel_size, layers, side + 10)
    assert map.shape == (side + 10, side + 10)
    assert (map[5:-5, 5:-5] > 0).all()
    outside = map.clone()
    outside[5:-5, 5:-5] = 0
    assert (outside == 0).all()


def test_a_field_of_relu_stacks_is_about_as_wide() -> None:
    x = torch.rand(1, 8, 25, 25, generator=torch.Generator().manual_seed(0))
    maps = [
        effective_receptive_field(PlainStack(7, 4, 8, 8, seed=seed), x).map for seed in range(4)
    ]
    relu = erf_width(torch.stack([map / map.sum() for map in maps]).mean(0))
    assert erf_width(linear_field(7, 4, 25)) == pytest.approx(relu, rel=0.05)


def test_the_explorer_s_picture_tells_the_widths_and_refuses_even_kernels() -> None:
    drawn = draw_field(31, 8)
    assert "8 layers of 31 x 31: the theoretical field is 241 pixels wide" in drawn.alt
    assert "960 layers of 3 x 3 would be as wide" in drawn.alt
    with pytest.raises(ValueError, match="kernel_size must be odd and positive, got 4"):
        draw_field(4, 2)


def test_the_collapse_shows_every_stack_twice() -> None:
    widths = {(K, L): 2 * box_width(K, L) for K in (3, 7) for L in (1, 4)}
    drawn = draw_collapse(widths)
    left, right = drawn.figure.axes
    assert [list(line.get_xdata()) for line in left.lines] == [[3, 7], [3, 7]]
    assert [list(line.get_xdata()) for line in right.lines[:2]] == [[3, 7], [6, 14]]
    assert "from 2.00 to 2.00 times the width of equal weights" in drawn.alt
    with pytest.raises(ValueError, match="widths must hold at least one stack"):
        draw_collapse({})


def test_an_area_without_a_number_is_left_out() -> None:
    map = torch.ones(11, 11).double()
    drawn = draw_areas({"one": map}, {"one": {0.2: 0.1, 0.5: 0.25, 0.99: math.nan}})
    assert "one: r(0.2) 10.0 %, r(0.5) 25.0 %." in drawn.alt and "nan" not in drawn.alt
    frame = drawn.figure.axes[0].patches[0]
    assert frame.get_width() == pytest.approx(0.5 * 11)


def test_the_cross_has_the_taps_and_weights_of_a_slak_layer() -> None:
    layer = SlakConv2d(1, 13, 3)
    with torch.no_grad():
        for branch in layer.branches.values():
            branch[0].weight.fill_(1)
    drawn = draw_cross(13, 3)
    expected = layer.eval().equivalent_kernel()[0][0, 0].round()
    np.testing.assert_array_equal(shown(drawn)[0], expected.detach())
    weights = sum(branch[0].weight.numel() for branch in layer.branches.values())
    assert f"{weights} weights a channel" in drawn.alt
    assert f"{int((expected > 0).sum())} taps can differ from 0" in drawn.alt


def test_a_branch_that_is_missing_has_no_taps() -> None:
    drawn = draw_cross(9, 3, horizontal=False, square=False)
    np.testing.assert_array_equal(shown(drawn)[0].sum(0), [0, 0, 0, 9, 9, 9, 0, 0, 0])
    assert "Branches 9 x 3: 27 weights a channel, 33.3 %" in drawn.alt
    nothing = draw_cross(9, 3, vertical=False, horizontal=False, square=False)
    assert "Branches none: 0 weights" in nothing.alt


@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        ((8, 3), "kernel_size must be odd and positive, got 8"),
        ((9, 2), "strip must be odd and positive, got 2"),
        ((9, 9), "strip must be less than kernel_size = 9, got 9"),
    ],
)
def test_sizes_that_make_no_cross_are_refused(sizes, message) -> None:
    with pytest.raises(ValueError, match=message):
        draw_cross(*sizes)


def test_no_cross_is_nearer_than_the_nearest() -> None:
    draw = torch.Generator().manual_seed(0)
    kernel = torch.randn(11, 11, generator=draw, dtype=torch.float64)
    columns = []  # every weight of a strip is a column of a least-squares problem
    for rows_, columns_ in ((11, 3), (3, 11), (3, 3)):
        for tap in range(rows_ * columns_):
            weight = torch.zeros(rows_ * columns_, dtype=torch.float64)
            weight[tap] = 1
            margin = ((11 - columns_) // 2,) * 2 + ((11 - rows_) // 2,) * 2
            columns.append(torch.nn.functional.pad(weight.view(rows_, columns_), margin).flatten())
    basis = torch.stack(columns, 1).numpy()
    best, *_ = np.linalg.lstsq(basis, kernel.flatten().numpy(), rcond=None)
    fit, lost = nearest_cross(kernel, 3)
    np.testing.assert_allclose(fit.flatten(), basis @ best, atol=1e-12)
    assert lost == pytest.approx(float((kernel - fit).square().sum() / kernel.square().sum()))
    assert nearest_cross(fit, 3)[1] == 0


def test_every_place_is_free_kept_dropped_or_grown() -> None:
    before = torch.tensor([[True, True, False, False]])
    after = torch.tensor([[True, False, True, False]])
    drawn = draw_regrowth(before, after)
    np.testing.assert_array_equal(shown(drawn)[0], [[1, 2, 3, 0]])
    assert "1 free, 1 kept, 1 dropped, 1 grown" in drawn.alt
    assert "2 before and 2 after" in drawn.alt
    with pytest.raises(ValueError, match=r"one shape \(rows, columns\), got \(1, 4\) and \(1, 2\)"):
        draw_regrowth(before, after[:, :2])


def test_shares_kept_are_bars_in_percent() -> None:
    drawn = draw_kept({"equal": {"a": 0.4, "b": 0.4}, "SNIP": {"a": 0.7, "b": 0.1}})
    assert [bar.get_width() for bar in drawn.figure.axes[0].patches] == [40, 40, 70, 10]
    assert "SNIP: a 70, b 10" in drawn.alt


def test_what_was_explored_is_drawn_in_percent() -> None:
    drawn = draw_explored([0, 5], [0.4, 0.65], 0.4)
    assert list(drawn.figure.axes[0].lines[0].get_ydata()) == [40, 65]
    assert "from 40.0 to 65.0 % over 5 steps, while 40.0 % are kept" in drawn.alt


def test_the_blocks_name_their_layers() -> None:
    alt = draw_blocks().alt
    for words in ("RepLK block, 6 layers", "ConvFFN, 4 layers", "51 x 5, BN + 5 x 51, BN + 5 x 5"):
        assert words in alt
