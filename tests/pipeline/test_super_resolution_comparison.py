"""The comparison of super-resolution: its page, the times side by side, and the command."""

import json

import numpy as np
import pytest
import torch
from jitter_runs import matrix
from resolution_runs import resolution_matrix, resolution_run
from typer.testing import CliRunner

from dynconv_lite import cli
from dynconv_lite.experiments import super_resolution_times as timing
from dynconv_lite.experiments import tables
from dynconv_lite.experiments.configs.super_resolution import METHODS, title_of
from dynconv_lite.experiments.places import Places
from dynconv_lite.experiments.records import load_records, write_record
from dynconv_lite.experiments.super_resolution_family import FAMILIES, comparison_page
from dynconv_lite.experiments.super_resolution_methods import KINDS
from dynconv_lite.experiments.super_resolution_pictures import points_of
from dynconv_lite.experiments.super_resolution_published import PAPER_ROWS
from dynconv_lite.experiments.super_resolution_tables import set_name
from dynconv_lite.lut import LookupTable, enlarge, save_tables

TIMES = timing.Times(
    what="made up",
    rounds=3,
    milliseconds={timing.BICUBIC: 10.0, "bicubic": 90.0, "srlut_s": 20.0, "rrdb": 30_000.0},
    ratio={timing.BICUBIC: 1.0, "bicubic": 9.0, "srlut_s": 2.0, "rrdb": 3000.0},
    threads=1,
    cpu="a processor",
    torch="2.15",
)


def counted(method: str):
    """A run of a deep network that was not trained."""
    found = dict.fromkeys(("psnr_set5", "ssim_set5", "psnr_set14", "ssim_set14", "milliseconds"))
    return resolution_run(method, final={**found, "parameters": 1_000_000.0, "bytes": 4e6})


def rows(text: str, column: str) -> dict[str, dict[str, str]]:
    """Read the table that has a column: method -> cells by the names of their columns."""
    lines = [[cell.strip() for cell in line.strip("| ").split(" | ")]
             for line in text.splitlines() if line.startswith("| ")]  # fmt: skip
    header: list[str] = []
    found = {}
    for line in lines:
        if "method" in line:
            header = line
        elif column in header:
            cells = dict(zip(header, line, strict=True))
            found[cells["method"]] = cells
    return found


# --- the page -------------------------------------------------------------------------------------


def test_every_method_is_of_one_family_and_every_published_row_is_there() -> None:
    members = [method for family in FAMILIES.values() for method in family]
    assert sorted(members) == sorted(METHODS) and {*PAPER_ROWS} <= {*members}
    found = rows(comparison_page([]), "size: paper")
    assert list(found) == [title_of(method) for method in members]


def test_without_records_all_is_published_and_nothing_ours() -> None:
    text = comparison_page([])
    found = rows(text, "size: paper")
    assert found["FSRCNN"]["Set5: paper"] == "30.71 / 0.8656"
    assert found["A+"]["ms: paper"] == "1748*"  # on a desktop
    assert found["SR-LUT, V"]["ms: paper"] == "15 (0.25×)"  # 15 ms to 60 ms on the phone
    assert {cells["Set14: ours"] for cells in found.values()} == {"not run here"}
    assert {cells["ms: ours"] for cells in found.values()} == {"not run here"}
    assert "None" not in text and comparison_page(matrix()) == text


def test_the_misprint_is_shown_beside_what_was_meant() -> None:
    text = comparison_page([])
    assert rows(text, "size: paper")["Zeyde et al."]["Set5: paper"] == "26.69 [29.69?] / 0.8429"
    assert "26.69" in text.split("|")[0] and "29.69" in text.split("|")[0]  # explained before
    assert rows(text, "dB: paper")["Zeyde et al."]["dB: paper"] == "-1.73 [+1.27?]"


def test_published_and_ours_stand_side_by_side() -> None:
    runs = [
        resolution_run("bicubic", psnr=28.4),
        resolution_run("srlut_s", 0, 29.7),
        resolution_run("srlut_s", 1, 29.8),
        counted("rrdb"),
    ]
    text = comparison_page(runs, TIMES)
    found = rows(text, "size: paper")
    assert found["SR-LUT, S"] == {
        "family": "lookup tables",
        "method": "SR-LUT, S",
        "size: paper": "1.274MB",
        "size: ours": "12.0 KB",
        "ms: paper": "91 (1.52×)",
        "ms: ours": "20 (2×)",
        "Set5: paper": "29.82 / 0.8478",
        "Set5: ours": "29.75 / 0.8925",
        "Set14: paper": "27.01 / 0.7355",
        "Set14: ours": "27.75 / 0.8325",
    }
    assert found["RRDB"]["Set5: ours"] == "not trained here"
    assert found["RRDB"]["size: ours"] == "1,000,000 params"
    assert found["RRDB"]["ms: ours"] == "3e+04 (3,000×)"
    assert found["CARN-M"]["Set5: ours"] == found["MuLUT"]["Set5: ours"] == "not run here"
    worth = rows(text, "dB: paper")["SR-LUT, S"]
    assert worth["dB: paper"] == "+1.40" and worth["dB: ours"] == "+1.35"  # 29.82 - 28.42
    assert worth["dB per KB: ours"] == "0.113"  # 1.35 / 12
    assert (worth["×: paper"], worth["×: ours"]) == ("1.52×", "2×")
    assert "a processor, 1 threads" in text and "seeds 0, 1" in text


def test_the_page_does_not_depend_on_the_order_of_records() -> None:
    runs = [*resolution_matrix((0, 1)), *matrix()]
    assert comparison_page(runs, TIMES) == comparison_page(runs[::-1], TIMES)


def test_points_take_the_times_that_compare() -> None:
    points = points_of(resolution_matrix(), "milliseconds", TIMES)
    ours = {p.name: p.cost for p in points if not p.kind.startswith("published")}
    assert ours == {"bicubic": 90.0, "SR-LUT, S": 20.0, "RRDB": 30_000.0}


def test_dictionaries_are_drawn_as_such() -> None:
    points = points_of(resolution_matrix(), "bytes")
    found = {p.name for p in points if p.kind == "ours: dictionary"}
    assert found == {"NE + LLE", "Zeyde et al.", "ANR", "A+"}


# --- the times ------------------------------------------------------------------------------------


def test_every_way_is_called_in_turn_and_compared_with_the_bicubic_of_its_round(monkeypatch):
    clock = iter(np.cumsum([0, 1, 0, 9, 0, 2, 0, 4, 0, 2, 0, 8, 0, 4, 0, 12]).tolist())
    monkeypatch.setattr(timing.time, "perf_counter", lambda: next(clock))
    monkeypatch.setattr(timing, "SLOW", 100.0)
    called = []
    ways = {name: lambda x, n=name: called.append(n) or x for name in (timing.BICUBIC, "a")}
    told = []
    found = timing.take_times(ways, 3, lambda share, name: told.append((share, name)))
    assert called == [timing.BICUBIC, "a"] * 4
    assert found.milliseconds == {timing.BICUBIC: 2000.0, "a": 8000.0}  # of 2 2 4 and 4 8 12
    assert found.ratio == {timing.BICUBIC: 1.0, "a": 3.0}  # of 2 4 3
    shares = [share for share, _ in told]
    assert shares == sorted(shares) and shares[0] >= 0 and shares[-1] < 1


def test_what_is_slow_is_called_once(monkeypatch) -> None:
    monkeypatch.setattr(timing, "SLOW", -1.0)
    called = []
    timing.take_times({timing.BICUBIC: called.append, "a": called.append}, 4)
    assert len(called) == 2


@pytest.mark.parametrize(("ways", "rounds"), [({}, 3), ({timing.BICUBIC: abs}, 0)])
def test_times_of_nothing_are_refused(ways, rounds) -> None:
    with pytest.raises(ValueError, match="rounds must be >= 1"):
        timing.take_times(ways, rounds)


def test_ways_are_what_runs_have_left(tmp_path) -> None:
    """A formula, tables, and a network's weights; what is gone is left out."""
    folder = tmp_path / "records"
    runs = [resolution_run(m, 0, width=4) for m in ("bicubic", "srlut_s", "fsrcnn", "mixed")]
    table = LookupTable(np.arange(-64, 64, 8).repeat(16).reshape(16, 16).astype("i1"), "s", 8)
    (tmp_path / "tables").mkdir()
    save_tables(table, tmp_path / "tables" / f"{set_name(runs[1].config)}.npz")
    runs[1:4:2] = [r.model_copy(update={"tables_sha256": "0" * 64}) for r in runs[1:4:2]]
    config = timing.SuperResolutionConfig.model_validate(runs[2].config)
    network = KINDS["fsrcnn"].build(config)
    place = Places.of(folder, "super_resolution", runs[2].config_hash).weights
    place.parent.mkdir()
    torch.save(network.state_dict(), place)
    found = timing.ways(runs, folder)
    assert list(found) == [timing.BICUBIC, "bicubic", "srlut_s", "fsrcnn"]
    picture = np.random.default_rng(0).integers(0, 256, (9, 8, 3), dtype=np.uint8)
    assert np.array_equal(found["srlut_s"](picture), enlarge(picture, table))
    by_network = timing.enlarge_by_module(network, picture, "edge", torch.device("cpu"))
    assert np.array_equal(found["fsrcnn"](picture), by_network)
    assert {way(picture).shape for way in found.values()} == {(36, 32, 3)}
    place.unlink()
    assert "fsrcnn" not in timing.ways(runs, folder)


def test_times_are_kept_and_read_back(tmp_path) -> None:
    path = tmp_path / timing.NAME
    assert timing.read_times(path) is None
    path.write_text(TIMES.model_dump_json())
    assert timing.read_times(path) == TIMES
    path.write_text(TIMES.model_dump_json()[:-9])
    with pytest.raises(ValueError, match="holds no times"):
        timing.read_times(path)


def test_times_are_added_with_records_and_a_damaged_file_is_told(tmp_path) -> None:
    runs, results = tmp_path / "runs", tmp_path / "results"
    write_record(resolution_run("bicubic"), runs / "records")
    (runs / timing.NAME).write_text(TIMES.model_dump_json())
    kept = results / "benchmarks" / timing.NAME
    assert kept in tables.add_records(runs, results) and timing.read_times(kept) == TIMES
    assert tables.add_records(runs, results) == []
    tables.write_tables(results)
    assert tables.check_tables(results) == []
    assert "a processor" in (results / tables.COMPARISON).read_text()
    kept.write_text(json.dumps({"what": 1}))
    (message,) = tables.check_tables(results)
    assert "comparison.json holds no times" in message
    with pytest.raises(ValueError, match="holds no times"):
        tables.write_tables(results)


# --- the command ----------------------------------------------------------------------------------


def test_the_command_runs_what_is_missing_and_fills_the_table(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("DYNCONV_DATA", str(tmp_path / "data"))
    small = timing.photograph()[:12, :16].copy()
    monkeypatch.setattr(timing, "photograph", lambda: small)  # CARN-M takes seconds for a whole one
    words = ["compare", "--methods", "bicubic,carn_m", "--rounds", "1", "--out", str(tmp_path)]
    result = CliRunner().invoke(cli.app, words)
    assert result.exit_code == 0, result.output
    page = (tmp_path / "smoke" / "comparison.md").read_text()
    assert str(tmp_path / "smoke" / "comparison.md") in result.stdout
    records, broken = load_records(tmp_path / "smoke" / "records")
    assert {r.config["method"] for r in records} == {"bicubic", "carn_m"} and not broken
    found = rows(page, "size: paper")
    times = timing.read_times(tmp_path / "smoke" / timing.NAME)
    assert set(times.milliseconds) == {timing.BICUBIC, "bicubic", "carn_m"}
    assert found["bicubic"]["ms: ours"].startswith(f"{times.milliseconds['bicubic']:.4g} (")
    assert found["CARN-M"]["size: ours"].endswith("params")


def test_the_command_refuses_unknown_methods() -> None:
    result = CliRunner().invoke(cli.app, ["compare", "--methods", "magic"])
    assert result.exit_code == 2 and "'magic' is not one of" in " ".join(
        result.stderr.replace("│", " ").split()
    )


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device")
def test_the_command_refuses_a_device_that_is_not_there(tmp_path) -> None:
    result = CliRunner().invoke(cli.app, ["compare", "--device", "cuda", "--out", str(tmp_path)])
    assert result.exit_code == 2 and "no CUDA device" in " ".join(
        result.stderr.replace("│", " ").split()
    )
    assert not list(tmp_path.iterdir())
