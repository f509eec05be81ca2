"""The figure of tables that grow."""

import pytest
from figure_checks import check_figures
from jitter_runs import finished

from dynconv_lite.course.plots import Picture, ch10
from dynconv_lite.experiments import config_for
from dynconv_lite.experiments.records import Metrics, Record


def run(coarser: int = 1, stages: tuple[int, ...] = (1, 1, 2, 2)) -> Record:
    config = config_for(
        "super_resolution", "laptop", method="mulut", interval=5, coarser=coarser, table_steps=9
    )
    history = [
        {"stage": float(stage), "step": 2.0 + k % 2, "loss": -6.0, "psnr_set5": 29 + 0.25 * k}
        for k, stage in enumerate(stages)
    ]
    return finished(config.model_dump(mode="json"), Metrics(final={}, history=history), "cpu")


def figures() -> dict[str, Picture]:
    return {
        "grown": ch10.draw_growth(run(), {"S": 29.1, "MuLUT, its authors'": 29.9}),
        "one grid": ch10.draw_growth(run(0, (0, 1, 1)), {}),
    }


def test_figures_are_the_same_twice_fit_the_page_and_describe_themselves() -> None:
    check_figures(figures)


def test_each_grid_goes_on_where_the_last_one_ended() -> None:
    drawn = ch10.draw_growth(run(), {"S": 29.1})
    lines = {line.get_label(): line for line in drawn.figure.axes[0].lines}
    grids = [lines[f"{count} nodes on an axis"] for count in (5, 9)]
    assert [line.get_xdata().tolist() for line in grids] == [[2, 3], [5, 6]]
    assert [line.get_ydata().tolist() for line in grids] == [[29, 29.25], [29.5, 29.75]]
    assert "with 5 nodes from 29.00 to 29.25 dB, with 9 nodes from 29.50 to 29.75 dB" in drawn.alt
    assert "S: 29.10 dB" in drawn.alt


def test_a_record_without_tables_is_refused() -> None:
    with pytest.raises(ValueError, match="history of tables"):
        ch10.draw_growth(run(0, (0, 0)), {})
