"""Figures of chapter 10: pictures made larger by tables, what tables hold, and what they cost."""

from dynconv_lite.course.plots.ch10.atoms import draw_atoms
from dynconv_lite.course.plots.ch10.cells import draw_line, draw_square
from dynconv_lite.course.plots.ch10.entry import draw_entry
from dynconv_lite.course.plots.ch10.growth import draw_growth
from dynconv_lite.course.plots.ch10.guesses import draw_mixes
from dynconv_lite.course.plots.ch10.lineage import draw_family, draw_years
from dynconv_lite.course.plots.ch10.patterns import draw_patterns
from dynconv_lite.course.plots.ch10.pictures import draw_difference_maps, draw_loupe
from dynconv_lite.course.plots.ch10.tables import draw_intervals, draw_slice
from dynconv_lite.course.plots.ch10.trade import draw_trade
from dynconv_lite.course.plots.ch10.weights import draw_weights

__all__ = [
    "draw_atoms",
    "draw_difference_maps",
    "draw_entry",
    "draw_family",
    "draw_growth",
    "draw_intervals",
    "draw_line",
    "draw_loupe",
    "draw_mixes",
    "draw_patterns",
    "draw_slice",
    "draw_square",
    "draw_trade",
    "draw_weights",
    "draw_years",
]
