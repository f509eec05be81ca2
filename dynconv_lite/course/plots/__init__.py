"""Figures: pure functions from numbers to a `Picture`, and `show` to display one."""

from dynconv_lite.course.plots.style import Picture, show

__all__ = ["Picture", "show"]
