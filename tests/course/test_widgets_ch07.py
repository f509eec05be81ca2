"""The widgets of chapter 07 by their callbacks, without a browser."""

from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from jitter_runs import jitter_run, matrix

from dynconv_lite.course.plots.ch07.explorer import describe, draw_jitter, move_channels
from dynconv_lite.course.plots.ch07.stem import FILTERS, NAMES, stem_features
from dynconv_lite.course.widgets.ch07 import erf_browser, jitter_explorer
from dynconv_lite.experiments.configs.jitter import METHODS
from dynconv_lite.jitter import DIRECTIONS, MODES, channel_shift

PNG = b"\x89PNG\r\n"


def photograph(height: int = 40, width: int = 30) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)


def test_the_stem_sees_the_same_in_both_forms_of_a_picture() -> None:
    image = photograph()
    other = torch.from_numpy(image).permute(2, 0, 1).float() / 255
    torch.testing.assert_close(stem_features(image), stem_features(other))
    assert stem_features(image).shape == (16, 40, 30)
    assert stem_features(photograph(96, 192)).shape == (16, 24, 48)


def test_the_filters_see_what_their_names_say() -> None:
    image = torch.zeros(3, 9, 9)
    image[0, :, 5:] = 1  # red on the right
    seen = dict(zip(NAMES, stem_features(image), strict=True))
    assert float(seen["edge, left to right"][4, 4]) == pytest.approx(4 * 0.299, rel=1e-4)
    assert float(seen["edge, top to bottom"].abs().max()) < 1e-6
    torch.testing.assert_close(seen["red"], image[0])
    torch.testing.assert_close(seen["red against green"], image[0])
    assert float(seen["blue"].abs().max()) == 0
    brightness = torch.tensor([0.299, 0.587, 0.114])[:, None, None]
    gray = (image * brightness).sum(0)
    blurred = F.avg_pool2d(F.pad(gray[None, None], (1,) * 4, mode="replicate"), 3, 1)[0, 0]
    torch.testing.assert_close(seen["blur"], blurred)
    for name, (colours, window) in FILTERS.items():
        flat = sum(colours) * sum(window)
        told_by_name = name in ("brightness", "blur", "red", "green", "blue")
        assert flat == pytest.approx(1 if told_by_name else 0, abs=1e-6), name


@pytest.mark.parametrize("mode", MODES)
def test_the_offsets_that_are_told_are_those_by_which_channels_moved(mode: str) -> None:
    x = torch.rand(16, 10, 12)
    learned = torch.randn(16, 2)
    moved, offsets = move_channels(x, mode, 0.8, 3, learned)
    torch.testing.assert_close(channel_shift(x[None], offsets)[0], moved, rtol=1e-4, atol=1e-5)
    if mode.startswith("shift_int") or mode == "shift_det":
        steps = (offsets / 0.8).round().int().tolist()
        assert sorted(map(tuple, steps)) == sorted(DIRECTIONS * 4)


def test_a_step_is_a_draw_of_its_own_and_the_same_again() -> None:
    x = torch.rand(16, 6, 6)
    still = torch.zeros(16, 2)
    first, again, other = (move_channels(x, "shift_int", 1, n, still)[1] for n in (0, 0, 1))
    assert torch.equal(first, again) and not torch.equal(first, other)


def test_channels_are_listed_by_where_they_went() -> None:
    offsets = torch.tensor([[0, 0], [-1, 0], [0, 0.5], [0, 0.5], [1, 2.0]])
    assert describe(offsets) == (
        "Where the channels went, in pixels: by (1, 2): 4; right by 0.5: 2, 3; still: 0; "
        "up by 1: 1."
    )


@pytest.mark.parametrize(
    ("mode", "control", "value"),
    [
        ("shift_int", "mode", "shift_det"),
        ("shift_int", "channel", 7),
        ("shift_int", "strength", 0.5),
        ("shift_int", "step", 1),
        ("shift_learnable", "dy", -2.0),
        ("shift_learnable", "dx", 0.0),
    ],
)
def test_each_control_of_the_explorer_changes_the_picture(
    mode: str, control: str, value: Any
) -> None:
    explorer = jitter_explorer(photograph(), mode)
    before = explorer.image.value, explorer.words.value
    explorer.controls[control].value = value
    assert bytes(explorer.image.value).startswith(PNG)
    assert explorer.words.value != before[1]
    if control != "mode":  # the channel shown happens to go the same way in both
        assert explorer.image.value != before[0]


def test_controls_that_do_nothing_are_switched_off() -> None:
    explorer = jitter_explorer(photograph(), "shift_det")
    off = {name for name, control in explorer.controls.items() if control.disabled}
    assert off == {"step", "dy", "dx"}
    explorer.controls["mode"].value = "shift_learnable"
    off = {name for name, control in explorer.controls.items() if control.disabled}
    assert off == {"step"}


def test_the_explorer_says_where_the_learned_offset_went() -> None:
    explorer = jitter_explorer(photograph(), "shift_learnable")
    explorer.set(channel=5, dy=-1.5, dx=2.0, strength=1.0)
    assert "moved by 1.5 pixels up and 2 pixels right" in explorer.words.value
    assert "by (-1.5, 2): 5; still: 0, 1, 2, 3, 4, 6" in explorer.words.value
    explorer.set(strength=0.5)
    assert "moved by 0.75 pixels up and 1 pixel right" in explorer.words.value


def test_the_static_twin_is_the_frame_of_the_widget() -> None:
    image = photograph()
    explorer = jitter_explorer(image, "shift_float_0.5")
    values = explorer.values()
    drawn = draw_jitter(stem_features(image), **values)
    assert drawn.png() == explorer.image.value


@pytest.mark.parametrize(
    ("image", "mode", "message"),
    [
        (photograph()[..., 0], "none", r"image must be .*got \(40, 30\)"),
        (torch.zeros(1, 8, 8), "none", r"got \(1, 8, 8\) torch.float32"),
        (photograph(), "shift_all", "mode must be one of none, .*got 'shift_all'"),
    ],
)
def test_what_the_explorer_cannot_show_is_named(image: Any, mode: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        jitter_explorer(image, mode)


def test_the_browser_of_fields_follows_its_controls() -> None:
    browser = erf_browser(matrix((0, 2)))
    assert list(browser.controls["method"].options) == list(METHODS)
    assert list(browser.controls["epoch"].options) == [1, 6]
    assert "baseline, seed 0, after epoch 6: width 4.00" in browser.words.value
    for name, value in (("method", "shift_int"), ("epoch", 1), ("seed", 2)):
        before = browser.image.value
        browser.controls[name].value = value
        assert browser.image.value != before, name
    # the fifth method, seed 2, half a pixel narrower at first: 4 + 4 * 0.2 + 2 * 0.05 - 0.5
    assert "shift_int, seed 2, after epoch 1: width 4.40" in browser.words.value


def test_the_browser_says_which_run_is_missing_and_goes_on() -> None:
    browser = erf_browser([jitter_run("baseline", 0), jitter_run("shift_det", 1)])
    browser.controls["seed"].value = 1
    assert "no map of baseline, seed 1" in browser.words.value
    browser.controls["method"].value = "shift_det"
    assert "shift_det, seed 1, after epoch 6" in browser.words.value


def test_the_browser_needs_maps_of_one_setting() -> None:
    bare = jitter_run("baseline", 0, erf_epochs=())
    with pytest.raises(ValueError, match="no map of an effective receptive field"):
        erf_browser([bare])
    with pytest.raises(ValueError, match="one setting"):
        erf_browser([jitter_run(), bare])
