"""Figures of chapter 08: fields by angle, turned kernels, pairs of taps, the study's runs."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from figure_checks import check_figures
from rotation_runs import rotation_matrix, rotation_run
from torch import Tensor

from data_utils.glass import ANGLES, displacement
from dynconv_lite.anisotropy import anisotropy
from dynconv_lite.course.plots import Picture, ch08
from dynconv_lite.course.plots.ch08.kinds import (
    COLOURS,
    FOUR,
    KINDS,
    MARKERS,
    footprint,
    kernel_of,
    pair_counts,
)
from dynconv_lite.course.plots.ch08.pairs import seen
from dynconv_lite.course.plots.ch08.runs import differences, mean_fields
from dynconv_lite.experiments.records import Map
from dynconv_lite.shiftwise import ShiftwiseConv2d

QUANTITIES = ("erf_width", "erf_area_0.5", "erf_anisotropy")


def photograph() -> Tensor:
    return torch.rand(24, 30, generator=torch.Generator().manual_seed(0))


def figures() -> dict[str, Picture]:
    runs = rotation_matrix()
    accuracies = {"SW": [100, 50, 12.5, 0], "DiaSW": [1, 2, 3, 4]}
    table = torch.arange(16).reshape(4, 4)
    return {
        "profiles": ch08.draw_profiles({"SW": kernel_of("SW"), "spot": torch.ones(9, 9)}),
        "kernels": ch08.draw_kernels({"SW": kernel_of("SW"), "row": torch.arange(7.0)[None]}),
        "depth": ch08.draw_depth({"SW": [[2.0, 2.1], [1.5, 1.6]], "other": [[0.5], [0.7]]}),
        "turning": ch08.draw_turning(photograph(), "DiaSW", 2, 3),
        "pairs": ch08.draw_pairs({"SW": footprint("SW"), "rows": footprint("rows")}, 12),
        "glass": ch08.draw_glass(22.5, 9, "DiaSW"),
        "by angle": ch08.draw_by_angle(accuracies, [0, 45, 90, 135], 25),
        "confusions": ch08.draw_confusions({"SW": table, "RotSW": table.T}, [0, 45, 90, 135]),
        "accuracies": ch08.draw_accuracies(runs),
        "differences": ch08.draw_differences(runs, ("test_accuracy", "transfer_knn")),
        "scatter": ch08.draw_scatter(runs, QUANTITIES),
        "fields": ch08.draw_profiles(mean_fields(runs), 4),
    }


def test_figures_are_the_same_twice_fit_the_page_and_describe_themselves() -> None:
    check_figures(figures)


def test_kinds_have_the_places_of_the_library_s_layers() -> None:
    for name, kind in KINDS.items():
        form = {"directions": kind.directions, "rotate": kind.rotate, "ghost_ratio": 0.0}
        kernel = ShiftwiseConv2d(2, 21, 3, **form).eval().equivalent_kernel()[0, 0]
        assert torch.equal(footprint(name), (kernel != 0).float()), name
    assert {*COLOURS} == {*KINDS} and {*MARKERS} == {*FOUR}


def test_pieces_grow_heavier_along_their_direction() -> None:
    kernel = kernel_of("one diagonal", 15, 3, (1, 2, 3, 4, 5))
    assert kernel.diag().tolist() == [v for v in (1.0, 2, 3, 4, 5) for _ in range(3)]
    # flat arms of both diagonals meet in the middle piece alone
    assert kernel_of("DiaSW", 9, 3).unique().tolist() == [0, 1, 2]


def test_pairs_are_counted_one_way() -> None:
    counts = pair_counts(torch.tensor([[1.0, 1, 1], [0, 0, 0], [1, 0, 0]]))
    expected = {(0, 0): 4, (0, 1): 2, (0, 2): 1, (2, 0): 1, (2, -1): 1, (2, -2): 1, (1, 0): 0}
    for (down, right), count in expected.items():
        assert counts[2 + down, 2 + right] == count == counts[2 - down, 2 - right]


@pytest.mark.parametrize(
    ("kind", "distance", "angles"),
    [  # arms of 10 pixels: a cross pairs taps within a square of 11, on its arms up to 20
        ("rows", 17, {0}),
        ("one diagonal", 17, {45}),
        ("SW", 17, {0, 90}),
        ("RotSW", 17, {0, 90}),
        ("DiaSW", 17, {0, 45, 90, 135}),
        ("DiaSW", 23, {45, 135}),  # as many pieces reach farther along a diagonal
        ("SW", 23, set()),
        ("SW", 8, {*ANGLES}),
        ("DiaSW", 8, {*ANGLES}),
        ("all four", 17, {*ANGLES}),
        ("SW", 40, set()),
    ],
)
def test_a_layer_sees_the_displacements_of_its_pairs(kind, distance, angles) -> None:
    found = seen(footprint(kind), distance)
    assert {angle for angle, count in zip(ANGLES, found, strict=True) if count} == angles


def test_seen_counts_pairs_by_hand() -> None:
    taps = footprint("SW")
    for angle, count in zip(ANGLES, seen(taps, 9), strict=True):
        down, right = displacement(angle, 9)
        padded = F.pad(taps, [20] * 4)
        moved = torch.roll(padded, (down, right), (0, 1))
        assert count == int((padded * moved).sum()), angle


def test_four_turns_shown_step_by_step_are_the_turned_kernel() -> None:
    last = ch08.draw_turning(photograph(), "one diagonal", 3, 4)
    assert "4 of 4 turns" in last.alt and "81 of 15 x 15" in last.alt  # 45 + 45 - 9
    assert "add up to 4.00" in last.alt
    first = ch08.draw_turning(photograph(), "one diagonal", 0, 1)
    assert "0 of 4 turns" in first.alt and "done: turn." in first.alt
    assert [len(axes.images) for axes in first.figure.axes[:4]] == [1, 0, 0, 0]
    third = ch08.draw_turning(photograph(), "one diagonal", 2, 3)
    assert "2 of 4 turns" in third.alt  # the third is not added yet


def test_a_turned_frame_is_what_the_words_say() -> None:
    image = photograph()
    drawn = ch08.draw_turning(image, "rows", 3, 4).figure.axes
    kernel = kernel_of("rows", 15, 3, (0.2, 0.4, 0.6, 0.8, 1.0))
    kernel = sum(torch.rot90(kernel / kernel.sum(), k) for k in range(4))
    expected = F.conv2d(image[None, None], kernel[None, None], padding=7)[0, 0]
    shown = torch.as_tensor(drawn[3].images[0].get_array())
    torch.testing.assert_close(shown, expected, atol=1e-5, rtol=1e-5)


def test_the_texture_s_own_correlation_and_the_layer_s_pairs_are_told() -> None:
    drawn = ch08.draw_glass(45.0, 17, "SW")
    # 1 / (2 + (20 / 30)²) = 0.41 of pixels that have a partner: (52 / 64)² of all
    assert "correlation 0.27" in drawn.alt and "0 of their pairs" in drawn.alt
    pairs = round(seen(footprint("DiaSW"), 17)[2])
    assert f"{pairs} of their pairs" in ch08.draw_glass(45.0, 17, "DiaSW").alt and pairs > 0


def test_ratios_are_written_below_the_profiles() -> None:
    drawn = ch08.draw_profiles({"DiaSW": kernel_of("DiaSW")}, 2)
    ratio = f"{anisotropy(kernel_of('DiaSW'), inner=2):.2f}"
    assert drawn.figure.axes[1].get_xlabel() == f"ratio {ratio}" and ratio in drawn.alt


def test_a_table_says_how_often_an_angle_is_taken_for_its_turn() -> None:
    table = torch.tensor([[6, 0, 4, 0], [0, 10, 0, 0], [4, 0, 6, 0], [0, 0, 0, 10]])
    alt = ch08.draw_confusions({"x": table}, [0, 45, 90, 135]).alt
    assert "right 80 %, taken for the angle a quarter turn away 20 %" in alt


def test_fields_are_means_over_runs_of_a_layer_around_the_unit_s_pixel() -> None:
    dot = np.zeros((32, 32))
    dot[16, 16] = 2.0  # the unit's pixel in a map of even side
    dots, flat = ({"erf": Map.pack(map)} for map in (dot, np.full((32, 32), 3.0)))
    runs = [
        run.model_copy(update={"metrics": run.metrics.model_copy(update={"maps": maps})})
        for run, maps in zip(
            rotation_matrix((0,), ("sw_erasing", "sw_mixup", "diarot_mixup")),
            (dots, flat, flat),
            strict=True,
        )
    ]
    fields = mean_fields(runs)
    assert list(fields) == ["SW", "DiaRotSW"]
    assert fields["SW"].shape == (31, 31) and int(fields["SW"].argmax()) == 15 * 31 + 15
    # each of the 31 x 31 pixels that are kept divided by their mean: half of 961, and half of 1
    assert float(fields["SW"][15, 15]) == pytest.approx(481) and float(fields["SW"][0, 0]) == 0.5


def test_a_method_that_was_not_run_says_so() -> None:
    drawn = ch08.draw_accuracies(rotation_matrix((0,), ("sw_erasing", "dia_erasing")))
    assert "SW + erasing 50.00" in drawn.alt and "DiaSW + erasing 51.00" in drawn.alt
    assert "Not run here: RotSW + cutmix, " in drawn.alt
    words = [text.get_text() for text in drawn.figure.axes[1].texts]
    assert words == ["not run here"] * 10
    assert len(drawn.figure.axes[0].lines) == 6  # the talk's rows, whatever was run


def test_differences_pair_one_augmentation_and_one_seed() -> None:
    runs = [
        rotation_run("sw_erasing", 0, 50),
        rotation_run("sw_mixup", 0, 40),
        rotation_run("dia_erasing", 0, 52),
        rotation_run("dia_erasing", 1, 90),  # no partner
        rotation_run("dia_mixup", 0, 39),
    ]
    assert differences(runs, "dia", "test_accuracy") == [2, -1]
    assert differences(runs, "rot", "test_accuracy") == []
    alt = ch08.draw_differences(runs, ("test_accuracy",)).alt
    assert "DiaSW: +2.00, -1.00" in alt and "RotSW: not run here" in alt


def test_the_scatter_has_a_point_a_run_and_says_the_correlation() -> None:
    drawn = ch08.draw_scatter(rotation_matrix((0, 1, 2)), QUANTITIES)
    for axes in drawn.figure.axes:
        assert sum(len(line.get_xdata()) for line in axes.lines) == 36
    assert drawn.alt.count("n = 36") == 3 and "area ratio r(0.5) of the ERF +1.00" in drawn.alt


def test_settings_that_do_not_compare_are_refused() -> None:
    mixed = [rotation_run(), rotation_run(seed=1, epochs=7)]
    draws = (
        ch08.draw_accuracies,
        mean_fields,
        lambda runs: ch08.draw_differences(runs, ("test_accuracy",)),
        lambda runs: ch08.draw_scatter(runs, QUANTITIES),
    )
    for draw in draws:
        for runs, named in ((mixed, "got laptop; laptop, epochs = 7"), ([], "got none")):
            with pytest.raises(ValueError, match=f"one setting.*{named}"):
                draw(runs)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: ch08.draw_turning(torch.rand(3, 4, 5)),
            r"image must be \(H, W\), got \(3, 4, 5\)",
        ),
        (lambda: ch08.draw_turning(photograph(), "RotSW"), "kind must be one of rows, SW, one"),
        (lambda: ch08.draw_turning(photograph(), quarter=4), "quarter must lie from 0 to 3, got 4"),
        (lambda: ch08.draw_turning(photograph(), stage=0), "stage must lie from 1 to 4, got 0"),
        (lambda: ch08.draw_glass(kind="sw"), "kind must be one of rows, .*, got 'sw'"),
        (lambda: ch08.draw_glass(distance=40), "distance must lie from 2 to 28, got 40"),
        (lambda: kernel_of("SW", 15, 3, (1, 2)), "weights must be 5, one a piece, got 2"),
        (lambda: kernel_of("SW", 4), "large_kernel must be an odd integer"),
    ],
)
def test_what_cannot_be_drawn_is_named(call, message) -> None:
    with pytest.raises(ValueError, match=message):
        call()
