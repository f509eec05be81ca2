"""Figures of chapter 07: the arrays behind them are right, and the words say the same."""

import math
from collections.abc import Callable
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from figure_checks import check_figures
from jitter_runs import jitter_run, matrix
from torch import Tensor

from dynconv_lite.course.plots import ch07
from dynconv_lite.course.plots.ch07.fields import erf_map, mean_map, on_one_scale
from dynconv_lite.course.plots.ch07.looks import COLOURS, looks, narrow
from dynconv_lite.course.plots.ch07.runs import band
from dynconv_lite.course.plots.style import Picture
from dynconv_lite.erf import log_scaled
from dynconv_lite.experiments.configs.jitter import METHODS
from dynconv_lite.experiments.records import Map, Metrics
from dynconv_lite.jitter import channel_shift, hat

T = torch.linspace(-2, 2, 17)  # quarters: the corners are met exactly


def slopes(function: Callable[[Tensor], Tensor]) -> tuple[Tensor, Tensor, Tensor]:
    t = T.clone().requires_grad_()
    value = function(t)
    return T, value, torch.autograd.grad(value.sum(), t)[0]


def pictures() -> dict[str, Picture]:
    runs = matrix()
    x = torch.arange(36.0).view(6, 6)
    return {
        "move": ch07.draw_move(x, x.roll(1, 0), (1, 0), "ramp"),
        "directions": ch07.draw_directions(torch.arange(8).view(2, 4) % 4),
        "responses": ch07.draw_responses([0, 0.25, 0.5, 0.75]),
        "hats": ch07.draw_hats({"second difference": slopes(hat)}),
        "folded": ch07.draw_folded({"one": torch.eye(5)}),
        "landscape": ch07.draw_landscape(T, {"square": T**2}),
        "curves": ch07.draw_curves(runs),
        "grid": ch07.draw_erf_grid(runs),
        "one seed": ch07.draw_erf_grid(runs, seed=1),
        "scatter": ch07.draw_area_scatter(runs),
        "erf": ch07.draw_erf(runs, "shift_int", 6, 0),
    }


def test_every_figure_is_the_same_twice_fits_the_page_and_describes_itself() -> None:
    check_figures(pictures)


def test_a_move_shows_the_difference_centred_at_zero_and_an_arrow() -> None:
    before = torch.rand(5, 7)
    after = channel_shift(before[None, None], torch.tensor([[1.0, -0.5]]))[0, 0]
    drawn = ch07.draw_move(before, after, (1.0, -0.5), "x")
    panels = drawn.figure.axes
    np.testing.assert_array_equal(panels[2].images[0].get_array(), after - before)
    low, high = panels[2].images[0].get_clim()
    assert low == -high and high == pytest.approx(float((after - before).abs().max()))
    assert panels[0].images[0].get_clim() == panels[1].images[0].get_clim()
    (arrow,) = [t for t in panels[3].texts if isinstance(t, mpl.text.Annotation)]
    assert arrow.xyann == (0, 0) and arrow.xy == (-0.5, 1.0)  # x to the right, y down
    assert panels[3].get_ylim()[0] > panels[3].get_ylim()[1]
    assert "1 pixel down and 0.5 pixels left" in drawn.alt


def test_nothing_moved_has_no_arrow_and_no_difference() -> None:
    before = torch.rand(4, 4)
    drawn = ch07.draw_move(before, before, (0, 0), "x")
    assert not drawn.figure.axes[3].texts
    assert "moved by nothing: 0% of the pixels change" in drawn.alt


def test_directions_are_told_by_colour_and_by_glyph() -> None:
    table = torch.tensor([[0, 1, 2, 3], [3, 2, 1, 0]])
    drawn = ch07.draw_directions(table)
    (axes,) = drawn.figure.axes
    np.testing.assert_array_equal(axes.images[0].get_array(), table)
    assert [text.get_text() for text in axes.texts] == [*"↑↓←→", *"→←↓↑"]
    shown = {axes.images[0].cmap(axes.images[0].norm(place)) for place in range(4)}
    assert len(shown) == 4
    assert "up: 0; down: 1; left: 2; right: 3. Other images differ." in drawn.alt


def test_the_response_of_half_a_pixel_is_a_cosine_and_of_whole_pixels_flat() -> None:
    (axes,) = ch07.draw_responses([0.5, 1, 2.25, -0.25]).figure.axes
    curves = {line.get_label(): line.get_xydata().T for line in axes.lines}
    assert set(curves) == {"by 1 pixel", "by 2.25 and -0.25 pixels", "by 0.5 pixels"}
    frequency, half = curves["by 0.5 pixels"]
    np.testing.assert_allclose(half, np.cos(np.pi * frequency), atol=1e-12)
    np.testing.assert_allclose(curves["by 1 pixel"][1], 1)
    # what a grating measured through the operator itself keeps
    wave = torch.cos(2 * math.pi * 0.25 * torch.arange(64.0)).expand(1, 1, 1, 64)
    moved = channel_shift(wave, torch.tensor([[0.0, 0.25]]))[0, 0, 0, 8:-8]
    kept = float((moved**2).mean() / (wave[..., 8:-8] ** 2).mean()) ** 0.5
    at_quarter = np.interp(0.25, *curves["by 2.25 and -0.25 pixels"])
    assert kept == pytest.approx(at_quarter, rel=1e-4)


def test_corners_of_the_hat_are_marked_with_their_own_slope() -> None:
    drawn = ch07.draw_hats(
        {"clamp": slopes(lambda t: (1 - t.abs()).clamp(min=0)), "difference": slopes(hat)}
    )
    right = drawn.figure.axes[1]
    marks = {m.get_label(): m.get_ydata() for m in right.lines if m.get_marker() != "None"}
    np.testing.assert_array_equal(marks["difference"], [0.5, 0, -0.5])
    assert "difference: slope 0.5 at -1, 0 at 0, -0.5 at 1." in drawn.alt
    for line in right.lines:  # between corners the line is the slope; at them it is broken
        if len(line.get_xdata()) == len(T):
            assert np.isnan(line.get_ydata()[[4, 8, 12]]).all()
            assert np.nanmax(np.abs(line.get_ydata())) == 1


def test_a_corner_that_is_only_nearly_met_is_not_marked() -> None:
    near = (T + 1e-4, hat(T + 1e-4), torch.zeros(len(T)))
    assert "slope not known at the corners" in ch07.draw_hats({"near": near}).alt


def test_folded_kernels_share_a_scale_and_outline_three_by_three() -> None:
    small, large = 0.1 * torch.eye(5), -2 * torch.eye(5)
    figure = ch07.draw_folded({"small": small, "large": large}).figure
    assert {axes.images[0].get_clim() for axes in figure.axes} == {(-2, 2)}
    (frame,) = figure.axes[0].patches
    assert (frame.get_xy(), frame.get_width(), frame.get_height()) == ((0.5, 0.5), 3, 3)
    assert [text.get_text() for text in figure.axes[0].texts] == ["0.1"] * 5


def test_a_landscape_has_lines_at_whole_pixels_and_marks_the_minimum() -> None:
    offsets = torch.linspace(-1.5, 2.25, 16)
    drawn = ch07.draw_landscape(offsets, {"square": (offsets - 0.5) ** 2})
    (axes,) = drawn.figure.axes
    upright = [line.get_xdata()[0] for line in axes.lines if len(line.get_xdata()) == 2]
    assert upright == [-1, 0, 1, 2]
    assert "square lowest, 0, at 0.5" in drawn.alt


def test_curves_are_means_over_seeds_between_least_and_largest() -> None:
    runs = [jitter_run("baseline", 0, 50.0), jitter_run("baseline", 1, 52.0)]
    epoch, mean, low, high = band(runs, "test_accuracy")
    np.testing.assert_array_equal(epoch, range(1, 7))
    np.testing.assert_allclose([mean[-1], low[-1], high[-1]], [51, 50, 52])
    assert "baseline 51 (50 to 52, 2 seeds)" in ch07.draw_curves(runs).alt


def test_curves_leave_out_what_a_method_does_not_have() -> None:
    drawn = ch07.draw_curves(matrix(), "offset_mean")
    assert "baseline" not in drawn.alt and "shift_learnable_stable 0.06" in drawn.alt
    # measured after some epochs only
    np.testing.assert_array_equal(band(matrix((0,), ["baseline"]), "erf_width")[0], [1, 6])
    with pytest.raises(ValueError, match="'erf_widht' is in no record"):
        ch07.draw_curves(matrix(), "erf_widht")


def test_missing_runs_leave_the_others_to_be_drawn() -> None:
    runs = [r for r in matrix((0, 1, 2)) if (r.config["method"], r.seed) != ("baseline", 1)]
    runs = [r for r in runs if r.config["method"] != "shift_int"]
    for drawn in (ch07.draw_curves(runs), ch07.draw_erf_grid(runs), ch07.draw_area_scatter(runs)):
        assert "shift_int " not in drawn.alt
    assert "baseline 50.1 (50 to 50.2, 2 seeds)" in ch07.draw_curves(runs).alt


def test_maps_are_averaged_at_mean_one_and_shown_on_one_scale() -> None:
    runs = matrix((0, 1), METHODS[:2])  # seed 1 has ten times the gradient of seed 0
    first, second = (erf_map(run, 6) for run in runs[:2])
    assert first is not None and second is not None
    assert float(first.mean()) == pytest.approx(1) == float(second.mean())
    torch.testing.assert_close(mean_map(runs[:2], 6), (first + second) / 2)
    one, ten = on_one_scale([first, 10 * first])
    torch.testing.assert_close(ten, log_scaled(10 * first))
    torch.testing.assert_close(one, (first + 1).log10() / (10 * first.max() + 1).log10())


def test_the_grid_has_a_row_an_epoch_a_column_a_method_and_widths_below() -> None:
    figure = ch07.draw_erf_grid(matrix((0, 1), METHODS[:3])).figure
    assert len(figure.axes) == 2 * 3
    assert [axes.get_xlabel() for axes in figure.axes][3] == "4.03 px"  # baseline: 4.00 and 4.05
    assert [axes.get_ylabel() for axes in figure.axes][::3] == ["epoch 1", "epoch 6"]
    assert {axes.images[0].get_clim() for axes in figure.axes} == {(0, 1)}


def test_a_map_that_was_not_measured_leaves_its_cell_empty() -> None:
    whole, part = matrix((0,), METHODS[:2])
    metrics = part.metrics.model_copy(
        update={"maps": {"erf_epoch_6": part.metrics.maps["erf_epoch_6"]}}
    )
    figure = ch07.draw_erf_grid([whole, part.model_copy(update={"metrics": metrics})]).figure
    assert [len(axes.images) for axes in figure.axes] == [1, 0, 1, 1]


def test_a_network_that_died_has_a_dark_map_and_no_width() -> None:
    run = jitter_run("shift_int", 0, 1.0)
    dead = Map.pack(np.zeros((32, 32)))
    history = [{k: v for k, v in e.items() if "erf" not in k} for e in run.metrics.history]
    metrics = Metrics(final={"test_accuracy": 1.0}, history=history, maps={"erf_epoch_6": dead})
    runs = [jitter_run(), run.model_copy(update={"metrics": metrics})]
    figure = ch07.draw_erf_grid(runs).figure
    assert figure.axes[3].get_xlabel() == "none"
    assert float(figure.axes[3].images[0].get_array().max()) == 0
    assert "after epoch 6: test accuracy 1.00 %." in ch07.draw_erf(runs, "shift_int", 6, 0).alt


def test_the_scatter_has_a_point_a_run_and_says_the_correlation() -> None:
    drawn = ch07.draw_area_scatter(matrix((0, 1, 2)))
    (axes,) = drawn.figure.axes
    assert sum(len(line.get_xdata()) for line in axes.lines) == 3 * len(METHODS)
    assert "n = 21" in axes.get_title() and "-0.9" in axes.get_title()
    with pytest.raises(ValueError, match="'erf_hight' is in no record's final"):
        ch07.draw_area_scatter(matrix(), "erf_hight")


def test_one_run_can_be_drawn_without_a_baseline_to_compare_with() -> None:
    alone = ch07.draw_erf([jitter_run("shift_det", 3)], "shift_det", 6, 3)
    assert "width 4.00 pixels" in alone.alt and "baseline" not in alone.alt
    with pytest.raises(ValueError, match="no map of shift_det, seed 0, after epoch 5"):
        ch07.draw_erf(matrix(), "shift_det", 5, 0)


def test_figures_of_runs_refuse_settings_that_do_not_compare() -> None:
    mixed = [jitter_run(), jitter_run(seed=1, epochs=7)]
    for draw in (ch07.draw_curves, ch07.draw_erf_grid, ch07.draw_area_scatter):
        with pytest.raises(ValueError, match=r"one setting.*got laptop; laptop, epochs = 7"):
            draw(mixed)
        with pytest.raises(ValueError, match=r"one setting.*got none"):
            draw([])


def test_a_method_looks_the_same_everywhere_and_its_changes_are_dashed() -> None:
    names = ["shift_learnable", "shift_learnable, offset_lr = 256", "unheard of"]
    plain, changed, unknown = looks(names).values()
    assert plain.colour == changed.colour != unknown.colour
    assert (plain.dashes, changed.dashes) == ("-", "--")
    assert len(set(COLOURS.values())) == len(METHODS) == len({m for _, m in COLOURS.values()})
    assert set(COLOURS) == set(METHODS)
    assert narrow("shift_learnable_stable") == "shift_\nlearnable_\nstable"
    assert narrow("baseline") == "baseline"


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda: ch07.draw_move(torch.zeros(3, 3), torch.zeros(3, 4), (0, 0), "x"), r"\(3, 4\)"),
        (lambda: ch07.draw_directions(torch.tensor([[4]])), r"0, 1, 2 or 3.*\[4\]"),
        (lambda: ch07.draw_directions(torch.tensor([1])), r"\(B, C\), got \(1,\)"),
        (lambda: ch07.draw_responses([]), "offsets must not be empty"),
        (lambda: ch07.draw_hats({"x": (T, T, T[:3])}), "three tensors of one length"),
        (lambda: ch07.draw_folded({"x": torch.eye(3)}), r"5 x 5, got \{'x': \(3, 3\)\}"),
        (lambda: ch07.draw_landscape(T, {"x": T[:2]}), "17 values.*'x': 2"),
    ],
)
def test_what_cannot_be_drawn_is_named(draw: Callable[[], Picture], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        draw()


def test_a_shift_folds_into_the_kernel_that_is_drawn() -> None:
    # convolving a moved map is convolving the map with the kernel moved the other way: the
    # figure's claim, for the interpolated half pixel as well
    x, kernel = torch.rand(1, 1, 12, 12), torch.rand(1, 1, 3, 3)
    offset = torch.tensor([[0.5, -1.0]])
    folded = channel_shift(F.pad(kernel, (1, 1, 1, 1)), -offset)
    moved = F.conv2d(channel_shift(x, offset), kernel, padding=1)
    direct = F.conv2d(x, folded, padding=2)
    torch.testing.assert_close(moved[..., 3:-3, 3:-3], direct[..., 3:-3, 3:-3])
    words = ch07.draw_folded({"half": folded[0, 0]}).alt
    assert "12 weights that are not 0, 6 of them outside" in words


def test_real_records_can_be_drawn(tmp_path: Path) -> None:
    from dynconv_lite.experiments.records import load_records
    from dynconv_lite.experiments.series import settings
    from dynconv_lite.files import ROOT

    kept = settings(load_records(ROOT / "results" / "records")[0])
    if not kept:
        pytest.skip("no record of the jitter study is kept yet")
    for runs in kept.values():
        for drawn in (ch07.draw_curves(runs), ch07.draw_erf_grid(runs)):
            assert drawn.png()
