"""The page of large kernels, and its pictures, say what the records say."""

import math
from pathlib import Path

import nbformat
import numpy as np
import pytest
from dynamic_runs import dynamic_matrix
from figure_checks import check_figures
from jitter_runs import matrix
from large_runs import large_matrix, large_run
from made_up import record as growth_record
from typer.testing import CliRunner

from dynconv_lite import cli
from dynconv_lite.course.plots.ch05 import runs as plots
from dynconv_lite.experiments import tables
from dynconv_lite.experiments.configs.large_kernels import METHODS, Form, form_of
from dynconv_lite.experiments.large_kernels_page import (
    SHORTCUTS,
    large_kernels_page,
    paired,
    pictured,
)
from dynconv_lite.experiments.large_kernels_table import (
    COLUMNS,
    by_form,
    form,
    large_kernels_table,
)
from dynconv_lite.experiments.matrix import plan_matrix
from dynconv_lite.experiments.records import Metrics, Record, load_records, write_record
from dynconv_lite.experiments.report import find_figures
from dynconv_lite.experiments.series import series, series_name, setting_name, settings
from dynconv_lite.files import ROOT

FULL, LAPTOP = "## Profile `full`", "## A setting of our own: `laptop`"
SIZES, FIELDS = "## Accuracy against K", "## Effective receptive field"
SHORTCUT = SHORTCUTS.splitlines()[0]
BESIDE = "## Guideline 3: does a small kernel beside the large one help?"
TITLES = [
    "K = 3", "K = 7", "K = 9", "K = 13", "K = 31",
    "K = 3, no shortcut", "K = 13, no shortcut", "K = 31, no shortcut",
    "K = 9, no small kernel", "K = 13, no small kernel", "K = 31, no small kernel",
]  # fmt: skip


def rows(text: str, heading: str, keys: int = 1) -> dict[tuple[str, ...], list[str]]:
    """Read the table below a heading: the first `keys` cells -> those behind them."""
    section = text.split(f"{heading}\n", 1)[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| ")][1:]
    cells = [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in lines]
    return {tuple(line[:keys]): line[keys:] for line in cells}


def without(run: Record, *names: str) -> Record:
    """The run of a network that lacks some numbers and has kept no map."""
    final = {k: v for k, v in run.metrics.final.items() if k not in names}
    return run.model_copy(update={"metrics": Metrics(final=final, history=run.metrics.history)})


# --- series, settings, networks -------------------------------------------------------------------


def test_what_a_method_is_made_of_is_no_change_of_the_setting() -> None:
    for method in METHODS:
        run = large_run(method)
        assert (series_name(run), setting_name(run)) == (method, "laptop")
    cases = [
        ({"kernel_size": 21}, "k13, kernel_size = 21", "laptop"),
        ({"small_kernel": 5}, "k13, small_kernel = 5", "laptop"),
        ({"shortcut": False}, "k13, shortcut = False", "laptop"),
        ({"epochs": 8}, "k13", "laptop, epochs = 8"),
        ({"channels": (8, 16)}, "k13", "laptop, channels = (8, 16)"),
    ]
    for changes, series_, setting in cases:
        run = large_run("k13", **changes)
        assert (series_name(run), setting_name(run)) == (series_, setting)


def test_networks_are_sorted_by_what_they_are_made_of_whatever_their_method() -> None:
    runs = [
        *large_matrix((1, 0)),
        large_run("k13", 2, small_kernel=0),  # the same network as k13_no_small
        large_run("k13", small_kernel=5),
    ]
    found = by_form(runs)
    assert [made.title for made in found] == [*TITLES, "K = 13, small kernel 5"]
    assert [run.seed for run in found[form_of("k13_no_small")]] == [0, 1, 2]
    assert found == by_form(runs[::-1])
    assert form(large_run("k9_no_small")) == Form(9, True, 0)
    again = [large_run("k13_no_small", 0, 1.0), large_run("k13", 0, 2.0, small_kernel=0)]
    assert len(by_form(again)[form_of("k13_no_small")]) == 1  # a seed counts once
    assert list(series(large_matrix((0,)))) == list(METHODS)


# --- the page -------------------------------------------------------------------------------------


def test_every_network_has_a_row_in_the_full_setting_run_or_not() -> None:
    found = rows(large_kernels_table([]), FULL)
    assert [title for (title,) in found] == TITLES
    for row in found.values():
        assert row == ["none", "not run here", *["-"] * 5, "100", "-", "-"]
        assert len(row) == len(COLUMNS) - 1
    page = large_kernels_page([])
    assert rows(page, SIZES, 2)[("`full`", "31")] == ["not run here", "-", "-"]
    assert rows(page, SHORTCUT, 2) == {
        ("`full`", size): ["not run here"] * 2 + ["-"] * 3 + [published, "-"]
        for size, published in (("3", "none"), ("13", "+0.77"), ("31", "none"))
    }
    assert list(rows(page, BESIDE, 2)) == [("`full`", size) for size in ("9", "13", "31")]
    assert "Not run here." in page.split(FIELDS)[1] and "## Pictures" not in page


def test_a_row_says_everything_about_its_runs() -> None:
    runs = [
        large_run("k3", 0),
        large_run("k13", 0, 51.0, device="GPU A"),
        large_run("k13", 3, 52.0, device="GPU B"),
        large_run("k13", 0, 40.0, kernel_size=21),
    ]
    found = rows(large_kernels_table(runs), LAPTOP)
    assert found[("K = 13",)] == [
        "none",
        "51.50 ± 0.71",
        "0, 3",
        "21.9 → 21.7",  # 18 taps more while it is trained
        "2.87 → 2.69",
        "246.8 %",
        "8e-07",  # the larger of the two
        str(runs[0].config["epochs"]),
        "GPU A; GPU B",
        "2.0 ± 0.0",
    ]
    assert found[("K = 3",)][3:7] == ["20.1 → 20.1", "1.09 → 1.09", "100.0 %", "2e-07"]
    assert found[("K = 21",)][1] == "40.00 (n = 1)"
    assert found[("K = 31",)][1] == "not run here"
    bare = rows(large_kernels_table([without(runs[1], "fused_difference")]), LAPTOP)[("K = 13",)]
    assert bare[5:7] == ["-", "-"]  # no K = 3 to compare with, and no difference measured


def test_a_setting_says_what_its_maps_are_and_how_long_it_was_trained() -> None:
    text = large_kernels_table(
        [large_run(channels=(8, 16), blocks=(1, 2), stem_stride=1, epochs=9)]
    )
    assert (
        "A stem of stride 1; 2 stages of 8 and 16 channels and 1 and 2 RepLK blocks, whose maps "
        "are 32 x 32 and 16 x 16 for a picture of 32 x 32, 9 epochs."
    ) in text
    text = large_kernels_table([large_run(channels=(8,), blocks=(3,), stem_stride=4)])
    assert "4; 1 stage of 8 channels and 3 RepLK blocks, whose maps are 8 x 8 for" in text


def test_sizes_are_compared_with_3_seed_by_seed() -> None:
    runs = [
        large_run("k3", 0, 50.0),
        large_run("k3", 1, 60.0),
        large_run("k13", 0, 51.0),
        large_run("k13", 1, 60.5),
        large_run("k13", 2, 99.0),  # no K = 3 of this seed
        large_run("k31", 2, 70.0),
    ]
    found = rows(large_kernels_page(runs), SIZES, 2)
    assert found[("`laptop`", "3")] == ["55.00 ± 7.07", "-", "-"]
    assert found[("`laptop`", "13")][1:] == ["+0.75 ± 0.35 (n = 2)", "0: +1.00, 1: +0.50"]
    assert found[("`laptop`", "31")] == ["70.00 (n = 1)", "-", "-"]
    assert paired(by_form(runs), form_of("k31"), form_of("k3")).n == 0


def test_shortcuts_add_what_runs_of_one_seed_differ_by() -> None:
    runs = [
        large_run("k3", 0, 50.0),
        large_run("k13", 0, 53.0),
        large_run("k13", 1, 54.0),
        large_run("k3_no_shortcut", 0, 49.0),
        large_run("k13_no_shortcut", 0, 45.0),
        large_run("k13_no_shortcut", 1, 44.0),
    ]
    found = rows(large_kernels_page(runs), SHORTCUT, 2)
    assert found[("`laptop`", "13")] == [
        "53.50 ± 0.71",
        "44.50 ± 0.71",
        "+9.00 ± 1.41 (n = 2)",
        "0: +8.00, 1: +10.00",
        "+3.00 (n = 1)",  # of seed 0: with shortcuts, 13 is better than 3
        "+0.77",
        "-4.00 (n = 1)",  # and without it is worse
    ]
    assert found[("`laptop`", "3")][2:] == ["+1.00 (n = 1)", "0: +1.00", "-", "none", "-"]
    assert found[("`laptop`", "31")][:2] == ["not run here", "not run here"]


def test_a_small_kernel_adds_what_runs_of_one_seed_differ_by() -> None:
    runs = [
        large_run("k9", 0, 53.0),
        large_run("k9_no_small", 0, 51.5),
        large_run("k13", 0, 50.0, small_kernel=5),
        large_run("k13_no_small", 0, 49.0),
    ]
    found = rows(large_kernels_page(runs), BESIDE, 2)
    assert found[("`laptop`", "9")] == [
        "53.00 (n = 1)",
        "51.50 (n = 1)",
        "+1.50 (n = 1)",
        "0: +1.50",
    ]
    assert found[("`laptop`", "13")] == ["not run here", "49.00 (n = 1)", "-", "-"]
    assert ("K = 13, small kernel 5",) in rows(large_kernels_table(runs), LAPTOP)


def test_fields_are_told_in_pixels_and_shares() -> None:
    runs = [large_run("k3"), large_run("k31", 0), large_run("k31_no_shortcut", 1)]
    found = rows(large_kernels_page(runs), FIELDS, 2)
    assert found == {
        ("`laptop`", "K = 3"): ["1.50", "1.5 %", "3.0 %", "-"],
        ("`laptop`", "K = 31"): ["15.50", "15.5 %", "31.0 %", "-"],
        ("`laptop`", "K = 31, no shortcut"): ["15.50", "15.5 %", "31.0 %", "-"],
    }
    dead = without(runs[0], "erf_width", "erf_area_0.2", "erf_area_0.5")
    assert rows(large_kernels_page([dead]), FIELDS, 2)[("`laptop`", "K = 3")] == ["-"] * 4


def test_what_was_published_is_said_not_to_compare() -> None:
    words = " ".join(large_kernels_page([]).split())
    assert "kernels of 13 gain 0.77 points over those of 3" in words
    assert "Compare its sign, no more" in words
    assert (
        "ours keeps it or halves it, as each table says" in words
        and "K is clipped in no stage" in words
    )


def test_records_of_several_studies_are_told_apart_whatever_their_order() -> None:
    runs = [
        *large_matrix(),
        large_run(profile="full"),
        *dynamic_matrix(),
        *matrix(),
        growth_record(),
    ]
    assert large_kernels_page(runs) == large_kernels_page(runs[::-1])
    assert tables.dynamic_page(runs) == tables.dynamic_page(dynamic_matrix())
    assert list(settings(runs, "large_kernels")) == ["full", "laptop"]
    assert {setting_name(run) for run in pictured(runs)} == {"laptop"}
    assert pictured(matrix()) == []


# --- pictures -------------------------------------------------------------------------------------


def test_every_figure_is_the_same_twice_fits_the_page_and_describes_itself() -> None:
    runs = [*large_matrix(), large_run("k13", small_kernel=5)]
    check_figures(
        lambda: {
            "by kernel": plots.draw_by_kernel(runs),
            "fields": plots.draw_run_fields(runs),
            "fields of one": plots.draw_run_fields(runs[:1]),
        }
    )
    for draw in (plots.draw_by_kernel, plots.draw_run_fields):
        assert draw(runs).png() == draw(runs[::-1]).png()


def test_accuracy_has_a_point_a_run_and_a_line_a_kind() -> None:
    drawn = plots.draw_by_kernel(large_matrix())
    accuracy, width = drawn.figure.axes
    lines = {line.get_label(): line for line in accuracy.lines if line.get_linestyle() != "None"}
    assert list(lines) == ["with both", "no shortcut", "no small kernel"]
    np.testing.assert_array_equal(lines["with both"].get_xdata(), [3, 7, 9, 13, 31])
    for kind, methods in (
        ("with both", ("k3", "k7", "k9", "k13", "k31")),
        ("no shortcut", ("k3_no_shortcut", "k13_no_shortcut", "k31_no_shortcut")),
    ):
        means = [50.05 + METHODS.index(method) for method in methods]
        np.testing.assert_allclose(lines[kind].get_ydata(), means)
    points = [line for line in accuracy.lines if line.get_linestyle() == "None"]
    assert sum(len(line.get_xdata()) for line in points) == 22
    assert [line.get_xdata()[0] for line in points] == [3, 3, 9]
    np.testing.assert_allclose(width.lines[0].get_ydata(), [1.5, 3.5, 4.5, 6.5, 15.5])
    assert "22 in all" in drawn.alt and f"no shortcut, K = 3: {means[0]:.2f}" in drawn.alt


def test_fields_have_a_row_a_kind_and_a_column_a_size() -> None:
    drawn = plots.draw_run_fields(large_matrix())
    axes = drawn.figure.axes
    assert len(axes) == 15 and sum(bool(panel.images) for panel in axes) == 11
    assert [panel.get_title() for panel in axes[:5]] == [f"K = {k}" for k in (3, 7, 9, 13, 31)]
    assert [panel.get_ylabel() for panel in axes[::5]] == [
        "with both", "no shortcut", "no small\nkernel",
    ]  # fmt: skip
    wide, narrow = (panel.images[0].get_array() for panel in (axes[4], axes[0]))
    assert (np.asarray(wide) > 0.2).sum() > (np.asarray(narrow) > 0.2).sum()
    assert "no shortcut, K = 31: 15.5" in drawn.alt


def test_a_mean_map_weighs_seeds_alike() -> None:
    both = plots.mean_map([large_run("k9", 0), large_run("k9", 1)])  # ten times the gradient
    assert both is not None
    torch_mean = plots.mean_map([large_run("k9", 0)])
    np.testing.assert_allclose(both, torch_mean, atol=0.01)
    assert math.isclose(float(both.mean()), 1)
    assert plots.mean_map([without(large_run())]) is None


def test_what_cannot_be_drawn_is_refused() -> None:
    with pytest.raises(ValueError, match="no map of an effective receptive field"):
        plots.draw_run_fields([without(large_run())])
    for draw in (plots.draw_by_kernel, plots.draw_run_fields):
        with pytest.raises(ValueError, match="large_kernels study, got none"):
            draw(matrix())
        with pytest.raises(ValueError, match="got laptop; laptop, epochs = 7"):
            draw([large_run(), large_run(epochs=7)])


def test_runs_without_a_width_leave_its_panel_empty() -> None:
    drawn = plots.draw_by_kernel([without(large_run(), "erf_width")])
    assert not any(len(line.get_xdata()) for line in drawn.figure.axes[1].lines)


# --- the notebook of a run ------------------------------------------------------------------------


def test_the_study_itself_runs_and_shows_its_field(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dynconv_lite.course.environment.describe_environment", dict)
    words = ["--methods", "k7", "--device", "cpu", "--out", str(tmp_path)]
    changes = {"train_size": 128, "test_size": 50, "channels": [4, 8], "erf_images": 2}
    for word in ("train_size=128", "test_size=50", "channels=[4, 8]", "erf_images=2"):
        words += ["--set", word]
    result = CliRunner().invoke(cli.app, ["experiment", "large_kernels", *words])
    assert result.exit_code == 0, result.output
    (run,) = plan_matrix("large_kernels", "smoke", methods=["k7"], changes=changes, out=tmp_path)
    figures = find_figures(nbformat.read(run.target, as_version=4))
    assert all(figure.caption for figure in figures)
    learning, field = (figure.alt for figure in figures)
    assert "test accuracy" in learning and "pixels" in field
    records, problems = load_records(tmp_path / "smoke" / "records")
    assert len(records) == 1 and not problems
    assert rows(large_kernels_page(records), FIELDS, 2)


# --- in the folder of results ---------------------------------------------------------------------


def keep(folder: Path, *records: Record) -> Path:
    for record in records:
        write_record(record, folder / "records")
    return folder


def test_the_page_and_its_pictures_are_written_and_checked(tmp_path: Path) -> None:
    keep(tmp_path, *large_matrix())
    names = {path.name for path in tables.write_tables(tmp_path)}
    pictures = {"large_kernels_accuracy.png", "large_kernels_erf.png"}
    assert names == {*tables.PAGES, *pictures}
    page = (tmp_path / "large_kernels.md").read_text()
    assert all(f"]({name})" in page for name in pictures)
    assert tables.check_tables(tmp_path) == []
    keep(tmp_path, large_run("k13", 2))
    (message,) = tables.check_tables(tmp_path)
    assert "large_kernels.md differs" in message


def test_runs_that_kept_no_map_have_no_picture_of_fields(tmp_path: Path) -> None:
    keep(tmp_path, without(large_run()))
    names = {path.name for path in tables.write_tables(tmp_path)}
    assert "large_kernels_accuracy.png" in names and "large_kernels_erf.png" not in names
    assert "large_kernels_erf.png" not in (tmp_path / "large_kernels.md").read_text()


def test_real_records_can_be_drawn_and_fusing_changed_nothing() -> None:
    kept = settings(load_records(ROOT / "results" / "records")[0], "large_kernels")
    if not kept:
        pytest.skip("no record of the study is kept yet")
    for runs in kept.values():
        assert plots.draw_by_kernel(runs).png()
        for run in runs:
            assert 0 <= run.metrics.final["fused_difference"] < 1e-3
