"""The kernel space of chapter 02: figure and widget say where a mixture is, from any side."""

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from dynconv_lite.course.plots.ch02.space import CORNERS, draw_kernel_space, shares
from dynconv_lite.course.widgets.ch02 import kernel_space_explorer

PNG = b"\x89PNG\r\n"
logits = st.lists(st.floats(-6, 6, width=32), min_size=3, max_size=3).map(torch.tensor)


@given(logits, st.floats(0.1, 30))
def test_a_softmax_stays_in_the_triangle_and_a_sigmoid_in_the_cube(z, temperature) -> None:
    soft, free = shares(z, "softmax", temperature), shares(z, "sigmoid", temperature)
    assert float(soft.sum()) == pytest.approx(1, abs=1e-5) and soft.min() >= 0
    assert free.min() >= 0 and free.max() <= 1
    # the corners are independent, so a point tells its shares
    found = torch.linalg.solve(CORNERS.T, free @ CORNERS)
    torch.testing.assert_close(found, free, rtol=1e-4, atol=1e-5)


def points(drawn: Any, marker: str) -> list[np.ndarray]:
    """Return the places of a figure's points by their marker."""
    lines = drawn.figure.axes[0].lines
    return [np.array(line.get_data_3d()) for line in lines if line.get_marker() == marker]


@pytest.mark.parametrize("gate", ["softmax", "sigmoid"])
def test_the_point_is_the_mixture_and_the_cross_lies_in_the_triangle(gate) -> None:
    attention = shares(torch.tensor([2.0, 0.5, -1.0]), gate)
    drawn = draw_kernel_space(attention, gate)
    kernel = (attention @ CORNERS).numpy()
    assert any(np.allclose(place[:, 0], kernel) for place in points(drawn, "o"))
    (cross,) = points(drawn, "x")
    of_cross = np.linalg.solve(CORNERS.T.numpy(), cross[:, 0])
    assert of_cross.sum() == pytest.approx(1, abs=1e-5)
    np.testing.assert_allclose(np.cross(cross[:, 0], kernel), 0, atol=1e-6)


def test_the_solid_has_twelve_edges_between_mixtures_of_whole_kernels() -> None:
    drawn = draw_kernel_space(torch.tensor([0.5, 0.4, 0.3]), "sigmoid")
    edges = [p for p in points(drawn, "None") if p.shape == (3, 2)]
    corners = CORNERS.T.numpy()
    whole = [np.linalg.solve(corners, edge) for edge in edges]
    unit = [e for e in whole if np.allclose(e, e.round(), atol=1e-5)]
    assert len({tuple(e.round().T.flatten()) for e in unit}) == 12
    assert all(np.abs(e[:, 0] - e[:, 1]).sum() == pytest.approx(1, abs=1e-4) for e in unit)


@pytest.mark.parametrize(
    ("z", "gate", "words"),
    [
        ([0.0, 0.0, 0.0], "softmax", "shares 0.33, 0.33, 0.33 that sum to 1.00"),
        ([0.0, 0.0, 0.0], "sigmoid", "shares 0.50, 0.50, 0.50 that sum to 1.50"),
        ([6.0, 6.0, 6.0], "sigmoid", "above the triangle"),
        ([-6.0, -6.0, -6.0], "sigmoid", "below the triangle"),
        ([3.0, 1.0, -4.0], "softmax", "in the plane of the triangle"),
    ],
)
def test_the_words_say_where_the_kernel_is(z, gate, words) -> None:
    drawn = draw_kernel_space(shares(torch.tensor(z), gate), gate)
    assert words in drawn.alt and drawn.png().startswith(PNG)


@pytest.mark.parametrize(
    ("gate", "control", "value"),
    [
        ("softmax", "logit1", -3.0),
        ("softmax", "logit3", 3.0),
        ("softmax", "temperature", 10.0),
        ("softmax", "gate", "sigmoid"),
        ("sigmoid", "logit2", 3.0),
        ("sigmoid", "azimuth", 0.0),
        ("sigmoid", "elevation", 60.0),
    ],
)
def test_each_control_changes_the_picture_and_the_words(gate, control, value) -> None:
    explorer = kernel_space_explorer(gate=gate)
    before = explorer.image.value, explorer.words.value
    explorer.controls[control].value = value
    assert bytes(explorer.image.value).startswith(PNG)
    assert explorer.image.value != before[0] and explorer.words.value != before[1]


def test_the_temperature_is_off_where_there_is_none() -> None:
    explorer = kernel_space_explorer()
    assert not explorer.controls["temperature"].disabled
    explorer.controls["gate"].value = "sigmoid"
    assert explorer.controls["temperature"].disabled


def test_what_does_not_fit_is_named() -> None:
    even = torch.full((3,), 1 / 3)
    with pytest.raises(ValueError, match="gate must be one of softmax, sigmoid, got 'hard'"):
        draw_kernel_space(even, "hard")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="gate must be one of softmax, sigmoid, got 'hard'"):
        shares(even, "hard")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="gate must be one of softmax, sigmoid, got 'hard'"):
        kernel_space_explorer(gate="hard")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"got \(4,\) and \(3, 3\)"):
        draw_kernel_space(torch.full((4,), 0.25))
    with pytest.raises(ValueError, match="temperature must be a finite number > 0, got 0"):
        shares(even, "softmax", 0)
