"""The bank of chapter 7: right answers, wrong answers, and the mistakes its checks know."""

import torch
import wrong_ch07_draws as draws
import wrong_ch07_folds as folds
import wrong_ch07_hats as hats
import wrong_ch07_lines as lines
import wrong_ch07_maps as maps

from dynconv_lite.course.case import Mistake
from dynconv_lite.course.checks.ch07 import (
    folding_mistakes,
    line_mistakes,
    quarters_mistakes,
    triangle_mistakes,
    whole_mistakes,
)

WRONG = {
    "shift_map": maps.MAPS,
    "shift_det": maps.QUARTERS,
    "draw_directions": draws.DRAWS,
    "shift_line": lines.LINES,
    "fold_shift": folds.FOLDS,
    "hat": hats.HATS,
}
SOLUTIONS = {
    "shift_map": maps.by_pixel,
    "shift_det": maps.quarters(),
    "draw_directions": draws.ranked,
    "shift_line": lines.by_matrix,
    "fold_shift": folds.laid(),
    "hat": hats.exact,
}
OTHER_SOLUTIONS = {
    "by pad": ("shift_map", maps.by_pad),
    "by slices": ("shift_map", maps.by_slices),
    "an array": ("shift_map", lambda x, dy, dx: maps.by_pad(x, dy, dx).numpy()),
    "by channel": ("shift_det", maps.by_channel(lambda c, n: c // (n // 4))),
    "a shuffled row": ("draw_directions", draws.image_by_image(draws.shuffled)),
    "multinomial": ("draw_directions", draws.multinomial),
    "two neighbours": ("shift_line", lines.two_neighbours()),
    "a double loop": ("shift_line", lines.double_loop),
    "gathered": ("shift_line", lines.gathered),
    "a loose triangle": ("shift_line", lambda line, offset: lines.by_matrix(
        line, offset, hats.second_difference)),
    "by roll": ("fold_shift", folds.by_roll),
    "by choice": ("fold_shift", folds.by_where),
    "a maximum": ("hat", lambda t: torch.maximum(1 - t.abs(), torch.zeros_like(t))),
    "a backward by hand": ("hat", hats.OwnGradient.apply),
    "two one-sided ones": ("hat", lambda t: (hats.where_inside(t) + hats.where_up_to(t)) / 2),
}  # fmt: skip
KNOWN: dict[str, list[Mistake]] = {
    "shift_map": whole_mistakes.MISTAKES,
    "shift_det": quarters_mistakes.MISTAKES,
    "shift_line": line_mistakes.MISTAKES,
    "fold_shift": folding_mistakes.MISTAKES,
    "hat": triangle_mistakes.MISTAKES,
}
