"""The pages in results/ say what the records say: no more, no less, and the same every time."""

import json
import math
import statistics
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jitter_runs import jitter_run, matrix
from made_up import record as growth_record

from dynconv_lite.experiments import tables
from dynconv_lite.experiments.comparison import spread
from dynconv_lite.experiments.configs.jitter import METHODS
from dynconv_lite.experiments.growth_page import growth_page
from dynconv_lite.experiments.jitter import PUBLISHED
from dynconv_lite.experiments.jitter_page import jitter_page
from dynconv_lite.experiments.markdown import table
from dynconv_lite.experiments.records import Record, load_records, write_record
from dynconv_lite.experiments.series import changes, series, settings
from dynconv_lite.files import ROOT


def rows(text: str, heading: str) -> dict[str, list[str]]:
    """Read the table below a heading: first cell -> the other cells."""
    section = text.split(f"{heading}\n", 1)[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| ")][1:]
    cells = [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in lines]
    return {first: rest for first, *rest in cells}


TALK, LAPTOP = "## The talk's setting (profile `full`)", "## A setting of our own: `laptop`"


def keep(folder: Path, *records: Record) -> Path:
    for record in records:
        write_record(record, folder / "records")
    return folder


def test_every_method_has_a_row_in_the_talks_setting_run_or_not() -> None:
    found = rows(tables.jitter_table([]), TALK)
    assert list(found) == [f"`{method}`" for method in METHODS]
    for method, (mean, std) in PUBLISHED.items():
        published, ours, seeds, epochs, width, *_ = found[f"`{method}`"]
        assert published == f"{mean:.2f} ± {std:.2f}"
        assert (ours, seeds, epochs, width) == ("not run here", "-", "120", "64")
    assert found["`shift_int_fading`"][0] == "not in the talk"


def test_a_row_says_everything_about_its_runs() -> None:
    runs = [
        jitter_run("shift_det", 0, 77.0, profile="full", device="GPU A"),
        jitter_run("shift_det", 3, 78.0, profile="full", device="GPU B"),
        jitter_run("baseline", 1, 77.5, profile="full"),
    ]
    found = rows(tables.jitter_table(runs), TALK)
    assert found["`shift_det`"] == [
        "77.18 ± 0.24",
        "77.50 ± 0.71",
        "0, 3",
        "120",
        "64",
        "made-up pictures",
        "GPU A; GPU B",
        "3.50 ± 0.00 (epoch 20) → 4.00 ± 0.00 (epoch 120)",
        "8.8 ± 0.0 % (epoch 20) → 10.0 ± 0.0 % (epoch 120)",
        "2.0 ± 0.0",
    ]
    assert found["`baseline`"][1] == "77.50 (n = 1)"
    assert found["`shift_int`"][1] == "not run here"


def test_our_own_settings_are_said_not_to_compare() -> None:
    text = tables.jitter_table(matrix())
    talk, ours = text.split(LAPTOP)
    assert "not comparable with the published" in ours and "not comparable" not in talk
    assert all(cells[1] == "not run here" for cells in rows(text, TALK).values())
    assert rows(text, LAPTOP)["`baseline`"][1] == "50.05 ± 0.07"


def test_a_change_of_the_method_is_a_row_and_any_other_a_table() -> None:
    runs = [
        jitter_run("shift_learnable", 0, 41.0),
        jitter_run("shift_learnable", 0, 31.0, offset_lr=256.0),
        jitter_run("shift_learnable", 0, 21.0, epochs=4, erf_epochs=(1, 4)),
    ]
    text = tables.jitter_table(runs)
    found = rows(text, LAPTOP)
    assert found["`shift_learnable`"][1] == "41.00 (n = 1)"
    changed = found["`shift_learnable`, offset_lr = 256"]
    assert changed[:2] == ["not in the talk", "31.00 (n = 1)"]
    other = rows(text, "## A setting of our own: `laptop, epochs = 4, erf_epochs = (1, 4)`")
    assert other["`shift_learnable`"][1] == "21.00 (n = 1)"
    assert other["`shift_learnable`"][3] == "4"


def test_a_run_of_before_a_field_was_there_has_no_change_in_it() -> None:
    run = jitter_run("shift_int")
    older = {k: v for k, v in run.config.items() if k != "fade_until"}
    assert changes(run.model_copy(update={"config": older})) == {} == changes(run)


def test_records_are_sorted_whatever_the_order_they_come_in() -> None:
    runs = [*matrix((0, 1, 2)), jitter_run(profile="full"), growth_record()]
    assert jitter_page(runs) == jitter_page(runs[::-1])
    assert list(settings(runs)) == ["full", "laptop"]
    groups = series(settings(runs[::-1])["laptop"])
    assert list(groups) == list(METHODS)
    assert [run.seed for run in groups["shift_int"]] == [0, 1, 2]


def test_differences_are_taken_seed_by_seed() -> None:
    runs = [
        jitter_run("baseline", 0, 50.0),
        jitter_run("baseline", 1, 60.0),
        jitter_run("baseline", 2, 70.0),
        jitter_run("shift_int", 0, 49.0),
        jitter_run("shift_int", 1, 59.5),
        jitter_run("shift_int", 7, 99.0),  # no baseline of this seed
    ]
    (found,) = tables.paired_differences(runs, "test_accuracy").values()
    assert found.differences == {0: -1.0, 1: -0.5} and found.n == 2
    assert (found.mean, found.std) == (-0.75, statistics.stdev([-1.0, -0.5]))
    assert "| -0.75 ± 0.35 (n = 2) | 0: -1.00, 1: -0.50 |" in jitter_page(runs)
    alone = tables.paired_differences(runs[-1:], "test_accuracy")["shift_int"]
    assert alone.n == 0 and math.isnan(alone.mean)
    assert "No method shares a seed with a baseline yet." in jitter_page(runs[-1:])


@given(st.permutations(range(8)))
def test_the_rank_correlation_is_spearmans_formula(order: list[int]) -> None:
    runs = [jitter_run("baseline", i, 40.0 + rank, 4.0 + i) for i, rank in enumerate(order)]
    found = tables.rank_correlation(runs, "erf_width")
    squares = sum((i - rank) ** 2 for i, rank in enumerate(order))
    assert found.rho == pytest.approx(1 - 6 * squares / (8 * 63)) and found.n == 8
    assert 0 <= found.p <= 1


def test_a_correlation_of_too_little_is_not_defined() -> None:
    runs = matrix((0,))
    for few in ([], runs[:2], [jitter_run(seed=s, accuracy=50) for s in range(5)]):
        found = tables.rank_correlation(few, "erf_width")
        assert math.isnan(found.rho) and math.isnan(found.p) and found.n == len(few)
        assert str(found) == f"not defined (n = {len(few)})"
    assert tables.rank_correlation(runs, "offset_mean").n == 2  # those that have it
    assert str(tables.rank_correlation(runs, "erf_width")) == "-1.00 (p < 0.001, n = 7)"


def test_the_deviation_is_of_a_sample() -> None:
    assert spread([1.0, 2.0]) == "1.50 ± 0.71"
    assert spread([1.0], 1) == "1.0 (n = 1)"
    assert spread([]) == "-"


def test_a_bar_within_a_cell_does_not_end_it() -> None:
    assert table(["a"], [["x|y"]]) == "| a |\n|---|\n| x\\|y |\n"


def test_pages_are_written_and_checked(tmp_path: Path) -> None:
    keep(tmp_path, *matrix(), growth_record())
    written = tables.write_tables(tmp_path)
    assert {path.name for path in written} == {
        "jitter.md",
        "erf_growth.md",
        "dynamic_conv.md",
        "large_kernels.md",
        "rotation.md",
        "super_resolution.md",
        "super_resolution_comparison.md",
        "jitter_erf.png",
        "jitter_scatter.png",
    }
    assert all(path.stat().st_size > 0 for path in written)
    assert tables.check_tables(tmp_path) == []
    first = {path: path.read_bytes() for path in written}
    assert {path: path.read_bytes() for path in tables.write_tables(tmp_path)} == first


def test_drift_is_found_wherever_it_comes_from(tmp_path: Path) -> None:
    keep(tmp_path, *matrix())
    tables.write_tables(tmp_path)
    keep(tmp_path, jitter_run("baseline", 2))
    (message,) = tables.check_tables(tmp_path)
    assert "jitter.md differs" in message and "./course results" in message
    tables.write_tables(tmp_path)
    page = tmp_path / "erf_growth.md"
    page.write_text(page.read_text() + "x")
    assert "erf_growth.md differs" in tables.check_tables(tmp_path)[0]
    page.unlink()
    assert "erf_growth.md is missing" in tables.check_tables(tmp_path)[0]
    (tmp_path / "jitter_erf.png").unlink()  # pictures are not compared
    assert len(tables.check_tables(tmp_path)) == 1


def test_a_broken_record_stops_everything_and_is_named(tmp_path: Path) -> None:
    keep(tmp_path, *matrix())
    (tmp_path / "records" / "jitter-broken.json").write_text("{")
    with pytest.raises(ValueError, match=r"jitter-broken\.json is not a readable record"):
        tables.write_tables(tmp_path)
    assert not (tmp_path / "jitter.md").exists()
    assert "jitter-broken.json" in tables.check_tables(tmp_path)[0]


def test_without_records_the_pages_say_so(tmp_path: Path) -> None:
    assert len(tables.write_tables(tmp_path)) == len(tables.PAGES)
    assert "not run here" in (tmp_path / "jitter.md").read_text()
    assert "not run here" in (tmp_path / "dynamic_conv.md").read_text()
    assert "not run here" in (tmp_path / "large_kernels.md").read_text()
    assert "not run here" in (tmp_path / "rotation.md").read_text()
    assert "Not run here: nearest" in (tmp_path / "super_resolution.md").read_text()
    assert "Not run here." in (tmp_path / "erf_growth.md").read_text()


def test_runs_that_kept_no_map_make_a_page_without_pictures(tmp_path: Path) -> None:
    keep(tmp_path, jitter_run("baseline", erf_epochs=()))
    assert {path.suffix for path in tables.write_tables(tmp_path)} == {".md"}
    text = (tmp_path / "jitter.md").read_text()
    assert "## Pictures" not in text and "| 50.00 (n = 1) | 0 |" in text
    keep(tmp_path, *matrix((0,)))
    assert len(tables.write_tables(tmp_path)) == len(tables.PAGES) + 2
    assert "Of the setting with most runs, `laptop`;" in (tmp_path / "jitter.md").read_text()


def test_records_are_added_once_from_either_folder(tmp_path: Path) -> None:
    runs, results = keep(tmp_path / "runs", *matrix((0,))), tmp_path / "results"
    added = tables.add_records(runs, results)
    assert [path.read_bytes() for path in added] == [
        (runs / "records" / path.name).read_bytes() for path in added
    ]
    assert len(added) == len(METHODS)
    assert tables.add_records(runs / "records", results) == []


def test_broken_and_other_records_are_refused_and_the_rest_is_added(tmp_path: Path) -> None:
    results = keep(tmp_path / "results", jitter_run("baseline", 0, 50.0))
    runs = keep(tmp_path / "runs", jitter_run("baseline", 0, 51.0), jitter_run("baseline", 1))
    (runs / "records" / "jitter-torn.json").write_text('{"config": ')
    kept = next((results / "records").iterdir())
    before = kept.read_bytes()
    with pytest.raises(ValueError, match=r"jitter-torn\.json(.|\n)*other numbers of the same") as e:
        tables.add_records(runs, results)
    assert kept.name in str(e.value) and kept.read_bytes() == before
    assert sorted(r.seed for r in load_records(results / "records")[0]) == [0, 1]


def test_the_same_numbers_made_again_are_no_conflict(tmp_path: Path) -> None:
    once = jitter_run()
    again = once.model_copy(
        update={"wall_seconds": 1.0, "created": once.created.replace(year=2000)}
    )
    results = keep(tmp_path / "results", once)
    assert tables.add_records(keep(tmp_path / "runs", again), results) == []
    (record,) = load_records(results / "records")[0]
    assert record == once


def test_a_kept_record_that_is_broken_is_named_and_left(tmp_path: Path) -> None:
    results = keep(tmp_path / "results", jitter_run())
    kept = next((results / "records").iterdir())
    kept.write_text(json.dumps({}))
    with pytest.raises(ValueError, match=kept.name):
        tables.add_records(keep(tmp_path / "runs", jitter_run()), results)
    assert kept.read_text() == "{}"


def test_a_folder_without_records_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="holds no record; give a folder of runs"):
        tables.add_records(tmp_path / "nowhere", tmp_path)


def test_the_page_of_growth_pools_seeds() -> None:
    text = growth_page([growth_record(0, exponent_depth=0.5), growth_record(1, exponent_depth=0.6)])
    assert "| `exponent_depth` | - | 0.550 ± 0.071 | 0, 1 | smoke | cpu |" in text


def test_the_committed_pages_fit_the_committed_records() -> None:
    assert tables.check_tables(ROOT / "results") == []
