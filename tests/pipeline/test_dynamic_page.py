"""The page of dynamic convolution, and its pictures, say what the records say."""

import math
import statistics
from pathlib import Path

import nbformat
import numpy as np
import pytest
from dynamic_runs import dynamic_matrix, dynamic_run
from jitter_runs import jitter_run, matrix
from made_up import record as growth_record
from typer.testing import CliRunner

from dynconv_lite import cli
from dynconv_lite.course.plots import ch03
from dynconv_lite.course.plots.ch03.runs import COLOURS, temperatures
from dynconv_lite.experiments import tables
from dynconv_lite.experiments.comparison import Paired, first_to_last
from dynconv_lite.experiments.configs.dynamic_conv import METHODS
from dynconv_lite.experiments.dynamic_page import dynamic_page, pictured
from dynconv_lite.experiments.dynamic_table import COLUMNS, dynamic_table
from dynconv_lite.experiments.markdown import provenance
from dynconv_lite.experiments.matrix import plan_matrix
from dynconv_lite.experiments.records import Metrics, Record, load_records, write_record
from dynconv_lite.experiments.report import find_figures
from dynconv_lite.experiments.series import (
    STUDIES,
    of_one_setting,
    series,
    series_name,
    setting_name,
    settings,
    study_of,
)
from dynconv_lite.files import ROOT

FULL, LAPTOP = "## Profile `full`", "## A setting of our own: `laptop`"


def rows(text: str, heading: str, keys: int = 1) -> dict[str, list[str]]:
    """Read the table below a heading: the cell number `keys` -> those behind it."""
    section = text.split(f"{heading}\n", 1)[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| ")][1:]
    cells = [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in lines]
    return {line[keys - 1]: line[keys:] for line in cells}


def without(run: Record, *names: str) -> Record:
    """The run of a time when some numbers were not measured yet."""

    def left(numbers: dict[str, float]) -> dict[str, float]:
        return {k: v for k, v in numbers.items() if k not in names}

    old = run.metrics
    metrics = Metrics(final=left(old.final), history=[left(entry) for entry in old.history])
    return run.model_copy(update={"metrics": metrics})


# --- series and settings --------------------------------------------------------------------------


def test_fields_of_the_method_make_a_series_and_all_others_a_setting() -> None:
    cases = [
        ({}, "dynamic", "laptop"),
        ({"num_kernels": 2}, "dynamic, num_kernels = 2", "laptop"),
        ({"temperature": 10.0}, "dynamic, temperature = 10", "laptop"),
        ({"temperature_epochs": 0.5}, "dynamic, temperature_epochs = 0.5", "laptop"),
        (
            {"temperature_epochs": 1, "num_kernels": 8},
            "dynamic, num_kernels = 8, temperature_epochs = 1",
            "laptop",
        ),
        ({"network": "resnet18"}, "dynamic", "laptop, network = resnet18"),
        ({"width_mult": 0.5}, "dynamic", "laptop, width_mult = 0.5"),
        ({"epochs": 8}, "dynamic", "laptop, epochs = 8"),
        ({"data": "textures"}, "dynamic", "laptop, data = textures"),
        ({"num_kernels": 2, "lr": 0.05}, "dynamic, num_kernels = 2", "laptop, lr = 0.05"),
    ]
    for changes, series_, setting in cases:
        run = dynamic_run("dynamic", **changes)
        assert (series_name(run), setting_name(run)) == (series_, setting)


def test_each_study_has_its_own_methods_and_fields() -> None:
    learnable = jitter_run("shift_learnable", offset_lr=256.0)
    assert series_name(learnable) == "shift_learnable, offset_lr = 256"
    assert setting_name(jitter_run(crop=2)) == "laptop, crop = 2"
    assert setting_name(growth_record()) == "smoke"
    for name, study in STUDIES.items():
        assert study.baseline in study.methods
        # interpolations, which learn nothing, come before what super-resolution compares with
        assert study.baseline == ("srlut_s" if name == "super_resolution" else study.methods[0])
    with pytest.raises(ValueError, match="'erf_growth' is not one of jitter, dynamic_conv"):
        study_of("erf_growth")
    with pytest.raises(ValueError, match="'erf_growth' is not one of"):
        settings([], "erf_growth")


def test_records_of_several_studies_are_told_apart_whatever_their_order() -> None:
    runs = [
        *dynamic_matrix((0, 1, 2)),
        dynamic_run("dynamic", num_kernels=2),
        dynamic_run(profile="full"),
        *matrix(),
        growth_record(),
    ]
    assert dynamic_page(runs) == dynamic_page(runs[::-1])
    assert tables.jitter_page(runs) == tables.jitter_page(matrix())
    assert list(settings(runs, "dynamic_conv")) == ["full", "laptop"]
    groups = series(settings(runs[::-1], "dynamic_conv")["laptop"])
    assert list(groups) == [
        "static", "dynamic", "dynamic, num_kernels = 2", "dynamic_t1", "condconv",
    ]  # fmt: skip
    assert [run.seed for run in groups["condconv"]] == [0, 1, 2]
    assert list(of_one_setting(dynamic_matrix(), "dynamic_conv")) == list(METHODS)
    with pytest.raises(ValueError, match="one setting of the jitter study, got none"):
        of_one_setting(dynamic_matrix())
    with pytest.raises(ValueError, match="setting of the dynamic_conv study, got full; laptop"):
        of_one_setting(runs, "dynamic_conv")


def test_differences_are_taken_from_static_seed_by_seed() -> None:
    runs = [
        dynamic_run("static", 0, 50.0),
        dynamic_run("static", 1, 60.0),
        dynamic_run("dynamic", 0, 51.0),
        dynamic_run("dynamic", 1, 60.5),
        dynamic_run("dynamic", 2, 99.0),  # no static run of this seed
        dynamic_run("dynamic", 1, 59.0, num_kernels=2),
    ]
    found = tables.paired_differences(runs, "test_accuracy", "dynamic_conv")
    assert {name: pair.differences for name, pair in found.items()} == {
        "dynamic": {0: 1.0, 1: 0.5},
        "dynamic, num_kernels = 2": {1: -1.0},
    }
    told = rows(dynamic_page(runs), "## Seed by seed against static", 2)
    assert told == {
        "dynamic": ["+0.75 ± 0.35 (n = 2)", "0: +1.00, 1: +0.50"],
        "dynamic, num_kernels = 2": ["-1.00 (n = 1)", "1: -1.00"],
    }
    assert "No method shares a seed with a static run yet." in dynamic_page(runs[2:])


# --- the page -------------------------------------------------------------------------------------


def test_every_method_has_a_row_in_the_full_setting_run_or_not() -> None:
    found = rows(dynamic_table([]), FULL)
    assert list(found) == [f"`{method}`" for method in METHODS]
    for method, kernels in zip(METHODS, "1444", strict=True):
        row = ["none", "not run here", "-", kernels, *["-"] * 5, "120", "-", "-"]
        assert found[f"`{method}`"] == row and len(row) == len(COLUMNS) - 1


def test_a_row_says_everything_about_its_runs() -> None:
    runs = [
        dynamic_run("static", 1, 49.0),
        dynamic_run("dynamic", 0, 50.0, 0.6, device="GPU A"),
        dynamic_run("dynamic", 3, 51.0, 0.7, device="GPU B"),
        dynamic_run("dynamic", 0, 52.0, 0.5, num_kernels=8),
    ]
    found = rows(dynamic_table(runs), LAPTOP)
    static = ["1", "320.0", "16.00", "100.0 %", "-", "-", "6", "cpu, 2 threads, float32"]
    assert found["`static`"] == ["none", "49.00 (n = 1)", "1", *static, "2.0 (n = 1)"]
    assert found["`dynamic`"] == [
        "none",
        "50.50 ± 0.71",
        "0, 3",
        "4",
        "1280.0",
        "17.28",
        "108.0 %",
        "1.0000 ± 0.0000 (epoch 1) → 0.6500 ± 0.0707 (epoch 6)",
        "0.0600 ± 0.0000",
        "6",
        "GPU A; GPU B",
        "2.0 ± 0.0",
    ]
    changed = found["`dynamic`, num_kernels = 8"]
    assert changed[1:7] == ["52.00 (n = 1)", "0", "8", "2560.0", "18.56", "116.0 %"]
    assert changed[7:9] == ["1.0000 (epoch 1) → 0.5000 (epoch 6)", "0.0600"]
    assert found["`condconv`"][1] == "not run here"
    alone = rows(dynamic_table(runs[1:]), LAPTOP)["`dynamic`"]
    assert alone[5:7] == ["17.28", "-"]  # no static network to compare with


def test_a_setting_says_its_network_and_what_it_was_made_with() -> None:
    runs = [dynamic_run(), dynamic_run(network="mobilenet_v2", width_mult=1.0, epochs=8)]
    text = dynamic_table(runs)
    assert "ResNet-18 at its own width, 120 epochs." in text.split(LAPTOP)[0]
    first = text.split(LAPTOP)[1].split("\n## ")[0]
    assert "ResNet-10 at 0.25 x its own width, 6 epochs." in first
    assert provenance(runs[:1]) in first
    assert "Data: made-up pictures (abc). Made with torch 2; code unknown." in first
    other = "`laptop, epochs = 8, network = mobilenet_v2, width_mult = 1`"
    assert "MobileNetV2 at its own width, 8 epochs." in text.split(other)[1]


def test_what_was_published_is_said_not_to_compare() -> None:
    text = dynamic_page([])
    words = " ".join(text.split())
    assert "MobileNetV3-Small gains 2.9 points top-1 for 4 % more FLOPs" in words
    assert "Nothing below compares with that" in words and "Pictures" not in text


def test_another_attention_is_compared_with_the_own_one() -> None:
    runs = [
        dynamic_run("static", 0),
        dynamic_run("dynamic", 0, 50.0),  # 2 points worse with the mean, 5 with another's
        dynamic_run("dynamic", 1, 60.0),  # 3 and 5
        without(dynamic_run("condconv", 0), "attention_of_class"),  # of before it was measured
    ]
    heading = "## What the attention is worth"
    assert rows(dynamic_page(runs), heading, 2) == {
        "dynamic": ["-2.50 ± 0.71 (n = 2)", "-5.00 ± 0.00 (n = 2)", "25.0 ± 0.0 %"]
    }
    found = rows(dynamic_page(runs[:2]), heading, 2)
    assert found == {"dynamic": ["-2.00 (n = 1)", "-5.00 (n = 1)", "25.0 %"]}
    old = without(runs[1], "test_accuracy_mean_attention")
    assert rows(dynamic_page([old]), heading, 2)["dynamic"][:2] == ["-", "-5.00 (n = 1)"]
    assert "Not measured here yet." in dynamic_page(runs[:1])


def test_a_quantity_is_told_after_its_first_and_its_last_epoch() -> None:
    runs = [dynamic_run("dynamic", seed, entropy=0.5 + 0.1 * seed) for seed in (0, 1)]
    told = first_to_last(runs, "attention_entropy", 100, 1, " %")
    assert told == "100.0 ± 0.0 % (epoch 1) → 55.0 ± 7.1 % (epoch 6)"
    assert first_to_last(runs, "erf_width") == first_to_last([], "attention_entropy") == "-"
    once = [dynamic_run("static", epochs=3)]
    assert first_to_last([without(run, "x") for run in once], "test_accuracy").count("epoch") == 2


def test_paired_differences_are_written_with_their_signs() -> None:
    assert str(Paired({})) == "-" and Paired({}).by_seed == ""
    assert str(Paired({3: -0.5})) == "-0.50 (n = 1)"
    pair = Paired({0: 1.0, 2: -0.25})
    assert str(pair) == f"+0.38 ± {statistics.stdev([1, -0.25]):.2f} (n = 2)"
    assert pair.by_seed == "0: +1.00, 2: -0.25"


# --- pictures -------------------------------------------------------------------------------------


def with_two() -> list[Record]:
    return [*dynamic_matrix((0, 1, 2)), dynamic_run("dynamic", 0, 50.4, 0.85, num_kernels=2)]


def test_every_figure_is_the_same_twice_fits_the_page_and_describes_itself() -> None:
    for draw in (ch03.draw_cost, ch03.draw_attention):
        first, second = draw(with_two()), draw(with_two()[::-1])
        assert first.png() == second.png() and first.alt == second.alt
        assert len(first.alt) > 100 and first.alt.endswith(".")
        width, height = first.figure.get_size_inches()
        assert width <= 7 and height <= 4


def test_accuracy_against_cost_has_a_point_a_run_and_both_costs_from_0() -> None:
    drawn = ch03.draw_cost(with_two())
    left, right = drawn.figure.axes
    for axes, static in ((left, 16.0), (right, 320.0)):
        assert sum(len(line.get_xdata()) for line in axes.lines) == 13
        points = {line.get_label(): line for line in axes.lines}
        np.testing.assert_allclose(points["static"].get_xdata(), [static] * 3)
        np.testing.assert_allclose(points["condconv"].get_ydata(), [53.0, 53.1, 53.2])
        low, high = axes.get_xlim()
        assert low == 0 and high > max(max(line.get_xdata()) for line in axes.lines)
        colours = {name: line.get_markeredgecolor() for name, line in points.items()}
        assert colours["dynamic"] == colours["dynamic\nnum_kernels = 2"]
        assert len(set(colours.values())) == len(METHODS)
    assert "13 in all" in drawn.alt
    assert "dynamic 51.10 % (51.00 to 51.20), 17.3 million, 1280 thousand" in drawn.alt
    assert "dynamic, num_kernels = 2 50.40 % (50.40 to 50.40), 16.6 million, 640" in drawn.alt


def test_attention_is_a_mean_over_seeds_beside_the_temperature() -> None:
    drawn = ch03.draw_attention(with_two())
    left, right = drawn.figure.axes
    even, *drawn_lines = left.lines
    assert set(even.get_ydata()) == {1}
    lines = {line.get_label(): line for line in drawn_lines}
    assert list(lines) == ["dynamic", "dynamic\nnum_kernels = 2", "dynamic_t1", "condconv"]
    np.testing.assert_array_equal(lines["dynamic"].get_xdata(), range(1, 7))
    np.testing.assert_allclose(lines["dynamic"].get_ydata()[[0, -1]], [1, 0.82])
    edges = left.collections[0].get_paths()[0].vertices  # of the band of the first series
    at_the_end = edges[edges[:, 0] == 6, 1]
    assert (min(at_the_end), max(at_the_end)) == pytest.approx((0.8, 0.84))
    cooling = [tuple(line.get_ydata()) for line in right.lines]
    assert cooling == [(30, 15.5, *[1] * 5)] * 2 + [(1,) * 7]  # a sigmoid has none
    assert (
        "dynamic 1.0000 to 0.8200 (at the end 0.8000 to 0.8400; temperature 30 to 1)" in drawn.alt
    )
    assert "condconv 1.0000 to 0.6200 (at the end 0.6000 to 0.6400)" in drawn.alt


def test_the_temperature_starts_with_that_of_the_first_step() -> None:
    found = temperatures(dynamic_run("dynamic", temperature=9.0))
    assert found == {0: 9, 1: 5, **dict.fromkeys(range(2, 7), 1)}
    assert temperatures(dynamic_run("dynamic_t1", temperature=9.0)) == dict.fromkeys(range(7), 1)
    assert temperatures(dynamic_run("condconv")) == temperatures(dynamic_run()) == {}


def test_what_cannot_be_drawn_is_refused() -> None:
    with pytest.raises(ValueError, match="attention_entropy in their history, and none does"):
        ch03.draw_attention([dynamic_run("static")])
    for draw in (ch03.draw_cost, ch03.draw_attention):
        with pytest.raises(ValueError, match="dynamic_conv study, got none"):
            draw(matrix())
        with pytest.raises(ValueError, match="got laptop; laptop, epochs = 7"):
            draw([dynamic_run("dynamic"), dynamic_run("dynamic", epochs=7)])


def test_every_method_has_a_colour_and_a_marker_of_its_own() -> None:
    assert set(COLOURS) == set(METHODS)
    for part in zip(*COLOURS.values(), strict=True):
        assert len(set(part)) == len(METHODS)


# --- the notebook of a run ------------------------------------------------------------------------


def test_the_study_itself_runs_and_attention_is_shown_where_there_is_any(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dynconv_lite.course.environment.describe_environment", dict)
    words = ["--methods", "static,dynamic", "--device", "cpu", "--out", str(tmp_path)]
    for word in ("train_size=128", "test_size=50", "width_mult=0.0625", "attention_images=10"):
        words += ["--set", word]
    result = CliRunner().invoke(cli.app, ["experiment", "dynamic_conv", *words])
    assert result.exit_code == 0, result.output
    static, dynamic = plan_matrix("dynamic_conv", "smoke", methods=["static", "dynamic"],
        changes={"train_size": 128, "test_size": 50, "width_mult": 0.0625, "attention_images": 10},
        out=tmp_path)  # fmt: skip
    alts = {}
    for run in (static, dynamic):
        figures = find_figures(nbformat.read(run.target, as_version=4))
        assert all(figure.caption for figure in figures)
        alts[run.name] = [figure.alt for figure in figures]
    assert len(alts[static.name]) == 1 and "test accuracy" in alts[static.name][0]
    _, epochs, layers = alts[dynamic.name]
    assert "the temperature goes from" in epochs and "Two bars for each of 11" in layers
    records, problems = load_records(tmp_path / "smoke" / "records")
    assert len(records) == 2 and not problems
    assert rows(dynamic_page(records), "## Seed by seed against static", 2)["dynamic"]


# --- in the folder of results ---------------------------------------------------------------------


def keep(folder: Path, *records: Record) -> Path:
    for record in records:
        write_record(record, folder / "records")
    return folder


def test_the_page_and_its_pictures_are_written_and_checked(tmp_path: Path) -> None:
    keep(tmp_path, *dynamic_matrix())
    names = {path.name for path in tables.write_tables(tmp_path)}
    pictures = {"dynamic_conv_cost.png", "dynamic_conv_attention.png"}
    assert names == {*tables.PAGES, *pictures}
    page = (tmp_path / "dynamic_conv.md").read_text()
    assert all(f"]({name})" in page for name in pictures)
    assert tables.check_tables(tmp_path) == []
    keep(tmp_path, dynamic_run("dynamic", 2))
    (message,) = tables.check_tables(tmp_path)
    assert "dynamic_conv.md differs" in message


def test_static_runs_alone_have_no_picture_of_attention(tmp_path: Path) -> None:
    keep(tmp_path, *dynamic_matrix(methods=["static"]))
    names = {path.name for path in tables.write_tables(tmp_path)}
    assert "dynamic_conv_cost.png" in names and "dynamic_conv_attention.png" not in names
    assert "dynamic_conv_attention.png" not in (tmp_path / "dynamic_conv.md").read_text()


def test_pictures_are_of_the_setting_with_most_runs() -> None:
    runs = [dynamic_run(profile="full"), *dynamic_matrix((0,)), *matrix()]
    assert {setting_name(run) for run in pictured(runs)} == {"laptop"}
    assert "Of the setting with most runs, `laptop`" in dynamic_page(runs)
    assert pictured(matrix()) == []


def test_real_records_can_be_drawn() -> None:
    kept = settings(load_records(ROOT / "results" / "records")[0], "dynamic_conv")
    if not kept:
        pytest.skip("no record of the study is kept yet")
    for runs in kept.values():
        assert ch03.draw_cost(runs).png()
        for run in runs:
            final = run.metrics.final
            if run.config["method"] != "static":
                assert 0 < final["attention_entropy"] <= 1 and math.isfinite(final["parameters"])
