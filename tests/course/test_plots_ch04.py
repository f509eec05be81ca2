"""Figures of chapter 04 show the numbers that they are given, and say them in words."""

import numpy as np
import pytest
import torch
from figure_checks import check_figures
from torch import nn

from dynconv_lite.course.plots.ch04 import (
    draw_difference,
    draw_errors,
    draw_kernels,
    draw_merge,
    draw_sum,
    view_merge,
)
from dynconv_lite.course.plots.style import Picture
from dynconv_lite.reparam import RepConv2d, identity_kernel


def block(channels: int = 4, size: int = 3, **how) -> RepConv2d:
    """Return a layer with random statistics, in eval mode."""
    torch.manual_seed(0)
    layer = RepConv2d(channels, channels, size, **how)
    for module in layer.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.normal_(module.weight), nn.init.normal_(module.bias)
            module.running_mean.normal_(), module.running_var.uniform_(0.2, 3)
    return layer.eval()


def images(channels: int = 4) -> torch.Tensor:
    return torch.rand(2, channels, 12, 10, generator=torch.Generator().manual_seed(0))


def maps(drawn) -> list[np.ndarray]:
    return [np.asarray(image.get_array()) for axes in drawn.figure.axes for image in axes.images]


def pictures() -> dict[str, Picture]:
    kernel, small = torch.arange(9.0).view(3, 3) - 4, torch.zeros(3, 3)
    large = block(3, 13, groups=3, small_kernels=(5,))
    return {
        "sum": draw_sum({"3 x 3": kernel, "1 x 1": small + torch.eye(3)}),
        "large sum": draw_sum({"a": torch.ones(9, 9), "b": torch.eye(9)}),
        "kernels": draw_kernels(identity_kernel(4, 2, 3), 2),
        "merge": draw_merge(view_merge(block(), images(), 2)),
        "merge large": draw_merge(view_merge(large, images(3), 3)),
        "difference": draw_difference(images()[0, 0], images()[0, 1], ("one", "other")),
        "errors": draw_errors([0, 1, 10], {"right": [0, 1e-7, 1e-7], "no": [0.0, 0.1, 2]}, 1e-4),
    }


def test_every_figure_is_the_same_twice_fits_the_page_and_describes_itself() -> None:
    check_figures(pictures)


def test_the_sum_stands_at_the_right_of_what_is_summed() -> None:
    first, second = torch.tensor([[1.0, 2], [3, 4]]), torch.tensor([[0.0, -2], [0.5, 1]])
    drawn = draw_sum({"one": first, "two": second})
    for found, expected in zip(maps(drawn), (first, second, first + second), strict=True):
        np.testing.assert_allclose(found, expected)
    signs = [text.get_text() for axes in drawn.figure.axes for text in axes.texts]
    assert signs.count("+") == signs.count("=") == 1
    assert "sum: 1 0 / 3.5 5" in drawn.alt


def test_the_table_has_a_kernel_where_a_group_sees_an_input() -> None:
    kernels = torch.randn(6, 2, 3, 3)
    drawn = draw_kernels(kernels, groups=2)
    assert len(drawn.figure.axes) == 6 * 4
    np.testing.assert_allclose(np.stack(maps(drawn)), kernels.flatten(0, 1))
    full = [index for index, axes in enumerate(drawn.figure.axes) if axes.images]
    assert [index % 4 for index in full] == [0, 1] * 3 + [2, 3] * 3
    told = draw_kernels(identity_kernel(4, 2, 3), 2).alt
    assert told.endswith("output 0 input 0, output 1 input 1, output 2 input 2, output 3 input 3.")


@pytest.mark.parametrize("merged", [0, 1, 2, 3])
@pytest.mark.parametrize(
    "how", [{}, {"groups": 2}, {"padding": 0}, {"size": 5, "small_kernels": [3]}]
)
def test_whatever_is_merged_the_output_stays(merged, how) -> None:
    layer, x = block(**how), images()
    view = view_merge(layer, x, merged, output=3, input=1)
    with torch.no_grad():
        expected = layer(x)
    torch.testing.assert_close(view.before, expected[0, 3])
    torch.testing.assert_close(view.after, expected[0, 3], rtol=1e-4, atol=1e-5)
    assert view.difference < 1e-5 * view.largest
    assert view.largest == pytest.approx(float(expected.abs().max()))
    torch.testing.assert_close(view.total, view.kernels[:merged].sum(0))
    if merged == 3:
        torch.testing.assert_close(view.total.float(), layer.fuse().weight[3, 1].detach())


def test_a_frame_tells_what_is_merged() -> None:
    drawn = draw_merge(view_merge(block(), images(), 2))
    titles = [axes.get_title() for axes in drawn.figure.axes]
    assert titles[:4] == ["3 x 3: merged", "1 x 1: merged", "identity", ""]
    assert drawn.alt.startswith("2 of 3 branches are merged: 3 x 3, 1 x 1. The merged kernel has 3")
    assert draw_merge(view_merge(block(), images(), 0)).alt.startswith("0 of 3 branches are merged")


def test_a_frame_tells_which_channels_are_drawn_and_how_far_their_outputs_lie_apart() -> None:
    view = view_merge(block(), images(), 2, output=1, input=3)
    drawn = draw_merge(view)
    most = f"{float((view.after - view.before).abs().max()):.0e}"
    assert "Drawn are output channel 1 of 4 and input channel 3 of 4." in drawn.alt
    assert f"differ by at most {most}, while" in drawn.alt
    assert f"difference, up to {most}" in [axes.get_title() for axes in drawn.figure.axes]


def test_a_look_leaves_the_layer_as_it_was() -> None:
    layer = block()
    before = {name: value.clone() for name, value in layer.state_dict().items()}
    view_merge(layer, images(), 3)
    assert all(torch.equal(value, layer.state_dict()[name]) for name, value in before.items())


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"merged": 4}, "merged must be from 0 to 3, got 4"),
        ({"merged": -1}, "merged must be from 0 to 3, got -1"),
        ({"output": 4}, "output must be from 0 to 3, got 4"),
        ({"input": 2}, "input must be from 0 to 1, got 2"),
    ],
)
def test_what_is_not_there_is_named(changes, message) -> None:
    with pytest.raises(ValueError, match=message):
        view_merge(block(groups=2), images(), **{"merged": 1, **changes})


def test_training_mode_is_refused() -> None:
    with pytest.raises(ValueError, match=r"layer must be in eval mode: call \.eval\(\) first"):
        view_merge(block().train(), images(), 1)


def test_a_difference_is_told_where_it_is() -> None:
    first = torch.ones(6, 6)
    rim, middle = first.clone(), first.clone()
    rim[0, 2] = 1.5
    middle[3, 3] = 0.5
    told = draw_difference(first, rim, ("a", "b")).alt
    assert "up to 0.5" in told and "1 pixels differ" in told
    assert told.endswith("at the outermost pixels alone.")
    assert draw_difference(first, middle, ("a", "b")).alt.endswith("inside as well.")
    assert draw_difference(first, first, ("a", "b")).alt.endswith("nowhere.")
    np.testing.assert_allclose(maps(draw_difference(first, rim, ("a", "b")))[2], rim - first)


def test_every_way_is_a_line_and_zero_is_drawn() -> None:
    drawn = draw_errors([0, 1, 10], {"right": [0, 1e-7, 1e-7], "no": [0.0, 0.1, 2]}, 1e-3)
    axes = drawn.figure.axes[0]
    right, wrong, tolerance = axes.lines
    np.testing.assert_allclose(right.get_ydata(), [1e-9, 1e-7, 1e-7])
    np.testing.assert_allclose(wrong.get_ydata(), [1e-9, 0.1, 2])
    assert list(tolerance.get_ydata()) == [1e-3, 1e-3]
    assert "no 0e+00 at step 0, 2e+00 at step 10" in drawn.alt
    assert drawn.alt.endswith("a tolerance of 0.001.")
