"""Figures of chapter 09: fields and pairs of pixel-mix, its tables, and the study's runs."""

from itertools import combinations

import pytest
import torch
from figure_checks import check_figures
from jitter_runs import finished
from torch import Tensor

from dynconv_lite.course.plots import Picture, ch09
from dynconv_lite.course.plots.ch09.explorer import chosen
from dynconv_lite.course.plots.ch09.fields import (
    as_grid,
    four_turns,
    pairs,
    partners,
    paths,
    turn,
    windows,
)
from dynconv_lite.course.plots.ch09.nodes import SR_LUT, mixed_bytes
from dynconv_lite.course.plots.ch09.scores import study
from dynconv_lite.experiments import config_for
from dynconv_lite.experiments.records import Metrics, Record
from dynconv_lite.lut import tabulate_mixed
from dynconv_lite.lut.compander import expand
from dynconv_lite.models.mixed_net import MixedNet

SQUARE = ((0, 0), (0, 1), (1, 0), (1, 1))
BACK = tuple((-dy, -dx) for dy, dx in SQUARE)


def run_of(method: str, seed: int, **final: float) -> Record:
    config = config_for("super_resolution", "laptop", seed, method=method)
    return finished(config.model_dump(mode="json"), Metrics(final=final), "cpu")


def photograph() -> Tensor:
    return torch.rand(14, 18, generator=torch.Generator().manual_seed(0))


def figures() -> dict[str, Picture]:
    draw = torch.Generator().manual_seed(0)
    map = torch.zeros(7, 7)
    map[3:5, 3:5] = torch.rand(2, 2, generator=draw) + 0.1
    losses = {"own": {"(0, 0)": [], "(0, 1)": [0.5, 0.6]}, "mean": {"(0, 0)": [9.0], "(0, 1)": [3]}}
    weights = {str(offset): torch.randn(12, 16, generator=draw) for offset in SQUARE}
    return {
        "blocks": ch09.draw_blocks(photograph(), SQUARE, (3, 4)),
        "counts": ch09.draw_counts({"one": paths([SQUARE]), "four": four_turns([SQUARE])}),
        "gradients": ch09.draw_gradients({"2 x 2": map}, {"2 x 2": SQUARE}),
        "partners": ch09.draw_partners({"f": (SQUARE, SQUARE), "b": (SQUARE, BACK)}, (-1, -1)),
        "mix": ch09.draw_mix(SQUARE, 7, 2, (-1, 1)),
        "losses": ch09.draw_losses(losses),
        "weights": ch09.draw_weights(photograph(), weights),
        "scores": ch09.draw_scores({"a": [25.5, 25.6], "b": [25.8]}, 25.2),
        "nodes": ch09.draw_nodes(),
        "coarseness": ch09.draw_coarseness(
            [9000, 84122],
            {"as sampled": [20, 25.5], "finetuned": [float("nan"), 25.8]},
            {"net": 26},
        ),
        "functions": ch09.draw_functions(torch.randn(3, 3, 9, 2, generator=draw), 1),
        "talk": ch09.draw_talk(study([run_of("mixed", 0, psnr_set5=30.0)])),
        "talk alone": ch09.draw_talk({}),
    }


def test_figures_are_the_same_twice_fit_the_page_and_describe_themselves() -> None:
    check_figures(figures)


def test_paths_are_the_coefficients_of_the_taps_product() -> None:
    # (1 + x)² in each direction: 1 2 1 times 1 2 1
    grid = as_grid(paths([SQUARE, SQUARE]), 2)[2:, 2:]
    line = torch.tensor([1.0, 2, 1], dtype=torch.float64)
    assert torch.equal(grid, line[:, None] * line)
    assert paths([]) == {(0, 0): 1}


def test_four_quarters_lead_back_and_one_leads_from_right_to_below() -> None:
    assert turn((0, 1)) == (1, 0) and turn((1, 0)) == (0, -1)
    assert all(turn(place, 4) == place for place in SQUARE)


def test_four_turns_are_the_turned_map() -> None:
    stages = (SQUARE, ((0, 0), (0, 2), (-1, 1)))
    grid = as_grid(paths(stages), 4)
    turned = sum(torch.rot90(grid, quarters) for quarters in range(4))
    assert torch.equal(as_grid(four_turns(stages), 4), turned)


@pytest.mark.parametrize(
    ("offsets", "seen", "met"),
    [  # by hand: squares of 2 x 2 have 6 pairs, two of four squares share the middle's 4 sides
        (((0, 0),), 9, 4 * 6 - 4),
        (BACK, 9, 36),
        # windows of 3 x 3 with 36 pairs each; two neighbours share a strip of 3 pixels, 3 pairs
        (SQUARE, 25, 4 * 36 - 4 * 3),
    ],
)
def test_pairs_are_counted_once(offsets, seen, met) -> None:
    stages = (SQUARE, offsets)
    assert len(four_turns(stages)) == seen
    assert pairs(stages) == (met, seen * (seen - 1) // 2)
    together = sum(len(partners(stages, place)) for place in four_turns(stages))
    assert together == 2 * met  # every pair from both its ends


def test_partners_share_a_window() -> None:
    found = windows((SQUARE, SQUARE))
    for a, b in combinations(four_turns((SQUARE, SQUARE)), 2):
        meet = any({a, b} <= window for window in found)
        assert (b in partners((SQUARE, SQUARE), a)) == meet


def test_bytes_are_those_of_the_library_s_tables() -> None:
    net = MixedNet(features=3, width=4, depth=0)
    tables = tabulate_mixed(net, (5, 9, 9, 9), mixed_nodes=4)
    assert sum(mixed_bytes(5, 9, 3, 4)) == tables.nbytes
    assert sum(mixed_bytes(5, 9, 2, 7)) == 84_122 and SR_LUT == 1_336_336


def test_the_nodes_words_hold_what_is_drawn() -> None:
    drawn = ch09.draw_nodes(5, 9, 2, 7)
    assert "together 84,122, SR-LUT 1,336,336" in drawn.alt and "256 KiB" in drawn.alt
    gaps = expand(torch.linspace(0, 255, 9, dtype=torch.float64)).diff()
    assert f"lie {gaps.min():.1f} grey levels apart" in drawn.alt
    curve, dots = drawn.figure.axes[1].lines
    assert len(dots.get_xdata()) == 9 and dots.get_xdata()[4] == 0
    assert float(curve.get_ydata()[0]) == 0 and float(curve.get_ydata()[-1]) == pytest.approx(255)
    assert "Smallest of the caches that holds them: none" in ch09.draw_nodes(5, 9, 8, 17).alt


def test_a_framed_place_shows_what_lies_at_the_offset() -> None:
    image = photograph()
    alt = ch09.draw_blocks(image, [(0, 0), (2, 3)], (4, 5)).alt
    assert f"(0, 0) {image[4, 5]:.2f}, (2, 3) {image[6, 8]:.2f}" in alt


def test_gradients_that_differ_from_the_taps_are_told() -> None:
    map = torch.zeros(5, 5)
    map[2, 2] = 1
    assert (
        "1 pixels have a gradient, the same as"
        in ch09.draw_gradients({"x": map}, {"x": [(0, 0)]}).alt
    )
    assert "not the same as the 4" in ch09.draw_gradients({"x": map}, {"x": SQUARE}).alt


def test_the_explorer_s_words_hold_field_pairs_and_bytes() -> None:
    alt = ch09.draw_mix(SQUARE, 7, 2, (-1, 1)).alt
    assert "sees 9 pixels in one turn and 25 in four; 132 of 300 pairs" in alt
    assert "84,122 bytes" in alt
    assert "meets nobody" in ch09.draw_mix([(0, 0)], 7, 2, (2, 2)).alt
    assert "too many rows" in ch09.draw_mix([(0, n) for n in range(-2, 3)] * 2, 7, 2).alt


def test_buttons_are_offsets_around_the_middle_one() -> None:
    pressed = [False] * 25
    pressed[12] = pressed[8] = pressed[24] = True
    assert chosen(pressed) == [(-1, 1), (0, 0), (2, 2)]


def test_the_study_is_one_profile_at_four_times() -> None:
    smoke = config_for("super_resolution", "smoke", 0, method="mixed").model_dump(mode="json")
    other = config_for("super_resolution", "laptop", 0, method="mixed", scale=2)
    jitter = config_for("jitter", "laptop", 0).model_dump(mode="json")
    runs = [
        run_of("mixed", 1, psnr_set5=30.1),
        run_of("mixed", 0, psnr_set5=30.0),
        run_of("srlut_s", 0, psnr_set5=29.7, psnr_set14=27.0),
        *(finished(config, Metrics(final={"psnr_set5": 1.0}), "cpu")
          for config in (smoke, other.model_dump(mode="json"), jitter)),
    ]  # fmt: skip
    found = study(runs)
    assert {name: [run.seed for run in group] for name, group in found.items()} == {
        "mixed": [0, 1],
        "srlut_s": [0],
    }
    alt = ch09.draw_talk(found).alt
    assert "set5, SR-LUT + Shift: talk 30.03, ours 30.00, 30.10" in alt
    assert "set14, SR-LUT: talk 27.01, ours 27.00" in alt
    assert "set14, SR-LUT + Shift: talk 27.29, ours not run here" in alt
    assert ch09.draw_talk({}).alt.count("ours not run here") == 8


def test_a_straight_function_is_told_from_a_bent_one() -> None:
    line = torch.linspace(-1, 1, 5).expand(1, 1, 5)[..., None]
    assert "(0, 0) 2 and 0" in ch09.draw_functions(line).alt
    assert "(0, 0) 20 and " in ch09.draw_functions(20 * line.square()).alt


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: chosen([False] * 25), "offsets must hold at least one place"),
        (lambda: ch09.draw_mix([]), "offsets must hold at least one pair"),
        (lambda: ch09.draw_nodes(mixed_nodes=1), "mixed_nodes must be .*1"),
        (lambda: ch09.draw_nodes(pixel_nodes=257), "pixel_nodes must be at most 256, got 257"),
        (lambda: ch09.draw_nodes(features=0), "features must be .*0"),
        (
            lambda: ch09.draw_partners({"x": (SQUARE,)}, (3, 3)),
            r"a pixel that 'x' sees, got \(3, 3",
        ),
        (lambda: ch09.draw_blocks(photograph(), SQUARE, (14, 0)), "image must be .* got"),
        (lambda: as_grid({(0, 3): 1}, 2), "half must be at least 3, got 2"),
        (lambda: ch09.draw_functions(torch.zeros(3, 3, 9)), r"table must be \(k, k, L, O\)"),
        (lambda: ch09.draw_functions(torch.zeros(1, 1, 2, 2), 2), "channel must lie from 0 to 1"),
    ],
)
def test_what_cannot_be_drawn_is_named(call, message) -> None:
    with pytest.raises(ValueError, match=message):
        call()
