"""The page of the super-resolution study, and the tables that are kept beside its records."""

import csv
import io
from pathlib import Path

import nbformat
import numpy as np
import pytest
from figure_checks import check_figures
from jitter_runs import matrix
from resolution_runs import resolution_matrix, resolution_run

from dynconv_lite.course.plots.ch09.scores import study
from dynconv_lite.course.plots.ch10.trade import mean_of
from dynconv_lite.experiments import super_resolution_tables, tables
from dynconv_lite.experiments.configs.super_resolution import METHODS, title_of
from dynconv_lite.experiments.records import Record, load_records, write_record
from dynconv_lite.experiments.series import series, series_name, setting_name, unchanged
from dynconv_lite.experiments.super_resolution_page import (
    in_bytes,
    pictured,
    super_resolution_page,
)
from dynconv_lite.experiments.super_resolution_pictures import draw_tradeoff, points_of
from dynconv_lite.experiments.super_resolution_published import PAPER_ROWS, SETS, TALK_ROWS
from dynconv_lite.experiments.super_resolution_tables import (
    check_tables_of,
    copy_tables,
    digest_tables,
    find_tables,
    set_name,
)
from dynconv_lite.files import ROOT
from dynconv_lite.lut import LookupTable, load_tables, save_tables

LAPTOP = "## Ours: `laptop`"


def all_rows(text: str, heading: str) -> list[dict[str, str]]:
    """Read the tables below a heading: each row by the names of its columns."""
    section = text.split(f"{heading}\n", 1)[1].split("\n## ")[0]
    lines = [
        [cell.strip() for cell in line.strip("| ").split(" | ")]
        for line in section.splitlines()
        if line.startswith("| ")
    ]
    found, header = [], lines[0]
    for line in lines:
        if line[0] == "method":
            header = line
        else:
            found.append(dict(zip(header, line, strict=True)))
    return found


def row(text: str, method: str, column: str, heading: str = LAPTOP) -> dict[str, str]:
    """The row of a method in the table that has a column."""
    (one,) = [r for r in all_rows(text, heading) if r["method"] == method and column in r]
    return one


# --- what was published ---------------------------------------------------------------------------


def test_the_papers_table_is_copied_right() -> None:
    """As the talk's slide shows it: sizes, milliseconds, PSNR and SSIM on five sets."""
    slide = """nearest,4,-,26.25,0.7372,24.65,0.6529,25.03,0.6293,22.17,0.6154,23.45,0.7414
bilinear,16,-,27.55,0.7884,25.42,0.6792,25.54,0.6460,22.69,0.6346,24.21,0.7666
bicubic,60,-,28.42,0.8101,26.00,0.7023,25.96,0.6672,23.14,0.6574,24.91,0.7871
srlut_v,15,1MB,29.22,0.8304,26.65,0.7258,26.33,0.6880,23.68,0.6852,26.30,0.8246
srlut_f,34,77KB,29.77,0.8429,26.99,0.7372,26.57,0.6990,23.94,0.6971,26.87,0.8367
srlut_s,91,1.274MB,29.82,0.8478,27.01,0.7355,26.53,0.6953,24.02,0.6990,26.80,0.8380
ne_lle,7016,1.434MB,29.62,0.8404,26.82,0.7346,26.49,0.6970,23.84,0.6942,26.10,0.8195
zeyde,8797,1.434MB,26.69,0.8429,26.90,0.7354,26.53,0.6968,23.90,0.6962,26.24,0.8241
anr,1715,1.434MB,29.70,0.8422,26.86,0.7368,26.52,0.6992,23.89,0.6964,26.18,0.8214
aplus,1748,15.171MB,30.27,0.8602,27.30,0.7498,26.73,0.7088,24.33,0.7189,26.91,0.8480
fsrcnn,371,12K params,30.71,0.8656,27.60,0.7543,26.96,0.7129,24.61,0.7263,27.91,0.8587
carn_m,4955,412K params,31.82,0.8898,28.29,0.7747,27.42,0.7305,25.62,0.7694,29.85,0.8993
rrdb,31717,16698K params,32.68,0.8999,28.88,0.7891,27.82,0.7444,27.02,0.8146,31.57,0.9185"""
    lines = list(csv.reader(io.StringIO(slide)))
    assert [line[0] for line in lines] == list(PAPER_ROWS)
    for name, time, size, *scores in lines:
        found = PAPER_ROWS[name]
        assert (found.milliseconds, found.size) == (float(time), size)
        assert [value for pair in found.scores for value in pair] == [float(s) for s in scores]
        assert len(found.scores) == len(SETS)
        assert found.phone == (name not in ("ne_lle", "zeyde", "anr", "aplus"))
    # 17^4 rows of 16 bytes, in MB of 2**20
    assert PAPER_ROWS["srlut_s"].bytes == pytest.approx(17**4 * 16, rel=1e-3)


def test_the_talks_table_is_copied_right() -> None:
    assert [row for row in TALK_ROWS.values()] == [
        ("SR-LUT", 29.90, 27.01),
        ("SR-LUT + Shift", 30.03, 27.29),
        ("MuLUT", 30.40, 27.60),
        ("MuLUT + Shift", 30.50, 27.72),
    ]
    assert {*TALK_ROWS} <= {*METHODS}


def test_published_values_go_with_a_record_at_their_scale() -> None:
    found = {known.quantity: known.value for known in resolution_run("srlut_s").published}
    assert found["psnr_set5"] == 29.82 and found["ssim_manga109"] == 0.8380 and len(found) == 10
    assert [k.value for k in resolution_run("mixed").published] == [30.03, 27.29]
    assert resolution_run("srlut_s", scale=2).published == []
    assert resolution_run("additive_32k").published == []


# --- the page -------------------------------------------------------------------------------------


def test_without_records_all_is_published_and_nothing_ours() -> None:
    text = super_resolution_page([])
    assert row(text, "MuLUT + Shift", "Set5", "## Published, x4")["Set14"] == "27.72"
    assert row(text, "FSRCNN", "size", "## Published, x4")["Urban100"] == "24.61 / 0.7263"
    missing = text.split("Not run here: ")[1].split(".\n")[0]
    assert missing.split("; ") == [title_of(method) for method in METHODS]
    assert "## Pictures" not in text and "None" not in text
    assert super_resolution_page(matrix()) == text  # records of others are none


def test_a_row_says_everything_about_its_runs() -> None:
    runs = [
        resolution_run("mixed", 0, 30.0, device="GPU A"),
        resolution_run("mixed", 3, 30.5, device="GPU B"),
        resolution_run("bicubic", 0, 28.4),
        resolution_run("fsrcnn", 0, 30.7),
    ]
    text = super_resolution_page(runs)
    steps = runs[0].config["network_steps"], runs[0].config["table_steps"]
    assert row(text, "SR-LUT + pixel-mix", "product") == {
        "method": "SR-LUT + pixel-mix",
        "product": "tables",
        "size": "16.0 KB",
        "ms": "17.0 ± 0.0",
        "Set5, PSNR / SSIM": "30.25 ± 0.35 / 0.9075 ± 0.0106",
        "Set14, PSNR / SSIM": "28.25 ± 0.35 / 0.8475 ± 0.0106",
        "steps, network + tables": f"{steps[0]} + {steps[1]}",
        "seeds": "0, 3",
        "device": "GPU A; GPU B",
        "minutes a run": "2.0 ± 0.0",
    }
    assert row(text, "SR-LUT + pixel-mix", "network: parameters") == {
        "method": "SR-LUT + pixel-mix",
        "network: parameters": "12,345",
        "ms": "1000.0 ± 0.0",
        "Set5, PSNR": "30.45 ± 0.35 / 29.95 ± 0.35 / 30.25 ± 0.35",
        "Set5, SSIM": "0.9135 ± 0.0106 / 0.9075 ± 0.0106",
        "Set14, PSNR": "28.45 ± 0.35 / 27.95 ± 0.35 / 28.25 ± 0.35",
        "Set14, SSIM": "0.8535 ± 0.0106 / 0.8475 ± 0.0106",
    }
    plain, network = (row(text, title_of(m), "product") for m in ("bicubic", "fsrcnn"))
    assert (plain["product"], plain["size"], plain["steps, network + tables"]) == (
        "formula",
        "-",
        "0 + 0",
    )
    assert network["product"] == "network"
    assert "SR-LUT + pixel-mix" not in text.split("Not run here: ")[1].split(".\n")[0].split("; ")


def test_what_was_not_measured_has_no_number() -> None:
    only = resolution_run("srlut_f", sets=(), final={"psnr_photos": 20.0, "bytes": None})
    text = super_resolution_page([only])
    found = row(text, "SR-LUT, F", "product")
    assert (found["size"], found["photographs, PSNR / SSIM"]) == ("-", "20.00")
    assert "Set5, PSNR / SSIM" not in found
    assert "From the network" not in text.split(LAPTOP)[1]


def test_what_is_not_the_plain_training_is_told() -> None:
    text = super_resolution_page([resolution_run("mulut"), resolution_run("mixed")])
    told = text.split("Trained by plain squared errors, and on one grid; but ")[1].split(".\n")[0]
    mixed, cascade = told.split("; ")
    assert mixed.startswith("SR-LUT + pixel-mix by the logarithm") and "grids" not in mixed
    assert cascade.startswith("MuLUT without a network, on 3 grids, coarse to fine, by the log")
    assert cascade.endswith(
        "in other light and as negatives, from pictures at half their size as well"
    )
    assert row(text, "MuLUT", "product")["steps, network + tables"] == "0 + 21000"
    assert "| MuLUT |" not in text.split("From the network to its tables")[1]
    assert "Trained by plain" not in super_resolution_page([resolution_run("srlut_v")])


def test_the_training_set_is_named() -> None:
    words = super_resolution_page([resolution_run(), resolution_run(profile="full")])
    assert words.count("Learned from BSDS400 only: 400 pictures") == 2
    assert "Learned from DIV2K" in super_resolution_page([resolution_run(data="DIV2K")])
    assert "a few photographs" in super_resolution_page([resolution_run(profile="smoke")])


@pytest.mark.parametrize("method", METHODS)
def test_any_method_alone_makes_a_page(method) -> None:
    text = super_resolution_page([resolution_run(method)])
    assert row(text, title_of(method), "product")["seeds"] == "0"
    assert "![PSNR" in text


def test_what_a_method_stands_for_is_no_change_of_the_setting() -> None:
    for method in METHODS:
        run = resolution_run(method)
        assert (series_name(run), setting_name(run)) == (method, "laptop")
    cases = [
        ({"table_steps": 9}, "srlut_s, table_steps = 9", "laptop"),
        ({"interval": 5}, "srlut_s, interval = 5", "laptop"),
        ({"width": 16}, "srlut_s", "laptop, width = 16"),
    ]
    for changes, series_, setting in cases:
        run = resolution_run(**changes)
        assert (series_name(run), setting_name(run)) == (series_, setting)
    assert list(series(resolution_matrix())) == list(METHODS)


def test_the_page_does_not_depend_on_the_order_of_records() -> None:
    runs = [*resolution_matrix((0, 1)), *matrix()]
    assert super_resolution_page(runs) == super_resolution_page(runs[::-1])


def test_sizes_are_written_in_units_of_1024() -> None:
    assert in_bytes(17**4 * 16) == "1.27 MB"
    assert in_bytes(27290) == "26.7 KB"


# --- the pictures ---------------------------------------------------------------------------------


def test_pictures_show_the_x4_setting_with_most_runs_on_set5() -> None:
    full = resolution_matrix()
    others = [resolution_run(scale=2), resolution_run(profile="full")]
    assert pictured([*others, *full]) == full
    assert pictured(others[:1]) == []
    assert pictured([resolution_run(sets=("set14",))]) == []


@pytest.mark.parametrize("cost", ["bytes", "milliseconds"])
def test_points_are_ours_and_those_published(cost) -> None:
    points = points_of(resolution_matrix((0, 1)), cost)
    by_name = {(point.name, point.kind): point for point in points}
    ours = by_name["SR-LUT, S", "ours: tables"]
    place = METHODS.index("srlut_s")
    assert ours.psnr == pytest.approx(26.0 + 0.1 * place + 0.005)
    assert ours.cost == (2048.0 * (1 + place) if cost == "bytes" else 10.0 + place)
    published = [p for p in points if p.kind.startswith("published")]
    assert len(published) == len(PAPER_ROWS) - 3
    assert by_name["bicubic", "interpolation, here"].cost == (None if cost == "bytes" else 12.0)
    assert ("FSRCNN", "ours: network") in by_name


@pytest.mark.parametrize("cost", ["bytes", "milliseconds"])
@pytest.mark.parametrize("methods", [METHODS, ("srlut_s",), ("bicubic",), ("mulut", "fsrcnn")])
def test_pictures_can_be_drawn_of_any_methods(cost, methods) -> None:
    runs = resolution_matrix(methods=methods)
    check_figures(lambda: {cost: draw_tradeoff(runs, cost)})
    drawn = draw_tradeoff(runs, cost)
    assert all(title_of(method) in drawn.alt for method in methods)
    assert drawn.figure.axes[0].get_xscale() == "log"


# --- tables beside records ------------------------------------------------------------------------


def with_tables(run: Record, folder: Path, value: int = 1) -> Record:
    """Leave tables where a run would, and the record that knows them."""
    folder.mkdir(parents=True, exist_ok=True)
    made = [
        [LookupTable(np.full((2**4, r * r), value, np.int8), p, 8) for p in "sd"] for r in (1, 4)
    ]
    single = run.config["method"] != "mulut"
    path = folder / f"{set_name(run.config)}{'.npz' if single else ''}"
    save_tables(made[1][:1][0] if single else made, path)
    return run.model_copy(update={"tables_sha256": digest_tables(path)})


def kept(folder: Path, *runs: Record) -> Path:
    for run in runs:
        write_record(run, folder / "records")
    return folder


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    """A folder of runs: one table, a cascade, and a method without any."""
    folder = tmp_path / "runs"
    made = [with_tables(resolution_run(m), folder / "tables") for m in ("srlut_s", "mulut")]
    return kept(folder, *made, resolution_run("bicubic"))


def test_tables_are_tables_with_and_without_a_network_before_them() -> None:
    runs = [resolution_run(m) for m in ("srlut_s", "mulut", "fsrcnn", "mulut_mixed_network")]
    changed = resolution_run("mulut", relit=False)  # a row of the page, and no point
    found = {p.name: p.kind for p in points_of([*runs, changed], "bytes") if "ours" in p.kind}
    assert found == {
        "SR-LUT, S": "ours: tables",
        "MuLUT": "ours: tables",
        "FSRCNN": "ours: network",
        "MuLUT + pixel-mix, float network": "ours: network",
    }


def test_runs_with_other_numbers_are_told_apart() -> None:
    """Figures and means are of the profile's own runs; others are rows of their own."""
    plain, other, doubled = (
        resolution_run("mulut", 0, 30.0),
        resolution_run("mulut", 0, 20.0, relit=False, coarser=0),
        resolution_run("mulut", 0, 33.0, scale=2),
    )
    assert [series_name(run) for run in (plain, other)] == [
        "mulut",
        "mulut, coarser = 0, relit = False",
    ]
    runs = [other, doubled, plain]
    assert unchanged(runs, "super_resolution", "laptop") == [plain]
    assert unchanged(runs, "super_resolution", "full") == []
    assert mean_of([other, plain], "mulut", "psnr_set5") == 30.0
    assert study(runs) == {"mulut": [plain]}


def test_a_run_with_other_numbers_has_tables_of_its_own(tmp_path) -> None:
    """It replaces nobody's, and only its record is added."""
    folder, results = tmp_path / "runs", tmp_path / "results"
    plain, other = resolution_run("mulut"), resolution_run("mulut", relit=False)
    made = [with_tables(run, folder / "tables") for run in (plain, other)]
    names = {p.name for p in (folder / "tables").iterdir()}
    assert names == {"mulut-seed0", f"mulut-seed0-{other.config_hash[:12]}"}
    added = tables.add_records(kept(folder, *made), results)
    assert {p.name for p in (results / "tables").iterdir()} == {"mulut-seed0"}
    assert sum(path.suffix == ".json" for path in added) == 2
    rows = super_resolution_page(load_records(results / "records")[0])
    assert "| MuLUT |" in rows and "| MuLUT, relit = False |" in rows


def test_tables_are_added_with_their_records(runs, tmp_path) -> None:
    results = tmp_path / "results"
    added = tables.add_records(runs, results)
    assert len(added) == 5 and all(path.exists() for path in added)
    assert {p.name for p in (results / "tables").iterdir()} == {"srlut_s-seed0.npz", "mulut-seed0"}
    assert len(load_tables(results / "tables" / "mulut-seed0")) == 2
    for record in load_records(results / "records")[0]:
        path = find_tables(results / "tables", record.config)
        assert (path and digest_tables(path)) == record.tables_sha256
    assert tables.add_records(runs / "records", results) == []
    tables.write_tables(results)
    assert tables.check_tables(results) == []


def test_large_tables_are_not_kept_but_their_records_are(runs, tmp_path, monkeypatch) -> None:
    sizes = [path.stat().st_size for path in (runs / "tables").rglob("*.npz")]
    monkeypatch.setattr(super_resolution_tables, "LARGEST", max(sizes))
    results = tmp_path / "results"
    assert len(tables.add_records(runs, results)) == 5
    monkeypatch.setattr(super_resolution_tables, "LARGEST", max(sizes) - 1)
    results = tmp_path / "others"
    assert len(tables.add_records(runs, results)) < 5
    assert len(load_records(results / "records")[0]) == 3
    tables.write_tables(results)
    assert tables.check_tables(results) == []


def test_tables_that_are_missing_or_others_keep_a_record_out(runs, tmp_path) -> None:
    results = tmp_path / "results"
    (runs / "tables" / "srlut_s-seed0.npz").unlink()
    with_tables(resolution_run("mulut"), runs / "tables", value=2)  # of another run since
    with pytest.raises(ValueError, match="does not hold the tables of") as refused:
        tables.add_records(runs, results)
    for name in ("mulut-seed0", "srlut_s-seed0"):
        assert f"{runs / 'tables' / name} does not hold" in str(refused.value)
    (only,) = load_records(results / "records")[0]
    assert only.config["method"] == "bicubic" and not (results / "tables").exists()


def test_other_tables_in_their_place_are_not_overwritten(runs, tmp_path) -> None:
    results = tmp_path / "results"
    other = with_tables(resolution_run("mulut"), results / "tables", value=3)
    with pytest.raises(ValueError, match="mulut-seed0 holds other tables"):
        tables.add_records(runs, results)
    path = results / "tables" / "mulut-seed0"
    assert digest_tables(path) == other.tables_sha256
    assert check_tables_of([other], results / "tables") == []
    record = next(r for r in load_records(runs / "records")[0] if r.config["method"] == "mulut")
    assert (
        "mulut-seed0 does not hold the tables of"
        in check_tables_of([record, resolution_run()], results / "tables")[0]
    )


def test_damaged_tables_are_not_copied(tmp_path) -> None:
    run = with_tables(resolution_run("srlut_s"), tmp_path)
    path = tmp_path / "srlut_s-seed0.npz"
    path.write_bytes(path.read_bytes()[:-9])
    damaged = run.model_copy(update={"tables_sha256": digest_tables(path)})
    with pytest.raises(ValueError, match="no tables that can be used"):
        copy_tables(damaged, tmp_path, tmp_path / "to")
    assert not (tmp_path / "to").exists()


def test_a_full_disk_leaves_no_part_of_a_cascade(runs, tmp_path, monkeypatch) -> None:
    record = next(r for r in load_records(runs / "records")[0] if r.config["method"] == "mulut")
    written: list[str] = []

    def fail(old, new):
        written.append(str(new))
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", fail)
    with pytest.raises(OSError, match="No space left"):
        copy_tables(record, runs / "tables", tmp_path / "to")
    assert written and not (tmp_path / "to" / "mulut-seed0").exists()


def test_times_alone_are_no_conflict(runs, tmp_path) -> None:
    results = tmp_path / "results"
    tables.add_records(runs, results)
    faster = {"milliseconds": 1.0}
    again = kept(tmp_path / "again", resolution_run("bicubic", final=faster))
    assert tables.add_records(again, results) == []
    other = kept(tmp_path / "other", resolution_run("bicubic", final={"psnr_set5": 1.0}))
    with pytest.raises(ValueError, match="other numbers"):
        tables.add_records(other, results)


def test_kept_tables_that_change_are_found(runs, tmp_path) -> None:
    results = tmp_path / "results"
    tables.add_records(runs, results)
    tables.write_tables(results)
    with_tables(resolution_run("srlut_s"), results / "tables", value=4)
    (message,) = tables.check_tables(results)
    assert "srlut_s-seed0.npz does not hold the tables of super_resolution-" in message


def test_the_notebook_is_a_thin_shell() -> None:
    notebook = nbformat.read(ROOT / "notebooks/experiments/super_resolution.ipynb", as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(not cell.outputs and cell.execution_count is None for cell in code)
    assert sum(len(cell.source.splitlines()) for cell in code) < 100
