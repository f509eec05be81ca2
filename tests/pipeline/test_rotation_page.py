"""The page of the rotation study says what the records say, and keeps the talk's numbers apart."""

from pathlib import Path

import nbformat
import pytest
from dynamic_runs import dynamic_matrix
from jitter_runs import matrix
from large_runs import large_matrix
from made_up import record as growth_record
from rotation_runs import rotation_matrix, rotation_run
from scipy.stats import spearmanr
from typer.testing import CliRunner

from dynconv_lite import cli
from dynconv_lite.experiments import tables
from dynconv_lite.experiments.comparison import rank_correlation
from dynconv_lite.experiments.configs.rotation import METHODS, title_of
from dynconv_lite.experiments.matrix import plan_matrix
from dynconv_lite.experiments.records import Record, load_records, write_record
from dynconv_lite.experiments.report import find_figures
from dynconv_lite.experiments.rotation import PUBLISHED
from dynconv_lite.experiments.rotation_page import QUANTITIES, TARGETS, paired, rotation_page
from dynconv_lite.experiments.rotation_table import COLUMNS, rotation_table
from dynconv_lite.experiments.series import series, series_name, setting_name, settings

FULL, LAPTOP = "## Profile `full`", "## A setting of our own: `laptop`"
EFFECTS, FIELDS = "## What diagonals and turns add", "## Effective receptive field"
ANGLES = "## Which angles do the features tell apart?"
CORRELATIONS = "## What goes with a better network?"


def rows(text: str, heading: str, keys: int = 1) -> dict[tuple[str, ...], list[str]]:
    """Read the table below a heading: the first `keys` cells -> those behind them."""
    section = text.split(f"{heading}\n", 1)[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| ")][1:]
    cells = [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in lines]
    return {tuple(line[:keys]): line[keys:] for line in cells}


def without(run: Record, *names: str) -> Record:
    """The run of a network that lacks some numbers."""
    final = {k: v for k, v in run.metrics.final.items() if k not in names}
    return run.model_copy(
        update={"metrics": run.metrics.model_copy(update={"final": final, "maps": {}})}
    )


# --- series and settings --------------------------------------------------------------------------


def test_what_a_method_stands_for_is_no_change_of_the_setting() -> None:
    for method in METHODS:
        run = rotation_run(method)
        assert (series_name(run), setting_name(run)) == (method, "laptop")
    cases = [
        ({"erasing": 0.25}, "sw_erasing, erasing = 0.25", "laptop"),
        ({"rotate": True}, "sw_erasing, rotate = True", "laptop"),
        ({"width": 16}, "sw_erasing", "laptop, width = 16"),
        ({"epochs": 9}, "sw_erasing", "laptop, epochs = 9"),
    ]
    for changes, series_, setting in cases:
        run = rotation_run(**changes)
        assert (series_name(run), setting_name(run)) == (series_, setting)
    assert list(series(rotation_matrix((0,)))) == list(METHODS)


# --- the table ------------------------------------------------------------------------------------


def test_every_method_has_a_row_in_the_full_setting_run_or_not() -> None:
    found = rows(rotation_table([]), FULL)
    assert [title for (title,) in found] == [title_of(method) for method in METHODS]
    for method, (accuracy, textures) in PUBLISHED.items():
        row = found[(title_of(method),)]
        assert row == [f"{accuracy:.2f}", f"{textures:.2f}", "not run here", *["-"] * 7, "120",
                       "-", "-"]  # fmt: skip
        assert len(row) == len(COLUMNS) - 1
    for method in METHODS[6:]:
        assert found[(title_of(method),)][:3] == ["not in the talk"] * 2 + ["not run here"]


def test_a_row_says_everything_about_its_runs() -> None:
    runs = [
        rotation_run("rot_cutmix", 0, 51.0, device="GPU A"),
        rotation_run("rot_cutmix", 3, 52.0, device="GPU B"),
        rotation_run("rot_cutmix", 0, 40.0, cutmix=0.5),
        rotation_run("dia_mixup", 0, 30.0),
    ]
    found = rows(rotation_table(runs), LAPTOP)
    assert found[("RotSW + cutmix",)] == [
        "84.04",
        "40.34",
        "51.50 ± 0.71",
        "25.75 ± 0.35",
        "26.75 ± 0.35",
        "DTD-10 (10 classes)",
        "0, 3",
        "20.00",
        "3.00",
        "8e-07",
        str(runs[0].config["epochs"]),
        "GPU A; GPU B",
        "2.0 ± 0.0",
    ]
    changed = found[("RotSW + cutmix, cutmix = 0.5",)]
    assert changed[:3] == ["not in the talk", "not in the talk", "40.00 (n = 1)"]
    assert found[("DiaSW + mixup",)][:3] == ["not in the talk"] * 2 + ["30.00 (n = 1)"]
    assert found[("DiaSW + erasing",)][2] == "not run here"
    bare = without(runs[3], "fused_difference", "transfer_classes", "parameters", "transfer_knn")
    row = rows(rotation_table([bare]), LAPTOP)[("DiaSW + mixup",)]
    assert (row[3], row[5], row[7], row[9]) == ("-", "DTD-10", "-", "-")


def test_published_numbers_are_said_not_to_compare() -> None:
    words = " ".join(rotation_page(rotation_matrix()).split())
    assert "Ours is not zero-shot" in words
    assert "DTD-10 has ten of DTD's 47 classes" in words
    full, laptop = rotation_table(rotation_matrix()).split(LAPTOP)
    assert "Not comparable with the published columns" in laptop
    assert "even here ours is another experiment than the published one" in full
    assert "Width 32, 3 blocks, pieces of 3 x 3 that reach at least 9 pixels" in laptop
    # none of the talk's numbers in a column of ours
    every = [cell for row in rows(full, FULL).values() for cell in row[2:]]
    talk = {f"{value:.2f}" for pair in PUBLISHED.values() for value in pair}
    assert not talk & set(every)


# --- what is made of the runs ---------------------------------------------------------------------


def test_layers_are_compared_with_sw_of_the_same_augmentation_and_seed() -> None:
    runs = [
        rotation_run("sw_cutmix", 0, 50.0),
        rotation_run("sw_cutmix", 1, 60.0),
        rotation_run("sw_mixup", 0, 10.0),
        rotation_run("diarot_cutmix", 0, 51.0),
        rotation_run("diarot_cutmix", 1, 60.5),
        rotation_run("diarot_cutmix", 2, 99.0),  # no SW of this seed
        rotation_run("rot_erasing", 0, 70.0),  # nor of this augmentation
    ]
    found = rows(rotation_page(runs), EFFECTS, 3)
    assert list(found) == [("`laptop`", "cutmix", "DiaRotSW")]
    assert found["`laptop`", "cutmix", "DiaRotSW"] == [
        "+0.75 ± 0.35 (n = 2)",
        "0: +1.00, 1: +0.50",
        "+0.38 ± 0.18 (n = 2)",
        "+0.38 ± 0.18 (n = 2)",
        "-1.23 ± 0.18 (n = 2)",  # angles near the axes
        "+0.38 ± 0.18 (n = 2)",
    ]
    assert paired(runs, "rot_erasing", "sw_erasing", "test_accuracy").n == 0
    assert len(rows(rotation_page(rotation_matrix()), EFFECTS, 3)) == 9
    assert "No method shares a seed" in rotation_page(runs[3:4])


def test_fields_and_angles_are_told_by_method() -> None:
    runs = [rotation_run("sw_erasing", 0), rotation_run("diarot_mixup", 0, 40.0)]
    runs.append(rotation_run("diarot_mixup", 1, 42.0))
    page = rotation_page(runs)
    assert rows(page, FIELDS, 2) == {
        ("`laptop`", "SW + erasing"): ["4.00", "1.0 %", "5.0 %", "-", "2.00", "4.00"],
        ("`laptop`", "DiaRotSW + mixup"): [
            "4.05 ± 0.07", "1.0 ± 0.0 %", "4.1 ± 0.1 %", "-", "0.40 ± 0.00", "0.16 ± 0.00",
        ],
    }  # fmt: skip
    assert rows(page, ANGLES, 2) == {
        ("`laptop`", "SW + erasing"): ["25.00", "27.00", "25.00", "2.00"],
        ("`laptop`", "DiaRotSW + mixup"): [
            "20.50 ± 0.71", "20.90 ± 0.71", "20.50 ± 0.71", "0.40 ± 0.00",
        ],
    }  # fmt: skip
    dead = without(runs[0], "erf_width", "erf_anisotropy", "angle_axis")
    assert rows(rotation_page([dead]), FIELDS, 2)["`laptop`", "SW + erasing"][0] == "-"
    assert rows(rotation_page([dead]), ANGLES, 2)["`laptop`", "SW + erasing"][3] == "-"


def test_correlations_are_over_the_runs_of_a_setting_that_have_both_numbers() -> None:
    runs = rotation_matrix()
    lacking = [without(runs[0], "erf_anisotropy"), *runs[1:]]
    found = rows(rotation_page(lacking), CORRELATIONS, 2)
    assert len(found) == len(QUANTITIES)
    row = found["`laptop`", "ERF along axes / diagonals"]
    assert all(cell.endswith("n = 23)") for cell in row) and len(row) == len(TARGETS)
    finals = [run.metrics.final for run in runs]
    for target in TARGETS:
        expected = spearmanr(
            [final["erf_anisotropy"] for final in finals], [final[target] for final in finals]
        )
        told = rank_correlation(runs, "erf_anisotropy", target)
        assert (told.rho, told.p, told.n) == (
            pytest.approx(expected.statistic), pytest.approx(expected.pvalue), 24,
        )  # fmt: skip
    assert found["`laptop`", "ERF area r(0.5)"][0].startswith("+1.00 (p < 0.001")
    assert found["`laptop`", "ERF area r(0.99)"] == ["not defined (n = 0)"] * len(TARGETS)


def test_without_runs_every_part_says_so() -> None:
    page = rotation_page([])
    for heading in (FIELDS, ANGLES, CORRELATIONS):
        assert "Not run here." in page.split(heading)[1].split("\n## ")[0]


def test_records_of_several_studies_are_told_apart_whatever_their_order() -> None:
    others = [*dynamic_matrix(), *matrix(), *large_matrix(), growth_record()]
    runs = [*rotation_matrix(), rotation_run(profile="full"), *others]
    assert rotation_page(runs) == rotation_page(runs[::-1])
    assert rotation_page(others) == rotation_page([])
    assert list(settings(runs, "rotation")) == ["full", "laptop"]
    assert tables.jitter_page(runs) == tables.jitter_page(matrix())


def test_the_page_is_written_and_checked(tmp_path: Path) -> None:
    for record in rotation_matrix((0,)):
        write_record(record, tmp_path / "records")
    names = {path.name for path in tables.write_tables(tmp_path)}
    pictures = {"rotation_differences.png", "rotation_scatter.png", "rotation_erf.png"}
    assert names == {*tables.PAGES, *pictures}
    page = (tmp_path / "rotation.md").read_text()
    assert all(f"]({name})" in page for name in pictures)
    assert tables.check_tables(tmp_path) == []
    write_record(rotation_run("sw_mixup", 1), tmp_path / "records")
    (message,) = tables.check_tables(tmp_path)
    assert "rotation.md differs" in message


def test_runs_that_kept_no_map_have_no_picture_of_fields(tmp_path: Path) -> None:
    write_record(without(rotation_run()), tmp_path / "records")
    names = {path.name for path in tables.write_tables(tmp_path)}
    assert "rotation_scatter.png" in names and "rotation_erf.png" not in names
    assert "rotation_erf.png" not in (tmp_path / "rotation.md").read_text()


# --- the notebook of a run ------------------------------------------------------------------------


def test_the_study_itself_runs_and_shows_its_field(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dynconv_lite.course.environment.describe_environment", dict)
    words = ["--methods", "diarot_mixup", "--device", "cpu", "--out", str(tmp_path)]
    changes = {"train_size": 128, "test_size": 50, "angle_pictures": 64, "erf_images": 2}
    for name, value in changes.items():
        words += ["--set", f"{name}={value}"]
    result = CliRunner().invoke(cli.app, ["experiment", "rotation", *words])
    assert result.exit_code == 0, result.output
    (run,) = plan_matrix(
        "rotation", "smoke", methods=["diarot_mixup"], changes=changes, out=tmp_path
    )
    figures = find_figures(nbformat.read(run.target, as_version=4))
    assert all(figure.caption for figure in figures)
    learning, field = (figure.alt for figure in figures)
    assert "test accuracy" in learning and "Along the axes over along the diagonals" in field
    records, problems = load_records(tmp_path / "smoke" / "records")
    assert len(records) == 1 and not problems
    assert "photo patches (13 classes)" in rotation_page(records)
