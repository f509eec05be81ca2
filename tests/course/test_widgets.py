"""Widgets by their callbacks, without a browser; the browser test is in tests/browser."""

from typing import Any

import pytest
import torch

from dynconv_lite.course.plots.style import Picture, canvas
from dynconv_lite.course.widgets import Live, Prediction, slider
from dynconv_lite.course.widgets.ch01 import PRESETS, erf_explorer, kernel_explorer

PNG = b"\x89PNG\r\n"


def gradient() -> torch.Tensor:
    return torch.linspace(0, 1, 40).repeat(30, 1)  # (30, 40): brighter to the right


def test_moving_any_control_of_the_kernel_explorer_redraws() -> None:
    explorer = kernel_explorer(gradient())
    assert bytes(explorer.image.value).startswith(PNG)
    for name, control in explorer.controls.items():
        before = explorer.image.value, explorer.words.value
        control.value = control.value + 1
        assert (explorer.image.value, explorer.words.value) != before, name


def test_kernel_explorer_says_what_the_kernel_does() -> None:
    explorer = kernel_explorer(gradient(), "identity")
    row, column = explorer.controls["row"].value, explorer.controls["column"].value
    expected = float(gradient()[row + 1, column + 1])  # the identity takes the window's middle
    assert f"responds {expected:.3g};" in explorer.words.value
    assert "sum to 1," in explorer.words.value


def test_a_preset_sets_all_nine_weights_and_draws_once(monkeypatch: pytest.MonkeyPatch) -> None:
    explorer = kernel_explorer(gradient())
    drawn = []
    draw = explorer.draw
    monkeypatch.setattr(explorer, "draw", lambda **values: drawn.append(values) or draw(**values))
    explorer.presets.value = "Laplacian"
    assert [explorer.controls[f"w{i // 3}{i % 3}"].value for i in range(9)] == PRESETS["Laplacian"]
    assert len(drawn) == 1


def test_unknown_preset_is_named() -> None:
    with pytest.raises(ValueError, match=r"preset must be one of .*got 'blurr'"):
        kernel_explorer(gradient(), "blurr")


@pytest.mark.parametrize(
    ("control", "value"),
    [
        ("kernel_size", 7),
        ("depth", 3),
        ("dilation", 2),
        ("stride", 2),
        ("nonlinearity", "linear"),
        ("residual", True),
    ],
)
def test_each_control_of_the_erf_explorer_changes_the_picture(control: str, value: Any) -> None:
    explorer = erf_explorer()
    before = explorer.image.value
    explorer.controls[control].value = value
    assert bytes(explorer.image.value).startswith(PNG)
    assert explorer.image.value != before


def test_erf_explorer_states_the_theoretical_field() -> None:
    explorer = erf_explorer()
    explorer.set(kernel_size=5, depth=4, dilation=2, stride=1)
    size = 1 + 4 * (5 - 1) * 2  # each layer adds (K - 1) * dilation
    assert f"Theoretical field {size} x {size} pixels" in explorer.words.value


def test_a_combination_that_cannot_be_drawn_is_said() -> None:
    def draw(n: int) -> Picture:
        if n == 3:
            raise ValueError("n must not be 3")
        return Picture(canvas()[0], f"n is {n}")

    live = Live(draw, {"n": slider("n", 1, 1, 5)})
    live.controls["n"].value = 3
    assert "n must not be 3" in live.words.value
    live.controls["n"].value = 4
    assert live.words.value == "n is 4"


def test_a_bug_in_a_drawing_is_not_swallowed() -> None:
    def draw(n: int) -> Picture:
        raise RuntimeError("a bug")

    with pytest.raises(RuntimeError, match="a bug"):
        Live(draw, {"n": slider("n", 1, 1, 5)})


NO_GUESS = "Measured: 5 rows. (No guess yet: move the slider above, then run this cell again.)"


def test_prediction_reveals_with_and_without_a_guess() -> None:
    guess = Prediction("How many?", low=0, high=10, unit="rows")
    assert guess.reveal(5) == NO_GUESS
    assert guess.words.value == "no guess yet"
    guess.slider.value = 8
    assert guess.reveal(5) == "Measured: 5 rows. You guessed 8 rows, off by 3."
    assert guess.words.value == "guess: 8 rows"


def test_the_lowest_value_is_a_guess_once_it_is_confirmed() -> None:
    guess = Prediction("How many?", low=-1, high=10, unit="rows")
    assert guess.slider.value == guess.slider.min and guess.guess is None
    guess.button.click()
    assert guess.reveal(5) == "Measured: 5 rows. You guessed -1 rows, off by 6."
    assert guess.words.value == "guess: -1 rows"


def test_the_lowest_value_is_a_guess_if_the_slider_came_back_to_it() -> None:
    guess = Prediction("How much?", low=0.5, high=2, step=0.1)
    guess.slider.value = 1.2
    guess.slider.value = 0.5
    assert guess.reveal(0.5) == "Measured: 0.5. You guessed 0.5, off by 0."


def test_a_confirmed_guess_follows_the_slider() -> None:
    guess = Prediction("How many?", low=0, high=10)
    guess.button.click()
    guess.slider.value = 4
    assert guess.reveal(4) == "Measured: 4. You guessed 4, off by 0."
