"""Join controls to a drawing function: whatever moves, the picture and its words follow."""

from collections.abc import Callable, Mapping
from html import escape
from typing import Any

import ipywidgets as widgets

from dynconv_lite.course.plots.style import Picture


class Live(widgets.VBox):
    """Controls above a picture that is redrawn whenever one of them changes.

    Args:
        draw: a pure function of the controls' values, by name, to a `Picture`.
        controls: the widgets whose `value` are its arguments.
        layout: how to arrange the controls; None puts them below one another.

    Attributes:
        controls: the same mapping, so that code can move what a hand would.
        image: the picture.
        words: its text alternative, for those who cannot see it; errors appear here too.
    """

    def __init__(
        self,
        draw: Callable[..., Picture],
        controls: Mapping[str, widgets.Widget],
        layout: widgets.Widget | None = None,
    ) -> None:
        self.draw, self.controls = draw, dict(controls)
        # In its own size: stretched to the column it would blur.
        layout_image = widgets.Layout(align_self="flex-start", max_width="100%")
        self.image = widgets.Image(format="png", layout=layout_image)
        self.words = widgets.HTML()
        self._paused = False
        super().__init__([layout or widgets.VBox(list(controls.values())), self.image, self.words])
        for control in controls.values():
            control.observe(self._moved, names="value")
        self.redraw()

    def values(self) -> dict[str, Any]:
        """Return the arguments of the next drawing."""
        return {name: control.value for name, control in self.controls.items()}

    def redraw(self) -> None:
        """Draw once from the controls as they stand."""
        drawn = self.draw(**self.values())
        self.image.value = drawn.png()
        self.words.value = escape(drawn.alt)

    def set(self, **values: Any) -> None:
        """Move several controls at once and draw once."""
        self._paused = True
        try:
            for name, value in values.items():
                self.controls[name].value = value
        finally:
            self._paused = False
        self.redraw()

    def _moved(self, change: Any) -> None:
        if self._paused:
            return
        try:
            self.redraw()
        except ValueError as error:  # a combination that cannot be drawn is said, not swallowed
            self.words.value = f"<b>{escape(str(error))}</b>"


def slider(
    label: str, value: float, low: float, high: float, step: float = 1, **options: Any
) -> widgets.Widget:
    """Return a labelled slider, of integers if all its numbers are."""
    kind = widgets.IntSlider
    if any(isinstance(n, float) for n in (value, low, high, step)):
        kind = widgets.FloatSlider
    style = {"description_width": "9em"}
    layout = widgets.Layout(width="23.5em")
    return kind(
        value=value, min=low, max=high, step=step, description=label, style=style,
        **{"layout": layout, **options},
    )  # fmt: skip


def choice(label: str, options: Any, value: Any = None) -> widgets.Dropdown:
    """Return a labelled list of options."""
    style = {"description_width": "9em"}
    layout = widgets.Layout(width="23.5em")
    chosen = {} if value is None else {"value": value}
    return widgets.Dropdown(
        options=options, description=label, style=style, layout=layout, **chosen
    )
