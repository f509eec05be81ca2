"""The bank of chapter 6: right answers, wrong answers, and the mistakes its checks know."""

import wrong_ch06_adapting as adapting
import wrong_ch06_alike as alike
import wrong_ch06_placing as placing
import wrong_ch06_pruning as pruning
import wrong_ch06_row as row
import wrong_ch06_smoothing as smoothing
import wrong_ch06_strip as strip

from dynconv_lite.course.case import Mistake
from dynconv_lite.course.checks.ch06 import (
    adapting_mistakes,
    alike_mistakes,
    placing_mistakes,
    pruning_mistakes,
    row_mistakes,
    smoothing_mistakes,
    strip_mistakes,
)

WRONG = {
    "likeness": alike.ALIKE,
    "pixel_adaptive": adapting.ADAPTIVE,
    "bilateral": smoothing.FILTERS,
    "piece_offsets": placing.PLACES,
    "row_of_pieces": row.ROWS,
    "strip_kernel": strip.STRIPS,
    "kept_after": pruning.KEPT,
}
SOLUTIONS = {
    "likeness": alike.alike(),
    "pixel_adaptive": adapting.by_taps(),
    "bilateral": smoothing.stepwise(),
    "piece_offsets": placing.counted(),
    "row_of_pieces": row.padded_first(),
    "strip_kernel": strip.written(),
    "kept_after": pruning.sorted_out(),
}
OTHER_SOLUTIONS = {
    "shifted": ("likeness", alike.shifted),
    "multiplied": ("likeness", alike.multiplied),
    "pixel by pixel": ("likeness", alike.pixel_by_pixel),
    "expanded": ("likeness", alike.expanded),
    "one of the library's factors": ("likeness", alike.from_the_library),
    "windows": ("pixel_adaptive", adapting.by_unfold),
    "1 x 1 convolutions": ("pixel_adaptive", adapting.by_1x1),
    "scattered": ("pixel_adaptive", adapting.scattered),
    "the library's": ("pixel_adaptive", adapting.from_the_library),
    "loops": ("bilateral", smoothing.pixel_by_pixel),
    "attention": ("bilateral", smoothing.by_matrix),
    "NaN outside": ("bilateral", smoothing.by_nan),
    "from edges": ("piece_offsets", placing.from_edges),
    "arange": ("piece_offsets", placing.by_arange),
    "numpy": ("piece_offsets", placing.by_numpy),
    "floored": ("piece_offsets", placing.by_floor),
    "shifted at the padded size": ("row_of_pieces", row.shifted_padded),
    "one strip": ("row_of_pieces", row.by_strip),
    "all at once": ("row_of_pieces", row.all_at_once),
    "taps": ("row_of_pieces", row.by_rows_of_taps),
    "padded": ("strip_kernel", strip.by_padding),
    "a response": ("strip_kernel", strip.by_response),
    "columns": ("strip_kernel", strip.by_columns),
    "topk": ("kept_after", pruning.by_topk),
    "ranks": ("kept_after", pruning.by_rank),
    "a threshold": ("kept_after", pruning.by_threshold),
    "lists": ("kept_after", pruning.by_lists),
}
KNOWN: dict[str, list[Mistake]] = {
    "likeness": alike_mistakes.MISTAKES,
    "pixel_adaptive": adapting_mistakes.MISTAKES,
    "bilateral": smoothing_mistakes.MISTAKES,
    "piece_offsets": placing_mistakes.MISTAKES,
    "row_of_pieces": row_mistakes.MISTAKES,
    "strip_kernel": strip_mistakes.MISTAKES,
    "kept_after": pruning_mistakes.MISTAKES,
}
