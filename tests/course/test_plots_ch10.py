"""Figures of chapter 10: enlarged pictures, tables and their cells, the trade."""

import numpy as np
import pytest
import torch
from figure_checks import check_figures
from jitter_runs import finished
from torch import Tensor

from dynconv_lite.course.plots import Picture, ch10
from dynconv_lite.course.plots.ch10.cells import by_triangles
from dynconv_lite.course.plots.ch10.entry import corners
from dynconv_lite.course.plots.ch10.patterns import looks
from dynconv_lite.course.plots.ch10.trade import (
    FLOATS,
    PHONE,
    PLAIN,
    TABLES,
    Point,
    mean_of,
    points_of,
    published,
)
from dynconv_lite.experiments import config_for
from dynconv_lite.experiments.records import Metrics, Record
from dynconv_lite.lut import LookupTable, interpolate, nodes


def noise(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


def table(interval: int = 6) -> LookupTable:
    values = np.random.default_rng(1).integers(-100, 100, (nodes(interval) ** 4, 16))
    return LookupTable(values.astype(np.int8), "s", interval)


def run(method: str, seed: int = 0, **final: float) -> Record:
    config = config_for("super_resolution", "laptop", seed, method=method)
    plain = config.model_dump(mode="json")
    return finished(plain, Metrics(final=final), "cpu, 2 threads, float32")


def study() -> list[Record]:
    return [
        run("bicubic", psnr_set5=28.4, milliseconds=3.0),
        run("srlut_s", psnr_set5=29.5, psnr_set5_network=29.6, bytes=1336336, milliseconds=22.0,
            milliseconds_network=4000.0, parameters=17872),
        run("srlut_s", seed=1, psnr_set5=29.7, bytes=1336336),
        run("fsrcnn", psnr_set5=30.5, bytes=51236, milliseconds=100.0),
        run("mulut_mixed", psnr_set5_network=30.6),
    ]  # fmt: skip


def figures() -> dict[str, Picture]:
    pictures = {"table": noise(40, 48, 3), "truth": noise(40, 48, 3, seed=1)}
    five = {name: noise(40, 48, 3, seed=i) for i, name in enumerate("abcd")} | pictures
    del five["table"]
    ramp = torch.arange(256.0)
    slices = (ramp[:, None] + ramp, ramp[:, None] + ramp + torch.sin(ramp))
    matrices = {"one": torch.eye(48)[::4] + 0.1, "two": torch.ones(12, 48) / 48}
    return {
        "loupe": ch10.draw_loupe(pictures, 3, 5, 20),
        "loupe of five": ch10.draw_loupe(five, 0, 0, 40),
        "differences": ch10.draw_difference_maps({"x": ramp.view(16, 16).numpy() - 100.0}),
        "weights": ch10.draw_weights(matrices),
        "slice": ch10.draw_slice(*slices, 5, ("pixel a", "pixel b")),
        "intervals": ch10.draw_intervals({8: 256, 4: 1336336}, {"x": [20.0, 25.0]}, {"y": 22.0}),
        "square": ch10.draw_square(torch.tensor([[10.0, 42], [26, 18]]), [(0.75, 0.25)]),
        "flat square": ch10.draw_square(torch.ones(2, 2)),
        "line": ch10.draw_line([0, 1, 2], {"x": [0, 1, 5], "y": [2, 2, 2]}, (1,), "a"),
        "dots": ch10.draw_line([0, 1], {"x": [0, 1], "y": [0, 2]}, ticks=(0, 1), dots=True),
        "entry": ch10.draw_entry(table(), 37, 170, 90, 255),
        "patterns": ch10.draw_patterns(["s", "d", "y"]),
        "trade": ch10.draw_trade([*published(), *points_of(study())]),
    }


def test_figures_are_the_same_twice_fit_the_page_and_describe_themselves() -> None:
    check_figures(figures)


def test_the_loupe_shows_the_window_and_measures_the_whole() -> None:
    truth = noise(40, 48, 3)
    other = truth.copy()
    other[20, 20] ^= 1
    drawn = ch10.draw_loupe({"other": other, "truth": truth}, 3, 5, 10)
    shown = drawn.figure.axes[1].images[0].get_array()
    assert np.array_equal(shown, other[3:13, 5:15])
    # one pixel of 32 x 40 is off by 1 in R, G and B, and so in Y by 219 / 255
    expected = 10 * np.log10(255**2 * 32 * 40 / (219 / 255) ** 2)
    assert f"other, {expected:.2f} dB" in drawn.alt


def test_differences_share_a_scale_and_are_told() -> None:
    maps = {"one": np.full((4, 4), 2.0), "two": np.full((4, 4), -6.0)}
    drawn = ch10.draw_difference_maps(maps, 5)
    assert all(axes.images[0].get_clim() == (-5, 5) for axes in drawn.figure.axes[:2])
    assert "one: root of the mean square 2.00, largest 2.0" in drawn.alt
    assert "two: root of the mean square 6.00, largest 6.0" in drawn.alt


def test_weights_are_those_of_a_middle_and_of_the_first_row() -> None:
    matrix = torch.zeros(3, 12, dtype=torch.float64)
    matrix[0, 0], matrix[1, 4:7] = 0.75, 0.25
    alt = ch10.draw_weights({"own": matrix}).alt
    assert "own 3 pixels, the largest weight 0.250" in alt and "first new one: own 0.750" in alt


def test_a_slice_says_its_error_at_the_nodes_and_anywhere() -> None:
    plain = torch.zeros(256, 256)
    wrong = plain.clone()
    wrong[1, 1] = 7  # between nodes
    wrong[16, 32] = -2  # a node of interval 4
    drawn = ch10.draw_slice(plain, wrong, 4, ("a", "b"))
    assert "at most 2.00 away from it at a node below 255 and 7.00 anywhere" in drawn.alt
    dots = drawn.figure.axes[1].lines[0]
    assert len(dots.get_xdata()) == 17 * 17 and max(dots.get_xdata()) == 255


def test_a_curve_that_jumps_has_no_slope_and_dots_have_no_line() -> None:
    curves = {"slope": [0, 1], "jump": [0, 1]}
    lines = ch10.draw_line([3, 4], curves, ticks=(3,), steps=("jump",)).figure.axes[0].lines
    assert [line.get_drawstyle() for line in lines] == ["default", "steps-post"]
    axes = ch10.draw_line([3, 4], curves, ticks=(3,), dots=True).figure.axes[0]
    assert [line.get_linestyle() for line in axes.lines] == ["None", "None"]
    assert axes.get_xticks().tolist() == [3]


def test_triangles_are_the_simplex_interpolation() -> None:
    corner = torch.tensor([[10.0, 42], [26, 18]])
    assert by_triangles(corner.numpy(), 0.75, 0.25) == 20  # by hand: (4 10 + 8 26 + 4 18) / 16
    places = torch.randint(256, (50, 2), generator=torch.Generator().manual_seed(0))
    library = interpolate(corner.view(4, 1).double(), places, 8)[:, 0]
    a, b = (places / 256).unbind(1)
    ours = by_triangles(corner.numpy(), a.numpy(), b.numpy())
    np.testing.assert_allclose(ours, library, rtol=1e-6)
    alt = ch10.draw_square(corner, [(0.75, 0.25)]).alt
    assert "at a 0.75, b 0.25 it is 20" in alt


@pytest.mark.parametrize("pixels", [(37, 170, 90, 250), (0, 0, 0, 0), (255, 1, 128, 64)])
def test_the_explorer_s_corners_make_the_library_s_answer(pixels) -> None:
    walk, weights = corners(pixels, 6)
    assert sum(weights) == 64 and min(weights) >= 0
    assert walk[0] == (0, 0, 0, 0) and walk[-1] == (1, 1, 1, 1)
    base = np.array(pixels) // 64
    rows = [table().at(base + np.array(up)).astype(float) for up in walk]
    ours = sum(w * row for w, row in zip(weights, rows, strict=True)) / 64
    values = torch.from_numpy(table().values.copy()).double()
    library = interpolate(values, torch.tensor([pixels]), 6)[0]
    np.testing.assert_allclose(ours, library)
    drawn = ch10.draw_entry(table(), *pixels)
    block = drawn.figure.axes[2].images[0].get_array()
    np.testing.assert_allclose(block.ravel(), library)


def test_corners_without_a_weight_are_not_told() -> None:
    alt = ch10.draw_entry(table(), 64, 65, 64, 64).alt
    assert "Corners in use: 0000 with 63, 0100 with 1, of 64." in alt
    assert "lowest node of the cell is (1, 1, 1, 1)" in alt


def test_turns_of_patterns_see_what_is_known_of_them() -> None:
    # an (n + 1) x (n + 1) square in four turns sees (2 n + 1) x (2 n + 1)
    assert looks("s").tolist() == [[1, 2, 1], [2, 4, 2], [1, 2, 1]]
    assert looks("v", 1).tolist() == [[0, 1, 0], [1, 4, 1], [0, 1, 0]]
    together = sum((looks(name, 2) for name in "sdy"), torch.zeros(5, 5, dtype=torch.int64))
    assert int(together.min()) == 1 and int(together[2, 2]) == 12
    assert "together 25 of 5 x 5" in ch10.draw_patterns(["s", "d", "y"]).alt


def test_points_are_means_over_seeds_and_leave_out_what_was_not_measured() -> None:
    points = {(point.name, point.group): point for point in points_of(study())}
    assert points["S", TABLES] == Point("S", TABLES, pytest.approx(29.6), 22.0, 1336336)
    assert points["S", FLOATS] == Point("S", FLOATS, 29.6, 4000.0, 4 * 17872)
    assert points["FSRCNN", FLOATS].psnr == 30.5 and ("bicubic", PLAIN) in points
    assert points["MuLUT + mix", FLOATS].milliseconds is None
    assert len(points) == 5  # no table of MuLUT + mix, nothing of V


def test_a_network_that_is_its_own_product_is_one_point() -> None:
    both = run("fsrcnn", psnr_set5=30.5, psnr_set5_network=30.5)
    assert points_of([both]) == [Point("FSRCNN", FLOATS, 30.5)]


def test_names_in_the_trade_do_not_cover_one_another_if_there_is_room() -> None:
    points = [Point(f"name {i}", TABLES, 29 + 0.1 * i, 20.0 + i) for i in range(4)]
    axes = ch10.draw_trade(points).figure.axes[0]
    heights = [note.xyann[1] for note in axes.texts]
    starts = [note.xyann[0] for note in axes.texts]
    pairs = zip(heights, starts, strict=True)
    assert len({(round(height, 3), round(start, 2)) for height, start in pairs}) == 4


def test_the_benchmark_s_bicubics_share_one_quality() -> None:
    benchmark = {"milliseconds": {"OpenCV bicubic": 1.5, "Pillow bicubic": 12.0, "S, numba": 20}}
    points = points_of(study(), benchmark)
    both = [(p.name, p.psnr, p.milliseconds) for p in points if p.name.startswith("bicubic of ")]
    assert both == [("bicubic of OpenCV", 28.4, 1.5), ("bicubic of Pillow", 28.4, 12.0)]
    assert points_of([], benchmark) == []  # a time alone is no point


def test_means_are_of_the_study_s_method_alone() -> None:
    assert mean_of(study(), "srlut_s", "psnr_set5") == pytest.approx(29.6)
    assert mean_of(study(), "srlut_s", "psnr_set14") is None
    assert mean_of([], "srlut_s", "psnr_set5") is None


def test_the_trade_has_a_point_a_way_where_it_was_measured() -> None:
    points = [Point("x", PHONE, 29.0, 15.0, None), Point("y", TABLES, 30.0, None, 1000.0)]
    drawn = ch10.draw_trade(points)
    left, right = drawn.figure.axes
    count = [sum(len(line.get_xdata()) for line in axes.lines) for axes in (left, right)]
    assert count == [1, 1]
    assert "x (published, on a phone) 29.00 dB, 15 ms" in drawn.alt
    assert "y (ours: tables) 30.00 dB, 1000 bytes" in drawn.alt


def test_the_paper_s_table_is_there() -> None:
    points = {(p.name, p.group): p for p in published()}
    assert points["bicubic", PHONE].psnr == 28.42 and points["bicubic", PHONE].milliseconds == 60
    assert points["S", PHONE].psnr == 29.82 and points["F", PHONE].milliseconds == 34


def flat(*shape: int) -> Tensor:
    return torch.zeros(shape)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: ch10.draw_loupe({"a": noise(9, 9)}), "pictures must hold 'truth'"),
        (lambda: ch10.draw_loupe({"a": noise(9, 8), "truth": noise(9, 9)}, size=4),
         "pictures must be uint8 and of one shape"),
        (lambda: ch10.draw_loupe({"a": noise(9, 9), "truth": noise(9, 9)}, 6, 0, 4),
         "row must lie from 0 to 5 for a window of 4 pixels, got 6"),
        (lambda: ch10.draw_difference_maps({}), "maps must hold at least one map"),
        (lambda: ch10.draw_weights({"a": flat(2, 8), "b": flat(3, 12)}), "matrices must be of one"),
        (lambda: ch10.draw_slice(flat(256, 256), flat(256, 255), 4, ("a", "b")),
         r"table must be \(256, 256\), got \(256, 255\)"),
        (lambda: ch10.draw_intervals({4: 10}, {"x": [1.0, 2.0]}), "curves must have 1 values"),
        (lambda: ch10.draw_square(flat(3, 3)), r"corners must be \(2, 2\), got \(3, 3\)"),
        (lambda: ch10.draw_line([0, 1], {"x": [1]}), "curves must have 2 values each, got 1"),
        (lambda: ch10.draw_entry(table(), 0, 256, 0, 0), "b must lie from 0 to 255, got 256"),
        (lambda: ch10.draw_patterns([]), "names must hold at least one"),
        (lambda: ch10.draw_patterns(["q"]), "pattern must be one of s, d, y, f, v, got 'q'"),
        (lambda: ch10.draw_trade([]), "points must be of .*, got none"),
        (lambda: ch10.draw_trade([Point("x", "mine", 1.0)]), "points must be of .*'mine'"),
    ],
)  # fmt: skip
def test_what_cannot_be_drawn_is_named(call, message) -> None:
    with pytest.raises(ValueError, match=message):
        call()
