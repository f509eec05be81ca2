"""Figures of chapter 02: the arrays behind them are right, and the words say the same."""

from collections.abc import Callable

import matplotlib as mpl
import numpy as np
import pytest
import torch
from figure_checks import check_figures

from dynconv_lite.course.plots import ch02
from dynconv_lite.course.plots.ch02.solid import AZIMUTH, COLOURS
from dynconv_lite.course.plots.ch02.solids import in_own_space
from dynconv_lite.course.plots.ch02.space import track
from dynconv_lite.course.plots.ch02.training import FLOOR, smooth
from dynconv_lite.course.plots.style import Picture

LOGITS = torch.tensor([2.0, 1.0, -1.0])


def disc(n: int = 200) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return places (n, 2) within 1 of the middle, their brightness and their slices."""
    places = torch.rand(n, 2) * 1.4 - 0.7
    return places, torch.rand(n), torch.arange(n) % 3


def losses(steps: int = 30, seeds: int = 5) -> torch.Tensor:
    fall = torch.logspace(0, -2, steps, dtype=torch.float64)[:, None]
    return fall * (1 + torch.rand(seeds, dtype=torch.float64))


def pictures() -> dict[str, Picture]:
    torch.manual_seed(0)
    places, grey, region = disc()
    shares = torch.rand(40, 3).softmax(1)
    kernels = {"softmax": torch.randn(3, 4), "sigmoid": torch.randn(3, 6)}
    mixtures = {name: torch.rand(200, 3).softmax(1) for name in kernels}
    finals = {"a": {"x": losses()[-1], "y": losses()[-1]}, "b": {"x": losses()[-1]}}
    return {
        "slices": ch02.draw_slices({"wanted": places, "found": places / 2}, grey, region),
        "shares": ch02.draw_shares(
            torch.full((9, 9, 3), 1 / 3), torch.linspace(-180, 180, 40), shares, [-60.0, 60.0]
        ),
        "costs": ch02.draw_costs([1, 2, 4], {"one": [3, 4, 6], "two": [2, 4, 8]}, {"here": 2}),
        "solids": ch02.draw_solids(),
        "mixtures": ch02.draw_mixtures(kernels, mixtures, region),
        "losses": ch02.draw_losses({"K = 3": {"a": losses(), "b": losses()}}, 0.1),
        "finals": ch02.draw_finals(finals, ("line", 0.5)),
        "gradients": ch02.draw_gradients({"T = 1": torch.rand(30, 4)}),
        "temperatures": ch02.draw_temperatures(LOGITS, torch.logspace(-1, 2, 20), (1.0, 30.0)),
        "space": ch02.draw_kernel_space(LOGITS.softmax(0), path=track(LOGITS)),
    }


def test_every_figure_is_the_same_twice_fits_the_page_and_describes_itself() -> None:
    check_figures(pictures)


def test_slices_are_points_at_their_places_tinted_by_slice() -> None:
    places, grey, region = disc(3)
    drawn = ch02.draw_slices({"wanted": places, "moved": places + 0.1}, grey, region)
    left, right = drawn.figure.axes
    np.testing.assert_allclose(left.collections[0].get_offsets(), places, rtol=1e-6)
    np.testing.assert_allclose(right.collections[0].get_offsets(), places + 0.1, rtol=1e-6)
    colours = left.collections[0].get_facecolors()[:, :3]
    tints = np.array([mpl.colors.to_rgb(c) for c in COLOURS])
    for colour, tint in zip(colours, tints, strict=True):  # more of the tint than grey would have
        off_grey, tint_off_grey = colour - colour.mean(), tint - tint.mean()
        assert float(off_grey @ tint_off_grey) > 0
    assert "moved: " in drawn.alt and "0.14 from where they are wanted" in drawn.alt


def test_the_plane_mixes_the_kernels_colours_and_is_white_outside() -> None:
    grid = torch.full((2, 2, 3), float("nan"))
    grid[0, 0] = torch.tensor([1.0, 0.0, 0.0])
    grid[0, 1] = torch.tensor([0.0, 0.5, 0.5])
    angles = torch.tensor([-180.0, 0.0, 180.0])
    around = torch.tensor([[0.95, 0.05, 0.0], [0.2, 0.6, 0.2], [0.0, 0.0, 1.0]])
    drawn = ch02.draw_shares(grid, angles, around, [60.0])
    plane = drawn.figure.axes[0].images[0].get_array()
    tints = np.array([mpl.colors.to_rgb(c) for c in COLOURS])
    np.testing.assert_allclose(plane[0, 0], tints[0])
    np.testing.assert_allclose(plane[0, 1], (tints[1] + tints[2]) / 2)
    np.testing.assert_array_equal(plane[1], np.ones((2, 3)))
    assert "W1 33%, W2 33%, W3 33% of the angles" in drawn.alt
    assert "above 0.9 at 67% of them, and least at 0 degrees" in drawn.alt


def test_costs_are_drawn_for_one_place() -> None:
    drawn = ch02.draw_costs([1, 10], {"maps": [12, 30], "answers": [4, 40]}, {"perceptron": 1})
    axes = drawn.figure.axes[0]
    lines = {line.get_label(): list(line.get_ydata()) for line in axes.lines}
    assert lines["maps"] == [12, 3] and lines["answers"] == [4, 4]
    assert "maps: 12 at 1, 3 at 10" in drawn.alt


@pytest.mark.parametrize("corners", [ch02.CORNERS, torch.eye(3), 2 * torch.eye(3)])
def test_two_pyramids_fill_half_of_any_parallelepiped(corners: torch.Tensor) -> None:
    words = ch02.draw_solids(corners).alt
    assert "softmax: a triangle: 0%; two pyramids on it: 50%; sigmoid: a parallel" in words
    shares = torch.rand(100_000, 3, generator=torch.Generator().manual_seed(0))
    t = (shares.sum(1) - 1) / 2  # the part of the way to the tip
    within = (t <= 0) | (shares.amin(1) >= t)
    assert float(within.double().mean()) == pytest.approx(0.5, abs=0.01)


def test_kernels_keep_their_lengths_and_angles_in_their_own_space() -> None:
    for width in (2, 3, 4, 9):
        kernels = torch.randn(3, width, dtype=torch.float64)
        drawn = in_own_space(kernels)
        assert drawn.shape == (3, 3)
        torch.testing.assert_close(drawn @ drawn.T, kernels @ kernels.T)
    shares = torch.rand(7, 3, dtype=torch.float64)
    torch.testing.assert_close(
        (shares @ drawn).norm(dim=1), (shares @ kernels).norm(dim=1), rtol=1e-9, atol=1e-9
    )


def test_mixtures_are_points_of_their_kind_s_colour() -> None:
    kernels, shares = torch.randn(3, 5), torch.rand(6, 3)
    drawn = ch02.draw_mixtures({"x": kernels}, {"x": shares}, torch.tensor([0, 1, 2, 0, 1, 1]))
    points = [line for line in drawn.figure.axes[0].lines if line.get_marker() == "."]
    assert [len(line.get_data_3d()[0]) for line in points] == [2, 3, 1]
    assert [line.get_color() for line in points] == list(COLOURS)
    expected = (shares @ in_own_space(kernels))[[0, 3]].T
    np.testing.assert_allclose(np.array(points[0].get_data_3d()), expected, rtol=1e-5)
    least, most = float(shares.sum(1).min()), float(shares.sum(1).max())
    assert f"shares sum to {least:.2f} to {most:.2f}" in drawn.alt


def test_losses_are_medians_within_their_band() -> None:
    values = losses(seeds=11)
    drawn = ch02.draw_losses({"K = 3": {"a": values}}, level=0.1)
    (axes,) = drawn.figure.axes
    np.testing.assert_allclose(axes.lines[0].get_ydata(), values.quantile(0.5, dim=1))
    first = int((values.quantile(0.5, dim=1) < 0.1).double().argmax())
    assert f"K = 3, a: step {first}, at the end" in drawn.alt
    assert "not reached" in ch02.draw_losses({"K = 3": {"a": values}}, level=1e-9).alt


def test_every_training_is_a_point_and_every_group_has_its_medians() -> None:
    values = {"hot": torch.tensor([0.1, 0.3, 0.2]), "cold": torch.tensor([0.02, 0.01, 0.04])}
    drawn = ch02.draw_finals({"small": values, "large": values}, ("static", 0.5))
    (axes,) = drawn.figure.axes
    points = [line for line in axes.lines if line.get_marker() in "os"]
    assert sorted(points[0].get_ydata()) == sorted(values["hot"].tolist())
    assert len(points) == 4 and axes.get_ylim()[1] > 0.5
    assert "small, hot: 0.2 (0.1 to 0.3)" in drawn.alt
    assert [text.get_text() for text in axes.get_xticklabels()] == ["small", "large"]


def test_gradients_are_drawn_down_to_a_floor() -> None:
    norms = torch.ones(30, 2)
    norms[:, 1] = 0
    drawn = ch02.draw_gradients({"T = 1": norms})
    one, none = (line.get_ydata() for line in drawn.figure.axes[0].lines)
    np.testing.assert_allclose(one, 1)
    np.testing.assert_allclose(none, FLOOR)
    assert "T = 1: 1.000, 0.000 of all in the first 20 steps" in drawn.alt


def test_a_running_mean_is_shorter_at_the_ends() -> None:
    np.testing.assert_allclose(smooth(np.array([0.0, 3.0, 0.0, 0.0]), 3), [1.5, 1, 1, 0])
    np.testing.assert_allclose(smooth(np.full(9, 2.0)), 2)


def test_temperatures_lead_from_one_kernel_to_the_mean() -> None:
    drawn = ch02.draw_temperatures(LOGITS, torch.logspace(-2, 4, 50), (1.0,))
    curves = [line.get_ydata() for line in drawn.figure.axes[0].lines[:3]]
    np.testing.assert_allclose([curve[0] for curve in curves], [1, 0, 0], atol=1e-6)
    np.testing.assert_allclose([curve[-1] for curve in curves], 1 / 3, atol=1e-3)
    assert "Shares at 1: 0.71, 0.26, 0.04." in drawn.alt


def test_the_space_has_bars_for_the_shares_and_the_weights() -> None:
    attention = torch.tensor([0.5, 0.25, 0.25])
    drawn = ch02.draw_kernel_space(attention, path=track(LOGITS))
    space, shares, weights = drawn.figure.axes
    np.testing.assert_allclose([bar.get_height() for bar in shares.patches], attention)
    expected = attention @ ch02.CORNERS
    np.testing.assert_allclose([bar.get_height() for bar in weights.patches], expected)
    (dashed,) = [line for line in space.lines if line.get_linestyle() == "--"]
    ends = np.array(dashed.get_data_3d())[:, [0, -1]].T
    np.testing.assert_allclose(ends[0], ch02.CORNERS.mean(0), atol=0.02)  # hot: the mean
    np.testing.assert_allclose(ends[1], ch02.CORNERS[0], atol=1e-6)  # cold: the largest logit's
    assert space.azim == AZIMUTH


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda: ch02.draw_slices({}, torch.zeros(2), torch.zeros(2)), r"got \[\] and 2"),
        (
            lambda: ch02.draw_slices({"x": torch.zeros(3, 2)}, torch.zeros(2), torch.zeros(2)),
            r"\(2, 2\) places.*got \[\(3, 2\)\]",
        ),
        (
            lambda: ch02.draw_shares(torch.zeros(2, 2, 4), torch.zeros(3), torch.zeros(3, 3), []),
            r"got \(2, 2, 4\)",
        ),
        (lambda: ch02.draw_costs([1], {"x": [1, 2]}, {}), r"1 numbers each, got \{'x': 2\}"),
        (lambda: ch02.draw_solids(torch.ones(3, 3)), "three independent kernels"),
        (
            lambda: ch02.draw_mixtures({"x": torch.zeros(3, 4)}, {}, torch.zeros(2)),
            r"got \['x'\] and \[\]",
        ),
        (
            lambda: ch02.draw_mixtures(
                {"x": torch.zeros(2, 4)}, {"x": torch.zeros(2, 3)}, torch.zeros(2)
            ),
            r"x: kernels must be \(3, D\).*got \(2, 4\)",
        ),
        (lambda: ch02.draw_losses({"K": {}}, 0.1), r"got \['K'\]"),
        (lambda: ch02.draw_finals({}, ("x", 1.0)), "got none"),
        (lambda: ch02.draw_gradients({"x": torch.zeros(3)}), r"\(steps, K\)"),
        (
            lambda: ch02.draw_temperatures(LOGITS, torch.zeros(2), (1.0,)),
            "all above 0",
        ),
    ],
)
def test_what_cannot_be_drawn_is_named(draw: Callable[[], Picture], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        draw()
