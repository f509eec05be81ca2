"""The kernel space explorer by its callbacks, without a browser; see test_kernel_space.py."""

import pytest
import torch

from dynconv_lite.course.plots.ch02.solid import CORNERS
from dynconv_lite.course.plots.ch02.space import draw_kernel_space, shares, track
from dynconv_lite.course.widgets.ch02 import kernel_space_explorer


def logits_of(explorer) -> torch.Tensor:
    return torch.tensor([explorer.controls[f"logit{k}"].value for k in (1, 2, 3)])


@pytest.mark.parametrize("gate", ["softmax", "sigmoid"])
def test_the_static_twin_is_the_frame_of_the_widget(gate) -> None:
    explorer = kernel_space_explorer(gate=gate)
    values = explorer.values()
    logits = logits_of(explorer)
    twin = draw_kernel_space(
        shares(logits, gate, values["temperature"]),
        gate,
        azimuth=values["azimuth"],
        elevation=values["elevation"],
        path=track(logits) if gate == "softmax" else None,
    )
    assert twin.png() == explorer.image.value
    assert twin.alt == explorer.words.value


def test_equal_logits_are_one_point_for_a_softmax_and_a_line_for_a_sigmoid() -> None:
    for gate, told in (("softmax", ["1.00", "1.00"]), ("sigmoid", ["0.81", "2.19"])):
        explorer = kernel_space_explorer(gate=gate)
        for level, total in zip((-1.0, 1.0), told, strict=True):
            explorer.set(logit1=level, logit2=level, logit3=level)
            assert f"that sum to {total}" in explorer.words.value


def test_the_temperature_moves_the_point_along_the_dashed_line() -> None:
    explorer = kernel_space_explorer()
    explorer.set(logit1=2.0, logit2=0.5, logit3=-1.0)
    line = track(logits_of(explorer), 4000)
    for temperature in (0.3, 1.0, 5.0, 30.0):
        explorer.set(temperature=temperature)
        now = shares(logits_of(explorer), "softmax", explorer.controls["temperature"].value)
        assert float((line - now).norm(dim=1).min()) < 1e-2
        told = ", ".join(f"{share:.2f}" for share in now)
        assert f"shares {told}" in explorer.words.value


def test_other_kernels_can_be_explored() -> None:
    explorer = kernel_space_explorer(2 * torch.eye(3))
    explorer.set(logit1=0.0, logit2=0.0, logit3=0.0)
    assert "is the point (0.67, 0.67, 0.67)" in explorer.words.value
    assert explorer.image.value != kernel_space_explorer(CORNERS).image.value


def test_turning_the_space_changes_no_number() -> None:
    explorer = kernel_space_explorer(gate="sigmoid")
    before = explorer.words.value.partition("Seen from")[0]
    explorer.set(azimuth=45.0, elevation=-30.0)
    after, _, view = explorer.words.value.partition("Seen from")
    assert after == before and view == " azimuth 45 and elevation -30 degrees."
