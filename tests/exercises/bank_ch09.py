"""The bank of chapter 9: right answers, wrong answers, and the mistakes its checks know."""

import wrong_ch09_kernel as kernel
import wrong_ch09_mixing as mixing
import wrong_ch09_relating as relating
import wrong_ch09_stages as stages
import wrong_ch09_table as table
import wrong_ch09_turns as turns

from dynconv_lite.course.case import Mistake
from dynconv_lite.course.checks.ch09 import (
    kernel_mistakes,
    mixing_mistakes,
    relating_mistakes,
    stages_mistakes,
    table_mistakes,
    turning_mistakes,
)

WRONG = {
    "table_bytes": table.BYTES,
    "seen": stages.SEEN,
    "all_turns": turns.TURNS,
    "shift_and_concatenate": mixing.MIXES,
    "as_convolution": kernel.KERNELS,
    "interaction": relating.RELATIONS,
}
SOLUTIONS = {
    "table_bytes": table.counted(),
    "seen": stages.walked(),
    "all_turns": turns.turned(),
    "shift_and_concatenate": mixing.mixed(),
    "as_convolution": kernel.written(),
    "interaction": relating.measured(),
}
OTHER_SOLUTIONS = {
    "counted one by one": ("table_bytes", table.by_range),
    "by a shift of bits": ("table_bytes", table.by_shift),
    "axis by axis": ("table_bytes", table.by_loop),
    "numpy's integer": ("table_bytes", table.by_numpy),
    "paths": ("seen", stages.by_paths),
    "backwards": ("seen", stages.backwards),
    "recursive": ("seen", stages.recursive),
    "a frozen set": ("seen", stages.reduced),
    "complex numbers": ("seen", stages.by_complex),
    "the other way round": ("all_turns", turns.turned(lambda dy, dx: (-dx, dy))),
    "powers of i": ("all_turns", turns.by_complex),
    "numpy's integers": ("all_turns", turns.by_matrix),
    "a turned picture": ("all_turns", turns.by_picture),
    "padded once": ("shift_and_concatenate", mixing.padded_once),
    "pixel by pixel": ("shift_and_concatenate", mixing.pixel_by_pixel),
    "a convolution": ("shift_and_concatenate", mixing.by_convolution),
    "an array": ("shift_and_concatenate", mixing.by_numpy),
    "stacked and flattened": ("shift_and_concatenate", mixing.stacked),
    # these two send pictures through the mixed layer: the kernel is what that layer does
    "a response": ("as_convolution", kernel.by_response),
    "a gradient": ("as_convolution", kernel.by_gradient),
    "a matrix product": ("as_convolution", kernel.by_matrix),
    "accumulated": ("as_convolution", kernel.by_index),
    "masks": ("interaction", relating.by_masks),
    "signs": ("interaction", relating.by_signs),
    "one copy": ("interaction", relating.put_back),
    "four copies": ("interaction", relating.in_batch),
}
KNOWN: dict[str, list[Mistake]] = {
    "table_bytes": table_mistakes.MISTAKES,
    "seen": stages_mistakes.MISTAKES,
    "all_turns": turning_mistakes.MISTAKES,
    "shift_and_concatenate": mixing_mistakes.MISTAKES,
    "as_convolution": kernel_mistakes.MISTAKES,
    "interaction": relating_mistakes.MISTAKES,
}
