"""A small sheet to draw on with the mouse: a square of buttons, each black or white."""

import ipywidgets as widgets
import torch
import traitlets
from torch import Tensor

SIDE = 8


class Sketch(widgets.VBox):
    """A sheet of buttons that are pressed or not, and a button that clears them.

    Args:
        side: Buttons a row.

    Attributes:
        value: Which are pressed, row by row.
    """

    value = traitlets.Tuple()

    def __init__(self, side: int = SIDE) -> None:
        layout = widgets.Layout(width="1.6em", height="1.6em", margin="0", padding="0")
        self.side = side
        self.buttons = [
            widgets.ToggleButton(
                value=False, layout=layout, tooltip=f"row {n // side + 1}, column {n % side + 1}"
            )
            for n in range(side * side)
        ]
        self.clear = widgets.Button(description="clear", layout=widgets.Layout(width="6em"))
        rows = [widgets.HBox(self.buttons[n : n + side]) for n in range(0, side * side, side)]
        super().__init__([*rows, self.clear], value=(False,) * side * side)
        self._clearing = False
        for button in self.buttons:
            button.observe(self._pressed, names="value")
        self.clear.on_click(lambda button: self.wipe())

    def wipe(self) -> None:
        """Release all buttons at once."""
        self._clearing = True
        try:
            for button in self.buttons:
                button.value = False
        finally:
            self._clearing = False
        self._pressed()

    def image(self, size: int = 32) -> Tensor:
        """Return the drawing, white on black, (3, size, size) from 0 to 1."""
        sheet = torch.tensor(self.value, dtype=torch.float32).view(1, 1, self.side, self.side)
        large = torch.nn.functional.interpolate(sheet, (size, size))[0]  # (1, size, size)
        return large.expand(3, -1, -1).clone()

    def _pressed(self, change: object = None) -> None:
        if not self._clearing:
            self.value = tuple(button.value for button in self.buttons)
