"""Figures of section 10.12: dictionaries, guesses, and the whole family."""

import math

import numpy as np
import pytest
import torch
from figure_checks import check_figures
from jitter_runs import finished
from matplotlib.figure import Figure

from dynconv_lite.course.plots import Picture, ch10
from dynconv_lite.course.plots.ch10.family import (
    MULUT_BYTES,
    YEARS,
    Member,
    gains,
    own_members,
    published_members,
)
from dynconv_lite.course.plots.ch10.labels import Label, write_labels
from dynconv_lite.course.plots.ch10.trade import SPARSE, points_of
from dynconv_lite.experiments import config_for
from dynconv_lite.experiments.configs.super_resolution import METHODS
from dynconv_lite.experiments.records import Metrics, Record
from dynconv_lite.experiments.super_resolution_family import FAMILIES
from dynconv_lite.experiments.super_resolution_times import Times

EDGES = torch.tensor([[[0.0, 0, 0, 255]], [[0.0, 0, 255, 255]]])
TIMES = Times(what="x", rounds=1, milliseconds={"srlut_s": 30.0}, ratio={"srlut_s": 2.5}, threads=1,
              cpu="some", torch="2")  # fmt: skip


def run(method: str, seed: int = 0, **final: float) -> Record:
    config = config_for("super_resolution", "laptop", seed, method=method)
    return finished(config.model_dump(mode="json"), Metrics(final=final), "cpu, 2 threads, float32")


def study() -> list[Record]:
    return [
        run("bicubic", psnr_set5=28.43),
        run("srlut_s", psnr_set5=29.5, bytes=1336336.0),
        run("srlut_s", seed=1, psnr_set5=29.7, bytes=1336336.0),
        run("aplus", psnr_set5=30.2, bytes=17e6),
        run("additive_32k", psnr_set5=30.8, bytes=27756.0),
        run("carn_m", parameters=412e3, bytes=1648e3),  # built and counted, not trained
    ]


def expected_psnr(row: torch.Tensor) -> float:
    return 10 * math.log10(255**2 / float((EDGES - row).square().mean()))


def everybody() -> list[Member]:
    return [*published_members(), *own_members(study(), TIMES)]


def figures() -> dict[str, Picture]:
    details = np.random.default_rng(0).standard_normal((20, 36))
    return {
        "atoms": ch10.draw_atoms(details),
        "many atoms": ch10.draw_atoms(np.tile(details, (10, 1))),
        "mixes": ch10.draw_mixes(EDGES, EDGES.mean(0), expected_psnr),
        "family": ch10.draw_family(everybody()),
        "published alone": ch10.draw_family(published_members()),
        "years": ch10.draw_years(everybody()),
    }


def test_figures_are_the_same_twice_fit_the_page_and_describe_themselves() -> None:
    check_figures(figures)


def test_every_method_of_the_study_has_one_family_and_a_look() -> None:
    assert sorted(m for methods in FAMILIES.values() for m in methods) == sorted(METHODS)
    assert set(YEARS) <= set(METHODS)
    drawn = ch10.draw_family([Member("x", "x", family, 29.0, 1e5) for family in FAMILIES])
    assert len(drawn.figure.legends[0].get_texts()) == len(FAMILIES) + 1  # and "published"


def test_published_times_are_in_bicubics_of_the_same_phone() -> None:
    found = {member.name: member for member in published_members()}
    assert found["bicubic"].times == 1 and found["V"].times == 15 / 60  # the paper's ms
    assert found["A+"].times is None  # on a desktop, where no bicubic was timed
    assert not any(member.ours for member in found.values())


def test_a_misprint_is_there_as_printed_and_as_meant() -> None:
    zeyde = {m.name: m.psnr for m in published_members() if m.method == "zeyde"}
    assert zeyde == {"Zeyde": 29.69, "printed: Zeyde": 26.69}


def test_mulut_s_tables_are_three_of_a_byte_and_three_of_sixteen() -> None:
    assert MULUT_BYTES == 4_259_571  # which the paper prints as 4.062 MB
    assert round(MULUT_BYTES / 2**20, 3) == 4.062


def test_ours_are_means_over_seeds_and_leave_out_what_was_not_measured() -> None:
    found = {member.method: member for member in own_members(study(), TIMES)}
    assert set(found) == {"bicubic", "srlut_s", "aplus", "additive_32k"}
    s = found["srlut_s"]
    assert (s.psnr, s.size, s.times) == (pytest.approx(29.6), 1336336, 2.5)
    assert s.ours and s.family == "lookup tables" and found["aplus"].family == "sparse coding"
    assert found["bicubic"].size is None and found["aplus"].times is None
    assert own_members([]) == []


def test_gains_are_above_the_bicubic_of_the_same_source() -> None:
    members = [
        Member("bicubic", "bicubic", "interpolation", 28.0, None, 1.0),
        Member("bicubic", "bicubic", "interpolation", 28.5, None, 6.0, ours=True),
        Member("fsrcnn", "FSRCNN", "deep networks", 30.0, 2048.0, 4.0),
        Member("srlut_s", "S", "lookup tables", 29.5, 4096.0, None, ours=True),
        Member("additive_32k", "sums", "lookup tables", 30.5, None, 20.0, ours=True),
        Member("anr", "ANR", "sparse coding", 29.0, 1024.0, None),
    ]  # by hand: 2 dB for 2 KB and 4 bicubics; 1 dB for 4 KB; 2 dB for 20 bicubics; 1 dB for 1 KB
    assert gains(members) == [
        ("ANR", "2013", "paper", "+1.00", "1", "1", "-", "-"),
        ("FSRCNN", "2016", "paper", "+2.00", "2", "1", "4", "0.5"),
        ("S", "2021", "here", "+1.00", "4", "0.25", "-", "-"),
        ("sums", "this course", "here", "+2.00", "-", "-", "20", "0.1"),
    ]
    assert gains(members[3:5]) == []  # no bicubic beside them


def test_the_family_has_a_mark_where_size_and_time_are_known() -> None:
    members = [
        Member("fsrcnn", "FSRCNN", "deep networks", 30.7, 48e3, 6.2),
        Member("fsrcnn", "FSRCNN", "deep networks", 30.5, 51e3, None, ours=True),
        Member("nearest", "nearest", "interpolation", 26.2, None, 0.1),
    ]
    left, right = ch10.draw_family(members).figure.axes
    marks = [[line for line in axes.lines if line.get_marker() != "None"] for axes in (left, right)]
    assert [len(found) for found in marks] == [2, 2]
    assert [line.get_markerfacecolor() == "white" for line in marks[0]] == [True, False]
    joined = [line for line in left.lines if line.get_marker() == "None"]
    assert [list(line.get_ydata()) for line in joined] == [[30.7, 30.5]]
    assert [note.get_text() for note in left.texts] == ["FSRCNN 2016"]  # named once


def test_by_years_what_only_the_course_has_stands_last() -> None:
    drawn = ch10.draw_years(everybody())
    axes = drawn.figure.axes[0]
    places = {float(line.get_xdata()[0]) for line in axes.lines if line.get_marker() == "D"}
    assert min(places) == 2021 and max(places) > 2022
    assert axes.get_xticklabels()[-1].get_text() == "here"
    assert "this course: sums, small 30.80 dB (ours)" in drawn.alt
    assert "nearest" not in drawn.alt  # an interpolation without a year


def test_the_line_of_a_family_runs_along_its_best() -> None:
    members = [
        Member("srlut_v", "V", "lookup tables", 29.2),
        Member("srlut_s", "S", "lookup tables", 29.8),
        Member("mulut", "MuLUT", "lookup tables", 30.6),
        Member("mulut", "MuLUT", "lookup tables", 31.6, ours=True),
    ]
    lines = ch10.draw_years(members).figure.axes[0].lines
    drawn = [list(line.get_ydata()) for line in lines if len(line.get_xdata()) == 2]
    assert drawn == [[29.8, 30.6]]


def test_names_stay_inside_and_apart_even_in_a_crowd() -> None:
    figure = Figure(figsize=(7, 4))
    axes = figure.subplots(1, 2)[0]
    axes.set(xlim=(1, 1e4), ylim=(0, 1), xscale="log")
    write_labels(axes, [Label(f"name {i}", 9e3, 0.3 + 0.02 * i, "black") for i in range(6)])
    boxes = []
    for note in axes.texts:
        right, middle = note.xyann  # all are written to the left of their points
        assert note.get_ha() == "right" and 0 < right <= 1 and 0 <= middle <= 1
        boxes.append((round(right, 3), middle))
    heights = sorted(middle for _, middle in boxes)
    assert len(boxes) == 6 and min(np.diff(heights)) >= 0.032 - 1e-9


def test_a_name_that_fits_nowhere_is_written_all_the_same() -> None:
    axes = Figure(figsize=(7, 4)).subplots(1, 2)[0]
    write_labels(axes, [Label("a very long name " * 5, 0.5, 0.5, "black")])
    assert len(axes.texts) == 1


def test_the_trade_has_sparse_coding_as_a_group_of_its_own() -> None:
    groups = {point.name: point.group for point in points_of(study())}
    assert groups["A+"] == SPARSE


def test_atoms_lie_side_by_side_each_on_its_own_scale() -> None:
    details = np.zeros((17, 4))
    details[0], details[16] = [1, 2, 3, 4], [0, 0, 0, -0.5]
    drawn = ch10.draw_atoms(details)
    sheet = drawn.figure.axes[0].images[0].get_array()
    assert sheet.shape == (2 * 4 - 2, 16 * 4 - 2)  # two rows of 2 x 2 and gaps of 2
    np.testing.assert_allclose(sheet[:2, :2], [[0.25, 0.5], [0.75, 1]])
    assert sheet[5, 1] == -1 and sheet.mask[2, 0]
    assert "17 atoms, 2 x 2 pixels" in drawn.alt


def test_the_mean_of_two_edges_is_the_best_mixture() -> None:
    drawn = ch10.draw_mixes(EDGES, EDGES.mean(0), expected_psnr)
    # by hand: 255**2 / 16 is the error of the mean, 255**2 / 8 that of either edge
    assert f"expected PSNR is {10 * math.log10(16):.2f} dB" in drawn.alt
    assert f"{10 * math.log10(8):.2f} and {10 * math.log10(8):.2f} dB" in drawn.alt
    assert "share of 0.5 of the other edge is best" in drawn.alt
    point = drawn.figure.axes[1].lines[1]
    assert point.get_xdata()[0] == 0.5
    one = ch10.draw_mixes(EDGES, 0.75 * EDGES[0] + 0.25 * EDGES[1], expected_psnr)
    assert one.figure.axes[1].lines[1].get_xdata()[0] == pytest.approx(0.25)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: ch10.draw_atoms(np.zeros((3, 5))), r"details must be .*, got \(3, 5\)"),
        (lambda: ch10.draw_atoms(np.zeros(4)), r"details must be .*, got \(4,\)"),
        (lambda: ch10.draw_mixes(EDGES[:1], EDGES[0], expected_psnr), "candidates and guess must"),
        (lambda: ch10.draw_mixes(EDGES, EDGES[0, 0], expected_psnr), "candidates and guess must"),
        (lambda: ch10.draw_family([]), "members must be of .*, got none"),
        (lambda: ch10.draw_years([Member("x", "x", "mine", 1.0)]), "members must be of .*'mine'"),
    ],
)
def test_what_cannot_be_drawn_is_named(call, message) -> None:
    with pytest.raises(ValueError, match=message):
        call()
