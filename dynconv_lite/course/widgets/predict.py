"""Guess first, then run: a slider for a prediction, and its answer."""

from typing import Any

import ipywidgets as widgets

from dynconv_lite.course.widgets.live import slider


class Prediction(widgets.VBox):
    """A question with a slider; the learner's guess is kept for `reveal`.

    There is no guess until the slider is moved, back to where it was as well, or its button is
    pressed, which takes the value as it stands: so every value of the slider can be a guess.

    Args:
        question: what is asked, in plain words.
        low: smallest possible guess, and where the slider starts.
        high: largest possible guess.
        step: distance between guesses.
        unit: unit of the answer.

    Attributes:
        guess: what was guessed, or None.
        slider: where the guess is made.
        button: takes the slider's value for the guess.
        words: whether there is a guess, and which.
    """

    def __init__(
        self, question: str, low: float, high: float, step: float = 1, unit: str = ""
    ) -> None:
        self.unit = f" {unit}" if unit else ""
        self.guess: float | None = None
        self.slider = slider("my guess", low, low, high, step)
        self.button = widgets.Button(
            description="that is my guess", layout=widgets.Layout(width="max-content")
        )
        self.words = widgets.Label("no guess yet")
        self.slider.observe(self._take, names="value")
        self.button.on_click(self._take)
        row = widgets.HBox([self.slider, self.button, self.words])
        row.layout.flex_flow = "row wrap"
        super().__init__([widgets.HTML(f"<b>Predict.</b> {question}"), row])

    def _take(self, event: Any) -> None:
        """Take the slider's value for the guess, whether it was moved or confirmed."""
        self.guess = self.slider.value
        self.words.value = f"guess: {self.guess:.4g}{self.unit}"

    def reveal(self, measured: float) -> str:
        """Return one sentence that sets the guess beside what was measured."""
        answer = f"Measured: {measured:.4g}{self.unit}."
        if self.guess is None:
            return f"{answer} (No guess yet: move the slider above, then run this cell again.)"
        off = abs(self.guess - measured)
        return f"{answer} You guessed {self.guess:.4g}{self.unit}, off by {off:.3g}."
