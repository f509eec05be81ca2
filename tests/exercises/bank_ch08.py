"""The bank of chapter 8: right answers, wrong answers, and the mistakes its checks know."""

import wrong_ch08_angles as angles
import wrong_ch08_block as block
import wrong_ch08_diagonal as diagonal
import wrong_ch08_kernel as kernel
import wrong_ch08_ranks as ranks
import wrong_ch08_turning as turning

from dynconv_lite.course.case import Mistake
from dynconv_lite.course.checks.ch08 import (
    angles_mistakes,
    block_mistakes,
    diagonal_mistakes,
    kernel_mistakes,
    ranks_mistakes,
    turning_mistakes,
)

WRONG = {
    "axes_over_diagonals": angles.ANGLES,
    "diagonal_row": diagonal.DIAGONALS,
    "turned_and_back": turning.TURNS,
    "turned_kernel": kernel.KERNELS,
    "dia_rot_block": block.BLOCKS,
    "rank_correlation": ranks.RANKS,
}
SOLUTIONS = {
    "axes_over_diagonals": angles.by_angle(),
    "diagonal_row": diagonal.shifted(),
    "turned_and_back": turning.looped(),
    "turned_kernel": kernel.summed(),
    "dia_rot_block": block.by_maps(),
    "rank_correlation": ranks.correlated(),
}
OTHER_SOLUTIONS = {
    "sides": ("axes_over_diagonals", angles.by_sides),
    "slopes": ("axes_over_diagonals", angles.by_slope),
    "numpy": ("axes_over_diagonals", angles.by_numpy),
    "loops": ("axes_over_diagonals", angles.pixel_by_pixel),
    "padded": ("diagonal_row", diagonal.padded),
    "indices": ("diagonal_row", diagonal.by_index),
    "a convolution": ("diagonal_row", diagonal.by_convolution),
    "pixel by pixel": ("diagonal_row", diagonal.pixel_by_pixel),
    "stacked": ("turned_and_back", turning.stacked()),
    "flips": ("turned_and_back", turning.by_flips),
    "numpy's turns": ("turned_and_back", turning.by_numpy),
    "clockwise": ("turned_and_back", turning.clockwise),
    "halves": ("turned_kernel", kernel.by_halves),
    "a numpy kernel": ("turned_kernel", kernel.by_numpy),
    "a response": ("turned_kernel", kernel.by_response),
    "two mirrors": ("turned_kernel", kernel.by_mirrors),
    "flipped at the end": ("turned_kernel", kernel.summed(result=lambda w: w.flip(2, 3))),
    "one kernel": ("dia_rot_block", block.by_kernel()),
    "mixed in every turn": ("dia_rot_block", block.pointwise_inside),
    "one dense kernel": ("dia_rot_block", block.dense),
    "sorted by hand": ("rank_correlation", ranks.correlated(ranks.by_sorting)),
    "scipy's ranks": ("rank_correlation", ranks.correlated(ranks.by_scipy("average"))),
    "corrcoef": ("rank_correlation", ranks.by_corrcoef),
    "the library's": ("rank_correlation", ranks.by_library),
    "standard deviations": ("rank_correlation", ranks.by_std),
}
KNOWN: dict[str, list[Mistake]] = {
    "axes_over_diagonals": angles_mistakes.MISTAKES,
    "diagonal_row": diagonal_mistakes.MISTAKES,
    "turned_and_back": turning_mistakes.MISTAKES,
    "turned_kernel": kernel_mistakes.MISTAKES,
    "dia_rot_block": block_mistakes.MISTAKES,
    "rank_correlation": ranks_mistakes.MISTAKES,
}
