"""Guess first, then run: a slider for a prediction, and its answer."""

import ipywidgets as widgets

from dynconv_lite.course.widgets.live import slider


class Prediction(widgets.VBox):
    """A question with a slider; the learner's guess is kept for `reveal`.

    Args:
        question: what is asked, in plain words.
        low: smallest possible guess.
        high: largest possible guess; the slider starts at the low end, which counts as no guess.
        step: distance between guesses.
        unit: unit of the answer.
    """

    def __init__(
        self, question: str, low: float, high: float, step: float = 1, unit: str = ""
    ) -> None:
        self.unit = f" {unit}" if unit else ""
        self.slider = slider("my guess", low, low, high, step)
        super().__init__([widgets.HTML(f"<b>Predict.</b> {question}"), self.slider])

    def reveal(self, measured: float) -> str:
        """Return one sentence that sets the guess beside what was measured."""
        answer = f"Measured: {measured:.4g}{self.unit}."
        if self.slider.value == self.slider.min:
            return f"{answer} (No guess yet: move the slider above, then run this cell again.)"
        off = abs(self.slider.value - measured)
        return f"{answer} You guessed {self.slider.value:.4g}{self.unit}, off by {off:.3g}."
