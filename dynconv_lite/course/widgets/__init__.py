"""Widgets: thin shells that call a pure drawing function when a control moves."""

from dynconv_lite.course.widgets.live import Live, choice, slider
from dynconv_lite.course.widgets.predict import Prediction

__all__ = ["Live", "Prediction", "choice", "slider"]
